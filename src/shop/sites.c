/* sites.c - see sites.h. */
#include "shop/sites.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "base/json_read.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/time.h"
#include "page/page.h"
#include "shop/looks.h"
#include "shop/page_item.h"

const char *const mark_names[MARK_COUNT] = {"brand", "phone", "order number", "counter account", "form host", "favicon", "picture"};

enum { FORM_LOOKS = 2 * LIM_PAGE_LOOKS };

/* ---- sets of numbers ---- */

static bool ids_have(struct id_set s, uint32_t id)
{
	size_t lo = 0, hi = s.n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (s.v[mid] < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s.n && s.v[lo] == id;
}

bool ids_meet(struct id_set a, struct id_set b)
{
	for (size_t i = 0; i < a.n; i++)
		if (ids_have(b, a.v[i]))
			return true;
	return false;
}

static double weight(const struct sites *s, uint32_t token)
{
	return log(((double)s->forms.n + 1) / ((double)s->token_forms.v[token] + 0.5));
}

double sites_alike(const struct sites *s, struct id_set a, struct id_set b)
{
	double both = 0, any = 0;
	for (size_t i = 0, k = 0; i < a.n || k < b.n;) {
		bool left = k == b.n || (i < a.n && a.v[i] <= b.v[k]), right = i == a.n || (k < b.n && b.v[k] <= a.v[i]);
		double w = weight(s, left ? a.v[i] : b.v[k]);
		any += w;
		both += left && right ? w : 0;
		i += left;
		k += right;
	}
	return any > 0 ? both / any : 0;
}

/* ---- reading items ---- */

static struct str copied(struct sites *s, const json_t *o, const char *key)
{
	return arena_dup(s->arena, json_text_of(o, key));
}

uint32_t sites_intern(struct sites *s, struct str token)
{
	bool fresh;
	struct map_entry *e = map_put(&s->tokens, token, &fresh);
	if (e && fresh) {
		e->value = s->token_domains.n;
		if (!vec_push(s->arena, &s->token_domains, UINT32_MAX) || !vec_push(s->arena, &s->token_forms, UINT32_MAX))
			return UINT32_MAX;
	}
	return e ? (uint32_t)e->value : UINT32_MAX;
}

struct id_list {
	VEC(uint32_t) ids;
};

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static bool list_add(struct sites *s, struct id_list *l, struct str token)
{
	uint32_t id = sites_intern(s, token), *slot = id == UINT32_MAX ? NULL : vec_push(s->arena, &l->ids, LIM_PAGE_TOKENS);
	if (slot)
		*slot = id;
	return slot || l->ids.n == LIM_PAGE_TOKENS;
}

static struct id_set list_done(struct id_list *l)
{
	size_t n = 0;
	if (l->ids.n)
		qsort(l->ids.v, l->ids.n, sizeof *l->ids.v, by_number);
	for (size_t i = 0; i < l->ids.n; i++)
		if (!n || l->ids.v[n - 1] != l->ids.v[i])
			l->ids.v[n++] = l->ids.v[i];
	return (struct id_set){l->ids.v, n};
}

/* ---- forms ---- */

/* Which part of a form a token belongs to: a mark, MARK_COUNT for structure, -1 for neither. */
static int part_of(struct str token)
{
	static const struct {
		struct str prefix;
		int part;
	} parts[] = {{STR_INIT("tag="), MARK_COUNT}, {STR_INIT("path="), MARK_COUNT}, {STR_INIT("form="), MARK_COUNT},
		{STR_INIT("script="), MARK_COUNT}, {STR_INIT("phone=~"), -1}, {STR_INIT("phone="), MARK_PHONE},
		{STR_INIT("order="), MARK_ORDER}, {STR_INIT("analytics="), MARK_ACCOUNT}, {STR_INIT("host=form:"), MARK_PAYHOST},
		{STR_INIT("image=icon:"), MARK_ICON}};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (str_starts(token, parts[i].prefix))
			return parts[i].part;
	return -1;
}

/* The shop's own name: its title's, unless the page claims its rights for somebody else. Tokens have one 0 for a number and one ? for
 * letters that are not ASCII: the name is taken from the title itself. */
static struct str brand_of(struct str title, struct str title_head, struct str owner)
{
	struct str name = page_title_name(title);
	if (!title_head.n || (owner.n && !str_istarts(title_head, owner) && !str_istarts(owner, title_head)))
		return S("");
	return owner.n && str_istarts(name, owner) ? str_first(name, owner.n) : name;
}

static bool form_marks(struct sites *s, struct strs tokens, struct form *f, struct str title)
{
	struct id_list lists[MARK_COUNT + 1] = {0};
	struct str head = S(""), owner = S("");
	bool ok = true;
	for (size_t i = 0; i < tokens.n; i++) {
		struct str token = tokens.v[i];
		int part = part_of(token);
		if (part >= 0)
			ok = ok && list_add(s, &lists[part], token);
		else if (str_starts(token, S("title=^")))
			head = str_from(token, 7);
		else if (str_starts(token, S("text=^")))
			owner = str_from(token, 6);
	}
	f->brand = brand_of(title, head, owner);
	if (f->brand.n) {
		struct buf b;
		buf_init_arena(&b, s->arena, LIM_PAGE_TOKENS);
		buf_add(&b, S("brand="));
		for (size_t k = 0; k < f->brand.n; k++)
			buf_byte(&b, ascii_lower(f->brand.p[k]));
		ok = ok && buf_ok(&b) && list_add(s, &lists[MARK_BRAND], buf_str(&b));
	}
	for (int m = 0; m < MARK_COUNT; m++)
		f->marks[m] = list_done(&lists[m]);
	f->structure = list_done(&lists[MARK_COUNT]);
	return ok;
}

static bool find_form(struct sites *s, struct site_page *p, struct strs tokens)
{
	struct form f = {.page = (uint32_t)s->pages.n - 1};
	if (!form_marks(s, tokens, &f, p->title))
		return false;
	struct buf key;
	buf_init(&key, SIZE_MAX);
	for (int m = 0; m <= MARK_COUNT; m++) {
		struct id_set set = m == MARK_COUNT ? f.structure : f.marks[m];
		buf_u64(&key, set.n);
		buf_byte(&key, ':');
		buf_add(&key, str_make(set.v, set.n * sizeof *set.v));
	}
	bool fresh;
	struct map_entry *e = buf_ok(&key) ? map_put(&s->form_keys, buf_str(&key), &fresh) : NULL;
	buf_free(&key);
	struct form *slot = e && fresh ? vec_push(s->arena, &s->forms, UINT32_MAX - 1) : NULL;
	if (!e || (fresh && !slot))
		return false;
	if (slot) {
		*slot = f;
		e->value = s->forms.n - 1;
		for (size_t i = 0; i < f.structure.n; i++)
			s->token_forms.v[f.structure.v[i]]++;
	}
	p->form = (uint32_t)e->value;
	return true;
}

/* The looks of a storefront's images; variants of one picture are found when all pages are read. */
static bool form_looks(struct sites *s, uint32_t form, struct strs tokens)
{
	const struct str prefix = S("image=look:");
	for (size_t i = 0; i < tokens.n; i++) {
		struct str token = tokens.v[i];
		struct form *f = &s->forms.v[form];
		struct form_look look = {.form = form};
		if (!str_starts(token, prefix) || !look_parse(str_from(token, prefix.n), &look.look) || f->looks == FORM_LOOKS)
			continue;
		struct form_look *slot = vec_push(s->arena, &s->looks, UINT32_MAX - 1);
		if (!slot)
			return false;
		*slot = look;
		f->looks++;
	}
	return true;
}

static enum site_kind kind_of(struct str name)
{
	static const char *const names[] = {"other", "storefront", "redirect", "parked", "dead", "file", "revisit"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq(name, str_of(names[i])))
			return (enum site_kind)i;
	return SITE_OTHER;
}

static bool add_page(struct sites *s, struct str id, const json_t *page, struct strs tokens)
{
	struct site_page *p = vec_push(s->arena, &s->pages, UINT32_MAX - 1);
	enum site_kind kind = kind_of(json_text_of(page, "kind"));
	if (!p)
		return false;
	*p = (struct site_page){.id = arena_dup(s->arena, id),
		.url = copied(s, page, "url"),
		.host = copied(s, page, "host"),
		.domain = copied(s, page, "domain"),
		.title = copied(s, page, "title"),
		.time = json_time_of(page, "time"),
		.kind = kind,
		.same = copied(s, json_object_get(page, "revisit"), "url"),
		.same_time = json_time_of(json_object_get(page, "revisit"), "time"),
		.end = kind == SITE_REDIRECT ? NO_PAGE : (uint32_t)s->pages.n - 1,
		.form = NO_FORM};
	struct map_entry *first = map_put(&s->urls, p->url, NULL);
	if (!p->id.p || !first)
		return false;
	if (!first->value)
		first->value = s->pages.n;
	return p->kind != SITE_STOREFRONT || (find_form(s, p, tokens) && form_looks(s, p->form, tokens));
}

static bool list_of(struct sites *s, const json_t *dns, const char *key, const char *prefix, struct id_set *out)
{
	struct id_list list = {0};
	const json_t *one;
	size_t i;
	char text[300];
	bool ok = true;
	json_array_foreach(json_object_get(dns, key), i, one)
	{
		int n = snprintf(text, sizeof text, "%s=%.256s", prefix, json_is_string(one) ? json_string_value(one) : "");
		ok = ok && list_add(s, &list, str_make(text, (size_t)n));
	}
	*out = list_done(&list);
	return ok;
}

static bool add_dns(struct sites *s, struct str id, const json_t *dns)
{
	struct site_dns *d = vec_push(s->arena, &s->dns, UINT32_MAX);
	if (!d)
		return false;
	*d = (struct site_dns){.domain = arena_dup(s->arena, id),
		.registrar = copied(s, dns, "registrar"),
		.first = json_time_of(dns, "first_seen")};
	return d->domain.p && list_of(s, dns, "ns", "ns", &d->ns) && list_of(s, dns, "a", "a", &d->a);
}

struct loading {
	struct sites *s;
	bool (*add)(struct sites *, struct str id, const json_t *);
	struct arena arena; /* one item */
	struct err *err;
};

static int load_item(void *ctx, struct str id, struct str json)
{
	struct loading *l = ctx;
	json_t *o = json_parse(json);
	bool ok = !json_is_object(o) || l->add(l->s, id, o);
	json_decref(o);
	return ok ? 0 : err_oom(l->err, "pages");
}

static int load_page(void *ctx, struct str id, struct str json)
{
	struct loading *l = ctx;
	struct page_item page;
	arena_reset(&l->arena);
	bool ok = page_item_read(&l->arena, json, &page);
	ok = ok && (!json_is_object(page.fields) || add_page(l->s, id, page.fields, page.tokens));
	json_decref(page.fields);
	return ok ? 0 : err_oom(l->err, "pages");
}

/* ---- after reading ---- */

uint32_t sites_page(const struct sites *s, struct str url, int64_t time)
{
	const struct map_entry *e = map_get(&s->urls, url);
	uint32_t best = NO_PAGE;
	for (size_t i = e ? e->value - 1 : s->pages.n; i < s->pages.n && str_eq(s->pages.v[i].url, url); i++) {
		int64_t t = s->pages.v[i].time;
		if (best == NO_PAGE || time == TIME_NONE || llabs(t - time) < llabs(s->pages.v[best].time - time))
			best = (uint32_t)i;
	}
	return best;
}

static int by_id(const void *key, const void *page)
{
	return str_cmp(*(const struct str *)key, ((const struct site_page *)page)->id);
}

/* A capture that only says "as before" is what the capture is that it names. Of one that nobody has, nothing is known. */
static void find_revisited(struct sites *s)
{
	for (size_t i = 0; i < s->pages.n; i++) {
		struct site_page *p = &s->pages.v[i];
		if (p->kind != SITE_REVISIT)
			continue;
		uint32_t at = sites_page(s, p->same, p->same_time);
		const struct site_page *was = at == NO_PAGE || s->pages.v[at].kind == SITE_REVISIT ? NULL : &s->pages.v[at];
		if (!was)
			continue;
		p->kind = was->kind;
		p->title = was->title;
		p->form = was->form;
		if (p->kind == SITE_REDIRECT)
			p->end = NO_PAGE;
	}
}

/* Where the redirect chain that begins at a capture ends (page/chain.h). */
static bool add_chain(struct sites *s, struct str id, const json_t *chain)
{
	struct site_page *p = s->pages.n ? bsearch(&id, s->pages.v, s->pages.n, sizeof *s->pages.v, by_id) : NULL;
	if (p && str_eq(json_text_of(chain, "end"), S("page")))
		p->end = sites_page(s, json_text_of(chain, "final"), p->time);
	return true;
}

static int by_look(const void *a, const void *b)
{
	const struct form_look *x = a, *y = b;
	int order = looks_order(&x->look, &y->look);
	return order ? order : (x->form > y->form) - (x->form < y->form);
}

/* Gives each form the pictures that its images are variants of, as marks. */
static bool add_pictures(struct sites *s, const struct image_digest *v, const uint32_t *of)
{
	struct id_list *lists = mem_zalloc(s->forms.n, sizeof *lists);
	bool ok = lists != NULL;
	char text[32];
	for (size_t i = 0; i < s->looks.n && ok; i++) {
		const struct image_digest *d = &v[of[i]];
		int n = snprintf(text, sizeof text, "look=%016llx",
			(unsigned long long)hash64(str_make((const uint8_t *)d->bits, sizeof d->bits), 0));
		ok = list_add(s, &lists[s->looks.v[i].form], str_make((const uint8_t *)text, (size_t)n));
	}
	for (size_t i = 0; i < s->forms.n && ok; i++)
		s->forms.v[i].marks[MARK_LOOK] = list_done(&lists[i]);
	mem_free(lists);
	return ok;
}

static bool find_pictures(struct sites *s)
{
	if (!s->looks.n)
		return true;
	struct image_digest *v = mem_alloc(s->looks.n * sizeof *v);
	uint32_t *of = mem_alloc(s->looks.n * sizeof *of);
	qsort(s->looks.v, s->looks.n, sizeof *s->looks.v, by_look);
	for (size_t i = 0; v && i < s->looks.n; i++)
		v[i] = s->looks.v[i].look;
	bool ok = v && of && looks_group(v, s->looks.n, of) && add_pictures(s, v, of);
	mem_free(v);
	mem_free(of);
	return ok;
}

/* Each domain counts once for each form and mark, however often it was captured. */
static bool count_domains(struct sites *s)
{
	struct map seen;
	char key[400];
	bool ok = true;
	map_init(&seen, SIZE_MAX);
	for (size_t i = 0; i < s->pages.n && ok; i++) {
		const struct site_page *p = &s->pages.v[i];
		if (p->form == NO_FORM)
			continue;
		struct form *f = &s->forms.v[p->form];
		bool fresh;
		int n = snprintf(key, sizeof key, "f%u %.256s", p->form, (const char *)p->domain.p);
		ok = map_put(&seen, str_make(key, (size_t)n), &fresh) != NULL;
		if (!ok || !fresh)
			continue;
		f->domains++;
		for (int m = 0; m < MARK_COUNT; m++)
			for (size_t k = 0; k < f->marks[m].n && ok; k++) {
				n = snprintf(key, sizeof key, "t%u %.256s", f->marks[m].v[k], (const char *)p->domain.p);
				ok = map_put(&seen, str_make(key, (size_t)n), &fresh) != NULL;
				s->token_domains.v[f->marks[m].v[k]] += ok && fresh;
			}
	}
	map_free(&seen);
	return ok;
}

static int by_domain(const void *key, const void *dns)
{
	return str_cmp(*(const struct str *)key, ((const struct site_dns *)dns)->domain);
}

const struct site_dns *sites_dns(const struct sites *s, struct str domain)
{
	return s->dns.n ? bsearch(&domain, s->dns.v, s->dns.n, sizeof *s->dns.v, by_domain) : NULL;
}

struct str sites_token(const struct sites *s, uint32_t id)
{
	return id < s->tokens.n ? s->tokens.entries[id].key : S("");
}

int sites_load(struct sites *s, struct store *store, struct arena *arena, struct err *err)
{
	*s = (struct sites){.arena = arena};
	map_init(&s->tokens, SIZE_MAX);
	map_init(&s->urls, SIZE_MAX);
	map_init(&s->form_keys, SIZE_MAX);
	struct loading pages = {.s = s, .err = err}, chains = {.s = s, .add = add_chain, .err = err},
		       dns = {.s = s, .add = add_dns, .err = err};
	arena_init(&pages.arena, SIZE_MAX);
	int rc = store_items(store, "page", load_page, &pages, err);
	arena_free(&pages.arena);
	find_revisited(s);
	rc = rc ? rc : store_items(store, "chain", load_item, &chains, err);
	rc = rc ? rc : store_items(store, "dns", load_item, &dns, err);
	if (rc == 0 && (!find_pictures(s) || !count_domains(s)))
		rc = err_oom(err, "pages");
	return rc;
}

void sites_free(struct sites *s)
{
	map_free(&s->tokens);
	map_free(&s->urls);
	map_free(&s->form_keys);
}
