/* find.c - see find.h. */
#include "match/find.h"

#include "base/limits.h"
#include "base/mem.h"
#include "match/hits.h"

enum {
	URL_BYTES_MAX = 8 << 10, /* of all URLs together */
	URL_MAX = 200,           /* of one: names stand in front, then come tracking tokens */
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
	if (h->patterns && hs_alloc_scratch(h->patterns, &f->scratch) != HS_SUCCESS) {
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

/* ---- the searches ---- */
bool finder_try_exact(struct finder *f, uint32_t phrase, enum field field, size_t from)
{
	const struct phrase *p = &f->lexicon->phrases[phrase];
	struct str text = finder_field(f, field);
	if (!str_eq(str_sub(text, from, p->fold.n), p->fold) || !align_exact(p, text, from))
		return false;
	if (hit_may_try(f, phrase, field))
		hit_add(f, phrase, field, (struct span){from, from + p->fold.n, 0});
	return true;
}

static int on_pattern(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *ctx)
{
	struct finder *f = ctx;
	(void)flags;
	size_t field = norm_field_of_fold(&f->norm, (size_t)from), base = f->norm.fields[field].fold;
	if (to > from && to <= f->norm.fields[field].fold_end && hit_may_try(f, id, (enum field)field))
		hit_add(f, id, (enum field)field, (struct span){(size_t)from - base, (size_t)to - base, 0});
	return 0;
}

static void literal_at(struct finder *f, enum field field, struct str text, size_t start)
{
	const struct phrase_index *x = &f->lexicon->index;
	for (size_t len = 2; len <= 4; len++) {
		size_t n;
		uint64_t key = key_literal(text.p + start, len);
		const struct key_entry *e = keys_perhaps(&x->literal, key) ? keys_find(&x->literal, key, &n) : NULL;
		for (size_t i = 0; e && i < n; i++)
			finder_try_exact(f, e[i].phrase, field, start);
	}
}

static void find_literal(struct finder *f, enum field field)
{
	for (size_t i = 0; i * 64 < f->cut.text.n; i++)
		for (uint64_t bits = f->starts.literal[i]; bits; bits &= bits - 1)
			literal_at(f, field, f->cut.text, i * 64 + (size_t)__builtin_ctzll(bits));
}

/* The phrases whose squeezed letters begin at `start`. run: the letters of one class that the start before began. */
typedef void squeezed_fn(struct finder *f, uint32_t phrase, enum field field, size_t start);
struct run {
	size_t end;
	uint64_t key;
};
static squeezed_fn on_undisguised;
static void squeezed_at(struct finder *f, enum field field, squeezed_fn *fn, size_t start, struct run *run)
{
	const struct lexicon *x = f->lexicon;
	bool within = start < run->end; /* align.h tries it too: only the phrase as it is remains to be seen */
	size_t n;
	if (!f->cut.class[start] || (within && fn != on_undisguised))
		return;
	if (!within)
		*run = (struct run){cut_run_end(&f->cut, start), cut_letters(&f->cut, start)};
	const struct key_entry *e = keys_find(&x->index.squeezed, key_short(run->key), &n);
	for (size_t k = 0; k < n; k++) {
		const struct phrase *p = &x->phrases[e[k].phrase];
		if (within)
			finder_try_exact(f, e[k].phrase, field, start);
		else if (key_goes_on(run->key, e[k].more) && (p->squeeze.n <= KEY_LONG || cut_spells(&f->cut, start, p->squeeze)))
			fn(f, e[k].phrase, field, start);
	}
}

static void find_squeezed(struct finder *f, enum field field, squeezed_fn *fn)
{
	struct run run = {0};
	for (size_t i = 0; i * 64 < f->cut.text.n; i++)
		for (uint64_t bits = f->starts.squeezed[i]; bits; bits &= bits - 1)
			squeezed_at(f, field, fn, i * 64 + (size_t)__builtin_ctzll(bits), &run);
}

static void on_undisguised(struct finder *f, uint32_t phrase, enum field field, size_t start)
{
	if (finder_try_exact(f, phrase, field, start))
		return;
	f->more_suspects |= f->n_suspects == SUSPECTS;
	if (f->n_suspects == SUSPECTS)
		return;
	f->suspects[f->n_suspects].phrase = phrase;
	f->suspects[f->n_suspects++].start = (uint32_t)start;
}

static void on_squeezed(struct finder *f, uint32_t phrase, enum field field, size_t start)
{
	const struct phrase *p = &f->lexicon->phrases[phrase];
	struct str text = finder_field(f, field);
	struct span s;
	if (hit_may_try(f, phrase, field) && align_squeezed(p, text, start, &s))
		hit_add(f, phrase, field, s);
}

static void find_disguised(struct finder *f, enum field field)
{
	if (f->more_suspects)
		find_squeezed(f, field, on_squeezed);
	else
		for (size_t i = 0; i < f->n_suspects; i++)
			on_squeezed(f, f->suspects[i].phrase, field, f->suspects[i].start);
}

/* Names inside longer host names may begin anywhere. */
static void find_inside(struct finder *f, enum field field)
{
	const struct key_set *keys = &f->lexicon->index.inside;
	struct str letters = cut_squeeze(&f->cut, f->arena);
	struct cut_cursor cursor = {0};
	f->oom |= !letters.p;
	for (size_t at = 0; at < letters.n; at++) {
		size_t n;
		uint64_t key = key_long(letters.p + at);
		const struct key_entry *e = keys_perhaps(keys, key) ? keys_find(keys, key, &n) : NULL;
		for (size_t i = 0; e && i < n; i++) {
			const struct phrase *p = &f->lexicon->phrases[e[i].phrase];
			struct span s;
			if (str_starts(str_from(letters, at), p->squeeze) && hit_may_try(f, e[i].phrase, field) &&
				align_inside(p, f->cut.text, cut_source(&f->cut, &cursor, at), &s))
				hit_add(f, e[i].phrase, field, s);
		}
	}
}

/* Of the word that begins at `at`; none when there is no such word. */
static uint32_t word_set(const struct finder *f, size_t at)
{
	return at <= f->cut.text.n ? cut_word_set(&f->cut, cut_word(&f->cut, at)) : 0;
}

/* Is each word of the phrase there, as far as its letters tell, when its token stands for the text's word at *at? Then *at is
 * where its first word begins. */
static bool same_sets(const struct finder *f, const struct phrase *p, uint32_t token, size_t *at)
{
	size_t word = *at;
	for (uint32_t k = token; k > 0; k--)
		if ((word = cut_word_before(&f->cut, word)) == STR_NPOS)
			return false;
	*at = word;
	for (uint32_t k = 0; k < p->n_tokens; k++) {
		if (word > f->cut.text.n || (k != token && word_set(f, word) != p->token[k].set))
			return false;
		word += cut_word(&f->cut, word).n + 1;
	}
	return true;
}

/* The phrase as it is, then at most signs before the next blank: found already. */
static bool stands_there(const struct phrase *p, struct str text, size_t at)
{
	if (!str_starts(str_from(text, at), p->fold))
		return false;
	for (at += p->fold.n; at < text.n && text.p[at] != ' '; at++)
		if (norm_letter[text.p[at]])
			return false;
	return true;
}

static uint8_t letter_of(struct word_head w, size_t i)
{
	return (uint8_t)(w.letters >> 8 * i);
}

/* The word at `at` differs from the phrase's by a letter that no disguise explains (align.h: "price" in "prices"), or not at all. */
static bool plainly_other(const struct finder *f, struct word_head w, size_t at)
{
	const uint8_t *text = f->cut.text.p + at;
	uint64_t differ = key_long(text) ^ w.letters;
	size_t known = w.n < 8 ? w.n : 8, i = differ ? (size_t)__builtin_ctzll(differ) / 8 : 8;
	if (i >= known && w.n > 8)
		return false;
	i = i < known ? i : known;
	if (i == w.n && w.alone && text[i] == ' ')
		return true;
	if (!ascii_alpha(text[i]) || (i > 0 && text[i] == letter_of(w, i - 1)))
		return false;
	if (i == w.n)
		return true;
	return norm_letter[text[i]] != norm_letter[letter_of(w, i)] &&
	       (i + 1 == w.n || (i + 1 < 8 && text[i] != letter_of(w, i + 1)));
}

/* The phrases that have such words at `at`. */
static void try_words(struct finder *f, enum field field, uint64_t key, size_t at)
{
	size_t n;
	const struct lexicon *x = f->lexicon;
	const struct key_entry *e = keys_find(&x->index.words, key, &n);
	for (size_t i = 0; i < n; i++) {
		if (plainly_other(f, x->index.heads_of_words[e + i - x->index.words.entries], at))
			continue;
		const struct phrase *p = &x->phrases[e[i].phrase];
		uint32_t token = e[i].more;
		size_t first = at;
		struct span s;
		if (same_sets(f, p, token, &first) && !stands_there(p, f->cut.text, first) && hit_may_try(f, e[i].phrase, field) &&
			align_words(p, f->cut.text, at, token, &s))
			hit_add(f, e[i].phrase, field, s);
	}
}

/* The phrases whose longest word may be this one. */
static void try_longest(struct finder *f, enum field field, size_t at, uint32_t set)
{
	const struct phrase_index *x = &f->lexicon->index;
	uint64_t key = key_word(set);
	if (keys_perhaps(&x->words, key))
		try_words(f, field, key, at);
	if (key_perhaps(&x->anchors, key_word(set))) {
		key = key_words(set, word_set(f, at + cut_word(&f->cut, at).n + 1));
		if (keys_perhaps(&x->words, key))
			try_words(f, field, key, at);
	}
	size_t before = key_perhaps(&x->ends, key_word(set)) ? cut_word_before(&f->cut, at) : STR_NPOS;
	if (before != STR_NPOS) {
		key = key_last_words(set, word_set(f, before));
		if (keys_perhaps(&x->words, key))
			try_words(f, field, key, at);
	}
}

static void find_words(struct finder *f, enum field field)
{
	starts_find_words(&f->lexicon->index, &f->cut, &f->starts);
	for (size_t i = 0; i < f->starts.n_words; i++)
		try_longest(f, field, f->starts.word[i].at, f->starts.word[i].set);
}

static void find_in_field(struct finder *f, enum field field)
{
	f->n_suspects = 0;
	f->more_suspects = false;
	cut_text(&f->cut, finder_field(f, field));
	starts_find(&f->lexicon->index, &f->cut, &f->starts);
	find_literal(f, field);
	find_squeezed(f, field, on_undisguised);
	if (field != FIELD_URL)
		find_words(f, field);
	find_disguised(f, field);
	if (field == FIELD_URL)
		find_inside(f, field);
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

bool finder_prepare(struct finder *f, const struct lexicon *x, struct arena *a, const struct doc *d)
{
	struct str src[FIELD_COUNT] = {
		d->subject, d->from_name, str_first(d->text, LIM_TEXT), str_first(d->hidden, LIM_TEXT), join_urls(a, d)};
	size_t bytes = 0, most = 0;
	for (int i = 0; i < FIELD_COUNT; i++) {
		bytes += src[i].n;
		most = src[i].n > most ? src[i].n : most;
	}
	f->lexicon = x;
	f->arena = a;
	f->hits = NULL;
	f->n_hits = f->cap_hits = 0;
	f->oom = f->capped = false;
	if (++f->epoch == 0) {
		memset(f->counters, 0, x->n_phrases * sizeof *f->counters);
		f->epoch = 1;
	}
	if (!src[FIELD_URL].p || !norm_init(&f->norm, a, FIELD_COUNT, bytes) || !cut_init(&f->cut, a, most) ||
		!starts_init(&f->starts, a, most))
		return false;
	f->cut.signs = x->index.signs;
	for (int i = 0; i < FIELD_COUNT; i++)
		norm_add(&f->norm, src[i]);
	return true;
}

static void find_in_fields(struct finder *f, enum field from, enum field to)
{
	for (enum field i = from; i < to; i++)
		if (finder_field(f, i).n)
			find_in_field(f, i);
}

bool find_phrases(struct finder *f, const struct lexicon *x, const struct hsdb *h, struct arena *a, const struct doc *d)
{
	if (!finder_prepare(f, x, a, d))
		return false;
	const struct known_hits *known = d->notes ? d->notes->hits : NULL;
	find_in_fields(f, 0, FIELD_TEXT);
	size_t first = f->n_hits;
	if (known)
		hits_recall(f, known);
	else
		find_in_fields(f, FIELD_TEXT, FIELD_COUNT);
	if (d->notes && !known)
		hits_keep(f, d->notes, first);
	if (h->patterns)
		must(hs_scan(h->patterns, (const char *)f->norm.fold, (unsigned)f->norm.n_fold, 0, f->scratch, on_pattern, f) ==
			HS_SUCCESS);
	return hits_finish(f);
}
