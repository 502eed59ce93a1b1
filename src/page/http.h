/* http.h - HTTP messages as crawlers record them (RFC 9112): a response with its body decoded, a request's first line.
 *
 * Strings point into the block or the arena; all are hostile bytes. Damage is a fact (page/fact.h), never an error.
 */
#ifndef TRAPLINE_PAGE_HTTP_H
#define TRAPLINE_PAGE_HTTP_H

#include "base/arena.h"
#include "base/str.h"

struct http_response {
	int status;          /* 100..999; 0 unknown */
	struct str location; /* the last one of each */
	struct str refresh;
	struct str server;
	struct str type;     /* media type of Content-Type without parameters, as written */
	struct str charset;  /* its charset parameter, unquoted */
	struct str raw_body; /* as sent */
	struct str body;     /* chunks joined, coding undone, at most LIM_PAGE bytes */
	uint64_t facts;
};

/* 0, or -1 when out of memory. */
int http_response(struct arena *a, struct str block, struct http_response *out);
/* The media type and charset of a Content-Type value. */
void http_content_type(struct str value, struct str *type, struct str *charset);
/* "5; url=http://..." of a Refresh field or meta: the URL, empty when there is none (the page reloads itself). *seconds: -1 unknown. */
struct str http_refresh(struct str value, int *seconds);

#endif
