/* charset_kind.h - one known charset; private to charset.c and its generated tables. */
#ifndef TRAPLINE_CODEC_CHARSET_KIND_H
#define TRAPLINE_CODEC_CHARSET_KIND_H

#include <stddef.h>
#include <stdint.h>

enum charset_kind {
	CHARSET_UTF8,
	CHARSET_ASCII,  /* us-ascii: no byte above 0x7f belongs */
	CHARSET_SINGLE, /* one byte a character, ASCII below 0x80, our table above */
	CHARSET_MULTI,  /* ASCII below 0x80 outside multi-byte characters; iconv */
	CHARSET_SEVEN,  /* seven-bit with shifts; iconv */
	CHARSET_WIDE,   /* UTF-16, UTF-32; iconv */
};

struct charset {
	const char *name;
	const char *iconv;    /* what iconv(3) calls it, or a superset; NULL: not needed */
	const uint16_t *high; /* characters of 0x80..0xff */
	uint8_t kind;         /* enum charset_kind */
	uint8_t utf8_proof;   /* single-byte: so many multi-byte sequences in wholly valid text prove UTF-8; 0: nothing does */
};

struct charset_label {
	const char *key; /* lower-case letters and digits of the label */
	uint8_t index;   /* into charsets */
};

#endif
