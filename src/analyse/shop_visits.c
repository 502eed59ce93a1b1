/* shop_visits.c - see shop_visits.h. */
#include "analyse/shop_visits.h"

#include "base/mem.h"

/* A page of the domain is not yet the page of the link. */
static const float domain_keeps = 0.98F;

struct visits {
	struct analysis *a;
	const struct shops *s;
	name_id *programmes, *categories; /* by programme: names of the analysis */
	name_id *brands;                  /* by form */
	name_id *only_brands;             /* by programme: of those that have one */
	uint32_t *by_domain;              /* by interned word: form + 1; UINT32_MAX: none, 0: not asked yet */
	uint32_t *hosted;                 /* the same: hosted_v + 1, for those without a form */
	uint32_t words;
	struct arena scratch;
	struct err *err;
};

/* What the links of one message lead to. */
struct found {
	uint32_t form;
	bool torn;
};

static void meet(const struct visits *v, struct found *f, uint32_t form)
{
	if (form == NO_FORM)
		return;
	const struct form_name *new = &v->s->forms[form];
	if (new->programme == NO_PROGRAMME && (f->form != NO_FORM || !new->brand.n))
		return;
	if (f->form != NO_FORM && v->s->forms[f->form].programme != NO_PROGRAMME)
		f->torn |= v->s->forms[f->form].programme != new->programme;
	else
		f->form = form;
}

/* The host of a normalised URL. */
static struct str host_of(struct str url)
{
	size_t i = str_find(str_first(url, 12), S("://"));
	struct str rest = i == STR_NPOS ? S("") : str_from(url, i + 3);
	size_t n = 0;
	while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?' && rest.p[n] != '#')
		n++;
	rest = str_first(rest, n);
	i = str_rfind_byte(rest, '@');
	rest = i == STR_NPOS ? rest : str_from(rest, i + 1);
	return str_first(rest, str_find_byte(rest, ':'));
}

static uint32_t form_of_domain(struct visits *v, uint32_t word)
{
	if (word >= v->words)
		return NO_FORM;
	if (!v->by_domain[word]) {
		struct str name;
		struct arena_mark mark = arena_mark(&v->scratch);
		int rc = store_word(v->a->store, word, &v->scratch, &name, v->err);
		uint32_t form = rc > 0 ? shops_place(v->s, S(""), name) : NO_FORM;
		const struct hosted *h = rc > 0 && form == NO_FORM ? shops_hosted(v->s, name) : NULL;
		v->by_domain[word] = form == NO_FORM ? UINT32_MAX : form + 1;
		v->hosted[word] = h ? (uint32_t)(h - v->s->hosted_v.v) + 1 : 0;
		arena_release(&v->scratch, mark);
	}
	return v->by_domain[word] == UINT32_MAX ? NO_FORM : v->by_domain[word] - 1;
}

static void take(const struct visits *v, struct analysed *m, const struct found *f, enum via via)
{
	const struct form_name *n = &v->s->forms[f->form];
	const float keeps = via == VIA_PAGE ? 1 : domain_keeps;
	const bool named = n->programme != NO_PROGRAMME;
	const float confidence = (float)(named ? n->confidence : 0.85) * keeps;
	if (named && (!m->programme || confidence >= m->programme_confidence)) {
		m->programme = v->programmes[n->programme];
		m->programme_confidence = confidence;
		m->via = (uint8_t)via;
	}
	if (!m->brand && v->brands[f->form]) {
		m->brand = v->brands[f->form];
		m->brand_confidence = confidence;
		m->via = m->via == VIA_NONE ? (uint8_t)via : m->via;
	}
	if (named && !m->category && v->categories[n->programme]) {
		m->category = v->categories[n->programme];
		m->category_confidence = confidence;
	}
}

/* No link of the message was captured: the name servers of what it links to. */
static void take_hosts(const struct visits *v, struct analysed *m)
{
	const uint32_t *domains = analysis_domains(v->a, m);
	const struct hosted *found = NULL;
	for (size_t i = 0; i < m->n_domains; i++) {
		uint32_t at = domains[i] < v->words ? v->hosted[domains[i]] : 0;
		const struct hosted *h = at ? &v->s->hosted_v.v[at - 1] : NULL;
		if (h && found && h->programme != found->programme)
			return;
		found = h ? h : found;
	}
	if (!found || m->programme)
		return;
	m->programme = v->programmes[found->programme];
	m->programme_confidence = (float)found->confidence;
	m->via = VIA_DOMAIN;
	if (!m->brand && v->only_brands[found->programme]) {
		m->brand = v->only_brands[found->programme];
		m->brand_confidence = (float)found->confidence;
	}
	if (!m->category && v->categories[found->programme]) {
		m->category = v->categories[found->programme];
		m->category_confidence = (float)found->confidence;
	}
}

static int visit(void *ctx, const struct store_row *r)
{
	struct visits *v = ctx;
	struct analysed *m = analysis_find(v->a, r->n);
	struct found page = {.form = NO_FORM}, domain = {.form = NO_FORM};
	if (!m)
		return 0;
	for (size_t i = 0; i < r->row->urls.n; i++) {
		meet(v, &page, shops_url(v->s, r->row->urls.v[i], m->time, NULL));
		meet(v, &domain, shops_place(v->s, host_of(r->row->urls.v[i]), S("")));
	}
	for (size_t i = 0; i < m->n_domains; i++)
		meet(v, &domain, form_of_domain(v, analysis_domains(v->a, m)[i]));
	if (v->err->kind)
		return v->err->kind;
	if (page.form != NO_FORM && !page.torn)
		take(v, m, &page, VIA_PAGE);
	else if (page.form == NO_FORM && domain.form != NO_FORM && !domain.torn)
		take(v, m, &domain, VIA_DOMAIN);
	else if (page.form == NO_FORM && domain.form == NO_FORM)
		take_hosts(v, m);
	return 0;
}

static bool is_pack_brand(const struct pack *pack, struct str name)
{
	for (size_t i = 0; i < pack->n_brands; i++)
		if (str_eq(pack->brands[i].entry.name, name))
			return true;
	return false;
}

/* The brand of a page that no programme is known for counts only when the pack knows it: any shop has a name. */
static int name_all(struct visits *v)
{
	struct arena *a = &v->a->arena;
	const struct shops *s = v->s;
	v->programmes = arena_zalloc(a, s->programmes.n + 1, sizeof *v->programmes);
	v->categories = arena_zalloc(a, s->programmes.n + 1, sizeof *v->categories);
	v->brands = arena_zalloc(a, s->sites.forms.n + 1, sizeof *v->brands);
	v->only_brands = arena_zalloc(a, s->programmes.n + 1, sizeof *v->only_brands);
	v->by_domain = arena_zalloc(a, (size_t)v->words + 1, sizeof *v->by_domain);
	v->hosted = arena_zalloc(a, (size_t)v->words + 1, sizeof *v->hosted);
	if (!v->programmes || !v->categories || !v->brands || !v->only_brands || !v->by_domain || !v->hosted)
		return err_oom(v->err, "programmes");
	for (size_t i = 0; i < s->programmes.n; i++) {
		v->programmes[i] = analysis_name_of(v->a, s->programmes.v[i].name, v->err);
		v->categories[i] = analysis_name_of(v->a, s->programmes.v[i].category, v->err);
		if (s->programmes.v[i].one_brand)
			v->only_brands[i] = analysis_name_of(v->a, s->programmes.v[i].brand, v->err);
	}
	for (size_t i = 0; i < s->sites.forms.n; i++)
		if (s->forms[i].programme != NO_PROGRAMME || is_pack_brand(s->pack, s->forms[i].brand))
			v->brands[i] = analysis_name_of(v->a, s->forms[i].brand, v->err);
	return v->err->kind;
}

int through_pages(struct analysis *a, const struct shops *s, struct err *err)
{
	struct visits v = {.a = a, .s = s, .err = err};
	if (!s->sites.forms.n)
		return 0;
	int rc = store_word_max(a->store, &v.words, err);
	v.words++;
	arena_init(&v.scratch, SIZE_MAX);
	rc = rc ? rc : name_all(&v);
	if (rc == 0)
		rc = store_scan(a->store, &STORE_FILTER_ALL, FEAT_BIT(urls), STORE_UNORDERED | STORE_IDS, visit, &v, err);
	arena_free(&v.scratch);
	return rc;
}
