/* normalise.h - text as a reader takes it, for matching, with a way back to the source.
 *
 * fold     lower case; white space of any kind is one blank; accents, full-width, mathematical, circled and small-capital
 *          letters are the ASCII letters they look like (after NFKD, UAX #15); Cyrillic and Greek look-alikes too, in words that
 *          also hold Latin letters (after UTS #39); zero-width, bidi, soft-hyphen and control characters are gone;
 *          typographic quotes and dashes are ASCII.
 *
 * The folded text is no longer than the source. All memory comes from the arena given. Total on any bytes (bad UTF-8 is kept as
 * it is). Known limits: words wholly in look-alikes are left alone, since they may be honest Cyrillic or Greek; "rn" for "m"
 * is not seen.
 */
#ifndef TRAPLINE_MATCH_NORMALISE_H
#define TRAPLINE_MATCH_NORMALISE_H

#include "base/arena.h"
#include "base/str.h"

enum { NORM_SEP = 1, NORM_SLACK = 8 }; /* the byte between two fields; so many of it behind the last */

/* One source text within the folded text. */
struct norm_field {
	struct str src;
	size_t fold, fold_end;
	size_t mark; /* first of its marks */
};
struct norm_mark {
	uint32_t src, fold; /* src is relative to its field */
	bool ascii;         /* what lies between this mark and the one before */
};
struct norm {
	uint8_t *fold;
	size_t n_fold;
	struct norm_field *fields;
	size_t n_fields, max_fields;
	struct norm_mark *marks;
	size_t n_marks;
	size_t room; /* source bytes that still fit */
};

/* Room for max_fields texts of src_bytes together (below 4 GiB). False when out of memory. */
bool norm_init(struct norm *n, struct arena *a, size_t max_fields, size_t src_bytes);
/* Folds one more field. */
void norm_add(struct norm *n, struct str utf8);
/* One text in one step. False when out of memory. */
bool normalise_text(struct arena *a, struct str utf8, struct norm *out);

/* The field that holds this position of the folded view. */
size_t norm_field_of_fold(const struct norm *n, size_t fold_pos);
/* Where in its field's source the folded byte at fold_pos comes from. fold_pos == fold_end gives src.n. */
size_t norm_src_of_fold(const struct norm *n, size_t field, size_t fold_pos);
/* The source bytes behind fold..fold_end (both in one field). */
struct str norm_source(const struct norm *n, size_t fold, size_t fold_end);
/* Nothing but ASCII stands behind fold..fold_end (which lie in this field). False: something may. */
bool norm_ascii_span(const struct norm *n, size_t field, size_t fold, size_t fold_end);
/* Holds letters that look like ASCII but are not, or characters that are not shown (soft hyphens apart: honest text has them). */
bool norm_disguised(struct str src);

/* The letter class that a folded byte has when it is squeezed (cut.h), 0 for none. */
extern const uint8_t norm_letter[256];

#endif
