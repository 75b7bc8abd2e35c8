/*
 * Reasons in words. Whoever refuses something fills one diag; who hands it on may put words in
 * front. The text is always UTF-8, whatever was quoted in it.
 */

#include "parsers/base/diag.h"

#include "parsers/base/buf.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

#include <string.h>

void diag_set(struct diag *why, const char *code, size_t at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    diag_vset(why, code, at, format, args);
    va_end(args);
}

void diag_vset(struct diag *why, const char *code, size_t at, const char *format, va_list args)
{
    struct buf text = {0};

    if (!why)
        return;
    /* The old text is freed last: it may be among the arguments. */
    buf_vprintf(&text, format, args);
    utf8_mend(&text);
    diag_clear(why);
    *why = (struct diag){.code = code, .text = buf_take(&text), .at = at};
}

void diag_vset_place(struct diag *why, const char *code, const char *file, struct place at,
                     const char *format, va_list args)
{
    diag_vset(why, code, 0, format, args);
    diag_prefix(why, "%s:%u:%u: ", file, (unsigned)at.line, (unsigned)at.column);
    if (why)
        why->place = at;
}

void diag_prefix(struct diag *why, const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    if (!why)
        return;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    if (why->text)
        buf_adds(&text, why->text);
    mem_free(why->text);
    why->text = buf_take(&text);
}

void diag_free_text(struct diag *why)
{
    mem_free(why->text);
}

/* A byte order mark takes no column: no editor shows one. */
struct place place_of(const char *text, size_t len, size_t at)
{
    struct place p = {.line = 1, .column = 1, .length = at < len};
    size_t i = len >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0;

    for (; i < at && i < len; i++) {
        if (text[i] == '\n') {
            p.line++;
            p.column = 1;
        } else if (((unsigned char)text[i] & 0xC0) != 0x80) {
            p.column++;
        }
    }
    return p;
}
