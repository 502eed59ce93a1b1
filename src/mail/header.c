/* header.c - see header.h. One memchr for each line, one look at each byte of a name. */
#include "mail/header.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/anomaly.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "base/vec.h"

enum { HEADER_SLOTS = 512 };

static const uint8_t slot_id[HEADER_SLOTS] = {
#define HDR(id, name, slot) [slot] = HDR_##id,
#include "mail/header_names.def"
#undef HDR
};
_Static_assert(HDR_COUNT <= 255, "ids fit the table");

static const struct str names[HDR_COUNT] = {
	{(const uint8_t *)"", 0},
#define HDR(id, name, slot) {(const uint8_t *)name, sizeof name - 1},
#include "mail/header_names.def"
#undef HDR
};

/* Found by trial: no two known names share a slot. */
static unsigned header_slot(struct str name)
{
	const uint8_t *p = name.p;
	size_t n = name.n;
	return (unsigned)(n * 47 + ascii_lower(p[0]) * 97u + ascii_lower(p[n - 1]) * 99u + ascii_lower(p[n / 2]) * 15u) %
	       HEADER_SLOTS;
}

enum hdr_id header_id(struct str name)
{
	if (name.n == 0)
		return HDR_other;
	enum hdr_id id = slot_id[header_slot(name)];
	return str_ieq(names[id], name) ? id : HDR_other;
}

const char *header_name(enum hdr_id id)
{
	return (const char *)names[id].p;
}

const struct header *header_get(struct headers h, enum hdr_id id)
{
	for (size_t i = 0; i < h.n; i++)
		if (h.v[i].id == id)
			return h.v + i;
	return NULL;
}

struct str header_value(struct headers h, enum hdr_id id)
{
	const struct header *f = header_get(h, id);
	return f ? str_trim(f->value) : (struct str){NULL, 0};
}

int header_unfold(struct arena *a, struct str value, struct str *out)
{
	value = str_trim(str_first(value, LIM_HEADER_VALUE));
	*out = value;
	if (str_find_byte(value, '\n') == STR_NPOS)
		return 0;
	uint8_t *p = arena_alloc(a, value.n);
	if (!p)
		return ERR_ENV;
	size_t n = 0;
	for (struct str rest = value, line; str_line(&rest, &line);) {
		memcpy(p + n, line.p, line.n);
		n += line.n;
	}
	arena_shrink(a, p, value.n, n);
	*out = str_make(p, n);
	return 0;
}

/* ---- splitting ---- */

/* The first line of s with its line end. */
static struct str first_line(struct str s)
{
	size_t i = str_find_byte(s, '\n');
	return i == STR_NPOS ? s : str_first(s, i + 1);
}

static struct str without_line_end(struct str line)
{
	if (line.n && line.p[line.n - 1] == '\n') {
		line.n--;
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
	}
	return line;
}

static bool is_blank(struct str line)
{
	return without_line_end(line).n == 0;
}

static bool is_continuation(struct str s)
{
	return s.n && (s.p[0] == ' ' || s.p[0] == '\t');
}

/* A byte of a field name: printable ASCII but the colon (RFC 5322 2.2). */
static inline bool name_byte(uint8_t c)
{
	return (uint8_t)(c - '!') < 0x7F - '!' && c != ':';
}

static size_t name_length(struct str line)
{
	size_t i = 0;
#ifdef __SSE2__
	for (; line.n - i >= 16; i += 16) {
		__m128i c = _mm_loadu_si128((const __m128i *)(const void *)(line.p + i));
		__m128i other = _mm_or_si128(_mm_cmpeq_epi8(c, _mm_set1_epi8(':')), _mm_cmpeq_epi8(c, _mm_set1_epi8(0x7F)));
		int stops =
			_mm_movemask_epi8(_mm_or_si128(other, _mm_cmplt_epi8(c, _mm_set1_epi8('!')))); /* beyond ASCII is below 0 */
		if (stops)
			return i + (size_t)__builtin_ctz((unsigned)stops);
	}
#endif
	while (i < line.n && name_byte(line.p[i]))
		i++;
	return i;
}

/* The length of the field name at the start of line and, in *colon, where its colon stands. No field: false. */
static bool field_name(struct str line, size_t *name, size_t *colon)
{
	size_t i = name_length(line);
	*name = i;
	while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
		i++;
	*colon = i;
	return *name > 0 && i < line.n && line.p[i] == ':';
}

/* A known field stands at s, perhaps behind continuation lines. */
static bool is_known_field(struct str s)
{
	struct str line = s;
	while (is_continuation(line) && !is_blank(first_line(line)))
		line = str_from(line, first_line(line).n);
	size_t name, colon;
	return field_name(line, &name, &colon) && (header_id(str_first(line, name)) != HDR_other || str_istarts(line, S("X-")));
}

static bool is_from_line(struct str line)
{
	size_t name, colon;
	while (line.n && line.p[0] == '>')
		line = str_from(line, 1);
	return str_starts(line, S("From ")) && !field_name(line, &name, &colon);
}

struct splitter {
	struct arena *a;
	struct str raw;
	size_t at;
	VEC(struct header) out;
	uint64_t anomalies;
};

/* The field that starts at s->at with its continuation lines; moves on behind it. */
static struct str take_field(struct splitter *s)
{
	size_t start = s->at;
	do
		s->at += first_line(str_from(s->raw, s->at)).n;
	while (is_continuation(str_from(s->raw, s->at)));
	return str_sub(s->raw, start, s->at - start);
}

/* name and colon: lengths as field_name tells; both 0 for a bad line. */
static int add_field(struct splitter *s, size_t name, size_t colon)
{
	struct str line = take_field(s);
	if (s->out.n >= LIM_HEADERS) {
		s->anomalies |= ANOM(header_cap);
		return 0;
	}
	struct header *h = vec_push(s->a, &s->out, LIM_HEADERS);
	if (!h)
		return ERR_ENV;
	h->line = line;
	h->name = str_first(line, name);
	h->value = without_line_end(str_from(line, name ? colon + 1 : 0));
	h->id = header_id(h->name);
	if (name != colon)
		s->anomalies |= ANOM(header_space_colon);
	if (name == 0)
		s->anomalies |= ANOM(bad_header_line);
	if (h->value.n > LIM_HEADER_VALUE)
		s->anomalies |= ANOM(header_cap);
	return 0;
}

/* Reads fields until the header ends; s->at is then the start of the body. */
static int split_fields(struct splitter *s, header_stop_fn *stop, const void *ctx)
{
	for (;;) {
		struct str rest = str_from(s->raw, s->at);
		size_t name = 0, colon = 0;
		if (rest.n == 0) {
			s->anomalies |= ANOM(no_body_separator);
			return 0;
		}
		if (field_name(rest, &name, &colon)) {
			if (rest.p[0] == '-' && stop && str_starts(rest, S("--")) && stop(ctx, first_line(rest)))
				break;
			if (add_field(s, name, colon))
				return ERR_ENV;
			continue;
		}
		struct str line = first_line(rest);
		if (is_blank(line)) {
			s->at += line.n;
			return 0;
		}
		/* dashes: a delimiter, if only of the multipart that this header is about to declare */
		if (str_starts(line, S("--")) || (rest.p[0] != ':' && !is_known_field(str_from(rest, line.n))))
			break;
		if (add_field(s, 0, 0))
			return ERR_ENV;
	}
	s->anomalies |= ANOM(no_body_separator);
	return 0;
}

static void look_at_bytes(struct splitter *s)
{
	struct str head = str_first(s->raw, s->at);
	if (!ascii_only(head))
		s->anomalies |= ANOM(header_8bit);
	if (str_find_byte(head, 0) != STR_NPOS)
		s->anomalies |= ANOM(header_nul);
	for (size_t i = str_find_byte(head, '\r'); i != STR_NPOS;) {
		if (i + 1 == s->raw.n || s->raw.p[i + 1] != '\n') {
			s->anomalies |= ANOM(bare_cr);
			break;
		}
		size_t next = str_find_byte(str_from(head, i + 1), '\r');
		i = next == STR_NPOS ? STR_NPOS : i + 1 + next;
	}
}

int header_split(struct arena *a, struct str raw, header_stop_fn *stop, const void *ctx, struct headers *out, size_t *body,
	uint64_t *anomalies)
{
	struct splitter s = {.a = a, .raw = raw, .at = str_starts(raw, S("\xEF\xBB\xBF")) ? 3 : 0};
	for (struct str line; is_from_line(line = first_line(str_from(raw, s.at)));)
		s.at += line.n;
	if (split_fields(&s, stop, ctx))
		return ERR_ENV;
	look_at_bytes(&s);
	if (s.out.n == 0)
		s.anomalies |= ANOM(no_header);
	arena_shrink(a, s.out.v, s.out.cap * sizeof *s.out.v, s.out.n * sizeof *s.out.v);
	*out = (struct headers){s.out.v, s.out.n};
	*body = s.at;
	*anomalies |= s.anomalies;
	return 0;
}
