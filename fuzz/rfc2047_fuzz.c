/* Header text and MIME parameters; all that comes out is UTF-8, and neither grows past three bytes for one. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "codec/rfc2047.h"
#include "codec/rfc2231.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct str in = str_make(data, size), out, value;
	struct params p;
	uint64_t found = 0;
	arena_init(&a, 16 * MIB);
	must(rfc2047_decode(&a, in, &out, &found) == 0);
	must(utf8_valid(out) && out.n <= 3 * size);
	must(params_parse(&a, in, &value, &p, &found) == 0);
	must(p.n <= LIM_PARAMS && value.n <= size);
	for (size_t i = 0; i < p.n; i++) {
		must(utf8_valid(p.v[i].value) && p.v[i].value.n <= 3 * size);
		must(p.v[i].value.p && p.v[i].raw_name.p >= data && p.v[i].raw_name.p + p.v[i].raw_name.n <= data + size);
	}
	arena_free(&a);
	return 0;
}
