/* learn.c - trapline learn: an engine from labelled captures, or real clients from the user's own ham, into the model. */
#include <stdio.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/progress.h"
#include "cmd/command.h"
#include "cmd/feeds.h"
#include "cmd/session.h"
#include "export/escape.h"
#include "feature/extract.h"
#include "jail/jail.h"
#include "match/engine_learn.h"
#include "source/source.h"

struct learn {
	struct session *s;
	struct arena arena, scratch;
	struct jail *jail;
	struct feed_set *feeds;
	struct source *source;
	struct psl *psl;
	struct transcript_index *smtp[OPT_LIST_MAX];
	struct engine_model model;
	struct engine_capture capture;
	const char *const *paths;
	size_t n_paths;
};

/* ---- reading the captures ---- */

/* Messages of one campaign, roughly: the first words of the subject without what varies. Held out together, they need not be
 * exact. */
static uint64_t campaign_of(const struct row *r)
{
	struct str s = r->subject;
	uint8_t key[48];
	size_t n = 0, words = 0;
	for (size_t i = 0; i < s.n && n < sizeof key && words < 2; i++) {
		if (ascii_alpha(s.p[i]) || s.p[i] >= 0x80)
			key[n++] = ascii_lower(s.p[i]);
		else if (n && key[n - 1] != ' ') {
			key[n++] = ' ';
			words++;
		}
	}
	return hash64(str_make(key, n), 0);
}

static int read_one(struct learn *l, const struct raw_mail *mail, struct err *err)
{
	struct extract_settings set = {.psl = l->psl};
	struct doc doc;
	struct row row;
	const struct feed *feed = feed_set_of(l->feeds, mail, err);
	if (!feed)
		return err->kind;
	struct extract_input in = {
		.bytes = mail->bytes, .from_line = mail->from_line, .anomalies = mail->anomalies, .trust = &feed->trust};
	in.transcripts = l->smtp;
	in.n_transcripts = l->s->o->smtp.n;
	if (extract_message(&l->scratch, &set, &in, &doc, &row))
		return err_oom(err, "a message");
	if (!row.fingerprint.n)
		return 0;
	return engine_capture_add(&l->capture, &row.fingerprint, campaign_of(&row)) ? err_oom(err, "a capture") : 0;
}

static int read_all(struct learn *l, struct err *err)
{
	struct progress progress;
	progress_start(&progress, "reading", l->s->o->verbose >= 0);
	for (int rc = 1; rc > 0;) {
		struct raw_mail mail;
		arena_reset(&l->scratch);
		rc = source_next(l->source, &l->scratch, &mail, err);
		if (rc > 0 && read_one(l, &mail, err))
			rc = err->kind;
		const struct source_progress *at = source_progress(l->source);
		progress_show(&progress, at->bytes_read, at->bytes_total, l->capture.samples.n);
	}
	progress_end(&progress);
	return err->kind ? err->kind : source_verdict(l->source, err);
}
