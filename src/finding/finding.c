/* finding.c - see finding.h. */
#include "finding/finding.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/time.h"

const char *const finding_kind_names[FINDING_KINDS] = {
	[FINDING_VOLUME_CHANGE] = "volume_change",
	[FINDING_CATEGORY_CHANGE] = "category_change",
	[FINDING_SWITCH] = "switch",
	[FINDING_CLOSURE] = "closure",
	[FINDING_ALIAS] = "alias",
	[FINDING_OUTAGE] = "outage",
	[FINDING_FEED_START] = "feed_start",
	[FINDING_FEED_END] = "feed_end",
	[FINDING_FEED_CHANGE] = "feed_change",
	[FINDING_RESIDUAL] = "residual",
	[FINDING_NEW_ENGINE] = "new_engine",
	[FINDING_NEW_PROGRAMME] = "new_programme",
	[FINDING_DISPLACEMENT] = "displacement",
	[FINDING_DRIFT] = "drift",
	[FINDING_CLAIM] = "claim",
};

bool finding_kind_find(struct str name, enum finding_kind *out)
{
	for (int k = 0; k < FINDING_KINDS; k++)
		if (str_eq(name, str_of(finding_kind_names[k]))) {
			*out = (enum finding_kind)k;
			return true;
		}
	return false;
}

void finding_id(const struct finding *f, char out[FINDING_ID_SIZE])
{
	const struct str names[] = {f->feed, f->engine, f->programme, f->brand, f->other, f->from, f->to};
	enum { NAMES = sizeof names / sizeof *names };
	struct str parts[2 * NAMES + 4];
	uint8_t sum[SHA256_BYTES];
	char day[TIME_ISO_SIZE] = "";
	size_t n = 0;
	if (f->start.time != TIME_NONE)
		time_iso_day(time_day(f->start.time), day);
	parts[n++] = str_of(finding_kind_names[f->kind]);
	for (size_t i = 0; i < NAMES; i++) {
		parts[n++] = str_make("", 1);
		parts[n++] = names[i];
	}
	parts[n++] = str_of(day);
	parts[n++] = f->observation;
	parts[n++] = f->category;
	sha256_parts(parts, n, sum);
	memcpy(out, "f-", 2);
	hex_encode(sum, 6, out + 2);
	out[14] = 0;
}

int finding_add(struct arena *a, struct findings *list, const struct finding *f, struct err *err)
{
	struct finding *slot = vec_push(a, list, LIM_FINDINGS);
	if (!slot && list->n < LIM_FINDINGS)
		return err_oom(err, "findings");
	if (slot)
		*slot = *f;
	else
		list->left_out++;
	return 0;
}

bool finding_is_sudden(const struct finding *f)
{
	return f->end.time == TIME_NONE || f->end.time == f->start.time;
}

struct finding_date finding_moment(const struct finding *f)
{
	return (struct finding_date){f->start.time, f->start.lo, f->end.hi != TIME_NONE ? f->end.hi : f->start.hi};
}

double finding_weight(const struct finding *f)
{
	double moved = isnan(f->before) || isnan(f->after) ? 0 : fabs(f->after - f->before);
	bool is_total = !f->engine.n && !f->programme.n && !f->brand.n && !f->feed.n;
	switch (f->kind) {
	case FINDING_CLOSURE:
		return 3 * f->before;
	case FINDING_SWITCH:
		return 4 * f->before;
	case FINDING_VOLUME_CHANGE:
		return is_total ? 0.5 * moved : moved;
	case FINDING_CATEGORY_CHANGE:
	case FINDING_NEW_ENGINE:
	case FINDING_NEW_PROGRAMME:
	case FINDING_DRIFT:
		return moved;
	case FINDING_RESIDUAL:
		return 0.5 * f->before;
	case FINDING_OUTAGE:
		return 0.2 * f->before;
	case FINDING_FEED_CHANGE:
		return 0.2 * moved;
	case FINDING_CLAIM:
		return 0;
	default:
		return 1;
	}
}

/* ---- JSON ---- */

static void number(struct json *j, const char *key, double v, int decimals)
{
	json_key(j, key);
	json_num(j, v, decimals);
}

static void date(struct json *j, const char *key, const struct finding_date *d)
{
	json_key(j, key);
	if (d->time == TIME_NONE) {
		json_nil(j);
		return;
	}
	json_obj(j);
	json_key(j, "time");
	json_time(j, d->time);
	if (d->lo != TIME_NONE && d->hi != TIME_NONE) {
		json_key(j, "lo");
		json_time(j, d->lo);
		json_key(j, "hi");
		json_time(j, d->hi);
	}
	json_obj_end(j);
}

static void goods(struct json *j, const struct finding_goods *g)
{
	if (!g->programme.n && !g->brand.n && !g->category.n)
		return;
	json_key(j, "advertised");
	json_obj(j);
	json_opt(j, "programme", g->programme);
	json_opt(j, "brand", g->brand);
	json_opt(j, "category", g->category);
	number(j, "share", g->share, 3);
	json_obj_end(j);
}

void finding_members(struct json *j, const struct finding *f)
{
	char id[FINDING_ID_SIZE];
	finding_id(f, id);
	json_key(j, "id");
	json_z(j, id);
	json_key(j, "kind");
	json_z(j, finding_kind_names[f->kind]);
	json_key(j, "subject");
	json_obj(j);
	json_opt(j, "feed", f->feed);
	json_opt(j, "engine", f->engine);
	json_opt(j, "programme", f->programme);
	json_opt(j, "brand", f->brand);
	json_opt(j, "category", f->category);
	json_opt(j, "other", f->other);
	json_obj_end(j);
	date(j, "start", &f->start);
	date(j, "end", &f->end);
	number(j, "before", f->before, 2);
	number(j, "after", f->after, 2);
	json_opt(j, "from", f->from);
	json_opt(j, "to", f->to);
	number(j, "effect", f->effect, 3);
	number(j, "effect_lo", f->effect_lo, 3);
	number(j, "effect_hi", f->effect_hi, 3);
	number(j, "confidence", f->confidence, 3);
	goods(j, &f->advertised);
	json_opt(j, "verdict", f->verdict);
	json_opt(j, "source", f->source);
	json_opt(j, "observation", f->observation);
	json_key(j, "reading");
	json_str(j, f->reading);
	json_key(j, "evidence");
	json_raw(j, f->evidence.n ? f->evidence : S("[]"));
}

void finding_json(struct json *j, const struct finding *f)
{
	json_obj(j);
	finding_members(j, f);
	json_obj_end(j);
}

/* ---- reading it back ---- */

static struct str text_of(const json_t *o, const char *key, struct arena *a)
{
	struct str s = json_text_of(o, key);
	return s.n ? arena_dup(a, s) : s;
}

static double number_of(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	return json_is_number(v) ? json_number_value(v) : NAN;
}

static struct finding_date date_of(const json_t *o, const char *key)
{
	const json_t *d = json_object_get(o, key);
	return (struct finding_date){json_time_of(d, "time"), json_time_of(d, "lo"), json_time_of(d, "hi")};
}

static struct str dumped(const json_t *v, struct arena *a)
{
	size_t n = v ? json_dumpb(v, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY) : 0;
	char *p = n ? arena_alloc(a, n) : NULL;
	if (!p)
		return S("[]");
	json_dumpb(v, p, n, JSON_COMPACT | JSON_ENCODE_ANY);
	return str_make(p, n);
}

bool finding_read(struct str text, struct arena *a, struct finding *out)
{
	json_t *o = json_parse(text);
	const json_t *subject = json_object_get(o, "subject"), *goods = json_object_get(o, "advertised");
	struct finding f = {.feed = text_of(subject, "feed", a),
		.engine = text_of(subject, "engine", a),
		.programme = text_of(subject, "programme", a),
		.brand = text_of(subject, "brand", a),
		.category = text_of(subject, "category", a),
		.other = text_of(subject, "other", a),
		.start = date_of(o, "start"),
		.end = date_of(o, "end"),
		.before = number_of(o, "before"),
		.after = number_of(o, "after"),
		.from = text_of(o, "from", a),
		.to = text_of(o, "to", a),
		.effect = number_of(o, "effect"),
		.effect_lo = number_of(o, "effect_lo"),
		.effect_hi = number_of(o, "effect_hi"),
		.confidence = number_of(o, "confidence"),
		.advertised = {text_of(goods, "programme", a), text_of(goods, "brand", a), text_of(goods, "category", a),
			goods ? number_of(goods, "share") : 0},
		.verdict = text_of(o, "verdict", a),
		.source = text_of(o, "source", a),
		.observation = text_of(o, "observation", a),
		.reading = text_of(o, "reading", a),
		.evidence = dumped(json_object_get(o, "evidence"), a)};
	bool ok = finding_kind_find(text_of(o, "kind", a), &f.kind);
	if (ok)
		*out = f;
	json_decref(o);
	return ok;
}
