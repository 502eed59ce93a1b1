/* walk.c - see walk.h. */
#include "source/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"

struct name {
	const char *z;
	unsigned char type; /* DT_* */
};

/* A folder that is being walked. */
struct level {
	struct arena memory; /* of the names' bytes */
	struct name *names;
	size_t n, cap, next;
	char begin[NAME_MAX + 1]; /* the first that was not done before; "": nothing was */
	char bound[NAME_MAX + 1]; /* the first that is not listed, as the ones before it fill the memory; "": all are */
	size_t path_n;            /* length of the folder's path */
	bool has_cur, has_new;    /* folders of a Maildir */
	bool maildir;             /* holds cur/ and new/ */
	bool delivered;           /* is cur/ or new/ of a Maildir */
};

struct walk {
	const char *const *paths;
	size_t n_paths, argument;
	char path[PATH_MAX];
	char root[PATH_MAX]; /* the argument, resolved: where links must not lead */
	char text[256];
	struct level level[LIM_WALK_DEPTH];
	size_t depth;
	size_t most_bytes;   /* of the names of one folder: LIM_WALK_NAMES; lower in tests */
	struct map followed; /* folders outside the argument that links led to */
};

struct walk *walk_new(const char *const *paths, size_t n, struct err *err)
{
	struct walk *w = mem_zalloc(1, sizeof *w);
	if (!w) {
		err_oom(err, "list of files");
		return NULL;
	}
	w->paths = paths;
	w->n_paths = n;
	w->most_bytes = LIM_WALK_NAMES;
	map_init(&w->followed, LIM_WALK_LINKS * LIM_PATH);
	return w;
}

void walk_hold(struct walk *w, size_t bytes)
{
	w->most_bytes = bytes;
}

static void leave(struct walk *w)
{
	struct level *l = &w->level[--w->depth];
	arena_free(&l->memory);
	mem_free(l->names);
}

void walk_free(struct walk *w)
{
	if (!w)
		return;
	while (w->depth)
		leave(w);
	map_free(&w->followed);
	mem_free(w);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->z, ((const struct name *)b)->z);
}

/* Keeps the smaller half: the others are listed again when these are done. */
static bool halve(struct level *l)
{
	struct arena smaller;
	size_t half = l->n / 2;
	bool ok = true;
	arena_init(&smaller, l->memory.max);
	qsort(l->names, l->n, sizeof *l->names, by_name);
	snprintf(l->bound, sizeof l->bound, "%s", l->names[half].z);
	for (size_t i = 0; i < half && ok; i++)
		ok = (l->names[i].z = (const char *)arena_dup(&smaller, str_of(l->names[i].z)).p);
	arena_free(&l->memory);
	l->memory = smaller;
	l->n = ok ? half : 0;
	return ok;
}

static bool is_listed(const struct level *l, const char *z)
{
	return (!*l->begin || strcmp(z, l->begin) >= 0) && (!*l->bound || strcmp(z, l->bound) < 0);
}

static bool add_name(struct level *l, const struct dirent *e)
{
	bool folder = e->d_type == DT_DIR || e->d_type == DT_UNKNOWN || e->d_type == DT_LNK;
	l->has_cur |= folder && strcmp(e->d_name, "cur") == 0;
	l->has_new |= folder && strcmp(e->d_name, "new") == 0;
	if (!is_listed(l, e->d_name))
		return true;
	struct str z = arena_dup(&l->memory, str_of(e->d_name));
	if (!z.p && l->memory.full && l->n > 1) {
		if (!halve(l))
			return false;
		if (!is_listed(l, e->d_name))
			return true;
		z = arena_dup(&l->memory, str_of(e->d_name));
	}
	if (!z.p || !mem_room((void **)&l->names, &l->cap, l->n + 1, sizeof *l->names))
		return false;
	l->names[l->n++] = (struct name){(const char *)z.p, e->d_type};
	return true;
}

static int report(struct walk *w, struct walk_item *out, int event, const char *why, int error)
{
	char reason[96];
	snprintf(w->text, sizeof w->text, "%s%s%s", why, error ? ": " : "", error ? strerror_r(error, reason, sizeof reason) : "");
	out->text = w->text;
	return event;
}

/* Whether the folder w->path is cur/ or new/ of a Maildir, when it is an argument itself. */
static bool inside_maildir(const char *root)
{
	char sibling[PATH_MAX + 8];
	const char *slash = strrchr(root, '/');
	struct stat st;
	if (!slash || (strcmp(slash, "/cur") != 0 && strcmp(slash, "/new") != 0))
		return false;
	snprintf(sibling, sizeof sibling, "%.*s/%s", (int)(slash - root), root, strcmp(slash, "/cur") == 0 ? "new" : "cur");
	return stat(sibling, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Lists the folder w->path from l->begin on, as much as the memory holds. 0, or an event, or an error. */
static int list(struct walk *w, struct level *l, struct walk_item *out, struct err *err)
{
	int result = 0;
	DIR *dir = opendir(w->path);
	if (!dir)
		return report(w, out, WALK_UNREADABLE, "cannot open folder", errno);
	arena_init(&l->memory, w->most_bytes);
	for (;;) {
		errno = 0;
		struct dirent *e = readdir(dir);
		if (!e) {
			if (errno)
				result = report(w, out, WALK_UNREADABLE, "cannot read folder", errno);
			break;
		}
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (!add_name(l, e)) {
			result = err_oom(err, "names of a folder");
			break;
		}
	}
	closedir(dir);
	if (l->n)
		qsort(l->names, l->n, sizeof *l->names, by_name);
	l->maildir = l->has_cur && l->has_new;
	return result;
}

/* The folder w->path becomes the deepest level. 0, or an event, or an error. */
static int enter(struct walk *w, bool delivered, struct walk_item *out, struct err *err)
{
	if (w->depth == LIM_WALK_DEPTH)
		return report(w, out, WALK_UNREADABLE, "folders nested too deep", 0);
	struct level *l = &w->level[w->depth++];
	*l = (struct level){.path_n = strlen(w->path), .delivered = delivered};
	return list(w, l, out, err);
}

/* The names of the deepest level are done. 0, or an event, or an error. */
static int go_on(struct walk *w, struct walk_item *out, struct err *err)
{
	struct level *l = &w->level[w->depth - 1];
	if (!*l->bound) {
		leave(w);
		return 0;
	}
	memcpy(l->begin, l->bound, sizeof l->begin);
	*l->bound = 0;
	l->n = l->next = 0;
	arena_free(&l->memory);
	w->path[l->path_n] = 0;
	out->path = str_of(w->path);
	return list(w, l, out, err);
}

/* path is folder or lies below it. */
static bool within(const char *path, const char *folder)
{
	size_t n = strlen(folder);
	return strncmp(path, folder, n) == 0 && (path[n] == 0 || path[n] == '/' || (n && folder[n - 1] == '/'));
}

/* Whether to follow the link w->path; else why not is in out. 1, or an event, or an error. */
static int follow(struct walk *w, struct walk_item *out, struct err *err)
{
	char target[PATH_MAX];
	struct stat st;
	if (!realpath(w->path, target) || stat(target, &st) != 0)
		return report(w, out, WALK_UNREADABLE, "broken symbolic link", errno);
	if (within(target, w->root) || within(w->root, target))
		return report(w, out, WALK_LINK, "symbolic link not followed: it leads into the folder that is being read", 0);
	for (size_t i = 0; i < w->followed.n; i++) {
		char seen[PATH_MAX];
		struct str key = w->followed.entries[i].key;
		snprintf(seen, sizeof seen, "%.*s", STR_FMT(key));
		if (within(target, seen) || (S_ISDIR(st.st_mode) && within(seen, target)))
			return report(w, out, WALK_LINK, "symbolic link not followed: its target is read through another link", 0);
	}
	if (w->followed.n == LIM_WALK_LINKS)
		return report(w, out, WALK_LINK, "symbolic link not followed: too many links", 0);
	return map_put(&w->followed, str_of(target), NULL) ? 1 : err_oom(err, "symbolic links");
}

/* The next name of the deepest folder, in w->path. An event, an error, or -1 for "go on". */
static int take_name(struct walk *w, struct walk_item *out, struct err *err)
{
	enum { GO_ON = -1 };
	struct level *l = &w->level[w->depth - 1];
	const struct name *name = &l->names[l->next++];
	const char *slash = l->path_n && w->path[l->path_n - 1] == '/' ? "" : "/";
	int n = snprintf(w->path + l->path_n, sizeof w->path - l->path_n, "%s%s", slash, name->z);
	struct stat st;
	out->path = str_of(w->path);
	if (n < 0 || (size_t)n >= sizeof w->path - l->path_n)
		return report(w, out, WALK_UNREADABLE, "path too long", 0);
	if (lstat(w->path, &st) != 0)
		return report(w, out, WALK_UNREADABLE, "cannot look at it", errno);
	if (S_ISLNK(st.st_mode)) {
		int go = follow(w, out, err);
		if (go != 1)
			return go;
		if (stat(w->path, &st) != 0)
			return report(w, out, WALK_UNREADABLE, "cannot look at it", errno);
	}
	if (S_ISDIR(st.st_mode)) {
		if (l->maildir && strcmp(name->z, "tmp") == 0)
			return GO_ON;
		bool delivered = l->maildir && (strcmp(name->z, "cur") == 0 || strcmp(name->z, "new") == 0);
		int r = enter(w, delivered, out, err);
		return r ? r : GO_ON;
	}
	if (!S_ISREG(st.st_mode))
		return report(w, out, WALK_SPECIAL, "not a regular file", 0);
	if (l->delivered && name->z[0] == '.')
		return GO_ON;
	out->size = (uint64_t)st.st_size;
	out->regular = true;
	out->maildir = l->delivered;
	return WALK_FILE;
}

/* The next argument. An event, an error, or -1 for "go on": a folder was entered. */
static int take_argument(struct walk *w, struct walk_item *out, struct err *err)
{
	const char *path = w->paths[w->argument++];
	struct stat st;
	out->argument = w->argument - 1;
	out->is_argument = true;
	int n = snprintf(w->path, sizeof w->path, "%s", path);
	out->path = str_of(w->path);
	if (n == 0)
		return err_set(
			err, ERR_INPUT, "empty path: name a mail file, mbox, Maildir, folder or archive, or - for standard input");
	if ((size_t)n >= sizeof w->path)
		return err_set(err, ERR_INPUT, "%.80s...: path too long", path);
	if (strcmp(path, "-") == 0)
		return WALK_FILE;
	if (stat(path, &st) != 0)
		return err_errno(err, ERR_INPUT, "%s: cannot be read; check the path", path);
	if (S_ISDIR(st.st_mode)) {
		if (!realpath(path, w->root))
			return err_errno(err, ERR_INPUT, "%s: cannot be resolved", path);
		map_clear(&w->followed);
		int r = enter(w, inside_maildir(w->root), out, err);
		return r ? r : -1;
	}
	out->regular = S_ISREG(st.st_mode);
	out->size = out->regular ? (uint64_t)st.st_size : 0;
	return WALK_FILE;
}

int walk_next(struct walk *w, struct walk_item *out, struct err *err)
{
	for (;;) {
		*out = (struct walk_item){.argument = w->argument ? w->argument - 1 : 0};
		while (w->depth && w->level[w->depth - 1].next == w->level[w->depth - 1].n) {
			int r = go_on(w, out, err);
			if (r)
				return r;
		}
		if (!w->depth && w->argument == w->n_paths)
			return WALK_END;
		int r = w->depth ? take_name(w, out, err) : take_argument(w, out, err);
		if (r != -1)
			return r;
	}
}
