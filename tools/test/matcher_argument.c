/*
 * What may stand behind a matcher's name. A suite is checked when it is read, so the comparisons of
 * matcher.c can take for granted that an argument is of its kind and that its text compiles.
 */

#include "tools/test/matcher_argument.h"

#include "parsers/base/nearest.h"
#include "parsers/jsonata/jsonata.h"
#include "parsers/regex/regex.h"
#include "tools/test/matcher.h"
#include "tools/test/schema.h"

#include <string.h>

static void check_text(const struct asl_at *a, struct asl_report *r)
{
    if (!json_is_string(a->value))
        schema_refuse(r, a, ASL_VALUE, "", "%s takes text", json_str(a->key));
}

void argument_check_number(const struct asl_at *a, struct asl_report *r)
{
    int64_t ms;

    if (!json_is_number(a->value) && !schema_duration(a->value, &ms))
        schema_refuse(r, a, ASL_VALUE, "", "%s takes a number or a duration", json_str(a->key));
}

void argument_check_true(const struct asl_at *a, struct asl_report *r)
{
    if (json_kind(a->value) != JSON_TRUE)
        schema_refuse(r, a, ASL_VALUE, "", "%s takes true", json_str(a->key));
}

void argument_check_list(const struct asl_at *a, struct asl_report *r)
{
    if (!json_is_array(a->value) || !json_count(a->value))
        schema_refuse(r, a, ASL_VALUE, "", "%s takes a list of one or more", json_str(a->key));
    else
        matcher_check(a, r);
}

static const char *const type_names[] = {"null", "boolean", "number", "string", "array", "object"};
enum { TYPE_NAMES = sizeof type_names / sizeof *type_names };

void argument_check_type(const struct asl_at *a, struct asl_report *r)
{
    struct nearest near = {.want = json_is_string(a->value) ? json_str(a->value) : ""};
    bool known = false;

    near.len = strlen(near.want);
    for (size_t i = 0; i < TYPE_NAMES; i++) {
        known |= json_str_is(a->value, type_names[i]);
        nearest_offer(&near, type_names[i]);
    }
    if (!known)
        schema_refuse(r, a, ASL_VALUE, near.best ? near.best : "",
                      "$type takes null, boolean, number, string, array or object");
}

void argument_check_regex(const struct asl_at *a, struct asl_report *r)
{
    struct diag why = {0};

    check_text(a, r);
    if (!json_is_string(a->value))
        return;
    js_regex *x = js_regex_compile(json_str(a->value), json_str_len(a->value), false, false, &why);
    if (!x)
        schema_refuse(r, a, ASL_VALUE, "", "this is no regular expression: %s", why.text);
    js_regex_free(x);
    diag_clear(&why);
}

void argument_check_jsonata(const struct asl_at *a, struct asl_report *r)
{
    struct jsonata_error why = {0};

    check_text(a, r);
    if (!json_is_string(a->value))
        return;
    jsonata *x = jsonata_compile(json_str(a->value), json_str_len(a->value), JSONATA_AWS, &why);
    if (!x)
        schema_refuse(r, a, ASL_VALUE, "", "this JSONata can't be read: %s", why.text);
    jsonata_free(x);
    jsonata_error_clear(&why);
}

void argument_check_within(const struct asl_at *a, struct asl_report *r)
{
    matcher_check(a, r);
}
