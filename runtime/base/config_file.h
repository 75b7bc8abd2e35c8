#ifndef RUNTIME_BASE_CONFIG_FILE_H
#define RUNTIME_BASE_CONFIG_FILE_H

#include "parsers/base/arena.h"
#include "parsers/base/diag.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A file in JSON or YAML that a person writes for us, and what is wrong with it, said with the
 * place: "FILE:LINE:COLUMN: …". Begins as {.name, .code, .why}.
 */
struct config_file {
    const char *name;           /* the file's; a look */
    const char *code;           /* of what is refused in it, "ROUTES_FILE" */
    struct diag *why;           /* is filled when something is refused */
    json *doc;                  /* the whole; NULL until it was read */
    struct json_places *places; /* of `doc` */
    struct arena arena;         /* theirs */
};

enum { CONFIG_FILE_MAX = 4 * 1024 * 1024 }; /* bytes */

/* Reads the text of `name`. False: it is no JSON or YAML. */
bool config_file_parse(struct config_file *f, const char *text, size_t len);
void config_file_clear(struct config_file *f);

/* Refuses what stands at `at`: one sentence without a full stop. Returns false. */
bool config_refuse(struct config_file *f, struct place at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Refuses a field that nobody knows; `meant` is one that may have been meant, or NULL. */
bool config_refuse_unknown(struct config_file *f, struct place at, const json *key,
                           const char *meant);
/*
 * `field`'s value, a number of seconds: from 0.001, or from 0 where `zero`, to `most_s`. False: it
 * is refused.
 */
bool config_seconds(struct config_file *f, struct place at, const char *field, const json *v,
                    bool zero, int most_s, int64_t *out_ms);

#endif
