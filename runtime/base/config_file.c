/* Files that configure the program: read whole as JSON or YAML, so that each problem has a place.
 */

#include "runtime/base/config_file.h"

#include "parsers/base/buf.h"
#include "parsers/document.h"

#include <stdarg.h>

bool config_file_parse(struct config_file *f, const char *text, size_t len)
{
    f->doc = document_parse(document_format(f->name, text, len), text, len, JSON_READ_UNIQUE,
                            &f->arena, &f->places, f->why);
    if (!f->doc && f->why)
        diag_prefix(f->why, "%s:%u:%u: ", f->name, (unsigned)f->why->place.line,
                    (unsigned)f->why->place.column);
    return f->doc != NULL;
}

void config_file_clear(struct config_file *f)
{
    json_unref(f->doc);
    f->doc = NULL;
    f->places = NULL;
    arena_clear(&f->arena);
}

bool config_refuse(struct config_file *f, struct place at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    diag_vset_place(f->why, f->code, f->name, at, format, args);
    va_end(args);
    return false;
}

bool config_refuse_unknown(struct config_file *f, struct place at, const json *key,
                           const char *meant)
{
    if (meant)
        return config_refuse(f, at, "unknown field '%s'; did you mean '%s'?", json_str(key), meant);
    return config_refuse(f, at, "unknown field '%s'", json_str(key));
}

bool config_seconds(struct config_file *f, struct place at, const char *field, const json *v,
                    bool zero, int most_s, int64_t *out_ms)
{
    double seconds = json_is_number(v) ? json_double_value(v) : -1;

    if (seconds < (zero ? 0 : 0.001) || seconds > most_s)
        return config_refuse(f, at, "'%s' must be a number of seconds, %s to %d", field,
                             zero ? "0" : "0.001", most_s);
    *out_ms = (int64_t)(seconds * 1000 + 0.5);
    return true;
}
