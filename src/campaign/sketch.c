/* sketch.c - see sketch.h. */
#include "campaign/sketch.h"

#include "base/hash.h"
#include "base/mem.h"

enum { HEAD = 16, HEX_RUN = 5, URL_SHAPE = 256, EXTENSION = 5, LEAST_PIXELS = 8 };

/* ---- text ---- */

/* The largest threshold that keeps at most SKETCH_WORDS of the codes, which are more. */
static uint32_t sample_below(const uint16_t *code, size_t n)
{
	uint32_t high[256] = {0}, low[256] = {0};
	size_t kept = 0;
	uint32_t h = 0, l = 0;
	for (size_t i = 0; i < n; i++)
		high[code[i] >> 8]++;
	for (; kept + high[h] <= SKETCH_WORDS; h++)
		kept += high[h];
	for (size_t i = 0; i < n; i++)
		if (code[i] >> 8 == (int)h)
			low[code[i] & 0xFF]++;
	for (; kept + low[l] <= SKETCH_WORDS; l++)
		kept += low[l];
	return h << 8 | l;
}

/* Adds v to an ascending list of distinct values that keeps the smallest ones. */
static void keep_least(uint32_t *list, uint8_t *n, uint8_t max, uint32_t v)
{
	size_t i = *n;
	while (i && list[i - 1] > v)
		i--;
	if ((i && list[i - 1] == v) || i == max)
		return;
	size_t move = *n < max ? *n - i : max - 1 - i;
	memmove(list + i + 1, list + i, move * sizeof *list);
	list[i] = v;
	*n += *n < max;
}

static void keep_least64(uint64_t *list, uint8_t *n, uint8_t max, uint64_t v)
{
	size_t i = *n;
	while (i && list[i - 1] > v)
		i--;
	if ((i && list[i - 1] == v) || i == max)
		return;
	size_t move = *n < max ? *n - i : max - 1 - i;
	memmove(list + i + 1, list + i, move * sizeof *list);
	list[i] = v;
	*n += *n < max;
}

static void add_fact(struct sketch *out, enum word_kind kind, uint32_t hash)
{
	if (kind == WORD_FACT)
		keep_least(out->facts, &out->n_facts, SKETCH_FACTS, hash);
	else if (kind == WORD_NAME)
		keep_least(out->names, &out->n_names, SKETCH_NAMES, hash);
}

/* The sample, and the facts. */
static void sketch_words(const struct words *w, uint16_t *code, struct sketch *out)
{
	size_t n = 0;
	for (size_t i = 0; i < w->n; i++) {
		code[n] = (uint16_t)w->hash[i];
		n += w->kind[i] != WORD_SHORT;
		if (w->kind[i] >= WORD_FACT)
			add_fact(out, w->kind[i], w->hash[i]);
	}
	out->below = n > SKETCH_WORDS ? sample_below(code, n) : 65536;
	for (size_t i = 0; i < n && out->n_sample < SKETCH_WORDS; i++) {
		out->sample[out->n_sample] = code[i];
		out->n_sample += code[i] < out->below;
	}
	if (out->n_sample < SKETCH_WORDS)
		out->sample[out->n_sample] = 0; /* the last that was not kept */
}

static bool sketch_text(struct arena *a, struct str text, struct sketch *out)
{
	struct words w;
	struct minhash m;
	if (!words_of(a, text, &w))
		return false;
	uint16_t *code = arena_alloc(a, (w.n + 1) * sizeof *code);
	if (!code)
		return false;
	out->n_bins = minhash_words(&w, &m) ? MINHASH_BINS : 0;
	memcpy(out->bins, m.bin, sizeof out->bins);
	out->n_words = (uint16_t)(w.n < UINT16_MAX ? w.n : UINT16_MAX);
	out->dense = 2 * w.dense > w.n;
	sketch_words(&w, code, out);
	return true;
}

static bool sketch_subject(struct arena *a, struct str subject, struct sketch *out)
{
	struct words w;
	if (!words_of(a, subject, &w))
		return false;
	for (size_t i = 0; i < w.n; i++)
		add_fact(out, w.kind[i], w.hash[i]);
	for (size_t i = 0; i < w.n && out->n_subject < SKETCH_SUBJECT; i++) {
		bool number = w.kind[i] == WORD_NUMBER || w.kind[i] == WORD_FACT;
		out->subject[out->n_subject++] = number ? 0 : (uint16_t)w.hash[i];
	}
	return true;
}

/* ---- links ---- */

/* A hash that is fed byte by byte (FNV-1a). */
struct shape {
	uint64_t hash;
	size_t n;
};

static void feed(struct shape *o, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		o->hash = (o->hash ^ s.p[i]) * 0x100000001b3u;
	o->n += s.n;
}

enum run_kind { RUN_NONE, RUN_LETTERS, RUN_DIGITS, RUN_MIXED, RUN_HEX };

/* The run of letters and digits at i. */
static size_t run_of(struct str s, size_t i, enum run_kind *kind)
{
	size_t from = i;
	bool hex = true, digits = false, letters = false;
	for (; i < s.n && (ascii_alnum(s.p[i]) || s.p[i] >= 0x80); i++) {
		digits |= ascii_digit(s.p[i]);
		letters |= !ascii_digit(s.p[i]);
		hex &= ascii_digit(s.p[i]) || (uint8_t)((s.p[i] | 0x20) - 'a') < 6;
	}
	if (i == from)
		*kind = RUN_NONE;
	else if (hex && digits && i - from >= HEX_RUN)
		*kind = RUN_HEX;
	else
		*kind = !digits ? RUN_LETTERS : letters ? RUN_MIXED : RUN_DIGITS;
	return i - from;
}

/* Runs by kind, signs as they are; literal is what names a parameter or is an extension. */
static void feed_shape(struct shape *o, struct str s)
{
	static const struct str token[] = {STR_INIT(""), STR_INIT("a"), STR_INIT("0"), STR_INIT("m"), STR_INIT("x")};
	for (size_t i = 0; i < s.n && i < URL_SHAPE;) {
		enum run_kind kind;
		size_t n = run_of(s, i, &kind);
		uint8_t length = (uint8_t)n;
		bool parameter = i + n < s.n && s.p[i + n] == '=';
		bool extension = i && s.p[i - 1] == '.' && i + n == s.n && n <= EXTENSION && kind == RUN_LETTERS;
		if (n == 0)
			n = 1, feed(o, str_sub(s, i, 1));
		else if (parameter || extension)
			feed(o, str_sub(s, i, n));
		else
			feed(o, token[kind]);
		if (kind == RUN_HEX && !parameter)
			feed(o, str_make(&length, 1));
		i += n;
	}
}

uint32_t sketch_url_shape(const struct url *u)
{
	struct shape o = {0xcbf29ce484222325u, 0};
	size_t scheme = str_find(u->raw, S("://"));
	if (scheme == STR_NPOS)
		return 0;
	struct str path = str_from(u->raw, scheme + 3);
	size_t slash = str_find_byte(path, '/');
	path = slash == STR_NPOS ? S("") : str_from(path, slash);
	struct str sub = u->domain.n && u->host.n > u->domain.n ? str_first(u->host, u->host.n - u->domain.n) : S("");
	if (u->flags & URL_IP_HOST)
		feed(&o, S("ip"));
	else if (!str_eq(sub, S("www.")))
		feed_shape(&o, sub);
	if (u->flags & URL_PORT)
		feed(&o, S(":"));
	if (o.n == 0 && path.n <= 1)
		return 0;
	feed_shape(&o, path);
	return (uint32_t)(mix64(o.hash) >> 32) | 1;
}

static void sketch_links(const struct doc *d, struct sketch *out)
{
	for (size_t i = 0; i < d->n_urls; i++) {
		const struct url *u = &d->urls[i];
		struct str name = u->domain.n ? u->domain : u->host;
		if ((u->flags & (URL_MAILTO | URL_HIDDEN)) || !name.n)
			continue;
		if (!(u->flags & URL_IMAGE) && !out->url)
			out->url = sketch_url_shape(u);
		out->n_links += !(u->flags & URL_IMAGE) && out->n_links < SKETCH_LINKS;
		keep_least(out->domains, &out->n_domains, SKETCH_DOMAINS, (uint32_t)hash64(name, 0));
	}
}

/* ---- tags and files ---- */

static void sketch_tags(const struct doc *d, struct sketch *out)
{
	uint64_t pair[128];
	struct minhash m;
	size_t n = 0;
	for (size_t i = 1; i < d->html_tags.n && n < sizeof pair / sizeof *pair; i++)
		pair[n++] = (uint64_t)d->html_tags.p[i - 1] << 8 | d->html_tags.p[i];
	if (n < 2)
		return;
	minhash_set(pair, n, MINHASH_BINS / SKETCH_TAGS, &m);
	out->n_tags = SKETCH_TAGS;
	for (size_t i = 0; i < SKETCH_TAGS; i++) /* of bins that lie apart: neighbours may share a value after densification */
		out->tags[i] = m.bin[i * (MINHASH_BINS / SKETCH_TAGS)];
}

/* The digests of the largest images: what is varied from message to message changes their size by little. */
static void sketch_looks(const struct doc *d, struct sketch *out)
{
	uint64_t area[SKETCH_FILES] = {0};
	for (size_t i = 0; i < d->n_attachments; i++) {
		const struct doc_attachment *t = &d->attachments[i];
		uint64_t size = (uint64_t)t->width * t->height;
		size_t at = out->n_looks, keep = at < SKETCH_FILES ? at : SKETCH_FILES - 1;
		while (at && area[at - 1] < size)
			at--;
		if (!t->looked || at == SKETCH_FILES)
			continue;
		memmove(area + at + 1, area + at, (keep - at) * sizeof *area);
		memmove(out->looks + at + 1, out->looks + at, (keep - at) * sizeof *out->looks);
		area[at] = size;
		out->looks[at] = t->look;
		out->n_looks += out->n_looks < SKETCH_FILES;
		out->n_large += out->n_large < SKETCH_FILES && size >= SKETCH_LARGE;
	}
}

static void sketch_files(const struct doc *d, struct sketch *out)
{
	for (size_t i = 0; i < d->n_attachments; i++) {
		const struct doc_attachment *t = &d->attachments[i];
		uint64_t digest;
		memcpy(&digest, t->sha256, sizeof digest);
		digest = le64toh(digest);
		if (t->size == 0)
			continue;
		if (t->width >= LEAST_PIXELS && t->height >= LEAST_PIXELS)
			keep_least(out->shapes, &out->n_shapes, SKETCH_FILES,
				(uint32_t)(mix64((uint64_t)t->width << 32 | t->height) >> 32));
		if (str_starts(t->type, S("image/")))
			keep_least64(out->images, &out->n_images, SKETCH_FILES, digest);
		else
			keep_least64(out->files, &out->n_files, SKETCH_FILES, digest);
	}
}

/* The part of the text, which may be known. */
static bool recall_text(struct arena *a, const struct doc *d, struct sketch *out)
{
	if (d->notes && d->notes->sketch) {
		memcpy(out, d->notes->sketch, sizeof *out);
		return true;
	}
	memset(out, 0, sizeof *out);
	if (!sketch_text(a, d->text, out))
		return false;
	struct sketch *kept = d->notes ? arena_alloc(d->notes->arena, sizeof *kept) : NULL;
	if (kept)
		d->notes->sketch = memcpy(kept, out, sizeof *kept);
	return true;
}

bool sketch_make(struct arena *a, const struct doc *d, struct sketch *out)
{
	struct arena_mark mark = arena_mark(a);
	bool ok = recall_text(a, d, out) && sketch_subject(a, d->subject, out);
	arena_release(a, mark);
	if (!ok)
		return false;
	sketch_links(d, out);
	sketch_tags(d, out);
	sketch_files(d, out);
	sketch_looks(d, out);
	return true;
}

/* ---- the blob ---- */

/* n numbers of `width` bytes from one place to the other, where they are little-endian; the same the other way round. */
static void copy_le(void *to, const void *from, size_t n, size_t width)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	memcpy(to, from, n * width);
#else
	for (size_t i = 0; i < n * width; i++)
		((uint8_t *)to)[i] = ((const uint8_t *)from)[i / width * width + width - 1 - i % width];
#endif
}

static uint8_t *put_le(uint8_t *at, const void *v, size_t n, size_t width)
{
	copy_le(at, v, n, width);
	return at + n * width;
}
#define PUT(at, v, n) put_le(at, v, n, sizeof *(v))

static const uint8_t *get_le(const uint8_t *at, void *v, size_t n, size_t width)
{
	copy_le(v, at, n, width);
	return at + n * width;
}
#define GET(at, v, n) get_le(at, v, n, sizeof *(v))

size_t sketch_write(const struct sketch *s, uint8_t out[SKETCH_MAX])
{
	uint16_t below = (uint16_t)(s->below ? s->below - 1 : 0);
	uint8_t *at = out;
	*at++ = SKETCH_VERSION;
	*at++ = (uint8_t)((s->n_bins ? 1 : 0) | (s->n_tags ? 2 : 0) | (s->below ? 4 : 0) | (s->dense ? 8 : 0));
	at = PUT(at, &s->n_words, 1);
	at = PUT(at, &below, 1);
	*at++ = s->n_sample;
	*at++ = (uint8_t)(s->n_facts << 4 | s->n_names);
	*at++ = (uint8_t)(s->n_domains << 4 | s->n_subject);
	*at++ = (uint8_t)(s->n_images << 4 | s->n_files);
	*at++ = (uint8_t)(s->n_links << 2 | s->n_shapes);
	*at++ = (uint8_t)(s->n_large << 4 | s->n_looks);
	at = PUT(at, &s->url, 1);
	at = PUT(at, s->bins, s->n_bins);
	at = PUT(at, s->sample, s->n_sample);
	at = PUT(at, s->facts, s->n_facts);
	at = PUT(at, s->names, s->n_names);
	at = PUT(at, s->domains, s->n_domains);
	at = PUT(at, s->subject, s->n_subject);
	at = PUT(at, s->tags, s->n_tags);
	at = PUT(at, s->shapes, s->n_shapes);
	at = PUT(at, s->images, s->n_images);
	at = PUT(at, s->files, s->n_files);
	for (size_t i = 0; i < s->n_looks; i++)
		at = PUT(at, s->looks[i].bits, IMAGE_DIGEST_BITS / 64);
	return (size_t)(at - out);
}

static size_t body_size(const struct sketch *s)
{
	return s->n_bins + s->n_tags + 2 * ((size_t)s->n_sample + s->n_subject) +
	       4 * ((size_t)s->n_facts + s->n_names + s->n_domains + s->n_shapes) + 8 * ((size_t)s->n_images + s->n_files) +
	       IMAGE_DIGEST_BYTES * (size_t)s->n_looks;
}

/* Lists are compared by merging: that needs their order. */
static bool ascending_32(const uint32_t *v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (v[i - 1] >= v[i])
			return false;
	return true;
}

static bool ascending_64(const uint64_t *v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (v[i - 1] >= v[i])
			return false;
	return true;
}

bool sketch_read(struct str blob, struct sketch *out)
{
	uint16_t below;
	const uint8_t *at = blob.p;
	if (blob.n < HEAD || at[0] != SKETCH_VERSION || (at[1] & ~15))
		return false;
	memset(out, 0, sizeof *out);
	out->n_bins = at[1] & 1 ? MINHASH_BINS : 0;
	out->n_tags = at[1] & 2 ? SKETCH_TAGS : 0;
	out->dense = at[1] & 8;
	GET(at + 2, &out->n_words, 1);
	GET(at + 4, &below, 1);
	out->below = at[1] & 4 ? (uint32_t)below + 1 : 0;
	if (!out->below && below)
		return false;
	out->n_sample = at[6];
	out->n_facts = at[7] >> 4;
	out->n_names = at[7] & 15;
	out->n_domains = at[8] >> 4;
	out->n_subject = at[8] & 15;
	out->n_images = at[9] >> 4;
	out->n_files = at[9] & 15;
	out->n_shapes = at[10] & 3;
	out->n_links = at[10] >> 2;
	out->n_looks = at[11] & 15;
	out->n_large = at[11] >> 4;
	GET(at + 12, &out->url, 1);
	if (out->n_sample > SKETCH_WORDS || out->n_facts > SKETCH_FACTS || out->n_names > SKETCH_NAMES ||
		out->n_domains > SKETCH_DOMAINS || out->n_subject > SKETCH_SUBJECT || out->n_images > SKETCH_FILES ||
		out->n_files > SKETCH_FILES || out->n_shapes > SKETCH_FILES || out->n_looks > SKETCH_FILES ||
		out->n_large > out->n_looks || blob.n != HEAD + body_size(out))
		return false;
	at += HEAD;
	memcpy(out->bins, at, out->n_bins);
	at = GET(at + out->n_bins, out->sample, out->n_sample);
	at = GET(at, out->facts, out->n_facts);
	at = GET(at, out->names, out->n_names);
	at = GET(at, out->domains, out->n_domains);
	at = GET(at, out->subject, out->n_subject);
	memcpy(out->tags, at, out->n_tags);
	at = GET(at + out->n_tags, out->shapes, out->n_shapes);
	at = GET(at, out->images, out->n_images);
	at = GET(at, out->files, out->n_files);
	for (size_t i = 0; i < out->n_looks; i++)
		at = GET(at, out->looks[i].bits, IMAGE_DIGEST_BITS / 64);
	return ascending_32(out->facts, out->n_facts) && ascending_32(out->names, out->n_names) &&
	       ascending_32(out->domains, out->n_domains) && ascending_32(out->shapes, out->n_shapes) &&
	       ascending_64(out->images, out->n_images) && ascending_64(out->files, out->n_files);
}

struct sketch_text sketch_peek(const uint8_t *blob)
{
	uint16_t below;
	bool bins = blob[1] & 1;
	GET(blob + 4, &below, 1);
	return (struct sketch_text){.bins = bins ? blob + HEAD : NULL,
		.sample = blob + HEAD + (bins ? MINHASH_BINS : 0),
		.below = blob[1] & 4 ? (uint32_t)below + 1 : 0,
		.n_sample = blob[6],
		.n_large = blob[11] >> 4};
}

struct str sketch_of(struct arena *a, const struct doc *d)
{
	struct sketch s;
	uint8_t room[SKETCH_MAX];
	if (!sketch_make(a, d, &s))
		return (struct str){0};
	return arena_dup(a, str_make(room, sketch_write(&s, room)));
}

struct str sketch_with_files(struct arena *a, struct str sketch, const struct doc *files)
{
	struct sketch s;
	uint8_t room[SKETCH_MAX];
	must(sketch_read(sketch, &s));
	s.n_shapes = s.n_images = s.n_files = s.n_looks = s.n_large = 0;
	sketch_files(files, &s);
	sketch_looks(files, &s);
	return arena_dup(a, str_make(room, sketch_write(&s, room)));
}
