#ifndef TOOLS_TEST_SCHEMA_H
#define TOOLS_TEST_SCHEMA_H

#include "asl/report/report.h"
#include "parsers/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a file that a person writes may have: tables, from which come the checks with their places,
 * the JSON Schema for editors and the documentation. So a field stands in one place only.
 */

/* The forms that a value may have; a shape allows one or more of them. */
enum schema_form {
    SCHEMA_ANY = 1 << 0,         /* any JSON value */
    SCHEMA_TEXT = 1 << 1,        /* a string */
    SCHEMA_FLAG = 1 << 2,        /* true or false */
    SCHEMA_COUNT = 1 << 3,       /* a whole number from 0 */
    SCHEMA_DURATION = 1 << 4,    /* seconds, or "1h30m", "2.5s", "500ms" */
    SCHEMA_TIME = 1 << 5,        /* "2024-01-01T00:00:00Z" */
    SCHEMA_RANGE = 1 << 6,       /* a whole number, "1-3", "4-" */
    SCHEMA_WORD = 1 << 7,        /* one of the shape's words */
    SCHEMA_LIST = 1 << 8,        /* a list whose elements have the shape `of` */
    SCHEMA_MAP = 1 << 9,         /* an object of any names whose values have the shape `of` */
    SCHEMA_OBJECT = 1 << 10,     /* an object with the fields of `object` */
    SCHEMA_EXPRESSION = 1 << 11, /* "{% JSONata %}" */
    SCHEMA_PATH = 1 << 12,       /* a JSONPath, "$.a" */
    SCHEMA_TRUE = 1 << 13,       /* true */
    SCHEMA_PATTERN = 1 << 14,    /* any JSON value, in which matchers may stand */
    SCHEMA_MATCHER = 1 << 15,    /* a matcher */
    SCHEMA_FILE = 1 << 16,       /* the name of a file, which is not empty */
};

struct schema_shape {
    unsigned forms;
    const struct schema_object *object;
    const struct schema_shape *of;
    const char *const *words; /* up to a NULL */
    const char *hint;         /* how to write it, for who has written something else; NULL: none */
};

struct schema_field {
    const char *name;
    const struct schema_shape *shape;
    const char *about; /* one or more sentences, for people */
    bool required;
};

struct schema_object {
    const char *name; /* "case": of the definition in the JSON Schema */
    const char *about;
    const struct schema_field *fields;
    size_t count;
    /* Another one whose fields it has, too: the tables of the documentation name them once. */
    const struct schema_object *like;
    /* Where a field that it doesn't have belongs: an object in one of its fields. May be NULL. */
    const struct schema_object *within;
    const char *within_field;
    bool remarks; /* members x-… are its author's, as a place for anchors of YAML */
    /* Looks at what fields can't say of themselves. May be NULL. */
    void (*check)(const struct asl_at *at, struct asl_report *report);
};

/* Adds to `report` all that is wrong with the value at `at`: code TEST_SUITE, with hints. What is
 * wrong with the matchers of a pattern, too: who compares with it can take them for granted. */
void schema_check(const struct schema_shape *shape, const struct asl_at *at,
                  struct asl_report *report);
/* Adds an error of that code at a part of `at`. `hint` says how to mend it; "" where the message
 * does. */
void schema_refuse(struct asl_report *report, const struct asl_at *at, enum asl_part part,
                   const char *hint, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Writes the JSON Schema (2020-12) of the object, as files of that kind have it at the top. */
void schema_write_json(struct buf *out, const struct schema_object *root, const char *title);
/* Writes the tables of all objects, for a page of documentation in Markdown. */
void schema_write_markdown(struct buf *out, const struct schema_object *root);

/* ---- reading values that were checked ---- */

/* Reads a duration in milliseconds. False: it is none. */
bool schema_duration(const json *v, int64_t *ms);
/* Adds a duration of so many seconds as schema_duration reads it: "1h30m". */
void schema_write_duration(struct buf *out, double seconds);
/* Reads a range of whole numbers; an open one ends at INT64_MAX. False: it is none. */
bool schema_range(const json *v, int64_t *first, int64_t *last);

#endif
