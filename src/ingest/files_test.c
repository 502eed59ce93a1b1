/* files_test.c - which files are known afterwards, and which of these are passed over. */
#include "ingest/files.h"

#include "base/limits.h"
#include "store/store_fixture_test.h"

enum { MESSAGES = 5 };
static const int64_t second = 1000000000, now = 1700000000 * (int64_t)1000000000;

/* A box that changed a day ago. */
static struct source_file box(uint64_t number)
{
	return (struct source_file){.number = number,
		.path = S("in/box"),
		.argument = S("/mail/in"),
		.size = MIB,
		.modified = now - 86400 * second,
		.status_changed = now - 86400 * second,
		.opened = now,
		.inode = UINT64_MAX,
		.messages = MESSAGES,
		.own_boxes = true};
}

/* A run. f: what was read, or NULL; messages: put of it. *known: whether ask was known. 0 or an error. */
static int run(struct fixture *x, const char *name, int64_t knowledge, const struct source_file *f, int64_t messages,
	const struct source_file *ask, bool *known)
{
	struct feed_set *feeds = NULL;
	struct files *files = NULL;
	const struct feed *feed = NULL;
	struct source_memory m = {0};
	const struct feed_settings set = {.name = name};
	int rc = feed_set_new(&feeds, &set, &err);
	rc = rc ? rc : files_new(&files, feeds, false, &err);
	rc = rc ? rc : files_load(files, x->s, knowledge, &err);
	if (!rc)
		m = files_memory(files);
	struct source_file asked = ask ? *ask : (struct source_file){0};
	*known = !rc && ask && m.known(m.ctx, &asked);
	if (*known)
		assert_true(asked.messages == MESSAGES && asked.n_problems == (f ? f->n_problems : asked.n_problems));
	rc = rc ? rc : store_begin(x->s, &err);
	for (int64_t i = 0; f && i < messages && !rc; i++) {
		const struct raw_mail mail = {.path = f->path, .feed_guess = S("guess"), .file = f->number};
		if (!(feed = feed_set_of(feeds, &mail, &err)))
			rc = err.kind;
		const struct store_feed put = {.name = feed ? feed->name : S(""), .kind = S("trap")};
		if (!rc && (rc = store_put_feed(x->s, &put, &err)) >= 0)
			rc = files_see(files, &mail, feed, i == 0, &err);
	}
	if (f && !rc)
		m.read(m.ctx, f);
	rc = rc ? rc : files_end(files, &err);
	rc = store_end(x->s, rc, &err);
	size_t n = 0;
	if (*known)
		assert_true(files_passed(files, &n)->file->believed == 1 && n == 1);
	files_free(files);
	feed_set_free(feeds);
	return rc;
}

/* Whether box is known to a run, after one that read f. */
static bool known_after(struct fixture *x, const struct source_file *f, int64_t messages, const struct source_file *ask)
{
	bool known;
	assert_int_equal(run(x, "f", 1, f, messages, NULL, &known), 0);
	assert_int_equal(run(x, "f", 1, NULL, 0, ask, &known), 0);
	return known;
}

static void test_what_is_known(void **state)
{
	struct fixture *x = *state;
	const struct source_file good = box(1);
	struct source_file f = good;
	assert_false(known_after(x, NULL, 0, &good));
	assert_false(known_after(x, &good, MESSAGES - 1, &good)); /* a message is missing */
	f.status_changed = now - 2 * second + 1;                  /* too young */
	assert_false(known_after(x, &f, MESSAGES, &f));
	f = good, f.size = 1000;
	assert_false(known_after(x, &f, MESSAGES, &f));
	f = good, f.own_boxes = false;
	assert_false(known_after(x, &f, MESSAGES, &f));
	assert_true(known_after(x, &good, MESSAGES, &good));
	for (int i = 0; i < 5; i++) {
		f = good;
		*(i == 0 ? &f.size : i == 1 ? &f.modified : i == 2 ? &f.status_changed : (int64_t *)&f.inode) += i < 4;
		if (i == 4)
			f.path = S("in/box2");
		assert_false(known_after(x, NULL, 0, &f));
	}
	assert_true(known_after(x, NULL, 0, &good));
	f = good, f.own_boxes = false, f.is_argument = true; /* an argument counts by itself, found in a folder it does not */
	assert_true(known_after(x, &f, MESSAGES, &f));
	assert_false(known_after(x, NULL, 0, &good));
}

/* Another feed has its own; other knowledge of the same feed takes away. A feed that was guessed is none that was said. */
static void test_marks(void **state)
{
	struct fixture *x = *state;
	const struct source_file f = box(1);
	struct source_file other = box(1);
	bool known;
	other.path = S("other");
	assert_int_equal(run(x, "f", 1, &f, MESSAGES, NULL, &known) | run(x, "g", 1, &f, MESSAGES, NULL, &known), 0);
	assert_int_equal(run(x, NULL, 1, NULL, 0, &f, &known), 0);
	assert_false(known);
	assert_int_equal(run(x, "f", 2, NULL, 0, &f, &known), 0);
	assert_false(known);
	assert_int_equal(run(x, "f", 2, &other, MESSAGES, NULL, &known) | run(x, "f", 1, NULL, 0, &f, &known), 0);
	assert_false(known);
	assert_int_equal(run(x, "g", 1, NULL, 0, &f, &known), 0);
	assert_true(known);
	assert_int_equal(run(x, NULL, 1, &f, MESSAGES, NULL, &known) | run(x, NULL, 1, NULL, 0, &f, &known), 0);
	assert_true(known);
	assert_int_equal(run(x, "guess", 1, NULL, 0, &f, &known), 0);
	assert_false(known);
	other = box(1), other.argument = S("/moved/mail/in"); /* the guess may be another one there */
	assert_int_equal(run(x, NULL, 1, NULL, 0, &other, &known), 0);
	assert_false(known);
	assert_int_equal(run(x, "g", 1, NULL, 0, &other, &known), 0);
	assert_true(known);
}

/* A store with more files than memory holds: the first ones are known all the same. */
static void test_many(void **state)
{
	struct fixture *x = *state;
	const struct source_file first = box(1);
	enum { MANY = 70000 };
	bool known;
	assert_int_equal(run(x, "f", 1, &first, MESSAGES, NULL, &known) | store_begin(x->s, &err), 0);
	for (int i = 0; i < MANY; i++) {
		char path[32];
		snprintf(path, sizeof path, "in/later%d", i);
		const struct store_file f = {.feed = S("f"), .path = str_of(path), .own_boxes = true};
		assert_int_equal(store_put_file(x->s, &f, &err), 0);
	}
	assert_int_equal(store_commit(x->s, &err) | run(x, "f", 1, NULL, 0, &first, &known), 0);
	assert_true(known);
}

/* Without memory a file is read again, or the run ends; what is known is right. */
static void test_no_memory(void **state)
{
	struct fixture *x = *state;
	const struct source_problem problem = {S("in/box"), S("a"), SOURCE_NOT_MAIL, 1, "in/box/a: not mail"};
	struct source_file f = box(1);
	f.problems = &problem;
	f.n_problems = 1;
	for (long n = 0; n < 2000; n++) {
		bool known;
		err = (struct err){0};
		mem_fail_from(n);
		int rc = run(x, "f", 1, &f, MESSAGES, &f, &known);
		int hit = mem_failed();
		mem_fail_from(-1);
		assert_true(rc == 0 || (hit && rc == ERR_ENV));
		if (!hit) {
			assert_true(n > 10);
			assert_int_equal(run(x, "f", 1, NULL, 0, &f, &known), 0);
			assert_true(known);
			return;
		}
	}
	fail();
}

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(test_what_is_known), CASE(test_marks), CASE(test_many), CASE(test_no_memory)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
