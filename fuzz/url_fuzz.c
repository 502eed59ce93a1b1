/* url_fuzz.c - any bytes as one URL and as text with URLs: normal forms are valid UTF-8 and normal. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "codec/psl.h"
#include "codec/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct arena *a, const struct psl *psl, const struct url *u)
{
	struct url again;
	must(u->raw.n && utf8_valid(u->raw));
	for (size_t i = 0; i < u->raw.n; i++)
		must(u->raw.p[i] > ' ');
	if (u->flags & URL_MAILTO)
		return;
	must(u->host.n && str_ends(u->host, u->domain) && str_ends(u->host, u->domain_icann) && str_ends(u->host, u->tld));
	if (u->raw.n > LIM_URL)
		return;
	must(url_parse(a, psl, u->raw, &again) == 1);
	must(str_eq(u->raw, again.raw) && str_eq(u->host, again.host) && str_eq(u->domain, again.domain));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct psl *psl;
	struct err e = {0};
	struct arena a;
	struct url u;
	struct url_set set;
	if (!psl)
		must(psl_load(&psl, NULL, &e) == 0);
	arena_init(&a, LIM_ARENA);
	if (url_parse(&a, psl, str_make(data, size), &u) == 1)
		check(&a, psl, &u);
	url_resolve(&a, S("http://base.example/a/b"), str_make(data, size));
	url_resolve(&a, str_make(data, size), S("x"));
	url_set_init(&set, &a, psl);
	url_set_add_text(&set, str_make(data, size), 0);
	must(!set.oom && set.work <= 8 * size + 4096);
	for (size_t i = 0; i < set.n; i++)
		check(&a, psl, &set.urls[i]);
	arena_free(&a);
	return 0;
}
