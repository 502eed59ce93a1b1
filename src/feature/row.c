/* row.c - see row.h. */
#include "feature/row.h"

#include <stddef.h>

const struct feature feature_table[FEAT_COUNT] = {
#define FEATURE(name, kind, place, show, meaning) \
	{#name, KIND_##kind, PLACE_##place, SHOW_##show, meaning, offsetof(struct row, name)},
#include "feature/registry.def"
#undef FEATURE
};

enum feature_id feature_find(struct str name)
{
	for (int f = 0; f < FEAT_COUNT; f++)
		if (str_eq(name, str_of(feature_table[f].name)))
			return (enum feature_id)f;
	return FEAT_COUNT;
}

/* All that a row holds beside numbers. */
struct texts {
	struct str *text[FEAT_COUNT + 3];
	struct strs *list[FEAT_COUNT + 1];
	size_t n_text, n_list;
};

static void texts_of(struct row *r, struct texts *t)
{
	t->n_text = t->n_list = 0;
	t->text[t->n_text++] = &r->feed;
	t->text[t->n_text++] = &r->sketch;
	t->text[t->n_text++] = &r->text;
	t->list[t->n_list++] = &r->fingerprint;
	for (int f = 0; f < FEAT_COUNT; f++)
		switch (feature_table[f].kind) {
		case KIND_TEXT:
		case KIND_WORD:
		case KIND_IP:
		case KIND_JSON:
			t->text[t->n_text++] = row_at(r, (enum feature_id)f);
			break;
		case KIND_WORDS:
		case KIND_LIST:
			t->list[t->n_list++] = row_at(r, (enum feature_id)f);
			break;
		case KIND_INT:
		case KIND_TIME:
		case KIND_BITS:
		case KIND_REAL:
		case KIND_HASH:
			break;
		}
}

static void move_text(struct str *s, uint8_t **to)
{
	struct str moved = s->n ? str_make(memcpy(*to, s->p, s->n), s->n) : S("");
	*to += s->n;
	*s = moved;
}

int row_copy(struct arena *a, const struct row *from, struct row *to)
{
	struct texts t;
	size_t entries = 0, bytes = 0;
	*to = *from;
	texts_of(to, &t);
	for (size_t i = 0; i < t.n_text; i++)
		bytes += t.text[i]->n;
	for (size_t i = 0; i < t.n_list; i++) {
		entries += t.list[i]->n;
		for (size_t k = 0; k < t.list[i]->n; k++)
			bytes += t.list[i]->v[k].n;
	}
	struct str *v = arena_alloc(a, entries * sizeof *v + bytes);
	if (!v)
		return ERR_ENV;
	uint8_t *at = (uint8_t *)(v + entries);
	for (size_t i = 0; i < t.n_text; i++)
		move_text(t.text[i], &at);
	for (size_t i = 0; i < t.n_list; i++) {
		struct strs *l = t.list[i];
		for (size_t k = 0; k < l->n; k++) {
			v[k] = l->v[k];
			move_text(&v[k], &at);
		}
		*l = (struct strs){l->n ? v : NULL, l->n};
		v += l->n;
	}
	return 0;
}
