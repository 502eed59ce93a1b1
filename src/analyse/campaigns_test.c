#include <stdlib.h>

#include "analyse/campaigns.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "campaign/edge.h"

static struct arena arena;
static uint64_t state = 1;

static unsigned draw(unsigned n)
{
	return (unsigned)(mix64(state += 0x9e3779b97f4a7c15u) % n);
}

static void say(struct buf *b, unsigned word)
{
	uint64_t h = mix64(word + 1);
	if (b->n)
		buf_byte(b, ' ');
	for (size_t k = 0; k < 7; k++, h /= 26)
		buf_byte(b, (uint8_t)('a' + h % 26));
}

struct mail {
	struct str blob;
	uint64_t key;
	unsigned template;
};

static struct str blob_of(struct str text, const char *domain, const char *subject)
{
	struct url u = {.raw = S("http://h.example/a/b.php"), .host = str_of(domain), .domain = str_of(domain), .flags = URL_LINK};
	struct doc d = {.text = text, .subject = str_of(subject), .urls = &u, .n_urls = domain[0] ? 1 : 0};
	struct str s = sketch_of(&arena, &d);
	assert_non_null(s.p);
	return s;
}

/* A message of template t: 60 words, every fifth a slot of three, one number of its own. */
static struct mail mail_of(unsigned t)
{
	struct buf b;
	char domain[32];
	buf_init_arena(&b, &arena, 1 * MIB);
	for (unsigned i = 0; i < 60; i++)
		say(&b, t * 1000 + i * 10 + (i % 5 == 0 ? draw(3) : 0));
	buf_printf(&b, " costs %u today.", 10007 + 13 * t);
	snprintf(domain, sizeof domain, "d%u.example", t * 3 + draw(3));
	return (struct mail){blob_of(buf_str(&b), domain, "an offer for you"), mix64(state + 77), t};
}

static struct campaign_set *grouped(const struct mail *m, size_t n)
{
	struct err err = {0};
	struct campaign_set *s;
	assert_int_equal(campaign_set_new(&s, &err), 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(campaign_set_add(s, m[i].blob, m[i].key, &err), 0);
	assert_int_equal(campaign_set_group(s, &err), 0);
	return s;
}

static void shuffle(struct mail *m, size_t n)
{
	for (size_t i = n - 1; i > 0; i--) {
		size_t j = draw((unsigned)i + 1);
		struct mail t = m[i];
		m[i] = m[j];
		m[j] = t;
	}
}

enum { TEMPLATES = 20, MAILS = 600 };

static void test_templates(void **unused)
{
	(void)unused;
	struct mail *m = arena_alloc(&arena, MAILS * sizeof *m);
	for (size_t i = 0; i < MAILS; i++)
		m[i] = mail_of((unsigned)i % TEMPLATES);
	struct campaign_set *s = grouped(m, MAILS);
	for (size_t i = 0; i < MAILS; i++)
		for (size_t j = 0; j < i; j++) {
			uint64_t a, b;
			assert_true(campaign_set_of(s, i, &a) && campaign_set_of(s, j, &b));
			assert_int_equal(a == b, m[i].template == m[j].template);
		}
	campaign_set_del(s);
}

/* What refuses most pairs early refuses no edge. */
static void test_two_steps(void **unused)
{
	(void)unused;
	enum { N = 60 };
	struct sketch sketch[N];
	struct str blob[N];
	for (unsigned i = 0; i < N; i++) {
		blob[i] = i % 10 == 9 ? blob_of(S("a few words"), "d.example", "an offer") : mail_of(i % 3 * 4).blob;
		assert_true(sketch_read(blob[i], &sketch[i]));
	}
	for (unsigned i = 0; i < N; i++)
		for (unsigned j = 0; j < N; j++) {
			struct edge e;
			struct likeness like = {0};
			struct likeness_words words;
			struct sketch_text text = sketch_peek(blob[i].p);
			likeness_words_of(blob[j].p, &words);
			edge_of(&sketch[i], &sketch[j], &e);
			bool joins = edge_may_join(&text, &words, &like) && edge_joins(&sketch[i], &sketch[j], &like);
			assert_int_equal(joins, e.joined);
		}
}

static void test_order_does_not_matter(void **unused)
{
	(void)unused;
	struct mail *m = arena_alloc(&arena, MAILS * sizeof *m);
	uint64_t *want = arena_alloc(&arena, MAILS * sizeof *want);
	for (size_t i = 0; i < MAILS; i++) {
		m[i] = mail_of((unsigned)i % TEMPLATES);
		m[i].template = (unsigned)i; /* its number */
	}
	for (int round = 0; round < 4; round++) {
		struct campaign_set *s = grouped(m, MAILS);
		for (size_t i = 0; i < MAILS; i++) {
			uint64_t key = 0;
			assert_true(campaign_set_of(s, i, &key));
			if (round == 0)
				want[m[i].template] = key;
			assert_true(want[m[i].template] == key);
		}
		campaign_set_del(s);
		shuffle(m, MAILS);
	}
}

static void test_identical_are_cheap(void **unused)
{
	(void)unused;
	struct err err = {0};
	struct campaign_set *s;
	struct mail m = mail_of(3);
	uint64_t key;
	assert_int_equal(campaign_set_new(&s, &err), 0);
	for (size_t i = 0; i < 1000000; i++)
		assert_int_equal(campaign_set_add(s, m.blob, 1000 + i, &err), 0);
	assert_int_equal(campaign_set_group(s, &err), 0);
	assert_true(campaign_set_of(s, 999999, &key));
	assert_int_equal(key, 1000);
	assert_int_equal(campaign_set_compared(s), 0);
	campaign_set_del(s);
}

static void test_unrelated_are_near_linear(void **unused)
{
	(void)unused;
	uint64_t compared[2];
	for (size_t round = 0; round < 2; round++) {
		size_t n = round ? 8000 : 2000;
		struct mail *m = arena_alloc(&arena, n * sizeof *m);
		for (size_t i = 0; i < n; i++) {
			struct buf b;
			buf_init_arena(&b, &arena, 1 * MIB);
			for (unsigned k = 0; k < 40; k++)
				say(&b, draw(20000));
			m[i] = (struct mail){blob_of(buf_str(&b), "", "hello"), mix64(i), 0};
		}
		struct campaign_set *s = grouped(m, n);
		for (size_t i = 0; i < n; i++) {
			uint64_t key;
			assert_false(campaign_set_of(s, i, &key));
		}
		compared[round] = campaign_set_compared(s);
		campaign_set_del(s);
	}
	assert_true(compared[1] < 8 * compared[0] + 8000);
}

/* Nothing to see, hardly anything to see: copies are not a campaign by that. */
static void test_too_little(void **unused)
{
	(void)unused;
	struct mail m[] = {{blob_of(S(""), "", ""), 1, 0}, {blob_of(S(""), "", ""), 2, 0}, {blob_of(S("hello"), "", "hi"), 3, 0},
		{blob_of(S("hello"), "", "hi"), 4, 0}, {S("damaged"), 5, 0}};
	struct campaign_set *s = grouped(m, COUNT(m));
	for (size_t i = 0; i < COUNT(m); i++) {
		uint64_t key;
		assert_false(campaign_set_of(s, i, &key));
	}
	campaign_set_del(s);
}

/* Messages made of one half of each of two campaigns, with the links and numbers of both: they join neither to the other. */
static void test_bridges_do_not_chain(void **unused)
{
	(void)unused;
	enum { N = 8 };
	struct mail m[3 * N];
	for (unsigned i = 0; i < N; i++) {
		m[3 * i] = mail_of(1);
		m[3 * i + 1] = mail_of(2);
		struct buf b;
		buf_init_arena(&b, &arena, 1 * MIB);
		for (unsigned t = 1; t <= 2; t++) {
			for (unsigned k = 0; k < 60; k++)
				say(&b, t * 1000 + k * 10);
			buf_printf(&b, " costs %u today.", 10007 + 13 * t);
		}
		struct url u[2] = {{.raw = S("http://d3.example/a/b.php"),
					   .host = S("d3.example"),
					   .domain = S("d3.example"),
					   .flags = URL_LINK},
			{.raw = S("http://d6.example/a/b.php"),
				.host = S("d6.example"),
				.domain = S("d6.example"),
				.flags = URL_LINK}};
		struct doc d = {.text = buf_str(&b), .subject = S("an offer for you"), .urls = u, .n_urls = 2};
		m[3 * i + 2] = (struct mail){sketch_of(&arena, &d), mix64(i + 900), 9};
	}
	struct campaign_set *s = grouped(m, COUNT(m));
	uint64_t a, b;
	assert_true(campaign_set_of(s, 0, &a) && campaign_set_of(s, 1, &b));
	assert_true(a != b);
	campaign_set_del(s);
}

/* `common` of 40 words are those of every such text; the others its own. */
static struct str offer(unsigned own, unsigned common, const char *subject)
{
	struct buf b;
	buf_init_arena(&b, &arena, 1 * MIB);
	for (unsigned i = 0; i < 40 && common; i++)
		say(&b, i < common ? 5000 + i : own * 1000 + i);
	return blob_of(buf_str(&b), "shared.example", subject);
}

/* A counter behind the subject is the same in two campaigns by chance: one of three digits joins no texts that are hardly alike, and
 * no mail without text. A longer one is a number of the template. */
static void test_counters(void **unused)
{
	(void)unused;
	static const struct {
		unsigned common;
		const char *a, *b;
		bool joined;
	} table[] = {
		{16, "bargains inside 893", "your long awaited watches 893", false},
		{16, "bargains inside 88931", "your long awaited watches 88931", true},
		{0, "bargains inside 893", "your long awaited watches 893", false},
		{0, "bargains inside 88931", "your long awaited watches 88931", true},
		{30, "bargains inside 893", "your long awaited watches 893", true},
		{23, "your long awaited watches 893", "your long awaited watches 217", true},
		{23, "your long awaited watches 893", "bargains inside 217", false},
		{23, "your long awaited 893 watches", "your long awaited 217 watches", false},
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct sketch a, b;
		struct edge e;
		assert_true(sketch_read(offer(1, table[i].common, table[i].a), &a));
		assert_true(sketch_read(offer(2, table[i].common, table[i].b), &b));
		edge_of(&a, &b, &e);
		assert_int_equal(e.joined, table[i].joined);
	}
}

struct priced {
	unsigned own, common, price;
	const char *name, *domain, *subject;
};

static struct str priced(struct priced p)
{
	struct buf b;
	buf_init_arena(&b, &arena, 1 * MIB);
	for (unsigned i = 0; i < 40; i++)
		say(&b, i < p.common ? 6000 + i : p.own * 1000 + i);
	buf_printf(&b, " costs %u today%s.", p.price, p.name);
	return blob_of(buf_str(&b), p.domain, p.subject);
}

/* A number that differs is another offer, unless enough of the text agrees, and of the rest. */
static void test_prices_that_are_drawn(void **unused)
{
	(void)unused;
	static const char same[] = "shared.example", other[] = "another.example", offer[] = "an offer for you",
			  none[] = "what they want", *const name = " at Velvin Marcono";
	static const struct {
		struct priced b;
		bool joined;
	} table[] = {
		{{2, 29, 10217, "", same, offer}, true},
		{{2, 20, 10217, "", same, offer}, false},
		{{2, 29, 10217, "", other, offer}, false},
		{{2, 20, 10893, "", same, offer}, true},
		{{2, 24, 10217, name, same, none}, true}, /* fewer will do */
		{{2, 24, 10217, "", same, none}, false},
		{{2, 33, 10217, name, other, offer}, true},
		{{2, 33, 10217, name, other, none}, false},
		{{2, 33, 10217, "", other, offer}, false},
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct sketch a, b;
		struct edge e;
		assert_true(sketch_read(priced((struct priced){1, table[i].b.common, 10893, table[i].b.name, same, offer}), &a));
		assert_true(sketch_read(priced(table[i].b), &b));
		edge_of(&a, &b, &e);
		if (e.joined != table[i].joined)
			fail_msg("case %zu: %d together", i, e.sum);
	}
}

/* Where there is no text, the subject is it: a long one tells a template, with a little beside it. */
static void test_nothing_but_a_subject(void **unused)
{
	(void)unused;
	static const struct {
		const char *a, *b;
		bool joined;
		int points;
	} table[] = {
		{"our learned doctors approve what you order from home", "our learned doctors approve what you order from home",
			true, 4},
		{"our learned doctors approve what you order from home", "our learned doctors approve what they order from home",
			false, 1},
		{"what you need now", "what you need now", false, 2},
		{"all that you need now", "all that you need now", false, 3},
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct sketch a, b;
		struct edge e;
		assert_true(sketch_read(blob_of(S("go there"), "a.example", table[i].a), &a));
		assert_true(sketch_read(blob_of(S("go there"), "b.example", table[i].b), &b));
		edge_of(&a, &b, &e);
		assert_int_equal(e.joined, table[i].joined);
		assert_int_equal(e.points[EDGE_SUBJECT], table[i].points);
	}
}

/* One large picture, or a small one, over a text of its own; `flips` bits of its look differ from those of picture `which`. */
static struct str picture(unsigned which, unsigned flips, uint32_t side, unsigned links)
{
	static const uint8_t tags[] = {1, 2, 3, 4, 5, 0x85, 0x84};
	struct buf b;
	struct doc_attachment image = {.type = S("image/gif"), .size = 1000, .width = side, .height = side, .looked = true};
	struct doc d = {.subject = S("hi"), .html_tags = str_make(tags, sizeof tags), .attachments = &image, .n_attachments = 1};
	struct url *u = arena_zalloc(&arena, links + 1, sizeof *u);
	for (unsigned i = 0; i < links; i++)
		u[i] = (struct url){.raw = S("http://news.example/"),
			.host = S("news.example"),
			.domain = S("news.example"),
			.flags = URL_LINK};
	d.urls = u;
	d.n_urls = links;
	buf_init_arena(&b, &arena, 1 * MIB);
	for (unsigned i = 0; i < 60; i++)
		say(&b, draw(1000000));
	d.text = buf_str(&b);
	for (unsigned i = 0; i < 4; i++)
		image.look.bits[i] = mix64(which * 4 + i + 1);
	for (unsigned i = 0; i < flips; i++) /* the high frequencies first, as it happens to real ones */
		image.look.bits[3 - i / 64] ^= (uint64_t)1 << i % 64;
	memset(image.sha256, (int)draw(256), sizeof image.sha256);
	struct str blob = sketch_of(&arena, &d);
	assert_non_null(blob.p);
	return blob;
}

static void test_pictures(void **unused)
{
	(void)unused;
	const struct {
		struct str a, b;
		bool joined;
	} cases[] = {{picture(0, 0, 300, 0), picture(0, 30, 310, 0), true},
		{picture(0, 0, 300, 0), picture(0, IMAGE_DIGEST_NEAR, 320, 0), true},
		{picture(0, 0, 300, 0), picture(0, IMAGE_DIGEST_NEAR + 1, 320, 0), false},
		{picture(0, 0, 300, 0), picture(1, 0, 320, 0), false},
		{picture(0, 0, 100, 0), picture(0, 3, 110, 0), false}, /* a logo over another text */
		{picture(0, 0, 300, 4), picture(0, 3, 300, 20), true},
		{picture(0, 0, 300, 20), picture(0, 3, 300, 20), false}}; /* an advertisement in two newsletters */
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct mail m[] = {{cases[i].a, 1, 0}, {cases[i].b, 2, 0}};
		struct campaign_set *s = grouped(m, COUNT(m));
		uint64_t a, b;
		if ((campaign_set_of(s, 0, &a) && campaign_set_of(s, 1, &b) && a == b) != cases[i].joined)
			fail_msg("case %zu", i);
		campaign_set_del(s);
	}
}

/* Mail of one seller: its domain, the shape of its links, its name, its HTML. */
static struct str sellers_mail(const char *text, const char *subject)
{
	static const uint8_t tags[] = {1, 2, 3, 4, 5, 0x85, 0x84};
	struct url u = {
		.raw = S("http://h.example/a/b.php"), .host = S("jerru.example"), .domain = S("jerru.example"), .flags = URL_LINK};
	struct doc d = {.text = str_of(text),
		.subject = str_of(subject),
		.html_tags = str_make(tags, sizeof tags),
		.urls = &u,
		.n_urls = 1};
	struct str s = sketch_of(&arena, &d);
	assert_non_null(s.p);
	return s;
}

/* Texts of other templates share words by chance; a seller's number tells no template where one has no text. */
static void test_a_seller_is_no_template(void **unused)
{
	(void)unused;
	static const char *const text =
		"Our pills are sold by the licensed Jerru shop at half of what others ask and reach your door within a week";
	const struct {
		const char *a, *b;
		bool joined;
	} cases[] = {
		{"hi", "Whatever pills you need are sold by the Jerru shop, forget doctors and queues, pay at noon, get them into your home",
			false},
		{"hi", "Our pills are sold by the licensed Jerru shop at a third of what you paid and reach your door within a day",
			true},
		{"offer 48213", "", false},
		{"offer 48213", "Our pills are sold by the licensed Jerru shop", true},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct mail m[] = {{sellers_mail(text, cases[i].a), 1, 0}, {sellers_mail(cases[i].b, cases[i].a), 2, 0}};
		struct campaign_set *s = grouped(m, COUNT(m));
		uint64_t a, b;
		if ((campaign_set_of(s, 0, &a) && campaign_set_of(s, 1, &b) && a == b) != cases[i].joined)
			fail_msg("case %zu", i);
		campaign_set_del(s);
	}
}

static void test_id(void **unused)
{
	(void)unused;
	char id[CAMPAIGN_ID_SIZE];
	assert_int_equal(campaign_id(0x0123456789abcdefu, false, id), 14);
	assert_string_equal(id, "c-0123456789ab");
	assert_int_equal(campaign_id(0x0123456789abcdefu, true, id), 18);
	assert_string_equal(id, "c-0123456789abcdef");
}

static void test_no_memory(void **unused)
{
	(void)unused;
	struct mail m[] = {mail_of(1), mail_of(1), mail_of(2)};
	for (long n = 0;; n++) {
		struct err err = {0};
		struct campaign_set *s = NULL;
		mem_fail_from(n);
		int rc = campaign_set_new(&s, &err);
		for (size_t i = 0; i < COUNT(m) && !rc; i++)
			rc = campaign_set_add(s, m[i].blob, m[i].key, &err);
		rc = rc ? rc : campaign_set_group(s, &err);
		bool hit = mem_failed();
		mem_fail_from(-1);
		campaign_set_del(s);
		assert_true(rc == 0 || (hit && err.kind == ERR_ENV));
		if (!hit)
			break;
	}
}

static int setup(void **unused)
{
	(void)unused;
	arena_init(&arena, SIZE_MAX);
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_templates, setup, teardown),
		cmocka_unit_test_setup_teardown(test_two_steps, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order_does_not_matter, setup, teardown),
		cmocka_unit_test_setup_teardown(test_identical_are_cheap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unrelated_are_near_linear, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_little, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bridges_do_not_chain, setup, teardown),
		cmocka_unit_test_setup_teardown(test_counters, setup, teardown),
		cmocka_unit_test_setup_teardown(test_prices_that_are_drawn, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nothing_but_a_subject, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_seller_is_no_template, setup, teardown),
		cmocka_unit_test(test_id),
		cmocka_unit_test_setup_teardown(test_pictures, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_memory, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
