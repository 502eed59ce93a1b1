/* url.c - one URL, see url.h. */
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/limits.h"
#include "base/utf8.h"
#include "codec/url_int.h"

/* Bytes of path, query and fragment that stay as they are: letters, digits and these, as bits of 128. */
#define BIT(c) ((uint64_t)1 << ((c)&63))
static const uint64_t plain[2] = {
	BIT('!') | BIT('#') | BIT('$') | BIT('%') | BIT('&') | BIT('\'') | BIT('(') | BIT(')') | BIT('*') | BIT('+') | BIT(',') |
		BIT('-') | BIT('.') | BIT('/') | BIT(':') | BIT(';') | BIT('=') | BIT('?') | (uint64_t)0x3FF << 48,
	BIT('@') | BIT('[') | BIT(']') | BIT('^') | BIT('_') | BIT('{') | BIT('|') | BIT('}') | BIT('~') | 0x07FFFFFE07FFFFFEu,
};

static inline bool plain_byte(uint8_t c)
{
	return c < 128 && (plain[c >> 6] & BIT(c));
}

/* Where the plain bytes from i on end. */
static size_t plain_end(struct str s, size_t i)
{
#ifdef __SSE2__
	for (; s.n - i >= 16; i += 16) {
		__m128i c = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
		__m128i angle = _mm_cmpeq_epi8(_mm_and_si128(c, _mm_set1_epi8((char)~('<' ^ '>'))), _mm_set1_epi8('<' & '>'));
		__m128i quote = _mm_or_si128(_mm_cmpeq_epi8(c, _mm_set1_epi8('"')), _mm_cmpeq_epi8(c, _mm_set1_epi8('`')));
		__m128i other = _mm_or_si128(_mm_cmpeq_epi8(c, _mm_set1_epi8('\\')), _mm_cmpeq_epi8(c, _mm_set1_epi8(0x7F)));
		__m128i low = _mm_cmplt_epi8(c, _mm_set1_epi8('!')); /* beyond ASCII is below 0 */
		int stops = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(angle, quote), _mm_or_si128(other, low)));
		if (stops)
			return i + (size_t)__builtin_ctz((unsigned)stops);
	}
#endif
	while (i < s.n && plain_byte(s.p[i]))
		i++;
	return i;
}

static bool scheme_byte(uint8_t c)
{
	return ascii_alnum(c) || c == '+' || c == '-' || c == '.';
}

/* The length of the scheme in front of ':', 0 when there is none. */
static size_t scheme_length(struct str s)
{
	size_t n = 0;
	while (n < s.n && scheme_byte(s.p[n]))
		n++;
	return n && n < s.n && s.p[n] == ':' && ascii_alpha(s.p[0]) ? n : 0;
}

/* Off both ends: controls and blanks. Anywhere: TAB, LF, CR; that takes a copy. */
static struct str clean(struct arena *arena, struct str s)
{
	while (s.n && s.p[0] <= ' ')
		s = str_from(s, 1);
	while (s.n && s.p[s.n - 1] <= ' ')
		s.n--;
	if (str_find_byte(s, '\t') == STR_NPOS && str_find_byte(s, '\n') == STR_NPOS && str_find_byte(s, '\r') == STR_NPOS)
		return s;
	uint8_t *out = arena_alloc(arena, s.n);
	if (!out)
		return (struct str){NULL, s.n};
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '\t' && s.p[i] != '\n' && s.p[i] != '\r')
			out[n++] = s.p[i];
	return str_make(out, n);
}

static uint8_t *put_escaped(uint8_t *w, uint8_t c)
{
	static const char hex[] = "0123456789ABCDEF";
	*w++ = '%';
	*w++ = (uint8_t)hex[c >> 4];
	*w++ = (uint8_t)hex[c & 15];
	return w;
}

/* A character above ASCII at *i, moved behind it: valid UTF-8 stays, else one byte is percent-encoded. */
static uint8_t *put_high(uint8_t *w, struct str s, size_t *i)
{
	uint8_t c = s.p[*i];
	size_t len = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;
	if (utf8_valid_prefix(str_sub(s, *i, 4)) < len)
		return put_escaped(w, s.p[(*i)++]);
	memcpy(w, s.p + *i, len);
	*i += len;
	return w + len;
}

/* Path, query and fragment, or a userinfo. Valid UTF-8 stays, all else that is not plain is percent-encoded. */
static uint8_t *put_rest(uint8_t *w, struct str s)
{
	bool path = true; /* neither '?' nor '#' in front of `seen` */
	for (size_t i = 0, seen = 0; i < s.n;) {
		size_t run = i;
		i = plain_end(s, i);
		if (i > run)
			memcpy(w, s.p + run, i - run);
		w += i - run;
		if (i == s.n)
			break;
		if (s.p[i] >= 0x80) {
			w = put_high(w, s, &i);
		} else if (s.p[i] == '\\') {
			struct str before = str_sub(s, seen, i - seen);
			path = path && str_find_byte(before, '?') == STR_NPOS && str_find_byte(before, '#') == STR_NPOS;
			seen = i++;
			*w++ = path ? '/' : '\\';
		} else {
			w = put_escaped(w, s.p[i++]);
		}
	}
	return w;
}

struct parts {
	struct str scheme, userinfo, host, port, rest;
	bool has_userinfo;
};

static void split_authority(struct str auth, struct parts *p)
{
	size_t at = str_rfind_byte(auth, '@');
	if (at != STR_NPOS) {
		p->has_userinfo = at > 0;
		p->userinfo = str_first(auth, at);
		auth = str_from(auth, at + 1);
	}
	size_t colon = str_rfind_byte(auth, ':');
	size_t bracket = auth.n && auth.p[0] == '[' ? str_find_byte(auth, ']') : STR_NPOS;
	bool port = colon != STR_NPOS && (bracket == STR_NPOS || colon > bracket);
	for (size_t i = colon + 1; port && i < auth.n; i++)
		port = ascii_digit(auth.p[i]);
	p->host = port ? str_first(auth, colon) : auth;
	p->port = port ? str_from(auth, colon + 1) : (struct str){0};
}

/* in: what stands behind "http:". Any number of slashes and backslashes is "//". */
static void split(struct str in, struct parts *p)
{
	size_t i = 0, n = 0;
	while (slash_at(in, i))
		i++;
	in = str_from(in, i);
	while (n < in.n && in.p[n] != '/' && in.p[n] != '\\' && in.p[n] != '?' && in.p[n] != '#')
		n++;
	split_authority(str_first(in, n), p);
	p->rest = str_from(in, n);
}

static uint8_t *put(uint8_t *w, struct str s)
{
	if (s.n)
		memcpy(w, s.p, s.n);
	return w + s.n;
}

/* The port's digits without leading zeros; empty when it is the scheme's own. */
static struct str odd_port(struct str scheme, struct str port)
{
	while (port.n && port.p[0] == '0')
		port = str_from(port, 1);
	bool own = (str_eq(scheme, S("http")) && str_eq(port, S("80"))) || (str_eq(scheme, S("https")) && str_eq(port, S("443"))) ||
	           (str_eq(scheme, S("ftp")) && str_eq(port, S("21")));
	return own ? (struct str){0} : str_first(port, 8);
}

static int build(struct arena *arena, const struct psl *psl, const struct parts *p, struct url *out)
{
	struct url u = {0};
	/* Every byte may become three; 300 for the canonical host, the port and the separators. */
	size_t room = 3 * (p->scheme.n + p->userinfo.n + p->host.n + p->port.n + p->rest.n) + 320;
	uint8_t *raw = arena_alloc(arena, room), *w = raw;
	if (!raw)
		return -1;
	w = put(put(w, p->scheme), S("://"));
	if (p->has_userinfo) {
		w = put_rest(w, p->userinfo);
		*w++ = '@';
		u.flags |= URL_USERINFO;
	}
	uint8_t *host = w;
	size_t n = url_host(p->host, w, &u.flags);
	if (n == 0) {
		arena_shrink(arena, raw, room, 0);
		return 0;
	}
	w += n;
	u.host = host[0] == '[' && n > 2 ? str_make(host + 1, n - 2) : str_make(host, n);
	struct str port = odd_port(p->scheme, p->port);
	if (port.n) {
		*w++ = ':';
		w = put(w, port);
		u.flags |= URL_PORT;
	}
	if (!p->rest.n || (p->rest.p[0] != '/' && p->rest.p[0] != '\\'))
		*w++ = '/';
	w = put_rest(w, p->rest);
	u.raw = str_make(raw, (size_t)(w - raw));
	arena_shrink(arena, raw, room, u.raw.n);
	url_domains(psl, &u);
	*out = u;
	return 1;
}

static int mailto(struct arena *arena, struct str in, struct url *out)
{
	size_t room = 3 * in.n + 8;
	if (in.n == 0)
		return 0;
	uint8_t *raw = arena_alloc(arena, room);
	if (!raw)
		return -1;
	uint8_t *w = put_rest(put(raw, S("mailto:")), in);
	*out = (struct url){.raw = str_make(raw, (size_t)(w - raw)), .flags = URL_MAILTO};
	arena_shrink(arena, raw, room, out->raw.n);
	return 1;
}

int url_parse(struct arena *arena, const struct psl *psl, struct str in, struct url *out)
{
	in = clean(arena, str_first(in, LIM_URL));
	if (!in.p && in.n)
		return -1;
	size_t n = scheme_length(in);
	struct str scheme = str_first(in, n);
	struct str rest = str_from(in, n + 1);
	struct parts p = {0};
	if (str_ieq(scheme, S("http")))
		p.scheme = S("http");
	else if (str_ieq(scheme, S("https")))
		p.scheme = S("https");
	else if (str_ieq(scheme, S("ftp")))
		p.scheme = S("ftp");
	else
		return str_ieq(scheme, S("mailto")) ? mailto(arena, rest, out) : 0;
	split(rest, &p);
	return build(arena, psl, &p, out);
}

/* ---- relative references ---- */

static struct str join(struct arena *arena, struct str a, struct str b)
{
	uint8_t *out = arena_alloc(arena, a.n + b.n);
	if (!out)
		return (struct str){NULL, 0};
	put(put(out, a), b);
	return str_make(out, a.n + b.n);
}

struct str url_resolve(struct arena *arena, struct str base, struct str ref)
{
	size_t scheme = scheme_length(base);
	if (scheme_length(ref) || !scheme || scheme + 3 > base.n || base.p[scheme + 1] != '/' || base.p[scheme + 2] != '/')
		return ref;
	size_t origin = scheme + 3, path_end;
	while (origin < base.n && base.p[origin] != '/' && base.p[origin] != '?' && base.p[origin] != '#')
		origin++;
	for (path_end = origin; path_end < base.n && base.p[path_end] != '?' && base.p[path_end] != '#';)
		path_end++;
	if (slash_at(ref, 0) && slash_at(ref, 1))
		return join(arena, str_first(base, scheme + 1), ref);
	if (slash_at(ref, 0))
		return join(arena, str_first(base, origin), ref);
	if (ref.n && ref.p[0] == '?')
		return join(arena, str_first(base, path_end), ref);
	if (!ref.n || ref.p[0] == '#') /* the same page: its query stays */
		return join(arena, str_first(base, str_find_byte(base, '#')), ref);
	while (path_end > origin && base.p[path_end - 1] != '/')
		path_end--;
	if (path_end > origin)
		return join(arena, str_first(base, path_end), ref);
	struct str root = join(arena, str_first(base, origin), S("/"));
	return root.p ? join(arena, root, ref) : root;
}
