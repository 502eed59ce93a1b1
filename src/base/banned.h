/* banned.h - functions that nobody here may call. CI forces this file in front of every source file (meson -Dstrict=true).
 *
 * The headers that declare the names come first: their include guards keep the poison away from them. Heap functions
 * (malloc, strdup ...) are left to scripts/check-banned, because libraries use those words as member names.
 */
#ifndef TRAPLINE_BASE_BANNED_H
#define TRAPLINE_BASE_BANNED_H

#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

/* No bound, or a bound that does not end the string: buf.h, snprintf, memcpy. */
#pragma GCC poison strcpy strcat stpcpy strncpy strncat stpncpy sprintf vsprintf gets
/* Hidden state or no error report: str_next, str_u64. */
#pragma GCC poison strtok strtok_r atoi atol atoll atof
/* A static buffer behind it: time.h of base. */
#pragma GCC poison asctime ctime gmtime localtime
/* Unbounded stack. */
#undef alloca
#pragma GCC poison alloca
/* A name that another process can take first: memfd or mkstemp. */
#pragma GCC poison mktemp tempnam tmpnam

#endif
