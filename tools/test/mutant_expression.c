/*
 * Faults in JSONata, and in filters and intrinsic functions of JSONPath. The text is read token by
 * token: whether a sign is an operator is told by what stands before it, as "*" and "/" begin a
 * wildcard or a regular expression where a value may stand.
 */
#include "asl/eval/expression.h"
#include "parsers/base/mem.h"
#include "tools/test/mutant_impl.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More faults of one kind in one expression say little more. In a Condition each counts. */
enum { MOST_IN_ONE = 6 };

struct swap {
    const char *from, *to; /* to NULL: it is another sign, which stays */
    int step;              /* by which a whole number behind it moves, so that it shows another side
                              of the bound; 0: it stays */
};

/* A sign stands before those that it begins with, as the first that fits is taken. */
static const struct swap jsonata_signs[] = {
    {"<=", "<", 1},  {">=", ">", -1}, {"!=", "=", 0},  {":=", NULL, 0},
    {"~>", NULL, 0}, {"??", NULL, 0}, {"?:", NULL, 0}, {"..", NULL, 0},
    {"**", NULL, 0}, {"<", "<=", -1}, {">", ">=", 1},  {"=", "!=", 0},
    {"+", "-", 0},   {"-", "+", 0},   {"*", "/", 0},   {"/", "*", 0}};
static const struct swap jsonata_words[] = {{"and", "or", 0}, {"or", "and", 0}, {"in", NULL, 0}};
static const struct swap jsonpath_signs[] = {{"==", "!=", 0}, {"!=", "==", 0}, {"<=", "<", 1},
                                             {">=", ">", -1}, {"<", "<=", -1}, {">", ">=", 1},
                                             {"&&", "||", 0}, {"||", "&&", 0}};

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* An expression that is read, and where in the definition it stands. */
struct reading {
    struct making *k;
    const struct asl_at *where; /* of the text */
    const char *text, *name;    /* the name is for people: "Output.total" */
    size_t at, end, element;
    bool jsonpath, operand; /* behind a value: */
    size_t filter;          /* brackets that are open since a filter of JSONPath began; 0: none */
    size_t most, operators, numbers, members;
    const char *operator_kind, *number_kind, *member_kind;
};

static void replace(struct reading *r, size_t at, size_t len, const char *by, const char *kind,
                    size_t *count)
{
    const char *was = r->k->kind;

    if (strcmp(was, kind) != 0 || (*count)++ >= r->most)
        return;
    mutant_add(r->k,
               (struct change){r->where,
                               json_stringf("%.*s%s%s", (int)at, r->text, by, r->text + at + len),
                               r->where, ASL_VALUE, r->element},
               "%s has '%s' instead of '%.*s' (at %zu)", r->name, by, (int)len, r->text + at,
               at + 1);
}

/* Returns how long the whole number at `at` is; 0: there is none, or it is part of something. */
static size_t whole_number(const struct reading *r, size_t at)
{
    size_t len = at < r->end && r->text[at] == '-', sign = len;

    while (at + len < r->end && len < 16 && isdigit((unsigned char)r->text[at + len]))
        len++;
    char next = at + len < r->end ? r->text[at + len] : ' ';
    return len == sign || len == 16 || strchr(".eE_", next) || isalnum((unsigned char)next) ? 0
                                                                                            : len;
}

static size_t skip_blanks(const struct reading *r, size_t at)
{
    while (at < r->end && isspace((unsigned char)r->text[at]))
        at++;
    return at;
}

static void move_number(struct reading *r, size_t at, size_t len, int step)
{
    char moved[32];

    snprintf(moved, sizeof moved, "%lld", strtoll(r->text + at, NULL, 10) + step);
    replace(r, at, len, moved, r->number_kind, &r->numbers);
}

/* Adding nothing and subtracting it is the same, and so is multiplying by 1. */
static bool is_neutral(const struct reading *r, const struct swap *s, size_t behind)
{
    size_t at = skip_blanks(r, behind), len = whole_number(r, at);
    const char *neutral = strchr("+-", *s->from) ? "0" : strchr("*/", *s->from) ? "1" : NULL;

    return neutral && len == 1 && r->text[at] == *neutral;
}

static void see_operator(struct reading *r, const struct swap *s)
{
    size_t len = strlen(s->from), behind = r->at + len, bound = skip_blanks(r, behind);
    size_t digits = s->step ? whole_number(r, bound) : 0;

    if (s->to && !is_neutral(r, s, behind))
        replace(r, r->at, len, s->to, r->operator_kind, &r->operators);
    if (digits)
        move_number(r, bound, digits, s->step);
    r->at = behind;
    r->operand = false;
}

static const struct swap *find_sign(const struct reading *r)
{
    const struct swap *all = r->jsonpath ? jsonpath_signs : jsonata_signs;
    size_t count = r->jsonpath ? COUNT_OF(jsonpath_signs) : COUNT_OF(jsonata_signs);

    for (size_t i = 0; i < count; i++)
        if (strncmp(r->text + r->at, all[i].from, strlen(all[i].from)) == 0)
            return &all[i];
    return NULL;
}

/* Moves behind text in quotes, a regular expression, or a comment. */
static void skip_until(struct reading *r, const char *close)
{
    size_t len = strlen(close);

    for (r->at += len; r->at < r->end && strncmp(r->text + r->at, close, len) != 0; r->at++)
        r->at += r->text[r->at] == '\\';
    r->at += len;
    r->operand = true;
}

static void see_word(struct reading *r)
{
    size_t begin = r->at;

    while (r->at < r->end && (isalnum((unsigned char)r->text[r->at]) ||
                              strchr("_$", r->text[r->at]) || (r->text[r->at] & 0x80)))
        r->at++;
    for (size_t i = 0; r->operand && !r->jsonpath && i < COUNT_OF(jsonata_words); i++) {
        const struct swap *s = &jsonata_words[i];
        if (r->at - begin == strlen(s->from) &&
            strncmp(r->text + begin, s->from, r->at - begin) == 0) {
            r->at = begin;
            see_operator(r, s);
            return;
        }
    }
    r->operand = true;
}

/* An index, or a number that is handed to an intrinsic function. */
static void see_lone_number(struct reading *r, const char *closing)
{
    size_t at = skip_blanks(r, r->at + 1), len = whole_number(r, at);

    if (len && strchr(closing, r->text[skip_blanks(r, at + len)]))
        move_number(r, at, len, 1);
}

static void see_bracket(struct reading *r, char c)
{
    bool opens = strchr("[({", c), intrinsic = r->jsonpath && !r->filter;

    if (r->jsonpath && (r->filter || strncmp(r->text + r->at, "[?", 2) == 0))
        r->filter += opens ? 1 : (size_t)-1;
    else if (c == '[' && (r->operand || r->jsonpath))
        see_lone_number(r, "]");
    else if (intrinsic && c == '(')
        see_lone_number(r, ",)");
    r->operand = !opens;
    r->at++;
}

static void see_sign(struct reading *r)
{
    const struct swap *s = r->operand && (!r->jsonpath || r->filter) ? find_sign(r) : NULL;
    char c = r->text[r->at];

    if (s) {
        see_operator(r, s);
        return;
    }
    if (c == '/' && !r->jsonpath) {
        skip_until(r, "/");
        return;
    }
    if (c == ',' && r->jsonpath && !r->filter && strncmp(r->text, "States.", 7) == 0)
        see_lone_number(r, ",)");
    /* Where a value may stand these are one. */
    r->operand = !r->operand && strchr("*%", c);
    r->at++;
}

static void mutant_read_token(struct reading *r)
{
    char c = r->text[r->at];

    if (isspace((unsigned char)c))
        r->at++;
    else if (strchr("'\"`", c))
        skip_until(r, (const char[]){c, 0});
    else if (strncmp(r->text + r->at, "/*", 2) == 0)
        r->text[r->at + 2] == '/' ? (void)(r->at += 2) : skip_until(r, "*/");
    else if (isalnum((unsigned char)c) || strchr("_$@", c) || (c & 0x80))
        c == '@' ? (void)(r->at++, r->operand = true) : see_word(r);
    else if (strchr("[](){}", c))
        see_bracket(r, c);
    else
        see_sign(r);
}

/* The expression without what stands from `begin` to `end`: a member and one of its commas. */
static void drop_member(struct reading *r, size_t begin, size_t end, size_t member, size_t colon)
{
    while (colon > member && isspace((unsigned char)r->text[colon - 1]))
        colon--;
    mutant_add(r->k,
               (struct change){r->where, json_stringf("%.*s%s", (int)begin, r->text, r->text + end),
                               r->where, ASL_VALUE, r->element},
               "%s lacks the member %.*s (at %zu)", r->name, (int)(colon - member),
               r->text + member, member + 1);
}

/* Drops each member of the object that begins at the bracket where the reading is. A copy of the
 * reading, which makes no faults, finds where members end. */
static void drop_members_of_object(struct reading *r)
{
    struct reading ahead = *r;
    size_t depth = 0, begin = r->at + 1, before = begin, colon = 0;

    ahead.most = 0;
    ahead.member_kind = "";
    while (ahead.at < ahead.end && r->members < r->most) {
        size_t at = ahead.at;
        char c = r->text[at];
        mutant_read_token(&ahead);
        depth += strchr("[({", c) != NULL;
        if (c == ':' && depth == 1 && !colon)
            colon = at;
        if (depth == 1 && strchr(",}", c)) {
            /* The last member takes the comma before it along, any other the one behind it. */
            if (colon)
                drop_member(r, c == ',' ? begin : before, c == ',' ? at + 1 : at,
                            skip_blanks(r, begin), colon);
            r->members += colon != 0;
            before = at;
            begin = at + 1;
            colon = 0;
        }
        depth -= strchr("])}", c) != NULL;
        if (!depth)
            return;
    }
}

static void read_expression(struct reading *r)
{
    while (r->at < r->end) {
        /* Behind a value a brace is a function's body, or groups. */
        if (r->text[r->at] == '{' && !r->operand && !r->jsonpath &&
            strcmp(r->k->kind, r->member_kind) == 0)
            drop_members_of_object(r);
        mutant_read_token(r);
    }
}

/* ---- where they stand ---- */

static void in_jsonata(struct making *k, const struct asl_at *where, const char *name,
                       size_t element)
{
    struct reading r = {.k = k,
                        .where = where,
                        .text = json_str(where->value),
                        .name = name,
                        .at = 2,
                        .end = json_str_len(where->value) - 2,
                        .element = element,
                        .most = MOST_IN_ONE,
                        .operator_kind = "ExpressionOperator",
                        .number_kind = "ExpressionNumber",
                        .member_kind = "MemberDropped"};

    if (json_str_len(where->value) >= 4)
        read_expression(&r);
}

static void in_jsonpath(struct making *k, const struct asl_at *where, const char *name,
                        size_t element)
{
    struct reading r = {.k = k,
                        .where = where,
                        .text = json_str(where->value),
                        .name = name,
                        .end = json_str_len(where->value),
                        .element = element,
                        .jsonpath = true,
                        .most = MOST_IN_ONE,
                        .operator_kind = "ExpressionOperator",
                        .number_kind = "ExpressionNumber",
                        .member_kind = "MemberDropped"};

    read_expression(&r);
}

/* Returns whether other rows of the table change what stands under this key, or nobody sees what it
 * makes. Conditions have rows of their own, and inner states are visited by themselves. */
static bool is_elsewhere(const struct making *k, const json *key)
{
    static const char *const names[] = {"States",        "Branches", "Comment", "Condition",
                                        "ItemProcessor", "Iterator", "Next",    "ResultPath"};
    static const char *const of_output[] = {"Output", "OutputPath", "ResultSelector"};

    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (json_str_is(key, names[i]))
            return true;
    for (size_t i = 0; i < COUNT_OF(of_output); i++)
        if (json_str_is(key, of_output[i]))
            return mutant_output_is_lost(k->s);
    return false;
}

static bool holds_path(const json *key)
{
    return json_str_ends(key, ".$") || json_str_ends(key, "Path") || json_str_is(key, "Variable");
}

/* The element of what stands in entry `i` of a list. */
static size_t element_in(const struct making *k, const json *list, size_t i, size_t outer)
{
    return json_str_is(list, "Choices") ? mutant_element(k, ELEMENT_RULE, i)
           : json_str_is(list, "Catch") ? mutant_element(k, ELEMENT_CATCH, i)
                                        : outer;
}

static void in_value(struct making *k, const struct asl_at *where, const char *name, size_t element)
{
    struct buf inner = {0};
    struct asl_at at;
    bool object = json_is_object(where->value), top = where == k->at;

    if (json_is_string(where->value)) {
        if (k->s->jsonata && asl_expression_begins(where->value))
            in_jsonata(k, where, name, element);
        else if (!k->s->jsonata && where->key && holds_path(where->key))
            in_jsonpath(k, where, name, element);
        return;
    }
    for (size_t i = 0; (object || json_is_array(where->value)) && i < json_count(where->value);
         i++) {
        asl_at_index(where, i, &at);
        if (object && is_elsewhere(k, at.key))
            continue;
        buf_reset(&inner);
        if (object)
            buf_printf(&inner, "%s%s%s", name, top ? "" : ".", json_str(at.key));
        else
            buf_printf(&inner, "%s[%zu]", name, i);
        bool entry = !object && where->up == k->at && where->key;
        in_value(k, &at, buf_str(&inner), entry ? element_in(k, where->key, i, element) : element);
    }
    buf_clear(&inner);
}

void mutate_expression(struct making *k)
{
    in_value(k, k->at, "", k->s->id);
}

void mutate_condition_text(struct making *k, size_t rule, const struct asl_at *condition)
{
    struct buf name = {0};

    buf_printf(&name, "the Condition of rule %zu", rule + 1);
    struct reading r = {.k = k,
                        .where = condition,
                        .text = json_str(condition->value),
                        .name = buf_str(&name),
                        .at = 2,
                        .end = json_str_len(condition->value) - 2,
                        .element = k->s->id,
                        .most = SIZE_MAX,
                        .operator_kind = "ConditionOperator",
                        .number_kind = "ConditionBound",
                        .member_kind = ""};
    if (json_str_len(condition->value) >= 4)
        read_expression(&r);
    buf_clear(&name);
}
