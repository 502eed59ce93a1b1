/* fingerprint_header.c - the header's skeleton: names in order, their spelling, folds, colons. */
#include "base/limits.h"
#include "feature/fingerprint_int.h"

/* A name as written; one that looks made up (digits, very long) by its form: it would be another one each time. */
static void add_name(struct val *v, const struct header *h)
{
	bool odd = h->name.n > 40;
	for (size_t i = 0; i < h->name.n && h->id == HDR_other && !odd; i++)
		odd = ascii_digit(h->name.p[i]) || h->name.p[i] >= 0x7f || h->name.p[i] <= ' ';
	if (odd && h->id == HDR_other)
		print_coarse(str_first(h->name, 80), v);
	else
		val_add(v, h->name);
}

static bool is_repeated_hop(const struct print *p, size_t i)
{
	return p->sent[i]->id == HDR_received && i && p->sent[i - 1]->id == HDR_received;
}

static void put_order(struct print *p)
{
	VAL(v);
	for (size_t i = 0; i < p->n_sent; i++) {
		if (is_repeated_hop(p, i))
			continue;
		if (v.n)
			val_byte(&v, ',');
		add_name(&v, p->sent[i]);
	}
	print_val(p, PRINT_order, &v);
}

static void put_core(struct print *p)
{
	bool seen[128] = {false};
	for (size_t i = 0; i < p->n_sent; i++) {
		char c = 0;
		switch (p->sent[i]->id) {
		case HDR_message_id:
			c = 'M';
			break;
		case HDR_from:
			c = 'F';
			break;
		case HDR_to:
			c = 'T';
			break;
		case HDR_subject:
			c = 'S';
			break;
		case HDR_date:
			c = 'D';
			break;
		case HDR_mime_version:
			c = 'V';
			break;
		case HDR_content_type:
			c = 'C';
			break;
		case HDR_x_mailer:
		case HDR_user_agent:
			c = 'X';
			break;
		default:
			break;
		}
		if (c && !seen[(int)c]) {
			seen[(int)c] = true;
			val_byte(&p->core, (uint8_t)c);
		}
	}
	print_val(p, PRINT_core, &p->core);
}

static void put_missing(struct print *p)
{
	static const enum hdr_id common[] = {HDR_from, HDR_to, HDR_date, HDR_message_id, HDR_subject, HDR_mime_version};
	VAL(v);
	if (!p->n_sent)
		return;
	for (size_t i = 0; i < sizeof common / sizeof *common; i++)
		if (!print_has(p, common[i])) {
			if (v.n)
				val_byte(&v, ',');
			val_add(&v, str_of(header_name(common[i])));
		}
	if (v.n)
		print_val(p, PRINT_missing, &v);
}

/* Spellings that everybody uses count as usual. */
static bool is_usual(const struct header *h)
{
	if (h->id == HDR_other || h->id == HDR_message_id || h->id == HDR_mime_version || h->id == HDR_received)
		return true;
	return str_eq(h->name, str_of(header_name(h->id)));
}

static void put_case(struct print *p)
{
	enum { ODD = 4 };
	size_t odd = 0;
	if (print_has(p, HDR_message_id))
		print_put(p, PRINT_idcase, p->by_id[HDR_message_id]->name);
	if (print_has(p, HDR_mime_version))
		print_put(p, PRINT_mimecase, p->by_id[HDR_mime_version]->name);
	for (size_t i = 0; i < p->n_sent && odd < ODD; i++)
		if (!is_usual(p->sent[i]) && p->by_id[p->sent[i]->id] == p->sent[i]) {
			print_put(p, PRINT_oddcase, p->sent[i]->name);
			odd++;
		}
}

static struct str fold_style(struct str value)
{
	size_t lf = str_find_byte(value, '\n');
	if (lf == STR_NPOS || lf + 1 >= value.n)
		return S("");
	struct str blank = str_from(value, lf + 1);
	size_t n = 0;
	while (n < blank.n && (blank.p[n] == ' ' || blank.p[n] == '\t'))
		n++;
	if (n == 1)
		return blank.p[0] == '\t' ? S("tab") : S("blank");
	return blank.p[0] == '\t' ? S("tabs") : n == 8 ? S("8") : S("blanks");
}

/* Content-Type has its own families; Received is written by other code. */
static void put_fold(struct print *p)
{
	VAL(v);
	for (size_t i = 0; i < p->n_sent; i++) {
		const struct header *h = p->sent[i];
		if (h->id == HDR_received || h->id == HDR_content_type)
			continue;
		struct str style = fold_style(h->value);
		if (!style.n || str_find(val_str(&v), style) != STR_NPOS)
			continue;
		if (v.n)
			val_byte(&v, '+');
		val_add(&v, style);
	}
	print_val(p, PRINT_fold, &v);
}

/* Blanks at the start of the value; a value that is only blanks or starts folded does not tell. */
static void put_colons(struct print *p)
{
	const struct header *odd = NULL;
	size_t one = 0, odds = 0;
	VAL(v);
	for (size_t i = 0; i < p->n_sent; i++) {
		struct str s = p->sent[i]->value;
		if (!s.n || s.p[0] == '\n' || s.p[0] == '\r')
			continue;
		if (s.p[0] == ' ' && (s.n == 1 || (s.p[1] != ' ' && s.p[1] != '\t'))) {
			one++;
			continue;
		}
		odds++;
		odd = odd ? odd : p->sent[i];
	}
	if (!odd)
		return;
	if (odd->value.p[0] == '\t')
		val_add(&v, S("tab"));
	else
		val_byte(&v, odd->value.p[0] == ' ' ? '2' : '0');
	if (one) {
		val_byte(&v, ':');
		add_name(&v, odd);
		val_add(&v, odds > 1 ? S("+") : S(""));
	}
	print_val(p, PRINT_colon, &v);
}

static void put_trailing(struct print *p)
{
	enum { SHOWN = 3 };
	VAL(v);
	size_t n = 0;
	for (size_t i = 0; i < p->n_sent && n < SHOWN; i++) {
		struct str s = p->sent[i]->value;
		if (s.n < 2 || (s.p[s.n - 1] != ' ' && s.p[s.n - 1] != '\t') || str_trim(s).n == 0)
			continue;
		if (n++)
			val_byte(&v, ',');
		add_name(&v, p->sent[i]);
	}
	print_val(p, PRINT_trail, &v);
}

static void put_priority(struct print *p)
{
	static const enum hdr_id fields[] = {HDR_x_priority, HDR_x_msmail_priority, HDR_importance, HDR_priority};
	VAL(v);
	bool any = false;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		struct str s = str_first(print_field(p, fields[i]), 24);
		any |= s.n > 0;
		if (i)
			val_byte(&v, '/');
		val_add(&v, s);
	}
	if (any)
		print_val(p, PRINT_prio, &v);
}

static void put_list(struct print *p)
{
	static const enum hdr_id fields[] = {HDR_list_id, HDR_list_unsubscribe, HDR_list_post, HDR_list_help, HDR_list_subscribe,
		HDR_mailing_list, HDR_x_beenthere, HDR_x_mailman_version, HDR_errors_to, HDR_feedback_id, HDR_auto_submitted,
		HDR_x_antiabuse, HDR_dkim_signature, HDR_domainkey_signature};
	VAL(v);
	struct str bulk = str_first(print_field(p, HDR_precedence), 16);
	if (bulk.n) {
		val_add(&v, S("Precedence:"));
		val_add(&v, bulk);
	}
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (print_has(p, fields[i])) {
			if (v.n)
				val_byte(&v, ',');
			val_add(&v, str_of(header_name(fields[i])));
		}
	print_val(p, PRINT_list, &v);
}

static void put_xsender(struct print *p)
{
	struct str s = print_field(p, HDR_x_sender);
	VAL(v);
	if (!s.n)
		return;
	if (str_ifind(s, p->from.addr) != STR_NPOS && p->from.addr.n)
		val_add(&v, S("from"));
	else if (str_find_byte(s, '@') != STR_NPOS)
		val_add(&v, S("address"));
	else
		print_host(p, s, false, &v);
	print_val(p, PRINT_xsender, &v);
}

void print_headers(struct print *p)
{
	put_order(p);
	put_core(p);
	put_missing(p);
	put_case(p);
	put_fold(p);
	put_colons(p);
	put_trailing(p);
	put_priority(p);
	put_list(p);
	put_xsender(p);
}
