/* qr_read.h - the modules of a QR code to its text, by zxing-cpp, whose headers only qr_read.cpp sees; for C and C++.
 *
 * The library is told that the picture is a code and nothing else, a pixel a module: it does not search, so that its time is bounded by the modules (some
 * 5 ms for the largest code when it cannot be mended).
 */
#ifndef TRAPLINE_JAIL_QR_READ_H
#define TRAPLINE_JAIL_QR_READ_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The text of size x size modules, 0 for dark, with so many bytes from one to the next and from row to row; as it stands. UTF-8, its first room
 * bytes, and how many it has, which may be more, or -1: it is no code, more is damaged than redundancy mends, or there was no memory. What is said
 * of its charset is followed, else it is guessed. The finders and timing patterns must be drawn as they should be (qr.c does): the library's
 * assertions end the process where there is none. */
int qr_read(const uint8_t *modules, int size, int across, int down, uint8_t *text, size_t room);

#ifdef __cplusplus
}
#endif
#endif
