
#include "base/anomaly.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "mail/header.h"

struct fixture {
	struct arena a;
	struct headers h;
	size_t body;
	uint64_t anomalies;
};

static struct fixture split(struct str raw)
{
	struct fixture f = {0};
	arena_init(&f.a, LIM_ARENA);
	assert_int_equal(header_split(&f.a, raw, NULL, NULL, &f.h, &f.body, &f.anomalies), 0);
	return f;
}

/* The fields as "name|value;" lines, bad lines as "|line;" */
static void check(const char *raw, const char *want, const char *body, uint64_t anomalies)
{
	struct fixture f = split(str_of(raw));
	struct buf got;
	buf_init(&got, 1 << 20);
	for (size_t i = 0; i < f.h.n; i++) {
		buf_add(&got, f.h.v[i].name);
		buf_byte(&got, '|');
		buf_add(&got, f.h.v[i].value);
		buf_byte(&got, ';');
	}
	buf_z(&got);
	assert_string_equal(got.p, want);
	assert_string_equal(raw + f.body, body);
	assert_int_equal(f.anomalies, anomalies);
	buf_free(&got);
	arena_free(&f.a);
}

static void test_shapes(void **state)
{
	(void)state;
	check("Subject: a\nTo: b\n\nbody\n", "Subject| a;To| b;", "body\n", 0);
	check("Subject: a\r\nTo: b\r\n\r\nbody\r\n", "Subject| a;To| b;", "body\r\n", 0);
	check("sUBJECT:a\n\t b\n  c\nX:\n\n", "sUBJECT|a\n\t b\n  c;X|;", "", 0);
	check("Subject : a\n\nb", "Subject| a;", "b", ANOM(header_space_colon));
	check("From a@b Sat Jan  1 00:00:00 2000\nTo: x\n\nb", "To| x;", "b", 0);
	check("\xEF\xBB\xBFTo: x\n\nb", "To| x;", "b", ANOM(header_8bit));
	check("\xEF\xBB\xBF"
	      "From a@b Sat Jan  1 00:00:00 2000\nTo: x\n\nb",
		"To| x;", "b", ANOM(header_8bit));
	check(">From a@b Sat Jan  1 00:00:00 2000\nTo: x\n\nb", "To| x;", "b", 0);
	check("From : a@b\n\nb", "From| a@b;", "b", ANOM(header_space_colon));
	check("Subject: a\nTo: b", "Subject| a;To| b;", "", ANOM(no_body_separator));
	check("Subject: a\njunk\nTo: b\n\nbody", "Subject| a;|junk;To| b;", "body", ANOM(bad_header_line));
	check("Subject: a\nHello there\nhow are you\n", "Subject| a;", "Hello there\nhow are you\n", ANOM(no_body_separator));
	check("Subject: a\njunk\n more\nTo: b\n\nbody", "Subject| a;|junk\n more;To| b;", "body", ANOM(bad_header_line));
	check("Subject: a\n--b\nTo: b\n\nbody", "Subject| a;", "--b\nTo: b\n\nbody", ANOM(no_body_separator));
	check(": empty name\nTo: b\n\n", "|: empty name;To| b;", "", ANOM(bad_header_line));
	check("  lead\nTo: b\n\n", "|  lead;To| b;", "", ANOM(bad_header_line));
	check("just text\n", "", "just text\n", ANOM(no_header) | ANOM(no_body_separator));
	check("\nbody", "", "body", ANOM(no_header));
	check("", "", "", ANOM(no_header) | ANOM(no_body_separator));
	check("A: b\rc\n\n", "A| b\rc;", "", ANOM(bare_cr));
	check("A: \xE9\n\n", "A| \xE9;", "", ANOM(header_8bit));
	check("A: b\n \nC: d\n\n", "A| b\n ;C| d;", "", 0);
	check("A: b\r", "A| b\r;", "", ANOM(bare_cr) | ANOM(no_body_separator));
}

static void test_nul(void **state)
{
	(void)state;
	struct fixture f = split(S("A: b\0c\nB: d\n\nx"));
	assert_int_equal(f.h.n, 2);
	assert_int_equal(f.h.v[0].value.n, 4);
	assert_int_equal(f.anomalies, ANOM(header_nul));
	arena_free(&f.a);
}

static void test_names(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		enum hdr_id id;
		unsigned slot;
	} known[] = {
#define HDR(id, name, slot) {name, HDR_##id, slot},
#include "mail/header_names.def"
#undef HDR
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		char upper[64] = {0};
		assert_int_equal(header_id(str_of(known[i].name)), known[i].id);
		assert_string_equal(header_name(known[i].id), known[i].name);
		for (size_t k = 0; known[i].name[k]; k++)
			upper[k] = (char)(ascii_alpha((uint8_t)known[i].name[k]) ? known[i].name[k] & ~0x20 : known[i].name[k]);
		assert_int_equal(header_id(str_of(upper)), known[i].id);
	}
	assert_int_equal(header_id(S("X-Nobody-Knows")), HDR_other);
	assert_int_equal(header_id(S("")), HDR_other);
}

static void test_find(void **state)
{
	(void)state;
	struct fixture f = split(S("X-Odd: 1\nsubject:\t two words \nSubject: later\nX-ODD: 2\n\n"));
	assert_ptr_equal(header_get(f.h, HDR_subject), &f.h.v[1]);
	assert_true(str_eq(header_value(f.h, HDR_subject), S("two words")));
	assert_null(header_value(f.h, HDR_to).p);
	arena_free(&f.a);
}

static void test_unfold(void **state)
{
	(void)state;
	static const struct {
		const char *in, *want;
	} cases[] = {{" a", "a"}, {" a\n b", "a b"}, {"a\r\n\tb\r\n c ", "a\tb c"}, {"\n a", "a"}, {"", ""}, {" \n ", ""},
		{"a\rb", "a\rb"}};
	struct arena a;
	struct str out;
	arena_init(&a, LIM_ARENA);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(header_unfold(&a, str_of(cases[i].in), &out), 0);
		assert_true(str_eq(out, str_of(cases[i].want)));
	}
	arena_free(&a);
}

/* Caps: more fields than we keep, a value longer than we look at; the body is found all the same. */
static void test_caps(void **state)
{
	(void)state;
	struct buf raw;
	buf_init(&raw, 64 << 20);
	for (size_t i = 0; i < 300000; i++)
		buf_add(&raw, S("A: b\n"));
	buf_add(&raw, S("\nbody"));
	struct fixture f = split(buf_str(&raw));
	assert_int_equal(f.h.n, LIM_HEADERS);
	assert_int_equal(f.body, raw.n - 4);
	assert_int_equal(f.anomalies, ANOM(header_cap));
	arena_free(&f.a);

	buf_clear(&raw);
	buf_add(&raw, S("Subject: x"));
	for (size_t i = 0; i < 200000; i++)
		buf_add(&raw, S("\n aaaaaaaaa"));
	buf_add(&raw, S("\n\nbody"));
	f = split(buf_str(&raw));
	assert_int_equal(f.h.n, 1);
	assert_int_equal(f.h.v[0].line.n, raw.n - 5);
	assert_int_equal(f.anomalies, ANOM(header_cap));
	struct str out;
	assert_int_equal(header_unfold(&f.a, f.h.v[0].value, &out), 0);
	assert_true(out.n <= LIM_HEADER_VALUE);
	arena_free(&f.a);
	buf_free(&raw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_unfold),
		cmocka_unit_test(test_caps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
