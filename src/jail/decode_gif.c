/* decode_gif.c - GIF by giflib, frame by frame; see decode.h. giflib reads the file; its LZW codes are unpacked here, by
 * copies of whole strings: giflib does that pixel by pixel, at seven times the cost (bench/images). */
#include <gif_lib.h>

#include "base/mem.h"
#include "jail/decode.h"

enum { CODES = 4096, WIDEST = 12, CODE_BITS = 8 /* at first, at most */, COPY = 16 };

struct gif {
	struct canvas *c;
	struct str rest;
	GifFileType *file;
	GraphicsControlBlock control; /* of the next frame */
	uint8_t *before;              /* the canvas before a frame that is taken back, or NULL */
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

/* The codes of a frame, which lie in blocks of up to 255 bytes. */
struct codes {
	GifFileType *file;
	struct str block; /* what is left of it */
	uint64_t bits;    /* read and not used, the next ones lowest */
	unsigned n_bits;
	unsigned width, count; /* bits of a code; entries of the table once the next code is read */
};

static void codes_restart(struct codes *c, uint8_t code_bits)
{
	c->width = code_bits + 1u;
	c->count = (1u << code_bits) + 2;
}

/* The next code; -1: there is none. */
static int next_code(struct codes *c)
{
	while (c->n_bits < c->width) {
		GifByteType *block;
		if (!c->block.n) {
			if (DGifGetCodeNext(c->file, &block) != GIF_OK || !block)
				return -1;
			c->block = str_make(block + 1, block[0]);
		}
		for (; c->n_bits <= 56 && c->block.n; c->n_bits += 8, c->block = str_from(c->block, 1))
			c->bits |= (uint64_t)c->block.p[0] << c->n_bits;
	}
	int code = (int)(c->bits & ((1u << c->width) - 1));
	c->bits >>= c->width;
	c->n_bits -= c->width;
	if (c->count <= CODES && ++c->count > 1u << c->width && c->width < WIDEST)
		c->width++;
	return code;
}

/* A string of the table: where it was unpacked first. */
struct string {
	uint32_t at, n;
};

struct lzw {
	int clear, next;    /* codes: the one that empties the table, and the first without a string */
	struct string last; /* what the last code stood for; n is 0 at first */
	struct string strings[CODES];
};

/* Each code adds a string: that of the code before, and the pixel behind it, which is the first of its own. */
static void add_string(struct lzw *z)
{
	if (z->last.n && z->next < CODES)
		z->strings[z->next++] = (struct string){z->last.at, z->last.n + 1};
}

/* Copies may write up to COPY - 1 bytes too many. A string that is just being added lacks its last pixel. */
static void put_string(uint8_t *pixels, size_t at, struct string s)
{
	for (size_t i = 0; i < s.n; i += COPY)
		memmove(pixels + at + i, pixels + s.at + i, COPY);
	if (s.at + s.n > at)
		pixels[at + s.n - 1] = pixels[at];
}

/* Unpacks a frame's n pixels, each as what map has for it. How many came before the data ended or made no sense. There is room for
 * COPY more. */
static size_t unpack(GifFileType *file, uint8_t code_bits, const uint8_t map[256], uint8_t *pixels, size_t n)
{
	struct codes codes = {.file = file};
	struct lzw z;
	size_t at = 0;
	int code;
	z.clear = 1 << code_bits;
	z.next = z.clear + 2;
	z.last = (struct string){0, 0};
	codes_restart(&codes, code_bits);
	while (at < n && (code = next_code(&codes)) >= 0) {
		if (code == z.clear) {
			codes_restart(&codes, code_bits);
			z.next = z.clear + 2;
			z.last.n = 0;
			continue;
		}
		add_string(&z);
		if (code >= z.next || code == z.clear + 1)
			break;
		struct string s = {0, 1};
		if (code < z.clear)
			pixels[at] = map[code];
		else {
			s = z.strings[code];
			s.n = s.n < n - at ? s.n : (uint32_t)(n - at);
			put_string(pixels, at, s);
		}
		z.last = (struct string){(uint32_t)at, s.n};
		at += s.n;
	}
	return at;
}

/* Whatever follows the last pixel. */
static bool skip_rest(GifFileType *file)
{
	GifByteType *block;
	do
		if (DGifGetCodeNext(file, &block) != GIF_OK)
			return false;
	while (block);
	return true;
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

/* False: the file is damaged inside this frame, or ends there; or no memory. */
static bool draw_frame(struct gif *g, const struct area *a)
{
	const GifImageDesc *d = &g->file->Image;
	const ColorMapObject *map = d->ColorMap ? d->ColorMap : g->file->SColorMap;
	uint8_t code_bits = g->rest.p[-1], grey[256], same[256]; /* DGifGetImageDesc ends with the former */
	size_t n = (size_t)a->width * a->height;
	uint8_t *pixels = code_bits <= CODE_BITS ? mem_alloc(n + COPY) : NULL;
	if (!pixels)
		return false;
	for (int i = 0; i < 256; i++) {
		const GifColorType *colour = map && i < map->ColorCount ? &map->Colors[i] : NULL;
		grey[i] = colour ? grey_of(colour->Red, colour->Green, colour->Blue) : 0;
		same[i] = (uint8_t)i;
	}
	size_t got = unpack(g->file, code_bits, g->control.TransparentColor == NO_TRANSPARENT_COLOR ? grey : same, pixels, n);
	draw_lines(g, a, pixels, got, grey);
	mem_free(pixels);
	return got == n && skip_rest(g->file);
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
	g.file = DGifOpen(&g, feed, NULL);
	while (g.file && take_record(&g, &frames))
		;
	if (c->cap || (c->width && !c->grey))
		c->damaged = false;
	if (g.file)
		DGifCloseFile(g.file, NULL);
	mem_free(g.before);
}
