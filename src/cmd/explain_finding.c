/* explain_finding.c - see explain_finding.h. Evidence is shown as it is stored, kind by kind; what the kinds are is in trapline-events(1). */
#include "cmd/explain_finding.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "cmd/output.h"
#include "export/escape.h"
#include "query/finding_former.h"
#include "query/finding_list.h"

struct sheet {
	FILE *f;
	struct buf b; /* the line to come, unescaped */
	size_t width; /* of the terminal; SIZE_MAX: none */
	bool ascii;
	const struct session *s;
	const struct finding *all;
	size_t n;
};

static void put(struct sheet *t, size_t indent)
{
	struct buf safe;
	buf_init(&safe, MIB);
	buf_printf(&safe, "%*s", (int)indent, "");
	esc_paragraph(buf_str(&t->b), indent, t->width, t->ascii ? ESCAPE_ASCII : 0, &safe);
	buf_byte(&safe, '\n');
	output_needs(&t->b);
	output_needs(&safe);
	fwrite(safe.p, 1, safe.n, t->f);
	buf_free(&safe);
	buf_clear(&t->b);
}

static void section(struct sheet *t, const char *title)
{
	fprintf(t->f, "\n%s\n", title);
}

static void date(struct sheet *t, const char *name, const struct finding_date *d)
{
	char at[TIME_ISO_SIZE], lo[TIME_ISO_SIZE], hi[TIME_ISO_SIZE];
	if (d->time == TIME_NONE)
		return;
	time_iso(d->time, at);
	buf_printf(&t->b, "%-5s  %s", name, at);
	if (d->lo != TIME_NONE && d->hi != TIME_NONE) {
		time_iso(d->lo, lo);
		time_iso(d->hi, hi);
		buf_printf(&t->b, "  (%s to %s)", lo, hi);
	}
	put(t, 2);
}

static void level(struct sheet *t, const char *name, double v)
{
	if (isnan(v))
		return;
	buf_printf(&t->b, "%-10s  %.2f messages a day", name, v);
	put(t, 2);
}

static void change(struct sheet *t, const struct finding *f)
{
	if (isnan(f->effect))
		return;
	buf_printf(&t->b, "%-10s  %+.1f %%", "change", 100 * f->effect);
	if (!isnan(f->effect_lo) && !isnan(f->effect_hi))
		buf_printf(&t->b, "  (%+.1f to %+.1f %%)", 100 * f->effect_lo, 100 * f->effect_hi);
	put(t, 2);
}

/* "engine engine-3f2a", word by word. */
static void subject(struct sheet *t, const char *name, struct str v)
{
	if (!v.n)
		return;
	buf_printf(&t->b, "%-10s  ", name);
	buf_add(&t->b, v);
	put(t, 2);
}

/* "advertised category stock, 79.1 % of its mail" */
static void advertised(struct sheet *t, const struct finding_goods *g)
{
	const char *what = g->programme.n ? "programme" : g->brand.n ? "brand" : "category";
	struct str name = g->programme.n ? g->programme : g->brand.n ? g->brand : g->category;
	if (!name.n)
		return;
	buf_printf(&t->b, "%-10s  %s ", "advertised", what);
	buf_add(&t->b, name);
	buf_printf(&t->b, ", %.1f %% of its mail", 100 * g->share);
	put(t, 2);
}

static void one_value(struct sheet *t, const json_t *v)
{
	size_t i;
	const json_t *item;
	if (json_is_real(v))
		buf_printf(&t->b, "%.4g", json_real_value(v));
	else if (json_is_integer(v))
		buf_printf(&t->b, "%lld", (long long)json_integer_value(v));
	else if (json_is_string(v))
		buf_add(&t->b, json_text(v));
	else if (json_is_boolean(v))
		buf_add(&t->b, json_is_true(v) ? S("yes") : S("no"));
	else if (!json_is_array(v))
		buf_byte(&t->b, '-');
	json_array_foreach(v, i, item)
	{
		if (i)
			buf_byte(&t->b, ' ');
		if (!json_is_array(item) && !json_is_object(item))
			one_value(t, item);
	}
}

/* Another finding is told by its reading, too. */
static void reading_of(struct sheet *t, struct str id)
{
	char other[FINDING_ID_SIZE];
	for (size_t i = 0; i < t->n; i++) {
		finding_id(&t->all[i], other);
		if (str_eq(id, str_of(other))) {
			buf_add(&t->b, S(": "));
			buf_add(&t->b, t->all[i].reading);
		}
	}
}

static void evidence_line(struct sheet *t, json_t *e)
{
	const char *key;
	json_t *v;
	size_t n = 0;
	buf_add(&t->b, json_text_of(e, "kind"));
	json_object_foreach(e, key, v)
	{
		if (strcmp(key, "kind") == 0)
			continue;
		buf_printf(&t->b, "%s%s ", n++ ? ", " : ": ", key);
		one_value(t, v);
		if (strcmp(key, "finding") == 0)
			reading_of(t, json_text(v));
	}
	put(t, 2);
}

/* As it can be typed: what is more than a plain word is quoted. */
static void shell_word(struct buf *b, struct str w)
{
	bool plain = w.n > 0;
	for (size_t i = 0; i < w.n; i++)
		plain &= ascii_alnum(w.p[i]) || (w.p[i] && strchr("-_./:,+@%", w.p[i]));
	if (!plain)
		buf_byte(b, '\'');
	for (size_t i = 0; i < w.n; i++)
		if (w.p[i] == '\'')
			buf_add(b, S("'\\''"));
		else
			buf_byte(b, w.p[i]);
	if (!plain)
		buf_byte(b, '\'');
}

/* Not broken into lines: it is to be copied. */
static void command_line(struct sheet *t, const json_t *argv)
{
	size_t i, width = t->width;
	const json_t *word;
	json_array_foreach(argv, i, word)
	{
		if (i)
			buf_byte(&t->b, ' ');
		shell_word(&t->b, json_text(word));
	}
	buf_add(&t->b, S(" --store "));
	shell_word(&t->b, str_of(t->s->store_path));
	t->width = SIZE_MAX;
	put(t, 2);
	t->width = width;
}

static bool is_query(const json_t *e)
{
	return str_eq(json_text_of(e, "kind"), S("query"));
}

static void evidence(struct sheet *t, const struct finding *f)
{
	json_t *list = json_parse(f->evidence), *e;
	size_t i;
	section(t, "evidence");
	json_array_foreach(list, i, e) if (!is_query(e)) evidence_line(t, e);
	section(t, "to see the series");
	json_array_foreach(list, i, e) if (is_query(e)) command_line(t, json_object_get(e, "argv"));
	json_decref(list);
}

static void show(struct sheet *t, const struct finding *f, struct str id)
{
	fprintf(t->f, "finding %.*s  %s\n\n", STR_FMT(id), finding_kind_names[f->kind]);
	buf_add(&t->b, f->reading);
	put(t, 2);
	section(t, "about");
	subject(t, "feed", f->feed);
	subject(t, "engine", f->engine);
	subject(t, "programme", f->programme);
	subject(t, "brand", f->brand);
	subject(t, "category", f->category);
	subject(t, "other", f->other);
	subject(t, "from", f->from);
	subject(t, "to", f->to);
	advertised(t, &f->advertised);
	subject(t, "verdict", f->verdict);
	subject(t, "source", f->source);
	if (!f->feed.n && !f->engine.n && !f->programme.n && !f->brand.n && !f->category.n)
		subject(t, "subject", S("all mail"));
	section(t, "dates, UTC (95 % interval)");
	date(t, "start", &f->start);
	date(t, "end", &f->end);
	section(t, "levels");
	level(t, "before", f->before);
	level(t, "after", f->after);
	change(t, f);
	buf_printf(&t->b, "%-10s  %.2f", "confidence", f->confidence);
	put(t, 2);
}

/* What was claimed once, and what is told now. */
static void show_near(struct sheet *t, const struct finding_former *f)
{
	section(t, f->n_near ? "told about it now, at about that time" : "nothing is told about it now, at about that time");
	for (size_t i = 0; i < f->n_near; i++) {
		char id[FINDING_ID_SIZE];
		finding_id(f->near[i], id);
		buf_printf(&t->b, "%s  %s: ", id, finding_kind_names[f->near[i]->kind]);
		buf_add(&t->b, f->near[i]->reading);
		put(t, 2);
	}
}

static void put_former(struct json *j, const struct finding_former *f, struct str id)
{
	char other[FINDING_ID_SIZE];
	json_key(j, "former");
	json_obj(j);
	json_key(j, "id"), json_str(j, id);
	json_key(j, "state"), json_z(j, f->state == FORMER_MOVED ? "moved" : "none");
	json_key(j, "near");
	json_arr(j);
	for (size_t i = 0; i < f->n_near; i++) {
		finding_id(f->near[i], other);
		json_z(j, other);
	}
	json_arr_end(j);
	json_obj_end(j);
}

static void show_json(FILE *out, const struct finding *f, const struct finding_former *former, struct str id)
{
	struct buf b;
	struct json j = json_to(&b);
	buf_init(&b, 64 * MIB);
	json_obj(&j);
	finding_members(&j, f);
	if (former->state != FORMER_CURRENT)
		put_former(&j, former, id);
	json_obj_end(&j);
	buf_byte(&b, '\n');
	output_needs(&b);
	fwrite(b.p, 1, b.n, out);
	buf_free(&b);
}

bool is_finding_id(struct str id)
{
	uint8_t bytes[6];
	return id.n == 2 + 2 * sizeof bytes && str_starts(id, S("f-")) && hex_decode(str_from(id, 2), bytes, sizeof bytes);
}

static void show_all(struct sheet *t, const struct finding *f, const struct finding_former *former)
{
	char id[FINDING_ID_SIZE];
	finding_id(f, id);
	show(t, f, str_of(id));
	if (former->state == FORMER_NONE)
		show_near(t, former);
	else
		evidence(t, f);
}

static int put_finding(
	struct session *s, struct str id, const struct finding *all, size_t n, const struct finding_former *former, struct err *err)
{
	const struct finding *f = former->state == FORMER_NONE ? &former->was : former->now;
	struct table_opts look = output_table(s->o, "finding");
	struct output out;
	if (output_open(&out, s->o->out, err))
		return err->kind;
	struct sheet t = {.f = out.f, .s = s, .all = all, .n = n, .width = look.width ? look.width : SIZE_MAX, .ascii = look.ascii};
	buf_init(&t.b, MIB);
	if (s->o->format == FORMAT_TABLE)
		show_all(&t, f, former);
	else
		show_json(out.f, f, former, id);
	buf_free(&t.b);
	return output_close(&out, true, err);
}

static void tell(const struct session *s, struct str id, const struct finding_former *f)
{
	char now[FINDING_ID_SIZE];
	if (s->o->verbose < 0 || f->state == FORMER_CURRENT)
		return;
	if (f->state == FORMER_MOVED) {
		finding_id(f->now, now);
		fprintf(stderr, "trapline: %.*s is now told as %s\n", STR_FMT(id), now);
	} else {
		fprintf(stderr, "trapline: %.*s is not told any more; this is what an earlier analysis said\n", STR_FMT(id));
	}
}

int explain_finding(struct session *s, struct str id, struct err *err)
{
	struct arena a;
	struct finding *all = NULL;
	struct finding_former former;
	size_t n = 0;
	arena_init(&a, 512 * MIB);
	int rc = finding_load(s->store, &a, &all, &n, err);
	rc = rc ? rc : finding_former(s->store, id, all, n, &a, &former, err);
	if (!rc && former.state == FORMER_UNKNOWN)
		rc = err_set(err, ERR_INPUT, "no finding %.*s in the last analysis; trapline events lists them", STR_FMT(id));
	if (!rc) {
		tell(s, id, &former);
		rc = put_finding(s, id, all, n, &former, err);
	}
	arena_free(&a);
	return rc;
}
