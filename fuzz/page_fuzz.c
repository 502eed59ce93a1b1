/* page_fuzz.c - any bytes as an HTTP response: its page, its leads and its JSON are within bounds, and repeatable. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/time.h"
#include "base/utf8.h"
#include "page/page.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_page(struct arena *a, struct str block, struct buf *out)
{
	struct http_response h;
	struct page p;
	struct page_input in = {.url = S("http://www.shop.example/a/b?c"), .time = 0, .http = &h, .same_time = TIME_NONE};
	struct json j = json_to(out);
	must(http_response(a, block, &h) == 0);
	must(page_build(a, NULL, &in, &p) == 1);
	must(p.n_tokens <= LIM_PAGE_TOKENS);
	for (size_t i = 0; i < p.n_tokens; i++) {
		must(p.tokens[i].n <= LIM_PAGE_TOKEN && str_find_byte(p.tokens[i], '=') < 12);
		for (size_t k = 0; k < p.tokens[i].n; k++)
			must(p.tokens[i].p[k] >= ' ' && p.tokens[i].p[k] < 0x7F);
	}
	page_json(&p, &j);
	json_obj_end(&j);
	must(utf8_valid(buf_str(out)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct buf one, two;
	arena_init(&a, LIM_PAGE_ARENA);
	buf_init(&one, 16 * MIB);
	buf_init(&two, 16 * MIB);
	write_page(&a, str_make(data, size), &one);
	write_page(&a, str_make(data, size), &two);
	must(str_eq(buf_str(&one), buf_str(&two)));
	buf_free(&one);
	buf_free(&two);
	arena_free(&a);
	return 0;
}
