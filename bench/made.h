/* made.h - made-up text for benchmarks: words by Zipf's law, and templates of them. The same every time. */
#ifndef TRAPLINE_BENCH_MADE_H
#define TRAPLINE_BENCH_MADE_H

#include "base/buf.h"
#include "campaign/shingle.h"

enum { VOCABULARY = 20000, SLOT_EVERY = 5 };

static char vocabulary[VOCABULARY][12];
static double zipf[VOCABULARY];
static uint64_t state = 20100923;

static inline uint64_t next_random(void)
{
	return mix64(state += 0x9e3779b97f4a7c15u);
}

static inline double unit(void)
{
	return (double)(next_random() >> 11) * 0x1p-53;
}

static inline void make_vocabulary(void)
{
	double sum = 0;
	for (int i = 0; i < VOCABULARY; i++) {
		int n = 2 + (i > 30) + (i > 200) * (int)(next_random() % 3) + (i > 2000) * (int)(next_random() % 4);
		for (int k = 0; k < n; k++)
			vocabulary[i][k] = k % 2 ? "aeiou"[next_random() % 5] : "bcdfghjklmnprstvwz"[next_random() % 18];
		zipf[i] = sum += 1.0 / (i + 2.7);
	}
}

/* A word by a number in 0..1. */
static inline const char *word(double x)
{
	size_t lo = 0, hi = VOCABULARY - 1;
	for (x *= zipf[VOCABULARY - 1]; lo < hi;) {
		size_t mid = (lo + hi) / 2;
		if (zipf[mid] < x)
			lo = mid + 1;
		else
			hi = mid;
	}
	return vocabulary[lo];
}

static inline double fixed(uint64_t seed)
{
	return (double)(mix64(seed) >> 11) * 0x1p-53;
}

static inline void from_template(uint64_t t, struct buf *b)
{
	for (uint64_t i = 0; i < 20; i++)
		buf_printf(b, "%s ", word(fixed(i)));
	for (uint64_t i = 0, n = 60 + mix64(t) % 60; i < n; i++)
		buf_printf(b, "%s ", word(fixed((t << 20) + (i << 4) + (i % SLOT_EVERY ? 0 : next_random() % 5))));
	buf_printf(b, "now %d dollars. ", 100 + (int)(mix64(t + 9) % 9900));
	for (uint64_t i = 5 + next_random() % 15; i > 0; i--)
		buf_printf(b, "%s ", vocabulary[next_random() % VOCABULARY]);
}

#endif
