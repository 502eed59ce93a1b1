/* template_test.c - anchors, slots, and what hostile texts do to them. */
#include <stdio.h>

#include "base/limits.h"
#include "base/test.h"
#include "campaign/template.h"

enum { MAX_TEXTS = 80 };

static char *shown(const char *const *texts, size_t n, struct template *t)
{
	static char text[65536];
	struct str s[MAX_TEXTS];
	struct arena a;
	struct buf b;
	arena_init(&a, 256 * MIB);
	for (size_t i = 0; i < n; i++)
		s[i] = str_of(texts[i]);
	assert_int_equal(template_infer(&a, s, n, false, t), 0);
	buf_init_arena(&b, &a, sizeof text - 1);
	template_text(t, &b);
	memcpy(text, b.n ? (const char *)b.p : "", b.n);
	text[b.n] = 0;
	arena_free(&a);
	return text;
}

static void table(void **state)
{
	(void)state;
	static const struct {
		const char *texts[9], *want;
	} cases[] = {
		{{"same words here", "same words here"}, "same words here"},
		{{"one text only"}, ""},
		{{"nothing at all", "shared between us"}, ""},
		{{"Dear friend, your order 1234 is ready", "Dear customer, your order 99 is ready",
			 "Dear friend, your order 5 is ready", "Dear customer, your order 77123 is ready"},
			"Dear {one of: customer|friend}, your order {number 1-5} is ready"},
		{{"visit http://a.example/x?1 now please", "visit http://b.example/ now please",
			 "visit https://c.example/qq now please"},
			"visit {url} now please"},
		{{"write to bob@a.example for details", "write to al.x@b.example for details", "write to q@c.example for details"},
			"write to {address} for details"},
		{{"code aB3 wins today", "code Zz9 wins today", "code q81 wins today"}, "code {token 3 a-z A-Z 0-9} wins today"},
		{{"buy cheap pills", "buy very cheap pills", "buy really quite cheap pills"},
			"buy {text 0-2 words, or nothing} cheap pills"},
		{{"BUY Cheap pills", "buy cheap PILLS", "buy cheap pills"}, "BUY Cheap pills"},
		{{"id=QUJDREVGR0hJSktMTU5PUFFSU1RVVlc= end of text", "id=MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0 end of text",
			 "id=eHl6eHl6eHl6eHl6eHl6eHl6eHl6eHl6eHg= end of text"},
			"{encoded 35-39} end of text"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct template t;
		size_t n = 0;
		while (n < 9 && cases[i].texts[n])
			n++;
		assert_string_equal(shown(cases[i].texts, n, &t), cases[i].want);
	}
}

static void foreign_texts_are_left_out(void **state)
{
	(void)state;
	static char texts[20][128];
	const char *p[20];
	struct template t;
	for (int i = 0; i < 20; i++) {
		snprintf(texts[i], sizeof texts[i], "Order number %d of your best price pills is waiting for you at our shop",
			i * 37);
		p[i] = texts[i];
	}
	p[3] = "Minutes of the meeting of the gardening club, as promised";
	p[9] = "";
	assert_string_equal(shown(p, 20, &t), "Order number {number 1-3} of your best price pills is waiting for you at our shop");
	assert_int_equal(t.support, 18);
	assert_int_equal(t.texts, 20);
	for (int i = 0; i < 10; i++)
		p[2 * i] = "Minutes of the meeting of the gardening club, as promised";
	shown(p, 20, &t);
	assert_int_equal(t.n_parts, 0); /* two things are not one */
}

static void the_order_of_texts_does_not_matter(void **state)
{
	(void)state;
	const char *p[] = {"alpha beta 1 gamma x delta", "alpha beta 22 gamma yy delta", "alpha beta 333 gamma x delta",
		"alpha beta 4 gamma zzz delta", "alpha beta 55 gamma yy delta"};
	struct template t;
	char first[1024];
	snprintf(first, sizeof first, "%s", shown(p, 5, &t));
	for (int turn = 0; turn < 5; turn++) {
		const char *head = p[0];
		memmove(p, p + 1, 4 * sizeof *p);
		p[4] = head;
		assert_string_equal(shown(p, 5, &t), first);
	}
}

static void any_bytes_and_any_length(void **state)
{
	(void)state;
	struct arena a;
	struct template t;
	static uint8_t long_text[2][LIM_STORED_TEXT];
	arena_init(&a, 256 * MIB);
	for (size_t i = 0; i < LIM_STORED_TEXT; i++) {
		long_text[0][i] = i % 2 ? 'a' : '.';
		long_text[1][i] = i % 3 ? 'a' : ' ';
	}
	for (size_t n = 0; n < LIM_STORED_TEXT; n += n < 64 ? 1 : 509) {
		struct str s[] = {str_make(long_text[0], n), str_make(long_text[1], LIM_STORED_TEXT - n),
			str_make(long_text[0], n / 2), S("\0\xff\x80 a")};
		assert_int_equal(template_infer(&a, s, 4, n % 2, &t), 0);
		arena_reset(&a);
	}
	arena_free(&a);
}

static void no_memory(void **state)
{
	(void)state;
	struct str s[] = {S("your order 1 is ready now"), S("your order 22 is ready now"), S("your order 333 is ready now")};
	for (long n = 0;; n++) {
		struct arena a;
		struct template t;
		arena_init(&a, 1 * MIB);
		mem_fail_from(n);
		int rc = template_infer(&a, s, 3, false, &t);
		bool hit = mem_failed();
		mem_fail_from(-1);
		arena_free(&a);
		assert_int_equal(rc, hit ? ERR_ENV : 0);
		if (!hit)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(foreign_texts_are_left_out),
		cmocka_unit_test(the_order_of_texts_does_not_matter),
		cmocka_unit_test(any_bytes_and_any_length),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
