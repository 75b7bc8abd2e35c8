/* The suites that asl test plays: reading them with their definitions, and choosing their cases. */
#include "tools/test_command.h"

#include "parsers/base/mem.h"
#include "runtime/base/glob.h"
#include "tools/machine_file.h"
#include "tools/report_text.h"
#include "tools/test/mock_suite.h"
#include "tools/test/mutant.h"
#include "tools/test/record.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* ---- files ---- */

/* A suite that is named twice, or lies in a folder that is named, too, is played once. */
static void drop_twins(struct definition_files *files)
{
    struct stat *are = mem_calloc(files->count, sizeof *are);
    size_t kept = 0;

    for (size_t i = 0; i < files->count; i++) {
        struct stat is;
        bool there = stat(files->files[i].path, &is) == 0, twin = false;
        for (size_t k = 0; there && !twin && k < kept; k++)
            twin = are[k].st_ino == is.st_ino && are[k].st_dev == is.st_dev;
        if (twin) {
            mem_free(files->files[i].path);
            continue;
        }
        are[kept] = there ? is : (struct stat){0};
        files->files[kept++] = files->files[i];
    }
    files->count = kept;
    mem_free(are);
}

bool test_find_suites(int argc, char **argv, struct definition_files *files)
{
    bool good = true;

    if (argc == 0)
        return definition_files_add(files, ".");
    for (int i = 0; i < argc; i++)
        good &= definition_files_add(files, argv[i]);
    if (argc > 1)
        drop_twins(files);
    return good;
}

/* ---- suites ---- */

static void tell_report(void *user, const struct suite_file *f, const struct asl_report *report)
{
    struct test *t = user;

    report_print_file(stderr,
                      &(struct report_file){.name = f->path,
                                            .lines = (struct source_lines *)(uintptr_t)&f->lines,
                                            .report = report},
                      colour_wanted(stderr, t->color));
    t->unread = true;
    MEM_GROW(t->broken, t->broken_count, t->broken_cap);
    t->broken[t->broken_count++] = record_of_suite(f->path, report);
}

/* A suite is made from this file, too. */
static void test_reads(void *user, const char *path)
{
    struct test *t = user;

    if (t->watch)
        watch_file(t->watch, path);
    if (t->writes)
        used_files_add(&t->used, path);
}

/* What the command line sets goes before what the suite does. */
static bool suites_fill_in(struct test *t, const json *substitutions, struct placeholders *out,
                           struct diag *why)
{
    bool good = true;

    for (size_t i = 0; good && substitutions && i < json_count(substitutions); i++) {
        const json *v = json_value_at(substitutions, i);
        struct buf given = {0};
        buf_printf(&given, "%s=", json_str(json_key_at(substitutions, i)));
        if (json_is_string(v))
            buf_add(&given, json_str(v), json_str_len(v));
        else
            json_write(&given, v);
        good = placeholders_add(out, buf_str(&given), why);
        buf_clear(&given);
    }
    good = good && set_options_read(&t->set, &cmd_test_options, out);
    set_options_defaults(out, NULL, NULL);
    return good;
}

struct reading {
    const struct test *test;
    struct suite_machine *out;
    const asl_machine *machine; /* is set when it is known */
};

static void mark_elements(void *user, const struct asl_at *top, struct asl_report *marks)
{
    const struct reading *r = user;

    elements_mark(r->out->elements, r->machine, top, marks);
}

static void mark_mutants(void *user, const struct asl_at *top, struct asl_report *marks)
{
    const struct reading *r = user;

    mutants_mark(r->out->mutants, top, marks);
}

static void on_seen(void *user, const struct template_taken *taken, const asl_machine *m)
{
    struct reading *r = user;
    struct asl_report marks = {.no_most = true};

    r->machine = m;
    r->out->elements = elements_new(m);
    r->out->file = mem_strdup(taken->file);
    template_mark(taken, mark_elements, r, &marks);
    elements_place(r->out->elements, &marks);
    asl_report_clear(&marks);
    if (!r->test->mutate)
        return;
    r->out->mutants = mutants_new(m, r->out->elements);
    marks.no_most = true;
    template_mark(taken, mark_mutants, r, &marks);
    mutants_place(r->out->mutants, r->out->elements, &marks);
    asl_report_clear(&marks);
}

/* A pipe could keep all suites waiting, and what isn't there is told where it is named. It may come
 * there, so it is watched all the same. */
static bool is_regular(const struct test *t, const char *argument, struct diag *why)
{
    char *path = mem_strndup(argument, strcspn(argument, "#"));
    struct stat is;
    bool there = stat(path, &is) == 0 || stat(argument, &is) == 0;
    bool good = there && S_ISREG(is.st_mode);

    if (!good && t->watch)
        watch_file(t->watch, path);
    if (!there)
        diag_set(why, "TEST_SUITE", 0, "%s can't be opened: %s", path, strerror(errno));
    else if (!good)
        diag_set(why, "TEST_SUITE", 0, "%s is no regular file", path);
    mem_free(path);
    return good;
}

/* Mocks and expectations tell states by their names and paths. */
static bool tells_states(const asl_machine *m, struct diag *why)
{
    struct buf both = {0};
    bool clash = trial_states_clash(m, &both);

    if (clash)
        diag_set(why, "TEST_SUITE", 0,
                 "two states of the definition go by '%s', as a name or with the states around "
                 "them: rename one, as mocks and expectations couldn't tell them from each other",
                 buf_str(&both));
    buf_clear(&both);
    return !clash;
}

static void note_unused(void *user, const char *name)
{
    json_build_set(user, name, json_null());
}

bool test_read_machine(void *user, const char *argument, const json *substitutions,
                       struct suite_machine *out, struct diag *why)
{
    struct test *t = user;
    struct placeholders given = {0};
    struct reading reading = {.test = t, .out = out};
    struct machine_file file = {.command = "test",
                                .argument = argument,
                                .given = &given,
                                .color = t->color,
                                .quiet = true,
                                .seen = on_seen,
                                .user = &reading,
                                .reads = test_reads,
                                .reads_user = t};
    bool good = is_regular(t, argument, why) && suites_fill_in(t, substitutions, &given, why);

    if (good && (good = machine_file_load(&file) && tells_states(file.machine, why))) {
        out->machine = asl_machine_ref(file.machine);
        out->name = json_ref(file.name);
    }
    struct json_build unused;
    json_build_object(&unused, 1);
    placeholders_unused(&given, note_unused, &unused);
    json_unref(t->unused);
    t->unused = json_build_done(&unused);
    machine_file_clear(&file);
    placeholders_clear(&given);
    return good;
}

json *test_used_values(void *user, const json *values)
{
    const struct test *t = user;
    struct json_build b;

    json_build_object(&b, json_count(values));
    for (size_t i = 0; i < json_count(values); i++)
        if (!t->unused || !json_get_key(t->unused, json_key_at(values, i)))
            json_build_set_key(&b, json_ref(json_key_at(values, i)),
                               json_ref(json_value_at(values, i)));
    return json_build_done(&b);
}

/* Files that are read only while cases are played. */
static void hear_handlers(struct test *t, const struct suite *s)
{
    for (size_t i = 0; (t->watch || t->writes) && i < s->case_count; i++) {
        const char *named = case_text(&s->cases[i], "handlers");
        char *path = named ? suite_path(s, named) : NULL;
        if (path)
            test_reads(t, path);
        mem_free(path);
    }
}

static void take_suite(void *user, struct suite *s)
{
    struct test *t = user;

    hear_handlers(t, s);
    MEM_GROW(t->suites, t->suite_count, t->suite_cap);
    t->suites[t->suite_count++] = s;
}

/* --definition MACHINE=FILE. */
static const char *named_definition(void *user, const char *machine)
{
    struct test *t = user;
    size_t len = strlen(machine);

    for (size_t i = 0; i < t->definition.count; i++)
        if (strncmp(t->definition.at[i], machine, len) == 0 && t->definition.at[i][len] == '=') {
            t->definition_used[i] = true;
            return t->definition.at[i] + len + 1;
        }
    return NULL;
}

bool test_definitions_used(const struct test *t)
{
    bool good = true;

    for (size_t i = 0; i < t->definition.count; i++) {
        if (t->definition_used[i])
            continue;
        cmd_fail("test",
                 strchr(t->definition.at[i], '=')
                     ? "--definition '%s' is of no state machine of a mock configuration"
                     : "--definition takes MACHINE=FILE, and '%s' has no =",
                 t->definition.at[i]);
        good = false;
    }
    return good;
}

void test_load_suites(struct test *t, const struct definition_files *files)
{
    const struct suite_reader reader = {.read = test_read_machine, .reads = test_reads, .user = t};
    const struct mock_suites local = {.reader = &reader,
                                      .definition = named_definition,
                                      .tell = tell_report,
                                      .take = take_suite,
                                      .user = t};

    for (size_t i = 0; i < files->count; i++) {
        const char *path = files->files[i].path;
        if (t->watch)
            watch_begin(t->watch, path);
        test_reads(t, path);
        if (mock_suite_is(path)) {
            mock_suites_load(&local, path);
            continue;
        }
        struct suite *s = suite_load(path, &reader, tell_report, t);
        if (s)
            take_suite(t, s);
    }
}

/* ---- which cases ---- */

/* A pattern fits a whole name; words without * and ? fit any part of it, and behind = the whole, or
 * the case whose table has the row. */
static bool fits_filter(const char *pattern, const struct test_case *c)
{
    const char *name = c->name;

    if (*pattern == '=')
        return strcmp(pattern + 1, name) == 0 ||
               (c->table && json_str_is(c->table->key, pattern + 1));
    return strpbrk(pattern, "*?") ? glob_match(pattern, name, strlen(name))
                                  : strstr(name, pattern) != NULL;
}

/* A word that is written wrong leaves cases out that somebody wants to be played. */
static void tell_idle(const struct test *t, const char *option, const struct option_values *values,
                      bool (*fits)(const char *value, const struct test_case *c))
{
    for (size_t i = 0; i < values->count; i++) {
        bool any = false;
        for (size_t k = 0; !any && k < t->suite_count; k++)
            for (size_t n = 0; !any && n < t->suites[k]->case_count; n++)
                any = fits(values->at[i], &t->suites[k]->cases[n]);
        if (!any)
            cmd_fail("test", "no case is chosen by --%s '%s'", option, values->at[i]);
    }
}

static bool has_tag(const char *tag, const struct test_case *c)
{
    return case_has_tag(c, tag);
}

static bool is_chosen(const struct test *t, const struct test_case *c)
{
    bool fits = t->filter.count == 0, tagged = t->tag.count == 0;

    for (size_t i = 0; i < t->filter.count; i++)
        fits |= fits_filter(t->filter.at[i], c);
    for (size_t i = 0; i < t->tag.count; i++)
        tagged |= case_has_tag(c, t->tag.at[i]);
    return fits && tagged;
}

void test_choose_cases(struct test *t)
{
    for (size_t i = 0; i < t->suite_count; i++) {
        const struct suite *s = t->suites[i];
        bool only = false;
        for (size_t k = 0; k < s->case_count; k++)
            only |= s->cases[k].only;
        t->only |= only;
        for (size_t k = 0; k < s->case_count; k++) {
            const struct test_case *c = &s->cases[k];
            if ((only && !c->only) || !is_chosen(t, c))
                continue;
            MEM_GROW(t->cases, t->case_count, t->case_cap);
            t->cases[t->case_count++] = c;
        }
    }
    if (t->case_count == 0)
        return;
    tell_idle(t, "filter", &t->filter, fits_filter);
    tell_idle(t, "tag", &t->tag, has_tag);
}
