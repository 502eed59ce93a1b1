/* gather.c - see gather.h. */
#include "match/gather.h"

#include <pthread.h>

enum { GROUP = 8 };

static struct gather tables;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void build(void)
{
	for (unsigned m = 0; m < 256; m++) {
		unsigned n = 0;
		tables.places[m] = 0x8080808080808080u;
		for (unsigned i = 0; i < GROUP; i++) {
			tables.before[m] |= (uint64_t)n << 8 * i;
			if (m >> i & 1) {
				tables.places[m] = (tables.places[m] & ~((uint64_t)0xFF << 8 * n)) | (uint64_t)i << 8 * n;
				n++;
			}
			tables.latest[m] |= (uint64_t)(uint8_t)(n - 1) << 8 * i;
		}
		tables.count[m] = (uint8_t)n;
	}
}

const struct gather *gather_tables(void)
{
	pthread_once(&once, build);
	return &tables;
}
