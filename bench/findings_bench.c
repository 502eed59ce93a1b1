/* findings_bench.c - the findings of messages whose engine and programme are given: the step alone, without mail or store.
 *
 * stdin: one message a line, tab-separated: Unix time, feed, engine ("" none), learned|discovered, programme, brand, category.
 * stdout: {"events":[...]} as `trapline events --format json` writes them. Used by bench/findings.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyse/analysis.h"
#include "base/limits.h"
#include "finding/find.h"

static struct event *grow(struct traffic *t, size_t *cap)
{
	if (t->n_events == *cap) {
		size_t want = *cap ? *cap * 2 : 4096;
		t->events = arena_grow(t->arena, t->events, *cap * sizeof *t->events, want * sizeof *t->events);
		*cap = want;
	}
	return t->events ? &t->events[t->n_events++] : NULL;
}

static uint32_t feed_number(struct analysis *a, struct str name)
{
	for (uint32_t i = 1; i < a->n_feeds; i++)
		if (str_eq(a->feeds[i], name))
			return i;
	a->feeds[a->n_feeds] = arena_dup(&a->arena, name);
	return (uint32_t)a->n_feeds++;
}

static bool read_line(struct analysis *a, struct traffic *t, struct str line, size_t *cap, struct err *err)
{
	struct str f[7] = {{0}};
	size_t n = 0;
	uint64_t time;
	for (struct str rest = line, tok; n < 7 && str_next(&rest, '\t', &tok);)
		f[n++] = tok;
	if (n < 6 || !str_u64(f[0], &time))
		return false;
	struct event *e = grow(t, cap);
	if (!e)
		return false;
	*e = (struct event){.time = (int64_t)time,
		.key = t->n_events,
		.feed = feed_number(a, f[1]),
		.engine = analysis_name_of(a, f[2], err),
		.discovered = str_eq(f[3], S("discovered")),
		.programme = analysis_name_of(a, f[4], err),
		.brand = analysis_name_of(a, f[5], err),
		.category = analysis_name_of(a, f[6], err),
		.campaign = (name_id)t->n_events}; /* bench/findings draws each message by itself */
	return true;
}

int main(void)
{
	struct analysis a = {0}; /* for its names */
	struct traffic t = {.arena = &a.arena, .found = &a.findings};
	struct err err = {0};
	struct buf out;
	char *line = NULL;
	size_t room = 0, cap = 0;
	arena_init(&a.arena, SIZE_MAX);
	map_init(&a.name_ids, SIZE_MAX);
	buf_init(&out, 64 * MIB);
	a.feeds = arena_zalloc(&a.arena, 1000, sizeof *a.feeds);
	a.n_feeds = 1;
	if (!vec_push(&a.arena, &a.names, 1))
		return 1;
	for (ssize_t n; (n = getline(&line, &room, stdin)) > 0;)
		if (!read_line(&a, &t,
			    str_rtrim(str_make(line, (size_t)n)).n ? str_make(line, (size_t)n - (line[n - 1] == '\n')) : S(""),
			    &cap, &err))
			fprintf(stderr, "findings_bench: not read: %s", line);
	t.names = a.names.v;
	t.n_names = a.names.n;
	t.feeds = a.feeds;
	t.n_feeds = a.n_feeds;
	if (findings_find(&t, &err)) {
		fprintf(stderr, "findings_bench: %s\n", err.text);
		return 1;
	}
	struct json j = json_to(&out);
	json_obj(&j);
	json_key(&j, "events");
	json_arr(&j);
	for (size_t i = 0; i < a.findings.n; i++)
		finding_json(&j, &a.findings.v[i]);
	json_arr_end(&j);
	json_obj_end(&j);
	fwrite(out.p, 1, out.n, stdout);
	putchar('\n');
	free(line);
	return 0;
}
