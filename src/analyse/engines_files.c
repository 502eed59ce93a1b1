/* engines_files.c - files that a message carries to be opened: documents, archives, programs. */
#include <jansson.h>

#include "analyse/engines_int.h"
#include "base/hash.h"

enum { LEAST_BYTES = 256 }; /* smaller ones are alike by themselves: empty archives, forms without a word */

/* What mail programs and gateways add to any mail: signatures, keys, cards, notices. */
static bool is_added(struct str type, struct str name)
{
	static const char *const types[] = {"pkcs7", "pgp", "tnef", "ics", "calendar", "vcard", "rfc822", "edi"};
	static const char *const ends[] = {".p7s", ".p7m", ".asc", ".sig", ".vcf", ".ics", ".txt", ".dat", ".eml"};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_ifind(type, str_of(types[i])) != STR_NPOS)
			return true;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (str_iends(name, str_of(ends[i])))
			return true;
	return false;
}

static struct str text_of(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);
	return json_is_string(v) ? str_make(json_string_value(v), json_string_length(v)) : S("");
}

uint64_t engines_file_of(struct str attachments)
{
	uint64_t found = 0;
	json_t *all = attachments.n ? json_loadb((const char *)attachments.p, attachments.n, JSON_ALLOW_NUL, NULL) : NULL;
	for (size_t i = 0; i < json_array_size(all) && !found; i++) {
		const json_t *a = json_array_get(all, i);
		struct str type = text_of(a, "type"), name = text_of(a, "name"), digest = text_of(a, "sha256");
		bool opened = str_istarts(type, S("application/")) && !is_added(type, name);
		if (opened && json_integer_value(json_object_get(a, "size")) >= LEAST_BYTES && digest.n == SHA256_HEX)
			found = hash64(digest, 5) | 1;
	}
	json_decref(all);
	return found;
}
