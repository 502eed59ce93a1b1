/* jail.c - the main process's side of the jail: starts the server, hands archives over, reads frames. See jail.h. */
#include "jail/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "jail/frame.h"
#include "jail/spawn.h"

/* A child that spins is ended by its CPU limit; this is for one that was taken over and sleeps, and long because a machine may be busy.
 * TEST_PATIENCE_MS is for children that sleep for sure. */
enum { PATIENCE_MS = 15 * 60 * 1000, STEP_MS = 1000, TEST_PATIENCE_MS = 100 };
#define NO_SERVER (JAIL_NO_CHILD - 1) /* as a wait status: the server was killed */

struct jail {
	pid_t server;
	int control; /* socket to the server; -1: none is started */
	int pipe;    /* frames of the current child; -1: none */
	jail_report *report;
	void *context;
	bool in_member, member_bad, ended;
	int patience_ms; /* for its next sign of life; -1: what it reads may come slowly */
	bool stood_still;
	uint64_t packed;
	uint64_t data; /* bytes of the current data frame still to come */
	size_t at, n;  /* of in */
	uint8_t path[LIM_PATH];
	uint8_t in[PIPE_BUFFER];
};

/* ---- start and stop ---- */

int jail_new(struct jail **out, struct err *err)
{
	struct jail *j = mem_zalloc(1, sizeof *j);
	*out = j;
	if (!j)
		return err_oom(err, "jail");
	j->pipe = j->control = -1;
	return 0;
}

static int start_server(struct jail *j, struct err *err)
{
	return j->control >= 0 ? 0 : jail_spawn(JAIL_ARGUMENT, "the process that unpacks archives", &j->control, &j->server, err);
}

static void stop_server(struct jail *j)
{
	if (j->control >= 0)
		jail_reap(j->control, j->server);
	j->control = -1;
}

void jail_stop(struct jail *j)
{
	if (!j)
		return;
	jail_close(j);
	stop_server(j);
	mem_free(j);
}

/* ---- requests ---- */

/* Starts the server if there is none yet, or none any more. */
static int send_request(struct jail *j, const struct jail_request *head, struct str first, const int fds[2], struct err *err)
{
	for (bool again = false;; again = true) {
		int r = start_server(j, err);
		if (r || jail_send(j->control, head, sizeof *head, first.p, first.n, fds, 2) == 0)
			return r;
		if (again || (errno != EPIPE && errno != ECONNRESET))
			return err_errno(err, ERR_ENV, "the process that unpacks archives cannot be reached");
		stop_server(j);
	}
}

static int begin(struct jail *j, uint32_t test, int fd, struct str first, jail_report *report, void *context, struct err *err)
{
	int ends[2];
	struct stat st;
	must(j->pipe < 0 && first.n <= JAIL_FIRST);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return err_errno(err, ERR_ENV, "pipe");
	fcntl(ends[0], F_SETPIPE_SZ, PIPE_BYTES); /* faster; refused is fine */
	const struct jail_request head = {test, (uint32_t)first.n};
	int r = send_request(j, &head, first, (int[2]){fd, ends[1]}, err);
	close(ends[1]);
	if (r < 0) {
		close(ends[0]);
		return r;
	}
	j->pipe = ends[0];
	j->report = report;
	j->context = context;
	j->in_member = j->member_bad = j->ended = j->stood_still = false;
	j->patience_ms = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? PATIENCE_MS : -1;
	j->data = j->packed = 0;
	j->at = j->n = 0;
	return 0;
}

int jail_open(struct jail *j, int fd, struct str first, jail_report *report, void *context, struct err *err)
{
	return begin(j, 0, fd, first, report, context, err);
}

/* How the child ended: what to report, or NULL when it ended well. */
static const char *verdict(uint32_t status, enum jail_problem *kind)
{
	int s = (int)status;
	*kind = JAIL_CAP;
	if (status == NO_SERVER)
		return "the process that unpacks archives was killed (out of memory?)";
	if (status == JAIL_NO_CHILD)
		return "no process could be started to unpack it";
	if (WIFEXITED(s))
		return WEXITSTATUS(s) == 0 ? NULL : "the process that unpacks it could not be locked up, or gave up";
	if (WTERMSIG(s) == SIGXCPU)
		return "unpacking took too long and was stopped";
	if (WTERMSIG(s) == SIGXFSZ)
		return "unpacking took too much memory and was stopped";
	if (WTERMSIG(s) == SIGKILL)
		return "unpacking was killed (out of memory?)";
	*kind = JAIL_DAMAGED;
	return WTERMSIG(s) == SIGSYS ? "unpacking tried a forbidden system call and was stopped" : "unpacking crashed";
}

/* False: nothing came, for longer than we wait. In steps: of the time that the machine or this program stands still, one is counted. */
static bool wait_for(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	int r;
	do {
		int step = ms >= 0 && ms < STEP_MS ? ms : STEP_MS;
		r = poll(&p, 1, step);
		ms -= r == 0 && ms > 0 ? step : 0;
	} while (r == 0 ? ms != 0 : r < 0 && errno == EINTR);
	return r != 0;
}

static void kill_child(struct jail *j)
{
	char word = 0;
	(void)!send(j->control, &word, 1, MSG_NOSIGNAL);
}

/* Of a child that ends by itself or was told to. */
static uint32_t child_status(struct jail *j)
{
	uint32_t status;
	ssize_t n;
	if (!wait_for(j->control, j->patience_ms < 0 ? PATIENCE_MS : j->patience_ms)) {
		j->stood_still = true;
		kill_child(j);
	}
	do
		n = recv(j->control, &status, sizeof status, 0);
	while (n < 0 && errno == EINTR);
	return n == sizeof status ? status : NO_SERVER;
}

static void close_pipe(struct jail *j)
{
	close(j->pipe);
	j->pipe = -1;
	j->in_member = false;
	j->ended = true;
}

/* False: it ended well. */
static bool report_verdict(struct jail *j, uint32_t status)
{
	enum jail_problem kind;
	const char *text = verdict(status, &kind);
	if (text)
		j->report(j->context, kind, (struct str){0}, j->stood_still ? "unpacking stood still and was stopped" : text);
	return text;
}

/* The pipe has ended without an END frame, stands still, or holds nonsense. */
static void broken(struct jail *j)
{
	close_pipe(j);
	kill_child(j);
	j->member_bad = true;
	if (!report_verdict(j, child_status(j)))
		j->report(j->context, JAIL_DAMAGED, (struct str){0}, "unpacking ended early");
}

void jail_close(struct jail *j)
{
	if (j->pipe < 0)
		return;
	close_pipe(j);
	kill_child(j);
	child_status(j);
}

/* ---- frames ---- */

/* Makes at least n bytes (at most the buffer) stand at j->in + j->at. False: the pipe ended before, or stands still. */
static bool need(struct jail *j, size_t n)
{
	must(n <= sizeof j->in);
	if (j->n - j->at >= n)
		return true;
	memmove(j->in, j->in + j->at, j->n - j->at);
	j->n -= j->at;
	j->at = 0;
	while (j->n < n) {
		j->stood_still = !wait_for(j->pipe, j->patience_ms);
		if (j->stood_still)
			return false;
		ssize_t got = read(j->pipe, j->in + j->n, sizeof j->in - j->n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		j->n += (size_t)got;
	}
	return true;
}

static bool take_problem(struct jail *j, size_t n)
{
	struct problem_frame head;
	struct buf text;
	if (n < sizeof head || !need(j, n))
		return false;
	memcpy(&head, j->in + j->at, sizeof head);
	if (head.kind >= JAIL_PROBLEMS || head.path_n > n - sizeof head)
		return false;
	struct str path = str_make(j->in + j->at + sizeof head, head.path_n);
	struct str raw = str_make(path.p + path.n, n - sizeof head - path.n);
	buf_init(&text, 4 * FRAME_TEXT * 4);
	utf8_escape(raw, &text);
	buf_z(&text);
	j->report(j->context, head.kind, path, text.p && !text.oom ? (const char *)text.p : "damaged");
	buf_free(&text);
	j->member_bad |= j->in_member;
	j->at += n;
	return true;
}

static bool take_member(struct jail *j, size_t n, struct str *path)
{
	if (j->in_member || !need(j, n))
		return false;
	memcpy(j->path, j->in + j->at, n);
	*path = str_make(j->path, n);
	j->at += n;
	j->in_member = true;
	j->member_bad = false;
	return true;
}

/* Reads the next frame's head and what is not data. Its type, or 0 when the pipe is broken. */
static enum frame_type take_frame(struct jail *j, struct str *path)
{
	struct frame f;
	bool ok = need(j, sizeof f);
	if (ok) {
		memcpy(&f, j->in + j->at, sizeof f);
		j->at += sizeof f;
		j->packed = f.packed;
		switch (f.type) {
		case FRAME_MEMBER:
			ok = f.n <= LIM_PATH && take_member(j, f.n, path);
			break;
		case FRAME_DATA:
			ok = j->in_member && f.n <= FRAME_DATA_MAX;
			j->data = f.n;
			break;
		case FRAME_MEMBER_END:
			ok = j->in_member && f.n <= 1 && need(j, f.n);
			j->in_member = false;
			j->member_bad |= f.n;
			j->at += ok ? f.n : 0;
			break;
		case FRAME_PROBLEM:
			ok = f.n <= sizeof(struct problem_frame) + LIM_PATH + FRAME_TEXT && take_problem(j, f.n);
			break;
		case FRAME_END:
			ok = !j->in_member && f.n == 0;
			break;
		default:
			ok = false;
		}
	}
	if (!ok) {
		broken(j);
		return 0;
	}
	return (enum frame_type)f.type;
}

size_t jail_read(struct jail *j, void *p, size_t n)
{
	while (j->in_member && j->data == 0)
		if (!take_frame(j, &(struct str){0}))
			return 0;
	if (!j->in_member || n == 0)
		return 0;
	if (!need(j, 1)) {
		broken(j);
		return 0;
	}
	size_t here = j->n - j->at;
	n = n < j->data ? n : (size_t)j->data;
	n = n < here ? n : here;
	memcpy(p, j->in + j->at, n);
	j->at += n;
	j->data -= n;
	return n;
}

bool jail_next(struct jail *j, struct str *path)
{
	uint8_t skipped[16 * 1024];
	while (jail_read(j, skipped, sizeof skipped) > 0)
		;
	while (!j->ended) {
		switch (take_frame(j, path)) {
		case FRAME_MEMBER:
			return true;
		case FRAME_END:
			close_pipe(j);
			report_verdict(j, child_status(j));
			return false;
		default:
			break;
		}
	}
	return false;
}

bool jail_member_bad(const struct jail *j)
{
	return j->member_bad;
}

uint64_t jail_packed(const struct jail *j)
{
	return j->packed;
}

int jail_self_test(struct jail *j, enum jail_test what, jail_report *report, void *context, struct err *err)
{
	int r = begin(j, what, STDIN_FILENO, (struct str){0}, report, context, err);
	if (r == 0) {
		j->patience_ms = what == JAIL_TEST_SLEEP || what == JAIL_TEST_LINGER ? TEST_PATIENCE_MS : PATIENCE_MS;
		jail_next(j, &(struct str){0});
	}
	return r;
}
