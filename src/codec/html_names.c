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
struct table {
	uint8_t slots[SLOTS]; /* the number of a name; 0: free */
	uint64_t keys[HTML_TAG_COUNT];
	uint8_t lengths[HTML_TAG_COUNT];
	const char *const *names;
};
_Static_assert((int)ATTR_COUNT <= (int)HTML_TAG_COUNT, "one table size does for both");
static struct table tags = {.names = tag_names}, attrs = {.names = attr_names};
static pthread_once_t once = PTHREAD_ONCE_INIT;

static inline uint32_t slot_of(uint64_t key)
{
	return (uint32_t)(key * 0x9E3779B97F4A7C15u >> (64 - SLOT_BITS));
}

static void insert(struct table *t, uint8_t value)
{
	uint64_t key = 0;
	const char *name = t->names[value];
	size_t n = strlen(name);
	for (size_t i = 0; i < n && i < 8; i++)
		key = key << 8 | (uint8_t)name[i];
	uint32_t i = slot_of(key);
	while (t->slots[i])
		i = (i + 1) % SLOTS;
	t->slots[i] = value;
	t->keys[value] = key;
	t->lengths[value] = (uint8_t)n;
}

static void fill(void)
{
	for (int t = 1; t < HTML_TAG_COUNT; t++)
		insert(&tags, (uint8_t)t);
	for (int a = 1; a < ATTR_COUNT; a++)
		insert(&attrs, (uint8_t)a);
	html_bytes_init();
}

void html_names_init(void)
{
	pthread_once(&once, fill);
}

/* Names longer than the packed key are compared in full. */
static inline uint8_t lookup(const struct table *t, uint64_t key, struct str name)
{
	uint8_t v;
	for (uint32_t i = slot_of(key); (v = t->slots[i]); i = (i + 1) % SLOTS)
		if (t->keys[v] == key && t->lengths[v] == name.n && (name.n <= 8 || str_ieq(name, str_of(t->names[v]))))
			return v;
	return 0;
}

enum html_tag html_tag_lookup(uint64_t key, struct str name)
{
	return lookup(&tags, key, name);
}

enum html_attr html_attr_lookup(uint64_t key, struct str name)
{
	return lookup(&attrs, key, name);
}
