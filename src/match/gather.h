/* gather.h - bytes pressed together with PSHUFB, eight at a time, and whether AVX2 may be used; for match/ and engine/.
 *
 * What is marked FAST runs on processors with AVX2 and BMI only: ask gather_tables first. The plain code beside it does the same.
 */
#ifndef TRAPLINE_MATCH_GATHER_H
#define TRAPLINE_MATCH_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* By eight bits, one for each of eight bytes. */
struct gather {
	uint64_t places[256]; /* the places of the bits set, a byte each, then 0x80 */
	uint8_t count[256];   /* bits set */
};
/* Built at the first call. NULL: the processor is too old. Any thread. */
const struct gather *gather_tables(void);
/* For tests, no other thread running: from now on as on an old processor, or not. */
void gather_off(bool off);

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_FAST 1
#include <immintrin.h>
#define FAST __attribute__((target("avx2,bmi,bmi2")))

/* Bytes of v: the one at each of eight places. */
FAST static inline __m128i gathered(__m128i v, uint64_t places)
{
	return _mm_shuffle_epi8(v, _mm_cvtsi64_si128((int64_t)places));
}

/* Of the low eight bytes of v, all below 0x80: those that are not 0. */
FAST static inline __m128i gather_eight(const struct gather *g, __m128i v, unsigned *n)
{
	unsigned m = (unsigned)_mm_movemask_epi8(_mm_cmpgt_epi8(v, _mm_setzero_si128())) & 0xFF;
	*n = g->count[m];
	return gathered(v, g->places[m]);
}

/* The same, without those that repeat the one before; last: before the first. */
FAST static inline __m128i gather_fresh(const struct gather *g, __m128i v, uint8_t last, unsigned *n)
{
	v = gather_eight(g, v, n);
	__m128i before = _mm_or_si128(_mm_slli_si128(v, 1), _mm_cvtsi32_si128(last));
	return gather_eight(g, _mm_andnot_si128(_mm_cmpeq_epi8(v, before), v), n);
}

/* Of 16 bytes the first eight that gather_fresh leaves, zeros behind the last, and how many it leaves. */
FAST static inline uint64_t letters_of_16(const struct gather *g, const uint8_t *p, unsigned *n)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
	unsigned in_head, in_tail;
	uint64_t head = (uint64_t)_mm_cvtsi128_si64(gather_fresh(g, v, 0, &in_head));
	uint8_t last = (uint8_t)(head >> (8 * in_head - 8) % 64);
	uint64_t tail = (uint64_t)_mm_cvtsi128_si64(gather_fresh(g, _mm_srli_si128(v, 8), last, &in_tail));
	*n = in_head + in_tail;
	return in_head == 8 ? head : head | tail << 8 * in_head;
}

/* Bytes from..to, both below 0x80. */
FAST static inline __m256i bytes_within(__m256i c, char from, char to)
{
	return _mm256_cmpgt_epi8(
		_mm256_set1_epi8((char)(-128 + (to - from + 1))), _mm256_add_epi8(c, _mm256_set1_epi8((char)(128 - from))));
}

FAST static inline __m256i load_bytes(const uint8_t *p)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

/* The top bits of 64 bytes. */
FAST static inline uint64_t top_bits(__m256i low, __m256i high)
{
	return (uint32_t)_mm256_movemask_epi8(low) | (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

FAST static inline __m256i bits_of_eight(__m128i classes)
{
	return _mm256_sllv_epi32(_mm256_set1_epi32(1), _mm256_and_si256(_mm256_cvtepu8_epi32(classes), _mm256_set1_epi32(31)));
}

/* A bit for each letter class, by its low five bits, and the lowest. Eight bytes behind the classes can be read. */
FAST static inline uint32_t class_set(const uint8_t *p, size_t n)
{
	__m256i bits = _mm256_setzero_si256();
	for (; n >= 8; n -= 8, p += 8)
		bits = _mm256_or_si256(bits, bits_of_eight(_mm_loadl_epi64((const __m128i *)(const void *)p)));
	__m128i shift = _mm_cvtsi32_si128((int)(64 - 8 * n)); /* what follows goes; by 64: all */
	bits = _mm256_or_si256(bits, bits_of_eight(_mm_sll_epi64(_mm_loadl_epi64((const __m128i *)(const void *)p), shift)));
	__m128i four = _mm_or_si128(_mm256_castsi256_si128(bits), _mm256_extracti128_si256(bits, 1));
	four = _mm_or_si128(four, _mm_shuffle_epi32(four, 0x4E));
	four = _mm_or_si128(four, _mm_shuffle_epi32(four, 0xB1));
	return (uint32_t)_mm_cvtsi128_si32(four);
}
#endif

#endif
