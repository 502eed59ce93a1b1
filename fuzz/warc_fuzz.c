/* warc_fuzz.c - any bytes as a WARC file, and each record as HTTP: within bounds, and repeatable. */
#include "base/limits.h"
#include "base/mem.h"
#include "page/http.h"
#include "page/warc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
	struct str s;
	size_t at;
};

static int memory_read(void *ctx, uint8_t *p, size_t room, size_t *got, struct err *err)
{
	struct memory *m = ctx;
	struct str s = str_first(str_from(m->s, m->at), room < 500 ? room : 500);
	(void)err;
	if (s.n)
		memcpy(p, s.p, s.n);
	m->at += s.n;
	*got = s.n;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory m = {.s = str_make(data, size)};
	struct warc *w;
	struct warc_record r;
	struct err err = {0};
	struct arena a;
	int rc;
	size_t records = 0;
	arena_init(&a, LIM_PAGE_ARENA);
	must(warc_open(&w, memory_read, &m, &err) == 0);
	while ((rc = warc_next(w, &r, &err)) > 0) {
		struct http_response h;
		must(r.block.n <= LIM_WARC_BLOCK && r.offset <= size);
		must(++records <= 2000 * size + 1);
		must(http_response(&a, r.block, &h) == 0);
		must(h.body.n <= LIM_PAGE);
		arena_reset(&a);
	}
	must(rc == 0);
	warc_close(w);
	arena_free(&a);
	return 0;
}
