/* programme_items.c - see programme_items.h. */
#include "analyse/programme_items.h"

#include <stdlib.h>

#include "analyse/programmes.h"
#include "analyse/votes.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"

struct line {
	name_id name;
	uint32_t messages, domains;
	uint32_t via[VIA_COUNT];
	int64_t first, last;
};

struct items {
	struct analysis *a;
	const struct shops *shops;
	struct line *lines; /* by name_id */
	size_t n_names;
	uint32_t messages, domains;   /* with a programme */
	struct tally brands, engines; /* (programme, name) */
	struct votes by_domain;
	struct buf out;
};

static bool count_message(struct items *it, const struct analysed *m)
{
	const uint32_t *domains = analysis_domains(it->a, m);
	for (size_t k = 0; k < m->n_domains; k++)
		if (!votes_add(&it->by_domain, domains[k], m->programme))
			return false;
	if (!m->programme)
		return true;
	struct line *l = &it->lines[m->programme];
	it->messages++;
	l->messages++;
	l->via[m->via]++;
	if (m->time != TIME_NONE) {
		l->first = l->first == TIME_NONE || m->time < l->first ? m->time : l->first;
		l->last = l->last == TIME_NONE || m->time > l->last ? m->time : l->last;
	}
	return (!m->brand || tally_add(&it->brands, m->programme, m->brand, 1)) &&
	       (!m->engine || tally_add(&it->engines, m->programme, m->engine, 1));
}

static bool count_all(struct items *it)
{
	const struct analysis *a = it->a;
	for (size_t i = 0; i < it->n_names; i++)
		it->lines[i] = (struct line){.name = (name_id)i, .first = TIME_NONE, .last = TIME_NONE};
	for (size_t i = 0; i < a->n_messages; i++)
		if (!count_message(it, &a->messages[i]))
			return false;
	if (!votes_count(&it->by_domain))
		return false;
	for (size_t i = 0; i < it->by_domain.n; i++) {
		const struct verdict *v = &it->by_domain.verdicts[i];
		if (v->n && v->n >= PROGRAMMES_AGREE * v->named && v->n >= PROGRAMMES_DOMAIN * v->all) {
			it->lines[v->name].domains++;
			it->domains++;
		}
	}
	return true;
}

/* ---- writing ---- */

struct counted {
	struct str name;
	uint32_t n;
};

static int by_count(const void *a, const void *b)
{
	const struct counted *x = a, *y = b;
	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return str_cmp(x->name, y->name);
}

static bool put_counts(struct items *it, struct json *j, const char *key, const struct tally *t, name_id programme)
{
	struct counted *v = mem_alloc(t->n * sizeof *v + 1);
	size_t n = 0;
	for (size_t i = 0; v && i < t->n; i++)
		if (t->cells[i].a == programme)
			v[n++] = (struct counted){analysis_name_text(it->a, t->cells[i].b), t->cells[i].n};
	if (v && n)
		qsort(v, n, sizeof *v, by_count);
	json_key(j, key);
	json_arr(j);
	for (size_t i = 0; v && i < n && i < LIM_ITEM_LIST; i++) {
		json_obj(j);
		json_key(j, "name");
		json_str(j, v[i].name);
		json_key(j, "messages");
		json_int(j, v[i].n);
		json_obj_end(j);
	}
	json_arr_end(j);
	mem_free(v);
	return v != NULL;
}

static uint32_t number_of(const struct shops *s, struct str name)
{
	for (uint32_t i = 0; i < s->programmes.n; i++)
		if (str_eq(s->programmes.v[i].name, name))
			return i;
	return NO_PROGRAMME;
}

static void put_seeds(const struct shops *s, uint32_t programme, struct json *j)
{
	json_key(j, "seeds");
	json_arr(j);
	for (size_t i = 0; i < s->seeds.n; i++) {
		const struct seed *seed = &s->seeds.v[i];
		if (seed->programme != programme)
			continue;
		json_obj(j);
		json_key(j, "domain");
		json_str(j, seed->domain);
		json_key(j, "accepted");
		json_bool(j, seed->accepted);
		json_key(j, "reason");
		json_str(j, seed->accepted ? S("") : seed->reason);
		json_key(j, "page");
		json_str(j, seed->page == NO_PAGE ? S("") : s->sites.pages.v[seed->page].id);
		json_obj_end(j);
	}
	json_arr_end(j);
}

static void put_marks(const struct shops *s, const struct programme *p, struct json *j)
{
	size_t n = 0;
	json_key(j, "marks");
	json_arr(j);
	for (int m = 0; p && m < MARK_COUNT; m++)
		for (size_t i = 0; i < p->marks[m].n && n < LIM_ITEM_LIST; i++, n++) {
			struct str token = sites_token(&s->sites, p->marks[m].v[i]);
			json_obj(j);
			json_key(j, "kind");
			json_z(j, mark_names[m]);
			json_key(j, "value");
			json_str(j, str_from(token, str_find_byte(token, '=') + 1));
			json_key(j, "domains");
			json_int(j, s->sites.token_domains.v[p->marks[m].v[i]]);
			json_obj_end(j);
		}
	json_arr_end(j);
}

static void put_numbers(struct items *it, struct json *j, const struct line *l)
{
	json_key(j, "messages");
	json_int(j, l->messages);
	json_key(j, "message_share");
	json_num(j, it->messages ? (double)l->messages / it->messages : 0, 6);
	json_key(j, "domains");
	json_int(j, l->domains);
	json_key(j, "domain_share");
	json_num(j, it->domains ? (double)l->domains / it->domains : 0, 6);
	json_key(j, "first");
	json_time(j, l->first);
	json_key(j, "last");
	json_time(j, l->last);
	json_key(j, "via");
	json_obj(j);
	for (int v = VIA_OWN; v < VIA_COUNT; v++) {
		json_key(j, via_names[v]);
		json_int(j, l->via[v]);
	}
	json_obj_end(j);
}

static int put_line(struct items *it, const struct line *l, struct err *err)
{
	struct str name = analysis_name_text(it->a, l->name);
	const uint32_t number = number_of(it->shops, name);
	const struct programme *p = number == NO_PROGRAMME ? NULL : &it->shops->programmes.v[number];
	buf_clear(&it->out);
	struct json j = json_to(&it->out);
	json_obj(&j);
	json_key(&j, "name");
	json_str(&j, name);
	json_key(&j, "in_pack");
	json_bool(&j, p && p->in_pack);
	json_key(&j, "category");
	json_str(&j, p ? p->category : S(""));
	put_numbers(it, &j, l);
	bool ok = put_counts(it, &j, "brands", &it->brands, l->name) && put_counts(it, &j, "engines", &it->engines, l->name);
	put_seeds(it->shops, number, &j);
	put_marks(it->shops, p, &j);
	json_obj_end(&j);
	if (!ok || !buf_ok(&it->out))
		return err_oom(err, "programmes");
	return store_put_item(it->a->store, "programme", name, buf_str(&it->out), err);
}

/* ---- domains ---- */

static void put_ids(const struct sites *s, struct json *j, const char *key, struct id_set ids)
{
	json_key(j, key);
	json_arr(j);
	for (size_t i = 0; i < ids.n && i < LIM_ITEM_LIST; i++) {
		struct str token = sites_token(s, ids.v[i]);
		json_str(j, str_from(token, str_find_byte(token, '=') + 1));
	}
	json_arr_end(j);
}

static void put_dns(const struct sites *s, struct str domain, struct json *j)
{
	const struct site_dns *d = sites_dns(s, domain);
	if (!d)
		return;
	json_key(j, "registrar");
	json_str(j, d->registrar);
	json_key(j, "first_seen");
	json_time(j, d->first);
	put_ids(s, j, "ns", d->ns);
	put_ids(s, j, "a", d->a);
}

static int put_domain(struct items *it, struct str domain, const struct place *place, struct err *err)
{
	const struct shops *s = it->shops;
	const struct form_name *n = &s->forms[place->form];
	buf_clear(&it->out);
	struct json j = json_to(&it->out);
	json_obj(&j);
	json_key(&j, "domain");
	json_str(&j, domain);
	json_key(&j, "programme");
	json_str(&j, s->programmes.v[n->programme].name);
	json_key(&j, "in_pack");
	json_bool(&j, s->programmes.v[n->programme].in_pack);
	json_key(&j, "confidence");
	json_num(&j, n->confidence, 4);
	json_key(&j, "brand");
	json_str(&j, n->brand);
	json_key(&j, "captures");
	json_int(&j, place->captures);
	json_key(&j, "page");
	json_str(&j, s->sites.pages.v[place->page].id);
	put_dns(&s->sites, domain, &j);
	json_key(&j, "evidence");
	shops_evidence(s, place->form, &j);
	json_obj_end(&j);
	if (!buf_ok(&it->out))
		return err_oom(err, "programmes");
	return store_put_item(it->a->store, "domain", domain, buf_str(&it->out), err);
}

static void put_host(const struct shops *s, const char *kind, uint32_t token, struct json *j, uint32_t domains)
{
	struct str text = sites_token(&s->sites, token);
	json_obj(j);
	json_key(j, "kind");
	json_z(j, kind);
	json_key(j, "text");
	json_str(j, str_from(text, str_find_byte(text, '=') + 1));
	json_key(j, "domains");
	json_int(j, domains);
	json_obj_end(j);
}

static int put_hosted(struct items *it, struct str domain, const struct hosted *h, struct err *err)
{
	const struct programme *p = &it->shops->programmes.v[h->programme];
	buf_clear(&it->out);
	struct json j = json_to(&it->out);
	json_obj(&j);
	json_key(&j, "domain");
	json_str(&j, domain);
	json_key(&j, "programme");
	json_str(&j, p->name);
	json_key(&j, "in_pack");
	json_bool(&j, p->in_pack);
	json_key(&j, "confidence");
	json_num(&j, h->confidence, 4);
	json_key(&j, "brand");
	json_str(&j, p->one_brand ? p->brand : S(""));
	json_key(&j, "captures");
	json_int(&j, 0);
	json_key(&j, "page");
	json_nil(&j);
	put_dns(&it->shops->sites, domain, &j);
	json_key(&j, "evidence");
	json_arr(&j);
	put_host(it->shops, "name server", h->ns, &j, h->domains);
	if (h->address)
		put_host(it->shops, "address", h->address - 1, &j, 0);
	json_arr_end(&j);
	json_obj_end(&j);
	if (!buf_ok(&it->out))
		return err_oom(err, "programmes");
	return store_put_item(it->a->store, "domain", domain, buf_str(&it->out), err);
}

static int put_domains(struct items *it, struct err *err)
{
	const struct map *hosted = &it->shops->hosted;
	const struct map *places = &it->shops->places;
	int rc = store_clear_items(it->a->store, "domain", err);
	for (size_t i = 0; i < hosted->n && rc == 0; i++)
		rc = put_hosted(it, hosted->entries[i].key, &it->shops->hosted_v.v[hosted->entries[i].value - 1], err);
	for (size_t i = 0; i < places->n && rc == 0; i++) {
		const struct place *p = &it->shops->places_v.v[places->entries[i].value - 1];
		if (str_starts(places->entries[i].key, S("d:")) && !p->torn && it->shops->forms[p->form].programme != NO_PROGRAMME)
			rc = put_domain(it, str_from(places->entries[i].key, 2), p, err);
	}
	return rc;
}

int programme_items(struct analysis *a, const struct shops *shops, struct err *err)
{
	struct items it = {.a = a, .shops = shops, .n_names = a->names.n};
	int rc = store_clear_items(a->store, "programme", err);
	buf_init(&it.out, LIM_ITEM);
	it.lines = mem_alloc(it.n_names * sizeof *it.lines + 1);
	if (rc == 0 && (!it.lines || !count_all(&it)))
		rc = err_oom(err, "programmes");
	for (size_t i = 0; i < it.n_names && rc == 0; i++)
		if (it.lines[i].messages)
			rc = put_line(&it, &it.lines[i], err);
	rc = rc ? rc : put_domains(&it, err);
	votes_free(&it.by_domain);
	tally_free(&it.brands);
	tally_free(&it.engines);
	mem_free(it.lines);
	buf_free(&it.out);
	return rc;
}
