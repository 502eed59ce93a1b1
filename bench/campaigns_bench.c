/* campaigns_bench KIND N: N messages to campaigns. Prints one JSON line: time a mail for the sketch and for the grouping, pairs
 * compared, peak memory.
 *
 * KIND  templates   from templates of 60 to 120 words, a fifth of them slots; sizes of campaigns by Zipf's law, N/50 of them; prices and
 *                   domains of their own; 20 words common to all; 5 to 20 random words behind
 *       small       the same, N/3 of them and all as large: three messages each on the average
 *       unrelated   120 words by Zipf's law each
 *       identical   one message
 *       chain       each message half of the one before and half new
 *       crowded     made to cost: groups of as many as a bucket is searched through for, alike in link, numbers and their order, of unrelated texts
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "analyse/campaigns.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "campaign/lsh.h"
#include "campaign/sketch.h"

enum { VOCABULARY = 20000, SLOT_EVERY = 5 };

static char vocabulary[VOCABULARY][12];
static double zipf[VOCABULARY];
static uint64_t state = 20100923;

static uint64_t next_random(void)
{
	return mix64(state += 0x9e3779b97f4a7c15u);
}

static double unit(void)
{
	return (double)(next_random() >> 11) * 0x1p-53;
}

static void make_vocabulary(void)
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
static const char *word(double x)
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

static double fixed(uint64_t seed)
{
	return (double)(mix64(seed) >> 11) * 0x1p-53;
}

static void from_template(uint64_t t, struct buf *b)
{
	for (uint64_t i = 0; i < 20; i++)
		buf_printf(b, "%s ", word(fixed(i)));
	for (uint64_t i = 0, n = 60 + mix64(t) % 60; i < n; i++)
		buf_printf(b, "%s ", word(fixed((t << 20) + (i << 4) + (i % SLOT_EVERY ? 0 : next_random() % 5))));
	buf_printf(b, "now %d dollars. ", 100 + (int)(mix64(t + 9) % 9900));
	for (uint64_t i = 5 + next_random() % 15; i > 0; i--)
		buf_printf(b, "%s ", vocabulary[next_random() % VOCABULARY]);
}

static void text_of(const char *kind, size_t i, size_t n, struct buf *b, uint64_t *t)
{
	*t = i;
	bool small = strcmp(kind, "small") == 0;
	if (small || strcmp(kind, "templates") == 0) {
		double u = unit();
		*t = (uint64_t)(small ? (double)(n / 3 + 1) * u
				      : (double)(n / 50 + 1) * u * u * u); /* few large ones, many small */
		from_template(*t, b);
	} else if (strcmp(kind, "identical") == 0) {
		*t = 0;
		buf_add(b,
			S("Get your medicines without leaving the house and save up to 23 dollars, free shipping for orders above 427"));
	} else if (strcmp(kind, "chain") == 0) {
		*t = 0;
		for (uint64_t k = 0; k < 120; k++)
			buf_printf(b, "%s ", word(fixed(((i + k / 60) << 20) + k % 60)));
	} else {
		bool crowded = strcmp(kind, "crowded") == 0;
		for (int k = 0; k < 120; k++)
			buf_printf(b, "%s ", word(unit()));
		*t = crowded ? i / LSH_BUCKET : i;
		for (uint64_t k = 0; crowded && k < SKETCH_FACTS; k++)
			buf_printf(b, "%d ", 10000 + (int)(mix64(*t << 4 | k) % 90000));
	}
	buf_add(b, S("."));
}

static double cpu_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* digest: of the answer for each message. */
static size_t distinct(const struct campaign_set *set, size_t n, size_t *largest, uint64_t *digest)
{
	uint64_t *v = mem_alloc((n + 1) * sizeof *v);
	size_t m = 0, found = 0, run = 0;
	must(v);
	for (size_t i = 0; i < n; i++) {
		bool has = campaign_set_of(set, i, &v[m]);
		*digest = mix64(*digest ^ (has ? v[m] : 0));
		m += has;
	}
	qsort(v, m, sizeof *v, by_value);
	for (size_t i = 0; i < m; i++) {
		run = i && v[i] == v[i - 1] ? run + 1 : 1;
		found += run == 1;
		*largest = run > *largest ? run : *largest;
	}
	mem_free(v);
	return found;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: campaigns_bench templates|small|unrelated|identical|chain|crowded N\n");
		return 2;
	}
	size_t n = (size_t)strtoull(argv[2], NULL, 10);
	struct err err = {0};
	struct campaign_set *set;
	struct arena a;
	struct rusage use;
	double sketching = 0, grouping, start;
	bool crowded = strcmp(argv[1], "crowded") == 0;
	uint64_t digest = 0;
	size_t largest = 0, bytes = 0;
	make_vocabulary();
	arena_init(&a, LIM_ARENA);
	must(campaign_set_new(&set, &err) == 0);
	for (size_t i = 0; i < n; i++) {
		struct buf b;
		char host[32];
		uint64_t t;
		arena_reset(&a);
		buf_init_arena(&b, &a, 64 * KIB);
		text_of(argv[1], i, n, &b, &t);
		snprintf(host, sizeof host, "d%llu.example", (unsigned long long)(t * 4 + (crowded ? 0 : next_random() % 3)));
		struct url u = {
			.raw = S("http://h.example/a/b.php"), .host = str_of(host), .domain = str_of(host), .flags = URL_LINK};
		struct doc d = {.text = buf_str(&b), .subject = S("your order"), .urls = &u, .n_urls = 1};
		start = cpu_now();
		struct str s = sketch_of(&a, &d);
		sketching += cpu_now() - start;
		must(s.p && campaign_set_add(set, s, mix64(i), &err) == 0);
		bytes += s.n;
	}
	start = cpu_now();
	must(campaign_set_group(set, &err) == 0);
	grouping = cpu_now() - start;
	size_t campaigns = distinct(set, n, &largest, &digest);
	getrusage(RUSAGE_SELF, &use);
	printf("{\"kind\":\"%s\",\"messages\":%zu,\"sketch_us\":%.2f,\"group_us\":%.2f,\"group_s\":%.2f,\"pairs_a_message\":%.2f,"
	       "\"campaigns\":%zu,\"largest\":%zu,\"sketch_bytes\":%.0f,\"peak_mb\":%ld,\"digest\":\"%016llx\"}\n",
		argv[1], n, sketching / (double)n * 1e6, grouping / (double)n * 1e6, grouping,
		(double)campaign_set_compared(set) / (double)n, campaigns, largest, (double)bytes / (double)n, use.ru_maxrss / 1024,
		(unsigned long long)digest);
	campaign_set_del(set);
	arena_free(&a);
	return 0;
}
