/* memory.c - see memory.h. */
#include "source/memory.h"

#include <sys/stat.h>
#include <time.h>

static int64_t nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Mail may be missing with any other. */
static bool is_harmless(enum source_problem_kind kind)
{
	return kind == SOURCE_NOT_MAIL || kind == SOURCE_EMPTY || kind == SOURCE_DOUBTFUL || kind == SOURCE_LONG;
}

static uint64_t count(const struct problems *p)
{
	uint64_t n = 0;
	for (int i = 0; i < SOURCE_PROBLEM_KINDS; i++)
		n += p->counts[i];
	return n;
}

bool memory_begin(struct memory *m, int fd, struct str path, struct str argument, bool regular, bool is_argument)
{
	struct stat st;
	struct timespec now;
	m->file = (struct source_file){
		.number = m->file.number + 1, .path = path, .argument = argument, .is_argument = is_argument, .own_boxes = true};
	m->regular = regular;
	m->cut_short = false;
	if (!regular)
		return true;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return false;
	clock_gettime(CLOCK_REALTIME, &now);
	m->file.size = st.st_size;
	m->file.modified = nanoseconds(st.st_mtim);
	m->file.status_changed = nanoseconds(st.st_ctim);
	m->file.inode = st.st_ino;
	m->file.opened = nanoseconds(now);
	return true;
}

bool memory_knows(struct memory *m, struct problems *p, struct source_progress *progress)
{
	m->counted = count(p);
	m->told = p->n;
	if (!m->regular || !m->of.known || !m->of.known(m->of.ctx, &m->file))
		return false;
	for (size_t i = 0; i < m->file.n_problems; i++)
		problems_again(p, &m->file.problems[i]);
	progress->messages += m->file.messages;
	m->regular = false; /* nothing is to be told of it */
	return true;
}

/* Whether its problems are told to the last, and all harmless. */
static bool is_whole(const struct memory *m, const struct problems *p)
{
	uint64_t told = 0;
	for (size_t i = m->told; i < p->n; i++) {
		told += p->list[i].count;
		if (!is_harmless(p->list[i].kind))
			return false;
	}
	return m->counted + told == count(p);
}

static bool has_changed(const struct source_file *f, int fd)
{
	struct stat st;
	return fstat(fd, &st) != 0 || st.st_size != f->size || nanoseconds(st.st_mtim) != f->modified ||
	       nanoseconds(st.st_ctim) != f->status_changed;
}

void memory_end(struct memory *m, int fd, const struct problems *p, bool cut_short)
{
	if (fd < 0 || !m->regular || !m->of.read || cut_short || m->cut_short || !is_whole(m, p) || has_changed(&m->file, fd))
		return;
	m->file.problems = p->list + m->told;
	m->file.n_problems = p->n - m->told;
	m->of.read(m->of.ctx, &m->file);
}
