/* observe.c - trapline observe FILE...: facts from outside the mail into the store, or back out; without FILE, a list of them. */
#include "analyse/observation.h"
#include "base/ip.h"

#include <limits.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/time.h"
#include "cmd/command.h"
#include "cmd/input.h"
#include "cmd/output.h"
#include "cmd/session.h"
#include "export/escape.h"

/* ---- reading ---- */

struct import {
	struct session *s;
	const char *path;
	struct arena arena;
	struct buf json;
	size_t line, read, changed, bad, stored;
	bool full;
};

static void complain(struct import *m, const char *why)
{
	struct buf safe;
	if (m->bad++ >= LIM_OBSERVATION_COMPLAINTS || m->s->o->verbose < 0)
		return;
	buf_init(&safe, 64 * KIB);
	esc_term(str_of(m->path), 0, 0, &safe);
	fprintf(stderr, "trapline: %.*s:%zu: %s\n", STR_FMT(buf_str(&safe)), m->line, why);
	buf_free(&safe);
}

static int change(struct import *m, struct str id, struct err *err)
{
	struct str old;
	int there = store_item(m->s->store, "observation", id, &m->arena, &old, err);
	if (there < 0 || there == !m->s->o->undo)
		return there < 0 ? there : 0;
	if (!m->s->o->undo && m->stored >= LIM_OBSERVATIONS) {
		m->full = true;
		return 0;
	}
	m->changed++;
	m->stored++;
	if (m->s->o->undo)
		return store_del_item(m->s->store, "observation", id, err);
	return store_put_item(m->s->store, "observation", id, buf_str(&m->json), err);
}

static int take_line(void *ctx, struct str line, struct err *err)
{
	struct import *m = ctx;
	struct observation o;
	const char *why = "";
	char id[OBSERVATION_ID_SIZE];
	struct json j = json_to(&m->json);
	m->line++;
	if (!str_trim(line).n || str_trim(line).p[0] == '#')
		return 0;
	arena_reset(&m->arena);
	int rc = line.n > LIM_OBSERVATION_LINE ? 0 : observation_parse(line, &m->arena, &o, &why);
	if (rc < 0)
		return err_oom(err, "observations");
	if (!rc) {
		complain(m, *why ? why : "too long for a line");
		return 0;
	}
	m->read++;
	buf_clear(&m->json);
	observation_json(&j, &o);
	observation_id(o.kind, buf_str(&m->json), id);
	return buf_ok(&m->json) ? change(m, str_of(id), err) : err_oom(err, "observations");
}

static int take_shipped(struct import *m, struct err *err)
{
	int rc = 0;
	m->path = "the shipped claims";
	for (struct str rest = asset_claims, line; !rc && str_line(&rest, &line);)
		rc = take_line(m, line, err);
	return rc;
}

static int count_one(void *ctx, struct str id, struct str json)
{
	(void)id;
	(void)json;
	++*(size_t *)ctx;
	return 0;
}

static int say(const struct import *m, struct err *err)
{
	bool undo = m->s->o->undo;
	if (m->s->o->verbose >= 0)
		fprintf(stderr, "trapline: %zu facts read, %zu %s%s\n", m->read, m->changed, undo ? "taken back" : "new",
			m->changed ? "; the next analysis weighs them (trapline analyse)" : "");
	if (m->full)
		return err_set(err, ERR_INPUT, "the store holds %d facts, and takes no more", LIM_OBSERVATIONS);
	if (m->bad)
		return err_set(err, ERR_INPUT, "%zu lines could not be read; the other facts are %s", m->bad,
			undo ? "taken back" : "stored");
	return 0;
}

static int read_files(struct session *s, struct err *err)
{
	struct import m = {.s = s};
	arena_init(&m.arena, MIB);
	buf_init(&m.json, LIM_ITEM);
	int rc = store_items(s->store, "observation", count_one, &m.stored, err);
	rc = rc ? rc : store_begin(s->store, err);
	if (s->o->published && !rc)
		rc = take_shipped(&m, err);
	for (size_t i = 0; i < s->o->n_paths && !rc; i++) {
		m.path = s->o->paths[i];
		m.line = 0;
		rc = lines_read(m.path, LIM_OBSERVATION_LINE, take_line, &m, err);
	}
	rc = store_end(s->store, rc, err);
	rc = rc ? rc : say(&m, err);
	buf_free(&m.json);
	arena_free(&m.arena);
	return rc;
}

/* ---- list ---- */

static const struct column columns[] = {
	{.name = "time", .kind = KIND_TIME},
	{.name = "end", .kind = KIND_TIME},
	{.name = "kind", .kind = KIND_WORD},
	{.name = "engine", .kind = KIND_TEXT},
	{.name = "programme", .kind = KIND_TEXT},
	{.name = "brand", .kind = KIND_TEXT},
	{.name = "ip", .kind = KIND_TEXT},
	{.name = "value", .kind = KIND_TEXT},
	{.name = "unit", .kind = KIND_TEXT},
	{.name = "source", .kind = KIND_TEXT},
	{.name = "note", .kind = KIND_TEXT},
};

static int list_one(void *ctx, struct str id, const struct observation *o)
{
	struct listing *l = ctx;
	char ip[IP_TEXT_SIZE];
	(void)id;
	if (!listing_row(l))
		return 0;
	struct json *j = table_json(&l->t);
	if (j) {
		observation_json(j, o);
		return 0;
	}
	ip_text(str_make(o->ip, o->ip_len), ip);
	table_time(&l->t, o->from);
	table_time(&l->t, o->to > o->from + 1 ? o->to - 1 : TIME_NONE);
	table_z(&l->t, observation_kind_names[o->kind]);
	table_text(&l->t, o->engine);
	table_text(&l->t, o->programme);
	table_text(&l->t, o->brand);
	table_text(&l->t, str_of(ip));
	table_text(&l->t, o->value);
	table_text(&l->t, o->unit);
	table_text(&l->t, o->source);
	table_text(&l->t, o->note);
	return 0;
}

static int list_facts(struct session *s, struct err *err)
{
	struct listing l;
	if (listing_begin(&l, s->o, "observations", columns, sizeof columns / sizeof *columns, err))
		return err->kind;
	return listing_end(&l, observations(s->store, UINT_MAX, list_one, &l, err), err);
}

int cmd_observe(const struct options *o, struct err *err)
{
	struct session s;
	const bool reads = o->n_paths > 0 || o->published;
	if (o->undo && !reads)
		return err_set(err, ERR_USAGE, "--undo needs the file whose facts are to be taken back");
	int rc = session_open(&s, o, err);
	if (!rc && o->undo)
		rc = session_open_existing(&s, STORE_WRITE, err);
	else if (!rc)
		rc = session_open_store(&s, reads ? STORE_WRITE : STORE_READ, err);
	if (!rc)
		rc = reads ? read_files(&s, err) : list_facts(&s, err);
	session_close(&s);
	return rc;
}
