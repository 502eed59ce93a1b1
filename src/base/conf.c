/* conf.c - see conf.h.
 *
 * libcyaml tells the place of an error only in its log: first a line with the cause, then a backtrace whose first entry has
 * the innermost "(line: N, column: M)". libyaml's own syntax errors carry no place there, so the text is parsed once more
 * with libyaml to find it.
 */
#include "base/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

#include "base/mem.h"

struct trouble {
	char cause[512];
	unsigned long line; /* 1-based; 0 = not known */
};

__attribute__((format(printf, 3, 0))) static void listen(cyaml_log_t level, void *ctx, const char *fmt, va_list args)
{
	struct trouble *t = ctx;
	char text[512];
	(void)level;
	vsnprintf(text, sizeof text, fmt, args);
	const char *at = strstr(text, "(line: ");
	if (at && !t->line)
		t->line = strtoul(at + strlen("(line: "), NULL, 10);
	if (!at && !t->cause[0] && strncmp(text, "Load: Backtrace", 15) != 0) {
		snprintf(t->cause, sizeof t->cause, "%s", strncmp(text, "Load: ", 6) == 0 ? text + 6 : text);
		t->cause[strcspn(t->cause, "\n")] = 0;
	}
}

static void *allocate(void *ctx, void *p, size_t bytes)
{
	(void)ctx;
	if (bytes == 0) {
		mem_free(p);
		return NULL;
	}
	return mem_realloc(p, bytes);
}

static cyaml_config_t config_of(struct trouble *t)
{
	return (cyaml_config_t){.log_fn = t ? listen : NULL,
		.log_ctx = t,
		.mem_fn = allocate,
		.log_level = CYAML_LOG_ERROR,
		.flags = CYAML_CFG_DEFAULT};
}

/* The place and the words of a syntax error, by libyaml itself. False: there is none, so that memory was out. */
static bool find_syntax_error(struct str text, struct trouble *t)
{
	yaml_parser_t parser;
	yaml_event_t event;
	bool found = false;
	if (!yaml_parser_initialize(&parser))
		return false;
	yaml_parser_set_input_string(&parser, text.p, text.n);
	for (bool end = false; !end;) {
		if (!yaml_parser_parse(&parser, &event)) {
			found = parser.error != YAML_MEMORY_ERROR;
			t->line = parser.problem_mark.line + 1;
			if (parser.problem)
				snprintf(t->cause, sizeof t->cause, "%s", parser.problem);
			break;
		}
		end = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return found;
}

int conf_load(const char *name, struct str text, const cyaml_schema_value_t *schema, void **data, struct err *err)
{
	struct trouble t = {0};
	cyaml_config_t config = config_of(&t);
	cyaml_data_t *loaded = NULL;
	cyaml_err_t e = cyaml_load_data(text.p, text.n, &config, schema, &loaded, NULL);
	if (e == CYAML_OK) {
		*data = loaded;
		return 0;
	}
	if (e == CYAML_ERR_OOM)
		return err_oom(err, name);
	bool by_yaml = e == CYAML_ERR_LIBYAML_PARSER || e == CYAML_ERR_LIBYAML_PARSER_INIT || e == CYAML_ERR_LIBYAML_EVENT_INIT;
	if ((by_yaml || !t.line) && !find_syntax_error(text, &t) && by_yaml)
		return err_oom(err, name);
	if (t.line)
		return err_set(err, ERR_INPUT, "%s:%lu: %s", name, t.line, t.cause[0] ? t.cause : cyaml_strerror(e));
	return err_set(err, ERR_INPUT, "%s: %s", name, t.cause[0] ? t.cause : cyaml_strerror(e));
}

void conf_free(const cyaml_schema_value_t *schema, void *data)
{
	cyaml_config_t config = config_of(NULL);
	if (data)
		cyaml_free(&config, schema, data, 0);
}

static int read_all(int fd, const char *path, size_t max, uint8_t **p, size_t *n, struct err *err)
{
	size_t cap = 64 << 10, have = 0;
	uint8_t *buf = mem_alloc(cap);
	while (buf) {
		ssize_t got = read(fd, buf + have, cap - have);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			mem_free(buf);
			return err_errno(err, ERR_INPUT, "%s: cannot read", path);
		}
		have += (size_t)got;
		if (got == 0) {
			*p = buf;
			*n = have;
			return 0;
		}
		if (have > max) {
			mem_free(buf);
			return err_set(err, ERR_INPUT, "%s: larger than %zu bytes", path, max);
		}
		if (have == cap) {
			uint8_t *more = mem_realloc(buf, cap *= 2);
			if (!more)
				mem_free(buf);
			buf = more;
		}
	}
	return err_oom(err, path);
}

FILE *file_beside(const char *path, char *temp, size_t size)
{
	enum { TRIES = 16 };
	FILE *f = NULL;
	for (int i = 0; i < TRIES && !f; i++) {
		uint32_t drawn;
		if (getrandom(&drawn, sizeof drawn, GRND_NONBLOCK) != sizeof drawn)
			drawn = (uint32_t)getpid() + (uint32_t)i;
		int n = snprintf(temp, size, "%s.%08x.tmp", path, drawn);
		if (n < 0 || (size_t)n >= size) {
			errno = ENAMETOOLONG;
			return NULL;
		}
		f = fopen(temp, "wxe");
		if (!f && errno != EEXIST)
			break;
	}
	return f;
}

int file_read(const char *path, size_t max, uint8_t **p, size_t *n, struct err *err)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_errno(err, ERR_INPUT, "%s: cannot open", path);
	int rc;
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		rc = err_set(err, ERR_INPUT, "%s: is a folder, a file is wanted", path);
	else
		rc = read_all(fd, path, max, p, n, err);
	close(fd);
	return rc;
}
