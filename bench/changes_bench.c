/* changes_bench.c - how well changes are found and dated: simulated series with known truth. See bench/changes.
 *
 * A series: 120 days of counts, weekly rhythm, slow growth, noise of its own from day to day (gamma: negative binomial counts;
 * or an AR(1) of coefficient 0.6 in the log, then Poisson), 10 to 5000 a day; changes begin at any time of day. A fixed generator:
 * the same numbers everywhere.
 *
 * What can be found at all is said by an oracle that knows all but the dates: that there is a change, its shape, both levels, the
 * rhythm, the growth and the noise. It finds a change when the true one gains what the BIC asks (3 log n on the -2 log L scale) and
 * the median of the likelihood over the places (of a ramp: over its begin and end) is within 1.5 days of the truth. Changes of one kind,
 * level and noise are detectable when it finds them in 95 % of cases.
 * usage: bench-changes [runs a cell [seed [days that a date may be off]]]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "change/change.h"
#include "base/limits.h"

enum { DAYS = 120, EVENTS = 2, SERIES_MAX = 2000, HOURS = 60 * 24 };

struct event {
	double start, end, before, after;
};
struct sim {
	double level, ar, sd, growth, drop;
	int ramp, pause; /* days */
	struct event ev[EVENTS];
	int n_ev;
	double y[SERIES_MAX];
};

static uint64_t state = 88172645463325252u;
static double near_days = 1.5;     /* how far a date may be off */
static const double wide_days = 6; /* and so far where errors are told of all that was found, well dated or not */

static double uniform(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return ((double)(state >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

/* Marsaglia and Tsang; shape >= 1 here, mean 1. */
static double gamma1(double shape)
{
	double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
	for (;;) {
		double x = normal(), v = 1 + c * x;
		v = v * v * v;
		if (v > 0 && log(uniform()) < x * x / 2 + d - d * v + d * log(v))
			return d * v / shape;
	}
}

static double poisson(double mu)
{
	if (mu > 200)
		return fmax(0, floor(mu + sqrt(mu) * normal() + 0.5));
	double p = exp(-mu), u = uniform(), n = 0;
	while (u > p && n < 2000) {
		u -= p;
		p *= mu / ++n;
	}
	return n;
}

static double share(double u, double d)
{
	return u <= 0 ? 0 : u < d ? u * u / (2 * d) : u - d / 2;
}

static const double week[7] = {1.1, 1.15, 1.1, 1.1, 1.0, 0.75, 0.8};

/* Share of the level that row t shows, given the events. */
static double factor(const struct event *ev, int n, int t)
{
	double f = 1;
	for (int e = 0; e < n; e++)
		f += (ev[e].after - ev[e].before) *
		     (share(t + 1 - ev[e].start, ev[e].end - ev[e].start) - share(t - ev[e].start, ev[e].end - ev[e].start));
	return fmax(f, 0);
}

static double expected(const struct sim *s, const struct event *ev, int t)
{
	return s->level * factor(ev, s->n_ev, t) * week[t % 7] * exp(s->growth * t);
}

static void make(struct sim *s, int days)
{
	double u = s->sd * normal(), room = s->ramp + s->pause;
	s->n_ev = 0;
	if (s->drop != 0 || s->pause) {
		double at = 20 + uniform() * (DAYS - 40 - room);
		s->ev[s->n_ev++] = (struct event){at, at + s->ramp, 1, 1 - s->drop};
		if (s->pause)
			s->ev[s->n_ev++] = (struct event){at + s->pause, at + s->pause, 1 - s->drop, 1};
	}
	for (int t = 0; t < days; t++) {
		u = s->ar * u + s->sd * sqrt(1 - s->ar * s->ar) * normal();
		double noise = s->ar > 0 ? exp(u) : gamma1(1 / (s->sd * s->sd));
		s->y[t] = poisson(expected(s, s->ev, t) * noise);
	}
}

/* ---- the oracle ---- */

enum { ORACLE_DAYS = 12, ORACLE_STEPS = 4, ORACLE_RAMP = 14 };

/* Log-likelihood with known levels and noise: negative binomial; with AR noise a Kalman filter over what it multiplies. */
static double oracle_logl(const struct sim *s, const struct event *ev, int from, int to)
{
	double l = 0, u = 0, p = s->sd * s->sd, k = 1 / p;
	for (int t = from; t < to; t++) {
		double mu = fmax(expected(s, ev, t), 1e-3);
		if (s->ar == 0) {
			l += s->y[t] * log(mu / (k + mu)) - k * log(k + mu);
			continue;
		}
		double var = mu * mu * p + mu, d = s->y[t] - mu * (1 + u), gain = mu * p / var;
		l -= (log(var) + d * d / var) / 2;
		u = s->ar * (u + gain * d);
		p = s->ar * s->ar * (1 - gain * mu) * p + s->sd * s->sd * (1 - s->ar * s->ar);
	}
	return l;
}

/* Twice what the true events gain over the best level without them. */
static double oracle_gain(const struct sim *s)
{
	struct sim none = *s;
	double best = -INFINITY;
	none.n_ev = 0;
	for (double part = -0.2; part <= 1.2; part += 0.05) {
		none.level = s->level * exp(part * log(fmax(1 - s->drop, 0.01)));
		best = fmax(best, oracle_logl(&none, NULL, 0, DAYS));
	}
	return 2 * (oracle_logl(s, s->ev, 0, DAYS) - best);
}

/* How probable it is, given the series, that the oracle's date of event e is within near_days of the truth. */
static double oracle_date(const struct sim *s, int e)
{
	enum { PLACES = 2 * ORACLE_DAYS * ORACLE_STEPS + 1, LENGTHS = ORACLE_RAMP * 2 };
	static double l[PLACES][LENGTHS];
	struct event ev[EVENTS] = {s->ev[0], s->ev[1]};
	double w[PLACES] = {0}, all = 0, sum = 0, near = 0, best = -INFINITY;
	int lengths = s->ramp ? LENGTHS : 1, middle = 0;
	int from = (int)fmax(ev[e].start - 2 * ORACLE_DAYS, 0), to = (int)fmin(ev[e].end + 2 * ORACLE_DAYS, DAYS);
	for (int i = 0; i < PLACES; i++)
		for (int k = 0; k < lengths; k++) {
			ev[e].start = s->ev[e].start + (double)i / ORACLE_STEPS - ORACLE_DAYS;
			ev[e].end = ev[e].start + (s->ramp ? (k + 0.5) / 2 : 0);
			l[i][k] = oracle_logl(s, ev, from, to);
			best = fmax(best, l[i][k]);
		}
	for (int i = 0; i < PLACES; i++) {
		for (int k = 0; k < lengths; k++)
			w[i] += exp(l[i][k] - best);
		all += w[i];
	}
	while (middle < PLACES - 1 && (sum += w[middle]) < all / 2)
		middle++;
	for (int i = 0; i < PLACES; i++)
		near += fabs((double)(i - middle) / ORACLE_STEPS) <= near_days ? w[i] / all : 0;
	return near;
}

/* Of s->n_ev events, how many the oracle finds: their gain must be what the BIC asks for so many changes of level. */
static double oracle(const struct sim *s)
{
	double found = 0;
	if (s->n_ev && oracle_gain(s) > s->n_ev * 3 * log(DAYS))
		for (int e = 0; e < s->n_ev; e++)
			found += oracle_date(s, e);
	return found;
}

/* ---- the score ---- */

/* The errors of all starts that are at most wide_days off. */
struct errors {
	int n;
	double sum;
};
struct score {
	int events, detectable, found, found_detectable, reports, reports_detectable, right, dates, inside, series, false_series;
	double error, width, interval, oracle;
	struct errors wide, wide_detectable, wide_large; /* large: of 50 % and more, at 50 a day and more */
};

static void score_date(struct score *sc, const struct change_date *d, double truth)
{
	sc->dates++;
	sc->inside += d->row_lo <= truth && truth <= d->row_hi;
	sc->width += d->row_hi - d->row_lo;
	sc->interval += d->row_hi - d->row_lo + 40 * fmax(0, fmax(d->row_lo - truth, truth - d->row_hi));
}

/* The report that is nearest to an event, at most so many days off; c->n: none. */
static size_t match(const struct event *ev, const struct changes *c, const bool *used, double days)
{
	size_t best = c->n;
	double least = days;
	for (size_t i = 0; i < c->n; i++) {
		double d = fabs(c->v[i].start.row - ev->start);
		if (!used[i] && d <= least && (c->v[i].after > c->v[i].before) == (ev->after > ev->before)) {
			best = i;
			least = d;
		}
	}
	return best;
}

static void add_errors(struct errors *to, const struct errors *from)
{
	to->n += from->n;
	to->sum += from->sum;
}

static void judge_wide(struct score *sc, const struct sim *s, const struct changes *c)
{
	bool used[SERIES_MAX] = {false};
	struct errors found = {0};
	for (int e = 0; e < s->n_ev; e++) {
		size_t best = match(&s->ev[e], c, used, wide_days);
		if (best == c->n)
			continue;
		used[best] = true;
		found.n++;
		found.sum += fabs(c->v[best].start.row - s->ev[e].start);
	}
	add_errors(&sc->wide, &found);
	if (s->level >= 50 && fabs(s->drop) >= 0.5)
		add_errors(&sc->wide_large, &found);
}

static void judge(struct score *sc, const struct sim *s, const struct changes *c)
{
	bool used[SERIES_MAX] = {false};
	sc->oracle += s->sd > 0 ? oracle(s) : 0;
	sc->series++;
	sc->false_series += s->n_ev == 0 && c->n > 0;
	sc->reports += (int)c->n;
	for (int e = 0; e < s->n_ev; e++) {
		size_t best = match(&s->ev[e], c, used, near_days);
		sc->events++;
		if (best == c->n)
			continue;
		used[best] = true;
		sc->found++;
		sc->right++;
		sc->error += fabs(c->v[best].start.row - s->ev[e].start);
		score_date(sc, &c->v[best].start, s->ev[e].start);
		if (s->ramp && c->v[best].kind == CHANGE_RAMP)
			score_date(sc, &c->v[best].end, s->ev[e].end);
	}
}

static void show(const char *what, const struct score *s)
{
	if (s->events == 0) {
		printf("%-36s %5d %69s %.4f\n", what, s->series, "", (double)s->false_series / s->series);
		return;
	}
	printf("%-36s %5d %6.3f", what, s->series, (double)s->found / s->events);
	if (s->oracle > 0)
		printf(" %6.3f", s->oracle / s->events);
	else
		printf(" %6s", "");
	if (s->detectable)
		printf(" %6.3f %6.3f %5d", (double)s->found_detectable / s->detectable,
			(double)s->found_detectable / fmax(s->reports_detectable, 1), s->detectable);
	else
		printf(" %19s", "");
	printf(" %6.3f", (double)s->right / s->reports);
	printf(" %6.2f %6.3f %6.2f %6.2f %5d\n", s->error / s->found, (double)s->inside / s->dates, s->width / s->dates,
		s->interval / s->dates, s->dates);
}

static void total(struct score *to, const struct score *s)
{
	to->events += s->events;
	to->detectable += s->detectable;
	to->found += s->found;
	to->found_detectable += s->found_detectable;
	to->reports_detectable += s->reports_detectable;
	to->reports += s->reports;
	to->right += s->right;
	to->dates += s->dates;
	to->inside += s->inside;
	to->series += s->series;
	to->false_series += s->false_series;
	to->error += s->error;
	to->width += s->width;
	to->interval += s->interval;
	to->oracle += s->oracle;
	add_errors(&to->wide, &s->wide);
	add_errors(&to->wide_detectable, &s->wide_detectable);
	add_errors(&to->wide_large, &s->wide_large);
}

static void show_errors(const char *what, const struct score *s)
{
	printf("%s: starts found within %g days are off by %.2f days (%d); of the detectable %.2f (%d); of 50 %% and more at 50 a day and more %.2f (%d)\n",
		what, wide_days, s->wide.sum / s->wide.n, s->wide.n, s->wide_detectable.sum / s->wide_detectable.n,
		s->wide_detectable.n, s->wide_large.sum / s->wide_large.n, s->wide_large.n);
}

static int64_t days_time[SERIES_MAX], hours_time[SERIES_MAX];
static bool verbose;

static void tell(const struct sim *s, const struct changes *c)
{
	printf("level %g ar %g drop %g ramp %d:", s->level, s->ar, s->drop, s->ramp);
	for (int e = 0; e < s->n_ev; e++)
		printf(" true %.2f-%.2f", s->ev[e].start, s->ev[e].end);
	for (size_t i = 0; i < c->n; i++)
		printf("  %s %.2f [%.2f %.2f]-%.2f %.0f->%.0f g %.0f", c->v[i].kind ? "ramp" : "step", c->v[i].start.row,
			c->v[i].start.row_lo, c->v[i].start.row_hi, c->v[i].end.row, c->v[i].before, c->v[i].after, c->v[i].gain);
	printf("\n");
}

/* Series of one kind and level, added to the score. */
static void run(struct score *sc, struct sim s, int runs, struct arena *a)
{
	struct score here = {0};
	for (int r = 0; r < runs; r++) {
		struct changes c;
		s.growth = (uniform() - 0.5) * 0.002;
		make(&s, DAYS);
		arena_reset(a);
		if (change_find(s.y, DAYS, &(struct change_times){days_time}, a, &c))
			exit(4);
		judge(&here, &s, &c);
		judge_wide(&here, &s, &c);
		if (verbose)
			tell(&s, &c);
	}
	if (here.events && here.oracle >= 0.95 * here.events) {
		here.detectable = here.events;
		here.found_detectable = here.found;
		here.reports_detectable = here.reports;
		here.wide_detectable = here.wide;
	}
	if (verbose && here.events)
		printf("= drop %g ramp %d pause %d ar %g level %g: recall %.2f oracle %.2f cover %.2f score %.2f\n", s.drop, s.ramp,
			s.pause, s.ar, s.level, (double)here.found / here.events, here.oracle / here.events,
			(double)here.inside / here.dates, here.interval / here.dates);
	total(sc, &here);
}

static const double levels[] = {10, 20, 50, 200, 1000, 5000};

/* One shape at all levels, with independent and with AR noise. */
static void shape(const char *name, struct sim s, int runs, struct score *all, struct arena *a)
{
	for (int ar = 0; ar < 2; ar++) {
		struct score sc = {0};
		char what[64];
		s.ar = ar ? 0.6 : 0;
		s.sd = 0.15;
		for (size_t l = 0; l < sizeof levels / sizeof *levels; l++) {
			s.level = levels[l];
			run(&sc, s, runs, a);
		}
		snprintf(what, sizeof what, "%s, AR %.1f", name, s.ar);
		show(what, &sc);
		total(all, &sc);
	}
}

/* ---- rows an hour apart ---- */

/* What moves an hour's rate beside the rhythms of day and week. */
enum hour_noise { NOISE_NONE, NOISE_DAYS, NOISE_HOURS, NOISE_SLOW, NOISE_KINDS };
static const char *const hour_noises[] = {"Poisson only", "days 15 %", "days 15 %, hours 20 %", "AR(1) of hours, 0.9"};

static void make_hours(struct sim *s, enum hour_noise noise)
{
	double u = 0, day = 1, phase = 24 * uniform(), at = (20 + 20 * uniform()) * 24;
	s->n_ev = 1;
	s->ev[0] = (struct event){at, at + s->ramp * 24, 1, 1 - s->drop};
	for (int t = 0; t < HOURS; t++) {
		double f = factor(s->ev, 1, t) * week[t / 24 % 7] * (1 + 0.4 * sin(2 * M_PI * (t + phase) / 24));
		if (t % 24 == 0)
			day = noise == NOISE_DAYS || noise == NOISE_HOURS ? gamma1(1 / 0.0225) : 1;
		u = 0.9 * u + (noise == NOISE_SLOW ? 0.2 * sqrt(1 - 0.81) * normal() : 0);
		s->y[t] = poisson(s->level * f * day * exp(u) * (noise == NOISE_HOURS ? gamma1(25) : 1));
	}
}

/* Steps and ramps of a day in series of 60 days of hours, dated in hours; found: within 12 hours. */
static void hours(int runs, struct arena *a)
{
	static const double hour_levels[] = {2, 10, 50, 200, 1000}, drops[] = {0.5, 0.9};
	near_days = 12;
	printf("by hours; found within 12 hours, dates in hours\n");
	for (int noise = 0; noise < NOISE_KINDS; noise++) {
		for (size_t l = 0; l < sizeof hour_levels / sizeof *hour_levels; l++) {
			struct score sc = {0};
			char what[64];
			for (size_t d = 0; d < 2; d++)
				for (int r = 0; r < 2 * runs; r++) {
					struct sim s = {.level = hour_levels[l], .drop = drops[d], .ramp = r & 1};
					struct changes c;
					make_hours(&s, noise);
					arena_reset(a);
					if (change_find(s.y, HOURS, &(struct change_times){hours_time}, a, &c))
						exit(4);
					judge(&sc, &s, &c);
					if (verbose)
						tell(&s, &c);
				}
			snprintf(what, sizeof what, "%g an hour, %s", hour_levels[l], hour_noises[noise]);
			show(what, &sc);
		}
	}
}

/* ---- long series ---- */

/* A thousand days at one level after another, three months each on average. */
static void make_long(struct sim *s, int days)
{
	double level = s->level;
	for (int t = 0; t < days; t++) {
		if (uniform() < 1.0 / 90)
			level *= uniform() < 0.5 ? 0.4 : 2.2;
		level = fmin(fmax(level, 10), 20000);
		s->y[t] = poisson(level * week[t % 7] * gamma1(1 / (s->sd * s->sd)));
	}
}

/* How far the dates of changes 60 days back and more move when a day is added, and how many are lost or come new. */
static void day_more(int runs, struct arena *a)
{
	enum { LONG = 300, BACK = 60 };
	int dates = 0, far = 0, gone = 0, fresh = 0;
	double moved = 0;
	for (int r = 0; r < runs; r++) {
		struct sim s = {.level = levels[r % 6], .sd = 0.15};
		double old[SERIES_MAX];
		size_t n_old = 0;
		make_long(&s, LONG);
		for (int n = LONG - 20; n <= LONG; n++) {
			struct changes c;
			size_t k = 0;
			arena_reset(a);
			if (change_find(s.y, (size_t)n, &(struct change_times){days_time}, a, &c))
				exit(4);
			for (size_t i = 0; n > LONG - 20 && i < c.n && c.v[i].start.row < LONG - 20 - BACK; i++) {
				while (k < n_old && old[k] < c.v[i].start.row - 1.5)
					gone++, k++;
				if (k == n_old || old[k] > c.v[i].start.row + 1.5) {
					fresh++;
					continue;
				}
				double d = fabs(c.v[i].start.row - old[k++]);
				dates++;
				moved += d;
				far += d > 0.25;
			}
			n_old = 0;
			for (size_t i = 0; i < c.n && c.v[i].start.row < LONG - 20 - BACK; i++)
				old[n_old++] = c.v[i].start.row;
		}
	}
	printf("a day more: %d dates 60 days back and more moved by %.4f days on average, %d by a quarter day; %d were lost, %d came new\n",
		dates, moved / dates, far, gone, fresh);
}

static void speed(int runs, struct arena *a)
{
	clock_t spent = 0;
	size_t found = 0;
	for (int r = 0; r < runs; r++) {
		struct sim s = {.level = levels[r % 6], .sd = 0.15};
		struct changes c;
		make_long(&s, 1000);
		arena_reset(a);
		clock_t from = clock();
		if (change_find(s.y, 1000, &(struct change_times){days_time}, a, &c))
			exit(4);
		spent += clock() - from;
		found += c.n;
	}
	double each = (double)spent / CLOCKS_PER_SEC / runs;
	printf("series of 1,000 days, %.1f changes each: %.1f ms a series; 10,000 take %.1f minutes\n", (double)found / runs,
		1000 * each, each * 10000 / 60);
}

int main(int argc, char **argv)
{
	static const double drops[] = {0.3, 0.5, 0.9, 0.99, -1};
	static const int ramps[] = {1, 2, 4, 6, 8};
	int runs = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 20;
	struct arena a;
	struct score steps = {0}, slow = {0}, null = {0}, all = {0};
	char what[64];
	near_days = argc > 3 ? strtod(argv[3], NULL) : near_days;
	verbose = getenv("VERBOSE") != NULL;
	for (int i = 0; i < (argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0); i++)
		state = state * 6364136223846793005u + 1442695040888963407u;
	for (int t = 0; t < SERIES_MAX; t++)
		days_time[t] = 1283299200 + (int64_t)t * SECONDS_A_DAY;
	for (int t = 0; t < SERIES_MAX; t++)
		hours_time[t] = 1283299200 + (int64_t)t * SECONDS_AN_HOUR;
	arena_init(&a, 256 * MIB);
	printf("%-36s %5s %6s %6s %6s %6s %5s %6s %6s %6s %6s %6s %5s %s\n", "", "n", "recall", "oracle", "detect", "precis", "of",
		"precis", "error", "cover", "width", "score", "dates", "false");
	shape("no change", (struct sim){.drop = 0}, runs * 5, &null, &a);
	for (size_t d = 0; d < sizeof drops / sizeof *drops; d++) {
		snprintf(what, sizeof what, "step %+.0f %%", -100 * drops[d]);
		shape(what, (struct sim){.drop = drops[d]}, runs, &steps, &a);
	}
	for (int p = 2; p <= 14; p += 4) {
		snprintf(what, sizeof what, "pause of %d days, -90 %%", p);
		shape(what, (struct sim){.drop = 0.9, .pause = p}, runs, &steps, &a);
	}
	for (size_t d = 0; d < sizeof drops / sizeof *drops; d++)
		for (size_t r = 0; r < sizeof ramps / sizeof *ramps && drops[d] < 0.95; r++) {
			snprintf(what, sizeof what, "%+.0f %% in %d days", -100 * drops[d], ramps[r]);
			shape(what, (struct sim){.drop = drops[d], .ramp = ramps[r]}, runs, &slow, &a);
		}
	total(&all, &steps);
	total(&all, &slow);
	show("all steps and pauses", &steps);
	show("all ramps", &slow);
	show("all", &all);
	show_errors("steps and pauses", &steps);
	show_errors("ramps", &slow);
	hours(runs, &a);
	day_more(runs, &a);
	speed(2 * runs, &a);
	arena_free(&a);
	return 0;
}
