/* match_bench.c - times the attribution of messages and the reading of their HTML, each alone.
 *
 * bench-match BOX [ROUNDS]: extracts all messages of BOX into memory (a few MB of mail are enough), then goes over all of them ROUNDS times (9).
 * One JSON line: processor time of the fastest round, in microseconds a message.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "base/vec.h"
#include "codec/html.h"
#include "feature/extract.h"
#include "match/match.h"
#include "source/source.h"

enum { MEMORY = 1 << 30 };

struct bench {
	struct arena kept, work;
	struct source *source; /* the messages point into it */
	struct psl *psl;
	struct pack *pack;
	struct matcher *matcher;
	struct matcher_scratch *scratch;
	VEC(struct doc) docs;
	VEC(struct str) html;
};

static double cpu_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void keep(struct bench *b, const struct raw_mail *mail)
{
	static const struct trust nobody;
	struct extract_settings set = {.psl = b->psl};
	struct extract_input in = {.bytes = mail->bytes, .from_line = mail->from_line, .trust = &nobody};
	struct row row;
	struct message m;
	uint64_t ignored = 0;
	struct doc *d = vec_push(&b->kept, &b->docs, MEMORY);
	must(d && extract_message(&b->kept, &set, &in, d, &row) == 0 && message_parse(&b->kept, in.bytes, &m) == 0);
	for (size_t i = 0; i < m.n_parts; i++) {
		if (!m.parts[i].is_text || !part_is(&m.parts[i], "text", "html"))
			continue;
		struct str *text = vec_push(&b->kept, &b->html, MEMORY);
		must(text && part_text(&b->kept, &m.parts[i], text, &ignored) == 0);
	}
}

static double match_round(struct bench *b)
{
	double start = cpu_s();
	for (size_t i = 0; i < b->docs.n; i++) {
		struct row row = {0};
		arena_reset(&b->work);
		must(match_doc(b->matcher, b->scratch, &b->work, &b->docs.v[i], &row) == 0);
	}
	return cpu_s() - start;
}

static double html_round(struct bench *b)
{
	double start = cpu_s();
	for (size_t i = 0; i < b->html.n; i++) {
		struct html_settings settings = {.valid_utf8 = true};
		struct html_result r;
		uint64_t ignored = 0;
		arena_reset(&b->work);
		must(html_scan(&b->work, b->html.v[i], &settings, &r, &ignored) == 0);
	}
	return cpu_s() - start;
}

static int load(struct bench *b, const char *path, struct err *err)
{
	struct source_settings settings = {0};
	struct raw_mail mail;
	int rc = source_open(&b->source, &path, 1, &settings, err);
	if (rc < 0)
		return rc;
	while ((rc = source_next(b->source, &b->kept, &mail, err)) > 0)
		keep(b, &mail);
	return rc;
}

int main(int argc, char **argv)
{
	struct bench b = {0};
	struct err err = {0};
	if (argc < 2)
		return 2;
	int rounds = argc > 2 ? atoi(argv[2]) : 9;
	arena_init(&b.kept, MEMORY);
	arena_init(&b.work, MEMORY);
	if (psl_load(&b.psl, NULL, &err) || pack_open(&b.pack, true, NULL, 0, &err) ||
		matcher_open(&b.matcher, b.pack, NULL, &err) || matcher_scratch_new(&b.scratch, b.matcher, &err) ||
		load(&b, argv[1], &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 3;
	}
	double match = 1e9, html = 1e9;
	for (int i = 0; i < rounds; i++) {
		double m = match_round(&b), h = html_round(&b);
		match = m < match ? m : match;
		html = h < html ? h : html;
	}
	double n = (double)b.docs.n + !b.docs.n;
	printf("{\"messages\": %zu, \"html_parts\": %zu, \"match_us\": %.2f, \"html_us\": %.2f}\n", b.docs.n, b.html.n,
		match * 1e6 / n, html * 1e6 / n);
	matcher_scratch_del(b.scratch);
	matcher_close(b.matcher);
	pack_close(b.pack);
	psl_unload(b.psl);
	source_close(b.source);
	arena_free(&b.kept);
	arena_free(&b.work);
	return 0;
}
