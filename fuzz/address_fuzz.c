/* An address list; all that comes out of it is UTF-8. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "mail/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct address_list list;
	uint64_t found = 0;
	arena_init(&a, LIM_ARENA);
	must(address_parse(&a, str_make(data, size), &list, &found) == 0);
	must(list.n <= LIM_ADDRESSES);
	for (size_t i = 0; i < list.n; i++) {
		const struct address *e = &list.v[i];
		must(utf8_valid(e->name) && utf8_valid(e->addr) && utf8_valid(e->group));
		must(e->local.n + e->domain.n <= e->addr.n);
	}
	arena_free(&a);
	return 0;
}
