/* The fingerprint of any bytes as a message, with and without trusted hosts: tokens keep their promises. */
#include "base/limits.h"
#include "base/mem.h"
#include "feature/fingerprint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct strs tokens)
{
	for (size_t i = 0; i < tokens.n; i++) {
		must(print_family_of(tokens.v[i]) < PRINT_COUNT && tokens.v[i].n <= LIM_PRINT_TOKEN);
		for (size_t k = 0; k < tokens.v[i].n; k++)
			must(tokens.v[i].p[k] >= 0x20 && tokens.v[i].p[k] < 0x7f);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a;
	struct message m;
	struct trace t;
	struct strs tokens, again;
	struct str host = S("mx.test");
	struct trust trust = {&host, 1};
	struct row row = {
		.time = TIME_NONE, .date = TIME_NONE, .mail_from = str_make(data, size < 20 ? size : 20), .subject = S("joe")};
	uint64_t found = 0;
	arena_init(&a, LIM_ARENA);
	must(message_parse(&a, str_make(data, size), &m) == 0);
	for (int guess = 0; guess < 2; guess++) {
		trace_find(&m, guess ? NULL : &trust, &t, &found);
		must(fingerprint_message(&a, &m, &t, &row, NULL, &tokens) == 0);
		check(tokens);
		must(fingerprint_message(&a, &m, &t, &row, NULL, &again) == 0);
		must(again.n == tokens.n);
		for (size_t i = 0; i < tokens.n; i++)
			must(str_eq(tokens.v[i], again.v[i]));
	}
	arena_free(&a);
	return 0;
}
