/* hash.h - XXH3 for in-process tables, SHA-256 (FIPS 180-4, by OpenSSL) for identity and evidence. */
#ifndef TRAPLINE_BASE_HASH_H
#define TRAPLINE_BASE_HASH_H

#include "base/str.h"

enum { SHA256_BYTES = 32, SHA256_HEX = 64 };

uint64_t hash64(struct str s, uint64_t seed);

/* One-shot. */
void sha256(struct str s, uint8_t out[SHA256_BYTES]);
/* Of n strings, one behind the other. */
void sha256_parts(const struct str *parts, size_t n, uint8_t out[SHA256_BYTES]);

/* In pieces. One object may be used again after sha256_end. sha256_new is NULL when out of memory. */
struct sha256;
struct sha256 *sha256_new(void);
void sha256_begin(struct sha256 *h);
void sha256_add(struct sha256 *h, struct str s);
void sha256_end(struct sha256 *h, uint8_t out[SHA256_BYTES]);
void sha256_del(struct sha256 *h); /* NULL-safe */

/* Lower-case hex of n bytes into 2n characters, no NUL. */
void hex_encode(const uint8_t *p, size_t n, char *out);
/* Exactly 2n hex digits into n bytes: true. Output untouched on failure. */
bool hex_decode(struct str hex, uint8_t *out, size_t n);

#endif
