/* err.c - see err.h. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int(err_set)(struct err *e, int kind, const char *fmt, ...)
{
	if (e->kind)
		return e->kind;
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	return e->kind = kind;
}

int(err_errno)(struct err *e, int kind, const char *fmt, ...)
{
	int saved = errno;
	if (e->kind)
		return e->kind;
	if (saved == ENOSPC || saved == ENOMEM || saved == EMFILE || saved == ENFILE || saved == EDQUOT)
		kind = ERR_ENV;
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof e->text) {
		char reason[128];
		snprintf(e->text + n, sizeof e->text - (size_t)n, ": %s", strerror_r(saved, reason, sizeof reason));
	}
	errno = saved;
	return e->kind = kind;
}

void err_prefix(struct err *e, const char *fmt, ...)
{
	char head[256], old[sizeof e->text];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(head, sizeof head, fmt, ap);
	va_end(ap);
	memcpy(old, e->text, sizeof old);
	int n = snprintf(e->text, sizeof e->text, "%s: ", head);
	if (n > 0 && (size_t)n < sizeof e->text) {
		size_t room = sizeof e->text - (size_t)n - 1, len = strnlen(old, sizeof old);
		memcpy(e->text + n, old, len < room ? len : room);
		e->text[(size_t)n + (len < room ? len : room)] = 0;
	}
}

int(err_oom)(struct err *e, const char *what)
{
	return err_set(e, ERR_ENV, "out of memory (%s)", what);
}
