/* decode_png.c - PNG by libpng; see decode.h. */
#include <png.h>
#include <setjmp.h>

#include "base/limits.h"
#include "base/mem.h"
#include "jail/decode.h"

struct png {
	png_structp png;
	png_infop info;
	struct str rest;
	uint8_t *rows;     /* as libpng has them: one, or with interlacing all */
	unsigned channels; /* 3: RGB; 1: what grey has an answer for */
	uint8_t grey[256];
};

static void feed(png_structp png, png_bytep out, size_t n)
{
	struct str *rest = png_get_io_ptr(png);
	if (rest->n < n)
		png_error(png, "short");
	memcpy(out, rest->p, n);
	*rest = str_from(*rest, n);
}

static void on_error(png_structp png, png_const_charp text)
{
	(void)text;
	png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
	(void)png, (void)text;
}

static void prepare(struct png *g)
{
	png_set_read_fn(g->png, &g->rest, feed);
	png_set_crc_action(g->png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE); /* no checksum changes what can be seen */
	png_set_option(g->png, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
	png_set_user_limits(g->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* canvas_open has lower ones */
	/* libpng only warns of chunks beyond the cap, and makes room for them: those without pixels are left out */
	static const png_byte left_out[] = "tEXt\0zTXt\0iTXt\0iCCP\0sPLT\0eXIf\0hIST\0pCAL\0sCAL";
	png_set_keep_unknown_chunks(g->png, PNG_HANDLE_CHUNK_NEVER, left_out, sizeof left_out / 5);
	png_set_chunk_malloc_max(g->png, LIM_IMAGE_CHUNK);
	png_set_chunk_cache_max(g->png, 16);
}

/* The palette's colours over white; the pixels stay what they are. */
static void keep_palette(struct png *g)
{
	png_colorp colour = NULL;
	png_bytep alpha = NULL;
	int n = 0, n_alpha = 0;
	png_get_PLTE(g->png, g->info, &colour, &n);
	png_get_tRNS(g->png, g->info, &alpha, &n_alpha, NULL);
	for (int i = 0; i < n && i < 256; i++) {
		int opaque = alpha && i < n_alpha ? alpha[i] : 0xFF;
		g->grey[i] = (uint8_t)(0xFF - (0xFF - grey_of(colour[i].red, colour[i].green, colour[i].blue)) * opaque / 0xFF);
	}
	png_set_packing(g->png);
}

/* One byte a channel, over white, no alpha. No gamma, no colour profile: the same picture as GIF, PNG or JPEG looks the same. */
static void ask_for_bytes(struct png *g)
{
	if (png_get_color_type(g->png, g->info) == PNG_COLOR_TYPE_PALETTE) {
		keep_palette(g);
		return;
	}
	for (int i = 0; i < 256; i++)
		g->grey[i] = (uint8_t)i;
	png_color_16 white = {.red = 0xFF, .green = 0xFF, .blue = 0xFF, .gray = 0xFF};
	png_set_expand(g->png);
	png_set_scale_16(g->png);
	png_set_background_fixed(g->png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, PNG_FP_1);
}

static void draw_row(const struct png *g, struct canvas *c, uint32_t y, const uint8_t *row)
{
	uint8_t *to = c->grey + (size_t)y * c->width;
	if (g->channels == 1)
		for (uint32_t x = 0; x < c->width; x++)
			to[x] = g->grey[row[x]];
	else
		for (uint32_t x = 0; x < c->width; x++)
			to[x] = grey_of(row[3 * x], row[3 * x + 1], row[3 * x + 2]);
}

/* Leaves by png_longjmp at the first error. */
static void read_rows(struct png *g, struct canvas *c)
{
	prepare(g);
	png_read_info(g->png, g->info);
	if (!canvas_open(c, png_get_image_width(g->png, g->info), png_get_image_height(g->png, g->info)))
		return;
	canvas_clear(c, 0);
	ask_for_bytes(g);
	int passes = png_set_interlace_handling(g->png);
	png_read_update_info(g->png, g->info);
	g->channels = png_get_channels(g->png, g->info);
	size_t bytes = png_get_rowbytes(g->png, g->info);
	if ((g->channels != 1 && g->channels != 3) || bytes != (size_t)c->width * g->channels)
		return;
	g->rows = mem_zalloc(passes > 1 ? c->height : 1, bytes);
	for (int p = 0; p < passes && g->rows; p++)
		for (uint32_t y = 0; y < c->height; y++, c->rows++) {
			uint8_t *row = g->rows + (passes > 1 ? y * bytes : 0);
			png_read_row(g->png, NULL, row);
			draw_row(g, c, y, row);
		}
	c->damaged = !g->rows;
}

void decode_png(struct str file, struct canvas *c)
{
	struct png g = {.rest = file};
	g.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
	g.info = g.png ? png_create_info_struct(g.png) : NULL;
	c->damaged = true;
	if (g.info && setjmp(png_jmpbuf(g.png)) == 0)
		read_rows(&g, c);
	if (c->cap || (c->width && !c->grey))
		c->damaged = false;
	png_destroy_read_struct(&g.png, &g.info, NULL);
	mem_free(g.rows);
}
