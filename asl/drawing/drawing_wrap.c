/*
 * Lines of texts. They break between the parts of a note, else at blanks, and a word that is too
 * long where names are read in parts: behind _ - . : / , and before a capital; else wherever the
 * line is full.
 */

#include "asl/drawing/drawing_impl.h"

#include "parsers/base/utf8.h"

#include <string.h>

#define ELLIPSIS "…"
#define PART " · "

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static bool is_lower(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Tells whether a line may break between two characters of a word. */
static bool may_break(const char *text, size_t at, size_t len)
{
    char before = text[at - 1], behind = at < len ? text[at] : 0;

    return (strchr("_-.:/,", before) && !is_blank(behind)) ||
           (is_lower(before) && behind >= 'A' && behind <= 'Z');
}

/* Returns how many of the bytes fit into `width`, at least a character. */
static size_t fitting(const struct drawing_look *look, bool small, int width, const char *text,
                      size_t len)
{
    size_t at = 0;

    while (at < len) {
        size_t next = at + utf8_prefix(text + at, len - at, 1);
        if (look->width(text, next, small) > width && at > 0)
            break;
        at = next;
    }
    return at;
}

/* Returns how long the parts are that fit whole, of a note whose parts have a dot between them; 0:
 * not one does, or all do. */
static size_t whole_parts(const char *text, size_t fits)
{
    size_t parts = 0;

    for (size_t i = 0; i + strlen(PART) <= fits; i++)
        if (memcmp(text + i, PART, strlen(PART)) == 0)
            parts = i;
    return parts;
}

/* Returns the length of a line at the beginning of `text`: as much as fits and ends where it may
 * break. */
static size_t line_length(const struct drawing_look *look, bool small, int width, const char *text,
                          size_t len)
{
    size_t blank = 0, inner = 0, at = fitting(look, small, width, text, len);

    if (at == len)
        return len;
    size_t parts = whole_parts(text, at);
    if (parts)
        return parts;
    for (size_t i = 1; i <= at; i++)
        if (is_blank(text[i]))
            blank = i;
        else if (may_break(text, i, len))
            inner = i;
    /* A break inside of a word only where the blank would leave the line half empty. */
    if (blank && (blank >= at / 2 || inner < blank))
        return blank;
    return inner && inner >= at / 3 ? inner : blank ? blank : at;
}

/* Makes of the line one that ends with an ellipsis. */
static const char *cut_line(struct arena *a, const struct drawing_look *look, bool small, int width,
                            const char *text, size_t len)
{
    size_t n =
        fitting(look, small, width - look->width(ELLIPSIS, strlen(ELLIPSIS), small), text, len);
    struct buf b = {0};

    buf_add(&b, text, n);
    buf_adds(&b, ELLIPSIS);
    const char *line = arena_strndup(a, buf_str(&b), b.len);
    buf_clear(&b);
    return line;
}

/* What a line has at most: a text may have megabytes. */
enum { LINES_BYTES = 2000 };

void drawing_wrap(struct arena *a, const struct drawing_look *look, bool small, int width,
                  size_t most, struct drawing_text *t)
{
    struct buf one = {0}, clean = {0};
    size_t len = utf8_cut(t->text, strlen(t->text), LINES_BYTES);

    utf8_add_line(&clean, t->text, len);
    for (size_t i = 0; i < clean.len; i++) {
        bool again = one.len == 0 || one.data[one.len - 1] == ' ';
        if (!is_blank(clean.data[i]) || !again)
            buf_addc(&one, is_blank(clean.data[i]) ? ' ' : clean.data[i]);
    }
    while (one.len && one.data[one.len - 1] == ' ')
        one.len--;
    const char *text = buf_str(&one);
    len = one.len;
    t->lines = arena_calloc(a, most, sizeof *t->lines);
    t->count = 0;
    while (len && t->count < most) {
        size_t n = line_length(look, small, width, text, len);
        if (n < len && t->count + 1 == most) {
            t->lines[t->count++] = cut_line(a, look, small, width, text, len);
            break;
        }
        t->lines[t->count++] = arena_strndup(a, text, n);
        n += strncmp(text + n, PART, strlen(PART)) == 0 ? strlen(PART) : 0;
        for (; n < len && text[n] == ' ';)
            n++;
        text += n;
        len -= n;
    }
    buf_clear(&one);
    buf_clear(&clean);
}

int drawing_lines_width(const struct drawing_look *look, bool small, const struct drawing_text *t)
{
    int widest = 0;

    for (size_t i = 0; i < t->count; i++) {
        int width = look->width(t->lines[i], strlen(t->lines[i]), small);
        widest = width > widest ? width : widest;
    }
    return widest;
}

void drawing_add_line(struct buf *out, const char *text, bool ascii)
{
    struct buf line = {0};

    utf8_add_line(&line, text, strlen(text));
    for (size_t i = 0; i < line.len; i++) {
        unsigned char c = (unsigned char)line.data[i];
        if (!ascii || c < 0x80)
            buf_addc(out, line.data[i]);
        else if (c >= 0xc0)
            buf_addc(out, '?');
    }
    buf_clear(&line);
}
