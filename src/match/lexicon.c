/* lexicon.c - see lexicon.h. */
#include "match/lexicon.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "match/normalise.h"

/* Below this a disguise cannot be told from an ordinary word. */
enum { SQUEEZE_MIN = KEY_SHORT, PHRASE_MAX = 200 };

static bool set_fold(struct lexicon *x, struct phrase *p)
{
	struct norm n;
	if (!normalise_text(&x->arena, p->text, &n))
		return false;
	p->fold = str_rtrim(str_make(n.fold, n.fields[0].fold_end));
	p->ascii = ascii_only(p->text);
	return true;
}

/* Letters, gaps and tokens of the folded text. Digits count as no letters here: "rx24" has letters r x. */
static bool set_letters(struct lexicon *x, struct phrase *p)
{
	p->letter = arena_alloc(&x->arena, p->fold.n + 1);
	p->gap = arena_alloc(&x->arena, (p->fold.n + 1) * sizeof *p->gap);
	p->token = arena_alloc(&x->arena, (p->fold.n / 2 + 1) * sizeof *p->token);
	uint8_t *squeeze = arena_alloc(&x->arena, p->fold.n + 1);
	if (!p->letter || !p->gap || !p->token || !squeeze)
		return false;
	bool gap = false, blank = true;
	for (size_t i = 0; i < p->fold.n; i++) {
		uint8_t c = p->fold.p[i];
		if (!ascii_alpha(c)) {
			gap = true;
			blank |= c == ' ';
			continue;
		}
		if (blank)
			p->token[p->n_tokens++] = (struct phrase_token){.letter = p->n_letters};
		p->token[p->n_tokens - 1].n++;
		p->gap[p->n_letters] = gap;
		p->letter[p->n_letters++] = c;
		gap = blank = false;
	}
	p->squeeze.p = squeeze;
	for (uint32_t i = 0; i < p->n_letters; i++)
		if (i == 0 || norm_letter[p->letter[i]] != norm_letter[p->letter[i - 1]])
			squeeze[p->squeeze.n++] = norm_letter[p->letter[i]];
	return true;
}

/* No more letters of one class in a row than the search follows. */
static bool runs_short(const struct phrase *p)
{
	uint32_t run = 0;
	for (uint32_t i = 0; i < p->n_letters && run <= CUT_RUN_MAX; i++)
		run = i && norm_letter[p->letter[i]] == norm_letter[p->letter[i - 1]] ? run + 1 : 1;
	return run <= CUT_RUN_MAX;
}

/* Only phrases wholly of Latin letters are looked for in disguise. */
static bool letters_only(struct str fold)
{
	for (size_t i = 0; i < fold.n; i++)
		if (fold.p[i] >= 0x80 || ascii_digit(fold.p[i]))
			return false;
	return true;
}

static int phrase_error(const struct pack_entry *e, struct str text, const char *what, struct err *err)
{
	return err_set(err, ERR_INPUT, "%.*s:%u: %.*s: \"%.*s\" %s", STR_FMT(e->file), e->line, STR_FMT(str_first(e->name, 100)),
		STR_FMT(str_first(text, 100)), what);
}

static int add_phrase(struct lexicon *x, struct phrase p, const struct pack_entry *e, struct err *err)
{
	struct phrase *at = &x->phrases[x->n_phrases];
	if (p.text.n == 0 || p.text.n > PHRASE_MAX)
		return phrase_error(e, p.text, "is empty or too long", err);
	if (p.kind != PHRASE_PATTERN) {
		if (!set_fold(x, &p) || !set_letters(x, &p))
			return err_oom(err, "pack");
		if (p.fold.n < 2)
			return phrase_error(e, p.text, "is too short to look for", err);
		p.squeezable = p.squeeze.n >= SQUEEZE_MIN && p.n_letters && letters_only(p.fold) && runs_short(&p);
	}
	*at = p;
	x->n_phrases++;
	return 0;
}

static size_t count_phrases(const struct pack *p)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n_brands; i++)
		n += p->brands[i].phrases.n + p->brands[i].patterns.n;
	for (size_t i = 0; i < p->n_categories; i++)
		for (size_t k = 0; k < p->categories[i].n_words; k++)
			n += p->categories[i].words[k].any.n;
	return n;
}

static int add_brand_phrases(struct lexicon *x, uint32_t i, struct err *err)
{
	const struct pack_brand *b = &x->pack->brands[i];
	int rc = 0;
	for (size_t k = 0; rc == 0 && k < b->phrases.n; k++)
		rc = add_phrase(x, (struct phrase){.kind = PHRASE_BRAND, .owner = i, .text = b->phrases.v[k]}, &b->entry, err);
	for (size_t k = 0; rc == 0 && k < b->patterns.n; k++)
		rc = add_phrase(x, (struct phrase){.kind = PHRASE_PATTERN, .owner = i, .text = b->patterns.v[k]}, &b->entry, err);
	return rc;
}

static int add_category_phrases(struct lexicon *x, uint32_t i, struct err *err)
{
	const struct pack_category *c = &x->pack->categories[i];
	int rc = 0;
	for (size_t k = 0; rc == 0 && k < c->n_words; k++)
		for (size_t j = 0; rc == 0 && j < c->words[k].any.n; j++)
			rc = add_phrase(x,
				(struct phrase){.kind = PHRASE_WORD,
					.owner = i,
					.text = c->words[k].any.v[j],
					.weight = c->words[k].weight},
				&c->entry, err);
	return rc;
}

/* The same phrase in two brands: the later layer has the say. */
static int drop_overruled(struct lexicon *x, struct err *err)
{
	struct map best; /* folded phrase -> highest layer + 1 */
	size_t n = 0;
	int rc = 0;
	map_init(&best, LIM_PACK_ARENA);
	for (size_t i = 0; rc == 0 && i < x->n_phrases; i++) {
		const struct phrase *p = &x->phrases[i];
		struct map_entry *m = p->kind == PHRASE_BRAND ? map_put(&best, p->fold, NULL) : NULL;
		unsigned layer = p->kind == PHRASE_BRAND ? x->pack->brands[p->owner].entry.layer : 0;
		if (p->kind == PHRASE_BRAND && !m)
			rc = err_oom(err, "pack");
		if (m && m->value < layer + 1)
			m->value = layer + 1;
	}
	for (size_t i = 0; rc == 0 && i < x->n_phrases; i++) {
		const struct phrase *p = &x->phrases[i];
		if (p->kind != PHRASE_BRAND || map_get(&best, p->fold)->value == x->pack->brands[p->owner].entry.layer + 1)
			x->phrases[n++] = *p;
	}
	x->n_phrases = n;
	map_free(&best);
	return rc;
}

static int add_phrases(struct lexicon *x, struct err *err)
{
	int rc = 0;
	x->phrases = arena_zalloc(&x->arena, count_phrases(x->pack) + 1, sizeof *x->phrases);
	if (!x->phrases)
		return err_oom(err, "pack");
	for (uint32_t i = 0; rc == 0 && i < x->pack->n_brands; i++)
		rc = add_brand_phrases(x, i, err);
	for (uint32_t i = 0; rc == 0 && i < x->pack->n_categories; i++)
		rc = add_category_phrases(x, i, err);
	return rc < 0 ? rc : drop_overruled(x, err);
}

uint32_t lexicon_anchor(const struct phrase *p)
{
	uint32_t best = 0;
	for (uint32_t i = 1; i < p->n_tokens; i++)
		if (p->token[i].n > p->token[best].n)
			best = i;
	return best;
}

/* ---- domains ---- */
/* What nearly always tells that a domain is none that the pack knows. */
static uint64_t domain_head(struct str domain)
{
	return str_load8(domain, 0);
}

static int add_domains(struct lexicon *x, struct strs domains, enum domain_role role, uint32_t owner, struct err *err)
{
	for (size_t i = 0; i < domains.n; i++) {
		struct map_entry *m = map_put(&x->domains, domains.v[i], NULL);
		if (!m)
			return err_oom(err, "pack");
		if (x->n_links == x->cap_links) {
			size_t want = x->cap_links ? x->cap_links * 2 : 256;
			void *p = arena_grow(&x->arena, x->links, x->cap_links * sizeof *x->links, want * sizeof *x->links);
			if (!p)
				return err_oom(err, "pack");
			x->links = p;
			x->cap_links = want;
		}
		filter_add(&x->domain_heads, domain_head(domains.v[i]));
		x->links[x->n_links++] = (struct domain_link){role, owner, (uint32_t)m->value};
		m->value = x->n_links;
	}
	return 0;
}

static size_t count_domains(const struct pack *p)
{
	size_t n = 0;
	for (size_t i = 0; i < p->n_programmes; i++)
		n += p->programmes[i].example_domains.n;
	for (size_t i = 0; i < p->n_brands; i++)
		n += p->brands[i].example_domains.n + p->brands[i].domains.n;
	return n;
}

static int build_domains(struct lexicon *x, struct err *err)
{
	int rc = filter_init(&x->domain_heads, &x->arena, count_domains(x->pack)) ? 0 : err_oom(err, "pack");
	for (uint32_t i = 0; rc == 0 && i < x->pack->n_programmes; i++)
		rc = add_domains(x, x->pack->programmes[i].example_domains, DOMAIN_PROGRAMME, i, err);
	for (uint32_t i = 0; rc == 0 && i < x->pack->n_brands; i++) {
		rc = add_domains(x, x->pack->brands[i].example_domains, DOMAIN_BRAND, i, err);
		if (rc == 0)
			rc = add_domains(x, x->pack->brands[i].domains, DOMAIN_OWN, i, err);
	}
	return rc;
}

const struct domain_link *lexicon_domain(const struct lexicon *x, struct str domain)
{
	bool perhaps = domain.n && x->n_links && key_perhaps(&x->domain_heads, domain_head(domain));
	const struct map_entry *m = perhaps ? map_get(&x->domains, domain) : NULL;
	return m && m->value ? &x->links[m->value - 1] : NULL;
}

const struct domain_link *lexicon_host(const struct lexicon *x, struct str host)
{
	for (int i = 0; i < 8 && host.n; i++) { /* a host has few labels */
		const struct domain_link *l = lexicon_domain(x, host);
		size_t dot = str_find_byte(host, '.');
		if (l || dot == STR_NPOS)
			return l;
		host = str_from(host, dot + 1);
	}
	return NULL;
}

/* ---- which programmes sell a brand ---- */
/* A later layer's links replace those of the layers below: the user knows better than the shipped packs. */
static int add_programme_link(struct lexicon *x, uint32_t programme, uint32_t brand, struct err *err)
{
	const struct pack_programme *all = x->pack->programmes;
	uint32_t n = x->n_brand_programmes[brand], *list = x->brand_programmes[brand];
	unsigned layer = all[programme].entry.layer, have = n ? all[list[0]].entry.layer : 0;
	if (n && (have > layer || list[n - 1] == programme))
		return 0;
	if (have < layer)
		n = 0;
	list = arena_grow(&x->arena, list, n * sizeof *list, (n + 1) * sizeof *list);
	if (!list)
		return err_oom(err, "pack");
	list[n] = programme;
	x->brand_programmes[brand] = list;
	x->n_brand_programmes[brand] = n + 1;
	return 0;
}

static int build_programmes(struct lexicon *x, struct err *err)
{
	const struct pack *p = x->pack;
	int rc = 0;
	x->brand_programmes = arena_zalloc(&x->arena, p->n_brands + 1, sizeof *x->brand_programmes);
	x->n_brand_programmes = arena_zalloc(&x->arena, p->n_brands + 1, sizeof *x->n_brand_programmes);
	if (!x->brand_programmes || !x->n_brand_programmes)
		return err_oom(err, "pack");
	for (uint32_t i = 0; rc == 0 && i < p->n_programmes; i++)
		for (size_t k = 0; rc == 0 && k < p->programmes[i].brands.n; k++)
			rc = add_programme_link(x, i, p->programmes[i].brand_at[k], err);
	return rc;
}

int lexicon_build(struct lexicon *x, const struct pack *p, struct err *err)
{
	memset(x, 0, sizeof *x);
	x->pack = p;
	arena_init(&x->arena, LIM_PACK_ARENA);
	map_init(&x->domains, LIM_PACK_ARENA);
	int rc = add_phrases(x, err);
	if (rc == 0 && !index_build(&x->index, &x->arena, x->phrases, x->n_phrases))
		rc = err_oom(err, "pack");
	if (rc == 0)
		rc = build_domains(x, err);
	if (rc == 0)
		rc = build_programmes(x, err);
	if (rc < 0)
		lexicon_free(x);
	return rc;
}

void lexicon_free(struct lexicon *x)
{
	map_free(&x->domains);
	arena_free(&x->arena);
}
