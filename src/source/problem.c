/* problem.c - see problem.h. */
#include "source/problem.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"

static const char *const names[SOURCE_PROBLEM_KINDS] = {"unreadable", "not mail", "not read", "empty", "cut short", "damaged",
	"encrypted", "limit", "link", "doubtful splits", "long message"};

const char *source_problem_name(enum source_problem_kind kind)
{
	return kind < SOURCE_PROBLEM_KINDS ? names[kind] : "?";
}

void problems_init(struct problems *p, uint64_t counts[SOURCE_PROBLEM_KINDS])
{
	*p = (struct problems){.counts = counts};
	arena_init(&p->memory, (size_t)LIM_PROBLEMS * 16 * KIB);
}

void problems_free(struct problems *p)
{
	arena_free(&p->memory);
	p->list = NULL;
	p->n = p->cap = 0;
}

void problems_place(struct buf *out, struct str path, struct str member)
{
	utf8_escape(path, out);
	if (member.n) {
		buf_byte(out, '/');
		utf8_escape(member, out);
	}
}

static struct source_problem *add(struct problems *p, enum source_problem_kind kind, struct str path, struct str member)
{
	if (p->n == LIM_PROBLEMS)
		return NULL;
	if (p->n == p->cap) {
		size_t want = p->cap ? p->cap * 2 : 16;
		void *list = arena_grow(&p->memory, p->list, p->cap * sizeof *p->list, want * sizeof *p->list);
		if (!list)
			return NULL;
		p->list = list;
		p->cap = want;
	}
	struct source_problem *e = &p->list[p->n];
	*e = (struct source_problem){arena_dup(&p->memory, path), arena_dup(&p->memory, member), kind, 1, NULL};
	return e->path.p && (e->member.p || !member.n) ? e : NULL;
}

void problems_add(struct problems *p, enum source_problem_kind kind, struct str path, struct str member, const char *why)
{
	struct buf text;
	p->counts[kind]++;
	struct source_problem *e = add(p, kind, path, member);
	if (!e)
		return;
	buf_init_arena(&text, &p->memory, 10 * KIB);
	problems_place(&text, path, member);
	buf_printf(&text, ": %s", why);
	buf_z(&text);
	if (text.oom || !text.p)
		return;
	e->text = (const char *)text.p;
	p->n++;
}

void problems_again(struct problems *p, const struct source_problem *was)
{
	p->counts[was->kind] += was->count;
	struct source_problem *e = add(p, was->kind, was->path, was->member);
	struct str text = e ? arena_dup(&p->memory, str_of(was->text)) : (struct str){0};
	if (!text.p)
		return;
	e->count = was->count;
	e->text = (const char *)text.p;
	p->n++;
}

void problems_doubtful(struct problems *p, struct str path, struct str member, uint64_t count)
{
	char why[128];
	snprintf(why, sizeof why, "%llu message%s with a doubtful start or end (\"From \" line in the text?)",
		(unsigned long long)count, count == 1 ? "" : "s");
	size_t before = p->n;
	problems_add(p, SOURCE_DOUBTFUL, path, member, why);
	if (p->n > before)
		p->list[before].count = count;
	p->counts[SOURCE_DOUBTFUL] += count - 1;
}
