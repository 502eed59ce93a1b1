/* template.c - anchors and slots of a set of texts. See template.h. */
#include "campaign/template.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/vec.h"

/* A text fits when it has this share of what most texts have in common; a template needs this share of the texts. */
#define FIT_SHARE 0.7
#define SUPPORT_SHARE 0.8
#define COMMON_SHARE 0.8
enum {
	ANCHOR_LETTERS = 3, /* shorter anchors between slots (a lone "the", a full stop) come about by chance */
	ENCODED_BYTES = 24,
};

struct infer {
	struct arena *a;
	const struct str *texts; /* in byte order */
	size_t n;
	bool split;
	struct tokens *tokens;
	int32_t **partner; /* of each text: reference token -> its token, or -1 */
	bool *fits;
	size_t reference, support;
	bool *anchor; /* of each reference token */
	struct template *out;
};

static int by_bytes(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

static int by_count(const void *x, const void *y)
{
	size_t a = *(const size_t *)x, b = *(const size_t *)y;
	return (a > b) - (a < b);
}

/* ---- alignment ---- */

/* The text of median length, the first in byte order of several: near to most. */
static int choose_reference(struct infer *f)
{
	size_t *lengths = arena_alloc(f->a, f->n * sizeof *lengths);
	if (!lengths)
		return ERR_ENV;
	for (size_t i = 0; i < f->n; i++)
		lengths[i] = f->tokens[i].n;
	qsort(lengths, f->n, sizeof *lengths, by_count);
	while (f->tokens[f->reference].n != lengths[f->n / 2])
		f->reference++;
	return 0;
}

static int align_all(struct infer *f)
{
	struct token_ids *ids;
	f->tokens = arena_zalloc(f->a, f->n, sizeof *f->tokens);
	f->partner = arena_zalloc(f->a, f->n, sizeof *f->partner);
	f->fits = arena_zalloc(f->a, f->n, sizeof *f->fits);
	if (!f->tokens || !f->partner || !f->fits || token_ids_new(f->a, f->split, &ids))
		return ERR_ENV;
	for (size_t i = 0; i < f->n; i++)
		if (tokenise(f->a, ids, f->texts[i], &f->tokens[i]))
			return ERR_ENV;
	if (choose_reference(f))
		return ERR_ENV;
	const struct tokens *ref = &f->tokens[f->reference];
	for (size_t i = 0; i < f->n; i++) {
		if (!(f->partner[i] = arena_alloc(f->a, (ref->n + 1) * sizeof **f->partner)) ||
			align_tokens(f->a, ref, &f->tokens[i], f->partner[i]))
			return ERR_ENV;
		f->out->more |= f->tokens[i].more;
	}
	return 0;
}

/* Tokens of the reference that at least `share` of the texts that fit have. */
static size_t common(struct infer *f, double share)
{
	size_t found = 0;
	for (size_t k = 0; k < f->tokens[f->reference].n; k++) {
		size_t have = 0;
		for (size_t i = 0; i < f->n; i++)
			have += f->fits[i] && f->partner[i][k] >= 0;
		f->anchor[k] = (double)have >= share * (double)f->support;
		found += f->anchor[k];
	}
	return found;
}

/* Leaves foreign texts out; what the others all have is an anchor. */
static bool find_anchors(struct infer *f)
{
	size_t n_ref = f->tokens[f->reference].n;
	memset(f->fits, true, f->n);
	f->support = f->n;
	size_t most = common(f, COMMON_SHARE);
	for (size_t i = 0; i < f->n; i++) {
		size_t have = 0;
		for (size_t k = 0; k < n_ref; k++)
			have += f->anchor[k] && f->partner[i][k] >= 0;
		f->fits[i] = (double)have >= FIT_SHARE * (double)most;
		f->support -= !f->fits[i];
	}
	return most && f->support >= 2 && (double)f->support >= SUPPORT_SHARE * (double)f->n && common(f, 1);
}

/* Token k stands right behind token k - 1 in every text. */
static bool joined(const struct infer *f, size_t k)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->fits[i] && f->partner[i][k] != f->partner[i][k - 1] + 1)
			return false;
	return true;
}

static size_t run_end(const struct infer *f, size_t k)
{
	size_t end = k + 1;
	while (end < f->tokens[f->reference].n && f->anchor[end] && joined(f, end))
		end++;
	return end;
}

/* Anchors of less than ANCHOR_LETTERS letters become part of the slots around them, but for a template's ends. */
static void drop_weak(struct infer *f)
{
	const struct tokens *ref = &f->tokens[f->reference];
	for (size_t k = 0, end; k < ref->n; k = end) {
		end = k + 1;
		if (!f->anchor[k])
			continue;
		end = run_end(f, k);
		size_t letters = 0;
		for (size_t i = k; i < end; i++)
			letters += ref->v[i].word ? ref->v[i].n : 0;
		if (letters < ANCHOR_LETTERS && end - k < ref->n)
			memset(f->anchor + k, false, end - k);
	}
}

/* ---- slots ---- */

static unsigned alphabet_of(struct str s)
{
	unsigned a = 0;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		a |= ascii_digit(c)         ? ALPHABET_DIGIT
		     : c >= 'a' && c <= 'z' ? ALPHABET_LOWER
		     : c >= 'A' && c <= 'Z' ? ALPHABET_UPPER
		                            : ALPHABET_OTHER;
	}
	return a;
}

static bool is_number(struct str s)
{
	bool digit = false;
	for (size_t i = 0; i < s.n; i++) {
		digit |= ascii_digit(s.p[i]);
		if (!ascii_digit(s.p[i]) && !strchr(".,:-/%$ ", s.p[i]))
			return false;
	}
	return digit;
}

/* One unbroken run; of letters and digits only, or with what base64, hex and percent encoding need. */
static bool is_token(struct str s, const char *also)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_alnum(s.p[i]) && !(s.p[i] && strchr(also, s.p[i])))
			return false;
	return s.n > 0;
}

static bool is_plain_token(struct str s)
{
	return is_token(s, "");
}

static bool is_encoded(struct str s)
{
	return s.n >= ENCODED_BYTES && is_token(s, "+/=%_-");
}

static bool all(const struct strs *v, bool (*is)(struct str))
{
	for (size_t i = 0; i < v->n; i++)
		if (!is(v->v[i]))
			return false;
	return v->n > 0;
}

/* Few values, each seen about twice or more: a list somebody wrote. */
static bool is_list(size_t distinct, size_t values)
{
	return distinct <= TEMPLATE_WORDS && (distinct == 1 || distinct * 2 <= values);
}

/* values: in byte order, none empty. */
static void classify(struct slot *s, struct strs *values)
{
	s->min = SIZE_MAX;
	size_t kept = 0;
	for (size_t i = 0; i < values->n; i++) {
		struct str v = values->v[i];
		s->min = v.n < s->min ? v.n : s->min;
		s->max = v.n > s->max ? v.n : s->max;
		s->alphabet |= alphabet_of(v);
		if (i == 0 || !str_eq(v, values->v[i - 1]))
			s->distinct++;
	}
	bool url = all(values, token_is_url), address = all(values, token_is_address), list = is_list(s->distinct, values->n);
	s->kind = url                                                     ? SLOT_URL
	          : address                                               ? SLOT_ADDRESS
	          : all(values, is_number) && !(list && s->distinct <= 2) ? SLOT_NUMBER
	          : list                                                  ? SLOT_WORDS
	          : all(values, is_encoded)                               ? SLOT_ENCODED
	          : all(values, is_plain_token)                           ? SLOT_TOKEN
	                                                                  : SLOT_TEXT;
	size_t want = s->kind == SLOT_WORDS ? TEMPLATE_WORDS : TEMPLATE_EXAMPLES;
	for (size_t i = 0; i < values->n && kept < want; i++)
		if (!kept || !str_eq(values->v[i], values->v[kept - 1]))
			values->v[kept++] = values->v[i];
	s->examples = (struct strs){values->v, kept};
}

/* Bytes of a text between two of its tokens (indices; -1: its beginning, n: its end as far as it was looked at). */
static struct str between(const struct tokens *t, int32_t left, int32_t right)
{
	size_t from = left < 0 ? 0 : t->v[left].at + t->v[left].n;
	size_t to = (size_t)right < t->n ? t->v[right].at : t->n ? t->v[t->n - 1].at + t->v[t->n - 1].n : 0;
	return to > from ? str_trim(str_sub(t->text, from, to - from)) : S("");
}

/* The slot between reference tokens left and right (both anchors, -1 or n); *out NULL when no text has anything there. */
static int make_slot(struct infer *f, int32_t left, int32_t right, const struct slot **out)
{
	struct slot *s = arena_zalloc(f->a, 1, sizeof *s);
	struct strs values = {arena_alloc(f->a, f->n * sizeof(struct str)), 0};
	size_t n_ref = f->tokens[f->reference].n;
	*out = NULL;
	if (!s || !values.v)
		return ERR_ENV;
	s->min_tokens = SIZE_MAX;
	for (size_t i = 0; i < f->n; i++) {
		if (!f->fits[i])
			continue;
		int32_t l = left < 0 ? -1 : f->partner[i][left];
		int32_t r = (size_t)right < n_ref ? f->partner[i][right] : (int32_t)f->tokens[i].n;
		struct str v = between(&f->tokens[i], l, r);
		size_t tokens = (size_t)(r - l - 1);
		s->optional |= v.n == 0;
		s->min_tokens = tokens < s->min_tokens ? tokens : s->min_tokens;
		s->max_tokens = tokens > s->max_tokens ? tokens : s->max_tokens;
		if (v.n)
			values.v[values.n++] = v;
	}
	if (!values.n)
		return 0;
	qsort(values.v, values.n, sizeof *values.v, by_bytes);
	classify(s, &values);
	*out = s;
	return 0;
}

static bool spaced(const struct infer *f, int32_t k)
{
	return (size_t)k < f->tokens[f->reference].n && f->tokens[f->reference].v[k].space;
}

static int build(struct infer *f)
{
	VEC(struct template_part) parts = {0};
	const struct tokens *ref = &f->tokens[f->reference];
	int32_t left = -1, n_ref = (int32_t)ref->n;
	for (int32_t k = 0; k <= n_ref; k++) {
		if (k < n_ref && !f->anchor[k])
			continue;
		const struct slot *slot;
		if (make_slot(f, left, k, &slot))
			return ERR_ENV;
		if (slot) {
			struct template_part *p = vec_push(f->a, &parts, LIM_TEMPLATE_TOKENS * 2);
			if (!p)
				return ERR_ENV;
			*p = (struct template_part){.slot = slot, .space_before = spaced(f, left + 1)};
		}
		if (k == n_ref)
			break;
		size_t end = run_end(f, (size_t)k);
		struct template_part *p = vec_push(f->a, &parts, LIM_TEMPLATE_TOKENS * 2);
		if (!p)
			return ERR_ENV;
		size_t from = ref->v[k].at, to = ref->v[end - 1].at + ref->v[end - 1].n;
		*p = (struct template_part){.anchor = str_sub(ref->text, from, to - from), .space_before = spaced(f, k)};
		f->out->anchor_bytes += to - from;
		left = (int32_t)end - 1;
		k = left;
	}
	f->out->parts = parts.v;
	f->out->fits = f->fits;
	f->out->n_parts = f->out->anchor_bytes ? parts.n : 0; /* a slot alone says nothing */
	return 0;
}

int template_infer(struct arena *a, const struct str *texts, size_t n, bool split, struct template *out)
{
	*out = (struct template){0};
	if (n < 2)
		return 0;
	struct str *sorted = arena_alloc(a, n * sizeof *sorted);
	if (!sorted)
		return ERR_ENV;
	memcpy(sorted, texts, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, by_bytes);
	struct infer f = {
		.a = a, .texts = sorted, .n = n < LIM_TEMPLATE_TEXTS ? n : LIM_TEMPLATE_TEXTS, .out = out, .split = split};
	out->texts = f.n;
	if (align_all(&f) || !(f.anchor = arena_zalloc(a, f.tokens[f.reference].n + 1, 1)))
		return ERR_ENV;
	if (!find_anchors(&f))
		return 0;
	drop_weak(&f);
	out->support = f.support;
	return build(&f);
}

/* ---- as text ---- */

const char *slot_kind_name(enum slot_kind k)
{
	static const char *const names[] = {[SLOT_WORDS] = "one of",
		[SLOT_NUMBER] = "number",
		[SLOT_TOKEN] = "token",
		[SLOT_ADDRESS] = "address",
		[SLOT_URL] = "url",
		[SLOT_ENCODED] = "encoded",
		[SLOT_TEXT] = "text"};
	return names[k];
}

static void put_range(struct buf *out, size_t min, size_t max, const char *unit)
{
	if (min == max)
		buf_printf(out, " %zu%s", min, unit);
	else
		buf_printf(out, " %zu-%zu%s", min, max, unit);
}

static void put_slot(struct buf *out, const struct slot *s)
{
	buf_printf(out, "{%s", slot_kind_name(s->kind));
	if (s->kind == SLOT_WORDS) {
		buf_add(out, S(": "));
		for (size_t i = 0; i < s->examples.n; i++) {
			if (i)
				buf_byte(out, '|');
			buf_add(out, s->examples.v[i]);
		}
	} else if (s->kind == SLOT_TEXT) {
		put_range(out, s->min_tokens, s->max_tokens, s->max_tokens == 1 ? " word" : " words");
	} else if (s->kind != SLOT_URL && s->kind != SLOT_ADDRESS) {
		put_range(out, s->min, s->max, "");
	}
	if (s->kind == SLOT_TOKEN)
		buf_printf(out, "%s%s%s", s->alphabet & ALPHABET_LOWER ? " a-z" : "", s->alphabet & ALPHABET_UPPER ? " A-Z" : "",
			s->alphabet & ALPHABET_DIGIT ? " 0-9" : "");
	buf_add(out, s->optional ? S(", or nothing}") : S("}"));
}

void template_text(const struct template *t, struct buf *out)
{
	for (size_t i = 0; i < t->n_parts; i++) {
		const struct template_part *p = &t->parts[i];
		if (i && p->space_before)
			buf_byte(out, ' ');
		if (p->slot)
			put_slot(out, p->slot);
		else
			buf_add(out, p->anchor);
	}
	if (t->more)
		buf_add(out, S(" {more}"));
}
