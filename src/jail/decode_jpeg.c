/* decode_jpeg.c - JPEG by libjpeg-turbo; see decode.h. Four inks (CMYK) are not read. */
#include <stdio.h>

#include <jpeglib.h>
#include <setjmp.h>

#include "jail/decode.h"

/* Pixels of the shorter side that suffice: for a QR code of 60 modules with its margin on a ninth of it. libjpeg scales by eighths. Down to an
 * eighth is cheap, but not to three or five of them, for which it has no code for vectors. */
enum { ENOUGH = 1024, EIGHTHS = 8 };

struct jpeg {
	struct jpeg_decompress_struct d;
	struct jpeg_error_mgr errors;
	struct jpeg_progress_mgr progress;
	struct canvas *c;
	uint32_t full_width, full_height;
	int scans;
	jmp_buf end;
};

static void on_error(j_common_ptr d)
{
	struct jpeg *j = (struct jpeg *)d->client_data;
	j->c->damaged = true;
	longjmp(j->end, 1);
}

static void on_warning(j_common_ptr d, int level)
{
	struct jpeg *j = (struct jpeg *)d->client_data;
	j->c->damaged |= level < 0;
}

static void on_output(j_common_ptr d)
{
	(void)d;
}

/* A progressive file may come in any number of scans, each of which goes over all pixels. */
static void on_progress(j_common_ptr d)
{
	struct jpeg *j = (struct jpeg *)d->client_data;
	for (; j->scans < j->d.input_scan_number; j->scans++)
		if (!canvas_work(j->c, (uint64_t)j->full_width * j->full_height))
			longjmp(j->end, 1);
}

static void scale(struct jpeg *j)
{
	j->d.scale_denom = EIGHTHS;
	for (j->d.scale_num = 1; j->d.scale_num < EIGHTHS; j->d.scale_num++)
		if (j->full_width * j->d.scale_num / EIGHTHS >= ENOUGH && j->full_height * j->d.scale_num / EIGHTHS >= ENOUGH)
			return;
}

/* Leaves by longjmp at an error. */
static void read_rows(struct jpeg *j, struct str file)
{
	struct jpeg_decompress_struct *d = &j->d;
	struct canvas *c = j->c;
	jpeg_mem_src(d, file.p, file.n);
	jpeg_read_header(d, TRUE);
	j->full_width = d->image_width;
	j->full_height = d->image_height;
	scale(j);
	d->out_color_space = JCS_GRAYSCALE;
	d->dct_method = JDCT_ISLOW;
	d->do_fancy_upsampling = FALSE;
	if (d->jpeg_color_space == JCS_CMYK || d->jpeg_color_space == JCS_YCCK) {
		return;
	}
	if ((uint64_t)j->full_width * j->full_height > c->caps->pixels) {
		c->cap = true;
		return;
	}
	jpeg_calc_output_dimensions(d);
	if (!canvas_open(c, d->output_width, d->output_height))
		return;
	canvas_clear(c, 0);
	jpeg_start_decompress(d);
	while (d->output_scanline < d->output_height) {
		JSAMPROW row = c->grey + (size_t)d->output_scanline * c->width;
		if (jpeg_read_scanlines(d, &row, 1) != 1)
			return;
		c->rows++;
	}
	jpeg_finish_decompress(d);
}

void decode_jpeg(struct str file, struct canvas *c)
{
	struct jpeg j = {.c = c};
	j.d.err = jpeg_std_error(&j.errors);
	j.errors.error_exit = on_error;
	j.errors.emit_message = on_warning;
	j.errors.output_message = on_output;
	j.d.client_data = &j;
	if (setjmp(j.end) == 0) {
		jpeg_create_decompress(&j.d);
		j.d.client_data = &j;
		j.progress.progress_monitor = on_progress;
		j.d.progress = &j.progress;
		read_rows(&j, file);
	}
	jpeg_destroy_decompress(&j.d);
	c->file_width = j.full_width;
	c->file_height = j.full_height;
}
