/* opened_fuzz.c - any bytes as a page, a drawing, an invitation and a message: URLs and text are valid, within bounds, and repeatable. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "feature/opened.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct found {
	struct url_set urls;
	struct buf text;
	uint64_t anomalies;
};

static void read_as(struct arena *a, struct str bytes, enum opened kind, struct found *out)
{
	struct part p = {
		.parent = -1, .type = S("application"), .subtype = S("octet-stream"), .body = bytes, .is_attachment = true};
	enum opened sniffed;
	url_set_init(&out->urls, a, NULL);
	buf_init_arena(&out->text, a, LIM_TEXT);
	struct opener o = {.urls = &out->urls, .text = &out->text};
	must(opened_kind(a, &p, false, &sniffed) == 0 && (sniffed == OPENED_NONE || sniffed == OPENED_DRAWING));
	must(opened_read(&o, &p, kind) == 0);
	must(out->text.full || utf8_valid(buf_str(&out->text)));
	must(out->urls.n <= LIM_URLS);
	for (size_t i = 0; i < out->urls.n; i++)
		must(out->urls.urls[i].raw.n && utf8_valid(out->urls.urls[i].raw) && utf8_valid(out->urls.urls[i].text));
	out->anomalies = o.anomalies;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct found one, two;
	arena_init(&a, LIM_ARENA);
	for (enum opened kind = OPENED_PAGE; kind <= OPENED_MESSAGE; kind++) {
		read_as(&a, str_make(data, size), kind, &one);
		read_as(&a, str_make(data, size), kind, &two);
		must(one.urls.n == two.urls.n && one.anomalies == two.anomalies && str_eq(buf_str(&one.text), buf_str(&two.text)));
	}
	arena_free(&a);
	return 0;
}
