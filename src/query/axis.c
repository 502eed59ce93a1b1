/* axis.c - see axis.h. */
#include "query/axis.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"

/* 2106-02-07, where 32-bit time ends: no mail is from after that. */
static const int64_t TIME_END = (int64_t)1 << 32;

void axis_init(struct axis *x, enum series_unit unit, struct arena *a)
{
	*x = (struct axis){.unit = unit,
		.unit_s = unit == SERIES_HOUR ? SECONDS_AN_HOUR : SECONDS_A_DAY,
		.arena = a,
		.stray_first = TIME_NONE,
		.stray_last = TIME_NONE};
}

void axis_free(struct axis *x)
{
	tally_free(&x->cells);
	mem_free(x->extra);
	mem_free(x->seen);
	x->extra = NULL;
	x->seen = NULL;
	x->nseen = x->nextra = 0;
}

/* ---- counting ---- */

static int classify(struct axis *x, struct store *s, uint32_t id, enum time_class *c, struct err *err)
{
	for (size_t i = 0; i < x->nclasses; i++)
		if (x->classes[i].id == id) {
			*c = x->classes[i].c;
			return 0;
		}
	struct str name = {0};
	int rc = store_word(s, id, x->arena, &name, err);
	if (rc < 0)
		return rc;
	*c = str_eq(name, S("received")) ? TIME_RECEIVED : str_eq(name, S("from_line")) ? TIME_FROM_LINE : TIME_DATE;
	if (x->nclasses < sizeof x->classes / sizeof *x->classes) {
		x->classes[x->nclasses].id = id;
		x->classes[x->nclasses++].c = *c;
	}
	return 0;
}

static int see_feed(struct axis *x, const struct store_row *r, struct err *err)
{
	if (r->feed >= x->nseen) {
		size_t n = (size_t)r->feed * 2 + 16;
		struct feed_seen *seen = mem_realloc(x->seen, n * sizeof *seen);
		if (!seen)
			return err_oom(err, "series");
		memset(seen + x->nseen, 0, (n - x->nseen) * sizeof *seen);
		x->seen = seen;
		x->nseen = n;
	}
	struct feed_seen *f = &x->seen[r->feed];
	if (!f->name.p && !(f->name = arena_dup(x->arena, r->row->feed)).p)
		return err_oom(err, "series");
	f->messages++;
	return 0;
}

static int count(struct axis *x, uint32_t bucket, uint32_t feed, int64_t time, bool untrusted, struct err *err)
{
	size_t i = tally_cell(&x->cells, bucket, feed);
	if (i == SIZE_MAX)
		return err_oom(err, "series");
	if (i >= x->nextra) {
		size_t n = x->nextra ? x->nextra * 2 : 256;
		struct axis_extra *extra = mem_realloc(x->extra, n * sizeof *extra);
		if (!extra)
			return err_oom(err, "series");
		x->extra = extra;
		x->nextra = n;
	}
	struct axis_extra *e = &x->extra[i];
	if (x->cells.cells[i].n++ == 0)
		*e = (struct axis_extra){time, time, 0};
	e->first = time < e->first ? time : e->first;
	e->last = time > e->last ? time : e->last;
	e->untrusted += untrusted;
	return 0;
}

int axis_add(struct axis *x, struct store *s, const struct store_row *r, uint32_t *bucket, enum time_class *c, struct err *err)
{
	int64_t time = r->row->time;
	int rc = 0;
	*c = TIME_UNKNOWN;
	if (time == TIME_NONE)
		*bucket = BUCKET_UNDATED;
	else if (time < 0 || time >= TIME_END)
		*bucket = BUCKET_FAR;
	else
		*bucket = (uint32_t)(time / x->unit_s);
	if (time != TIME_NONE)
		rc = classify(x, s, r->word[FEAT_time_source], c, err);
	if (rc == 0)
		rc = see_feed(x, r, err);
	return rc < 0 ? rc : count(x, *bucket, r->feed, time, *c != TIME_RECEIVED, err);
}

/* ---- runs ---- */

struct day {
	uint32_t bucket;
	int64_t messages, untrusted;
};
struct stretch {
	size_t first, last; /* indexes of days */
	int64_t messages, untrusted;
	size_t length; /* buckets */
	bool out;
};

static int by_bucket(const void *a, const void *b)
{
	uint32_t x = ((const struct day *)a)->bucket, y = ((const struct day *)b)->bucket;
	return x < y ? -1 : x > y;
}

/* Buckets with messages, ascending, each once, feeds added up. On the heap. */
static struct day *collect_days(const struct axis *x, size_t *n)
{
	struct day *d = mem_alloc((x->cells.n + 1) * sizeof *d);
	size_t all = 0, kept = 0;
	if (!d)
		return NULL;
	for (size_t i = 0; i < x->cells.n; i++) {
		const struct tally_cell *c = &x->cells.cells[i];
		if (c->a != BUCKET_UNDATED && c->a != BUCKET_FAR)
			d[all++] = (struct day){(uint32_t)c->a, c->n, x->extra[i].untrusted};
	}
	qsort(d, all, sizeof *d, by_bucket);
	for (size_t i = 0; i < all; i++) {
		if (kept && d[kept - 1].bucket == d[i].bucket) {
			d[kept - 1].messages += d[i].messages;
			d[kept - 1].untrusted += d[i].untrusted;
		} else {
			d[kept++] = d[i];
		}
	}
	*n = kept;
	return d;
}

static void measure(struct stretch *s, const struct day *d)
{
	s->messages = s->untrusted = 0;
	for (size_t i = s->first; i <= s->last; i++) {
		s->messages += d[i].messages;
		s->untrusted += d[i].untrusted;
	}
	s->length = (size_t)d[s->last].bucket - d[s->first].bucket + 1;
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return x < y ? -1 : x > y;
}

/* Buckets without a message that end a run. scratch: room for n. */
static uint32_t gap_of(const struct axis *x, const struct day *d, size_t n, uint32_t *scratch)
{
	uint32_t gap = (uint32_t)(SERIES_GAP_DAYS * SECONDS_A_DAY / x->unit_s), usual;
	for (size_t i = 1; i < n; i++)
		scratch[i - 1] = d[i].bucket - d[i - 1].bucket;
	if (n < SERIES_GAP_LEAST)
		return gap;
	qsort(scratch, n - 1, sizeof *scratch, by_size);
	usual = scratch[(n - 1) / 2];
	return usual > gap / SERIES_GAP_TIMES ? usual * SERIES_GAP_TIMES : gap;
}

static size_t split(const struct day *d, size_t n, uint32_t gap, struct stretch *out)
{
	size_t runs = 0;
	for (size_t i = 0; i < n; i++) {
		if (i && d[i].bucket - d[i - 1].bucket - 1 <= gap)
			out[runs - 1].last = i;
		else
			out[runs++] = (struct stretch){.first = i, .last = i};
	}
	for (size_t i = 0; i < runs; i++)
		measure(&out[i], d);
	return runs;
}

static void drop_forged(struct stretch *r, size_t n)
{
	int64_t all = 0, most = 0;
	for (size_t i = 0; i < n; i++) {
		all += r[i].messages;
		most = r[i].messages > most ? r[i].messages : most;
	}
	for (size_t i = 0; i < n && most * 2 > all; i++)
		r[i].out = r[i].untrusted == r[i].messages && r[i].messages * 100 < all;
}

/* The part of a run of at most `room` buckets that holds the most messages; of equals the latest. */
static void trim(struct stretch *r, const struct day *d, size_t room)
{
	struct stretch best = *r;
	int64_t sum = 0, most = -1;
	size_t from = r->first;
	for (size_t i = r->first; i <= r->last; i++) {
		sum += d[i].messages;
		while ((size_t)d[i].bucket - d[from].bucket + 1 > room)
			sum -= d[from++].messages;
		if (sum >= most) {
			most = sum;
			best.first = from;
			best.last = i;
		}
	}
	measure(&best, d);
	*r = best;
}

static int by_weight(const void *a, const void *b)
{
	const struct stretch *x = a, *y = b;
	if (x->out != y->out)
		return x->out - y->out;
	if (x->messages != y->messages)
		return x->messages < y->messages ? 1 : -1;
	return x->first < y->first ? 1 : -1;
}

static int by_place(const void *a, const void *b)
{
	const struct stretch *x = a, *y = b;
	return x->first < y->first ? -1 : x->first > y->first;
}

/* Heaviest first until the room is used up. */
static void fit(struct stretch *r, size_t n, const struct day *d, size_t room)
{
	qsort(r, n, sizeof *r, by_weight);
	for (size_t i = 0; i < n; i++) {
		if (r[i].out)
			continue;
		if (i == 0 && r[i].length > room)
			trim(&r[i], d, room);
		if (r[i].length > room)
			r[i].out = true;
		else
			room -= r[i].length;
	}
	qsort(r, n, sizeof *r, by_place);
}

static int lay_out(struct axis *x, const struct stretch *r, size_t n, const struct day *d, struct err *err)
{
	size_t total = 0;
	for (size_t i = 0; i < n; i++)
		total += r[i].out ? 0 : r[i].length;
	x->buckets = arena_alloc(x->arena, (total + 1) * sizeof *x->buckets);
	x->runs = arena_alloc(x->arena, (n + 1) * sizeof *x->runs);
	if (!x->buckets || !x->runs)
		return err_oom(err, "series");
	for (size_t i = 0; i < n; i++) {
		if (r[i].out)
			continue;
		x->runs[x->nruns++] = (struct series_run){x->nbuckets, r[i].length};
		for (size_t k = 0; k < r[i].length; k++)
			x->buckets[x->nbuckets++] = (int64_t)d[r[i].first].bucket + (int64_t)k;
	}
	return 0;
}

static int make_buckets(struct axis *x, size_t room, struct err *err)
{
	size_t ndays = 0;
	struct day *d = collect_days(x, &ndays);
	struct stretch *r = d ? mem_alloc((ndays + 1) * sizeof *r) : NULL;
	uint32_t *scratch = r ? mem_alloc((ndays + 1) * sizeof *scratch) : NULL;
	int rc = scratch ? 0 : err_oom(err, "series");
	if (scratch) {
		size_t n = split(d, ndays, gap_of(x, d, ndays, scratch), r);
		drop_forged(r, n);
		fit(r, n, d, room);
		rc = lay_out(x, r, n, d, err);
	}
	mem_free(d);
	mem_free(r);
	mem_free(scratch);
	return rc;
}

size_t axis_index(const struct axis *x, uint32_t bucket)
{
	size_t lo = 0, hi = x->nruns;
	while (lo < hi) { /* the first run that begins after bucket */
		size_t mid = (lo + hi) / 2;
		if (x->buckets[x->runs[mid].first] > (int64_t)bucket)
			hi = mid;
		else
			lo = mid + 1;
	}
	if (!lo)
		return SIZE_MAX;
	const struct series_run *r = &x->runs[lo - 1];
	size_t at = (size_t)((int64_t)bucket - x->buckets[r->first]);
	return at < r->n ? r->first + at : SIZE_MAX;
}

/* ---- feeds ---- */

struct feed_order {
	uint32_t number;
	const struct feed_seen *seen;
};

static int by_messages(const void *a, const void *b)
{
	const struct feed_order *x = a, *y = b;
	if (x->seen->messages != y->seen->messages)
		return x->seen->messages < y->seen->messages ? 1 : -1;
	return str_cmp(x->seen->name, y->seen->name);
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct feed_order *)a)->seen->name, ((const struct feed_order *)b)->seen->name);
}

/* Columns by name; the smallest feeds share the last one when there are too many. */
static int make_columns(struct axis *x, struct err *err)
{
	struct feed_order *o = arena_alloc(x->arena, (x->nseen + 1) * sizeof *o);
	size_t n = 0;
	x->column = arena_zalloc(x->arena, x->nseen + 1, sizeof *x->column);
	if (!o || !x->column)
		return err_oom(err, "series");
	for (size_t i = 0; i < x->nseen; i++)
		if (x->seen[i].name.p)
			o[n++] = (struct feed_order){(uint32_t)i, &x->seen[i]};
	size_t single = n > LIM_SERIES_FEEDS ? LIM_SERIES_FEEDS - 1 : n;
	qsort(o, n, sizeof *o, by_messages);
	qsort(o, single, sizeof *o, by_name);
	x->nfeeds = single + (n > single);
	if (!(x->feeds = arena_zalloc(x->arena, x->nfeeds + 1, sizeof *x->feeds)))
		return err_oom(err, "series");
	for (size_t i = 0; i < n; i++) {
		size_t col = i < single ? i : single;
		struct series_feed *f = &x->feeds[col];
		x->column[o[i].number] = (uint32_t)col;
		if (i < single)
			f->name = o[i].seen->name;
		f->first = f->last = TIME_NONE;
		f->merged++;
	}
	return 0;
}

static void widen(int64_t *first, int64_t *last, const struct axis_extra *e)
{
	if (*first == TIME_NONE || e->first < *first)
		*first = e->first;
	if (*last == TIME_NONE || e->last > *last)
		*last = e->last;
}

static void sum_feeds(struct axis *x)
{
	for (size_t i = 0; i < x->cells.n; i++) {
		const struct tally_cell *c = &x->cells.cells[i];
		struct series_feed *f = &x->feeds[x->column[c->b]];
		f->messages += c->n;
		x->messages += c->n;
		if (c->a == BUCKET_UNDATED) {
			f->undated += c->n;
			x->undated += c->n;
			continue;
		}
		f->untrusted += x->extra[i].untrusted;
		if (c->a != BUCKET_FAR && axis_index(x, (uint32_t)c->a) != SIZE_MAX) {
			widen(&f->first, &f->last, &x->extra[i]);
			continue;
		}
		f->stray += c->n;
		x->stray += c->n;
		widen(&x->stray_first, &x->stray_last, &x->extra[i]);
	}
}

int axis_finish(struct axis *x, size_t max_cells, struct err *err)
{
	size_t room = x->unit == SERIES_HOUR ? LIM_SERIES_HOURS : LIM_SERIES_DAYS;
	int rc = make_columns(x, err);
	if (rc < 0)
		return rc;
	if (x->nfeeds && max_cells / x->nfeeds < room)
		room = max_cells / x->nfeeds;
	if ((rc = make_buckets(x, room, err)) < 0)
		return rc;
	sum_feeds(x);
	return 0;
}
