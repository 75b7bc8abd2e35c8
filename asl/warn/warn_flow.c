/*
 * Warnings of a block's graph: loops without a way out. A block may run for ever on purpose, so
 * this is no error; AWS refuses a machine only when it has no end at all.
 */

#include "asl/warn/warn_impl.h"
#include "parsers/base/mem.h"

static size_t index_in(const struct asl_scope *scope, const struct asl_state *s)
{
    return (size_t)(s - scope->states);
}

/* The edges into each state: those into state i begin at first[i], and end where the next's do. */
struct incoming {
    size_t *first, *from;
};

static struct incoming incoming_of(const struct asl_scope *scope)
{
    struct incoming in = {.first = mem_calloc(scope->count + 2, sizeof *in.first)};
    struct edge e;

    /* Counted one place further, so that filling them in moves each to its own. */
    for (size_t i = 0; i < scope->count; i++)
        for (size_t k = 0; graph_edge(&scope->states[i], k, &e); k++)
            in.first[index_in(scope, e.to) + 2]++;
    for (size_t i = 2; i < scope->count + 2; i++)
        in.first[i] += in.first[i - 1];
    in.from = mem_calloc(in.first[scope->count + 1], sizeof *in.from);
    for (size_t i = 0; i < scope->count; i++)
        for (size_t k = 0; graph_edge(&scope->states[i], k, &e); k++)
            in.from[in.first[index_in(scope, e.to) + 1]++] = i;
    return in;
}

/* out[i]: an end can be reached from state i. Goes back from the ends. */
static void find_exits(const struct asl_scope *scope, const struct incoming *in, bool *out)
{
    size_t *todo = mem_calloc(scope->count, sizeof *todo), count = 0;

    for (size_t i = 0; i < scope->count; i++) {
        out[i] = graph_is_end(&scope->states[i]);
        if (out[i])
            todo[count++] = i;
    }
    while (count) {
        size_t to = todo[--count];
        for (size_t k = in->first[to]; k < in->first[to + 1]; k++) {
            size_t i = in->from[k];
            if (!out[i]) {
                out[i] = true;
                todo[count++] = i;
            }
        }
    }
    mem_free(todo);
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

/* Returns whether the state is the entry of a loop that has no exit. */
static bool is_entry(const struct asl_scope *scope, const struct incoming *in, const bool *exits,
                     size_t i)
{
    bool entry = scope->start == &scope->states[i];

    for (size_t k = in->first[i]; k < in->first[i + 1] && !entry; k++)
        entry = exits[in->from[k]];
    return entry;
}

void warn_no_way_out(struct warner *w, const struct block *b)
{
    const struct asl_scope *scope = b->scope;
    bool *exits = mem_calloc(scope->count, sizeof *exits);
    bool *told = mem_calloc(scope->count, sizeof *told);
    struct incoming in = incoming_of(scope);
    struct asl_at at;

    find_exits(scope, &in, exits);
    for (size_t i = 0; i < scope->count; i++) {
        if (exits[i] || told[i] || !is_entry(scope, &in, exits, i))
            continue;
        asl_at_index(&b->states, i, &at);
        warn_at(w, &at, ASL_KEY, "From \"%s\" no end can be reached", json_str(at.key));
        mark_from(scope, i, told);
    }
    mem_free(in.first);
    mem_free(in.from);
    mem_free(exits);
    mem_free(told);
}
