/* chain.h - redirect chains over a set of captures: from a URL hop by hop to where it ends, with the role of each hop.
 *
 * struct chains c; chains_init(&c, psl); chains_add(...) for every capture; chains_done(&c);
 * for (i < c.n) { chain_build(&c, i, arena, &chain); chain_json(...); }
 *
 * A hop goes to the capture of its target that is nearest in time. Chains are a function of the set of captures: the order of adding
 * does not matter. Roles are judged from names, from the site around a hop and from who leads where in the whole set:
 *   shortener     a known one, or a short host whose short paths lead to many domains
 *   free_hosting  a name below a public suffix of its private section, a known host, or many customers of one domain
 *   traffic       a traffic-direction host: led to from several sites, or named as such software is (in.cgi, /tds/, go.php?sid=)
 *   compromised   a page deep in a site that is about something else
 *   redirect      leads elsewhere, none of these
 *   storefront, parked, dead, page: where a chain ends;  unseen: not captured
 * Each with its reasons. These are judgements: the hop itself is the evidence and stays.
 */
#ifndef TRAPLINE_PAGE_CHAIN_H
#define TRAPLINE_PAGE_CHAIN_H

#include "page/page.h"

enum hop_role {
	HOP_UNSEEN,
	HOP_REDIRECT,
	HOP_SHORTENER,
	HOP_FREE_HOSTING,
	HOP_TRAFFIC,
	HOP_COMPROMISED,
	HOP_STOREFRONT,
	HOP_PARKED,
	HOP_DEAD,
	HOP_PAGE,
};
enum chain_end {
	CHAIN_PAGE, /* at a page that leads nowhere */
	CHAIN_OPEN, /* the next hop is not captured */
	CHAIN_LOOP, /* the next hop was there before */
	CHAIN_CAP,  /* LIM_CHAIN_HOPS */
};
const char *hop_role_name(enum hop_role r);
const char *chain_end_name(enum chain_end e);

struct capture {
	struct str url; /* normalised, as page.url.raw and page.next.url are */
	int64_t time;
	int status;
	enum page_kind kind;
	enum lead_how how; /* LEAD_NONE: leads nowhere */
	struct str next;
	bool partial;        /* next is only the beginning */
	struct str same_url; /* a revisit without a lead of its own: of which capture; empty: none */
	int64_t same_time;
};
/* From what page_json wrote. 1, 0 when it is none, -1 when out of memory. */
int capture_load(struct arena *a, struct str json, struct capture *out);

/* What is known about a host or a domain in the set. */
struct chain_host {
	uint32_t from_domains; /* distinct domains that lead here from elsewhere */
	uint32_t to_domains;   /* distinct other domains that it leads to */
	uint32_t hosts;        /* of a domain: distinct hosts that lead elsewhere */
	bool front_page;       /* its "/" is captured as a page that stays */
	int64_t registered;    /* of a domain: day, 0 unknown */
};
struct chain_node {
	uint32_t url, next;    /* entries of urls, + 1; next 0: none */
	uint32_t host, domain; /* in known */
	int64_t time;
	int16_t status;
	uint8_t kind, how;
	bool partial;
	uint32_t same; /* revisit: entry + 1 of the URL it is the same as; 0 */
	int64_t same_time;
};
struct chains {
	const struct psl *psl;
	struct map urls;  /* -> first node + 1, after chains_done */
	struct map hosts; /* 'h' host, 'd' domain -> index in known */
	struct map pairs; /* what was counted */
	struct map ages;  /* domain -> day of registration */
	struct arena arena, scratch;
	VEC(struct chain_node) nodes;
	VEC(struct chain_host) known;
	size_t n;    /* nodes */
	size_t lost; /* captures beyond LIM_CHAIN_PAGES */
	bool oom;
};

enum { HOP_REASONS = 4 };
struct hop {
	struct str url, domain;
	int64_t time; /* TIME_NONE: not captured */
	int status;
	enum lead_how how; /* how it leaves */
	enum hop_role role;
	struct str reasons[HOP_REASONS];
	size_t n_reasons;
};
struct chain {
	struct hop *hops; /* at least one */
	size_t n;
	enum chain_end end;
};

void chains_init(struct chains *c, const struct psl *psl);
void chains_free(struct chains *c);
int chains_add(struct chains *c, const struct capture *capture); /* copies; 0, or -1 when out of memory */
/* When a domain was registered: an old one is rather broken into than made for the purpose. Likewise. */
int chains_age(struct chains *c, struct str domain, int64_t registered);
int chains_done(struct chains *c); /* likewise */
/* The chain that begins at node i (sorted by URL and time). Strings live in c and the arena. 0, or -1 when out of memory. */
int chain_build(const struct chains *c, size_t i, struct arena *a, struct chain *out);
/* {"url","domain","time","end","final","final_domain","final_role","hops":[{"url","domain","time","status","how","role","reasons"}]} */
void chain_json(const struct chain *chain, struct json *j);
struct str chain_url(const struct chains *c, size_t i);

#endif
