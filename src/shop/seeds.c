/* seeds.c - see seeds.h. */
#include "shop/seeds.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/mem.h"

/* What was captured at a seed's domain. */
struct look {
	uint32_t captures, parked, dead, other, away;
	uint32_t shown; /* captures of the form that was taken */
	uint32_t next;  /* seed of the same domain + 1 */
	bool pending;   /* its page names no brand of the pack */
};
struct seeding {
	struct shops *s;
	struct look *looks; /* by seed */
	struct map domains; /* -> first seed + 1 */
	size_t cap;
};

/* ---- the pack's programmes ---- */

static bool add_brand(struct shops *s, struct programme *p, struct str name)
{
	struct buf b;
	buf_init(&b, 4 * KIB);
	buf_add(&b, S("brand="));
	for (size_t i = 0; i < name.n; i++)
		buf_byte(&b, ascii_lower(name.p[i]));
	uint32_t token = buf_ok(&b) ? sites_intern(&s->sites, buf_str(&b)) : UINT32_MAX;
	buf_free(&b);
	return token != UINT32_MAX && programme_add_mark(s, p, MARK_BRAND, token);
}

static bool add_seed(struct shops *s, struct str domain, uint32_t programme)
{
	for (size_t i = s->seeds.n; i-- && s->seeds.v[i].programme == programme;)
		if (str_ieq(s->seeds.v[i].domain, domain))
			return true;
	struct seed *seed = vec_push(s->arena, &s->seeds, LIM_PACK_ENTRIES);
	if (seed)
		*seed = (struct seed){.domain = domain, .programme = programme, .page = NO_PAGE, .form = NO_FORM};
	return seed || s->seeds.n == LIM_PACK_ENTRIES;
}

/* How many programmes of the pack list the brand. */
static size_t sellers(const struct pack *pack, uint32_t brand)
{
	size_t n = 0;
	for (size_t i = 0; i < pack->n_programmes; i++)
		for (size_t k = 0; k < pack->programmes[i].brands.n; k++)
			n += pack->programmes[i].brand_at[k] == brand;
	return n;
}

static bool add_programme(struct shops *s, const struct pack_programme *from)
{
	struct programme *p = vec_push(s->arena, &s->programmes, UINT32_MAX - 1);
	bool ok = p != NULL;
	uint32_t number = (uint32_t)s->programmes.n - 1;
	if (ok)
		*p = (struct programme){
			.name = from->entry.name, .category = from->category, .in_pack = true, .one_brand = from->brands.n == 1};
	for (size_t i = 0; ok && i < from->example_domains.n; i++)
		ok = add_seed(s, from->example_domains.v[i], number);
	for (size_t i = 0; ok && i < from->brands.n; i++) {
		const struct pack_brand *b = &s->pack->brands[from->brand_at[i]];
		bool common = sellers(s->pack, from->brand_at[i]) > 1;
		p->brand = p->brand.n ? p->brand : b->entry.name;
		ok = add_brand(s, p, b->entry.name);
		for (size_t k = 0; ok && k < b->phrases.n; k++)
			ok = add_brand(s, p, b->phrases.v[k]);
		for (size_t k = 0; ok && !common && k < b->example_domains.n; k++)
			ok = add_seed(s, b->example_domains.v[k], number);
	}
	return ok;
}

/* ---- looking at the captures ---- */

static void see(struct seeding *g, uint32_t seed, uint32_t page)
{
	const struct sites *sites = &g->s->sites;
	const struct site_page *p = &sites->pages.v[page], *end = p->end == NO_PAGE ? NULL : &sites->pages.v[p->end];
	struct look *l = &g->looks[seed];
	struct seed *to = &g->s->seeds.v[seed];
	l->captures++;
	if (end && end->form != NO_FORM) {
		if (to->form == NO_FORM || (l->shown == 0 && end->form != to->form)) {
			to->form = end->form;
			l->shown = 0;
		}
		if (to->form == end->form && l->shown++ == 0)
			to->page = p->end;
		return;
	}
	enum site_kind kind = end ? end->kind : SITE_REDIRECT;
	l->parked += kind == SITE_PARKED;
	l->dead += kind == SITE_DEAD;
	l->away += kind == SITE_REDIRECT;
	l->other += kind == SITE_OTHER || kind == SITE_FILE;
	if (to->page == NO_PAGE)
		to->page = page;
}

static bool look_at_captures(struct seeding *g)
{
	struct shops *s = g->s;
	for (size_t i = 0; i < s->seeds.n; i++) {
		struct map_entry *e = map_put(&g->domains, s->seeds.v[i].domain, NULL);
		if (!e)
			return false;
		g->looks[i].next = (uint32_t)e->value;
		e->value = i + 1;
	}
	for (size_t i = 0; i < s->sites.pages.n; i++) {
		const struct site_page *p = &s->sites.pages.v[i];
		const struct map_entry *e = map_get(&g->domains, p->domain);
		if (!e && !str_eq(p->host, p->domain))
			e = map_get(&g->domains, p->host);
		for (uint64_t at = e ? e->value : 0; at; at = g->looks[at - 1].next)
			see(g, (uint32_t)at - 1, (uint32_t)i);
	}
	return true;
}

/* ---- judging ---- */

static struct str text_of(struct shops *s, const char *before, struct str name, const char *between, struct str of)
{
	char text[400];
	int n = snprintf(text, sizeof text, "%s%.*s%s%.*s", before, (int)(name.n < 150 ? name.n : 150), (const char *)name.p,
		between, (int)(of.n < 150 ? of.n : 150), (const char *)of.p);
	return arena_dup(s->arena, str_make(text, (size_t)n));
}

static struct str why_no_storefront(const struct look *l)
{
	if (!l->captures)
		return S("not captured");
	if (l->parked >= l->dead && l->parked)
		return S("parked");
	if (l->dead)
		return S("dead");
	return l->away && !l->other ? S("leads to what was not captured") : S("not a storefront");
}

static uint32_t brand_token(const struct shops *s, uint32_t form)
{
	const struct id_set b = s->sites.forms.v[form].marks[MARK_BRAND];
	return b.n ? b.v[0] : UINT32_MAX;
}

static bool lists_brand(const struct programme *p, uint32_t token)
{
	for (size_t i = 0; i < p->marks[MARK_BRAND].n; i++)
		if (p->marks[MARK_BRAND].v[i] == token)
			return true;
	return false;
}

/* False: out of memory. */
static bool judge_brand(struct seeding *g, struct seed *seed, struct look *l)
{
	struct shops *s = g->s;
	const struct programme *p = &s->programmes.v[seed->programme];
	uint32_t brand = brand_token(s, seed->form);
	l->pending = brand == UINT32_MAX || !lists_brand(p, brand);
	seed->accepted = !l->pending;
	for (size_t i = 0; l->pending && brand != UINT32_MAX && i < s->programmes.n; i++)
		if (lists_brand(&s->programmes.v[i], brand)) {
			seed->reason =
				text_of(s, "names ", s->sites.forms.v[seed->form].brand, ", a brand of ", s->programmes.v[i].name);
			l->pending = false;
			return seed->reason.p != NULL;
		}
	return true;
}

static unsigned families_shared(const struct shops *s, uint32_t x, uint32_t y, unsigned *differ)
{
	const struct form *a = &s->sites.forms.v[x], *b = &s->sites.forms.v[y];
	unsigned shared = 0;
	*differ = 0;
	for (int m = 0; m < MARK_LOOK; m++) {
		if (ids_meet(a->marks[m], b->marks[m]))
			shared |= 1U << m;
		else if (a->marks[m].n && b->marks[m].n)
			*differ |= 1U << m;
	}
	if (x == y || sites_alike(&s->sites, a->structure, b->structure) >= SHOP_SAME)
		shared |= 1U << SHOP_STRUCTURE;
	return shared;
}

static const unsigned contact = 1U << MARK_PHONE | 1U << MARK_ORDER | 1U << MARK_ACCOUNT | 1U << MARK_PAYHOST;

/* How many accepted seeds of the same (or, with others, of another) programme share a contact mark that none of the rest contradicts. */
struct company {
	unsigned friends, strangers; /* of its own programme: share two families and nothing in contact differs; the opposite */
	unsigned rivals;             /* of another programme: share all that both have of contact */
	uint32_t rival;
};

static struct company company_of(const struct seeding *g, size_t seed)
{
	const struct shops *s = g->s;
	const struct seed *me = &s->seeds.v[seed];
	struct company c = {0, 0, 0, NO_PROGRAMME};
	for (size_t i = 0; i < s->seeds.n; i++) {
		const struct seed *you = &s->seeds.v[i];
		unsigned differ;
		if (i == seed || !you->accepted || you->form == NO_FORM)
			continue;
		unsigned shared = families_shared(s, me->form, you->form, &differ);
		bool alike = __builtin_popcount(shared) > 1 && (shared & contact || !(differ & contact)) && !(differ & contact);
		if (you->programme == me->programme) {
			c.friends += alike;
			c.strangers += !alike;
		} else if (alike && shared & contact) {
			c.rivals++;
			c.rival = you->programme;
		}
	}
	return c;
}

static bool refuse(struct seeding *g, struct seed *seed, struct str reason)
{
	(void)g;
	seed->accepted = false;
	seed->reason = reason;
	return reason.p != NULL;
}

/* Live, its brand right, and yet another's: the marks are those of another programme's seeds and not of its own. Decided for all
 * before any is refused, so that the order of the pack does not matter. */
static bool judge_company(struct seeding *g)
{
	struct shops *s = g->s;
	struct company *all = mem_zalloc(s->seeds.n + 1, sizeof *all);
	bool ok = all != NULL;
	for (size_t i = 0; ok && i < s->seeds.n; i++)
		if (s->seeds.v[i].accepted || g->looks[i].pending)
			all[i] = company_of(g, i);
	for (size_t i = 0; ok && i < s->seeds.n; i++) {
		struct seed *seed = &s->seeds.v[i];
		const struct company *c = &all[i];
		if (seed->accepted && !c->friends && c->rivals && (c->strangers || c->rivals > 1))
			ok = refuse(g, seed,
				text_of(s, "its phone or order numbers are those of ", s->programmes.v[c->rival].name, "", S("")));
		if (!g->looks[i].pending)
			continue;
		struct str brand = s->sites.forms.v[seed->form].brand;
		if (c->friends)
			seed->accepted = true;
		else if (c->rivals)
			ok = refuse(g, seed, text_of(s, "looks like the seeds of ", s->programmes.v[c->rival].name, "", S("")));
		else if (c->strangers)
			ok = refuse(g, seed,
				text_of(s, "unlike the programme's other seeds; names ", brand.n ? brand : S("no brand"), "",
					S("")));
		else if (brand.n && s->programmes.v[seed->programme].marks[MARK_BRAND].n)
			ok = refuse(g, seed, text_of(s, "names ", brand, ", no brand of the programme", S("")));
		else
			seed->accepted = true;
	}
	mem_free(all);
	return ok;
}

static bool judge(struct seeding *g)
{
	struct shops *s = g->s;
	bool ok = true;
	for (size_t i = 0; ok && i < s->seeds.n; i++) {
		struct seed *seed = &s->seeds.v[i];
		if (seed->form == NO_FORM)
			seed->reason = why_no_storefront(&g->looks[i]);
		else
			ok = judge_brand(g, seed, &g->looks[i]);
	}
	ok = ok && judge_company(g);
	for (size_t i = 0; ok && i < s->seeds.n; i++)
		if (s->seeds.v[i].accepted)
			ok = programme_add_form(s, &s->programmes.v[s->seeds.v[i].programme], s->seeds.v[i].form, false);
	return ok;
}

bool shop_seeds(struct shops *s)
{
	struct seeding g = {.s = s};
	bool ok = true;
	for (size_t i = 0; ok && i < s->pack->n_programmes; i++)
		ok = add_programme(s, &s->pack->programmes[i]);
	map_init(&g.domains, SIZE_MAX);
	g.looks = ok ? mem_zalloc(s->seeds.n + 1, sizeof *g.looks) : NULL;
	ok = g.looks && look_at_captures(&g) && judge(&g);
	mem_free(g.looks);
	map_free(&g.domains);
	return ok;
}
