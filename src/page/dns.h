/* dns.h - facts about domains: name servers, addresses, registrars, and when they were seen.
 *
 * Three formats, told line by line:
 *   {"domain","first_seen","ns":[],"a":[],"registrar","registered"}      one object a line
 *   {"rrname","rrtype","rdata","time_first","time_last","count"}         passive DNS, draft-dulaunoy-dnsop-passive-dns-cof
 *   domain,first_seen,ns,a,registrar,registered  (or the COF names)      CSV (RFC 4180) with a header line; lists parted by blanks or ;
 * A set holds the facts of many domains; equal facts are merged (earliest first, latest last), so that the order of reading does not
 * matter. Names are lower case without a final dot. Lines that cannot be read are counted, never fatal.
 */
#ifndef TRAPLINE_PAGE_DNS_H
#define TRAPLINE_PAGE_DNS_H

#include "base/json.h"
#include "base/map.h"
#include "base/vec.h"
#include "codec/psl.h"

enum dns_type { DNS_NS, DNS_A, DNS_AAAA, DNS_CNAME, DNS_MX, DNS_TXT, DNS_SOA, DNS_REGISTRAR, DNS_REGISTERED, DNS_TYPES };

struct dns_fact {
	enum dns_type type;
	struct str value;
	int64_t first, last; /* TIME_NONE unknown */
};
struct dns_domain {
	struct str name;
	VEC(struct dns_fact) facts;
	bool changed; /* by a line, since it was loaded */
};
struct dns_set {
	struct arena arena;
	const struct psl *psl;
	struct map names; /* -> index in domains */
	VEC(struct dns_domain) domains;
	struct str columns[32]; /* of the CSV header */
	size_t n_columns;
	uint8_t *room;     /* for the cells of a line */
	size_t lines, bad; /* read; of these not understood */
	size_t first_bad;  /* number of the first such line, from 1 */
	size_t dropped;    /* facts beyond LIM_DNS_FACTS of a domain */
};

void dns_init(struct dns_set *d, const struct psl *psl);
void dns_free(struct dns_set *d);
void dns_begin(struct dns_set *d); /* a new file: the next CSV line is a header */
/* One line without its end. 0, or -1 when out of memory. */
int dns_line(struct dns_set *d, struct str line);
/* What dns_json wrote before: its facts join the set. changed stays as it is. 0, or -1 when out of memory. */
int dns_load(struct dns_set *d, struct str json);
/* {"domain","registrable","first_seen","last_seen","registrar","registered","ns":[],...,"facts":[{"type","value","first","last"}]} */
void dns_json(struct dns_set *d, size_t i, struct json *j);

#endif
