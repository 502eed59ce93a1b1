/* explain.c - trapline explain ID: everything known about one message, campaign or engine, and why. */
#include <jansson.h>

#include "analyse/infections.h"
#include "analyse/observation.h"
#include "base/anomaly.h"
#include "base/ip.h"
#include "base/json_read.h"
#include "base/name.h"
#include "cmd/command.h"
#include "cmd/explain_campaign.h"
#include "cmd/explain_engine.h"
#include "cmd/explain_finding.h"
#include "cmd/explain_programme.h"
#include "cmd/output.h"
#include "cmd/session.h"
#include "export/escape.h"
#include "export/message_json.h"
#include "query/former.h"

/* Where the ledger is written; text from the message goes through text(). */
struct ledger {
	FILE *f;
	const struct mask *mask; /* NULL: reveal */
	bool ascii;
};

static void text(const struct ledger *l, struct str s, enum feature_show show)
{
	struct buf masked, shown, safe;
	buf_init(&masked, MIB);
	buf_init(&shown, MIB);
	buf_init(&safe, 4 * MIB);
	if (l->mask && show == SHOW_MASK)
		mask_addr(s, &masked);
	else if (l->mask)
		mask_tokens(l->mask, s, &masked);
	else
		buf_add(&masked, s);
	if (show == SHOW_URL)
		defang_url(buf_str(&masked), &shown);
	else
		defang_text(buf_str(&masked), &shown);
	esc_term(buf_str(&shown), 0, l->ascii ? ESCAPE_ASCII : 0, &safe);
	output_needs(&masked);
	output_needs(&shown);
	output_needs(&safe);
	if (safe.n)
		fwrite(safe.p, 1, safe.n, l->f);
	buf_free(&masked);
	buf_free(&shown);
	buf_free(&safe);
}

static void list(const struct ledger *l, struct strs v, enum feature_show show)
{
	for (size_t i = 0; i < v.n; i++) {
		if (i)
			fputs("\n                        ", l->f);
		text(l, v.v[i], show);
	}
}

static void one_value(const struct ledger *l, const struct row *r, enum feature_id f)
{
	const void *at = row_get(r, f);
	char t[TIME_ISO_SIZE], ip[IP_TEXT_SIZE], hex[SHA256_HEX];
	switch (feature_table[f].kind) {
	case KIND_INT:
		fprintf(l->f, "%lld", (long long)*(const int64_t *)at);
		break;
	case KIND_TIME:
		time_iso(*(const int64_t *)at, t);
		fputs(t, l->f);
		break;
	case KIND_REAL:
		fprintf(l->f, "%.3f", *(const double *)at);
		break;
	case KIND_TEXT:
	case KIND_WORD:
		text(l, *(const struct str *)at, feature_table[f].show);
		break;
	case KIND_WORDS:
	case KIND_LIST:
		list(l, *(const struct strs *)at, feature_table[f].show);
		break;
	case KIND_HASH:
		hex_encode(at, SHA256_BYTES, hex);
		fprintf(l->f, "%.*s", SHA256_HEX, hex);
		break;
	case KIND_IP:
		ip_text(*(const struct str *)at, ip);
		fputs(ip, l->f);
		break;
	case KIND_BITS:
	case KIND_JSON:
		break;
	}
}

static bool is_empty(const struct row *r, enum feature_id f)
{
	const void *at = row_get(r, f);
	switch (feature_table[f].kind) {
	case KIND_TIME:
		return *(const int64_t *)at == TIME_NONE;
	case KIND_TEXT:
	case KIND_WORD:
	case KIND_IP:
		return ((const struct str *)at)->n == 0;
	case KIND_WORDS:
	case KIND_LIST:
		return ((const struct strs *)at)->n == 0;
	case KIND_BITS:
	case KIND_JSON:
		return true; /* have sections of their own */
	case KIND_INT:
	case KIND_REAL:
	case KIND_HASH:
		return false;
	}
	return true;
}

static void section(const struct ledger *l, const char *title)
{
	fprintf(l->f, "\n%s\n", title);
}

static void attribution(const struct ledger *l, const char *what, struct str name, double confidence)
{
	fprintf(l->f, "  %-20s  ", what);
	if (name.n) {
		text(l, name, SHOW_PLAIN);
		fprintf(l->f, "  (confidence %.2f)\n", confidence);
	} else {
		fputs("not known\n", l->f);
	}
}

/* One line for each piece of evidence: weight, what it speaks for, where it was found, what it is. */
static void evidence_lines(const struct ledger *l, struct str evidence)
{
	json_t *all = json_parse(evidence);
	size_t i;
	json_t *e;
	if (!json_array_size(all))
		fputs("  nothing that suffices to name a brand or category; weaker matches are not kept\n", l->f);
	json_array_foreach(all, i, e)
	{
		fprintf(l->f, "  %+6.2f  ", json_number_value(json_object_get(e, "weight")));
		text(l, json_text_of(e, "kind"), SHOW_PLAIN);
		fputs(" ", l->f);
		text(l, json_text_of(e, "name"), SHOW_PLAIN);
		fputs(": ", l->f);
		text(l, json_text_of(e, "rule"), SHOW_PLAIN);
		if (json_text_of(e, "where").n) {
			fputs(", in ", l->f);
			text(l, json_text_of(e, "where"), SHOW_PLAIN);
		}
		if (json_text_of(e, "text").n) {
			fputs(": \"", l->f);
			text(l, json_text_of(e, "text"), SHOW_PLAIN);
			fputs("\"", l->f);
		}
		fputs("\n", l->f);
	}
	json_decref(all);
}

static void code_lines(const struct ledger *l, const json_t *codes)
{
	for (size_t i = 0; i < json_array_size(codes); i++) {
		fputs("    QR code ", l->f);
		text(l, json_text(json_array_get(codes, i)), SHOW_PLAIN);
		fputs("\n", l->f);
	}
}

static void attachment_lines(const struct ledger *l, struct str attachments)
{
	json_t *all = json_parse(attachments);
	size_t i;
	json_t *e;
	json_array_foreach(all, i, e)
	{
		fputs("  ", l->f);
		text(l, json_text_of(e, "type"), SHOW_PLAIN);
		fprintf(l->f, "  %lld bytes  ", (long long)json_integer_value(json_object_get(e, "size")));
		text(l, json_text_of(e, "name"), SHOW_PLAIN);
		fputs("\n    sha256 ", l->f);
		text(l, json_text_of(e, "sha256"), SHOW_PLAIN);
		fputs("\n", l->f);
		code_lines(l, json_object_get(e, "qr"));
	}
	json_decref(all);
}

static void anomaly_lines(const struct ledger *l, int64_t bits)
{
	for (unsigned b = 0; b < ANOMALY_COUNT; b++)
		if (bits & ((int64_t)1 << b))
			fprintf(l->f, "  %-22s %s\n", anomaly_name(b), anomaly_meaning(b));
	if (!bits)
		fputs("  none\n", l->f);
}

/* How the sending software writes: a family's name once, then its values. */
static void fingerprint_lines(const struct ledger *l, struct strs tokens)
{
	struct str before = S("");
	for (size_t i = 0; i < tokens.n; i++) {
		struct str family = str_first(tokens.v[i], str_find_byte(tokens.v[i], '='));
		struct str shown = str_eq(family, before) ? S("") : family;
		fprintf(l->f, "  %-20.*s  ", STR_FMT(shown));
		text(l, str_from(tokens.v[i], family.n + 1), SHOW_PLAIN);
		fputs("\n", l->f);
		before = family;
	}
}

/* What others saw of the peer about the time of the message. */
struct seen {
	const struct ledger *l;
	const struct row *r;
	size_t n;
};

static int seen_one(void *ctx, struct str id, const struct observation *o)
{
	struct seen *s = ctx;
	const struct row *r = s->r;
	char t[TIME_ISO_SIZE];
	(void)id;
	if (!infection_fits(o, r->ip, r->time))
		return 0;
	if (!s->n++)
		section(s->l, "outside facts about the peer");
	time_iso(o->from, t);
	fprintf(s->l->f, "  %s  infected with ", t);
	text(s->l, o->engine.n ? o->engine : S("something not named"), SHOW_PLAIN);
	if (o->engine.n && r->engine.n)
		fputs(name_same(o->engine, r->engine) ? ", which agrees" : ", which is not what we call it", s->l->f);
	fputs("; source: ", s->l->f);
	text(s->l, o->source, SHOW_PLAIN);
	fputs("\n", s->l->f);
	return 0;
}

static int explain_message(const struct ledger *l, const struct session *s, const struct row *r, const struct neighbour *n,
	struct arena *a, struct err *err)
{
	fputs("message ", l->f);
	one_value(l, r, FEAT_id);
	fputs("\n", l->f);
	section(l, "attributions");
	attribution(l, "engine", r->engine, r->engine_confidence);
	attribution(l, "client", r->client, r->client_confidence);
	attribution(l, "brand", r->brand, r->brand_confidence);
	attribution(l, "programme", r->programme, r->programme_confidence);
	attribution(l, "category", r->category, r->category_confidence);
	section(l, "engine (for +, against -)");
	if (explain_engine(l->f, s, r, err))
		return err->kind;
	struct seen seen = {.l = l, .r = r};
	if (r->ip.n && observations(s->store, 1u << OBSERVED_INFECTION, seen_one, &seen, err))
		return err->kind;
	section(l, "campaign");
	explain_neighbour(l->f, r, n);
	if (explain_joined(l->f, s->store, r->campaign, a, err))
		return err->kind;
	section(l, "programme");
	explain_programme(l->f, s->store, r, a, l->ascii, err);
	section(l, "evidence (weight: for +, against -)");
	evidence_lines(l, r->evidence);
	section(l, "facts");
	fprintf(l->f, "  %-20s  ", "feed");
	text(l, r->feed, SHOW_PLAIN);
	fputs("\n", l->f);
	for (int f = 0; f < FEAT_COUNT; f++) {
		if (is_empty(r, (enum feature_id)f) || f == FEAT_id)
			continue;
		fprintf(l->f, "  %-20s  ", feature_table[f].name);
		one_value(l, r, (enum feature_id)f);
		fputs("\n", l->f);
	}
	if (r->attachments.n) {
		section(l, "attachments");
		attachment_lines(l, r->attachments);
	}
	if (r->fingerprint.n) {
		section(l, "fingerprint of the sending software (docs/FINGERPRINT.md)");
		fingerprint_lines(l, r->fingerprint);
	}
	section(l, "anomalies");
	anomaly_lines(l, r->anomalies);
	return err->kind;
}

static void explain_json(FILE *f, const struct row *r, bool reveal)
{
	struct buf out;
	struct json j = json_to(&out);
	buf_init(&out, 64 * MIB);
	row_to_json(r, &j, reveal);
	buf_byte(&out, '\n');
	output_needs(&out);
	fwrite(out.p, 1, out.n, f);
	buf_free(&out);
}

static int explain(struct session *s, struct str id, struct err *err)
{
	const struct options *o = s->o;
	struct arena a;
	struct row row;
	struct output out;
	struct mask mask;
	struct neighbour near;
	arena_init(&a, LIM_ARENA);
	int found = store_get(s->store, id, &a, &row, err);
	if (found == 0)
		err_set(err, ERR_INPUT, "no message whose id begins with %.64s; trapline messages lists them", o->paths[0]);
	else if (found == 2)
		err_set(err, ERR_USAGE, "several messages' ids begin with %.64s; give more of it", o->paths[0]);
	else if (found == 1)
		campaign_neighbour(s->store, &row, &near, err);
	if (!err->kind && !output_open(&out, o->out, err)) {
		struct table_opts look = output_table(o, "message");
		mask_init(&mask);
		mask_of_row(&mask, &row);
		struct ledger l = {.f = out.f, .mask = o->reveal ? NULL : &mask, .ascii = look.ascii};
		if (o->format == FORMAT_TABLE)
			explain_message(&l, s, &row, &near, &a, err);
		else
			explain_json(out.f, &row, o->reveal);
		output_close(&out, !err->kind, err);
	}
	arena_free(&a);
	return err->kind;
}

/* Looked for by its Message-ID, with brackets or without. */
struct by_message_id {
	struct str want;
	char id[SHA256_HEX]; /* the first of them by time */
	int64_t n;
};

static int match_message_id(void *ctx, const struct store_row *r)
{
	struct by_message_id *m = ctx;
	struct str have = r->row->message_id;
	if (have.n > 1 && have.p[0] == '<' && have.p[have.n - 1] == '>' && m->want.p[0] != '<')
		have = str_sub(have, 1, have.n - 2);
	if (str_eq(have, m->want) && m->n++ == 0)
		hex_encode(r->row->id, SHA256_BYTES, m->id);
	return 0;
}

static int explain_message_id(struct session *s, struct str message_id, struct err *err)
{
	struct by_message_id m = {.want = message_id};
	if (store_scan(s->store, &STORE_FILTER_ALL, FEAT_BIT(message_id) | FEAT_BIT(id), 0, match_message_id, &m, err) < 0)
		return err->kind;
	if (!m.n)
		return err_set(err, ERR_INPUT, "no message with the Message-ID %.200s", s->o->paths[0]);
	if (m.n > 1)
		fprintf(stderr, "trapline: %lld messages have this Message-ID; the first is shown\n", (long long)m.n);
	return explain(s, str_make(m.id, SHA256_HEX), err);
}

static int explain_what(struct session *s, struct str id, struct err *err)
{
	if (str_find_byte(id, '@') != STR_NPOS)
		return explain_message_id(s, id, err);
	if (is_campaign_id(id)) {
		struct str message = S("");
		int rc = explain_campaign(s, id, &message, err);
		return rc || !message.n ? rc : explain(s, message, err);
	}
	if (is_finding_id(id))
		return explain_finding(s, id, err);
	int engine = explain_engine_name(s, id, err);
	if (engine)
		return engine < 0 ? engine : 0;
	for (size_t i = 0; i < id.n; i++)
		if (ascii_hex(id.p[i]) < 0)
			return err_set(err, ERR_USAGE,
				"no engine, campaign or finding %.64s, and no message id (up to 64 hexadecimal digits, or a Message-ID)",
				s->o->paths[0]);
	return explain(s, id, err);
}

int cmd_explain(const struct options *o, struct err *err)
{
	struct session s;
	int rc = 0;
	if (o->format == FORMAT_CSV)
		return err_set(err, ERR_USAGE, "explain has no csv form; use --format json");
	rc = session_open(&s, o, err);
	if (!rc)
		rc = session_open_reading(&s, false, err);
	rc = rc ? rc : explain_what(&s, str_of(o->paths[0]), err);
	session_close(&s);
	return rc;
}
