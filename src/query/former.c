/* former.c - see former.h: asking. */
#include "query/former.h"

#include <stdlib.h>

#include "base/json_read.h"
#include "base/mem.h"
#include "base/vec.h"
#include "query/neighbour.h"

enum { FORMER_PLACES = 1000 }; /* names counted one by one: more are crafted */
/* Hex digits of a campaign's id: the short form, and the one where two campaigns' would be equal. */
enum { SHORT_DIGITS = 12, LONG_DIGITS = 16, KEY_DIGITS = 16 };

bool is_campaign_id(struct str id)
{
	uint8_t bytes[LONG_DIGITS / 2];
	return (id.n == 2 + SHORT_DIGITS || id.n == 2 + LONG_DIGITS) && str_starts(id, S("c-")) &&
	       hex_decode(str_from(id, 2), bytes, (id.n - 2) / 2);
}

/* ---- counting where messages are ---- */

struct places {
	struct store *s;
	struct arena *a;
	enum feature_id by;
	uint64_t but; /* this message does not count */
	VEC(struct place {
		uint32_t word;
		int64_t n;
	})
	v;
	int64_t n;
	struct err *err;
};

static int count_place(void *ctx, const struct store_row *r)
{
	struct places *p = ctx;
	uint32_t word = r->word[p->by];
	size_t i = 0;
	if (r->key == p->but)
		return 0;
	while (i < p->v.n && p->v.v[i].word != word)
		i++;
	if (i == p->v.n && i < FORMER_PLACES) {
		struct place *fresh = vec_push(p->a, &p->v, FORMER_PLACES);
		if (!fresh)
			return err_oom(p->err, "former names");
		fresh->word = word;
	}
	if (i < p->v.n)
		p->v.v[i].n++;
	p->n++;
	return 0;
}

static int by_most(const void *x, const void *y)
{
	const struct former_share *a = x, *b = y;
	if (a->messages != b->messages)
		return a->messages < b->messages ? 1 : -1;
	return str_cmp(a->name, b->name);
}

static int list_places(const struct places *p, struct former *out)
{
	out->looked_at = p->n;
	out->n_fellows = p->v.n;
	out->fellows = arena_zalloc(p->a, p->v.n + 1, sizeof *out->fellows);
	if (!out->fellows)
		return err_oom(p->err, "former names");
	for (size_t i = 0; i < p->v.n; i++) {
		struct former_share *f = &out->fellows[i];
		f->messages = p->v.v[i].n;
		f->name = S("");
		if (p->v.v[i].word && store_word(p->s, p->v.v[i].word, p->a, &f->name, p->err) < 0)
			return p->err->kind;
	}
	if (p->v.n)
		qsort(out->fellows, p->v.n, sizeof *out->fellows, by_most);
	return 0;
}

struct str former_most(const struct former *f)
{
	for (size_t i = 0; i < f->n_fellows; i++)
		if (f->fellows[i].name.n)
			return f->fellows[i].name;
	return S("");
}

/* ---- the record ---- */

/* Looks up the messages that a record names. 1: there is one, and some of them are there. */
static int look_up_record(struct places *p, struct str id, struct former *out)
{
	struct str text;
	int rc = store_item(p->s, "former", id, p->a, &text, p->err);
	if (rc <= 0)
		return rc;
	json_t *item = json_parse(text), *what = json_object_get(item, "what"), *key;
	size_t i;
	rc = 0;
	out->messages = json_int_of(what, "messages");
	json_array_foreach(json_object_get(what, "sample"), i, key)
	{
		struct store_filter f = STORE_FILTER_ALL;
		f.id_prefix = json_text(key);
		if (f.id_prefix.n == KEY_DIGITS && !rc)
			rc = store_scan(p->s, &f, (uint64_t)1 << p->by, STORE_UNORDERED | STORE_IDS, count_place, p, p->err);
	}
	json_decref(item);
	out->recorded = p->n > 0;
	rc = rc || !p->n ? rc : list_places(p, out);
	return rc ? rc : p->n > 0;
}

/* ---- campaigns ---- */

struct members {
	struct arena *a;
	struct former *out;
	struct str id;
};

static int see_member(void *ctx, const struct store_row *r)
{
	struct members *k = ctx;
	struct former *f = k->out;
	char hex[SHA256_HEX + 1] = "";
	hex_encode(r->row->id, SHA256_BYTES, hex);
	if (str_eq(r->row->campaign, k->id))
		f->state = FORMER_CURRENT;
	for (size_t i = 0; i < f->n_members; i++) /* of several feeds, or come several times */
		if (str_eq(str_of(f->members[i].id), str_of(hex)))
			return 0;
	if (f->n_members == FORMER_MEMBERS)
		return 0;
	struct former_member *m = &f->members[f->n_members++];
	memcpy(m->id, hex, sizeof hex);
	m->campaign = arena_dup(k->a, r->row->campaign);
	return m->campaign.p || !r->row->campaign.n ? 0 : ERR_ENV;
}

/* Where the messages are that make an edge with the member. */
static int look_at_likes(struct places *p, const struct former_member *m, struct former *out)
{
	struct row row;
	int rc = store_get(p->s, str_of(m->id), p->a, &row, p->err);
	rc = rc < 0 ? rc : campaign_fellows(p->s, &row, count_place, p, p->err);
	return rc ? rc : list_places(p, out);
}

static void judge_members(struct former *f)
{
	bool same = true;
	for (size_t i = 1; i < f->n_members; i++)
		same = same && str_eq(f->members[i].campaign, f->members[0].campaign);
	if (f->state == FORMER_CURRENT || !f->n_members)
		return;
	f->now = same ? f->members[0].campaign : S("");
	f->state = f->now.n ? FORMER_MOVED : f->n_members > 1 ? FORMER_SEVERAL : FORMER_NONE;
}

int former_campaign(struct store *s, struct str id, struct arena *a, struct former *out, struct err *err)
{
	*out = (struct former){.state = FORMER_UNKNOWN, .now = S("")};
	if (!is_campaign_id(id))
		return 0;
	struct members k = {.a = a, .out = out, .id = id};
	struct store_filter f = STORE_FILTER_ALL;
	f.id_prefix = str_from(id, 2);
	int rc = store_scan(s, &f, FEAT_BIT(id) | FEAT_BIT(campaign), STORE_UNORDERED, see_member, &k, err);
	if (rc)
		return err->kind ? rc : err_oom(err, "former names");
	judge_members(out);
	if (out->state == FORMER_CURRENT)
		out->now = id;
	if (!out->n_members || out->state == FORMER_CURRENT || out->state == FORMER_SEVERAL)
		return 0;
	struct places p = {.s = s, .a = a, .by = FEAT_campaign, .err = err};
	uint8_t key[sizeof p.but];
	must(hex_decode(str_make(out->members[0].id, KEY_DIGITS), key, sizeof key));
	memcpy(&p.but, key, sizeof key);
	p.but = be64toh(p.but);
	rc = look_up_record(&p, id, out);
	if (!rc && out->state == FORMER_NONE)
		rc = look_at_likes(&p, &out->members[0], out);
	return rc < 0 ? rc : 0;
}

/* ---- engines ---- */

/* "engine-" and digits: those of the name, and what a version would be called in full. */
struct naming {
	struct arena *a;
	struct str digits;
	VEC(struct former_share) found;
	struct err *err;
};
static const struct str prefix = {(const uint8_t *)"engine-", sizeof "engine-" - 1};

static int see_engine(void *ctx, struct str name, struct str json)
{
	struct naming *k = ctx;
	json_t *item = json_parse(json), *own;
	bool fits = false;
	size_t i;
	json_array_foreach(json_object_get(item, "names"), i, own) fits |=
		str_starts(str_from(json_text(own), prefix.n), k->digits) && str_starts(json_text(own), prefix);
	struct former_share *f = fits ? vec_push(k->a, &k->found, UINT32_MAX) : NULL;
	if (f)
		*f = (struct former_share){arena_dup(k->a, name), json_int_of(item, "messages")};
	json_decref(item);
	return fits && (!f || !f->name.p) ? err_oom(k->err, "former names") : 0;
}

/* Engines of which a version writes as the name says. */
static int look_at_versions(struct store *s, struct str name, struct arena *a, struct former *out, struct err *err)
{
	enum { LEAST = 4 };
	struct naming k = {.a = a, .digits = str_from(name, prefix.n), .err = err};
	if (!str_starts(name, prefix) || k.digits.n < LEAST)
		return 0;
	int rc = store_items(s, "engine", see_engine, &k, err);
	if (rc || !k.found.n)
		return rc;
	qsort(k.found.v, k.found.n, sizeof *k.found.v, by_most);
	out->state = k.found.n == 1 ? FORMER_MOVED : FORMER_SEVERAL;
	out->now = k.found.n == 1 ? k.found.v[0].name : S("");
	out->fellows = k.found.v;
	out->n_fellows = k.found.n;
	return 0;
}

int former_engine(struct store *s, struct str name, struct arena *a, struct former *out, struct err *err)
{
	struct str text;
	struct places p = {.s = s, .a = a, .by = FEAT_engine, .err = err};
	*out = (struct former){.state = FORMER_UNKNOWN, .now = S("")};
	int rc = store_item(s, "engine", name, a, &text, err);
	if (rc) {
		out->state = FORMER_CURRENT;
		out->now = name;
		return rc < 0 ? rc : 0;
	}
	rc = look_at_versions(s, name, a, out, err);
	if (rc || out->state == FORMER_SEVERAL)
		return rc;
	rc = look_up_record(&p, name, out);
	if (rc > 0 && out->state == FORMER_UNKNOWN) {
		out->now = out->fellows[0].name;
		out->state = out->now.n ? FORMER_MOVED : FORMER_NONE;
	}
	return rc < 0 ? rc : 0;
}
