/* tags.h - the tags of an HTML text one by one, with their attributes as written, and the text of scripts.
 *
 * html.h says what a reader sees; this says how it was made: what templates leave in names of classes, ids, forms and files.
 * Comments are passed over, the text of script and style is not searched for tags (WHATWG HTML 13.2.5, without error names).
 * Linear; points into the text.
 */
#ifndef TRAPLINE_PAGE_TAGS_H
#define TRAPLINE_PAGE_TAGS_H

#include "base/str.h"

struct tag {
	struct str name;  /* as written, without '/' */
	struct str attrs; /* what stands between the name and '>' */
	struct str text;  /* of script and style: up to their end tag; else empty */
	bool end;         /* </name> */
};
/* Takes the next tag off *rest. False at the end. */
bool tag_next(struct str *rest, struct tag *out);
/* Takes the tag off *rest that begins there with '<', without the text of scripts. False, and *rest as it was: none does. */
bool tag_here(struct str *rest, struct tag *out);
/* Takes the next attribute off *attrs: value unquoted, references not decoded. False when there is none. */
bool tag_attr(struct str *attrs, struct str *name, struct str *value);
/* The value of one attribute, {NULL,0} when it is not there. */
struct str tag_value(const struct tag *t, struct str name);

#endif
