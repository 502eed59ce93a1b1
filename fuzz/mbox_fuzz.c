/* mbox_fuzz.c - the splitter at two chunk sizes: both must cut the same messages, inside the input and within the cap. */
#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "jail/magic.h"
#include "source/foreign.h"
#include "source/feed_name.h"
#include "source/mbox.h"
#include "source/sniff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A hash over all messages, their offsets and anomalies. The window is exactly what the splitter may see. */
static uint64_t split(struct str in, size_t step, size_t max, enum mbox_form form)
{
	uint8_t *window = mem_alloc(in.n + 1);
	struct mbox m;
	struct mbox_message msg;
	size_t from = 0, to = 0, taken = 0;
	uint64_t sum = 1;
	must(window);
	mbox_init(&m, form, max);
	for (;;) {
		enum mbox_result r = mbox_next(&m, str_make(window + from, to - from), taken == in.n, &msg);
		if (r == MBOX_END)
			break;
		if (r == MBOX_MORE) {
			size_t n = in.n - taken < step ? in.n - taken : step;
			must(taken < in.n && to - from <= max + MBOX_SLACK);
			memcpy(window + to, in.p + taken, n);
			to += n;
			taken += n;
		} else if (r == MBOX_DROP) {
			must(msg.drop_from < msg.drop_to && msg.drop_to <= to - from);
			memmove(window + from + msg.drop_from, window + from + msg.drop_to, to - from - msg.drop_to);
			to -= msg.drop_to - msg.drop_from;
		} else {
			must(msg.lead <= msg.start && msg.start <= msg.end && msg.end <= msg.next && msg.next <= to - from &&
				msg.next > 0);
			must(msg.end - msg.start <= max);
			size_t n = msg.end - msg.start;
			if (mbox_quotes(&m, &msg))
				n = mbox_unquote(window + from + msg.start, n);
			sum = hash64(str_make(window + from + msg.start, n), sum + msg.anomalies + msg.length * 31 + msg.lead);
			from += msg.next;
		}
	}
	mem_free(window);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	struct str in = str_make(data + 2, size - 2);
	size_t step = 1 + data[0] % 97u, max = data[1] & 2 ? 1 << 20 : 200;
	enum mbox_form form = data[1] & 1 ? MBOX_ONE : data[1] & 4 ? MBOX_MMDF : MBOX_LINES;
	must(split(in, in.n + 1, max, form) == split(in, step, max, form));
	sniff_mail(in);
	sniff_maildir_path(in);
	must(feed_name_of(in).n <= in.n);
	magic_of(in, data[1] & 1);
	uint64_t length;
	must(sniff_emlx(in, &length) <= in.n);
	bool mail;
	must(foreign_words(in, &mail) != NULL);
	return 0;
}
