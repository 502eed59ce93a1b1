/* campaigns_bench KIND N: N messages to campaigns. Prints one JSON line: time a mail for the sketch and for the grouping, pairs
 * compared, peak memory; precision and recall (B-cubed) of the campaigns against the templates that the messages were made from.
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
#include "base/limits.h"
#include "base/mem.h"
#include "campaign/lsh.h"
#include "campaign/sketch.h"
#include "made.h"

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

/* A message: the template that it was made from, and its campaign, or a number of its own. */
struct answer {
	uint64_t template, campaign;
};

static int by_campaign(const void *a, const void *b)
{
	const struct answer *x = a, *y = b;
	if (x->campaign != y->campaign)
		return x->campaign > y->campaign ? 1 : -1;
	return (x->template > y->template) - (x->template <y->template);
}

static int by_template(const void *a, const void *b)
{
	const struct answer *x = a, *y = b;
	if (x->template != y->template)
		return x->template > y->template ? 1 : -1;
	return (x->campaign > y->campaign) - (x->campaign < y->campaign);
}

/* Sorted answers: the mean over the messages of the part that the messages of both template and campaign are of those of one of them. */
static double b_cubed(const struct answer *v, size_t n, bool of_template)
{
	double sum = 0;
	for (size_t i = 0, j; i < n; i = j) {
		double squares = 0;
		for (j = i; j < n && (of_template ? v[j].template == v[i].template : v[j].campaign == v[i].campaign);) {
			size_t k = j;
			while (k < n && v[k].template == v[j].template && v[k].campaign == v[j].campaign)
				k++;
			squares += (double)(k - j) * (double)(k - j);
			j = k;
		}
		sum += squares / (double)(j - i);
	}
	return n ? sum / (double)n : 0;
}

struct score {
	size_t campaigns, largest;
	uint64_t digest; /* of the answer for each message */
	double precision, recall;
};

static struct score score_of(const struct campaign_set *set, const uint32_t *template, size_t n)
{
	struct answer *v = mem_alloc((n + 1) * sizeof *v);
	struct score s = {0};
	must(v);
	for (size_t i = 0; i < n; i++) {
		uint64_t key = 0;
		bool has = campaign_set_of(set, i, &key);
		s.digest = mix64(s.digest ^ key);
		v[i] = (struct answer){template[i], has ? key | 1 : (uint64_t)i << 1};
	}
	qsort(v, n, sizeof *v, by_campaign);
	for (size_t i = 0, run = 0; i < n; i++) {
		run = i && v[i].campaign == v[i - 1].campaign ? run + 1 : 1;
		s.campaigns += run == 1 && v[i].campaign & 1;
		s.largest = run > s.largest ? run : s.largest;
	}
	s.precision = b_cubed(v, n, false);
	qsort(v, n, sizeof *v, by_template);
	s.recall = b_cubed(v, n, true);
	mem_free(v);
	return s;
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
	size_t bytes = 0;
	uint32_t *template = mem_alloc((n + 1) * sizeof *template);
	make_vocabulary();
	arena_init(&a, LIM_ARENA);
	must(template && campaign_set_new(&set, &err) == 0);
	for (size_t i = 0; i < n; i++) {
		struct buf b;
		char host[32];
		uint64_t t;
		arena_reset(&a);
		buf_init_arena(&b, &a, 64 * KIB);
		text_of(argv[1], i, n, &b, &t);
		template[i] = (uint32_t)t;
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
	getrusage(RUSAGE_SELF, &use);
	struct score score = score_of(set, template, n);
	printf("{\"kind\":\"%s\",\"messages\":%zu,\"sketch_us\":%.2f,\"group_us\":%.2f,\"group_s\":%.2f,\"pairs_a_message\":%.2f,"
	       "\"campaigns\":%zu,\"largest\":%zu,\"precision\":%.5f,\"recall\":%.5f,\"sketch_bytes\":%.0f,\"peak_mb\":%ld,"
	       "\"digest\":\"%016llx\"}\n",
		argv[1], n, sketching / (double)n * 1e6, grouping / (double)n * 1e6, grouping,
		(double)campaign_set_compared(set) / (double)n, score.campaigns, score.largest, score.precision, score.recall,
		(double)bytes / (double)n, use.ru_maxrss / 1024, (unsigned long long)score.digest);
	mem_free(template);
	campaign_set_del(set);
	arena_free(&a);
	return 0;
}
