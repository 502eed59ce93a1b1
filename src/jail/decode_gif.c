/* decode_gif.c - GIF by giflib, frame by frame; see decode.h. giflib reads the file; its LZW codes are unpacked here, by
 * copies of whole strings: giflib does that pixel by pixel, at seven times the cost (bench/images). */
#include <endian.h>
#include <gif_lib.h>

#include "base/mem.h"
#include "jail/decode.h"

enum {
	CODES = 4096,
	WIDEST = 12,
	CODE_BITS = 8 /* at first, at most */,
	COPY = 48 /* at most CANVAS_ROOM */,
	WORD = sizeof(uint64_t)
};

struct gif {
	struct canvas *c;
	struct str rest;
	GifFileType *file;
	GraphicsControlBlock control; /* of the next frame */
	uint8_t *before;              /* the canvas before a frame that is taken back, or NULL */
	uint8_t *codes;               /* room for those of a frame */
};

/* What a frame covers of the canvas. */
struct area {
	uint32_t left, top, width, height;
};

static int feed(GifFileType *file, GifByteType *out, int n)
{
	struct gif *g = file->UserData;
	size_t k = n > 0 && (size_t)n < g->rest.n ? (size_t)n : n > 0 ? g->rest.n : 0;
	if (k)
		memcpy(out, g->rest.p, k);
	g->rest = str_from(g->rest, k);
	return (int)k;
}

/* ---- LZW ---- */

/* The codes of a frame, in bits: the first ones lowest. The WORD bytes behind them can be read, too. */
struct codes {
	const uint8_t *p;
	size_t bits;
};

/* They lie in blocks of up to 255 bytes: puts them together in room, which has as many bytes as the file. False: the file ends
 * before they do. */
static bool gather_codes(GifFileType *file, uint8_t *room, struct codes *out)
{
	GifByteType *block = NULL;
	bool whole;
	size_t n = 0;
	while ((whole = DGifGetCodeNext(file, &block) == GIF_OK) && block) {
		memcpy(room + n, block + 1, block[0]);
		n += block[0];
	}
	memset(room + n, 0, WORD);
	*out = (struct codes){room, 8 * n};
	return whole;
}

/* The code at a bit, and what follows it. */
static unsigned code_at(const struct codes *c, size_t bit)
{
	uint64_t word;
	memcpy(&word, c->p + bit / 8, WORD);
	return (unsigned)(le64toh(word) >> bit % 8);
}

/* COPY bytes, read before one is written; memmove would be a call. */
static void copy(uint8_t *to, const uint8_t *from)
{
	typedef uint8_t piece __attribute__((vector_size(16)));
	piece p[COPY / sizeof(piece)];
	for (size_t i = 0; i < COPY / sizeof(piece); i++)
		memcpy(&p[i], from + i * sizeof(piece), sizeof(piece));
	for (size_t i = 0; i < COPY / sizeof(piece); i++)
		memcpy(to + i * sizeof(piece), &p[i], sizeof(piece));
}

/* Copies may write up to COPY - 1 bytes too many. The last of the n may be the first that is written: a string ends with its own
 * first pixel when it is just being added to the table. */
static void put_string(uint8_t *to, const uint8_t *from, size_t n)
{
	to[0] = from[0];
	for (size_t i = 0; i < n; i += COPY)
		copy(to + i, from + i);
}

/* Unpacks a frame's n pixels, each as what map has for it. How many came before the data ended or made no sense. There is room for
 * COPY more in both.
 * Each code adds a string to the table: that of the code before, and the pixel behind it, which is the first of its own. So a string
 * is where it was unpacked first, and one pixel longer than from there to where the next one was: starts[i] to starts[i + 1]. */
static size_t unpack(const struct codes *codes, unsigned code_bits, const uint8_t *map, uint8_t *pixels, size_t n)
{
	const unsigned clear = 1u << code_bits;
	uint32_t starts[CODES + 1];
	unsigned width = code_bits + 1, codes_end = 2 * clear; /* codes are below */
	unsigned next = clear + 1;                             /* the first without a string */
	size_t at = 0;
	for (size_t bit = 0; at < n && bit + width <= codes->bits;) {
		unsigned code = code_at(codes, bit) & (codes_end - 1);
		bit += width;
		if (code == clear) {
			width = code_bits + 1;
			codes_end = 2 * clear;
			next = clear + 1;
			continue;
		}
		if (next < CODES)
			starts[++next] = (uint32_t)at;
		if (code >= next || code == clear + 1)
			break;
		bool pixel = code < clear;
		size_t k = pixel ? 1 : starts[code + 1] - starts[code] + 1;
		k = k < n - at ? k : n - at;
		put_string(pixels + at, pixel ? map + code : pixels + starts[code], k);
		at += k;
		if (next >= codes_end && width < WIDEST) {
			width++;
			codes_end *= 2;
		}
	}
	return at;
}

/* ---- frames ---- */

/* See-through is a pixel of the frame that stays as it is on the canvas, or NO_TRANSPARENT_COLOR. */
static void draw_line(
	struct canvas *c, const struct area *a, uint32_t y, const uint8_t *line, const uint8_t grey[256], int see_through)
{
	uint32_t width = a->left < c->width ? c->width - a->left : 0;
	c->rows++;
	if (a->top + y >= c->height)
		return;
	uint8_t *to = c->grey + (size_t)(a->top + y) * c->width + a->left;
	width = a->width < width ? a->width : width;
	if (see_through == NO_TRANSPARENT_COLOR) {
		memcpy(to, line, width);
		return;
	}
	for (uint32_t x = 0; x < width; x++)
		if (line[x] != see_through)
			to[x] = grey[line[x]];
}

/* The whole lines among the first n pixels. */
static void draw_lines(struct gif *g, const struct area *a, const uint8_t *pixels, size_t n, const uint8_t grey[256])
{
	static const struct pass {
		uint8_t from, step;
	} straight[] = {{0, 1}, {0, 0}}, interlaced[] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}, {0, 0}};
	size_t lines = n / a->width;
	for (const struct pass *p = g->file->Image.Interlace ? interlaced : straight; p->step; p++)
		for (uint32_t y = p->from; y < a->height && lines; y += p->step, lines--) {
			draw_line(g->c, a, y, pixels, grey, g->control.TransparentColor);
			pixels += a->width;
		}
}

/* Whether the frame's pixels are the canvas' own, in their order, and the first there are. */
static bool is_canvas(const struct gif *g, const struct area *a)
{
	const struct canvas *c = g->c;
	return c->rows == 0 && a->width == c->width && a->height == c->height && !g->file->Image.Interlace &&
	       g->control.TransparentColor == NO_TRANSPARENT_COLOR;
}

/* False: the data end or make no sense before the frame is complete; or no memory. */
static bool draw_pixels(
	struct gif *g, const struct area *a, const struct codes *codes, unsigned code_bits, const uint8_t *grey, const uint8_t *map)
{
	struct canvas *c = g->c;
	size_t n = (size_t)a->width * a->height, got;
	if (is_canvas(g, a)) {
		got = unpack(codes, code_bits, map, c->grey, n);
		c->rows = (uint32_t)(got / a->width);
		canvas_clear(c, c->rows);
		return got == n;
	}
	if (c->rows == 0)
		canvas_clear(c, 0);
	uint8_t *pixels = mem_alloc(n + COPY);
	if (!pixels)
		return false;
	got = unpack(codes, code_bits, map, pixels, n);
	draw_lines(g, a, pixels, got, grey);
	mem_free(pixels);
	return got == n;
}

/* False: the file is damaged inside this frame, or ends there; or no memory. */
static bool draw_frame(struct gif *g, const struct area *a)
{
	const GifImageDesc *d = &g->file->Image;
	const ColorMapObject *map = d->ColorMap ? d->ColorMap : g->file->SColorMap;
	uint8_t code_bits = g->rest.p[-1], grey[256 + COPY], same[256 + COPY]; /* DGifGetImageDesc ends with the former */
	struct codes codes;
	if (code_bits > CODE_BITS)
		return false;
	for (int i = 0; i < 256; i++) {
		const GifColorType *colour = map && i < map->ColorCount ? &map->Colors[i] : NULL;
		grey[i] = colour ? grey_of(colour->Red, colour->Green, colour->Blue) : 0;
		same[i] = (uint8_t)i;
	}
	bool whole = gather_codes(g->file, g->codes, &codes);
	return draw_pixels(g, a, &codes, code_bits, grey, g->control.TransparentColor == NO_TRANSPARENT_COLOR ? grey : same) &&
	       whole;
}

static void dispose(struct gif *g, const struct area *a)
{
	struct canvas *c = g->c;
	if (g->control.DisposalMode == DISPOSE_PREVIOUS && g->before)
		memcpy(c->grey, g->before, (size_t)c->width * c->height);
	if (g->control.DisposalMode != DISPOSE_BACKGROUND || a->left >= c->width)
		return;
	uint32_t width = a->width < c->width - a->left ? a->width : c->width - a->left;
	for (uint32_t y = a->top; y < a->top + a->height && y < c->height; y++)
		memset(c->grey + (size_t)y * c->width + a->left, 0xFF, width);
}

/* The canvas is the screen, or the first frame where that is larger: browsers show all of it, too. */
static bool open_canvas(struct gif *g, const struct area *a)
{
	uint32_t right = a->left + a->width, below = a->top + a->height;
	uint32_t width = (uint32_t)g->file->SWidth, height = (uint32_t)g->file->SHeight;
	return canvas_open(g->c, right > width ? right : width, below > height ? below : height);
}

static bool take_frame(struct gif *g)
{
	struct canvas *c = g->c;
	if (DGifGetImageDesc(g->file) != GIF_OK)
		return false;
	const GifImageDesc *d = &g->file->Image;
	struct area a = {(uint32_t)d->Left, (uint32_t)d->Top, (uint32_t)d->Width, (uint32_t)d->Height};
	uint64_t area = (uint64_t)a.width * a.height;
	if ((!c->grey && !open_canvas(g, &a)) || !a.width || !canvas_work(c, area + (uint64_t)c->width * c->height))
		return false;
	c->cap |= area > c->caps->pixels; /* a later frame may be larger than the canvas */
	if (c->cap)
		return false;
	if (g->control.DisposalMode == DISPOSE_PREVIOUS) {
		size_t n = (size_t)c->width * c->height;
		if (!g->before && !(g->before = mem_alloc(n)))
			return false;
		if (c->rows == 0)
			canvas_clear(c, 0);
		memcpy(g->before, c->grey, n);
	}
	bool whole = draw_frame(g, &a);
	if (c->rows)
		canvas_frame(c);
	if (whole)
		dispose(g, &a);
	g->control = (GraphicsControlBlock){.TransparentColor = NO_TRANSPARENT_COLOR};
	return whole;
}

static bool take_extension(struct gif *g)
{
	GifByteType *block;
	int code;
	if (DGifGetExtension(g->file, &code, &block) != GIF_OK)
		return false;
	while (block) {
		if (code == GRAPHICS_EXT_FUNC_CODE)
			DGifExtensionToGCB(block[0], block + 1, &g->control);
		if (DGifGetExtensionNext(g->file, &block) != GIF_OK)
			return false;
	}
	return true;
}

/* False: there is no more, or it is damaged. */
static bool take_record(struct gif *g, uint32_t *frames)
{
	GifRecordType type;
	if (DGifGetRecordType(g->file, &type) != GIF_OK)
		return false;
	if (type == EXTENSION_RECORD_TYPE)
		return take_extension(g);
	if (type != IMAGE_DESC_RECORD_TYPE) {
		g->c->damaged &= type != TERMINATE_RECORD_TYPE;
		return false;
	}
	if (++*frames <= g->c->caps->frames)
		return take_frame(g);
	g->c->cap = true;
	return false;
}

void decode_gif(struct str file, struct canvas *c)
{
	struct gif g = {.c = c, .rest = file, .control = {.TransparentColor = NO_TRANSPARENT_COLOR}};
	uint32_t frames = 0;
	c->damaged = true; /* until the trailer comes */
	g.codes = mem_alloc(file.n + WORD);
	g.file = g.codes ? DGifOpen(&g, feed, NULL) : NULL;
	while (g.file && take_record(&g, &frames))
		;
	if (c->cap || (c->width && !c->grey))
		c->damaged = false;
	if (g.file)
		DGifCloseFile(g.file, NULL);
	mem_free(g.before);
	mem_free(g.codes);
}
