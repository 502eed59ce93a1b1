/* qr_fuzz.c - QR codes: by the first byte the modules of one, or a picture. What is written stays in its room. */
#include <stdint.h>

#include "base/mem.h"
#include "jail/qr_int.h"
#include "jail/qr_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIDE_MOST = 512 };

static void read_grid(struct str s)
{
	static uint8_t modules[QR_MOST * QR_MOST], text[QR_TEXT];
	size_t size = QR_LEAST + (s.n ? s.p[0] % QR_VERSIONS * 4u : 0), all = size * size;
	for (size_t i = 0; i < all; i++)
		modules[i] = !(1 + i / 8 < s.n && s.p[1 + i / 8] >> i % 8 & 1);
	uint8_t *room = mem_alloc(all);
	must(room);
	memcpy(room, modules, all);
	qr_draw_fixed(room, (int)size, size);
	must(qr_read(room, (int)size, 1, (int)size, text, sizeof text) >= -1);
	mem_free(room);
}

/* The first two bytes: its width; each further one a pixel, or more of them as its high bits say. */
static void look(struct str s)
{
	struct qr_search a = {.tries = 0};
	struct str text;
	size_t at = 0, n = 0;
	uint32_t width = s.n > 1 ? 1 + (s.p[0] | (uint32_t)s.p[1] << 8) % SIDE_MOST : 1;
	uint8_t *grey = mem_alloc((size_t)width * SIDE_MOST);
	must(grey);
	for (size_t i = 2; i < s.n; i++)
		for (unsigned k = 0; k <= s.p[i] >> 3 && n < (size_t)width * SIDE_MOST; k++)
			grey[n++] = (uint8_t)(s.p[i] << 5);
	uint8_t *whole = mem_alloc(n + !n);
	must(whole);
	memcpy(whole, grey, n);
	qr_look(&a, whole, width, (uint32_t)(n / width));
	must(a.texts.n <= QR_TEXT && a.tries <= QR_TRIES && a.sketches <= QR_SKETCHES);
	while (qr_next(&a.texts, &at, &text))
		must(text.n && text.p[text.n] == 0);
	mem_free(whole);
	mem_free(grey);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = str_from(str_make(data, size), 1);
	if (size < 2)
		return 0;
	if (data[0] % 3 == 0)
		read_grid(s);
	else
		look(s);
	return 0;
}
