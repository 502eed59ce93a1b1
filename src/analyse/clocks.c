/* clocks.c - see clocks.h. */
#include "analyse/clocks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/sort.h"
#include "base/time.h"
#include "base/utf8.h"
#include "finding/say.h"

/* Has a time of the feed's own clock. A capture is all of one sender, whose dates are his. */
static bool is_timed(const struct analysis *a, const struct analysed *m)
{
	return m->time_trusted && m->time >= 0 && m->time <= UINT32_MAX &&
	       !(a->feed_kinds && str_eq(a->feed_kinds[m->feed], S("lab")));
}

static bool has_date(const struct analysed *m)
{
	return m->date_late != DATE_NONE;
}

static bool is_far(const struct analysed *m)
{
	return m->date_late > CLOCK_NEAR || m->date_late < -CLOCK_NEAR;
}

/* ---- days ---- */

/* Mail of one feed's day, by whether its senders' dates are near. */
struct day {
	uint32_t feed;
	int64_t day;
	size_t near, far;
};

struct days {
	struct arena *a;
	VEC(struct day) list; /* by feed and day, those with mail */
	VEC(struct clock_fault) stretches;
	struct clock_fault open; /* n: far */
	size_t near;
};

/* feed, day, far: of each message one number, so that they sort fast. */
static uint64_t key_of(const struct analysed *m)
{
	return (uint64_t)m->feed << 32 | (uint64_t)time_day(m->time) << 1 | is_far(m);
}

static bool count_days(struct days *d, const uint64_t *keys, size_t n)
{
	struct day *day;
	for (size_t i = 0; i < n; i += day->near + day->far) {
		uint64_t near = keys[i] & ~(uint64_t)1, far = near | 1;
		if (!(day = vec_push(d->a, &d->list, SIZE_MAX)))
			return false;
		*day = (struct day){.feed = (uint32_t)(near >> 32), .day = (int64_t)((uint32_t)near >> 1)};
		while (i + day->near < n && keys[i + day->near] == near)
			day->near++;
		while (i + day->near + day->far < n && keys[i + day->near + day->far] == far)
			day->far++;
	}
	return true;
}

/* ---- stretches of days with hardly a date that is near ---- */

static bool close_stretch(struct days *d)
{
	struct clock_fault *f;
	size_t all = d->open.n + d->near;
	if (all >= CLOCK_LEAST && d->near * 10 < all) {
		if (!(f = vec_push(d->a, &d->stretches, SIZE_MAX)))
			return false;
		*f = d->open;
	}
	d->open = (struct clock_fault){0};
	d->near = 0;
	return true;
}

static bool find_stretches(struct days *d)
{
	for (size_t i = 0; i < d->list.n; i++) {
		const struct day *x = &d->list.v[i];
		bool right = x->far <= x->near, apart = d->open.feed != x->feed || x->day - d->open.to > CLOCK_GAP;
		if (d->open.n && (apart || right) && !close_stretch(d))
			return false;
		if (right)
			continue;
		if (!d->open.n)
			d->open = (struct clock_fault){.feed = x->feed, .from = x->day};
		d->open.to = x->day;
		d->open.n += x->far;
		d->near += x->near;
	}
	return close_stretch(d);
}

/* A clock that is wrong moves all mail: where as much as ever has right dates, the others are forged. Asked of stretches in their order; *at: 0 for
 * the first. Where there is hardly any right mail in the weeks beside it, nothing is known of how much is usual. */
static bool right_mail_goes_on(const struct days *d, const struct clock_fault *f, size_t *at)
{
	double near = 0, days = 0, beside = 0, days_beside = 0;
	const struct day *v = d->list.v;
	while (*at < d->list.n && (v[*at].feed < f->feed || v[*at].day < f->from - CLOCK_GAP))
		(*at)++;
	for (size_t i = *at; i < d->list.n && v[i].feed == f->feed && v[i].day <= f->to + CLOCK_GAP; i++)
		if (v[i].day >= f->from && v[i].day <= f->to) {
			near += (double)v[i].near;
			days++;
		} else if (v[i].near >= v[i].far) {
			beside += (double)v[i].near;
			days_beside++;
		}
	if (beside < CLOCK_LEAST)
		return false;
	double usual = beside / days_beside * days;
	return near >= usual / 2 || near >= usual - 2 * sqrt(usual);
}

/* ---- by how much, and who says so ---- */

struct witness {
	uint32_t fault; /* index */
	int32_t late;
	uint64_t sender; /* who made it, as far as is known */
};

/* Of whom nothing is known, each is one, but for those who wrote the same second: that is a text which his program sends as it is. */
static uint64_t sender_of(const struct analysed *m)
{
	if (m->engine)
		return (uint64_t)1 << 62 | m->engine;
	return m->campaign ? (uint64_t)2 << 62 | m->campaign : (uint64_t)3 << 62 | (uint64_t)(m->time + m->date_late - INT32_MIN);
}

static int by_fault_and_late(const void *a, const void *b)
{
	const struct witness *x = a, *y = b;
	if (x->fault != y->fault)
		return x->fault < y->fault ? -1 : 1;
	return (x->late > y->late) - (x->late < y->late);
}

/* How many of n one sender has at most. v: room for as many. */
static size_t most_of_one(const struct witness *w, size_t n, uint64_t *v)
{
	size_t most = 0, run = 0;
	for (size_t i = 0; i < n; i++)
		v[i] = w[i].sender;
	sort_u64(v, n);
	for (size_t i = 0; i < n; i++) {
		run = i && v[i] == v[i - 1] ? run + 1 : 1;
		most = run > most ? run : most;
	}
	return most;
}

/* Sorted witnesses of one stretch: false where they are of one sender, who may be the one with the wrong clock, or fewer than those who
 * wrote no date. */
static bool judge(struct clock_fault *f, const struct witness *w, size_t n, size_t undated, uint64_t *v)
{
	size_t lo = 0, hi = n;
	f->late = w[n / 2].late;
	while (w[lo].late < f->late - CLOCK_NEAR / 2)
		lo++;
	while (w[hi - 1].late > f->late + CLOCK_NEAR / 2)
		hi--;
	f->agree = hi - lo;
	f->known = f->agree * 2 > n && most_of_one(w + lo, f->agree, v) * 2 <= f->agree;
	return undated <= n && most_of_one(w, n, v) * 2 <= n;
}

static int judge_all(const struct analysis *a, const struct days *d, struct clock_faults *list, struct err *err)
{
	size_t n = 0, room = 0, kept = 0, at = 0, day = 0;
	struct arena *arena = d->a;
	for (size_t i = 0; i < list->n; i++)
		room += list->v[i].n;
	struct witness *w = arena_alloc(arena, room * sizeof *w);
	uint64_t *v = arena_alloc(arena, room * sizeof *v);
	size_t *undated = arena_zalloc(arena, list->n, sizeof *undated);
	if (!w || !v || !undated)
		return err_oom(err, "clocks");
	for (size_t i = 0; i < a->n_messages; i++) {
		const struct analysed *m = &a->messages[i];
		const struct clock_fault *f = clock_fault_of(list, a, m);
		if (f && !has_date(m))
			undated[f - list->v]++;
		else if (f)
			w[n++] = (struct witness){.fault = (uint32_t)(f - list->v), .late = m->date_late, .sender = sender_of(m)};
	}
	must(n == room);
	qsort(w, n, sizeof *w, by_fault_and_late);
	for (size_t i = 0; i < list->n; i++) {
		struct clock_fault f = list->v[i];
		if (judge(&f, w + at, f.n, undated[i], v) && !(f.known && right_mail_goes_on(d, &f, &day)))
			list->v[kept++] = f;
		at += f.n;
	}
	list->n = kept;
	return 0;
}

/* ---- */

int clocks_find(const struct analysis *a, struct arena *arena, struct clock_faults *out, struct err *err)
{
	struct days d = {.a = arena};
	uint64_t *keys = arena_alloc(arena, (a->n_messages + 1) * sizeof *keys);
	size_t n = 0;
	if (!keys)
		return err_oom(err, "clocks");
	for (size_t i = 0; i < a->n_messages; i++)
		if (is_timed(a, &a->messages[i]) && has_date(&a->messages[i]))
			keys[n++] = key_of(&a->messages[i]);
	sort_u64(keys, n);
	if (!count_days(&d, keys, n) || !find_stretches(&d))
		return err_oom(err, "clocks");
	*out = (struct clock_faults){.v = d.stretches.v, .n = d.stretches.n};
	return out->n ? judge_all(a, &d, out, err) : 0;
}

const struct clock_fault *clock_fault_of(const struct clock_faults *list, const struct analysis *a, const struct analysed *m)
{
	if (!list->n || !is_timed(a, m) || (has_date(m) && !is_far(m)))
		return NULL;
	int64_t day = time_day(m->time);
	size_t lo = 0, hi = list->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct clock_fault *f = &list->v[mid];
		if (f->feed < m->feed || (f->feed == m->feed && f->to < day))
			lo = mid + 1;
		else
			hi = mid;
	}
	const struct clock_fault *f = &list->v[lo];
	return lo < list->n && f->feed == m->feed && f->from <= day ? f : NULL;
}

static void say(struct buf *b, const struct analysis *a, const struct clock_fault *f)
{
	struct str name = utf8_first(a->feeds[f->feed], 100);
	buf_printf(b, "Feed %.*s has a wrong time on %zu messages, dated ", STR_FMT(name), f->n);
	say_span(b, f->from * SECONDS_A_DAY, f->to * SECONDS_A_DAY);
	if (!f->known) {
		buf_add(b,
			S(": hardly any sender's date is near, and they differ. Old mail was copied or handed on then; findings leave it out, counts "
			  "and charts do not."));
		return;
	}
	int64_t late = f->late < 0 ? -f->late : f->late;
	buf_printf(b,
		": most senders' dates agree on %lld days %s, and hardly any is near. The feed's clock was wrong, or old mail was handed on; "
		"findings go by the senders' dates, counts and charts by the feed's.",
		(long long)((late + SECONDS_A_DAY / 2) / SECONDS_A_DAY), f->late < 0 ? "earlier" : "later");
}

int clocks_tell(struct analysis *a, const struct clock_faults *list, struct err *err)
{
	struct buf b;
	int rc = 0;
	buf_init(&b, MIB);
	for (size_t i = 0; i < list->n && !rc; i++) {
		char id[32];
		bool rest = i + 1 == LIM_CLOCKS && i + 1 < list->n;
		snprintf(id, sizeof id, "clock %02zu", i);
		buf_clear(&b);
		say(&b, a, &list->v[i]);
		if (rest)
			buf_printf(&b, " %zu more such times are not told.", list->n - LIM_CLOCKS);
		rc = buf_ok(&b) ? analysis_left_out(a, id, err, "%.*s", STR_FMT(buf_str(&b))) : err_oom(err, "clocks");
		if (rest)
			break;
	}
	buf_free(&b);
	return rc;
}
