#ifndef PARSERS_SOURCE_H
#define PARSERS_SOURCE_H

#include "parsers/base/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where text came from: lines and columns of offsets and back, and, for text that was written down
 * inside another (a JSON string, a scalar of YAML), the place of each byte in what a person edits.
 */

/* The lines of a text, which stays the caller's. Empty is {0}. They are counted when asked for. */
struct source_lines {
    const char *text;
    size_t len;
    struct place *marks; /* of each SOURCE_BLOCK bytes' first; NULL: not counted yet */
};

enum { SOURCE_BLOCK = 512 };

void source_lines_init(struct source_lines *s, const char *text, size_t len);
void source_lines_clear(struct source_lines *s);
/* Returns the place of the bytes [from, to), as far as they are in one line; at least one long. */
struct place source_place(struct source_lines *s, size_t from, size_t to);
/*
 * Returns the offset of a line and column; the end of the line or text when there is no such
 * column.
 */
size_t source_offset(struct source_lines *s, uint32_t line, uint32_t column);

/* From `at` on, up to the next run, a byte came from the same distance behind `from`. */
struct source_run {
    uint32_t at, from;
    bool fixed; /* no: all came from `from` */
};

/* Where the bytes of a text came from; runs in ascending order. Empty is {0}. */
struct source_map {
    struct source_run *runs;
    size_t count, cap;
};

/* Says that from `at` on bytes came from `from`. `at` never goes back from call to call. */
void source_map_add(struct source_map *m, size_t at, size_t from, bool fixed);
/* Returns the offset that byte `at` came from; 0 of an empty map. */
size_t source_map_find(const struct source_map *m, size_t at);
/* Adds, from `at` on, what `m` has of the bytes [from, to). */
void source_map_copy(struct source_map *out, size_t at, const struct source_map *m, size_t from,
                     size_t to);
/* Returns where the byte before `at` ended, which for an escape is further on than one byte. */
size_t source_map_end(const struct source_map *m, size_t at);
void source_map_clear(struct source_map *m);

/* Maps the JSON string whose opening quote is at `start` of `text`. It is well formed. */
void source_map_json(struct source_map *m, const char *text, size_t len, size_t start);
/*
 * Maps the YAML scalar at `start` of `text` (its tag, its anchor or itself), which libyaml has
 * decoded to `value`. Where the two don't match, all that follows is said to come from that place.
 */
void source_map_yaml(struct source_map *m, const char *text, size_t len, size_t start,
                     const char *value, size_t value_len);

#endif
