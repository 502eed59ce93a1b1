/* ip.c - see ip.h. */
#include "base/ip.h"

#include <arpa/inet.h>

unsigned ip_parse(struct str t, uint8_t ip[16])
{
	static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};
	char z[INET6_ADDRSTRLEN + 1];
	if (str_starts(t, S("[")))
		t = str_first(str_from(t, 1), str_find_byte(str_from(t, 1), ']'));
	if (str_istarts(t, S("IPv6:")))
		t = str_from(t, 5);
	t = str_first(t, str_find_byte(t, '%'));
	if (t.n < 2 || t.n >= sizeof z || memchr(t.p, 0, t.n) || !(ascii_hex(t.p[0]) >= 0 || t.p[0] == ':'))
		return 0;
	memcpy(z, t.p, t.n);
	z[t.n] = 0;
	if (inet_pton(AF_INET, z, ip) == 1)
		return 4;
	if (str_find_byte(t, ':') == STR_NPOS || inet_pton(AF_INET6, z, ip) != 1)
		return 0;
	if (memcmp(ip, mapped, sizeof mapped) != 0)
		return 16;
	memmove(ip, ip + 12, 4);
	return 4;
}

void ip_text(struct str ip, char out[IP_TEXT_SIZE])
{
	out[0] = 0;
	if (ip.n == 4 || ip.n == 16)
		inet_ntop(ip.n == 4 ? AF_INET : AF_INET6, ip.p, out, IP_TEXT_SIZE);
}

bool ip_is_private(const uint8_t *ip, unsigned len)
{
	static const uint8_t loopback[16] = {[15] = 1};
	if (len == 4)
		return ip[0] == 127 || ip[0] == 10 || (ip[0] == 172 && (ip[1] & 0xF0) == 16) || (ip[0] == 192 && ip[1] == 168) ||
		       (ip[0] == 169 && ip[1] == 254);
	return len == 16 && (memcmp(ip, loopback, 16) == 0 || (ip[0] & 0xFE) == 0xFC || (ip[0] == 0xFE && (ip[1] & 0xC0) == 0x80));
}
