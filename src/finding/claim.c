/* claim.c - see claim.h. */
#include <stdlib.h>

#include "base/limits.h"
#include "finding/claim.h"

struct claim *claim_add(struct scene *s, enum finding_kind kind, struct err *err)
{
	struct claim *c = vec_push(s->arena, &s->claims, LIM_FINDINGS);
	if (!c && s->claims.n >= LIM_FINDINGS)
		s->traffic->found->left_out++;
	else if (!c)
		err_oom(err, "findings");
	if (!c)
		return NULL;
	c->f = FINDING_BLANK;
	c->f.kind = kind;
	c->cause = CLAIM_NONE;
	c->from = s->begin;
	c->to = s->end;
	return c;
}

struct leaving claim_leaving(const struct claim *closure, name_id engine)
{
	const struct finding *f = &closure->f;
	for (size_t i = 0; i < closure->n_left; i++)
		if (closure->left[i].engine == engine)
			return closure->left[i];
	return (struct leaving){engine, f->start, f->end.time == TIME_NONE ? f->start : f->end};
}

int64_t claim_end(const struct claim *c)
{
	return c->f.end.time != TIME_NONE ? c->f.end.time : c->f.start.time;
}

int64_t claim_changed(const struct claim *c)
{
	return c->shape == SHAPE_PAUSE ? c->f.start.time : claim_end(c);
}

static int by_campaign(const void *a, const void *b)
{
	name_id x = *(const name_id *)a, y = *(const name_id *)b;
	return (x > y) - (x < y);
}

double claim_campaigns(name_id *campaigns, size_t n)
{
	double squares = 0;
	qsort(campaigns, n, sizeof *campaigns, by_campaign);
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i; k < n && campaigns[k] == campaigns[i]; k++)
			;
		double m = (double)(k - i);
		squares += m * m;
	}
	return squares > 0 ? (double)n * (double)n / squares : 0;
}

bool claim_closes(const struct scene *s, const struct claim *c, uint32_t trade)
{
	return c->f.kind == FINDING_CLOSURE && trade != TRADE_NONE && s->trades.v[trade].closed == (size_t)(c - s->claims.v) + 1;
}

void claim_stretch(const struct scene *s, struct claim *c, const struct part *p, int64_t at, int64_t at_end)
{
	c->from = s->begin;
	c->to = s->end;
	for (size_t i = 0; p && i < p->n_changes; i++) {
		const struct change *ch = &p->changes[i];
		if (ch->end.time <= at && ch->end.time > c->from && ch->start.time < at)
			c->from = ch->end.time;
		if (ch->start.time >= at_end && ch->start.time < c->to && ch->end.time > at_end)
			c->to = ch->start.time;
	}
}

enum { BURST_DAYS = 3, BURST_MIN = 30, BURST_TIMES = 5 }; /* a burst: so many times the level of either side, in so few days */

double claim_burst(const struct scene *s, const struct claim *c)
{
	int64_t first = time_day(c->f.start.time), last = time_day(claim_changed(c));
	double n = 0, usual = fmax(c->f.before, c->f.after) * (double)(last - first + 1);
	for (int64_t d = first; d <= last && d < s->v.day0 + (int64_t)s->v.n_days; d++)
		n += d < s->v.day0 ? 0 : c->part->vol.count[d - s->v.day0];
	return last - first < BURST_DAYS && n >= BURST_MIN && n >= BURST_TIMES * usual ? n : 0;
}

/* Variance over mean of a part's daily counts around a level, at least 1: how much more they scatter than chance. */
static double scatter(const struct scene *s, const struct part *p, int64_t from, int64_t to, double level)
{
	double sum = 0;
	size_t n = 0;
	for (size_t d = 0; d < s->v.n_days; d++) {
		int64_t begin = (s->v.day0 + (int64_t)d) * SECONDS_A_DAY;
		double m = level * p->vol.exposure[d];
		if (begin < from || begin + SECONDS_A_DAY > to || m <= 0)
			continue;
		sum += (p->vol.count[d] - m) * (p->vol.count[d] - m) / m;
		n++;
	}
	return n > 1 ? fmax(1, sum / (double)(n - 1)) : 1;
}

void claim_effect(const struct scene *s, struct claim *c)
{
	const int64_t longest = (int64_t)LEVEL_DAYS * SECONDS_A_DAY;
	int64_t start = c->f.start.time, end = c->f.end.time != TIME_NONE && c->shape != SHAPE_PAUSE ? c->f.end.time : start;
	int64_t last = c->shape == SHAPE_PAUSE ? c->f.end.time : c->to;
	int64_t from = start - longest > c->from ? start - longest : c->from, to = end + longest < last ? end + longest : last;
	double n1 = 0, n2 = 0;
	double l1 = part_level(s, c->part, from, start, &n1), l2 = part_level(s, c->part, end, to, &n2);
	c->f.effect = c->f.before > 0 ? c->f.after / c->f.before - 1 : NAN;
	c->f.effect_lo = c->f.effect_hi = NAN;
	if (isnan(l1) || isnan(l2) || isnan(c->f.effect))
		return;
	double se = sqrt(scatter(s, c->part, from, start, l1) / (n1 + 0.5) + scatter(s, c->part, end, to, l2) / (n2 + 0.5));
	c->f.effect_lo = (1 + c->f.effect) * exp(-1.96 * se) - 1;
	c->f.effect_hi = (1 + c->f.effect) * exp(1.96 * se) - 1;
}
