/* images_bench FOLDER [OTHER]: decoding and perceptual digests of the image files in a folder, in this process; one JSON line.
 *
 * With OTHER, a folder of images that have nothing to do with the first: how many bits unrelated images differ in.
 */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "base/vec.h"
#include "jail/decode.h"

struct set {
	struct arena arena;
	VEC(struct image_digest) looks;
	VEC(double) us;
	uint64_t bytes, states[IMAGE_STATES];
};

static double cpu_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void take(struct set *s, const char *path, uint8_t *room)
{
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(room, 1, LIM_IMAGE_BYTES, f) : 0;
	struct image_look l;
	if (f)
		fclose(f);
	if (!decode_known(str_make(room, n)))
		return;
	double start = cpu_us();
	decode_image(str_make(room, n), &decode_caps, &l);
	double *us = vec_push(&s->arena, &s->us, SIZE_MAX);
	struct image_digest *d = l.state == IMAGE_LOOK ? vec_push(&s->arena, &s->looks, SIZE_MAX) : NULL;
	must(us);
	*us = cpu_us() - start;
	if (d)
		*d = l.digest;
	s->bytes += n;
	s->states[l.state]++;
}

static void take_all(struct set *s, const char *folder)
{
	uint8_t *room = mem_alloc(LIM_IMAGE_BYTES);
	DIR *d = opendir(folder);
	must(room && d);
	for (struct dirent *e; (e = readdir(d));) {
		char path[4096];
		if (e->d_name[0] != '.' && snprintf(path, sizeof path, "%s/%s", folder, e->d_name) < (int)sizeof path)
			take(s, path, room);
	}
	closedir(d);
	mem_free(room);
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static void say_distances(const struct set *a, const struct set *b)
{
	double sum = 0, squares = 0;
	unsigned least = IMAGE_DIGEST_BITS;
	size_t n = a->looks.n * b->looks.n;
	for (size_t i = 0; i < a->looks.n; i++)
		for (size_t k = 0; k < b->looks.n; k++) {
			unsigned d = image_digest_distance(&a->looks.v[i], &b->looks.v[k]);
			least = d < least ? d : least;
			sum += d;
			squares += (double)d * d;
		}
	double mean = n ? sum / (double)n : 0;
	printf(",\"unrelated_pairs\":%zu,\"mean_bits\":%.2f,\"sd_bits\":%.2f,\"least_bits\":%u", n, mean,
		n ? sqrt(squares / (double)n - mean * mean) : 0, least);
}

int main(int argc, char **argv)
{
	struct set a = {.bytes = 0}, b = {.bytes = 0};
	double sum = 0;
	must(argc > 1);
	arena_init(&a.arena, SIZE_MAX);
	arena_init(&b.arena, SIZE_MAX);
	take_all(&a, argv[1]);
	must(a.us.n);
	qsort(a.us.v, a.us.n, sizeof *a.us.v, by_size);
	for (size_t i = 0; i < a.us.n; i++)
		sum += a.us.v[i];
	printf("{\"images\":%zu,\"bytes\":%llu,\"looks\":%zu,\"plain\":%llu,\"nothing\":%llu,\"cap\":%llu,\"us_mean\":%.0f,\"us_median\":%.0f,"
	       "\"us_most\":%.0f",
		a.us.n, (unsigned long long)a.bytes, a.looks.n, (unsigned long long)a.states[IMAGE_PLAIN],
		(unsigned long long)a.states[IMAGE_NOTHING], (unsigned long long)a.states[IMAGE_CAP], sum / (double)a.us.n,
		a.us.v[a.us.n / 2], a.us.v[a.us.n - 1]);
	if (argc > 2) {
		take_all(&b, argv[2]);
		say_distances(&a, &b);
	}
	printf("}\n");
	arena_free(&a.arena);
	arena_free(&b.arena);
	return 0;
}
