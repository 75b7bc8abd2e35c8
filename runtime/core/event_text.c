/*
 * Text of events and configurations: tables of their members, for writing and for reading. Stores
 * are full of it, so keys and codes are for good, and tests/stores has some of each version.
 */

#include "runtime/core/event_text.h"

#include "asl/eval/model.h"
#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "runtime/core/event_kinds.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

enum { VERSION = 1 };

/* What an event has, in the order of stored text: numbers of all parts, then values of all. */
enum { PARTS = 3 };

static void event_parts(const struct rt_event *e, const struct event_members *parts[PARTS])
{
    parts[0] = &event_first_members;
    parts[1] = event_members_of(e->kind);
    parts[2] = &event_last_members;
}

/* ---- writing ---- */

static void event_text_write_key(struct buf *out, const char *key)
{
    size_t len = strlen(key);
    char *at = buf_reserve(out, len + 4);

    at[0] = ',';
    at[1] = '"';
    memcpy(at + 2, key, len);
    at[len + 2] = '"';
    at[len + 3] = ':';
    out->len += len + 4;
}

/* `sharing` NULL: it is no event's. */
static void event_text_write_value(struct buf *out, const char *key, const char *text_key,
                                   const json *v, struct event_sharing *sharing)
{
    if (!v)
        return;
    /* The event is one level around it, and the reader allows no more than JSON_MAX_DEPTH. */
    if (json_depth(v) < JSON_MAX_DEPTH) {
        json *rest = sharing ? event_sharing_reduce(sharing, key, v) : json_ref(v);
        event_text_write_key(out, key);
        json_write(out, rest);
        json_unref(rest);
        return;
    }
    struct buf text = {0};
    json_write(&text, v);
    event_text_write_key(out, text_key);
    json_write_string(out, text.data, text.len);
    buf_clear(&text);
}

static void write_event_numbers(struct buf *out, const struct rt_event *e,
                                const struct event_number *n)
{
    for (; n->key; n++) {
        int64_t number = event_number_of(e, n);
        if (number == 0)
            continue;
        event_text_write_key(out, n->key);
        buf_add_int(out, number);
    }
}

static void write_event_values(struct buf *out, const struct rt_event *e,
                               const struct event_value *v, struct event_sharing *sharing)
{
    for (; v->key; v++)
        event_text_write_value(out, v->key, v->text_key, event_value_of(e, v), sharing);
}

void rt_event_write(struct buf *out, const struct rt_event *e, const struct rt_shares *shares)
{
    const struct event_members *parts[PARTS];
    struct event_sharing sharing;

    event_parts(e, parts);
    event_sharing_begin(&sharing, shares, e);
    buf_adds(out, "{\"k\":\"");
    buf_adds(out, event_kinds[e->kind].code);
    buf_addc(out, '"');
    if (e->state) {
        event_text_write_key(out, "s");
        buf_add_int(out, e->state->id);
    }
    for (int i = 0; i < PARTS; i++)
        write_event_numbers(out, e, parts[i]->numbers);
    for (int i = 0; i < PARTS; i++)
        write_event_values(out, e, parts[i]->values, &sharing);
    json *found = event_sharing_end(&sharing);
    event_text_write_value(out, "r", "", found, NULL);
    json_unref(found);
    buf_addc(out, '}');
}

/* ---- reading ---- */

static const char EVENT_TEXT[] = "EVENT_TEXT", CONFIG_TEXT[] = "CONFIG_TEXT";

/* The object that the text is; NULL with *why filled. */
static json *read_object(const char *code, const char *text, size_t len, struct diag *why)
{
    struct diag parse = {0};
    json *v = json_parse(text, len, JSON_READ_SURROGATES, &parse);
    const json *version;

    if (!v) {
        diag_set(why, code, parse.at, "%s", parse.text);
    } else if (!json_is_object(v)) {
        diag_set(why, code, 0, "it is no JSON object");
    } else if ((version = json_get(v, "v")) &&
               (json_kind(version) != JSON_INT || json_int_value(version) != VERSION)) {
        diag_set(why, code, 0, "it was written by a newer version of this program");
    } else {
        return v;
    }
    diag_clear(&parse);
    json_unref(v);
    return NULL;
}

/*
 * The members of an event by their keys, which are single letters: found by a walk over them, as an
 * event has few of the two dozen that its kind may have. Letters differ in their lower six bits.
 */
struct letters {
    const json *of[64]; /* looks */
};

static void look_at_letters(struct letters *l, const json *v)
{
    *l = (struct letters){0};
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i);
        if (json_str_len(key) == 1 && ascii_is_letter(json_str(key)[0]))
            l->of[json_str(key)[0] & 63] = json_value_at(v, i);
    }
}

/* NULL: there is none. */
static const json *letter(const struct letters *l, const char *key)
{
    return l->of[key[0] & 63];
}

/* False when there is a member, and it is no number of that width. */
static bool event_text_read_number(const json *member, enum event_width width, void *at)
{
    uint32_t u32;

    if (!member)
        return true;
    if (json_kind(member) != JSON_INT)
        return false;
    int64_t n = json_int_value(member);
    switch (width) {
    case WIDTH_U32:
        if (n < -1 || n > UINT32_MAX)
            return false;
        u32 = (uint32_t)n;
        memcpy(at, &u32, sizeof u32);
        return true;
    case WIDTH_U64:
        if (n < 0)
            return false;
        break;
    case WIDTH_I64: break;
    }
    memcpy(at, &n, sizeof n);
    return true;
}

/* What there is of a value: itself, or its text under `text_key`. False with *why filled when that
 * is no JSON. */
static bool event_text_read_value(const json *member, const json *text, const char *text_key,
                                  json **out, struct diag *why)
{
    if (member || !text) {
        *out = json_ref(member);
        return true;
    }
    if (!json_is_string(text)) {
        diag_set(why, EVENT_TEXT, 0, "\"%s\" is no string", text_key);
        return false;
    }
    /* It may nest as deep as any value, as nothing is around it now. */
    *out = json_parse(json_str(text), json_str_len(text), JSON_READ_SURROGATES, why);
    return *out != NULL;
}

static bool event_text_read_kind(const json *v, enum rt_event_kind *out)
{
    const json *kind = json_get(v, "k");

    if (!kind || !json_is_string(kind))
        return false;
    /* The first letter is looked at here: a call for each kind would cost more than all else. */
    for (int i = 0; i < RT_EVENT_KINDS; i++) {
        if (json_str(kind)[0] == event_kinds[i].code[0] && json_str_is(kind, event_kinds[i].code)) {
            *out = (enum rt_event_kind)i;
            return true;
        }
    }
    return false;
}

/* All but the events of the execution itself have a state. */
static bool event_text_read_state(const struct letters *l, const asl_machine *m, struct rt_event *e,
                                  struct diag *why)
{
    const json *number = letter(l, "s");
    int64_t id = -1;

    if (!number) {
        if (event_is_of_execution(e->kind))
            return true;
        diag_set(why, EVENT_TEXT, 0, "it has no state");
        return false;
    }
    if (!event_text_read_number(number, WIDTH_I64, &id) || id < 0 || (uint64_t)id >= m->count) {
        diag_set(why, EVENT_TEXT, 0, "the machine has no such state");
        return false;
    }
    e->state = m->states[id];
    return true;
}

/* A number that is out of its bound is read: rt_event_is_sound tells of it. Only states must be the
 * machine's, as events are shown with their names. */
static bool read_event_numbers(const struct letters *l, const asl_machine *m, struct rt_event *e,
                               const struct event_number *n, struct diag *why)
{
    for (; n->key; n++) {
        if (!event_text_read_number(letter(l, n->key), n->width, (char *)e + n->at)) {
            diag_set(why, EVENT_TEXT, 0, "\"%s\" is no number that it may be", n->key);
            return false;
        }
        if (n->bound == BOUND_STATE && event_number_of(e, n) >= (int64_t)m->count) {
            diag_set(why, EVENT_TEXT, 0, "the machine has no such next state");
            return false;
        }
    }
    return true;
}

static bool read_event_values(const struct letters *l, struct rt_event *e,
                              const struct event_value *from, struct diag *why)
{
    for (; from->key; from++) {
        json *value = NULL;
        if (!event_text_read_value(letter(l, from->key), letter(l, from->text_key), from->text_key,
                                   &value, why))
            return false;
        memcpy((char *)e + from->at, &value, sizeof value);
    }
    return true;
}

/* The kind is known, which says which other members there are. Members that no one knows are passed
 * over: a later version may have written them. */
static bool event_text_read_members(const json *v, const asl_machine *m, struct rt_event *e,
                                    struct diag *why)
{
    const struct event_members *parts[PARTS];
    struct letters l;

    event_parts(e, parts);
    look_at_letters(&l, v);
    if (!event_text_read_state(&l, m, e, why))
        return false;
    for (int i = 0; i < PARTS; i++)
        if (!read_event_numbers(&l, m, e, parts[i]->numbers, why))
            return false;
    for (int i = 0; i < PARTS; i++)
        if (!read_event_values(&l, e, parts[i]->values, why))
            return false;
    return true;
}

/* A failed read leaves nothing behind: what the event has by then is cleared. */
bool rt_event_read(const char *text, size_t len, const asl_machine *m,
                   const struct rt_shares *shares, struct rt_event *out, struct diag *why)
{
    struct rt_event e = {0};
    json *v = read_object(EVENT_TEXT, text, len, why);
    bool good = v && event_text_read_kind(v, &e.kind);

    if (v && !good)
        diag_set(why, EVENT_TEXT, 0, "there is no such kind of event");
    if (good)
        v = event_sharing_fill(shares, v, event_lends(e.kind), len, EVENT_TEXT, why);
    good = good && v && event_text_read_members(v, m, &e, why);
    json_unref(v);
    if (good)
        *out = e;
    else
        rt_event_clear(&e);
    return good;
}

/* What a child of a Map Run got and gave may be nearly all of a history. Of the members that stand
 * before it none has such text in it: they are numbers. */
static size_t outline_of_child(const char *text, size_t len, char *out, size_t room)
{
    static const char data[] = ",\"d\":", none[] = ",\"d\":null}";
    size_t n = 0, end = len < room - sizeof none ? len : room - sizeof none;

    while (n + sizeof data - 1 <= end && memcmp(text + n, data, sizeof data - 1) != 0)
        n++;
    if (n + sizeof data - 1 > end)
        return 0;
    memcpy(out, text, n);
    memcpy(out + n, none, sizeof none - 1);
    return n + sizeof none - 1;
}

static bool is_text_of(enum rt_event_kind kind, const char *text, size_t len)
{
    static const char before[] = "{\"k\":\"";
    const char *code = event_kinds[kind].code;
    size_t n = sizeof before - 1, code_len = strlen(code);

    return len > n + code_len && memcmp(text, before, n) == 0 &&
           memcmp(text + n, code, code_len) == 0 && text[n + code_len] == '"';
}

bool rt_event_read_outline(const char *text, size_t len, const asl_machine *m,
                           const struct rt_shares *shares, struct rt_event *out, struct diag *why)
{
    char outline[512];
    size_t outline_len = 0;

    if (is_text_of(RT_CHILD_STARTED, text, len) || is_text_of(RT_CHILD_ENDED, text, len))
        outline_len = outline_of_child(text, len, outline, sizeof outline);
    if (outline_len)
        return rt_event_read(outline, outline_len, m, NULL, out, why);
    return rt_event_read(text, len, m, shares, out, why);
}

json *rt_event_read_data(const char *text, size_t len, uint64_t seq, struct diag *why)
{
    json *v = read_object(EVENT_TEXT, text, len, why);
    const json *number = v ? json_get(v, "q") : NULL, *data = v ? json_get(v, "d") : NULL;
    bool good =
        data && number && json_kind(number) == JSON_INT && (uint64_t)json_int_value(number) == seq;
    json *own = good ? json_ref(data) : NULL;

    if (v && !good)
        diag_set(why, EVENT_TEXT, 0, "event %" PRIu64 " has not the data that another refers to",
                 seq);
    json_unref(v);
    return own;
}

/* ---- configurations ---- */

static const struct {
    const char *key;
    size_t at;
} strings[] = {
    {"arn", offsetof(struct rt_config, names.arn)},
    {"name", offsetof(struct rt_config, names.name)},
    {"machineArn", offsetof(struct rt_config, names.machine_arn)},
    {"machineName", offsetof(struct rt_config, names.machine_name)},
    {"role", offsetof(struct rt_config, names.role_arn)},
    {"region", offsetof(struct rt_config, names.region)},
    {"written", offsetof(struct rt_config, written)},
};

/* Two hexadecimal digits a byte. */
static void write_secret(struct buf *out, const unsigned char secret[RT_SECRET])
{
    static const unsigned char none[RT_SECRET];

    /* Executions of older versions had none, and are written as they were. */
    if (memcmp(secret, none, RT_SECRET) == 0)
        return;
    event_text_write_key(out, "secret");
    buf_addc(out, '"');
    buf_add_hex(out, secret, RT_SECRET);
    buf_addc(out, '"');
}

void rt_config_write(struct buf *out, const struct rt_config *c)
{
    /* JSON's numbers are signed here. */
    buf_printf(out, "{\"seed\":%" PRId64 ",\"limits\":%s", (int64_t)c->seed,
               c->aws_limits ? "true" : "false");
    if (c->express)
        buf_adds(out, ",\"express\":true");
    write_secret(out, c->secret);
    for (size_t i = 0; i < COUNT(strings); i++) {
        const json *v;
        memcpy(&v, (const char *)c + strings[i].at, sizeof v);
        event_text_write_value(out, strings[i].key, "", v, NULL);
    }
    event_text_write_value(out, "context", "contextText", c->context, NULL);
    /* What it runs, by whose it is: only a Map has executions of its own. */
    if (c->scope && c->scope->owner) {
        event_text_write_key(out, "scope");
        buf_add_int(out, c->scope->owner->id);
    }
    buf_addc(out, '}');
}

static bool read_scope(const json *v, const asl_machine *m, struct rt_config *c)
{
    const json *scope = json_get(v, "scope");
    int64_t id = -1;

    if (!scope)
        return true;
    /* Without its machine a configuration is only shown: its names are enough. */
    if (!m)
        return true;
    if (!event_text_read_number(scope, WIDTH_I64, &id) || id < 0 || (uint64_t)id >= m->count ||
        m->states[id]->type != ASL_MAP)
        return false;
    c->scope = m->states[id]->map.processor;
    return true;
}

static bool read_secret(const json *v, unsigned char out[RT_SECRET])
{
    const json *text = json_get(v, "secret");

    if (!text)
        return true;
    if (!json_is_string(text) || json_str_len(text) != 2 * RT_SECRET ||
        strspn(json_str(text), "0123456789abcdef") != 2 * RT_SECRET)
        return false;
    for (size_t i = 0; i < RT_SECRET; i++) {
        const char *pair = json_str(text) + 2 * i;
        out[i] = (unsigned char)(ascii_hex_value(pair[0]) << 4 | ascii_hex_value(pair[1]));
    }
    return true;
}

static bool event_text_read_config(const json *v, const asl_machine *m, struct rt_config *c,
                                   struct diag *why)
{
    const json *limits = json_get(v, "limits"), *express = json_get(v, "express");
    json *context = NULL;

    if (!event_text_read_number(json_get(v, "seed"), WIDTH_I64, &c->seed) || !limits ||
        json_kind(limits) < JSON_FALSE || json_kind(limits) > JSON_TRUE ||
        !read_secret(v, c->secret) || !read_scope(v, m, c)) {
        diag_set(why, CONFIG_TEXT, 0, "its seed, secret, limits or scope are not what they may be");
        return false;
    }
    c->aws_limits = json_kind(limits) == JSON_TRUE;
    c->express = express && json_kind(express) == JSON_TRUE;
    if (!event_text_read_value(json_get(v, "context"), json_get(v, "contextText"), "contextText",
                               &context, why))
        return false;
    c->context = context;
    for (size_t i = 0; i < COUNT(strings); i++) {
        const json *member = json_get(v, strings[i].key);
        if (member && !json_is_string(member)) {
            diag_set(why, CONFIG_TEXT, 0, "\"%s\" is no string", strings[i].key);
            return false;
        }
        json *own = json_ref(member);
        memcpy((char *)c + strings[i].at, &own, sizeof own);
    }
    return true;
}

bool rt_config_read(const char *text, size_t len, const asl_machine *m, struct rt_config *out,
                    struct diag *why)
{
    struct rt_config c = {0};
    json *v = read_object(CONFIG_TEXT, text, len, why);
    bool good = v && event_text_read_config(v, m, &c, why);

    json_unref(v);
    if (good)
        *out = c;
    else
        rt_config_clear(&c);
    return good;
}

/* Its looks are references that rt_config_read made. */
static void event_text_unref_look(const json *v)
{
    json *own;

    memcpy(&own, &v, sizeof own);
    json_unref(own);
}

void rt_config_clear(struct rt_config *c)
{
    rt_names_clear(&c->names);
    event_text_unref_look(c->context);
    event_text_unref_look(c->written);
    *c = (struct rt_config){0};
}
