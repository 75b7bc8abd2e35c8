/* How each kind of field is read: the readers that the tables of fields name. */

#include "asl/load/load_impl.h"

#include "asl/eval/expression.h"
#include "asl/eval/path.h"
#include "asl/report/quota.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"

#include <string.h>

#define SLOT(type) ((type *)(void *)((char *)object + f->offset))

/* ---- objects by their table ---- */

/* A state has no such field, but states of other types do: which ones. */
static bool add_owners(struct buf *hint, const struct asl_fields *table, const json *key)
{
    size_t names = 0, listed = 0;
    unsigned on = 0;

    for (size_t i = 0; i < table->count; i++)
        if (json_str_is(key, table->rows[i].name))
            on |= table->rows[i].on;
    for (int t = 0; t < ASL_TYPES; t++)
        names += on >> t & 1;
    if (!names)
        return false;
    buf_adds(hint, "only ");
    for (int t = 0; t < ASL_TYPES; t++) {
        if (!(on >> t & 1))
            continue;
        listed++;
        buf_printf(hint, "%s%s",
                   listed == 1       ? ""
                   : listed == names ? " and "
                                     : ", ",
                   asl_type_names[t]);
    }
    buf_adds(hint, names == 1 ? " has it" : " have it");
    return true;
}

/* Nothing is said of a machine out of the store: it was accepted once, and must load for ever. */
static void load_fields_unknown_field(struct loader *l, const struct asl_fields *table, unsigned on,
                                      const struct asl_at *at)
{
    struct nearest near = {.want = json_str(at->key), .len = json_str_len(at->key)};
    struct buf hint = {0};

    if (l->purpose->stored)
        return;
    /* What is spelled right isn't misspelt, however near something else is. */
    bool owned = l->state == at->up && add_owners(&hint, table, at->key);
    for (size_t i = 0; i < table->count && !owned; i++)
        if (!on || !table->rows[i].on || (table->rows[i].on & on))
            nearest_offer(&near, table->rows[i].name);
    if (near.best)
        buf_printf(&hint, "did you mean \"%s\"?", near.best);
    /* AWS names the object that the field is in. */
    asl_report_add(l->report, ASL_ERROR, "SCHEMA_VALIDATION_FAILED", at, ASL_KEY,
                   hint.len ? buf_str(&hint) : NULL, "Field '%s' is not supported",
                   json_str(at->key));
    asl_report_relocate(l->report, at->up);
    buf_clear(&hint);
    if (near.best) {
        struct asl_misspelt *m = arena_alloc(l->a, sizeof *m);
        *m = (struct asl_misspelt){at->up->value, near.best, l->misspelt};
        l->misspelt = m;
    }
}

bool load_has(const struct loader *l, const struct asl_at *object, const char *field)
{
    if (json_get(object->value, field))
        return true;
    for (const struct asl_misspelt *m = l->misspelt; m && m->object == object->value; m = m->next)
        if (strcmp(m->meant, field) == 0)
            return true;
    return false;
}

/* As AWS spells them, QueryLanguage's values. */
static const char *language_name(enum asl_language language)
{
    return language == ASL_JSONATA ? "JSONata" : "JSONPath";
}

/* What JSONata has instead of "SecondsPath": "Seconds", with an expression. False: not so simple.
 */
static bool add_without_path(struct buf *out, const char *name)
{
    size_t len = strlen(name);

    if (len < 5 || strcmp(name + len - 4, "Path") != 0 || strcmp(name, "InputPath") == 0 ||
        strcmp(name, "ResultPath") == 0)
        return false;
    buf_printf(out, "in JSONata, write \"%.*s\": \"{%% … %%}\"", (int)len - 4, name);
    return true;
}

void load_other_language(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                         const char *hint)
{
    struct buf other = {0};

    if (l->purpose->stored)
        return;
    if (!hint && l->language == ASL_JSONATA && add_without_path(&other, f->name))
        hint = buf_str(&other);

    asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, at, ASL_KEY, hint,
                   "The QueryLanguage is set to '%s', but field '%s' is only supported for the "
                   "'%s' QueryLanguage",
                   language_name(l->language), f->name, language_name(f->language));
    asl_report_relocate(l->report, l->state);
    buf_clear(&other);
}

/*
 * Reads members in the order in which the object has them. Only the current object is asked for
 * what is misspelt in it, so the list is cut back behind each member.
 */
void load_fields(struct loader *l, const struct asl_fields *table, unsigned on,
                 const struct asl_at *at, void *object)
{
    struct asl_at member;

    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &member);
        /* A name may have a row for some types of states, and another one for others. */
        const struct asl_field *f = field_of_key(table, on, member.key, &l->memo);
        const struct asl_misspelt *own = l->misspelt;
        if (f && f->language && l->language && f->language != l->language)
            load_other_language(l, f, &member, NULL);
        else if (f)
            f->read(l, f, &member, object);
        /* Behind what is in the member, those of the object are the first again. */
        l->misspelt = own;
        if (!f)
            load_fields_unknown_field(l, table, on, &member);
    }
}

static void list_names(struct buf *out, const char *const *names)
{
    for (size_t i = 0; names[i]; i++)
        buf_printf(out, "%s%s", i ? ", " : "", names[i]);
}

/* False when one is missing, be it misspelt: then the object can't be read. */
bool load_required(struct loader *l, const struct asl_at *at, const char *const *names)
{
    struct buf missing = {0};
    bool all = true;

    for (size_t i = 0; names[i]; i++) {
        all &= json_get(at->value, names[i]) != NULL;
        if (!load_has(l, at, names[i]))
            buf_printf(&missing, "%s%s", missing.len ? ", " : "", names[i]);
    }
    if (missing.len)
        asl_report_schema(l->report, at, "These fields are required: [%s]", buf_str(&missing));
    buf_clear(&missing);
    return all;
}

/* One that is misspelt is neither missing nor one too many. */
void load_one_of(struct loader *l, const struct asl_at *at, const char *const *names, bool must)
{
    size_t have = 0;

    for (size_t i = 0; names[i]; i++) {
        const json *v = json_get(at->value, names[i]);
        must = must && (v || !load_has(l, at, names[i]));
        /* "End": false says as much as no End. */
        have += v && !(strcmp(names[i], "End") == 0 && json_kind(v) == JSON_FALSE);
    }
    if (have == 1 || (have == 0 && !must))
        return;
    struct buf list = {0};
    list_names(&list, names);
    if (have)
        asl_report_schema(l->report, at, "There should only be one of the following fields: [%s]",
                          buf_str(&list));
    else
        asl_report_schema(l->report, at,
                          "This object should have only one of the following fields: [%s]",
                          buf_str(&list));
    buf_clear(&list);
}

/* ---- plain values ---- */

static void unref_value(void *v)
{
    json_unref(v);
}

/* The arena gives the reference back with all else of the machine. */
json *load_keep(struct loader *l, const json *v)
{
    json *kept = json_ref(v);

    arena_defer(l->a, unref_value, kept);
    return kept;
}

const json *load_string(struct loader *l, const struct asl_at *at)
{
    if (json_is_string(at->value))
        return at->value;
    asl_report_schema(l->report, at, "Expected value of type [STRING]");
    return NULL;
}

/* The list that AWS shows is that of the table. */
bool load_word(struct loader *l, const struct asl_at *at, const char *const *words)
{
    const json *v = load_string(l, at);
    struct buf list = {0};

    if (!v)
        return false;
    for (size_t i = 0; words[i]; i++)
        if (json_str_is(v, words[i]))
            return true;
    list_names(&list, words);
    asl_report_schema(l->report, at, "Value should be one of the following: [%s]", buf_str(&list));
    buf_clear(&list);
    return false;
}

/* Returns false for an array that is too short as well, since nothing in it is left to read. */
bool load_array(struct loader *l, const struct asl_at *at, size_t min)
{
    if (!json_is_array(at->value))
        asl_report_schema(l->report, at, "Expected value of type [ARRAY]");
    else if (json_count(at->value) < min)
        asl_report_schema(l->report, at, "Value cannot be empty");
    else
        return true;
    return false;
}

bool load_object(struct loader *l, const struct asl_at *at)
{
    if (json_is_object(at->value))
        return true;
    asl_report_schema(l->report, at, "Expected value of type [OBJECT]");
    return false;
}

/* AWS takes null for a Comment, and nothing else that is no string. */
void load_comment(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                  void *object)
{
    (void)f;
    (void)object;
    if (json_kind(at->value) != JSON_NULL)
        load_string(l, at);
}

void load_ignored(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                  void *object)
{
    (void)l;
    (void)f;
    (void)at;
    (void)object;
}

void load_text(struct loader *l, const struct asl_field *f, const struct asl_at *at, void *object)
{
    if (load_string(l, at))
        *SLOT(json *) = load_keep(l, at->value);
}

void load_any(struct loader *l, const struct asl_field *f, const struct asl_at *at, void *object)
{
    *SLOT(const json *) = load_keep(l, at->value);
}

/* As deep as the document, JSON_MAX_DEPTH at most. */
static bool has_expression(const json *v)
{
    bool has = json_is_string(v) && asl_expression_begins(v);

    for (size_t i = 0; !has && i < json_count(v); i++)
        has = has_expression(json_is_array(v) ? json_at(v, i) : json_value_at(v, i));
    return has;
}

enum asl_language load_language(struct loader *l, const struct asl_at *at,
                                enum asl_language otherwise)
{
    static const char *const languages[] = {"JSONPath", "JSONata", NULL};
    struct asl_at member;

    if (!asl_at_member(at, "QueryLanguage", &member) || !load_string(l, &member))
        return otherwise;
    if (json_str_is(member.value, "JSONPath"))
        return ASL_JSONPATH;
    /* A placeholder will be what the rest is written in. */
    if (l->purpose->validating && asl_has_placeholder(member.value))
        return has_expression(at->value) ? ASL_JSONATA : ASL_JSONPATH;
    load_word(l, &member, languages);
    return ASL_JSONATA;
}

/* ---- paths and templates ---- */

/* Which paths a field takes. */
enum path_kind {
    ANY_PATH,
    ONE_NODE,  /* it names one node */
    REFERENCE, /* one that a result can be put to */
};

/* AWS has one sentence for whatever is wrong with a path; the hint says what it is. */
static const asl_path *load_fields_read_path(struct loader *l, const struct asl_at *at,
                                             unsigned roots, enum path_kind kind)
{
    struct diag why = {0};
    const asl_path *p = NULL;

    if (!load_string(l, at))
        return NULL;
    if (json_str_len(at->value) == 0 || json_str(at->value)[0] != '$') {
        asl_report_schema(l->report, at, "Value must be a valid JSONPath.");
        return NULL;
    }
    p = asl_path_compile(l->a, at->value, roots, &why);
    if (p && !(kind == REFERENCE  ? asl_path_is_reference(p)
               : kind == ONE_NODE ? asl_path_is_definite(p)
                                  : true)) {
        p = NULL;
        diag_set(&why, NULL, 0,
                 "a Reference Path names one place: no *, .., ?, @, slices or lists");
    }
    if (!p)
        asl_report_add(l->report, ASL_ERROR, ASL_SCHEMA_VALIDATION_FAILED, at, ASL_VALUE, why.text,
                       kind == ANY_PATH ? "Value must be a valid JSONPath."
                                        : "Value is not a Reference Path");
    diag_clear(&why);
    return p;
}

/* InputPath and OutputPath may lead into the context object and variables. */
void load_flow(struct loader *l, const struct asl_field *f, const struct asl_at *at, void *object)
{
    struct asl_flow *flow = SLOT(struct asl_flow);

    flow->null = json_kind(at->value) == JSON_NULL;
    if (!flow->null)
        flow->path = load_fields_read_path(l, at, ASL_ROOT_CONTEXT | ASL_ROOT_VARIABLE, ANY_PATH);
}

/* A result is put into the input: the path names one place there. */
void load_reference_flow(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                         void *object)
{
    struct asl_flow *flow = SLOT(struct asl_flow);

    flow->null = json_kind(at->value) == JSON_NULL;
    if (!flow->null)
        flow->path = load_fields_read_path(l, at, ASL_ROOT_INPUT, REFERENCE);
}

/* ItemsPath, TimestampPath: one node of the input, the context object or a variable. */
void load_path(struct loader *l, const struct asl_field *f, const struct asl_at *at, void *object)
{
    *SLOT(const asl_path *) =
        load_fields_read_path(l, at, ASL_ROOT_CONTEXT | ASL_ROOT_VARIABLE, ONE_NODE);
}

bool load_is_expression(const struct loader *l, const struct asl_at *at)
{
    return l->language == ASL_JSONATA && l->state && json_is_string(at->value) &&
           asl_expression_begins(at->value);
}

/* The expressions of the machine go into a list, by which warnings find them. */
const asl_template *load_value(struct loader *l, const struct asl_at *at)
{
    return l->language == ASL_JSONATA
               ? asl_template_compile_jsonata(l->a, at, l->state, &l->m->expressions, l->report)
               : asl_template_compile(l->a, at, l->report);
}

void load_template(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                   void *object)
{
    *SLOT(const asl_template *) = load_value(l, at);
}

/* AWS's three refusals, one of them at a time. "x.$" assigns x. */
static void check_variable(struct loader *l, const struct asl_at *at)
{
    const char *key = json_str(at->key);
    size_t len = json_str_len(at->key);

    if (l->purpose->stored)
        return;
    if (len > 2 && memcmp(key + len - 2, ".$", 2) == 0)
        len -= 2;
    bool good = len > 0 && asl_name_may_begin(key[0]);
    for (size_t i = 1; good && i < len; i++)
        good = asl_name_may_go_on(key[i]);
    if (!good)
        asl_report_add(l->report, ASL_ERROR, "INVALID_VARIABLE_NAME", at, ASL_KEY,
                       "a variable's name is a letter or _, then letters, digits and _",
                       "Invalid variable name '%.*s': the variable name contains invalid "
                       "characters.",
                       (int)len, key);
    else if (len > QUOTA_NAME)
        asl_report_add(l->report, ASL_ERROR, "INVALID_VARIABLE_NAME", at, ASL_KEY, NULL,
                       "A variable's name has at most %d characters", QUOTA_NAME);
    else if (len == 6 && memcmp(key, "states", 6) == 0)
        asl_report_add(l->report, ASL_ERROR, "RESERVED_VARIABLE_NAME", at, ASL_KEY,
                       "$states is the name of what a state may look at",
                       "Cannot assign to reserved variable '$states'.");
}

void load_assign(struct loader *l, const struct asl_field *f, const struct asl_at *at, void *object)
{
    struct asl_at member;

    if (!load_object(l, at))
        return;
    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &member);
        check_variable(l, &member);
    }
    /* One without variables is none: the state's exit tells of no assignment. */
    if (json_count(at->value))
        load_template(l, f, at, object);
}

/* ErrorPath and CausePath must give a string, as far as that can be told beforehand. */
void load_query(struct loader *l, const struct asl_field *f, const struct asl_at *at, void *object)
{
    if (!load_string(l, at))
        return;
    const asl_query *q = asl_query_compile(l->a, at, at->key, l->report);
    if (q && !asl_query_gives_string(q))
        asl_report_add(l->report, ASL_ERROR, "SCHEMA_VALIDATION_FAILED", at, ASL_VALUE,
                       "a function that gives a string: Format, JsonToString, ArrayGetItem, "
                       "Base64Encode, Base64Decode, Hash or UUID",
                       "The value for the field '%s' must be a valid JSONPath or a valid intrinsic "
                       "function call",
                       f->name);
    *SLOT(const asl_query *) = q;
}

/* ---- numbers ---- */

/* What a stored definition may have, whatever AWS allows by now: seconds that don't overflow. */
#define STORED_MOST INT64_C(1000000000000)

bool load_whole(struct loader *l, const struct asl_field *f, const struct asl_at *at, int64_t *out)
{
    if (json_kind(at->value) != JSON_INT) {
        asl_report_schema(l->report, at, "Expected value of type Integer");
        return false;
    }
    int64_t n = json_int_value(at->value);
    *out = n;
    if (l->purpose->stored && n >= 0 && n <= STORED_MOST)
        return true;
    if (n < f->min)
        asl_report_schema(l->report, at, "Minimum value is %lld", (long long)f->min);
    else if (n > f->max)
        asl_report_schema(l->report, at, "Maximum value is %lld", (long long)f->max);
    return n >= f->min && n <= f->max;
}

/* In JSONata a number may be an expression, whose value is checked when the state runs. */
void load_number(struct loader *l, const struct asl_field *f, const struct asl_at *at, void *object)
{
    struct asl_number *n = SLOT(struct asl_number);

    if (load_is_expression(l, at)) {
        n->expression = load_value(l, at);
        n->set = true;
        return;
    }
    n->set = load_whole(l, f, at, &n->value);
}

/* Where the path leads is looked up when the state runs; here only that it names one node. */
static void number_path(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                        void *object, unsigned roots)
{
    struct asl_number *n = SLOT(struct asl_number);

    n->path = load_fields_read_path(l, at, roots, ONE_NODE);
    n->set = n->path;
}

void load_number_path(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                      void *object)
{
    number_path(l, f, at, object, ASL_ROOT_CONTEXT | ASL_ROOT_VARIABLE);
}

void load_count_path(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                     void *object)
{
    number_path(l, f, at, object, ASL_ROOT_VARIABLE);
}

/* AWS calls it a Float, and prints its bounds with ".0". */
void load_share(struct loader *l, const struct asl_field *f, const struct asl_at *at, void *object)
{
    struct asl_share *n = SLOT(struct asl_share);

    if (load_is_expression(l, at)) {
        n->expression = load_value(l, at);
        n->set = true;
        return;
    }
    if (!json_is_number(at->value)) {
        asl_report_schema(l->report, at, "Expected value of type Float");
        return;
    }
    n->value = json_double_value(at->value);
    n->set = true;
    if (l->purpose->stored)
        return;
    if (n->value < (double)f->min)
        asl_report_schema(l->report, at, "Minimum value is %lld.0", (long long)f->min);
    else if (n->value > (double)f->max)
        asl_report_schema(l->report, at, "Maximum value is %lld.0", (long long)f->max);
}

void load_share_path(struct loader *l, const struct asl_field *f, const struct asl_at *at,
                     void *object)
{
    struct asl_share *n = SLOT(struct asl_share);

    n->path = load_fields_read_path(l, at, ASL_ROOT_VARIABLE, ONE_NODE);
    n->set = n->path;
}
