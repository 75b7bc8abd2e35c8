/*
 * Reading filters is cutting text: first at every `&&` and `||`, then each piece at its
 * operator, quotes or not. `&&` binds before `||`, parentheses do not group, and the piece written
 * last is judged first, which shows when judging one of them fails.
 */

#include "parsers/jsonpath/jsonpath_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/text.h"

#include <string.h>

/* ---- reading ---- */

static bool is_cut(const char *text)
{
    return memcmp(text, "&&", 2) == 0 || memcmp(text, "||", 2) == 0;
}

/* Whether a piece ends at `i`: before and behind each `&&` and `||`. */
static bool ends_piece(struct stretch s, size_t i)
{
    return i == s.len || (i + 2 <= s.len && is_cut(s.text + i)) ||
           (i >= 2 && is_cut(s.text + i - 2));
}

static struct stretch strip(struct stretch s, const char *before, const char *behind)
{
    size_t from = 0;
    size_t to = s.len;

    while (from < to && s.text[from] && strchr(before, s.text[from]))
        from++;
    while (to > from && s.text[to - 1] && strchr(behind, s.text[to - 1]))
        to--;
    return jsonpath_part(s, from, to);
}

static bool jsonpath_filter_begins(struct stretch s, const char *with)
{
    return text_n_begins_with(s.text, s.len, with);
}

/* A regular expression is /.../ or /.../i; the flag is the whole text's last letter. */
static bool is_pattern(struct stretch s)
{
    return s.len > 0 && s.text[0] == '/' &&
           (s.text[s.len - 1] == '/' ||
            (s.len >= 2 && s.text[s.len - 2] == '/' && s.text[s.len - 1] == 'i'));
}

static bool jsonpath_filter_read_pattern(struct reader *r, struct stretch s, struct operand *out)
{
    bool caseless = s.text[s.len - 1] == 'i';
    size_t to = s.len - 1 - caseless;
    struct stretch body;
    struct held *h;

    if (to == 0)
        return jsonpath_refuse(r, s.at, "The regular expression is not closed");
    body = jsonpath_part(s, 1, to);
    h = jsonpath_hold(r);
    h->regex = java_regex_new(body.text, body.len, caseless, r->why);
    if (!h->regex) {
        if (r->why) {
            r->why->code = JSONPATH_INVALID;
            r->why->at += body.at;
        }
        return false;
    }
    out->kind = OPERAND_PATTERN;
    out->regex = h->regex;
    out->text = jsonpath_keep_string(r, body.text, body.len);
    return true;
}

static bool read_operand(struct reader *r, struct stretch s, struct operand *out)
{
    if (jsonpath_filter_begins(s, "$") || jsonpath_filter_begins(s, "@")) {
        out->kind = jsonpath_filter_begins(s, "$") ? OPERAND_ROOT : OPERAND_ITEM;
        return jsonpath_read_route(r, s, true, &out->route);
    }
    if (is_pattern(s))
        return jsonpath_filter_read_pattern(r, s, out);
    if (s.len > 0 && s.text[0] == '\'' && s.text[s.len - 1] == '\'') {
        if (s.len == 1)
            return jsonpath_refuse(r, s.at, "The quote is not closed");
        s = jsonpath_part(s, 1, s.len - 1);
    }
    out->kind = OPERAND_TEXT;
    out->text = jsonpath_keep_string(r, s.text, s.len);
    return true;
}

/* In the order they are looked for: `a<b==c` is cut at `==`. */
static const struct {
    const char *sign;
    enum condition_op op;
} operators[] = {
    {"==", OP_EQ}, {">=", OP_GE}, {"<=", OP_LE},      {"!=", OP_NE},
    {"<", OP_LT},  {">", OP_GT},  {"=~", OP_MATCHES},
};

/* Where `sign` stands in `s`, or SIZE_MAX. */
static size_t jsonpath_filter_find(struct stretch s, const char *sign)
{
    size_t len = strlen(sign);

    for (size_t i = 0; i + len <= s.len; i++)
        if (memcmp(s.text + i, sign, len) == 0)
            return i;
    return SIZE_MAX;
}

/* Without an operator, a path asks whether something is there. */
static bool read_test(struct reader *r, struct stretch s, bool negated, struct condition *out)
{
    s = jsonpath_trim(s);
    if (!jsonpath_filter_begins(s, "$") && !jsonpath_filter_begins(s, "@"))
        return jsonpath_refuse(r, s.at, "Neither a comparison nor a path: %.*s", (int)s.len,
                               s.text);
    out->op = negated ? OP_ABSENT : OP_EXISTS;
    return read_operand(r, s, &out->left);
}

static bool read_comparison(struct reader *r, struct stretch left, struct stretch right,
                            struct condition *out)
{
    left = jsonpath_trim(left);
    right = jsonpath_trim(right);
    if (jsonpath_filter_begins(left, "!@")) /* negates tests only, and is let pass here */
        left = jsonpath_part(left, 1, left.len);
    if (jsonpath_filter_begins(right, "!@"))
        return jsonpath_refuse(
            r, right.at, "Invalid negation! Can only be used for existence check e.g [?(!@.foo)]");
    out->twins = jsonpath_filter_begins(left, "$") && left.len == right.len &&
                 memcmp(left.text, right.text, left.len) == 0;
    return read_operand(r, left, &out->left) && read_operand(r, right, &out->right);
}

static bool read_condition(struct reader *r, struct stretch s, struct condition *out)
{
    s = strip(jsonpath_trim(s), "[?( ", ") ");
    if (s.len == 0)
        return jsonpath_refuse(r, s.at, "A condition is missing");
    for (size_t i = 0; i < COUNT(operators); i++) {
        size_t at = jsonpath_filter_find(s, operators[i].sign);
        if (at == SIZE_MAX)
            continue;
        out->op = operators[i].op;
        return read_comparison(r, jsonpath_part(s, 0, at),
                               jsonpath_part(s, at + strlen(operators[i].sign), s.len), out);
    }
    if (jsonpath_filter_begins(s, "!@"))
        return read_test(r, jsonpath_part(s, 1, s.len), true, out);
    return read_test(r, s, false, out);
}

/* Conditions and operators must take turns. They come out in the order of their judging. */
static bool read_conditions(struct reader *r, struct stretch s, struct filter *out)
{
    struct condition *all;
    size_t pieces = 0;
    size_t count = 0;
    size_t from = 0;

    for (size_t i = 1; i <= s.len; i++)
        pieces += ends_piece(s, i);
    all = arena_calloc(&r->path->arena, pieces / 2 + 1, sizeof *all);
    out->count = pieces / 2 + 1;
    out->conditions = all;
    for (size_t i = 1; i <= s.len; i++) {
        struct stretch piece;
        if (!ends_piece(s, i))
            continue;
        piece = jsonpath_trim(jsonpath_part(s, from, i));
        from = i;
        if (count % 2 == 0 && !read_condition(r, piece, &all[pieces / 2 - count / 2]))
            return false;
        if (count % 2 == 1) {
            if (piece.len != 2 || !is_cut(piece.text))
                return jsonpath_refuse(r, piece.at, "Invalid operators %.*s", (int)s.len, s.text);
            all[pieces / 2 - count / 2 - 1].ends_group = piece.text[0] == '|';
        }
        count++;
    }
    return pieces % 2 == 1 ||
           jsonpath_refuse(r, s.at, "Invalid operators %.*s", (int)s.len, s.text);
}

/* The bracket closes where no parenthesis is open and no quote. */
static bool find_end(struct stretch s, size_t *end)
{
    int64_t brackets = 0;
    int64_t parens = 0;
    bool quoted = false;

    for (size_t i = 0; i < s.len; i++) {
        char c = s.text[i];
        if (c == '\'' && (i == 0 || s.text[i - 1] != '\\'))
            quoted = !quoted;
        if (quoted)
            continue;
        parens += (c == '(') - (c == ')');
        brackets += (c == '[') - (c == ']');
        if (c == ']' && parens == 0) {
            *end = i + 1;
            return brackets == 0;
        }
    }
    return false;
}

/* Takes `open` and `close` off the ends of `s`. */
static bool unwrap(struct reader *r, struct stretch *s, const char *open, const char *close,
                   const char *form)
{
    struct stretch t = jsonpath_trim(*s);
    size_t n = strlen(close);

    if (t.len < strlen(open) + n || !jsonpath_filter_begins(t, open) ||
        memcmp(t.text + t.len - n, close, n) != 0)
        return jsonpath_refuse(r, t.at, "Filter must have the form %s: %.*s", form, (int)t.len,
                               t.text);
    *s = jsonpath_part(t, strlen(open), t.len - n);
    return true;
}

bool jsonpath_read_filter(struct reader *r, struct stretch s, struct filter *out)
{
    size_t end;

    if (!find_end(s, &end))
        return jsonpath_refuse(r, s.at, "Filter brackets are not balanced");
    s = jsonpath_part(s, 0, end);
    if (!unwrap(r, &s, "[", "]", "[...]") || !unwrap(r, &s, "?", "", "[?...]") ||
        !unwrap(r, &s, "(", ")", "[?(...)]"))
        return false;
    s = jsonpath_trim(s);
    if (s.len == 0)
        return jsonpath_refuse(r, s.at, "The filter is empty");
    return read_conditions(r, s, out);
}
