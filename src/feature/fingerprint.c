/* fingerprint.c - see fingerprint.h: what all families share, and the order of work. */
#include "base/ip.h"
#include "feature/fingerprint_int.h"

#include "base/limits.h"
#include "mail/date.h"

enum { HASH_HEX = 12, LABEL = 16, STRETCH = 2048 };

const struct print_family print_table[PRINT_COUNT] = {
#define PRINT(id, group, many, meaning) {STR_INIT(#id), PRINT_GROUP_##group, many, meaning},
#include "feature/fingerprint.def"
#undef PRINT
};

const struct print_group_info print_groups[PRINT_GROUP_COUNT] = {
#define PRINT_GROUP(id, meaning) {#id, meaning},
#include "feature/fingerprint.def"
#undef PRINT_GROUP
};

enum print_id print_family_of(struct str token)
{
	struct str name = str_first(token, str_find_byte(token, '='));
	for (int i = 0; i < PRINT_COUNT && name.n < token.n; i++)
		if (str_eq(name, print_table[i].name))
			return (enum print_id)i;
	return PRINT_COUNT;
}

void val_num(struct val *v, uint64_t n)
{
	uint8_t digits[20];
	size_t k = sizeof digits;
	if (n < 10) {
		val_byte(v, (uint8_t)('0' + n));
		return;
	}
	do
		digits[--k] = (uint8_t)('0' + n % 10);
	while (n /= 10);
	val_add(v, str_make(digits + k, sizeof digits - k));
}

/* Printable ASCII: white space becomes a blank, the rest '?'. Eight bytes behind it are written too. */
static void copy_printable(uint8_t *to, struct str s)
{
	const uint64_t ones = 0x0101010101010101u, tops = 0x80 * ones, blanks = ' ' * ones;
	uint64_t other = 0, w;
	size_t at = 0;
	for (; at + sizeof w <= s.n; at += sizeof w) { /* all in 0x20..0x7e: no byte borrows or carries into its top bit */
		memcpy(&w, s.p + at, sizeof w);
		memcpy(to + at, &w, sizeof w);
		other |= (w - blanks) | (w + ones) | w;
	}
	w = htole64(str_load8(s, at) | blanks << 8 * (s.n - at)); /* what is left, then blanks */
	memcpy(to + at, &w, sizeof w);
	other |= (w - blanks) | (w + ones) | w;
	for (size_t i = 0; i < s.n && (other & tops); i++)
		if (to[i] < 0x20 || to[i] >= 0x7f)
			to[i] = ascii_space(to[i]) ? ' ' : '?';
}

/* "mid=" and so on. */
static const char labels[PRINT_COUNT][LABEL] = {
#define PRINT(id, group, many, meaning) #id "=",
#include "feature/fingerprint.def"
#undef PRINT
};

static void more_room(struct print *p)
{
	if (!(p->at = arena_alloc(p->a, STRETCH)))
		p->oom = true;
	p->end = p->at ? p->at + STRETCH : NULL;
}

/* Of a value that does not fit: '#' and a hash of all of it. Not inlined: few tokens are that long. */
static __attribute__((noinline)) void put_hash(uint8_t to[1 + HASH_HEX], struct str value)
{
	uint64_t h = htobe64(hash64(value, 0));
	to[0] = '#';
	hex_encode((const uint8_t *)&h, HASH_HEX / 2, (char *)to + 1);
}

void print_put(struct print *p, enum print_id id, struct str value)
{
	size_t label = print_table[id].name.n + 1, room = LIM_PRINT_TOKEN - label;
	if (!value.n || p->n == PRINT_TOKENS)
		return;
	if ((size_t)(p->end - p->at) < LIM_PRINT_TOKEN + LABEL)
		more_room(p);
	if (!p->at)
		return;
	memcpy(p->at, labels[id], LABEL);
	if (value.n <= room) {
		copy_printable(p->at + label, value);
		room = value.n;
	} else {
		copy_printable(p->at + label, str_first(value, room - HASH_HEX - 1));
		put_hash(p->at + LIM_PRINT_TOKEN - HASH_HEX - 1, value);
	}
	p->tokens[p->n++] = str_make(p->at, label + room);
	p->at += label + room;
}

struct str print_field(struct print *p, enum hdr_id id)
{
	const struct header *h = p->by_id[id];
	struct str v;
	if (!h)
		return S("");
	if (header_unfold(p->a, str_first(h->value, LIM_PRINT_FIELD), &v)) {
		p->oom = true;
		return S("");
	}
	return str_trim(v);
}

/* ---- addresses as written ---- */

/* The end of the first address: the comma outside quotes, or of all. */
static size_t first_end(struct str s)
{
	bool quoted = false;
	if (str_find_byte(s, ',') == STR_NPOS)
		return s.n;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && quoted)
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
		else if (s.p[i] == ',' && !quoted)
			return i;
	}
	return s.n;
}

/* "\"n\"", "n", "\"e\"" for encoded words, 8 for raw bytes; unquoted in *name. */
static void name_style(struct str raw, struct box *out)
{
	struct str name = str_trim(raw);
	bool quoted = name.n >= 2 && name.p[0] == '"' && name.p[name.n - 1] == '"', high = false;
	if (quoted)
		name = str_sub(name, 1, name.n - 2);
	for (size_t i = 0; i < name.n; i++)
		high |= name.p[i] >= 0x80;
	out->name = name;
	if (quoted)
		val_byte(&out->style, '"');
	if (name.n)
		val_byte(&out->style, high ? '8' : str_find_pair(name, 0, '=', '?') != STR_NPOS ? 'e' : 'n');
	if (quoted)
		val_byte(&out->style, '"');
}

/* a (n) */
static void comment_style(struct str s, struct box *out)
{
	size_t open = str_find_byte(s, '(');
	out->addr = str_trim(str_first(s, open));
	val_byte(&out->style, 'a');
	if (open == STR_NPOS)
		return;
	struct str name = str_from(s, open + 1);
	out->name = str_trim(str_first(name, str_find_byte(name, ')')));
	val_add(&out->style, S(" (n)"));
}

void print_box(struct str raw, struct box *out)
{
	size_t end = first_end(raw);
	struct str s = str_trim(str_first(raw, end));
	size_t open = str_rfind_byte(s, '<');
	out->name = out->addr = out->local = out->domain = S("");
	out->found = s.n > 0;
	out->style.n = 0;
	if (!s.n)
		return;
	if (open == STR_NPOS) {
		comment_style(s, out);
	} else {
		struct str name = str_first(s, open);
		name_style(name, out);
		for (size_t i = name.n; i > 0 && ascii_space(name.p[i - 1]); i--)
			val_byte(&out->style, ' ');
		out->addr = str_from(s, open + 1);
		size_t close = str_find_byte(out->addr, '>');
		val_add(&out->style, close == STR_NPOS ? S("<a") : S("<a>"));
		out->addr = str_trim(str_first(out->addr, close));
	}
	if (end < raw.n)
		val_add(&out->style, ascii_space(raw.p[end + 1 < raw.n ? end + 1 : end]) ? S(", +") : S(",+"));
	size_t at = str_rfind_byte(out->addr, '@');
	out->local = str_first(out->addr, at);
	out->domain = at == STR_NPOS ? S("") : str_from(out->addr, at + 1);
}

/* ---- relations that several families ask for ---- */

/* 1 the same, 2 host is below domain, 0 */
static int host_in(struct str host, struct str domain)
{
	if (!domain.n || host.n < domain.n || !str_iends(host, domain))
		return 0;
	return host.n == domain.n ? 1 : host.p[host.n - domain.n - 1] == '.' ? 2 : 0;
}

static void add_relation(struct val *out, struct str label, const char *name)
{
	if (out->n)
		val_byte(out, '+');
	if (label.n) {
		if (str_ieq(label, S("mail")) || str_ieq(label, S("smtp")) || str_ieq(label, S("www")) || str_ieq(label, S("mx")))
			val_add(out, label);
		else
			print_coarse(label, out);
		val_byte(out, '.');
	}
	val_add(out, str_of(name));
}

/* Without a final dot or brackets. */
static void host_form(const struct print *p, struct str host, struct val *out)
{
	uint8_t ip[16];
	bool bracket = host.n && host.p[0] == '[';
	struct str bare = bracket ? str_sub(host, 1, host.n - 2) : host;
	unsigned len = ip_parse(bare, ip);
	if (len) {
		val_add(out, bracket ? S("[ip]") : S("ip"));
		bool peer = len == p->t->ip_len && memcmp(ip, p->t->ip, len) == 0;
		val_add(out, peer ? S("=peer") : ip_is_private(ip, len) ? S(":private") : S(""));
	} else if (str_ieq(host, S("localhost")) || str_ieq(host, S("localhost.localdomain"))) {
		val_add(out, host);
	} else if (str_find_byte(host, '.') == STR_NPOS) {
		val_add(out, S("word:"));
		print_coarse(host, out);
	} else {
		size_t n = 1;
		for (size_t i = 0; i < host.n; i++)
			n += host.p[i] == '.';
		val_add(out, S("name"));
		val_num(out, n);
		val_byte(out, ':');
		print_coarse(str_first(host, str_find_byte(host, '.')), out);
	}
}

void print_host(const struct print *p, struct str host, bool is_helo, struct val *out)
{
	const struct {
		const char *name;
		struct str domain;
	} other[] = {{"from", p->from.domain}, {"to", p->to.domain}, {"rp", p->mail_from_domain},
		{"helo", is_helo ? S("") : p->t->helo}, {"rdns", p->t->rdns}};
	out->n = 0;
	if (!host.n) {
		val_byte(out, '-');
		return;
	}
	for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
		int in = host_in(host, other[i].domain);
		if (in == 2 && i == 2 && str_ieq(other[2].domain, other[0].domain))
			in = 0; /* said already */
		if (in)
			add_relation(out, in == 2 ? str_first(host, str_find_byte(host, '.')) : S(""), other[i].name);
	}
	if (!out->n)
		host_form(p, host, out);
}

static bool within(int64_t d, int64_t by)
{
	return d <= by && d >= -by;
}

/* Whole quarters of an hour, give or take two seconds. */
static bool quarters(int64_t d)
{
	int64_t r = ((d % 900) + 900) % 900;
	return within(d, 50400) && (r <= 2 || r >= 898);
}

void print_distance(int64_t d, struct val *out)
{
	const char *step = within(d, SECONDS_A_DAY) ? "day" : "far";
	if (d == 0)
		step = "=";
	else if (within(d, 2))
		step = "~";
	else if (within(d, 120))
		step = "min";
	else if (quarters(d))
		step = "zone";
	else if (within(d, SECONDS_AN_HOUR))
		step = "hour";
	val_add(out, str_of(step));
}

void print_time_relation(const struct print *p, enum stamp kind, int64_t time, bool day_only, struct val *out)
{
	static const char *names[] = {"", "civil", "unix", "unixhex", "filetime"};
	val_add(out, str_of(names[kind]));
	val_byte(out, ':');
	if (p->when.date == TIME_NONE || day_only) {
		val_add(out, day_only ? S("day") : S("?"));
		return;
	}
	int64_t d = time - p->when.date;
	if (p->when.zone_s && !within(d, 120) && within(d - p->when.zone_s, 120)) {
		val_add(out, S("local"));
		d -= p->when.zone_s;
	}
	print_distance(d, out);
}

/* ---- what the families start from ---- */

/* Fields that receiving hosts and mailboxes add also below the trust boundary. */
static bool is_receivers(enum hdr_id id)
{
	switch (id) {
	case HDR_delivered_to:
	case HDR_x_original_to:
	case HDR_envelope_to:
	case HDR_delivery_date:
	case HDR_content_length:
	case HDR_lines:
	case HDR_status:
	case HDR_x_status:
	case HDR_x_uid:
	case HDR_x_uuid:
	case HDR_x_keywords:
	case HDR_x_virus_scanned:
	case HDR_x_spam_status:
	case HDR_x_spam_level:
	case HDR_x_spam_flag:
	case HDR_x_spam_checker_version:
	case HDR_received_spf:
	case HDR_authentication_results:
	case HDR_arc_authentication_results:
		return true;
	default:
		return false;
	}
}

/* What Exchange adds below its own Received fields; such names of a sender that runs Exchange itself cannot be told apart there. */
static bool is_exchanges(const struct header *f)
{
	static const char *const begins[] = {
		"X-MS-", "X-Microsoft-Antispam", "X-Forefront-", "X-EOP", "X-Incoming", "X-SID-", "X-Sender-IP"};
	if (f->id == HDR_return_path)
		return true;
	for (size_t i = 0; f->id == HDR_other && i < sizeof begins / sizeof *begins; i++)
		if (str_istarts(f->name, str_of(begins[i])))
			return true;
	return false;
}

static int take_headers(struct print *p)
{
	struct headers h = p->m->headers;
	size_t from = p->t->first_sender < h.n ? p->t->first_sender : h.n, most = h.n - from;
	bool added = p->t->flags & TRACE_ADDED_MESSAGE_ID, exchange = p->t->family == RECEIVED_EXCHANGE;
	p->sent = arena_alloc(p->a, (most < LIM_PRINT_HEADERS ? most : LIM_PRINT_HEADERS) * sizeof(void *) + 1);
	if (!p->sent)
		return ERR_ENV;
	for (size_t i = from; i < h.n && p->n_sent < LIM_PRINT_HEADERS; i++) {
		const struct header *f = &h.v[i];
		if (!f->name.n || is_receivers(f->id) || (f->id == HDR_message_id && added) || (exchange && is_exchanges(f)))
			continue;
		if (!p->by_id[f->id])
			p->by_id[f->id] = f;
		p->sent[p->n_sent++] = f;
	}
	return 0;
}

static void take_times(struct print *p)
{
	int zone = 0;
	uint64_t ignored = 0;
	p->when = (struct when){.date = TIME_NONE, .arrival = p->t->time};
	p->date = print_field(p, HDR_date);
	if (p->date.n && date_parse(p->date, &p->when.date, &zone, &ignored))
		p->when.zone_s = zone * 60;
}

static void take_names(struct print *p)
{
	print_box(print_field(p, HDR_from), &p->from);
	print_box(print_field(p, HDR_to), &p->to);
	p->mail_from = p->row->mail_from;
	size_t at = str_rfind_byte(p->mail_from, '@');
	p->mail_from_domain = at == STR_NPOS ? S("") : str_from(p->mail_from, at + 1);
	struct str id = p->mid_field = print_field(p, HDR_message_id);
	if (id.n && id.p[0] == '<')
		id = str_from(id, 1);
	if (id.n && id.p[id.n - 1] == '>')
		id = str_first(id, id.n - 1);
	at = str_rfind_byte(id, '@');
	p->mid = id;
	p->mid_local = str_first(id, at);
	p->mid_host = at == STR_NPOS ? S("") : str_from(id, at + 1);
}

static void take_parts(struct print *p)
{
	for (size_t i = 0; i < p->m->n_parts; i++) {
		const struct part *q = &p->m->parts[i];
		if (!p->boundary.n && q->kind == PART_MULTIPART)
			p->boundary = q->boundary;
		if (!q->is_text)
			continue;
		if (part_is(q, "text", "html"))
			p->html = p->html ? p->html : q;
		else if (!p->text)
			p->text = q;
		if (p->text && p->html)
			break;
	}
}

int fingerprint_message(struct arena *a, const struct message *m, const struct trace *t, const struct row *row,
	const struct transcript *smtp, struct strs *out)
{
	struct print *p = arena_alloc(a, sizeof *p);
	*out = (struct strs){0};
	if (!p)
		return ERR_ENV;
	memset(p, 0, offsetof(struct print, from));
	p->a = a;
	p->m = m;
	p->t = t;
	p->row = row;
	p->smtp = smtp;
	p->boundary = S("");
	p->mid_like.n = p->core.n = 0;
	p->text = p->html = NULL;
	p->n = 0;
	p->at = p->end = NULL;
	p->oom = false;
	if (!(p->tokens = arena_alloc(a, PRINT_TOKENS * sizeof *p->tokens)) || take_headers(p))
		return ERR_ENV;
	take_times(p);
	take_names(p);
	take_parts(p);
	print_headers(p);
	print_ids(p);
	print_client(p);
	print_mime(p);
	print_html(p);
	print_hops(p);
	print_relations(p);
	print_smtp(p);
	if (p->oom)
		return ERR_ENV;
	*out = (struct strs){p->tokens, p->n};
	return 0;
}
