#ifndef TESTS_SUPPORT_EXPECT_H
#define TESTS_SUPPORT_EXPECT_H

#include "parsers/base/count.h"
#include "parsers/base/diag.h"
#include "parsers/json/json.h"

#include <check.h>
#include <stddef.h>

/* Each names its row when it fails: `name` says what should have held. */

/*
 * Is `got` what `want` says? Blanks in `want` don't matter, but 1 is not 1.0 and members keep their
 * order. `want` NULL: `got` must be NULL.
 */
void expect_json(const char *name, const json *got, const char *want);
/*
 * Fails unless what `path` leads to stands at `want`. Each digit of the path is the number of a
 * child, from `at` inwards; with a k before the last one it leads to that child's key.
 */
void expect_place(const char *name, const struct json_places *at, const char *path,
                  struct place want);
/* Either may be NULL. */
void expect_text(const char *name, const char *got, const char *want);
void expect_bytes(const char *name, const char *got, size_t got_len, const char *want,
                  size_t want_len);
/* `words` must be in the text. */
void expect_diag(const char *name, const struct diag *why, const char *code, size_t at,
                 const char *words);

/* A value from text that must be good. */
json *json_of(const char *text);

/* Runs the suite and says how main ends. */
int run_suite(Suite *s);

#endif
