/* pages_bench [WARC]: how many pages a second get their features, on one core; one JSON line.
 *
 * All responses of the WARC file (without one: made-up storefronts of about 2 KiB) are held in memory; then each is read as HTTP, and
 * its features, its leads and its JSON are made, ROUNDS times. Reading the file (unzip, records) is measured apart.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/time.h"
#include "base/vec.h"
#include "page/page.h"
#include "page/warc.h"

enum { ROUNDS = 5, MADE_UP = 2000 };

struct response {
	struct str url, block;
};
struct work {
	struct arena arena;
	VEC(struct response) list;
	size_t bytes;
};

static double cpu_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool keep(struct work *w, struct str url, struct str block)
{
	struct response *r = vec_push(&w->arena, &w->list, SIZE_MAX);
	if (!r)
		return false;
	r->url = arena_dup(&w->arena, url);
	r->block = arena_dup(&w->arena, block);
	w->bytes += block.n;
	return true;
}

static int read_fd(void *ctx, uint8_t *p, size_t room, size_t *got, struct err *err)
{
	ssize_t n = read(*(int *)ctx, p, room);
	if (n < 0)
		return err_errno(err, ERR_INPUT, "read");
	*got = (size_t)n;
	return 0;
}

static int load(struct work *w, const char *path, struct err *err)
{
	struct warc *warc;
	struct warc_record r;
	int fd = open(path, O_RDONLY), rc = fd < 0 ? err_errno(err, ERR_INPUT, "%s", path) : warc_open(&warc, read_fd, &fd, err);
	if (rc)
		return rc;
	while ((rc = warc_next(warc, &r, err)) > 0)
		if (r.type == WARC_RESPONSE && !keep(w, r.target, r.block))
			rc = err_oom(err, "bench");
	warc_close(warc);
	close(fd);
	return rc;
}

static int make_up(struct work *w, struct err *err)
{
	struct buf b;
	char url[64];
	buf_init(&b, 1 * MIB);
	for (int i = 0; i < MADE_UP; i++) {
		buf_clear(&b);
		snprintf(url, sizeof url, "http://shop%d.example/", i);
		buf_printf(&b,
			"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><head><title>Shop %d - best prices</title>"
			"<link rel=stylesheet href=/a/b.css><script src=/js/x.js></script></head><body class=main><div id=top><img src=/i/logo.gif>"
			"<h1>Shop</h1></div><form action=/track><label>Order number (example #AB/0%04d)</label><input name=q></form>",
			i, i);
		for (int k = 0; k < 14; k++)
			buf_printf(&b,
				"<div class=item><h3>Goods %d</h3><span>$%d.95</span><a href='/cart.php?add=%d'>Add to cart</a></div>\n",
				(i * 7 + k) % 97, k + 3, i + k);
		buf_add(&b, S("<p>Support phone: +1-555-0100<br>Copyright 2005-2010 Shop</p></body></html>"));
		if (!keep(w, str_of(url), buf_str(&b)))
			return err_oom(err, "bench");
	}
	buf_free(&b);
	return 0;
}

static size_t round_trip(const struct work *w, const struct psl *psl, struct arena *a, struct buf *out)
{
	size_t tokens = 0;
	for (size_t i = 0; i < w->list.n; i++) {
		struct http_response h;
		struct page p;
		struct page_input in = {.url = w->list.v[i].url, .http = &h, .same_time = TIME_NONE};
		struct json j = json_to(out);
		arena_reset(a);
		buf_clear(out);
		if (http_response(a, w->list.v[i].block, &h) || page_build(a, psl, &in, &p) <= 0)
			continue;
		page_json(&p, &j);
		tokens += p.n_tokens;
	}
	return tokens;
}

int main(int argc, char **argv)
{
	struct work w = {.bytes = 0};
	struct arena a;
	struct buf out;
	struct psl *psl;
	struct err err = {0};
	arena_init(&w.arena, SIZE_MAX);
	arena_init(&a, LIM_PAGE_ARENA);
	buf_init(&out, 4 * MIB);
	double start = cpu_s();
	if (psl_load(&psl, NULL, &err) || (argc > 1 ? load(&w, argv[1], &err) : make_up(&w, &err))) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	double load_s = cpu_s() - start, best = 1e9;
	size_t tokens = 0;
	for (int i = 0; i < ROUNDS; i++) {
		start = cpu_s();
		tokens = round_trip(&w, psl, &a, &out);
		double s = cpu_s() - start;
		best = s < best ? s : best;
	}
	printf("{\"pages\": %zu, \"bytes\": %zu, \"tokens_per_page\": %.1f, \"cpu_s\": %.3f, \"us_per_page\": %.1f, \"pages_per_s\": %.0f, "
	       "\"read_cpu_s\": %.3f}\n",
		w.list.n, w.bytes, w.list.n ? (double)tokens / (double)w.list.n : 0, best,
		w.list.n ? best * 1e6 / (double)w.list.n : 0, (double)w.list.n / best, load_s);
	return 0;
}
