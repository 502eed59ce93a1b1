/* changes_bench.c - how well changes are found and dated: simulated series with known truth. See bench/changes.
 *
 * A series: 120 days of counts, weekly rhythm, slow growth, noise of its own from day to day (gamma: negative binomial counts;
 * or an AR(1) of coefficient 0.6 in the log, then Poisson), 10 to 5000 a day; changes begin at any time of day. A fixed generator:
 * the same numbers everywhere. "Detectable" leaves out changes below 5 standard errors of five days against five days.
 * usage: bench-changes [runs a cell [seed]]
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "analyse/change.h"
#include "base/limits.h"

enum { DAYS = 120, EVENTS = 2, SERIES_MAX = 1000 };

struct event {
	double start, end, before, after;
};
struct sim {
	double level, ar, sd, growth, drop;
	int ramp, pause; /* days */
	struct event ev[EVENTS];
	int n_ev;
	bool detectable;
	double y[SERIES_MAX];
};

static uint64_t state = 88172645463325252u;

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

static void make(struct sim *s, int days)
{
	static const double week[7] = {1.1, 1.15, 1.1, 1.1, 1.0, 0.75, 0.8};
	double u = s->sd * normal(), room = s->ramp + s->pause;
	s->n_ev = 0;
	if (s->drop != 0 || s->pause) {
		double at = 20 + uniform() * (DAYS - 40 - room);
		s->ev[s->n_ev++] = (struct event){at, at + s->ramp, 1, 1 - s->drop};
		if (s->pause)
			s->ev[s->n_ev++] = (struct event){at + s->pause, at + s->pause, 1 - s->drop, 1};
	}
	double a = s->level, b = s->level * (1 - s->drop),
	       five = (a + b) / 5 + (a * a + b * b) * s->sd * s->sd * (1 + s->ar) / (1 - s->ar) / 5;
	s->detectable = fabs(a - b) > 5 * sqrt(five);
	for (int t = 0; t < days; t++) {
		double f = 1;
		for (int e = 0; e < s->n_ev; e++)
			f += (s->ev[e].after - s->ev[e].before) * (share(t + 1 - s->ev[e].start, s->ev[e].end - s->ev[e].start) -
									  share(t - s->ev[e].start, s->ev[e].end - s->ev[e].start));
		u = s->ar * u + s->sd * sqrt(1 - s->ar * s->ar) * normal();
		double noise = s->ar > 0 ? exp(u) : gamma1(1 / (s->sd * s->sd));
		s->y[t] = poisson(s->level * fmax(f, 0) * week[t % 7] * exp(s->growth * t) * noise);
	}
}

struct score {
	int events, detectable, found, found_detectable, reports, right, dates, inside, series, false_series;
	double error, width, interval;
};

static void score_date(struct score *sc, const struct change_date *d, double truth)
{
	sc->dates++;
	sc->inside += d->row_lo <= truth && truth <= d->row_hi;
	sc->width += d->row_hi - d->row_lo;
	sc->interval += d->row_hi - d->row_lo + 40 * fmax(0, fmax(d->row_lo - truth, truth - d->row_hi));
}

static void judge(struct score *sc, const struct sim *s, const struct changes *c)
{
	bool used[SERIES_MAX] = {false};
	sc->series++;
	sc->false_series += s->n_ev == 0 && c->n > 0;
	sc->reports += (int)c->n;
	for (int e = 0; e < s->n_ev; e++) {
		size_t best = c->n;
		sc->events++;
		sc->detectable += s->detectable;
		for (size_t i = 0; i < c->n; i++)
			if (!used[i] && fabs(c->v[i].start.row - s->ev[e].start) <= 1.5 &&
				(c->v[i].after > c->v[i].before) == (s->ev[e].after > s->ev[e].before) &&
				(best == c->n ||
					fabs(c->v[i].start.row - s->ev[e].start) < fabs(c->v[best].start.row - s->ev[e].start)))
				best = i;
		if (best == c->n)
			continue;
		used[best] = true;
		sc->found++;
		sc->found_detectable += s->detectable;
		sc->right++;
		sc->error += fabs(c->v[best].start.row - s->ev[e].start);
		score_date(sc, &c->v[best].start, s->ev[e].start);
		if (s->ramp && c->v[best].kind == CHANGE_RAMP)
			score_date(sc, &c->v[best].end, s->ev[e].end);
	}
}

static void show(const char *what, const struct score *s)
{
	printf("%-26s %5d %7.3f %7.3f %7.3f", what, s->series, (double)s->found / s->events,
		(double)s->found_detectable / s->detectable, (double)s->right / s->reports);
	printf(" %6.2f %6.3f %6.2f %6.2f %5d", s->error / s->found, (double)s->inside / s->dates, s->width / s->dates,
		s->interval / s->dates, s->dates);
	printf("  %.4f\n", (double)s->false_series / s->series);
}

static void total(struct score *to, const struct score *s)
{
	to->events += s->events;
	to->detectable += s->detectable;
	to->found += s->found;
	to->found_detectable += s->found_detectable;
	to->reports += s->reports;
	to->right += s->right;
	to->dates += s->dates;
	to->inside += s->inside;
	to->series += s->series;
	to->false_series += s->false_series;
	to->error += s->error;
	to->width += s->width;
	to->interval += s->interval;
}

static int64_t days_time[SERIES_MAX];
static bool verbose;

static void run(struct score *sc, struct sim *s, int runs, struct arena *a)
{
	for (int r = 0; r < runs; r++) {
		struct changes c;
		s->growth = (uniform() - 0.5) * 0.002;
		make(s, DAYS);
		arena_reset(a);
		if (change_find(s->y, DAYS, &(struct change_times){days_time}, a, &c))
			exit(4);
		judge(sc, s, &c);
		if (verbose) {
			printf("level %g ar %g drop %g ramp %d:", s->level, s->ar, s->drop, s->ramp);
			for (int e = 0; e < s->n_ev; e++)
				printf(" true %.2f-%.2f", s->ev[e].start, s->ev[e].end);
			for (size_t i = 0; i < c.n; i++)
				printf("  %s %.2f [%.2f %.2f]-%.2f %.0f->%.0f g %.0f", c.v[i].kind ? "ramp" : "step",
					c.v[i].start.row, c.v[i].start.row_lo, c.v[i].start.row_hi, c.v[i].end.row, c.v[i].before,
					c.v[i].after, c.v[i].gain);
			printf("\n");
		}
	}
}

int main(int argc, char **argv)
{
	static const double levels[] = {10, 20, 50, 200, 1000, 5000}, drops[] = {0, 0.3, 0.5, 0.9, 0.99, -1};
	static const int ramps[] = {0, 1, 2, 4, 6, 8};
	int runs = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 20;
	struct arena a;
	struct score all = {0};
	verbose = getenv("VERBOSE") != NULL;
	for (int i = 0; i < (argc > 2 ? (int)strtol(argv[2], NULL, 10) : 0); i++)
		state = state * 6364136223846793005u + 1442695040888963407u;
	for (int t = 0; t < SERIES_MAX; t++)
		days_time[t] = 1283299200 + (int64_t)t * SECONDS_A_DAY;
	arena_init(&a, 256 * MIB);
	printf("%-26s %5s %7s %7s %7s %6s %6s %6s %6s %5s  %s\n", "", "n", "recall", "det.", "precis.", "error", "cover", "width",
		"score", "dates", "false");
	for (size_t d = 0; d < sizeof drops / sizeof *drops; d++) {
		for (size_t r = 0; r < sizeof ramps / sizeof *ramps; r++) {
			if (r && (drops[d] == 0 || drops[d] > 0.95))
				continue;
			for (int ar = 0; ar < 2; ar++) {
				struct score sc = {0};
				char what[64];
				for (size_t l = 0; l < sizeof levels / sizeof *levels; l++) {
					struct sim s = {.level = levels[l],
						.ar = ar ? 0.6 : 0,
						.sd = ar ? 0.15 : 0.15,
						.drop = drops[d],
						.ramp = ramps[r]};
					run(&sc, &s, drops[d] == 0 ? runs * 5 : runs, &a);
				}
				snprintf(what, sizeof what, "%+.0f %% ramp %d AR %.1f", -100 * drops[d], ramps[r], ar ? 0.6 : 0.0);
				show(what, &sc);
				if (drops[d] != 0)
					total(&all, &sc);
			}
		}
	}
	for (int p = 2; p <= 14; p += 4) {
		struct score sc = {0};
		char what[64];
		for (size_t l = 0; l < sizeof levels / sizeof *levels; l++)
			for (int ar = 0; ar < 2; ar++) {
				struct sim s = {.level = levels[l], .ar = ar ? 0.6 : 0, .sd = 0.15, .drop = 0.9, .pause = p};
				run(&sc, &s, runs, &a);
			}
		snprintf(what, sizeof what, "pause of %d days", p);
		show(what, &sc);
		total(&all, &sc);
	}
	show("all with changes", &all);
	arena_free(&a);
	return 0;
}
