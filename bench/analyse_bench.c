/* analyse_bench STORE [MODEL]: relates what STORE holds anew, with the shipped packs; one JSON line: microseconds of processor time a
 * message by step, and the most memory up to its end. The store is written to. MODEL: learned engines. */
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "analyse/analysis.h"

static double cpu_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

struct parts {
	double last, all, each;
	int64_t messages;
};

static void part_done(void *ctx, const char *part)
{
	struct parts *p = ctx;
	double now = cpu_us(), us = now - p->last;
	struct rusage use;
	getrusage(RUSAGE_SELF, &use);
	printf("\"%s_us\":%.2f,\"%s_mb\":%ld,", part, us / p->each, part, use.ru_maxrss / 1024);
	p->all += us;
	p->last = now;
}

int main(int argc, char **argv)
{
	struct err err = {0};
	struct store *s = NULL;
	struct pack *pack = NULL;
	struct parts p = {0};
	struct rusage use;
	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: analyse_bench STORE [MODEL]\n");
		return 2;
	}
	struct analyse_settings set = {
		.model = argc > 2 ? argv[2] : NULL, .model_required = true, .force = true, .done = part_done, .done_ctx = &p};
	int rc = pack_open(&pack, true, NULL, 0, &err);
	rc = rc ? rc : store_open(&s, argv[1], STORE_WRITE, &err);
	rc = rc ? rc : store_count(s, &p.messages, &err);
	if (rc == 0) {
		set.pack = pack;
		p.each = p.messages ? (double)p.messages : 1;
		printf("{\"messages\":%lld,", (long long)p.messages);
		p.last = cpu_us();
		rc = analyse_run(s, &set, &err);
		getrusage(RUSAGE_SELF, &use);
		printf("\"us\":%.2f,\"peak_mb\":%ld}\n", p.all / p.each, use.ru_maxrss / 1024);
	}
	if (rc < 0)
		fprintf(stderr, "%s\n", err.text);
	store_close(s);
	pack_close(pack);
	return rc < 0;
}
