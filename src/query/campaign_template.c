/* campaign_template.c - see campaign_template.h. */
#include "query/campaign_template.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"

/* ---- members ---- */

struct members {
	struct arena *a;
	VEC(struct campaign_members) list;
	VEC(uint32_t) at; /* interned word -> index + 1 */
	VEC(uint32_t) words;
	struct err *err;
};

/* A heap with the largest key on top: what does not belong to the smallest falls out. */
static void sift_down(struct campaign_member *h, size_t n)
{
	for (size_t i = 0, child; (child = 2 * i + 1) < n; i = child) {
		child += child + 1 < n && h[child + 1].key > h[child].key;
		if (h[i].key >= h[child].key)
			return;
		struct campaign_member t = h[i];
		h[i] = h[child];
		h[child] = t;
	}
}

static void sift_up(struct campaign_member *h, size_t i)
{
	for (size_t up; i && h[up = (i - 1) / 2].key < h[i].key; i = up) {
		struct campaign_member t = h[i];
		h[i] = h[up];
		h[up] = t;
	}
}

/* Room grows by doubling: most campaigns are small. */
bool campaign_member_add(struct arena *a, struct campaign_members *c, struct campaign_member member)
{
	c->messages++;
	if (c->n_sample == LIM_TEMPLATE_TEXTS) {
		if (member.key < c->sample[0].key) {
			c->sample[0] = member;
			sift_down(c->sample, c->n_sample);
		}
		return true;
	}
	size_t n = c->n_sample;
	if ((n & (n - 1)) == 0) {
		struct campaign_member *v = arena_alloc(a, (n ? 2 * n : 1) * sizeof *v);
		if (!v)
			return false;
		if (n)
			memcpy(v, c->sample, n * sizeof *v);
		c->sample = v;
	}
	c->sample[c->n_sample++] = member;
	sift_up(c->sample, n);
	return true;
}

static int see_message(void *ctx, const struct store_row *r)
{
	struct members *m = ctx;
	uint32_t word = r->word[FEAT_campaign];
	if (!word)
		return 0;
	while (m->at.n <= word)
		if (!vec_push(m->a, &m->at, UINT32_MAX))
			return err_oom(m->err, "campaigns");
	if (!m->at.v[word]) {
		uint32_t *w = vec_push(m->a, &m->words, UINT32_MAX);
		if (!w || !vec_push(m->a, &m->list, UINT32_MAX))
			return err_oom(m->err, "campaigns");
		*w = word;
		m->at.v[word] = (uint32_t)m->list.n;
	}
	struct campaign_members *c = &m->list.v[m->at.v[word] - 1];
	return campaign_member_add(m->a, c, (struct campaign_member){r->key, r->n}) ? 0 : err_oom(m->err, "campaigns");
}

static int by_size(const void *x, const void *y)
{
	const struct campaign_members *a = x, *b = y;
	if (a->messages != b->messages)
		return a->messages < b->messages ? 1 : -1;
	return str_cmp(a->campaign, b->campaign);
}

static int by_key(const void *x, const void *y)
{
	const struct campaign_member *a = x, *b = y;
	return (a->key > b->key) - (a->key < b->key);
}

void campaign_members_done(struct campaign_members *c)
{
	if (c->n_sample)
		qsort(c->sample, c->n_sample, sizeof *c->sample, by_key);
}

int campaign_members(struct store *s, const struct store_filter *filter, uint64_t min, struct arena *a,
	struct campaign_members **out, size_t *n, struct err *err)
{
	struct members m = {.a = a, .err = err};
	int rc = store_scan(s, filter, FEAT_BIT(campaign), STORE_UNORDERED | STORE_IDS, see_message, &m, err);
	size_t kept = 0;
	for (size_t i = 0; i < m.list.n && rc == 0; i++) {
		struct campaign_members c = m.list.v[i];
		if (c.messages < min)
			continue;
		rc = store_word(s, m.words.v[i], a, &c.campaign, err);
		rc = rc < 0 ? rc : 0;
		campaign_members_done(&c);
		m.list.v[kept++] = c;
	}
	if (rc)
		return err->kind;
	if (kept)
		qsort(m.list.v, kept, sizeof *m.list.v, by_size);
	*out = m.list.v;
	*n = kept;
	return 0;
}

/* ---- the template ---- */

struct texts {
	const struct campaign_members *m;
	struct arena *a;
	campaign_clean_fn *clean;
	struct str *subjects, *bodies;
	struct err *err;
};

static int take_text(void *ctx, const struct store_row *r)
{
	struct texts *t = ctx;
	size_t i = 0;
	while (t->m->sample[i].n != r->n)
		i++;
	struct str *subject = &t->subjects[i], *body = &t->bodies[i];
	*subject = arena_dup(t->a, r->row->subject);
	*body = arena_dup(t->a, r->row->text);
	bool ok = subject->p && body->p;
	if (ok && t->clean)
		ok = !t->clean(r->row, *subject, t->a, subject) && !t->clean(r->row, *body, t->a, body);
	return ok ? 0 : err_oom(t->err, "templates");
}

int campaign_texts(struct store *s, const struct campaign_members *m, campaign_clean_fn *clean, struct arena *a,
	struct str *subjects, struct str *bodies, struct err *err)
{
	struct texts t = {.m = m, .a = a, .clean = clean, .subjects = subjects, .bodies = bodies, .err = err};
	struct store_filter sample = STORE_FILTER_ALL;
	int64_t rows[LIM_TEMPLATE_TEXTS];
	must(m->n_sample <= LIM_TEMPLATE_TEXTS);
	for (size_t i = 0; i < m->n_sample; i++) {
		rows[i] = m->sample[i].n;
		subjects[i] = bodies[i] = S("");
	}
	if (!m->n_sample)
		return 0;
	sample.rows = rows;
	sample.nrows = m->n_sample;
	return store_scan(s, &sample, FEAT_BIT(subject) | FEAT_BIT(to) | FEAT_BIT(rcpt_to), STORE_UNORDERED | STORE_TEXTS,
		take_text, &t, err);
}

int campaign_template(struct store *s, const struct campaign_members *m, campaign_clean_fn *clean, struct arena *a,
	struct campaign_template *out, struct err *err)
{
	struct str *subjects = arena_alloc(a, m->n_sample * sizeof *subjects),
		   *bodies = arena_alloc(a, m->n_sample * sizeof *bodies);
	if (!subjects || !bodies)
		return err_oom(err, "templates");
	int rc = campaign_texts(s, m, clean, a, subjects, bodies, err);
	if (rc)
		return rc;
	if (template_infer(a, subjects, m->n_sample, false, &out->subject) ||
		template_infer(a, bodies, m->n_sample, false, &out->body))
		return err_oom(err, "templates");
	return 0;
}
