/*
 * Names of services in variables and profiles that no service has. AWS_ENDPOINT_URL_SECRETSMANAGER
 * looks right and says nothing to anybody, as the name is made of the service's id, "Secrets
 * Manager", with an underscore for a blank: so it is told, with the right one.
 */
#include "asl/call/call.h"
#include "parsers/base/ascii.h"
#include "parsers/base/nearest.h"
#include "parsers/base/text.h"
#include "runtime/aws/endpoints.h"

#include <string.h>

extern char **environ;

static const char begin[] = "AWS_ENDPOINT_URL_";

/* Writes the name that profiles have for a service: "secrets_manager". */
static void profile_name(struct buf *out, const struct model_service *s)
{
    buf_reset(out);
    for (const char *p = s->id; *p; p++)
        buf_addc(out, *p == ' ' || *p == '-' ? '_' : ascii_lower(*p));
}

static const struct model_service *service_by_index(size_t i)
{
    const char *name = model_service_name(i);

    return model_service_named(name, strlen(name));
}

/* Writes the name that is nearest to `name`: mostly that of the same service, which is spelled as
 * in resources, or called as AWS's command line has it; else a slip of the pen. */
static void guess_name(const char *name, struct buf *meant)
{
    struct nearest near = {.want = name, .len = strlen(name)};
    const struct model_service *s;
    struct buf plain = {0}, each = {0};

    for (const char *p = name; *p; p++)
        if (*p != '_')
            buf_addc(&plain, *p);
    s = aws_service_named(buf_str(&plain), plain.len);
    if (!s && plain.len)
        s = call_service_known_as((struct asl_piece){buf_str(&plain), plain.len});
    for (size_t i = 0; !s && i < model_service_count(); i++) {
        profile_name(&each, service_by_index(i));
        nearest_offer_made(&near, &each, meant);
    }
    if (s)
        profile_name(meant, s);
    buf_clear(&plain);
    buf_clear(&each);
}

bool endpoints_misname(const char *name, size_t len, struct buf *meant)
{
    struct buf lower = {0}, each = {0};
    bool known = !model_file(NULL);

    for (size_t i = 0; i < len; i++)
        buf_addc(&lower, ascii_lower(name[i]));
    for (size_t i = 0; !known && i < model_service_count(); i++) {
        profile_name(&each, service_by_index(i));
        known = strcmp(buf_str(&each), buf_str(&lower)) == 0;
    }
    buf_reset(meant);
    if (!known)
        guess_name(buf_str(&lower), meant);
    buf_clear(&lower);
    buf_clear(&each);
    return !known;
}

const char *endpoints_next_misnamed(size_t *at, struct buf *meant)
{
    while (environ[*at] && !endpoints_ignore_variables()) {
        const char *variable = environ[(*at)++], *name = variable + strlen(begin);
        const char *equals = strchr(variable, '=');

        if (!equals || !equals[1] || !text_begins_with(variable, begin) ||
            !endpoints_misname(name, (size_t)(equals - name), meant))
            continue;
        for (size_t i = 0; i < meant->len; i++)
            meant->data[i] = ascii_upper(meant->data[i]);
        return variable;
    }
    return NULL;
}
