/* decode.c - the codecs behind a pipe, for compare.py. Requests on stdin, answers on stdout, until the end:
 * "MODE LABEL N\n" and N bytes in, "N\n" and N bytes out. LABEL is "-" where there is none. */
#include <stdio.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "codec/base64.h"
#include "codec/charset.h"
#include "codec/qp.h"
#include "codec/rfc2047.h"
#include "codec/rfc2231.h"
#include "codec/uuencode.h"

static void add_parameters(struct arena *a, struct str in, struct buf *b)
{
	struct params p;
	struct str value;
	uint64_t found = 0;
	must(params_parse(a, in, &value, &p, &found) == 0);
	buf_add(b, value);
	for (size_t i = 0; i < p.n; i++) {
		buf_byte(b, 0);
		buf_add(b, p.v[i].name);
		buf_byte(b, '=');
		buf_add(b, p.v[i].value);
	}
}

static struct str decode(struct arena *a, struct str mode, struct str label, struct str in)
{
	uint64_t found = 0;
	struct str out = S("");
	uint8_t *room = arena_alloc(a, BASE64_OUT_MAX(in.n) + in.n);
	must(room);
	if (str_eq(mode, S("charset"))) {
		must(charset_to_utf8(a, in, label, &out, &found) == 0);
	} else if (str_eq(mode, S("words"))) {
		must(rfc2047_decode(a, in, &out, &found) == 0);
	} else if (str_eq(mode, S("base64"))) {
		out = str_make(room, base64_decode(in, room, &found));
	} else if (str_eq(mode, S("qp"))) {
		out = str_make(room, qp_decode(in, room, &found));
	} else if (str_eq(mode, S("uu"))) {
		struct uu_block block;
		size_t at = 0;
		if (uu_next(a, in, &at, &block, &found) == 1)
			out = block.data;
	} else if (str_eq(mode, S("params"))) {
		struct buf b;
		buf_init_arena(&b, a, 1 * MIB);
		add_parameters(a, in, &b);
		out = buf_str(&b);
	}
	return out;
}

int main(void)
{
	char mode[16], label[64];
	size_t n;
	struct arena a;
	arena_init(&a, LIM_ARENA);
	while (scanf("%15s %63s %zu", mode, label, &n) == 3 && getchar() == '\n') {
		uint8_t *in = mem_alloc(n);
		must(in && fread(in, 1, n, stdin) == n);
		struct str out = decode(&a, str_of(mode), label[0] == '-' ? S("") : str_of(label), str_make(in, n));
		printf("%zu\n", out.n);
		fwrite(out.p ? out.p : in, 1, out.n, stdout);
		fflush(stdout);
		mem_free(in);
		arena_reset(&a);
	}
	arena_free(&a);
	return 0;
}
