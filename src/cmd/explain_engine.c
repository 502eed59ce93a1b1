/* explain_engine.c - see explain_engine.h. The ledger is made again from the message's fingerprint and the model of today. */
#include "cmd/explain_engine.h"

#include <jansson.h>

#include "base/json_read.h"
#include "base/limits.h"
#include "base/mem.h"
#include "cmd/engines.h"
#include "cmd/former.h"
#include "cmd/output.h"
#include "engine/client.h"
#include "engine/learn.h"
#include "engine/score.h"
#include "export/escape.h"

enum { LINES = 20 };

struct page {
	FILE *f;
	struct arena arena;
	struct engine_model model;
	struct engine_scorer *scorer;
	struct engine_tokens tokens;
};

static void put(const struct page *p, struct str s)
{
	struct buf safe;
	buf_init(&safe, 64 * KIB);
	esc_term(s, 0, 0, &safe);
	output_needs(&safe);
	fwrite(safe.p, 1, safe.n, p->f);
	buf_free(&safe);
}

static int load(struct page *p, const struct session *s, const struct row *r, struct err *err)
{
	const char *path = session_model(s, &p->arena, err);
	int rc = path ? engine_model_shipped(&p->model, err) : err->kind;
	uint32_t *tokens = arena_alloc(&p->arena, (r->fingerprint.n + PRINT_COUNT) * sizeof *tokens);
	uint8_t *families = arena_alloc(&p->arena, (r->fingerprint.n + PRINT_COUNT) * sizeof *families);
	uint32_t n = 0;
	if (!rc)
		rc = engine_model_load(&p->model, path, s->o->model || s->config->model, err);
	if (!rc && (!tokens || !families || engine_scorer_new(&p->scorer, &p->model)))
		rc = err_oom(err, "explain");
	if (!rc && (n = engine_message_tokens(&p->model, &r->fingerprint, tokens)) == UINT32_MAX)
		rc = err_oom(err, "explain");
	for (uint32_t i = 0; i < n && !rc; i++)
		families[i] = (uint8_t)p->model.tokens.v[tokens[i]].family;
	p->tokens = (struct engine_tokens){tokens, families, rc ? 0 : n};
	return rc;
}

static void ledger(const struct page *p, const struct engine_verdict *v)
{
	struct engine_line lines[512];
	size_t n = engine_ledger(p->scorer, v->nearest, v->rival, &p->tokens, lines, sizeof lines / sizeof *lines);
	fprintf(p->f, "  nearest learned engine  ");
	put(p, v->nearest->name);
	fprintf(p->f, ", against ");
	put(p, v->rival ? v->rival->name : S("any other software"));
	fprintf(p->f, ": log-odds %+.1f (%.1f needed)\n  strangeness to it       %.1f (its own messages: up to %.1f)\n", v->margin,
		ENGINE_MARGIN, v->strangeness, engine_limit(v->nearest));
	fputs("  log-odds  strange  what (in brackets: not counted, its group is)\n", p->f);
	for (size_t i = 0, shown = 0; i < n && shown < LINES; i++) {
		const struct engine_line *l = &lines[i];
		if (l->odds > -0.5 && l->odds < 0.5 && l->strangeness < 1)
			continue;
		shown++;
		fprintf(p->f, "  %+8.2f  %7.2f  %s", l->odds, l->strangeness, l->counted ? "" : "(");
		put(p, p->model.tokens.v[p->tokens.token[l->at]].text);
		fputs(l->counted ? "\n" : ")\n", p->f);
	}
}

static bool has_token(const struct page *p, const char *text)
{
	for (size_t i = 0; i < p->tokens.n; i++)
		if (str_eq(p->model.tokens.v[p->tokens.token[i]].text, str_of(text)))
			return true;
	return false;
}

static struct str day_of(const json_t *version, const char *key)
{
	struct str time = json_text_of(version, key);
	return time.n ? str_first(time, 10) : S("no time");
}

/* How it wrote, since when, and what was new in that. */
static void put_versions(const struct page *p, const json_t *list)
{
	json_t *v, *change;
	size_t i, k;
	json_array_foreach(list, i, v)
	{
		fprintf(p->f, "  %.*s to %.*s  %6lld messages of %lld hosts  ", STR_FMT(day_of(v, "first")),
			STR_FMT(day_of(v, "last")), (long long)json_int_of(v, "messages"), (long long)json_int_of(v, "peers"));
		put(p, json_text_of(v, "version"));
		json_array_foreach(json_object_get(v, "changes"), k, change)
		{
			fputs(k ? ", " : ": ", p->f);
			put(p, json_text(change));
		}
		fputs("\n", p->f);
	}
}

/* What marks the engine, and which of it the message shows, if there is one; without one its versions, too. */
static int marks(const struct page *p, struct store *store, struct str engine, bool versions, struct err *err)
{
	struct arena a;
	struct str text;
	arena_init(&a, LIM_ARENA);
	int rc = store_item(store, "engine", engine, &a, &text, err);
	json_t *item = rc > 0 ? json_parse(text) : NULL, *list = json_object_get(item, "marks"), *m;
	size_t i;
	json_array_foreach(list, i, m)
	{
		const char *token = json_string_value(json_object_get(m, "token"));
		fprintf(p->f, "  %c %4.0f %% of its messages, %4.1f %% of the rest  ", token && has_token(p, token) ? '+' : ' ',
			100 * json_number_value(json_object_get(m, "share")),
			100 * json_number_value(json_object_get(m, "elsewhere")));
		put(p, str_of(token ? token : ""));
		fputs("\n", p->f);
	}
	if (versions) {
		fputs("\nits versions, and what each changed (json has more)\n", p->f);
		put_versions(p, json_object_get(item, "versions"));
	}
	json_decref(item);
	arena_free(&a);
	return rc < 0 ? rc : 0;
}

int explain_engine(FILE *f, const struct session *s, const struct row *r, struct err *err)
{
	struct page p = {.f = f};
	struct engine_verdict v;
	arena_init(&p.arena, LIM_ARENA);
	engine_model_init(&p.model);
	int rc = load(&p, s, r, err);
	if (!rc) {
		struct str client = engine_plain_client(&p.model, &p.tokens);
		struct str forged = engine_forged(&p.model, &p.tokens);
		engine_score(p.scorer, &p.tokens, &v);
		if (forged.n)
			fprintf(f, "  no mail client and no mail server writes this: %.*s\n", STR_FMT(forged));
		struct str handed = client.n ? client : engine_list_client(&p.model, &p.tokens);
		if (handed.n) {
			fprintf(f, "  names a client without contradiction, handed over by a %s: ",
				client.n ? "mail server" : "mailing list");
			put(&p, handed);
			fputs("\n", f);
		}
		if (v.nearest)
			ledger(&p, &v);
		else
			fputs("  no engine was learned\n", f);
	}
	if (!rc && r->engine.n && !str_eq(r->engine_source, S("learned"))) {
		fputs("  what marks the engine (+: this message shows it)\n", f);
		rc = marks(&p, s->store, r->engine, false, err);
	}
	engine_scorer_del(p.scorer);
	engine_model_free(&p.model);
	arena_free(&p.arena);
	return rc;
}

static int show_engine(struct session *s, struct str name, struct err *err)
{
	struct store_filter filter = STORE_FILTER_ALL;
	struct output out;
	int rc = engines_show(s, &filter, name, err);
	if (rc || s->o->format != FORMAT_TABLE || s->o->out || (rc = output_open(&out, NULL, err)))
		return rc;
	struct page p = {.f = out.f};
	fputs("\nwhat marks it (json has more)\n", p.f);
	rc = marks(&p, s->store, name, true, err);
	return output_close(&out, rc == 0, err);
}

/* An engine by a name that it had, or the one that most of its messages are given to now. */
static int show_former(struct session *s, struct str name, const struct former *f, struct err *err)
{
	struct str show = f->state == FORMER_NONE ? former_most(f) : f->now;
	if (f->state == FORMER_SEVERAL)
		return former_several(name, f, err);
	int rc = former_tell(s, name, f, err);
	return rc ? rc : show_engine(s, show.n ? show : name, err); /* of none: an empty list */
}

int explain_engine_name(struct session *s, struct str name, struct err *err)
{
	struct former f;
	struct arena a;
	arena_init(&a, SIZE_MAX);
	int rc = former_engine(s->store, name, &a, &f, err);
	if (!rc && f.state != FORMER_UNKNOWN) {
		rc = f.state == FORMER_CURRENT ? show_engine(s, name, err) : show_former(s, name, &f, err);
		rc = rc ? rc : 1;
	}
	arena_free(&a);
	return rc;
}
