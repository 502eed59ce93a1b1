/* cut.c - see cut.h. */
#include "match/cut.h"

#include "base/mem.h"
#include "match/normalise.h"

/* An entry of the table: the letter class in the low byte, these bits, and the class's bit of a set from SET_SHIFT on. */
enum { BEGINS_SHIFT = 8, INSIDE_SHIFT = 9, BLANK_SHIFT = 10, SET_SHIFT = 32 };

/* Signs that often end a word are no letters of it. */
static uint32_t set_bit(uint8_t c)
{
	return norm_letter[c] && c != '!' && c != '|' ? (uint32_t)1 << (norm_letter[c] - 'a') : 0;
}

void cut_table_init(struct cut_table *t)
{
	for (int c = 0; c < 256; c++)
		t->v[c] = norm_letter[c] | (uint64_t)(norm_letter[c] != 0) << BEGINS_SHIFT |
		          (uint64_t)ascii_alnum((uint8_t)c) << INSIDE_SHIFT | (uint64_t)(c == ' ') << BLANK_SHIFT |
		          (uint64_t)set_bit((uint8_t)c) << SET_SHIFT;
}

void cut_table_begin(struct cut_table *t, uint8_t c)
{
	t->v[c] |= (uint64_t)1 << BEGINS_SHIFT;
}

bool cut_init(struct cut *c, struct arena *a, size_t bytes)
{
	must(bytes < UINT32_MAX / 2);
	size_t n = bytes + 1; /* the pass writes first and decides then what counts */
	*c = (struct cut){.room = bytes};
	c->squeeze = arena_alloc(a, n + CUT_END);
	c->start = arena_alloc(a, n * sizeof *c->start);
	c->squeeze_at = arena_alloc(a, n * sizeof *c->squeeze_at);
	c->word = arena_alloc(a, n * sizeof *c->word);
	c->set = arena_alloc(a, n * sizeof *c->set);
	return c->squeeze && c->start && c->squeeze_at && c->word && c->set;
}

void cut_text(struct cut *c, const struct cut_table *table, struct str fold)
{
	uint8_t *restrict squeeze = c->squeeze;
	uint32_t *restrict start = c->start, *restrict at = c->squeeze_at, *restrict word = c->word, *restrict sets = c->set;
	uint32_t k = 0, s = 0, w = 0, begin = 0, set = 0, last = 0, inside = 0;
	must(fold.n <= c->room);
	for (uint32_t i = 0; i < (uint32_t)fold.n; i++) {
		uint64_t v = table->v[fold.p[i]];
		uint32_t letter = (uint8_t)v, is_letter = letter != 0, fresh = is_letter & (letter != last);
		uint32_t blank = v >> BLANK_SHIFT & 1;
		squeeze[k] = (uint8_t)letter;
		start[s] = i;
		at[s] = k - (is_letter ^ fresh);
		s += (uint32_t)(v >> BEGINS_SHIFT) & ~inside & 1;
		inside = (uint32_t)(v >> INSIDE_SHIFT);
		k += fresh;
		last ^= (last ^ letter) & -is_letter;
		set |= (uint32_t)(v >> SET_SHIFT);
		word[w] = begin;
		sets[w] = set;
		w += blank;
		set &= blank - 1;
		begin = blank ? i + 1 : begin;
	}
	word[w] = begin;
	sets[w] = set;
	memset(squeeze + k, NORM_SEP, CUT_END);
	c->n_squeeze = k;
	c->n_starts = s;
	c->n_words = w + 1;
}

size_t cut_source(struct str fold, size_t pos)
{
	uint8_t last = 0;
	size_t k = 0;
	for (size_t i = 0; i < fold.n; i++) {
		uint8_t c = norm_letter[fold.p[i]];
		if (c && c != last && k++ == pos)
			return i;
		last = c ? c : last;
	}
	return fold.n;
}

uint32_t cut_set(struct str word)
{
	uint32_t set = 0;
	for (size_t i = 0; i < word.n; i++)
		set |= set_bit(word.p[i]);
	return set;
}
