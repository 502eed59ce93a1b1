/* report_test.c - the report on invented data: inert whatever the mail holds, the same bytes each time, whole or an error. */
#include <stdio.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/test.h"
#include "base/utf8.h"
#include "export/report_fixture_test.h"
#include "export/report_words.h"
#include "export/width.h"

static void page_of(enum demo_kind kind, struct buf *out)
{
	struct demo d;
	demo_make(&d, kind);
	buf_init(out, 64 * MIB);
	assert_int_equal(report_html(&d.summary, &d.info, out), 0);
	demo_free(&d);
}

static void absent(struct str page, struct str needle)
{
	size_t at = str_ifind(page, needle);
	if (at != STR_NPOS)
		fail_msg("%.80s", (const char *)page.p + at);
}

/* The page without its style sheet. */
static struct str body(const struct buf *page)
{
	struct str s = buf_str(page);
	size_t at = str_find(s, S("</style>"));
	assert_true(at != STR_NPOS);
	s = str_from(s, at + 8);
	assert_int_equal(str_find(s, S("</style>")), STR_NPOS);
	return s;
}

static bool known_tag(struct str s)
{
	static const char *const tags[] = {"!DOCTYPE html", "html", "head", "meta", "title", "style", "body", "header", "main",
		"footer", "nav", "section", "article", "figure", "figcaption", "p", "h1", "h2", "h3", "h4", "details", "summary",
		"div", "span", "small", "br", "a", "ul", "li", "i", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr",
		"th", "td", "code", "svg", "g", "path", "rect", "text", "desc"};
	if (str_starts(s, S("/")))
		s = str_from(s, 1);
	for (size_t k = 0; k < sizeof tags / sizeof *tags; k++) {
		struct str t = str_of(tags[k]);
		if (str_starts(s, t) && s.n > t.n && (s.p[t.n] == '>' || s.p[t.n] == ' ' || s.p[t.n] == '/'))
			return true;
	}
	return false;
}

/* Tags of our own only; attributes in double quotes, none that could act. */
static void check_tags(struct str s)
{
	static const char *const attributes[] = {"class", "id", "d", "x", "y", "width", "height", "viewBox", "role",
		"aria-labelledby", "aria-label", "aria-hidden", "preserveAspectRatio", "href"};
	for (size_t at; (at = str_find_byte(s, '<')) != STR_NPOS;) {
		s = str_from(s, at + 1);
		if (!known_tag(s))
			fail_msg("unknown tag: <%.60s", (const char *)s.p);
		size_t end = str_find_byte(s, '>');
		struct str tag = str_first(s, end);
		s = str_from(s, end);
		for (size_t eq; (eq = str_find_byte(tag, '=')) != STR_NPOS;) {
			bool ok = false;
			struct str name = str_from(str_first(tag, eq), str_rfind_byte(str_first(tag, eq), ' ') + 1);
			for (size_t k = 0; k < sizeof attributes / sizeof *attributes; k++)
				ok |= str_eq(name, str_of(attributes[k]));
			tag = str_from(tag, eq + 1);
			if (!ok || !str_starts(tag, S("\"")))
				fail_msg("attribute %.*s=%.40s", STR_FMT(name), (const char *)tag.p);
			tag = str_from(tag, 1);
			if (str_eq(name, S("href")) && !str_starts(tag, S("#")))
				fail_msg("link to %.40s", (const char *)tag.p);
			size_t quote = str_find_byte(tag, '"');
			assert_true(quote != STR_NPOS);
			tag = str_from(tag, quote + 1);
		}
	}
}

static void check_characters(struct str s)
{
	assert_true(utf8_valid(s));
	for (size_t i = 0; i < s.n;) {
		uint32_t c = utf8_next(s, &i);
		if (c != '\n' && (unicode_is_control(c) || unicode_is_invisible(c) || char_unseen(c)))
			fail_msg("character U+%04X at %zu", c, i);
	}
}

static void test_inert(void **state)
{
	(void)state;
	for (int kind = 0; kind < DEMO_KINDS; kind++) {
		struct buf page;
		page_of((enum demo_kind)kind, &page);
		struct str b = body(&page);
		absent(b, S("<script"));
		absent(b, S("<img"));
		absent(b, S("http://"));
		absent(b, S("https://"));
		absent(b, S("joe.miller"));
		check_tags(b);
		check_characters(b);
		assert_true(str_ends(buf_str(&page), S("</html>\n")));
		buf_free(&page);
	}
}

/* What the style sheet and the frame may hold. */
static void test_closed(void **state)
{
	(void)state;
	static const char *const lines[] = {"url(", "@import", "src=", "http:", "https:", "expression("};
	struct buf page;
	page_of(DEMO_AUTUMN, &page);
	struct str head = str_first(buf_str(&page), str_find(buf_str(&page), S("</style>")));
	for (size_t k = 0; k < sizeof lines / sizeof *lines; k++)
		assert_int_equal(str_find(head, str_of(lines[k])), STR_NPOS);
	assert_true(str_find(head, S("default-src 'none'; style-src 'unsafe-inline'; img-src data:")) != STR_NPOS);
	buf_free(&page);
}

/* Every in-page link has its target, every id is unique. */
static void test_anchors(void **state)
{
	(void)state;
	struct buf page;
	page_of(DEMO_AUTUMN, &page);
	struct str s = buf_str(&page);
	for (size_t at; (at = str_find(s, S(" id=\""))) != STR_NPOS;) {
		s = str_from(s, at + 5);
		char id[80];
		int n = snprintf(id, sizeof id, " id=\"%.*s\"", (int)str_find_byte(s, '"'), (const char *)s.p);
		assert_int_equal(str_find(s, str_make(id, (size_t)n)), STR_NPOS);
	}
	s = buf_str(&page);
	for (size_t at; (at = str_find(s, S("href=\"#"))) != STR_NPOS;) {
		s = str_from(s, at + 7);
		char id[80];
		int n = snprintf(id, sizeof id, " id=\"%.*s\"", (int)str_find_byte(s, '"'), (const char *)s.p);
		assert_true(str_find(buf_str(&page), str_make(id, (size_t)n)) != STR_NPOS);
	}
	buf_free(&page);
}

static void test_same_bytes(void **state)
{
	(void)state;
	struct buf a, b;
	page_of(DEMO_LONG, &a);
	page_of(DEMO_LONG, &b);
	assert_true(str_eq(buf_str(&a), buf_str(&b)));
	assert_true(a.n < 2 * MIB);
	buf_free(&a);
	buf_free(&b);
}

static void test_reveal(void **state)
{
	(void)state;
	struct demo d;
	struct buf page;
	demo_make(&d, DEMO_HOSTILE);
	d.info.reveal = true;
	buf_init(&page, 64 * MIB);
	assert_int_equal(report_html(&d.summary, &d.info, &page), 0);
	assert_true(str_find(buf_str(&page), S("joe.miller@trap.example")) != STR_NPOS);
	buf_free(&page);
	demo_free(&d);
}

static void test_memory(void **state)
{
	(void)state;
	struct demo d;
	demo_make(&d, DEMO_HOSTILE);
	for (long n = 0;; n = n < 200 ? n + 1 : n + 17) {
		struct buf out;
		buf_init(&out, 64 * MIB);
		mem_fail_from(n);
		int rc = report_html(&d.summary, &d.info, &out);
		rc |= report_text(&d.summary, &d.info, &(struct report_text_opts){0}, &out);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_int_equal(rc, hit ? -1 : 0);
		buf_free(&out);
		if (!hit)
			break;
	}
	demo_free(&d);
}

static void test_cap(void **state)
{
	(void)state;
	struct demo d;
	demo_make(&d, DEMO_ONE);
	for (size_t max = 0; max < 100000; max += 9973) {
		struct buf out;
		buf_init(&out, max);
		assert_int_equal(report_html(&d.summary, &d.info, &out), -1);
		assert_true(out.full && out.n <= max);
		buf_free(&out);
	}
	demo_free(&d);
}

static void test_text(void **state)
{
	(void)state;
	static const size_t widths[] = {20, 60, 80, 120, 400};
	for (int kind = 0; kind < DEMO_KINDS; kind++) {
		for (size_t w = 0; w < 2 * sizeof widths / sizeof *widths; w++) {
			struct demo d;
			struct buf out;
			size_t lines = 0, width = widths[w / 2] < 40 ? 40 : widths[w / 2];
			demo_make(&d, (enum demo_kind)kind);
			buf_init(&out, MIB);
			struct report_text_opts o = {widths[w / 2], w % 2};
			assert_int_equal(report_text(&d.summary, &d.info, &o, &out), 0);
			assert_true(!o.ascii || ascii_only(buf_str(&out)));
			check_characters(buf_str(&out));
			for (struct str rest = buf_str(&out), line; str_line(&rest, &line); lines++)
				if (str_width(line) > width && width >= 80)
					fail_msg("%zu columns: %.*s", str_width(line), STR_FMT(line));
			if (width >= 80 && kind != DEMO_EMPTY)
				assert_in_range(lines, 15, 60);
			buf_free(&out);
			demo_free(&d);
		}
	}
}

/* Of equals none leads, and what is not there at all is not "hardly any". */
static void of_equals_none_leads(void **state)
{
	(void)state;
	static const struct {
		int64_t n[4], messages;
		size_t shown, distinct;
		const char *headline;
		int64_t known; /* 0: no more than is shown */
	} rows[] = {
		{{9, 7, 2}, 40, 3, 3, "Acme leads with 22 % of 40 messages", 0},
		{{7, 7, 6}, 40, 3, 3, "Acme and Bolt lead with 18 % each of 40 messages", 0},
		{{7, 7, 7, 6}, 40, 4, 4, "Acme and 2 others lead with 18 % each of 40 messages", 0},
		{{7, 7}, 40, 2, 5, "Acme and others lead with 18 % each of 40 messages", 0},
		{{9}, 40, 1, 5, "Acme leads with 22 % of 40 messages", 0},
		{{40}, 40, 1, 1, "40 messages, all of Acme", 0},
		{{0}, 400, 0, 0, "400 messages, none of a known brand", 0},
		{{1, 1}, 400, 2, 2, "400 messages, hardly any of a known brand", 0},
		{{4, 4, 4, 4}, 400, 4, 80, "400 messages, hardly any of a known brand", 39},
		{{4, 4, 4, 4}, 400, 4, 80, "400 messages, few of a known brand", 41},
		{{4, 4, 4, 4}, 400, 4, 80, "400 messages, of many brands", 300},
	};
	static const char *const names[] = {"Acme", "Bolt", "Crow", "Dune"};
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		struct summary_value v[4] = {0};
		struct summary s = {
			.messages = rows[r].messages, .brands = {.v = v, .n = rows[r].shown, .distinct = rows[r].distinct}};
		struct buf out;
		for (size_t i = 0; i < rows[r].shown; i++) {
			v[i] = (struct summary_value){.name = str_of(names[i]),
				.n = rows[r].n[i],
				.share = {.all = (double)rows[r].n[i] / (double)s.messages}};
			s.brand_known += v[i].n;
		}
		s.brand_known = rows[r].known ? rows[r].known : s.brand_known;
		buf_init(&out, KIB);
		words_headline(&out, &s);
		if (!str_eq(buf_str(&out), str_of(rows[r].headline)))
			fail_msg("%.*s, not %s", STR_FMT(buf_str(&out)), rows[r].headline);
		buf_free(&out);
	}
}

/* Writes a page to look at. */
static int write_demo(const char *name, const char *path)
{
	for (int kind = 0; kind < DEMO_KINDS; kind++) {
		if (!str_eq(str_of(name), str_of(demo_names[kind])))
			continue;
		struct demo d;
		struct buf page, text;
		FILE *f = fopen(path, "w");
		if (!f)
			return 1;
		page_of((enum demo_kind)kind, &page);
		fwrite(page.p, 1, page.n, f);
		fclose(f);
		demo_make(&d, (enum demo_kind)kind);
		buf_init(&text, MIB);
		report_text(&d.summary, &d.info, &(struct report_text_opts){.width = 100}, &text);
		printf("%.*s", STR_FMT(buf_str(&text)));
		buf_free(&page);
		buf_free(&text);
		demo_free(&d);
		return 0;
	}
	return 2;
}

static void what_the_analysis_left_out_is_told(void **state)
{
	(void)state;
	static const struct str limits[] = {T("{\"id\":\"findings\",\"reading\":\"More was left <out>.\"}"), T("not json"),
		T("{\"reading\":\"a\\u001b[31m\"}")};
	const struct report_text_opts opts = {0};
	struct demo d;
	struct buf page, text;
	demo_make(&d, DEMO_AUTUMN);
	d.info.limits = limits;
	d.info.n_limits = sizeof limits / sizeof *limits;
	buf_init(&page, 64 * MIB);
	buf_init(&text, MIB);
	assert_int_equal(report_html(&d.summary, &d.info, &page), 0);
	assert_int_equal(report_text(&d.summary, &d.info, &opts, &text), 0);
	assert_true(str_find(buf_str(&page), S("<li>More was left &lt;out&gt;.</li>")) != STR_NPOS);
	assert_true(str_find(buf_str(&text), S("More was left <out>.")) != STR_NPOS);
	assert_int_equal(str_find_byte(buf_str(&page), 27), STR_NPOS);
	assert_int_equal(str_find_byte(buf_str(&text), 27), STR_NPOS);
	demo_free(&d);
	buf_free(&page);
	buf_free(&text);
}

static void a_single_message_is_no_sample(void **state)
{
	(void)state;
	struct demo d;
	struct buf page;
	demo_make(&d, DEMO_ONE);
	d.summary.messages = d.summary.no_anomaly = 1;
	d.info.nmessages = 1;
	buf_init(&page, 64 * MIB);
	assert_int_equal(report_html(&d.summary, &d.info, &page), 0);
	assert_true(str_find(buf_str(&page), S("<p>All of them. Each subject")) != STR_NPOS);
	assert_true(str_find(buf_str(&page), S(") has none.</p>\n</section>")) != STR_NPOS);
	demo_free(&d);
	buf_free(&page);
}

static void dates_far_from_all_others_are_told(void **state)
{
	(void)state;
	struct demo d;
	struct buf text;
	demo_make(&d, DEMO_AUTUMN);
	d.summary.stray = 3;
	buf_init(&text, MIB);
	assert_int_equal(report_text(&d.summary, &d.info, &(struct report_text_opts){.width = 400}, &text), 0);
	assert_true(str_find(buf_str(&text), S(", 3 far from all others); ")) != STR_NPOS);
	demo_free(&d);
	buf_free(&text);
}

/* However much mail they have together: not one of them need be large. */
static void merged_feeds_are_not_the_largest(void **state)
{
	(void)state;
	struct demo d;
	struct buf text, page;
	demo_make(&d, DEMO_LONG);
	size_t n = d.summary.nfeeds;
	struct summary_feed *feeds = mem_alloc(n * sizeof *feeds), *f = feeds + n - 1;
	struct series_feed *columns = mem_alloc(n * sizeof *columns), *sf = columns + n - 1;
	assert_true(feeds && columns);
	memcpy(feeds, d.summary.feeds, n * sizeof *feeds);
	memcpy(columns, d.summary.by_feed.feeds, n * sizeof *columns);
	d.summary.feeds = feeds;
	d.summary.by_feed.feeds = columns;
	f->name = sf->name = S("");
	f->merged = sf->merged = 80;
	f->messages = sf->messages = d.summary.messages;
	d.summary.feeds_all += 79;
	buf_init(&text, MIB);
	buf_init(&page, 8 * MIB);
	assert_int_equal(report_text(&d.summary, &d.info, &(struct report_text_opts){.width = 80}, &text), 0);
	assert_true(str_find(buf_str(&text), S("(4 of 99 shown)")) != STR_NPOS);
	assert_true(str_find(buf_str(&text), S("further feeds")) == STR_NPOS);
	assert_int_equal(report_html(&d.summary, &d.info, &page), 0);
	assert_true(str_find(buf_str(&page), S("largest of 99 feeds shown")) != STR_NPOS);
	assert_true(str_find(buf_str(&page), S("<h3>further feeds")) == STR_NPOS);
	buf_free(&text);
	buf_free(&page);
	mem_free(feeds);
	mem_free(columns);
	demo_free(&d);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inert),
		cmocka_unit_test(test_closed),
		cmocka_unit_test(test_anchors),
		cmocka_unit_test(test_same_bytes),
		cmocka_unit_test(test_reveal),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_text),
		cmocka_unit_test(of_equals_none_leads),
		cmocka_unit_test(merged_feeds_are_not_the_largest),
		cmocka_unit_test(a_single_message_is_no_sample),
		cmocka_unit_test(dates_far_from_all_others_are_told),
		cmocka_unit_test(what_the_analysis_left_out_is_told),
	};
	if (argc == 3)
		return write_demo(argv[1], argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
