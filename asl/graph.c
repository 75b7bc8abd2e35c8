#include "asl/graph.h"

#include <string.h>

bool graph_edge(const struct asl_state *s, size_t k, struct edge *out)
{
    if (k < s->catchers) {
        *out = (struct edge){EDGE_CATCH, k, s->catch[k].next};
        return true;
    }
    k -= s->catchers;
    if (s->type != ASL_CHOICE) {
        *out = (struct edge){EDGE_NEXT, 0, s->next};
        return k == 0 && s->next;
    }
    if (k < s->choice.count) {
        *out = (struct edge){EDGE_RULE, k, s->choice.rules[k].next};
        return true;
    }
    *out = (struct edge){EDGE_DEFAULT, 0, s->choice.fallback};
    return k == s->choice.count && s->choice.fallback;
}

bool graph_is_end(const struct asl_state *s)
{
    return s->type != ASL_CHOICE && !s->next;
}

void graph_top_block(const asl_machine *m, const struct asl_at *top, struct block *out)
{
    out->scope = m->top;
    asl_at_member(top, "States", &out->states);
}

bool graph_inner_block(const struct asl_state *s, const struct asl_at *at, size_t k,
                       struct block *out)
{
    if (s->type == ASL_PARALLEL && k < s->parallel.count) {
        asl_at_member(at, "Branches", &out->outer[0]);
        asl_at_index(&out->outer[0], k, &out->outer[1]);
        out->scope = s->parallel.branches[k];
    } else if (s->type == ASL_MAP && k == 0) {
        if (!asl_at_member(at, "ItemProcessor", &out->outer[1]))
            asl_at_member(at, "Iterator", &out->outer[1]);
        out->scope = s->map.processor;
    } else {
        return false;
    }
    return asl_at_member(&out->outer[1], "States", &out->states);
}

/* ---- variables ---- */

bool graph_assign(const struct asl_at *at, const struct edge *e, struct asl_at place[2],
                  struct asl_at *out)
{
    switch (e->kind) {
    case EDGE_NEXT:
    case EDGE_DEFAULT: return asl_at_member(at, "Assign", out);
    case EDGE_RULE: asl_at_member(at, "Choices", &place[0]); break;
    case EDGE_CATCH: asl_at_member(at, "Catch", &place[0]); break;
    }
    asl_at_index(&place[0], e->index, &place[1]);
    return asl_at_member(&place[1], "Assign", out);
}

void graph_each_assign(const struct asl_state *s, const struct asl_at *at, graph_see_assign *see,
                       void *user)
{
    struct asl_at place[2], assign;
    struct edge e;

    if (asl_at_member(at, "Assign", &assign))
        see(user, &assign, s->jsonata);
    for (size_t k = 0; graph_edge(s, k, &e); k++)
        if ((e.kind == EDGE_RULE || e.kind == EDGE_CATCH) && graph_assign(at, &e, place, &assign))
            see(user, &assign, s->jsonata);
}

size_t graph_variable_len(const json *key, bool jsonata)
{
    size_t len = json_str_len(key);
    bool evaluated = !jsonata && len >= 2 && memcmp(json_str(key) + len - 2, ".$", 2) == 0;

    return evaluated ? len - 2 : len;
}
