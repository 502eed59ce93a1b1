/* family_test.c - one signature for each template of a campaign. */
#include <stdio.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/test.h"
#include "campaign/family.h"

enum { TEXTS = 12 };

static const char *const sentences[] = {
	"we have been in business for eleven years and our clients come back",
	"licensed doctors look at each request before it leaves the house",
	"parcels are sent on the same afternoon with a number to follow",
	"should anything not please you then write to the office at once",
};

/* Texts of `templates` templates in turn; 0: each of words of its own. */
static void texts_of(struct arena *a, unsigned templates, struct str *subjects, struct str *bodies)
{
	for (unsigned i = 0; i < TEXTS; i++) {
		struct buf b;
		buf_init_arena(&b, a, 4096);
		if (templates)
			buf_printf(&b, "Dear customer number %u!\n\n%s, %u%u.", i, sentences[i % templates], i, i);
		else
			for (unsigned k = 0; k < 30; k++)
				buf_printf(&b, "w%ux%u ", i, k);
		bodies[i] = buf_str(&b);
		subjects[i] = S("an offer");
	}
}

static void as_many_as_there_are_templates(void **unused)
{
	(void)unused;
	for (unsigned templates = 0; templates <= COUNT(sentences); templates++) {
		struct str subjects[TEXTS], bodies[TEXTS];
		struct signature v[FAMILY_ROUNDS];
		struct arena a, scratch;
		size_t n, support = 0;
		arena_init(&a, 64 * MIB);
		arena_init(&scratch, 64 * MIB);
		texts_of(&a, templates, subjects, bodies);
		assert_int_equal(family_signatures(&a, &scratch, subjects, bodies, TEXTS, v, &n), 0);
		arena_free(&scratch);
		assert_int_equal(n, templates);
		for (size_t i = 0; i < n; i++) {
			assert_true(signature_settle(&v[i]));
			assert_int_equal(v[i].texts, TEXTS);
			support += v[i].support;
		}
		assert_int_equal(support, templates ? TEXTS : 0);
		arena_free(&a);
	}
}

static void order_does_not_matter(void **unused)
{
	(void)unused;
	struct str subjects[TEXTS], bodies[TEXTS], turned[TEXTS];
	struct signature v[FAMILY_ROUNDS], w[FAMILY_ROUNDS];
	struct arena a, scratch;
	size_t n, m;
	arena_init(&a, 64 * MIB);
	arena_init(&scratch, 64 * MIB);
	texts_of(&a, 3, subjects, bodies);
	for (size_t i = 0; i < TEXTS; i++)
		turned[i] = bodies[(i * 5 + 3) % TEXTS];
	assert_int_equal(family_signatures(&a, &scratch, subjects, bodies, TEXTS, v, &n), 0);
	assert_int_equal(family_signatures(&a, &scratch, subjects, turned, TEXTS, w, &m), 0);
	assert_int_equal(n, m);
	for (size_t i = 0; i < n; i++)
		assert_true(str_eq(v[i].fragments[0].text, w[i].fragments[0].text));
	arena_free(&scratch);
	arena_free(&a);
}

/* A copy's fragments are regular expressions like those of the template. */
static void copies_stand_alone(void **unused)
{
	(void)unused;
	struct str subjects[TEXTS], bodies[TEXTS];
	struct signature v[FAMILY_ROUNDS];
	struct arena a, scratch;
	struct buf b;
	size_t n;
	arena_init(&a, 64 * MIB);
	arena_init(&scratch, 64 * MIB);
	texts_of(&a, 1, subjects, bodies);
	assert_int_equal(family_signatures(&a, &scratch, subjects, bodies, TEXTS, v, &n), 0);
	arena_free(&scratch);
	assert_int_equal(n, 1);
	assert_true(signature_settle(&v[0]));
	buf_init_arena(&b, &a, 4096);
	fragment_regex(&v[0].fragments[0], REGEX_PCRE, &b);
	assert_true(str_eq(
		buf_str(&b), S("we\\s+have\\s+been\\s+in\\s+business\\s+for\\s+eleven\\s+years\\s+and\\s+our\\s+clients\\s+come")));
	arena_free(&a);
}

static void no_memory(void **unused)
{
	(void)unused;
	struct str subjects[TEXTS], bodies[TEXTS];
	struct arena texts;
	arena_init(&texts, 64 * MIB);
	texts_of(&texts, 3, subjects, bodies);
	for (long k = 0;; k++) {
		struct signature v[FAMILY_ROUNDS];
		struct arena a, scratch;
		size_t n;
		arena_init(&a, 64 * MIB);
		arena_init(&scratch, 64 * MIB);
		mem_fail_from(k);
		int rc = family_signatures(&a, &scratch, subjects, bodies, TEXTS, v, &n);
		bool hit = mem_failed();
		mem_fail_from(-1);
		arena_free(&scratch);
		arena_free(&a);
		assert_true(rc == (hit ? ERR_ENV : 0));
		if (!hit)
			break;
	}
	arena_free(&texts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_as_there_are_templates),
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(copies_stand_alone),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
