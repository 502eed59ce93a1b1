/* report.h - what an analyst reads after `trapline report`: one self-contained HTML file, and a summary for the terminal.
 *
 * The HTML needs no network and no script (strict CSP), prints, follows light and dark, fits a phone. Everything that comes
 * from a message is escaped, URLs are defanged and never links, addresses masked (escape.h, mask.h). The same summary, info and
 * rows give the same bytes. Words and numbers of both outputs come from one place (report_words.h).
 */
#ifndef TRAPLINE_EXPORT_REPORT_H
#define TRAPLINE_EXPORT_REPORT_H

#include "analyse/observation.h"
#include "base/arena.h"
#include "base/buf.h"
#include "finding/finding.h"
#include "query/campaign_list.h"
#include "query/summary.h"

struct report_campaign {
	const struct campaign_info *info;
	struct str subject, text; /* what its messages share, slots in place, recipients masked; may be empty */
	bool is_template;         /* the subject is a template's, not one message's */
};

struct report_info {
	const char *version; /* of trapline */
	struct str command;  /* as typed; empty members are left out */
	struct str store;
	struct str filter; /* what the report was narrowed to, in words */
	struct str pack_hash, psl_version;
	int64_t made_at;                /* TIME_NONE: not told, for reproducible bytes */
	const struct store_feed *feeds; /* for the trust hosts; matched by name; may be NULL */
	size_t nfeeds;
	const struct row *messages; /* the sample to list and explain, all features set; in the order to show */
	size_t nmessages;
	const struct report_campaign *campaigns; /* the largest */
	size_t ncampaigns, campaigns_distinct;
	int64_t in_campaigns;                /* messages */
	const struct campaign_list *engines; /* the largest (campaign_list_by); NULL: not asked for */
	const struct series *engine_shares;  /* over time; or NULL */
	const char *sample;                  /* how it was drawn: "the first three of each of the ten largest brands" */
	const struct str *programmes;        /* items of kind "programme", in the order to show */
	const struct str *aliases;           /* items of kind "alias" */
	size_t n_programmes, n_aliases;
	bool reveal;
	const struct finding *findings; /* by start; n_findings 0: none, or the report was narrowed to less than they are about */
	size_t n_findings;
	const struct str *flows; /* items of kind "flow": engines to programmes before and after a change */
	size_t n_flows;
	const struct finding *claims;       /* what others published, by time */
	const struct observation *controls; /* about control servers, by time */
	const struct str *infections;       /* items of kind "infection": an engine's peers that others saw infected */
	const struct str *infected; /* items of kind "infected": what others call the infection, and what we hold its mail to be */
	size_t n_claims, n_controls, n_infections, n_infected;
	const struct series *by_engine; /* NULL: no engine is known */
	bool analysed;                  /* findings were looked for */
	const struct str *limits;       /* items of kind "limit": what the analysis left out */
	size_t n_limits;
};

/* The page, appended to out. 0, or -1: out of memory or out's cap (see out->oom, out->full). */
int report_html(const struct summary *s, const struct report_info *info, struct buf *out);

struct report_text_opts {
	size_t width; /* columns; 0: 80 */
	bool ascii;   /* the terminal is not UTF-8 */
};
/* 15 to 50 lines. 0 or -1 as above. */
int report_text(const struct summary *s, const struct report_info *info, const struct report_text_opts *opts, struct buf *out);

#endif
