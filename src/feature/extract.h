/* extract.h - one raw message to its features: a pure function of the bytes, the feed's trust hosts and the settings.
 *
 * doc and row point into the message's bytes, the arena and static memory: all must outlive them. Fields that later stages
 * fill (brand, programme, category, provenance, feed) are left empty. 0, or ERR_ENV when the arena is exhausted.
 *
 *   identity.c   id, sha256_lf              envelope.c  time, peer, trust boundary
 *   headers.c    subject, addresses, ids    body.c      text, URLs, attachments
 *   fingerprint.h  the sending software
 */
#ifndef TRAPLINE_FEATURE_EXTRACT_H
#define TRAPLINE_FEATURE_EXTRACT_H

#include "base/buf.h"
#include "codec/psl.h"
#include "feature/doc.h"
#include "feature/geo.h"
#include "feature/memo.h"
#include "feature/row.h"
#include "feature/transcript.h"
#include "jail/image.h"
#include "mail/message.h"
#include "mail/trace.h"

struct extract_settings {
	const struct psl *psl; /* required */
	const struct geo *geo; /* NULL: no countries */
	/* NULL: images are not looked at; shared by threads. Those not known there are left in doc, unseen, unless look_now */
	struct images *images;
};

struct extract_input {
	struct str bytes;          /* as identified: without From_ line and mbox quoting */
	struct str from_line;      /* mbox From_ line, or empty */
	struct str mail_from;      /* envelope sender, where the source knows it; else of the From_ line or Return-Path */
	struct strs rcpt_to;       /* envelope recipients, where the source knows them; else as the feed's hosts noted them */
	const struct trust *trust; /* the feed's own hosts; none: guessed */
	uint64_t anomalies;        /* what the source saw */
	const struct transcript_index *smtp; /* the feed's SMTP dialogues, or NULL */
	struct memo *memo; /* the worker's: doc and row then hold what lives in it until the next message; or NULL */
	bool look_now;     /* at images: what their QR codes say is in doc and row */
	unsigned halved;   /* how often what is looked at of bytes was halved (extract_less) */
	const uint8_t *id; /* of extract_id, or NULL: not made yet */
};

int extract_message(
	struct arena *a, const struct extract_settings *set, const struct extract_input *in, struct doc *doc, struct row *row);

/* What a message is called, before anything else is known of it. */
void extract_id(struct str bytes, uint8_t id[SHA256_BYTES]);

/* Of a message, instead of all that extract_message tells, the times and the columns of envelope.c alone: its body is not read. *row is added
 * to. 0 or ERR_ENV. */
int extract_arrival(struct arena *a, const struct extract_settings *set, const struct extract_input *in, struct row *row);

/* After a failure: true when the message took more than the arena may hold. Half of it is then to be looked at (message_cap), in the arena, which
 * is empty again: no message ends a run. */
bool extract_less(struct arena *a, struct extract_input *in);

/* Enters what an image shows, but for its codes; the anomalies that its message has by that. */
uint64_t extract_look(struct doc_attachment *t, const struct image_look *look);

/* Raw bytes as valid UTF-8: themselves when they are, else a copy with U+FFFD. */
int extract_text(struct arena *a, struct str raw, struct str *out);

/* Adds s, trimmed, to a text as a paragraph of its own. */
void extract_paragraph(struct buf *text, struct str s);

/* ---- its parts; each fills its columns of row and adds to row->anomalies ---- */
void extract_identity(const struct extract_input *in, struct row *row);
int extract_envelope(struct arena *a, const struct extract_settings *set, const struct extract_input *in, const struct message *m,
	struct trace *trace, struct row *row);
/* After the others: reads their columns. */
int extract_fingerprint(
	struct arena *a, const struct extract_input *in, const struct message *m, const struct trace *trace, struct row *row);
void extract_date(struct headers h, struct row *row, uint64_t *anomalies); /* the sender's; before extract_envelope */
int extract_headers(struct arena *a, const struct extract_settings *set, const struct message *m, struct doc *doc, struct row *row);
int extract_body(struct arena *a, const struct extract_settings *set, const struct extract_input *in, const struct message *m,
	struct doc *doc, struct row *row);

#endif
