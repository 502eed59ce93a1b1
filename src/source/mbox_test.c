/* mbox_test.c - where boxes split, at every chunk size and every truncation. */
#include "base/anomaly.h"
#include "base/buf.h"
#include "base/test.h"
#include "source/mbox.h"

enum { MAX = 4096, NO_LIMIT = 1 << 20 };
#define F1 "From a@b.example  Mon Aug  2 01:02:03 2010\n"
#define F2 "From c@d.example Tue Aug 03 01:02:03 2010\n"

/* Feeds `box` in pieces of `step` bytes; writes each message as "[bytes]" with marks: D doubtful, L length, C cap. */
static void split(struct str box, size_t step, size_t max, enum mbox_form form, struct buf *out)
{
	static uint8_t window[1 << 20];
	struct mbox m;
	struct mbox_message msg;
	size_t from = 0, to = 0, taken = 0;
	mbox_init(&m, form, max);
	buf_clear(out);
	for (;;) {
		bool eof = taken == box.n;
		switch (mbox_next(&m, str_make(window + from, to - from), eof, &msg)) {
		case MBOX_MORE: {
			assert_false(eof);
			size_t n = box.n - taken < step ? box.n - taken : step;
			memcpy(window + to, box.p + taken, n);
			to += n;
			taken += n;
			break;
		}
		case MBOX_DROP:
			assert_true(msg.drop_from < msg.drop_to && msg.drop_to <= to - from);
			memmove(window + from + msg.drop_from, window + from + msg.drop_to, to - from - msg.drop_to);
			to -= msg.drop_to - msg.drop_from;
			break;
		case MBOX_MESSAGE: {
			assert_true(msg.lead <= msg.start && msg.start <= msg.end && msg.end <= msg.next && msg.next <= to - from);
			assert_true(msg.end - msg.start <= max && msg.next > 0);
			size_t n = msg.end - msg.start;
			if (mbox_quotes(&m, &msg))
				n = mbox_unquote(window + from + msg.start, n);
			buf_byte(out, '[');
			buf_add(out, str_make(window + from + msg.start, n));
			buf_byte(out, ']');
			if (msg.anomalies & ANOM(doubtful_split))
				buf_byte(out, 'D');
			if (msg.anomalies & ANOM(content_length_wrong))
				buf_byte(out, 'L');
			if (msg.anomalies & ANOM(message_cap))
				buf_printf(out, "C%llu", (unsigned long long)msg.length);
			from += msg.next;
			break;
		}
		case MBOX_END:
			return;
		}
	}
}

static const struct {
	const char *what, *in, *out;
} boxes[] = {
	{"two", F1 "A: 1\n\nx\n\n" F2 "A: 2\n\ny\n\n", "[A: 1\n\nx\n][A: 2\n\ny\n]"},
	{"CRLF", "From a Mon Aug  2 01:02:03 2010\r\nA: 1\r\n\r\nx\r\n\r\nFrom b Mon Aug  2 01:02:03 2010\r\nA: 2\r\n\r\ny\r\n\r\n",
		"[A: 1\r\n\r\nx\r\n][A: 2\r\n\r\ny\r\n]"},
	{"only one empty line is the separator", F1 "A: 1\n\nx\n\n\n\n" F2 "A: 2\n\ny\n\n\n", "[A: 1\n\nx\n\n\n][A: 2\n\ny\n\n]"},
	{"no separator at the end", F1 "A: 1\n\nx\n\n" F2 "A: 2\n\ny", "[A: 1\n\nx\n][A: 2\n\ny]"},
	{"empty lines before the first", "\n\r\n" F1 "A: 1\n\nx\n\n" F2 "A: 2\n\ny\n", "[A: 1\n\nx\n][A: 2\n\ny\n]"},
	{"no body", F1 "A: 1\n\n" F2 "A: 2\n\n" F1 "A: 3\n", "[A: 1\n][A: 2\n][A: 3\n]"},
	{"mboxrd loses one >", F1 "A: 1\n\n>From x\n>>From y\n > From\n>From\n a>From b\n\n" F2 "A: 2\n\n>From me\n\n",
		"[A: 1\n\nFrom x\n>From y\n > From\n>From\n a>From b\n][A: 2\n\nFrom me\n]"},
	{"one message keeps its quoting", F1 "A: 1\n\n>From x\n\n", "[A: 1\n\n>From x\n]"},
	{"> in the header stays", F1 ">From x remote from y\nA: 1\n\n>From x\n\n" F2 "A: 2\n\n",
		"[>From x remote from y\nA: 1\n\nFrom x\n][A: 2\n]"},
	{"From in the text does not split, nor is such a box unquoted",
		F1 "A: 1\n\nx\n\nFrom here on\nA: 3\n>From y\n\n" F2 "A: 2\n\n>From z\n",
		"[A: 1\n\nx\n\nFrom here on\nA: 3\n>From y\n][A: 2\n\n>From z\n]"},
	{"a date but no field after: doubtful", F1 "A: 1\n\nx\n\n" F2 "hello there\n\n", "[A: 1\n\nx\n\n" F2 "hello there\n]D"},
	{"separators without a date", "From \r\nA: 1\r\n\r\nx\r\n\r\nFrom \r\nA: 2\r\n\r\n>From y\r\n\r\nFrom z\r\nA: 3\r\n\r\n",
		"[A: 1\r\n\r\nx\r\n][A: 2\r\n\r\n>From y\r\n\r\nFrom z\r\nA: 3\r\n]"},
	{"only where the box begins with one", F1 "A: 1\n\nx\n\nFrom \nA: 2\n\n" F2 "A: 3\n\n",
		"[A: 1\n\nx\n\nFrom \nA: 2\n][A: 3\n]"},
	{"Mailman's, no empty line before",
		"From a at b  Mon Aug  2 01:02:03 2010\nFrom: a at b (A)\n\nx\n"
		"From c at d  Mon Aug  2 01:02:03 2010\nFrom: c at d (C)\n\ny\nFrom c at d  Mon Aug  2 01:02:03 2010\nFrom: e at d\n",
		"[From: a at b (A)\n\nx\n][From: c at d (C)\n\ny\nFrom c at d  Mon Aug  2 01:02:03 2010\nFrom: e at d\n]D"},
	{"nor one between fields", F1 "A: 1\nFrom c at d  Mon Aug  2 01:02:03 2010\nFrom: c at d (C)\n\ny\n\n" F2 "A: 2\n\n",
		"[A: 1\nFrom c at d  Mon Aug  2 01:02:03 2010\nFrom: c at d (C)\n\ny\n]D[A: 2\n]"},
	{"no empty line before: doubtful", F1 "A: 1\n\nx\n" F2 "A: 2\n\ny\n\n", "[A: 1\n\nx\n" F2 "A: 2\n\ny\n]D"},
	{"mboxcl2: length beats From_ lines", F1 "Content-Length: 60\n\nx\n\n" F2 "A: 9\n\n>From yz\n\n\n" F2 "A: 2\n\n>From y\n\n",
		"[Content-Length: 60\n\nx\n\n" F2 "A: 9\n\n>From yz\n]D[A: 2\n\n>From y\n]"},
	{"mboxcl quotes", F1 "Content-Length: 8\n\n>From x\n\n" F2 "content-length: 2\n\ny\n\n",
		"[Content-Length: 8\n\nFrom x\n][content-length: 2\n\ny\n]"},
	{"length without separator", F1 "Content-Length: 2\n\nx\n" F2 "Content-Length: 1\n\ny",
		"[Content-Length: 2\n\nx\n][Content-Length: 1\n\ny]"},
	{"length without the last line end", F1 "Content-Length: 1\n\nx\n" F2 "Content-Length: 1\n\ny\n",
		"[Content-Length: 1\n\nx][Content-Length: 1\n\ny]"},
	{"length that counts the separator; wrong length", F1 "Content-Length: 3\n\nx\n\n" F2 "Content-Length: 99\n\ny\n\n",
		"[Content-Length: 3\n\nx\n\n][Content-Length: 99\n\ny\n]L"},
	{"short length", F1 "Content-Length: 1\n\nxyz\n\n" F2 "A: 2\n\ny\n\n", "[Content-Length: 1\n\nxyz\n]L[A: 2\n\ny\n]"},
	{"huge length", F1 "Content-Length: 18446744073709551615\n\nxyz\n\n" F2 "A: 2\n\ny\n\n",
		"[Content-Length: 18446744073709551615\n\nxyz\n][A: 2\n\ny\n]"},
	{"length in the body is no hint", F1 "A: 1\n\nContent-Length: 1\n\nxyz\n\n" F2 "A: 2\n\ny\n\n",
		"[A: 1\n\nContent-Length: 1\n\nxyz\n][A: 2\n\ny\n]"},
	{"loose From_ line at the start", "From someone\nA: 1\n\nx\n", "[A: 1\n\nx\n]"},
	{"MMDF", "\1\1\1\1\nA: 1\n\nFrom x\n\n>From y\n\n\1\1\1\1\n\1\1\1\1\n" F1 "A: 2\n\n\1\1\1\1\1\n \1\1\1\1\n\1\1\1\1\n",
		"[A: 1\n\nFrom x\n\n>From y\n\n][A: 2\n\n\1\1\1\1\1\n \1\1\1\1\n]"},
	{"MMDF with CRLF, one line between, no end", "\1\1\1\1\r\nA: 1\r\n\r\nx\r\n\1\1\1\1\r\nA: 2\r\n\r\ny",
		"[A: 1\r\n\r\nx\r\n][A: 2\r\n\r\ny]"},
	{"From with a colon is a field", "From : x\nA: 1\n\nx\n\n", "[From : x\nA: 1\n\nx\n\n]"},
};

static enum mbox_form form_of(const char *box)
{
	return box[0] == 1 ? MBOX_MMDF : MBOX_LINES;
}

static void test_boxes(void **state)
{
	(void)state;
	struct buf got;
	buf_init(&got, NO_LIMIT);
	for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++)
		for (size_t step = 1; boxes[i].out && step < 300; step += step < 40 ? 1 : 37) {
			split(str_of(boxes[i].in), step, MAX, form_of(boxes[i].in), &got);
			if (!str_eq(buf_str(&got), str_of(boxes[i].out)))
				fail_msg("%s, %zu bytes at a time: %.*s", boxes[i].what, step, STR_FMT(buf_str(&got)));
		}
	buf_free(&got);
}

static void test_truncated(void **state)
{
	(void)state;
	struct buf whole, trickled;
	buf_init(&whole, NO_LIMIT);
	buf_init(&trickled, NO_LIMIT);
	for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++)
		for (size_t n = 0; n <= strlen(boxes[i].in); n++) {
			split(str_make(boxes[i].in, n), NO_LIMIT, MAX, form_of(boxes[i].in), &whole);
			split(str_make(boxes[i].in, n), 1, MAX, form_of(boxes[i].in), &trickled);
			assert_true(str_eq(buf_str(&whole), buf_str(&trickled)));
			split(str_make(boxes[i].in, n), 7, MAX, MBOX_ONE, &trickled);
		}
	buf_free(&whole);
	buf_free(&trickled);
}

static void test_from_lines(void **state)
{
	(void)state;
	static const char *const good[] = {"From a@b Mon Aug  2 01:02:03 2010", "From - Fri Jun  9 23:17:56 2000",
		"From  Mon Aug  2 01:02 2010", "From a at b.example  Mon Aug 22 09:45:15 2011",
		"From a [ufa]  Mon Aug  2 01:02:03 2010", "From a Mon Aug  2 01:02:03 +0000 2018",
		"From a Mon Aug  2 01:02:03 2010 -0400", "From a Mon Aug  2 01:02:03 EST 2010",
		"From a Mon, 2 Aug 2010 01:02:03 +0200", "From a Mon Aug  2 01:02:03 2010\r", "From a\tmon aug 2 1:02:03 2010",
		"From a Mon Aug  2 01:02:03 2010 remote from x"};
	static const char *const bad[] = {"From", "From ", "From a", "From here on", "From a Monday 2 Aug 2010",
		"from a Mon Aug  2 01:02:03 2010", "From a Mon Aug  2 01:02:03", "From a Mon Aug  2 010203 2010",
		"From a Moo Aug  2 01:02:03 2010", "From a Aug  2 01:02:03 2010", "From: a Mon Aug  2 01:02:03 2010",
		">From a Mon Aug  2 01:02:03 2010"};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (!mbox_from_line(str_of(good[i]), NULL))
			fail_msg("not taken: %s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (mbox_from_line(str_of(bad[i]), NULL))
			fail_msg("taken: %s", bad[i]);
}

/* A message beyond the cap is cut, its true length told, and what follows is found. */
static void test_cap(void **state)
{
	(void)state;
	struct buf in, got, want;
	buf_init(&in, NO_LIMIT);
	buf_init(&got, NO_LIMIT);
	buf_init(&want, NO_LIMIT);
	buf_add(&in, S(F1 "A: 1\n\n"));
	for (int i = 0; i < 40000; i++)
		buf_add(&in, S("0123456789abc\n"));
	size_t first = in.n;
	buf_add(&in, S("\n" F2 "A: 2\n\ny\n\n"));
	buf_byte(&want, '[');
	buf_add(&want, str_sub(buf_str(&in), sizeof F1 - 1, 1000));
	buf_printf(&want, "]C%zu[A: 2\n\ny\n]", first);
	static const size_t steps[] = {100, 1000, 4096, 65536, NO_LIMIT};
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		split(buf_str(&in), steps[i], 1000, MBOX_LINES, &got);
		assert_true(str_eq(buf_str(&got), buf_str(&want)));
	}
	split(buf_str(&in), 5000, 1000, MBOX_ONE, &got);
	assert_int_equal(got.p[got.n - 6], '0' + (int)(in.n / 100000 % 10));
	buf_free(&in);
	buf_free(&got);
	buf_free(&want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_boxes), cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_from_lines), cmocka_unit_test(test_cap)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
