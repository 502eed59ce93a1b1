/* decide.c - trapline decide [same|different A B]: an analyst's word on two names, which wins over the evidence and can be taken back. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyse/aliases.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/name.h"
#include "base/time.h"
#include "cmd/command.h"
#include "cmd/output.h"
#include "cmd/session.h"

static const struct column columns[] = {
	{.name = "a", .kind = KIND_TEXT},
	{.name = "b", .kind = KIND_TEXT},
	{.name = "tier", .kind = KIND_WORD},
	{.name = "log_odds", .kind = KIND_REAL, .decimals = 1},
	{.name = "decision", .kind = KIND_WORD},
	{.name = "reading", .kind = KIND_TEXT, .flow = true},
};

/* ---- listing ---- */

struct pairs {
	struct listing list;
	struct arena arena;
};

/* p NULL: not valid, or out of memory. */
static struct str dumped(const json_t *o, struct arena *a)
{
	size_t n = json_dumpb(o, NULL, 0, JSON_COMPACT);
	char *p = n ? arena_alloc(a, n) : NULL;
	return p ? str_make(p, json_dumpb(o, p, n, JSON_COMPACT)) : (struct str){NULL, 0};
}

static const char *decided_name(const json_t *decision, struct arena *a)
{
	static const char *const names[] = {NULL, "same", "different"};
	struct str text = json_is_object(decision) ? dumped(decision, a) : S("");
	return names[text.n ? decision_verdict(text) : DECIDED_NOT];
}

static int put_pair(void *ctx, struct str id, struct str json)
{
	struct pairs *p = ctx;
	struct table *t = &p->list.t;
	struct json *j;
	(void)id;
	if (!listing_row(&p->list))
		return 0;
	if ((j = table_json(t))) {
		json_raw(j, json);
		return 0;
	}
	json_t *o = json_parse(json);
	table_str(t, json_text_of(o, "a"));
	table_str(t, json_text_of(o, "b"));
	table_str(t, json_text_of(o, "tier"));
	table_real(t, json_number_value(json_object_get(o, "log_odds")));
	table_z(t, decided_name(json_object_get(o, "decision"), &p->arena));
	table_str(t, json_text_of(o, "reading"));
	json_decref(o);
	return 0;
}

static int list_pairs(struct session *s, struct err *err)
{
	struct pairs p;
	if (listing_begin(&p.list, s->o, "pairs", columns, sizeof columns / sizeof *columns, err))
		return err->kind;
	arena_init(&p.arena, SIZE_MAX);
	int rc = store_items(s->store, "alias", put_pair, &p, err);
	arena_free(&p.arena);
	return listing_end(&p.list, rc, err);
}

/* ---- deciding ---- */

static bool is_verdict(const char *s)
{
	return strcmp(s, "same") == 0 || strcmp(s, "different") == 0;
}

/* The last entry with this verdict that still holds is marked as undone; it stays to be read. */
static bool undo(json_t *entries, const char *verdict)
{
	for (size_t i = json_array_size(entries); i-- > 0;) {
		json_t *e = json_array_get(entries, i);
		const char *v = json_string_value(json_object_get(e, "verdict"));
		if (v && strcmp(v, verdict) == 0 && !json_is_true(json_object_get(e, "undone")))
			return json_object_set_new(e, "undone", json_true()) == 0;
	}
	return false;
}

static bool add_entry(json_t *entries, const struct options *o)
{
	char now[TIME_ISO_SIZE];
	const char *by = getenv("USER");
	time_iso((int64_t)time(NULL), now);
	json_t *e = json_pack("{s:s, s:s, s:s, s:s, s:b}", "verdict", o->paths[0], "time", now, "by", by ? by : "", "note",
		o->note ? o->note : "", "undone", 0);
	return e && json_array_append_new(entries, e) == 0;
}

static int change(struct session *s, json_t **decision, struct err *err)
{
	const struct options *o = s->o;
	json_t *entries = json_object_get(*decision, "entries");
	if (!*decision) {
		*decision = json_pack("{s:s, s:s, s:[]}", "a", o->paths[1], "b", o->paths[2], "entries");
		entries = json_object_get(*decision, "entries");
	}
	if (!entries)
		return err_set(err, ERR_INPUT, "names must be valid UTF-8");
	if (o->undo && !undo(entries, o->paths[0]))
		return err_set(err, ERR_INPUT, "no such decision about %.100s and %.100s to undo", o->paths[1], o->paths[2]);
	if (!o->undo && !add_entry(entries, o))
		return err_set(err, ERR_INPUT, "the note and names must be valid UTF-8");
	return 0;
}

static int decide(struct session *s, struct err *err)
{
	struct arena a;
	struct str json = S("");
	arena_init(&a, 16 * MIB);
	struct str id = decision_id(&a, str_of(s->o->paths[1]), str_of(s->o->paths[2]), NULL);
	int rc = id.p ? store_begin(s->store, err) : err_oom(err, "decision");
	int found = rc ? rc : store_item(s->store, "decision", id, &a, &json, err);
	json_t *decision = found > 0 ? json_parse(json) : NULL;
	rc = found < 0 ? found : change(s, &decision, err);
	struct str text = rc ? S("") : dumped(decision, &a);
	if (!rc)
		rc = text.n ? store_put_item(s->store, "decision", id, text, err) : err_oom(err, "decision");
	rc = store_end(s->store, rc, err);
	json_decref(decision);
	arena_free(&a);
	return rc;
}

struct known {
	const struct options *o;
	bool there[3];
};

static int know(void *ctx, uint32_t id, struct str word)
{
	struct known *k = ctx;
	(void)id;
	for (int i = 1; i <= 2; i++)
		k->there[i] |= name_same(word, str_of(k->o->paths[i]));
	return 0;
}

/* A name that no message bears is kept, for it may come; it may also be misspelt. */
static void say_noted(struct session *s)
{
	struct known k = {.o = s->o};
	struct err err = {0};
	if (s->o->verbose < 0)
		return;
	if (!s->o->undo && store_words(s->store, know, &k, &err) == 0)
		for (int i = 1; i <= 2; i++)
			if (!k.there[i])
				fprintf(stderr,
					"trapline: no message has the programme or brand %.100s so far; trapline programmes lists them\n",
					s->o->paths[i]);
	fputs("trapline: noted; it takes effect with the next analysis (trapline analyse)\n", stderr);
}

int cmd_decide(const struct options *o, struct err *err)
{
	struct session s;
	if (o->n_paths && (o->n_paths != 3 || !is_verdict(o->paths[0])))
		return err_set(err, ERR_USAGE, "say: trapline decide same A B, or: trapline decide different A B");
	int rc = session_open(&s, o, err);
	if (!rc)
		rc = o->n_paths ? session_open_existing(&s, STORE_WRITE, err) : session_open_reading(&s, false, err);
	if (!rc)
		rc = o->n_paths ? decide(&s, err) : list_pairs(&s, err);
	if (!rc && o->n_paths)
		say_noted(&s);
	session_close(&s);
	return rc;
}
