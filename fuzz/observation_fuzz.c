/* A line of outside facts: what is understood is written as a line that means the same. */
#include "analyse/observation.h"
#include "base/limits.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct buf one, two;
	struct observation o, again;
	const char *why;
	arena_init(&a, 16 * MIB);
	buf_init(&one, MIB);
	buf_init(&two, MIB);
	if (observation_parse(str_make(data, size), &a, &o, &why) == 1) {
		struct json j = json_to(&one), k = json_to(&two);
		observation_json(&j, &o);
		must(observation_parse(buf_str(&one), &a, &again, &why) == 1);
		must(again.from == o.from && again.to == o.to && again.kind == o.kind && o.from < o.to);
		must(!(o.lo < 0) && !(o.hi > 1) && !(o.lo > o.hi));
		observation_json(&k, &again);
		must(str_eq(buf_str(&one), buf_str(&two)));
	}
	buf_free(&one);
	buf_free(&two);
	arena_free(&a);
	return 0;
}
