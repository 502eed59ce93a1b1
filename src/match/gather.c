/* gather.c - see gather.h. */
#include "match/gather.h"

#include <pthread.h>
#include <stddef.h>

enum { GROUP = 8 };

static struct gather tables;
static const struct gather *built;
static bool is_off;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void build(void)
{
	for (unsigned m = 0; m < 256; m++) {
		unsigned n = 0;
		tables.places[m] = 0x8080808080808080u;
		for (unsigned i = 0; i < GROUP; i++)
			if (m >> i & 1) {
				tables.places[m] = (tables.places[m] & ~((uint64_t)0xFF << 8 * n)) | (uint64_t)i << 8 * n;
				n++;
			}
		tables.count[m] = (uint8_t)n;
	}
#ifdef HAVE_FAST
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2"))
		built = &tables;
#endif
}

const struct gather *gather_tables(void)
{
	pthread_once(&once, build);
	return is_off ? NULL : built;
}

void gather_off(bool off)
{
	is_off = off;
}
