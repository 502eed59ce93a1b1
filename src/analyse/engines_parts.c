/* engines_parts.c - clusters that are parts of learned engines: what the captures hold, but so rarely together that it looks strange.
 *
 * Some hosts show two rare habits at once, or one that few of the lab's machines had (a clock in UTC). They share no host with the others, so that
 * hosts cannot tell. A part writes nothing that the captures do not hold in several campaigns, and sends what the engine sends, in the same shares.
 * Neither is enough: several engines are rented for one campaign, but each sends others, too (of two engines of the public worlds a tenth of the
 * mail is of campaigns in common, of two parts of one nine tenths); and who writes nearly the same with one habit of his own is another.
 */
#include <math.h>

#include "analyse/engines_int.h"
#include "base/mem.h"

/* FEW_PERCENT: of a cluster's messages may show what the captures do not hold. */
enum { FEW_PERCENT = 20 };
/* OVERLAP: of the shares; twenty messages of ten campaigns drawn from the same mail have about so much, engines that one renter hires for some of
 * his mail a third. BREADTH: as many campaigns of one size: fewer may be one renter's. */
static const double same_overlap = 0.6, same_breadth = 4;

/* Two campaigns of the captures hold each habit that more than a few of the cluster's messages show. */
static int writes_nothing_new(const struct engines *e, uint32_t cluster, const struct engine_class *k, bool *out)
{
	uint64_t all = e->cluster_from[cluster + 1] - e->cluster_from[cluster];
	uint32_t *n = engines_count_tokens(e, cluster);
	if (!n)
		return err_oom(e->err, "engines");
	for (size_t i = 0; i < k->n; i++)
		if (k->counts[i].campaigns >= 2)
			n[k->counts[i].token] = 0;
	*out = true;
	for (uint32_t t = 0; t < e->model.tokens.n && *out; t++) {
		unsigned f = e->model.tokens.v[t].family;
		bool habit = !print_table[f].many && engine_freedom(f) == FREEDOM_NONE;
		*out = !habit || (uint64_t)n[t] * 100 <= all * FEW_PERCENT;
	}
	mem_free(n);
	return 0;
}

/* Messages by campaign, of the learned engine and of the cluster; 0: of none. */
struct sent {
	uint32_t *own, *its; /* by name */
	double n_own, n_its;
};

static void count_sent(const struct engines *e, uint32_t cluster, name_id name, struct sent *s)
{
	const struct analysed *m = e->a->messages;
	for (size_t i = 0; i < e->a->n_messages; i++)
		if (e->prints.of[i] && e->verdicts[e->prints.of[i] - 1].engine == name)
			s->own[m[i].campaign]++;
	for (size_t i = e->cluster_from[cluster]; i < e->cluster_from[cluster + 1]; i++)
		s->its[m[e->message_at[e->by_cluster[i]]].campaign]++;
	for (size_t c = 0; c < e->a->names.n + 1; c++) {
		s->n_own += s->own[c];
		s->n_its += s->its[c];
	}
}

/* How many campaigns of one size are as varied as these. */
static double breadth(const uint32_t *n, size_t campaigns)
{
	double sum = 0, squares = 0;
	for (size_t c = 1; c < campaigns; c++) {
		sum += n[c];
		squares += (double)n[c] * n[c];
	}
	return squares > 0 ? sum * sum / squares : 0;
}

int engines_part(struct engines *e, uint32_t cluster, const struct engine_class *k, name_id name, double *campaigns)
{
	bool nothing_new;
	size_t n = e->a->names.n + 1;
	*campaigns = 0;
	if (writes_nothing_new(e, cluster, k, &nothing_new))
		return e->err->kind;
	if (!nothing_new)
		return 0;
	struct sent s = {.own = mem_zalloc(n, sizeof *s.own), .its = mem_zalloc(n, sizeof *s.its)};
	bool ok = s.own && s.its;
	if (ok) {
		double overlap = 0;
		count_sent(e, cluster, name, &s);
		for (size_t c = 1; c < n; c++)
			overlap += fmin(s.own[c] / fmax(s.n_own, 1), s.its[c] / fmax(s.n_its, 1));
		double least = fmin(breadth(s.own, n), breadth(s.its, n));
		*campaigns = overlap >= same_overlap && least >= same_breadth ? least : 0;
	}
	mem_free(s.own);
	mem_free(s.its);
	return ok ? 0 : err_oom(e->err, "engines");
}
