/* svg_test.c - small charts, compared with what was looked at once; odd ones, which must not break. */
#include <math.h>

#include "base/limits.h"
#include "base/test.h"
#include "base/time.h"
#include "export/svg.h"

static const struct series_run two_runs[] = {{0, 3}, {3, 2}};
static const int64_t days[] = {14823, 14824, 14825, 14900, 14901}; /* 2010-08-02.. and 2010-10-18.. */
static const int64_t counts[] = {10, 5, 20, 0, 0, 0, 8, 2, 30, 10};
static const uint8_t watched[] = {1, 1, 0, 2, 2};

static struct chart small(const struct chart_key *keys)
{
	return (struct chart){.id = "c",
		.title = "A <title>",
		.unit = "messages a day",
		.buckets = days,
		.nbuckets = 5,
		.unit_s = SECONDS_A_DAY,
		.runs = two_runs,
		.nruns = 2,
		.keys = keys,
		.nkeys = 2,
		.values = counts,
		.watched = watched,
		.width = 400,
		.height = 98,
		.labels = false};
}

static void compare(struct buf *b, const char *want)
{
	buf_z(b);
	assert_string_equal((const char *)b->p, want);
	buf_clear(b);
}

static void test_golden(void **state)
{
	(void)state;
	const struct chart_key keys[] = {{S("a&b"), 1}, {S("none"), SVG_NONE}};
	struct chart c = small(keys);
	struct arena a;
	struct buf b;
	arena_init(&a, MIB);
	buf_init(&b, MIB);
	svg_stack(&c, &a, &b);
	compare(&b,
		"<svg viewBox=\"0 0 400 98\" role=\"img\" aria-labelledby=\"c-t c-d\"><title id=\"c-t\">"
		"A &lt;title&gt;</title><desc id=\"c-d\">messages a day, 2 August 2010 to 19 October 2010 (UTC)</desc>"
		"<g class=\"ya\"><path class=\"base\" d=\"M52 64H396\"/><text class=\"yt\" x=\"46\" y=\"68\">0</text>"
		"<path class=\"grid\" d=\"M52 54H396\"/><text class=\"yt\" x=\"46\" y=\"58\">10</text>"
		"<path class=\"grid\" d=\"M52 44H396\"/><text class=\"yt\" x=\"46\" y=\"48\">20</text>"
		"<path class=\"grid\" d=\"M52 34H396\"/><text class=\"yt\" x=\"46\" y=\"38\">30</text>"
		"<path class=\"grid\" d=\"M52 24H396\"/><text class=\"yt\" x=\"46\" y=\"28\">40</text></g><g class=\"gap\">"
		"<title>no data, 5 Aug 2010 to 17 Oct 2010</title><rect x=\"245.2\" y=\"24\" width=\"22\" height=\"40\"/>"
		"<path d=\"M245.2 29L250.2 24M245.2 34L255.2 24M245.2 39L260.2 24M245.2 44L265.2 24M245.2 49L267.2"
		" 27M245.2 54L267.2 32M245.2 59L267.2 37M245.2 64L267.2 42M250.2 64L267.2 47M255.2 64L267.2 52M26"
		"0.2 64L267.2 57M265.2 64L267.2 62\"/></g><g class=\"gap\"><title>"
		"no data, 4 Aug 2010 to 4 Aug 2010</title><rect x=\"180.8\" y=\"24\" width=\"64.4\" height=\"40\"/>"
		"<path d=\"M180.8 29L185.8 24M180.8 34L190.8 24M180.8 39L195.8 24M180.8 44L200.8 24M180.8 49L205.8"
		" 24M180.8 54L210.8 24M180.8 59L215.8 24M180.8 64L220.8 24M185.8 64L225.8 24M190.8 64L230.8 24M19"
		"5.8 64L235.8 24M200.8 64L240.8 24M205.8 64L245.2 24.6M210.8 64L245.2 29.6M215.8 64L245.2 34.6M22"
		"0.8 64L245.2 39.6M225.8 64L245.2 44.6M230.8 64L245.2 49.6M235.8 64L245.2 54.6M240.8 64L245.2 59.6\"/>"
		"</g><g class=\"stack\">"
		"<path class=\"k1\" d=\"M52.5 64V54H115.9V64zM116.9 64V44H180.3V64zM267.7 64V56H331.1V64zM332.1 64V3"
		"4H395.5V64z\"/>"
		"<path class=\"kn\" d=\"M52.5 54V49H115.9V54zM267.7 56V54H331.1V56zM332.1 34V24H395.5V34z\"/></g>"
		"<g class=\"xa\"><text class=\"xt\" x=\"52\" y=\"79\">2 Aug</text><path class=\"tick\" d=\"M52 64v5\"/>"
		"<text class=\"xt\" x=\"52\" y=\"92\">2010</text><text class=\"xt\" x=\"116.4\" y=\"79\">3 Aug</text>"
		"<path class=\"tick\" d=\"M116.4 64v5\"/><text class=\"xt\" x=\"180.8\" y=\"79\">4 Aug</text>"
		"<path class=\"tick\" d=\"M180.8 64v5\"/><text class=\"xt\" x=\"267.2\" y=\"79\">18 Oct</text>"
		"<path class=\"tick\" d=\"M267.2 64v5\"/><text class=\"xt\" x=\"331.6\" y=\"79\">19 Oct</text>"
		"<path class=\"tick\" d=\"M331.6 64v5\"/></g><text class=\"unit\" x=\"52\" y=\"14\">messages a day</text></svg>");
	svg_bar(0.5, 0.25, 0.75, 3, &b);
	compare(&b, "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
		    "<rect class=\"k3\" y=\"1\" height=\"8\" width=\"500\"/><path class=\"range\" d=\"M250 5H750\"/></svg>");
	svg_legend(keys, 2, &b);
	compare(&b, "<ul class=\"legend\"><li><i class=\"kn\"></i>none</li><li><i class=\"k1\"></i>a&amp;b</li></ul>");
	buf_free(&b);
	arena_free(&a);
}

/* Every width and length: joined into longer stretches, never out of the frame, memory in bounds. */
static void test_any_size(void **state)
{
	(void)state;
	enum { MAX = 4000 };
	static int64_t buckets[MAX], v[MAX];
	struct arena a;
	struct buf b;
	arena_init(&a, 16 * MIB);
	buf_init(&b, 16 * MIB);
	for (size_t i = 0; i < MAX; i++) {
		buckets[i] = 10957 + (int64_t)i;
		v[i] = (int64_t)(i * i % 97);
	}
	for (size_t n = 1; n <= MAX; n = n * 3 / 2 + 1) {
		for (unsigned width = 250; width <= 1040; width += 79) {
			const struct chart_key key = {S("x"), 1};
			const struct series_run run = {0, n};
			struct chart c = {.id = "c",
				.title = "t",
				.unit = "u",
				.buckets = buckets,
				.nbuckets = n,
				.unit_s = SECONDS_A_DAY,
				.runs = &run,
				.nruns = 1,
				.keys = &key,
				.nkeys = 1,
				.values = v,
				.width = width,
				.height = 200,
				.labels = width > 400,
				.share = n % 2};
			svg_stack(&c, &a, &b);
			svg_panel(&c, &a, &b);
			assert_true(buf_ok(&b));
			assert_int_equal(str_find(buf_str(&b), S("nan")), STR_NPOS);
			assert_int_equal(str_find(buf_str(&b), S("inf")), STR_NPOS);
			assert_int_equal(str_find(buf_str(&b), S("=\"-")), STR_NPOS);
			assert_true(b.n < 400 * KIB);
			buf_clear(&b);
			arena_reset(&a);
		}
	}
	buf_free(&b);
	arena_free(&a);
}

/* A week that has only one day yet is the mean of that day, not a drop to a seventh. */
static void test_means(void **state)
{
	(void)state;
	enum { N = 2003 };
	static int64_t buckets[N], v[N];
	const struct chart_key key = {S("x"), 1};
	const struct series_run run = {0, N};
	struct chart c = {.id = "c",
		.title = "t",
		.unit = "u",
		.buckets = buckets,
		.nbuckets = N,
		.unit_s = SECONDS_A_DAY,
		.runs = &run,
		.nruns = 1,
		.keys = &key,
		.nkeys = 1,
		.values = v,
		.width = 600,
		.height = 200};
	struct arena a;
	struct buf b;
	for (size_t i = 0; i < N; i++) {
		buckets[i] = 14823 + (int64_t)i; /* from a Monday: 286 weeks and a day */
		v[i] = 50;
	}
	arena_init(&a, 16 * MIB);
	buf_init(&b, MIB);
	assert_string_equal(svg_joined(&c), "weekly means");
	svg_panel(&c, &a, &b);
	struct str line = str_from(buf_str(&b), str_find(buf_str(&b), S("class=\"line\" d=\"")));
	assert_int_equal(str_find(line, S("V8")), str_find(line, S("V"))); /* 50 is the top of the plot, at y = 8 */
	for (size_t at; (at = str_find_byte(line, 'V')) != STR_NPOS; line = str_from(line, at + 1))
		assert_true(str_starts(str_from(line, at), S("V8H")));
	buf_clear(&b);
	for (size_t i = 0; i < N; i++)
		v[i] = i % 14 == 3; /* one a fortnight: a seventh a day in every second week */
	svg_stack(&c, &a, &b);
	assert_true(str_find(buf_str(&b), S(">0.10</text>")) != STR_NPOS);
	buf_free(&b);
	arena_free(&a);
}

static void test_odd(void **state)
{
	(void)state;
	const struct chart_key keys[] = {{S("a"), 1}, {S("b"), 99}};
	static const int64_t zeros[10] = {0};
	static const uint8_t blind[5] = {0};
	struct arena a;
	struct buf b;
	arena_init(&a, MIB);
	buf_init(&b, MIB);
	for (int k = 0; k < 16; k++) {
		struct chart c = small(keys);
		c.labels = k & 1;
		c.share = k & 2;
		c.rest_hidden = k & 4;
		c.values = k & 8 ? zeros : counts;
		c.watched = k & 8 ? blind : NULL;
		svg_stack(&c, &a, &b);
		assert_true(buf_ok(&b) && str_ends(buf_str(&b), S("</svg>")));
		assert_int_equal(str_find(buf_str(&b), S("nan")), STR_NPOS);
		buf_clear(&b);
	}
	struct chart none = small(keys);
	none.nbuckets = 0;
	svg_stack(&none, &a, &b);
	svg_panel(&none, &a, &b);
	svg_bar(NAN, -1, 2, 0, &b);
	assert_true(buf_ok(&b));
	buf_free(&b);
	arena_free(&a);
}

static void test_memory(void **state)
{
	(void)state;
	const struct chart_key keys[] = {{S("a"), 1}, {S("b"), 2}};
	for (long n = 0;; n++) {
		struct chart c = small(keys);
		struct arena a;
		struct buf b;
		arena_init(&a, MIB);
		buf_init(&b, MIB);
		c.labels = true;
		mem_fail_from(n);
		svg_stack(&c, &a, &b);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_true(b.oom == hit);
		buf_free(&b);
		arena_free(&a);
		if (!hit)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_any_size),
		cmocka_unit_test(test_means),
		cmocka_unit_test(test_odd),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
