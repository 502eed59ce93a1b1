/* fact.c - see fact.h. */
#include "page/fact.h"

#include <stddef.h>

static const struct {
	const char *name, *meaning;
} facts[] = {
#define PAGE_FACT(name, meaning) {#name, meaning},
#include "page/fact.def"
#undef PAGE_FACT
};

const char *page_fact_name(unsigned bit)
{
	return bit < PAGE_FACT_COUNT ? facts[bit].name : NULL;
}

const char *page_fact_meaning(unsigned bit)
{
	return bit < PAGE_FACT_COUNT ? facts[bit].meaning : NULL;
}
