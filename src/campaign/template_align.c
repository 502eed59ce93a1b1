/* template_align.c - tokens of a text, and the longest common subsequence of two token lists. See template.h. */
#include "base/hash.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/vec.h"
#include "campaign/template.h"

/* ---- tokens ---- */

/* Open addressing over the arena: no key is copied, the texts outlive it. */
struct token_ids {
	struct {
		struct str text;
		uint32_t id;
	} * slots;
	size_t n, cap; /* cap: power of two */
	bool split;    /* URLs and addresses into their pieces */
};

enum { FIRST_SLOTS = 1024 };

int token_ids_new(struct arena *a, bool split, struct token_ids **out)
{
	struct token_ids *t = arena_zalloc(a, 1, sizeof *t);
	if (!t || !(t->slots = arena_zalloc(a, FIRST_SLOTS, sizeof *t->slots)))
		return ERR_ENV;
	t->cap = FIRST_SLOTS;
	t->split = split;
	*out = t;
	return 0;
}

static uint64_t fold_hash(struct str s)
{
	uint64_t h = 0xcbf29ce484222325;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ ascii_lower(s.p[i])) * 0x100000001b3;
	return h ^ h >> 29;
}

static size_t slot_of(const struct token_ids *t, struct str s)
{
	size_t i = fold_hash(s) & (t->cap - 1);
	while (t->slots[i].id && !str_ieq(t->slots[i].text, s))
		i = (i + 1) & (t->cap - 1);
	return i;
}

static int grow(struct arena *a, struct token_ids *t)
{
	struct token_ids old = *t;
	if (!(t->slots = arena_zalloc(a, old.cap * 2, sizeof *t->slots)))
		return ERR_ENV;
	t->cap = old.cap * 2;
	for (size_t i = 0; i < old.cap; i++)
		if (old.slots[i].id)
			t->slots[slot_of(t, old.slots[i].text)] = old.slots[i];
	return 0;
}

/* From 1; 0 when out of memory. */
static uint32_t id_of(struct arena *a, struct token_ids *t, struct str s)
{
	if (t->n * 2 >= t->cap && grow(a, t))
		return 0;
	size_t i = slot_of(t, s);
	if (!t->slots[i].id) {
		t->slots[i].text = s;
		t->slots[i].id = (uint32_t)++t->n;
	}
	return t->slots[i].id;
}

static bool word_byte(uint8_t c)
{
	return ascii_alnum(c) || c >= 0x80;
}

bool token_is_url(struct str s)
{
	return str_istarts(s, S("http://")) || str_istarts(s, S("https://")) || str_istarts(s, S("www."));
}

bool token_is_address(struct str s)
{
	size_t at = str_find_byte(s, '@');
	return at != STR_NPOS && at && str_find_byte(str_from(s, at), '.') != STR_NPOS;
}

/* Length of the URL or the address that begins here, without the punctuation behind it; 0: neither. */
static size_t whole(struct str s)
{
	size_t n = 0;
	while (n < s.n && n < UINT16_MAX && !ascii_space(s.p[n]) && !strchr("<>\"()", s.p[n]))
		n++;
	while (n && !word_byte(s.p[n - 1]) && s.p[n - 1] != '/')
		n--;
	struct str chunk = str_first(s, n);
	return token_is_url(chunk) || token_is_address(chunk) ? n : 0;
}

/* Where the next token ends. *not_whole: the chunk up to there is neither URL nor address, so it is looked at once. */
static size_t token_end(struct str text, size_t from, bool split, size_t *not_whole)
{
	size_t i = from;
	if (!split && from >= *not_whole && word_byte(text.p[from])) {
		i += whole(str_from(text, from));
		if (i == from)
			for (*not_whole = from; *not_whole < text.n && !ascii_space(text.p[*not_whole]);)
				++*not_whole;
	}
	if (i == from)
		while (i < text.n && word_byte(text.p[i]) && i - from < UINT16_MAX)
			i++;
	return i;
}

static int cut(struct arena *a, struct token_ids *ids, struct str text, size_t max, bool known, struct tokens *out)
{
	VEC(struct token) list = {0};
	size_t i = 0, not_whole = 0;
	*out = (struct tokens){.text = text};
	while (list.n < max) {
		bool space = false;
		while (i < text.n && ascii_space(text.p[i]))
			i++, space = true;
		if (i == text.n)
			break;
		size_t from = i, end = token_end(text, i, ids->split, &not_whole);
		i = end > from ? end : from + 1;
		struct str s = str_sub(text, from, i - from);
		struct token *k = vec_push(a, &list, max);
		uint32_t id = known ? ids->slots[slot_of(ids, s)].id : id_of(a, ids, s);
		if (!k || (!id && !known))
			return ERR_ENV;
		*k = (struct token){id, (uint32_t)from, (uint16_t)s.n, space, end > from};
	}
	out->v = list.v;
	out->n = list.n;
	out->more = str_trim(str_from(text, i)).n > 0;
	return 0;
}

int tokenise(struct arena *a, struct token_ids *ids, struct str text, struct tokens *out)
{
	return cut(a, ids, text, LIM_TEMPLATE_TOKENS, false, out);
}

int tokenise_known(struct arena *a, struct token_ids *ids, struct str text, struct tokens *out)
{
	return cut(a, ids, text, LIM_TEXT, true, out);
}

/* ---- alignment ---- */

enum { WORD_BITS = 64 };

struct lcs {
	size_t words;    /* of 64 bits for one row */
	uint64_t *rows;  /* one for each token of y, and the first */
	uint64_t *masks; /* by slot of the table below */
	uint32_t *keys;  /* id -> mask, open addressing; 0: free */
	size_t cap;
};

static size_t mask_of(const struct lcs *l, uint32_t id)
{
	size_t i = (id * 0x9E3779B1u) & (l->cap - 1);
	while (l->keys[i] && l->keys[i] != id)
		i = (i + 1) & (l->cap - 1);
	return i;
}

static int prepare(struct arena *a, struct lcs *l, const struct tokens *x, const struct tokens *y)
{
	l->words = x->n / WORD_BITS + 1;
	for (l->cap = 16; l->cap < 2 * x->n; l->cap *= 2)
		;
	l->rows = arena_alloc(a, (y->n + 1) * l->words * sizeof *l->rows);
	l->masks = arena_zalloc(a, l->cap * l->words, sizeof *l->masks);
	l->keys = arena_zalloc(a, l->cap, sizeof *l->keys);
	if (!l->rows || !l->masks || !l->keys)
		return ERR_ENV;
	for (size_t i = 0; i < x->n; i++) {
		size_t k = mask_of(l, x->v[i].id);
		l->keys[k] = x->v[i].id;
		l->masks[k * l->words + i / WORD_BITS] |= (uint64_t)1 << i % WORD_BITS;
	}
	return 0;
}

/* Hyyrö: V' = (V + (V & M)) | (V & ~M), over l->words words. A zero bit i: the subsequence grows at token i. */
static void next_row(const struct lcs *l, const uint64_t *v, const uint64_t *mask, uint64_t *out)
{
	unsigned carry = 0;
	for (size_t w = 0; w < l->words; w++) {
		uint64_t u = v[w] & mask[w], sum = v[w] + u, total = sum + carry;
		carry = sum < u || total < sum;
		out[w] = total | (v[w] & ~mask[w]);
	}
}

static bool bit(const uint64_t *row, size_t i)
{
	return row[i / WORD_BITS] >> i % WORD_BITS & 1;
}

static void trace_back(const struct lcs *l, size_t nx, size_t ny, int32_t *partner)
{
	size_t i = nx, j = ny;
	while (i && j) {
		const uint64_t *row = l->rows + j * l->words, *above = row - l->words;
		if (bit(row, i - 1)) {
			i--;
		} else if (j > 1 && !bit(above, i - 1)) {
			j--;
		} else {
			i--, j--;
			partner[i] = (int32_t)j;
		}
	}
}

int align_tokens(struct arena *a, const struct tokens *x, const struct tokens *y, int32_t *partner)
{
	struct lcs l = {0};
	struct arena_mark mark = arena_mark(a);
	for (size_t i = 0; i < x->n; i++)
		partner[i] = -1;
	if (prepare(a, &l, x, y))
		return ERR_ENV;
	memset(l.rows, 0xFF, l.words * sizeof *l.rows);
	for (size_t j = 0; j < y->n; j++) {
		uint64_t *row = l.rows + j * l.words;
		size_t k = mask_of(&l, y->v[j].id);
		if (l.keys[k])
			next_row(&l, row, l.masks + k * l.words, row + l.words);
		else
			memcpy(row + l.words, row, l.words * sizeof *row);
	}
	trace_back(&l, x->n, y->n, partner);
	arena_release(a, mark);
	return 0;
}
