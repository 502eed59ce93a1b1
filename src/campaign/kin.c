/* kin.c - see kin.h. */
#include "campaign/kin.h"

#include "campaign/shingle.h"

enum { SUBJECT_LEAST = 2 };

static uint32_t link_of(const struct sketch *s)
{
	uint64_t h = s->url;
	for (size_t i = 0; i < s->n_domains; i++)
		h = mix64(h << 32 ^ s->domains[i] ^ mix64(h));
	return s->n_domains && s->n_domains < SKETCH_DOMAINS ? (uint32_t)h | 1 : 0;
}

static uint32_t subject_of(const struct sketch *s)
{
	uint64_t h = s->n_subject;
	unsigned words = 0;
	for (size_t i = 0; i < s->n_subject; i++) {
		h = mix64(h << 16 ^ s->subject[i] ^ mix64(h));
		words += s->subject[i] != 0;
	}
	return words >= SUBJECT_LEAST ? (uint32_t)(h >> 33) | 1 : 0;
}

struct kin_marks kin_marks_of(const struct sketch *s)
{
	return (struct kin_marks){.link = link_of(s), .subject = subject_of(s) & 0x7fffffff, .told = s->n_words >= KIN_WORDS};
}
