/* Text in XML and HTML. */
#include "tools/test/markup.h"

#include <string.h>

void markup_text(struct buf *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '<': buf_adds(out, "&lt;"); break;
        case '>': buf_adds(out, "&gt;"); break;
        case '&': buf_adds(out, "&amp;"); break;
        case '"': buf_adds(out, "&quot;"); break;
        case '\n': buf_adds(out, "&#10;"); break;
        case '\t': buf_adds(out, "&#9;"); break;
        default:
            /* XML 1.0 has neither most control characters nor U+FFFE and U+FFFF. */
            if (strncmp(text, "\xef\xbf\xbe", 3) == 0 || strncmp(text, "\xef\xbf\xbf", 3) == 0) {
                buf_adds(out, "\xef\xbf\xbd");
                text += 2;
            } else if ((unsigned char)*text < ' ')
                buf_adds(out, "\xef\xbf\xbd");
            else
                buf_addc(out, *text);
        }
    }
}

void markup_attribute(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, " %s=\"", name);
    markup_text(out, value);
    buf_addc(out, '"');
}
