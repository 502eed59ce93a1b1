/* signatures.c - trapline signatures: campaign templates for mail filters, each measured on ham. */
#include "export/signatures.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/progress.h"
#include "base/vec.h"
#include "campaign/family.h"
#include "cmd/command.h"
#include "cmd/output.h"
#include "cmd/session.h"
#include "export/mask.h"
#include "query/campaign_template.h"

#define OUTPUT_BYTES ((size_t)1 << 30)

struct making {
	struct session *s;
	struct reading *reading;
	struct arena arena;
	enum signature_format format;
	VEC(struct signature *) list;
	size_t campaigns, no_template, dropped, same;
	struct signature_set *set;
	struct signature_facts facts;
	uint64_t caught; /* of the checked messages */
};

/* ---- candidates ---- */

static int add_signature(struct making *m, const struct campaign_members *c, const struct signature *s, size_t part)
{
	struct signature *own = arena_alloc(&m->arena, sizeof *own), **slot = vec_push(&m->arena, &m->list, UINT32_MAX);
	if (!own || !slot)
		return ERR_ENV;
	*own = *s;
	own->campaign = c->campaign;
	own->messages = c->messages;
	own->part = part;
	*slot = own;
	return 0;
}

static int make_one(struct making *m, const struct campaign_members *c, struct arena *scratch, struct err *err)
{
	struct signature v[FAMILY_ROUNDS];
	struct str *subjects = arena_alloc(scratch, c->n_sample * sizeof *subjects),
		   *bodies = arena_alloc(scratch, c->n_sample * sizeof *bodies);
	size_t n = 0;
	if (!subjects || !bodies)
		return err_oom(err, "signatures");
	int rc = campaign_texts(m->s->store, c, mask_row_text, scratch, subjects, bodies, err);
	if (rc)
		return rc;
	if (family_signatures(&m->arena, scratch, subjects, bodies, c->n_sample, v, &n))
		return err_oom(err, "signatures");
	for (size_t i = 0; i < n; i++)
		if (add_signature(m, c, &v[i], i + 1))
			return err_oom(err, "signatures");
	m->no_template += n == 0;
	return 0;
}

static int make_all(struct making *m, struct err *err)
{
	struct campaign_members *campaigns = NULL;
	struct str feeds[OPT_LIST_MAX];
	struct store_filter filter = session_filter(m->s, true, feeds);
	int rc = campaign_members(m->s->store, &filter, FAMILY_LEAST, &m->arena, &campaigns, &m->campaigns, err);
	struct arena scratch;
	struct progress progress;
	arena_init(&scratch, SIZE_MAX);
	progress_start(&progress, "campaigns", m->s->o->verbose >= 0);
	for (size_t i = 0; i < m->campaigns && !rc; i++) {
		progress_count(&progress, i, m->campaigns);
		arena_reset(&scratch);
		rc = make_one(m, &campaigns[i], &scratch, err);
	}
	progress_end(&progress);
	arena_free(&scratch);
	return rc;
}

/* ---- ham ---- */

static int see_ham(void *ctx, struct arena *scratch, const struct raw_mail *mail, const struct doc *doc, const struct row *row,
	struct err *err)
{
	struct making *m = ctx;
	(void)mail, (void)row;
	return signature_set_ham(m->set, scratch, doc->text, doc->subject) ? err_oom(err, "signatures") : 0;
}

static int see_checked(void *ctx, struct arena *scratch, const struct raw_mail *mail, const struct doc *doc, const struct row *row,
	struct err *err)
{
	struct making *m = ctx;
	size_t hits;
	(void)mail, (void)row;
	if (signature_set_check(m->set, scratch, doc->text, doc->subject, &hits))
		return err_oom(err, "signatures");
	m->caught += hits > 0;
	return 0;
}

static int read_with(struct making *m, const struct opt_list *paths, reading_fn *fn, uint64_t *messages, struct err *err)
{
	if (!paths->n)
		return 0;
	if (signature_set_new(&m->arena, m->list.v, m->list.n, &m->set))
		return err_oom(err, "signatures");
	int rc = reading_run(m->reading, paths->v, paths->n, fn, m, messages, err);
	signature_set_free(m->set);
	return rc;
}

/* One test is exported once, for the largest campaign that has it: filters add up what hits. */
static int settle_all(struct making *m, struct err *err)
{
	size_t kept = 0;
	bool fresh = true;
	struct map seen;
	struct buf text;
	map_init(&seen, SIZE_MAX);
	buf_init(&text, MIB);
	for (size_t i = 0; i < m->list.n && !err->kind; i++) {
		struct signature *s = m->list.v[i];
		if (!signature_settle(s)) {
			m->dropped++;
			continue;
		}
		uint64_t key = signature_key(s, &text);
		if (!buf_ok(&text) || !map_put(&seen, str_make(&key, sizeof key), &fresh))
			err_oom(err, "signatures");
		else if (fresh)
			m->list.v[kept++] = s;
		m->same += !fresh;
	}
	buf_free(&text);
	map_free(&seen);
	m->list.n = kept;
	return err->kind;
}

/* ---- output ---- */

static void say(const struct making *m)
{
	if (m->s->o->verbose < 0)
		return;
	fprintf(stderr, "%zu signatures from %zu campaigns of %d messages and more: %zu share too little text", m->list.n,
		m->campaigns, FAMILY_LEAST, m->no_template);
	if (m->facts.ham)
		fprintf(stderr, ", %zu were dropped for hits in %llu ham messages", m->dropped, (unsigned long long)m->facts.ham);
	if (m->same)
		fprintf(stderr, ", %zu were another's over again", m->same);
	fputs("\n", stderr);
	if (!m->facts.ham)
		fputs("trapline: without --ham nothing is measured: do not use these to reject mail\n", stderr);
	if (m->facts.checked)
		fprintf(stderr, "%llu of %llu checked messages are hit\n", (unsigned long long)m->caught,
			(unsigned long long)m->facts.checked);
}

static int write_out(struct making *m, struct err *err)
{
	struct buf b;
	buf_init(&b, OUTPUT_BYTES);
	signatures_write(&b, m->format, m->list.v, m->list.n, &m->facts);
	if (!buf_ok(&b))
		err_oom(err, "signatures");
	else
		output_text(m->s->o->out, buf_str(&b), err);
	buf_free(&b);
	return err->kind;
}

static int make(struct making *m, struct err *err)
{
	const struct options *o = m->s->o;
	const struct reading_settings set = session_reading(m->s);
	int rc = reading_open(&m->reading, &set, err);
	if (!rc)
		rc = session_open_reading(m->s, true, err);
	if (!rc)
		rc = make_all(m, err);
	if (!rc)
		store_read_end(m->s->store); /* reading ham takes long, and nothing more is asked */
	if (!rc)
		rc = read_with(m, &o->ham, see_ham, &m->facts.ham, err);
	if (rc)
		return rc;
	rc = settle_all(m, err);
	rc = rc ? rc : read_with(m, &o->check, see_checked, &m->facts.checked, err);
	if (!rc)
		rc = write_out(m, err);
	if (!rc)
		say(m);
	return rc;
}

int cmd_signatures(const struct options *o, struct err *err)
{
	struct session s;
	struct making m = {.s = &s};
	if (o->for_program && !signature_format_find(str_of(o->for_program), &m.format))
		return err_set(err, ERR_USAGE, "--for %s: use jsonl, rspamd, spamassassin or sieve", o->for_program);
	arena_init(&m.arena, SIZE_MAX);
	int rc = session_open(&s, o, err);
	if (!rc)
		rc = make(&m, err);
	reading_close(m.reading);
	arena_free(&m.arena);
	session_close(&s);
	return rc;
}
