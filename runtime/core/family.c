/*
 * A Map Run may have a million children, and hardly any is asked for its name: so an execution gets
 * a family and a piece of chance from its parent, and its names are made of these when they are
 * asked for. What is the same for all is made once.
 */
#include "runtime/core/family.h"

#include "parsers/base/mem.h"
#include "runtime/core/frames.h"

#include <string.h>

struct rt_family *family_ref(struct rt_family *f)
{
    if (f)
        f->refs++;
    return f;
}

void family_unref(struct rt_family *f)
{
    if (!f || --f->refs)
        return;
    json_unref(f->map_run);
    json_unref(f->machine_arn);
    json_unref(f->machine_name);
    json_unref(f->role_arn);
    json_unref(f->region);
    buf_clear(&f->arn);
    mem_free(f);
}

int arn_prefix(const rt_exec *x)
{
    const char *arn = json_str(rt_exec_names(x)->arn), *end = arn;

    for (int colons = 0; colons < 5 && end; colons++) {
        end = strchr(end, ':');
        end = end ? end + 1 : NULL;
    }
    return end ? (int)(end - arn) : 0;
}

/* "<machine>/<label>" of a Map Run's ARN, which is behind as much as `prefix`. */
static json *family_name(const json *map_run, int prefix)
{
    /* That the ARN is long enough was seen to when the event came (fits_map_run_start). */
    const char *text = json_str(map_run) + prefix + strlen("mapRun:");
    const char *end = strrchr(text, ':');

    return json_string(text, end ? (size_t)(end - text) : strlen(text));
}

static struct rt_family *family_new(const rt_exec *x, const json *map_run)
{
    struct rt_family *f = mem_calloc(1, sizeof *f);
    const struct rt_names *own = rt_exec_names(x);
    int prefix = arn_prefix(x);

    f->refs = 1;
    f->map_run = json_ref(map_run);
    f->machine_name = family_name(map_run, prefix);
    f->machine_arn =
        json_stringf("%.*sstateMachine:%s", prefix, json_str(own->arn), json_str(f->machine_name));
    f->role_arn = json_ref(own->role_arn);
    f->region = json_ref(own->region);
    buf_printf(&f->arn, "%.*sexecution:%s:", prefix, json_str(own->arn), json_str(f->machine_name));
    f->arn_len = f->arn.len;
    return f;
}

/* What is derived is no part of what an execution is: a look may make it. */
static rt_exec *with_derived(const rt_exec *x)
{
    return (rt_exec *)(uintptr_t)x;
}

struct rt_family *family_of(const rt_exec *x, const json *map_run)
{
    struct rt_family *last = x->children;

    if (last && last->map_run == map_run)
        return last;
    with_derived(x)->children = family_new(x, map_run);
    family_unref(last);
    return x->children;
}

void family_names(struct rt_family *f, struct asl_chance chance, struct rt_names *out)
{
    json *name = asl_chance_uuid(&chance);

    f->arn.len = f->arn_len;
    buf_add(&f->arn, json_str(name), json_str_len(name));
    *out = (struct rt_names){.arn = json_string(f->arn.data, f->arn.len),
                             .name = name,
                             .machine_arn = json_ref(f->machine_arn),
                             .machine_name = json_ref(f->machine_name),
                             .role_arn = json_ref(f->role_arn),
                             .region = json_ref(f->region)};
}

const struct rt_names *rt_exec_names(const rt_exec *x)
{
    if (x->family && !x->names.arn)
        family_names(x->family, (struct asl_chance){x->name_chance}, &with_derived(x)->names);
    return &x->names;
}
