/* host.c - see host.h. */
#include "engine/host.h"

#include "base/limits.h"
#include "engine/view.h"

/* How tokens of a family end, by the host's zone. The first is the same for every host when hosts in two zones outside of UTC show it. */
struct likeness {
	enum print_id family;
	const char *ends[4];
};
static const struct likeness zones[] = {
	{PRINT_mid_time, {":=", ":local=", ":zone"}},
	{PRINT_mid_time, {":~", ":local~", ":zone"}},
	{PRINT_bnd_time, {":=", ":local=", ":zone"}},
	{PRINT_bnd_time, {":~", ":local~", ":zone"}},
	{PRINT_bnd_mid, {"=time=", "=time:zone=", "=time-other"}},
	{PRINT_bnd_mid, {"=time~", "=time:zone~", "=time-other"}},
	{PRINT_rcvd_time, {"== same zone", "== other zone", "=zone same zone", "=zone other zone"}},
	{PRINT_rcvd_time, {"=~ same zone", "=~ other zone", "=zone same zone", "=zone other zone"}},
	{PRINT_rcvd_time, {"=min same zone", "=min other zone", "=zone same zone", "=zone other zone"}},
	{PRINT_rcvd, {"; +0000", "; -0000", "; z"}},
};
/* By its address. */
static const struct likeness addresses[] = {
	{PRINT_mid_ip, {"=peer", "=private"}},
	{PRINT_mid_ip, {"=dotted:peer", "=dotted:private"}},
};
enum { ENDS = sizeof zones->ends / sizeof *zones->ends };

static bool is_utc(struct str zone)
{
	return str_ends(zone, S("0000")) || str_ieq(zone, S("GMT")) || str_ieq(zone, S("UTC")) || str_ieq(zone, S("UT")) ||
	       str_ieq(zone, S("Z"));
}

static enum host_zones zones_of(double utc, double east, double west)
{
	double all = utc + east + west, most = fmax(utc, fmax(east, west));
	return all - most < ENGINE_LOOSE * all ? ZONES_ONE : utc < ENGINE_LOOSE * all ? ZONES_NOT_UTC : ZONES_ALL;
}

struct host_view engine_hosts(const struct engine_model *m, const struct engine_class *k)
{
	double utc = 0, east = 0, west = 0, several = 0, mid = 0, from = 0, all = k->messages;
	for (size_t i = 0; i < k->n; i++) {
		const struct engine_token *t = &m->tokens.v[k->counts[i].token];
		struct str value = str_from(t->text, print_table[t->family].name.n + 1);
		double n = k->counts[i].messages;
		utc += t->family == PRINT_tz && is_utc(value) ? n : 0;
		east += t->family == PRINT_tz && str_eq(value, S("east")) ? n : 0;
		west += t->family == PRINT_tz && str_eq(value, S("west")) ? n : 0;
		several += t->family == PRINT_ct_multi ? n : 0;
		mid += t->family == PRINT_mid_host && str_ends(value, S("helo")) ? n : 0;
		from += t->family == PRINT_helo && str_starts(value, S("from")) ? n : 0;
	}
	return (struct host_view){.zones = zones_of(utc, east, west),
		.parts = several < ENGINE_LOOSE * all         ? PARTS_ONE
	                 : all - several < ENGINE_LOOSE * all ? PARTS_SEVERAL
	                                                      : PARTS_ALL,
		.engine = k->kind == ENGINE_BOT,
		.helo_mid = all - mid < ENGINE_LOOSE * all,
		.helo_from = all - from < ENGINE_LOOSE * all};
}

/* The texts that a token may have elsewhere. */
struct elsewhere {
	size_t n;
	struct elsewhere_text {
		size_t n;
		uint8_t text[LIM_PRINT_TOKEN];
	} v[HOST_ALIKE];
};

static void add(struct elsewhere *e, struct str stem, struct str end)
{
	struct elsewhere_text *x = &e->v[e->n];
	if (e->n == HOST_ALIKE || stem.n + end.n > sizeof x->text)
		return;
	memcpy(x->text, stem.p, stem.n);
	memcpy(x->text + stem.n, end.p, end.n);
	x->n = stem.n + end.n;
	e->n++;
}

static size_t end_of(const struct likeness *l, struct str text)
{
	size_t i = 0;
	while (i < ENDS && l->ends[i] && !str_ends(text, str_of(l->ends[i])))
		i++;
	return i < ENDS && l->ends[i] ? i : ENDS;
}

/* The other ends of the set. */
static void add_ends(struct elsewhere *e, const struct likeness *l, struct str text, size_t own)
{
	struct str stem = str_first(text, text.n - str_of(l->ends[own]).n);
	for (size_t i = 0; i < ENDS && l->ends[i]; i++)
		if (i != own)
			add(e, stem, str_of(l->ends[i]));
}

static void by_zone(struct elsewhere *e, unsigned family, struct str text, enum host_zones seen)
{
	for (size_t s = 0; s < sizeof zones / sizeof *zones && seen != ZONES_ALL; s++) {
		size_t own = zones[s].family == family ? end_of(&zones[s], text) : ENDS;
		if (own < ENDS && !(own == 0 && seen == ZONES_NOT_UTC))
			add_ends(e, &zones[s], text, own);
	}
}

/* The i-th byte of a form stands alone: a letter, as P, for what it holds. */
static bool stands_alone(struct str form, size_t i)
{
	return i && !ascii_alnum(form.p[i - 1]) && (i + 1 == form.n || !ascii_alnum(form.p[i + 1]));
}

/* A form of Received, changed. */
struct form {
	size_t n;
	uint8_t text[LIM_PRINT_TOKEN];
};

/* "from P by": the peer's address where another one stands, and the other way round where one stands. */
static bool swap_address(struct str text, struct form *out)
{
	size_t peers = 0, others = 0;
	for (size_t i = 0; i < text.n; i++) {
		peers += stands_alone(text, i) && text.p[i] == 'P';
		others += stands_alone(text, i) && text.p[i] == 'I';
	}
	for (size_t i = 0; i < text.n; i++) {
		bool peer = stands_alone(text, i) && text.p[i] == 'P', other = stands_alone(text, i) && text.p[i] == 'I' && !peers;
		out->text[i] = peer ? 'I' : other ? 'P' : text.p[i];
	}
	out->n = text.n;
	return peers || others == 1;
}

/* "by M": HELO, where that is what M is. */
static bool call_it_helo(struct str text, struct host_view seen, struct form *out)
{
	bool changed = false;
	for (size_t i = 0; i < text.n; i++) {
		bool is = stands_alone(text, i) && ((text.p[i] == 'M' && seen.helo_mid) || (text.p[i] == 'F' && seen.helo_from));
		out->text[i] = is ? 'S' : text.p[i];
		changed |= is;
	}
	out->n = text.n;
	return changed;
}

static void by_address(struct elsewhere *e, unsigned family, struct str text)
{
	for (size_t s = 0; s < sizeof addresses / sizeof *addresses; s++) {
		size_t own = addresses[s].family == family ? end_of(&addresses[s], text) : ENDS;
		if (own < ENDS)
			add_ends(e, &addresses[s], text, own);
	}
}

/* The other forms of a Received field, each in any zone. */
static void by_form(struct elsewhere *e, struct str text, struct host_view seen)
{
	struct form v[3];
	size_t n = 0;
	if (text.n > sizeof v->text)
		return;
	n += swap_address(text, &v[n]);
	n += call_it_helo(text, seen, &v[n]);
	if (n == 2)
		n += call_it_helo(str_make(v[0].text, v[0].n), seen, &v[2]);
	for (size_t i = 0; i < n; i++) {
		add(e, str_make(v[i].text, v[i].n), S(""));
		by_zone(e, PRINT_rcvd, str_make(v[i].text, v[i].n), seen.zones);
	}
}

static void by_parts(struct elsewhere *e, struct str text, enum host_parts seen)
{
	if (seen == PARTS_ONE && str_ends(text, S("=mid")))
		add(e, text, S("+bnd"));
	else if (seen == PARTS_SEVERAL && str_ends(text, S("+bnd")))
		add(e, str_first(text, text.n - S("+bnd").n), S(""));
	else if (seen == PARTS_SEVERAL && str_ends(text, S("=bnd")))
		add(e, str_first(text, text.n - S("bnd").n), S("yes"));
}

static void elsewhere_of(const struct engine_token *t, struct host_view seen, struct elsewhere *e)
{
	e->n = 0;
	by_zone(e, t->family, t->text, seen.zones);
	if (!seen.engine)
		return;
	if (t->family == PRINT_rcvd)
		by_form(e, t->text, seen);
	else if (t->family == PRINT_claimok)
		by_parts(e, t->text, seen.parts);
	else
		by_address(e, t->family, t->text);
}

size_t engine_elsewhere(const struct engine_model *m, uint32_t token, struct host_view seen, uint32_t out[HOST_ALIKE])
{
	struct elsewhere e;
	size_t n = 0;
	elsewhere_of(&m->tokens.v[token], seen, &e);
	for (size_t i = 0; i < e.n; i++) {
		const struct map_entry *found = map_get(&m->by_text, str_make(e.v[i].text, e.v[i].n));
		if (found)
			out[n++] = (uint32_t)found->value - 1;
	}
	return n;
}

int engine_elsewhere_make(struct engine_model *m, const struct engine_class *k)
{
	struct elsewhere e;
	struct host_view seen = engine_hosts(m, k);
	for (size_t i = 0; i < k->n; i++) {
		elsewhere_of(&m->tokens.v[k->counts[i].token], seen, &e);
		for (size_t j = 0; j < e.n && m->tokens.n < m->most_tokens; j++) /* without room: none that mail has */
			if (engine_model_token(m, str_make(e.v[j].text, e.v[j].n)) == UINT32_MAX)
				return ERR_ENV;
	}
	return 0;
}
