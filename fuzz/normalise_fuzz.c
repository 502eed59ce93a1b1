/* normalise_fuzz.c - any bytes: folded text no longer than the source, the way back within it and in order, matching equal to the naive search. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "match/find.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char pack_text[] =
	"format: 1\n"
	"brands:\n"
	"  - {name: Harbour Pharmacy, source: s, phrases: [Harbour Pharmacy, Grand Palace Casino, Health&Care Mall, RX Direct Store]}\n"
	"  - {name: Ebay, source: s, phrases: [Ebay, UPS, Venmo]}\n"
	"categories:\n"
	"  - {name: pharma, source: s, words: [{weight: 3, any: [viagra, cialis, xanax, no prescription, sildenafil]}]}\n";

static struct lexicon lexicon;
static struct hsdb hsdb;
static struct finder fast, naive;

static void set_up(void)
{
	static struct pack *pack;
	struct pack_text t = {"p.yaml", str_of(pack_text)};
	unsigned layer = 0;
	struct err err = {0};
	if (pack)
		return;
	must(pack_open_texts(&pack, &t, &layer, 1, &err) == 0 && lexicon_build(&lexicon, pack, &err) == 0);
	must(hsdb_open(&hsdb, &lexicon, "", &err) == 0);
	must(finder_init(&fast, &lexicon, &hsdb, &err) == 0 && finder_init(&naive, &lexicon, &hsdb, &err) == 0);
}

static void check_folding(struct arena *a, struct str s)
{
	struct norm n;
	must(normalise_text(a, s, &n));
	const struct norm_field *f = &n.fields[0];
	must(f->fold_end <= s.n);
	size_t last = 0;
	for (size_t i = 0; i < f->fold_end; i++) {
		size_t at = norm_src_of_fold(&n, 0, i);
		must(at >= last && at < s.n);
		last = at;
	}
}

/* Equal unless the cap on candidates was in the way. */
static void check_finding(struct arena *a, struct str s)
{
	size_t half = s.n / 2;
	struct url u = {.raw = str_from(s, half)};
	struct doc d = {
		.subject = str_first(s, half), .text = str_from(s, half), .from_name = str_first(s, 40), .urls = &u, .n_urls = 1};
	must(find_phrases(&fast, &lexicon, &hsdb, a, &d));
	must(find_phrases_naive(&naive, &lexicon, a, &d));
	if (fast.capped)
		return;
	must(fast.n_hits == naive.n_hits);
	for (size_t i = 0; i < fast.n_hits; i++) {
		const struct hit *x = &fast.hits[i], *y = &naive.hits[i];
		must(x->phrase == y->phrase && x->field == y->field && x->from == y->from && x->to == y->to && x->how == y->how);
		struct str src = hit_source(&fast, x);
		must(src.n <= s.n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	set_up();
	arena_init(&a, LIM_ARENA);
	check_folding(&a, str_make(data, size));
	if (size < 400) /* the naive search is slow */
		check_finding(&a, str_make(data, size));
	arena_free(&a);
	return 0;
}
