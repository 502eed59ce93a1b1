/* sort.c - see sort.h. */
#include "base/sort.h"

enum { FEW = 24 };

/* One body for both widths. A part of the numbers agrees in all bits above `bit`; each split leaves one half on the stack, with the
 * next lower bit, so that the stack holds no more than one a bit. */
#define DEFINE_SORT(T, BITS, sort, unique, insertion, split) \
	static void insertion(T *v, size_t n) \
	{ \
		for (size_t i = 1; i < n; i++) { \
			T x = v[i]; \
			size_t k = i; \
			for (; k > 0 && v[k - 1] > x; k--) \
				v[k] = v[k - 1]; \
			v[k] = x; \
		} \
	} \
\
	static size_t split(T *v, size_t n, T bit) \
	{ \
		size_t lo = 0, hi = n; \
		while (lo < hi) \
			if (v[lo] & bit) { \
				T x = v[lo]; \
				v[lo] = v[--hi]; \
				v[hi] = x; \
			} else { \
				lo++; \
			} \
		return lo; \
	} \
\
	void sort(T *v, size_t n) \
	{ \
		struct { \
			T *v; \
			size_t n; \
			T bit; \
		} stack[(BITS) + 1]; \
		size_t depth = 0; \
		T differ = 0, bit = (T)1 << ((BITS)-1); \
		for (size_t i = 1; i < n; i++) \
			differ |= v[i] ^ v[0]; \
		while (bit && !(differ & bit)) \
			bit >>= 1; \
		for (;;) { \
			while (n > FEW && bit) { \
				size_t low = split(v, n, bit); \
				bit >>= 1; \
				stack[depth].v = v + low; \
				stack[depth].n = n - low; \
				stack[depth++].bit = bit; \
				n = low; \
			} \
			if (bit) /* else all are equal */ \
				insertion(v, n); \
			if (!depth) \
				return; \
			v = stack[--depth].v; \
			n = stack[depth].n; \
			bit = stack[depth].bit; \
		} \
	} \
\
	size_t unique(T *v, size_t n) \
	{ \
		size_t kept = 0; \
		for (size_t i = 0; i < n; i++) \
			if (!kept || v[kept - 1] != v[i]) \
				v[kept++] = v[i]; \
		return kept; \
	}

DEFINE_SORT(uint32_t, 32, sort_u32, unique_u32, insertion_u32, split_u32)
DEFINE_SORT(uint64_t, 64, sort_u64, unique_u64, insertion_u64, split_u64)

bool has_u64(const uint64_t *v, size_t n, uint64_t x)
{
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (v[mid] < x)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && v[lo] == x;
}
