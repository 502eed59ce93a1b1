/* ip_test.c - addresses as text and as bytes. */
#include "base/ip.h"

#include "base/test.h"

static void texts_are_read(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned len;
		bool is_private;
	} ips[] = {{"10.1.2.3", 4, true}, {"[192.168.0.1]", 4, true}, {"172.32.0.1", 4, false}, {"127.0.0.1", 4, true},
		{"100.64.1.1", 4, false}, {"::1", 16, true}, {"IPv6:fe80::1%eth0", 16, true}, {"[IPv6:2001:db8::1]", 16, false},
		{"::ffff:10.0.0.1", 4, true}, {"1.2.3", 0, false}, {"1.2.3.4.5", 0, false}, {"", 0, false}, {"host", 0, false},
		{"dead.beef", 0, false}};
	for (size_t i = 0; i < sizeof ips / sizeof *ips; i++) {
		uint8_t ip[16];
		assert_int_equal(ip_parse(str_of(ips[i].text), ip), ips[i].len);
		if (ips[i].len)
			assert_int_equal(ip_is_private(ip, ips[i].len), ips[i].is_private);
	}
}

static void what_is_read_is_written(void **state)
{
	(void)state;
	static const char *const texts[] = {"192.0.2.1", "2001:db8::1", "::1"};
	char out[IP_TEXT_SIZE];
	uint8_t ip[16];
	for (size_t i = 0; i < COUNT(texts); i++) {
		ip_text(str_make(ip, ip_parse(str_of(texts[i]), ip)), out);
		assert_string_equal(out, texts[i]);
	}
	ip_text(str_make(ip, 5), out);
	assert_string_equal(out, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_read),
		cmocka_unit_test(what_is_read_is_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
