/* dump: what our mail parser makes of messages, for differential.py. Reads paths from standard input, one a line, and writes
 * items "TAG LENGTH\nBYTES\n" to standard output:
 * M path; for each header field H name, V raw value; S decoded Subject; D Date in Unix seconds when readable; for From, To, Cc:
 * F name of the field, X anomalies (a decimal number), N display name and A addr-spec of each address; G anomalies of all that;
 * for each part P "DEPTH TYPE/SUBTYPE", for a leaf also Y transfer encoding, C charset, X anomalies, B bytes, T text; Z the end.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "codec/rfc2047.h"
#include "mail/address.h"
#include "mail/date.h"
#include "mail/message.h"

static void put(char tag, struct str s)
{
	printf("%c %zu\n", tag, s.n);
	if (s.n)
		fwrite(s.p, 1, s.n, stdout);
	putchar('\n');
}

static void put_number(char tag, int64_t v)
{
	char text[32];
	put(tag, str_make(text, (size_t)snprintf(text, sizeof text, "%lld", (long long)v)));
}

static void put_header(struct arena *a, const struct message *m)
{
	static const enum hdr_id lists[] = {HDR_from, HDR_to, HDR_cc};
	const struct header *subject = header_get(m->headers, HDR_subject), *date = header_get(m->headers, HDR_date);
	uint64_t found = m->anomalies;
	struct str text;
	int64_t t;
	for (size_t i = 0; i < m->headers.n; i++) {
		put('H', m->headers.v[i].name);
		put('V', m->headers.v[i].value);
	}
	if (subject && rfc2047_decode(a, subject->value, &text, &found) == 0)
		put('S', text);
	if (date && date_parse(date->value, &t, NULL, &found))
		put_number('D', t);
	for (size_t k = 0; k < sizeof lists / sizeof *lists; k++) {
		const struct header *h = header_get(m->headers, lists[k]);
		struct address_list list;
		uint64_t damage = 0;
		if (!h || address_parse(a, h->value, &list, &damage))
			continue;
		put('F', h->name);
		put_number('X', (int64_t)damage);
		for (size_t i = 0; i < list.n; i++) {
			put('N', list.v[i].name);
			put('A', list.v[i].addr);
		}
	}
	put_number('G', (int64_t)found);
}

static void put_part(struct arena *a, const struct part *p)
{
	static const char *const transfers[] = {"identity", "quoted-printable", "base64", "uuencode"};
	char shape[512];
	struct str bytes, text;
	uint64_t found = 0;
	int n = snprintf(shape, sizeof shape, "%u %.*s/%.*s", p->depth, STR_FMT(p->type), STR_FMT(p->subtype));
	put('P', str_make(shape, (size_t)n < sizeof shape ? (size_t)n : sizeof shape - 1));
	if (p->kind != PART_LEAF || part_decode(a, p, &bytes, &found) || part_text(a, p, &text, &found))
		return;
	put('Y', str_of(transfers[p->transfer]));
	put('C', p->charset);
	put_number('X', (int64_t)found);
	put('B', bytes);
	put('T', text);
}

static void dump(struct arena *a, const char *path, struct str raw)
{
	struct message m;
	if (message_parse(a, raw, &m))
		return;
	put('M', str_of(path));
	put_header(a, &m);
	for (size_t i = 0; i < m.n_parts; i++)
		put_part(a, &m.parts[i]);
	put('Z', S(""));
}

static bool read_file(const char *path, struct arena *a, struct str *out)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return false;
	long n = fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
	uint8_t *p = n >= 0 ? arena_alloc(a, (size_t)n + 1) : NULL;
	rewind(f);
	bool ok = p && fread(p, 1, (size_t)n, f) == (size_t)n;
	fclose(f);
	*out = str_make(p, ok ? (size_t)n : 0);
	return ok;
}

int main(void)
{
	struct arena a;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	arena_init(&a, LIM_ARENA + LIM_MESSAGE);
	while ((n = getline(&line, &cap, stdin)) > 0) {
		struct str raw;
		line[n - 1] = 0;
		if (!read_file(line, &a, &raw))
			continue;
		if (str_starts(raw, S("From "))) {
			size_t end = str_find_byte(raw, '\n');
			raw = str_from(raw, end == STR_NPOS ? raw.n : end + 1);
		}
		dump(&a, line, raw);
		arena_reset(&a);
	}
	free(line);
	arena_free(&a);
	return 0;
}
