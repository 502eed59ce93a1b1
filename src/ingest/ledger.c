/* ledger.c - see ledger.h. */
#include "ingest/ledger.h"

#include <time.h>

#include "base/anomaly.h"
#include "base/buf.h"

enum { NOTE_BYTES = 4096 };

/* The path that the message's file came from. */
static const char *named_path(const struct ledger *l, struct str path)
{
	const char *best = "";
	for (size_t i = 0; i < l->n_paths; i++)
		if (str_starts(path, str_of(l->paths[i])) && strlen(l->paths[i]) >= strlen(best))
			best = l->paths[i];
	return *best ? best : l->n_paths == 1 ? l->paths[0] : "-";
}

static struct ledger_line *line_of(struct ledger *l, struct str file, const struct feed *feed)
{
	const char *path = l->last && l->n_paths == 1 ? l->last->path : named_path(l, file);
	if (l->last && l->last->feed == feed && l->last->path == path)
		return l->last;
	for (size_t i = 0; i < l->lines.n; i++)
		if (l->lines.v[i].feed == feed && l->lines.v[i].path == path)
			return &l->lines.v[i];
	struct ledger_line *line = vec_push(l->arena, &l->lines, SIZE_MAX / 2);
	if (line)
		*line = (struct ledger_line){.feed = feed, .path = path};
	return line;
}

static int put_feed(struct ledger *l, const struct feed *f, struct err *err)
{
	struct str *hosts = arena_alloc(l->arena, (f->trust.n + 1) * sizeof *hosts);
	if (!hosts)
		return err_oom(err, "feeds");
	for (size_t i = 0; i < f->trust.n; i++)
		hosts[i] = f->trust.hosts[i];
	struct store_feed feed = {.name = f->name,
		.kind = f->kind,
		.trust = {hosts, f->trust.n},
		.name_guessed = f->name_guessed,
		.trust_guessed = f->trust.n == 0};
	int rc = store_put_feed(l->store, &feed, err);
	return rc < 0 ? rc : 0;
}

static int put_line(
	struct ledger *l, const struct ledger_line *line, bool complete, struct str note, int64_t problems, struct err *err)
{
	struct store_source src = {.feed = line->feed->name,
		.path = str_of(line->path),
		.read_at = (int64_t)time(NULL),
		.messages = line->messages,
		.fresh = complete ? line->fresh : 0, /* each put adds to it */
		.doubtful = line->doubtful,
		.problems = problems,
		.note = note,
		.complete = complete};
	return store_put_source(l->store, &src, err);
}

/* The first ones tell of the feed, and that its line is begun. */
static int add_messages(struct ledger *l, struct ledger_line *line, int64_t n, struct err *err)
{
	bool begun = line->messages;
	line->messages += n;
	int rc = begun ? 0 : put_feed(l, line->feed, err);
	return rc || begun ? rc : put_line(l, line, false, S("begun"), 0, err);
}

int ledger_see(
	struct ledger *l, const struct raw_mail *mail, const struct feed *feed, const struct row *row, bool fresh, struct err *err)
{
	struct ledger_line *line = line_of(l, mail->path, feed);
	if (!line)
		return err_oom(err, "log of sources");
	l->last = line;
	line->fresh += fresh;
	line->doubtful += (mail->anomalies & ANOM(doubtful_split)) != 0;
	line->believed += row->received_by.n > 0;
	return add_messages(l, line, 1, err);
}

int ledger_pass(struct ledger *l, const struct store_file *file, const struct feed *feed, struct err *err)
{
	struct ledger_line *line = line_of(l, file->path, feed);
	if (!line)
		return err_oom(err, "log of sources");
	line->doubtful += file->doubtful;
	line->believed += file->believed;
	return add_messages(l, line, file->messages, err);
}

/* The problems of one path, in words, and how many. */
static int64_t problems_of(const struct ledger *l, const struct source *source, const char *path, struct buf *note)
{
	size_t n;
	int64_t count = 0;
	const struct source_problem *p = source_problems(source, &n);
	for (size_t i = 0; i < n; i++) {
		if (named_path(l, p[i].path) != path)
			continue;
		count++;
		if (note->n)
			buf_byte(note, '\n');
		buf_add(note, str_of(p[i].text));
	}
	return count;
}

int ledger_close(struct ledger *l, const struct source *source, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < l->lines.n && !rc; i++) {
		struct buf note;
		buf_init_arena(&note, l->arena, NOTE_BYTES);
		int64_t problems = problems_of(l, source, l->lines.v[i].path, &note);
		rc = put_line(l, &l->lines.v[i], true, buf_str(&note), problems, err);
	}
	return rc;
}
