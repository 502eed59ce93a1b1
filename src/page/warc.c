/* warc.c - see warc.h. A window slides over the unpacked bytes; a record is a view of it. */
#include "page/warc.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/time.h"
#include "page/fact.h"

enum { WINDOW_FIRST = 256 * 1024, WINDOW_MAX = 8 * 1024 * 1024 + 128 * 1024, ROOM_MIN = 4096 };
_Static_assert(WINDOW_MAX >= LIM_WARC_BLOCK + LIM_WARC_HEADER + ROOM_MIN, "a header and a block fit into the window");

struct warc {
	struct unzip *u;
	uint8_t *win;
	size_t start, n, cap; /* win[start..n) is unread */
	uint64_t skip;        /* bytes of the last record that are not in the window */
	uint64_t member;      /* of the last bytes */
	uint64_t plain_at;    /* unpacked offset of win[0] */
	size_t boundary;      /* where in win a new member begins with a record; 0: not seen */
	bool broken, end;     /* no more bytes: of this member, at all */
	bool lost;            /* the last record had a wrong length: what follows it need not be told again */
	uint64_t facts;       /* that belong to no record yet */
};

int warc_open(struct warc **out, unzip_read_fn read, void *ctx, struct err *err)
{
	struct warc *w = mem_zalloc(1, sizeof *w);
	if (!w)
		return err_oom(err, "WARC reader");
	int rc = unzip_open(&w->u, read, ctx, err);
	if (rc) {
		mem_free(w);
		return rc;
	}
	*out = w;
	return 0;
}

void warc_close(struct warc *w)
{
	if (!w)
		return;
	unzip_close(w->u);
	mem_free(w->win);
	mem_free(w);
}

/* ---- the window ---- */

/* Space for ROOM_MIN more bytes; what was read goes. */
static int make_room(struct warc *w, struct err *err)
{
	if (w->cap - w->n >= ROOM_MIN)
		return 0;
	if (w->start) {
		memmove(w->win, w->win + w->start, w->n - w->start);
		w->plain_at += w->start;
		w->boundary = w->boundary > w->start ? w->boundary - w->start : 0;
		w->n -= w->start;
		w->start = 0;
	}
	if (w->cap - w->n >= ROOM_MIN && w->n <= w->cap / 2)
		return 0;
	size_t cap = w->cap ? w->cap * 2 : WINDOW_FIRST;
	if (cap > WINDOW_MAX)
		cap = WINDOW_MAX;
	uint8_t *p = cap > w->cap ? mem_realloc(w->win, cap) : w->win;
	if (!p)
		return err_oom(err, "WARC reader");
	w->win = p;
	w->cap = cap;
	return 0;
}

static bool dry(const struct warc *w)
{
	return w->end || w->broken;
}

/* One read more. */
static int pull(struct warc *w, struct err *err)
{
	size_t got = 0;
	int rc = make_room(w, err);
	if (rc)
		return rc;
	must(w->n < w->cap);
	rc = unzip_read(w->u, w->win + w->n, w->cap - w->n, &got, err);
	if (rc < 0)
		return rc;
	w->facts |= unzip_facts(w->u);
	w->end = rc == UNZIP_END;
	w->broken = rc == UNZIP_BREAK;
	if (got && unzip_is_gzip(w->u) && unzip_at(w->u) != w->member && !w->boundary && w->n > w->start &&
		str_starts(str_make(w->win + w->n, got), S("WARC/")))
		w->boundary = w->n;
	w->n += got;
	if (got)
		w->member = unzip_at(w->u);
	return 0;
}

/* At least `want` unread bytes unless they end, or another member begins with a record. */
static int fill(struct warc *w, size_t want, struct err *err)
{
	while (w->n - w->start < want && !dry(w) && w->boundary <= w->start) {
		int rc = pull(w, err);
		if (rc)
			return rc;
	}
	return 0;
}

/* What may be taken as part of the current record. */
static struct str unread(const struct warc *w)
{
	if (!w->win)
		return S("");
	size_t end = w->boundary > w->start ? w->boundary : w->n;
	return str_make(w->win + w->start, end - w->start);
}

static void take(struct warc *w, size_t n)
{
	w->start += n;
	if (w->boundary <= w->start)
		w->boundary = 0;
}

/* ---- between records ---- */

static int skip_rest(struct warc *w, struct err *err)
{
	while (w->skip) {
		int rc = fill(w, 1, err);
		if (rc)
			return rc;
		struct str s = unread(w);
		if (!s.n || (w->boundary > w->start && s.n < w->skip)) {
			take(w, s.n);
			w->facts |= FACT(warc_bad_length);
			break;
		}
		size_t n = s.n < w->skip ? s.n : (size_t)w->skip;
		take(w, n);
		w->skip -= n;
	}
	w->skip = 0;
	return 0;
}

/* The next line that begins with "WARC/1."; anything in front of it but blank lines is damage. 1, 0 at the end. */
static int find_record(struct warc *w, struct err *err)
{
	static const struct str magic = STR_INIT("WARC/1.");
	for (bool junk = w->lost;;) {
		int rc = fill(w, magic.n, err);
		if (rc)
			return rc;
		struct str s = unread(w);
		size_t blank = 0;
		while (blank < s.n && ascii_space(s.p[blank]))
			blank++;
		if (blank) {
			take(w, blank);
			continue;
		}
		if (str_starts(s, magic))
			return 1;
		if (s.n < magic.n && dry(w)) {
			w->facts |= s.n ? FACT(warc_short) : 0;
			take(w, s.n);
			if (w->end && w->start == w->n)
				return 0;
			w->broken = false; /* the next member */
			continue;
		}
		if (!junk)
			w->facts |= FACT(warc_bad_header);
		junk = true;
		const uint8_t *p = s.n > 1 ? memchr(s.p + 1, 'W', s.n - 1) : NULL;
		take(w, p ? (size_t)(p - s.p) : s.n);
	}
}

/* ---- the header ---- */

/* Bytes of the header with its empty line; 0: none within LIM_WARC_HEADER. */
static size_t header_end(struct str s, size_t from)
{
	for (size_t i = from; i < s.n && i < LIM_WARC_HEADER;) {
		const uint8_t *p = memchr(s.p + i, '\n', s.n - i);
		if (!p)
			return 0;
		i = (size_t)(p - s.p) + 1;
		if (i < s.n && s.p[i] == '\n')
			return i + 1;
		if (i + 1 < s.n && s.p[i] == '\r' && s.p[i + 1] == '\n')
			return i + 2;
	}
	return 0;
}

static int read_header(struct warc *w, size_t *n, struct err *err)
{
	for (size_t seen = 0;;) {
		struct str s = unread(w);
		*n = header_end(s, seen);
		if (*n || s.n >= LIM_WARC_HEADER || dry(w) || w->boundary > w->start)
			return 0;
		seen = s.n > 4 ? s.n - 4 : 0;
		int rc = pull(w, err);
		if (rc)
			return rc;
	}
}

static enum warc_type type_of(struct str v)
{
	static const struct {
		const char *name;
		enum warc_type type;
	} types[] = {
		{"response", WARC_RESPONSE},
		{"request", WARC_REQUEST},
		{"metadata", WARC_METADATA},
		{"revisit", WARC_REVISIT},
		{"resource", WARC_RESOURCE},
		{"warcinfo", WARC_INFO},
		{"conversion", WARC_CONVERSION},
		{"continuation", WARC_CONTINUATION},
	};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_ieq(v, str_of(types[i].name)))
			return types[i].type;
	return WARC_OTHER;
}

static struct str unbracket(struct str v)
{
	return v.n >= 2 && v.p[0] == '<' && v.p[v.n - 1] == '>' ? str_sub(v, 1, v.n - 2) : v;
}

static void header_field(struct warc_record *r, struct str name, struct str v, bool *has_length)
{
	if (str_ieq(name, S("WARC-Type")))
		r->type = type_of(v);
	else if (str_ieq(name, S("WARC-Record-ID")))
		r->id = unbracket(v);
	else if (str_ieq(name, S("WARC-Target-URI")))
		r->target = unbracket(v);
	else if (str_ieq(name, S("WARC-Date")))
		time_parse_iso(v, &r->time);
	else if (str_ieq(name, S("WARC-IP-Address")))
		r->ip = v;
	else if (str_ieq(name, S("Content-Type")))
		r->content_type = v;
	else if (str_ieq(name, S("Content-Length")))
		*has_length = str_u64(v, &r->length);
	else if (str_ieq(name, S("WARC-Payload-Digest")))
		r->digest = v;
	else if (str_ieq(name, S("WARC-Block-Digest")))
		r->digest = r->digest.n ? r->digest : v;
	else if (str_ieq(name, S("WARC-Refers-To-Target-URI")))
		r->refers_uri = unbracket(v);
	else if (str_ieq(name, S("WARC-Refers-To-Date")))
		time_parse_iso(v, &r->refers_time);
	else if (str_ieq(name, S("WARC-Concurrent-To")))
		r->concurrent = r->concurrent.n ? r->concurrent : unbracket(v);
	else if (str_ieq(name, S("WARC-Truncated")))
		r->facts |= FACT(warc_truncated);
}

static void parse_header(struct str head, struct warc_record *r)
{
	struct str line;
	bool has_length = false;
	str_line(&head, &line);
	while (str_line(&head, &line) && line.n) {
		size_t colon = str_find_byte(line, ':');
		if (ascii_space(line.p[0]))
			continue; /* folded: nothing that we read is ever so long */
		if (colon == STR_NPOS)
			r->facts |= FACT(warc_bad_header);
		else
			header_field(r, str_trim(str_first(line, colon)), str_trim(str_from(line, colon + 1)), &has_length);
	}
	if (!has_length)
		r->facts |= FACT(warc_bad_header);
}

/* ---- the block ---- */

/* Where the block ends if its length is wrong: before the next record that is seen in it. */
static size_t real_end(struct str s)
{
	size_t i = str_find(s, S("\nWARC/1."));
	if (i == STR_NPOS)
		return s.n;
	while (i && ascii_space(s.p[i - 1]))
		i--;
	return i;
}

static bool ends_well(struct str behind)
{
	return !behind.n || str_starts(behind, S("\r\n\r\n")) || str_starts(behind, S("\n\n"));
}

/* The header's strings point into the window, which may move: the block is brought in before the header is parsed. */
static int read_block(struct warc *w, size_t head, struct warc_record *r, struct err *err)
{
	size_t n = r->length < LIM_WARC_BLOCK ? (size_t)r->length : LIM_WARC_BLOCK;
	int rc = fill(w, head + n + 4, err);
	if (rc)
		return rc;
	struct str all = unread(w);
	struct str got = str_from(all, head), block = str_first(got, n);
	const bool whole = n == r->length, wrong = whole && (got.n < n || !ends_well(str_from(got, n)));
	uint64_t facts = !whole ? FACT(warc_cut) : 0;
	w->lost = wrong;
	if (wrong) {
		block = str_first(block, real_end(block));
		facts |= got.n >= n || block.n < got.n || w->boundary > w->start ? FACT(warc_bad_length) : FACT(warc_short);
	}
	struct warc_record fresh = {.time = TIME_NONE, .refers_time = TIME_NONE, .offset = r->offset};
	*r = fresh;
	parse_header(str_first(all, head), r);
	r->block = block;
	r->facts |= facts | w->facts;
	w->facts = 0;
	w->skip = whole ? 0 : r->length - block.n;
	take(w, head + block.n);
	return 1;
}

int warc_next(struct warc *w, struct warc_record *r, struct err *err)
{
	size_t head;
	*r = (struct warc_record){.time = TIME_NONE, .refers_time = TIME_NONE};
	int rc = skip_rest(w, err);
	if (!rc)
		rc = find_record(w, err);
	if (rc <= 0) {
		r->facts = w->facts;
		return rc;
	}
	r->offset = unzip_is_gzip(w->u) ? w->member : w->plain_at + w->start;
	if ((rc = read_header(w, &head, err)))
		return rc;
	if (!head) { /* no end: what is there is taken for a header, and no block */
		struct str s = str_first(unread(w), LIM_WARC_HEADER);
		parse_header(s, r);
		r->facts |= w->facts | FACT(warc_bad_header);
		w->facts = 0;
		r->length = 0;
		take(w, s.n);
		return 1;
	}
	parse_header(str_first(unread(w), head), r);
	return read_block(w, head, r, err);
}
