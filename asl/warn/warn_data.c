/*
 * Paths that lead to what no state before produces. What is known of the data is followed over the
 * graph of each block until nothing is new, and only then are the paths looked up. A machine's
 * input and what a Task gives are not known, so most paths can't be told to be wrong.
 */

#include "asl/eval/expression.h"
#include "asl/load/field.h"
#include "asl/load/shape.h"
#include "asl/warn/warn_impl.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"

#include <stdlib.h>
#include <string.h>

struct flow {
    struct warner *w;
    struct shapes shapes;
    const shape *lambda_result, *error; /* what lambda:invoke gives, and what a catcher gets */
    bool telling;                       /* the second time over, when all is known that will be */
};

/* ---- reading ---- */

/* A path into the input, not into the context object or a variable. */
static bool leads_into_input(const char *path, size_t len)
{
    return len > 0 && path[0] == '$' && (len == 1 || path[1] == '.' || path[1] == '[');
}

/* What the context object has, by what it is in. What has no members here may have any. */
static const struct {
    const char *in, *name;
} context_names[] = {
    {"", "Execution"},
    {"", "Map"},
    {"", "State"},
    {"", "StateMachine"},
    {"", "Task"},
    {"Execution", "Id"},
    {"Execution", "Input"},
    {"Execution", "Name"},
    {"Execution", "RedriveCount"},
    {"Execution", "RedriveTime"},
    {"Execution", "RoleArn"},
    {"Execution", "StartTime"},
    {"Map", "Item"},
    {"Item", "Index"},
    {"Item", "Key"},
    {"Item", "Source"},
    {"Item", "Value"},
    {"State", "EnteredTime"},
    {"State", "Name"},
    {"State", "RetryCount"},
    {"StateMachine", "Id"},
    {"StateMachine", "Name"},
    {"Task", "Token"},
};

/* Finds the name in what is called `in`. Returns NULL when it is not there, and of all that are
 * there offers to `near` what may have been meant; *any: there are some. */
static const char *find_in_context(const char *in, struct nearest *near, bool *any)
{
    *any = false;
    for (size_t i = 0; i < COUNT(context_names); i++) {
        const char *name = context_names[i].name;
        if (strcmp(context_names[i].in, in) != 0)
            continue;
        *any = true;
        if (strlen(name) == near->len && !memcmp(name, near->want, near->len))
            return name;
        nearest_offer(near, name);
    }
    return NULL;
}

/* Tells of `$$.Map.Item.Indx`. A name that is not near a known one may be one that AWS has had
 * since, or one of --context. */
static void check_context_path(struct flow *f, const struct asl_at *at, const char *path,
                               size_t len)
{
    const char *end = path + len, *in = "", *name = path + 2;

    while (in && name < end && *name == '.') {
        size_t n = ++name < end ? strcspn(name, ".[( ,)") : 0;
        struct nearest near = {.want = name,
                               .len = n < (size_t)(end - name) ? n : (size_t)(end - name)};
        bool any;

        in = find_in_context(in, &near, &any);
        name += near.len;
        if (!in && any && near.best) {
            struct buf hint = {0};
            buf_printf(&hint, "did you mean %s?", near.best);
            warn_with_hint(f->w, at, ASL_VALUE, buf_str(&hint), "The context object has no %.*s",
                           (int)(name - path), path);
            buf_clear(&hint);
        }
    }
}

/* What is there; NULL: that isn't known. */
static const shape *warn_data_read_path(struct flow *f, const struct asl_at *at, const char *path,
                                        size_t len, const shape *in)
{
    const shape *found = NULL;

    if (f->telling && len > 2 && !memcmp(path, "$$", 2))
        check_context_path(f, at, path, len);
    if (leads_into_input(path, len) && shape_find(in, path, len, &found) == SHAPE_NOTHING &&
        f->telling)
        warn_at(f->w, at, ASL_VALUE, "Nothing before this state produces %.*s", (int)len, path);
    return found;
}

static const shape *warn_data_read_text(struct flow *f, const struct asl_at *at, const shape *in)
{
    return json_is_string(at->value)
               ? warn_data_read_path(f, at, json_str(at->value), json_str_len(at->value), in)
               : NULL;
}

struct argument {
    struct flow *f;
    const shape *in;
};

static void read_argument(void *user, const struct asl_at *at, const char *path, size_t len)
{
    const struct argument *a = user;

    warn_data_read_path(a->f, at, path, len, a->in);
}

/* What a payload template makes of `in`. As deep as a value: JSON_MAX_DEPTH. */
static const shape *warn_data_read_template(struct flow *f, const struct asl_at *at,
                                            const shape *in)
{
    size_t count = json_count(at->value);
    bool object = json_is_object(at->value);
    struct shape_member *members =
        object ? arena_calloc(f->shapes.arena, count + 1, sizeof *members) : NULL;
    struct argument call = {f, in};
    struct asl_at kid;

    for (size_t i = 0; i < count; i++) {
        const shape *v;
        asl_at_index(at, i, &kid);
        size_t len = kid.key ? json_str_len(kid.key) : 0;
        if (!kid.key || !json_str_ends(kid.key, ".$")) {
            v = warn_data_read_template(f, &kid, in);
        } else {
            len -= 2;
            v = NULL;
            if (json_str_begins(kid.value, "States."))
                warn_paths_in(&kid, read_argument, &call);
            else
                v = warn_data_read_text(f, &kid, in);
        }
        if (object)
            members[i] = (struct shape_member){json_str(kid.key), len, v};
    }
    if (object)
        return shape_object(&f->shapes, members, count);
    return json_is_array(at->value) ? shape_array() : shape_scalar();
}

/* What a JSONata template gives, of which only the literal parts are known. */
static const shape *jsonata_template(struct flow *f, const struct asl_at *at)
{
    size_t count = json_count(at->value);
    struct shape_member *members;
    struct asl_at kid;

    if (json_is_string(at->value) && asl_expression_begins(at->value))
        return NULL;
    if (!json_is_object(at->value))
        return json_is_array(at->value) ? shape_array() : shape_scalar();
    members = arena_calloc(f->shapes.arena, count + 1, sizeof *members);
    for (size_t i = 0; i < count; i++) {
        asl_at_index(at, i, &kid);
        members[i] = (struct shape_member){json_str(kid.key), json_str_len(kid.key),
                                           jsonata_template(f, &kid)};
    }
    return shape_object(&f->shapes, members, count);
}

/* ---- Choice: what a rule asks IsPresent of may be missing ---- */

/* What a test is made of, where it is no comparison. */
static const char *const compounds[] = {"And", "Or", "Not"};

/*
 * The variables that rules ask the presence of. Sorted, and no variable is a prefix of another; so
 * the only candidate prefix of a path is the last variable that sorts at or before it.
 */
struct asked {
    const json **variables;
    size_t count, cap;
};

/* As deep as rules nest, which the loader bounds. */
static void collect_asked(struct asked *a, const json *tests)
{
    const json *variable = json_get(tests, "Variable"), *part;

    if (variable && json_get(tests, "IsPresent")) {
        MEM_GROW(a->variables, a->count, a->cap);
        a->variables[a->count++] = variable;
    }
    if (json_is_array(tests))
        for (size_t i = 0; i < json_count(tests); i++)
            collect_asked(a, json_at(tests, i));
    for (size_t i = 0; i < COUNT(compounds); i++)
        if ((part = json_get(tests, compounds[i])))
            collect_asked(a, part);
}

static int compare_bytes(const json *a, const json *b)
{
    size_t n = json_str_len(a), m = json_str_len(b);
    int order = memcmp(json_str(a), json_str(b), n < m ? n : m);

    return order ? order : (n > m) - (n < m);
}

static int warn_data_by_bytes(const void *a, const void *b)
{
    const json *const *x = a, *const *y = b;

    return compare_bytes(*x, *y);
}

/* Returns whether `path` leads to `variable` or below it. */
static bool warn_data_is_below(const json *path, const json *variable)
{
    size_t n = json_str_len(variable);

    return json_str_len(path) >= n && memcmp(json_str(path), json_str(variable), n) == 0;
}

static void order_asked(struct asked *a)
{
    size_t kept = 0;

    if (a->count)
        qsort(a->variables, a->count, sizeof *a->variables, warn_data_by_bytes);
    for (size_t i = 0; i < a->count; i++)
        if (!kept || !warn_data_is_below(a->variables[i], a->variables[kept - 1]))
            a->variables[kept++] = a->variables[i];
    a->count = kept;
}

static bool is_asked(const struct asked *a, const json *path)
{
    size_t low = 0, high = a->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_bytes(a->variables[middle], path) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && warn_data_is_below(path, a->variables[low - 1]);
}

/* The paths of a test or a list of them. */
static void read_tests(struct flow *f, const struct asl_at *at, const struct asked *asked,
                       const shape *in)
{
    struct asl_at kid;

    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &kid);
        if (!kid.key)
            read_tests(f, &kid, asked, in);
        else if ((json_str_is(kid.key, "Variable") || json_str_ends(kid.key, "Path")) &&
                 !is_asked(asked, kid.value))
            warn_data_read_text(f, &kid, in);
    }
    for (size_t i = 0; i < COUNT(compounds); i++)
        if (asl_at_member(at, compounds[i], &kid))
            read_tests(f, &kid, asked, in);
    if (asl_at_member(at, "Assign", &kid))
        warn_data_read_template(f, &kid, in);
}

/* Tests make nothing: they are read when all is known. */
static void read_choices(struct flow *f, const struct asl_at *choices, const shape *in)
{
    struct asked asked = {0};

    if (!f->telling)
        return;
    collect_asked(&asked, choices->value);
    order_asked(&asked);
    read_tests(f, choices, &asked, in);
    mem_free(asked.variables);
}

/* ---- one state ---- */

struct passing {
    const shape *raw;       /* what comes in */
    const shape *arguments; /* what a branch or the work gets */
    const shape *output;
};

/* InputPath, OutputPath */
static const shape *warn_data_through(struct flow *f, const struct asl_at *state, const char *field,
                                      const shape *in)
{
    struct asl_at path;

    if (!asl_at_member(state, field, &path))
        return in;
    return json_is_string(path.value) ? warn_data_read_text(f, &path, in) : shape_empty_object();
}

/* ResultPath of a state or catcher. */
static const shape *warn_data_place(struct flow *f, const struct asl_at *object, const shape *raw,
                                    const shape *result)
{
    struct asl_at path;

    if (!asl_at_member(object, "ResultPath", &path))
        return result;
    if (!json_is_string(path.value))
        return raw;
    return shape_set(&f->shapes, raw, json_str(path.value), json_str_len(path.value), result);
}

static const shape *result_of(struct flow *f, const struct asl_state *s, const struct passing *p,
                              const shape *input)
{
    switch (s->type) {
    case ASL_TASK:
        return s->task.kind == ASL_INTEGRATION && s->task.parts.pattern == ASL_REQUEST_RESPONSE &&
                       json_str_is(s->task.type, "lambda") && json_str_is(s->task.api, "invoke")
                   ? f->lambda_result
                   : NULL;
    case ASL_PASS: return s->result ? shape_of(&f->shapes, s->result) : p->arguments;
    case ASL_PARALLEL: return shape_array();
    /* A ResultWriter makes an object of it. */
    case ASL_MAP: return s->map.distributed ? NULL : shape_array();
    case ASL_CHOICE:
    case ASL_WAIT:
    case ASL_SUCCEED:
    case ASL_FAIL: return input;
    }
    return NULL;
}

/*
 * Paths that a state evaluates by itself, in what it works on. With Parameters, a Task has its
 * times from what they make, of which nothing is told.
 */
static void read_fields(struct flow *f, const struct asl_state *s, const struct asl_at *at,
                        const shape *input)
{
    struct argument call = {f, input};
    struct asl_at member;

    for (size_t i = 0; i < json_count(at->value) && !s->parameters; i++) {
        asl_at_index(at, i, &member);
        const struct asl_field *field =
            field_find(&asl_state_fields, json_str(member.key), json_str_len(member.key));
        if (field && field->role == FIELD_PATH)
            warn_paths_in(&member, read_argument, &call);
    }
}

static void pass_jsonpath(struct flow *f, const struct asl_state *s, const struct asl_at *at,
                          struct passing *p)
{
    const shape *input = warn_data_through(f, at, "InputPath", p->raw), *result;
    struct asl_at member;

    read_fields(f, s, at, input);
    p->arguments = s->type == ASL_MAP ? NULL : input;
    if (asl_at_member(at, "Parameters", &member) || asl_at_member(at, "ItemSelector", &member))
        p->arguments = warn_data_read_template(f, &member, input);
    if (s->type == ASL_CHOICE && asl_at_member(at, "Choices", &member))
        read_choices(f, &member, input);
    result = result_of(f, s, p, input);
    if (asl_at_member(at, "Assign", &member))
        warn_data_read_template(f, &member, result);
    if (asl_at_member(at, "ResultSelector", &member))
        result = warn_data_read_template(f, &member, result);
    p->output = warn_data_through(f, at, "OutputPath", warn_data_place(f, at, p->raw, result));
}

static void pass_jsonata(struct flow *f, const struct asl_state *s, const struct asl_at *at,
                         struct passing *p)
{
    struct asl_at member;

    p->arguments = s->type == ASL_MAP ? NULL : p->raw;
    if (asl_at_member(at, "Arguments", &member) || asl_at_member(at, "ItemSelector", &member))
        p->arguments = jsonata_template(f, &member);
    p->output = asl_at_member(at, "Output", &member) ? jsonata_template(f, &member)
                                                     : result_of(f, s, p, p->raw);
}

static void pass(struct flow *f, const struct asl_state *s, const struct asl_at *at,
                 struct passing *p)
{
    if (s->jsonata)
        pass_jsonata(f, s, at, p);
    else
        pass_jsonpath(f, s, at, p);
}

static const shape *caught(struct flow *f, const struct asl_state *s, const struct asl_at *at,
                           size_t i, const shape *raw)
{
    struct asl_at list, catcher, output;

    asl_at_member(at, "Catch", &list);
    asl_at_index(&list, i, &catcher);
    if (asl_at_member(&catcher, "Assign", &output) && !s->jsonata)
        warn_data_read_template(f, &output, f->error);
    if (!s->jsonata)
        return warn_data_place(f, &catcher, raw, f->error);
    return asl_at_member(&catcher, "Output", &output) ? jsonata_template(f, &output) : f->error;
}

static const shape *chosen(struct flow *f, const struct asl_state *s, const struct asl_at *at,
                           size_t i, const struct passing *p)
{
    struct asl_at list, rule, output;

    asl_at_member(at, "Choices", &list);
    asl_at_index(&list, i, &rule);
    if (!s->jsonata)
        return p->output;
    return asl_at_member(&rule, "Output", &output) ? jsonata_template(f, &output) : p->raw;
}

/* ---- a block ---- */

/* What comes into each state of a block. */
struct inputs {
    struct flow *flow;
    const shape **in;
    bool *seen;
    struct passing leaving; /* the state that is being left */
};

static bool warn_data_arrive(struct inputs *inputs, size_t to, const shape *with)
{
    const shape *before = inputs->in[to];
    bool seen = inputs->seen[to];

    inputs->in[to] = seen ? shape_either(&inputs->flow->shapes, before, with) : with;
    inputs->seen[to] = true;
    return !seen || !shape_equal(before, inputs->in[to]);
}

static void warn_data_transfer(void *user, const struct leaving *l)
{
    struct inputs *inputs = user;

    inputs->leaving = (struct passing){.raw = inputs->in[l->from]};
    pass(inputs->flow, l->state, &l->at, &inputs->leaving);
}

static bool warn_data_join(void *user, const struct leaving *l, const struct edge *e, size_t to)
{
    struct inputs *inputs = user;
    const struct passing *p = &inputs->leaving;
    struct flow *f = inputs->flow;
    const shape *with = e->kind == EDGE_CATCH  ? caught(f, l->state, &l->at, e->index, p->raw)
                        : e->kind == EDGE_RULE ? chosen(f, l->state, &l->at, e->index, p)
                                               : p->output;

    return warn_data_arrive(inputs, to, with);
}

static void warn_data_follow(struct flow *f, const struct block *b, const shape *start);

/* Now that all is known: looks the paths up, and goes into the blocks inside. */
static void warn_data_tell(struct flow *f, const struct block *b, const struct inputs *inputs)
{
    struct asl_at at;
    struct block inner;
    struct edge e;

    for (size_t i = 0; i < b->scope->count; i++) {
        const struct asl_state *s = &b->scope->states[i];
        struct passing p = {.raw = inputs->in[i]};
        struct asl_at batcher;
        asl_at_index(&b->states, i, &at);
        f->telling = true;
        pass(f, s, &at, &p);
        for (size_t k = 0; graph_edge(s, k, &e); k++)
            if (e.kind == EDGE_CATCH)
                caught(f, s, &at, e.index, p.raw);
        f->telling = false;
        if (asl_at_member(&at, "ItemBatcher", &batcher))
            p.arguments = NULL;
        for (size_t k = 0; graph_inner_block(s, &at, k, &inner); k++)
            warn_data_follow(f, &inner, p.arguments);
    }
}

static void warn_data_follow(struct flow *f, const struct block *b, const shape *start)
{
    struct inputs inputs = {.flow = f,
                            .in = mem_calloc(b->scope->count, sizeof *inputs.in),
                            .seen = mem_calloc(b->scope->count, sizeof *inputs.seen)};
    const struct graph_flow flow = {
        .user = &inputs, .transfer = warn_data_transfer, .join = warn_data_join};

    warn_data_arrive(&inputs, (size_t)(b->scope->start - b->scope->states), start);
    if (graph_solve(b, &flow) && !shapes_spent(&f->shapes))
        warn_data_tell(f, b, &inputs);
    mem_free(inputs.in);
    mem_free(inputs.seen);
}

/* An object that may have these members. */
static const shape *warn_data_object_of(struct flow *f, const char *const *names, size_t count,
                                        const shape *member)
{
    const shape *made = shape_empty_object();

    for (size_t i = 0; i < count; i++)
        made = shape_with(&f->shapes, made, names[i], strlen(names[i]), member);
    return made;
}

void warn_path_never_produced(struct warner *w)
{
    static const char *const answer[] = {
        "ExecutedVersion", "FunctionError",       "LogResult", "Payload",
        "SdkHttpMetadata", "SdkResponseMetadata", "StatusCode"};
    static const char *const error[] = {"Cause", "Error"};
    struct arena arena = {0};
    struct flow f = {.w = w, .shapes = {.arena = &arena}};
    struct block top;

    f.lambda_result = warn_data_object_of(&f, answer, COUNT(answer), NULL);
    f.error = warn_data_object_of(&f, error, COUNT(error), shape_scalar());
    graph_top_block(w->m, w->top, &top);
    warn_data_follow(&f, &top, NULL);
    arena_clear(&arena);
}
