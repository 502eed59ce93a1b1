/* pack_fuzz.c - any bytes as a pack: an error with the file's name, or a pack that can be compiled and searched for. */
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "match/lexicon.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char base[] =
		"format: 1\nprogrammes:\n  - {name: P, source: s, brands: [A b]}\nbrands:\n  - {name: C d, source: s}\n";
	const struct pack_text t[] = {{"base.yaml", {(const uint8_t *)base, sizeof base - 1}}, {"p.yaml", {data, size}}};
	static const unsigned layers[] = {0, 1};
	struct pack *p = NULL;
	struct err err = {0};
	struct lexicon x;
	int rc = pack_open_texts(&p, t, layers, 2, &err);
	if (rc < 0) {
		must(!p && rc == ERR_INPUT && strncmp(err.text, "p.yaml", 6) == 0);
		return 0;
	}
	for (size_t i = 0; i < p->n_brands; i++)
		must(p->brands[i].entry.name.n && p->brands[i].entry.source.n &&
			(p->brands[i].phrases.n || p->brands[i].patterns.n));
	if (lexicon_build(&x, p, &err) == 0) {
		for (size_t i = 0; i < x.n_phrases; i++)
			must(x.phrases[i].kind == PHRASE_PATTERN || x.phrases[i].fold.n >= 2);
		lexicon_free(&x);
	} else {
		must(err.kind == ERR_INPUT);
	}
	pack_close(p);
	return 0;
}
