/* tags.c - see tags.h. */
#include "page/tags.h"

#include "base/limits.h"

static bool name_end(uint8_t c)
{
	return ascii_space(c) || c == '/' || c == '>';
}

/* s begins behind "<!": past the comment or declaration. */
static struct str past_markup(struct str s)
{
	size_t i;
	if (str_starts(s, S("--"))) {
		i = str_find(str_from(s, 2), S("-->"));
		return i == STR_NPOS ? str_from(s, s.n) : str_from(s, i + 5);
	}
	i = str_find_byte(s, '>');
	return i == STR_NPOS ? str_from(s, s.n) : str_from(s, i + 1);
}

/* The length of the attributes at s: up to the '>' that is not in quotes. */
static size_t attrs_length(struct str s)
{
	for (size_t i = 0; i < s.n;) {
		uint8_t c = s.p[i];
		if (c == '>')
			return i;
		if (c == '=') {
			i++;
			while (i < s.n && ascii_space(s.p[i]))
				i++;
			if (i < s.n && (s.p[i] == '"' || s.p[i] == '\'')) {
				size_t end = str_find_byte(str_from(s, i + 1), s.p[i]);
				if (end == STR_NPOS)
					return s.n;
				i += end + 2;
			}
			continue;
		}
		i++;
	}
	return s.n;
}

/* The place of "</NAME" in s, s.n when it never ends. */
static size_t raw_end(struct str s, struct str name)
{
	for (size_t at = 0;;) {
		size_t i = str_find_pair(s, at, '<', '/');
		if (i == STR_NPOS)
			return s.n;
		struct str behind = str_from(s, i + 2);
		if (str_istarts(behind, name) && (behind.n == name.n || name_end(behind.p[name.n])))
			return i;
		at = i + 2;
	}
}

bool tag_here(struct str *rest, struct tag *out)
{
	struct str s = str_from(*rest, 1);
	bool end = s.n && s.p[0] == '/';
	if (end)
		s = str_from(s, 1);
	if (!s.n || !ascii_alpha(s.p[0]))
		return false;
	size_t n = 1;
	while (n < s.n && !name_end(s.p[n]))
		n++;
	*out = (struct tag){.name = str_first(s, n), .end = end};
	s = str_from(s, n);
	n = attrs_length(s);
	out->attrs = str_first(s, n);
	*rest = str_from(s, n + 1);
	return true;
}

bool tag_next(struct str *rest, struct tag *out)
{
	struct str s = *rest;
	for (size_t i; (i = str_find_byte(s, '<')) != STR_NPOS;) {
		s = str_from(s, i);
		if (s.n > 1 && (s.p[1] == '!' || s.p[1] == '?')) {
			s = past_markup(str_from(s, 2));
			continue;
		}
		if (!tag_here(&s, out)) {
			s = str_from(s, 1);
			continue;
		}
		if (!out->end && (str_ieq(out->name, S("script")) || str_ieq(out->name, S("style")))) {
			size_t n = raw_end(s, out->name);
			out->text = str_first(s, n);
			s = str_from(s, n);
		}
		*rest = s;
		return true;
	}
	*rest = str_from(s, s.n);
	return false;
}

bool tag_attr(struct str *attrs, struct str *name, struct str *value)
{
	struct str s = *attrs;
	size_t i = 0;
	while (i < s.n && (ascii_space(s.p[i]) || s.p[i] == '/'))
		i++;
	s = str_from(s, i);
	if (!s.n) {
		*attrs = s;
		return false;
	}
	i = 1;
	while (i < s.n && s.p[i] != '=' && !ascii_space(s.p[i]) && s.p[i] != '/')
		i++;
	*name = str_first(s, i);
	while (i < s.n && ascii_space(s.p[i]))
		i++;
	*value = S("");
	if (i == s.n || s.p[i] != '=') {
		*attrs = str_from(s, i);
		return true;
	}
	for (i++; i < s.n && ascii_space(s.p[i]);)
		i++;
	s = str_from(s, i);
	if (s.n && (s.p[0] == '"' || s.p[0] == '\'')) {
		size_t end = str_find_byte(str_from(s, 1), s.p[0]);
		*value = str_sub(s, 1, end == STR_NPOS ? s.n : end);
		*attrs = str_from(s, end == STR_NPOS ? s.n : end + 2);
		return true;
	}
	for (i = 0; i < s.n && !ascii_space(s.p[i]);)
		i++;
	*value = str_first(s, i);
	*attrs = str_from(s, i);
	return true;
}

struct str tag_value(const struct tag *t, struct str name)
{
	struct str rest = t->attrs, n, v;
	for (size_t i = 0; i < LIM_ATTRS && tag_attr(&rest, &n, &v); i++)
		if (str_ieq(n, name))
			return v;
	return (struct str){0};
}
