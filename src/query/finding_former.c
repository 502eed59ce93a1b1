/* finding_former.c - see finding_former.h. */
#include "query/finding_former.h"

#include <stdlib.h>

#include "base/json_read.h"

static const int64_t day = 86400;

static bool is_called(const struct finding *f, struct str id)
{
	char own[FINDING_ID_SIZE];
	finding_id(f, own);
	return str_eq(str_of(own), id);
}

/* ---- by what the id says ---- */

struct search {
	struct str id;
	const struct finding *best;
	int64_t off; /* days that the best one has moved */
};

static void try_days(struct search *k, const struct finding *f, struct str engine)
{
	struct finding g = *f;
	g.engine = engine;
	for (int64_t i = 0; i <= 2 * FINDING_FORMER_DAYS; i++) {
		int64_t off = (i + 1) / 2;
		if (k->best && off >= k->off)
			return;
		g.start.time = f->start.time == TIME_NONE ? TIME_NONE : f->start.time + (i % 2 ? off : -off) * day;
		if (is_called(&g, k->id)) {
			k->best = f;
			k->off = off;
		}
		if (f->start.time == TIME_NONE)
			return;
	}
}

/* By each name that a version of its engine gives it, in short and in full. */
static int try_names(struct store *s, struct search *k, const struct finding *f, struct arena *a, struct err *err)
{
	enum { SHORT_NAME = sizeof "engine-0000" - 1 };
	struct str text;
	int rc = f->engine.n ? store_item(s, "engine", f->engine, a, &text, err) : 0;
	if (rc <= 0)
		return rc;
	json_t *item = json_parse(text), *name;
	size_t i;
	json_array_foreach(json_object_get(item, "names"), i, name)
	{
		try_days(k, f, json_text(name));
		try_days(k, f, str_first(json_text(name), SHORT_NAME));
	}
	json_decref(item);
	return 0;
}

static int find_moved(struct store *s, struct search *k, const struct finding *all, size_t n, struct arena *a, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < n; i++)
		try_days(k, &all[i], all[i].engine);
	for (size_t i = 0; i < n && !rc && !k->best; i++)
		rc = try_names(s, k, &all[i], a, err);
	return rc;
}

/* ---- by the record ---- */

static int read_record(struct store *s, struct str id, struct arena *a, struct finding_former *out, struct err *err)
{
	struct str text;
	int rc = store_item(s, "former", id, a, &text, err);
	if (rc <= 0)
		return rc;
	json_t *item = json_parse(text);
	char *what = json_dumps(json_object_get(item, "what"), JSON_COMPACT);
	out->recorded = what && finding_read(str_of(what), a, &out->was) && is_called(&out->was, id);
	free(what); /* banned: jansson gave it */
	json_decref(item);
	return 0;
}

static bool same_subject(const struct finding *x, const struct finding *y)
{
	return str_eq(x->feed, y->feed) && str_eq(x->engine, y->engine) && str_eq(x->programme, y->programme) &&
	       str_eq(x->brand, y->brand) && str_eq(x->category, y->category);
}

static bool same_claim(const struct finding *x, const struct finding *y)
{
	return x->kind == y->kind && str_eq(x->other, y->other) && str_eq(x->from, y->from) && str_eq(x->to, y->to) &&
	       str_eq(x->observation, y->observation);
}

static int64_t apart(const struct finding *x, const struct finding *y)
{
	return x->start.time == TIME_NONE || y->start.time == TIME_NONE ? 0 : llabs(x->start.time - y->start.time);
}

/* What is told about the subject of `was` at that time, nearest first; and the one that claims the same. */
static void find_near(struct finding_former *out, const struct finding *was, const struct finding *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int64_t off = apart(was, &all[i]);
		if (!same_subject(was, &all[i]) || off > FINDING_FORMER_DAYS * day)
			continue;
		if (same_claim(was, &all[i]) && (!out->now || off < apart(was, out->now)))
			out->now = &all[i];
		size_t at = out->n_near;
		while (at && apart(was, out->near[at - 1]) > off)
			at--;
		if (at == FINDING_FORMER_NEAR)
			continue;
		size_t move = (out->n_near < FINDING_FORMER_NEAR ? out->n_near : FINDING_FORMER_NEAR - 1) - at;
		memmove(&out->near[at + 1], &out->near[at], move * sizeof *out->near);
		out->near[at] = &all[i];
		out->n_near += out->n_near < FINDING_FORMER_NEAR;
	}
}

/* Looked for by what its engine is called now. */
static int look_near(
	struct store *s, struct finding_former *out, const struct finding *all, size_t n, struct arena *a, struct err *err)
{
	struct finding was = out->was;
	struct former engine = {.state = FORMER_UNKNOWN};
	int rc = was.engine.n ? former_engine(s, was.engine, a, &engine, err) : 0;
	if (engine.state == FORMER_MOVED)
		was.engine = engine.now;
	if (!rc)
		find_near(out, &was, all, n);
	return rc;
}

int finding_former(struct store *s, struct str id, const struct finding *all, size_t n, struct arena *a, struct finding_former *out,
	struct err *err)
{
	struct search k = {.id = id};
	*out = (struct finding_former){.state = FORMER_UNKNOWN};
	int rc = find_moved(s, &k, all, n, a, err);
	rc = rc ? rc : read_record(s, id, a, out, err);
	if (!rc && out->recorded)
		rc = look_near(s, out, all, n, a, err);
	if (rc)
		return rc;
	out->now = k.best ? k.best : out->now;
	if (k.best && is_called(k.best, id))
		out->state = FORMER_CURRENT;
	else if (out->now)
		out->state = FORMER_MOVED;
	else if (out->recorded)
		out->state = FORMER_NONE;
	return a->failed ? err_oom(err, "findings") : 0;
}
