/* dns_test.c */
#include "page/dns.h"

#include "base/limits.h"
#include "base/test.h"

static const struct str lines[] = {
	T("{\"domain\": \"Shop.Example.\", \"first_seen\": \"2010-02-27T15:40:55Z\", \"ns\": [\"NS1.host.example\", \"ns2.host.example\"], "
	  "\"a\": [\"203.0.113.1\"], \"registrar\": \"Quick Names\", \"registered\": \"2010-02-07\"}"),
	T("{\"rrname\":\"shop.example\",\"rrtype\":\"A\",\"rdata\":\"203.0.113.1\",\"time_first\":1267000000,\"time_last\":1270000000,\"count\":3}"),
	T("{\"rrname\":\"shop.example.\",\"rrtype\":\"NS\",\"rdata\":[\"ns1.host.example.\"],\"time_first\":1260000000,\"time_last\":1261000000}"),
	T("domain,first_seen,ns,a,registrar"),
	T("shop.example,2010-03-01,ns3.host.example ns1.host.example,\"203.0.113.2;203.0.113.1\",\"Quick, \"\"Names\"\"\""),
};
static const char want[] =
	"{\"domain\":\"shop.example\",\"registrable\":\"shop.example\",\"first_seen\":\"2009-12-05T08:00:00Z\",\"last_seen\":\"2010-03-31T01:46:40Z\","
	"\"registrar\":\"Quick, \\\"Names\\\"\",\"registered\":\"2010-02-07\",\"ns\":[\"ns1.host.example\",\"ns2.host.example\",\"ns3.host.example\"],"
	"\"a\":[\"203.0.113.1\",\"203.0.113.2\"],\"aaaa\":[],\"cname\":[],\"mx\":[],\"txt\":[],\"soa\":[],\"facts\":[";

static void test_merge(void **state)
{
	struct dns_set d, again;
	struct buf one, two;
	(void)state;
	buf_init(&one, 64 * KIB);
	buf_init(&two, 64 * KIB);
	dns_init(&d, NULL);
	dns_init(&again, NULL);
	for (size_t i = 0; i < COUNT(lines); i++)
		assert_int_equal(dns_line(&d, lines[i]), 0);
	assert_int_equal(d.bad, 0);
	assert_int_equal(d.domains.n, 1);
	struct json j = json_to(&one);
	dns_json(&d, 0, &j);
	assert_same(str_first(buf_str(&one), sizeof want - 1), str_of(want), S("json"));
	/* what is stored, and the same lines the other way round, give the same */
	for (size_t i = COUNT(lines); i-- > 0;)
		if (i < 3)
			assert_int_equal(dns_line(&again, lines[i]), 0);
	assert_int_equal(dns_load(&again, buf_str(&one)), 0);
	j = json_to(&two);
	dns_json(&again, 0, &j);
	assert_same(buf_str(&two), buf_str(&one), S("merged"));
	dns_free(&d);
	dns_free(&again);
	buf_free(&one);
	buf_free(&two);
}

static void test_bad(void **state)
{
	static const struct str bad[] = {
		T("{"), T("{\"domain\":5}"), T("{\"domain\":\"a b\"}"), T("[1]"), T("a,b,c"), T("{}"), T("\xFF"), T("\"")};
	struct dns_set d;
	(void)state;
	dns_init(&d, NULL);
	for (size_t i = 0; i < COUNT(bad); i++) {
		assert_int_equal(dns_line(&d, bad[i]), 0);
		assert_int_equal(d.bad, i + 1);
	}
	assert_int_equal(dns_line(&d, S("# comment")), 0);
	assert_int_equal(dns_line(&d, S("")), 0);
	assert_int_equal(d.bad, COUNT(bad));
	assert_int_equal(d.first_bad, 1);
	assert_int_equal(d.domains.n, 0);
	dns_free(&d);
}

static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++)
		for (size_t n = 0; n < lines[i].n; n++) {
			struct dns_set d;
			uint8_t *copy = test_copy(str_first(lines[i], n));
			dns_init(&d, NULL);
			assert_int_equal(dns_line(&d, S("domain,first_seen,ns,a")), 0);
			assert_int_equal(dns_line(&d, str_make(copy, n)), 0);
			dns_free(&d);
			mem_free(copy);
		}
}

static void test_out_of_memory(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		struct dns_set d;
		int rc = 0;
		dns_init(&d, NULL);
		mem_fail_from(n);
		for (size_t i = 0; i < COUNT(lines) && !rc; i++)
			rc = dns_line(&d, lines[i]);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_true(rc == 0 || hit);
		dns_free(&d);
		if (!hit)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_out_of_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
