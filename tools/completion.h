#ifndef TOOLS_COMPLETION_H
#define TOOLS_COMPLETION_H

#include "tools/cmd.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Prints a script that completes asl's command line in `shell` ("bash", "zsh", "fish"), made from
 * the tables of commands and options. False: there is no script for that shell.
 */
bool completion_print(const char *shell, const struct cmd *commands, size_t count);

#endif
