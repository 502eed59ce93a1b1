/* engine_prints.c - see engine_prints.h. */
#include "analyse/engine_prints.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/sort.h"
#include "engine/fold.h"

struct load {
	struct engine_prints *p;
	struct analysis *a;
	struct engine_model *m;
	uint32_t *token_of; /* by word: token + 1; 0: none of ours */
	size_t n_words;
	struct fold_census *census;  /* NULL: all words are told apart */
	uint16_t least[PRINT_COUNT]; /* messages of a word that is not folded */
	uint8_t *packed;
	size_t room;     /* tokens that p->token, p->family and packed have room for */
	uint32_t *index; /* by hash: print + 1, 0 = empty; a power of two of them */
	size_t n_index, cap_prints, used, cap_bytes;
	struct err *err;
};

/* ---- words ---- */

/* The family of a word that is in a fingerprint, however others look; else PRINT_COUNT. */
static unsigned family_in(const struct load *l, uint32_t id, struct str word)
{
	return id < l->n_words && analysis_in_prints(l->a, id) ? engine_family(word) : PRINT_COUNT;
}

static int count_word(void *ctx, uint32_t id, struct str word)
{
	struct load *l = ctx;
	unsigned family = family_in(l, id, word);
	if (family < PRINT_COUNT)
		l->census->n[family][analysis_in_prints(l->a, id)]++;
	return 0;
}

static int see_word(void *ctx, uint32_t id, struct str word)
{
	struct load *l = ctx;
	unsigned family = family_in(l, id, word);
	if (family >= PRINT_COUNT || analysis_in_prints(l->a, id) < l->least[family])
		return 0;
	uint32_t token = engine_model_token(l->m, word);
	l->token_of[id] = token + 1;
	return token == UINT32_MAX ? err_oom(l->err, "fingerprints") : 0;
}

/* After all that are told apart: one that is written like those is one of them. */
static int fold_word(void *ctx, uint32_t id, struct str word)
{
	struct load *l = ctx;
	unsigned family = family_in(l, id, word);
	if (family >= PRINT_COUNT || analysis_in_prints(l->a, id) >= l->least[family])
		return 0;
	uint32_t token = engine_model_folded(l->m, word);
	l->token_of[id] = token + 1;
	return token == UINT32_MAX ? err_oom(l->err, "fingerprints") : 0;
}

static bool may_be_too_many(const struct load *l, size_t room)
{
	size_t n = 0;
	for (uint32_t id = 0; id < l->n_words && n <= room; id++)
		n += analysis_in_prints(l->a, id) > 0;
	return n > room;
}

static int read_words(struct load *l)
{
	struct store *s = l->a->store;
	size_t room = fold_room(l->m), folded = 0;
	int rc = 0;
	if (may_be_too_many(l, room)) {
		l->census = arena_zalloc(&l->p->arena, 1, sizeof *l->census);
		rc = l->census ? store_words(s, count_word, l, l->err) : err_oom(l->err, "fingerprints");
		folded = rc ? 0 : fold_choose(l->census, room, l->least);
	}
	rc = rc ? rc : store_words(s, see_word, l, l->err);
	if (rc || !folded)
		return rc;
	rc = store_words(s, fold_word, l, l->err);
	return rc ? rc
	          : analysis_left_out(l->a, "fingerprint words", l->err,
			    "Senders are told apart by more different habits than can be held at once: the %zu rarest were compared only roughly, "
			    "so that engines that sent little may be missed.",
			    folded);
}

static bool make_room(struct load *l, size_t tokens)
{
	if (tokens <= l->room)
		return true;
	l->room = 2 * tokens;
	l->p->token = arena_alloc(&l->p->arena, l->room * sizeof *l->p->token);
	l->p->family = arena_alloc(&l->p->arena, l->room);
	l->packed = arena_alloc(&l->p->arena, PACKED_ROOM(l->room));
	return l->p->token && l->p->family && l->packed;
}

/* How many, in l->p->token; words that are written alike (canonical forms) are one token. UINT32_MAX when out of memory. */
static uint32_t tokens_of(struct load *l, const struct store_row *r)
{
	uint32_t *t = l->p->token, k = 0;
	for (size_t i = 0; i < r->nfingerprint; i++) {
		uint32_t word = r->fingerprint[i], token = word < l->n_words ? l->token_of[word] : 0;
		if (token)
			t[k++] = token - 1;
	}
	k = engine_absences(l->m, t, k);
	if (k == UINT32_MAX)
		return k;
	sort_u32(t, k);
	return (uint32_t)unique_u32(t, k);
}

/* ---- each once ---- */

/* Where the print with these tokens stands in the index, or belongs. What is packed tells its own end: none begins as another one. */
static uint32_t *place_of(const struct load *l, struct str packed, uint32_t hash)
{
	for (size_t k = hash & (l->n_index - 1);; k = (k + 1) & (l->n_index - 1)) {
		const struct engine_print *p = l->index[k] ? &l->p->v[l->index[k] - 1] : NULL;
		if (!p || (p->hash == hash && l->used - p->at >= packed.n && memcmp(l->p->bytes + p->at, packed.p, packed.n) == 0))
			return &l->index[k];
	}
}

static bool grow_index(struct load *l)
{
	size_t n = l->n_index ? 2 * l->n_index : 1024;
	uint32_t *index = mem_zalloc(n, sizeof *index);
	if (!index)
		return false;
	for (uint32_t i = 0; i < l->p->n; i++) {
		size_t k = l->p->v[i].hash & (n - 1);
		while (index[k])
			k = (k + 1) & (n - 1);
		index[k] = i + 1;
	}
	mem_free(l->index);
	l->index = index;
	l->n_index = n;
	return true;
}

/* The print of these tokens, + 1; 0: out of memory. */
static uint32_t print_of(struct load *l, struct str packed)
{
	struct engine_prints *p = l->p;
	uint32_t hash = (uint32_t)hash64(packed, map_seed());
	if (3 * l->n_index <= 4 * p->n && !grow_index(l))
		return 0;
	uint32_t *i = place_of(l, packed, hash);
	if (*i > 0)
		return *i;
	if (!mem_room((void **)&p->v, &l->cap_prints, p->n + 1, sizeof *p->v) ||
		!mem_room((void **)&p->bytes, &l->cap_bytes, l->used + packed.n, 1))
		return 0;
	memcpy(p->bytes + l->used, packed.p, packed.n);
	p->v[p->n] = (struct engine_print){.at = l->used, .hash = hash};
	l->used += packed.n;
	return *i = (uint32_t)++p->n;
}

static int load_row(void *ctx, const struct store_row *r)
{
	struct load *l = ctx;
	const struct analysed *m = analysis_find(l->a, r->n);
	if (m)
		analysis_tick(l->a, (size_t)(m - l->a->messages));
	if (!m || !r->nfingerprint)
		return 0;
	uint32_t n = make_room(l, r->nfingerprint + PRINT_COUNT) ? tokens_of(l, r) : UINT32_MAX;
	if (n == UINT32_MAX)
		return err_oom(l->err, "fingerprints");
	uint32_t i = print_of(l, str_make(l->packed, packed_put(l->p->token, n, l->packed)));
	if (!i)
		return err_oom(l->err, "fingerprints");
	l->p->v[i - 1].messages++;
	l->p->of[m - l->a->messages] = i;
	return 0;
}

static int load(struct load *l)
{
	struct store *s = l->a->store;
	l->n_words = l->a->n_words;
	l->token_of = mem_zalloc(l->n_words + 1, sizeof *l->token_of);
	l->p->of = arena_zalloc(&l->p->arena, l->a->n_messages + 1, sizeof *l->p->of);
	if (!l->token_of || !l->p->of)
		return err_oom(l->err, "fingerprints");
	int rc = read_words(l);
	if (!rc)
		rc = store_scan(s, &STORE_FILTER_ALL, 0, STORE_UNORDERED | STORE_IDS | STORE_FINGERPRINTS, load_row, l, l->err);
	return rc ? l->err->kind : 0;
}

int engine_prints_load(struct engine_prints *p, struct analysis *a, struct engine_model *m, struct err *err)
{
	struct load l = {.p = p, .a = a, .m = m, .err = err};
	*p = (struct engine_prints){.model = m};
	arena_init(&p->arena, SIZE_MAX);
	int rc = load(&l);
	mem_free(l.token_of);
	mem_free(l.index);
	if (rc)
		engine_prints_free(p);
	return rc;
}

struct engine_tokens engine_print_tokens(const struct engine_prints *p, size_t i)
{
	size_t n = 0;
	for (struct packed_walk w = packed_begin(engine_print_packed(p, i)); packed_next(&w);) {
		p->token[n] = w.token;
		p->family[n++] = (uint8_t)p->model->tokens.v[w.token].family;
	}
	return (struct engine_tokens){p->token, p->family, n};
}

void engine_prints_free(struct engine_prints *p)
{
	arena_free(&p->arena);
	mem_free(p->v);
	mem_free(p->bytes);
	*p = (struct engine_prints){0};
}
