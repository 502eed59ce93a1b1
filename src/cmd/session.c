/* session.c - see session.h. */
#include "cmd/session.h"

#include <unistd.h>

#include "base/limits.h"

int session_open(struct session *s, const struct options *o, struct err *err)
{
	*s = (struct session){.o = o};
	if (config_load(&s->config, o->config, err))
		return err->kind;
	s->store_path = o->store ? o->store : s->config->store ? s->config->store : "trapline.db";
	s->jobs = o->jobs ? o->jobs : s->config->jobs;
	if (!s->jobs) {
		long cores = sysconf(_SC_NPROCESSORS_ONLN);
		s->jobs = cores < 1 ? 1 : cores > LIM_WORKERS ? LIM_WORKERS : (int)cores;
	}
	return 0;
}

int session_open_store(struct session *s, enum store_mode mode, struct err *err)
{
	return store_open(&s->store, s->store_path, mode, err);
}

void session_close(struct session *s)
{
	store_close(s->store);
	config_free(s->config);
	*s = (struct session){0};
}

static struct str word(const char *z)
{
	return z ? str_of(z) : (struct str){NULL, 0};
}

struct store_filter session_filter(const struct options *o, bool with_feed, struct str *feeds)
{
	struct store_filter f = {.since = o->since,
		.until = o->until,
		.brand = word(o->brand),
		.programme = word(o->programme),
		.category = word(o->category),
		.country = word(o->country),
		.from_domain = word(o->from_domain),
		.domain = word(o->domain),
		.subject = word(o->subject),
		.feeds = feeds};
	for (size_t i = 0; with_feed && i < o->feed.n; i++)
		feeds[f.nfeeds++] = str_of(o->feed.v[i]);
	return f;
}
