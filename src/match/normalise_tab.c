/* normalise_tab.c - see normalise_tab.h. */
#include "match/normalise_tab.h"

#include "base/utf8.h"
#include "match/normalise.h"

/* kind, then up to three ASCII bytes. */
struct cell {
	uint8_t kind;
	char ascii[4];
};
#undef S
#define K \
	{ \
		LOOK_KEEP, "" \
	}
#define L \
	{ \
		LOOK_LETTER, "" \
	}
#define D \
	{ \
		LOOK_DROP, "" \
	}
#define S \
	{ \
		LOOK_SPACE, "" \
	}
#define A(text) \
	{ \
		LOOK_LATIN, text \
	}
#define C(text) \
	{ \
		LOOK_CONFUSABLE, text \
	}
#include "match/normalise_data.h"

#define SAME4(c) [c] = c, [(c) + 1] = (c) + 1, [(c) + 2] = (c) + 2, [(c) + 3] = (c) + 3
#define SAME16(c) SAME4(c), SAME4((c) + 4), SAME4((c) + 8), SAME4((c) + 12)
#define LOW(c) [c] = (c) | 0x20
#define LOW5(c) LOW(c), LOW((c) + 1), LOW((c) + 2), LOW((c) + 3), LOW((c) + 4)

const uint8_t norm_ascii[128] = {
	['\t'] = ' ',
	['\n'] = ' ',
	['\v'] = ' ',
	['\f'] = ' ',
	['\r'] = ' ',
	SAME16(0x20),
	SAME16(0x30),
	['@'] = '@',
	LOW5('A'),
	LOW5('F'),
	LOW5('K'),
	LOW5('P'),
	LOW5('U'),
	LOW('Z'),
	SAME4('['),
	['_'] = '_',
	SAME16(0x60),
	SAME4(0x70),
	SAME4(0x74),
	SAME4(0x78),
	['|'] = '|',
	['}'] = '}',
	['~'] = '~',
};

const uint8_t norm_letter[256] = {
	SAME4('a'),
	SAME4('e'),
	['i'] = 'i',
	['j'] = 'j',
	['k'] = 'k',
	['l'] = 'i',
	['m'] = 'm',
	['n'] = 'n',
	['o'] = 'o',
	['p'] = 'p',
	SAME4('q'),
	['u'] = 'u',
	['v'] = 'v',
	['w'] = 'w',
	['x'] = 'x',
	['y'] = 'y',
	['z'] = 'z',
	['0'] = 'o',
	['1'] = 'i',
	['2'] = 'z',
	['3'] = 'e',
	['4'] = 'a',
	['5'] = 's',
	['6'] = 'g',
	['7'] = 't',
	['8'] = 'b',
	['9'] = 'g',
	['@'] = 'a',
	['$'] = 's',
	['|'] = 'i',
	['!'] = 'i',
	['\\'] = 'v',
};

static struct look of_cell(uint32_t c, const struct cell *cell)
{
	struct look l = {.kind = cell->kind, .lower = c};
	memcpy(l.ascii, cell->ascii, 3);
	if (cell->kind != LOOK_LETTER && cell->kind != LOOK_CONFUSABLE)
		return l;
	if ((c >= 0x410 && c <= 0x42F) || (c >= 0x391 && c <= 0x3A9))
		l.lower = c + 0x20;
	else if (c >= 0x400 && c <= 0x40F)
		l.lower = c + 0x50;
	else if ((c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) || (c >= 0x4D0 && c <= 0x52F))
		l.lower = c | 1;
	return l;
}

static struct look latin(uint32_t ascii)
{
	struct look l = {.kind = LOOK_LATIN};
	l.ascii[0] = norm_ascii[ascii & 0x7F];
	return l;
}

/* Mathematical alphanumerics: 13 alphabets of 52 from U+1D400, five alphabets of digits from U+1D7CE. */
static struct look mathematical(uint32_t c)
{
	if (c >= 0x1D7CE)
		return latin('0' + (c - 0x1D7CE) % 10);
	if (c <= 0x1D6A3)
		return latin("abcdefghijklmnopqrstuvwxyz"[(c - 0x1D400) % 26]);
	return (struct look){.kind = LOOK_KEEP, .lower = c};
}

struct look look_of(uint32_t c)
{
	if (c > 0x3000 && c < 0xA730 && c != 0x3164) /* Chinese and Japanese */
		return (struct look){.kind = LOOK_KEEP, .lower = c};
	for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
		if (c >= ranges[i].from && c <= ranges[i].to)
			return of_cell(c, &ranges[i].cells[c - ranges[i].from]);
	if (unicode_is_space(c))
		return (struct look){.kind = LOOK_SPACE};
	if ((c >= 0x300 && c <= 0x36F) || (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x20D0 && c <= 0x20FF) || unicode_is_invisible(c) ||
		unicode_is_control(c))
		return (struct look){.kind = LOOK_DROP};
	if (c >= 0xFF01 && c <= 0xFF5E)
		return latin(c - 0xFEE0);
	if (c >= 0x1D400 && c <= 0x1D7FF)
		return mathematical(c);
	if (c >= 0x1F130 && c <= 0x1F189) /* squared and negative circled capitals, with a gap of six between the alphabets */
		return (c - 0x1F130) % 32 < 26 ? latin('a' + (c - 0x1F130) % 32) : (struct look){.kind = LOOK_KEEP, .lower = c};
	if (c == 0xA730 || c == 0xA731)
		return latin(c == 0xA730 ? 'f' : 's');
	bool letter = (c >= 0x2B0 && c < 0x1100) || (c >= 0x10A0 && c < 0x2000);
	return (struct look){.kind = letter ? LOOK_LETTER : LOOK_KEEP, .lower = c};
}
