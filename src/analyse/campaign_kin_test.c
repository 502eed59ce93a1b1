/* campaign_kin_test.c - what joins parts of a campaign, and what leaves them apart. */
#include "analyse/campaigns.h"
#include "store/store_world_test.h"

enum { STANDS = 8, /* as in campaign_kin.c */ MOST = 800, RUNS = 40, EACH = 8, DAY = 86400 };

struct mail {
	struct world w;
	struct analysis a;
	struct analysed messages[MOST];
};

static void start(struct mail *m)
{
	*m = (struct mail){.a.n_messages = 0};
	begin(&m->w);
	arena_init(&m->a.arena, 64 * MIB);
	m->a.store = m->w.s;
	m->a.messages = m->messages;
	assert_non_null(vec_push(&m->a.arena, &m->a.names, UINT32_MAX)); /* 0: none */
	map_init(&m->a.name_ids, SIZE_MAX);
}

static void stop(struct mail *m)
{
	map_free(&m->a.name_ids);
	arena_free(&m->a.arena);
	end(&m->w);
}

static name_id name(struct mail *m, const char *kind, unsigned n)
{
	char text[32];
	snprintf(text, sizeof text, "%s%u", kind, n);
	return analysis_name_of(&m->a, str_of(text), &m->w.err);
}

/* n messages of engine e, with one link, as one campaign or alone (0). Their first. */
static size_t add(struct mail *m, size_t n, unsigned campaign, unsigned e, uint32_t link, int day, bool told)
{
	size_t first = m->a.n_messages;
	for (size_t i = 0; i < n; i++) {
		size_t at = m->a.n_messages++;
		m->messages[at] = (struct analysed){.key = (uint64_t)(at * 7919 % 997 + 1) << 32 | at,
			.time = 1000000 + (int64_t)day * DAY + (int64_t)i * 60,
			.campaign = campaign ? name(m, "c-", campaign) : 0,
			.engine = e ? name(m, "engine-", e) : 0,
			.marks = {.link = link, .told = told}};
	}
	return first;
}

/* Campaigns that their texts tell, each with a link of its own; with twins, two by two with the same. */
static void add_told(struct mail *m, size_t runs, bool twins)
{
	for (size_t i = 0; i < runs; i++)
		add(m, EACH, (unsigned)(100 + i), 1, (uint32_t)(1000 + (twins ? i / 2 : i)), 0, true);
}

static void step(struct mail *m)
{
	assert_int_equal(campaign_kin_step(&m->a, &m->w.err), 0);
}

static bool together(const struct mail *m, size_t first, size_t n)
{
	for (size_t i = first; i < first + n; i++)
		if (!m->messages[i].campaign || m->messages[i].campaign != m->messages[first].campaign)
			return false;
	return true;
}

static bool all_alone(const struct mail *m, size_t first, size_t n)
{
	for (size_t i = first; i < first + n; i++)
		if (m->messages[i].campaign)
			return false;
	return true;
}

static int count(void *ctx, struct str id, struct str json)
{
	(void)id;
	(void)json;
	++*(int *)ctx;
	return 0;
}

static int items(struct mail *m)
{
	int n = 0;
	assert_int_equal(store_items(m->w.s, CAMPAIGN_JOINED, count, &n, &m->w.err), 0);
	return n;
}

static void crumbs_with_one_link_are_one_campaign(void **state)
{
	(void)state;
	static struct mail m;
	start(&m);
	add_told(&m, RUNS, false);
	size_t crumbs = add(&m, 10, 0, 1, 7, 0, false), part = add(&m, 5, 9, 1, 7, 1, false);
	size_t later = add(&m, 1, 0, 1, 7, 30, false), nobody = add(&m, 3, 0, 0, 7, 0, false);
	size_t elsewhere = add(&m, 1, 0, 1, 8, 0, false), none = add(&m, 2, 0, 1, 0, 0, false);
	add(&m, 1, 0, 1, 9, 0, false);
	m.messages[m.a.n_messages - 1].time = TIME_NONE;
	step(&m);
	assert_true(together(&m, crumbs, 15));
	assert_int_equal(part, crumbs + 10);
	assert_true(all_alone(&m, later, 1) && all_alone(&m, nobody, 3));
	assert_true(all_alone(&m, elsewhere, 1) && all_alone(&m, none, 2));
	uint64_t least = UINT64_MAX;
	for (size_t i = crumbs; i < crumbs + 15; i++)
		least = m.messages[i].key < least ? m.messages[i].key : least;
	char id[CAMPAIGN_ID_SIZE];
	size_t n = campaign_id(least, false, id);
	assert_true(str_eq(analysis_name_text(&m.a, m.messages[crumbs].campaign), str_make(id, n)));
	struct str json;
	assert_int_equal(store_item(m.w.s, CAMPAIGN_JOINED, str_make(id, n), &m.w.a, &json, &m.w.err), 1);
	assert_true(str_find(json, S("\"parts\":1,\"alone\":10,\"marks\":[{\"by\":\"link\",\"anybodys\":false,\"runs\":40,")) !=
		    STR_NPOS);
	assert_int_equal(items(&m), 1);
	stop(&m);
}

/* A link of two campaigns that text holds together says nothing of the crumbs beside them; of one, that they are its own. */
static void whole_parts_stay_apart(void **state)
{
	(void)state;
	static struct mail m;
	start(&m);
	add_told(&m, RUNS + 30, false);
	size_t a = add(&m, 12, 7, 1, 7, 0, true), b = add(&m, 12, 8, 1, 7, 0, true), beside = add(&m, 2, 0, 1, 7, 0, false);
	size_t c = add(&m, 12, 9, 1, 9, 0, true);
	add(&m, 2, 0, 1, 9, 0, false);
	step(&m);
	assert_true(together(&m, a, 12) && together(&m, b, 12) && m.messages[a].campaign != m.messages[b].campaign);
	assert_true(all_alone(&m, beside, 2));
	assert_true(together(&m, c, 14));
	stop(&m);
}

/* A whole part with most of its mail under other links does not go with crumbs under this one. */
static void most_of_a_part(void **state)
{
	(void)state;
	static struct mail m;
	start(&m);
	add_told(&m, RUNS, false);
	size_t few = add(&m, 3, 9, 1, 7, 0, false), crumbs = add(&m, 10, 0, 1, 7, 0, false);
	add(&m, 9, 9, 1, 8, 0, false);
	step(&m);
	assert_true(together(&m, crumbs, 10) && m.messages[few].campaign != m.messages[crumbs].campaign);
	stop(&m);
}

/* Where campaigns that text tells apart share links, or too few were seen to tell, a link joins nothing. */
static void a_mark_that_is_not_believed(void **state)
{
	(void)state;
	static struct mail m;
	for (int twins = 0; twins < 2; twins++) {
		start(&m);
		add_told(&m, twins ? RUNS : RUNS / 4, twins);
		name_id before = m.messages[0].campaign;
		size_t crumbs = add(&m, 10, 0, 1, 7, 0, false);
		step(&m);
		assert_true(all_alone(&m, crumbs, 10) && together(&m, 0, EACH));
		assert_int_not_equal(before, 0);
		assert_int_equal(items(&m), 0);
		stop(&m);
	}
}

/* The order of messages does not matter to what is joined. */
static void order_does_not_matter(void **state)
{
	(void)state;
	static struct mail m;
	char want[64] = "";
	for (int turn = 0; turn < 2; turn++) {
		start(&m);
		add_told(&m, RUNS, false);
		size_t crumbs = add(&m, 10, 0, 1, 7, 0, false), last = m.a.n_messages - 1;
		for (size_t i = 0; turn && i < m.a.n_messages / 2; i++) {
			struct analysed x = m.messages[i];
			m.messages[i] = m.messages[last - i];
			m.messages[last - i] = x;
		}
		crumbs = turn ? 0 : crumbs;
		step(&m);
		assert_true(together(&m, crumbs, 10));
		struct str id = analysis_name_text(&m.a, m.messages[crumbs].campaign);
		if (turn)
			assert_true(str_eq(id, str_of(want)));
		snprintf(want, sizeof want, "%.*s", STR_FMT(id));
		stop(&m);
	}
}

/* Copies of a message that says little, two months apart, are one part: they hold both runs together, though neither has the other's smallest key. */
static void copies_of_a_message_in_two_runs(void **state)
{
	(void)state;
	static struct mail m;
	for (int turn = 0; turn < 2; turn++) {
		start(&m);
		add_told(&m, RUNS, false);
		size_t a = add(&m, 9, 0, 1, 7, turn ? 60 : 0, false), b = add(&m, 12, 0, 1, 7, turn ? 0 : 60, false);
		m.messages[a + 8].key = m.messages[b + 11].key = UINT64_MAX;
		step(&m);
		assert_true(together(&m, a, 21));
		assert_int_equal(items(&m), 1);
		struct str json, id = analysis_name_text(&m.a, m.messages[a].campaign);
		assert_int_equal(store_item(m.w.s, CAMPAIGN_JOINED, id, &m.w.a, &json, &m.w.err), 1);
		assert_true(str_find(json, S("\"parts\":0,\"alone\":21,")) != STR_NPOS);
		stop(&m);
	}
}

/* Two parts with texts that tell, and strays beside them under the same link: nothing is joined. With one such part the strays are its own. */
static void two_parts_that_stand(void **state)
{
	(void)state;
	static struct mail m;
	for (int two = 0; two < 2; two++) {
		start(&m);
		add_told(&m, RUNS, false);
		size_t a = add(&m, 12, 7, 1, 7, 0, true), b = add(&m, two ? STANDS : STANDS - 1, 8, 1, 7, 0, true);
		size_t strays = add(&m, 10, 0, 1, 7, 0, false);
		step(&m);
		assert_int_equal(m.messages[a].campaign != m.messages[b].campaign, two);
		assert_int_equal(all_alone(&m, strays, 10), two);
		stop(&m);
	}
}

/* Of crumbs that few share nothing is known, unless they share link and subject. */
static void a_few_crumbs(void **state)
{
	(void)state;
	static struct mail m;
	start(&m);
	add_told(&m, RUNS, false);
	size_t few = add(&m, STANDS - 1, 0, 1, 7, 0, false), both = add(&m, 2, 0, 1, 8, 0, false);
	for (size_t i = 0; i < m.a.n_messages; i++)
		m.messages[i].marks.subject = i >= both ? 9 : i < few ? 100 + (uint32_t)i / EACH : 0;
	step(&m);
	assert_true(all_alone(&m, few, STANDS - 1) && together(&m, both, 2));
	stop(&m);
}

/* What another engine's mail has, too, is asked about by itself: of such links nothing is known here. */
static void a_link_that_is_anybodys(void **state)
{
	(void)state;
	static struct mail m;
	start(&m);
	add_told(&m, RUNS, false);
	size_t crumbs = add(&m, 10, 0, 1, 7, 0, false), own = add(&m, 10, 0, 1, 8, 0, false);
	add(&m, 1, 0, 2, 7, 40, false);
	step(&m);
	assert_true(all_alone(&m, crumbs, 10) && together(&m, own, 10));
	stop(&m);
}

/* Parts of a few messages under one link do not say that it is of two: they may be pieces. */
static void pieces_say_nothing(void **state)
{
	(void)state;
	static struct mail m;
	start(&m);
	add_told(&m, RUNS, false);
	for (unsigned i = 0; i < 12; i++)
		add(&m, STANDS - 1, 200 + i, 1, 2000 + i / 2, 0, true);
	size_t crumbs = add(&m, 10, 0, 1, 7, 0, false);
	step(&m);
	assert_true(together(&m, crumbs, 10));
	stop(&m);
}

static void memory_that_fails_is_told(void **state)
{
	(void)state;
	static struct mail m;
	bool hit = true;
	for (int64_t n = 0; hit; n++) {
		start(&m);
		add_told(&m, RUNS, false);
		size_t crumbs = add(&m, 10, 0, 1, 7, 0, false);
		mem_fail_only(n);
		int rc = campaign_kin_step(&m.a, &m.w.err);
		hit = mem_failed();
		mem_fail_from(-1);
		assert_true(rc ? hit && m.w.err.kind : together(&m, crumbs, 10) && items(&m) == 1);
		m.w.err = (struct err){0};
		stop(&m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crumbs_with_one_link_are_one_campaign),
		cmocka_unit_test(whole_parts_stay_apart),
		cmocka_unit_test(most_of_a_part),
		cmocka_unit_test(a_mark_that_is_not_believed),
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(copies_of_a_message_in_two_runs),
		cmocka_unit_test(two_parts_that_stand),
		cmocka_unit_test(a_few_crumbs),
		cmocka_unit_test(a_link_that_is_anybodys),
		cmocka_unit_test(pieces_say_nothing),
		cmocka_unit_test(memory_that_fails_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
