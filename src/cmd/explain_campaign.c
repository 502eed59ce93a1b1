/* explain_campaign.c - see explain_campaign.h. */
#include "cmd/explain_campaign.h"

#include <inttypes.h>

#include "analyse/campaigns.h"
#include "base/json_read.h"
#include "base/limits.h"
#include "cmd/campaigns.h"
#include "cmd/former.h"
#include "cmd/output.h"
#include "export/escape.h"
#include "export/mask.h"
#include "query/campaign_list.h"
#include "query/campaign_template.h"

/* What the points of one family stand for. */
static void detail(FILE *f, enum edge_family family, const struct likeness *l)
{
	switch (family) {
	case EDGE_TEXT:
		fprintf(f, "%u of %u and %u sampled words in common, %u in the same order; runs of three words alike to %.2f",
			l->shared, l->words_a, l->words_b, l->aligned, l->resemblance);
		break;
	case EDGE_FACTS:
		fprintf(f, "%u numbers in common, of %u and %u", l->facts, l->facts_a, l->facts_b);
		break;
	case EDGE_NAMES:
		fprintf(f, "%u names in common, of %u and %u", l->names, l->names_a, l->names_b);
		break;
	case EDGE_DOMAINS:
		fprintf(f, "%u linked domains in common", l->domains);
		break;
	case EDGE_URL:
		fputs(l->url ? "the first links have the same shape" : "the first links have different shapes", f);
		break;
	case EDGE_SUBJECT:
		fprintf(f, "%u of %u words of the subject in common", l->subject, l->subject_words);
		break;
	case EDGE_TAGS:
		fputs("the same sequence of HTML tags", f);
		break;
	case EDGE_IMAGE:
		if (l->look && !l->image)
			fprintf(f, "a similar image: %u of %d bits of its look differ", l->look_bits, IMAGE_DIGEST_BITS);
		else
			fputs(l->image ? "an equal image" : "an image of the same width and height", f);
		break;
	case EDGE_FILE:
		fputs("an equal attachment", f);
		break;
	case EDGE_FAMILIES:
		break;
	}
}

void explain_neighbour(FILE *f, const struct row *row, const struct neighbour *n)
{
	fprintf(f, "  %-20s  %.*s\n", "campaign", row->campaign.n ? (int)row->campaign.n : 4,
		row->campaign.n ? (const char *)row->campaign.p : "none");
	if (!n->found)
		return;
	fprintf(f, "  %-20s  %016llx... of %lld compared, %lld identical in what is compared\n", "nearest message",
		(unsigned long long)n->key, (long long)n->others, (long long)n->identical);
	for (int i = 0; i < EDGE_FAMILIES; i++) {
		enum edge_family family = (enum edge_family)i;
		if (!n->edge.points[i] && family != EDGE_TEXT)
			continue;
		fprintf(f, "  %+6d  %s: ", n->edge.points[i], edge_family_name(family));
		detail(f, family, &n->edge.like);
		fputs("\n", f);
	}
	fprintf(f, "  %+6d  together; %d make an edge%s\n", n->edge.sum, EDGE_JOIN,
		n->edge.joined || n->edge.sum < EDGE_JOIN ? "" : ", and some likeness of the texts");
}

int explain_joined(FILE *f, struct store *s, struct str campaign, struct arena *a, struct err *err)
{
	struct str json;
	int rc = campaign.n ? store_item(s, CAMPAIGN_JOINED, campaign, a, &json, err) : 0;
	if (rc <= 0)
		return rc;
	json_t *all = json_parse(json), *marks = json_object_get(all, "marks"), *m;
	size_t i;
	int64_t parts = json_int_of(all, "parts"), alone = json_int_of(all, "alone");
	fprintf(f,
		"  %-20s  %" PRId64 " part%s and %" PRId64
		" message%s alone, which their texts do not join, of one engine at one time, by the same\n",
		"joined", parts, parts == 1 ? "" : "s", alone, alone == 1 ? "" : "s");
	json_array_foreach(marks, i, m)
	{
		fprintf(f,
			"    %-18.*s  which in this store%s is of two campaigns in %.1f %% of the pairs, by %" PRId64
			" runs of mail that texts tell\n",
			STR_FMT(json_text_of(m, "by")),
			json_is_true(json_object_get(m, "anybodys")) ? ", where several engines' mail has it," : "",
			100 * json_number_value(json_object_get(m, "two")), json_int_of(m, "runs"));
	}
	json_decref(all);
	return 0;
}

/* ---- the template ---- */

static void put_template(FILE *f, const char *name, const struct template *t, const struct session *s)
{
	struct buf text, safe;
	buf_init(&text, 1 * MIB);
	buf_init(&safe, 4 * MIB);
	template_text(t, &text);
	defang_text(buf_str(&text), &safe);
	output_needs(&text);
	output_needs(&safe);
	buf_clear(&text);
	esc_term(buf_str(&safe), 0, output_table(s->o, "template").ascii ? ESCAPE_ASCII : 0, &text);
	output_needs(&text);
	if (t->n_parts)
		fprintf(f, "%s (fits %zu of %zu messages looked at):\n  %.*s\n\n", name, t->support, t->texts,
			STR_FMT(buf_str(&text)));
	else
		fprintf(f, "%s: too little in common\n\n", name);
	buf_free(&text);
	buf_free(&safe);
}

/* What the messages share, slots in place; for people only: signatures has it for programs. */
static int show_template(struct session *s, const struct store_filter *filter, struct arena *a, struct err *err)
{
	struct campaign_members *members;
	struct campaign_template t;
	struct output out;
	size_t n;
	int rc = campaign_members(s->store, filter, 2, a, &members, &n, err);
	if (rc || !n)
		return rc;
	rc = campaign_template(s->store, members, s->o->reveal ? NULL : mask_row_text, a, &t, err);
	if (rc || (rc = output_open(&out, NULL, err)))
		return rc;
	fputs("\n", out.f);
	rc = explain_joined(out.f, s->store, filter->campaign, a, err);
	put_template(out.f, "subject", &t.subject, s);
	put_template(out.f, "text", &t.body, s);
	return output_close(&out, !rc, err);
}

/* The campaign that holds the message which gave the id its name, else the one that most of the others are in: its name; or none. */
static int resolve(struct session *s, struct str id, struct arena *a, struct former *f, struct str *show, struct err *err)
{
	int rc = former_campaign(s->store, id, a, f, err);
	if (rc)
		return rc;
	if (f->state == FORMER_UNKNOWN)
		return err_set(err, ERR_INPUT, "no campaign %.*s; trapline campaigns lists them", STR_FMT(id));
	if (f->state == FORMER_SEVERAL)
		return former_several(id, f, err);
	*show = f->state == FORMER_NONE ? former_most(f) : f->now;
	return f->state == FORMER_CURRENT ? 0 : former_tell(s, id, f, err);
}

int explain_campaign(struct session *s, struct str id, struct str *message, struct err *err)
{
	struct str show = S("");
	struct store_filter filter = STORE_FILTER_ALL;
	struct former f;
	struct arena a;
	arena_init(&a, SIZE_MAX);
	int rc = resolve(s, id, &a, &f, &show, err);
	if (!rc && !show.n && s->o->format == FORMAT_TABLE) {
		*message = arena_dup(&s->arena, str_of(f.members[0].id));
		rc = message->p ? 0 : err_oom(err, "explain");
	} else if (!rc) {
		filter.campaign = show.n ? show : id; /* of none: an empty list */
		rc = campaigns_show(s, &filter, err);
		if (!rc && show.n && s->o->format == FORMAT_TABLE && !s->o->out)
			rc = show_template(s, &filter, &a, err);
	}
	arena_free(&a);
	return rc;
}
