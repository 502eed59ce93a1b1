/* fingerprint_smtp.c - the dialect of the SMTP dialogue: which verbs, how they are spelled, what stands around arguments. */
#include "base/ip.h"
#include "feature/fingerprint_int.h"

static struct str verb_of(struct str line)
{
	size_t n = 0;
	while (n < line.n && ascii_alpha(line.p[n]))
		n++;
	return str_first(line, n ? n : line.n == 1);
}

static bool is_verb(struct str line, const char *verb)
{
	return str_ieq(verb_of(line), str_of(verb));
}

/* Repeated RCPT count once: their number is the campaign's. */
static void put_verbs(struct print *p)
{
	VAL(v);
	struct str before = S("");
	for (size_t i = 0; i < p->smtp->n && i < 32; i++) {
		struct str verb = verb_of(p->smtp->lines[i]);
		if (i && str_eq(verb, before) && str_ieq(verb, S("rcpt")))
			continue;
		if (i)
			val_byte(&v, ',');
		val_add(&v, verb.n ? str_first(verb, 12) : S("?"));
		before = verb;
	}
	print_val(p, PRINT_sm_verbs, &v);
}

/* One parameter: its value only where it is a word; numbers have a family of their own. */
static void add_param(struct str w, struct val *v)
{
	size_t eq = str_find_byte(w, '=');
	val_byte(v, ' ');
	val_add(v, str_first(str_first(w, eq), 16));
	if (eq == STR_NPOS)
		return;
	val_byte(v, '=');
	if (str_istarts(w, S("BODY=")))
		val_add(v, str_first(str_from(w, eq + 1), 16));
}

/* "MAIL FROM: <a> SIZE= BODY=8BITMIME" */
static void put_path(struct print *p, enum print_id id, struct str line)
{
	VAL(v);
	size_t i = 0, colon = str_find_byte(line, ':');
	if (colon == STR_NPOS)
		colon = line.n;
	val_add(&v, str_first(str_first(line, colon), 24));
	for (i = colon; i < line.n && (line.p[i] == ':' || ascii_space(line.p[i])) && v.n < 32; i++)
		val_byte(&v, line.p[i]);
	struct str rest = str_from(line, i);
	if (rest.n && rest.p[0] == '<') {
		size_t close = str_find_byte(rest, '>');
		val_add(&v, close == STR_NPOS ? S("<a") : S("<a>"));
		rest = str_from(rest, close == STR_NPOS ? rest.n : close + 1);
	} else {
		val_byte(&v, 'a');
		rest = str_from(rest, str_find_byte(rest, ' '));
	}
	for (size_t k = 0; k < rest.n;) {
		size_t from = k;
		while (k < rest.n && !ascii_space(rest.p[k]))
			k++;
		if (k > from)
			add_param(str_sub(rest, from, k - from), &v);
		k++;
	}
	if (line.n && ascii_space(line.p[line.n - 1]) && i < line.n)
		val_add(&v, S(" _"));
	print_val(p, id, &v);
}

/* True within a tenth; else the number itself: senders that make it up always say the same. */
static void put_size(struct print *p, struct str line)
{
	size_t at = str_ifind(line, S("SIZE="));
	uint64_t size;
	if (at == STR_NPOS)
		return;
	struct str digits = str_from(line, at + 5);
	digits = str_first(digits, str_find_byte(digits, ' '));
	if (!str_u64(digits, &size)) {
		print_put(p, PRINT_sm_size, S("bad"));
		return;
	}
	uint64_t real = p->m->raw.n;
	bool near = size <= real + real / 4 + 512 && size + real / 10 + 1024 >= real;
	print_put(p, PRINT_sm_size,
		near && digits.n && size % 1024 && size % 1000 ? S("true")
		: digits.n <= 7                                ? digits
							       : S("huge"));
}

static void put_greeting(struct print *p, struct str line)
{
	VAL(v);
	struct str verb = verb_of(line), rest = str_from(line, verb.n), arg = str_trim(rest);
	uint8_t ip[16];
	if (rest.n && (rest.n < 2 || rest.p[0] != ' ' || ascii_space(rest.p[1])))
		val_add(&v, S("gap "));
	if (!arg.n)
		val_byte(&v, '-');
	else if (arg.p[0] == '[')
		val_add(&v, S("[ip]"));
	else if (ip_parse(arg, ip))
		val_add(&v, S("ip"));
	else if (str_ieq(arg, S("localhost")))
		val_add(&v, S("localhost"));
	else
		val_add(&v, str_find_byte(arg, '.') == STR_NPOS ? S("word") : S("name"));
	if (rest.n > 1 && ascii_space(rest.p[rest.n - 1]))
		val_add(&v, S(" _"));
	print_val(p, PRINT_sm_helo, &v);
}

/* What comes behind the text, and whether it all came at once. */
static void put_end(struct print *p)
{
	VAL(v);
	size_t i = p->smtp->n;
	while (i > 0 && !str_eq(p->smtp->lines[i - 1], S(".")))
		i--;
	if (!i)
		val_add(&v, S("no text"));
	else if (i == p->smtp->n)
		val_add(&v, S("drops"));
	for (size_t k = i; i && k < p->smtp->n && k < i + 4; k++) {
		if (k > i)
			val_byte(&v, ',');
		val_add(&v, str_first(verb_of(p->smtp->lines[k]), 12));
	}
	if (p->smtp->pipelined)
		val_add(&v, S(" pipelined"));
	print_val(p, PRINT_sm_end, &v);
}

void print_smtp(struct print *p)
{
	bool mail = false, rcpt = false, hello = false;
	if (!p->smtp || !p->smtp->n)
		return;
	put_verbs(p);
	for (size_t i = 0; i < p->smtp->n; i++) {
		struct str line = p->smtp->lines[i];
		if (!mail && is_verb(line, "mail")) {
			put_path(p, PRINT_sm_mail, line);
			put_size(p, line);
			mail = true;
		} else if (!rcpt && is_verb(line, "rcpt")) {
			put_path(p, PRINT_sm_rcpt, line);
			rcpt = true;
		} else if (!hello && (is_verb(line, "helo") || is_verb(line, "ehlo"))) {
			put_greeting(p, line);
			hello = true;
		}
	}
	put_end(p);
}
