/* find.c - see find.h. */
#include "match/find.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"

enum {
	URL_BYTES_MAX = 8 << 10, /* of all URLs together */
	URL_MAX = 200,           /* of one: names stand in front, then come tracking tokens */
	URL_SQUEEZE_MIN = 9,     /* a name this long is found inside a longer host name */
	HITS_MAX = 4096,         /* of one document */
};

const char *field_name(enum field f)
{
	static const char *const names[FIELD_COUNT] = {"subject", "from_name", "text", "hidden", "url"};
	return names[f];
}

int finder_init(struct finder *f, const struct lexicon *x, const struct hsdb *h, struct err *err)
{
	*f = (struct finder){0};
	f->counters = mem_zalloc(x->n_phrases + 1, sizeof *f->counters);
	if (!f->counters)
		return err_oom(err, "patterns");
	for (enum hsdb_view v = 0; v < HSDB_COUNT; v++)
		if (h->db[v] && hs_alloc_scratch(h->db[v], &f->scratch) != HS_SUCCESS) {
			finder_free(f);
			return err_oom(err, "patterns");
		}
	return 0;
}

void finder_free(struct finder *f)
{
	hs_free_scratch(f->scratch);
	mem_free(f->counters);
	*f = (struct finder){0};
}

/* ---- collecting ---- */
static struct counter *counter_of(struct finder *f, uint32_t phrase)
{
	struct counter *c = &f->counters[phrase];
	if (c->epoch != f->epoch)
		*c = (struct counter){.epoch = f->epoch};
	return c;
}

static bool room_for_hit(struct finder *f, uint32_t phrase, enum field field)
{
	return counter_of(f, phrase)->hits[field] < HITS_A_FIELD;
}

/* May one more candidate of this phrase be looked at here? */
static bool may_try(struct finder *f, uint32_t phrase, enum field field)
{
	struct counter *c = counter_of(f, phrase);
	return room_for_hit(f, phrase, field) && c->tries[field]++ < TRIES_A_FIELD;
}

static struct str folded(const struct finder *f, size_t field)
{
	const struct norm_field *nf = &f->norm.fields[field];
	return str_make(f->norm.fold + nf->fold, nf->fold_end - nf->fold);
}

static void add_hit(struct finder *f, uint32_t phrase, enum field field, struct span s)
{
	uint32_t base = (uint32_t)f->norm.fields[field].fold;
	struct hit h = {phrase, (uint8_t)field, s.how, base + (uint32_t)s.from, base + (uint32_t)s.to};
	for (size_t i = f->n_hits; i-- > 0 && i + 64 > f->n_hits;)
		if (f->hits[i].phrase == phrase && f->hits[i].field == field && f->hits[i].from <= h.to && h.from <= f->hits[i].to)
			return; /* found by another search already */
	if (f->n_hits == f->cap_hits) {
		size_t want = f->cap_hits ? f->cap_hits * 2 : 32;
		struct hit *v = want <= HITS_MAX ? arena_grow(f->arena, f->hits, f->cap_hits * sizeof *v, want * sizeof *v) : NULL;
		f->oom |= want <= HITS_MAX && !v;
		if (!v)
			return;
		f->hits = v;
		f->cap_hits = want;
	}
	counter_of(f, phrase)->hits[field]++;
	f->hits[f->n_hits++] = h;
}

struct str hit_source(const struct finder *f, const struct hit *h)
{
	return norm_source(&f->norm, h->from, h->to);
}

/* ---- the three searches ---- */
static void try_exact(struct finder *f, uint32_t phrase, enum field field, size_t from)
{
	const struct phrase *p = &f->lexicon->phrases[phrase];
	struct str text = folded(f, field);
	if (align_exact(p, text, from) && may_try(f, phrase, field))
		add_hit(f, phrase, field, (struct span){from, from + p->fold.n, 0});
}

static int on_fold(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	struct finder *f = ctx;
	(void)from, (void)flags;
	size_t begin = (size_t)to - f->lexicon->phrases[id].fold.n;
	size_t field = norm_field_of_fold(&f->norm, begin);
	try_exact(f, id, (enum field)field, begin - f->norm.fields[field].fold);
	return 0;
}

static int on_pattern(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	struct finder *f = ctx;
	(void)flags;
	size_t field = norm_field_of_fold(&f->norm, (size_t)from), base = f->norm.fields[field].fold;
	if (to > from && to <= f->norm.fields[field].fold_end && may_try(f, id, (enum field)field))
		add_hit(f, id, (enum field)field, (struct span){(size_t)from - base, (size_t)to - base, 0});
	return 0;
}

static void try_squeezed(struct finder *f, uint32_t phrase, enum field field, size_t near)
{
	const struct phrase *p = &f->lexicon->phrases[phrase];
	struct span s;
	if (align_squeezed(p, folded(f, field), near, &s))
		add_hit(f, phrase, field, s);
	else if (field == FIELD_URL && p->kind == PHRASE_BRAND && p->squeeze.n >= URL_SQUEEZE_MIN &&
		 align_inside(p, folded(f, field), near, &s))
		add_hit(f, phrase, field, s);
}

static int on_squeeze(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	struct finder *f = ctx;
	(void)from, (void)flags;
	size_t begin = (size_t)to - f->lexicon->phrases[id].squeeze.n;
	size_t field = 0;
	while (field + 1 < f->norm.n_fields && f->norm.fields[field + 1].squeeze <= begin)
		field++;
	if (may_try(f, id, (enum field)field))
		try_squeezed(f, id, (enum field)field, norm_fold_of_squeeze(&f->norm, begin) - f->norm.fields[field].fold);
	return 0;
}

static void try_words(struct finder *f, uint32_t phrase, uint32_t token, enum field field, size_t from)
{
	struct span s;
	if (align_words(&f->lexicon->phrases[phrase], folded(f, field), from, token, &s))
		add_hit(f, phrase, field, s);
}

static void bag_hit(struct finder *f, uint64_t sum, enum field field, size_t from)
{
	const struct lexicon *x = f->lexicon;
	for (size_t i = sum & (x->n_bag - 1); x->bag[i].sum; i = (i + 1) & (x->n_bag - 1))
		if (x->bag[i].sum == sum && may_try(f, x->bag[i].phrase, field))
			try_words(f, x->bag[i].phrase, x->bag[i].token, field, from);
}

static void end_word(struct finder *f, uint64_t sum, enum field field, size_t begin)
{
	size_t bit = sum >> 32 & (BAG_FILTER_BITS - 1);
	if (f->lexicon->bag_filter[bit / 64] >> bit % 64 & 1)
		bag_hit(f, sum, field, begin);
}

static void scan_bags(struct finder *f, enum field field)
{
	const uint64_t *value = f->lexicon->letter_value;
	struct str text = folded(f, field);
	uint64_t sum = 0, last = 0;
	size_t begin = 0;
	for (size_t i = 0; i < text.n; i++) {
		uint64_t v = value[text.p[i]];
		sum += v != last ? v : 0;
		last = v ? v : last;
		if (text.p[i] != ' ')
			continue;
		end_word(f, sum, field, begin);
		sum = last = 0;
		begin = i + 1;
	}
	end_word(f, sum, field, begin);
}

/* ---- putting it together ---- */
static size_t url_bytes(const struct doc *d, size_t *n)
{
	size_t bytes = 0, i = 0;
	for (; i < d->n_urls && bytes < URL_BYTES_MAX; i++)
		bytes += str_first(d->urls[i].raw, URL_MAX).n + 1;
	*n = i;
	return bytes;
}

/* All URLs in one text, one a line. */
static struct str join_urls(struct arena *a, const struct doc *d)
{
	size_t n, bytes = url_bytes(d, &n), k = 0;
	uint8_t *p = arena_alloc(a, bytes + 1);
	for (size_t i = 0; p && i < n; i++) {
		struct str raw = str_first(d->urls[i].raw, URL_MAX);
		if (raw.n)
			memcpy(p + k, raw.p, raw.n);
		k += raw.n;
		p[k++] = '\n';
	}
	return str_make(p, k);
}

static bool prepare(struct finder *f, const struct lexicon *x, struct arena *a, const struct doc *d)
{
	struct str src[FIELD_COUNT] = {
		d->subject, d->from_name, str_first(d->text, LIM_TEXT), str_first(d->hidden, LIM_TEXT), join_urls(a, d)};
	size_t bytes = 0;
	for (int i = 0; i < FIELD_COUNT; i++)
		bytes += src[i].n;
	f->lexicon = x;
	f->arena = a;
	f->hits = NULL;
	f->n_hits = f->cap_hits = 0;
	f->oom = false;
	if (++f->epoch == 0) {
		memset(f->counters, 0, x->n_phrases * sizeof *f->counters);
		f->epoch = 1;
	}
	if (!src[FIELD_URL].p || !norm_init(&f->norm, a, FIELD_COUNT, bytes))
		return false;
	for (int i = 0; i < FIELD_COUNT; i++)
		norm_add(&f->norm, src[i]);
	norm_squeeze(&f->norm);
	return true;
}

static int by_place(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return x->phrase < y->phrase ? -1 : x->phrase > y->phrase;
}

/* What folding undid is a disguise too, unless the phrase itself has such letters. */
static void mark_lookalikes(struct finder *f)
{
	for (size_t i = 0; i < f->n_hits; i++) {
		struct hit *h = &f->hits[i];
		const struct phrase *p = &f->lexicon->phrases[h->phrase];
		if (p->ascii && p->kind != PHRASE_PATTERN && !norm_ascii_span(&f->norm, h->field, h->from, h->to) &&
			norm_disguised(hit_source(f, h)))
			h->how |= ALIGN_LOOKALIKE;
	}
}

static bool finish(struct finder *f)
{
	if (f->oom)
		return false;
	if (f->n_hits > 1)
		qsort(f->hits, f->n_hits, sizeof *f->hits, by_place);
	mark_lookalikes(f);
	return true;
}

bool find_phrases(struct finder *f, const struct lexicon *x, const struct hsdb *h, struct arena *a, const struct doc *d)
{
	if (!prepare(f, x, a, d))
		return false;
	const char *fold = (const char *)f->norm.fold, *squeeze = (const char *)f->norm.squeeze;
	if (h->db[HSDB_FOLD])
		must(hs_scan(h->db[HSDB_FOLD], fold, (unsigned)f->norm.n_fold, 0, f->scratch, on_fold, f) == HS_SUCCESS);
	if (h->db[HSDB_PATTERN])
		must(hs_scan(h->db[HSDB_PATTERN], fold, (unsigned)f->norm.n_fold, 0, f->scratch, on_pattern, f) == HS_SUCCESS);
	for (enum field i = 0; i < FIELD_URL; i++)
		scan_bags(f, i);
	if (h->db[HSDB_SQUEEZE])
		must(hs_scan(h->db[HSDB_SQUEEZE], squeeze, (unsigned)f->norm.n_squeeze, 0, f->scratch, on_squeeze, f) ==
			HS_SUCCESS);
	return finish(f);
}

/* ---- the oracle ---- */
static void naive_fold(struct finder *f, uint32_t phrase, enum field field)
{
	struct str text = folded(f, field), needle = f->lexicon->phrases[phrase].fold;
	for (size_t i = 0; i + needle.n <= text.n; i++)
		if (memcmp(text.p + i, needle.p, needle.n) == 0)
			try_exact(f, phrase, field, i);
}

static void naive_disguised(struct finder *f, uint32_t phrase, enum field field)
{
	const struct phrase *p = &f->lexicon->phrases[phrase];
	struct str text = folded(f, field);
	for (size_t i = 0; field != FIELD_URL && i < text.n; i++)
		for (uint32_t t = 0; t < p->n_tokens; t++)
			if ((i == 0 || text.p[i - 1] == ' ') && lexicon_anchor(p) == t && room_for_hit(f, phrase, field))
				try_words(f, phrase, t, field, i);
	for (size_t i = 0; i < text.n; i++)
		if (norm_letter[text.p[i]] == norm_letter[p->letter[0]] && room_for_hit(f, phrase, field))
			try_squeezed(f, phrase, field, i);
}

bool find_phrases_naive(struct finder *f, const struct lexicon *x, struct arena *a, const struct doc *d)
{
	if (!prepare(f, x, a, d))
		return false;
	for (enum field field = 0; field < FIELD_COUNT; field++)
		for (uint32_t i = 0; i < x->n_phrases; i++)
			if (x->phrases[i].kind != PHRASE_PATTERN)
				naive_fold(f, i, field);
	for (enum field field = 0; field < FIELD_COUNT; field++)
		for (uint32_t i = 0; i < x->n_phrases; i++)
			if (x->phrases[i].squeezable)
				naive_disguised(f, i, field);
	return finish(f);
}
