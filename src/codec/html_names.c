/* html_names.c - tag and attribute names to numbers: two small hash tables over packed names, filled once. */
#include <pthread.h>

#include "codec/html_int.h"

const uint8_t html_tag_flags[HTML_TAG_COUNT] = {
#define HTML_TAG(id, name, flags) [HTML_##id] = (flags),
#include "codec/html_tag.def"
#undef HTML_TAG
};

static const char *const tag_names[HTML_TAG_COUNT] = {
	[HTML_OTHER] = "?",
#define HTML_TAG(id, name, flags) [HTML_##id] = name,
#include "codec/html_tag.def"
#undef HTML_TAG
};

static const char *const attr_names[ATTR_COUNT] = {
#define HTML_ATTR_NAME(id, name) [ATTR_##id] = name,
	HTML_ATTRS(HTML_ATTR_NAME)
#undef HTML_ATTR_NAME
};

const char *html_tag_name(enum html_tag tag)
{
	return (unsigned)tag < HTML_TAG_COUNT ? tag_names[tag] : "?";
}

enum { SLOT_BITS = 9, SLOTS = 1 << SLOT_BITS };
struct slot {
	uint64_t key;
	uint8_t len, value;
};
static struct slot tag_slots[SLOTS], attr_slots[SLOTS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static inline uint32_t slot_of(uint64_t key)
{
	return (uint32_t)(key * 0x9E3779B97F4A7C15u >> (64 - SLOT_BITS));
}

static void insert(struct slot *slots, const char *name, uint8_t value)
{
	uint64_t key = 0;
	size_t n = strlen(name);
	for (size_t i = 0; i < n && i < 8; i++)
		key = key << 8 | (uint8_t)name[i];
	uint32_t i = slot_of(key);
	while (slots[i].len)
		i = (i + 1) % SLOTS;
	slots[i] = (struct slot){key, (uint8_t)n, value};
}

static void fill(void)
{
	for (int t = 1; t < HTML_TAG_COUNT; t++)
		insert(tag_slots, tag_names[t], (uint8_t)t);
	for (int a = 1; a < ATTR_COUNT; a++)
		insert(attr_slots, attr_names[a], (uint8_t)a);
	html_bytes_init();
}

void html_names_init(void)
{
	pthread_once(&once, fill);
}

/* Names longer than the packed key are compared in full. */
static inline uint8_t lookup(const struct slot *slots, const char *const *names, uint64_t key, struct str name)
{
	for (uint32_t i = slot_of(key); slots[i].len; i = (i + 1) % SLOTS)
		if (slots[i].key == key && slots[i].len == name.n && (name.n <= 8 || str_ieq(name, str_of(names[slots[i].value]))))
			return slots[i].value;
	return 0;
}

enum html_tag html_tag_lookup(uint64_t key, struct str name)
{
	return lookup(tag_slots, tag_names, key, name);
}

enum html_attr html_attr_lookup(uint64_t key, struct str name)
{
	return lookup(attr_slots, attr_names, key, name);
}
