/* mem.c - see mem.h. */
#include "base/mem.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_long fail_countdown = -1; /* <0: off */
static atomic_int fail_happened, fail_once;

static int refused(void)
{
	if (atomic_load_explicit(&fail_countdown, memory_order_relaxed) < 0)
		return 0;
	if (atomic_load(&fail_countdown) > 0) {
		atomic_fetch_sub(&fail_countdown, 1);
		return 0;
	}
	atomic_store(&fail_happened, 1);
	if (atomic_load(&fail_once))
		atomic_store(&fail_countdown, -1);
	return 1;
}

void *mem_alloc(size_t bytes)
{
	return refused() ? NULL : malloc(bytes ? bytes : 1);
}

void *mem_zalloc(size_t count, size_t bytes)
{
	return refused() ? NULL : calloc(count ? count : 1, bytes ? bytes : 1);
}

void *mem_realloc(void *p, size_t bytes)
{
	return refused() ? NULL : realloc(p, bytes ? bytes : 1);
}

enum { LARGE_BLOCK = 2 << 20 }; /* above what a batch of small messages takes */

void mem_setup(void)
{
#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
#endif
}

void mem_free(void *p)
{
	free(p);
}

void mem_fail_from(long n)
{
	atomic_store(&fail_happened, 0);
	atomic_store(&fail_once, 0);
	atomic_store(&fail_countdown, n);
}

void mem_fail_only(long n)
{
	mem_fail_from(-1);
	atomic_store(&fail_once, 1);
	atomic_store(&fail_countdown, n);
}

int mem_failed(void)
{
	return atomic_load(&fail_happened);
}

void mem_exhausted(void)
{
	static const char text[] = "trapline: out of memory\n";
	(void)!write(STDERR_FILENO, text, sizeof text - 1);
	_exit(4);
}

void *mem_alloc_or_end(size_t bytes)
{
	void *p = mem_alloc(bytes);
	if (!p)
		mem_exhausted();
	return p;
}

void must_failed(const char *cond, const char *file, int line)
{
	fprintf(stderr, "trapline: bug at %s:%d: %s\n", file, line, cond);
	abort();
}
