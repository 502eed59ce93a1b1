/* former_record.h - what an analysis leaves of names that go: records for those who ask for them later (query/former.h). */
#ifndef TRAPLINE_ANALYSE_FORMER_RECORD_H
#define TRAPLINE_ANALYSE_FORMER_RECORD_H

#include "analyse/analysis.h"
#include "base/json.h"

enum { FORMER_SAMPLE = 32 };

/* The FORMER_SAMPLE smallest of keys, distinct, ascending. */
struct former_sample {
	uint64_t v[FORMER_SAMPLE];
	size_t n;
};
void former_sample_add(struct former_sample *s, uint64_t key);
void former_sample_json(struct json *j, const struct former_sample *s);

/* Campaigns that are not whole any more. Runs last, while the store still has the last analysis' campaigns. */
int former_step(struct analysis *a, struct err *err);
/* Engines: before their items are replaced. is_name tells whether an engine is called so now. */
int former_keep_engines(struct analysis *a, bool (*is_name)(void *ctx, struct str name), void *ctx, struct err *err);

/* Findings: before their items are replaced by those of the analysis. */
int former_keep_findings(struct analysis *a, struct err *err);

/* Records waiting to be written: so that no item is put while items are read. */
struct former_record {
	struct str id, json; /* an object; "turn" is put into it */
};
struct former_records {
	struct arena arena;
	VEC(struct former_record) list;
};
/* Writes them and keeps the newest LIM_FORMER of all; frees. */
int former_write(struct store *s, struct former_records *r, struct err *err);

#endif
