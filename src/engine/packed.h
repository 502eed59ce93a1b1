/* packed.h - the tokens of a fingerprint in few bytes, for who holds those of all mail.
 *
 * Ascending numbers: how many, then each as the distance to the one before it, seven bits a byte, lowest first. What much mail has is numbered
 * close together: of some seventy tokens nearly all take one byte, where a number takes four. Only what packed_put wrote may be read.
 */
#ifndef TRAPLINE_ENGINE_PACKED_H
#define TRAPLINE_ENGINE_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Most bytes that n tokens take. */
#define PACKED_ROOM(n) (5 * ((n) + 1))

static inline uint8_t *packed_number(uint8_t *out, uint32_t x)
{
	for (; x > 0x7F; x >>= 7)
		*out++ = (uint8_t)(x | 0x80);
	*out++ = (uint8_t)x;
	return out;
}

/* The bytes written. tokens: ascending, distinct; out has PACKED_ROOM(n). */
static inline size_t packed_put(const uint32_t *tokens, uint32_t n, uint8_t *out)
{
	uint8_t *end = packed_number(out, n);
	for (uint32_t i = 0; i < n; i++)
		end = packed_number(end, i ? tokens[i] - tokens[i - 1] : tokens[0]);
	return (size_t)(end - out);
}

/* for (struct packed_walk w = packed_begin(p); packed_next(&w);) w.token */
struct packed_walk {
	const uint8_t *p;
	uint32_t left, token;
};

static inline uint32_t packed_read(struct packed_walk *w)
{
	uint32_t x = *w->p & 0x7F;
	for (unsigned shift = 7; *w->p++ & 0x80; shift += 7)
		x |= (uint32_t)(*w->p & 0x7F) << shift;
	return x;
}

static inline struct packed_walk packed_begin(const uint8_t *p)
{
	struct packed_walk w = {.p = p};
	w.left = packed_read(&w);
	return w;
}

static inline bool packed_next(struct packed_walk *w)
{
	if (!w->left)
		return false;
	w->left--;
	w->token += packed_read(w);
	return true;
}

#endif
