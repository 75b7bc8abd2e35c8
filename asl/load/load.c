/* Loading a definition: the machine, its scopes, and what must hold of their graphs. */

#include "asl/call/call.h"
#include "asl/load/graph.h"
#include "asl/load/load_impl.h"
#include "asl/report/quota.h"
#include "asl/report/reader_words.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"
#include "parsers/base/utf8.h"

#include <string.h>

/* ---- names, unique over the whole machine ---- */

static void load_check_name(struct loader *l, const struct asl_at *at)
{
    size_t chars = utf8_count(json_str(at->key), json_str_len(at->key)), names = l->names.count;

    if (l->purpose->stored)
        return;
    if (chars < 1 || chars > QUOTA_NAME)
        asl_report_add(
            l->report, ASL_ERROR, "INVALID_STATE_NAME", at, ASL_KEY,
            "a state's name has 1 to " QUOTA_TEXT(QUOTA_NAME) " characters",
            "Invalid State name: %s%s", json_str(at->key),
            chars ? " exceeds the " QUOTA_TEXT(QUOTA_NAME) "-character limit allowed by the service"
                  : "");
    if (json_set_add(&l->names, at->key) < names)
        asl_report_add(l->report, ASL_ERROR, "DUPLICATE_STATE_NAME", at, ASL_KEY,
                       "names are unique over the whole definition, branches and processors "
                       "included",
                       "Duplicate State name: %s", json_str(at->key));
}

/* ---- scopes ---- */

/* Returns whether a state is named by a placeholder, which may become any name. */
static bool has_open_name(struct loader *l, const struct asl_scope *scope)
{
    if (l->looked_at == scope->names)
        return l->open;
    l->looked_at = scope->names;
    l->open = false;
    for (size_t i = 0; i < json_count(scope->names); i++)
        l->open |= asl_has_placeholder(json_key_at(scope->names, i));
    return l->open;
}

/* The state that may be meant. Comparing names takes long: it is done for so many only. */
static void guess_target(struct loader *l, const struct asl_scope *scope, const json *name,
                         struct buf *hint)
{
    struct nearest near = {.want = json_str(name), .len = json_str_len(name)};

    for (size_t i = 0; i < scope->count && l->guesses; i++, l->guesses--)
        nearest_offer(&near, json_str(json_key_at(scope->names, i)));
    /* Of short names, each is near to each. */
    if (near.best && near.distance <= near.len / 3)
        buf_printf(hint, "did you mean \"%s\"?", near.best);
}

const struct asl_state *load_target(struct loader *l, const struct asl_scope *scope,
                                    const struct asl_at *at)
{
    const json *name = load_string(l, at);

    if (!name)
        return NULL;
    size_t i = json_find(scope->names, json_str(name), json_str_len(name));
    if (i < scope->count)
        return &scope->states[i];
    struct buf hint = {0};
    guess_target(l, scope, name, &hint);
    asl_report_add(l->report, ASL_ERROR, "MISSING_TRANSITION_TARGET", at, ASL_VALUE,
                   hint.len ? buf_str(&hint)
                            : "a target is a state of the same States block, spelled alike",
                   "Missing 'Next' target: %s", json_str(name));
    buf_clear(&hint);
    if (has_open_name(l, scope))
        asl_report_unsure(l->report);
    return NULL;
}

/* AWS has the types in this order: that of a hash set of Java's, as all its lists. */
static bool load_type_of(struct loader *l, const struct asl_at *state, enum asl_type *type)
{
    struct asl_at at;

    if (!load_object(l, state))
        return false;
    if (!asl_at_member(state, "Type", &at)) {
        asl_report_schema(l->report, state, "The field 'Type' is required");
        return false;
    }
    const json *name = load_string(l, &at);
    if (!name)
        return false;
    for (int t = 0; t < ASL_TYPES; t++)
        if (json_str_is(name, asl_type_names[t])) {
            *type = (enum asl_type)t;
            return true;
        }
    asl_report_schema(l->report, &at,
                      "The field 'Type' should have one of these values: [Task, Wait, Pass, "
                      "Succeed, Fail, Choice, Parallel, Map]");
    return false;
}

/* States get their ids in the order of their blocks, outer ones first. */
static uint32_t add_state(struct loader *l, const struct asl_state *s)
{
    asl_machine *m = l->m;

    /* Doubling: the array is moved when its length reaches a power of two. */
    if ((m->count & (m->count - 1)) == 0)
        m->states =
            arena_grow(l->a, m->states, m->count, m->count ? 2 * m->count : 1, sizeof *m->states);
    m->states[m->count] = s;
    return (uint32_t)m->count++;
}

/*
 * ---- the graph of a scope ----
 *
 * It is walked as the text has it, and not by graph_solve, for AWS looks at the graph of a
 * definition that has errors too. Then the loaded states lack what is amiss: a target that is
 * misspelt, a field that the type of state does not have. AWS follows those: the Next of a Succeed,
 * which it refuses, still makes its target reachable. By the states, more of them would be reported
 * as unreachable than AWS reports. And names with placeholders lead where no edge does.
 */

struct reach {
    struct loader *l;
    const struct asl_scope *scope;
    bool *seen;
    size_t *todo, count;
    bool open; /* a placeholder may lead to any state */
};

/* A name that is no state's may become one when a placeholder is filled in. */
static void reach(struct reach *r, const json *name)
{
    if (!name || !json_is_string(name))
        return;
    size_t i = json_find(r->scope->names, json_str(name), json_str_len(name));
    if (i >= r->scope->count) {
        r->open |= asl_has_placeholder(name) || has_open_name(r->l, r->scope);
    } else if (!r->seen[i]) {
        r->seen[i] = true;
        r->todo[r->count++] = i;
    }
}

static void reach_target(void *user, const struct asl_field *f, const struct asl_at *at)
{
    if (f->role == FIELD_TARGET)
        reach(user, at->value);
}

/* What AWS takes for an end: End, Succeed, Fail. A state with a placeholder may become one. */
static bool ends(const json *state)
{
    const json *type = json_get(state, "Type"), *end = json_get(state, "End");

    if (!type || !json_is_string(type))
        return asl_is_open(state);
    if ((end && json_kind(end) == JSON_TRUE) || json_str_is(type, "Succeed") ||
        json_str_is(type, "Fail"))
        return true;
    return asl_is_open(state) || asl_is_open(type) || (end && asl_is_open(end));
}

static void reach_all(struct reach *r, const json *start)
{
    reach(r, start);
    while (r->count) {
        const struct asl_at state = {.value = json_value_at(r->scope->names, r->todo[--r->count])};
        fields_visit(&asl_state_fields, &state, &r->l->memo, reach_target, r);
    }
}

/* Returns whether a state that is reached leads by a placeholder to what may be any state. */
static bool leads_anywhere(const struct reach *r)
{
    bool open = r->open;

    for (size_t i = 0; i < r->scope->count && !open; i++)
        open = r->seen[i] && asl_is_open(json_value_at(r->scope->names, i));
    return open;
}

/* Returns whether the loaded states alone lead everywhere, as they do in most definitions. Then the
 * text does, too, and need not be walked. */
static bool is_connected(const struct asl_scope *scope)
{
    size_t *order = mem_calloc(scope->count, sizeof *order);
    bool all = scope->start && graph_order(scope, order) == scope->count;

    mem_free(order);
    return all;
}

/* Of the states that are lost, each is told, at its name. */
static void check_reachable(struct loader *l, const struct asl_scope *scope,
                            const struct asl_at *states, const json *start)
{
    struct reach r = {.l = l,
                      .scope = scope,
                      .seen = mem_calloc(scope->count, sizeof *r.seen),
                      .todo = mem_calloc(scope->count, sizeof *r.todo)};
    size_t reached = 0;

    if (is_connected(scope))
        goto out;
    reach_all(&r, start);
    for (size_t i = 0; i < scope->count; i++)
        reached += r.seen[i];
    bool lost = reached < scope->count && !leads_anywhere(&r);
    for (size_t i = 0; i < scope->count && lost; i++)
        if (!r.seen[i]) {
            struct asl_at at;
            asl_at_index(states, i, &at);
            asl_report_add(l->report, ASL_ERROR, "MISSING_TRANSITION_TARGET", &at, ASL_KEY,
                           "let a Next, Default or Catch lead here, or remove the state",
                           "State \"%s\" is not reachable.", json_str(at.key));
        }
out:
    mem_free(r.seen);
    mem_free(r.todo);
}

static void check_graph(struct loader *l, const struct asl_scope *scope, const struct asl_at *at,
                        const struct asl_at *states)
{
    bool end = false;

    if (l->purpose->stored)
        return;
    for (size_t i = 0; i < scope->count && !end; i++)
        end = ends(json_value_at(scope->names, i));
    if (end || scope->owner) {
        check_reachable(l, scope, states, json_get(at->value, "StartAt"));
        return;
    }
    asl_report_add(l->report, ASL_ERROR, "MISSING_END_STATE", at, ASL_VALUE,
                   "give a state \"End\": true, or add a Succeed or Fail state",
                   "Workflow has no terminal state");
    /* AWS has no location for it. */
    asl_report_relocate(l->report, NULL);
}

/* People are told a cause; to a client of the API it is said as AWS does, with what follows. */
static bool tells_consequences(const struct loader *l)
{
    return l->purpose->validating && !l->purpose->lint;
}

struct asl_scope *load_scope(struct loader *l, const struct asl_at *at,
                             const struct asl_state *owner)
{
    static const char *const required[] = {"States", "StartAt", NULL};
    struct asl_at states, start, each;
    size_t errors = l->report->errors;

    if (!load_required(l, at, required))
        return NULL;
    asl_at_member(at, "States", &states);
    asl_at_member(at, "StartAt", &start);
    if (!load_object(l, &states))
        return NULL;
    if (json_count(states.value) == 0) {
        asl_report_schema(l->report, &states, "Value cannot be empty");
        if (!tells_consequences(l))
            return NULL;
    }

    struct asl_scope *scope = arena_alloc(l->a, sizeof *scope);
    scope->owner = owner;
    scope->count = json_count(states.value);
    scope->names = states.value;
    scope->states = arena_calloc(l->a, scope->count, sizeof *scope->states);
    /* First all states with their types, so that targets can be told; then what is in them. */
    for (size_t i = 0; i < scope->count; i++) {
        struct asl_state *s = &scope->states[i];
        asl_at_index(&states, i, &each);
        load_check_name(l, &each);
        s->name = load_keep(l, each.key);
        s->scope = scope;
        s->id = add_state(l, s);
    }
    scope->start = load_target(l, scope, &start);
    for (size_t i = 0; i < scope->count; i++) {
        asl_at_index(&states, i, &each);
        if (load_type_of(l, &each, &scope->states[i].type))
            load_state(l, &scope->states[i], &each);
    }
    /* With a target or a type amiss, what the graph lacks is a consequence. */
    if (l->report->errors == errors || tells_consequences(l))
        check_graph(l, scope, at, &states);
    return scope;
}

/* ---- the machine ---- */

static void load_fields_of_machine(struct loader *l, const struct asl_at *at)
{
    if (!json_is_object(at->value)) {
        asl_report_schema(l->report, at, "Definition must be a valid JSON object");
        return;
    }
    l->machine_language = l->language = load_language(l, at, ASL_JSONPATH);
    load_fields(l, &asl_block_fields, LOAD_MACHINE, at, l->m);
    l->m->top = load_scope(l, at, NULL);
}

/* Where a text begins that was not read. */
static const struct json_places beginning = {.value = {1, 1, 1}};

/* Its place is the beginning: nothing of it was read. */
static void refuse_size(struct asl_report *report, size_t len, const char *as)
{
    const struct asl_at top = {.places = &beginning};

    asl_report_add(report, ASL_ERROR, "SCHEMA_VALIDATION_FAILED", &top, ASL_VALUE, NULL,
                   "The definition has %zu bytes%s, more than the %d that are allowed", len, as,
                   QUOTA_DEFINITION);
}

/* To people, what is wrong and how to mend it; to a client of the API, as AWS's reader says it. */
static void refuse_text(const struct loader *l, const struct load_source *from,
                        const struct diag *why)
{
    struct json_places at = {.value = why->place};
    const struct asl_at top = {.places = &at};
    const char *code =
        from->format == DOCUMENT_JSON ? "INVALID_JSON_DESCRIPTION" : "INVALID_YAML_DESCRIPTION";
    struct buf words = {0}, place = {0};

    if (from->format == DOCUMENT_JSON && tells_consequences(l) &&
        reader_words(from->text, from->len, READER_OF_API, &words, &place)) {
        asl_report_add(l->report, ASL_ERROR, code, &top, ASL_VALUE, NULL, "%s\n at %s",
                       buf_str(&words), buf_str(&place));
        asl_report_locate(l->report, buf_str(&place));
    } else {
        asl_report_add(l->report, ASL_ERROR, code, &top, ASL_VALUE, NULL, "%s", why->text);
    }
    buf_clear(&words);
    buf_clear(&place);
}

/*
 * Of a key that is twice in JSON, the last one counts, as with AWS, and people are told. YAML knows
 * no such mapping.
 */
static json *load_read_text(const struct loader *l, const struct load_source *from, struct arena *a,
                            struct json_places **places, struct diag *why)
{
    bool unique = l->purpose->lint || from->format == DOCUMENT_YAML;
    json *v = document_parse(from->format, from->text, from->len, unique ? JSON_READ_UNIQUE : 0, a,
                             places, why);

    if (v || from->format == DOCUMENT_YAML || !l->purpose->lint || !why->code ||
        strcmp(why->code, "JSON_DUPLICATE_KEY") != 0)
        return v;
    struct json_places at = {.value = why->place};
    const struct asl_at top = {.places = &at};
    asl_report_add(l->report, ASL_WARNING, "ASL_DUPLICATE_KEY", &top, ASL_VALUE,
                   "the last one counts", "%s", why->text);
    asl_report_relocate(l->report, NULL);
    return document_parse(from->format, from->text, from->len, 0, a, places, why);
}

/* Into m->definition; false after saying why not. */
static bool read_source(const struct loader *l, const struct load_source *from, asl_machine *m,
                        struct arena *a, const struct json_places **places)
{
    struct asl_report *report = l->report;
    const struct asl_at top = {.places = &beginning};
    struct json_places *at = NULL;
    struct diag why = {0};

    if (from->len > QUOTA_DEFINITION && !l->purpose->stored) {
        refuse_size(report, from->len, "");
        return false;
    }
    if (from->value) {
        m->definition = json_ref(from->value);
        *places = from->places;
    } else if (from->len == 0) {
        asl_report_add(report, ASL_ERROR, "SCHEMA_VALIDATION_FAILED", &top, ASL_VALUE, NULL,
                       "Definition must be a valid JSON object");
        asl_report_relocate(report, NULL);
        return false;
    } else {
        m->definition = load_read_text(l, from, a, &at, &why);
        *places = at;
        if (!m->definition)
            refuse_text(l, from, &why);
        diag_clear(&why);
        if (!m->definition)
            return false;
    }
    /* AWS gets it as JSON, in which each alias of YAML is written out. */
    if ((from->value || from->format == DOCUMENT_YAML) &&
        json_text_len(m->definition) > QUOTA_DEFINITION) {
        refuse_size(report, json_text_len(m->definition), " as JSON");
        return false;
    }
    return true;
}

/*
 * In this order, because each step relies on what the ones before have found right: text, fields,
 * variables, and only of a machine without errors the warnings.
 */
asl_machine *load_definition(const struct load_source *from, const struct load_purpose *purpose,
                             struct asl_report *report)
{
    asl_machine *m = mem_calloc(1, sizeof *m);
    struct arena places = {0};
    struct asl_at top = {0};
    size_t errors = report->errors;
    struct loader l = {
        .m = m,
        .a = &m->arena,
        .report = report,
        .purpose = purpose,
        .workflow = purpose->workflow,
        .guesses = CALL_GUESSES,
    };

    m->refs = 1;
    if (read_source(&l, from, m, &places, &top.places)) {
        top.value = m->definition;
        load_fields_of_machine(&l, &top);
        if (report->errors == errors && !purpose->stored)
            load_check_variables(&l, &top);
        if (report->errors == errors && purpose->lint)
            purpose->lint(purpose->user, m, &top);
    }
    arena_clear(&places);
    json_set_clear(&l.names);
    json_set_clear(&l.labels);
    if (report->errors > errors) {
        asl_machine_unref(m);
        return NULL;
    }
    if (!purpose->validating && from->text && from->format == DOCUMENT_JSON)
        m->text = json_string(from->text, from->len);
    return m;
}
