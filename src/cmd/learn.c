/* learn.c - trapline learn: an engine from labelled captures, or real clients from the user's own ham, into the model. */
#include <stdio.h>

#include "base/limits.h"
#include "base/mem.h"
#include "campaign/likeness.h"
#include "cmd/command.h"
#include "cmd/session.h"
#include "engine/learn.h"

/* Messages of one campaign are held out together. They are told by their text, against the campaigns seen last. */
enum { LEADERS = 64 };
static const double same_campaign = 0.4; /* likeness_text: two texts of one template share half of their words */

struct learn {
	struct engine_model model;
	struct engine_capture capture;
	struct sketch leaders[LEADERS];
	uint64_t leader_id[LEADERS];
	size_t n_leaders;
	uint64_t n_campaigns;
	bool trusted; /* --trust was given */
};

static uint64_t campaign_of(struct learn *l, struct arena *a, const struct doc *doc)
{
	struct sketch s;
	struct likeness like;
	size_t best = LEADERS;
	double best_like = same_campaign;
	if (!sketch_make(a, doc, &s))
		return 0;
	for (size_t i = 0; i < l->n_leaders; i++) {
		likeness_of(&l->leaders[i], &s, &like);
		if (likeness_text(&like) > best_like) {
			best_like = likeness_text(&like);
			best = i;
		}
	}
	if (best < LEADERS)
		return l->leader_id[best];
	size_t at = l->n_leaders < LEADERS ? l->n_leaders++ : l->n_campaigns % LEADERS;
	l->leaders[at] = s;
	return l->leader_id[at] = ++l->n_campaigns;
}

static int take(void *ctx, struct arena *scratch, const struct raw_mail *mail, const struct doc *doc, const struct row *row,
	struct err *err)
{
	struct learn *l = ctx;
	(void)mail;
	if (!row->fingerprint.n)
		return 0;
	if (l->capture.samples.n == LIM_ENGINE_SAMPLES)
		return 0;
	return engine_capture_add(&l->capture, &row->fingerprint, campaign_of(l, scratch, doc)) ? err_oom(err, "a capture") : 0;
}

/* ---- what came of it ---- */

static void warn(const char *name, const struct learn_advice *a)
{
	if (a->left_out)
		fprintf(stderr,
			"trapline: %s: %zu of %zu messages are left out: they lack what is constant in the rest (%zu look like mail of real clients)\n"
			"  if they are a version of it, learn that under a name of its own\n",
			name, a->left_out, a->left_out + a->messages, a->left_like);
	if (a->mixed)
		fprintf(stderr,
			"trapline: %s: looks like two engines: %.0f %% of the messages differ from the rest in whole groups of habits\n"
			"  (%.*s against %.*s); if they are, learn each under its own name\n",
			name, 100 * a->mixed_share, STR_FMT(a->mixed_a), STR_FMT(a->mixed_b));
	if (a->messages < LEARN_ENOUGH)
		fprintf(stderr, "trapline: %s: %zu messages are few: expect more messages without a name than with %d\n", name,
			a->messages, LEARN_ENOUGH);
	else if (a->campaigns < 2)
		fprintf(stderr,
			"trapline: %s: all messages are of one campaign: what the campaign decides is taken for the engine's\n",
			name);
	if (a->like && a->n_like * 2 > a->messages)
		fprintf(stderr,
			"trapline: %s: most messages look like mail of %.*s; they are named %s only where they differ from it\n",
			name, STR_FMT(a->like->name), name);
}

static int refuse(const char *name, const struct learn_advice *a, struct err *err)
{
	if (a->outcome == LEARN_TOO_FEW)
		return err_set(err, ERR_INPUT,
			"%s: %zu message%s to learn from: too few; at least %d are needed, better %d of several campaigns; nothing was learned",
			name, a->messages, a->messages == 1 ? "" : "s", LEARN_LEAST, LEARN_ENOUGH);
	if (a->outcome == LEARN_MEDLEY)
		return err_set(err, ERR_INPUT,
			"%s: of these %zu messages no more than %zu have their constant habits in common: this is no capture of one engine; nothing was learned",
			name, a->messages + a->left_out, a->messages);
	return err_set(err, ERR_INPUT,
		"%s: most of these %zu messages look like mail of several real clients (%.*s first): is this ham? Nothing was learned",
		name, a->messages, STR_FMT(a->like->name));
}

static int learn_engine(struct learn *l, const char *name, const char *model, struct err *err)
{
	struct learn_advice advice;
	if (!l->trusted)
		fputs("trapline: who received these captures is guessed; --trust HOST names it, so that the rest is the engine's for sure\n",
			stderr);
	if (engine_learn(&l->model, str_of(name), &l->capture, &advice))
		return err_oom(err, "a model");
	if (advice.outcome != LEARN_DONE)
		return refuse(name, &advice, err);
	warn(name, &advice);
	if (engine_model_save(&l->model, model, err))
		return err->kind;
	fprintf(stderr, "learned %s from %zu messages of about %zu campaigns\n", name, advice.messages, advice.campaigns);
	return 0;
}

static int learn_ham(struct learn *l, const char *model, struct err *err)
{
	size_t classes;
	if (l->capture.samples.n < LEARN_LEAST)
		return err_set(err, ERR_INPUT, "%zu messages are too few: at least %d are needed; nothing was learned",
			l->capture.samples.n, LEARN_LEAST);
	if (engine_learn_ham(&l->model, &l->capture, false, &classes))
		return err_oom(err, "a model");
	if (engine_model_save(&l->model, model, err))
		return err->kind;
	fprintf(stderr, "learned real mail from %zu messages: %zu clients\n", l->capture.samples.n, classes);
	return 0;
}

static int check_arguments(const struct options *o, struct err *err)
{
	if (o->learn_ham)
		return 0;
	if (o->n_paths < 2)
		return err_set(err, ERR_USAGE, "nothing to learn from; the engine's name comes first: trapline learn NAME PATH...");
	return 0;
}

static int learn(struct session *s, struct learn *l, struct err *err)
{
	const struct options *o = s->o;
	struct arena arena;
	struct reading *r = NULL;
	uint64_t messages;
	size_t skip = o->learn_ham ? 0 : 1;
	arena_init(&arena, 1 * MIB);
	const struct reading_settings set = session_reading(s);
	const char *model = session_model(s, &arena, err);
	int rc = model ? reading_open(&r, &set, err) : err->kind;
	if (!rc)
		rc = engine_model_shipped(&l->model, err);
	if (!rc)
		rc = engine_model_load(&l->model, model, false, err);
	if (!rc && !o->learn_ham)
		rc = engine_name_check(&l->model, str_of(o->paths[0]), err);
	if (!rc)
		rc = reading_run(r, o->paths + skip, o->n_paths - skip, take, l, &messages, err);
	if (!rc)
		rc = o->learn_ham ? learn_ham(l, model, err) : learn_engine(l, o->paths[0], model, err);
	reading_close(r);
	arena_free(&arena);
	return rc;
}

int cmd_learn(const struct options *o, struct err *err)
{
	struct session s;
	struct learn *l = mem_zalloc(1, sizeof *l);
	int rc = check_arguments(o, err);
	if (!l)
		return err_oom(err, "learn");
	engine_model_init(&l->model);
	engine_capture_init(&l->capture, &l->model);
	l->trusted = o->trust.n > 0;
	if (!rc)
		rc = session_open(&s, o, err);
	if (!rc) {
		rc = learn(&s, l, err);
		session_close(&s);
	}
	engine_model_free(&l->model);
	mem_free(l);
	return rc;
}
