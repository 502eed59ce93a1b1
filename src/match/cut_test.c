/* cut_test.c - classes, squeezed letters, starts and words; as new and as old processors do it, against a plain reading. */
#include "match/cut.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/test.h"
#include "match/gather.h"
#include "match/normalise.h"

/* A copy with room behind it, as folded text has. */
static struct str padded(struct arena *a, struct str s)
{
	uint8_t *p = arena_alloc(a, s.n + CUT_SLACK);
	assert_non_null(p);
	memset(p, 'x', s.n + CUT_SLACK);
	if (s.n)
		memcpy(p, s.p, s.n);
	return str_make(p, s.n);
}

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
		struct str text = padded(&a, str_of(cases[i].fold));
		assert_true(cut_init(&c, &a, text.n));
		cut_text(&c, text);
		assert_same(cut_squeeze(&c, &a), str_of(cases[i].squeeze), text);
	}
	arena_free(&a);
}

/* What align.h may follow: small gaps, letters without gaps between them as often as one likes. */
static void letters(void **state)
{
	static const struct {
		const char *fold, *letters;
	} cases[] = {
		{"viagra", "viagra"},
		{"viagra for you", "viagrafo"},
		{"v . i . a . g . r . a .", "viagra"},
		{"vi....agra", "vi"},
		{"viiiiiiiiiiiiiiiiiiiiiiiiiiagra", "viagra"},
		{"v i i i i i i i i agra", "viagra"},
		{"v i i i i i i i i i agra", "vi"},
		{"vi1i1i1i1i1i1agra", "vi"},
		{"|!|!|!|!|!|!|agra", "iagra"},
	};
	struct arena a;
	(void)state;
	arena_init(&a, LIM_ARENA);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cut c;
		uint64_t key = 0;
		struct str text = padded(&a, str_of(cases[i].fold)), want = str_of(cases[i].letters);
		assert_true(cut_init(&c, &a, text.n));
		cut_text(&c, text);
		memcpy(&key, want.p, want.n);
		c.gather = NULL;
		assert_true(cut_letters(&c, 0) == le64toh(key));
		assert_true(cut_spells(&c, 0, want));
		assert_true(cut_run_end(&c, 0) > 0);
		assert_false(cut_spells(&c, 0, S("viagrb")));
	}
	arena_free(&a);
}

static uint64_t seed = 11;
static uint32_t roll(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static void same_squeeze(const struct cut *c, struct arena *a)
{
	struct str letters = cut_squeeze(c, a), text = c->text;
	struct cut_cursor cursor = {0};
	uint8_t last = 0;
	size_t k = 0;
	for (size_t i = 0; i < text.n; i++) {
		uint8_t letter = norm_letter[text.p[i]];
		assert_int_equal(c->class[i], letter);
		if (letter && letter != last) {
			assert_int_equal(letters.p[k], letter);
			assert_int_equal(cut_source(c, &cursor, k), i);
			assert_int_equal(cut_source(c, &cursor, k++), i);
		}
		last = letter ? letter : last;
	}
	assert_int_equal(k, letters.n);
	for (size_t i = 0; i < CUT_SLACK; i++)
		assert_int_equal(letters.p[k + i] | c->class[text.n + i] | c->class[text.n + CUT_SLACK + i], 0);
}

/* What the walk of plain code gives, and perhaps more where that stops early. */
static void same_letters(struct cut *c)
{
	const struct gather *g = c->gather;
	for (size_t i = 0; i < c->text.n; i++) {
		uint64_t fast = c->class[i] ? cut_letters(c, i) : 0;
		c->gather = NULL;
		uint64_t plain = c->class[i] ? cut_letters(c, i) : 0;
		c->gather = g;
		unsigned bits = plain ? 64 - (unsigned)__builtin_clzll(plain) / 8 * 8 : 0;
		assert_true(bits == 0 || fast << (64 - bits) == plain << (64 - bits));
	}
}

static void same_starts(const struct cut *c)
{
	struct str text = c->text;
	for (size_t i = 0; i < text.n; i++) {
		bool start = text.p[i] != ' ' && (i == 0 || !ascii_alnum(text.p[i - 1])) && (c->signs || norm_letter[text.p[i]]);
		assert_int_equal(c->start[i / 64] >> i % 64 & 1, start);
	}
	assert_int_equal(text.n % 64 ? c->start[text.n / 64] >> text.n % 64 : 0, 0);
}

static void same_words(const struct cut *c)
{
	struct str text = c->text;
	size_t before = STR_NPOS;
	for (size_t i = 0; i <= text.n;) {
		struct str rest = str_from(text, i), word = str_first(rest, str_find_byte(rest, ' '));
		assert_same(cut_word(c, i), word, text);
		assert_int_equal(cut_word(c, i).n, word.n);
		assert_int_equal(cut_word_set(c, word), cut_set(word));
		assert_true(cut_word_before(c, i) == before);
		if (i < text.n)
			assert_int_equal(cut_long_words(c, i / 64) >> i % 64 & 1, word.n >= CUT_WORD_MIN);
		before = i;
		i += word.n + 1;
	}
}

static void same_as_plain(void **state)
{
	static const char signs[] = "  aabbilovz019@$!|#-.,\"\xD0\xB0\xC3";
	uint8_t bytes[300];
	struct arena a;
	(void)state;
	arena_init(&a, LIM_ARENA);
	for (int round = 0; round < 3000; round++) {
		struct str s = str_make(bytes, roll(sizeof bytes));
		struct cut c;
		for (size_t i = 0; i < s.n; i++)
			bytes[i] = round % 3 ? (uint8_t)signs[roll(sizeof signs - 1)] : ascii_lower((uint8_t)roll(256));
		gather_off(round & 1);
		arena_reset(&a);
		assert_true(cut_init(&c, &a, s.n));
		c.signs = round & 2;
		cut_text(&c, padded(&a, s));
		same_squeeze(&c, &a);
		same_letters(&c);
		same_starts(&c);
		same_words(&c);
	}
	gather_off(false);
	assert_int_equal(cut_set(S("listen")), cut_set(S("s1lent")));
	assert_int_equal(cut_set(S("wow!")), cut_set(S("wow")));
	assert_int_equal(cut_set(S("wow's")), cut_set(S("wow")));
	assert_int_not_equal(cut_set(S("wow")), cut_set(S("wok")));
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
	const struct CMUnitTest tests[] = {cmocka_unit_test(squeezing), cmocka_unit_test(letters), cmocka_unit_test(same_as_plain),
		cmocka_unit_test(failing_memory)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
