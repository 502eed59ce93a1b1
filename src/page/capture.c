/* capture.c - a stored page read back as far as chains need it; see chain.h. */
#include "base/json_read.h"
#include "page/chain.h"

static struct str text_of(struct arena *a, const json_t *v, bool *oom)
{
	struct str s = json_text(v);
	struct str copy = s.n ? arena_dup(a, s) : S("");
	*oom |= s.n && !copy.p;
	return copy;
}

static enum page_kind kind_of(const json_t *v)
{
	for (int k = 0; k <= PAGE_REVISIT && json_is_string(v); k++)
		if (strcmp(json_string_value(v), page_kind_name((enum page_kind)k)) == 0)
			return (enum page_kind)k;
	return PAGE_OTHER;
}

static enum lead_how how_of(const json_t *v)
{
	for (int h = 0; h <= LEAD_OPEN && json_is_string(v); h++)
		if (strcmp(json_string_value(v), lead_name((enum lead_how)h)) == 0)
			return (enum lead_how)h;
	return LEAD_NONE;
}

int capture_load(struct arena *a, struct str json, struct capture *out)
{
	json_error_t error;
	json_t *o = json_loadb((const char *)json.p, json.n, JSON_ALLOW_NUL, &error);
	const json_t *next = json_object_get(o, "next"), *same = json_object_get(o, "revisit");
	bool oom = !o && json_error_code(&error) == json_error_out_of_memory;
	*out = (struct capture){.url = text_of(a, json_object_get(o, "url"), &oom),
		.time = json_time_of(o, "time"),
		.status = (int)json_int_of(o, "status"),
		.kind = kind_of(json_object_get(o, "kind")),
		.how = how_of(json_object_get(next, "how")),
		.next = text_of(a, json_object_get(next, "url"), &oom),
		.partial = json_is_true(json_object_get(next, "partial")),
		.same_url = text_of(a, json_object_get(same, "url"), &oom),
		.same_time = json_time_of(same, "time")};
	json_decref(o);
	return oom ? -1 : out->url.n != 0;
}
