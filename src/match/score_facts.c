/* score_facts.c - see score_rules.h. */
#include "match/score_rules.h"

enum { LINE_LOOK_BACK = 4096, NAME_IN_HOST_MIN = 6 };

/* ---- the message ---- */
static bool clickable(const struct url *u)
{
	return !(u->flags & (URL_IMAGE | URL_MAILTO | URL_HIDDEN));
}

/* A ">" at the beginning of a line, blanks before it allowed. */
static bool has_quoted_line(struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		size_t step = str_find_byte(str_from(text, i), '>');
		if (step == STR_NPOS)
			return false;
		i += step;
		size_t k = i;
		while (k > 0 && (text.p[k - 1] == ' ' || text.p[k - 1] == '\t') && i - k < 16)
			k--;
		if (k == 0 || text.p[k - 1] == '\n')
			return true;
	}
	return false;
}

/* How subjects begin that are not the mail's own: those of answers, with what mail programs write for "Re:" and "Fwd:" in their
 * users' languages (Wikipedia, "List of email subject abbreviations", of 2026), and a list's "[". */
static const struct {
	const char *begin;
	bool reply;
} not_own[] = {{"re:", true}, {"re[", true}, {"aw:", true}, {"antw:", true}, {"sv:", true}, {"vs:", true}, {"odp:", true},
	{"rif:", true}, {"r:", true}, {"res:", true}, {"ynt:", true}, {"回复", true}, {"答复", true}, {"回覆", true},
	{"fw:", false}, {"fwd:", false}, {"wg:", false}, {"tr:", false}, {"rv:", false}, {"enc:", false}, {"doorst:", false},
	{"i:", false}, {"vb:", false}, {"vl:", false}, {"pd:", false}, {"ilt:", false}, {"转发", false}, {"轉寄", false},
	{"[", false}};

struct mail_facts mail_facts_of(const struct doc *d)
{
	struct mail_facts m = {0};
	for (size_t i = 0; !m.links && i < d->n_urls; i++)
		if (clickable(&d->urls[i])) {
			m.links = true;
			m.first_link = d->urls[i].raw;
		}
	m.quotes = has_quoted_line(d->text);
	m.own_subject = true;
	for (size_t i = 0; i < sizeof not_own / sizeof *not_own; i++)
		if (str_istarts(d->subject, str_of(not_own[i].begin))) {
			m.own_subject = false;
			m.reply |= m.quotes && not_own[i].reply;
		}
	for (size_t i = 0; i < d->n_attachments; i++)
		m.html_attachment |= str_eq(d->attachments[i].type, S("text/html")) ||
		                     str_iends(d->attachments[i].name, S(".html")) || str_iends(d->attachments[i].name, S(".htm"));
	return m;
}

/* What looks like a telephone number within the first bytes of text: nine digits and more, with signs and blanks among them. */
static struct str telephone_number(struct str text)
{
	enum { NEAR = 48, DIGITS = 9, LENGTH = 24 };
	for (size_t i = 0; i < text.n && i < NEAR; i++) {
		size_t digits = 0, k = i;
		if (!ascii_digit(text.p[i]) && text.p[i] != '+' && text.p[i] != '(')
			continue;
		for (; k < text.n && k - i < LENGTH && (ascii_digit(text.p[k]) || memchr("+() .-", text.p[k], 6)); k++)
			digits += ascii_digit(text.p[k]);
		if (digits >= DIGITS)
			return str_trim(str_sub(text, i, k - i));
		i = k;
	}
	return S("");
}

struct str number_to_call(struct str text)
{
	static const char *const asks[] = {"call ", "dial ", "phone ", "contact "};
	for (size_t w = 0; w < sizeof asks / sizeof *asks; w++) {
		struct str word = str_of(asks[w]), rest = text;
		for (size_t at; (at = str_ifind(rest, word)) != STR_NPOS; rest = str_from(rest, at + word.n)) {
			struct str number = telephone_number(str_from(rest, at + word.n));
			if (number.n)
				return number;
		}
	}
	return S("");
}

/* ---- a hit ---- */
static size_t source_at(const struct finder *f, const struct hit *h)
{
	return norm_src_of_fold(&f->norm, h->field, h->from);
}

bool hit_quoted(const struct finder *f, const struct hit *h)
{
	if (h->field != FIELD_TEXT)
		return false;
	struct str src = f->norm.fields[h->field].src;
	size_t at = source_at(f, h), i = at, stop = at > LINE_LOOK_BACK ? at - LINE_LOOK_BACK : 0;
	while (i > stop && src.p[i - 1] != '\n')
		i--;
	while (i < at && (src.p[i] == ' ' || src.p[i] == '\t'))
		i++;
	return i < src.n && src.p[i] == '>';
}

bool hit_after_my(const struct finder *f, const struct hit *h)
{
	const struct norm_field *nf = &f->norm.fields[h->field];
	const uint8_t *p = f->norm.fold + h->from;
	size_t before = h->from - nf->fold;
	return before >= 3 && memcmp(p - 3, "my ", 3) == 0 && (before == 3 || !ascii_alnum(p[-4]));
}

static bool capital(struct str s, size_t i)
{
	return (s.p[i] >= 'A' && s.p[i] <= 'Z') || s.p[i] >= 0xC3; /* beyond ASCII: given the benefit of the doubt */
}

/* "Xx": a capital, then a small letter, at i. */
static bool title_word(struct str s, size_t i)
{
	return i + 1 < s.n && s.p[i] >= 'A' && s.p[i] <= 'Z' && s.p[i + 1] >= 'a' && s.p[i + 1] <= 'z';
}

/* A capitalised word directly after it, or directly before it within a sentence. */
bool hit_in_longer_name(const struct finder *f, const struct hit *h)
{
	struct str src = f->norm.fields[h->field].src, own = hit_source(f, h);
	size_t from = (size_t)(own.p - src.p), to = from + own.n;
	if (h->field != FIELD_TEXT || !title_word(own, 0))
		return false;
	if (to + 1 < src.n && src.p[to] == ' ' && title_word(src, to + 1))
		return true;
	if (from < 3 || src.p[from - 1] != ' ' || !ascii_alpha(src.p[from - 2]))
		return false;
	size_t word = from - 1;
	while (word > 0 && ascii_alpha(src.p[word - 1]))
		word--;
	return title_word(src, word) && word > 1 && src.p[word - 1] == ' ' && src.p[word - 2] >= 'a' && src.p[word - 2] <= 'z';
}

bool hit_is_name(const struct finder *f, const struct hit *h, const struct phrase *p)
{
	bool lower = true;
	for (size_t i = 0; i < p->text.n; i++)
		lower &= !capital(p->text, i) && !ascii_digit(p->text.p[i]);
	if (lower || p->kind == PHRASE_PATTERN) /* the pack itself writes it so */
		return true;
	struct str s = hit_source(f, h);
	size_t words = 0, capitals = 0;
	bool begin = true;
	for (size_t i = 0; i < s.n; i++) {
		bool blank = ascii_space(s.p[i]);
		words += begin && !blank;
		capitals += begin && !blank && (capital(s, i) || ascii_digit(s.p[i]));
		begin = blank;
	}
	return capitals * 2 >= words;
}

/* Words that organisations add to their name in From. */
static bool office_word(struct str w)
{
	static const char *const words[] = {"a", "access", "account", "accounts", "admin", "administrator", "alert", "alerts",
		"and", "assistance", "bank", "banking", "billing", "business", "card", "care", "center", "centre", "client", "co",
		"com", "communications", "confirmation", "contact", "corp", "corporation", "credit", "customer", "customers", "de",
		"delivery", "department", "dept", "desk", "email", "fr", "fraud", "from", "group", "help", "helpdesk", "inc",
		"info", "information", "it", "llc", "login", "ltd", "mail", "mailer", "mailing", "member", "members", "membership",
		"message", "messages", "my", "net", "news", "no", "noreply", "notice", "notification", "notifications", "notify",
		"of", "office", "official", "online", "order", "orders", "org", "payment", "payments", "post", "prevention",
		"protection", "reply", "resolution", "review", "reward", "rewards", "safety", "secure", "security", "server",
		"service", "services", "shipping", "sign", "store", "support", "system", "team", "technical", "the", "tracking",
		"trust", "uk", "update", "updates", "us", "usa", "verification", "verify", "via", "web", "webmail", "your"};
	return str_is_one_of(w, words, sizeof words / sizeof *words);
}

static bool only_office_words(const uint8_t *p, size_t n)
{
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i; end < n && (ascii_alpha(p[end]) || p[end] >= 0x80); end++)
			;
		if (end == i)
			end++;
		else if (!office_word(str_make(p + i, end - i)))
			return false;
	}
	return true;
}

enum claim hit_claim(const struct finder *f, const struct hit *h)
{
	const struct norm_field *nf = &f->norm.fields[h->field];
	if (!only_office_words(f->norm.fold + nf->fold, h->from - nf->fold))
		return CLAIM_NONE;
	return only_office_words(f->norm.fold + h->to, nf->fold_end - h->to) ? CLAIM_WHOLE : CLAIM_LEADS;
}

/* ---- domains ---- */
static bool owns(const struct lexicon *x, struct str host, uint32_t brand)
{
	for (const struct domain_link *l = lexicon_host(x, host); l; l = domain_next(x, l))
		if (l->role == DOMAIN_OWN && l->owner == brand)
			return true;
	return false;
}

/* The lower-cased host of the From address, in the caller's room; empty when it is too long. */
static struct str from_host(struct str from_addr, uint8_t room[256])
{
	size_t at = str_rfind_byte(from_addr, '@');
	struct str h = at == STR_NPOS ? S("") : str_from(from_addr, at + 1);
	if (h.n > 256)
		return S("");
	for (size_t i = 0; i < h.n; i++)
		room[i] = ascii_lower(h.p[i]);
	return str_make(room, h.n);
}

bool from_is_own(const struct lexicon *x, struct str from_addr, uint32_t brand)
{
	uint8_t room[256];
	return owns(x, from_host(from_addr, room), brand);
}

bool programme_sells(const struct lexicon *x, uint32_t programme, uint32_t brand)
{
	const struct pack_programme *p = &x->pack->programmes[programme];
	for (size_t i = 0; i < p->brands.n; i++)
		if (p->brand_at[i] == brand)
			return true;
	return false;
}

/* Does the visible text of a link name one of the brand's domains? */
static bool shows_domain(struct str text, const struct pack_brand *b)
{
	for (size_t i = 0; i < b->domains.n; i++) {
		size_t at = str_ifind(text, b->domains.v[i]);
		if (at == STR_NPOS)
			continue;
		size_t end = at + b->domains.v[i].n;
		bool begins = at == 0 || (!ascii_alnum(text.p[at - 1]) && text.p[at - 1] != '-');
		bool ends = end == text.n || (!ascii_alnum(text.p[end]) && text.p[end] != '-' && text.p[end] != '.');
		if (begins && ends)
			return true;
	}
	return false;
}

/* The brand's name among the URL hits, inside a host that is not its own. */
static bool name_in_host(const struct finder *f, uint32_t brand, struct str host)
{
	for (size_t i = 0; host.n && i < f->n_hits; i++) {
		const struct hit *h = &f->hits[i];
		const struct phrase *p = &f->lexicon->phrases[h->phrase];
		if (h->field == FIELD_URL && p->kind == PHRASE_BRAND && p->owner == brand && p->n_letters >= NAME_IN_HOST_MIN &&
			str_ifind(host, hit_source(f, h)) != STR_NPOS)
			return true;
	}
	return false;
}

/* "paypal.com" in "www.paypal.com.example.net" or "paypal.com-login.example". */
static bool domain_in_host(const struct pack_brand *b, struct str host)
{
	for (size_t i = 0; i < b->domains.n; i++) {
		struct str d = b->domains.v[i];
		size_t at = d.n >= 6 && d.n + 1 < host.n ? str_find(host, d) : STR_NPOS;
		if (at != STR_NPOS && at + d.n + 1 < host.n && !ascii_alnum(host.p[at + d.n]) &&
			(at == 0 || !ascii_alnum(host.p[at - 1])))
			return true;
	}
	return false;
}

struct link_facts link_facts_of(const struct finder *f, const struct doc *d, uint32_t brand)
{
	const struct lexicon *x = f->lexicon;
	const struct pack_brand *b = &x->pack->brands[brand];
	struct link_facts l = {0};
	struct str last = {0}; /* one link after another to one host */
	bool own = false;
	for (size_t i = 0; i < d->n_urls && i < 200; i++) { /* phishing has few */
		const struct url *u = &d->urls[i];
		struct str host = u->host.n ? u->host : u->domain;
		if (!clickable(u) || (u->flags & URL_BARE)) /* a bare domain in the text is more often a name than a link */
			continue;
		if ((u->flags & URL_BAD_HOST) &&
			str_find_byte(host, '%') != STR_NPOS) /* "http://www.shop.ch%20text/" leads nowhere */
			continue;
		bool fresh = !str_eq(host, last);
		last = host;
		own = fresh ? owns(x, host, brand) : own;
		if (own) {
			l.first_own = l.own++ ? l.first_own : u->raw;
			continue;
		}
		l.first_foreign = l.foreign++ ? l.first_foreign : u->raw;
		if (u->flags & URL_IP_HOST)
			l.address = u->raw;
		if (!l.mismatch.n && u->text.n && shows_domain(u->text, b))
			l.mismatch = u->raw;
		if (fresh && !l.domain_in_host.n && domain_in_host(b, host))
			l.domain_in_host = u->raw;
		if (fresh && !l.name_in_host.n && name_in_host(f, brand, host))
			l.name_in_host = u->raw;
	}
	return l;
}

bool mail_is_own(const struct finder *f, const struct doc *d)
{
	uint8_t room[256];
	const struct lexicon *x = f->lexicon;
	for (const struct domain_link *l = lexicon_host(x, from_host(d->from_addr, room)); l; l = domain_next(x, l))
		if (l->role == DOMAIN_OWN) {
			struct link_facts links = link_facts_of(f, d, l->owner);
			if (links.own && !links.foreign)
				return true;
		}
	return false;
}
