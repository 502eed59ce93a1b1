/* control.c - the state of control servers, as others saw it, laid over an engine's (or programme's) change of volume.
 *
 * A fact names a moment or a day, a change has an interval: which came first is said only where the two do not overlap.
 * A server's state lasts until the next fact about it. Of a run of equal facts the first is when it became so.
 */
#include <stdlib.h>

#include "base/name.h"
#include "finding/claim.h"
#include "finding/say.h"

enum order { ORDER_NOTHING, STILL_SO, SERVERS_FIRST, MAIL_FIRST, NOT_ORDERED };
struct relation {
	enum order order;
	const struct control *fact;
	bool fell; /* the mail; else it rose */
	struct finding_date at;
};
/* Beyond that the one has no bearing on the other; levels beside a change are means over as much. */
static const int64_t NEAR = LEVEL_DAYS * (int64_t)SECONDS_A_DAY;

/* ---- order ---- */

static bool is_about(const struct control *x, const struct finding *f)
{
	return f->engine.n ? name_same(x->engine, f->engine) : f->programme.n && name_same(x->programme, f->programme);
}

static int64_t apart(const struct control *x, const struct finding_date *d)
{
	return x->to <= d->lo ? d->lo - x->to : x->from >= d->hi ? x->from - d->hi : 0;
}

enum state { UNKNOWN, DOWN, UP };

/* When the servers became what the mail did (down as it fell, up again as it rose), nearest to the date. NULL: not near it. */
static const struct control *turned(const struct traffic *all, const struct finding *f, const struct relation *r)
{
	const struct control *best = NULL;
	enum state state = UNKNOWN, want = r->fell ? DOWN : UP;
	for (size_t i = 0; i < all->n_controls; i++) {
		const struct control *x = &all->controls[i];
		if (!is_about(x, f))
			continue;
		enum state next = x->up ? UP : DOWN;
		bool turns = next == want && (want == DOWN ? state != DOWN : state == DOWN);
		if (next != want && best && x->to <= r->at.lo)
			best = NULL; /* and back again before the mail changed */
		if (turns && apart(x, &r->at) <= NEAR && (!best || apart(x, &r->at) < apart(best, &r->at)))
			best = x;
		state = next;
	}
	return best;
}

/* The first fact after the change, when it tells that the servers had not followed. */
static const struct control *unmoved(const struct traffic *all, const struct finding *f, const struct relation *r, int64_t done)
{
	enum state before = UNKNOWN, want = r->fell ? DOWN : UP;
	for (size_t i = 0; i < all->n_controls; i++) {
		const struct control *x = &all->controls[i];
		enum state state = x->up ? UP : DOWN;
		if (!is_about(x, f))
			continue;
		if (x->from >= done)
			return state != want && before != want && x->from - done <= NEAR ? x : NULL;
		if (x->to <= r->at.lo)
			before = state;
	}
	return NULL;
}

static struct relation relate(const struct traffic *all, const struct finding *f, struct finding_date at, int64_t done, bool fell)
{
	struct relation r = {.fell = fell, .at = at};
	if (at.lo == TIME_NONE || at.hi == TIME_NONE)
		r.at.lo = r.at.hi = at.time;
	if ((r.fact = turned(all, f, &r)))
		r.order = r.fact->to <= r.at.lo ? SERVERS_FIRST : r.fact->from >= r.at.hi ? MAIL_FIRST : NOT_ORDERED;
	else if ((r.fact = unmoved(all, f, &r, done)))
		r.order = STILL_SO;
	return r;
}

/* What is known at the change, and of a pause at its end. */
static size_t relations(const struct scene *s, const struct claim *c, struct relation out[2])
{
	const struct finding *f = &c->f;
	size_t n = 0;
	if (f->kind != FINDING_VOLUME_CHANGE || !s->traffic->n_controls || isnan(f->before) || isnan(f->after))
		return 0;
	bool pause = c->shape == SHAPE_PAUSE, fell = f->after < f->before;
	const struct finding_date *last = f->end.time != TIME_NONE && !pause ? &f->end : &f->start;
	out[n] = relate(s->traffic, f, f->start, last->hi != TIME_NONE ? last->hi : last->time, fell);
	n += out[n].order != ORDER_NOTHING;
	if (pause) {
		out[n] = relate(s->traffic, f, f->end, f->end.hi != TIME_NONE ? f->end.hi : f->end.time, !fell);
		n += out[n].order != ORDER_NOTHING;
	}
	return n;
}

/* ---- words and evidence ---- */

static void say_when(struct buf *b, const struct control *x)
{
	if (x->to - x->from >= SECONDS_A_DAY)
		say_day(b, x->from, true);
	else
		say_moment(b, x->from);
}

struct hours {
	double mid, lo, hi;
};

static struct hours hours_between(const struct relation *r)
{
	double mid = (double)(r->at.time - r->fact->from) - (double)(r->fact->to - r->fact->from) / 2;
	struct hours h = {mid / 3600, (double)(r->at.lo - r->fact->to) / 3600, (double)(r->at.hi - r->fact->from) / 3600};
	return h;
}

static void say_hours(struct buf *b, const struct relation *r)
{
	struct hours h = hours_between(r);
	double sign = h.mid < 0 ? -1 : 1, lo = sign < 0 ? -h.hi : h.lo, hi = sign < 0 ? -h.lo : h.hi;
	bool days = fabs(h.mid) >= 72;
	double unit = days ? 24 : 1;
	buf_printf(b, "%.0f %s", fabs(h.mid) / unit, days ? "days" : "hours");
	if (hi - lo >= unit)
		buf_printf(b, " (95 %%: %.0f to %.0f)", fmax(lo, 0) / unit, hi / unit);
}

static void say_relation(struct buf *b, const struct relation *r, const struct claim *c)
{
	const char *mail = r->fell ? "the fall began" : "the rise began";
	switch (r->order) {
	case STILL_SO:
		buf_printf(b, "; its control servers were still %s on ", r->fell ? "up" : "down");
		say_when(b, r->fact);
		buf_add(b, !r->fell                                    ? S(", and its mail was back")
			   : c->f.after < RESIDUAL_BELOW * c->f.before ? S(": servers up, spam gone")
								       : S(": servers up, less spam"));
		break;
	case SERVERS_FIRST:
		buf_printf(b, "; its control servers had been %s since ", r->fell ? "down" : "up again");
		say_when(b, r->fact);
		buf_printf(b, ", %s ", mail);
		say_hours(b, r);
		buf_add(b, S(" later"));
		break;
	case MAIL_FIRST:
		buf_printf(b, "; its control servers went %s on ", r->fell ? "down" : "up again");
		say_when(b, r->fact);
		buf_printf(b, ", %s ", mail);
		say_hours(b, r);
		buf_add(b, S(" before that"));
		break;
	case NOT_ORDERED:
		buf_printf(b, "; its control servers went %s on ", r->fell ? "down" : "up again");
		say_when(b, r->fact);
		buf_printf(b, ", and whether %s before or after that cannot be told", mail);
		break;
	default:
		break;
	}
}

void say_controls(struct buf *b, const struct scene *s, const struct claim *c)
{
	struct relation r[2];
	size_t n = relations(s, c, r);
	for (size_t i = 0; i < n; i++)
		say_relation(b, &r[i], c);
}

static const char *verdict_of(const struct relation *r)
{
	switch (r->order) {
	case STILL_SO:
		return r->fell ? "still_up" : "still_down";
	case SERVERS_FIRST:
		return r->fell ? "down_before" : "up_before";
	case MAIL_FIRST:
		return r->fell ? "down_after" : "up_after";
	default:
		return "not_ordered";
	}
}

void proof_controls(struct json *j, const struct scene *s, const struct claim *c)
{
	struct relation r[2];
	size_t n = relations(s, c, r);
	for (size_t i = 0; i < n; i++) {
		struct hours h = hours_between(&r[i]);
		json_obj(j);
		json_key(j, "kind");
		json_z(j, "control_servers");
		json_key(j, "verdict");
		json_z(j, verdict_of(&r[i]));
		json_key(j, "time");
		json_time(j, r[i].fact->from);
		json_key(j, "until");
		json_time(j, r[i].fact->to);
		/* from the servers' change to the mail's: negative when the mail was first */
		json_key(j, "hours");
		json_num(j, h.mid, 1);
		json_key(j, "hours_lo");
		json_num(j, h.lo, 1);
		json_key(j, "hours_hi");
		json_num(j, h.hi, 1);
		json_key(j, "source");
		json_str(j, r[i].fact->source);
		json_key(j, "observation");
		json_str(j, r[i].fact->id);
		json_obj_end(j);
	}
}
