/* part.c - what is inside a leaf: transfer decoding and text as UTF-8. See message.h. */
#include "base/anomaly.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "codec/base64.h"
#include "codec/charset.h"
#include "codec/flowed.h"
#include "codec/html.h"
#include "codec/qp.h"
#include "codec/uuencode.h"
#include "mail/message.h"

/* All uuencoded blocks of a body that is declared uuencoded, joined; the body itself when there is none. */
static int decode_uu(struct arena *a, struct str body, struct str *out, uint64_t *anomalies)
{
	struct uu_block block;
	struct buf joined;
	size_t at = 0, blocks = 0;
	int r;
	buf_init_arena(&joined, a, LIM_ATTACHMENT);
	for (; (r = uu_next(a, body, &at, &block, anomalies)) == 1; blocks++)
		buf_add(&joined, block.data);
	if (r < 0 || joined.oom)
		return ERR_ENV;
	if (blocks == 0)
		*anomalies |= ANOM(uu_bad);
	*out = blocks ? buf_str(&joined) : body;
	return 0;
}

int part_decode(struct arena *a, const struct part *p, struct str *out, uint64_t *anomalies)
{
	*out = p->body;
	if (p->transfer == TRANSFER_IDENTITY || p->body.n == 0)
		return 0;
	if (p->transfer == TRANSFER_UU)
		return decode_uu(a, p->body, out, anomalies);
	size_t room = p->transfer == TRANSFER_BASE64 ? BASE64_OUT_MAX(p->body.n) : p->body.n;
	uint8_t *q = arena_alloc(a, room);
	if (!q)
		return ERR_ENV;
	size_t n = p->transfer == TRANSFER_BASE64 ? base64_decode(p->body, q, anomalies) : qp_decode(p->body, q, anomalies);
	arena_shrink(a, q, room, n);
	*out = str_make(q, n);
	return 0;
}

bool part_joins_lines(const struct part *p)
{
	return part_is(p, "text", "plain") && str_ieq(params_get(&p->params, S("format")), S("flowed")) &&
	       str_ieq(params_get(&p->params, S("delsp")), S("yes"));
}

int part_text(struct arena *a, const struct part *p, struct str *out, uint64_t *anomalies)
{
	struct str bytes, label = p->charset;
	*out = S("");
	if (part_decode(a, p, &bytes, anomalies))
		return ERR_ENV;
	if (label.n == 0 && str_eq(p->subtype, S("html")))
		label = html_meta_charset(bytes);
	if (charset_to_utf8(a, bytes, label, out, anomalies))
		return ERR_ENV;
	if (str_find_byte(*out, 0) != STR_NPOS)
		*anomalies |= ANOM(body_nul);
	return part_joins_lines(p) ? flowed_join(a, *out, out) : 0;
}
