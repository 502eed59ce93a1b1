/* store_test.h - rows to try stores with; tests and benchmarks only. */
#ifndef TRAPLINE_STORE_STORE_TEST_H
#define TRAPLINE_STORE_STORE_TEST_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/store.h"

/* A fresh folder; the caller removes it with rm_dir. */
static inline char *make_dir(void)
{
	static char path[64];
	snprintf(path, sizeof path, "/tmp/trapline-store-XXXXXX");
	must(mkdtemp(path));
	return path;
}

static inline void rm_dir(const char *dir)
{
	char cmd[128];
	snprintf(cmd, sizeof cmd, "rm -rf '%s'", dir);
	must(system(cmd) == 0);
}

/* splitmix64 */
static inline uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* What a made-up row points to. */
struct fake {
	struct row row;
	char domain[2][32], subject[96], url[2][96], message_id[64], to[48], addr[48], helo[40];
	struct str domains[2], urls[2], tos[1];
	uint8_t ip[4];
};

/* Row i of a made-up feed: always the same for the same i; sizes as in real spam. 2010-08-01 + about 30 days. */
static inline struct row *fake_row(struct fake *f, uint64_t i, struct str feed)
{
	static const char *const brands[] = {"Canadian Pharmacy", "Ultimate Replicas", "", "Pharmacy Express", ""};
	static const char *const categories[] = {"pharma", "replica", "", "pharma", "casino"};
	static const char *const countries[] = {"US", "RU", "IN", "BR", "VN", "", "KR"};
	static const char *const tlds[] = {"com", "ru", "info", "cn"};
	uint64_t r = mix(i);
	*f = (struct fake){0};
	struct row *w = &f->row;
	for (int k = 0; k < 4; k++) {
		uint64_t v = mix(i * 4 + (uint64_t)k + 1000000007);
		memcpy(w->id + 8 * k, &v, 8);
		v = ~v;
		memcpy(w->sha256_lf + 8 * k, &v, 8);
	}
	w->feed = feed;
	w->time = 1280620800 + (int64_t)(r % (30 * 86400));
	w->time_source = r % 50 ? S("received") : S("date");
	w->anomalies = r % 50 ? 0 : (int64_t)1 << 50;
	w->date = w->time - (int64_t)(r % 4000);
	w->size = 1000 + (int64_t)(r % 9000);
	memcpy(f->ip, &r, 4);
	w->ip = str_make(f->ip, 4);
	w->country = str_of(countries[r / 7 % 7]);
	w->tld = str_of(tlds[r / 11 % 4]);
	snprintf(f->domain[0], sizeof f->domain[0], "shop%llu.%s", (unsigned long long)(r / 13 % 20000), tlds[r / 11 % 4]);
	snprintf(f->domain[1], sizeof f->domain[1], "cdn%llu.com", (unsigned long long)(r / 17 % 50));
	f->domains[0] = str_of(f->domain[0]);
	f->domains[1] = str_of(f->domain[1]);
	w->domains = (struct strs){f->domains, 1 + r / 19 % 2};
	w->from_domain = f->domains[1];
	w->brand = str_of(brands[r / 23 % 5]);
	w->brand_confidence = w->brand.n ? 0.93 : 0;
	w->category = str_of(categories[r / 23 % 5]);
	w->category_confidence = w->category.n ? 0.97 : 0;
	w->programme = w->brand.n ? S("GlavMed") : S("");
	w->programme_confidence = w->brand.n ? 0.8 : 0;
	w->charset = S("iso-8859-1");
	w->language = r / 29 % 4 ? S("en") : S("");
	w->content_type = S("multipart/alternative");
	w->n_headers = 14;
	w->n_received = 2;
	w->n_parts = 3;
	w->n_urls = 2;
	w->n_recipients = 1;
	w->text_bytes = (int64_t)(r % 3000);
	w->html_bytes = (int64_t)(r % 8000);
	snprintf(f->subject, sizeof f->subject, "Dear customer, order %llu of your best price pills is waiting",
		(unsigned long long)i);
	snprintf(f->message_id, sizeof f->message_id, "<%012llx.%08llx@host%llu.example>", (unsigned long long)(r >> 20),
		(unsigned long long)i, (unsigned long long)(r % 1000));
	snprintf(f->to, sizeof f->to, "trap%llu@example.org", (unsigned long long)(r % 500));
	snprintf(f->addr, sizeof f->addr, "sales%llu@cdn.example", (unsigned long long)(r % 5000));
	snprintf(f->helo, sizeof f->helo, "host-%llu.dyn.example.net", (unsigned long long)(r % 100000));
	for (int k = 0; k < 2; k++) {
		snprintf(f->url[k], sizeof f->url[k], "http://%.*s/order/index.php?id=%llu&session=%llx", STR_FMT(f->domains[0]),
			(unsigned long long)i, (unsigned long long)r);
		f->urls[k] = str_of(f->url[k]);
	}
	f->tos[0] = str_of(f->to);
	w->subject = str_of(f->subject);
	w->message_id = str_of(f->message_id);
	w->from_name = S("Canadian Health");
	w->from_addr = str_of(f->addr);
	w->to = (struct strs){f->tos, 1};
	w->rcpt_to = (struct strs){f->tos, 1};
	w->mail_from = str_of(f->addr);
	w->helo = str_of(f->helo);
	w->received_by = S("mx1.trap.example.org");
	w->mailer = S("Microsoft Outlook Express 6.00.2900.2180");
	w->urls = (struct strs){f->urls, 2};
	w->domains_icann = (struct strs){f->domains, 1};
	w->attachments = S("[]");
	w->evidence = w->brand.n ? S("[{\"pack\":\"default\",\"kind\":\"brand\",\"name\":\"Canadian Pharmacy\",\"where\":\"text\","
				     "\"text\":\"canadian pharmacy\",\"rule\":\"b-012\",\"weight\":0.9}]")
	                         : S("");
	w->source_path = S("traps/2010-08.mbox");
	w->source_offset = (int64_t)i * 4000;
	w->source_length = w->size + 40;
	return w;
}

#endif
