#ifndef TOOLS_ASLRC_H
#define TOOLS_ASLRC_H

#include "asl/asl.h"
#include "asl/report/codes.h"

#include <stdbool.h>

/*
 * .aslrc, the settings of asl validate: JSON or YAML, in the folder of a file or one above it, up
 * to the root of its repository. The nearest counts; its patterns are seen from its folder.
 */
struct aslrc_files;

/* Makes settings. If `only` is not NULL, that file counts for all; with `none`, no file counts. */
struct aslrc_files *aslrc_new(const char *only, bool none);
void aslrc_free(struct aslrc_files *all);

/* Returns false once a file of settings was wrong, which a message has told. */
bool aslrc_is_good(const struct aslrc_files *all);

/* Returns whether the settings for the file `path` ignore it. */
bool aslrc_ignores(struct aslrc_files *all, const char *path);
/* *type becomes the type that is set for the file `path`. False: none is. */
bool aslrc_type(struct aslrc_files *all, const char *path, enum asl_workflow *type);
/* Adds the warnings that are enabled. */
void aslrc_enable(struct aslrc_files *all, const char *path, struct asl_codes *wanted);
/* Drops what is disabled, and raises warnings where they are errors. */
void aslrc_apply(struct aslrc_files *all, const char *path, struct asl_report *report);

/* Makes all warnings errors. */
void aslrc_raise(struct asl_report *report);

#endif
