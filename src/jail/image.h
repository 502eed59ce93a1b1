/* image.h - perceptual digests of images and what their QR codes say, found by a child process that can do nothing else: the only
 * place that links the libraries for GIF, PNG, JPEG and QR codes.
 *
 * With the first image this program is executed again as a small server (jail.h tells of the like for archives); it forks
 * children under rlimits and the jail's seccomp filter, as many as there are threads that ask at once. A child gets images
 * through a socket, one after the other, and answers each with a struct image_look; what it answers is checked for sense, not
 * believed. A child that crashes, hangs or talks nonsense costs the one image that it was given fresh, and nothing else. A server
 * that was killed is started again.
 * Who has no images pays nothing.
 *
 * Answers depend on the image's bytes alone; they are remembered by digest, so that each distinct image is decoded once.
 * Any number of threads may ask. The program must ignore SIGPIPE: a child may be gone. What server and children cost is in
 * getrusage's RUSAGE_CHILDREN after images_del.
 */
#ifndef TRAPLINE_JAIL_IMAGE_H
#define TRAPLINE_JAIL_IMAGE_H

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "codec/image_digest.h"
#include "jail/qr.h"

enum image_state {
	IMAGE_LOOK = 1, /* it has a digest */
	IMAGE_PLAIN,    /* nothing to tell it by: one colour, too small */
	IMAGE_NOTHING,  /* nothing could be decoded, or it is no GIF, PNG or JPEG */
	IMAGE_CAP,      /* more bytes, pixels or work than we spend (LIM_IMAGE_*) */
	IMAGE_BROKE,    /* the child broke over it, or could not be started */
	IMAGE_STATES
};

struct image_look {
	uint32_t state;
	uint32_t damaged; /* 1: something is wrong with the file; what could be decoded was looked at */
	uint32_t width, height;
	struct image_digest digest; /* with IMAGE_LOOK */
	struct qr_texts codes;      /* what its QR codes say, hostile bytes */
};

struct images;
/* Starts nothing yet. 0, or ERR_ENV and *out NULL. */
int images_new(struct images **out, struct err *err);
void images_del(struct images *m); /* NULL-safe; ends server and children */

/* What the image shows; digest is the SHA-256 of bytes. */
void images_look(struct images *m, struct str bytes, const uint8_t digest[SHA256_BYTES], struct image_look *out);

/* Many at once, which spares most of the switching between processes: images_known tells what needs no child, images_look_all the
 * rest, at most IMAGES_AT_ONCE. If a child breaks over one of them, each is judged by itself, as by images_look. */
enum { IMAGES_AT_ONCE = 16 };
struct image_question {
	struct str bytes;
	uint8_t digest[SHA256_BYTES];
	struct image_look look; /* the answer */
};
bool images_known(struct images *m, struct str bytes, const uint8_t digest[SHA256_BYTES], struct image_look *out);
void images_look_all(struct images *m, struct image_question *q, size_t n);

struct images_count {
	uint64_t asked, decoded, broke;
	const char *problem; /* why the server could not be started, or NULL; lives as long as m */
};
struct images_count images_count(struct images *m);

/* Tests only: how the next child that is started behaves with its first image, and how long it is waited for. */
enum image_test {
	IMAGE_TEST_NONE,
	IMAGE_TEST_CRASH,
	IMAGE_TEST_HANG,
	IMAGE_TEST_LIE,
	IMAGE_TEST_MUMBLE,   /* half an answer */
	IMAGE_TEST_DRAWL,    /* an answer, a byte at a time */
	IMAGE_TEST_QUIT,     /* ends after a good answer */
	IMAGE_TEST_NO_SERVER /* the server ends instead of starting it */
};
void images_test(struct images *m, enum image_test what, int timeout_ms);

#endif
