/* claims.c - published shares against the share that the traps saw: agrees, contradicts, or cannot say.
 *
 * Our share is that of the messages in trap feeds within the claim's period (a claim of one day is about the week up to it), without
 * what real mail clients sent and without bounces. Its 95 % interval is over feeds: each feed is one draw of what spam there is (linearised variance of a
 * ratio, Student's t, as a Wilson interval with the effective number of messages; Korn & Graubard 1998, Franco et al. 2019). It reaches
 * from "no nameless message is of this engine" to "as many of them as of the others".
 * Agrees: the figure lies within our interval (of a range: one lies within the other), which excludes half and twice of it. Contradicts: what
 * the figure may be before rounding lies outside. Else, with one feed, too few messages, or a period that is not covered: cannot say.
 */
#include <stdlib.h>

#include "analyse/findings.h"
#include "analyse/observation.h"
#include "base/limits.h"
#include "base/name.h"
#include "finding/say.h"
#include "query/summary.h"

enum { READING_BYTES = 8192, EVIDENCE_BYTES = 16 * 1024 };
enum {
	MOMENT_DAYS = 7,      /* a claim without a period is about the week up to it: the least without the weekly rhythm */
	COVERED_PERCENT = 90, /* of a period's days: less is another period */
	MESSAGES_MIN = 100,   /* of all: fewer show no share */
	COUNT_MIN = 10,       /* messages of the subject that would have been expected: fewer tell nothing about a share */
};
static const int64_t DAY = SECONDS_A_DAY;

enum verdict { AGREES, CONTRADICTS, CANNOT_SAY };
static const char *const verdict_names[] = {"agrees", "contradicts", "cannot_say"};

struct sight {            /* of one claim */
	int64_t from, to; /* the period looked at */
	int64_t messages, hits, nameless;
	size_t feeds;
	double share, lo, hi; /* NAN: none */
	enum verdict verdict;
	const char *why; /* of cannot say */
};

struct feed_count {
	int64_t n, hits, nameless;
};

struct claims {
	struct analysis *a;
	struct arena arena;
	struct err *err;
	VEC(struct observation) list;
	VEC(struct str) ids;
	const struct analysed **by_time; /* messages of traps with a time, that no real client sent, no bounces */
	size_t n, left_out;              /* left_out: claims beyond LIM_CLAIMS */
	uint8_t *used;                   /* by name_id: USED_ bits */
	uint8_t *match;                  /* by name_id: the claim's names */
	struct feed_count *feeds;
};
enum { USED_ENGINE = 1, USED_PROGRAMME = 2, USED_BRAND = 4, USED_CATEGORY = 8 };

/* ---- what there is ---- */

static int keep(void *ctx, struct str id, const struct observation *o)
{
	struct claims *c = ctx;
	struct arena *a = &c->a->arena;
	struct observation *slot = vec_push(&c->arena, &c->list, LIM_CLAIMS);
	struct str *name = slot ? vec_push(&c->arena, &c->ids, LIM_CLAIMS) : NULL;
	if (!name && c->list.n < LIM_CLAIMS)
		return err_oom(c->err, "claims");
	if (!name) {
		c->left_out++;
		return 0;
	}
	*slot = *o;
	struct str *const texts[] = {
		&slot->engine, &slot->programme, &slot->brand, &slot->source, &slot->url, &slot->of, &slot->value, &slot->unit};
	bool ok = (*name = arena_dup(a, id)).p;
	for (size_t i = 0; i < sizeof texts / sizeof *texts && ok; i++)
		ok = (*texts[i] = arena_dup(a, *texts[i])).p;
	return ok ? 0 : err_oom(c->err, "claims");
}

static int by_time(const void *a, const void *b)
{
	const struct analysed *x = *(const struct analysed *const *)a, *y = *(const struct analysed *const *)b;
	return x->time < y->time ? -1 : x->time > y->time;
}

static bool is_trap(const struct analysis *a, uint32_t feed)
{
	return !a->feed_kinds || !a->feed_kinds[feed].n || str_eq(a->feed_kinds[feed], S("trap"));
}

static int sort_messages(struct claims *c)
{
	const struct analysis *a = c->a;
	c->by_time = arena_alloc(&c->arena, (a->n_messages + 1) * sizeof(struct analysed *));
	c->used = arena_zalloc(&c->arena, a->names.n + 1, 1);
	c->match = arena_zalloc(&c->arena, a->names.n + 1, 1);
	c->feeds = arena_zalloc(&c->arena, a->n_feeds + 1, sizeof *c->feeds);
	if (!c->by_time || !c->used || !c->match || !c->feeds)
		return err_oom(c->err, "claims");
	for (size_t i = 0; i < a->n_messages; i++) {
		const struct analysed *m = &a->messages[i];
		c->used[m->engine] |= USED_ENGINE;
		c->used[m->programme] |= USED_PROGRAMME;
		c->used[m->brand] |= USED_BRAND;
		c->used[m->category] |= USED_CATEGORY;
		if (m->time != TIME_NONE && !m->client && !m->bounce && is_trap(a, m->feed))
			c->by_time[c->n++] = m;
	}
	c->used[0] = 0;
	qsort(c->by_time, c->n, sizeof(struct analysed *), by_time);
	return 0;
}

static size_t first_at(const struct claims *c, int64_t t)
{
	size_t lo = 0, hi = c->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (c->by_time[mid]->time < t)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* ---- names ---- */

/* Marks what is called so; false: nothing is. */
static bool mark(struct claims *c, struct str name, uint8_t use)
{
	bool any = false;
	for (size_t i = 1; i < c->a->names.n && name.n; i++)
		if ((c->used[i] & use) && name_same(c->a->names.v[i], name)) {
			c->match[i] |= use;
			any = true;
		}
	return any;
}

/* Marks the programme by its name or those that the pack knows it by; known is also one of the pack without a message. */
static bool mark_programme(struct claims *c, struct str name)
{
	const struct pack *pack = c->a->set ? c->a->set->pack : NULL;
	bool any = mark(c, name, USED_PROGRAMME);
	for (size_t i = 0; pack && i < pack->n_programmes; i++) {
		const struct pack_programme *p = &pack->programmes[i];
		bool same = name_same(p->entry.name, name);
		for (size_t k = 0; k < p->aliases.n && !same; k++)
			same = name_same(p->aliases.v[k], name);
		if (same) {
			mark(c, p->entry.name, USED_PROGRAMME);
			any = true;
		}
	}
	return any;
}

/* The attributes that the claim is about; 0: one of them nobody here is called. */
static uint8_t subject_of(struct claims *c, const struct observation *o)
{
	uint8_t use = 0;
	memset(c->match, 0, c->a->names.n + 1);
	if (o->engine.n && !mark(c, o->engine, USED_ENGINE))
		return 0;
	use |= o->engine.n ? USED_ENGINE : 0;
	if (o->programme.n && !mark_programme(c, o->programme)) {
		/* the press calls programmes by their brand */
		if (o->brand.n || !mark(c, o->programme, USED_BRAND))
			return 0;
		use |= USED_BRAND;
	} else if (o->programme.n) {
		use |= USED_PROGRAMME;
	}
	if (o->brand.n && !mark(c, o->brand, USED_BRAND))
		return 0;
	use |= o->brand.n ? USED_BRAND : 0;
	if (o->of.n && !mark(c, o->of, USED_CATEGORY))
		return 0;
	return use;
}

/* ---- counting ---- */

static bool wanted(const struct claims *c, uint8_t use, uint8_t bit, name_id name)
{
	return !(use & bit) || (c->match[name] & bit);
}

static void count_message(struct claims *c, const struct analysed *m, uint8_t use, bool of_category)
{
	struct feed_count *f = &c->feeds[m->feed];
	if (of_category && !(c->match[m->category] & USED_CATEGORY))
		return;
	f->n++;
	f->hits += wanted(c, use, USED_ENGINE, m->engine) && wanted(c, use, USED_PROGRAMME, m->programme) &&
	           wanted(c, use, USED_BRAND, m->brand);
	/* it could be, were its name known */
	f->nameless +=
		(wanted(c, use, USED_ENGINE, m->engine) || !m->engine) &&
		(wanted(c, use, USED_PROGRAMME, m->programme) || !m->programme) &&
		(wanted(c, use, USED_BRAND, m->brand) || !m->brand) &&
		((use & USED_ENGINE && !m->engine) || (use & USED_PROGRAMME && !m->programme) || (use & USED_BRAND && !m->brand));
}

/* Days of the period with any mail. */
static int64_t days_seen(const struct claims *c, int64_t from, int64_t to)
{
	int64_t n = 0, last = INT64_MIN;
	for (size_t i = first_at(c, from); i < c->n && c->by_time[i]->time < to;) {
		int64_t day = time_day(c->by_time[i]->time);
		n += day != last;
		last = day;
		i = first_at(c, (day + 1) * DAY);
	}
	return n;
}

static bool covered(const struct claims *c, const struct observation *o, struct sight *v)
{
	bool moment = o->to - o->from <= DAY;
	v->to = moment ? (time_day(o->to - 1) + 1) * DAY : o->to;
	v->from = moment ? v->to - MOMENT_DAYS * DAY : o->from;
	return days_seen(c, v->from, v->to) * 100 * DAY >= (v->to - v->from) * COVERED_PERCENT;
}

/* Student's t, 97.5 %. */
static double student(size_t freedom)
{
	static const double t[] = {0, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228};
	double v = (double)freedom, z = 1.959964;
	return freedom <= 10 ? t[freedom] : z + (z * z * z + z) / (4 * v) + (5 * pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * v * v);
}

/* The Wilson bound of a share p of n messages, t deviations away; sign -1 or 1. */
static double wilson(double p, double n, double t, double sign)
{
	double k = t * t / n;
	return (p + k / 2 + sign * sqrt(p * (1 - p) * k + k * k / 4)) / (1 + k);
}

/* The interval over feeds; false: fewer than two that are large enough. */
static bool measure(struct claims *c, struct sight *v)
{
	double sum = 0;
	for (size_t f = 0; f < c->a->n_feeds; f++) {
		if (c->feeds[f].n < SUMMARY_SHARE_MIN)
			continue;
		v->feeds++;
		v->messages += c->feeds[f].n;
		v->hits += c->feeds[f].hits;
		v->nameless += c->feeds[f].nameless;
	}
	double n = (double)v->messages;
	if (!v->messages)
		return false;
	v->share = (double)v->hits / n;
	if (v->feeds < 2)
		return false;
	for (size_t f = 0; f < c->a->n_feeds; f++) {
		double rest = (double)c->feeds[f].hits - v->share * (double)c->feeds[f].n;
		sum += c->feeds[f].n < SUMMARY_SHARE_MIN ? 0 : rest * rest;
	}
	double variance = sum * (double)v->feeds / (double)(v->feeds - 1) / (n * n), own = v->share * (1 - v->share);
	double effective = variance * n > own ? own / variance : n, t = student(v->feeds - 1);
	double named = n > (double)v->nameless ? fmin((double)v->hits / (n - (double)v->nameless), 1) : 1;
	v->lo = fmax(wilson(v->share, effective, t, -1), 0);
	v->hi = fmin(wilson(named, effective, t, 1), 1);
	return true;
}

/* ---- judging ---- */

static enum verdict judge(const struct observation *o, const struct sight *v, const char **why)
{
	double middle = (o->lo + o->hi) / 2;
	bool inside = o->is_range ? (v->lo >= o->lo && v->hi <= o->hi) || (v->lo <= o->lo && v->hi >= o->hi)
	                          : v->lo <= middle && middle <= v->hi;
	bool within_claim = v->lo >= o->lo && v->hi <= o->hi;
	if (v->hi < o->lo || v->lo > o->hi)
		return CONTRADICTS;
	/* of what is said to be gone no half can be excluded: then a residual is the measure */
	bool narrow = o->lo > 0 ? v->lo > middle / 2 && v->hi < 2 * middle : v->hi < fmax(RESIDUAL_BELOW, o->hi);
	if (within_claim || (inside && narrow))
		return AGREES;
	*why = inside ? "the interval over the feeds is too wide" : "the intervals overlap in part";
	return CANNOT_SAY;
}

static void look(struct claims *c, const struct observation *o, struct sight *v)
{
	*v = (struct sight){.from = o->from, .to = o->to, .share = NAN, .lo = NAN, .hi = NAN, .verdict = CANNOT_SAY};
	uint8_t use = subject_of(c, o);
	if (isnan(o->lo)) {
		v->why = o->value.n ? "a trap does not tell that unit" : "it gives no figure";
		return;
	}
	if (!use) {
		v->why = o->of.n ? "nothing here has that name, or that category" : "nothing here has that name";
		return;
	}
	if (!covered(c, o, v)) {
		v->why = "the stored mail does not cover that time";
		return;
	}
	memset(c->feeds, 0, c->a->n_feeds * sizeof *c->feeds);
	for (size_t i = first_at(c, v->from); i < c->n && c->by_time[i]->time < v->to; i++)
		count_message(c, c->by_time[i], use, o->of.n > 0);
	bool over_feeds = measure(c, v);
	double most = fmax((o->lo + o->hi) / 2, isnan(v->share) ? 0 : v->share);
	if (v->messages < MESSAGES_MIN || (o->hi > 0 && most * (double)v->messages < COUNT_MIN && o->lo > 0))
		v->why = "too few messages";
	else if (!over_feeds)
		v->why = "one feed cannot tell how far feeds differ";
	else
		v->verdict = judge(o, v, &v->why);
}

/* ---- words and evidence ---- */

static void say_value(struct buf *b, const struct observation *o)
{
	bool share = !isnan(o->lo) && o->value.n > 1 && o->value.p[0] == '0' && o->value.p[1] == '.' && !str_eq(o->unit, S("%"));
	if (share && !str_ends(o->value, S("%")))
		buf_add(b, S("a share of "));
	buf_add(b, o->value.n ? o->value : S("no figure"));
	if (isnan(o->lo)) {
		buf_add(b, o->unit.n ? S(" ") : S(""));
		buf_add(b, o->unit);
	} else if (!share && !str_ends(o->value, S("%"))) {
		buf_add(b, S(" %"));
	}
}

static void say_period(struct buf *b, const struct observation *o)
{
	struct civil x = civil_from_time(o->from), y = civil_from_time(o->to);
	bool starts_month = x.day == 1 && o->from % DAY == 0 && y.day == 1 && o->to % DAY == 0;
	if (starts_month && x.month == 1 && y.month == 1 && y.year == x.year + 1) {
		buf_printf(b, "in %lld", (long long)x.year);
	} else if (starts_month && (y.year - x.year) * 12 + y.month - x.month == 1) {
		buf_printf(b, "in %s %lld", time_months[x.month - 1], (long long)x.year);
	} else {
		say_span(b, o->from, o->to - 1);
	}
}

static void say_per_cent(struct buf *b, double v)
{
	buf_printf(b, "%.*f", v < 0.0995 ? 1 : 0, 100 * v);
}

static void say_share(struct buf *b, const struct sight *v)
{
	say_per_cent(b, v->share);
	buf_add(b, S(" % here"));
	if (!isnan(v->lo)) {
		buf_add(b, S(" (95 %: "));
		say_per_cent(b, v->lo);
		buf_add(b, S(" to "));
		say_per_cent(b, v->hi);
		buf_printf(b, " %%, %zu feeds)", v->feeds);
	}
}

static struct str name_of(const struct observation *o)
{
	return o->engine.n ? o->engine : o->programme.n ? o->programme : o->brand;
}

static void say_claim(struct buf *b, const struct observation *o, const struct sight *v)
{
	static const char *const words[] = {"the mail agrees, ", "the mail contradicts it, ", "the mail cannot say"};
	buf_add(b, o->source);
	buf_add(b, S(" gives "));
	buf_add(b, name_of(o));
	if (o->engine.n && (o->programme.n || o->brand.n)) {
		buf_add(b, S(" for "));
		buf_add(b, o->programme.n ? o->programme : o->brand);
	}
	buf_byte(b, ' ');
	say_value(b, o);
	if (!isnan(o->lo)) {
		buf_add(b, S(" of "));
		buf_add(b, o->of.n ? o->of : S("all spam"));
	}
	buf_byte(b, ' ');
	say_period(b, o);
	buf_printf(b, ": %s", words[v->verdict]);
	if (v->verdict == CANNOT_SAY)
		buf_printf(b, " (%s)%s", v->why, isnan(v->share) ? "" : ", ");
	if (!isnan(v->share))
		say_share(b, v);
	buf_byte(b, '.');
}

static void put_number(struct json *j, const char *key, double v)
{
	json_key(j, key);
	json_num(j, v, 4);
}

static void prove(struct json *j, const struct observation *o, const struct sight *v)
{
	json_arr(j);
	json_obj(j);
	json_key(j, "kind");
	json_z(j, "claim");
	json_key(j, "source");
	json_str(j, o->source);
	if (o->url.n) {
		json_key(j, "url");
		json_str(j, o->url);
	}
	json_key(j, "claimed");
	json_str(j, o->value);
	put_number(j, "claimed_lo", o->lo);
	put_number(j, "claimed_hi", o->hi);
	put_number(j, "share", v->share);
	put_number(j, "share_lo", v->lo);
	put_number(j, "share_hi", v->hi);
	json_key(j, "from");
	json_time(j, v->from);
	json_key(j, "until");
	json_time(j, v->to);
	json_key(j, "messages");
	json_int(j, v->messages);
	json_key(j, "of_subject");
	json_int(j, v->hits);
	json_key(j, "nameless");
	json_int(j, v->nameless);
	json_key(j, "feeds");
	json_int(j, (int64_t)v->feeds);
	json_key(j, "reason");
	json_z(j, v->why);
	json_obj_end(j);
	json_arr_end(j);
}

/* Claims about what we have a name for are found under that name. */
static struct str our_name(const struct claims *c, struct str name, uint8_t use)
{
	for (size_t i = 1; i < c->a->names.n; i++)
		if (c->match[i] & use)
			return c->a->names.v[i];
	return name;
}

static int tell(struct claims *c, const struct observation *o, struct str id, const struct sight *v)
{
	struct arena *arena = &c->a->arena;
	struct finding f = FINDING_BLANK;
	struct buf reading, evidence;
	buf_init(&reading, READING_BYTES);
	buf_init(&evidence, EVIDENCE_BYTES);
	struct json j = json_to(&evidence);
	say_claim(&reading, o, v);
	prove(&j, o, v);
	f.kind = FINDING_CLAIM;
	f.engine = o->engine.n ? our_name(c, o->engine, USED_ENGINE) : S("");
	f.programme = o->programme.n ? our_name(c, o->programme, USED_PROGRAMME) : S("");
	f.brand = o->brand.n ? our_name(c, o->brand, USED_BRAND) : S("");
	f.start = (struct finding_date){o->from, o->from, o->from};
	f.end = (struct finding_date){o->to, o->to, o->to};
	f.confidence = v->verdict == CANNOT_SAY ? 0 : 0.95;
	f.verdict = str_of(verdict_names[v->verdict]);
	f.source = o->source;
	f.observation = id;
	f.reading = arena_dup(arena, buf_str(&reading));
	f.evidence = buf_ok(&evidence) ? arena_dup(arena, buf_str(&evidence)) : S("[]");
	int rc = f.reading.p && f.evidence.p && !reading.oom && !evidence.oom ? 0 : err_oom(c->err, "claims");
	buf_free(&reading);
	buf_free(&evidence);
	return rc ? rc : finding_add(&c->a->arena, &c->a->findings, &f, c->err);
}

int published_claims(struct analysis *a, struct err *err)
{
	struct claims c = {.a = a, .err = err};
	arena_init(&c.arena, SIZE_MAX);
	int rc = observations(a->store, 1u << OBSERVED_CLAIM, keep, &c, err);
	if (!rc && c.list.n)
		rc = sort_messages(&c);
	for (size_t i = 0; i < c.list.n && !rc; i++) {
		struct sight v;
		look(&c, &c.list.v[i], &v);
		rc = tell(&c, &c.list.v[i], c.ids.v[i], &v);
	}
	if (!rc && c.left_out)
		rc = analysis_left_out(a, "claims", err,
			"Of the published claims the first %d are compared with the mail; %zu are left out.", LIM_CLAIMS,
			c.left_out);
	arena_free(&c.arena);
	return rc;
}
