/* dns.c - trapline dns FILE...: facts about domains into the store; without FILE, a list of them. */
#include "page/dns.h"

#include <jansson.h>
#include <stdio.h>

#include "base/json_read.h"
#include "base/limits.h"
#include "cmd/command.h"
#include "cmd/input.h"
#include "cmd/output.h"
#include "cmd/pages.h"
#include "page/fact.h"

/* ---- reading ---- */

static int read_line(void *ctx, struct str line, struct err *err)
{
	return dns_line(ctx, line) ? err_oom(err, "DNS facts") : 0;
}

static int read_file(struct dns_set *d, const char *path, struct err *err)
{
	dns_begin(d);
	return lines_read(path, LIM_DNS_LINE, read_line, d, err);
}

/* What is stored about the domains that were read joins them. */
static int join_stored(struct dns_set *d, struct store *s, struct err *err)
{
	struct arena a;
	size_t n = d->domains.n;
	int rc = 0;
	arena_init(&a, 16 * MIB);
	for (size_t i = 0; i < n && rc >= 0; i++) {
		struct str json;
		arena_reset(&a);
		rc = store_item(s, "dns", d->domains.v[i].name, &a, &json, err);
		if (rc > 0 && dns_load(d, json))
			rc = err_oom(err, "DNS facts");
	}
	arena_free(&a);
	return rc < 0 ? rc : 0;
}

static int put_all(struct dns_set *d, struct store *s, struct err *err)
{
	struct buf json;
	buf_init(&json, 16 * MIB);
	int rc = store_begin(s, err);
	for (size_t i = 0; i < d->domains.n && !rc; i++) {
		struct json j = json_to(&json);
		buf_clear(&json);
		dns_json(d, i, &j);
		rc = buf_ok(&json) ? store_put_item(s, "dns", d->domains.v[i].name, buf_str(&json), err)
		                   : err_oom(err, "DNS facts");
	}
	rc = store_end(s, rc, err);
	buf_free(&json);
	return rc;
}

static int say(const struct session *s, const struct dns_set *d, struct err *err)
{
	if (s->o->verbose >= 0)
		fprintf(stderr, "trapline: %zu lines read: facts about %zu domains\n", d->lines, d->domains.n);
	if (!d->bad)
		return 0;
	return err_set(err, ERR_INPUT, "%zu of %zu lines could not be read, the first is line %zu; the rest is stored", d->bad,
		d->lines, d->first_bad);
}

static int read_facts(struct session *s, struct err *err)
{
	struct psl *psl = NULL;
	struct dns_set d;
	int rc = session_psl(s, &psl, err);
	dns_init(&d, psl);
	for (size_t i = 0; i < s->o->n_paths && !rc; i++)
		rc = read_file(&d, s->o->paths[i], err);
	rc = rc ? rc : join_stored(&d, s->store, err);
	rc = rc ? rc : put_all(&d, s->store, err);
	rc = rc ? rc : pages_chain(s, psl, err); /* the age of a domain tells what a hop is */
	rc = rc ? rc : say(s, &d, err);
	dns_free(&d);
	psl_unload(psl);
	return rc;
}

/* ---- list ---- */

static const struct column columns[] = {
	{.name = "domain", .kind = KIND_TEXT},
	{.name = "first_seen", .kind = KIND_TIME},
	{.name = "last_seen", .kind = KIND_TIME},
	{.name = "ns", .kind = KIND_TEXT},
	{.name = "a", .kind = KIND_TEXT},
	{.name = "registrar", .kind = KIND_TEXT},
	{.name = "registered", .kind = KIND_TEXT},
};

static void put_list(struct table *t, const json_t *v)
{
	struct buf b;
	buf_init(&b, 64 * KIB);
	for (size_t i = 0; i < json_array_size(v); i++) {
		if (i)
			buf_byte(&b, ' ');
		buf_add(&b, json_text(json_array_get(v, i)));
	}
	table_str(t, buf_str(&b));
	buf_free(&b);
}

static int list_one(void *ctx, struct str id, struct str json)
{
	struct listing *l = ctx;
	(void)id;
	if (!listing_row(l))
		return 0;
	struct json *j = table_json(&l->t);
	if (j) {
		json_raw(j, json);
		return 0;
	}
	json_t *o = json_parse(json);
	table_text(&l->t, json_text_of(o, "domain"));
	table_time(&l->t, json_time_of(o, "first_seen"));
	table_time(&l->t, json_time_of(o, "last_seen"));
	put_list(&l->t, json_object_get(o, "ns"));
	put_list(&l->t, json_object_get(o, "a"));
	table_text(&l->t, json_text_of(o, "registrar"));
	table_text(&l->t, json_text_of(o, "registered"));
	json_decref(o);
	return 0;
}

static int list_facts(struct session *s, struct err *err)
{
	struct listing l;
	if (listing_begin(&l, s->o, "dns", columns, sizeof columns / sizeof *columns, err))
		return err->kind;
	return listing_end(&l, store_items(s->store, "dns", list_one, &l, err), err);
}

int cmd_dns(const struct options *o, struct err *err)
{
	struct session s;
	const bool reads = o->n_paths > 0;
	int rc = session_open(&s, o, err);
	if (!rc)
		rc = session_open_store(&s, reads ? STORE_WRITE : STORE_READ, err);
	if (!rc)
		rc = reads ? read_facts(&s, err) : list_facts(&s, err);
	session_close(&s);
	return rc;
}
