/* explain_programme.c - see explain_programme.h. */
#include "cmd/explain_programme.h"

#include <jansson.h>

#include "base/json_read.h"
#include "base/limits.h"
#include "base/vec.h"
#include "cmd/output.h"
#include "export/escape.h"

enum { CHAINS = 5, PLACES = 10 };

struct way {
	FILE *f;
	const struct row *row;
	struct arena *arena;
	bool ascii;
	size_t chains;
	VEC(struct str) places; /* domains that links lead to */
	struct err *err;
};

static void say(const struct way *w, struct str s, bool url)
{
	struct buf shown, safe;
	buf_init(&shown, MIB);
	buf_init(&safe, 4 * MIB);
	if (url)
		defang_url(s, &shown);
	else
		defang_text(s, &shown);
	esc_term(buf_str(&shown), 0, w->ascii ? ESCAPE_ASCII : 0, &safe);
	output_needs(&shown);
	output_needs(&safe);
	fwrite(safe.p, 1, safe.n, w->f);
	buf_free(&shown);
	buf_free(&safe);
}

static int add_place(struct way *w, struct str domain)
{
	for (size_t i = 0; i < w->places.n; i++)
		if (str_eq(w->places.v[i], domain))
			return 0;
	if (!domain.n || w->places.n == PLACES)
		return 0;
	struct str copy = arena_dup(w->arena, domain), *slot = copy.p ? vec_push(w->arena, &w->places, PLACES) : NULL;
	if (!slot)
		return err_oom(w->err, "explain");
	*slot = copy;
	return 0;
}

static void chain_lines(const struct way *w, const json_t *chain)
{
	const json_t *hop;
	size_t i;
	json_array_foreach(json_object_get(chain, "hops"), i, hop)
	{
		fputs(i ? "    -> " : "  ", w->f);
		say(w, json_text_of(hop, "url"), true);
		fputs("  (", w->f);
		say(w, json_text_of(hop, "role"), false);
		fputs(")\n", w->f);
	}
}

/* A chain's id is its first URL, a blank and the time. */
static int see_chain(void *ctx, struct str id, struct str json)
{
	struct way *w = ctx;
	size_t blank = str_rfind_byte(id, ' ');
	struct str url = str_first(id, blank == STR_NPOS ? id.n : blank);
	for (size_t i = 0; i < w->row->urls.n; i++) {
		if (!str_eq(w->row->urls.v[i], url))
			continue;
		json_t *o = json_parse(json);
		if (w->chains++ < CHAINS)
			chain_lines(w, o);
		int rc = add_place(w, json_text_of(o, "final_domain"));
		json_decref(o);
		return rc;
	}
	return 0;
}

static void evidence_lines(const struct way *w, const json_t *domain)
{
	const json_t *e;
	size_t i;
	json_array_foreach(json_object_get(domain, "evidence"), i, e)
	{
		if (json_is_number(json_object_get(e, "weight")))
			fprintf(w->f, "    %+6.2f  ", json_number_value(json_object_get(e, "weight")));
		else
			fputs("            ", w->f);
		say(w, json_text_of(e, "kind"), false);
		if (json_text_of(e, "text").n) {
			fputs(" ", w->f);
			say(w, json_text_of(e, "text"), false);
		}
		if (json_is_integer(json_object_get(e, "domains")))
			fprintf(w->f, " (on %lld domains%s)", (long long)json_integer_value(json_object_get(e, "domains")),
				json_is_true(json_object_get(e, "others")) ? ", other programmes have it too" : "");
		if (json_is_number(json_object_get(e, "likeness")))
			fprintf(w->f, " likeness %.2f%s", json_number_value(json_object_get(e, "likeness")),
				json_is_true(json_object_get(e, "others")) ? ", others' are as like" : "");
		fputs("\n", w->f);
	}
}

static int place_lines(const struct way *w, struct store *s, struct str domain, struct err *err)
{
	struct str json;
	int rc = store_item(s, "domain", domain, w->arena, &json, err);
	if (rc <= 0)
		return rc;
	json_t *o = json_parse(json);
	fputs("  ", w->f);
	say(w, domain, true);
	fputs(" is ", w->f);
	say(w, json_text_of(o, "programme"), false);
	fprintf(w->f, "'s (confidence %.2f), by its %s", json_number_value(json_object_get(o, "confidence")),
		json_text_of(o, "page").n ? "page " : "name servers: no page of it was captured");
	say(w, json_text_of(o, "page"), true);
	fputs("\n", w->f);
	evidence_lines(w, o);
	json_decref(o);
	return 0;
}

int explain_programme(FILE *f, struct store *s, const struct row *row, struct arena *a, bool ascii, struct err *err)
{
	struct way w = {.f = f, .row = row, .arena = a, .ascii = ascii, .err = err};
	static const struct {
		const char *via, *words;
	} ways[] = {{"page", "the page that a link leads to"}, {"domain", "what was captured at a linked domain"},
		{"own", "the message's own words"}, {"campaign", "the other messages of its campaign"}};
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
		if (str_eq(row->via, str_of(ways[i].via)))
			fprintf(f, "  %-20s  %s\n", "known by", ways[i].words);
	if (!row->programme.n && !row->brand.n)
		fputs("  neither programme nor brand is known\n", f);
	if (row->category.n && !row->own_category.n && str_eq(row->via, S("none")))
		fputs("  the category is that of the other messages of its campaign\n", f);
	int rc = row->urls.n ? store_items(s, "chain", see_chain, &w, err) : 0;
	for (size_t i = 0; i < row->domains.n && rc == 0; i++)
		rc = add_place(&w, row->domains.v[i]);
	for (size_t i = 0; i < w.places.n && rc == 0; i++)
		rc = place_lines(&w, s, w.places.v[i], err);
	return rc;
}
