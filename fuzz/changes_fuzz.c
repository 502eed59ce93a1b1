/* A CSV series, and its changes: whatever the numbers, what comes out is in order. */
#include "change/change.h"
#include "change/csv.h"
#include "base/limits.h"
#include "base/mem.h"

enum { ROWS_AT_MOST = 400 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct series_csv s = {0};
	struct changes c;
	struct err err = {0};
	arena_init(&a, 256 * MIB);
	if (!series_csv_read("f.csv", str_make(data, size), &a, &s, &err) && s.n <= ROWS_AT_MOST) {
		must(change_find(s.value, s.n, s.time ? &(struct change_times){s.time} : NULL, &a, &c) == 0);
		for (size_t i = 0; i < c.n; i++) {
			const struct change *v = &c.v[i];
			must(v->index > 0 && v->index < s.n);
			must(v->start.row_lo <= v->start.row_hi && v->start.row >= 0 && v->end.row <= (double)s.n);
			must(v->confidence >= 0 && v->confidence <= 1);
		}
	}
	arena_free(&a);
	return 0;
}
