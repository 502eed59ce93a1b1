/* anomaly.c - see anomaly.h. */
#include "base/anomaly.h"

#include <stddef.h>

static const struct {
	const char *name, *meaning;
} table[] = {
#define ANOMALY(name, meaning) {#name, meaning},
#include "base/anomaly.def"
#undef ANOMALY
};

const char *anomaly_name(unsigned bit)
{
	return bit < ANOMALY_COUNT ? table[bit].name : NULL;
}

const char *anomaly_meaning(unsigned bit)
{
	return bit < ANOMALY_COUNT ? table[bit].meaning : NULL;
}
