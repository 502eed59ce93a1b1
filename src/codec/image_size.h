/* image_size.h - width and height as the first bytes of a GIF, PNG, JPEG or BMP file declare them. Nothing is decoded. */
#ifndef TRAPLINE_CODEC_IMAGE_SIZE_H
#define TRAPLINE_CODEC_IMAGE_SIZE_H

#include "base/str.h"

/* False when it is none of these or too short to tell; outputs untouched then. Linear in the JPEG segments before the frame header. */
bool image_size(struct str file, uint32_t *width, uint32_t *height);

#endif
