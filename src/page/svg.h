/* svg.h - a drawing (SVG 2) as a page, so that what reads pages reads drawings: html.h for its links, script.h for its scripts.
 *
 * XML is written anew as HTML: prefixes of names go (xlink:href, svg:a), CDATA sections become text, references in scripts are
 * resolved, <a/> becomes <a></a>; the href of <image> and <script> is called src. What on... attributes run becomes a script: a
 * click in a drawing leads as much as a link. HTML in a foreignObject stays. Comments, declarations and instructions are left out.
 *
 * Total and linear; at most LIM_HTML bytes come out. Known limits: entities that the document itself declares are not expanded,
 * animations that set a link are not followed, nor data: and javascript: URLs; packed drawings (.svgz) are none.
 */
#ifndef TRAPLINE_PAGE_SVG_H
#define TRAPLINE_PAGE_SVG_H

#include "base/arena.h"
#include "base/str.h"

/* The first element is <svg>, whatever comes before it: instructions, comments, a DOCTYPE. Any bytes. */
bool svg_is(struct str s);
/* svg: UTF-8. *out lies in the arena. 0, or -1 when out of memory. */
int svg_html(struct arena *a, struct str svg, struct str *out);

#endif
