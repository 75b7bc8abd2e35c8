#ifndef ASL_LOAD_FIELD_H
#define ASL_LOAD_FIELD_H

#include "asl/report/report.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What objects of a definition may have. A field is one row in the table of its kind of object: the
 * loader reads by it, `asl fmt` puts members into the order of the rows, and whoever looks for
 * paths, variables, targets or blocks walks the definition by what the row says stands there.
 */

/* Which query languages have a field. */
enum asl_language { ASL_ANY_LANGUAGE, ASL_JSONPATH, ASL_JSONATA };

/* What stands in a field. In JSONata a text, a number or a template may be or have expressions. */
enum field_role {
    FIELD_DATA, /* nothing that is evaluated */
    FIELD_TEXT,
    FIELD_NUMBER,
    FIELD_PATH,     /* a path, or a call of an intrinsic function */
    FIELD_FLOW,     /* InputPath, ResultPath, OutputPath: a path, or null */
    FIELD_OPERAND,  /* of a Choice's operator: a path when the name ends in Path, else data */
    FIELD_TEMPLATE, /* a payload, with parts that are evaluated */
    FIELD_ASSIGN,   /* such a payload, whose members are variables */
    FIELD_TARGET,   /* the name of a state */
    FIELD_OBJECT,   /* an object with the fields of `inside`, or an array of such */
    FIELD_BLOCK,    /* an object, or an array of them, with States: a branch, an item processor */
    FIELD_STATES,   /* an object whose members are states, with the fields of `inside` */
};

struct loader;
struct asl_fields;

struct asl_field {
    const char *name;
    unsigned on; /* which objects of the table have it: of states, 1u << their type; 0: all */
    enum asl_language language;
    enum field_role role;
    /* Reads the value at `at` into `object` + `offset`; NULL: another module does. */
    void (*read)(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                 void *object);
    size_t offset;
    int64_t min, max; /* of numbers */
    const struct asl_fields *inside;
};

/* The fields of one kind of object, in the order in which `asl fmt` writes them. */
struct asl_fields {
    const struct asl_field *rows;
    size_t count;
    /* Members without a row: what stands in them (NULL: they are errors), and before which row
     * `asl fmt` puts them. */
    const struct asl_field *others;
    size_t others_before;
    bool unordered; /* `asl fmt` leaves its members as they stand */
};

/* The fields of a machine, branch or item processor; of a state; of a rule of a Choice; of a
 * Catcher. */
extern const struct asl_fields asl_block_fields, asl_state_fields, asl_rule_fields,
    asl_catcher_fields;

/* Returns whether the field is a payload with parts that are evaluated: a template or an Assign. */
static inline bool field_is_template(const struct asl_field *f)
{
    return f->role == FIELD_TEMPLATE || f->role == FIELD_ASSIGN;
}

/* Returns the first row with the role, which the table has. */
const struct asl_field *field_with_role(const struct asl_fields *table, enum field_role role);
/* Returns the first row whose objects have the fields of `inside`; the table has one. */
const struct asl_field *field_with_inside(const struct asl_fields *table,
                                          const struct asl_fields *inside);

/* Returns the row of that name, `others` when there is none. */
const struct asl_field *field_find(const struct asl_fields *table, const char *name, size_t len);
/*
 * The rows that were found for keys of one document. Its parser makes equal keys one value, so a
 * key's address tells its row from the second time on, while most rows are far down their tables.
 * There are many times as many places as a definition has names of fields, so that few meet. Empty
 * is {0}; it may not outlive the document.
 */
enum { FIELD_MEMO = 256 };
struct field_memo {
    struct field_found {
        const json *key;
        const struct asl_fields *table;
        unsigned on;
        const struct asl_field *row;
    } found[FIELD_MEMO];
};

/* Finds the row of a member; NULL when the table has none of that name, or none for objects of `on`
 * (0: of any). */
const struct asl_field *field_of_key(const struct asl_fields *table, unsigned on, const json *key,
                                     struct field_memo *memo);
/* Returns the place of a member of that name in the order of `asl fmt`. */
size_t field_rank(const struct asl_fields *table, const char *name, size_t len);

typedef void field_see(void *user, const struct asl_field *f, const struct asl_at *at);

/*
 * Calls `see` with each field of the object at `at`, which need not be valid. Instead of a field of
 * role OBJECT come the fields in it: those of retriers, rules, catchers, a Map's reader. The states
 * in a block are not visited.
 */
void fields_visit(const struct asl_fields *table, const struct asl_at *at, struct field_memo *memo,
                  field_see *see, void *user);

/* Finds the blocks of the state at `at`: a Parallel's Branches, what a Map runs for each item. */
bool field_blocks(const struct asl_at *state, struct asl_at *out);

/* A state of a definition as it is written, valid or not. */
struct written_state {
    const json *name, *value;
    bool in_map; /* a Map runs it for its items */
};

typedef bool written_state_is(const void *user, const json *name, const json *state);

/* Finds the first state that `is` the one; false when the definition has none. */
bool field_find_state(const json *definition, written_state_is *is, const void *user,
                      struct written_state *out);

#endif
