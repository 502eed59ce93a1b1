/* html_int.h - shared by the html*.c files only: text sinks, computed style, the stack of open elements. */
#ifndef TRAPLINE_CODEC_HTML_INT_H
#define TRAPLINE_CODEC_HTML_INT_H

#include "base/anomaly.h"
#include "base/arena.h"
#include "base/limits.h"
#include "codec/html.h"

enum { TAG_V = 1, TAG_B = 2, TAG_P = 4, TAG_C = 8, TAG_F = 16, TAG_X = 32, TAG_R = 64, TAG_T = 128 };
extern const uint8_t html_tag_flags[HTML_TAG_COUNT];

/* Attributes that are looked at. */
enum html_attr {
	ATTR_OTHER,
/* clang-format off */
#define HTML_ATTRS(X) \
	X(HREF, "href") X(SRC, "src") X(BACKGROUND, "background") X(BGCOLOR, "bgcolor") X(COLOR, "color") \
	X(STYLE, "style") X(CLASS, "class") X(ID, "id") X(ACTION, "action") X(FORMACTION, "formaction") \
	X(METHOD, "method") X(TYPE, "type") X(VALUE, "value") X(ALT, "alt") X(WIDTH, "width") \
	X(HEIGHT, "height") X(SIZE, "size") X(HIDDEN, "hidden") X(CONTENT, "content") \
	X(HTTP_EQUIV, "http-equiv") X(TEXT, "text") X(LINK, "link") X(DATA, "data") \
	X(PLACEHOLDER, "placeholder") X(POSTER, "poster") X(DYNSRC, "dynsrc") X(LOWSRC, "lowsrc")
/* clang-format on */
#define HTML_ATTR_ENUM(id, name) ATTR_##id,
	HTML_ATTRS(HTML_ATTR_ENUM)
#undef HTML_ATTR_ENUM
		ATTR_COUNT
};
#define ATTR_BIT(id) ((uint32_t)1 << ATTR_##id)
_Static_assert(ATTR_COUNT <= 32, "the set of attributes seen is a 32-bit mask");

/* Packed names: the first eight bytes, lower case. */
enum html_tag html_tag_lookup(uint64_t key, struct str name);
enum html_attr html_attr_lookup(uint64_t key, struct str name);
void html_names_init(void); /* once per process, thread-safe */
void html_bytes_init(void); /* part of it */

/* ---- raw text (html_raw.c) ---- */

struct html_ctx;
extern uint8_t html_tag_byte[256]; /* 0: ends the name of a tag; else the byte in lower case */
/* The content of a raw-text element just opened, p behind its start tag. Returns where the tokenizer goes on. */
const uint8_t *html_raw_text(struct html_ctx *c, enum html_tag tag, const uint8_t *p);
/* Browsers show nothing of what follows; we keep it as hidden text. */
void html_lose_rest(struct html_ctx *c);

/* ---- text sinks (html_text.c) ---- */

/* What separates the next visible character from the last one. */
enum html_pend { PEND_NONE, PEND_SPACE, PEND_TAB, PEND_LINE, PEND_BLANK };
struct html_sink {
	uint8_t *p;
	size_t n, cap, max;
	uint8_t pend;
	bool full;
};

void sink_text(struct html_ctx *c, struct html_sink *k, struct str s, bool pre);
/* The first LIM_LINK_TEXT bytes of sink bytes from..to, trimmed, cut between characters. */
struct str sink_slice(const struct html_sink *k, size_t from, size_t to);
static inline void sink_break(struct html_sink *k, uint8_t pend)
{
	if (k->pend < pend)
		k->pend = pend;
}

/* ---- style (html_css.c) ---- */

#define COLOR_NONE 0xFF000000u  /* unknown: an image, a gradient, a name nobody knows */
#define COLOR_CLEAR 0xFE000000u /* foreground only: transparent */
#define COLOR_UNSET 0xFD000000u /* background of cells only */
enum {
	HIDE_DISPLAY = 1, /* display:none, the hidden attribute, elements never shown */
	HIDE_VISIBILITY = 2,
	HIDE_OPACITY = 4,
	HIDE_BOX = 8,   /* no width or height, and overflow hidden */
	HIDE_AWAY = 16, /* moved off the page */
	HIDE_MSO = 32,
};
enum { SIZE_DEFAULT = 160, SIZE_TINY = 30 }; /* font sizes in 1/10 px; below SIZE_TINY nobody reads */

struct html_style { /* computed */
	uint32_t fg, bg;
	uint32_t cell_bg; /* of a table or row: shows in its cells only, what stands between them is moved out of the table */
	uint16_t size;
	uint8_t hide;
	bool pre, hidden; /* hidden follows from all the others */
};

enum { CSS_FG = 1, CSS_BG = 2, CSS_SIZE = 4, CSS_SCALE = 8, CSS_PRE = 16 };
enum { BOX_W0 = 1, BOX_H0 = 2, BOX_CLIP = 4 };
struct html_css { /* declared */
	uint32_t fg, bg;
	uint16_t size; /* CSS_SIZE: 1/10 px; CSS_SCALE: per mille of the parent's */
	uint8_t set, hide_on, hide_off, box;
	bool pre;
};

struct html_rule {
	struct str name; /* of the class or id */
	uint8_t kind;    /* '.' or '#'; 0: free slot */
	uint8_t tag;     /* HTML_OTHER: any */
	struct html_css css;
};
struct html_sheet {
	struct html_css tag[HTML_TAG_COUNT];
	bool has_tag[HTML_TAG_COUNT];
	struct html_rule *rules; /* LIM_HTML_RULES * 2 slots, open addressing; NULL while empty */
	size_t n;
};

bool html_color(struct str s, bool legacy, uint32_t *rgb);
void css_declarations(struct html_css *css, struct str s);
void css_merge(struct html_css *into, const struct html_css *from);
void css_apply(struct html_style *st, const struct html_style *parent, const struct html_css *css);
void style_settle(struct html_style *st); /* sets hidden */
/* Adds the rules of a <style> element. */
void sheet_add(struct html_ctx *c, struct str text);
void sheet_match(struct html_ctx *c, enum html_tag tag, const struct str *attr, uint32_t seen, struct html_css *css);

/* ---- open elements (html_stack.c) ---- */

struct html_elem {
	struct html_style style;
	uint32_t count; /* the same element opened again and again with no effect takes one entry */
	uint8_t tag;
};
void stack_push(struct html_ctx *c, enum html_tag tag, const struct html_style *st, bool changed);
void stack_implied_ends(struct html_ctx *c, enum html_tag start);
bool stack_end(struct html_ctx *c, enum html_tag tag); /* false: nothing to close */
void stack_set_root(struct html_ctx *c, const struct html_style *root);
bool same_style(const struct html_style *a, const struct html_style *b);
void stack_freeze(struct html_ctx *c); /* the tag cap is hit: all that follows is visible */

/* ---- one scan ---- */

struct html_link_vec {
	struct html_link *v;
	size_t n, cap;
};

enum { STYLES_KEPT = 8 };
struct html_ctx {
	struct arena *arena;
	const uint8_t *p, *end;
	struct html_result *out;
	uint64_t anomalies;
	size_t max_tags;
	struct html_sink vis, hid;
	struct html_sink *sink; /* where text goes now */
	bool oom;
	bool lost; /* after an unclosed comment or raw text: browsers show nothing more */
	bool frozen;
	bool no_comment_end, no_gt;
	uint8_t no_end[HTML_TAG_COUNT]; /* raw-text elements known to have no end tag any more */

	struct html_style root, cur;
	struct html_elem stack[LIM_HTML_DEPTH];
	size_t depth;
	uint32_t open[HTML_TAG_COUNT];    /* entries of that tag on the stack */
	uint32_t skipped[HTML_TAG_COUNT]; /* not pushed for lack of room */
	uint32_t link_color;
	uint32_t body_seen;       /* attributes of <body> and <html> so far: the first one counts */
	struct html_sheet *sheet; /* NULL until a <style> is seen */

	struct html_link_vec links;
	struct {
		struct html_image *v;
		size_t n, cap;
	} images;
	struct {
		struct html_form *v;
		size_t n, cap;
	} forms;
	uint8_t *tags;
	size_t n_tags;
	size_t open_link; /* index + 1 */
	size_t link_vis, link_hid;
	bool link_image;
	struct str base;

	/* some of the style attributes seen so far: mail repeats them */
	struct html_declared {
		struct str raw;
		struct html_css css;
		uint32_t work; /* bytes read for it, 0: none are kept here */
	} declared[STYLES_KEPT];

	/* the tag at hand */
	struct str attr[ATTR_COUNT];
	uint32_t seen;
};

void html_set_style(struct html_ctx *c, const struct html_style *st);
void html_add_link(struct html_ctx *c, struct str url, enum html_link_kind kind);
void html_close_link(struct html_ctx *c);
void html_css_urls(struct html_ctx *c, struct str css);
/* What a start tag means beyond its style: links, images, forms, breaks (html_elem.c). */
void html_start_tag(struct html_ctx *c, enum html_tag tag);
void html_end_tag(struct html_ctx *c, enum html_tag tag);

#endif
