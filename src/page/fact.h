/* fact.h - the bits for damage and oddity in captures of pages; the table with meanings is fact.def. */
#ifndef TRAPLINE_PAGE_FACT_H
#define TRAPLINE_PAGE_FACT_H

#include <stdint.h>

enum page_fact_bit {
#define PAGE_FACT(name, meaning) PAGE_FACT_BIT_##name,
#include "page/fact.def"
#undef PAGE_FACT
	PAGE_FACT_COUNT
};
_Static_assert(PAGE_FACT_COUNT <= 64, "facts are a 64-bit set");

/* FACT(gzip_bomb) is the mask of that fact. */
#define FACT(name) ((uint64_t)1 << PAGE_FACT_BIT_##name)

const char *page_fact_name(unsigned bit);    /* NULL past the end */
const char *page_fact_meaning(unsigned bit); /* NULL past the end */

#endif
