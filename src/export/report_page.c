/* report_page.c - what the parts of the HTML report write with; see report_page.h. */
#include "export/report_page.h"

#include "export/escape.h"
#include "export/report_words.h"

void page_raw(struct page *p, const char *html)
{
	buf_add(p->out, str_of(html));
}

void page_esc(struct page *p, struct str text, size_t max_columns)
{
	esc_html_text(text, max_columns, p->out);
}

void page_say(struct page *p)
{
	struct str rest = buf_str(&p->tmp);
	for (size_t at; (at = str_find(rest, S(" %"))) != STR_NPOS; rest = str_from(rest, at + 2)) {
		esc_html_text(str_first(rest, at), 0, p->out);
		page_raw(p, "&nbsp;%");
	}
	esc_html_text(rest, 0, p->out);
	p->out->oom |= p->tmp.oom;
	buf_clear(&p->tmp);
}

void page_count(struct page *p, int64_t n)
{
	put_count(p->out, n);
}

void page_plural(struct page *p, int64_t n, const char *one, const char *many)
{
	put_count(p->out, n);
	page_raw(p, n == 1 ? one : many);
}

void page_share(struct page *p, double share)
{
	if (share > 0 && share < 0.001)
		buf_add(&p->tmp, S("<0.1 %"));
	else
		words_share(&p->tmp, share);
	page_say(p);
}

void page_table(struct page *p, const char *caption, size_t shown, size_t there)
{
	page_raw(p, "<table><caption>");
	page_raw(p, caption);
	if (shown < there) {
		page_raw(p, " <small>");
		page_count(p, (int64_t)shown);
		page_raw(p, " of ");
		page_count(p, (int64_t)there);
		page_raw(p, " shown</small>");
	}
	page_raw(p, "</caption>");
}
