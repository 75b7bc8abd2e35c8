/*
 * Text from elsewhere, made harmless for a terminal: characters that control it, or turn the
 * direction of what follows, become U+FFFD.
 */

#include "tools/shown.h"

#include "parsers/base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <utf8proc.h>

/* One character, or one byte that belongs to none. */
struct piece {
    const char *text; /* what is shown */
    size_t len;       /* of what is shown */
    size_t bytes;     /* of what it stands for */
    size_t columns;
};

/* A byte that is no UTF-8 is shown as one U+FFFD, and the next byte is tried anew. */
static struct piece piece_at(const char *p, const char *end)
{
    uint32_t cp;
    size_t n = utf8_decode(p, (size_t)(end - p), &cp);

    if (*p == '\t' || *p == '\n' || *p == '\r')
        return (struct piece){" ", 1, 1, 1};
    if (n == 0 || utf8_controls(cp))
        return (struct piece){"\xEF\xBF\xBD", 3, n ? n : 1, 1};
    return (struct piece){p, n, n, (size_t)utf8proc_charwidth((utf8proc_int32_t)cp)};
}

void shown_add(struct buf *b, const char *text, size_t len)
{
    utf8_add_line(b, text, len);
}

void shown_add_lines(struct buf *b, const char *text, size_t len)
{
    while (len) {
        const char *end = memchr(text, '\n', len);
        size_t n = end ? (size_t)(end - text) : len;
        shown_add(b, text, n);
        if (end)
            buf_addc(b, '\n');
        n += end ? 1 : 0;
        text += n;
        len -= n;
    }
}

void shown_print(FILE *out, const char *text)
{
    struct buf b = {0};

    shown_add(&b, text, strlen(text));
    fwrite(b.data, 1, b.len, out);
    buf_clear(&b);
}

void shown_print_lines(FILE *out, const char *text, size_t len)
{
    struct buf b = {0};

    shown_add_lines(&b, text, len);
    fwrite(b.data, 1, b.len, out);
    buf_clear(&b);
}

size_t shown_columns(FILE *out, size_t otherwise)
{
    struct winsize w;

    return ioctl(fileno(out), TIOCGWINSZ, &w) == 0 && w.ws_col ? w.ws_col : otherwise;
}

/* ---- a line with a place ---- */

/* Stops once `enough` columns are there: the text may have megabytes. */
static size_t shown_width_of(const char *p, const char *end, size_t enough)
{
    size_t columns = 0;

    while (p < end && columns < enough) {
        struct piece c = piece_at(p, end);
        columns += c.columns;
        p += c.bytes;
    }
    return columns;
}

/* Where at most `room` columns before `p` begin, not before `begin`. */
static const char *back(const char *begin, const char *p, size_t room)
{
    while (p > begin) {
        const char *before = p - 1;
        while (before > begin && p - before < 4 && ((unsigned char)*before & 0xc0) == 0x80)
            before--;
        size_t columns = shown_width_of(before, p, SIZE_MAX);
        if (columns > room)
            break;
        room -= columns;
        p = before;
    }
    return p;
}

static const char CUT[] = "..";

/* Around the bytes [place, until), as much of the line as is of use: one may have megabytes. */
struct stretch {
    const char *begin, *place, *until, *end;
    bool begins; /* at `begin`; else there is more before it */
};

static struct stretch stretch_around(const char *text, size_t len, size_t at, size_t to,
                                     size_t width)
{
    enum { BYTES_A_COLUMN = 16 };
    size_t reach = BYTES_A_COLUMN * width;
    const char *place = text + (at < len ? at : len), *begin = place, *end = place;

    while (begin > text && begin[-1] != '\n' && (size_t)(place - begin) < reach)
        begin--;
    while (end < text + len && *end != '\n' && (size_t)(end - place) < reach)
        end++;
    if (end > place && end[-1] == '\r')
        end--;
    return (struct stretch){.begin = begin,
                            .place = place,
                            .until = to < (size_t)(end - text) ? text + to : end,
                            .end = end,
                            .begins = begin == text || begin[-1] == '\n'};
}

/* From its beginning if the place is seen then, else from half of the width before it. */
static const char *shown_from(const struct stretch *s, size_t width)
{
    if (s->begins && (shown_width_of(s->begin, s->end, width + 1) <= width ||
                      shown_width_of(s->begin, s->until, width) < width - sizeof CUT))
        return s->begin;
    return back(s->begin, s->place, width / 2);
}

void excerpt_init(struct excerpt *e, const char *text, size_t len, size_t at, size_t to,
                  size_t width)
{
    struct stretch s = stretch_around(text, len, at, to, width);
    const char *p = shown_from(&s, width);
    size_t cut = p > s.begin || !s.begins ? sizeof CUT - 1 : 0, room = width - cut;

    *e = (struct excerpt){0};
    buf_add(&e->line, CUT, cut);
    e->before = cut + shown_width_of(p, s.place, SIZE_MAX);
    bool rest = shown_width_of(p, s.end, room + 1) > room;
    room -= rest ? sizeof CUT - 1 : 0;
    while (p < s.end) {
        struct piece c = piece_at(p, s.end);
        if (c.columns > room)
            break;
        room -= c.columns;
        buf_add(&e->line, c.text, c.len);
        p += c.bytes;
    }
    if (rest)
        buf_adds(&e->line, CUT);
    e->marked = shown_width_of(s.place, s.until < p ? s.until : p, SIZE_MAX);
    e->marked += !e->marked;
}

void excerpt_clear(struct excerpt *e)
{
    buf_clear(&e->line);
}
