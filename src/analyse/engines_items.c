/* engines_items.c - what is known of each engine, as items of the store: hosts, versions, and the values that mark it. */
#include <stdio.h>
#include <stdlib.h>

#include "analyse/engines_int.h"
#include "analyse/former_record.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/time.h"
#include "engine/mark.h"

/* Marks: values that at least MARK_PERCENT of an engine's messages have; the MARKS that fewest others have. */
enum { MARK_PERCENT = 80, MARKS = 12, VERSION_LEAST = 20 };

struct line {
	name_id name;
	uint8_t source;
	uint32_t messages;
	uint32_t peers, nets;
	int64_t first, last;
	struct captured { /* of a learned engine: what is as it was captured */
		uint32_t messages, peers;
		int64_t first, last;
	} captured;
	struct former_sample sample;
};

struct items {
	struct engines *e;
	struct arena arena;
	struct line *lines;
	size_t n;
	uint32_t *line_of; /* by name_id: index + 1 */
	uint32_t *total;   /* by token: messages of the store */
	uint32_t *prints;  /* by engine */
	uint32_t *from;    /* by line, and one more: where its prints begin */
	uint32_t *own;     /* by token: of the engine in hand */
	uint32_t *touched; /* the tokens that it has */
	size_t n_touched;
	struct engine_mark *published;
	size_t n_published;
	uint64_t *bearing; /* of each: messages of the engine in hand */
};

static bool is_captured(const struct engines *e, size_t message)
{
	return e->a->messages[message].engine_source == ENGINE_LEARNED && !e->verdicts[e->prints.of[message] - 1].version;
}

static void widen(int64_t *first, int64_t *last, int64_t time)
{
	*first = *first == TIME_NONE || time < *first ? time : *first;
	*last = time > *last ? time : *last;
}

static bool find_lines(struct items *it)
{
	const struct analysis *a = it->e->a;
	it->line_of = arena_zalloc(&it->arena, a->names.n + 1, sizeof *it->line_of);
	it->lines = arena_zalloc(&it->arena, a->names.n + 1, sizeof *it->lines);
	if (!it->line_of || !it->lines)
		return false;
	for (size_t i = 0; i < a->n_messages; i++) {
		const struct analysed *m = &a->messages[i];
		if (!m->engine)
			continue;
		if (!it->line_of[m->engine]) {
			it->lines[it->n] = (struct line){.name = m->engine,
				.source = m->engine_source,
				.first = TIME_NONE,
				.last = TIME_NONE,
				.captured = {.first = TIME_NONE, .last = TIME_NONE}};
			it->line_of[m->engine] = (uint32_t)++it->n;
		}
		struct line *l = &it->lines[it->line_of[m->engine] - 1];
		bool captured = is_captured(it->e, i);
		l->messages++;
		former_sample_add(&l->sample, m->key);
		l->captured.messages += captured;
		if (m->time == TIME_NONE)
			continue;
		widen(&l->first, &l->last, m->time);
		if (captured)
			widen(&l->captured.first, &l->captured.last, m->time);
	}
	return true;
}

struct pair {
	uint32_t line;
	uint64_t host;
};

static int by_pair(const void *x, const void *y)
{
	const struct pair *a = x, *b = y;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return (a->host > b->host) - (a->host < b->host);
}

enum hosts { HOSTS_PEERS, HOSTS_NETS, HOSTS_CAPTURED, HOSTS_COUNT };

static uint32_t *hosts_of(struct line *l, enum hosts what)
{
	return what == HOSTS_PEERS ? &l->peers : what == HOSTS_NETS ? &l->nets : &l->captured.peers;
}

static bool count_hosts(struct items *it)
{
	const struct analysis *a = it->e->a;
	struct pair *v = mem_alloc((a->n_messages + 1) * sizeof *v);
	for (enum hosts what = 0; v && what < HOSTS_COUNT; what++) {
		size_t n = 0;
		for (size_t i = 0; i < a->n_messages; i++) {
			const struct analysed *m = &a->messages[i];
			uint64_t host = what == HOSTS_NETS ? engine_network(m) : engine_peer(m);
			if (m->engine && host && (what != HOSTS_CAPTURED || is_captured(it->e, i)))
				v[n++] = (struct pair){it->line_of[m->engine] - 1, host};
		}
		qsort(v, n, sizeof *v, by_pair);
		for (size_t i = 0; i < n; i++)
			if (!i || by_pair(&v[i - 1], &v[i]))
				++*hosts_of(&it->lines[v[i].line], what);
	}
	mem_free(v);
	return v != NULL;
}

static bool count_tokens(struct items *it)
{
	const struct engines *e = it->e;
	it->total = arena_zalloc(&it->arena, e->model.tokens.n + 1, sizeof *it->total);
	it->own = arena_zalloc(&it->arena, e->model.tokens.n + 1, sizeof *it->own);
	it->touched = arena_alloc(&it->arena, (e->model.tokens.n + 1) * sizeof *it->touched);
	for (size_t i = 0; it->total && i < e->prints.n; i++)
		for (struct packed_walk w = packed_begin(engine_print_packed(&e->prints, i)); packed_next(&w);)
			it->total[w.token] += engine_print_messages(&e->prints, i);
	return it->total && it->own && it->touched;
}

/* Prints by engine, so that not all are looked at for each. */
static bool list_prints(struct items *it)
{
	const struct engines *e = it->e;
	uint32_t *from = it->from = arena_zalloc(&it->arena, it->n + 2, sizeof *from);
	it->prints = arena_alloc(&it->arena, (e->prints.n + 1) * sizeof *it->prints);
	if (!from || !it->prints)
		return false;
	for (size_t i = 0; i < e->prints.n; i++) /* line_of: 0 where no message has the engine */
		from[it->line_of[e->verdicts[i].engine] + 1]++;
	from[1] = 0;
	for (size_t k = 2; k <= it->n + 1; k++)
		from[k] += from[k - 1];
	for (size_t i = 0; i < e->prints.n; i++)
		if (it->line_of[e->verdicts[i].engine])
			it->prints[from[it->line_of[e->verdicts[i].engine]]++] = (uint32_t)i;
	return true;
}

/* Its prints end where those of the next line begin. */
static size_t prints_from(const struct items *it, const struct line *l)
{
	return it->from[l - it->lines];
}

static void put_number(struct json *j, const char *key, int64_t n)
{
	json_key(j, key);
	json_int(j, n);
}

static void put_span(struct json *j, int64_t first, int64_t last)
{
	json_key(j, "first");
	json_time(j, first == INT64_MAX ? TIME_NONE : first);
	json_key(j, "last");
	json_time(j, last);
}

struct mark {
	uint32_t token;
	double share, lift; /* of its messages; against the share in the rest */
};

static _Thread_local const struct engine_token *sort_tokens;
static int by_lift(const void *x, const void *y)
{
	const struct mark *a = x, *b = y;
	if (a->lift < b->lift || a->lift > b->lift)
		return a->lift > b->lift ? -1 : 1;
	return str_cmp(sort_tokens[a->token].text, sort_tokens[b->token].text);
}

/* One of each family. */
static void put_marks(struct items *it, struct json *j, const struct line *l)
{
	const struct engines *e = it->e;
	bool done[PRINT_COUNT] = {false};
	size_t n = 0;
	double rest = (double)(e->a->n_messages - l->messages) + 1;
	struct mark *v = mem_alloc((it->n_touched + 1) * sizeof *v);
	j->out->oom |= !v;
	json_key(j, "marks");
	json_arr(j);
	for (size_t i = 0; v && i < it->n_touched; i++) {
		uint32_t t = it->touched[i];
		if ((uint64_t)it->own[t] * 100 >= (uint64_t)l->messages * MARK_PERCENT)
			v[n++] =
				(struct mark){t, (double)it->own[t] / l->messages, ((double)it->total[t] - it->own[t]) / rest * -1};
	}
	sort_tokens = e->model.tokens.v;
	if (v && n)
		qsort(v, n, sizeof *v, by_lift);
	for (size_t i = 0, shown = 0; v && i < n && shown < MARKS; i++) {
		const struct engine_token *t = &e->model.tokens.v[v[i].token];
		if (done[t->family])
			continue;
		done[t->family] = true;
		shown++;
		json_obj(j);
		json_key(j, "token");
		json_str(j, t->text);
		json_key(j, "share");
		json_num(j, v[i].share, 3);
		json_key(j, "elsewhere");
		json_num(j, -v[i].lift, 4);
		json_obj_end(j);
	}
	json_arr_end(j);
	mem_free(v);
}

/* Of each published mark how many of its messages bear it. */
static void count_published(struct items *it, const struct line *l)
{
	const struct engines *e = it->e;
	memset(it->bearing, 0, it->n_published * sizeof *it->bearing);
	for (size_t i = prints_from(it, l); i < prints_from(it, l + 1); i++) {
		const struct engine_tokens t = engine_print_tokens(&e->prints, it->prints[i]);
		for (size_t k = 0; k < it->n_published; k++)
			if (engine_mark_fits(&it->published[k], &e->model, t.token, t.n))
				it->bearing[k] += e->verdicts[it->prints[i]].named;
	}
}

/* Those that most of its messages bear: told, never a name. */
static void put_published(struct items *it, struct json *j, const struct line *l)
{
	count_published(it, l);
	json_key(j, "published_marks");
	json_arr(j);
	for (size_t k = 0; k < it->n_published; k++) {
		const struct engine_mark *m = &it->published[k];
		uint64_t n = it->bearing[k];
		if (n * 2 <= l->messages)
			continue;
		json_obj(j);
		json_key(j, "name");
		json_str(j, m->name);
		json_key(j, "source");
		json_str(j, m->source);
		json_key(j, "ham");
		json_str(j, m->ham);
		json_key(j, "share");
		json_num(j, (double)n / l->messages, 3);
		json_obj_end(j);
	}
	json_arr_end(j);
}

/* What changed: from the version before the rigid values that differ; from the captures all constants that do. */
static void put_changes(const struct engines *e, struct json *j, const uint32_t *now, const uint32_t *before)
{
	json_key(j, "changes");
	json_arr(j);
	for (unsigned f = 0; now && f < PRINT_COUNT; f++)
		if (now[f] && now[f] != before[f])
			json_str(j, e->model.tokens.v[now[f] - 1].text);
	json_arr_end(j);
}

static void put_version(struct json *j, const char *name, uint32_t messages, uint32_t peers, int64_t first, int64_t last)
{
	json_obj(j);
	json_key(j, "version");
	json_z(j, name);
	put_number(j, "messages", messages);
	put_number(j, "peers", peers);
	put_span(j, first, last);
}

/* A cluster's versions, while the item has room. A learned engine's differ from the captures, the others from each other. */
static int put_cluster(const struct engines *e, struct json *j, size_t cluster, const uint32_t **before, size_t *left_out)
{
	const struct cluster *c = &e->clusters.v[cluster];
	struct engine_contrast contrast = {.any = false};
	const struct engine_class *k =
		engine_model_find(&e->model, ENGINE_BOT, analysis_name_text(e->a, e->cluster_name[cluster]), false);
	bool learned = k && e->cluster_source[cluster] == ENGINE_LEARNED;
	if (learned && engines_contrast(e, (uint32_t)cluster, k, &contrast))
		return err_oom(e->err, "engines");
	for (size_t i = 0, shown = 0; i < c->n_versions; i++) {
		const struct cluster_version *v = &c->versions[i];
		char hex[9];
		if (v->messages < VERSION_LEAST)
			continue;
		if (j->out->n > LIM_ITEM / 4) {
			++*left_out;
			continue;
		}
		snprintf(hex, sizeof hex, "%08llx", (unsigned long long)(v->key >> 32));
		put_version(j, hex, v->messages, v->peers, v->first, v->last);
		if (learned && !shown++)
			put_changes(e, j, contrast.its, contrast.own);
		else
			put_changes(e, j, *before ? v->rigid : NULL, *before);
		json_obj_end(j);
		*before = v->rigid;
	}
	return 0;
}

static int put_versions(const struct engines *e, struct json *j, const struct line *l)
{
	const uint32_t *before = NULL;
	size_t left_out = 0;
	int rc = 0;
	json_key(j, "versions");
	json_arr(j);
	if (l->captured.messages) {
		put_version(j, "captured", l->captured.messages, l->captured.peers, l->captured.first, l->captured.last);
		put_changes(e, j, NULL, NULL);
		json_obj_end(j);
	}
	for (uint32_t k = engine_first_named(e, l->name); k && !rc; k = e->next_named[k - 1])
		rc = put_cluster(e, j, k - 1, &before, &left_out);
	json_arr_end(j);
	if (left_out) {
		json_key(j, "versions_left_out");
		json_int(j, (int64_t)left_out);
	}
	return rc;
}

/* What its versions would call it: a name that it had, or will have (former.h); the first some ten thousand. */
static void put_names(const struct engines *e, struct json *j, const struct line *l)
{
	json_key(j, "names");
	json_arr(j);
	for (uint32_t k = engine_first_named(e, l->name); k; k = e->next_named[k - 1])
		for (size_t i = 0; i < e->clusters.v[k - 1].n_versions && j->out->n < LIM_ITEM / 2; i++)
			if (e->clusters.v[k - 1].versions[i].messages >= CLUSTER_VERSION || i == 0)
				json_z(j, e->clusters.v[k - 1].versions[i].name);
	json_arr_end(j);
}

static int put_item(struct items *it, const struct line *l)
{
	static const char *const sources[] = {"", "learned", "pack", "discovered"};
	struct engines *e = it->e;
	struct buf out;
	struct json j = json_to(&out);
	struct str name = analysis_name_text(e->a, l->name);
	buf_init(&out, LIM_ITEM);
	json_obj(&j);
	json_key(&j, "name");
	json_str(&j, name);
	json_key(&j, "label_source");
	json_z(&j, sources[l->source]);
	put_number(&j, "messages", l->messages);
	put_number(&j, "peers", l->peers);
	put_number(&j, "networks", l->nets);
	put_span(&j, l->first, l->last);
	int rc = put_versions(e, &j, l);
	put_marks(it, &j, l);
	put_published(it, &j, l);
	put_names(e, &j, l);
	json_key(&j, "sample");
	former_sample_json(&j, &l->sample);
	json_obj_end(&j);
	if (!rc)
		rc = buf_ok(&out) ? store_put_item(e->a->store, "engine", name, buf_str(&out), e->err) : err_oom(e->err, "engines");
	buf_free(&out);
	return rc;
}

/* The tokens of one engine's messages, counted; back to nothing afterwards. */
static int put_one(struct items *it, const struct line *l)
{
	const struct engines *e = it->e;
	it->n_touched = 0;
	for (size_t i = prints_from(it, l); i < prints_from(it, l + 1); i++) {
		uint32_t named = e->verdicts[it->prints[i]].named;
		struct packed_walk w = packed_begin(engine_print_packed(&e->prints, it->prints[i]));
		while (named && packed_next(&w)) {
			if (!it->own[w.token])
				it->touched[it->n_touched++] = w.token;
			it->own[w.token] += named;
		}
	}
	int rc = put_item(it, l);
	for (size_t i = 0; i < it->n_touched; i++)
		it->own[it->touched[i]] = 0;
	return rc;
}

static bool is_line(void *ctx, struct str name)
{
	const struct items *it = ctx;
	const struct map_entry *e = map_get(&it->e->a->name_ids, name);
	return e && it->line_of[e->value];
}

int engines_put_items(struct engines *e)
{
	struct items it = {.e = e};
	arena_init(&it.arena, SIZE_MAX);
	int rc = find_lines(&it) ? former_keep_engines(e->a, is_line, &it, e->err) : err_oom(e->err, "engines");
	rc = rc ? rc : store_clear_items(e->a->store, "engine", e->err);
	if (!rc)
		rc = engine_marks_load(&e->model, &it.arena, &it.published, &it.n_published, e->err);
	it.bearing = arena_alloc(&it.arena, (it.n_published + 1) * sizeof *it.bearing);
	if (!rc && (!it.bearing || !count_hosts(&it) || !count_tokens(&it) || !list_prints(&it)))
		rc = err_oom(e->err, "engines");
	for (size_t i = 0; i < it.n && !rc; i++)
		rc = put_one(&it, &it.lines[i]);
	arena_free(&it.arena);
	return rc;
}
