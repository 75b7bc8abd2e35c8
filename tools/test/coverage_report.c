/* The forms of coverage, and which file gets which. */
#include "tools/test/coverage_report.h"

#include "parsers/base/text.h"
#include "tools/test/coverage_report_impl.h"

#include <string.h>

enum { ENDINGS = 3 };

/* The form of text is of the coverage as it is, not by files. */
struct coverage_form {
    const char *name;
    void (*write)(const struct coverage_files *f, struct buf *out);
    const char *endings[ENDINGS];
};

static const struct coverage_form forms[] = {
    {"text", NULL, {".txt"}},
    {"lcov", coverage_write_lcov, {".info", ".lcov"}},
    {"cobertura", coverage_write_cobertura, {".xml"}},
    {"html", coverage_write_html, {".html", ".htm"}},
};

enum { FORMS = sizeof forms / sizeof *forms };

static bool has_ending(const struct coverage_form *form, const char *path)
{
    for (size_t i = 0; i < ENDINGS && form->endings[i]; i++)
        if (text_ends_with_any_case(path, form->endings[i]))
            return true;
    return false;
}

bool coverage_output_read(const char *argument, struct coverage_output *out, struct diag *why)
{
    const char *colon = strchr(argument, ':');

    for (size_t i = 0; colon && colon[1] && i < FORMS; i++)
        if (strlen(forms[i].name) == (size_t)(colon - argument) &&
            text_begins_with(argument, forms[i].name)) {
            *out = (struct coverage_output){&forms[i], colon + 1};
            return true;
        }
    for (size_t i = 0; i < FORMS; i++)
        if (has_ending(&forms[i], argument)) {
            *out = (struct coverage_output){&forms[i], argument};
            return true;
        }
    diag_set(why, NULL, 0,
             "'%s' does not tell its form: let it end in .txt, .info (lcov), .xml (Cobertura) or "
             ".html, or write text:, lcov:, cobertura: or html: in front of it",
             argument);
    return false;
}

void coverage_output_write(const struct coverage_output *o, const struct coverage *c,
                           const struct coverage_files *f, struct buf *out)
{
    if (o->form->write) {
        o->form->write(f, out);
        return;
    }
    coverage_write(c, out);
    coverage_write_sums(&f->sums, out);
}
