/* pack_test.c - reading, merging and refusing packs. */
#include "match/pack.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/test.h"

static int open_one(struct pack **p, const char *text, struct err *err)
{
	struct pack_text t = {"p.yaml", str_of(text)};
	unsigned layer = 0;
	*err = (struct err){0};
	return pack_open_texts(p, &t, &layer, 1, err);
}

static void good(void **state)
{
	static const char text[] = "format: 1\n"
				   "programmes:\n"
				   "  - name: RivalRx\n"
				   "    source: invented\n"
				   "    category: pharma\n"
				   "    status: active\n"
				   "    aliases: [Rival Rx]\n"
				   "    brands: [Harbour Pharmacy, Blue Pills]\n"
				   "    example_domains: [Pills.Example]\n"
				   "brands:\n"
				   "  - name: harbour pharmacy\n"
				   "    source: invented\n"
				   "    phrases: [Harbour Pharmacy, Harbor Pharmacy]\n"
				   "  - name: Northbank\n"
				   "    kind: impersonated\n"
				   "    generic: true\n"
				   "    source: invented\n"
				   "    note: none\n"
				   "    domains: [northbank.example]\n"
				   "categories:\n"
				   "  - name: pharma\n"
				   "    source: invented\n"
				   "    words:\n"
				   "      - {weight: 2.5, any: [pills]}\n"
				   "      - weight: -1\n"
				   "        any: [prescription, \"refill\"]\n";
	struct pack *p;
	struct err err;
	(void)state;
	assert_int_equal(open_one(&p, text, &err), 0);
	assert_int_equal(p->n_programmes, 1);
	assert_int_equal(p->n_brands, 3);
	assert_int_equal(p->n_categories, 1);
	assert_int_equal(p->programmes[0].entry.line, 3);
	assert_same(p->programmes[0].example_domains.v[0], S("pills.example"), S("domain"));
	assert_int_equal(p->programmes[0].brand_at[0], 0);
	assert_int_equal(p->programmes[0].brand_at[1], 2);
	assert_same(p->brands[0].entry.name, S("harbour pharmacy"), S("brand"));
	assert_int_equal(p->brands[0].entry.line, 11);
	assert_int_equal(p->brands[0].phrases.n, 2);
	assert_int_equal(p->brands[1].kind, BRAND_IMPERSONATED);
	assert_true(p->brands[1].generic);
	/* named by the programme only: a storefront of its category, found by its name */
	assert_same(p->brands[2].entry.name, S("Blue Pills"), S("brand"));
	assert_same(p->brands[2].category, S("pharma"), S("brand"));
	assert_int_equal(p->brands[2].kind, BRAND_STOREFRONT);
	assert_same(p->brands[2].phrases.v[0], S("Blue Pills"), S("brand"));
	assert_int_equal(p->categories[0].n_words, 2);
	assert_true(p->categories[0].words[1].weight == -1);
	pack_close(p);
}

static void refused(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"", "p.yaml:1: an empty file is no pack"},
		{"# nothing\n", "p.yaml:1: an empty file is no pack"},
		{"x\n", "p.yaml:1: a pack is a mapping"},
		{"? [a]\n: b\n", "p.yaml:1: a list or mapping as a key"},
		{"format: 1\nbrands:\n  - name: A b\n    source: s\n    colour: red\n", "p.yaml:5: no such key: colour"},
		{"format: 1\nbrands:\n  - name: A b\n    source: s\n    name: c\n", "p.yaml:5: the key stands twice: name"},
		{"- a\n", "p.yaml:1: a pack is a mapping"},
		{"format: 2\n", "p.yaml: format 2 of packs is not known"},
		{"brands: []\n", "p.yaml:1: Missing required mapping field: format"},
		{"format: 1\nbrand: []\n", "p.yaml:2: no such key: brand"},
		{"format: 1\nbrands:\n  - name: A b\n", "p.yaml:3: Missing required mapping field: source"},
		{"format: 1\nbrands:\n  - name: A b\n    source: \"  \"\n", "p.yaml:3: A b: the source is empty"},
		{"format: 1\nbrands:\n  - name: A b\n    source: s\n    kind: shop\n", "p.yaml:5: "},
		{"format: 1\nbrands:\n  - name: A b\n    source: [s]\n", "p.yaml:4: Expecting STRING"},
		{"format: 1\nbrands:\n  - {name: A b, source: s}\n  - {name: C d, source: s}\n  - {name: a B, source: s}\n",
			"p.yaml:5: a B stands already at p.yaml:3"},
		{"format: 1\nbrands:\n  - {name: A b, source: s, kind: impersonated}\n",
			"p.yaml:3: A b: an impersonated brand needs its own domains"},
		{"format: 1\n\nprogrammes:\n  - name: P\n    source: s\n    example_domains: [ok.example, \"http://x.example/\"]\n",
			"p.yaml:4: P: not a bare ASCII domain name: http://x.example/"},
		{"format: 1\nprogrammes:\n  - name: P\n    source: s\n    brands: [\" \"]\n",
			"p.yaml:3: P: an empty name among the brands"},
		{"format: 1\ncategories:\n  - name: c\n    source: s\n    words:\n      - weight: 99\n        any: [x]\n",
			"p.yaml:3: c: a weight is log-odds"},
		{"format: 1\ncategories:\n  - name: c\n    source: s\n    words:\n      - weight: much\n        any: [x]\n",
			"p.yaml:6: Invalid FLOAT value: much"},
		{"format: 1\nbrands:\n  - name: &a A b\n    source: *a\n", "p.yaml:4: aliases (*name) are not allowed"},
		{"format: 1\n---\nformat: 1\n", "p.yaml:2: a second document"},
		{"format: 1\nbrands:\n  - name: \"A\n", "p.yaml:4: found unexpected end of stream"},
		{"format: 1\nbrands:\n\t- x\n", "p.yaml:3: found character that cannot start any token"},
		{"format: 1\nbrands:\n  - name: \"A\\0b\"\n    source: s\n", "p.yaml:3: a NUL character"},
		{"format: 1\nbrands: [[[[[[[[[[]]]]]]]]]]\n", "p.yaml:2: nested too deep"},
		{"format: 1\nbrands:\n  - name: \xFF\n", "p.yaml:3: not UTF-8"},
		{"format: 1\nbrands: x\n", "p.yaml:2: Expecting SEQUENCE"},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct err err;
		struct pack *p = NULL;
		assert_int_equal(open_one(&p, cases[i].text, &err), ERR_INPUT);
		assert_null(p);
		if (strncmp(err.text, cases[i].error, strlen(cases[i].error)) != 0)
			assert_string_equal(err.text, cases[i].error);
	}
}

static void layers(void **state)
{
	static const struct pack_text texts[] = {
		{"a.yaml",
			T("format: 1\nbrands:\n  - {name: One Shop, source: s, category: x}\n  - {name: Two Shop, source: s}\n")},
		{"b.yaml", T("format: 1\nprogrammes:\n  - {name: P, source: s, brands: [one shop]}\n")},
		{"c.yaml", T("format: 1\nbrands:\n  - {name: ONE SHOP, source: t, category: y}\n")},
	};
	static const unsigned up[] = {0, 0, 1}, flat[] = {0, 0, 0};
	struct pack *p = NULL, *q = NULL;
	struct err err = {0};
	(void)state;
	assert_int_equal(pack_open_texts(&p, texts, up, 3, &err), 0);
	assert_int_equal(p->n_brands, 2);
	assert_same(p->brands[0].entry.name, S("ONE SHOP"), S(""));
	assert_same(p->brands[0].category, S("y"), S(""));
	assert_int_equal(p->brands[0].entry.layer, 1);
	assert_int_equal(p->programmes[0].brand_at[0], 0);
	assert_int_equal(pack_open_texts(&q, texts, up, 2, &err), 0);
	assert_memory_not_equal(p->hash, q->hash, SHA256_BYTES);
	pack_close(q);
	assert_int_equal(pack_open_texts(&q, texts, up, 3, &err), 0);
	assert_memory_equal(p->hash, q->hash, SHA256_BYTES);
	pack_close(p);
	pack_close(q);
	assert_int_equal(pack_open_texts(&q, texts, flat, 3, &err), ERR_INPUT);
	assert_string_equal(err.text, "c.yaml:3: ONE SHOP stands already at a.yaml:3");
}

static bool contains(struct str line, const char *word)
{
	return str_ifind(line, str_of(word)) != STR_NPOS;
}

static void shipped(void **state)
{
	struct pack *p = NULL;
	struct err err = {0};
	(void)state;
	if (pack_open(&p, true, NULL, 0, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(p->n_programmes > 25 && p->n_brands > 100 && p->n_categories > 12);
	for (size_t i = 0; i < p->n_brands; i++)
		assert_true(p->brands[i].category.n > 0);
	/* Their form is checked here, not in each run; it comes to the same. */
	struct pack *checked = NULL;
	unsigned layers[32] = {0};
	assert_true(pack_shipped_n <= sizeof layers / sizeof *layers);
	if (pack_open_texts(&checked, pack_shipped, layers, pack_shipped_n, &err) < 0)
		fail_msg("%s", err.text);
	assert_memory_equal(checked->hash, p->hash, sizeof p->hash);
	pack_close(checked);
	pack_close(p);
	/* That the two are one organisation is for the analysis to find. */
	for (size_t i = 0; i < pack_shipped_n; i++)
		for (struct str rest = pack_shipped[i].text, line; str_line(&rest, &line);)
			assert_false(contains(line, "glavmed") && contains(line, "spamit"));
}

static void files(void **state)
{
	char path[] = "/tmp/trapline-pack-XXXXXX";
	const char *list[] = {path};
	struct pack *p = NULL;
	struct err err = {0};
	(void)state;
	int fd = mkstemp(path);
	static const char text[] = "format: 1\nbrands:\n  - {name: Canadian Pharmacy, source: mine, phrases: [x y]}\n";
	assert_int_equal(write(fd, text, sizeof text - 1), sizeof text - 1);
	close(fd);
	assert_int_equal(pack_open(&p, true, list, 1, &err), 0);
	size_t found = 0;
	for (size_t i = 0; i < p->n_brands; i++)
		if (str_eq(p->brands[i].entry.name, S("Canadian Pharmacy"))) {
			found++;
			assert_same(p->brands[i].entry.source, S("mine"), S(""));
		}
	assert_int_equal(found, 1);
	pack_close(p);
	assert_int_equal(pack_open(&p, false, list, 1, &err), 0);
	assert_int_equal(p->n_brands, 1);
	pack_close(p);
	unlink(path);
	assert_int_equal(pack_open(&p, false, list, 1, &err), ERR_INPUT);
	assert_non_null(strstr(err.text, path));
	pack_close(NULL);
}

static void every_length(void **state)
{
	static const char text[] =
		"format: 1\nprogrammes:\n  - {name: P, source: s, brands: [A b]}\nbrands:\n  - name: C d\n    source: s\n"
		"    phrases: [\"C d\", 'C  d']\ncategories:\n  - name: c\n    source: s\n    words: [{weight: 1.5, any: [x]}]\n";
	(void)state;
	for (size_t n = 0; n < sizeof text; n++) {
		struct pack *p = NULL;
		struct err err = {0};
		uint8_t *exact = test_copy(str_make(text, n));
		struct pack_text t = {"p.yaml", {exact, n}};
		unsigned layer = 0;
		int rc = pack_open_texts(&p, &t, &layer, 1, &err);
		assert_true((rc == 0) == (p != NULL));
		assert_true(rc == 0 || (rc == ERR_INPUT && strncmp(err.text, "p.yaml", 6) == 0));
		pack_close(p);
		mem_free(exact);
	}
}

static void failing_memory(void **state)
{
	static const char text[] =
		"format: 1\nprogrammes:\n  - {name: P, source: s, brands: [A b], example_domains: [a.example]}\nbrands:\n"
		"  - {name: C d, source: s, phrases: [e f]}\ncategories:\n  - {name: c, source: s, words: [{weight: 1, any: [x]}]}\n";
	(void)state;
	for (long k = 0;; k++) {
		struct pack *p = NULL;
		struct err err;
		mem_fail_from(k);
		int rc = open_one(&p, text, &err);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_int_equal(rc, hit ? ERR_ENV : 0);
		pack_close(p);
		if (!hit)
			break;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(refused),
		cmocka_unit_test(layers),
		cmocka_unit_test(shipped),
		cmocka_unit_test(files),
		cmocka_unit_test(every_length),
		cmocka_unit_test(failing_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
