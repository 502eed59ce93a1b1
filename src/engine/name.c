/* name.c - what an engine may be called, see model.h. */
#include "base/name.h"

#include <string.h>

#include "engine/score.h"
#include "feature/fingerprint.h"

enum { NAME_MAX_BYTES = 64, RESERVED_DIGITS = 4 };

static bool is_plain(uint8_t c)
{
	return c >= ' ' && c <= '~' && !strchr("\"\\<>&'", c);
}

bool engine_name_ok(struct str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!is_plain(name.p[i]))
			return false;
	return name.n >= 1 && name.n <= NAME_MAX_BYTES && name.p[0] != ' ' && name.p[name.n - 1] != ' ';
}

bool engine_name_is_reserved(struct str name)
{
	struct str start = S("engine-");
	for (size_t i = start.n; i < name.n; i++)
		if (!ascii_digit(name.p[i]) && (ascii_lower(name.p[i]) < 'a' || ascii_lower(name.p[i]) > 'f'))
			return false;
	return str_istarts(name, start) && name.n >= start.n + RESERVED_DIGITS;
}

/* The real client or list software that is called so, or empty. */
static struct str client_called(const struct engine_model *m, struct str name)
{
	static const char *const lists[] = {"mailman", "list software", "other software"};
	const char *client = print_client_called(name);
	if (client)
		return str_of(client);
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		if (name_same(name, str_of(lists[i])))
			return str_of(lists[i]);
	for (size_t i = 0; i < m->classes.n; i++)
		if (m->classes.v[i].kind == ENGINE_CLIENT && name_same(name, engine_client_name(&m->classes.v[i])))
			return engine_client_name(&m->classes.v[i]);
	return S("");
}

int engine_name_check(const struct engine_model *m, struct str name, struct err *err)
{
	struct str client;
	if (!engine_name_ok(name))
		return err_set(err, ERR_USAGE,
			"an engine's name has 1 to 64 characters of ASCII, none of \"'<>&\\, no control characters, no blank at either end");
	if (engine_name_is_reserved(name))
		return err_set(err, ERR_USAGE,
			"%.*s: such names are those of discovered engines, and are made from what these write; choose another",
			STR_FMT(name));
	client = client_called(m, name);
	if (client.n)
		return err_set(err, ERR_USAGE,
			"%.*s: that is a mail client (%.*s), and no engine may be taken for it; choose another name", STR_FMT(name),
			STR_FMT(client));
	for (size_t i = 0; i < m->classes.n; i++) {
		struct str other = m->classes.v[i].name;
		if (m->classes.v[i].kind == ENGINE_BOT && name_same(name, other) && !str_eq(name, other))
			return err_set(err, ERR_USAGE,
				"%.*s: the model has %.*s, and only case, blanks or signs tell them apart; use that name to replace it, or another",
				STR_FMT(name), STR_FMT(other));
	}
	return 0;
}
