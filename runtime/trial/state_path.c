/*
 * The names by which people tell one state of a machine from another: paths through the Map and
 * Parallel states around it. Names of states are unique in a machine on AWS, but a definition for
 * tests may be older than that rule.
 */
#include "asl/eval/model.h"
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

static bool has_path(const struct asl_state *s, const char *path, struct buf *room)
{
    buf_reset(room);
    trial_state_path(room, s);
    return strcmp(buf_str(room), path) == 0;
}

const struct asl_state *trial_find_state(const asl_machine *m, const char *path, bool *several)
{
    const struct asl_state *named = NULL, *found = NULL;
    struct buf room = {0};
    size_t count = 0;

    for (size_t i = 0; i < m->count && !found; i++) {
        const struct asl_state *s = m->states[i];
        if (has_path(s, path, &room))
            found = s;
        if (json_str_is(s->name, path)) {
            named = s;
            count++;
        }
    }
    buf_clear(&room);
    if (several)
        *several = !found && count > 1;
    return found ? found : count == 1 ? named : NULL;
}
