/* transcript.c - see transcript.h. */
#include "feature/transcript.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/mem.h"

enum { FILE_SHIFT = 48 };

struct entry {
	uint64_t key; /* hash of the Message-ID */
	uint64_t at;  /* file << FILE_SHIFT | offset of the line */
};

struct transcript_index {
	int fds[LIM_TRANSCRIPT_FILES];
	size_t files;
	struct entry *v;
	size_t n, cap, skipped;
	uint64_t hash;
};

static int copy_lines(struct arena *a, const json_t *lines, struct transcript *out)
{
	size_t n = json_array_size(lines);
	n = n < LIM_TRANSCRIPT_LINES ? n : LIM_TRANSCRIPT_LINES;
	struct str *v = arena_alloc(a, n * sizeof *v + 1);
	if (!v)
		return ERR_ENV;
	for (size_t i = 0; i < n; i++) {
		const json_t *s = json_array_get(lines, i);
		v[i] = arena_dup(a, json_text(s));
		if (!v[i].p)
			return ERR_ENV;
	}
	out->lines = v;
	out->n = n;
	return 0;
}

int transcript_parse(struct arena *a, struct str line, struct str *message_id, struct transcript *out)
{
	*out = (struct transcript){0};
	json_t *o = json_loadb((const char *)line.p, line.n, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, NULL);
	const json_t *id = json_object_get(o, "message_id"), *lines = json_object_get(o, "smtp");
	int rc = json_is_string(id) && json_is_array(lines);
	if (rc) {
		out->pipelined = json_is_true(json_object_get(o, "pipelined"));
		if (copy_lines(a, lines, out))
			rc = ERR_ENV;
	}
	if (rc > 0 && message_id) {
		*message_id = arena_dup(a, json_text(id));
		rc = message_id->p ? 1 : ERR_ENV;
	}
	json_decref(o);
	return rc;
}

static int add_entry(struct transcript_index *x, struct str id, uint64_t at, struct err *err)
{
	if (x->n == LIM_TRANSCRIPTS) {
		x->skipped++;
		return 0;
	}
	if (!mem_room((void **)&x->v, &x->cap, x->n + 1, sizeof *x->v))
		return err_oom(err, "SMTP dialogues");
	x->v[x->n++] = (struct entry){hash64(id, 0), at};
	return 0;
}

static int add_line(struct transcript_index *x, struct arena *a, struct str line, uint64_t at, struct err *err)
{
	struct transcript t;
	struct str id;
	arena_reset(a);
	int rc = transcript_parse(a, line, &id, &t);
	if (rc < 0)
		return err_oom(err, "an SMTP dialogue");
	x->hash += rc && id.n ? hash64(line, 0) : 0;
	if (rc && id.n)
		return add_entry(x, id, at, err);
	x->skipped++;
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* Lines out of a window of twice the longest; a longer line is passed over to its end. */
static int read_lines(struct transcript_index *x, const char *path, uint8_t *window, struct arena *a, struct err *err)
{
	const int fd = x->fds[x->files - 1];
	uint64_t at = (uint64_t)(x->files - 1) << FILE_SHIFT; /* of window[0] */
	size_t have = 0;
	bool over = false, end = false;
	while (!end || have) {
		ssize_t got = end ? 0 : read(fd, window + have, 2 * LIM_TRANSCRIPT - have);
		if (got < 0)
			return err_errno(err, ERR_INPUT, "%s", path);
		end |= got == 0;
		have += (size_t)got;
		struct str rest = str_make(window, have);
		size_t lf;
		while ((lf = str_find_byte(rest, '\n')) != STR_NPOS || (end && rest.n)) {
			struct str line = str_first(rest, lf);
			if (over || line.n > LIM_TRANSCRIPT)
				x->skipped++;
			else if (str_trim(line).n && add_line(x, a, line, at + (uint64_t)(line.p - window), err))
				return err->kind;
			over = false;
			rest = str_from(rest, lf == STR_NPOS ? rest.n : lf + 1);
		}
		if (rest.n > LIM_TRANSCRIPT) { /* the rest of that line goes unread */
			over = true;
			rest = str_from(rest, rest.n);
		}
		at += have - rest.n;
		memmove(window, rest.p, rest.n);
		have = rest.n;
	}
	return 0;
}

static int add_file(struct transcript_index *x, const char *path, uint8_t *window, struct arena *a, struct err *err)
{
	size_t before = x->n, skipped = x->skipped;
	if (x->files == LIM_TRANSCRIPT_FILES)
		return err_set(err, ERR_USAGE, "more than %d files of SMTP dialogues for one feed", LIM_TRANSCRIPT_FILES);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, ERR_INPUT, "%s", path);
	x->fds[x->files++] = fd;
	if (read_lines(x, path, window, a, err))
		return err->kind;
	if (x->n == before && x->skipped > skipped)
		return err_set(err, ERR_INPUT, "%s: no line is {\"message_id\": .., \"smtp\": [..]}", path);
	return 0;
}

int transcript_open(struct transcript_index **out, const char *const *paths, size_t n, struct err *err)
{
	struct transcript_index *x = mem_zalloc(1, sizeof *x);
	uint8_t *window = mem_alloc(2 * LIM_TRANSCRIPT);
	struct arena a;
	int rc = 0;
	arena_init(&a, 4 * MIB);
	*out = NULL;
	if (!x || !window)
		rc = err_oom(err, "SMTP dialogues");
	for (size_t i = 0; i < n && !rc; i++)
		rc = add_file(x, paths[i], window, &a, err);
	if (!rc && x->n)
		qsort(x->v, x->n, sizeof *x->v, by_key);
	arena_free(&a);
	mem_free(window);
	if (rc)
		transcript_close(x);
	else
		*out = x;
	return rc;
}

void transcript_close(struct transcript_index *x)
{
	if (!x)
		return;
	for (size_t i = 0; i < x->files; i++)
		close(x->fds[i]);
	mem_free(x->v);
	mem_free(x);
}

size_t transcript_count(const struct transcript_index *x)
{
	return x ? x->n : 0;
}

size_t transcript_skipped(const struct transcript_index *x)
{
	return x ? x->skipped : 0;
}

uint64_t transcript_hash(const struct transcript_index *x)
{
	return x && x->n ? x->hash | 1 : 0;
}

/* The line at an offset; it may have changed since: then it is no transcript, or another message's. */
static int read_at(const struct transcript_index *x, struct arena *a, uint64_t at, struct str *id, struct transcript *out)
{
	enum { USUAL = 4 * KIB };
	const int fd = x->fds[at >> FILE_SHIFT];
	const off_t offset = (off_t)(at & ((UINT64_C(1) << FILE_SHIFT) - 1));
	for (size_t room = USUAL;; room = LIM_TRANSCRIPT) {
		uint8_t *line = arena_alloc(a, room);
		if (!line)
			return ERR_ENV;
		ssize_t n = pread(fd, line, room, offset);
		if (n <= 0)
			return 0;
		struct str s = str_make(line, (size_t)n);
		size_t lf = str_find_byte(s, '\n');
		if (lf == STR_NPOS && (size_t)n == room && room < LIM_TRANSCRIPT)
			continue;
		return transcript_parse(a, str_first(s, lf), id, out);
	}
}

int transcript_find(const struct transcript_index *x, struct arena *a, struct str message_id, struct transcript *out)
{
	uint64_t key = hash64(message_id, 0);
	size_t lo = 0, hi = x ? x->n : 0;
	*out = (struct transcript){0};
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (x->v[mid].key < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; x && message_id.n && lo < x->n && x->v[lo].key == key; lo++) {
		struct str id;
		int rc = read_at(x, a, x->v[lo].at, &id, out);
		if (rc < 0 || (rc && str_eq(id, message_id)))
			return rc;
	}
	*out = (struct transcript){0};
	return 0;
}
