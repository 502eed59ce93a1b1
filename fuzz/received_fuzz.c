/* One Received value, and the same bytes as a date. */
#include "base/mem.h"
#include "base/time.h"
#include "mail/date.h"
#include "mail/received.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str value = str_make(data, size);
	struct received r;
	uint64_t found = 0;
	int64_t t = TIME_NONE;
	int zone = 0;
	received_parse(value, &r, &found);
	const struct str views[] = {r.from_helo, r.from_rdns, r.from_ip, r.from_ident, r.by, r.with, r.id, r.for_};
	for (size_t i = 0; i < sizeof views / sizeof *views; i++)
		must(views[i].n == 0 || (views[i].p >= data && views[i].p + views[i].n <= data + size));
	must(r.ip_len == 0 || r.ip_len == 4 || r.ip_len == 16);
	if (date_parse(value, &t, &zone, &found))
		must(t > INT64_C(-3000000000) && t < INT64_C(260000000000) && zone > -24 * 60 && zone < 24 * 60);
	return 0;
}
