/*
 * Where services of AWS are asked, by options and variables, and which addresses must not be asked.
 * A Task's parameters may come from strangers, so what is decided here about an address keeps them
 * from the machine's own metadata service, where a cloud gives out credentials.
 */
#include "runtime/aws/endpoints.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "parsers/base/utf8.h"
#include "runtime/base/aws_defaults.h"
#include "runtime/base/partition.h"
#include "runtime/http/client.h"
#include "runtime/http/message.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

extern char **environ;

enum { MAX_ADDED = 256 };

struct added {
    const char *id; /* the service's; NULL: any */
    char *name;     /* what the service was called */
    char *url;
};

/* An endpoint of AWS's own that was asked for. It is kept, as endpoints_find gives looks at its
 * text. */
struct own {
    char *url;
    const char *signs_as; /* NULL: the region of the set */
};

/* What a profile says. */
struct of_profile {
    char *service; /* its id, as "secrets_manager"; NULL: any that has none of its own */
    char *url;
};

struct endpoints {
    char *region;
    struct added *added; /* the last wins */
    size_t count, room;
    struct of_profile *profile;
    size_t profile_count, profile_room;
    char *address; /* ours; NULL: we don't listen */
    uint16_t port;
    struct own *made;
    size_t made_count, made_room;
};

/* Step Functions Local's names. */
static const struct {
    const char *service, *variable, *option;
} jar[] = {
    {"Athena", "ATHENA_ENDPOINT", "-athenaEndpoint"},
    {"Batch", "BATCH_ENDPOINT", "-batchEndpoint"},
    {"CodeBuild", "CODEBUILD_ENDPOINT", "-codeBuildEndpoint"},
    {"DynamoDB", "DYNAMODB_ENDPOINT", "-dynamoDBEndpoint"},
    {"ECS", "ECS_ENDPOINT", "-ecsEndpoint"},
    {"EKS", "EKS_ENDPOINT", "-eksEndpoint"},
    {"EMR", "EMR_ENDPOINT", "-emrEndpoint"},
    {"EventBridge", "EVENTBRIDGE_ENDPOINT", "-eventBridgeEndpoint"},
    {"EventBridge", "EVENTS_ENDPOINT", "-eventsEndpoint"},
    {"Glue", "GLUE_ENDPOINT", "-glueEndpoint"},
    {"Lambda", "LAMBDA_ENDPOINT", "-lambdaEndpoint"},
    {"SageMaker", "SAGE_MAKER_ENDPOINT", "-sageMakerEndpoint"},
    {"SageMaker", "SAGEMAKER_ENDPOINT", "-sagemakerEndpoint"},
    {"SFN", "STEP_FUNCTIONS_ENDPOINT", "-stepFunctionsEndpoint"},
    {"SNS", "SNS_ENDPOINT", "-snsEndpoint"},
    {"SQS", "SQS_ENDPOINT", "-sqsEndpoint"},
};

struct endpoints *endpoints_new(const char *region)
{
    struct endpoints *e = mem_calloc(1, sizeof *e);

    e->region = mem_strdup(region ? region : AWS_DEFAULT_REGION);
    return e;
}

void endpoints_free(struct endpoints *e)
{
    if (!e)
        return;
    for (size_t i = 0; i < e->count; i++) {
        mem_free(e->added[i].name);
        mem_free(e->added[i].url);
    }
    for (size_t i = 0; i < e->made_count; i++)
        mem_free(e->made[i].url);
    for (size_t i = 0; i < e->profile_count; i++) {
        mem_free(e->profile[i].service);
        mem_free(e->profile[i].url);
    }
    mem_free(e->added);
    mem_free(e->profile);
    mem_free(e->made);
    mem_free(e->region);
    mem_free(e->address);
    mem_free(e);
}

static bool is_aws(const char *url)
{
    return strcmp(url, "aws") == 0;
}

bool endpoints_add(struct endpoints *e, const char *given, struct diag *why)
{
    const char *equals = strchr(given, '=');
    size_t len = equals ? (size_t)(equals - given) : 0;
    bool any = len == 1 && *given == '*';
    const struct model_service *s = len && !any ? aws_service_named(given, len) : NULL;

    if (!len || (!is_aws(equals + 1) && !http_url_is_base(equals + 1))) {
        bool url = len && http_url_ok(equals + 1);
        struct buf shown = {0};

        endpoints_show_url(&shown, given);
        diag_set(why, "ENDPOINT", 0,
                 "'%s' is not SERVICE=URL, as in sqs=http://127.0.0.1:4566 or sqs=aws%s",
                 buf_str(&shown), url ? ": an endpoint has no user and no query" : "");
        buf_clear(&shown);
        return false;
    }
    if (!s && !any && !model_file(why))
        return false;
    if (!s && !any) {
        diag_set(why, ENDPOINTS_NO_SERVICE, 0, "'%.*s' is no service that is known here", (int)len,
                 given);
        return false;
    }
    if (e->count == MAX_ADDED) {
        diag_set(why, "ENDPOINT", 0, "there are more than %d endpoints", (int)MAX_ADDED);
        return false;
    }
    MEM_GROW(e->added, e->count, e->room);
    e->added[e->count++] =
        (struct added){s ? s->id : NULL, mem_strndup(given, len), mem_strdup(equals + 1)};
    return true;
}

bool endpoints_add_of_profile(struct endpoints *e, const char *service, const char *url)
{
    if (!http_url_is_base(url))
        return false;
    MEM_GROW(e->profile, e->profile_count, e->profile_room);
    e->profile[e->profile_count++] =
        (struct of_profile){service ? mem_strdup(service) : NULL, mem_strdup(url)};
    return true;
}

void endpoints_not(struct endpoints *e, const char *address, uint16_t port)
{
    mem_free(e->address);
    e->address = mem_strdup(address);
    e->port = port;
}

/* ---- URLs ---- */

/* "host:port" of a URL, with its length. */
static const char *authority_of(const char *url, size_t *len)
{
    const char *at = strstr(url, "://");

    at = at ? at + 3 : url;
    *len = strcspn(at, "/?#");
    return at;
}

/* The host stands behind the last @, whatever looks like one before it. */
static char *host_of(const char *url, unsigned *port)
{
    size_t len;
    const char *at = authority_of(url, &len), *begin = at;

    for (size_t i = len; i > 0 && begin == at; i--)
        if (at[i - 1] == '@')
            begin = at + i;
    len -= (size_t)(begin - at);
    at = begin;
    size_t name = *at == '[' ? strcspn(at, "]") + 1 : strcspn(at, ":/?#");

    if (name > len)
        name = len;
    *port = !strncasecmp(url, "https:", 6) ? 443 : 80;
    if (name < len && at[name] == ':')
        *port = (unsigned)strtoul(at + name + 1, NULL, 10);
    return mem_strndup(at, name);
}

bool endpoints_url_is_loopback(const char *url)
{
    unsigned port;
    char *host = host_of(url, &port);
    bool is = http_host_is_loopback(host);

    mem_free(host);
    return is;
}

/* An endpoint that leads back to us would let a Task call the server that runs it, for ever. Any
 * name of this machine will do, as we may listen on all addresses. */
bool endpoints_is_here(const struct endpoints *e, const char *url)
{
    unsigned port;
    char *host;
    bool here;

    if (!e->address || is_aws(url))
        return false;
    host = host_of(url, &port);
    here = port == e->port && (http_host_is_loopback(host) || strcmp(host, e->address) == 0);
    mem_free(host);
    return here;
}

/* Networks in which clouds tell a machine its keys, and those that reach no further than it. */
static const struct network {
    unsigned char bytes[16];
    unsigned bits;
} guarded_v4[] =
    {
        {{0}, 8},                   /* "this host": connects to loopback */
        {{169, 254}, 16},           /* link-local; the metadata of nearly all clouds */
        {{100, 100, 100, 200}, 32}, /* Alibaba Cloud */
        {{168, 63, 129, 16}, 32},   /* Azure's host */
        {{192, 0, 0, 192}, 32},     /* Oracle Cloud */
},
  guarded_v6[] = {
      {{0}, 128},                                                /* as 0.0.0.0 */
      {{0xfe, 0x80}, 10},                                        /* link-local */
      {{0xfd, 0x00, 0x0e, 0xc2}, 32},                            /* EC2: metadata, DNS, time, EKS */
      {{0xfd, 0x20, 0x00, 0xce, [14] = 0x02, [15] = 0x54}, 128}, /* Google Cloud */
};

static bool endpoints_is_in(const unsigned char *address, const struct network *n)
{
    unsigned whole = n->bits / 8, rest = n->bits % 8;

    if (memcmp(address, n->bytes, whole) != 0)
        return false;
    return !rest || ((address[whole] ^ n->bytes[whole]) >> (8 - rest)) == 0;
}

static bool is_guarded_v4(const unsigned char *address)
{
    for (size_t i = 0; i < COUNT(guarded_v4); i++)
        if (endpoints_is_in(address, &guarded_v4[i]))
            return true;
    return false;
}

/* IPv6 networks whose addresses stand for one of IPv4: where its four bytes are. */
static const struct {
    struct network network;
    unsigned at;
    unsigned char mask; /* each byte is written with these bits turned */
} carriers[] = {
    {{{[10] = 0xff, [11] = 0xff}, 96}, 12, 0},  /* mapped: ::ffff:a.b.c.d */
    {{{[8] = 0xff, [9] = 0xff}, 96}, 12, 0},    /* translated: ::ffff:0:a.b.c.d */
    {{{0}, 96}, 12, 0},                         /* compatible: ::a.b.c.d */
    {{{0x00, 0x64, 0xff, 0x9b}, 32}, 12, 0},    /* NAT64: 64:ff9b::a.b.c.d, 64:ff9b:1:… */
    {{{0x20, 0x02}, 16}, 2, 0},                 /* 6to4 */
    {{{0x20, 0x01, 0x00, 0x00}, 32}, 12, 0xff}, /* Teredo */
};

/* An address of IPv4 may be written in many ways as one of IPv6, and a gateway turns it back: so
 * what is inside counts. */
static bool is_guarded_v6(const unsigned char *address)
{
    static const unsigned char loopback[16] = {[15] = 1};

    for (size_t i = 0; i < COUNT(guarded_v6); i++)
        if (endpoints_is_in(address, &guarded_v6[i]))
            return true;
    if (!memcmp(address, loopback, sizeof loopback))
        return false;
    for (size_t i = 0; i < COUNT(carriers); i++) {
        unsigned char inner[4];

        if (!endpoints_is_in(address, &carriers[i].network))
            continue;
        for (unsigned k = 0; k < 4; k++)
            inner[k] = address[carriers[i].at + k] ^ carriers[i].mask;
        if (is_guarded_v4(inner))
            return true;
    }
    /* ISATAP: any network, then the interface's ::0:5efe:a.b.c.d or ::200:5efe:a.b.c.d */
    return (address[8] & 0xfd) == 0 && !address[9] && address[10] == 0x5e && address[11] == 0xfe &&
           is_guarded_v4(address + 12);
}

bool endpoints_address_is_link_local(const struct sockaddr *address)
{
    unsigned char bytes[16];

    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        memcpy(bytes, &in.sin_addr, 4);
        return is_guarded_v4(bytes);
    }
    if (address->sa_family != AF_INET6)
        return false;
    struct sockaddr_in6 in;
    memcpy(&in, address, sizeof in);
    memcpy(bytes, &in.sin6_addr, 16);
    return is_guarded_v6(bytes);
}

/* The last label, where a dot behind it doesn't count, begins with a digit: no name of the DNS. */
static bool ends_in_number(const char *host, size_t len)
{
    size_t at = len;

    while (at && host[at - 1] != '.')
        at--;
    return at < len && host[at] >= '0' && host[at] <= '9';
}

bool endpoints_name_is_link_local(const char *host)
{
    static const char *const names[] = {"metadata.google.internal", "metadata.goog", "metadata",
                                        "instance-data", "instance-data.ec2.internal"};
    size_t len = strlen(host);

    while (len && host[len - 1] == '.')
        len--;
    for (size_t i = 0; i < COUNT(names); i++)
        if (len == strlen(names[i]) && !strncasecmp(host, names[i], len))
            return true;
    return ends_in_number(host, len);
}

/* ---- finding ---- */

/* "Secrets Manager" in AWS_ENDPOINT_URL_SECRETS_MANAGER. */
static void endpoints_add_variable(struct buf *out, const char *id)
{
    buf_adds(out, "AWS_ENDPOINT_URL_");
    for (const char *p = id; *p; p++)
        buf_addc(out, *p == ' ' || *p == '-' ? '_' : ascii_upper(*p));
}

static const char *endpoints_variable(const struct endpoints *e, const char *name)
{
    const char *v = getenv(name);

    return v && http_url_is_base(v) && !endpoints_is_here(e, v) ? v : NULL;
}

/* Finds where a service is in the region: a row for the region itself counts more than that of its
 * partition. Returns false when it is not there at all. */
static bool host_in_region(const struct model_service *s, const char *region,
                           struct model_host *out)
{
    const char *partition = partition_name(region);
    bool found = false;

    for (size_t i = 0; i < s->host_count; i++) {
        struct model_host h = model_service_host(s, i);

        if (strcmp(model_partitions[h.partition], partition) != 0)
            continue;
        if (h.region ? !strcmp(h.region, region) : !found)
            *out = h;
        found = found || !h.region;
        if (h.region && !strcmp(h.region, region))
            return true;
    }
    return found;
}

static void write_own_url(struct buf *out, const char *host, const char *region)
{
    static const char place[] = "{region}";

    buf_adds(out, "https://");
    for (const char *at; (at = strstr(host, place)); host = at + strlen(place)) {
        buf_add(out, host, (size_t)(at - host));
        buf_adds(out, region);
    }
    buf_adds(out, host);
}

bool endpoints_write_own(struct buf *out, const char *id, const char *region, const char **signs_as)
{
    const struct model_service *s = model_service_named(id, strlen(id));
    struct model_host host = {0};

    if (!s || !host_in_region(s, region, &host))
        return false;
    write_own_url(out, host.host, region);
    *signs_as = host.signs_as ? host.signs_as : region;
    return true;
}

/* Returns AWS's own URL of the service. There are as many as services that were asked for, so a
 * list of them will do. */
static const char *own_of_aws(struct endpoints *e, const char *id)
{
    const char *signs_as;
    struct buf url = {0};

    if (!endpoints_write_own(&url, id, e->region, &signs_as))
        return NULL;
    for (size_t i = 0; i < e->made_count; i++)
        if (!strcmp(e->made[i].url, buf_str(&url))) {
            buf_clear(&url);
            return e->made[i].url;
        }
    MEM_GROW(e->made, e->made_count, e->made_room);
    e->made[e->made_count] =
        (struct own){buf_take(&url), strcmp(signs_as, e->region) ? signs_as : NULL};
    return e->made[e->made_count++].url;
}

bool endpoints_is_own(const struct endpoints *e, const char *url, const char **region)
{
    for (size_t i = 0; i < e->made_count; i++) {
        if (e->made[i].url != url)
            continue;
        if (region)
            *region = e->made[i].signs_as;
        return true;
    }
    return false;
}

bool endpoints_ignore_variables(void)
{
    const char *v = getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");

    return v && !strcasecmp(v, "true");
}

/* How well what was added fits a service, `name` is what its integration calls it. An integration
 * may be of another service than its name says: bedrock:invokeModel is of "Bedrock Runtime". */
enum added_fit { FITS_NOT, FITS_ANY, FITS_NAME, FITS_SERVICE };

static enum added_fit added_fit(const struct added *a, const char *id, struct asl_piece name)
{
    if (!a->id)
        return FITS_ANY;
    if (!strcmp(a->id, id))
        return FITS_SERVICE;
    return name.len && strlen(a->name) == name.len && !strncasecmp(a->name, name.at, name.len)
               ? FITS_NAME
               : FITS_NOT;
}

/* Finds what was added for a service: the more exact name wins, then the later one. */
static const struct added *added_for(const struct endpoints *e, const char *id,
                                     struct asl_piece name)
{
    const struct added *best = NULL;
    enum added_fit best_fit = FITS_ANY;

    for (size_t i = 0; i < e->count; i++) {
        enum added_fit fit = added_fit(&e->added[i], id, name);

        if (fit < best_fit || endpoints_is_here(e, e->added[i].url))
            continue;
        best = &e->added[i];
        best_fit = fit;
    }
    return best;
}

/* Returns whether a profile's "secrets_manager" is the service of the id "Secrets Manager". */
static bool is_service_of_profile(const char *name, const char *id)
{
    for (; *name && *id; name++, id++)
        if (*name != (*id == ' ' || *id == '-' ? '_' : ascii_lower(*id)))
            return false;
    return !*name && !*id;
}

static const char *endpoint_of_profile(const struct endpoints *e, const char *id)
{
    const char *any = NULL;

    for (size_t i = 0; i < e->profile_count; i++) {
        const struct of_profile *p = &e->profile[i];

        if (endpoints_is_here(e, p->url))
            continue;
        if (p->service && is_service_of_profile(p->service, id))
            return p->url;
        if (!p->service)
            any = p->url;
    }
    return any;
}

/* From the nearest to the furthest: what the command line says, what Step Functions Local's
 * variables say, and what AWS's own programs read. */
static const char *find_called(struct endpoints *e, const char *id, struct asl_piece called)
{
    const struct added *added = added_for(e, id, called);
    struct buf variable = {0};
    const char *url = NULL;

    if (added)
        return is_aws(added->url) ? own_of_aws(e, id) : added->url;
    for (size_t i = 0; !url && i < COUNT(jar); i++)
        if (!strcmp(jar[i].service, id))
            url = endpoints_variable(e, jar[i].variable);
    if (url || endpoints_ignore_variables())
        return url;
    endpoints_add_variable(&variable, id);
    url = endpoints_variable(e, buf_str(&variable));
    buf_clear(&variable);
    if (!url)
        url = endpoints_variable(e, "AWS_ENDPOINT_URL");
    return url ? url : endpoint_of_profile(e, id);
}

const char *endpoints_find(struct endpoints *e, const char *id)
{
    return find_called(e, id, (struct asl_piece){0});
}

const char *endpoints_find_of_call(struct endpoints *e, const struct aws_call *c)
{
    return find_called(e, c->service->id, aws_call_name_of_service(c));
}

/* Writes which settings would say where a service is, which the option calls `name`. */
static void say_settings(struct asl_piece name, const char *id, struct buf *out)
{
    buf_adds(out, "--endpoint ");
    for (size_t i = 0; i < name.len; i++)
        if (name.at[i] != ' ')
            buf_addc(out, ascii_lower(name.at[i]));
    buf_adds(out, "=URL (also ");
    for (size_t i = 0; i < COUNT(jar); i++)
        if (!strcmp(jar[i].service, id))
            buf_printf(out, "%s, ", jar[i].variable);
    endpoints_add_variable(out, id);
    buf_adds(out, ", AWS_ENDPOINT_URL)");
}

/* `before`: the length of `out` where the sentence began. */
static void say_variable_here(const struct endpoints *e, const char *name, size_t before,
                              struct buf *out)
{
    const char *url = getenv(name);

    if (url && endpoints_is_here(e, url))
        buf_printf(out, "%s%s is this server itself", out->len > before ? " and " : ", but ", name);
}

void endpoints_say_here(const struct endpoints *e, const char *id, struct buf *out)
{
    struct buf variable = {0};
    size_t before = out->len;

    for (size_t i = 0; i < COUNT(jar); i++)
        if (!strcmp(jar[i].service, id))
            say_variable_here(e, jar[i].variable, before, out);
    endpoints_add_variable(&variable, id);
    say_variable_here(e, buf_str(&variable), before, out);
    say_variable_here(e, "AWS_ENDPOINT_URL", before, out);
    buf_clear(&variable);
}

/* Returns whether a variable, "NAME=value", would say where a service is. */
static bool names_endpoint(const char *variable)
{
    static const char aws[] = "AWS_ENDPOINT_URL";
    size_t len = strcspn(variable, "=");

    if (text_begins_with(variable, aws) && strchr("_=", variable[strlen(aws)]))
        return !endpoints_ignore_variables();
    for (size_t i = 0; i < COUNT(jar); i++)
        if (strlen(jar[i].variable) == len && !strncmp(jar[i].variable, variable, len))
            return true;
    return false;
}

const char *endpoints_next_wrong(size_t *at)
{
    while (environ[*at]) {
        const char *variable = environ[(*at)++], *equals = strchr(variable, '=');

        if (equals && equals[1] && names_endpoint(variable) && !http_url_is_base(equals + 1))
            return variable;
    }
    return NULL;
}

void endpoints_show_url(struct buf *out, const char *url)
{
    const char *at = strrchr(url, '@'), *scheme = strstr(url, "://");
    size_t before = scheme ? (size_t)(scheme + 3 - url) : 0;
    const char *from = at ? at : url;
    size_t shown = strcspn(from, "?#");

    if (at && scheme < at)
        utf8_add_line(out, url, before);
    if (at)
        buf_adds(out, "...");
    utf8_add_line(out, from, shown);
    if (from[shown])
        buf_printf(out, "%c...", from[shown]);
}

void endpoints_say(const char *id, struct buf *out)
{
    say_settings((struct asl_piece){id, strlen(id)}, id, out);
}

void endpoints_say_of_call(const struct aws_call *c, struct buf *out)
{
    struct asl_piece name = aws_call_name_of_service(c);
    const char *id = c->service->id;

    say_settings(name.len ? name : (struct asl_piece){id, strlen(id)}, id, out);
}

/* "-sqsEndpoint" is "--sqs-endpoint" too; capitals and dashes apart they are the same. */
static bool same_option(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a == '-')
            a++;
        while (*b == '-')
            b++;
        if (!*a || !*b || strncasecmp(a, b, 1) != 0)
            return !*a && !*b;
    }
}

const char *endpoints_jar_option(const char *option)
{
    if (*option != '-')
        return NULL;
    for (size_t i = 0; i < COUNT(jar); i++)
        if (same_option(option, jar[i].option))
            return jar[i].service;
    return NULL;
}
