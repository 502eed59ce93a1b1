/* template.h - what a campaign's texts have in common, and what is filled in: anchors and typed slots.
 *
 * In the way of Botnet Judo (Pitsillidis et al., "Botnet Judo: Fighting Spam with Itself", NDSS 2010): the texts of a campaign
 * are aligned (longest common subsequence of tokens, bit-parallel after Hyyrö, "Bit-parallel LCS-length computation revisited",
 * 2004); what all of them share in the same order is an anchor, what stands between two anchors is a slot, and the values seen
 * there say what kind of slot it is. A few foreign texts among many do not destroy it: they are left out and counted.
 *
 * A token is a URL, a mail address, a run of letters, digits and bytes above 127, or one other character; white space only separates. Works for bodies,
 * subjects, names and URLs alike. Deterministic: the result does not depend on the order of the texts. All text is hostile.
 * Known limit: only the first LIM_TEMPLATE_TOKENS tokens of a text are looked at; what stands behind is "more".
 */
#ifndef TRAPLINE_CAMPAIGN_TEMPLATE_H
#define TRAPLINE_CAMPAIGN_TEMPLATE_H

#include "base/arena.h"
#include "base/buf.h"
#include "feature/row.h"

enum slot_kind {
	SLOT_WORDS,   /* one of few values: a list */
	SLOT_NUMBER,  /* digits, with . , : - / between them */
	SLOT_TOKEN,   /* one token of letters and digits: see alphabet */
	SLOT_ADDRESS, /* mail addresses */
	SLOT_URL,
	SLOT_ENCODED, /* long token of base64, hex or percent signs */
	SLOT_TEXT,    /* anything else */
};
enum slot_alphabet { ALPHABET_LOWER = 1, ALPHABET_UPPER = 2, ALPHABET_DIGIT = 4, ALPHABET_OTHER = 8 };

struct slot {
	enum slot_kind kind;
	unsigned alphabet; /* of all values, enum slot_alphabet */
	bool optional;     /* some text has nothing here */
	size_t min, max;   /* bytes of the values that are not empty */
	size_t min_tokens, max_tokens;
	size_t distinct;      /* values seen */
	struct strs examples; /* the first in byte order, at most TEMPLATE_EXAMPLES; of SLOT_WORDS all of them */
};
struct template_part {
	struct str anchor;       /* empty: a slot */
	bool space_before;       /* white space stands in front of it */
	const struct slot *slot; /* NULL: an anchor */
};
struct template
{
	struct template_part *parts;
	size_t n_parts;
	size_t texts, support; /* texts looked at, and those that fit */
	const bool *fits;      /* of each text looked at, in byte order; NULL without parts */
	size_t anchor_bytes;
	bool more; /* a text went on behind the tokens that were looked at */
};

enum { TEMPLATE_EXAMPLES = 6, TEMPLATE_WORDS = 12 };

/* texts: UTF-8, at most LIM_TEMPLATE_TEXTS are looked at (the first in byte order). Without enough in common (or with fewer than two
 * texts) n_parts is 0. split: URLs and addresses are taken to pieces (for texts that are one). Anchors and values point into the texts. 0, or ERR_ENV. */
int template_infer(struct arena *a, const struct str *texts, size_t n, bool split, struct template *out);

/* As a person reads it: anchors as they are, slots as {number 4-6}, {one of: a|b}, {url} ... */
void template_text(const struct template *t, struct buf *out);
/* A name of a slot's kind: "word list", "number" ... */
const char *slot_kind_name(enum slot_kind k);

/* ---- template_align.c: tokens and their alignment ---- */
struct token {
	uint32_t id; /* equal tokens (ASCII case apart) have equal ids */
	uint32_t at; /* offset in the text */
	uint16_t n;  /* bytes */
	bool space;  /* white space in front */
	bool word;   /* letters, digits, bytes above 127 */
};
struct tokens {
	struct str text;
	struct token *v;
	size_t n;
	bool more;
};
struct token_ids; /* the numbers of tokens of one set of texts */
int token_ids_new(struct arena *a, bool split, struct token_ids **out);
bool token_is_url(struct str s);
bool token_is_address(struct str s);
int tokenise(struct arena *a, struct token_ids *ids, struct str text, struct tokens *out);
/* The whole text, and nothing is learned: a token that the set does not know has number 0. */
int tokenise_known(struct arena *a, struct token_ids *ids, struct str text, struct tokens *out);
/* partner[i] = the token of `b` that token i of `a` is aligned with, or -1. 0 or ERR_ENV. */
int align_tokens(struct arena *a, const struct tokens *x, const struct tokens *y, int32_t *partner);

#endif
