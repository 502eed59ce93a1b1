/* shops_test.c - which storefront is whose: seeds that stand up and that do not, shared brands, stolen templates, unknown programmes. */
#include "base/test.h"

#include "campaign/shingle.h"
#include "shop/shops.h"
#include "store/store_test.h"

static const char knowledge[] =
	"format: 1\n"
	"programmes:\n"
	"  - {name: Alpha, category: pharma, brands: [Pills], example_domains: [a0.example, a1.example, adead.example, agone.example, "
	"awrong.example], source: a test}\n"
	"  - {name: Beta, category: pharma, brands: [Pills], example_domains: [b0.example, aparked.example, a2.example], source: a test}\n"
	"  - {name: Gamma, category: replica, brands: [Watches, Clocks], example_domains: [c0.example], source: a test}\n"
	"brands:\n"
	"  - {name: Pills, kind: storefront, category: pharma, source: a test}\n"
	"  - {name: Watches, kind: storefront, category: replica, source: a test}\n"
	"  - {name: Clocks, kind: storefront, category: replica, source: a test}\n";

struct shop {
	const char *domain, *kind, *brand, *template, *phone, *order;
	unsigned look; /* of an image; 0: none. Bits differ from shop to shop */
};
static const struct shop shops[] = {
	{"a0.example", "storefront", "Pills", "one", "+1-555-0001", "AA-000", 2},
	{"a1.example", "storefront", "Pills", "one", "+1-555-0001", "AA-000", 0},
	{"a2.example", "storefront", "Pills", "one", "+1-555-0001", "AA-000", 0}, /* in the pack as Beta's */
	{"a3.example", "storefront", "Pills", "one", "+1-555-0001", "AA-000", 0}, {"adead.example", "dead", "", "", "", "", 0},
	{"aparked.example", "parked", "", "", "", "", 0},
	{"awrong.example", "storefront", "Watches", "three", "+1-555-0003", "CC-000", 0},
	{"b0.example", "storefront", "Pills", "one", "+1-555-0002", "AA-000", 2},
	{"b1.example", "storefront", "Pills", "one", "+1-555-0002", "AA-000", 0},
	{"b2.example", "storefront", "Pills", "one", "+1-555-0002", "AA-000", 0},
	{"c0.example", "storefront", "Watches", "three", "+1-555-0003", "CC-000", 1},
	{"c1.example", "storefront", "Clocks", "three", "+1-555-0003", "CC-000", 1},
	{"c2.example", "storefront", "Clocks", "three", "+1-555-0003", "CC-000", 1},
	{"c4.example", "storefront", "Clocks", "three", "+1-555-0003", "CC-000", 0},
	{"a4.example", "storefront", "Pills", "one", "+1-555-0001", "AA-000", 0},
	{"t0.example", "storefront", "Thief", "three", "+1-555-0004", "TT-000", 1}, /* Gamma's template, nothing else */
	{"t1.example", "storefront", "Thief", "three", "+1-555-0004", "TT-000", 1},
	{"t2.example", "storefront", "Thief", "three", "+1-555-0004", "TT-000", 1},
	{"u0.example", "storefront", "Lonely", "four", "+1-555-0005", "UU-000", 0}, /* one domain: any shop */
	{"x0.example", "storefront", "", "five", "", "", 0},
	{"p0.example", "storefront", "Clocks", "six", "+1-555-0003", "", 1}, /* another template, the same picture */
	/* a telephone that neither Alpha nor Beta is known for: on Alpha's machines, on both's, nobody knows where, on Beta's */
	{"d0.example", "storefront", "Pills", "one", "+1-555-0011", "AA-000", 0},
	{"d1.example", "storefront", "Pills", "one", "+1-555-0011", "AA-000", 0},
	{"d2.example", "storefront", "Pills", "one", "+1-555-0011", "AA-000", 0},
	{"e0.example", "storefront", "Pills", "one", "+1-555-0012", "AA-000", 0},
	{"e1.example", "storefront", "Pills", "one", "+1-555-0012", "AA-000", 0},
	{"e2.example", "storefront", "Pills", "one", "+1-555-0012", "AA-000", 0},
	{"e3.example", "storefront", "Pills", "one", "+1-555-0012", "AA-000", 0},
	{"f0.example", "storefront", "Pills", "one", "+1-555-0013", "AA-000", 0},
	{"f1.example", "storefront", "Pills", "one", "+1-555-0013", "AA-000", 0},
	{"f2.example", "storefront", "Pills", "one", "+1-555-0013", "AA-000", 0},
	{"g0.example", "storefront", "Pills", "one", "+1-555-0014", "AA-000", 0},
	{"g1.example", "storefront", "Pills", "one", "+1-555-0014", "AA-000", 0},
	{"g2.example", "storefront", "Pills", "one", "+1-555-0014", "AA-000", 0},
	{"q0.example", "storefront", "Pills", "seven", "+1-555-0001", "", 2}, /* a picture that two have */
};

static int put_look(char *to, size_t room, unsigned picture, unsigned variant)
{
	int n = snprintf(to, room, "\"image=look:");
	for (unsigned i = 0; i < 4; i++)
		n += snprintf(to + n, room - (size_t)n, "%016llx",
			(unsigned long long)(mix64(picture * 4 + i) ^ (i == 3 ? mix64(variant) >> 48 : 0)));
	return n + snprintf(to + n, room - (size_t)n, "\",");
}

static void put_shop(struct store *s, const struct shop *p)
{
	struct err err = {0};
	char id[100], json[1000];
	snprintf(id, sizeof id, "http://%s/ 2010-08-01T00:00:00Z", p->domain);
	int n = snprintf(json, sizeof json,
		"{\"url\":\"http://%s/\",\"host\":\"%s\",\"domain\":\"%s\",\"time\":\"2010-08-01T00:00:00Z\",\"kind\":\"%s\",\"title\":\"%s - shop\","
		"\"next\":null,\"tokens\":[",
		p->domain, p->domain, p->domain, p->kind, p->brand);
	if (p->template[0])
		for (int i = 0; i < 10; i++)
			n += snprintf(json + n, sizeof json - (size_t)n, "\"tag=div.%s%d\",", p->template, i);
	if (p->brand[0])
		n += snprintf(json + n, sizeof json - (size_t)n, "\"text=^%s\",\"title=^%s\",", p->brand, p->brand);
	if (p->phone[0])
		n += snprintf(json + n, sizeof json - (size_t)n, "\"phone=%s\",\"order=%s\",", p->phone, p->order);
	if (p->look)
		n += put_look(json + n, sizeof json - (size_t)n, p->look, (unsigned)p->domain[1]);
	snprintf(json + n, sizeof json - (size_t)n, "\"tag=body\"]}");
	assert_int_equal(store_put_item(s, "page", str_of(id), str_of(json), &err), 0);
}

/* A capture that says "as before" only: domain, and URL of which it is the same as. */
static const struct {
	const char *domain, *same;
} revisits[] = {
	{"ab.example", "http://b1.example/"}, /* comes before what it names */
	{"zz.example", "http://a0.example/"}, {"z1.example", "http://gone.example/"},
	{"z2.example", "http://z2.example/"}, /* itself */
};

static void put_revisit(struct store *s, const char *domain, const char *same)
{
	struct err err = {0};
	char id[100], json[1000];
	snprintf(id, sizeof id, "http://%s/ 2010-08-03T00:00:00Z", domain);
	snprintf(json, sizeof json,
		"{\"url\":\"http://%s/\",\"host\":\"%s\",\"domain\":\"%s\",\"time\":\"2010-08-03T00:00:00Z\",\"kind\":\"revisit\","
		"\"next\":null,\"revisit\":{\"url\":\"%s\",\"time\":\"2010-08-01T00:00:00Z\"},\"tokens\":[]}",
		domain, domain, domain, same);
	assert_int_equal(store_put_item(s, "page", str_of(id), str_of(json), &err), 0);
}

/* Name servers: Gamma's own, one that three have, one of Alpha and Beta. */
static const struct {
	const char *domain, *ns, *a;
} facts[] = {
	{"c0.example", "ns.gamma", "192.0.2.3"},
	{"c1.example", "ns.gamma", "192.0.2.3"},
	{"c2.example", "ns.gamma", "192.0.2.3"},
	{"awrong.example", "ns.gamma", "192.0.2.3"},
	{"c4.example", "ns.gamma", "192.0.2.3"},
	{"a0.example", "ns.both", "192.0.2.1"},
	{"a1.example", "ns.both", "192.0.2.1"},
	{"a2.example", "ns.both", "192.0.2.1"},
	{"a3.example", "ns.both", "192.0.2.1"},
	{"a4.example", "ns.both", "192.0.2.11"},
	{"b0.example", "ns.both", "192.0.2.2"},
	{"b1.example", "ns.both", "192.0.2.9"},
	{"d0.example", "ns.both", "192.0.2.1"},
	{"d1.example", "ns.both", "192.0.2.1"},
	{"d2.example", "ns.both", "192.0.2.1"},
	{"e0.example", "ns.rented", "192.0.2.9"},
	{"e1.example", "ns.rented", "192.0.2.2"},
	{"e2.example", "ns.rented", "192.0.2.2"},
	{"e3.example", "ns.rented", "192.0.2.11"},
	{"g0.example", "ns.both", "192.0.2.2"},
	{"g1.example", "ns.both", "192.0.2.9"},
	{"g2.example", "ns.both", "192.0.2.2"},
	{"t0.example", "ns.all", "192.0.2.3"},
	{"new1.example", "ns.gamma", "192.0.2.77"},
	{"new2.example", "ns.both", "192.0.2.1"},
	{"new3.example", "ns.both", "192.0.2.9"},
	{"new4.example", "ns.all", "192.0.2.1"},
	{"adead.example", "ns.gamma", "192.0.2.3"},
};

struct fixture {
	const char *dir;
	struct store *store;
	struct pack *pack;
	struct arena arena;
};

static void set_up(struct fixture *f)
{
	struct err err = {0};
	char path[96];
	const struct pack_text text = {"test", str_of(knowledge)};
	const unsigned layer = 1;
	f->dir = make_dir();
	snprintf(path, sizeof path, "%s/t.db", f->dir);
	assert_int_equal(store_open(&f->store, path, STORE_WRITE, &err), 0);
	assert_int_equal(pack_open_texts(&f->pack, &text, &layer, 1, &err), 0);
	assert_int_equal(store_begin(f->store, &err), 0);
	for (size_t i = 0; i < COUNT(shops); i++)
		put_shop(f->store, &shops[i]);
	for (size_t i = 0; i < COUNT(revisits); i++)
		put_revisit(f->store, revisits[i].domain, revisits[i].same);
	for (size_t i = 0; i < COUNT(facts); i++) {
		char json[200];
		snprintf(json, sizeof json, "{\"domain\":\"%s\",\"ns\":[\"%s\"],\"a\":[\"%s\"]}", facts[i].domain, facts[i].ns,
			facts[i].a);
		assert_int_equal(store_put_item(f->store, "dns", str_of(facts[i].domain), str_of(json), &err), 0);
	}
	assert_int_equal(store_commit(f->store, &err), 0);
	arena_init(&f->arena, SIZE_MAX);
}

static void tear_down(struct fixture *f)
{
	arena_free(&f->arena);
	pack_close(f->pack);
	store_close(f->store);
	rm_dir(f->dir);
}

static struct str programme_at(const struct shops *s, const char *domain)
{
	uint32_t form = shops_place(s, S(""), str_of(domain));
	uint32_t p = form == NO_FORM ? NO_PROGRAMME : s->forms[form].programme;
	return p == NO_PROGRAMME ? S("") : s->programmes.v[p].name;
}

static void seeds_have_to_stand_up(void **state)
{
	static const struct {
		const char *domain;
		bool accepted;
		const char *reason;
	} want[] = {
		{"a0.example", true, ""},
		{"a1.example", true, ""},
		{"adead.example", false, "dead"},
		{"agone.example", false, "not captured"},
		{"aparked.example", false, "parked"},
		{"awrong.example", false, "names Watches, a brand of Gamma"},
		{"a2.example", false, "its phone or order numbers are those of Alpha"},
		{"b0.example", true, ""},
		{"c0.example", true, ""},
	};
	(void)state;
	struct fixture f;
	struct shops s;
	struct err err = {0};
	set_up(&f);
	assert_int_equal(shops_load(&s, f.store, f.pack, &f.arena, &err), 0);
	for (size_t i = 0; i < COUNT(want); i++) {
		const struct seed *found = NULL;
		for (size_t k = 0; k < s.seeds.n; k++)
			if (str_eq(s.seeds.v[k].domain, str_of(want[i].domain)))
				found = &s.seeds.v[k];
		assert_non_null(found);
		assert_same(found->reason, str_of(want[i].reason), str_of(want[i].domain));
		assert_int_equal(found->accepted, want[i].accepted);
	}
	shops_free(&s);
	tear_down(&f);
}

static void storefronts_get_their_programme(void **state)
{
	static const struct {
		const char *domain, *programme;
	} want[] = {
		{"a3.example", "Alpha"},
		{"b1.example", "Beta"},
		{"b2.example", "Beta"},  /* one brand, one template: the phone tells */
		{"c1.example", "Gamma"}, /* another brand of the programme */
		{"a2.example", "Alpha"},
		{"awrong.example", "Gamma"}, /* whatever the pack says */
		{"t0.example", "Thief"},
		{"t2.example", "Thief"}, /* not Gamma: unknown, named after its brand */
		{"u0.example", ""},
		{"x0.example", ""},
		{"adead.example", ""},
		{"nowhere.example", ""},
		{"ab.example", "Beta"},
		{"zz.example", "Alpha"},
		{"z1.example", ""},
		{"z2.example", ""},
		{"p0.example", "Gamma"},
		{"q0.example", "Alpha"},
	};
	(void)state;
	struct fixture f;
	struct shops s;
	struct err err = {0};
	set_up(&f);
	assert_int_equal(shops_load(&s, f.store, f.pack, &f.arena, &err), 0);
	for (size_t i = 0; i < COUNT(want); i++)
		assert_same(programme_at(&s, want[i].domain), str_of(want[i].programme), str_of(want[i].domain));
	uint32_t page, form = shops_url(&s, S("http://c1.example/"), TIME_NONE, &page);
	assert_true(form != NO_FORM);
	assert_same(s.forms[form].brand, S("Clocks"), S("c1"));
	assert_int_equal(shops_url(&s, S("http://c1.example/other"), TIME_NONE, NULL), NO_FORM);
	shops_free(&s);
	tear_down(&f);
}

static void addresses_decide_between_two_alike(void **state)
{
	static const struct {
		const char *domain, *programme;
	} want[] = {{"d0.example", "Alpha"}, {"g2.example", "Beta"}, {"e0.example", ""}, {"f1.example", ""}};
	(void)state;
	struct fixture f;
	struct shops s;
	struct err err = {0};
	set_up(&f);
	assert_int_equal(shops_load(&s, f.store, f.pack, &f.arena, &err), 0);
	for (size_t i = 0; i < COUNT(want); i++) {
		const struct form_name *n = &s.forms[shops_place(&s, S(""), str_of(want[i].domain))];
		struct str name = programme_at(&s, want[i].domain);
		bool one_of_its_own = str_starts(name, S("programme-"));
		assert_same(one_of_its_own ? S("") : name, str_of(want[i].programme), str_of(want[i].domain));
		assert_int_equal(n->hosts, want[i].programme[0] ? 3 : 0);
		assert_true(n->hosts ? n->confidence == SHOP_TIE : one_of_its_own);
	}
	shops_free(&s);
	tear_down(&f);
}

static void pictures_count_once(void **state)
{
	static const struct {
		const char *domain;
		bool counts;
	} want[] = {{"p0.example", true}, {"q0.example", false}, {"c2.example", false}, {"t0.example", false}};
	(void)state;
	struct fixture f;
	struct shops s;
	struct err err = {0};
	set_up(&f);
	assert_int_equal(shops_load(&s, f.store, f.pack, &f.arena, &err), 0);
	for (size_t i = 0; i < COUNT(want); i++) {
		uint32_t form = shops_place(&s, S(""), str_of(want[i].domain));
		assert_int_not_equal(form, NO_FORM);
		assert_int_equal(s.sites.forms.v[form].marks[MARK_LOOK].n, 1);
		assert_int_equal(s.forms[form].like.agrees >> MARK_LOOK & 1, want[i].counts);
	}
	shops_free(&s);
	tear_down(&f);
}

static void name_servers_of_its_own_tell_a_programme(void **state)
{
	static const struct {
		const char *domain, *programme;
	} want[] = {{"new1.example", "Gamma"}, {"new2.example", "Alpha"}, {"new3.example", ""}, {"new4.example", ""},
		{"c0.example", ""}, {"adead.example", "Gamma"}};
	(void)state;
	struct fixture f;
	struct shops s;
	struct err err = {0};
	set_up(&f);
	assert_int_equal(shops_load(&s, f.store, f.pack, &f.arena, &err), 0);
	for (size_t i = 0; i < COUNT(want); i++) {
		const struct hosted *h = shops_hosted(&s, str_of(want[i].domain));
		assert_same(h ? s.programmes.v[h->programme].name : S(""), str_of(want[i].programme), str_of(want[i].domain));
	}
	shops_free(&s);
	tear_down(&f);
}

static void no_memory_is_an_error(void **state)
{
	(void)state;
	struct fixture f;
	set_up(&f);
	for (long n = 0;; n++) {
		struct shops s;
		struct err err = {0};
		mem_fail_from(n);
		int rc = shops_load(&s, f.store, f.pack, &f.arena, &err);
		bool hit = mem_failed();
		mem_fail_from(-1);
		shops_free(&s);
		arena_reset(&f.arena);
		assert_int_equal(rc, hit ? ERR_ENV : 0);
		if (!hit)
			break;
	}
	tear_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seeds_have_to_stand_up),
		cmocka_unit_test(storefronts_get_their_programme),
		cmocka_unit_test(addresses_decide_between_two_alike),
		cmocka_unit_test(pictures_count_once),
		cmocka_unit_test(name_servers_of_its_own_tell_a_programme),
		cmocka_unit_test(no_memory_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
