/*
 * Names of chains are held against the machine from their end, as each state knows what it is in. A
 * name that no chain can have would never be among the results, and its expectation would hold, or
 * fail, for the wrong reason.
 */
#include "tools/test/chain_name.h"

#include "asl/eval/model.h"
#include "parsers/base/mem.h"
#include "tools/test/schema.h"

#include <stdint.h>
#include <string.h>

bool beginnings_have(const struct beginnings *b, const struct asl_scope *scope)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->all[i] == scope)
            return true;
    return false;
}

void beginnings_add(struct beginnings *b, const struct asl_scope *scope)
{
    if (beginnings_have(b, scope))
        return;
    MEM_GROW(b->all, b->count, b->cap);
    b->all[b->count++] = scope;
}

void beginnings_clear(struct beginnings *b)
{
    mem_free((void *)b->all);
    *b = (struct beginnings){0};
}

static bool chain_is_group(const struct asl_state *s)
{
    return s->type == ASL_MAP || s->type == ASL_PARALLEL;
}

/* Reads the index in brackets that the first *len bytes end with, and takes them off *len. Only as
 * results write it: no sign, and no zero before other digits. */
static bool take_index(const char *text, size_t *len, size_t *index)
{
    size_t at = *len, scale = 1;

    if (at < 3 || text[--at] != ']')
        return false;
    for (*index = 0; at > 0 && text[at - 1] >= '0' && text[at - 1] <= '9'; at--) {
        if (scale > SIZE_MAX / 100)
            return false;
        *index += (size_t)(text[at - 1] - '0') * scale;
        scale *= 10;
    }
    if (scale == 1 || at == 0 || text[at - 1] != '[' || (text[at] == '0' && scale > 10))
        return false;
    *len = at - 1;
    return true;
}

/*
 * Whether the first `len` bytes name a chain of the group, in an execution that begins in the block
 * `begin`. `within` (NULL: any) is the block of states that this chain goes through, which tells
 * the branch. Nested as deep as the definition.
 */
static bool is_chain_of(const struct asl_state *group, const struct asl_scope *begin,
                        const struct asl_scope *within, const char *text, size_t len)
{
    const struct asl_state *owner = group->scope->owner;
    size_t own = json_str_len(group->name), index;

    if (!take_index(text, &len, &index) || len < own ||
        memcmp(text + len - own, json_str(group->name), own) != 0)
        return false;
    if (group->type == ASL_PARALLEL &&
        (within ? index != trial_branch_of(within) : index >= group->parallel.count))
        return false;
    len -= own;
    if (group->scope == begin)
        return len == 0;
    return owner && len > 0 && text[len - 1] == '/' &&
           is_chain_of(owner, begin, group->scope, text, len - 1);
}

/* ---- what should be written ---- */

/* Writes the name of a chain of the group; of the Maps around it the first iteration. */
static void write_chain(struct buf *out, const struct asl_state *group,
                        const struct beginnings *begin, size_t index)
{
    if (group->scope->owner && !beginnings_have(begin, group->scope)) {
        write_chain(out, group->scope->owner, begin, trial_branch_of(group->scope));
        buf_addc(out, '/');
    }
    buf_printf(out, "%s[%zu]", json_str(group->name), index);
}

/* The state that is meant, by its path or its name alone, without what stands in brackets. */
static const struct asl_state *meant(const trial_states *states, const char *text)
{
    const struct asl_state *found;
    struct buf path = {0};

    for (const char *c = text; *c; c++) {
        if (*c == '[')
            c += strcspn(c, "]");
        else
            buf_addc(&path, *c);
        if (!*c)
            break;
    }
    found = trial_states_find(states, buf_str(&path), NULL);
    const char *slash = strrchr(buf_str(&path), '/');
    if (!found && slash)
        found = trial_states_find(states, slash + 1, NULL);
    buf_clear(&path);
    return found && chain_is_group(found) ? found : NULL;
}

static void write_hint(struct buf *out, const struct asl_state *group,
                       const struct beginnings *begin)
{
    if (!group) {
        buf_adds(out, "write MAP[0] for the first iteration, PARALLEL[1] for the second branch, "
                      "and OUTER[0]/INNER[1] for one within another");
        return;
    }
    buf_adds(out, "write ");
    write_chain(out, group, begin, 0);
    buf_printf(out, " for the first %s of '%s'", group->type == ASL_MAP ? "iteration" : "branch",
               json_str(group->name));
    if (group->type == ASL_PARALLEL && group->parallel.count > 1) {
        buf_adds(out, ", and ");
        write_chain(out, group, begin, group->parallel.count - 1);
        buf_adds(out, " for its last");
    }
}

/* Counts the states of which it names a chain, where the execution begins in that block. */
static size_t count_named(const asl_machine *m, const struct asl_scope *begin,
                          const struct asl_at *chain)
{
    const char *text = json_str(chain->key);
    size_t len = json_str_len(chain->key), count = 0;

    for (size_t i = 0; i < m->count; i++)
        count += chain_is_group(m->states[i]) && is_chain_of(m->states[i], begin, NULL, text, len);
    return count;
}

void chain_name_check(const asl_machine *m, const trial_states *states,
                      const struct beginnings *begin, const struct asl_at *chain,
                      struct asl_report *report)
{
    const char *text = json_str(chain->key);
    size_t count = 0;
    struct buf hint = {0};

    for (size_t i = 0; count != 1 && i < begin->count; i++)
        count = count_named(m, begin->all[i], chain);
    if (count == 1)
        return;
    if (!count)
        write_hint(&hint, meant(states, text), begin);
    schema_refuse(report, chain, ASL_KEY, buf_str(&hint),
                  count ? "'%s' is the name of several iterations or branches"
                        : "'%s' names no iteration or branch",
                  text);
    buf_clear(&hint);
}
