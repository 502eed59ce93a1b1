/* url_unwrap.c - links that a mail filter of the receiving side has put its own in place of, see url_int.h.
 *
 * Each form is its maker's: Microsoft's Safe Links, Proofpoint's URL Defense (whose published decoder this follows), Barracuda,
 * Cisco, Symantec, Sophos, Trend Micro, Libraesva, FireEye, Avanan. Those that keep the target to themselves (Mimecast, Inky)
 * cannot be undone. Redirectors that a sender chooses are none of these.
 */
#include "codec/base64.h"
#include "codec/url_int.h"

/* Filters behind one another: the feed's, the one of who forwards to it, theirs again. More are made by hand. */
enum { LAYERS = 4 };

enum form {
	PERCENT, /* the parameter, percent-encoded */
	DASHES,  /* the parameter, with '-' for '%' and '_' for '/' */
	BASE64,  /* the parameter, in base64 */
	STARS,   /* __TARGET__;REPLACED! where '*' and '**' and a count stand for characters of REPLACED, which is in base64 */
	BARS,    /* ___TARGET___. */
	SEGMENT, /* what follows the path's first segment, percent-encoded */
};

static const struct wrapper {
	struct str host, path, parameter; /* a host with a dot in front: any below it; the path's beginning */
	enum form form;
} wrappers[] = {
	{STR_INIT(".safelinks.protection.outlook.com"), STR_INIT("/"), STR_INIT("url="), PERCENT},
	{STR_INIT("urldefense.com"), STR_INIT("/v3/__"), STR_INIT(""), STARS},
	{STR_INIT("urldefense.us"), STR_INIT("/v3/__"), STR_INIT(""), STARS},
	{STR_INIT("urldefense.proofpoint.com"), STR_INIT("/v3/__"), STR_INIT(""), STARS},
	{STR_INIT("urldefense.proofpoint.com"), STR_INIT("/v2/"), STR_INIT("u="), DASHES},
	{STR_INIT("urldefense.proofpoint.com"), STR_INIT("/v1/"), STR_INIT("u="), PERCENT},
	{STR_INIT("linkprotect.cudasvc.com"), STR_INIT("/url"), STR_INIT("a="), PERCENT},
	{STR_INIT("secure-web.cisco.com"), STR_INIT("/"), STR_INIT(""), SEGMENT},
	{STR_INIT("clicktime.symantec.com"), STR_INIT("/"), STR_INIT("u="), PERCENT},
	{STR_INIT(".protection.sophos.com"), STR_INIT("/"), STR_INIT("u="), BASE64},
	{STR_INIT(".trendmicro.com"), STR_INIT("/wis/clicktime/"), STR_INIT("url="), PERCENT},
	{STR_INIT("urlsand.esvalabs.com"), STR_INIT("/"), STR_INIT("u="), PERCENT},
	{STR_INIT("protect.fireeye.com"), STR_INIT("/"), STR_INIT("u="), PERCENT},
	{STR_INIT("protect2.fireeye.com"), STR_INIT("/"), STR_INIT("u="), PERCENT},
	{STR_INIT("url.avanan.click"), STR_INIT("/v2/___"), STR_INIT(""), BARS},
	{STR_INIT("protect.checkpoint.com"), STR_INIT("/v2/___"), STR_INIT(""), BARS},
};

/* The value of a parameter ("u=") in path, query and fragment; empty without one. */
static struct str value_of(struct str rest, struct str parameter)
{
	struct str query = str_from(rest, str_find_byte(rest, '?'));
	for (struct str left = str_from(query, 1), one; str_next(&left, '&', &one);)
		if (str_istarts(one, parameter))
			return str_from(one, parameter.n);
	return S("");
}

/* s with "%41" undone in place; escape is '%' or what stands for it. */
static size_t undo_percent(uint8_t *s, size_t n, uint8_t escape)
{
	size_t out = 0;
	for (size_t i = 0; i < n; i++) {
		int hi = s[i] == escape && i + 2 < n ? ascii_hex(s[i + 1]) : -1;
		int lo = hi >= 0 ? ascii_hex(s[i + 2]) : -1;
		if (lo >= 0)
			i += 2;
		s[out++] = lo >= 0 ? (uint8_t)(hi << 4 | lo) : s[i];
	}
	return out;
}

static struct str percent(struct arena *arena, struct str s, enum form form)
{
	uint8_t *out = arena_alloc(arena, s.n);
	if (!out)
		return (struct str){NULL, 0};
	for (size_t i = 0; i < s.n; i++)
		out[i] = form == DASHES && s.p[i] == '_' ? '/' : s.p[i];
	return str_make(out, undo_percent(out, s.n, form == DASHES ? '-' : '%'));
}

/* In the alphabet of URLs, too. */
static struct str from_base64(struct arena *arena, struct str s)
{
	uint64_t ignored = 0;
	uint8_t *in = arena_alloc(arena, s.n), *out = arena_alloc(arena, BASE64_OUT_MAX(s.n));
	if (!in || !out)
		return (struct str){NULL, 0};
	for (size_t i = 0; i < s.n; i++)
		in[i] = s.p[i] == '-' ? '+' : s.p[i] == '_' ? '/' : s.p[i];
	return str_make(out, base64_decode(str_make(in, s.n), out, &ignored));
}

/* How many characters "**" and c stand for; 0 when c is no count. */
static size_t run_of(uint8_t c)
{
	size_t of = c >= 'A' && c <= 'Z' ? (size_t)(c - 'A') : c >= 'a' && c <= 'z' ? (size_t)(c - 'a') + 26 : STR_NPOS;
	if (ascii_digit(c))
		of = (size_t)(c - '0') + 52;
	if (c == '-' || c == '_')
		of = c == '-' ? 62 : 63;
	return of == STR_NPOS ? 0 : of + 2;
}

static struct str stars(struct arena *arena, struct str s)
{
	size_t end = str_find(s, S("__;"));
	if (end == STR_NPOS)
		return S("");
	struct str code = str_from(s, end + 3), left = from_base64(arena, str_first(code, str_find_byte(code, '!')));
	uint8_t *out = left.p ? arena_alloc(arena, end + left.n) : NULL;
	size_t n = 0;
	for (size_t i = 0; out && i < end; i++) {
		size_t run = s.p[i] == '*' ? 1 : 0;
		if (run && i + 2 < end && s.p[i + 1] == '*' && run_of(s.p[i + 2]))
			run = run_of(s.p[i += 2]);
		if (!run)
			out[n++] = s.p[i];
		for (; run && left.n; run--)
			do
				out[n++] = left.p[0], left = str_from(left, 1);
			while (left.n && (left.p[0] & 0xC0) == 0x80);
	}
	return str_make(out, n);
}

/* What stands before the last such end, which the filter wrote: the target may hold one, in its host's name even. Empty without one. */
static struct str before_last(struct str s, struct str end)
{
	for (size_t i = s.n; i-- > 0;)
		if (str_starts(str_from(s, i), end))
			return str_first(s, i);
	return S("");
}

/* What stands in rest (path, query, fragment) as w's filter writes it, empty when nothing does. {NULL,0} on out of memory. */
static struct str target_of(struct arena *arena, const struct wrapper *w, struct str rest)
{
	struct str behind = str_from(rest, w->path.n), value = value_of(rest, w->parameter);
	switch (w->form) {
	case STARS:
		return stars(arena, behind);
	case BARS:
		return before_last(behind, S("___."));
	case SEGMENT:
		return percent(arena, str_from(str_from(behind, str_find_byte(behind, '/')), 1), PERCENT);
	case BASE64:
		value = percent(arena, value, PERCENT);
		return value.p ? from_base64(arena, value) : value;
	default:
		return percent(arena, value, w->form);
	}
}

static const struct wrapper *wrapper_of(const struct url *u, struct str *rest)
{
	if (u->flags & (URL_MAILTO | URL_USERINFO | URL_PORT | URL_IP_HOST | URL_ENCODED_HOST))
		return NULL;
	for (size_t i = 0; i < sizeof wrappers / sizeof *wrappers; i++) {
		const struct wrapper *w = &wrappers[i];
		if (w->host.p[0] == '.' ? !str_ends(u->host, w->host) : !str_eq(u->host, w->host))
			continue;
		*rest = str_from(u->raw, str_find(u->raw, S("://")) + 3 + u->host.n);
		if (str_starts(*rest, w->path))
			return w;
	}
	return NULL;
}

int url_unwrap(struct arena *arena, const struct psl *psl, struct url *u)
{
	struct str rest;
	for (int i = 0; i < LAYERS; i++) {
		const struct wrapper *w = wrapper_of(u, &rest);
		struct url inner;
		if (!w)
			return 0;
		struct str target = target_of(arena, w, rest);
		int r = target.p ? url_parse(arena, psl, target, &inner) : -1;
		if (r < 0)
			return -1;
		if (r == 0 || (inner.flags & (URL_MAILTO | URL_BAD_HOST)))
			return 0;
		*u = inner;
	}
	return 0;
}
