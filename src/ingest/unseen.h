/* unseen.h - images whose look is still to come: gathered over some messages and decoded together, for to wake a child and to wait for
 * it costs nearly as much as to decode an image.
 *
 * Rows that were added lack what their images show (part of the sketch, anomalies) until unseen_take; what is done with them has to
 * wait until then. Results are those of looking at each at once. One for each worker.
 *
 * What a QR code says changes more than that: links, and all that they tell. Few messages have one: those are analysed anew.
 */
#ifndef TRAPLINE_INGEST_UNSEEN_H
#define TRAPLINE_INGEST_UNSEEN_H

#include "feature/doc.h"
#include "feature/row.h"
#include "ingest/feed_set.h"
#include "jail/image.h"
#include "source/source.h"

struct unseen;
/* NULL when out of memory. */
struct unseen *unseen_new(struct images *images);
void unseen_del(struct unseen *l); /* NULL-safe */

/* Whether the message has images that are to be looked at. */
bool unseen_due(const struct doc *doc);
/* Keeps copies of a message and of its images; row and its arena must stay until unseen_take. 0 or ERR_ENV. */
int unseen_add(struct unseen *l, const struct raw_mail *mail, const struct feed *feed, const struct doc *doc, struct row *row,
	struct arena *rows);
/* Whether rows wait, and whether no more images should be added. */
bool unseen_wait(const struct unseen *l);
bool unseen_full(const struct unseen *l);
/* Analyses a message anew, its images known, and puts its row into *to, with strings in the arena. 0 or ERR_ENV. */
typedef int unseen_again_fn(
	void *ctx, const struct raw_mail *mail, const struct feed *feed, struct arena *rows, struct row *to, struct err *err);
/* Looks at them and completes the rows, by again where there is a QR code. 0 or ERR_ENV. */
int unseen_take(struct unseen *l, unseen_again_fn *again, void *ctx, struct err *err);

#endif
