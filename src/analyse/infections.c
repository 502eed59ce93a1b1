/* infections.c - see infections.h. */
#include "analyse/infections.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/limits.h"
#include "base/name.h"
#include "base/tally.h"
#include "base/time.h"

static const int64_t WINDOW = INFECTION_DAYS * (int64_t)SECONDS_A_DAY;

struct fact {
	uint8_t ip[16], len;
	name_id name;
	int64_t from, to;
};
struct sender { /* a message */
	uint8_t ip[16], len;
	name_id engine;
	int64_t time;
};

enum count { PEERS, INFECTED, AGREE, OTHERWISE, ADDRESSES, SEEN };
struct match {
	struct analysis *a;
	struct arena arena;
	struct err *err;
	VEC(struct fact) facts;
	struct sender *senders;
	size_t n_senders;
	struct tally engines; /* (engine, enum count) */
	struct tally names;   /* (name, enum count) */
	struct tally pairs;   /* (engine, name) -> addresses */
	struct map folded;    /* names without case, blanks, punctuation -> name_id */
	bool *is_engine;      /* by name_id */
	VEC(name_id) hits;    /* names of the peer at hand */
};

/* ---- what is compared ---- */

static int take_fact(void *ctx, struct str id, const struct observation *o)
{
	struct match *m = ctx;
	struct fact *f = vec_push(&m->arena, &m->facts, LIM_OBSERVATIONS);
	(void)id;
	if (!f)
		return m->facts.n >= LIM_OBSERVATIONS ? 0 : err_oom(m->err, "infections");
	*f = (struct fact){.len = o->ip_len, .name = analysis_name_of(m->a, o->engine, m->err), .from = o->from, .to = o->to};
	memcpy(f->ip, o->ip, o->ip_len);
	return m->err->kind;
}

static int by_address(const uint8_t *x, uint8_t x_len, const uint8_t *y, uint8_t y_len)
{
	return x_len != y_len ? (x_len < y_len ? -1 : 1) : memcmp(x, y, x_len);
}

static int by_fact(const void *a, const void *b)
{
	const struct fact *x = a, *y = b;
	int rc = by_address(x->ip, x->len, y->ip, y->len);
	return rc ? rc : x->name < y->name ? -1 : x->name > y->name;
}

static int by_sender(const void *a, const void *b)
{
	const struct sender *x = a, *y = b;
	int rc = by_address(x->ip, x->len, y->ip, y->len);
	if (!rc)
		rc = x->engine < y->engine ? -1 : x->engine > y->engine;
	return rc ? rc : x->time < y->time ? -1 : x->time > y->time;
}

bool infection_fits(const struct observation *o, struct str ip, int64_t time)
{
	return o->kind == OBSERVED_INFECTION && time != TIME_NONE && str_eq(str_make(o->ip, o->ip_len), ip) &&
	       time >= o->from - WINDOW && time < o->to + WINDOW;
}

static int take_senders(struct match *m)
{
	const struct analysis *a = m->a;
	if (!(m->senders = arena_alloc(&m->arena, (a->n_messages + 1) * sizeof *m->senders)))
		return err_oom(m->err, "infections");
	for (size_t i = 0; i < a->n_messages; i++) {
		const struct analysed *x = &a->messages[i];
		if (!x->ip_len || x->time == TIME_NONE || x->client || x->bounce)
			continue;
		struct sender *s = &m->senders[m->n_senders++];
		*s = (struct sender){.len = x->ip_len, .engine = x->engine, .time = x->time};
		memcpy(s->ip, x->ip, x->ip_len);
	}
	qsort(m->senders, m->n_senders, sizeof *m->senders, by_sender);
	return 0;
}

/* The entry of a name without case, blanks and punctuation. NULL: out of memory. */
static struct map_entry *folded(struct match *m, name_id name)
{
	struct arena_mark mark = arena_mark(&m->arena);
	struct str s = name_fold(analysis_name_text(m->a, name), &m->arena);
	struct map_entry *e = s.p ? map_put(&m->folded, s, NULL) : NULL;
	arena_release(&m->arena, mark);
	return e;
}

/* Gives an entry its name: the smallest of those that fold to it. */
static bool take_name(struct match *m, struct map_entry *e, name_id name)
{
	if (e && (!e->value || str_cmp(analysis_name_text(m->a, name), analysis_name_text(m->a, (name_id)e->value)) < 0))
		e->value = name;
	return e != NULL;
}

/* Every name in the facts becomes that of our engine, or else one spelling of it. */
static int unify_names(struct match *m)
{
	bool ok = (m->is_engine = arena_zalloc(&m->arena, m->a->names.n + 1, 1)) != NULL;
	for (size_t i = 0; i < m->n_senders && ok; i++) {
		name_id e = m->senders[i].engine;
		if (e && !m->is_engine[e])
			ok = take_name(m, folded(m, e), e);
		if (e)
			m->is_engine[e] = true;
	}
	for (size_t i = 0; i < m->facts.n && ok; i++) {
		name_id name = m->facts.v[i].name;
		struct map_entry *e = name ? folded(m, name) : NULL;
		ok = e || !name;
		if (e && !(e->value && m->is_engine[e->value]))
			ok = take_name(m, e, name);
	}
	for (size_t i = 0; i < m->facts.n && ok; i++) {
		name_id *name = &m->facts.v[i].name;
		const struct map_entry *e = *name ? folded(m, *name) : NULL;
		ok = e || !*name;
		if (e)
			*name = (name_id)e->value;
	}
	if (m->facts.n)
		qsort(m->facts.v, m->facts.n, sizeof *m->facts.v, by_fact);
	return ok ? 0 : err_oom(m->err, "infections");
}

/* ---- matching ---- */

/* Did one of the messages, which are in order of time, come within the window? */
static bool within(const struct sender *s, size_t n, const struct fact *f)
{
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (s[mid].time < f->from - WINDOW)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && s[lo].time < f->to + WINDOW;
}

/* One peer of one engine against the facts about its address. */
static bool match_peer(struct match *m, const struct sender *s, size_t n, const struct fact *f, size_t n_facts)
{
	bool ok = tally_add(&m->engines, s->engine, PEERS, 1), any = false, same = false, other = false;
	for (size_t i = 0; i < n_facts && ok;) {
		name_id name = f[i].name;
		bool hit = false, ours = m->is_engine[name];
		for (; i < n_facts && f[i].name == name; i++)
			hit = hit || within(s, n, &f[i]);
		if (!hit)
			continue;
		any = true;
		same |= ours && name == s->engine;
		other |= ours && name != s->engine;
		ok = tally_add(&m->pairs, s->engine, name, 1);
		name_id *slot = ok ? vec_push(&m->arena, &m->hits, UINT32_MAX) : NULL;
		if (slot)
			*slot = name;
		ok = slot != NULL;
	}
	ok = ok && (!any || tally_add(&m->engines, s->engine, INFECTED, 1));
	ok = ok && (!same || tally_add(&m->engines, s->engine, AGREE, 1));
	return ok && (same || !other || tally_add(&m->engines, s->engine, OTHERWISE, 1));
}

static int by_name_id(const void *a, const void *b)
{
	name_id x = *(const name_id *)a, y = *(const name_id *)b;
	return x < y ? -1 : x > y;
}

/* All peers of one address; the names that hit any of them were seen there. */
static bool match_address(struct match *m, const struct sender *s, size_t n, const struct fact *f, size_t n_facts)
{
	bool ok = true;
	m->hits.n = 0;
	for (size_t i = 0, end; i < n && ok; i = end) {
		for (end = i + 1; end < n && s[end].engine == s[i].engine; end++)
			;
		ok = match_peer(m, s + i, end - i, f, n_facts);
	}
	if (m->hits.n)
		qsort(m->hits.v, m->hits.n, sizeof *m->hits.v, by_name_id);
	for (size_t i = 0; i < m->hits.n && ok; i++)
		if (!i || m->hits.v[i] != m->hits.v[i - 1])
			ok = tally_add(&m->names, m->hits.v[i], SEEN, 1);
	return ok;
}

static int match_all(struct match *m)
{
	bool ok = true;
	for (size_t i = 0; i < m->facts.n && ok; i++)
		if (!i || by_fact(&m->facts.v[i - 1], &m->facts.v[i]))
			ok = tally_add(&m->names, m->facts.v[i].name, ADDRESSES, 1);
	for (size_t i = 0, end, f = 0; i < m->n_senders && ok; i = end) {
		const struct sender *s = &m->senders[i];
		for (end = i + 1; end < m->n_senders && !by_address(m->senders[end].ip, m->senders[end].len, s->ip, s->len); end++)
			;
		while (f < m->facts.n && by_address(m->facts.v[f].ip, m->facts.v[f].len, s->ip, s->len) < 0)
			f++;
		size_t last = f;
		while (last < m->facts.n && !by_address(m->facts.v[last].ip, m->facts.v[last].len, s->ip, s->len))
			last++;
		ok = match_address(m, s, end - i, m->facts.v + f, last - f);
	}
	return ok ? 0 : err_oom(m->err, "infections");
}

/* ---- what is stored ---- */

struct line {
	name_id name;
	struct str text;
	uint32_t n;
};

static int by_count(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	return x->n != y->n ? (x->n > y->n ? -1 : 1) : str_cmp(x->text, y->text);
}

/* The names of a tally with the count `which`, most first. */
static struct line *ranked(struct match *m, const struct tally *t, uint32_t which, size_t *n)
{
	struct line *v = arena_alloc(&m->arena, (t->n + 1) * sizeof *v);
	*n = 0;
	for (size_t i = 0; v && i < t->n; i++)
		if (t->cells[i].b == which)
			v[(*n)++] = (struct line){
				(name_id)t->cells[i].a, analysis_name_text(m->a, (name_id)t->cells[i].a), t->cells[i].n};
	if (v)
		qsort(v, *n, sizeof *v, by_count);
	return v;
}

static void put_name(struct json *j, const char *key, struct str s)
{
	json_key(j, key);
	if (s.n)
		json_str(j, s);
	else
		json_nil(j);
}

static void put_int(struct json *j, const char *key, int64_t n)
{
	json_key(j, key);
	json_int(j, n);
}

/* The pairs that the engine (or the name) takes part in: their other half. */
static int put_pairs(struct match *m, struct json *j, name_id one, bool is_engine)
{
	struct arena_mark mark = arena_mark(&m->arena);
	struct line *v = arena_alloc(&m->arena, (m->pairs.n + 1) * sizeof *v);
	size_t n = 0;
	if (!v)
		return err_oom(m->err, "infections");
	for (size_t i = 0; i < m->pairs.n; i++) {
		const struct tally_cell *c = &m->pairs.cells[i];
		name_id engine = (name_id)c->a, name = c->b, other = is_engine ? name : engine;
		if ((is_engine ? engine : name) == one)
			v[n++] = (struct line){other, analysis_name_text(m->a, other), c->n};
	}
	qsort(v, n, sizeof *v, by_count);
	json_key(j, is_engine ? "names" : "senders");
	json_arr(j);
	for (size_t i = 0; i < n && i < LIM_ITEM_LIST; i++) {
		json_obj(j);
		if (is_engine)
			put_name(j, "name", v[i].text);
		put_name(j, "engine", is_engine ? m->is_engine[v[i].name] ? v[i].text : S("") : v[i].text);
		put_int(j, is_engine ? "peers" : "addresses", v[i].n);
		json_obj_end(j);
	}
	json_arr_end(j);
	arena_release(&m->arena, mark);
	return 0;
}

static int put_item(struct match *m, const char *kind, const struct line *l, bool is_engine)
{
	struct buf b;
	buf_init(&b, LIM_ITEM);
	struct json j = json_to(&b);
	json_obj(&j);
	if (is_engine) {
		put_name(&j, "engine", l->text);
		put_int(&j, "peers", l->n);
		put_int(&j, "infected", tally_get(&m->engines, l->name, INFECTED));
		put_int(&j, "agree", tally_get(&m->engines, l->name, AGREE));
		put_int(&j, "otherwise", tally_get(&m->engines, l->name, OTHERWISE));
		put_int(&j, "window_days", INFECTION_DAYS);
	} else {
		put_name(&j, "name", l->text);
		put_name(&j, "engine", m->is_engine[l->name] ? l->text : S(""));
		put_int(&j, "addresses", l->n);
		put_int(&j, "seen", tally_get(&m->names, l->name, SEEN));
	}
	int rc = put_pairs(m, &j, l->name, is_engine);
	json_obj_end(&j);
	if (!rc)
		rc = buf_ok(&b) ? store_put_item(m->a->store, kind, l->text, buf_str(&b), m->err) : err_oom(m->err, "infections");
	buf_free(&b);
	return rc;
}

static int put_items(struct match *m)
{
	size_t n_engines, n_names;
	struct line *engines = ranked(m, &m->engines, PEERS, &n_engines);
	struct line *names = ranked(m, &m->names, ADDRESSES, &n_names);
	int rc = engines && names ? 0 : err_oom(m->err, "infections");
	for (size_t i = 0; i < n_engines && i < LIM_ENGINE_CLASSES && !rc; i++)
		rc = put_item(m, "infection", &engines[i], true);
	for (size_t i = 0; i < n_names && i < LIM_ITEM_LIST && !rc; i++)
		rc = put_item(m, "infected", &names[i], false);
	return rc;
}

int infections_step(struct analysis *a, struct err *err)
{
	struct match m = {.a = a, .err = err};
	arena_init(&m.arena, SIZE_MAX);
	map_init(&m.folded, SIZE_MAX);
	int rc = store_clear_items(a->store, "infection", err);
	rc = rc ? rc : store_clear_items(a->store, "infected", err);
	rc = rc ? rc : observations(a->store, 1u << OBSERVED_INFECTION, take_fact, &m, err);
	if (!rc && m.facts.n) {
		rc = take_senders(&m);
		rc = rc ? rc : unify_names(&m);
		rc = rc ? rc : match_all(&m);
		rc = rc ? rc : put_items(&m);
	}
	tally_free(&m.engines);
	tally_free(&m.names);
	tally_free(&m.pairs);
	map_free(&m.folded);
	arena_free(&m.arena);
	return rc;
}
