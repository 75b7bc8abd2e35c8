/*
 * The plan of a distributed Map: what its ItemReader, ItemBatcher and ResultWriter come to for one
 * run. It is made once, before the Map Run starts, and stands in the history: who reads or writes
 * for the Map Run, also after a restart, goes by it alone.
 */
#include "asl/eval/plan.h"
#include "asl/eval/flow.h"
#include "asl/eval/template.h"

#include <string.h>

/* The name of a call in arn:aws:states:::s3:getObject. */
static json *action_of(const json *resource)
{
    const char *text = json_is_string(resource) ? json_str(resource) : "",
               *last = strrchr(text, ':');

    return json_cstring(last ? last + 1 : text);
}

/* Adds what `t` (NULL: nothing is added) evaluates to. */
static bool add_value(struct json_build *b, const char *name, const asl_template *t,
                      const struct asl_env *env, struct asl_error *error)
{
    json *v = t ? asl_template_eval(t, env, error) : NULL;

    if (v)
        json_build_set(b, name, v);
    return v || !t;
}

static bool plan_add_action(struct json_build *b, const asl_template *resource,
                            const struct asl_env *env, struct asl_error *error)
{
    json *v = resource ? asl_template_eval(resource, env, error) : NULL;

    if (v)
        json_build_set(b, "resource", action_of(v));
    json_unref(v);
    return v || !resource;
}

/* `field` names it with "Path" at its end. */
static bool plan_add_number(struct json_build *b, const char *name, const char *field,
                            const struct asl_number *n, const struct asl_env *env,
                            struct asl_error *error)
{
    int64_t value;

    if (!n->set)
        return true;
    if (!asl_flow_number(n, field, env, &value, error))
        return false;
    json_build_set(b, name, json_int(value));
    return true;
}

/* A bound of a batch, which can't be negative. */
static bool add_bound(struct json_build *b, const char *name, const char *field,
                      const struct asl_number *n, const struct asl_env *env,
                      struct asl_error *error)
{
    int64_t value = 0;

    if (n->set && !asl_flow_number(n, field, env, &value, error))
        return false;
    if (value < 0) {
        asl_flow_out_of_range(n->expression, error, "field %.*s must be positive",
                              (int)(strlen(field) - strlen("Path")), field);
        return false;
    }
    /* AWS's 0 stands for no bound. */
    if (value > 0)
        json_build_set(b, name, json_int(value));
    return true;
}

static bool add_settings(struct json_build *b, const struct asl_settings *s,
                         const struct asl_env *env, struct asl_error *error)
{
    for (size_t i = 0; i < s->count; i++)
        if (!add_value(b, s->list[i].name, s->list[i].value, env, error))
            return false;
    return true;
}

/* What is wrong with MaxItems is found when the items are read, as on AWS. */
static bool add_reader(struct json_build *b, const struct asl_reader *r, const struct asl_env *env,
                       struct asl_error *error)
{
    struct json_build reader, config;

    json_build_object(&config, ASL_MOST_SETTINGS);
    bool good = add_settings(&config, &r->config, env, error) &&
                plan_add_number(&config, "MaxItems", "MaxItemsPath", &r->max_items, env, error);
    json_build_object(&reader, 3);
    json_build_set(&reader, "config", json_build_done(&config));
    good = good && plan_add_action(&reader, r->resource, env, error) &&
           add_value(&reader, "parameters", r->parameters, env, error);
    json_build_set(b, "reader", json_build_done(&reader));
    return good;
}

static bool add_batch(struct json_build *b, const struct asl_batcher *of, const struct asl_env *env,
                      struct asl_error *error)
{
    struct json_build batch;

    json_build_object(&batch, 3);
    bool good = add_value(&batch, "input", of->input, env, error) &&
                add_bound(&batch, "items", "MaxItemsPerBatchPath", &of->items, env, error) &&
                add_bound(&batch, "bytes", "MaxInputBytesPerBatchPath", &of->bytes, env, error);
    json_build_set(b, "batch", json_build_done(&batch));
    return good;
}

static bool add_writer(struct json_build *b, const struct asl_writer *w, const struct asl_env *env,
                       struct asl_error *error)
{
    struct json_build writer, config;

    json_build_object(&config, ASL_MOST_SETTINGS);
    bool good = add_settings(&config, &w->config, env, error);
    json_build_object(&writer, 3);
    json_build_set(&writer, "config", json_build_done(&config));
    good = good && plan_add_action(&writer, w->resource, env, error) &&
           add_value(&writer, "parameters", w->parameters, env, error);
    json_build_set(b, "writer", json_build_done(&writer));
    return good;
}

bool asl_flow_plan(const struct asl_state *s, const struct asl_env *env, json **plan,
                   struct asl_error *error)
{
    const struct asl_map *map = &s->map;
    struct json_build b;

    *plan = NULL;
    if (!map->reader && !map->batcher && !map->writer)
        return true;
    json_build_object(&b, 3);
    bool good = (!map->reader || add_reader(&b, map->reader, env, error)) &&
                (!map->batcher || add_batch(&b, map->batcher, env, error)) &&
                (!map->writer || add_writer(&b, map->writer, env, error));
    json *made = json_build_done(&b);
    if (good)
        *plan = made;
    else
        json_unref(made);
    return good;
}

/* ---- result files ---- */

static const json *writer_text(const json *plan, const char *name)
{
    const json *writer = json_get(plan, "writer"),
               *parameters = writer ? json_get(writer, "parameters") : NULL,
               *text = parameters && json_is_object(parameters) ? json_get(parameters, name) : NULL;

    return text && json_is_string(text) ? text : NULL;
}

const json *asl_plan_bucket(const json *plan)
{
    const json *bucket = writer_text(plan, "Bucket");

    return bucket && json_str_len(bucket) ? bucket : NULL;
}

json *asl_plan_result_key(const json *plan, const json *map_run, const char *file)
{
    const json *prefix = writer_text(plan, "Prefix");
    const char *uuid = strrchr(json_str(map_run), ':');
    struct buf key = {0};

    /* Any character goes along, a NUL as well: what can be no key is refused where it goes to. */
    if (prefix)
        buf_add(&key, json_str(prefix), json_str_len(prefix));
    if (key.len && key.data[key.len - 1] != '/')
        buf_addc(&key, '/');
    buf_printf(&key, "%s/%s", uuid ? uuid + 1 : json_str(map_run), file);
    json *made = json_string(key.data, key.len);
    buf_clear(&key);
    return made;
}
