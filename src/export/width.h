/* width.h - how many terminal columns a character takes (UAX #11), and which characters have no shape of their own. */
#ifndef TRAPLINE_EXPORT_WIDTH_H
#define TRAPLINE_EXPORT_WIDTH_H

#include "base/str.h"

/* 0 for combining marks, 2 for East Asian wide ones, else 1. Controls are the caller's business (escape.h). */
unsigned char_width(uint32_t c);
/* Columns of valid UTF-8 text without controls. */
size_t str_width(struct str s);
/* Format, private-use and surrogate characters: what they look like is up to the terminal or font, or they show nothing. */
bool char_unseen(uint32_t c);

#endif
