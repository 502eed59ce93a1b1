/* say.c - see say.h. */
#include "finding/say.h"

#include "base/time.h"

void say_day(struct buf *b, int64_t t, bool year)
{
	struct civil d = civil_from_time(t);
	buf_printf(b, "%d %s", d.day, time_months[d.month - 1]);
	if (year)
		buf_printf(b, " %lld", (long long)d.year);
}

void say_span(struct buf *b, int64_t from, int64_t to)
{
	struct civil x = civil_from_time(from), y = civil_from_time(to);
	bool same_month = x.year == y.year && x.month == y.month;
	if (same_month && x.day == y.day) {
		buf_add(b, S("on "));
	} else {
		buf_add(b, S("from "));
		if (same_month)
			buf_printf(b, "%d", x.day);
		else
			say_day(b, from, x.year != y.year);
		buf_add(b, S(" to "));
	}
	say_day(b, to, true);
}

void say_moment(struct buf *b, int64_t t)
{
	struct civil d = civil_from_time(t);
	say_day(b, t, true);
	buf_printf(b, " %02d:%02d", d.hour, d.minute);
}

void say_label(struct buf *b, struct str label)
{
	for (size_t i = 0; i < label.n; i++)
		buf_byte(b, label.p[i] == '_' ? ' ' : label.p[i]);
}

void say_category(struct buf *b, struct str category)
{
	say_label(b, category);
	buf_add(b, S(" spam"));
}
