/*
 * jsonpath under libFuzzer. An input is a path, a NUL, and a document; without one, a document that
 * has a little of everything. What a path is asked may never depend on how long it takes to answer.
 */

#include "parsers/base/buf.h"
#include "parsers/json/json.h"
#include "parsers/jsonpath/jsonpath.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char sample[] =
    "{\"a\":{\"b\":[1,2.5,\"x\",null,true,{\"a\":\"5\",\"k\":[]}],\"c\":null},"
    "\"k\":12345678901234567890,\"l\":[[1,2],[3,[4]],{\"n\":5,\"s\":\"abc\"}],\"s\":\"text\"}";

enum { MAX_DOCUMENT = 4096 };

static void require(bool ok)
{
    if (!ok)
        abort();
}

/* What was written is found again, and is all that has changed in what can be told apart. */
static void try_set(const jsonpath *p, const json *doc)
{
    struct diag why = {0};
    json *changed = jsonpath_set(p, doc, json_int(9), &why);
    json *got;

    require((changed != NULL) == (why.text == NULL));
    if (changed) {
        got = jsonpath_get(p, changed, NULL, &why);
        require(got && json_kind(got) == JSON_INT && json_int_value(got) == 9);
        json_unref(got);
    }
    json_unref(changed);
    diag_clear(&why);
}

static void try_get(const jsonpath *p, const json *doc)
{
    struct diag why = {0};
    json *got = jsonpath_get(p, doc, NULL, &why);
    json *again = jsonpath_get(p, doc, NULL, NULL);

    require((got != NULL) == (why.text == NULL));
    require((got != NULL) == (again != NULL));
    if (got) {
        require(json_equal(got, again));
        require(jsonpath_is_definite(p) || json_is_array(got));
    } else {
        require(why.code == JSONPATH_NOT_FOUND || why.code == JSONPATH_INVALID ||
                why.code == JSONPATH_TOO_MUCH);
    }
    json_unref(got);
    json_unref(again);
    diag_clear(&why);
}

static void try_path(const char *text, size_t len, const json *doc)
{
    struct diag why = {0};
    struct buf written = {0};
    jsonpath *p = jsonpath_compile(text, len, &why);

    require((p != NULL) == (why.text == NULL));
    require(why.at <= len);
    if (p) {
        jsonpath_write(&written, p);
        require(written.len > 0 && written.data[0] == '$');
        try_get(p, doc);
        if (jsonpath_is_reference(p))
            try_set(p, doc);
    }
    buf_clear(&written);
    jsonpath_free(p);
    diag_clear(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *end = size ? memchr(text, '\0', size) : NULL;
    size_t path_len = end ? (size_t)(end - text) : size;
    size_t doc_len = end ? size - path_len - 1 : 0;
    json *doc = NULL;

    if (doc_len > 0 && doc_len <= MAX_DOCUMENT)
        doc = json_parse(end + 1, doc_len, JSON_READ_SURROGATES, NULL);
    if (!doc)
        doc = json_parse(sample, sizeof sample - 1, 0, NULL);
    require(doc != NULL);
    try_path(text, path_len, doc);
    json_unref(doc);
    return 0;
}
