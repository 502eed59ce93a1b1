/* message_json.c - see message_json.h. */
#include "export/message_json.h"

#include "base/anomaly.h"
#include "base/ip.h"
#include "base/limits.h"
#include "base/utf8.h"

enum { CONFIDENCE_DECIMALS = 4, HASH_SHORT = 12 };
#define FIELD_MEMORY (16 * MIB)

/* Written by name at the head of the object, or within brand and programme. */
#define HEAD_FEATURES \
	(FEAT_BIT(id) | FEAT_BIT(message_id) | FEAT_BIT(time) | FEAT_BIT(ip) | FEAT_BIT(helo) | FEAT_BIT(programme) | \
		FEAT_BIT(programme_confidence) | FEAT_BIT(brand) | FEAT_BIT(brand_confidence) | FEAT_BIT(category) | \
		FEAT_BIT(engine) | FEAT_BIT(engine_source) | FEAT_BIT(engine_confidence) | FEAT_BIT(client) | \
		FEAT_BIT(client_confidence) | FEAT_BIT(campaign))

/* Not searched for recipients: the message's own identity, the operator's own paths, small vocabularies. */
static bool is_verbatim(enum feature_id id)
{
	enum feature_kind kind = feature_table[id].kind;
	return id == FEAT_message_id || id == FEAT_source_member || !(kind == KIND_TEXT || kind == KIND_LIST || kind == KIND_JSON);
}

/* ---- masking inside JSON ---- */

/* Reads the JSON string whose first quote is at *i into out, unescaped. False: broken; *i is past what was read. */
static bool json_unquote(struct str s, size_t *i, struct buf *out)
{
	uint32_t high = 0;
	for (++*i; *i < s.n;) {
		uint8_t c = s.p[(*i)++];
		if (c == '"')
			return true;
		if (c != '\\') {
			buf_byte(out, c);
			continue;
		}
		if (*i >= s.n)
			return false;
		c = s.p[(*i)++];
		static const char from[] = "bfnrt\"\\/", to[] = "\b\f\n\r\t\"\\/";
		const char *at = c ? strchr(from, c) : NULL;
		if (at) {
			buf_byte(out, (uint8_t)to[at - from]);
			continue;
		}
		uint8_t two[2];
		if (c != 'u' || !hex_decode(str_sub(s, *i, 4), two, 2))
			return false;
		*i += 4;
		uint32_t u = (uint32_t)two[0] << 8 | two[1];
		if (u >= 0xD800 && u < 0xDC00) {
			high = u;
			continue;
		}
		if (u >= 0xDC00 && u < 0xE000 && high)
			u = 0x10000 + ((high - 0xD800) << 10) + (u - 0xDC00);
		high = 0;
		buf_utf8(out, u);
	}
	return false;
}

/* Keys whose values are words of our own, in evidence and attachments. */
static bool own_words(struct str key)
{
	static const char *const keys[] = {"pack", "kind", "where", "rule", "type", "sha256"};
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
		if (str_eq(key, str_of(keys[k])))
			return true;
	return false;
}

static bool is_key(struct str json, size_t behind)
{
	while (behind < json.n && ascii_space(json.p[behind]))
		behind++;
	return behind < json.n && json.p[behind] == ':';
}

void mask_json(const struct mask *m, struct str json, struct buf *out)
{
	struct buf plain, masked;
	bool own = false;
	if (m->n == 0) {
		buf_add(out, json);
		return;
	}
	buf_init(&plain, FIELD_MEMORY);
	buf_init(&masked, FIELD_MEMORY);
	for (size_t i = 0; i < json.n;) {
		if (json.p[i] != '"') {
			buf_byte(out, json.p[i++]);
			continue;
		}
		buf_clear(&plain);
		buf_clear(&masked);
		json_unquote(json, &i, &plain);
		if (is_key(json, i)) {
			own = own_words(buf_str(&plain));
			buf_add(&masked, buf_str(&plain));
		} else if (own) {
			buf_add(&masked, buf_str(&plain));
		} else {
			mask_tokens(m, buf_str(&plain), &masked);
		}
		struct json j = json_to(out);
		json_str(&j, buf_str(&masked));
		out->oom |= plain.oom || masked.oom;
	}
	buf_free(&plain);
	buf_free(&masked);
}

/* ---- the object ---- */

/* How the features of one row are written. */
struct writer {
	const struct row *row;
	struct json *j;
	const struct mask *mask; /* NULL: reveal */
};

static void put_text(struct writer *w, const struct feature *f, struct str s, bool verbatim)
{
	struct buf masked;
	if (verbatim || !w->mask || (f->show != SHOW_MASK && w->mask->n == 0)) {
		json_str(w->j, s);
		return;
	}
	buf_init(&masked, FIELD_MEMORY);
	if (f->show == SHOW_MASK)
		mask_addr(s, &masked);
	else
		mask_tokens(w->mask, s, &masked);
	json_str(w->j, buf_str(&masked));
	w->j->out->oom |= masked.oom;
	buf_free(&masked);
}

static void put_strs(struct writer *w, enum feature_id id, const struct strs *list)
{
	json_arr(w->j);
	for (size_t k = 0; k < list->n; k++)
		put_text(w, &feature_table[id], list->v[k], is_verbatim(id));
	json_arr_end(w->j);
}

static void put_json(struct writer *w, struct str raw)
{
	if (raw.n == 0 || !w->mask || w->mask->n == 0) {
		json_raw(w->j, raw.n ? raw : S("[]"));
		return;
	}
	json_raw(w->j, S(""));
	mask_json(w->mask, raw, w->j->out);
}

static void put_anomalies(struct json *j, int64_t bits)
{
	json_arr(j);
	for (unsigned b = 0; b < ANOMALY_COUNT; b++)
		if ((uint64_t)bits >> b & 1)
			json_z(j, anomaly_name(b));
	json_arr_end(j);
}

static void put_hash(struct json *j, const uint8_t *hash)
{
	char hex[SHA256_HEX];
	hex_encode(hash, SHA256_BYTES, hex);
	json_str(j, str_make(hex, sizeof hex));
}

static void put_value(struct writer *w, enum feature_id id)
{
	const struct feature *f = &feature_table[id];
	const void *p = row_get(w->row, id);
	const struct str *s = p;
	char ip[IP_TEXT_SIZE];
	switch (f->kind) {
	case KIND_INT:
		json_int(w->j, *(const int64_t *)p);
		break;
	case KIND_TIME:
		if (*(const int64_t *)p == TIME_NONE)
			json_nil(w->j);
		else
			json_time(w->j, *(const int64_t *)p);
		break;
	case KIND_BITS:
		put_anomalies(w->j, *(const int64_t *)p);
		break;
	case KIND_REAL:
		json_num(w->j, *(const double *)p, CONFIDENCE_DECIMALS);
		break;
	case KIND_TEXT:
	case KIND_WORD:
		if (s->n)
			put_text(w, f, *s, is_verbatim(id));
		else
			json_nil(w->j);
		break;
	case KIND_WORDS:
	case KIND_LIST:
		put_strs(w, id, p);
		break;
	case KIND_HASH:
		put_hash(w->j, p);
		break;
	case KIND_IP:
		ip_text(*s, ip);
		json_z(w->j, ip[0] ? ip : NULL);
		break;
	case KIND_JSON:
		put_json(w, *s);
		break;
	}
}

static void put_feature(struct writer *w, enum feature_id id)
{
	json_key(w->j, feature_table[id].name);
	put_value(w, id);
}

/* {"name","confidence"} or null */
static void put_named(struct json *j, const char *key, struct str name, double confidence)
{
	json_key(j, key);
	if (name.n == 0) {
		json_nil(j);
		return;
	}
	json_obj(j);
	json_key(j, "name");
	json_str(j, name);
	json_key(j, "confidence");
	json_num(j, confidence, CONFIDENCE_DECIMALS);
	json_obj_end(j);
}

static void put_engine(struct json *j, const struct row *r)
{
	json_key(j, "engine");
	if (!r->engine.n) {
		json_nil(j);
		return;
	}
	json_obj(j);
	json_key(j, "name");
	json_str(j, r->engine);
	json_key(j, "label_source");
	json_str(j, r->engine_source);
	json_key(j, "confidence");
	json_num(j, r->engine_confidence, CONFIDENCE_DECIMALS);
	json_obj_end(j);
}

static void put_null(struct json *j, const char *key)
{
	json_key(j, key);
	json_nil(j);
}

void row_to_json(const struct row *r, struct json *j, bool reveal)
{
	struct mask mask;
	mask_of_row(&mask, r);
	struct writer w = {r, j, reveal ? NULL : &mask};
	json_obj(j);
	put_feature(&w, FEAT_id);
	put_feature(&w, FEAT_message_id);
	json_key(j, "feed");
	json_str(j, r->feed);
	put_feature(&w, FEAT_time);
	put_feature(&w, FEAT_ip);
	put_feature(&w, FEAT_helo);
	put_engine(j, r);
	put_named(j, "client", r->client, r->client_confidence);
	if (r->campaign.n)
		put_feature(&w, FEAT_campaign);
	else
		put_null(j, "campaign");
	put_named(j, "programme", r->programme, r->programme_confidence);
	put_named(j, "brand", r->brand, r->brand_confidence);
	put_feature(&w, FEAT_category);
	json_key(j, "occurrence");
	json_int(j, r->occurrence);
	for (int f = 0; f < FEAT_COUNT; f++)
		if (!(HEAD_FEATURES >> f & 1))
			put_feature(&w, (enum feature_id)f);
	if (r->fingerprint.n) { /* where it was asked for */
		json_key(j, "fingerprint");
		put_strs(&w, FEAT_subject, &r->fingerprint); /* as text: recipients' names are masked */
	}
	json_obj_end(j);
}

/* ---- table and CSV ---- */

void message_columns(const enum feature_id *features, size_t n, struct column *cols)
{
	for (size_t k = 0; k < n; k++) {
		if (features[k] == FEAT_COUNT) {
			cols[k] = (struct column){.name = "feed", .kind = KIND_TEXT, .show = SHOW_PLAIN};
			continue;
		}
		const struct feature *f = &feature_table[features[k]];
		cols[k] = (struct column){.name = f->name,
			.kind = f->kind,
			.show = f->show,
			.decimals = CONFIDENCE_DECIMALS,
			.whole = features[k] == FEAT_id,
			.detail = features[k] == FEAT_from_domain || features[k] == FEAT_ip};
		if (f->kind == KIND_REAL)
			cols[k].decimals = 2;
	}
}

static void cell_bits(struct table *t, int64_t bits)
{
	struct str names[ANOMALY_COUNT];
	struct strs list = {names, 0};
	for (unsigned b = 0; b < ANOMALY_COUNT; b++)
		if ((uint64_t)bits >> b & 1)
			names[list.n++] = str_of(anomaly_name(b));
	table_strs(t, list);
}

static void cell(struct table *t, const struct row *r, enum feature_id id)
{
	const void *p = row_get(r, id);
	const struct str *s = p;
	char hex[SHA256_HEX], ip[IP_TEXT_SIZE];
	switch (feature_table[id].kind) {
	case KIND_INT:
		table_int(t, *(const int64_t *)p);
		break;
	case KIND_TIME:
		table_time(t, *(const int64_t *)p);
		break;
	case KIND_BITS:
		cell_bits(t, *(const int64_t *)p);
		break;
	case KIND_REAL:
		table_real(t, *(const double *)p);
		break;
	case KIND_WORDS:
	case KIND_LIST:
		table_strs(t, *(const struct strs *)p);
		break;
	case KIND_HASH:
		hex_encode(p, SHA256_BYTES, hex);
		table_str(t, str_make(hex, t->opts.format == FORMAT_TABLE ? HASH_SHORT : SHA256_HEX));
		break;
	case KIND_IP:
		ip_text(*s, ip);
		table_z(t, ip[0] ? ip : NULL);
		break;
	case KIND_TEXT:
	case KIND_WORD:
	case KIND_JSON:
		table_text(t, *s);
		break;
	}
}

void table_message(struct table *t, const struct row *r, const enum feature_id *features, size_t n)
{
	struct mask mask;
	struct json *j;
	table_row(t);
	if ((j = table_json(t))) {
		row_to_json(r, j, t->opts.reveal);
		return;
	}
	mask_of_row(&mask, r);
	for (size_t k = 0; k < n; k++) {
		bool feed = features[k] == FEAT_COUNT;
		table_mask(t, feed || is_verbatim(features[k]) ? NULL : &mask);
		if (feed)
			table_text(t, r->feed);
		else
			cell(t, r, features[k]);
	}
	table_mask(t, NULL);
}
