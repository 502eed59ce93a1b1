/* warc_write.c - see warc_write.h. */
#include "page/warc_write.h"

#include <stdio.h>

#include "base/hash.h"
#include "base/limits.h"
#include "base/time.h"

static const char *type_name(enum warc_type t)
{
	switch (t) {
	case WARC_INFO:
		return "warcinfo";
	case WARC_REQUEST:
		return "request";
	case WARC_METADATA:
		return "metadata";
	default:
		return "response";
	}
}

/* A UUID of version 8 (RFC 9562) from what the record is. False: out of memory. */
static bool make_id(const struct warc_out *r, const uint8_t digest[SHA256_BYTES], char id[WARC_ID + 1])
{
	char text[TIME_ISO_SIZE], hex[32];
	uint8_t h[SHA256_BYTES];
	struct buf b;
	time_iso(r->time, text);
	buf_init(&b, LIM_URL + 256);
	buf_printf(&b, "%s %s ", type_name(r->type), text);
	buf_add(&b, str_make(digest, SHA256_BYTES));
	buf_add(&b, r->target);
	sha256(buf_str(&b), h);
	bool ok = !b.oom;
	buf_free(&b);
	h[6] = (uint8_t)((h[6] & 0x0F) | 0x80);
	h[8] = (uint8_t)((h[8] & 0x3F) | 0x80);
	hex_encode(h, 16, hex);
	snprintf(id, WARC_ID + 1, "urn:uuid:%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
	return ok;
}

/* A field, without what would break the line. */
static void field(struct buf *b, const char *name, struct str value)
{
	if (!value.n)
		return;
	buf_printf(b, "%s: ", name);
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] != '\r' && value.p[i] != '\n')
			buf_byte(b, value.p[i]);
	buf_add(b, S("\r\n"));
}

int warc_write(struct buf *out, const struct warc_out *r, char id[WARC_ID + 1])
{
	char own[WARC_ID + 1], text[TIME_ISO_SIZE], hex[SHA256_HEX];
	uint8_t digest[SHA256_BYTES];
	struct buf b;
	buf_init(&b, LIM_WARC_BLOCK + LIM_WARC_HEADER);
	sha256(r->block, digest);
	hex_encode(digest, SHA256_BYTES, hex);
	bool made = make_id(r, digest, id ? id : own);
	time_iso(r->time, text);
	buf_printf(&b, "WARC/1.1\r\nWARC-Type: %s\r\nWARC-Record-ID: <%s>\r\nWARC-Date: %s\r\n", type_name(r->type), id ? id : own,
		text);
	field(&b, "WARC-Target-URI", r->target);
	field(&b, "WARC-IP-Address", r->ip);
	if (r->concurrent.n)
		buf_printf(&b, "WARC-Concurrent-To: <%.*s>\r\n", STR_FMT(r->concurrent));
	if (r->truncated)
		buf_printf(&b, "WARC-Truncated: %s\r\n", r->truncated);
	buf_printf(&b, "WARC-Block-Digest: sha256:%.64s\r\n", hex);
	field(&b, "Content-Type", r->content_type);
	buf_printf(&b, "Content-Length: %zu\r\n\r\n", r->block.n);
	buf_add(&b, r->block);
	buf_add(&b, S("\r\n\r\n"));
	int rc = made && buf_ok(&b) ? gzip_member(buf_str(&b), out) : -1;
	buf_free(&b);
	return rc;
}
