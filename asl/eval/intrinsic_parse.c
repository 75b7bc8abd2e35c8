/*
 * The text of a call and what it is compiled to.
 *
 *     call     = "States." name "(" [ argument *( "," argument ) ] ")"
 *     argument = string / number / "null" / "true" / "false" / path / call
 *     string   = "'" *( character / "\" ( "'" / "{" / "}" / "\" ) ) "'"
 *
 * Blanks may stand around arguments and at the end. A call whose arguments are all known, and which
 * has no chance in it, is evaluated here, once.
 */

#include "asl/eval/intrinsic_impl.h"

#include "asl/report/quota.h"
#include "parsers/base/ascii.h"
#include "parsers/base/nearest.h"
#include "parsers/base/text.h"

#include <string.h>

struct parser {
    struct arena *arena;
    const char *text;
    size_t len, pos;
    struct diag *why;
};

static void intrinsic_parse_release(void *v)
{
    json_unref(v);
}

static json *intrinsic_parse_keep(struct parser *p, json *v)
{
    if (v)
        arena_defer(p->arena, intrinsic_parse_release, v);
    return v;
}

static bool at_end(const struct parser *p)
{
    return p->pos == p->len;
}

/* The next byte, NUL at the end. */
static char intrinsic_parse_peek(const struct parser *p)
{
    return at_end(p) ? '\0' : p->text[p->pos];
}

static void intrinsic_parse_skip_blanks(struct parser *p)
{
    p->pos = text_skip_json_blanks(p->text, p->len, p->pos);
}

static bool looking_at(const struct parser *p, const char *word)
{
    size_t n = strlen(word);

    return p->len - p->pos >= n && memcmp(p->text + p->pos, word, n) == 0;
}

static bool is_word_char(char c)
{
    return ascii_is_letter(c) || ascii_is_digit(c) || c == '_';
}

/* ---- literals ---- */

static bool is_escapable(char c)
{
    return c == '\'' || c == '{' || c == '}' || c == '\\';
}

/* Where a string has escapes, Format needs it as it is written: \{} there is no placeholder. */
static bool parse_string(struct parser *p, struct argument *out)
{
    size_t open = p->pos++, start = p->pos;
    struct buf text = {0};

    for (; !at_end(p) && intrinsic_parse_peek(p) != '\''; p->pos++) {
        if (intrinsic_parse_peek(p) == '\\') {
            p->pos++;
            if (at_end(p) || !is_escapable(intrinsic_parse_peek(p))) {
                diag_set(p->why, NULL, p->pos - 1,
                         "In a string only \\', \\{, \\} and \\\\ may follow a backslash");
                buf_clear(&text);
                return false;
            }
        }
        buf_addc(&text, intrinsic_parse_peek(p));
    }
    if (at_end(p)) {
        diag_set(p->why, NULL, open, "The string has no end: a ' is missing");
        buf_clear(&text);
        return false;
    }
    if (text.len < p->pos - start)
        out->written = intrinsic_parse_keep(p, json_string(p->text + start, p->pos - start));
    p->pos++;
    out->value = intrinsic_parse_keep(p, json_take_buf(&text));
    return true;
}

/* Takes whatever may belong to a number, so that the message is about all of it. */
static bool parse_number(struct parser *p, struct argument *out)
{
    size_t start = p->pos;

    while (is_word_char(intrinsic_parse_peek(p)) || intrinsic_parse_peek(p) == '-' ||
           intrinsic_parse_peek(p) == '+' || intrinsic_parse_peek(p) == '.')
        p->pos++;
    out->value = intrinsic_parse_keep(p, json_number(p->text + start, p->pos - start));
    if (!out->value) {
        p->pos = start;
        diag_set(p->why, NULL, start, "This is not a number");
        return false;
    }
    return true;
}

/* null, true, false. All else that begins here is an argument of no known kind. */
static bool parse_word(struct parser *p, struct argument *out)
{
    size_t start = p->pos, n;
    const char *word = p->text + start;

    while (is_word_char(intrinsic_parse_peek(p)))
        p->pos++;
    n = p->pos - start;
    if (n == 4 && !memcmp(word, "null", n))
        out->value = json_null();
    else if (n == 4 && !memcmp(word, "true", n))
        out->value = json_bool(true);
    else if (n == 5 && !memcmp(word, "false", n))
        out->value = json_bool(false);
    if (intrinsic_parse_keep(p, out->value))
        return true;
    p->pos = start;
    diag_set(p->why, NULL, start,
             "An argument is expected here: a 'string', a number, true, false, null, a path, "
             "or a call of a function");
    return false;
}

/* ---- paths ---- */

/* Moves behind the quoted name that begins here. */
static void skip_quoted(struct parser *p)
{
    char quote = intrinsic_parse_peek(p);

    for (p->pos++; !at_end(p) && intrinsic_parse_peek(p) != quote; p->pos++)
        if (intrinsic_parse_peek(p) == '\\' && p->pos + 1 < p->len)
            p->pos++;
    if (!at_end(p))
        p->pos++;
}

/* A path goes on up to a "," or ")" that stands outside of its own brackets. */
static bool parse_path(struct parser *p, struct argument *out)
{
    size_t start = p->pos, depth = 0, end;
    json *text;

    while (!at_end(p)) {
        char c = intrinsic_parse_peek(p);

        if (depth == 0 && (c == ',' || c == ')'))
            break;
        if (depth > 0 && (c == '\'' || c == '"')) {
            skip_quoted(p);
            continue;
        }
        if (c == '[' || c == '(')
            depth++;
        else if ((c == ']' || c == ')') && depth > 0)
            depth--;
        else if (c == '\\' && p->pos + 1 < p->len)
            p->pos++;
        p->pos++;
    }
    for (end = p->pos; end > start && ascii_is_json_blank(p->text[end - 1]);)
        end--;

    text = json_string(p->text + start, end - start);
    out->kind = ARGUMENT_PATH;
    out->path = asl_path_compile(p->arena, text, ASL_ROOT_CONTEXT | ASL_ROOT_VARIABLE, p->why);
    json_unref(text);
    if (!out->path && p->why)
        p->why->at += start;
    return out->path;
}

/* ---- calls ---- */

static asl_intrinsic *parse_call(struct parser *p, unsigned depth);

/* The first character decides. A call that is constant becomes a plain value. */
static bool parse_argument(struct parser *p, unsigned depth, struct argument *out)
{
    char c = intrinsic_parse_peek(p);

    *out = (struct argument){.kind = ARGUMENT_VALUE};
    if (c == '\'')
        return parse_string(p, out);
    if (c == '$')
        return parse_path(p, out);
    if (c == '-' || ascii_is_digit(c))
        return parse_number(p, out);
    if (!looking_at(p, "States."))
        return parse_word(p, out);

    out->kind = ARGUMENT_CALL;
    out->call = parse_call(p, depth + 1);
    if (out->call && out->call->value) {
        out->kind = ARGUMENT_VALUE;
        out->value = out->call->value;
    }
    return out->call;
}

/* Moves behind the name when there is such a function. */
static const struct intrinsic_function *find_function(struct parser *p)
{
    size_t start = p->pos + strlen("States."), end = start;
    struct nearest near = {0};

    while (end < p->len && is_word_char(p->text[end]))
        end++;
    near.want = p->text + start;
    near.len = end - start;
    for (size_t i = 0; i < intrinsic_function_count; i++) {
        const char *name = intrinsic_functions[i].name;

        if (strlen(name) == near.len && !memcmp(name, near.want, near.len)) {
            p->pos = end;
            return &intrinsic_functions[i];
        }
        nearest_offer(&near, name);
    }
    if (near.best)
        diag_set(p->why, NULL, p->pos, "There is no such function; was States.%s meant?",
                 near.best);
    else
        diag_set(p->why, NULL, p->pos, "There is no function of this name");
    return NULL;
}

/* Grows by doubling: a call may have ten thousand arguments. */
static void add_argument(struct parser *p, asl_intrinsic *call, size_t *cap,
                         const struct argument *argument)
{
    if (call->count == *cap) {
        *cap = *cap ? *cap * 2 : 4;
        call->arguments =
            arena_grow(p->arena, call->arguments, call->count, *cap, sizeof *call->arguments);
    }
    call->arguments[call->count++] = *argument;
}

/* "(" [ argument *( "," argument ) ] ")" */
static bool parse_arguments(struct parser *p, unsigned depth, asl_intrinsic *call)
{
    struct argument argument;
    size_t cap = 0;

    if (intrinsic_parse_peek(p) != '(') {
        diag_set(p->why, NULL, p->pos, "A ( is expected behind the function's name");
        return false;
    }
    p->pos++;
    intrinsic_parse_skip_blanks(p);
    if (intrinsic_parse_peek(p) == ')') {
        p->pos++;
        return true;
    }
    for (;;) {
        if (!parse_argument(p, depth, &argument))
            return false;
        add_argument(p, call, &cap, &argument);
        intrinsic_parse_skip_blanks(p);
        if (intrinsic_parse_peek(p) == ')')
            break;
        if (intrinsic_parse_peek(p) != ',') {
            diag_set(p->why, NULL, p->pos, "A , or ) is expected behind an argument");
            return false;
        }
        p->pos++;
        intrinsic_parse_skip_blanks(p);
    }
    p->pos++;
    return true;
}

/* Chance would always give the same, and what grows would make a short definition large. */
static bool intrinsic_parse_is_constant(const asl_intrinsic *call)
{
    if (call->function->flags & (INTRINSIC_CHANCE | INTRINSIC_GROWS))
        return false;
    for (size_t i = 0; i < call->count; i++)
        if (call->arguments[i].kind != ARGUMENT_VALUE)
            return false;
    return true;
}

/* call, as above. A function prepares what follows from its constant arguments once, here. */
static asl_intrinsic *parse_call(struct parser *p, unsigned depth)
{
    size_t start = p->pos;
    asl_intrinsic *call;

    if (depth > QUOTA_CALL_DEPTH) {
        diag_set(p->why, NULL, start, "Calls may be nested %d deep and no deeper",
                 QUOTA_CALL_DEPTH);
        return NULL;
    }
    call = arena_alloc(p->arena, sizeof *call);
    call->function = find_function(p);
    if (!call->function || !parse_arguments(p, depth, call))
        return NULL;
    if (call->function->prepare && intrinsic_count_fits(call))
        call->prepared = call->function->prepare(p->arena, call->arguments, call->count);
    if (intrinsic_parse_is_constant(call))
        call->value = intrinsic_parse_keep(p, intrinsic_constant(call));
    return call;
}

/* Messages quote the text of the call, without the blanks behind it. */
const asl_intrinsic *asl_intrinsic_compile(struct arena *a, const char *text, size_t len,
                                           struct diag *why)
{
    struct parser p = {.arena = a, .text = text, .len = len, .why = why};
    asl_intrinsic *call;

    if (!looking_at(&p, "States.")) {
        diag_set(why, NULL, 0, "A call begins with 'States.'");
        return NULL;
    }
    call = parse_call(&p, 1);
    if (!call)
        return NULL;
    call->text = intrinsic_parse_keep(&p, json_string(text, p.pos));
    intrinsic_parse_skip_blanks(&p);
    if (!at_end(&p)) {
        diag_set(why, NULL, p.pos, "Nothing may follow the call");
        return NULL;
    }
    return call;
}
