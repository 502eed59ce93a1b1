/* learn.c - see learn.h. */
#include "engine/learn.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "engine/cluster.h"
#include "engine/view.h"

enum { CLIENT_LEAST = 20, MIXED_PERCENT = 10, MIXED_GROUPS = 2, CONSTANT_PERCENT = 80, STRAY_ROUNDS = 3 };

/* ---- the scorer's view of samples ---- */

static void tokens_of(const struct engine_model *m, const struct engine_sample *x, uint8_t *families, struct engine_tokens *out)
{
	for (size_t i = 0; i < x->n; i++)
		families[i] = (uint8_t)m->tokens.v[x->tokens[i]].family;
	*out = (struct engine_tokens){x->tokens, families, x->n};
}

static size_t longest(const struct engine_capture *c)
{
	size_t n = 1;
	for (size_t i = 0; i < c->samples.n; i++)
		n = c->samples.v[i].n > n ? c->samples.v[i].n : n;
	return n;
}

/* A model of the real clients only: what ham looks like must not depend on which engines were learned before. */
static bool any_client(const struct engine_model *m)
{
	for (size_t i = 0; i < m->classes.n; i++)
		if (m->classes.v[i].kind == ENGINE_CLIENT)
			return true;
	return false;
}

/* ---- two engines in one folder ---- */

struct half {
	uint32_t *in_a, *in_b; /* by token */
};

/* Rigid groups in which messages with token a and those without have no value in common. */
static unsigned disjoint_groups(
	const struct engine_model *m, const struct engine_capture *c, uint32_t a, struct half *h, size_t *n_b)
{
	bool common[PRINT_COUNT] = {false}, some[PRINT_COUNT] = {false}, group[PRINT_GROUP_COUNT] = {false};
	unsigned n = 0;
	memset(h->in_a, 0, m->tokens.n * sizeof *h->in_a);
	memset(h->in_b, 0, m->tokens.n * sizeof *h->in_b);
	*n_b = 0;
	for (size_t i = 0; i < c->samples.n; i++) {
		const struct engine_sample *x = &c->samples.v[i];
		bool has = false;
		for (size_t t = 0; t < x->n; t++)
			has |= x->tokens[t] == a;
		*n_b += !has;
		for (size_t t = 0; t < x->n; t++)
			(has ? h->in_a : h->in_b)[x->tokens[t]]++;
	}
	for (size_t t = 0; t < m->tokens.n; t++) {
		unsigned f = m->tokens.v[t].family;
		if (!cluster_rigid((enum print_id)f) || (!h->in_a[t] && !h->in_b[t]))
			continue;
		some[f] |= h->in_b[t] * 20 > *n_b; /* not a stray's */
		common[f] |= h->in_a[t] && h->in_b[t];
	}
	for (unsigned f = 0; f < PRINT_COUNT; f++)
		group[print_table[f].group] |= some[f] && !common[f];
	for (unsigned g = 0; g < PRINT_GROUP_COUNT; g++)
		n += group[g];
	return n;
}

static uint32_t commonest(const struct engine_model *m, const uint32_t *counts, unsigned family)
{
	uint32_t best = UINT32_MAX;
	for (uint32_t t = 0; t < m->tokens.n; t++)
		if (m->tokens.v[t].family == family && counts[t] && (best == UINT32_MAX || counts[t] > counts[best]))
			best = t;
	return best;
}

static int look_mixed(
	const struct engine_model *m, const struct engine_capture *c, const struct engine_class *k, struct learn_advice *out)
{
	struct half h = {mem_alloc((m->tokens.n + 1) * sizeof *h.in_a), mem_alloc((m->tokens.n + 1) * sizeof *h.in_b)};
	int rc = h.in_a && h.in_b ? 0 : ERR_ENV;
	for (unsigned f = 0; f < PRINT_COUNT && !rc && !out->mixed; f++) {
		const struct engine_count *most = NULL;
		size_t n_b;
		if (!cluster_rigid((enum print_id)f))
			continue;
		for (size_t i = 0; i < k->n; i++)
			if (m->tokens.v[k->counts[i].token].family == f && (!most || k->counts[i].messages > most->messages))
				most = &k->counts[i];
		if (!most || (k->messages - most->messages) * 100 < k->messages * MIXED_PERCENT)
			continue;
		if (disjoint_groups(m, c, most->token, &h, &n_b) <= MIXED_GROUPS)
			continue;
		uint32_t other = commonest(m, h.in_b, f);
		out->mixed = true;
		out->mixed_a = m->tokens.v[most->token].text;
		out->mixed_b = other == UINT32_MAX ? S("") : m->tokens.v[other].text;
		out->mixed_share = (double)n_b / (double)c->samples.n;
		out->mixed_share = out->mixed_share > 0.5 ? 1 - out->mixed_share : out->mixed_share;
	}
	mem_free(h.in_a);
	mem_free(h.in_b);
	return rc;
}

/* ---- ham among it ---- */

struct looks {
	const struct engine_class **client; /* of each sample: what it looks like, or NULL */
	bool *use;
	uint8_t *families;
};

static int look_at_clients(const struct engine_model *m, const struct engine_capture *c, struct looks *l)
{
	struct engine_scorer *s = NULL;
	if (!any_client(m))
		return 0;
	if (engine_scorer_new(&s, m))
		return ERR_ENV;
	for (size_t i = 0; i < c->samples.n; i++) {
		struct engine_tokens t;
		tokens_of(m, &c->samples.v[i], l->families, &t);
		l->client[i] = engine_like_client(s, &t);
	}
	engine_scorer_del(s);
	return 0;
}

/* The client most messages look like, and whether they look like several. */
static bool is_ham(const struct engine_model *m, const struct engine_capture *c, const struct looks *l, struct learn_advice *out)
{
	size_t all = 0;
	for (size_t k = 0; k < m->classes.n; k++) {
		size_t n = 0;
		for (size_t i = 0; i < c->samples.n; i++)
			n += l->client[i] == &m->classes.v[k];
		all += n;
		if (n > out->n_like) {
			out->n_like = n;
			out->like = &m->classes.v[k];
		}
	}
	return all * 2 > c->samples.n && out->n_like * 5 < all * 4;
}

/* A family that the software decides is constant where nearly all messages that have it have one value: the core contradicts no more
 * than one group of such. */
static int find_core(const struct engine_model *m, const struct engine_capture *c, bool *core)
{
	uint32_t *n = mem_zalloc(m->tokens.n + 1, sizeof *n), of[PRINT_COUNT] = {0}, most[PRINT_COUNT] = {0};
	if (!n)
		return ERR_ENV;
	for (size_t i = 0; i < c->samples.n; i++)
		for (size_t t = 0; t < c->samples.v[i].n; t++)
			n[c->samples.v[i].tokens[t]]++;
	for (size_t t = 0; t < m->tokens.n; t++) {
		unsigned f = m->tokens.v[t].family;
		of[f] += n[t];
		most[f] = n[t] > most[f] ? n[t] : most[f];
	}
	for (size_t i = 0; i < c->samples.n; i++) {
		const struct engine_sample *x = &c->samples.v[i];
		uint32_t groups = 0;
		for (size_t t = 0; t < x->n; t++) {
			unsigned f = m->tokens.v[x->tokens[t]].family;
			bool constant = !print_table[f].many && engine_freedom(f) == FREEDOM_NONE &&
			                (uint64_t)most[f] * 100 >= (uint64_t)of[f] * CONSTANT_PERCENT;
			if (constant && n[x->tokens[t]] < most[f])
				groups |= 1U << print_table[f].group;
		}
		core[i] = (groups & (groups - 1)) == 0;
	}
	mem_free(n);
	return 0;
}

/* Strays: the rest finds them foreign. They would hide each other if they counted for it themselves: first what contradicts constants of
 * two groups is set aside, then what the class of the rest finds no stranger than anything of its own may be comes back. */
static int leave_strays_out(struct engine_model *m, const struct engine_capture *c, struct looks *l, struct learn_advice *out)
{
	double *strange = mem_alloc((c->samples.n + 1) * sizeof *strange);
	int rc = strange ? find_core(m, c, l->use) : ERR_ENV;
	bool same = false;
	for (int round = 0; !rc && !same && round < STRAY_ROUNDS; round++) {
		struct engine_class core = {.kind = ENGINE_BOT};
		rc = engine_class_count(m, &core, c, l->use) || engine_strangeness_within(m, &core, c, strange) ? ERR_ENV : 0;
		same = true;
		for (size_t i = 0; !rc && i < c->samples.n; i++) {
			bool use = strange[i] <= ENGINE_FOREIGN;
			same &= use == l->use[i];
			l->use[i] = use;
		}
	}
	for (size_t i = 0; !rc && i < c->samples.n; i++) {
		out->left_out += !l->use[i];
		out->left_like += !l->use[i] && l->client[i];
	}
	mem_free(strange);
	return rc;
}

/* The samples in use, as a capture of their own. */
static int reduced(struct engine_model *m, const struct engine_capture *c, const bool *use, struct engine_capture *out)
{
	engine_capture_init(out, m);
	for (size_t i = 0; i < c->samples.n; i++) {
		struct engine_sample *x = use[i] ? vec_push(&m->arena, &out->samples, LIM_ENGINE_SAMPLES) : NULL;
		if (use[i] && !x)
			return ERR_ENV;
		if (x)
			*x = c->samples.v[i];
	}
	return 0;
}

static int learn_it(
	struct engine_model *m, struct str name, const struct engine_capture *c, struct looks *l, struct learn_advice *out)
{
	struct engine_class done = {.kind = ENGINE_BOT};
	struct engine_capture kept;
	if (look_at_clients(m, c, l))
		return ERR_ENV;
	if (is_ham(m, c, l, out)) {
		out->outcome = LEARN_HAM;
		return 0;
	}
	if (leave_strays_out(m, c, l, out) || reduced(m, c, l->use, &kept) || engine_class_count(m, &done, &kept, NULL) ||
		engine_class_reach(m, &done, &kept) || look_mixed(m, &kept, &done, out))
		return ERR_ENV;
	out->messages = done.messages;
	out->campaigns = done.campaigns;
	if (done.messages < LEARN_LEAST || out->left_out > done.messages) {
		out->outcome = out->left_out > done.messages ? LEARN_MEDLEY : LEARN_TOO_FEW;
		return 0;
	}
	struct engine_class *k = engine_model_class(m, ENGINE_BOT, name, false);
	if (!k)
		return ERR_ENV;
	done.name = k->name;
	*k = done;
	return 0;
}

int engine_learn(struct engine_model *m, struct str name, const struct engine_capture *c, struct learn_advice *out)
{
	*out = (struct learn_advice){.messages = c->samples.n};
	if (c->samples.n < LEARN_LEAST) {
		out->outcome = LEARN_TOO_FEW;
		return 0;
	}
	struct looks l = {.client = mem_zalloc(c->samples.n, sizeof(void *)),
		.use = mem_zalloc(c->samples.n, sizeof *l.use),
		.families = mem_alloc(longest(c) * sizeof *l.families)};
	int rc = l.client && l.use && l.families ? learn_it(m, name, c, &l, out) : ERR_ENV;
	mem_free(l.client);
	mem_free(l.use);
	mem_free(l.families);
	return rc;
}

/* ---- real clients ---- */

/* What a message's class is called: its client with the order of its fields, as versions and lists change that. */
static struct str variant_of(const struct engine_model *m, const struct engine_sample *x, bool whole, struct arena *a)
{
	struct str client = CLIENT_REST, core = S("");
	struct buf name;
	for (size_t i = 0; i < x->n; i++) {
		const struct engine_token *t = &m->tokens.v[x->tokens[i]];
		if (t->family == PRINT_claim)
			client = str_from(t->text, print_table[PRINT_claim].name.n + 1);
		else if (t->family == PRINT_core)
			core = str_from(t->text, print_table[PRINT_core].name.n + 1);
	}
	if (!whole)
		return client;
	buf_init_arena(&name, a, 128);
	buf_add(&name, client);
	buf_byte(&name, '/');
	buf_add(&name, core);
	return name.oom ? (struct str){0} : buf_str(&name);
}

static int add_client(struct engine_model *m, const struct engine_capture *c, const bool *use, struct str name, bool shipped)
{
	struct engine_capture part;
	struct engine_class *k = engine_model_class(m, ENGINE_CLIENT, name, shipped);
	if (!k || reduced(m, c, use, &part) || engine_class_count(m, k, &part, NULL))
		return ERR_ENV;
	return engine_class_reach(m, k, &part);
}

/* Classes of the samples that are not done yet, by variant or by client alone; those that are large enough. */
static int add_clients(
	struct engine_model *m, const struct engine_capture *c, bool whole, size_t least, bool shipped, bool *done, size_t *classes)
{
	struct arena a;
	struct str *names;
	bool *use = mem_zalloc(c->samples.n + 1, sizeof *use);
	arena_init(&a, LIM_ENGINE_MODEL);
	names = arena_alloc(&a, (c->samples.n + 1) * sizeof *names);
	int rc = names && use ? 0 : ERR_ENV;
	for (size_t i = 0; i < c->samples.n && !rc; i++) {
		names[i] = variant_of(m, &c->samples.v[i], whole, &a);
		rc = names[i].p ? 0 : ERR_ENV;
	}
	for (size_t i = 0; i < c->samples.n && !rc; i++) {
		size_t n = 0;
		if (done[i])
			continue;
		for (size_t j = i; j < c->samples.n; j++)
			n += use[j] = !done[j] && str_eq(names[j], names[i]);
		if (n >= least) {
			rc = add_client(m, c, use, names[i], shipped);
			++*classes;
			for (size_t j = i; j < c->samples.n; j++)
				done[j] |= use[j];
		}
		memset(use, 0, c->samples.n * sizeof *use);
	}
	arena_free(&a);
	mem_free(use);
	return rc;
}

int engine_learn_ham(struct engine_model *m, const struct engine_capture *c, bool shipped, size_t *classes)
{
	bool *done = mem_zalloc(c->samples.n + 1, sizeof *done);
	*classes = 0;
	int rc = done ? add_clients(m, c, true, CLIENT_LEAST, shipped, done, classes) : ERR_ENV;
	rc = rc ? rc : add_clients(m, c, false, CLIENT_LEAST, shipped, done, classes);
	mem_free(done);
	return rc;
}

int engine_model_shipped(struct engine_model *m, struct err *err)
{
	return engine_model_read(m, "the built-in clients", engine_clients_shipped, true, err);
}
