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
