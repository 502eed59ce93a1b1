/* client.c - see client.h. */
#include "engine/client.h"

static struct str value_of(const struct engine_model *m, const struct engine_tokens *t, enum print_id family)
{
	const uint8_t *at = t->n ? memchr(t->family, (int)family, t->n) : NULL;
	return at ? str_from(m->tokens.v[t->token[at - t->family]].text, print_table[family].name.n + 1) : S("");
}

/* A program on somebody's desk hands its mail to a server, and that server says so in a Received field of its own. */
static bool is_desktop(struct str claim)
{
	static const char *const names[] = {"outlook-express", "outlook", "outlook-imo", "windows-live-mail", "mozilla", "netscape",
		"the-bat", "eudora", "apple-mail", "entourage", "pegasus", "foxmail", "becky", "incredimail", "opera"};
	return str_is_one_of(claim, names, sizeof names / sizeof *names);
}

struct str engine_forged(const struct engine_model *m, const struct engine_tokens *t)
{
	struct str tz = value_of(m, t, PRINT_tz), hop = value_of(m, t, PRINT_rcvd);
	if (str_eq(tz, S("bad")))
		return S("a zone that cannot be");
	if (str_find(hop, S("(?) id")) != STR_NPOS)
		return S("a Received field of noise");
	if (str_starts(hop, S("from I ")) && str_find(hop, S(" by B ")) != STR_NPOS)
		return S("our own host's Received field, below our own");
	if (!str_eq(tz, S("east")) && !str_eq(tz, S("west")))
		return S("");
	if (str_starts(value_of(m, t, PRINT_mid_time), S("filetime:local")))
		return S("wall-clock time in the Message-ID, where Outlook writes UTC");
	if (str_eq(value_of(m, t, PRINT_bnd_mid), S("time=")) && str_ends(value_of(m, t, PRINT_bnd_c), S("_F.F")))
		return S("one time in Message-ID and boundary, where Outlook writes UTC and wall-clock time");
	return S("");
}

/* A desktop client without a server between. */
static bool is_direct(const struct engine_model *m, const struct engine_tokens *t)
{
	return is_desktop(value_of(m, t, PRINT_claim)) && str_eq(value_of(m, t, PRINT_rcvd_n), S("0"));
}

/* helo=A+B: the names it equals. */
bool engine_from_host(const struct engine_model *m, const struct engine_tokens *t)
{
	struct str rest = value_of(m, t, PRINT_helo), part;
	bool verified = false;
	while (str_next(&rest, '+', &part)) {
		if (str_eq(part, S("ip")))
			return false;
		verified |= str_eq(part, S("rdns"));
	}
	return verified;
}

bool engine_from_server(const struct engine_model *m, const struct engine_tokens *t)
{
	return engine_from_host(m, t) && !engine_forged(m, t).n && !is_direct(m, t);
}

/* The list software that handed it on, or empty. */
static struct str list_of(const struct engine_model *m, const struct engine_tokens *t)
{
	struct str list = value_of(m, t, PRINT_list);
	if (str_find(list, S("X-Mailman-Version")) != STR_NPOS)
		return S("mailman");
	return str_find(list, S("List-ID")) != STR_NPOS && str_find(list, S("List-Post")) != STR_NPOS ? S("list software") : S("");
}

/* Some programs write their name into the Message-ID alone: "<Pine.LNX.4.44...", "<...JavaMail.root@". */
static struct str named_client(const struct engine_model *m, const struct engine_tokens *t)
{
	struct str claim = value_of(m, t, PRINT_claim), ok = value_of(m, t, PRINT_claimok);
	struct str mid = value_of(m, t, PRINT_midlike);
	if (claim.n && (!ok.n || str_eq(ok, S("yes"))))
		return claim;
	return !claim.n && (str_eq(mid, S("pine")) || str_eq(mid, S("javamail"))) ? mid : list_of(m, t);
}

struct str engine_plain_client(const struct engine_model *m, const struct engine_tokens *t)
{
	return engine_from_server(m, t) ? named_client(m, t) : S("");
}

struct str engine_list_client(const struct engine_model *m, const struct engine_tokens *t)
{
	bool list = list_of(m, t).n && !engine_forged(m, t).n;
	return list && !str_eq(value_of(m, t, PRINT_rcvd_n), S("0")) ? named_client(m, t) : S("");
}

bool engine_is_program(const struct engine_model *m, const struct engine_tokens *t, struct str client)
{
	static const char *const libraries[] = {
		"php", "phpmailer", "swiftmailer", "perl", "mime-lite", "mime-tools", "javamail", "coldfusion", "cdo"};
	struct str claim = value_of(m, t, PRINT_claim), ok = value_of(m, t, PRINT_claimok);
	size_t k = sizeof libraries / sizeof *libraries;
	if (client.n && !str_is_one_of(client, libraries, k))
		return false;
	return !claim.n || str_is_one_of(claim, libraries, k) || (ok.n && !str_eq(ok, S("yes"))) || is_direct(m, t);
}

bool engine_is_answer(const struct engine_model *m, const struct engine_tokens *t)
{
	return str_eq(value_of(m, t, PRINT_rp), S("null")) ||
	       str_find(value_of(m, t, PRINT_order), S("Auto-Submitted")) != STR_NPOS ||
	       str_find(value_of(m, t, PRINT_tree), S("report")) != STR_NPOS;
}

bool engine_was_handed_on(const struct engine_model *m, const struct engine_tokens *t)
{
	return str_starts(value_of(m, t, PRINT_rcvd), S("from "));
}
