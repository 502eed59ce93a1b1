/* fingerprint_client.c - the mail client or list software that the header names, and what speaks for or against it.
 *
 * "mta": the Message-ID looks added by a host on the way, and says nothing about the client. Forms of Message-IDs and boundaries are those that the programs are documented or known to make; a client without a form
 * here is neither confirmed nor contradicted. Forms are print_shape's: T14 a civil time, X8 seconds in hex, F a FILETIME.
 */
#include "base/name.h"
#include "feature/fingerprint_int.h"

struct claim {
	const char *start; /* of X-Mailer or User-Agent, any case; with '*' in front: anywhere in it */
	const char *name;
};

/* The first that fits. */
static const struct claim claims[] = {
	{"Microsoft Outlook Express", "outlook-express"},
	{"Microsoft Windows Mail", "outlook-express"},
	{"Microsoft Windows Live Mail", "windows-live-mail"},
	{"Microsoft Outlook IMO", "outlook-imo"},
	{"Microsoft Outlook CWS", "outlook"},
	{"Microsoft Office Outlook", "outlook"},
	{"Microsoft Outlook", "outlook"},
	{"Microsoft-Entourage", "entourage"},
	{"Microsoft-Outlook-Express-Macintosh", "entourage"},
	{"Microsoft-MacOutlook", "entourage"},
	{"Microsoft CDO", "cdo"},
	{"CDO for", "cdo"},
	{"Internet Mail Service", "exchange"},
	{"Microsoft Exchange", "exchange"},
	{"*Produced By Microsoft Exchange", "exchange"},
	{"The Bat!", "the-bat"},
	{"Apple Mail", "apple-mail"},
	{"iPhone Mail", "apple-mail"},
	{"iPad Mail", "apple-mail"},
	{"QUALCOMM Windows Eudora", "eudora"},
	{"Eudora", "eudora"},
	{"Windows Eudora", "eudora"},
	{"Macintosh Eudora", "eudora"},
	{"KMail", "kmail"},
	{"Mutt", "mutt"},
	{"Alpine", "pine"},
	{"Pine", "pine"},
	{"Evolution", "evolution"},
	{"Ximian Evolution", "evolution"},
	{"Sylpheed", "sylpheed"},
	{"Claws Mail", "sylpheed"},
	{"SquirrelMail", "squirrelmail"},
	{"Roundcube Webmail", "roundcube"},
	{"RoundCube Webmail", "roundcube"},
	{"IMP/PHP", "horde"},
	{"Internet Messaging Program (IMP)", "horde"},
	{"Dynamic Internet Messaging Program", "horde"},
	{"PHPMailer", "phpmailer"},
	{"PHP/", "php"},
	{"PHP ", "php"},
	{"YahooMail", "yahoo"},
	{"*YahooMailWebService", "yahoo"},
	{"Lotus Notes", "lotus-notes"},
	{"Novell GroupWise", "groupwise"},
	{"Pegasus Mail", "pegasus"},
	{"ELM", "elm"},
	{"exmh", "exmh"},
	{"nmh", "exmh"},
	{"MH", "exmh"},
	{"VM ", "vm"},
	{"Gnus/", "gnus"},
	{"Opera", "opera"},
	{"Forte Agent", "agent"},
	{"Becky!", "becky"},
	{"Foxmail", "foxmail"},
	{"IncrediMail", "incredimail"},
	{"AOL ", "aol"},
	{"MIME-tools", "mime-tools"},
	{"MIME::Lite", "mime-lite"},
	{"Mail::", "perl"},
	{"JavaMail", "javamail"},
	{"ColdFusion", "coldfusion"},
	{"Mailman", "mailman"},
	{"ezmlm", "ezmlm"},
	{"Swift", "swiftmailer"},
	{"Zimbra", "zimbra"},
	{"*Thunderbird/", "mozilla"},
	{"Thunderbird", "mozilla"},
	{"*SeaMonkey/", "mozilla"},
	{"*Gecko/", "mozilla"},
	{"Mozilla", "netscape"},
	{"Internet Messaging", "horde"},
	{"SpamAssassin", "other"},
};

/* Forms: '#' stands for a number, '*' at the end for anything. */
struct form {
	const char *form, *name;
};

#define MTA "mta"
static const struct form mid_forms[] = {
	{"4h'f$f$8h", "outlook-express"},
	{"4h'f$f$8h$", "outlook"},
	{"6h'f$f$8h$", "outlook"},
	{"28u", "outlook-imo"},
	{"28u.*", "outlook-imo"},
	{"32H", "windows-live-mail"},
	{"38H", "exchange"},
	{"40H", "exchange"},
	{"X8.7d", "mozilla"},
	{"X8.5d", "mozilla"},
	{"8H.7d", "mozilla"},
	{"8H.5d", "mozilla"},
	{"X8.#H", "netscape"},
	{"8H.#H", "netscape"},
	{"X8.#H.#H", "pegasus"},
	{"X8.#H%*", "entourage"},
	{"8H.#H%*", "entourage"},
	{"#d.T14", "the-bat"},
	{"#d.14d", "the-bat"},
	{"8H-4H-4H-4H-12H", "apple-mail"},
	{"Pine.*", "pine"},
	{"alpine.*", "pine"},
	{"1h.1h.1h.1h.T14.8h", "eudora"},
	{"1h.1h.1h.2h.T14.8h", "eudora"},
	{"1h.1h.1h.1h.1h.T14.8h", "eudora"},
	{"1h.1h.1h.2h.1h.T14.8h", "eudora"},
	{"T14.#d.squirrel", "squirrelmail"},
	{"#d.#d.#d.#d.#d.U10.squirrel", "squirrelmail"},
	{"T14.8h", "sylpheed"}, /* Claws; before it the address behind that */
	{"T14.8d", "sylpheed"},
	{"T14.8h.*", "sylpheed"},
	{"T14.8d.*", "sylpheed"},
	{"T12.#d", "kmail"},
	{"T12.#d.*", "kmail"},
	{"U10.#d.#d.camel", "evolution"},
	{"U10.#d.camel", "evolution"},
	{"T14.#A", "mutt"},
	{"T14.5H", "mutt"},
	{"T14.6H", "mutt"},
	{"T14.7H", "mutt"},
	{"5d.#d.#d.#d", "vm"},
	{"2h.8h.8h", "aol"},
	{"3h.8h.8h", "aol"},
	{"10a.3a", "gnus"},
	{"#d.#d.qm", "yahoo"},
	{"T14.#a", "horde"},
	{"#d.#d.U10'#d.JavaMail.*", "javamail"},
	{"#d.U10'#d.JavaMail.*", "javamail"},
	{"#d.M13.JavaMail.*", "javamail"},
	{"#d.#d.M13.JavaMail.*", "javamail"},
	{"32h", "php"},
	/* not clients: hosts that add a Message-ID on the way */
	{"T14.#H", MTA},
	{"T12.#x", MTA},
	{"T12.#A", MTA},
	{"T12.#a", MTA},
	{"T14.qmail", MTA},
	{"T14.#d.qmail", MTA},
};

static const struct form bnd_forms[] = {
	{"----=_NextPart_3H_4H_F.F", "outlook"},
	{"----=_NextPart_3d_4d_F.F", "outlook"},
	{"----=_NextPart_3d_4H_F.F", "outlook"},
	{"------------24d", "mozilla"},
	{"------------24H", "netscape"},
	{"----------#H", "the-bat"},
	{"----------#A", "the-bat"},
	{"Apple-Mail-*", "apple-mail"},
	{"Apple-Mail=*", "apple-mail"},
	{"=====================_*", "eudora"},
	{"Boundary-*", "kmail"},
	{"=-#x", "evolution"},
	{"=-#A", "evolution"},
	{"----=_T14_#d", "squirrelmail"},
	{"=_32h", "roundcube"},
	{"=_#x", "horde"},
	{"b1_32h", "php"},
	{"b2_32h", "php"},
	{"2h_32h", "php"},
	{"0-#d-U10=:#d", "yahoo"},
	{"1d-#d-U10=:#d", "yahoo"},
	{"----=_Part_*", "javamail"},
};

static bool fits(const char *form, struct str s)
{
	size_t i = 0;
	for (; *form; form++) {
		if (*form == '*')
			return true;
		if (*form == '#') {
			size_t from = i;
			while (i < s.n && ascii_digit(s.p[i]))
				i++;
			if (i == from)
				return false;
		} else if (i >= s.n || s.p[i++] != (uint8_t)*form) {
			return false;
		}
	}
	return i == s.n;
}

/* Separators of more than three are written -{12}; the tables are easier to read with the separators themselves. */
static struct str unfold_runs(struct str s, struct val *v)
{
	v->n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (i + 2 < s.n && s.p[i + 1] == '{' && ascii_digit(s.p[i + 2])) {
			size_t n = 0, k = i + 2;
			while (k < s.n && ascii_digit(s.p[k]))
				n = n * 10 + (s.p[k++] - '0');
			while (n-- && !val_full(v))
				val_byte(v, s.p[i]);
			i = k;
		} else {
			val_byte(v, s.p[i]);
		}
	}
	return val_str(v);
}

static const char *form_of(const struct form *forms, size_t n, const struct val *exact)
{
	struct val v;
	struct str s = unfold_runs(val_str(exact), &v);
	for (size_t i = 0; i < n; i++)
		if (fits(forms[i].form, s))
			return forms[i].name;
	return NULL;
}
#define FORM_OF(table, exact) form_of(table, sizeof(table) / sizeof *(table), exact)

static bool knows(const struct form *forms, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(forms[i].name, name) == 0)
			return true;
	return false;
}
#define KNOWS(table, name) knows(table, sizeof(table) / sizeof *(table), name)

/* Ids that programs of one house share, or older versions made: no contradiction. */
static bool agrees(const char *claim, const char *like)
{
	static const char *const also[][2] = {{"outlook", "outlook-express"}, {"outlook", "windows-live-mail"},
		{"mozilla", "netscape"}, {"exchange", "windows-live-mail"}, {"exchange", "outlook"}};
	if (strcmp(claim, like) == 0)
		return true;
	for (size_t i = 0; i < sizeof also / sizeof *also; i++)
		if (strcmp(claim, also[i][0]) == 0 && strcmp(like, also[i][1]) == 0)
			return true;
	return false;
}

/* Programs of one house that share what makes their ids. */
static const char *house(const char *name, bool boundary)
{
	if (boundary && (strcmp(name, "outlook-express") == 0 || strcmp(name, "outlook-imo") == 0 ||
				strcmp(name, "windows-live-mail") == 0 || strcmp(name, "entourage") == 0))
		return "outlook";
	if (strcmp(name, "phpmailer") == 0)
		return "php";
	return name;
}

/* Mozilla's random bytes are all below ten: in hex, every other digit is 0. */
static bool is_mozilla(struct str digits)
{
	for (size_t i = 0; i < digits.n; i++)
		if (!ascii_digit(digits.p[i]) || (i % 2 && digits.p[digits.n - 1 - i] != '0'))
			return false;
	return digits.n > 0;
}

/* E1AbCdE-0003xY-00 (Exim); OE64abc... and BAY101-F1... at the hosts of Hotmail. */
static bool is_added(const struct print *p)
{
	struct str s = p->mid_local;
	bool exim = s.n == 17 && (s.p[0] == 'E' || s.p[0] == 'm') && s.p[7] == '-' && s.p[14] == '-';
	return exim || str_iends(p->mid_host, S("hotmail.com")) || str_iends(p->mid_host, S("phx.gbl")) ||
	       str_iends(p->mid_host, S("msn.com"));
}

static const char *mid_like(const struct print *p)
{
	if (is_added(p))
		return MTA;
	const char *name = p->mid_shape.exact.n ? FORM_OF(mid_forms, &p->mid_shape.exact) : NULL;
	struct str tail = str_from(p->mid_local, str_rfind_byte(p->mid_local, '.') + 1);
	return name && strcmp(name, "mozilla") == 0 && !is_mozilla(tail) ? NULL : name;
}

static const char *bnd_like(const struct print *p)
{
	const char *name = p->bnd_shape.exact.n ? FORM_OF(bnd_forms, &p->bnd_shape.exact) : NULL;
	struct str tail = str_from(p->boundary, str_rfind_byte(p->boundary, '-') + 1);
	return name && strcmp(name, "mozilla") == 0 && !is_mozilla(tail) ? NULL : name;
}

static const char *claim_of(struct str s)
{
	for (size_t i = 0; i < sizeof claims / sizeof *claims; i++) {
		const char *c = claims[i].start;
		if (*c == '*' ? str_ifind(s, str_of(c + 1)) != STR_NPOS
			      : ascii_lower(s.p[0]) == ascii_lower((uint8_t)*c) && str_istarts(s, str_of(c)))
			return claims[i].name;
	}
	return NULL;
}

const char *print_client_called(struct str name)
{
	for (size_t i = 0; i < sizeof claims / sizeof *claims; i++)
		if (name_same(name, str_of(claims[i].name)) && strcmp(claims[i].name, "other") != 0) /* no client's name */
			return claims[i].name;
	return NULL;
}

static void put_claim_order(struct print *p, const char *claim)
{
	VAL(v);
	const struct header *id = p->by_id[HDR_message_id], *version = p->by_id[HDR_mime_version];
	val_add(&v, str_of(claim));
	val_byte(&v, ':');
	val_add(&v, val_str(&p->core));
	val_byte(&v, ':');
	val_add(&v, id ? id->name : S("-"));
	val_byte(&v, ':');
	val_add(&v, version ? version->name : S("-"));
	print_val(p, PRINT_claim_order, &v);
}

/* What contradicts the claim; "yes" when something is known and nothing does. */
static void put_claim_ok(struct print *p, const char *claim, const char *mid, const char *bnd)
{
	VAL(v);
	bool known = false;
	const char *by_mid = house(claim, false), *by_bnd = house(claim, true);
	if (print_has(p, HDR_message_id) && KNOWS(mid_forms, by_mid)) {
		known = true;
		if (mid && strcmp(mid, MTA) == 0)
			val_add(&v, S("mta"));
		else if (!mid || !agrees(by_mid, mid))
			val_add(&v, S("mid"));
	}
	if (p->boundary.n && KNOWS(bnd_forms, by_bnd)) {
		known = true;
		if (!bnd || strcmp(bnd, by_bnd))
			val_add(&v, v.n ? S("+bnd") : S("bnd"));
	}
	if (known)
		print_put(p, PRINT_claimok, v.n ? val_str(&v) : S("yes"));
}

/* "6.00.2900.2180" of "Produced By Microsoft MimeOLE V6.00.2900.2180" and of "Microsoft Outlook Express 6.00.2900.2180". */
static struct str version_of(struct str s)
{
	size_t at = s.n;
	while (at && (ascii_digit(s.p[at - 1]) || s.p[at - 1] == '.'))
		at--;
	return str_from(s, at);
}

static void put_mimeole(struct print *p, const char *claim, struct str mailer)
{
	bool outlook = claim && (strcmp(claim, "outlook-express") == 0 || strcmp(claim, "outlook") == 0);
	struct str ole = print_field(p, HDR_x_mimeole);
	if (!outlook && !ole.n)
		return;
	if (!ole.n)
		print_put(p, PRINT_mimeole, S("absent"));
	else if (!outlook)
		print_put(p, PRINT_mimeole, S("alone"));
	else
		print_put(p, PRINT_mimeole, str_eq(version_of(ole), version_of(mailer)) ? S("same") : S("other"));
}

static int base64_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	return ascii_digit(c) ? c - '0' + 52 : c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* A reply carries its thread's time; a sender that always carries the same one shows it: about a day is told by four digits. */
static void put_thread_time(struct val *v, int64_t apart, struct str index)
{
	if (apart <= 60 && apart >= -60) {
		val_add(v, S("now"));
		return;
	}
	val_add(v, apart > 0 ? S("later:") : S("earlier:"));
	val_add(v, str_first(index, 4));
}

/* The first six bytes are the upper 48 bits of a FILETIME: 01 then five bytes of a 6.5 s clock. */
static void put_thread(struct print *p)
{
	struct str s = print_field(p, HDR_thread_index);
	VAL(v);
	uint64_t bits = 0;
	if (!s.n)
		return;
	val_num(&v, s.n);
	val_byte(&v, ':');
	for (size_t i = 0; i < 8 && i < s.n; i++)
		bits = bits << 6 | (uint64_t)(base64_digit(s.p[i]) & 63);
	int64_t t = (int64_t)((bits << 16) / 10000000) - INT64_C(11644473600);
	if (s.n < 8 || bits >> 40 != 1)
		val_add(&v, S("none"));
	else if (p->when.date == TIME_NONE)
		val_byte(&v, '?');
	else
		put_thread_time(&v, t - p->when.date, s);
	print_val(p, PRINT_thread, &v);
}

/* One word without a blank, a slash or a known name may be made up each time: its form only. */
static void put_client(struct print *p, const char *claim, struct str mailer, bool agent)
{
	VAL(v);
	val_add(&v, agent ? S("agent:") : S("mailer:"));
	if (!claim && str_find_byte(mailer, ' ') == STR_NPOS && str_find_byte(mailer, '/') == STR_NPOS && mailer.n > 3)
		print_coarse(mailer, &v);
	else
		print_digits(mailer, &v);
	print_val(p, PRINT_client, &v);
	if (claim)
		return;
	v.n = 0;
	for (size_t i = 0; i < mailer.n; i++) { /* words as w, numbers as 9 */
		uint8_t c = mailer.p[i], form = ascii_digit(c) ? '9' : ascii_alpha(c) || c >= 0x80 ? 'w' : c;
		if (!v.n || v.p[v.n - 1] != form || !ascii_alnum(form))
			val_byte(&v, form);
	}
	print_val(p, PRINT_client_c, &v);
}

void print_client(struct print *p)
{
	const char *claim = NULL;
	const char *mid = mid_like(p), *bnd = bnd_like(p);
	struct str mailer = print_field(p, HDR_x_mailer);
	bool agent = mailer.n == 0;
	if (agent)
		mailer = print_field(p, HDR_user_agent);
	if (mailer.n) {
		claim = claim_of(mailer);
		put_client(p, claim, mailer, agent);
	}
	if (claim) {
		print_put(p, PRINT_version, mailer);
		print_put(p, PRINT_claim, str_of(claim));
	}
	if (mid)
		print_put(p, PRINT_midlike, str_of(mid));
	if (bnd)
		print_put(p, PRINT_bndlike, str_of(bnd));
	if (claim) {
		put_claim_ok(p, claim, mid, bnd);
		put_claim_order(p, claim);
	}
	put_mimeole(p, claim, mailer);
	put_thread(p);
}
