/* programme_items.c - see programme_items.h. */
#include "analyse/programme_items.h"

#include <stdlib.h>

#include "analyse/programmes.h"
#include "analyse/votes.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"

struct line {
	analysis_name name;
	uint32_t messages, domains;
	uint32_t via[VIA_COUNT];
	int64_t first, last;
};

struct items {
	struct analysis *a;
	struct line *lines; /* by analysis_name */
	size_t n_names;
	uint32_t messages, domains; /* with a programme */
	struct tally brands, engines; /* (programme, name) */
	struct votes by_domain;
	struct buf out;
};

static bool count_message(struct items *it, const struct analysed *m)
{
	for (size_t k = 0; k < m->n_domains; k++)
		if (!votes_add(&it->by_domain, m->domains[k], m->programme))
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
		it->lines[i] = (struct line){.name = (analysis_name)i, .first = TIME_NONE, .last = TIME_NONE};
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

static bool put_counts(struct items *it, struct json *j, const char *key, const struct tally *t, analysis_name programme)
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

static const struct pack_programme *in_pack(const struct pack *pack, struct str name)
{
	for (size_t i = 0; i < pack->n_programmes; i++)
		if (str_eq(pack->programmes[i].entry.name, name))
			return &pack->programmes[i];
	return NULL;
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
	const struct pack_programme *known = in_pack(it->a->set->pack, name);
	buf_clear(&it->out);
	struct json j = json_to(&it->out);
	json_obj(&j);
	json_key(&j, "name");
	json_str(&j, name);
	json_key(&j, "in_pack");
	json_bool(&j, known != NULL);
	json_key(&j, "category");
	json_str(&j, known ? known->category : S(""));
	put_numbers(it, &j, l);
	bool ok = put_counts(it, &j, "brands", &it->brands, l->name) && put_counts(it, &j, "engines", &it->engines, l->name);
	json_obj_end(&j);
	if (!ok || !buf_ok(&it->out))
		return err_oom(err, "programmes");
	return store_put_item(it->a->store, "programme", name, buf_str(&it->out), err);
}

int programme_items(struct analysis *a, struct err *err)
{
	struct items it = {.a = a, .n_names = a->names.n};
	int rc = store_clear_items(a->store, "programme", err);
	buf_init(&it.out, LIM_ITEM);
	it.lines = mem_alloc(it.n_names * sizeof *it.lines + 1);
	if (rc == 0 && (!it.lines || !count_all(&it)))
		rc = err_oom(err, "programmes");
	for (size_t i = 0; i < it.n_names && rc == 0; i++)
		if (it.lines[i].messages)
			rc = put_line(&it, &it.lines[i], err);
	votes_free(&it.by_domain);
	tally_free(&it.brands);
	tally_free(&it.engines);
	mem_free(it.lines);
	buf_free(&it.out);
	return rc;
}
