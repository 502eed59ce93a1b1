/* geo.c - see geo.h. */
#include "feature/geo.h"

#include <maxminddb.h>
#include <netinet/in.h>

#include "base/mem.h"

struct geo {
	MMDB_s db;
};

int geo_open(struct geo **out, const char *path, struct err *err)
{
	struct geo *g = mem_alloc(sizeof *g);
	if (!g)
		return err_oom(err, "country database");
	int status = MMDB_open(path, MMDB_MODE_MMAP, &g->db);
	if (status != MMDB_SUCCESS) {
		mem_free(g);
		if (status == MMDB_FILE_OPEN_ERROR)
			return err_errno(err, ERR_INPUT, "%s: cannot open the country database", path);
		return err_set(err, ERR_INPUT, "%s: not a usable MaxMind database: %s", path, MMDB_strerror(status));
	}
	*out = g;
	return 0;
}

void geo_close(struct geo *g)
{
	if (g)
		MMDB_close(&g->db);
	mem_free(g);
}

struct str geo_country(const struct geo *g, struct str ip)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	const struct sockaddr *at = (const struct sockaddr *)&v4;
	int error = 0;
	if (!g || (ip.n != 4 && ip.n != 16))
		return S("");
	if (ip.n == 4) {
		memcpy(&v4.sin_addr, ip.p, 4);
	} else {
		memcpy(&v6.sin6_addr, ip.p, 16);
		at = (const struct sockaddr *)&v6;
	}
	MMDB_lookup_result_s found = MMDB_lookup_sockaddr(&g->db, at, &error);
	MMDB_entry_data_s data;
	if (error != MMDB_SUCCESS || !found.found_entry)
		return S("");
	if (MMDB_get_value(&found.entry, &data, "country", "iso_code", NULL) != MMDB_SUCCESS || !data.has_data ||
		data.type != MMDB_DATA_TYPE_UTF8_STRING || data.data_size != 2)
		return S("");
	return str_make(data.utf8_string, data.data_size);
}
