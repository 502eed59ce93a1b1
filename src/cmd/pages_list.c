/* pages_list.c - stored pages and chains as tables. */
#include <jansson.h>
#include <stdlib.h>

#include "base/json_read.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "cmd/output.h"
#include "cmd/pages.h"

/* ---- list ---- */

static const struct column list_columns[] = {
	{.name = "time", .kind = KIND_TIME},
	{.name = "kind", .kind = KIND_WORD},
	{.name = "status", .kind = KIND_INT},
	{.name = "url", .kind = KIND_TEXT, .show = SHOW_URL},
	{.name = "title", .kind = KIND_TEXT},
	{.name = "hops", .kind = KIND_INT},
	{.name = "final", .kind = KIND_TEXT, .show = SHOW_URL},
	{.name = "final_role", .kind = KIND_WORD},
};

struct page_list {
	struct listing list;
	struct store *store;
	struct arena arena;
	struct err *err;
};

static void cells(struct table *t, const json_t *page, const json_t *chain)
{
	struct str end = json_text_of(chain, "final");
	table_time(t, json_time_of(page, "time"));
	table_str(t, json_text_of(page, "kind"));
	table_int(t, json_int_of(page, "status"));
	table_str(t, json_text_of(page, "url"));
	table_str(t, json_text_of(page, "title"));
	table_int(t, chain ? (int64_t)json_array_size(json_object_get(chain, "hops")) : 1);
	table_str(t, end.n ? end : json_text_of(page, "url"));
	table_str(t, end.n ? json_text_of(chain, "final_role") : json_text_of(page, "kind"));
}

/* The page's own object with its chain as a member. */
static void object(struct json *j, struct str page, struct str chain)
{
	size_t close = str_rfind_byte(page, '}');
	struct buf whole;
	buf_init(&whole, page.n + chain.n + 32);
	buf_add(&whole, str_first(page, close == STR_NPOS ? page.n : close));
	buf_add(&whole, S(",\"chain\":"));
	buf_add(&whole, chain.n ? chain : S("null"));
	buf_add(&whole, S("}"));
	if (buf_ok(&whole))
		json_raw(j, buf_str(&whole));
	buf_free(&whole);
}

static int list_page(void *ctx, struct str id, struct str json)
{
	struct page_list *l = ctx;
	struct str chain = S("");
	if (!listing_row(&l->list))
		return 0;
	arena_reset(&l->arena);
	int rc = store_item(l->store, "chain", id, &l->arena, &chain, l->err);
	if (rc < 0)
		return rc;
	chain = rc ? chain : S("");
	struct json *j = table_json(&l->list.t);
	if (j) {
		object(j, json, chain);
		return 0;
	}
	json_t *p = json_parse(json);
	json_t *c = chain.n ? json_parse(chain) : NULL;
	cells(&l->list.t, p, c);
	json_decref(p);
	json_decref(c);
	return 0;
}

int pages_list(struct session *s, struct err *err)
{
	struct page_list l;
	if (listing_begin(&l.list, s->o, "pages", list_columns, sizeof list_columns / sizeof *list_columns, err))
		return err->kind;
	l.store = s->store;
	l.err = err;
	arena_init(&l.arena, LIM_PAGE_ARENA);
	int rc = store_items(s->store, "page", list_page, &l, err);
	arena_free(&l.arena);
	return listing_end(&l.list, rc, err);
}

/* ---- summary ---- */

static const struct column summary_columns[] = {
	{.name = "of", .kind = KIND_WORD},
	{.name = "value", .kind = KIND_WORD},
	{.name = "captures", .kind = KIND_INT},
	{.name = "domains", .kind = KIND_INT},
};

struct count {
	struct str of, value;
	int64_t captures, domains;
};
struct summary_work {
	struct arena arena;
	struct map pairs, rows;
	VEC(struct count) counts;
	bool oom;
};

static void count(struct summary_work *w, const char *of, struct str value, struct str domain)
{
	struct buf key;
	bool fresh = false;
	buf_init(&key, 4 * KIB);
	buf_printf(&key, "%s\t%.*s", of, STR_FMT(value));
	struct map_entry *e = buf_ok(&key) ? map_put(&w->rows, buf_str(&key), &fresh) : NULL;
	if (e && fresh) {
		struct count *c = vec_push(&w->arena, &w->counts, 1000);
		w->oom |= w->arena.failed;
		if (c) {
			c->of = str_of(of);
			c->value = str_from(e->key, strlen(of) + 1);
			e->value = w->counts.n;
		}
	}
	if (e && e->value) {
		struct count *c = &w->counts.v[e->value - 1];
		c->captures++;
		buf_byte(&key, '\t');
		buf_add(&key, domain);
		w->oom |= !map_put(&w->pairs, buf_str(&key), &fresh);
		c->domains += fresh;
	}
	w->oom |= !e;
	buf_free(&key);
}

static int sum_page(void *ctx, struct str id, struct str json)
{
	(void)id;
	json_t *o = json_parse(json);
	count(ctx, "page", json_text_of(o, "kind"), json_text_of(o, "domain"));
	json_decref(o);
	return 0;
}

static int sum_chain(void *ctx, struct str id, struct str json)
{
	(void)id;
	json_t *o = json_parse(json), *hops = json_object_get(o, "hops");
	struct str end = json_text_of(o, "end");
	count(ctx, "chain end", str_eq(end, S("page")) ? json_text_of(o, "final_role") : end, json_text_of(o, "final_domain"));
	const json_t *first = json_array_get(hops, 0); /* every hop but the last begins a chain of its own */
	count(ctx, "hop", json_text_of(first, "role"), json_text_of(first, "domain"));
	json_decref(o);
	return 0;
}

static int by_count(const void *a, const void *b)
{
	const struct count *x = a, *y = b;
	int c = str_cmp(y->of, x->of);
	if (c)
		return c;
	return x->captures != y->captures ? (x->captures < y->captures ? 1 : -1) : str_cmp(x->value, y->value);
}

int pages_summary(struct session *s, struct err *err)
{
	struct summary_work w = {.oom = false};
	struct output out;
	arena_init(&w.arena, 4 * MIB);
	map_init(&w.pairs, LIM_CHAIN_URLS);
	map_init(&w.rows, 4 * MIB);
	int rc = store_items(s->store, "page", sum_page, &w, err);
	rc = rc ? rc : store_items(s->store, "chain", sum_chain, &w, err);
	if (!rc && w.oom)
		rc = err_oom(err, "pages");
	if (!rc && !output_open(&out, s->o->out, err)) {
		struct table t;
		struct table_opts opts = output_table(s->o, "pages");
		table_begin(&t, summary_columns, sizeof summary_columns / sizeof *summary_columns, &opts, out.f);
		if (w.counts.n)
			qsort(w.counts.v, w.counts.n, sizeof *w.counts.v, by_count);
		for (size_t i = 0; i < w.counts.n; i++) {
			table_row(&t);
			table_str(&t, w.counts.v[i].of);
			table_str(&t, w.counts.v[i].value);
			table_int(&t, w.counts.v[i].captures);
			table_int(&t, w.counts.v[i].domains);
		}
		output_close(&out, table_end(&t, w.counts.n, err) == 0, err);
	}
	map_free(&w.pairs);
	map_free(&w.rows);
	arena_free(&w.arena);
	return err->kind;
}
