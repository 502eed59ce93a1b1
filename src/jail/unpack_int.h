/* unpack_int.h - what the parts of the unpacking child share. Private to src/jail/unpack*.c.
 *
 * One libarchive handle a layer: either one filter or one container, so that depth, size and ratio are ours to count, and so that 7z
 * under a filter, which libarchive reads as nothing without an error, cannot happen. */
#ifndef TRAPLINE_JAIL_UNPACK_INT_H
#define TRAPLINE_JAIL_UNPACK_INT_H

#include <archive.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/limits.h"
#include "jail/frame.h"
#include "jail/jail.h"
#include "jail/magic.h"

enum { LAYERS = 2 * LIM_ARCHIVE_DEPTH + 1, RETRIES = 100 /* of a call that libarchive wants repeated */, GZIP_TRAILER = 8 };

struct unpacker;
struct layer {
	struct unpacker *u;
	struct archive *archive;
	enum magic kind;
	unsigned depth; /* archives around and with this one; a container shares it with the filter around it */
	size_t path_n;  /* of u->path, in front of this layer's entry names */
	uint64_t out;   /* bytes unpacked by it */
	uint64_t entries;
	const uint8_t *block; /* unpacked bytes of the current entry not yet taken */
	size_t block_n;
	int64_t hole;     /* zeros to yield before them: sparse tar members have holes */
	int64_t entry_at; /* place in the entry, behind hole and block */
	/* its input: first bytes, then the spool, then the layer below or the descriptor */
	uint8_t *input;
	uint8_t first[MAGIC_BYTES];
	size_t first_n, first_at;
	int spool;            /* memory file, or -1 */
	uint64_t spool_n, at; /* its size; the place in it */
	bool seekable;
	bool input_ended;
	bool failed;     /* an error of it was reported */
	uint64_t given;  /* bytes of input */
	size_t block_in; /* of them, in input now */
	uint8_t tail[GZIP_TRAILER];
	uint32_t crc; /* gzip: of what was unpacked */
};

struct unpacker {
	int fd, out_fd;
	struct str first; /* handed over */
	uint64_t packed;  /* bytes read of the archive */
	uint64_t spooled; /* bytes in all spools */
	bool stop;        /* a cap that ends it all was hit */
	struct layer layer[LAYERS];
	size_t n;
	struct buf path;
	size_t out_n;
	uint8_t out[PIPE_BUFFER];
};

/* ---- what is told the main process (unpack_frames.c) ---- */

/* Room for the n bytes of a frame, which unpack_done then sends. */
uint8_t *unpack_room(struct unpacker *u, size_t n);
void unpack_done(struct unpacker *u, enum frame_type type, size_t n);
void unpack_put(struct unpacker *u, enum frame_type type, struct str s);
void unpack_flush(struct unpacker *u);
void unpack_report(struct unpacker *u, enum jail_problem kind, const char *text); /* of what u->path names */
/* A cap after which nothing more of this archive is wanted. */
void unpack_stop(struct unpacker *u, const char *text);
/* What libarchive says about the layer: once, and not again for the layers above that only see their input end. */
void unpack_error(struct layer *l);

/* ---- layers (unpack_layer.c) ---- */

/* Makes bytes of the layer's current entry stand ready: 1, 0 at its end, -1 on damage. Damage is reported here, on any layer: no frame
 * may be half written. */
int layer_prepare(struct layer *l);
/* Unpacked bytes of the layer's current entry: >0, 0 at its end, <0 on damage (reported). Counts, and looks at the ratio. */
ssize_t layer_read(struct layer *l, uint8_t *p, size_t n);
/* Opens the current entry of the top layer (or the archive itself) as an archive of this kind. head: its first bytes, which
 * were taken off an entry. What cannot be opened is reported. */
void layer_push(struct unpacker *u, enum magic kind, struct str head);
void layer_pop(struct unpacker *u);
/* Reports what the top layer holds behind its end, and a wrong check sum. */
void layer_check_end(struct layer *l);

#endif
