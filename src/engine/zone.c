/* zone.c - see zone.h. */
#include "engine/zone.h"

#include "base/limits.h"
#include "engine/view.h"

/* How tokens of a family end. The first is the same for every host when hosts in two zones outside of UTC show it. */
struct likeness {
	enum print_id family;
	const char *ends[4];
};
static const struct likeness sets[] = {
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
enum { SETS = sizeof sets / sizeof *sets, ENDS = sizeof sets->ends / sizeof *sets->ends };

static bool is_utc(struct str zone)
{
	return str_ends(zone, S("0000")) || str_ieq(zone, S("GMT")) || str_ieq(zone, S("UTC")) || str_ieq(zone, S("UT")) ||
	       str_ieq(zone, S("Z"));
}

enum engine_zones engine_zones_seen(const struct engine_model *m, const struct engine_class *k)
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
	if (all - most < ENGINE_LOOSE * all)
		return ZONES_ONE;
	return utc < ENGINE_LOOSE * all ? ZONES_NOT_UTC : ZONES_ALL;
}

/* The texts that a token may have elsewhere: the token up to its end, and another end of the set. */
struct elsewhere {
	struct str stem, end;
};
static size_t elsewhere_of(const struct engine_token *t, enum engine_zones seen, struct elsewhere out[ZONE_ALIKE])
{
	size_t n = 0;
	for (size_t s = 0; s < SETS; s++) {
		if (sets[s].family != t->family)
			continue;
		size_t own = 0;
		while (own < ENDS && sets[s].ends[own] && !str_ends(t->text, str_of(sets[s].ends[own])))
			own++;
		if (own == ENDS || !sets[s].ends[own] || (own == 0 && seen == ZONES_NOT_UTC))
			continue;
		struct str stem = str_first(t->text, t->text.n - str_of(sets[s].ends[own]).n);
		for (size_t i = 0; i < ENDS && sets[s].ends[i] && n < ZONE_ALIKE; i++)
			if (i != own)
				out[n++] = (struct elsewhere){stem, str_of(sets[s].ends[i])};
	}
	return n;
}

/* Empty when it is too long for a token. */
static struct str text_of(const struct elsewhere *e, uint8_t text[LIM_PRINT_TOKEN])
{
	if (e->stem.n + e->end.n > LIM_PRINT_TOKEN)
		return S("");
	memcpy(text, e->stem.p, e->stem.n);
	memcpy(text + e->stem.n, e->end.p, e->end.n);
	return str_make(text, e->stem.n + e->end.n);
}

size_t engine_zone_alike(const struct engine_model *m, uint32_t token, enum engine_zones seen, uint32_t out[ZONE_ALIKE])
{
	struct elsewhere e[ZONE_ALIKE];
	uint8_t text[LIM_PRINT_TOKEN];
	size_t n = 0, all = seen == ZONES_ALL ? 0 : elsewhere_of(&m->tokens.v[token], seen, e);
	for (size_t i = 0; i < all; i++) {
		const struct map_entry *found = map_get(&m->by_text, text_of(&e[i], text));
		if (found)
			out[n++] = (uint32_t)found->value - 1;
	}
	return n;
}

int engine_zone_make(struct engine_model *m, const struct engine_class *k)
{
	struct elsewhere e[ZONE_ALIKE];
	uint8_t text[LIM_PRINT_TOKEN];
	enum engine_zones seen = engine_zones_seen(m, k);
	for (size_t i = 0; seen != ZONES_ALL && i < k->n; i++) {
		size_t n = elsewhere_of(&m->tokens.v[k->counts[i].token], seen, e);
		for (size_t j = 0; j < n; j++) {
			struct str t = text_of(&e[j], text);
			if (t.n && engine_model_token(m, t) == UINT32_MAX)
				return ERR_ENV;
		}
	}
	return 0;
}
