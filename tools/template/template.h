#ifndef TOOLS_TEMPLATE_TEMPLATE_H
#define TOOLS_TEMPLATE_TEMPLATE_H

#include "asl/asl.h"
#include "asl/report/report.h"
#include "parsers/base/buf.h"
#include "parsers/source.h"
#include "tools/template/placeholders.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Definitions in what people keep them in: a file of their own; templates of CloudFormation, SAM
 * and the CDK; serverless.yml; Terraform's JSON and plans. Each is found and validated, and what is
 * wrong with it is told with its place in the file that a person edits.
 *
 * Placeholders, "${…}", and functions of CloudFormation are recognized: nothing is reported that
 * depends on their value.
 */

/* A definition that was validated. */
struct template_found {
    const char *machine; /* its name in the template; NULL: the file is the definition */
    const char *file;
    struct source_lines *lines; /* of the file's text */
    struct asl_report *report;  /* places are in `file`; the receiver may change it */
    bool remark; /* no definition: more of the one before, in the template that refers to it */
};

/*
 * A definition as it is to be run: text, or a value of the template; placeholders are filled in as
 * far as they are known. All of it is good during the call only.
 */
struct template_taken {
    const char *machine; /* NULL: the file is the definition */
    const char *file;
    struct source_lines *lines;
    enum asl_workflow workflow;
    const char *text; /* NULL: it is `value` */
    size_t len;
    enum document_format format;
    const struct source_map *map; /* of `text` in the file; NULL: it is the file's */
    const json *value;
    const struct json_places *places;
    const json *open; /* an object with the names of placeholders that nothing fills in */
    const char *bare; /* the first of them that stands outside of the quotes of JSON; NULL: none */
};

/* The caller of template_read: what it wants, and functions that are called with `ctx`. */
struct template_reader {
    void *ctx;
    struct placeholders *given; /* by name, before what templates give; NULL: nothing */
    /* Is called with each definition instead of `found`, which then tells only what can't be read.
     * May be NULL. */
    void (*take)(void *ctx, const struct template_taken *taken);
    const enum asl_workflow *forced; /* NULL: as the template says */
    enum asl_workflow otherwise;     /* of a definition that stands alone */
    const struct asl_codes *wanted;  /* the problems of definitions that are looked for */
    void (*found)(void *ctx, const struct template_found *found);
    /* Placeholders of a definition that stands alone and was validated, an object with their names:
     * those that stay when some are given at all. NULL: nobody wants to know. */
    void (*open)(void *ctx, const char *file, const json *names);
    /* Is called for a definition that can't be read, with the reason: "its definition is in S3". */
    void (*unchecked)(void *ctx, const char *file, const char *machine, const char *why);
    /* Reads the file `path`, to which the template `near` refers. False with *why filled. */
    bool (*read_file)(void *ctx, const char *near, const char *path, struct buf *text,
                      struct diag *why);
};

/* A kind of file. */
struct template_kind;

#define TEMPLATE_KINDS "definition|cloudformation|serverless|terraform"
/* Returns the kind with that name, or NULL if there is none. */
const struct template_kind *template_kind_find(const char *name);
/*
 * Returns the kind of a file by its content, or NULL if it is of none. A file that can't be parsed
 * is of a kind if its text has the words of that kind.
 */
const struct template_kind *template_kind_of(const char *name, const char *text, size_t len);

/* Returns whether a file is in HCL, Terraform's language, by its name or its first words. */
bool template_is_hcl(const char *name, const char *text, size_t len);

/*
 * Returns whether a text may be that of a definition: false if it is no JSON and has no key of YAML
 * in it. An empty text may be one; whoever reads it reports that.
 */
bool template_may_be_mapping(const char *name, const char *text, size_t len);

/* Compiles a definition. `report` gains problems with their places in its file. NULL: one of them
 * is an error. */
asl_machine *template_compile(const struct template_taken *taken, struct asl_report *report);
/* Adds marks, each a problem at the place that it is for. `top`: where the definition stands. */
typedef void template_marks(void *user, const struct asl_at *top, struct asl_report *marks);
/* Calls `mark` with the definition and its places, and gives the marks their places in its file.
 * Nothing is marked in a definition that can't be read. */
void template_mark(const struct template_taken *taken, template_marks *mark, void *user,
                   struct asl_report *marks);
/* Adds to `report` what asl_validate finds in a definition, with places in its file. */
void template_validate(const struct template_taken *taken, const struct asl_served *served,
                       struct asl_report *report);

/* Validates all definitions in the text of the file `name`, or gives them to `reader->take`. */
void template_read(const struct template_reader *reader, const struct template_kind *kind,
                   const char *name, const char *text, size_t len);

#endif
