/* report_fixture_test.c - see report_fixture_test.h. */
#include "export/report_fixture_test.h"

#include <math.h>
#include <stdio.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/time.h"

const char *const demo_names[DEMO_KINDS] = {"autumn", "one", "hours", "long", "empty", "hostile"};

static uint64_t seed;

static double noise(void)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (double)(seed >> 11) / 9007199254740992.0;
}

static void *zalloc(struct demo *d, size_t n, size_t bytes)
{
	void *p = arena_zalloc(&d->arena, n ? n : 1, bytes);
	must(p);
	return p;
}

static struct str text(struct demo *d, const char *prefix, size_t n)
{
	char t[256];
	int len = snprintf(t, sizeof t, "%s%zu", prefix, n);
	struct str s = arena_dup(&d->arena, str_make(t, (size_t)len));
	must(s.p);
	return s;
}

static const char *const hostile[] = {
	"<script>alert(1)</script>",
	"\" onmouseover=\"alert(1)",
	"' onload='x",
	"javascript:alert(1)",
	"</style><img src=x onerror=x>",
	"\xe2\x80\xae"
	"gpj.exe \xe2\x80\x8b\xef\xbb\xbf",
	"\x1b[2J\x1b]0;owned\x07",
	"]]>--><!--",
	"http://evil.example/?a=<b>&c=\"d\"",
	"=HYPERLINK(\"http://evil.example\")",
	"\xff\xfe\xc0\x80 bad",
	"url(http://evil.example/x)",
	"&lt;script&gt;",
	"<svg/onload=x>",
	"Z\xcc\x80\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87 zalgo",
	"<a href=http://evil.example>x</a>",
};

static struct str nasty(struct demo *d, size_t k)
{
	struct str s = str_of(hostile[k % (sizeof hostile / sizeof *hostile)]);
	if (k % 5 == 4) {
		struct buf b;
		buf_init_arena(&b, &d->arena, 4096);
		buf_add(&b, s);
		buf_byte(&b, 0);
		buf_add(&b, S("nul"));
		s = buf_str(&b);
	}
	return s;
}

struct shape {
	size_t feeds, values, nruns;
	struct {
		const char *from;
		size_t n;
	} run[3];
	int64_t unit_s;
	double level;
};
static const struct shape shapes[DEMO_KINDS] = {
	[DEMO_AUTUMN] = {4, 8, 1, {{"2010-08-01", 153}}, SECONDS_A_DAY, 60},
	[DEMO_ONE] = {1, 5, 1, {{"2007-04-08", 90}}, SECONDS_A_DAY, 280},
	[DEMO_HOURS] = {2, 3, 1, {{"2026-02-27", 71}}, SECONDS_AN_HOUR, 12},
	[DEMO_LONG] = {20, 8, 3, {{"1998-03-14", 900}, {"2003-06-01", 1900}, {"2010-02-02", 377}}, SECONDS_A_DAY, 20},
	[DEMO_EMPTY] = {0, 0, 0, {{NULL, 0}}, SECONDS_A_DAY, 0},
	[DEMO_HOSTILE] = {3, 8, 2, {{"2010-08-01", 20}, {"2011-01-05", 9}}, SECONDS_A_DAY, 30},
};
static const char *const brand_names[] = {"Canadian Pharmacy", "Ultimate Replicas", "World Pharmacy", "Dr. Maxman",
	"Online Pharmacy", "Euro Dice Casino", "OEM Software Downloads", "RX-Promotion"};
static const char *const category_names[] = {"pharma", "replica", "casino", "software", "phishing", "dating", "herbal", "diploma"};

/* Messages of brand k at feed f in bucket b: a leader that collapses, one that takes over, the rest noise. */
static double rate(const struct shape *sh, size_t b, size_t n, size_t k, size_t f)
{
	double x = (double)b / (double)n, base = sh->level * (1 + 0.45 * (double)f) / (1.6 + (double)k);
	if (k == 0)
		base *= x < 0.33 ? 3 : x < 0.36 ? 3 - 90 * (x - 0.33) : 0.25;
	if (k == 1)
		base *= x < 0.4 ? 0.3 : 1.6;
	base *= 1 + 0.25 * sin(6.283 * (double)b / 7);
	return base * (0.6 + 0.8 * noise());
}

static void axis(struct demo *d, const struct shape *sh, struct series *t)
{
	struct series_run *runs = zalloc(d, sh->nruns, sizeof *runs);
	size_t n = 0;
	for (size_t r = 0; r < sh->nruns; r++)
		n += sh->run[r].n;
	int64_t *buckets = zalloc(d, n, sizeof *buckets);
	size_t at = 0;
	for (size_t r = 0; r < sh->nruns; r++) {
		int64_t start = 0;
		must(time_parse_iso(str_of(sh->run[r].from), &start));
		runs[r] = (struct series_run){at, sh->run[r].n};
		for (size_t i = 0; i < sh->run[r].n; i++)
			buckets[at++] = start / sh->unit_s + (int64_t)i;
	}
	*t = (struct series){.unit = sh->unit_s == SECONDS_A_DAY ? SERIES_DAY : SERIES_HOUR,
		.unit_s = sh->unit_s,
		.buckets = buckets,
		.nbuckets = n,
		.runs = runs,
		.nruns = sh->nruns,
		.stray_first = TIME_NONE,
		.stray_last = TIME_NONE,
		.nfeeds = sh->feeds};
}

static void feeds(struct demo *d, enum demo_kind kind, const struct shape *sh, struct series *t)
{
	struct series_feed *f = zalloc(d, sh->feeds, sizeof *f);
	for (size_t k = 0; k < sh->feeds; k++) {
		size_t first = k == 2 ? t->nbuckets / 4 : 0, last = k == 1 ? t->nbuckets * 3 / 4 : t->nbuckets - 1;
		f[k].name = kind == DEMO_HOSTILE ? nasty(d, k) : kind == DEMO_ONE ? S("trec07p-2007-04") : text(d, "trap-", k + 1);
		f[k].merged = 1;
		f[k].first = t->buckets[first] * t->unit_s + 300;
		f[k].last = t->buckets[last] * t->unit_s + 900;
	}
	t->feeds = f;
}

/* Keys 0..values-1, then other and none when there is more than one key. */
static void fill(
	struct demo *d, enum demo_kind kind, const struct shape *sh, struct series *t, const char *const *names, bool split)
{
	size_t nv = split ? sh->values : 1;
	t->nkeys = sh->feeds == 0 ? 0 : split ? nv + 2 : 1;
	t->distinct = split ? nv + 15 : 1;
	t->dim = split ? DIM_BRAND : DIM_NONE;
	struct series_key *keys = zalloc(d, t->nkeys, sizeof *keys);
	int64_t *by_feed = zalloc(d, t->nkeys * sh->feeds, sizeof *by_feed);
	uint32_t *n = zalloc(d, t->nbuckets * t->nkeys * sh->feeds, sizeof *n);
	seed = 42;
	for (size_t b = 0; b < t->nbuckets; b++)
		for (size_t f = 0; f < sh->feeds; f++)
			for (size_t k = 0; k < sh->values + 2; k++) {
				double v = rate(sh, b, t->nbuckets, k, f);
				size_t key = split ? k : 0;
				if (!series_watched(t, b, f))
					continue;
				n[(b * t->nkeys + key) * sh->feeds + f] += (uint32_t)v;
				keys[key].total += (uint32_t)v;
				by_feed[key * sh->feeds + f] += (uint32_t)v;
			}
	for (size_t k = 0; k < t->nkeys; k++) {
		keys[k].kind = !split || k < nv ? KEY_VALUE : k == nv ? KEY_OTHER : KEY_NONE;
		keys[k].by_feed = by_feed + k * sh->feeds;
		if (split && k < nv)
			keys[k].name = kind == DEMO_HOSTILE ? nasty(d, k) : str_of(names[k % 8]);
	}
	t->keys = keys;
	t->n = n;
}

static struct summary_share share_of(const struct summary *s, int64_t n, double spread)
{
	double all = s->messages ? (double)n / (double)s->messages : 0;
	return (struct summary_share){all, all * (1 - spread), all + (1 - all) * spread, s->nfeeds};
}

static struct summary_top top(
	struct demo *d, enum demo_kind kind, size_t n, const char *const *names, size_t known, const char *prefix)
{
	struct summary_value *v = zalloc(d, n, sizeof *v);
	struct summary *s = &d->summary;
	struct summary_top t = {v, n, n * 9, s->messages / 14, s->messages / 9};
	for (size_t k = 0; k < n; k++) {
		v[k].n = s->messages * 4 / (int64_t)(10 + 7 * k * k);
		v[k].name = kind == DEMO_HOSTILE ? nasty(d, k) : k < known ? str_of(names[k]) : text(d, prefix, k);
		v[k].share = share_of(s, v[k].n, 0.08);
	}
	return t;
}

static void counts(struct demo *d, enum demo_kind kind, const struct shape *sh)
{
	struct summary *s = &d->summary;
	struct summary_feed *f = zalloc(d, sh->feeds, sizeof *f);
	struct series_feed *sf = zalloc(d, sh->feeds, sizeof *sf);
	s->nfeeds = sh->feeds;
	s->feeds_all = (int64_t)sh->feeds;
	for (size_t k = 0; k < sh->feeds; k++) {
		int64_t n = s->by_feed.keys[0].by_feed[k];
		sf[k] = s->by_feed.feeds[k];
		sf[k].messages = n;
		f[k] = (struct summary_feed){.name = sf[k].name,
			.kind = S("trap"),
			.name_guessed = kind == DEMO_ONE,
			.trust_guessed = k % 2 == 0,
			.messages = n,
			.bytes = n * 7600,
			.time_received = n - n / 50,
			.time_date = n / 100,
			.time_from_line = n / 50 - n / 100,
			.first = sf[k].first,
			.last = sf[k].last,
			.doubtful = n / 900,
			.brand_known = n * 7 / 10,
			.category_only = n / 10,
			.unattributed = n - n * 7 / 10 - n / 10};
		s->names_guessed += f[k].name_guessed;
		s->trusts_guessed += f[k].trust_guessed;
		s->messages += n;
		s->bytes += n * 7600;
		s->time_received += f[k].time_received;
		s->time_date += f[k].time_date;
		s->time_from_line += f[k].time_from_line;
		s->doubtful += f[k].doubtful;
		s->brand_known += f[k].brand_known;
		s->category_only += f[k].category_only;
		s->unattributed += f[k].unattributed;
	}
	s->feeds = f;
	s->by_feed.feeds = sf;
	s->by_brand.feeds = s->by_category.feeds = sf;
	s->brand_known_share = share_of(s, s->brand_known, 0.1);
	s->category_only_share = share_of(s, s->category_only, 0.1);
	s->unattributed_share = share_of(s, s->unattributed, 0.1);
}

static void rest(struct demo *d, enum demo_kind kind)
{
	struct summary *s = &d->summary;
	static const char *const domains[] = {"rxcanada-online.example", "pills4less.example", "replica-king.blogspot.example"};
	static const char *const countries[] = {"US", "BR", "IN", "VN", "RU", "KR"}, *const tlds[] = {"com", "ru", "cn", "net"};
	static const char *const charsets[] = {"iso-8859-1", "us-ascii", "utf-8", "windows-1251"}, *const languages[] = {
													   "en", "de", "ru"};
	static const char *const types[] = {"text/plain", "multipart/alternative", "text/html"};
	s->brands = top(d, kind, 25, brand_names, 8, "Brand number ");
	s->programmes =
		top(d, kind, 6, (const char *const[]){"GlavMed/SpamIt", "ZedCash", "EvaPharmacy", "Mailien"}, 4, "programme-");
	s->categories = top(d, kind, 8, category_names, 8, "category-");
	s->domains = top(d, kind, 25, domains, 3, "shop.example.");
	if (kind != DEMO_ONE)
		s->countries = top(d, kind, 12, countries, 6, "X");
	s->tlds = top(d, kind, 9, tlds, 4, "tld");
	s->charsets = top(d, kind, 6, charsets, 4, "charset-");
	s->languages = top(d, kind, 3, languages, 3, "l");
	s->content_types = top(d, kind, 3, types, 3, "t");
	s->with_urls = s->messages * 9 / 10;
	s->with_attachments = s->messages / 12;
	s->with_hidden_text = s->messages / 30;
	for (unsigned b = 0; b < ANOMALY_COUNT; b += 3)
		s->anomalies[b] = s->messages / (2 + b * b);
	s->no_anomaly = s->messages / 3;
	s->stray = 3;
	s->by_feed.stray_first = 0;
	s->by_feed.stray_last = 4102444800;
	struct store_source *src = zalloc(d, 3, sizeof *src);
	for (size_t k = 0; k < 3; k++)
		src[k] = (struct store_source){.feed = s->feeds[0].name,
			.path = kind == DEMO_HOSTILE ? nasty(d, k) : text(d, "spam/mbox-", k),
			.messages = 1000,
			.problems = k == 1 ? 2 : 0,
			.note = kind == DEMO_HOSTILE ? nasty(d, k + 4) : S("member 7: ends early\nmember 9: ends early"),
			.complete = k != 2};
	s->sources = src;
	s->nsources = 3;
}

static struct strs list(struct demo *d, size_t n, const char *const *v)
{
	struct strs s = {zalloc(d, n, sizeof(struct str)), n};
	for (size_t k = 0; k < n; k++)
		s.v[k] = str_of(v[k]);
	return s;
}

static struct row honest_row(struct demo *d, size_t k)
{
	static const char *const subjects[] = {"RE: SALE 70% OFF on Pfizer", "Replica watches at the best price, Rolex from 199",
		"", "=?? \xd0\x94\xd0\xbe\xd0\xb1\xd1\x80\xd1\x8b\xd0\xb9 \xd0\xb4\xd0\xb5\xd0\xbd\xd1\x8c",
		"Your order #77312 has been shipped, please confirm your delivery address within the next 24 hours or it will be returned"};
	static const char *const urls[] = {"http://rxcanada-online.example/?aff=7712&u=joe.miller%40trap.example",
		"http://www.w3.org/TR/html4",
		"http://img.pills4less.example/p/aHR0cDovL2V4YW1wbGUuY29tL2xvbmcvcGF0aC90aGF0L2dvZXMvb24vYW5kL29u.gif"};
	struct row r = {.feed = d->summary.feeds[k % d->summary.nfeeds].name,
		.time = 1281312000 + (int64_t)k * 700003,
		.time_source = S("received"),
		.date = TIME_NONE,
		.size = 4211 + (int64_t)k * 97,
		.ip = S("\xC0\x00\x02\x17"),
		.country = S("BR"),
		.brand = str_of(brand_names[k % 8]),
		.brand_confidence = 0.97,
		.programme = S("GlavMed/SpamIt"),
		.programme_confidence = 0.9,
		.category = str_of(category_names[k % 8]),
		.category_confidence = 0.99,
		.helo = S("customer-17.dsl.example"),
		.rdns = S("17.2.0.192.dsl.example"),
		.received_by = S("mx1.trap.example"),
		.from_name = S("Canadian Pharmacy"),
		.from_addr = S("sales@rxcanada.example"),
		.source_path = S("spam/2010-08.mbox"),
		.n_urls = 3};
	memset(r.id, 0x10 + (int)k, sizeof r.id);
	r.subject = str_of(subjects[k % 5]);
	r.urls = list(d, 3, urls);
	r.to = list(d, 1, (const char *const[]){"joe.miller@trap.example"});
	r.anomalies = (int64_t)(ANOM(bad_date) | ANOM(missing_message_id));
	r.evidence = S(
		"[{\"pack\":\"default\",\"kind\":\"brand\",\"name\":\"Canadian Pharmacy\",\"where\":\"text\",\"text\":\"Canadian Pharmacy "
		"- http://rxcanada-online.example\",\"rule\":\"canadian pharmacy\",\"weight\":4.2},{\"pack\":\"default\",\"kind\":\"category\","
		"\"name\":\"pharma\",\"where\":\"subject\",\"text\":\"Pfizer\",\"rule\":\"pfizer\",\"weight\":1.1}]");
	if (k % 3 == 1)
		r.attachments = S(
			"[{\"type\":\"image/gif\",\"name\":\"pills.gif\",\"size\":18231,\"sha256\":\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}]");
	if (k % 4 == 3)
		r.brand = r.category = r.programme = r.evidence = S("");
	return r;
}

static struct row hostile_row(struct demo *d, size_t k)
{
	struct row r = honest_row(d, k);
	struct str *const member[] = {&r.feed, &r.subject, &r.brand, &r.programme, &r.category, &r.helo, &r.rdns, &r.received_by,
		&r.from_name, &r.from_addr, &r.reply_to, &r.source_path, &r.source_member, &r.country, &r.message_id, &r.mailer,
		&r.mail_from};
	for (size_t i = 0; i < sizeof member / sizeof *member; i++)
		*member[i] = nasty(d, i + k);
	r.urls = list(d, sizeof hostile / sizeof *hostile, hostile);
	r.to = list(d, 4, hostile + 4);
	r.rcpt_to = list(d, 1, (const char *const[]){"joe.miller@trap.example"});
	r.n_urls = 1000;
	r.anomalies = (int64_t)(((uint64_t)1 << ANOMALY_COUNT) - 1);
	if (k == 0) {
		uint8_t *big = zalloc(d, 10000, 1);
		for (size_t i = 0; i < 10000; i++)
			big[i] = (uint8_t) "<b>\"'&\xe2\x80\xae\0\x1bx"[i % 12];
		r.subject = str_make(big, 10000);
	}
	r.evidence = S(
		"[{\"kind\":\"<script>\",\"name\":\"\\\"><img src=x>\",\"where\":\"\\u202e\",\"text\":\"http://evil.example/\\u0000 "
		"joe.miller@trap.example <script>\",\"rule\":\"url(x)\",\"weight\":1e9},{},7,\"x\"]");
	r.attachments = k % 2 ? S("[{\"type\":\"<b>\",\"name\":\"\\\" src=x\",\"size\":-1,\"sha256\":\"'\"}]") : S("not json");
	return r;
}

/* A finding of every kind, one a week, about the largest brands: their series serve as the engines'. */
static void findings(struct demo *d, enum demo_kind kind)
{
	const struct series *t = &d->summary.by_brand;
	struct finding *f = zalloc(d, FINDING_KINDS, sizeof *f);
	for (size_t k = 0; k < FINDING_KINDS && t->nbuckets; k++) {
		int64_t at = t->buckets[t->nbuckets / 2] * t->unit_s + (int64_t)k * 7 * SECONDS_A_DAY;
		f[k] = FINDING_BLANK;
		f[k].kind = (enum finding_kind)k;
		f[k].engine = k ? t->keys[k % t->nkeys].name : S("");
		f[k].start = (struct finding_date){at, at - SECONDS_A_DAY, at + SECONDS_A_DAY};
		f[k].before = 100;
		f[k].after = 10.0 * (double)k;
		f[k].confidence = 0.97;
		f[k].reading = kind == DEMO_HOSTILE ? nasty(d, k) : S("rustock fell by 97 % on 20 September 2010.");
	}
	d->info.findings = f;
	d->info.n_findings = t->nbuckets ? FINDING_KINDS : 0;
	d->info.by_engine = t;
	d->info.analysed = true;
}

static struct str name_of(struct demo *d, enum demo_kind kind, const char *plain, size_t k)
{
	return kind == DEMO_HOSTILE ? nasty(d, k) : str_of(plain);
}

static void put_pair(struct json *j, const char *key, struct str name, const char *count, int64_t n)
{
	json_obj(j);
	json_key(j, key);
	json_str(j, name);
	json_key(j, count);
	json_int(j, n);
	json_obj_end(j);
}

/* The flow of a finding: three engines and the rest, three programmes and the rest. */
static struct str flow_item(struct demo *d, enum demo_kind kind, const struct finding *f)
{
	static const char *const keys[] = {"engines", "programmes"}, *const sides[] = {"before", "after"};
	static const char *const times[] = {"from", "start", "end", "until"};
	char id[FINDING_ID_SIZE];
	struct buf b;
	buf_init_arena(&b, &d->arena, 64 * KIB);
	struct json j = json_to(&b);
	finding_id(f, id);
	json_obj(&j);
	json_key(&j, "finding");
	json_z(&j, id);
	for (size_t i = 0; i < 4; i++) {
		json_key(&j, times[i]);
		json_time(&j, f->start.time + ((int64_t)i - 2) * 7 * SECONDS_A_DAY);
	}
	for (size_t i = 0; i < 2; i++) {
		json_key(&j, keys[i]);
		json_arr(&j);
		for (size_t k = 0; k < 3; k++)
			put_pair(&j, "name", name_of(d, kind, i ? "Canadian Pharmacy" : "rustock", i * 3 + k), "n", 0);
		put_pair(&j, "rest", S("other"), "n", 0);
		put_pair(&j, "rest", S("none"), "n", 0);
		json_arr_end(&j);
	}
	for (size_t side = 0; side < 2; side++) {
		json_key(&j, sides[side]);
		json_arr(&j);
		for (size_t i = 0; i < 5; i++) {
			json_arr(&j);
			for (size_t k = 0; k < 5; k++)
				json_num(&j,
					k == 4 || (side && !i)      ? 0
					: kind == DEMO_HOSTILE && k ? 1e300
								    : 100.0 / (double)(1 + i * k),
					2);
			json_arr_end(&j);
		}
		json_arr_end(&j);
	}
	json_obj_end(&j);
	return buf_str(&b);
}

static struct str infection_item(struct demo *d, enum demo_kind kind, bool engine, size_t k)
{
	static const char *const engine_counts[] = {"peers", "infected", "agree", "otherwise"}, *const name_counts[] = {
													"addresses", "seen"};
	struct buf b;
	buf_init_arena(&b, &d->arena, 64 * KIB);
	struct json j = json_to(&b);
	json_obj(&j);
	json_key(&j, engine ? "engine" : "name");
	json_str(&j, name_of(d, kind, "rustock", k));
	for (size_t i = 0; i < (engine ? 4 : 2); i++) {
		json_key(&j, engine ? engine_counts[i] : name_counts[i]);
		json_int(&j, 400 - (int64_t)(100 * i));
	}
	json_key(&j, engine ? "names" : "senders");
	json_arr(&j);
	for (size_t i = 0; i < 4; i++)
		put_pair(&j, engine ? "name" : "engine", name_of(d, kind, "rustock", k + i), engine ? "peers" : "addresses", 7);
	json_arr_end(&j);
	json_obj_end(&j);
	return buf_str(&b);
}

static void outside(struct demo *d, enum demo_kind kind)
{
	enum { FACTS = 6 };
	static const char *const verdicts[] = {"agrees", "contradicts", "cannot_say"};
	struct report_info *i = &d->info;
	struct finding *claims = zalloc(d, FACTS, sizeof *claims);
	struct observation *controls = zalloc(d, FACTS, sizeof *controls);
	struct str *flows = zalloc(d, i->n_findings + 1, sizeof *flows), *infections = zalloc(d, FACTS, sizeof *infections),
		   *infected = zalloc(d, FACTS, sizeof *infected);
	for (size_t k = 0; k < i->n_findings; k++)
		flows[k] = flow_item(d, kind, &i->findings[k]);
	for (size_t k = 0; k < FACTS; k++) {
		int64_t at = i->n_findings ? i->findings[0].start.time + (int64_t)k * 100000 : 0;
		claims[k] = FINDING_BLANK;
		claims[k].kind = FINDING_CLAIM;
		claims[k].verdict = str_of(verdicts[k % 3]);
		claims[k].reading = name_of(d, kind, "M86 gives rustock 43 % of all spam: the mail agrees.", k);
		controls[k] = (struct observation){.kind = k % 2 ? OBSERVED_CONTROL_UP : OBSERVED_CONTROL_DOWN,
			.from = at,
			.to = at + (k % 3 ? 1 : SECONDS_A_DAY),
			.engine = i->n_findings > 1 ? i->findings[1].engine : S("rustock"),
			.source = name_of(d, kind, "an invented researcher", k)};
		infections[k] = infection_item(d, kind, true, k);
		infected[k] = infection_item(d, kind, false, k);
	}
	if (kind == DEMO_HOSTILE)
		flows[0] = infections[0] = infected[1] = S("not json");
	i->flows = flows;
	i->n_flows = i->n_findings;
	i->claims = claims;
	i->controls = controls;
	i->infections = infections;
	i->infected = infected;
	i->n_claims = i->n_controls = i->n_infections = i->n_infected = FACTS;
}

void demo_make(struct demo *d, enum demo_kind kind)
{
	const struct shape *sh = &shapes[kind];
	struct summary *s = &d->summary;
	*d = (struct demo){.info = {.version = "0.0.0", .made_at = 1293840000}};
	arena_init(&d->arena, 256 * MIB);
	axis(d, sh, &s->by_feed);
	if (sh->feeds == 0)
		return;
	feeds(d, kind, sh, &s->by_feed);
	s->by_brand = s->by_category = s->by_feed;
	fill(d, kind, sh, &s->by_feed, brand_names, false);
	fill(d, kind, sh, &s->by_brand, brand_names, true);
	fill(d, kind, sh, &s->by_category, category_names, true);
	counts(d, kind, sh);
	rest(d, kind);
	if (kind == DEMO_AUTUMN || kind == DEMO_HOSTILE || kind == DEMO_LONG)
		findings(d, kind);
	if (kind == DEMO_AUTUMN || kind == DEMO_HOSTILE)
		outside(d, kind);
	struct row *rows = zalloc(d, 8, sizeof *rows);
	for (size_t k = 0; k < 8; k++)
		rows[k] = kind == DEMO_HOSTILE ? hostile_row(d, k) : honest_row(d, k);
	d->info.messages = rows;
	d->info.nmessages = 8;
	d->info.sample = "the first of each of the largest brands and categories";
	d->info.command = kind == DEMO_HOSTILE ? nasty(d, 0) : S("trapline report spam/ -o report.html");
	d->info.store = S("trapline.db");
	d->info.pack_hash = S("5f1b3c9d");
	d->info.psl_version = S("2023-02-09");
	struct store_feed *sf = zalloc(d, sh->feeds, sizeof *sf);
	for (size_t k = 0; k < sh->feeds; k++)
		sf[k] = (struct store_feed){.name = s->feeds[k].name,
			.trust = list(d, 2,
				kind == DEMO_HOSTILE ? hostile : (const char *const[]){"mx1.trap.example", "mx2.trap.example"})};
	d->info.feeds = sf;
	d->info.nfeeds = sh->feeds;
}

void demo_free(struct demo *d)
{
	arena_free(&d->arena);
}
