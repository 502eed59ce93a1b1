/* script.h - where a page leads by itself: meta refresh, frames that cover it, and the common forms of JavaScript redirects.
 *
 * Scripts are parsed, never executed: a tokenizer (ECMA-262 12, without regular expression flags), string constants followed
 * through variables, `+`, unescape, decodeURIComponent, atob, String.fromCharCode, join and the reverse idiom; location in its
 * usual forms, location.replace/assign, window.open/navigate, document.write of HTML, setTimeout and eval of a string, submit().
 * What stands in a function counts only when something that runs at load calls it; what stands in an `if` is marked.
 * No recursion; linear but for names of functions (a few rounds). Known limits: no arithmetic, no loops, no packers (script_opaque).
 */
#ifndef TRAPLINE_PAGE_SCRIPT_H
#define TRAPLINE_PAGE_SCRIPT_H

#include "base/arena.h"
#include "base/str.h"

enum lead_how {
	LEAD_NONE,
	LEAD_HTTP,    /* 30x with Location */
	LEAD_REFRESH, /* Refresh header */
	LEAD_META,    /* meta refresh */
	LEAD_SCRIPT,  /* location, navigate */
	LEAD_FRAME,   /* a frame that covers the page */
	LEAD_FORM,    /* a form that a script submits */
	LEAD_OPEN,    /* window.open */
};
const char *lead_name(enum lead_how how);

struct lead {
	enum lead_how how;
	struct str url;   /* as written, not resolved; hostile */
	int delay;        /* seconds; -1 unknown or none */
	bool conditional; /* within an if */
	bool partial;     /* only the beginning is known: host and path, the rest is made at run time */
};
struct leads {
	struct lead *v; /* in order of occurrence */
	size_t n;
	struct str base; /* <base href>, empty when there is none */
	uint64_t facts;
};

/* html: any bytes. 0, or -1 when out of memory. */
int leads_scan(struct arena *a, struct str html, struct leads *out);

#endif
