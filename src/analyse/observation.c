/* observation.c - see observation.h. */
#include "analyse/observation.h"

#include <jansson.h>
#include <math.h>

#include "base/hash.h"
#include "base/ip.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/time.h"
#include "base/utf8.h"

const char *const observation_kind_names[OBSERVATION_KINDS] = {
	[OBSERVED_INFECTION] = "infection",
	[OBSERVED_CONTROL_UP] = "control_up",
	[OBSERVED_CONTROL_DOWN] = "control_down",
	[OBSERVED_CLAIM] = "claim",
};
static const char id_letters[OBSERVATION_KINDS] = "iudc";

/* ---- times ---- */

struct span {
	int64_t from, to;
};

static bool digits(struct str s)
{
	uint64_t n;
	return str_u64(s, &n);
}

/* "2010", "2010-09", "2010-09-21": the whole of it. */
static bool calendar(struct str s, struct span *out)
{
	uint64_t y, m = 1, d = 1;
	bool month = s.n >= 7 && s.p[4] == '-', day = s.n == 10 && s.p[7] == '-';
	if ((s.n != 4 && s.n != 7 && s.n != 10) || !str_u64(str_first(s, 4), &y) || (s.n > 4 && !month) || (s.n > 7 && !day))
		return false;
	if ((month && !str_u64(str_sub(s, 5, 2), &m)) || (day && !str_u64(str_sub(s, 8, 2), &d)))
		return false;
	struct civil c = {.year = (int64_t)y, .month = (int)m, .day = (int)d};
	if (!civil_valid(c))
		return false;
	int64_t last = day     ? time_day(time_from_civil(c)) + 1
	               : month ? days_from_civil(c.year + c.month / 12, c.month % 12 + 1, 1)
	                       : days_from_civil(c.year + 1, 1, 1);
	*out = (struct span){time_from_civil(c), last * SECONDS_A_DAY};
	return true;
}

static bool when(const json_t *v, struct span *out)
{
	uint64_t n;
	double x = json_is_number(v) ? json_number_value(v) : -1;
	struct str s = str_trim(json_text(v));
	if (x >= 0 && x <= (double)UINT32_MAX) {
		*out = (struct span){(int64_t)x, (int64_t)x + 1};
	} else if (digits(s) && s.n > 4 && str_u64(s, &n)) {
		*out = (struct span){(int64_t)n, (int64_t)n + 1};
		return n <= UINT32_MAX;
	} else if (!calendar(s, out)) {
		/* a time without seconds is a minute */
		int64_t length = s.n == 16 || (s.n == 17 && s.p[16] == 'Z') ? 60 : 1;
		if (!time_parse_iso(s, &out->from))
			return false;
		out->to = out->from + length;
	}
	return out->from >= 0 && out->to <= (int64_t)UINT32_MAX + 1;
}

/* ---- values ---- */

/* A number as it is written, and half a unit of its last digit. */
static bool decimal(struct str *s, double *value, double *half)
{
	double v = 0, unit = 1;
	size_t i = 0, point = STR_NPOS, seen = 0;
	for (; i < s->n && (ascii_digit(s->p[i]) || (s->p[i] == '.' && point == STR_NPOS)); i++) {
		if (s->p[i] == '.') {
			point = i;
			continue;
		}
		v = v * 10 + (s->p[i] - '0');
		unit /= point == STR_NPOS ? 1 : 10;
		if (++seen > 15)
			return false;
	}
	if (!seen)
		return false;
	*value = v * unit;
	*half = unit / 2;
	*s = str_trim(str_from(*s, i));
	return true;
}

/* "43 %", "43-47 %", ">20 %", "0.43". False: no such form. */
static bool share_of(struct str s, struct str unit, struct observation *o)
{
	double a, b, h, k;
	uint8_t bound = s.n && (s.p[0] == '<' || s.p[0] == '>') ? s.p[0] : 0;
	s = str_trim(str_from(s, bound ? 1 : 0));
	if (!decimal(&s, &a, &h))
		return false;
	b = a;
	k = h;
	if (!bound && s.n && s.p[0] == '-') {
		s = str_trim(str_from(s, 1));
		if (!decimal(&s, &b, &k) || b < a)
			return false;
	}
	o->is_range = bound || b > a;
	bool per_cent = s.n ? str_eq(s, S("%")) : str_eq(unit, S("%"));
	if (s.n && !per_cent)
		return false;
	bool is_one = b >= 1 && b <= 1; /* 1 %, or all of it */
	if (!per_cent && !str_eq(unit, S("share"))) {
		if (is_one)
			return false;
		per_cent = b > 1 || b <= 0;
	}
	double scale = per_cent ? 100 : 1;
	if (b > scale)
		return false;
	o->lo = bound == '<' ? 0 : fmax((bound ? a : a - h) / scale, 0);
	o->hi = bound == '>' ? 1 : fmin((bound ? b : b + k) / scale, 1);
	return true;
}

/* The text of a value: a JSON number in its shortest form, reals with at least one decimal. */
static int value_text(const json_t *v, struct arena *a, struct str *out)
{
	char text[48];
	*out = S("");
	if (json_is_string(v)) {
		*out = arena_dup(a, str_trim(str_make(json_string_value(v), json_string_length(v))));
	} else if (json_is_number(v)) {
		size_t n = (size_t)snprintf(text, sizeof text, "%.12g", json_number_value(v));
		if (json_is_real(v) && !memchr(text, '.', n) && n + 2 < sizeof text) {
			memcpy(text + n, ".0", 2);
			n += 2;
		}
		*out = arena_dup(a, str_make(text, n));
	}
	return out->p ? 0 : -1;
}

/* ---- a line ---- */

struct reading {
	const json_t *o;
	struct arena *a;
	const char *why;
	bool oom;
};

static struct str text(struct reading *r, const char *key, const char *too_long)
{
	const json_t *v = json_object_get(r->o, key);
	if (!json_is_string(v))
		return S("");
	struct str s = str_trim(str_make(json_string_value(v), json_string_length(v)));
	if (s.n > LIM_OBSERVATION_TEXT && !r->why)
		r->why = too_long;
	struct str copy = s.n ? arena_dup(r->a, s) : S("");
	r->oom |= !copy.p;
	return copy;
}

static bool kind_of(struct str name, enum observation_kind *out)
{
	for (int k = 0; k < OBSERVATION_KINDS; k++)
		if (str_eq(name, str_of(observation_kind_names[k]))) {
			*out = (enum observation_kind)k;
			return true;
		}
	return false;
}

static const char *what_is_missing(const struct observation *o)
{
	if (!o->source.n)
		return "source is missing: a fact without one is none";
	if (o->kind == OBSERVED_INFECTION)
		return o->ip_len ? NULL : "ip is missing, or no address";
	if (!o->engine.n && !o->programme.n && (o->kind != OBSERVED_CLAIM || !o->brand.n))
		return o->kind == OBSERVED_CLAIM ? "engine, programme or brand is missing" : "engine or programme is missing";
	return NULL;
}

static const char *read_value(struct reading *r, struct observation *o)
{
	r->oom |= value_text(json_object_get(r->o, "value"), r->a, &o->value) != 0;
	o->lo = o->hi = NAN;
	if (o->value.n > LIM_OBSERVATION_TEXT)
		return "value is too long";
	if (!o->value.n || (o->unit.n && !str_eq(o->unit, S("%")) && !str_eq(o->unit, S("share"))))
		return NULL;
	return share_of(o->value, o->unit, o)
	               ? NULL
	               : "value is no share: write \"43 %\", \"43-47 %\", \">20 %\" or 0.43, or name its unit";
}

static const char *read_times(struct reading *r, struct observation *o)
{
	struct span first, last;
	const json_t *end = json_object_get(r->o, "end");
	if (!when(json_object_get(r->o, "time"), &first))
		return "time is missing, or no time from 1970 to 2106";
	last = first;
	if (end && !json_is_null(end) && (!when(end, &last) || last.to < first.to))
		return "end is no time, or before time";
	o->from = first.from;
	o->to = last.to;
	return NULL;
}

static void read_object(struct reading *r, struct observation *o)
{
	struct str kind = text(r, "kind", "kind is too long"), ip = text(r, "ip", "ip is too long");
	const char *why = NULL;
	*o = (struct observation){.engine = text(r, "engine", "engine is too long"),
		.programme = text(r, "programme", "programme is too long"),
		.brand = text(r, "brand", "brand is too long"),
		.source = text(r, "source", "source is too long"),
		.url = text(r, "url", "url is too long"),
		.note = text(r, "note", "note is too long"),
		.of = text(r, "of", "of is too long"),
		.unit = text(r, "unit", "unit is too long"),
		.value = S(""),
		.lo = NAN,
		.hi = NAN};
	if (r->oom || r->why)
		return;
	o->ip_len = (uint8_t)ip_parse(ip, o->ip);
	if (!kind_of(kind, &o->kind))
		why = "kind is none of infection, control_up, control_down, claim";
	why = why ? why : read_times(r, o);
	why = why ? why : what_is_missing(o);
	if (!why && o->kind == OBSERVED_CLAIM)
		why = read_value(r, o);
	r->why = why;
}

int observation_parse(struct str line, struct arena *a, struct observation *out, const char **why)
{
	json_error_t error;
	struct reading r = {.a = a};
	struct observation o;
	json_t *doc = json_loadb((const char *)line.p, line.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
	r.o = doc;
	if (!doc && json_error_code(&error) == json_error_out_of_memory)
		return -1;
	if (!json_is_object(doc))
		r.why = "not a JSON object";
	else
		read_object(&r, &o);
	json_decref(doc);
	if (r.oom)
		return -1;
	if (r.why) {
		*why = r.why;
		return 0;
	}
	*out = o;
	return 1;
}

/* ---- what is stored ---- */

void observation_json(struct json *j, const struct observation *o)
{
	char ip[IP_TEXT_SIZE];
	json_obj(j);
	json_key(j, "time");
	json_time(j, o->from);
	if (o->to > o->from + 1) {
		json_key(j, "end");
		json_time(j, o->to - 1);
	}
	json_key(j, "kind");
	json_z(j, observation_kind_names[o->kind]);
	json_opt(j, "engine", o->engine);
	json_opt(j, "programme", o->programme);
	json_opt(j, "brand", o->brand);
	ip_text(str_make(o->ip, o->ip_len), ip);
	json_opt(j, "ip", str_of(ip));
	json_opt(j, "value", o->value);
	json_opt(j, "unit", o->unit);
	json_opt(j, "of", o->of);
	json_opt(j, "source", o->source);
	json_opt(j, "url", o->url);
	json_opt(j, "note", o->note);
	json_obj_end(j);
}

void observation_id(enum observation_kind kind, struct str canonical, char out[OBSERVATION_ID_SIZE])
{
	uint8_t sum[SHA256_BYTES];
	sha256(canonical, sum);
	out[0] = 'o';
	out[1] = id_letters[kind];
	out[2] = '-';
	hex_encode(sum, 8, out + 3);
	out[19] = 0;
}

bool observation_id_is(struct str id, enum observation_kind kind)
{
	return id.n > 2 && id.p[1] == (uint8_t)id_letters[kind];
}

struct walk {
	unsigned kinds;
	observation_fn *fn;
	void *ctx;
	struct arena arena;
	struct err *err;
};

static int walk_item(void *ctx, struct str id, struct str json)
{
	struct walk *w = ctx;
	struct observation o;
	const char *why;
	bool wanted = false;
	for (int k = 0; k < OBSERVATION_KINDS; k++)
		wanted |= (w->kinds >> k & 1) && observation_id_is(id, (enum observation_kind)k);
	if (!wanted)
		return 0;
	arena_reset(&w->arena);
	int rc = observation_parse(json, &w->arena, &o, &why);
	if (rc < 0)
		return err_oom(w->err, "observations");
	return rc ? w->fn(w->ctx, id, &o) : 0;
}

int observations(struct store *s, unsigned kinds, observation_fn *fn, void *ctx, struct err *err)
{
	struct walk w = {.kinds = kinds, .fn = fn, .ctx = ctx, .err = err};
	arena_init(&w.arena, 16 * MIB);
	int rc = store_items(s, "observation", walk_item, &w, err);
	arena_free(&w.arena);
	return rc;
}
