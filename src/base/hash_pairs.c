/* hash_pairs.c - SHA-256 (FIPS 180-4) of many strings, two at a time.
 *
 * The processor's rounds wait for each other, so that two strings take no longer than one. Old processors: one by one, by OpenSSL.
 */
#include "base/hash.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define HAVE_PAIRS 1
#include <cpuid.h>
#include <endian.h>
#include <immintrin.h>
#include <pthread.h>
#define SHANI __attribute__((target("sha,sse4.1")))

enum { BLOCK = 64, ROUNDS = 64, LANES = 2, STEPS = ROUNDS / 4 };

static const uint32_t round_key[ROUNDS] __attribute__((aligned(16))) = {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b,
	0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7,
	0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152,
	0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
	0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
	0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* A string under way: whole blocks of it first, then those that its end and its length make. */
struct lane {
	__m128i abef, cdgh; /* the state, as the instructions want it */
	const uint8_t *p;
	size_t n;     /* blocks left at p */
	size_t ended; /* blocks of end */
	uint8_t end[2 * BLOCK];
	uint8_t *out; /* NULL: idle */
};

static void lane_begin(struct lane *l, struct str s, uint8_t *out)
{
	size_t rest = s.n % BLOCK;
	uint64_t bits = htobe64((uint64_t)s.n * 8);
	l->abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
	l->cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
	l->p = s.p;
	l->n = s.n / BLOCK;
	l->ended = rest + 1 + sizeof bits > BLOCK ? 2 : 1;
	l->out = out;
	memset(l->end, 0, sizeof l->end);
	if (rest)
		memcpy(l->end, s.p + s.n - rest, rest);
	l->end[rest] = 0x80;
	memcpy(l->end + l->ended * BLOCK - sizeof bits, &bits, sizeof bits);
}

static void lane_finish(struct lane *l)
{
	uint32_t fe_ba[4], hg_dc[4];
	_mm_storeu_si128((__m128i *)(void *)fe_ba, l->abef);
	_mm_storeu_si128((__m128i *)(void *)hg_dc, l->cdgh);
	const uint32_t words[] = {fe_ba[3], fe_ba[2], hg_dc[3], hg_dc[2], fe_ba[1], fe_ba[0], hg_dc[1], hg_dc[0]};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		uint32_t be = htobe32(words[i]);
		memcpy(l->out + i * sizeof be, &be, sizeof be);
	}
	l->out = NULL;
}

/* Sees to it that the lane has blocks, of one of the strings left if need be. False: there is nothing more for it. */
static bool lane_ready(struct lane *l, const struct str *s, size_t n, size_t *next, uint8_t (*out)[SHA256_BYTES])
{
	if (l->out && !l->n && !l->ended)
		lane_finish(l);
	if (!l->out && *next < n) {
		lane_begin(l, s[*next], out[*next]);
		++*next;
	}
	if (l->out && !l->n) {
		l->p = l->end;
		l->n = l->ended;
		l->ended = 0;
	}
	return l->out;
}

/* Takes n blocks of each of so many lanes, one or two: with a constant, the loops over them are none. */
SHANI static inline __attribute__((always_inline)) void take_blocks(struct lane *lane, size_t lanes, size_t n)
{
	const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i a[LANES], c[LANES];
	for (size_t i = 0; i < lanes; i++)
		a[i] = lane[i].abef, c[i] = lane[i].cdgh;
	for (size_t k = 0; k < n; k++) {
		__m128i a_before[LANES], c_before[LANES], w[LANES][4];
		for (size_t i = 0; i < lanes; i++) {
			a_before[i] = a[i], c_before[i] = c[i];
			for (size_t j = 0; j < 4; j++)
				w[i][j] = _mm_shuffle_epi8(
					_mm_loadu_si128((const __m128i *)(const void *)(lane[i].p + k * BLOCK + 16 * j)),
					big_endian);
		}
#pragma GCC unroll 16
		for (size_t step = 0; step < STEPS; step++) {
			__m128i key = _mm_load_si128((const __m128i *)(const void *)(round_key + 4 * step));
#pragma GCC unroll 2
			for (size_t i = 0; i < lanes; i++) {
				__m128i *now = &w[i][step % 4], last = w[i][(step + 3) % 4];
				if (step >= 4)
					*now = _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(*now, w[i][(step + 1) % 4]),
									    _mm_alignr_epi8(last, w[i][(step + 2) % 4], 4)),
						last);
				__m128i sum = _mm_add_epi32(*now, key);
				c[i] = _mm_sha256rnds2_epu32(c[i], a[i], sum);
				a[i] = _mm_sha256rnds2_epu32(a[i], c[i], _mm_shuffle_epi32(sum, 0x0E));
			}
		}
		for (size_t i = 0; i < lanes; i++)
			a[i] = _mm_add_epi32(a[i], a_before[i]), c[i] = _mm_add_epi32(c[i], c_before[i]);
	}
	for (size_t i = 0; i < lanes; i++) {
		lane[i].abef = a[i], lane[i].cdgh = c[i];
		lane[i].p += n * BLOCK;
		lane[i].n -= n;
	}
}

SHANI static void take_one(struct lane *lane, size_t n)
{
	take_blocks(lane, 1, n);
}

SHANI static void take_both(struct lane *lane, size_t n)
{
	take_blocks(lane, 2, n);
}

static bool has_sha;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void look(void)
{
	unsigned a, b, c, d;
	bool sse41 = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_1);
	has_sha = sse41 && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

static bool by_pairs(const struct str *s, size_t n, uint8_t (*out)[SHA256_BYTES])
{
	struct lane lane[LANES];
	size_t next = 0;
	pthread_once(&once, look);
	if (!has_sha || n < LANES)
		return false;
	lane[0].out = lane[1].out = NULL;
	for (;;) {
		bool first = lane_ready(&lane[0], s, n, &next, out), second = lane_ready(&lane[1], s, n, &next, out);
		if (first && second)
			take_both(lane, lane[0].n < lane[1].n ? lane[0].n : lane[1].n);
		else if (first || second)
			take_one(first ? &lane[0] : &lane[1], first ? lane[0].n : lane[1].n);
		else
			return true;
	}
}
#else
static bool by_pairs(const struct str *s, size_t n, uint8_t (*out)[SHA256_BYTES])
{
	(void)s, (void)n, (void)out;
	return false;
}
#endif

void sha256_each(const struct str *s, size_t n, uint8_t (*out)[SHA256_BYTES])
{
	if (!by_pairs(s, n, out))
		for (size_t i = 0; i < n; i++)
			sha256(s[i], out[i]);
}
