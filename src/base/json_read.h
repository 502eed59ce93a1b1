/* json_read.h - reads back what json.h wrote, over jansson. Hostile strings may hold NULs. All is NULL-safe: what is missing, or of
 * another kind, is empty. A text lives as long as the value does.
 */
#ifndef TRAPLINE_BASE_JSON_READ_H
#define TRAPLINE_BASE_JSON_READ_H

#include <jansson.h>

#include "base/time.h"

/* To be given to json_decref; NULL when it is no object or array. */
static inline json_t *json_parse(struct str text)
{
	return json_loadb((const char *)text.p, text.n, JSON_ALLOW_NUL, NULL);
}

static inline struct str json_text(const json_t *v)
{
	return json_is_string(v) ? str_make(json_string_value(v), json_string_length(v)) : S("");
}

static inline struct str json_text_of(const json_t *object, const char *key)
{
	return json_text(json_object_get(object, key));
}

static inline int64_t json_int_of(const json_t *object, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(object, key));
}

/* TIME_NONE when there is none. */
static inline int64_t json_time_of(const json_t *object, const char *key)
{
	int64_t t;
	return time_parse_iso(json_text_of(object, key), &t) ? t : TIME_NONE;
}

#endif
