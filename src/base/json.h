/* json.h - writes JSON (RFC 8259) into a buf. Reading JSON is jansson's.
 *
 * Commas are placed by the writer. Strings are made valid UTF-8 (bad bytes become U+FFFD); control, bidi and invisible
 * characters, U+2028/2029 and DEL are written as \u escapes, so that the output is safe to look at in a terminal and is
 * the same data to a parser.
 */
#ifndef TRAPLINE_BASE_JSON_H
#define TRAPLINE_BASE_JSON_H

#include "base/buf.h"

struct json {
	struct buf *out;
	bool comma; /* a comma is due before the next value */
};

static inline struct json json_to(struct buf *out)
{
	return (struct json){out, false};
}
void json_obj(struct json *j);     /* { */
void json_obj_end(struct json *j); /* } */
void json_arr(struct json *j);     /* [ */
void json_arr_end(struct json *j); /* ] */
void json_key(struct json *j, const char *key);
void json_key_str(struct json *j, struct str key);
/* A key written in the code that needs no escapes. */
#define JSON_KEY(j, key) json_key_plain((j), S("\"" key "\":"))
static inline void json_key_plain(struct json *j, struct str quoted)
{
	if (j->comma)
		buf_byte(j->out, ',');
	buf_add(j->out, quoted);
	j->comma = false;
}
void json_str(struct json *j, struct str s);
void json_z(struct json *j, const char *z); /* NULL gives null */
void json_int(struct json *j, int64_t v);
void json_num(struct json *j, double v, int decimals); /* not finite: null; decimals < 0: as many significant digits */
void json_bool(struct json *j, bool v);
void json_nil(struct json *j);                  /* null; jansson owns the name json_null, and one symbol would serve both */
void json_time(struct json *j, int64_t unix_s); /* "2010-08-01T00:19:38Z"; TIME_NONE: null */
void json_raw(struct json *j, struct str valid_json);
void json_opt(struct json *j, const char *key, struct str s); /* "key":"s", or nothing where s is empty */

#endif
