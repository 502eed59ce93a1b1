/* image_size.c - see image_size.h. */
#include "codec/image_size.h"

static uint32_t be16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t le16(const uint8_t *p)
{
	return (uint32_t)p[1] << 8 | p[0];
}

static uint32_t be32(const uint8_t *p)
{
	return be16(p) << 16 | be16(p + 2);
}

static uint32_t le32(const uint8_t *p)
{
	return le16(p + 2) << 16 | le16(p);
}

/* SOF0 to SOF15, but for the markers among them that are no frame header: DHT, JPG, DAC. */
static bool is_frame(uint8_t marker)
{
	return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

/* ITU-T T.81 B.1.1: marker segments until the frame header. */
static bool jpeg_size(struct str f, uint32_t *width, uint32_t *height)
{
	for (size_t i = 2; i + 9 <= f.n && f.p[i] == 0xFF;) {
		if (f.p[i + 1] == 0xFF) { /* fill byte */
			i++;
		} else if (is_frame(f.p[i + 1])) {
			*height = be16(f.p + i + 5);
			*width = be16(f.p + i + 7);
			return true;
		} else {
			i += 2 + be16(f.p + i + 2);
		}
	}
	return false;
}

bool image_size(struct str f, uint32_t *width, uint32_t *height)
{
	if (f.n >= 10 && (str_starts(f, S("GIF87a")) || str_starts(f, S("GIF89a")))) {
		*width = le16(f.p + 6);
		*height = le16(f.p + 8);
		return true;
	}
	if (f.n >= 24 && str_starts(f, S("\x89PNG\r\n\x1a\n"))) {
		*width = be32(f.p + 16);
		*height = be32(f.p + 20);
		return true;
	}
	if (f.n >= 26 && str_starts(f, S("BM")) && le32(f.p + 14) >= 40 && le32(f.p + 14) <= 124) {
		*width = le32(f.p + 18);
		*height = le32(f.p + 22);
		return true;
	}
	return str_starts(f, S("\xFF\xD8")) && jpeg_size(f, width, height);
}
