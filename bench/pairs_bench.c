/* pairs_bench [uniform]: how well pairs of messages from one template are told from others. Prints one JSON line a share of slots.
 *
 * The generator, fixed: 200 templates of 120 to 180 words; a share of the word positions are slots of 4 to 8 alternatives, drawn
 * anew for each message; 20 words common to all messages of all templates stand in front of the text, 10 to 40 random words
 * behind it. Words come from a vocabulary of 8,000 invented ones, by Zipf's law (frequent words are short), as in language;
 * "uniform" draws all alike. 20 messages a template; 20 pairs within each; 1,000,000 pairs across templates.
 * Given is the true-positive rate at the threshold that lets at most one in 10,000 pairs across templates pass.
 *
 *   minhash  resemblance of runs of three words, 128 bins      aligned  longest common subsequence of the sampled words
 *   shared   the sampled words as bags                         likeness what edges of campaigns go by (likeness_text)
 *   tlsh, ssdeep   Debian's libraries, where they are installed
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/mem.h"
#include "campaign/likeness.h"

#ifdef HAVE_FUZZY
#include <fuzzy.h>
#endif
#ifdef HAVE_TLSH
void *tlsh_c_new(const unsigned char *p, unsigned n);
int tlsh_c_distance(const void *a, const void *b);
void tlsh_c_free(void *t);
#endif

enum {
	TEMPLATES = 200,
	EACH = 20,
	MESSAGES = TEMPLATES * EACH,
	SAME = TEMPLATES * 20,
	CROSS = 1000000,
	ALLOWED = CROSS / 10000,
	VOCABULARY = 8000,
	TEMPLATE_MAX = 180,
	ALTERNATIVES = 8,
	COMMON = 20,
};
enum method { MINHASH, ALIGNED, SHARED, LIKENESS, TLSH, SSDEEP, METHODS };
static const char *const method_name[METHODS] = {"minhash", "aligned", "shared", "likeness", "tlsh", "ssdeep"};

struct message {
	struct sketch sketch;
	void *tlsh;
	char *ssdeep;
};
struct slot {
	uint16_t word[ALTERNATIVES];
	int n;
};

static struct arena arena;
static struct str vocabulary[VOCABULARY];
static double zipf[VOCABULARY]; /* cumulative */
static struct slot template[TEMPLATES][TEMPLATE_MAX];
static int template_words[TEMPLATES];
static uint16_t common[COMMON];
static struct message messages[MESSAGES];
static uint64_t state = 20100923;

static uint64_t next_random(void)
{
	return mix64(state += 0x9e3779b97f4a7c15u);
}

static int between(int lo, int hi)
{
	return lo + (int)(next_random() % (uint64_t)(hi - lo + 1));
}

static double unit(void)
{
	return (double)(next_random() >> 11) * 0x1p-53;
}

/* Invented words of consonants and vowels: the longer, the rarer. */
static void make_vocabulary(bool uniform)
{
	double sum = 0;
	for (int i = 0; i < VOCABULARY; i++) {
		uint8_t word[16];
		size_t n = (size_t)between(2, 3) + (i > 20) * (size_t)between(0, 2) + (i > 200) * (size_t)between(1, 3) +
		           (i > 2000) * (size_t)between(0, 3);
		for (size_t k = 0; k < n; k++) {
			const char *set = k % 2 ? "aeiou" : "bcdfghjklmnprstvwz";
			word[k] = (uint8_t)set[next_random() % strlen(set)];
		}
		vocabulary[i] = arena_dup(&arena, str_make(word, n));
		zipf[i] = sum += uniform ? 1 : 1.0 / (i + 2.7); /* Mandelbrot's shift */
	}
}

static uint16_t word(void)
{
	double x = unit() * zipf[VOCABULARY - 1];
	size_t lo = 0, hi = VOCABULARY - 1;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (zipf[mid] < x)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (uint16_t)lo;
}

static void make_templates(double slots)
{
	for (int t = 0; t < TEMPLATES; t++) {
		template_words[t] = between(120, TEMPLATE_MAX);
		for (int i = 0; i < template_words[t]; i++) {
			struct slot *s = &template[t][i];
			s->n = unit() < slots ? between(4, ALTERNATIVES) : 1;
			for (int k = 0; k < s->n; k++)
				s->word[k] = word();
		}
	}
}

static void say(struct buf *b, uint16_t w)
{
	if (b->n)
		buf_byte(b, b->n % 70 > 60 ? '\n' : ' ');
	buf_add(b, vocabulary[w]);
}

static void make_text(int t, struct buf *b)
{
	for (int i = 0; i < COMMON; i++)
		say(b, common[i]);
	for (int i = 0; i < template_words[t]; i++)
		say(b, template[t][i].word[next_random() % (uint64_t) template[t][i].n]);
	for (int i = between(10, 40); i > 0; i--)
		say(b, (uint16_t)between(0, VOCABULARY - 1));
	buf_byte(b, '.'); /* one paragraph: nothing tells the random words from the text */
}

static void make_message(int t, struct message *m)
{
	struct buf b;
	buf_init(&b, 1 << 16);
	make_text(t, &b);
	struct doc d = {.text = buf_str(&b)};
	must(sketch_make(&arena, &d, &m->sketch) && buf_ok(&b));
#ifdef HAVE_TLSH
	m->tlsh = tlsh_c_new(b.p, (unsigned)b.n);
#endif
#ifdef HAVE_FUZZY
	m->ssdeep = mem_alloc(FUZZY_MAX_RESULT);
	must(m->ssdeep && fuzzy_hash_buf(b.p, (uint32_t)b.n, m->ssdeep) == 0);
#endif
	buf_free(&b);
}

static void free_message(struct message *m)
{
#ifdef HAVE_TLSH
	tlsh_c_free(m->tlsh);
#endif
	mem_free(m->ssdeep);
}

static void scores(const struct message *a, const struct message *b, float *out, size_t i, size_t stride)
{
	struct likeness l;
	likeness_of(&a->sketch, &b->sketch, &l);
	out[MINHASH * stride + i] = (float)l.resemblance;
	out[ALIGNED * stride + i] = (float)l.align;
	out[SHARED * stride + i] = (float)l.share;
	out[LIKENESS * stride + i] = (float)likeness_text(&l);
#ifdef HAVE_TLSH
	out[TLSH * stride + i] = (float)-tlsh_c_distance(a->tlsh, b->tlsh);
#endif
#ifdef HAVE_FUZZY
	out[SSDEEP * stride + i] = (float)fuzzy_compare(a->ssdeep, b->ssdeep);
#endif
}

static int descending(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return (x < y) - (x > y);
}

/* The share of pairs within a template above what ALLOWED pairs across reach. */
static double true_rate(const float *same, float *cross)
{
	size_t n = 0;
	qsort(cross, CROSS, sizeof *cross, descending);
	for (size_t i = 0; i < SAME; i++)
		n += same[i] > cross[ALLOWED];
	return (double)n / SAME;
}

static bool has(enum method m)
{
#ifndef HAVE_TLSH
	if (m == TLSH)
		return false;
#endif
#ifndef HAVE_FUZZY
	if (m == SSDEEP)
		return false;
#endif
	return true;
}

static double cpu_now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void run(int percent, const char *words, float *same, float *cross)
{
	make_templates(percent / 100.0);
	for (int i = 0; i < MESSAGES; i++)
		make_message(i / EACH, &messages[i]);
	for (size_t i = 0; i < SAME; i++) {
		int t = (int)(i % TEMPLATES) * EACH, a = between(0, EACH - 1), b = between(0, EACH - 2);
		scores(&messages[t + a], &messages[t + b + (b >= a)], same, i, SAME);
	}
	double start = cpu_now();
	for (size_t i = 0; i < CROSS; i++) {
		int a = between(0, MESSAGES - 1), b;
		do
			b = between(0, MESSAGES - 1);
		while (a / EACH == b / EACH);
		scores(&messages[a], &messages[b], cross, i, CROSS);
	}
	double us = (cpu_now() - start) / CROSS * 1e6;
	printf("{\"slots\":%.2f,\"words\":\"%s\",\"fpr\":1e-4,\"tpr\":{", percent / 100.0, words);
	for (int m = 0, first = 1; m < METHODS; m++)
		if (has((enum method)m)) {
			printf("%s\"%s\":%.4f", first ? "" : ",", method_name[m],
				true_rate(same + m * SAME, cross + (size_t)m * CROSS));
			first = 0;
		}
	printf("},\"threshold\":%.3f,\"us_a_pair_all_methods\":%.2f}\n", (double)cross[(size_t)LIKENESS * CROSS + ALLOWED], us);
	for (int i = 0; i < MESSAGES; i++)
		free_message(&messages[i]);
}

int main(int argc, char **argv)
{
	bool uniform = argc > 1 && strcmp(argv[1], "uniform") == 0;
	float *same = mem_zalloc((size_t)METHODS * SAME, sizeof *same), *cross = mem_zalloc((size_t)METHODS * CROSS, sizeof *cross);
	must(same && cross);
	arena_init(&arena, LIM_ARENA);
	make_vocabulary(uniform);
	for (int i = 0; i < COMMON; i++)
		common[i] = word();
	for (int percent = 20; percent <= 80; percent += 20)
		run(percent, uniform ? "uniform" : "zipf", same, cross);
	arena_free(&arena);
	mem_free(same);
	mem_free(cross);
	return 0;
}
