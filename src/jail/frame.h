/* frame.h - what server, child and main process say to each other; internal to jail/. Host byte order: one machine.
 *
 * Main to server (SOCK_SEQPACKET): struct jail_request and the first bytes, with two descriptors: archive, pipe. Any message
 * while a child runs: kill it. Server to main: one wait status (uint32_t) for each request.
 * Child to main (pipe): frames, a struct frame and n bytes: (MEMBER (DATA | PROBLEM)* MEMBER_END | PROBLEM)* END.
 * A MEMBER_END with one byte: the member is damaged.
 *
 * Images. Main to server (SOCK_SEQPACKET): struct image_start, with one descriptor: a stream socket. A child answers on it, in turn:
 * struct image_ask and n bytes, struct image_answer. Where more is set the answer comes with that to the next question.
 */
#ifndef TRAPLINE_JAIL_FRAME_H
#define TRAPLINE_JAIL_FRAME_H

#include "base/limits.h"
#include "base/str.h"
#include "jail/image.h"

enum { JAIL_CONTROL_FD = 3 };
#define JAIL_ARGUMENT "--jail"
#define JAIL_IMAGE_ARGUMENT "--jail-images"
#define JAIL_NO_CHILD UINT32_MAX /* the wait status when the server could not fork */

struct jail_request {
	uint32_t test; /* enum jail_test, 0: unpack */
	uint32_t first_n;
};

struct image_start {
	uint32_t test; /* enum image_test */
};
struct image_ask {
	uint32_t number, n;
	uint32_t more;
};
struct image_answer {
	uint32_t number; /* that of the question */
	struct image_look look;
};

enum frame_type { FRAME_MEMBER = 1, FRAME_DATA, FRAME_MEMBER_END, FRAME_PROBLEM, FRAME_END };
struct frame {
	uint32_t type, n;
	uint64_t packed; /* bytes of the archive read so far */
};
/* FRAME_PROBLEM: struct problem_frame, the path, the text. */
struct problem_frame {
	uint32_t kind, path_n;
};
enum { FRAME_TEXT = 256, FRAME_DATA_MAX = 64 * 1024, PIPE_BUFFER = 256 * 1024, PIPE_BYTES = 1024 * 1024 };

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define JAIL_RELAXED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define JAIL_RELAXED 1
#endif
#endif
#ifndef JAIL_RELAXED
#define JAIL_RELAXED 0 /* sanitizers reserve terabytes and make calls of their own: no RLIMIT_AS, refuse instead of kill */
#endif

#endif
