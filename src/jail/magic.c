/* magic.c - see magic.h. */
#include "jail/magic.h"

/* Octal field of a tar header; false when it holds anything else. */
static bool octal(struct str s, uint32_t *out)
{
	uint32_t v = 0;
	size_t i = 0, n = 0;
	while (i < s.n && s.p[i] == ' ')
		i++;
	for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '7'; i++, n++)
		v = v * 8 + (uint32_t)(s.p[i] - '0');
	if (n == 0 || n > 7 || (i < s.n && s.p[i] != 0 && s.p[i] != ' '))
		return false;
	*out = v;
	return true;
}

/* POSIX 1003.1 ustar: the checksum is the sum of the header's bytes with the checksum field as blanks; V7 has the same. */
static bool is_tar(struct str s)
{
	uint32_t want, unsigned_sum = 0;
	int32_t signed_sum = 0;
	if (s.n < 512 || s.p[0] == 0 || !octal(str_sub(s, 148, 8), &want))
		return false;
	for (size_t i = 0; i < 512; i++) {
		uint8_t c = i >= 148 && i < 156 ? ' ' : s.p[i];
		unsigned_sum += c;
		signed_sum += (int8_t)c;
	}
	return want == unsigned_sum || (int32_t)want == signed_sum;
}

static bool is_bzip2(struct str s)
{
	return s.n >= 10 && str_starts(s, S("BZh")) && s.p[3] >= '1' && s.p[3] <= '9' &&
	       (str_eq(str_sub(s, 4, 6), S("1AY&SY")) || str_eq(str_sub(s, 4, 6), S("\x17rE8P\x90")));
}

static bool is_zstd(struct str s)
{
	return str_starts(s, S("\x28\xb5\x2f\xfd")) ||
	       (s.n >= 8 && (s.p[0] & 0xf0) == 0x50 && str_eq(str_sub(s, 1, 3), S("\x2a\x4d\x18")));
}

/* LZMA-alone has no magic: properties 5d 00 00, a power-of-two dictionary, a size that is unknown or below 1 TiB. */
static bool is_lzma(struct str s)
{
	if (s.n < 14 || !str_starts(s, S("\x5d\0\0")) || s.p[13] != 0)
		return false;
	return str_eq(str_sub(s, 5, 8), S("\xff\xff\xff\xff\xff\xff\xff\xff")) || str_eq(str_sub(s, 10, 3), S("\0\0\0"));
}

enum magic magic_of(struct str s, bool end)
{
	if (str_starts(s, S("\x1f\x8b\x08")))
		return MAGIC_GZIP;
	if (str_starts(s, S("\xfd"
			    "7zXZ\0")))
		return MAGIC_XZ;
	if (str_starts(s, S("PK\3\4")) || (str_starts(s, S("PK\5\6")) && end && s.n >= 22))
		return MAGIC_ZIP;
	if (str_starts(s, S("7z\xbc\xaf\x27\x1c")))
		return MAGIC_7ZIP;
	if (is_zstd(s))
		return MAGIC_ZSTD;
	if (is_bzip2(s))
		return MAGIC_BZIP2;
	if (is_lzma(s))
		return MAGIC_LZMA;
	return is_tar(s) ? MAGIC_TAR : MAGIC_NONE;
}
