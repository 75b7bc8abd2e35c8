#ifndef TOOLS_TEST_MARKUP_H
#define TOOLS_TEST_MARKUP_H

#include "parsers/base/buf.h"

/* Adds text as XML and HTML have it, between tags or in quotes. Characters that XML 1.0 can't have
 * become U+FFFD. */
void markup_text(struct buf *out, const char *text);
/* Adds ` name="value"`. */
void markup_attribute(struct buf *out, const char *name, const char *value);

#endif
