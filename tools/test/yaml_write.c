/* YAML for people: short values in one line, long ones on lines of their own. */
#include "tools/test/yaml_write.h"

#include "parsers/base/ascii.h"
#include "parsers/base/utf8.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum {
    WIDTH = 100,
    KEY_MOST = 1000, /* bytes of a key that needs no mark; YAML has 1024 characters */
};

/* Texts that are plain are those that nobody could take for anything else. */
static bool yaml_is_plain(const json *text)
{
    static const char *const words[] = {"null", "true", "false", "yes", "no",
                                        "on",   "off",  "y",     "n"};
    const char *p = json_str(text);
    size_t len = json_str_len(text);

    if (len == 0 || len > WIDTH || !(ascii_is_letter(p[0]) || p[0] == '_') || p[len - 1] == ' ')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!ascii_is_letter(p[i]) && !ascii_is_digit(p[i]) && !memchr("_-./ $", p[i], 6))
            return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(p, words[i]))
            return false;
    return true;
}

/* YAML has no place for these as they are, nor do people see them. */
static bool is_escaped(uint32_t cp)
{
    return (cp >= 0x7F && cp < 0xA0) || cp == 0x2028 || cp == 0x2029 || cp == 0xFEFF ||
           cp == 0xFFFE || cp == 0xFFFF;
}

/* JSON's text in quotes is YAML's as well, but for characters that only JSON takes as they are. */
static void yaml_write_quoted(struct buf *out, const json *text)
{
    struct buf quoted = {0};
    uint32_t cp;

    json_write_string(&quoted, json_str(text), json_str_len(text));
    for (size_t at = 0, len; at < quoted.len; at += len) {
        len = utf8_decode(quoted.data + at, quoted.len - at, &cp);
        if (len && is_escaped(cp))
            buf_printf(out, "\\u%04x", (unsigned)cp);
        else
            buf_add(out, quoted.data + at, len ? len : 1);
        len += len == 0;
    }
    buf_clear(&quoted);
}

void yaml_write_text(struct buf *out, const json *text)
{
    if (yaml_is_plain(text))
        buf_add(out, json_str(text), json_str_len(text));
    else
        yaml_write_quoted(out, text);
}

void yaml_write_remark(struct buf *out, size_t indent, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        uint32_t cp;
        buf_printf(out, "%*s# ", (int)indent, "");
        for (size_t at = 0, one; at < len; at += one ? one : 1) {
            one = utf8_decode(text + at, len - at, &cp);
            if (!one || cp < ' ' || is_escaped(cp))
                buf_addc(out, ' ');
            else
                buf_add(out, text + at, one);
        }
        buf_addc(out, '\n');
        text += len + (text[len] == '\n');
    }
}

/* A long key needs a mark before it, and a colon that stands alone. */
static bool begin_key(struct buf *out, const json *key)
{
    struct buf text = {0};

    yaml_write_text(&text, key);
    bool is_long = text.len > KEY_MOST;
    buf_printf(out, "%s%s", is_long ? "? " : "", buf_str(&text));
    buf_clear(&text);
    return is_long;
}

void yaml_write_key(struct buf *out, const json *key, size_t indent)
{
    if (begin_key(out, key))
        buf_printf(out, "\n%*s", (int)indent, "");
    buf_addc(out, ':');
}

/* Nested as deep as the value. */
static void write_flow(struct buf *out, const json *v)
{
    if (json_is_string(v)) {
        yaml_write_text(out, v);
    } else if (json_is_array(v)) {
        buf_addc(out, '[');
        for (size_t i = 0; i < json_count(v); i++) {
            buf_adds(out, i ? ", " : "");
            write_flow(out, json_at(v, i));
        }
        buf_addc(out, ']');
    } else if (json_is_object(v)) {
        buf_addc(out, '{');
        for (size_t i = 0; i < json_count(v); i++) {
            buf_adds(out, i ? ", " : "");
            buf_adds(out, begin_key(out, json_key_at(v, i)) ? " : " : ": ");
            write_flow(out, json_value_at(v, i));
        }
        buf_addc(out, '}');
    } else {
        json_write(out, v);
    }
}

/* Writes the value if all of it fits in the line. Returns whether it does. */
static bool write_short(struct buf *out, const json *v, size_t indent)
{
    struct buf flow = {0};

    write_flow(&flow, v);
    bool fits = json_is_scalar(v) || json_count(v) == 0 || flow.len + indent < WIDTH;
    if (fits)
        buf_printf(out, " %s\n", buf_str(&flow));
    buf_clear(&flow);
    return fits;
}

/* Writes members or elements on lines of their own; the first line has its beginning already when
 * the value stands behind a dash. */
static void write_block(struct buf *out, const json *v, size_t indent, bool begun)
{
    for (size_t i = 0; i < json_count(v); i++) {
        if (!begun || i > 0)
            buf_printf(out, "%*s", (int)indent, "");
        if (json_is_object(v)) {
            yaml_write_key(out, json_key_at(v, i), indent);
            yaml_write_value(out, json_value_at(v, i), indent + 2);
            continue;
        }
        buf_addc(out, '-');
        if (write_short(out, json_at(v, i), indent + 2))
            continue;
        buf_addc(out, ' ');
        write_block(out, json_at(v, i), indent + 2, true);
    }
}

void yaml_write_value(struct buf *out, const json *v, size_t indent)
{
    if (write_short(out, v, indent))
        return;
    buf_addc(out, '\n');
    write_block(out, v, indent, false);
}
