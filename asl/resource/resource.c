/*
 * Takes resources apart. Whatever the kind, all parts point into the one text, so that a copy of
 * the text has its parts at the same places.
 */
#include "asl/resource/resource.h"

#include "parsers/base/text.h"

static const char sdk[] = "aws-sdk:";

static const char *const endings[ASL_PATTERNS] = {
    [ASL_REQUEST_RESPONSE] = "",
    [ASL_SYNC] = ".sync",
    [ASL_SYNC_2] = ".sync:2",
    [ASL_WAIT_FOR_TASK_TOKEN] = ".waitForTaskToken",
};

const char *asl_pattern_ending(enum asl_pattern pattern)
{
    return endings[pattern];
}

bool asl_piece_is(struct asl_piece part, const char *text)
{
    return part.len == strlen(text) && memcmp(part.at, text, part.len) == 0;
}

/* From `from` to before `end`. */
static struct asl_piece part_of(const char *from, const char *end)
{
    return (struct asl_piece){from, (size_t)(end - from)};
}

/*
 * arn = "arn:" partition ":" service ":" region ":" account ":" rest
 * Returns `rest`, in which there may be more colons; NULL: it is no ARN. Region and account are of
 * no interest: Lambda and activities have them, calls of services have them empty or not.
 */
static const char *split_arn(struct asl_resource *r)
{
    const char *part[6] = {r->text};

    for (int i = 1; i < 6; i++) {
        const char *colon = strchr(part[i - 1], ':');
        if (!colon)
            return NULL;
        part[i] = colon + 1;
    }
    if (!text_begins_with(r->text, "arn:"))
        return NULL;
    r->partition = part_of(part[1], part[2] - 1);
    r->service = part_of(part[2], part[3] - 1);
    return part[5];
}

/* Of what no integration stands for, type and API are what the ARN has of them. */
static void name_thing(struct asl_resource *r, const char *rest)
{
    const char *end = rest + strlen(rest);

    r->type = r->service;
    r->api = rest;
    r->action = part_of(rest, end);
    r->call = r->action;
}

/*
 * rest = ["aws-sdk:"] service ":" action [".sync" | ".sync:2" | ".waitForTaskToken"]
 * The pattern goes first: the last colon is before the action only when that of .sync:2 is gone.
 */
static bool split_call(struct asl_resource *r, const char *rest)
{
    const char *end = rest + strlen(rest), *colon;
    enum asl_pattern pattern = ASL_REQUEST_RESPONSE;

    for (int i = ASL_REQUEST_RESPONSE + 1; i < ASL_PATTERNS; i++)
        if (text_ends_with(rest, endings[i])) {
            pattern = (enum asl_pattern)i;
            end -= strlen(endings[i]);
            break;
        }
    for (colon = end; colon > rest && colon[-1] != ':';)
        colon--;
    if (colon - rest < 2 || colon == end)
        return false;
    r->pattern = pattern;
    r->type = part_of(rest, colon - 1);
    r->api = colon;
    r->service = r->type;
    r->action = part_of(colon, end);
    r->call = part_of(rest, end);
    r->kind = ASL_RESOURCE_OPTIMIZED;
    if (text_begins_with(rest, sdk)) {
        size_t head = strlen(sdk);
        r->kind = ASL_RESOURCE_SDK;
        /* Without a service of its own behind it, aws-sdk: leaves none. */
        r->service = r->type.len > head ? part_of(rest + head, colon - 1) : part_of(rest, rest);
    } else if (asl_resource_calls(r, "http", "invoke")) {
        r->kind = ASL_RESOURCE_HTTP;
    }
    return true;
}

bool asl_resource_read(const char *text, struct asl_resource *out)
{
    *out = (struct asl_resource){.text = text};
    const char *rest = split_arn(out);

    if (!rest)
        return false;
    bool of_states = asl_piece_is(out->service, "states");
    if (of_states && !text_begins_with(rest, "activity:")) {
        if (split_call(out, rest))
            return true;
        *out = (struct asl_resource){.text = text, .partition = out->partition};
        return false;
    }
    name_thing(out, rest);
    if (of_states)
        out->kind = ASL_RESOURCE_ACTIVITY;
    else if (asl_piece_is(out->service, "lambda"))
        out->kind = ASL_RESOURCE_LAMBDA;
    return true;
}

bool asl_resource_is_call(const struct asl_resource *r)
{
    return r->kind == ASL_RESOURCE_HTTP || r->kind == ASL_RESOURCE_SDK ||
           r->kind == ASL_RESOURCE_OPTIMIZED;
}

bool asl_resource_calls(const struct asl_resource *r, const char *service, const char *action)
{
    bool integrated = r->kind == ASL_RESOURCE_OPTIMIZED || r->kind == ASL_RESOURCE_HTTP;

    return integrated && asl_piece_is(r->service, service) && asl_piece_is(r->action, action);
}

static struct asl_piece moved(struct asl_piece part, const char *from, const char *to)
{
    return part.at ? (struct asl_piece){to + (part.at - from), part.len} : part;
}

struct asl_resource asl_resource_in(const struct asl_resource *r, const char *copy)
{
    struct asl_resource out = *r;

    out.text = copy;
    out.partition = moved(r->partition, r->text, copy);
    out.service = moved(r->service, r->text, copy);
    out.action = moved(r->action, r->text, copy);
    out.type = moved(r->type, r->text, copy);
    out.call = moved(r->call, r->text, copy);
    if (r->api)
        out.api = copy + (r->api - r->text);
    return out;
}

struct asl_piece asl_function_name(const char *target)
{
    static const char part[] = "function:";
    const char *at = strstr(target, part);

    if (at && (at == target || at[-1] == ':'))
        target = at + strlen(part);
    else if (text_begins_with(target, "arn:"))
        return (struct asl_piece){target, strlen(target)};
    return (struct asl_piece){target, strcspn(target, ":")};
}
