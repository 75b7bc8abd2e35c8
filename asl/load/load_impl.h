#ifndef ASL_LOAD_LOAD_IMPL_H
#define ASL_LOAD_LOAD_IMPL_H

/*
 * What the files of the loader share: load.c (the machine, scopes and their graph), load_state.c
 * (states and blocks, with their tables of fields), load_lists.c (retriers, catchers and rules),
 * load_fields.c (how each kind of value is read), and check_….c (what only AWS minds).
 */

#include "asl/eval/model.h"
#include "asl/load/field.h"
#include "asl/load/load.h"
#include "parsers/json/json_set.h"

/* A field found under a misspelt name; it is not reported as missing. */
struct asl_misspelt {
    const json *object;
    const char *meant;
    const struct asl_misspelt *next;
};

struct loader {
    asl_machine *m;
    struct arena *a;
    struct asl_report *report;
    const struct load_purpose *purpose;
    enum asl_workflow workflow; /* whose rules hold for the states that are being read */
    enum asl_language machine_language, language; /* the machine's; that of what is being read */
    const struct asl_at *state;                   /* the state that is being read */
    const struct asl_misspelt *misspelt;          /* first those of the object just read */
    struct json_set names;  /* of all states so far: they are unique over all scopes */
    struct json_set labels; /* of Maps */
    size_t guesses;         /* names that misspelt ones may still be compared with */
    struct field_memo memo;
    const json *looked_at; /* the names of a scope: is a placeholder among them? */
    bool open;
};

/* The largest value of a number that may be any. */
#define ASL_NEVER INT64_MAX

/*
 * Reads each member of `at` into `object` by its row in the table, as far as the row is for objects
 * of the kinds `on` (0: all). Members without a row are errors.
 */
void load_fields(struct loader *l, const struct asl_fields *table, unsigned on,
                 const struct asl_at *at, void *object);
/* Says that only the other language has the field at `at`; `hint` NULL: the usual one. */
void load_other_language(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                         const char *hint);
/*
 * "These fields are required: […]" for those of `names` (ends with NULL) that `at` lacks. It comes
 * behind load_fields, which knows what is misspelt. Here and below the message has the names as
 * they are given: in AWS's order, which is that of a hash set of Java's.
 */
bool load_required(struct loader *l, const struct asl_at *at, const char *const *names);
/* Tells whether the object has the field, be it misspelt. */
bool load_has(const struct loader *l, const struct asl_at *object, const char *field);
/* Reports when more than one of `names` (ends with NULL) is there, or when none is there and `must`
 * is set. */
void load_one_of(struct loader *l, const struct asl_at *at, const char *const *names, bool must);

/* Readers. `object` is the struct that `offset` is in. */
void load_ignored(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_comment(struct loader *, const struct asl_field *, const struct asl_at *, void *);
/* The parts of a distributed Map (load_map.c); the object is its state. */
void load_reader(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_batcher(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_writer(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_text(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_any(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_flow(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_reference_flow(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_path(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_template(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_assign(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_query(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_number(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_number_path(struct loader *, const struct asl_field *, const struct asl_at *, void *);
/* A Map's path to a number, such as MaxConcurrencyPath; it can't lead into the context object. */
void load_count_path(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_share(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_share_path(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_retry(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_catch(struct loader *, const struct asl_field *, const struct asl_at *, void *);
void load_choices(struct loader *, const struct asl_field *, const struct asl_at *, void *);

/* Which blocks have a field of asl_block_fields. */
enum { LOAD_MACHINE = 1, LOAD_BRANCH = 2, LOAD_PROCESSOR = 4 };

/* The tables of what a state's fields have in them: load_lists.c, load_map.c. */
extern const struct asl_fields load_retrier_fields, load_reader_fields, load_batcher_fields,
    load_writer_fields;

/* Reads the QueryLanguage of the object at `at`; `otherwise` without one. Problems are reported. */
enum asl_language load_language(struct loader *l, const struct asl_at *at,
                                enum asl_language otherwise);
/* Compiles the value at `at` as a template of the language that is being read. */
const asl_template *load_value(struct loader *l, const struct asl_at *at);
/* Tells whether it is a string that a JSONata state evaluates. */
bool load_is_expression(const struct loader *l, const struct asl_at *at);
/* Reads a whole number from f->min to f->max; false after reporting why not. */
bool load_whole(struct loader *l, const struct asl_field *f, const struct asl_at *at, int64_t *out);
/* Returns a look at the string at `at`; NULL after reporting that it is none. */
const json *load_string(struct loader *l, const struct asl_at *at);
/* Tells whether it is one of `words` (ends with NULL); false after reporting that it is not. */
bool load_word(struct loader *l, const struct asl_at *at, const char *const *words);
/* Tells whether it is an array with `min` elements or more; false after reporting. */
bool load_array(struct loader *l, const struct asl_at *at, size_t min);
/* Tells whether it is an object; false after reporting. */
bool load_object(struct loader *l, const struct asl_at *at);
/* Reads the names of an ErrorEquals. */
void load_error_names(struct loader *l, const struct asl_at *at, struct asl_errors *out);
/* Reports a States.ALL that does not stand alone, in the last of the retriers or catchers. */
void load_check_all(struct loader *l, const struct asl_at *list);
/* Returns a reference to `v` that the machine keeps. */
json *load_keep(struct loader *l, const json *v);

/* Finds the state that the value of `at` names in `scope`; NULL after reporting that there is none.
 */
const struct asl_state *load_target(struct loader *l, const struct asl_scope *scope,
                                    const struct asl_at *at);
/* Reads the StartAt and States of the object at `at`. */
struct asl_scope *load_scope(struct loader *l, const struct asl_at *at,
                             const struct asl_state *owner);
/* Fills a state whose type is known, from its object. */
void load_state(struct loader *l, struct asl_state *s, const struct asl_at *at);
/* Ends the reading of a Map, whose mode is known by then. */
void load_map_done(struct loader *l, struct asl_state *s, const struct asl_at *at);
/* Reports Credentials of a Task that name no role. */
void load_check_credentials(struct loader *l, const struct asl_state *s, const struct asl_at *at);
/* Report what only AWS minds in a Task, in a Map that is loaded: check_resource.c, load_map.c. */
void load_check_resource(struct loader *l, struct asl_state *s, const struct asl_at *at);
void load_check_map(struct loader *l, const struct asl_state *s, const struct asl_at *at);
/* Reports variables of inner blocks that hide outer ones, in a machine without errors. */
void load_check_variables(struct loader *l, const struct asl_at *top);

#endif
