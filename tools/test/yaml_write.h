#ifndef TOOLS_TEST_YAML_WRITE_H
#define TOOLS_TEST_YAML_WRITE_H

#include "parsers/base/buf.h"
#include "parsers/json/json.h"

#include <stddef.h>

/* Writes a value as YAML that people read, which reads back as the same value. */

/* Adds a key or text: plain where YAML takes it for a text, else quoted. */
void yaml_write_text(struct buf *out, const json *text);
/* Adds the value behind what stands in the line (a key, a dash), and the line's end: in the line
 * when it is short, else on lines of its own, `indent` blanks from the edge. */
void yaml_write_value(struct buf *out, const json *v, size_t indent);

#endif
