/* edge.h - do two messages come from one template? The edge of the campaign graph.
 *
 * A symmetric function of two sketches and the settings below, of nothing else: not of other messages, not of the order in
 * which they came. Each family of evidence gives points for or against; EDGE_JOIN of them make an edge.
 *
 *   text      by the best of its three likenesses, more when many words agree, less when there are few
 *   facts     numbers that agree weigh by their digits. A number that both state and that differs is another offer; but it is a slot
 *             where nearly all words agree, or a whole subject before it, or half of the words and the domain, or half of them and
 *             names, link and tags, or a little more and names and subject; with domain and names EDGE_TEXT_DRAWN is enough
 *   names     words with a capital inside a sentence
 *   domains, url shape, subject, tags     agreement of either is a small thing, of domains a larger one; of a whole subject where neither
 *                 has a text beside it, what a text of as many words would tell
 *   image, file   equal bytes; an image that looks the same is worth as much; of those that could not be looked at, one of the same
 *                 width and height less, and more where there is no text
 *
 * A large picture that is the same holds the offer, unless both texts are full of links: those have something to say themselves
 * (newsletters with one advertisement). A text beside the offer that is another is there to look like mail (word salad, a chapter
 * of a book): what it states says nothing against. Some other family has to agree then.
 *
 * Guards against chains. Below a likeness of EDGE_TEXT_ALONE some other family must agree. Below EDGE_TEXT_CHANCE, what texts about
 * the same goods share by chance, and where neither has a text, it has to be one that a template holds fast: numbers, the subject, a
 * picture, a file; domain, shape of the link and names are the seller's, of whatever template. A single number of three digits is
 * not enough there: behind a subject it is drawn anew for each message, and some two of a thousand messages have the same. Below
 * EDGE_TEXT_LEAST two texts are never joined, unless by a picture that holds the offer. What has no text and what has one that is
 * not alike are joined by a picture or a file only.
 * Likeness is against the union, so that a text made of two others is at most half like either; and facts, names and domains count
 * in full only when they are most of what the richer message has, so that a collection of all has none.
 *
 * The points are rough logarithms of likelihood ratios (Fellegi and Sunter, 1969), about one for each factor of four; they were
 * set by what each family can show, then looked at on pairs of messages of known campaigns. The sum asks for about 1:4000.
 */
#ifndef TRAPLINE_CAMPAIGN_EDGE_H
#define TRAPLINE_CAMPAIGN_EDGE_H

#include "campaign/likeness.h"

enum { EDGE_JOIN = 6 };
#define EDGE_TEXT_ALONE 0.5
#define EDGE_TEXT_DRAWN 0.4
#define EDGE_TEXT_CHANCE 0.3
#define EDGE_TEXT_LEAST 0.2

enum edge_family {
	EDGE_TEXT,
	EDGE_FACTS,
	EDGE_NAMES,
	EDGE_DOMAINS,
	EDGE_URL,
	EDGE_SUBJECT,
	EDGE_TAGS,
	EDGE_IMAGE,
	EDGE_FILE,
	EDGE_FAMILIES
};

struct edge {
	struct likeness like;
	int8_t points[EDGE_FAMILIES]; /* negative: against */
	int sum;
	bool joined;
};

void edge_of(const struct sketch *a, const struct sketch *b, struct edge *out);
/* The same in two steps. False when their texts alone say that there is no edge, which refuses most pairs. *like is zero before and
 * goes to the second step, */
bool edge_may_join(const struct sketch_text *a, const struct likeness_words *b, struct likeness *like);
/* which is edge_of(a, b)'s joined. */
bool edge_joins(const struct sketch *a, const struct sketch *b, const struct likeness *like);
const char *edge_family_name(enum edge_family f); /* "text", "facts" ... */

#endif
