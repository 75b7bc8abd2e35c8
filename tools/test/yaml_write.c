/* YAML for people: short values in one line, long ones on lines of their own. */
#include "tools/test/yaml_write.h"

#include "parsers/base/ascii.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { WIDTH = 100 };

/* Texts that are plain are those that nobody could take for anything else. */
static bool is_plain(const json *text)
{
    static const char *const words[] = {"null", "true", "false", "yes", "no",
                                        "on",   "off",  "y",     "n"};
    const char *p = json_str(text);
    size_t len = json_str_len(text);

    if (len == 0 || len > WIDTH || !(ascii_is_letter(p[0]) || p[0] == '_') || p[len - 1] == ' ')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!ascii_is_letter(p[i]) && !ascii_is_digit(p[i]) && !strchr("_-./ $", p[i]))
            return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(p, words[i]))
            return false;
    return true;
}

void yaml_write_text(struct buf *out, const json *text)
{
    if (is_plain(text))
        buf_add(out, json_str(text), json_str_len(text));
    else
        json_write_string(out, json_str(text), json_str_len(text));
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
            yaml_write_text(out, json_key_at(v, i));
            buf_adds(out, ": ");
            write_flow(out, json_value_at(v, i));
        }
        buf_addc(out, '}');
    } else {
        json_write(out, v);
    }
}

/* Does all of the value fit in the line? Writes it then. */
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
            yaml_write_text(out, json_key_at(v, i));
            buf_addc(out, ':');
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
