/* json.c - see json.h. */
#include "base/json.h"

#include <math.h>
#include <stdio.h>

#include "base/time.h"
#include "base/utf8.h"

static void value(struct json *j)
{
	if (j->comma)
		buf_byte(j->out, ',');
	j->comma = true;
}

static void open_with(struct json *j, uint8_t c)
{
	value(j);
	buf_byte(j->out, c);
	j->comma = false;
}

static void close_with(struct json *j, uint8_t c)
{
	buf_byte(j->out, c);
	j->comma = true;
}

void json_obj(struct json *j)
{
	open_with(j, '{');
}

void json_obj_end(struct json *j)
{
	close_with(j, '}');
}

void json_arr(struct json *j)
{
	open_with(j, '[');
}

void json_arr_end(struct json *j)
{
	close_with(j, ']');
}

static void escape_char(struct buf *b, uint32_t c)
{
	switch (c) {
	case '"':
		buf_add(b, S("\\\""));
		return;
	case '\\':
		buf_add(b, S("\\\\"));
		return;
	case '\n':
		buf_add(b, S("\\n"));
		return;
	case '\t':
		buf_add(b, S("\\t"));
		return;
	case '\r':
		buf_add(b, S("\\r"));
		return;
	default:
		break;
	}
	if (c >= 0x10000 && unicode_is_invisible(c))
		buf_printf(b, "\\u%04x\\u%04x", 0xD800 + ((c - 0x10000) >> 10), 0xDC00 + ((c - 0x10000) & 0x3FF));
	else if (unicode_is_control(c) || unicode_is_invisible(c) || c == 0x2028 || c == 0x2029)
		buf_printf(b, "\\u%04x", c);
	else
		buf_utf8(b, c);
}

static void quoted(struct buf *b, struct str s)
{
	buf_byte(b, '"');
	size_t i = 0;
	while (i < s.n) {
		size_t run = i;
		while (run < s.n && s.p[run] >= 0x20 && s.p[run] < 0x7F && s.p[run] != '"' && s.p[run] != '\\')
			run++;
		buf_add(b, str_sub(s, i, run - i));
		i = run;
		if (i < s.n)
			escape_char(b, utf8_next(s, &i));
	}
	buf_byte(b, '"');
}

void json_key_str(struct json *j, struct str key)
{
	value(j);
	quoted(j->out, key);
	buf_byte(j->out, ':');
	j->comma = false;
}

void json_key(struct json *j, const char *key)
{
	json_key_str(j, str_of(key));
}

void json_str(struct json *j, struct str s)
{
	value(j);
	quoted(j->out, s);
}

void json_z(struct json *j, const char *z)
{
	if (z)
		json_str(j, str_of(z));
	else
		json_nil(j);
}

void json_int(struct json *j, int64_t v)
{
	value(j);
	if (v < 0)
		buf_byte(j->out, '-');
	buf_u64(j->out, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void json_num(struct json *j, double v, int decimals)
{
	if (!isfinite(v)) {
		json_nil(j);
		return;
	}
	value(j);
	if (decimals < 0)
		buf_printf(j->out, "%.*g", -decimals, v);
	else
		buf_printf(j->out, "%.*f", decimals, v);
}

void json_bool(struct json *j, bool v)
{
	json_raw(j, v ? S("true") : S("false"));
}

void json_nil(struct json *j)
{
	json_raw(j, S("null"));
}

void json_time(struct json *j, int64_t unix_s)
{
	char t[TIME_ISO_SIZE];
	time_iso(unix_s, t);
	json_z(j, unix_s == TIME_NONE ? NULL : t);
}

void json_raw(struct json *j, struct str valid_json)
{
	value(j);
	buf_add(j->out, valid_json);
}
