/* store_test.c - what store.h promises, without faults (those are in store_fault_test.c). */
#include <setjmp.h>
#include <stddef.h>
#include <stdarg.h>
#include <cmocka.h>

#include <sqlite3.h>

#include "base/buf.h"
#include "base/limits.h"
#include "store/sqlite.h"
#include "store/store_ops.h"
#include "store/store_test.h"

static struct err err;

struct fixture {
	char dir[64], path[96];
	struct store *s;
	struct arena a;
};

static int setup(void **state)
{
	struct fixture *x = mem_zalloc(1, sizeof *x);
	snprintf(x->dir, sizeof x->dir, "%s", make_dir());
	snprintf(x->path, sizeof x->path, "%s/t.db", x->dir);
	arena_init(&x->a, 64 * MIB);
	err = (struct err){0};
	assert_int_equal(store_open(&x->s, x->path, STORE_WRITE, &err), 0);
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *x = *state;
	store_close(x->s);
	arena_free(&x->a);
	rm_dir(x->dir);
	mem_free(x);
	return 0;
}

static void reopen(struct fixture *x, enum store_mode mode)
{
	store_close(x->s);
	x->s = NULL;
	int rc = store_open(&x->s, x->path, mode, &err);
	if (rc)
		fail_msg("%s", err.text);
}

static void put_one(struct fixture *x, const struct row *row, int want)
{
	assert_int_equal(store_begin(x->s, &err), 0);
	int rc = store_put(x->s, row, 0, 0, &err);
	if (rc < 0)
		fail_msg("%s", err.text);
	assert_int_equal(rc, want);
	assert_int_equal(store_commit(x->s, &err), 0);
}

static void put_fakes(struct fixture *x, uint64_t from, uint64_t to, struct str feed)
{
	struct fake f;
	assert_int_equal(store_begin(x->s, &err), 0);
	for (uint64_t i = from; i < to; i++)
		assert_int_equal(store_put(x->s, fake_row(&f, i, feed), 0, 0, &err), 1);
	assert_int_equal(store_commit(x->s, &err), 0);
}

static void same_strs(struct strs a, struct strs b)
{
	assert_int_equal(a.n, b.n);
	for (size_t i = 0; i < a.n; i++)
		assert_true(str_eq(a.v[i], b.v[i]));
}

static void same_row(const struct row *a, const struct row *b)
{
	assert_true(str_eq(a->feed, b->feed));
	assert_int_equal(a->occurrence, b->occurrence);
	for (int f = 0; f < FEAT_COUNT; f++) {
		const void *p = row_get(a, f), *q = row_get(b, f);
		switch (feature_table[f].kind) {
		case KIND_INT:
		case KIND_TIME:
		case KIND_BITS:
			assert_int_equal(*(const int64_t *)p, *(const int64_t *)q);
			break;
		case KIND_REAL:
			assert_true(*(const double *)p == *(const double *)q);
			break;
		case KIND_HASH:
			assert_memory_equal(p, q, SHA256_BYTES);
			break;
		case KIND_WORDS:
		case KIND_LIST:
			same_strs(*(const struct strs *)p, *(const struct strs *)q);
			break;
		default:
			if (!str_eq(*(const struct str *)p, *(const struct str *)q))
				fail_msg("%s differs", feature_table[f].name);
		}
	}
}

static struct str hex_of(struct fixture *x, const struct row *r, size_t n)
{
	char *hex = arena_alloc(&x->a, SHA256_HEX);
	hex_encode(r->id, SHA256_BYTES, hex);
	return str_make(hex, n);
}

/* ---- cases ---- */

static void test_round_trip(void **state)
{
	struct fixture *x = *state;
	struct fake f;
	struct row got, *row = fake_row(&f, 7, S("trap-1"));
	put_one(x, row, 1);
	put_one(x, row, 0);
	reopen(x, STORE_READ);
	assert_int_equal(store_get(x->s, hex_of(x, row, 64), &x->a, &got, &err), 1);
	same_row(row, &got);
	assert_int_equal(store_get(x->s, hex_of(x, row, 5), &x->a, &got, &err), 1);
	assert_int_equal(store_get(x->s, S("ffffffffffffffffffff"), &x->a, &got, &err), 0);
}

/* Every kind of column with nothing in it, with NUL, with quotes, with bytes that look like SQL. */
static void test_hostile_values(void **state)
{
	struct fixture *x = *state;
	static const struct str nasty[] = {
		{(const uint8_t *)"a\0b", 3},
		{(const uint8_t *)"\0", 1},
		{(const uint8_t *)"'; DROP TABLE message; --", 25},
		{(const uint8_t *)"%_\\\"", 4},
		{(const uint8_t *)"\xe2\x80\xae"
				  "evil",
			7},
		{(const uint8_t *)"?1", 2},
	};
	for (size_t i = 0; i < sizeof nasty / sizeof *nasty; i++) {
		struct row row = {.feed = nasty[i], .time = TIME_NONE, .date = TIME_NONE}, got;
		struct str list[] = {nasty[i], {NULL, 0}, nasty[0]};
		struct str set[] = {nasty[i], S("x.example"), nasty[i]};
		row.id[0] = (uint8_t)(i + 1);
		for (int f = 0; f < FEAT_COUNT; f++) {
			void *p = row_at(&row, f);
			switch (feature_table[f].kind) {
			case KIND_TEXT:
			case KIND_WORD:
			case KIND_JSON:
			case KIND_IP:
				*(struct str *)p = nasty[i];
				break;
			case KIND_LIST:
				*(struct strs *)p = (struct strs){list, 3};
				break;
			case KIND_WORDS:
				*(struct strs *)p = (struct strs){set, 3};
				break;
			case KIND_INT:
				*(int64_t *)p = INT64_MIN + (int64_t)i;
				break;
			default:
				break;
			}
		}
		row.anomalies = (int64_t)((uint64_t)1 << 62);
		put_one(x, &row, 1);
		assert_int_equal(store_get(x->s, hex_of(x, &row, 64), &x->a, &got, &err), 1);
		row.domains.n = 2; /* a set: the second occurrence is gone */
		same_row(&row, &got);
	}
	struct row empty = {.time = TIME_NONE, .date = TIME_NONE}, got;
	put_one(x, &empty, 1);
	assert_int_equal(store_get(x->s, hex_of(x, &empty, 64), &x->a, &got, &err), 1);
	same_row(&empty, &got);
}

/* Ids that share the 8 bytes of the index are told apart; the same id in another feed or occurrence is another message. */
static void test_identity(void **state)
{
	struct fixture *x = *state;
	struct fake f;
	struct row got, *row = fake_row(&f, 1, S("a"));
	put_one(x, row, 1);
	uint8_t kept = row->id[31];
	for (int i = 0; i < 20; i++) {
		row->id[31] = (uint8_t)i;
		put_one(x, row, i == kept ? 0 : 1);
		put_one(x, row, 0);
	}
	row->occurrence = 1;
	put_one(x, row, 1);
	row->feed = S("b");
	put_one(x, row, 1);
	put_one(x, row, 0);
	int64_t n;
	assert_int_equal(store_count(x->s, &n, &err), 0);
	assert_int_equal(n, kept < 20 ? 22 : 23);
	assert_int_equal(store_get(x->s, hex_of(x, row, 16), &x->a, &got, &err), 2);
	assert_int_equal(store_get(x->s, hex_of(x, row, 64), &x->a, &got, &err), 1);
	assert_true(str_eq(got.feed, S("a")));
	assert_int_equal(got.occurrence, 0);
	assert_int_equal(store_get(x->s, S("zz"), &x->a, &got, &err), ERR_USAGE);
}

struct listing {
	struct buf out;
	int64_t n, stop_at;
};

static int list_row(void *ctx, const struct store_row *r)
{
	struct listing *l = ctx;
	const struct row *w = r->row;
	char hex[SHA256_HEX];
	hex_encode(w->id, SHA256_BYTES, hex);
	buf_printf(&l->out, "%lld %.64s %.*s %lld %.*s %.*s|", (long long)w->time, hex, STR_FMT(w->feed), (long long)w->occurrence,
		STR_FMT(w->brand), STR_FMT(w->subject));
	for (size_t i = 0; i < w->domains.n; i++)
		buf_printf(&l->out, "%.*s ", STR_FMT(w->domains.v[i]));
	buf_byte(&l->out, '\n');
	return ++l->n == l->stop_at;
}

static const uint64_t LISTED = FEAT_BIT(time) | FEAT_BIT(id) | FEAT_BIT(brand) | FEAT_BIT(subject) | FEAT_BIT(domains);

static struct listing list(struct fixture *x, const struct store_filter *f, unsigned flags)
{
	struct listing l = {0};
	buf_init_arena(&l.out, &x->a, 16 * MIB);
	int rc = store_scan(x->s, f, LISTED, flags, list_row, &l, &err);
	if (rc)
		fail_msg("%d %s", rc, err.text);
	return l;
}

/* The same set in another order: the same bytes. With equal times, equal keys and equal everything but the id's tail. */
static void test_order(void **state)
{
	struct fixture *x = *state;
	char other[128];
	struct store *first = x->s, *second;
	snprintf(other, sizeof other, "%s/other.db", x->dir);
	assert_int_equal(store_open(&second, other, STORE_WRITE, &err), 0);
	struct str feeds[] = {S("trap-b"), S("trap-a"), S("lab")};
	for (int pass = 0; pass < 2; pass++) {
		x->s = pass ? second : first;
		assert_int_equal(store_begin(x->s, &err), 0);
		for (uint64_t k = 0; k < 600; k++) {
			uint64_t i = pass ? 599 - k : k;
			struct fake f;
			struct row *row = fake_row(&f, i / 6, feeds[i % 3]);
			row->occurrence = (int64_t)(i / 3 % 2);
			if (i % 5 == 0)
				row->time = TIME_NONE;
			if (i % 7 == 0)
				row->id[30] = (uint8_t)i, memset(row->id, 9, 8), row->time = 1280620800;
			assert_int_equal(store_put(x->s, row, 0, 0, &err), 1);
		}
		assert_int_equal(store_commit(x->s, &err), 0);
	}
	struct store_filter all = STORE_FILTER_ALL, some = STORE_FILTER_ALL;
	some.limit = 101;
	x->s = first;
	struct listing a = list(x, &all, 0), a2 = list(x, &some, 0);
	x->s = second;
	struct listing b = list(x, &all, 0), b2 = list(x, &some, 0);
	assert_int_equal(a.n, 600);
	assert_int_equal(a2.n, 101);
	assert_true(str_eq(buf_str(&a.out), buf_str(&b.out)));
	assert_true(str_eq(buf_str(&a2.out), buf_str(&b2.out)));
	assert_true(str_starts(buf_str(&a.out), buf_str(&a2.out)));
	x->s = first;
	store_close(second);
}

/* Each filter against the same condition in C. */
struct expect {
	const struct store_filter *f;
	int64_t n;
};

static int count_matching(void *ctx, const struct store_row *r)
{
	struct expect *e = ctx;
	const struct store_filter *f = e->f;
	const struct row *w = r->row;
	bool ok = (f->since == TIME_NONE || (w->time != TIME_NONE && w->time >= f->since)) &&
	          (f->until == TIME_NONE || (w->time != TIME_NONE && w->time < f->until));
	ok = ok && (!f->brand.p || str_eq(f->brand, w->brand)) && (!f->programme.p || str_eq(f->programme, w->programme));
	ok = ok && (!f->category.p || str_eq(f->category, w->category)) && (!f->country.p || str_eq(f->country, w->country));
	ok = ok && (!f->from_domain.p || str_eq(f->from_domain, w->from_domain));
	ok = ok && (!f->subject.n || str_ifind(w->subject, f->subject) != STR_NPOS);
	bool any_feed = !f->nfeeds, any_domain = !f->domain.p || (!f->domain.n && !w->domains.n);
	for (size_t i = 0; i < f->nfeeds; i++)
		any_feed |= str_eq(f->feeds[i], w->feed);
	for (size_t i = 0; i < w->domains.n; i++)
		any_domain |= f->domain.n && str_eq(f->domain, w->domains.v[i]);
	char hex[SHA256_HEX];
	hex_encode(w->id, SHA256_BYTES, hex);
	ok = ok && any_feed && any_domain && str_istarts(str_make(hex, SHA256_HEX), f->id_prefix);
	e->n += ok;
	return 0;
}

static int count_row(void *ctx, const struct store_row *r)
{
	(void)r;
	++*(int64_t *)ctx;
	return 0;
}

static void check_filter(struct fixture *x, const struct store_filter *f, bool expect_some)
{
	struct expect e = {f, 0};
	int64_t n = 0, ordered = 0;
	assert_int_equal(store_scan(x->s, &STORE_FILTER_ALL, ~(uint64_t)0, STORE_UNORDERED, count_matching, &e, &err), 0);
	assert_int_equal(store_scan(x->s, f, FEAT_BIT(size), STORE_UNORDERED | STORE_IDS, count_row, &n, &err), 0);
	assert_int_equal(store_scan(x->s, f, 0, 0, count_row, &ordered, &err), 0);
	assert_int_equal(n, e.n);
	assert_int_equal(ordered, e.n);
	assert_int_equal(n > 0, expect_some);
}

static void test_filters(void **state)
{
	struct fixture *x = *state;
	struct fake f;
	put_fakes(x, 0, 2000, S("trap-1"));
	put_fakes(x, 1000, 1500, S("lab"));
	struct row *row = fake_row(&f, 5000, S("odd"));
	row->time = TIME_NONE;
	row->domains.n = 0;
	row->brand = S("Ultimate Replicas");
	row->subject = str_make("100%\0_off PILLS", 15);
	put_one(x, row, 1);
	struct str feeds[] = {S("lab"), S("nobody"), S("odd")};
	struct str hex = hex_of(x, row, 64);
	const struct {
		struct store_filter f;
		bool some;
	} cases[] = {
		{{.since = TIME_NONE, .until = TIME_NONE}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .feeds = feeds, .nfeeds = 3}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .feeds = feeds + 1, .nfeeds = 1}, false},
		{{.since = 1280800000, .until = TIME_NONE}, true},
		{{.since = TIME_NONE, .until = 1280800000}, true},
		{{.since = 1280800000, .until = 1280900000}, true},
		{{.since = INT64_MAX, .until = TIME_NONE}, false},
		{{.since = TIME_NONE, .until = TIME_NONE, .brand = S("Canadian Pharmacy")}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .brand = S("")}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .brand = S("canadian pharmacy")}, false},
		{{.since = TIME_NONE, .until = TIME_NONE, .programme = S("GlavMed"), .category = S("replica")}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .country = S("RU"), .from_domain = S("cdn3.com")}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .domain = S("cdn3.com")}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .domain = S("")}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .domain = S("no.example")}, false},
		{{.since = TIME_NONE, .until = TIME_NONE, .subject = S("ORDER 17")}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .subject = S("%")}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .subject = S("_off pills")}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .subject = S("' OR 1=1 --")}, false},
		{{.since = TIME_NONE, .until = TIME_NONE, .id_prefix = str_first(hex, 1)}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .id_prefix = str_first(hex, 15)}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .id_prefix = str_first(hex, 17)}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .id_prefix = hex, .subject = S("off")}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .id_prefix = hex, .subject = S("order")}, false},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_filter(x, &cases[i].f, cases[i].some);
	struct store_filter bad = STORE_FILTER_ALL;
	bad.id_prefix = S("12x");
	int64_t n = 0;
	assert_int_equal(store_scan(x->s, &bad, 0, 0, count_row, &n, &err), ERR_USAGE);
}

static int stop_with(void *ctx, const struct store_row *r)
{
	(void)r;
	return *(int *)ctx;
}

static void test_scan_stops(void **state)
{
	struct fixture *x = *state;
	put_fakes(x, 0, 50, S("t"));
	for (unsigned flags = 0; flags < 2; flags++) {
		int stop = 1, fault = ERR_INPUT;
		assert_int_equal(store_scan(x->s, &STORE_FILTER_ALL, 0, flags, stop_with, &stop, &err), 1);
		assert_int_equal(store_scan(x->s, &STORE_FILTER_ALL, 0, flags, stop_with, &fault, &err), ERR_INPUT);
		struct store_filter f = STORE_FILTER_ALL;
		int64_t n = 0;
		f.limit = 7;
		assert_int_equal(store_scan(x->s, &f, 0, flags, count_row, &n, &err), 0);
		assert_int_equal(n, 7);
	}
}

/* ---- words ---- */

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

/* More text than the cache keeps: the same answers. */
static void test_words_over_cache(void **state)
{
	struct fixture *x = *state;
	enum { N = 600, LONG = 60000 };
	uint8_t *text = mem_alloc(LONG);
	memset(text, 'w', LONG);
	assert_int_equal(store_begin(x->s, &err), 0);
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < N; i++) {
			struct row row = {
				.feed = S("t"), .time = i, .date = TIME_NONE, .mailer = S("m"), .brand = str_make(text, LONG)};
			text[snprintf((char *)text, 16, "%d", i)] = 'w';
			memcpy(row.id, &i, sizeof i);
			assert_int_equal(store_put(x->s, &row, 0, 0, &err), !pass);
		}
	assert_int_equal(store_commit(x->s, &err), 0);
	for (int pass = 0; pass < 2; pass++) {
		struct listing l = {.stop_at = -1};
		int64_t n = 0;
		buf_init(&l.out, 128 * MIB);
		assert_int_equal(store_scan(x->s, &STORE_FILTER_ALL, FEAT_BIT(time) | FEAT_BIT(brand), 0, list_row, &l, &err), 0);
		struct str rest = buf_str(&l.out), line;
		while (str_line(&rest, &line)) {
			char want[32];
			snprintf(want, sizeof want, "%lld ", (long long)n++);
			assert_true(str_starts(line, str_of(want)));
			assert_true(line.n > LONG);
		}
		assert_int_equal(n, N);
		buf_free(&l.out);
	}
	mem_free(text);
}

static void test_rollback_forgets(void **state)
{
	struct fixture *x = *state;
	struct fake f, g;
	struct row got;
	assert_int_equal(store_begin(x->s, &err), 0);
	struct row *row = fake_row(&f, 1, S("gone"));
	row->brand = S("Lost Brand");
	assert_int_equal(store_put(x->s, row, 0, 0, &err), 1);
	store_rollback(x->s);
	store_rollback(x->s);
	struct row *other = fake_row(&g, 2, S("stays"));
	other->brand = S("Found Brand");
	put_one(x, other, 1);
	put_one(x, row, 1);
	assert_int_equal(store_get(x->s, hex_of(x, other, 64), &x->a, &got, &err), 1);
	same_row(other, &got);
	assert_int_equal(store_get(x->s, hex_of(x, row, 64), &x->a, &got, &err), 1);
	same_row(row, &got);
}

static void put_range(struct store *s, uint64_t from, uint64_t to, int want)
{
	struct fake f;
	assert_int_equal(store_begin(s, &err), 0);
	assert_int_equal(store_start(s, &err), 0);
	for (uint64_t i = from; i < to; i++)
		assert_int_equal(store_put(s, fake_row(&f, i, S("trap")), 1, 7, &err), want);
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
	for (uint64_t i = 0; i < N; i++) {
		assert_int_equal(store_put(x->s, fake_row(&f, i, S("trap")), 1, 7, &err), 0);
		assert_int_equal(store_put(x->s, fake_row(&f, N + i, S("trap")), 1, 7, &err), 1);
	}
	store_rollback(x->s);
	put_range(x->s, N, 2 * N, 1);
	put_range(x->s, 0, 2 * N, 0);
}

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

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_round_trip),
		CASE(test_hostile_values),
		CASE(test_identity),
		CASE(test_order),
		CASE(test_filters),
		CASE(test_scan_stops),
		CASE(test_words),
		CASE(test_words_over_cache),
		CASE(test_rollback_forgets),
		CASE(test_two_writers),
		CASE(test_known_messages),
		CASE(test_feeds),
		CASE(test_sources_and_meta),
		CASE(test_stale_analysis),
		CASE(test_boxes),
		CASE(test_many_copies),
		CASE(test_knowledge),
		CASE(test_attributions),
		CASE(test_attributions_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
