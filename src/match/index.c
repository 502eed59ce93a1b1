/* index.c - see index.h. */
#include "match/index.h"

#include <stdlib.h>

#include "match/lexicon.h"
#include "match/normalise.h"

enum { FILTER_SHARE = 32 /* bits a key: one word in thirty or fewer passes for nothing */, FILTER_LEAST_LOG2 = 12 };

static int by_key(const void *a, const void *b)
{
	const struct key_entry *x = a, *y = b;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->phrase < y->phrase ? -1 : x->phrase > y->phrase;
}

static unsigned log2_of(size_t n)
{
	unsigned k = 0;
	while ((size_t)1 << k < n)
		k++;
	return k;
}

bool filter_init(struct key_filter *f, struct arena *a, size_t most)
{
	unsigned bits = log2_of(most * FILTER_SHARE);
	if (bits < FILTER_LEAST_LOG2)
		bits = FILTER_LEAST_LOG2;
	f->shift = 64 - bits;
	f->bits = arena_zalloc(a, (size_t)1 << (bits - 6), sizeof *f->bits);
	return f->bits;
}

void filter_add(struct key_filter *f, uint64_t key)
{
	uint64_t bit = key_hash(key) >> f->shift;
	f->bits[bit / 64] |= (uint64_t)1 << bit % 64;
}

static bool keys_init(struct key_set *k, struct arena *a, size_t most)
{
	k->n = 0;
	k->entries = arena_alloc(a, (most + 1) * sizeof *k->entries);
	return k->entries;
}

static void keys_add(struct key_set *k, uint64_t key, uint32_t phrase, uint32_t more)
{
	k->entries[k->n++] = (struct key_entry){key, phrase, more};
}

static bool keys_finish(struct key_set *k, struct arena *a)
{
	unsigned slots = log2_of(k->n * 2 + 2);
	size_t mask = ((size_t)1 << slots) - 1;
	k->slot_shift = 64 - slots;
	k->slots = arena_zalloc(a, mask + 1, sizeof *k->slots);
	if (!k->slots || !filter_init(&k->filter, a, k->n))
		return false;
	qsort(k->entries, k->n, sizeof *k->entries, by_key);
	for (size_t i = 0; i < k->n; i++) {
		if (i && k->entries[i].key == k->entries[i - 1].key)
			continue;
		size_t slot = key_hash(k->entries[i].key) >> k->slot_shift;
		while (k->slots[slot])
			slot = (slot + 1) & mask;
		k->slots[slot] = (uint32_t)i + 1;
		filter_add(&k->filter, k->entries[i].key);
	}
	return true;
}

const struct key_entry *keys_find(const struct key_set *k, uint64_t key, size_t *n)
{
	size_t mask = ((size_t)1 << (64 - k->slot_shift)) - 1;
	*n = 0;
	for (size_t slot = key_hash(key) >> k->slot_shift; k->slots[slot]; slot = (slot + 1) & mask) {
		const struct key_entry *e = &k->entries[k->slots[slot] - 1], *end = k->entries + k->n;
		if (e->key != key)
			continue;
		while (e + *n < end && e[*n].key == key)
			++*n;
		return e;
	}
	return NULL;
}

static void add_literal(struct phrase_index *x, const struct phrase *p, uint32_t id)
{
	uint8_t head[4] = {0};
	size_t n = p->fold.n < sizeof head ? p->fold.n : sizeof head;
	memcpy(head, p->fold.p, n);
	keys_add(&x->literal, key_literal(head, n), id, 0);
	x->signs |= !norm_letter[head[0]];
}

/* Of phrases of two bytes the third may be any. */
static bool add_heads(struct phrase_index *x, struct arena *a, const struct phrase *phrases)
{
	size_t n = x->literal.n;
	for (size_t i = 0; i < x->literal.n; i++)
		n += phrases[x->literal.entries[i].phrase].fold.n == 2 ? 255 : 0;
	if (!filter_init(&x->heads, a, n))
		return false;
	for (size_t i = 0; i < x->literal.n; i++) {
		struct str fold = phrases[x->literal.entries[i].phrase].fold;
		uint8_t head[4] = {fold.p[0], fold.p[1]};
		for (unsigned c = fold.n > 2 ? fold.p[2] : 0, last = fold.n > 2 ? c : 255; c <= last; c++) {
			head[2] = (uint8_t)c;
			filter_add(&x->heads, key_literal(head, 3));
		}
	}
	return true;
}

/* The word with most letters tells most; with the one behind it, or else before it, more still. */
static uint64_t words_key(const struct phrase *p, uint32_t anchor)
{
	const struct phrase_token *t = p->token;
	if (p->n_tokens == 1)
		return key_word(t->set);
	return anchor + 1 < p->n_tokens ? key_words(t[anchor].set, t[anchor + 1].set)
	                                : key_last_words(t[anchor].set, t[anchor - 1].set);
}

static void add_words(struct phrase_index *x, struct phrase *p, uint32_t id)
{
	uint32_t anchor = lexicon_anchor(p);
	for (uint32_t k = 0; k < p->n_tokens; k++)
		p->token[k].set = cut_set(str_make(p->letter + p->token[k].letter, p->token[k].n));
	if (p->token[anchor].n < CUT_WORD_MIN)
		return;
	keys_add(&x->words, words_key(p, anchor), id, anchor);
	filter_add(&x->longest, key_word(p->token[anchor].set));
	if (p->n_tokens > 1)
		filter_add(anchor + 1 < p->n_tokens ? &x->anchors : &x->ends, key_word(p->token[anchor].set));
}

/* Squeezed letters do not lead to the phrase as it is: a sign would be taken for a letter ("yahoo! mail"), or letters are too far apart. */
static bool only_literal(const struct phrase *p)
{
	size_t gap = 0;
	for (size_t i = 0; i < p->fold.n && gap <= CUT_GAP_MAX; i++) {
		if (norm_letter[p->fold.p[i]] && !ascii_alpha(p->fold.p[i]))
			return true;
		gap = ascii_alpha(p->fold.p[i]) ? 0 : gap + 1;
	}
	return gap > CUT_GAP_MAX;
}

static void add_phrase(struct phrase_index *x, struct phrase *p, uint32_t id)
{
	uint8_t head[KEY_LONG] = {0};
	size_t n = p->squeeze.n < KEY_LONG ? p->squeeze.n : KEY_LONG;
	if (!p->squeezable || !norm_letter[p->fold.p[0]] || only_literal(p))
		add_literal(x, p, id);
	if (!p->squeezable)
		return;
	memcpy(head, p->squeeze.p, n);
	keys_add(&x->squeezed, key_short(key_long(head)), id, key_more(key_long(head), n));
	if (p->kind == PHRASE_BRAND && p->squeeze.n >= INSIDE_MIN)
		keys_add(&x->inside, key_long(head), id, 0);
	add_words(x, p, id);
}

static bool add_word_heads(struct phrase_index *x, struct arena *a, const struct phrase *phrases)
{
	x->heads_of_words = arena_zalloc(a, x->words.n + 1, sizeof *x->heads_of_words);
	for (size_t i = 0; x->heads_of_words && i < x->words.n; i++) {
		const struct phrase *p = &phrases[x->words.entries[i].phrase];
		struct phrase_token t = p->token[x->words.entries[i].more];
		x->heads_of_words[i] = (struct word_head){str_load8(str_make(p->letter + t.letter, t.n), 0),
			t.n < 255 ? (uint8_t)t.n : 255, p->n_tokens == 1 && p->fold.n == t.n};
	}
	return x->heads_of_words;
}

bool index_build(struct phrase_index *x, struct arena *a, struct phrase *phrases, size_t n)
{
	struct key_set *all[] = {&x->literal, &x->squeezed, &x->inside, &x->words};
	x->signs = false;
	if (!filter_init(&x->longest, a, n) || !filter_init(&x->anchors, a, n) || !filter_init(&x->ends, a, n))
		return false;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (!keys_init(all[i], a, n))
			return false;
	for (size_t i = 0; i < n; i++)
		if (phrases[i].kind != PHRASE_PATTERN)
			add_phrase(x, &phrases[i], (uint32_t)i);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (!keys_finish(all[i], a))
			return false;
	return add_heads(x, a, phrases) && add_word_heads(x, a, phrases);
}
