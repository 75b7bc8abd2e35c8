/* --set and --set-file: values for placeholders, as every command that reads definitions has them.
 */

#include "tools/set_options.h"

#include "parsers/base/count.h"
#include "parsers/base/nearest.h"
#include "runtime/base/aws_defaults.h"
#include "runtime/base/partition.h"
#include "tools/cmd.h"

#include <string.h>

static const struct option_row rows[] = {
    {"set", 0, "NAME=VALUE...", "fills in the placeholder ${NAME} of definitions",
     offsetof(struct set_options, set)},
    {"set-file", 0, "FILE...", "values for placeholders: names with their values in JSON or YAML",
     offsetof(struct set_options, file)},
};

const struct option_group set_group = {rows, COUNT(rows), NULL};

/* --set comes first, then files from the last to the first, because placeholders_add_file keeps
 * what is there: so --set wins over files, and later files over earlier ones. */
bool set_options_read(const struct set_options *given, const struct option_set *set,
                      struct placeholders *out)
{
    struct diag why = {0};
    bool good = true;

    for (size_t i = 0; good && i < given->set.count; i++)
        if (!(good = placeholders_add(out, given->set.at[i], &why)))
            cmd_usage(set->command, "--set %s", why.text);
    for (size_t i = given->file.count; good && i > 0; i--)
        if (!(good = placeholders_add_file(out, given->file.at[i - 1], &why)))
            cmd_fail(set->command, "--set-file: %s", why.text);
    diag_clear(&why);
    return good;
}

/* The pseudo parameters that CloudFormation knows at each deployment. AWS::StackName and the
 * like are left open, as nothing here could tell them. */
void set_options_defaults(struct placeholders *p, const char *region, const char *account)
{
    region = region ? region : AWS_DEFAULT_REGION;
    placeholders_default(p, "AWS::Region", region);
    placeholders_default(p, "AWS::AccountId", account ? account : AWS_DEFAULT_ACCOUNT);
    placeholders_default(p, "AWS::Partition", partition_name(region));
    placeholders_default(p, "AWS::URLSuffix",
                         strncmp(region, "cn-", 3) == 0 ? "amazonaws.com.cn" : "amazonaws.com");
}

void set_options_list(struct buf *out, const json *names)
{
    for (size_t i = 0; i < json_count(names); i++)
        buf_printf(out, "%s${%s}", i ? ", " : "", json_str(json_key_at(names, i)));
}

struct unused {
    const char *command;
    const json *open;
};

/* A name that nothing asked for is most likely misspelled, so the open placeholder most like it
 * is named. */
static void tell_unused(void *user, const char *name)
{
    const struct unused *u = user;
    struct nearest near = {.want = name, .len = strlen(name)};

    for (size_t i = 0; u->open && i < json_count(u->open); i++)
        nearest_offer(&near, json_str(json_key_at(u->open, i)));
    if (near.best)
        cmd_fail(u->command, "there is no placeholder ${%s}; did you mean ${%s}?", name, near.best);
    else
        cmd_fail(u->command, "there is no placeholder ${%s}", name);
}

void set_options_unused(struct placeholders *p, const char *command, const json *open)
{
    placeholders_unused(p, tell_unused, &(struct unused){command, open});
}
