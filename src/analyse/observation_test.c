/* observation_test.c */
#include "analyse/observation.h"

#include <math.h>

#include "base/limits.h"
#include "base/name.h"
#include "base/test.h"

#define CLAIM "{\"time\":\"2010\",\"kind\":\"claim\",\"engine\":\"rustock\",\"source\":\"Z\",\"value\":"

static void test_lines(void **state)
{
	static const struct {
		struct str line, want; /* want.n 0: refused */
	} cases[] = {
		{T("{\"time\":\"2010-09-21\",\"kind\":\"infection\",\"ip\":\"192.0.2.1\",\"engine\":\" rustock \",\"source\":\"X\",\"asn\":3}"),
			T("{\"time\":\"2010-09-21T00:00:00Z\",\"end\":\"2010-09-21T23:59:59Z\",\"kind\":\"infection\",\"engine\":\"rustock\","
			  "\"ip\":\"192.0.2.1\",\"source\":\"X\"}")},
		{T("{\"time\":1284940800,\"kind\":\"control_down\",\"engine\":\"e\",\"source\":\"Y\"}"),
			T("{\"time\":\"2010-09-20T00:00:00Z\",\"kind\":\"control_down\",\"engine\":\"e\",\"source\":\"Y\"}")},
		{T("{\"time\":\"1284940800\",\"kind\":\"control_up\",\"programme\":\"p\",\"source\":\"Y\"}"),
			T("{\"time\":\"2010-09-20T00:00:00Z\",\"kind\":\"control_up\",\"programme\":\"p\",\"source\":\"Y\"}")},
		{T("{\"time\":\"2010-12\",\"kind\":\"claim\",\"brand\":\"b\",\"value\":43,\"source\":\"Z\",\"url\":\"http://z.example/\"}"),
			T("{\"time\":\"2010-12-01T00:00:00Z\",\"end\":\"2010-12-31T23:59:59Z\",\"kind\":\"claim\",\"brand\":\"b\",\"value\":\"43\","
			  "\"source\":\"Z\",\"url\":\"http://z.example/\"}")},
		{T("{\"time\":\"2010-02\",\"end\":\"2012-02\",\"kind\":\"claim\",\"engine\":\"e\",\"value\":43.0,\"source\":\"Z\",\"note\":null}"),
			T("{\"time\":\"2010-02-01T00:00:00Z\",\"end\":\"2012-02-29T23:59:59Z\",\"kind\":\"claim\",\"engine\":\"e\",\"value\":\"43.0\","
			  "\"source\":\"Z\"}")},
		{T("{\"time\":\"2011-03-16T14:45\",\"kind\":\"infection\",\"ip\":\"::ffff:192.0.2.1\",\"source\":\"\\u0000<b>\"}"),
			T("{\"time\":\"2011-03-16T14:45:00Z\",\"end\":\"2011-03-16T14:45:59Z\",\"kind\":\"infection\",\"ip\":\"192.0.2.1\","
			  "\"source\":\"\\u0000<b>\"}")},
		{T("{\"time\":\"2011-03-16T14:45:10+02:00\",\"kind\":\"infection\",\"ip\":\"2001:DB8::1\",\"source\":\"s\"}"),
			T("{\"time\":\"2011-03-16T12:45:10Z\",\"kind\":\"infection\",\"ip\":\"2001:db8::1\",\"source\":\"s\"}")},
		{T("{\"time\":\"2010\",\"kind\":\"claim\",\"engine\":\"e\",\"value\":44.1,\"unit\":\"bn/day\",\"source\":\"Z\"}"),
			T("{\"time\":\"2010-01-01T00:00:00Z\",\"end\":\"2010-12-31T23:59:59Z\",\"kind\":\"claim\",\"engine\":\"e\",\"value\":\"44.1\","
			  "\"unit\":\"bn/day\",\"source\":\"Z\"}")},
		{T(""), T("")},
		{T("[]"), T("")},
		{T("{"), T("")},
		{T("{}"), T("")},
		{T("\xFF"), T("")},
		{T("{\"time\":\"2010-09-21\",\"kind\":\"infection\",\"ip\":\"192.0.2.1\"}"), T("")},
		{T("{\"time\":\"2010-09-21\",\"kind\":\"infection\",\"ip\":\"192.0.2.256\",\"source\":\"X\"}"), T("")},
		{T("{\"time\":\"2010-02-30\",\"kind\":\"infection\",\"ip\":\"192.0.2.2\",\"source\":\"X\"}"), T("")},
		{T("{\"time\":\"2010-13\",\"kind\":\"infection\",\"ip\":\"192.0.2.2\",\"source\":\"X\"}"), T("")},
		{T("{\"time\":\"2010x\",\"kind\":\"infection\",\"ip\":\"192.0.2.2\",\"source\":\"X\"}"), T("")},
		{T("{\"time\":-5,\"kind\":\"infection\",\"ip\":\"192.0.2.2\",\"source\":\"X\"}"), T("")},
		{T("{\"time\":1e300,\"kind\":\"infection\",\"ip\":\"192.0.2.2\",\"source\":\"X\"}"), T("")},
		{T("{\"time\":\"2200\",\"kind\":\"infection\",\"ip\":\"192.0.2.2\",\"source\":\"X\"}"), T("")},
		{T("{\"time\":\"2010\",\"end\":\"2009\",\"kind\":\"infection\",\"ip\":\"192.0.2.2\",\"source\":\"X\"}"), T("")},
		{T("{\"time\":\"2010\",\"kind\":\"control_up\",\"source\":\"X\"}"), T("")},
		{T("{\"time\":\"2010\",\"kind\":\"infected\",\"ip\":\"192.0.2.2\",\"source\":\"X\"}"), T("")},
		{T("{\"time\":\"2010\",\"time\":\"2011\",\"kind\":\"control_up\",\"engine\":\"e\",\"source\":\"X\"}"), T("")},
	};
	struct arena a;
	struct buf b;
	(void)state;
	arena_init(&a, MIB);
	buf_init(&b, MIB);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct observation o, again;
		const char *why = NULL;
		char id[OBSERVATION_ID_SIZE], id2[OBSERVATION_ID_SIZE];
		int rc = observation_parse(cases[i].line, &a, &o, &why);
		if (rc != (cases[i].want.n > 0))
			fail_msg("%.*s: %s", STR_FMT(cases[i].line), why);
		assert_int_equal(!rc, why != NULL);
		if (!rc)
			continue;
		struct json j = json_to(&b);
		buf_clear(&b);
		observation_json(&j, &o);
		assert_same(buf_str(&b), cases[i].want, cases[i].line);
		observation_id(o.kind, buf_str(&b), id);
		assert_true(observation_id_is(str_of(id), o.kind));
		/* what is written is read as the same fact */
		struct str first = arena_dup(&a, buf_str(&b));
		assert_int_equal(observation_parse(first, &a, &again, &why), 1);
		j = json_to(&b);
		buf_clear(&b);
		observation_json(&j, &again);
		observation_id(again.kind, buf_str(&b), id2);
		assert_string_equal(id, id2);
		assert_int_equal(o.to, again.to);
	}
	buf_free(&b);
	arena_free(&a);
}

static void test_values(void **state)
{
	static const struct {
		struct str line;
		double lo, hi; /* hi < 0: refused */
	} cases[] = {
		{T(CLAIM "\"43 %\"}"), 0.425, 0.435},
		{T(CLAIM "\"43%\"}"), 0.425, 0.435},
		{T(CLAIM "\"10.2 %\"}"), 0.1015, 0.1025},
		{T(CLAIM "43}"), 0.425, 0.435},
		{T(CLAIM "43.0}"), 0.4295, 0.4305},
		{T(CLAIM "0.43}"), 0.425, 0.435},
		{T(CLAIM "0.5,\"unit\":\"%\"}"), 0.0045, 0.0055},
		{T(CLAIM "1,\"unit\":\"%\"}"), 0.005, 0.015},
		{T(CLAIM "0}"), 0, 0.005},
		{T(CLAIM "\"60-70 %\"}"), 0.595, 0.705},
		{T(CLAIM "\">20 %\"}"), 0.2, 1},
		{T(CLAIM "\"<5%\"}"), 0, 0.05},
		{T(CLAIM "100}"), 0.995, 1},
		{T(CLAIM "1}"), 0, -1},
		{T(CLAIM "101}"), 0, -1},
		{T(CLAIM "\"70-60 %\"}"), 0, -1},
		{T(CLAIM "\"much\"}"), 0, -1},
		{T(CLAIM "\"43 % or so\"}"), 0, -1},
		{T(CLAIM "-3}"), 0, -1},
		{T(CLAIM "\"12345678901234567890 %\"}"), 0, -1},
		{T(CLAIM "\"44.1\",\"unit\":\"bn/day\"}"), NAN, NAN},
		{T(CLAIM "null}"), NAN, NAN},
	};
	struct arena a;
	(void)state;
	arena_init(&a, MIB);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct observation o;
		const char *why = NULL;
		int rc = observation_parse(cases[i].line, &a, &o, &why);
		if (rc != !(cases[i].hi < 0))
			fail_msg("%.*s: %s", STR_FMT(cases[i].line), why ? why : "read");
		if (!rc)
			continue;
		if (isnan(cases[i].lo) ? !isnan(o.lo) : !(fabs(o.lo - cases[i].lo) < 1e-9 && fabs(o.hi - cases[i].hi) < 1e-9))
			fail_msg("%.*s: %g..%g", STR_FMT(cases[i].line), o.lo, o.hi);
	}
	arena_free(&a);
}

static const struct str whole = T(
	"{\"time\":\"2010-09-21\",\"end\":1285940800,\"kind\":\"claim\",\"engine\":\"e\",\"programme\":\"p\",\"brand\":\"b\","
	"\"ip\":\"192.0.2.1\",\"value\":\"43-47 %\",\"unit\":\"%\",\"of\":\"pharma\",\"source\":\"\\u00e9\",\"url\":\"u\",\"note\":\"n\"}");

static void test_truncated(void **state)
{
	struct arena a;
	(void)state;
	arena_init(&a, MIB);
	for (size_t n = 0; n <= whole.n; n++) {
		struct observation o;
		const char *why = NULL;
		uint8_t *copy = test_copy(str_first(whole, n));
		assert_int_equal(observation_parse(str_make(copy, n), &a, &o, &why), n == whole.n);
		mem_free(copy);
	}
	arena_free(&a);
}

static void test_no_memory(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		struct arena a;
		struct observation o;
		const char *why = NULL;
		arena_init(&a, MIB);
		mem_fail_from(n);
		int rc = observation_parse(whole, &a, &o, &why);
		int hit = mem_failed();
		mem_fail_from(-1);
		arena_free(&a);
		assert_int_equal(rc, hit ? -1 : 1);
		if (!hit)
			break;
	}
}

static void test_names(void **state)
{
	(void)state;
	assert_true(name_same(S("Mega-D"), S("mega d")));
	assert_true(name_same(S("Canadian Pharmacy"), S("canadianpharmacy!")));
	assert_false(name_same(S("rustock"), S("rustock b")));
	assert_false(name_same(S("rustock b"), S("rustock")));
	assert_false(name_same(S(""), S("")));
	assert_false(name_same(S("-"), S("")));
	assert_false(name_same(S("a"), S("b")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
