/* identity.c - what a message is called: SHA-256 of its bytes, and of its bytes with LF line ends. */
#include "feature/extract.h"

/* CRLF becomes LF; a lone CR stays. */
static void digest_lf(struct str bytes, uint8_t out[SHA256_BYTES])
{
	struct sha256 *h = sha256_new();
	if (!h) { /* out of memory: the plain digest joins nothing, and harms nothing */
		sha256(bytes, out);
		return;
	}
	sha256_begin(h);
	while (bytes.n) {
		size_t cr = str_find_byte(bytes, '\r');
		if (cr == STR_NPOS)
			cr = bytes.n;
		bool pair = cr + 1 < bytes.n && bytes.p[cr + 1] == '\n';
		sha256_add(h, str_first(bytes, cr + (cr < bytes.n && !pair)));
		bytes = str_from(bytes, cr + 1);
	}
	sha256_end(h, out);
	sha256_del(h);
}

void extract_id(struct str bytes, uint8_t id[SHA256_BYTES])
{
	sha256(bytes, id);
}

void extract_identity(const struct extract_input *in, struct row *row)
{
	struct str bytes = in->bytes;
	if (in->id)
		memcpy(row->id, in->id, SHA256_BYTES);
	else
		extract_id(bytes, row->id);
	if (str_find_byte(bytes, '\r') == STR_NPOS)
		memcpy(row->sha256_lf, row->id, SHA256_BYTES);
	else
		digest_lf(bytes, row->sha256_lf);
	row->size = (int64_t)bytes.n;
}
