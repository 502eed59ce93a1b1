/* queue_test.c - order, blocking, closing; producers and consumers at once. */
#include "base/queue.h"
#include "base/test.h"

static int items[1000];

static void order_and_close(void **state)
{
	struct queue q;
	(void)state;
	assert_int_equal(queue_init(&q, 3), 0);
	for (int round = 0; round < 5; round++) {
		assert_true(queue_put(&q, &items[0]) && queue_put(&q, &items[1]));
		assert_ptr_equal(queue_take(&q), &items[0]);
		assert_ptr_equal(queue_take(&q), &items[1]);
	}
	assert_true(queue_put(&q, &items[2]));
	queue_close(&q);
	queue_close(&q);
	assert_false(queue_put(&q, &items[3]));
	assert_ptr_equal(queue_take(&q), &items[2]);
	assert_null(queue_take(&q));
	assert_null(queue_take(&q));
	queue_free(&q);
	queue_free(&q);
}

static void *produce(void *p)
{
	for (size_t i = 0; i < COUNT(items); i++)
		if (!queue_put(p, &items[i]))
			return (void *)1;
	return NULL;
}

static void *consume(void *p)
{
	int *item;
	while ((item = queue_take(p)) != NULL)
		__atomic_add_fetch(item, 1, __ATOMIC_RELAXED);
	return NULL;
}

static void many_threads(void **state)
{
	enum { EACH = 3 };
	struct queue q;
	pthread_t producers[EACH], consumers[EACH];
	void *failed;
	(void)state;
	assert_int_equal(queue_init(&q, 4), 0);
	for (int i = 0; i < EACH; i++) {
		assert_int_equal(pthread_create(&producers[i], NULL, produce, &q), 0);
		assert_int_equal(pthread_create(&consumers[i], NULL, consume, &q), 0);
	}
	for (int i = 0; i < EACH; i++) {
		pthread_join(producers[i], &failed);
		assert_null(failed);
	}
	queue_close(&q);
	for (int i = 0; i < EACH; i++)
		pthread_join(consumers[i], NULL);
	for (size_t i = 0; i < COUNT(items); i++)
		assert_int_equal(items[i], EACH);
	queue_free(&q);
}

/* A producer that waits on a full queue is let go by queue_close, its item refused. */
static void close_wakes(void **state)
{
	struct queue q;
	pthread_t t;
	void *refused;
	(void)state;
	assert_int_equal(queue_init(&q, 1), 0);
	assert_int_equal(pthread_create(&t, NULL, produce, &q), 0);
	assert_non_null(queue_take(&q));
	queue_close(&q);
	pthread_join(t, &refused);
	assert_non_null(refused);
	queue_free(&q);
}

static void no_memory(void **state)
{
	struct queue q;
	(void)state;
	mem_fail_from(0);
	assert_int_equal(queue_init(&q, 4), -1);
	mem_fail_from(-1);
	queue_free(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_and_close),
		cmocka_unit_test(many_threads),
		cmocka_unit_test(close_wakes),
		cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
