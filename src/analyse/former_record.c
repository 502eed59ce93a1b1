/* former_record.c - see former_record.h. */
#include "analyse/former_record.h"

#include <stdlib.h>

#include "base/json_read.h"
#include "base/limits.h"
#include "finding/finding.h"
#include "query/items.h"

void former_sample_add(struct former_sample *s, uint64_t key)
{
	size_t i = s->n;
	while (i && s->v[i - 1] > key)
		i--;
	if (i == FORMER_SAMPLE || (i && s->v[i - 1] == key))
		return;
	size_t move = (s->n < FORMER_SAMPLE ? s->n : FORMER_SAMPLE - 1) - i;
	memmove(&s->v[i + 1], &s->v[i], move * sizeof *s->v);
	s->v[i] = key;
	s->n += s->n < FORMER_SAMPLE;
}

void former_sample_json(struct json *j, const struct former_sample *s)
{
	json_arr(j);
	for (size_t i = 0; i < s->n; i++) {
		char hex[17];
		snprintf(hex, sizeof hex, "%016llx", (unsigned long long)s->v[i]);
		json_z(j, hex);
	}
	json_arr_end(j);
}

/* ---- the newest stay ---- */

static int put_record(struct store *s, const struct former_record *r, int64_t turn, struct err *err)
{
	struct buf text;
	struct json j = json_to(&text);
	buf_init(&text, LIM_ITEM);
	json_obj(&j);
	json_key(&j, "turn"), json_int(&j, turn);
	json_key(&j, "what"), json_raw(&j, r->json);
	json_obj_end(&j);
	int rc = buf_ok(&text) ? store_put_item(s, "former", r->id, buf_str(&text), err) : err_oom(err, "former names");
	buf_free(&text);
	return rc;
}

/* Every analysis that leaves a record is a turn: there is no clock here. */
static int write_all(struct store *s, struct former_records *r, struct err *err)
{
	struct item *old;
	size_t n, fresh = r->list.n < LIM_FORMER ? r->list.n : LIM_FORMER;
	int rc = items_load(s, "former", "turn", &r->arena, &old, &n, err);
	int64_t turn = n ? (int64_t)old[0].rank + 1 : 1;
	for (size_t i = LIM_FORMER - fresh; i < n && !rc; i++) /* the newest come first */
		rc = store_del_item(s, "former", old[i].id, err);
	for (size_t i = 0; i < fresh && !rc; i++)
		rc = put_record(s, &r->list.v[i], turn, err);
	return rc;
}

int former_write(struct store *s, struct former_records *r, struct err *err)
{
	int rc = r->list.n ? write_all(s, r, err) : 0;
	arena_free(&r->arena);
	return rc;
}

static int add_record(struct former_records *r, struct str id, int64_t messages, struct str sample, struct err *err)
{
	struct former_record *to = vec_push(&r->arena, &r->list, LIM_FORMER);
	struct buf text;
	struct json j = json_to(&text);
	if (!to)
		return r->list.n == LIM_FORMER ? 0 : err_oom(err, "former names");
	buf_init_arena(&text, &r->arena, LIM_ITEM);
	json_obj(&j);
	json_key(&j, "messages"), json_int(&j, messages);
	json_key(&j, "sample"), json_raw(&j, sample);
	json_obj_end(&j);
	*to = (struct former_record){arena_dup(&r->arena, id), buf_str(&text)};
	return buf_ok(&text) && to->id.p ? 0 : err_oom(err, "former names");
}

/* ---- campaigns ---- */

struct old {
	uint32_t word; /* what it was called */
	int64_t messages;
	name_id now; /* of its first message */
	bool apart;  /* not all of them are there */
	struct former_sample *sample;
};
struct leaving {
	struct analysis *a;
	struct arena arena;
	VEC(uint32_t) at; /* word -> index into old + 1 */
	VEC(struct old) old;
	size_t apart;
	struct err *err;
};

static struct old *old_of(struct leaving *l, uint32_t word)
{
	while (l->at.n <= word)
		if (!vec_push(&l->arena, &l->at, UINT32_MAX))
			return NULL;
	if (l->at.v[word])
		return &l->old.v[l->at.v[word] - 1];
	struct old *o = vec_push(&l->arena, &l->old, UINT32_MAX);
	l->at.v[word] = (uint32_t)l->old.n;
	return o;
}

static int see_old(void *ctx, const struct store_row *r)
{
	struct leaving *l = ctx;
	uint32_t word = r->word[FEAT_campaign];
	const struct analysed *m = word ? analysis_find(l->a, r->n) : NULL;
	if (!m)
		return 0;
	struct old *o = old_of(l, word);
	if (!o)
		return err_oom(l->err, "former names");
	if (!o->messages++) {
		o->word = word;
		o->now = m->campaign;
	}
	if (!o->apart && (!m->campaign || m->campaign != o->now)) {
		o->apart = true;
		l->apart++;
	}
	return 0;
}

static int sample_old(void *ctx, const struct store_row *r)
{
	struct leaving *l = ctx;
	uint32_t word = r->word[FEAT_campaign], at = word < l->at.n ? l->at.v[word] : 0;
	struct old *o = at ? &l->old.v[at - 1] : NULL;
	if (!o || !o->apart)
		return 0;
	if (!o->sample && !(o->sample = arena_zalloc(&l->arena, 1, sizeof *o->sample)))
		return err_oom(l->err, "former names");
	former_sample_add(o->sample, r->key);
	return 0;
}

static int record_old(struct leaving *l, const struct old *o, struct former_records *r)
{
	struct buf sample;
	struct str id;
	struct json j = json_to(&sample);
	int rc = store_word(l->a->store, o->word, &l->arena, &id, l->err);
	if (rc <= 0)
		return rc;
	buf_init_arena(&sample, &l->arena, LIM_ITEM);
	former_sample_json(&j, o->sample);
	return buf_ok(&sample) ? add_record(r, id, o->messages, buf_str(&sample), l->err) : err_oom(l->err, "former names");
}

/* Those to be recorded first, by their first message: which are kept must not depend on the order of rows. */
static int by_sample(const void *x, const void *y)
{
	const struct old *a = x, *b = y;
	if (!a->sample || !b->sample)
		return (a->sample == NULL) - (b->sample == NULL);
	return (a->sample->v[0] > b->sample->v[0]) - (a->sample->v[0] < b->sample->v[0]);
}

int former_step(struct analysis *a, struct err *err)
{
	const unsigned how = STORE_UNORDERED | STORE_IDS;
	struct leaving l = {.a = a, .err = err};
	struct former_records r = {.list = {0}};
	arena_init(&l.arena, SIZE_MAX);
	arena_init(&r.arena, SIZE_MAX);
	int rc = store_scan(a->store, &STORE_FILTER_ALL, FEAT_BIT(campaign), how, see_old, &l, err);
	if (!rc && l.apart)
		rc = store_scan(a->store, &STORE_FILTER_ALL, FEAT_BIT(campaign), how, sample_old, &l, err);
	if (!rc && l.apart)
		qsort(l.old.v, l.old.n, sizeof *l.old.v, by_sample);
	for (size_t i = 0; i < l.apart && i < LIM_FORMER && !rc; i++)
		rc = record_old(&l, &l.old.v[i], &r);
	if (rc)
		arena_free(&r.arena);
	else
		rc = former_write(a->store, &r, err);
	arena_free(&l.arena);
	return rc;
}

/* ---- engines ---- */

struct engines_left {
	struct former_records r;
	bool (*is_name)(void *ctx, struct str name);
	void *ctx;
	struct err *err;
};

static int see_engine(void *ctx, struct str name, struct str json)
{
	struct engines_left *l = ctx;
	if (l->is_name(l->ctx, name))
		return 0;
	json_t *item = json_parse(json), *sample = json_object_get(item, "sample");
	size_t room = FORMER_SAMPLE * 24;
	char *text = arena_alloc(&l->r.arena, room);
	size_t n = text ? json_dumpb(sample, text, room, JSON_COMPACT) : 0;
	int64_t messages = json_int_of(item, "messages");
	json_decref(item);
	if (!text)
		return err_oom(l->err, "former names");
	return n && n <= room ? add_record(&l->r, name, messages, str_make(text, n), l->err) : 0;
}

int former_keep_engines(struct analysis *a, bool (*is_name)(void *ctx, struct str name), void *ctx, struct err *err)
{
	struct engines_left l = {.is_name = is_name, .ctx = ctx, .err = err};
	arena_init(&l.r.arena, SIZE_MAX);
	int rc = store_items(a->store, "engine", see_engine, &l, err);
	if (!rc)
		return former_write(a->store, &l.r, err);
	arena_free(&l.r.arena);
	return rc;
}

/* ---- findings ---- */

struct findings_left {
	struct former_records r;
	struct map told; /* ids */
	struct err *err;
};

/* What was claimed, without its evidence: that is of mail which may have other names now, and wide. */
static struct str claim_of(struct str json, struct arena *a)
{
	json_t *o = json_parse(json);
	json_object_del(o, "evidence");
	size_t n = o ? json_dumpb(o, NULL, 0, JSON_COMPACT) : 0;
	char *text = n ? arena_alloc(a, n) : NULL;
	if (text)
		json_dumpb(o, text, n, JSON_COMPACT);
	json_decref(o);
	return str_make(text, text ? n : 0);
}

static int see_finding(void *ctx, struct str id, struct str json)
{
	struct findings_left *l = ctx;
	if (map_get(&l->told, id))
		return 0;
	struct former_record *to = vec_push(&l->r.arena, &l->r.list, LIM_FORMER);
	if (!to)
		return l->r.list.n == LIM_FORMER ? 0 : err_oom(l->err, "former names");
	*to = (struct former_record){arena_dup(&l->r.arena, id), claim_of(json, &l->r.arena)};
	if (!to->json.n && !l->r.arena.failed)
		l->r.list.n--; /* it is no finding */
	return to->id.p && !l->r.arena.failed ? 0 : err_oom(l->err, "former names");
}

int former_keep_findings(struct analysis *a, struct err *err)
{
	struct findings_left l = {.err = err};
	int rc = 0;
	arena_init(&l.r.arena, SIZE_MAX);
	map_init(&l.told, SIZE_MAX);
	for (size_t i = 0; i < a->findings.n && !rc; i++) {
		char id[FINDING_ID_SIZE];
		finding_id(&a->findings.v[i], id);
		rc = map_put(&l.told, str_of(id), NULL) ? 0 : err_oom(err, "former names");
	}
	rc = rc ? rc : store_items(a->store, "finding", see_finding, &l, err);
	map_free(&l.told);
	if (!rc)
		return former_write(a->store, &l.r, err);
	arena_free(&l.r.arena);
	return rc;
}
