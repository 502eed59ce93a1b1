/* address.h - address lists (RFC 5322 3.4 and 4.4) as mail really has them.
 *
 * Read as mail readers do: names with unquoted specials, missing or doubled angle brackets, several @ (the last one counts),
 * routes, comments as names ("a@b (Name)"), encoded words anywhere, commas inside encoded words, semicolons between
 * addresses, groups in groups (the innermost name counts), 8-bit names, nothing at all. What RFC 5322 does not allow is
 * bad_address. Iterative; time linear in the value.
 */
#ifndef TRAPLINE_MAIL_ADDRESS_H
#define TRAPLINE_MAIL_ADDRESS_H

#include "base/arena.h"

struct address {
	struct str name;   /* display name, decoded, UTF-8; may be empty */
	struct str addr;   /* local@domain, or only local; UTF-8; empty when there is none */
	struct str local;  /* as written, quotes included */
	struct str domain; /* lower case, without a final dot; may be empty */
	struct str group;  /* name of the group it stands in, decoded */
};

struct address_list {
	struct address *v; /* in the arena */
	size_t n;
};

/* The addresses of a field's (folded) value; views point into raw or the arena. Entries without any text are left out; at
 * most LIM_ADDRESSES (address_cap) of the first LIM_HEADER_VALUE bytes. 0, or ERR_ENV when out of memory. */
int address_parse(struct arena *a, struct str raw, struct address_list *out, uint64_t *anomalies);

#endif
