/* inline.h - the pipeline on one thread: message by message, but for those that wait for the look of an image (unseen.h); for pipeline.c only. */
#ifndef TRAPLINE_INGEST_INLINE_H
#define TRAPLINE_INGEST_INLINE_H

#include "ingest/worker.h"

int inline_run(struct sink *k, struct err *err);

#endif
