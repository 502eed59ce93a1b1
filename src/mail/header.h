/* header.h - the header of a message or a MIME part: fields as they stand (RFC 5322 2.2), nothing changed, nothing lost.
 *
 * A field keeps its exact spelling, folding and order: the fingerprint of the sending software lives there. All views point
 * into the raw bytes; the array lives in the arena. Lines end at LF or CRLF; a CR elsewhere is a byte of its line (bare_cr).
 *
 * How damage is read:
 * - a byte order mark and From_ lines (mbox) before the first field, also quoted ones, are passed over;
 * - a line that is neither field nor continuation is kept as a field with an empty name when a known field follows it
 *   (bad_header_line); else the header ends there and the line belongs to the body (no_body_separator), as MTAs do it;
 * - white space before the colon is tolerated and no part of the name (header_space_colon);
 * - fields after LIM_HEADERS are passed over; a value longer than LIM_HEADER_VALUE is kept whole (both header_cap).
 */
#ifndef TRAPLINE_MAIL_HEADER_H
#define TRAPLINE_MAIL_HEADER_H

#include "base/arena.h"

enum hdr_id {
	HDR_other, /* a name that is not in header_names.def, or none */
#define HDR(id, name, slot) HDR_##id,
#include "mail/header_names.def"
#undef HDR
	HDR_COUNT
};

struct header {
	struct str name;  /* as written; empty for a bad line */
	struct str value; /* behind the colon, with its folds, without the final line end */
	struct str line;  /* the whole field with its final line end */
	enum hdr_id id;
};

/* The fields of one entity, in order. */
struct headers {
	const struct header *v;
	size_t n;
};

/* Asked for each line that begins with "--" inside a header: true ends the header before it (a MIME delimiter). */
typedef bool header_stop_fn(const void *ctx, struct str line);

/* Splits the header at the start of raw into *out; *body is where the body starts. stop may be NULL. Adds to *anomalies.
 * 0, or ERR_ENV when out of memory. */
int header_split(struct arena *a, struct str raw, header_stop_fn *stop, const void *ctx, struct headers *out, size_t *body,
	uint64_t *anomalies);

/* The id of a field name in any case; HDR_other when unknown. */
enum hdr_id header_id(struct str name);
const char *header_name(enum hdr_id id); /* canonical spelling; "" for HDR_other */

/* The first field of that id, or NULL. */
const struct header *header_get(struct headers h, enum hdr_id id);

/* The first field's value, trimmed, folds inside; {NULL,0} when absent. */
struct str header_value(struct headers h, enum hdr_id id);

/* A value without the line ends of its folds and trimmed: a part of value when there is no fold, else in the arena. At
 * most LIM_HEADER_VALUE bytes. 0, or ERR_ENV when out of memory. */
int header_unfold(struct arena *a, struct str value, struct str *out);

#endif
