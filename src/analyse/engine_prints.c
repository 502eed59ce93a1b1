/* engine_prints.c - see engine_prints.h. */
#include "analyse/engine_prints.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/sort.h"

#define UNUSED UINT32_MAX
#define FOREIGN (UINT32_MAX - 1)

struct load {
	struct engine_prints *p;
	struct analysis *a;
	struct engine_model *m;
	struct map distinct; /* word ids as bytes -> print + 1 */
	uint32_t *token_of;  /* by word: UNUSED, FOREIGN (no token of ours), 0 (wanted), token + 1 */
	size_t n_words, most; /* most: words of a fingerprint */
	size_t used, room;    /* of p->bytes */
	struct err *err;
};

static int load_row(void *ctx, const struct store_row *r)
{
	struct load *l = ctx;
	bool fresh;
	const struct analysed *m = analysis_find(l->a, r->n);
	if (!m || !r->nfingerprint)
		return 0;
	struct str key = str_make(r->fingerprint, r->nfingerprint * sizeof *r->fingerprint);
	struct map_entry *e = map_put(&l->distinct, key, &fresh);
	if (!e)
		return err_oom(l->err, "fingerprints");
	if (fresh)
		e->value = l->distinct.n;
	l->most = r->nfingerprint > l->most ? r->nfingerprint : l->most;
	l->p->of[m - l->a->messages] = (uint32_t)e->value;
	for (size_t i = 0; i < r->nfingerprint && fresh; i++)
		if (r->fingerprint[i] < l->n_words && l->token_of[r->fingerprint[i]] == UNUSED)
			l->token_of[r->fingerprint[i]] = 0;
	return 0;
}

static int see_word(void *ctx, uint32_t id, struct str word)
{
	struct load *l = ctx;
	if (id >= l->n_words || l->token_of[id] != 0)
		return 0;
	if (engine_family(word) >= PRINT_COUNT) {
		l->token_of[id] = FOREIGN;
		return 0;
	}
	uint32_t token = engine_model_token(l->m, word); /* beyond the cap: as if it were not there */
	l->token_of[id] = token == UINT32_MAX ? FOREIGN : token + 1;
	return 0;
}

/* Words that are written alike (canonical forms) are one token. How many: in l->p->token; UINT32_MAX when out of memory. */
static uint32_t tokens_of(struct load *l, struct str words)
{
	uint32_t *t = l->p->token, k = 0;
	for (size_t i = 0; i < words.n / sizeof(uint32_t); i++) {
		uint32_t word;
		memcpy(&word, words.p + i * sizeof word, sizeof word);
		uint32_t token = word < l->n_words ? l->token_of[word] : 0;
		if (token && token < FOREIGN)
			t[k++] = token - 1;
	}
	k = engine_absences(l->m, t, k);
	if (k == UINT32_MAX)
		return k;
	sort_u32(t, k);
	return (uint32_t)unique_u32(t, k);
}

static int make_print(struct load *l, const struct map_entry *e, struct engine_print *out)
{
	uint32_t n = tokens_of(l, e->key);
	if (n == UINT32_MAX)
		return err_oom(l->err, "fingerprints");
	if (l->room - l->used < PACKED_ROOM(n)) {
		size_t room = l->room + l->room / 4 + PACKED_ROOM(n) + MIB;
		uint8_t *grown = mem_realloc(l->p->bytes, room);
		if (!grown)
			return err_oom(l->err, "fingerprints");
		l->p->bytes = grown;
		l->room = room;
	}
	out->at = l->used;
	l->used += packed_put(l->p->token, n, l->p->bytes + l->used);
	return 0;
}

static int load(struct load *l)
{
	struct store *s = l->a->store;
	uint32_t max;
	int rc = store_word_max(s, &max, l->err);
	if (rc)
		return rc;
	l->n_words = (size_t)max + 1;
	l->token_of = mem_alloc(l->n_words * sizeof *l->token_of);
	l->p->of = arena_zalloc(&l->p->arena, l->a->n_messages + 1, sizeof *l->p->of);
	if (!l->token_of || !l->p->of)
		return err_oom(l->err, "fingerprints");
	memset(l->token_of, 0xFF, l->n_words * sizeof *l->token_of);
	rc = store_scan(s, &STORE_FILTER_ALL, 0, STORE_UNORDERED | STORE_IDS | STORE_FINGERPRINTS, load_row, l, l->err);
	rc = rc ? rc : store_words(s, see_word, l, l->err);
	if (rc)
		return l->err->kind;
	l->p->n = l->distinct.n;
	l->p->v = arena_zalloc(&l->p->arena, l->p->n + 1, sizeof *l->p->v);
	l->p->token = arena_alloc(&l->p->arena, (l->most + PRINT_COUNT) * sizeof *l->p->token);
	l->p->family = arena_alloc(&l->p->arena, (l->most + PRINT_COUNT) * sizeof *l->p->family);
	if (!l->p->v || !l->p->token || !l->p->family)
		return err_oom(l->err, "fingerprints");
	for (size_t i = 0; i < l->p->n && !rc; i++)
		rc = make_print(l, &l->distinct.entries[i], &l->p->v[i]);
	for (size_t i = 0; i < l->a->n_messages && !rc; i++)
		if (l->p->of[i])
			l->p->v[l->p->of[i] - 1].messages++;
	return rc;
}

int engine_prints_load(struct engine_prints *p, struct analysis *a, struct engine_model *m, struct err *err)
{
	struct load l = {.p = p, .a = a, .m = m, .err = err};
	*p = (struct engine_prints){.model = m};
	arena_init(&p->arena, SIZE_MAX);
	map_init(&l.distinct, SIZE_MAX);
	int rc = load(&l);
	map_free(&l.distinct);
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
	mem_free(p->bytes);
	*p = (struct engine_prints){0};
}
