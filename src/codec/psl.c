/* psl.c - see psl.h. */
#include "codec/psl.h"

#include <libpsl.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"

struct psl {
	const psl_ctx_t *ctx;
	psl_ctx_t *owned; /* NULL for the built-in list */
	uint64_t seed;    /* of the caches, and tells one list from another */
	char version[160];
};

/* One answer: how much of the end of the host is registrable. The hash takes the place of the name: its seed is random, so
 * that nobody can make two hosts that collide, and length is checked against the host at hand. */
struct cached {
	uint64_t hash;
	uint8_t host, domain, icann; /* bytes */
};
enum { CACHE_SLOTS = 8192, MAX_HOST = 255, MAX_LIST = 16 << 20, MAX_LABELS = 10 };
static _Thread_local struct cached cache[CACHE_SLOTS];

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* The list's content, for its hash: a version that every machine agrees on. */
static int describe_file(struct psl *p, const char *path, struct err *e)
{
	uint8_t digest[SHA256_BYTES], block[8192];
	char hex[SHA256_HEX];
	FILE *f = fopen(path, "rbe");
	struct sha256 *h = sha256_new();
	size_t n, total = 0;
	if (f && h) {
		sha256_begin(h);
		while (total < MAX_LIST && (n = fread(block, 1, sizeof block, f)) > 0) {
			sha256_add(h, str_make(block, n));
			total += n;
		}
		sha256_end(h, digest);
		hex_encode(digest, sizeof digest, hex);
		snprintf(p->version, sizeof p->version, "%.100s sha256:%.16s", base_name(path), hex);
	}
	int r = !h ? err_oom(e, "public suffix list") : !f ? err_errno(e, ERR_INPUT, "public suffix list %s", path) : 0;
	if (f)
		fclose(f);
	sha256_del(h);
	return r;
}

static int load_file(struct psl *p, const char *path, struct err *e)
{
	int r = describe_file(p, path, e);
	if (r)
		return r;
	p->owned = psl_load_file(path);
	/* Any text file can be read as rules; a list without com is none. (A DAFSA does not tell its number of rules.) */
	if (!p->owned || !psl_is_public_suffix2(p->owned, "com", PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE))
		return err_set(e, ERR_INPUT,
			"public suffix list %s: no such rules in it; give the list of publicsuffix.org, as text or DAFSA", path);
	p->ctx = p->owned;
	return 0;
}

static void use_builtin(struct psl *p)
{
	psl_free(p->owned);
	p->owned = NULL;
	p->ctx = psl_builtin();
	snprintf(p->version, sizeof p->version, "libpsl %s built-in sha1:%.16s", psl_get_version(), psl_builtin_sha1sum());
}

int psl_load(struct psl **out, const char *path, struct err *e)
{
	struct psl *p = mem_zalloc(1, sizeof *p);
	if (!p)
		return err_oom(e, "public suffix list");
	if (getrandom(&p->seed, sizeof p->seed, GRND_NONBLOCK) != sizeof p->seed)
		p->seed = (uint64_t)(uintptr_t)p;
	const char *system = psl_dist_filename();
	int r = 0;
	if (path && *path) {
		r = load_file(p, path, e);
	} else {
		struct err unused = {0};
		if (!system || !*system || access(system, R_OK) || load_file(p, system, &unused))
			use_builtin(p);
		if (!p->ctx)
			r = err_set(e, ERR_ENV, "no public suffix list: install the package publicsuffix, or name a list");
	}
	if (r) {
		psl_unload(p);
		return r;
	}
	*out = p;
	return 0;
}

void psl_unload(struct psl *p)
{
	if (!p)
		return;
	psl_free(p->owned);
	mem_free(p);
}

const char *psl_version(const struct psl *p)
{
	return p->version;
}

/* Where the last MAX_LABELS labels of z start: no public suffix is longer, and a host may have 127. */
static const char *last_labels(const char *z, size_t n)
{
	unsigned labels = 0;
	for (size_t i = n; i-- > 0;)
		if (z[i] == '.' && ++labels == MAX_LABELS)
			return z + i + 1;
	return z;
}

/* From *at on to the longest public suffix of that type, label by label. *before: the label more that is registrable. */
static void find_suffix(const struct psl *p, const char **at, const char **before, int type)
{
	while (!psl_is_public_suffix2(p->ctx, *at, type)) {
		const char *dot = strchr(*at, '.');
		*before = *at;
		if (!dot)
			break;
		*at = dot + 1;
	}
}

static bool lookup(const struct psl *p, struct str host, struct cached *c)
{
	char z[MAX_HOST + 1];
	const char *last = memrchr(host.p, '.', host.n);
	if (!last || host.n > MAX_HOST || memchr(host.p, 0, host.n))
		return false;
	memcpy(z, host.p, host.n);
	z[host.n] = 0;
	c->host = (uint8_t)host.n;
	const char *at = last_labels(z, host.n), *before = NULL, *end = z + host.n;
	find_suffix(p, &at, &before, PSL_TYPE_ANY);
	c->domain = before ? (uint8_t)(end - before) : 0;
	find_suffix(p, &at, &before, PSL_TYPE_ICANN); /* what is no suffix of any type is none of this one */
	c->icann = before ? (uint8_t)(end - before) : 0;
	return true;
}

struct psl_domains psl_domains(const struct psl *p, struct str host)
{
	struct psl_domains none = {0};
	if (host.n < 3)
		return none;
	uint64_t h = hash64(host, p->seed);
	struct cached *c = &cache[h % CACHE_SLOTS];
	if (c->hash != h || c->host != host.n) {
		struct cached fresh = {.hash = h};
		if (!lookup(p, host, &fresh))
			return none;
		*c = fresh;
	}
	return (struct psl_domains){str_from(host, host.n - c->domain), str_from(host, host.n - c->icann)};
}

bool psl_known_tld(const struct psl *p, struct str tld)
{
	char z[64];
	if (tld.n < 2 || tld.n >= sizeof z || memchr(tld.p, 0, tld.n) || memchr(tld.p, '.', tld.n))
		return false;
	memcpy(z, tld.p, tld.n);
	z[tld.n] = 0;
	return psl_is_public_suffix2(p->ctx, z, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
}
