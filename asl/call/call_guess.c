/*
 * What was likely meant by a call that there is not: another spelling of the service or the action,
 * the name that AWS's command line has for the service, the SDK's call where Step Functions has no
 * integration of its own, or another ending. A definition's names are compared with so many others
 * only (CALL_GUESSES), as that takes long.
 */
#include "asl/call/call_impl.h"
#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "parsers/base/nearest.h"
#include "parsers/base/text.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

/* ---- services ---- */

/* Services under the names of AWS's command line and of ARNs, where the SDK has another; without
 * dashes. */
static const struct {
    const char *name, *service;
} known_as[] = {
    {"ce", "costexplorer"},
    {"cognitoidp", "cognitoidentityprovider"},
    {"cur", "costandusagereport"},
    {"discovery", "applicationdiscovery"},
    {"dms", "databasemigration"},
    {"ds", "directory"},
    {"elasticfilesystem", "efs"},
    {"elasticmapreduce", "emr"},
    {"elb", "elasticloadbalancing"},
    {"elbv2", "elasticloadbalancingv2"},
    {"email", "ses"},
    {"es", "elasticsearch"},
    {"events", "eventbridge"},
    {"iotdata", "iotdataplane"},
    {"iotjobsdata", "iotjobsdataplane"},
    {"lexmodels", "lexmodelbuilding"},
    {"logs", "cloudwatchlogs"},
    {"mgh", "migrationhub"},
    {"monitoring", "cloudwatch"},
    {"sdb", "simpledb"},
    {"serverlessrepo", "serverlessapplicationrepository"},
    {"states", "sfn"},
    {"stepfunctions", "sfn"},
    {"tagging", "resourcegroupstaggingapi"},
};

const struct model_service *call_service_known_as(struct asl_piece name)
{
    const struct model_service *service = model_service_named(name.at, name.len);
    struct buf plain = {0};

    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] != '-')
            buf_addc(&plain, ascii_lower(name.at[i]));
    for (size_t i = 0; !service && i < COUNT(known_as); i++)
        if (strcmp(known_as[i].name, buf_str(&plain)) == 0)
            service = model_service_named(known_as[i].service, strlen(known_as[i].service));
    buf_clear(&plain);
    return service;
}

/* Step Functions leaves the "service" off that some of the models' names end with. */
static void add_service(struct buf *out, const char *name)
{
    size_t len = strlen(name), tail = strlen("service");

    buf_add(out, name, text_n_ends_with(name, len, "service") ? len - tail : len);
}

static void add_action(struct buf *out, const char *name)
{
    buf_printf(out, "%c%s", ascii_lower(name[0]), name + 1);
}

/* ---- calls of the SDK ---- */

/* A piece is no text of its own, which nearest_offer takes. */
static struct nearest near_to(struct asl_piece piece)
{
    return (struct nearest){.want = piece.at, .len = piece.len};
}

/* Writes the name that is nearest to that of a service into `out`; nothing when none is near. */
static void nearest_service(struct asl_piece name, size_t *guesses, struct buf *out)
{
    struct nearest near = near_to(name);
    struct buf best = {0}, plain = {0};

    for (size_t i = 0; i < model_service_count() && *guesses; i++, --*guesses) {
        buf_reset(&plain);
        add_service(&plain, model_service_name(i));
        nearest_offer_made(&near, &plain, &best);
    }
    buf_add(out, buf_str(&best), best.len);
    buf_clear(&best);
    buf_clear(&plain);
}

void call_guess_service(struct asl_piece name, size_t *guesses, struct buf *out)
{
    const struct model_service *service = call_service_known_as(name);
    struct buf meant = {0};

    if (service)
        add_service(&meant, service->name);
    else
        nearest_service(name, guesses, &meant);
    if (meant.len)
        buf_printf(out, "did you mean %s?", buf_str(&meant));
    buf_clear(&meant);
}

/* Returns false when it only says that there is none. */
static bool guess_service(struct asl_piece name, size_t *guesses, struct buf *out)
{
    size_t before = out->len;

    call_guess_service(name, guesses, out);
    bool near = out->len > before;
    if (!near)
        buf_adds(out, "the SDK has no such service");
    return near;
}

/* Slips of the pen are no further off; beyond, a name that has one word more or less is likelier.
 */
enum { SLIP = 2 };

/* Returns by how many letters `given` is longer or shorter than `name` where one is the other with
 * more words: "getSecret" for GetSecretValue, "publishMessage" for Publish; else 0. */
static size_t words_apart(struct asl_piece given, const char *name)
{
    size_t len = strlen(name), common = len < given.len ? len : given.len;

    if (len == given.len || !common || strncasecmp(given.at, name, common) != 0)
        return 0;
    if (!ascii_is_upper((unsigned char)(len > given.len ? name[common] : given.at[common])))
        return 0;
    return len > given.len ? len - given.len : given.len - len;
}

/* Returns the operation that an action likely stands for, NULL without one. */
static const char *nearest_action(const struct model_service *service, struct asl_piece action,
                                  size_t *guesses)
{
    struct nearest near = near_to(action);
    const char *longer = NULL;
    size_t least = SIZE_MAX;
    struct model_operation o;

    if (model_operation_named(service, action.at, action.len, &o))
        return o.name;
    for (size_t i = 0; i < service->operation_count && *guesses; i++, --*guesses) {
        model_operation_at(service, i, &o);
        nearest_offer(&near, o.name);
        size_t apart = words_apart(action, o.name);
        if (apart && apart < least) {
            least = apart;
            longer = o.name;
        }
    }
    return longer && !(near.best && near.distance <= SLIP) ? longer : near.best;
}

/* Returns whether one name begins with the other: "bedrock", "bedrockruntime". */
static bool are_neighbours(const char *a, const char *b)
{
    size_t len = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

    return strcmp(a, b) != 0 && memcmp(a, b, len) == 0;
}

/* AWS has parted some services in several, by whose names people don't tell which has what. Finds
 * the action in those beside `service`, and adds the call. Returns false when none has it. */
static bool guess_neighbour(const struct model_service *service, struct asl_piece action,
                            size_t *guesses, struct buf *out)
{
    struct model_operation o;

    for (size_t i = 0; i < model_service_count() && *guesses; i++, --*guesses) {
        const char *name = model_service_name(i);
        const struct model_service *other =
            are_neighbours(name, service->name) ? model_service_named(name, strlen(name)) : NULL;

        if (!other || !model_operation_named(other, action.at, action.len, &o))
            continue;
        buf_adds(out, "did you mean aws-sdk:");
        add_service(out, other->name);
        buf_addc(out, ':');
        add_action(out, o.name);
        buf_addc(out, '?');
        return true;
    }
    return false;
}

static const char *row_for_action(const struct model_service *service, struct asl_piece action);

/* Adds what was likely meant by a call of the SDK. Of its service and its action, the one that is
 * spelled right is not told again. Returns false when it only says that there is none. */
static bool guess_sdk(const struct asl_resource *r, size_t *guesses, struct buf *out)
{
    const struct model_service *service = call_service_known_as(r->service);
    struct model_operation o;
    bool has = service && model_operation_named(service, r->action.at, r->action.len, &o);
    const char *row = service && !has ? row_for_action(service, r->action) : NULL;
    struct buf name = {0};

    if (service && !has && !row && guess_neighbour(service, r->action, guesses, out))
        return true;
    const char *action = service && !row ? nearest_action(service, r->action, guesses) : NULL;
    bool near = action || row;

    if (service)
        add_service(&name, service->name);
    if (!service) {
        near = guess_service(r->service, guesses, out);
    } else if (row) {
        buf_printf(out, "did you mean %s?", row);
    } else if (!action) {
        buf_printf(out, "%s has no such action", service->id);
    } else {
        buf_adds(out, "did you mean ");
        if (!asl_piece_is(r->service, buf_str(&name)))
            buf_printf(out, "aws-sdk:%s:", buf_str(&name));
        add_action(out, action);
        buf_addc(out, '?');
    }
    buf_clear(&name);
    return near;
}

/* ---- integrations of Step Functions' own ---- */

/* Finds the row that is nearest to a call; NULL without one. */
static const char *nearest_row(struct asl_piece call, size_t *guesses)
{
    struct nearest near = near_to(call);
    const char *longer = NULL;

    for (size_t i = 0; call_table_at(i) && *guesses; i++, --*guesses) {
        nearest_offer(&near, call_table_at(i)->name);
        if (words_apart(call, call_table_at(i)->name))
            longer = call_table_at(i)->name;
    }
    return longer && !(near.best && near.distance <= SLIP) ? longer : near.best;
}

/* Returns whether the call differs from the row's in capitals alone. Then the row was meant,
 * whatever the SDK has. */
static bool is_but_for_case(struct asl_piece call, const char *row)
{
    return row && strlen(row) == call.len && strncasecmp(row, call.at, call.len) == 0;
}

/* Finds the row for that action of a service, which has another name in it: events:putEvents for
 * eventbridge:putEvents. */
static const char *row_for_action(const struct model_service *service, struct asl_piece action)
{
    const struct call *row;

    for (size_t i = 0; service && (row = call_table_at(i)); i++) {
        const char *colon = strchr(row->name, ':');
        struct asl_piece own = {row->name, (size_t)(colon - row->name)};

        if (row->service)
            own = (struct asl_piece){row->service, strlen(row->service)};
        if (strlen(colon + 1) == action.len && !strncasecmp(colon + 1, action.at, action.len) &&
            model_service_named(own.at, own.len) == service)
            return row->name;
    }
    return NULL;
}

/* Adds an integration with the ending that was given, where it may have that: without it nobody
 * would wait for the job. */
static void add_row(struct buf *out, const char *row, enum asl_pattern pattern)
{
    bool may = false;

    for (size_t i = 0; call_table_at(i); i++)
        if (strcmp(call_table_at(i)->name, row) == 0)
            may = call_table_at(i)->patterns & 1u << pattern;
    buf_printf(out, "did you mean %s%s?", row, may ? asl_pattern_ending(pattern) : "");
}

static void guess_own(const struct asl_resource *r, size_t *guesses, struct buf *out)
{
    const struct model_service *service = call_service_known_as(r->service);
    const char *row = row_for_action(service, r->action);
    struct model_operation o;

    if (row) {
        add_row(out, row, r->pattern);
        return;
    }
    row = nearest_row(r->call, guesses);
    if (!is_but_for_case(r->call, row) && service &&
        model_operation_named(service, r->action.at, r->action.len, &o)) {
        buf_adds(out, "did you mean aws-sdk:");
        add_service(out, service->name);
        buf_addc(out, ':');
        add_action(out, o.name);
        buf_addc(out, '?');
    } else if (!is_but_for_case(r->call, row) && service &&
               guess_neighbour(service, r->action, guesses, out)) {
        return;
    } else if (row) {
        add_row(out, row, r->pattern);
    } else {
        buf_adds(out, "what has no integration of its own is called by "
                      "arn:aws:states:::aws-sdk:SERVICE:ACTION");
    }
}

/* ---- endings ---- */

/* Returns whether two endings have the same letters and digits: ".sync2" is ".sync:2". */
static bool same_but_for_marks(const char *a, const char *b)
{
    for (;; a++, b++) {
        a += strspn(a, ".:_-");
        b += strspn(b, ".:_-");
        if (!*a || ascii_lower(*a) != ascii_lower(*b))
            return !*a && !*b;
    }
}

static void guess_ending(const struct asl_resource *r, const struct call *call, const char *ending,
                         struct buf *out)
{
    struct nearest near = {.want = ending, .len = strlen(ending)};
    struct buf all = {0};
    const char *same = NULL;

    for (int i = ASL_REQUEST_RESPONSE + 1; i < ASL_PATTERNS; i++) {
        const char *have = asl_pattern_ending((enum asl_pattern)i);
        if (!(call->patterns & (1u << i)))
            continue;
        nearest_offer(&near, have);
        if (same_but_for_marks(have, ending))
            same = have;
        buf_printf(&all, "%s%s", all.len ? ", " : "it may end in ", have);
    }
    if (same && strcmp(same, ending) != 0)
        buf_printf(out, "did you mean %s?", same);
    else if (near.best && strcmp(near.best, ending) != 0 && near.distance <= 2)
        buf_printf(out, "did you mean %s?", near.best);
    else if (all.len)
        buf_adds(out, buf_str(&all));
    else
        buf_printf(out, "nothing may follow %.*s", (int)r->call.len, r->call.at);
    buf_clear(&all);
}

/* Returns whether a row is for the SDK's call `r`: "states:startExecution" for sfn:startExecution.
 */
static bool is_own_of(const struct call *row, const struct asl_resource *r)
{
    const char *colon = strchr(row->name, ':');
    struct asl_piece service = {row->name, (size_t)(colon - row->name)};

    if (row->service)
        service = (struct asl_piece){row->service, strlen(row->service)};
    return asl_piece_is(r->action, colon + 1) && model_service_named(service.at, service.len) &&
           model_service_named(service.at, service.len) == call_service_known_as(r->service);
}

/* Finds an integration of Step Functions' own that may be called by the pattern by which the SDK's
 * call may not; NULL without one. */
static const struct call *own_that_waits(const struct asl_resource *r)
{
    for (size_t i = 0; r->kind == ASL_RESOURCE_SDK && call_table_at(i); i++)
        if ((call_table_at(i)->patterns & 1u << r->pattern) && is_own_of(call_table_at(i), r))
            return call_table_at(i);
    return NULL;
}

/* An ending that there is not is part of the action: it is cut off, and the call is looked up
 * without it. */
static bool guess_unknown_ending(const struct asl_resource *r, struct buf *out)
{
    const char *dot = memchr(r->action.at, '.', r->action.len);
    struct asl_resource bare = *r;
    struct buf ending = {0};

    if (!dot)
        return false;
    bare.action.len = (size_t)(dot - r->action.at);
    bare.call.len = (size_t)(dot - r->call.at);
    const struct call *call = call_find(&bare);
    if (!call)
        return false;
    buf_add(&ending, dot, r->action.len - bare.action.len);
    guess_ending(&bare, call, buf_str(&ending), out);
    buf_clear(&ending);
    return true;
}

/* Of ".sync:1" the last colon is taken for the one before the action, which a number never is. */
static bool guess_numbered(const struct asl_resource *r, struct buf *out)
{
    const struct call *row;
    const char *dot = r->call.at ? strstr(r->call.at, ".sync:") : NULL;

    for (size_t i = 0; dot && (row = call_table_at(i)); i++) {
        struct asl_piece bare = {r->call.at, (size_t)(dot - r->call.at)};

        if (!asl_piece_is(bare, row->name) || !(row->patterns & 1u << ASL_SYNC))
            continue;
        buf_printf(out, "did you mean %s%s?", row->name,
                   asl_pattern_ending(row->patterns & 1u << ASL_SYNC_2 ? ASL_SYNC_2 : ASL_SYNC));
        return true;
    }
    return false;
}

bool call_guess(const struct asl_resource *r, size_t *guesses, struct buf *out)
{
    const struct call *call = call_find(r), *own;

    if (!call && guess_numbered(r, out))
        return true;
    if (call && !(call->patterns & (1u << r->pattern))) {
        own = own_that_waits(r);
        if (own)
            buf_printf(out, "did you mean %s%s?", own->name, asl_pattern_ending(r->pattern));
        else
            guess_ending(r, call, asl_pattern_ending(r->pattern), out);
    } else if (guess_unknown_ending(r, out)) {
        return true;
    } else if (r->kind == ASL_RESOURCE_SDK && call_models_known()) {
        return guess_sdk(r, guesses, out);
    } else {
        guess_own(r, guesses, out);
    }
    return true;
}
