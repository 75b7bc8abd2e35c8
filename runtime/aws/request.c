/*
 * A call's request: what Step Functions itself puts into it, and then all of it as the service's
 * protocol has it, which write_json.c, write_query.c, write_rest.c, write_xml.c and write_cbor.c
 * know.
 */
#include "runtime/aws/aws_impl.h"

#include "asl/call/call.h"
#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"

#include <string.h>
#include <strings.h>

static const char bad[] = "PARAMETERS";

void aws_request_clear(struct aws_request *q)
{
    buf_clear(&q->path);
    buf_clear(&q->query);
    buf_clear(&q->body);
    buf_clear(&q->host);
    for (size_t i = 0; i < q->header_count; i++) {
        /* Each is one text: the name, a NUL, the value. */
        char *text;
        memcpy(&text, &q->headers[i].name, sizeof text);
        mem_free(text);
    }
    q->header_count = 0;
}

/* Control characters would end the header, and begin another of the Task's choosing; a NUL would
 * cut the text. */
static bool fits_header(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    return true;
}

bool aws_request_has(const struct aws_request *q, const char *name)
{
    for (size_t i = 0; i < q->header_count; i++)
        if (!strcasecmp(q->headers[i].name, name))
            return true;
    return false;
}

bool aws_request_header(struct aws_request *q, const char *name, const char *value,
                        const char *member, struct diag *why)
{
    return aws_request_header_n(q, name, value, strlen(value), member, why);
}

bool aws_request_header_n(struct aws_request *q, const char *name, const char *value, size_t len,
                          const char *member, struct diag *why)
{
    size_t name_len = strlen(name);

    if (q->header_count == AWS_MAX_HEADERS || !fits_header(value, len) ||
        !fits_header(name, name_len)) {
        diag_set(why, bad, 0, "The field '%s' can't be sent as a header", member);
        return false;
    }
    char *kept = mem_alloc(name_len + len + 2), *kept_value = kept + name_len + 1;
    memcpy(kept, name, name_len + 1);
    memcpy(kept_value, value, len);
    kept_value[len] = '\0';
    q->headers[q->header_count++] = (struct aws_header){kept, kept_value};
    return true;
}

/* ---- what goes in ---- */

/*
 * A member that is null is one that the SDK was not given. Deeper nulls stay: there they are data,
 * as in DynamoDB's {"NULL": true} or a document. Members of the list `own` go no further.
 */
static json *object_without_nulls(const json *v, const char *own)
{
    struct json_build b;

    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        if (json_kind(json_value_at(v, i)) != JSON_NULL &&
            !text_has_word(own, json_str(json_key_at(v, i)), json_str_len(json_key_at(v, i))))
            json_build_set_key(&b, json_ref(json_key_at(v, i)), json_ref(json_value_at(v, i)));
    return json_build_done(&b);
}

/* The member goes as text: what is none is written as JSON. Takes `v`. */
static json *with_text(json *v, const char *name)
{
    const json *member = name ? aws_given(v, name) : NULL;

    return !member || json_is_string(member) ? v : aws_with_member(v, name, json_text(member));
}

/* arn:…:states:REGION:ACCOUNT:stateMachine:NAME of …:execution:NAME:…, …:express:NAME:…:… */
void aws_machine_arn(struct buf *out, const char *execution)
{
    static const char *const kinds[] = {":execution:", ":express:"};

    for (size_t i = 0; i < COUNT(kinds); i++) {
        const char *at = strstr(execution, kinds[i]);
        const char *name = at ? at + strlen(kinds[i]) : NULL;

        if (name) {
            buf_printf(out, "%.*s:stateMachine:%.*s", (int)(at - execution), execution,
                       (int)strcspn(name, ":"), name);
            return;
        }
    }
}

/* An event's Detail goes as text, and who sends it is among its Resources: behind those of the
 * author the machine, then the execution. */
static json *event_of(const json *entry, const char *execution)
{
    json *e = with_text(json_ref(entry), "Detail");
    const json *given = aws_given(e, "Resources");
    struct buf machine = {0};
    struct json_build b;

    if (!json_is_object(e) || !execution)
        return e;
    if (given && json_is_array(given))
        json_build_copy(&b, given, 2);
    else
        json_build_array(&b, 2);
    aws_machine_arn(&machine, execution);
    if (machine.len)
        json_build_add(&b, json_take_buf(&machine));
    json_build_add(&b, json_cstring(execution));
    return aws_with_member(e, "Resources", json_build_done(&b));
}

static json *with_events(json *v, const char *execution)
{
    const json *entries = aws_given(v, "Entries");
    struct json_build b;

    if (!entries || !json_is_array(entries))
        return v;
    json_build_array(&b, json_count(entries));
    for (size_t i = 0; i < json_count(entries); i++)
        json_build_add(&b, event_of(json_at(entries, i), execution));
    return aws_with_member(v, "Entries", json_build_done(&b));
}

/* Digit 13 tells the version, 4, and the two highest bits of digit 17 the variant. */
void aws_uuid_write(const uint64_t half[2], char out[AWS_UUID])
{
    static const char digits[] = "0123456789abcdef";
    const uint64_t set[2] = {(half[0] & ~UINT64_C(0xF000)) | UINT64_C(0x4000),
                             (half[1] & ~(UINT64_C(3) << 62)) | UINT64_C(1) << 63};

    for (size_t i = 0, digit = 0; i < AWS_UUID - 1; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        out[i] = dash ? '-' : digits[set[digit / 16] >> (60 - digit % 16 * 4) & 15];
        digit += !dash;
    }
    out[AWS_UUID - 1] = '\0';
}

/* A UUID that follows from the call's key. */
static json *once_token(const char *key)
{
    uint64_t half[2] = {UINT64_C(0xCBF29CE484222325), UINT64_C(0x84222325CBF29CE4)};
    char text[AWS_UUID];

    for (; *key; key++)
        for (int i = 0; i < 2; i++)
            half[i] = (half[i] ^ (unsigned char)*key) * UINT64_C(0x100000001B3);
    aws_uuid_write(half, text);
    return json_cstring(text);
}

/* A member that the author gave stands. Takes both values. */
static json *with_default(json *v, const char *name, json *value)
{
    json *changed;

    if (aws_given(v, name)) {
        json_unref(value);
        return v;
    }
    changed = json_with(v, json_cstring(name), value);
    json_unref(v);
    return changed;
}

bool aws_call_has_token(const struct aws_call *c)
{
    struct model_shape s;

    if (c->integration && c->integration->once)
        return true;
    if (!c->operation.input)
        return false;
    s = model_shape_at(c->service, c->operation.input);
    for (size_t i = 0; i < s.count; i++)
        if (model_member_at(&s, i).idempotency_token)
            return true;
    return false;
}

/* Members by which a service recognises a repeat are filled by the SDKs where they are not given.
 */
static json *with_tokens(const struct aws_call *c, json *v, const char *key)
{
    struct model_shape s;

    if (!c->operation.input)
        return v;
    s = model_shape_at(c->service, c->operation.input);
    for (size_t i = 0; i < s.count; i++) {
        struct model_member m = model_member_at(&s, i);
        if (m.idempotency_token)
            v = with_default(v, m.name, once_token(key));
    }
    return v;
}

/* Takes `v`. Returns it with each text as far as it is sent (call_text_sent). */
static json *with_sent_texts(const struct aws_call *c, json *v)
{
    for (size_t i = 0; i < json_count(v); i++) {
        const char *name = json_str(json_key_at(v, i));
        const json *given = json_value_at(v, i);
        const char *sent =
            json_is_string(given) ? call_text_sent(c->service->name, name, json_str(given)) : NULL;

        if (sent && sent != json_str(given))
            v = aws_with_member(v, name, json_cstring(sent));
    }
    return v;
}

/*
 * Makes what Step Functions itself puts into a call: texts of documents, who sends events, what a
 * model speaks, and a token by which a repeat is recognised. Of these a call by aws-sdk has only
 * the last.
 */
static json *request_wanted(const struct aws_call *c, const json *parameters,
                            const struct aws_caller *caller)
{
    const struct aws_integration *i = c->integration;
    json *v = i && i->request ? aws_mapped(i->request, parameters, NULL)
                              : object_without_nulls(parameters, i ? i->own : NULL);

    if (caller->key)
        v = with_tokens(c, v, caller->key);
    if (!i)
        return with_sent_texts(c, v);
    v = with_text(v, i->text);
    if (!strcmp(i->call, "events:putEvents"))
        v = with_events(v, caller->execution);
    if (!strcmp(i->call, "bedrock:invokeModel")) {
        v = with_default(v, "ContentType", json_cstring("application/json"));
        v = with_default(v, "Accept", json_cstring("application/json"));
    }
    v = aws_marked(c, v, caller);
    if (i->once && caller->key)
        v = with_default(v, i->once, once_token(caller->key));
    return v;
}

/* ---- the request ---- */

/*
 * AWS JSON 1.0 and 1.1 differ in nothing but the Content-Type here: the action stands in X-Amz-
 * Target, all members in the body.
 */
static bool write_json(const struct aws_call *c, const json *v, struct aws_request *q,
                       struct diag *why)
{
    struct buf target = {0}, type = {0};
    json *wire = aws_json_for(c->service, c->operation.input, v);
    bool good;

    buf_addc(&q->path, '/');
    json_write(&q->body, wire);
    json_unref(wire);
    buf_adds(&target, c->service->target);
    buf_addc(&target, '.');
    buf_adds(&target, c->operation.name);
    buf_adds(&type, "application/x-amz-json-");
    buf_adds(&type, c->service->json);
    good = aws_request_header(q, "Content-Type", buf_str(&type), "ContentType", why) &&
           aws_request_header(q, "X-Amz-Target", buf_str(&target), "Action", why);
    buf_clear(&target);
    buf_clear(&type);
    return good;
}

/* Headers that the SDKs send with every call of a service, which its model does not tell. Without
 * the first, API Gateway answers in a form of its own (HAL). */
static bool add_constant_headers(const struct aws_call *c, struct aws_request *q, struct diag *why)
{
    static const struct {
        const char *service, *name, *value;
    } rows[] = {
        {"apigateway", "Accept", "application/json"},
        {"glacier", "x-amz-glacier-version", "2012-06-01"},
    };

    for (size_t i = 0; i < COUNT(rows); i++)
        if (!strcmp(rows[i].service, c->service->name) && !aws_request_has(q, rows[i].name) &&
            !aws_request_header(q, rows[i].name, rows[i].value, rows[i].name, why))
            return false;
    return true;
}

/* A part of a name in the DNS: what a Task gives can't make it another host. */
static bool fits_host(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!ascii_is_digit((unsigned char)text[i]) && !ascii_is_letter((unsigned char)text[i]) &&
            text[i] != '-' && text[i] != '.')
            return false;
    return len > 0;
}

/* "{AccountId}.": the labels are members. */
static bool write_host(const struct aws_call *c, const json *v, struct aws_request *q,
                       struct diag *why)
{
    for (const char *p = c->operation.host_prefix; p && *p;) {
        size_t len = strcspn(p, "{");
        struct buf name = {0};

        buf_add(&q->host, p, len);
        p += len;
        if (!*p)
            break;
        len = strcspn(p, "}");
        buf_add(&name, p + 1, len - 1);
        const json *value = aws_given(v, buf_str(&name));
        bool good =
            value && json_is_string(value) && fits_host(json_str(value), json_str_len(value));
        if (good)
            buf_add(&q->host, json_str(value), json_str_len(value));
        else
            diag_set(why, bad, 0, "The field '%s' must be letters, digits, '-' and '.'",
                     buf_str(&name));
        buf_clear(&name);
        if (!good)
            return false;
        p += len + 1;
    }
    return true;
}

bool aws_request_make(const struct aws_call *c, const json *parameters,
                      const struct aws_caller *caller, struct aws_request *out, struct diag *why)
{
    struct aws_request q = {.method = c->operation.method};
    bool good = false;
    json *v;

    if (!json_is_object(parameters)) {
        diag_set(why, bad, 0, "The parameters of a call are an object");
        return false;
    }
    v = aws_with_single_names(c, request_wanted(c, parameters, caller), why);
    if (!v)
        return false;
    switch (c->service->protocol) {
    case MODEL_JSON: good = write_json(c, v, &q, why); break;
    case MODEL_QUERY:
    case MODEL_EC2: good = aws_write_query(c, v, &q, why); break;
    case MODEL_REST_JSON:
    case MODEL_REST_XML: good = aws_write_rest(c, v, &q, why); break;
    case MODEL_CBOR: good = aws_write_cbor(c, v, &q, why); break;
    }
    good = good && aws_add_checksum(c, v, &q, why) && add_constant_headers(c, &q, why) &&
           write_host(c, v, &q, why);
    json_unref(v);
    if (good)
        *out = q;
    else
        aws_request_clear(&q);
    return good;
}

void aws_unknown_member(const json *key, struct diag *why)
{
    diag_set(why, bad, 0, "The field '%s' can't be sent by this call here", json_str(key));
}
