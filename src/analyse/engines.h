/* engines.h - which software sent what: learned engines and real clients by their model, the rest by discovery.
 *
 * Every distinct fingerprint is scored once (engine/score.h). What nobody knows is clustered (engine/cluster.h). A
 * cluster that comes from a learned engine's hosts is a version of it that the lab has not seen, and takes its name, if it writes
 * nearly like it, or more like it than like anything else and since it fell silent there. Any other becomes an engine named after its
 * fingerprint; its messages teach a class, and that class takes in what fits it among the rest.
 * Items of kind "engine": {"name","label_source","messages","first","last","peers","networks","versions":[...],"marks":[...]};
 * a learned engine's first version is "captured", and the "changes" of one are told against the captures.
 */
#ifndef TRAPLINE_ANALYSE_ENGINES_H
#define TRAPLINE_ANALYSE_ENGINES_H

#include "analyse/analysis.h"

int engines_step(struct analysis *a, struct err *err);

#endif
