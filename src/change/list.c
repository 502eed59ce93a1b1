/* list.c - see list.h. */
#include "change/list.h"

#include <math.h>

double change_effect(bool counts, double before, double after)
{
	return !counts ? after - before : before > 0 ? after / before - 1 : INFINITY;
}

void change_list_join(struct changes *c)
{
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++) {
		struct change *last = n ? &c->v[n - 1] : NULL, *now = &c->v[i];
		if (!last || last->index < now->index) {
			c->v[n++] = *now;
			continue;
		}
		last->kind = last->kind == CHANGE_NOISE ? now->kind : last->kind;
		last->end = now->end.row > last->end.row ? now->end : last->end;
		last->after = now->after;
		last->effect = change_effect(c->counts, last->before, last->after);
		last->gain = fmax(last->gain, now->gain);
		last->confidence = fmax(last->confidence, now->confidence);
	}
	c->n = n;
}

void change_list_pauses(struct changes *c)
{
	for (size_t i = 0; i + 1 < c->n; i++) {
		double a = c->v[i].before, b = c->v[i].after, d = c->v[i + 1].after;
		if (c->v[i].kind == CHANGE_NOISE || c->v[i + 1].kind == CHANGE_NOISE)
			continue;
		if (c->counts) {
			a = log(a + 0.5);
			b = log(b + 0.5);
			d = log(d + 0.5);
		}
		if ((i && c->v[i - 1].returns == (int)i) || fabs(d - a) > fabs(b - a) / 2)
			continue;
		c->v[i].returns = (int)i + 1;
	}
}

void change_list_exp(struct changes *c)
{
	for (size_t k = 0; k < c->n; k++) {
		struct change *v = &c->v[k];
		v->before = exp(v->before);
		v->after = exp(v->after);
		v->effect = v->after - v->before;
	}
}
