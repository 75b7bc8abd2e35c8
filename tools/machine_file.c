/*
 * The definition that is to be run, out of whatever file has it. A template is read twice: first
 * for the names of its machines, to know which one is meant, then for that one's definition.
 */

#include "tools/machine_file.h"

#include "asl/report/quota.h"
#include "parsers/base/buf.h"
#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"
#include "parsers/base/utf8.h"
#include "tools/cmd.h"
#include "tools/report_text.h"
#include "tools/repository.h"
#include "tools/set_options.h"
#include "tools/template/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A plan of Terraform, with all that it plans, is larger than any definition. */
enum { MAX_BYTES = 64 * 1024 * 1024 };

struct search {
    struct machine_file *f;
    char *path;         /* of the file */
    const char *wanted; /* the machine's name; NULL: the only one */
    const char *shown;  /* the file's name in messages */
    struct json_build names,
        unread;         /* objects: of machines; of those that can't be read, with why */
    bool counting;      /* the first of the two readings */
    bool found, failed; /* it was seen; something was wrong, and was said */
};

static const char *machine_file_purpose(const struct machine_file *f)
{
    return f->purpose ? f->purpose : "run";
}

/* ---- names ---- */

json *machine_file_name(const char *path)
{
    static const char *const endings[] = {".json", ".yaml", ".yml", ".asl"};
    const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    size_t len = strlen(base);

    if (strcmp(path, "-") == 0)
        return json_cstring("stdin");
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (len > n && strncmp(base + len - n, endings[i], n) == 0)
            len -= n;
    }
    return json_string_mended(base, len);
}

/* Splits FILE#MACHINE at its last '#', unless there is a file of the whole name. */
static void machine_file_split(struct search *s)
{
    const char *argument = s->f->argument, *hash = strrchr(argument, '#');

    if (hash && access(argument, F_OK) != 0) {
        s->path = mem_strndup(argument, (size_t)(hash - argument));
        s->wanted = hash + 1;
    } else {
        s->path = mem_strdup(argument);
    }
    s->shown = strcmp(s->path, "-") == 0 ? "<stdin>" : s->path;
}

/* ---- what nothing fills in ---- */

/* Tells which placeholders nothing fills in. False: one of them stands outside of quotes, so
 * that the definition is no JSON without its value. */
static bool machine_file_tell_open(const struct search *s, const struct template_taken *t)
{
    struct buf names = {0};
    const char *first = json_count(t->open) ? json_str(json_key_at(t->open, 0)) : "";

    set_options_list(&names, t->open);
    if (t->bare)
        cmd_fail(s->f->command,
                 "%s: nothing fills in %s, and ${%s} stands outside of quotes: give --set %s=VALUE",
                 t->file, buf_str(&names), t->bare, t->bare);
    else if (json_count(t->open) && !s->f->quiet)
        cmd_fail(s->f->command, "%s: nothing fills in %s: --set %s=VALUE does", t->file,
                 buf_str(&names), first);
    buf_clear(&names);
    return !t->bare;
}

/* ---- reading ---- */

static void tell_read(const struct machine_file *f, const char *path)
{
    if (f->reads)
        f->reads(f->reads_user, path);
}

static void print(const struct search *s, const struct template_found *found)
{
    report_print_file(stderr,
                      &(struct report_file){.name = found->file,
                                            .machine = found->machine,
                                            .lines = found->lines,
                                            .report = found->report},
                      colour_wanted(stderr, s->f->color));
}

/* Warnings are shown as well, and don't keep it from running. */
static void machine_file_compile(struct search *s, const struct template_taken *t)
{
    struct machine_file *f = s->f;
    struct asl_report report = {0};
    bool whole = machine_file_tell_open(s, t);

    s->found = true;
    s->failed = !whole;
    set_options_unused(f->given, f->command, t->open);
    if (!whole)
        return;
    f->machine = template_compile(t, &report);
    if (f->machine && f->seen)
        f->seen(f->user, t, f->machine);
    f->name = t->machine ? json_cstring(t->machine) : machine_file_name(s->path);
    asl_report_sort(&report, 0);
    print(s, &(struct template_found){
                 .file = t->file, .machine = t->machine, .lines = t->lines, .report = &report});
    if (!f->machine) {
        fprintf(stderr, "asl %s: the definition has %zu error%s, nothing was %s\n", f->command,
                report.errors, report.errors == 1 ? "" : "s", machine_file_purpose(f));
        s->failed = true;
    }
    asl_report_clear(&report);
}

static bool is_wanted(const struct search *s, const char *machine)
{
    return !s->wanted || (machine && strcmp(machine, s->wanted) == 0);
}

static void machine_file_on_take(void *ctx, const struct template_taken *t)
{
    struct search *s = ctx;

    if (s->counting)
        json_build_set(&s->names, t->machine ? t->machine : "", json_bool(true));
    /* A condition (Fn::If) gives two definitions of one name; the first is run. */
    else if (!s->found && is_wanted(s, t->machine))
        machine_file_compile(s, t);
}

/* The template itself, or a file that it names, can't be read. */
static void machine_file_on_found(void *ctx, const struct template_found *found)
{
    struct search *s = ctx;

    if (found->report->errors == 0)
        return;
    if (s->counting && found->machine)
        json_build_set(&s->names, found->machine, json_bool(true));
    else if (!found->machine || is_wanted(s, found->machine)) {
        print(s, found);
        s->found = s->failed = true;
    }
}

static void machine_file_on_unchecked(void *ctx, const char *file, const char *machine,
                                      const char *why)
{
    struct search *s = ctx;

    (void)file;
    if (s->counting)
        json_build_set(&s->unread, machine ? machine : "", json_cstring(why));
}

/* Templates may only name files of their own repository: see repository_has. */
static bool machine_file_on_read_file(void *ctx, const char *near, const char *path,
                                      struct buf *text, struct diag *why)
{
    const struct search *s = ctx;
    char *real;
    bool good = repository_read(near, path, MAX_BYTES, text, &real, why);

    if (real)
        tell_read(s->f, real);
    free(real);
    return good;
}

static void read_with(struct search *s, const struct template_kind *kind, const struct buf *text,
                      bool counting)
{
    struct template_reader reader = {.ctx = s,
                                     .given = s->f->given,
                                     .otherwise = ASL_STANDARD,
                                     .take = machine_file_on_take,
                                     .found = machine_file_on_found,
                                     .unchecked = machine_file_on_unchecked,
                                     .read_file = machine_file_on_read_file};

    s->counting = counting;
    template_read(&reader, kind, s->shown, text->data, text->len);
}

/* ---- which one ---- */

static void list_machines(const struct search *s)
{
    const json *names = s->names.v;

    for (size_t i = 0; i < json_count(names); i++)
        fprintf(stderr, "  %s#%s\n", s->path, json_str(json_key_at(names, i)));
}

/* A machine that the template has, but whose definition can't be read, is told with the reason. */
static bool refuse_name(const struct search *s)
{
    struct nearest near = {.want = s->wanted, .len = strlen(s->wanted)};
    const json *names = s->names.v, *why = json_get(s->unread.v, s->wanted);

    for (size_t i = 0; i < json_count(names); i++)
        nearest_offer(&near, json_str(json_key_at(names, i)));
    if (why)
        cmd_fail(s->f->command, "%s: %s can't be %s: %s", s->shown, s->wanted,
                 machine_file_purpose(s->f), json_str(why));
    else if (near.best)
        cmd_fail(s->f->command, "%s has no state machine '%s'; did you mean '%s'?", s->shown,
                 s->wanted, near.best);
    else
        cmd_fail(s->f->command, "%s has no state machine '%s'%s", s->shown, s->wanted,
                 json_count(names) ? "; it has" : "");
    if (!why && !near.best)
        list_machines(s);
    return false;
}

static bool refuse_all(const struct search *s)
{
    const json *unread = s->unread.v;

    if (json_count(unread))
        cmd_fail(s->f->command, "%s: %s can't be %s: %s", s->shown,
                 json_str(json_key_at(unread, 0)), machine_file_purpose(s->f),
                 json_str(json_value_at(unread, 0)));
    else
        cmd_fail(s->f->command, "%s has no state machine", s->shown);
    return false;
}

/* Returns whether it is clear which of the template's machines is meant. */
static bool choose_file(const struct search *s)
{
    const json *names = s->names.v;

    if (s->failed)
        return false;
    if (s->wanted)
        return json_get(names, s->wanted) || refuse_name(s);
    if (json_count(names) == 1)
        return true;
    if (json_count(names) == 0)
        return refuse_all(s);
    cmd_fail(s->f->command, "%s has several state machines; which one? Say", s->shown);
    list_machines(s);
    return false;
}

static bool load_from(struct search *s, const struct buf *text)
{
    const struct template_kind *kind = template_kind_of(s->shown, text->data, text->len),
                               *alone = template_kind_find("definition");

    if (!kind || kind == alone) {
        if (template_is_hcl(s->shown, text->data, text->len)) {
            cmd_fail(s->f->command, "%s: " HCL_UNREAD, s->shown);
            return false;
        }
        if (text->len > QUOTA_DEFINITION) {
            cmd_fail(s->f->command, "%s is larger than %d bytes", s->shown, (int)QUOTA_DEFINITION);
            return false;
        }
        if (s->wanted) {
            cmd_fail(s->f->command, "%s is a definition, no template with a state machine '%s'",
                     s->shown, s->wanted);
            return false;
        }
        kind = alone;
    } else {
        read_with(s, kind, text, true);
        if (!choose_file(s))
            return false;
    }
    read_with(s, kind, text, false);
    return s->f->machine && !s->failed;
}

bool machine_file_load(struct machine_file *f)
{
    struct search s = {.f = f};
    struct buf text = {0};
    struct diag why = {0};
    bool good;

    machine_file_split(&s);
    tell_read(f, s.path);
    json_build_object(&s.names, 0);
    json_build_object(&s.unread, 0);
    good = buf_read_file(&text, s.path, MAX_BYTES, &why);
    if (!good)
        cmd_fail(f->command, "%s", why.text);
    buf_str(&text);
    good = good && load_from(&s, &text);
    json_build_drop(&s.names);
    json_build_drop(&s.unread);
    mem_free(s.path);
    diag_clear(&why);
    buf_clear(&text);
    return good;
}

void machine_file_clear(struct machine_file *f)
{
    asl_machine_unref(f->machine);
    json_unref(f->name);
    f->machine = NULL;
    f->name = NULL;
}
