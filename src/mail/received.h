/* received.h - one Received field, read by the rules of the MTA that wrote it.
 *
 * RFC 5321 4.4 leaves the from clause free: each MTA puts the HELO name, the looked-up name and the address elsewhere.
 *   Postfix   from HELO (rDNS [IP]) by HOST (Postfix) with ...          rDNS "unknown": none or unverified
 *   Sendmail  from HELO (ident@rDNS [IP] (may be forged)) by HOST (8.14.3/8.14.3) with ...
 *   Exim      from rDNS ([IP] helo=HELO) by HOST with ... (Exim 4.69); without helo= HELO was rDNS;  from [IP] (helo=HELO)
 *   qmail     (qmail N invoked from network); DATE  and  from rDNS (HELO HELO) (ident@IP) by HOST with SMTP; DATE
 *   Exchange  from HELO (IP) by HOST (IP) with Microsoft SMTP Server ..;  from HELO ([IP]) by HOST with Microsoft SMTPSVC(..)
 *   Gmail     from HELO (rDNS. [IP]) by mx.google.com with ...;  by 10.1.2.3 with SMTP id ...
 *   Courier   from HELO (rDNS [::ffff:IP]) by HOST with esmtp; ...
 * Others are read by the nearest of these. All views point into the value; nothing is allocated.
 * Nothing here says that a field is true: see trace.h.
 */
#ifndef TRAPLINE_MAIL_RECEIVED_H
#define TRAPLINE_MAIL_RECEIVED_H

#include "base/str.h"

enum received_family {
	RECEIVED_OTHER,
	RECEIVED_POSTFIX,
	RECEIVED_SENDMAIL,
	RECEIVED_EXIM,
	RECEIVED_QMAIL,
	RECEIVED_EXCHANGE,
	RECEIVED_GMAIL,
	RECEIVED_COURIER,
};

struct received {
	enum received_family family;
	struct str from_helo;          /* the name the client gave */
	struct str from_rdns;          /* the name its address has; empty when unknown or not recorded */
	struct str from_ip;            /* as written, without brackets and IPv6: */
	struct str from_ident;         /* RFC 1413, rarely there */
	struct str by, with, id, for_; /* for_ without angle brackets */
	int64_t time;                  /* TIME_NONE when unreadable */
	uint8_t ip[16];                /* network order; IPv4 in the first four; ::ffff:a.b.c.d is IPv4 */
	unsigned ip_len;               /* 0, 4 or 16 */
	bool has_from;                 /* there is a from clause */
	bool qmail_invoked;            /* qmail's first line: belongs to the Received below it */
	bool local;                    /* handed in on the host itself: a user id, a pickup service, local delivery */
	bool fetched;                  /* collected by IMAP or POP3: fetchmail and its like */
	bool rdns_unverified;          /* "may be forged" */
};

/* Reads the value of a Received field (folds inside). Always fills *out; sets received_bad when it makes no sense. */
void received_parse(struct str value, struct received *out, uint64_t *anomalies);

#endif
