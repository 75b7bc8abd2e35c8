#ifndef TESTS_FUZZ_REQUIRE_H
#define TESTS_FUZZ_REQUIRE_H

/* What must hold whatever the input is: the fuzzer keeps an input that aborts. */

#include "parsers/base/buf.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stdlib.h>

static inline void require(bool ok)
{
    if (!ok)
        abort();
}

/* A value is there, and its text reads as the same value. */
static inline void require_json(const json *v)
{
    struct buf text = {0};
    json *again;

    require(v != NULL);
    json_write(&text, v);
    again = json_parse(text.data, text.len, JSON_READ_SURROGATES, NULL);
    require(again && json_equal(v, again));
    json_unref(again);
    buf_clear(&text);
}

#endif
