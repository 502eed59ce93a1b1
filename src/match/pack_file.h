/* pack_file.h - one YAML file as it stands, before merging; private to pack*.c. */
#ifndef TRAPLINE_MATCH_PACK_FILE_H
#define TRAPLINE_MATCH_PACK_FILE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

struct raw_programme {
	char *name, *source, *note, *category, *status;
	char **aliases, **brands, **example_domains;
	unsigned n_aliases, n_brands, n_example_domains;
};
struct raw_brand {
	char *name, *source, *note, *category;
	int kind; /* enum brand_kind */
	bool generic;
	char **phrases, **patterns, **domains, **example_domains;
	unsigned n_phrases, n_patterns, n_domains, n_example_domains;
};
struct raw_words {
	double weight;
	char **any;
	unsigned n_any;
};
struct raw_category {
	char *name, *source, *note;
	struct raw_words *words;
	unsigned n_words;
};
struct raw_file {
	unsigned format;
	struct raw_programme *programmes;
	struct raw_brand *brands;
	struct raw_category *categories;
	unsigned n_programmes, n_brands, n_categories;
};

enum pack_section { SECTION_PROGRAMMES, SECTION_BRANDS, SECTION_CATEGORIES, SECTION_COUNT };
/* Lines of the entries, by section and position. */
struct pack_lines {
	unsigned *v[SECTION_COUNT];
	size_t n[SECTION_COUNT], cap[SECTION_COUNT];
};

struct pack_file {
	struct raw_file *raw;
	struct pack_lines lines;
};

/* Reads and checks the form; *out is untouched on failure, pack_file_free is owed after success. shipped: the form was checked
 * when the program was tested, and lines are for errors only: there are none then, and a half of the work is spared. */
int pack_file_read(struct pack_file *out, const char *name, struct str text, bool shipped, struct err *err);
void pack_file_free(struct pack_file *f);

#endif
