#ifndef RUNTIME_API_API_MEMBERS_H
#define RUNTIME_API_API_MEMBERS_H

#include "asl/report/quota.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The members of a request. Each operation has a table of them, which its call is held against
 * before it is made. A row says only what is not usual: {.name = "cause", .kind = PRIVATE, .max =
 * 256}.
 */

enum member_kind {
    TEXT,
    NAME,    /* a text whose characters the operation looks at */
    PRIVATE, /* a text that no answer repeats */
    PAYLOAD, /* such a one, whose length is in bytes */
    NUMBER,
    FRACTION,
    FLAG,
    LIST,
    TEXTS, /* a LIST of them */
    STRUCT
};

struct member {
    const char *name; /* NULL ends a table */
    enum member_kind kind;
    bool required;
    int64_t min, max; /* length or value; max 0: it has no bound */
    const char *pattern;
    bool (*matches)(const char *text, size_t len); /* of the pattern */
    const char *const *choices;                    /* NULL ends them */
    const struct member *of; /* STRUCT, LIST of them: their members; TEXTS: what each must be */
    const char *java_class;  /* at the end of a table: how AWS prints what has these members */
};

/* Rows that many operations have. */
#define ARN_MEMBER(member)                                                                         \
    {                                                                                              \
        .name = member, .required = true, .min = 1, .max = QUOTA_ARN                               \
    }
#define NAME_MEMBER(need)                                                                          \
    {                                                                                              \
        .name = "name", .kind = NAME, .required = need, .min = 1, .max = QUOTA_NAME                \
    }
#define PAGE_MEMBERS                                                                               \
    {.name = "maxResults", .kind = NUMBER, .max = QUOTA_PAGE},                                     \
    {                                                                                              \
        .name = "nextToken", .min = 1, .max = 1024                                                 \
    }

/* The values of includedData. */
extern const char *const included_data[];

struct call;

/* Holds the request against a table. False with the call failed: ValidationException with all that
 * is wrong, or SerializationException. */
bool check_members(struct call *c, const struct member *members);

/* Patterns of AWS's model. */
bool pattern_alias(const char *text, size_t len);
bool pattern_ascii(const char *text, size_t len);
bool pattern_visible(const char *text, size_t len);
bool pattern_no_nul(const char *text, size_t len);

#endif
