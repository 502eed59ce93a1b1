/* "label\nbytes": any label, known or not, over any bytes; and the same bytes through the transfer decoders. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "codec/base64.h"
#include "codec/charset.h"
#include "codec/qp.h"
#include "codec/uuencode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void transfer(struct arena *a, struct str in)
{
	uint64_t found = 0;
	size_t at = 0, before = 0;
	struct uu_block block;
	uint8_t *out = arena_alloc(a, BASE64_OUT_MAX(in.n) + in.n);
	must(out && base64_decode(in, out, &found) <= BASE64_OUT_MAX(in.n));
	must(qp_decode(in, out, &found) <= in.n);
	must(q_decode(in, out, &found) <= in.n);
	while (uu_next(a, in, &at, &block, &found) == 1) {
		must(block.start >= before && block.end > block.start && block.end <= in.n && at == block.end);
		must(block.data.n <= 4 * in.n);
		before = at;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct str in = str_make(data, size), label, out;
	uint64_t found = 0;
	arena_init(&a, 64 * MIB);
	str_next(&in, '\n', &label);
	must(charset_to_utf8(&a, in, label, &out, &found) == 0);
	must(utf8_valid(out) && out.n <= 3 * in.n);
	transfer(&a, in);
	arena_free(&a);
	return 0;
}
