/* hsdb.c - see hsdb.h. The cache file: struct head, then the serialised database. */
#include "match/hsdb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"

struct head {
	uint8_t magic[8];
	uint8_t key[SHA256_BYTES];
	uint8_t sum[SHA256_BYTES]; /* of all that follows the head */
};
static const uint8_t magic[8] = "TLHSDB2\n";

/* The expressions in libhs's form. */
struct expressions {
	const char **text;
	unsigned *flags, *ids;
	unsigned n;
};

enum { FLAGS = HS_FLAG_SOM_LEFTMOST | HS_FLAG_DOTALL | HS_FLAG_CASELESS };

static bool collect(struct expressions *e, struct arena *a, const struct lexicon *x)
{
	*e = (struct expressions){0};
	e->text = arena_alloc(a, (x->n_phrases + 1) * sizeof *e->text);
	e->flags = arena_alloc(a, (x->n_phrases + 1) * sizeof *e->flags);
	e->ids = arena_alloc(a, (x->n_phrases + 1) * sizeof *e->ids);
	if (!e->text || !e->flags || !e->ids)
		return false;
	for (size_t i = 0; i < x->n_phrases; i++) {
		if (x->phrases[i].kind != PHRASE_PATTERN)
			continue;
		struct str s = arena_dup(a, x->phrases[i].text); /* with a NUL behind it */
		if (!s.p)
			return false;
		e->text[e->n] = (const char *)s.p;
		e->flags[e->n] = FLAGS;
		e->ids[e->n++] = (unsigned)i;
	}
	return true;
}

static int compile_error(const struct lexicon *x, const struct expressions *e, const hs_compile_error_t *why, struct err *err)
{
	if (strstr(why->message, "allocate memory")) /* libhs has no code for it here */
		return err_oom(err, "patterns");
	if (why->expression < 0 || (unsigned)why->expression >= e->n)
		return err_set(err, ERR_ENV, "libhs cannot compile the packs: %s", why->message);
	const struct phrase *p = &x->phrases[e->ids[why->expression]];
	const struct pack_entry *at =
		p->kind == PHRASE_WORD ? &x->pack->categories[p->owner].entry : &x->pack->brands[p->owner].entry;
	return err_set(err, ERR_INPUT, "%.*s:%u: %.*s: \"%.*s\" is no pattern: %s", STR_FMT(at->file), at->line,
		STR_FMT(str_first(at->name, 100)), STR_FMT(str_first(p->text, 100)), why->message);
}

static int compile(struct hsdb *h, const struct lexicon *x, struct err *err)
{
	int rc = 0;
	struct arena a;
	struct expressions e;
	hs_compile_error_t *why = NULL;
	arena_init(&a, LIM_PACK_ARENA);
	if (!collect(&e, &a, x))
		rc = err_oom(err, "patterns");
	else if (hs_compile_multi(e.text, e.flags, e.ids, e.n, HS_MODE_BLOCK, NULL, &h->patterns, &why) != HS_SUCCESS)
		rc = compile_error(x, &e, why, err);
	hs_free_compile_error(why);
	arena_free(&a);
	return rc;
}

/* ---- cache ---- */
static int cache_key(const struct lexicon *x, uint8_t key[SHA256_BYTES], struct err *err)
{
	struct sha256 *h = sha256_new();
	hs_platform_info_t cpu;
	if (!h)
		return err_oom(err, "patterns");
	memset(&cpu, 0, sizeof cpu);
	hs_populate_platform(&cpu);
	sha256_begin(h);
	sha256_add(h, str_make(magic, sizeof magic));
	sha256_add(h, str_of(hs_version()));
	sha256_add(h, str_make(&cpu, sizeof cpu));
	for (uint64_t i = 0; i < x->n_phrases; i++) {
		struct str s = x->phrases[i].text;
		uint64_t head[3] = {i, FLAGS, s.n};
		if (x->phrases[i].kind != PHRASE_PATTERN)
			continue;
		sha256_add(h, str_make(head, sizeof head));
		sha256_add(h, s);
	}
	sha256_end(h, key);
	sha256_del(h);
	return 0;
}

/* "" when there is nowhere to keep a cache. */
static void cache_folder(const char *cache_dir, struct buf *out)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	if (cache_dir)
		buf_printf(out, "%s", cache_dir);
	else if (xdg && xdg[0] == '/')
		buf_printf(out, "%s/trapline", xdg);
	else if (home && home[0] == '/')
		buf_printf(out, "%s/.cache/trapline", home);
	buf_z(out);
}

static void make_folders(const char *path)
{
	char t[LIM_PATH];
	size_t n = strlen(path);
	if (n >= sizeof t)
		return;
	for (size_t i = 1; i <= n; i++)
		if (path[i] == '/' || path[i] == 0) {
			memcpy(t, path, i);
			t[i] = 0;
			mkdir(t, 0700); /* a failure shows when the file is made */
		}
}

/* The bytes of a file that is the user's own and that nobody else can write. */
static bool read_own(int fd, struct buf *out)
{
	struct stat st;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return false;
	if (st.st_size < 0 || (uint64_t)st.st_size > LIM_PACK_CACHE)
		return false;
	for (;;) {
		size_t room;
		uint8_t *p = buf_room(out, (size_t)st.st_size + 1 - out->n, &room);
		ssize_t k = p && room ? read(fd, p, room) : -1;
		if (k < 0 && p && room && errno == EINTR)
			continue;
		if (k <= 0 || (out->n += (size_t)k) > (size_t)st.st_size)
			return k == 0;
	}
}

static bool restore(struct hsdb *h, struct str file, const uint8_t key[SHA256_BYTES])
{
	struct head head;
	uint8_t sum[SHA256_BYTES];
	if (file.n < sizeof head)
		return false;
	memcpy(&head, file.p, sizeof head);
	struct str body = str_from(file, sizeof head);
	sha256(body, sum);
	if (memcmp(head.magic, magic, sizeof magic) != 0 || memcmp(head.key, key, SHA256_BYTES) != 0 ||
		memcmp(head.sum, sum, SHA256_BYTES) != 0)
		return false;
	const char *blob = (const char *)body.p;
	char *info = NULL;
	if (hs_serialized_database_info(blob, body.n, &info) != HS_SUCCESS)
		return false;
	mem_free(info);
	return hs_deserialize_database(blob, body.n, &h->patterns) == HS_SUCCESS;
}

static bool cache_load(struct hsdb *h, const char *path, const uint8_t key[SHA256_BYTES])
{
	struct buf b;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return false;
	buf_init(&b, LIM_PACK_CACHE + 1);
	bool ok = read_own(fd, &b) && restore(h, buf_str(&b), key);
	close(fd);
	buf_free(&b);
	if (!ok)
		hsdb_close(h);
	return ok;
}

static bool write_all(int fd, struct str s)
{
	while (s.n) {
		ssize_t k = write(fd, s.p, s.n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		s = str_from(s, (size_t)k);
	}
	return true;
}

/* head and database into one buffer */
static bool serialise(const struct hsdb *h, const uint8_t key[SHA256_BYTES], struct buf *out)
{
	struct head head = {0};
	memcpy(head.magic, magic, sizeof magic);
	memcpy(head.key, key, SHA256_BYTES);
	buf_add(out, str_make(&head, sizeof head));
	char *bytes = NULL;
	size_t n = 0;
	if (hs_serialize_database(h->patterns, &bytes, &n) != HS_SUCCESS)
		return false;
	buf_add(out, str_make(bytes, n));
	mem_free(bytes);
	if (!buf_ok(out))
		return false;
	sha256(str_from(buf_str(out), sizeof head), head.sum);
	memcpy(out->p, &head, sizeof head);
	return true;
}

static void cache_save(const struct hsdb *h, const char *dir, const char *path, const uint8_t key[SHA256_BYTES])
{
	char temp[LIM_PATH];
	struct buf b;
	if ((size_t)snprintf(temp, sizeof temp, "%s.XXXXXX", path) >= sizeof temp)
		return;
	buf_init(&b, LIM_PACK_CACHE);
	if (serialise(h, key, &b)) {
		make_folders(dir);
		int fd = mkostemp(temp, O_CLOEXEC);
		bool ok = fd >= 0 && write_all(fd, buf_str(&b));
		if (fd >= 0)
			ok = close(fd) == 0 && ok;
		if (fd >= 0 && (!ok || rename(temp, path) != 0))
			unlink(temp);
	}
	buf_free(&b);
}

static bool has_patterns(const struct lexicon *x)
{
	for (size_t i = 0; i < x->n_phrases; i++)
		if (x->phrases[i].kind == PHRASE_PATTERN)
			return true;
	return false;
}

int hsdb_open(struct hsdb *h, const struct lexicon *x, const char *cache_dir, struct err *err)
{
	uint8_t key[SHA256_BYTES];
	char hex[SHA256_HEX], path[LIM_PATH] = "";
	struct buf dir;
	*h = (struct hsdb){0};
	if (!has_patterns(x))
		return 0;
	if (hs_valid_platform() != HS_SUCCESS)
		return err_set(err, ERR_ENV, "libhs does not run on this processor");
	hs_set_allocator(mem_alloc, mem_free);
	int rc = cache_key(x, key, err);
	if (rc < 0)
		return rc;
	buf_init(&dir, LIM_PATH);
	cache_folder(cache_dir, &dir);
	hex_encode(key, 16, hex);
	if (buf_ok(&dir) && dir.n &&
		(size_t)snprintf(path, sizeof path, "%.*s/match-%.32s.hsdb", STR_FMT(buf_str(&dir)), hex) >= sizeof path)
		path[0] = 0;
	if (path[0] && cache_load(h, path, key)) {
		h->from_cache = true;
	} else {
		rc = compile(h, x, err);
		if (rc == 0 && path[0])
			cache_save(h, (const char *)dir.p, path, key);
	}
	buf_free(&dir);
	if (rc < 0)
		hsdb_close(h);
	return rc;
}

void hsdb_close(struct hsdb *h)
{
	hs_free_database(h->patterns);
	*h = (struct hsdb){0};
}
