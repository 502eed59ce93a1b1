/* summary.c - see summary.h. One pass fills tallies by (word, feed); the rest is sorting and naming. */
#include "query/summary.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "query/axis.h"
#include "query/rank.h"

enum { DEFAULT_SERIES = 8, DEFAULT_TABLE = 25 };

/* The tables of single words. */
enum table { T_BRAND, T_PROGRAMME, T_CATEGORY, T_COUNTRY, T_TLD, T_CHARSET, T_LANGUAGE, T_CONTENT_TYPE, T_COUNT };
static const enum feature_id table_columns[T_COUNT] = {
	FEAT_brand, FEAT_programme, FEAT_category, FEAT_country, FEAT_tld, FEAT_charset, FEAT_language, FEAT_content_type};

static const uint64_t COLUMNS = FEAT_BIT(time) | FEAT_BIT(time_source) | FEAT_BIT(size) | FEAT_BIT(country) | FEAT_BIT(tld) |
                                FEAT_BIT(domains) | FEAT_BIT(brand) | FEAT_BIT(programme) | FEAT_BIT(category) | FEAT_BIT(charset) |
                                FEAT_BIT(language) | FEAT_BIT(content_type) | FEAT_BIT(anomalies) | FEAT_BIT(n_urls) |
                                FEAT_BIT(n_attachments) | FEAT_BIT(hidden_bytes);

/* Sums of one feed, by its number in the store. */
struct feed_sums {
	int64_t messages, bytes, doubtful, brand_known, category_only, times[TIME_CLASSES];
};

struct pass {
	struct reader reader;
	struct store *s;
	struct arena *a;
	struct summary *out;
	size_t top_series, top_table;
	struct axis axis;
	struct tally brand_time, category_time; /* for the series */
	struct tally tables[T_COUNT];           /* (word, feed) */
	uint32_t *domains;                      /* by word: a garbage feed has millions */
	uint32_t max;
	int64_t domain_pairs, no_domain;
	struct ranked *shown; /* domains; then 1 in `domains`, 0 for the others */
	size_t n_shown;
	struct tally shown_by_feed;
	struct feed_sums *feeds;
	size_t nfeeds;
	struct err *err;
};

static void pass_free(struct reader *r)
{
	struct pass *p = (struct pass *)r;
	axis_free(&p->axis);
	tally_free(&p->brand_time);
	tally_free(&p->category_time);
	mem_free(p->domains);
	for (int t = 0; t < T_COUNT; t++)
		tally_free(&p->tables[t]);
	tally_free(&p->shown_by_feed);
	mem_free(p->feeds);
	mem_free(p);
}

/* ---- the scan ---- */

static struct feed_sums *sums_of(struct pass *p, uint32_t feed)
{
	if (feed >= p->nfeeds) {
		size_t n = (size_t)feed * 2 + 16;
		struct feed_sums *v = mem_realloc(p->feeds, n * sizeof *v);
		if (!v)
			return NULL;
		memset(v + p->nfeeds, 0, (n - p->nfeeds) * sizeof *v);
		p->feeds = v;
		p->nfeeds = n;
	}
	return &p->feeds[feed];
}

static bool add_sums(struct pass *p, const struct store_row *r, enum time_class c)
{
	const struct row *w = r->row;
	struct feed_sums *f = sums_of(p, r->feed);
	if (!f)
		return false;
	f->messages++;
	f->bytes += w->size;
	f->times[c]++;
	f->doubtful += ((uint64_t)w->anomalies & ANOM(doubtful_split)) != 0;
	f->brand_known += r->word[FEAT_brand] != 0;
	f->category_only += !r->word[FEAT_brand] && r->word[FEAT_category];
	p->out->with_urls += w->n_urls > 0;
	p->out->with_attachments += w->n_attachments > 0;
	p->out->with_hidden_text += w->hidden_bytes > 0;
	p->out->no_anomaly += w->anomalies == 0;
	for (uint64_t bits = (uint64_t)w->anomalies; bits; bits &= bits - 1) {
		unsigned bit = (unsigned)__builtin_ctzll(bits);
		if (bit < ANOMALY_COUNT)
			p->out->anomalies[bit]++;
	}
	return true;
}

static int add_row(void *ctx, const struct store_row *r)
{
	struct pass *p = ctx;
	uint32_t bucket;
	enum time_class c;
	int rc = axis_add(&p->axis, p->s, r, &bucket, &c, p->err);
	if (rc < 0)
		return rc;
	bool ok = add_sums(p, r, c) && dim_add(&p->brand_time, bucket, r->word[FEAT_brand], r->feed) &&
	          dim_add(&p->category_time, bucket, r->word[FEAT_category], r->feed);
	for (int t = 0; ok && t < T_COUNT; t++)
		ok = tally_add(&p->tables[t], r->word[table_columns[t]], r->feed, 1);
	for (size_t i = 0; i < r->ndomains; i++)
		if (r->domains[i] <= p->max)
			p->domains[r->domains[i]]++;
	p->domain_pairs += (int64_t)r->ndomains;
	p->no_domain += !r->ndomains;
	return ok ? 0 : err_oom(p->err, "summary");
}

/* ---- feeds ---- */

/* Adds one feed's sums to its column; several feeds may share the last one. */
static void add_feed(struct summary_feed *f, const struct feed_sums *s)
{
	f->messages += s->messages;
	f->bytes += s->bytes;
	f->time_received += s->times[TIME_RECEIVED];
	f->time_from_line += s->times[TIME_FROM_LINE];
	f->time_date += s->times[TIME_DATE];
	f->undated += s->times[TIME_UNKNOWN];
	f->doubtful += s->doubtful;
	f->brand_known += s->brand_known;
	f->category_only += s->category_only;
	f->unattributed += s->messages - s->brand_known - s->category_only;
}

static void add_total(struct summary *out, const struct summary_feed *f)
{
	out->messages += f->messages;
	out->bytes += f->bytes;
	out->time_received += f->time_received;
	out->time_from_line += f->time_from_line;
	out->time_date += f->time_date;
	out->undated += f->undated;
	out->stray += f->stray;
	out->doubtful += f->doubtful;
	out->brand_known += f->brand_known;
	out->category_only += f->category_only;
	out->unattributed += f->unattributed;
}

/* What was declared about the feeds. Both lists are by name. */
static void describe_feeds(struct summary_feed *v, size_t n, const struct store_feed *known, size_t nknown)
{
	for (size_t i = 0, k = 0; i < n; i++) {
		while (k < nknown && str_cmp(known[k].name, v[i].name) < 0)
			k++;
		if (v[i].merged == 1 && k < nknown && str_eq(known[k].name, v[i].name)) {
			v[i].kind = known[k].kind;
			v[i].name_guessed = known[k].name_guessed;
			v[i].trust_guessed = known[k].trust_guessed;
		}
	}
}

static int by_feed_name(const void *name, const void *feed)
{
	return str_cmp(*(const struct str *)name, ((const struct store_feed *)feed)->name);
}

static void count_feeds(struct summary *out, const struct axis *x, const struct store_feed *known, size_t nknown)
{
	for (size_t i = 0; i < x->nseen; i++) {
		if (!x->seen[i].name.p)
			continue;
		const struct store_feed *f = nknown ? bsearch(&x->seen[i].name, known, nknown, sizeof *known, by_feed_name) : NULL;
		out->feeds_all++;
		out->names_guessed += f && f->name_guessed;
		out->trusts_guessed += f && f->trust_guessed;
	}
}

static int make_feeds(struct pass *p, struct err *err)
{
	struct axis *x = &p->axis;
	struct arena *a = p->a;
	struct summary_feed *v = arena_zalloc(a, x->nfeeds + 1, sizeof *v);
	struct store_feed *known;
	size_t nknown;
	if (!v)
		return err_oom(err, "summary");
	int rc = store_feed_list(p->s, a, &known, &nknown, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < x->nfeeds; i++) {
		const struct series_feed *f = &x->feeds[i];
		v[i].name = f->name;
		v[i].merged = f->merged;
		v[i].stray = f->stray;
		v[i].first = f->first;
		v[i].last = f->last;
	}
	for (size_t i = 0; i < p->nfeeds; i++)
		if (p->feeds[i].messages)
			add_feed(&v[x->column[i]], &p->feeds[i]);
	for (size_t i = 0; i < x->nfeeds; i++)
		add_total(p->out, &v[i]);
	describe_feeds(v, x->nfeeds, known, nknown);
	count_feeds(p->out, x, known, nknown);
	p->out->feeds = v;
	p->out->nfeeds = x->nfeeds;
	return 0;
}

/* ---- shares and tables ---- */

/* by_feed NULL: get() gives the number of a feed. */
static struct summary_share share_of(
	const struct summary *s, int64_t n, const int64_t *by_feed, int64_t (*get)(const struct summary_feed *f))
{
	struct summary_share share = {.all = s->messages ? (double)n / (double)s->messages : 0};
	share.min = share.max = share.all;
	for (size_t i = 0; i < s->nfeeds; i++) {
		const struct summary_feed *f = &s->feeds[i];
		if (f->messages < SUMMARY_SHARE_MIN || f->merged != 1)
			continue;
		double v = (double)(by_feed ? by_feed[i] : get(f)) / (double)f->messages;
		share.min = share.feeds == 0 || v < share.min ? v : share.min;
		share.max = share.feeds == 0 || v > share.max ? v : share.max;
		share.feeds++;
	}
	return share;
}

static int64_t get_brand_known(const struct summary_feed *f)
{
	return f->brand_known;
}

static int64_t get_category_only(const struct summary_feed *f)
{
	return f->category_only;
}

static int64_t get_unattributed(const struct summary_feed *f)
{
	return f->unattributed;
}

/* The chosen words as values, by_feed from the tally of (word, feed). */
static int fill_values(
	const struct pass *p, const struct tally *t, const struct ranked *top, size_t n, struct summary_top *out, struct err *err)
{
	struct arena *a = p->a;
	struct tally rows = {0};
	size_t nfeeds = p->out->nfeeds;
	int64_t *by_feed = arena_zalloc(a, n * nfeeds + 1, sizeof *by_feed);
	struct summary_value *v = arena_alloc(a, (n + 1) * sizeof *v);
	bool ok = by_feed && v;
	for (size_t i = 0; ok && i < n; i++)
		ok = tally_add(&rows, top[i].id, 0, (uint32_t)i + 1);
	for (size_t i = 0; ok && i < t->n; i++) {
		uint32_t row = tally_get(&rows, t->cells[i].a, 0);
		if (row)
			by_feed[(row - 1) * nfeeds + p->axis.column[t->cells[i].b]] += t->cells[i].n;
	}
	tally_free(&rows);
	if (!ok)
		return err_oom(err, "summary");
	for (size_t i = 0; i < n; i++) {
		const int64_t *f = by_feed + i * nfeeds;
		v[i] = (struct summary_value){top[i].name, top[i].n, f, share_of(p->out, top[i].n, f, NULL)};
		out->other -= top[i].n;
	}
	out->v = v;
	out->n = n;
	return 0;
}

/* Words of a tally, added up over the feeds; n of the empty word apart. On the heap, NULL when out of memory. */
static struct ranked *add_up(const struct tally *t, size_t *n, int64_t *none)
{
	struct tally sums = {0};
	bool ok = true;
	for (size_t i = 0; ok && i < t->n; i++)
		ok = tally_add(&sums, t->cells[i].a, 0, t->cells[i].n);
	struct ranked *v = ok ? mem_alloc((sums.n + 1) * sizeof *v) : NULL;
	*n = 0;
	*none = 0;
	for (size_t i = 0; v && i < sums.n; i++) {
		if (sums.cells[i].a == WORD_NONE)
			*none = sums.cells[i].n;
		else
			v[(*n)++] = (struct ranked){(uint32_t)sums.cells[i].a, sums.cells[i].n, {0}};
	}
	tally_free(&sums);
	return v;
}

static int make_table(const struct pass *p, const struct tally *t, struct summary_top *out, struct err *err)
{
	struct ranked *top;
	struct ranked *all = add_up(t, &out->distinct, &out->none);
	if (!all)
		return err_oom(err, "summary");
	for (size_t i = 0; i < out->distinct; i++)
		out->other += all[i].n;
	size_t n;
	int rc = rank_words(p->s, all, out->distinct, p->top_table, p->a, &top, &n, err);
	mem_free(all);
	return rc < 0 ? rc : fill_values(p, t, top, n, out, err);
}

/* ---- domains ---- */

static int add_shown(void *ctx, const struct store_row *r)
{
	struct pass *p = ctx;
	bool known = r->feed < p->axis.nseen && p->axis.seen[r->feed].name.p; /* else it began after the first pass */
	for (size_t i = 0; known && i < r->ndomains; i++) {
		uint32_t id = r->domains[i];
		if (id <= p->max && p->domains[id] && !tally_add(&p->shown_by_feed, id, r->feed, 1))
			return err_oom(p->err, "summary");
	}
	return 0;
}

static uint32_t only_feed(const struct pass *p)
{
	uint32_t i = 0;
	while (i < p->nfeeds && !p->feeds[i].messages)
		i++;
	return i;
}

/* Totals by word are known; who of the feeds saw the few that are shown takes another look (not with one feed). */
static int choose_domains(struct pass *p, struct err *err)
{
	struct summary_top *out = &p->out->domains;
	out->other = p->domain_pairs;
	out->none = p->no_domain;
	int rc = rank_totals(p->s, p->domains, p->max, p->top_table, p->a, &p->shown, &p->n_shown, &out->distinct, err);
	if (rc < 0)
		return rc;
	memset(p->domains, 0, ((size_t)p->max + 1) * sizeof *p->domains);
	for (size_t i = 0; i < p->n_shown; i++) {
		p->domains[p->shown[i].id] = 1;
		if (p->out->nfeeds == 1 && !tally_add(&p->shown_by_feed, p->shown[i].id, only_feed(p), (uint32_t)p->shown[i].n))
			return err_oom(err, "summary");
	}
	return 0;
}

static int make_domains(struct reader *r, struct err *err)
{
	struct pass *p = (struct pass *)r;
	r->row = NULL;
	return fill_values(p, &p->shown_by_feed, p->shown, p->n_shown, &p->out->domains, err);
}

static int make_tables(const struct pass *p, struct err *err)
{
	struct summary *s = p->out;
	struct summary_top *tops[T_COUNT] = {
		[T_BRAND] = &s->brands,
		[T_PROGRAMME] = &s->programmes,
		[T_CATEGORY] = &s->categories,
		[T_COUNTRY] = &s->countries,
		[T_TLD] = &s->tlds,
		[T_CHARSET] = &s->charsets,
		[T_LANGUAGE] = &s->languages,
		[T_CONTENT_TYPE] = &s->content_types,
	};
	int rc = 0;
	for (int t = 0; rc == 0 && t < T_COUNT; t++)
		rc = make_table(p, &p->tables[t], tops[t], err);
	s->brand_known_share = share_of(s, s->brand_known, NULL, get_brand_known);
	s->category_only_share = share_of(s, s->category_only, NULL, get_category_only);
	s->unattributed_share = share_of(s, s->unattributed, NULL, get_unattributed);
	return rc;
}

static int make_series(struct pass *p, struct err *err)
{
	struct summary *s = p->out;
	int rc = series_assemble(&s->by_feed, p->s, &p->axis, DIM_NONE, NULL, 0, 0, err);
	if (rc == 0)
		rc = series_assemble(&s->by_brand, p->s, &p->axis, DIM_BRAND, &p->brand_time, p->top_series, 0, err);
	if (rc == 0)
		rc = series_assemble(&s->by_category, p->s, &p->axis, DIM_CATEGORY, &p->category_time, p->top_series, 0, err);
	return rc;
}

/* ---- entry points ---- */

static int make_all(struct reader *r, struct err *err)
{
	struct pass *p = (struct pass *)r;
	struct store_source *sources = NULL;
	int rc = axis_finish(&p->axis, LIM_SERIES_CELLS / (p->top_series + 2), err);
	if (rc == 0)
		rc = make_feeds(p, err);
	if (rc == 0)
		rc = make_series(p, err);
	if (rc == 0)
		rc = make_tables(p, err);
	if (rc == 0)
		rc = store_sources(p->s, p->a, &sources, &p->out->nsources, err);
	if (rc == 0)
		rc = choose_domains(p, err);
	if (rc < 0)
		return rc;
	p->out->sources = sources;
	r->columns = FEAT_BIT(domains);
	r->row = add_shown;
	r->next = make_domains;
	return p->out->nfeeds > 1 ? 0 : make_domains(r, err);
}

int summary_reader(
	struct reader **r, struct store *s, const struct summary_params *q, struct arena *a, struct summary *out, struct err *err)
{
	struct pass *p = mem_zalloc(1, sizeof *p);
	*out = (struct summary){0};
	*r = (struct reader *)p;
	if (!p)
		return err_oom(err, "summary");
	p->reader = (struct reader){COLUMNS, add_row, make_all, pass_free};
	p->s = s;
	p->a = a;
	p->out = out;
	p->err = err;
	p->top_table = q->top_table ? q->top_table : DEFAULT_TABLE;
	p->top_series = q->top_series ? q->top_series : DEFAULT_SERIES;
	if (p->top_series > LIM_SERIES_KEYS)
		p->top_series = LIM_SERIES_KEYS;
	axis_init(&p->axis, q->unit, a);
	int rc = store_word_max(s, &p->max, err);
	if (rc == 0 && !(p->domains = mem_zalloc((size_t)p->max + 1, sizeof *p->domains)))
		rc = err_oom(err, "summary");
	return rc;
}

int summary_build(struct store *s, const struct summary_params *q, struct arena *a, struct summary *out, struct err *err)
{
	struct reader *r;
	int rc = summary_reader(&r, s, q, a, out, err);
	return reader_alone(s, &q->filter, r, rc, err);
}
