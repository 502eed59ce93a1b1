/* json_test.c - what is written is what was meant, and jansson reads it back. */
#include <jansson.h>
#include <math.h>

#include "base/json.h"
#include "base/test.h"
#include "base/time.h"
#include "base/utf8.h"

static void document(void **state)
{
	struct buf b;
	(void)state;
	buf_init(&b, 4096);
	struct json j = json_to(&b);
	json_obj(&j);
	json_key(&j, "a");
	json_arr(&j);
	json_int(&j, 0);
	json_int(&j, INT64_MIN);
	json_int(&j, INT64_MAX);
	json_num(&j, 1.5, 2);
	json_num(&j, NAN, 2);
	json_num(&j, -INFINITY, 2);
	json_bool(&j, true);
	json_bool(&j, false);
	json_nil(&j);
	json_arr_end(&j);
	json_key_str(&j, S("k\"\n"));
	json_obj(&j);
	json_obj_end(&j);
	json_key(&j, "e");
	json_arr(&j);
	json_arr_end(&j);
	json_key(&j, "z");
	json_z(&j, NULL);
	json_key(&j, "t");
	json_time(&j, 1280621978);
	json_key(&j, "u");
	json_time(&j, TIME_NONE);
	json_key(&j, "r");
	json_raw(&j, S("[1]"));
	json_obj_end(&j);
	assert_same(buf_str(&b),
		S("{\"a\":[0,-9223372036854775808,9223372036854775807,1.50,null,null,true,false,null],\"k\\\"\\n\":{},\"e\":[],"
		  "\"z\":null,\"t\":\"2010-08-01T00:19:38Z\",\"u\":null,\"r\":[1]}"),
		S("document"));
	buf_free(&b);
}

static void strings(void **state)
{
	static const struct {
		struct str in, want;
	} t[] = {
		{T(""), T("\"\"")},
		{T("a/b"), T("\"a/b\"")},
		{T("\"\\\n\r\t"), T("\"\\\"\\\\\\n\\r\\t\"")},
		{T("\0\x1f\x7f"), T("\"\\u0000\\u001f\\u007f\"")},
		{T("\xc2\x85"), T("\"\\u0085\"")},
		{T("\xe2\x80\xae\xe2\x80\xa8\xef\xbb\xbf"), T("\"\\u202e\\u2028\\ufeff\"")},
		{T("\xf3\xa0\x81\x81"), T("\"\\udb40\\udc41\"")},
		{T("\xff\xe4\xbd"), T("\"\xef\xbf\xbd\xef\xbf\xbd\"")},
		{T("\xe4\xbd\xa0\xf0\x9f\x98\x80"), T("\"\xe4\xbd\xa0\xf0\x9f\x98\x80\"")},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		struct buf b;
		buf_init(&b, 4096);
		struct json j = json_to(&b);
		json_str(&j, t[i].in);
		assert_same(buf_str(&b), t[i].want, t[i].in);
		buf_free(&b);
	}
}

/* Every code point and all pairs of bytes, read back by jansson. */
static void read_back(void **state)
{
	enum { STEP = 1 << 12 };
	(void)state;
	for (uint32_t first = 0; first <= 0x110000 + 0x10000; first += STEP) {
		struct buf raw, clean, b;
		buf_init(&raw, 1 << 20);
		buf_init(&clean, 1 << 20);
		buf_init(&b, 1 << 20);
		for (uint32_t c = first; c < first + STEP; c++)
			if (c < 0x110000) {
				buf_utf8(&raw, c);
			} else {
				buf_byte(&raw, (uint8_t)(c >> 8));
				buf_byte(&raw, (uint8_t)c);
			}
		struct json j = json_to(&b);
		json_str(&j, buf_str(&raw));
		utf8_sanitize(buf_str(&raw), &clean);
		json_t *v = json_loadb((const char *)b.p, b.n, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		assert_non_null(v);
		assert_same(str_make(json_string_value(v), json_string_length(v)), buf_str(&clean), S("read back"));
		json_decref(v);
		buf_free(&raw);
		buf_free(&clean);
		buf_free(&b);
	}
}

/* Long strings are looked at eight bytes at a time: what is to be escaped may stand at any place of them. */
static void every_place(void **state)
{
	static const struct str odd[] = {T("\""), T("\\"), T("\n"), T("\x7f"), T("\xc3\xa9"), T(" ")};
	static const char *const want[] = {"\\\"", "\\\\", "\\n", "\\u007f", "\xc3\xa9", " "};
	(void)state;
	for (size_t k = 0; k < COUNT(odd); k++)
		for (int before = 0; before < 20; before++) {
			struct buf b, w;
			buf_init(&b, 4096);
			buf_init(&w, 4096);
			for (int i = 0; i < 20; i++)
				buf_add(&b, i == before ? odd[k] : S("x"));
			struct json j = json_to(&w);
			json_str(&j, buf_str(&b));
			buf_clear(&b);
			buf_byte(&b, '"');
			for (int i = 0; i < 20; i++)
				buf_add(&b, i == before ? str_of(want[k]) : S("x"));
			buf_byte(&b, '"');
			assert_same(buf_str(&w), buf_str(&b), odd[k]);
			buf_free(&b);
			buf_free(&w);
		}
}

/* As printf writes them. */
static void numbers(void **state)
{
	static const double t[] = {0, -0.0, 0.5, 0.05, 0.125, 0.375, 2.675, 1.005, 0.995, 0.9949999, 99999.99, 99999.999, 1e5,
		1e300, -0.001, -3.25, 1e-300, 0.045, 12345.67885};
	uint64_t seed = 3;
	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		double v = i < COUNT(t) ? t[i] : ((double)(seed >> 20) / 1e8 - 87000) / (i % 3 ? 1 : 1000);
		for (int decimals = 0; decimals <= 6; decimals++) {
			char z[400];
			struct buf b;
			buf_init(&b, 4096);
			struct json j = json_to(&b);
			json_num(&j, v, decimals);
			snprintf(z, sizeof z, "%.*f", decimals, v);
			assert_same(buf_str(&b), str_of(z), str_of(z));
			buf_free(&b);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(document),
		cmocka_unit_test(strings),
		cmocka_unit_test(read_back),
		cmocka_unit_test(every_place),
		cmocka_unit_test(numbers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
