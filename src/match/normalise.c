/* normalise.c - see normalise.h.
 *
 * fold goes over ASCII a block at a time without branches. A word with any other character in it is read twice: first to see
 * what it is mixed of, then to write it. One mark is kept a block, so that a way back costs one refolding of a block and
 * the forward way next to nothing. Words longer than WORD_MAX are taken in pieces: there the way back is near, not exact.
 */
#include "match/normalise.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "match/gather.h"
#include "match/normalise_tab.h"

enum { BLOCK = 64, WORD_MAX = 256, FOLD_SLACK = BLOCK };
_Static_assert((int)NORM_SLACK <= (int)FOLD_SLACK, "they share the room");

bool norm_init(struct norm *n, struct arena *a, size_t max_fields, size_t src_bytes)
{
	must(src_bytes < UINT32_MAX / 2);
	size_t room = src_bytes + max_fields; /* one separator a field */
	*n = (struct norm){.max_fields = max_fields, .room = src_bytes};
	n->fields = arena_alloc(a, max_fields * sizeof *n->fields);
	n->marks = arena_alloc(a, (room / BLOCK + 2 * max_fields + 1) * sizeof *n->marks);
	n->fold = arena_alloc(a, room + FOLD_SLACK); /* written in steps of BLOCK bytes */
	return n->fields && n->marks && n->fold;
}

/* A folding under way; the same code goes forward and, from a mark, back. */
struct folder {
	const struct gather *gather; /* NULL: byte by byte */
	struct str src;
	size_t i;
	uint8_t *out;
	size_t n;
	bool blank;    /* the last byte written was a blank, or nothing is written yet */
	uint32_t *map; /* NULL, or: source offset of each byte written */
};

static void put(struct folder *f, uint8_t c, size_t from)
{
	if (c == ' ') {
		if (f->blank)
			return;
		f->blank = true;
	} else {
		f->blank = false;
	}
	if (f->map)
		f->map[f->n] = (uint32_t)from;
	f->out[f->n++] = c;
}

/* n bytes of ASCII at p, one by one. */
static void fold_plain(struct folder *f, const uint8_t *p, size_t n)
{
	uint8_t *out = f->out + f->n;
	bool blank = f->blank;
	for (size_t i = 0; i < n; i++) {
		uint8_t c = norm_ascii[p[i]];
		bool is_blank = c == ' ';
		*out = c;
		out += (c != 0) & !(is_blank & blank);
		blank = c ? is_blank : blank;
	}
	f->n = (size_t)(out - f->out);
	f->blank = blank;
}

/* The same, if they are all ASCII; else nothing. */
static bool fold_slowly(struct folder *f, const uint8_t *p, size_t n)
{
	uint8_t any = 0;
	for (size_t i = 0; i < n; i++)
		any |= p[i];
	if (any >= 0x80)
		return false;
	fold_plain(f, p, n);
	return true;
}

#ifdef HAVE_FAST
FAST static inline __m256i folded_bytes(__m256i c)
{
	const __m256i space = _mm256_set1_epi8(' ');
	c = _mm256_blendv_epi8(c, space, bytes_within(c, 9, 13));
	return _mm256_or_si256(c, _mm256_and_si256(bytes_within(c, 'A', 'Z'), space)); /* a blank is also the bit of lower case */
}

FAST static inline __m256i control_bytes(__m256i c)
{
	return _mm256_or_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(' '), c), _mm256_cmpeq_epi8(c, _mm256_set1_epi8(127)));
}

/* What is kept of the BLOCK bytes at from, pressed together at out, which is there too. Returns the end. */
FAST static uint8_t *press(const struct gather *g, uint8_t *out, uint64_t kept)
{
	for (const uint8_t *from = out; kept; kept >>= 8, from += 8) {
		__m128i eight = _mm_loadl_epi64((const __m128i *)(const void *)from);
		_mm_storel_epi64((__m128i *)(void *)out, gathered(eight, g->places[kept & 0xFF]));
		out += g->count[kept & 0xFF];
	}
	return out;
}

/* The same of 1..BLOCK bytes, but BLOCK can be read and are written. */
FAST static bool fold_fast(struct folder *f, const uint8_t *p, size_t n)
{
	const __m256i space = _mm256_set1_epi8(' ');
	__m256i c = load_bytes(p), d = load_bytes(p + BLOCK / 2);
	uint64_t wanted = UINT64_MAX >> (BLOCK - n);
	if (top_bits(c, d) & wanted)
		return false;
	c = folded_bytes(c), d = folded_bytes(d);
	if (top_bits(control_bytes(c), control_bytes(d)) & wanted) {
		fold_plain(f, p, n);
		return true;
	}
	uint64_t blanks = top_bits(_mm256_cmpeq_epi8(c, space), _mm256_cmpeq_epi8(d, space));
	uint64_t kept = ~(blanks & (blanks << 1 | f->blank)) & wanted;
	uint8_t *out = f->out + f->n;
	_mm256_storeu_si256((__m256i *)(void *)out, c);
	_mm256_storeu_si256((__m256i *)(void *)(out + BLOCK / 2), d);
	f->blank = blanks >> (n - 1) & 1;
	f->n = kept == wanted ? f->n + n : (size_t)(press(f->gather, out, kept) - f->out);
	return true;
}
#else
static bool fold_fast(struct folder *f, const uint8_t *p, size_t n)
{
	return fold_slowly(f, p, n);
}
#endif

/* Up to the next BLOCK bytes, if they are all ASCII. */
static bool fold_block(struct folder *f, size_t end)
{
	const uint8_t *p = f->src.p + f->i;
	size_t n = end - f->i;
	uint8_t tail[BLOCK];
	if (f->gather && f->src.n - f->i < BLOCK) {
		memset(tail, 0, sizeof tail);
		p = memcpy(tail, p, n);
	}
	bool ascii = (f->gather ? fold_fast : fold_slowly)(f, p, n);
	f->i += ascii ? n : 0;
	return ascii;
}

static void put_utf8(struct folder *f, uint32_t c, size_t from)
{
	uint8_t t[4];
	size_t k = utf8_encode(c, t);
	for (size_t j = 0; j < k; j++)
		put(f, t[j], from);
}

static bool confusable_sign(uint32_t c)
{
	return c < 0xC0 || (c >= 0x20A0 && c <= 0x20CF); /* an inverted exclamation mark, currency signs */
}

struct word {
	size_t end; /* source offset */
	bool mixed;
};

/* The word at f->i: letters, digits, accents and invisible characters, at most WORD_MAX bytes. */
static struct word read_word(const struct folder *f)
{
	struct word w = {f->i, false};
	bool latin = false, confusable = false;
	size_t stop = f->src.n - f->i > WORD_MAX ? f->i + WORD_MAX : f->src.n;
	for (size_t i = f->i; i < stop; w.end = i) {
		if (f->src.p[i] < 0x80) {
			if (!ascii_alnum(f->src.p[i]))
				break;
			latin |= ascii_alpha(f->src.p[i++]);
			continue;
		}
		struct look l = look_of(utf8_next(f->src, &i));
		if (l.kind == LOOK_KEEP || l.kind == LOOK_SPACE)
			break;
		latin |= l.kind == LOOK_LATIN;
		confusable |= l.kind == LOOK_CONFUSABLE;
	}
	w.mixed = latin && confusable;
	return w;
}

static void fold_other(struct folder *f, bool mixed, bool first)
{
	size_t from = f->i;
	uint32_t c = utf8_next(f->src, &f->i);
	struct look l = look_of(c);
	if (l.kind == LOOK_CONFUSABLE && confusable_sign(c) && first)
		l.kind = LOOK_KEEP;
	if (l.kind == LOOK_SPACE)
		put(f, ' ', from);
	else if (l.kind == LOOK_LATIN || (l.kind == LOOK_CONFUSABLE && mixed))
		for (size_t k = 0; l.ascii[k]; k++)
			put(f, l.ascii[k], from);
	else if (l.kind == LOOK_LETTER || (l.kind == LOOK_CONFUSABLE && !confusable_sign(c)))
		put_utf8(f, l.lower, from);
	else if (l.kind != LOOK_DROP)
		for (size_t k = from; k < f->i; k++)
			put(f, f->src.p[k], from); /* as it stands, bad bytes too */
}

/* A word with characters beyond ASCII, or the one such character at f->i. */
static void fold_word(struct folder *f)
{
	struct word w = read_word(f);
	size_t begin = f->i;
	if (w.end == begin) {
		fold_other(f, false, true);
		return;
	}
	while (f->i < w.end) {
		if (f->src.p[f->i] < 0x80) {
			put(f, norm_ascii[f->src.p[f->i]], f->i);
			f->i++;
		} else {
			fold_other(f, w.mixed, f->i == begin);
		}
	}
}

/* Steps back over the ASCII letters and digits before f->i: each of them was written as one byte. */
static void back_to_word_start(struct folder *f, size_t floor)
{
	while (f->i > floor && ascii_alnum(f->src.p[f->i - 1]))
		f->i--, f->n--;
}

/* Folds to `end` at least (a word is not torn). floor: a place that is no inside of a word written by fold_word. */
static void fold_to(struct folder *f, size_t end, size_t *floor)
{
	while (f->i < end) {
		size_t ascii = f->i;
		while (ascii < end && f->src.p[ascii] < 0x80)
			ascii++;
		if (ascii > f->i)
			fold_block(f, ascii);
		if (f->i >= end)
			break;
		if (f->i - *floor > WORD_MAX)
			*floor = f->i - WORD_MAX;
		back_to_word_start(f, *floor);
		fold_word(f);
		*floor = f->i;
		f->blank = f->n == 0 || f->out[f->n - 1] == ' ';
	}
}

void norm_add(struct norm *n, struct str utf8)
{
	must(n->n_fields < n->max_fields && utf8.n <= n->room);
	n->room -= utf8.n;
	struct norm_field *field = &n->fields[n->n_fields++];
	*field = (struct norm_field){.src = utf8, .fold = n->n_fold, .mark = n->n_marks};
	struct folder f = {.gather = gather_tables(), .src = utf8, .out = n->fold + n->n_fold, .blank = true};
	size_t floor = 0;
	n->marks[n->n_marks++] = (struct norm_mark){0, (uint32_t)n->n_fold, true};
	while (f.i < utf8.n) {
		size_t end = utf8.n - f.i < BLOCK ? utf8.n : f.i + BLOCK;
		bool ascii = fold_block(&f, end);
		if (!ascii)
			fold_to(&f, end, &floor);
		/* A later step may go back behind this mark, but only over bytes that are written one to one. */
		n->marks[n->n_marks++] = (struct norm_mark){(uint32_t)f.i, (uint32_t)(n->n_fold + f.n), ascii};
	}
	n->n_fold += f.n;
	field->fold_end = n->n_fold;
	memset(n->fold + n->n_fold++, NORM_SEP, 1 + NORM_SLACK);
}

bool normalise_text(struct arena *a, struct str utf8, struct norm *out)
{
	if (!norm_init(out, a, 1, utf8.n))
		return false;
	norm_add(out, utf8);
	return true;
}

size_t norm_field_of_fold(const struct norm *n, size_t fold_pos)
{
	size_t lo = 0, hi = n->n_fields;
	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;
		if (n->fields[mid].fold <= fold_pos)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* The last mark of the field that is not behind fold_pos: its index. */
static size_t mark_before(const struct norm *n, size_t field, size_t fold_pos)
{
	size_t lo = n->fields[field].mark, hi = field + 1 < n->n_fields ? n->fields[field + 1].mark : n->n_marks;
	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;
		if (n->marks[mid].fold <= fold_pos)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

static bool blank_before(const struct norm *n, const struct norm_field *nf, size_t fold_pos)
{
	return fold_pos == nf->fold || n->fold[fold_pos - 1] == ' ';
}

/* From a mark over ASCII only. */
static size_t src_over_ascii(const struct norm *n, const struct norm_field *nf, struct norm_mark m, size_t fold_pos)
{
	bool blank = blank_before(n, nf, m.fold);
	size_t at = m.fold;
	for (size_t i = m.src; i < nf->src.n; i++) {
		uint8_t c = norm_ascii[nf->src.p[i] & 0x7F];
		bool is_blank = c == ' ';
		if (c == 0 || (is_blank && blank))
			continue;
		if (at++ == fold_pos)
			return i;
		blank = is_blank;
	}
	return nf->src.n;
}

static void map_ascii(struct folder *f, size_t end)
{
	for (; f->i < end; f->i++)
		if (norm_ascii[f->src.p[f->i]])
			put(f, norm_ascii[f->src.p[f->i]], f->i);
}

/* From a mark over anything: folds once more. */
static size_t src_by_folding(const struct norm *n, const struct norm_field *nf, struct norm_mark m, size_t fold_pos)
{
	uint8_t out[4 * BLOCK + 4 * WORD_MAX];
	uint32_t map[4 * BLOCK + 4 * WORD_MAX];
	size_t back = 0;
	while (back < WORD_MAX && back < m.src && m.fold - back > nf->fold && ascii_alnum(nf->src.p[m.src - back - 1]))
		back++;
	size_t base = m.fold - back;
	struct folder f = {.src = nf->src, .i = m.src - back, .out = out, .map = map, .blank = blank_before(n, nf, base)};
	while (f.n <= fold_pos - base && f.i < f.src.n && f.n < sizeof out - 2 * WORD_MAX) {
		size_t word = f.i;
		while (word < f.src.n && word - f.i < WORD_MAX && ascii_alnum(f.src.p[word]))
			word++;
		if (word < f.src.n && f.src.p[word] >= 0x80)
			fold_word(&f);
		else
			map_ascii(&f, word > f.i ? word : f.i + 1);
	}
	return f.n > fold_pos - base ? map[fold_pos - base] : f.i;
}

size_t norm_src_of_fold(const struct norm *n, size_t field, size_t fold_pos)
{
	const struct norm_field *nf = &n->fields[field];
	if (fold_pos >= nf->fold_end)
		return nf->src.n;
	size_t m = mark_before(n, field, fold_pos);
	const struct norm_mark *from = &n->marks[m], *to = from + 1;
	bool ascii = m + 1 < n->n_marks && to->ascii && to->fold > fold_pos;
	if (ascii && to->fold - from->fold == to->src - from->src) /* nothing was dropped */
		return from->src + (fold_pos - from->fold);
	return (ascii ? src_over_ascii : src_by_folding)(n, nf, n->marks[m], fold_pos);
}

bool norm_ascii_span(const struct norm *n, size_t field, size_t fold, size_t fold_end)
{
	size_t end = field + 1 < n->n_fields ? n->fields[field + 1].mark : n->n_marks;
	for (size_t m = mark_before(n, field, fold) + 1; m < end; m++) {
		if (!n->marks[m].ascii)
			return false;
		if (n->marks[m].fold >= fold_end)
			return true;
	}
	return true;
}

struct str norm_source(const struct norm *n, size_t fold, size_t fold_end)
{
	size_t field = norm_field_of_fold(n, fold);
	const struct norm_field *nf = &n->fields[field];
	size_t from = norm_src_of_fold(n, field, fold), last;
	if (fold_end <= fold)
		return str_first(str_from(nf->src, from), 0);
	if (fold_end <= nf->fold_end && norm_ascii_span(n, field, fold, fold_end))
		last = src_over_ascii(n, nf, (struct norm_mark){(uint32_t)from, (uint32_t)fold, true}, fold_end - 1);
	else
		last = norm_src_of_fold(n, field, fold_end - 1);
	if (last < nf->src.n)
		utf8_next(nf->src, &last);
	return str_sub(nf->src, from, last > from ? last - from : 0);
}

bool norm_disguised(struct str src)
{
	for (size_t i = 0; i < src.n;) {
		if (src.p[i] < 0x80) {
			if (!norm_ascii[src.p[i]])
				return true;
			i++;
			continue;
		}
		uint32_t c = utf8_next(src, &i);
		struct look l = look_of(c);
		if (c != 0xAD &&
			(l.kind == LOOK_DROP || l.kind == LOOK_CONFUSABLE || (l.kind == LOOK_LATIN && ascii_alnum(l.ascii[0]))))
			return true;
	}
	return false;
}
