/* rfc2231.h - the value and parameters of Content-Type and Content-Disposition (RFC 2045 5.1, RFC 2183, RFC 2231).
 *
 * Quoted strings, comments, continuations (name*0*, in any order, with gaps), charset'language'percent decoding, and the
 * RFC 2047 words that senders put into values (but for boundary, which is no text). An extended form (name*) wins over the plain
 * one beside it. Everything else that occurs twice: the first wins. All damage is bad_parameter and the rest is read on.
 */
#ifndef TRAPLINE_CODEC_RFC2231_H
#define TRAPLINE_CODEC_RFC2231_H

#include "base/arena.h"

struct param {
	struct str name;     /* lower case, without "*", "*0" ... */
	struct str value;    /* valid UTF-8, decoded */
	struct str raw_name; /* as written, of the occurrence that came first: points into raw */
	bool quoted;         /* that occurrence was a quoted string */
	bool extended;       /* RFC 2231 was used: charset or continuations */
};
struct params {
	struct param *v; /* in order of first occurrence; in the arena */
	size_t n;
};

/* raw is the (folded) field value. *value: "text/html", lower case, in the arena or part of raw; empty when missing.
 * At most LIM_PARAMS parameters and LIM_HEADER_VALUE bytes. 0, or ERR_ENV when out of memory. */
int params_parse(struct arena *a, struct str raw, struct str *value, struct params *out, uint64_t *anomalies);

/* The value of a parameter by its lower-case name; {NULL,0} when absent (an empty value has a p). */
struct str params_get(const struct params *p, struct str name);

#endif
