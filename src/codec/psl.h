/* psl.h - registrable domains by the public suffix list (publicsuffix.org), through libpsl.
 *
 * A struct psl is immutable after psl_load and may be shared by all threads (libpsl only reads its context); each thread
 * keeps a small cache of its own. Hosts are lower case ASCII (punycode) without a trailing dot. A host whose top-level domain
 * is not in the list (.example, .test, .invalid) follows the list's default rule "*".
 */
#ifndef TRAPLINE_CODEC_PSL_H
#define TRAPLINE_CODEC_PSL_H

#include "base/err.h"
#include "base/str.h"

struct psl;

/* path NULL or "": the system's list, else the one built into libpsl. A negative err_kind when path cannot be used. */
int psl_load(struct psl **out, const char *path, struct err *e);
void psl_unload(struct psl *p); /* NULL-safe */
/* "public_suffix_list.dafsa sha256:0123456789abcdef": file name and content of the list; lives as long as p. */
const char *psl_version(const struct psl *p);

/* What of the end of host is registrable: slices of host; empty when host is itself a public suffix or has no dot. */
struct psl_domains {
	struct str domain; /* with the private section: myshop.blogspot.com */
	struct str icann;  /* ICANN section only: blogspot.com */
};
struct psl_domains psl_domains(const struct psl *p, struct str host);
/* A top-level domain that the list names (not by the default rule). */
bool psl_known_tld(const struct psl *p, struct str tld);

#endif
