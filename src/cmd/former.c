/* former.c - see former.h. */
#include "cmd/former.h"

#include <stdio.h>

#include "base/limits.h"
#include "engine/model.h"

enum { ID_SHOWN = 12, NAMED = 4 };

/* "5 are in c-0123456789ab, 2 in c-ba9876543210, 1 in none" */
static void say_places(struct buf *b, const struct former *f)
{
	for (size_t i = 0; i < f->n_fellows && i < NAMED; i++) {
		const struct former_share *p = &f->fellows[i];
		buf_printf(b, "%s%lld %s ", i ? ", " : "", (long long)p->messages,
			i                  ? "in"
			: p->messages == 1 ? "is in"
					   : "are in");
		buf_add(b, p->name.n ? p->name : S("none"));
	}
	if (f->n_fellows > NAMED)
		buf_printf(b, ", the rest in %zu more", f->n_fellows - NAMED);
}

static void say_campaign(struct buf *b, struct str id, const struct former *f)
{
	bool elsewhere = f->n_fellows && !str_eq(f->fellows[0].name, f->now);
	const char *which = f->recorded ? "of the others that it had" : "of the messages that belong with it";
	if (f->state == FORMER_MOVED) {
		buf_printf(b, "%.*s is now part of %.*s", STR_FMT(id), STR_FMT(f->now));
		which = elsewhere ? which : NULL;
	} else if (f->state == FORMER_NONE) {
		buf_printf(b, "%.*s: its message %.*s is in no campaign now", STR_FMT(id), ID_SHOWN, f->members[0].id);
	} else {
		buf_printf(b, "no campaign is or was called %.*s here", STR_FMT(id));
		which = NULL;
	}
	if (which && !f->looked_at && f->state == FORMER_NONE)
		buf_add(b, S("; none is like it"));
	else if (which && f->looked_at) {
		buf_printf(b, "; %s", which);
		if (f->recorded)
			buf_printf(b, ", %lld looked up", (long long)f->looked_at);
		buf_add(b, S(": "));
		say_places(b, f);
	}
}

static void say_engine(struct buf *b, struct str id, const struct former *f)
{
	if (f->state == FORMER_MOVED)
		buf_printf(b, "%.*s is now part of %.*s", STR_FMT(id), STR_FMT(f->now));
	else if (f->state == FORMER_NONE)
		buf_printf(b, "%.*s is no engine now", STR_FMT(id));
	else
		buf_printf(b, "no engine is or was called %.*s here", STR_FMT(id));
	if (f->recorded) {
		buf_printf(b, "; of its messages, %lld looked up: ", (long long)f->looked_at);
		say_places(b, f);
	} else if (f->state == FORMER_MOVED) {
		buf_add(b, S(", which writes so, too"));
	}
}

/* ---- as JSON: members of an array ---- */

static void put_json(struct json *j, struct str id, const struct former *f)
{
	static const char *const states[] = {[FORMER_UNKNOWN] = "unknown",
		[FORMER_CURRENT] = "current",
		[FORMER_MOVED] = "moved",
		[FORMER_NONE] = "none",
		[FORMER_SEVERAL] = "several"};
	json_obj(j);
	json_key(j, "id"), json_str(j, id);
	json_key(j, "state"), json_z(j, states[f->state]);
	json_opt(j, "now", f->now);
	if (f->n_members)
		json_key(j, "message"), json_z(j, f->members[0].id);
	json_key(j, "recorded"), json_bool(j, f->recorded);
	json_key(j, "looked_at"), json_int(j, f->looked_at);
	json_key(j, "messages_in");
	json_arr(j);
	for (size_t i = 0; i < f->n_fellows; i++) {
		json_obj(j);
		json_key(j, "name"), json_str(j, f->fellows[i].name);
		json_key(j, "messages"), json_int(j, f->fellows[i].messages);
		json_obj_end(j);
	}
	json_arr_end(j);
	json_obj_end(j);
}

int former_tell(struct session *s, struct str id, const struct former *f, struct err *err)
{
	struct json j = json_to(&s->former);
	struct buf said;
	buf_init(&said, LIM_ITEM);
	if (is_campaign_id(id) || f->n_members)
		say_campaign(&said, id, f);
	else
		say_engine(&said, id, f);
	if (s->o->verbose >= 0 && buf_ok(&said))
		fprintf(stderr, "trapline: %.*s\n", STR_FMT(buf_str(&said)));
	j.comma = s->former.n > 0;
	put_json(&j, id, f);
	bool ok = buf_ok(&said) && buf_ok(&s->former);
	buf_free(&said);
	return ok ? 0 : err_oom(err, "former names");
}

int former_several(struct str id, const struct former *f, struct err *err)
{
	struct buf b;
	buf_init(&b, 64 * KIB);
	for (size_t i = 0; i < f->n_members; i++)
		buf_printf(&b, "%s%s (%.*s)", i ? ", " : "", f->members[i].id,
			STR_FMT(f->members[i].campaign.n ? f->members[i].campaign : S("in no campaign")));
	for (size_t i = 0; i < f->n_fellows && !f->n_members; i++)
		buf_printf(&b, "%s%.*s", i ? ", " : "", STR_FMT(f->fellows[i].name));
	err_set(err, ERR_USAGE, "%.*s may be one of several: %.*s", STR_FMT(id), STR_FMT(buf_str(&b)));
	buf_free(&b);
	return err->kind;
}

/* ---- options ---- */

static int resolve_campaign(struct session *s, struct err *err)
{
	struct former f;
	struct str id = s->campaign;
	int rc = former_campaign(s->store, id, &s->arena, &f, err);
	if (rc || f.state == FORMER_CURRENT)
		return rc;
	if (f.state == FORMER_SEVERAL)
		return former_several(id, &f, err);
	if (f.state == FORMER_MOVED) {
		s->campaign = f.now;
	} else if (f.state == FORMER_NONE) {
		s->campaign = (struct str){NULL, 0};
		s->message = arena_dup(&s->arena, str_of(f.members[0].id));
		if (!s->message.p)
			return err_oom(err, "former names");
	}
	return former_tell(s, id, &f, err);
}

/* Names that nobody gave are the user's own affair: an engine of the model that sent nothing. */
static int resolve_engine(struct session *s, struct err *err)
{
	struct former f;
	struct str name = s->engine;
	int rc = former_engine(s->store, name, &s->arena, &f, err);
	if (rc || f.state == FORMER_CURRENT || (f.state == FORMER_UNKNOWN && !engine_name_is_reserved(name)))
		return rc;
	if (f.state == FORMER_SEVERAL)
		return former_several(name, &f, err);
	if (f.state == FORMER_MOVED)
		s->engine = f.now;
	return former_tell(s, name, &f, err);
}

int former_options(struct session *s, struct err *err)
{
	if (s->resolved)
		return 0;
	s->resolved = true;
	int rc = s->campaign.n ? resolve_campaign(s, err) : 0;
	return rc || !s->engine.n ? rc : resolve_engine(s, err);
}
