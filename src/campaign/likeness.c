/* likeness.c - see likeness.h. */
#include "campaign/likeness.h"

#define BAG_WEIGHT 0.85                          /* texts about the same goods share words, but not their order */
enum { SLOTS = 256 };                            /* more than twice SKETCH_WORDS */
__extension__ typedef unsigned __int128 bits128; /* a bit for each word of a sample */
_Static_assert(SKETCH_WORDS <= 128, "one bit a word");

/* Where each word of a sample stands. */
struct places {
	uint8_t slot[SLOTS]; /* index + 1 into the rest; 0 = empty */
	uint16_t code[SKETCH_WORDS];
	uint8_t left[SKETCH_WORDS]; /* occurrences not yet taken */
	bits128 at[SKETCH_WORDS];
	size_t n;
};

static uint8_t *place_of(struct places *p, uint16_t code)
{
	size_t i = (code ^ code >> 8) & (SLOTS - 1);
	while (p->slot[i] && p->code[p->slot[i] - 1] != code)
		i = (i + 1) & (SLOTS - 1);
	return &p->slot[i];
}

/* The longest common subsequence, bit-parallel (Hyyro 2004), and the overlap as bags. What the limit leaves out of a is never asked for. */
static void align(const struct sketch *a, const struct sketch *b, uint32_t limit, struct likeness *out)
{
	struct places p;
	memset(p.slot, 0, sizeof p.slot);
	p.n = 0;
	for (size_t i = 0; i < a->n_sample; i++) {
		uint8_t *slot = place_of(&p, a->sample[i]);
		if (!*slot) {
			p.code[p.n] = a->sample[i];
			p.at[p.n] = 0;
			p.left[p.n] = 0;
			*slot = (uint8_t)++p.n;
		}
		p.at[*slot - 1] |= (bits128)1 << i;
		p.left[*slot - 1]++;
	}
	bits128 v = ~(bits128)0;
	for (size_t i = 0; i < b->n_sample; i++) {
		uint8_t slot = b->sample[i] < limit ? *place_of(&p, b->sample[i]) : 0;
		if (!slot)
			continue;
		bits128 u = v & p.at[slot - 1];
		v = (v + u) | (v - u);
		out->shared += p.left[slot - 1] != 0;
		p.left[slot - 1] -= p.left[slot - 1] != 0;
	}
	out->aligned = (unsigned)(__builtin_popcountll((uint64_t)~v) + __builtin_popcountll((uint64_t)(~v >> 64)));
}

static double part(unsigned n, size_t of)
{
	return of ? (double)n / (double)of : 0;
}

static void parts(struct likeness *out)
{
	unsigned na = out->words_a, nb = out->words_b;
	out->align_part = part(out->aligned, na < nb ? na : nb);
	out->shared_part = part(out->shared, na < nb ? na : nb);
	out->align = part(out->aligned, na + nb - out->aligned);
	out->share = part(out->shared, na + nb - out->shared);
}

void likeness_words_of(const uint8_t *blob, struct likeness_words *out)
{
	out->text = sketch_peek(blob);
	memset(out->seen, 0, sizeof out->seen);
	for (size_t i = 0; i < out->text.n_sample; i++)
		out->seen[sketch_sampled(&out->text, i) & (LIKENESS_SLOTS - 1)] = 1;
}

/* Words below the limit. */
static unsigned below(const struct sketch_text *t, uint32_t limit)
{
	unsigned n = 0;
	if (t->below <= limit) /* as all of them are, of the one that sets the limit */
		return t->n_sample;
	for (size_t i = 0; i < t->n_sample; i++)
		n += sketch_sampled(t, i) < limit;
	return n;
}

void likeness_text_most(const struct sketch_text *a, const struct likeness_words *b, struct likeness *out)
{
	uint32_t limit = a->below < b->text.below ? a->below : b->text.below;
	unsigned n = 0;
	if (a->bins && b->text.bins)
		out->resemblance = minhash_resemblance(minhash_agree(a->bins, b->text.bins));
	out->words_a = below(a, limit);
	out->words_b = below(&b->text, limit);
	for (size_t i = 0; i < a->n_sample; i++)
		n += b->seen[sketch_sampled(a, i) & (LIKENESS_SLOTS - 1)];
	n = n < out->words_a ? n : out->words_a;
	out->aligned = out->shared = n < out->words_b ? n : out->words_b;
	parts(out);
}

static unsigned words_below(const struct sketch *s, uint32_t limit)
{
	unsigned n = 0;
	for (size_t i = 0; i < s->n_sample; i++)
		n += s->sample[i] < limit;
	return n;
}

void likeness_text_exact(const struct sketch *a, const struct sketch *b, struct likeness *out)
{
	uint32_t limit = a->below < b->below ? a->below : b->below;
	if (a->n_bins && b->n_bins)
		out->resemblance = minhash_resemblance(minhash_agree(a->bins, b->bins));
	out->words_a = words_below(a, limit);
	out->words_b = words_below(b, limit);
	out->aligned = out->shared = 0;
	align(a, b, limit, out);
	parts(out);
}

static unsigned common_32(const uint32_t *a, size_t na, const uint32_t *b, size_t nb)
{
	unsigned n = 0;
	for (size_t i = 0, j = 0; i < na && j < nb;) {
		n += a[i] == b[j];
		bool up = a[i] <= b[j];
		j += a[i] >= b[j];
		i += up;
	}
	return n;
}

static bool common_64(const uint64_t *a, size_t na, const uint64_t *b, size_t nb)
{
	for (size_t i = 0; i < na; i++)
		for (size_t j = 0; j < nb; j++)
			if (a[i] == b[j])
				return true;
	return false;
}

/* Longest common subsequence of two short lists. */
static unsigned subject(const struct sketch *a, const struct sketch *b)
{
	uint32_t v = ~(uint32_t)0;
	for (size_t i = 0; i < b->n_subject; i++) {
		uint32_t at = 0;
		for (size_t j = 0; j < SKETCH_SUBJECT; j++)
			at |= (uint32_t)(a->subject[j] == b->subject[i]) << j;
		uint32_t u = v & at & ((1U << a->n_subject) - 1);
		v = (v + u) | (v - u);
	}
	return (unsigned)__builtin_popcount(~v);
}

static unsigned look_bits(const struct sketch *a, size_t na, const struct sketch *b, size_t nb)
{
	unsigned least = IMAGE_DIGEST_BITS;
	for (size_t i = 0; i < na; i++)
		for (size_t j = 0; j < nb; j++) {
			unsigned n = image_digest_distance(&a->looks[i], &b->looks[j]);
			least = n < least ? n : least;
		}
	return least;
}

static void facts(const struct sketch *a, const struct sketch *b, struct likeness *out)
{
	out->facts_a = a->n_facts;
	out->facts_b = b->n_facts;
	for (size_t i = 0, j = 0; i < a->n_facts && j < b->n_facts;) {
		uint32_t x = a->facts[i], y = b->facts[j];
		if (x == y) {
			out->facts++;
			out->digits += 1 + fact_class(x);
		}
		i += x <= y;
		j += x >= y;
	}
}

void likeness_rest(const struct sketch *a, const struct sketch *b, struct likeness *out)
{
	facts(a, b, out);
	out->names_a = a->n_names;
	out->names_b = b->n_names;
	out->names = common_32(a->names, a->n_names, b->names, b->n_names);
	out->domains = common_32(a->domains, a->n_domains, b->domains, b->n_domains);
	out->subject = subject(a, b);
	out->subject_words = a->n_subject > b->n_subject ? a->n_subject : b->n_subject;
	out->url = a->url && a->url == b->url;
	out->url_differs = a->url != b->url;
	out->dense = a->dense || b->dense;
	for (size_t i = 0; a->n_tags && b->n_tags && i < SKETCH_TAGS; i++)
		out->tags += a->tags[i] == b->tags[i];
	out->image = common_64(a->images, a->n_images, b->images, b->n_images);
	out->shape = common_32(a->shapes, a->n_shapes, b->shapes, b->n_shapes) != 0;
	out->look_bits = look_bits(a, a->n_looks, b, b->n_looks);
	out->look = out->look_bits <= IMAGE_DIGEST_NEAR;
	out->large = out->look && look_bits(a, a->n_large, b, b->n_large) <= IMAGE_DIGEST_NEAR;
	out->file = common_64(a->files, a->n_files, b->files, b->n_files);
}

void likeness_of(const struct sketch *a, const struct sketch *b, struct likeness *out)
{
	*out = (struct likeness){0};
	likeness_text_exact(a, b, out);
	likeness_rest(a, b, out);
}

double likeness_text(const struct likeness *l)
{
	double ordered = l->resemblance > l->align ? l->resemblance : l->align, bag = BAG_WEIGHT * l->share;
	return ordered > bag ? ordered : bag;
}
