/* help.c - trapline help [COMMAND] */
#include <stdio.h>

#include "cmd/command.h"

void help_print(const struct command *c)
{
	printf("usage: trapline %s%s%s\n\n%s.\n", c->name, *c->args ? " " : "", c->args, c->summary);
	if (c->more)
		printf("\n%s\n", c->more);
	if (c->options) {
		printf("\noptions:\n");
		options_help(c->options);
	}
}

static void overview(void)
{
	printf("trapline reads raw spam-trap mail and answers, with evidence: how much, who sends it, for whom, since when.\n\n"
	       "usage: trapline COMMAND [options] [arguments]\n\n");
	for (const struct command *c = commands; c->name; c++)
		printf("  %-10s %-12s %s\n", c->name, c->args, c->summary);
	printf("\nStart with: trapline report PATH...     Details: trapline help COMMAND\n"
	       "exit codes: 0 ok, 1 findings of --fail-on, 2 usage, 3 input, 4 environment\n");
}

int cmd_help(const struct options *o, struct err *err)
{
	if (o->n_paths == 0) {
		overview();
		return 0;
	}
	const struct command *c = command_find(o->paths[0]);
	if (!c)
		return command_unknown(o->paths[0], err);
	help_print(c);
	return 0;
}
