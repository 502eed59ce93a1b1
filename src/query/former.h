/* former.h - what became of an id that was shown once: of a campaign, an engine or a finding (finding_former.h).
 *
 * Names are made from content, and more mail changes what they are made from. What a name itself says leads on in any store that holds
 * the mail, however it was filled: a campaign's id is the beginning of a message's id; an engine's name is a hash of how one of its
 * versions writes, and each engine keeps the names that its versions would give it. Where that leads nowhere - a message that left its
 * campaign, a discovered engine that was learned under another name - a record helps that the analysis leaves behind
 * (analyse/former_record.h) when a name goes or what it stood for falls apart: an item of kind "former", with the smallest keys of its
 * messages. They are a fair sample, and are looked up when they are asked for.
 * Records are what is known of earlier analyses: no result depends on them, they only answer for names that lead nowhere else.
 * The newest LIM_FORMER are kept.
 */
#ifndef TRAPLINE_QUERY_FORMER_H
#define TRAPLINE_QUERY_FORMER_H

#include "base/hash.h"
#include "store/store.h"

enum { FORMER_MEMBERS = 8 };

enum former_state {
	FORMER_UNKNOWN, /* nothing was ever called so, as far as can be told */
	FORMER_CURRENT, /* something is called so */
	FORMER_MOVED, /* it is part of `now`: of a campaign, its message is; of an engine, its way of writing, else most of its recorded messages */
	FORMER_NONE,    /* of a campaign: its message is in none; of an engine: most of its recorded messages have none */
	FORMER_SEVERAL, /* it may be one of several */
};
struct former_member {
	char id[SHA256_HEX + 1];
	struct str campaign; /* empty: none */
};
struct former_share {
	struct str name; /* empty: none */
	int64_t messages;
};
struct former {
	enum former_state state;
	struct str now;
	/* Of a campaign: the message that the id is made from. Several only where ids begin alike. */
	struct former_member members[FORMER_MEMBERS];
	size_t n_members;
	/* Where its other messages are: those of the record (recorded), else those that make an edge with the member, or the engines that
	 * write so. Most first, then by name. */
	struct former_share *fellows;
	size_t n_fellows;
	int64_t looked_at, messages; /* how many these are; how many it had, 0: not recorded */
	bool recorded;
};
/* All in the arena. 0 or negative. */
int former_campaign(struct store *s, struct str id, struct arena *a, struct former *out, struct err *err);
int former_engine(struct store *s, struct str name, struct arena *a, struct former *out, struct err *err);
/* The fellows' name that most have, or empty. */
struct str former_most(const struct former *f);
bool is_campaign_id(struct str id);

#endif
