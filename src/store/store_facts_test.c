/* store_facts_test.c - what is kept beside messages: feeds, sources, boxes, knowledge, and what the analysis says of each. */
#include <sqlite3.h>

#include "store/sqlite.h"
#include "store/store_fixture_test.h"

/* ---- facts ---- */

static void test_feeds(void **state)
{
	struct fixture *x = *state;
	struct str hosts[] = {S("mx1.example.org"), S("mx2.example.org")};
	struct store_feed guess = {.name = S("b"), .kind = S("trap"), .name_guessed = true, .trust_guessed = true};
	struct store_feed said = {.name = S("b"), .kind = S("lab"), .trust = {hosts, 2}};
	struct store_feed *feeds;
	size_t n;
	assert_int_equal(store_begin(x->s, &err), 0);
	assert_int_equal(store_put_feed(x->s, &guess, &err), 1);
	assert_int_equal(store_put_feed(x->s, &guess, &err), 0);
	assert_int_equal(store_put_feed(x->s, &said, &err), 2);
	assert_int_equal(store_put_feed(x->s, &said, &err), 0);
	assert_int_equal(store_put_feed(x->s, &guess, &err), 0);
	assert_int_equal(store_commit(x->s, &err), 0);
	put_fakes(x, 0, 10, S("b"));
	put_fakes(x, 0, 5, S("a"));
	reopen(x, STORE_READ);
	assert_int_equal(store_feeds(x->s, &x->a, &feeds, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_true(str_eq(feeds[0].name, S("a")) && feeds[0].name_guessed && feeds[0].messages == 5);
	assert_true(str_eq(feeds[1].kind, S("lab")) && !feeds[1].trust_guessed && feeds[1].messages == 10);
	assert_int_equal(feeds[1].trust.n, 2);
	assert_true(str_eq(feeds[1].trust.v[1], hosts[1]));
	assert_true(feeds[1].first >= 1280620800 && feeds[1].first < feeds[1].last);
}

static void test_sources_and_meta(void **state)
{
	struct fixture *x = *state;
	struct store_source src = {.feed = S("f"), .path = S("b.mbox"), .read_at = 5, .messages = 3, .fresh = 3}, *list;
	struct str value;
	size_t n;
	assert_int_equal(store_begin(x->s, &err), 0);
	assert_int_equal(store_put_source(x->s, &src, &err), 0);
	src.messages = 9, src.fresh = 6, src.complete = true, src.doubtful = 2, src.problems = 1, src.note = S("line 3: short");
	assert_int_equal(store_put_source(x->s, &src, &err), 0);
	src.path = S("a.mbox");
	assert_int_equal(store_put_source(x->s, &src, &err), 0);
	assert_int_equal(store_put_meta(x->s, "packs", S("1"), &err), 0);
	assert_int_equal(store_put_meta(x->s, "packs", S("abc"), &err), 0);
	assert_int_equal(store_commit(x->s, &err), 0);
	reopen(x, STORE_READ);
	assert_int_equal(store_sources(x->s, &x->a, &list, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_true(str_eq(list[1].path, S("b.mbox")) && list[1].messages == 9 && list[1].fresh == 9 && list[1].complete);
	assert_true(str_eq(list[1].note, S("line 3: short")) && list[1].read_at == 5 && list[1].problems == 1);
	assert_int_equal(store_meta(x->s, "packs", &x->a, &value, &err), 1);
	assert_true(str_eq(value, S("abc")));
	assert_int_equal(store_meta(x->s, "psl", &x->a, &value, &err), 0);
}

static int count_file(void *ctx, const struct store_file *f)
{
	size_t *n = ctx;
	assert_true(str_eq(f->feed, S("f")) && str_eq(f->path, *n ? S("b\n\x1b") : S("a")));
	assert_true(f->feed_guessed == !*n && f->own_boxes == (*n > 0) && f->size == 5 + (int64_t)*n && f->place == 3 &&
		    f->mark == INT64_MIN);
	assert_true(f->modified == INT64_MAX && f->status_changed == -1 && f->inode == INT64_MIN + 1);
	assert_true(f->messages == 7 && f->doubtful == 8 && f->believed == 9);
	assert_int_equal(f->problems.n, *n ? 0 : 2);
	if (!*n)
		assert_true(!f->problems.v[0].n && str_eq(f->problems.v[1], S("not mail")));
	(*n)++;
	return 0;
}

/* What is put is got, once for each feed and path; another mark of the feed takes it away, of another feed it does not. */
static void test_files(void **state)
{
	struct fixture *x = *state;
	struct str problems[] = {S(""), S("not mail")};
	struct store_file f = {
		.feed = S("f"), .path = S("a"), .size = 4, .modified = INT64_MAX, .status_changed = -1, .inode = INT64_MIN + 1};
	size_t n = 0;
	f.place = 3, f.mark = INT64_MIN, f.messages = 7, f.doubtful = 8, f.believed = 9;
	assert_int_equal(store_begin(x->s, &err) | store_put_file(x->s, &f, &err), 0);
	f.problems = (struct strs){problems, 2}, f.size = 5, f.feed_guessed = true;
	assert_int_equal(store_put_file(x->s, &f, &err), 0);
	f.path = S("b\n\x1b"), f.problems.n = 0, f.size = 6, f.feed_guessed = false, f.own_boxes = true;
	assert_int_equal(store_put_file(x->s, &f, &err) | store_commit(x->s, &err), 0);
	assert_int_equal(store_files(x->s, count_file, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_int_equal(store_begin(x->s, &err) | store_forget_files(x->s, S("f"), INT64_MIN, &err), 0);
	assert_int_equal(store_forget_files(x->s, S("g"), 1, &err) | store_commit(x->s, &err), 0);
	n = 0;
	assert_int_equal(store_files(x->s, count_file, &n, &err), 0);
	assert_int_equal(n, 2);
	assert_int_equal(store_begin(x->s, &err) | store_forget_files(x->s, S("f"), 1, &err) | store_commit(x->s, &err), 0);
	n = 0;
	assert_int_equal(store_files(x->s, count_file, &n, &err), 0);
	assert_int_equal(n, 0);
}

/* A message takes away the fact that all are analysed, also when both come in one batch; what was there already does not. */
static void test_stale_analysis(void **state)
{
	struct fixture *x = *state;
	struct fake f;
	struct str value;
	static const struct {
		uint64_t row;
		bool then_analysed, covered;
	} puts[] = {{1, true, true}, {2, false, false}, {3, true, true}, {3, false, true}};
	assert_int_equal(store_begin(x->s, &err), 0);
	for (size_t i = 0; i < sizeof puts / sizeof *puts; i++) {
		assert_true(store_put(x->s, fake_row(&f, puts[i].row, S("trap")), 0, 0, &err) >= 0);
		if (puts[i].then_analysed)
			assert_int_equal(store_put_meta(x->s, STORE_ANALYSIS, S("1"), &err), 0);
		assert_int_equal(store_meta(x->s, STORE_ANALYSIS, &x->a, &value, &err), puts[i].covered);
	}
	assert_int_equal(store_commit(x->s, &err), 0);
}

/* Two equal mails in one box count twice; the same box again, or moved, adds nothing; a box with three adds one. */
static void test_boxes(void **state)
{
	struct fixture *x = *state;
	struct fake f;
	int64_t n;
	const struct row *row = fake_row(&f, 1, S("trap"));
	static const struct {
		int copies, stored;
		int64_t after;
	} runs[] = {{2, 2, 2}, {2, 0, 2}, {3, 1, 3}, {1, 0, 3}};
	for (size_t r = 0; r < sizeof runs / sizeof *runs; r++) {
		int stored = 0;
		assert_int_equal(store_begin(x->s, &err), 0);
		assert_int_equal(store_start(x->s, &err), 0);
		for (int i = 0; i < runs[r].copies; i++)
			stored += store_put(x->s, row, 1, 7, &err);
		assert_int_equal(store_put(x->s, row, 2, 7, &err), 0); /* another box: the first copy again */
		assert_int_equal(store_commit(x->s, &err), 0);
		assert_int_equal(stored, runs[r].stored);
		assert_int_equal(store_count(x->s, &n, &err), 0);
		assert_int_equal(n, runs[r].after);
	}
}

/* Many copies of a few messages, twice: counted right, and not in quadratic time. */
static void test_many_copies(void **state)
{
	struct fixture *x = *state;
	enum { COPIES = 30000 };
	struct fake f[3];
	int64_t n;
	for (int k = 0; k < 3; k++)
		fake_row(&f[k], (uint64_t)k, S("trap"));
	for (int run = 0; run < 2; run++) {
		assert_int_equal(store_begin(x->s, &err), 0);
		assert_int_equal(store_start(x->s, &err), 0);
		for (int i = 0; i < COPIES; i++)
			assert_int_equal(store_put(x->s, &f[i % 3].row, 1, 7, &err), !run);
		assert_int_equal(store_commit(x->s, &err), 0);
		assert_int_equal(store_count(x->s, &n, &err), 0);
		assert_int_equal(n, COPIES);
	}
	assert_int_equal(store_begin(x->s, &err), 0);
	assert_int_equal(store_put(x->s, &f[0].row, 1, 7, &err), 1);
	store_rollback(x->s);
	assert_int_equal(store_begin(x->s, &err), 0);
	assert_int_equal(store_put(x->s, &f[0].row, 1, 7, &err), 1);
	assert_int_equal(store_put(x->s, &f[0].row, 2, 7, &err), 0);
	assert_int_equal(store_commit(x->s, &err), 0);
}

/* A message that is there is attributed anew when the knowledge has changed, and only then. */
static void test_knowledge(void **state)
{
	struct fixture *x = *state;
	struct fake f;
	struct row got, *row = fake_row(&f, 1, S("trap"));
	struct arena a;
	char hex[SHA256_HEX];
	static const char *const want[] = {"first", "first", "third"};
	static const char *const names[] = {"first", "second", "third"};
	static const int64_t knowledge[] = {7, 7, 8};
	arena_init(&a, MIB);
	hex_encode(row->id, SHA256_BYTES, hex);
	for (size_t i = 0; i < 3; i++) {
		row->brand = str_of(names[i]);
		assert_int_equal(store_begin(x->s, &err), 0);
		assert_int_equal(store_start(x->s, &err), 0);
		assert_int_equal(store_put(x->s, row, 1, knowledge[i], &err), i == 0);
		assert_int_equal(store_commit(x->s, &err), 0);
		assert_int_equal(store_get(x->s, str_make(hex, sizeof hex), &a, &got, &err), 1);
		assert_true(str_eq(got.brand, str_of(want[i])));
	}
	arena_free(&a);
}

/* ---- mail that is read again ---- */

/* What store_has and store_see read of a row. */
static struct row part_of(const struct row *r)
{
	struct row p = {.feed = r->feed,
		.time_source = r->time_source,
		.mail_from = r->mail_from,
		.source_path = r->source_path,
		.source_member = r->source_member,
		.source_offset = r->source_offset};
	memcpy(p.id, r->id, sizeof p.id);
	return p;
}

/* One of a few messages, at one of a few places and times. */
static struct row *draw(struct fake *f, uint64_t seed)
{
	static const char *const sources[] = {"received", "received", "from_line", "date", "none"};
	static const char *const paths[] = {"a", "b"};
	uint64_t r = mix(seed);
	struct row *row = fake_row(f, r % 7, r / 7 % 9 ? S("f") : S("g"));
	row->time_source = str_of(sources[r / 63 % 5]);
	row->mail_from = r / 315 % 4 ? S("s@s.example") : S("");
	row->source_path = str_of(paths[r / 1260 % 2]);
	row->source_member = r / 2520 % 4 ? S("") : S("m");
	row->source_offset = (int64_t)(r / 10080 % 3);
	row->text_bytes = (int64_t)seed; /* which put it was */
	return row;
}

/* Stores a row as ingest does with mail that may be known: what store_put would have said of it. */
static int put_known(struct store *s, const struct row *row, uint64_t box, int64_t knowledge, size_t seen[2])
{
	struct row part = part_of(row), place = part;
	place.time_source = place.mail_from = S("");
	int guess = store_has(s, &place, knowledge, &err), has = store_has(s, &part, knowledge, &err);
	assert_int_equal(guess == 0, has == 0);
	assert_true(guess != 1 || has == 1);
	int rc = has == 1 ? store_see(s, &part, box, knowledge, &err) : 0;
	assert_true(rc >= 0);
	seen[rc]++;
	return rc ? 0 : store_put(s, row, box, knowledge, &err);
}

/* Each row of two stores; they are read in step by copies of what the first one holds. */
struct rows {
	struct arena *a;
	struct row all[1000];
	int64_t numbers[1000];
	size_t n;
};

static int keep_row(void *ctx, const struct store_row *r)
{
	struct rows *k = ctx;
	assert_true(k->n < COUNT(k->all));
	k->numbers[k->n] = r->n;
	return row_copy(k->a, r->row, &k->all[k->n++]);
}

static void same_messages(struct fixture *x, struct store *other)
{
	struct rows *one = arena_zalloc(&x->a, 2, sizeof *one), *two = one + 1;
	one->a = two->a = &x->a;
	assert_int_equal(store_scan(x->s, &STORE_FILTER_ALL, STORE_ALL_COLUMNS, STORE_UNORDERED, keep_row, one, &err), 0);
	assert_int_equal(store_scan(other, &STORE_FILTER_ALL, STORE_ALL_COLUMNS, STORE_UNORDERED, keep_row, two, &err), 0);
	assert_int_equal(one->n, two->n);
	for (size_t i = 0; i < one->n; i++) {
		assert_int_equal(one->numbers[i], two->numbers[i]);
		assert_int_equal(one->all[i].text_bytes, two->all[i].text_bytes);
		assert_int_equal(one->all[i].occurrence, two->all[i].occurrence);
		assert_true(str_eq(one->all[i].feed, two->all[i].feed));
		assert_memory_equal(one->all[i].id, two->all[i].id, SHA256_BYTES);
	}
}

/* Runs over the same few messages, in boxes, at places and with knowledge that change: asked for first or only put, it is one. */
static void test_seen_or_put(void **state)
{
	enum { RUNS = 30, PUTS = 40 };
	struct fixture *x = *state;
	struct store *other;
	char path[128];
	size_t seen[2] = {0};
	snprintf(path, sizeof path, "%s/other.db", x->dir);
	assert_int_equal(store_open(&other, path, STORE_WRITE, &err), 0);
	for (uint64_t run = 0; run < RUNS; run++) {
		struct store *both[] = {x->s, other};
		for (int i = 0; i < 2; i++)
			assert_int_equal(store_begin(both[i], &err) | store_start(both[i], &err), 0);
		for (uint64_t i = 0; i < PUTS; i++) {
			struct fake f;
			uint64_t seed = run * PUTS + i, box = 1 + mix(seed) / 30240 % 3;
			const struct row *row = draw(&f, seed);
			int64_t knowledge = 7 + (run % 10 == 9);
			int put = store_put(x->s, row, box, knowledge, &err);
			assert_int_equal(put_known(other, row, box, knowledge, seen), put);
		}
		for (int i = 0; i < 2; i++)
			assert_int_equal(store_commit(both[i], &err), 0);
	}
	same_messages(x, other);
	assert_true(seen[0] > 100 && seen[1] > 400);
	store_close(other);
}

/* ---- attributions ---- */

enum { ATTRIBUTED = 3000 };

/* What message n is said to be in a round. */
static struct str engine_of(int64_t n, int round)
{
	static const char *const names[] = {"", "engine-a", "engine-b", "engine-c", "engine-d"};
	return str_of(names[((uint64_t)n * 7 + (uint64_t)(n % 10 ? 0 : round)) % 5]);
}

static void attribute(struct fixture *x, int64_t n, int round)
{
	struct row r = {.engine = engine_of(n, round), .campaign = S("campaign-1"), .brand = S("Canadian Pharmacy")};
	r.engine_confidence = r.engine.n ? 0.25 + (double)(n % 3) : 0;
	if (store_put_attribution(x->s, n, &r, &err))
		fail_msg("%s", err.text);
}

struct attributed {
	int round;
	int64_t n, rows, left; /* left: not attributed */
};

static int see_attributed(void *ctx, const struct store_row *r)
{
	struct attributed *a = ctx;
	const struct row *row = r->row;
	a->rows++;
	if (!row->campaign.n) {
		a->left++;
		return r->n % 100 == 50 && !row->engine.n ? 0 : 1;
	}
	struct str want = engine_of(r->n, a->round);
	double confidence = want.n ? 0.25 + (double)(r->n % 3) : 0;
	return str_eq(row->engine, want) && row->engine_confidence - confidence == 0 &&
	                       str_eq(row->brand, S("Canadian Pharmacy")) && row->size
	               ? 0
	               : 1;
}

static void check_attributed(struct fixture *x, int round)
{
	struct attributed a = {.round = round};
	const uint64_t columns =
		FEAT_BIT(engine) | FEAT_BIT(engine_confidence) | FEAT_BIT(campaign) | FEAT_BIT(brand) | FEAT_BIT(size);
	assert_int_equal(store_scan(x->s, &STORE_FILTER_ALL, columns, STORE_UNORDERED, see_attributed, &a, &err), 0);
	assert_int_equal(a.rows, ATTRIBUTED);
	assert_int_equal(a.left, ATTRIBUTED / 100);
}

/* Up, down and in leaps; all but every hundredth message. */
static void attribute_all(struct fixture *x, int round, int order)
{
	for (int64_t i = 0; i < ATTRIBUTED; i++) {
		int64_t n = 1 + (order == 0 ? i : order == 1 ? ATTRIBUTED - 1 - i : i * 1999 % ATTRIBUTED);
		if (n % 100 != 50)
			attribute(x, n, round);
	}
}

static void test_attributions(void **state)
{
	struct fixture *x = *state;
	put_fakes(x, 0, ATTRIBUTED, S("trap"));
	for (int order = 0; order < 3; order++) {
		assert_int_equal(store_begin(x->s, &err), 0);
		attribute_all(x, order, order);
		check_attributed(x, order); /* what waits is seen */
		assert_int_equal(store_commit(x->s, &err), 0);
		check_attributed(x, order);
	}
	assert_int_equal(store_begin(x->s, &err), 0);
	attribute(x, 50, 0);
	attribute(x, ATTRIBUTED + 1000, 0); /* nobody's */
	store_rollback(x->s);
	check_attributed(x, 2);
	assert_int_equal(store_begin(x->s, &err), 0);
	attribute(x, INT64_MIN, 0); /* nobody's, and as far apart as numbers can be */
	attribute(x, INT64_MAX, 0);
	assert_int_equal(store_commit(x->s, &err), 0);
	check_attributed(x, 2);
}

/* Only rows that change are written: 1 in 10 from one round to the next. */
static void test_attributions_same(void **state)
{
	struct fixture *x = *state;
	put_fakes(x, 0, ATTRIBUTED, S("trap"));
	enum { WORDS = 5, LEFT = ATTRIBUTED / 100 };
	static const int rounds[] = {0, 0, 1}, written[] = {ATTRIBUTED - LEFT + WORDS, 0, ATTRIBUTED / 10 - LEFT};
	for (size_t i = 0; i < 3; i++) {
		sqlite3 *db = sq_of(x->s)->db;
		int before = sqlite3_total_changes(db);
		assert_int_equal(store_begin(x->s, &err), 0);
		attribute_all(x, rounds[i], 0);
		assert_int_equal(store_commit(x->s, &err), 0);
		assert_int_equal(sqlite3_total_changes(db) - before, written[i]);
		check_attributed(x, rounds[i]);
	}
}

/* A store is as large as its last number says. */
static void test_batch_grows(void **state)
{
	struct fixture *x = *state;
	const struct {
		const char *renumber;
		size_t batch;
	} cases[] = {
		{"", 20000},
		{"UPDATE message SET n = 1999999 WHERE n = (SELECT max(n) FROM message)", 20000},
		{"UPDATE message SET n = 7999998 WHERE n = (SELECT max(n) FROM message)", 79999},
		{"UPDATE message SET n = 7999999 WHERE n = (SELECT max(n) FROM message)", 80000},
		{"UPDATE message SET n = 5000000000 WHERE n = (SELECT max(n) FROM message)", 200000},
	};
	put_fakes(x, 0, 5, S("trap"));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct fake f;
		assert_int_equal(sqlite3_exec(sq_of(x->s)->db, cases[i].renumber, NULL, NULL, NULL), SQLITE_OK);
		reopen(x, STORE_WRITE);
		assert_int_equal(store_begin(x->s, &err), 0);
		assert_int_equal(store_put(x->s, fake_row(&f, 10 + i, S("trap")), 0, 0, &err), 1);
		assert_int_equal(store_batch(x->s), cases[i].batch);
		store_rollback(x->s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_feeds),
		CASE(test_sources_and_meta),
		CASE(test_files),
		CASE(test_stale_analysis),
		CASE(test_boxes),
		CASE(test_many_copies),
		CASE(test_knowledge),
		CASE(test_seen_or_put),
		CASE(test_attributions),
		CASE(test_attributions_same),
		CASE(test_batch_grows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
