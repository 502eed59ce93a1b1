/* page_item.c - see page_item.h. */
#include "shop/page_item.h"

#include "base/vec.h"

/* *rest: the item without them. 1; 0: they are to be read like the rest; -1: out of memory. A quote behind a comma never stands
 * within a text. */
static int take_tokens(struct arena *a, struct str json, struct str *rest, struct strs *out)
{
	const struct str name = S(",\"tokens\":[");
	VEC(struct str) v = {0};
	size_t from = str_find(json, name), at = from + name.n;
	if (from == STR_NPOS)
		return 0;
	while (at < json.n && json.p[at] == '"') {
		struct str text = str_from(json, at + 1);
		struct str *slot = vec_push(a, &v, SIZE_MAX);
		text.n = str_find_byte(text, '"');
		if (text.n == STR_NPOS || str_find_byte(text, '\\') != STR_NPOS)
			return 0;
		if (!slot)
			return -1;
		*slot = text;
		at += text.n + 2;
		at += at < json.n && json.p[at] == ',';
	}
	if (at >= json.n || json.p[at] != ']')
		return 0;
	uint8_t *p = arena_alloc(a, json.n);
	if (!p)
		return -1;
	memcpy(p, json.p, from);
	memcpy(p + from, json.p + at + 1, json.n - at - 1);
	*rest = str_make(p, from + json.n - at - 1);
	*out = (struct strs){v.v, v.n};
	return 1;
}

static bool list_tokens(struct arena *a, const json_t *page, struct strs *out)
{
	VEC(struct str) v = {0};
	const json_t *one;
	size_t i;
	json_array_foreach(json_object_get(page, "tokens"), i, one)
	{
		struct str *slot = json_is_string(one) ? vec_push(a, &v, SIZE_MAX) : NULL;
		if (json_is_string(one) && !slot)
			return false;
		if (slot)
			*slot = json_text(one);
	}
	*out = (struct strs){v.v, v.n};
	return true;
}

bool page_item_read(struct arena *a, struct str json, struct page_item *out)
{
	struct str rest = json;
	*out = (struct page_item){0};
	int taken = take_tokens(a, json, &rest, &out->tokens);
	out->fields = taken < 0 ? NULL : json_parse(rest);
	if (taken > 0 || (taken == 0 && list_tokens(a, out->fields, &out->tokens)))
		return true;
	json_decref(out->fields);
	*out = (struct page_item){0};
	return false;
}
