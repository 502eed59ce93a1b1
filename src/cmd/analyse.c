/* analyse.c - trapline analyse: campaigns, engines, programmes and findings from what is stored; the end of ingest and report, too. */
#include "analyse/analysis.h"

#include <stdio.h>

#include "base/json_read.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/session.h"

static int say_limit(void *ctx, struct str id, struct str json)
{
	(void)ctx, (void)id;
	json_t *limit = json_parse(json);
	struct str reading = json_text_of(limit, "reading");
	fprintf(stderr, "trapline: %.*s\n", (int)reading.n, (const char *)reading.p);
	json_decref(limit);
	return 0;
}

int session_analyse(struct session *s, bool force, struct err *err)
{
	struct arena arena;
	arena_init(&arena, 1 * MIB);
	bool required = s->o->model || s->config->model;
	const char *model = session_model(s, &arena, err);
	int rc = model ? session_pack(s, err) : err->kind;
	if (!rc) {
		struct analyse_settings set = {.pack = s->pack,
			.model = model,
			.model_required = required,
			.force = force,
			.show_progress = s->o->verbose >= 0};
		rc = analyse_run(s->store, &set, err);
		if (rc > 0 && s->o->verbose >= 0 && store_items(s->store, "limit", say_limit, NULL, err) < 0)
			rc = err->kind;
	}
	arena_free(&arena);
	return rc;
}

int cmd_analyse(const struct options *o, struct err *err)
{
	struct session s;
	int rc = session_open(&s, o, err);
	if (!rc)
		rc = session_open_existing(&s, STORE_WRITE, err);
	if (!rc)
		rc = session_analyse(&s, true, err);
	session_close(&s);
	return rc < 0 ? rc : 0;
}
