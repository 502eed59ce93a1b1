/* err.h - errors of the environment: a text that says file, place and what to do.
 *
 * Functions that can fail for such reasons return a negative enum err_kind and fill *err (never NULL). Hostile mail is
 * not an error: it is a fact (an anomaly bit). Bugs are must().
 */
#ifndef TRAPLINE_BASE_ERR_H
#define TRAPLINE_BASE_ERR_H

/* The negative values; the exit code of the program follows from them. */
enum err_kind {
	ERR_USAGE = -2, /* exit 2: wrong option, wrong argument */
	ERR_INPUT = -3, /* exit 3: missing, unreadable, damaged or foreign input */
	ERR_ENV = -4,   /* exit 4: out of memory, disk full, locked, permission */
};

struct err {
	int kind; /* 0 = none */
	char text[768];
};

/* Sets kind and text and returns kind. Keeps an earlier error (the first is the cause). */
int err_set(struct err *e, int kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* ": " and the errno text are appended. ENOSPC, ENOMEM, EMFILE and EDQUOT turn the kind into ERR_ENV. */
int err_errno(struct err *e, int kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Puts "PREFIX: " in front of the text. */
void err_prefix(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int err_oom(struct err *e, const char *what); /* ERR_ENV, "out of memory (WHAT)" */

/* Tells compiler and analyzers what the kinds above promise: the result is negative. */
static inline int err_negative(int kind)
{
	if (kind >= 0)
		__builtin_unreachable();
	return kind;
}
#define err_set(...) err_negative(err_set(__VA_ARGS__))
#define err_errno(...) err_negative(err_errno(__VA_ARGS__))
#define err_oom(...) err_negative(err_oom(__VA_ARGS__))

#endif
