#include "base/arena.h"
#include "base/limits.h"
#include "base/test.h"
#include "campaign/shingle.h"

static struct arena arena;

static struct words words(struct str text)
{
	struct words w;
	assert_true(words_of(&arena, text, &w));
	return w;
}

static void test_same_words(void **state)
{
	(void)state;
	static const struct {
		struct str a, b;
	} table[] = {
		{T("Repeat your supply"), T("REPEAT  your\nsupply")},
		{T("Rep_eat your sup~ply of pills."), T("Repeat your supply of pills")},
		{T("security notice"), T("securiyt notiec")}, {T("service limited"), T("servvice limmited")},
		{T("discount for medicines"), T("di$count f0r m3dicines")},
		{T("Voraren welcomes you"), T("V\xD0\xBEr\xD0\xB0ren welcomes you")}, /* Cyrillic o, a */
		{T("Reduction cette semaine"), T("R\xC3\xA9"
						 "duction cette semaine")},
		{T("over $1,250 today"), T("over 1250 today")}, {T("one two three"), T("one two http://shop.example/x?id=3 three")},
		{T("one two three"), T("one two me@example.com three")}, {T("one two three"), T("one two www.shop.example three")},
		{T("one two three"), T("one two 304b9e three")},
		{T("one\xC2\xA0two three"), T("one two three")}, /* a blank that is not ASCII */
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct words a = words(table[i].a), b = words(table[i].b);
		if (a.n != b.n || memcmp(a.hash, b.hash, a.n * sizeof *a.hash) != 0) {
			test_show("of ", table[i].a);
			test_show("and", table[i].b);
			fail();
		}
		assert_true(a.n > 0);
	}
}

static void test_other_words(void **state)
{
	(void)state;
	static const struct {
		struct str a, b;
	} table[] = {
		{T("save 22 now"), T("save 23 now")}, {T("save 220 now"), T("save 22 now")},
		{T("buy pills now"), T("buy watches now")},
		{T("\xD0\xB4\xD0\xBE\xD0\xBC"), T("\xD0\xBA\xD0\xBE\xD1\x82")}, /* Russian: house, cat */
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct words a = words(table[i].a), b = words(table[i].b);
		assert_true(a.n == b.n && memcmp(a.hash, b.hash, a.n * sizeof *a.hash) != 0);
	}
}

static void test_kinds(void **state)
{
	(void)state;
	static const struct {
		struct str text;
		enum word_kind kind; /* of the last word */
	} table[] = {
		{T("pay 332"), WORD_FACT},
		{T("pay $332."), WORD_FACT},
		{T("pay 33"), WORD_FACT},
		{T("pay 3"), WORD_NUMBER},
		{T("pay 3000"), WORD_NUMBER},
		{T("since 2005"), WORD_NUMBER},
		{T("order 20051"), WORD_FACT},
		{T("with a Jamonul"), WORD_NAME},
		{T("it ended. Jamonul"), WORD_PLAIN},
		{T("it ended\nJamonul"), WORD_PLAIN},
		{T("with a JAMONUL"), WORD_PLAIN},
		{T("with the"), WORD_SHORT},
		{T("\xE4\xB8\xAD\xE6\x96\x87"), WORD_PLAIN},
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct words w = words(table[i].text);
		if (!w.n || w.kind[w.n - 1] != table[i].kind) {
			test_show("kind of", table[i].text);
			fail();
		}
	}
	assert_int_equal(words(S("\xE4\xB8\xAD\xE6\x96\x87\xE4\xB8\xAD")).n, 3); /* a word a character */
}

static void test_salad(void **state)
{
	(void)state;
	static const struct {
		struct str text;
		size_t n;
	} table[] = {
		{T("Order it now.\n\nquestion door pocket engine woman city end lot"), 3},
		{T("question door pocket engine woman city end lot\n\nOrder it now."), 3},
		{T("question door pocket engine woman city end lot"), 8},           /* nothing else there */
		{T("Order it now.\n\nquestion door pocket engine woman"), 8},       /* too short to tell */
		{T("Order it now.\n\nwe send your pocket to an engine woman"), 11}, /* small words: a sentence */
		{T("Order it now.\n\nquestion door pocket, engine woman city end"), 10},
	};
	for (size_t i = 0; i < COUNT(table); i++)
		assert_int_equal(words(table[i].text).n, table[i].n);
}

/* The text is read a block at a time: where in a block something stands must not matter. */
static void test_places(void **state)
{
	(void)state;
	static const char text[] = "It ended.\n Jamonul, a 332\n\nquestion door pocket engine woman city end lot\n\n"
				   "donaudampfschiffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft caf\xC3\xA9 "
				   "www.example.com b@c.d \xE4\xB8\xAD\xE6\x96\x87 Order - it now";
	struct words all = words(str_make(text, sizeof text - 1));
	uint8_t shifted[sizeof text + 200];
	for (size_t blanks = 0; blanks < 200; blanks++) {
		memset(shifted, ' ', blanks);
		memcpy(shifted + blanks, text, sizeof text - 1);
		struct words w = words(str_make(shifted, blanks + sizeof text - 1));
		assert_int_equal(w.n, all.n);
		assert_memory_equal(w.hash, all.hash, w.n * sizeof *w.hash);
		assert_memory_equal(w.kind, all.kind, w.n);
	}
}

static void test_any_bytes(void **state)
{
	(void)state;
	static const uint8_t bytes[] =
		"a\xFF\xFE 12\x00\x01 \xC3 \xE2\x80 \xF0\x9F\x98\x80 b@c.d //x. \xC2\xA0\xC2\xA0 \xE3\x81\x82z";
	for (size_t n = 0; n <= sizeof bytes; n++) {
		uint8_t *copy = test_copy(str_make(bytes, n));
		struct words w = words(str_make(copy, n));
		assert_true(w.n <= n + 1);
		mem_free(copy);
	}
}

static void test_cap(void **state)
{
	(void)state;
	static uint8_t text[4 * LIM_WORDS];
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 2 ? ' ' : (uint8_t)('a' + i / 2 % 26);
	assert_int_equal(words(str_make(text, sizeof text)).n, LIM_WORDS);
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
		cmocka_unit_test_setup_teardown(test_same_words, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_words, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kinds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_salad, setup, teardown),
		cmocka_unit_test_setup_teardown(test_places, setup, teardown),
		cmocka_unit_test_setup_teardown(test_any_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cap, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
