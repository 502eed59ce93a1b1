/* hash.c - see hash.h. */
#include "base/hash.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <xxhash.h>

#include "base/mem.h"

struct sha256 {
	EVP_MD_CTX *ctx;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *md; /* fetched once: EVP_sha256() looks the provider up again at every init */
static pthread_key_t key_of_thread;

static void free_ctx(void *p)
{
	EVP_MD_CTX_free(p);
}

static void prepare(void)
{
	md = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!md)
		mem_exhausted();
	must(pthread_key_create(&key_of_thread, free_ctx) == 0);
}

static const EVP_MD *sha256_md(void)
{
	pthread_once(&once, prepare);
	return md;
}

/* The thread's own, for one-shot hashes; it goes with the thread. */
static EVP_MD_CTX *thread_ctx(void)
{
	pthread_once(&once, prepare); /* the key */
	EVP_MD_CTX *ctx = pthread_getspecific(key_of_thread);
	if (!ctx) {
		ctx = EVP_MD_CTX_new();
		if (!ctx || pthread_setspecific(key_of_thread, ctx) != 0)
			mem_exhausted();
	}
	return ctx;
}

/* SHA-256 is always there: only memory can lack. */
static void begin(EVP_MD_CTX *ctx)
{
	if (EVP_DigestInit_ex2(ctx, sha256_md(), NULL) != 1)
		mem_exhausted();
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
	begin(h->ctx);
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

void sha256_parts(const struct str *parts, size_t n, uint8_t out[SHA256_BYTES])
{
	EVP_MD_CTX *ctx = thread_ctx();
	unsigned size = 0;
	begin(ctx);
	for (size_t i = 0; i < n; i++)
		must(EVP_DigestUpdate(ctx, parts[i].p, parts[i].n) == 1);
	must(EVP_DigestFinal_ex(ctx, out, &size) == 1 && size == SHA256_BYTES);
}

void sha256(struct str s, uint8_t out[SHA256_BYTES])
{
	sha256_parts(&s, 1, out);
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
