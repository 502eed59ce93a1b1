/* transcript_test.c - the index over a file of SMTP dialogues: hostile lines, long lines, doubles, failing allocations. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/test.h"
#include "feature/transcript.h"

static const char good[] = "{\"message_id\": \"<1@a>\", \"smtp\": [\"EHLO a\", \"QUIT\"], \"pipelined\": true}\n"
			   "\n"
			   "not json\n"
			   "[1]\n"
			   "{\"message_id\": 1, \"smtp\": []}\n"
			   "{\"message_id\": \"<1@a>\", \"smtp\": [\"second\"]}\n"
			   "{\"message_id\": \"\", \"smtp\": []}\n"
			   "{\"message_id\": \"<2@a>\", \"smtp\": [1, \"x\\u0000y\"], \"other\": {}}\n";

static void write_file(char *path, const char *text, size_t long_line)
{
	snprintf(path, 64, "/tmp/transcript_test.XXXXXX");
	FILE *f = fdopen(mkstemp(path), "w");
	fputs(text, f);
	for (size_t i = 0; i < long_line; i++)
		fputc('x', f);
	if (long_line)
		fputs("\n{\"message_id\": \"<3@a>\", \"smtp\": [\"HELO b\"]}", f);
	fclose(f);
}

static void lookup(void **state)
{
	static const size_t long_lines[] = {0, 100, LIM_TRANSCRIPT, LIM_TRANSCRIPT + 1, 2 * LIM_TRANSCRIPT, 5 * LIM_TRANSCRIPT + 7};
	(void)state;
	for (size_t i = 0; i < sizeof long_lines / sizeof *long_lines; i++) {
		struct transcript_index *x;
		struct transcript t;
		struct arena a;
		struct err err = {0};
		char path[64];
		size_t extra = long_lines[i] ? 1 : 0;
		arena_init(&a, LIM_ARENA);
		write_file(path, good, long_lines[i]);
		assert_int_equal(transcript_open(&x, (const char *[]){path}, 1, &err), 0);
		assert_int_equal(transcript_count(x), 3 + extra);
		assert_int_equal(transcript_skipped(x), 4 + extra);
		assert_int_equal(transcript_find(x, &a, S("<1@a>"), &t), 1);
		assert_true(t.n == 2 && t.pipelined && str_eq(t.lines[0], S("EHLO a")));
		assert_int_equal(transcript_find(x, &a, S("<2@a>"), &t), 1);
		assert_true(t.n == 2 && !t.pipelined && t.lines[1].n == 3 && t.lines[0].n == 0);
		assert_int_equal(transcript_find(x, &a, S("<3@a>"), &t), (int)extra);
		assert_int_equal(transcript_find(x, &a, S("<4@a>"), &t), 0);
		assert_int_equal(transcript_find(x, &a, S(""), &t), 0);
		assert_int_equal(transcript_find(NULL, &a, S("<1@a>"), &t), 0);
		assert_int_equal(truncate(path, 10), 0); /* changed meanwhile */
		assert_int_equal(transcript_find(x, &a, S("<2@a>"), &t), 0);
		transcript_close(x);
		unlink(path);
		arena_free(&a);
	}
}

static void missing(void **state)
{
	struct transcript_index *x;
	struct err err = {0};
	(void)state;
	assert_int_equal(transcript_open(&x, (const char *[]){"/nonexistent/smtp.jsonl"}, 1, &err), ERR_INPUT);
	assert_null(x);
	transcript_close(NULL);
	assert_int_equal(transcript_count(NULL), 0);
}

static void out_of_memory(void **state)
{
	char path[64];
	(void)state;
	write_file(path, good, 0);
	for (long n = 0;; n++) {
		struct transcript_index *x;
		struct transcript t;
		struct arena a;
		struct err err = {0};
		arena_init(&a, LIM_ARENA);
		mem_fail_from(n);
		int rc = transcript_open(&x, (const char *[]){path}, 1, &err);
		int found = rc ? 0 : transcript_find(x, &a, S("<1@a>"), &t);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_true(hit ? rc == ERR_ENV || found == ERR_ENV : rc == 0 && found == 1);
		transcript_close(x);
		arena_free(&a);
		if (!hit)
			break;
	}
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(lookup), cmocka_unit_test(missing), cmocka_unit_test(out_of_memory)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
