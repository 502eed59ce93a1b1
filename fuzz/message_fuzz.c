/* The MIME tree, every leaf's bytes and text, the trust boundary. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "mail/message.h"
#include "mail/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool inside(struct str part, struct str whole)
{
	return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void look_at_part(struct arena *a, const struct message *m, const struct part *p)
{
	struct str text;
	uint64_t found = 0;
	must(p->parent < 0 ? p == m->parts : m->parts[p->parent].kind != PART_LEAF && p->depth == m->parts[p->parent].depth + 1);
	must(inside(p->body, m->raw) && inside(p->preamble, p->body) && inside(p->epilogue, p->body));
	must(p->parent < 0 || inside(p->body, m->parts[p->parent].body));
	for (size_t i = 0; i < p->headers.n; i++)
		must(inside(p->headers.v[i].line, m->raw) && inside(p->headers.v[i].value, p->headers.v[i].line));
	if (p->kind == PART_LEAF && part_text(a, p, &text, &found) == 0)
		must(utf8_valid(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct message m;
	struct trace t;
	struct str host = S("mx.test");
	struct trust trust = {&host, 1};
	uint64_t found = 0;
	arena_init(&a, LIM_ARENA);
	must(message_parse(&a, str_make(data, size), &m) == 0);
	must(m.n_parts > 0 && m.n_parts <= LIM_PARTS);
	for (size_t i = 0; i < m.n_parts; i++)
		look_at_part(&a, &m, &m.parts[i]);
	trace_find(&m, NULL, &t, &found);
	trace_find(&m, &trust, &t, &found);
	must(t.first_sender <= m.headers.n);
	arena_free(&a);
	return 0;
}
