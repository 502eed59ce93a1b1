/* alias_test.c - which pairs are one organisation, and which traps are none. */
#include "shop/alias.h"

#include <math.h>

#include "base/test.h"
#include "base/time.h"

enum { THINGS = 100, ORGS = 6 };
enum {
	PHONE_A = 1,
	PHONE_B,
	ORDER_A,
	ORDER_B,
	NS_A,
	NS_B,
	NS_ALL,
	ENGINE_1,
	ENGINE_2,
	ADDRESS_A,
	ADDRESS_B,
	BANK,
	PHONE_OTHER = 20,
	ORDER_OTHER = 30,
	NS_OTHER = 40
};

struct fixture {
	struct alias_org orgs[ORGS];
	struct alias_use uses[ORGS][USE_COUNT][2];
	double alike[ORGS][ORGS];
	uint16_t users[THINGS];
	uint32_t with[THINGS];
	uint8_t weak[THINGS];
	struct alias_world world;
};

static double alike(void *ctx, size_t a, size_t b)
{
	const struct fixture *f = ctx;
	return f->alike[a][b];
}

static void put(struct fixture *f, size_t org, enum alias_things kind, uint32_t thing, uint32_t n)
{
	struct alias_uses *u = &f->orgs[org].uses[kind];
	f->uses[org][kind][u->n++] = (struct alias_use){thing, n};
	u->v = f->uses[org][kind];
	u->total += n;
}

/* Six strangers: pages, phones, order numbers and name servers of their own; one name server that all use. */
static void strangers(struct fixture *f)
{
	memset(f, 0, sizeof *f);
	for (size_t i = 0; i < ORGS; i++) {
		f->orgs[i] = (struct alias_org){.domains = 100, .messages = 500, .begin = 0, .end = 100 * SECONDS_A_DAY};
		for (size_t k = 0; k < ORGS; k++)
			f->alike[i][k] = i == k ? 1 : 0.1;
	}
	for (size_t i = 2; i < ORGS; i++) {
		put(f, i, USE_PHONE, PHONE_OTHER + (uint32_t)i, 100);
		put(f, i, USE_ORDER, ORDER_OTHER + (uint32_t)i, 100);
		put(f, i, USE_NS, NS_ALL, 20);
		put(f, i, USE_NS, NS_OTHER + (uint32_t)i, 80);
	}
}

static struct alias_pair judge(struct fixture *f)
{
	alias_users(f->orgs, ORGS, f->users);
	f->world = (struct alias_world){f->orgs, ORGS, f->users, f->with, f->weak, 0, 100 * SECONDS_A_DAY, alike, f};
	return alias_judge(&f->world, 0, 1);
}

static void same_template(struct fixture *f)
{
	f->alike[0][1] = f->alike[1][0] = 1;
}

/* What the two of interest have in common. */
enum shared { PAGE = 1, PHONE = 2, ORDER = 4, HOSTS = 8, POPULAR_HOSTS = 16, TIME = 32, PAYMENT = 64, KIT = 128, HOSTER = 256 };

static void pair(struct fixture *f, unsigned shared)
{
	strangers(f);
	if (shared & (PAGE | KIT))
		same_template(f);
	for (size_t i = 2; shared & KIT && i < ORGS; i++)
		f->alike[0][i] = f->alike[i][0] = f->alike[1][i] = f->alike[i][1] = 1;
	put(f, 0, USE_PHONE, PHONE_A, 100);
	put(f, 1, USE_PHONE, shared & PHONE ? PHONE_A : PHONE_B, 100);
	put(f, 0, USE_ORDER, ORDER_A, 100);
	put(f, 1, USE_ORDER, shared & ORDER ? ORDER_A : ORDER_B, 100);
	if (shared & POPULAR_HOSTS) {
		put(f, 0, USE_NS, NS_ALL, 100);
		put(f, 1, USE_NS, NS_ALL, 100);
	} else {
		put(f, 0, USE_NS, NS_A, 80);
		put(f, 0, USE_NS, NS_ALL, 20);
		put(f, 1, USE_NS, shared & HOSTS ? NS_A : NS_B, 80);
		put(f, 1, USE_NS, NS_ALL, 20);
	}
	if (shared & HOSTER)
		f->with[NS_A] = 100000;
	if (shared & PAYMENT)
		for (size_t i = 0; i < 2; i++)
			put(f, i, USE_PAYHOST, BANK, 100);
	if (shared & TIME) {
		f->orgs[0].end = 50 * SECONDS_A_DAY;
		f->orgs[1].begin = 51 * SECONDS_A_DAY;
		for (size_t i = 0; i < 2; i++)
			put(f, i, USE_ENGINE, ENGINE_1, 100);
	}
}

static const struct {
	const char *about;
	unsigned shared;
	enum alias_tier least, most;
} table[] = {
	{"nothing in common", 0, ALIAS_TIER_CONTRADICTED, ALIAS_TIER_CONTRADICTED},
	{"concurrent: template, order numbers, name servers; phones differ", PAGE | ORDER | HOSTS, ALIAS_TIER_SAME,
		ALIAS_TIER_SAME},
	{"rebranded: everything, one after the other", PAGE | ORDER | PHONE | HOSTS | TIME, ALIAS_TIER_SAME, ALIAS_TIER_SAME},
	{"a new template, the same phone, order numbers and hosts", PHONE | ORDER | HOSTS, ALIAS_TIER_LIKELY, ALIAS_TIER_SAME},
	{"a stolen template", PAGE, ALIAS_TIER_CONTRADICTED, ALIAS_TIER_CONTRADICTED},
	{"a template that all have, and a hoster's name servers", KIT | HOSTS | HOSTER, ALIAS_TIER_CONTRADICTED,
		ALIAS_TIER_UNPROVEN},
	{"name servers that everybody uses", POPULAR_HOSTS, ALIAS_TIER_CONTRADICTED, ALIAS_TIER_UNPROVEN},
	{"name servers of their own in common, nothing else", HOSTS, ALIAS_TIER_CONTRADICTED, ALIAS_TIER_UNPROVEN},
	{"the same bank", PAYMENT, ALIAS_TIER_CONTRADICTED, ALIAS_TIER_UNPROVEN},
	{"the same bank, one after the other", PAYMENT | TIME, ALIAS_TIER_CONTRADICTED, ALIAS_TIER_UNPROVEN},
	{"one after the other", TIME, ALIAS_TIER_CONTRADICTED, ALIAS_TIER_UNPROVEN},
};

static void tiers(void **state)
{
	(void)state;
	struct fixture f;
	for (size_t i = 0; i < COUNT(table); i++) {
		pair(&f, table[i].shared);
		struct alias_pair p = judge(&f);
		if (p.tier < table[i].least || p.tier > table[i].most)
			fail_msg("%s: %s (%.1f)", table[i].about, alias_tier_names[p.tier], p.log_odds);
		if (p.tier >= ALIAS_TIER_LIKELY)
			assert_true(p.families >= ALIAS_FAMILIES);
	}
}

static void the_order_of_the_two_does_not_matter(void **state)
{
	(void)state;
	struct fixture f;
	for (size_t i = 0; i < COUNT(table); i++) {
		pair(&f, table[i].shared);
		struct alias_pair p = judge(&f), q = alias_judge(&f.world, 1, 0);
		assert_true(fabs(p.log_odds - q.log_odds) < 1e-9);
		assert_int_equal(p.tier, q.tier);
	}
}

static void one_family_is_capped(void **state)
{
	(void)state;
	struct fixture f;
	pair(&f, PHONE | ORDER);
	struct alias_pair p = judge(&f);
	assert_true(p.weight[ALIAS_CONTACT] <= 3.0);
	assert_true(p.tier < ALIAS_TIER_LIKELY); /* alone it proves nothing */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tiers),
		cmocka_unit_test(the_order_of_the_two_does_not_matter),
		cmocka_unit_test(one_family_is_capped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
