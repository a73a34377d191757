/* The help texts, made from the command table. */
#ifndef CLIENT_HELP_H
#define CLIENT_HELP_H

#include <stdio.h>

#include "client/client.h"

/* The options of every command. */
extern const struct option_spec help_options[];

/* Options without a command. */
extern const struct option_spec help_top_options[];

/* An empty table of options. */
extern const struct option_spec help_none[];

/* Every command with its line, by task.
 *   width  of the terminal, 0 for none */
void help_all(FILE *out, size_t width);

/* One command: how it is called, its options and exit codes. */
void help_command(FILE *out, const struct command *command, size_t width);

#endif
