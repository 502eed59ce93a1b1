/* html_fuzz.c - any bytes as HTML: output is valid UTF-8, within bounds, and repeatable; its URLs too. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "codec/html.h"
#include "codec/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct arena *a, struct str html, const struct html_settings *settings, struct html_result *r)
{
	uint64_t anomalies = 0;
	must(html_scan(a, html, settings, r, &anomalies) == 0);
	must(utf8_valid(r->text) && utf8_valid(r->hidden) && utf8_valid(r->title));
	must(r->text.n <= 3 * html.n + 2 && r->n_tags <= r->total_tags);
	must(r->work <= 600 * html.n + 4096);
	for (size_t i = 0; i < r->n_links; i++) {
		must(r->links[i].url.n && r->links[i].text.n <= LIM_LINK_TEXT && utf8_valid(r->links[i].text));
		must(r->links[i].text_at <= r->links[i].text_end && r->links[i].text_end <= r->text.n);
	}
	for (size_t i = 0; i < r->n_tags; i++)
		must((r->tags[i] & ~HTML_TAG_END) < HTML_TAG_COUNT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct html_settings small = {.max_text = 40, .max_tags = 5};
	struct arena a;
	struct html_result r, again;
	struct url_set set;
	arena_init(&a, LIM_ARENA);
	check(&a, str_make(data, size), NULL, &r);
	check(&a, str_make(data, size), NULL, &again);
	must(str_eq(r.text, again.text) && str_eq(r.hidden, again.hidden) && r.n_links == again.n_links);
	check(&a, str_make(data, size), &small, &again);
	html_meta_charset(str_make(data, size));
	url_set_init(&set, &a, NULL);
	url_set_add_html(&set, &r);
	for (size_t i = 0; i < set.n; i++)
		must(utf8_valid(set.urls[i].raw) && set.urls[i].raw.n);
	arena_free(&a);
	return 0;
}
