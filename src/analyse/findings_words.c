/* findings_words.c - claims in words, with their evidence. */
#include <stdlib.h>

#include "analyse/findings_int.h"
#include "base/hash.h"
#include "base/limits.h"

enum { EVIDENCE_BYTES = 64 * 1024, READING_BYTES = 2048, CONTRIBUTORS = 8, NAMES_SAID = 4 };

static const int64_t DAY = SECONDS_A_DAY;

static int64_t end_of(const struct claim *c)
{
	return c->f.end.time != TIME_NONE ? c->f.end.time : c->f.start.time;
}

/* ---- words ---- */

void say_day(struct buf *b, int64_t t, bool year)
{
	struct civil d = civil_from_time(t);
	buf_printf(b, "%d %s", d.day, time_months[d.month - 1]);
	if (year)
		buf_printf(b, " %lld", (long long)d.year);
}

void say_span(struct buf *b, int64_t from, int64_t to)
{
	struct civil x = civil_from_time(from), y = civil_from_time(to);
	bool same_month = x.year == y.year && x.month == y.month;
	if (same_month && x.day == y.day) {
		buf_add(b, S("on "));
	} else {
		buf_add(b, S("from "));
		if (same_month)
			buf_printf(b, "%d", x.day);
		else
			say_day(b, from, x.year != y.year);
		buf_add(b, S(" to "));
	}
	say_day(b, to, true);
}

void say_moment(struct buf *b, int64_t t)
{
	struct civil d = civil_from_time(t);
	say_day(b, t, true);
	buf_printf(b, " %02d:%02d", d.hour, d.minute);
}

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

static struct str subject_of(const struct finding *f)
{
	return f->engine.n      ? f->engine
	       : f->programme.n ? f->programme
	       : f->brand.n     ? f->brand
	       : f->feed.n      ? f->feed
	                        : S("All mail");
}

static void say_interval(struct buf *b, const struct finding_date *d)
{
	if (d->lo == TIME_NONE || d->hi == TIME_NONE || d->lo == d->hi)
		return;
	buf_add(b, S(" (95 %: "));
	say_moment(b, d->lo);
	buf_add(b, S(" to "));
	say_moment(b, d->hi);
	buf_add(b, S(")"));
}

static void say_cause(struct buf *b, const struct scene *s, const struct claim *c)
{
	if (c->cause == CLAIM_NONE)
		return;
	const struct finding *f = &s->claims.v[c->cause].f;
	if (f->kind == FINDING_CLOSURE) {
		buf_add(b, c->derived ? S(", because ") : S(", while "));
		buf_add(b, subject_of(f));
		buf_add(b, S(" closed"));
	} else if (c->part->kind == PART_TOTAL) {
		buf_add(b, S(", because "));
		buf_add(b, subject_of(f));
		buf_add(b, f->after < f->before ? S(" fell") : S(" grew"));
	}
}

static void read_volume(struct buf *b, const struct scene *s, const struct claim *c)
{
	const struct finding *f = &c->f;
	bool fell = f->after < f->before;
	buf_add(b, subject_of(f));
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
		say_span(b, f->start.time, end_of(c));
		buf_add(b, S(", "));
		say_from_to(b, f);
		say_cause(b, s, c);
		if (c->shape == SHAPE_STEP && !c->derived)
			say_interval(b, &f->start);
	}
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
	say_span(b, c->f.start.time, end_of(c));
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

/* The engines that a closure took mail from. */
static void say_senders(struct buf *b, const struct scene *s, const struct claim *c)
{
	size_t n = 0;
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct claim *x = &s->claims.v[i];
		if (!tells_sender(s, c, i) || is_told(s, c, i))
			continue;
		if (n < NAMES_SAID) {
			buf_add(b, n ? S(", ") : S(" (they were "));
			buf_add(b, x->f.engine);
		}
		n++;
	}
	if (n > NAMES_SAID)
		buf_printf(b, " and %zu more", n - NAMES_SAID);
	if (n)
		buf_byte(b, ')');
}

static void read_closure(struct buf *b, const struct scene *s, const struct claim *c)
{
	buf_add(b, subject_of(&c->f));
	buf_add(b, S(" disappeared from the mail of all engines that sent for it"));
	say_senders(b, s, c);
	buf_byte(b, ' ');
	say_span(b, c->f.start.time, end_of(c));
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

static void read_residual(struct buf *b, const struct claim *c)
{
	buf_add(b, c->f.engine);
	buf_add(b, S(" is not gone: since "));
	say_day(b, c->f.start.time, true);
	buf_add(b, S(" it has gone on at "));
	say_level(b, c->f.after);
	buf_printf(b, " messages a day, %.1f %% of its former level.", 100 * c->f.after / c->f.before);
}

static void read_new(struct buf *b, const struct claim *c)
{
	buf_add(b, subject_of(&c->f));
	buf_add(b, S(" appeared "));
	say_span(b, c->f.start.time, end_of(c));
	buf_add(b, S(" and has since come with "));
	say_level(b, c->f.after);
	buf_add(b, S(" messages a day; the feeds had watched before and not seen it."));
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
	say_span(b, c->f.start.time, end_of(c));
	buf_add(b, S(", with the same volume for the same trades: most likely one engine whose mail changed its form."));
}

static void read_claim(struct buf *b, const struct scene *s, const struct claim *c)
{
	switch (c->f.kind) {
	case FINDING_VOLUME_CHANGE:
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
	case FINDING_RESIDUAL:
		read_residual(b, c);
		break;
	case FINDING_NEW_ENGINE:
	case FINDING_NEW_PROGRAMME:
		read_new(b, c);
		break;
	case FINDING_DISPLACEMENT:
		read_displacement(b, c);
		break;
	default:
		read_drift(b, c);
	}
}

/* ---- evidence ---- */

static void proof(struct json *j, const char *kind)
{
	json_obj(j);
	json_key(j, "kind");
	json_z(j, kind);
}

static void level(struct json *j, const char *key, double v)
{
	json_key(j, key);
	json_num(j, v, 2);
}

/* What anybody can run to see the series. */
static void proof_query(struct json *j, const struct scene *s, const struct claim *c, int64_t from, int64_t to)
{
	const struct {
		const char *option;
		struct str value;
	} filter[] = {{"--engine", c->f.engine}, {"--programme", c->f.programme}, {"--brand", c->f.brand}, {"--feed", c->f.feed}};
	char day[TIME_ISO_SIZE];
	proof(j, "query");
	json_key(j, "argv");
	json_arr(j);
	json_z(j, "trapline");
	json_z(j, "series");
	for (size_t i = 0; i < sizeof filter / sizeof *filter; i++)
		if (filter[i].value.n) {
			json_z(j, filter[i].option);
			json_str(j, filter[i].value);
		}
	if (c->f.kind == FINDING_SWITCH) {
		json_z(j, "--by");
		json_z(j, s->trades.v[c->trade_to].is_brand || s->trades.v[c->trade_from].is_brand ? "brand" : "programme");
	}
	json_z(j, "--since");
	time_iso_day(time_day(from), day);
	json_z(j, day);
	json_z(j, "--until");
	time_iso_day(time_day(to) + 1, day);
	json_z(j, day);
	json_arr_end(j);
	json_obj_end(j);
}

struct beside { /* the whole days from..t1, and t2..to */
	int64_t from, t1, t2, to;
};

/* Is the day before (0), after (1) or neither (-1)? */
static int side_of(const struct beside *w, int64_t begin)
{
	return begin >= w->from && begin + DAY <= w->t1 ? 0 : begin >= w->t2 && begin + DAY <= w->to ? 1 : -1;
}

/* Each feed's own levels: the panel's number is not one that any feed saw. */
static void proof_feeds(struct json *j, const struct scene *s, const struct part *p, const struct beside *w)
{
	for (size_t f = 0; f < s->v.n_feeds; f++) {
		double n[2] = {0}, e[2] = {0};
		for (size_t d = 0; d < s->v.n_days; d++) {
			int side = side_of(w, s->times[d]);
			if (side < 0)
				continue;
			n[side] += p->counts[d * s->v.n_feeds + f];
			e[side] += s->v.watched[d * s->v.n_feeds + f];
		}
		if (n[0] + n[1] == 0)
			continue;
		proof(j, "feed");
		json_key(j, "feed");
		json_str(j, scene_feed(s, f));
		if (s->a->feed_kinds) {
			json_key(j, "feed_kind");
			json_str(j, s->a->feed_kinds[s->feed_of[f]]);
		}
		level(j, "before", e[0] > 0 ? n[0] / e[0] : NAN);
		level(j, "after", e[1] > 0 ? n[1] / e[1] : NAN);
		json_key(j, "messages_before");
		json_int(j, (int64_t)n[0]);
		json_key(j, "messages_after");
		json_int(j, (int64_t)n[1]);
		json_obj_end(j);
	}
}

static void put_id(struct json *j, const struct scene *s, uint32_t event)
{
	char hex[17];
	uint64_t key = s->a->messages[s->events[event].message].key;
	for (int i = 15; i >= 0; i--, key >>= 4)
		hex[i] = "0123456789abcdef"[key & 15];
	json_str(j, str_make(hex, 16));
}

/* The last messages before and the first after: the beginnings of their ids, for `trapline explain`. */
static void proof_messages(struct json *j, const struct scene *s, const struct part *p, int64_t t1, int64_t t2)
{
	size_t before = 0, after = 0;
	while (before < p->n && s->events[p->list[before]].time < t1)
		before++;
	while (after < p->n && s->events[p->list[after]].time < t2)
		after++;
	proof(j, "messages");
	json_key(j, "before");
	json_arr(j);
	for (size_t i = before > EXAMPLES ? before - EXAMPLES : 0; i < before; i++)
		put_id(j, s, p->list[i]);
	json_arr_end(j);
	json_key(j, "after");
	json_arr(j);
	for (size_t i = after; i < p->n && i < after + EXAMPLES; i++)
		put_id(j, s, p->list[i]);
	json_arr_end(j);
	json_obj_end(j);
}

struct contribution {
	analysis_name engine;
	uint32_t trade;
	double before, after;
};

static int by_weight(const void *a, const void *b)
{
	double x = fabs(((const struct contribution *)a)->after - ((const struct contribution *)a)->before);
	double y = fabs(((const struct contribution *)b)->after - ((const struct contribution *)b)->before);
	return (x < y) - (x > y);
}

/* The trades of one engine, each with its levels; only the trade `only` unless that is TRADE_NONE. */
static int contribute(struct scene *s, const struct part *x, uint32_t only, const struct beside *w, struct contribution *v,
	size_t *n, struct err *err)
{
	uint32_t *count = arena_zalloc(s->arena, s->trades.n + 1, sizeof *count);
	if (!count)
		return err_oom(err, "findings");
	for (size_t i = 0; i < x->n; i++)
		count[s->events[x->list[i]].trade]++;
	for (uint32_t t = 1; t < s->trades.n; t++) {
		struct arena_mark mark = arena_mark(s->arena);
		struct part edge;
		if (count[t] < EDGE_MIN_MESSAGES || (only != TRADE_NONE && only != t) || *n >= PARTS_MAX)
			continue;
		int rc = scene_edge(s, x->engine, t, &edge, err);
		if (rc)
			return rc;
		v[*n] = (struct contribution){
			x->engine, t, part_level(s, &edge, w->from, w->t1, NULL), part_level(s, &edge, w->t2, w->to, NULL)};
		*n += isfinite(v[*n].before) && isfinite(v[*n].after);
		arena_release(s->arena, mark);
	}
	return 0;
}

/* Which engines for which trades the change of the total or of a trade is made of. */
static int proof_parts(struct json *j, struct scene *s, const struct claim *c, const struct beside *w, struct err *err)
{
	struct contribution *v = arena_alloc(s->arena, (PARTS_MAX + 1) * sizeof *v);
	size_t n = 0;
	int rc = v ? 0 : err_oom(err, "findings");
	for (size_t i = 0; i < s->n_parts && !rc; i++)
		if (s->parts[i].kind == PART_ENGINE)
			rc = contribute(s, &s->parts[i], c->part->kind == PART_TRADE ? c->part->trade : TRADE_NONE, w, v, &n, err);
	if (rc)
		return rc;
	qsort(v, n, sizeof *v, by_weight);
	for (size_t i = 0; i < n && i < CONTRIBUTORS; i++) {
		proof(j, "part");
		json_key(j, "engine");
		json_str(j, analysis_name_text(s->a, v[i].engine));
		json_key(j, s->trades.v[v[i].trade].is_brand ? "brand" : "programme");
		json_str(j, scene_trade(s, v[i].trade));
		level(j, "before", v[i].before);
		level(j, "after", v[i].after);
		json_obj_end(j);
	}
	return 0;
}

/* What the feeds counted a day, without any correction, and how much of the panel watched. */
static void proof_sensors(struct json *j, const struct scene *s, const struct part *p, const struct beside *w)
{
	double n[2] = {0}, e[2] = {0}, days[2] = {0};
	for (size_t d = 0; d < s->v.n_days; d++) {
		int side = side_of(w, s->times[d]);
		if (side < 0)
			continue;
		n[side] += p->vol.count[d];
		e[side] += p->vol.exposure[d];
		days[side]++;
	}
	proof(j, "sensors");
	level(j, "counted_before", days[0] > 0 ? n[0] / days[0] : NAN);
	level(j, "counted_after", days[1] > 0 ? n[1] / days[1] : NAN);
	level(j, "watched_before", days[0] > 0 ? e[0] / days[0] : NAN);
	level(j, "watched_after", days[1] > 0 ? e[1] / days[1] : NAN);
	json_obj_end(j);
}

static void proof_links(struct json *j, const struct scene *s, const struct claim *c)
{
	char id[FINDING_ID_SIZE];
	if (c->cause != CLAIM_NONE && !s->claims.v[c->cause].dropped) {
		finding_id(&s->claims.v[c->cause].f, id);
		proof(j, "cause");
		json_key(j, "finding");
		json_z(j, id);
		json_obj_end(j);
	}
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct claim *x = &s->claims.v[i];
		if (x->dropped || x->cause == CLAIM_NONE || &s->claims.v[x->cause] != c)
			continue;
		finding_id(&x->f, id);
		proof(j, "consequence");
		json_key(j, "finding");
		json_z(j, id);
		json_obj_end(j);
	}
}

static void proof_outage(struct json *j, const struct claim *c)
{
	proof(j, "missing");
	level(j, "messages", c->outage->expected);
	json_obj_end(j);
	proof(j, "other_feeds");
	level(j, "of_usual", c->outage->others);
	json_obj_end(j);
}

static int prove(struct scene *s, const struct claim *c, struct json *j, struct err *err)
{
	bool pause = c->shape == SHAPE_PAUSE;
	struct beside w = {.t1 = c->f.start.time, .t2 = pause ? c->f.start.time : end_of(c), .to = pause ? c->f.end.time : c->to};
	int64_t last = end_of(c) + LEVEL_DAYS * DAY;
	int rc = 0;
	w.from = w.t1 - LEVEL_DAYS * DAY > c->from ? w.t1 - LEVEL_DAYS * DAY : c->from;
	w.to = w.t2 + LEVEL_DAYS * DAY < w.to ? w.t2 + LEVEL_DAYS * DAY : w.to;
	json_arr(j);
	if (c->part) {
		proof_sensors(j, s, c->part, &w);
		proof_feeds(j, s, c->part, &w);
		if (c->part->kind != PART_ENGINE)
			rc = proof_parts(j, s, c, &w, err);
		proof_messages(j, s, c->part, w.t1, w.t2);
	}
	if (c->outage)
		proof_outage(j, c);
	proof_controls(j, s, c);
	proof_links(j, s, c);
	proof_query(j, s, c, w.from, last < c->to ? last : c->to);
	json_arr_end(j);
	return rc;
}

static int tell(struct scene *s, const struct claim *c, struct err *err)
{
	struct arena *arena = &s->a->arena; /* findings outlive the scene */
	struct finding f = c->f;
	struct buf reading, evidence;
	buf_init(&reading, READING_BYTES);
	buf_init(&evidence, EVIDENCE_BYTES);
	struct json j = json_to(&evidence);
	read_claim(&reading, s, c);
	int rc = prove(s, c, &j, err);
	f.reading = arena_dup(arena, buf_str(&reading));
	/* what does not fit is left out as a whole: half a JSON text is none */
	f.evidence = buf_ok(&evidence) ? arena_dup(arena, buf_str(&evidence)) : S("[]");
	if (!rc && (!f.reading.p || !f.evidence.p || reading.oom || evidence.oom))
		rc = err_oom(err, "findings");
	buf_free(&reading);
	buf_free(&evidence);
	return rc ? rc : finding_add(s->a, &f, err);
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
