/* findings_volume.c - outages of feeds, and changes of volume: of all mail, of engines, of trades. */
#include "analyse/findings_int.h"

#include "base/limits.h"

struct claim *claim_add(struct scene *s, enum finding_kind kind, struct err *err)
{
	struct claim *c = vec_push(s->arena, &s->claims, LIM_FINDINGS);
	if (!c) {
		err_oom(err, "findings");
		return NULL;
	}
	c->f = FINDING_BLANK;
	c->f.kind = kind;
	c->cause = CLAIM_NONE;
	c->from = s->begin;
	c->to = s->end;
	return c;
}

int64_t claim_end(const struct claim *c)
{
	return c->f.end.time != TIME_NONE ? c->f.end.time : c->f.start.time;
}

int64_t claim_changed(const struct claim *c)
{
	return c->shape == SHAPE_PAUSE ? c->f.start.time : claim_end(c);
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

/* ---- sensors ---- */

static struct finding_date date_of_outage(const struct volume_date *d)
{
	return (struct finding_date){d->time, d->lo, d->hi};
}

static int claim_outage(struct scene *s, size_t f, const struct volume_outage *o, struct err *err)
{
	struct claim *c = claim_add(s, FINDING_OUTAGE, err);
	if (!c)
		return err->kind;
	c->feed = f;
	c->outage = o;
	c->f.feed = scene_feed(s, f);
	c->f.start = date_of_outage(&o->from);
	c->f.end = date_of_outage(&o->to);
	c->f.before = s->v.feeds[f].rate;
	c->f.after = 0;
	c->f.effect = -1;
	/* Nobody else to ask: that every sender stopped at once is possible, only unlikely. */
	c->f.confidence = isnan(o->others) ? 0.9 : 0.99;
	return 0;
}

static int claim_feed_end(struct scene *s, size_t f, enum finding_kind kind, int64_t at, struct err *err)
{
	struct claim *c = claim_add(s, kind, err);
	if (!c)
		return err->kind;
	c->feed = f;
	c->f.feed = scene_feed(s, f);
	c->f.start = (struct finding_date){at, at, at};
	c->f.before = kind == FINDING_FEED_START ? 0 : s->v.feeds[f].rate;
	c->f.after = kind == FINDING_FEED_START ? s->v.feeds[f].rate : 0;
	c->f.confidence = 0.99;
	return 0;
}

int claim_sensors(struct scene *s, struct err *err)
{
	int rc = 0;
	for (size_t f = 0; f < s->v.n_feeds && !rc; f++) {
		const struct volume_feed *v = &s->v.feeds[f];
		for (size_t i = 0; i < v->n_outages && !rc; i++)
			rc = claim_outage(s, f, &v->outages[i], err);
		if (v->starts && !rc)
			rc = claim_feed_end(s, f, FINDING_FEED_START, v->from, err);
		if (v->ends && !rc)
			rc = claim_feed_end(s, f, FINDING_FEED_END, v->to - 1, err);
	}
	return rc;
}

/* ---- volumes ---- */

static struct finding_date date_of(const struct change_date *d)
{
	return (struct finding_date){d->time, d->lo, d->hi};
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

static void name_subject(const struct scene *s, struct finding *f, const struct part *p)
{
	if (p->kind == PART_ENGINE)
		f->engine = analysis_name_text(s->a, p->engine);
	if (p->kind == PART_CATEGORY)
		f->category = analysis_name_text(s->a, p->category);
	if (p->kind == PART_TRADE && s->trades.v[p->trade].is_brand)
		f->brand = scene_trade(s, p->trade);
	else if (p->kind == PART_TRADE)
		f->programme = scene_trade(s, p->trade);
}

/* Did the part first appear with this change? Nothing but strays before, for at least a week. */
static bool first_seen(const struct scene *s, const struct part *p, const struct change *ch)
{
	double n = 0, level = part_level(s, p, s->begin, ch->start.lo - SECONDS_A_DAY, &n);
	return ch->start.lo - s->begin > 8 * (int64_t)SECONDS_A_DAY && ch->after > ch->before && level < 0.02 * ch->after;
}

static enum finding_kind kind_of(const struct scene *s, const struct part *p, const struct change *ch)
{
	if (p->kind == PART_CATEGORY)
		return FINDING_CATEGORY_CHANGE;
	if (p->kind == PART_TOTAL || !first_seen(s, p, ch))
		return FINDING_VOLUME_CHANGE;
	if (p->kind == PART_TRADE)
		return FINDING_NEW_PROGRAMME;
	return FINDING_NEW_ENGINE;
}

static int claim_change(struct scene *s, const struct part *p, size_t k, struct err *err)
{
	const struct change *ch = &p->changes[k];
	struct claim *c = claim_add(s, kind_of(s, p, ch), err);
	if (!c)
		return err->kind;
	c->part = p;
	c->shape = ch->kind == CHANGE_RAMP ? SHAPE_RAMP : SHAPE_STEP;
	if (c->f.kind == FINDING_NEW_ENGINE || c->f.kind == FINDING_NEW_PROGRAMME)
		c->shape = SHAPE_NEW;
	name_subject(s, &c->f, p);
	c->f.start = date_of(&ch->start);
	c->f.end = ch->kind == CHANGE_RAMP ? date_of(&ch->end) : FINDING_NO_DATE;
	c->f.before = ch->before;
	c->f.after = ch->after;
	c->f.confidence = p->trust[k];
	claim_stretch(s, c, p, ch->start.time, ch->end.time);
	claim_effect(s, c);
	return 0;
}

int claim_changes(struct scene *s, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < s->n_parts && !rc; i++) {
		const struct part *p = &s->parts[i];
		for (size_t k = 0; k < p->n_changes && !rc; k++)
			rc = claim_change(s, p, k, err);
	}
	return rc;
}
