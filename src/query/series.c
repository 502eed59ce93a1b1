/* series.c - see series.h. Counts while scanning (axis.c, tally.c), then makes the matrix. */
#include "query/series.h"

#include "base/limits.h"
#include "base/mem.h"
#include "query/axis.h"
#include "query/rank.h"

const char *const series_dim_names[DIM_COUNT] = {"none", "brand", "programme", "category", "country", "tld", "from_domain",
	"domain", "engine", "client", "campaign", "charset", "language"};

/* The column that holds a dimension's word; domain is a set and has none. */
static const enum feature_id dim_columns[DIM_COUNT] = {
	[DIM_NONE] = FEAT_COUNT,
	[DIM_BRAND] = FEAT_brand,
	[DIM_PROGRAMME] = FEAT_programme,
	[DIM_CATEGORY] = FEAT_category,
	[DIM_COUNTRY] = FEAT_country,
	[DIM_TLD] = FEAT_tld,
	[DIM_FROM_DOMAIN] = FEAT_from_domain,
	[DIM_DOMAIN] = FEAT_domains,
	[DIM_ENGINE] = FEAT_engine,
	[DIM_CLIENT] = FEAT_client,
	[DIM_CAMPAIGN] = FEAT_campaign,
	[DIM_CHARSET] = FEAT_charset,
	[DIM_LANGUAGE] = FEAT_language,
};

bool series_dim_find(struct str name, enum series_dim *out)
{
	for (int d = 0; d < DIM_COUNT; d++)
		if (str_eq(name, str_of(series_dim_names[d]))) {
			*out = (enum series_dim)d;
			return true;
		}
	return false;
}

/* ---- from counts to a series ---- */

/* Sum of a dimension's cells by word. False when out of memory. */
static bool sum_words(const struct tally *dim, struct tally *sums)
{
	for (size_t i = 0; i < dim->n; i++)
		if (!tally_add(sums, (uint32_t)dim->cells[i].a, 0, dim->cells[i].n))
			return false;
	return true;
}

/* Real words only: neither WORD_NONE nor WORD_OTHER. On the heap. */
static struct ranked *list_words(const struct tally *sums, size_t *n)
{
	struct ranked *v = mem_alloc((sums->n + 1) * sizeof *v);
	*n = 0;
	for (size_t i = 0; v && i < sums->n; i++)
		if (sums->cells[i].a != WORD_NONE && sums->cells[i].a != WORD_OTHER)
			v[(*n)++] = (struct ranked){(uint32_t)sums->cells[i].a, sums->cells[i].n, {0}};
	return v;
}

struct keys {
	struct ranked *top;
	size_t ntop, distinct;
	struct tally rows; /* word -> row of the matrix + 1 */
};

static int choose_keys(struct store *s, const struct tally *dim, size_t top_n, struct arena *a, struct keys *k, struct err *err)
{
	struct tally sums = {0};
	struct ranked *v = NULL;
	int rc = sum_words(dim, &sums) && (v = list_words(&sums, &k->distinct)) ? 0 : err_oom(err, "series");
	if (rc == 0)
		rc = rank_words(s, v, k->distinct, top_n, a, &k->top, &k->ntop, err);
	for (size_t i = 0; rc == 0 && i < k->ntop; i++)
		if (!tally_add(&k->rows, k->top[i].id, 0, (uint32_t)i + 1))
			rc = err_oom(err, "series");
	mem_free(v);
	tally_free(&sums);
	return rc;
}

static size_t key_row(const struct keys *k, uint32_t word)
{
	uint32_t row = tally_get(&k->rows, word, 0);
	return row ? row - 1 : word == WORD_NONE ? k->ntop + 1 : k->ntop;
}

/* Room for everything; keys named, numbers zero. */
static int make_room(struct series *out, const struct axis *x, const struct keys *k, struct err *err)
{
	struct arena *a = x->arena;
	size_t nkeys = k ? k->ntop + 2 : 1;
	struct series_key *keys = arena_zalloc(a, nkeys, sizeof *keys);
	int64_t *by_feed = arena_zalloc(a, nkeys * x->nfeeds + 1, sizeof *by_feed);
	uint32_t *n = arena_zalloc(a, x->nbuckets * nkeys * x->nfeeds + 1, sizeof *n);
	uint32_t *untrusted = arena_zalloc(a, x->nbuckets * x->nfeeds + 1, sizeof *untrusted);
	if (!keys || !by_feed || !n || !untrusted)
		return err_oom(err, "series");
	for (size_t i = 0; i < nkeys; i++) {
		keys[i].by_feed = by_feed + i * x->nfeeds;
		keys[i].kind = !k || i < k->ntop ? KEY_VALUE : i == k->ntop ? KEY_OTHER : KEY_NONE;
		if (k && i < k->ntop)
			keys[i].name = k->top[i].name;
	}
	*out = (struct series){.unit = x->unit,
		.unit_s = x->unit_s,
		.feeds = x->feeds,
		.nfeeds = x->nfeeds,
		.keys = keys,
		.nkeys = nkeys,
		.distinct = k ? k->distinct : 1,
		.buckets = x->buckets,
		.nbuckets = x->nbuckets,
		.runs = x->runs,
		.nruns = x->nruns,
		.n = n,
		.untrusted = untrusted,
		.messages = x->messages,
		.undated = x->undated,
		.stray = x->stray,
		.stray_first = x->stray_first,
		.stray_last = x->stray_last};
	return 0;
}

/* Adds one cell of counts to key `row`. */
static void put_cell(struct series *out, const struct axis *x, size_t row, uint32_t bucket, uint32_t feed, uint32_t n)
{
	size_t col = x->column[feed], at = bucket >= BUCKET_UNDATED ? SIZE_MAX : axis_index(x, bucket);
	out->keys[row].total += n;
	out->keys[row].by_feed[col] += n;
	if (at != SIZE_MAX)
		out->n[(at * out->nkeys + row) * out->nfeeds + col] += n;
}

static void put_untrusted(struct series *out, const struct axis *x)
{
	for (size_t i = 0; i < x->cells.n; i++) {
		const struct tally_cell *c = &x->cells.cells[i];
		size_t at = c->a >= BUCKET_UNDATED ? SIZE_MAX : axis_index(x, (uint32_t)c->a);
		if (at != SIZE_MAX)
			out->untrusted[at * out->nfeeds + x->column[c->b]] += x->extra[i].untrusted;
	}
}

int series_assemble(struct series *out, struct store *s, const struct axis *x, enum series_dim which, const struct tally *dim,
	size_t top_n, size_t distinct, struct err *err)
{
	struct keys k = {0};
	int rc = dim ? choose_keys(s, dim, top_n, x->arena, &k, err) : 0;
	if (rc == 0)
		rc = make_room(out, x, dim ? &k : NULL, err);
	if (rc == 0) {
		out->dim = which;
		if (distinct)
			out->distinct = distinct;
		const struct tally *t = dim ? dim : &x->cells;
		for (size_t i = 0; i < t->n; i++) {
			const struct tally_cell *c = &t->cells[i];
			uint32_t bucket = dim ? (uint32_t)(c->a >> 32) : (uint32_t)c->a;
			put_cell(out, x, dim ? key_row(&k, (uint32_t)c->a) : 0, bucket, c->b, c->n);
		}
		put_untrusted(out, x);
	}
	tally_free(&k.rows);
	return rc;
}

/* ---- scanning ---- */

/* Words of these dimensions come from the sender and may be as many as the messages: they are counted by word first, and only the
 * most frequent ones by time. */
static bool is_wide(enum series_dim d)
{
	return d == DIM_DOMAIN || d == DIM_FROM_DOMAIN;
}

struct pass {
	struct reader reader;
	struct store *s;
	struct arena *a;
	struct series *out;
	enum series_dim dim;
	size_t top_n;
	struct axis axis;
	struct tally cells;
	uint32_t *totals; /* wide dimensions: by word; in the second pass 1 = shown */
	uint32_t max;
	size_t distinct;
	struct err *err;
};

/* The words of the dimension in this row; a lone 0 when there is none. */
static const uint32_t *row_words(const struct pass *p, const struct store_row *r, size_t *n)
{
	static const uint32_t none = WORD_NONE;
	*n = 1;
	if (p->dim != DIM_DOMAIN)
		return &r->word[dim_columns[p->dim]];
	if (!r->ndomains)
		return &none;
	*n = r->ndomains;
	return r->domains;
}

static int add_total(void *ctx, const struct store_row *r)
{
	struct pass *p = ctx;
	size_t n;
	const uint32_t *w = row_words(p, r, &n);
	for (size_t i = 0; i < n; i++)
		if (w[i] <= p->max)
			p->totals[w[i]]++;
	return 0;
}

static int add_row(void *ctx, const struct store_row *r)
{
	struct pass *p = ctx;
	uint32_t bucket;
	enum time_class c;
	size_t n = 0;
	int rc = axis_add(&p->axis, p->s, r, &bucket, &c, p->err);
	const uint32_t *w = p->dim == DIM_NONE ? NULL : row_words(p, r, &n);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		uint32_t word = w[i];
		if (p->totals && word != WORD_NONE && (word > p->max || !p->totals[word]))
			word = WORD_OTHER;
		if (!dim_add(&p->cells, bucket, word, r->feed))
			rc = err_oom(p->err, "series");
	}
	return rc;
}

static void pass_free(struct reader *r)
{
	struct pass *p = (struct pass *)r;
	axis_free(&p->axis);
	tally_free(&p->cells);
	mem_free(p->totals);
	mem_free(p);
}

static int finish(struct reader *r, struct err *err)
{
	struct pass *p = (struct pass *)r;
	const struct tally *cells = p->dim == DIM_NONE ? NULL : &p->cells;
	r->row = NULL;
	int rc = axis_finish(&p->axis, LIM_SERIES_CELLS / (cells ? p->top_n + 2 : 1), err);
	return rc ? rc : series_assemble(p->out, p->s, &p->axis, p->dim, cells, p->top_n, p->distinct, err);
}

static void count_by_time(struct pass *p)
{
	uint64_t column = p->dim == DIM_NONE ? 0 : (uint64_t)1 << dim_columns[p->dim];
	p->reader = (struct reader){FEAT_BIT(time) | FEAT_BIT(time_source) | column, add_row, finish, pass_free};
}

/* After the first pass of a wide dimension: leaves 1 in totals for the words to show, 0 for the others. */
static int choose_shown(struct reader *r, struct err *err)
{
	struct pass *p = (struct pass *)r;
	struct ranked *top;
	size_t ntop;
	int rc = rank_totals(p->s, p->totals, p->max, p->top_n, p->a, &top, &ntop, &p->distinct, err);
	if (rc < 0)
		return rc;
	memset(p->totals, 0, ((size_t)p->max + 1) * sizeof *p->totals);
	for (size_t i = 0; i < ntop; i++)
		p->totals[top[i].id] = 1;
	count_by_time(p);
	return 0;
}

static int count_totals(struct pass *p, struct err *err)
{
	int rc = store_word_max(p->s, &p->max, err);
	if (rc == 0 && !(p->totals = mem_zalloc((size_t)p->max + 1, sizeof *p->totals)))
		rc = err_oom(err, "series");
	p->reader = (struct reader){(uint64_t)1 << dim_columns[p->dim], add_total, choose_shown, pass_free};
	return rc;
}

int series_reader(
	struct reader **r, struct store *s, const struct series_params *q, struct arena *a, struct series *out, struct err *err)
{
	struct pass *p = mem_zalloc(1, sizeof *p);
	*r = (struct reader *)p;
	if (!p)
		return err_oom(err, "series");
	p->s = s;
	p->a = a;
	p->out = out;
	p->dim = q->dim;
	p->err = err;
	p->top_n = q->top_n > LIM_SERIES_KEYS ? LIM_SERIES_KEYS : q->top_n;
	axis_init(&p->axis, q->unit, a);
	if (is_wide(q->dim))
		return count_totals(p, err);
	count_by_time(p);
	return 0;
}

int series_build(struct store *s, const struct series_params *q, struct arena *a, struct series *out, struct err *err)
{
	struct reader *r;
	int rc = series_reader(&r, s, q, a, out, err);
	return reader_alone(s, &q->filter, r, rc, err);
}
