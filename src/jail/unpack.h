/* unpack.h - the jail's child: reads an archive and streams its members; internal to jail/. */
#ifndef TRAPLINE_JAIL_UNPACK_H
#define TRAPLINE_JAIL_UNPACK_H

#include "base/str.h"

/* Before the sandbox is entered: loads what libarchive would open later. */
void unpack_prepare(void);
/* fd: the archive; first: its bytes read already; out: the pipe for frames. */
void unpack(int fd, struct str first, int out);

#endif
