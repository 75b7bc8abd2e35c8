/*
 * Tokens. Where a value may stand a slash begins a regular expression, elsewhere it divides: the
 * parser says which. Names may hold anything but blanks and the signs that operators begin with.
 */

#include "parsers/jsonata/jsonata_lex.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "parsers/base/utf8.h"
#include "parsers/jsonata/jsonata_error.h"
#include "parsers/jsonata/jsonata_names.h"

#include <string.h>

static const struct {
    const char text[4];
    uint8_t power;
} ops[] = {
    [OP_DOT] = {".", 75},
    [OP_OPEN_BRACKET] = {"[", 80},
    [OP_CLOSE_BRACKET] = {"]", 0},
    [OP_OPEN_BRACE] = {"{", 70},
    [OP_CLOSE_BRACE] = {"}", 0},
    [OP_OPEN_PAREN] = {"(", 80},
    [OP_CLOSE_PAREN] = {")", 0},
    [OP_COMMA] = {",", 0},
    [OP_AT] = {"@", 80},
    [OP_HASH] = {"#", 80},
    [OP_SEMICOLON] = {";", 0},
    [OP_COLON] = {":", 0},
    [OP_QUESTION] = {"?", 20},
    [OP_PLUS] = {"+", 50},
    [OP_MINUS] = {"-", 50},
    [OP_TIMES] = {"*", 60},
    [OP_DIVIDE] = {"/", 60},
    [OP_PERCENT] = {"%", 60},
    [OP_BAR] = {"|", 0},
    [OP_EQUAL] = {"=", 40},
    [OP_LESS] = {"<", 40},
    [OP_GREATER] = {">", 40},
    [OP_CARET] = {"^", 40},
    [OP_DESCEND] = {"**", 0},
    [OP_RANGE] = {"..", 0},
    [OP_BIND] = {":=", 10},
    [OP_NOT_EQUAL] = {"!=", 40},
    [OP_LESS_EQUAL] = {"<=", 40},
    [OP_GREATER_EQUAL] = {">=", 40},
    [OP_APPLY] = {"~>", 40},
    /* Words, which are names where no operator may stand. */
    [OP_AND] = {"and", 30},
    [OP_OR] = {"or", 25},
    [OP_IN] = {"in", 40},
    [OP_CONCAT] = {"&", 50},
    [OP_NOT] = {"!", 0},
    [OP_TILDE] = {"~", 0},
    [OP_DEFAULT] = {"?:", 40},
    [OP_COALESCE] = {"?\?", 40},
};

const char *op_text(enum op op)
{
    return op == OP_NONE ? "(end)" : ops[op].text;
}

int op_power(enum op op)
{
    return ops[op].power;
}

static bool is_jsonata_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v';
}

/* The operators of one sign by it; of what only begins or ends others, OP_NONE. */
static const uint8_t signs[128] = {
    ['.'] = OP_DOT,         ['['] = OP_OPEN_BRACKET, [']'] = OP_CLOSE_BRACKET,
    ['{'] = OP_OPEN_BRACE,  ['}'] = OP_CLOSE_BRACE,  ['('] = OP_OPEN_PAREN,
    [')'] = OP_CLOSE_PAREN, [','] = OP_COMMA,        ['@'] = OP_AT,
    ['#'] = OP_HASH,        [';'] = OP_SEMICOLON,    [':'] = OP_COLON,
    ['?'] = OP_QUESTION,    ['+'] = OP_PLUS,         ['-'] = OP_MINUS,
    ['*'] = OP_TIMES,       ['/'] = OP_DIVIDE,       ['%'] = OP_PERCENT,
    ['|'] = OP_BAR,         ['='] = OP_EQUAL,        ['<'] = OP_LESS,
    ['>'] = OP_GREATER,     ['^'] = OP_CARET,        ['&'] = OP_CONCAT,
    ['!'] = OP_NOT,         ['~'] = OP_TILDE,
};

static enum op op_of_sign(char c)
{
    return (unsigned char)c < sizeof signs ? (enum op)signs[(unsigned char)c] : OP_NONE;
}

static bool ends_name(char c)
{
    return is_jsonata_blank(c) || op_of_sign(c) != OP_NONE;
}

/* The byte at `at`, NUL behind the end. */
static char lex_peek(const struct lexer *l, size_t at)
{
    return at < l->len ? l->text[at] : '\0';
}

static bool lex_error(struct lexer *l, const char *code, size_t at)
{
    failure_clear(l->why);
    l->why->code = code;
    l->why->at = at;
    l->why->placed = true;
    return false;
}

static void token_is(struct lexer *l, json *token)
{
    l->why->token = token;
}

/* Blanks and comments. Comments don't nest. */
static bool lex_skip_blanks(struct lexer *l)
{
    for (;;) {
        while (l->at < l->len && is_jsonata_blank(l->text[l->at]))
            l->at++;
        if (lex_peek(l, l->at) != '/' || lex_peek(l, l->at + 1) != '*')
            return true;
        const size_t start = l->at;
        l->at += 2;
        while (!(lex_peek(l, l->at) == '*' && lex_peek(l, l->at + 1) == '/'))
            if (++l->at >= l->len)
                return lex_error(l, "S0106", start);
        l->at += 2;
    }
}

static void drop_regex(void *p)
{
    js_regex_free(p);
}

/*
 * The flags behind the closing slash are read here: i and m, in any order and as often as one
 * likes.
 */
static bool compile_regex(struct lexer *l, size_t start, size_t end, struct token *out)
{
    struct diag why = {0};
    bool ignore_case = false, multiline = false;
    char c;

    for (; (c = lex_peek(l, l->at)) == 'i' || c == 'm'; l->at++) {
        ignore_case = ignore_case || c == 'i';
        multiline = multiline || c == 'm';
    }
    out->regex = js_regex_compile(l->text + start, end - start, ignore_case, multiline, &why);
    if (out->regex) {
        arena_defer(&l->x->arena, drop_regex, out->regex);
        out->kind = TOKEN_REGEX;
        out->text = jsonata_keep(l->x, l->text + start, end - start);
    } else {
        lex_error(l, "S0303", start + why.at);
        buf_adds(&l->why->message, why.text);
        diag_clear(&why);
    }
    return out->regex != NULL;
}

/* The slash is read. Slashes within brackets or behind a backslash are part of the pattern. */
static bool lex_regex(struct lexer *l, struct token *out)
{
    const size_t start = l->at;
    int depth = 0;
    size_t slashes;

    for (; l->at < l->len; l->at++) {
        const char c = l->text[l->at];
        const bool escaped = l->text[l->at - 1] == '\\';
        if (c == '/' && depth == 0) {
            for (slashes = 0; l->text[l->at - 1 - slashes] == '\\';)
                slashes++;
            if (slashes % 2 == 0) {
                const size_t end = l->at++;
                return end > start ? compile_regex(l, start, end, out) : lex_error(l, "S0301", end);
            }
        }
        if ((c == '(' || c == '[' || c == '{') && !escaped)
            depth++;
        if ((c == ')' || c == ']' || c == '}') && !escaped)
            depth--;
    }
    return lex_error(l, "S0302", l->at);
}

/* Behind `\u`. Fewer than four digits are only found out of at the end of the text. */
static bool lex_code_unit(struct lexer *l, struct buf *text)
{
    uint32_t unit = 0;
    size_t i, n;
    char bytes[4];

    for (i = 1; i <= 4 && l->at + i < l->len; i++) {
        const int h = ascii_hex_value(l->text[l->at + i]);
        if (h < 0)
            return lex_error(l, "S0104", l->at);
        unit = unit * 16 + (uint32_t)h;
    }
    if (i == 1)
        return lex_error(l, "S0104", l->at);
    n = utf8_encode(unit, bytes);
    text_add(text, bytes, n);
    l->at += 4;
    return true;
}

/* Behind a backslash. Other than in JavaScript, an unknown letter is an error (S0103). */
static bool lex_escape(struct lexer *l, struct buf *text)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    const char c = lex_peek(l, l->at);
    const char *found = c ? strchr(from, c) : NULL;
    uint32_t cp;

    if (found) {
        buf_addc(text, to[found - from]);
        return true;
    }
    if (c == 'u')
        return lex_code_unit(l, text);
    const size_t n = l->at < l->len ? utf8_decode(l->text + l->at, l->len - l->at, &cp) : 0;
    lex_error(l, "S0103", l->at);
    token_is(l, json_string(l->text + (n ? l->at : 0), n));
    return false;
}

/*
 * Either quote, up to the next of its kind. A string without escapes is copied once, from the text.
 */
static bool lex_string(struct lexer *l, struct token *out)
{
    const char quote = l->text[l->at++];
    size_t plain = l->at; /* from here on without an escape */
    struct buf text = {0};
    bool ok = true;

    for (; ok && l->at < l->len && l->text[l->at] != quote; l->at++) {
        if (l->text[l->at] == '\\') {
            buf_add(&text, l->text + plain, l->at - plain);
            l->at++;
            ok = lex_escape(l, &text);
            plain = l->at + 1;
        }
    }
    if (ok && l->at >= l->len)
        ok = lex_error(l, "S0101", l->len);
    if (ok) {
        if (text.len)
            buf_add(&text, l->text + plain, l->at - plain);
        out->kind = TOKEN_STRING;
        out->text = text.len ? jsonata_keep(l->x, text.data, text.len)
                             : jsonata_keep(l->x, l->text + plain, l->at - plain);
        l->at++;
    }
    buf_clear(&text);
    return ok;
}

static size_t digits_from(const struct lexer *l, size_t at)
{
    while (ascii_is_digit(lex_peek(l, at)))
        at++;
    return at;
}

/* int frac? exp?, as JSON has it, without a sign */
static size_t number_end(const struct lexer *l)
{
    size_t at = lex_peek(l, l->at) == '0' ? l->at + 1 : digits_from(l, l->at);
    size_t exp;

    if (lex_peek(l, at) == '.' && ascii_is_digit(lex_peek(l, at + 1)))
        at = digits_from(l, at + 1);
    if (lex_peek(l, at) == 'e' || lex_peek(l, at) == 'E') {
        exp = at + 1;
        if (lex_peek(l, exp) == '+' || lex_peek(l, exp) == '-')
            exp++;
        if (ascii_is_digit(lex_peek(l, exp)))
            at = digits_from(l, exp);
    }
    return at;
}

static bool lex_number(struct lexer *l, struct token *out)
{
    const size_t end = number_end(l);
    json *n = json_number(l->text + l->at, end - l->at);

    if (!n) {
        lex_error(l, "S0102", l->at);
        token_is(l, json_string(l->text + l->at, end - l->at));
        return false;
    }
    out->kind = TOKEN_NUMBER;
    out->number = json_double_value(n);
    json_unref(n);
    l->at = end;
    return true;
}

/* `any name`: what is between backquotes is a name as it stands, without escapes. */
static bool lex_quoted_name(struct lexer *l, struct token *out)
{
    const char *start = l->text + l->at + 1;
    const char *end = memchr(start, '`', l->len - l->at - 1);

    if (!end)
        return lex_error(l, "S0105", l->len);
    out->kind = TOKEN_NAME;
    out->text = jsonata_keep(l->x, start, (size_t)(end - start));
    l->at = (size_t)(end - l->text) + 1;
    return true;
}

static bool lex_is_word(const char *text, size_t len, const char *word)
{
    return len == strlen(word) && memcmp(text, word, len) == 0;
}

/*
 * All that nothing else begins is a name, up to a blank or an operator's sign (a minus is one;
 * digits and letters of any script are not). `$` in front makes it a variable, whose name may be
 * empty.
 */
static bool lex_name(struct lexer *l, struct token *out)
{
    static const struct {
        const char *word;
        enum token_kind kind;
        enum op op;
        enum json_kind constant;
    } words[] = {
        {"or", TOKEN_OPERATOR, OP_OR, JSON_NULL},    {"in", TOKEN_OPERATOR, OP_IN, JSON_NULL},
        {"and", TOKEN_OPERATOR, OP_AND, JSON_NULL},  {"true", TOKEN_VALUE, OP_NONE, JSON_TRUE},
        {"false", TOKEN_VALUE, OP_NONE, JSON_FALSE}, {"null", TOKEN_VALUE, OP_NONE, JSON_NULL},
    };
    const char *text = l->text + l->at;
    size_t len = 0;

    while (l->at + len < l->len && !ends_name(text[len]))
        len++;
    l->at += len;
    out->kind = TOKEN_NAME;
    if (text[0] == '$') {
        out->kind = TOKEN_VARIABLE;
        text++;
        len--;
    }
    for (size_t i = 0; out->kind == TOKEN_NAME && i < COUNT(words); i++)
        if (lex_is_word(text, len, words[i].word)) {
            out->kind = words[i].kind;
            out->op = words[i].op;
            out->constant = words[i].constant;
        }
    out->text = jsonata_keep(l->x, text, len);
    return true;
}

/* ?: and ?? came after the version that Step Functions runs. */
static bool is_in_dialect(const struct lexer *l, enum op op)
{
    return l->x->dialect == JSONATA_REFERENCE || (op != OP_DEFAULT && op != OP_COALESCE);
}

/* Of one sign or, sooner, of two; words are names as yet. */
static bool lex_operator(struct lexer *l, struct token *out)
{
    static const enum op pairs[] = {OP_DESCEND,   OP_RANGE,      OP_BIND,
                                    OP_NOT_EQUAL, OP_LESS_EQUAL, OP_GREATER_EQUAL,
                                    OP_APPLY,     OP_DEFAULT,    OP_COALESCE};
    const char first = lex_peek(l, l->at), second = lex_peek(l, l->at + 1);
    enum op found = op_of_sign(first);

    if (found == OP_NONE)
        return false;
    for (size_t i = 0; op_of_sign(second) != OP_NONE && i < COUNT(pairs); i++)
        if (ops[pairs[i]].text[0] == first && ops[pairs[i]].text[1] == second &&
            is_in_dialect(l, pairs[i]))
            found = pairs[i];
    out->kind = TOKEN_OPERATOR;
    out->op = found;
    l->at += ops[found].text[1] ? 2 : 1;
    return true;
}

/* Operators come first: a name can't begin with one, and a string's quote is none. */
static bool lex_token(struct lexer *l, bool value, struct token *out)
{
    const char c = lex_peek(l, l->at);

    if (l->at >= l->len)
        return true;
    if (value && c == '/') {
        l->at++;
        return lex_regex(l, out);
    }
    if (lex_operator(l, out))
        return true;
    if (c == '"' || c == '\'')
        return lex_string(l, out);
    if (ascii_is_digit(c))
        return lex_number(l, out);
    return c == '`' ? lex_quoted_name(l, out) : lex_name(l, out);
}

bool jsonata_lex(struct lexer *l, bool value, struct token *out)
{
    *out = (struct token){.kind = TOKEN_END};
    if (!lex_skip_blanks(l))
        return false;
    out->at = l->at;
    if (!lex_token(l, value, out))
        return false;
    out->end = l->at;
    return true;
}
