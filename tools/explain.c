/*
 * asl validate --explain: what the codes of problems mean. The texts are rows of the table in
 * asl/report/codes.c, which also fills the rules of SARIF; here they are only laid out.
 */

#include "tools/explain.h"

#include "asl/report/codes.h"
#include "parsers/base/nearest.h"
#include "tools/cmd.h"

#include <stdio.h>
#include <string.h>

enum { WIDTH = 88 };

/* How it is reported: "error", "warning", "warning, off by default". */
static const char *explain_kind_of(const struct asl_code *c)
{
    if (c->severity == ASL_ERROR)
        return "error";
    return c->on ? "warning" : "warning, off by default";
}

static void explain_set(struct json_build *b, const char *key, const char *text)
{
    json_build_set(b, key, text ? json_cstring(text) : json_null());
}

/* All members are there for each code, null where it has none, so that programs find them without
 * asking. */
static void explain_print_json(const struct asl_code *c)
{
    struct json_build b;
    struct buf text = {0};

    json_build_object(&b, 9);
    explain_set(&b, "code", c->name);
    explain_set(&b, "severity", c->severity == ASL_ERROR ? "error" : "warning");
    json_build_set(&b, "default", json_bool(c->on));
    explain_set(&b, "type", c->workflow == ASL_EXPRESS ? "EXPRESS" : "STANDARD");
    explain_set(&b, "summary", c->summary);
    explain_set(&b, "why", c->why);
    explain_set(&b, "mend", c->mend);
    explain_set(&b, "bad", c->bad);
    explain_set(&b, "good", c->good);
    json *v = json_build_done(&b);
    json_write(&text, v);
    printf("%s\n", buf_str(&text));
    buf_clear(&text);
    json_unref(v);
}

static void explain_print_line(const struct asl_code *c)
{
    printf("%-32s %-7s %-4s %s\n", c->name, c->severity == ASL_ERROR ? "error" : "warning",
           c->on ? "" : "off", c->summary);
}

/* Prints lines of at most WIDTH columns, broken at blanks. Bytes are counted as columns, which
 * is near enough: few of these texts have letters beyond ASCII. */
static void print_wrapped(const char *text)
{
    size_t column = 0;

    while (*text) {
        size_t n = strcspn(text, " ");
        if (column && column + 1 + n > WIDTH) {
            putchar('\n');
            column = 0;
        }
        column += (size_t)printf("%s%.*s", column ? " " : "", (int)n, text);
        text += n + (text[n] == ' ');
    }
    putchar('\n');
}

static void print_explanation_line(const char *text)
{
    fputs("    ", stdout);
    for (; *text; text++) {
        putchar(*text);
        if (*text == '\n' && text[1])
            fputs("    ", stdout);
    }
    putchar('\n');
}

/* One code for a person: what it means, why it matters, an example and its remedy, and last what
 * to do. */
static void explain_print_text(const struct asl_code *c)
{
    printf("%s (%s): %s\n\n", c->name, explain_kind_of(c), c->summary);
    print_wrapped(c->why);
    if (c->bad) {
        puts("\nBad:\n");
        print_explanation_line(c->bad);
        puts("\nGood:\n");
        print_explanation_line(c->good);
    }
    putchar('\n');
    print_wrapped(c->mend);
}

void explain_unknown(const char *option, const char *name, size_t len)
{
    struct nearest near = {.want = name, .len = len};

    for (size_t i = 0; asl_code_at(i); i++)
        nearest_offer(&near, asl_code_at(i)->name);
    cmd_fail("validate", "%s: there is no code '%.*s'%s%s%s", option, (int)len, name,
             near.best ? "; did you mean '" : ": asl validate --explain lists them",
             near.best ? near.best : "", near.best ? "'?" : "");
}

int explain(const char *format, int count, char **names)
{
    bool as_json = strcmp(format, "json") == 0;

    if (!as_json && strcmp(format, "text") != 0)
        return cmd_usage("validate", "--explain is text or json, not '%s'", format);
    if (count == 0)
        for (size_t i = 0; asl_code_at(i); i++)
            (as_json ? explain_print_json : explain_print_line)(asl_code_at(i));
    for (int i = 0; i < count; i++) {
        const struct asl_code *c = asl_code_find(names[i], strlen(names[i]));
        if (!c) {
            explain_unknown("--explain", names[i], strlen(names[i]));
            return EXIT_USAGE;
        }
        if (i && !as_json)
            putchar('\n');
        (as_json ? explain_print_json : explain_print_text)(c);
    }
    return EXIT_GOOD;
}
