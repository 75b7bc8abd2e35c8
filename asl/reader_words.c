#include "asl/reader_words.h"

#include "parsers/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static const char source[] =
    "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: ";

/* Where the reader stands: inside which bracket, and behind what. */
struct standing {
    size_t open; /* the innermost bracket that is open; SIZE_MAX: none */
    char before; /* the last character that is no blank, outside of strings; 0: none */
    bool is_key; /* the last string is a name */
    bool in_string;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Depth is bounded by that of the JSON that was read up to here. */
static struct standing look(const char *text, size_t len)
{
    struct standing s = {.open = SIZE_MAX};
    struct buf stack = {0};

    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (s.in_string) {
            if (c == '\\')
                i++;
            else
                s.in_string = c != '"';
            continue;
        }
        if (c == '"') {
            s.in_string = true;
            s.is_key =
                s.open != SIZE_MAX && text[s.open] == '{' && (s.before == '{' || s.before == ',');
        } else if (c == '{' || c == '[') {
            buf_add(&stack, (const char *)&s.open, sizeof s.open);
            s.open = i;
        } else if ((c == '}' || c == ']') && stack.len) {
            stack.len -= sizeof s.open;
            memcpy(&s.open, stack.data + stack.len, sizeof s.open);
        }
        if (!is_blank(c))
            s.before = c;
    }
    buf_clear(&stack);
    return s;
}

void reader_place(struct buf *out, const char *text, size_t at)
{
    size_t line = 1, column = 1;

    for (size_t i = 0; i < at; i++) {
        column = text[i] == '\n' ? 1 : column + 1;
        line += text[i] == '\n';
    }
    buf_printf(out, "%s%zu, column: %zu]", source, line, column);
}

static void add_character(struct buf *out, const char *text, size_t len)
{
    uint32_t c = (unsigned char)*text;
    size_t used = utf8_decode(text, len, &c);

    buf_adds(out, "Unexpected character (");
    if (c < 0x20 || c == 0x7f)
        buf_printf(out, "(CTRL-CHAR, code %u)", (unsigned)c);
    else if (c > 0xff)
        buf_printf(out, "'%.*s' (code %u / 0x%x)", (int)used, text, (unsigned)c, (unsigned)c);
    else
        buf_printf(out, "'%.*s' (code %u)", (int)used, text, (unsigned)c);
    buf_adds(out, "): ");
}

static void add_end(struct buf *out, const char *text, const struct standing *s)
{
    buf_adds(out, "Unexpected end-of-input");
    if (s->in_string)
        buf_adds(out,
                 s->is_key ? " in field name" : ": was expecting closing quote for a string value");
    else if (s->open != SIZE_MAX) {
        buf_printf(out, ": expected close marker for %s (start marker at ",
                   text[s->open] == '{' ? "Object" : "Array");
        reader_place(out, text, s->open);
        buf_addc(out, ')');
    }
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$';
}

size_t reader_words(struct buf *out, const char *text, size_t len, size_t at)
{
    static const char values[] =
        "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
    struct standing s = look(text, at < len ? at : len);
    bool in_object = s.open != SIZE_MAX && text[s.open] == '{';
    bool wants_value =
        s.before == 0 || s.before == '[' || s.before == ':' || (s.before == ',' && !in_object);
    size_t word = at;

    while (word < len && is_word(text[word]))
        word++;
    if (at >= len) {
        add_end(out, text, &s);
    } else if (in_object && (s.before == '{' || s.before == ',')) {
        add_character(out, text + at, len - at);
        buf_adds(out, "was expecting double-quote to start field name");
    } else if (in_object && s.before == '"' && s.is_key) {
        add_character(out, text + at, len - at);
        buf_adds(out, "was expecting a colon to separate field name and value");
    } else if (word > at && (wants_value || s.open == SIZE_MAX)) {
        buf_printf(out, "Unrecognized token '%.*s': was expecting %s", (int)(word - at), text + at,
                   values);
        at = word;
    } else if (wants_value || s.open == SIZE_MAX) {
        add_character(out, text + at, len - at);
        buf_printf(out, "expected a valid value %s", values);
    } else {
        add_character(out, text + at, len - at);
        buf_printf(out, "was expecting comma to separate %s entries",
                   in_object ? "Object" : "Array");
    }
    return at < len ? at : len;
}

/* The reader counts what it shows in UTF-16 units; never half of a character is shown here. */
enum { SHOWN_SOURCE = 500 };

void reader_source(struct buf *out, const char *text, size_t len, size_t at)
{
    size_t shown = utf8_prefix(text, len, SHOWN_SOURCE);
    size_t line = 1, begin = 0;

    for (size_t i = 0; i < at && i < len; i++)
        if (text[i] == '\n') {
            line++;
            begin = i + 1;
        }
    buf_adds(out, "[Source: (String)\"");
    buf_add(out, text, shown);
    buf_addc(out, '"');
    if (shown < len)
        buf_printf(out, "[truncated %zu chars]", utf8_count(text + shown, len - shown));
    buf_printf(out, "; line: %zu, column: %zu]", line,
               utf8_count(text + begin, (at < len ? at : len) - begin) + 1);
}
