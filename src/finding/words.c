/* words.c - claims in words. */
#include "base/limits.h"
#include "finding/claim.h"
#include "finding/say.h"

enum { EVIDENCE_BYTES = 64 * 1024, READING_BYTES = 2048, NAMES_SAID = 4 };

static void say_level(struct buf *b, double v)
{
	buf_printf(b, v > 0 && v < 9.95 ? "%.1f" : "%.0f", v);
}

static void say_from_to(struct buf *b, const struct finding *f)
{
	buf_add(b, S("from "));
	say_level(b, f->before);
	buf_add(b, S(" to "));
	say_level(b, f->after);
	buf_add(b, S(" messages a day"));
}

/* first: of a sentence. */
static void say_subject(struct buf *b, const struct finding *f, bool first)
{
	size_t at = b->n;
	if (f->category.n) {
		say_category(b, f->category);
		if (first && b->n > at && b->p[at] >= 'a' && b->p[at] <= 'z')
			b->p[at] = (uint8_t)(b->p[at] - 'a' + 'A');
	}
	if (!f->category.n)
		buf_add(b, f->engine.n      ? f->engine
			   : f->programme.n ? f->programme
			   : f->brand.n     ? f->brand
			   : f->feed.n      ? f->feed
			   : first          ? S("All mail")
					    : S("all mail"));
}

/* What an engine's mail was for, "which sent stock spam (79 % of its mail)," or what a brand is of, "(phishing)". */
static void say_goods(struct buf *b, const struct scene *s, const struct claim *c)
{
	const struct finding_goods *g = &c->f.advertised;
	if (c->part->kind == PART_TRADE && g->category.n) {
		buf_add(b, S(" ("));
		say_label(b, g->category);
		buf_byte(b, ')');
	}
	bool closed = c->derived && s->claims.v[c->cause].f.kind == FINDING_CLOSURE; /* it says what for */
	if (c->part->kind != PART_ENGINE || closed || (!g->programme.n && !g->brand.n && !g->category.n))
		return;
	buf_add(b, c->f.after < c->f.before ? S(", which sent ") : S(", which sends "));
	if (g->category.n) {
		say_category(b, g->category);
	} else {
		bool phishing = g->brand.n && str_eq(scene_name(s, c->category), S("phishing"));
		buf_add(b, phishing ? S("phishing in the name of ") : S("for "));
		buf_add(b, g->programme.n ? g->programme : g->brand);
	}
	buf_printf(b, " (%.0f %% of its mail),", 100 * g->share);
}

/* How a category went on without an engine that sent much of it. */
static void say_whole(struct buf *b, const struct scene *s, const struct claim *c)
{
	if (!c->whole)
		return;
	buf_add(b, S("; "));
	say_category(b, scene_name(s, c->whole));
	buf_add(b, c->f.after < c->f.before ? S(", of which it had sent ") : S(", of which it has since sent "));
	buf_printf(b, "%.0f %%, went from ", 100 * c->whole_share);
	say_level(b, c->whole_before);
	buf_add(b, S(" to "));
	say_level(b, c->whole_after);
	buf_add(b, S(" a day"));
	for (size_t i = 0; i < HEIRS && c->heirs[i]; i++) {
		buf_add(b, i == 0 ? S(", since then mostly from ") : i + 1 < HEIRS && c->heirs[i + 1] ? S(", ") : S(" and "));
		buf_add(b, scene_name(s, c->heirs[i]));
	}
}

static void say_burst(struct buf *b, const struct scene *s, const struct claim *c)
{
	double n = claim_burst(s, c);
	if (!(n > 0))
		return;
	buf_printf(b, "; %.0f came ", n);
	if (time_day(c->f.start.time) < time_day(claim_changed(c)))
		say_span(b, c->f.start.time, claim_changed(c));
	else
		buf_add(b, S("on that day"));
	buf_add(b, S(" alone"));
}

static void say_interval(struct buf *b, struct finding_date d)
{
	if (d.lo == TIME_NONE || d.hi == TIME_NONE || d.lo == d.hi)
		return;
	struct civil hi = civil_from_time(d.hi);
	buf_add(b, S(" (95 %: "));
	say_moment(b, d.lo);
	buf_add(b, S(" to "));
	if (time_day(d.lo) == time_day(d.hi))
		buf_printf(b, "%02d:%02d", hi.hour, hi.minute);
	else
		say_moment(b, d.hi);
	buf_add(b, S(")"));
}

static void say_cause(struct buf *b, const struct scene *s, const struct claim *c)
{
	if (c->cause == CLAIM_NONE)
		return;
	const struct finding *f = &s->claims.v[c->cause].f;
	if (f->kind == FINDING_CLOSURE) {
		buf_add(b, c->derived ? S(", because ") : S(", while "));
		say_subject(b, f, false);
		buf_add(b, S(" closed"));
	} else if (c->part->kind == PART_TOTAL) {
		buf_add(b, S(", because "));
		say_subject(b, f, false);
		buf_add(b, f->after < f->before ? S(" fell") : S(" grew"));
	}
}

static void read_volume(struct buf *b, const struct scene *s, const struct claim *c)
{
	const struct finding *f = &c->f;
	bool fell = f->after < f->before;
	say_subject(b, f, true);
	say_goods(b, s, c);
	if (c->shape == SHAPE_PAUSE) {
		buf_add(b, S(" paused "));
		say_span(b, f->start.time, f->end.time);
		buf_add(b, S(": "));
		say_level(b, f->before);
		buf_add(b, S(" messages a day before, "));
		say_level(b, f->after);
		buf_add(b, S(" meanwhile"));
	} else {
		double part = fabs(f->effect);
		if (isfinite(part) && (fell || part < 2))
			buf_printf(b, " %s by %.0f %% ", fell ? "fell" : "grew", 100 * part);
		else
			buf_add(b, fell ? S(" fell ") : S(" grew "));
		say_span(b, f->start.time, claim_end(c));
		buf_add(b, S(", "));
		say_from_to(b, f);
		say_cause(b, s, c);
		if (c->shape == SHAPE_STEP && !c->derived)
			say_interval(b, finding_moment(f));
		say_burst(b, s, c);
	}
	if (c->alike)
		buf_add(b,
			S(": all senders alike, whatever they advertise, so rather something before the feeds changed, or something that all senders need"));
	say_whole(b, s, c);
	say_controls(b, s, c);
	buf_add(b, S("."));
}

static void read_switch(struct buf *b, const struct claim *c)
{
	buf_add(b, c->f.engine);
	buf_add(b, S(" went from "));
	buf_add(b, c->f.from);
	buf_add(b, S(" to "));
	buf_add(b, c->f.to);
	buf_byte(b, ' ');
	say_span(b, c->f.start.time, claim_end(c));
	buf_add(b, S(": "));
	say_level(b, c->f.before);
	buf_add(b, S(" messages a day for the one before, "));
	say_level(b, c->f.after);
	buf_add(b, S(" for the other since."));
}

/* Claim i tells of an engine that the closure took mail from. */
static bool tells_sender(const struct scene *s, const struct claim *closure, size_t i)
{
	const struct claim *x = &s->claims.v[i];
	return !x->dropped && x->cause >= 0 && &s->claims.v[x->cause] == closure && x->f.engine.n &&
	       x->f.kind == FINDING_VOLUME_CHANGE;
}

/* An engine that fell in two steps is told of once. */
static bool is_told(const struct scene *s, const struct claim *closure, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (tells_sender(s, closure, k) && str_eq(s->claims.v[k].f.engine, s->claims.v[i].f.engine))
			return true;
	return false;
}

/* The engines that a closure took mail from, but for those that left before it was over. */
static void say_senders(struct buf *b, const struct scene *s, const struct claim *c)
{
	size_t n = 0;
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct claim *x = &s->claims.v[i];
		if (!tells_sender(s, c, i) || is_told(s, c, i))
			continue;
		if (n < NAMES_SAID) {
			buf_add(b, n ? S(", ") : S(" (among them "));
			buf_add(b, x->f.engine);
		}
		n++;
	}
	if (n > NAMES_SAID)
		buf_printf(b, " and %zu more", n - NAMES_SAID);
	if (n)
		buf_byte(b, ')');
}

/* Programmes that share a brand and closed together. */
static void say_programmes(struct buf *b, const struct scene *s, const struct claim *c)
{
	size_t n = 0;
	for (uint32_t t = 1; t < s->trades.n; t++)
		n += claim_closes(s, c, t);
	for (uint32_t t = 1, k = 0; n > 1 && t < s->trades.n; t++)
		if (claim_closes(s, c, t)) {
			buf_add(b, k == 0 ? S(" (") : k + 1 < n ? S(", ") : S(" and "));
			buf_add(b, scene_trade(s, t));
			k++;
		}
	if (n > 1)
		buf_byte(b, ')');
}

static void read_closure(struct buf *b, const struct scene *s, const struct claim *c)
{
	say_subject(b, &c->f, true);
	say_programmes(b, s, c);
	buf_add(b, S(" disappeared from the mail of all engines that sent for it"));
	say_senders(b, s, c);
	buf_byte(b, ' ');
	say_span(b, c->f.start.time, claim_end(c));
	buf_add(b, S(": "));
	say_level(b, c->f.before);
	buf_add(b, S(" messages a day before, "));
	say_level(b, c->f.after);
	buf_add(b, S(" since."));
}

static void read_outage(struct buf *b, const struct claim *c)
{
	const struct volume_outage *o = c->outage;
	buf_add(b, S("Feed "));
	buf_add(b, c->f.feed);
	buf_add(b, S(" received nothing from "));
	say_moment(b, c->f.start.time);
	buf_add(b, S(" to "));
	say_moment(b, c->f.end.time);
	buf_printf(b, ", about %.0f messages: ", o->expected);
	if (isnan(o->others))
		buf_add(b, S("everything that it sees stopped at once, so the feed failed rather than its senders."));
	else if (o->others > 0.5)
		buf_printf(
			b, "an outage, no takedown, for the other feeds went on (%.0f %% of their usual volume).", 100 * o->others);
	else
		buf_add(b, S("the other feeds were silent, too, so what collects them failed rather than all senders."));
}

static void read_feed(struct buf *b, const struct claim *c)
{
	buf_add(b, S("Feed "));
	buf_add(b, c->f.feed);
	buf_add(b, c->f.kind == FINDING_FEED_START ? S(" begins on ") : S(" ends on "));
	say_day(b, c->f.start.time, true);
	buf_add(b, S("; volumes are linked across it."));
}

static void read_gain(struct buf *b, const struct scene *s, const struct claim *c)
{
	double factor = c->gain->factor;
	buf_add(b, S("Feed "));
	buf_add(b, c->f.feed);
	if (factor < 1)
		buf_printf(b, " received %.0f %% less", 100 * (1 - factor));
	else
		buf_printf(b, " received %.1f times as much", factor);
	buf_add(b, S(" from "));
	say_moment(b, c->f.start.time);
	buf_add(b, S(" on, "));
	say_from_to(b, &c->f);
	say_interval(b, c->f.start);
	buf_add(b,
		s->v.n_feeds > 1
			? S(": all of its senders alike, whatever they advertise, and beside what the other feeds saw of them, so ")
			: S(": all of its senders alike, whatever they advertise, so "));
	buf_add(b, S("the feed changed rather than they; volumes are linked across it."));
}

static void read_residual(struct buf *b, const struct claim *c)
{
	buf_add(b, c->f.engine);
	buf_add(b, S(" is not gone: since "));
	say_day(b, c->f.start.time, true);
	buf_add(b, S(" it has gone on at "));
	say_level(b, c->f.after);
	buf_printf(b, " messages a day, %.1f %% of its former level.", 100 * c->f.after / c->f.before);
}

static void read_new(struct buf *b, const struct scene *s, const struct claim *c)
{
	say_subject(b, &c->f, true);
	say_goods(b, s, c);
	buf_add(b, S(" appeared "));
	say_span(b, c->f.start.time, claim_end(c));
	buf_add(b, S(" and has since come with "));
	say_level(b, c->f.after);
	buf_add(b, S(" messages a day"));
	say_burst(b, s, c);
	buf_add(b, S("; the feeds had watched before and not seen it."));
}

static void read_displacement(struct buf *b, const struct claim *c)
{
	buf_add(b, S("After "));
	buf_add(b, c->f.other);
	buf_add(b, S(" fell by "));
	say_level(b, c->f.before);
	buf_add(b, S(" messages a day, "));
	buf_add(b, c->f.engine);
	buf_add(b, S(" grew for the same trade by "));
	say_level(b, c->f.after);
	buf_add(b, S(" a day from "));
	say_day(b, c->f.start.time, true);
	buf_printf(b, " on: it may have filled %.0f %% of the gap.", 100 * fmin(c->f.after / c->f.before, 1));
}

static void read_drift(struct buf *b, const struct claim *c)
{
	buf_add(b, c->f.other);
	buf_add(b, S(" took the place of "));
	buf_add(b, c->f.engine);
	buf_byte(b, ' ');
	say_span(b, c->f.start.time, claim_end(c));
	buf_add(b, S(", with the same volume for the same trades: most likely one engine whose mail changed its form."));
}

static void read_claim(struct buf *b, const struct scene *s, const struct claim *c)
{
	switch (c->f.kind) {
	case FINDING_VOLUME_CHANGE:
	case FINDING_CATEGORY_CHANGE:
		read_volume(b, s, c);
		break;
	case FINDING_SWITCH:
		read_switch(b, c);
		break;
	case FINDING_CLOSURE:
		read_closure(b, s, c);
		break;
	case FINDING_OUTAGE:
		read_outage(b, c);
		break;
	case FINDING_FEED_START:
	case FINDING_FEED_END:
		read_feed(b, c);
		break;
	case FINDING_FEED_CHANGE:
		read_gain(b, s, c);
		break;
	case FINDING_RESIDUAL:
		read_residual(b, c);
		break;
	case FINDING_NEW_ENGINE:
	case FINDING_NEW_PROGRAMME:
		read_new(b, s, c);
		break;
	case FINDING_DISPLACEMENT:
		read_displacement(b, c);
		break;
	default:
		read_drift(b, c);
	}
}

static int tell(struct scene *s, const struct claim *c, struct err *err)
{
	struct arena *arena = s->traffic->arena; /* findings outlive the scene */
	struct finding f = c->f;
	struct buf reading, evidence;
	buf_init(&reading, READING_BYTES);
	buf_init(&evidence, EVIDENCE_BYTES);
	struct json j = json_to(&evidence);
	read_claim(&reading, s, c);
	int rc = prove_claim(s, c, &j, err);
	f.reading = arena_dup(arena, buf_str(&reading));
	/* what does not fit is left out as a whole: half a JSON text is none */
	f.evidence = buf_ok(&evidence) ? arena_dup(arena, buf_str(&evidence)) : S("[]");
	if (!rc && (!f.reading.p || !f.evidence.p || reading.oom || evidence.oom))
		rc = err_oom(err, "findings");
	buf_free(&reading);
	buf_free(&evidence);
	return rc ? rc : finding_add(s->traffic->arena, s->traffic->found, &f, err);
}

int tell_claims(struct scene *s, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < s->claims.n && !rc; i++) {
		struct arena_mark mark = arena_mark(s->arena);
		if (!s->claims.v[i].dropped)
			rc = tell(s, &s->claims.v[i], err);
		arena_release(s->arena, mark);
	}
	return rc;
}
