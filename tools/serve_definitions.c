/*
 * State machines from a folder, for asl serve. What changed is seen by the stamps of files (inode,
 * size, time), not by the news of the file system, which some don't give: news only lead to an
 * earlier look. The API is called as a client would call it, one operation at a time, with turns
 * of the host in between until it answers.
 */

#include "tools/serve_definitions.h"

#include "asl/asl.h"
#include "asl/report/quota.h"
#include "parsers/base/mem.h"
#include "parsers/base/text_map.h"
#include "runtime/base/aws_defaults.h"
#include "runtime/base/partition.h"
#include "tools/machine_file.h"
#include "tools/report_text.h"
#include "tools/repository.h"
#include "tools/set_options.h"
#include "tools/template/template.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
    QUIET_MS = 100, /* without news before the folder is looked at: a file may be half written */
    PATIENCE_MS = 1000, /* then it is looked at all the same */
    MAX_TEMPLATE = 64 * 1024 * 1024,
    LOOK_MS = 5000, /* in any case: file systems that tell nothing, folders that are replaced */
};

/* What a file was when it was read. */
struct stamp {
    ino_t inode;
    off_t size;
    struct timespec changed;
};

/* A file that is there, or was. */
struct file {
    char *name;    /* in the folder */
    char *path;    /* for messages, too */
    char *machine; /* its name; of a template's they are in it */
    bool express, template, there, seen;
    struct stamp was;
};

/* A file that a template names. */
struct part {
    char *path;
    struct stamp was;
};

struct definitions {
    api *api;
    struct definitions_options options;
    char *folder;             /* that is looked at */
    char *only;               /* the one file in it; NULL: all definitions */
    struct text_map files;    /* by name */
    struct text_map machines; /* the files that are there, by machine; not those of templates */
    struct file **list;
    size_t count, cap;
    struct part *parts; /* of the template */
    size_t part_count, part_cap;
    bool unreadable; /* the folder, which was said */
    uv_fs_event_t event;
    uv_timer_t quiet, look;
    uint64_t first_news_ms; /* since the last look; 0: none */
};

/* ---- names ---- */

static const char *const endings[] = {".asl.json", ".asl.yaml", ".asl.yml"};
static const char express_ending[] = ".express";

/* Returns the length of the name before its ending, or 0 if it isn't a definition's. Editors'
 * files with a dot before them are left out. */
static size_t stem(const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; name[0] != '.' && i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (len > n && strcmp(name + len - n, endings[i]) == 0)
            return len - n;
    }
    return 0;
}

static int is_definition(const struct dirent *entry)
{
    return stem(entry->d_name) > 0;
}

/* The machine's name, and whether it is an EXPRESS one, by the name of its file. */
static void name_machine(struct file *f)
{
    size_t len = stem(f->name), n = sizeof express_ending - 1;

    f->express = len > n && strncmp(f->name + len - n, express_ending, n) == 0;
    if (len) {
        f->machine = mem_strndup(f->name, f->express ? len - n : len);
    } else {
        json *name = machine_file_name(f->name);
        f->machine = mem_strdup(json_str(name));
        json_unref(name);
    }
}

/* Returns the entry of a file, made when it is met first. Entries stay when files go, as a file
 * may come back. */
static struct file *file_named(definitions *d, const char *name)
{
    struct file *f = text_map_get(&d->files, name);
    struct buf path = {0};

    if (f)
        return f;
    f = mem_calloc(1, sizeof *f);
    f->name = mem_strdup(name);
    name_machine(f);
    if (!d->only || strchr(d->options.path, '/'))
        buf_printf(&path, "%s%s", d->folder, d->folder[strlen(d->folder) - 1] == '/' ? "" : "/");
    buf_adds(&path, name);
    f->path = buf_take(&path);
    text_map_put(&d->files, f->name, f);
    MEM_GROW(d->list, d->count, d->cap);
    d->list[d->count++] = f;
    return f;
}

/* ---- what is said ---- */

static void say(const definitions *d, const struct file *f, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void say(const definitions *d, const struct file *f, const char *format, ...)
{
    struct buf text = {0};
    va_list args;

    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    talk_say(d->options.talk, "%s: %s", f->path, buf_str(&text));
    buf_clear(&text);
}

/* Reports are printed to memory first, so that all lines of one go to the log writer together. */
static void show_report(const definitions *d, const char *file, const char *machine,
                        struct source_lines *lines, const struct asl_report *report)
{
    char *shown = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&shown, &len);

    if (!out)
        return;
    report_print_file(
        out,
        &(struct report_file){.name = file, .machine = machine, .lines = lines, .report = report},
        colour_wanted(stderr, NULL));
    fclose(out);
    talk_add(d->options.talk, shown, len);
    free(shown);
}

/* All that is wrong, as asl validate shows it; `words` when that finds nothing. */
static void show_problems(const definitions *d, const struct file *f,
                          const struct template_taken *t, const char *words)
{
    struct asl_report report = {0};

    template_validate(t, api_served(d->api), &report);
    asl_report_sort(&report, 0);
    if (report.errors)
        show_report(d, t->file, t->machine, t->lines, &report);
    else
        say(d, f, "%s", words);
    asl_report_clear(&report);
}

/* ---- calls of the api ---- */

struct answer {
    int status;
    json *body;
};

static void take_answer(void *user, int status, struct buf *body)
{
    struct answer *a = user;

    a->status = status;
    a->body = json_parse(body->data, body->len, JSON_READ_SURROGATES, NULL);
}

/* Takes `request`. None of these operations waits for more than a turn. Status 0 with *why filled:
 * the store failed. */
static struct answer served_call(definitions *d, const char *operation, json *request,
                                 struct diag *why)
{
    struct answer a = {0};
    struct buf body = {0};

    json_write(&body, request);
    json_unref(request);
    uint64_t number = api_call(d->api, operation, body.data, body.len,
                               d->options.now(d->options.clock), take_answer, &a);
    if (!d->options.turn(d->options.clock, why) && !a.body)
        api_give_up(d->api, number);
    buf_clear(&body);
    return a;
}

static const char *served_text_at(const struct answer *a, const char *key)
{
    const json *v = a->body ? json_get(a->body, key) : NULL;

    return v && json_is_string(v) ? json_str(v) : "";
}

static json *served_machine_arn(const definitions *d, const char *machine)
{
    const char *region = d->options.region ? d->options.region : AWS_DEFAULT_REGION;
    const char *account = d->options.account ? d->options.account : AWS_DEFAULT_ACCOUNT;

    return json_stringf("arn:%s:states:%s:%s:stateMachine:%s", partition_name(region), region,
                        account, machine);
}

/* Returns the answer of DescribeStateMachine, which is an error's body where there is no such
 * machine; NULL: the store failed. */
static json *served_describe(definitions *d, const json *arn, struct diag *why)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "stateMachineArn", json_ref(arn));
    return served_call(d, "DescribeStateMachine", json_build_done(&b), why).body;
}

static struct answer create(definitions *d, const char *machine, bool express, const json *text,
                            struct diag *why)
{
    struct json_build b;

    json_build_object(&b, 4);
    json_build_set(&b, "name", json_cstring(machine));
    json_build_set(&b, "definition", json_ref(text));
    json_build_set(
        &b, "roleArn",
        json_stringf("arn:%s:iam::123456789012:role/asl",
                     partition_name(d->options.region ? d->options.region : AWS_DEFAULT_REGION)));
    json_build_set(&b, "type", json_cstring(express ? "EXPRESS" : "STANDARD"));
    return served_call(d, "CreateStateMachine", json_build_done(&b), why);
}

static struct answer update(definitions *d, const json *arn, const json *text, struct diag *why)
{
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, "stateMachineArn", json_ref(arn));
    json_build_set(&b, "definition", json_ref(text));
    return served_call(d, "UpdateStateMachine", json_build_done(&b), why);
}

/* ---- one file ---- */

/* The text of the definition as JSON: as it stands, or what the YAML or the template means. */
static json *served_definition_text(const struct template_taken *t, struct diag *why)
{
    json *v, *out;

    if (t->value)
        return json_text(t->value);
    if (t->format == DOCUMENT_JSON)
        return json_string(t->text, t->len);
    v = document_parse(t->format, t->text, t->len, 0, NULL, NULL, why);
    out = v ? json_text(v) : NULL;
    json_unref(v);
    return out;
}

/*
 * Creates or updates the machine; false with *why filled when it is refused. A definition that is
 * the same is left alone, so that a mere start of the server changes nothing. The type can't be
 * changed, as AWS doesn't allow that.
 */
static bool deploy(definitions *d, const struct file *f, const char *machine, bool express,
                   const json *text, struct diag *why)
{
    json *arn = served_machine_arn(d, machine), *have = served_describe(d, arn, why);
    const json *definition = have ? json_get(have, "definition") : NULL;
    const json *type = have ? json_get(have, "type") : NULL;
    const char *did = NULL;
    struct answer a = {0};

    if (type && json_str_is(type, "EXPRESS") != express) {
        diag_set(why, "TYPE", 0,
                 "%s is a state machine of type %s, and stays that until it is deleted", machine,
                 json_str(type));
    } else if (definition && json_equal(definition, text)) {
        did = "unchanged";
    } else if (have) {
        a = type ? update(d, arn, text, why) : create(d, machine, express, text, why);
        if (a.status == 200)
            did = type ? "updated" : "created";
        else if (a.status)
            diag_set(why, "API", 0, "%s: %s", served_text_at(&a, "__type"),
                     served_text_at(&a, "message"));
    }
    if (did && !d->options.quiet)
        say(d, f, "%s %s%s", did, express ? "EXPRESS " : "", machine);
    json_unref(a.body);
    json_unref(have);
    json_unref(arn);
    return did != NULL;
}

/* A file that is being loaded. */
struct loading {
    definitions *d;
    struct file *f;
    bool good;
};

/* Tells which placeholders stay open. False: one stands outside of quotes, so that the
 * definition is no JSON without its value. */
static bool served_tell_open(const struct loading *l, const struct template_taken *t)
{
    struct buf names = {0};

    set_options_list(&names, t->open);
    if (t->bare)
        say(l->d, l->f,
            "nothing fills in %s, and ${%s} stands outside of quotes: give --set %s=VALUE",
            buf_str(&names), t->bare, t->bare);
    else if (names.len && !l->d->options.quiet)
        say(l->d, l->f, "nothing fills in %s: --set %s=VALUE does", buf_str(&names),
            json_str(json_key_at(t->open, 0)));
    buf_clear(&names);
    return !t->bare;
}

static void served_on_take(void *ctx, const struct template_taken *t)
{
    struct loading *l = ctx;
    const char *machine = t->machine ? t->machine : l->f->machine;
    struct diag why = {0};
    json *text = NULL;
    bool good = served_tell_open(l, t) && (text = served_definition_text(t, &why)) != NULL &&
                deploy(l->d, l->f, machine, t->workflow == ASL_EXPRESS, text, &why);

    if (!good && !t->bare)
        show_problems(l->d, l->f, t, why.text);
    if (!good)
        say(l->d, l->f, "refused%s%s", t->machine ? ": " : "", t->machine ? t->machine : "");
    l->good &= good;
    json_unref(text);
    diag_clear(&why);
}

/* Gets what is wrong with the file itself or with one that it names; definitions that can be
 * read come to served_on_take. */
static void served_on_found(void *ctx, const struct template_found *found)
{
    struct loading *l = ctx;

    if (!found->report->errors)
        return;
    show_report(l->d, found->file, found->machine, found->lines, found->report);
    say(l->d, l->f, "refused");
    l->good = false;
}

static void served_on_unchecked(void *ctx, const char *file, const char *machine, const char *why)
{
    struct loading *l = ctx;

    (void)file;
    say(l->d, l->f, "%s is not served: %s", machine ? machine : "it", why);
}

static struct stamp stamp_of(const struct stat *is)
{
    return (struct stamp){.inode = is->st_ino, .size = is->st_size, .changed = is->st_mtim};
}

static bool same_stamp(const struct stamp *a, const struct stamp *b)
{
    return a->inode == b->inode && a->size == b->size && a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}

/* The template is read anew when one of its parts changes. Takes `path`. */
static void keep_part(definitions *d, char *path)
{
    struct stat is;

    if (stat(path, &is) != 0) {
        free(path);
        return;
    }
    MEM_GROW(d->parts, d->part_count, d->part_cap);
    d->parts[d->part_count++] = (struct part){path, stamp_of(&is)};
}

static bool served_on_read_file(void *ctx, const char *near, const char *path, struct buf *text,
                                struct diag *why)
{
    struct loading *l = ctx;
    char *real;
    bool good = repository_read(near, path, MAX_TEMPLATE, text, &real, why);

    if (real)
        keep_part(l->d, real);
    return good;
}

static void forget_parts(definitions *d)
{
    for (size_t i = 0; i < d->part_count; i++)
        free(d->parts[i].path);
    d->part_count = 0;
}

/* A part that has gone has the empty stamp, and so counts as changed. */
static bool is_part_changed(const definitions *d)
{
    for (size_t i = 0; i < d->part_count; i++) {
        struct stat is;
        struct stamp now = {0};
        if (stat(d->parts[i].path, &is) == 0)
            now = stamp_of(&is);
        if (!same_stamp(&now, &d->parts[i].was))
            return true;
    }
    return false;
}

/* Reads one file. A file that is served alone may be a template; in a folder, only definitions
 * are. */
static bool served_read_file(definitions *d, struct file *f, const struct buf *text)
{
    struct loading l = {.d = d, .f = f, .good = true};
    enum asl_workflow express = ASL_EXPRESS;
    const struct template_kind *alone = template_kind_find("definition"),
                               *kind = d->only ? template_kind_of(f->path, text->data, text->len)
                                               : alone;
    struct template_reader reader = {.ctx = &l,
                                     .given = d->options.given,
                                     .forced = f->express ? &express : NULL,
                                     .otherwise = ASL_STANDARD,
                                     .take = served_on_take,
                                     .found = served_on_found,
                                     .unchecked = served_on_unchecked,
                                     .read_file = served_on_read_file};

    f->template = kind && kind != alone;
    if (!f->template && template_is_hcl(f->path, text->data, text->len)) {
        say(d, f, "refused: " HCL_UNREAD);
        return false;
    }
    forget_parts(d);
    template_read(&reader, f->template ? kind : alone, f->path, text->data, text->len);
    return l.good;
}

/*
 * Two files of a folder may claim one machine, as x.asl.json and x.asl.yaml do. The first keeps it,
 * and the other is refused until the first goes: otherwise they would overwrite each other at each
 * look.
 */
static bool served_load(definitions *d, struct file *f)
{
    const struct file *other = text_map_get(&d->machines, f->machine);
    struct buf text = {0};
    struct diag why = {0};
    bool good = false;

    if (other && other != f) {
        say(d, f, "refused: the state machine %s is that of %s", f->machine, other->path);
        return false;
    }
    if (!other)
        text_map_put(&d->machines, f->machine, f);
    good = buf_read_regular(&text, f->path, d->only ? MAX_TEMPLATE : QUOTA_DEFINITION, &why);
    if (!good)
        say(d, f, "refused: %s", why.text);
    buf_str(&text);
    good = good && served_read_file(d, f, &text);
    buf_clear(&text);
    diag_clear(&why);
    return good;
}

/* ---- the folder ---- */

static bool has_changed(const definitions *d, struct file *f, const struct stat *is)
{
    struct stamp now = stamp_of(is);
    bool same = f->there && same_stamp(&now, &f->was) && !is_part_changed(d);

    f->there = true;
    f->was = now;
    return !same;
}

/* Frees the name of a machine whose file has gone. A file that was refused because of it loses
 * its stamp, and so is loaded at this same look. */
static void served_give_back(definitions *d, const struct file *f)
{
    text_map_take(&d->machines, f->machine);
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->list[i]->machine, f->machine) == 0)
            d->list[i]->was.inode = 0;
}

static void notice_gone(definitions *d)
{
    for (size_t i = 0; i < d->count; i++) {
        struct file *f = d->list[i];
        if (f->there && !f->seen) {
            f->there = false;
            if (text_map_get(&d->machines, f->machine) == f)
                served_give_back(d, f);
            if (!d->options.quiet)
                say(d, f, "gone; its state machine stays until DeleteStateMachine");
        }
        f->seen = false;
    }
}

/* The names of the files there are; -1: the folder can't be read. */
static int list_files(const definitions *d, struct dirent ***entries)
{
    return scandir(d->folder, entries, d->only ? NULL : is_definition, alphasort);
}

static bool is_ours(const definitions *d, const char *name)
{
    return !d->only || strcmp(d->only, name) == 0;
}

/* Loads what is new since the last look. */
static bool served_look(definitions *d)
{
    struct dirent **entries = NULL;
    int count = list_files(d, &entries);
    bool good = true;

    if (count < 0) {
        if (!d->unreadable)
            talk_say(d->options.talk, "%s: %s", d->folder, strerror(errno));
        d->unreadable = true;
        return false;
    }
    d->unreadable = false;
    /* First those that are gone: another file may have their machines. */
    for (int i = 0; i < count; i++)
        if (is_ours(d, entries[i]->d_name))
            file_named(d, entries[i]->d_name)->seen = true;
    notice_gone(d);
    for (int i = 0; i < count; i++) {
        struct stat is;
        struct file *f = is_ours(d, entries[i]->d_name) ? file_named(d, entries[i]->d_name) : NULL;
        if (f && stat(f->path, &is) == 0 && S_ISREG(is.st_mode) && has_changed(d, f, &is))
            good &= served_load(d, f);
        free(entries[i]);
    }
    free(entries);
    return good;
}

/* ---- watching ---- */

static void on_quiet(uv_timer_t *t)
{
    definitions *d = t->data;

    d->first_news_ms = 0;
    served_look(d);
}

static void on_look(uv_timer_t *t)
{
    served_look(t->data);
}

/* Waits until there was no news for QUIET_MS, but not longer than PATIENCE_MS after the first: a
 * file that is written to all the time is looked at all the same. */
static void served_on_event(uv_fs_event_t *e, const char *name, int events, int status)
{
    definitions *d = e->data;
    uint64_t now_ms = uv_now(e->loop);

    (void)events;
    if (status != 0 || (name && !d->only && !stem(name) && name[0] != '.'))
        return;
    if (!d->first_news_ms)
        d->first_news_ms = now_ms;
    if (now_ms - d->first_news_ms < PATIENCE_MS)
        uv_timer_start(&d->quiet, on_quiet, QUIET_MS, 0);
}

/* A file is looked at in its folder, whose changes tell of it however it is written. */
static void served_split(definitions *d)
{
    const char *path = d->options.path, *slash = strrchr(path, '/');
    struct stat is;

    if (stat(path, &is) != 0 || !S_ISREG(is.st_mode)) {
        d->folder = mem_strdup(path);
        return;
    }
    d->only = mem_strdup(slash ? slash + 1 : path);
    d->folder =
        slash ? mem_strndup(path, slash > path ? (size_t)(slash - path) : 1) : mem_strdup(".");
}

definitions *definitions_new(uv_loop_t *loop, api *a, const struct definitions_options *options)
{
    definitions *d = mem_calloc(1, sizeof *d);

    d->api = a;
    d->options = *options;
    served_split(d);
    uv_fs_event_init(loop, &d->event);
    uv_timer_init(loop, &d->quiet);
    uv_timer_init(loop, &d->look);
    d->event.data = d->quiet.data = d->look.data = d;
    return d;
}

bool definitions_load(definitions *d)
{
    return served_look(d);
}

void definitions_watch(definitions *d)
{
    /* Where the system can't tell of changes, they are seen at the next look. */
    (void)uv_fs_event_start(&d->event, served_on_event, d->folder, 0);
    uv_timer_start(&d->look, on_look, LOOK_MS, LOOK_MS);
}

void definitions_close(definitions *d)
{
    if (!d)
        return;
    uv_close((uv_handle_t *)&d->event, NULL);
    uv_close((uv_handle_t *)&d->quiet, NULL);
    uv_close((uv_handle_t *)&d->look, NULL);
}

void definitions_free(definitions *d)
{
    if (!d)
        return;
    text_map_clear(&d->files);
    text_map_clear(&d->machines);
    for (size_t i = 0; i < d->count; i++) {
        mem_free(d->list[i]->name);
        mem_free(d->list[i]->path);
        mem_free(d->list[i]->machine);
        mem_free(d->list[i]);
    }
    mem_free(d->list);
    forget_parts(d);
    mem_free(d->parts);
    mem_free(d->folder);
    mem_free(d->only);
    mem_free(d);
}
