/* refused.c - see refused.h. */
#include "page/refused.h"

struct block4 {
	uint32_t net;
	uint8_t bits;
	const char *what;
};
static const struct block4 blocks4[] = {
	{0x00000000, 8, "this network"},
	{0x0A000000, 8, "private"},
	{0x64400000, 10, "shared address space"},
	{0x7F000000, 8, "loopback"},
	{0xA9FE0000, 16, "link-local"},
	{0xAC100000, 12, "private"},
	{0xC0000000, 24, "reserved"},
	{0xC0000200, 24, "documentation"},
	{0xC0586300, 24, "reserved"},
	{0xC0A80000, 16, "private"},
	{0xC6120000, 15, "benchmarking"},
	{0xC6336400, 24, "documentation"},
	{0xCB007100, 24, "documentation"},
	{0xE0000000, 4, "multicast"},
	{0xF0000000, 4, "reserved"},
};

struct block6 {
	uint8_t net[16];
	uint8_t bits;
	const char *what;
};
static const struct block6 blocks6[] = {
	{{0x01, 0x00}, 64, "discard"},              /* 100::/64 */
	{{0x20, 0x01, 0x00, 0x00}, 23, "reserved"}, /* IETF assignments, Teredo among them */
	{{0x20, 0x01, 0x0D, 0xB8}, 32, "documentation"},
	{{0x3F, 0xFF}, 20, "documentation"},
};

static const char *refused4(uint32_t ip)
{
	for (size_t i = 0; i < sizeof blocks4 / sizeof *blocks4; i++)
		if ((ip ^ blocks4[i].net) >> (32 - blocks4[i].bits) == 0)
			return blocks4[i].what;
	return NULL;
}

static uint32_t load4(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static bool in_block(const uint8_t *ip, const struct block6 *b)
{
	size_t whole = b->bits / 8, rest = b->bits % 8;
	if (memcmp(ip, b->net, whole) != 0)
		return false;
	return !rest || (ip[whole] ^ b->net[whole]) >> (8 - rest) == 0;
}

static const char *refused6(const uint8_t *ip)
{
	static const uint8_t zero[16] = {0}, mapped[12] = {[10] = 0xFF, [11] = 0xFF}, nat64[12] = {0x00, 0x64, 0xFF, 0x9B};
	if (memcmp(ip, zero, 15) == 0 && ip[15] <= 1)
		return ip[15] ? "loopback" : "unspecified";
	if (memcmp(ip, mapped, 12) == 0 || memcmp(ip, nat64, 12) == 0 || memcmp(ip, zero, 12) == 0)
		return refused4(load4(ip + 12)); /* mapped, NAT64, the old compatible form */
	if ((ip[0] & 0xFE) == 0xFC)
		return "private";
	if (ip[0] == 0xFE)
		return ip[1] >= 0xC0 ? "private" : "link-local"; /* fec0::/10 was site-local */
	if (ip[0] == 0xFF)
		return "multicast";
	if (ip[0] == 0x20 && ip[1] == 0x02)
		return refused4(load4(ip + 2)); /* 6to4 */
	for (size_t i = 0; i < sizeof blocks6 / sizeof *blocks6; i++)
		if (in_block(ip, &blocks6[i]))
			return blocks6[i].what;
	return (ip[0] & 0xE0) == 0x20 ? NULL : "reserved"; /* global unicast is 2000::/3 */
}

const char *ip_refused(const uint8_t *ip, size_t n)
{
	return n == 4 ? refused4(load4(ip)) : n == 16 ? refused6(ip) : "unknown";
}

const char *host_refused(struct str host)
{
	static const char *const names[] = {
		"localhost", "local", "internal", "intranet", "lan", "home", "corp", "localdomain", "home.arpa"};
	if (host.n && host.p[host.n - 1] == '.')
		host.n--;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct str name = str_of(names[i]);
		if (str_ieq(host, name) || (str_iends(host, name) && host.p[host.n - name.n - 1] == '.'))
			return "a name of the local network";
	}
	return str_find_byte(host, '.') == STR_NPOS && str_find_byte(host, ':') == STR_NPOS ? "a name of the local network" : NULL;
}
