/* find_test.c - which disguises are seen and which ordinary text is not; the index against the naive search on random text. */
#include "match/find.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/test.h"
#include "match/gather.h"

static const char pack_text[] =
	"format: 1\n"
	"brands:\n"
	"  - {name: Harbour Pharmacy, source: s}\n"
	"  - {name: Grand Palace Casino, source: s}\n"
	"  - {name: Mall, source: s, phrases: [Health&Care Mall, RX Direct Store]}\n"
	"  - {name: Ebay, source: s, phrases: [Ebay, UPS]}\n"
	"  - {name: Lowe, source: s, phrases: [\"Lowe's\", Venmo]}\n"
	"  - {name: Yahoo, source: s, phrases: [\"Yahoo! Mail\", \"!!Hurrah!!\", \"Bus ---- Stop\", \"& Sons\"]}\n"
	"categories:\n"
	"  - {name: pharma, source: s, words: [{weight: 3, any: [viagra, cialis, xanax, no prescription, sildenafil, login, pills]}]}\n";

struct set {
	struct pack *pack;
	struct lexicon lexicon;
	struct hsdb hsdb;
	struct finder fast, naive;
	struct arena arena, arena2;
};

static void set_up(struct set *s)
{
	struct pack_text t = {"p.yaml", str_of(pack_text)};
	unsigned layer = 0;
	struct err err = {0};
	assert_int_equal(pack_open_texts(&s->pack, &t, &layer, 1, &err), 0);
	assert_int_equal(lexicon_build(&s->lexicon, s->pack, &err), 0);
	assert_int_equal(hsdb_open(&s->hsdb, &s->lexicon, "", &err), 0);
	assert_int_equal(finder_init(&s->fast, &s->lexicon, &s->hsdb, &err), 0);
	assert_int_equal(finder_init(&s->naive, &s->lexicon, &s->hsdb, &err), 0);
	arena_init(&s->arena, LIM_ARENA);
	arena_init(&s->arena2, LIM_ARENA);
}

static void tear_down(struct set *s)
{
	finder_free(&s->fast);
	finder_free(&s->naive);
	hsdb_close(&s->hsdb);
	lexicon_free(&s->lexicon);
	pack_close(s->pack);
	arena_free(&s->arena);
	arena_free(&s->arena2);
}

enum { PLAIN = 0, NOT = -1, ANY = -2 };

static void one(struct set *s, const char *text, const char *phrase, int how)
{
	struct doc d = {.text = str_of(text)};
	arena_reset(&s->arena);
	assert_true(find_phrases(&s->fast, &s->lexicon, &s->hsdb, &s->arena, &d));
	const struct hit *h = NULL;
	for (size_t i = 0; i < s->fast.n_hits; i++)
		if (str_ieq(s->lexicon.phrases[s->fast.hits[i].phrase].text, str_of(phrase)))
			h = &s->fast.hits[i];
	if ((how == NOT) == (h != NULL) || (h && how >= 0 && (h->how & ~(unsigned)ALIGN_JOINED) != (unsigned)how))
		fail_msg("\"%s\": %s %s, how %x", text, h ? "found" : "did not find", phrase, h ? h->how : 0);
}

static void disguises(void **state)
{
	static const struct {
		const char *text, *phrase;
		int how;
	} cases[] = {
		{"buy viagra now", "viagra", PLAIN},
		{"VIAGRA!", "viagra", PLAIN},
		{"viagra100mg", "viagra", PLAIN},
		{"v i a g r a", "viagra", ALIGN_SPACED},
		{"buy V I A G R A today", "viagra", ALIGN_SPACED},
		{"vi ag ra", "viagra", ALIGN_SPACED},
		{"V.i.a.g.r.a", "viagra", ALIGN_SIGNS},
		{"V-I-A-G-R-A", "viagra", ALIGN_SIGNS},
		{"v . i . a . g . r . a", "viagra", ALIGN_SPACED},
		{"via*gra", "viagra", ALIGN_SIGNS},
		{"V1agra", "viagra", ALIGN_SWAPPED},
		{"V!@gr@", "viagra", ALIGN_SWAPPED},
		{"\\/iagra", "viagra", ANY},
		{"Vlagra", "viagra", ALIGN_SWAPPED},
		{"\xD0\xA1\\V1agra", "viagra", ALIGN_SWAPPED}, /* a sign that is no beginning, with the first letter's class */
		{"C1al1s", "cialis", ALIGN_SWAPPED},
		{"cia1is", "cialis", ALIGN_SWAPPED},
		{"ciali$", "cialis", ALIGN_SWAPPED},
		{"viaagra", "viagra", ALIGN_REPEATED},
		{"viagraaa", "viagra", ALIGN_REPEATED},
		{"vaigra", "viagra", ALIGN_ORDER},
		{"viagar", "viagra", ALIGN_ORDER},
		{"via\xE2\x80\x8Bgra", "viagra", ALIGN_LOOKALIKE},
		{"vi\xC3\xA0gra", "viagra", ALIGN_LOOKALIKE},
		{"vi\xD0\xB0gra", "viagra", ALIGN_LOOKALIKE},
		{"Xan@x", "xanax", ALIGN_SWAPPED},
		{"Harbour Pharmacy", "Harbour Pharmacy", PLAIN},
		{"HARBOUR\r\n  PHARMACY", "Harbour Pharmacy", PLAIN},
		{"HarbourPharmacy", "Harbour Pharmacy", PLAIN},
		{"harbour-pharmacy", "Harbour Pharmacy", PLAIN},
		{"Harbour Phramacy", "Harbour Pharmacy", ALIGN_ORDER},
		{"Harbuor Phramacy.", "Harbour Pharmacy", ALIGN_ORDER},
		{"Harrbour Pharmmacy", "Harbour Pharmacy", ALIGN_REPEATED},
		{"H a r b o u r  P h a r m a c y", "Harbour Pharmacy", ALIGN_SPACED},
		{"Ph@rmacy Harbour Ph@rmacy", "Harbour Pharmacy", ALIGN_SWAPPED},
		{"Harbour Pharmacy's", "Harbour Pharmacy", PLAIN},
		{"Grand Paalce Caisno", "Grand Palace Casino", ALIGN_ORDER},
		{"Health & Care Mall", "Health&Care Mall", PLAIN},
		{"He.alth&Care Mall", "Health&Care Mall", ALIGN_SIGNS},
		{"Haelth&Care Mall", "Health&Care Mall", ALIGN_ORDER},
		{"Health&Care M@ll", "Health&Care Mall", ALIGN_SWAPPED},
		{"RX Dierct Store", "RX Direct Store", ALIGN_ORDER},
		{"RX Direct $tore", "RX Direct Store", ALIGN_SWAPPED},
		{"via-gra", "viagra", PLAIN}, /* one hyphen is no disguise */
		{"sildenafilil", "sildenafil", NOT},
		{"sildenafill", "sildenafil", ALIGN_REPEATED},
		{"e-bay", "Ebay", NOT},
		{"Ebay", "Ebay", PLAIN},
		{"(UPS)", "UPS", PLAIN},
		{"no-prescription", "no prescription", PLAIN},
		/* a genitive, disguised or not; what merely looks like one */
		{"vaigra's", "viagra", ALIGN_ORDER},
		{"Harbuor Pharmacy's,", "Harbour Pharmacy", ALIGN_ORDER},
		{"V1agra's", "viagra", ALIGN_SWAPPED},
		{"via-gra's", "viagra", PLAIN},
		{"vaigra-'s", "viagra", NOT},
		{"VV1agra\"\"\"'s", "viagra", ALIGN_SWAPPED | ALIGN_REPEATED},
		/* signs of the phrase that read as letters */
		{"yahoo! mail", "Yahoo! Mail", PLAIN},
		{"yahoo mail", "Yahoo! Mail", PLAIN},
		{"y@hoo mail", "Yahoo! Mail", ALIGN_SWAPPED},
		{"hurrah", "!!Hurrah!!", PLAIN},
		{"hhurrah", "!!Hurrah!!", ALIGN_REPEATED},
		/* letters of the phrase that no search for disguises would follow; a sign at its begin */
		{"bus ---- stop", "Bus ---- Stop", PLAIN},
		{"the bus stop", "Bus ---- Stop", PLAIN},
		{"$sildenafil|", "sildenafil", PLAIN},
		{"|!|!|!|!|!|!|!|!|!|!|!|!p$p$p|!!!!s", "pills", NOT},
		{"!!!!!!!!!!!!!!!!!!!!1!!!!!ntern@tiona1 no presc|||||||||||ription", "no prescription", ANY},
		{"brown & sons", "& Sons", PLAIN},
		{"buys sildenafil", "sildenafil", PLAIN},
		{"buys s1ldenafil", "sildenafil", ALIGN_SWAPPED},
		{"cialis soft", "cialis", PLAIN},
		{"c1alis soft", "cialis", ALIGN_SWAPPED},
		{"\xE8\xAF\xB7viagra\xE3\x80\x82", "viagra", PLAIN}, /* between Chinese characters */
		/* ordinary text */
		{"via grade", "viagra", NOT},
		{"via gra", "viagra", NOT},
		{"specialist", "cialis", NOT},
		{"special is", "cialis", NOT},
		{"socialist cialissimo", "cialis", NOT},
		{"log in", "login", NOT},
		{"venom", "Venmo", NOT},
		{"loves Loews", "Lowe's", NOT},
		{"Lowe's", "Lowe's", PLAIN},
		{"groups UPSET", "UPS", NOT},
		{"the harbour. Pharmacy", "Harbour Pharmacy", NOT},
		{"harbour, pharmacy", "Harbour Pharmacy", NOT},
		{"Harbour (Pharmacy)", "Harbour Pharmacy", NOT},
		{"harbour of pharmacy", "Harbour Pharmacy", NOT},
		{"no. Prescription", "no prescription", NOT},
		{"pils", "pills", NOT},
		{"\xD0\xB0viagra", "viagra", NOT}, /* joined to a letter of another script: mixed, reads aviagra */
		{"", "viagra", NOT},
	};
	struct set s;
	(void)state;
	set_up(&s);
	for (size_t i = 0; i < COUNT(cases); i++)
		one(&s, cases[i].text, cases[i].phrase, cases[i].how);
	tear_down(&s);
}

/* ---- random text ---- */
static uint64_t seed = 7;
static uint32_t roll(uint32_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % n;
}

static void put(struct buf *b, uint8_t c)
{
	static const char *const twins[] = {
		"a\xD0\xB0", "e\xD0\xB5", "o0", "i1", "il", "l1", "a@", "a4", "e3", "s$", "s5", "i!", "i|", "b8"};
	uint32_t r = roll(100);
	if (r < 80) {
		buf_byte(b, c);
	} else if (r < 85) {
		buf_byte(b, c);
		buf_byte(b, c);
	} else if (r < 88) {
		buf_byte(b, c);
		buf_byte(b, (uint8_t) ".-_ *~"[roll(6)]);
	} else if (r < 90) {
		buf_add(b, S("\xE2\x80\x8B"));
		buf_byte(b, c);
	} else {
		const char *t = twins[roll(COUNT(twins))];
		if (t[0] == (char)ascii_lower(c))
			buf_add(b, str_of(t + 1));
		else
			buf_byte(b, roll(2) ? c : (uint8_t)(c ^ 0x20));
	}
}

static void put_phrase(struct buf *b, struct str p)
{
	uint32_t mode = roll(5);
	size_t swap = p.n > 2 ? roll((uint32_t)p.n - 1) : 0;
	for (size_t i = 0; i < p.n; i++) {
		uint8_t c = p.p[i];
		if (mode == 1 && p.n > 2 && (i == swap || i == swap + 1))
			c = p.p[i == swap ? swap + 1 : swap];
		if (mode == 0 || c == ' ')
			buf_byte(b, c);
		else
			put(b, c);
		if (mode == 4)
			buf_byte(b, ' ');
	}
}

static void random_field(const struct lexicon *x, struct buf *b)
{
	static const char *const noise[] = {" ", " ", "\n", ", ", ". ", "-", "", "the ", "specials ", "is ", "via ", "grade ",
		"my ", "&", "care ", "100", "S", "\xD0\xB6", "'s ", "'s"};
	buf_clear(b);
	for (uint32_t k = roll(12); k > 0; k--) {
		buf_add(b, str_of(noise[roll(COUNT(noise))]));
		put_phrase(b, x->phrases[roll((uint32_t)x->n_phrases)].text);
		buf_add(b, str_of(noise[roll(COUNT(noise))]));
	}
}

static bool same_hits(const struct finder *a, const struct finder *b)
{
	if (a->n_hits != b->n_hits)
		return false;
	for (size_t i = 0; i < a->n_hits; i++) {
		const struct hit *x = &a->hits[i], *y = &b->hits[i];
		if (x->phrase != y->phrase || x->field != y->field || x->how != y->how || x->from != y->from || x->to != y->to)
			return false;
	}
	return true;
}

static void against_naive(void **state)
{
	struct set s;
	struct buf subject, name, text, hidden, url;
	size_t hits = 0;
	(void)state;
	set_up(&s);
	struct buf *all[] = {&subject, &name, &text, &hidden, &url};
	for (size_t i = 0; i < COUNT(all); i++)
		buf_init(all[i], 1 << 16);
	for (int round = 0; round < 6000; round++) {
		for (size_t i = 0; i < COUNT(all); i++)
			random_field(&s.lexicon, all[i]);
		struct url u = {.raw = buf_str(&url)};
		struct doc d = {.subject = buf_str(&subject),
			.from_name = buf_str(&name),
			.text = buf_str(&text),
			.hidden = buf_str(&hidden),
			.urls = &u,
			.n_urls = 1};
		arena_reset(&s.arena);
		arena_reset(&s.arena2);
		gather_off(round & 1);
		assert_true(find_phrases(&s.fast, &s.lexicon, &s.hsdb, &s.arena, &d));
		gather_off(false);
		assert_true(find_phrases_naive(&s.naive, &s.lexicon, &s.arena2, &d));
		hits += s.fast.n_hits;
		if (!s.fast.capped && !same_hits(&s.fast, &s.naive)) {
			for (size_t i = 0; i < COUNT(all); i++)
				test_show(field_name((enum field)i), buf_str(all[i]));
			for (size_t i = 0; i < s.fast.n_hits; i++)
				test_show("index", hit_source(&s.fast, &s.fast.hits[i]));
			for (size_t i = 0; i < s.naive.n_hits; i++)
				test_show("naive", hit_source(&s.naive, &s.naive.hits[i]));
			fail_msg("round %d: %zu hits, naive %zu", round, s.fast.n_hits, s.naive.n_hits);
		}
	}
	assert_true(hits > 15000);
	for (size_t i = 0; i < COUNT(all); i++)
		buf_free(all[i]);
	tear_down(&s);
}

static bool bit_of(const uint64_t *bits, size_t i)
{
	return bits[i / 64] >> i % 64 & 1;
}

/* Of texts of every length, by wide code and by plain code: no beginning of a phrase goes unmarked, nothing behind the text is marked,
 * and the words are the same. */
static void marks(void **state)
{
	struct set s;
	struct buf b;
	size_t words = 0, literal = 0, squeezed = 0;
	(void)state;
	set_up(&s);
	const struct phrase_index *x = &s.lexicon.index;
	buf_init(&b, 1 << 16);
	for (size_t round = 0; round < 3000; round++) {
		struct cut cut[2];
		struct starts at[2];
		size_t n = round % 300, found;
		arena_reset(&s.arena);
		buf_clear(&b);
		while (b.n < n + CUT_SLACK) {
			put_phrase(&b, s.lexicon.phrases[roll((uint32_t)s.lexicon.n_phrases)].fold);
			buf_byte(&b, (uint8_t) " .x"[roll(3)]);
		}
		for (size_t i = 0; i < b.n; i++)
			b.p[i] = ascii_lower(b.p[i]);
		uint8_t *text = test_copy(str_first(buf_str(&b), n + CUT_SLACK));
		for (int plain = 0; plain < 2; plain++) {
			gather_off(plain);
			assert_true(cut_init(&cut[plain], &s.arena, n) && starts_init(&at[plain], &s.arena, n));
			cut[plain].signs = x->signs;
			cut_text(&cut[plain], str_make(text, n));
			starts_find(x, &cut[plain], &at[plain]);
			starts_find_words(x, &cut[plain], &at[plain]);
		}
		gather_off(false);
		for (size_t i = 0; i < (n + 63) / 64 * 64; i++) {
			bool start = i < n && bit_of(cut[1].start, i);
			bool known =
				start && cut[1].class[i] && keys_find(&x->squeezed, key_short(cut_letters(&cut[1], i)), &found);
			for (int plain = 0; plain < 2; plain++) {
				assert_int_equal(bit_of(at[plain].literal, i), start && literal_perhaps(x, text + i));
				assert_true(bit_of(at[plain].squeezed, i) ? start : !known);
			}
			literal += bit_of(at[1].literal, i);
			squeezed += known;
		}
		assert_int_equal(at[0].n_words, at[1].n_words);
		for (size_t i = 0; i < at[0].n_words; i++)
			assert_true(at[0].word[i].at == at[1].word[i].at && at[0].word[i].set == at[1].word[i].set);
		words += at[0].n_words;
		mem_free(text);
	}
	assert_true(words > 1000 && literal > 1000 && squeezed > 1000);
	buf_free(&b);
	tear_down(&s);
}

/* Text, hidden text and URLs that come again under other subjects and names, some with many hits. */
static void text_again(void **state)
{
	struct set s;
	struct buf text, other;
	size_t kept = 0;
	(void)state;
	set_up(&s);
	buf_init(&text, 1 << 16);
	buf_init(&other, 1 << 16);
	for (int round = 0; round < 400; round++) {
		struct doc_notes notes = {.arena = &s.arena2};
		struct url u = {.raw = S("http://rxdirectstore.example/viagra")};
		random_field(&s.lexicon, &text);
		arena_reset(&s.arena2);
		for (int again = 0; again < 4; again++) {
			random_field(&s.lexicon, &other);
			struct doc d = {.subject = str_first(buf_str(&other), again % 2 ? 20 : other.n),
				.from_name = S("v1agra"),
				.text = buf_str(&text),
				.hidden = str_first(buf_str(&text), 40),
				.urls = &u,
				.n_urls = 1};
			arena_reset(&s.arena);
			assert_true(find_phrases(&s.naive, &s.lexicon, &s.hsdb, &s.arena, &d));
			d.notes = &notes;
			assert_true(find_phrases(&s.fast, &s.lexicon, &s.hsdb, &s.arena, &d));
			assert_true(same_hits(&s.fast, &s.naive));
			kept += notes.hits != NULL;
		}
	}
	assert_in_range(kept, 1000, 1600);
	buf_free(&text);
	buf_free(&other);
	tear_down(&s);
}

/* The same phrase again and again: each place counts once, those that touch too, and so many in all. */
static void several(void **state)
{
	static const struct {
		const char *text, *url;
		size_t hits;
	} cases[] = {
		{"", "rxdirectstore", 1},
		{"", "rxdirectstorerxdirectstore", 2},
		{"", "xrxdirectstorerrxdirectst0re", 2},
		{"", "rxdirectstorexrxdirectstorexrxdirectstorexrxdirectstorexrxdirectstore", HITS_A_FIELD},
		{"vaigra v1agra viagra", "", 3},
		{"vaigra vaigra vaigra viagra viagra v1agra", "", HITS_A_FIELD},
	};
	struct set s;
	(void)state;
	set_up(&s);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct url u = {.raw = str_of(cases[i].url)};
		struct doc d = {.text = str_of(cases[i].text), .urls = &u, .n_urls = 1};
		arena_reset(&s.arena);
		assert_true(find_phrases(&s.fast, &s.lexicon, &s.hsdb, &s.arena, &d));
		assert_int_equal(s.fast.n_hits, cases[i].hits);
		assert_true(find_phrases_naive(&s.naive, &s.lexicon, &s.arena, &d) && same_hits(&s.fast, &s.naive));
		assert_false(s.fast.capped);
	}
	tear_down(&s);
}

/* Much of everything, in bounded time and memory. */
static void hostile(void **state)
{
	static const char *const units[] = {"viagra ", "v i a g r a ", "vaigra ", "v1agra", "a", "cia", "Harbour Phramacy ",
		"harbour ", "\xD0\xB0v", "s s s ", "l1|I", "v-i-a-g-r-", "xanaxanax.", "!", "$4",
		"v.v.v.iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii"};
	struct set s;
	struct buf b;
	(void)state;
	set_up(&s);
	buf_init(&b, LIM_TEXT);
	for (size_t u = 0; u < COUNT(units); u++) {
		buf_clear(&b);
		while (!b.full)
			buf_add(&b, str_of(units[u]));
		struct doc d = {.text = buf_str(&b), .hidden = buf_str(&b), .subject = buf_str(&b)};
		arena_reset(&s.arena);
		assert_true(find_phrases(&s.fast, &s.lexicon, &s.hsdb, &s.arena, &d));
		assert_true(s.fast.n_hits <= s.lexicon.n_phrases * FIELD_COUNT * HITS_A_FIELD);
	}
	buf_free(&b);
	tear_down(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(disguises), cmocka_unit_test(against_naive), cmocka_unit_test(marks),
		cmocka_unit_test(text_again), cmocka_unit_test(several), cmocka_unit_test(hostile)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
