/* received.c - see received.h. First the clauses (received_clauses.c), then the family, then what the family means by its from
 * clause. */
#include "mail/received.h"

#include "base/anomaly.h"
#include "base/ip.h"
#include "base/limits.h"
#include "base/time.h"
#include "mail/date.h"
#include "mail/received_clauses.h"

/* ---- families ---- */

static bool is_sendmail(struct str by_comment)
{
	size_t slash = str_find_byte(by_comment, '/');
	return str_istarts(by_comment, S("Sendmail")) ||
	       (by_comment.n && slash != STR_NPOS && ascii_digit(by_comment.p[0]) &&
		       str_find_byte(str_first(by_comment, slash), '.') != STR_NPOS) ||
	       str_ifind(by_comment, S("/8.")) != STR_NPOS;
}

static bool is_helo_comment(struct str c)
{
	return str_istarts(c, S("HELO ")) || str_istarts(c, S("EHLO ")) || str_ieq(c, S("HELO")) || str_ieq(c, S("EHLO"));
}

static enum received_family family_of(const struct clauses *c)
{
	uint8_t ip[16];
	if (str_istarts(c->head, S("qmail ")))
		return RECEIVED_QMAIL;
	if (c->exim.n)
		return RECEIVED_EXIM;
	if (str_istarts(c->by_comment, S("Postfix")))
		return RECEIVED_POSTFIX;
	if (str_istarts(c->with, S("Microsoft")) || str_istarts(c->with, S("mapi")))
		return RECEIVED_EXCHANGE;
	if (str_iends(c->by, S(".google.com")) || (!c->has_from && c->id.n && ip_parse(c->by, ip)))
		return RECEIVED_GMAIL;
	if (is_sendmail(c->by_comment) || (str_istarts(c->head, S("from ")) && !c->has_from))
		return RECEIVED_SENDMAIL;
	for (size_t i = 0; i < c->n_from_comments; i++) {
		if (is_helo_comment(c->from_comments[i]))
			return RECEIVED_QMAIL;
		if (str_ifind(c->from_comments[i], S("[::ffff:")) != STR_NPOS)
			return RECEIVED_COURIER;
	}
	/* qmail leaves (HELO ..) away when the name is the looked-up one, and knows no id */
	if (c->n_from_comments == 1 && !c->id.n && !c->via.n && !c->by_comment.n && str_istarts(c->with, S("SMTP")) &&
		str_find_byte(c->from_comments[0], ' ') == STR_NPOS && str_find_byte(c->from_comments[0], '[') == STR_NPOS)
		return RECEIVED_QMAIL;
	return RECEIVED_OTHER;
}

/* ---- the from clause ---- */

/* "192.0.2.1:4242", "192.0.2.1.4242" (BSD): without the port. */
static struct str without_port(struct str s)
{
	size_t dots = 0, i = 0;
	for (; i < s.n && s.p[i] != ':' && dots < 4; i++)
		dots += s.p[i] == '.';
	if (dots == 4)
		return str_first(s, i - 1);
	return dots == 3 ? str_first(s, i) : s;
}

static bool set_ip(struct received *r, struct str text)
{
	if (str_starts(text, S("[")))
		text = str_first(str_from(text, 1), str_find_byte(str_from(text, 1), ']'));
	text = without_port(text);
	unsigned len = ip_parse(text, r->ip);
	if (len == 0)
		return false;
	r->ip_len = len;
	r->from_ip = str_istarts(text, S("IPv6:")) ? str_from(text, 5) : text;
	return true;
}

/* Names that MTAs write where they know none. */
static bool is_no_name(struct str s)
{
	static const struct str names[] = {STR_INIT(""), STR_INIT("unknown"), STR_INIT("unverified"), STR_INIT("verified"),
		STR_INIT("softdnserr"), STR_INIT("<unknown.domain>"), STR_INIT("nodnsquery")};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_ieq(s, names[i]))
			return true;
	return false;
}

/* "ident@host" or "host": sets ident and rdns. */
static void set_rdns(struct received *r, struct str s)
{
	uint8_t ip[16];
	size_t at = str_rfind_byte(s, '@');
	if (at != STR_NPOS) {
		r->from_ident = str_istarts(s, S("IDENT:")) ? str_sub(s, 6, at > 6 ? at - 6 : 0) : str_first(s, at);
		s = str_from(s, at + 1);
	}
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	if (!is_no_name(s) && str_find_byte(s, '=') == STR_NPOS && !ip_parse(s, ip))
		r->from_rdns = s;
}

static struct str last_word(struct str s)
{
	s = str_rtrim(s);
	size_t i = s.n;
	while (i > 0 && !ascii_space(s.p[i - 1]))
		i--;
	return str_from(s, i);
}

static struct str first_word(struct str s)
{
	size_t n = 0;
	s = str_trim(s);
	while (n < s.n && !ascii_space(s.p[n]))
		n++;
	return str_first(s, n);
}

/* The client's own words of a comment, which may look like an address: taken out of what is searched for one. */
struct own_words {
	struct str before, after; /* what the server wrote around them */
	bool helo, equals;        /* there is a HELO; as "helo=" */
};

static bool starts_word(struct str c, size_t i)
{
	return i == 0 || i > c.n || ascii_space(c.p[i - 1]) || c.p[i - 1] == '"';
}

/* "HELO x", "account y HELO x", "[1.2.3.4] helo=x", "[1.2.3.4]:25 \"HELO x\"" */
static size_t find_helo(struct str c, bool *equals)
{
	size_t i, from = 0;
	while ((i = str_ifind(str_from(c, from), S("lo"))) != STR_NPOS) {
		i += from;
		from = i + 1;
		if (i < 2)
			continue;
		struct str word = str_sub(c, i - 2, 4), rest = str_from(c, i + 2);
		*equals = rest.n && rest.p[0] == '=' && str_ieq(word, S("helo"));
		bool alone = starts_word(c, i - 2) && (rest.n == 0 || ascii_space(rest.p[0]));
		if (*equals || (alone && (str_ieq(word, S("helo")) || str_ieq(word, S("ehlo")) || str_ieq(word, S("lhlo")))))
			return i - 2;
	}
	*equals = false;
	return STR_NPOS;
}

static struct own_words take_own_words(struct received *r, struct str c)
{
	struct own_words w = {.before = c};
	size_t i = find_helo(c, &w.equals);
	if (i != STR_NPOS) {
		struct str rest = str_from(c, i + 4 + w.equals),
			   helo = rest.n && w.equals && ascii_space(rest.p[0]) ? S("") : first_word(rest);
		w.helo = true;
		w.before = str_first(c, i);
		w.after = helo.n ? str_from(c, (size_t)(helo.p - c.p) + helo.n) : rest;
		r->from_helo = str_ends(helo, S("\"")) ? str_first(helo, helo.n - 1) : helo;
	}
	for (size_t k = 0; k < 2; k++) {
		struct str *s = k ? &w.after : &w.before;
		size_t ident = str_ifind(*s, S("ident="));
		if (ident == STR_NPOS || !starts_word(*s, ident))
			continue;
		r->from_ident = first_word(str_from(*s, ident + 6));
		*s = str_first(*s, ident);
	}
	return w;
}

/* "rdns [ip]", "ident@rdns [ip]", "IDENT:any words@rdns [ip]", "account NAME [ip]", "ip", "ident@ip" */
static void take_address(struct received *r, struct str c)
{
	if (str_istarts(c, S("account "))) { /* the name is the client's, even if it looks like an address */
		size_t end = str_find_byte(str_from(c, 8), ' ');
		c = end == STR_NPOS ? S("") : str_from(c, 8 + end);
	}
	size_t at = str_rfind_byte(c, '@'), skip = at != STR_NPOS && str_istarts(c, S("IDENT:")) ? at : 0;
	size_t open = str_find_byte(str_from(c, skip), '[');
	struct str word = first_word(c);
	open = open == STR_NPOS ? open : skip + open;
	if (open != STR_NPOS && set_ip(r, str_from(c, open))) {
		set_rdns(r, last_word(str_first(c, open)));
		r->rdns_unverified = r->from_rdns.n && str_ifind(str_from(c, open), S("may be forged")) != STR_NPOS;
	} else if (!set_ip(r, str_ends(word, S(",")) ? str_first(word, word.n - 1) : word) && at != STR_NPOS &&
		   set_ip(r, first_word(str_from(c, at + 1))))
		r->from_ident = str_first(c, at);
}

/* A comment of the from clause: "rdns [ip]", "[ip] helo=x", "ident@ip", "HELO x", "ip", TLS chatter. */
static void take_comment(struct received *r, struct str c, struct own_words *all)
{
	struct own_words w = take_own_words(r, c);
	all->helo |= w.helo;
	all->equals |= w.equals;
	if (str_istarts(c, S("Forwarded-For:"))) /* what a proxy was told */
		return;
	if (!r->ip_len)
		take_address(r, w.before);
	if (!r->ip_len)
		take_address(r, w.after);
}

/* "x(1.2.3.4)": the client's own word may go on in parentheses. Only smap writes its peer so. */
static bool is_glued(const struct clauses *c, struct str comment)
{
	const uint8_t *p = comment.p;
	while (p > c->from.p && p[-1] != '(') /* an empty comment may begin where the field ends */
		p--;
	p -= p > c->from.p;
	return p > c->from.p && !ascii_space(p[-1]) && p[-1] != ')';
}

/* The name before the comments is the looked-up one: "rdns ([ip] helo=x)" as Exim, "rdns(ip) .. via smap", a web server's
 * "rdns ([ip]) .. with HTTP". */
static bool is_looked_up(const struct clauses *c, const struct own_words *own)
{
	struct str first = c->from_comments[0];
	return (own->equals && !c->by_comment.n && str_find_byte(c->from, '.') != STR_NPOS) || str_istarts(c->with, S("HTTP")) ||
	       (c->via.n && c->n_from_comments == 1 && first.n && ascii_digit(first.p[0]) && is_glued(c, first));
}

/* "ip" or "name[ip]", with nothing else. */
static void split_name(struct received *r, struct str from)
{
	size_t open = str_find_byte(from, '[');
	if (!set_ip(r, from) && open != STR_NPOS && set_ip(r, str_from(from, open)) && r->from_helo.p == from.p)
		r->from_helo = str_first(from, open);
}

static void read_from(const struct clauses *c, struct received *r)
{
	uint8_t ip[16];
	struct own_words own = {0};
	bool address = ip_parse(c->from, ip) > 0;
	if (r->family == RECEIVED_EXIM && address)
		set_ip(r, c->from);
	for (int glued = 0; glued < 2; glued++)
		for (size_t i = 0; i < c->n_from_comments; i++)
			if (is_glued(c, c->from_comments[i]) == glued)
				take_comment(r, c->from_comments[i], &own);
	if (!r->ip_len)
		(void)set_ip(r, c->from_second);
	if (r->family == RECEIVED_EXIM || r->family == RECEIVED_QMAIL) {
		if (address && !r->ip_len)
			set_ip(r, c->from);
		else if (!address && !is_no_name(c->from))
			r->from_rdns = c->from;
		if (!own.helo)
			r->from_helo = r->from_rdns;
		return;
	}
	bool looked_up = is_looked_up(c, &own);
	bool verified = c->n_from_comments && str_istarts(c->by_comment, S("CommuniGate")) &&
	                str_ends(c->from_comments[0], S("] verified"));
	if ((looked_up || verified) && !address && !r->from_rdns.n)
		set_rdns(r, c->from);
	if (!own.helo && !looked_up && !(address && c->n_from_comments == 0))
		r->from_helo = c->from;
	if (!r->ip_len)
		split_name(r, c->from);
}

/* "(from name [ip]) by mx (SMSSMTP 4.0) with SMTP", unlike Sendmail's "(from user@localhost) by mx" */
static void read_head(const struct clauses *c, struct received *r)
{
	size_t open = str_find_byte(c->head, '[');
	if (!str_istarts(c->head, S("from ")) || open == STR_NPOS || !set_ip(r, str_from(c->head, open)))
		return;
	r->has_from = true;
	r->family = RECEIVED_OTHER;
	r->from_helo = str_istarts(c->with, S("HTTP")) ? S("") : first_word(str_sub(c->head, 5, open - 5));
}

static bool is_local(const struct clauses *c, const struct received *r)
{
	return (str_istarts(c->head, S("from ")) && !r->has_from) || str_ifind(c->head, S("invoked by")) != STR_NPOS ||
	       str_ifind(c->by_comment, S("from userid")) != STR_NPOS || str_ieq(c->with, S("local")) ||
	       str_istarts(c->with, S("local-")) || (str_ieq(c->from, S("mail")) && str_ieq(c->from_second, S("pickup"))) ||
	       (r->has_from && str_ieq(c->from, S("userid")));
}

static bool is_fetched(const struct clauses *c)
{
	return str_istarts(c->with, S("IMAP")) || str_istarts(c->with, S("POP3")) || str_istarts(c->with_comment, S("fetchmail"));
}

static int64_t read_time(struct str value, struct str date)
{
	uint64_t ignored = 0;
	int64_t t = TIME_NONE;
	if (!date.p || !date_parse(date, &t, NULL, &ignored)) {
		size_t i = str_rfind_byte(value, ';');
		if (i != STR_NPOS)
			date_parse(str_from(value, i + 1), &t, NULL, &ignored);
	}
	return t;
}

static struct str without_brackets(struct str s)
{
	if (s.n >= 2 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		return str_sub(s, 1, s.n - 2);
	return s;
}

/* The eircom patch writes the peer into the first line: "invoked from network[1.2.3.4/name]". */
static void read_invoked(struct str head, struct received *r)
{
	size_t open = str_find_byte(head, '['), slash = str_find_byte(head, '/');
	r->qmail_invoked = str_ifind(head, S("invoked ")) != STR_NPOS;
	if (!r->qmail_invoked || open == STR_NPOS || slash == STR_NPOS || slash < open)
		return;
	if (set_ip(r, str_sub(head, open + 1, slash - open - 1)))
		set_rdns(r, str_first(str_from(head, slash + 1), str_find_byte(str_from(head, slash + 1), ']')));
}

void received_parse(struct str value, struct received *out, uint64_t *anomalies)
{
	struct clauses c = {0};
	struct received r = {0};
	value = str_first(value, LIM_HEADER_VALUE);
	received_clauses(value, &c);
	r.family = family_of(&c);
	r.has_from = c.has_from;
	if (r.family == RECEIVED_QMAIL && c.head.n)
		read_invoked(c.head, &r);
	if (!c.has_from)
		read_head(&c, &r);
	else
		read_from(&c, &r);
	r.by = without_brackets(str_ends(c.by, S(",")) ? str_first(c.by, c.by.n - 1) : c.by);
	r.with = c.with.n ? c.with : c.via;
	r.id = without_brackets(c.id);
	r.for_ = without_brackets(c.for_);
	r.local = is_local(&c, &r);
	r.fetched = is_fetched(&c);
	r.time = read_time(value, c.date);
	if (r.time == TIME_NONE || !(c.has_from || c.has_by || c.head.n))
		*anomalies |= ANOM(received_bad);
	*out = r;
}
