/* Faults in ways, error handling, data flow and times of states. */
#include "parsers/base/mem.h"
#include "tools/test/mutant_impl.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* ---- ways ---- */

/* The target of `way`, a Next or Default, becomes another one. */
static void other_target(struct making *k, const struct asl_at *way, const struct asl_state *to,
                         size_t element, const char *whose)
{
    const struct asl_state *other = mutant_elsewhere(k->s, to);

    if (other)
        mutant_add(k, (struct change){way, json_ref(other->name), way, ASL_VALUE, element},
                   "%s%s leads to '%s' instead of '%s'", json_str(way->key), whose,
                   json_str(other->name), json_str(to->name));
}

static void other_targets_in(struct making *k, const char *field, enum element_kind kind,
                             const char *what)
{
    struct asl_at list, entry, next;
    struct buf whose = {0};

    for (size_t i = 0; asl_at_member(k->at, field, &list) && i < json_count(list.value); i++) {
        const struct asl_state *to =
            kind == ELEMENT_RULE ? k->s->choice.rules[i].next : k->s->catch[i].next;
        asl_at_index(&list, i, &entry);
        if (!asl_at_member(&entry, "Next", &next) ||
            (kind == ELEMENT_CATCH && catcher_is_dead(k->s, i)))
            continue;
        buf_reset(&whose);
        buf_printf(&whose, " of %s %zu", what, i + 1);
        other_target(k, &next, to, mutant_element(k, kind, i), buf_str(&whose));
    }
    buf_clear(&whose);
}

/* A state that is left out at the end of its scope: nothing comes instead. */
static void end_early(struct making *k, const struct asl_at *next)
{
    const struct asl_state *acts = mutant_acts(k->s->next);
    struct json_build b = {0};

    if (!acts || acts->type == ASL_CHOICE || acts->next)
        return;
    json *rest = object_without(k->at->value, "Next");
    json_build_copy(&b, rest, 1);
    json_build_set(&b, "End", json_bool(true));
    json_unref(rest);
    mutant_add(k,
               (struct change){k->at, json_build_done(&b), next, ASL_VALUE,
                               mutant_element(k, ELEMENT_NEXT, 0)},
               "it ends instead of going to '%s'", json_str(k->s->next->name));
}

/*
 * Each way out of the state leads somewhere else. What no case notices was never looked at: the way
 * itself, or what lies behind it.
 */
void mutate_next(struct making *k)
{
    struct asl_at way;

    if (k->s->type == ASL_CHOICE) {
        other_targets_in(k, "Choices", ELEMENT_RULE, "rule");
        if (asl_at_member(k->at, "Default", &way))
            other_target(k, &way, k->s->choice.fallback, mutant_element(k, ELEMENT_DEFAULT, 0), "");
        return;
    }
    if (k->s->next && asl_at_member(k->at, "Next", &way)) {
        other_target(k, &way, k->s->next, mutant_element(k, ELEMENT_NEXT, 0), "");
        end_early(k, &way);
    }
    if (k->s->catchers)
        other_targets_in(k, "Catch", ELEMENT_CATCH, "catcher");
}

void mutate_start(struct making *k)
{
    const struct asl_state *start = k->scope->start;
    struct asl_at way;

    if (asl_at_member(k->block, "StartAt", &way))
        other_target(k, &way, start, k->s ? start->id : MUTANT_ANY, "");
}

/* ---- Catch and Retry ---- */

/*
 * Catchers that never take anything, or that do the same as those behind them, are left out: nobody
 * could notice.
 */
void mutate_catch_dropped(struct making *k)
{
    struct asl_at list, entry;

    for (size_t i = 0; asl_at_member(k->at, "Catch", &list) && i < json_count(list.value); i++) {
        asl_at_index(&list, i, &entry);
        if (!catcher_is_dead(k->s, i) && !catcher_is_spare(k->s, list.value, i, NULL))
            mutant_add(k,
                       (struct change){&list, array_without(list.value, i), &entry, ASL_VALUE,
                                       mutant_element(k, ELEMENT_CATCH, i)},
                       "catcher %zu is gone", i + 1);
    }
}

static bool names_error(const struct asl_errors *errors, const char *name)
{
    for (size_t i = 0; i < errors->count; i++)
        if (json_str_is(errors->names[i], name))
            return true;
    return false;
}

/* States.ALL stays the last, as AWS and `asl validate` refuse another order. */
void mutate_catch_order(struct making *k)
{
    struct asl_at list, entry;

    for (size_t i = 0; asl_at_member(k->at, "Catch", &list) && i + 1 < json_count(list.value);
         i++) {
        asl_at_index(&list, i, &entry);
        if (!names_error(&k->s->catch[i + 1].errors, "States.ALL") &&
            catchers_overlap(k->s, list.value, i))
            mutant_add(
                k,
                (struct change){&list, array_swapped(list.value, i), &entry, ASL_VALUE, k->s->id},
                "catchers %zu and %zu change places", i + 1, i + 2);
    }
}

/* A retrier of no attempts retries nothing, and stays. */
void mutate_retry_dropped(struct making *k)
{
    struct asl_at list, entry;

    for (size_t i = 0; asl_at_member(k->at, "Retry", &list) && i < json_count(list.value); i++) {
        asl_at_index(&list, i, &entry);
        if (k->s->retry[i].max_attempts)
            mutant_add(k,
                       (struct change){&list, array_without(list.value, i), &entry, ASL_VALUE,
                                       mutant_element(k, ELEMENT_RETRY, i)},
                       "retrier %zu is gone", i + 1);
    }
}

static void other_attempts(struct making *k, size_t i, const struct asl_at *retrier, int64_t n)
{
    uint32_t was = k->s->retry[i].max_attempts;
    struct asl_at member;
    struct json_build b = {0};
    bool told = asl_at_member(retrier, "MaxAttempts", &member);

    json_build_copy(&b, retrier->value, 1);
    json_build_set(&b, "MaxAttempts", json_int(n));
    mutant_add(k,
               (struct change){retrier, json_build_done(&b), told ? &member : retrier, ASL_VALUE,
                               mutant_element(k, ELEMENT_RETRY, i)},
               "MaxAttempts of retrier %zu is %lld instead of %u", i + 1, (long long)n, was);
}

/* 0 instead of 1 would be the retrier gone. */
void mutate_max_attempts(struct making *k)
{
    struct asl_at list, entry;

    for (size_t i = 0; asl_at_member(k->at, "Retry", &list) && i < json_count(list.value); i++) {
        int64_t was = k->s->retry[i].max_attempts;
        asl_at_index(&list, i, &entry);
        other_attempts(k, i, &entry, was + 1);
        if (was > 1)
            other_attempts(k, i, &entry, was - 1);
    }
}

/* Whether the rest of the list takes the errors of that name, too. */
static bool rest_takes(const struct asl_errors *errors, size_t name)
{
    for (size_t i = 0; i < errors->count; i++) {
        const struct asl_errors one = {&errors->names[i], 1};
        if (i != name && !json_str_begins(errors->names[name], "States.") &&
            asl_errors_match(&one, errors->names[name]))
            return true;
    }
    return false;
}

struct entry {
    const struct asl_at *at;
    const struct asl_errors *errors;
    const char *what;
    size_t number, element;
    bool last;
};

/* A single name stays: without it the entry would be gone, which another mutant is. */
static void other_names(struct making *k, const struct entry *e, const json *catchers)
{
    struct asl_at names, name;

    if (!asl_at_member(e->at, "ErrorEquals", &names))
        return;
    for (size_t i = 0; e->errors->count > 1 && i < e->errors->count; i++) {
        const json *text = e->errors->names[i];
        if (rest_takes(e->errors, i) ||
            (catchers && catcher_is_spare(k->s, catchers, e->number, text)))
            continue;
        asl_at_index(&names, i, &name);
        mutant_add(
            k, (struct change){&names, array_without(names.value, i), &name, ASL_VALUE, e->element},
            "%s %zu is not for %s", e->what, e->number + 1, json_str(text));
    }
    /* States.ALL may only stand in the last one; in another, a wildcard hides those behind it. */
    const char *wide = e->last ? "States.ALL" : "States.TaskFailed";
    if (!names_error(e->errors, wide)) {
        struct json_build b = {0};
        json_build_array(&b, 1);
        json_build_add(&b, json_cstring(wide));
        mutant_add(k, (struct change){&names, json_build_done(&b), &names, ASL_VALUE, k->s->id},
                   "%s %zu is for %s", e->what, e->number + 1, wide);
    }
}

void mutate_error_equals(struct making *k)
{
    struct asl_at list, entry;

    for (size_t i = 0; asl_at_member(k->at, "Retry", &list) && i < json_count(list.value); i++) {
        asl_at_index(&list, i, &entry);
        if (k->s->retry[i].max_attempts)
            other_names(k,
                        &(struct entry){&entry, &k->s->retry[i].errors, "retrier", i,
                                        mutant_element(k, ELEMENT_RETRY, i),
                                        i + 1 == k->s->retriers},
                        NULL);
    }
    for (size_t i = 0; asl_at_member(k->at, "Catch", &list) && i < json_count(list.value); i++) {
        asl_at_index(&list, i, &entry);
        if (!catcher_is_dead(k->s, i))
            other_names(k,
                        &(struct entry){&entry, &k->s->catch[i].errors, "catcher", i,
                                        mutant_element(k, ELEMENT_CATCH, i),
                                        i + 1 == k->s->catchers},
                        list.value);
    }
}

/* ---- data ---- */

/* `at` may have a ResultPath: it is taken away, or becomes null. */
static void other_result_path(struct making *k, const struct asl_at *at, const char *whose,
                              size_t element)
{
    struct asl_at path;
    bool has = asl_at_member(at, "ResultPath", &path);
    bool null = has && json_kind(path.value) == JSON_NULL;
    const struct asl_at *where = has ? &path : at;
    enum asl_part part = at->key || has ? ASL_KEY : ASL_VALUE;

    if (has && !(json_is_string(path.value) && json_str_is(path.value, "$")))
        mutant_add(
            k, (struct change){at, object_without(at->value, "ResultPath"), where, part, element},
            "ResultPath%s is gone", whose);
    if (!null)
        mutant_add(k,
                   (struct change){at, object_with(at->value, "ResultPath", json_null()), where,
                                   part, element},
                   "ResultPath%s is null", whose);
}

/* A Pass whose result takes the place of its input is without one what it is without a result. */
static bool state_has_result(const struct asl_state *s, const json *v)
{
    return s->type == ASL_TASK || s->type == ASL_PARALLEL || s->type == ASL_MAP ||
           (s->type == ASL_PASS && (s->result || s->parameters) && json_get(v, "ResultPath"));
}

/* Where the output is thrown away by the next state nobody can notice what it was made of. */
void mutate_result_path(struct making *k)
{
    struct asl_at list, entry;
    struct buf whose = {0};

    if (k->s->jsonata)
        return;
    if (state_has_result(k->s, k->at->value) && !mutant_output_is_lost(k->s))
        other_result_path(k, k->at, "", mutant_element(k, ELEMENT_NEXT, 0));
    for (size_t i = 0; asl_at_member(k->at, "Catch", &list) && i < json_count(list.value); i++) {
        if (mutant_input_is_lost(k->s->catch[i].next) || catcher_is_dead(k->s, i))
            continue;
        asl_at_index(&list, i, &entry);
        buf_reset(&whose);
        buf_printf(&whose, " of catcher %zu", i + 1);
        other_result_path(k, &entry, buf_str(&whose), mutant_element(k, ELEMENT_CATCH, i));
    }
    buf_clear(&whose);
}

/* Takes away each member of the object, and of those in it. `path`: "Parameters.Payload". */
static void drop_members(struct making *k, const struct asl_at *object, const char *path,
                         const char *whose, size_t element)
{
    struct asl_at member;
    struct buf inner = {0};

    for (size_t i = 0; i < json_count(object->value); i++) {
        asl_at_index(object, i, &member);
        mutant_add(k,
                   (struct change){object, object_without(object->value, json_str(member.key)),
                                   &member, ASL_KEY, element},
                   "%s%s lacks %s", path, whose, json_str(member.key));
        if (!json_is_object(member.value))
            continue;
        buf_reset(&inner);
        buf_printf(&inner, "%s.%s", path, json_str(member.key));
        drop_members(k, &member, buf_str(&inner), whose, element);
    }
    buf_clear(&inner);
}

/* An object loses its members one by one; anything else goes as a whole. */
static void drop_field(struct making *k, const struct asl_at *owner, const struct asl_at *field,
                       const char *whose, size_t element)
{
    if (json_is_object(field->value) && json_count(field->value))
        drop_members(k, field, json_str(field->key), whose, element);
    else
        mutant_add(k,
                   (struct change){owner, object_without(owner->value, json_str(field->key)), field,
                                   ASL_KEY, element},
                   "%s%s is gone", json_str(field->key), whose);
}

static void drop_in_entries(struct making *k, const char *list_name, enum element_kind kind,
                            const char *what)
{
    static const char *const fields[] = {"Assign", "Output"};
    struct asl_at list, entry, field;
    struct buf whose = {0};

    for (size_t i = 0; asl_at_member(k->at, list_name, &list) && i < json_count(list.value); i++) {
        asl_at_index(&list, i, &entry);
        buf_reset(&whose);
        buf_printf(&whose, " of %s %zu", what, i + 1);
        for (size_t n = 0; n < COUNT_OF(fields); n++)
            if (asl_at_member(&entry, fields[n], &field))
                drop_field(k, &entry, &field, buf_str(&whose), mutant_element(k, kind, i));
    }
    buf_clear(&whose);
}

/* What makes the output is of no account where nobody sees that. */
void mutate_member_dropped(struct making *k)
{
    static const struct {
        const char *name;
        bool of_output;
    } fields[] = {{"Parameters", false}, {"Arguments", false}, {"ItemSelector", false},
                  {"Assign", false},     {"Output", true},     {"ResultSelector", true},
                  {"Result", true}};
    struct asl_at field;

    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (asl_at_member(k->at, fields[i].name, &field) &&
            !(fields[i].of_output && mutant_output_is_lost(k->s)))
            drop_field(k, k->at, &field, "", k->s->id);
    if (k->s->type == ASL_CHOICE)
        drop_in_entries(k, "Choices", ELEMENT_RULE, "rule");
    if (k->s->catchers)
        drop_in_entries(k, "Catch", ELEMENT_CATCH, "catcher");
    /* Expressions make objects, too. */
    mutate_expression(k);
}

void mutant_drop_field(struct making *k, const struct asl_at *field)
{
    mutant_add(k,
               (struct change){k->at, object_without(k->at->value, json_str(field->key)), field,
                               ASL_KEY, k->s->id},
               "%s is gone", json_str(field->key));
}

void mutate_path_dropped(struct making *k)
{
    static const char *const fields[] = {"InputPath", "OutputPath", "ItemsPath", "Items"};
    struct asl_at field;

    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (asl_at_member(k->at, fields[i], &field) &&
            !(json_is_string(field.value) && json_str_is(field.value, "$")) &&
            !(i == 1 && k->s->next && mutant_input_is_lost(k->s->next)))
            mutant_drop_field(k, &field);
}

/* ---- Fail ---- */

void mutate_fail(struct making *k)
{
    struct asl_at field;

    if (k->s->type == ASL_FAIL && asl_at_member(k->at, "Error", &field))
        mutant_add(
            k, (struct change){&field, json_cstring("Another.Error"), &field, ASL_VALUE, k->s->id},
            "it fails with another error");
}
