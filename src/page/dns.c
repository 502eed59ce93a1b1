/* dns.c - see dns.h. */
#include "page/dns.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/json_read.h"
#include "base/limits.h"
#include "base/time.h"

static const char *const type_names[] = {"ns", "a", "aaaa", "cname", "mx", "txt", "soa", "registrar", "registered"};

void dns_init(struct dns_set *d, const struct psl *psl)
{
	*d = (struct dns_set){.psl = psl};
	arena_init(&d->arena, LIM_CHAIN_URLS);
	map_init(&d->names, LIM_CHAIN_URLS);
}

void dns_free(struct dns_set *d)
{
	arena_free(&d->arena);
	map_free(&d->names);
}

void dns_begin(struct dns_set *d)
{
	d->n_columns = 0;
}

static bool type_of(struct str name, enum dns_type *type)
{
	for (size_t t = 0; t < DNS_TYPES; t++)
		if (str_ieq(name, str_of(type_names[t]))) {
			*type = (enum dns_type)t;
			return true;
		}
	return false;
}

/* ---- the set ---- */

/* Lower case, no final dot, in out. */
static struct str clean_name(struct str s, uint8_t *out, size_t max)
{
	s = str_trim(s);
	if (s.n && s.p[s.n - 1] == '.')
		s.n--;
	s = str_first(s, max);
	for (size_t i = 0; i < s.n; i++)
		out[i] = ascii_lower(s.p[i]);
	return str_make(out, s.n);
}

/* A name that could be one: letters, digits, hyphens, dots, underscores, bytes beyond ASCII. */
static bool good_name(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_alnum(s.p[i]) && s.p[i] != '-' && s.p[i] != '.' && s.p[i] != '_' && s.p[i] < 0x80)
			return false;
	return s.n > 0 && s.n <= 253;
}

static struct dns_domain *domain(struct dns_set *d, struct str name)
{
	bool fresh = false;
	struct map_entry *e = map_put(&d->names, name, &fresh);
	if (!e)
		return NULL;
	if (fresh) {
		struct dns_domain *new = vec_push(&d->arena, &d->domains, UINT32_MAX);
		if (!new)
			return NULL;
		new->name = e->key;
		e->value = d->domains.n - 1;
	}
	return &d->domains.v[e->value];
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a == TIME_NONE || (b != TIME_NONE && b < a) ? b : a;
}

static int64_t later(int64_t a, int64_t b)
{
	return a == TIME_NONE || (b != TIME_NONE && b > a) ? b : a;
}

/* Merges one fact into a domain. 0, or -1 when out of memory. */
static int add_fact(struct dns_set *d, struct dns_domain *dom, const struct dns_fact *f)
{
	uint8_t room[512];
	struct str value = f->type == DNS_REGISTRAR || f->type == DNS_REGISTERED || f->type == DNS_TXT
	                           ? str_trim(str_first(f->value, sizeof room))
	                           : clean_name(f->value, room, sizeof room);
	if (!value.n)
		return 0;
	for (size_t i = 0; i < dom->facts.n; i++) {
		struct dns_fact *old = &dom->facts.v[i];
		if (old->type != f->type || !str_eq(old->value, value))
			continue;
		old->first = earlier(old->first, f->first);
		old->last = later(old->last, f->last);
		return 0;
	}
	struct dns_fact *new = vec_push(&d->arena, &dom->facts, LIM_DNS_FACTS);
	if (!new) {
		d->dropped += dom->facts.n >= LIM_DNS_FACTS;
		return dom->facts.n >= LIM_DNS_FACTS ? 0 : -1;
	}
	*new = (struct dns_fact){.type = f->type, .value = arena_dup(&d->arena, value), .first = f->first, .last = f->last};
	return new->value.p ? 0 : -1;
}

/* ---- JSON lines ---- */

/* ISO text or Unix seconds. */
static int64_t json_when(const json_t *v)
{
	int64_t t = TIME_NONE;
	uint64_t n;
	if (json_is_number(v) && json_number_value(v) >= 0 && json_number_value(v) < 4e11)
		return (int64_t)json_number_value(v);
	struct str s = str_trim(json_text(v));
	if (str_u64(s, &n) && n < 400000000000u)
		return (int64_t)n;
	time_parse_iso(s, &t);
	return t;
}

/* A string or an array of strings. */
static int add_values(struct dns_set *d, struct dns_domain *dom, struct dns_fact f, const json_t *v)
{
	if (json_is_string(v)) {
		f.value = json_text(v);
		return add_fact(d, dom, &f);
	}
	for (size_t i = 0; i < json_array_size(v); i++) {
		f.value = json_text(json_array_get(v, i));
		if (add_fact(d, dom, &f))
			return -1;
	}
	return 0;
}

/* 1 understood, 0 not, -1 out of memory. */
static int cof(struct dns_set *d, const json_t *o)
{
	uint8_t room[256];
	struct str name = clean_name(json_text(json_object_get(o, "rrname")), room, sizeof room);
	struct dns_fact f = {
		.first = json_when(json_object_get(o, "time_first")), .last = json_when(json_object_get(o, "time_last"))};
	if (f.first == TIME_NONE)
		f.first = json_when(json_object_get(o, "zone_time_first"));
	if (f.last == TIME_NONE)
		f.last = json_when(json_object_get(o, "zone_time_last"));
	if (!good_name(name))
		return 0;
	if (!type_of(json_text(json_object_get(o, "rrtype")), &f.type) || f.type >= DNS_REGISTRAR)
		return 1; /* a type that says nothing here */
	struct dns_domain *dom = domain(d, name);
	if (!dom)
		return -1;
	dom->changed = true;
	return add_values(d, dom, f, json_object_get(o, "rdata")) ? -1 : 1;
}

static int plain(struct dns_set *d, const json_t *o)
{
	uint8_t room[256];
	struct str name = clean_name(json_text(json_object_get(o, "domain")), room, sizeof room);
	int64_t first = json_when(json_object_get(o, "first_seen")), last = json_when(json_object_get(o, "last_seen"));
	if (!good_name(name))
		return 0;
	struct dns_domain *dom = domain(d, name);
	if (!dom)
		return -1;
	dom->changed = true;
	for (size_t t = 0; t < DNS_TYPES; t++) {
		struct dns_fact f = {.type = (enum dns_type)t, .first = first, .last = last == TIME_NONE ? first : last};
		if (add_values(d, dom, f, json_object_get(o, type_names[t])))
			return -1;
	}
	return 1;
}

static int json_line(struct dns_set *d, struct str line)
{
	json_error_t error;
	json_t *o = json_loadb((const char *)line.p, line.n, JSON_REJECT_DUPLICATES, &error);
	int rc = 0;
	if (o && json_typeof(o) == JSON_OBJECT)
		rc = json_object_get(o, "rrname") ? cof(d, o) : plain(d, o);
	else if (!o && json_error_code(&error) == json_error_out_of_memory)
		rc = -1;
	json_decref(o);
	return rc;
}

/* ---- CSV ---- */

/* The next cell off *rest, unquoted into out. False when there is none. */
static bool csv_cell(struct str *rest, uint8_t *out, size_t max, struct str *cell)
{
	size_t n = 0, i = 0;
	bool quoted = rest->n && rest->p[0] == '"';
	if (!rest->p)
		return false;
	for (i = quoted; i < rest->n; i++) {
		uint8_t c = rest->p[i];
		if (quoted && c == '"') {
			if (i + 1 < rest->n && rest->p[i + 1] == '"')
				i++;
			else {
				quoted = false;
				continue;
			}
		} else if (!quoted && c == ',') {
			break;
		}
		if (n < max)
			out[n++] = c;
	}
	*cell = str_trim(str_make(out, n));
	*rest = i < rest->n ? str_from(*rest, i + 1) : (struct str){0};
	return true;
}

static int csv_header(struct dns_set *d, struct str line)
{
	uint8_t room[256];
	struct str rest = line, cell;
	bool known = false;
	while (d->n_columns < sizeof d->columns / sizeof *d->columns && csv_cell(&rest, room, sizeof room, &cell)) {
		struct str copy = arena_dup(&d->arena, cell);
		if (!copy.p)
			return -1;
		known |= str_ieq(cell, S("domain")) || str_ieq(cell, S("rrname"));
		d->columns[d->n_columns++] = copy;
	}
	if (!known)
		d->n_columns = 0;
	return known;
}

static int64_t csv_when(struct str s)
{
	int64_t t = TIME_NONE;
	uint64_t n;
	if (str_u64(s, &n) && n < 400000000000u)
		return (int64_t)n;
	time_parse_iso(s, &t);
	return t;
}

/* The cells of a line by column name. */
struct csv_row {
	struct str cell[32];
	size_t n;
};

static struct str csv_get(const struct dns_set *d, const struct csv_row *r, const char *name)
{
	for (size_t i = 0; i < r->n && i < d->n_columns; i++)
		if (str_ieq(d->columns[i], str_of(name)))
			return r->cell[i];
	return S("");
}

static int add_list(struct dns_set *d, struct dns_domain *dom, struct dns_fact f, struct str list)
{
	if (f.type == DNS_REGISTRAR || f.type == DNS_REGISTERED || f.type == DNS_TXT) {
		f.value = list;
		return add_fact(d, dom, &f);
	}
	for (size_t i = 0; i < list.n;) {
		size_t from = i;
		while (i < list.n && list.p[i] != ' ' && list.p[i] != ';' && list.p[i] != '|')
			i++;
		f.value = str_sub(list, from, i - from);
		if (i > from && add_fact(d, dom, &f))
			return -1;
		i++;
	}
	return 0;
}

static int csv_facts(struct dns_set *d, const struct csv_row *r)
{
	uint8_t room[256];
	struct str raw = csv_get(d, r, "domain"), type = csv_get(d, r, "rrtype");
	struct str name = clean_name(raw.n ? raw : csv_get(d, r, "rrname"), room, sizeof room);
	int64_t first = csv_when(csv_get(d, r, type.n ? "time_first" : "first_seen"));
	int64_t last = csv_when(csv_get(d, r, type.n ? "time_last" : "last_seen"));
	struct dns_domain *dom = good_name(name) ? domain(d, name) : NULL;
	if (!dom)
		return good_name(name) ? -1 : 0;
	dom->changed = true;
	for (size_t t = 0; t < DNS_TYPES; t++) {
		struct dns_fact f = {.type = (enum dns_type)t, .first = first, .last = last == TIME_NONE ? first : last};
		if (type.n && !str_ieq(type, str_of(type_names[t])))
			continue;
		if (add_list(d, dom, f, csv_get(d, r, type.n ? "rdata" : type_names[t])))
			return -1;
	}
	return 1;
}

static int csv_line(struct dns_set *d, struct str line)
{
	struct csv_row row = {.n = 0};
	struct str rest = line;
	if (!d->n_columns)
		return csv_header(d, line);
	if (!d->room && !(d->room = arena_alloc(&d->arena, LIM_DNS_LINE)))
		return -1;
	for (size_t at = 0; row.n < 32 && csv_cell(&rest, d->room + at, LIM_DNS_LINE - at, &row.cell[row.n]); row.n++)
		at = (size_t)(row.cell[row.n].p - d->room) + row.cell[row.n].n;
	return csv_facts(d, &row);
}

int dns_line(struct dns_set *d, struct str line)
{
	line = str_trim(line);
	d->lines++;
	if (!line.n || line.p[0] == '#')
		return 0;
	int rc = line.n > LIM_DNS_LINE ? 0 : line.p[0] == '{' ? json_line(d, line) : csv_line(d, line);
	if (!rc && !d->bad++)
		d->first_bad = d->lines;
	return rc < 0 ? -1 : 0;
}

/* ---- what is stored ---- */

int dns_load(struct dns_set *d, struct str json)
{
	uint8_t room[256];
	json_t *o = json_parse(json);
	const json_t *facts = json_object_get(o, "facts");
	struct str name = clean_name(json_text(json_object_get(o, "domain")), room, sizeof room);
	struct dns_domain *dom = good_name(name) ? domain(d, name) : NULL;
	int rc = good_name(name) && !dom ? -1 : 0;
	for (size_t i = 0; dom && !rc && i < json_array_size(facts); i++) {
		const json_t *f = json_array_get(facts, i);
		struct dns_fact fact = {.value = json_text(json_object_get(f, "value")),
			.first = json_when(json_object_get(f, "first")),
			.last = json_when(json_object_get(f, "last"))};
		if (type_of(json_text(json_object_get(f, "type")), &fact.type))
			rc = add_fact(d, dom, &fact);
	}
	json_decref(o);
	return rc;
}

static int by_type_value(const void *a, const void *b)
{
	const struct dns_fact *x = a, *y = b;
	return x->type != y->type ? (x->type < y->type ? -1 : 1) : str_cmp(x->value, y->value);
}

/* The value that was seen last; the smaller of equals. */
static struct str latest(const struct dns_domain *dom, enum dns_type type)
{
	const struct dns_fact *best = NULL;
	for (size_t i = 0; i < dom->facts.n; i++) {
		const struct dns_fact *f = &dom->facts.v[i];
		if (f->type == type && (!best || f->last > best->last))
			best = f;
	}
	return best ? best->value : (struct str){0};
}

static void put_text(struct json *j, const char *key, struct str s)
{
	json_key(j, key);
	if (s.n)
		json_str(j, s);
	else
		json_nil(j);
}

static void put_values(struct json *j, const struct dns_domain *dom, enum dns_type type)
{
	json_key(j, type_names[type]);
	json_arr(j);
	for (size_t i = 0; i < dom->facts.n; i++)
		if (dom->facts.v[i].type == type)
			json_str(j, dom->facts.v[i].value);
	json_arr_end(j);
}

static void put_facts(struct json *j, const struct dns_domain *dom)
{
	json_key(j, "facts");
	json_arr(j);
	for (size_t i = 0; i < dom->facts.n; i++) {
		const struct dns_fact *f = &dom->facts.v[i];
		json_obj(j);
		json_key(j, "type");
		json_z(j, type_names[f->type]);
		json_key(j, "value");
		json_str(j, f->value);
		json_key(j, "first");
		json_time(j, f->first);
		json_key(j, "last");
		json_time(j, f->last);
		json_obj_end(j);
	}
	json_arr_end(j);
}

void dns_json(struct dns_set *d, size_t i, struct json *j)
{
	struct dns_domain *dom = &d->domains.v[i];
	int64_t first = TIME_NONE, last = TIME_NONE;
	struct str registrable = d->psl ? psl_domains(d->psl, dom->name).domain : S("");
	if (dom->facts.n)
		qsort(dom->facts.v, dom->facts.n, sizeof *dom->facts.v, by_type_value);
	for (size_t k = 0; k < dom->facts.n; k++) {
		first = earlier(first, dom->facts.v[k].first);
		last = later(last, dom->facts.v[k].last);
	}
	json_obj(j);
	put_text(j, "domain", dom->name);
	put_text(j, "registrable", registrable.n ? registrable : dom->name);
	json_key(j, "first_seen");
	json_time(j, first);
	json_key(j, "last_seen");
	json_time(j, last);
	put_text(j, "registrar", latest(dom, DNS_REGISTRAR));
	put_text(j, "registered", latest(dom, DNS_REGISTERED));
	for (size_t t = 0; t < DNS_REGISTRAR; t++)
		put_values(j, dom, (enum dns_type)t);
	put_facts(j, dom);
	json_obj_end(j);
}
