/* address.c - see address.h. A scanner cuts the list into mailboxes and group names; each mailbox is then read by itself. */
#include "mail/address.h"

#include "base/anomaly.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "base/vec.h"
#include "codec/charset.h"
#include "codec/rfc2047.h"

enum { LONGEST_WORD = 1000, LONGEST_CHARSET = 40 };

/* An unclosed one was met: from there on they are ordinary characters. Keeps every walk linear. */
struct skipper {
	bool no_quotes, no_comments;
};

struct scanner {
	struct arena *a;
	struct str s;
	size_t at;
	size_t last_semicolon; /* behind it no group can end, so none begins: "Re: you <a@b>" */
	struct skipper skip;
	struct str group_raw, group;
	uint64_t anomalies;
};

/* A mailbox as it stands in the list. */
struct mailbox {
	struct str phrase;  /* all before '<', or all of it */
	struct str angle;   /* between the brackets */
	struct str comment; /* the last one, without parentheses */
	bool has_angle;
};

/* ---- cutting ---- */

/* The length of the quoted string at s.p[at] == '"' with its quotes; 0 when it does not end. */
static size_t quoted_length(struct str s, size_t at)
{
	for (size_t i = at + 1; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			return i + 1 - at;
	}
	return 0;
}

static size_t comment_length(struct str s, size_t at)
{
	size_t depth = 0;
	for (size_t i = at; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '(')
			depth++;
		else if (s.p[i] == ')' && --depth == 0)
			return i + 1 - at;
	}
	return 0;
}

/* The length of the encoded word at s.p[at], so that specials inside it do not count; 0 when there is none. */
static size_t encoded_word_length(struct str s, size_t at)
{
	struct str w = str_sub(s, at, LONGEST_WORD);
	size_t i = 2;
	if (!str_starts(w, S("=?")))
		return 0;
	while (i < w.n && i < LONGEST_CHARSET && w.p[i] > ' ' && w.p[i] != '?' && w.p[i] != '<')
		i++;
	if (i + 2 >= w.n || w.p[i] != '?' || w.p[i + 2] != '?' ||
		!(ascii_lower(w.p[i + 1]) == 'b' || ascii_lower(w.p[i + 1]) == 'q'))
		return 0;
	for (i += 3; i + 1 < w.n && w.p[i] > ' '; i++)
		if (w.p[i] == '?' && w.p[i + 1] == '=')
			return i + 2;
	return 0;
}

/* What may not be cut at `at`: a quoted string, a comment, an encoded word. Its length, or 0. */
static size_t opaque_length(struct skipper *k, struct str s, size_t at)
{
	size_t n = 0;
	if (s.p[at] == '"' && !k->no_quotes) {
		n = quoted_length(s, at);
		k->no_quotes = n == 0;
	} else if (s.p[at] == '(' && !k->no_comments) {
		n = comment_length(s, at);
		k->no_comments = n == 0;
	} else if (s.p[at] == '=') {
		n = encoded_word_length(s, at);
	}
	return n;
}

/* Reads "<...>" at sc->at; stops before a comma when the bracket is not closed. */
static void scan_angle(struct scanner *sc, struct mailbox *m)
{
	size_t start = sc->at + 1, i = start;
	bool route = str_starts(str_trim(str_sub(sc->s, start, 32)), S("@"));
	while (i < sc->s.n) {
		uint8_t c = sc->s.p[i];
		size_t skip = c == '"' ? opaque_length(&sc->skip, sc->s, i) : 0;
		if (c == '>' || (c == ',' && !route))
			break;
		if (c == '<') {
			start = i + 1;
			sc->anomalies |= ANOM(bad_address);
		}
		route = route && c != ':';
		i += skip ? skip : 1;
	}
	m->has_angle = true;
	m->angle = str_sub(sc->s, start, i - start);
	bool closed = i < sc->s.n && sc->s.p[i] == '>';
	if (!closed)
		sc->anomalies |= ANOM(bad_address);
	sc->at = i + closed;
}

static void note_comment(struct mailbox *m, struct str text)
{
	m->comment = str_sub(text, 1, text.n - 2);
}

/* The next mailbox or group name; what ended it: ',' ';' ':' or 0 for the end. */
static uint8_t scan_mailbox(struct scanner *sc, struct mailbox *m)
{
	size_t start = sc->at;
	bool at_sign = false;
	uint8_t end = 0;
	*m = (struct mailbox){0};
	while (sc->at < sc->s.n && !end) {
		uint8_t c = sc->s.p[sc->at];
		size_t skip = opaque_length(&sc->skip, sc->s, sc->at);
		if (skip && c == '(')
			note_comment(m, str_sub(sc->s, sc->at, skip));
		if (skip) {
			sc->at += skip;
		} else if (c == '<' && m->has_angle) { /* a comma is missing */
			sc->anomalies |= ANOM(bad_address);
			return ',';
		} else if (c == '<') {
			if (at_sign)
				sc->anomalies |= ANOM(bad_address);
			m->phrase = str_sub(sc->s, start, sc->at - start);
			scan_angle(sc, m);
		} else if (c == ',' || c == ';' || (c == ':' && !m->has_angle && !at_sign && sc->at < sc->last_semicolon)) {
			end = c;
		} else {
			if ((m->has_angle && !ascii_space(c)) || (c == ':' && !at_sign))
				sc->anomalies |= ANOM(bad_address);
			at_sign |= c == '@';
			sc->at++;
		}
	}
	if (!m->has_angle)
		m->phrase = str_sub(sc->s, start, sc->at - start);
	sc->at += end != 0;
	return end;
}

/* ---- names ---- */

/* Copies a quoted string, with its quotes or as the text it means. Returns the bytes written. */
static size_t copy_quoted(uint8_t *out, struct str quoted, bool as_text)
{
	size_t n = 0;
	if (!as_text) {
		memcpy(out, quoted.p, quoted.n);
		return quoted.n;
	}
	for (size_t i = 1; i + 1 < quoted.n; i++) {
		i += quoted.p[i] == '\\' && i + 2 < quoted.n;
		out[n++] = quoted.p[i];
	}
	return n;
}

enum strip {
	STRIP_COMMENTS = 1,
	STRIP_QUOTES = 2, /* and escapes */
};

/* s without what `what` (enum strip) tells: a part of s where there is nothing to take out, else in the arena. */
static int strip(struct arena *a, struct str s, unsigned what, struct str *out)
{
	struct skipper k = {0};
	size_t n = 0, i = 0, skip;
	s = str_trim(s);
	*out = s;
	while (i < s.n && s.p[i] != '(' && s.p[i] != '"' && s.p[i] != '\\')
		i++;
	if (i == s.n)
		return 0;
	uint8_t *p = arena_alloc(a, s.n);
	if (!p)
		return ERR_ENV;
	for (i = 0; i < s.n; i += skip ? skip : 1) {
		uint8_t c = s.p[i];
		skip = c == '(' || c == '"' ? opaque_length(&k, s, i) : 0;
		if (skip && c == '"')
			n += copy_quoted(p + n, str_sub(s, i, skip), what & STRIP_QUOTES);
		else if ((skip && what & STRIP_COMMENTS) || (c == '"' && what & STRIP_QUOTES))
			continue;
		else if (skip)
			n += copy_quoted(p + n, str_sub(s, i, skip), false);
		else
			p[n++] = c == '\\' && what & STRIP_QUOTES && i + 1 < s.n ? s.p[++i] : c;
	}
	arena_shrink(a, p, s.n, n);
	*out = str_trim(str_make(p, n));
	return 0;
}

/* A display name as readers show it: "Joe (the boss) Doe" keeps its comment; a name that is all comment loses the brackets. */
static int decode_name(struct scanner *sc, struct str phrase, struct str *out)
{
	struct str text;
	if (strip(sc->a, phrase, STRIP_QUOTES, &text))
		return ERR_ENV;
	if (str_starts(str_trim(phrase), S("(")) && comment_length(text, 0) == text.n)
		text = str_sub(text, 1, text.n - 2);
	return rfc2047_decode(sc->a, text, out, &sc->anomalies);
}

/* ---- addr-spec ---- */

static bool good_domain(struct str d)
{
	if (str_starts(d, S("[")))
		return str_ends(d, S("]"));
	bool label = false;
	for (size_t i = 0; i < d.n; i++) {
		if (d.p[i] == '.' && !label)
			return false;
		if (d.p[i] != '.' && d.p[i] != '-' && d.p[i] != '_' && d.p[i] < 0x80 && !ascii_alnum(d.p[i]))
			return false;
		label = d.p[i] != '.';
	}
	return label;
}

/* The length of the atom or quoted string at s.p[at]; 0 when there is none. */
static size_t local_word(struct str s, size_t at)
{
	size_t i = at;
	if (at < s.n && s.p[at] == '"')
		return quoted_length(s, at);
	while (i < s.n && s.p[i] > ' ' && s.p[i] != 0x7F && str_find_byte(S("\"()<>[]:;@\\,."), s.p[i]) == STR_NPOS)
		i++;
	return i - at;
}

/* RFC 5322 4.4: words with dots between them. */
static bool good_local(struct str l)
{
	for (size_t i = 0, n; (n = local_word(l, i)) > 0; i++) {
		i += n;
		if (i == l.n)
			return true;
		if (l.p[i] != '.')
			return false;
	}
	return false;
}

static bool is_compact(struct str s)
{
	size_t at = str_rfind_byte(s, '@');
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == '(' || (at != STR_NPOS && i > at && s.p[i] >= 'A' && s.p[i] <= 'Z'))
			return false;
	return true;
}

/* A copy without white space and comments (RFC 5322 4.4) outside quotes, the domain in lower case. White space elsewhere than
 * beside a dot or the @ is damage. */
static int compact(struct arena *a, struct str s, struct str *out, uint64_t *anomalies)
{
	struct skipper k = {0};
	uint8_t *p = arena_alloc(a, s.n);
	size_t n = 0, domain = 0;
	bool gap = false;
	if (!p)
		return ERR_ENV;
	for (size_t i = 0, skip; i < s.n; i += skip ? skip : 1) {
		uint8_t c = s.p[i];
		skip = c == '"' || c == '(' ? opaque_length(&k, s, i) : 0;
		if (!ascii_space(c) && !(skip && c == '(')) {
			if (gap && n && c != '.' && c != '@' && p[n - 1] != '.' && p[n - 1] != '@')
				*anomalies |= ANOM(bad_address);
			gap = false;
		} else {
			gap = true;
		}
		if (skip && c == '"') {
			memcpy(p + n, s.p + i, skip);
			n += skip;
		} else if (!skip && c > ' ') {
			p[n++] = c;
			domain = c == '@' ? n : domain;
		}
	}
	for (size_t i = domain; domain && i < n; i++)
		p[i] = ascii_lower(p[i]);
	arena_shrink(a, p, s.n, n);
	*out = str_make(p, n);
	return 0;
}

/* Fills addr, local and domain from an addr-spec with whatever is around it. */
static int read_spec(struct scanner *sc, struct str s, struct address *out)
{
	s = str_trim(s);
	if (str_starts(s, S("@"))) { /* a route (RFC 5322 4.4) goes; it is obsolete, not wrong */
		size_t colon = str_find_byte(s, ':');
		s = str_trim(str_from(s, colon == STR_NPOS ? 0 : colon + 1));
	}
	if (str_istarts(s, S("mailto:"))) {
		s = str_from(s, 7);
		sc->anomalies |= ANOM(bad_address);
	}
	if (!is_compact(s) && compact(sc->a, s, &s, &sc->anomalies))
		return ERR_ENV;
	if (!utf8_valid(s) && charset_to_utf8(sc->a, s, S(""), &s, &sc->anomalies))
		return ERR_ENV;
	size_t at = str_rfind_byte(s, '@');
	out->addr = s;
	out->local = str_first(s, at);
	out->domain = at == STR_NPOS ? S("") : str_from(s, at + 1);
	if (str_ends(out->domain, S("."))) {
		out->domain.n--;
		out->addr.n--;
	}
	if (at == STR_NPOS || !good_local(out->local) || !good_domain(out->domain))
		sc->anomalies |= ANOM(bad_address);
	return 0;
}

/* ---- mailboxes ---- */

/* s from `end` on is nothing but " . example . org", the rest of a domain with white space around its dots (RFC 5322 4.4). */
static bool goes_on_in_labels(struct str s, size_t end)
{
	for (struct str rest = str_from(s, end); rest.n; rest = str_trim(rest)) {
		rest = str_trim(rest);
		if (rest.p[0] != '.')
			return false;
		rest = str_trim(str_from(rest, 1));
		if (rest.n == 0 || !ascii_alnum(rest.p[0]))
			return false;
		while (rest.n && !ascii_space(rest.p[0]))
			rest = str_from(rest, 1);
	}
	return true;
}

/* The first word of s with an @ outside quotes, joined over white space beside the @; empty when there is none. */
static struct str find_spec(struct str s)
{
	struct skipper k = {0};
	size_t word = STR_NPOS, before = STR_NPOS, i = 0;
	bool inside = false;
	for (size_t skip; i < s.n; i += skip ? skip : 1) {
		skip = s.p[i] == '"' ? opaque_length(&k, s, i) : 0;
		if (!inside && !ascii_space(s.p[i])) {
			before = word;
			word = i;
		}
		inside = !ascii_space(s.p[i]);
		if (s.p[i] == '@')
			break;
	}
	if (i == s.n)
		return S("");
	size_t start = word == i && before != STR_NPOS ? before : word, end = i + 1;
	while (end < s.n && ascii_space(s.p[end]))
		end++;
	while (end < s.n && !ascii_space(s.p[end]))
		end++;
	return str_sub(s, start, (goes_on_in_labels(s, end) ? s.n : end) - start);
}

/* No angle brackets: "a@b", "Name a@b", "a@b>", "Name", "user". */
static int read_bare(struct scanner *sc, struct str phrase, struct address *out)
{
	struct str text, spec;
	if (strip(sc->a, phrase, STRIP_COMMENTS, &text))
		return ERR_ENV;
	spec = find_spec(text);
	if (spec.n == 0) {
		sc->anomalies |= ANOM(bad_address);
		if (decode_name(sc, phrase, &out->name))
			return ERR_ENV;
		/* the address inside quotes or inside an encoded word, or a local user's name */
		spec = find_spec(out->name);
		if (spec.n == 0 && str_find_byte(out->name, ' ') == STR_NPOS && ascii_only(out->name))
			spec = out->name;
		if (spec.n == out->name.n)
			out->name = S("");
	} else {
		size_t start = (size_t)(spec.p - text.p);
		if (spec.n != text.n)
			sc->anomalies |= ANOM(bad_address);
		if (decode_name(sc, str_first(text, start), &out->name))
			return ERR_ENV;
	}
	size_t whole = spec.n;
	while (spec.n && (spec.p[0] == '<' || spec.p[0] == '\''))
		spec = str_from(spec, 1);
	while (spec.n && (spec.p[spec.n - 1] == '>' || spec.p[spec.n - 1] == '\''))
		spec.n--;
	if (spec.n != whole)
		sc->anomalies |= ANOM(bad_address);
	return spec.n ? read_spec(sc, spec, out) : 0;
}

static int read_mailbox(struct scanner *sc, const struct mailbox *m, struct address *out)
{
	if (!m->has_angle) {
		if (read_bare(sc, m->phrase, out))
			return ERR_ENV;
	} else {
		if (decode_name(sc, m->phrase, &out->name))
			return ERR_ENV;
		if (str_trim(m->angle).n == 0)
			sc->anomalies |= ANOM(bad_address);
		else if (read_spec(sc, m->angle, out))
			return ERR_ENV;
	}
	return out->name.n == 0 && m->comment.n ? decode_name(sc, m->comment, &out->name) : 0;
}

/* Comments and white space only, between addresses or behind a group: no mailbox. What is all of a field is shown as a name. */
static bool is_remark(const struct scanner *sc, struct str text)
{
	size_t n;
	if (text.n == sc->s.n)
		return false;
	while (text.n && text.p[0] == '(' && (n = comment_length(text, 0)) > 0)
		text = str_trim(str_from(text, n));
	return text.n == 0;
}

/* The decoded name of the current group; decoded once, when an address needs it. */
static int group_name(struct scanner *sc, struct str *out)
{
	if (sc->group_raw.n && !sc->group.n) {
		if (decode_name(sc, sc->group_raw, &sc->group))
			return ERR_ENV;
		sc->group_raw = S("");
	}
	*out = sc->group;
	return 0;
}

int address_parse(struct arena *a, struct str raw, struct address_list *out, uint64_t *anomalies)
{
	struct scanner sc = {.a = a, .s = str_trim(str_first(raw, LIM_HEADER_VALUE)), .group = S("")};
	VEC(struct address) list = {0};
	*out = (struct address_list){0};
	size_t semicolon = str_rfind_byte(sc.s, ';');
	sc.last_semicolon = semicolon == STR_NPOS ? 0 : semicolon;
	if (sc.s.n == 0)
		sc.anomalies |= ANOM(bad_address);
	while (sc.at < sc.s.n) {
		struct mailbox m;
		uint8_t end = scan_mailbox(&sc, &m);
		if (end == ':') {
			sc.group_raw = m.phrase;
			sc.group = S("");
			continue;
		}
		struct str text = str_trim(m.phrase);
		if (m.has_angle || (!is_remark(&sc, text) && !(end != ',' && str_ends(text, S(":"))))) {
			if (list.n == LIM_ADDRESSES) {
				sc.anomalies |= ANOM(address_cap);
				break;
			}
			struct address *e = vec_push(a, &list, LIM_ADDRESSES);
			if (!e || read_mailbox(&sc, &m, e) || group_name(&sc, &e->group))
				return ERR_ENV;
		}
		if (end == ';')
			sc.group_raw = sc.group = S("");
	}
	if (sc.skip.no_quotes || sc.skip.no_comments)
		sc.anomalies |= ANOM(bad_address);
	*out = (struct address_list){list.v, list.n};
	*anomalies |= sc.anomalies;
	return 0;
}
