/* signatures.c - see signatures.h. */
#include "export/signatures.h"

#include "base/json.h"

#define PATTERN_BYTES ((size_t)64 << 10)
/* A third of the usual limit of 5: one signature alone does not reject a mail. */
#define SCORE "1.7"

static const char *const format_names[] = {[SIGNATURES_JSONL] = "jsonl",
	[SIGNATURES_RSPAMD] = "rspamd",
	[SIGNATURES_SPAMASSASSIN] = "spamassassin",
	[SIGNATURES_SIEVE] = "sieve"};

bool signature_format_find(struct str name, enum signature_format *out)
{
	for (size_t f = 0; f < sizeof format_names / sizeof *format_names; f++)
		if (str_eq(name, str_of(format_names[f]))) {
			*out = (enum signature_format)f;
			return true;
		}
	return false;
}

/* What is behind "c-" in a campaign's id, as rule names are written; _P2 ... where it has several signatures. */
static void rule_name(struct buf *out, const struct signature *s)
{
	struct str id = str_from(s->campaign, str_starts(s->campaign, S("c-")) ? 2 : 0);
	buf_add(out, S("TRAPLINE_"));
	for (size_t i = 0; i < id.n; i++)
		buf_byte(out, ascii_alnum(id.p[i]) ? id.p[i] & (ascii_alpha(id.p[i]) ? ~0x20 : 0xFF) : '_');
	if (s->part > 1)
		buf_printf(out, "_P%zu", s->part);
}

static void facts_text(struct buf *out, const struct signature *s, const struct signature_facts *f)
{
	buf_printf(out, "trapline campaign ");
	buf_add(out, s->campaign);
	buf_printf(out, ", %llu messages, fits %zu of %zu looked at; ", (unsigned long long)s->messages, s->support, s->texts);
	if (f->ham)
		buf_printf(out, "0 hits in %llu ham messages (95 %% bound %.2g)", (unsigned long long)f->ham, 3 / (double)f->ham);
	else
		buf_add(out, S("not measured on ham"));
}

/* The pattern with what `quoted` lists escaped by a backslash: for the file's own strings. */
static void put_pattern(struct buf *out, const struct fragment *f, enum signature_regex kind, const char *quoted)
{
	struct buf b;
	buf_init(&b, PATTERN_BYTES);
	fragment_regex(f, kind, &b);
	for (size_t i = 0; i < b.n; i++) {
		if (strchr(quoted, b.p[i]))
			buf_byte(out, '\\');
		buf_byte(out, b.p[i]);
	}
	out->oom |= b.oom;
	buf_free(&b);
}

/* ---- JSON lines ---- */

static void put_fragment(struct json *j, const struct fragment *f)
{
	struct buf b;
	buf_init(&b, PATTERN_BYTES);
	json_obj(j);
	json_key(j, "where");
	json_str(j, f->place == PLACE_BODY ? S("body") : S("subject"));
	json_key(j, "text");
	json_str(j, f->text);
	fragment_regex(f, REGEX_PCRE, &b);
	json_key(j, "regex");
	json_str(j, buf_str(&b));
	json_obj_end(j);
	j->out->oom |= b.oom; /* an expression that is cut short hits everything */
	buf_free(&b);
}

static void write_jsonl(struct buf *out, const struct signature *s, const struct signature_facts *facts)
{
	struct json j = json_to(out);
	json_obj(&j);
	json_key(&j, "campaign");
	json_str(&j, s->campaign);
	json_key(&j, "part");
	json_int(&j, (int64_t)s->part);
	json_key(&j, "messages");
	json_int(&j, (int64_t)s->messages);
	json_key(&j, "texts");
	json_int(&j, (int64_t)s->texts);
	json_key(&j, "support");
	json_int(&j, (int64_t)s->support);
	json_key(&j, "ham");
	json_int(&j, (int64_t)facts->ham);
	json_key(&j, "ham_hits");
	if (facts->ham)
		json_int(&j, 0);
	else
		json_nil(&j);
	json_key(&j, "ham_bound");
	if (facts->ham)
		json_num(&j, 3 / (double)facts->ham, 6);
	else
		json_nil(&j);
	if (facts->checked) {
		json_key(&j, "checked");
		json_int(&j, (int64_t)facts->checked);
		json_key(&j, "checked_hits");
		json_int(&j, (int64_t)s->checked_hits);
	}
	json_key(&j, "all_of");
	json_arr(&j);
	for (size_t i = 0; i < s->n_fragments; i++)
		put_fragment(&j, &s->fragments[i]);
	json_arr_end(&j);
	json_obj_end(&j);
	buf_byte(out, '\n');
}

/* ---- rspamd: a section for local.d/regexp.conf ---- */

static void write_rspamd(struct buf *out, const struct signature *s, const struct signature_facts *facts)
{
	buf_byte(out, '"');
	rule_name(out, s);
	buf_add(out, S("\" {\n  re = \""));
	for (size_t i = 0; i < s->n_fragments; i++) {
		const struct fragment *f = &s->fragments[i];
		buf_add(out, i ? S(" & ") : S(""));
		buf_add(out, f->place == PLACE_SUBJECT ? S("Subject=/") : S("/"));
		put_pattern(out, f, REGEX_PCRE, "\\\"");
		buf_add(out, f->place == PLACE_SUBJECT ? S("/i{header}") : S("/i{sa_body}"));
	}
	buf_add(out, S("\";\n  score = " SCORE ";\n  description = \""));
	facts_text(out, s, facts);
	buf_add(out, S("\";\n}\n"));
}

/* ---- SpamAssassin ---- */

static void write_spamassassin(struct buf *out, const struct signature *s, const struct signature_facts *facts)
{
	for (size_t i = 0; i < s->n_fragments; i++) {
		const struct fragment *f = &s->fragments[i];
		buf_add(out, f->place == PLACE_SUBJECT ? S("header   __") : S("body     __"));
		rule_name(out, s);
		buf_printf(out, "_%zu%s /", i + 1, f->place == PLACE_SUBJECT ? " Subject =~" : "");
		put_pattern(out, f, REGEX_PCRE, "");
		buf_add(out, S("/i\n"));
	}
	buf_add(out, S("meta     "));
	rule_name(out, s);
	for (size_t i = 0; i < s->n_fragments; i++) {
		buf_add(out, i ? S(" && __") : S(" __"));
		rule_name(out, s);
		buf_printf(out, "_%zu", i + 1);
	}
	buf_add(out, S("\ndescribe "));
	rule_name(out, s);
	buf_byte(out, ' ');
	facts_text(out, s, facts);
	buf_add(out, S("\nscore    "));
	rule_name(out, s);
	buf_add(out, S(" " SCORE "\n\n"));
}

/* ---- Sieve ---- */

static void write_sieve(struct buf *out, const struct signature *s, const struct signature_facts *facts)
{
	buf_add(out, S("# "));
	facts_text(out, s, facts);
	buf_add(out, S("\nif allof ("));
	for (size_t i = 0; i < s->n_fragments; i++) {
		const struct fragment *f = &s->fragments[i];
		buf_add(out, i ? S(",\n          ") : S(""));
		buf_add(out, f->place == PLACE_SUBJECT ? S("header :regex \"subject\" \"") : S("body :text :regex \""));
		put_pattern(out, f, REGEX_POSIX, "\\\"");
		buf_byte(out, '"');
	}
	buf_add(out, S(")\n{\n  fileinto \"Junk\";\n  stop;\n}\n"));
}

void signatures_write(
	struct buf *out, enum signature_format format, struct signature *const *list, size_t n, const struct signature_facts *facts)
{
	static void (*const write[])(struct buf *, const struct signature *, const struct signature_facts *) = {
		[SIGNATURES_JSONL] = write_jsonl,
		[SIGNATURES_RSPAMD] = write_rspamd,
		[SIGNATURES_SPAMASSASSIN] = write_spamassassin,
		[SIGNATURES_SIEVE] = write_sieve};
	if (format == SIGNATURES_RSPAMD)
		buf_add(out, S("# trapline signatures: for local.d/regexp.conf\n"));
	if (format == SIGNATURES_SPAMASSASSIN)
		buf_add(out, S("# trapline signatures: for a .cf file among the site's rules\n"));
	if (format == SIGNATURES_SIEVE)
		buf_add(out, S("require [\"body\", \"regex\", \"fileinto\"];\n"));
	for (size_t i = 0; i < n; i++)
		write[format](out, list[i], facts);
}
