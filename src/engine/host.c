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

struct host_view engine_hosts(const struct engine_model *m, const struct engine_class *k)
{
	double utc = 0, east = 0, west = 0;
	for (size_t i = 0; i < k->n; i++) {
		const struct engine_token *t = &m->tokens.v[k->counts[i].token];
		if (t->family != PRINT_tz)
			continue;
		struct str zone = str_from(t->text, print_table[PRINT_tz].name.n + 1);
		utc += is_utc(zone) ? k->counts[i].messages : 0;
		east += str_eq(zone, S("east")) ? k->counts[i].messages : 0;
		west += str_eq(zone, S("west")) ? k->counts[i].messages : 0;
	}
	double all = utc + east + west, most = fmax(utc, fmax(east, west));
	enum host_zones seen = all - most < ENGINE_LOOSE * all ? ZONES_ONE : utc < ENGINE_LOOSE * all ? ZONES_NOT_UTC : ZONES_ALL;
	return (struct host_view){seen, k->kind == ENGINE_BOT};
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

/* "from P by": the peer's address where another one stands, and the other way round where one stands. */
static bool swap_address(struct str text, uint8_t out[LIM_PRINT_TOKEN])
{
	size_t peers = 0, others = 0;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 1; i < text.n; i++) {
			bool word = !ascii_alnum(text.p[i - 1]) && (i + 1 == text.n || !ascii_alnum(text.p[i + 1]));
			bool peer = word && text.p[i] == 'P', other = word && text.p[i] == 'I';
			if (pass == 0) {
				peers += peer;
				others += other;
				out[i] = text.p[i];
			} else if (peer || (other && !peers)) {
				out[i] = peer ? 'I' : 'P';
			}
		}
	out[0] = text.p[0];
	return peers || others == 1;
}

static void by_address(struct elsewhere *e, unsigned family, struct str text, enum host_zones seen)
{
	uint8_t swapped[LIM_PRINT_TOKEN];
	for (size_t s = 0; s < sizeof addresses / sizeof *addresses; s++) {
		size_t own = addresses[s].family == family ? end_of(&addresses[s], text) : ENDS;
		if (own < ENDS)
			add_ends(e, &addresses[s], text, own);
	}
	if (family != PRINT_rcvd || text.n > sizeof swapped || !swap_address(text, swapped))
		return;
	add(e, str_make(swapped, text.n), S(""));
	by_zone(e, family, str_make(swapped, text.n), seen);
}

static void elsewhere_of(const struct engine_token *t, struct host_view seen, struct elsewhere *e)
{
	e->n = 0;
	by_zone(e, t->family, t->text, seen.zones);
	if (seen.addresses)
		by_address(e, t->family, t->text, seen.zones);
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
		for (size_t j = 0; j < e.n; j++)
			if (engine_model_token(m, str_make(e.v[j].text, e.v[j].n)) == UINT32_MAX)
				return ERR_ENV;
	}
	return 0;
}
