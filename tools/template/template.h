#ifndef TOOLS_TEMPLATE_TEMPLATE_H
#define TOOLS_TEMPLATE_TEMPLATE_H

#include "asl/asl.h"
#include "asl/report.h"
#include "parsers/buf.h"
#include "parsers/source.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Definitions in what people keep them in: a file of their own; templates of CloudFormation, SAM
 * and the CDK; serverless.yml; Terraform's JSON and plans. Each is found and validated, and what is
 * wrong with it is told by its place in the file that a person edits.
 *
 * A placeholder, "${…}", or a function of CloudFormation is known for what it is: nothing is said
 * of what only its value can decide.
 */

/* A definition that was validated. */
struct template_found {
    const char *machine; /* its name in the template; NULL: the file is the definition */
    const char *file;
    struct source_lines *lines; /* of the file's text */
    struct asl_report *report;  /* places are in `file`; the receiver may change it */
    bool remark; /* no definition: more of the one before, in the template that refers to it */
};

/* Who wants to know, and reads files. */
struct template_reader {
    void *ctx;
    const enum asl_workflow *forced; /* NULL: as the template says */
    enum asl_workflow otherwise;     /* of a definition that stands alone */
    const struct asl_codes *wanted;  /* the problems of definitions that are looked for */
    void (*found)(void *ctx, const struct template_found *found);
    /* A definition that can't be looked at: "its definition is in S3". */
    void (*unchecked)(void *ctx, const char *file, const char *machine, const char *why);
    /* The file that the template `near` refers to; false with *why filled. */
    bool (*read_file)(void *ctx, const char *near, const char *path, struct buf *text,
                      struct diag *why);
};

/* What a file may be. */
struct template_kind;

#define TEMPLATE_KINDS "definition|cloudformation|serverless|terraform"
/* By its name; NULL when there is none. */
const struct template_kind *template_kind_find(const char *name);
/*
 * By what is in the file; NULL: none of them. A template that can't be read is one if its text
 * names what it is to have.
 */
const struct template_kind *template_kind_of(const char *name, const char *text, size_t len);

/* Validates all definitions in the text of the file `name`. */
void template_read(const struct template_reader *reader, const struct template_kind *kind,
                   const char *name, const char *text, size_t len);

#endif
