/* memo.c - see memo.h. */
#include "feature/memo.h"

#include "base/hash.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"

enum { SLOTS = 4096 };

struct entry {
	struct str key;
	struct shown shown;
	struct doc_notes notes;
};

/* A newer key takes the place of an older one. */
struct memo {
	struct {
		uint64_t hash; /* of the last key that came here */
		struct entry *entry;
	} slots[SLOTS];
	struct arena arena;
};

struct memo *memo_new(void)
{
	struct memo *m = mem_zalloc(1, sizeof *m);
	if (m)
		arena_init(&m->arena, LIM_MEMO);
	return m;
}

void memo_del(struct memo *m)
{
	if (!m)
		return;
	arena_free(&m->arena);
	mem_free(m);
}

const struct shown *memo_get(struct memo *m, struct str key, bool *again, struct doc_notes **notes)
{
	*again = false;
	if (key.n > MEMO_KEY)
		return NULL;
	uint64_t h = hash64(key, map_seed());
	size_t i = h % SLOTS;
	struct entry *e = m->slots[i].entry;
	if (m->slots[i].hash != h) {
		m->slots[i].hash = h;
		m->slots[i].entry = NULL;
		return NULL;
	}
	*again = !e;
	if (!e || !str_eq(e->key, key))
		return NULL;
	*notes = &e->notes;
	return &e->shown;
}

static struct str keep(struct arena *a, struct str s, bool *oom)
{
	struct str copy = s.n ? arena_dup(a, s) : s;
	*oom |= s.n && !copy.p;
	return copy;
}

static struct strs keep_all(struct arena *a, struct strs s, bool *oom)
{
	struct str *v = arena_alloc(a, s.n * sizeof *v);
	*oom |= !v;
	for (size_t i = 0; v && i < s.n; i++)
		v[i] = keep(a, s.v[i], oom);
	return (struct strs){v, v ? s.n : 0};
}

static struct url *keep_urls(struct arena *a, const struct url *urls, size_t n, bool *oom)
{
	struct url *v = arena_alloc(a, n * sizeof *v);
	*oom |= !v;
	for (size_t i = 0; v && i < n; i++) {
		v[i] = urls[i];
		struct str *const s[] = {&v[i].raw, &v[i].host, &v[i].domain, &v[i].domain_icann, &v[i].tld, &v[i].text};
		for (size_t k = 0; k < sizeof s / sizeof *s; k++)
			*s[k] = keep(a, *s[k], oom);
	}
	return v;
}

static bool keep_entry(struct entry *e, struct arena *a, struct str key, const struct shown *s)
{
	bool oom = false;
	e->notes = (struct doc_notes){.arena = a};
	e->key = keep(a, key, &oom);
	e->shown = *s;
	e->shown.text = keep(a, s->text, &oom);
	e->shown.hidden = keep(a, s->hidden, &oom);
	e->shown.html_tags = keep(a, s->html_tags, &oom);
	e->shown.tld = keep(a, s->tld, &oom);
	e->shown.raw = keep_all(a, s->raw, &oom);
	e->shown.domains = keep_all(a, s->domains, &oom);
	e->shown.domains_icann = keep_all(a, s->domains_icann, &oom);
	e->shown.urls = keep_urls(a, s->urls, s->n_urls, &oom);
	return !oom;
}

static void forget_all(struct memo *m)
{
	for (size_t i = 0; i < SLOTS; i++)
		m->slots[i].entry = NULL;
	arena_reset(&m->arena);
}

struct doc_notes *memo_put(struct memo *m, struct str key, const struct shown *s)
{
	struct entry *e = arena_alloc(&m->arena, sizeof *e);
	if (!e || !keep_entry(e, &m->arena, key, s)) {
		forget_all(m);
		return NULL;
	}
	uint64_t h = hash64(key, map_seed());
	m->slots[h % SLOTS].hash = h;
	m->slots[h % SLOTS].entry = e;
	return &e->notes;
}
