/* normalise_test.c - folding and the way back; the fast path against a slow reference. */
#include "match/normalise.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/test.h"
#include "base/utf8.h"
#include "match/gather.h"
#include "match/normalise_tab.h"

static struct str fold_of(const struct norm *n)
{
	return str_make(n->fold, n->fields[0].fold_end);
}

static void folding(void **state)
{
	static const struct {
		const char *in, *fold;
	} cases[] = {
		{"", ""}, {"Viagra", "viagra"}, {"  Two \r\n\t words ", "two words "}, {"V i a g r a", "v i a g r a"},
		{"V1agra C1al!s", "v1agra c1al!s"},
		{"V\xC3\xAD"
		 "agr\xC3\xA0",
			"viagra"},                                                        /* accents */
		{"via\xE2\x80\x8Bgra via\xC2\xADgra", "viagra viagra"},                   /* zero-width space, soft hyphen */
		{"\xD0\xA1i\xD0\xB0lis", "cialis"},                                       /* Cyrillic es, a among Latin */
		{"\xD0\xA1\xD0\xBE\xD1\x81\xD0\xBE", "\xD1\x81\xD0\xBE\xD1\x81\xD0\xBE"}, /* honest Cyrillic: lower-cased only */
		{"\xCE\x92"
		 "ank \xCE\x92",
			"bank \xCE\xB2"},                                     /* Greek beta */
		{"\xEF\xBC\xB6\xEF\xBD\x89\xEF\xBD\x81\xEF\xBC\x91", "via1"}, /* full-width */
		{"\xF0\x9D\x90\x95\xF0\x9D\x93\xB2\xF0\x9D\x9F\x8E", "vi0"},  /* mathematical */
		{"\xE2\x93\xA5\xE2\x93\x98", "vi"},                           /* circled */
		{"v\xCC\xB7i\xCC\xB7", "vi"},                                 /* struck through */
		{"\xE2\x80\x9CHi\xE2\x80\x9D \xE2\x80\x93 it\xE2\x80\x99s", "\"hi\" - it's"},
		{"a\xC2\xA0\xE2\x80\x83 b", "a b"}, /* no-break and em space */
		{"\xE2\x82\xAC"
		 "100 Viagr\xE2\x82\xAC",
			"\xE2\x82\xAC"
			"100 viagre"}, /* a sign within a word only */
		{"\xE4\xBD\xA0\xE5\xA5\xBD ok", "\xE4\xBD\xA0\xE5\xA5\xBD ok"},
		{"Microsoft\xC2\xAE Viagra\xE2\x84\xA2", "microsoft viagra"},
		{"a\x01"
		 "b\x7F"
		 "c",
			"abc"},
		{"\\/iagra m@il$", "\\/iagra m@il$"}, {"boot\xC3\x9F loo", "bootss loo"},
		{"caf\xC3\xA9 \xFF\xC3", "cafe \xFF\xC3"}, /* bad bytes stay */
	};
	struct arena a;
	(void)state;
	arena_init(&a, LIM_ARENA);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct norm n;
		assert_true(normalise_text(&a, str_of(cases[i].in), &n));
		assert_same(fold_of(&n), str_of(cases[i].fold), str_of(cases[i].in));
	}
	arena_free(&a);
}

/* ---- a reference: whole words, one character after another ---- */
struct reference {
	uint8_t fold[8192];
	size_t from[8192], n;
};

static void emit(struct reference *r, const uint8_t *p, size_t n, size_t from)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] == ' ' && (r->n == 0 || r->fold[r->n - 1] == ' '))
			continue;
		r->fold[r->n] = p[i];
		r->from[r->n++] = from;
	}
}

static bool word_char(struct str s, size_t i, size_t *next, struct look *l)
{
	*next = i;
	uint32_t c = utf8_next(s, next);
	*l = c < 0x80 ? (struct look){.kind = ascii_alpha((uint8_t)c) ? LOOK_LATIN : LOOK_LETTER} : look_of(c);
	return c < 0x80 ? ascii_alnum((uint8_t)c) : l->kind != LOOK_KEEP && l->kind != LOOK_SPACE;
}

static void reference_char(struct reference *r, struct str s, size_t i, size_t next, bool mixed, bool first)
{
	uint8_t t[4];
	if (s.p[i] < 0x80) {
		if (norm_ascii[s.p[i]])
			emit(r, &norm_ascii[s.p[i]], 1, i);
		return;
	}
	size_t k = i;
	uint32_t c = utf8_next(s, &k);
	struct look l = look_of(c);
	bool sign = c < 0xC0 || (c >= 0x20A0 && c <= 0x20CF);
	if (l.kind == LOOK_CONFUSABLE && (!mixed || (sign && first)))
		l.kind = sign ? LOOK_KEEP : LOOK_LETTER;
	if (l.kind == LOOK_SPACE)
		emit(r, (const uint8_t *)" ", 1, i);
	else if (l.kind == LOOK_LATIN || l.kind == LOOK_CONFUSABLE)
		emit(r, l.ascii, strlen((const char *)l.ascii), i);
	else if (l.kind == LOOK_LETTER)
		emit(r, t, utf8_encode(l.lower, t), i);
	else if (l.kind == LOOK_KEEP)
		emit(r, s.p + i, next - i, i);
}

static void reference_fold(struct str s, struct reference *r)
{
	r->n = 0;
	for (size_t i = 0, next; i < s.n;) {
		struct look l;
		bool latin = false, confusable = false;
		size_t end = i;
		while (end < s.n && word_char(s, end, &next, &l)) {
			latin |= l.kind == LOOK_LATIN;
			confusable |= l.kind == LOOK_CONFUSABLE;
			end = next;
		}
		size_t begin = i;
		if (end == i)
			word_char(s, i, &end, &l);
		for (; i < end; i = next) {
			word_char(s, i, &next, &l);
			reference_char(r, s, i, next, latin && confusable, i == begin);
		}
	}
}

static uint64_t seed = 1;
static uint32_t roll(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static size_t random_text(uint8_t *out, size_t want, unsigned ascii_share)
{
	static const char *const parts[] = {"\xD0\xB0", "\xD0\xA1", "\xC3\xA9", "\xC2\xA0", "\xE2\x80\x8B", "\xCE\xB1",
		"\xE4\xBD\xA0", "\xF0\x9D\x90\x80", "\xEF\xBC\xA1", "\xD0\xB6", "\xE2\x82\xAC", "\xC2\xAD", "\xC3\x9F",
		"\xEF\xAC\x83", "\xCC\x81", "\xFF", "\xE2\x80", "\r\n", "  ", "\t", "\x02", "\x7F"};
	size_t n = 0, word = 0;
	while (n + 8 < want) {
		if (roll(100) < ascii_share && word++ < 60) {
			out[n++] = (uint8_t)("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789.,!@$-\n "[roll(72)]);
			continue;
		}
		const char *part = word >= 60 ? " " : parts[roll(sizeof parts / sizeof *parts)];
		word = word >= 60 ? 0 : word;
		memcpy(out + n, part, strlen(part));
		n += strlen(part);
	}
	return n;
}

static void same_as_reference(void **state)
{
	static struct reference r;
	static uint8_t text[3000];
	struct arena a;
	(void)state;
	arena_init(&a, LIM_ARENA);
	for (int round = 0; round < 1500; round++) {
		size_t n = random_text(text, 9 + roll(round % 10 ? 300 : 2900), (unsigned)(round % 5 == 0 ? 100 : 70 + roll(30)));
		struct str s = str_make(text, n);
		struct norm v;
		arena_reset(&a);
		assert_true(normalise_text(&a, s, &v));
		reference_fold(s, &r);
		assert_same(fold_of(&v), str_make(r.fold, r.n), s);
		for (size_t i = 0; i < r.n; i += 1 + roll(5))
			assert_int_equal(norm_src_of_fold(&v, 0, i), r.from[i]);
		assert_int_equal(norm_src_of_fold(&v, 0, r.n), n);
		for (size_t i = 0; i + 9 < r.n; i += 1 + roll(40)) {
			struct str src = norm_source(&v, i, i + 9);
			if (norm_ascii_span(&v, 0, i, i + 9))
				assert_true(ascii_only(src));
		}
	}
	arena_free(&a);
}

static void several_fields(void **state)
{
	struct arena a;
	struct norm n;
	(void)state;
	arena_init(&a, LIM_ARENA);
	assert_true(norm_init(&n, &a, 4, 200));
	norm_add(&n, S("One  Two"));
	norm_add(&n, S(""));
	norm_add(&n, S("wo\xC2\xADrd"));
	assert_same(str_make(n.fold, n.n_fold), S("one two\1\1word\1"), S("fold"));
	assert_int_equal(norm_field_of_fold(&n, 0), 0);
	assert_int_equal(norm_field_of_fold(&n, 9), 2);
	assert_same(norm_source(&n, 4, 7), S("Two"), S(""));
	assert_same(norm_source(&n, 9, 13), S("wo\xC2\xADrd"), S(""));
	assert_true(norm_ascii_span(&n, 0, 0, 7) && !norm_ascii_span(&n, 2, 9, 13));
	arena_free(&a);
}

static void disguise(void **state)
{
	(void)state;
	assert_false(norm_disguised(S("Viagra")));
	assert_false(norm_disguised(S("via\xC2\xADgra \xE2\x80\x9Cx\xE2\x80\x9D")));
	assert_true(norm_disguised(S("vi\xC3\xA0gra")));
	assert_true(norm_disguised(S("via\xE2\x80\x8Bgra")));
	assert_true(norm_disguised(S("\xD0\xB0")));
	assert_true(norm_disguised(S("a\x01")));
}

static void hostile(void **state)
{
	struct arena a;
	struct buf b;
	(void)state;
	arena_init(&a, LIM_ARENA);
	buf_init(&b, 2 << 20);
	static const char *const units[] = {
		"a", "\xD0\xB0", "a\xD0\xB0", "\xE2\x80\x8B", "\xCC\x81", "\xFF", " ", "\xF0\x9D\x90\x80", "\x01", "\xEF\xAC\x83"};
	for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
		buf_clear(&b);
		while (b.n < (1 << 20))
			buf_add(&b, str_of(units[u]));
		struct norm n;
		arena_reset(&a);
		assert_true(normalise_text(&a, buf_str(&b), &n));
		assert_true(n.fields[0].fold_end <= b.n);
		for (size_t i = 0; i < n.fields[0].fold_end; i += 9973)
			assert_true(norm_src_of_fold(&n, 0, i) <= b.n);
	}
	buf_free(&b);
	arena_free(&a);
}

static void every_length(void **state)
{
	static const char text[] = "\xD0\xA1i\xD0\xB0lis \xEF\xAC\x83 \xF0\x9D\x90\x95 \xE2\x82\xAC 100\xC2\xA0V\xC3\xAD"
				   "agra \xE2\x80\x8B.";
	struct arena a;
	(void)state;
	arena_init(&a, LIM_ARENA);
	for (size_t n = 0; n < sizeof text; n++) {
		struct norm v;
		uint8_t *exact = mem_alloc(n ? n : 1); /* the sanitizer sees a read past the end */
		memcpy(exact, text, n);
		arena_reset(&a);
		assert_true(normalise_text(&a, str_make(exact, n), &v));
		assert_true(v.fields[0].fold_end <= n);
		mem_free(exact);
	}
	arena_free(&a);
}

static void failing_memory(void **state)
{
	(void)state;
	for (long k = 0;; k++) {
		struct arena a;
		struct norm n;
		arena_init(&a, LIM_ARENA);
		mem_fail_from(k);
		bool ok = normalise_text(&a, S("Viagra"), &n), hit = mem_failed();
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
		cmocka_unit_test(folding),
		cmocka_unit_test(same_as_reference),
		cmocka_unit_test(several_fields),
		cmocka_unit_test(disguise),
		cmocka_unit_test(hostile),
		cmocka_unit_test(every_length),
		cmocka_unit_test(failing_memory),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	gather_off(true);
	return failed | cmocka_run_group_tests_name("old processor", tests, NULL, NULL);
}
