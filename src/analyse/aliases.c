/* aliases.c - see aliases.h. */
#include "analyse/aliases.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyse/alias_words.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/tally.h"
#include "finding/finding.h"

/* ---- decisions ---- */

struct str decision_id(struct arena *arena, struct str a, struct str b, bool *swapped)
{
	struct buf out;
	buf_init_arena(&out, arena, 64 * KIB);
	for (size_t i = 0;; i++) {
		uint8_t x = i < a.n ? ascii_lower(a.p[i]) : 0, y = i < b.n ? ascii_lower(b.p[i]) : 0;
		if (x == y && i < a.n && i < b.n)
			continue;
		if (swapped)
			*swapped = y < x;
		buf_add(&out, y < x ? b : a);
		buf_byte(&out, '|');
		buf_add(&out, y < x ? a : b);
		break;
	}
	for (size_t i = 0; i < out.n; i++)
		out.p[i] = ascii_lower(out.p[i]);
	return buf_ok(&out) ? buf_str(&out) : (struct str){NULL, 0};
}

enum decided decision_verdict(struct str json)
{
	json_t *o = json_parse(json), *e;
	enum decided d = DECIDED_NOT;
	size_t i;
	json_array_foreach(json_object_get(o, "entries"), i, e)
	{
		const char *v = json_string_value(json_object_get(e, "verdict"));
		if (v && !json_is_true(json_object_get(e, "undone")))
			d = v[0] == 's' ? DECIDED_SAME : DECIDED_DIFFERENT;
	}
	json_decref(o);
	return d;
}

/* ---- organisations ---- */

/* Where a domain's form belongs: its programme, or a brand that this programme is not known for. */
static uint32_t unlisted_brand(const struct shops *s, uint32_t form)
{
	const struct programme *p = &s->programmes.v[s->forms[form].programme];
	const struct id_set brand = s->sites.forms.v[form].marks[MARK_BRAND];
	if (!p->in_pack || !brand.n || !p->marks[MARK_BRAND].n)
		return 0;
	for (size_t i = 0; i < p->marks[MARK_BRAND].n; i++)
		if (p->marks[MARK_BRAND].v[i] == brand.v[0])
			return 0;
	return brand.v[0] + 1;
}

static struct alias_node *node_of(struct aliases *l, uint32_t form)
{
	struct {
		uint32_t programme, brand;
	} key = {l->s->forms[form].programme, unlisted_brand(l->s, form)};
	bool fresh;
	struct map_entry *e = map_put(&l->keys, str_make(&key, sizeof key), &fresh);
	struct alias_node *n = e && fresh ? vec_push(&l->arena, &l->nodes, UINT32_MAX) : NULL;
	if (!e || (fresh && !n))
		return NULL;
	if (n) {
		const struct programme *p = &l->s->programmes.v[key.programme];
		*n = (struct alias_node){.programme = key.programme,
			.form = form,
			.apart = key.brand != 0,
			.known = p->in_pack && !key.brand,
			.name = key.brand ? l->s->forms[form].brand : p->name,
			.brand = l->s->forms[form].brand,
			.of = p->name};
		e->value = l->nodes.n;
	}
	return &l->nodes.v[e->value - 1];
}

static bool use(struct aliases *l, const struct alias_node *n, enum alias_things kind, uint32_t thing)
{
	return tally_add(&l->uses[kind], (uint64_t)(n - l->nodes.v), thing, 1);
}

static bool use_all(struct aliases *l, const struct alias_node *n, enum alias_things kind, struct id_set ids)
{
	for (size_t i = 0; i < ids.n; i++)
		if (!use(l, n, kind, ids.v[i]))
			return false;
	return true;
}

static bool add_domain(struct aliases *l, struct str domain, uint32_t form)
{
	static const int marks[][2] = {
		{USE_PHONE, MARK_PHONE}, {USE_ORDER, MARK_ORDER}, {USE_ACCOUNT, MARK_ACCOUNT}, {USE_PAYHOST, MARK_PAYHOST}};
	const struct sites *sites = &l->s->sites;
	const struct form *f = &sites->forms.v[form];
	struct alias_node *n = node_of(l, form);
	bool ok = n != NULL;
	if (ok && ++n->org.domains && f->domains > sites->forms.v[n->form].domains)
		n->form = form;
	for (size_t i = 0; ok && i < sizeof marks / sizeof *marks; i++)
		ok = use_all(l, n, (enum alias_things)marks[i][0], f->marks[marks[i][1]]);
	const struct site_dns *d = sites_dns(sites, domain);
	if (!ok || !d)
		return ok;
	if (d->registrar.n && n->registrars.n < LIM_ITEM_LIST && !strs_have(&n->registrars, d->registrar)) {
		struct str *slot = vec_push(&l->arena, &n->registrars, LIM_ITEM_LIST);
		ok = slot != NULL;
		if (slot)
			*slot = d->registrar;
	}
	return ok && use_all(l, n, USE_NS, d->ns) && use_all(l, n, USE_ADDRESS, d->a);
}

static bool add_domains(struct aliases *l)
{
	const struct map *places = &l->s->places;
	for (size_t i = 0; i < places->n; i++) {
		const struct place *p = &l->s->places_v.v[places->entries[i].value - 1];
		if (str_starts(places->entries[i].key, S("d:")) && !p->torn && l->s->forms[p->form].programme != NO_PROGRAMME &&
			!add_domain(l, str_from(places->entries[i].key, 2), p->form))
			return false;
	}
	return true;
}

/* ---- their mail ---- */

static bool add_messages(struct aliases *l, struct analysis *a, struct err *err)
{
	struct map by_name; /* programme and brand -> node + 1 */
	bool ok = true;
	map_init(&by_name, SIZE_MAX);
	for (size_t i = 0; i < l->nodes.n && ok; i++) {
		const struct alias_node *n = &l->nodes.v[i];
		name_id key[2] = {analysis_name_of(a, n->of, err), n->apart ? analysis_name_of(a, n->brand, err) : 0};
		struct map_entry *e = map_put(&by_name, str_make(key, sizeof key), NULL);
		ok = e && !err->kind;
		if (e && !e->value)
			e->value = i + 1;
	}
	for (size_t i = 0; i < l->nodes.n; i++)
		for (size_t k = 0; k < l->nodes.n && !l->nodes.v[i].split; k++)
			l->nodes.v[i].split = l->nodes.v[k].apart && l->nodes.v[k].programme == l->nodes.v[i].programme;
	for (size_t i = 0; i < a->n_messages && ok; i++) {
		const struct analysed *m = &a->messages[i];
		name_id apart[2] = {m->programme, m->brand}, plain[2] = {m->programme, 0};
		const struct map_entry *e = m->programme ? map_get(&by_name, str_make(apart, sizeof apart)) : NULL;
		e = e || !m->programme ? e : map_get(&by_name, str_make(plain, sizeof plain));
		struct alias_node *n = e ? &l->nodes.v[e->value - 1] : NULL;
		if (n && !m->brand && n->split)
			n = NULL; /* of which brand is not known */
		if (m->time != TIME_NONE && m->time_trusted) {
			l->world.begin = l->world.begin == TIME_NONE || m->time < l->world.begin ? m->time : l->world.begin;
			l->world.end = l->world.end == TIME_NONE || m->time > l->world.end ? m->time : l->world.end;
		}
		if (!n)
			continue;
		n->org.messages++;
		int64_t *t = m->time == TIME_NONE ? NULL : vec_push(&l->arena, &n->times, UINT32_MAX);
		ok = t || m->time == TIME_NONE;
		if (t)
			*t = m->time;
		ok = ok && (!m->engine || use(l, n, USE_ENGINE, l->tokens + m->engine)) &&
		     (!m->campaign || use(l, n, USE_CAMPAIGN, l->tokens + m->campaign));
	}
	map_free(&by_name);
	return ok;
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static int by_thing(const void *a, const void *b)
{
	const struct alias_use *x = a, *y = b;
	return (x->thing > y->thing) - (x->thing < y->thing);
}

static bool gather(struct aliases *l, size_t node, enum alias_things kind)
{
	const struct tally *t = &l->uses[kind];
	struct alias_uses *u = &l->nodes.v[node].org.uses[kind];
	VEC(struct alias_use) list = {0};
	for (size_t i = 0; i < t->n; i++) {
		if (t->cells[i].a != node)
			continue;
		struct alias_use *one = vec_push(&l->arena, &list, UINT32_MAX);
		if (!one)
			return false;
		*one = (struct alias_use){t->cells[i].b, t->cells[i].n};
		u->total += one->n;
	}
	if (list.n)
		qsort(list.v, list.n, sizeof *list.v, by_thing);
	u->v = list.v;
	u->n = list.n;
	return true;
}

static bool finish_node(struct aliases *l, size_t node)
{
	struct alias_node *n = &l->nodes.v[node];
	bool ok = true;
	n->org.begin = n->org.end = TIME_NONE;
	if (n->times.n) {
		qsort(n->times.v, n->times.n, sizeof *n->times.v, by_time);
		n->org.begin = n->times.v[n->times.n / 50];
		n->org.end = n->times.v[n->times.n - 1 - n->times.n / 50];
	}
	for (int k = 0; ok && k < USE_COUNT; k++)
		ok = gather(l, node, (enum alias_things)k);
	return ok;
}

/* Known programmes first: a finding's subject is the name that people know. */
static int by_size(const void *a, const void *b)
{
	const struct alias_node *x = a, *y = b;
	if (x->known != y->known)
		return x->known ? -1 : 1;
	if (x->org.domains != y->org.domains)
		return x->org.domains < y->org.domains ? 1 : -1;
	return str_cmp(x->name, y->name);
}

static double alike(void *ctx, size_t a, size_t b)
{
	const struct aliases *l = ctx;
	return (double)l->likeness[a * l->nodes.n + b];
}

static bool compare_pages(struct aliases *l)
{
	const struct sites *sites = &l->s->sites;
	size_t n = l->nodes.n;
	l->likeness = arena_zalloc(&l->arena, n * n + 1, sizeof *l->likeness);
	for (size_t i = 0; l->likeness && i < n; i++)
		for (size_t k = 0; k < n; k++)
			l->likeness[i * n + k] = (float)sites_alike(
				sites, sites->forms.v[l->nodes.v[i].form].structure, sites->forms.v[l->nodes.v[k].form].structure);
	return l->likeness != NULL;
}

/* Order formats without two letters fit anyone's. */
static bool is_weak(struct str token)
{
	size_t letters = 0;
	for (size_t i = str_find_byte(token, '=') + 1; i < token.n; i++)
		letters += ascii_alpha(token.p[i]);
	return letters < 2;
}

static bool finish_world(struct aliases *l, size_t names)
{
	const struct sites *sites = &l->s->sites;
	size_t things = l->tokens + names + 1;
	uint16_t *users = arena_zalloc(&l->arena, things, sizeof *users);
	uint32_t *with = arena_zalloc(&l->arena, things, sizeof *with);
	uint8_t *weak = arena_zalloc(&l->arena, things, 1);
	struct alias_org *orgs = arena_alloc(&l->arena, (l->nodes.n + 1) * sizeof *orgs);
	if (!users || !with || !weak || !orgs || !compare_pages(l))
		return false;
	for (size_t i = 0; i < l->nodes.n; i++)
		orgs[i] = l->nodes.v[i].org;
	for (size_t i = 0; i < sites->dns.n; i++) {
		for (size_t k = 0; k < sites->dns.v[i].ns.n; k++)
			with[sites->dns.v[i].ns.v[k]]++;
		for (size_t k = 0; k < sites->dns.v[i].a.n; k++)
			with[sites->dns.v[i].a.v[k]]++;
	}
	for (uint32_t i = 0; i < l->tokens; i++)
		weak[i] = str_starts(sites_token(sites, i), S("order=")) && is_weak(sites_token(sites, i));
	alias_users(orgs, l->nodes.n, users);
	l->world = (struct alias_world){orgs, l->nodes.n, users, with, weak, l->world.begin, l->world.end, alike, l};
	return true;
}

/* Organisations with their uses; those on fewer than SHOP_DOMAINS domains are left out. */
static bool build(struct aliases *l, struct analysis *a, struct err *err)
{
	bool ok = add_domains(l) && add_messages(l, a, err);
	for (size_t i = 0; ok && i < l->nodes.n; i++)
		ok = finish_node(l, i);
	size_t n = 0;
	for (size_t i = 0; ok && i < l->nodes.n; i++)
		if (l->nodes.v[i].org.domains >= SHOP_DOMAINS)
			l->nodes.v[n++] = l->nodes.v[i];
	l->nodes.n = n;
	if (ok && n)
		qsort(l->nodes.v, n, sizeof *l->nodes.v, by_size);
	if (ok && l->nodes.n > LIM_ALIAS_ORGS) {
		ok = !analysis_left_out(a, "aliases", err,
			"The %d largest organisations are compared for other names of theirs; %zu smaller ones are not.",
			LIM_ALIAS_ORGS, l->nodes.n - LIM_ALIAS_ORGS);
		l->nodes.n = LIM_ALIAS_ORGS;
	}
	return ok && finish_world(l, a->names.n);
}

/* ---- results ---- */

static int put_finding(struct aliases *l, struct analysis *a, const struct alias_pair *p, enum decided decided, struct str reading,
	struct str evidence, struct err *err)
{
	const struct alias_node *x = &l->nodes.v[p->a], *y = &l->nodes.v[p->b];
	struct finding f = FINDING_BLANK;
	const bool follows = p->weight[ALIAS_SUCCESSION] > 0;
	const struct alias_org *later = x->org.begin > y->org.begin ? &x->org : &y->org,
			       *sooner = later == &x->org ? &y->org : &x->org;
	f.kind = FINDING_ALIAS;
	f.programme = x->name;
	f.other = y->name;
	if (later->begin != TIME_NONE) {
		int64_t end = follows ? sooner->end : later->begin;
		f.start = (struct finding_date){
			later->begin, later->begin < end ? later->begin : end, later->begin < end ? end : later->begin};
		f.start.lo -= SECONDS_A_DAY;
		f.start.hi += SECONDS_A_DAY;
	}
	double sure = 1 / (1 + exp(-p->log_odds));
	f.confidence = decided == DECIDED_SAME || sure > 0.99 ? 0.99 : sure;
	f.reading = arena_dup(&a->arena, reading);
	f.evidence = arena_dup(&a->arena, evidence);
	return f.reading.p && f.evidence.p ? finding_add(&a->arena, &a->findings, &f, err) : err_oom(err, "aliases");
}

static int put_pair(struct aliases *l, struct analysis *a, const struct alias_pair *p, struct err *err)
{
	const struct alias_node *x = &l->nodes.v[p->a], *y = &l->nodes.v[p->b];
	struct str decision = S(""), id = decision_id(&l->arena, x->name, y->name, NULL);
	int rc = id.p ? store_item(a->store, "decision", id, &l->arena, &decision, err) : err_oom(err, "aliases");
	if (rc < 0)
		return rc;
	enum decided decided = rc ? decision_verdict(decision) : DECIDED_NOT;
	double things =
		fmax(fmax(p->weight[ALIAS_PAGE], p->weight[ALIAS_CONTACT]), fmax(p->weight[ALIAS_HOSTS], p->weight[ALIAS_PAYMENT]));
	if (!rc && p->tier < ALIAS_TIER_LIKELY && things < 0.5)
		return 0; /* nothing but who sends, and when, speaks for it */
	struct buf item, reading, evidence;
	buf_init(&item, LIM_ITEM);
	buf_init(&reading, LIM_ITEM);
	buf_init(&evidence, LIM_ITEM);
	alias_evidence(l, p, &evidence);
	alias_reading(l, p, decided, &reading);
	alias_item(l, p, buf_str(&reading), buf_str(&evidence), rc ? decision : S("null"), &item);
	rc = buf_ok(&item) && buf_ok(&reading) && buf_ok(&evidence) ? store_put_item(a->store, "alias", id, buf_str(&item), err)
	                                                            : err_oom(err, "aliases");
	if (rc == 0 && decided != DECIDED_DIFFERENT && (decided == DECIDED_SAME || p->tier >= ALIAS_TIER_LIKELY))
		rc = put_finding(l, a, p, decided, buf_str(&reading), buf_str(&evidence), err);
	buf_free(&item);
	buf_free(&reading);
	buf_free(&evidence);
	return rc;
}

int aliases_find(struct analysis *a, const struct shops *s, struct err *err)
{
	struct aliases l = {.s = s, .tokens = (uint32_t)s->sites.tokens.n, .world = {.begin = TIME_NONE, .end = TIME_NONE}};
	int rc = store_clear_items(a->store, "alias", err);
	arena_init(&l.arena, SIZE_MAX);
	map_init(&l.keys, SIZE_MAX);
	if (rc == 0 && !build(&l, a, err))
		rc = err->kind ? err->kind : err_oom(err, "aliases");
	for (size_t i = 0; i < l.nodes.n && rc == 0; i++)
		for (size_t k = i + 1; k < l.nodes.n && rc == 0; k++) {
			struct alias_pair p = alias_judge(&l.world, i, k);
			rc = put_pair(&l, a, &p, err);
		}
	for (int k = 0; k < USE_COUNT; k++)
		tally_free(&l.uses[k]);
	map_free(&l.keys);
	arena_free(&l.arena);
	return rc;
}
