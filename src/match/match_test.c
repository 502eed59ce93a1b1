/* match_test.c - what is named and what is not, with its evidence; failing memory; threads. The cache: hsdb_test.c. */
#include "match/match.h"

#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/test.h"

static const char pack_text[] =
	"format: 1\n"
	"programmes:\n"
	"  - {name: Alpha, source: s, category: pharma, brands: [Harbour Pharmacy], example_domains: [alphapills.example]}\n"
	"  - {name: Beta, source: s, category: pharma, brands: [Harbour Pharmacy], example_domains: [betapills.example]}\n"
	"  - {name: Gamma, source: s, category: replica, brands: [Summit Replicas, Crown Replicas], example_domains: [gammatime.example]}\n"
	"  - {name: Delta, source: s, category: casino, brands: [Lagoon Casino], example_domains: [deltaplay.example]}\n"
	"brands:\n"
	"  - {name: My Valley Shop, source: s}\n"
	"  - {name: Valley Shop, source: s}\n"
	"  - {name: Web Meds, source: s, category: pharma, generic: true}\n"
	"  - {name: Lakeside, source: s, example_domains: [lakeside-shop.example]}\n"
	"  - {name: Ticker, source: s, kind: stock, patterns: ['\\bqqzz\\.pk\\b']}\n"
	"  - {name: Paymate, source: s, kind: impersonated, category: phishing, domains: [paymate.example, paymate.co.example]}\n"
	"  - {name: Bank of Testland, source: s, kind: impersonated, category: phishing, domains: [testland.example]}\n"
	"  - {name: Testland Online, source: s, kind: impersonated, category: phishing, domains: [testlandonline.example]}\n"
	"categories:\n"
	"  - name: pharma\n"
	"    source: s\n"
	"    words: [{weight: 3, any: [viagra, cialis]}, {weight: 1, any: [pills, refill, meds, pharmacy]}]\n"
	"  - name: phishing\n"
	"    source: s\n"
	"    words: [{weight: 2.5, any: [verify your account, account suspended]}, {weight: 1, any: [security, login]}]\n";

struct fixture {
	struct pack *pack;
	struct matcher *matcher;
	struct matcher_scratch *scratch;
	struct arena arena;
};

static void set_up(struct fixture *f)
{
	struct pack_text t = {"p.yaml", str_of(pack_text)};
	unsigned layer = 0;
	struct err err = {0};
	if (pack_open_texts(&f->pack, &t, &layer, 1, &err) < 0 || matcher_open(&f->matcher, f->pack, "", &err) < 0 ||
		matcher_scratch_new(&f->scratch, f->matcher, &err) < 0)
		fail_msg("%s", err.text);
	arena_init(&f->arena, LIM_ARENA);
}

static void tear_down(struct fixture *f)
{
	matcher_scratch_del(f->scratch);
	matcher_close(f->matcher);
	pack_close(f->pack);
	arena_free(&f->arena);
}

/* A message in short: links are "host" or "host|visible text". */
struct mail {
	const char *subject, *name, *addr, *text, *link, *link2;
};

static struct url link_of(struct arena *a, const char *z)
{
	struct str s = str_of(z), host = s, text = S("");
	size_t bar = str_find_byte(s, '|');
	if (bar != STR_NPOS) {
		host = str_first(s, bar);
		text = str_from(s, bar + 1);
	}
	uint8_t *raw = arena_alloc(a, host.n + 8);
	memcpy(raw, "http://", 7);
	memcpy(raw + 7, host.p, host.n);
	raw[7 + host.n] = '/';
	bool address = ascii_digit(host.p[0]), bad = str_find_byte(host, '%') != STR_NPOS;
	return (struct url){.raw = {raw, host.n + 8},
		.host = host,
		.domain = address ? S("") : host,
		.text = text,
		.flags = URL_LINK | (address ? URL_IP_HOST : 0u) | (bad ? URL_BAD_HOST : 0u)};
}

static void run(struct fixture *f, const struct mail *m, struct row *row)
{
	struct url urls[2];
	struct doc d = {.subject = str_of(m->subject),
		.from_name = str_of(m->name),
		.from_addr = str_of(m->addr),
		.text = str_of(m->text),
		.urls = urls};
	*row = (struct row){0};
	arena_reset(&f->arena);
	if (m->link)
		urls[d.n_urls++] = link_of(&f->arena, m->link);
	if (m->link2)
		urls[d.n_urls++] = link_of(&f->arena, m->link2);
	assert_int_equal(match_doc(f->matcher, f->scratch, &f->arena, &d, row), 0);
}

static void names(void **state)
{
	static const struct {
		struct mail mail;
		const char *brand, *programme, *category;
		bool disguised;
	} cases[] = {
		/* shops */
		{{"Your refill", NULL, NULL, "See Harbour Pharmacy now.", "x.example", NULL}, "Harbour Pharmacy", "", "pharma",
			false},
		{{"Hi", NULL, NULL, "See Harbour Pharmacy now.", "www.alphapills.example", NULL}, "Harbour Pharmacy", "Alpha",
			"pharma", false},
		{{"Hi", NULL, NULL, "Cheap things", "betapills.example", NULL}, "Harbour Pharmacy", "Beta", "pharma", false},
		{{"Hi", NULL, NULL, "Look", "gammatime.example", NULL}, "", "Gamma", "replica", false},
		{{"Hi", NULL, NULL, "Only at Crown Replicas today", "gammatime.example", NULL}, "Crown Replicas", "Gamma",
			"replica", false},
		{{"Hi", NULL, NULL, "Lag\xD0\xBEon Casino", "x.example", NULL}, "Lagoon Casino", "Delta", "casino", true},
		{{"L.a.g.o.o.n C4sin0", NULL, NULL, "", "x.example", NULL}, "Lagoon Casino", "Delta", "casino", true},
		{{"", "Lagoon Casino", "a@b.example", "Play", "x.example", NULL}, "Lagoon Casino", "Delta", "casino", false},
		{{"Hi", NULL, NULL, "Click", "www.lagoon-casino-club.example", NULL}, "Lagoon Casino", "Delta", "casino", false},
		{{"Hi", NULL, NULL, "Click", "lakeside-shop.example", NULL}, "Lakeside", "", "", false},
		{{"Hi", NULL, NULL, "At My Valley Shop you save", "x.example", NULL}, "My Valley Shop", "", "", false},
		{{"Hi", NULL, NULL, "My Harbour Pharmacy is another shop", "x.example", NULL}, "", "", "", false},
		{{"Hi", NULL, NULL, "Only at Harbour Pharmacy Plus today", "x.example", NULL}, "", "", "", false},
		{{"Hi", NULL, NULL, "Only at Old Harbour Pharmacy today", "x.example", NULL}, "", "", "", false},
		{{"Hi", NULL, NULL, "Old but good. Visit Harbour Pharmacy today. Now", "x.example", NULL}, "Harbour Pharmacy", "",
			"pharma", false},
		{{"Hi", NULL, NULL, "> See Harbour Pharmacy now.\n\nStop this", "x.example", NULL}, "", "", "", false},
		{{"Hi", NULL, NULL, "i went to the harbour pharmacy", NULL, NULL}, "", "", "", false},
		{{"Hi", NULL, NULL, "Our Web Meds", "x.example", NULL}, "", "", "", false},
		{{"QQZZ", NULL, NULL, "buy qqzz.pk now", NULL, NULL}, "", "", "", false},
		{{"QQZZ.PK", NULL, NULL, "buy QQZZ.PK now, see", "x.example", NULL}, "Ticker", "", "", false},
		{{"Hi", NULL, NULL, "nothing", "x.example", NULL}, "", "", "", false},
		/* categories alone */
		{{"Viagra, Cialis", NULL, NULL, "pills", "x.example", NULL}, "", "", "pharma", false},
		{{"V1agra", NULL, NULL, "pills", "x.example", NULL}, "", "", "pharma", true},
		{{"Viagra", NULL, NULL, "", NULL, NULL}, "", "", "pharma", false},
		{{"[list] Viagra", NULL, NULL, "", NULL, NULL}, "", "", "", false},
		{{"Hi", NULL, NULL, "Viagra", NULL, NULL}, "", "", "", false},
		{{"pills refill meds pharmacy", NULL, NULL, "", NULL, NULL}, "", "", "", false},
		/* impersonation */
		{{"Account suspended", "Paymate", "service@free.example", "Verify your account", "evil.example", NULL}, "Paymate",
			"", "phishing", false},
		{{"Account suspended", "Paymate Security Team", "a@paymate.example", "Verify your account",
			 "evil.example|https://www.paymate.example/", NULL},
			"Paymate", "", "phishing", false},
		{{"Paymate: account suspended", "Support", "a@free.example", "Verify your account", "evil.example", NULL},
			"Paymate", "", "phishing", false},
		{{"Notice", "P@ymate", "a@free.example", "Look", "evil.example", NULL}, "Paymate", "", "phishing", true},
		{{"Account suspended", "Support", "a@free.example", "Paymate asks: verify your account",
			 "www.paymate.example.evil.example", NULL},
			"Paymate", "", "phishing", false},
		{{"Verify your account", "Bank of Testland Online", "a@free.example", "", "evil.example", NULL}, "Bank of Testland",
			"", "phishing", false},
		/* honest mail of the brand, and mail that mentions it */
		{{"Account suspended", "Paymate", "service@paymate.example", "Verify your account", "www.paymate.example", NULL},
			"", "", "", false},
		{{"Your order", "Paymate", "service@mail.paymate.co.example", "Thanks", "www.paymate.co.example", NULL}, "", "", "",
			false},
		{{"Newsletter", "News", "n@news.example", "Paymate bought a company. login", "news.example", NULL}, "", "", "",
			false},
		{{"Week 12", "News", "n@news.example", "Paymate", "click.news.example|www.paymate.example", NULL}, "", "", "",
			false},
		{{"Paymate buys a company", "News", "n@news.example", "Paymate again", "news.example", NULL}, "", "", "", false},
		{{"Hello", "Paymate Jones", "jones@home.example", "See my page", "home.example", NULL}, "", "", "", false},
		{{"Re: paymate", "Joe", "joe@home.example", "> Paymate: verify your account\nIs this real?", "evil.example", NULL},
			"", "", "", false},
		{{"SV: Paymate: verify your account", "Joe", "joe@home.example", "Is this real?\n> Click here", "evil.example",
			 NULL},
			"", "", "", false},
		{{"Newsletter", "Fans of Paymate", "n@news.example", "Paymate", "news.example", NULL}, "", "", "", false},
	};
	struct fixture f;
	struct row r;
	(void)state;
	set_up(&f);
	for (size_t i = 0; i < COUNT(cases); i++) {
		run(&f, &cases[i].mail, &r);
		struct str about = str_of(cases[i].mail.text);
		assert_same(r.brand, str_of(cases[i].brand), about);
		assert_same(r.programme, str_of(cases[i].programme), about);
		assert_same(r.category, str_of(cases[i].category), about);
		assert_bits((uint64_t)r.anomalies, cases[i].disguised ? ANOM(obfuscated_words) : 0, about);
		assert_true(r.brand.n ? r.brand_confidence > 0.5 && r.brand_confidence <= 1 : r.brand_confidence == 0);
		assert_true(r.programme.n ? r.programme_confidence > 0.5 : r.programme_confidence == 0);
		assert_true((r.brand.n || r.programme.n || r.category.n) == (r.evidence.n > 2) || r.evidence.n);
	}
	tear_down(&f);
}

/* The shipped packs on mail as it comes today and came then; all invented. */
static void shipped(void **state)
{
	static const struct {
		struct mail mail;
		const char *brand, *category;
	} cases[] = {
		{{"Unusual sign-in activity", "Microsoft account team", "no-reply@access-host.example",
			 "We detected something unusual.", "login.access.example", NULL},
			"Microsoft", "phishing"},
		{{"Your package is on hold", "DHL Express", "info@parcels.example",
			 "Pay the customs fee to reschedule your delivery", "dhl-track.example", NULL},
			"DHL", "phishing"},
		{{"USPS: delivery failed", "Notification", "x@mailer.example", "Incomplete address. Reschedule delivery",
			 "usps-redelivery.example", NULL},
			"USPS", "phishing"},
		{{"Your account is on hold", "Netflix", "billing@stream.example", "Update your payment details: payment declined",
			 "stream.example", NULL},
			"Netflix", "phishing"},
		{{"Please DocuSign: contract.pdf", "DocuSign via Finance", "a@b.example", "Review document", "doc.example", NULL},
			"DocuSign", "phishing"},
		{{"Ihr Konto wurde eingeschr\xC3\xA4nkt", "PayPal", "service@kunden.example", "Ihr Konto wurde gesperrt",
			 "kunden.example", NULL},
			"PayPal", "phishing"},
		{{"Votre colis est en attente", "La Poste", "x@colis.example", "Frais de livraison", "colis.example", NULL},
			"La Poste", "phishing"},
		{{"Action required",
			 "\xD0\x90"
			 "pple ID",
			 "x@id.example", "Verify your identity", "id.example", NULL},
			"Apple", "phishing"},
		{{"Wallet verification", "MetaMask Support", "x@wallet.example", "Enter your recovery phrase", "wallet.example",
			 NULL},
			"MetaMask", "phishing"},
		{{"Tax refund", "HM Revenue & Customs", "x@refund.example", "Claim now", "refund.example", NULL}, "HMRC",
			"phishing"},
		{{"hello", "Anna", "a@b.example", "Canadian Pharmacy: cialis", "pills.example", NULL}, "Canadian Pharmacy",
			"pharma"},
		{{"hello", "Anna", "a@b.example", "Canadian Health & Care Mall", "pills.example", NULL},
			"Canadian Health&Care Mall", "pharma"},
		{{"hello", "Anna", "a@b.example", "See Ultimate Replica now", "time.example", NULL}, "Ultimate Replicas",
			"replica"},
		{{"Your Geek Squad renewal", "Billing Dept", "x@mail.example",
			 "399.99 will be debited. If you did not authorize it, call our support team at +1 (877) 555-0110.", NULL,
			 NULL},
			"Geek Squad", "phishing"},
		{{"\xE3\x80\x90\xE4\xB8\x89\xE4\xBA\x95\xE4\xBD\x8F\xE5\x8F\x8B\xE3\x82\xAB\xE3\x83\xBC\xE3\x83\x89\xE3\x80\x91",
			 "\xE4\xB8\x89\xE4\xBA\x95\xE4\xBD\x8F\xE5\x8F\x8B\xE3\x82\xAB\xE3\x83\xBC\xE3\x83\x89", "x@kard.example",
			 "\xE5\x88\xA9\xE7\x94\xA8\xE3\x82\x92\xE5\x88\xB6\xE9\x99\x90", "kard.example", NULL},
			"Sumitomo Mitsui Banking Corporation", "phishing"},
		{{"\xE4\xBB\xA3\xE5\xBC\x80\xE5\x8F\x91\xE7\xA5\xA8", "", "x@f.example", "\xE5\x8F\x91\xE7\xA5\xA8", NULL, NULL},
			"", "fapiao"},
		{{"Quick task", "The chief", "x@mail.example", "Can you purchase some gift cards? I am in a meeting.", NULL, NULL},
			"", "bec"},
		{{"Informationen \xC3\xBC"
		  "ber Ihr Konto",
			 "Kundendienst", "x@kunden.example", "Ihr Konto wurde eingeschr\xC3\xA4nkt. Login", "kunden.example", NULL},
			"", "phishing"},
		{{"Saving up to 70% on Cialis! Nice, isn't it?", "Anna", "a@b.example", "Many words of a novel.", NULL, NULL}, "",
			"pharma"},
		/* honest */
		{{"Weekly", "Anna", "a@b.example", "Many words of a novel. Cialis is one of them.", NULL, NULL}, "", ""},
		{{"[talk] Saving up to 70% on Cialis!", "Tom", "tom@home.example", "Who reads this?", NULL, NULL}, "", ""},
		{{"Fwd: Saving up to 70% on Cialis!", "Tom", "tom@home.example", "Who reads this?", NULL, NULL}, "", ""},
		{{"Re[2]: Saving up to 70% on Cialis!", "Tom", "tom@home.example", "Who reads this?", NULL, NULL}, "", ""},
		{{"WG: Saving up to 70% on Cialis!", "Tom", "tom@home.example", "Who reads this?", NULL, NULL}, "", ""},
		{{"回复：Saving up to 70% on Cialis!", "Tom", "tom@home.example", "Who reads this?", NULL, NULL}, "", ""},
		{{"Geek Squad was great", "Tom", "tom@home.example", "They helped. Call me at +1 877 555 0110.", NULL, NULL}, "",
			""},
		{{"Directories", "Web", "x@web.example", "Register with www.swisscom.ch", "www.swisscom.ch%20swiss|www.swisscom.ch",
			 NULL},
			"", ""},
		{{"Your receipt from Apple", "Apple", "no_reply@email.apple.com", "Thank you", "support.apple.com", NULL}, "", ""},
		{{"Sign-in attempt blocked", "Google", "no-reply@accounts.google.com", "Was this you? Verify your identity",
			 "accounts.google.com", NULL},
			"", ""},
		{{"Your Amazon.com order", "Amazon.com", "ship-confirm@amazon.com", "Your package has shipped, tracking number 1",
			 "www.amazon.com", NULL},
			"", ""},
		{{"Lunch?", "Chase Miller", "chase@friends.example", "See you at the bank", "maps.example", NULL}, "", ""},
		{{"Trip", "Amazon River Tours", "info@tours.example", "Book now", "tours.example", NULL}, "", ""},
		{{"Weekly tech news", "News", "n@news.example", "Microsoft, Google and Apple in court. Netflix grows.",
			 "news.example", NULL},
			"", ""},
		{{"Warning: PayPal scams", "IT office", "it@school.example", "Do not answer mail that claims to be PayPal.", NULL,
			 NULL},
			"", ""},
		{{"Re: ebay", "Tom", "tom@home.example", "I sold it on eBay last week", NULL, NULL}, "", ""},
		{{"Prescription", "Dr. Smith", "dr@clinic.example", "Your refill is at the pharmacy", NULL, NULL}, "", ""},
		{{"orders", "Joe", "joe@home.example", "> Canadian Pharmacy: cialis\nwhat is this spam?", NULL, NULL}, "", ""},
	};
	struct fixture f;
	struct err err = {0};
	struct row r;
	(void)state;
	if (pack_open(&f.pack, true, NULL, 0, &err) < 0 || matcher_open(&f.matcher, f.pack, "", &err) < 0 ||
		matcher_scratch_new(&f.scratch, f.matcher, &err) < 0)
		fail_msg("%s", err.text);
	arena_init(&f.arena, LIM_ARENA);
	for (size_t i = 0; i < COUNT(cases); i++) {
		run(&f, &cases[i].mail, &r);
		assert_same(r.brand, str_of(cases[i].brand), str_of(cases[i].mail.subject));
		assert_same(r.category, str_of(cases[i].category), str_of(cases[i].mail.subject));
	}
	tear_down(&f);
}

/* The evidence is what registry.def promises, and its weights add up to the confidence. */
static void evidence(void **state)
{
	static const struct mail m = {
		"Your refill\x1B[31m", NULL, NULL, "See H@rbour Pharmacy now. \"Viagra\" <b>", "www.alphapills.example", NULL};
	static const char *const keys[] = {"pack", "kind", "name", "where", "text", "rule"};
	struct fixture f;
	struct row r;
	json_error_t bad;
	(void)state;
	set_up(&f);
	run(&f, &m, &r);
	json_t *list = json_loadb((const char *)r.evidence.p, r.evidence.n, 0, &bad);
	assert_non_null(list);
	assert_true(json_is_array(list) && json_array_size(list) > 4);
	double sum = 0;
	bool quoted = false;
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *e = json_array_get(list, i);
		for (size_t k = 0; k < COUNT(keys); k++)
			assert_true(json_is_string(json_object_get(e, keys[k])));
		assert_true(json_is_number(json_object_get(e, "weight")));
		assert_string_equal(json_string_value(json_object_get(e, "pack")), "p.yaml");
		if (strcmp(json_string_value(json_object_get(e, "kind")), "brand") == 0)
			sum += json_number_value(json_object_get(e, "weight"));
		quoted |= strcmp(json_string_value(json_object_get(e, "text")), "H@rbour Pharmacy") == 0;
	}
	assert_true(quoted);
	assert_true(r.brand_confidence > 0.98 && sum > 4);
	json_decref(list);
	tear_down(&f);
}

static void layers(void **state)
{
	static const struct pack_text texts[] = {
		{"a.yaml",
			T("format: 1\nprogrammes:\n  - {name: A, source: s, brands: [Harbour Shop]}\n  - {name: B, source: s, brands: [Harbour Shop]}\n")},
		{"b.yaml",
			T("format: 1\nprogrammes:\n  - {name: C, source: s, brands: [HARBOUR SHOP]}\nbrands:\n  - {name: Other, source: s, phrases: [Crown Shop]}\n")},
		{"c.yaml", T("format: 1\nbrands:\n  - {name: Crown, source: s, phrases: [crown shop]}\n")},
	};
	static const unsigned up[] = {0, 1, 2};
	struct fixture f;
	struct err err = {0};
	struct row r;
	(void)state;
	assert_int_equal(pack_open_texts(&f.pack, texts, up, 3, &err), 0);
	assert_int_equal(matcher_open(&f.matcher, f.pack, "", &err), 0);
	assert_int_equal(matcher_scratch_new(&f.scratch, f.matcher, &err), 0);
	arena_init(&f.arena, LIM_ARENA);
	run(&f, &(struct mail){"", NULL, NULL, "At Harbour Shop", "x.example", NULL}, &r);
	assert_same(r.programme, S("C"), S("a later pack's programme replaces those of the brand"));
	run(&f, &(struct mail){"", NULL, NULL, "At Crown Shop", "x.example", NULL}, &r);
	assert_same(r.brand, S("Crown"), S("a later pack's phrase replaces the same phrase"));
	tear_down(&f);
}

static void bad_pattern(void **state)
{
	struct pack_text t = {"p.yaml",
		T("format: 1\nbrands:\n  - name: A b\n    source: s\n  - name: C d\n    source: s\n    patterns: [ok, \"(\"]\n")};
	unsigned layer = 0;
	struct pack *p;
	struct matcher *m = NULL;
	struct err err = {0};
	(void)state;
	assert_int_equal(pack_open_texts(&p, &t, &layer, 1, &err), 0);
	assert_int_equal(matcher_open(&m, p, "", &err), ERR_INPUT);
	assert_null(m);
	static const char want[] = "p.yaml:5: C d: \"(\" is no pattern: ";
	if (strncmp(err.text, want, strlen(want)) != 0)
		assert_string_equal(err.text, want);
	pack_close(p);
	t.text = S("format: 1\nbrands:\n  - {name: \"x\", source: s}\n");
	err = (struct err){0};
	assert_int_equal(pack_open_texts(&p, &t, &layer, 1, &err), 0);
	assert_int_equal(matcher_open(&m, p, "", &err), ERR_INPUT);
	assert_string_equal(err.text, "p.yaml:3: x: \"x\" is too short to look for");
	pack_close(p);
}

static void empty_pack(void **state)
{
	struct fixture f;
	struct err err = {0};
	struct row r;
	(void)state;
	assert_int_equal(pack_open_texts(&f.pack, NULL, NULL, 0, &err), 0);
	assert_int_equal(matcher_open(&f.matcher, f.pack, "", &err), 0);
	assert_int_equal(matcher_scratch_new(&f.scratch, f.matcher, &err), 0);
	arena_init(&f.arena, LIM_ARENA);
	run(&f, &(struct mail){"a", "b", "c@d.example", "e", "x.example", NULL}, &r);
	assert_int_equal(r.brand.n + r.programme.n + r.category.n, 0);
	tear_down(&f);
}

static void failing_memory(void **state)
{
	static const struct mail m = {
		"Your refill", NULL, NULL, "See H@rbour Pharmacy now. Viagra", "www.alphapills.example", NULL};
	struct pack_text t = {"p.yaml", str_of(pack_text)};
	unsigned layer = 0;
	struct pack *p;
	struct err err = {0};
	(void)state;
	assert_int_equal(pack_open_texts(&p, &t, &layer, 1, &err), 0);
	for (long k = 0;; k++) {
		struct matcher *x = NULL;
		struct matcher_scratch *s = NULL;
		err = (struct err){0};
		mem_fail_from(k);
		int rc = matcher_open(&x, p, "", &err);
		if (rc == 0)
			rc = matcher_scratch_new(&s, x, &err);
		bool hit = mem_failed();
		mem_fail_from(-1);
		if (rc != (hit ? ERR_ENV : 0))
			fail_msg("allocation %ld: %d %s", k, rc, err.text);
		matcher_scratch_del(s);
		matcher_close(x);
		if (!hit)
			break;
	}
	struct fixture f;
	set_up(&f);
	for (size_t room = 64; room < 4 << 20; room *= 2) { /* arenas of every size */
		struct row r = {0};
		arena_free(&f.arena);
		arena_init(&f.arena, room);
		struct doc d = {.subject = str_of(m.subject), .text = str_of(m.text)};
		int rc = match_doc(f.matcher, f.scratch, &f.arena, &d, &r);
		assert_true(rc == 0 ? r.brand.n > 0 : rc == ERR_ENV && r.brand.n == 0 && r.evidence.n == 0);
	}
	tear_down(&f);
	pack_close(p);
}

struct job {
	const struct matcher *matcher;
	bool ok;
};

static void *work(void *arg)
{
	struct job *j = arg;
	struct matcher_scratch *s;
	struct err err = {0};
	struct arena a;
	struct row r = {0};
	struct doc d = {.text = S("See H@rbour Pharmacy now. Viagra")};
	arena_init(&a, LIM_ARENA);
	if (matcher_scratch_new(&s, j->matcher, &err) < 0)
		return NULL;
	j->ok = true;
	for (int i = 0; i < 2000; i++) {
		arena_reset(&a);
		j->ok &= match_doc(j->matcher, s, &a, &d, &r) == 0 && str_eq(r.brand, S("Harbour Pharmacy"));
	}
	matcher_scratch_del(s);
	arena_free(&a);
	return NULL;
}

static void threads(void **state)
{
	struct fixture f;
	pthread_t t[4];
	struct job jobs[4];
	(void)state;
	set_up(&f);
	for (size_t i = 0; i < COUNT(t); i++) {
		jobs[i] = (struct job){f.matcher, false};
		assert_int_equal(pthread_create(&t[i], NULL, work, &jobs[i]), 0);
	}
	for (size_t i = 0; i < COUNT(t); i++) {
		pthread_join(t[i], NULL);
		assert_true(jobs[i].ok);
	}
	tear_down(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(shipped),
		cmocka_unit_test(evidence),
		cmocka_unit_test(layers),
		cmocka_unit_test(bad_pattern),
		cmocka_unit_test(empty_pack),
		cmocka_unit_test(failing_memory),
		cmocka_unit_test(threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
