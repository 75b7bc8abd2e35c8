/*
 * How fast JSONata is. For each row of the table a line of JSON: the expression, the document, what
 * came out, and the nanoseconds of an evaluation with the expression parsed, and of parsing and
 * evaluating. tests/bench/jsonata reads these lines and measures the reference beside them.
 */

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/json/json.h"
#include "parsers/jsonata/jsonata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { RUNS = 5 };

/* A run takes at least so long. */
#define RUN_S 0.04

/* The documents, as JSONata of nothing. */
#define ORDER                                                                                      \
    "{'id':'o-17','total':12.5,'paid':true,'customer':{'name':'Ada Lovelace','age':36,"            \
    "'address':{'city':'London','zip':'NW1'}},'at':1510067557121,'when':'2017-11-07 15:12:37',"    \
    "'lines':[{'sku':'a','n':2,'price':4},{'sku':'b','n':1,'price':4.5}]}"
#define OBJECTS                                                                                    \
    "{'items':[[0..999].{'id':$,'name':'item '&$,'price':$%97,'active':$%3=0,"                     \
    "'category':'c'&$string($%20)}]}"
#define PRICES(last) "{'items':[[0.." last "].{'id':$,'price':($*7919)%100003/4}]}"
#define PARTS "{'parts':[[0..999].{'k'&$string($):$}]}"
#define NUMBERS "{'n':[[0..9999].(($*7919)%10007)]}"
#define TEXT                                                                                       \
    "{'s':$join([0..199].('order '&$string($+1000)&'-ab'&$string($%7)&' of 2017-11-'&"             \
    "$string($%20+10)&', '))}"

static const struct {
    const char *name, *doc, *expr;
    bool brief; /* parsing is to be measured too */
} workloads[] = {
    {"simple path", ORDER, "customer.address.city", true},
    {"path into an array", ORDER, "lines.sku", true},
    {"string concatenation", ORDER, "'Hello ' & customer.name & ', order ' & id & ' is ' & total",
     true},
    {"arithmetic and a condition", ORDER, "total * 1.19 > 10 and paid ? 'ship' : 'wait'", true},
    {"object construction", ORDER,
     "{'id': id, 'to': customer.name, 'city': customer.address.city, 'sum': $sum(lines.(n * "
     "price))}",
     true},
    {"filter over 1,000 objects", OBJECTS, "items[price > 50 and active]", false},
    {"objects from 1,000 objects", OBJECTS, "items.{'key': id, 'label': name & '!'}", false},
    {"group 1,000 objects", OBJECTS, "items{category: $sum(price)}", false},
    {"sort 1,000 objects", OBJECTS, "items^(>price, name).id", false},
    {"order-by of 1,000", PRICES("999"), "items^(price).id", false},
    {"order-by of 10,000", PRICES("9999"), "items^(price).id", false},
    {"order-by of 100,000", PRICES("99999"), "items^(price).id", false},
    {"order-by of 100,000, the first", PRICES("99999"), "items^(>price)[0].id", false},
    {"$sum of a path, 2 objects", ORDER, "$sum(lines.price)", true},
    {"$sum of a path, 1,000 objects", OBJECTS, "$sum(items.price)", false},
    {"$sum of a path, 100,000 objects", PRICES("99999"), "$sum(items.price)", false},
    {"$merge of 2 objects", ORDER, "$merge([customer, {'tier': 'gold'}])", true},
    {"$merge of 1,000 objects", PARTS, "$merge(parts)", false},
    {"$string of a number", ORDER, "$string(total)", true},
    {"$string of an object", ORDER, "$string(customer)", true},
    {"$string of 1,000 objects", OBJECTS, "$string(items)", false},
    {"$sum over 10,000", NUMBERS, "$sum(n)", false},
    {"$map over 10,000", NUMBERS, "$map(n, function($v) { $v * 2 })", false},
    {"$filter over 10,000", NUMBERS, "$filter(n, function($v) { $v % 2 = 0 })", false},
    {"$reduce over 10,000", NUMBERS, "$reduce(n, function($a, $b) { $a + $b })", false},
    {"$sort of 10,000", NUMBERS, "$sort(n)", false},
    {"$sort of 10,000 by a function", NUMBERS, "$sort(n, function($a, $b) { $a < $b })", false},
    {"regex replace, 40 bytes", ORDER, "$replace(when, /(\\d+)-(\\d+)-(\\d+)/, '$3.$2.$1')", true},
    {"regex replace, 6 kB", TEXT, "$replace(s, /(\\d{4})-(\\d\\d)-(\\d\\d)/, '$3.$2.$1')", false},
    {"regex replace without groups", TEXT, "$replace(s, /[0-9]+/, '#')", false},
    {"regex match, 6 kB", TEXT, "$count($match(s, /(\\d+)-(\\w+)/))", false},
    {"regex split, 6 kB", TEXT, "$split(s, /,\\s*/)", false},
    {"regex contains", ORDER, "$contains(customer.name, /love/i)", true},
    {"date formatting", ORDER, "$fromMillis(at)", true},
    {"date formatting by a picture", ORDER,
     "$fromMillis(at, '[Y0001]-[M01]-[D01] [H01]:[m01]:[s01]')", true},
    {"date formatting in words", ORDER,
     "$fromMillis(at, '[FNn], [D1o] of [MNn] [Y], [h]:[m] [P]', '+0100')", true},
    {"date reading", ORDER, "$toMillis('2017-11-07T15:12:37.121Z')", true},
    {"date reading by a picture", ORDER, "$toMillis(when, '[Y]-[M01]-[D01] [H01]:[m01]:[s01]')",
     true},
    {"number formatting", ORDER, "$formatNumber(total * 1000, '#,##0.00')", true},
    {"integer formatting", ORDER, "$formatInteger(customer.age, 'w')", true},
};

static double processor_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static jsonata *compile(const char *text)
{
    struct jsonata_error why = {0};
    jsonata *x = jsonata_compile(text, strlen(text), JSONATA_REFERENCE, &why);

    if (!x) {
        fprintf(stderr, "%s: %s\n", text, why.text);
        exit(1);
    }
    return x;
}

static json *evaluate(const jsonata *x, const json *doc)
{
    /* What the largest documents take is more than the usual bound. */
    const struct jsonata_options options = {.now_ms = INT64_C(1510067557121), .memory = 64 << 20};
    struct jsonata_error why = {0};
    json *out = NULL;

    if (jsonata_eval(x, &options, doc, &out, &why) != JSONATA_VALUE) {
        fprintf(stderr, "nothing came out: %s\n", why.text ? why.text : "");
        exit(1);
    }
    return out;
}

/* Takes nothing; the document is text read back, as a task's result would be. */
static json *make(const char *expr)
{
    jsonata *x = compile(expr);
    json *v = evaluate(x, NULL), *doc;
    struct buf text = {0};

    json_write(&text, v);
    doc = json_parse(text.data, text.len, 0, NULL);
    buf_clear(&text);
    json_unref(v);
    jsonata_free(x);
    return doc;
}

/* Nanoseconds of one; x NULL: parsed each time. The best of the runs. */
static double measure(const char *expr, const jsonata *x, const json *doc)
{
    double best = 1e99;
    size_t rounds = 1;

    for (int run = 0; run < RUNS;) {
        const double start = processor_s();
        double took;

        for (size_t i = 0; i < rounds; i++) {
            jsonata *parsed = x ? NULL : compile(expr);
            json_unref(evaluate(x ? x : parsed, doc));
            jsonata_free(parsed);
        }
        took = processor_s() - start;
        if (took < RUN_S) {
            rounds *= 2;
            continue;
        }
        took = took / (double)rounds * 1e9;
        best = took < best ? took : best;
        run++;
    }
    return best;
}

static void measure_workload(size_t i)
{
    jsonata *x = compile(workloads[i].expr);
    json *doc = make(workloads[i].doc);
    struct rusage usage;
    struct json_build line;
    struct buf text = {0};

    json_build_object(&line, 8);
    json_build_set(&line, "name", json_cstring(workloads[i].name));
    json_build_set(&line, "expr", json_cstring(workloads[i].expr));
    json_build_set(&line, "brief", json_bool(workloads[i].brief));
    json_build_set(&line, "data", json_ref(doc));
    json_build_set(&line, "result", evaluate(x, doc));
    json_build_set(&line, "parsed_ns", json_double(measure(workloads[i].expr, x, doc)));
    json_build_set(&line, "whole_ns", json_double(measure(workloads[i].expr, NULL, doc)));
    getrusage(RUSAGE_SELF, &usage);
    json_build_set(&line, "memory_kb", json_int(usage.ru_maxrss));
    json *v = json_build_done(&line);
    json_write(&text, v);
    printf("%s\n", buf_str(&text));
    fflush(stdout);
    buf_clear(&text);
    json_unref(v);
    json_unref(doc);
    jsonata_free(x);
}

/* Without an argument all of them; else those whose names hold it. */
int main(int argc, char **argv)
{
    mem_keep_freed();
    for (size_t i = 0; i < COUNT(workloads); i++)
        if (argc < 2 || strstr(workloads[i].name, argv[1]))
            measure_workload(i);
    return 0;
}
