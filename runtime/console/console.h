#ifndef RUNTIME_CONSOLE_CONSOLE_H
#define RUNTIME_CONSOLE_CONSOLE_H

#include "runtime/http/server.h"

#include <stdbool.h>

/*
 * The console: a page for browsers, whose files are part of the program. It calls the API as any
 * client does; what the API has not, the picture of a definition, is drawn here.
 *
 *     GET  /console, /console/NAME   the page and its files
 *     GET  /                         the page, for who accepts text/html
 *     POST /console/graph            X-Amz-Target: AslConsole.Draw; the body is a definition, the
 *                                    answer its picture as `asl graph --format json` writes it
 */

/* What a request asks of the console, if anything. */
enum console_part {
    CONSOLE_NONE,
    CONSOLE_ROOT, /* the page at /, where a route may stand as well */
    CONSOLE_PAGE, /* the page at its own path */
    CONSOLE_FILE, /* all others below /console, which there need not be */
};

/* Tells by a request's head which part it asks for. */
enum console_part console_part_of(const struct http_message *m);
/* Answers a request for the page or a file. */
void console_answer_file(http_exchange *x);
/* Draws the definition that the request has as its body, if it asks for that; returns false, and
 * does nothing, if it doesn't. */
bool console_answer_drawing(http_exchange *x);

#endif
