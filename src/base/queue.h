/* queue.h - a bounded queue of pointers between threads: blocks when full, ends cleanly.
 *
 * queue_put blocks while full; false when the queue was closed (the item stays the caller's). queue_take blocks while
 * empty; NULL when closed and empty. queue_close may be called by anyone, more than once: takers still get what is in it.
 */
#ifndef TRAPLINE_BASE_QUEUE_H
#define TRAPLINE_BASE_QUEUE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t not_full, not_empty;
	void **items;
	size_t head, n, cap;
	bool closed;
};

int queue_init(struct queue *q, size_t capacity); /* -1 when out of memory */
void queue_free(struct queue *q);                 /* items still in it are the caller's business */
bool queue_put(struct queue *q, void *item);
void *queue_take(struct queue *q);
void queue_close(struct queue *q);

#endif
