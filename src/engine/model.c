/* model.c - see model.h. */
#include "engine/model.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/sort.h"
#include "engine/host.h"
#include "feature/fingerprint.h"

void engine_model_init(struct engine_model *m)
{
	*m = (struct engine_model){0};
	m->most_tokens = LIM_ENGINE_TOKENS;
	arena_init(&m->arena, LIM_ENGINE_MODEL);
	map_init(&m->by_text, LIM_ENGINE_MODEL);
}

void engine_model_free(struct engine_model *m)
{
	map_free(&m->by_text);
	arena_free(&m->arena);
	*m = (struct engine_model){0};
}

/* In the forms of ids a run is "8h": its length and the alphabet that it happens to show. A hex number is all digits now and then: what
 * is compared is "8*". */
static struct str without_alphabets(struct str token, uint8_t out[LIM_PRINT_TOKEN])
{
	size_t n = 0;
	for (size_t i = 0; i < token.n; i++) {
		bool alphabet = i && ascii_digit(token.p[i - 1]) && ascii_alpha(token.p[i]) && memchr("dhHluaAxX", token.p[i], 9);
		out[n++] = alphabet ? '*' : token.p[i];
	}
	return str_make(out, n);
}

/* How far the time in an id is from Date, when it is neither the same time nor the same in another zone: the host decides that, not
 * the software. "kind:min", "kind:hour", "kind:day", "kind:far" and "kind:?" (of a date that cannot be read) are "kind:off". */
static struct str without_distance(struct str token, uint8_t out[LIM_PRINT_TOKEN])
{
	size_t colon = str_find_byte(token, ':');
	struct str how = colon == STR_NPOS ? S("") : str_from(token, colon + 1);
	if (!str_eq(how, S("min")) && !str_eq(how, S("hour")) && !str_eq(how, S("day")) && !str_eq(how, S("far")) &&
		!str_eq(how, S("?")))
		return token;
	memcpy(out, token.p, colon + 1);
	memcpy(out + colon + 1, "off", 3);
	return str_make(out, colon + 4);
}

/* A day or month that is no English name is one of the host's language: the form of such a date is the host's, too. */
static struct str without_language(struct str token)
{
	size_t word = str_find_byte(token, '?'), time = str_find(token, S("h:m"));
	return word != STR_NPOS && word < time ? S("date=?") : token;
}

static struct str canonical(struct str token, unsigned family, uint8_t out[LIM_PRINT_TOKEN])
{
	if (token.n > LIM_PRINT_TOKEN)
		return token;
	switch ((enum print_id)family) {
	case PRINT_mid:
	case PRINT_bnd:
		return without_alphabets(token, out);
	case PRINT_mid_time:
	case PRINT_bnd_time:
		return without_distance(token, out);
	case PRINT_date:
		return without_language(token);
	default:
		return token;
	}
}

unsigned engine_family(struct str token)
{
	return print_family_of(token);
}

static uint32_t known_token(const struct engine_model *m, struct str canonical)
{
	const struct map_entry *e = map_get(&m->by_text, canonical);
	return e ? (uint32_t)e->value - 1 : UINT32_MAX;
}

static uint32_t add_token(struct engine_model *m, struct str token, unsigned family)
{
	struct engine_token *t = family < PRINT_COUNT ? vec_push(&m->arena, &m->tokens, m->most_tokens) : NULL;
	if (!t)
		return UINT32_MAX;
	*t = (struct engine_token){.text = arena_dup(&m->arena, token), .family = family};
	struct map_entry *e = t->text.p ? map_put(&m->by_text, token, NULL) : NULL;
	if (!e) {
		m->tokens.n--;
		return UINT32_MAX;
	}
	e->value = m->tokens.n;
	return (uint32_t)m->tokens.n - 1;
}

uint32_t engine_model_token(struct engine_model *m, struct str token)
{
	uint8_t plain[LIM_PRINT_TOKEN];
	unsigned family = engine_family(token);
	token = canonical(token, family, plain);
	uint32_t known = known_token(m, token);
	return known != UINT32_MAX ? known : add_token(m, token, family);
}

/* Equal tokens come to one, others of the family to another one but once in ENGINE_FOLDS times. */
uint32_t engine_model_folded(struct engine_model *m, struct str token)
{
	uint8_t plain[LIM_PRINT_TOKEN];
	char text[LIM_PRINT_TOKEN];
	unsigned family = engine_family(token);
	token = canonical(token, family, plain);
	uint32_t known = known_token(m, token);
	if (known != UINT32_MAX || family >= PRINT_COUNT)
		return known;
	int n = snprintf(text, sizeof text, "%s=one of many, %03x", (const char *)print_table[family].name.p,
		(unsigned)(hash64(token, 0) % ENGINE_FOLDS));
	must(n > 0 && (size_t)n < sizeof text);
	token = str_make(text, (size_t)n);
	known = known_token(m, token);
	return known != UINT32_MAX ? known : add_token(m, token, family);
}

struct engine_class *engine_model_find(const struct engine_model *m, enum engine_kind kind, struct str name, bool shipped)
{
	for (size_t i = 0; i < m->classes.n; i++)
		if (m->classes.v[i].kind == kind && m->classes.v[i].shipped == shipped && str_eq(m->classes.v[i].name, name))
			return &m->classes.v[i];
	return NULL;
}

struct engine_class *engine_model_class(struct engine_model *m, enum engine_kind kind, struct str name, bool shipped)
{
	struct engine_class *k = engine_model_find(m, kind, name, shipped);
	struct str copy = k ? k->name : arena_dup(&m->arena, name);
	if (!copy.p)
		return NULL;
	if (!k)
		k = vec_push(&m->arena, &m->classes, LIM_ENGINE_CLASSES);
	if (k)
		*k = (struct engine_class){.name = copy, .kind = kind, .shipped = shipped};
	return k;
}

/* ---- learning ---- */

void engine_capture_init(struct engine_capture *c, struct engine_model *m)
{
	*c = (struct engine_capture){.model = m};
}

bool engine_absence(unsigned family, unsigned *given)
{
	switch ((enum print_id)family) {
	case PRINT_missing:
	case PRINT_colon:
	case PRINT_trail:
	case PRINT_prio:
	case PRINT_list:
	case PRINT_xsender:
	case PRINT_client:
	case PRINT_mimever:
		*given = PRINT_COUNT;
		return true;
	case PRINT_mid_time:
	case PRINT_mid_ip:
		*given = PRINT_mid;
		return true;
	case PRINT_bnd_time:
	case PRINT_bnd_mid:
	case PRINT_preamble:
		*given = PRINT_bnd;
		return true;
	case PRINT_gen:
		*given = PRINT_tags;
		return true;
	default:
		return false;
	}
}

uint32_t engine_model_absent(struct engine_model *m, unsigned family)
{
	uint8_t text[LIM_PRINT_TOKEN];
	struct str name = print_table[family].name;
	if (m->absent[family])
		return m->absent[family] - 1;
	must(name.n + 2 <= sizeof text);
	memcpy(text, name.p, name.n);
	memcpy(text + name.n, "=-", 2);
	uint32_t token = engine_model_token(m, str_make(text, name.n + 2));
	if (token != UINT32_MAX)
		m->absent[family] = token + 1;
	return token;
}

uint32_t engine_absences(struct engine_model *m, uint32_t *tokens, uint32_t n)
{
	bool has[PRINT_COUNT + 1] = {false};
	uint32_t all = n;
	unsigned given;
	has[PRINT_COUNT] = true;
	for (uint32_t i = 0; i < n; i++)
		has[m->tokens.v[tokens[i]].family] = true;
	for (unsigned f = 0; f < PRINT_COUNT; f++)
		if (!has[f] && engine_absence(f, &given) && has[given] && (tokens[all++] = engine_model_absent(m, f)) == UINT32_MAX)
			return UINT32_MAX;
	return all;
}

uint32_t engine_message_tokens(struct engine_model *m, const struct strs *fingerprint, uint32_t *out)
{
	uint32_t n = 0;
	for (size_t i = 0; i < fingerprint->n; i++) {
		if (engine_family(fingerprint->v[i]) >= PRINT_COUNT)
			continue;
		if ((out[n++] = engine_model_token(m, fingerprint->v[i])) == UINT32_MAX)
			return UINT32_MAX;
	}
	if ((n = engine_absences(m, out, n)) == UINT32_MAX)
		return UINT32_MAX;
	sort_u32(out, n);
	return (uint32_t)unique_u32(out, n);
}

int engine_capture_add(struct engine_capture *c, const struct strs *fingerprint, uint64_t campaign)
{
	struct engine_model *m = c->model;
	uint32_t *ids = arena_alloc(&m->arena, (fingerprint->n + PRINT_COUNT) * sizeof *ids);
	struct engine_sample *s = ids ? vec_push(&m->arena, &c->samples, LIM_ENGINE_SAMPLES) : NULL;
	uint32_t n = s ? engine_message_tokens(m, fingerprint, ids) : UINT32_MAX;
	if (n == UINT32_MAX)
		return ERR_ENV;
	*s = (struct engine_sample){.tokens = ids, .n = n, .campaign = campaign};
	return 0;
}

struct by_campaign {
	uint64_t campaign;
	const struct engine_sample *sample;
};

static int by_campaign(const void *x, const void *y)
{
	const struct by_campaign *a = x, *b = y;
	return (a->campaign > b->campaign) - (a->campaign < b->campaign);
}

/* qsort has no context; sorting happens on one thread of a command. */
static _Thread_local const struct engine_token *sort_tokens;
static int by_text(const void *x, const void *y)
{
	const struct engine_count *a = x, *b = y;
	return str_cmp(sort_tokens[a->token].text, sort_tokens[b->token].text);
}

static void engine_counts_sort(const struct engine_model *m, struct engine_class *k)
{
	sort_tokens = m->tokens.v;
	if (k->n)
		qsort(k->counts, k->n, sizeof *k->counts, by_text);
}

struct counting {
	struct by_campaign *order; /* samples in use */
	uint32_t *place;           /* by token: of its count + 1 */
	struct engine_count *counts;
	uint32_t *last; /* of each count: the campaign that was counted last, by number from 1 */
	size_t n;
};

static void count_sample(struct counting *w, const struct engine_sample *x, uint32_t campaign)
{
	for (size_t t = 0; t < x->n; t++) {
		uint32_t *place = &w->place[x->tokens[t]];
		if (!*place) {
			w->counts[w->n] = (struct engine_count){.token = x->tokens[t]};
			w->last[w->n] = 0;
			*place = (uint32_t)++w->n;
		}
		struct engine_count *k = &w->counts[*place - 1];
		k->messages++;
		k->campaigns += w->last[*place - 1] != campaign;
		w->last[*place - 1] = campaign;
	}
}

static int count(struct engine_model *m, struct engine_class *k, struct counting *w, size_t n)
{
	if (n)
		qsort(w->order, n, sizeof *w->order, by_campaign);
	k->messages = (uint32_t)n;
	k->campaigns = 0;
	for (size_t i = 0; i < n; i++) {
		k->campaigns += !i || w->order[i].campaign != w->order[i - 1].campaign;
		count_sample(w, w->order[i].sample, k->campaigns);
	}
	k->n = w->n;
	if (!(k->counts = arena_alloc(&m->arena, (w->n + 1) * sizeof *k->counts)))
		return ERR_ENV;
	memcpy(k->counts, w->counts, w->n * sizeof *k->counts);
	engine_counts_sort(m, k);
	return 0;
}

int engine_class_count(struct engine_model *m, struct engine_class *k, const struct engine_capture *c, const bool *use)
{
	size_t n = 0, room = 1;
	for (size_t i = 0; i < c->samples.n; i++)
		room += c->samples.v[i].n;
	room = room < m->tokens.n + 1 ? room : m->tokens.n + 1;
	struct counting w = {.order = mem_alloc((c->samples.n + 1) * sizeof *w.order),
		.place = mem_zalloc(m->tokens.n + 1, sizeof *w.place),
		.counts = mem_alloc(room * sizeof *w.counts),
		.last = mem_alloc(room * sizeof *w.last)};
	bool ok = w.order && w.place && w.counts && w.last;
	for (size_t i = 0; ok && i < c->samples.n; i++)
		if (!use || use[i])
			w.order[n++] = (struct by_campaign){c->samples.v[i].campaign, &c->samples.v[i]};
	k->n = 0;
	k->counts = NULL;
	int rc = ok ? count(m, k, &w, n) : ERR_ENV;
	rc = rc ? rc : engine_elsewhere_make(m, k);
	mem_free(w.order);
	mem_free(w.place);
	mem_free(w.counts);
	mem_free(w.last);
	return rc;
}
