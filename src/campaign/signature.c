/* signature.c - see signature.h. */
#include "campaign/signature.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/vec.h"

/* ---- candidates ---- */

/* A paragraph ends between two tokens: other programs look at each paragraph by itself. */
static bool paragraph_between(const struct tokens *t, size_t k)
{
	size_t lines = 0;
	for (size_t i = t->v[k - 1].at + t->v[k - 1].n; i < t->v[k].at; i++)
		lines += t->text.p[i] == '\n';
	return lines > 1;
}

/* URLs and addresses are left out: those of a template's anchors are often somebody else's. What is not ASCII is, too: the other program may see
 * another charset. An asterisk may stand for a masked recipient. */
static bool usable(const struct tokens *t, size_t k)
{
	struct str s = str_sub(t->text, t->v[k].at, t->v[k].n);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] >= 0x7F || s.p[i] < 0x20 || s.p[i] == '*')
			return false;
	return !token_is_url(s) && !token_is_address(s);
}

typedef VEC(struct fragment) fragment_list;

/* Tokens from..to of an anchor, without punctuation at the ends, if they are enough. */
static int add_fragment(
	struct arena *a, const struct tokens *t, size_t from, size_t to, enum signature_place place, fragment_list *list)
{
	size_t words = 0;
	while (from < to && !t->v[from].word)
		from++;
	while (to > from && !t->v[to - 1].word)
		to--;
	for (size_t k = from; k < to; k++)
		words += t->v[k].word;
	if (words < SIGNATURE_FRAGMENT_MIN)
		return 0;
	struct fragment *f = vec_push(a, list, LIM_TEMPLATE_TOKENS);
	if (!f)
		return ERR_ENV;
	*f = (struct fragment){.place = place,
		.text = str_sub(t->text, t->v[from].at, t->v[to - 1].at + t->v[to - 1].n - t->v[from].at),
		.tokens = {.text = t->text, .v = t->v + from, .n = to - from},
		.words = words};
	return 0;
}

static int cut_anchor(struct arena *a, struct str anchor, enum signature_place place, fragment_list *list)
{
	struct token_ids *ids; /* only within this anchor: fragments are given the set's numbers later */
	struct tokens t;
	if (token_ids_new(a, false, &ids) || tokenise(a, ids, anchor, &t))
		return ERR_ENV;
	size_t from = 0, words = 0;
	for (size_t k = 0; k <= t.n; k++) {
		bool end = k == t.n || !usable(&t, k),
		     cut = end || words == SIGNATURE_FRAGMENT_MAX || (k && paragraph_between(&t, k));
		if (cut) {
			if (add_fragment(a, &t, from, k, place, list))
				return ERR_ENV;
			from = k + end;
			words = 0;
		}
		words += !end && t.v[k].word;
	}
	return 0;
}

static int cut_template(struct arena *a, const struct template *t, enum signature_place place, fragment_list *list)
{
	for (size_t i = 0; i < t->n_parts; i++)
		if (!t->parts[i].slot && cut_anchor(a, t->parts[i].anchor, place, list))
			return ERR_ENV;
	return 0;
}

int signature_make(struct arena *a, const struct template *body, const struct template *subject, struct signature *out)
{
	fragment_list list = {0};
	if (cut_template(a, body, PLACE_BODY, &list) || cut_template(a, subject, PLACE_SUBJECT, &list))
		return ERR_ENV;
	*out = (struct signature){.fragments = list.v, .n_fragments = list.n, .texts = body->texts, .support = body->support};
	return 0;
}

/* A fragment's tokens count from the beginning of its anchor; a copy's from the beginning of its text. */
static int copy_fragment(struct arena *a, const struct fragment *f, struct fragment *out)
{
	struct token *v = arena_alloc(a, f->tokens.n * sizeof *v);
	struct str text = arena_dup(a, f->text);
	if (!v || !text.p)
		return ERR_ENV;
	*out = *f;
	out->text = out->tokens.text = text;
	out->tokens.v = v;
	for (size_t i = 0; i < f->tokens.n; i++) {
		v[i] = f->tokens.v[i];
		v[i].at -= f->tokens.v[0].at;
	}
	return 0;
}

int signature_copy(struct arena *a, const struct signature *s, struct signature *out)
{
	struct fragment *v = arena_alloc(a, (s->n_fragments + 1) * sizeof *v);
	if (!v)
		return ERR_ENV;
	for (size_t i = 0; i < s->n_fragments; i++)
		if (copy_fragment(a, &s->fragments[i], &v[i]))
			return ERR_ENV;
	*out = *s;
	out->fragments = v;
	return 0;
}

/* ---- choice ---- */

static int by_words(const void *x, const void *y)
{
	const struct fragment *a = x, *b = y;
	if (a->words != b->words)
		return a->words < b->words ? 1 : -1;
	if (a->place != b->place)
		return a->place > b->place ? 1 : -1;
	return str_cmp(a->text, b->text);
}

bool signature_settle(struct signature *s)
{
	size_t kept = 0, words = 0;
	bool body = false;
	qsort(s->fragments, s->n_fragments, sizeof *s->fragments, by_words);
	for (size_t i = 0; i < s->n_fragments && kept < SIGNATURE_FRAGMENTS; i++) {
		struct fragment f = s->fragments[i];
		if (f.ham_hits || (kept && str_ieq(f.text, s->fragments[kept - 1].text)))
			continue;
		words += f.words;
		body |= f.place == PLACE_BODY;
		s->fragments[kept++] = f;
	}
	s->n_fragments = kept;
	return body && words >= SIGNATURE_WORDS;
}

uint64_t signature_key(const struct signature *s, struct buf *tmp)
{
	uint64_t key = 0; /* a sum: whatever order they stand in */
	for (size_t i = 0; i < s->n_fragments; i++) {
		buf_clear(tmp);
		fragment_regex(&s->fragments[i], REGEX_PCRE, tmp);
		for (size_t k = 0; k < tmp->n; k++)
			tmp->p[k] = ascii_lower(tmp->p[k]);
		key += hash64(buf_str(tmp), map_seed() + s->fragments[i].place);
	}
	return key;
}

/* ---- looking for many at once ---- */

struct place_of_fragment {
	uint32_t signature, fragment;
};

struct signature_set {
	struct signature *const *list;
	size_t n;
	struct token_ids *ids;
	struct map first; /* the first SIGNATURE_FRAGMENT_MIN tokens of a fragment -> index + 1 into chains */
	struct {
		struct place_of_fragment at;
		uint32_t next; /* + 1; 0: none */
	} * chains;
	size_t n_chains;
	uint32_t *seen;  /* of each chain entry: the message it was last seen in */
	uint32_t *count; /* of each signature: fragments seen in this message */
	uint32_t message;
};

static struct str key_of(const struct token *t, uint32_t key[SIGNATURE_FRAGMENT_MIN])
{
	for (size_t i = 0; i < SIGNATURE_FRAGMENT_MIN; i++)
		key[i] = t[i].id;
	return str_make(key, SIGNATURE_FRAGMENT_MIN * sizeof *key);
}

static int add_chain(struct arena *a, struct signature_set *s, uint32_t i, uint32_t k)
{
	uint32_t key[SIGNATURE_FRAGMENT_MIN];
	struct fragment *f = &s->list[i]->fragments[k];
	if (tokenise(a, s->ids, f->text, &f->tokens))
		return ERR_ENV;
	struct map_entry *e = map_put(&s->first, key_of(f->tokens.v, key), NULL);
	if (!e)
		return ERR_ENV;
	s->chains[s->n_chains].at = (struct place_of_fragment){i, k};
	s->chains[s->n_chains].next = (uint32_t)e->value;
	e->value = ++s->n_chains;
	return 0;
}

int signature_set_new(struct arena *a, struct signature *const *list, size_t n, struct signature_set **out)
{
	struct signature_set *s = arena_zalloc(a, 1, sizeof *s);
	size_t total = 0;
	for (size_t i = 0; i < n; i++)
		total += list[i]->n_fragments;
	if (!s || token_ids_new(a, false, &s->ids) || !(s->chains = arena_zalloc(a, total + 1, sizeof *s->chains)) ||
		!(s->seen = arena_zalloc(a, total + 1, sizeof *s->seen)) || !(s->count = arena_zalloc(a, n + 1, sizeof *s->count)))
		return ERR_ENV;
	s->list = list;
	s->n = n;
	map_init(&s->first, SIZE_MAX);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < list[i]->n_fragments; k++)
			if (add_chain(a, s, (uint32_t)i, (uint32_t)k)) {
				map_free(&s->first);
				return ERR_ENV;
			}
	*out = s;
	return 0;
}

void signature_set_free(struct signature_set *s)
{
	if (s)
		map_free(&s->first);
}

static bool stands_at(const struct fragment *f, const struct tokens *t, size_t k)
{
	if (t->n - k < f->tokens.n)
		return false;
	for (size_t i = 0; i < f->tokens.n; i++)
		if (t->v[k + i].id != f->tokens.v[i].id)
			return false;
	return true;
}

typedef void found_fn(struct signature_set *set, struct place_of_fragment at);

static int look(struct signature_set *s, struct arena *scratch, struct str text, enum signature_place place, found_fn *found)
{
	struct tokens t;
	uint32_t key[SIGNATURE_FRAGMENT_MIN];
	if (tokenise_known(scratch, s->ids, text, &t))
		return ERR_ENV;
	for (size_t k = 0; k + SIGNATURE_FRAGMENT_MIN <= t.n; k++) {
		const struct map_entry *e = t.v[k].id ? map_get(&s->first, key_of(t.v + k, key)) : NULL;
		for (uint32_t c = e ? (uint32_t)e->value : 0; c; c = s->chains[c - 1].next) {
			struct place_of_fragment at = s->chains[c - 1].at;
			const struct fragment *f = &s->list[at.signature]->fragments[at.fragment];
			if (f->place != place || s->seen[c - 1] == s->message || !stands_at(f, &t, k))
				continue;
			s->seen[c - 1] = s->message;
			found(s, at);
		}
	}
	return 0;
}

static int look_at(struct signature_set *s, struct arena *scratch, struct str text, struct str subject, found_fn *found)
{
	s->message++;
	return look(s, scratch, text, PLACE_BODY, found) || look(s, scratch, subject, PLACE_SUBJECT, found) ? ERR_ENV : 0;
}

static void found_in_ham(struct signature_set *s, struct place_of_fragment at)
{
	s->list[at.signature]->fragments[at.fragment].ham_hits++;
}

int signature_set_ham(struct signature_set *set, struct arena *scratch, struct str text, struct str subject)
{
	return look_at(set, scratch, text, subject, found_in_ham);
}

static void count_found(struct signature_set *s, struct place_of_fragment at)
{
	s->count[at.signature]++;
}

int signature_set_check(struct signature_set *set, struct arena *scratch, struct str text, struct str subject, size_t *hits)
{
	memset(set->count, 0, set->n * sizeof *set->count);
	*hits = 0;
	if (look_at(set, scratch, text, subject, count_found))
		return ERR_ENV;
	for (size_t i = 0; i < set->n; i++)
		if (set->list[i]->n_fragments && set->count[i] == set->list[i]->n_fragments) {
			set->list[i]->checked_hits++;
			++*hits;
		}
	return 0;
}

/* ---- as a regular expression ---- */

/* Only what is special is escaped: in GNU's POSIX expressions \< and \` mean something. / and # end expressions in other programs' files. */
void fragment_regex(const struct fragment *f, enum signature_regex kind, struct buf *out)
{
	const char *special = kind == REGEX_POSIX ? ".[]()*+?{}^$|\\" : ".[]()*+?{}^$|\\/#";
	for (size_t i = 0; i < f->tokens.n; i++) {
		const struct token *t = &f->tokens.v[i];
		struct str s = str_sub(f->tokens.text, t->at, t->n);
		if (i && t->space)
			buf_add(out, kind == REGEX_POSIX ? S("[[:space:]]+") : S("\\s+"));
		else if (i)
			buf_add(out, kind == REGEX_POSIX ? S("[[:space:]]*") : S("\\s*"));
		for (size_t k = 0; k < s.n; k++) {
			if (strchr(special, s.p[k]))
				buf_byte(out, '\\');
			buf_byte(out, s.p[k]);
		}
	}
}
