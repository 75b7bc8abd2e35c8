/*
 * Any text: a call that is evaluated to a value or an error, or is refused with a place in it.
 * What a call without chance gives, it gives again.
 */

#include "asl/eval/intrinsic.h"
#include "parsers/jsonpath/jsonpath.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char input_text[] =
    "{\"s\":\"a-b,c\",\"n\":null,\"i\":3,\"f\":-2.5,\"t\":true,\"a\":[1,[2],{\"b\":\"x\"},1.0],"
    "\"o\":{\"k\":[],\"l\":{\"m\":1}},\"64\":\"YWJj\",\"json\":\"{\\\"a\\\":[1]}\"}";

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static const json *context_of(void *user)
{
    return user;
}

static const json *variable_of(void *user, const json *name)
{
    return json_get_key(user, name);
}

static json *eval(const asl_intrinsic *call, json *input, struct asl_error *error)
{
    struct asl_chance chance = {1};
    struct asl_env env = {.input = input,
                          .context = context_of,
                          .variable = variable_of,
                          .user = input,
                          .chance = &chance};
    json *v = asl_intrinsic_eval(call, &env, error);

    must((v != NULL) == (error->name == NULL), "a value or an error");
    must(v || error->cause, "an error has a cause");
    return v;
}

static void check_call(const asl_intrinsic *call)
{
    json *input = json_parse(input_text, sizeof input_text - 1, 0, NULL);
    struct asl_error error = {0};
    json *first = eval(call, input, &error), *second;

    asl_error_clear(&error);
    second = eval(call, input, &error);
    asl_error_clear(&error);
    must(first ? second && json_equal(first, second) : !second, "the same chance, the same value");
    json_unref(first);
    json_unref(second);
    json_unref(input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct arena arena = {0};
    struct diag why = {0};
    const asl_intrinsic *call = asl_intrinsic_compile(&arena, text, size, &why);

    if (call) {
        check_call(call);
    } else {
        must(why.text, "a refusal says why");
        must(why.at <= size, "a refusal is in the text");
    }
    diag_clear(&why);
    arena_clear(&arena);
    return 0;
}
