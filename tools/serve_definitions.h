#ifndef TOOLS_SERVE_DEFINITIONS_H
#define TOOLS_SERVE_DEFINITIONS_H

#include "runtime/api/api.h"
#include "tools/serve_talk.h"
#include "tools/template/placeholders.h"

#include <stdbool.h>
#include <uv.h>

/*
 * A folder of definitions as state machines: NAME.asl.json, .asl.yaml or .asl.yml is the STANDARD
 * machine NAME, NAME.express.asl.json and so on the EXPRESS one. A file that changes updates its
 * machine; one that goes leaves it. Instead of a folder it may be one file: a template, whose
 * machines have their names in it. What was done, and why something was not, goes to stderr.
 */
typedef struct definitions definitions;

struct definitions_options {
    const char *path;             /* of the folder, or of one file, which may be a template */
    struct placeholders *given;   /* values for placeholders */
    const char *region, *account; /* as the api's; NULL: its defaults */
    talk *talk;                   /* on which it says what it does */
    bool quiet;                   /* says nothing but what is wrong */
    int64_t (*now)(void *clock);
    /* Takes a turn of who owns the api, and so brings answers; false with *why filled: the store
     * failed. */
    bool (*turn)(void *clock, struct diag *why);
    void *clock; /* the user of both */
};

/* Looks at `a` until definitions_close. */
definitions *definitions_new(uv_loop_t *loop, api *a, const struct definitions_options *options);
/* False when the folder can't be read, or one of its files is refused; which, was said. */
bool definitions_load(definitions *d);
/* Loads what changes from now on. */
void definitions_watch(definitions *d);
/* The loop must run until the handles are closed; then _free. Both take NULL. */
void definitions_close(definitions *d);
void definitions_free(definitions *d);

#endif
