/* engine_model_fuzz.c - a model's file: any bytes are read or refused, and what is read is written and read again. */
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "engine/score.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct engine_model m, back;
	struct engine_scorer *s = NULL;
	struct err err = {0};
	struct buf out;
	buf_init(&out, 1 << 24);
	engine_model_init(&m);
	engine_model_init(&back);
	if (engine_model_read(&m, "fuzz", str_make(data, n), false, &err) == 0) {
		must(engine_model_write(&m, true, &out) == 0);
		must(engine_model_read(&back, "again", buf_str(&out), false, &err) == 0);
		must(back.classes.n == m.classes.n);
		must(engine_scorer_new(&s, &m) == 0);
	}
	engine_scorer_del(s);
	buf_free(&out);
	engine_model_free(&m);
	engine_model_free(&back);
	return 0;
}
