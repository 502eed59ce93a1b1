/* analyse.c - trapline analyse: campaigns, engines, programmes and findings from what is stored; the end of ingest and report, too. */
#include "analyse/analysis.h"

#include <stdio.h>

#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/session.h"

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
