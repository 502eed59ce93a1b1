/* files.c - see files.h. */
#include "ingest/files.h"

#include <pthread.h>
#include <stdio.h>

#include "base/anomaly.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "base/vec.h"

enum { FILE_LEAST = 64 * KIB, MOST_PROBLEMS = 16, PROBLEM_PARTS = 4 };
static const int64_t settled_ns = 2000000000; /* FAT counts time in steps of two seconds, others are finer */

/* A file of the store. */
struct known_file {
	struct store_file file;
	struct source_problem *problems;
	size_t n_problems;
};

/* A file that the reader has read to its end. */
struct read_file {
	uint64_t number;
	struct store_file file; /* the feed is the writer's to tell */
	struct arena memory;    /* of its strings */
};

struct files {
	struct feed_set *feeds;
	bool reread;
	struct store *store;
	int64_t knowledge;
	struct map known;    /* of known files; value: struct known_file * */
	struct arena memory; /* of them: they may fill it */
	VEC(struct file_passed) passed;
	struct arena passed_memory; /* of the list */
	struct buf key;
	/* what the reader tells the writer */
	pthread_mutex_t lock;
	VEC(struct read_file) read;
	struct arena read_memory; /* of the list */
	/* the writer's */
	struct map feeds_put; /* those of this run */
	struct {
		uint64_t number; /* of the file that is being put; 0: none yet */
		const struct feed *feed;
		bool mixed; /* of several feeds */
		int64_t messages, doubtful, believed;
	} now;
};

int files_new(struct files **out, struct feed_set *feeds, bool reread, struct err *err)
{
	struct files *f = mem_zalloc(1, sizeof *f);
	if (!f)
		return err_oom(err, "files");
	f->feeds = feeds;
	f->reread = reread;
	map_init(&f->known, LIM_STORE_FILES);
	map_init(&f->feeds_put, LIM_STORE_FILES);
	arena_init(&f->memory, LIM_STORE_FILES);
	arena_init(&f->passed_memory, LIM_STORE_FILES);
	arena_init(&f->read_memory, LIM_STORE_FILES);
	buf_init(&f->key, 4 * LIM_PATH);
	pthread_mutex_init(&f->lock, NULL);
	*out = f;
	return 0;
}

void files_free(struct files *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->read.n; i++)
		arena_free(&f->read.v[i].memory);
	map_free(&f->known);
	map_free(&f->feeds_put);
	arena_free(&f->memory);
	arena_free(&f->passed_memory);
	arena_free(&f->read_memory);
	buf_free(&f->key);
	pthread_mutex_destroy(&f->lock);
	mem_free(f);
}

static int64_t mark_of(const struct files *f, const struct feed *feed)
{
	return (int64_t)(hash64(S(TRAPLINE_VERSION), (uint64_t)(f->knowledge ^ feed->boundary)) >> 1);
}

/* What a file is looked for by: its path, and its feed where that was said. */
static struct str key_of(struct files *f, struct str path, struct str feed)
{
	buf_clear(&f->key);
	buf_add(&f->key, path);
	buf_byte(&f->key, 0);
	buf_add(&f->key, feed);
	return buf_ok(&f->key) ? buf_str(&f->key) : S("");
}

/* Where a source's guess was made: it hangs on the folders above, too. */
static int64_t place_of(const struct source_file *file)
{
	return (int64_t)(hash64(file->argument, 0) >> 1);
}

/* ---- what the store knows ---- */

/* A text that is safe to print: the store may be someone else's. */
static const char *safe_text(struct arena *a, struct str text)
{
	struct buf b;
	buf_init_arena(&b, a, 16 * KIB);
	utf8_escape(text, &b);
	buf_z(&b);
	return b.oom ? NULL : (const char *)b.p;
}

static bool read_problems(struct arena *a, const struct store_file *file, struct known_file *k)
{
	const struct str *v = file->problems.v;
	size_t n = file->problems.n / PROBLEM_PARTS;
	if (n > MOST_PROBLEMS || !(k->problems = arena_zalloc(a, n + 1, sizeof *k->problems)))
		return false;
	for (; k->n_problems < n; v += PROBLEM_PARTS) {
		uint64_t kind;
		struct source_problem *p = &k->problems[k->n_problems++];
		if (!str_u64(v[0], &kind) || kind >= SOURCE_PROBLEM_KINDS || !str_u64(v[1], &p->count))
			return false;
		p->path = file->path;
		p->kind = (enum source_problem_kind)kind;
		p->member = v[2];
		p->text = safe_text(a, v[3]);
		if (!p->text)
			return false;
	}
	return true;
}

static bool copy_file(struct arena *a, const struct store_file *from, struct store_file *to)
{
	*to = *from;
	to->feed = arena_dup(a, from->feed);
	to->path = arena_dup(a, from->path);
	to->problems.v = arena_alloc(a, (from->problems.n + 1) * sizeof *to->problems.v);
	bool ok = to->feed.p && to->path.p && to->problems.v;
	for (size_t i = 0; i < from->problems.n && ok; i++) {
		to->problems.v[i] = arena_dup(a, from->problems.v[i]);
		ok = to->problems.v[i].p;
	}
	return ok;
}

/* One that memory is too small for is read again. */
static int load(void *ctx, const struct store_file *file)
{
	struct files *f = ctx;
	struct known_file *k = arena_zalloc(&f->memory, 1, sizeof *k);
	if (!k || !copy_file(&f->memory, file, &k->file))
		return 1;
	if (!read_problems(&f->memory, &k->file, k))
		return 0;
	struct map_entry *e = map_put(&f->known, key_of(f, k->file.path, k->file.feed_guessed ? S("") : k->file.feed), NULL);
	if (e)
		e->value = (uint64_t)(uintptr_t)k;
	return !e;
}

int files_load(struct files *f, struct store *s, int64_t knowledge, struct err *err)
{
	f->store = s;
	f->knowledge = knowledge;
	int rc = f->reread ? 0 : store_files(s, load, f, err);
	return rc < 0 ? rc : 0;
}

/* ---- the reader ---- */

static bool is_same(const struct store_file *k, const struct source_file *now)
{
	return k->size == now->size && k->modified == now->modified && k->status_changed == now->status_changed &&
	       k->inode == (int64_t)now->inode && (k->own_boxes || now->is_argument);
}

static bool is_known(void *ctx, struct source_file *now)
{
	struct files *f = ctx;
	struct err ignored = {0};
	if (now->size < (int64_t)FILE_LEAST || !f->known.n)
		return false;
	const struct feed *feed = feed_set_said(f->feeds, now->path);
	const struct map_entry *e = map_get(&f->known, key_of(f, now->path, feed ? feed->name : S("")));
	struct known_file *k = e ? (struct known_file *)(uintptr_t)e->value : NULL; /* NOLINT(performance-no-int-to-ptr) */
	if (!k || !is_same(&k->file, now))
		return false;
	if (!feed && k->file.place == place_of(now))
		feed = feed_set_guessed(f->feeds, k->file.feed, &ignored);
	if (!feed || k->file.mark != mark_of(f, feed))
		return false;
	struct file_passed *p = vec_push(&f->passed_memory, &f->passed, SIZE_MAX);
	if (!p)
		return false;
	*p = (struct file_passed){feed, &k->file};
	now->messages = (uint64_t)k->file.messages;
	now->problems = k->problems;
	now->n_problems = k->n_problems;
	return true;
}

static struct str number(struct arena *a, uint64_t n)
{
	char text[24];
	snprintf(text, sizeof text, "%llu", (unsigned long long)n);
	return arena_dup(a, str_of(text));
}

static bool write_problems(struct arena *a, const struct source_file *file, struct strs *out)
{
	struct str *v = arena_alloc(a, (file->n_problems * PROBLEM_PARTS + 1) * sizeof *v);
	*out = (struct strs){v, file->n_problems * PROBLEM_PARTS};
	for (size_t i = 0; v && i < file->n_problems; i++) {
		const struct source_problem *p = &file->problems[i];
		*v++ = number(a, p->kind);
		*v++ = number(a, p->count);
		*v++ = arena_dup(a, p->member);
		*v++ = arena_dup(a, str_of(p->text));
	}
	return v && !a->failed;
}

/* Out of memory: it is read again the next time. */
static void keep_read(struct files *f, const struct source_file *file)
{
	struct arena a;
	arena_init(&a, MIB);
	bool guessed = !feed_set_said(f->feeds, file->path);
	struct store_file s = {.path = arena_dup(&a, file->path),
		.feed_guessed = guessed,
		.place = guessed ? place_of(file) : 0,
		.own_boxes = file->own_boxes,
		.size = file->size,
		.modified = file->modified,
		.status_changed = file->status_changed,
		.inode = (int64_t)file->inode,
		.messages = (int64_t)file->messages};
	bool ok = s.path.p && write_problems(&a, file, &s.problems);
	struct read_file *r = ok ? vec_push(&f->read_memory, &f->read, SIZE_MAX) : NULL;
	if (r)
		*r = (struct read_file){file->number, s, a};
	else
		arena_free(&a);
}

static void was_read(void *ctx, const struct source_file *file)
{
	struct files *f = ctx;
	int64_t changed = file->modified > file->status_changed ? file->modified : file->status_changed;
	if (file->size < (int64_t)FILE_LEAST || file->messages < 2 || file->n_problems > MOST_PROBLEMS ||
		!(file->own_boxes || file->is_argument) || changed > file->opened - settled_ns)
		return;
	pthread_mutex_lock(&f->lock);
	keep_read(f, file);
	pthread_mutex_unlock(&f->lock);
}

struct source_memory files_memory(struct files *f)
{
	return (struct source_memory){is_known, was_read, f};
}

/* ---- the writer ---- */

/* Puts the file whose messages are all put, if it is one to be known, and forgets those before it. */
static int put_read(struct files *f, struct err *err)
{
	size_t i = 0;
	while (i < f->read.n && f->read.v[i].number < f->now.number)
		i++;
	int rc = 0;
	struct read_file *r = i < f->read.n && f->read.v[i].number == f->now.number ? &f->read.v[i++] : NULL;
	if (r && !f->now.mixed && r->file.messages == f->now.messages) {
		r->file.feed = f->now.feed->name;
		r->file.mark = mark_of(f, f->now.feed);
		r->file.doubtful = f->now.doubtful;
		r->file.believed = f->now.believed;
		rc = store_put_file(f->store, &r->file, err);
	}
	for (size_t k = 0; k < i; k++)
		arena_free(&f->read.v[k].memory);
	f->read.n -= i;
	if (f->read.n)
		memmove(f->read.v, f->read.v + i, f->read.n * sizeof *f->read.v);
	return rc;
}

static int end_file(struct files *f, struct err *err)
{
	pthread_mutex_lock(&f->lock);
	int rc = put_read(f, err);
	pthread_mutex_unlock(&f->lock);
	return rc;
}

static int begin_feed(struct files *f, const struct feed *feed, struct err *err)
{
	bool fresh = false;
	if (!map_put(&f->feeds_put, feed->name, &fresh))
		return err_oom(err, "files");
	return fresh ? store_forget_files(f->store, feed->name, mark_of(f, feed), err) : 0;
}

int files_see(struct files *f, const struct raw_mail *mail, const struct feed *feed, bool believed, struct err *err)
{
	int rc = 0;
	if (mail->file != f->now.number) {
		rc = end_file(f, err);
		memset(&f->now, 0, sizeof f->now);
		f->now.number = mail->file;
	}
	if (!rc && feed != f->now.feed)
		rc = begin_feed(f, feed, err);
	f->now.mixed |= f->now.feed && f->now.feed != feed;
	f->now.feed = feed;
	f->now.messages++;
	f->now.doubtful += (mail->anomalies & ANOM(doubtful_split)) != 0;
	f->now.believed += believed;
	return rc;
}

int files_end(struct files *f, struct err *err)
{
	return end_file(f, err);
}

const struct file_passed *files_passed(const struct files *f, size_t *n)
{
	*n = f->passed.n;
	return f->passed.v;
}
