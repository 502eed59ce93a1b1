/* inflate.h - gzip (RFC 1952), zlib (RFC 1950) and raw deflate (RFC 1951), with our own caps. The only place that sees zlib.
 *
 * Two ways in. `unzip` is a pull stream over a file of gzip members (a WARC file holds one member a record, or one for all),
 * which passes plain bytes through. `inflate_bytes` undoes the coding of an HTTP body. Damage and bombs are facts.
 */
#ifndef TRAPLINE_PAGE_INFLATE_H
#define TRAPLINE_PAGE_INFLATE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* Reads up to room bytes to p; *got 0 at the end of the input. 0, or a negative err_kind. */
typedef int (*unzip_read_fn)(void *ctx, uint8_t *p, size_t room, size_t *got, struct err *err);

struct unzip;
enum { UNZIP_END = 0, UNZIP_BYTES = 1, UNZIP_BREAK = 2 };

/* 0, or ERR_ENV. ctx must outlive the stream. Gzip is told by its magic. */
int unzip_open(struct unzip **out, unzip_read_fn read, void *ctx, struct err *err);
void unzip_close(struct unzip *u); /* NULL-safe */
/* UNZIP_BYTES: *got bytes, never of two members. UNZIP_BREAK: the member is damaged, cut or a bomb (unzip_facts) behind
 * these *got (0..) bytes; the next call goes on with the next one that can be found. UNZIP_END. Negative: err_kind, from read or for lack of memory. */
int unzip_read(struct unzip *u, uint8_t *p, size_t room, size_t *got, struct err *err);
/* Facts (FACT bits) since the last call, which clears them. */
uint64_t unzip_facts(struct unzip *u);
/* Where in the input the member of the last bytes begins; in plain input where these bytes do. */
uint64_t unzip_at(const struct unzip *u);
bool unzip_is_gzip(const struct unzip *u);

enum inflate_coding { INFLATE_GZIP, INFLATE_DEFLATE };
/* in unpacked into the arena, at most max bytes. 0, or -1 when out of memory. Facts: http_bad_coding (out is what came before),
 * gzip_bomb (cut, and far more unpacked than packed), page_cut, http_decoded (in is no such coding: out is in). */
int inflate_bytes(struct arena *a, struct str in, enum inflate_coding coding, size_t max, struct str *out, uint64_t *facts);

/* Appends in as one gzip member to out (no name, no time: the same bytes for the same input). 0, or -1 when out of memory or full. */
int gzip_member(struct str in, struct buf *out);

#endif
