/* asl test --init: from a definition's file to a suite's. */
#include "tools/test/init_file.h"

#include "parsers/base/mem.h"
#include "tools/test/held_signals.h"
#include "tools/test/init.h"
#include "tools/test/suite_write.h"

#include <string.h>

/* ---- placeholders ---- */

/* Adds the names of the placeholders in a text, each with itself for its value. */
static void add_names(struct json_build *out, const json *text)
{
    for (const char *p = json_str(text); (p = strstr(p, "${")); p++) {
        const char *end = strchr(p, '}');
        if (!end || end == p + 2)
            return;
        json *name = json_string(p + 2, (size_t)(end - p - 2));
        json_build_set_key(out, json_ref(name), name);
    }
}

/*
 * Finds placeholders that stand in calls of intrinsic functions, where AWS takes their braces for
 * its own; and in `others` those of Resource, which no made-up value fits. Nested as deep as the
 * definition.
 */
static void find_names(const json *v, struct json_build *calls, struct json_build *others)
{
    for (size_t i = 0; json_is_array(v) && i < json_count(v); i++)
        find_names(json_at(v, i), calls, others);
    for (size_t i = 0; json_is_object(v) && i < json_count(v); i++) {
        const json *key = json_key_at(v, i), *value = json_value_at(v, i);
        if (!json_is_string(value))
            find_names(value, calls, others);
        else if (json_str_is(key, "Resource"))
            add_names(others, value);
        else if (json_str_ends(key, ".$") && json_str_begins(value, "States."))
            add_names(calls, value);
    }
}

/* Returns what is filled in besides `given`: an object, which may be empty. */
static json *made_up(const asl_machine *m, const json *given)
{
    struct json_build calls, others, out;

    json_build_object(&calls, 2);
    json_build_object(&others, 2);
    json_build_object(&out, 2);
    find_names(m->definition, &calls, &others);
    json *names = json_build_done(&calls), *taken = json_build_done(&others);
    for (size_t i = 0; i < json_count(names); i++) {
        const json *name = json_key_at(names, i);
        if (!json_get_key(taken, name) && !(given && json_get_key(given, name)))
            json_build_set_key(&out, json_ref((json *)(uintptr_t)name),
                               json_ref((json *)(uintptr_t)name));
    }
    json_unref(names);
    json_unref(taken);
    return json_build_done(&out);
}

static json *both(const json *given, const json *more)
{
    struct json_build b;

    json_build_copy(&b, given ? given : json_empty_object(), json_count(more));
    for (size_t i = 0; i < json_count(more); i++)
        json_build_set_key(&b, json_ref((json *)(uintptr_t)json_key_at(more, i)),
                           json_ref((json *)(uintptr_t)json_value_at(more, i)));
    return json_build_done(&b);
}

static void machine_clear(struct suite_machine *m)
{
    asl_machine_unref(m->machine);
    json_unref(m->name);
    mem_free(m->file);
    elements_free(m->elements);
    *m = (struct suite_machine){0};
}

/* Reads the definition; once more if there are placeholders that have to be filled in. *filled: all
 * that is, besides what the definition's own template says. */
static bool read_filled(const struct suite_reader *reader, const char *argument, const json *given,
                        struct suite_machine *m, json **filled, struct diag *why)
{
    *filled = NULL;
    if (!reader->read(reader->user, argument, NULL, m, why))
        return false;
    json *asked = given && reader->used ? reader->used(reader->user, given) : NULL;
    json *more = made_up(m->machine, asked ? asked : given);
    *filled = both(asked ? asked : given, more);
    json_unref(asked);
    bool again = json_count(more) > 0;
    json_unref(more);
    if (!again)
        return true;
    machine_clear(m);
    return reader->read(reader->user, argument, *filled, m, why);
}

/* ---- the command ---- */

static void tell_made(struct buf *told, const struct init *i, const char *path)
{
    buf_printf(told, "%zu case%s, which pass%s %zu of %zu transitions%s%s", i->count,
               i->count == 1 ? "" : "s", i->count == 1 ? "es" : "", i->hit, i->ways,
               path ? ", in " : "", path ? path : "");
    if (i->missing_count)
        buf_printf(told, "; for %zu no input or mock was found%s", i->missing_count,
                   suite_write_is_json(path) ? "" : ": its last lines name them");
    buf_str(told);
}

bool init_file_make(const struct suite_reader *reader, const char *argument,
                    const json *substitutions, const char *path, struct init_made *out,
                    struct diag *why)
{
    struct suite_machine m = {0};
    struct init i = {0};
    json *filled;
    bool good = read_filled(reader, argument, substitutions, &m, &filled, why);
    sigset_t before;

    signals_hold(&before);
    if (good) {
        init_make(&m, &i);
        json *suite = init_suite(&i, path, argument, json_ref(filled)), *remarks = init_remarks(&i);
        suite_write(&out->text, path, suite, remarks);
        tell_made(&out->told, &i, path);
        json_unref(suite);
        json_unref(remarks);
    }
    init_clear(&i);
    signals_release(&before);
    json_unref(filled);
    machine_clear(&m);
    return good;
}

void init_made_clear(struct init_made *made)
{
    buf_clear(&made->text);
    buf_clear(&made->told);
}
