/* hash_each.c - SHA-256 of many strings (hash.h), two at a time.
 *
 * The processor's instructions for two rounds of SHA-256 wait for the two before: of one string they keep half of their unit busy,
 * of two all of it. Where they are missing, OpenSSL hashes one string after the other.
 */
#include "base/hash.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

enum { BLOCK = 64, LANES = 2, LENGTH = 8 };

/* A string on its way: its whole blocks, then what is left of it with the padding of FIPS 180-4. */
struct lane {
	__m128i abef, cdgh;
	const uint8_t *p;
	size_t blocks;
	uint8_t tail[2 * BLOCK];
	size_t tail_blocks;
	uint8_t *out;
};

static bool has_sha;

static const uint32_t k256[64] = {0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb,
	0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f,
	0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define SHA __attribute__((target("sha,sse4.1")))

/* The next blocks of both lanes. */
SHA static void two_lanes(struct lane lanes[LANES], size_t blocks)
{
	const __m128i bytes = _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3);
	__m128i abef[LANES], cdgh[LANES];
	for (int l = 0; l < LANES; l++) {
		abef[l] = lanes[l].abef;
		cdgh[l] = lanes[l].cdgh;
	}
	for (; blocks; blocks--) {
		__m128i w[LANES][4];
		for (int l = 0; l < LANES; l++) {
			const __m128i *p = (const __m128i *)(const void *)lanes[l].p;
			for (int i = 0; i < 4; i++)
				w[l][i] = _mm_shuffle_epi8(_mm_loadu_si128(p + i), bytes);
			lanes[l].p += BLOCK;
		}
		const __m128i abef_was[LANES] = {abef[0], abef[1]}, cdgh_was[LANES] = {cdgh[0], cdgh[1]};
#pragma GCC unroll 16
		for (int i = 0; i < 16; i++) /* four rounds each */
#pragma GCC unroll 2
			for (int l = 0; l < LANES; l++) {
				__m128i *a = &w[l][i % 4], b = w[l][(i + 1) % 4], c = w[l][(i + 2) % 4], d = w[l][(i + 3) % 4];
				__m128i wk = _mm_add_epi32(*a, _mm_loadu_si128((const __m128i *)(const void *)(k256 + 4 * i)));
				cdgh[l] = _mm_sha256rnds2_epu32(cdgh[l], abef[l], wk);
				abef[l] = _mm_sha256rnds2_epu32(abef[l], cdgh[l], _mm_shuffle_epi32(wk, 0x0e));
				if (i < 12)
					*a = _mm_sha256msg2_epu32(
						_mm_add_epi32(_mm_sha256msg1_epu32(*a, b), _mm_alignr_epi8(d, c, 4)), d);
			}
		for (int l = 0; l < LANES; l++) {
			abef[l] = _mm_add_epi32(abef[l], abef_was[l]);
			cdgh[l] = _mm_add_epi32(cdgh[l], cdgh_was[l]);
		}
	}
	for (int l = 0; l < LANES; l++) {
		lanes[l].abef = abef[l];
		lanes[l].cdgh = cdgh[l];
	}
}

static void start(struct lane *l, struct str s, uint8_t *out)
{
	size_t left = s.n % BLOCK;
	uint64_t bits = htobe64((uint64_t)s.n * 8);
	l->abef = _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c);
	l->cdgh = _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19);
	l->p = s.p;
	l->blocks = s.n / BLOCK;
	l->tail_blocks = left + 1 + LENGTH <= BLOCK ? 1 : 2;
	memset(l->tail, 0, sizeof l->tail);
	if (left)
		memcpy(l->tail, s.p + s.n - left, left);
	l->tail[left] = 0x80;
	memcpy(l->tail + l->tail_blocks * BLOCK - LENGTH, &bits, LENGTH);
	l->out = out;
}

/* The rest of a lane whose whole blocks are done; true when it is at its end, too. */
static bool tail(struct lane *l)
{
	l->p = l->tail;
	l->blocks = l->tail_blocks;
	l->tail_blocks = 0;
	return !l->blocks;
}

static void end(const struct lane *l)
{
	uint32_t f[8];
	memcpy(f, &l->abef, sizeof l->abef); /* F E B A */
	memcpy(f + 4, &l->cdgh, sizeof l->cdgh);
	const uint32_t h[8] = {f[3], f[2], f[7], f[6], f[1], f[0], f[5], f[4]};
	for (int i = 0; i < 8; i++) {
		uint32_t v = htobe32(h[i]);
		memcpy(l->out + 4 * i, &v, sizeof v);
	}
}

static void each_by_two(const struct str *v, size_t n, uint8_t (*out)[SHA256_BYTES])
{
	struct lane lanes[LANES];
	uint8_t ignored[SHA256_BYTES];
	size_t next = 0, open = n;
	for (int l = 0; l < LANES; l++, next++)
		start(&lanes[l], next < n ? v[next] : S(""), next < n ? out[next] : ignored);
	while (open) {
		size_t blocks = lanes[0].blocks < lanes[1].blocks ? lanes[0].blocks : lanes[1].blocks;
		two_lanes(lanes, blocks);
		for (int l = 0; l < LANES; l++) {
			lanes[l].blocks -= blocks;
			if (lanes[l].blocks || !tail(&lanes[l]))
				continue;
			end(&lanes[l]);
			open -= lanes[l].out != ignored;
			start(&lanes[l], next < n ? v[next] : S(""), next < n ? out[next] : ignored);
			next++;
		}
	}
}

/* Asked once: in a virtual machine the question is dear. */
__attribute__((constructor)) static void ask_for_sha(void)
{
	unsigned a, b, c, d;
	__builtin_cpu_init();
	has_sha = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) && __builtin_cpu_supports("sse4.1");
}

void sha256_each(const struct str *v, size_t n, uint8_t (*out)[SHA256_BYTES])
{
	if (n > 1 && has_sha) {
		each_by_two(v, n, out);
		return;
	}
	for (size_t i = 0; i < n; i++)
		sha256(v[i], out[i]);
}
#else
void sha256_each(const struct str *v, size_t n, uint8_t (*out)[SHA256_BYTES])
{
	for (size_t i = 0; i < n; i++)
		sha256(v[i], out[i]);
}
#endif
