#ifndef TOOLS_TEST_YAML_WRITE_H
#define TOOLS_TEST_YAML_WRITE_H

#include "parsers/base/buf.h"
#include "parsers/json/json.h"

#include <stddef.h>

/* Writes a value as YAML that people read, which reads back as the same value. */

/* Adds a text: plain where YAML takes it for a text, else quoted. */
void yaml_write_text(struct buf *out, const json *text);
/* Adds the key of a member that stands on lines of its own, `indent` blanks from the edge, and its
 * colon. */
void yaml_write_key(struct buf *out, const json *key, size_t indent);
/* Adds comments, one for each line of the text, `indent` blanks from the edge. Characters that YAML
 * has no place for become blanks. */
void yaml_write_remark(struct buf *out, size_t indent, const char *text);
/* Adds the value behind what stands in the line (a key, a dash), and the line's end: in the line
 * when it is short, else on lines of its own, `indent` blanks from the edge. */
void yaml_write_value(struct buf *out, const json *v, size_t indent);

#endif
