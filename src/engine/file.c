/* file.c - the model's file, see model.h: JSON lines, written sorted, read with every number checked. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/mem.h"
#include "engine/host.h"
#include "engine/model.h"
#include "feature/fingerprint.h"

enum { FORMAT = 1 };
static const char *const kind_names[] = {[ENGINE_BOT] = "engine", [ENGINE_CLIENT] = "client"};

/* ---- reading ---- */

struct place {
	const char *name;
	unsigned line;
	struct err *err;
};

static int complain(const struct place *p, const char *what)
{
	return err_set(p->err, ERR_INPUT, "%s:%u: %s", p->name, p->line, what);
}

static int read_header(const struct place *p, const json_t *o)
{
	json_int_t format = json_integer_value(json_object_get(o, "trapline_model"));
	json_int_t prints = json_integer_value(json_object_get(o, "fingerprint"));
	if (!json_is_integer(json_object_get(o, "trapline_model")))
		return err_set(
			p->err, ERR_INPUT, "%s: not a trapline engine model (it begins otherwise); --model names one", p->name);
	if (format > FORMAT || prints > FINGERPRINT_VERSION)
		return err_set(
			p->err, ERR_INPUT, "%s: made by a newer trapline; learn its engines again, or use that version", p->name);
	if (format != FORMAT || prints != FINGERPRINT_VERSION)
		return err_set(p->err, ERR_INPUT,
			"%s: made by an older trapline, which measured other things: learn its engines again", p->name);
	return 0;
}

/* A whole number of 0..max, or -1. */
static int64_t number(const json_t *v, int64_t max)
{
	json_int_t n = json_is_integer(v) ? json_integer_value(v) : -1;
	return n < 0 || n > max ? -1 : n;
}

static bool counts(const struct engine_class *k, uint32_t token)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->counts[i].token == token)
			return true;
	return false;
}

/* A file written before absences were counted: they are what is left of the messages. */
static int add_absences(const struct place *p, struct engine_model *m, struct engine_class *k)
{
	uint64_t sum[PRINT_COUNT + 1] = {0};
	unsigned given;
	sum[PRINT_COUNT] = k->messages;
	for (size_t i = 0; i < k->n; i++)
		sum[m->tokens.v[k->counts[i].token].family] += k->counts[i].messages;
	for (unsigned f = 0; f < PRINT_COUNT; f++) {
		if (!engine_absence(f, &given))
			continue;
		uint64_t all = sum[given] < k->messages ? sum[given] : k->messages; /* a family may give a message several values */
		if (all <= sum[f])
			continue;
		uint32_t token = engine_model_absent(m, f), n = (uint32_t)(all - sum[f]);
		if (token == UINT32_MAX)
			return err_oom(p->err, p->name);
		if (!counts(k, token))
			k->counts[k->n++] = (struct engine_count){token, n, n < k->campaigns ? n : k->campaigns};
	}
	return 0;
}

static int by_token(const void *x, const void *y)
{
	const struct engine_count *a = x, *b = y;
	return (a->token > b->token) - (a->token < b->token);
}

/* A file written when more was compared has several tokens that are one now. */
static void join_counts(struct engine_class *k)
{
	size_t n = 0;
	qsort(k->counts, k->n, sizeof *k->counts, by_token);
	for (size_t i = 0; i < k->n; i++) {
		const struct engine_count c = k->counts[i];
		struct engine_count *same = n && k->counts[n - 1].token == c.token ? &k->counts[n - 1] : NULL;
		if (!same) {
			k->counts[n++] = c;
			continue;
		}
		same->messages = c.messages < k->messages - same->messages ? same->messages + c.messages : k->messages;
		same->campaigns = c.campaigns < k->campaigns - same->campaigns ? same->campaigns + c.campaigns : k->campaigns;
	}
	k->n = n;
}

static int read_tokens(const struct place *p, struct engine_model *m, struct engine_class *k, json_t *tokens)
{
	const char *text;
	json_t *pair;
	bool older = false;
	k->counts = arena_zalloc(&m->arena, json_object_size(tokens) + PRINT_COUNT, sizeof *k->counts);
	if (!k->counts)
		return err_oom(p->err, p->name);
	json_object_foreach(tokens, text, pair)
	{
		int64_t messages = number(json_array_get(pair, 0), k->messages);
		int64_t campaigns = number(json_array_get(pair, 1), k->campaigns);
		if (messages < 1 || campaigns < 1 || campaigns > messages)
			return complain(p, "a token's counts are not [messages, campaigns] of its class");
		if (engine_family(str_of(text)) >= PRINT_COUNT)
			return complain(p, "a token of a family that the fingerprint does not have");
		if (m->tokens.n >= LIM_ENGINE_LEARNED)
			return complain(p, "more tokens than a model may have");
		uint32_t token = engine_model_token(m, str_of(text));
		if (token == UINT32_MAX)
			return err_oom(p->err, p->name);
		older |= !str_eq(m->tokens.v[token].text, str_of(text));
		k->counts[k->n++] = (struct engine_count){token, (uint32_t)messages, (uint32_t)campaigns};
	}
	if (older)
		join_counts(k);
	if (add_absences(p, m, k))
		return ERR_ENV;
	return engine_elsewhere_make(m, k) ? err_oom(p->err, p->name) : 0;
}

static int read_class(const struct place *p, struct engine_model *m, json_t *o, bool shipped)
{
	const json_t *v = json_object_get(o, "class");
	const char *kind = json_string_value(json_object_get(o, "kind"));
	struct str name = str_make(json_string_value(v), json_string_length(v));
	int64_t messages = number(json_object_get(o, "messages"), UINT32_MAX - 1);
	int64_t campaigns = number(json_object_get(o, "campaigns"), messages);
	double reach = json_number_value(json_object_get(o, "reach"));
	json_t *tokens = json_object_get(o, "tokens");
	enum engine_kind is = kind && strcmp(kind, "client") == 0 ? ENGINE_CLIENT : ENGINE_BOT;
	if (!engine_name_ok(name) || !kind || strcmp(kind, kind_names[is]) != 0)
		return complain(p, "a class needs a name of 1 to 64 plain characters, and the kind engine or client");
	if (is == ENGINE_BOT && engine_name_is_reserved(name))
		return complain(p, "a class is named as engines are that are discovered (engine-3f2a): give it another name");
	if (messages < 1 || campaigns < 1 || !(reach >= 0 && reach < 1e6) || !json_object_size(tokens))
		return complain(p, "a class needs messages, campaigns, reach and tokens");
	if (engine_model_find(m, is, name, shipped))
		return complain(p, "the same class twice");
	struct engine_class *k = engine_model_class(m, is, name, shipped);
	if (!k)
		return m->classes.n == LIM_ENGINE_CLASSES ? complain(p, "more classes than a model may have")
		                                          : err_oom(p->err, p->name);
	k->messages = (uint32_t)messages;
	k->campaigns = (uint32_t)campaigns;
	k->reach = reach;
	return read_tokens(p, m, k, tokens);
}

int engine_model_read(struct engine_model *m, const char *name, struct str text, bool shipped, struct err *err)
{
	struct place p = {name, 0, err};
	struct str line;
	int rc = 0;
	while (!rc && str_line(&text, &line)) {
		p.line++;
		if (p.line > 1 && !str_trim(line).n)
			continue;
		json_error_t bad;
		json_t *o = json_loadb((const char *)line.p, line.n, JSON_REJECT_DUPLICATES, &bad);
		if (!json_is_object(o))
			rc = p.line == 1 ? read_header(&p, NULL) : complain(&p, "not a JSON object: the file is damaged");
		else
			rc = p.line == 1 ? read_header(&p, o) : read_class(&p, m, o, shipped);
		json_decref(o);
	}
	return rc || p.line ? rc : err_set(err, ERR_INPUT, "%s: empty; not a trapline engine model", name);
}

/* The file's text into the model, unless that is NULL. *hash: of the text; 0: there is no file. */
static int read_file(const char *path, bool must_exist, struct engine_model *m, uint64_t *hash, struct err *err)
{
	uint8_t *p = NULL;
	size_t n = 0;
	*hash = 0;
	if (!must_exist && access(path, F_OK) != 0 && errno == ENOENT)
		return 0;
	int rc = file_read(path, LIM_ENGINE_FILE, &p, &n, err);
	if (!rc)
		*hash = hash64(str_make(p, n), 0) | 1;
	if (!rc && m)
		rc = engine_model_read(m, path, str_make(p, n), false, err);
	mem_free(p);
	return rc;
}

int engine_model_load(struct engine_model *m, const char *path, bool must_exist, struct err *err)
{
	return read_file(path, must_exist, m, &m->read_from, err);
}

/* ---- writing ---- */

static int by_name(const void *x, const void *y)
{
	const struct engine_class *a = *(const struct engine_class *const *)x, *b = *(const struct engine_class *const *)y;
	return a->kind != b->kind ? (a->kind > b->kind) - (a->kind < b->kind) : str_cmp(a->name, b->name);
}

static void write_class(const struct engine_model *m, const struct engine_class *k, struct buf *out)
{
	struct json j = json_to(out);
	json_obj(&j);
	json_key(&j, "class");
	json_str(&j, k->name);
	json_key(&j, "kind");
	json_z(&j, kind_names[k->kind]);
	json_key(&j, "messages");
	json_int(&j, k->messages);
	json_key(&j, "campaigns");
	json_int(&j, k->campaigns);
	json_key(&j, "reach");
	json_num(&j, k->reach, 3);
	json_key(&j, "tokens");
	json_obj(&j);
	for (size_t i = 0; i < k->n; i++) {
		json_key_str(&j, m->tokens.v[k->counts[i].token].text);
		json_arr(&j);
		json_int(&j, k->counts[i].messages);
		json_int(&j, k->counts[i].campaigns);
		json_arr_end(&j);
	}
	json_obj_end(&j);
	json_obj_end(&j);
	buf_byte(out, '\n');
}

int engine_model_write(const struct engine_model *m, bool with_shipped, struct buf *out)
{
	const struct engine_class **sorted = mem_alloc((m->classes.n + 1) * sizeof *sorted);
	size_t n = 0;
	if (!sorted)
		return ERR_ENV;
	for (size_t i = 0; i < m->classes.n; i++)
		if (with_shipped || !m->classes.v[i].shipped)
			sorted[n++] = &m->classes.v[i];
	if (n)
		qsort(sorted, n, sizeof *sorted, by_name);
	buf_printf(out, "{\"trapline_model\":%d,\"fingerprint\":%d}\n", FORMAT, FINGERPRINT_VERSION);
	for (size_t i = 0; i < n; i++)
		write_class(m, sorted[i], out);
	mem_free(sorted);
	return buf_ok(out) ? 0 : ERR_ENV;
}

static bool write_all(FILE *f, struct str s)
{
	return fwrite(s.p, 1, s.n, f) == s.n && fflush(f) == 0 && fsync(fileno(f)) == 0;
}

/* Holds off whoever writes there at the same time, until it is closed. -1: it cannot be had, which is no harm. */
static int lock_folder(const char *path)
{
	char folder[LIM_PATH];
	const char *slash = strrchr(path, '/');
	size_t n = slash ? (size_t)(slash - path) + 1 : 0;
	if (n + 2 > sizeof folder)
		return -1;
	memcpy(folder, path, n);
	memcpy(folder + n, ".", 2);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		flock(fd, LOCK_EX);
	return fd;
}

/* Between reading and writing lies the reading of a capture: what another learned meanwhile must not be lost. */
static int check_unchanged(const struct engine_model *m, const char *path, struct err *err)
{
	uint64_t now;
	int rc = read_file(path, false, NULL, &now, err);
	if (rc || now == m->read_from)
		return rc;
	return err_set(err, ERR_ENV, "%s: was written by somebody else meanwhile; nothing was written: run it again", path);
}

int engine_model_save(const struct engine_model *m, const char *path, struct err *err)
{
	char temp[LIM_PATH];
	struct buf out;
	buf_init(&out, LIM_ENGINE_FILE);
	if (engine_model_write(m, false, &out)) {
		bool full = out.full;
		buf_free(&out);
		return full ? err_set(err, ERR_INPUT, "%s: the model would be too large", path) : err_oom(err, path);
	}
	int folder = lock_folder(path), rc = check_unchanged(m, path, err);
	FILE *f = rc ? NULL : file_beside(path, temp, sizeof temp);
	bool ok = f && write_all(f, buf_str(&out));
	if (f)
		ok = fclose(f) == 0 && ok;
	buf_free(&out);
	if (!rc && (!ok || rename(temp, path) != 0)) {
		rc = err_errno(err, ERR_ENV, "%s: cannot write", path);
		if (f)
			unlink(temp);
	}
	if (folder >= 0)
		close(folder);
	return rc;
}
