/*
 * What a resource names, what an answer's headers are to a Task, and the mappings by which the
 * tables make parameters and results of others.
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

/* The part of the SDK is a service's id; hosts and integrations have names of their own, which are
 * few and rarely asked for: all services are looked at then. */
const struct model_service *aws_service_named(const char *name, size_t len)
{
    const struct model_service *s = model_service_named(name, len);

    for (size_t i = 0; !s && i < model_service_count(); i++) {
        const char *own = model_service_name(i);
        const struct model_service *other = model_service_named(own, strlen(own));
        if (other && strlen(other->endpoint) == len && !strncasecmp(other->endpoint, name, len))
            s = other;
    }
    return s;
}

static bool can_be_made(const struct aws_call *c, const char *call, struct diag *why)
{
    struct model_shape input;

    if (!c->operation.input)
        return true;
    input = model_shape_at(c->service, c->operation.input);
    for (size_t i = 0; i < input.count; i++) {
        if (model_member_is_event_stream(&input, i)) {
            diag_set(why, no_call, 0, "'%s' takes a stream of events, which a Task can't give",
                     call);
            return false;
        }
    }
    return true;
}

/* "sendMessage" is the action SendMessage. */
static bool call_find_its_operation(struct aws_call *c, const char *action, size_t len,
                                    const char *call, struct diag *why)
{
    if (c->service && model_operation_named(c->service, action, len, &c->operation))
        return can_be_made(c, call, why);
    if (c->service)
        diag_set(why, no_call, 0, "the service '%s' has no call '%.*s'", c->service->name, (int)len,
                 action);
    return false;
}

/*
 * A .sync of a call whose job is not in the table can't be waited for, so it is not served at all.
 */
static bool read_optimized(const struct asl_resource *r, struct aws_call *c, struct diag *why)
{
    c->integration = aws_integration_of(r->call.at, r->call.len);
    if (!c->integration)
        return false;
    c->service = model_service_named(c->integration->service, strlen(c->integration->service));
    c->parsed = r->pattern == ASL_SYNC_2;
    if (r->pattern == ASL_SYNC || r->pattern == ASL_SYNC_2) {
        c->job = aws_job_of(c->integration->call);
        if (!c->job)
            return false;
    }
    const char *action = c->integration->action ? c->integration->action : r->action.at;
    size_t len = c->integration->action ? strlen(action) : r->action.len;
    return call_find_its_operation(c, action, len, r->call.at, why);
}

bool aws_call_read(const struct asl_resource *r, struct aws_call *out, struct diag *why)
{
    struct aws_call c = {0};
    struct diag own = {0};
    bool good = false;

    switch (r->kind) {
    case ASL_RESOURCE_SDK:
        if (!r->service.len)
            return false;
        c.service = model_service_named(r->service.at, r->service.len);
        if (r->pattern == ASL_SYNC || r->pattern == ASL_SYNC_2) {
            diag_set(&own, no_call, 0,
                     "'%s' can't wait: AWS waits for jobs of its own integrations", r->call.at);
            break;
        }
        good = call_find_its_operation(&c, r->action.at, r->action.len, r->call.at, &own);
        break;
    case ASL_RESOURCE_OPTIMIZED:
    case ASL_RESOURCE_HTTP: good = read_optimized(r, &c, &own); break;
    case ASL_RESOURCE_OWN:
    case ASL_RESOURCE_LAMBDA:
    case ASL_RESOURCE_ACTIVITY: return false;
    }
    if (good)
        *out = c;
    else if (model_file(why) && own.text)
        diag_set(why, no_call, 0, "%s", own.text);
    else if (model_file(NULL))
        diag_set(why, no_call, 0, "'%s' is no call that is known here", r->call.at);
    diag_clear(&own);
    return good;
}

struct asl_piece aws_call_name_of_service(const struct aws_call *c)
{
    const char *call = c->integration ? c->integration->call : NULL;

    return (struct asl_piece){call, call ? strcspn(call, ":") : 0};
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

/* A part of a mapping: see struct aws_job. */
struct part {
    const char *name, *path;
    size_t name_len, path_len;
    bool many, optional;
};

/* Reads the next part, and goes behind it. Returns false at the end. */
static bool next_part(const char **at, struct part *out)
{
    const char *p = *at + strspn(*at, " ");
    size_t len = strcspn(p, "=");

    if (!*p)
        return false;
    *out = (struct part){.name = p, .path = p + len + 1};
    out->path_len = *out->path == '\'' ? strcspn(out->path + 1, "'") + 2 : strcspn(out->path, " ");
    *at = out->path + out->path_len;
    out->optional = p[len - 1] == '?';
    len -= out->optional;
    out->many = p[len - 1] == ']';
    out->name_len = len - (out->many ? strlen("[]") : 0);
    return true;
}

/* "List.*.Id": makes an array of what is in each element. Returns NULL when one lacks it, or there
 * is none. */
static json *values_of_each(const json *list, const char *path, size_t len)
{
    struct json_build b;
    bool all = list && json_is_array(list) && json_count(list);

    if (!all)
        return NULL;
    json_build_array(&b, json_count(list));
    for (size_t i = 0; all && i < json_count(list); i++) {
        const json *v = aws_at(json_at(list, i), path, len);
        all = v && json_kind(v) != JSON_NULL;
        if (all)
            json_build_add(&b, json_ref(v));
    }
    if (all)
        return json_build_done(&b);
    json_build_drop(&b);
    return NULL;
}

static json *value_at_path(const json *v, const char *path, size_t len)
{
    static const char each[] = ".*.";
    const char *star = strstr(path, each);

    if (star && star < path + len) {
        const char *rest = star + strlen(each);
        return values_of_each(aws_at(v, path, (size_t)(star - path)), rest,
                              (size_t)(path + len - rest));
    }
    v = aws_at(v, path, len);
    return v && json_kind(v) != JSON_NULL ? json_ref(v) : NULL;
}

/* What the first of its paths that leads anywhere leads to; a null is nothing. Returns NULL when
 * none does; else the reference is yours. */
static json *value_of_part(const struct part *p, const json *parameters, const json *answer)
{
    const char *path = p->path, *end = path + p->path_len;

    if (*path == '\'')
        return json_string(path + 1, p->path_len - 2);
    while (path < end) {
        size_t len = strcspn(path, " |"), skip = *path == '<';
        json *found = value_at_path(skip ? parameters : answer, path + skip, len - skip);
        if (found)
            return found;
        path += len + 1;
    }
    return NULL;
}

json *aws_mapped(const char *mapping, const json *parameters, const json *answer)
{
    struct json_build b;
    struct part p;

    json_build_object(&b, 3);
    while (next_part(&mapping, &p)) {
        json *v = value_of_part(&p, parameters, answer);

        if (v && p.many && !json_is_array(v)) {
            struct json_build list;
            json_build_array(&list, 1);
            json_build_add(&list, v);
            v = json_build_done(&list);
        }
        if (v)
            json_build_set_key(&b, json_string(p.name, p.name_len), v);
    }
    return json_build_done(&b);
}

bool aws_mapping_lacks(const char *mapping, const json *parameters, const json *answer,
                       struct buf *path)
{
    bool lacks = false;
    struct part p;

    while (!lacks && mapping && next_part(&mapping, &p)) {
        bool given = *p.path == '<';
        if (p.optional || (given ? !parameters : !answer))
            continue;
        json *v = value_of_part(&p, parameters, answer);
        lacks = !v;
        if (lacks)
            buf_add(path, p.path + given, p.path_len - given);
        json_unref(v);
    }
    return lacks;
}
