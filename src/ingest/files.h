/* files.h - files that an earlier run read to their end, and that are as they were then: they are not read again.
 *
 * A file is known by its path (and, where its feed was guessed, the argument that it was found by), size, inode and times (data and attributes, in nanoseconds), and by what its messages were read with: feed, trust
 * hosts, dialogues, packs, lists, version. It is stored as known inside or after the batch that holds its last message, and only
 *
 * - if it is a box or archive of FILE_LEAST bytes and two messages at least: others cost less to read than to know;
 * - if nothing in it was left out or damaged, and it did not change while it was read, nor in the two seconds before: what is changed
 *   twice within the grain of a file system's clock looks as if it had changed once;
 * - if all its messages are of one feed;
 * - if equal messages are counted by its own boxes, or it is an argument itself: the mail of a folder's single-message files is counted
 *   together, so that one more copy among them is known only to who reads them all.
 *
 * As soon as a feed's mail is put with another mark, its files of other marks are forgotten: their messages may have been replaced.
 * Who skips a file says what reading it would have said: its problems and counts.
 */
#ifndef TRAPLINE_INGEST_FILES_H
#define TRAPLINE_INGEST_FILES_H

#include "ingest/feed_set.h"
#include "source/source.h"
#include "store/store.h"

struct files;
/* feeds lives on. reread: none is passed over. */
int files_new(struct files **out, struct feed_set *feeds, bool reread, struct err *err);
void files_free(struct files *f); /* NULL-safe */
struct source_memory files_memory(struct files *f);
/* Before the source is read, when feeds know the store's: what is known. knowledge: what rows are made with (store_put), the feeds' trust hosts apart. */
int files_load(struct files *f, struct store *s, int64_t knowledge, struct err *err);

/* A message that was put, in the source's order; believed: it has a Received field of the feed's own hosts. In its batch. */
int files_see(struct files *f, const struct raw_mail *mail, const struct feed *feed, bool believed, struct err *err);
/* The source was read to its end. In a batch. */
int files_end(struct files *f, struct err *err);

/* A file that was passed over, after the run. */
struct file_passed {
	const struct feed *feed;
	const struct store_file *file;
};
const struct file_passed *files_passed(const struct files *f, size_t *n);

#endif
