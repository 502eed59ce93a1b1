/* walk.h - the files below a list of paths, folders in bytewise order of their names, iteratively.
 *
 * Symbolic links: an argument is followed. Inside a folder, a link is followed only when it leads out of that argument, and
 * never twice to the same folder: what lies inside is read at its own place, and loops end. What is not followed is reported.
 * Maildir: a folder that holds cur/ and new/ yields the files of these two (dot files are not mail there) and of any
 * further subfolder; its tmp/ is left out.
 * Memory: the names of the folders on the way down, up to LIM_WALK_NAMES of each, nothing per file elsewhere. A folder with more is listed
 * several times, for the next names each time.
 */
#ifndef TRAPLINE_SOURCE_WALK_H
#define TRAPLINE_SOURCE_WALK_H

#include "base/err.h"
#include "base/str.h"

enum walk_event {
	WALK_END,
	WALK_FILE,       /* a regular file, or an argument of any kind that can be read */
	WALK_UNREADABLE, /* a folder or name that cannot be looked at: text */
	WALK_LINK,       /* a symbolic link that is not followed: text */
	WALK_SPECIAL     /* a device, socket or pipe inside a folder: text */
};

struct walk_item {
	struct str path; /* NUL-terminated, valid until the next call; "-" is standard input */
	size_t argument; /* index into paths */
	uint64_t size;   /* bytes; 0 unless regular */
	bool regular;
	bool maildir;     /* lies in cur/ or new/ of a Maildir */
	bool is_argument; /* was named itself, not found in a folder */
	const char *text;
};

struct walk;
/* paths must outlive the walk. NULL and *err when out of memory. */
struct walk *walk_new(const char *const *paths, size_t n, struct err *err);
/* A walk_event, or a negative err_kind: an argument that does not exist, out of memory. */
int walk_next(struct walk *w, struct walk_item *out, struct err *err);
void walk_hold(struct walk *w, size_t bytes); /* so many bytes of names of one folder; for tests */
void walk_free(struct walk *w);               /* NULL-safe */

#endif
