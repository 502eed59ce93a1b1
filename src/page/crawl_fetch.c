/* crawl_fetch.c - single fetches with libcurl; see crawl_int.h. The only place that sees it here.
 *
 * It is loaded by the first crawl: with the twenty libraries that it needs it is half of what starting a process costs, and every
 * other command, and the jail's servers, start without it.
 */
#include <curl/curl.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/ip.h"
#include "base/limits.h"
#include "base/mem.h"
#include "page/crawl_int.h"

enum { CONNECT_S = 15 };

#define CURL_FUNCTIONS(X) \
	X(easy_cleanup) \
	X(easy_getinfo) \
	X(easy_init) \
	X(easy_setopt) \
	X(easy_strerror) \
	X(global_cleanup) \
	X(global_init) \
	X(multi_add_handle) \
	X(multi_cleanup) \
	X(multi_info_read) \
	X(multi_init) \
	X(multi_perform) \
	X(multi_poll) \
	X(multi_remove_handle) \
	X(multi_strerror) \
	X(slist_append) \
	X(slist_free_all)

static struct {
	void *so;
#define X(name) __typeof__(&curl_##name) name;
	CURL_FUNCTIONS(X)
#undef X
} curl;

/* Once; it stays. */
static int load(struct err *err)
{
	if (curl.so)
		return 0;
	void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
	bool all = library;
#define X(name) all = all && (*(void **)&curl.name = dlsym(library, "curl_" #name));
	CURL_FUNCTIONS(X)
#undef X
	if (!all)
		return err_set(err, ERR_ENV, "crawling needs libcurl: %s", dlerror());
	curl.so = library;
	return 0;
}

struct fetch {
	struct fetcher *owner;
	struct fetch *prev, *next;
	CURL *easy;
	struct buf request, header, body;
	const char *refused, *truncated;
	char ip[64], error[CURL_ERROR_SIZE];
	int64_t time;
	size_t tag;
};
struct fetcher {
	const struct crawl_settings *set;
	CURLM *multi;
	struct curl_slist *resolve;
	struct fetch *fetches;
	int running;
};

bool crawl_allowed(const struct crawl_settings *set, const uint8_t *ip, size_t n)
{
	for (size_t i = 0; i < set->n_allow; i++) {
		uint8_t one[16];
		if (ip_parse(str_of(set->allow[i]), one) == n && memcmp(one, ip, n) == 0)
			return true;
	}
	return set->allow_private;
}

/* ---- what libcurl calls ---- */

/* The last word: whatever a name resolved to, no socket is opened to an address that is refused. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct fetch *f = ctx;
	uint8_t ip[16];
	size_t n = 0;
	if (a->family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)&a->addr;
		memcpy(ip, &in->sin_addr, n = 4);
	} else if (a->family == AF_INET6) {
		const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)(const void *)&a->addr;
		memcpy(ip, &in->sin6_addr, n = 16);
	}
	const char *why = n ? ip_refused(ip, n) : "unknown";
	if (purpose != CURLSOCKTYPE_IPCXN || (why && !f->owner->set->proxy && !(n && crawl_allowed(f->owner->set, ip, n)))) {
		f->refused = why ? why : "unknown";
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct fetch *f = ctx;
	struct str line = str_make(p, size * n);
	if (str_istarts(line, S("HTTP/")))
		buf_clear(&f->header); /* 100 Continue and the like go */
	if (f->header.n + line.n <= f->header.max)
		buf_add(&f->header, line);
	return f->header.oom ? 0 : line.n;
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
	struct fetch *f = ctx;
	buf_add(&f->body, str_make(p, size * n));
	if (f->body.full)
		f->truncated = "length";
	return f->body.full || f->body.oom ? 0 : size * n;
}

static int on_debug(CURL *easy, curl_infotype type, char *p, size_t n, void *ctx)
{
	struct fetch *f = ctx;
	(void)easy;
	if (type == CURLINFO_HEADER_OUT)
		buf_add(&f->request, str_make(p, n));
	return 0;
}

/* ---- one fetch ---- */

static void fetch_free(struct fetch *f)
{
	if (f->easy)
		curl.easy_cleanup(f->easy);
	buf_free(&f->request);
	buf_free(&f->header);
	buf_free(&f->body);
	mem_free(f);
}

#define SET(option, value) (rc = rc ? rc : curl.easy_setopt(f->easy, option, value))

static CURLcode set_limits(struct fetch *f, const struct crawl_settings *set)
{
	CURLcode rc = CURLE_OK;
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_FRESH_CONNECT, 1L);
	SET(CURLOPT_FORBID_REUSE, 1L);
	SET(CURLOPT_TIMEOUT, (long)set->timeout_s);
	SET(CURLOPT_CONNECTTIMEOUT, (long)(set->timeout_s < CONNECT_S ? set->timeout_s : CONNECT_S));
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_SSL_VERIFYPEER, 0L);
	SET(CURLOPT_SSL_VERIFYHOST, 0L);
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_PROXY, set->proxy ? set->proxy : "");
	SET(CURLOPT_NOPROXY, "");
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	return rc;
}

static CURLcode set_request(struct fetch *f, const struct crawl_settings *set, const char *url)
{
	CURLcode rc = CURLE_OK;
	SET(CURLOPT_URL, url);
	SET(CURLOPT_USERAGENT, set->user_agent ? set->user_agent : "trapline/" TRAPLINE_VERSION);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_HTTP_CONTENT_DECODING, 0L); /* the record holds what was sent */
	SET(CURLOPT_HTTP_TRANSFER_DECODING, 0L);
	SET(CURLOPT_HTTP09_ALLOWED, 0L);
	SET(CURLOPT_RESOLVE, f->owner->resolve);
	SET(CURLOPT_PRIVATE, f);
	SET(CURLOPT_ERRORBUFFER, f->error);
	SET(CURLOPT_VERBOSE, 1L);
	return rc;
}

static CURLcode set_callbacks(struct fetch *f)
{
	CURLcode rc = CURLE_OK;
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_OPENSOCKETDATA, f);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, f);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, f);
	SET(CURLOPT_DEBUGFUNCTION, on_debug);
	SET(CURLOPT_DEBUGDATA, f);
	return rc;
}

int fetch_start(struct fetcher *o, struct str url, size_t tag, struct err *err)
{
	struct fetch *f = mem_zalloc(1, sizeof *f);
	char z[LIM_URL + 1];
	if (!f)
		return err_oom(err, "crawl");
	f->owner = o;
	f->tag = tag;
	f->time = o->set->now();
	buf_init(&f->request, LIM_CRAWL_HEADER);
	buf_init(&f->header, LIM_CRAWL_HEADER);
	buf_init(&f->body, LIM_PAGE);
	f->easy = curl.easy_init();
	size_t n = url.n < sizeof z - 1 ? url.n : sizeof z - 1;
	memcpy(z, url.p, n);
	z[n] = 0;
	CURLcode rc = f->easy ? set_limits(f, o->set) : CURLE_OUT_OF_MEMORY;
	rc = rc ? rc : set_request(f, o->set, z);
	rc = rc ? rc : set_callbacks(f);
	if (rc || curl.multi_add_handle(o->multi, f->easy)) {
		fetch_free(f);
		return err_set(err, ERR_ENV, "libcurl: %s", curl.easy_strerror(rc ? rc : CURLE_OUT_OF_MEMORY));
	}
	f->next = o->fetches;
	if (f->next)
		f->next->prev = f;
	o->fetches = f;
	o->running++;
	return 0;
}

int fetch_running(const struct fetcher *o)
{
	return o->running;
}

static void fill(struct fetch *f, CURLcode result, struct fetched *out)
{
	char *ip = NULL;
	curl.easy_getinfo(f->easy, CURLINFO_PRIMARY_IP, &ip);
	snprintf(f->ip, sizeof f->ip, "%s", ip && !f->owner->set->proxy ? ip : "");
	if (result == CURLE_OPERATION_TIMEDOUT && f->header.n)
		f->truncated = "time";
	*out = (struct fetched){.tag = f->tag,
		.request = buf_str(&f->request),
		.header = buf_str(&f->header),
		.body = buf_str(&f->body),
		.ip = str_of(f->ip),
		.truncated = f->truncated,
		.time = f->time,
		.fetch = f};
	if (result && !f->header.n && f->refused)
		out->refused = f->refused;
	else if (result)
		out->failed = f->error[0] ? f->error : curl.easy_strerror(result);
	else if (!f->header.n)
		out->failed = "no answer";
}

int fetch_next(struct fetcher *o, struct fetched *out, struct err *err)
{
	int active, left;
	CURLMcode rc = curl.multi_perform(o->multi, &active);
	if (rc)
		return err_set(err, ERR_ENV, "libcurl: %s", curl.multi_strerror(rc));
	for (CURLMsg *m; (m = curl.multi_info_read(o->multi, &left));) {
		char *f = NULL;
		if (m->msg != CURLMSG_DONE)
			continue;
		CURLcode result = m->data.result;
		curl.easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &f);
		fill((struct fetch *)(void *)f, result, out);
		return 1;
	}
	return 0;
}

void fetch_done(struct fetcher *o, const struct fetched *done)
{
	struct fetch *f = done->fetch;
	curl.multi_remove_handle(o->multi, f->easy);
	if (f->prev)
		f->prev->next = f->next;
	else
		o->fetches = f->next;
	if (f->next)
		f->next->prev = f->prev;
	o->running--;
	fetch_free(f);
}

void fetch_wait(struct fetcher *o, double seconds)
{
	int moved;
	int ms = seconds < 0.001 ? 1 : seconds > 1 ? 1000 : (int)(seconds * 1000);
	curl.multi_poll(o->multi, NULL, 0, ms, &moved);
}

int fetch_open(struct fetcher **out, const struct crawl_settings *set, struct err *err)
{
	*out = NULL;
	if (load(err))
		return err->kind;
	struct fetcher *o = mem_zalloc(1, sizeof *o);
	if (!o || curl.global_init(CURL_GLOBAL_DEFAULT)) {
		mem_free(o);
		return err_oom(err, "crawl");
	}
	o->set = set;
	o->multi = curl.multi_init();
	bool ok = o->multi != NULL;
	for (size_t i = 0; i < set->n_resolve && ok; i++) {
		struct curl_slist *list = curl.slist_append(o->resolve, set->resolve[i]);
		ok = list != NULL;
		o->resolve = ok ? list : o->resolve;
	}
	if (!ok) {
		fetch_close(o);
		return err_oom(err, "crawl");
	}
	*out = o;
	return 0;
}

void fetch_close(struct fetcher *o)
{
	if (!o)
		return;
	while (o->fetches) {
		struct fetched f = {.fetch = o->fetches};
		fetch_done(o, &f);
	}
	if (o->multi)
		curl.multi_cleanup(o->multi);
	curl.slist_free_all(o->resolve);
	mem_free(o);
	curl.global_cleanup();
}
