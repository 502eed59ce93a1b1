/* ip.h - IP addresses as bytes in network order, 4 or 16 of them, and as text. */
#ifndef TRAPLINE_BASE_IP_H
#define TRAPLINE_BASE_IP_H

#include "base/str.h"

/* An address as text, perhaps with brackets or IPv6: before it. The length 4 or 16, or 0. */
unsigned ip_parse(struct str text, uint8_t ip[16]);
/* "192.0.2.1", "2001:db8::1", "" for what is neither 4 nor 16 bytes. */
enum { IP_TEXT_SIZE = 46 };
void ip_text(struct str ip, char out[IP_TEXT_SIZE]);
/* Loopback, RFC 1918, link-local, unique local. Not the shared and test ranges. */
bool ip_is_private(const uint8_t *ip, unsigned len);

#endif
