/* analyse.c - trapline analyse: campaigns, engines, programmes and findings from what is stored; the end of ingest and report, too. */
#include "analyse/analysis.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/session.h"

int session_analyse(struct session *s, bool force, struct err *err)
{
	struct arena arena;
	struct pack *pack = NULL;
	struct buf path;
	arena_init(&arena, 1 * MIB);
	buf_init_arena(&path, &arena, 64 * KIB);
	const char *model = s->o->model ? s->o->model : s->config->model;
	bool required = model != NULL;
	if (!model) {
		buf_printf(&path, "%s.model", s->store_path);
		buf_z(&path);
		model = (const char *)path.p;
	}
	int rc = buf_ok(&path) ? session_pack(s, &pack, err) : err_oom(err, "analysis");
	if (!rc) {
		struct analyse_settings set = {.pack = pack,
			.model = model,
			.model_required = required,
			.show_progress = s->o->verbose >= 0,
			.force = force};
		rc = analyse_run(s->store, &set, err);
	}
	pack_close(pack);
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
