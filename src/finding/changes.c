/* changes.c - outages of feeds, and changes of volume: of all mail, of engines, of trades. */
#include "finding/claim.h"

#include "base/limits.h"

/* ---- sensors ---- */

static struct finding_date date_of_sensor(const struct volume_date *d)
{
	return (struct finding_date){d->time, d->lo, d->hi};
}

/* NULL: as claim_add. */
static struct claim *claim_feed(struct scene *s, size_t f, enum finding_kind kind, const struct volume_date *at, struct err *err)
{
	struct claim *c = claim_add(s, kind, err);
	if (c) {
		c->feed = f;
		c->f.feed = scene_feed(s, f);
		c->f.start = date_of_sensor(at);
	}
	return c;
}

static int claim_outage(struct scene *s, size_t f, const struct volume_outage *o, struct err *err)
{
	struct claim *c = claim_feed(s, f, FINDING_OUTAGE, &o->from, err);
	if (!c)
		return err->kind;
	c->outage = o;
	c->f.end = date_of_sensor(&o->to);
	c->f.before = s->v.feeds[f].rate;
	c->f.after = 0;
	c->f.effect = -1;
	/* Nobody else to ask: that every sender stopped at once is possible, only unlikely. */
	c->f.confidence = isnan(o->others) ? 0.9 : 0.99;
	return 0;
}

static int claim_feed_end(struct scene *s, size_t f, enum finding_kind kind, const struct volume_date *at, struct err *err)
{
	struct claim *c = claim_feed(s, f, kind, at, err);
	if (!c)
		return err->kind;
	c->f.before = kind == FINDING_FEED_START ? 0 : s->v.feeds[f].rate;
	c->f.after = kind == FINDING_FEED_START ? s->v.feeds[f].rate : 0;
	c->f.confidence = 0.99;
	return 0;
}

static int claim_gain(struct scene *s, size_t f, const struct volume_gain *g, struct err *err)
{
	struct claim *c = claim_feed(s, f, FINDING_FEED_CHANGE, &g->at, err);
	if (!c)
		return err->kind;
	c->gain = g;
	c->f.before = g->before;
	c->f.after = g->after;
	c->f.effect = g->factor - 1;
	c->f.effect_lo = g->lo - 1;
	c->f.effect_hi = g->hi - 1;
	c->f.confidence = fmin(g->sure, 0.99);
	return 0;
}

/* A feed with mail beyond the scene's seam was silent there, and neither began nor ended. */
int claim_sensors(struct scene *s, struct err *err)
{
	int rc = 0;
	for (size_t f = 0; f < s->v.n_feeds && !rc; f++) {
		const struct volume_feed *v = &s->v.feeds[f];
		const struct feed_life *life = &s->lives[s->feed_of[f]];
		for (size_t i = 0; i < v->n_outages && !rc; i++)
			rc = claim_outage(s, f, &v->outages[i], err);
		for (size_t i = 0; i < v->n_gains && !rc; i++)
			rc = claim_gain(s, f, &v->gains[i], err);
		if (v->starts && life->first >= s->begin && !rc)
			rc = claim_feed_end(s, f, FINDING_FEED_START, &v->begun, err);
		if (v->ends && life->last < s->end && !rc)
			rc = claim_feed_end(s, f, FINDING_FEED_END, &v->ended, err);
	}
	return rc;
}

/* ---- volumes ---- */

static struct finding_date date_of(const struct change_date *d)
{
	return (struct finding_date){d->time, d->lo, d->hi};
}

static void name_subject(const struct scene *s, struct finding *f, const struct part *p)
{
	if (p->kind == PART_ENGINE)
		f->engine = scene_name(s, p->engine);
	if (p->kind == PART_CATEGORY)
		f->category = scene_name(s, p->category);
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
