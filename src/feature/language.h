/* language.h - a cautious guess of a text's language: script first, then function words.
 *
 * Known limits: Latin-script languages outside the table, and texts of a few words, get no answer.
 */
#ifndef TRAPLINE_FEATURE_LANGUAGE_H
#define TRAPLINE_FEATURE_LANGUAGE_H

#include "base/str.h"

/* ISO 639-1 code (static), or empty when unsure. Looks at the first 2 KiB of UTF-8 text: function words are dense. Pure. */
struct str language_guess(struct str text);

#endif
