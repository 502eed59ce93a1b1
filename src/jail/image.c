/* image.c - the main process's side of image.h: starts the server, hands images over, remembers answers. */
#include "jail/image.h"

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/mem.h"
#include "jail/decode.h"
#include "jail/frame.h"
#include "jail/spawn.h"

/* A child that spins is ended by its CPU limit; this is for one that sleeps, and long because a machine may be busy. */
enum { TIMEOUT_MS = 120 * 1000, FIRST_ANSWERS = 64, LEAST_BYTES = 128 /* counters of one pixel have 43 to 100 */ };

/* A look, as it is remembered: few images have codes. */
struct answer {
	uint32_t state, damaged, width, height;
	struct image_digest digest;
	struct str codes; /* of texts */
};

struct images {
	pthread_mutex_t lock; /* all below */
	pid_t server;
	int control;
	bool started;
	struct err err; /* why it could not be */
	int idle[LIM_WORKERS];
	size_t n_idle;
	struct map known; /* digest -> index + 1 of answers */
	struct answer *answers;
	size_t n_answers, cap_answers;
	struct arena texts; /* of QR codes */
	struct images_count count;
	enum image_test test;
	int timeout_ms;
};

int images_new(struct images **out, struct err *err)
{
	struct images *m = mem_zalloc(1, sizeof *m);
	*out = m;
	if (!m)
		return err_oom(err, "images");
	pthread_mutex_init(&m->lock, NULL);
	map_init(&m->known, 2 * SHA256_BYTES * (size_t)LIM_IMAGE_KNOWN);
	arena_init(&m->texts, LIM_IMAGE_TEXTS);
	m->timeout_ms = TIMEOUT_MS;
	return 0;
}

void images_del(struct images *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n_idle; i++)
		close(m->idle[i]);
	if (m->started)
		jail_reap(m->control, m->server);
	map_free(&m->known);
	arena_free(&m->texts);
	mem_free(m->answers);
	pthread_mutex_destroy(&m->lock);
	mem_free(m);
}

/* ---- children ---- */

/* Hands the child's end to the server, and starts that first, or again when it was killed: its children are gone then, too. */
static bool send_start(struct images *m, const struct image_start *start, int socket)
{
	for (unsigned tries = 0; tries < 2; tries++) {
		if (!m->started && !m->err.kind)
			m->started = jail_spawn(JAIL_IMAGE_ARGUMENT, "the process that decodes images", &m->control, &m->server,
					     &m->err) == 0;
		if (!m->started)
			return false;
		if (jail_send(m->control, start, sizeof *start, NULL, 0, &socket, 1) == 0)
			return true;
		if (errno != EPIPE && errno != ECONNRESET)
			return false;
		jail_reap(m->control, m->server);
		m->started = false;
	}
	return false;
}

/* A socket to a child that is new. -1: there is none to be had. The lock is held. */
static int new_child(struct images *m)
{
	int sockets[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
		return -1;
	const struct image_start start = {m->test};
	const struct timeval limit = {m->timeout_ms / 1000, m->timeout_ms % 1000 * 1000};
	bool ok = setsockopt(sockets[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 &&
	          setsockopt(sockets[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0 && send_start(m, &start, sockets[1]);
	close(sockets[1]);
	m->test = IMAGE_TEST_NONE;
	m->timeout_ms = TIMEOUT_MS;
	if (ok)
		return sockets[0];
	close(sockets[0]);
	return -1;
}

static int64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* end: when it must have answered; it could else be slow with each byte. */
static int get_child(struct images *m, bool *fresh, int64_t *end)
{
	pthread_mutex_lock(&m->lock);
	*end = now_ms() + m->timeout_ms;
	*fresh = *fresh || m->n_idle == 0;
	int fd = *fresh ? new_child(m) : m->idle[--m->n_idle];
	pthread_mutex_unlock(&m->lock);
	return fd;
}

static void put_child(struct images *m, int fd)
{
	pthread_mutex_lock(&m->lock);
	bool room = m->n_idle < LIM_WORKERS;
	if (room)
		m->idle[m->n_idle++] = fd;
	pthread_mutex_unlock(&m->lock);
	if (!room)
		close(fd);
}

static bool sane(const struct image_answer *a, uint32_t number)
{
	const struct image_look *l = &a->look;
	return a->number == number && l->state >= IMAGE_LOOK && l->state <= IMAGE_CAP && l->damaged <= 1 && l->codes.n <= QR_TEXT;
}

static bool put_all(int fd, struct iovec *v, size_t n, int64_t end)
{
	while (n) {
		ssize_t done = writev(fd, v, (int)n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		for (; n && (size_t)done >= v->iov_len; v++, n--)
			done -= (ssize_t)v->iov_len;
		if (n && now_ms() > end)
			return false;
		if (n)
			*v = (struct iovec){(uint8_t *)v->iov_base + done, v->iov_len - (size_t)done};
	}
	return true;
}

static bool take_all(int fd, void *p, size_t n, int64_t end)
{
	for (uint8_t *at = p; n;) {
		ssize_t got = read(fd, at, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || (got < (ssize_t)n && now_ms() > end))
			return false;
		at += got;
		n -= (size_t)got;
	}
	return true;
}

static bool ask(int fd, struct image_question *const *q, size_t n, int64_t end)
{
	struct image_ask head[IMAGES_AT_ONCE];
	struct image_answer a[IMAGES_AT_ONCE];
	struct iovec v[2 * IMAGES_AT_ONCE];
	for (size_t i = 0; i < n; i++) {
		struct str bytes = q[i]->bytes;
		head[i] = (struct image_ask){(uint32_t)hash64(bytes, i), (uint32_t)bytes.n, i + 1 < n};
		v[2 * i] = (struct iovec){&head[i], sizeof head[i]};
		v[2 * i + 1] = (struct iovec){(void *)(uintptr_t)bytes.p, bytes.n};
	}
	bool ok = put_all(fd, v, 2 * n, end) && take_all(fd, a, n * sizeof *a, end);
	for (size_t i = 0; i < n && ok; i++)
		ok = sane(&a[i], head[i].number);
	for (size_t i = 0; i < n && ok; i++)
		q[i]->look = a[i].look;
	return ok;
}

/* What happened before to a child that was used may be its end: an image is judged by a child of its own then. */
static void decode(struct images *m, struct image_question *q)
{
	bool fresh = false;
	int64_t end;
	int fd;
	while ((fd = get_child(m, &fresh, &end)) >= 0) {
		if (ask(fd, &q, 1, end)) {
			put_child(m, fd);
			return;
		}
		close(fd);
		if (fresh)
			break;
		fresh = true;
	}
	q->look = (struct image_look){.state = IMAGE_BROKE};
}

static void decode_all(struct images *m, struct image_question *const *q, size_t n)
{
	bool fresh = false;
	int64_t end;
	int fd = n > 1 ? get_child(m, &fresh, &end) : -1;
	if (fd >= 0 && ask(fd, q, n, end)) {
		put_child(m, fd);
		return;
	}
	if (fd >= 0)
		close(fd);
	for (size_t i = 0; i < n; i++)
		decode(m, q[i]);
}

/* ---- answers ---- */

static bool recall(struct images *m, const uint8_t digest[SHA256_BYTES], struct image_look *out)
{
	pthread_mutex_lock(&m->lock);
	const struct map_entry *e = map_get(&m->known, str_make(digest, SHA256_BYTES));
	const struct answer *a = e && e->value ? &m->answers[e->value - 1] : NULL;
	if (a) {
		*out = (struct image_look){a->state, a->damaged, a->width, a->height, a->digest, {.n = (uint32_t)a->codes.n}};
		if (a->codes.n)
			memcpy(out->codes.p, a->codes.p, a->codes.n);
	}
	pthread_mutex_unlock(&m->lock);
	return a;
}

/* The lock is held. */
static void forget_all(struct images *m)
{
	map_clear(&m->known);
	arena_reset(&m->texts);
	m->n_answers = 0;
}

/* The lock is held. When full it forgets all: what comes often is soon known again. */
static struct answer *new_answer(struct images *m)
{
	if (m->n_answers == LIM_IMAGE_KNOWN || m->texts.full)
		forget_all(m);
	if (m->n_answers == m->cap_answers) {
		size_t cap = m->cap_answers ? 2 * m->cap_answers : FIRST_ANSWERS;
		struct answer *p = mem_realloc(m->answers, cap * sizeof *p);
		if (!p)
			return NULL;
		m->answers = p;
		m->cap_answers = cap;
	}
	return &m->answers[m->n_answers];
}

static void remember(struct images *m, const uint8_t digest[SHA256_BYTES], const struct image_look *look)
{
	struct str codes = S("");
	pthread_mutex_lock(&m->lock);
	m->count.decoded++;
	m->count.broke += look->state == IMAGE_BROKE;
	struct answer *p = new_answer(m);
	if (p && look->codes.n)
		codes = arena_dup(&m->texts, str_make(look->codes.p, look->codes.n));
	struct map_entry *e = p && codes.p ? map_put(&m->known, str_make(digest, SHA256_BYTES), NULL) : NULL;
	if (e) {
		*p = (struct answer){look->state, look->damaged, look->width, look->height, look->digest, codes};
		e->value = ++m->n_answers;
	}
	pthread_mutex_unlock(&m->lock);
}

bool images_known(struct images *m, struct str bytes, const uint8_t digest[SHA256_BYTES], struct image_look *out)
{
	*out = (struct image_look){.state = IMAGE_NOTHING};
	if (!decode_known(bytes))
		return true;
	out->state = bytes.n > LIM_IMAGE_BYTES ? IMAGE_CAP : IMAGE_PLAIN;
	if (bytes.n > LIM_IMAGE_BYTES || bytes.n < LEAST_BYTES)
		return true;
	pthread_mutex_lock(&m->lock);
	m->count.asked++;
	pthread_mutex_unlock(&m->lock);
	return recall(m, digest, out);
}

/* The same image among the first n, or NULL. */
static struct image_question *asked_before(struct image_question *q, size_t n, const uint8_t digest[SHA256_BYTES])
{
	for (size_t i = 0; i < n; i++)
		if (memcmp(q[i].digest, digest, SHA256_BYTES) == 0)
			return &q[i];
	return NULL;
}

void images_look_all(struct images *m, struct image_question *q, size_t n)
{
	struct image_question *unknown[IMAGES_AT_ONCE];
	size_t n_unknown = 0;
	must(n <= IMAGES_AT_ONCE);
	for (size_t i = 0; i < n; i++) /* another thread may have asked meanwhile */
		if (!asked_before(q, i, q[i].digest) && !recall(m, q[i].digest, &q[i].look))
			unknown[n_unknown++] = &q[i];
	decode_all(m, unknown, n_unknown);
	for (size_t i = 0; i < n_unknown; i++)
		remember(m, unknown[i]->digest, &unknown[i]->look);
	for (size_t i = 0; i < n; i++) {
		const struct image_question *first = asked_before(q, i, q[i].digest);
		if (first)
			q[i].look = first->look;
	}
}

void images_look(struct images *m, struct str bytes, const uint8_t digest[SHA256_BYTES], struct image_look *out)
{
	struct image_question q = {.bytes = bytes};
	if (images_known(m, bytes, digest, out))
		return;
	memcpy(q.digest, digest, SHA256_BYTES);
	images_look_all(m, &q, 1);
	*out = q.look;
}

struct images_count images_count(struct images *m)
{
	pthread_mutex_lock(&m->lock);
	struct images_count c = m->count;
	c.problem = m->err.kind ? m->err.text : NULL;
	pthread_mutex_unlock(&m->lock);
	return c;
}

void images_test(struct images *m, enum image_test what, int timeout_ms)
{
	pthread_mutex_lock(&m->lock);
	for (size_t i = 0; i < m->n_idle; i++) /* so that the next image gets a new child */
		close(m->idle[i]);
	m->n_idle = 0;
	m->test = what;
	m->timeout_ms = timeout_ms;
	pthread_mutex_unlock(&m->lock);
}
