/* Warnings of a block's graph. */

#include "asl/warn_impl.h"
#include "parsers/mem.h"

static size_t index_in(const struct asl_scope *scope, const struct asl_state *s)
{
    return (size_t)(s - scope->states);
}

/* out[i]: an end can be reached from state i. Goes over all edges until nothing is new. */
static void find_exits(const struct asl_scope *scope, bool *out)
{
    struct edge e;
    bool news = true;

    while (news) {
        news = false;
        for (size_t i = scope->count; i-- > 0;) {
            const struct asl_state *s = &scope->states[i];
            bool leads = graph_is_end(s);
            for (size_t k = 0; !leads && graph_edge(s, k, &e); k++)
                leads = out[index_in(scope, e.to)];
            news |= leads && !out[i];
            out[i] |= leads;
        }
    }
}

/* Whatever can be reached from `first` is told with it. */
static void mark_from(const struct asl_scope *scope, size_t first, bool *told)
{
    size_t *todo = mem_calloc(scope->count, sizeof *todo), count = 0;
    struct edge e;

    told[first] = true;
    todo[count++] = first;
    while (count) {
        const struct asl_state *s = &scope->states[todo[--count]];
        for (size_t k = 0; graph_edge(s, k, &e); k++) {
            size_t i = index_in(scope, e.to);
            if (!told[i]) {
                told[i] = true;
                todo[count++] = i;
            }
        }
    }
    mem_free(todo);
}

/* Is the state where one comes into a loop that has no exit? */
static bool is_entry(const struct asl_scope *scope, const bool *exits, size_t i)
{
    struct edge e;

    if (scope->start == &scope->states[i])
        return true;
    for (size_t from = 0; from < scope->count; from++)
        for (size_t k = 0; exits[from] && graph_edge(&scope->states[from], k, &e); k++)
            if (e.to == &scope->states[i])
                return true;
    return false;
}

void warn_no_way_out(struct warner *w, const struct block *b)
{
    const struct asl_scope *scope = b->scope;
    bool *exits = mem_calloc(scope->count, sizeof *exits);
    bool *told = mem_calloc(scope->count, sizeof *told);
    struct asl_at at;

    find_exits(scope, exits);
    for (size_t i = 0; i < scope->count; i++) {
        if (exits[i] || told[i] || !is_entry(scope, exits, i))
            continue;
        asl_at_index(&b->states, i, &at);
        warn_at(w, &at, ASL_KEY, "From \"%s\" no end can be reached", json_str(at.key));
        mark_from(scope, i, told);
    }
    mem_free(exits);
    mem_free(told);
}
