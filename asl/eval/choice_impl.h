#ifndef ASL_EVAL_CHOICE_IMPL_H
#define ASL_EVAL_CHOICE_IMPL_H

/* The compiled test of a Choice rule, which choice_compile.c makes and choice.c evaluates. */

#include "asl/eval/choice.h"
#include "asl/eval/path.h"
#include "parsers/base/timestamp.h"

/* Bounds the recursion of compiling and evaluating. */
enum { NESTING_MAX = 100 };

enum family {
    FAMILY_STRING,
    FAMILY_NUMERIC,
    FAMILY_BOOLEAN,
    FAMILY_TIMESTAMP,
    FAMILY_MATCHES,
    FAMILY_IS,
};

enum relation { EQUALS, LESS_THAN, GREATER_THAN, LESS_THAN_EQUALS, GREATER_THAN_EQUALS };

enum subject { IS_BOOLEAN, IS_NULL, IS_NUMERIC, IS_PRESENT, IS_STRING, IS_TIMESTAMP };

/* A comparison operator: a row of the table in choice_compile.c. */
struct choice_operator {
    const char *name;
    enum family family;
    unsigned what; /* enum relation, or enum subject of FAMILY_IS */
    bool path;     /* the operand is a path to it */
};

enum test_kind { TEST_COMPARE, TEST_AND, TEST_OR, TEST_NOT };

/*
 * The pattern of StringMatches, cut at its stars: the texts between them, escapes undone. Each has
 * the table that lets it be found without looking at any character twice: failure[i] is the length
 * of the longest beginning of the text that is also the end of its first i + 1 bytes.
 */
struct piece {
    char *text;
    size_t len;
    uint32_t *failure;
};

struct pattern {
    struct piece *pieces;
    size_t count;  /* stars + 1 */
    bool dangling; /* a backslash that escapes nothing */
};

struct asl_test {
    enum test_kind kind;
    const asl_test **tests; /* of And, Or, Not */
    size_t count;
    const struct choice_operator *operator;
    const asl_path *variable;
    const asl_path *path;   /* of a …Path operator; all others have: */
    json *operand;          /* the literal, */
    struct timestamp when;  /* of FAMILY_TIMESTAMP, */
    struct pattern pattern; /* of FAMILY_MATCHES */
};

/* Returns whether `v` is true or false. */
static inline bool choice_is_boolean(const json *v)
{
    return json_kind(v) == JSON_TRUE || json_kind(v) == JSON_FALSE;
}

/* Returns whether `v` is a timestamp, and fills *when. */
static inline bool choice_is_timestamp(const json *v, struct timestamp *when)
{
    return json_is_string(v) && timestamp_parse(json_str(v), json_str_len(v), when);
}

#endif
