/* score.c - see score.h. */
#include "engine/score.h"

#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "engine/scorer.h"
#include "match/gather.h"

enum { LANES = ENGINE_LANES, ODDS = (LIM_ENGINE_CLASSES + LANES) / LANES * LANES };

/* Whoever imitates a client still sends as it pleases: the way of sending is no evidence against an imitation. */
static bool is_transport(enum print_group g)
{
	return g == PRINT_GROUP_received || g == PRINT_GROUP_helo || g == PRINT_GROUP_smtp || g == PRINT_GROUP_smtp_args ||
	       g == PRINT_GROUP_clock;
}

enum { BLOCK = 64 }; /* classes at a time: the sums of all groups stay in the nearest cache */
struct sums {
	double most[PRINT_GROUP_COUNT][BLOCK], least[PRINT_GROUP_COUNT][BLOCK]; /* of the groups in `seen` */
	double floor[BLOCK]; /* the way of sending counts for no less than this */
	uint32_t seen;
	bool fast; /* gather_tables */
};
_Static_assert(BLOCK % LANES == 0, "rows end with a block");
_Static_assert(PRINT_GROUP_COUNT <= 32, "a bit for each group");

static inline double larger(double a, double b)
{
	return a > b ? a : b;
}

static inline double smaller(double a, double b)
{
	return a < b ? a : b;
}

#ifdef HAVE_FAST
/* As add_token does it, in wider lanes. */
FAST static void add_fast(double *restrict most, double *restrict least, const float *restrict row, double base, size_t n,
	const double *restrict floor, bool first)
{
	const __m256d b = _mm256_set1_pd(base), zero = _mm256_setzero_pd();
	for (size_t i = 0; i < n; i += LANES) {
		__m256d odds = _mm256_sub_pd(_mm256_cvtps_pd(_mm_loadu_ps(row + i)), b);
		if (floor)
			odds = _mm256_max_pd(odds, _mm256_loadu_pd(floor + i));
		_mm256_storeu_pd(most + i, _mm256_max_pd(odds, first ? zero : _mm256_loadu_pd(most + i)));
		_mm256_storeu_pd(least + i, _mm256_min_pd(odds, first ? zero : _mm256_loadu_pd(least + i)));
	}
}
#endif

/* n is a multiple of LANES; floor may be NULL. first: of the group. */
static void add_plain(double *restrict most, double *restrict least, const float *restrict row, double base, size_t n,
	const double *restrict floor, bool first)
{
	for (size_t k = 0; k < n; k++) {
		double odds = (double)row[k] - base;
		odds = floor ? larger(odds, floor[k]) : odds;
		most[k] = larger(odds, first ? 0 : most[k]);
		least[k] = smaller(odds, first ? 0 : least[k]);
	}
}

static void add_token(struct sums *x, const float *row, double base, size_t n, enum print_group g, bool floored)
{
	bool first = !(x->seen >> g & 1);
	x->seen |= 1U << g;
#ifdef HAVE_FAST
	if (x->fast) {
		add_fast(x->most[g], x->least[g], row, base, n, floored ? x->floor : NULL, first);
		return;
	}
#endif
	add_plain(x->most[g], x->least[g], row, base, n, floored ? x->floor : NULL, first);
}

/* The log-odds of every class, and of any software, against `base`, one of them: of each group the largest for and against. A bot's
 * rival of the kind client stands for its imitations, too. */
static void all_odds(const struct engine_scorer *s, size_t base, const struct engine_tokens *t, double odds[ODDS])
{
	const struct engine_class *classes = s->m->classes.v;
	bool bot = base < s->n_classes && classes[base].kind == ENGINE_BOT;
	struct sums x;
	x.fast = gather_tables() != NULL;
	memset(odds, 0, s->stride * sizeof *odds);
	for (size_t from = 0, n; from < s->stride; from += n) {
		n = s->stride - from < BLOCK ? s->stride - from : BLOCK;
		x.seen = 0;
		for (size_t i = 0; i < n && bot; i++)
			x.floor[i] = from + i < s->n_classes && classes[from + i].kind == ENGINE_CLIENT ? 0 : -INFINITY;
		for (size_t i = 0; i < t->n; i++) {
			const float *row = s->log_chance + row_of(s, t->token[i], t->family[i]);
			enum print_group g = print_table[t->family[i]].group;
			add_token(&x, row + from, (double)row[base], n, g, bot && is_transport(g));
		}
		for (uint32_t left = x.seen; left; left &= left - 1) {
			unsigned g = (unsigned)__builtin_ctz(left);
			for (size_t i = 0; i < n; i++)
				odds[from + i] += x.most[g][i] + x.least[g][i];
		}
	}
}

/* Up to `most`: beyond it nobody asks how strange exactly. */
static double strangeness(const struct engine_scorer *s, size_t k, const struct engine_tokens *t, double most)
{
	struct engine_groups g = {0};
	const uint8_t *place = s->place + k * PRINT_COUNT;
	double so_far = 0;
	for (size_t i = 0; i < t->n && so_far <= most; i++) {
		double x = token_strangeness(s, k, t->token[i], t->family[i]), *at = &g.most[place[t->family[i]]];
		if (x > *at) {
			so_far += x - *at;
			*at = x;
		}
	}
	return so_far > most ? so_far : engine_groups_sum(&g);
}

/* How strange a message may look to a class that it belongs to. One value that contradicts a constant of a full capture
 * weighs log(ENGINE_FULL + 1) = 3.9: never allowed to a class whose own messages do not do it; nobody may do it twice. */
static const double reach_least = 2.0, client_most = 3.5;

double engine_limit(const struct engine_class *k)
{
	return fmin(fmax(k->reach, reach_least), k->kind == ENGINE_CLIENT ? client_most : ENGINE_FOREIGN);
}

static bool is_own(const struct engine_scorer *s, size_t k, const struct engine_tokens *t)
{
	const double slack = 1e-6; /* sums in another order */
	double limit = engine_limit(&s->m->classes.v[k]);
	return strangeness(s, k, t, limit + slack) <= limit;
}

/* What the best of the classes has to beat: the margin to the nearest other class or any software. */
static double margin_of(const struct engine_scorer *s, size_t best, const struct engine_tokens *t, size_t *rival)
{
	size_t n = s->n_classes;
	double least = INFINITY, odds[ODDS];
	all_odds(s, best, t, odds);
	for (size_t r = 0; r <= n; r++) {
		/* clients among themselves need no margin: the name of one of them will do */
		if (r == best || (r < n && s->m->classes.v[best].kind == ENGINE_CLIENT && s->m->classes.v[r].kind == ENGINE_CLIENT))
			continue;
		if (-odds[r] < least) {
			least = -odds[r];
			*rival = r;
		}
	}
	return least;
}

/* Of the classes with these odds or more the best whose own the message may be, of equals the first; n_classes: none. */
static size_t best_own(
	const struct engine_scorer *s, const struct engine_tokens *t, const double *odds, double least, bool bots_only)
{
	size_t best = s->n_classes;
	for (size_t k = 0; k < s->n_classes; k++) {
		bool better = odds[k] >= least && (best == s->n_classes || odds[k] > odds[best]);
		if (better && !(bots_only && s->m->classes.v[k].kind != ENGINE_BOT) && is_own(s, k, t))
			best = k;
	}
	return best;
}

/* Most messages that fall short are nobody's own: that is asked of few classes where they can be told apart by it alone. */
static size_t best_of_all(const struct engine_scorer *s, const struct engine_tokens *t, const double *odds)
{
	size_t best = best_own(s, t, odds, ENGINE_MARGIN, false);
	size_t bot = best == s->n_classes ? best_own(s, t, odds, -INFINITY, true) : best;
	return bot == s->n_classes || bot == best ? best : best_own(s, t, odds, odds[bot], false);
}

static double sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

/* How sure a bot's name is: what the margin says, bounded by what the capture shows (Laplace's rule of succession), a campaign counting as no more than
 * CAMPAIGN_WORTH messages. How strange the message is has decided whether it may have the name; the margin holds it, too. */
static const double client_sure = 0.995;
enum { CAMPAIGN_WORTH = 10 };

static double bot_confidence(const struct engine_class *k, double margin)
{
	double seen = fmin(k->messages, (double)CAMPAIGN_WORTH * k->campaigns);
	return sigmoid(margin) * (seen + 1) / (seen + 2);
}

void engine_score(const struct engine_scorer *s, const struct engine_tokens *t, struct engine_verdict *out)
{
	const struct engine_class *classes = s->m->classes.v;
	size_t n = s->n_classes, nearest = n, rival = n;
	double nearest_odds = -INFINITY, odds[ODDS];
	*out = (struct engine_verdict){0};
	all_odds(s, n, t, odds);
	size_t best = best_of_all(s, t, odds);
	for (size_t k = 0; k < n; k++)
		if (classes[k].kind == ENGINE_BOT && odds[k] > nearest_odds) {
			nearest_odds = odds[k];
			nearest = k;
		}
	if (best < n && classes[best].kind == ENGINE_BOT)
		nearest = best;
	if (nearest < n) {
		out->nearest = &classes[nearest];
		out->margin = margin_of(s, nearest, t, &rival);
		out->rival = rival < n ? &classes[rival] : NULL;
		out->strangeness = strangeness(s, nearest, t, INFINITY);
	}
	if (best == n)
		return;
	bool bot = classes[best].kind == ENGINE_BOT;
	double margin = bot ? out->margin : margin_of(s, best, t, &rival);
	if (margin < ENGINE_MARGIN || (!bot && !engine_client_name(&classes[best]).n))
		return;
	out->confidence = bot ? bot_confidence(&classes[best], margin) : sigmoid(margin) * client_sure;
	*(bot ? &out->engine : &out->client) = &classes[best];
}

const struct engine_class *engine_like_client(const struct engine_scorer *s, const struct engine_tokens *t)
{
	const struct engine_class *best = NULL;
	double best_odds = -INFINITY, odds[ODDS];
	all_odds(s, s->n_classes, t, odds);
	for (size_t k = 0; k < s->n_classes; k++) {
		const struct engine_class *c = &s->m->classes.v[k];
		if (c->kind != ENGINE_CLIENT || !engine_client_name(c).n || odds[k] <= best_odds || !is_own(s, k, t))
			continue;
		best_odds = odds[k];
		best = c;
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
