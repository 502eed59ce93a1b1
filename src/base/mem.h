/* mem.h - the one door to the heap, so that a test can make the Nth allocation fail.
 *
 * Everything in trapline that allocates goes through here (arenas, buffers, maps); libraries do not.
 * All return NULL when out of memory; mem_free accepts NULL.
 */
#ifndef TRAPLINE_BASE_MEM_H
#define TRAPLINE_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>

void *mem_alloc(size_t bytes);
void *mem_zalloc(size_t count, size_t bytes); /* zeroed; overflow of the product is a failure */
void *mem_realloc(void *p, size_t bytes);
void mem_free(void *p);
/* Room in the array *array of *cap elements of so many bytes for at least n of them; it may move. False when out of memory: then it is as it was. */
bool mem_room(void **array, size_t *cap, size_t n, size_t bytes);

/* Once, before threads start: large blocks go back to the system when they are freed. Otherwise glibc learns from the first large
 * message to keep such blocks, in a heap of each thread. */
void mem_setup(void);
/* Once, before threads start, where much memory may be used: the heap begins with room for 64 MiB, in large pages where Linux gives
 * them, and so do blocks of more than 2 MiB. That spares page faults and walks of page tables; a page costs nothing until it is touched. */
void mem_grow(void);

/* Memory is out where no error can be told. It says so and ends the program with exit code 4; what is stored is as after kill -9. */
void mem_exhausted(void) __attribute__((noreturn, cold));
/* For libraries that take "no memory" for "nothing there": never NULL. */
void *mem_alloc_or_end(size_t bytes);

/* Tests only: the nth allocation from now (0 = the next) and every later one fail; a negative n switches it off.
 * mem_failed tells whether a failure was handed out since. Usual loop:
 * for (long n = 0;; n++) { mem_fail_from(n); run(); bool hit = mem_failed(); mem_fail_from(-1); if (!hit) break; } */
void mem_fail_from(long n);
int mem_failed(void);
/* The same, but the later ones succeed again: what is lost then must be told all the same. */
void mem_fail_only(long n);

/* A bug, always on: prints file:line and the condition, then aborts. For our own mistakes only, never for input. */
#define must(cond) ((cond) ? (void)0 : must_failed(#cond, __FILE__, __LINE__))
void must_failed(const char *cond, const char *file, int line) __attribute__((noreturn, cold));

/* CLEANUP(fn) T x: fn(&x) runs when x leaves scope. */
#define CLEANUP(fn) __attribute__((cleanup(fn)))

#endif
