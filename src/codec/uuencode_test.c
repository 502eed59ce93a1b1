/* uuencode_test.c - uuencoded blocks in text, prose that only looks like one, damage. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "codec/uuencode.h"

#define BAD ANOM(uu_bad)

/* want: name:mode:start-end:data| for each block. */
static const struct {
	struct str in, want;
	uint64_t bits;
} cases[] = {
	{T(""), T(""), 0},
	{T("begin"), T(""), 0},
	{T("begin 644 cat.txt\n#0V%T\n`\nend\n"), T("cat.txt:420:0-30:Cat|"), 0},
	{T("begin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n"), T("cat.txt:420:0-34:Cat|"), 0},
	{T("Hi,\nbegin 0755 a b.exe\n#0V%T\n \nend\nBye"), T("a b.exe:493:4-35:Cat|"), 0},
	{T("begin 644 a\n!00``\n`\nend\nx\nbegin 644 b\n\"04(`\n`\nend"), T("a:420:0-24:A|b:420:26-49:AB|"), 0},
	{T("begin 644 empty\nend\n"), T("empty:420:0-20:|"), 0},
	{T("begin 644 empty\n`\nend\n"), T("empty:420:0-22:|"), 0},
	{T("begin 644 sum\n#0V%T-\n`\nend\n"), T("sum:420:0-27:Cat|"), 0},
	{T("begin 644 short\n!00\n`\nend\n"), T("short:420:0-26:A|"), 0},
	/* damage */
	{T("begin 644 x\n#0V%T\n"), T("x:420:0-18:Cat|"), BAD},
	{T("begin 644 x\n#0V%T\nGood bye, said he.\n"), T("x:420:0-18:Cat|"), BAD},
	{T("begin 644 x\n#0V%T\n#0V\n`\nend\n"), T("x:420:0-28:CatC`\0|"), BAD},
	{T("begin 644 x\n#0V%T\nM\n`\nend\n"), T("x:420:0-26:Cat\0\0\0|"), BAD},
	{T("begin 644 x\n#0V%T\n\n#0V%T\n`\nend\n"), T("x:420:0-31:CatCat|"), 0},
	/* prose */
	{T("begin 644 days ago\nand so on\n"), T(""), 0},
	{T("begin 644 x\n"), T(""), 0},
	{T("begin 644 \n#0V%T\n"), T(""), 0},
	{T("begin 64 x\n#0V%T\n"), T(""), 0},
	{T("begin 888 x\n#0V%T\n"), T(""), 0},
	{T("We begin 644 x\n#0V%T\n`\nend\n"), T(""), 0},
	{T("begin  644 x\n#0V%T\n`\nend\n"), T(""), 0},
	{T("BEGIN 644 x\n#0V%T\n`\nend\n"), T(""), 0},
};

static void find_all(struct arena *a, struct str in, struct buf *out, uint64_t *bits)
{
	struct uu_block b;
	size_t at = 0, before = 0;
	buf_clear(out);
	for (int rc; (rc = uu_next(a, in, &at, &b, bits)) != 0;) {
		assert_int_equal(rc, 1);
		assert_true(b.start >= before && b.start < b.end && b.end <= in.n && at == b.end);
		before = at;
		buf_add(out, b.name);
		buf_printf(out, ":%u:%zu-%zu:", b.mode, b.start, b.end);
		buf_add(out, b.data);
		buf_byte(out, '|');
	}
	assert_int_equal(at, in.n);
}

static void known(void **state)
{
	struct arena a;
	struct buf shown;
	(void)state;
	arena_init(&a, 1 * MIB);
	buf_init(&shown, 4096);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct str in = cases[i].in;
		uint64_t bits = 0;
		uint8_t *copy = test_copy(in);
		find_all(&a, str_make(copy, in.n), &shown, &bits);
		assert_same(buf_str(&shown), cases[i].want, in);
		assert_bits(bits, cases[i].bits, in);
		for (size_t cut = 0; cut < in.n; cut++) {
			uint8_t *part = test_copy(str_first(in, cut));
			find_all(&a, str_make(part, cut), &shown, &bits);
			mem_free(part);
		}
		mem_free(copy);
		arena_reset(&a);
	}
	buf_free(&shown);
	arena_free(&a);
}

/* Two bytes of text must not become sixty: the arena is barely larger than the text. */
static void no_bomb(void **state)
{
	enum { LINES = 100000 };
	struct arena a;
	struct buf text;
	struct uu_block b;
	uint64_t bits = 0;
	size_t at = 0;
	(void)state;
	buf_init(&text, 1 * MIB);
	buf_add(&text, S("begin 644 bomb\n#0V%T\n"));
	for (size_t i = 0; i < LINES; i++)
		buf_add(&text, S("_\n"));
	arena_init(&a, 4 * text.n);
	assert_int_equal(uu_next(&a, buf_str(&text), &at, &b, &bits), 1);
	assert_true(b.data.n < 4 * text.n);
	assert_bits(bits, BAD, S(""));
	buf_free(&text);
	arena_free(&a);
}

static void no_memory(void **state)
{
	struct arena a;
	struct uu_block b;
	uint64_t bits = 0;
	size_t at = 0;
	(void)state;
	arena_init(&a, 8);
	assert_true(uu_next(&a, S("begin 644 x\n#0V%T\n`\nend\n"), &at, &b, &bits) < 0);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(no_bomb),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
