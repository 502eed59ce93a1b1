/* findings.c - see findings.h. */
#include "analyse/findings.h"

#include <stdio.h>
#include <stdlib.h>

#include "analyse/clocks.h"
#include "analyse/copies.h"
#include "analyse/former_record.h"
#include "analyse/observation.h"
#include "base/limits.h"
#include "base/time.h"
#include "base/utf8.h"
#include "finding/find.h"

enum { LEFT_LEAST = 30 }; /* messages of a feed without a time that are told of */

/* ---- what was seen of control servers ---- */

struct load {
	struct arena *a;
	VEC(struct control) list;
	size_t left_out; /* beyond LIM_CONTROLS */
	struct err *err;
};

static int take(void *ctx, struct str id, const struct observation *o)
{
	struct load *l = ctx;
	struct arena *a = l->a;
	struct control *c = vec_push(a, &l->list, LIM_CONTROLS);
	if (!c && l->list.n < LIM_CONTROLS)
		return err_oom(l->err, "observations");
	if (!c) {
		l->left_out++;
		return 0;
	}
	*c = (struct control){.from = o->from,
		.to = o->to,
		.up = o->kind == OBSERVED_CONTROL_UP,
		.engine = arena_dup(a, o->engine),
		.programme = arena_dup(a, o->programme),
		.source = arena_dup(a, o->source),
		.id = arena_dup(a, id)};
	return c->engine.p && c->programme.p && c->source.p && c->id.p ? 0 : err_oom(l->err, "observations");
}

static int by_moment(const void *a, const void *b)
{
	const struct control *x = a, *y = b;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return str_cmp(x->id, y->id);
}

static int load_controls(struct analysis *a, struct traffic *t, struct err *err)
{
	struct load l = {.a = &a->arena, .err = err};
	int rc = observations(a->store, 1u << OBSERVED_CONTROL_UP | 1u << OBSERVED_CONTROL_DOWN, take, &l, err);
	if (!rc && l.list.n)
		qsort(l.list.v, l.list.n, sizeof *l.list.v, by_moment);
	t->controls = l.list.v;
	t->n_controls = l.list.n;
	if (!rc && l.left_out)
		rc = analysis_left_out(a, "control servers", err,
			"Of the facts about control servers the first %d are laid over the findings; %zu are left out.",
			LIM_CONTROLS, l.left_out);
	return rc;
}

/* ---- the mail ---- */

/* What is known of the mail before it is looked at: feeds whose clock was wrong, mail that is there more than once. */
struct known {
	struct clock_faults wrong;
	struct copies copies;
};

static int look(struct analysis *a, struct arena *arena, struct known *k, struct err *err)
{
	int rc = clocks_find(a, arena, &k->wrong, err);
	rc = rc ? rc : clocks_tell(a, &k->wrong, err);
	rc = rc ? rc : copies_find(a, arena, &k->copies, err);
	return rc ? rc : copies_tell(a, &k->copies, err);
}

/* TIME_NONE: not for findings. */
static int64_t time_to_go_by(const struct analysis *a, const struct clock_faults *wrong, const struct analysed *m)
{
	const struct clock_fault *fault = m->time == TIME_NONE ? NULL : clock_fault_of(wrong, a, m);
	int64_t time = fault && fault->known ? m->time + fault->late : fault ? TIME_NONE : m->time;
	return time < 0 || time > UINT32_MAX ? TIME_NONE : time;
}

/* Of each feed: messages with a time of its own, those left out for want of one, and bounces: they come up to days after the mail that they tell
 * of, from everywhere, when a sender happens to forge a trap's name. */
struct dated {
	size_t *trusted, *left, *bounces;
};

/* Times of a feed that has few believed ones are taken as they are: a box without Received headers has only Date. */
static bool is_left_out(const struct analysed *m, const struct known *k, const struct dated *d)
{
	return !m->time_trusted && d->trusted[m->feed] * 2 > k->copies.all[m->feed];
}

static void take_events(const struct analysis *a, const struct known *k, const struct dated *d, struct traffic *t)
{
	for (size_t i = 0; i < a->n_messages; i++) {
		const struct analysed *m = &a->messages[i];
		if (k->copies.again && k->copies.again[i])
			continue;
		int64_t time = time_to_go_by(a, &k->wrong, m);
		d->bounces[m->feed] += m->bounce;
		if (m->bounce)
			continue;
		d->left[m->feed] += is_left_out(m, k, d);
		if (time == TIME_NONE || is_left_out(m, k, d))
			continue;
		t->events[t->n_events++] = (struct event){.time = time,
			.key = m->key,
			.feed = k->copies.one[m->feed],
			.occurrence = m->occurrence,
			.engine = m->engine,
			.brand = m->brand,
			.programme = m->programme,
			.category = m->category,
			.campaign = m->campaign,
			.discovered = m->engine_source == ENGINE_DISCOVERED};
	}
}

/* Some mail without a time is everywhere; a tenth of it is a host that nobody named. */
static int tell_left_out(struct analysis *a, const struct known *k, const struct dated *d, struct err *err)
{
	int rc = 0;
	for (size_t i = 0, told = 0; i < a->n_feeds && told < LIM_CLOCKS && !rc; i++) {
		char id[32];
		if (d->left[i] < LEFT_LEAST || d->left[i] * 10 < k->copies.all[i])
			continue;
		snprintf(id, sizeof id, "untimed %02zu", told++);
		rc = analysis_left_out(a, id, err,
			"Findings leave out %zu of %zu messages of feed %.*s, which only their senders date: no Received field in them is by a host that "
			"the feed trusts (--trust names all of its hosts), and no From_ line is there.",
			d->left[i], k->copies.all[i], STR_FMT(utf8_first(a->feeds[i], 100)));
	}
	return rc;
}

static int tell_bounces(struct analysis *a, const struct dated *d, struct err *err)
{
	size_t all = 0, most = 0;
	for (size_t i = 0; i < a->n_feeds; i++) {
		all += d->bounces[i];
		most = d->bounces[i] > d->bounces[most] ? i : most;
	}
	if (all < LEFT_LEAST)
		return 0;
	return analysis_left_out(a, "bounces", err,
		"Findings leave out %zu bounces, of %zu messages (most of them, %zu, in feed %.*s): mail servers' reports of mail that others sent in "
		"the trap's name.",
		all, a->n_messages, d->bounces[most], STR_FMT(utf8_first(a->feeds[most], 100)));
}

static int believed_events(struct analysis *a, struct arena *arena, const struct known *k, struct traffic *t, struct err *err)
{
	struct dated d = {arena_zalloc(arena, a->n_feeds + 1, sizeof *d.trusted),
		arena_zalloc(arena, a->n_feeds + 1, sizeof *d.left), arena_zalloc(arena, a->n_feeds + 1, sizeof *d.bounces)};
	t->events = arena_alloc(arena, (a->n_messages + 1) * sizeof *t->events);
	if (!t->events || !d.trusted || !d.left || !d.bounces)
		return err_oom(err, "findings");
	for (size_t i = 0; i < a->n_messages; i++)
		d.trusted[a->messages[i].feed] += a->messages[i].time_trusted;
	take_events(a, k, &d, t);
	int rc = tell_left_out(a, k, &d, err);
	return rc ? rc : tell_bounces(a, &d, err);
}

static int put(void *ctx, const char *kind, struct str id, struct str json, struct err *err)
{
	return store_put_item(ctx, kind, id, json, err);
}

static int find(struct analysis *a, struct err *err)
{
	struct arena arena;
	struct traffic t = {.names = a->names.v,
		.n_names = a->names.n,
		.feeds = a->feeds,
		.feed_kinds = a->feed_kinds,
		.n_feeds = a->n_feeds,
		.arena = &a->arena,
		.found = &a->findings,
		.put = put,
		.ctx = a->store};
	arena_init(&arena, SIZE_MAX);
	struct known known = {0};
	int rc = load_controls(a, &t, err);
	rc = rc ? rc : look(a, &arena, &known, err);
	rc = rc ? rc : believed_events(a, &arena, &known, &t, err);
	rc = rc ? rc : findings_find(&t, err);
	arena_free(&arena);
	return rc;
}

static int write_findings(struct store *s, const struct findings *list, struct err *err)
{
	struct buf text;
	buf_init(&text, MIB);
	int rc = store_clear_items(s, "finding", err);
	for (size_t i = 0; i < list->n && !rc; i++) {
		struct json j = json_to(&text);
		char id[FINDING_ID_SIZE];
		buf_clear(&text);
		finding_json(&j, &list->v[i]);
		finding_id(&list->v[i], id);
		rc = buf_ok(&text) ? store_put_item(s, "finding", str_of(id), buf_str(&text), err) : err_oom(err, "findings");
	}
	buf_free(&text);
	return rc;
}

int findings_step(struct analysis *a, struct err *err)
{
	int rc = store_clear_items(a->store, "index", err);
	rc = rc ? rc : store_clear_items(a->store, "flow", err);
	rc = rc ? rc : find(a, err);
	rc = rc ? rc : published_claims(a, err);
	rc = rc ? rc : former_keep_findings(a, err);
	if (!rc && a->findings.left_out)
		rc = analysis_left_out(a, "findings", err, "Of the findings the first %zu are told; %zu more are left out.",
			a->findings.n, a->findings.left_out);
	return rc ? rc : write_findings(a->store, &a->findings, err);
}
