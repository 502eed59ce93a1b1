/* signature_test.c - fragments of a template: what is chosen, what ham takes away, what hits. */
#include <stdio.h>

#include "base/limits.h"
#include "base/test.h"
#include "campaign/signature.h"

struct fixture {
	struct arena arena;
	struct signature sig;
};

static const char *const bodies[] = {
	"Dear Bob, our pharmacy sells the very best pills at half the price of others.\n\nVisit http://a.example/ and save money today, friend",
	"Dear Al, our pharmacy sells the very best pills at half the price of others.\n\nVisit http://b.example/ and save money today, friend",
	"Dear Eve, our pharmacy sells the very best pills at half the price of others.\n\nVisit http://c.example/ and save money today, friend",
};

static int setup(void **state)
{
	struct fixture *f = mem_zalloc(1, sizeof *f);
	struct str texts[] = {str_of(bodies[0]), str_of(bodies[1]), str_of(bodies[2])};
	struct template body, subject = {0};
	arena_init(&f->arena, 64 * MIB);
	assert_int_equal(template_infer(&f->arena, texts, 3, false, &body), 0);
	assert_int_equal(signature_make(&f->arena, &body, &subject, &f->sig), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	arena_free(&f->arena);
	mem_free(f);
	return 0;
}

static void fragments_stay_in_a_paragraph_and_leave_links_out(void **state)
{
	struct fixture *f = *state;
	assert_true(signature_settle(&f->sig));
	assert_int_equal(f->sig.n_fragments, 2);
	assert_true(str_eq(f->sig.fragments[0].text, S("our pharmacy sells the very best pills at half the price of")));
	assert_true(str_eq(f->sig.fragments[1].text, S("and save money today, friend")));
}

static void regexes(void **state)
{
	struct fixture *f = *state;
	struct buf b;
	buf_init_arena(&b, &f->arena, 4096);
	assert_true(signature_settle(&f->sig));
	fragment_regex(&f->sig.fragments[1], REGEX_PCRE, &b);
	assert_true(str_eq(buf_str(&b), S("and\\s+save\\s+money\\s+today\\s*,\\s+friend")));
	buf_clear(&b);
	fragment_regex(&f->sig.fragments[1], REGEX_POSIX, &b);
	assert_true(str_eq(buf_str(&b), S("and[[:space:]]+save[[:space:]]+money[[:space:]]+today[[:space:]]*,[[:space:]]+friend")));
}

/* Another order of fragments makes no other test. */
static void one_test_has_one_key(void **state)
{
	struct fixture *f = *state;
	struct buf tmp;
	buf_init_arena(&tmp, &f->arena, 4096);
	assert_true(signature_settle(&f->sig));
	uint64_t key = signature_key(&f->sig, &tmp);
	struct fragment first = f->sig.fragments[0];
	f->sig.fragments[0] = f->sig.fragments[1];
	f->sig.fragments[1] = first;
	assert_true(signature_key(&f->sig, &tmp) == key);
	f->sig.n_fragments = 1;
	assert_true(signature_key(&f->sig, &tmp) != key);
}

static void ham_takes_fragments_away(void **state)
{
	struct fixture *f = *state;
	struct signature *list[] = {&f->sig};
	struct signature_set *set;
	struct arena scratch;
	arena_init(&scratch, 64 * MIB);
	assert_int_equal(signature_set_new(&f->arena, list, 1, &set), 0);
	assert_int_equal(
		signature_set_ham(set, &scratch, S("Hi, come to the sale AND SAVE\nmoney today , friend of mine"), S("")), 0);
	signature_set_free(set);
	assert_true(signature_settle(&f->sig)); /* eleven words are left */
	assert_int_equal(f->sig.n_fragments, 1);
	assert_int_equal(signature_set_new(&f->arena, list, 1, &set), 0);
	assert_int_equal(
		signature_set_ham(set, &scratch, S("> our pharmacy sells the very best pills at half the price of"), S("")), 0);
	signature_set_free(set);
	assert_false(signature_settle(&f->sig));
	arena_free(&scratch);
}

static void all_fragments_have_to_be_there(void **state)
{
	struct fixture *f = *state;
	struct signature *list[] = {&f->sig};
	struct signature_set *set;
	size_t hits;
	assert_true(signature_settle(&f->sig));
	assert_int_equal(signature_set_new(&f->arena, list, 1, &set), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(signature_set_check(set, &f->arena, str_of(bodies[i]), S(""), &hits), 0);
		assert_int_equal(hits, 1);
	}
	assert_int_equal(signature_set_check(set, &f->arena,
				 S("our pharmacy sells the very best pills at half the price of others"), S(""), &hits),
		0);
	assert_int_equal(hits, 0);
	assert_int_equal(f->sig.checked_hits, 3);
	signature_set_free(set);
}

static void texts_of_any_length(void **state)
{
	struct fixture *f = *state;
	struct signature *list[] = {&f->sig};
	struct signature_set *set;
	struct str text = str_of(bodies[0]);
	size_t hits;
	assert_true(signature_settle(&f->sig));
	assert_int_equal(signature_set_new(&f->arena, list, 1, &set), 0);
	for (size_t n = 0; n <= text.n; n++) {
		assert_int_equal(signature_set_check(set, &f->arena, str_first(text, n), S(""), &hits), 0);
		assert_int_equal(hits, n == text.n);
	}
	signature_set_free(set);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(fragments_stay_in_a_paragraph_and_leave_links_out),
		CASE(regexes),
		CASE(one_test_has_one_key),
		CASE(ham_takes_fragments_away),
		CASE(all_fragments_have_to_be_there),
		CASE(texts_of_any_length),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
