/* closure.c - trades that disappear for all engines that sent for them, and when.
 *
 * What share of each sender's mail was for the trade, and how much of it would have come since from those that still send; the fading is
 * dated in the mail of all of them together, message by message. Mail of no known trade may be this one's: it says nothing of when. A
 * sender may have left, or its mix have changed, by itself: then its mail tells of dates of its own (fit_shared).
 */
#include "finding/claim.h"
#include "finding/fade.h"

enum {
	SENDERS_MAX = 256,
	CLOSED_DAYS = 21,    /* senders are looked at over so long before */
	CLOSED_MIN_DAYS = 4, /* of silence: less is a campaign that ended */
	CLOSED_COUNT = 8,    /* messages for the trade that make an engine one of its senders */
	STRAYS = 3,          /* late and misread messages since */
	CAMPAIGN_DAYS = 3,   /* a campaign's mail goes on for some days */
	VOLUMES_MAX = 8,     /* senders whose volumes a closure is dated by */
};
static const double VOLUME_SHARE = 0.2; /* of a sender's mail for the trade: its volume shows the closure */
static const double OTHERS_LEFT = 0.5;  /* of a sender's other mail: with less left its volume fell by more than the closure */
static const double NO_MORE = 0.01;     /* so unlikely a silence before the closing is a sender that had left */
static const double CLOSED_LEFT = 0.05;
static const double CLOSED_SEEN = 0.1;     /* of what was expected, at most */
static const double CLOSED_GOES_ON = 0.5;  /* of what one sender was expected to send: it goes on, whatever the others do */
static const double CLOSED_LOST = 0.5;     /* as much mail beside it that may be the trade's: it may live on, unrecognised */
static const double APART = SECONDS_A_DAY; /* what is told as one closing may be so far from each of them */
static const double CLOSED_EXPECTED = 8;   /* messages of the trade that living engines would have sent since */

/* A trade that may have closed; or several of one house that closed together, as one. */
struct closing {
	const struct part *part; /* the largest */
	uint8_t *of;             /* [trades] */
	uint32_t house;
	int64_t lo, hi; /* what its senders did before and since */
	int64_t from;   /* its dates are from here to hi: who stopped so long before is no sender any more */
	double confidence;
	struct fit fit;
	struct fit_fade fade;
	struct fit_sender *senders; /* of fade */
	struct fit_volume volumes[VOLUMES_MAX];
	size_t n_volumes;
	struct leaving *left; /* where each left at a time of its own */
	size_t n_left;
	bool told;
};

struct sender { /* of the trade, before the closure */
	name_id engine;
	double share;              /* of the trade in its mail, but for what is for other trades of the same house */
	double mix;                /* the same beside mail of known trades alone, where there is enough of that */
	bool by_nameless;          /* there is not */
	double trade_n, all_n;     /* before, of that mail */
	double trade2_n, all2_n;   /* after */
	double nameless_n, mail_n; /* before and after, of no known trade, and of any or none */
	double nameless2_n;        /* after */
	double by_day;             /* for the trade, after, had it gone on as before */
	double lost_n;             /* after, of mail that may be the trade's under another name: beyond what it had before */
	bool fell;                 /* its other mail did, too */
	bool moved;                /* it switched by itself, or had stopped before */
};

/* Of another trade of the house: it may close along with it, or go on with its customers. */
static bool is_mate(const struct scene *s, const struct closing *c, const struct event *e)
{
	return !c->of[e->trade] && s->trades.v[e->trade].house == c->house;
}

enum { KNOWN, NAMELESS, MATES, SORTS }; /* of an engine's mail that is not for the trade */

/* Mail of a sort that grew neither beside the engine's other mail nor by the day was always another matter. */
static double grown(const double before[SORTS], const double after[SORTS], int sort, double days, double days2)
{
	double beside = before[KNOWN] > 0 ? before[sort] / before[KNOWN] * after[KNOWN] : 0, by_day = before[sort] * days2 / days;
	return fmax(0, after[sort] - fmax(beside, by_day));
}

static double share(double n, double all)
{
	return fmin(fmax(n / all, 0.02), 0.98);
}

/* Its senders are looked at from here on, to lo. */
static int64_t closing_from(const struct scene *s, const struct closing *c)
{
	int64_t from = c->lo - (int64_t)CLOSED_DAYS * SECONDS_A_DAY;
	return from > s->begin ? from : s->begin;
}

/* Who sent the trade in the three weeks before the closing, and what they send after it. */
static size_t find_senders(const struct scene *s, const struct closing *c, struct sender *out, size_t room)
{
	size_t n = 0;
	int64_t lo = c->lo, hi = c->hi, from = closing_from(s, c);
	double days = (double)(lo - from) / SECONDS_A_DAY, days2 = (double)(s->end - hi) / SECONDS_A_DAY;
	for (size_t i = 0; i < s->n_parts && n < room; i++) {
		const struct part *x = &s->parts[i];
		struct sender a = {.engine = x->engine};
		double before[SORTS] = {0}, after[SORTS] = {0}, since = 0; /* its last message for the trade */
		int64_t last = lo;
		if (x->kind != PART_ENGINE)
			continue;
		for (size_t k = 0; k < x->n; k++) {
			const struct event *e = &s->events[x->list[k]];
			bool early = e->time >= from && e->time < lo, late = e->time >= hi, own = c->of[e->trade];
			int sort = e->trade == TRADE_NONE ? NAMELESS : is_mate(s, c, e) ? MATES : KNOWN;
			last = early && own ? e->time : last;
			since = early ? own ? 0 : since + (sort != MATES) : since;
			a.trade_n += early && own;
			a.trade2_n += late && own;
			before[sort] += early && !own;
			after[sort] += late && !own;
		}
		if (a.trade_n < CLOSED_COUNT)
			continue;
		a.by_day = a.trade_n / days * days2;
		a.all_n = a.trade_n + before[KNOWN] + before[NAMELESS];
		a.all2_n = a.trade2_n + after[KNOWN] + after[NAMELESS];
		a.share = share(a.trade_n, a.all_n);
		a.by_nameless = before[KNOWN] < CLOSED_COUNT;
		a.mix = a.by_nameless ? a.share : share(a.trade_n, a.trade_n + before[KNOWN]);
		double nameless = grown(before, after, NAMELESS, days, days2);
		a.all2_n -= nameless;
		double others = (a.all_n - a.trade_n) / days * days2;
		a.fell = others >= CLOSED_EXPECTED && a.all2_n - a.trade2_n < others * OTHERS_LEFT;
		a.nameless_n = before[NAMELESS] + after[NAMELESS];
		a.mail_n = a.trade_n + a.trade2_n;
		for (int k = 0; k < SORTS; k++)
			a.mail_n += before[k] + after[k];
		a.nameless2_n = after[NAMELESS];
		a.lost_n = nameless + grown(before, after, MATES, days, days2);
		bool had_left = lo - last >= CLOSED_MIN_DAYS * (int64_t)SECONDS_A_DAY && pow(1 - a.share, since) < NO_MORE;
		a.moved = had_left || has_left(s, x->engine, c->house, hi);
		out[n++] = a;
	}
	return n;
}

/* May the trade have had campaigns all the time, none of which was known since? Each is unknown with the chance that its sender's mail is. *feigned: it may.
 * False: out of memory. */
static bool is_turnover(struct scene *s, const struct closing *c, const struct sender *v, size_t n, double expected, bool *feigned)
{
	int64_t from = closing_from(s, c);
	double trade_n = 0, unknown = 0, room = 0;
	for (size_t i = 0; i < n; i++) {
		if (v[i].moved)
			continue;
		trade_n += v[i].trade_n;
		unknown += v[i].trade_n * v[i].nameless_n / v[i].mail_n;
		room += v[i].nameless2_n;
	}
	*feigned = false;
	if (room < CLOSED_LOST * expected)
		return true;
	struct arena_mark mark = arena_mark(s->arena);
	name_id *campaigns = arena_alloc(s->arena, (c->part->n + 1) * sizeof *campaigns);
	size_t k = 0;
	if (!campaigns)
		return false;
	for (size_t i = 0; i < c->part->n; i++) {
		const struct event *e = &s->events[c->part->list[i]];
		if (e->time >= from && e->time < c->lo)
			campaigns[k++] = e->campaign;
	}
	double since = claim_campaigns(campaigns, k) * expected / trade_n; /* as long as its senders sent */
	arena_release(s->arena, mark);
	*feigned = pow(unknown / trade_n, since) > TURNOVER;
	return true;
}

struct verdict {
	double expected, seen; /* of the trade, from living engines, since */
	double lost;           /* what may be the trade, unrecognised: pages that were not captured, another brand's text */
	size_t alive, dead;    /* engines */
	bool goes_on;          /* for one of them */
};

static struct verdict judge(const struct sender *v, size_t n)
{
	struct verdict w = {0};
	for (size_t i = 0; i < n; i++) {
		double others = v[i].all2_n - v[i].trade2_n, expected = v[i].share / (1 - v[i].share) * others;
		if (v[i].moved)
			continue;
		w.expected += expected;
		w.seen += v[i].trade2_n;
		w.lost += v[i].lost_n;
		w.alive += expected >= 3;
		w.goes_on |= v[i].trade2_n >= CLOSED_COUNT && v[i].trade2_n >= CLOSED_GOES_ON * expected &&
		             v[i].trade2_n >= CLOSED_LEFT * v[i].by_day; /* else late mail of one that sent little else */
		w.dead += v[i].share > 0.8 && v[i].all2_n + v[i].lost_n < CLOSED_LEFT * v[i].all_n;
	}
	return w;
}

/* Where each left at a time of its own, more likely than not: when, by its own mail alone. False: out of memory. */
static bool date_leavings(struct scene *s, struct closing *c, const struct sender *v, size_t n)
{
	const struct fit_sender *next = c->senders;
	if (c->fit.other <= 0.5)
		return true;
	c->left = arena_alloc(s->arena, (n + 1) * sizeof *c->left);
	if (!c->left)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct fit fit;
		if (v[i].moved)
			continue;
		struct fit_sender alone = *next++;
		alone.own = -INFINITY;
		if (!fit_dates(fit_fade_logl, &(struct fit_fade){&alone, 1}, c->fit.start.lo, c->fit.end.hi, s->arena, &fit))
			return false;
		c->left[c->n_left++] = (struct leaving){v[i].engine, fit.start, fit.end};
	}
	return true;
}

/* The mix of each sender's mail, whatever its volume; and, apart from that, the volumes, which fall by what they sent for the trade, sharpen a
 * closure's dates: not of those that lost their other mail, too. */
static int sharpen(struct scene *s, struct closing *c, const struct sender *v, size_t n, struct err *err)
{
	const int64_t margin = (int64_t)CLOSED_DAYS * SECONDS_A_DAY;
	int64_t from = c->lo - margin > s->begin ? c->lo - margin : s->begin,
		to = c->hi + margin < s->end ? c->hi + margin : s->end;
	struct fit_sender *next = c->senders;
	for (size_t i = 0; i < n && c->n_volumes < VOLUMES_MAX; i++) {
		const struct part *x = scene_part(s, PART_ENGINE, v[i].engine);
		struct fit_volume *volume = &c->volumes[c->n_volumes];
		struct fit own;
		if (v[i].moved)
			continue;
		struct fit_sender *sender = next++;
		if (v[i].fell || v[i].share < VOLUME_SHARE || !x || x->vol.share == NULL)
			continue;
		if (!part_slots(s, x, from, to, c->fit.start.time, c->fit.end.time, volume) ||
			!fit_dates(fit_volume_logl, volume, c->from, c->hi, s->arena, &own))
			return err_oom(err, "findings");
		sender->volume = volume;
		sender->volume_own = own.mean;
		c->n_volumes++;
	}
	bool done = fit_closing(&c->fade, c->from, c->hi, s->arena, &c->fit) && date_leavings(s, c, v, n);
	return done ? 0 : err_oom(err, "findings");
}

/* What blocks of so many days of a sender's mail before `until` scatter around its share, in units of chance. */
static double blocks_scatter(const struct fit_sender *f, int64_t until, int64_t days)
{
	double sum = 0, v = f->share * (1 - f->share);
	size_t blocks = 0;
	for (size_t i = 0, k; i < f->n && f->t[i] < until; i = k) {
		int64_t block = (until - f->t[i]) / (days * SECONDS_A_DAY);
		for (k = i; k < f->n && f->t[k] < until && (until - f->t[k]) / (days * SECONDS_A_DAY) == block; k++)
			;
		double n = (double)(k - i), d = (double)(f->sum[k] - f->sum[i]) - n * f->share;
		if (n * v < 0.5)
			continue;
		sum += d * d / (n * v);
		blocks++;
	}
	return blocks > 1 ? sum / ((double)blocks - 1) : 1;
}

/* How much more a sender's mix scatters before it fades than draws would: campaigns come and go, for a day or for several. */
static double mix_scatter(const struct fit_sender *f, int64_t until)
{
	return fmax(1, fmax(blocks_scatter(f, until, 1), blocks_scatter(f, until, CAMPAIGN_DAYS)));
}

/* The mail of one sender of the trade. False: out of memory. */
static bool fill_sender(struct scene *s, const struct closing *c, const struct sender *v, struct fit_sender *out)
{
	int64_t from = c->lo - (int64_t)CLOSED_DAYS * SECONDS_A_DAY, to = c->hi + (int64_t)CLOSED_DAYS * SECONDS_A_DAY;
	const struct part *x = scene_part(s, PART_ENGINE, v->engine);
	int64_t *t = arena_alloc(s->arena, (x->n + 1) * sizeof *t);
	uint8_t *z = arena_alloc(s->arena, x->n + 1);
	uint32_t *sum = arena_zalloc(s->arena, x->n + 1, sizeof *sum);
	if (!t || !z || !sum)
		return false;
	*out = (struct fit_sender){.t = t, .z = z, .sum = sum, .share = v->mix, .own = -INFINITY};
	for (size_t i = 0; i < x->n; i++) {
		const struct event *e = &s->events[x->list[i]];
		if (e->time < from || e->time >= to || is_mate(s, c, e) || (e->trade == TRADE_NONE && !v->by_nameless))
			continue;
		t[out->n] = e->time;
		z[out->n] = c->of[e->trade];
		sum[out->n + 1] = sum[out->n] + z[out->n];
		out->n++;
	}
	out->scatter = mix_scatter(out, c->lo);
	return true;
}

/* What each sender's mail says of dates of its own: fit_shared asks. */
static bool fit_own(struct scene *s, const struct closing *c, struct fit_sender *v, size_t n)
{
	struct fit fit;
	for (size_t i = 0; i < n; i++) {
		struct fit_fade one = {.senders = &v[i], .n = 1};
		if (!fit_dates(fit_fade_logl, &one, c->from, c->hi, s->arena, &fit))
			return false;
		v[i].own = fit.mean;
	}
	return true;
}

/* The fading of a trade in the mail of all its senders together. *gain: twice the log-likelihood over none. */
static int date_fade(struct scene *s, struct closing *c, const struct sender *v, size_t n, double *gain, struct err *err)
{
	struct fit_sender *all = arena_alloc(s->arena, (n + 1) * sizeof *all);
	struct fit_fade *f = &c->fade;
	const int64_t never = c->hi + (CLOSED_DAYS + 1) * (int64_t)SECONDS_A_DAY;
	*gain = 0;
	if (!all)
		return err_oom(err, "findings");
	*f = (struct fit_fade){.senders = all};
	c->senders = all;
	for (size_t i = 0; i < n; i++)
		if (!v[i].moved && !fill_sender(s, c, &v[i], &all[f->n++]))
			return err_oom(err, "findings");
	if (!f->n)
		return 0;
	double none = fit_fade_logl(f, never, never);
	if (!fit_own(s, c, all, f->n) || !fit_dates(fit_fade_logl, f, c->from, c->hi, s->arena, &c->fit))
		return err_oom(err, "findings");
	*gain = 2 * (c->fit.logl - none);
	return sharpen(s, c, v, n, err);
}

/* ---- which trades closed ---- */

/* Since when next to nothing of a trade came that used to come at a level: whole days, and a few strays. */
static int64_t silent_since(const struct scene *s, const struct part *p, double level)
{
	double n = 0, watched = 0;
	size_t d = s->v.n_days;
	while (d > 0 && n + p->vol.count[d - 1] <= CLOSED_LEFT * level * (watched + p->vol.exposure[d - 1]) + STRAYS) {
		d--;
		n += p->vol.count[d];
		watched += p->vol.exposure[d];
	}
	return (s->v.day0 + (int64_t)d) * SECONDS_A_DAY;
}

/* The last change of a trade, when it is one, or one of the steps, on the way to silence; *silent: since when. */
static const struct change *last_fall(const struct scene *s, const struct part *p, int64_t *silent, const struct change **first)
{
	const int64_t longest = (int64_t)FIT_RAMP_DAYS * SECONDS_A_DAY;
	const struct change *c = p->n_changes ? &p->changes[p->n_changes - 1] : NULL;
	*first = NULL;
	for (size_t i = p->n_changes; c && i-- > 0;) {
		const struct change *x = &p->changes[i];
		if (x->after > x->before)
			break;
		int64_t since = silent_since(s, p, x->before);
		if (s->end - since >= CLOSED_MIN_DAYS * (int64_t)SECONDS_A_DAY && since - x->start.time <= longest &&
			(!*first || since <= *silent)) {
			*silent = *first ? *silent : since;
			*first = x;
		}
	}
	return *first ? c : NULL;
}

/* What a fading has to gain: two shares, and two dates; these a sender of nothing else gives that is silent since. */
static double enough(const struct scene *s, bool dated)
{
	return (dated ? 2 : 4) * log((double)s->v.n_days);
}

static bool one_fell(const struct sender *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].fell && !v[i].moved)
			return true;
	return false;
}

static int study_trade(struct scene *s, struct closing *c, bool *closed, struct err *err)
{
	int64_t silent = s->end;
	const struct change *first, *fall = last_fall(s, c->part, &silent, &first);
	struct sender *v = arena_alloc(s->arena, SENDERS_MAX * sizeof *v);
	const int64_t day = SECONDS_A_DAY;
	double gain = 0;
	if (!v)
		return err_oom(err, "findings");
	c->of[c->part->trade] = 1;
	if (!fall || s->end - fall->end.time < CLOSED_MIN_DAYS * day)
		return 0;
	c->lo = first->start.lo - 2 * day;
	c->from = c->lo - CLOSED_MIN_DAYS * day;
	c->hi = (fall->end.hi > silent ? fall->end.hi : silent) + 2 * day;
	size_t n = find_senders(s, c, v, SENDERS_MAX);
	struct verdict w = judge(v, n);
	if (w.goes_on)
		return 0;
	if (w.expected >= CLOSED_EXPECTED && w.seen <= CLOSED_SEEN * w.expected && w.lost <= CLOSED_LOST * w.expected) {
		bool feigned;
		if (!is_turnover(s, c, v, n, w.expected, &feigned))
			return err_oom(err, "findings");
		if (feigned)
			return 0;
		int rc = date_fade(s, c, v, n, &gain, err);
		c->confidence = w.alive > 1 ? 0.98 : 0.85;
		*closed = gain >= enough(s, w.dead > 0);
		return rc;
	}
	if (w.dead < 2 || w.alive)
		return 0;
	/* Several engines that sent little else fell silent at once: their mix tells nothing, their volumes when, if each can be asked. */
	int rc = one_fell(v, n) ? 0 : date_fade(s, c, v, n, &gain, err);
	if (!c->n_volumes)
		c->fit = (struct fit){.start = {fall->start.time, fall->start.lo, fall->start.hi},
			.end = {fall->end.time, fall->end.lo, fall->end.hi},
			.ramp = fall->kind == CHANGE_RAMP};
	c->confidence = 0.8;
	*closed = true;
	return rc;
}

static struct closing *new_closing(struct scene *s, const struct part *p)
{
	struct closing *c = arena_zalloc(s->arena, 1, sizeof *c);
	if (!c || !(c->of = arena_zalloc(s->arena, s->trades.n + 1, 1)))
		return NULL;
	c->part = p;
	c->house = s->trades.v[p->trade].house;
	return c;
}

static void widen(struct finding_date *d)
{
	double before = (double)(d->time - d->lo), after = (double)(d->hi - d->time);
	d->lo = d->time - (int64_t)sqrt(before * before + APART * APART);
	d->hi = d->time + (int64_t)sqrt(after * after + APART * APART);
}

/* All closings of c's house whose dates overlap with its own, as one: told apart their dates would be guesses. NULL: there is no other. */
static int join_closings(
	struct scene *s, struct closing *const *all, size_t n, struct closing *c, struct closing **out, struct err *err)
{
	struct closing *both = new_closing(s, c->part);
	struct sender *v = arena_alloc(s->arena, SENDERS_MAX * sizeof *v);
	size_t joined = 0;
	double gain = 0;
	*out = NULL;
	if (!both || !v)
		return err_oom(err, "findings");
	both->lo = c->lo;
	both->hi = c->hi;
	both->from = c->from;
	for (size_t i = 0; i < n; i++) {
		const struct closing *m = all[i];
		if (m->told || m->house != c->house || m->fit.start.lo > c->fit.end.hi || c->fit.start.lo > m->fit.end.hi)
			continue;
		both->of[m->part->trade] = 1;
		both->part = m->part->n > both->part->n ? m->part : both->part;
		both->lo = m->lo < both->lo ? m->lo : both->lo;
		both->from = m->from < both->from ? m->from : both->from;
		both->hi = m->hi > both->hi ? m->hi : both->hi;
		both->confidence = fmax(both->confidence, m->confidence);
		joined++;
	}
	if (joined < 2)
		return 0;
	int rc = date_fade(s, both, v, find_senders(s, both, v, SENDERS_MAX), &gain, err);
	if (rc || gain < enough(s, false))
		return rc;
	widen(&both->fit.start);
	widen(&both->fit.end);
	for (size_t i = 0; i < n; i++)
		all[i]->told |= both->of[all[i]->part->trade];
	*out = both;
	return 0;
}

/* The brand that most of the mail of a closing is of. */
static name_id main_brand(struct scene *s, const struct closing *c)
{
	uint32_t *n = arena_zalloc(s->arena, s->traffic->n_names + 1, sizeof *n);
	name_id best = 0;
	for (size_t i = 0; n && i < s->n_events; i++) {
		name_id brand = s->events[i].brand;
		if (c->of[s->events[i].trade] && brand && ++n[brand] > n[best])
			best = brand;
	}
	return best;
}

static int claim_closure(struct scene *s, const struct closing *x, bool joint, struct err *err)
{
	const int64_t week = 7 * (int64_t)SECONDS_A_DAY;
	const struct trade *t = &s->trades.v[x->part->trade];
	struct claim *c = claim_add(s, FINDING_CLOSURE, err);
	struct part *all = arena_alloc(s->arena, sizeof *all);
	if (!all)
		return err_oom(err, "findings");
	if (!c)
		return err->kind;
	for (size_t i = 0; i < s->trades.n; i++)
		s->trades.v[i].closed = x->of[i] ? (uint32_t)s->claims.n : s->trades.v[i].closed;
	int rc = scene_closed(s, (uint32_t)s->claims.n, all, err);
	if (rc)
		return rc;
	all->trade = x->part->trade;
	c->part = all;
	c->trade_from = x->part->trade;
	if (joint)
		c->f.brand = scene_name(s, main_brand(s, x));
	else if (t->is_brand)
		c->f.brand = scene_trade(s, c->trade_from);
	else
		c->f.programme = scene_trade(s, c->trade_from);
	c->f.start = x->fit.start;
	c->f.end = x->fit.end;
	c->shape = x->fit.ramp ? SHAPE_RAMP : SHAPE_STEP;
	c->f.before = part_level(s, all, x->fit.start.time - week, x->fit.start.time, NULL);
	c->f.after = part_level(s, all, x->fit.end.time, s->end, NULL);
	c->f.effect = c->f.before > 0 ? c->f.after / c->f.before - 1 : NAN;
	c->f.confidence = x->confidence;
	c->left = x->left;
	c->n_left = x->n_left;
	return 0;
}

static int find_closings(struct scene *s, struct closing **all, size_t *n, struct err *err)
{
	int rc = 0;
	*n = 0;
	for (size_t i = 0; i < s->n_parts && !rc; i++) {
		struct arena_mark mark = arena_mark(s->arena);
		bool closed = false;
		if (s->parts[i].kind != PART_TRADE)
			continue;
		struct closing *c = new_closing(s, &s->parts[i]);
		rc = c ? study_trade(s, c, &closed, err) : err_oom(err, "findings");
		if (closed)
			all[(*n)++] = c;
		else
			arena_release(s->arena, mark);
	}
	return rc;
}

int claim_closures(struct scene *s, struct err *err)
{
	struct closing **all = arena_alloc(s->arena, (s->n_parts + 1) * sizeof *all);
	size_t n;
	int rc = all ? find_closings(s, all, &n, err) : err_oom(err, "findings");
	for (size_t i = 0; !rc && i < n; i++) {
		struct closing *joint = NULL;
		if (all[i]->told)
			continue;
		rc = join_closings(s, all, n, all[i], &joint, err);
		rc = rc ? rc : claim_closure(s, joint ? joint : all[i], joint != NULL, err);
	}
	return rc;
}
