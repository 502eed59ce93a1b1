/* qp_test.c - quoted-printable as RFC 2045 has it and as mail has it. */
#include "base/test.h"
#include "codec/qp.h"

#define BAD ANOM(qp_bad)
#define BADW ANOM(bad_encoded_word)

typedef size_t decoder(struct str in, uint8_t *out, uint64_t *anomalies);

/* Input and output both of exact size. */
static struct str run(decoder *decode, struct str in, uint8_t *out, uint64_t *bits)
{
	uint8_t *copy = test_copy(in), *exact = test_copy(in);
	size_t n = decode(str_make(copy, in.n), exact, bits);
	assert_true(n <= in.n);
	memcpy(out, exact, n);
	mem_free(copy);
	mem_free(exact);
	return str_make(out, n);
}

static void known(void **state)
{
	static const struct {
		struct str in, want;
		uint64_t bits;
	} t[] = {
		{T(""), T(""), 0},
		{T("plain"), T("plain"), 0},
		{T("a=3Db"), T("a=b"), 0},
		{T("=E4=BD=A0"), T("\xe4\xbd\xa0"), 0},
		{T("=e4=bD"), T("\xe4\xbd"), 0},
		{T("=00x"), T("\0x"), 0},
		{T("a\0b"), T("a\0b"), 0},
		{T("\xe9t\xe9"), T("\xe9t\xe9"), 0},
		/* soft breaks */
		{T("one=\r\ntwo"), T("onetwo"), 0},
		{T("one=\ntwo"), T("onetwo"), 0},
		{T("one= \t \r\ntwo"), T("onetwo"), 0},
		{T("one =\ntwo"), T("one two"), 0},
		{T("one="), T("one"), 0},
		{T("one=  "), T("one"), 0},
		{T("=\n=\n=\n"), T(""), 0},
		{T("=\r\n\r\n"), T("\r\n"), 0},
		/* white space at line ends */
		{T("a \t\r\nb"), T("a\r\nb"), 0},
		{T("a   \nb \n"), T("a\nb\n"), 0},
		{T("a=20\nb=09\n"), T("a \nb\t\n"), 0},
		{T("   \n\n"), T("\n\n"), 0},
		{T("a  "), T("a"), 0},
		{T("a\rb\n"), T("a\rb\n"), 0},
		{T("a\r\r\n"), T("a\r\r\n"), 0},
		/* damage */
		{T("a=zzb"), T("a=zzb"), BAD},
		{T("a=4"), T("a=4"), BAD},
		{T("a=4\nb"), T("a=4\nb"), BAD},
		{T("a==\nb"), T("a=b"), BAD},
		{T("a==41"), T("a=A"), BAD},
		{T("http://x/?a=b&c=d"), T("http://x/?a=b&c=d"), BAD},
		{T("=4=31"), T("=41"), BAD},
		{T("=\r"), T("=\r"), BAD},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		uint8_t out[64];
		uint64_t bits = 0;
		assert_same(run(qp_decode, t[i].in, out, &bits), t[i].want, t[i].in);
		assert_bits(bits, t[i].bits, t[i].in);
	}
}

static void words(void **state)
{
	static const struct {
		struct str in, want;
		uint64_t bits;
	} t[] = {
		{T(""), T(""), 0},
		{T("a_b_"), T("a b "), 0},
		{T("=5F_=5f"), T("_ _"), 0},
		{T("J=F8rn"), T("J\xf8rn"), 0},
		{T("a b"), T("a b"), 0},
		{T("a="), T("a="), BADW},
		{T("a=E"), T("a=E"), BADW},
		{T("a=zz"), T("a=zz"), BADW},
		{T("a \n"), T("a \n"), 0},
		{T("=00"), T("\0"), 0},
	};
	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		uint8_t out[64];
		uint64_t bits = 0;
		assert_same(run(q_decode, t[i].in, out, &bits), t[i].want, t[i].in);
		assert_bits(bits, t[i].bits, t[i].in);
	}
}

static void truncated(void **state)
{
	struct str in = S("Fran=C3=A7ais =\r\n=3D=3d  \r\n\tx=\n \n==4=4142=\t\r\nend=");
	uint8_t out[64];
	uint64_t bits = 0;
	(void)state;
	for (size_t cut = 0; cut <= in.n; cut++) {
		run(qp_decode, str_first(in, cut), out, &bits);
		run(q_decode, str_first(in, cut), out, &bits);
	}
}

/* Lines decode one by one as they do together, wherever a block of bytes ends. */
static void line_by_line(void **state)
{
	struct str in =
		S("xxxxxxxxxxxxxxxxxxxxFran=C3=A7ais =\r\n=3D=3d  \r\n\tx=\n \n==4=4142=\t\r\n=zz\r \n     =20 \n=\nend \t of it=");
	(void)state;
	for (size_t from = 0; from <= 20; from++) {
		struct str text = str_from(in, from);
		uint8_t out[128], apart[128];
		uint64_t bits = 0, bits_apart = 0;
		size_t n = 0;
		for (size_t i = 0; i < text.n;) {
			size_t lf = str_find_byte(str_from(text, i), '\n');
			struct str line = str_sub(text, i, lf == STR_NPOS ? text.n : lf + 1);
			n += run(qp_decode, line, apart + n, &bits_apart).n;
			i += line.n;
		}
		assert_same(run(qp_decode, text, out, &bits), str_make(apart, n), text);
		assert_bits(bits, bits_apart, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(words),
		cmocka_unit_test(truncated),
		cmocka_unit_test(line_by_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
