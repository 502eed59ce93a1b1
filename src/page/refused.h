/* refused.h - which addresses a crawl may connect to: none that belong to the machine, its network, or nobody.
 *
 * After the IANA special-purpose address registries (RFC 6890 and its updates). Addresses that carry an IPv4 address inside
 * (mapped, NAT64, 6to4) are judged by that one, too. Texts are read by ip_parse (base/ip.h).
 */
#ifndef TRAPLINE_PAGE_REFUSED_H
#define TRAPLINE_PAGE_REFUSED_H

#include "base/str.h"

/* ip: 4 or 16 bytes, network order. NULL when it is a public unicast address, else what it is ("loopback", "private" ...). */
const char *ip_refused(const uint8_t *ip, size_t n);
/* Names that mean this machine or network by themselves: localhost, .local, .internal ... NULL, or what it is. */
const char *host_refused(struct str host);

#endif
