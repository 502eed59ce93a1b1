/* calendar_test.c */
#include "codec/calendar.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "base/utf8.h"

/* Text, then links in <>, then pages in {}. */
static const struct {
	struct str ics, want;
} cases[] = {
	{T("BEGIN:VCALENDAR\r\nSUMMARY:Your invoice\r\nEND:VCALENDAR\r\n"), T("Your invoice")},
	{T("SUMMARY:one\nDESCRIPTION;LANGUAGE=en:two\\nthree\\, four\\; \\\\five\\\nLOCATION:six"),
		T("one\n\ntwo\nthree, four; \\five\\\n\nsix")},
	/* folds: of a word, of an address, of a character, one behind another */
	{T("DESCRIPTION:see http://x.exa\r\n mple/a\r\n\tb and caf\xC3\n \xA9\n  x"),
		T("see http://x.example/ab and caf\xC3\xA9 x")},
	{T("SUM\r\n MARY:name\r\n \r\n  too"), T("name too")},
	{T("URL:http://a.example/\nurl;VALUE=URI: http://b.example/ \nATTACH;FMTTYPE=text/html:http://c.example/d\nURL:"),
		T("<http://a.example/><http://b.example/><http://c.example/d>")},
	{T("DESCRIPTION;ALTREP=\"http://a.example/;x:y\":text"), T("text<http://a.example/;x:y>")},
	{T("X;A=1;ALTREP=http://a.example/:text"), T("<http>")}, /* what holds a colon must be quoted */
	{T("X-ALT-DESC;FMTTYPE=text/html:<a href=\"http://a.example/\">b</a>\\n"), T("{<a href=\"http://a.example/\">b</a>\n}")},
	{T("X-ALT-DESC:plain\nSTYLED-DESCRIPTION;VALUE=TEXT;FMTTYPE=\"TEXT/HTML\":<p>"), T("{<p>}")},
	{T("SUMMARY;X=\"a:b\":c\nSUMMARY\nSUMMARY;X=\"never:closed\n:x\n"), T("c")},
	{T("SUMMARY: \nCOMMENT:\\"), T("\\")},
	{T(""), T("")},
};

static int read_all(struct arena *a, struct str s, struct calendar *c)
{
	return calendar_unfold(a, s, &s) || calendar_read(a, s, c) ? -1 : 0;
}

static void show(const struct calendar *c, struct buf *out)
{
	buf_add(out, c->text);
	for (size_t i = 0; i < c->n_links; i++)
		buf_printf(out, "<%.*s>", STR_FMT(c->links[i]));
	for (size_t i = 0; i < c->n_pages; i++)
		buf_printf(out, "{%.*s}", STR_FMT(c->pages[i]));
}

static void reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t n = cases[i].ics.n + 1; n-- > 0;) { /* each beginning, the whole first */
			struct arena a;
			struct calendar c;
			struct buf got;
			uint8_t *copy = test_copy(str_first(cases[i].ics, n));
			arena_init(&a, LIM_ARENA);
			buf_init(&got, 4 * KIB);
			assert_int_equal(read_all(&a, str_make(copy, n), &c), 0);
			show(&c, &got);
			if (n == cases[i].ics.n)
				assert_same(buf_str(&got), cases[i].want, cases[i].ics);
			buf_free(&got);
			arena_free(&a);
			mem_free(copy);
		}
}

static void described(void **state)
{
	struct arena a;
	struct calendar c;
	(void)state;
	arena_init(&a, LIM_ARENA);
	assert_int_equal(calendar_read(&a, S("SUMMARY:x\nDESCRIPTION: \n"), &c), 0);
	assert_false(c.described);
	assert_int_equal(calendar_read(&a, S("DESCRIPTION:x\n"), &c), 0);
	assert_true(c.described);
	arena_free(&a);
}

/* Each cap cuts, says so, and leaves whole characters. */
static void caps(void **state)
{
	static const struct str units[] = {T("URL:http://a.example/\n"), T("X-ALT-DESC;FMTTYPE=text/html:x\n"),
		T("SUMMARY:\xC3\xA9\n"), T("\n "), T("SUMMARY:"), T("\""), T(";"), T("X;ALTREP=\"\":\n"), T("A;;;;;;;:\n"), T("\\"),
		T("SUMMARY:\xC3\xA9\xC3\xA9\xC3\xA9\n")};
	(void)state;
	for (size_t i = 0; i < COUNT(units); i++) {
		struct arena a;
		struct calendar c;
		struct buf ics;
		buf_init(&ics, 4 * MIB);
		buf_add(&ics, S("SUMMARY:"));
		while (ics.n < LIM_CALENDAR + 100)
			buf_add(&ics, units[i]);
		arena_init(&a, LIM_ARENA);
		assert_int_equal(calendar_read(&a, buf_str(&ics), &c), 0);
		assert_true(c.cut && c.text.n <= LIM_TEXT && c.n_links <= LIM_URLS && c.n_pages <= LIM_CALENDAR_PAGES);
		assert_int_equal(read_all(&a, buf_str(&ics), &c), 0);
		assert_true(utf8_valid(c.text));
		arena_free(&a);
		buf_free(&ics);
	}
}

static int read_any(struct arena *a, struct str ics)
{
	struct calendar c;
	return read_all(a, ics, &c);
}

static void out_of_memory(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		test_failing_memory(LIM_ARENA, read_any, cases[i].ics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(described),
		cmocka_unit_test(caps),
		cmocka_unit_test(out_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
