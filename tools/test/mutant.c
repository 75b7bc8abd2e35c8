/*
 * A mutant is kept as a place of the definition and what comes there, not as a definition: of large
 * ones there are many thousands. The files mutant_choice.c, _expression.c, _state.c, _time.c have
 * what the rows of the table do, mutant_same.c what decides that nothing would be changed by it.
 */
#include "tools/test/mutant.h"

#include "asl/load/graph.h"
#include "parsers/base/mem.h"
#include "tools/test/mutant_impl.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct mutant_row mutations[] = {
    {"ChoiceOperator", mutate_choice_operator, false},
    {"ChoiceBound", mutate_choice_bound, false},
    {"ChoiceLogic", mutate_choice_logic, false},
    {"ChoiceOperand", mutate_choice_operand, false},
    {"ChoiceNegation", mutate_choice_negation, false},
    {"ConditionOperator", mutate_condition, false},
    {"ConditionBound", mutate_condition, false},
    {"ExpressionOperator", mutate_expression, false},
    {"ExpressionNumber", mutate_expression, false},
    {"RuleDropped", mutate_rule_dropped, false},
    {"RuleOrder", mutate_rule_order, false},
    {"DefaultDropped", mutate_default_dropped, false},
    {"Next", mutate_next, false},
    {"StartAt", mutate_start, true},
    {"CatchDropped", mutate_catch_dropped, false},
    {"CatchOrder", mutate_catch_order, false},
    {"RetryDropped", mutate_retry_dropped, false},
    {"MaxAttempts", mutate_max_attempts, false},
    {"RetryInterval", mutate_retry_interval, false},
    {"ErrorEquals", mutate_error_equals, false},
    {"ResultPath", mutate_result_path, false},
    {"MemberDropped", mutate_member_dropped, false},
    {"PathDropped", mutate_path_dropped, false},
    {"Wait", mutate_wait, false},
    {"LimitDropped", mutate_limit_dropped, false},
    {"LimitDropped", mutate_machine_limit, true},
    {"LimitChanged", mutate_limit_changed, false},
    {"FailError", mutate_fail, false},
};

/* ---- values ---- */

json *object_without(const json *object, const char *key)
{
    struct json_build b = {0};

    json_build_object(&b, json_count(object));
    for (size_t i = 0; i < json_count(object); i++)
        if (!json_str_is(json_key_at(object, i), key))
            json_build_set_key(&b, json_ref(json_key_at(object, i)),
                               json_ref(json_value_at(object, i)));
    return json_build_done(&b);
}

json *object_renamed(const json *object, size_t member, const char *key, json *v)
{
    struct json_build b = {0};

    json_build_object(&b, json_count(object));
    for (size_t i = 0; i < json_count(object); i++)
        if (i == member)
            json_build_set(&b, key, v);
        else
            json_build_set_key(&b, json_ref(json_key_at(object, i)),
                               json_ref(json_value_at(object, i)));
    return json_build_done(&b);
}

json *object_with(const json *object, const char *key, json *v)
{
    struct json_build b = {0};

    json_build_copy(&b, object, 1);
    json_build_set(&b, key, v);
    return json_build_done(&b);
}

json *array_without(const json *array, size_t i)
{
    struct json_build b = {0};

    json_build_array(&b, json_count(array));
    for (size_t k = 0; k < json_count(array); k++)
        if (k != i)
            json_build_add(&b, json_ref(json_at(array, k)));
    return json_build_done(&b);
}

json *array_swapped(const json *array, size_t i)
{
    struct json_build b = {0};

    json_build_copy(&b, array, 0);
    json_build_put(&b, i, json_ref(json_at(array, i + 1)));
    json_build_put(&b, i + 1, json_ref(json_at(array, i)));
    return json_build_done(&b);
}

/* ---- adding ---- */

static size_t depth_of(const struct asl_at *at)
{
    size_t depth = 0;

    for (; at->up; at = at->up)
        depth++;
    return depth;
}

static void release_mutant_value(void *v)
{
    json_unref(v);
}

void mutant_add(struct making *k, struct change c, const char *format, ...)
{
    struct mutants *ms = k->out;
    struct buf words = {0};
    size_t deep = depth_of(c.where);
    size_t *path = arena_calloc(&ms->arena, deep + 1, sizeof *path);
    va_list args;

    va_start(args, format);
    buf_vprintf(&words, format, args);
    va_end(args);
    const struct asl_at *at = c.where;
    for (size_t i = deep; i-- > 0; at = at->up)
        path[i] = at->index;
    arena_defer(&ms->arena, release_mutant_value, c.by);
    MEM_GROW(ms->all, ms->count, ms->cap);
    ms->all[ms->count++] =
        (struct mutant){.kind = k->kind,
                        .words = arena_strndup(&ms->arena, buf_str(&words), words.len),
                        .state = k->s,
                        .element = c.element,
                        .path = path,
                        .depth = depth_of(c.replaced),
                        .place_depth = deep,
                        .part = c.part,
                        .value = c.by};
    buf_clear(&words);
}

size_t mutant_element(const struct making *k, enum element_kind kind, size_t index)
{
    const struct elements *e = k->elements;

    for (size_t i = e->first[k->s->id]; i < e->first[k->s->id + 1]; i++)
        if (e->all[i].kind == kind && e->all[i].index == index)
            return i;
    return k->s->id;
}

/* ---- walking ---- */

static void make_for(struct making *k, bool of_blocks)
{
    for (size_t i = 0; i < sizeof mutations / sizeof *mutations; i++) {
        if (mutations[i].of_blocks != of_blocks)
            continue;
        k->kind = mutations[i].kind;
        mutations[i].make(k);
    }
}

static void make_in_block(struct making *k, const struct block *b)
{
    struct making block = *k;
    struct block inner;

    block.s = b->scope->owner;
    block.scope = b->scope;
    block.block = b->states.up;
    make_for(&block, true);
    for (size_t i = 0; i < b->scope->count; i++) {
        struct asl_at at;
        asl_at_index(&b->states, i, &at);
        block.s = &b->scope->states[i];
        block.at = &at;
        make_for(&block, false);
        for (size_t n = 0; graph_inner_block(block.s, &at, n, &inner); n++)
            make_in_block(k, &inner);
    }
}

struct mutants *mutants_new(const asl_machine *m, const struct elements *e)
{
    struct mutants *ms = mem_calloc(1, sizeof *ms);
    struct making k = {.out = ms, .elements = e};
    struct asl_at top = {.value = m->definition};
    struct block b;

    graph_top_block(m, &top, &b);
    make_in_block(&k, &b);
    return ms;
}

void mutants_free(struct mutants *ms)
{
    if (!ms)
        return;
    mem_free(ms->all);
    arena_clear(&ms->arena);
    mem_free(ms);
}

/* ---- places ---- */

static const char mark_code[] = "MUTANT";

/* Each place on the way stands on the stack, as long as those below it are looked at. */
static void mark_below(const struct mutant *mutant, size_t number, const struct asl_at *at,
                       size_t depth, struct asl_report *marks)
{
    struct asl_at next;

    if (depth == mutant->place_depth) {
        asl_report_add(marks, ASL_WARNING, mark_code, at, mutant->part, "", "%zu", number);
        return;
    }
    if (mutant->path[depth] >= json_count(at->value))
        return;
    asl_at_index(at, mutant->path[depth], &next);
    mark_below(mutant, number, &next, depth + 1, marks);
}

void mutants_mark(const struct mutants *ms, const struct asl_at *top, struct asl_report *marks)
{
    for (size_t i = 0; i < ms->count; i++)
        mark_below(&ms->all[i], i, top, 0, marks);
}

void mutants_place(struct mutants *ms, const struct elements *e, const struct asl_report *marks)
{
    for (size_t i = 0; i < ms->count; i++)
        if (ms->all[i].state)
            ms->all[i].place = e->all[ms->all[i].state->id].place;
    for (size_t i = 0; i < marks->count; i++)
        if (strcmp(marks->problems[i].code, mark_code) == 0)
            ms->all[strtoul(marks->problems[i].message, NULL, 10)].place = marks->problems[i].place;
}

/* ---- using ---- */

static json *replaced(const struct mutant *mutant, const json *v, size_t depth)
{
    struct json_build b = {0};

    if (depth == mutant->depth)
        return json_ref(mutant->value);
    size_t i = mutant->path[depth];
    json_build_copy(&b, v, 0);
    if (json_is_object(v))
        json_build_set_key(&b, json_ref(json_key_at(v, i)),
                           replaced(mutant, json_value_at(v, i), depth + 1));
    else
        json_build_put(&b, i, replaced(mutant, json_at(v, i), depth + 1));
    return json_build_done(&b);
}

json *mutant_definition(const struct mutant *mutant, const json *definition)
{
    return replaced(mutant, definition, 0);
}

void mutant_write(struct buf *out, const struct mutant *mutant)
{
    if (mutant->state) {
        buf_addc(out, '\'');
        trial_state_path(out, mutant->state);
        buf_adds(out, "': ");
    }
    buf_adds(out, mutant->words);
}
