/* engine_score.c - see engine_score.h. */
#include "match/engine_score.h"

#include <math.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "match/engine_view.h"

struct engine_scorer {
	const struct engine_model *m;
	size_t n_tokens, n_classes;
	struct engine_view *views; /* [class][family] */
	float *share;              /* [class][token]: (1 - u) q, 0: unseen */
	float *log_chance;         /* [class][token]: log p */
	float *log_unseen;         /* [class][family]: log p of a token that no class has */
	float *any;                /* [token]: p0 */
	double rare[PRINT_COUNT];  /* p0 of a value that no class has */
};

static const struct engine_view *view_of(const struct engine_scorer *s, size_t k, unsigned family)
{
	return &s->views[k * PRINT_COUNT + family];
}

static void tally_class(const struct engine_model *m, const struct engine_class *k, struct engine_tally t[PRINT_COUNT])
{
	engine_tally_begin(t, k->messages);
	for (size_t i = 0; i < k->n; i++)
		engine_tally_add(&t[m->tokens.v[k->counts[i].token].family], &k->counts[i], k->campaigns > 1);
}

enum engine_freedom engine_freedom(unsigned family)
{
	switch ((enum print_id)family) {
	case PRINT_order: /* whether optional fields are there */
	case PRINT_mid_host:
	case PRINT_tz:
	case PRINT_clock:
	case PRINT_ct_multi:
	case PRINT_ct_text:
	case PRINT_ct_html:
	case PRINT_charset:
	case PRINT_parthead:
	case PRINT_cid:
	case PRINT_tree:
	case PRINT_gaps:
	case PRINT_cte_text:
	case PRINT_cte_html:
	case PRINT_b64:
	case PRINT_qp:
	case PRINT_lines:
	case PRINT_subj_enc:
	case PRINT_from_enc:
	case PRINT_subj_tail:
	case PRINT_subj_to:
	case PRINT_from_to:
	case PRINT_tags:
	case PRINT_foot:
	case PRINT_unit:
	case PRINT_helo:
	case PRINT_helo_x:
	case PRINT_sm_helo:
		return FREEDOM_FREE;
	case PRINT_client:
	case PRINT_version:
	case PRINT_from_name:
	case PRINT_to_name:
	case PRINT_rp:
	case PRINT_reply_to:
	case PRINT_unsub:
	case PRINT_xsender:
		return FREEDOM_HABIT;
	default:
		return FREEDOM_NONE;
	}
}

/* One vote for each class that knows the family, and one for a value that none has. */
static void fill_any(struct engine_scorer *s)
{
	const struct engine_model *m = s->m;
	double voters[PRINT_COUNT] = {0}, values[PRINT_COUNT] = {0};
	for (size_t k = 0; k < m->classes.n; k++)
		for (unsigned f = 0; f < PRINT_COUNT; f++)
			voters[f] += view_of(s, k, f)->n > 0;
	for (size_t t = 0; t < s->n_tokens; t++)
		values[m->tokens.v[t].family]++;
	for (unsigned f = 0; f < PRINT_COUNT; f++)
		s->rare[f] = 1 / ((voters[f] + 1) * (values[f] + 1));
	for (size_t t = 0; t < s->n_tokens; t++) {
		unsigned f = m->tokens.v[t].family;
		double sum = 0;
		for (size_t k = 0; k < m->classes.n; k++)
			sum += s->share[k * s->n_tokens + t];
		s->any[t] = (float)(s->rare[f] + sum / (voters[f] + 1));
	}
}

static void fill_class(struct engine_scorer *s, size_t k)
{
	const struct engine_class *c = &s->m->classes.v[k];
	struct engine_tally t[PRINT_COUNT];
	tally_class(s->m, c, t);
	for (unsigned f = 0; f < PRINT_COUNT; f++)
		s->views[k * PRINT_COUNT + f] = engine_view_from(&t[f], f, c->campaigns);
	for (size_t i = 0; i < c->n; i++) {
		unsigned f = s->m->tokens.v[c->counts[i].token].family;
		s->share[k * s->n_tokens + c->counts[i].token] =
			(float)((1 - view_of(s, k, f)->unseen) * c->counts[i].messages / view_of(s, k, f)->total);
	}
}

/* A class that knows nothing of a family says what any software says. */
static void fill_logs(struct engine_scorer *s, size_t k)
{
	for (unsigned f = 0; f < PRINT_COUNT; f++) {
		const struct engine_view *v = view_of(s, k, f);
		s->log_unseen[k * PRINT_COUNT + f] = (float)log((v->n > 0 ? v->unseen : 1) * s->rare[f]);
	}
	for (size_t t = 0; t < s->n_tokens; t++) {
		const struct engine_view *v = view_of(s, k, s->m->tokens.v[t].family);
		size_t at = k * s->n_tokens + t;
		s->log_chance[at] = (float)log(v->n > 0 ? s->share[at] + v->unseen * s->any[t] : s->any[t]);
	}
}

int engine_scorer_new(struct engine_scorer **out, const struct engine_model *m)
{
	struct engine_scorer *s = mem_zalloc(1, sizeof *s);
	size_t n = m->tokens.n, classes = m->classes.n;
	if (!s)
		return ERR_ENV;
	s->m = m;
	s->n_tokens = n;
	s->n_classes = classes;
	s->views = mem_zalloc(classes * PRINT_COUNT + 1, sizeof *s->views);
	s->share = mem_zalloc(classes * n + 1, sizeof *s->share);
	s->log_chance = mem_zalloc((classes + 1) * n + 1, sizeof *s->log_chance);
	s->log_unseen = mem_zalloc((classes + 1) * PRINT_COUNT, sizeof *s->log_unseen);
	s->any = mem_zalloc(n + 1, sizeof *s->any);
	if (!s->views || !s->share || !s->any || !s->log_chance || !s->log_unseen) {
		engine_scorer_del(s);
		return ERR_ENV;
	}
	for (size_t k = 0; k < classes; k++)
		fill_class(s, k);
	fill_any(s);
	for (size_t k = 0; k < classes; k++)
		fill_logs(s, k);
	for (size_t t = 0; t < n; t++) /* the last row is any software's */
		s->log_chance[classes * n + t] = logf(s->any[t]);
	for (unsigned f = 0; f < PRINT_COUNT; f++)
		s->log_unseen[classes * PRINT_COUNT + f] = (float)log(s->rare[f]);
	*out = s;
	return 0;
}

void engine_scorer_del(struct engine_scorer *s)
{
	if (!s)
		return;
	mem_free(s->views);
	mem_free(s->share);
	mem_free(s->log_chance);
	mem_free(s->log_unseen);
	mem_free(s->any);
	mem_free(s);
}

/* ---- one token ---- */

static double log_chance(const struct engine_scorer *s, size_t k, uint32_t token, unsigned family)
{
	return token < s->n_tokens ? s->log_chance[k * s->n_tokens + token] : s->log_unseen[k * PRINT_COUNT + family];
}

static double token_strangeness(const struct engine_scorer *s, size_t k, uint32_t token, unsigned family)
{
	if (print_table[family].many)
		return 0;
	return engine_strangeness(view_of(s, k, family), token < s->n_tokens ? s->share[k * s->n_tokens + token] : 0);
}

/* ---- one message ---- */

/* Whoever imitates a client still sends as it pleases: the way of sending is no evidence against an imitation. */
static bool is_transport(enum print_group g)
{
	return g == PRINT_GROUP_received || g == PRINT_GROUP_helo || g == PRINT_GROUP_smtp || g == PRINT_GROUP_smtp_args ||
	       g == PRINT_GROUP_clock;
}

/* Rows of the tables: classes, then any software. A bot's rival of the kind client stands for its imitations, too. */
static double log_odds(const struct engine_scorer *s, size_t k, size_t rival, const struct engine_tokens *t)
{
	const struct engine_class *classes = s->m->classes.v;
	bool imitation =
		rival < s->n_classes && k < s->n_classes && classes[k].kind == ENGINE_BOT && classes[rival].kind == ENGINE_CLIENT;
	struct engine_groups g = {0};
	for (size_t i = 0; i < t->n; i++) {
		unsigned f = t->family[i];
		double o = log_chance(s, k, t->token[i], f) - log_chance(s, rival, t->token[i], f);
		if (imitation && o > 0 && is_transport(print_table[f].group))
			continue;
		engine_groups_add(&g, f, o);
	}
	return engine_groups_sum(&g);
}

static double strangeness(const struct engine_scorer *s, size_t k, const struct engine_tokens *t)
{
	struct engine_groups g = {0};
	for (size_t i = 0; i < t->n; i++)
		engine_groups_strange(
			&g, t->family[i], view_of(s, k, t->family[i]), token_strangeness(s, k, t->token[i], t->family[i]));
	return engine_groups_sum(&g);
}

/* How strange a message may look to a class that it belongs to. One value that contradicts a constant of a full capture
 * weighs log(ENGINE_FULL + 1) = 3.9: never allowed to a class whose own messages do not do it; nobody may do it twice. */
static const double reach_least = 2.0, client_most = 3.5;

double engine_limit(const struct engine_class *k)
{
	return fmin(fmax(k->reach, reach_least), k->kind == ENGINE_CLIENT ? client_most : ENGINE_FOREIGN);
}

/* What the best of the classes has to beat: the margin to the nearest other class or any software. */
static double margin_of(const struct engine_scorer *s, size_t best, const struct engine_tokens *t, size_t *rival)
{
	size_t n = s->n_classes;
	double least = INFINITY;
	for (size_t r = 0; r <= n; r++) {
		/* clients among themselves need no margin: the name of one of them will do */
		if (r == best || (r < n && s->m->classes.v[best].kind == ENGINE_CLIENT && s->m->classes.v[r].kind == ENGINE_CLIENT))
			continue;
		double o = log_odds(s, best, r, t);
		if (o < least) {
			least = o;
			*rival = r;
		}
	}
	return least;
}

static double sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

void engine_score(const struct engine_scorer *s, const struct engine_tokens *t, struct engine_verdict *out)
{
	const struct engine_class *classes = s->m->classes.v;
	size_t n = s->n_classes, best = n, nearest = n, rival = n;
	double best_odds = -INFINITY, nearest_odds = -INFINITY;
	*out = (struct engine_verdict){0};
	for (size_t k = 0; k < n; k++) {
		double odds = log_odds(s, k, n, t);
		bool own = strangeness(s, k, t) <= engine_limit(&classes[k]);
		if (own && odds > best_odds) {
			best_odds = odds;
			best = k;
		}
		if (classes[k].kind == ENGINE_BOT && odds > nearest_odds) {
			nearest_odds = odds;
			nearest = k;
		}
	}
	if (best < n && classes[best].kind == ENGINE_BOT)
		nearest = best;
	if (nearest < n) {
		out->nearest = &classes[nearest];
		out->margin = margin_of(s, nearest, t, &rival);
		out->rival = rival < n ? &classes[rival] : NULL;
		out->strangeness = strangeness(s, nearest, t);
	}
	if (best == n)
		return;
	bool bot = classes[best].kind == ENGINE_BOT;
	double margin = bot ? out->margin : margin_of(s, best, t, &rival);
	if (margin < ENGINE_MARGIN || (!bot && !engine_client_name(&classes[best]).n))
		return;
	*(bot ? &out->engine : &out->client) = &classes[best];
	out->confidence = sigmoid(margin) * 0.995;
}

const struct engine_class *engine_like_client(const struct engine_scorer *s, const struct engine_tokens *t)
{
	const struct engine_class *best = NULL;
	double best_odds = -INFINITY;
	for (size_t k = 0; k < s->n_classes; k++) {
		const struct engine_class *c = &s->m->classes.v[k];
		if (c->kind != ENGINE_CLIENT || !engine_client_name(c).n || strangeness(s, k, t) > engine_limit(c))
			continue;
		double odds = log_odds(s, k, s->n_classes, t);
		if (odds > best_odds) {
			best_odds = odds;
			best = c;
		}
	}
	return best;
}

struct str engine_client_name(const struct engine_class *k)
{
	size_t slash = str_find_byte(k->name, '/');
	if (str_starts(k->name, CLIENT_REST))
		return S("");
	return str_first(k->name, slash == STR_NPOS ? k->name.n : slash);
}

/* ---- the ledger ---- */

static int by_weight(const void *x, const void *y)
{
	const struct engine_line *a = x, *b = y;
	double wa = fabs(a->odds), wb = fabs(b->odds);
	if (wa != wb)
		return wa > wb ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

size_t engine_ledger(const struct engine_scorer *s, const struct engine_class *k, const struct engine_class *rival,
	const struct engine_tokens *t, struct engine_line *lines, size_t max)
{
	size_t n = t->n < max ? t->n : max, at = (size_t)(k - s->m->classes.v);
	size_t against = rival ? (size_t)(rival - s->m->classes.v) : s->n_classes;
	bool seen[PRINT_GROUP_COUNT][2] = {{false}};
	for (size_t i = 0; i < n; i++)
		lines[i] = (struct engine_line){.at = i,
			.odds = log_chance(s, at, t->token[i], t->family[i]) - log_chance(s, against, t->token[i], t->family[i]),
			.strangeness = token_strangeness(s, at, t->token[i], t->family[i])};
	if (n)
		qsort(lines, n, sizeof *lines, by_weight);
	for (size_t i = 0; i < n; i++) {
		bool *done = &seen[print_table[t->family[lines[i].at]].group][lines[i].odds < 0];
		lines[i].counted = !*done;
		*done = true;
	}
	return n;
}
