/* conf.h - reads a YAML text into C structs by a libcyaml schema; errors come out as "FILE:LINE: what is wrong".
 *
 * The result is freed with conf_free and the same schema. Text that is not UTF-8 or not YAML is ERR_INPUT.
 */
#ifndef TRAPLINE_BASE_CONF_H
#define TRAPLINE_BASE_CONF_H

#include <cyaml/cyaml.h>
#include <stdio.h>

#include "base/err.h"
#include "base/str.h"

/* name is the file's name for messages. *data is untouched on failure. */
int conf_load(const char *name, struct str text, const cyaml_schema_value_t *schema, void **data, struct err *err);
void conf_free(const cyaml_schema_value_t *schema, void *data); /* data may be NULL */

/* A new file beside path, to be renamed over it: opens it for writing, with its name in temp (size bytes). NULL: errno tells; ENAMETOOLONG
 * when there is no room. The name is drawn: what a killed process left behind is in nobody's way, process ids return. */
FILE *file_beside(const char *path, char *temp, size_t size);

/* A whole file, at most max bytes, on the heap (mem_free). */
int file_read(const char *path, size_t max, uint8_t **p, size_t *n, struct err *err);

#endif
