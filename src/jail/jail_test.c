/* jail_test.c - archives of every kind, whole, nested, damaged and hostile, through the jail. The archives are written here,
 * with libarchive; this program re-executes itself as the jail. */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "jail/frame.h"
#include "jail/jail.h"
#include "jail/magic.h"

enum { BIG = 512 * 1024 * 1024 };
static struct jail *jail;
static struct arena memory;

/* ---- writing archives ---- */

struct file {
	const char *name;
	struct str bytes;
};

static la_ssize_t on_write(struct archive *a, void *context, const void *p, size_t n)
{
	(void)a;
	buf_add(context, str_make(p, n));
	return (la_ssize_t)n;
}

/* format: "tar", "zip", "7z", "raw"; filter: "", "gz", "bz2", "xz", "lzma", "zst". */
static struct str make(const char *format, const char *filter, const struct file *files, size_t n, const char *options)
{
	struct buf out;
	buf_init_arena(&out, &memory, BIG);
	struct archive *a = archive_write_new();
	int r = strcmp(format, "tar") == 0   ? archive_write_set_format_pax_restricted(a)
	        : strcmp(format, "zip") == 0 ? archive_write_set_format_zip(a)
	        : strcmp(format, "7z") == 0  ? archive_write_set_format_7zip(a)
	                                     : archive_write_set_format_raw(a);
	r |= strcmp(filter, "gz") == 0     ? archive_write_add_filter_gzip(a)
	     : strcmp(filter, "bz2") == 0  ? archive_write_add_filter_bzip2(a)
	     : strcmp(filter, "xz") == 0   ? archive_write_add_filter_xz(a)
	     : strcmp(filter, "lzma") == 0 ? archive_write_add_filter_lzma(a)
	     : strcmp(filter, "zst") == 0  ? archive_write_add_filter_zstd(a)
	                                   : archive_write_add_filter_none(a);
	if (options)
		r |= archive_write_set_options(a, options);
	assert_int_equal(r, ARCHIVE_OK);
	archive_write_set_bytes_in_last_block(a, 1);
	assert_int_equal(archive_write_open(a, &out, NULL, on_write, NULL), ARCHIVE_OK);
	for (size_t i = 0; i < n; i++) {
		struct archive_entry *e = archive_entry_new();
		archive_entry_set_pathname(e, files[i].name);
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_perm(e, 0600);
		archive_entry_set_mtime(e, 1280711000, 0);
		archive_entry_set_size(e, (la_int64_t)files[i].bytes.n);
		assert_true(archive_write_header(a, e) >= ARCHIVE_WARN);
		for (size_t done = 0; done < files[i].bytes.n; done += 65536) /* small pieces keep libarchive's writer happy */
			assert_true(archive_write_data(a, files[i].bytes.p + done,
					    str_from(files[i].bytes, done).n < 65536 ? files[i].bytes.n - done : 65536) >= 0);
		archive_entry_free(e);
	}
	archive_write_close(a);
	archive_write_free(a);
	assert_true(buf_ok(&out));
	return buf_str(&out);
}

static struct str one(const char *format, const char *filter, const char *name, struct str bytes)
{
	return make(format, filter, &(struct file){name, bytes}, 1, NULL);
}

/* ---- reading them ---- */

static const char *const kinds[JAIL_PROBLEMS] = {"short", "damaged", "encrypted", "cap", "empty"};

static void on_report(void *context, enum jail_problem kind, struct str member, const char *text)
{
	buf_printf(context, "!%s %.*s %s\n", kinds[kind], STR_FMT(member), text);
}

static bool long_output;
/* Members as "path=bytes\n", "path#length\n" when long; "?" after one that is bad. */
static void read_fd(int fd, struct str first, struct buf *out)
{
	static uint8_t chunk[100000];
	struct err err = {0};
	struct str path;
	if (jail_open(jail, fd, first, on_report, out, &err) < 0)
		fail_msg("%s", err.text);
	while (jail_next(jail, &path)) {
		uint64_t total = 0;
		size_t n;
		struct buf name;
		buf_init_arena(&name, &memory, LIM_PATH);
		buf_add(&name, path);
		buf_byte(&name, long_output ? '#' : '=');
		while ((n = jail_read(jail, chunk, sizeof chunk)) > 0) {
			total += n;
			if (!long_output)
				buf_add(&name, str_make(chunk, n));
		}
		if (long_output)
			buf_u64(&name, total);
		buf_add(out, buf_str(&name));
		buf_add(out, jail_member_bad(jail) ? S("?\n") : S("\n"));
	}
	jail_close(jail);
}

static int memory_file(struct str bytes)
{
	int fd = memfd_create("archive", MFD_CLOEXEC);
	for (size_t done = 0; done < bytes.n;) {
		ssize_t n = write(fd, bytes.p + done, bytes.n - done);
		assert_true(n > 0);
		done += (size_t)n;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* As a file, or through a pipe with the first bytes taken off. */
static struct str unpacked(struct str bytes, bool piped)
{
	struct buf out;
	buf_init_arena(&out, &memory, BIG);
	int ends[2], fd = piped ? -1 : memory_file(bytes);
	if (piped) {
		size_t first = bytes.n < 700 ? bytes.n : 700;
		assert_int_equal(pipe(ends), 0);
		fd = ends[0];
		fcntl(fd, F_SETPIPE_SZ, 1 << 20);
		assert_int_equal(write(ends[1], bytes.p + first, bytes.n - first), bytes.n - first);
		close(ends[1]);
		read_fd(fd, str_first(bytes, first), &out);
	} else {
		read_fd(fd, (struct str){0}, &out);
	}
	close(fd);
	return buf_str(&out);
}

static void expect(struct str bytes, const char *want)
{
	for (int piped = 0; piped < 2; piped++) {
		struct str got = unpacked(bytes, piped);
		if (!str_eq(got, str_of(want)))
			fail_msg("%s: got %.*s\nwanted %s", piped ? "pipe" : "file", STR_FMT(got), want);
	}
}

static void expect_has(struct str got, const char *part)
{
	if (str_find(got, str_of(part)) == STR_NPOS)
		fail_msg("no \"%s\" in: %.*s", part, STR_FMT(str_first(got, 4000)));
}

static int setup(void **state)
{
	(void)state;
	struct err err = {0};
	arena_init(&memory, (size_t)4 * BIG);
	long_output = false;
	return jail_new(&jail, &err);
}

static int teardown(void **state)
{
	(void)state;
	jail_stop(jail);
	arena_free(&memory);
	return 0;
}

/* ---- the tests ---- */

static const char *const formats[] = {"tar", "zip", "7z"};
static const char *const filters[] = {"", "gz", "bz2", "xz", "lzma", "zst"};

static void test_kinds(void **state)
{
	(void)state;
	const struct file two[] = {{"a", S("one")}, {"d/b", S("zwei")}};
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 6; k++) {
			struct str inner = make(formats[i], "", two, 2, NULL);
			expect(*filters[k] ? one("raw", filters[k], "x", inner) : inner, "a=one\nd/b=zwei\n");
		}
	for (size_t k = 1; k < 6; k++)
		expect(one("raw", filters[k], "x", S("Subject: x\n\ny")), "=Subject: x\n\ny\n");
}

static void test_nested(void **state)
{
	(void)state;
	struct str inner = one("7z", "", "m", S("mail"));
	expect(one("raw", "zst", "x", one("tar", "", "x.7z", inner)), "x.7z/m=mail\n");
	expect(one("tar", "", "y", one("raw", "zst", "x", inner)), "y/m=mail\n");
	expect(one("zip", "", "y.zip", one("7z", "", "z", one("tar", "xz", "m", S("mail")))), "y.zip/z/m=mail\n");
	expect(one("tar", "", "m.gz", one("raw", "gz", "m", S("mail"))), "m.gz=mail\n");
	struct str deep = one("tar", "gz", "m", S("mail"));
	for (int i = 0; i < 3; i++)
		deep = one("tar", "gz", "t", deep);
	expect(deep, "t/t/t/m=mail\n");
	expect(one("tar", "", "t", deep), "!cap t/t/t/t archives nested too deep: not opened\n");
	const struct file mixed[] = {{"t", deep}, {"n", S("next")}};
	expect(make("tar", "zst", mixed, 2, NULL), "!cap t/t/t/t archives nested too deep: not opened\nn=next\n");
	struct buf twice; /* cat a.tar.gz a.tar.gz: both count */
	buf_init_arena(&twice, &memory, MIB);
	for (int i = 0; i < 2; i++)
		buf_add(&twice, one("tar", "gz", "m", S("mail")));
	expect(buf_str(&twice), "m=mail\nm=mail\n");
	deep = S("x");
	for (int i = 0; i < 5; i++)
		deep = one("raw", "gz", "t", deep);
	expect(deep, "!cap  archives nested too deep: not opened\n");
}

/* Every cut of every kind: ends, with no more than is there, and a cut member is never taken for a whole one. */
static void test_truncated(void **state)
{
	(void)state;
	const struct file files[] = {{"a", S("first mail\n")}, {"b", S("second mail\n")}};
	long_output = true;
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 6; k++) {
			struct str whole = make(formats[i], "", files, 2, NULL);
			if (*filters[k])
				whole = one("raw", filters[k], "x", whole);
			for (size_t n = MAGIC_BYTES; n < whole.n; n += 1 + whole.n / 10) {
				struct str got = unpacked(str_first(whole, n), n % 2);
				bool all = str_starts(got, S("a#11\nb#12\n"));
				bool told = str_find_byte(got, '!') != STR_NPOS;
				if (!all && !told && i != 0)
					fail_msg("%s.%s cut at %zu: %.*s", formats[i], filters[k], n, STR_FMT(got));
				for (int m = 0; m < 20 && !all; m++) {
					char bad[16];
					snprintf(bad, sizeof bad, "a#%d\n", m);
					assert_true(m == 11 || str_find(got, str_of(bad)) == STR_NPOS);
				}
			}
		}
	static uint8_t noise[300000];
	srand(1);
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (uint8_t)(rand() >> 7);
	const struct file big[] = {{"a", {noise, sizeof noise}}};
	for (size_t i = 0; i < 3; i++)
		for (size_t k = 0; k < 6; k++) {
			struct str whole = make(formats[i], "", big, 1, NULL);
			if (*filters[k])
				whole = one("raw", filters[k], "x", whole);
			struct str got = unpacked(str_first(whole, whole.n / 2), false);
			expect_has(got, "!");
			if (i == 0 && k != 2) { /* half a bzip2 block is nothing; half a 7z or zip need not start at all */
				expect_has(got, "?\n");
				expect_has(got, "!short a");
			}
		}
}

static void test_damaged(void **state)
{
	(void)state;
	const struct file files[] = {{"a", S("first mail, first mail, first mail\n")}, {"b", S("second\n")}};
	struct str zip = make("zip", "", files, 2, "compression=store");
	uint8_t *p = (uint8_t *)(uintptr_t)zip.p;
	p[str_find(zip, S("first mail"))] ^= 1;
	struct str got = unpacked(zip, false);
	expect_has(got, "a=girst mail, first mail, first mail\n?\nb=second\n");
	expect_has(got, "!damaged a damaged; what could be read is kept (ZIP bad CRC");
	expect(S("\x1f\x8b\x08 this is no gzip at all, although it starts like one"),
		"!short  nothing could be unpacked: cut short, damaged or empty\n");
	expect(S("text"), "!damaged  not an archive\n");
	expect(make("zip", "", NULL, 0, NULL), "!empty  an archive without members\n");
	expect(make("zip", "", files, 1, "compression=store"), "a=first mail, first mail, first mail\n\n");
}

/* Damage that is told with the last bytes of a long member: they and the next member are kept. */
static void test_damaged_at_the_end(void **state)
{
	(void)state;
	enum { LONG = 300000 };
	const struct file files[] = {{"a", {arena_zalloc(&memory, 1, LONG), LONG}}, {"b", S("second\n")}};
	struct str zip = make("zip", "", files, 2, "compression=deflate");
	long_output = true;
	((uint8_t *)(uintptr_t)zip.p)[str_find(zip, S("PK\1\2")) + 16] ^= 1; /* its CRC */
	for (int piped = 0; piped < 2; piped++) {
		struct str got = unpacked(zip, piped);
		expect_has(got, "!damaged a damaged; what could be read is kept (ZIP bad CRC");
		expect_has(got, "a#300000?\nb#7\n");
	}
}

/* Compressed files that are whole, with something behind them, and with a wrong check sum. */
static void test_end_of_filters(void **state)
{
	(void)state;
	static const char *const behind = "=mail\n!damaged  something else stands behind its end: that was not read\n";
	static const uint8_t zeros[1000];
	for (size_t k = 1; k < 3; k++) {
		struct str one_file = one("raw", filters[k], "x", S("mail"));
		const struct str tails[] = {str_make(zeros, sizeof zeros), S("xx"), S("\n"), one_file};
		const char *const want[] = {"=mail\n", behind, behind, "=mailmail\n"};
		for (size_t i = 0; i < COUNT(tails); i++) {
			struct buf b;
			buf_init_arena(&b, &memory, MIB);
			buf_add(&b, one_file);
			buf_add(&b, tails[i]);
			expect(buf_str(&b), want[i]);
		}
	}
	struct str gz = one("raw", "gz", "x", S("mail"));
	((uint8_t *)(uintptr_t)gz.p)[gz.n - 8] ^= 1;
	expect(gz, "=mail\n!damaged  damaged; what could be read is kept (wrong check sum)\n");
	expect(one("tar", "", "m.gz", gz), "m.gz=mail\n!damaged m.gz damaged; what could be read is kept (wrong check sum)\n");
}

/* Wherever a byte is changed: the child says what is wrong in whole frames, and ends by itself. */
static void test_changed(void **state)
{
	(void)state;
	enum { LONG = 100000, TRIES = 100 };
	const struct file files[] = {{"a", {arena_zalloc(&memory, 1, LONG), LONG}}, {"b", S("second\n")}};
	const struct str whole[] = {make("zip", "", files, 2, NULL), make("7z", "", files, 2, NULL),
		make("tar", "gz", files, 2, NULL), make("tar", "zst", files, 2, NULL), make("tar", "xz", files, 2, NULL)};
	long_output = true;
	for (size_t i = 0; i < COUNT(whole); i++)
		for (size_t k = 0; k < TRIES; k++) {
			uint8_t *copy = test_copy(whole[i]);
			copy[k * whole[i].n / TRIES] ^= (uint8_t)(1 << k % 8);
			struct str got = unpacked(str_make(copy, whole[i].n), k % 2);
			mem_free(copy);
			if (str_find(got, S("ended early")) != STR_NPOS || str_find(got, S("crashed")) != STR_NPOS ||
				str_find(got, S("forbidden")) != STR_NPOS)
				fail_msg("archive %zu, byte %zu: %.*s", i, k * whole[i].n / TRIES, STR_FMT(got));
		}
}

static void test_names(void **state)
{
	(void)state;
	const struct file files[] = {
		{"../../etc/\x1b[1m", S("1")}, {"\xff\xfe", S("2")}, {"/abs", S("3")}, {"gr\xc3\xbc\xc3\x9f", S("4")}};
	expect(make("tar", "", files, 4, "hdrcharset=BINARY"), "../../etc/\x1b[1m=1\n\xff\xfe=2\n/abs=3\ngr\xc3\xbc\xc3\x9f=4\n");
	expect(make("zip", "", files + 2, 2, NULL), "/abs=3\ngr\xc3\xbc\xc3\x9f=4\n");
	expect(make("7z", "", files + 3, 1, NULL), "gr\xc3\xbc\xc3\x9f=4\n");
	char name[5000] = {0};
	memset(name, 'n', sizeof name - 1);
	struct str got = unpacked(one("tar", "", name, S("x")), false);
	assert_true(got.n > 1000 && got.n <= LIM_PATH + 4);
}

/* CPU time of all jails that have ended; the clock on the wall tells of other programs. Ends the one of now. */
static double seconds_spent(void)
{
	struct rusage u;
	jail_stop(jail);
	jail = NULL;
	getrusage(RUSAGE_CHILDREN, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + 1e-6 * (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static double start_anew(void)
{
	struct err err = {0};
	double before = seconds_spent();
	assert_int_equal(jail_new(&jail, &err), 0);
	return before;
}

static void test_bombs(void **state)
{
	(void)state;
	uint8_t *zeros = arena_zalloc(&memory, 1, 96 * MIB);
	assert_non_null(zeros);
	double before = start_anew();
	long_output = true;
	static const char *const packers[] = {"bz2", "xz", "zst"}; /* gzip cannot reach the ratio: at most 1032 */
	for (size_t i = 0; i < 3; i++) {
		struct str bomb = one("tar", packers[i], "zeros", str_make(zeros, 96 * MIB));
		struct str got = unpacked(bomb, false);
		expect_has(got, "!cap zeros unpacks to more than 1000 times its size");
		expect_has(got, "?\n");
	}
	/* A bomb in a bomb; the outer one is small. */
	struct str inner = one("raw", "zst", "x", str_make(zeros, 96 * MIB));
	expect_has(unpacked(one("zip", "", "in.zst", inner), true), "!cap in.zst unpacks");
	assert_true(seconds_spent() - before < 60);
}

/* The known self-reproducing gzip cannot be written here; an archive of itself, many levels deep, is as endless to us. */
static void test_quine(void **state)
{
	(void)state;
	struct str deep = S("end");
	for (int i = 0; i < 40; i++) {
		const struct file twice[] = {{"q", deep}, {"p", S("x")}};
		deep = make(i % 2 ? "zip" : "tar", i % 3 ? "" : "gz", twice, 2, NULL);
	}
	double before = start_anew();
	expect_has(unpacked(deep, false), "nested too deep");
	assert_true(seconds_spent() - before < 5);
}

/* A window beyond 128 MiB is told; the next archive works. So is our own lack of memory. */
static void test_memory(void **state)
{
	(void)state;
	/* zstd frame header: magic, descriptor without content size, window 2^31; one empty last block. */
	expect(S("\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00"),
		"!cap  its zstd window is larger than 128 MiB (zstd --long): unpack it first\n");
	expect(one("tar", "zst", "m", S("mail")), "m=mail\n");
	struct jail *none;
	struct err err = {0};
	mem_fail_from(0);
	assert_int_equal(jail_new(&none, &err), ERR_ENV);
	mem_fail_from(-1);
	assert_null(none);
	jail_stop(none);
}

static void test_encrypted(void **state)
{
	(void)state;
	/* A stored zip member with the encryption bit, as the APPNOTE has it. */
	struct str zip = make("zip", "", &(struct file){"a", S("123456789012345")}, 1, "compression=store");
	uint8_t *p = (uint8_t *)(uintptr_t)zip.p;
	p[6] |= 1;
	size_t central = str_find(zip, S("PK\1\2"));
	p[central + 8] |= 1;
	expect_has(unpacked(zip, false), "!encrypted a ");
}

/* A process is started with the first archive: most runs read none. */
static void test_lazy(void **state)
{
	(void)state;
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	expect(one("tar", "gz", "m", S("mail")), "m=mail\n");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), 0); /* there is one, and it runs */
}

/* An archive abandoned in the middle does not disturb the next. */
static void test_abandoned(void **state)
{
	(void)state;
	struct err err = {0};
	struct str path, big = one("tar", "", "big", str_make(arena_zalloc(&memory, 1, 8 * MIB), 8 * MIB));
	char byte;
	for (int i = 0; i < 20; i++) {
		int fd = memory_file(big);
		struct buf out;
		buf_init_arena(&out, &memory, MIB);
		assert_int_equal(jail_open(jail, fd, (struct str){0}, on_report, &out, &err), 0);
		if (i % 3) {
			assert_true(jail_next(jail, &path));
			assert_int_equal(jail_read(jail, &byte, 1), 1);
		}
		jail_close(jail);
		close(fd);
		assert_int_equal(out.n, 0);
		if (i % 2)
			expect(one("tar", "", "m", S("mail")), "m=mail\n");
	}
}

/* The child cannot open, connect, fork, run or hog, and the jail outlives each try. */
static void test_sandbox(void **state)
{
	(void)state;
	static const char *const killed = "!damaged  unpacking tried a forbidden system call and was stopped\n";
	static const char *const refused = "!cap  the process that unpacks it could not be locked up, or gave up\n";
	static const char *const gone = "!cap  the process that unpacks archives was killed (out of memory?)\n";
	static const char *const still = "!cap  unpacking stood still and was stopped\n";
	const struct {
		enum jail_test what;
		const char *want;
	} cases[] = {{JAIL_TEST_OPEN, killed}, {JAIL_TEST_SOCKET, killed}, {JAIL_TEST_FORK, killed}, {JAIL_TEST_EXEC, killed},
		{JAIL_TEST_MEMORY, refused}, {JAIL_TEST_CRASH, "!damaged  unpacking crashed\n"}, {JAIL_TEST_FINE, refused},
		{JAIL_TEST_SLEEP, still}, {JAIL_TEST_LINGER, still}, {JAIL_TEST_NO_SERVER, gone}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct err err = {0};
		struct buf out;
		bool own = cases[i].want == refused || cases[i].what == JAIL_TEST_CRASH;
		if (JAIL_RELAXED && own)
			continue; /* sanitizers have memory and signals their own way */
		buf_init_arena(&out, &memory, MIB);
		assert_int_equal(jail_self_test(jail, cases[i].what, on_report, &out, &err), 0);
		if (!str_eq(buf_str(&out), str_of(JAIL_RELAXED && cases[i].want == killed ? refused : cases[i].want)))
			fail_msg("test %d: %.*s", cases[i].what, STR_FMT(buf_str(&out)));
	}
	expect(one("tar", "", "m", S("mail")), "m=mail\n");
}

static void test_magic(void **state)
{
	(void)state;
	const struct {
		struct str s;
		enum magic want;
	} cases[] = {{S("\x1f\x8b\x08"), MAGIC_GZIP}, {S("\x1f\x8b"), MAGIC_NONE}, {S("BZh91AY&SY"), MAGIC_BZIP2},
		{S("BZh is what"), MAGIC_NONE},
		{S("\xfd"
		   "7zXZ\0"),
			MAGIC_XZ},
		{S("\x28\xb5\x2f\xfd"), MAGIC_ZSTD}, {S("\x50\x2a\x4d\x18\1\0\0\0"), MAGIC_ZSTD}, {S("PK\3\4"), MAGIC_ZIP},
		{S("PK\5\6"), MAGIC_NONE}, {S("7z\xbc\xaf\x27\x1c"), MAGIC_7ZIP}, {S(""), MAGIC_NONE},
		{S("From: x\n"), MAGIC_NONE}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(magic_of(cases[i].s, true), cases[i].want);
	uint8_t zeros[512] = {0};
	assert_int_equal(magic_of(str_make(zeros, sizeof zeros), false), MAGIC_NONE);
}

int main(int argc, char **argv)
{
	if (jail_main_wanted(argc, argv))
		return jail_main(argc, argv);
	setlocale(LC_CTYPE, "C.UTF-8"); /* for libarchive's writers */
#define JAILED(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {JAILED(test_lazy), JAILED(test_kinds), JAILED(test_nested), JAILED(test_truncated),
		JAILED(test_damaged), JAILED(test_damaged_at_the_end), JAILED(test_end_of_filters), JAILED(test_changed),
		JAILED(test_names), JAILED(test_bombs), JAILED(test_quine), JAILED(test_memory), JAILED(test_encrypted),
		JAILED(test_abandoned), JAILED(test_sandbox), cmocka_unit_test(test_magic)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
