/* fold_test.c - words beyond what can be held: which are folded, and what they come to. */
#include "engine/fold.h"

#include <stdlib.h>

#include "base/test.h"

/* A family that is flooded gives its rarest up; the others keep all they have. */
static void who_floods_one_family_costs_no_other(void **state)
{
	(void)state;
	struct fold_census *c = calloc(1, sizeof *c);
	uint16_t least[PRINT_COUNT];
	c->n[PRINT_mid][1] = 1000;
	c->n[PRINT_mid][2] = 40;
	c->n[PRINT_mid][255] = 30;
	c->n[PRINT_date][1] = 20;
	assert_int_equal(fold_choose(c, 1090, least), 0);
	assert_int_equal(least[PRINT_mid], 0);
	assert_int_equal(fold_choose(c, 1089, least), 1000);
	assert_int_equal(least[PRINT_mid], 2);
	assert_int_equal(least[PRINT_date], 0);
	assert_int_equal(fold_choose(c, 60, least), 1040);
	assert_int_equal(least[PRINT_mid], 3);
	assert_int_equal(least[PRINT_date], 0);
	assert_int_equal(fold_choose(c, 0, least), 1090);
	assert_int_equal(least[PRINT_mid], 256);
	free(c);
}

static void what_is_folded_is_one_of_few_but_for_what_the_model_has(void **state)
{
	(void)state;
	struct engine_model m;
	char text[32];
	engine_model_init(&m);
	uint32_t known = engine_model_token(&m, S("mid=4h"));
	assert_int_equal(engine_model_folded(&m, S("mid=4h")), known);
	assert_int_equal(engine_model_folded(&m, S("mid=4d")), known); /* written alike */
	assert_int_equal(engine_model_folded(&m, S("nothing=4h")), UINT32_MAX);
	for (int i = 0; i < 5 * ENGINE_FOLDS; i++) {
		snprintf(text, sizeof text, "order=%d", i);
		uint32_t token = engine_model_folded(&m, str_of(text));
		assert_int_equal(m.tokens.v[token].family, PRINT_order);
		assert_int_equal(engine_model_folded(&m, str_of(text)), token);
	}
	assert_in_range(m.tokens.n, ENGINE_FOLDS / 2, ENGINE_FOLDS + 1);
	engine_model_free(&m);
}

static void room_is_what_neither_the_model_nor_the_folded_take(void **state)
{
	(void)state;
	struct engine_model m;
	engine_model_init(&m);
	size_t room = fold_room(&m);
	assert_true(room > m.most_tokens / 2);
	engine_model_token(&m, S("mid=4h"));
	assert_int_equal(fold_room(&m), room - 1);
	m.most_tokens = 1000;
	assert_int_equal(fold_room(&m), 0);
	engine_model_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_floods_one_family_costs_no_other),
		cmocka_unit_test(what_is_folded_is_one_of_few_but_for_what_the_model_has),
		cmocka_unit_test(room_is_what_neither_the_model_nor_the_folded_take),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
