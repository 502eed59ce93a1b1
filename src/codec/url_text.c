/* url_text.c - URLs in text: what a mail reader would make a link of, and a little more. */
#include "base/limits.h"
#include "codec/psl.h"
#include "codec/url_int.h"

static inline bool host_byte(uint8_t c)
{
	return ascii_alnum(c) || c == '-' || c == '.' || c == '_';
}

/* What ends a URL in text: white space, what stands around URLs, and all above ASCII (for hosts see host_start_end). */
#define BIT(c) ((uint64_t)1 << ((c)&63))
static inline bool stop_byte(uint8_t c)
{
	static const uint64_t marks[2] = {
		BIT('"') | BIT('<') | BIT('>'),
		BIT('\\') | BIT('^') | BIT('`') | BIT('{') | BIT('|') | BIT('}'),
	};
	return c <= ' ' || c >= 127 || (marks[c >> 6] & BIT(c));
}

/* Top-level domains that are taken for one without a path behind them: none is a word that might follow a full
 * stop, nor a usual file extension or a member in program text. */
static const char plain_tlds[][8] = {"com", "net", "org", "info", "biz", "edu", "gov", "mobi", "eu", "uk", "de", "fr", "nl", "ru",
	"su", "ua", "cn", "hk", "tw", "jp", "kr", "br", "ca", "au", "nz", "za", "ch", "cz", "sk", "hu", "ro", "se", "dk", "fi",
	"tv", "cc", "ws", "io", "xyz", "online", "shop", "club", "icu", "vip", "example"};

static bool plain_tld(struct str tld)
{
	for (size_t i = 0; i < sizeof plain_tlds / sizeof *plain_tlds; i++)
		if (str_ieq(tld, str_of(plain_tlds[i])))
			return true;
	return false;
}

static size_t find_from(struct str s, size_t from, uint8_t c)
{
	size_t i = str_find_byte(str_from(s, from), c);
	return i == STR_NPOS ? i : from + i;
}

struct url_scan url_scan_start(struct str text, const struct psl *psl)
{
	return (struct url_scan){.text = text, .psl = psl, .colon = find_from(text, 0, ':'), .dot = find_from(text, 0, '.')};
}

/* Does the text look like quoted-printable that nobody decoded? Only then "=\n" inside a URL is a soft line break. */
static bool has_soft_breaks(struct url_scan *s)
{
	if (!s->soft_breaks) {
		bool yes = str_find(s->text, S("=3D")) != STR_NPOS || str_find(s->text, S("=20\n")) != STR_NPOS;
		s->work += s->text.n;
		s->soft_breaks = yes ? 1 : -1;
	}
	return s->soft_breaks > 0;
}

/* Text at..end, from behind "://", is still within the host, which never holds '='. */
static bool in_host(const struct url_scan *s, size_t from, size_t end)
{
	struct str t = str_sub(s->text, from, end - from);
	return str_find_byte(t, '/') == STR_NPOS && str_find_byte(t, '?') == STR_NPOS;
}

/* Where a word ends from i on; a bracket that closes what was not opened in it ends it, too (Thunderbird). */
static size_t word_end(struct str t, size_t i, size_t *round, size_t *square)
{
	static const uint8_t brackets[128] = {['('] = 1, [')'] = 2, ['['] = 3, [']'] = 4};
	for (; i < t.n && !stop_byte(t.p[i]); i++) {
		uint8_t kind = brackets[t.p[i]];
		size_t *open = kind < 3 ? round : square;
		if (!kind)
			continue;
		if (kind & 1)
			++*open;
		else if (*open == 0)
			break;
		else
			--*open;
	}
	return i;
}

/* Where the URL whose host starts at `host` ends; read on from i. */
static size_t url_end(struct url_scan *s, size_t host, size_t i, bool *soft)
{
	const uint8_t *p = s->text.p;
	size_t from = i, n = s->text.n, round = 0, square = 0;
	for (;;) {
		i = word_end(s->text, i, &round, &square);
		bool eol =
			i < n && i > from && p[i - 1] == '=' && (p[i] == '\n' || (p[i] == '\r' && i + 1 < n && p[i + 1] == '\n'));
		if (!eol || i - from > LIM_URL || !(in_host(s, host, i) || has_soft_breaks(s)))
			break;
		*soft = true;
		i += p[i] == '\r' ? 2 : 1;
	}
	s->work += i - from;
	return i;
}

/* A URL in angle brackets may be broken over lines (RFC 3986 appendix C): on to the '>' if it comes soon, else end. */
static size_t angle_end(struct url_scan *s, size_t end)
{
	const uint8_t *p = s->text.p;
	size_t n = s->text.n, i = end;
	for (int lines = 0; lines < 3; lines++) {
		i += i < n && p[i] == '\r';
		if (i >= n || p[i] != '\n')
			break;
		size_t line = ++i;
		while (i < n && i - line < LIM_URL && !stop_byte(p[i]))
			i++;
		s->work += i - line;
		if (i == line || i == n)
			break;
		if (p[i] == '>')
			return i;
	}
	return end;
}

/* Punctuation that ends the sentence rather than the URL; closing brackets that were not opened in it. */
static size_t trim_end(struct str text, size_t from, size_t end)
{
	size_t round = 0, square = 0, open_round = 0, open_square = 0;
	for (size_t i = from; i < end; i++) {
		uint8_t c = text.p[i];
		round += c == ')';
		square += c == ']';
		open_round += c == '(';
		open_square += c == '[';
	}
	for (; end > from; end--) {
		uint8_t c = text.p[end - 1];
		if (c == ')' && round > open_round)
			round--;
		else if (c == ']' && square > open_square)
			square--;
		else if (!strchr(".,;:!?'*", c) || c == 0)
			break;
	}
	return end;
}

static bool known_tld(const struct psl *psl, struct str host)
{
	size_t dot = str_rfind_byte(host, '.');
	uint8_t low[64];
	struct str tld = dot == STR_NPOS ? (struct str){0} : str_from(host, dot + 1);
	if (tld.n < 2 || tld.n >= sizeof low || !ascii_alpha(tld.p[0]))
		return false;
	for (size_t i = 0; i < tld.n; i++)
		low[i] = ascii_lower(tld.p[i]);
	return psl ? psl_known_tld(psl, str_make(low, tld.n)) : plain_tld(tld);
}

/* Spaces and quotation marks above ASCII. */
static bool ends_host(const uint8_t *p, size_t n)
{
	static const struct str marks[] = {STR_INIT("\u00A0"), STR_INIT("\u3000"), STR_INIT("\u00AB"), STR_INIT("\u00BB"),
		STR_INIT("\u2018"), STR_INIT("\u2019"), STR_INIT("\u201C"), STR_INIT("\u201D"), STR_INIT("\u201E"),
		STR_INIT("\u2026")};
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (str_starts(str_make(p, n), marks[i]))
			return true;
	return false;
}

/* The end of the authority that is read up to i already. */
static size_t authority_end(const struct url_scan *s, size_t i)
{
	const uint8_t *p = s->text.p;
	while (i < s->text.n && !stop_byte(p[i]) && p[i] != '/' && p[i] != '?' && p[i] != '#')
		i++;
	return i;
}

/* From behind "://": bytes above 127 belong to the host when what stands before them is none by itself. */
static size_t host_start_end(const struct url_scan *s, size_t i)
{
	size_t n = s->text.n, at = str_rfind_byte(str_sub(s->text, i, authority_end(s, i) - i), '@');
	i += at == STR_NPOS ? 0 : at + 1; /* behind the userinfo */
	size_t from = i;
	while (i < n && host_byte(s->text.p[i]))
		i++;
	if (i == n || s->text.p[i] < 0x80 || known_tld(s->psl, str_rtrim(str_sub(s->text, from, i - from))))
		return i;
	while (i < n && i - from < 255 && (host_byte(s->text.p[i]) || (s->text.p[i] >= 0x80 && !ends_host(s->text.p + i, n - i))))
		i++;
	return i;
}

/* "http" in front of the colon at i; where it starts, or STR_NPOS. */
static size_t scheme_before(const struct url_scan *s, size_t i)
{
	static const struct {
		const char *name;
		size_t n;
	} schemes[] = {{"https", 5}, {"http", 4}, {"ftp", 3}};
	for (size_t k = 0; k < 3; k++)
		if (i >= s->floor + schemes[k].n &&
			str_ieq(str_sub(s->text, i - schemes[k].n, schemes[k].n), str_of(schemes[k].name)))
			return i - schemes[k].n;
	return STR_NPOS;
}

/* "http://one.example,http://two.example", "http://one.example'": where a host that is whole ends within the authority, before what can
 * be no part of it. STR_NPOS: nowhere. */
static size_t host_cut(const struct url_scan *s, size_t host, size_t end)
{
	const uint8_t *p = s->text.p;
	size_t at = str_rfind_byte(str_sub(s->text, host, end - host), '@'), from = at == STR_NPOS ? host : host + at + 1, i = from,
	       cut;
	while (i < end && (host_byte(p[i]) || p[i] >= 0x80 || p[i] == '%'))
		i++;
	if (i == end || (p[i] == '[' && i == from) || (p[i] == '=' && i + 1 == end))
		return STR_NPOS;
	cut = i;
	if (p[i] == ':') {
		while (cut + 1 < end && ascii_digit(p[cut + 1]))
			cut++;
		if (cut + 1 == end && !(cut == i && slash_at(s->text, end)))
			return STR_NPOS;
		cut += cut > i;
		if (i + 1 == end && slash_at(s->text, end)) /* "one.examplehttp://two.example" */
			cut = i = scheme_before(s, i);
		if (i == STR_NPOS || i <= from)
			return STR_NPOS;
	}
	return known_tld(s->psl, str_rtrim(str_sub(s->text, from, i - from))) ? cut : STR_NPOS;
}

/* A host at the end of the URL does not end in these. */
static size_t trim_host(struct str text, size_t authority, size_t end)
{
	while (end <= authority && (text.p[end - 1] == '-' || text.p[end - 1] == '_'))
		end--;
	return end;
}

static bool with_scheme(struct url_scan *s, size_t colon, struct str *token, bool *soft)
{
	s->at = colon + 1;
	if (!slash_at(s->text, colon + 1) || !slash_at(s->text, colon + 2))
		return false;
	size_t from = scheme_before(s, colon);
	if (from == STR_NPOS)
		return false;
	size_t host = colon + 3;
	while (slash_at(s->text, host))
		host++;
	size_t start = host_start_end(s, host), authority = authority_end(s, start), end = host_cut(s, host, authority);
	s->work += authority - host;
	if (end == STR_NPOS)
		end = url_end(s, host, start, soft);
	if (from > 0 && s->text.p[from - 1] == '<')
		end = angle_end(s, end);
	s->at = end;
	end = trim_host(s->text, authority, trim_end(s->text, host, end));
	*token = str_sub(s->text, from, end - from);
	return end > host;
}

static bool one_case(struct str host, struct str tld)
{
	bool lower = false, upper = false, tld_lower = false, tld_upper = false;
	for (size_t i = 0; i < host.n; i++) {
		uint8_t c = host.p[i];
		bool in_tld = i >= host.n - tld.n;
		if (!ascii_alpha(c))
			continue;
		*(c >= 'a' ? (in_tld ? &tld_lower : &lower) : (in_tld ? &tld_upper : &upper)) = true;
	}
	return !tld_upper || (!tld_lower && !lower);
}

/* A Latin, Greek or Cyrillic letter above ASCII ends at i: the word began before. (Chinese is written without spaces.) */
static bool is_letter_before(struct str text, size_t i)
{
	return i >= 2 && (text.p[i - 1] & 0xC0) == 0x80 && text.p[i - 2] >= 0xC3 && text.p[i - 2] <= 0xD4;
}

/* Is the word at from..end, a host without a scheme, meant as one? path: a path follows. */
static bool plausible_host(const struct url_scan *s, struct str host, bool path, uint8_t before, unsigned *flags)
{
	size_t dot = str_rfind_byte(host, '.');
	struct str tld = str_from(host, dot + 1);
	if (dot == STR_NPOS || dot == 0 || host.n > 253 || tld.n < 2 || !ascii_alpha(tld.p[0]) ||
		str_find(host, S("..")) != STR_NPOS)
		return false;
	*flags = URL_SCHEMELESS;
	if (str_istarts(host, S("www.")) && dot > 4)
		return before != '@';
	*flags |= URL_BARE;
	if ((before && strchr("@/\\=&#%~+$", before)) || is_letter_before(s->text, (size_t)(host.p - s->text.p)))
		return false;
	if (host.p[0] == '.' || host.p[0] == '-' || host.p[0] == '_')
		return false;
	if (!path && (!plain_tld(tld) || !one_case(host, tld)))
		return false;
	return known_tld(s->psl, host);
}

static bool without_scheme(struct url_scan *s, size_t dot, struct str *token, unsigned *flags, bool *soft)
{
	const uint8_t *p = s->text.p;
	size_t from = dot, end = dot, n = s->text.n;
	while (from > s->at && host_byte(p[from - 1]))
		from--;
	while (end < n && host_byte(p[end]))
		end++;
	uint8_t before = from > 0 ? p[from - 1] : 0, after = end < n ? p[end] : 0;
	s->work += end - from;
	s->at = end;
	size_t host_end = end;
	while (host_end > from && (p[host_end - 1] == '.' || p[host_end - 1] == '-' || p[host_end - 1] == '_'))
		host_end--;
	struct str host = str_sub(s->text, from, host_end - from);
	bool more = host_end == end && (after == '/' || after == '?' || (after == ':' && end + 1 < n && ascii_digit(p[end + 1])));
	bool path = more && end + 1 < n && !stop_byte(p[end + 1]);
	if (after == '@' || !plausible_host(s, host, path, before, flags))
		return false;
	if (more || (after == '=' && host_end == end)) {
		end = url_end(s, from, end, soft);
		s->at = end;
		host_end = trim_end(s->text, from, end);
		if (!more && !*soft)
			host_end = from + host.n;
	}
	*token = str_sub(s->text, from, host_end - from);
	return true;
}

bool url_scan_next(struct url_scan *s, struct str *token, unsigned *flags, bool *soft)
{
	for (;;) {
		if (s->colon != STR_NPOS && s->colon < s->at)
			s->colon = find_from(s->text, s->at, ':');
		if (s->dot != STR_NPOS && s->dot < s->at)
			s->dot = find_from(s->text, s->at, '.');
		if (s->colon == STR_NPOS && s->dot == STR_NPOS) {
			s->work += s->text.n - s->at;
			return false;
		}
		*flags = 0;
		*soft = false;
		bool found;
		if (s->colon < s->dot) {
			found = with_scheme(s, s->colon, token, soft);
		} else if (s->dot + 1 < s->text.n && ascii_alnum(s->text.p[s->dot + 1]) && s->dot > s->at &&
			   host_byte(s->text.p[s->dot - 1])) {
			found = without_scheme(s, s->dot, token, flags, soft);
		} else {
			s->at = s->dot + 1;
			found = false;
		}
		if (found) {
			s->floor = s->at;
			return true;
		}
	}
}
