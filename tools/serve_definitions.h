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
 * machine; when a file is removed, its machine stays. Instead of a folder it may be one file,
 * a template, which has the names of its machines. Messages tell what was done and what was wrong.
 */
typedef struct definitions definitions;

struct definitions_options {
    const char *path;             /* of the folder, or of one file, which may be a template */
    struct placeholders *given;   /* values for placeholders */
    const char *region, *account; /* in ARNs, as the API has them; NULL: its defaults */
    talk *talk;                   /* on which it says what it does */
    bool quiet;                   /* says nothing but what is wrong */
    int64_t (*now)(void *clock);
    /* Takes a turn of who owns the api, and so brings answers; false with *why filled: the store
     * failed. */
    bool (*turn)(void *clock, struct diag *why);
    void *clock; /* the user of both */
};

/* Looks at `a` and at what the options point to until definitions_close. */
definitions *definitions_new(uv_loop_t *loop, api *a, const struct definitions_options *options);
/* Creates or updates the machines. False, after a message, when the folder can't be read or one of
 * its files is refused. */
bool definitions_load(definitions *d);
/* Updates machines from now on when their files change. */
void definitions_watch(definitions *d);
/* The loop must run until the handles are closed; then definitions_free may be called. Both take
 * NULL. */
void definitions_close(definitions *d);
void definitions_free(definitions *d);

#endif
