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

static int copy_str(struct arena *a, struct str s, struct str *out)
{
	*out = S("");
	if (!s.n)
		return 0;
	*out = arena_dup(a, s);
	return out->p ? 0 : ERR_ENV;
}

static int copy_strs(struct arena *a, struct strs l, struct strs *out)
{
	*out = (struct strs){NULL, 0};
	if (!l.n)
		return 0;
	struct str *v = arena_alloc(a, l.n * sizeof *v);
	for (size_t i = 0; v && i < l.n; i++)
		if (copy_str(a, l.v[i], &v[i]))
			return ERR_ENV;
	*out = (struct strs){v, l.n};
	return v ? 0 : ERR_ENV;
}

int row_copy(struct arena *a, const struct row *from, struct row *to)
{
	*to = *from;
	if (copy_str(a, from->feed, &to->feed) || copy_str(a, from->sketch, &to->sketch) || copy_str(a, from->text, &to->text) ||
		copy_strs(a, from->fingerprint, &to->fingerprint))
		return ERR_ENV;
	for (int f = 0; f < FEAT_COUNT; f++) {
		int rc = 0;
		switch (feature_table[f].kind) {
		case KIND_TEXT:
		case KIND_WORD:
		case KIND_IP:
		case KIND_JSON:
			rc = copy_str(a, *(const struct str *)row_get(from, (enum feature_id)f), row_at(to, (enum feature_id)f));
			break;
		case KIND_WORDS:
		case KIND_LIST:
			rc = copy_strs(a, *(const struct strs *)row_get(from, (enum feature_id)f), row_at(to, (enum feature_id)f));
			break;
		case KIND_INT:
		case KIND_TIME:
		case KIND_BITS:
		case KIND_REAL:
		case KIND_HASH:
			break;
		}
		if (rc)
			return rc;
	}
	return 0;
}
