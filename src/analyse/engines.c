/* engines.c - see engines.h. */
#include "analyse/engines_int.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/client.h"
#include "engine/learn.h"

static int load_model(struct engines *e)
{
	const struct analyse_settings *set = e->a->set;
	int rc = engine_model_shipped(&e->model, e->err);
	if (!rc && set->model)
		rc = engine_model_load(&e->model, set->model, set->model_required, e->err);
	if (!rc && engine_scorer_new(&e->scorer, &e->model))
		rc = err_oom(e->err, "engines");
	e->n_known = e->model.classes.n;
	return rc;
}

static int score_print(struct engines *e, size_t i)
{
	const struct engine_tokens t = engine_print_tokens(&e->prints, i);
	struct verdict *v = &e->verdicts[i];
	struct engine_verdict found;
	engine_score(e->scorer, &t, &found);
	v->nearest = found.nearest ? (uint16_t)(found.nearest - e->model.classes.v + 1) : 0;
	v->strangeness = (float)found.strangeness;
	v->like = found.margin >= ENGINE_MARGIN;
	v->confidence = v->client_confidence = (float)found.confidence;
	if (found.engine) {
		v->engine = analysis_name_of(e->a, found.engine->name, e->err);
		v->source = ENGINE_LEARNED;
	} else {
		struct str client = engine_plain_client(&e->model, &t);
		v->server = engine_from_server(&e->model, &t);
		if (client.n)
			v->client_confidence = (float)ENGINE_PLAIN;
		else if (found.client && !engine_forged(&e->model, &t).n)
			client = engine_client_name(found.client);
		else
			v->client_confidence = 0;
		v->client = analysis_name_of(e->a, client, e->err);
	}
	return e->err->kind;
}

static void put_verdicts(struct engines *e)
{
	for (size_t i = 0; i < e->a->n_messages; i++) {
		struct analysed *m = &e->a->messages[i];
		if (!e->prints.of[i])
			continue;
		struct verdict *v = &e->verdicts[e->prints.of[i] - 1];
		if (engine_is_own(e, v, i)) {
			m->client = v->client;
			m->client_confidence = v->client_confidence;
			continue;
		}
		if (v->peers && !engine_is_peer(v->peers, engine_peer(m)))
			continue;
		/* mail servers write their reports alike; only what was learned from captures is not one of theirs */
		if (m->bounce && v->engine && (v->source == ENGINE_DISCOVERED || v->version))
			continue;
		const struct rival *r = NULL;
		if (v->engine && v->source == ENGINE_LEARNED && !v->version)
			r = engines_rival_of(e, e->prints.of[i] - 1, v->engine, engine_peer(m));
		if (r) {
			m->engine = r->name;
			m->client = 0;
			m->engine_source = ENGINE_DISCOVERED;
			m->engine_confidence = r->confidence * v->confidence;
			continue;
		}
		m->engine = v->engine;
		v->named += v->engine != 0;
		m->client = v->engine ? 0 : v->client;
		m->engine_source = v->engine ? v->source : ENGINE_NONE;
		if (v->engine)
			m->engine_confidence = v->confidence;
		else
			m->client_confidence = v->client_confidence;
	}
}

static int run(struct engines *e)
{
	int rc = load_model(e);
	rc = rc ? rc : engine_prints_load(&e->prints, e->a, &e->model, e->err);
	if (rc)
		return rc;
	e->verdicts = arena_zalloc(&e->arena, e->prints.n + 1, sizeof *e->verdicts);
	if (!e->verdicts)
		return err_oom(e->err, "engines");
	for (size_t i = 0; i < e->prints.n && !rc; i++)
		rc = score_print(e, i);
	rc = rc ? rc : engines_find_spread(e);
	rc = rc ? rc : engines_discover(e);
	if (rc)
		return rc;
	put_verdicts(e);
	return engines_put_items(e);
}

int engines_step(struct analysis *a, struct err *err)
{
	struct engines e = {.a = a, .err = err};
	arena_init(&e.arena, SIZE_MAX);
	engine_model_init(&e.model);
	if (a->set->most_tokens)
		e.model.most_tokens = a->set->most_tokens;
	int rc = run(&e);
	engines_clustered(&e);
	clusters_free(&e.clusters);
	engine_scorer_del(e.scorer);
	engine_prints_free(&e.prints);
	engine_model_free(&e.model);
	arena_free(&e.arena);
	return rc;
}
