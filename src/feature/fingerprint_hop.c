/* fingerprint_hop.c - Received fields that the sender made up or relayed, and the name it gave in HELO. */
#include "base/ip.h"
#include "feature/fingerprint_int.h"
#include "mail/date.h"

/* WORDS: what follows tells recipients and queue ids. NOISE: bytes of a comment. */
enum { WORDS = 14, NOISE = 40 };

static bool is_keyword(struct str s)
{
	static const char *const words[] = {
		[2] = "byidOKbe",
		[3] = "forviauidmay",
		[4] = "fromwithSMTPsmtpHTTPLMTPmailEximheloHELOEHLOehlouser",
		[5] = "qmailESMTPesmtplocalHTTP;",
		[6] = "ESMTPAESMTPSServerforged",
		[7] = "invokednetworkESMTPSASMTPSVCservicePostfixunknownwebmailaccount",
		[8] = "SendmailInternetverified",
		[9] = "Microsoftlocalhost",
		[12] = "SquirrelMail",
		[13] = "authenticated",
	};
	return print_listed(words, sizeof words / sizeof *words, s);
}

/* What ends a word: 1 blanks, 2 signs that stand by themselves. */
static const uint8_t ends_word[256] = {[' '] = 1,
	['\t'] = 1,
	['\n'] = 1,
	['\v'] = 1,
	['\f'] = 1,
	['\r'] = 1,
	['('] = 2,
	[')'] = 2,
	['['] = 2,
	[']'] = 2,
	['<'] = 2,
	['>'] = 2,
	[','] = 2,
	[';'] = 2,
	[':'] = 2,
	['='] = 2,
	['{'] = 2,
	['}'] = 2};

/* A word between brackets and blanks: kept when the software says it, else its kind. */
static void add_core(const struct print *p, struct str w, struct val *v)
{
	uint8_t ip[16];
	unsigned len;
	if (is_keyword(w))
		val_add(v, w);
	else if (ascii_digit(w.p[0]) && (len = ip_parse(w, ip))) /* without ':' none of IPv6 */
		val_byte(v, len == p->t->ip_len && memcmp(ip, p->t->ip, len) == 0 ? 'P' : 'I');
	else if (str_find_byte(w, '@') != STR_NPOS)
		val_byte(v, 'E');
	else if (p->mid_host.n && str_ieq(w, p->mid_host))
		val_byte(v, 'M');
	else if (p->from.local.n && str_ieq(w, p->from.local))
		val_byte(v, 'U');
	else if (p->from.domain.n && str_iends(w, p->from.domain))
		val_byte(v, 'F');
	else if (p->t->helo.n && str_ieq(w, p->t->helo))
		val_byte(v, 'S');
	else if (p->t->by.n && str_ieq(w, p->t->by))
		val_byte(v, 'B');
	else if (str_find_byte(w, '.') != STR_NPOS)
		val_byte(v, 'H');
	else
		print_coarse(str_first(w, 64), v);
}

/* "(2N*-TYBC2 54BK)" where a server names its software: letters and signs drawn anew for each message. The length up to the bracket that
 * closes it; 0: there is none. No software's name is without small letters and has such signs. */
static size_t noise_length(struct str s)
{
	static const uint8_t odd[256] = {['*'] = 1,
		['?'] = 1,
		['\''] = 1,
		['+'] = 1,
		[','] = 1,
		[';'] = 1,
		[':'] = 1,
		['<'] = 1,
		['>'] = 1,
		['='] = 1,
		['!'] = 1};
	size_t id = str_find(s, S("id ")), n;
	if (id == STR_NPOS || id > NOISE)
		return 0;
	for (n = id; n > 0 && ascii_space(s.p[n - 1]); n--)
		;
	bool any = false;
	for (size_t i = 0; i < n; i++) {
		any |= odd[s.p[i]];
		if (s.p[i] >= 'a' && s.p[i] <= 'z')
			return 0;
	}
	return any && n > 1 && s.p[n - 1] == ')' ? n : 0;
}

static void put_form(struct print *p, struct str s)
{
	VAL(v);
	size_t words = 0, i = 0, noise;
	size_t date = str_rfind_byte(s, ';');
	struct str zone = str_from(s, str_rfind_byte(s, ' ') + 1);
	s = str_first(s, date);
	while (i < s.n && words < WORDS) {
		size_t from = i;
		if (ends_word[s.p[i]] == 1) {
			val_byte(&v, ' ');
			while (i < s.n && ascii_space(s.p[i]))
				i++;
		} else if (s.p[i] == '(' && i > 5 && str_ieq(str_sub(s, i - 5, 4), S("smtp")) &&
			   (noise = noise_length(str_from(s, i)))) {
			val_add(&v, S("(?)"));
			i += noise;
		} else if (ends_word[s.p[i]]) {
			val_byte(&v, s.p[i++]);
		} else {
			while (i < s.n && !ends_word[s.p[i]])
				i++;
			struct str word = str_sub(s, from, i - from);
			add_core(p, word, &v);
			words++;
			if (str_eq(word, S("id"))) /* the rest is the message's */
				break;
		}
	}
	if (date != STR_NPOS) {
		val_add(&v, S("; "));
		val_add(&v, str_eq(zone, S("+0000")) || str_eq(zone, S("-0000")) ? zone
			    : zone.n && zone.p[0] == '('                         ? S("(z)")
										 : S("z"));
	}
	print_val(p, PRINT_rcvd, &v);
}

/* The sender's own clock wrote both. */
static void put_time(struct print *p, struct str s)
{
	int64_t t;
	int zone;
	uint64_t ignored = 0;
	VAL(v);
	size_t semicolon = str_rfind_byte(s, ';');
	if (semicolon == STR_NPOS || p->when.date == TIME_NONE || !date_parse(str_from(s, semicolon + 1), &t, &zone, &ignored))
		return;
	print_distance(p->when.date - t, &v);
	val_add(&v, zone * 60 == p->when.zone_s ? S(" same zone") : S(" other zone"));
	print_val(p, PRINT_rcvd_time, &v);
}

static void put_received(struct print *p)
{
	VAL(v);
	size_t n = 0;
	for (size_t i = 0; i < p->n_sent; i++)
		n += p->sent[i]->id == HDR_received;
	if (p->n_sent) {
		val_num(&v, n < 4 ? n : 4);
		print_val(p, PRINT_rcvd_n, &v);
	}
	if (!n)
		return;
	struct str uppermost = print_field(p, HDR_received);
	put_time(p, uppermost);
	put_form(p, uppermost);
}

/* The last two numbers of the address stand in the name: one given by a provider. */
static bool has_address(struct str helo, const struct trace *t)
{
	VAL(c);
	VAL(d);
	if (t->ip_len != 4 || helo.n < 7)
		return false;
	val_num(&c, t->ip[2]);
	val_num(&d, t->ip[3]);
	return str_find(helo, val_str(&c)) != STR_NPOS && str_find(helo, val_str(&d)) != STR_NPOS &&
	       str_find_byte(helo, '.') != STR_NPOS && ascii_alpha(helo.p[helo.n - 1]);
}

static void put_helo(struct print *p)
{
	struct str helo = p->t->helo;
	VAL(v);
	struct shape s;
	if (!helo.n)
		return;
	print_host(p, helo, true, &v);
	if (has_address(helo, p->t))
		val_add(&v, S("+ip"));
	print_val(p, PRINT_helo, &v);
	if (!str_starts(val_str(&v), S("word:")) && !str_starts(val_str(&v), S("name")))
		return;
	print_shape(str_first(helo, str_find_byte(helo, '.')), NULL, &s);
	print_val(p, PRINT_helo_x, &s.exact);
}

void print_hops(struct print *p)
{
	put_received(p);
	put_helo(p);
}
