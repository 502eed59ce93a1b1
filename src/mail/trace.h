/* trace.h - whom to believe: the Received fields that the feed's own hosts wrote, and the peer that they name.
 *
 * A Received field is believed when each one above it was and it was written by (`by`) a host that we trust. The peer is who
 * handed the message to those hosts: the from clause of the last believed field. Hand-overs inside are walked through: from
 * private addresses, from a trusted host (by its looked-up name, where it was verified), by IMAP or POP3, from a local user, always to a trusted host;
 * from loopback to whoever wrote the next field (content filters). Hand-overs above the first trusted host are passed over, Gmail's, whose
 * writer is a bare address, among them.
 * qmail's "invoked" line belongs to the field below it. Exchange Online's hosts hand over to one another under public addresses, known
 * by their block. All below the last believed field is the sender's, perhaps forged.
 *
 * Without trust hosts the boundary is guessed: the topmost field is the feed's own; hand-overs go on from private addresses,
 * by IMAP or POP3, and between hosts of one domain (told by its last labels).
 *
 * Known limit: a receiving host behind address translation that sees every peer under one private address looks like a
 * hand-over inside; a field that the sender forged in a trusted host's name is then believed.
 */
#ifndef TRAPLINE_MAIL_TRACE_H
#define TRAPLINE_MAIL_TRACE_H

#include "mail/message.h"
#include "mail/received.h"

/* Names of the feed's own receiving hosts; "example.org" stands for all hosts below it, too. */
struct trust {
	const struct str *hosts;
	size_t n;
};

enum { TRACE_FOR = 4 }; /* recipients kept: more are of mailing lists, whose fields are not the feed's own */

enum trace_flag {
	TRACE_NONE = 1 << 0,             /* no Received field to believe: peer and time are unknown */
	TRACE_GUESSED = 1 << 1,          /* the boundary is a guess */
	TRACE_LOCAL = 1 << 2,            /* no peer: the message was made on, or fetched by, a believed host */
	TRACE_RDNS_UNVERIFIED = 1 << 3,  /* "may be forged" */
	TRACE_ADDED_MESSAGE_ID = 1 << 4, /* the Message-ID was made by the believed host: it holds its name and queue id */
};

/* Views point into the message's raw bytes. Indices are into message.headers. */
struct trace {
	int last_trusted;    /* the last believed Received, -1 when none */
	size_t first_sender; /* the first field that the sender made: the one behind it */
	size_t hops;         /* believed Received fields */
	enum received_family family;
	struct str ip_text, helo, rdns, by, id;
	uint8_t ip[16];
	unsigned ip_len;                  /* 0, 4 or 16 */
	int64_t time;                     /* of the hop from the peer; TIME_NONE when unknown */
	unsigned flags;                   /* enum trace_flag */
	struct str recipients[TRACE_FOR]; /* addresses that believed fields were written for, distinct, from the top */
	size_t n_recipients;
};

/* trust NULL or empty: guess. Adds received_time_backwards, received_cap and, for fields looked at, received_bad. */
void trace_find(const struct message *m, const struct trust *trust, struct trace *out, uint64_t *anomalies);

/* host is one of the names or below one; any case. */
bool trust_has(const struct trust *t, struct str host);

#endif
