/* sensor.c - see sensor.h. */
#include "finding/sensor.h"

#include <math.h>
#include <stdlib.h>

#include "base/vec.h"

enum { HOURS_A_WEEK = 168, LOCAL_HOURS = HOURS_A_WEEK };
enum { RATE_HOURS = 24 };    /* less is no rate of a feed by itself */
enum { SIDE_MESSAGES = 32 }; /* of fewer the rate is hardly known: of so many within a fifth */
/* A silence is an outage when it would happen by chance once in so many feeds. */
static const double OUTAGE_P = 1e-3;
static const double OUTAGE_MIN_HOURS = 3;         /* shorter ones change no day's count that anybody reads */
static const double OUTAGE_MIN_EXPECTED = 8;      /* messages: fewer may fail to come by bad luck of one campaign */
static const double HALF = 0.6931, MOST = 2.9957; /* of an exponential time: its median, and what it exceeds once in 20 */
static const double BURST = 10;                   /* messages for each gap longer than one: of independent ones it is e */
static const double HABIT_PRIOR = 20;             /* messages that every hour of the week is thought to have had evenly */

/* One feed under study. */
struct sensor {
	const int64_t *t;
	size_t n;
	int64_t start; /* Unix time of hour 0 */
	size_t hours;
	double habit[HOURS_A_WEEK]; /* mean 1 */
	double *sum_n, *sum_habit;  /* over hours [0,h) */
	double *sum_silent;         /* of habit, within silences longer than half a side: these have no rate */
	double tail_from, tail;     /* gaps beyond tail_from (in expected messages) fall off as exp(-x / tail) */
	double beyond;              /* how many are */
};

static double at(const double *sum, size_t hours, double h)
{
	if (h <= 0)
		return 0;
	if (h >= (double)hours)
		return sum[hours];
	size_t i = (size_t)h;
	return sum[i] + (sum[i + 1] - sum[i]) * (h - (double)i);
}

static double hour_of(const struct sensor *s, int64_t t)
{
	return (double)(t - s->start) / SECONDS_AN_HOUR;
}

static double habit_between(const struct sensor *s, double from, double to)
{
	return at(s->sum_habit, s->hours, to) - at(s->sum_habit, s->hours, from);
}

/* The mail before a silence, or after it, within the feed's own life: of a week, or of SIDE_MESSAGES where a week has fewer. */
struct side {
	double n, hours; /* messages; hours of habit */
	double silent;   /* of these hours, within silences longer than half a side */
};

/* Of hours [lo,hi) beside a silence: of a week. */
static struct side week_side(const struct sensor *s, double lo, double hi)
{
	return (struct side){at(s->sum_n, s->hours, hi) - at(s->sum_n, s->hours, lo), habit_between(s, lo, hi),
		at(s->sum_silent, s->hours, hi) - at(s->sum_silent, s->hours, lo)};
}

/* Between messages i and k, one of which is beside the silence and does not count. */
static struct side sparse_side(const struct sensor *s, size_t i, size_t k)
{
	double lo = hour_of(s, s->t[i]), hi = hour_of(s, s->t[k]);
	struct side x = {(double)(k - i), habit_between(s, lo, hi), 0};
	for (; i < k; i++) {
		double from = hour_of(s, s->t[i]), to = hour_of(s, s->t[i + 1]);
		if (to - from > (hi - lo) / 2)
			x.silent += habit_between(s, from, to);
	}
	return x;
}

static struct side side_before(const struct sensor *s, size_t i)
{
	double hi = hour_of(s, s->t[i]), lo = hi - LOCAL_HOURS, first = hour_of(s, s->t[0]);
	size_t k = i > SIDE_MESSAGES ? i - SIDE_MESSAGES : 0;
	if (hour_of(s, s->t[k]) < lo)
		return sparse_side(s, k, i);
	return hi > first ? week_side(s, fmax(lo, first), hi) : (struct side){0};
}

static struct side side_after(const struct sensor *s, size_t i)
{
	double lo = hour_of(s, s->t[i]), hi = lo + LOCAL_HOURS, last = hour_of(s, s->t[s->n - 1]);
	size_t k = i + SIDE_MESSAGES < s->n ? i + SIDE_MESSAGES : s->n - 1;
	if (hour_of(s, s->t[k]) > hi)
		return sparse_side(s, i, k);
	return lo < last ? week_side(s, lo, fmin(hi, last)) : (struct side){0};
}

/* Messages an hour, and of how many it is known. */
struct rate {
	double hourly, known;
};

/* Around the silence between messages i and k. */
static struct rate rate_around(const struct sensor *s, size_t i, size_t k)
{
	struct side before = side_before(s, i), after = side_after(s, k);
	double w = before.hours + after.hours, n = before.n + after.n;
	return (struct rate){w > 0 ? n / w : 0, n};
}

/* Of the silence after message i by what came before it and by what came after it: beside a sudden fall the feed had no such rate. That another
 * long silence follows, a stray message between them, is no fall. */
static struct rate rate_of_silence(const struct sensor *s, size_t i)
{
	struct side b = side_before(s, i), a = side_after(s, i + 1);
	double before = b.hours - b.silent, after = a.hours - a.silent;
	if (before < RATE_HOURS || after < RATE_HOURS)
		return rate_around(s, i, i + 1);
	return (struct rate){fmin(b.n / before, a.n / after), b.n + a.n};
}

/* Messages that silence i would have had. */
static double expected_of(const struct sensor *s, size_t i, struct rate r)
{
	return r.hourly * habit_between(s, hour_of(s, s->t[i]), hour_of(s, s->t[i + 1]));
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t n, double q)
{
	return sorted[(size_t)(q * (double)(n - 1))];
}

static size_t longer_than(const double *sorted, size_t n, double x)
{
	size_t k = 0;
	while (k < n && sorted[n - 1 - k] > x)
		k++;
	return k;
}

static void learn_from(struct sensor *s, double from, size_t beyond, double tail)
{
	if (tail <= s->tail)
		return;
	s->tail_from = from;
	s->tail = tail;
	s->beyond = (double)beyond;
}

/* Where nearly all mail comes in bursts, quantiles are of gaps within them. What comes independently are then the bursts, and a gap of more than one
 * message lies between two of them: counted, not measured, so that a few outages among them change little. Where bursts are long, a gap of hours that
 * chance does not make lies between them: one every other day is no failure, and the middle one tells how long they are. */
static void learn_bursts(struct sensor *s, const double *sorted, size_t n)
{
	size_t between = longer_than(sorted, n, 1);
	if (between && (double)n >= BURST * (double)between)
		learn_from(s, 1, between, (double)n / (double)between);
	double days = (double)(s->t[n] - s->t[0]) / SECONDS_A_DAY;
	double chance = fmax(log((double)n) + 3, (double)n / (days * 24) * OUTAGE_MIN_HOURS);
	between = longer_than(sorted, n, chance);
	if ((double)between * 2 >= fmax(days, SIDE_MESSAGES))
		learn_from(s, chance, between, (sorted[n - 1 - between / 2] - chance) / HALF);
}

/* How long this feed's silences are wont to be: 1 for messages that come independently, more for bursts. Each is measured as an outage is,
 * by the rate around it: of a feed that once had twice the mail every later silence looked long. */
static int learn_tail(struct sensor *s, struct arena *a)
{
	struct arena_mark mark = arena_mark(a);
	size_t n = s->n - 1;
	double *m = arena_alloc(a, (n + 1) * sizeof *m);
	if (!m)
		return -1;
	for (size_t i = 0; i < n; i++)
		m[i] = expected_of(s, i, rate_of_silence(s, i));
	qsort(m, n, sizeof *m, by_value);
	s->tail_from = quantile(m, n, 0.95);
	s->tail = fmax(1, (quantile(m, n, 0.99) - s->tail_from) / log(5));
	s->beyond = 0.05 * (double)s->n;
	if (n >= 2000)
		s->tail = fmax(s->tail, (quantile(m, n, 0.995) - quantile(m, n, 0.99)) / log(2));
	learn_bursts(s, m, n);
	arena_release(a, mark);
	return 0;
}

/* sum_silent, once the habit is known. */
static void sum_silences(struct sensor *s)
{
	for (size_t i = 0; i + 1 < s->n; i++) {
		size_t from = (size_t)hour_of(s, s->t[i]) + 1, to = (size_t)hour_of(s, s->t[i + 1]);
		for (size_t h = from; h < to && to - from > LOCAL_HOURS / 2; h++)
			s->sum_silent[h + 1] = s->sum_habit[h + 1] - s->sum_habit[h];
	}
	for (size_t h = 0; h < s->hours; h++)
		s->sum_silent[h + 1] += s->sum_silent[h];
}

static int sensor_make(struct sensor *s, struct arena *a)
{
	double all = 0;
	s->sum_n = arena_zalloc(a, s->hours + 1, sizeof *s->sum_n);
	s->sum_habit = arena_zalloc(a, s->hours + 1, sizeof *s->sum_habit);
	s->sum_silent = arena_zalloc(a, s->hours + 1, sizeof *s->sum_silent);
	if (!s->sum_n || !s->sum_habit || !s->sum_silent)
		return -1;
	double count[HOURS_A_WEEK] = {0};
	size_t seen[HOURS_A_WEEK] = {0};
	for (size_t i = 0; i < s->n; i++)
		s->sum_n[(size_t)hour_of(s, s->t[i]) + 1]++;
	size_t first = (size_t)hour_of(s, s->t[0]), last = (size_t)hour_of(s, s->t[s->n - 1]);
	for (size_t h = first; h <= last; h++) {
		count[h % HOURS_A_WEEK] += s->sum_n[h + 1];
		seen[h % HOURS_A_WEEK]++;
	}
	double rate = (double)s->n / (double)(last - first + 1);
	for (size_t k = 0; k < HOURS_A_WEEK; k++) {
		s->habit[k] = (count[k] + HABIT_PRIOR) / ((double)seen[k] * rate + HABIT_PRIOR);
		all += s->habit[k] / HOURS_A_WEEK;
	}
	for (size_t h = 0; h < s->hours; h++) {
		s->sum_n[h + 1] += s->sum_n[h];
		s->sum_habit[h + 1] = s->sum_habit[h] + s->habit[h % HOURS_A_WEEK] / all;
	}
	sum_silences(s);
	return learn_tail(s, a);
}

/* Is a silence of m expected messages more than bad luck, when so many are beyond tail_from? Where the rate is known, its length is exponential;
 * of a rate known by k bursts it is Lomax's (Pareto's of the second kind), which is the same for many. */
static bool beyond_chance(const struct sensor *s, double m, double known, double beyond)
{
	double x = (m - s->tail_from) / s->tail, k = fmax(1, known / s->tail);
	return m >= OUTAGE_MIN_EXPECTED && beyond * pow(1 + fmax(x, 0) / k, -k) < OUTAGE_P;
}

static int64_t clip(double t, int64_t lo, int64_t hi)
{
	return t <= (double)lo ? lo : t >= (double)hi ? hi : (int64_t)t;
}

/* The time by which so much habit has passed since t, or before it where that is negative: less of it passes in a quiet hour. */
static double time_by(const struct sensor *s, int64_t t, double habit)
{
	double sum = at(s->sum_habit, s->hours, hour_of(s, t)) + habit;
	size_t lo = 0, hi = s->hours;
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;
		if (s->sum_habit[mid] <= sum)
			lo = mid;
		else
			hi = mid;
	}
	double part = (sum - s->sum_habit[lo]) / (s->sum_habit[lo + 1] - s->sum_habit[lo]);
	return (double)s->start + ((double)lo + part) * SECONDS_AN_HOUR;
}

/* A feed's last message and when it failed, its first and when it began to watch, are an exponential time apart, of the feed's own tail and habit. */
static double rate_of(const struct sensor *s, size_t i, size_t k)
{
	return fmax(rate_around(s, i, k).hourly / s->tail, 1e-9);
}

static struct volume_date failed(const struct sensor *s, double rate, int64_t last, int64_t latest)
{
	return (struct volume_date){
		clip(time_by(s, last, HALF / rate), last, latest), last, clip(time_by(s, last, MOST / rate), last, latest)};
}

static struct volume_date began(const struct sensor *s, double rate, int64_t first, int64_t earliest)
{
	return (struct volume_date){clip(time_by(s, first, -HALF / rate), earliest, first),
		clip(time_by(s, first, -MOST / rate), earliest, first), first};
}

static void date_outage(const struct sensor *s, size_t i, struct volume_outage *o)
{
	double rate = rate_of(s, i, i + 1);
	int64_t from = s->t[i], to = s->t[i + 1], middle = from + (to - from) / 2;
	o->from = failed(s, rate, from, middle);
	o->to = began(s, rate, to, middle);
}

static int find_outages(const struct sensor *s, struct volume_feed *f, struct arena *a)
{
	VEC(struct volume_outage) list = {0};
	for (size_t i = 0; i + 1 < s->n; i++) {
		double from = hour_of(s, s->t[i]), to = hour_of(s, s->t[i + 1]);
		if (to - from < OUTAGE_MIN_HOURS)
			continue;
		struct rate r = rate_of_silence(s, i);
		double m = expected_of(s, i, r);
		if (!beyond_chance(s, m, r.known, s->beyond))
			continue;
		struct volume_outage *o = vec_push(a, &list, SIZE_MAX / sizeof *o);
		if (!o)
			return -1;
		o->expected = m;
		o->others = NAN;
		date_outage(s, i, o);
	}
	f->outages = list.v;
	f->n_outages = list.n;
	return 0;
}

/* Before the first and after the last message the feed may have watched as well: it did, unless the silence is too long. */
static void find_ends(const struct sensor *s, struct volume_feed *f, int64_t start, int64_t end)
{
	size_t end_i = s->n - 1;
	double first = hour_of(s, s->t[0]), last = hour_of(s, s->t[end_i]);
	struct rate early = rate_around(s, 0, 0), late = rate_around(s, end_i, end_i);
	f->starts = beyond_chance(s, early.hourly * habit_between(s, hour_of(s, start), first), early.known, 1);
	f->ends = beyond_chance(s, late.hourly * habit_between(s, last, hour_of(s, end)), late.known, 1);
	f->from = f->starts ? s->t[0] : start;
	f->to = f->ends ? s->t[s->n - 1] + 1 : end;
	f->begun = began(s, rate_of(s, 0, 0), s->t[0], start);
	f->ended = failed(s, rate_of(s, end_i, end_i), s->t[s->n - 1], end);
}

int sensor_study(const int64_t *t, size_t n, int64_t day_start, size_t n_days, int64_t start, int64_t end, struct arena *a,
	struct volume_feed *feed)
{
	struct sensor s = {.t = t, .n = n, .start = day_start, .hours = n_days * 24};
	struct arena scratch;
	arena_init(&scratch, SIZE_MAX);
	int rc = sensor_make(&s, &scratch) || find_outages(&s, feed, a);
	if (!rc)
		find_ends(&s, feed, start, end);
	arena_free(&scratch);
	return rc ? -1 : 0;
}
