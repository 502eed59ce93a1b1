/* feed_set.c - see feed_set.h. */
#include "ingest/feed_set.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/vec.h"

enum { LIM_FEEDS = 100000 };

/* A path of the config, made absolute, and its feed. */
struct feed_path {
	struct str path;
	struct feed *feed;
};

struct feed_set {
	struct arena arena;
	VEC(struct feed *) feeds;
	VEC(struct feed_path) paths;
	struct map by_name;                  /* value: index + 1 */
	VEC(struct feed) known;              /* what the store knows */
	struct map known_names;              /* value: index + 1 */
	struct feed *forced;                 /* --feed */
	struct trust call_trust;             /* --trust */
	struct transcript_index *call_smtp;  /* --smtp */
	VEC(struct transcript_index *) smtp; /* all that are open */
	struct str call_kind;                /* --kind; NULL: not given */
	struct buf last_path;                /* of the previous message, and its feed: messages come in runs */
	struct buf last_guess, last_dated;
	struct feed *last;
};

bool feed_kind_valid(struct str kind)
{
	return str_eq(kind, S("trap")) || str_eq(kind, S("lab")) || str_eq(kind, S("customer")) || str_eq(kind, S("list"));
}

/* A domain stands for all below it, also when it is written as ".x.example" or "*.x.example". */
static const char *domain_of(const char *given)
{
	const char *name = given + (given[0] == '*' && given[1] == '.');
	return name + (name[0] == '.');
}

static int set_trust(struct feed_set *s, struct trust *t, const char *const *hosts, size_t n, struct err *err)
{
	struct str *v = n ? arena_alloc(&s->arena, n * sizeof *v) : NULL;
	if (n && !v)
		return err_oom(err, "feeds");
	for (size_t i = 0; i < n; i++) {
		const char *name = domain_of(hosts[i]);
		v[i] = arena_dup(&s->arena, str_of(name));
		if (!v[i].p)
			return err_oom(err, "feeds");
		if (!*name || strpbrk(name, "*@/ \t"))
			return err_set(err, ERR_USAGE,
				"\"%s\" is no name of a trusted host: give --trust the name that stands behind \"by\"", hosts[i]);
	}
	*t = (struct trust){v, n};
	return 0;
}

static int64_t boundary_of(const struct feed *f)
{
	uint64_t h = 0;
	for (size_t i = 0; i < f->trust.n; i++)
		h = hash64(f->trust.hosts[i], h);
	h ^= transcript_hash(f->smtp);
	return (int64_t)(h >> 1);
}

/* Fills what was not said about the feed. */
static void complete(const struct feed_set *s, struct feed *f)
{
	const struct map_entry *e = s->known_names.n ? map_get(&s->known_names, f->name) : NULL;
	if (e) {
		const struct feed *known = &s->known.v[e->value - 1];
		if (!f->trust.n)
			f->trust = known->trust;
		if (!f->kind_given)
			f->kind = known->kind;
		f->name_guessed &= known->name_guessed;
	}
	f->boundary = boundary_of(f);
}

/* The feed of that name, made when it is new. */
static struct feed *feed_named(struct feed_set *s, struct str name, bool guessed, struct err *err)
{
	struct map_entry *e = map_put(&s->by_name, name, NULL);
	if (e && e->value)
		return s->feeds.v[e->value - 1];
	struct feed **slot = e ? vec_push(&s->arena, &s->feeds, LIM_FEEDS) : NULL;
	struct feed *f = slot ? arena_zalloc(&s->arena, 1, sizeof *f) : NULL;
	if (!f) {
		err_oom(err, "feeds");
		return NULL;
	}
	*f = (struct feed){.name = e->key,
		.kind = s->call_kind.p ? s->call_kind : S("trap"),
		.kind_given = s->call_kind.p,
		.name_guessed = guessed,
		.trust = s->call_trust,
		.smtp = s->call_smtp};
	complete(s, f);
	*slot = f;
	e->value = s->feeds.n;
	return f;
}

static int add_path(struct feed_set *s, struct feed *f, const char *path, struct err *err)
{
	char *real = realpath(path, NULL);
	if (!real)
		return 0; /* reported when, and if, it is read */
	struct feed_path *p = vec_push(&s->arena, &s->paths, LIM_FEEDS);
	if (p) {
		p->path = arena_dup(&s->arena, str_of(real));
		p->feed = f;
	}
	free(real); /* banned: realpath gave it */
	return p && p->path.p ? 0 : err_oom(err, "feeds");
}

static int open_smtp(struct feed_set *s, const char *const *paths, size_t n, struct transcript_index **out, struct err *err)
{
	*out = NULL;
	if (!n)
		return 0;
	struct transcript_index **slot = vec_push(&s->arena, &s->smtp, LIM_FEEDS);
	if (!slot)
		return err_oom(err, "feeds");
	int rc = transcript_open(slot, paths, n, err);
	*out = *slot;
	return rc;
}

static int add_config_feed(struct feed_set *s, const struct feed_config *c, struct err *err)
{
	struct feed *f = feed_named(s, str_of(c->name), false, err);
	if (!f)
		return err->kind;
	if (c->kind) {
		f->kind = arena_dup(&s->arena, str_of(c->kind));
		if (!f->kind.p)
			return err_oom(err, "feeds");
		f->kind_given = true;
	}
	if (c->trust_count && !s->call_trust.n && set_trust(s, &f->trust, (const char *const *)c->trust, c->trust_count, err))
		return err->kind;
	struct transcript_index *smtp;
	if (!s->call_smtp && open_smtp(s, (const char *const *)c->smtp, c->smtp_count, &smtp, err))
		return err->kind;
	f->smtp = s->call_smtp ? s->call_smtp : smtp;
	for (unsigned i = 0; i < c->paths_count; i++)
		if (add_path(s, f, c->paths[i], err))
			return err->kind;
	return 0;
}

static int fill(struct feed_set *s, const struct feed_settings *set, struct err *err)
{
	if (set->kind)
		s->call_kind = str_of(set->kind);
	if (set_trust(s, &s->call_trust, set->trust, set->n_trust, err) || open_smtp(s, set->smtp, set->n_smtp, &s->call_smtp, err))
		return err->kind;
	for (size_t i = 0; i < set->n_feeds; i++)
		if (add_config_feed(s, &set->feeds[i], err))
			return err->kind;
	if (set->name) {
		s->forced = feed_named(s, str_of(set->name), false, err);
		if (!s->forced)
			return err->kind;
		if (set->kind)
			s->forced->kind = s->call_kind;
	}
	return 0;
}

int feed_set_new(struct feed_set **out, const struct feed_settings *set, struct err *err)
{
	struct feed_set *s = mem_zalloc(1, sizeof *s);
	if (!s)
		return err_oom(err, "feeds");
	arena_init(&s->arena, 64 * MIB);
	map_init(&s->by_name, 64 * MIB);
	map_init(&s->known_names, 64 * MIB);
	buf_init(&s->last_path, LIM_PATH);
	buf_init(&s->last_guess, LIM_PATH);
	buf_init(&s->last_dated, LIM_PATH);
	if (fill(s, set, err)) {
		feed_set_free(s);
		return err->kind;
	}
	*out = s;
	return 0;
}

void feed_set_free(struct feed_set *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->smtp.n; i++)
		transcript_close(s->smtp.v[i]);
	buf_free(&s->last_path);
	buf_free(&s->last_guess);
	buf_free(&s->last_dated);
	map_free(&s->by_name);
	map_free(&s->known_names);
	arena_free(&s->arena);
	mem_free(s);
}

size_t feed_set_smtp_skipped(const struct feed_set *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->smtp.n; i++)
		n += transcript_skipped(s->smtp.v[i]);
	return n;
}

static int add_known(struct feed_set *s, const struct store_feed *k, struct err *err)
{
	struct map_entry *e = map_put(&s->known_names, k->name, NULL);
	struct feed *f = e ? vec_push(&s->arena, &s->known, LIM_FEEDS) : NULL;
	struct str *hosts = f ? arena_alloc(&s->arena, (k->trust.n + 1) * sizeof *hosts) : NULL;
	if (!hosts)
		return err_oom(err, "feeds");
	for (size_t i = 0; i < k->trust.n; i++) {
		hosts[i] = arena_dup(&s->arena, k->trust.v[i]);
		if (!hosts[i].p)
			return err_oom(err, "feeds");
	}
	*f = (struct feed){.name = e->key, .kind = arena_dup(&s->arena, k->kind), .name_guessed = k->name_guessed};
	if (!k->trust_guessed)
		f->trust = (struct trust){hosts, k->trust.n};
	e->value = s->known.n;
	return f->kind.p ? 0 : err_oom(err, "feeds");
}

int feed_set_known(struct feed_set *s, const struct store_feed *known, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++)
		if (add_known(s, &known[i], err))
			return err->kind;
	for (size_t i = 0; i < s->feeds.n; i++)
		complete(s, s->feeds.v[i]);
	return 0;
}

/* The config's feed whose path is the file or a folder above it. */
static struct feed *by_path(const struct feed_set *s, struct str path)
{
	char z[LIM_PATH];
	struct feed *found = NULL;
	if (!s->paths.n || path.n >= sizeof z)
		return NULL;
	memcpy(z, path.p, path.n);
	z[path.n] = 0;
	char *real = realpath(z, NULL);
	if (!real)
		return NULL;
	struct str r = str_of(real);
	for (size_t i = 0; i < s->paths.n && !found; i++) {
		struct str p = s->paths.v[i].path;
		if (str_starts(r, p) && (r.n == p.n || r.p[p.n] == '/' || str_ends(p, S("/"))))
			found = s->paths.v[i].feed;
	}
	free(real); /* banned: realpath gave it */
	return found;
}

const struct feed *feed_set_said(const struct feed_set *s, struct str path)
{
	return s->forced ? s->forced : by_path(s, path);
}

const struct feed *feed_set_guessed(struct feed_set *s, struct str guess, struct err *err)
{
	return feed_named(s, guess, true, err);
}

static bool remember(struct buf *b, struct str s)
{
	buf_clear(b);
	buf_add(b, s);
	return !b->oom;
}

/* A feed that the store or the config has under its name with dates stays it: its mail would count twice under another one. */
static struct str guess_of(const struct feed_set *s, const struct raw_mail *mail)
{
	bool is_there = map_get(&s->known_names, mail->feed_dated) || map_get(&s->by_name, mail->feed_dated);
	return is_there ? mail->feed_dated : mail->feed_guess;
}

const struct feed *feed_set_of(struct feed_set *s, const struct raw_mail *mail, struct err *err)
{
	if (s->forced)
		return s->forced;
	if (s->last && str_eq(buf_str(&s->last_guess), mail->feed_guess) && str_eq(buf_str(&s->last_dated), mail->feed_dated) &&
		(!s->paths.n || str_eq(buf_str(&s->last_path), mail->path)))
		return s->last;
	struct feed *f = by_path(s, mail->path);
	if (!f)
		f = feed_named(s, guess_of(s, mail), true, err);
	if (f && (!remember(&s->last_guess, mail->feed_guess) || !remember(&s->last_dated, mail->feed_dated) ||
			 !remember(&s->last_path, mail->path))) {
		err_oom(err, "feeds");
		return NULL;
	}
	return s->last = f;
}
