/* image_fuzz.c - image files, decoded in this process under small caps. The answer is sane and the same each time. */
#include <stdint.h>

#include "base/mem.h"
#include "jail/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct decode_caps caps = {.pixels = 1 << 16, .work = 1 << 20, .frames = 8};
	struct image_look a, b;
	decode_image(str_make(data, size), &caps, &a);
	must(a.state >= IMAGE_LOOK && a.state <= IMAGE_CAP && a.damaged <= 1);
	must(decode_known(str_make(data, size)) || a.state == IMAGE_NOTHING);
	decode_image(str_make(data, size), &caps, &b);
	must(memcmp(&a, &b, sizeof a) == 0);
	return 0;
}
