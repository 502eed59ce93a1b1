/* sandbox.h - what the jail's child may do; internal to jail/. */
#ifndef TRAPLINE_JAIL_SANDBOX_H
#define TRAPLINE_JAIL_SANDBOX_H

#include "base/str.h"

struct sandbox;
/* Compiles the allow-list, once, in the server. NULL when that fails. */
struct sandbox *sandbox_new(void);
/* Locks the calling process up, for good: CPU seconds, address space. False: it is not locked up and must exit. */
bool sandbox_enter(const struct sandbox *s, uint64_t cpu_s, uint64_t memory_bytes);

#endif
