/*
 * Definitions that are nearly right: a part of one is put in the place of another, so that most of
 * them pass the loader. Whatever comes of it, each problem is told whole, and a client of the API
 * gets the same verdict; and a definition that is formatted means the same, has the same problems,
 * and is formatted the same again.
 */

#include "asl/asl.h"
#include "asl/format.h"
#include "asl/report/codes.h"
#include "asl/report/quota.h"
#include "parsers/base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

/* ---- mutating a value ---- */

struct mutation {
    unsigned long long state;
    size_t at;      /* how many nodes before the one that changes */
    const json *by; /* what comes in its place; NULL: it goes */
    bool add;       /* or a copy of it beside it */
};

static size_t below(struct mutation *m, size_t bound)
{
    m->state = m->state * 6364136223846793005ull + 1442695040888963407ull;
    return (size_t)(m->state >> 33) % bound;
}

static size_t count_nodes(const json *v)
{
    size_t n = 1;

    for (size_t i = 0; i < json_count(v); i++)
        n += count_nodes(json_is_object(v) ? json_value_at(v, i) : json_at(v, i));
    return n;
}

static const json *node_at(const json *v, size_t *at)
{
    const json *found = NULL;

    if ((*at)-- == 0)
        return v;
    for (size_t i = 0; i < json_count(v) && !found; i++)
        found = node_at(json_is_object(v) ? json_value_at(v, i) : json_at(v, i), at);
    return found;
}

/* A copy with the change; NULL: this node goes. */
static json *changed(struct mutation *m, const json *v)
{
    struct json_build b;

    if (m->at-- == 0)
        return json_ref(m->by);
    if (!json_is_object(v) && !json_is_array(v))
        return json_ref(v);
    if (json_is_object(v))
        json_build_object(&b, 0);
    else
        json_build_array(&b, 0);
    for (size_t i = 0; i < json_count(v); i++) {
        bool here = m->at == 0;
        json *kid = changed(m, json_is_object(v) ? json_value_at(v, i) : json_at(v, i));
        if (!kid)
            continue;
        if (json_is_object(v) && here && m->add)
            json_build_set_key(&b, json_stringf("%s.$", json_str(json_key_at(v, i))),
                               json_ref(kid));
        if (json_is_object(v))
            json_build_set_key(&b, json_ref(json_key_at(v, i)), kid);
        else
            json_build_add(&b, kid);
    }
    return json_build_done(&b);
}

static json *stock(struct mutation *m)
{
    static const char *const values[] = {
        "null",
        "true",
        "0",
        "41",
        "300",
        "\"$\"",
        "\"$.a\"",
        "\"$.a.b[0]\"",
        "\"$$.Task.Token\"",
        "\"$v\"",
        "\"$v.a\"",
        "\"A\"",
        "\"B\"",
        "\"States.ALL\"",
        "\"States.TaskFailed\"",
        "\"States.Format('{}', $.a)\"",
        "\"{% $v + $states.input.a %}\"",
        "\"{% true %}\"",
        "\"JSONata\"",
        "\"Map\"",
        "\"Parallel\"",
        "\"Choice\"",
        "\"Pass\"",
        "\"Task\"",
        "{}",
        "[]",
        "{\"v\": 1}",
        "{\"a\": {\"b\": 1}}",
        "{\"a.$\": \"$\"}",
        "{\"v.$\": \"$.a\"}",
        "[{\"ErrorEquals\": [\"States.ALL\"], \"Next\": \"B\"}]",
        "[{\"Variable\": \"$.a\", \"IsPresent\": true, \"Next\": \"B\"}]",
        "\"arn:aws:states:::lambda:invoke\"",
        "\"arn:aws:states:::sqs:sendMessage.waitForTaskToken\"",
    };
    const char *text = values[below(m, sizeof values / sizeof *values)];

    return json_parse(text, strlen(text), 0, NULL);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    struct mutation m = {.state = seed};
    json *doc = json_parse((const char *)data, size, 0, NULL), *other, *out;
    struct buf text = {0};

    if (!doc || below(&m, 8) == 0 || json_depth(doc) > 200) {
        json_unref(doc);
        return LLVMFuzzerMutate(data, size, max_size);
    }
    size_t nodes = count_nodes(doc), from = below(&m, nodes);
    other = below(&m, 2) ? stock(&m) : json_ref(node_at(doc, &from));
    m.at = below(&m, nodes);
    m.by = below(&m, 6) ? other : NULL;
    m.add = below(&m, 4) == 0;
    out = changed(&m, doc);
    if (out)
        json_write(&text, out);
    if (text.len && text.len <= max_size) {
        memcpy(data, text.data, text.len);
        size = text.len;
    }
    buf_clear(&text);
    json_unref(out);
    json_unref(other);
    json_unref(doc);
    return size;
}

/* ---- what holds ---- */

static void check_problem(const struct asl_problem *p)
{
    const struct asl_code *code = asl_code_find(p->code, strlen(p->code));

    must(code, "a problem's code is in the table");
    must(code->severity == p->severity, "it has the code's severity");
    must(p->message && *p->message, "it has a message");
    must(p->hint && *p->hint, "it has a hint");
    must(p->pointer && (!*p->pointer || *p->pointer == '/'), "it has a JSON Pointer");
    must(p->place.line && p->place.column && p->place.length, "it has a place");
}

static void lint(const char *text, size_t len, enum asl_workflow workflow,
                 struct asl_report *report)
{
    struct asl_codes all;

    asl_codes_all(&all);
    asl_lint(text, len, DOCUMENT_JSON, workflow, &all, report);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "CODE pointer" of each, in an order of their own. */
static char *told(const struct asl_report *r)
{
    char **lines = mem_calloc(r->count + 1, sizeof *lines);
    struct buf all = {0};

    for (size_t i = 0; i < r->count; i++) {
        struct buf line = {0};
        buf_printf(&line, "%s %s\n", r->problems[i].code, r->problems[i].pointer);
        lines[i] = buf_take(&line);
    }
    qsort(lines, r->count, sizeof *lines, by_text);
    for (size_t i = 0; i < r->count; i++) {
        buf_adds(&all, lines[i]);
        mem_free(lines[i]);
    }
    mem_free(lines);
    return buf_take(&all);
}

static void check_format(const char *text, size_t size, const struct asl_report *report,
                         enum asl_workflow workflow)
{
    struct buf out = {0}, again = {0};
    struct asl_report same = {0};

    if (!asl_format(text, size, &out, NULL))
        return;
    json *before = json_parse(text, size, JSON_READ_SURROGATES, NULL);
    json *after = json_parse(out.data, out.len, JSON_READ_SURROGATES, NULL);
    must(before && after && json_equal(before, after), "what is formatted means the same");
    must(asl_format(out.data, out.len, &again, NULL), "it can be formatted again");
    must(out.len == again.len && !memcmp(out.data, again.data, out.len), "to the same");
    if (out.len <= QUOTA_DEFINITION) {
        lint(out.data, out.len, workflow, &same);
        char *a = told(report), *b = told(&same);
        must(!strcmp(a, b), "and it has the same problems");
        mem_free(a);
        mem_free(b);
    }
    json_unref(before);
    json_unref(after);
    asl_report_clear(&same);
    buf_clear(&out);
    buf_clear(&again);
}

/* A client of the API is told consequences, too, but the verdict is the same. */
static void check_service(const char *text, size_t size, const struct asl_report *report,
                          enum asl_workflow workflow)
{
    struct asl_report service = {0};

    asl_validate(text, size, DOCUMENT_JSON, workflow, NULL, &service);
    for (size_t i = 0; i < service.count; i++)
        check_problem(&service.problems[i]);
    must((service.errors > 0) == (report->errors > 0), "a client of the API has the same verdict");
    asl_report_clear(&service);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    enum asl_workflow workflow = size % 2 ? ASL_EXPRESS : ASL_STANDARD;
    struct asl_report report = {0};

    lint(text, size, workflow, &report);
    for (size_t i = 0; i < report.count; i++)
        check_problem(&report.problems[i]);
    check_format(text, size, &report, workflow);
    check_service(text, size, &report, workflow);
    asl_report_clear(&report);
    return 0;
}
