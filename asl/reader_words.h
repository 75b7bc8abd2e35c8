#ifndef ASL_READER_WORDS_H
#define ASL_READER_WORDS_H

#include "parsers/buf.h"

#include <stddef.h>

/*
 * What AWS's JSON reader says of the text, which stops being JSON at byte `at`; as recorded.
 * Returns the byte that it tells the place of.
 */
size_t reader_words(struct buf *out, const char *text, size_t len, size_t at);
/* "[Source: …; line: 1, column: 5]", of a byte that reader_words returned. */
void reader_place(struct buf *out, const char *text, size_t at);

/*
 * The same of a text that is shown, as AWS does of definitions: [Source: (String)"…"; line: 1,
 * column: 5], of which 500 characters are shown at most.
 */
void reader_source(struct buf *out, const char *text, size_t len, size_t at);

#endif
