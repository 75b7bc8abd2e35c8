/*
 * What a resource names, and the forms that names and values have on both sides: services write
 * members with small or capital letters and times as numbers, Step Functions has capitals and text.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "parsers/base/timestamp.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char no_call[] = "NO_CALL";

/* ---- resources ---- */

/*
 * A JSON service takes any action in a header; of others the table must know how the call is
 * written.
 */
static bool needs_operation(const struct aws_service *s)
{
    return s->protocol != AWS_JSON_1_0 && s->protocol != AWS_JSON_1_1;
}

/*
 * "sendMessage" is the action SendMessage. What else than letters and digits stands there would go
 * into a header or a form as it is.
 */
static bool set_action(struct aws_call *c, const char *action, size_t len)
{
    if (!len || len >= sizeof c->action)
        return false;
    memcpy(c->action, action, len);
    c->action[len] = '\0';
    c->action[0] = (char)toupper((unsigned char)c->action[0]);
    for (const char *p = c->action; *p; p++)
        if (!isalnum((unsigned char)*p))
            return false;
    c->operation = aws_operation_of(c->service, c->action);
    return c->operation || !needs_operation(c->service);
}

/*
 * A .sync of a call whose job is not in the table can't be waited for, so it is not served at all.
 */
static bool read_optimized(const struct asl_resource *r, struct aws_call *c)
{
    c->integration = aws_integration_of(r->call.at, r->call.len);
    if (!c->integration)
        return false;
    c->service = aws_service_named(c->integration->service, strlen(c->integration->service));
    c->parsed = r->pattern == ASL_SYNC_2;
    if (r->pattern == ASL_SYNC || r->pattern == ASL_SYNC_2) {
        c->job = aws_job_of(c->integration->call);
        if (!c->job)
            return false;
    }
    return set_action(c, c->integration->action, strlen(c->integration->action));
}

bool aws_call_read(const struct asl_resource *r, struct aws_call *out, struct diag *why)
{
    struct aws_call c = {0};
    bool good = false;

    switch (r->kind) {
    case ASL_RESOURCE_SDK:
        if (!r->service.len)
            return false;
        c.service = aws_service_named(r->service.at, r->service.len);
        good = c.service && set_action(&c, r->action.at, r->action.len);
        break;
    case ASL_RESOURCE_OPTIMIZED:
    case ASL_RESOURCE_HTTP: good = read_optimized(r, &c); break;
    case ASL_RESOURCE_OWN:
    case ASL_RESOURCE_LAMBDA:
    case ASL_RESOURCE_ACTIVITY: return false;
    }
    if (good)
        *out = c;
    else
        diag_set(why, no_call, 0, "how '%s' is written as a request is not known here", r->call.at);
    return good;
}

/* ---- headers ---- */

const json *aws_header_of(const json *headers, const char *name)
{
    for (size_t i = 0; headers && i < json_count(headers); i++)
        if (!strcasecmp(json_str(json_key_at(headers, i)), name))
            return json_value_at(headers, i);
    return NULL;
}

/* A header with its place in Java's HashMap; `order` keeps those of one bucket as they came. */
struct line {
    const json *name, *value;
    uint32_t bucket;
    size_t order;
};

static int by_bucket(const void *left, const void *right)
{
    const struct line *a = left, *b = right;

    if (a->bucket != b->bucket)
        return a->bucket < b->bucket ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static int compare_fields_by_name(const void *left, const void *right)
{
    const struct line *a = left, *b = right;

    return strcasecmp(json_str(a->name), json_str(b->name));
}

/* Where a Java HashMap that grew to `room` buckets keeps the key. */
static uint32_t java_bucket(const char *key, uint32_t room)
{
    uint32_t hash = 0;

    for (; *key; key++)
        hash = hash * 31 + (unsigned char)*key;
    return (hash ^ (hash >> 16)) & (room - 1);
}

/*
 * AllHttpHeaders is a HashMap of Java's on AWS, so its order follows from hashes. The map doubles
 * when it is three quarters full, from 16 on. HttpHeaders is sorted by name.
 */
json *aws_http_metadata(const json *headers, int status)
{
    size_t count = json_count(headers);
    struct line *lines = mem_calloc(count + 1, sizeof *lines);
    struct json_build all, one, b;
    uint32_t room = 16;

    while (count > room / 4 * 3)
        room *= 2;
    for (size_t i = 0; i < count; i++)
        lines[i] = (struct line){json_key_at(headers, i), json_value_at(headers, i),
                                 java_bucket(json_str(json_key_at(headers, i)), room), i};
    json_build_object(&all, count);
    json_build_object(&one, count);
    qsort(lines, count, sizeof *lines, by_bucket);
    for (size_t i = 0; i < count; i++) {
        struct json_build values;

        json_build_array(&values, 1);
        json_build_add(&values, json_ref(lines[i].value));
        json_build_set_key(&all, json_ref(lines[i].name), json_build_done(&values));
    }
    qsort(lines, count, sizeof *lines, compare_fields_by_name);
    for (size_t i = 0; i < count; i++)
        json_build_set_key(&one, json_ref(lines[i].name), json_ref(lines[i].value));
    mem_free(lines);
    json_build_object(&b, 3);
    json_build_set(&b, "AllHttpHeaders", json_build_done(&all));
    json_build_set(&b, "HttpHeaders", json_build_done(&one));
    json_build_set(&b, "HttpStatusCode", json_int(status));
    return json_build_done(&b);
}

/* ---- capitals ---- */

static json *change_first_letter(const json *key, int (*change)(int))
{
    struct buf text = {0};

    buf_add(&text, json_str(key), json_str_len(key));
    if (text.len)
        text.data[0] = (char)change((unsigned char)text.data[0]);
    return json_take_buf(&text);
}

/*
 * As the SDK writes a name that begins with more than one capital: "ARN" is Arn, "MD5OfBody"
 * Md5OfBody, "KMSKeyId" KmsKeyId.
 */
static json *sdk_name(const char *name, size_t len)
{
    struct buf text = {0};
    size_t run = 0;

    buf_add(&text, name, len);
    while (run < len && isupper((unsigned char)name[run]))
        run++;
    if (run < len && islower((unsigned char)name[run]))
        run--;
    for (size_t i = 1; i < run; i++)
        text.data[i] = (char)tolower((unsigned char)text.data[i]);
    return json_take_buf(&text);
}

/* The name that `key` has on the wire. */
static json *wire_key(const struct aws_service *s, const json *key)
{
    const char *names = aws_renamed(s);

    if (s->maps)
        return change_first_letter(key, tolower);
    while (names && *(names += strspn(names, " "))) {
        size_t n = strcspn(names, " ");
        json *sdk = sdk_name(names, n);
        bool same = json_str_is(sdk, json_str(key));

        json_unref(sdk);
        if (same)
            return json_string(names, n);
        names += n;
    }
    return json_ref(key);
}

/* Recursion: the values are no deeper than the api and the reader let them be. */
json *aws_to_wire(const struct aws_service *s, const json *v)
{
    struct json_build b;

    if (!s->maps && !aws_renamed(s))
        return json_ref(v);
    if (json_is_array(v)) {
        json_build_array(&b, json_count(v));
        for (size_t i = 0; i < json_count(v); i++)
            json_build_add(&b, aws_to_wire(s, json_at(v, i)));
        return json_build_done(&b);
    }
    if (!json_is_object(v))
        return json_ref(v);
    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++) {
        json *key = wire_key(s, json_key_at(v, i));
        const json *value = json_value_at(v, i);
        bool data = s->maps && aws_has_word(s->maps, json_str(key), json_str_len(key));

        json_build_set_key(&b, key, data ? json_ref(value) : aws_to_wire(s, value));
    }
    return json_build_done(&b);
}

/* Without the services' models a time is known by its name and by being one of 2001 to 2100. */
static bool is_time(const json *key, const json *v)
{
    static const char *const ends[] = {"Date",    "Time",   "Timestamp",  "At",      "On",
                                       "Before",  "After",  "Until",      "Updated", "Modified",
                                       "Created", "Change", "Expiration", "Imported"};

    if (!key || !json_is_number(v) || json_double_value(v) < 978307200 ||
        json_double_value(v) > 4102444800)
        return false;
    for (size_t i = 0; i < COUNT(ends); i++)
        if (text_ends_with_any_case(json_str(key), ends[i]))
            return true;
    return false;
}

static json *call_time_of(const json *v, bool in_ms)
{
    int64_t ms = (int64_t)(json_double_value(v) * 1000 + 0.5);
    struct buf text = {0};

    if (in_ms)
        return json_int(ms);
    timestamp_write(&text, ms);
    return json_take_buf(&text);
}

/*
 * Optimized integrations (`ms`) show names as the service writes them; the SDK changes runs of
 * capitals.
 */
static json *our_key(const struct aws_service *s, const json *key, bool ms)
{
    if (s->maps)
        return change_first_letter(key, toupper);
    if (!ms && aws_has_word(aws_renamed(s), json_str(key), json_str_len(key)))
        return sdk_name(json_str(key), json_str_len(key));
    return json_ref(key);
}

static json *from_wire(const struct aws_service *s, const json *key, const json *v, bool ms)
{
    struct json_build b;

    if (json_is_array(v)) {
        json_build_array(&b, json_count(v));
        for (size_t i = 0; i < json_count(v); i++)
            json_build_add(&b, from_wire(s, NULL, json_at(v, i), ms));
        return json_build_done(&b);
    }
    if (is_time(key, v))
        return call_time_of(v, ms);
    if (!json_is_object(v))
        return json_ref(v);
    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++) {
        const json *name = json_key_at(v, i), *value = json_value_at(v, i);
        bool data = s->maps && aws_has_word(s->maps, json_str(name), json_str_len(name));

        if (json_kind(value) != JSON_NULL)
            json_build_set_key(&b, our_key(s, name, ms),
                               data ? json_ref(value) : from_wire(s, name, value, ms));
    }
    return json_build_done(&b);
}

json *aws_from_wire(const struct aws_service *s, const json *v, bool ms)
{
    return from_wire(s, NULL, v, ms);
}

/* ---- mappings ---- */

const json *aws_at(const json *v, const char *path, size_t len)
{
    const char *end = path + len;

    while (v && path < end) {
        size_t n = strcspn(path, ".");

        if (path + n > end)
            n = (size_t)(end - path);
        if (json_is_array(v))
            v = isdigit((unsigned char)*path) && (size_t)(*path - '0') < json_count(v)
                    ? json_at(v, (size_t)(*path - '0'))
                    : NULL;
        else
            v = json_get_n(v, path, n);
        path += n + (path + n < end);
    }
    return v;
}

/* Name=path, Name=<path, Name='text', Name[]=… */
json *aws_mapped(const char *mapping, const json *parameters, const json *answer)
{
    struct json_build b;

    json_build_object(&b, 3);
    while (*(mapping += strspn(mapping, " "))) {
        size_t name = strcspn(mapping, "="), len;
        bool many = name > 2 && mapping[name - 1] == ']';
        const char *path = mapping + name + 1;
        json *v;

        if (*path == '\'') {
            len = strcspn(path + 1, "'") + 2;
            v = json_string(path + 1, len - 2);
        } else {
            const json *from = *path == '<' ? parameters : answer;
            size_t skip = *path == '<';
            len = strcspn(path, " ");
            const json *found = aws_at(from, path + skip, len - skip);
            v = json_ref(found);
        }
        if (v && many && !json_is_array(v)) {
            struct json_build list;
            json_build_array(&list, 1);
            json_build_add(&list, v);
            v = json_build_done(&list);
        }
        if (v)
            json_build_set_key(&b, json_string(mapping, name - (many ? 2 : 0)), v);
        mapping = path + len;
    }
    return json_build_done(&b);
}
