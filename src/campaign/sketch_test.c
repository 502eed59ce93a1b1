#include <math.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "campaign/likeness.h"

static struct arena arena;

/* Numbered words, as text. */
static struct str text_of(const unsigned *word, size_t n)
{
	struct buf b;
	buf_init_arena(&b, &arena, 1 * MIB);
	for (size_t i = 0; i < n; i++) {
		uint64_t h = mix64(word[i] + 1);
		for (size_t k = 0; k < 7; k++, h /= 26)
			buf_byte(&b, (uint8_t)('a' + h % 26));
		buf_byte(&b, i % 12 ? ' ' : ',');
		buf_byte(&b, ' ');
	}
	return buf_str(&b);
}

static struct sketch sketch(struct doc d)
{
	struct sketch s;
	assert_true(sketch_make(&arena, &d, &s));
	return s;
}

static double resemblance(size_t common, size_t each)
{
	unsigned a[2000], b[2000];
	for (size_t i = 0; i < common + each; i++) {
		a[i] = (unsigned)i;
		b[i] = (unsigned)(i < common ? i : i + 5000);
	}
	struct sketch x = sketch((struct doc){.text = text_of(a, common + each)});
	struct sketch y = sketch((struct doc){.text = text_of(b, common + each)});
	struct likeness l;
	likeness_of(&x, &y, &l);
	return l.resemblance;
}

static void test_minhash_estimates(void **state)
{
	(void)state;
	static const struct {
		size_t common, each;
	} table[] = {{100, 0}, {100, 100}, {500, 100}, {50, 500}, {0, 300}, {20, 20}, {1000, 500}};
	for (size_t i = 0; i < COUNT(table); i++) {
		double j = (double)table[i].common / (double)(table[i].common + 2 * table[i].each);
		assert_true(fabs(resemblance(table[i].common, table[i].each) - j) < 4 * 0.045);
	}
}

static struct url url(const char *raw, const char *host, const char *domain)
{
	return (struct url){.raw = str_of(raw), .host = str_of(host), .domain = str_of(domain), .flags = URL_LINK};
}

static struct doc full(void)
{
	static struct url urls[2];
	static struct doc_attachment files[2] = {
		{T("image/gif"), T("a.gif"), 100, 40, 15, {1, 2, 3}, true, {{1, 2, 3, 4}}, NULL, 0, {NULL, 0}},
		{T("text/x"), T("b"), 5, 0, 0, {4, 5}, false, {{0}}, NULL, 0, {NULL, 0}}};
	static const uint8_t tags[] = {1, 2, 3, 4, 5, 0x85, 0x84};
	urls[0] = url("http://shop.example/a/b1c2d3?id=7", "shop.example", "shop.example");
	urls[1] = url("http://www.other.test/", "www.other.test", "other.test");
	return (struct doc){
		.text = S("Refill your order of Jamonul for only $145 today, over 672000 people trust our shop in Norway."),
		.subject = S("Your order 4711 is ready"),
		.html_tags = str_make(tags, sizeof tags),
		.urls = urls,
		.n_urls = 2,
		.attachments = files,
		.n_attachments = 2};
}

static void test_families(void **state)
{
	(void)state;
	struct sketch s = sketch(full());
	assert_int_equal(s.n_facts, 3);
	assert_int_equal(s.n_names, 2);
	assert_int_equal(s.n_domains, 2);
	assert_int_equal(s.n_images, 1);
	assert_int_equal(s.n_shapes, 1);
	assert_int_equal(s.n_files, 1);
	assert_int_equal(s.n_looks, 1);
	assert_int_equal(s.n_tags, SKETCH_TAGS);
	assert_int_equal(s.n_subject, 5);
	assert_int_not_equal(s.url, 0);
	struct likeness l;
	likeness_of(&s, &s, &l);
	assert_true(l.resemblance == 1 && l.align == 1 && l.share == 1 && l.url && l.image && l.file);
	assert_true(l.facts == 3 && l.names == 2 && l.domains == 2 && l.subject == 5 && l.tags == SKETCH_TAGS);
}

static void test_round_trip(void **state)
{
	(void)state;
	struct sketch s[] = {sketch(full()), sketch((struct doc){0}), sketch((struct doc){.text = S("hello")})};
	for (size_t i = 0; i < COUNT(s); i++) {
		uint8_t blob[SKETCH_MAX];
		struct sketch back;
		size_t n = sketch_write(&s[i], blob);
		assert_true(n <= SKETCH_MAX && SKETCH_MAX <= 700);
		assert_true(sketch_read(str_make(blob, n), &back));
		assert_memory_equal(&back, &s[i], sizeof back);
		for (size_t k = 0; k < n; k++) {
			uint8_t *copy = test_copy(str_make(blob, k));
			assert_false(sketch_read(str_make(copy, k), &back));
			mem_free(copy);
		}
		blob[0]++;
		assert_false(sketch_read(str_make(blob, n), &back));
	}
}

/* What is seen of images later on comes to the same as what is seen at once. */
static void test_files_later(void **state)
{
	(void)state;
	struct arena a;
	struct doc d = full(), blind = full();
	struct doc_attachment files[2];
	arena_init(&a, 1 << 20);
	memcpy(files, d.attachments, sizeof files);
	files[0].looked = false;
	files[0].width = 20;
	blind.attachments = files;
	struct str seen = sketch_of(&a, &d), unseen = sketch_of(&a, &blind);
	assert_false(str_eq(seen, unseen));
	assert_true(str_eq(seen, sketch_with_files(&a, unseen, &d)));
	assert_true(str_eq(unseen, sketch_with_files(&a, seen, &blind)));
	arena_free(&a);
}

/* Under another subject and with other files the sketch is the same, whether its text was seen before or not. */
static void test_text_again(void **state)
{
	(void)state;
	struct arena kept;
	arena_init(&kept, LIM_ARENA);
	struct doc_notes notes = {.arena = &kept};
	for (int round = 0; round < 3; round++) {
		struct doc plain = full();
		plain.subject = round == 1 ? S("Nothing of Ours 1234567") : plain.subject;
		plain.n_attachments = round == 2 ? 0 : plain.n_attachments;
		struct doc noted = plain;
		noted.notes = &notes;
		struct sketch a = sketch(plain), b = sketch(noted);
		assert_memory_equal(&a, &b, sizeof a);
		assert_non_null(notes.sketch);
	}
	arena_free(&kept);
}

/* Every word a draw from its own alternatives but each third: what MinHash of three words cannot see at all. */
static void test_slots(void **state)
{
	(void)state;
	unsigned a[150], b[150], c[150];
	for (unsigned i = 0; i < COUNT(a); i++) {
		a[i] = i;
		b[i] = i % 3 ? i : i + 1000;
		c[i] = i + 3000;
	}
	struct sketch x = sketch((struct doc){.text = text_of(a, COUNT(a))}),
		      y = sketch((struct doc){.text = text_of(b, COUNT(b))});
	struct sketch z = sketch((struct doc){.text = text_of(c, COUNT(c))});
	struct likeness l;
	likeness_of(&x, &y, &l);
	assert_true(l.resemblance < 0.1 && l.align > 0.35 && l.align_part > 0.5);
	likeness_of(&x, &z, &l);
	assert_true(l.align < 0.05 && l.share < 0.05);
}

/* A long message and a short one sample the same words. */
static void test_sample_is_shared(void **state)
{
	(void)state;
	unsigned a[2000];
	for (unsigned i = 0; i < COUNT(a); i++)
		a[i] = i;
	struct sketch x = sketch((struct doc){.text = text_of(a, 2000)}), y = sketch((struct doc){.text = text_of(a + 500, 1000)});
	struct likeness l;
	assert_true(x.n_sample <= SKETCH_WORDS && x.n_sample > SKETCH_WORDS / 2 && y.n_sample > SKETCH_WORDS / 2);
	likeness_of(&x, &y, &l);
	assert_true(l.align_part > 0.95 && l.words_b < l.words_a);
}

static void test_url_shapes(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool same;
	} table[] = {
		{"http://h.example/abc/x.php", "http://h.example/qwerty/zz.php", true},
		{"http://h.example/abc/x.php", "http://h.example/abc/x.html", false},
		{"http://h.example/?id=17ab33ff", "http://h.example/?id=991c02aa", true},
		{"http://h.example/?id=17ab33ff", "http://h.example/?ref=991c02aa", false},
		{"http://h.example/17ab33ff/", "http://h.example/17ab33ff00/", false},
		{"http://h.example/~joe/", "http://h.example/joe/", false},
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct url a = url(table[i].a, "h.example", "h.example"), b = url(table[i].b, "h.example", "h.example");
		assert_int_equal(sketch_url_shape(&a) == sketch_url_shape(&b), table[i].same);
	}
	struct url plain = url("http://h.example/", "h.example", "h.example"),
		   www = url("http://www.h.example/", "www.h.example", "h.example");
	struct url sub = url("http://0c69b.h.example/", "0c69b.h.example", "h.example");
	assert_int_equal(sketch_url_shape(&plain), 0);
	assert_int_equal(sketch_url_shape(&www), 0);
	assert_int_not_equal(sketch_url_shape(&sub), 0);
}

static void test_extremes(void **state)
{
	(void)state;
	size_t n = 50 * MIB;
	uint8_t *text = mem_alloc(n);
	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		text[i] = i % 5 == 4 ? ' ' : (uint8_t)('a' + i * 7 % 23);
	struct sketch s = sketch((struct doc){.text = str_make(text, n)});
	assert_int_equal(s.n_words, UINT16_MAX);
	memset(text, 'a', n);
	s = sketch((struct doc){.text = str_make(text, n)});
	assert_int_equal(s.n_words, 1);
	for (size_t i = 1; i < n; i += 2)
		text[i] = ' ';
	s = sketch((struct doc){.text = str_make(text, n)});
	assert_int_equal(s.n_sample, 0); /* one word, too often */
	assert_int_equal(s.n_bins, MINHASH_BINS);
	mem_free(text);
}

static void test_no_memory(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		struct arena a;
		struct sketch s;
		struct doc d = full();
		arena_init(&a, LIM_ARENA);
		mem_fail_from(n);
		bool ok = sketch_make(&a, &d, &s) && sketch_of(&a, &d).p;
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_true(ok || hit);
		arena_free(&a);
		if (!hit)
			break;
	}
}

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, LIM_ARENA);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_minhash_estimates, setup, teardown),
		cmocka_unit_test_setup_teardown(test_families, setup, teardown),
		cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_files_later, setup, teardown),
		cmocka_unit_test_setup_teardown(test_text_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slots, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sample_is_shared, setup, teardown),
		cmocka_unit_test_setup_teardown(test_url_shapes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_extremes, setup, teardown),
		cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
