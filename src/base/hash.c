/* hash.c - see hash.h. */
#include "base/hash.h"

#include <openssl/evp.h>
#include <xxhash.h>

#include "base/mem.h"

struct sha256 {
	EVP_MD_CTX *ctx;
};

/* Fetched once: EVP_sha256() looks the provider up again at every init. */
static const EVP_MD *sha256_md(void)
{
	static _Thread_local EVP_MD *md;
	if (!md)
		md = EVP_MD_fetch(NULL, "SHA256", NULL);
	must(md);
	return md;
}

uint64_t hash64(struct str s, uint64_t seed)
{
	return XXH3_64bits_withSeed(s.p, s.n, seed);
}

struct sha256 *sha256_new(void)
{
	struct sha256 *h = mem_alloc(sizeof *h);
	if (!h)
		return NULL;
	h->ctx = EVP_MD_CTX_new();
	if (!h->ctx) {
		mem_free(h);
		return NULL;
	}
	return h;
}

void sha256_begin(struct sha256 *h)
{
	must(EVP_DigestInit_ex2(h->ctx, sha256_md(), NULL) == 1);
}

void sha256_add(struct sha256 *h, struct str s)
{
	must(EVP_DigestUpdate(h->ctx, s.p, s.n) == 1);
}

void sha256_end(struct sha256 *h, uint8_t out[SHA256_BYTES])
{
	unsigned n = 0;
	must(EVP_DigestFinal_ex(h->ctx, out, &n) == 1 && n == SHA256_BYTES);
}

void sha256_del(struct sha256 *h)
{
	if (h)
		EVP_MD_CTX_free(h->ctx);
	mem_free(h);
}

void sha256(struct str s, uint8_t out[SHA256_BYTES])
{
	static _Thread_local EVP_MD_CTX *ctx;
	unsigned n = 0;
	if (!ctx)
		ctx = EVP_MD_CTX_new();
	must(ctx && EVP_DigestInit_ex2(ctx, sha256_md(), NULL) == 1);
	must(EVP_DigestUpdate(ctx, s.p, s.n) == 1 && EVP_DigestFinal_ex(ctx, out, &n) == 1);
}

void hex_encode(const uint8_t *p, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
}

bool hex_decode(struct str hex, uint8_t *out, size_t n)
{
	if (hex.n != 2 * n)
		return false;
	for (size_t i = 0; i < hex.n; i++)
		if (ascii_hex(hex.p[i]) < 0)
			return false;
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)(ascii_hex(hex.p[2 * i]) << 4 | ascii_hex(hex.p[2 * i + 1]));
	return true;
}
