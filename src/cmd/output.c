/* output.c - see output.h. */
#include "cmd/output.h"

#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/mem.h"
#include "cmd/interrupt.h"

enum { NARROWEST = 40 };

/* A device, a pipe or a symbolic link (/dev/null, /dev/stdout): a file must not take its place. */
static bool is_special(const char *path)
{
	struct stat st;
	return lstat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

int output_open(struct output *out, const char *path, struct err *err)
{
	*out = (struct output){.f = stdout, .path = path};
	if (!path)
		return 0;
	if (is_special(path)) {
		out->f = fopen(path, "we");
		return out->f ? 0 : err_errno(err, ERR_ENV, "%s: cannot write", path);
	}
	out->f = file_beside(path, out->tmp, sizeof out->tmp);
	if (!out->f && errno == ENAMETOOLONG)
		return err_set(err, ERR_USAGE, "%s: the path is too long", path);
	if (!out->f)
		return err_errno(err, ERR_ENV, "%s: cannot write", path);
	interrupt_file(out->tmp);
	return 0;
}

int output_check(const char *path, struct err *err)
{
	struct output out;
	if (is_special(path) || output_open(&out, path, err))
		return err->kind;
	return output_close(&out, false, err);
}

int output_close(struct output *out, bool ok, struct err *err)
{
	if (!out->path) {
		if (fflush(stdout) && errno != EPIPE && ok)
			err_errno(err, ERR_ENV, "cannot write the output");
		return err->kind;
	}
	if (ok && (fflush(out->f) || ferror(out->f) || (out->tmp[0] && fsync(fileno(out->f)) && errno != EINVAL && errno != EROFS)))
		err_errno(err, ERR_ENV, "%s: cannot write", out->path);
	if (fclose(out->f) && ok)
		err_errno(err, ERR_ENV, "%s: cannot write", out->path);
	ok = ok && !err->kind;
	if (!out->tmp[0])
		return err->kind;
	if (ok && rename(out->tmp, out->path))
		err_errno(err, ERR_ENV, "%s: cannot rename the finished file into place", out->path);
	if (!ok || err->kind)
		unlink(out->tmp);
	interrupt_file_done(out->tmp);
	return err->kind;
}

int output_text(const char *path, struct str text, struct err *err)
{
	struct output out;
	if (output_open(&out, path, err))
		return err->kind;
	if (text.n && fwrite(text.p, 1, text.n, out.f) != text.n && errno != EPIPE)
		err_errno(err, ERR_ENV, "%s: cannot write", path ? path : "output");
	return output_close(&out, !err->kind, err);
}

void output_needs(const struct buf *made)
{
	if (made->oom)
		mem_exhausted();
}

static size_t terminal_width(void)
{
	struct winsize w;
	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) || w.ws_col == 0)
		return 0;
	return w.ws_col < NARROWEST ? NARROWEST : w.ws_col;
}

int listing_begin(
	struct listing *l, const struct options *o, const char *what, const struct column *columns, size_t n, struct err *err)
{
	*l = (struct listing){.o = o};
	if (output_open(&l->out, o->out, err))
		return err->kind;
	struct table_opts opts = output_table(o, what);
	table_begin(&l->t, columns, n, &opts, l->out.f);
	return 0;
}

bool listing_row(struct listing *l)
{
	l->total++;
	if (l->t.failed || (l->o->limit >= 0 && (int64_t)l->total > l->o->limit))
		return false;
	table_row(&l->t);
	return true;
}

int listing_end(struct listing *l, int rc, struct err *err)
{
	int end = table_end(&l->t, l->total, err);
	output_close(&l->out, rc == 0 && end == 0, err);
	return err->kind;
}

/* What to do where a list is empty because nobody has filled it yet. */
static const char *hint_for(const struct options *o, const char *what)
{
	static const struct {
		const char *what, *hint;
	} hints[] = {
		{"pages", "`trapline pages FILE.warc.gz` reads captured pages, `trapline crawl` captures them"},
		{"dns", "`trapline dns FILE.jsonl` reads facts about domains"},
		{"observations",
			"`trapline observe FILE.jsonl` reads facts, `trapline observe --published` those that come with trapline"},
		{"pairs", "no two names look like one organisation; captured pages (`trapline pages`) tell most"},
		{"edges", "no programme is known yet; captured pages (`trapline pages`) or a pack (--pack) can tell"},
	};
	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
		if (strcmp(what, hints[i].what) == 0)
			return hints[i].hint;
	if (o->brand || o->programme || o->category || o->engine || o->client || o->campaign || o->country)
		return "nothing passes the filter; `trapline series --by category` (brand, engine ...) lists the names";
	return NULL;
}

struct table_opts output_table(const struct options *o, const char *what)
{
	size_t rows = o->limit >= 0 ? (size_t)o->limit : 0;
	return (struct table_opts){.format = o->format,
		.what = what,
		.hint = hint_for(o, what),
		.max_rows = rows,
		.width = o->out ? 0 : terminal_width(),
		.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0,
		.reveal = o->reveal};
}
