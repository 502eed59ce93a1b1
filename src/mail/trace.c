/* trace.c - see trace.h. */
#include "mail/trace.h"

#include "base/anomaly.h"
#include "base/ip.h"
#include "base/limits.h"
#include "base/time.h"

enum { CLOCK_SKEW = 300 }; /* seconds that hosts of one site may differ */

static struct str without_dot(struct str host)
{
	return str_ends(host, S(".")) ? str_first(host, host.n - 1) : host;
}

static bool is_below(struct str host, struct str domain)
{
	host = without_dot(host);
	domain = without_dot(domain);
	if (domain.n == 0 || !str_iends(host, domain))
		return false;
	return host.n == domain.n || host.p[host.n - domain.n - 1] == '.';
}

bool trust_has(const struct trust *t, struct str host)
{
	for (size_t i = 0; t && i < t->n; i++)
		if (is_below(host, t->hosts[i]))
			return true;
	return false;
}

/* The last two labels, three below a short second level ("ac.uk"): near enough for a guess. */
static struct str site_of(struct str host)
{
	host = without_dot(host);
	size_t dot = str_rfind_byte(host, '.'), second, third;
	if (dot == STR_NPOS)
		return host;
	second = str_rfind_byte(str_first(host, dot), '.');
	if (second == STR_NPOS)
		return host;
	if (host.n - dot - 1 > 2 || dot - second - 1 > 3)
		return str_from(host, second + 1);
	third = str_rfind_byte(str_first(host, second), '.');
	return str_from(host, third == STR_NPOS ? 0 : third + 1);
}

static bool same_site(struct str a, struct str b)
{
	uint8_t ip[16];
	if (str_find_byte(a, '.') == STR_NPOS || str_find_byte(b, '.') == STR_NPOS || ip_parse(a, ip) || ip_parse(b, ip))
		return a.n && str_ieq(a, b);
	return str_ieq(site_of(a), site_of(b));
}

/* Exchange Online hands a message on among its own hosts under public addresses. Of 2603:1000::/24, which is Microsoft's (ARIN), it has
 * 2603:10?6 (as Microsoft lists them for its mail customers); others are of machines that anyone may rent. */
static bool is_within_exchange_online(const struct received *r)
{
	return r->ip_len == 16 && memcmp(r->ip, "\x26\x03\x10", 3) == 0 && (r->ip[3] & 0x0f) == 6 &&
	       (is_below(r->by, S("outlook.com")) || is_below(r->by, S("office365.com")));
}

/* The message did not come over the network from outside: what is below was written by the same host, or inside. */
static bool is_inside(const struct received *r)
{
	return r->fetched || (r->ip_len && ip_is_private(r->ip, r->ip_len)) || is_within_exchange_online(r);
}

static bool is_loopback(const struct received *r)
{
	return r->ip_len && ip_is_private(r->ip, r->ip_len) && (r->ip_len == 4 ? r->ip[0] == 127 : r->ip[0] == 0);
}

struct walk {
	const struct trust *trust;
	bool guess;
	struct received last; /* the last believed one */
	int last_index;
	size_t hops;
	bool goes_on;  /* the next one may be believed */
	bool any_host; /* and whoever says it wrote it: it was handed over inside */
	struct str recipients[TRACE_FOR];
	size_t n_recipients;
};

static bool is_believed(const struct walk *w, const struct received *r)
{
	if (!w->guess)
		return trust_has(w->trust, r->by) || w->any_host;
	return w->hops == 0 || w->any_host || same_site(r->by, w->last.by);
}

/* The looked-up name is the peer's own, not what the owner of its address wrote into the DNS: qmail does not look it up again. */
static bool is_verified(const struct received *r)
{
	return !r->rdns_unverified && r->family != RECEIVED_QMAIL;
}

static void take_recipient(struct walk *w, struct str address)
{
	bool known = str_find_byte(address, '@') == STR_NPOS || w->n_recipients == TRACE_FOR;
	for (size_t i = 0; i < w->n_recipients && !known; i++)
		known = str_ieq(w->recipients[i], address);
	if (!known)
		w->recipients[w->n_recipients++] = address;
}

/* Takes one more believed field and decides whether to go on below it. */
static void believe(struct walk *w, const struct received *r, int index, uint64_t *anomalies)
{
	uint8_t ip[16];
	if (w->hops && w->last.time != TIME_NONE && r->time != TIME_NONE && r->time > w->last.time + CLOCK_SKEW)
		*anomalies |= ANOM(received_time_backwards);
	bool internal = is_inside(r), handed = !r->has_from || r->local;
	bool known = w->guess ? same_site(r->from_rdns, r->by) : is_verified(r) && trust_has(w->trust, r->from_rdns);
	w->goes_on = internal || handed || known;
	w->any_host = w->guess ? internal || (handed && ip_parse(r->by, ip)) : is_loopback(r) || is_within_exchange_online(r);
	w->last = *r;
	w->last_index = index;
	w->hops++;
	take_recipient(w, r->for_);
}

/* Gmail's "by 2002:a05:6358:71c9::1 with SMTP": within the host, which nobody can name. */
static bool is_nameless_hand_over(const struct received *r)
{
	uint8_t ip[16];
	return !r->has_from && ip_parse(r->by, ip);
}

/* One Received field from the top; false when the walk is over. */
static bool step(struct walk *w, struct str value, int index, uint64_t *anomalies)
{
	struct received r;
	uint64_t found = 0;
	received_parse(value, &r, &found);
	if (r.qmail_invoked) /* goes with the field below it */
		return true;
	if (!is_believed(w, &r))
		/* hand-overs above the trusted host, as when a reader fetched the mail from there */
		return !w->guess && w->hops == 0 && (is_inside(&r) || is_nameless_hand_over(&r));
	*anomalies |= found;
	believe(w, &r, index, anomalies);
	return w->goes_on;
}

/* "<queue-id@host>", "<E1abc-..@host>", "<2010...qmail@host>" made by the host that received the message. */
static bool is_own_message_id(const struct received *r, struct str id)
{
	size_t at = str_rfind_byte(id, '@');
	if (at == STR_NPOS || r->by.n == 0 || !str_ieq(str_sub(id, at + 1, id.n - at - 2), r->by))
		return false;
	return (r->id.n && str_ifind(str_first(id, at), r->id) != STR_NPOS) || str_iends(str_first(id, at), S(".qmail"));
}

static void fill(const struct walk *w, const struct message *m, struct trace *out)
{
	const struct received *r = &w->last;
	out->last_trusted = w->last_index;
	out->first_sender = (size_t)w->last_index + 1;
	out->hops = w->hops;
	out->family = r->family;
	out->ip_text = r->from_ip;
	out->helo = r->from_helo;
	out->rdns = r->from_rdns;
	out->by = r->by;
	out->id = r->id;
	memcpy(out->ip, r->ip, sizeof out->ip);
	out->ip_len = r->ip_len;
	out->time = r->time;
	memcpy(out->recipients, w->recipients, sizeof out->recipients);
	out->n_recipients = w->n_recipients;
	if (r->rdns_unverified)
		out->flags |= TRACE_RDNS_UNVERIFIED;
	if (!r->has_from || r->local || (r->ip_len && ip_is_private(r->ip, r->ip_len)))
		out->flags |= TRACE_LOCAL;
	if (is_own_message_id(r, header_value(m->headers, HDR_message_id)))
		out->flags |= TRACE_ADDED_MESSAGE_ID;
}

void trace_find(const struct message *m, const struct trust *trust, struct trace *out, uint64_t *anomalies)
{
	struct walk w = {.trust = trust, .guess = !trust || trust->n == 0, .last_index = -1};
	size_t seen = 0;
	bool on = true;
	*out = (struct trace){.last_trusted = -1, .time = TIME_NONE, .flags = w.guess ? TRACE_GUESSED : 0};
	for (size_t i = 0; i < m->headers.n; i++) {
		if (m->headers.v[i].id != HDR_received)
			continue;
		if (seen++ == LIM_RECEIVED) {
			*anomalies |= ANOM(received_cap);
			break;
		}
		on = on && step(&w, m->headers.v[i].value, (int)i, anomalies);
	}
	if (w.last_index >= 0)
		fill(&w, m, out);
	else
		out->flags |= TRACE_NONE;
}
