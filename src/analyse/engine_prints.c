/* engine_prints.c - see engine_prints.h. */
#include "analyse/engine_prints.h"

#include "base/mem.h"
#include "base/sort.h"

struct load {
	struct engine_prints *p;
	struct analysis *a;
	struct engine_model *m;
	uint32_t *token_of; /* by word: token + 1; 0: none of ours */
	size_t n_words;
	uint8_t *packed;
	size_t room; /* tokens that p->token, p->family and packed have room for */
	struct err *err;
};

/* Only what is in a fingerprint, however others look. */
static int see_word(void *ctx, uint32_t id, struct str word)
{
	struct load *l = ctx;
	if (id >= l->n_words || !analysis_in_prints(l->a, id) || engine_family(word) >= PRINT_COUNT)
		return 0;
	l->token_of[id] = engine_model_token(l->m, word) + 1; /* beyond the cap: as if it were not there */
	return 0;
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

static int load_row(void *ctx, const struct store_row *r)
{
	struct load *l = ctx;
	const struct analysed *m = analysis_find(l->a, r->n);
	if (!m || !r->nfingerprint)
		return 0;
	uint32_t n = make_room(l, r->nfingerprint + PRINT_COUNT) ? tokens_of(l, r) : UINT32_MAX;
	if (n == UINT32_MAX)
		return err_oom(l->err, "fingerprints");
	struct map_entry *e = map_put(&l->p->distinct, str_make(l->packed, packed_put(l->p->token, n, l->packed)), NULL);
	if (!e)
		return err_oom(l->err, "fingerprints");
	e->value++;
	l->p->of[m - l->a->messages] = (uint32_t)(e - l->p->distinct.entries) + 1;
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
	int rc = store_words(s, see_word, l, l->err);
	if (!rc)
		rc = store_scan(s, &STORE_FILTER_ALL, 0, STORE_UNORDERED | STORE_IDS | STORE_FINGERPRINTS, load_row, l, l->err);
	l->p->n = l->p->distinct.n;
	return rc ? l->err->kind : 0;
}

int engine_prints_load(struct engine_prints *p, struct analysis *a, struct engine_model *m, struct err *err)
{
	struct load l = {.p = p, .a = a, .m = m, .err = err};
	*p = (struct engine_prints){.model = m};
	arena_init(&p->arena, SIZE_MAX);
	map_init(&p->distinct, SIZE_MAX);
	int rc = load(&l);
	mem_free(l.token_of);
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
	map_free(&p->distinct);
	*p = (struct engine_prints){0};
}
