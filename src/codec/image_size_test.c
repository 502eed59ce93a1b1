#include "base/test.h"
#include "codec/image_size.h"

static const struct {
	struct str file;
	uint32_t width, height; /* 0: none */
} table[] = {
	{T("GIF89a\x20\x01\x10\x00"), 0x120, 0x10},
	{T("GIF87a\x01\x00\x02\x00more"), 1, 2},
	{T("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\0\x20"), 256, 32},
	{T("\xFF\xD8\xFF\xE0\0\x06JFIF\xFF\xFF\xC2\0\x11\x08\0\x10\1\x02\x03"), 0x102, 16},
	{T("\xFF\xD8\xFF\xC4\0\x02\xFF\xC0\0\x11\x08\0\x01\0\x02"), 2, 1},
	{T("\xFF\xD8\xFF\xE0\xFF\xFF"), 0, 0},
	{T("\xFF\xD8\xFF\xE0\0\0\0\0\0\0\0\0\0\0\0"), 0, 0},
	{T("BM____________\x28\0\0\0\x07\0\0\0\x09\0\0\0"), 7, 9},
	{T("BMW is a maker of cars and motorcycles"), 0, 0},
	{T("plain text"), 0, 0},
	{T(""), 0, 0},
};

static void test_sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table); i++) {
		uint32_t w = 0, h = 0;
		bool found = image_size(table[i].file, &w, &h);
		if (found != (table[i].width != 0) || w != table[i].width || h != table[i].height) {
			test_show("of", table[i].file);
			fail();
		}
	}
}

static void test_truncated(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table); i++)
		for (size_t n = 1; n < table[i].file.n; n++) {
			uint8_t *copy = test_copy(str_first(table[i].file, n));
			uint32_t w, h;
			image_size(str_make(copy, n), &w, &h);
			mem_free(copy);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_sizes), cmocka_unit_test(test_truncated)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
