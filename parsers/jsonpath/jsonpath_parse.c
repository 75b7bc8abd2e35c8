/*
 * From text to steps. The grammar is what an old Jayway does with a text, not what a JSONPath ought
 * to look like: fragments are cut out first and looked into afterwards, so that quotes do not hide
 * brackets, `$[abc1]` is an index and `[1:2:3]` is `[1:2]`. Whoever finds this odd is right, and so
 * is whoever's workflow depends on it.
 */

#include "parsers/jsonpath/jsonpath.h"

#include "parsers/base/ascii.h"
#include "parsers/base/mem.h"
#include "parsers/jsonpath/jsonpath_impl.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

const char JSONPATH_NOT_FOUND[] = "not-found";
const char JSONPATH_INVALID[] = "invalid-path";
const char JSONPATH_TOO_MUCH[] = "too-much-work";

/* ---- what all readers share ---- */

bool jsonpath_refuse(struct reader *r, size_t at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    diag_vset(r->why, JSONPATH_INVALID, at, format, args);
    va_end(args);
    return false;
}

struct held *jsonpath_hold(struct reader *r)
{
    struct held *h = arena_alloc(&r->path->arena, sizeof *h);

    h->next = r->path->held;
    r->path->held = h;
    return h;
}

json *jsonpath_keep_string(struct reader *r, const char *text, size_t len)
{
    json *v = json_string(text, len);

    jsonpath_hold(r)->value = v;
    return v;
}

struct stretch jsonpath_part(struct stretch s, size_t from, size_t to)
{
    assert(from <= to && to <= s.len);
    return (struct stretch){s.text + from, to - from, s.at + from};
}

/* As Java trims: everything up to the blank goes. */
struct stretch jsonpath_trim(struct stretch s)
{
    size_t from = 0;
    size_t to = s.len;

    while (from < to && (unsigned char)s.text[from] <= ' ')
        from++;
    while (to > from && (unsigned char)s.text[to - 1] <= ' ')
        to--;
    return jsonpath_part(s, from, to);
}

/* ---- steps ---- */

/* Most paths have few steps, and need no memory until it is known how many. */
enum { FEW_STEPS = 8 };

struct steps {
    struct step few[FEW_STEPS], *more; /* `more` has all of them when they are too many */
    size_t count, cap;
};

static bool add_step(struct reader *r, struct steps *list, size_t at, struct step s)
{
    if (list->count == JSONPATH_MAX_STEPS)
        return jsonpath_refuse(r, at, "The path has more than %d steps", JSONPATH_MAX_STEPS);
    if (list->count < FEW_STEPS) {
        list->few[list->count++] = s;
        return true;
    }
    MEM_GROW(list->more, list->count, list->cap);
    if (list->count == FEW_STEPS)
        memcpy(list->more, list->few, sizeof list->few);
    list->more[list->count++] = s;
    return true;
}

static const struct step *all_steps(const struct steps *list)
{
    return list->more ? list->more : list->few;
}

static struct step kind_step(enum step_kind kind)
{
    return (struct step){.kind = kind};
}

/* ['a'] is STEP_NAME as .a is: no names at all, or several, are what STEP_NAMES is for. */
static struct step names_step(struct reader *r, json **names, size_t count)
{
    struct step s = {.kind = count == 1 ? STEP_NAME : STEP_NAMES, .count = count};

    if (count == 1) {
        s.name = names[0];
        return s;
    }
    s.names = arena_calloc(&r->path->arena, count, sizeof(json *));
    for (size_t i = 0; i < count; i++)
        s.names[i] = names[i];
    return s;
}

/* ---- names ---- */

/*
 * Reads quoted names up to the first `]`, quoted or not; what stands between the quotes of two
 * names does not matter, and a name that `]` cuts short is dropped. `i` is at a quote.
 */
static bool read_quoted(struct reader *r, struct stretch s, size_t i, struct step *out)
{
    json **names = NULL;
    size_t count = 0;
    size_t cap = 0;
    size_t open = SIZE_MAX;

    for (; i < s.len && s.text[i] != ']'; i++) {
        if (s.text[i] != '\'')
            continue;
        if (open == SIZE_MAX) {
            open = i + 1;
            continue;
        }
        MEM_GROW(names, count, cap);
        names[count++] = jsonpath_keep_string(r, s.text + open, i - open);
        open = SIZE_MAX;
    }
    if (i < s.len)
        *out = names_step(r, names, count);
    mem_free(names);
    return i < s.len ||
           jsonpath_refuse(r, s.at, "The bracket is not closed: %.*s", (int)s.len, s.text);
}

/* A name without brackets. Quotes and `]` in it mean what they would mean in ['...']. */
static bool read_bare(struct reader *r, struct stretch s, struct step *out)
{
    struct buf wrapped = {0};
    bool ok;

    if (!memchr(s.text, '\'', s.len) && !memchr(s.text, ']', s.len)) {
        json *name = jsonpath_keep_string(r, s.text, s.len);
        *out = names_step(r, &name, 1);
        return true;
    }
    buf_adds(&wrapped, "['");
    buf_add(&wrapped, s.text, s.len);
    buf_adds(&wrapped, "']");
    ok = read_quoted(r, (struct stretch){wrapped.data, wrapped.len, s.at}, 1, out);
    buf_clear(&wrapped);
    return ok;
}

/* ---- indexes and slices ---- */

/* Where in a fragment we are. Characters behind the end are NUL. */
struct cursor {
    struct reader *r;
    struct stretch s;
    size_t i;
    struct buf digits; /* of the number that is being read */
    int32_t *numbers;
    size_t count, cap;
};

static char jsonpath_parse_here(const struct cursor *c)
{
    return c->i < c->s.len ? c->s.text[c->i] : '\0';
}

static bool jsonpath_parse_is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c);
}

/* Ends the number: a 32-bit integer, as Java reads one. */
static bool take_number(struct cursor *c)
{
    const char *text = buf_str(&c->digits);
    bool minus = *text == '-';
    const char *p = text + minus;
    int64_t n = 0;

    do {
        if (!ascii_is_digit(*p))
            return jsonpath_refuse(c->r, c->s.at, "Not a number in %.*s: \"%s\"", (int)c->s.len,
                                   c->s.text, text);
        n = n * 10 + (*p - '0');
        if (n > (int64_t)INT32_MAX + minus)
            return jsonpath_refuse(c->r, c->s.at, "The number is too large: %s", text);
    } while (*++p);
    MEM_GROW(c->numbers, c->count, c->cap);
    c->numbers[c->count++] = (int32_t)(minus ? -n : n);
    buf_reset(&c->digits);
    return true;
}

/* Gathers digits, signs and blanks, of which the last do not count. */
static void gather_number(struct cursor *c)
{
    for (; ascii_is_digit(jsonpath_parse_here(c)) || jsonpath_parse_here(c) == ' ' ||
           jsonpath_parse_here(c) == '-';
         c->i++)
        if (jsonpath_parse_here(c) != ' ')
            buf_addc(&c->digits, jsonpath_parse_here(c));
}

/*
 * The message quotes the whole fragment: fragments are cut before they are read, so the bracket
 * that is missing is always its own.
 */
static bool unclosed(struct cursor *c)
{
    return jsonpath_refuse(c->r, c->s.at, "The bracket is not closed: %.*s", (int)c->s.len,
                           c->s.text);
}

/* From the `@` of "(@.length-1)" or "(@.size()-1)"; the parenthesis must close. */
static bool read_from_end(struct cursor *c, struct step *out)
{
    struct stretch function;

    for (c->i += 2; jsonpath_parse_here(c) != '-'; c->i++) {
        if (c->i >= c->s.len)
            return unclosed(c);
        if (!jsonpath_parse_is_one_of(jsonpath_parse_here(c), " ()"))
            buf_addc(&c->digits, jsonpath_parse_here(c));
    }
    function = (struct stretch){buf_str(&c->digits), c->digits.len, c->s.at};
    if (strcmp(function.text, "size") != 0 && strcmp(function.text, "length") != 0)
        return jsonpath_refuse(c->r, c->s.at,
                               "Invalid function: @.%s. Supported functions are: "
                               "[(@.length - n)] and [(@.size() - n)]",
                               function.text);
    buf_reset(&c->digits);
    for (; jsonpath_parse_here(c) != ')'; c->i++) {
        if (c->i >= c->s.len)
            return unclosed(c);
        if (jsonpath_parse_here(c) != ' ')
            buf_addc(&c->digits, jsonpath_parse_here(c));
    }
    if (!take_number(c))
        return false;
    *out = (struct step){.kind = STEP_FROM_END, .from = c->numbers[0]};
    return true;
}

/* Which signs a fragment with numbers has shown. */
struct signs {
    bool comma, head, tail, slice;
};

/* From a colon: what stands before it is in `digits`. */
static bool read_colon(struct cursor *c, struct signs *seen)
{
    if (c->digits.len == 0) {
        seen->head = true;
        c->i++;
        gather_number(c);
        return take_number(c);
    }
    if (!take_number(c))
        return false;
    c->i++;
    gather_number(c);
    if (c->digits.len == 0) {
        seen->tail = true;
        return true;
    }
    seen->slice = true;
    return take_number(c);
}

/*
 * Jayway reads commas and colons in one pass and decides afterwards by the signs it has seen
 * (numbers_step), so "1,2:3" is a list and not refused.
 */
static bool read_number_list(struct cursor *c, struct signs *seen)
{
    while (ascii_is_digit(jsonpath_parse_here(c)) ||
           jsonpath_parse_is_one_of(jsonpath_parse_here(c), ", :-")) {
        if (jsonpath_parse_here(c) == ':') {
            if (!read_colon(c, seen))
                return false;
        } else if (jsonpath_parse_here(c) == ',') {
            seen->comma = true;
            if (!take_number(c))
                return false;
        } else if (jsonpath_parse_here(c) != ' ') {
            buf_addc(&c->digits, jsonpath_parse_here(c));
        }
        if (jsonpath_parse_here(c) == ']')
            break;
        c->i++;
    }
    if (c->i >= c->s.len)
        return unclosed(c);
    return c->digits.len == 0 || take_number(c);
}

/*
 * The order of the questions is Jayway's: a list is one whatever colons it has, an open end is
 * asked for before an open beginning.
 */
static struct step numbers_step(struct cursor *c, struct signs seen)
{
    if (c->count == 1 && !seen.head && !seen.tail)
        return (struct step){.kind = STEP_INDEX, .from = c->numbers[0]};
    if (seen.comma) {
        struct step s = {.kind = STEP_INDEXES, .count = c->count};
        s.numbers = arena_calloc(&c->r->path->arena, c->count, sizeof(int32_t));
        memcpy(s.numbers, c->numbers, c->count * sizeof(int32_t));
        return s;
    }
    if (seen.tail)
        return (struct step){.kind = STEP_TAIL, .from = c->numbers[0]};
    if (seen.head)
        return (struct step){.kind = STEP_HEAD, .to = c->numbers[0]};
    assert(seen.slice);
    return (struct step){.kind = STEP_SLICE, .from = c->numbers[0], .to = c->numbers[1]};
}

/* Digits alone up to the bracket's end, so few that they fit, are what most indexes are. */
static bool read_index(struct stretch s, size_t i, struct step *out)
{
    enum { MOST_DIGITS = 9 };
    int32_t n = 0;
    size_t from = i;

    for (; i < s.len && i - from < MOST_DIGITS && ascii_is_digit(s.text[i]); i++)
        n = n * 10 + (s.text[i] - '0');
    if (i == from || i + 1 != s.len || s.text[i] != ']')
        return false;
    *out = (struct step){.kind = STEP_INDEX, .from = n};
    return true;
}

/* [1] [1,2] [1:] [:2] [1:2] [(@.length-1)], from the first character that says so. */
static bool read_numbers(struct reader *r, struct stretch s, size_t i, struct step *out)
{
    struct cursor c = {.r = r, .s = s, .i = i};
    struct signs seen = {0};
    bool ok;

    if (read_index(s, i, out))
        return true;
    if (jsonpath_parse_here(&c) == '@') {
        ok = read_from_end(&c, out);
    } else {
        ok = read_number_list(&c, &seen);
        if (ok)
            *out = numbers_step(&c, seen);
    }
    buf_clear(&c.digits);
    mem_free(c.numbers);
    return ok;
}

/* ---- brackets ---- */

/* The length of a bracket that begins the text, or of all of it if it is not closed. */
static size_t bracket_len(struct stretch s)
{
    size_t depth = 0;

    for (size_t i = 1; i < s.len; i++) {
        if (s.text[i] == '[')
            depth++;
        if (s.text[i] == ']' && depth-- == 0)
            return i + 1;
    }
    return s.len;
}

/* How many marks a placeholder such as "[?]" or "[ ?, ? ]" has; 0 when it is something else. */
static size_t count_marks(struct stretch s)
{
    size_t marks = 0;

    if (s.len < 3 || s.text[s.len - 1] != ']')
        return 0;
    for (size_t i = 1; i + 1 < s.len; i++) {
        char c = s.text[i];
        if (c == '?')
            marks++;
        else if (!ascii_is_java_blank(c) && (marks == 0 || (c != ',' && c != '*')))
            return 0;
    }
    return marks;
}

static bool read_filter_step(struct reader *r, struct stretch s, size_t marks, bool inner,
                             struct step *out)
{
    struct filter *f = arena_alloc(&r->path->arena, sizeof *f);

    if (inner)
        return jsonpath_refuse(r, s.at, "A path inside a filter cannot have a filter: %.*s",
                               (int)s.len, s.text);
    f->marks = marks ? marks : 1;
    *out = (struct step){.kind = STEP_FILTER, .filter = f};
    return marks || jsonpath_read_filter(r, s, f);
}

/* The first telling character decides what a bracket is; others before it do not matter. */
static bool read_bracket(struct reader *r, struct stretch s, bool inner, struct step *out)
{
    size_t marks = count_marks(s);

    if (s.len == 3 && memcmp(s.text, "[*]", 3) == 0) {
        *out = kind_step(STEP_ALL);
        return true;
    }
    if (marks)
        return read_filter_step(r, s, marks, inner, out);
    for (size_t i = 0; i < s.len; i++) {
        char c = s.text[i];
        if (c == '?') {
            while (s.text[i] != '[')
                i--;
            return read_filter_step(r, jsonpath_part(s, i, s.len), 0, inner, out);
        }
        if (c == '\'')
            return read_quoted(r, s, i, out);
        if (ascii_is_digit(c) || c == ':' || c == '-' || c == '@')
            return read_numbers(r, s, i, out);
    }
    return jsonpath_refuse(r, s.at, "Could not analyze path component: %.*s", (int)s.len, s.text);
}

/* ---- paths ---- */

/* A bare name ends at a point, an opening bracket or a blank. */
static size_t bare_len(struct stretch s)
{
    size_t len = 0;

    while (len < s.len && s.text[len] != '.' && s.text[len] != '[' && s.text[len] != ' ')
        len++;
    return len;
}

/* What follows a point, or stands right behind a `]` or `..`. Sets how long it is. */
static bool read_word(struct reader *r, struct stretch s, struct step *out, size_t *len)
{
    *len = bare_len(s);
    if (*len == 1 && s.text[0] == '*') {
        *out = kind_step(STEP_ALL);
        return true;
    }
    return read_bare(r, jsonpath_part(s, 0, *len), out);
}

/* Behind a point: another one makes `..`, a bracket stands for itself, else there is a name. */
static bool read_behind_point(struct reader *r, struct stretch s, struct steps *list, size_t *len)
{
    struct step step;

    *len = 1;
    if (s.len == 0)
        return jsonpath_refuse(r, s.at, "A path can not end with a point");
    if (s.text[0] == '.')
        return add_step(r, list, s.at, kind_step(STEP_SCAN));
    *len = bare_len(s);
    if (*len == 0)
        return true;
    return read_word(r, s, &step, len) && add_step(r, list, s.at, step);
}

static bool read_fragment(struct reader *r, struct stretch s, bool inner, struct steps *list,
                          size_t *len)
{
    struct step step;

    *len = 1;
    switch (s.text[0]) {
    case ' ': return jsonpath_refuse(r, s.at, "Space not allowed in path");
    case '$': return add_step(r, list, s.at, kind_step(STEP_ROOT));
    case '*': return add_step(r, list, s.at, kind_step(STEP_ALL));
    case '[':
        *len = bracket_len(s);
        return read_bracket(r, jsonpath_part(s, 0, *len), inner, &step) &&
               add_step(r, list, s.at, step);
    case '.': {
        bool ok = read_behind_point(r, jsonpath_part(s, 1, s.len), list, len);
        *len += 1;
        return ok;
    }
    default: return read_word(r, s, &step, len) && add_step(r, list, s.at, step);
    }
}

/*
 * Kinds that name one value at most; several names in one bracket count as one value, an object of
 * them.
 */
static bool is_definite_kind(enum step_kind kind)
{
    return kind == STEP_ROOT || kind == STEP_NAME || kind == STEP_NAMES || kind == STEP_INDEX ||
           kind == STEP_FROM_END;
}

/*
 * From the end, so that each step knows of all steps behind it whether they are definite:
 * evaluation then takes the way of definite paths from there on.
 */
static void jsonpath_parse_settle(struct reader *r, const struct steps *list, struct route *out)
{
    bool definite = true;

    out->count = list->count;
    out->steps = arena_calloc(&r->path->arena, list->count, sizeof *out->steps);
    memcpy(out->steps, all_steps(list), list->count * sizeof *out->steps);
    for (size_t i = out->count; i-- > 0;) {
        definite = definite && is_definite_kind(out->steps[i].kind);
        out->steps[i].rest_definite = definite;
    }
}

/* `..` says where to look and the step behind it what for, so it cannot be the last. */
static bool ends_with_scan(struct reader *r, struct stretch s)
{
    return jsonpath_refuse(r, s.at + s.len - 1, "A path can not end with a scan.");
}

/* The text begins with `$` or `@`, or else is read as if "$." stood before it. */
static bool read_steps(struct reader *r, struct stretch s, bool inner, struct steps *list)
{
    size_t len = 1;

    add_step(r, list, s.at, kind_step(STEP_ROOT));
    if (s.text[0] != '$' && s.text[0] != '@') {
        if (!read_behind_point(r, s, list, &len))
            return false;
    } else if (s.len > 1 && s.text[1] != '.' && s.text[1] != '[') {
        return jsonpath_refuse(r, s.at + 1, "Invalid path %.*s", (int)s.len, s.text);
    }
    for (size_t i = len; i < s.len; i += len)
        if (!read_fragment(r, jsonpath_part(s, i, s.len), inner, list, &len))
            return false;
    return all_steps(list)[list->count - 1].kind != STEP_SCAN || ends_with_scan(r, s);
}

/*
 * Text is trimmed before it is read, but messages on a path inside a filter quote it untrimmed, as
 * Jayway does.
 */
bool jsonpath_read_route(struct reader *r, struct stretch s, bool inner, struct route *out)
{
    struct stretch whole = s;
    struct steps list;
    bool ok;

    list.more = NULL;
    list.count = 0;
    list.cap = FEW_STEPS;
    s = jsonpath_trim(s);
    if (s.len == 0)
        return jsonpath_refuse(r, s.at, "Path may not be null empty");
    if (s.len >= 2 && memcmp(s.text + s.len - 2, "..", 2) == 0)
        return ends_with_scan(r, s);
    ok = read_steps(r, s, inner, &list);
    if (ok)
        jsonpath_parse_settle(r, &list, out);
    mem_free(list.more);
    if (ok && inner && !out->steps[0].rest_definite)
        return jsonpath_refuse(r, whole.at, "the predicate path: %.*s is not definite",
                               (int)whole.len, whole.text);
    return ok;
}

/* ---- the compiled path ---- */

/*
 * The States Language's Reference Paths: names and indexes alone, so that the place can be written
 * to.
 */
static bool is_reference(const struct route *route)
{
    for (size_t i = 1; i < route->count; i++)
        if (route->steps[i].kind != STEP_NAME && route->steps[i].kind != STEP_INDEX)
            return false;
    return true;
}

jsonpath *jsonpath_compile(const char *text, size_t len, struct diag *why)
{
    struct arena a = {0};
    jsonpath *p;
    struct reader r = {.why = why};

    if (len > JSONPATH_MAX_TEXT) {
        jsonpath_refuse(&r, JSONPATH_MAX_TEXT, "The path is longer than %d bytes",
                        JSONPATH_MAX_TEXT);
        return NULL;
    }
    /* It is the first thing in its own arena. */
    p = arena_alloc(&a, sizeof *p);
    p->arena = a;
    r.path = p;
    if (!jsonpath_read_route(&r, (struct stretch){text, len, 0}, false, &p->route)) {
        jsonpath_free(p);
        return NULL;
    }
    p->is_reference = is_reference(&p->route);
    return p;
}

void jsonpath_free(jsonpath *p)
{
    if (!p)
        return;
    for (struct held *h = p->held; h; h = h->next) {
        json_unref(h->value);
        java_regex_free(h->regex);
    }
    struct arena a = p->arena;
    arena_clear(&a);
}

bool jsonpath_is_definite(const jsonpath *p)
{
    return p->route.steps[0].rest_definite;
}

bool jsonpath_is_root(const jsonpath *p)
{
    return p->route.count == 1;
}

bool jsonpath_is_reference(const jsonpath *p)
{
    return p->is_reference;
}
