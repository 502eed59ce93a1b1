/* client.h - what a fingerprint says by itself about real clients: the one that is named without contradiction, and
 * whether a real mail server handed the message over. Rules, not counts: they hold without any capture. t: a message's tokens, all of the model.
 */
#ifndef TRAPLINE_ENGINE_CLIENT_H
#define TRAPLINE_ENGINE_CLIENT_H

#include "engine/score.h"

/* What no mail client and no server writes, in words; else empty. Whoever names one only imitates it: a zone that cannot be (-0060); a FILETIME in
 * Outlook's Message-ID that holds the wall clock, or what its boundary holds, which is that; a Received field below our own in which our
 * own host took the message from somebody else, or whose server is called by noise. 1 of 10,590 ham, 5,867 of 19,181 spam (SpamAssassin,
 * TREC 2007 April). */
struct str engine_forged(const struct engine_model *m, const struct engine_tokens *t);
/* The HELO name is the peer's verified host name and does not spell out its address, as bots' and dial-up hosts' names do. */
bool engine_from_host(const struct engine_model *m, const struct engine_tokens *t);
/* What such a host sends may be spam, but the software is a mail server's user, not a bot. A desktop client without a server between is
 * none, what is forged neither. */
bool engine_from_server(const struct engine_model *m, const struct engine_tokens *t);
/* The client or list software that is named, when a server handed the message over and nothing known contradicts the name; else
 * empty. */
struct str engine_plain_client(const struct engine_model *m, const struct engine_tokens *t);
/* The same of what a mailing list handed on, whatever its server is called; else empty. A bot may write such fields: then most of its mail has
 * them. */
struct str engine_list_client(const struct engine_model *m, const struct engine_tokens *t);

/* What may be a program's that sends by itself: what it names as its client is none, a library that programs send with, or not what wrote it;
 * and nor did client (empty: unknown). */
bool engine_is_program(const struct engine_model *m, const struct engine_tokens *t, struct str client);
/* A program's answer: without envelope sender, a report, or one that says so (Auto-Submitted). */
bool engine_is_answer(const struct engine_model *m, const struct engine_tokens *t);
/* The server says that it took the message from another host; else the message was made there, as far as its fields tell. */
bool engine_was_handed_on(const struct engine_model *m, const struct engine_tokens *t);

/* Confidence in it: rules are right mostly, not always. */
#define ENGINE_PLAIN 0.9

#endif
