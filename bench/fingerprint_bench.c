/* fingerprint_bench.c - prints or times the fingerprints of the messages of a box.
 *
 * bench-fingerprint show BOX [HOST ...]: one line a message: Message-ID, then its tokens, TAB between. HOSTs are trusted.
 * bench-fingerprint time BOX [HOST ...]: parses BOX, then times fingerprint_message alone. One JSON line.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/mem.h"
#include "feature/extract.h"
#include "feature/fingerprint.h"
#include "source/source.h"

enum { HOSTS = 16 };

struct run {
	struct arena a, work;
	struct psl *psl;
	struct trust trust;
	bool show;
	uint64_t messages, tokens, bytes;
	double cpu_s;
};

static double cpu_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void show(const struct row *row)
{
	printf("%.*s", STR_FMT(row->message_id));
	for (size_t i = 0; i < row->fingerprint.n; i++)
		printf("\t%.*s", STR_FMT(row->fingerprint.v[i]));
	putchar('\n');
}

static void one(struct run *r, const struct raw_mail *mail)
{
	struct extract_settings set = {.psl = r->psl};
	struct extract_input in = {.bytes = mail->bytes, .from_line = mail->from_line, .trust = &r->trust};
	struct doc doc;
	struct row row;
	struct message m;
	struct trace t;
	uint64_t ignored = 0;
	arena_reset(&r->work);
	must(extract_message(&r->work, &set, &in, &doc, &row) == 0);
	if (r->show)
		show(&row);
	else {
		must(message_parse(&r->work, in.bytes, &m) == 0);
		trace_find(&m, in.trust, &t, &ignored);
		double start = cpu_s();
		for (int i = 0; i < 8; i++)
			must(fingerprint_message(&r->work, &m, &t, &row, NULL, &row.fingerprint) == 0);
		r->cpu_s += (cpu_s() - start) / 8;
	}
	r->messages++;
	r->tokens += row.fingerprint.n;
	r->bytes += mail->bytes.n;
}

int main(int argc, char **argv)
{
	struct run r = {0};
	struct str hosts[HOSTS];
	struct err err = {0};
	struct source *s;
	struct source_settings settings = {0};
	struct raw_mail mail;
	int rc;
	if (argc < 3 || argc > 3 + HOSTS)
		return 2;
	const char *paths[] = {argv[2]};
	r.show = strcmp(argv[1], "show") == 0;
	for (int i = 3; i < argc; i++)
		hosts[i - 3] = str_of(argv[i]);
	r.trust = (struct trust){hosts, (size_t)argc - 3};
	arena_init(&r.a, LIM_ARENA);
	arena_init(&r.work, LIM_ARENA);
	if (psl_load(&r.psl, NULL, &err) || source_open(&s, paths, 1, &settings, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 3;
	}
	while ((rc = source_next(s, &r.a, &mail, &err)) > 0) {
		one(&r, &mail);
		arena_reset(&r.a);
	}
	if (!r.show)
		printf("{\"messages\": %llu, \"bytes\": %llu, \"tokens_per_message\": %.1f, \"us_per_message\": %.2f}\n",
			(unsigned long long)r.messages, (unsigned long long)r.bytes,
			(double)r.tokens / (double)(r.messages + !r.messages), r.cpu_s * 1e6 / (double)(r.messages + !r.messages));
	source_close(s);
	psl_unload(r.psl);
	arena_free(&r.a);
	arena_free(&r.work);
	return rc < 0;
}
