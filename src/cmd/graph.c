/* graph.c - trapline graph: engine x programme x brand x domain, as rows, or drawn by other programs (DOT, GraphML). */
#include "query/graph.h"

#include <string.h>

#include "base/limits.h"
#include "base/map.h"
#include "base/time.h"
#include "cmd/command.h"
#include "cmd/output.h"
#include "cmd/session.h"
#include "export/escape.h"

static const struct column columns[] = {
	{.name = "from_kind", .kind = KIND_WORD},
	{.name = "from", .kind = KIND_TEXT},
	{.name = "to_kind", .kind = KIND_WORD},
	{.name = "to", .kind = KIND_TEXT},
	{.name = "messages", .kind = KIND_INT},
	{.name = "first", .kind = KIND_TIME},
	{.name = "last", .kind = KIND_TIME},
};

struct drawing {
	const struct graph_edge *edges;
	size_t shown, all;
	struct buf out;
};

static int put_table(struct session *s, const struct drawing *d, FILE *f, struct err *err)
{
	struct table t;
	struct table_opts opts = output_table(s->o, "edges");
	table_begin(&t, columns, sizeof columns / sizeof *columns, &opts, f);
	for (size_t i = 0; i < d->shown && !t.failed; i++) {
		const struct graph_edge *e = &d->edges[i];
		table_row(&t);
		table_z(&t, graph_kind_names[e->from_kind]);
		table_str(&t, e->from);
		table_z(&t, graph_kind_names[e->to_kind]);
		table_str(&t, e->to);
		table_int(&t, e->messages);
		table_time(&t, e->first);
		table_time(&t, e->last);
	}
	return table_end(&t, d->all, err);
}

/* A node's name in a file for other programs: kind and name, escaped; domains defanged, so that nothing makes a link of them. */
static void put_name(struct buf *out, enum graph_kind kind, struct str name, bool xml, bool with_kind)
{
	struct buf shown, safe;
	buf_init(&shown, 64 * KIB);
	buf_init(&safe, 256 * KIB);
	if (kind == GRAPH_DOMAIN)
		defang_host(name, &shown);
	else
		buf_add(&shown, name);
	if (xml)
		esc_html(buf_str(&shown), 0, &safe);
	else
		esc_term(buf_str(&shown), 0, 0, &safe);
	if (with_kind)
		buf_printf(out, "%s:", graph_kind_names[kind]);
	for (size_t i = 0; i < safe.n; i++) {
		if (!xml && (safe.p[i] == '"' || safe.p[i] == '\\'))
			buf_byte(out, '\\');
		buf_byte(out, safe.p[i]);
	}
	out->oom |= shown.oom || safe.oom;
	buf_free(&shown);
	buf_free(&safe);
}

struct span {
	char first[TIME_ISO_SIZE], last[TIME_ISO_SIZE];
};

static struct span span_of(const struct graph_edge *e)
{
	struct span t = {0};
	time_iso(e->first, t.first);
	time_iso(e->last, t.last);
	return t;
}

static void draw_dot(struct drawing *d)
{
	static const char *const shapes[] = {"box", "ellipse", "hexagon", "plaintext"};
	buf_printf(&d->out, "digraph trapline {\n\tlabel=\"%zu of %zu edges shown\";\n\trankdir=LR;\n", d->shown, d->all);
	for (size_t i = 0; i < d->shown; i++)
		for (int side = 0; side < 2; side++) {
			enum graph_kind kind = side ? d->edges[i].to_kind : d->edges[i].from_kind;
			struct str name = side ? d->edges[i].to : d->edges[i].from;
			buf_add(&d->out, S("\t\""));
			put_name(&d->out, kind, name, false, true);
			buf_add(&d->out, S("\" [label=\""));
			put_name(&d->out, kind, name, false, false);
			buf_printf(&d->out, "\",shape=%s];\n", shapes[kind]);
		}
	for (size_t i = 0; i < d->shown; i++) {
		const struct graph_edge *e = &d->edges[i];
		buf_add(&d->out, S("\t\""));
		put_name(&d->out, e->from_kind, e->from, false, true);
		buf_add(&d->out, S("\" -> \""));
		put_name(&d->out, e->to_kind, e->to, false, true);
		struct span t = span_of(e);
		buf_printf(&d->out, "\" [label=\"%lld\",tooltip=\"%s to %s\"];\n", (long long)e->messages, t.first, t.last);
	}
	buf_add(&d->out, S("}\n"));
}

static void graphml_nodes(struct drawing *d)
{
	struct map seen;
	map_init(&seen, SIZE_MAX);
	for (size_t i = 0; i < d->shown * 2; i++) {
		const struct graph_edge *e = &d->edges[i / 2];
		enum graph_kind kind = i % 2 ? e->to_kind : e->from_kind;
		struct buf name;
		bool fresh = false;
		buf_init(&name, 256 * KIB);
		put_name(&name, kind, i % 2 ? e->to : e->from, true, false);
		struct buf node;
		buf_init(&node, 256 * KIB);
		buf_printf(&node, "%s:", graph_kind_names[kind]);
		buf_add(&node, buf_str(&name));
		d->out.oom |= node.oom || name.oom || !map_put(&seen, buf_str(&node), &fresh);
		if (fresh) {
			buf_add(&d->out, S("<node id=\""));
			buf_add(&d->out, buf_str(&node));
			buf_printf(&d->out, "\"><data key=\"kind\">%s</data><data key=\"name\">", graph_kind_names[kind]);
			buf_add(&d->out, buf_str(&name));
			buf_add(&d->out, S("</data></node>\n"));
		}
		buf_free(&node);
		buf_free(&name);
	}
	map_free(&seen);
}

static void draw_graphml(struct drawing *d)
{
	buf_printf(&d->out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n"
		"<key id=\"kind\" for=\"node\" attr.name=\"kind\" attr.type=\"string\"/>\n"
		"<key id=\"name\" for=\"node\" attr.name=\"name\" attr.type=\"string\"/>\n"
		"<key id=\"messages\" for=\"edge\" attr.name=\"messages\" attr.type=\"long\"/>\n"
		"<key id=\"first\" for=\"edge\" attr.name=\"first\" attr.type=\"string\"/>\n"
		"<key id=\"last\" for=\"edge\" attr.name=\"last\" attr.type=\"string\"/>\n"
		"<graph edgedefault=\"directed\">\n<desc>%zu of %zu edges shown</desc>\n",
		d->shown, d->all);
	graphml_nodes(d);
	for (size_t i = 0; i < d->shown; i++) {
		const struct graph_edge *e = &d->edges[i];
		buf_add(&d->out, S("<edge source=\""));
		put_name(&d->out, e->from_kind, e->from, true, true);
		buf_add(&d->out, S("\" target=\""));
		put_name(&d->out, e->to_kind, e->to, true, true);
		struct span t = span_of(e);
		buf_printf(&d->out,
			"\"><data key=\"messages\">%lld</data><data key=\"first\">%s</data><data key=\"last\">%s</data></edge>\n",
			(long long)e->messages, t.first, t.last);
	}
	buf_add(&d->out, S("</graph>\n</graphml>\n"));
}

static int put_graph(struct session *s, struct drawing *d, struct err *err)
{
	const char *draw = s->o->draw;
	struct output out;
	if (output_open(&out, s->o->out, err))
		return err->kind;
	int rc = 0;
	if (!draw) {
		rc = put_table(s, d, out.f, err);
	} else {
		buf_init(&d->out, 256 * MIB);
		if (strcmp(draw, "dot") == 0)
			draw_dot(d);
		else
			draw_graphml(d);
		if (!buf_ok(&d->out))
			rc = err_oom(err, "graph");
		else
			fwrite(d->out.p, 1, d->out.n, out.f);
		buf_free(&d->out);
	}
	output_close(&out, rc == 0, err);
	return err->kind;
}

int cmd_graph(const struct options *o, struct err *err)
{
	struct session s;
	struct arena a;
	struct str feeds[OPT_LIST_MAX];
	struct drawing d = {0};
	struct graph_edge *edges;
	if (o->draw && strcmp(o->draw, "dot") != 0 && strcmp(o->draw, "graphml") != 0)
		return err_set(err, ERR_USAGE, "--draw %.40s: use dot or graphml", o->draw);
	arena_init(&a, SIZE_MAX);
	int rc = session_open(&s, o, err);
	rc = rc ? rc : session_open_reading(&s, true, err);
	struct store_filter filter = session_filter(&s, true, feeds);
	rc = rc ? rc : graph_build(s.store, &filter, o->as_of, &a, &edges, &d.all, err);
	if (rc == 0) {
		size_t most = o->limit >= 0 ? (size_t)o->limit : o->draw ? LIM_GRAPH_DRAWN : SIZE_MAX;
		d.edges = edges;
		d.shown = d.all < most ? d.all : most;
		rc = put_graph(&s, &d, err);
	}
	session_close(&s);
	arena_free(&a);
	return rc;
}
