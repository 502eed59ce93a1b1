/* mem.c - see mem.h. */
#include "base/mem.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
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

enum {
	LARGE_BLOCK = 2 << 20, /* above what a batch of small messages takes */
	LARGE_PAGE = 2 << 20,
	HEAP = 64 << 20, /* most of what reading takes, with the store's cache */
	HEAP_STEP = 128 << 10,
};

/* For the large pages that lie whole in these bytes. Linux may have none to give: then nothing happens. */
static void ask_for_large_pages(void *p, size_t bytes)
{
	size_t before = -(uintptr_t)p % LARGE_PAGE;
	if (bytes > before + LARGE_PAGE)
		(void)madvise((uint8_t *)p + before, (bytes - before) / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
}

static void *in_large_pages(void *p, size_t bytes)
{
	if (p && bytes > LARGE_BLOCK)
		ask_for_large_pages(p, bytes);
	return p;
}

void *mem_alloc(size_t bytes)
{
	return refused() ? NULL : in_large_pages(malloc(bytes ? bytes : 1), bytes);
}

void *mem_zalloc(size_t count, size_t bytes)
{
	return refused() ? NULL : in_large_pages(calloc(count ? count : 1, bytes ? bytes : 1), count * bytes);
}

void *mem_realloc(void *p, size_t bytes)
{
	return refused() ? NULL : in_large_pages(realloc(p, bytes ? bytes : 1), bytes);
}

bool mem_room(void **array, size_t *cap, size_t n, size_t bytes)
{
	if (n <= *cap)
		return true;
	size_t want = n + n / 4 + 1024;
	void *p = want < SIZE_MAX / 2 / bytes ? mem_realloc(*array, want * bytes) : NULL;
	*array = p ? p : *array;
	*cap = p ? want : *cap;
	return p;
}

void mem_setup(void)
{
#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK);
#endif
}

void mem_grow(void)
{
#ifdef M_TOP_PAD
	uint8_t *from = sbrk(0);
	mallopt(M_TRIM_THRESHOLD, 2 * HEAP);
	mallopt(M_TOP_PAD, HEAP);
	void *volatile block = malloc(LARGE_BLOCK / 2); /* volatile, or compilers leave it out */
	free(block);
	mallopt(M_TOP_PAD, HEAP_STEP); /* as it was: under a limit of memory small steps may fit yet */
	ask_for_large_pages(from, (size_t)((uint8_t *)sbrk(0) - from));
	mallopt(M_ARENA_MAX, 1); /* for all threads: they ask for little, and heaps of their own would lie in small pages */
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
