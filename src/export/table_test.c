/* table_test.c - table.h and message_json.h: the same rows in four formats, and hostile ones. */
#include <jansson.h>
#include <stdlib.h>

#include "base/anomaly.h"
#include "base/test.h"
#include "export/message_json.h"

static const struct column cols[] = {
	{.name = "feed", .kind = KIND_WORD},
	{.name = "n", .kind = KIND_INT},
	{.name = "share", .kind = KIND_REAL, .decimals = 3, .share = true},
	{.name = "first", .kind = KIND_TIME},
	{.name = "rcpt", .kind = KIND_TEXT, .show = SHOW_MASK},
	{.name = "url", .kind = KIND_TEXT, .show = SHOW_URL},
};

static void rows(struct table *t)
{
	table_row(t);
	table_str(t, S("trap-a"));
	table_int(t, 1234567);
	table_real(t, 0.1234);
	table_time(t, 1284940800);
	table_str(t, S("abuse@trap.example"));
	table_str(t, S("http://evil.example/\x1b[2J"));
	table_row(t);
	table_str(t, S("=\xe6\x97\xa5\xe6\x9c\xac"));
	table_int(t, -5);
	table_null(t);
	table_time(t, TIME_NONE);
	table_z(t, NULL);
	table_str(t, S(""));
}

static const char *const want[] = {
	[FORMAT_TABLE] =
		"feed            n   share  first                 rcpt               url\n"
		"\u2500\u2500\u2500\u2500\u2500\u2500  \u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500  "
		"\u2500\u2500\u2500\u2500\u2500\u2500  "
		"\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500  "
		"\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500  "
		"\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500"
		"\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\n"
		"trap-a  1,234,567  12.3 %  2010-09-20T00:00:00Z  a***@t***.example  hxxp://evil[.]example/\\x1b[2J\n"
		"=\u65e5\u672c          -5       -  -                     -                  \n"
		"2 of 9 shown\n",
	[FORMAT_JSON] =
		"{\"version\":1,\"things\":[\n"
		"{\"feed\":\"trap-a\",\"n\":1234567,\"share\":0.123,\"first\":\"2010-09-20T00:00:00Z\",\"rcpt\":\"a***@t***.example\","
		"\"url\":\"http://evil.example/\\u001b[2J\"},\n"
		"{\"feed\":\"=\u65e5\u672c\",\"n\":-5,\"share\":null,\"first\":null,\"rcpt\":null,\"url\":\"\"}\n"
		"],\"shown\":2,\"total\":9}\n",
	[FORMAT_JSONL] =
		"{\"feed\":\"trap-a\",\"n\":1234567,\"share\":0.123,\"first\":\"2010-09-20T00:00:00Z\",\"rcpt\":\"a***@t***.example\","
		"\"url\":\"http://evil.example/\\u001b[2J\"}\n"
		"{\"feed\":\"=\u65e5\u672c\",\"n\":-5,\"share\":null,\"first\":null,\"rcpt\":null,\"url\":\"\"}\n",
	[FORMAT_CSV] = "feed,n,share,first,rcpt,url\n"
		       "trap-a,1234567,0.123,2010-09-20T00:00:00Z,a***@t***.example,hxxp://evil[.]example/\\x1b[2J\n"
		       "'=\u65e5\u672c,-5,,,,\n",
};

static char *run(struct table_opts o, int *rc)
{
	char *text = NULL;
	size_t n = 0;
	struct err err = {0};
	struct table t;
	FILE *f = open_memstream(&text, &n);
	table_begin(&t, cols, sizeof cols / sizeof *cols, &o, f);
	rows(&t);
	*rc = table_end(&t, 9, &err);
	fclose(f);
	return text;
}

static void test_formats(void **state)
{
	(void)state;
	for (int f = FORMAT_TABLE; f <= FORMAT_CSV; f++) {
		int rc;
		char *text = run((struct table_opts){.format = (enum table_format)f, .what = "things"}, &rc);
		assert_int_equal(rc, 0);
		assert_string_equal(text, want[f]);
		free(text);
	}
}

static void test_narrow(void **state)
{
	(void)state;
	static const struct {
		size_t width;
		const char *want;
	} cases[] = {
		{78, "feed            n   share  first       rcpt               url\n"
		     "------  ---------  ------  ----------  -----------------  --------------------\n"
		     "trap-a  1,234,567  12.3 %  2010-09-20  a***@t***.example  hxxp://evil[.]exa...\n"
		     "1 of 9 shown\n"},
		{60, "feed            n   share  first       rcpt\n"
		     "------  ---------  ------  ----------  -----------------\n"
		     "trap-a  1,234,567  12.3 %  2010-09-20  a***@t***.example\n"
		     "1 of 9 shown\n"
		     "left out for lack of width: url\n"},
		{14, "feed\n"
		     "------\n"
		     "trap-a\n"
		     "1 of 9 shown\n"
		     "left out for\n"
		     "lack of width:\n"
		     "n, share,\n"
		     "first, rcpt,\n"
		     "url\n"},
	};
	int rc;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = run((struct table_opts){.width = cases[i].width, .ascii = true, .max_rows = 1}, &rc);
		assert_string_equal(text, cases[i].want);
		free(text);
	}
	char *text = run((struct table_opts){.width = 10, .reveal = true, .all_columns = true}, &rc);
	assert_non_null(strstr(text, "abuse@tra\u2026"));
	free(text);
}

static void test_flow(void **state)
{
	(void)state;
	static const struct column cs[] = {
		{.name = "start", .kind = KIND_TEXT}, {.name = "reading", .kind = KIND_TEXT, .flow = true}};
	char *text = NULL;
	size_t n = 0;
	struct err err = {0};
	struct table t;
	FILE *f = open_memstream(&text, &n);
	table_begin(&t, cs, 2, &(struct table_opts){.width = 36, .ascii = true}, f);
	table_row(&t);
	table_str(&t, S("2010-09-20"));
	table_str(&t, S("Feed trap-a fell by 90 % on 20 September 2010."));
	assert_int_equal(table_end(&t, 1, &err), 0);
	fclose(f);
	assert_string_equal(text, "start       reading\n"
				  "----------  ------------------------\n"
				  "2010-09-20  Feed trap-a fell by 90 %\n"
				  "            on 20 September 2010.\n");
	free(text);
}

static void test_empty(void **state)
{
	(void)state;
	static const char *const expected[] = {"", "{\"version\":1,\"x\":[],\"shown\":0,\"total\":0}\n", "", "feed,n\n"};
	for (int f = FORMAT_JSON; f <= FORMAT_CSV; f++) {
		char *text = NULL;
		size_t n = 0;
		struct err err = {0};
		struct table t;
		FILE *out = open_memstream(&text, &n);
		table_begin(&t, cols, 2, &(struct table_opts){.format = (enum table_format)f, .what = "x"}, out);
		assert_int_equal(table_end(&t, 0, &err), 0);
		fclose(out);
		assert_string_equal(text, expected[f]);
		free(text);
	}
}

static void test_full_disk(void **state)
{
	(void)state;
	struct err err = {0};
	struct table t;
	FILE *f = fopen("/dev/full", "w");
	if (!f)
		skip();
	table_begin(&t, cols, sizeof cols / sizeof *cols, &(struct table_opts){.format = FORMAT_CSV, .what = "x"}, f);
	rows(&t);
	assert_int_equal(table_end(&t, 0, &err), ERR_ENV);
	assert_non_null(strstr(err.text, "No space left"));
	fclose(f);
}

static void test_memory(void **state)
{
	(void)state;
	for (int f = FORMAT_TABLE; f <= 2 * FORMAT_CSV + 1; f++) {
		for (long n = 0;; n++) {
			int rc;
			(f > FORMAT_CSV ? mem_fail_only : mem_fail_from)(n);
			char *text =
				run((struct table_opts){.format = (enum table_format)(f % (FORMAT_CSV + 1)), .what = "x"}, &rc);
			bool hit = mem_failed();
			mem_fail_from(-1);
			assert_int_equal(rc, hit ? ERR_ENV : 0);
			free(text);
			if (!hit)
				break;
		}
	}
}

/* ---- messages ---- */

static struct row hostile_row(void)
{
	static struct str to[] = {{(const uint8_t *)"bob.smith@trap.example", 22}};
	static struct str urls[] = {{(const uint8_t *)"http://e.example/?u=bob.smith%40trap.example", 44}};
	static struct str domains[] = {{(const uint8_t *)"e.example", 9}};
	struct row r = {.feed = S("trap-a"), .time = 1284940800, .date = TIME_NONE};
	r.ip = S("\xC0\x00\x02\x01");
	r.message_id = S("<x.bob.smith@trap.example>");
	r.subject = S("hi bob.smith \xe2\x80\xae\x1b[2J \"quoted\"");
	r.brand = S("Canadian Pharmacy");
	r.brand_confidence = 0.97;
	r.category = S("pharma");
	r.anomalies = (int64_t)(ANOM(bad_date) | ANOM(header_8bit));
	r.to = (struct strs){to, 1};
	r.urls = (struct strs){urls, 1};
	r.domains = (struct strs){domains, 1};
	r.mail_from = S("bounce@sender.example");
	r.evidence = S("[{\"pack\":\"bob.smith\",\"text\":\"Dear bob.smith \\ud83d\\ude00 \\u202e\"}]");
	memset(r.id, 0xAB, sizeof r.id);
	return r;
}

static json_t *parsed(const struct row *r, bool reveal, struct buf *b)
{
	json_error_t e;
	struct json j = json_to(b);
	row_to_json(r, &j, reveal);
	json_t *o = json_loadb((const char *)b->p, b->n, 0, &e);
	if (!o)
		fail_msg("%s: %.*s", e.text, (int)b->n, (const char *)b->p);
	return o;
}

static const char *text_of(json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static void test_message(void **state)
{
	(void)state;
	struct buf b;
	struct row r = hostile_row();
	buf_init(&b, 65536);
	json_t *o = parsed(&r, false, &b);
	struct str head =
		S("{\"id\":\"abababababababababababababababababababababababababababababababab\",\"message_id\":"
		  "\"<x.bob.smith@trap.example>\",\"feed\":\"trap-a\",\"time\":\"2010-09-20T00:00:00Z\",\"ip\":\"192.0.2.1\","
		  "\"helo\":null,\"engine\":null,\"client\":null,\"campaign\":null,\"programme\":null,"
		  "\"brand\":{\"name\":\"Canadian Pharmacy\",\"confidence\":0.9700},\"category\":\"pharma\",\"occurrence\":0,");
	assert_true(str_starts(buf_str(&b), head));
	assert_string_equal(text_of(o, "subject"), "hi *** \u202e\x1b[2J \"quoted\"");
	assert_string_equal(json_string_value(json_array_get(json_object_get(o, "to"), 0)), "b***@t***.example");
	assert_string_equal(json_string_value(json_array_get(json_object_get(o, "urls"), 0)), "http://e.example/?u=***");
	assert_string_equal(text_of(o, "mail_from"), "bounce@sender.example");
	assert_int_equal(json_array_size(json_object_get(o, "anomalies")), 2);
	json_t *ev = json_array_get(json_object_get(o, "evidence"), 0);
	assert_string_equal(text_of(ev, "text"), "Dear *** \U0001F600 \u202e");
	assert_string_equal(text_of(ev, "pack"), "bob.smith");
	assert_true(json_is_null(json_object_get(o, "date")));
	assert_int_equal(json_array_size(json_object_get(o, "attachments")), 0);
	for (int f = 0; f < FEAT_COUNT; f++)
		if (f != FEAT_brand_confidence && f != FEAT_programme_confidence && f != FEAT_engine_source &&
			f != FEAT_engine_confidence && f != FEAT_client_confidence)
			assert_non_null(json_object_get(o, feature_table[f].name));
	json_decref(o);
	buf_clear(&b);
	o = parsed(&r, true, &b);
	assert_string_equal(text_of(o, "mail_from"), "bounce@sender.example");
	assert_string_equal(json_string_value(json_array_get(json_object_get(o, "to"), 0)), "bob.smith@trap.example");
	json_decref(o);
	buf_free(&b);
}

static void test_message_table(void **state)
{
	(void)state;
	static const enum feature_id f[] = {
		FEAT_time, FEAT_ip, FEAT_id, FEAT_brand, FEAT_anomalies, FEAT_to, FEAT_urls, FEAT_subject, FEAT_evidence};
	enum { N = sizeof f / sizeof *f };
	struct column c[N];
	struct row r = hostile_row();
	char *text = NULL;
	size_t n = 0;
	struct err err = {0};
	struct table t;
	FILE *out = open_memstream(&text, &n);
	message_columns(f, N, c);
	table_begin(&t, c, N, &(struct table_opts){.format = FORMAT_CSV, .what = "messages"}, out);
	table_message(&t, &r, f, N);
	assert_int_equal(table_end(&t, 0, &err), 0);
	fclose(out);
	assert_string_equal(text,
		"time,ip,id,brand,anomalies,to,urls,subject,evidence\n"
		"2010-09-20T00:00:00Z,192.0.2.1,abababababababababababababababababababababababababababababababab,Canadian Pharmacy,"
		"header_8bit bad_date,b***@t***.example,hxxp://e[.]example/?u=***,"
		"\"hi *** \\u{202e}\\x1b[2J \"\"quoted\"\"\","
		"\"[{\"\"pack\"\":\"\"***\"\",\"\"text\"\":\"\"Dear *** \\\\ud83d\\\\ude00 \\\\u202e\"\"}]\"\n");
	free(text);
}

static void test_json_cut(void **state)
{
	(void)state;
	struct mask m;
	struct buf b;
	struct str whole = S("[{\"text\":\"a\\u00e9\\\"bob@trap.example\\ud83d\\ude00\"},1]");
	mask_init(&m);
	mask_add(&m, S("bob@trap.example"));
	buf_init(&b, 4096);
	for (size_t n = 0; n <= whole.n; n++) {
		mask_json(&m, str_first(whole, n), &b);
		assert_int_equal(str_find(buf_str(&b), S("trap.example")), STR_NPOS);
		if (n < whole.n)
			buf_clear(&b);
	}
	assert_true(str_eq(buf_str(&b), S("[{\"text\":\"a\u00e9\\\"b***@t***.example\U0001F600\"},1]")));
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_flow),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_full_disk),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_message_table),
		cmocka_unit_test(test_json_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
