/*
 * A call's request, by the protocol of its service: JSON bodies, REST with members in the path,
 * query and headers, or query strings in the body. What no table of tables.c knows goes into the
 * body as the Task has it.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/percent.h"

#include <string.h>
#include <strings.h>

static const char bad[] = "PARAMETERS";

void aws_request_clear(struct aws_request *q)
{
    buf_clear(&q->path);
    buf_clear(&q->query);
    buf_clear(&q->body);
    for (size_t i = 0; i < q->header_count; i++) {
        /* Each is one text: the name, a NUL, the value. */
        char *text;
        memcpy(&text, &q->headers[i].name, sizeof text);
        mem_free(text);
    }
    q->header_count = 0;
}

/* Control characters would end the header, and begin another of the Task's choosing. */
static bool fits_header(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return false;
    return true;
}

/* False: it can't be a header. */
static bool request_add_header(struct aws_request *q, const char *name, size_t name_len,
                               const char *value)
{
    struct buf text = {0};

    if (q->header_count == AWS_MAX_HEADERS || !fits_header(value))
        return false;
    buf_add(&text, name, name_len);
    buf_addc(&text, '\0');
    buf_adds(&text, value);
    char *kept = buf_take(&text);
    q->headers[q->header_count++] = (struct aws_header){kept, kept + name_len + 1};
    return true;
}

static bool request_header(struct aws_request *q, const char *name, const char *value)
{
    return request_add_header(q, name, strlen(name), value);
}

/* A scalar as text. */
static void request_add_text(struct buf *out, const json *v)
{
    if (json_is_string(v))
        buf_add(out, json_str(v), json_str_len(v));
    else
        json_write(out, v);
}

/* ---- what goes in ---- */

/*
 * A member that is null is one that the SDK was not given. Deeper nulls stay: there they are data,
 * as in DynamoDB's {"NULL": true} or a document.
 */
static json *object_without_nulls(const json *v)
{
    struct json_build b;

    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        if (json_kind(json_value_at(v, i)) != JSON_NULL)
            json_build_set_key(&b, json_ref(json_key_at(v, i)), json_ref(json_value_at(v, i)));
    return json_build_done(&b);
}

/* The member goes as text: what is none is written as JSON. Takes `v`. */
static json *with_text(json *v, const char *name)
{
    const json *member = name ? json_get(v, name) : NULL;
    json *changed;

    if (!member || json_is_string(member))
        return v;
    changed = json_with(v, json_cstring(name), json_text(member));
    json_unref(v);
    return changed;
}

/* arn:…:states:REGION:ACCOUNT:stateMachine:NAME of an execution's ARN; empty: it is none. */
static void add_machine_arn(struct buf *out, const char *execution)
{
    static const char part[] = ":execution:";
    const char *at = strstr(execution, part);

    if (at) {
        buf_add(out, execution, (size_t)(at - execution));
        buf_adds(out, ":stateMachine:");
        at += sizeof part - 1;
        buf_add(out, at, strcspn(at, ":"));
    }
}

/* An event's Detail goes as text, and who sends it is among its Resources: behind those of the
 * author the machine, then the execution. */
static json *event_of(const json *entry, const char *execution)
{
    json *e = with_text(json_ref(entry), "Detail");
    const json *given = json_get(e, "Resources");
    struct buf machine = {0};
    struct json_build b;
    json *changed;

    if (!json_is_object(e) || !execution)
        return e;
    if (given && json_is_array(given))
        json_build_copy(&b, given, 2);
    else
        json_build_array(&b, 2);
    add_machine_arn(&machine, execution);
    if (machine.len)
        json_build_add(&b, json_take_buf(&machine));
    json_build_add(&b, json_cstring(execution));
    changed = json_with(e, json_cstring("Resources"), json_build_done(&b));
    json_unref(e);
    return changed;
}

static json *with_events(json *v, const char *execution)
{
    const json *entries = json_get(v, "Entries");
    struct json_build b;
    json *changed;

    if (!entries || !json_is_array(entries))
        return v;
    json_build_array(&b, json_count(entries));
    for (size_t i = 0; i < json_count(entries); i++)
        json_build_add(&b, event_of(json_at(entries, i), execution));
    changed = json_with(v, json_cstring("Entries"), json_build_done(&b));
    json_unref(v);
    return changed;
}

/* 32 digits that follow from the call's key. */
static json *once_token(const char *key)
{
    uint64_t half[2] = {UINT64_C(0xCBF29CE484222325), UINT64_C(0x84222325CBF29CE4)};

    for (; *key; key++)
        for (int i = 0; i < 2; i++)
            half[i] = (half[i] ^ (unsigned char)*key) * UINT64_C(0x100000001B3);
    return json_stringf("%016llx%016llx", (unsigned long long)half[0], (unsigned long long)half[1]);
}

/* A member that the author gave stands. Takes both values. */
static json *with_default(json *v, const char *name, json *value)
{
    json *changed;

    if (json_get(v, name)) {
        json_unref(value);
        return v;
    }
    changed = json_with(v, json_cstring(name), value);
    json_unref(v);
    return changed;
}

/*
 * Makes what Step Functions itself puts into a call: texts of documents, who sends events, and a
 * token by which a repeat is recognised. Calls by aws-sdk go as they are.
 */
static json *request_wanted(const struct aws_call *c, const json *parameters,
                            const struct aws_caller *caller)
{
    const struct aws_integration *i = c->integration;
    json *v = i && i->request ? aws_mapped(i->request, parameters, NULL)
                              : object_without_nulls(parameters);

    if (!i)
        return v;
    v = with_text(v, i->text);
    if (!strcmp(i->call, "events:putEvents"))
        v = with_events(v, caller->execution);
    if (c->job && !strcmp(i->call, "ecs:runTask"))
        v = with_default(v, "StartedBy", json_cstring("AWS Step Functions"));
    if (i->once && caller->key)
        v = with_default(v, i->once, once_token(caller->key));
    return v;
}

/* ---- JSON ---- */

/*
 * AWS JSON 1.0 and 1.1 differ in nothing but the Content-Type here: the action stands in X-Amz-
 * Target, all members in the body.
 */
static bool make_json(const struct aws_call *c, const json *v, struct aws_request *q)
{
    struct buf target = {0};
    json *wire = aws_to_wire(c->service, v);

    q->method = "POST";
    buf_addc(&q->path, '/');
    json_write(&q->body, wire);
    json_unref(wire);
    buf_printf(&target, "%s.%s", c->service->target, c->action);
    request_header(q, "Content-Type",
                   c->service->protocol == AWS_JSON_1_0 ? "application/x-amz-json-1.0"
                                                        : "application/x-amz-json-1.1");
    request_header(q, "X-Amz-Target", buf_str(&target));
    buf_clear(&target);
    return true;
}

/* ---- query ---- */

static void add_field(struct buf *out, const struct buf *name, const json *v)
{
    struct buf text = {0};

    request_add_text(&text, v);
    buf_addc(out, '&');
    buf_add(out, name->data, name->len);
    buf_addc(out, '=');
    percent_encode(out, text.data, text.len, false);
    buf_clear(&text);
}

/* Objects whose keys are data, and what key and value are called in them. */
static const struct {
    const char *member, *key, *value;
} query_maps[] = {{"MessageAttributes", "Name", "Value"}, {"Attributes", "key", "value"}};

/*
 * Flattens a value as AWS's query protocol wants it. `name` is the path so far; it is added to and
 * cut back, so that one buffer does for all depths.
 *   [a, b]              Name.member.1=a&Name.member.2=b
 *   {k: v}              Name.k=v
 *   {k: v}, k is data   Name.entry.1.Name=k&Name.entry.1.Value=v
 */
static void add_fields(struct buf *out, struct buf *name, const char *member, const json *v)
{
    size_t len = name->len;

    if (json_is_array(v)) {
        for (size_t i = 0; i < json_count(v); i++) {
            buf_printf(name, ".member.%zu", i + 1);
            add_fields(out, name, "", json_at(v, i));
            name->len = len;
        }
        return;
    }
    if (!json_is_object(v)) {
        add_field(out, name, v);
        return;
    }
    for (size_t k = 0; k < COUNT(query_maps); k++) {
        if (strcmp(query_maps[k].member, member) != 0)
            continue;
        for (size_t i = 0; i < json_count(v); i++) {
            buf_printf(name, ".entry.%zu.%s", i + 1, query_maps[k].key);
            add_field(out, name, json_key_at(v, i));
            name->len = len;
            buf_printf(name, ".entry.%zu.%s", i + 1, query_maps[k].value);
            add_fields(out, name, "", json_value_at(v, i));
            name->len = len;
        }
        return;
    }
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i);

        buf_addc(name, '.');
        percent_encode(name, json_str(key), json_str_len(key), false);
        add_fields(out, name, json_str(key), json_value_at(v, i));
        name->len = len;
    }
}

static bool make_query(const struct aws_call *c, const json *v, struct aws_request *q)
{
    struct buf name = {0};

    q->method = "POST";
    buf_addc(&q->path, '/');
    buf_printf(&q->body, "Action=%s&Version=%s", c->action, c->service->target);
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i);

        buf_reset(&name);
        percent_encode(&name, json_str(key), json_str_len(key), false);
        add_fields(&q->body, &name, json_str(key), json_value_at(v, i));
    }
    buf_clear(&name);
    return request_header(q, "Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
}

/* ---- REST ---- */

/* Each member that went somewhere is taken out of `rest`. */
struct rest {
    const struct aws_call *c;
    const json *v; /* as it is on the wire */
    bool *used;
    struct aws_request *q;
    struct diag *why;
};

/*
 * Without regard to capitals: the tables write members as the model does, Tasks as Step Functions
 * does.
 */
static const json *request_take(struct rest *r, const char *name, size_t len)
{
    for (size_t i = 0; i < json_count(r->v); i++) {
        const json *key = json_key_at(r->v, i);

        if (json_str_len(key) == len && !strncasecmp(json_str(key), name, len)) {
            r->used[i] = true;
            return json_value_at(r->v, i);
        }
    }
    return NULL;
}

/* /jobs/{name}/runs?list: what stands behind the `?` begins the query. */
static bool fill_uri(struct rest *r, const char *uri)
{
    const char *question = strchr(uri, '?');
    const char *end = question ? question : uri + strlen(uri);

    for (const char *p = uri; p < end;) {
        size_t len = strcspn(p, "{?");
        struct buf text = {0};

        buf_add(&r->q->path, p, len);
        p += len;
        if (p >= end || *p != '{')
            break;
        len = strcspn(p, "}");
        bool slashes = p[len - 1] == '+';
        const json *v = request_take(r, p + 1, len - 1 - slashes);
        if (v && json_is_scalar(v))
            request_add_text(&text, v);
        if (!text.len) {
            diag_set(r->why, bad, 0, "The field '%.*s' is required but was missing",
                     (int)(len - 1 - slashes), p + 1);
            return false;
        }
        percent_encode(&r->q->path, text.data, text.len, slashes);
        buf_clear(&text);
        p += len + 1;
    }
    if (question)
        buf_adds(&r->q->query, question + 1);
    return true;
}

/*
 * mapping = "Member=wire-name Member=wire-name …". Members that the Task doesn't give are left
 * out.
 */
static void fill_query(struct rest *r, const char *mapping)
{
    while (mapping && *(mapping += strspn(mapping, " "))) {
        size_t name = strcspn(mapping, "="), len = strcspn(mapping + name + 1, " ");
        const json *v = request_take(r, mapping, name);
        struct buf text = {0};

        if (v) {
            request_add_text(&text, v);
            if (r->q->query.len)
                buf_addc(&r->q->query, '&');
            buf_add(&r->q->query, mapping + name + 1, len);
            buf_addc(&r->q->query, '=');
            percent_encode(&r->q->query, text.data, text.len, false);
            buf_clear(&text);
        }
        mapping += name + 1 + len;
    }
}

static bool bad_header(struct rest *r, const char *member)
{
    diag_set(r->why, bad, 0, "The field '%s' can't be sent as a header", member);
    return false;
}

/*
 * Each key of S3's Metadata is a header of its own. Keys are text of the Task, so they are
 * escaped.
 */
static bool fill_metadata(struct rest *r, const struct aws_s3_header *row, const json *v)
{
    for (size_t i = 0; i < json_count(v); i++) {
        struct buf name = {0}, text = {0};

        buf_adds(&name, row->header);
        percent_encode(&name, json_str(json_key_at(v, i)), json_str_len(json_key_at(v, i)), false);
        request_add_text(&text, json_value_at(v, i));
        bool good = request_header(r->q, buf_str(&name), buf_str(&text));
        buf_clear(&name);
        buf_clear(&text);
        if (!good)
            return bad_header(r, row->member);
    }
    return true;
}

static bool fill_headers(struct rest *r)
{
    size_t count;
    const struct aws_s3_header *rows = aws_s3_headers(&count);

    for (size_t i = 0; i < count; i++) {
        const json *v = rows[i].in ? request_take(r, rows[i].member, strlen(rows[i].member)) : NULL;
        struct buf text = {0};
        bool good;

        if (!v)
            continue;
        if (rows[i].kind == 'm') {
            if (!fill_metadata(r, &rows[i], v))
                return false;
            continue;
        }
        request_add_text(&text, v);
        good = request_header(r->q, rows[i].header, buf_str(&text));
        buf_clear(&text);
        if (!good)
            return bad_header(r, rows[i].member);
    }
    return true;
}

static json *what_is_left(const struct rest *r)
{
    struct json_build b;

    json_build_object(&b, json_count(r->v));
    for (size_t i = 0; i < json_count(r->v); i++)
        if (!r->used[i])
            json_build_set_key(&b, json_ref(json_key_at(r->v, i)),
                               json_ref(json_value_at(r->v, i)));
    return json_build_done(&b);
}

static bool fill_body(struct rest *r, const struct aws_operation *o)
{
    bool xml = r->c->service->protocol == AWS_REST_XML;
    json *left;

    if (o->payload) {
        const json *v = request_take(r, o->payload, strlen(o->payload));
        /* S3 keeps the JSON text of whatever it is, a string's quotes too (recorded). */
        if (v && xml)
            json_write(&r->q->body, v);
        else if (v)
            request_add_text(&r->q->body, v);
    }
    left = what_is_left(r);
    if (json_count(left) && (xml || o->payload)) {
        diag_set(r->why, bad, 0, "The field '%s' can't be sent by this call here",
                 json_str(json_key_at(left, 0)));
        json_unref(left);
        return false;
    }
    if (!xml && !o->payload && strcmp(o->method, "GET") != 0 &&
        (json_count(left) || strcmp(o->method, "DELETE") != 0))
        json_write(&r->q->body, left);
    json_unref(left);
    return true;
}

/* A model of Bedrock's is called with a body that is data, so what else the call says is in
 * headers. S3 has a table of them. */
static bool fill_model_headers(struct rest *r)
{
    static const struct {
        const char *member, *header;
    } rows[] = {{"contentType", "Content-Type"},
                {"accept", "Accept"},
                {"trace", "X-Amzn-Bedrock-Trace"},
                {"guardrailIdentifier", "X-Amzn-Bedrock-GuardrailIdentifier"},
                {"guardrailVersion", "X-Amzn-Bedrock-GuardrailVersion"}};

    for (size_t i = 0; i < COUNT(rows); i++) {
        const json *v = request_take(r, rows[i].member, strlen(rows[i].member));
        if (v && (!json_is_string(v) || !request_header(r->q, rows[i].header, json_str(v))))
            return bad_header(r, rows[i].member);
        if (!v && !i)
            request_header(r->q, "Content-Type", "application/json");
    }
    return true;
}

/*
 * The order matters: path, query and headers take their members out, and what is left is the body.
 */
static bool make_rest(const struct aws_call *c, const json *v, struct aws_request *q,
                      struct diag *why)
{
    const struct aws_operation *o = c->operation;
    json *wire = c->service->protocol == AWS_REST_XML ? json_ref(v) : aws_to_wire(c->service, v);
    struct rest r = {c, wire, mem_calloc(json_count(wire) + 1, sizeof *r.used), q, why};
    bool model = o->payload && c->service->protocol == AWS_REST_JSON, good;

    q->method = o->method;
    good = fill_uri(&r, o->uri);
    if (good)
        fill_query(&r, o->query);
    good = good && (c->service->protocol != AWS_REST_XML || fill_headers(&r)) &&
           (!model || fill_model_headers(&r)) && fill_body(&r, o);
    if (good && !model && c->service->protocol == AWS_REST_JSON && q->body.len)
        request_header(q, "Content-Type", "application/json");
    mem_free(r.used);
    json_unref(wire);
    return good;
}

bool aws_request_make(const struct aws_call *c, const json *parameters,
                      const struct aws_caller *caller, struct aws_request *out, struct diag *why)
{
    struct aws_request q = {0};
    bool good = false;
    json *v;

    if (!json_is_object(parameters)) {
        diag_set(why, bad, 0, "The parameters of a call are an object");
        return false;
    }
    v = request_wanted(c, parameters, caller);
    switch (c->service->protocol) {
    case AWS_JSON_1_0:
    case AWS_JSON_1_1: good = make_json(c, v, &q); break;
    case AWS_QUERY: good = make_query(c, v, &q); break;
    case AWS_REST_JSON:
    case AWS_REST_XML: good = make_rest(c, v, &q, why); break;
    }
    json_unref(v);
    if (good)
        *out = q;
    else
        aws_request_clear(&q);
    return good;
}
