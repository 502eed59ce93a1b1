// tlsh_c.cpp - TLSH for C: only the benchmark of pairs uses it.
#include <tlsh.h>

extern "C" void *tlsh_c_new(const unsigned char *p, unsigned n)
{
	Tlsh *t = new Tlsh;
	t->update(p, n);
	t->final();
	return t;
}

// The distance; -1 when one of the texts was too short or uniform.
extern "C" int tlsh_c_distance(const void *a, const void *b)
{
	const Tlsh *x = static_cast<const Tlsh *>(a), *y = static_cast<const Tlsh *>(b);
	if (!x->getHash()[0] || !y->getHash()[0])
		return -1;
	return x->totalDiff(y);
}

extern "C" void tlsh_c_free(void *t)
{
	delete static_cast<Tlsh *>(t);
}
