/* likeness.c - see likeness.h. */
#include "match/likeness.h"

#define BAG_WEIGHT 0.85                          /* texts about the same goods share words, but not their order */
enum { SLOTS = 256 };                            /* more than twice SKETCH_WORDS */
__extension__ typedef unsigned __int128 bits128; /* a bit for each word of the first sample */
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

static size_t below(const struct sketch *s, uint32_t limit, uint16_t out[SKETCH_WORDS])
{
	size_t n = 0;
	for (size_t i = 0; i < s->n_sample; i++) {
		out[n] = s->sample[i];
		n += s->sample[i] < limit;
	}
	return n;
}

/* The longest common subsequence, bit-parallel (Hyyro 2004), and the overlap as bags. */
static void align(const uint16_t *a, size_t na, const uint16_t *b, size_t nb, struct likeness *out)
{
	struct places p;
	memset(p.slot, 0, sizeof p.slot);
	p.n = 0;
	for (size_t i = 0; i < na; i++) {
		uint8_t *slot = place_of(&p, a[i]);
		if (!*slot) {
			p.code[p.n] = a[i];
			p.at[p.n] = 0;
			p.left[p.n] = 0;
			*slot = (uint8_t)++p.n;
		}
		p.at[*slot - 1] |= (bits128)1 << i;
		p.left[*slot - 1]++;
	}
	bits128 v = ~(bits128)0;
	for (size_t i = 0; i < nb; i++) {
		uint8_t slot = *place_of(&p, b[i]);
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

static void text(const struct sketch *a, const struct sketch *b, struct likeness *out)
{
	uint16_t wa[SKETCH_WORDS], wb[SKETCH_WORDS];
	uint32_t limit = a->below < b->below ? a->below : b->below;
	size_t na = below(a, limit, wa), nb = below(b, limit, wb);
	if (a->n_bins && b->n_bins)
		out->resemblance = minhash_resemblance(minhash_agree(a->bins, b->bins));
	out->words_a = (unsigned)na;
	out->words_b = (unsigned)nb;
	align(wa, na, wb, nb, out);
	out->align_part = part(out->aligned, na < nb ? na : nb);
	out->shared_part = part(out->shared, na < nb ? na : nb);
	out->align = part(out->aligned, na + nb - out->aligned);
	out->share = part(out->shared, na + nb - out->shared);
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
	uint8_t best[SKETCH_SUBJECT + 1] = {0};
	for (size_t i = 0; i < a->n_subject; i++) {
		uint8_t diagonal = 0;
		for (size_t j = 0; j < b->n_subject; j++) {
			uint8_t above = best[j + 1], left = best[j];
			best[j + 1] = a->subject[i] == b->subject[j] ? diagonal + 1 : above > left ? above : left;
			diagonal = above;
		}
	}
	return best[b->n_subject];
}

void likeness_of(const struct sketch *a, const struct sketch *b, struct likeness *out)
{
	*out = (struct likeness){0};
	text(a, b, out);
	out->facts_a = a->n_facts;
	out->facts_b = b->n_facts;
	for (size_t i = 0; i < a->n_facts; i++)
		if (common_32(&a->facts[i], 1, b->facts, b->n_facts)) {
			out->facts++;
			out->digits += 1 + fact_class(a->facts[i]);
		}
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
	out->file = common_64(a->files, a->n_files, b->files, b->n_files);
}

double likeness_text(const struct likeness *l)
{
	double ordered = l->resemblance > l->align ? l->resemblance : l->align, bag = BAG_WEIGHT * l->share;
	return ordered > bag ? ordered : bag;
}
