/* fingerprint_int.h - what the files of the fingerprint share. */
#ifndef TRAPLINE_FEATURE_FINGERPRINT_INT_H
#define TRAPLINE_FEATURE_FINGERPRINT_INT_H

#include "base/time.h"
#include "feature/fingerprint.h"

enum { PRINT_VALUE = 1024, PRINT_TOKENS = 128 };

/* A value being written; what does not fit is left out. */
struct val {
	size_t n;
	uint8_t p[PRINT_VALUE];
};
/* An empty one; an initialiser would clear all of it each time. */
#define VAL(name) \
	struct val name; \
	name.n = 0
static inline void val_byte(struct val *v, uint8_t c)
{
	if (v->n < PRINT_VALUE)
		v->p[v->n++] = c;
}
static inline void val_add(struct val *v, struct str s)
{
	size_t n = s.n < PRINT_VALUE - v->n ? s.n : PRINT_VALUE - v->n;
	if (n)
		memcpy(v->p + v->n, s.p, n);
	v->n += n;
}
void val_num(struct val *v, uint64_t n);
static inline void val_lower(struct val *v, struct str s)
{
	size_t n = s.n < PRINT_VALUE - v->n ? s.n : PRINT_VALUE - v->n;
	for (size_t i = 0; i < n; i++)
		v->p[v->n + i] = ascii_lower(s.p[i]);
	v->n += n;
}
static inline struct str val_str(const struct val *v)
{
	return str_make(v->p, v->n);
}
static inline bool val_full(const struct val *v)
{
	return v->n == PRINT_VALUE;
}

/* Times that a value may refer to. */
struct when {
	int64_t date;    /* Date, or TIME_NONE */
	int64_t arrival; /* trusted, or TIME_NONE */
	int64_t zone_s;  /* of Date, east of UTC */
};

/* How a time was written. */
enum stamp {
	STAMP_NONE,
	STAMP_CIVIL,    /* YYYYMMDDhhmmss: T14, T12; D8 without a time of day */
	STAMP_UNIX,     /* seconds in decimal: U10, M13 (ms) */
	STAMP_UNIX_HEX, /* X8, x8 */
	STAMP_FILETIME, /* upper 32 bits in hex, before the lower ones: F, f */
};

struct shape {
	struct val exact, coarse;
	enum stamp stamp; /* the first time found */
	int64_t time;     /* as Unix seconds; of STAMP_CIVIL, as if it was UTC */
	bool day_only;
};
/* The form of s: runs of letters and digits by alphabet and length, other characters verbatim, known words verbatim. */
void print_shape(struct str s, const struct when *w, struct shape *out);
/* The coarse form only, for short things. */
void print_coarse(struct str s, struct val *out);
/* s is one of the words of its length: by_length[n] holds those of n bytes one behind the other, or is NULL. */
bool print_listed(const char *const *by_length, size_t lengths, struct str s);
/* s with runs of digits as 9. */
void print_digits(struct str s, struct val *out);

/* An address as written. */
struct box {
	struct str name; /* without quotes, raw */
	struct str addr; /* without brackets */
	struct str local, domain;
	struct val style; /* "\"n\" <a>" */
	bool found;
};

struct print {
	struct arena *a;
	const struct message *m;
	const struct trace *t;
	const struct row *row;
	const struct transcript *smtp;
	const struct header **sent; /* the sender's own fields */
	size_t n_sent;
	const struct header *by_id[HDR_COUNT]; /* the first of the sender's */
	struct when when;
	struct box from, to;
	struct str mail_from, mail_from_domain;
	struct str date;
	struct str mid_field, mid, mid_local, mid_host; /* the latter without brackets */
	struct shape mid_shape, bnd_shape;
	struct str boundary;
	struct val mid_like;            /* empty: unknown */
	const struct part *text, *html; /* the first of each kind, or NULL */
	struct val core;
	struct str *tokens;
	size_t n;
	uint8_t *at, *end; /* room for the bytes of tokens */
	bool oom;
};

/* Adds a token. Value: any bytes; empty ones are left out. */
void print_put(struct print *p, enum print_id id, struct str value);
static inline void print_val(struct print *p, enum print_id id, const struct val *v)
{
	print_put(p, id, val_str(v));
}
static inline bool print_has(const struct print *p, enum hdr_id id)
{
	return p->by_id[id] != NULL;
}
/* The value of the sender's first field of that id: unfolded, trimmed, at most LIM_PRINT_FIELD bytes; empty when absent. */
struct str print_field(struct print *p, enum hdr_id id);
/* Reads the first address of a field's value, and how it is written. */
void print_box(struct str raw, struct box *out);
/* What host equals: "from+helo"; else its form. */
void print_host(const struct print *p, struct str host, bool is_helo, struct val *out);
/* time against Date: "=", "local", "~", "hours" ... */
void print_time_relation(const struct print *p, enum stamp kind, int64_t time, bool day_only, struct val *out);

/* A number of seconds by steps: "=", "~", "min", "zone" (whole quarters of an hour), "hour", "day", "far". */
void print_distance(int64_t seconds, struct val *out);

/* ---- the families, one function a file ---- */
void print_headers(struct print *p);
void print_ids(struct print *p);
void print_client(struct print *p);
void print_mime(struct print *p);
void print_html(struct print *p);
void print_hops(struct print *p);
void print_relations(struct print *p);
void print_smtp(struct print *p);

#endif
