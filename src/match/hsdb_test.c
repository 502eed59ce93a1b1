/* hsdb_test.c - the cache of compiled patterns: used when whole, never trusted when not. */
#include "match/hsdb.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/limits.h"
#include "base/test.h"

static const char pack_text[] =
	"format: 1\nbrands:\n  - {name: Harbour Pharmacy, source: s, phrases: [Harbour Pharmacy], patterns: ['a.c']}\n";

struct set {
	char dir[64], sub[80], path[400];
	struct pack *pack;
	struct lexicon lexicon;
};

static void load(struct set *s, const char *text)
{
	struct pack_text t = {"p.yaml", str_of(text)};
	unsigned layer = 0;
	struct err err = {0};
	assert_int_equal(pack_open_texts(&s->pack, &t, &layer, 1, &err), 0);
	assert_int_equal(lexicon_build(&s->lexicon, s->pack, &err), 0);
}

static void unload(struct set *s)
{
	lexicon_free(&s->lexicon);
	pack_close(s->pack);
}

/* The folder of the cache is not there yet: it is made. */
static void set_up(struct set *s)
{
	snprintf(s->dir, sizeof s->dir, "/tmp/trapline-hsdb-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->sub, sizeof s->sub, "%s/deep/cache", s->dir);
	load(s, pack_text);
}

static size_t files_in(const char *dir, char *last, size_t size)
{
	DIR *d = opendir(dir);
	size_t n = 0;
	for (struct dirent *e; d && (e = readdir(d));)
		if (e->d_name[0] != '.') {
			n++;
			snprintf(last, size, "%s/%s", dir, e->d_name);
		}
	if (d)
		closedir(d);
	return n;
}

static void tear_down(struct set *s)
{
	char path[400];
	unload(s);
	while (files_in(s->sub, path, sizeof path))
		unlink(path);
	rmdir(s->sub);
	snprintf(path, sizeof path, "%s/deep", s->dir);
	rmdir(path);
	assert_int_equal(rmdir(s->dir), 0);
}

static bool cached(struct set *s)
{
	struct hsdb h;
	struct err err = {0};
	assert_int_equal(hsdb_open(&h, &s->lexicon, s->sub, &err), 0);
	assert_non_null(h.patterns);
	bool c = h.from_cache;
	hsdb_close(&h);
	return c;
}

static void used_when_whole(void **state)
{
	struct set s;
	(void)state;
	set_up(&s);
	assert_false(cached(&s));
	assert_int_equal(files_in(s.sub, s.path, sizeof s.path), 1); /* no temporary file is left */
	assert_true(cached(&s));
	unload(&s);
	load(&s,
		"format: 1\nbrands:\n  - {name: Harbour Pharmacies, source: s, phrases: [Harbour Pharmacies], patterns: ['a.d']}\n");
	assert_false(cached(&s)); /* other patterns, another file */
	assert_int_equal(files_in(s.sub, s.path, sizeof s.path), 2);
	unload(&s);
	load(&s,
		"format: 1\nbrands:\n  - {name: Harbour Pharmacy, source: other, phrases: [Harbour Pharmacy], patterns: ['a.c'], example_domains: [a.example]}\n");
	assert_true(cached(&s)); /* the same patterns */
	tear_down(&s);
}

static void put(const char *path, struct str s)
{
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(s.p, 1, s.n, f), s.n);
	fclose(f);
}

static void damaged(void **state)
{
	struct set s;
	uint8_t *p;
	size_t n;
	struct err err = {0};
	(void)state;
	set_up(&s);
	assert_false(cached(&s));
	assert_int_equal(files_in(s.sub, s.path, sizeof s.path), 1);
	assert_int_equal(file_read(s.path, 64 << 20, &p, &n, &err), 0);
	for (size_t i = 0; i < n; i += i < 128 ? 5 : n / 13) {
		p[i] ^= 0x20;
		put(s.path, str_make(p, n));
		p[i] ^= 0x20;
		assert_false(cached(&s)); /* compiled anew and written again */
		assert_true(cached(&s));
	}
	for (size_t cut = 0; cut < n; cut += cut < 100 ? 17 : n / 5) {
		put(s.path, str_make(p, cut));
		assert_false(cached(&s));
	}
	mem_free(p);
	tear_down(&s);
}

static void foreign(void **state)
{
	struct set s;
	char other[420];
	(void)state;
	set_up(&s);
	assert_false(cached(&s));
	assert_int_equal(files_in(s.sub, s.path, sizeof s.path), 1);
	assert_int_equal(chmod(s.path, 0666), 0); /* others may have written it */
	assert_false(cached(&s));
	assert_true(cached(&s));
	snprintf(other, sizeof other, "%s/elsewhere", s.sub);
	assert_int_equal(rename(s.path, other), 0);
	assert_int_equal(symlink(other, s.path), 0);
	assert_false(cached(&s));
	unlink(s.path);
	assert_int_equal(mkdir(s.path, 0700), 0); /* cannot be replaced: still no error */
	assert_false(cached(&s));
	assert_int_equal(rmdir(s.path), 0);
	tear_down(&s);
}

static void nowhere(void **state)
{
	struct set s;
	struct hsdb h;
	struct err err = {0};
	(void)state;
	set_up(&s);
	assert_int_equal(hsdb_open(&h, &s.lexicon, "/dev/null/none", &err), 0);
	hsdb_close(&h);
	assert_int_equal(hsdb_open(&h, &s.lexicon, "", &err), 0);
	assert_false(h.from_cache);
	hsdb_close(&h);
	setenv("XDG_CACHE_HOME", s.dir, 1);
	assert_int_equal(hsdb_open(&h, &s.lexicon, NULL, &err), 0);
	hsdb_close(&h);
	snprintf(s.sub, sizeof s.sub, "%s/trapline", s.dir);
	assert_int_equal(files_in(s.sub, s.path, sizeof s.path), 1);
	tear_down(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(used_when_whole),
		cmocka_unit_test(damaged),
		cmocka_unit_test(foreign),
		cmocka_unit_test(nowhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
