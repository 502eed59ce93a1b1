/* engine_bench.c - what discovery and attribution cost on invented fingerprints.
 *
 * bench-engine N: N messages of 60 engines (each with values of its own in the rigid families, a few in the free ones, one run of digits that
 * never repeats in every third message) and one in ten of software that is never seen again, from 200 hosts an engine. Prints one JSON line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/mem.h"
#include "engine/cluster.h"
#include "engine/packed.h"
#include "engine/view.h"

enum { ENGINES = 60, HOSTS = 200 };

static uint64_t state = 1;
static uint32_t next(uint32_t below)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)((state >> 33) % below);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_id(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return (a > b) - (a < b);
}

/* The value of a family: the engine's own, or one of a few where a campaign decides. */
static uint32_t value(struct engine_model *m, unsigned family, uint32_t engine, bool once)
{
	char text[80];
	bool is_free = engine_freedom(family) == FREEDOM_FREE;
	uint32_t v = once ? next(UINT32_MAX) : next(6);
	snprintf(text, sizeof text, "%s=v%x", (const char *)print_table[family].name.p,
		is_free && !once ? v
		: once           ? v % 5000
				 : engine);
	return engine_model_token(m, str_of(text));
}

static void make(struct engine_model *m, struct cluster_print *prints, struct cluster_message *messages, size_t n, struct arena *a)
{
	for (size_t i = 0; i < n; i++) {
		bool once = next(10) == 0;
		uint32_t engine = next(ENGINES), host = engine * 1000 + next(HOSTS), k = 0;
		uint32_t *t = arena_alloc(a, PRINT_COUNT * sizeof *t);
		must(t != NULL);
		for (unsigned f = 0; f < PRINT_COUNT; f++) {
			if (print_table[f].many)
				continue;
			t[k++] = f == PRINT_mid_seq && i % 3 == 0 ? value(m, f, 0, true) : value(m, f, engine, once && f % 3 == 0);
		}
		qsort(t, k, sizeof *t, by_id);
		uint8_t *packed = arena_alloc(a, PACKED_ROOM(k));
		must(packed != NULL);
		packed_put(t, k, packed);
		prints[i] = (struct cluster_print){packed};
		uint64_t peer = once ? 1000000 + i : host;
		messages[i] = (struct cluster_message){(uint32_t)i, peer + 1, peer + 1, (int64_t)i};
	}
}

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000;
	struct arena a;
	struct engine_model m;
	struct clusters found;
	struct rusage used;
	arena_init(&a, SIZE_MAX);
	engine_model_init(&m);
	struct cluster_print *prints = mem_alloc(n * sizeof *prints);
	struct cluster_message *messages = mem_alloc(n * sizeof *messages);
	must(prints && messages);
	make(&m, prints, messages, n, &a);
	double start = now();
	must(cluster_messages(&found, &m, prints, n, messages, n) == 0);
	double seconds = now() - start;
	getrusage(RUSAGE_SELF, &used);
	printf("{\"messages\": %zu, \"tokens\": %zu, \"engines\": %zu, \"seconds\": %.2f, \"us_per_message\": %.1f, \"max_rss_mb\": %ld}\n",
		n, m.tokens.n, found.n, seconds, seconds * 1e6 / (double)n, used.ru_maxrss / 1024);
	clusters_free(&found);
	engine_model_free(&m);
	mem_free(prints);
	mem_free(messages);
	arena_free(&a);
	return 0;
}
