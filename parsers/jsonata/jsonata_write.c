/* Values as text: JSON as JavaScript writes it. */

#include "parsers/jsonata/jsonata_write.h"

#include "parsers/jsonata/jsonata_evaluation.h"
#include "parsers/jsonata/jsonata_map.h"
#include "parsers/picture/js_number.h"

#include <math.h>
#include <string.h>

/* How a value is written. */
struct writer {
    struct evaluation *e; /* NULL: no bounds */
    struct buf *out;
    bool round; /* as $string: numbers to 15 digits */
    unsigned indent;
    size_t depth;
};

/* JavaScript's escapes have small letters. Most strings have none, and remember it. */
static void jsonata_write_string(struct evaluation *e, struct buf *out, const json *text)
{
    const size_t start = out->len;

    if (e)
        eval_spend_characters(e, 4 * json_str_len(text));

    json_write(out, text);
    if (out->len - start == json_str_len(text) + 2)
        return;
    for (size_t i = start; i + 5 < out->len; i++) {
        if (out->data[i] != '\\')
            continue;
        if (out->data[++i] != 'u')
            continue;
        for (size_t k = 1; k <= 4; k++)
            if (out->data[i + k] >= 'A' && out->data[i + k] <= 'F')
                out->data[i + k] = (char)(out->data[i + k] - 'A' + 'a');
    }
}

/* Recursion ends at JSON_MAX_DEPTH: within_bounds asks at each level. */
static bool jsonata_write_value(struct writer *w, struct jv v);

static void break_line(struct writer *w)
{
    if (!w->indent)
        return;
    buf_addc(w->out, '\n');
    if (w->e)
        eval_spend_characters(w->e, w->depth * w->indent);
    for (size_t i = 0; i < w->depth * w->indent; i++)
        buf_addc(w->out, ' ');
}

/* Units of work for the digits of a number. */
enum { NUMBER_COST = 8 };

/* A whole number that is written as its digits, and has no more than 15. */
static bool is_short_whole(double n)
{
    return fabs(n) < 1e15 && n == (double)(int64_t)n;
}

static bool jsonata_write_number(struct writer *w, double n)
{
    if (!isfinite(n)) {
        if (w->round && jv_is_numeric(w->e, jv_number(n)) < 0)
            return false;
        buf_adds(w->out, "null");
        return true;
    }
    if (w->e)
        eval_spend(w->e, NUMBER_COST);
    if (is_short_whole(n)) {
        buf_add_int(w->out, (int64_t)n);
        return true;
    }
    /*
     * $string rounds to 15 digits, so that 0.1 + 0.2 is written 0.3. Values in messages are not
     * rounded.
     */
    if (w->round)
        n = js_number_round15(n, w->e->dialect == JSONATA_AWS);
    /* The largest of all is rounded to more than any. */
    if (isfinite(n))
        js_number_write(w->out, n);
    else
        buf_adds(w->out, "null");
    return true;
}

/* In JSON text functions are the empty string, and without values there are no members. */
static bool write_item(struct writer *w, struct jv v)
{
    if (is_undefined(v)) {
        buf_adds(w->out, "null");
        return true;
    }
    return jsonata_write_value(w, v);
}

static bool jsonata_write_array(struct writer *w, struct jv v)
{
    const size_t n = items_count(v);
    bool ok = true;

    buf_addc(w->out, '[');
    w->depth++;
    for (size_t i = 0; ok && i < n; i++) {
        if (i)
            buf_addc(w->out, ',');
        break_line(w);
        ok = write_item(w, items_at(v, i));
    }
    w->depth--;
    if (n)
        break_line(w);
    buf_addc(w->out, ']');
    return ok;
}

static bool jsonata_write_object(struct writer *w, struct jv v)
{
    const size_t n = members_count(v);
    /* members_order takes its memory from the evaluation; without one, members keep their order. */
    const uint32_t *order = w->e ? members_order(w->e, v) : NULL;
    bool ok = true;

    buf_addc(w->out, '{');
    w->depth++;
    for (size_t i = 0; ok && i < n; i++) {
        const size_t at = order ? order[i] : i;
        const json *key = member_key(v, at);
        if (i)
            buf_addc(w->out, ',');
        break_line(w);
        jsonata_write_string(w->e, w->out, key);
        buf_addc(w->out, ':');
        if (w->indent)
            buf_addc(w->out, ' ');
        ok = write_item(w, member_value(v, at));
    }
    w->depth--;
    if (n)
        break_line(w);
    buf_addc(w->out, '}');
    return ok;
}

/*
 * A value may hold itself many times over, so the text can be far larger than memory: its size is
 * asked for at each value, not at the end.
 */
static bool within_bounds(struct writer *w)
{
    struct evaluation *e = w->e;

    if (!e)
        return true;
    if (!eval_step(e))
        return false;
    if (w->depth == JSON_MAX_DEPTH)
        return eval_too_deep(e), false;
    if (w->out->len > e->memory)
        return eval_error(e, "U1002"), false;
    return true;
}

static bool jsonata_write_value(struct writer *w, struct jv v)
{
    if (!within_bounds(w))
        return false;
    switch (v.kind) {
    case JV_UNDEFINED: buf_adds(w->out, "undefined"); return true;
    case JV_NULL: buf_adds(w->out, "null"); return true;
    case JV_BOOL: buf_adds(w->out, v.b ? "true" : "false"); return true;
    case JV_NUMBER: return jsonata_write_number(w, v.n);
    case JV_STRING: jsonata_write_string(w->e, w->out, v.j); return true;
    case JV_ARRAY:
    case JV_LIST: return jsonata_write_array(w, v);
    case JV_OBJECT:
    case JV_MAP: return jsonata_write_object(w, v);
    case JV_TUPLE: return jsonata_write_value(w, v.tuple->item);
    case JV_FUNCTION: buf_adds(w->out, "\"\""); return true;
    case JV_ERROR: break;
    }
    return false;
}

bool jv_write(struct evaluation *e, struct buf *out, struct jv v, bool round, unsigned indent)
{
    struct writer w = {.e = e, .out = out, .round = round, .indent = indent};

    return jsonata_write_value(&w, v);
}

bool jv_add_string(struct evaluation *e, struct buf *out, struct jv v)
{
    if (v.kind == JV_STRING) {
        eval_spend_bytes(e, json_str_len(v.j));
        text_add(out, json_str(v.j), json_str_len(v.j));
        return true;
    }
    if (v.kind == JV_UNDEFINED || v.kind == JV_FUNCTION)
        return true;
    if (v.kind == JV_NUMBER && !isfinite(v.n)) {
        eval_error_value(e, "D3001", v);
        return false;
    }
    if (has_flag(v, LIST_OUTER))
        v = v.list->items[0];
    return jv_write(e, out, v, true, 0);
}
