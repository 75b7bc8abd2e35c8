/* Text in XML and HTML. */
#include "tools/test/markup.h"

#include "parsers/base/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* XML 1.0 has neither most control characters nor U+FFFE and U+FFFF, and no encoding has halves of
 * characters. */
static bool is_of_xml(uint32_t cp)
{
    return cp >= ' ' && !(cp >= 0xd800 && cp < 0xe000) && cp != 0xfffe && cp != 0xffff;
}

void markup_text(struct buf *out, const char *text)
{
    size_t len = strlen(text), n;
    uint32_t cp;

    for (; len; text += n, len -= n) {
        n = utf8_decode(text, len, &cp);
        switch (*text) {
        case '<': buf_adds(out, "&lt;"); break;
        case '>': buf_adds(out, "&gt;"); break;
        case '&': buf_adds(out, "&amp;"); break;
        case '"': buf_adds(out, "&quot;"); break;
        case '\n': buf_adds(out, "&#10;"); break;
        case '\r': buf_adds(out, "&#13;"); break;
        case '\t': buf_adds(out, "&#9;"); break;
        default:
            if (n && is_of_xml(cp))
                buf_add(out, text, n);
            else
                buf_adds(out, "\xef\xbf\xbd");
        }
        n = n ? n : 1;
    }
}

void markup_attribute(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, " %s=\"", name);
    markup_text(out, value);
    buf_addc(out, '"');
}
