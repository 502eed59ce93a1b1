/* edge.c - see edge.h. */
#include "campaign/edge.h"

enum {
	DOMAINS_SAME = 3,  /* points: most of the larger set */
	FACTS_ALONE = 4,   /* points: a number of four digits, or more than one */
	SUBJECT_WORDS = 4, /* besides numbers; fewer are anybody's */
	FEW_WORDS = 8,     /* fewer are no text to disagree with */
	FEW_LINKS = 6,     /* the picture's own, one to leave the list, a few as chaff */
};

static int steps(double value, const double *at, size_t n)
{
	int points = 0;
	for (size_t i = 0; i < n; i++)
		points += value >= at[i];
	return points;
}

/* Words in common; a character of a script without blanks is half a word. */
static unsigned words_in_common(const struct likeness *l)
{
	return l->dense ? l->shared / 2 : l->shared;
}

static int text_points(const struct likeness *l, double t)
{
	static const double levels[] = {0.3, 0.4, 0.5, 0.6, 0.8}, amounts[] = {32, 48, 64};
	unsigned words = words_in_common(l);
	int points = steps(t, levels, 5), most = words < 4 ? 1 : words < 8 ? 2 : words < 16 ? 4 : 5;
	int amount = t >= 0.35 ? steps(words, amounts, 3) : 0;
	points = points < most ? points : most;
	/* what is half of one text and half of another must not join them by its length */
	return points + (t >= 0.55 ? amount : amount / 2);
}

/* n in common is more than half of the larger of two sets. */
static bool most_of(unsigned n, unsigned a, unsigned b)
{
	return 2 * n > (a > b ? a : b);
}

/* Subjects agree in all of their words, numbers as one, and end with a number: a counter, a slot of the template. One in the middle
 * ("degree in 134 days") is the offer. */
static unsigned subject_slots(const struct sketch *a, const struct likeness *l)
{
	unsigned words = 0;
	if (l->subject_words <= SUBJECT_WORDS || l->subject != l->subject_words || a->subject[a->n_subject - 1])
		return 0;
	for (size_t i = 0; i < a->n_subject; i++)
		words += a->subject[i] != 0;
	return words >= SUBJECT_WORDS;
}

/* A number that differs is a slot: nearly all words agree, or half of them, and the link leads to the same domain or names, link and
 * tags are the same, or a little more of them, and names and subject. p: what is known of the rest. */
static bool draws_numbers(const struct likeness *l, double t, const int8_t p[EDGE_FAMILIES])
{
	bool names = p[EDGE_NAMES] > 0, domains = p[EDGE_DOMAINS] >= DOMAINS_SAME;
	if (t >= 0.8 || (t >= 0.6 && names && p[EDGE_SUBJECT] > 0))
		return true;
	if (t >= EDGE_TEXT_ALONE && (domains || (names && l->url && l->tags == SKETCH_TAGS)))
		return true;
	return t >= EDGE_TEXT_DRAWN && domains && names;
}

static int fact_points(const struct likeness *l, bool drawn, unsigned slots)
{
	unsigned miss = (l->facts_a < l->facts_b ? l->facts_a : l->facts_b) - l->facts;
	miss -= miss < slots ? miss : slots;
	if (miss && drawn)
		return miss > 1 ? -2 : -1;
	if (miss)
		return miss > 1 ? -6 : -3;
	if (!l->facts || !most_of(l->facts, l->facts_a, l->facts_b))
		return l->facts != 0;
	return l->digits == 1 ? 1 : l->digits == 2 ? 3 : 4;
}

static int name_points(const struct likeness *l, bool same_text)
{
	unsigned least = l->names_a < l->names_b ? l->names_a : l->names_b;
	if (!least)
		return 0;
	if (!l->names)
		return same_text ? 0 : -2;
	if (l->names == least)
		return most_of(l->names, l->names_a, l->names_b);
	return least - l->names > 1 && !same_text ? -1 : 0;
}

/* few: there is no text beside it, so that it is the text, and tells what one of as many words would. */
static int subject_points(const struct likeness *l, bool few)
{
	int agree = l->subject_words >= 2 && 5 * l->subject >= 3 * l->subject_words;
	if (!few || l->subject != l->subject_words || l->subject < SUBJECT_WORDS)
		return agree;
	return l->subject <= SUBJECT_WORDS ? 2 : l->subject < FEW_WORDS ? 3 : 4;
}

/* Width and height: what is left to see of an image that could not be looked at. looked: those of both were. */
static int image_points(const struct likeness *l, bool texts, bool looked)
{
	if (l->image || l->look)
		return texts ? 5 : EDGE_JOIN;
	return !l->shape || looked ? 0 : texts ? 2 : 4;
}

/* A large picture is the same, and not both texts are full of links: so the offer is in the picture. */
static bool offer_in_picture(const struct sketch *a, const struct sketch *b, const struct likeness *l)
{
	return l->large && (a->n_links <= FEW_LINKS || b->n_links <= FEW_LINKS);
}

static bool has_texts(const struct likeness *l)
{
	return l->words_a >= FEW_WORDS && l->words_b >= FEW_WORDS;
}

/* See edge.h. */
static bool guards_pass(const struct edge *e, double t)
{
	const int8_t *p = e->points;
	bool a = e->like.words_a >= FEW_WORDS, b = e->like.words_b >= FEW_WORDS, same_file = p[EDGE_IMAGE] > 0 || p[EDGE_FILE] > 0;
	bool same_offer = same_file || p[EDGE_SUBJECT] > 0 || p[EDGE_FACTS] >= FACTS_ALONE;
	if (a == b && t < EDGE_TEXT_CHANCE)
		return same_offer && (t >= EDGE_TEXT_LEAST || !a);
	if (a != b && t < EDGE_TEXT_CHANCE)
		return same_file;
	for (int f = EDGE_FACTS; f < EDGE_FAMILIES; f++)
		if (p[f] > 0)
			return true;
	return t >= EDGE_TEXT_ALONE;
}

/* More in common of the texts never makes less of the sum. */
static void weigh(const struct sketch *a, const struct sketch *b, struct edge *out)
{
	const struct likeness *l = &out->like;
	double t = likeness_text(l);
	bool same_text = t >= 0.8, texts = has_texts(l), picture = offer_in_picture(a, b, l);
	int8_t *p = out->points;
	p[EDGE_TEXT] = (int8_t)text_points(l, t);
	p[EDGE_NAMES] = (int8_t)name_points(l, same_text);
	p[EDGE_DOMAINS] = (int8_t)(most_of(l->domains, a->n_domains, b->n_domains) ? DOMAINS_SAME : l->domains != 0);
	p[EDGE_URL] = (int8_t)(l->url ? 1 : l->url_differs ? -1 : 0);
	p[EDGE_SUBJECT] = (int8_t)subject_points(l, l->words_a < FEW_WORDS && l->words_b < FEW_WORDS);
	p[EDGE_FACTS] = (int8_t)fact_points(l, draws_numbers(l, t, p), subject_slots(a, l));
	for (int f = EDGE_FACTS; f <= EDGE_NAMES; f++) /* what a text states beside it says nothing against */
		p[f] = (int8_t)(picture && p[f] < 0 ? 0 : p[f]);
	p[EDGE_TAGS] = l->tags == SKETCH_TAGS;
	p[EDGE_IMAGE] = (int8_t)image_points(l, texts, a->n_looks && b->n_looks);
	p[EDGE_FILE] = l->file ? texts ? 5 : EDGE_JOIN : 0;
	out->sum = 0;
	for (int f = 0; f < EDGE_FAMILIES; f++)
		out->sum += p[f];
	out->joined = out->sum >= EDGE_JOIN && (picture || guards_pass(out, t));
}

void edge_of(const struct sketch *a, const struct sketch *b, struct edge *out)
{
	*out = (struct edge){0};
	likeness_of(a, b, &out->like);
	weigh(a, b, out);
}

bool edge_may_join(const struct sketch_text *a, const struct likeness_words *b, struct likeness *like)
{
	likeness_text_most(a, b, like);
	return likeness_text(like) >= EDGE_TEXT_LEAST || !has_texts(like) || (a->n_large && b->text.n_large);
}

bool edge_joins(const struct sketch *a, const struct sketch *b, const struct likeness *like)
{
	struct edge e = {.like = *like};
	likeness_rest(a, b, &e.like);
	weigh(a, b, &e);
	if (!e.joined)
		return false;
	likeness_text_exact(a, b, &e.like);
	weigh(a, b, &e);
	return e.joined;
}

const char *edge_family_name(enum edge_family f)
{
	static const char *const names[EDGE_FAMILIES] = {
		"text", "facts", "names", "domains", "url", "subject", "tags", "image", "file"};
	return names[f];
}
