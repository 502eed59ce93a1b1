/* progress_test.c - what a terminal sees. */
#include "base/test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/progress.h"

/* A terminal in place of standard error; what it shows is read from the other end. */
struct terminal {
	int master, saved;
};

static void open_terminal(struct terminal *t)
{
	t->master = posix_openpt(O_RDWR | O_NOCTTY);
	if (t->master < 0 || grantpt(t->master) || unlockpt(t->master)) {
		close(t->master);
		skip(); /* no pseudo-terminals here, as in a chroot without devpts */
	}
	int slave = open(ptsname(t->master), O_RDWR | O_NOCTTY);
	t->saved = dup(STDERR_FILENO);
	assert_true(slave >= 0 && t->saved >= 0 && dup2(slave, STDERR_FILENO) >= 0);
	close(slave);
}

/* All that was shown: it comes in pieces, and ends with an error once nobody has the terminal open. */
static size_t close_terminal(struct terminal *t, char *out, size_t room)
{
	size_t n = 0;
	ssize_t got;
	dup2(t->saved, STDERR_FILENO);
	close(t->saved);
	while (n < room - 1 && (got = read(t->master, out + n, room - 1 - n)) > 0)
		n += (size_t)got;
	close(t->master);
	out[n] = 0;
	return n;
}

static void a_part_is_told_after_a_second(void **state)
{
	struct terminal t;
	struct progress p;
	char seen[200];
	(void)state;
	open_terminal(&t);
	progress_start(&p, "relating messages", true);
	progress_part(&p, "campaigns", 1, 8);
	bool early = p.shown;
	p.start -= 2;
	progress_part(&p, "engines", 3, 8);
	progress_end(&p);
	size_t n = close_terminal(&t, seen, sizeof seen);
	assert_false(early);
	assert_true(n > 0);
	assert_string_equal(seen, "\rrelating messages: engines (3 of 8)\033[K\r\033[K");
}

/* The first line is due, the second, at once behind it, is not. */
static void how_many_of_all(void **state)
{
	struct terminal t;
	struct progress p;
	char seen[200];
	(void)state;
	open_terminal(&t);
	progress_start(&p, "campaigns", true);
	progress_count(&p, 1, 400);
	bool early = p.shown;
	p.start -= 2;
	p.last -= 2;
	progress_count(&p, 100, 400);
	progress_count(&p, 101, 400);
	progress_end(&p);
	size_t n = close_terminal(&t, seen, sizeof seen);
	assert_false(early);
	assert_true(n > 0);
	assert_non_null(strstr(seen, "\rcampaigns  100 of 400   25 %  ETA 0:0"));
	assert_null(strstr(seen, "101"));
}

static void nobody_asked(void **state)
{
	struct terminal t;
	struct progress p;
	char seen[200];
	(void)state;
	open_terminal(&t);
	progress_start(&p, "relating messages", false);
	p.start -= 2;
	progress_part(&p, "engines", 3, 8);
	progress_count(&p, 3, 8);
	progress_end(&p);
	assert_int_equal(close_terminal(&t, seen, sizeof seen), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_part_is_told_after_a_second), cmocka_unit_test(how_many_of_all), cmocka_unit_test(nobody_asked)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
