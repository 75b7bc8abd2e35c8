#ifndef TOOLS_TEST_SUITE_H
#define TOOLS_TEST_SUITE_H

#include "asl/eval/model.h"
#include "asl/report/report.h"
#include "parsers/base/arena.h"
#include "parsers/base/buf.h"
#include "parsers/source.h"
#include "runtime/trial/trial.h"
#include "tools/test/elements.h"
#include "tools/test/mutant.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * A suite file, read and checked: cases for one definition. What a case has is looked up in the
 * document itself, whose places are kept, so that each message can tell its line.
 */

/* A file in JSON or YAML, with the places of its values. Its address must not change. */
struct suite_file {
    char *path;
    struct buf text;
    struct source_lines lines;
    struct arena arena;
    json *doc;
    struct asl_at top;
};

/* Reads and parses the file, and checks it by the table, which may be NULL. False: `report` says
 * why. The file may be cleared in any case. */
struct schema_object;
bool suite_file_read(struct suite_file *f, const char *path, const struct schema_object *fields,
                     struct asl_report *report);
/* The two halves of that. Opens the file: false with *why filled. */
bool suite_file_open(struct suite_file *f, const char *path, struct diag *why);
/* Parses and checks the file, which is open. False: `report` says why. */
bool suite_file_parse(struct suite_file *f, const struct schema_object *fields,
                      struct asl_report *report);
void suite_file_clear(struct suite_file *f);

/* The definition that a suite is for. */
struct suite_machine {
    asl_machine *machine;
    json *name;                /* of the machine */
    char *file;                /* that the definition stands in */
    struct elements *elements; /* of the machine, with their places in that file */
    struct mutants *mutants;   /* of the machine; NULL: nobody asked for them */
};

void suite_machine_clear(struct suite_machine *m);

/* Who reads definitions: `argument` is FILE or FILE#MACHINE, relative to the working directory;
 * `substitutions` an object or NULL. False with *why filled. */
struct suite_reader {
    bool (*read)(void *user, const char *argument, const json *substitutions,
                 struct suite_machine *out, struct diag *why);
    /* Hears of each other file of a suite, before it is read. NULL: nobody does. */
    void (*reads)(void *user, const char *path);
    /* Returns those of the values, an object, that the definition which was read last asks for;
     * yours. NULL: all of them are taken to be. */
    json *(*used)(void *user, const json *values);
    void *user;
};

enum { CASE_LAYERS = 3 };

/* A case, or one row of its table. */
struct test_case {
    struct suite *suite;
    char *name;                        /* "declined", "declined[eu]" */
    struct place place;                /* in the suite's file */
    struct asl_at layers[CASE_LAYERS]; /* where fields stand: row, case, defaults */
    size_t layer_count;
    size_t row, rows;           /* which of how many rows of the table; rows 0: it has no table */
    const struct asl_at *table; /* the case that has the table: its layer; NULL: it has none */
    /* Of a mock configuration of Step Functions Local: whose responses answer. It has no layers
     * then, and expects nothing. NULL: it is a suite's. Looks. */
    const char *mock_machine, *mock_case;
    const json *skip; /* the reason; NULL: it runs */
    bool only;
};

struct suite {
    struct suite_file file;
    struct suite_file *included; /* files of shared mocks */
    size_t included_count;
    struct suite_file snapshots; /* doc NULL: there are none */
    struct suite_machine machine;
    trial_states *states; /* of the machine */
    struct test_case *cases;
    size_t case_count, case_cap;
};

/*
 * Reads the suite at `path`, the files that it includes, and its definition. Returns NULL when
 * something is wrong; `tell` has heard of it then, once for each file: looks.
 */
struct suite *suite_load(const char *path, const struct suite_reader *reader,
                         void (*tell)(void *user, const struct suite_file *f,
                                      const struct asl_report *report),
                         void *user);
void suite_free(struct suite *s);

/* Finds a field of a case: in its row, in the case, in the defaults. False: it has none. *out is
 * good as long as the suite. */
bool case_field(const struct test_case *c, const char *name, struct asl_at *out);
/* Finds the field in the given layer only. */
bool case_field_in(const struct test_case *c, size_t layer, const char *name, struct asl_at *out);
/* Returns the value of a text field; NULL: it has none. A look. */
const char *case_text(const struct test_case *c, const char *name);
/* Returns whether real handlers may answer calls of the case: played again, it would call them
 * again. */
bool case_has_handlers(const struct test_case *c);
/* Returns whether the case has the tag. */
bool case_has_tag(const struct test_case *c, const char *tag);
/* Returns the path of the definition whose name, without an ending, is the first `len` bytes of
 * `path`: that with .asl.json, .asl.yaml, .json and so on behind it which is there. NULL: none is;
 * else mem_free it. The reader hears of each that is looked for. */
char *suite_definition_at(const struct suite_reader *reader, const char *path, size_t len);
/* Returns how the suite at `suite` (NULL: one that goes to stdout) names a definition that is
 * called `argument` on the command line, FILE or FILE#MACHINE; mem_free it. */
char *suite_definition_name(const char *suite, const char *argument);
/* Returns how long the path is up to the ending of NAME.test.yaml, NAME.test.json and the like; all
 * of it where the name has no such ending. */
size_t suite_name_len(const char *suite);
/* Returns the path of a file that the suite names, as seen from the working directory; mem_free
 * it. */
char *suite_path(const struct suite *s, const char *named);

#endif
