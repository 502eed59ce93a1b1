/* economics_pack.h - inputs of the affiliate economics, from YAML: each with its source. Shipped: packs/economics.yaml.
 *
 *   format: 1
 *   inputs:
 *     - name: sales_per_visit     # visits_per_mail, sales_per_visit, basket_usd, commission
 *       successes: 28             # a count in trials, or low and high
 *       trials: 10522
 *       source: "..."
 */
#ifndef TRAPLINE_MATCH_ECONOMICS_PACK_H
#define TRAPLINE_MATCH_ECONOMICS_PACK_H

#include "base/err.h"
#include "base/str.h"

enum economics_input_id { INPUT_VISITS, INPUT_SALES, INPUT_BASKET, INPUT_COMMISSION, INPUT_COUNT };
extern const char *const economics_input_names[INPUT_COUNT];

struct economics_input {
	bool counted; /* successes in trials; else low..high */
	double successes, trials, low, high;
	struct str source;
};
struct economics_inputs {
	struct economics_input v[INPUT_COUNT];
	void *data; /* owns the sources */
};

/* path NULL: the shipped ones. An input that is missing, twice there or without a source is ERR_INPUT. */
int economics_load(struct economics_inputs *out, const char *path, struct err *err);
void economics_unload(struct economics_inputs *in);

#endif
