/* decode.c - see decode.h. */
#include "jail/decode.h"

#include "base/limits.h"
#include "base/mem.h"

const struct decode_caps decode_caps = {LIM_IMAGE_PIXELS, LIM_IMAGE_WORK, LIM_IMAGE_FRAMES};

bool canvas_work(struct canvas *c, uint64_t pixels)
{
	c->work += pixels;
	c->cap |= c->work > c->caps->work;
	return !c->cap;
}

bool canvas_open(struct canvas *c, uint32_t width, uint32_t height)
{
	c->width = c->file_width = width;
	c->height = c->file_height = height;
	if (!width || !height)
		return false;
	if (width > UINT16_MAX || height > UINT16_MAX || (uint64_t)width * height > c->caps->pixels) {
		c->cap = true;
		return false;
	}
	if (width < DECODE_LEAST_SIDE || height < DECODE_LEAST_SIDE) /* no need to see more of it */
		return false;
	c->grey = mem_alloc((size_t)width * height + CANVAS_ROOM);
	c->cap |= !c->grey;
	return c->grey;
}

void canvas_clear(struct canvas *c, uint32_t row)
{
	memset(c->grey + (size_t)row * c->width, 0xFF, (size_t)(c->height - row) * c->width);
}

void canvas_frame(struct canvas *c)
{
	uint16_t grid[IMAGE_GRID * IMAGE_GRID];
	qr_look(&c->codes, c->grey, c->width, c->height);
	image_grid(c->grey, c->width, c->height, c->width, grid);
	uint32_t detail = image_detail(grid);
	if (c->chosen && detail <= c->detail)
		return;
	c->chosen = true;
	c->detail = detail;
	memcpy(c->grid, grid, sizeof grid);
}

static const struct {
	struct str magic;
	void (*decode)(struct str file, struct canvas *c);
} formats[] = {{STR_INIT("GIF8"), decode_gif}, {STR_INIT("\x89PNG"), decode_png}, {STR_INIT("\xFF\xD8\xFF"), decode_jpeg}};
enum { FORMATS = sizeof formats / sizeof *formats };

bool decode_known(struct str file)
{
	bool known = false;
	for (size_t i = 0; i < FORMATS; i++)
		known |= str_starts(file, formats[i].magic);
	return known;
}

void decode_image(struct str file, const struct decode_caps *caps, struct image_look *out)
{
	struct canvas c = {.caps = caps};
	*out = (struct image_look){.state = IMAGE_NOTHING};
	for (size_t i = 0; i < FORMATS; i++)
		if (str_starts(file, formats[i].magic))
			formats[i].decode(file, &c);
	if (c.rows && !c.chosen)
		canvas_frame(&c);
	out->damaged = c.damaged;
	out->width = c.file_width;
	out->height = c.file_height;
	out->codes = c.codes.texts;
	if (c.rows)
		out->state = image_digest_of(c.grid, &out->digest) ? IMAGE_LOOK : IMAGE_PLAIN;
	else if (c.cap)
		out->state = IMAGE_CAP;
	else if (c.width && c.height && (c.width < DECODE_LEAST_SIDE || c.height < DECODE_LEAST_SIDE))
		out->state = IMAGE_PLAIN;
	mem_free(c.grey);
}
