#ifndef TOOLS_TEST_MUTANT_H
#define TOOLS_TEST_MUTANT_H

#include "asl/eval/model.h"
#include "asl/report/report.h"
#include "parsers/base/arena.h"
#include "tools/test/elements.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Mutants of a definition: the same with one small fault in it, as people make them. A suite that
 * passes with the fault has not noticed it. One that behaves as the definition does, whatever comes
 * in, is not made where that can be decided.
 */
struct mutant {
    const char *kind;              /* a word: "ChoiceOperator" */
    const char *words;             /* what is changed, without the state: "rule 2 is gone" */
    const struct asl_state *state; /* NULL: it is the machine's own */
    /* What a case has to pass to be able to notice: an index of the elements. MUTANT_ANY: any case
     * is. */
    size_t element;
    struct place place; /* in the definition's file; line 0: not known */
    /* The value at path[0…depth) of the definition is replaced; the place is that of a value or key
     * at path[0…place_depth). */
    const size_t *path;
    size_t depth, place_depth;
    enum asl_part part;
    const json *value;
};

#define MUTANT_ANY SIZE_MAX

struct mutants {
    struct mutant *all;
    size_t count, cap;
    struct arena arena;
};

/* Makes all mutants of the machine's definition; the machine and its elements have to outlive
 * them. */
struct mutants *mutants_new(const asl_machine *m, const struct elements *e);
void mutants_free(struct mutants *ms);

/* As elements_mark and elements_place: they find the mutants' places in the file of the
 * definition. One that is not found has its state's. */
void mutants_mark(const struct mutants *ms, const struct asl_at *top, struct asl_report *marks);
void mutants_place(struct mutants *ms, const struct elements *e, const struct asl_report *marks);

/* Returns the definition with the fault in it. */
json *mutant_definition(const struct mutant *mutant, const json *definition);
/* Adds the state and what is changed there: "'Check': rule 2 is gone". */
void mutant_write(struct buf *out, const struct mutant *mutant);

#endif
