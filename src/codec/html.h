/* html.h - what a reader sees of an HTML mail, what is hidden from him, and where it leads.
 *
 * One iterative pass of a tokenizer after WHATWG HTML 13.2.5 (tags, attributes, comments, raw text, character references),
 * without a tree builder: a bounded stack of open elements carries the computed style (colours, font size, hidden or not),
 * implied end tags and misnested formatting are handled the way browsers do where that changes what is visible.
 *
 * Input is any bytes; it is read as UTF-8 and what is not valid becomes U+FFFD, so all output text is valid UTF-8 (and hostile).
 * Memory: everything in struct html_result lies in the arena or in the input; both must outlive the result.
 * Linear: no byte is looked at more than a constant number of times, whatever the input; caps are LIM_HTML... in base/limits.h.
 *
 * Anomalies: html_cap (a cap was hit; text goes on, styles and tag stream stop), html_unclosed (ends inside a tag, comment,
 * quoted value or raw-text element), html_hidden_text (result.hidden is not empty), url_cap (more links than kept).
 *
 * Known limits: style sheets are read for tag, .class, #id and tag.class selectors only, @media blocks are skipped, a <style>
 * acts on what follows it, specificity is tag < class < id < inline; scripts are not run; widths are not laid out.
 */
#ifndef TRAPLINE_CODEC_HTML_H
#define TRAPLINE_CODEC_HTML_H

#include "base/arena.h"
#include "base/str.h"

/* Small numbers for known tags, stable: append only (fingerprints keep them). 0 is any other name. */
enum html_tag {
	HTML_OTHER,
#define HTML_TAG(id, name, flags) HTML_##id,
#include "codec/html_tag.def"
#undef HTML_TAG
	HTML_TAG_COUNT
};
_Static_assert(HTML_TAG_COUNT <= 128, "a tag number and its open/close bit share a byte");
enum { HTML_TAG_END = 0x80 }; /* in the tag stream: set for an end tag */

enum html_link_kind {
	HTML_LINK_ANCHOR,     /* a, area href */
	HTML_LINK_FORM,       /* form action, formaction */
	HTML_LINK_IMAGE,      /* img, input src */
	HTML_LINK_BACKGROUND, /* background attribute */
	HTML_LINK_CSS,        /* url(...) and @import */
	HTML_LINK_FRAME,      /* iframe, frame src */
	HTML_LINK_REL,        /* link href */
	HTML_LINK_REFRESH,    /* meta refresh */
	HTML_LINK_OTHER,      /* script, embed, object, video ... */
};

struct html_link {
	struct str url;           /* character references decoded, <base> applied; not normalised; never empty */
	struct str text;          /* anchors: what stands in the link, white space collapsed, first LIM_LINK_TEXT bytes */
	size_t text_at, text_end; /* anchors: its extent in result.text (equal when nothing of it is visible) */
	enum html_link_kind kind;
	bool hidden;  /* in a hidden element; for an anchor: nothing of it can be seen */
	bool encoded; /* numeric character references in scheme or host */
};

struct html_image {
	struct str src, alt;
	int32_t width, height; /* pixels as declared, -1 unknown (none, percent) */
	bool hidden;
};

struct html_form {
	struct str action; /* may be empty */
	uint32_t inputs;   /* input, select and textarea elements, hidden ones included */
	bool post;         /* method=post */
	bool password;     /* has a password input */
};

/* Habits of the software that wrote the HTML: counts over the tags looked at. */
struct html_dialect {
	uint32_t tags_lower, tags_upper, tags_mixed;                 /* names; a one-case name counts by its case */
	uint32_t attrs_lower, attrs_upper, attrs_mixed;              /* likewise */
	uint32_t value_double, value_single, value_bare, value_none; /* how attribute values are quoted */
	uint32_t self_closing;                                       /* <br/> */
	uint32_t self_closing_space;                                 /* of these: <br /> */
	uint32_t end_tags;
	uint32_t end_unmatched; /* of these: void elements and elements never opened */
	uint32_t unknown_tags;
	uint32_t style_attrs, class_attrs;
	uint32_t comments, conditional_comments;                    /* <!-- -->; of these <!--[if */
	uint32_t doctypes, processing;                              /* <!DOCTYPE, <? and other <! */
	uint32_t refs_named, refs_decimal, refs_hex, refs_unclosed; /* character references in text; without semicolon */
};

struct html_result {
	struct str text;   /* visible; blocks on lines of their own, a blank line between paragraphs, table cells parted by TAB */
	struct str hidden; /* hidden from the reader, one line a stretch */
	struct str title;
	struct html_link *links;
	size_t n_links;
	struct html_image *images;
	size_t n_images;
	struct html_form *forms;
	size_t n_forms;
	const uint8_t *tags; /* the tag stream: enum html_tag, HTML_TAG_END for end tags; at most LIM_TAGS */
	size_t n_tags;
	size_t total_tags; /* also those beyond the cap */
	struct html_dialect dialect;
	uint64_t work; /* bytes and stack steps looked at: for tests of linearity */
};

struct html_settings {
	size_t max_text; /* bytes of visible text, and again of hidden; 0: LIM_TEXT */
	size_t max_tags; /* 0: LIM_TAGS */
	bool valid_utf8; /* the caller knows that the input is valid UTF-8: skips the check */
};

/* 0, or -1 when out of memory (*out is then what was read so far, with valid pointers). settings may be NULL.
 * Bits are added to *anomalies. Thread-safe. */
int html_scan(
	struct arena *arena, struct str html, const struct html_settings *settings, struct html_result *out, uint64_t *anomalies);

/* The name of a known tag ("a"), "?" for HTML_OTHER. */
const char *html_tag_name(enum html_tag tag);

/* The charset that a <meta> in the first 1024 bytes names (WHATWG 13.2.3.2, simplified), the first one that is known, else the
 * first; or an empty str. Points into html. */
struct str html_meta_charset(struct str html);

/* One character reference at s.p[0] == '&': decoded into out (1..8 bytes, UTF-8), its length there, 0 when it is none.
 * *used is what it takes of s. in_attr: the stricter rule for attribute values without a semicolon. WHATWG 13.2.5.72. */
size_t html_ref(struct str s, bool in_attr, uint8_t out[8], size_t *used);
/* s with all character references decoded as in an attribute value: s itself when it holds none. {NULL,0} on out of memory. */
struct str html_unescape(struct arena *arena, struct str s);

#endif
