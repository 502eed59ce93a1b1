/* decode_png.c - PNG by libpng; see decode.h. */
#include <png.h>
#include <setjmp.h>

#include "base/limits.h"
#include "jail/decode.h"

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

/* To one grey byte a pixel, over white. */
static void ask_for_grey(png_structp png)
{
	png_color_16 white = {.red = 0xFF, .green = 0xFF, .blue = 0xFF, .gray = 0xFF};
	png_set_expand(png);
	png_set_scale_16(png);
	png_set_background_fixed(png, &white, PNG_BACKGROUND_GAMMA_SCREEN, 0, PNG_FP_1);
	png_set_rgb_to_gray_fixed(png, PNG_ERROR_ACTION_NONE, PNG_RGB_TO_GRAY_DEFAULT, PNG_RGB_TO_GRAY_DEFAULT);
}

/* Leaves by png_longjmp at the first error. */
static void read_rows(png_structp png, png_infop info, struct str *rest, struct canvas *c)
{
	png_set_read_fn(png, rest, feed);
	png_set_crc_action(png, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
	png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* canvas_open has lower ones */
	/* libpng only warns of chunks beyond the cap, and makes room for them: those without pixels are left out */
	static const png_byte left_out[] = "tEXt\0zTXt\0iTXt\0iCCP\0sPLT\0eXIf\0hIST\0pCAL\0sCAL";
	png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, left_out, sizeof left_out / 5);
	png_set_chunk_malloc_max(png, LIM_IMAGE_CHUNK);
	png_set_chunk_cache_max(png, 16);
	png_read_info(png, info);
	if (!canvas_open(c, png_get_image_width(png, info), png_get_image_height(png, info)))
		return;
	ask_for_grey(png);
	int passes = png_set_interlace_handling(png);
	png_read_update_info(png, info);
	if (png_get_rowbytes(png, info) != c->width)
		return;
	for (int p = 0; p < passes; p++)
		for (uint32_t y = 0; y < c->height; y++, c->rows++)
			png_read_row(png, NULL, c->grey + (size_t)y * c->width);
	c->damaged = false;
}

void decode_png(struct str file, struct canvas *c)
{
	struct str rest = file;
	png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, on_error, on_warning);
	png_infop info = png ? png_create_info_struct(png) : NULL;
	c->damaged = true;
	if (info && setjmp(png_jmpbuf(png)) == 0)
		read_rows(png, info, &rest, c);
	if (c->cap || (c->width && !c->grey))
		c->damaged = false;
	png_destroy_read_struct(&png, &info, NULL);
}
