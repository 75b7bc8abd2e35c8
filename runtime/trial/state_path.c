/*
 * The names by which people tell one state of a machine from another: paths through the Map and
 * Parallel states around it. Names of states are unique in a machine on AWS, but a definition for
 * tests may be older than that rule.
 */
#include "asl/eval/model.h"
#include "parsers/base/mem.h"
#include "parsers/base/text_map.h"
#include "runtime/trial/trial.h"

#include <string.h>

void trial_state_path(struct buf *out, const struct asl_state *s)
{
    if (s->scope->owner) {
        trial_state_path(out, s->scope->owner);
        buf_addc(out, '/');
    }
    buf_add(out, json_str(s->name), json_str_len(s->name));
}

/* Whether the first `len` bytes of `path` are the state's. Compared from the end, most states are
 * known for others by their own name. */
static bool has_path(const struct asl_state *s, const char *path, size_t len)
{
    size_t own = json_str_len(s->name);
    const struct asl_state *owner = s->scope->owner;

    if (own > len || memcmp(path + len - own, json_str(s->name), own) != 0)
        return false;
    if (!owner)
        return own == len;
    return own < len && path[len - own - 1] == '/' && has_path(owner, path, len - own - 1);
}

const struct asl_state *trial_find_state(const asl_machine *m, const char *path, bool *several)
{
    const struct asl_state *named = NULL, *found = NULL;
    size_t count = 0, len = strlen(path);

    for (size_t i = 0; i < m->count && !found; i++) {
        const struct asl_state *s = m->states[i];
        if (has_path(s, path, len))
            found = s;
        if (json_str_is(s->name, path)) {
            named = s;
            count++;
        }
    }
    if (several)
        *several = !found && count > 1;
    return found ? found : count == 1 ? named : NULL;
}

/* ---- many of them ---- */

/* States that have a name: the first of them, and how many they are. */
struct same_named {
    const struct asl_state *first;
    size_t count;
};

struct trial_states {
    char **paths; /* by a state's id */
    struct same_named *names;
    size_t count;
    struct text_map by_path, by_name; /* to a state; to a struct same_named */
};

trial_states *trial_states_new(const asl_machine *m)
{
    trial_states *t = mem_calloc(1, sizeof *t);

    t->count = m->count;
    t->paths = mem_calloc(m->count, sizeof *t->paths);
    t->names = mem_calloc(m->count, sizeof *t->names);
    for (size_t i = 0; i < m->count; i++) {
        const struct asl_state *s = m->states[i];
        struct buf path = {0};
        trial_state_path(&path, s);
        buf_str(&path);
        t->paths[i] = buf_take(&path);
        if (!text_map_get(&t->by_path, t->paths[i]))
            text_map_put(&t->by_path, t->paths[i], (void *)(uintptr_t)s);
        if (strlen(json_str(s->name)) != json_str_len(s->name))
            continue;
        struct same_named *same = text_map_get(&t->by_name, json_str(s->name));
        if (!same) {
            same = &t->names[i];
            same->first = s;
            text_map_put(&t->by_name, json_str(s->name), same);
        }
        same->count++;
    }
    return t;
}

void trial_states_free(trial_states *t)
{
    if (!t)
        return;
    text_map_clear(&t->by_path);
    text_map_clear(&t->by_name);
    for (size_t i = 0; i < t->count; i++)
        mem_free(t->paths[i]);
    mem_free(t->paths);
    mem_free(t->names);
    mem_free(t);
}

const struct asl_state *trial_states_find(const trial_states *t, const char *path, bool *several)
{
    const struct asl_state *found = text_map_get(&t->by_path, path);
    const struct same_named *same = found ? NULL : text_map_get(&t->by_name, path);

    if (several)
        *several = same && same->count > 1;
    return found ? found : same && same->count == 1 ? same->first : NULL;
}

const char *trial_states_path(const trial_states *t, const struct asl_state *s)
{
    return t->paths[s->id];
}

/* Two states can go by one text only where a name has the sign in it that stands between names. */
static bool has_slash(const asl_machine *m)
{
    for (size_t i = 0; i < m->count; i++)
        if (memchr(json_str(m->states[i]->name), '/', json_str_len(m->states[i]->name)))
            return true;
    return false;
}

bool trial_states_clash(const asl_machine *m, struct buf *text)
{
    trial_states *t = has_slash(m) ? trial_states_new(m) : NULL;
    bool clash = false;

    for (size_t i = 0; t && !clash && i < m->count; i++) {
        const struct asl_state *s = m->states[i];
        const struct asl_state *named = text_map_get(&t->by_path, json_str(s->name));
        clash = (named && named != s) || text_map_get(&t->by_path, t->paths[i]) != s;
        if (clash)
            buf_adds(text, named && named != s ? json_str(s->name) : t->paths[i]);
    }
    trial_states_free(t);
    return clash;
}
