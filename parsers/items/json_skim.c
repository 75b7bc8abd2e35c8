/*
 * JSON's grammar as a machine that takes a byte at a time: a state, and a bit for each array or
 * object that is open. Strings and blanks are run over in loops of their own, as they are most of
 * the bytes.
 *
 *     value  = object / array / string / number / "true" / "false" / "null"
 *     object = "{" [ string ":" value *( "," string ":" value ) ] "}"
 *     array  = "[" [ value *( "," value ) ] "]"
 *
 * A bad byte leaves the state as it was, so that json_skim_explain can tell what was expected.
 */

#include "parsers/items/json_skim.h"

#include "parsers/base/ascii.h"
#include "parsers/base/utf8.h"

#include <string.h>

enum {
    AT_VALUE,          /* a value has to come */
    AT_FIRST_VALUE,    /* or the end of the array */
    AT_KEY,            /* a key has to come */
    AT_FIRST_KEY,      /* or the end of the object */
    AT_COLON,          /* behind a key */
    AT_COMMA,          /* behind an element or member */
    AT_END,            /* behind the outermost value */
    IN_STRING,         /* between its quotes */
    IN_CHARACTER,      /* behind a first byte of UTF-8, `left` more to come */
    IN_ESCAPE,         /* behind a backslash */
    IN_HEX,            /* behind \u, `left` digits to come */
    IN_WORD,           /* in true, false, null */
    IN_NUMBER_SIGN,    /* behind a minus */
    IN_NUMBER_ZERO,    /* behind a leading zero */
    IN_NUMBER_WHOLE,   /* behind a digit of the whole part */
    IN_NUMBER_POINT,   /* behind the point */
    IN_NUMBER_PART,    /* behind a digit of the fraction */
    IN_NUMBER_E,       /* behind the e */
    IN_NUMBER_E_SIGN,  /* behind its sign */
    IN_NUMBER_E_DIGIT, /* behind a digit of the exponent */
};

/* What of a string is run over: all but quotes, backslashes, control characters and UTF-8. */
static inline bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

void json_skim_init(struct json_skim *s)
{
    *s = (struct json_skim){.state = AT_VALUE};
}

bool json_skim_resume(struct json_skim *s, const char *open)
{
    *s = (struct json_skim){.state = AT_COMMA};
    for (; *open; open++) {
        if ((*open != '[' && *open != '{') || s->depth == JSON_MAX_DEPTH)
            return false;
        if (*open == '{')
            s->objects[s->depth / 8] |= (uint8_t)(1 << s->depth % 8);
        s->depth++;
    }
    s->watch = s->depth;
    return s->depth > 0;
}

bool json_skim_is_done(const struct json_skim *s)
{
    return s->state == AT_END;
}

bool json_skim_in_object(const struct json_skim *s, size_t i)
{
    return s->objects[i / 8] >> i % 8 & 1;
}

/* ---- arrays and objects ---- */

static enum json_skim_event skim_end_value(struct json_skim *s)
{
    s->state = s->depth ? AT_COMMA : AT_END;
    return s->depth <= s->watch ? SKIM_VALUE_END : SKIM_MORE;
}

static enum json_skim_event open_container(struct json_skim *s, bool object)
{
    uint8_t bit = (uint8_t)(1 << s->depth % 8), *bits = &s->objects[s->depth / 8];

    if (s->depth == JSON_MAX_DEPTH) {
        s->deep = true;
        return SKIM_BAD;
    }
    *bits = object ? *bits | bit : *bits & (uint8_t)~bit;
    s->depth++;
    s->state = object ? AT_FIRST_KEY : AT_FIRST_VALUE;
    return SKIM_MORE;
}

static enum json_skim_event close_container(struct json_skim *s)
{
    s->depth--;
    return skim_end_value(s);
}

/* ---- what begins ---- */

static void begin_string(struct json_skim *s, bool key)
{
    s->key = key;
    s->state = IN_STRING;
}

static enum json_skim_event begin_word(struct json_skim *s, const char *rest)
{
    s->word = rest;
    s->state = IN_WORD;
    return SKIM_MORE;
}

static enum json_skim_event begin_value(struct json_skim *s, char c)
{
    switch (c) {
    case '"': begin_string(s, false); return SKIM_MORE;
    case '{': return open_container(s, true);
    case '[': return open_container(s, false);
    case 't': return begin_word(s, "rue");
    case 'f': return begin_word(s, "alse");
    case 'n': return begin_word(s, "ull");
    case '-': s->state = IN_NUMBER_SIGN; return SKIM_MORE;
    case '0': s->state = IN_NUMBER_ZERO; return SKIM_MORE;
    default:
        if (!ascii_is_digit(c))
            return SKIM_BAD;
        s->state = IN_NUMBER_WHOLE;
        return SKIM_MORE;
    }
}

static bool can_begin_value(char c)
{
    return c && strchr("\"{[tfn-0123456789", c);
}

/* Tells of a key or value before it begins, once, if it is watched. */
static bool skim_tell(struct json_skim *s)
{
    bool tell = s->depth <= s->watch && !s->told;

    s->told = tell;
    return tell;
}

/*
 * Uses what isn't in a token. Blanks have been skipped. *used says whether `c` was used.
 */
static enum json_skim_event skim_between(struct json_skim *s, char c, size_t *used)
{
    bool object = s->depth && json_skim_in_object(s, s->depth - 1);

    *used = 1;
    switch (s->state) {
    case AT_FIRST_VALUE:
        if (c == ']')
            return close_container(s);
        /* fall through */
    case AT_VALUE:
        if (s->depth <= s->watch && can_begin_value(c) && skim_tell(s)) {
            *used = 0;
            return SKIM_VALUE;
        }
        return begin_value(s, c);
    case AT_FIRST_KEY:
        if (c == '}')
            return close_container(s);
        /* fall through */
    case AT_KEY:
        if (c != '"')
            return SKIM_BAD;
        if (skim_tell(s)) {
            *used = 0;
            return SKIM_KEY;
        }
        begin_string(s, true);
        return SKIM_MORE;
    case AT_COLON:
        if (c != ':')
            return SKIM_BAD;
        s->state = AT_VALUE;
        return SKIM_MORE;
    case AT_COMMA:
        if (c == (object ? '}' : ']'))
            return close_container(s);
        if (c != ',')
            return SKIM_BAD;
        s->state = object ? AT_KEY : AT_VALUE;
        return SKIM_MORE;
    default: return SKIM_BAD; /* AT_END */
    }
}

/* ---- strings ---- */

/* The first byte of a character says how many more there are, and which (Unicode's Table 3-7). */
static enum json_skim_event begin_character(struct json_skim *s, unsigned char c)
{
    if (c < 0xC2 || c > 0xF4)
        return SKIM_BAD;
    s->left = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
    s->low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    s->high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    s->state = IN_CHARACTER;
    return SKIM_MORE;
}

static enum json_skim_event end_string(struct json_skim *s)
{
    if (!s->key)
        return skim_end_value(s);
    s->state = AT_COLON;
    return s->depth <= s->watch ? SKIM_KEY_END : SKIM_MORE;
}

static enum json_skim_event skim_string(struct json_skim *s, unsigned char c)
{
    if (c == '"')
        return end_string(s);
    if (c >= 0x80)
        return begin_character(s, c);
    if (c != '\\')
        return SKIM_BAD;
    s->state = IN_ESCAPE;
    return SKIM_MORE;
}

static enum json_skim_event skim_character(struct json_skim *s, unsigned char c)
{
    if (c < s->low || c > s->high)
        return SKIM_BAD;
    s->low = 0x80;
    s->high = 0xBF;
    if (!--s->left)
        s->state = IN_STRING;
    return SKIM_MORE;
}

static enum json_skim_event skim_escape(struct json_skim *s, char c)
{
    if (!c || !strchr("\"\\/bfnrtu", c))
        return SKIM_BAD;
    s->left = 4;
    s->state = c == 'u' ? IN_HEX : IN_STRING;
    return SKIM_MORE;
}

static enum json_skim_event skim_hex(struct json_skim *s, char c)
{
    if (ascii_hex_value(c) < 0)
        return SKIM_BAD;
    if (!--s->left)
        s->state = IN_STRING;
    return SKIM_MORE;
}

static enum json_skim_event skim_word(struct json_skim *s, char c)
{
    if (c != *s->word)
        return SKIM_BAD;
    return *++s->word ? SKIM_MORE : skim_end_value(s);
}

/* ---- numbers ---- */

/* Returns the state behind `c`, or 0 when the number can't go on with it. */
static uint8_t number_state_after(uint8_t state, char c)
{
    bool digit = ascii_is_digit(c), e = c == 'e' || c == 'E';

    switch (state) {
    case IN_NUMBER_SIGN: return c == '0' ? IN_NUMBER_ZERO : digit ? IN_NUMBER_WHOLE : 0;
    case IN_NUMBER_WHOLE:
        if (digit)
            return IN_NUMBER_WHOLE;
        /* fall through */
    case IN_NUMBER_ZERO: return c == '.' ? IN_NUMBER_POINT : e ? IN_NUMBER_E : 0;
    case IN_NUMBER_POINT: return digit ? IN_NUMBER_PART : 0;
    case IN_NUMBER_PART: return digit ? IN_NUMBER_PART : e ? IN_NUMBER_E : 0;
    case IN_NUMBER_E:
        if (c == '+' || c == '-')
            return IN_NUMBER_E_SIGN;
        /* fall through */
    default: return digit ? IN_NUMBER_E_DIGIT : 0;
    }
}

static bool may_end_number(uint8_t state)
{
    return state == IN_NUMBER_ZERO || state == IN_NUMBER_WHOLE || state == IN_NUMBER_PART ||
           state == IN_NUMBER_E_DIGIT;
}

/* A number ends with the byte behind it, which is not used; a digit behind 0 is told as bad. */
static enum json_skim_event skim_number(struct json_skim *s, char c, size_t *used)
{
    uint8_t next = number_state_after(s->state, c);

    *used = next != 0;
    if (next) {
        s->state = next;
        return SKIM_MORE;
    }
    return may_end_number(s->state) && !ascii_is_digit(c) ? skim_end_value(s) : SKIM_BAD;
}

/* ---- the whole ---- */

static enum json_skim_event skim_byte(struct json_skim *s, char c, size_t *used)
{
    *used = 1;
    switch (s->state) {
    case IN_STRING: return skim_string(s, (unsigned char)c);
    case IN_CHARACTER: return skim_character(s, (unsigned char)c);
    case IN_ESCAPE: return skim_escape(s, c);
    case IN_HEX: return skim_hex(s, c);
    case IN_WORD: return skim_word(s, c);
    default: break;
    }
    return s->state < IN_STRING ? skim_between(s, c, used) : skim_number(s, c, used);
}

/* What changes no state: the inside of strings, digits behind digits, and blanks between tokens. */
static inline size_t skim_run(struct json_skim *s, const char *text, size_t len, size_t i)
{
    switch (s->state) {
    case IN_STRING:
        while (i < len && is_plain((unsigned char)text[i]))
            i++;
        return i;
    case IN_NUMBER_WHOLE:
    case IN_NUMBER_PART:
    case IN_NUMBER_E_DIGIT:
        while (i < len && ascii_is_digit(text[i]))
            i++;
        return i;
    default: break;
    }
    if (s->state < IN_STRING)
        for (; i < len && ascii_is_json_blank(text[i]); i++)
            s->lines += text[i] == '\n';
    return i;
}

size_t json_skim_next(struct json_skim *s, const char *text, size_t len,
                      enum json_skim_event *event)
{
    size_t i = 0, used;

    for (;;) {
        i = skim_run(s, text, len, i);
        *event = SKIM_MORE;
        if (i == len)
            return i;
        *event = skim_byte(s, text[i], &used);
        if (*event == SKIM_BAD)
            return i;
        i += used;
        if (*event != SKIM_MORE)
            return i;
    }
}

/* ---- what is wrong ---- */

/* Shows the character at `text`; with its number when it can't be seen. */
static void skim_add_character(struct buf *out, const char *text, size_t len)
{
    uint32_t cp;
    size_t n = utf8_decode(text, len, &cp);

    if (!n)
        buf_printf(out, "byte 0x%02x", (unsigned)(unsigned char)*text);
    else if (cp < 0x20 || (cp >= 0x7F && cp < 0xA1) || cp == 0xFEFF ||
             (cp >= 0xD800 && cp < 0xE000))
        buf_printf(out, "the character U+%04X", (unsigned)cp);
    else
        buf_printf(out, "'%.*s'", (int)n, text);
}

static void skim_explain_end(const struct json_skim *s, const char *whole, struct buf *out)
{
    if (s->state == AT_VALUE && !s->depth)
        buf_printf(out, "there is no value in the %s", whole);
    else if (s->state >= IN_STRING && s->state <= IN_HEX)
        buf_printf(out, "the %s ends inside a string", whole);
    else if (s->state >= IN_WORD)
        buf_printf(out, "the %s ends inside a value", whole);
    else
        buf_printf(out, "the %s ends inside an %s", whole,
                   json_skim_in_object(s, s->depth - 1) ? "object" : "array");
}

static void skim_explain_string(const struct json_skim *s, const char *text, struct buf *out)
{
    unsigned c = (unsigned char)*text;

    if (s->state == IN_HEX)
        buf_adds(out, "\\u takes four hexadecimal digits");
    else if (s->state == IN_ESCAPE)
        buf_adds(out,
                 "a \\ in a string is written \\\\; it is followed by one of \" \\ / b f n r t u");
    else if (c >= 0x80 || s->state == IN_CHARACTER)
        buf_printf(out, "byte 0x%02x is not valid UTF-8 here", c);
    else if (c == '\n' || c == '\r')
        buf_adds(out, "a string can't go over the end of the line: write \\n, or close it");
    else
        buf_printf(out, "a control character in a string is written \\u%04X", c);
}

/* What may come in a state, for those that expect one thing. */
static const char *expected(const struct json_skim *s)
{
    bool object = s->depth && json_skim_in_object(s, s->depth - 1);

    switch (s->state) {
    case AT_VALUE:
    case AT_FIRST_VALUE: return "a value";
    case AT_KEY:
    case AT_FIRST_KEY: return "a key in double quotes";
    case AT_COLON: return "':' behind a key";
    case AT_COMMA: return object ? "',' or '}'" : "',' or ']'";
    case IN_WORD: return "true, false or null";
    default: return "a digit";
    }
}

void json_skim_explain(const struct json_skim *s, const char *text, size_t len, const char *whole,
                       struct buf *out)
{
    if (!len) {
        skim_explain_end(s, whole, out);
        return;
    }
    if (s->deep) {
        buf_printf(out, "arrays and objects are nested deeper than %d levels", JSON_MAX_DEPTH);
        return;
    }
    if (s->state >= IN_STRING && s->state <= IN_HEX) {
        skim_explain_string(s, text, out);
        return;
    }
    if (s->state == AT_END)
        buf_printf(out, "expected the end of the %s", whole);
    else if (s->state == IN_NUMBER_ZERO)
        buf_adds(out, "a number can't begin with a zero: expected its end");
    else
        buf_printf(out, "expected %s", expected(s));
    buf_adds(out, ", but found ");
    skim_add_character(out, text, len);
}
