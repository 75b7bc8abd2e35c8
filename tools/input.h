#ifndef TOOLS_INPUT_H
#define TOOLS_INPUT_H

#include "parsers/buf.h"
#include "parsers/json.h"

#include <stdbool.h>

/*
 * Input that a command line names: JSON itself, @FILE, or - for standard input. What is wrong with
 * it goes to stderr as a message of `command`, in which `what` names the input.
 */

/* Adds its text. */
bool input_read(const char *command, const char *what, const char *given, struct buf *text);
/* `flags`: of json_parse. */
json *input_parse(const char *command, const char *what, const struct buf *text, unsigned flags);
/* Both. */
json *input_json(const char *command, const char *what, const char *given, unsigned flags);

#endif
