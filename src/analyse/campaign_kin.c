/* campaign_kin.c - campaigns that text leaves in parts, joined by what else their engine's mail has in common; see campaigns.h.
 *
 * A campaign of two short sentences, of a link alone, or whose text is drawn as a whole, comes from the first step in many parts and single
 * messages. What they share is a mark (campaign/kin.h): the link, the subject, or both. Two campaigns of one engine at one time can share it, too. Which of
 * the two it is, the store itself tells, twice:
 *
 *   of the mark     how often the runs of mail that have one value of it (of one engine, without a pause of GAP) hold two campaigns that their texts tell
 *                   apart. A mark is believed where, by the rule of succession, at most one pair in RARELY is of two. In one store all campaigns of
 *                   a shop share its domains, in another each has its own.
 *   of the run      whether its mail is crumbs: messages alone, and parts of fewer than WHOLE. A campaign that text holds together leaves nearly none. So
 *                   where one in CRUMBS or more are, the run is one campaign that text does not hold: of it are its crumbs, and whole parts with most
 *                   of their mail in it. Else its crumbs go with its one whole part, and where it has several they stay.
 *
 * Crumbled runs are not asked about the mark: their parts are what is in question. Mail without an engine or a time is left as it is.
 *
 * Known limits: two campaigns that share a believed mark in a crumbled run become one, whatever their texts and other marks say (bodies and domains that
 * change under one subject look the same); parts that share none stay apart. Hashes of engine and mark have 32 bits: see kin.h.
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

/* Judgement, in a step developed on sixteen made worlds (docs/BENCHMARKS.md): what fewer than WHOLE messages share may be chance, one crumb in CRUMBS
 * is more than strays make, one wrong pair in RARELY is what may be lost, and what is silent for GAP has ended. */
enum { WHOLE = 4, CRUMBS = 5, RARELY = 32, GAP = 10 * 86400 };
enum mark { MARK_LINK, MARK_SUBJECT, MARK_BOTH, MARKS };
static const char *const mark_names[MARKS] = {[MARK_LINK] = "link", [MARK_SUBJECT] = "subject", [MARK_BOTH] = "link and subject"};

/* A campaign of the first step, or a message that is in none. */
struct part {
	uint64_t least;          /* smallest key; in a root, once summed up, of all below it */
	uint32_t messages, told; /* told: those with a text that tells */
	uint32_t parts, alone;   /* in a root: campaigns of the first step below it, messages that were in none */
	uint8_t marks;           /* by which; in a root, once summed up, of all below it */
	bool campaign;
};

/* What the store says of a mark: runs that hold two messages of told parts, and the sum of the shares of their pairs that are of two. */
struct belief {
	uint32_t runs;
	double two;
};

struct kin {
	struct analysis *a;
	struct part *parts;
	uint32_t *of, *parent; /* message -> part; part -> towards its root */
	size_t n_parts;
	uint32_t *engine;     /* name -> a hash of it */
	uint64_t *entries;    /* hash of engine and mark, or seconds; message */
	uint32_t *seen;       /* parts of a run */
	uint32_t (*pairs)[2]; /* parts that the mark in hand would join */
	size_t n_pairs, room;
	struct belief beliefs[MARKS];
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
	k->engine = mem_zalloc(k->a->names.n + 1, sizeof *k->engine);
	return k->parts && k->of && k->parent && k->entries && k->seen && k->engine;
}

static void free_room(struct kin *k)
{
	mem_free(k->parts);
	mem_free(k->of);
	mem_free(k->parent);
	mem_free(k->entries);
	mem_free(k->seen);
	mem_free(k->engine);
	mem_free(k->pairs);
}

static bool find_parts(struct kin *k)
{
	uint32_t *numbers = mem_zalloc(k->a->names.n + 1, sizeof *numbers); /* name -> part + 1 */
	for (size_t i = 0; numbers && i < k->a->n_messages; i++) {
		const struct analysed *m = &k->a->messages[i];
		uint32_t *number = &numbers[m->campaign], p = m->campaign && *number ? *number - 1 : (uint32_t)k->n_parts++;
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

static bool is_told(const struct part *p)
{
	return p->messages >= WHOLE && 2 * p->told >= p->messages;
}

/* How many pairs of its messages of told parts are of two parts. seen: ascending. */
static void ask_run(struct kin *k, enum mark mark, const uint32_t *seen, size_t n)
{
	double told = 0, same = 0;
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && seen[j] == seen[i]; j++)
			;
		double of = is_told(&k->parts[seen[i]]) ? (double)(j - i) : 0;
		told += of;
		same += of * (of - 1);
	}
	if (told < 2)
		return;
	k->beliefs[mark].runs++;
	k->beliefs[mark].two += 1 - same / (told * (told - 1));
}

static bool would_join(struct kin *k, uint32_t a, uint32_t b)
{
	if (!mem_room((void **)&k->pairs, &k->room, k->n_pairs + 1, sizeof *k->pairs))
		return false;
	k->pairs[k->n_pairs][0] = a;
	k->pairs[k->n_pairs++][1] = b;
	return true;
}

/* seen: of the run, ascending. A whole part goes with a crumbled run only where most of its mail is in it. */
static bool join_run(struct kin *k, const uint32_t *seen, size_t n, bool crumbled)
{
	uint32_t first = UINT32_MAX;
	bool ok = true;
	for (size_t i = 0, j; i < n && ok; i = j) {
		for (j = i + 1; j < n && seen[j] == seen[i]; j++)
			;
		const struct part *p = &k->parts[seen[i]];
		if (crumbled && p->messages >= WHOLE && 2 * (j - i) < p->messages)
			continue;
		ok = first == UINT32_MAX || would_join(k, first, seen[i]);
		first = first == UINT32_MAX ? seen[i] : first;
	}
	return ok;
}

static bool look_at_run(struct kin *k, enum mark mark, const uint64_t *run, size_t n)
{
	size_t crumbs = 0, whole = 0;
	if (n < 2)
		return true;
	for (size_t i = 0; i < n; i++)
		k->seen[i] = k->of[(uint32_t)run[i]];
	sort_u32(k->seen, n);
	for (size_t i = 0; i < n; i++) {
		bool crumb = k->parts[k->seen[i]].messages < WHOLE;
		crumbs += crumb;
		whole += !crumb && (i == 0 || k->seen[i] != k->seen[i - 1]);
	}
	bool crumbled = CRUMBS * crumbs >= n;
	if (!crumbled)
		ask_run(k, mark, k->seen, n);
	return crumbled || whole < 2 ? join_run(k, k->seen, n, crumbled) : true;
}

/* All with one value of a mark, from one engine: from now on by time. */
static bool look_at_value(struct kin *k, enum mark mark, uint64_t *v, size_t n)
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
		ok = look_at_run(k, mark, v + i, j - i);
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
		if (!k->engine[m->engine])
			k->engine[m->engine] = (uint32_t)hash64(analysis_name_text(k->a, m->engine), 0) | 1;
		k->entries[n++] = (uint64_t)(value * 0x85ebca6bu ^ k->engine[m->engine]) << 32 | i;
	}
	return n;
}

static void join_pairs(struct kin *k, enum mark mark)
{
	for (size_t i = 0; i < k->n_pairs; i++) {
		forest_join(k->parent, k->pairs[i][0], k->pairs[i][1]);
		for (int end = 0; end < 2; end++)
			k->parts[k->pairs[i][end]].marks |= (uint8_t)(1u << mark);
	}
}

static double two_of(const struct belief *b)
{
	return (b->two + 1) / (b->runs + 2);
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
		ok = look_at_value(k, mark, k->entries + i, j - i);
	}
	if (ok && RARELY * two_of(&k->beliefs[mark]) <= 1)
		join_pairs(k, mark);
	return ok;
}

/* ---- what comes of it ---- */

static bool is_joined(const struct part *p)
{
	return p->parts + p->alone > 1;
}

static void sum_up(struct kin *k)
{
	for (uint32_t i = 0; i < k->n_parts; i++) {
		struct part *p = &k->parts[i], *root = &k->parts[forest_root(k->parent, i)];
		root->parts += p->campaign;
		root->alone += !p->campaign;
		root->least = p->least < root->least ? p->least : root->least;
		root->marks |= p->marks;
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
	for (int m = 0; m < MARKS; m++) {
		if (!(p->marks >> m & 1))
			continue;
		json_obj(j);
		json_key(j, "by");
		json_z(j, mark_names[m]);
		json_key(j, "runs");
		json_int(j, k->beliefs[m].runs);
		json_key(j, "two");
		json_num(j, two_of(&k->beliefs[m]), 4);
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

/* Copies of a message that nothing holds together, months apart, can give two roots one name: these are one campaign, told by one of them. */
static int sum_namesakes(struct kin *k, const struct campaign_names *names)
{
	uint32_t *first = mem_zalloc(k->a->names.n + 1, sizeof *first); /* name -> root + 1 */
	for (uint32_t i = 0; first && i < k->n_parts; i++) {
		struct part *p = &k->parts[i];
		if (!is_joined(p))
			continue;
		uint32_t *number = &first[campaign_name(names, p->least)];
		if (!*number) {
			*number = i + 1;
			continue;
		}
		struct part *other = &k->parts[*number - 1];
		other->parts += p->parts;
		other->alone += p->alone;
		other->marks |= p->marks;
		p->parts = p->alone = 0;
	}
	mem_free(first);
	return first ? 0 : err_oom(k->err, "campaigns");
}

static int put_all_joined(struct kin *k, const struct campaign_names *names)
{
	int rc = sum_namesakes(k, names);
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
