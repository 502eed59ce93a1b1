/* decode_gif.c - GIF by giflib, frame by frame; see decode.h. */
#include <gif_lib.h>

#include "base/mem.h"
#include "jail/decode.h"

struct gif {
	struct canvas *c;
	struct str rest;
	GifFileType *file;
	GraphicsControlBlock control; /* of the next frame */
	uint8_t *line;                /* LINE bytes */
	uint8_t *before;              /* the canvas before a frame that is taken back, or NULL */
};

enum { LINE = UINT16_MAX };

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

static uint8_t grey_of(const ColorMapObject *map, uint8_t index)
{
	if (!map || index >= map->ColorCount)
		return 0;
	const GifColorType *c = &map->Colors[index];
	return (uint8_t)((c->Red * 299 + c->Green * 587 + c->Blue * 114) / 1000);
}

static void draw_line(struct gif *g, const struct area *a, uint32_t y, const uint8_t grey[256])
{
	struct canvas *c = g->c;
	uint32_t width = a->left < c->width ? c->width - a->left : 0;
	c->rows++;
	if (y >= c->height)
		return;
	uint8_t *to = c->grey + (size_t)y * c->width + a->left;
	width = a->width < width ? a->width : width;
	for (uint32_t x = 0; x < width; x++)
		if (g->line[x] != g->control.TransparentColor)
			to[x] = grey[g->line[x]];
}

/* False: the file is damaged inside this frame, or ends there. */
static bool draw_frame(struct gif *g, const struct area *a)
{
	static const struct {
		uint8_t from, step;
	} passes[] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}}, straight[] = {{0, 1}};
	const GifImageDesc *d = &g->file->Image;
	const ColorMapObject *map = d->ColorMap ? d->ColorMap : g->file->SColorMap;
	uint8_t grey[256];
	for (int i = 0; i < 256; i++)
		grey[i] = grey_of(map, (uint8_t)i);
	for (size_t p = 0; p < (d->Interlace ? 4 : 1); p++) {
		uint32_t step = d->Interlace ? passes[p].step : straight[p].step;
		for (uint32_t y = d->Interlace ? passes[p].from : 0; y < a->height; y += step) {
			if (DGifGetLine(g->file, g->line, (int)a->width) != GIF_OK)
				return false;
			draw_line(g, a, a->top + y, grey);
		}
	}
	return true;
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
	if ((!c->grey && !open_canvas(g, &a)) || !a.width ||
		!canvas_work(c, (uint64_t)a.width * a.height + (uint64_t)c->width * c->height))
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
	g.line = mem_alloc(LINE);
	g.file = g.line ? DGifOpen(&g, feed, NULL) : NULL;
	while (g.file && take_record(&g, &frames))
		;
	if (c->cap || (c->width && !c->grey))
		c->damaged = false;
	if (g.file)
		DGifCloseFile(g.file, NULL);
	mem_free(g.line);
	mem_free(g.before);
}
