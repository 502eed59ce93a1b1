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

/* How far from i on nothing is to be escaped. */
static size_t plain_end(struct str s, size_t i)
{
	const uint64_t ones = 0x0101010101010101u, tops = 0x80 * ones;
#define HAS_ZERO(x) (((x)-ones) & ~(x)&tops)
	for (uint64_t w; s.n - i >= sizeof w; i += sizeof w) {
		memcpy(&w, s.p + i, sizeof w);
		if ((w | (w - 0x20 * ones) | (w + ones) | HAS_ZERO(w ^ '"' * ones) | HAS_ZERO(w ^ '\\' * ones)) & tops)
			break;
	}
#undef HAS_ZERO
	while (i < s.n && s.p[i] >= 0x20 && s.p[i] < 0x7F && s.p[i] != '"' && s.p[i] != '\\')
		i++;
	return i;
}

static void quoted(struct buf *b, struct str s)
{
	size_t i = plain_end(s, 0);
	if (i == s.n && i < b->cap - b->n && b->cap - b->n - i >= 2) { /* the usual case */
		uint8_t *p = b->p + b->n;
		p[0] = '"';
		if (s.n)
			memcpy(p + 1, s.p, s.n);
		p[s.n + 1] = '"';
		b->n += s.n + 2;
		return;
	}
	i = 0;
	buf_byte(b, '"');
	while (i < s.n) {
		size_t run = plain_end(s, i);
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

/* As "%.*f" writes it, when that is sure: not where binary and decimal rounding could differ. */
static bool put_fixed(struct buf *b, double v, int decimals)
{
	static const uint32_t powers[] = {1, 10, 100, 1000, 10000};
	if (decimals < 1 || decimals > 4 || fabs(v) >= 1e5)
		return false;
	double scaled = fabs(v) * powers[decimals], whole = floor(scaled);
	if (fabs(scaled - whole - 0.5) < 1e-4)
		return false;
	uint32_t n = (uint32_t)(whole + (scaled - whole > 0.5));
	if (signbit(v))
		buf_byte(b, '-');
	buf_u64(b, n / powers[decimals]);
	buf_byte(b, '.');
	for (int i = decimals - 1; i >= 0; i--)
		buf_byte(b, (uint8_t)('0' + n / powers[i] % 10));
	return true;
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
	else if (!put_fixed(j->out, v, decimals))
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

void json_opt(struct json *j, const char *key, struct str s)
{
	if (!s.n)
		return;
	json_key(j, key);
	json_str(j, s);
}
