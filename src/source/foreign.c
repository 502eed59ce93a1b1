/* foreign.c - see foreign.h. Formats as their writers document them: libpff's and libdbx's notes (Outlook), c-client's
 * docs/formats.txt (mbx), Dovecot's dbox, Postfix' rec_type.h, Exim's specification 57. */
#include "source/foreign.h"

#include "source/mbox.h"

enum { DIGITS = 15 }; /* of the first number in Postfix' size record */

/* Words that begin so are of what holds mail, or may. */
#define NOT_READ "not read: "

static const struct {
	struct str first;
	const char *words;
} known[] = {
	{STR_INIT("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
		NOT_READ "an Outlook message (.msg) or another Office file; make .eml of it"},
	{STR_INIT("!BDN"), NOT_READ "Outlook folders (.pst, .ost); make mbox of them, as readpst does"},
	{STR_INIT("\xcf\xad\x12\xfe"), NOT_READ "an Outlook Express folder (.dbx); make mbox of it"},
	{STR_INIT("\x78\x9f\x3e\x22"), NOT_READ "TNEF (winmail.dat); unpack it first"},
	{STR_INIT("*mbx*\r\n"), NOT_READ "a box in the mbx format; copy it to mbox, as mailutil does"},
	{STR_INIT("BABYL OPTIONS:"), NOT_READ "a Babyl file (Rmail); make mbox of it"},
	{STR_INIT("#! rnews "), NOT_READ "a batch of news; make a file of each article"},
	{STR_INIT("Rar!\x1a\x07"), NOT_READ "a rar archive; unpack it first"},
	{STR_INIT("MSCF\0\0\0\0"), NOT_READ "a cabinet archive; unpack it first"},
	{STR_INIT("07070"), NOT_READ "a cpio archive; unpack it first"},
	{STR_INIT("LZIP"), NOT_READ "compressed by lzip; unpack it first"},
	{STR_INIT("\x04\x22\x4d\x18"), NOT_READ "compressed by lz4; unpack it first"},
	{STR_INIT("\x1f\x9d"), NOT_READ "compressed by compress (.Z); unpack it first"},
	{STR_INIT("-----BEGIN PGP MESSAGE-----"), NOT_READ "encrypted by PGP"},
	{STR_INIT("\xff\xfe"), NOT_READ "text in UTF-16; make UTF-8 of it"},
	{STR_INIT("\xfe\xff"), NOT_READ "text in UTF-16; make UTF-8 of it"},
	{STR_INIT("PAR1"), "not mail: a Parquet table; write each message to a file of its own"},
	{STR_INIT("SQLite format 3\0"), "not mail: an SQLite database"},
};

/* "2 M1e C46e1f5d3": version, size of the headers and time of creation, in hex. */
static bool dbox(struct str line)
{
	return line.n > 4 && ascii_digit(line.p[0]) && str_starts(str_from(line, 1), S(" M")) &&
	       str_find(line, S(" C")) != STR_NPOS;
}

/* A record of type C, its length, and numbers of fifteen places, the first the message's size. */
static bool postfix(struct str s)
{
	if (s.n < 2 + DIGITS || s.p[0] != 'C' || s.p[1] < DIGITS)
		return false;
	for (size_t i = 2; i < 2 + DIGITS; i++)
		if (!ascii_digit(s.p[i]) && s.p[i] != ' ')
			return false;
	return true;
}

/* "1Hb000-0000AB-C0-H": the file's own name. */
static bool exim(struct str line)
{
	size_t dash = str_find_byte(line, '-');
	if (dash != 6 || line.n < 18 || line.n > 25 || (!str_ends(line, S("-H")) && !str_ends(line, S("-D"))))
		return false;
	for (size_t i = 0; i < line.n; i++)
		if (!ascii_alnum(line.p[i]) && line.p[i] != '-')
			return false;
	return true;
}

/* "V8", then "T1176087600". */
static bool sendmail(struct str line, struct str after)
{
	return line.n >= 2 && line.n <= 3 && line.p[0] == 'V' && ascii_digit(line.p[1]) && after.n > 1 && after.p[0] == 'T' &&
	       ascii_digit(after.p[1]);
}

/* An object, or an array of objects. */
static bool json(struct str s)
{
	return str_starts(s, S("{")) || (str_starts(s, S("[")) && str_starts(str_trim(str_from(s, 1)), S("{")));
}

/* The names of columns, as most data sets of mail have them: letters, and commas, semicolons or tabs between without the blank of prose. */
static bool csv(struct str line)
{
	size_t between = 0;
	if (str_find(line, S(", ")) != STR_NPOS || str_find(line, S("; ")) != STR_NPOS)
		return false;
	for (size_t i = 0; i < line.n; i++) {
		if (str_find_byte(S(",;\t"), line.p[i]) != STR_NPOS)
			between++;
		else if (!ascii_alnum(line.p[i]) && str_find_byte(S(" _-\"'.\r"), line.p[i]) == STR_NPOS)
			return false;
	}
	return between > 0 && !ascii_space(line.p[0]);
}

static const char *words_of(struct str s)
{
	struct str line = {0}, after = s;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_starts(s, known[i].first))
			return known[i].words;
	if (postfix(s))
		return NOT_READ "a Postfix queue file; postcat -bh prints the message";
	if (str_find_byte(s, '\n') == STR_NPOS && str_find_byte(s, '\r') != STR_NPOS &&
		(mbox_field(s) || str_starts(s, S("From "))))
		return NOT_READ "its lines end in CR alone; make them end in LF";
	if (!str_line(&after, &line))
		return "not mail";
	if (dbox(line))
		return NOT_READ "Dovecot's own format (dbox); copy it to Maildir, as doveadm does";
	if (exim(line))
		return NOT_READ "half a message of an Exim spool (header -H, text -D); put the two together";
	if (sendmail(line, after))
		return NOT_READ "the header of a message in sendmail's queue (its text is in df...); put the two together";
	if (json(s))
		return "not mail: looks like JSON; write each message to a file of its own";
	return csv(line) ? "not mail: looks like a table (CSV); write each message to a file of its own" : "not mail";
}

const char *foreign_words(struct str first, bool *mail)
{
	const char *words = words_of(first);
	*mail = str_starts(str_of(words), S(NOT_READ));
	return words;
}
