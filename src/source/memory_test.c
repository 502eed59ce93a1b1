/* memory_test.c - what a source asks and tells about files that an earlier run has read. */
#include "base/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "source/source.h"

#define F "From a@b.example Mon Aug  2 01:02:03 2010\n"
#define M "Subject: one\n\nx\n\n"

enum { FILES = 8 };

struct watch {
	struct source_file asked[FILES], read[FILES];
	size_t n_asked, n_read;
	uint64_t known; /* this one need not be read */
	char last[FILES][32];
};

static const struct source_problem was = {STR_INIT("box"), STR_INIT("m"), SOURCE_DOUBTFUL, 3, "box/m: 3 doubtful"};

static bool is_known(void *ctx, struct source_file *f)
{
	struct watch *w = ctx;
	w->asked[w->n_asked++] = *f;
	if (f->number != w->known)
		return false;
	f->messages = 7;
	f->problems = &was;
	f->n_problems = 1;
	return true;
}

static void was_read(void *ctx, const struct source_file *f)
{
	struct watch *w = ctx;
	snprintf(w->last[w->n_read], sizeof w->last[0], "%.*s", STR_FMT(f->path));
	w->read[w->n_read++] = *f;
}

static void put(const char *path, const char *content)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	assert_true(fd >= 0 && write(fd, content, strlen(content)) == (ssize_t)strlen(content));
	close(fd);
}

/* Reads the paths; the box `grown` becomes longer after its first message. */
static struct source_progress pull(const char *const *paths, size_t n, const char *grown, struct watch *w, size_t *problems)
{
	struct source_settings set = {.memory = {is_known, was_read, w}};
	struct source *s;
	struct arena arena;
	struct raw_mail m;
	struct err err = {0};
	int rc;
	arena_init(&arena, MIB);
	assert_int_equal(source_open(&s, paths, n, &set, &err), 0);
	while ((rc = source_next(s, &arena, &m, &err)) == 1) {
		assert_int_equal(m.file, w->n_asked);
		if (grown && str_eq(m.path, str_of(grown)))
			put(grown, " ");
		grown = NULL;
	}
	assert_int_equal(rc, 0);
	struct source_progress at = *source_progress(s);
	const struct source_problem *p = source_problems(s, problems);
	if (*problems)
		assert_true(p[0].count == was.count ? p[0].kind == was.kind && strcmp(p[0].text, was.text) == 0 : p[0].count == 1);
	assert_int_equal(at.bytes_read, at.bytes_total);
	source_close(s);
	arena_free(&arena);
	return at;
}

/* Boxes, a file of one message, one that is no mail, and a folder's box. */
static void test_told(void **state)
{
	static const char *const paths[] = {"box", "folder", "junk", "one"};
	struct watch w = {0};
	struct stat st;
	size_t problems;
	(void)state;
	put("box", F M F M);
	put("folder/box", F M F M F M);
	put("junk", "\1\2\3");
	put("one", M);
	assert_int_equal(pull(paths, 4, NULL, &w, &problems).messages, 6);
	assert_int_equal(w.n_asked, 4);
	assert_int_equal(w.n_read, 4);
	assert_int_equal(problems, 1);
	assert_int_equal(stat("box", &st), 0);
	const struct source_file *f = w.read;
	assert_true(f[0].number == 1 && f[0].is_argument && f[0].messages == 2 && f[0].own_boxes && f[0].inode == st.st_ino);
	assert_true(f[0].size == st.st_size && f[0].modified / 1000000000 == st.st_mtim.tv_sec &&
		    f[0].status_changed % 1000000000 == st.st_ctim.tv_nsec);
	assert_true(f[0].opened >= f[0].status_changed && strcmp(w.last[0], "box") == 0 && !f[0].n_problems);
	assert_true(f[1].number == 2 && !f[1].is_argument && f[1].messages == 3 && strcmp(w.last[1], "folder/box") == 0);
	assert_true(f[2].messages == 0 && f[2].n_problems == 1);
	assert_true(f[3].messages == 1 && !f[3].own_boxes);
}

/* What is known is not read; its messages and problems count. */
static void test_passed_over(void **state)
{
	static const char *const paths[] = {"box", "two"};
	struct watch w = {.known = 1};
	size_t problems;
	(void)state;
	put("box", F M F M);
	put("two", F M F M);
	struct source_progress at = pull(paths, 2, NULL, &w, &problems);
	assert_int_equal(at.messages, 7 + 2);
	assert_int_equal(at.problems[SOURCE_DOUBTFUL], 3);
	assert_int_equal(problems, 1);
	assert_true(w.n_asked == 2 && w.n_read == 1 && w.read[0].number == 2);
}

/* A file that changes while it is read, and one with a problem that leaves mail out, are not told of. */
static void test_not_told(void **state)
{
	static const char *const paths[] = {"box", "cut", "two"};
	struct watch w = {0};
	size_t problems;
	(void)state;
	put("box", F M F M);
	put("cut", "1000\nSubject: an .emlx that is cut\n\nx\n");
	put("two", F M F M);
	pull(paths, 3, "box", &w, &problems);
	assert_int_equal(w.n_asked, 3);
	assert_true(w.n_read == 1 && strcmp(w.last[0], "two") == 0);
}

static int enter(void **state)
{
	static char folder[64];
	snprintf(folder, sizeof folder, "/tmp/trapline-memory-XXXXXX");
	*state = mkdtemp(folder);
	return !*state || chdir(folder) || mkdir("folder", 0700);
}

static int leave(void **state)
{
	static const char *const names[] = {"box", "folder/box", "junk", "one", "two", "cut"};
	for (size_t i = 0; i < COUNT(names); i++)
		unlink(names[i]);
	return rmdir("folder") || chdir("/tmp") || rmdir(*state);
}

int main(void)
{
#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, enter, leave)
	const struct CMUnitTest tests[] = {IN_FOLDER(test_told), IN_FOLDER(test_passed_over), IN_FOLDER(test_not_told)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
