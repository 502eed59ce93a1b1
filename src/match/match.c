/* match.c - see match.h. */
#include "match/match.h"

#include "base/anomaly.h"
#include "base/json.h"
#include "base/mem.h"
#include "match/score.h"

struct matcher {
	struct lexicon lexicon;
	struct hsdb hsdb;
};
struct matcher_scratch {
	struct finder finder;
	struct verdict verdict;
};

enum { EVIDENCE_MAX = 32 << 10, EVIDENCE_TEXT_MAX = 120 };

int matcher_open(struct matcher **out, const struct pack *pack, const char *cache_dir, struct err *err)
{
	struct matcher *m = mem_zalloc(1, sizeof *m);
	if (!m)
		return err_oom(err, "patterns");
	int rc = lexicon_build(&m->lexicon, pack, err);
	if (rc == 0) {
		rc = hsdb_open(&m->hsdb, &m->lexicon, cache_dir, err);
		if (rc < 0)
			lexicon_free(&m->lexicon);
	}
	if (rc < 0)
		mem_free(m);
	else
		*out = m;
	return rc;
}

void matcher_close(struct matcher *m)
{
	if (!m)
		return;
	hsdb_close(&m->hsdb);
	lexicon_free(&m->lexicon);
	mem_free(m);
}

int matcher_scratch_new(struct matcher_scratch **out, const struct matcher *m, struct err *err)
{
	struct matcher_scratch *s = mem_zalloc(1, sizeof *s);
	if (!s)
		return err_oom(err, "patterns");
	int rc = finder_init(&s->finder, &m->lexicon, &m->hsdb, err);
	if (rc < 0)
		mem_free(s);
	else
		*out = s;
	return rc;
}

void matcher_scratch_del(struct matcher_scratch *s)
{
	if (!s)
		return;
	finder_free(&s->finder);
	mem_free(s);
}

/* "qr" for a link that only a QR code has. */
static const char *where_of(const struct doc *d, const struct reason *r)
{
	for (size_t i = 0; i < d->n_urls && strcmp(r->where, field_name(FIELD_URL)) == 0; i++) {
		const struct url *u = &d->urls[i];
		if (str_eq(u->raw, r->text) || str_eq(u->domain, r->text))
			return u->flags & URL_FROM_CODE ? "qr" : r->where;
	}
	return r->where;
}

static void write_reason(struct json *j, const struct doc *d, const struct reason *r)
{
	json_obj(j);
	JSON_KEY(j, "pack");
	json_str(j, r->entry->file);
	JSON_KEY(j, "kind");
	json_z(j, r->kind);
	JSON_KEY(j, "name");
	json_str(j, r->entry->name);
	JSON_KEY(j, "where");
	json_z(j, where_of(d, r));
	JSON_KEY(j, "text");
	json_str(j, str_first(r->text, EVIDENCE_TEXT_MAX));
	JSON_KEY(j, "rule");
	json_z(j, r->rule);
	JSON_KEY(j, "weight");
	json_num(j, r->weight, 2);
	json_obj_end(j);
}

static struct str evidence(struct arena *a, const struct doc *d, const struct verdict *v)
{
	struct buf b;
	buf_init_arena(&b, a, EVIDENCE_MAX);
	struct json j = json_to(&b);
	json_arr(&j);
	for (size_t i = 0; i < v->n_reasons; i++)
		write_reason(&j, d, &v->reasons[i]);
	json_arr_end(&j);
	return buf_ok(&b) ? buf_str(&b) : S("");
}

int match_doc(const struct matcher *m, struct matcher_scratch *s, struct arena *a, const struct doc *d, struct row *io)
{
	io->own_brand = io->own_programme = io->own_category = io->evidence = S("");
	io->own_brand_confidence = io->own_programme_confidence = io->own_category_confidence = 0;
	row_own_to_final(io);
	if (!find_phrases(&s->finder, &m->lexicon, &m->hsdb, a, d))
		return ERR_ENV;
	struct verdict *v = &s->verdict;
	score(&s->finder, d, v);
	if (v->n_reasons) {
		struct str e = evidence(a, d, v);
		if (!e.n)
			return ERR_ENV;
		io->evidence = e;
	}
	if (v->disguised)
		io->anomalies |= (int64_t)ANOM(obfuscated_words);
	if (v->brand)
		io->own_brand = v->brand->name;
	if (v->programme)
		io->own_programme = v->programme->name;
	io->own_category = v->category_name;
	io->own_brand_confidence = v->brand_confidence;
	io->own_programme_confidence = v->programme_confidence;
	io->own_category_confidence = v->category_confidence;
	row_own_to_final(io);
	return 0;
}
