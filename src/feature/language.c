/* language.c - see language.h.
 *
 * Function words ("the", "und", "que") are few, frequent and hard to avoid; each counts for every language that has it.
 * The winner needs MIN_HITS words, MIN_SHARE of all words and a lead over the next, else there is no answer.
 */
#include "feature/language.h"

#include <pthread.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"

enum { SLOT_BITS = 10, LOOK_AT = 2 << 10, SLOTS = 1 << SLOT_BITS, MIN_HITS = 3, MIN_SHARE_PERCENT = 6, MAX_TOKENS = 200 };

static const struct {
	const char *code;
	const char *words; /* at most 8 bytes each */
} languages[] = {
	{"en", "the and of to in is you that for your with this are on have not be it we our from will as by or an if was can has"},
	{"de", "der die und das ist nicht sie ein eine den von mit auf für sich des im dem zu auch ich wir oder wie bei nur noch aus ihr ihre ihren ihrem bitte sind wird haben"},
	{"fr", "le la les et des est une un pour dans que vous pas sur ce au par avec plus qui votre nous ne je sont du en ou cette vos avez"},
	{"es", "el la los que de en un una por con para su las del se es no lo más como al pero sus le ya este o usted si"},
	{"pt", "o que de em um uma para com não os no na se por mais as dos como mas ao ele das à seu sua ou você é são"},
	{"it", "il di che la in un per non una sono del con le si da come gli al più della nel alla ma ed questo i è lo dei tuo tua"},
	{"nl", "de het een van en is dat op te in voor met niet zijn aan er ook als bij uw wij naar je om u dan maar nog"},
	{"sv", "och att det som en på är av för med den till inte om ett har de vi du från kan så eller din ni jag vara"},
	{"pl", "i w na z nie się do jest to że jak o po za od przez dla są oraz co tym ale czy lub może być tylko już prosimy twoje twoja"},
	{"tr", "ve bir bu için ile de da olarak daha çok var en ne o gibi kadar sonra her ya mi olan size siz sayın lütfen değil"},
};
enum { N_LANGUAGES = sizeof languages / sizeof *languages };

/* Open addressing; most words of a text find an empty slot, and the masks alone stay in the cache. */
static uint16_t slot_mask[SLOTS];
static uint64_t slot_key[SLOTS]; /* the word as str_load8 reads it, lower case */
_Static_assert(N_LANGUAGES <= 16, "a set of languages is a 16-bit mask");
static pthread_once_t table_once = PTHREAD_ONCE_INIT;

static size_t slot_of(uint64_t key)
{
	size_t i = (size_t)((key * 0x9E3779B97F4A7C15u) >> (64 - SLOT_BITS));
	while (slot_mask[i] && slot_key[i] != key)
		i = (i + 1) % SLOTS;
	return i;
}

static void build_table(void)
{
	for (int l = 0; l < N_LANGUAGES; l++) {
		struct str rest = str_of(languages[l].words), w;
		while (str_next(&rest, ' ', &w)) {
			size_t i = slot_of(str_load8(w, 0));
			slot_key[i] = str_load8(w, 0);
			slot_mask[i] |= (uint16_t)(1u << l);
		}
	}
}

/* Letters of any script count as word bytes: every byte of a multi-byte character has its top bit set. A bit for each of 64 bytes. */
enum { BLOCK = 64 };
static uint64_t word_bytes(const uint8_t *p)
{
	uint64_t bits = 0;
#ifdef __SSE2__
	const __m128i low = _mm_set1_epi8('a' - 1), high = _mm_set1_epi8('z' + 1), lower = _mm_set1_epi8(0x20);
	for (unsigned i = 0; i < BLOCK; i += 16) {
		__m128i c = _mm_loadu_si128((const __m128i *)(const void *)(p + i)), l = _mm_or_si128(c, lower);
		__m128i letter = _mm_and_si128(_mm_cmpgt_epi8(l, low), _mm_cmplt_epi8(l, high));
		bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_or_si128(letter, c)) << i;
	}
#else
	for (unsigned i = 0; i < BLOCK; i++)
		bits |= (uint64_t)(ascii_alpha(p[i]) || p[i] >= 0x80) << i;
#endif
	return bits;
}

/* A word of n bytes as a key of the table: lower case; 0 when it is longer than a key. */
static uint64_t key_of(struct str text, size_t at, size_t n)
{
	const uint64_t tops = 0x8080808080808080u;
	uint64_t raw = str_load8(text, at);
	return n > sizeof raw ? 0 : (raw | (~raw & tops) >> 2) & ~(uint64_t)0 >> (64 - 8 * n);
}

/* The languages that have the word. */
static uint32_t languages_of(struct str text, size_t at, size_t n)
{
	uint64_t key = key_of(text, at, n);
	return key ? slot_mask[slot_of(key)] : 0;
}

/* Counts for each language how many of the first MAX_TOKENS words it has; returns how many words there are. */
static uint32_t count_words(struct str text, uint32_t hits[N_LANGUAGES])
{
	uint32_t tokens = 0;
	uint64_t before = 0; /* the last bit of the block before */
	size_t begin = 0;
	for (size_t i = 0; i <= text.n; i += BLOCK) { /* in the last one the text ends */
		uint8_t tail[BLOCK] = {0};
		bool whole = text.n - i >= BLOCK;
		if (!whole && text.n > i)
			memcpy(tail, text.p + i, text.n - i);
		uint64_t bits = word_bytes(whole ? text.p + i : tail), edges = bits ^ (bits << 1 | before);
		bool inside = before;
		before = bits >> (BLOCK - 1);
		for (; edges; edges &= edges - 1, inside = !inside) {
			size_t at = i + (size_t)__builtin_ctzll(edges);
			if (!inside) {
				begin = at;
				continue;
			}
			for (uint32_t mask = languages_of(text, begin, at - begin); mask; mask &= mask - 1)
				hits[__builtin_ctz(mask)]++;
			if (++tokens == MAX_TOKENS)
				return tokens;
		}
	}
	return tokens;
}

static struct str by_words(struct str text)
{
	uint32_t hits[N_LANGUAGES] = {0};
	pthread_once(&table_once, build_table);
	uint32_t tokens = count_words(text, hits);
	int best = 0, second = -1;
	for (int l = 1; l < N_LANGUAGES; l++) {
		if (hits[l] > hits[best]) {
			second = best;
			best = l;
		} else if (second < 0 || hits[l] > hits[second]) {
			second = l;
		}
	}
	bool enough = hits[best] >= MIN_HITS && hits[best] * 100 >= tokens * MIN_SHARE_PERCENT;
	bool clear = hits[best] * 4 >= hits[second] * 5 + 4;
	return enough && clear ? str_of(languages[best].code) : S("");
}

enum script { LATIN, CYRILLIC, GREEK, HEBREW, ARABIC, THAI, KANA, HAN, HANGUL, N_SCRIPTS };

static enum script script_of(uint32_t c)
{
	static const struct {
		uint32_t lo, hi;
		enum script script;
	} ranges[] = {{0x370, 0x3FF, GREEK}, {0x400, 0x52F, CYRILLIC}, {0x590, 0x5FF, HEBREW}, {0x600, 0x6FF, ARABIC},
		{0xE00, 0xE7F, THAI}, {0x3040, 0x30FF, KANA}, {0x3400, 0x9FFF, HAN}, {0xAC00, 0xD7AF, HANGUL},
		{0xF900, 0xFAFF, HAN}, {0xFF66, 0xFF9D, KANA}};
	for (size_t i = 0; c >= ranges[0].lo && i < sizeof ranges / sizeof *ranges; i++)
		if (c >= ranges[i].lo && c <= ranges[i].hi)
			return ranges[i].script;
	return LATIN;
}

/* The language that a script decides, when it makes up a fair share of the letters. */
static struct str by_script(struct str text)
{
	uint32_t n[N_SCRIPTS] = {0};
	uint32_t ukrainian = 0, letters = 0;
	for (size_t i = 0; i < text.n;) {
		uint64_t ascii, raw = str_load8(text, i);
		if (!(raw & 0x8080808080808080u)) { /* zero behind the end: no letters */
			ascii_lower8(raw, &ascii);
			n[LATIN] += (uint32_t)((ascii >> 7) * 0x0101010101010101u >> 56); /* one bit a byte, added up */
			i += sizeof raw;
			continue;
		}
		if (text.p[i] < 0x80) {
			n[LATIN] += ascii_alpha(text.p[i++]);
			continue;
		}
		uint32_t c = utf8_next(text, &i);
		if (c < 0xC0)
			continue;
		n[script_of(c)]++;
		ukrainian += c == 0x456 || c == 0x457 || c == 0x454 || c == 0x491;
	}
	for (int s = 0; s < N_SCRIPTS; s++)
		letters += n[s];
	uint32_t fair = letters / 4 + 4;
	if (n[KANA] + n[HAN] >= fair)
		return n[KANA] * 10 >= n[HAN] ? S("ja") : S("zh");
	if (n[HANGUL] >= fair)
		return S("ko");
	if (n[CYRILLIC] >= fair)
		return ukrainian * 50 >= n[CYRILLIC] ? S("uk") : S("ru");
	if (n[GREEK] >= fair)
		return S("el");
	if (n[HEBREW] >= fair)
		return S("he");
	if (n[ARABIC] >= fair)
		return S("ar");
	if (n[THAI] >= fair)
		return S("th");
	return S("");
}

struct str language_guess(struct str text)
{
	text = str_first(text, LOOK_AT);
	if (!ascii_only(text)) {
		struct str l = by_script(text);
		if (l.n)
			return l;
	}
	return by_words(text);
}
