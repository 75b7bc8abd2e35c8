/*
 * What Jackson's ReaderBasedJsonParser says of a text that is no JSON. It is a reader of its
 * own, in Jackson's order: which of its words come, and how far it has gone by then, follow from
 * what it looks at first. Texts are UTF-16 to it, so columns count UTF-16 units.
 */

#include "asl/report/reader_words.h"

#include "parsers/base/ascii.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

/* An array or object that is open, and where it began; the first is the whole. */
struct scope {
    char kind; /* '[', '{', or 0 */
    size_t line, column;
    size_t count; /* of elements or members so far */
};

struct reader {
    const uint16_t *text;
    size_t len, at;   /* in units */
    size_t line, row; /* the line, from 1, and the unit that it begins at */
    struct scope *scopes;
    size_t depth, cap;
    bool later;         /* it is 2.17 */
    bool back;          /* what is refused stands before `at` */
    const char *source; /* as it was given */
    size_t source_len;
    struct buf *words;
};

/* What looking for the next character gives besides a character. */
enum { AT_END = -1, REFUSED = -2 };

static const char values[] =
    "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

/* ---- saying ---- */

static int words_refuse(struct reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int words_refuse(struct reader *r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    buf_vprintf(r->words, format, args);
    va_end(args);
    return REFUSED;
}

/* Half of a pair comes out as Java writes it. */
static void add_unit(struct buf *out, uint32_t unit)
{
    char text[4];

    if (unit >= 0xd800 && unit < 0xe000)
        buf_addc(out, '?');
    else
        buf_add(out, text, utf8_encode(unit, text));
}

/* The first 500 units of the text, and how many there are more. */
static void add_source(struct buf *out, const struct reader *r)
{
    enum { SHOWN = 500 };
    size_t bytes = 0, units = 0;

    while (bytes < r->source_len && units < SHOWN) {
        uint32_t c;
        size_t n = utf8_decode(r->source + bytes, r->source_len - bytes, &c);
        units += c > 0xffff && n ? 2 : 1;
        bytes += n ? n : 1;
    }
    buf_adds(out, "(String)\"");
    buf_add(out, r->source, bytes);
    buf_addc(out, '"');
    if (units < r->len)
        buf_printf(out, "[truncated %zu chars]", r->len - units);
}

static void add_place(struct buf *out, const struct reader *r, size_t line, size_t column)
{
    buf_adds(out, "[Source: ");
    if (!r->later)
        add_source(out, r);
    else
        buf_adds(out, "REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)");
    buf_printf(out, "; line: %zu", line);
    if (column || !r->later)
        buf_printf(out, ", column: %zu", column);
    buf_addc(out, ']');
}

static void add_character(struct buf *out, uint32_t c)
{
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
        buf_printf(out, "(CTRL-CHAR, code %u)", (unsigned)c);
        return;
    }
    buf_addc(out, '\'');
    add_unit(out, c);
    buf_printf(out, "' (code %u", (unsigned)c);
    if (c > 0xff)
        buf_printf(out, " / 0x%x", (unsigned)c);
    buf_addc(out, ')');
}

/* "BEFORE(CHARACTER)BEHIND" */
/*
 * The later version points at the character, the earlier one behind it: `back` says so for the
 * column.
 */
static int refuse_character(struct reader *r, const char *before, int c, const char *behind)
{
    buf_adds(r->words, before);
    buf_addc(r->words, '(');
    add_character(r->words, (uint32_t)c);
    r->back = r->later;
    return words_refuse(r, ")%s", behind);
}

static int reader_unexpected(struct reader *r, int c, const char *behind)
{
    return refuse_character(r, "Unexpected character ", c, behind);
}

static const struct scope *reader_scope_of(const struct reader *r)
{
    return &r->scopes[r->depth - 1];
}

/* Jackson's names for what a text can end in. */
static const char *words_type_of(const struct scope *s)
{
    return s->kind == '[' ? "Array" : s->kind == '{' ? "Object" : "root";
}

/* ---- characters ---- */

/* Java's isJavaIdentifierPart, by the categories of Unicode. */
static bool words_is_word(uint32_t c)
{
    if (c < 0x80)
        return ascii_is_digit((int)c) || ascii_is_letter((int)c) || c == '_' || c == '$' ||
               c <= 8 || (c >= 0x0e && c <= 0x1b) || c == 0x7f;
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_SC:
    case UTF8PROC_CATEGORY_CF: return true;
    default: return c < 0xa0;
    }
}

/* isJavaIdentifierStart: neither digits nor marks, nor what doesn't show. */
static bool reader_begins_word(uint32_t c)
{
    if (c < 0x80)
        return words_is_word(c) && c > 0x20 && c != 0x7f && !ascii_is_digit((int)c);
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CC: return false;
    default: return words_is_word(c);
    }
}

static void skip_return(struct reader *r)
{
    if (r->at < r->len && r->text[r->at] == '\n')
        r->at++;
    r->line++;
    r->row = r->at;
}

/*
 * A control character between tokens has been taken; false when only a blank may stand there. Line
 * ends count as Jackson has them: \n, \r, and \r\n as one.
 */
static bool pass_blank(struct reader *r, int c)
{
    if (c == '\n') {
        r->line++;
        r->row = r->at;
    } else if (c == '\r') {
        skip_return(r);
    } else if (c != ' ' && c != '\t') {
        refuse_character(r, "Illegal character ", c,
                         ": only regular white space (\\r, \\n, \\t) is allowed between tokens");
        r->back = false;
        return false;
    }
    return true;
}

/* The next character that is no blank. */
/* A comment is refused at its first character, before anything behind it is looked at. */
static int reader_next_token(struct reader *r)
{
    while (r->at < r->len) {
        int c = r->text[r->at++];
        if (c == '/')
            return reader_unexpected(
                r, c,
                ": maybe a (non-standard) comment? (not recognized as one since "
                "Feature 'ALLOW_COMMENTS' not enabled for parser)");
        if (c > ' ')
            return c;
        if (!pass_blank(r, c))
            return REFUSED;
    }
    return AT_END;
}

/* ---- words ---- */

/* `known`: how much of it matched something. */
static int refuse_word(struct reader *r, const char *known)
{
    enum { LONGEST = 256 };
    size_t len = strlen(known);

    buf_printf(r->words, "Unrecognized token '%s", known);
    while (r->at < r->len && words_is_word(r->text[r->at])) {
        add_unit(r->words, r->text[r->at++]);
        if (++len >= LONGEST) {
            buf_adds(r->words, "...");
            break;
        }
    }
    return words_refuse(r, "': was expecting %s", values);
}

/* The rest of a word, of which `i` letters have been taken. */
static int match_word(struct reader *r, const char *word, size_t i)
{
    char known[16] = "";

    for (; word[i]; i++, r->at++)
        if (r->at >= r->len || r->text[r->at] != (unsigned char)word[i]) {
            memcpy(known, word, i);
            return refuse_word(r, known);
        }
    if (r->at < r->len && r->text[r->at] >= '0' && words_is_word(r->text[r->at]))
        return refuse_word(r, word);
    return 0;
}

static int match_nonstandard(struct reader *r, const char *word, size_t i)
{
    if (match_word(r, word, i) == REFUSED)
        return REFUSED;
    return words_refuse(r, "Non-standard token '%s': enable %s to allow", word,
                        r->later ? "`JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS`"
                                 : "JsonParser.Feature.ALLOW_NON_NUMERIC_NUMBERS");
}

/* ---- numbers ---- */

static int bad_value(struct reader *r, int c)
{
    char behind[128];

    snprintf(behind, sizeof behind, ": expected a valid value %s", values);
    return reader_unexpected(r, c, behind);
}

/* Behind a sign comes `c`, which is no digit. */
static int bad_number_start(struct reader *r, int c, bool negative)
{
    if (r->later && c == '.')
        return bad_value(r, c);
    if (r->later && !negative)
        return reader_unexpected(
            r, '+',
            " in numeric value: JSON spec does not allow numbers to have plus signs: "
            "enable `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow");
    if (c == 'I') {
        if (r->at >= r->len)
            return words_refuse(r, "Unexpected end-of-input in a Number value");
        c = r->text[r->at++];
        if (c == 'N')
            return match_nonstandard(r, negative ? "-INF" : "+INF", 3);
        if (c == 'n')
            return match_nonstandard(r, negative ? "-Infinity" : "+Infinity", 3);
    }
    return reader_unexpected(
        r, c,
        " in numeric value: expected digit (0-9) to follow minus sign, for valid "
        "numeric value");
}

static int bad_fraction(struct reader *r, int c)
{
    return reader_unexpected(r, c, " in numeric value: Decimal point not followed by a digit");
}

static int bad_exponent(struct reader *r, int c)
{
    return reader_unexpected(r, c, " in numeric value: Exponent indicator not followed by a digit");
}

/* Of the whole text, only a blank may follow. */
static int end_number(struct reader *r)
{
    int c;

    if (r->at >= r->len || reader_scope_of(r)->kind)
        return 0;
    c = r->text[r->at++];
    if (ascii_is_json_blank(c)) {
        pass_blank(r, c);
        return 0;
    }
    return reader_unexpected(r, c, ": Expected space separating root-level values");
}

/* A digit is taken at a time; 0 behind the last character, as Jackson has it. */
static int take_digits(struct reader *r, int c, size_t *count, bool *end)
{
    for (*count = 0; ascii_is_digit(c);) {
        ++*count;
        if (r->at >= r->len) {
            *end = true;
            return 0;
        }
        c = r->text[r->at++];
    }
    return c;
}

/*
 * The careful way: of numbers that begin with zero or reach to the end of the text. `start` is
 * behind the sign.
 */
static int read_number_slowly(struct reader *r, size_t start, bool negative)
{
    size_t count;
    bool end = false;
    int c;

    r->at = start;
    if (r->at >= r->len)
        return words_refuse(r, "Unexpected end-of-inputNo digit following %ssign",
                            r->later ? "" : "minus ");
    c = r->text[r->at++];
    if (c == '0' && r->at < r->len && ascii_is_digit(r->text[r->at]))
        return words_refuse(r, "Invalid numeric value: Leading zeroes not allowed");
    c = take_digits(r, c, &count, &end);
    if (!count)
        return bad_number_start(r, c, negative);
    if (c == '.') {
        end = r->at >= r->len;
        if (!end)
            c = take_digits(r, r->text[r->at++], &count, &end);
        else
            count = 0;
        if (!count)
            return bad_fraction(r, c);
    }
    if (c == 'e' || c == 'E') {
        for (int signs = 0; signs < 2; signs++) {
            if (r->at >= r->len)
                return words_refuse(r,
                                    "Unexpected end-of-inputexpected a digit for number exponent");
            c = r->text[r->at++];
            if (c != '-' && c != '+')
                break;
        }
        c = take_digits(r, c, &count, &end);
        if (!count)
            return bad_exponent(r, c);
    }
    if (end)
        return 0;
    r->at--;
    return end_number(r);
}

/* How far digits go from `i` on. */
static size_t skip_digits(const struct reader *r, size_t i)
{
    while (i < r->len && ascii_is_digit(r->text[i]))
        i++;
    return i;
}

/* The first digit, or the sign before it, has been taken. */
/*
 * Jackson's quick way. What begins with zero or reaches the end of the text is read again by the
 * careful way, from its start, and is refused in that one's words and places.
 */
static int words_read_number(struct reader *r, bool negative)
{
    size_t start = r->at - !negative, i = start, from;

    if (i >= r->len || r->text[i] == '0')
        return read_number_slowly(r, start, negative);
    if (!ascii_is_digit(r->text[i])) {
        r->at = i + 1;
        return bad_number_start(r, r->text[i], negative);
    }
    i = skip_digits(r, i);
    if (i < r->len && (r->text[i] == '.' || r->text[i] == 'e' || r->text[i] == 'E')) {
        r->at = i + 1; /* where a refusal stands */
        if (r->text[i] == '.') {
            from = ++i;
            i = skip_digits(r, i);
            if (i < r->len && i == from)
                return bad_fraction(r, r->text[i]);
        }
        if (i < r->len && (r->text[i] == 'e' || r->text[i] == 'E')) {
            i++;
            i += i < r->len && (r->text[i] == '-' || r->text[i] == '+');
            from = i;
            i = skip_digits(r, i);
            if (i < r->len && i == from)
                return bad_exponent(r, r->text[i]);
        }
    }
    if (i >= r->len)
        return read_number_slowly(r, start, negative);
    r->at = i;
    return end_number(r);
}

/* ---- strings ---- */

static int refuse_escape(struct reader *r, int c)
{
    buf_adds(r->words, "Unrecognized character escape ");
    add_character(r->words, (uint32_t)c);
    r->back = r->later;
    return REFUSED;
}

static int words_read_escape(struct reader *r)
{
    int c;

    if (r->at >= r->len)
        return words_refuse(r, "Unexpected end-of-input in character escape sequence");
    c = r->text[r->at++];
    if (c < 0x80 && c && strchr("btnfr\"/\\", c))
        return 0;
    if (c != 'u')
        return refuse_escape(r, c);
    for (int i = 0; i < 4; i++) {
        if (r->at >= r->len)
            return words_refuse(r, "Unexpected end-of-input in character escape sequence");
        c = r->text[r->at++];
        if (c >= 0x80 || !c || !strchr("0123456789abcdefABCDEF", c))
            return reader_unexpected(r, c, ": expected a hex-digit for character escape sequence");
    }
    return 0;
}

/* The quote has been taken. */
static int read_string(struct reader *r, bool name)
{
    while (r->at < r->len) {
        int c = r->text[r->at++];
        if (c == '"')
            return 0;
        if (c < 0x20) {
            return refuse_character(r, "Illegal unquoted character ", c,
                                    name ? ": has to be escaped using backslash to be included in "
                                           "name"
                                         : ": has to be escaped using backslash to be included in "
                                           "string value");
        }
        if (c == '\\' && words_read_escape(r) == REFUSED)
            return REFUSED;
    }
    return words_refuse(r, "Unexpected end-of-input%s",
                        name ? " in field name"
                             : ": was expecting closing quote for a string value");
}

/* ---- values ---- */

/* The place where it began is what is told when its end is missing. */
static void open_scope(struct reader *r, int kind)
{
    MEM_GROW(r->scopes, r->depth, r->cap);
    r->scopes[r->depth++] = (struct scope){(char)kind, r->line, r->at - r->row, 0};
}

static int close_scope(struct reader *r, int c)
{
    const struct scope *s = reader_scope_of(r);
    bool array = c == ']';

    if (s->kind == (array ? '[' : '{')) {
        r->depth--;
        return 0;
    }
    buf_printf(r->words, "Unexpected close marker '%c': expected '%c' (for %s starting at ", c,
               array ? '}' : ']', words_type_of(s));
    r->back = r->later;
    add_place(r->words, r, s->line, s->column);
    return words_refuse(r, ")");
}

/*
 * Jackson knows NaN, Infinity and a plus sign, and refuses them by the name of the feature that is
 * off.
 */
static int read_odd_value(struct reader *r, int c)
{
    if (c == 'N')
        return match_nonstandard(r, "NaN", 1);
    if (c == 'I')
        return match_nonstandard(r, "Infinity", 1);
    if (c == '+') {
        if (r->at >= r->len)
            return words_refuse(r, "Unexpected end-of-input in a Number value");
        c = r->text[r->at++];
        return bad_number_start(r, c, false);
    }
    if (reader_begins_word((uint32_t)c)) {
        r->at--;
        return refuse_word(r, "");
    }
    if (c == '}' && reader_scope_of(r)->kind == '[')
        return reader_unexpected(r, c, ": expected a value");
    return bad_value(r, c);
}

static int words_read_value(struct reader *r, int c)
{
    switch (c) {
    case '"': return read_string(r, false);
    case '[':
    case '{': open_scope(r, c); return 0;
    case 't': return match_word(r, "true", 1);
    case 'f': return match_word(r, "false", 1);
    case 'n': return match_word(r, "null", 1);
    case '-': return words_read_number(r, true);
    default: return ascii_is_digit(c) ? words_read_number(r, false) : read_odd_value(r, c);
    }
}

/* Behind a comma or a name there has to be more. */
static int refuse_end_within(struct reader *r)
{
    return words_refuse(r, "Unexpected end-of-input within/between %s entries",
                        words_type_of(reader_scope_of(r)));
}

/* The name of a member, `c` being its first character, and the colon; gives what follows. */
static int words_read_name(struct reader *r, int c)
{
    if (c != '"')
        return reader_unexpected(r, c, ": was expecting double-quote to start field name");
    if (read_string(r, true) == REFUSED)
        return REFUSED;
    c = reader_next_token(r);
    if (c != ':' && c >= 0)
        return reader_unexpected(r, c, ": was expecting a colon to separate field name and value");
    if (c == ':')
        c = reader_next_token(r);
    return c == AT_END ? refuse_end_within(r) : c;
}

static int refuse_end(struct reader *r)
{
    const struct scope *s = reader_scope_of(r);

    buf_printf(r->words, "Unexpected end-of-input: expected close marker for %s (start marker at ",
               words_type_of(s));
    add_place(r->words, r, s->line, s->column);
    return words_refuse(r, ")");
}

/* One token, with its name; 0, AT_END or REFUSED. */
/*
 * A bracket that closes is looked at before the comma, so "[1,]" is told at the bracket and not at
 * the comma.
 */
static int reader_read_token(struct reader *r)
{
    int c = reader_next_token(r);

    if (c == AT_END)
        return reader_scope_of(r)->kind ? refuse_end(r) : AT_END;
    if (c == REFUSED)
        return c;
    if (c == ']' || c == '}')
        return close_scope(r, c);
    if (r->scopes[r->depth - 1].count++ && reader_scope_of(r)->kind) {
        if (c != ',')
            return reader_unexpected(r, c,
                                     reader_scope_of(r)->kind == '['
                                         ? ": was expecting comma to separate Array entries"
                                         : ": was expecting comma to separate Object entries");
        c = reader_next_token(r);
        if (c == AT_END)
            return refuse_end_within(r);
        if (c == REFUSED)
            return c;
    }
    if (reader_scope_of(r)->kind == '{')
        c = words_read_name(r, c);
    return c == REFUSED ? c : words_read_value(r, c);
}

/* ---- the whole ---- */

/* Bytes that are no UTF-8 have become U+FFFD when Java sees the text. */
static uint16_t *to_units(const char *text, size_t len, size_t *count)
{
    uint16_t *units = mem_calloc(len + 1, sizeof *units);
    size_t n = 0;

    for (size_t i = 0, used; i < len; i += used) {
        uint32_t c;
        used = utf8_decode(text + i, len - i, &c);
        if (!used) {
            used = 1;
            c = 0xfffd;
        }
        if (c > 0xffff) {
            units[n++] = (uint16_t)(0xd800 + ((c - 0x10000) >> 10));
            c = 0xdc00 + ((c - 0x10000) & 0x3ff);
        }
        units[n++] = (uint16_t)c;
    }
    *count = n;
    return units;
}

/* One value, and the token behind it. */
static int words_read_whole(struct reader *r)
{
    int got = reader_read_token(r);

    while (got == 0 && r->depth > 1)
        got = reader_read_token(r);
    return got == 0 ? reader_read_token(r) : got;
}

bool reader_words(const char *text, size_t len, enum reader_version version, struct buf *words,
                  struct buf *place)
{
    struct reader r = {.line = 1,
                       .later = version == READER_OF_FUNCTIONS,
                       .source = text,
                       .source_len = len,
                       .words = words};
    uint16_t *units = to_units(text, len, &r.len);
    bool refused;

    r.text = units;
    open_scope(&r, 0);
    refused = words_read_whole(&r) == REFUSED;
    if (refused)
        add_place(place, &r, r.line, r.at - r.row + !r.back);
    mem_free(r.scopes);
    mem_free(units);
    return refused;
}
