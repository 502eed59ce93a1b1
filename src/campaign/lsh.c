/* lsh.c - see lsh.h. */
#include "campaign/lsh.h"

#include "base/mem.h"

enum { BAND = 3, WORD_BAND = 4, RADIX_BITS = 11, FEW_BITS = 8, FEW = 1024 };
_Static_assert(LSH_BANDS *BAND <= MINHASH_BINS, "bands of bins of their own");
_Static_assert(LSH_OTHERS <= 8, "a bit for each");

static uint32_t key_of(unsigned slot, uint64_t v)
{
	return (uint32_t)(mix64(v ^ (uint64_t)slot << 58) >> 32);
}

/* 8 log2(x), rounded down; x > 0. */
static uint32_t eighths_of_bits(uint64_t x)
{
	uint32_t whole = 63 - (uint32_t)__builtin_clzll(x), out = whole;
	uint64_t m = whole > 31 ? x >> (whole - 31) : x << (31 - whole); /* 1..2, with 31 bits behind the point */
	for (unsigned k = 0; k < 3; k++) {
		m = m * m >> 31;
		out = out << 1 | (uint32_t)(m >> 32);
		m >>= m >> 32;
	}
	return out;
}

void lsh_rarity_of(uint32_t (*count)[256], size_t n, struct lsh_rarity *out)
{
	uint32_t all = n ? eighths_of_bits(n) : 0, chance = eighths_of_bits(LSH_CHANCE);
	out->need = all > chance ? all - chance : 0;
	for (size_t i = 0; i < MINHASH_BINS; i++)
		for (size_t v = 0; v < 256; v++)
			out->bits[i][v] = (uint8_t)(count[i][v] ? all - eighths_of_bits(count[i][v]) : all);
}

/* A band whose values are common takes further bins, until it is rare. What is longer has its highest bit set. */
bool lsh_bands(const struct lsh_rarity *r, const struct sketch_text *t, unsigned from, uint32_t out[LSH_AT_ONCE])
{
	enum { OTHERS = MINHASH_BINS - LSH_BANDS * BAND, MORE = 5 };
	if (!t->bins)
		return false;
	for (unsigned k = 0; k < LSH_AT_ONCE && from + k < LSH_BANDS; k++) {
		unsigned band = from + k, i = band * BAND;
		const uint8_t *b = t->bins + i;
		uint64_t key = (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16;
		uint32_t rare = (uint32_t)r->bits[i][b[0]] + r->bits[i + 1][b[1]] + r->bits[i + 2][b[2]];
		out[k] = (uint32_t)key;
		if (rare >= r->need)
			continue;
		for (unsigned m = 0; m < MORE && rare < r->need; m++) {
			unsigned other = LSH_BANDS * BAND + (band * MORE + m) % OTHERS;
			key = key << 8 | t->bins[other];
			rare += r->bits[other][t->bins[other]];
		}
		out[k] = (uint32_t)(mix64(key) >> 32) | UINT32_C(1) << 31;
	}
	return true;
}

bool lsh_part(const struct lsh_rarity *r, const struct sketch_text *t, size_t n, unsigned round, uint32_t *key)
{
	enum { APART = MINHASH_BINS / LSH_ROUNDS };
	*key = UINT32_MAX;
	if (!t->bins)
		return round == 0;
	unsigned i = round * APART;
	uint32_t need = eighths_of_bits(n), chance = eighths_of_bits(LSH_CHANCE);
	*key = t->bins[i];
	uint32_t rare = r->bits[i][t->bins[i]] + chance;
	if (rare < need) {
		*key = (*key << 8 | t->bins[i + 1]) + 256;
		rare += r->bits[i + 1][t->bins[i + 1]];
	}
	return rare >= need;
}

/* Four numbers at a time; every compiler that we know has a form of it for its processor. */
__extension__ typedef int32_t four __attribute__((vector_size(16)));
__extension__ typedef uint64_t two __attribute__((vector_size(16)));

static four upper_halves(two a, two b)
{
	four x = (four)a, y = (four)b;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return __builtin_shufflevector(x, y, 1, 3, 5, 7);
#else
	return __builtin_shufflevector(x, y, 0, 2, 4, 6);
#endif
}

/* Minima of four hashes a band over the sampled words: hash j of a word is the upper half of p + j q. They are compared as signed
 * numbers, the sign bit turned. Few words make no text to find others by. */
bool lsh_words(const struct sketch_text *t, unsigned from, uint32_t out[LSH_AT_ONCE])
{
	four least[LSH_WORD_BANDS];
	_Static_assert(WORD_BAND == 4, "a band is a vector");
	must(from == 0);
	if (t->n_sample < 8)
		return false;
	for (unsigned band = 0; band < LSH_WORD_BANDS; band++)
		least[band] = (four){INT32_MAX, INT32_MAX, INT32_MAX, INT32_MAX};
	for (size_t i = 0; i < t->n_sample; i++) {
		uint64_t h = ((uint64_t)sketch_sampled(t, i) + 1) * 0x9e3779b97f4a7c15u;
		uint64_t p = (h ^ h >> 29) * 0xbf58476d1ce4e5b9u + (UINT64_C(1) << 63),
			 q = (h ^ h >> 29) * (2 * 0x94d049bb133111ebu);
		two low = {p, p + q}, high = {p + 2 * q, p + 3 * q}, step = {4 * q, 4 * q};
		for (unsigned band = 0; band < LSH_WORD_BANDS; band++) {
			four v = upper_halves(low, high), less = v < least[band];
			least[band] = (v & less) | (least[band] & ~less);
			low += step;
			high += step;
		}
	}
	for (unsigned band = 0; band < LSH_WORD_BANDS; band++) {
		uint32_t l[WORD_BAND];
		for (unsigned k = 0; k < WORD_BAND; k++)
			l[k] = (uint32_t)least[band][k] ^ UINT32_C(1) << 31;
		out[band] = key_of(band, ((uint64_t)l[0] << 32 | l[1]) ^ mix64((uint64_t)l[2] << 32 | l[3]));
	}
	return true;
}

static size_t neighbours(const uint32_t *v, size_t n, uint32_t *out)
{
	for (size_t i = 1; i < n; i++)
		out[i - 1] = key_of(2, (uint64_t)v[i - 1] << 32 | v[i]);
	return n ? n - 1 : 0;
}

static size_t fact_keys(const struct sketch *s, uint32_t *out)
{
	size_t n = neighbours(s->facts, s->n_facts, out);
	for (size_t i = 0; i < s->n_facts; i++)
		if (fact_class(s->facts[i]))
			out[n++] = key_of(1, s->facts[i]);
	return n;
}

static size_t subject_key(const struct sketch *s, uint32_t *out)
{
	uint64_t h = s->n_subject;
	if (s->n_subject < 2)
		return 0;
	for (size_t i = 0; i < s->n_subject; i++)
		h = mix64(h ^ s->subject[i]);
	*out = key_of(3, h);
	return 1;
}

static size_t link_keys(const struct sketch *s, uint32_t *out)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n_domains; i++)
		out[n++] = key_of(4, s->domains[i]);
	for (size_t i = 0; i < s->n_images; i++)
		out[n++] = key_of(5, s->images[i]);
	for (size_t i = 0; i < s->n_files; i++)
		out[n++] = key_of(6, s->files[i]);
	for (size_t i = 0; i < s->n_shapes; i++)
		out[n++] = key_of(7, s->shapes[i]);
	return n;
}
_Static_assert(LSH_KEYS >= SKETCH_DOMAINS + 3 * SKETCH_FILES, "room for the keys of links");

/* Half of the bands of the looks: from on. */
static size_t look_keys(const struct sketch *s, unsigned from, uint32_t *out)
{
	size_t n = 0;
	for (size_t i = 0; i < s->n_looks; i++)
		for (unsigned b = from; b < from + LSH_LOOK_BANDS / 2; b++)
			out[n++] = key_of(8 + b, s->looks[i].bits[b / 4] >> b % 4 * 16 & 0xFFFF);
	return n;
}
_Static_assert(LSH_LOOK_BANDS * 16 == IMAGE_DIGEST_BITS && LSH_KEYS >= SKETCH_FILES * LSH_LOOK_BANDS / 2, "all of the bits");

size_t lsh_keys(const struct sketch *s, unsigned slot, uint32_t out[LSH_KEYS])
{
	switch (slot - LSH_BANDS - LSH_WORD_BANDS) {
	case 0:
		return fact_keys(s, out);
	case 1:
		return neighbours(s->names, s->n_names, out);
	case 2:
		return subject_key(s, out);
	case 3:
		return link_keys(s, out);
	default:
		return look_keys(s, slot == LSH_LOOKS ? 0 : LSH_LOOK_BANDS / 2, out);
	}
}

uint8_t lsh_has_keys(const struct sketch *s)
{
	bool links = s->n_domains || s->n_images || s->n_files || s->n_shapes;
	return (uint8_t)((s->n_facts != 0) | (s->n_names > 1) << 1 | (s->n_subject > 1) << 2 | links << 3 |
			 (s->n_looks != 0) * (1 << 4 | 1 << 5));
}

uint64_t lsh_place(const struct sketch *s)
{
	uint32_t domain = s->n_domains ? s->domains[0] : 0;
	return (uint64_t)domain >> 8 << 40 | (uint64_t)(s->url >> 24) << 32 | (uint64_t)s->bins[124] << 24 |
	       (uint64_t)s->bins[125] << 16 | (uint64_t)s->bins[126] << 8 | s->bins[127];
}

/* Three rounds of counting sort; each keeps the order of equals. */
void lsh_sort(struct lsh_entry *e, struct lsh_entry *scratch, size_t n)
{
	struct lsh_entry *from = e, *to = scratch;
	unsigned bits = n < FEW ? FEW_BITS : RADIX_BITS; /* few entries cost less than all digits that there may be */
	uint32_t mask = ((uint32_t)1 << bits) - 1;
	for (unsigned shift = 0; shift < 32; shift += bits) {
		size_t at[(1 << RADIX_BITS) + 1];
		memset(at, 0, (mask + (size_t)2) * sizeof *at);
		for (size_t i = 0; i < n; i++)
			at[(from[i].key >> shift & mask) + 1]++;
		for (size_t k = 0; k < mask; k++)
			at[k + 1] += at[k];
		for (size_t i = 0; i < n; i++)
			to[at[from[i].key >> shift & mask]++] = from[i];
		struct lsh_entry *swap = from;
		from = to;
		to = swap;
	}
	if (from != e && n)
		memcpy(e, from, n * sizeof *e);
}

void lsh_buckets(const struct lsh_entry *e, size_t n, lsh_bucket_fn *fn, void *ctx)
{
	for (size_t from = 0, i = 1; i <= n; i++)
		if (i == n || e[i].key != e[from].key) {
			if (i - from > 1)
				fn(ctx, e + from, i - from);
			from = i;
		}
}

void lsh_pairs(const struct lsh_entry *e, size_t n, size_t i, lsh_pair_fn *fn, void *ctx)
{
	size_t first = n <= LSH_BUCKET ? i : i < LSH_FIRST ? i : LSH_FIRST;
	for (size_t k = 0; k < first; k++)
		if (e[k].who != e[i].who)
			fn(ctx, e[k].who, e[i].who);
	for (size_t k = i > LSH_NEXT + first ? i - LSH_NEXT : first; k < i; k++)
		if (e[k].who != e[i].who)
			fn(ctx, e[k].who, e[i].who);
}
