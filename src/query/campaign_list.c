/* campaign_list.c - see campaign_list.h. */
#include "query/campaign_list.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/tally.h"
#include "base/vec.h"
#include "query/campaign_template.h"

struct counted {
	uint32_t word; /* of the campaign */
	int64_t n;
	int64_t first, last;
	struct str name;
};

struct lister {
	struct reader reader;
	struct store *s;
	struct arena *a;
	struct arena scratch;
	enum feature_id by;
	size_t most;
	bool members;
	struct campaign_list *out;
	VEC(uint32_t) at; /* campaign's word -> index + 1 */
	VEC(struct counted) tallies;
	struct tally cells; /* (place in the list, kind; word) -> messages */
	struct str *feeds;  /* names by number */
	size_t n_feeds;
	struct err *err;
};

static uint32_t *at_of(struct lister *l, uint32_t word)
{
	while (l->at.n <= word)
		if (!vec_push(&l->scratch, &l->at, UINT32_MAX))
			return NULL;
	return &l->at.v[word];
}

static int count_row(void *ctx, const struct store_row *r)
{
	struct lister *l = ctx;
	uint32_t word = r->word[l->by];
	if (!word) {
		l->out->others++;
		return 0;
	}
	uint32_t *at = at_of(l, word);
	if (at && !*at) {
		struct counted *t = vec_push(&l->scratch, &l->tallies, UINT32_MAX);
		if (!t)
			return err_oom(l->err, "campaigns");
		t->word = word;
		t->first = t->last = TIME_NONE;
		*at = (uint32_t)l->tallies.n;
	}
	if (!at)
		return err_oom(l->err, "campaigns");
	struct counted *t = &l->tallies.v[*at - 1];
	int64_t time = r->row->time;
	t->n++;
	if (time != TIME_NONE) {
		t->first = t->first == TIME_NONE || time < t->first ? time : t->first;
		t->last = time > t->last ? time : t->last;
	}
	l->out->messages++;
	return 0;
}

static int by_number(const void *x, const void *y)
{
	const struct counted *a = x, *b = y;
	return a->n == b->n ? 0 : a->n < b->n ? 1 : -1;
}

static int by_size(const void *x, const void *y)
{
	const struct counted *a = x, *b = y;
	return a->n == b->n ? str_cmp(a->name, b->name) : a->n < b->n ? 1 : -1;
}

/* Puts the `most` largest first. Of those that are as large as the last of them names decide. */
static int sort(struct lister *l, size_t most)
{
	struct counted *t = l->tallies.v;
	size_t n = l->tallies.n, named = most;
	if (!most)
		return 0;
	qsort(t, n, sizeof *t, by_number);
	while (named < n && t[named].n == t[most - 1].n)
		named++;
	for (size_t i = 0; i < named; i++) {
		int rc = store_word(l->s, t[i].word, l->a, &t[i].name, l->err);
		if (rc < 0)
			return rc;
	}
	qsort(t, named, sizeof *t, by_size);
	return 0;
}

/* From all that were counted, the largest; `at` then leads from a word to its place in the list. */
static int choose(struct lister *l)
{
	struct campaign_list *o = l->out;
	o->distinct = l->tallies.n;
	o->n = o->distinct < l->most ? o->distinct : l->most;
	o->first = o->last = TIME_NONE;
	int rc = sort(l, o->n);
	if (rc < 0)
		return rc;
	if (!(o->v = arena_zalloc(l->a, o->n + 1, sizeof *o->v)))
		return err_oom(l->err, "campaigns");
	if (l->at.n)
		memset(l->at.v, 0, l->at.n * sizeof *l->at.v);
	for (size_t i = 0; i < o->n; i++) {
		const struct counted *t = &l->tallies.v[i];
		o->v[i] = (struct campaign_info){
			.id = t->name, .messages = t->n, .first = t->first, .last = t->last, .sample = UINT64_MAX};
		l->at.v[t->word] = (uint32_t)i + 1;
		if (!(o->v[i].bins = arena_zalloc(l->a, CAMPAIGN_BINS, sizeof *o->v[i].bins)) ||
			(l->members && !(o->v[i].members = arena_zalloc(l->a, 1, sizeof *o->v[i].members))))
			return err_oom(l->err, "campaigns");
		if (t->first == TIME_NONE)
			continue;
		o->first = o->first == TIME_NONE || t->first < o->first ? t->first : o->first;
		o->last = t->last > o->last ? t->last : o->last;
	}
	return 0;
}

static bool count_cell(struct lister *l, uint32_t at, enum campaign_word kind, uint32_t word)
{
	return !word || tally_add(&l->cells, (uint64_t)at * CAMPAIGN_WORDS + kind, word, 1);
}

/* Messages that came after the first pass may lie outside. */
static void add_volume(const struct campaign_list *o, struct campaign_info *c, int64_t time)
{
	if (time == TIME_NONE || time < o->first || time > o->last)
		return;
	double part = (double)(time - o->first) / ((double)(o->last - o->first) + 1);
	c->bins[(size_t)(part * CAMPAIGN_BINS)]++;
}

static int detail_row(void *ctx, const struct store_row *r)
{
	struct lister *l = ctx;
	uint32_t word = r->word[l->by], at = word < l->at.n ? l->at.v[word] : 0;
	if (!at)
		return 0;
	struct campaign_info *c = &l->out->v[--at];
	c->sample = r->key < c->sample ? r->key : c->sample;
	add_volume(l->out, c, r->row->time);
	bool ok = count_cell(l, at, CAMPAIGN_BRANDS, r->word[FEAT_brand]) &&
	          count_cell(l, at, CAMPAIGN_PROGRAMMES, r->word[FEAT_programme]) &&
	          count_cell(l, at, CAMPAIGN_ENGINES, r->word[FEAT_engine]) &&
	          count_cell(l, at, CAMPAIGN_COUNTRIES, r->word[FEAT_country]) && count_cell(l, at, CAMPAIGN_FEEDS, r->feed);
	for (size_t i = 0; i < r->ndomains && ok; i++)
		ok = count_cell(l, at, CAMPAIGN_DOMAINS, r->domains[i]);
	if (ok && c->members)
		ok = campaign_member_add(l->a, c->members, (struct campaign_member){r->key, r->n});
	return ok ? 0 : err_oom(l->err, "campaigns");
}

/* Keeps the largest; among equals the first by name. */
static void keep(struct campaign_values *top, struct str name, int64_t n)
{
	size_t i = top->n;
	top->distinct++;
	while (i && (top->v[i - 1].n < n || (top->v[i - 1].n == n && str_cmp(top->v[i - 1].name, name) > 0)))
		i--;
	if (i == CAMPAIGN_TOP)
		return;
	size_t move = (top->n < CAMPAIGN_TOP ? top->n : CAMPAIGN_TOP - 1) - i;
	memmove(&top->v[i + 1], &top->v[i], move * sizeof *top->v);
	top->v[i] = (struct campaign_value){name, n};
	top->n += top->n < CAMPAIGN_TOP;
}

static int rank(struct lister *l)
{
	for (size_t i = 0; i < l->cells.n; i++) {
		const struct tally_cell *c = &l->cells.cells[i];
		enum campaign_word kind = c->a % CAMPAIGN_WORDS;
		struct str name = S("");
		if (kind == CAMPAIGN_FEEDS)
			name = c->b < l->n_feeds ? l->feeds[c->b] : S("");
		else if (store_word(l->s, c->b, l->a, &name, l->err) < 0)
			return l->err->kind;
		keep(&l->out->v[c->a / CAMPAIGN_WORDS].words[kind], name, c->n);
	}
	return 0;
}

static int feed_names(struct lister *l)
{
	struct store_feed *feeds;
	size_t n;
	int rc = store_feed_list(l->s, l->a, &feeds, &n, l->err);
	for (size_t i = 0; i < n && !rc; i++)
		l->n_feeds = feeds[i].number >= l->n_feeds ? feeds[i].number + 1 : l->n_feeds;
	l->feeds = arena_zalloc(&l->scratch, l->n_feeds + 1, sizeof *l->feeds);
	if (!rc && !l->feeds)
		return err_oom(l->err, "campaigns");
	for (size_t i = 0; i < n && !rc; i++)
		l->feeds[feeds[i].number] = feeds[i].name;
	return rc;
}

static void lister_free(struct reader *r)
{
	struct lister *l = (struct lister *)r;
	tally_free(&l->cells);
	arena_free(&l->scratch);
	mem_free(l);
}

static int finish(struct reader *r, struct err *err)
{
	struct lister *l = (struct lister *)r;
	(void)err;
	r->row = NULL;
	for (size_t i = 0; i < l->out->n && l->members; i++) {
		struct campaign_info *c = &l->out->v[i];
		c->members->campaign = c->id;
		campaign_members_done(c->members);
	}
	return rank(l);
}

static int look_closer(struct reader *r, struct err *err)
{
	struct lister *l = (struct lister *)r;
	(void)err;
	r->columns = (uint64_t)1 << l->by | FEAT_BIT(time) | FEAT_BIT(brand) | FEAT_BIT(programme) | FEAT_BIT(engine) |
	             FEAT_BIT(country) | FEAT_BIT(domains);
	r->row = l->tallies.n ? detail_row : NULL;
	r->next = finish;
	return choose(l);
}

int campaign_list_reader(struct reader **r, struct store *s, const struct campaign_list_params *q, struct arena *a,
	struct campaign_list *out, struct err *err)
{
	struct lister *l = mem_zalloc(1, sizeof *l);
	*out = (struct campaign_list){0};
	*r = (struct reader *)l;
	if (!l)
		return err_oom(err, "campaigns");
	*l = (struct lister){.reader = {(uint64_t)1 << q->by | FEAT_BIT(time), count_row, look_closer, lister_free},
		.s = s,
		.a = a,
		.by = q->by,
		.most = q->most,
		.members = q->members,
		.out = out,
		.err = err};
	arena_init(&l->scratch, SIZE_MAX);
	return feed_names(l);
}

int campaign_list(
	struct store *s, const struct store_filter *f, size_t most, struct arena *a, struct campaign_list *out, struct err *err)
{
	return campaign_list_by(s, FEAT_campaign, f, most, a, out, err);
}

int campaign_list_by(struct store *s, enum feature_id by, const struct store_filter *f, size_t most, struct arena *a,
	struct campaign_list *out, struct err *err)
{
	struct campaign_list_params q = {.by = by, .most = most};
	struct reader *r;
	int rc = campaign_list_reader(&r, s, &q, a, out, err);
	return reader_alone(s, f, r, rc, err);
}
