/* parse_bench FILE: parsing and decoding an mbox file, ours against GMime, one core. Prints one JSON line.
 * parse_bench --gmime FILE: GMime alone, as a program of its own would: it reads the file by itself (GMimeStreamFs), once, and decodes the
 * parts that are no text, too, as `trapline ingest` does. Its processor time is the whole process's.
 *
 * Both get the whole file in memory. Ours: split at From_ lines, parse each message, decode every text part to UTF-8. GMime:
 * its own mbox parser over the same memory (the way that copies least), each part visited, each text part's bytes decoded
 * and converted to UTF-8 (g_mime_text_part_get_text). Decoded bytes are counted on both sides, as a check that both worked.
 * Rounds alternate; the best CPU time of each counts. GMime's caches are warm after the first round, as ours are.
 */
#include <errno.h>
#include <fcntl.h>
#include <gmime/gmime.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/limits.h"
#include "mail/message.h"

enum { ROUNDS = 5 };

struct count {
	size_t messages, parts, text_bytes;
	double cpu_s;
	bool every; /* GMime: decode what is no text, too */
	size_t other_bytes;
};

static double cpu_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- ours ---- */

/* The offset of the next line that begins with "From ", behind at. */
static size_t next_message(struct str mbox, size_t at)
{
	for (size_t i; (i = str_find_byte(str_from(mbox, at), '\n')) != STR_NPOS;) {
		at += i + 1;
		if (str_starts(str_from(mbox, at), S("From ")))
			return at;
	}
	return mbox.n;
}

static void ours(struct str mbox, struct count *c)
{
	struct arena a;
	arena_init(&a, LIM_ARENA);
	for (size_t at = 0; at < mbox.n; c->messages++) {
		size_t end = next_message(mbox, at);
		struct message m;
		struct str text;
		if (message_parse(&a, str_sub(mbox, at, end - at), &m))
			break;
		for (size_t i = 0; i < m.n_parts; i++) {
			const struct part *p = &m.parts[i];
			c->parts += p->kind == PART_LEAF;
			if (p->kind == PART_LEAF && str_eq(p->type, S("text")) && part_text(&a, p, &text, &m.anomalies) == 0)
				c->text_bytes += text.n;
		}
		arena_reset(&a);
		at = end;
	}
	arena_free(&a);
}

/* ---- GMime ---- */

static void gmime_message(GMimeMessage *message, struct count *c);

/* How many bytes a part has when it is decoded. */
static size_t gmime_bytes(GMimePart *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *to = g_mime_stream_mem_new();
	gssize n = content ? g_mime_data_wrapper_write_to_stream(content, to) : 0;
	g_object_unref(to);
	return n > 0 ? (size_t)n : 0;
}

static void gmime_part(GMimeObject *part, struct count *c)
{
	if (GMIME_IS_MESSAGE_PART(part)) {
		GMimeMessage *inner = g_mime_message_part_get_message((GMimeMessagePart *)part);
		if (inner)
			gmime_message(inner, c);
		return;
	}
	if (GMIME_IS_MULTIPART(part)) {
		for (int i = 0; i < g_mime_multipart_get_count((GMimeMultipart *)part); i++)
			gmime_part(g_mime_multipart_get_part((GMimeMultipart *)part, i), c);
		return;
	}
	c->parts++;
	if (!GMIME_IS_TEXT_PART(part)) {
		if (c->every && GMIME_IS_PART(part))
			c->other_bytes += gmime_bytes((GMimePart *)part);
		return;
	}
	char *text = g_mime_text_part_get_text((GMimeTextPart *)part);
	c->text_bytes += text ? strlen(text) : 0;
	g_free(text);
}

static void gmime_message(GMimeMessage *message, struct count *c)
{
	GMimeObject *top = g_mime_message_get_mime_part(message);
	if (top)
		gmime_part(top, c);
}

static void gmime_stream(GMimeStream *stream, struct count *c)
{
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	g_mime_parser_set_format(parser, GMIME_FORMAT_MBOX);
	while (!g_mime_parser_eos(parser)) {
		GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
		if (!message)
			break;
		c->messages++;
		gmime_message(message, c);
		g_object_unref(message);
	}
	g_object_unref(parser);
	g_object_unref(stream);
}

static void gmime(struct str mbox, struct count *c)
{
	GByteArray bytes = {(guint8 *)(uintptr_t)mbox.p, (guint)mbox.n};
	GMimeStream *stream = g_mime_stream_mem_new();
	g_mime_stream_mem_set_owner((GMimeStreamMem *)stream, FALSE);
	g_mime_stream_mem_set_byte_array((GMimeStreamMem *)stream, &bytes);
	gmime_stream(stream, c);
}

static int gmime_alone(const char *path)
{
	struct count c = {.every = true};
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		fprintf(stderr, "parse: cannot read %s: %s\n", path, strerror(errno));
		return 3;
	}
	g_mime_init();
	gmime_stream(g_mime_stream_fs_new(fd), &c);
	printf("{\"gmime_messages\":%zu,\"gmime_parts\":%zu,\"gmime_text_bytes\":%zu,\"gmime_other_bytes\":%zu,\"gmime_file_cpu_s\":%.4f}\n",
		c.messages, c.parts, c.text_bytes, c.other_bytes, cpu_now());
	return 0;
}

/* ---- the comparison ---- */

static struct str map_file(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *p = MAP_FAILED;
	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (fd >= 0)
		close(fd);
	return p == MAP_FAILED ? (struct str){NULL, 0} : str_make(p, (size_t)st.st_size);
}

static struct count timed(void (*run)(struct str, struct count *), struct str mbox, double *best)
{
	struct count c = {0};
	double start = cpu_now();
	run(mbox, &c);
	c.cpu_s = cpu_now() - start;
	if (*best == 0 || c.cpu_s < *best)
		*best = c.cpu_s;
	return c;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--gmime") == 0)
		return gmime_alone(argv[2]);
	double best = 0, gmime_best = 0;
	struct count c = {0}, g = {0};
	struct str mbox = argc == 2 ? map_file(argv[1]) : (struct str){NULL, 0};
	if (!mbox.p) {
		fprintf(stderr, "usage: parse FILE (an mbox file%s%s)\n", argc == 2 ? "; cannot read it: " : "",
			argc == 2 ? strerror(errno) : "");
		return argc == 2 ? 3 : 2;
	}
	g_mime_init();
	for (int i = 0; i < ROUNDS; i++) {
		c = timed(ours, mbox, &best);
		g = timed(gmime, mbox, &gmime_best);
	}
	printf("{\"messages\":%zu,\"cpu_s\":%.4f,\"gmime_cpu_s\":%.4f,\"ratio\":%.2f,\"bytes\":%zu,\"parts\":%zu,\"text_bytes\":%zu,"
	       "\"gmime_messages\":%zu,\"gmime_parts\":%zu,\"gmime_text_bytes\":%zu,\"us_per_message\":%.2f}\n",
		c.messages, best, gmime_best, gmime_best / best, mbox.n, c.parts, c.text_bytes, g.messages, g.parts, g.text_bytes,
		best * 1e6 / (double)(c.messages ? c.messages : 1));
	return 0;
}
