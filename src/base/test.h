/* test.h - for *_test.c only: cmocka with what it needs in front, and comparing of str and anomaly bits. */
#ifndef TRAPLINE_BASE_TEST_H
#define TRAPLINE_BASE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/anomaly.h"
#include "base/arena.h"
#include "base/mem.h"
#include "base/str.h"

/* A str in a static table. */
#define T(lit) STR_INIT(lit)
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Prints bytes as text with escapes. */
static inline void test_show(const char *what, struct str s)
{
	fprintf(stderr, "%s (%zu) \"", what, s.n);
	for (size_t i = 0; i < s.n; i++)
		fprintf(stderr, s.p[i] >= ' ' && s.p[i] < 0x7F ? "%c" : "\\x%02x", s.p[i]);
	fprintf(stderr, "\"\n");
}

static inline void test_same(struct str got, struct str want, struct str about, const char *file, int line)
{
	if (str_eq(got, want))
		return;
	test_show("of  ", about);
	test_show("got ", got);
	test_show("want", want);
	_fail(file, line);
}
/* Fails with the input shown when got differs from want. */
#define assert_same(got, want, about) test_same(got, want, about, __FILE__, __LINE__)

static inline void test_bits(uint64_t got, uint64_t want, struct str about, const char *file, int line)
{
	if (got == want)
		return;
	test_show("of", about);
	for (unsigned bit = 0; bit < ANOMALY_COUNT; bit++)
		if ((got ^ want) >> bit & 1)
			fprintf(stderr, "%s %s\n", got >> bit & 1 ? "unexpected" : "missing", anomaly_name(bit));
	_fail(file, line);
}
#define assert_bits(got, want, about) test_bits(got, want, about, __FILE__, __LINE__)

/* A heap copy of exactly n bytes, so that a sanitizer sees a read past the end; mem_free owed. */
static inline uint8_t *test_copy(struct str s)
{
	uint8_t *p = mem_alloc(s.n);
	assert_non_null(p);
	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

/* run(a, s) with 0, 1, 2 ... allocations that succeed before all others fail, in an arena of at most so many bytes, until none fails:
 * it is 0 then, and may be anything before. */
static inline void test_failing_memory(size_t most, int (*run)(struct arena *a, struct str s), struct str s)
{
	bool hit = true;
	for (long n = 0; hit; n++) {
		struct arena a;
		arena_init(&a, most);
		mem_fail_from(n);
		int rc = run(&a, s);
		hit = mem_failed();
		mem_fail_from(-1);
		arena_free(&a);
		assert_true(rc == 0 || hit);
	}
}

#endif
