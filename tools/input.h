#ifndef TOOLS_INPUT_H
#define TOOLS_INPUT_H

#include "parsers/base/buf.h"
#include "parsers/document.h"

#include <stdbool.h>

/*
 * Input that a command line names: JSON itself, @FILE (JSON or YAML), or - for JSON on standard
 * input. What is wrong with it goes to stderr as a message of `command`, in which `what` names it.
 */
struct input {
    const char *command, *what;
    const char *given; /* the argument */
    /* What input_read fills: */
    struct buf text;
    enum document_format format;
};

/* Reads the text. False after a message. input_clear is needed in any case. */
bool input_read(struct input *in);
/* Parses the text; `flags` as for json_parse. NULL after a message. */
json *input_parse(const struct input *in, unsigned flags);
void input_clear(struct input *in);

/* Does all of the above and returns the value only. NULL after a message. */
json *input_json(const char *command, const char *what, const char *given, unsigned flags);

#endif
