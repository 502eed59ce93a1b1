/* sketch_fuzz.c - any bytes: a sketch that reads writes back the same, compares with itself and others without harm and
 * symmetrically; any text makes a sketch that reads back. */
#include "base/limits.h"
#include "base/mem.h"
#include "campaign/likeness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_pair(const struct sketch *a, const struct sketch *b)
{
	struct likeness x, y;
	likeness_of(a, b, &x);
	likeness_of(b, a, &y);
	must(x.aligned == y.aligned && x.shared == y.shared && x.resemblance == y.resemblance);
	must(x.facts == y.facts && x.subject == y.subject && x.tags == y.tags && x.domains == y.domains);
	must(x.aligned <= x.shared && likeness_text(&x) >= 0 && likeness_text(&x) <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct sketch read, made, back;
	uint8_t blob[SKETCH_MAX];
	struct doc d = {.text = str_make(data, size), .subject = str_make(data, size / 2)};
	arena_init(&arena, LIM_ARENA);
	must(sketch_make(&arena, &d, &made));
	size_t n = sketch_write(&made, blob);
	must(sketch_read(str_make(blob, n), &back) && memcmp(&back, &made, sizeof back) == 0);
	check_pair(&made, &back);
	if (sketch_read(str_make(data, size), &read)) {
		n = sketch_write(&read, blob);
		must(n == size && memcmp(blob, data, n) == 0);
		check_pair(&read, &read);
		check_pair(&read, &made);
	}
	arena_free(&arena);
	return 0;
}
