/* fade.c - see fade.h. */
#include "finding/fade.h"

static const double APART = 0.1;    /* of those who share a date have one of their own */
static const double SHIFT_MOST = 1; /* of a share's logit from what the mail before made it: it rests on eight messages and more */
enum { STAGE = SECONDS_AN_HOUR };   /* who leaves by himself is dated to the hour: no mail tells more of one sender's share */

/* ---- shares ---- */

static size_t first_from(const int64_t *t, size_t n, int64_t from)
{
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (t[mid] < from)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static double bernoulli(double ones, double all)
{
	double p = (ones + 0.25) / (all + 0.5);
	return all > 0 ? ones * log(p) + (all - ones) * log(1 - p) : 0;
}

double fit_mix_logl(const void *ctx, int64_t t1, int64_t t2)
{
	const struct fit_mix *m = ctx;
	size_t i = first_from(m->t, m->n, t1), k = first_from(m->t, m->n, t2);
	double n1 = (double)i, z1 = m->sum[i] - m->sum[0], n2 = (double)(m->n - k), z2 = m->sum[m->n] - m->sum[k];
	double l = bernoulli(z1, n1) + bernoulli(z2, n2);
	double p1 = (z1 + 0.25) / (n1 + 0.5), p2 = (z2 + 0.25) / (n2 + 0.5);
	for (; i < k; i++) {
		double p = p1 + (p2 - p1) * (double)(m->t[i] - t1) / (double)(t2 - t1);
		l += m->z[i] ? log(p) : log(1 - p);
	}
	return l / m->scatter;
}

double fit_left(int64_t t, int64_t t1, int64_t t2)
{
	return t <= t1 ? 1 : t >= t2 ? 0 : (double)(t2 - t) / (double)(t2 - t1);
}

/* Of a share that goes with another than the one thought: the log-likelihood, with its slope and bend by the logit of the share. */
struct tally {
	double l, slope, bend;
};

static void count(struct tally *y, double z, double n, double p)
{
	y->l += z * log(p) + (n - z) * log(1 - p);
	y->slope += z - n * p;
	y->bend += n * p * (1 - p);
}

static double faded(double share, double left)
{
	double l = FIT_FADE_REST + (1 - FIT_FADE_REST) * left;
	return share * l / (share * l + 1 - share);
}

double fit_shared(double logl, double own)
{
	double top = fmax(logl, own);
	return isnan(logl) ? NAN : top + log((1 - APART) * exp(logl - top) + APART * exp(own - top));
}

/* What it gains where the share is another, by its slope and bend: these hold for shares nearby, and no other is in question. */
static double other_share(const struct tally *y)
{
	double shift = y->bend > 0 ? fmin(fmax(y->slope / y->bend, -SHIFT_MOST), SHIFT_MOST) : 0;
	return shift * (y->slope - shift * y->bend / 2);
}

static double mix_logl(const struct fit_sender *s, int64_t t1, int64_t t2)
{
	size_t i = first_from(s->t, s->n, t1), k = first_from(s->t, s->n, t2);
	struct tally y = {0};
	count(&y, s->sum[i], (double)i, s->share);
	count(&y, s->sum[s->n] - s->sum[k], (double)(s->n - k), faded(s->share, 0));
	for (; i < k; i++)
		count(&y, s->z[i], 1, faded(s->share, fit_left(s->t[i], t1, t2)));
	return (y.l + other_share(&y)) / s->scatter;
}

static double volume_logl(const struct fit_sender *s, int64_t t1, int64_t t2)
{
	return s->volume ? fit_shared(fit_volume_logl(s->volume, t1, t2), s->volume_own) : 0;
}

/* One of them shares the dates at least, or they would be nobody's. */
double fit_fade_logl(const void *ctx, int64_t t1, int64_t t2)
{
	const struct fit_fade *f = ctx;
	double mixes = 0, none = 0, volumes = 0;
	for (size_t i = 0; i < f->n; i++) {
		mixes += fit_shared(mix_logl(&f->senders[i], t1, t2), f->senders[i].own);
		none += log(APART) + f->senders[i].own;
		volumes += volume_logl(&f->senders[i], t1, t2);
	}
	return mixes + log1p(-fmin(exp(none - mixes), 1)) + volumes;
}

/* ---- each at a time of its own ---- */

/* Of one sender: how likely it is that it left at each place, by its highest, and the running sums. */
struct stage {
	double *w, *sum, top;
};

struct stages {
	struct stage *v;
	size_t n, places;
	int64_t lo;
};

static bool fill_stage(const struct fit_sender *s, int64_t lo, size_t places, struct stage *out, struct arena *a)
{
	out->w = arena_alloc(a, places * sizeof *out->w);
	out->sum = arena_zalloc(a, places, sizeof *out->sum);
	out->top = -INFINITY;
	if (!out->w || !out->sum)
		return false;
	for (size_t i = 0; i < places; i++) {
		int64_t t = lo + (int64_t)i * STAGE;
		double l = mix_logl(s, t, t) + volume_logl(s, t, t);
		out->w[i] = isnan(l) ? -INFINITY : l;
		out->top = fmax(out->top, out->w[i]);
	}
	for (size_t i = 0; i < places; i++) {
		out->w[i] = isfinite(out->top) ? exp(out->w[i] - out->top) : 0;
		out->sum[i] = i ? out->sum[i - 1] + (out->w[i - 1] + out->w[i]) / 2 : 0;
	}
	return true;
}

/* NULL: out of memory. */
static struct stages *stages_new(const struct fit_fade *f, int64_t lo, int64_t hi, struct arena *a)
{
	struct stages *s = arena_zalloc(a, 1, sizeof *s);
	if (!s || !(s->v = arena_zalloc(a, f->n, sizeof *s->v)))
		return NULL;
	s->n = f->n;
	s->lo = lo;
	s->places = (size_t)((hi - lo) / STAGE) + 2;
	for (size_t i = 0; i < f->n; i++)
		if (!fill_stage(&f->senders[i], lo, s->places, &s->v[i], a))
			return NULL;
	return s;
}

static double between(const double *v, size_t n, double x)
{
	size_t i = (size_t)fmin(fmax(x, 0), (double)n - 2);
	return v[i] + (v[i + 1] - v[i]) * (x - (double)i);
}

/* The first leaves at t1, the last at t2, the others anywhere between; who is first and who last is not known. */
static double stages_logl(const void *ctx, int64_t t1, int64_t t2)
{
	const struct stages *s = ctx;
	double x1 = (double)(t1 - s->lo) / STAGE, x2 = (double)(t2 - s->lo) / STAGE, l = -log((double)s->n * ((double)s->n - 1));
	double none = 1, first = 0, last = 0, both = 0; /* of those so far was the first, the last to leave */
	for (size_t i = 0; i < s->n; i++) {
		const struct stage *v = &s->v[i];
		double a = between(v->w, s->places, x1), b = between(v->w, s->places, x2);
		double m =
			x2 - x1 < 1 ? (a + b) / 2 : (between(v->sum, s->places, x2) - between(v->sum, s->places, x1)) / (x2 - x1);
		double most = fmax(fmax(a, b), m);
		if (!(most > 0))
			return -INFINITY;
		both = (both * m + first * b + last * a) / most;
		first = (first * m + none * a) / most;
		last = (last * m + none * b) / most;
		none = none * m / most;
		l += v->top + log(most);
	}
	return both > 0 ? l + log(both) : -INFINITY;
}

bool fit_closing(const struct fit_fade *f, int64_t lo, int64_t hi, struct arena *arena, struct fit *out)
{
	struct arena_mark mark = arena_mark(arena);
	struct stages *stages = f->n > 1 ? stages_new(f, lo, hi, arena) : NULL;
	if (f->n > 1 && !stages)
		return false;
	bool ok = fit_dates_or(fit_fade_logl, f, stages ? stages_logl : NULL, stages, lo, hi, arena, out);
	arena_release(arena, mark);
	return ok;
}
