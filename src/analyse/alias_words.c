/* alias_words.c - see alias_words.h. */
#include "analyse/alias_words.h"

#include <math.h>
#include <stdlib.h>

#include "base/limits.h"

enum { SHOWN = 4 };

static struct str value_of(const struct aliases *l, uint32_t thing)
{
	struct str token = sites_token(&l->s->sites, thing);
	return str_from(token, str_find_byte(token, '=') + 1);
}

static uint32_t most_used(const struct alias_uses *u)
{
	size_t best = 0;
	for (size_t i = 1; i < u->n; i++)
		best = u->v[i].n > u->v[best].n ? i : best;
	return u->v[best].thing;
}

/* "name servers ns1.a, ns2.a (70 and 38 domains)": what both have and few others. */
static void shared(const struct aliases *l, const struct alias_pair *p, enum alias_things kind, const char *what, struct buf *out)
{
	const struct alias_uses *x = &l->nodes.v[p->a].org.uses[kind], *y = &l->nodes.v[p->b].org.uses[kind];
	size_t n = 0;
	for (size_t i = 0; i < x->n && n < SHOWN; i++) {
		uint32_t thing = x->v[i].thing, also = alias_times(y, thing);
		if (!also || l->world.users[thing] > 3)
			continue;
		buf_add(out, n++ ? S(", ") : out->n ? S("; ") : S(""));
		if (n == 1)
			buf_printf(out, "%s ", what);
		buf_add(out, value_of(l, thing));
		buf_printf(out, " (%u and %u domains)", x->v[i].n, also);
	}
}

static void differs(const struct aliases *l, const struct alias_pair *p, enum alias_things kind, const char *what, struct buf *out)
{
	const struct alias_uses *x = &l->nodes.v[p->a].org.uses[kind], *y = &l->nodes.v[p->b].org.uses[kind];
	if (!x->n || !y->n)
		return;
	buf_add(out, out->n ? S("; ") : S(""));
	buf_printf(out, "%s differ: ", what);
	buf_add(out, value_of(l, most_used(x)));
	buf_add(out, S(" against "));
	buf_add(out, value_of(l, most_used(y)));
}

static void family_text(const struct aliases *l, const struct alias_pair *p, enum alias_family f, struct buf *out)
{
	switch (f) {
	case ALIAS_PAGE:
		buf_printf(out, "likeness of the storefronts' structure %.2f", p->alike);
		break;
	case ALIAS_CONTACT:
		shared(l, p, USE_PHONE, "phone", out);
		shared(l, p, USE_ORDER, "order numbers", out);
		shared(l, p, USE_ACCOUNT, "counter account", out);
		if (p->phone == 0)
			differs(l, p, USE_PHONE, "phones", out);
		if (p->order == 0)
			differs(l, p, USE_ORDER, "order numbers", out);
		break;
	case ALIAS_HOSTS:
		shared(l, p, USE_NS, "name servers", out);
		shared(l, p, USE_ADDRESS, "addresses", out);
		if (p->weight[f] < 0)
			buf_add(out, S("each has name servers of its own, none is shared"));
		break;
	case ALIAS_PAYMENT:
		shared(l, p, USE_PAYHOST, "forms go to", out);
		break;
	case ALIAS_SPAMMING:
		if (p->engines >= 0)
			buf_printf(out, "overlap of sending engines %.2f", p->engines);
		if (p->campaigns >= 0)
			buf_printf(out, "%soverlap of campaigns %.2f", out->n ? "; " : "", p->campaigns);
		break;
	case ALIAS_SUCCESSION:
		buf_printf(out, "one begins %.1f days after the other ends", p->gap_days);
		break;
	case ALIAS_FAMILY_COUNT:
		break;
	}
}

static void put_line(struct json *j, const char *kind, double weight, struct str text)
{
	json_obj(j);
	json_key(j, "kind");
	json_z(j, kind);
	json_key(j, "weight");
	json_num(j, weight, 2);
	json_key(j, "text");
	json_str(j, text);
	json_obj_end(j);
}

static bool near_names(struct str a, struct str b)
{
	return str_ifind(a, b) != STR_NPOS || str_ifind(b, a) != STR_NPOS;
}

/* What people take for evidence and is none. */
static void no_evidence(const struct aliases *l, const struct alias_pair *p, struct json *j)
{
	const struct alias_node *x = &l->nodes.v[p->a], *y = &l->nodes.v[p->b];
	for (size_t i = 0; i < x->registrars.n; i++)
		if (strs_have(&y->registrars, x->registrars.v[i])) {
			put_line(j, "registrar", 0, S("a registrar in common: no evidence, it serves thousands"));
			break;
		}
	if (x->brand.n && y->brand.n && near_names(x->brand, y->brand))
		put_line(j, "name", 0, S("much the same brand: no evidence, a name can be borrowed"));
}

void alias_evidence(const struct aliases *l, const struct alias_pair *p, struct buf *out)
{
	struct json j = json_to(out);
	struct buf text;
	buf_init(&text, 64 * KIB);
	json_arr(&j);
	for (int f = 0; f < ALIAS_FAMILY_COUNT; f++) {
		buf_clear(&text);
		if (p->weight[f] != 0) {
			family_text(l, p, (enum alias_family)f, &text);
			put_line(&j, alias_family_names[f], p->weight[f], buf_str(&text));
		}
	}
	no_evidence(l, p, &j);
	put_line(&j, "prior", ALIAS_PRIOR, S("two programmes taken at random"));
	json_arr_end(&j);
	out->oom |= text.oom;
	buf_free(&text);
}

void alias_reading(const struct aliases *l, const struct alias_pair *p, enum decided decided, struct buf *out)
{
	static const char *const says[] = {"are different organisations", "are not shown to be one organisation",
		"are likely one organisation", "are one organisation"};
	buf_add(out, l->nodes.v[p->a].name);
	buf_add(out, S(" and "));
	buf_add(out, l->nodes.v[p->b].name);
	buf_printf(out, " %s", decided == DECIDED_SAME ? says[3] : decided == DECIDED_DIFFERENT ? says[0] : says[p->tier]);
	if (decided != DECIDED_NOT)
		buf_printf(out, " by an analyst's decision (the evidence alone: %s)", alias_tier_names[p->tier]);
	const char *sep = ": ";
	for (int f = 0; f < ALIAS_FAMILY_COUNT; f++)
		if (p->weight[f] >= 0.5) {
			buf_printf(out, "%s%s %+.1f", sep, alias_family_names[f], p->weight[f]);
			sep = ", ";
		}
	for (int f = 0; f < ALIAS_FAMILY_COUNT; f++)
		if (p->weight[f] < 0) {
			buf_printf(out, "%sagainst: %s %+.1f", sep[0] == ':' ? ": " : "; ", alias_family_names[f], p->weight[f]);
			sep = ", ";
		}
	buf_add(out, S("."));
}

void alias_item(const struct aliases *l, const struct alias_pair *p, struct str reading, struct str evidence, struct str decision,
	struct buf *out)
{
	struct json j = json_to(out);
	json_obj(&j);
	json_key(&j, "a");
	json_str(&j, l->nodes.v[p->a].name);
	json_key(&j, "b");
	json_str(&j, l->nodes.v[p->b].name);
	json_key(&j, "tier");
	json_z(&j, alias_tier_names[p->tier]);
	json_key(&j, "log_odds");
	json_num(&j, p->log_odds, 2);
	json_key(&j, "families");
	json_int(&j, p->families);
	json_key(&j, "reading");
	json_str(&j, reading);
	json_key(&j, "decision");
	json_raw(&j, decision);
	json_key(&j, "evidence");
	json_raw(&j, evidence);
	json_obj_end(&j);
}
