/*
 * Input from the command line. Only a file may be YAML: on the command line itself nearly every
 * mistake in JSON would be some string in YAML, and nobody would hear of it.
 */

#include "tools/input.h"
#include "tools/cmd.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MAX_INPUT_BYTES = 256 * 1024 * 1024 };

/* The file's name, "-", or NULL for JSON itself. */
static const char *input_path_of(const struct input *in)
{
    if (strcmp(in->given, "-") == 0)
        return in->given;
    return in->given[0] == '@' ? in->given + 1 : NULL;
}

bool input_read(struct input *in)
{
    struct diag why = {0};
    const char *path = input_path_of(in);
    bool good = true;

    if (!path)
        buf_adds(&in->text, in->given);
    else if (!(good = buf_read_file(&in->text, path, MAX_INPUT_BYTES, &why)))
        cmd_fail(in->command, "%s: %s", in->what, why.text);
    /* Only a file can be YAML: there, every word that was meant otherwise is a string. */
    if (good && in->given[0] == '@')
        in->format = document_format(path, in->text.data, in->text.len);
    diag_clear(&why);
    return good;
}

/* What isn't JSON may be a file's name, or that of AWS's command line, file://NAME. */
static void suggest_file(const char *given)
{
    static const char *const heads[] = {"fileb://", "file://"};

    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (strncmp(given, heads[i], strlen(heads[i])) == 0) {
            fprintf(stderr, "  That is how AWS's command line names a file; here @%s reads it\n",
                    given + strlen(heads[i]));
            return;
        }
    if (access(given, R_OK) == 0)
        fprintf(stderr, "  There is a file of that name: @%s reads it\n", given);
}

json *input_parse(const struct input *in, unsigned flags)
{
    struct diag why = {0};
    json *v = document_parse(in->format, in->text.data, in->text.len, flags, NULL, NULL, &why);

    if (!v) {
        cmd_fail(in->command, "%s is not %s, line %u column %u: %s", in->what,
                 document_format_name(in->format), why.place.line, why.place.column, why.text);
        if (in->text.len)
            cmd_point_at(in->text.data, in->text.len, why.at);
        if (!input_path_of(in))
            suggest_file(in->given);
    }
    diag_clear(&why);
    return v;
}

void input_clear(struct input *in)
{
    buf_clear(&in->text);
}

json *input_json(const char *command, const char *what, const char *given, unsigned flags)
{
    struct input in = {.command = command, .what = what, .given = given};
    json *v = input_read(&in) ? input_parse(&in, flags) : NULL;

    input_clear(&in);
    return v;
}
