/* fingerprint_relation.c - how addresses, names and words are written, and which of them repeat each other. */
#include "base/utf8.h"
#include "feature/fingerprint_int.h"

/* "iso-8859-1?Q": the first encoded word of s. */
static bool encoded_word(struct str s, struct val *out, size_t *at)
{
	*at = str_find_pair(s, 0, '=', '?');
	if (*at == STR_NPOS)
		return false;
	struct str w = str_from(s, *at + 2);
	size_t q = str_find_byte(w, '?');
	if (q == STR_NPOS || q > 32 || q + 2 >= w.n || w.p[q + 2] != '?')
		return false;
	val_add(out, str_first(w, q + 2));
	return true;
}

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x80)
			return false;
	return true;
}

static void put_encoded(struct print *p, struct str subject)
{
	VAL(v);
	size_t at;
	if (encoded_word(subject, &v, &at)) {
		val_add(&v, at ? S(" in") : str_ends(subject, S("?=")) ? S(" all") : S(" head"));
		if (str_find(str_from(subject, at), S("?= =?")) != STR_NPOS)
			val_add(&v, S(" many"));
		if (is_ascii(p->row->subject))
			val_add(&v, S(" needless"));
		print_val(p, PRINT_subj_enc, &v);
	} else if (!is_ascii(subject)) {
		print_put(p, PRINT_subj_enc, utf8_valid(subject) ? S("raw utf-8") : S("raw 8bit"));
	}
	v.n = 0;
	if (encoded_word(p->from.name, &v, &at))
		print_val(p, PRINT_from_enc, &v);
}

/* The last word: letters mixed with digits, or behind a long gap. Numbers and prices do not count. */
static void put_tail(struct print *p, struct str subject)
{
	size_t blank = str_rfind_byte(subject, ' ');
	struct shape s;
	VAL(v);
	if (blank == STR_NPOS || subject.n - blank < 5)
		return;
	struct str word = str_from(subject, blank + 1);
	if (p->to.local.n && str_istarts(word, p->to.local))
		return;
	size_t digits = 0, letters = 0, other = 0;
	for (size_t i = 0; i < word.n; i++) {
		digits += ascii_digit(word.p[i]);
		letters += ascii_alpha(word.p[i]);
		other += !ascii_alnum(word.p[i]);
	}
	bool gap = blank >= 3 && subject.p[blank - 1] == ' ' && subject.p[blank - 2] == ' ';
	if (!(digits >= 1 && letters >= 1 && digits + letters >= 5 && other <= 2) && !gap)
		return;
	print_shape(str_first(word, 40), &p->when, &s);
	val_add(&v, gap ? S("gap ") : S(""));
	val_add(&v, val_str(&s.exact));
	if (str_find(p->mid_local, word) != STR_NPOS)
		val_add(&v, S(" in id"));
	else if (str_find(p->boundary, word) != STR_NPOS)
		val_add(&v, S(" in boundary"));
	print_val(p, PRINT_subj_tail, &v);
}

static void put_subject(struct print *p)
{
	struct str subject = print_field(p, HDR_subject), to = p->to.local;
	if (!subject.n)
		return;
	put_encoded(p, subject);
	put_tail(p, subject);
	size_t at = to.n >= 3 ? str_ifind(p->row->subject, to) : STR_NPOS;
	if (at == STR_NPOS)
		return;
	if (at == 0)
		print_put(p, PRINT_subj_to, S("start"));
	else
		print_put(p, PRINT_subj_to, at + to.n == p->row->subject.n ? S("end") : S("in"));
}

static void put_to_name(struct print *p)
{
	struct str name = p->to.name;
	if (!p->to.addr.n)
		return;
	if (!name.n)
		print_put(p, PRINT_to_name, S("none"));
	else if (str_ieq(name, p->to.local))
		print_put(p, PRINT_to_name, str_eq(name, p->to.local) ? S("local") : S("local in other case"));
	else
		print_put(p, PRINT_to_name, str_ieq(name, p->to.addr) ? S("address") : S("other"));
}

static void put_from_to(struct print *p)
{
	bool local = p->from.local.n && str_ieq(p->from.local, p->to.local);
	bool domain = p->from.domain.n && str_ieq(p->from.domain, p->to.domain);
	if (local || domain)
		print_put(p, PRINT_from_to, local && domain ? S("address") : local ? S("local") : S("domain"));
}

/* Letters of a, ignoring case, as part of s: where, or STR_NPOS. */
static size_t word_in(struct str s, struct str w)
{
	return w.n >= 2 ? str_ifind(s, w) : STR_NPOS;
}

/* "first.last", "last", "f+last" ...: which words of the name stand in the local part, and what else does. */
static void put_from_name(struct print *p)
{
	struct str name = p->from.name, local = p->from.local, first, last;
	VAL(v);
	if (!name.n || !local.n || str_find_pair(name, 0, '=', '?') != STR_NPOS)
		return;
	if (str_ieq(name, local) || str_ieq(name, p->from.addr)) {
		print_put(p, PRINT_from_name, str_ieq(name, local) ? S("local") : S("address"));
		return;
	}
	first = str_first(name, str_find_byte(name, ' '));
	last = str_from(name, str_rfind_byte(name, ' ') + 1);
	size_t f = word_in(local, first), l = first.n == name.n ? STR_NPOS : word_in(local, last);
	bool digits = ascii_digit(local.p[local.n - 1]);
	if (f == 0 && l != STR_NPOS && l >= first.n) {
		val_add(&v, S("first"));
		if (l > first.n)
			val_add(&v, l == first.n + 1 && !ascii_alnum(local.p[first.n]) ? str_sub(local, first.n, 1) : S(".."));
		val_add(&v, S("last"));
	} else if (l == 0) {
		val_add(&v, S("last"));
		val_add(&v, f != STR_NPOS ? S("..first") : local.n > last.n + 4 ? S("..") : S(""));
	} else if (f == 0) {
		val_add(&v, local.n > first.n + 4 ? S("first..") : S("first"));
	} else if (l == 1 && first.n && ascii_lower(local.p[0]) == ascii_lower(first.p[0])) {
		val_add(&v, S("f+last"));
	} else {
		print_put(p, PRINT_from_name, f != STR_NPOS || l != STR_NPOS ? S("inside") : S("no"));
		return;
	}
	if (digits)
		val_add(&v, S("+digits"));
	print_val(p, PRINT_from_name, &v);
}

/* What address equals, of those that are given. */
static struct str address_relation(const struct print *p, struct str addr, struct str local, struct str domain, bool envelope)
{
	if (str_ieq(addr, p->from.addr))
		return S("from");
	if (!envelope && p->mail_from.n && str_ieq(addr, p->mail_from))
		return S("rp");
	if (p->to.addr.n && str_ieq(addr, p->to.addr))
		return S("to");
	if (domain.n && str_ieq(domain, p->from.domain))
		return S("from-domain");
	if (p->from.local.n && str_ieq(local, p->from.local))
		return S("from-local");
	if (p->to.local.n && str_ieq(local, p->to.local))
		return S("to-local");
	if (p->to.domain.n && str_ieq(domain, p->to.domain))
		return S("to-domain");
	/* a bounce address that holds the recipient's, as lists make it */
	if (p->to.local.n >= 3 && str_ifind(local, p->to.local) != STR_NPOS)
		return S("holds-to");
	return S("other");
}

static void put_envelope(struct print *p)
{
	struct str rp = p->mail_from;
	struct box reply;
	if (str_ieq(rp, S("MAILER-DAEMON")) || str_eq(rp, S("<>")))
		print_put(p, PRINT_rp, S("null"));
	else if (rp.n)
		print_put(p, PRINT_rp, address_relation(p, rp, str_first(rp, str_rfind_byte(rp, '@')), p->mail_from_domain, true));
	print_box(print_field(p, HDR_reply_to), &reply);
	if (!reply.found)
		return;
	print_val(p, PRINT_reply, &reply.style);
	print_put(p, PRINT_reply_to, address_relation(p, reply.addr, reply.local, reply.domain, false));
}

static void put_unsubscribe(struct print *p)
{
	struct str s = print_field(p, HDR_list_unsubscribe);
	if (!s.n)
		return;
	if (p->from.domain.n && str_ifind(s, p->from.domain) != STR_NPOS)
		print_put(p, PRINT_unsub, S("from"));
	else if (p->mail_from_domain.n && str_ifind(s, p->mail_from_domain) != STR_NPOS)
		print_put(p, PRINT_unsub, S("rp"));
	else
		print_put(p, PRINT_unsub, S("other"));
}

void print_relations(struct print *p)
{
	if (p->from.found)
		print_val(p, PRINT_from, &p->from.style);
	if (p->to.found)
		print_val(p, PRINT_to, &p->to.style);
	put_subject(p);
	put_to_name(p);
	put_from_to(p);
	put_from_name(p);
	put_envelope(p);
	put_unsubscribe(p);
}
