/* shops.c - see shops.h. */
#include "shop/shops.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "shop/hosts.h"
#include "shop/seeds.h"
#include "shop/ties.h"

static const struct {
	const char *name;
	double agrees, against;
} families[SHOP_FAMILIES] = {
	[MARK_BRAND] = {"brand", 2.0, -1.5},
	[MARK_PHONE] = {"phone", 3.0, -1.0}, /* nobody shows another's, but many have several */
	[MARK_ORDER] = {"order number", 2.5, -2.0},
	[MARK_ACCOUNT] = {"counter account", 3.0, -1.0},
	[MARK_PAYHOST] = {"form host", 2.0, -1.0},
	[MARK_ICON] = {"favicon", 1.0, -0.5},
	[MARK_LOOK] = {"picture", 1.0, 0}, /* goods and seals of all kinds are shown everywhere */
	[SHOP_STRUCTURE] = {"page structure", 2.0, -1.0},
};
static const double structure_alone = 3.0;

/* ---- what is known of a programme ---- */

static struct str key_of(const uint32_t *token)
{
	return str_make(token, sizeof *token);
}

static uint64_t owners_of(const struct shops *s, uint32_t token)
{
	const struct map_entry *e = map_get(&s->owners, key_of(&token));
	return e ? e->value : 0;
}

static bool has_mark(const struct programme *p, int family, uint32_t token)
{
	for (size_t i = 0; i < p->marks[family].n; i++)
		if (p->marks[family].v[i] == token)
			return true;
	return false;
}

bool programme_add_mark(struct shops *s, struct programme *p, int family, uint32_t token)
{
	if (has_mark(p, family, token))
		return true;
	uint32_t *slot = vec_push(s->arena, &p->marks[family], LIM_PROGRAMME_MARKS);
	struct map_entry *e = map_put(&s->owners, key_of(&token), NULL);
	if (slot)
		*slot = token;
	if (e)
		e->value += slot != NULL;
	return e && (slot || p->marks[family].n == LIM_PROGRAMME_MARKS);
}

/* taught: only marks of its own that several domains have. */
bool programme_add_form(struct shops *s, struct programme *p, uint32_t form, bool taught)
{
	const struct form *f = &s->sites.forms.v[form];
	bool ok = true;
	if (p->forms.n < SHOP_FORMS) {
		uint32_t *slot = vec_push(s->arena, &p->forms, SHOP_FORMS);
		ok = slot != NULL;
		if (slot)
			*slot = form;
	}
	for (int m = 0; m < MARK_COUNT; m++)
		for (size_t i = 0; ok && i < f->marks[m].n; i++) {
			uint32_t t = f->marks[m].v[i];
			bool listed = m == MARK_BRAND && p->in_pack && p->marks[m].n; /* the pack says which brands it has */
			if (!listed && (!taught || (owners_of(s, t) == 0 && s->sites.token_domains.v[t] >= SHOP_STABLE)))
				ok = programme_add_mark(s, p, m, t);
		}
	return ok;
}

/* ---- comparing ---- */

static double nearest(const struct shops *s, const struct form *f, const struct programme *p)
{
	double best = 0;
	for (size_t i = 0; i < p->forms.n; i++) {
		double d = sites_alike(&s->sites, f->structure, s->sites.forms.v[p->forms.v[i]].structure);
		best = d > best ? d : best;
	}
	return best;
}

static bool stable(const struct shops *s, const uint32_t *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s->sites.token_domains.v[v[i]] >= SHOP_STABLE)
			return true;
	return false;
}

/* A picture of p that no other programme has. It is copied with the template around it, and a favicon is one: what these say already is
 * not said again. */
static void compare_pictures(const struct shops *s, const struct form *f, const struct programme *p, struct likeness *l)
{
	const struct id_set have = f->marks[MARK_LOOK];
	bool own = false;
	for (size_t i = 0; i < have.n && !own; i++)
		own = has_mark(p, MARK_LOOK, have.v[i]) && owners_of(s, have.v[i]) < 2;
	if (!own || l->agrees & (1U << MARK_ICON | 1U << SHOP_STRUCTURE))
		return;
	l->agrees |= 1U << MARK_LOOK;
	l->score += families[MARK_LOOK].agrees;
}

/* structure: likeness to p; other: the best likeness to any other programme. */
static struct likeness compare(
	const struct shops *s, const struct form *f, const struct programme *p, double structure, double other)
{
	struct likeness l = {.structure = structure};
	for (int m = 0; m < MARK_LOOK; m++) {
		const struct id_set have = f->marks[m];
		bool met = false, own = false;
		for (size_t i = 0; i < have.n; i++)
			if (has_mark(p, m, have.v[i])) {
				met = true;
				own |= owners_of(s, have.v[i]) < 2;
			}
		if (met) {
			l.agrees |= 1U << m;
			l.shared |= own ? 0 : 1U << m;
			l.score += families[m].agrees * (own ? 1 : 0.5);
		} else if (have.n && p->marks[m].n &&
			   (m == MARK_BRAND || (stable(s, have.v, have.n) && stable(s, p->marks[m].v, p->marks[m].n)))) {
			l.against |= 1U << m;
			l.score += families[m].against;
		}
	}
	if (structure >= SHOP_NEAR) {
		bool own = 1 - structure + 0.02 <= SHOP_RATIO * (1 - other); /* 0.02: two that are all but the same are a tie */
		l.agrees |= 1U << SHOP_STRUCTURE;
		l.shared |= own ? 0 : 1U << SHOP_STRUCTURE;
		l.score += !own                     ? families[SHOP_STRUCTURE].agrees / 2
		           : structure >= SHOP_SAME ? structure_alone
		                                    : families[SHOP_STRUCTURE].agrees;
	} else if (p->forms.n && structure < SHOP_NEAR / 2) {
		l.against |= 1U << SHOP_STRUCTURE;
		l.score += families[SHOP_STRUCTURE].against;
	}
	compare_pictures(s, f, p, &l);
	return l;
}

struct choice {
	uint32_t best, second;
	struct likeness like, next; /* to these */
};

/* Whether a programme has a mark of the form. */
static bool shares_mark(const struct form *f, const struct programme *p)
{
	for (int m = 0; m < MARK_COUNT; m++)
		for (size_t i = 0; i < f->marks[m].n; i++)
			if (has_mark(p, m, f->marks[m].v[i]))
				return true;
	return false;
}

/* The best of programmes from..n for a form; by_mark: only of those that share a mark with it, which is far less work. near: room for n. */
static struct choice choose(const struct shops *s, uint32_t form, size_t from, bool by_mark, double *near)
{
	const struct form *f = &s->sites.forms.v[form];
	struct choice c = {.best = NO_PROGRAMME, .second = NO_PROGRAMME, .next.score = -INFINITY};
	double first = 0, next = 0;
	for (size_t i = from; i < s->programmes.n; i++) {
		near[i] = -1;
		if (by_mark && !shares_mark(f, &s->programmes.v[i]))
			continue;
		near[i] = nearest(s, f, &s->programmes.v[i]);
		next = near[i] >= first ? first : near[i] > next ? near[i] : next;
		first = near[i] > first ? near[i] : first;
	}
	for (size_t i = from; i < s->programmes.n; i++) {
		if (near[i] < 0)
			continue;
		const struct likeness l = compare(s, f, &s->programmes.v[i], near[i], near[i] >= first ? next : first);
		if (c.best == NO_PROGRAMME || l.score > c.like.score) {
			c.next = c.best == NO_PROGRAMME ? c.next : c.like;
			c.second = c.best;
			c.best = (uint32_t)i;
			c.like = l;
		} else if (l.score > c.next.score) {
			c.next = l;
			c.second = (uint32_t)i;
		}
	}
	return c;
}

static double confidence_of(double score)
{
	double p = 1 / (1 + exp(1 - score));
	return p > 0.99 ? 0.99 : p;
}

/* ---- naming forms ---- */

/* Two fit alike, and both together would do: what they share weighs half for each of them only because they share it. */
static bool is_tie(const struct choice *c)
{
	double score = 0;
	for (int m = 0; m < SHOP_FAMILIES; m++) {
		const unsigned bit = 1U << m;
		score += c->like.agrees & c->next.agrees & bit     ? families[m].agrees
		         : c->like.against & c->next.against & bit ? families[m].against
		                                                   : 0;
	}
	return score >= SHOP_SCORE && c->like.score - c->next.score < SHOP_MARGIN;
}

static bool name_known(struct shops *s, double *near, size_t known)
{
	bool again = true, ok = true;
	for (int round = 0; again && ok && round < 4; round++) {
		again = false;
		for (uint32_t i = 0; ok && i < s->sites.forms.n; i++) {
			struct form_name *n = &s->forms[i];
			if (n->programme != NO_PROGRAMME || !known)
				continue;
			struct choice c = choose(s, i, 0, false, near);
			n->second = c.best;
			n->rival = is_tie(&c) ? c.second : NO_PROGRAMME;
			n->like = c.like;
			n->rival_like = c.next;
			if (c.like.score < SHOP_SCORE || c.like.score - c.next.score < SHOP_MARGIN)
				continue;
			*n = (struct form_name){.programme = c.best,
				.second = c.second,
				.like = c.like,
				.confidence = confidence_of(c.like.score),
				.brand = n->brand};
			s->programmes.v[c.best].domains += s->sites.forms.v[i].domains;
			if (c.like.score >= SHOP_TEACHES && s->sites.forms.v[i].domains >= SHOP_STABLE) {
				ok = programme_add_form(s, &s->programmes.v[c.best], i, true);
				again = true;
			}
		}
	}
	return ok;
}

static const unsigned identity = 1U << MARK_BRAND | 1U << MARK_PHONE | 1U << MARK_ORDER | 1U << MARK_ACCOUNT;

/* Two families have to agree, and nothing that tells operators apart may differ; but for one brand in one shop, which may have several
 * telephones. */
static bool fits(const struct choice *c)
{
	const unsigned shop = 1U << MARK_BRAND | 1U << SHOP_STRUCTURE;
	bool one_shop = (c->like.agrees & shop) == shop && c->like.score >= SHOP_SCORE;
	return c->best != NO_PROGRAMME && __builtin_popcount(c->like.agrees) > 1 && (one_shop || !(c->like.against & identity));
}

struct order {
	uint32_t form, domains;
};

static int by_domains(const void *a, const void *b)
{
	const struct order *x = a, *y = b;
	if (x->domains != y->domains)
		return x->domains < y->domains ? 1 : -1;
	return (x->form > y->form) - (x->form < y->form);
}

/* What fits none of the known programmes, largest first. */
static bool name_unknown(struct shops *s, size_t known)
{
	struct order *list = mem_alloc(s->sites.forms.n * sizeof *list + 1);
	double *near = mem_alloc((s->programmes.n + s->sites.forms.n + 1) * sizeof *near);
	size_t n = 0;
	bool ok = list && near;
	for (uint32_t i = 0; ok && i < s->sites.forms.n; i++)
		if (s->forms[i].programme == NO_PROGRAMME)
			list[n++] = (struct order){i, s->sites.forms.v[i].domains};
	if (ok && n)
		qsort(list, n, sizeof *list, by_domains);
	for (size_t i = 0; ok && i < n; i++) {
		const struct form *f = &s->sites.forms.v[list[i].form];
		struct form_name *name = &s->forms[list[i].form];
		struct choice c =
			choose(s, list[i].form, known, true, near); /* two families have to agree: one of them is a mark */
		if (!fits(&c)) {
			if (s->programmes.n - known >= LIM_PROGRAMMES) {
				s->left_out++;
				continue;
			}
			struct programme *p = vec_push(s->arena, &s->programmes, UINT32_MAX - 1);
			ok = p != NULL;
			c = (struct choice){.best = (uint32_t)s->programmes.n - 1, .second = NO_PROGRAMME};
		}
		if (!ok)
			break;
		struct programme *p = &s->programmes.v[c.best];
		ok = programme_add_form(s, p, list[i].form, false);
		p->domains += f->domains;
		*name = (struct form_name){.programme = c.best, .second = name->programme, .like = c.like, .brand = name->brand};
	}
	mem_free(list);
	mem_free(near);
	return ok;
}

/* ---- names of unknown programmes ---- */

static const struct pack_brand *pack_brand(const struct pack *pack, struct str name)
{
	for (size_t i = 0; name.n && i < pack->n_brands; i++) {
		if (str_ieq(pack->brands[i].entry.name, name))
			return &pack->brands[i];
		for (size_t k = 0; k < pack->brands[i].phrases.n; k++)
			if (str_ieq(pack->brands[i].phrases.v[k], name))
				return &pack->brands[i];
	}
	return NULL;
}

static bool name_taken(const struct shops *s, size_t before, struct str name)
{
	for (size_t i = 0; i < before; i++)
		if (str_ieq(s->programmes.v[i].name, name))
			return true;
	return pack_brand(s->pack, name) != NULL;
}

/* A number of its own from what changes least: the first phone, order format or brand that it shows. */
static struct str numbered(struct shops *s, const struct programme *p)
{
	uint64_t h = 0;
	for (int m = 0; m < MARK_LOOK && !h; m++)
		for (size_t i = 0; i < p->marks[m].n && !h; i++)
			h = hash64(sites_token(&s->sites, p->marks[m].v[i]), 0);
	char text[32];
	if (!h)
		h = hash64(s->sites.pages.v[s->sites.forms.v[p->forms.v[0]].page].domain, 0);
	int n = snprintf(text, sizeof text, "programme-%04x", (unsigned)(h >> 48));
	return arena_dup(s->arena, str_make(text, (size_t)n));
}

static bool christen(struct shops *s, size_t known)
{
	for (size_t i = known; i < s->programmes.n; i++) {
		struct programme *p = &s->programmes.v[i];
		p->brand = s->sites.forms.v[p->forms.v[0]].brand;
		p->one_brand = p->brand.n > 0;
		p->name = p->brand.n && !name_taken(s, i, p->brand) ? p->brand : numbered(s, p);
		if (!p->name.p)
			return false;
	}
	for (uint32_t i = 0; i < s->sites.forms.n; i++) {
		struct form_name *n = &s->forms[i];
		const struct pack_brand *b = pack_brand(s->pack, s->sites.forms.v[i].brand);
		n->brand = b ? b->entry.name : s->sites.forms.v[i].brand;
		if (n->programme != NO_PROGRAMME && n->brand.n && !str_ieq(n->brand, s->programmes.v[n->programme].brand))
			s->programmes.v[n->programme].one_brand = false;
		if (n->programme == NO_PROGRAMME || n->programme < known)
			continue;
		uint32_t domains = s->programmes.v[n->programme].domains;
		n->confidence = 0.95 - 0.5 / (double)domains;
		if (domains < SHOP_DOMAINS)
			n->programme = NO_PROGRAMME;
	}
	return true;
}

/* ---- places ---- */

static bool add_place(struct shops *s, const char *prefix, struct str name, uint32_t page)
{
	char key[300];
	int n = snprintf(key, sizeof key, "%s%.*s", prefix, (int)(name.n < 256 ? name.n : 256), (const char *)name.p);
	const uint32_t form = s->sites.pages.v[page].form;
	bool fresh;
	struct map_entry *e = map_put(&s->places, str_make(key, (size_t)n), &fresh);
	struct place *p = e && fresh ? vec_push(s->arena, &s->places_v, UINT32_MAX - 1) : NULL;
	if (!e || (fresh && !p))
		return false;
	if (p) {
		*p = (struct place){form, 1, page, false};
		e->value = s->places_v.n;
		return true;
	}
	p = &s->places_v.v[e->value - 1];
	p->captures++;
	p->torn |= s->forms[p->form].programme != s->forms[form].programme;
	return true;
}

static bool add_places(struct shops *s)
{
	for (size_t i = 0; i < s->sites.pages.n; i++) {
		const struct site_page *p = &s->sites.pages.v[i];
		if (p->form != NO_FORM &&
			(!add_place(s, "h:", p->host, (uint32_t)i) || !add_place(s, "d:", p->domain, (uint32_t)i)))
			return false;
	}
	return true;
}

static uint32_t place_form(const struct shops *s, const char *prefix, struct str name)
{
	char key[300];
	int n = snprintf(key, sizeof key, "%s%.*s", prefix, (int)(name.n < 256 ? name.n : 256), (const char *)name.p);
	const struct map_entry *e = map_get(&s->places, str_make(key, (size_t)n));
	const struct place *p = e ? &s->places_v.v[e->value - 1] : NULL;
	return p && !p->torn ? p->form : NO_FORM;
}

uint32_t shops_place(const struct shops *s, struct str host, struct str domain)
{
	uint32_t form = place_form(s, "h:", host);
	return form != NO_FORM ? form : place_form(s, "d:", domain);
}

const struct hosted *shops_hosted(const struct shops *s, struct str domain)
{
	const struct map_entry *e = map_get(&s->hosted, domain);
	return e ? &s->hosted_v.v[e->value - 1] : NULL;
}

uint32_t shops_url(const struct shops *s, struct str url, int64_t time, uint32_t *page)
{
	uint32_t at = sites_page(&s->sites, url, time), end = at == NO_PAGE ? NO_PAGE : s->sites.pages.v[at].end;
	if (page)
		*page = end;
	return end == NO_PAGE ? NO_FORM : s->sites.pages.v[end].form;
}

/* ---- evidence ---- */

static void put_family(const struct shops *s, const struct form *f, const struct form_name *n, int m, struct json *j)
{
	const unsigned bit = 1U << m;
	const struct programme *p = &s->programmes.v[n->programme];
	double w = n->like.agrees & bit ? families[m].agrees * (n->like.shared & bit ? 0.5 : 1) : families[m].against;
	struct str text = S("");
	uint32_t domains = 0;
	for (size_t i = 0; m < MARK_COUNT && i < f->marks[m].n; i++)
		if (!text.n || has_mark(p, m, f->marks[m].v[i])) {
			struct str token = sites_token(&s->sites, f->marks[m].v[i]);
			text = str_from(token, str_find_byte(token, '=') + 1);
			domains = s->sites.token_domains.v[f->marks[m].v[i]];
		}
	json_obj(j);
	json_key(j, "kind");
	json_z(j, families[m].name);
	json_key(j, "name");
	json_str(j, p->name);
	json_key(j, "weight");
	json_num(j, w, 2);
	json_key(j, "text");
	json_str(j, text);
	if (m == SHOP_STRUCTURE) {
		json_key(j, "likeness");
		json_num(j, n->like.structure, 3);
	} else {
		json_key(j, "domains");
		json_int(j, domains);
	}
	json_key(j, "others");
	json_bool(j, n->like.shared & bit);
	json_obj_end(j);
}

void shops_evidence(const struct shops *s, uint32_t form, struct json *j)
{
	const struct form_name *n = &s->forms[form];
	json_arr(j);
	for (int m = 0; m < SHOP_FAMILIES && n->programme != NO_PROGRAMME; m++)
		if ((n->like.agrees | n->like.against) >> m & 1)
			put_family(s, &s->sites.forms.v[form], n, m, j);
	if (n->hosts)
		tie_evidence(s, n, j);
	json_arr_end(j);
}

/* ---- the whole ---- */

int shops_load(struct shops *s, struct store *store, const struct pack *pack, struct arena *arena, struct err *err)
{
	*s = (struct shops){.pack = pack, .arena = arena};
	map_init(&s->owners, SIZE_MAX);
	map_init(&s->places, SIZE_MAX);
	map_init(&s->hosted, SIZE_MAX);
	int rc = sites_load(&s->sites, store, arena, err);
	if (rc)
		return rc;
	s->forms = arena_zalloc(arena, s->sites.forms.n + 1, sizeof *s->forms);
	double *near = mem_alloc((pack->n_programmes + 1) * sizeof *near);
	bool ok = s->forms && near;
	for (size_t i = 0; ok && i < s->sites.forms.n; i++)
		s->forms[i] = (struct form_name){.programme = NO_PROGRAMME, .second = NO_PROGRAMME, .rival = NO_PROGRAMME};
	ok = ok && shop_seeds(s);
	size_t known = s->programmes.n, found = 0;
	ok = ok && name_known(s, near, known) && shop_ties(s, &found) &&
	     (!found || name_known(s, near, known)); /* a tie's marks are known now */
	ok = ok && name_unknown(s, known) && christen(s, known) && add_places(s) && shop_hosts(s);
	mem_free(near);
	return ok ? 0 : err_oom(err, "programmes");
}

void shops_free(struct shops *s)
{
	map_free(&s->owners);
	map_free(&s->places);
	map_free(&s->hosted);
	sites_free(&s->sites);
}
