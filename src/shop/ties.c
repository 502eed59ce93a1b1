/* ties.c - see ties.h. */
#include "shop/ties.h"

#include "base/mem.h"
#include "base/tally.h"
#include "shop/seeds.h"

struct tying {
	struct shops *s;
	struct tally uses; /* by address and programme: domains with storefronts that have a name */
	uint32_t *domains; /* [forms][2]: whose address is that of the best, of its rival, and not of the other */
};

/* Each domain once for each form that it shows. */
static bool each_domain(struct tying *t, bool (*visit)(struct tying *, uint32_t form, const struct site_dns *d))
{
	const struct sites *sites = &t->s->sites;
	struct map seen;
	bool ok = true;
	map_init(&seen, SIZE_MAX);
	for (size_t i = 0; ok && i < sites->pages.n; i++) {
		const struct site_page *p = &sites->pages.v[i];
		const struct site_dns *d = p->form == NO_FORM ? NULL : sites_dns(sites, p->domain);
		const struct {
			const struct site_dns *d;
			uint64_t form;
		} key = {d, p->form};
		bool fresh;
		if (!d)
			continue;
		ok = map_put(&seen, str_make(&key, sizeof key), &fresh) && (!fresh || visit(t, p->form, d));
	}
	map_free(&seen);
	return ok;
}

static bool use(struct tying *t, uint32_t form, const struct site_dns *d)
{
	uint32_t programme = t->s->forms[form].programme;
	bool ok = true;
	for (size_t i = 0; ok && programme != NO_PROGRAMME && i < d->a.n; i++)
		ok = tally_add(&t->uses, d->a.v[i], programme, 1);
	return ok;
}

static bool ask(struct tying *t, uint32_t form, const struct site_dns *d)
{
	const struct form_name *n = &t->s->forms[form];
	bool of[2] = {false, false};
	if (n->programme != NO_PROGRAMME || n->rival == NO_PROGRAMME)
		return true;
	for (size_t i = 0; i < d->a.n; i++) {
		of[0] |= tally_get(&t->uses, d->a.v[i], n->second) > 0;
		of[1] |= tally_get(&t->uses, d->a.v[i], n->rival) > 0;
	}
	for (int k = 0; k < 2; k++)
		t->domains[2 * form + (size_t)k] += of[k] && !of[1 - k];
	return true;
}

static bool settle(struct tying *t, uint32_t form, size_t *found)
{
	struct shops *s = t->s;
	struct form_name *n = &s->forms[form];
	const uint32_t *of = &t->domains[2 * (size_t)form];
	const int k = of[1] > of[0];
	if (n->programme != NO_PROGRAMME || of[k] < SHOP_STABLE || of[1 - k] > TIES_AGAIN * of[k])
		return true;
	struct programme *p = &s->programmes.v[k ? n->rival : n->second];
	n->programme = (uint32_t)(p - s->programmes.v);
	n->second = k ? n->second : n->rival;
	n->like = k ? n->rival_like : n->like;
	n->confidence = SHOP_TIE;
	n->hosts = of[k];
	p->domains += s->sites.forms.v[form].domains;
	++*found;
	return programme_add_form(s, p, form, true);
}

bool shop_ties(struct shops *s, size_t *found)
{
	struct tying t = {.s = s, .domains = mem_zalloc(2 * s->sites.forms.n + 1, sizeof *t.domains)};
	bool ok = t.domains && each_domain(&t, use) && each_domain(&t, ask);
	*found = 0;
	for (uint32_t i = 0; ok && i < s->sites.forms.n; i++)
		ok = settle(&t, i, found);
	tally_free(&t.uses);
	mem_free(t.domains);
	return ok;
}

void tie_evidence(const struct shops *s, const struct form_name *n, struct json *j)
{
	json_obj(j);
	json_key(j, "kind");
	json_z(j, "address");
	json_key(j, "name");
	json_str(j, s->programmes.v[n->programme].name);
	json_key(j, "text");
	json_str(j, S("addresses of this programme's storefronts, and not of the other that the page fits as well"));
	json_key(j, "domains");
	json_int(j, n->hosts);
	json_obj_end(j);
}
