/* geo.h - country of an address, from a MaxMind database (MMDB 2.0) of the user's own. Shared by threads once open. */
#ifndef TRAPLINE_FEATURE_GEO_H
#define TRAPLINE_FEATURE_GEO_H

#include "base/err.h"
#include "base/str.h"

struct geo;
int geo_open(struct geo **out, const char *path, struct err *err);
void geo_close(struct geo *g); /* NULL-safe */
/* ISO 3166-1 alpha-2, pointing into the database; empty when unknown, or when g is NULL. ip is 4 or 16 bytes. */
struct str geo_country(const struct geo *g, struct str ip);

#endif
