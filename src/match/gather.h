/* gather.h - tables to press bytes together with PSHUFB, eight at a time; private to match/. */
#ifndef TRAPLINE_MATCH_GATHER_H
#define TRAPLINE_MATCH_GATHER_H

#include <stdint.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_SSSE3 1
#include <tmmintrin.h>
#define SSSE3 __attribute__((target("ssse3")))
#endif

/* By eight bits, one for each of eight bytes. */
struct gather {
	uint8_t count[256];   /* bits set */
	uint64_t places[256]; /* the places of the bits set, a byte each, then 0x80 */
	uint64_t before[256]; /* for each place, a byte each: the bits set below it */
	uint64_t latest[256]; /* the same, set at it or below, less one */
};
/* Built at the first call. Any thread. */
const struct gather *gather_tables(void);

#ifdef HAVE_SSSE3
/* Bytes of v: the one at each of eight places. */
SSSE3 static inline __m128i gathered(__m128i v, uint64_t places)
{
	return _mm_shuffle_epi8(v, _mm_cvtsi64_si128((int64_t)places));
}
#endif

#endif
