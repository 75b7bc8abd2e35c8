#ifndef PARSERS_JSONATA_JSONATA_SIGNATURE_H
#define PARSERS_JSONATA_JSONATA_SIGNATURE_H

#include "parsers/base/arena.h"
#include "parsers/jsonata/jsonata_value.h"

struct failure;
struct signature;

/* Reads "<s-n?:s>". The signature lives in the arena. NULL with *why filled, placed at `at`. */
struct signature *signature_parse(struct arena *a, const char *text, size_t len,
                                  struct failure *why, size_t at);

struct arguments {
    struct jv *items;
    size_t count;
};

/*
 * Checks arguments against the signature, and puts the context in place of a first one that was
 * left out where the signature allows. *out lies in the region. False after an error.
 */
bool signature_validate(struct evaluation *e, const struct signature *s, const struct jv *args,
                        size_t count, struct jv context, struct arguments *out);

#endif
