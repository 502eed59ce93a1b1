/* store_test.c - what store.h promises of messages: what is put is got, in order, by filters. Words and facts have files of their own; faults: store_fault_test.c. */
#include "base/buf.h"
#include "store/store_fixture_test.h"

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
	bool any_feed = !f->nfeeds, any_row = !f->nrows, any_domain = !f->domain.p || (!f->domain.n && !w->domains.n);
	for (size_t i = 0; i < f->nfeeds; i++)
		any_feed |= str_eq(f->feeds[i], w->feed);
	for (size_t i = 0; i < f->nrows; i++)
		any_row |= f->rows[i] == r->n;
	for (size_t i = 0; i < w->domains.n; i++)
		any_domain |= f->domain.n && str_eq(f->domain, w->domains.v[i]);
	char hex[SHA256_HEX];
	hex_encode(w->id, SHA256_BYTES, hex);
	ok = ok && any_feed && any_row && any_domain && str_istarts(str_make(hex, SHA256_HEX), f->id_prefix);
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
	const int64_t rows[] = {2400, 7, 1, INT64_MAX, 99999, 2};
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
		{{.since = TIME_NONE, .until = TIME_NONE, .rows = rows, .nrows = 6}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .rows = rows, .nrows = 2, .feeds = feeds, .nfeeds = 1}, true},
		{{.since = TIME_NONE, .until = TIME_NONE, .rows = rows + 3, .nrows = 2}, false},
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

static int add_id(void *ctx, struct str id, struct str json)
{
	buf_add(ctx, id);
	buf_add(ctx, json);
	return 0;
}

/* What every kind of reading says, as text. */
static struct str all_of(struct fixture *x, struct store *s)
{
	struct buf b;
	struct str text = S("");
	struct row row;
	struct store_feed *feeds;
	struct store_source *sources;
	struct store_filter f = STORE_FILTER_ALL;
	size_t nfeeds, nsources;
	int64_t n, scanned = 0, found = 0;
	uint32_t words;
	f.brand = S("Found Brand");
	buf_init_arena(&b, &x->a, 64 * KIB);
	int rc = store_count(s, &n, &err) | store_word_max(s, &words, &err) | store_feeds(s, &x->a, &feeds, &nfeeds, &err) |
	         store_sources(s, &x->a, &sources, &nsources, &err) | store_items(s, "engine", add_id, &b, &err) |
	         store_scan(s, &STORE_FILTER_ALL, 0, 0, count_row, &scanned, &err) |
	         store_scan(s, &f, 0, STORE_UNORDERED, count_row, &found, &err);
	assert_int_equal(rc, 0);
	buf_printf(&b, " %lld %u %zu %lld %zu %lld %lld %d", (long long)n, words, nfeeds, (long long)feeds[0].messages, nsources,
		(long long)scanned, (long long)found, store_get(s, S("f"), &x->a, &row, &err));
	buf_printf(&b, " %d", store_meta(s, STORE_ANALYSIS, &x->a, &text, &err));
	buf_add(&b, text);
	buf_printf(&b, " %d", store_item(s, "engine", S("rustock"), &x->a, &text, &err));
	buf_add(&b, text);
	assert_true(buf_ok(&b));
	return buf_str(&b);
}

/* One of each thing, differing by turn. */
static void write_all(struct fixture *x, uint64_t turn)
{
	struct fake f;
	char json[32];
	snprintf(json, sizeof json, "{\"turn\":%llu}", (unsigned long long)turn);
	struct store_source src = {.feed = S("t"), .path = str_of(json)};
	put_fakes(x, turn * 20, turn * 20 + 20, S("t"));
	assert_int_equal(store_begin(x->s, &err), 0);
	struct row *row = fake_row(&f, 1000 + turn, turn ? S("u") : S("t"));
	row->brand = turn ? S("Found Brand") : S("");
	assert_int_equal(store_put(x->s, row, 0, 0, &err), 1);
	int rc = store_put_item(x->s, "engine", S("rustock"), str_of(json), &err) | store_put_source(x->s, &src, &err) |
	         store_put_meta(x->s, STORE_ANALYSIS, str_of(json), &err);
	assert_int_equal(rc, 0);
	assert_int_equal(store_commit(x->s, &err), 0);
}

/* A reader is between two passes while a writer commits; the reader's store may be one that could write, too. */
static void test_one_state(void **state)
{
	struct fixture *x = *state;
	write_all(x, 0);
	for (uint64_t turn = 1; turn < 3; turn++) {
		struct store *r;
		assert_int_equal(store_open(&r, x->path, turn == 1 ? STORE_READ : STORE_WRITE, &err), 0);
		assert_int_equal(store_read_begin(r, &err), 0);
		if (turn == 2) { /* begun is enough: nothing need be read before the writer commits */
			write_all(x, turn);
			struct str before = all_of(x, r);
			store_read_end(r);
			assert_false(str_eq(all_of(x, r), before));
		} else {
			struct str before = all_of(x, r);
			write_all(x, turn);
			assert_true(str_eq(all_of(x, r), before));
			store_read_end(r);
			assert_false(str_eq(all_of(x, r), before));
		}
		assert_true(str_eq(all_of(x, r), all_of(x, x->s)));
		store_read_end(r);
		assert_int_equal(store_read_begin(r, &err), 0);
		store_close(r); /* ends it, too */
	}
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_round_trip),
		CASE(test_hostile_values),
		CASE(test_identity),
		CASE(test_order),
		CASE(test_filters),
		CASE(test_scan_stops),
		CASE(test_one_state),
		CASE(test_rollback_forgets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
