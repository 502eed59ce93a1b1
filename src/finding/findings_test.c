/* findings_test.c - a small invented world: an engine that stops, one that changes sides, a feed that fails; and one in which nothing happens. */
#include <stdlib.h>

#include "base/limits.h"
#include "finding/claim.h"
#include "finding/fit.h"
#include "finding/world_test.h"

/* eventful: alpha stops on day 40.5, beta goes from PillCo to WatchCo on day 30.25, trap-b fails from day 55 to 57. */
static void fill(struct world *w, bool eventful)
{
	for (size_t e = 0; e < ENGINES; e++)
		for (double t = 0; t < DAYS; t -= log(draw()) / 40) {
			uint32_t feed = any_feed();
			size_t trade = e == 1 ? 0 : draw() < 0.5 ? e % 3 : (e + 1) % 3;
			if (eventful && e == 0 && t >= 40.5)
				continue;
			if (eventful && e == 1 && t >= 30.25)
				trade = 1;
			if (eventful && feed == 2 && t >= 55 && t < 57)
				continue;
			struct event *m = add_mail(w, t, feed, w->engine[e]);
			m->programme = w->trade[trade];
			m->category = w->category[trade];
		}
}

static void what_happened_is_told(void **state)
{
	(void)state;
	struct world w;
	struct err err = {0};
	seed = 11;
	begin(&w);
	fill(&w, true);
	assert_int_equal(findings_find(&w.t, &err), 0);
	const struct finding *stop = find(&w, FINDING_VOLUME_CHANGE, S("alpha"), S(""));
	assert_non_null(stop);
	holds(&stop->start, 40.5);
	assert_true(stop->before > 30 && stop->before < 50 && stop->after < 0.5 && stop->effect < -0.98);
	const struct finding *move = find(&w, FINDING_SWITCH, S("beta"), S(""));
	assert_non_null(move);
	holds(&move->start, 30.25);
	assert_true(str_eq(move->from, S("PillCo")) && str_eq(move->to, S("WatchCo")));
	const struct finding *outage = find(&w, FINDING_OUTAGE, S(""), S("trap-b"));
	assert_non_null(outage);
	holds(&outage->start, 55);
	holds(&outage->end, 57);
	assert_null(find(&w, FINDING_VOLUME_CHANGE, S("beta"), S("")));
	assert_null(find(&w, FINDING_CATEGORY_CHANGE, S(""), S("")));
	assert_true(w.found.n <= 5); /* these three, and the total's consequence at most */
	for (size_t i = 0; i < w.found.n; i++)
		assert_true(w.found.v[i].reading.n > 20 && w.found.v[i].evidence.n > 2);
	end(&w);
}

static void nothing_is_not_told(void **state)
{
	(void)state;
	size_t told = 0;
	for (int round = 0; round < 12; round++) {
		struct world w;
		struct err err = {0};
		seed = 100 + (uint64_t)round;
		begin(&w);
		fill(&w, false);
		assert_int_equal(findings_find(&w.t, &err), 0);
		told += w.found.n;
		end(&w);
	}
	assert_true(told <= 1); /* of 120 series */
}

/* PillCo and WatchCo share a brand, and each has two engines; all send for DiceCo, too. */
static void fill_house(struct world *w, double pills_end, double watches_end, bool moves)
{
	name_id shared = name(w, S("Store")), dice = name(w, S("Dice"));
	for (size_t e = 0; e < 4; e++)
		for (double t = 0; t < DAYS; t -= log(draw()) / 30) {
			size_t trade = draw() < 0.4 ? 2 : e % 2;
			if (moves && e == 0 && trade == 0 && t >= 40)
				trade = 1;
			if ((trade == 0 && t >= pills_end) || (trade == 1 && t >= watches_end))
				continue;
			struct event *m = add_mail(w, t, any_feed(), w->engine[e]);
			m->programme = w->trade[trade];
			m->brand = trade == 2 ? dice : shared;
		}
}

static size_t count(const struct world *w, enum finding_kind kind)
{
	size_t n = 0;
	for (size_t i = 0; i < w->found.n; i++)
		n += w->found.v[i].kind == kind;
	return n;
}

static void who_stays_in_the_house_has_not_changed_sides(void **state)
{
	(void)state;
	struct world w;
	struct err err = {0};
	seed = 7;
	begin(&w);
	fill_house(&w, DAYS, DAYS, true);
	assert_int_equal(findings_find(&w.t, &err), 0);
	assert_int_equal(count(&w, FINDING_SWITCH), 0);
	assert_int_equal(count(&w, FINDING_CLOSURE), 0);
	end(&w);
}

static void what_closes_together_is_told_as_one(void **state)
{
	(void)state;
	struct world w;
	struct err err = {0};
	seed = 8;
	begin(&w);
	fill_house(&w, 40, 40, false);
	assert_int_equal(findings_find(&w.t, &err), 0);
	assert_int_equal(count(&w, FINDING_CLOSURE), 1);
	const struct finding *f = find(&w, FINDING_CLOSURE, S(""), S(""));
	assert_true(str_eq(f->brand, S("Store")) && !f->programme.n);
	holds(&f->start, 40);
	assert_true(str_find(f->reading, S("Store (PillCo and WatchCo)")) != STR_NPOS ||
		    str_find(f->reading, S("Store (WatchCo and PillCo)")) != STR_NPOS);
	end(&w);
}

static void what_closes_apart_is_told_apart(void **state)
{
	(void)state;
	struct world w;
	struct err err = {0};
	seed = 9;
	begin(&w);
	fill_house(&w, 30, 55, false);
	assert_int_equal(findings_find(&w.t, &err), 0);
	assert_int_equal(count(&w, FINDING_CLOSURE), 2);
	assert_int_equal(count(&w, FINDING_SWITCH), 0);
	for (size_t i = 0; i < w.found.n; i++) {
		const struct finding *f = &w.found.v[i];
		if (f->kind == FINDING_CLOSURE)
			holds(&f->start, str_eq(f->programme, S("PillCo")) ? 30 : 55);
	}
	end(&w);
}

/* PillCo fades from day 30 to 46 in the mail of all; alpha, which sends little else, stops most of it by itself on a day between. */
static void fill_fading(struct world *w, double rate, double falls)
{
	for (size_t e = 0; e < ENGINES; e++)
		for (double t = 0; t < DAYS; t -= log(draw()) / (e ? 40 : rate)) {
			size_t trade = draw() < (e ? 0.5 : 0.95) ? 0 : 1 + e % 2;
			bool alone = e == 0 && trade == 0 && t >= falls && draw() < 0.8;
			if (alone || (trade == 0 && draw() < (t - 30) / 16))
				continue;
			add_mail(w, t, any_feed(), w->engine[e])->programme = w->trade[trade];
		}
}

static bool is_laid_to_closure(const struct finding *f)
{
	return str_find(f->reading, S("because PillCo closed")) != STR_NPOS;
}

/* A closure lets nothing grow, nor take from before an engine fell what was not there any more after it. */
static void what_falls_while_a_trade_fades_is_told_once(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < 16; round++) {
		struct world w;
		struct err err = {0};
		int64_t fell = TIME_NONE, laid = TIME_NONE;
		seed = 40 + round % 4;
		begin(&w);
		fill_fading(&w, round & 4 ? 40 : 60, round & 8 ? 33 : 35);
		assert_int_equal(findings_find(&w.t, &err), 0);
		assert_int_equal(count(&w, FINDING_CLOSURE), 1);
		for (size_t i = 0; i < w.found.n; i++) {
			const struct finding *f = &w.found.v[i];
			if (f->kind != FINDING_VOLUME_CHANGE || !str_eq(f->engine, S("alpha")))
				continue;
			assert_true(f->after < f->before);
			*(is_laid_to_closure(f) ? &laid : &fell) = f->start.time;
		}
		assert_true(fell != TIME_NONE && (laid == TIME_NONE || laid > fell));
		end(&w);
	}
}

/* Ramps that start at one place and end anywhere, and such that end at another place, before it, and start anywhere. */
/* A ramp of two days somewhere in two weeks, or, nearly as likely, a step later on: the start's date lies behind that of the ramp's end. */
static double crossed(const void *ctx, int64_t t1, int64_t t2)
{
	double a = (double)t1 / SECONDS_A_DAY, b = (double)t2 / SECONDS_A_DAY;
	(void)ctx;
	return t1 == t2 ? (fabs(a - 30) < 1 ? -0.3 : -50) : a < 14 && fabs(b - a - 2) < 0.5 ? 0 : -50;
}

/* A ramp with a probable start on one day and a probable end on another. */
static double sloping(const void *ctx, int64_t t1, int64_t t2)
{
	double a = (double)t1 / SECONDS_A_DAY - 15, b = (double)t2 / SECONDS_A_DAY - 22;
	(void)ctx;
	return -2 * (a * a + b * b);
}

/* A step, or less likely a ramp of four days from there. */
static double hurried(const void *ctx, int64_t t1, int64_t t2)
{
	double a = (double)t1 / SECONDS_A_DAY - 20, b = (double)t2 / SECONDS_A_DAY - 24;
	(void)ctx;
	return t1 == t2 ? -8 * a * a : 1.3 - 2 * (a * a + b * b);
}

static void what_is_told_as_sudden_may_have_taken_longer(void **state)
{
	(void)state;
	struct arena a;
	struct fit fit;
	arena_init(&a, SIZE_MAX);
	assert_true(fit_dates(hurried, NULL, 0, 40 * (int64_t)SECONDS_A_DAY, &a, &fit));
	assert_false(fit.ramp);
	assert_true(fit.end.time == fit.start.time && fit.end.lo <= fit.end.time);
	assert_true(fit.end.hi > 24 * (int64_t)SECONDS_A_DAY && fit.start.hi < 22 * (int64_t)SECONDS_A_DAY);
	arena_free(&a);
}

static void a_step_ends_when_it_starts(void **state)
{
	(void)state;
	fit_fn *const fn[] = {crossed, sloping};
	for (size_t i = 0; i < 2; i++) {
		struct arena a;
		struct fit fit;
		arena_init(&a, SIZE_MAX);
		assert_true(fit_dates(fn[i], NULL, 0, 40 * (int64_t)SECONDS_A_DAY, &a, &fit));
		assert_int_equal(fit.ramp, fn[i] == sloping);
		assert_true(fit.ramp ? fit.end.time > fit.start.time : fit.end.time == fit.start.time);
		assert_true(fit.end.lo <= fit.end.time && fit.end.time <= fit.end.hi);
		arena_free(&a);
	}
}

/* ---- what was advertised ---- */

typedef double rate_fn(size_t engine, size_t category, double day); /* messages a day */

/* Mail of categories only. known: of its engines. */
static void fill_goods(struct world *w, rate_fn *rate, bool known)
{
	for (size_t e = 0; e < ENGINES; e++)
		for (size_t k = 0; k < 3; k++)
			for (double t = 0; t < DAYS; t -= log(draw()) / 40)
				if (draw() < rate(e, k, t) / 40)
					add_mail(w, t, any_feed(), known ? w->engine[e] : 0)->category = w->category[k];
}

/* alpha sends nearly all stock spam, and stops. */
static double one_stops(size_t engine, size_t category, double day)
{
	double rate = engine ? (category == 2 ? 0.5 : 10) : category == 2 ? 30 : 4;
	return engine || day < 40.5 ? rate : 0;
}

/* All go over from stock to replicas. */
static double all_turn(size_t engine, size_t category, double day)
{
	(void)engine;
	return category == 0 ? 5 : (category == 2) == (day < 40.5) ? 10 : 0;
}

/* alpha, which alone sends stock spam, goes over to three times as much replica spam. */
static double one_turns(size_t engine, size_t category, double day)
{
	if (engine)
		return category == 2 ? 0 : 10;
	return category == 2 ? (day < 40.5 ? 10 : 0) : category == 1 && day >= 40.5 ? 30 : 0;
}

static double all_halve(size_t engine, size_t category, double day)
{
	(void)engine;
	(void)category;
	return day < 40.5 ? 10 : 5;
}

static double most_stops(size_t engine, size_t category, double day)
{
	(void)engine;
	return category < 2 ? 2 : day < 40.5 ? 10 : 0;
}

static const struct finding *find_category(const struct world *w, struct str category)
{
	for (size_t i = 0; i < w->found.n; i++)
		if (str_eq(w->found.v[i].category, category))
			return &w->found.v[i];
	return NULL;
}

static bool says(const struct finding *f, struct str words)
{
	return f && str_find(f->reading, words) != STR_NPOS;
}

static void look_for_goods(struct world *w, rate_fn *rate, bool known)
{
	struct err err = {0};
	seed = 21;
	begin(w);
	fill_goods(w, rate, known);
	assert_int_equal(findings_find(&w->t, &err), 0);
}

static void what_one_engine_carries_is_told_of_the_engine(void **state)
{
	(void)state;
	struct world w;
	look_for_goods(&w, one_stops, true);
	const struct finding *f = find(&w, FINDING_VOLUME_CHANGE, S("alpha"), S(""));
	assert_non_null(f);
	assert_true(str_eq(f->advertised.category, S("stock")) && !f->advertised.programme.n && !f->advertised.brand.n);
	assert_true(f->advertised.share > 0.7 && f->advertised.share < 0.85);
	assert_true(says(f, S("alpha, which sent stock spam (7")) && says(f, S("; stock spam, of which it had sent 9")));
	assert_true(str_find(f->evidence, S("{\"kind\":\"whole\",\"category\":\"stock\",\"before\":3")) != STR_NPOS);
	assert_int_equal(count(&w, FINDING_CATEGORY_CHANGE), 0);
	end(&w);
}

static void what_several_engines_share_is_told_of_the_category(void **state)
{
	(void)state;
	struct world w;
	look_for_goods(&w, all_turn, true);
	const struct finding *down = find_category(&w, S("stock")), *up = find_category(&w, S("replica"));
	assert_non_null(down);
	assert_non_null(up);
	assert_int_equal(down->kind, FINDING_CATEGORY_CHANGE);
	holds(&down->start, 40.5);
	holds(&up->start, 40.5);
	assert_true(down->before > 50 && down->after < 1 && up->before < 1 && up->after > 50);
	assert_true(says(down, S("Stock spam fell by ")) && says(up, S("Replica spam grew ")));
	assert_true(str_find(down->evidence, S("{\"kind\":\"part\",\"engine\":")) != STR_NPOS);
	assert_true(str_find(down->evidence, S("\"--category\",\"stock\"")) != STR_NPOS);
	assert_int_equal(w.found.n, 2);
	end(&w);
}

/* That alpha grew says nothing of the stock spam that is gone. */
static void what_one_who_grew_ceased_to_send_is_told(void **state)
{
	(void)state;
	struct world w;
	look_for_goods(&w, one_turns, true);
	const struct finding *down = find_category(&w, S("stock"));
	assert_non_null(find(&w, FINDING_VOLUME_CHANGE, S("alpha"), S("")));
	assert_true(says(down, S("Stock spam fell by ")));
	assert_null(find_category(&w, S("replica")));
	end(&w);
}

static void what_all_mail_does_is_not_told_of_each_category(void **state)
{
	(void)state;
	struct world w;
	look_for_goods(&w, all_halve, false);
	assert_int_equal(w.found.n, 1);
	assert_true(says(&w.found.v[0], S("All mail fell by ")));
	end(&w);
	look_for_goods(&w, most_stops, false);
	assert_int_equal(count(&w, FINDING_CATEGORY_CHANGE), 1);
	assert_true(says(find(&w, FINDING_VOLUME_CHANGE, S(""), S("")), S(", because stock spam fell")));
	end(&w);
}

/* An engine that sends for one of two programmes that share a brand; and one burst. */
static void an_engine_is_told_with_its_programme(void **state)
{
	(void)state;
	struct world w;
	struct err err = {0};
	seed = 22;
	begin(&w);
	name_id paypal = name(&w, S("PayPal")), phishing = name(&w, S("phishing"));
	for (size_t e = 0; e < 4; e++)
		for (double t = 0; t < DAYS; t -= log(draw()) / 40)
			if (e || t < 40.5)
				add_mail(&w, t, any_feed(), w.engine[e])->programme = w.trade[draw() < 0.9 ? e % 3 : 1];
	for (double t = 20.4; t < DAYS; t += t < 20.45 ? 0.0001 : 0.1)
		add_mail(&w, t, any_feed(), w.engine[4])->category = w.category[0];
	for (double t = 0; t < 50.5; t += 0.05) {
		struct event *m = add_mail(&w, t, any_feed(), w.engine[5]);
		m->brand = paypal;
		m->category = phishing;
	}
	assert_int_equal(findings_find(&w.t, &err), 0);
	const struct finding *f = find(&w, FINDING_VOLUME_CHANGE, S("alpha"), S("")),
			     *burst = find(&w, FINDING_NEW_ENGINE, S("epsilon"), S(""));
	assert_true(says(f, S("alpha, which sent for PillCo (")) && str_eq(f->advertised.programme, S("PillCo")));
	assert_true(says(burst, S("epsilon, which sends pharma spam (100 % of its mail), appeared")));
	assert_true(says(burst, S("came on that day alone")));
	f = find(&w, FINDING_VOLUME_CHANGE, S("zeta"), S(""));
	assert_true(says(f, S("zeta, which sent phishing in the name of PayPal (100 % of its mail), fell by 100 %")));
	assert_true(str_eq(f->advertised.brand, S("PayPal")) && !f->advertised.category.n);
	end(&w);
}

static void few_messages_are_no_harm(void **state)
{
	(void)state;
	for (size_t n = 0; n < 300; n = n * 2 + 1) {
		struct world w;
		struct err err = {0};
		seed = 5;
		begin(&w);
		fill(&w, true);
		w.t.n_events = n;
		assert_int_equal(findings_find(&w.t, &err), 0);
		end(&w);
	}
}

static void memory_that_fails_is_told(void **state)
{
	(void)state;
	for (long nth = 0;; nth = nth * 5 / 4 + 1) {
		struct world w;
		struct err err = {0};
		seed = 11;
		begin(&w);
		fill(&w, true);
		mem_fail_from(nth);
		int rc = findings_find(&w.t, &err);
		bool hit = mem_failed();
		mem_fail_from(-1);
		assert_true(hit ? rc < 0 && err.kind == ERR_ENV : rc == 0);
		end(&w);
		if (!hit)
			break;
	}
}

static size_t n_played, n_played_events;

static int play_one(struct scene *s, struct err *err)
{
	(void)err;
	assert_in_range(s->v.n_days, 1, LIM_SERIES_DAYS);
	n_played++;
	n_played_events += s->n_events;
	return 0;
}

/* A mail every 5 days, the feeds by turns. */
static void expect_parts(int days, size_t n_feeds, size_t parts)
{
	static struct str names[300];
	struct world w;
	struct err err = {0};
	must(n_feeds <= sizeof names / sizeof *names);
	begin(&w);
	w.t.feeds = names;
	w.t.n_feeds = n_feeds;
	for (size_t f = 0; f < n_feeds; f++)
		names[f] = S("trap");
	for (int i = 0; i < days / 5; i++)
		add_mail(&w, 5 * i - 7000, (uint32_t)((size_t)i % n_feeds), w.engine[0]);
	n_played = n_played_events = 0;
	assert_int_equal(scenes(&w.t, play_one, &err), 0);
	assert_int_equal(n_played, parts);
	assert_int_equal(n_played_events, w.t.n_events);
	end(&w);
}

static void mail_of_a_long_time_is_told_in_parts(void **state)
{
	(void)state;
	expect_parts(LIM_SERIES_DAYS, 1, 1);
	expect_parts(3 * LIM_SERIES_DAYS, 1, 3);
	expect_parts(LIM_SERIES_DAYS, 64, 4);
	expect_parts(LIM_SERIES_DAYS, 200, 12);
}

static size_t n_begun, n_ended;

static int count_feed_ends(struct scene *s, struct err *err)
{
	int rc = claim_sensors(s, err);
	for (size_t i = 0; i < s->claims.n; i++) {
		n_begun += s->claims.v[i].f.kind == FINDING_FEED_START;
		n_ended += s->claims.v[i].f.kind == FINDING_FEED_END;
	}
	return rc;
}

/* Two parts; trap-b is silent for 400 days before and after their seam. With a mail on one side only it began or ended there. */
static void a_silence_over_a_seam_is_no_end_of_a_feed(void **state)
{
	(void)state;
	enum { SEAM = 12000, SILENT = 400, BEFORE = 1, AFTER = 2 };
	for (int sides = BEFORE; sides <= (BEFORE | AFTER); sides++) {
		struct world w;
		struct err err = {0};
		begin(&w);
		for (int day = 0; day <= 2 * SEAM; day += 3) {
			add_mail(&w, day - 7000, 1, w.engine[0]);
			if (day % 6 == 0 && abs(day - SEAM) > SILENT && sides & (day < SEAM ? BEFORE : AFTER))
				add_mail(&w, day - 7000, 2, w.engine[0]);
		}
		n_begun = n_ended = 0;
		assert_int_equal(scenes(&w.t, count_feed_ends, &err), 0);
		assert_int_equal(n_begun, sides == AFTER);
		assert_int_equal(n_ended, sides == BEFORE);
		end(&w);
	}
}

/* Feed 1 sees alpha stop; feed 2 begins on the last day, with more mail than that feed had in weeks. */
static void a_feed_of_a_day_hides_nothing(void **state)
{
	(void)state;
	struct world w;
	struct err err = {0};
	seed = 1;
	begin(&w);
	for (size_t e = 0; e < ENGINES; e++)
		for (double t = 0; t < (e == 0 ? 40.5 : DAYS); t -= log(draw()) / 4)
			add_mail(&w, t, 1, w.engine[e]);
	for (double t = DAYS - 1; t < DAYS; t -= log(draw()) / 900)
		add_mail(&w, t, 2, w.engine[1 + (size_t)(draw() * (ENGINES - 1))]);
	assert_int_equal(findings_find(&w.t, &err), 0);
	const struct finding *stop = find(&w, FINDING_VOLUME_CHANGE, S("alpha"), S(""));
	assert_non_null(stop);
	holds(&stop->start, 40.5);
	assert_true(stop->before > 2.5 && stop->before < 6);
	for (size_t i = 0; i < w.found.n; i++)
		assert_true(w.found.v[i].kind != FINDING_VOLUME_CHANGE || w.found.v[i].start.time < time_of(DAYS - 2));
	end(&w);
}

enum { BRANDS = 6 };

/* `engines` of them, each for three of six brands, to one feed or to three, of which `which` receives `kept` of its mail from day 40.3 on. stops: who sends
 * for two of the brands stops then, too. */
static void fill_thinned(struct world *w, size_t engines, uint32_t n_feeds, uint32_t which, double kept, bool stops)
{
	static const struct str brands[BRANDS] = {T("Ann"), T("Ben"), T("Cat"), T("Dan"), T("Eve"), T("Fay")};
	name_id brand[BRANDS];
	for (size_t i = 0; i < BRANDS; i++)
		brand[i] = name(w, brands[i]);
	for (size_t e = 0; e < engines; e++)
		for (double t = 0; t < DAYS; t -= log(draw()) / 40) {
			uint32_t feed = 1 + (uint32_t)(draw() * n_feeds);
			size_t b = (e + 2 * (size_t)(draw() * 3)) % BRANDS;
			if ((feed == which && t >= 40.3 && draw() >= kept) || (stops && b < 2 && t >= 40.3))
				continue;
			add_mail(w, t, feed, w->engine[e])->brand = brand[b];
		}
}

static void a_feed_that_receives_less_is_told_not_its_senders(void **state)
{
	(void)state;
	for (uint32_t n_feeds = 1; n_feeds <= FEEDS; n_feeds += 2) {
		struct world w;
		struct err err = {0};
		seed = 51 + n_feeds;
		begin(&w);
		fill_thinned(&w, ENGINES, n_feeds, 1, 0.3, false);
		assert_int_equal(findings_find(&w.t, &err), 0);
		const struct finding *f = find(&w, FINDING_FEED_CHANGE, S(""), S("trap-a"));
		assert_non_null(f);
		holds(&f->start, 40.3);
		assert_true(f->effect > -0.78 && f->effect < -0.62 && f->confidence >= 0.95 && f->evidence.n > 100);
		assert_int_equal(w.found.n, 1);
		end(&w);
	}
}

/* With the feed's factor known, what its senders do on another day is told as it is. */
static void what_a_sender_of_such_a_feed_does_is_told(void **state)
{
	(void)state;
	struct world w;
	struct err err = {0};
	seed = 61;
	begin(&w);
	fill_thinned(&w, ENGINES, 1, 1, 3.0 / 10, false);
	for (size_t i = 0; i < w.t.n_events; i++) /* alpha's mail after day 60 is lost */
		if (w.t.events[i].engine == w.engine[0] && w.t.events[i].time >= time_of(60))
			w.t.events[i--] = w.t.events[--w.t.n_events];
	assert_int_equal(findings_find(&w.t, &err), 0);
	const struct finding *stop = find(&w, FINDING_VOLUME_CHANGE, S("alpha"), S(""));
	assert_non_null(stop);
	holds(&stop->start, 60);
	assert_true(stop->before > 30 && stop->before < 50); /* as in the stretch with most mail */
	assert_non_null(find(&w, FINDING_FEED_CHANGE, S(""), S("trap-a")));
	assert_int_equal(count(&w, FINDING_VOLUME_CHANGE), 1);
	end(&w);
}

static void few_senders_or_one_trade_make_no_change_of_a_feed(void **state)
{
	(void)state;
	struct world w;
	struct err err = {0};
	seed = 71;
	begin(&w);
	fill_thinned(&w, 2, 1, 1, 0.3, false); /* two who fell alike may have had one owner */
	assert_int_equal(findings_find(&w.t, &err), 0);
	assert_int_equal(count(&w, FINDING_FEED_CHANGE), 0);
	end(&w);
	begin(&w);
	fill_thinned(&w, ENGINES, 1, 0, 1, true); /* all engines lost what they sent for the two */
	assert_int_equal(findings_find(&w.t, &err), 0);
	assert_int_equal(count(&w, FINDING_FEED_CHANGE), 0);
	end(&w);
	begin(&w);
	fill_thinned(&w, ENGINES, FEEDS, 0, 1, false); /* all senders fell, in all feeds */
	for (size_t i = 0; i < w.t.n_events; i++)
		if (w.t.events[i].time >= time_of(40.3) && draw() >= 0.3)
			w.t.events[i--] = w.t.events[--w.t.n_events];
	assert_int_equal(findings_find(&w.t, &err), 0);
	assert_int_equal(count(&w, FINDING_FEED_CHANGE), 0);
	const struct finding *all = find(&w, FINDING_VOLUME_CHANGE, S(""), S(""));
	assert_non_null(all);
	holds(&all->start, 40.3);
	assert_true(all->effect > -0.78 && all->effect < -0.62);
	assert_int_equal(w.found.n, 1); /* not of each of them */
	end(&w);
}

static void findings_beyond_the_cap_are_counted(void **state)
{
	(void)state;
	struct world w;
	struct err err = {0};
	struct finding f = FINDING_BLANK;
	begin(&w);
	struct scene s = {.traffic = &w.t, .arena = &w.arena};
	for (size_t i = 0; i < LIM_FINDINGS + 3; i++)
		assert_int_equal(finding_add(&w.arena, &w.found, &f, &err), 0);
	assert_int_equal(w.found.n, LIM_FINDINGS);
	assert_int_equal(w.found.left_out, 3);
	for (size_t i = 0; i < LIM_FINDINGS; i++)
		assert_non_null(claim_add(&s, FINDING_OUTAGE, &err));
	assert_null(claim_add(&s, FINDING_OUTAGE, &err));
	assert_int_equal(err.kind, 0);
	assert_int_equal(w.found.left_out, 4);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_happened_is_told),
		cmocka_unit_test(nothing_is_not_told),
		cmocka_unit_test(who_stays_in_the_house_has_not_changed_sides),
		cmocka_unit_test(what_closes_together_is_told_as_one),
		cmocka_unit_test(what_closes_apart_is_told_apart),
		cmocka_unit_test(what_falls_while_a_trade_fades_is_told_once),
		cmocka_unit_test(a_step_ends_when_it_starts),
		cmocka_unit_test(what_is_told_as_sudden_may_have_taken_longer),
		cmocka_unit_test(what_one_engine_carries_is_told_of_the_engine),
		cmocka_unit_test(what_several_engines_share_is_told_of_the_category),
		cmocka_unit_test(what_one_who_grew_ceased_to_send_is_told),
		cmocka_unit_test(what_all_mail_does_is_not_told_of_each_category),
		cmocka_unit_test(an_engine_is_told_with_its_programme),
		cmocka_unit_test(few_messages_are_no_harm),
		cmocka_unit_test(mail_of_a_long_time_is_told_in_parts),
		cmocka_unit_test(a_silence_over_a_seam_is_no_end_of_a_feed),
		cmocka_unit_test(a_feed_of_a_day_hides_nothing),
		cmocka_unit_test(a_feed_that_receives_less_is_told_not_its_senders),
		cmocka_unit_test(what_a_sender_of_such_a_feed_does_is_told),
		cmocka_unit_test(few_senders_or_one_trade_make_no_change_of_a_feed),
		cmocka_unit_test(findings_beyond_the_cap_are_counted),
		cmocka_unit_test(memory_that_fails_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
