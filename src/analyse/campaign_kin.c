/* campaign_kin.c - campaigns that text leaves in parts, joined by what else their engine's mail has in common; see campaigns.h.
 *
 * A campaign of two short sentences, of a link alone, or whose text is drawn as a whole, comes from the first step in many parts and single
 * messages. What they share is a mark (campaign/kin.h): the link, the subject, or both. Two campaigns of one engine at one time can share it, too. Which of
 * the two it is, the store itself tells, twice:
 *
 *   of the mark     how often the runs of mail that have one value of it (of one engine, without a pause of GAP) hold two campaigns that their texts tell
 *                   apart. A mark is believed where, by the rule of succession, at most one pair in RARELY is of two. In one store all campaigns of
 *                   a shop share its domains, in another each has its own. Values that the mail of several engines has are asked about by themselves:
 *                   a greeting as the subject, the host of a shortener are anybody's.
 *   of the run      whether its mail is crumbs: messages alone, and parts of fewer than WHOLE. A campaign that text holds together leaves nearly none. So
 *                   where one in CRUMBS or more are, the run is one campaign that text does not hold: of it are its crumbs, and whole parts with most
 *                   of their mail in it. Else its crumbs go with its one whole part, and where it has several they stay. Crumbs of fewer than
 *                   STANDS messages may be small campaigns: only link and subject together join them.
 *
 * A part with a text that tells stands where it holds STANDS messages and one in SHARE of its run. Where messages are alike by chance one part at most grows
 * large, as in a random graph (Erdos and Renyi, 1960): so where two stand, the run is of two, whatever mail is beside them, and the mark is asked about them;
 * lesser parts say nothing about it, they may be pieces of one campaign. Other crumbled runs are not asked: their parts are what is in question.
 * Mail without an engine or a time is left as it is.
 *
 * Known limits: two campaigns that share a believed mark in a crumbled run become one, whatever their domains or subjects say (domains that change under one
 * subject look the same); parts that share none stay apart. Hashes of marks have 32 bits: see kin.h.
 */
#include <stdlib.h>

#include "analyse/campaigns.h"
#include "base/forest.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/sort.h"
#include "base/time.h"

/* Judgement, in a step developed on made worlds (docs/BENCHMARKS.md): what fewer than WHOLE messages share may be chance, one crumb in CRUMBS is more than
 * strays make, one wrong pair in RARELY is what may be lost, and what is silent for GAP has ended. Of campaigns whose sentences are drawn, the second largest
 * part with a text that tells had six messages at most of 400. */
enum { WHOLE = 4, STANDS = 2 * WHOLE, SHARE = 16, CRUMBS = 5, RARELY = 16, GAP = 10 * 86400 };
enum mark { MARK_LINK, MARK_SUBJECT, MARK_BOTH, MARKS };
enum whose { ONE_ENGINES, ANYBODYS, WHOSE }; /* value of a mark */
static const char *const mark_names[MARKS] = {[MARK_LINK] = "link", [MARK_SUBJECT] = "subject", [MARK_BOTH] = "link and subject"};

/* A campaign of the first step, or a message that is in none, with its copies. */
struct part {
	uint64_t least;          /* smallest key; in a root, once summed up, of all below it */
	uint32_t messages, told; /* told: those with a text that tells */
	uint32_t parts, alone;   /* in a root: campaigns of the first step below it, messages that were in none */
	uint8_t marks; /* by which it was joined, bit mark * WHOSE + whose; in a root, once summed up, of all below it, then none below it */
	bool campaign;
};

/* What the store says of a mark: runs with a part that stands, and the sum of the shares of their pairs that are of two. */
struct belief {
	uint32_t runs;
	double two;
};

struct pair {
	uint32_t a, b; /* parts */
	enum whose whose;
};

struct kin {
	struct analysis *a;
	struct part *parts;
	uint32_t *of, *parent; /* message -> part; part -> towards its root */
	size_t n_parts;
	uint64_t *entries;  /* value of a mark, engine, or seconds; message */
	uint32_t *seen;     /* parts of a run */
	struct pair *pairs; /* that the mark in hand would join */
	size_t n_pairs, room;
	struct belief beliefs[MARKS][WHOSE];
	struct err *err;
};

static bool make_room(struct kin *k)
{
	size_t n = k->a->n_messages + 1;
	k->parts = mem_zalloc(n, sizeof *k->parts);
	k->of = mem_alloc(n * sizeof *k->of);
	k->parent = mem_alloc(n * sizeof *k->parent);
	k->entries = mem_alloc(n * sizeof *k->entries);
	k->seen = mem_alloc(n * sizeof *k->seen);
	return k->parts && k->of && k->parent && k->entries && k->seen;
}

static void free_room(struct kin *k)
{
	mem_free(k->parts);
	mem_free(k->of);
	mem_free(k->parent);
	mem_free(k->entries);
	mem_free(k->seen);
	mem_free(k->pairs);
}

static int by_key(const void *x, const void *y)
{
	uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
	return (a > b) - (a < b);
}

/* The different keys of messages that are in no campaign, ascending: into entries. */
static size_t find_alone(struct kin *k)
{
	size_t n = 0;
	for (size_t i = 0; i < k->a->n_messages; i++) {
		k->entries[n] = k->a->messages[i].key;
		n += !k->a->messages[i].campaign;
	}
	sort_u64(k->entries, n);
	return unique_u64(k->entries, n);
}

static bool find_parts(struct kin *k)
{
	const size_t n_alone = find_alone(k), names = k->a->names.n + 1;
	uint32_t *numbers = mem_zalloc(names + n_alone, sizeof *numbers); /* name, or behind them key -> part + 1 */
	for (size_t i = 0; numbers && i < k->a->n_messages; i++) {
		const struct analysed *m = &k->a->messages[i];
		const uint64_t *at = m->campaign ? NULL : bsearch(&m->key, k->entries, n_alone, sizeof *at, by_key);
		uint32_t *number = &numbers[at ? names + (size_t)(at - k->entries) : m->campaign];
		uint32_t p = *number ? *number - 1 : (uint32_t)k->n_parts++;
		struct part *part = &k->parts[p];
		*number = p + 1;
		part->least = part->messages && part->least < m->key ? part->least : m->key;
		part->messages++;
		part->told += m->marks.told;
		part->campaign = m->campaign != 0;
		k->of[i] = p;
		k->parent[p] = p;
	}
	mem_free(numbers);
	return numbers;
}

/* ---- a run: messages of one engine, with one value of a mark, without a pause ---- */

static bool is_crumb(const struct part *p)
{
	return p->messages < WHOLE || !p->campaign;
}

static bool is_told(const struct part *p)
{
	return !is_crumb(p) && 2 * p->told >= p->messages;
}

/* With whole of the run's n messages. */
static bool stands(const struct part *p, size_t whole, size_t n)
{
	return is_told(p) && whole >= STANDS && SHARE * whole >= n;
}

/* How many pairs of its messages of parts that stand are of two parts. seen: ascending. */
static void ask_run(const struct kin *k, struct belief *about, const uint32_t *seen, size_t n)
{
	double told = 0, same = 0;
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && seen[j] == seen[i]; j++)
			;
		double of = stands(&k->parts[seen[i]], j - i, n) ? (double)(j - i) : 0;
		told += of;
		same += of * (of - 1);
	}
	if (told < 2)
		return;
	about->runs++;
	about->two += 1 - same / (told * (told - 1));
}

static bool would_join(struct kin *k, uint32_t a, uint32_t b, enum whose whose)
{
	if (!mem_room((void **)&k->pairs, &k->room, k->n_pairs + 1, sizeof *k->pairs))
		return false;
	k->pairs[k->n_pairs++] = (struct pair){.a = a, .b = b, .whose = whose};
	return true;
}

/* seen: of the run, ascending. A whole part goes with a crumbled run only where most of its mail is in it. */
static bool join_run(struct kin *k, enum whose whose, const uint32_t *seen, size_t n, bool crumbled)
{
	uint32_t first = UINT32_MAX;
	bool ok = true;
	for (size_t i = 0, j; i < n && ok; i = j) {
		for (j = i + 1; j < n && seen[j] == seen[i]; j++)
			;
		const struct part *p = &k->parts[seen[i]];
		if (crumbled && !is_crumb(p) && 2 * (j - i) < p->messages)
			continue;
		ok = first == UINT32_MAX || would_join(k, first, seen[i], whose);
		first = first == UINT32_MAX ? seen[i] : first;
	}
	return ok;
}

static bool look_at_run(struct kin *k, enum mark mark, enum whose whose, const uint64_t *run, size_t n)
{
	size_t crumbs = 0, whole = 0, standing = 0;
	if (n < 2)
		return true;
	for (size_t i = 0; i < n; i++)
		k->seen[i] = k->of[(uint32_t)run[i]];
	sort_u32(k->seen, n);
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && k->seen[j] == k->seen[i]; j++)
			;
		const struct part *p = &k->parts[k->seen[i]];
		crumbs += is_crumb(p) ? j - i : 0;
		whole += !is_crumb(p);
		standing += stands(p, j - i, n);
	}
	const bool few = mark != MARK_BOTH && crumbs < STANDS;
	bool crumbled = CRUMBS * crumbs >= n && standing < 2;
	if (!crumbled)
		ask_run(k, &k->beliefs[mark][whose], k->seen, n);
	else if (few)
		return true;
	return crumbled || whole < 2 ? join_run(k, whose, k->seen, n, crumbled) : true;
}

/* All with one value of a mark, from one engine: from now on by time. */
static bool look_at_value(struct kin *k, enum mark mark, enum whose whose, uint64_t *v, size_t n)
{
	int64_t first = INT64_MAX;
	bool ok = true;
	for (size_t i = 0; i < n; i++) {
		int64_t t = k->a->messages[(uint32_t)v[i]].time;
		first = t < first ? t : first;
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t after = (uint64_t)k->a->messages[(uint32_t)v[i]].time - (uint64_t)first;
		v[i] = (after < UINT32_MAX ? after : UINT32_MAX) << 32 | (uint32_t)v[i];
	}
	sort_u64(v, n);
	for (size_t i = 0, j; i < n && ok; i = j) {
		for (j = i + 1; j < n && (v[j] >> 32) - (v[j - 1] >> 32) <= GAP; j++)
			;
		ok = look_at_run(k, mark, whose, v + i, j - i);
	}
	return ok;
}

/* ---- a mark ---- */

static uint32_t value_of(const struct analysed *m, enum mark mark)
{
	const struct kin_marks *s = &m->marks;
	if (mark == MARK_LINK)
		return s->link;
	if (mark == MARK_SUBJECT)
		return s->subject;
	return s->link && s->subject ? s->link * 0x9e3779b1u ^ s->subject : 0;
}

static size_t collect(struct kin *k, enum mark mark)
{
	size_t n = 0;
	for (size_t i = 0; i < k->a->n_messages; i++) {
		const struct analysed *m = &k->a->messages[i];
		uint32_t value = value_of(m, mark);
		if (!m->engine || m->time == TIME_NONE || !value)
			continue;
		k->entries[n++] = (uint64_t)value << 32 | i;
	}
	return n;
}

static double two_of(const struct belief *b)
{
	return (b->two + 1) / (b->runs + 2);
}

static void join_pairs(struct kin *k, enum mark mark)
{
	for (size_t i = 0; i < k->n_pairs; i++) {
		const struct pair *p = &k->pairs[i];
		const uint8_t by = (uint8_t)(1u << (mark * WHOSE + p->whose));
		if (RARELY * two_of(&k->beliefs[mark][p->whose]) > 1)
			continue;
		forest_join(k->parent, p->a, p->b);
		k->parts[p->a].marks |= by;
		k->parts[p->b].marks |= by;
	}
}

/* All with one value of a mark: from now on by engine. */
static bool look_at_engines(struct kin *k, enum mark mark, uint64_t *v, size_t n)
{
	bool ok = true;
	for (size_t i = 0; i < n; i++)
		v[i] = (uint64_t)k->a->messages[(uint32_t)v[i]].engine << 32 | (uint32_t)v[i];
	sort_u64(v, n);
	const enum whose whose = v[0] >> 32 == v[n - 1] >> 32 ? ONE_ENGINES : ANYBODYS;
	for (size_t i = 0, j; i < n && ok; i = j) {
		const uint64_t engine = v[i] >> 32;
		for (j = i + 1; j < n && v[j] >> 32 == engine; j++)
			;
		ok = look_at_value(k, mark, whose, v + i, j - i);
	}
	return ok;
}

static bool look_at_mark(struct kin *k, enum mark mark)
{
	size_t n = collect(k, mark);
	bool ok = true;
	k->n_pairs = 0;
	sort_u64(k->entries, n);
	for (size_t i = 0, j; i < n && ok; i = j) {
		const uint64_t value = k->entries[i] >> 32;
		for (j = i + 1; j < n && k->entries[j] >> 32 == value; j++)
			;
		ok = look_at_engines(k, mark, k->entries + i, j - i);
	}
	if (ok)
		join_pairs(k, mark);
	return ok;
}

/* ---- what comes of it ---- */

/* Once summed up: only roots are. */
static bool is_joined(const struct part *p)
{
	return p->marks != 0;
}

static void sum_up(struct kin *k)
{
	for (uint32_t i = 0; i < k->n_parts; i++) {
		struct part *p = &k->parts[i], *root = &k->parts[forest_root(k->parent, i)];
		root->parts += p->campaign;
		root->alone += p->campaign ? 0 : p->messages;
		root->least = p->least < root->least ? p->least : root->least;
		root->marks |= p->marks;
		p->marks = p == root ? p->marks : 0;
	}
}

static void part_json(const struct kin *k, const struct part *p, struct str id, struct json *j)
{
	json_obj(j);
	json_key(j, "id");
	json_str(j, id);
	json_key(j, "parts");
	json_int(j, p->parts);
	json_key(j, "alone");
	json_int(j, p->alone);
	json_key(j, "marks");
	json_arr(j);
	for (int m = 0; m < MARKS * WHOSE; m++) {
		const struct belief *b = &k->beliefs[m / WHOSE][m % WHOSE];
		if (!(p->marks >> m & 1))
			continue;
		json_obj(j);
		json_key(j, "by");
		json_z(j, mark_names[m / WHOSE]);
		json_key(j, "anybodys");
		json_bool(j, m % WHOSE == ANYBODYS);
		json_key(j, "runs");
		json_int(j, b->runs);
		json_key(j, "two");
		json_num(j, two_of(b), 4);
		json_obj_end(j);
	}
	json_arr_end(j);
	json_obj_end(j);
}

static int put_joined(struct kin *k, const struct part *p, name_id name)
{
	struct buf out;
	struct json j = json_to(&out);
	struct str id = analysis_name_text(k->a, name);
	buf_init(&out, LIM_ITEM);
	part_json(k, p, id, &j);
	int rc = buf_ok(&out) ? store_put_item(k->a->store, CAMPAIGN_JOINED, id, buf_str(&out), k->err)
	                      : err_oom(k->err, "campaigns");
	buf_free(&out);
	return rc;
}

static int put_all_joined(struct kin *k, const struct campaign_names *names)
{
	int rc = 0;
	for (uint32_t i = 0; i < k->n_parts && !rc; i++)
		if (is_joined(&k->parts[i]))
			rc = put_joined(k, &k->parts[i], campaign_name(names, k->parts[i].least));
	return rc;
}

/* A campaign has the name that its smallest key gives it. */
static int name_joined(struct kin *k)
{
	struct campaign_names names;
	uint64_t *keys = mem_alloc((k->n_parts + 1) * sizeof *keys);
	size_t n = 0;
	if (!keys)
		return err_oom(k->err, "campaigns");
	for (uint32_t i = 0; i < k->n_parts; i++)
		if (k->parts[i].parts || is_joined(&k->parts[i]))
			keys[n++] = k->parts[i].least;
	int rc = campaign_names_make(k->a, keys, n, &names, k->err);
	for (size_t i = 0; i < k->a->n_messages && !rc; i++) {
		const struct part *root = &k->parts[forest_root(k->parent, k->of[i])];
		if (root->parts || is_joined(root))
			k->a->messages[i].campaign = campaign_name(&names, root->least);
	}
	rc = rc ? rc : put_all_joined(k, &names);
	campaign_names_free(&names);
	return rc;
}

int campaign_kin_step(struct analysis *a, struct err *err)
{
	struct kin k = {.a = a, .err = err};
	bool ok = make_room(&k) && find_parts(&k);
	for (int mark = 0; mark < MARKS && ok; mark++)
		ok = look_at_mark(&k, (enum mark)mark);
	int rc = ok ? store_clear_items(a->store, CAMPAIGN_JOINED, err) : err_oom(err, "campaigns");
	if (!rc) {
		sum_up(&k);
		rc = name_joined(&k);
	}
	free_room(&k);
	return rc;
}
