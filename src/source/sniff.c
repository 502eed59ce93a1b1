/* sniff.c - see sniff.h. */
#include "source/sniff.h"

#include "source/feed_name.h"
#include "source/mbox.h"

enum {
	LINES = 512,   /* header lines looked at; a sender may write many fields of its own first */
	EMLX_LINE = 24 /* bytes: the line with the length, ten places wide as Mail writes it */
};

/* Fields that other files with "name: value" lines hardly have. */
static bool mail_field(struct str name)
{
	static const char *const known[] = {"received", "return-path", "message-id", "mime-version", "delivered-to", "from", "to",
		"subject", "date", "reply-to", "sender", "cc", "bcc", "content-type", "content-transfer-encoding", "envelope-to",
		"in-reply-to", "references", "dkim-signature", "x-mailer", "errors-to", "precedence", "authentication-results",
		"content-disposition", "apparently-to", "resent-from", "resent-to", "resent-date", "resent-message-id", "mail-from",
		"x-originating-ip", "arc-seal", "received-spf", "x-received", "list-id", "list-unsubscribe", "x-spam-status",
		"newsgroups"};
	return str_is_one_of(name, known, sizeof known / sizeof *known);
}

static bool folded(struct str line)
{
	return line.n && (line.p[0] == ' ' || line.p[0] == '\t');
}

/* Header lines at the start: fields and folded lines up to an empty line, most of them well formed, one known to be mail's. */
static bool header_block(struct str s)
{
	size_t known = 0, fields = 0, other = 0, n = 0;
	for (struct str line; n < LINES && str_line(&s, &line) && line.n; n++) {
		if (folded(line) && n)
			continue;
		if (!mbox_field(line)) {
			if (n == 0 && !str_starts(line, S(">From ")))
				return false;
			other++;
			continue;
		}
		fields++;
		known += mail_field(str_rtrim(str_first(line, str_find_byte(line, ':'))));
	}
	return known > 0 && fields >= other;
}

/* Behind its message is the property list, or nothing: else the number is no length, and the rest would be lost unsaid. */
size_t sniff_emlx(struct str s, uint64_t *bytes)
{
	size_t nl = str_find_byte(str_first(s, EMLX_LINE), '\n');
	bool length = nl != STR_NPOS && str_u64(str_rtrim(str_first(s, nl)), bytes) && *bytes;
	if (!length || !header_block(str_from(s, nl + 1)))
		return 0;
	struct str list = str_trim(str_from(str_from(s, nl + 1), *bytes < s.n ? (size_t)*bytes : s.n));
	return list.n == 0 || list.p[0] == '<' ? nl + 1 : 0;
}

static bool mmdf(struct str s)
{
	return str_starts(s, S("\1\1\1\1\n")) || str_starts(s, S("\1\1\1\1\r\n"));
}

enum sniff sniff_mail(struct str s)
{
	struct str line, after;
	uint64_t bytes;
	if (sniff_emlx(s, &bytes))
		return SNIFF_EMLX;
	if (str_starts(s, S("\xef\xbb\xbf")))
		s = str_from(s, 3);
	while (s.n && ascii_space(s.p[0]))
		s = str_from(s, 1);
	if (s.n == 0)
		return SNIFF_EMPTY;
	if (mmdf(s))
		return SNIFF_MMDF;
	if (str_find_byte(s, '\n') == STR_NPOS && str_find_byte(str_rtrim(s), '\r') != STR_NPOS)
		return SNIFF_OTHER;
	after = s;
	if (str_starts(s, S("From ")) && !mbox_field(s) && str_line(&after, &line) && line.n <= MBOX_FROM_LINE &&
		(mbox_field(after) || str_starts(after, S(">From ")) || (mbox_from_line(line, NULL) && after.n)))
		return SNIFF_BOX;
	return header_block(s) ? SNIFF_MESSAGE : SNIFF_OTHER;
}

/* digits "." something "." host: qmail's and the Maildir specification's unique names. */
static bool unique_name(struct str name)
{
	size_t i = 0;
	while (i < name.n && ascii_digit(name.p[i]))
		i++;
	struct str rest = str_from(name, i + 1);
	size_t dot = str_find_byte(rest, '.');
	return i >= 6 && i < name.n && name.p[i] == '.' && dot != STR_NPOS && dot > 0 && dot + 1 < rest.n;
}

static bool below(struct str path, struct str folder)
{
	struct str name = path_base(path), up = str_first(path, path.n - name.n);
	return up.n > 1 && str_eq(path_base(up), folder) && unique_name(name);
}

bool sniff_maildir_path(struct str path)
{
	return below(path, S("cur")) || below(path, S("new"));
}

bool sniff_maildir_tmp(struct str path)
{
	return below(path, S("tmp"));
}
