#include "tools/input.h"
#include "tools/cmd.h"

#include <string.h>

enum { MAX_INPUT_BYTES = 256 * 1024 * 1024 };

bool input_read(const char *command, const char *what, const char *given, struct buf *text)
{
    struct diag why = {0};
    const char *path = strcmp(given, "-") == 0 ? given : given[0] == '@' ? given + 1 : NULL;
    bool good = true;

    if (!path)
        buf_adds(text, given);
    else if (!(good = buf_read_file(text, path, MAX_INPUT_BYTES, &why)))
        cmd_usage(command, "%s: %s", what, why.text);
    diag_clear(&why);
    return good;
}

json *input_parse(const char *command, const char *what, const struct buf *text, unsigned flags)
{
    struct diag why = {0};
    json *v = json_parse(text->data, text->len, flags, &why);

    if (!v) {
        cmd_usage(command, "%s is not JSON, line %u column %u: %s", what, why.place.line,
                  why.place.column, why.text);
        if (text->len)
            cmd_point_at(text->data, text->len, why.at);
    }
    diag_clear(&why);
    return v;
}

json *input_json(const char *command, const char *what, const char *given, unsigned flags)
{
    struct buf text = {0};
    json *v = NULL;

    if (input_read(command, what, given, &text))
        v = input_parse(command, what, &text, flags);
    buf_clear(&text);
    return v;
}
