/* fit.c - see fit.h. */
#include "finding/fit.h"

enum { GRID = 56, ZOOMS = 4, SHIFTS = 20 };
static const double FAR = 3.0 * SECONDS_A_DAY; /* a date so far off is wrong, and farther off no worse */
static const double OPEN = 0.05;               /* a shape of more weight is left open */
static const double TINY = 1e-9;               /* of all weight: where the next grid does not look any more */

/* ---- the grid ---- */

struct grid {
	int64_t lo1, step1, lo2, step2; /* t1 = lo1 + i step1, t2 = lo2 + k step2 */
	double *ramp;                   /* [GRID][GRID] log-likelihood; NAN where t2 <= t1 */
	double *still;                  /* [2 * GRID] steps, over t1's cells and t2's */
	double best;
};

static int64_t place1(const struct grid *g, size_t i)
{
	return g->lo1 + (int64_t)i * g->step1;
}

static int64_t place2(const struct grid *g, size_t k)
{
	return g->lo2 + (int64_t)k * g->step2;
}

struct span {
	int64_t lo, hi;
};

static void fill_ramps(struct grid *g, struct span a, struct span b, fit_fn *fn, const void *ctx)
{
	g->lo1 = a.lo;
	g->step1 = (a.hi - a.lo) / (GRID - 1) + 1;
	g->lo2 = b.lo;
	g->step2 = (b.hi - b.lo) / (GRID - 1) + 1;
	g->best = -INFINITY;
	for (size_t i = 0; i < GRID; i++)
		for (size_t k = 0; k < GRID; k++) {
			int64_t t1 = place1(g, i), t2 = place2(g, k);
			bool possible = t2 > t1 && t2 - t1 <= FIT_RAMP_DAYS * (int64_t)SECONDS_A_DAY && t1 <= a.hi && t2 <= b.hi;
			double l = possible ? fn(ctx, t1, t2) : NAN;
			g->ramp[i * GRID + k] = l;
			if (l > g->best)
				g->best = l;
		}
}

/* The part of a marginal that holds all but TINY of the weight. */
static struct span useful(const double *w, size_t n, int64_t lo, int64_t step, struct span was)
{
	double most = 0;
	size_t first = n, last = 0;
	for (size_t i = 0; i < n; i++)
		most = w[i] > most ? w[i] : most;
	for (size_t i = 0; i < n; i++)
		if (w[i] > TINY * most) {
			first = first == n ? i : first;
			last = i;
		}
	if (first == n)
		return was;
	struct span s = {lo + ((int64_t)first - 1) * step, lo + ((int64_t)last + 1) * step};
	s.lo = s.lo < was.lo ? was.lo : s.lo;
	s.hi = s.hi > was.hi ? was.hi : s.hi;
	return s;
}

struct marginal {
	double w[GRID];
	int64_t lo, step;
	double total; /* weight times the size of a cell */
	double slow;  /* of it, of ramps that last more than a day */
};

/* Density beforehand of a ramp that lasts so many seconds, not normed: a day more or less says the less the longer it is. */
static double density(int64_t lasts)
{
	return SECONDS_A_DAY / (SECONDS_A_DAY + (double)lasts);
}

static void marginals(const struct grid *g, double top, struct marginal *m1, struct marginal *m2)
{
	*m1 = (struct marginal){.lo = g->lo1, .step = g->step1};
	*m2 = (struct marginal){.lo = g->lo2, .step = g->step2};
	double cell = (double)g->step1 * (double)g->step2;
	for (size_t i = 0; i < GRID; i++)
		for (size_t k = 0; k < GRID; k++) {
			int64_t lasts = place2(g, k) - place1(g, i);
			double l = g->ramp[i * GRID + k], w = isnan(l) ? 0 : exp(l - top) * cell * density(lasts);
			m1->w[i] += w;
			m2->w[k] += w;
			m1->total += w;
			m1->slow += lasts > SECONDS_A_DAY ? w : 0;
		}
	m2->total = m1->total;
}

static double find_ramps(fit_fn *fn, const void *ctx, struct span all, struct grid *g, struct marginal *m1, struct marginal *m2)
{
	struct span a = all, b = all;
	for (int zoom = 0; zoom < ZOOMS; zoom++) {
		fill_ramps(g, a, b, fn, ctx);
		if (!isfinite(g->best))
			break;
		marginals(g, g->best, m1, m2);
		struct span x = useful(m1->w, GRID, m1->lo, m1->step, a), y = useful(m2->w, GRID, m2->lo, m2->step, b);
		if (x.hi - x.lo > (a.hi - a.lo) * 3 / 4 && y.hi - y.lo > (b.hi - b.lo) * 3 / 4)
			break;
		a = x;
		b = y;
	}
	return g->best;
}

static double find_steps(fit_fn *fn, const void *ctx, struct span all, struct marginal *m)
{
	double best = -INFINITY;
	for (int zoom = 0; zoom < ZOOMS; zoom++) {
		double l[GRID];
		*m = (struct marginal){.lo = all.lo, .step = (all.hi - all.lo) / (GRID - 1) + 1};
		best = -INFINITY;
		for (size_t i = 0; i < GRID; i++) {
			int64_t t = m->lo + (int64_t)i * m->step;
			l[i] = t <= all.hi ? fn(ctx, t, t) : NAN;
			best = l[i] > best ? l[i] : best;
		}
		for (size_t i = 0; i < GRID; i++) {
			m->w[i] = isnan(l[i]) ? 0 : exp(l[i] - best) * (double)m->step;
			m->total += m->w[i];
		}
		struct span x = useful(m->w, GRID, m->lo, m->step, all);
		if (x.hi - x.lo > (all.hi - all.lo) * 3 / 4 || x.hi - x.lo < 60)
			break;
		all = x;
	}
	return best;
}

enum { STEP, RAMP, OTHER, SHAPES };

/* A date of one of several shapes, with the weight of each. */
struct mixed {
	const struct marginal *m; /* [SHAPES] */
	double p[SHAPES];
};

static double weight(const struct mixed *x, int k)
{
	return x->m[k].total > 0 ? x->p[k] / (x->p[STEP] + x->p[RAMP] + x->p[OTHER]) / x->m[k].total : 0;
}

static double span_of(const struct mixed *x, double *lo)
{
	double hi = -INFINITY;
	*lo = INFINITY;
	for (int k = 0; k < SHAPES; k++) {
		const struct marginal *m = &x->m[k];
		if (!(weight(x, k) > 0))
			continue;
		*lo = fmin(*lo, (double)(m->lo - m->step));
		hi = fmax(hi, (double)(m->lo + m->step * GRID));
	}
	return hi - *lo;
}

/* Where the weight reaches q. */
static int64_t quantile(const struct mixed *x, double q)
{
	double lo, hi = span_of(x, &lo);
	hi += lo;
	for (int i = 0; i < 50; i++) {
		double mid = (lo + hi) / 2, below = 0;
		for (int k = 0; k < SHAPES; k++) {
			const struct marginal *m = &x->m[k];
			double of = weight(x, k);
			for (size_t c = 0; c < GRID && of > 0; c++) {
				double from = (double)(m->lo + (int64_t)c * m->step) - (double)m->step / 2;
				below += of * m->w[c] * fmin(fmax((mid - from) / (double)m->step, 0), 1);
			}
		}
		if (below < q)
			lo = mid;
		else
			hi = mid;
	}
	return (int64_t)((lo + hi) / 2);
}

/* The mean of the weight within FAR of t. */
static double mean_near(const struct mixed *x, double t)
{
	double near = 0, sum = 0;
	for (int k = 0; k < SHAPES; k++) {
		const struct marginal *m = &x->m[k];
		double of = weight(x, k);
		for (size_t c = 0; c < GRID && of > 0; c++) {
			double d = (double)(m->lo + (int64_t)c * m->step) - t, w = of * m->w[c];
			near += fabs(d) < FAR ? w : 0;
			sum += fabs(d) < FAR ? w * d : 0;
		}
	}
	return near > 0 ? t + sum / near : t;
}

static struct span middle(const struct mixed *x)
{
	return (struct span){quantile(x, 0.025), quantile(x, 0.975)};
}

/* The same, with that of each shape by itself that is left open: which one a closure or a switch had is not drawn by lot. Of one engine's changes step and
 * ramp are as usual as they are taken to be: all together hold them as often as they say. */
static struct span of_each(const struct mixed *x)
{
	struct span s = middle(x);
	for (int k = 0; k < SHAPES; k++) {
		struct mixed alone = {.m = x->m};
		alone.p[k] = 1;
		if (x->p[k] <= OPEN * (x->p[STEP] + x->p[RAMP] + x->p[OTHER]))
			continue;
		struct span own = middle(&alone);
		s.lo = own.lo < s.lo ? own.lo : s.lo;
		s.hi = own.hi > s.hi ? own.hi : s.hi;
	}
	return s;
}

/* The date of least loss, near the median: the loss is the error's square, as far as FAR. */
static struct finding_date date(const struct mixed *x, struct span within)
{
	double at = (double)quantile(x, 0.5);
	for (int i = 0; i < SHIFTS; i++)
		at = mean_near(x, at);
	return (struct finding_date){(int64_t)fmin(fmax(at, (double)within.lo), (double)within.hi), within.lo, within.hi};
}

/* Told as one moment, it may have taken until then all the same. */
static struct finding_date at_once(const struct finding_date *start, const struct finding_date *end)
{
	return (struct finding_date){start->time, start->time < end->lo ? start->time : end->lo, end->hi};
}

/* The evidence of a shape: the likelihood's mean over all places, and lengths, beside the highest of all shapes. */
static double evidence(double best, double top, const struct marginal *m, double room)
{
	return isfinite(best) ? exp(best - top) * m->total / room : 0;
}

static double slow_part(const struct marginal *m, double w)
{
	return m->total > 0 ? w * m->slow / m->total : 0;
}

static bool find_dates(fit_fn *fn, const void *ctx, fit_fn *other, const void *other_ctx, int64_t lo, int64_t hi, bool each,
	struct arena *arena, struct fit *out)
{
	struct arena_mark mark = arena_mark(arena);
	struct grid g = {.ramp = arena_alloc(arena, sizeof(double) * GRID * GRID)};
	struct marginal *m1 = arena_zalloc(arena, SHAPES, sizeof *m1), *m2 = arena_zalloc(arena, SHAPES, sizeof *m2);
	if (!g.ramp || !m1 || !m2)
		return false;
	struct span all = {lo, hi};
	double best[SHAPES] = {find_steps(fn, ctx, all, &m1[STEP]), find_ramps(fn, ctx, all, &g, &m1[RAMP], &m2[RAMP]),
		other ? find_ramps(other, other_ctx, all, &g, &m1[OTHER], &m2[OTHER]) : -INFINITY};
	m2[STEP] = m1[STEP];
	double top = fmax(fmax(best[STEP], best[RAMP]), best[OTHER]), width = fmax((double)(hi - lo), 1);
	double longest = fmin(width, FIT_RAMP_DAYS * (double)SECONDS_A_DAY);
	double norm = SECONDS_A_DAY * log1p(longest / SECONDS_A_DAY); /* of all densities */
	const double step = evidence(best[STEP], top, &m1[STEP], width), ramp = evidence(best[RAMP], top, &m1[RAMP], width * norm),
		     third = evidence(best[OTHER], top, &m1[OTHER], width * norm);
	const struct mixed start = {m1, {step, ramp, third}}, end = {m2, {step, ramp, third}}, ramp_end = {m2, {0, ramp, third}};
	out->logl = top;
	out->other = third / (step + ramp + third);
	out->mean = top + log((step + ramp + third) / (other ? SHAPES : SHAPES - 1));
	out->start = date(&start, each ? of_each(&start) : middle(&start));
	out->end = date(&ramp_end, each ? of_each(&end) : middle(&end));
	out->ramp = slow_part(&m1[RAMP], ramp) + slow_part(&m1[OTHER], third) > (step + ramp + third) / 2 &&
	            out->end.time > out->start.time;
	if (!out->ramp)
		out->end = at_once(&out->start, &out->end);
	arena_release(arena, mark);
	return true;
}

bool fit_dates(fit_fn *fn, const void *ctx, int64_t lo, int64_t hi, struct arena *arena, struct fit *out)
{
	return find_dates(fn, ctx, NULL, NULL, lo, hi, false, arena, out);
}

bool fit_dates_or(fit_fn *fn, const void *ctx, fit_fn *other, const void *other_ctx, int64_t lo, int64_t hi, struct arena *arena,
	struct fit *out)
{
	return find_dates(fn, ctx, other, other_ctx, lo, hi, true, arena, out);
}

/* ---- volumes ---- */

/* Running sums at a place between two slots. */
struct reached {
	double n, e;
};

static struct reached reached(const struct fit_volume *v, double h)
{
	if (h <= 0)
		return (struct reached){0};
	if (h >= (double)v->n)
		return (struct reached){v->count[v->n], v->offset[v->n]};
	size_t i = (size_t)h;
	double part = h - (double)i;
	return (struct reached){
		v->count[i] + (v->count[i + 1] - v->count[i]) * part, v->offset[i] + (v->offset[i + 1] - v->offset[i]) * part};
}

/* A level, and its logarithm. */
struct level {
	double m, log;
};

static struct level level_of(double m)
{
	return (struct level){m, log(m > 1e-6 ? m : 1e-6)};
}

/* One day under way: what is expected of it, and the sum of n log m over its pieces. */
struct day {
	double n, m, s;
};

static void add_piece(struct day *d, const struct reached *from, const struct reached *to, struct level level)
{
	double n = to->n - from->n, e = to->e - from->e;
	d->n += n;
	d->m += e * level.m;
	if (n > 0)
		d->s += n * level.log;
}

static double day_logl(const struct day *d, const struct fit_volume *v)
{
	double n = d->n / v->clumps, m = d->m / v->clumps;
	return d->s / v->clumps - (v->noise > 1e-6 ? (1 / v->noise + n) * log1p(v->noise * m) : m);
}

static double within(double x, double lo, double hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

/* From h1 on `slope` more a slot, until h2. */
struct ramp {
	double h1, h2, slope;
	struct level before, after;
};

/* A whole day of the ramp: its hours begin with slots. */
static void add_hours(const struct fit_volume *v, const struct ramp *r, size_t day, struct day *d)
{
	for (size_t slot = day, end; slot < day + FIT_SLOTS_A_DAY; slot = end) {
		end = slot + FIT_SLOTS_AN_HOUR;
		double n = v->count[end] - v->count[slot], e = v->offset[end] - v->offset[slot];
		double m = r->before.m + r->slope * (((double)slot + (double)end) / 2 - r->h1);
		d->n += n;
		d->m += e * m;
		if (n > 0)
			d->s += n * level_of(m).log;
	}
}

/* The day from this slot on. */
static double one_day(const struct fit_volume *v, const struct ramp *r, size_t slot)
{
	size_t next_day = slot + FIT_SLOTS_A_DAY;
	double a = (double)slot, b = (double)next_day;
	struct reached from = {v->count[slot], v->offset[slot]}, to = {v->count[next_day], v->offset[next_day]};
	struct day d = {0};
	if (r->h1 <= a && r->h2 >= b) {
		add_hours(v, r, slot, &d);
		return day_logl(&d, v);
	}
	double x = within(r->h1, a, b), y = within(r->h2, a, b);
	if (x > a) {
		struct reached next = x < b ? reached(v, x) : to;
		add_piece(&d, &from, &next, r->before);
		from = next;
	}
	for (double k = x, end; k < y; k = end) {
		end = k + FIT_SLOTS_AN_HOUR < y ? k + FIT_SLOTS_AN_HOUR : y;
		struct reached next = reached(v, end);
		double m = r->before.m + r->slope * ((k + end) / 2 - r->h1);
		add_piece(&d, &from, &next, next.n > from.n ? level_of(m) : (struct level){.m = m});
		from = next;
	}
	if (y < b)
		add_piece(&d, &from, &to, r->after);
	return day_logl(&d, v);
}

/* The days before t1, or behind t2, whole ones: the level there, and each day's part of the likelihood. */
struct side {
	int64_t t;
	double place; /* of t, in slots */
	double e;     /* what is expected there at level 1 */
	struct level level;
	size_t from, to; /* slots */
	double *l;       /* by day */
	double sum;      /* of l */
};

struct fit_memo {
	struct side before, behind[GRID];
	size_t next; /* of `behind`: the one that is looked at first */
};

struct fit_memo *fit_memo_new(struct arena *a, size_t slots)
{
	size_t days = slots / FIT_SLOTS_A_DAY;
	struct fit_memo *m = arena_zalloc(a, 1, sizeof *m);
	double *l = arena_zalloc(a, (GRID + 1) * days + 1, sizeof *l);
	if (!m || !l)
		return NULL;
	m->before = (struct side){.t = TIME_NONE, .l = l};
	for (size_t i = 0; i < GRID; i++)
		m->behind[i] = (struct side){.t = TIME_NONE, .l = l + (i + 1) * days};
	return m;
}

static void reckon(const struct fit_volume *v, struct side *s, int64_t t, bool before)
{
	s->t = t;
	s->place = (double)(t - v->start) / FIT_SLOT;
	struct reached here = reached(v, s->place);
	double n = before ? here.n : v->count[v->n] - here.n, day = s->place / FIT_SLOTS_A_DAY;
	size_t days = v->n / FIT_SLOTS_A_DAY,
	       edge = (size_t)within(before ? floor(day) : ceil(day), 0, (double)days) * FIT_SLOTS_A_DAY;
	s->e = before ? here.e : v->offset[v->n] - here.e;
	s->level = level_of(s->e > 0 ? n / s->e : 0);
	s->from = before ? 0 : edge;
	s->to = before ? edge : v->n;
	const struct ramp level = {before ? (double)v->n : 0, before ? (double)v->n : 0, 0, s->level, s->level};
	s->sum = 0;
	for (size_t slot = s->from; slot < s->to; slot += FIT_SLOTS_A_DAY) {
		s->l[slot / FIT_SLOTS_A_DAY] = one_day(v, &level, slot);
		s->sum += s->l[slot / FIT_SLOTS_A_DAY];
	}
}

static const struct side *side_before(const struct fit_volume *v, int64_t t1)
{
	if (v->memo->before.t != t1)
		reckon(v, &v->memo->before, t1, true);
	return &v->memo->before;
}

static const struct side *side_behind(const struct fit_volume *v, int64_t t2)
{
	struct fit_memo *m = v->memo;
	size_t i = m->next, n = 0;
	for (; n < GRID && m->behind[i].t != t2; n++)
		i = (i + 1) % GRID;
	if (n == GRID)
		reckon(v, &m->behind[i], t2, false);
	m->next = (i + 1) % GRID;
	return &m->behind[i];
}

double fit_volume_logl(const void *ctx, int64_t t1, int64_t t2)
{
	const struct fit_volume *v = ctx;
	const struct side *a = side_before(v, t1), *b = side_behind(v, t2);
	double l = a->sum;
	if (t2 > t1 && (a->e <= 0 || b->e <= 0))
		return NAN;
	double slope = b->place > a->place ? (b->level.m - a->level.m) / (b->place - a->place) : 0;
	const struct ramp r = {a->place, b->place, slope, a->level, b->level};
	for (size_t slot = a->to; slot < b->from; slot += FIT_SLOTS_A_DAY)
		l += one_day(v, &r, slot);
	for (size_t slot = b->from; slot < v->n; slot += FIT_SLOTS_A_DAY)
		l += b->l[slot / FIT_SLOTS_A_DAY];
	return l;
}
