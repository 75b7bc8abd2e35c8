#ifndef PARSERS_BASE_LIBRARY_H
#define PARSERS_BASE_LIBRARY_H

#include "parsers/base/diag.h"

#include <stdatomic.h>
#include <stdbool.h>

/*
 * A shared library that is opened when it is first needed. Most commands need none of the large
 * ones, and to link them costs a process more time than all of its own work. It stays to the
 * process's end; any thread may be the first.
 */
struct library {
    const char *soname;
    const char *user; /* what can't be without it, for messages: "HTTP" */
    /* Stores the addresses of its functions, by library_find; may refuse it. */
    void (*find)(struct library *l);
    atomic_bool ready;
    void *handle;
    char error[256]; /* empty: none yet */
};

/*
 * Opens it, unless it is open. Returns false with *why filled when that can't be done; it is tried
 * anew when asked again, as there may only have been no file left to open.
 */
bool library_load(struct library *l, struct diag *why);

/* Stores a function's address in *to, which is a pointer to a function. Without it the library is
 * refused. */
void library_find(struct library *l, const char *name, void *to);
void library_refuse(struct library *l, const char *why);

/* For a list FUNCTIONS(_) of rows _(prefix, name), of which the prefix may be empty: the members of
 * a struct that has each function under its name without the prefix, and the statements that fill
 * *functions from *library. */
#define LIBRARY_MEMBER(prefix, name) __typeof__(prefix##name) *name;
#define LIBRARY_FIND(prefix, name) library_find(library, #prefix #name, &functions->name);

#endif
