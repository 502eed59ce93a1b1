/* One line of SMTP dialogue, and what its dialect says. */
#include "base/limits.h"
#include "base/mem.h"
#include "feature/fingerprint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct message m;
	struct trace t = {.last_trusted = -1, .time = TIME_NONE};
	struct row row = {.time = TIME_NONE, .date = TIME_NONE};
	struct transcript smtp;
	struct strs tokens;
	struct str id;
	arena_init(&a, LIM_ARENA);
	must(message_parse(&a, S("From: a@b\n\nx\n"), &m) == 0);
	if (transcript_parse(&a, str_make(data, size), &id, &smtp) == 1) {
		must(smtp.n <= LIM_TRANSCRIPT_LINES);
		must(fingerprint_message(&a, &m, &t, &row, &smtp, &tokens) == 0);
		for (size_t i = 0; i < tokens.n; i++)
			must(print_family_of(tokens.v[i]) < PRINT_COUNT && tokens.v[i].n <= LIM_PRINT_TOKEN);
	}
	arena_free(&a);
	return 0;
}
