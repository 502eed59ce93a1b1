/* score.c - see score.h. */
#include "match/score.h"

#include <math.h>

#include "base/mem.h"
#include "match/score_rules.h"

enum { HIT_BYTES_MAX = 1024 /* a phrase, spaced out */, BRANDS_MAX = 16, CATEGORIES_MAX = 64, WORDS_MAX = 32 };

/* What is known of one brand that turned up. */
struct candidate {
	uint32_t brand;
	double total;
	struct reason reasons[REASONS_MAX];
	size_t n_reasons;
};
/* What is known of one category. */
struct topic {
	uint32_t category;
	double total;
	double weight[WORDS_MAX];
	const struct hit *hit[WORDS_MAX];
	size_t n;
	bool disguised;
};
struct scoring {
	const struct finder *f;
	const struct lexicon *x;
	const struct doc *d;
	struct mail_facts facts;
	struct candidate candidates[BRANDS_MAX];
	size_t n_candidates;
	struct topic topics[CATEGORIES_MAX];
	size_t n_topics;
	/* programmes that shop domains vote for */
	uint32_t voted[BRANDS_MAX];
	struct str voted_domain[BRANDS_MAX];
	size_t n_voted;
};

static double logistic(double x)
{
	double p = fmin(1 / (1 + exp(-x)), 0.99); /* what one message says of itself is never certain */
	return round(1000 * p) / 1000;            /* the same digits whatever the C library */
}

static void reason(struct candidate *c, struct reason r)
{
	c->total += r.weight;
	if (c->n_reasons < REASONS_MAX)
		c->reasons[c->n_reasons++] = r;
}

static const struct phrase *phrase_of(const struct scoring *s, const struct hit *h)
{
	return &s->x->phrases[h->phrase];
}

static struct candidate *candidate_of(struct scoring *s, uint32_t brand)
{
	for (size_t i = 0; i < s->n_candidates; i++)
		if (s->candidates[i].brand == brand)
			return &s->candidates[i];
	if (s->n_candidates == BRANDS_MAX)
		return NULL;
	struct candidate *c = &s->candidates[s->n_candidates++];
	c->brand = brand;
	c->total = 0;
	c->n_reasons = 0;
	return c;
}

/* Does a longer hit of the same sort hold this one ("My Canadian Pharmacy"), or one as long begin before it and reach into it
 * ("Bank of America Online")? For words: of the same category, so that "mortgage rates" does not count "mortgage" again. */
static bool outdone(const struct scoring *s, const struct hit *h, const struct hit *o)
{
	const struct phrase *p = phrase_of(s, h), *q = phrase_of(s, o);
	uint32_t length = h->to - h->from, other = o->to - o->from;
	if (o->to <= h->from || o->from >= h->to)
		return false;
	if (p->kind == PHRASE_WORD && q->kind == PHRASE_BRAND) /* "Pharmacy" in a shop's name says nothing more than the name */
		return other > length && !s->x->pack->brands[q->owner].generic;
	if ((p->kind == PHRASE_WORD) != (q->kind == PHRASE_WORD))
		return false;
	if ((p->kind == PHRASE_WORD) != (p->owner == q->owner)) /* words: the same owner; names: another */
		return false;
	return other > length ||
	       (other == length && (o->from < h->from || (o->from == h->from && p->kind == PHRASE_WORD && o < h)));
}

static bool inside_longer(const struct scoring *s, const struct hit *h)
{
	const struct hit *begin = s->f->hits, *end = begin + s->f->n_hits;
	for (const struct hit *o = h; o > begin && o[-1].from + HIT_BYTES_MAX > h->from; o--)
		if (outdone(s, h, o - 1))
			return true;
	for (const struct hit *o = h + 1; o < end && o->from < h->to; o++)
		if (outdone(s, h, o))
			return true;
	return false;
}

/* ---- categories ---- */
static struct topic *topic_of(struct scoring *s, uint32_t category)
{
	for (size_t i = 0; i < s->n_topics; i++)
		if (s->topics[i].category == category)
			return &s->topics[i];
	if (s->n_topics == CATEGORIES_MAX)
		return NULL;
	struct topic *t = &s->topics[s->n_topics++];
	t->category = category;
	t->total = 0;
	t->n = 0;
	t->disguised = false;
	return t;
}

static void add_word(struct scoring *s, const struct hit *h)
{
	const struct phrase *p = phrase_of(s, h);
	struct topic *t = topic_of(s, p->owner);
	double w = p->weight * (h->field == FIELD_HIDDEN ? RULE_HIDDEN_SHARE : h->field == FIELD_URL ? RULE_URL_SHARE : 1);
	if (!t || inside_longer(s, h))
		return;
	if (s->facts.quotes && hit_quoted(s->f, h))
		w *= RULE_QUOTED_SHARE;
	if (h->field == FIELD_SUBJECT && s->facts.own_subject && p->weight >= RULE_STRONG_WORD)
		w += RULE_SUBJECT_WORD;
	t->disguised |= (h->how & ALIGN_DISGUISE) && p->weight >= RULE_STRONG_WORD;
	for (size_t i = 0; i < t->n; i++)
		if (t->hit[i]->phrase == h->phrase) { /* the same word elsewhere: its best place counts */
			if (w > t->weight[i])
				t->weight[i] = w, t->hit[i] = h;
			return;
		}
	if (t->n < WORDS_MAX) {
		t->weight[t->n] = w;
		t->hit[t->n++] = h;
	}
}

/* Categories whose words honest organisations write too. */
static const char *const lures[] = {"phishing", "delivery"};

static bool is_lure(const struct scoring *s, const struct topic *t)
{
	return str_is_one_of(s->x->pack->categories[t->category].entry.name, lures, sizeof lures / sizeof *lures);
}

/* The strongest words count in full, each further one less: they are not independent. */
static void sum_topic(const struct scoring *s, struct topic *t)
{
	double share = 1, sum = 0, weak = 0;
	for (size_t i = 0; i < t->n; i++) /* insertion sort, strongest first */
		for (size_t k = i; k > 0 && t->weight[k] > t->weight[k - 1]; k--) {
			double w = t->weight[k];
			const struct hit *h = t->hit[k];
			t->weight[k] = t->weight[k - 1], t->hit[k] = t->hit[k - 1];
			t->weight[k - 1] = w, t->hit[k - 1] = h;
		}
	for (size_t i = 0; i < t->n; i++, share *= RULE_NEXT_WORD)
		*(t->weight[i] < RULE_WEAK_WORD ? &weak : &sum) += t->weight[i] * share;
	double longer = s->f->norm.fields[FIELD_TEXT].src.n / RULE_TEXT_BYTES;
	sum += weak < RULE_WEAK_CAP ? weak : RULE_WEAK_CAP;
	t->total = RULE_CATEGORY_PRIOR - (longer > 1 ? log(longer) : 0) + sum + (t->disguised ? RULE_DISGUISE : 0) +
	           (s->facts.reply ? RULE_REPLY : 0);
	if (t->total > 0 && is_lure(s, t) && mail_is_own(s->f, s->d))
		t->total += RULE_OWN_MAIL;
}

static const struct topic *topic_named(const struct scoring *s, struct str category)
{
	for (size_t i = 0; i < s->n_topics; i++)
		if (str_ieq(s->x->pack->categories[s->topics[i].category].entry.name, category))
			return &s->topics[i];
	return NULL;
}

/* Words of this category, as support for something else: 0..cap. */
static double support(const struct scoring *s, struct str category, double cap)
{
	const struct topic *t = topic_named(s, category);
	double v = t ? t->total - RULE_CATEGORY_PRIOR : 0;
	return v < 0 ? 0 : v > cap ? cap : v;
}

/* The strong words of phishing and of its sister categories. */
static double lure(const struct scoring *s)
{
	double share = 1, sum = 0;
	for (size_t k = 0; k < sizeof lures / sizeof *lures; k++) {
		const struct topic *t = topic_named(s, str_of(lures[k]));
		for (size_t i = 0; t && i < t->n && t->weight[i] >= RULE_LURE_WORD; i++, share *= RULE_NEXT_WORD)
			sum += t->weight[i] * share;
	}
	return sum > RULE_LURE_CAP ? RULE_LURE_CAP : sum;
}

/* ---- the name of a brand ---- */
static double name_weight(const struct pack_brand *b, const struct hit *h)
{
	static const double shop[FIELD_COUNT] = {
		RULE_SHOP_SUBJECT, RULE_SHOP_FROM, RULE_SHOP_TEXT, RULE_SHOP_HIDDEN, RULE_SHOP_URL};
	static const double claim[FIELD_COUNT] = {
		RULE_CLAIM_SUBJECT, RULE_CLAIM_FROM, RULE_CLAIM_TEXT, RULE_CLAIM_HIDDEN, RULE_CLAIM_URL};
	return (b->kind == BRAND_IMPERSONATED ? claim : shop)[h->field];
}

struct named {
	const struct hit *best;
	double weight;
	const char *rule;
	unsigned fields; /* bit set */
	bool claims;     /* From claims to be the brand */
	unsigned how;
};

/* The best place where the brand's name stands; the weight of one hit with what speaks against it. */
static void see_name(const struct scoring *s, const struct pack_brand *b, const struct hit *h, struct named *n)
{
	double w = name_weight(b, h);
	const char *rule = (h->how & ALIGN_DISGUISE) ? "disguised name" : "name";
	if (inside_longer(s, h) || (h->field != FIELD_URL && hit_after_my(s->f, h)))
		return; /* another name */
	if (s->facts.quotes && hit_quoted(s->f, h))
		w += RULE_QUOTED, rule = "name in quoted text";
	else if (b->kind != BRAND_IMPERSONATED && hit_in_longer_name(s->f, h))
		w += RULE_LONGER_NAME, rule = "the name beside another capitalised word";
	else if (!(h->how & ALIGN_DISGUISE) && h->field != FIELD_URL && !hit_is_name(s->f, h, phrase_of(s, h)))
		w += b->kind == BRAND_IMPERSONATED ? RULE_CLAIM_NOT_A_NAME : RULE_NOT_A_NAME,
			rule = "words of the name, not written as a name";
	if (h->field == FIELD_FROM && b->kind == BRAND_IMPERSONATED) {
		enum claim c = hit_claim(s->f, h);
		w = c == CLAIM_WHOLE ? w : c == CLAIM_LEADS ? RULE_CLAIM_FROM_LEADS : RULE_CLAIM_TEXT;
		rule = c == CLAIM_WHOLE   ? "From is the name"
		       : c == CLAIM_LEADS ? "From begins with the name"
		                          : "From mentions the name";
		n->claims |= c != CLAIM_NONE;
	}
	n->fields |= 1u << h->field;
	n->how |= h->how;
	if (!n->best || w > n->weight) {
		n->best = h;
		n->weight = w;
		n->rule = rule;
	}
}

static void weigh_name(const struct scoring *s, struct candidate *c, struct named *out)
{
	const struct pack_brand *b = &s->x->pack->brands[c->brand];
	struct named n = {0};
	for (size_t i = 0; i < s->f->n_hits; i++) {
		const struct hit *h = &s->f->hits[i];
		if (phrase_of(s, h)->kind != PHRASE_WORD && phrase_of(s, h)->owner == c->brand)
			see_name(s, b, h, &n);
	}
	*out = n;
	if (!n.best)
		return;
	reason(c, (struct reason){"brand", &b->entry, field_name(n.best->field), hit_source(s->f, n.best), n.rule, n.weight});
	unsigned others = n.fields & ~(1u << FIELD_HIDDEN | 1u << FIELD_URL | 1u << n.best->field);
	if (others && n.weight > 0 && !b->generic)
		reason(c, (struct reason){"brand", &b->entry, "", S(""), "name in several places", RULE_MORE_PLACES});
	if (!b->generic && n.how & ALIGN_DISGUISE & ~(unsigned)(b->kind == BRAND_IMPERSONATED ? ALIGN_SIGNS | ALIGN_REPEATED : 0))
		reason(c, (struct reason){"brand", &b->entry, field_name(n.best->field), hit_source(s->f, n.best),
				  "name in disguise", RULE_DISGUISE});
	if (b->generic)
		reason(c, (struct reason){"brand", &b->entry, "", S(""), "ordinary words", RULE_GENERIC});
}

/* ---- shops ---- */
static void weigh_shop(const struct scoring *s, struct candidate *c)
{
	const struct pack_brand *b = &s->x->pack->brands[c->brand];
	struct named n;
	reason(c, (struct reason){"brand", &b->entry, "", S(""), "prior", RULE_SHOP_PRIOR});
	weigh_name(s, c, &n);
	for (size_t i = 0; i < s->n_voted; i++)
		if (programme_sells(s->x, s->voted[i], c->brand))
			reason(c,
				(struct reason){"brand", &b->entry, "url", s->voted_domain[i], "shop domain of its programme",
					s->x->pack->programmes[s->voted[i]].brands.n == 1 ? RULE_SOLE_BRAND : RULE_ONE_OF_BRANDS});
	if (s->facts.shop_of == c->brand + 1)
		reason(c, (struct reason){"brand", &b->entry, "url", s->facts.shop_domain, "shop domain", RULE_DOMAIN});
	reason(c, s->facts.links ? (struct reason){"brand", &b->entry, "url", s->facts.first_link, "a link to click", RULE_LINK}
				 : (struct reason){"brand", &b->entry, "", S(""), "no link", RULE_NO_LINK});
	double words = n.best && b->category.n ? support(s, b->category, RULE_SUPPORT_CAP) : 0;
	if (words > 0)
		reason(c, (struct reason){"brand", &b->entry, "", S(""), "words of its category", words});
	if (s->facts.reply)
		reason(c, (struct reason){"brand", &b->entry, "subject", s->d->subject, "a reply with quoted text", RULE_REPLY});
}

/* ---- impersonation ---- */
static void weigh_no_link(struct scoring *s, struct candidate *c, const struct pack_brand *b)
{
	if (!s->facts.number_sought && !s->facts.html_attachment)
		s->facts.number = number_to_call(s->d->text);
	s->facts.number_sought = true;
	if (s->facts.number.n)
		reason(c, (struct reason){"brand", &b->entry, "text", s->facts.number, "no link, but a number to call", RULE_CALL});
	else
		reason(c, (struct reason){"brand", &b->entry, "", S(""), "no link",
				  s->facts.html_attachment ? RULE_HTML_ATTACHMENT : RULE_CLAIM_NO_LINK});
}

/* True when the mail claims to be the brand and a link pretends to lead there: a lure of its own. */
static bool weigh_links(struct scoring *s, struct candidate *c, const struct pack_brand *b, const struct named *n, bool own_from)
{
	struct link_facts l = link_facts_of(s->f, s->d, c->brand);
	if (l.mismatch.n)
		reason(c, (struct reason){"brand", &b->entry, "url", l.mismatch,
				  "a link that shows the brand's domain and leads elsewhere", RULE_MISMATCH});
	if (l.domain_in_host.n)
		reason(c, (struct reason){"brand", &b->entry, "url", l.domain_in_host, "the brand's domain within a foreign host",
				  RULE_DOMAIN_IN_HOST});
	else if (l.name_in_host.n)
		reason(c, (struct reason){"brand", &b->entry, "url", l.name_in_host, "the brand's name in a foreign host",
				  RULE_NAME_IN_HOST});
	bool claimed = n->claims || own_from || n->fields & 1u << FIELD_SUBJECT;
	if (!claimed && !l.domain_in_host.n)
		reason(c, (struct reason){"brand", &b->entry, "", S(""), "the name is only mentioned", RULE_ONLY_MENTIONED});
	if (l.foreign && l.own == 0)
		reason(c, (struct reason){"brand", &b->entry, "url", l.first_foreign, "links lead to foreign domains only",
				  RULE_LINKS_FOREIGN});
	else if (l.foreign)
		reason(c, (struct reason){"brand", &b->entry, "url", l.first_own, "links lead to the brand's domain too",
				  RULE_LINKS_MIXED});
	else if (l.own)
		reason(c, (struct reason){
				  "brand", &b->entry, "url", l.first_own, "links lead to the brand's own domain", RULE_LINKS_OWN});
	else
		weigh_no_link(s, c, b);
	if (l.address.n)
		reason(c, (struct reason){"brand", &b->entry, "url", l.address, "a link to a bare address", RULE_ADDRESS_LINK});
	return claimed && (l.mismatch.n || l.domain_in_host.n);
}

static void weigh_claim(struct scoring *s, struct candidate *c)
{
	const struct pack_brand *b = &s->x->pack->brands[c->brand];
	struct named n;
	reason(c, (struct reason){"brand", &b->entry, "", S(""), "prior", RULE_CLAIM_PRIOR});
	weigh_name(s, c, &n);
	if (n.fields == 0)
		return;
	bool own_from = from_is_own(s->x, s->d->from_addr, c->brand);
	bool elsewhere = weigh_links(s, c, b, &n, own_from);
	if (own_from)
		reason(c, (struct reason){"brand", &b->entry, "from_addr", s->d->from_addr, "From is of the brand's own domain",
				  RULE_FROM_OWN});
	else if (n.claims)
		reason(c, (struct reason){"brand", &b->entry, "from_addr", s->d->from_addr,
				  "From claims the name from a foreign domain", RULE_FROM_FOREIGN});
	double words = lure(s);
	if (words > 0)
		reason(c, (struct reason){"brand", &b->entry, "", S(""), "words of a lure", words});
	else if (!elsewhere)
		reason(c, (struct reason){"brand", &b->entry, "", S(""), "no words of a lure", RULE_NO_LURE});
	if (s->facts.reply)
		reason(c, (struct reason){"brand", &b->entry, "subject", s->d->subject, "a reply with quoted text", RULE_REPLY});
}

/* ---- domains that the packs know ---- */
static void see_domain(struct scoring *s, const struct url *u)
{
	struct str host = u->host.n ? u->host : u->domain;
	for (const struct domain_link *l = lexicon_host(s->x, host); l; l = domain_next(s->x, l)) {
		if (l->role == DOMAIN_BRAND) {
			s->facts.shop_of = l->owner + 1;
			s->facts.shop_domain = u->domain.n ? u->domain : host;
			candidate_of(s, l->owner);
		} else if (l->role == DOMAIN_PROGRAMME && s->n_voted < BRANDS_MAX) {
			size_t i = 0;
			while (i < s->n_voted && s->voted[i] != l->owner)
				i++;
			if (i < s->n_voted)
				continue;
			s->voted[s->n_voted] = l->owner;
			s->voted_domain[s->n_voted++] = u->domain.n ? u->domain : host;
			const struct pack_programme *p = &s->x->pack->programmes[l->owner];
			for (size_t k = 0; k < p->brands.n; k++)
				candidate_of(s, p->brand_at[k]);
		}
	}
}

/* ---- the verdict ---- */
/* Worth telling: doubled letters and signs happen to honest weak words too. */
static bool disguise_counts(const struct phrase *p, const struct hit *h)
{
	return h->field != FIELD_URL && (h->how & ALIGN_DISGUISE) && (p->kind == PHRASE_BRAND || p->weight >= RULE_STRONG_WORD);
}

static void give_reason(struct verdict *v, struct reason r)
{
	if (v->n_reasons < REASONS_MAX)
		v->reasons[v->n_reasons++] = r;
}

static const struct candidate *name_brand(const struct scoring *s, struct verdict *v)
{
	const struct candidate *best = NULL;
	for (size_t i = 0; i < s->n_candidates; i++)
		if (!best || s->candidates[i].total > best->total)
			best = &s->candidates[i];
	if (!best || best->total <= 0)
		return NULL;
	v->brand = &s->x->pack->brands[best->brand].entry;
	v->brand_confidence = logistic(best->total);
	for (size_t i = 0; i < best->n_reasons; i++)
		give_reason(v, best->reasons[i]);
	return best;
}

/* A shop domain decides; else the brand, when one programme alone sells it. */
static void name_programme(const struct scoring *s, const struct candidate *brand, struct verdict *v)
{
	const struct pack_programme *all = s->x->pack->programmes;
	if (s->n_voted == 1) {
		const struct pack_programme *p = &all[s->voted[0]];
		bool agrees = !brand || programme_sells(s->x, s->voted[0], brand->brand);
		v->programme = &p->entry;
		v->programme_confidence = logistic(agrees ? RULE_DOMAIN - 1 : RULE_DOMAIN_ALONE);
		give_reason(v, (struct reason){"programme", &p->entry, "url", s->voted_domain[0], "shop domain", RULE_DOMAIN});
		if (!agrees)
			give_reason(v, (struct reason){"programme", &p->entry, "", v->brand->name, "a brand of others",
					       RULE_DOMAIN_ALONE - RULE_DOMAIN});
		return;
	}
	if (!brand)
		return;
	uint32_t n = s->x->n_brand_programmes[brand->brand], *list = s->x->brand_programmes[brand->brand];
	if (n == 1) {
		v->programme = &all[list[0]].entry;
		v->programme_confidence = round(v->brand_confidence * RULE_PROGRAMME_OF_BRAND * 1000) / 1000;
		give_reason(v, (struct reason){"programme", v->programme, "", v->brand->name,
				       "the only programme known to sell the brand", 0});
	}
	for (uint32_t i = 0; n > 1 && i < n; i++)
		give_reason(v, (struct reason){"programme", &all[list[i]].entry, "", v->brand->name,
				       "one of several programmes that sell the brand: none is named", 0});
}

static void name_category(const struct scoring *s, const struct candidate *brand, struct verdict *v)
{
	const struct topic *best = NULL;
	struct str of_brand = brand ? s->x->pack->brands[brand->brand].category : S("");
	if (!of_brand.n && v->programme)
		of_brand = s->n_voted == 1 ? s->x->pack->programmes[s->voted[0]].category : S("");
	for (size_t i = 0; i < s->n_topics; i++)
		if (!best || s->topics[i].total > best->total)
			best = &s->topics[i];
	if (of_brand.n) {
		best = topic_named(s, of_brand);
		v->category_name = of_brand;
		v->category_confidence = brand ? v->brand_confidence : v->programme_confidence;
	} else if (best && best->total > 0) {
		v->category_name = s->x->pack->categories[best->category].entry.name;
		v->category_confidence = logistic(best->total);
	} else {
		return;
	}
	if (!best)
		return;
	v->category = &s->x->pack->categories[best->category].entry;
	if (logistic(best->total) > v->category_confidence)
		v->category_confidence = logistic(best->total);
	double share = 1;
	for (size_t i = 0; i < best->n && i < 6; i++, share *= RULE_NEXT_WORD)
		give_reason(
			v, (struct reason){"category", v->category, field_name(best->hit[i]->field), hit_source(s->f, best->hit[i]),
				   (best->hit[i]->how & ALIGN_DISGUISE) ? "disguised word" : "word", best->weight[i] * share});
}

void score(const struct finder *f, const struct doc *d, struct verdict *v)
{
	struct scoring s;
	s.f = f;
	s.x = f->lexicon;
	s.d = d;
	s.n_candidates = s.n_topics = s.n_voted = 0;
	v->brand = v->programme = v->category = NULL;
	v->category_name = S("");
	v->brand_confidence = v->programme_confidence = v->category_confidence = 0;
	v->disguised = false;
	v->n_reasons = 0;
	s.facts = mail_facts_of(d);
	for (size_t i = 0; s.x->n_links && i < d->n_urls; i++)
		if (i == 0 || !str_eq(d->urls[i].host, d->urls[i - 1].host) || !str_eq(d->urls[i].domain, d->urls[i - 1].domain))
			see_domain(&s, &d->urls[i]);
	if (f->n_hits == 0 && s.n_candidates == 0 && s.n_voted == 0)
		return;
	for (size_t i = 0; i < f->n_hits; i++) {
		const struct hit *h = &f->hits[i];
		const struct phrase *p = phrase_of(&s, h);
		if (p->kind == PHRASE_WORD)
			add_word(&s, h);
		else
			candidate_of(&s, p->owner);
		v->disguised |= disguise_counts(p, h);
	}
	for (size_t i = 0; i < s.n_topics; i++)
		sum_topic(&s, &s.topics[i]);
	for (size_t i = 0; i < s.n_candidates; i++) {
		struct candidate *c = &s.candidates[i];
		if (s.x->pack->brands[c->brand].kind == BRAND_IMPERSONATED)
			weigh_claim(&s, c);
		else
			weigh_shop(&s, c);
	}
	const struct candidate *brand = name_brand(&s, v);
	name_programme(&s, brand, v);
	name_category(&s, brand, v);
}
