#ifndef ASL_REPORT_READER_WORDS_H
#define ASL_REPORT_READER_WORDS_H

#include "parsers/base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Which of AWS's readers: the versions of Jackson differ in some words, and in the places of
 * characters; the later one doesn't show the text.
 */
enum reader_version {
    READER_OF_API,       /* 2.12: [Source: (String)"{"; line: 1, column: 2] */
    READER_OF_FUNCTIONS, /* 2.17, in States.StringToJson: [Source: REDACTED (…); line: …] */
};

/*
 * Gives what AWS's JSON reader says of a text that is no JSON, and of which place. False when it
 * finds nothing wrong. tests/data/jackson.jsonl has what it was held against.
 */
bool reader_words(const char *text, size_t len, enum reader_version version, struct buf *words,
                  struct buf *place);

#endif
