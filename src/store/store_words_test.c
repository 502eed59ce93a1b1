/* store_words_test.c - words as numbers: within a store, beyond the cache, between writers. */
#include "store/sqlite.h"
#include "store/store_fixture_test.h"

struct word_check {
	struct fixture *x;
	int64_t rows, words;
};

static int check_words(void *ctx, const struct store_row *r)
{
	struct word_check *c = ctx;
	struct str s;
	assert_int_equal(r->row->domains.n, 0);
	assert_int_equal(r->row->brand.n, 0);
	for (size_t i = 0; i < r->ndomains; i++) {
		assert_int_equal(store_word(c->x->s, r->domains[i], &c->x->a, &s, &err), 1);
		assert_true(str_starts(s, i ? S("cdn") : S("shop")));
	}
	if (r->word[FEAT_category]) {
		assert_int_equal(store_word(c->x->s, r->word[FEAT_category], &c->x->a, &s, &err), 1);
		assert_true(s.n > 3);
	}
	c->rows++;
	return 0;
}

static int word_in_order(void *ctx, uint32_t id, struct str word)
{
	struct word_check *c = ctx;
	assert_int_equal(id, ++c->words);
	assert_true(word.n > 0);
	return 0;
}

static void test_words(void **state)
{
	struct fixture *x = *state;
	struct word_check c = {.x = x};
	uint32_t max;
	struct str s;
	put_fakes(x, 0, 1000, S("t"));
	reopen(x, STORE_READ);
	assert_int_equal(store_scan(x->s, &STORE_FILTER_ALL, FEAT_BIT(domains) | FEAT_BIT(brand) | FEAT_BIT(category),
				 STORE_UNORDERED | STORE_IDS, check_words, &c, &err),
		0);
	assert_int_equal(c.rows, 1000);
	assert_int_equal(store_word_max(x->s, &max, &err), 0);
	assert_int_equal(store_words(x->s, word_in_order, &c, &err), 0);
	assert_int_equal(c.words, max);
	assert_int_equal(store_word(x->s, max + 1, &x->a, &s, &err), 0);
	assert_int_equal(store_word(x->s, 0, &x->a, &s, &err), 0);
}

enum { LONG_WORDS = 600, LONG = 60000 };

/* In order of time, each with its own word. */
static int see_long(void *ctx, const struct store_row *r)
{
	int64_t *n = ctx;
	char want[16];
	snprintf(want, sizeof want, "%lldw", (long long)*n);
	assert_int_equal(r->row->time, (*n)++);
	assert_true(r->row->brand.n == LONG && str_starts(r->row->brand, str_of(want)));
	return 0;
}

/* More text than the cache keeps: the same answers. */
static void test_words_over_cache(void **state)
{
	struct fixture *x = *state;
	uint8_t *text = mem_alloc(LONG);
	memset(text, 'w', LONG);
	assert_int_equal(store_begin(x->s, &err), 0);
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < LONG_WORDS; i++) {
			struct row row = {
				.feed = S("t"), .time = i, .date = TIME_NONE, .mailer = S("m"), .brand = str_make(text, LONG)};
			text[snprintf((char *)text, 16, "%d", i)] = 'w';
			memcpy(row.id, &i, sizeof i);
			assert_int_equal(store_put(x->s, &row, 0, 0, &err), !pass);
		}
	assert_int_equal(store_commit(x->s, &err), 0);
	for (int pass = 0; pass < 2; pass++) {
		int64_t n = 0;
		assert_int_equal(store_scan(x->s, &STORE_FILTER_ALL, FEAT_BIT(time) | FEAT_BIT(brand), 0, see_long, &n, &err), 0);
		assert_int_equal(n, LONG_WORDS);
	}
	mem_free(text);
}

static void put_range(struct store *s, uint64_t from, uint64_t to, int want)
{
	struct fake f;
	assert_int_equal(store_begin(s, &err), 0);
	assert_int_equal(store_start(s, &err), 0);
	for (uint64_t i = from; i < to; i++)
		assert_true(store_put(s, fake_row(&f, i, S("trap")), 1, 7, &err) == want || (want < 0 && !err.kind));
	assert_int_equal(store_commit(s, &err), 0);
}

/* What a store that began empty knows it does not hold is forgotten when another process writes to the same file. */
static void test_two_writers(void **state)
{
	enum { N = 300 };
	struct fixture *x = *state;
	struct store *other;
	int64_t n;
	uint32_t words, after;
	assert_int_equal(store_open(&other, x->path, STORE_WRITE, &err), 0);
	put_range(x->s, 0, N, 1);
	put_range(other, N, 2 * N, 1);
	put_range(x->s, 2 * N, 3 * N, 1);
	assert_int_equal(store_word_max(x->s, &words, &err), 0);
	put_range(x->s, 0, 3 * N, 0);
	put_range(other, 0, 3 * N, 0);
	assert_int_equal(store_word_max(x->s, &after, &err), 0);
	assert_int_equal(words, after);
	assert_int_equal(store_count(x->s, &n, &err), 0);
	assert_int_equal(n, 3 * N);
	store_close(other);
}

/* More words than a writer holds: an index answers for those, and no word is there twice. */
static void test_more_words_than_are_held(void **state)
{
	enum { HELD = 1 << 15, N = 6000 };
	struct fixture *x = *state;
	struct word_check c = {.x = x};
	struct store *all;
	struct fake f;
	char path[96];
	uint32_t want, got;
	snprintf(path, sizeof path, "%s/all.db", x->dir);
	assert_int_equal(store_open(&all, path, STORE_WRITE, &err), 0);
	put_range(all, 0, 2 * N, 1);
	assert_int_equal(store_word_max(all, &want, &err), 0);
	assert_true(want > HELD / 8 * 2); /* its table is filled more than once */
	sq_of(x->s)->dict_bytes = HELD;
	assert_int_equal(store_begin(x->s, &err), 0);
	assert_int_equal(store_start(x->s, &err), 0);
	for (uint64_t i = 0; i < N; i++)
		assert_int_equal(store_put(x->s, fake_row(&f, i, S("trap")), 1, 7, &err), 1);
	assert_true(sq_of(x->s)->dict.indexed);
	store_rollback(x->s); /* and the index with it */
	put_range(x->s, 0, N, 1);
	assert_true(sq_of(x->s)->dict.indexed);
	reopen(x, STORE_WRITE); /* by then the index is there, or the table read in is full */
	sq_of(x->s)->dict_bytes = HELD;
	put_range(x->s, 0, N, 0);
	put_range(x->s, N, 2 * N, 1);
	assert_int_equal(store_word_max(x->s, &got, &err), 0);
	assert_int_equal(got, want);
	assert_int_equal(store_words(x->s, word_in_order, &c, &err), 0);
	assert_int_equal(c.words, want);
	store_close(x->s);
	assert_int_equal(store_open(&x->s, path, STORE_WRITE, &err), 0); /* one that was made without */
	sq_of(x->s)->dict_bytes = HELD;
	put_range(x->s, 0, 2 * N + 1, -1);
	assert_true(sq_of(x->s)->dict.indexed);
	assert_int_equal(store_word_max(x->s, &got, &err), 0);
	assert_in_range(got, want, want + 6);
	store_close(all);
}

/* The filter is made in the middle of a run over a store that holds messages. */
static void test_known_messages(void **state)
{
	enum { N = 2000 };
	struct fixture *x = *state;
	struct fake f;
	put_range(x->s, 0, N, 1);
	reopen(x, STORE_WRITE);
	assert_int_equal(store_begin(x->s, &err), 0);
	assert_int_equal(store_start(x->s, &err), 0);
	for (uint64_t i = 0; i < LONG_WORDS; i++) {
		assert_int_equal(store_put(x->s, fake_row(&f, i, S("trap")), 1, 7, &err), 0);
		assert_int_equal(store_put(x->s, fake_row(&f, N + i, S("trap")), 1, 7, &err), 1);
	}
	store_rollback(x->s);
	put_range(x->s, N, 2 * N, 1);
	put_range(x->s, 0, 2 * N, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_words),
		CASE(test_words_over_cache),
		CASE(test_two_writers),
		CASE(test_more_words_than_are_held),
		CASE(test_known_messages),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
