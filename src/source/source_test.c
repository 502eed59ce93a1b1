/* source_test.c - files, folders, Maildirs, boxes and pipes as sources. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/anomaly.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "jail/jail.h"
#include "source/foreign.h"
#include "source/sniff.h"
#include "source/source.h"
#include "source/walk.h"

#define F1 "From a@b.example  Mon Aug  2 01:02:03 2010\n"
#define F2 "From c@d.example Tue Aug 03 01:02:03 2010\n"
#define M1 "Subject: one\n\nx\n"
#define M2 "Subject: two\n\ny\n"

static char folder[64];

static int make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/trapline-source-XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static int remove_folder(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Writes folder/name, with the folders it needs. */
static void put(const char *name, struct str content)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = 0;
		assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
	}
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, content.p, content.n), content.n);
	close(fd);
}

static char *at(const char *name)
{
	static char path[8][256];
	static int i;
	i = (i + 1) % 8;
	snprintf(path[i], sizeof path[i], "%s/%s", folder, name);
	return path[i];
}

static struct jail *jail;

/* Adds a ustar member; size as announced, bytes as they are. */
static void tar_add(struct buf *tar, const char *name, struct str bytes)
{
	uint8_t h[512] = {0}, zeros[512] = {0};
	unsigned sum = 0;
	snprintf((char *)h, 100, "%s", name);
	snprintf((char *)h + 100, 8, "%07o", 0600u);
	snprintf((char *)h + 124, 12, "%011o", (unsigned)bytes.n);
	snprintf((char *)h + 136, 12, "%011o", 1280711000u);
	memset(h + 148, ' ', 8);
	h[156] = '0';
	memcpy(h + 257, "ustar\00000", 8);
	for (size_t i = 0; i < sizeof h; i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum);
	buf_add(tar, str_make(h, sizeof h));
	buf_add(tar, bytes);
	buf_add(tar, str_make(zeros, (512 - bytes.n % 512) % 512));
}

/* All messages as "path+offset,length box feed from_line[bytes]anomalies\n", the paths below the folder; then the problems. */
static int pull(const char *const *paths, size_t n, size_t read_max, struct buf *out, struct err *err)
{
	struct source *s;
	struct arena arena;
	struct raw_mail m;
	buf_clear(out);
	int r = source_open(&s, paths, n, &(struct source_settings){.jail = jail, .read_max = read_max}, err);
	if (r < 0)
		return r;
	arena_init(&arena, MIB);
	while ((r = source_next(s, &arena, &m, err)) == 1) {
		struct str path = str_from(m.path, str_starts(m.path, str_of(folder)) ? strlen(folder) + 1 : 0);
		buf_add(out, path);
		if (m.member.n)
			buf_byte(out, '/');
		buf_add(out, m.member);
		buf_printf(out, "+%lld,%lld %llu ", (long long)m.offset, (long long)m.length, (unsigned long long)m.box);
		buf_add(out, str_starts(m.feed_guess, S("trapline-source-")) ? S("FOLDER") : m.feed_guess);
		buf_byte(out, ' ');
		buf_add(out, str_first(m.from_line, 6));
		buf_byte(out, '[');
		buf_add(out, m.bytes);
		buf_printf(out, "]%s%s\n", m.maildir ? "M" : "",
			m.anomalies & ANOM(doubtful_split) ? "D"
			: m.anomalies & ANOM(member_short) ? "S"
							   : "");
		arena_reset(&arena);
	}
	size_t problems;
	const struct source_problem *p = source_problems(s, &problems);
	for (size_t i = 0; r == 0 && i < problems; i++)
		buf_printf(out, "%s %s\n", source_problem_name(p[i].kind), p[i].text + strlen(folder) + 1);
	if (r == 0)
		r = source_verdict(s, err);
	if (r == 0 && source_progress(s)->bytes_total)
		assert_int_equal(source_progress(s)->bytes_read, source_progress(s)->bytes_total);
	arena_free(&arena);
	source_close(s);
	return r;
}

static void expect(const char *const *paths, size_t n, const char *want)
{
	struct buf got;
	buf_init(&got, MIB);
	static const size_t steps[] = {0, 1, 7, 64};
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		struct err err = {0};
		int r = pull(paths, n, steps[i], &got, &err);
		if (r != 0)
			fail_msg("%s", err.text);
		if (!str_eq(buf_str(&got), str_of(want)))
			fail_msg("got:\n%.*swanted:\n%s", STR_FMT(buf_str(&got)), want);
	}
	buf_free(&got);
}

static void test_files(void **state)
{
	(void)state;
	put("trap-a.mbox.txt", S(F1 M1 "\n" F2 M2 "\n"));
	put("one", S(F1 M1 "\n"
			   "From here\n\n"));
	put("two.eml", S(M1 "\n" F2 M2));
	const char *paths[] = {at("trap-a.mbox.txt"), at("one"), at("two.eml")};
	expect(paths, 3,
		"trap-a.mbox.txt+0,59 4 trap-a From a[" M1 "]\n"
		"trap-a.mbox.txt+60,58 4 trap-a From c[" M2 "]\n"
		"one+0,70 2 FOLDER From a[" M1 "\nFrom here\n]\n"
		"two.eml+0,75 3 FOLDER [" M1 "\n" F2 M2 "]\n");
}

static void test_folder(void **state)
{
	(void)state;
	put("b/x.box", S(F1 M1 "\n" F2 "A: 2\n\n>From z\n\n"));
	put("b/README", S("Hello: this is\nno mail\n"));
	put("b/empty", S(""));
	put("a/1", S(M1));
	put("a/10", S(M2));
	put("a/2", S(M2));
	put("a.z", S("Received: x\r\n\r\n>From z"));
	put("c\n\x1b[m", S("{\"From: \": 1}"));
	const char *paths[] = {folder};
	expect(paths, 1,
		"a/1+0,16 1 FOLDER [" M1 "]\n"
		"a/10+0,16 1 FOLDER [" M2 "]\n"
		"a/2+0,16 1 FOLDER [" M2 "]\n"
		"a.z+0,22 1 FOLDER [Received: x\r\n\r\n>From z]\n"
		"b/x.box+0,59 2 x.box From a[" M1 "]\n"
		"b/x.box+60,56 2 x.box From c[A: 2\n\nFrom z\n]\n"
		"not mail b/README: not mail\n"
		"empty b/empty: empty: no message\n"
		"not mail c\\u{a}\\u{1b}[m: not mail: looks like JSON; write each message to a file of its own\n");
}

/* Boxes that are cut by time, found in a folder, named, and called through a link. */
static void test_boxes_by_month(void **state)
{
	(void)state;
	put("trap/2004/01.mbox", S(F1 M1 "\n" F2 M2 "\n"));
	put("trap/2004/spam-2004-02.mbox", S(F1 M1 "\n" F2 M2 "\n"));
	const char *paths[] = {at("trap")}, *names[] = {at("trap/2004/01.mbox"), at("trap/linked.mbox")};
	expect(paths, 1,
		"trap/2004/01.mbox+0,59 2 trap From a[" M1 "]\n"
		"trap/2004/01.mbox+60,58 2 trap From c[" M2 "]\n"
		"trap/2004/spam-2004-02.mbox+0,59 3 spam From a[" M1 "]\n"
		"trap/2004/spam-2004-02.mbox+60,58 3 spam From c[" M2 "]\n");
	assert_int_equal(symlink("2004/01.mbox", names[1]), 0);
	expect(names, 2,
		"trap/2004/01.mbox+0,59 3 trap From a[" M1 "]\n"
		"trap/2004/01.mbox+60,58 3 trap From c[" M2 "]\n"
		"trap/linked.mbox+0,59 4 linked From a[" M1 "]\n"
		"trap/linked.mbox+60,58 4 linked From c[" M2 "]\n");
}

/* A box that has one message so far is the feed's that it will be when more comes; what nobody calls a box is single mail. */
static void test_box_of_one(void **state)
{
	(void)state;
	put("many/trap-a-2004-01-31.mbox", S(F1 M1 "\n"));
	put("many/trap-b.mbox", S(M1));
	put("many/trap-c", S(F1 M1 "\n"));
	const char *paths[] = {at("many")};
	expect(paths, 1,
		"many/trap-a-2004-01-31.mbox+0,59 2 trap-a From a[" M1 "]\n"
		"many/trap-b.mbox+0,16 1 many [" M1 "]\n"
		"many/trap-c+0,59 1 many From a[" M1 "]\n");
	put("many/trap-a-2004-01-31.mbox", S(F1 M1 "\n" F2 M2 "\n"));
	paths[0] = at("many/trap-a-2004-01-31.mbox");
	expect(paths, 1,
		"many/trap-a-2004-01-31.mbox+0,59 2 trap-a From a[" M1 "]\n"
		"many/trap-a-2004-01-31.mbox+60,58 2 trap-a From c[" M2 "]\n");
}

/* Apple Mail's files: the line before the message and what is behind it are no mail. MMDF's boxes. */
static void test_other_forms(void **state)
{
	(void)state;
	put("forms/1.emlx", S("16        \n" M1 "<?xml version=\"1.0\"?>\n<plist/>\n"));
	put("forms/2.emlx", S("17\n" M1));
	put("forms/3", S("\1\1\1\1\n" M1 "\1\1\1\1\n\1\1\1\1\n" F2 M2 "\1\1\1\1\n"));
	put("forms/4", S("1234567\nno mail\n"));
	put("forms/5", S("16\n" M1 "16\n" M1));
	put("forms/6", S("Subject: cut short in CRLF\r"));
	const char *paths[] = {at("forms")};
	expect(paths, 1,
		"forms/1.emlx+11,16 1 forms [" M1 "]\n"
		"forms/2.emlx+3,16 1 forms [" M1 "]S\n"
		"forms/3+5,16 2 3 [" M1 "]\n"
		"forms/3+31,58 2 3 From c[" M2 "]\n"
		"forms/6+0,27 1 forms [Subject: cut short in CRLF\r]\n"
		"cut short forms/2.emlx: shorter than its first line says: the end of the message is missing\n"
		"not mail forms/4: not mail\n"
		"not mail forms/5: not mail\n");
}

/* What is not read is called by its name. */
static void test_foreign(void **state)
{
	(void)state;
	static const struct {
		struct str first;
		const char *says;
	} cases[] = {{STR_INIT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0"), ".msg"}, {STR_INIT("!BDN...."), ".pst"},
		{STR_INIT("*mbx*\r\n46e1f5d300000014\r\n"), "mbx"}, {STR_INIT("BABYL OPTIONS: -*- rmail -*-\n"), "Babyl"},
		{STR_INIT("2 M1e C46e1f5d3\n\1\2N"), "dbox"}, {STR_INIT("C_            602             200"), "Postfix"},
		{STR_INIT("1Hb000-0000AB-C0-H\nexim 1 1\n"), "Exim"}, {STR_INIT("1rPqTD-000000000Ab-0cde-D\nx\n"), "Exim"},
		{STR_INIT("V8\nT1176087600\nK0\n"), "sendmail"}, {STR_INIT("\xff\xfeR\0e\0"), "UTF-16"},
		{STR_INIT("Subject: a\rFrom: b\r\rtext\r"), "CR alone"}, {STR_INIT("\"file\",\"message\"\r\n\"a/1.\""), "CSV"},
		{STR_INIT("label;text\nspam;\"From: a\"\n"), "CSV"}, {STR_INIT("label\tsubject\n1\tx\n"), "CSV"},
		{STR_INIT("[\n  {\"raw\": \"From: a\"}]"), "JSON"}, {STR_INIT("{\"raw\": 1}\n{}\n"), "JSON"},
		{STR_INIT("Rar!\x1a\7\1\0"), "rar"}, {STR_INIT("Hello, world\n"), "not mail"}, {STR_INIT(""), "not mail"},
		{STR_INIT("\n"), "not mail"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool mail;
		const char *words = foreign_words(cases[i].first, &mail);
		if (!strstr(words, cases[i].says))
			fail_msg("%s: %s", cases[i].says, words);
		assert_int_equal(mail, !strstr(words, "not mail"));
		assert_true(sniff_mail(cases[i].first) == SNIFF_OTHER || sniff_mail(cases[i].first) == SNIFF_EMPTY);
	}
}

static void test_maildir(void **state)
{
	(void)state;
	put("box/cur/1.a.b:2,S", S(M1 "\n" F2 M2));
	put("box/cur/.hidden", S(M1));
	put("box/new/anything", S("no mail at all"));
	put("box/new/from", S(F1 M1 "\n" F2 M2));
	put("box/tmp/2.a.b", S(M1));
	put("box/.Spam/cur/x", S(M2));
	mkdir(at("box/.Spam/new"), 0700);
	const char *paths[] = {at("box")}, *cur[] = {at("box/cur/")};
	expect(paths, 1,
		"box/.Spam/cur/x+0,16 1 box [" M2 "]M\n"
		"box/cur/1.a.b:2,S+0,75 1 box [" M1 "\n" F2 M2 "]M\n"
		"box/new/anything+0,14 1 box [no mail at all]M\n"
		"box/new/from+0,118 1 box From a[" M1 "\n" F2 M2 "]M\n");
	expect(cur, 1, "box/cur/1.a.b:2,S+0,75 1 cur [" M1 "\n" F2 M2 "]M\n");
}

static void test_links(void **state)
{
	(void)state;
	put("in/a", S(M1));
	put("out/b", S(M2));
	assert_int_equal(symlink("..", at("in/loop")), 0);
	assert_int_equal(symlink("a", at("in/same")), 0);
	assert_int_equal(symlink("../out", at("in/x")), 0);
	assert_int_equal(symlink("../out", at("in/y")), 0);
	assert_int_equal(symlink("../in", at("out/back")), 0);
	assert_int_equal(symlink("nowhere", at("in/z")), 0);
	assert_int_equal(mkfifo(at("in/pipe"), 0600), 0);
	const char *paths[] = {at("in")};
	expect(paths, 1,
		"in/a+0,16 1 in [" M1 "]\n"
		"in/x/b+0,16 1 in [" M2 "]\n"
		"link in/loop: symbolic link not followed: it leads into the folder that is being read\n"
		"link in/pipe: not a regular file\n"
		"link in/same: symbolic link not followed: it leads into the folder that is being read\n"
		"link in/x/back: symbolic link not followed: it leads into the folder that is being read\n"
		"link in/y: symbolic link not followed: its target is read through another link\n"
		"unreadable in/z: broken symbolic link: No such file or directory\n");
}

static void test_stdin(void **state)
{
	(void)state;
	int p[2], saved = dup(STDIN_FILENO);
	struct buf got;
	struct err err = {0};
	buf_init(&got, MIB);
	assert_int_equal(pipe(p), 0);
	struct str in = S(F1 M1 "\n" F2 M2 "\n");
	assert_int_equal(write(p[1], in.p, in.n), in.n);
	close(p[1]);
	dup2(p[0], STDIN_FILENO);
	close(p[0]);
	const char *paths[] = {"-"};
	assert_int_equal(pull(paths, 1, 0, &got, &err), 0);
	assert_true(str_eq(buf_str(&got), S("-+0,59 2 stdin From a[" M1 "]\n-+60,58 2 stdin From c[" M2 "]\n")));
	dup2(saved, STDIN_FILENO);
	close(saved);
	buf_free(&got);
}

static void expect_error(const char *path, const char *says)
{
	struct buf got;
	struct err err = {0};
	buf_init(&got, MIB);
	assert_int_equal(pull(&path, 1, 0, &got, &err), ERR_INPUT);
	if (!strstr(err.text, says))
		fail_msg("%s", err.text);
	buf_free(&got);
}

static void test_shrinking_file(void **state)
{
	(void)state;
	struct buf box;
	struct arena a;
	struct raw_mail mail;
	struct err err = {0};
	struct source *s;
	buf_init(&box, 1 << 20);
	for (int i = 0; i < 5000; i++)
		buf_add(&box, S(F1 M1 "\n"));
	put("shrinks", buf_str(&box));
	const char *path = at("shrinks");
	arena_init(&a, MIB);
	assert_int_equal(source_open(&s, &path, 1, &(struct source_settings){.read_max = 4096}, &err), 0);
	assert_int_equal(source_next(s, &a, &mail, &err), 1);
	assert_int_equal(truncate(path, 100), 0);
	while (source_next(s, &a, &mail, &err) == 1)
		;
	assert_int_equal(source_progress(s)->problems[SOURCE_SHORT], 1);
	source_close(s);
	arena_free(&a);
	buf_free(&box);
}

static void test_errors(void **state)
{
	(void)state;
	put("empty", S(""));
	put("text", S("This is a text.\n"));
	struct {
		const char *path, *says;
	} cases[] = {{at("nowhere"), "nowhere: cannot be read; check the path: No such file or directory"}, {"", "empty path"},
		{at("empty"), "empty: no message"}, {at("text"), "not mail"}, {folder, "no mail found in 2 files"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		expect_error(cases[i].path, cases[i].says);
}

static void test_maildir_paths(void **state)
{
	(void)state;
	assert_true(sniff_maildir_path(S("x/cur/1280711000.M1P2.host:2,S")));
	assert_true(sniff_maildir_path(S("new/1280711000.1.host")));
	assert_true(sniff_maildir_tmp(S("tmp/1280711000.1.host")));
	assert_false(sniff_maildir_path(S("new/spam-1")));
	assert_false(sniff_maildir_path(S("1280711000.1.host")));
}

/* Folders and boxes in an archive, a Maildir, an archive in an archive, and the end missing. */
static void test_archive(void **state)
{
	(void)state;
	struct err err = {0};
	struct buf tar, outer;
	buf_init(&tar, MIB);
	buf_init(&outer, MIB);
	tar_add(&tar, "spam/1", S(F1 M1 "\n"));
	tar_add(&tar, "new/1280711000.1.host", S(M1 "\n" F2 M2));
	tar_add(&tar, "tmp/1280711000.2.host", S(M1));
	tar_add(&tar, "trap-b.mbox", S(F1 M1 "\n" F2 M2 "\n"));
	tar_add(&tar, "README", S("Hello\n"));
	tar_add(&outer, "in.tar", buf_str(&tar));
	tar_add(&outer, "z", S(M2));
	put("x/feed-7.tar", buf_str(&outer));
	const char *paths[] = {at("x/feed-7.tar")};
	assert_int_equal(jail_new(&jail, &err), 0);
	expect(paths, 1,
		"x/feed-7.tar/in.tar/spam/1+0,59 1 feed-7 From a[" M1 "]\n"
		"x/feed-7.tar/in.tar/new/1280711000.1.host+0,75 1 feed-7 [" M1 "\n" F2 M2 "]M\n"
		"x/feed-7.tar/in.tar/trap-b.mbox+0,59 2 trap-b From a[" M1 "]\n"
		"x/feed-7.tar/in.tar/trap-b.mbox+60,58 2 trap-b From c[" M2 "]\n"
		"x/feed-7.tar/z+0,16 1 feed-7 [" M2 "]\n"
		"not mail x/feed-7.tar/in.tar/README: not mail\n");
	put("x/feed-7.tar", str_first(buf_str(&tar), 512 + 50));
	expect(paths, 1,
		"x/feed-7.tar/spam/1+0,50 1 feed-7 From a[Subject]S\n"
		"cut short x/feed-7.tar/spam/1: cut short; what could be read is kept (Truncated tar archive)\n");
	jail_stop(jail);
	jail = NULL;
	expect_error(paths[0], "archives cannot be read here");
	buf_free(&tar);
	buf_free(&outer);
}

static void test_no_memory(void **state)
{
	(void)state;
	struct buf got;
	buf_init(&got, MIB);
	put("a/x", S(F1 M1 "\n" F2 M2 "\n"));
	put("a/empty", S(""));
	assert_int_equal(symlink("..", at("a/loop")), 0);
	struct buf tar;
	struct err none = {0};
	buf_init(&tar, MIB);
	tar_add(&tar, "x", S(M1));
	tar_add(&tar, "y", S("no mail"));
	put("t", str_first(buf_str(&tar), tar.n - 3));
	buf_free(&tar);
	assert_int_equal(jail_new(&jail, &none), 0);
	const char *paths[] = {folder};
	for (long n = 0;; n++) {
		struct err err = {0};
		mem_fail_from(n);
		int r = pull(paths, 1, 0, &got, &err);
		bool hit = mem_failed();
		mem_fail_from(-1);
		if (!hit)
			break;
		assert_true(r == ERR_ENV || r == 0);
		assert_true(n < 1000);
	}
	jail_stop(jail);
	jail = NULL;
	buf_free(&got);
}

/* How many files, each behind the one before; *maildir of them lie in one. */
static int walk_all(size_t held, int *maildir)
{
	struct err err = {0};
	struct walk_item item;
	const char *const paths[] = {folder};
	char last[256] = "";
	struct walk *w = walk_new(paths, 1, &err);
	int n = 0, r;
	assert_non_null(w);
	walk_hold(w, held);
	*maildir = 0;
	while ((r = walk_next(w, &item, &err)) == WALK_FILE) {
		assert_true(strcmp((const char *)item.path.p, last) > 0);
		snprintf(last, sizeof last, "%s", (const char *)item.path.p);
		*maildir += item.maildir;
		n++;
	}
	assert_int_equal(r, WALK_END);
	walk_free(w);
	return n;
}

/* A folder with more names than are held is listed in parts: all its files, once, in order. It is a Maildir also where the names that make
 * it one come in a later part. */
static void test_many_files(void **state)
{
	enum { FILES = 2000, HELD = 32 * 1024 };
	static const char *const beside[] = {"cur/", "new/a ", "more/", "", "z"};
	(void)state;
	int maildir;
	for (int i = 0; i < FILES; i++)
		for (size_t k = 0; k < sizeof beside / sizeof *beside; k++) {
			char name[96];
			snprintf(name, sizeof name, "%sa name that is as long as many %d", beside[k], i * 7919 % FILES);
			if (k != 1 || i == 0)
				put(name, S(""));
		}
	assert_int_equal(walk_all(LIM_WALK_NAMES, &maildir), 4 * FILES + 1);
	assert_int_equal(maildir, FILES + 1);
	assert_int_equal(walk_all(HELD, &maildir), 4 * FILES + 1);
	assert_int_equal(maildir, FILES + 1);
}

int main(int argc, char **argv)
{
	if (jail_main_wanted(argc, argv))
		return jail_main(argc, argv);
#define IN_FOLDER(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {IN_FOLDER(test_files), IN_FOLDER(test_folder), IN_FOLDER(test_maildir),
		IN_FOLDER(test_many_files), IN_FOLDER(test_boxes_by_month), IN_FOLDER(test_box_of_one), IN_FOLDER(test_other_forms),
		cmocka_unit_test(test_foreign), IN_FOLDER(test_links), IN_FOLDER(test_stdin), IN_FOLDER(test_shrinking_file),
		IN_FOLDER(test_archive), IN_FOLDER(test_links), IN_FOLDER(test_stdin), IN_FOLDER(test_errors),
		IN_FOLDER(test_archive), cmocka_unit_test(test_maildir_paths), IN_FOLDER(test_no_memory)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
