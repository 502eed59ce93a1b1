/* crawl.h - fetches URLs and what they lead to, politely and to public addresses only; the result is a WARC file.
 *
 * One hop is one fetch: redirects (HTTP, Refresh, meta, scripts, frames: page.h) are read off the answer and queued as URLs of their
 * own, so that each is checked like the first. A target is refused, and the refusal recorded, when its scheme is not http(s), its
 * port is one below 1024 other than 80 and 443, its host is a name or address of this machine or network, or the address that the
 * connection is about to be made to is (checked on the socket itself: a name that resolves to something else at the second look
 * gains nothing). With a proxy names are resolved there, and only literal addresses and local names are refused here.
 * Limits: one request a host at a time, `delay` apart; LIM_PAGE bytes and `timeout` a fetch; LIM_CHAIN_HOPS hops; LIM_CRAWL_URLS.
 * Nothing is run, no cookies are kept, no form is sent. Certificates are not checked: a capture of a fraud's page is evidence, too.
 *
 * Records: warcinfo; for each fetch request and response; for each refused or failed target a metadata record
 * "outcome: refused|failed\r\nreason: ...\r\nvia: URL\r\n" (crawl_outcome reads it back).
 */
#ifndef TRAPLINE_PAGE_CRAWL_H
#define TRAPLINE_PAGE_CRAWL_H

#include "base/err.h"
#include "codec/psl.h"

struct crawl_settings {
	const struct psl *psl;
	const char *proxy;          /* NULL: none, whatever the environment says */
	const char *user_agent;     /* NULL: "trapline/VERSION" */
	const char *const *resolve; /* "HOST:PORT:ADDRESS", as curl takes it */
	size_t n_resolve;
	const char *const *allow; /* addresses that are allowed whatever they are */
	size_t n_allow;
	bool allow_private; /* all of them */
	int delay_ms, timeout_s, parallel;
	int64_t (*now)(void); /* Unix seconds */
};
struct crawl_counts {
	size_t fetched, refused, failed, dropped; /* dropped: beyond LIM_CRAWL_URLS */
};
/* Bytes of the WARC file. 0, or a negative err_kind. */
typedef int (*crawl_sink)(void *ctx, struct str bytes, struct err *err);
/* After each target. */
typedef void (*crawl_progress)(void *ctx, const struct crawl_counts *c);

/* 0, or a negative err_kind: out of memory, a bad setting, the sink's error. What a target does is never an error. */
int crawl_run(const struct crawl_settings *set, const struct str *urls, size_t n, crawl_sink sink, crawl_progress progress,
	void *ctx, struct crawl_counts *counts, struct err *err);

/* The block of such a metadata record: "refused" or "failed" and the reason. False: it is none. */
bool crawl_outcome(struct str block, struct str *outcome, struct str *reason);

#endif
