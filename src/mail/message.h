/* message.h - a raw message as a tree of MIME parts (RFC 5322, RFC 2045, RFC 2046): total, iterative, without a copy.
 *
 * Any bytes are a message. What follows no standard is read as mail readers do and becomes bits in `anomalies`. The tree is
 * a flat array in document order: a container stands before its children. Raw views point into the caller's bytes, the rest
 * lives in the arena; both must outlive the message. Each byte of the body is looked at once here, whatever the nesting.
 *
 * Caps: LIM_PARTS (the rest of the message stays unparsed), LIM_DEPTH (a container at that depth is a leaf).
 */
#ifndef TRAPLINE_MAIL_MESSAGE_H
#define TRAPLINE_MAIL_MESSAGE_H

#include "codec/rfc2231.h"
#include "mail/header.h"

enum part_kind {
	PART_LEAF,
	PART_MULTIPART, /* its children follow */
	PART_MESSAGE,   /* message/rfc822, message/global: its one child is the enclosed message */
};
enum part_transfer { TRANSFER_IDENTITY, TRANSFER_QP, TRANSFER_BASE64, TRANSFER_UU };
enum part_disposition { DISPOSITION_NONE, DISPOSITION_INLINE, DISPOSITION_ATTACHMENT };

struct part {
	int parent;     /* index, -1 for the top */
	unsigned depth; /* 0 for the top */
	enum part_kind kind;
	struct headers headers;
	struct str type, subtype; /* lower case, by default "text" "plain" */
	struct params params;     /* of Content-Type */
	struct str charset;       /* as declared; may be empty */
	struct str boundary;
	enum part_transfer transfer;
	enum part_disposition disposition;
	struct str filename;           /* UTF-8, of either field; may be empty */
	struct str content_id;         /* without brackets */
	struct str body;               /* raw, behind the header, without the line end that belongs to the delimiter */
	struct str preamble, epilogue; /* of a multipart; inside body, no parts */
	bool is_text;                  /* a leaf that a reader sees as text */
	bool is_attachment;            /* any other leaf */
	bool closed;                   /* a multipart whose closing delimiter was seen */
};

struct message {
	struct str raw;
	struct str from_line;   /* the mbox From_ line at the start, if it was left there */
	struct headers headers; /* of the top level: parts[0].headers */
	struct part *parts;     /* at least one */
	size_t n_parts;
	uint64_t anomalies;
};

/* Parses raw into *out. 0, or ERR_ENV when out of memory (*out is then empty). */
int message_parse(struct arena *a, struct str raw, struct message *out);

/* The bytes of a leaf without their transfer encoding: the raw body itself, or in the arena. 0 or ERR_ENV. */
int part_decode(struct arena *a, const struct part *p, struct str *out, uint64_t *anomalies);

/* The text of a leaf as UTF-8: a part of the raw body where nothing is to do, or in the arena. 0 or ERR_ENV. HTML without
 * a charset parameter takes the one its own <meta> names; lines that were broken with a space to be deleted are whole. */
int part_text(struct arena *a, const struct part *p, struct str *out, uint64_t *anomalies);

/* text/plain; format=flowed; delsp=yes (codec/flowed.h). */
bool part_joins_lines(const struct part *p);

/* type/subtype equals; both lower case. */
static inline bool part_is(const struct part *p, const char *type, const char *subtype)
{
	return str_eq(p->type, str_of(type)) && str_eq(p->subtype, str_of(subtype));
}

#endif
