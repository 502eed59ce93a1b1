/* cut_test.c - squeezed letters, starts and words; the pass without branches against a plain reading. */
#include "match/cut.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/test.h"
#include "match/normalise.h"

static void squeezing(void **state)
{
	static const struct {
		const char *fold, *squeeze;
	} cases[] = {
		{"", ""},
		{"viagra", "viagra"},
		{"two words ", "twowords"},
		{"v i a g r a", "viagra"},
		{"v1agra c1al!s", "viagraciais"},
		{"\xD1\x81\xD0\xBE", ""},
		{"\"hi\" - it's", "hits"},
		{"\xE2\x82\xAC"
		 "100 viagre",
			"ioviagre"},
		{"\\/iagra m@il$", "viagramais"},
		{"bootss loo", "botsio"},
	};
	struct arena a;
	(void)state;
	arena_init(&a, LIM_ARENA);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cut c;
		assert_true(cut_init(&c, &a, strlen(cases[i].fold)));
		cut_text(&c, str_of(cases[i].fold));
		assert_same(str_make(c.squeeze, c.n_squeeze), str_of(cases[i].squeeze), str_of(cases[i].fold));
	}
	arena_free(&a);
}

static uint64_t seed = 11;
static uint32_t roll(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static void same_squeeze(const struct cut *c, struct str text)
{
	uint8_t last = 0;
	size_t k = 0;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t letter = norm_letter[text.p[i]];
		if (letter && letter != last) {
			assert_int_equal(c->squeeze[k], letter);
			assert_int_equal(cut_source(c, text, k++), i);
		}
		last = letter ? letter : last;
	}
	assert_int_equal(k, c->n_squeeze);
	for (size_t i = 0; i < CUT_END; i++)
		assert_int_equal(norm_letter[c->squeeze[k + i]], 0);
}

static void same_starts(const struct cut *c, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		bool start = text.p[i] != ' ' && (i == 0 || !ascii_alnum(text.p[i - 1]));
		assert_int_equal(c->start[i / 64] >> i % 64 & 1, start);
		if (norm_letter[text.p[i]])
			assert_int_equal(c->squeeze[cut_letter(c, i)], norm_letter[text.p[i]]);
	}
	if (text.n % 64)
		assert_int_equal(c->start[text.n / 64] >> text.n % 64, 0);
}

static void same_words(const struct cut *c, const struct cut_table *t, struct str text)
{
	size_t w = 0;
	for (size_t i = 0; i <= text.n; w++) {
		struct str rest = str_from(text, i);
		size_t blank = str_find_byte(rest, ' ');
		struct str word = str_first(rest, blank);
		assert_true(w < c->n_words);
		assert_int_equal(c->word[w], i);
		assert_same(cut_word(c, text, w), word, text);
		assert_int_equal(cut_word_set(c, t, text, w), cut_set(t, word));
		i += word.n + 1;
	}
	assert_int_equal(w, c->n_words);
}

static void same_as_plain(void **state)
{
	static const char signs[] = "  aabbilovz019@$!|#-.,\"\xD0\xB0\xC3";
	uint8_t text[300];
	struct cut_table t;
	struct cut c;
	struct arena a;
	(void)state;
	arena_init(&a, LIM_ARENA);
	cut_table_init(&t);
	assert_true(cut_init(&c, &a, sizeof text));
	for (int round = 0; round < 3000; round++) {
		struct str s = str_make(text, roll(sizeof text));
		for (size_t i = 0; i < s.n; i++)
			text[i] = round % 3 ? (uint8_t)signs[roll(sizeof signs - 1)] : (uint8_t)roll(256);
		c.slow = round & 1;
		cut_text(&c, s);
		same_squeeze(&c, s);
		same_starts(&c, s);
		same_words(&c, &t, s);
	}
	assert_int_equal(cut_set(&t, S("listen")), cut_set(&t, S("s1lent")));
	assert_int_equal(cut_set(&t, S("wow!")), cut_set(&t, S("wow")));
	assert_int_equal(cut_set(&t, S("wow's")), cut_set(&t, S("wow")));
	arena_free(&a);
}

static void failing_memory(void **state)
{
	(void)state;
	for (long k = 0;; k++) {
		struct arena a;
		struct cut c;
		arena_init(&a, LIM_ARENA);
		mem_fail_from(k);
		bool ok = cut_init(&c, &a, 1 << 20), hit = mem_failed();
		mem_fail_from(-1);
		arena_free(&a);
		assert_true(ok != hit);
		if (!hit)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(squeezing), cmocka_unit_test(same_as_plain), cmocka_unit_test(failing_memory)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
