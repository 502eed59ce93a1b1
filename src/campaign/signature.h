/* signature.h - a campaign's template as something that a mail filter can test: fragments that all its messages have.
 *
 * A signature is a set of fragments of the template's anchors, each a run of words within one paragraph; it hits when all of them stand in the
 * visible text (the subject's in the subject). Short fragments with "white space" between words survive line wraps and another
 * program's rendering of HTML, which one long regular expression over the whole text does not.
 *
 * Harmless means measured: fragments that occur in any ham message given are not used, and what is left must still be specific enough
 * (SIGNATURE_WORDS); else there is no signature. Zero hits in n messages bound the true rate below 3/n with 95 % confidence (the "rule
 * of three", Hanley & Lippman-Hand, JAMA 1983).
 */
#ifndef TRAPLINE_CAMPAIGN_SIGNATURE_H
#define TRAPLINE_CAMPAIGN_SIGNATURE_H

#include "base/map.h"
#include "campaign/template.h"

enum signature_place { PLACE_BODY, PLACE_SUBJECT };

struct fragment {
	enum signature_place place;
	struct str text; /* as it stands in the template */
	struct tokens tokens;
	size_t words;      /* tokens that are words */
	uint64_t ham_hits; /* ham messages that have it */
};
struct signature {
	struct str campaign;
	struct fragment *fragments;
	size_t n_fragments;
	uint64_t messages;     /* of the campaign */
	size_t part;           /* 1 for the first or only signature of the campaign, 2 ... */
	size_t texts, support; /* of the campaign, looked at; that fit */
	uint64_t checked_hits; /* of signatures_hits, see below */
};

/* A fragment has SIGNATURE_FRAGMENT_MIN..MAX words; the fragments of a signature SIGNATURE_WORDS together, or a single one of them. Eight words in a
 * row are as good as unique in a language; fewer come about by chance or by quotation. */
enum { SIGNATURE_FRAGMENT_MIN = 4, SIGNATURE_FRAGMENT_MAX = 12, SIGNATURE_WORDS = 8, SIGNATURE_FRAGMENTS = 6 };

/* Candidates from the templates of body and subject (either may have no parts). n_fragments 0: nothing specific. 0 or ERR_ENV. */
int signature_make(struct arena *a, const struct template *body, const struct template *subject, struct signature *out);
/* With fragments and texts of its own in a. 0 or ERR_ENV. */
int signature_copy(struct arena *a, const struct signature *s, struct signature *out);
/* Drops the fragments that ham has, keeps the best of the rest. False: not enough is left. */
bool signature_settle(struct signature *s);

/* Signatures of equal keys are one test. tmp is emptied first. */
uint64_t signature_key(const struct signature *s, struct buf *tmp);

/* Looks for the fragments of many signatures in one message at a time. */
struct signature_set;
int signature_set_new(struct arena *a, struct signature *const *list, size_t n, struct signature_set **out);
void signature_set_free(struct signature_set *s); /* NULL-safe; what is in the arena dies with it */
/* Adds to ham_hits of each fragment that the message has. scratch: for this message. 0 or ERR_ENV. */
int signature_set_ham(struct signature_set *set, struct arena *scratch, struct str text, struct str subject);
/* Adds to checked_hits of each signature that hits. *hits: how many do. 0 or ERR_ENV. */
int signature_set_check(struct signature_set *set, struct arena *scratch, struct str text, struct str subject, size_t *hits);

/* The fragment as a regular expression without delimiters, case to be ignored. POSIX: extended POSIX, else PCRE. */
enum signature_regex { REGEX_PCRE, REGEX_POSIX };
void fragment_regex(const struct fragment *f, enum signature_regex kind, struct buf *out);

#endif
