/* chain_role.c - the roles of hops, with reasons; see chain.h. Set by judgement; each rule says why in its reason. */
#include "base/time.h"
#include "page/chain_int.h"

enum { MANY_SITES = 2, MANY_CUSTOMERS = 3, MANY_TARGETS = 3, SHORT_HOST = 8, SHORT_PATH = 9, OLD_DAYS = 365 };

static void reason(struct hop *h, const char *text)
{
	if (h->n_reasons < HOP_REASONS)
		h->reasons[h->n_reasons++] = str_of(text);
}

/* A path of one short word, as shorteners make them. */
static bool short_path(struct str path)
{
	size_t n = 1;
	while (n < path.n && ascii_alnum(path.p[n]))
		n++;
	return path.n > 2 && n == path.n && path.n <= SHORT_PATH;
}

static bool shortener(const struct chains *c, const struct chain_node *node, const struct url *u, struct hop *h)
{
	static const char *const names[] = {"bit.ly", "tinyurl.com", "is.gd", "goo.gl", "t.co", "ow.ly", "tr.im", "snipurl.com",
		"snurl.com", "cli.gs", "j.mp", "su.pr", "twurl.nl", "budurl.com", "shorturl.com", "notlong.com", "tiny.cc",
		"doiop.com", "zi.ma", "url.ie", "v.gd", "x.co", "buff.ly", "cutt.ly", "rebrand.ly", "rb.gy", "t.ly", "shorte.st",
		"adf.ly", "lnkd.in", "fb.me", "youtu.be", "clck.ru", "u.to", "qr.net", "migre.me", "moourl.com", "metamark.net",
		"xrl.us", "w3t.org", "dwarfurl.com", "yatuc.com"};
	if (str_is_one_of(u->domain, names, sizeof names / sizeof *names)) {
		reason(h, "a known shortener");
		return true;
	}
	if (node && node->how == LEAD_HTTP && u->host.n <= SHORT_HOST && short_path(url_path(u)) &&
		c->known.v[node->host].to_domains >= MANY_TARGETS) {
		reason(h, "a short host whose short paths lead to several domains");
		return true;
	}
	return false;
}

static bool free_hosting(const struct chains *c, const struct chain_node *node, const struct url *u, struct hop *h)
{
	static const char *const names[] = {"geocities.com", "tripod.com", "angelfire.com", "50megs.com", "freewebs.com",
		"webs.com", "wordpress.com", "livejournal.com", "narod.ru", "ucoz.ru", "yola.com", "weebly.com", "jimdo.com",
		"110mb.com", "awardspace.com", "freehostia.com", "ripway.com", "fortunecity.com", "spaces.live.com",
		"googlegroups.com", "multiply.com", "blogspot.com", "wixsite.com", "000webhostapp.com", "github.io", "netlify.app",
		"web.app", "pages.dev"};
	if (u->domain.n && u->domain_icann.n && !str_eq(u->domain, u->domain_icann)) {
		reason(h, "a name below a public suffix of its private section");
		return true;
	}
	if (str_is_one_of(u->domain, names, sizeof names / sizeof *names)) {
		reason(h, "a known free host");
		return true;
	}
	if (node && !str_eq(u->host, u->domain) && c->known.v[node->domain].hosts >= MANY_CUSTOMERS &&
		c->known.v[node->domain].to_domains >= MANY_TARGETS) {
		reason(h, "several names below one domain that lead to different sites");
		return true;
	}
	return false;
}

/* Paths of traffic-direction software (Sutra, Simple TDS, Keitaro and their kind). */
static bool traffic_path(struct str path)
{
	static const char *const marks[] = {"/in.cgi?", "/tds/", "/tds.php", "/go.php?sid=", "/sutra", "/stds/",
		"/r?k=", "/out.php?", "/rotator", "/trf/", "/tds/in.cgi", "/keitaro"};
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (str_ifind(path, str_of(marks[i])) != STR_NPOS)
			return true;
	return false;
}

static bool traffic(const struct chains *c, const struct chain_node *node, const struct url *u, struct hop *h)
{
	const bool named = traffic_path(url_path(u));
	if (named)
		reason(h, "named as traffic-direction software is");
	if (!node)
		return named;
	const struct chain_host *k = &c->known.v[node->host];
	const bool hub = k->from_domains >= MANY_SITES && k->to_domains > 0;
	if (hub)
		reason(h, "several sites lead to it");
	if ((named || hub) && k->to_domains >= MANY_SITES)
		reason(h, "it leads to several sites");
	return named || hub;
}

static bool deep(struct str path)
{
	size_t query = str_find_byte(path, '?');
	struct str p = str_first(path, query);
	return p.n > 1 && !str_ieq(p, S("/index.html")) && !str_ieq(p, S("/index.php")) && !str_ieq(p, S("/index.htm"));
}

static bool old_domain(const struct chains *c, const struct chain_node *node)
{
	int64_t day = c->known.v[node->domain].registered;
	return day && node->time != TIME_NONE && time_day(node->time) - day > OLD_DAYS;
}

static bool compromised(const struct chains *c, const struct chain_node *node, const struct url *u, struct hop *h)
{
	struct str path = url_path(u);
	const bool file = str_ifind(path, S(".htm")) != STR_NPOS || str_ifind(path, S(".php")) != STR_NPOS;
	const bool user = str_starts(path, S("/~")), content = str_ifind(path, S("/wp-content/")) != STR_NPOS ||
	                                                       str_ifind(path, S("/images/")) != STR_NPOS ||
	                                                       str_ifind(path, S("/uploads/")) != STR_NPOS;
	if (!deep(path))
		return false;
	if (c->known.v[node->host].front_page)
		reason(h, "a page deep in a site whose front page is about something else");
	else if (user)
		reason(h, "a user's folder on a shared host");
	else if (content)
		reason(h, "in a folder for a site's own files");
	else if (old_domain(c, node))
		reason(h, "a page deep in a site that was registered more than a year before");
	else if (file && c->known.v[node->host].to_domains <= 1 && !c->known.v[node->host].from_domains)
		reason(h, "a lone file that leads to another domain");
	return h->n_reasons != 0;
}

static enum hop_role leads_on(const struct chains *c, const struct chain_node *node, const struct url *u, struct hop *h)
{
	struct url to;
	struct arena scratch;
	struct str next = node->next ? c->urls.entries[node->next - 1].key : S("");
	arena_init(&scratch, 64 * 1024);
	const bool own = next.n && url_parse(&scratch, c->psl, next, &to) > 0 && str_eq(url_domain(&to), url_domain(u));
	arena_free(&scratch);
	if (own) {
		reason(h, "leads on within its own domain");
		return HOP_REDIRECT;
	}
	if (shortener(c, node, u, h))
		return HOP_SHORTENER;
	if (free_hosting(c, node, u, h))
		return HOP_FREE_HOSTING;
	if (traffic(c, node, u, h))
		return HOP_TRAFFIC;
	if (compromised(c, node, u, h))
		return HOP_COMPROMISED;
	reason(h, "leads to another domain");
	return HOP_REDIRECT;
}

static enum hop_role stays(const struct chain_node *node, struct hop *h)
{
	switch (node->kind) {
	case PAGE_STOREFRONT:
		reason(h, "sells");
		return HOP_STOREFRONT;
	case PAGE_PARKED:
		reason(h, "parked");
		return HOP_PARKED;
	case PAGE_DEAD:
		reason(h, "an error, or nothing");
		return HOP_DEAD;
	default:
		return HOP_PAGE;
	}
}

void hop_judge(const struct chains *c, const struct chain_node *node, const struct url *u, struct hop *h)
{
	if (!node) {
		reason(h, "not captured");
		h->role = HOP_UNSEEN;
	} else {
		h->role = node->next ? leads_on(c, node, u, h) : stays(node, h);
	}
}
