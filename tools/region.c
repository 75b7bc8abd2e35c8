/* --region and --account: one check for all commands that have them. */

#include "tools/region.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "runtime/aws/own_keys.h"
#include "tools/cmd.h"

#include <stdlib.h>
#include <string.h>

static const char small_letters[] = "abcdefghijklmnopqrstuvwxyz", digits[] = "0123456789";

/* Returns whether the text has the form of a region, "us-gov-west-1": words, then a number. AWS
 * adds regions each year, so there is no list. */
static bool is_region(const char *text)
{
    size_t words = 0, n;

    while ((n = strspn(text, small_letters)) > 0 && text[n] == '-') {
        words++;
        text += n + 1;
    }
    n = strspn(text, digits);
    return words >= 2 && n > 0 && !text[n];
}

static bool is_account(const char *text)
{
    return strlen(text) == 12 && strspn(text, digits) == 12;
}

/* Returns the option, or else the first of the variables that is set and not empty. *by becomes
 * the name of the one that said it, for messages. */
static const char *region_first_set(const char *given, const char *option, const char *const *names,
                                    const char **by)
{
    *by = option;
    for (; !given && *names; names++) {
        const char *v = getenv(*names);

        if (v && *v) {
            given = v;
            *by = *names;
        }
    }
    return given;
}

/* Emulators are asked for regions that AWS hasn't, as "local"; this one becomes part of a host. */
static bool is_label(const char *text)
{
    size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

    return n && !text[n];
}

/* Only a profile that is named counts for ARNs: they, and so results, must not depend on whose
 * machine it is. */
static void region_of_profile(struct region *r, const char **by)
{
    const char *named;
    char *said = own_keys_region(&named);
    bool is = said && strlen(said) < sizeof r->of_profile;

    if (is) {
        memcpy(r->of_profile, said, strlen(said) + 1);
        if (named)
            r->region = r->of_profile;
        else if (is_label(said))
            r->calls = r->of_profile;
    }
    mem_free(said);
    *by = named && !strcmp(named, "AWS_PROFILE")
              ? "the region of the profile that AWS_PROFILE names"
              : "the region of the profile that AWS_DEFAULT_PROFILE names";
}

static bool region_check(void *values, const struct option_set *set)
{
    static const char *const regions[] = {"AWS_DEFAULT_REGION", "AWS_REGION", NULL};
    static const char *const accounts[] = {"AWS_ACCOUNT_ID", NULL};
    struct region *r = values;
    const char *by;

    r->region = region_first_set(r->region, "--region", regions, &by);
    if (!r->region)
        region_of_profile(r, &by);
    if (r->region && !is_region(r->region)) {
        cmd_usage(set->command, "%s is one of AWS's, as us-east-1 or us-gov-west-1, not '%s'", by,
                  r->region);
        return false;
    }
    if (r->region)
        r->calls = r->region;
    r->account = region_first_set(r->account, "--account", accounts, &by);
    if (r->account && !is_account(r->account)) {
        cmd_usage(set->command, "%s has 12 digits, as 123456789012, not '%s'", by, r->account);
        return false;
    }
    return true;
}

static const struct option_row rows[] = {
    {"region", 0, "REGION",
     "the region in ARNs (also AWS_DEFAULT_REGION, AWS_REGION, that of\n"
     "the profile AWS_PROFILE; default: us-east-1)",
     offsetof(struct region, region)},
    {"account", 0, "ID", "the account in ARNs (also AWS_ACCOUNT_ID; default: 123456789012)",
     offsetof(struct region, account)},
};

const struct option_group region_group = {rows, COUNT(rows), region_check};
