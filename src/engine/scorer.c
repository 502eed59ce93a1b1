/* scorer.c - see scorer.h. */
#include "engine/scorer.h"

#include "base/limits.h"
#include "base/mem.h"
#include "engine/host.h"

static void tally_class(const struct engine_model *m, const struct engine_class *k, struct engine_tally t[PRINT_COUNT])
{
	engine_tally_begin(t, k->messages);
	for (size_t i = 0; i < k->n; i++)
		engine_tally_add(&t[m->tokens.v[k->counts[i].token].family], &k->counts[i], k->campaigns > 1);
}

/* One vote for each class that knows the family, and one for a value that none has. The chances of any software's tokens, by row. */
static void fill_any(const struct engine_scorer *s, float *any, double rare[PRINT_COUNT])
{
	const struct engine_model *m = s->m;
	double voters[PRINT_COUNT] = {0}, values[PRINT_COUNT] = {0};
	for (size_t k = 0; k < s->n_classes; k++)
		for (unsigned f = 0; f < PRINT_COUNT; f++)
			voters[f] += view_of(s, k, f)->n > 0;
	for (size_t t = 0; t < s->n_tokens; t++)
		values[m->tokens.v[t].family]++;
	for (unsigned f = 0; f < PRINT_COUNT; f++) {
		rare[f] = 1 / ((voters[f] + 1) * (values[f] + 1));
		any[UNSEEN_ROW + f] = any[FOREIGN_ROW + f] = (float)rare[f];
	}
	for (size_t t = 0; t < s->n_tokens; t++) {
		size_t row = s->row_of[t];
		unsigned f = m->tokens.v[t].family;
		double sum = 0;
		for (size_t k = 0; row >= KNOWN_ROW && k < s->n_classes; k++)
			sum += s->strange[row * s->stride + k];
		if (row >= KNOWN_ROW)
			any[row] = (float)(rare[f] + sum / (voters[f] + 1));
	}
}

static void fill_class(struct engine_scorer *s, size_t k)
{
	const struct engine_class *c = &s->m->classes.v[k];
	struct engine_tally t[PRINT_COUNT];
	tally_class(s->m, c, t);
	for (unsigned f = 0; f < PRINT_COUNT; f++) {
		struct engine_view *v = &s->views[k * PRINT_COUNT + f];
		*v = engine_view_from(&t[f], f, c->campaigns);
		s->place[k * PRINT_COUNT + f] = (uint8_t)engine_strange_place(f, v);
	}
	for (size_t i = 0; i < c->n; i++) {
		const struct engine_view *v = view_of(s, k, s->m->tokens.v[c->counts[i].token].family);
		s->strange[s->row_of[c->counts[i].token] * s->stride + k] =
			(float)((1 - v->unseen) * c->counts[i].messages / v->total);
	}
}

/* Logarithms by a hash of the number: what was seen once or twice has the same chances over and over. */
enum { LOGS_BITS = 12 };
struct logs {
	double x[1 << LOGS_BITS];
	float log[1 << LOGS_BITS];
};

static float log_of(struct logs *l, double x)
{
	uint64_t bits;
	memcpy(&bits, &x, sizeof bits);
	size_t i = bits * 0x9E3779B97F4A7C15u >> (64 - LOGS_BITS);
	if (l->x[i] != x || !(x > 0)) {
		l->x[i] = x;
		l->log[i] = (float)log(x);
	}
	return l->log[i];
}

/* A class that knows nothing of a family says what any software says. */
static void fill_row(struct engine_scorer *s, struct logs *l, size_t row, unsigned f, double any, float log_any)
{
	float *out = s->log_chance + row * s->stride;
	for (size_t k = 0; k < s->n_classes; k++) {
		const struct engine_view *v = view_of(s, k, f);
		out[k] = log_of(l, v->n > 0 ? (double)s->strange[row * s->stride + k] + v->unseen * any : any);
	}
	out[s->n_classes] = log_any;
}

static void fill_logs(struct engine_scorer *s, struct logs *l, const float *any, const double rare[PRINT_COUNT])
{
	for (unsigned f = 0; f < PRINT_COUNT; f++) {
		fill_row(s, l, UNSEEN_ROW + f, f, (double)any[UNSEEN_ROW + f], logf(any[UNSEEN_ROW + f]));
		fill_row(s, l, FOREIGN_ROW + f, f, rare[f], (float)log(rare[f]));
	}
	for (size_t t = 0; t < s->n_tokens; t++) {
		size_t row = s->row_of[t];
		if (row >= KNOWN_ROW)
			fill_row(s, l, row, s->m->tokens.v[t].family, (double)any[row], logf(any[row]));
	}
}

/* What a class has not seen, it finds as strange as any such token of the family. */
static void fill_strange(struct engine_scorer *s)
{
	for (size_t k = 0; k < s->n_classes; k++)
		for (unsigned f = 0; f < PRINT_COUNT; f++)
			s->strange[(UNSEEN_ROW + f) * s->stride + k] = s->strange[(FOREIGN_ROW + f) * s->stride + k] =
				print_table[f].many ? 0 : (float)engine_strangeness(view_of(s, k, f), 0);
	for (size_t t = 0; t < s->n_tokens; t++) {
		unsigned f = s->m->tokens.v[t].family;
		float *row = s->strange + s->row_of[t] * s->stride, *unseen = s->strange + (UNSEEN_ROW + f) * s->stride;
		for (size_t k = 0; s->row_of[t] >= KNOWN_ROW && k < s->n_classes; k++) {
			const struct engine_view *v = view_of(s, k, f);
			bool common = (double)row[k] > v->unseen && !print_table[f].many;
			row[k] = common ? (float)engine_strangeness(v, (double)row[k]) : unseen[k];
		}
	}
}

/* What a class's hosts may show elsewhere is not strange, and its odds are those of what a network decides. */
static void fill_elsewhere(struct engine_scorer *s, size_t k, const float *any)
{
	const struct engine_class *c = &s->m->classes.v[k];
	struct host_view seen = engine_hosts(s->m, c);
	uint32_t alike[HOST_ALIKE];
	for (size_t i = 0; i < c->n; i++) {
		size_t n = engine_elsewhere(s->m, c->counts[i].token, seen, alike);
		for (size_t j = 0; j < n; j++) {
			size_t row = s->row_of[alike[j]], at = row * s->stride + k;
			s->log_chance[at] = fmaxf(s->log_chance[at], logf((float)ENGINE_FREE * any[row]));
			s->strange[at] = 0;
		}
	}
}

static void number_row(struct engine_scorer *s, uint32_t token)
{
	if (s->row_of[token] < KNOWN_ROW)
		s->row_of[token] = (uint32_t)s->n_rows++;
}

/* More than by chance: not as strange as what was never seen. */
static bool is_common(const struct engine_scorer *s, size_t k, uint32_t token)
{
	size_t unseen = UNSEEN_ROW + s->m->tokens.v[token].family;
	return s->strange[s->row_of[token] * s->stride + k] < s->strange[unseen * s->stride + k];
}

/* A class seen in UTC and elsewhere, in two forms that one piece of software writes there: hosts decide between them, and neither is strange. */
static void fill_both(struct engine_scorer *s, size_t k)
{
	const struct engine_class *c = &s->m->classes.v[k];
	uint32_t alike[HOST_ALIKE];
	bool is_all = engine_hosts(s->m, c).zones == ZONES_ALL;
	for (size_t i = 0; i < c->n && is_all; i++) {
		uint32_t token = c->counts[i].token;
		size_t n = engine_elsewhere(s->m, token, (struct host_view){.zones = ZONES_ONE}, alike);
		for (size_t j = 0; j < n; j++)
			if (is_common(s, k, token) && is_common(s, k, alike[j]))
				s->strange[s->row_of[token] * s->stride + k] = s->strange[s->row_of[alike[j]] * s->stride + k] = 0;
	}
}

/* Rows for the tokens that classes have, and for what these may be elsewhere. */
static void number_rows(struct engine_scorer *s)
{
	const struct engine_model *m = s->m;
	uint32_t alike[HOST_ALIKE];
	for (size_t t = 0; t < s->n_tokens; t++)
		s->row_of[t] = UNSEEN_ROW + m->tokens.v[t].family;
	s->n_rows = KNOWN_ROW;
	for (size_t k = 0; k < s->n_classes; k++) {
		const struct engine_class *c = &m->classes.v[k];
		struct host_view seen = engine_hosts(m, c);
		for (size_t i = 0; i < c->n; i++) {
			size_t n = engine_elsewhere(m, c->counts[i].token, seen, alike);
			number_row(s, c->counts[i].token);
			for (size_t j = 0; j < n; j++)
				number_row(s, alike[j]);
		}
	}
}

static bool fill(struct engine_scorer *s)
{
	s->row_of = mem_alloc((s->n_tokens + 1) * sizeof *s->row_of);
	s->views = mem_zalloc(s->n_classes * PRINT_COUNT + 1, sizeof *s->views);
	s->place = mem_zalloc(s->n_classes * PRINT_COUNT + 1, 1);
	if (!s->row_of || !s->views || !s->place)
		return false;
	number_rows(s);
	s->strange = mem_zalloc(s->n_rows, s->stride * sizeof *s->strange);
	s->log_chance = mem_zalloc(s->n_rows, s->stride * sizeof *s->log_chance);
	float *any = mem_zalloc(s->n_rows, sizeof *any);
	struct logs *logs = mem_zalloc(1, sizeof *logs);
	bool ok = s->strange && s->log_chance && any && logs;
	for (size_t k = 0; k < s->n_classes && ok; k++)
		fill_class(s, k);
	if (ok) {
		double rare[PRINT_COUNT];
		fill_any(s, any, rare);
		fill_logs(s, logs, any, rare);
		fill_strange(s);
		for (size_t k = 0; k < s->n_classes; k++)
			fill_elsewhere(s, k, any);
		for (size_t k = 0; k < s->n_classes; k++)
			fill_both(s, k);
	}
	mem_free(any);
	mem_free(logs);
	return ok;
}

int engine_scorer_new(struct engine_scorer **out, const struct engine_model *m)
{
	struct engine_scorer *s = mem_zalloc(1, sizeof *s);
	if (!s)
		return ERR_ENV;
	s->m = m;
	s->n_tokens = m->tokens.n;
	s->n_classes = m->classes.n;
	s->stride = (m->classes.n + ENGINE_LANES) / ENGINE_LANES * ENGINE_LANES;
	if (!fill(s)) {
		engine_scorer_del(s);
		return ERR_ENV;
	}
	*out = s;
	return 0;
}

void engine_scorer_del(struct engine_scorer *s)
{
	if (!s)
		return;
	mem_free(s->row_of);
	mem_free(s->views);
	mem_free(s->place);
	mem_free(s->strange);
	mem_free(s->log_chance);
	mem_free(s);
}
