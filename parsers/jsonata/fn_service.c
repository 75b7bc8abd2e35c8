/* What Step Functions adds to the language, with its words for what they refuse. */

#include "parsers/base/count.h"
#include "parsers/base/digest.h"
#include "parsers/jsonata/jsonata_functions.h"
#include "parsers/jsonata/jsonata_region.h"
#include "parsers/picture/js_number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What an item of $range takes of Step Functions' memory: 360,145 of them fit, and not one more. */
static const double range_bytes = 29.11535;

static struct jv fn_service_refuse(struct evaluation *e, const char *text)
{
    eval_error(e, "D3137");
    buf_adds(&e->why.message, text);
    return jv_error();
}

/* What AWS refuses has AWS's words; a size of 0, and an empty array, give nothing. */
static struct jv fn_partition(struct evaluation *e, const struct call *c)
{
    const struct jv list = arg(c, 0);
    const double size = is_undefined(arg(c, 1)) ? INFINITY : trunc(arg(c, 1).n);
    struct list *l, *part = NULL;

    if (is_undefined(list))
        return list;
    if (!is_array(list)) {
        eval_error_value(e, "T0412", list);
        e->why.index = 1;
        return jv_error();
    }
    if (size < 0)
        return fn_service_refuse(e, "Second argument must be zero or greater");
    if (size == 0 || items_count(list) == 0)
        return jv_undefined();
    if (!eval_steps(e, items_count(list)))
        return jv_error();
    l = list_new(e, 0, 0);
    for (size_t i = 0; i < items_count(list); i++) {
        if (!part || (double)part->count == size) {
            part = list_new(e, 0, 0);
            list_push(e, l, jv_list(part));
        }
        list_push(e, part, items_at(list, i));
    }
    return jv_list(l);
}

/*
 * The size is compared with Step Functions' memory before anything is made. A step of 0 gives
 * nothing.
 */
static struct jv fn_range(struct evaluation *e, const struct call *c)
{
    double first, step, count;
    struct list *l;

    for (size_t i = 0; i < 2; i++)
        if (is_undefined(arg(c, i))) {
            eval_error_value(e, "T0410", jv_undefined());
            e->why.index = i + 1;
            return jv_error();
        }
    if (is_undefined(arg(c, 2)))
        return jv_undefined();
    first = trunc(arg(c, 0).n);
    step = trunc(arg(c, 2).n);
    if (step == 0)
        return jv_undefined();
    count = floor((trunc(arg(c, 1).n) - first) / step) + 1;
    if (!(count * range_bytes < (double)e->memory))
        return eval_error(e, "U1002");
    eval_spend(e, count > 0 ? (uint64_t)count / 2 : 1);
    l = list_new(e, LIST_SEQUENCE, 0);
    for (double i = 0; i < count; i++)
        list_push(e, l, jv_number(first + i * step));
    return jv_list(l);
}

/* Of a digest, besides what goes into it. */
enum { HASH_COST = 50 };

/* 0: the library doesn't make it; -1: the evaluation has to stop. */
static int make_digest(struct evaluation *e, struct jv text, enum digest_algorithm algorithm,
                       unsigned char *sum, size_t *len)
{
    digest *d = digest_new(algorithm);
    int rc = d != NULL;

    for (size_t at = 0, paid = 0; rc == 1 && at < str_len(text); at = paid) {
        if (work_spend_piece(e->work, at, str_len(text), WORK_CHARACTERS_A_UNIT, &paid))
            digest_add(d, str(text) + at, paid - at);
        else
            rc = -1;
    }
    if (rc == 1)
        *len = digest_end(d, sum);
    digest_free(d);
    return rc;
}

/*
 * The names of algorithms are taken as they stand in AWS's documentation, capitals and hyphens
 * included.
 */
static struct jv fn_hash(struct evaluation *e, const struct call *c)
{
    static const char hex[] = "0123456789abcdef";
    const struct jv text = arg(c, 0);
    unsigned char sum[DIGEST_MAX];
    size_t len = 0;
    struct buf out = {0};

    if (is_undefined(text) || is_undefined(arg(c, 1)))
        return jv_undefined();
    eval_spend(e, HASH_COST);
    const enum digest_algorithm algorithm =
        is_string(arg(c, 1)) ? digest_named(str(arg(c, 1)), str_len(arg(c, 1))) : DIGEST_ALGORITHMS;
    if (algorithm == DIGEST_ALGORITHMS) {
        eval_error(e, "D3137");
        buf_printf(&e->why.message,
                   "Hash algorithm '%.*s' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5",
                   (int)str_len(arg(c, 1)), str(arg(c, 1)));
        return jv_error();
    }
    const int rc = make_digest(e, text, algorithm, sum, &len);
    if (rc < 0) {
        eval_stop(e);
        return jv_error();
    }
    if (rc == 0)
        return fn_service_refuse(e, "The hash function has no such algorithm here");
    for (unsigned i = 0; i < len; i++) {
        buf_addc(&out, hex[sum[i] >> 4]);
        buf_addc(&out, hex[sum[i] & 15]);
    }
    return eval_take_buf(e, &out);
}

/* Version 4 (RFC 9562): all bits by chance, but for four of the version and two of the variant. */
static struct jv fn_uuid(struct evaluation *e, const struct call *c)
{
    const uint64_t high = (eval_chance(e) & ~UINT64_C(0xF000)) | 0x4000;
    const uint64_t low = (eval_chance(e) & (UINT64_MAX >> 2)) | UINT64_C(1) << 63;
    struct buf text = {0};

    (void)c;
    eval_spend(e, 20);
    buf_printf(&text, "%08llx-%04llx-%04llx-%04llx-%012llx", (unsigned long long)(high >> 32),
               (unsigned long long)(high >> 16 & 0xFFFF), (unsigned long long)(high & 0xFFFF),
               (unsigned long long)(low >> 48),
               (unsigned long long)(low & UINT64_C(0xFFFFFFFFFFFF)));
    return eval_take_buf(e, &text);
}

/* What a value of JSON takes beside its text, and what holds it. */
enum { ALLOCATED = 32 };

/* What the values of a text take at least: one for each comma, colon and bracket outside of strings
 * that begins one. It is asked before they are made, as a number takes much more than its digit. */
static size_t size_of_text(const char *text, size_t len)
{
    size_t values = 1;
    bool quoted = false;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"')
            quoted = !quoted;
        else if (quoted)
            i += text[i] == '\\';
        else
            values += text[i] == ',' || text[i] == ':';
    }
    return values * (ALLOCATED + sizeof(json *));
}

/* What a value takes: each of its own, and what holds it. */
static size_t size_of(const json *v)
{
    const size_t count = json_kind(v) >= JSON_ARRAY ? json_count(v) : 0;
    size_t size = ALLOCATED + (json_is_string(v) ? json_str_len(v) : 0);

    for (size_t i = 0; i < count; i++) {
        size +=
            sizeof v + size_of(json_kind(v) == JSON_ARRAY ? json_at(v, i) : json_value_at(v, i));
        if (json_kind(v) == JSON_OBJECT)
            size += sizeof v + size_of(json_key_at(v, i));
    }
    return size;
}

/* To read a value takes as long as it is large. */
enum { SIZE_A_UNIT = 8 };

/* Numbers that no double holds are no JSON there, nor is an object with a key twice. */
static struct jv fn_parse(struct evaluation *e, const struct call *c)
{
    const struct jv text = arg(c, 0);

    if (is_undefined(text))
        return text;
    eval_spend_characters(e, str_len(text) / 2);
    if (e->used + size_of_text(str(text), str_len(text)) > e->memory)
        return eval_error(e, "U1002");
    json *v = json_parse(str(text), str_len(text), JSON_READ_SURROGATES | JSON_READ_UNIQUE, NULL);
    if (v) {
        const size_t size = size_of(v) - (json_is_string(v) ? json_str_len(v) : 0);
        e->used += size;
        eval_spend(e, size / SIZE_A_UNIT);
    }
    return v ? jv_from_json(eval_hold(e, v)) : fn_service_refuse(e, "Invalid JSON");
}

static const struct builtin functions[] = {
    {"partition", "<xn?:a>", fn_partition, 2, IN_AWS, "the items in groups of a size"},
    {"range", "<nn?n?:a>", fn_range, 3, IN_AWS, "numbers from the first to the last by a step"},
    {"hash", "<s-s?:s>", fn_hash, 2, IN_AWS, "a digest in hex: MD5, SHA-1, SHA-256, -384, -512"},
    {"uuid", "<:s>", fn_uuid, 0, IN_AWS, "a random UUID"},
    {"parse", "<s-:x>", fn_parse, 1, IN_AWS, "the value of a JSON text"},
};

const struct family service_functions = {"Step Functions", functions, COUNT(functions)};
