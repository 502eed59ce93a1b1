/* crawl_int.h - single fetches with libcurl; private to crawl.c and crawl_fetch.c. */
#ifndef TRAPLINE_PAGE_CRAWL_INT_H
#define TRAPLINE_PAGE_CRAWL_INT_H

#include "base/buf.h"
#include "page/crawl.h"
#include "page/refused.h"

struct fetcher;
struct fetch;
struct fetched {
	size_t tag;
	struct str request, header, body; /* as sent; they live until fetch_done */
	struct str ip;                    /* of the peer, empty when unknown */
	const char *refused;              /* what the address is that was not connected to; NULL */
	const char *failed;               /* libcurl's words; NULL */
	const char *truncated;            /* "length", "time"; NULL */
	int64_t time;                     /* of the request */
	struct fetch *fetch;
};

int fetch_open(struct fetcher **out, const struct crawl_settings *set, struct err *err);
void fetch_close(struct fetcher *f); /* NULL-safe; stops what runs */
int fetch_start(struct fetcher *f, struct str url, size_t tag, struct err *err);
int fetch_running(const struct fetcher *f);
/* One that came to its end: 1, 0 none now, negative err_kind. fetch_done is owed for each. */
int fetch_next(struct fetcher *f, struct fetched *out, struct err *err);
void fetch_done(struct fetcher *f, const struct fetched *done);
void fetch_wait(struct fetcher *f, double seconds); /* until something moves, at most so long */

/* Whether the settings allow this address by name. */
bool crawl_allowed(const struct crawl_settings *set, const uint8_t *ip, size_t n);

#endif
