/* report_words.c - see report_words.h. */
#include "export/report_words.h"

#include "base/anomaly.h"
#include "base/time.h"
#include "export/svg.h"

enum { FEEDS_NAMED = 4 };
static const double HEADLINE_GOOD = 0.1, HEADLINE_MIN = 0.02; /* a smaller leader is no headline */

static void put(struct buf *out, const char *z)
{
	buf_add(out, str_of(z));
}

static void put_things(struct buf *out, int64_t n, const char *one, const char *many)
{
	put_count(out, n);
	buf_byte(out, ' ');
	put(out, n == 1 ? one : many);
}

static void share_number(struct buf *out, double share)
{
	buf_printf(out, "%.1f", share * 100);
}

void words_share(struct buf *out, double share)
{
	if (share > 0 && share < 0.001)
		put(out, "under 0.1 %");
	else if (share < 1 && share > 0.999)
		put(out, "over 99.9 %");
	else if (share <= 0 || share >= 1)
		put(out, share > 0 ? "100 %" : "0 %");
	else {
		share_number(out, share);
		put(out, " %");
	}
}

void words_part(struct buf *out, int64_t n, int64_t of)
{
	words_share(out, of > 0 ? (double)n / (double)of : 0);
}

bool words_range(struct buf *out, const struct summary_share *share)
{
	if (share->feeds < 2)
		return false;
	share_number(out, share->min);
	put(out, " to ");
	share_number(out, share->max);
	put(out, " % by feed");
	return true;
}

void words_bytes(struct buf *out, int64_t bytes)
{
	static const char *const unit[] = {"bytes", "kB", "MB", "GB", "TB"};
	double v = (double)bytes;
	size_t k = 0;
	for (; v >= 999.5 && k < 4; k++)
		v /= 1000;
	buf_printf(out, k && v < 10 ? "%.1f %s" : "%.0f %s", v, unit[k]);
}

void words_period(struct buf *out, int64_t first, int64_t last)
{
	struct civil a = civil_from_time(first), b = civil_from_time(last);
	struct buf from;
	char room[64];
	if (time_day(first) == time_day(last)) {
		put_date(out, first);
		return;
	}
	buf_init(&from, sizeof room);
	put_date(&from, first);
	size_t year = str_rfind_byte(buf_str(&from), ' ');
	buf_add(out, str_first(buf_str(&from), a.year == b.year ? year : STR_NPOS));
	out->oom |= from.oom;
	buf_free(&from);
	put(out, " to ");
	put_date(out, last);
}

void words_feeds(struct buf *out, const struct summary *s)
{
	if (s->nfeeds == 1) {
		put(out, "feed ");
		buf_add(out, s->feeds[0].name);
		return;
	}
	put_things(out, s->feeds_all, "feed", "feeds");
	if (s->nfeeds == 0 || s->nfeeds > FEEDS_NAMED)
		return;
	for (size_t f = 0; f < s->nfeeds; f++) {
		put(out, f ? ", " : " (");
		buf_add(out, s->feeds[f].name);
	}
	put(out, ")");
}

bool words_span(const struct summary *s, int64_t *first, int64_t *last)
{
	bool any = false;
	for (size_t f = 0; f < s->nfeeds; f++) {
		if (s->feeds[f].first == TIME_NONE)
			continue;
		if (!any || s->feeds[f].first < *first)
			*first = s->feeds[f].first;
		if (!any || s->feeds[f].last > *last)
			*last = s->feeds[f].last;
		any = true;
	}
	return any;
}

double words_rate(const struct summary *s)
{
	double days = (double)s->by_feed.nbuckets * (double)s->by_feed.unit_s / SECONDS_A_DAY;
	int64_t dated = s->messages - s->undated - s->stray;
	return days >= 2 ? (double)dated / days : -1;
}

/* The largest brand, or the largest category where that says more; NULL: neither is worth it. */
static const struct summary_value *leader(const struct summary *s)
{
	const struct summary_value *brand = s->brands.n ? &s->brands.v[0] : NULL,
				   *category = s->categories.n ? &s->categories.v[0] : NULL;
	if (brand && brand->share.all >= HEADLINE_GOOD)
		return brand;
	if (category && category->share.all >= HEADLINE_GOOD)
		return category;
	if (brand && brand->share.all >= HEADLINE_MIN)
		return brand;
	return category && category->share.all >= HEADLINE_MIN ? category : NULL;
}

/* A brand as it is written; a category, which has underscores, as words, as a sentence begins with them when begins. */
static void put_name(struct buf *out, struct str name, bool category, bool begins)
{
	for (size_t i = 0; i < name.n; i++) {
		bool capital = category && begins && i == 0 && ascii_alpha(name.p[0]);
		buf_byte(out, category && name.p[i] == '_' ? ' ' : capital ? (uint8_t)(name.p[i] & ~0x20) : name.p[i]);
	}
}

/* How many of the values shown have as many messages as the first: of equals none leads. */
static size_t equals(const struct summary_top *top)
{
	size_t n = 1;
	while (n < top->n && top->v[n].n == top->v[0].n)
		n++;
	return n;
}

/* "Acme leads with 40 %", "Acme and Bolt lead with 20 % each", "Acme and 3 others lead with 10 % each". */
static void put_leaders(struct buf *out, const struct summary_top *top, bool category)
{
	size_t n = equals(top);
	double share = top->v[0].share.all;
	put_name(out, top->v[0].name, category, true);
	if (n > 1 && n == top->n && n < top->distinct) { /* as many may stand behind those shown */
		put(out, " and others");
	} else if (n == 2) {
		put(out, " and ");
		put_name(out, top->v[1].name, category, false);
	} else if (n > 2) {
		put(out, " and ");
		put_things(out, (int64_t)n - 1, "other", "others");
	}
	put(out, n > 1 ? " lead with " : " leads with ");
	if (share > 0.1 && share < 0.99)
		buf_printf(out, "%.0f %%", share * 100);
	else
		words_share(out, share);
	put(out, n > 1 ? " each of " : " of ");
}

/* What is said where no brand and no category is worth a headline. */
static const char *leaderless(const struct summary *s)
{
	if (s->messages == 1)
		return ", without a known brand";
	if (s->brand_known == 0)
		return ", none of a known brand";
	if ((double)s->brand_known < HEADLINE_GOOD * (double)s->messages)
		return ", hardly any of a known brand";
	return s->brand_known * 2 < s->messages ? ", few of a known brand" : ", of many brands";
}

void words_headline(struct buf *out, const struct summary *s)
{
	const struct summary_value *lead = leader(s);
	bool category = lead && s->categories.n && lead == &s->categories.v[0];
	if (s->messages == 0) {
		put(out, "No messages");
	} else if (lead && lead->n == s->messages) { /* a filter asked for it */
		put_things(out, s->messages, "message", "messages");
		put(out, s->messages == 1 ? ", " : ", all ");
		put(out, category ? "" : "of ");
		put_name(out, lead->name, category, false);
	} else if (lead) {
		put_leaders(out, category ? &s->categories : &s->brands, category);
		put_things(out, s->messages, "message", "messages");
	} else {
		put_things(out, s->messages, "message", "messages");
		put(out, leaderless(s));
	}
}

static void deck_volume(struct buf *out, const struct summary *s)
{
	int64_t first, last;
	bool dated = words_span(s, &first, &last);
	if (dated) {
		put(out, time_day(first) == time_day(last) ? "On " : "From ");
		words_period(out, first, last);
		put(out, ", ");
	} else {
		put(out, "In all, ");
	}
	words_feeds(out, s);
	put(out, " received ");
	put_things(out, s->messages, "message", "messages");
	put(out, " (");
	words_bytes(out, s->bytes);
	put(out, ")");
	double rate = words_rate(s);
	if (rate >= 1) {
		put(out, ", about ");
		put_count(out, (int64_t)(rate + 0.5));
		put(out, " a day");
	}
	put(out, ". ");
}

static void deck_brands(struct buf *out, const struct summary *s)
{
	const struct summary_value *v = s->brands.v;
	if (s->brands.n && v->n == s->messages) {
		put(out, s->messages == 1 ? "It is of " : "All are of ");
		buf_add(out, v->name);
		put(out, ".");
		return;
	}
	if (s->brands.n && equals(&s->brands) == 1) {
		buf_add(out, v->name);
		put(out, " stands in ");
		put_count(out, v->n);
		put(out, " of them, ");
		words_share(out, v->share.all);
		if (v->share.feeds >= 2) {
			put(out, " (");
			words_range(out, &v->share);
			put(out, ")");
		}
		put(out, ". ");
	}
	put(out, "A brand is known for ");
	words_part(out, s->brand_known, s->messages);
	put(out, ", only the category for ");
	words_part(out, s->category_only, s->messages);
	put(out, ", neither for ");
	words_part(out, s->unattributed, s->messages);
	put(out, ".");
}

void words_deck(struct buf *out, const struct summary *s)
{
	if (s->messages == 0) {
		put(out, "Nothing passed the filter, or nothing was read: see the sources below.");
		return;
	}
	deck_volume(out, s);
	deck_brands(out, s);
}

/* ---- what is not known ---- */

static void unknown_attribution(struct buf *out, const struct summary *s)
{
	put_count(out, s->unattributed);
	put(out, s->unattributed == 1 ? " message (" : " messages (");
	words_part(out, s->unattributed, s->messages);
	struct summary_share r = s->unattributed_share;
	if (r.feeds >= 2) {
		put(out, "; ");
		words_range(out, &r);
	}
	put(out, s->unattributed == 1 ? ") carries" : ") carry");
	put(out, " neither a brand nor a category that the packs know; ");
	put_count(out, s->category_only);
	put(out, " (");
	words_part(out, s->category_only, s->messages);
	put(out, ") only a category.");
}

static void unknown_time(struct buf *out, const struct summary *s)
{
	int64_t untrusted = s->time_from_line + s->time_date;
	if (untrusted == 0 && s->undated == 0) {
		put(out, "Every message has a time that a trusted host recorded.");
		return;
	}
	put_things(out, untrusted, "message", "messages");
	put(out, " (");
	words_part(out, untrusted, s->messages);
	put(out, untrusted == 1 ? ") is" : ") are");
	put(out, " dated by what no trusted host recorded: ");
	put_count(out, s->time_from_line);
	put(out, " by the mailbox's From_ line, ");
	put_count(out, s->time_date);
	put(out, " by the sender's own Date. ");
	if (s->undated) {
		put_count(out, s->undated);
		put(out, s->undated == 1 ? " has no time at all and is in no chart." : " have no time at all and are in no chart.");
	}
}

static void unknown_stray(struct buf *out, const struct summary *s)
{
	if (s->stray == 0)
		return;
	put_things(out, s->stray, "message", "messages");
	put(out, s->stray == 1 ? " with a date far from all others is" : " with dates far from all others are");
	put(out, " left out of the charts, but counted everywhere else");
	if (s->by_feed.stray_first != TIME_NONE) {
		put(out, " (");
		words_period(out, s->by_feed.stray_first, s->by_feed.stray_last);
		put(out, ")");
	}
	put(out, ".");
}

static void unknown_splits(struct buf *out, const struct summary *s)
{
	if (s->doubtful == 0)
		return;
	put_things(out, s->doubtful, "message begins or ends", "messages begin or end");
	put(out, " at a doubtful place in a mailbox: each may be part of another message, or two.");
}

static void unknown_bounces(struct buf *out, const struct summary *s)
{
	int64_t n = s->anomalies[ANOMALY_BIT_bounce];
	if (n == 0)
		return;
	put_things(out, n, "message is a bounce", "messages are bounces");
	put(out, " (");
	words_part(out, n, s->messages);
	put(out, "), a mail server's report of mail that was sent in another's name: ");
	put(out, n == 1 ? "what it advertises counts in the tables, but it is in no finding and of no engine."
			: "what they advertise counts in the tables, but they are in no finding and of no engine.");
}

static void unknown_guesses(struct buf *out, const struct summary *s)
{
	int64_t names = s->names_guessed, trust = s->trusts_guessed;
	if (names == 0 && trust == 0)
		return;
	put(out, "Guessed, not given: ");
	if (names) {
		put(out, "the name of ");
		put_things(out, names, "feed", "feeds");
	}
	put(out, names && trust ? "; " : "");
	if (trust) {
		put(out, "the trusted hosts of ");
		put_things(out, trust, "feed", "feeds");
	}
	put(out, ". Peer addresses and times are only as good as the trusted hosts are.");
}

static void unknown_places(struct buf *out, const struct summary *s)
{
	if (s->countries.n == 0 && s->messages) {
		put(out, "No sender's country is known: no address database was given, or no peer address could be believed.");
	} else if (s->countries.none) {
		put(out, "The sender's country is not known for ");
		put_things(out, s->countries.none, "message", "messages");
		put(out, " (");
		words_part(out, s->countries.none, s->messages);
		put(out, ").");
	}
}

static void unknown_sources(struct buf *out, const struct summary *s)
{
	int64_t bad = 0, unfinished = 0;
	for (size_t k = 0; k < s->nsources; k++) {
		bad += s->sources[k].problems > 0;
		unfinished += !s->sources[k].complete;
	}
	if (bad == 0 && unfinished == 0)
		return;
	put_things(out, bad, "source has", "sources have");
	put(out, " damaged or unreadable parts, ");
	put_things(out, unfinished, "was", "were");
	put(out, " not read to the end: what they held is missing here.");
}

bool words_unknown(struct buf *out, const struct summary *s, unsigned k)
{
	static void (*const sentence[])(struct buf *, const struct summary *) = {unknown_attribution, unknown_time, unknown_stray,
		unknown_splits, unknown_bounces, unknown_guesses, unknown_places, unknown_sources};
	if (k >= sizeof sentence / sizeof *sentence)
		return false;
	if (s->messages || sentence[k] == unknown_sources)
		sentence[k](out, s);
	return true;
}
