/* unseen_test.c - rows whose images come later end as those whose images were looked at at once. This program re-executes itself as
 * the server that decodes them. */
#include "base/test.h"

#include <signal.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "campaign/sketch.h"
#include "jail/qr_samples.h"
#include "feature/extract.h"
#include "ingest/unseen.h"
#include "jail/jail.h"

enum { SIDE = 80, CODE_BITS = 7, CLEAR = 1 << CODE_BITS, END, BETWEEN_CLEARS = 64, FILES = LIM_MESSAGE_IMAGES + 2 };

static struct arena memory;

/* A GIF of grey squares, as drawn by which: codes stay eight bits wide when the table is cleared often enough. */
static struct str gif_of(unsigned which)
{
	static const uint8_t head[] = {'G', 'I', 'F', '8', '9', 'a', SIDE, 0, SIDE, 0, 0x80 | (CODE_BITS - 1), 0, 0};
	static const uint8_t frame[] = {',', 0, 0, 0, 0, SIDE, 0, SIDE, 0, 0, CODE_BITS};
	struct buf b;
	buf_init_arena(&b, &memory, 64 << 10);
	buf_add(&b, str_make(head, sizeof head));
	for (unsigned i = 0; i < CLEAR; i++)
		for (unsigned k = 0; k < 3; k++)
			buf_byte(&b, (uint8_t)(2 * i));
	buf_add(&b, str_make(frame, sizeof frame));
	for (unsigned i = 0; i < SIDE * SIDE; i += BETWEEN_CLEARS) {
		buf_byte(&b, BETWEEN_CLEARS + 1);
		buf_byte(&b, CLEAR);
		for (unsigned k = i; k < i + BETWEEN_CLEARS; k++)
			buf_byte(&b,
				(uint8_t)(((k / SIDE / 4 + 1) * 7919 + (k % SIDE / 4 + 1) * 104729) * (which + 3) % 251 % CLEAR));
	}
	buf_add(&b, str_make((const uint8_t[]){1, END, 0, ';'}, 4));
	assert_true(buf_ok(&b));
	return buf_str(&b);
}

/* What comes of a message with a QR code, whose images this one is of. */
struct anew {
	unsigned calls;
	struct str bytes;
};

static int again(
	void *ctx, const struct raw_mail *mail, const struct feed *feed, struct arena *rows, struct row *to, struct err *err)
{
	struct anew *a = ctx;
	(void)rows, (void)feed, (void)err;
	a->calls++;
	assert_same(mail->bytes, a->bytes, mail->bytes);
	assert_same(mail->path, S("box"), mail->bytes);
	to->n_urls = 1;
	return 0;
}

static const struct raw_mail usual_mail = {
	.bytes = STR_INIT("raw"), .path = STR_INIT("box"), .member = STR_INIT(""), .from_line = STR_INIT("")};

static int take(struct unseen *u)
{
	struct anew a = {.bytes = usual_mail.bytes};
	struct err err = {0};
	int rc = unseen_take(u, again, &a, &err);
	assert_int_equal(a.calls, 0);
	return rc;
}

/* A message with a text file and so many images; every third of them is cut. */
static struct doc message(unsigned which, size_t images)
{
	struct doc_attachment *t = arena_zalloc(&memory, FILES, sizeof *t);
	assert_non_null(t);
	for (size_t i = 0; i <= images; i++) {
		struct str file = gif_of(which + (unsigned)i);
		if (i % 3 == 2)
			file.n /= 2;
		t[i] = (struct doc_attachment){
			.type = S("image/gif"), .name = S("offer.gif"), .size = file.n, .width = SIDE, .height = SIDE};
		if (i == images / 2)
			t[i] = (struct doc_attachment){.type = S("text/plain"), .name = S("a.txt"), .size = file.n};
		else
			t[i].unseen = file;
		sha256(file, t[i].sha256);
	}
	return (struct doc){.text = S("Buy now at a low price"), .attachments = t, .n_attachments = images + 1};
}

static struct row row_of(const struct doc *d)
{
	struct row r = {.anomalies = 1, .sketch = sketch_of(&memory, d)};
	assert_non_null(r.sketch.p);
	return r;
}

/* The row when each image is looked at by itself. */
static struct row row_at_once(struct images *images, struct doc d)
{
	struct doc_attachment *t = arena_zalloc(&memory, FILES, sizeof *t);
	uint64_t anomalies = 1;
	assert_non_null(t);
	memcpy(t, d.attachments, d.n_attachments * sizeof *t);
	d.attachments = t;
	for (size_t i = 0; i < d.n_attachments; i++) {
		struct image_look look;
		if (!t[i].unseen.n)
			continue;
		images_look(images, t[i].unseen, t[i].sha256, &look);
		assert_int_equal(look.state, IMAGE_LOOK);
		anomalies |= extract_look(&t[i], &look);
	}
	struct row r = row_of(&d);
	r.anomalies = (int64_t)anomalies;
	return r;
}

static void same_row(const struct row *got, const struct row *want)
{
	assert_int_equal(got->anomalies, want->anomalies);
	assert_int_equal(got->sketch.n, want->sketch.n);
	assert_memory_equal(got->sketch.p, want->sketch.p, want->sketch.n);
}

/* Messages with none up to as many images as are looked at, gathered until no more should be; what they came from is gone by then. */
static void test_later(void **state)
{
	struct images *one, *many;
	struct err err = {0};
	struct row rows[40], want[COUNT(rows)];
	struct arena kept;
	size_t taken = 0;
	(void)state;
	arena_init(&kept, LIM_ARENA);
	assert_int_equal(images_new(&one, &err) | images_new(&many, &err), 0);
	struct unseen *u = unseen_new(many);
	assert_non_null(u);
	assert_int_equal(take(u), 0);
	for (unsigned i = 0; i < COUNT(rows); i++) {
		size_t n = i % (LIM_MESSAGE_IMAGES + 1);
		struct doc d = message(i, n);
		assert_int_equal(unseen_due(&d), n > 0);
		want[i] = row_at_once(one, d);
		rows[i] = row_of(&d);
		if (n && unseen_add(u, &usual_mail, NULL, &d, &rows[i], &kept))
			fail();
		for (size_t k = 0; k <= n; k++)
			if (d.attachments[k].unseen.n)
				memset((void *)(uintptr_t)d.attachments[k].unseen.p, 0, d.attachments[k].unseen.n);
		memset(d.attachments, 0xFF, FILES * sizeof *d.attachments);
		if (unseen_full(u)) {
			assert_int_equal(take(u), 0);
			assert_false(unseen_full(u) || unseen_wait(u));
			taken++;
		}
	}
	assert_true(taken > 5 && unseen_wait(u));
	assert_int_equal(take(u), 0);
	for (size_t i = 0; i < COUNT(rows); i++)
		same_row(&rows[i], &want[i]);
	assert_int_equal(images_count(many).broke, 0);
	assert_int_equal(images_count(many).decoded, images_count(one).decoded);
	unseen_del(u);
	images_del(one);
	images_del(many);
	arena_free(&kept);
}

/* A GIF of a QR code, two pixels a module. */
static struct str gif_of_code(void)
{
	static const uint8_t head[] = {'G', 'I', 'F', '8', '9', 'a', SIDE, 0, SIDE, 0, 0x80 | (CODE_BITS - 1), 0, 0};
	static const uint8_t frame[] = {',', 0, 0, 0, 0, SIDE, 0, SIDE, 0, 0, CODE_BITS};
	struct buf b;
	buf_init_arena(&b, &memory, 64 << 10);
	buf_add(&b, str_make(head, sizeof head));
	for (unsigned i = 0; i < 3 * CLEAR; i++)
		buf_byte(&b, i < 3 ? 0xFF : 0);
	buf_add(&b, str_make(frame, sizeof frame));
	for (unsigned i = 0; i < SIDE * SIDE; i += BETWEEN_CLEARS) {
		buf_byte(&b, BETWEEN_CLEARS + 1);
		buf_byte(&b, CLEAR);
		for (unsigned k = i; k < i + BETWEEN_CLEARS; k++)
			buf_byte(
				&b, qr_sample_at(QR_URL, qr_sample_size(QR_URL), (int)(k % SIDE) / 2 - 4, (int)(k / SIDE) / 2 - 4));
	}
	buf_add(&b, str_make((const uint8_t[]){1, END, 0, ';'}, 4));
	assert_true(buf_ok(&b));
	return buf_str(&b);
}

/* A message is analysed anew when one of its images has a QR code, and only that one; with what it was, though that is gone. */
static void test_code(void **state)
{
	struct doc d[] = {message(1, 2), message(40, 3), message(80, 1)};
	struct row rows[COUNT(d)];
	struct images *images;
	struct err err = {0};
	struct arena kept;
	(void)state;
	arena_init(&kept, LIM_ARENA);
	for (size_t i = 0; i < d[1].n_attachments; i++)
		if (d[1].attachments[i].unseen.n) {
			d[1].attachments[i].unseen = gif_of_code();
			sha256(d[1].attachments[i].unseen, d[1].attachments[i].sha256);
		}
	assert_int_equal(images_new(&images, &err), 0);
	struct unseen *u = unseen_new(images);
	assert_non_null(u);
	for (size_t i = 0; i < COUNT(d); i++) {
		char text[] = "raw 0", path[] = "box";
		text[4] = (char)('0' + i);
		struct raw_mail mail = {.bytes = str_of(text), .path = str_of(path), .member = S(""), .from_line = S("")};
		rows[i] = row_of(&d[i]);
		assert_int_equal(unseen_add(u, &mail, NULL, &d[i], &rows[i], &kept), 0);
		memset(text, 'x', sizeof text);
		memset(path, 'x', sizeof path);
	}
	struct anew a = {.bytes = S("raw 1")};
	assert_int_equal(unseen_take(u, again, &a, &err), 0);
	assert_int_equal(a.calls, 1);
	for (size_t i = 0; i < COUNT(d); i++)
		assert_int_equal(rows[i].n_urls, i == 1);
	unseen_del(u);
	images_del(images);
	arena_free(&kept);
}

/* Large images are not gathered beyond what a batch of messages has, nor large messages with small ones. */
static void test_bytes(void **state)
{
	struct doc_attachment t = {.type = S("image/gif")};
	struct doc d = {.attachments = &t, .n_attachments = 1};
	struct images *images;
	struct err err = {0};
	(void)state;
	struct row row = row_of(&d);
	uint8_t *p = arena_zalloc(&memory, LIM_BATCH, 1);
	assert_non_null(p);
	t.unseen = str_make(p, LIM_BATCH);
	assert_int_equal(images_new(&images, &err), 0);
	struct unseen *u = unseen_new(images);
	assert_non_null(u);
	for (int i = 0; i < 2; i++) {
		assert_false(unseen_full(u));
		assert_int_equal(unseen_add(u, &usual_mail, NULL, &d, &row, &memory), 0);
		assert_true(unseen_full(u));
		assert_int_equal(take(u), 0);
	}
	const struct raw_mail large = {.bytes = str_make(p, LIM_BATCH), .path = S("box"), .member = S(""), .from_line = S("")};
	t.unseen.n = 1;
	assert_false(unseen_full(u));
	assert_int_equal(unseen_add(u, &large, NULL, &d, &row, &memory), 0);
	assert_true(unseen_full(u));
	assert_int_equal(take(u), 0);
	unseen_del(u);
	images_del(images);
}

static int gather(struct images *images, const struct doc *d, struct row *rows, size_t n, struct arena *kept)
{
	struct unseen *u = unseen_new(images);
	int rc = u ? 0 : ERR_ENV;
	for (size_t i = 0; i < n && !rc; i++)
		rc = unseen_add(u, &usual_mail, NULL, &d[i], &rows[i], kept);
	rc = rc ? rc : take(u);
	unseen_del(u);
	return rc;
}

/* It is told, or the rows are whole: an answer that could not be remembered is no loss. */
static void test_no_memory(void **state)
{
	static void (*const fail_at[])(long n) = {mem_fail_from, mem_fail_only};
	struct images *one, *images;
	struct err err = {0};
	(void)state;
	assert_int_equal(images_new(&one, &err), 0);
	struct doc d[] = {message(1, LIM_MESSAGE_IMAGES), message(20, LIM_MESSAGE_IMAGES)};
	struct row want[] = {row_at_once(one, d[0]), row_at_once(one, d[1])};
	images_del(one);
	for (size_t how = 0; how < COUNT(fail_at); how++)
		for (long n = 0;; n++) {
			struct row rows[] = {row_of(&d[0]), row_of(&d[1])};
			struct arena kept;
			arena_init(&kept, LIM_ARENA);
			assert_int_equal(images_new(&images, &err), 0);
			fail_at[how](n);
			int rc = gather(images, d, rows, COUNT(rows), &kept);
			bool hit = mem_failed();
			mem_fail_from(-1);
			assert_true(rc == 0 || (hit && rc == ERR_ENV));
			for (size_t i = 0; i < COUNT(rows) && !rc; i++)
				same_row(&rows[i], &want[i]);
			images_del(images);
			arena_free(&kept);
			if (!hit)
				break;
		}
}

static int setup(void **state)
{
	(void)state;
	arena_init(&memory, 64 * MIB);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&memory);
	return 0;
}

int main(int argc, char **argv)
{
	if (jail_main_wanted(argc, argv))
		return jail_main(argc, argv);
	signal(SIGPIPE, SIG_IGN);
#define WITH_MEMORY(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_MEMORY(test_later), WITH_MEMORY(test_code), WITH_MEMORY(test_bytes), WITH_MEMORY(test_no_memory)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
