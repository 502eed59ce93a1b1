/* version.c - trapline version */
#include <stdio.h>

#include "cmd/command.h"

int cmd_version(const struct options *o, struct err *err)
{
	(void)o;
	(void)err;
	printf("trapline %s\n", TRAPLINE_VERSION);
	return 0;
}
