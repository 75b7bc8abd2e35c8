/*
 * JSONata under libFuzzer: lexer, parser, and evaluation with a budget of steps and memory. An
 * input is a letter for the dialect, an expression, and, behind a NUL, a document; without one, a
 * document that has a little of everything.
 */

#include "parsers/json/json.h"
#include "parsers/jsonata/jsonata.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char sample[] =
    "{\"a\":{\"b\":[1,2,{\"c\":3}],\"c\":null,\"d\":true},\"k\":[{\"n\":1,\"s\":\"abc\"},"
    "{\"n\":2,\"s\":\"\\ud83d\\ude00\",\"t\":[]}],\"l\":[[1,2],[3,[4]],[]],\"s\":\"hello world\","
    "\"2\":\"two\",\"1\":1.5}";

enum { MAX_DOCUMENT = 4096, STEPS = 20000, MEMORY = 4 << 20 };

static void require(bool ok)
{
    if (!ok)
        abort();
}

static bool count_use(void *user, const struct jsonata_use *use)
{
    size_t *n = user;

    require(use->name != NULL);
    return ++*n < 100;
}

/* Another evaluation of the same expression while one waits. */
struct meanwhile {
    const jsonata *x;
    const json *doc;
    bool busy;
};

static enum work_verdict evaluate_meanwhile(struct work *w)
{
    struct meanwhile *m = w->user;
    struct work work = {.most = STEPS / 4};
    const struct jsonata_options options = {.work = &work, .memory = MEMORY, .depth = 200};
    json *result = NULL;

    if (m->busy)
        return WORK_GOES_ON;
    m->busy = true;
    jsonata_eval(m->x, &options, m->doc, &result, NULL);
    json_unref(result);
    m->busy = false;
    return WORK_GOES_ON;
}

static bool is_code(const struct jsonata_error *why, const char *code)
{
    return why->code && strcmp(why->code, code) == 0;
}

static void try_eval(const jsonata *x, const json *doc)
{
    struct meanwhile other = {.x = x, .doc = doc};
    struct work work = {.most = STEPS, .tick = evaluate_meanwhile, .user = &other};
    const struct jsonata_options options = {
        .work = &work, .memory = MEMORY, .depth = 200, .now_ms = INT64_C(1700000000000)};
    struct jsonata_error why = {0};
    json *result = NULL, *again = NULL;
    enum jsonata_outcome outcome = jsonata_eval(x, &options, doc, &result, &why);
    bool ended = is_code(&why, "U1001") || is_code(&why, "D1012");

    require((outcome == JSONATA_VALUE) == (result != NULL));
    require((outcome == JSONATA_FAILED) == (why.code != NULL));
    jsonata_error_clear(&why);
    /* Evaluating changes nothing: the second time is like the first, unless a budget is used up
     * just before the end: pictures and patterns that are kept cost less. */
    outcome = jsonata_eval(x, &options, doc, &again, &why) == outcome ? outcome : JSONATA_FAILED;
    ended = ended || is_code(&why, "U1001") || is_code(&why, "D1012");
    require(ended || !result == !again);
    if (result && again)
        require(json_equal(result, again));
    jsonata_error_clear(&why);
    json_unref(result);
    json_unref(again);
}

static void try_expression(const char *text, size_t len, enum jsonata_dialect dialect,
                           const json *doc)
{
    struct jsonata_error why = {0};
    jsonata *x = jsonata_compile(text, len, dialect, &why);
    size_t uses = 0;

    require((x != NULL) == (why.code == NULL));
    require(why.at <= len);
    if (x) {
        jsonata_uses(x, count_use, &uses);
        try_eval(x, doc);
        try_eval(x, NULL);
    }
    jsonata_error_clear(&why);
    jsonata_free(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data + 1;
    const char *end;
    json *doc = NULL;
    size_t len;

    if (size == 0)
        return 0;
    size--;
    end = size ? memchr(text, '\0', size) : NULL;
    len = end ? (size_t)(end - text) : size;
    if (end && size - len - 1 > 0 && size - len - 1 <= MAX_DOCUMENT)
        doc = json_parse(end + 1, size - len - 1, JSON_READ_SURROGATES, NULL);
    if (!doc)
        doc = json_parse(sample, sizeof sample - 1, 0, NULL);
    require(doc != NULL);
    try_expression(text, len, data[0] == 'r' ? JSONATA_REFERENCE : JSONATA_AWS, doc);
    json_unref(doc);
    return 0;
}
