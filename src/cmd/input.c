/* input.c - see input.h. */
#include "cmd/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "page/inflate.h"

enum { READ_SIZE = 64 * 1024 };

int input_open(struct input_file *f, const char *path, struct err *err)
{
	*f = (struct input_file){.path = path, .fd = STDIN_FILENO};
	if (strcmp(path, "-") == 0) {
		f->path = "standard input";
		return 0;
	}
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	return f->fd < 0 ? err_errno(err, ERR_INPUT, "%s", path) : 0;
}

void input_close(struct input_file *f)
{
	if (f->fd > STDIN_FILENO)
		close(f->fd);
	f->fd = -1;
}

int input_read(void *ctx, uint8_t *p, size_t room, size_t *got, struct err *err)
{
	struct input_file *f = ctx;
	ssize_t n;
	do
		n = read(f->fd, p, room);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_errno(err, ERR_INPUT, "%s", f->path);
	*got = (size_t)n;
	return 0;
}

static int read_lines(struct unzip *u, struct buf *line, lines_fn *fn, void *ctx, struct err *err)
{
	uint8_t *p = mem_alloc(READ_SIZE);
	int rc = p ? 0 : err_oom(err, "lines");
	for (size_t got; !rc;) {
		int state = unzip_read(u, p, READ_SIZE, &got, err);
		struct str rest = str_make(p, got);
		if (state < 0)
			rc = state;
		for (size_t i; !rc && (i = str_find_byte(rest, '\n')) != STR_NPOS; rest = str_from(rest, i + 1)) {
			buf_add(line, str_first(rest, i));
			rc = line->oom ? err_oom(err, "lines") : fn(ctx, buf_str(line), err);
			buf_clear(line);
		}
		if (rc || state == UNZIP_END)
			break;
		buf_add(line, rest);
	}
	if (!rc && (line->n || line->oom))
		rc = line->oom ? err_oom(err, "lines") : fn(ctx, buf_str(line), err);
	mem_free(p);
	return rc;
}

int lines_read(const char *path, size_t max, lines_fn *fn, void *ctx, struct err *err)
{
	struct input_file f;
	struct unzip *u = NULL;
	struct buf line;
	int rc = input_open(&f, path, err);
	if (rc)
		return rc;
	buf_init(&line, max + 1);
	rc = unzip_open(&u, input_read, &f, err);
	rc = rc ? rc : read_lines(u, &line, fn, ctx, err);
	if (!rc && unzip_facts(u))
		rc = err_set(err, ERR_INPUT, "%s: damaged gzip", path);
	buf_free(&line);
	unzip_close(u);
	input_close(&f);
	return rc;
}
