/* report_page.h - what the parts of the HTML report share. Private to src/export/report*.c.
 *
 * Text of our own goes through page_raw (it is HTML); everything else through page_esc, or as a sentence of plain text through
 * page->tmp and page_say. Bars, counts and dates come from svg.h.
 */
#ifndef TRAPLINE_EXPORT_REPORT_PAGE_H
#define TRAPLINE_EXPORT_REPORT_PAGE_H

#include "export/mask.h"
#include "export/report.h"
#include "export/svg.h"

struct page {
	struct buf *out;
	struct buf tmp;     /* plain text of the sentence under way */
	struct arena arena; /* work of one chart */
	const struct summary *s;
	const struct report_info *info;
};

void page_raw(struct page *p, const char *html);
void page_esc(struct page *p, struct str text, size_t max_columns);
/* Writes tmp, escaped, with no line break before a per cent sign; empties it. */
void page_say(struct page *p);
void page_count(struct page *p, int64_t n);
void page_plural(struct page *p, int64_t n, const char *one, const char *many); /* the count, then the one or the other (HTML) */
void page_share(struct page *p, double share);                                  /* short: for tables */
/* A table's opening with caption, "N of M shown" when shown < there. what: hostile-free. */
void page_table(struct page *p, const char *caption, size_t shown, size_t there);

/* A stacked chart twice: for wide pages with names beside the chart, for phones with a legend below it. id: of the page's own. */
void page_stack(struct page *p, struct chart *c, const char *id);

void report_changes(struct page *p);
/* The five findings that matter most, in order of time; which[]: places in info->findings. */
size_t report_story(const struct report_info *info, size_t which[5]);
void report_flows(struct page *p); /* of the changes that matter most */
void report_outside(struct page *p);
bool report_has_outside(const struct report_info *info);
void report_volume(struct page *p);
void report_shares(struct page *p, const struct series *t, const char *id, const char *one, const char *many);
void report_brands(struct page *p);
void report_programmes(struct page *p);
void report_categories(struct page *p);
void report_engines(struct page *p);
void report_campaigns(struct page *p);
void report_links(struct page *p);
void report_senders(struct page *p);
void report_anomalies(struct page *p);
void report_unknown(struct page *p);
void report_feeds(struct page *p);
void report_message_list(struct page *p);
void report_messages(struct page *p);

#endif
