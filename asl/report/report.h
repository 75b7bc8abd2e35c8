#ifndef ASL_REPORT_REPORT_H
#define ASL_REPORT_REPORT_H

#include "parsers/base/buf.h"
#include "parsers/base/diag.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* No way to a place is told in more bytes. */
enum { ASL_MAX_POINTER = 1024 };

/*
 * Where in a definition we are: a value, what names it in its parent, and the parent, up to the
 * whole. Lives on the C stack of whoever walks the definition.
 */
struct asl_at {
    const struct asl_at *up;
    const json *value;
    const struct json_places *places;
    const json *key; /* the member's key; NULL in an array and for the whole */
    size_t index;    /* among the elements or members */
};

/* Gives the member `key` of the object at `at`; false when there is none, or `at` is no object. */
bool asl_at_member_n(const struct asl_at *at, const char *key, size_t len, struct asl_at *out);
static inline bool asl_at_member(const struct asl_at *at, const char *key, struct asl_at *out)
{
    return asl_at_member_n(at, key, strlen(key), out);
}
/* Gives member or element `i` < json_count(at->value). */
void asl_at_index(const struct asl_at *at, size_t i, struct asl_at *out);
/* Adds the JSON Pointer, "/States/a~1b/Next" (RFC 6901). One longer than ASL_MAX_POINTER bytes ends
 * with "…". */
void asl_at_pointer(const struct asl_at *at, struct buf *out);
/* Adds the location in AWS's form, "/States/a/b/Choices[0]/Next"; "/" for the whole. */
void asl_at_location(const struct asl_at *at, struct buf *out);
/*
 * Adds the location from `from`, above it (NULL: from the whole), "/Choices[0]/Next". What is
 * longer than `most` bytes ends with "…".
 */
void asl_at_location_from(const struct asl_at *from, const struct asl_at *at, size_t most,
                          struct buf *out);

enum asl_severity { ASL_ERROR, ASL_WARNING };

/* One thing found in a definition. Texts belong to the report. */
struct asl_problem {
    enum asl_severity severity;
    const char *code; /* AWS's code, or a stable one of our own; static */
    char *message;    /* AWS's words where AWS would say it */
    char *hint;       /* how to mend it */
    char *pointer;    /* JSON Pointer */
    char *location;   /* AWS's location; NULL where AWS gives none */
    struct place place;
    bool unsure; /* it is about a placeholder: only what that stands for decides */
};

/* The most problems of one definition that are listed; the last then says that there are more. */
enum { ASL_MAX_PROBLEMS = 10000 };
/* Fewer are listed when their texts have so many bytes: each may have a long way to its place. */
enum { ASL_MAX_REPORT = 8 * 1024 * 1024 };

/*
 * Everything found in one definition, in the order of finding. Empty is {0}. `errors` counts what
 * is not listed, too.
 */
struct asl_report {
    struct asl_problem *problems;
    size_t count, cap, errors;
    size_t bytes; /* of the texts */
    bool full;    /* the last one says that there are more */
    bool no_most; /* all are kept: they are marks of a definition, which is bounded, no problems */
};

/* Which part of `at` is meant: its value, or the key that names it. */
enum asl_part { ASL_VALUE, ASL_KEY };

/*
 * Adds a problem. `at` NULL: one of the whole, that AWS gives no location for. `hint` NULL: what
 * asl_hint_for says.
 */
void asl_report_add(struct asl_report *r, enum asl_severity severity, const char *code,
                    const struct asl_at *at, enum asl_part part, const char *hint,
                    const char *format, ...) __attribute__((format(printf, 7, 8)));
/* The code of most of them. */
#define ASL_SCHEMA_VALIDATION_FAILED "SCHEMA_VALIDATION_FAILED"
/* Adds an error at the value of `at`, code SCHEMA_VALIDATION_FAILED. */
void asl_report_schema(struct asl_report *r, const struct asl_at *at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/*
 * Gives the problem that was added last another location for AWS: `at`'s, or none (NULL). So an
 * unknown field is, which AWS puts at the object that has it.
 */
void asl_report_relocate(struct asl_report *r, const struct asl_at *at);
/* Gives the problem that was added last this location for AWS. */
void asl_report_locate(struct asl_report *r, const char *location);
/* Forgets the problems with that code. */
void asl_report_drop(struct asl_report *r, const char *code, size_t code_len);
/* Puts those from `first` on into the order of their places, each once. */
void asl_report_sort(struct asl_report *r, size_t first);
/* Marks the problem that was added last as unsure. */
void asl_report_unsure(struct asl_report *r);
/* Forgets those that are unsure. */
void asl_report_drop_unsure(struct asl_report *r);
void asl_report_clear(struct asl_report *r);

/* Tells whether the string has a placeholder, "${…}", that a deployment is to fill in. */
bool asl_has_placeholder(const json *string);
/* Tells whether the value is such a string, or an object that names a member so. */
bool asl_is_open(const json *value);

#endif
