#include "tools/serve_definitions.h"

#include "asl/asl.h"
#include "parsers/mem.h"
#include "runtime/names.h"
#include "runtime/text_map.h"
#include "tools/report_text.h"

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
    LOOK_MS = 5000,     /* in any case: file systems that tell nothing, folders that are replaced */
};

/* A file that is there, or was. */
struct file {
    char *name;    /* in the folder */
    char *path;    /* for messages, too */
    char *machine; /* its name */
    bool express, there, seen;
    /* What it was when it was read: */
    ino_t inode;
    off_t size;
    struct timespec changed;
};

struct definitions {
    api *api;
    struct definitions_options options;
    struct text_map files;    /* by name */
    struct text_map machines; /* the files that are there, by machine */
    struct file **list;
    size_t count, cap;
    bool unreadable; /* the folder, which was said */
    uv_fs_event_t event;
    uv_timer_t quiet, look;
    uint64_t first_news_ms; /* since the last look; 0: none */
};

/* ---- names ---- */

static const char *const endings[] = {".asl.json", ".asl.yaml", ".asl.yml"};
static const char express_ending[] = ".express";

/* Of what is before the ending; 0: it is no definition's name. */
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

static struct file *file_named(definitions *d, const char *name)
{
    struct file *f = text_map_get(&d->files, name);
    size_t len = stem(name), n = sizeof express_ending - 1;
    struct buf path = {0};

    if (f)
        return f;
    f = mem_calloc(1, sizeof *f);
    f->express = len > n && strncmp(name + len - n, express_ending, n) == 0;
    f->name = mem_strdup(name);
    f->machine = mem_strndup(name, f->express ? len - n : len);
    size_t folder = strlen(d->options.folder);
    buf_printf(&path, "%s%s%s", d->options.folder,
               folder && d->options.folder[folder - 1] == '/' ? "" : "/", name);
    f->path = buf_take(&path);
    text_map_put(&d->files, f->name, f);
    if (d->count == d->cap) {
        d->cap = mem_grow(d->cap, d->count + 1);
        d->list = mem_realloc(d->list, d->cap * sizeof(struct file *));
    }
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

static void show_report(const definitions *d, const struct file *f, const struct buf *text,
                        const struct asl_report *report)
{
    char *lines = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&lines, &len);

    if (!out)
        return;
    report_print(out, f->path, text->data, text->len, report, colour_wanted(stderr, NULL));
    fclose(out);
    talk_add(d->options.talk, lines, len);
    free(lines);
}

/* All that is wrong, as asl validate shows it; `words` when that finds nothing. */
static void show_problems(const definitions *d, const struct file *f, const struct buf *text,
                          const char *words)
{
    struct asl_report report = {0};

    asl_validate(text->data, text->len, document_format(f->path, text->data, text->len),
                 f->express ? ASL_EXPRESS : ASL_STANDARD, api_served(d->api), &report);
    if (report.errors)
        show_report(d, f, text, &report);
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
static struct answer call(definitions *d, const char *operation, json *request, struct diag *why)
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

static const char *text_at(const struct answer *a, const char *key)
{
    const json *v = a->body ? json_get(a->body, key) : NULL;

    return v && json_is_string(v) ? json_str(v) : "";
}

static json *machine_arn(const definitions *d, const struct file *f)
{
    const char *region = d->options.region ? d->options.region : NAMES_REGION;
    const char *account = d->options.account ? d->options.account : NAMES_ACCOUNT;

    return json_stringf("arn:%s:states:%s:%s:stateMachine:%s", names_partition(region), region,
                        account, f->machine);
}

/* An error when there is no such machine. */
static json *describe(definitions *d, const json *arn, struct diag *why)
{
    struct json_build b;

    json_build_object(&b, 1);
    json_build_set(&b, "stateMachineArn", json_ref(arn));
    return call(d, "DescribeStateMachine", json_build_done(&b), why).body;
}

static struct answer create(definitions *d, const struct file *f, const json *text,
                            struct diag *why)
{
    struct json_build b;

    json_build_object(&b, 4);
    json_build_set(&b, "name", json_cstring(f->machine));
    json_build_set(&b, "definition", json_ref(text));
    json_build_set(
        &b, "roleArn",
        json_stringf("arn:%s:iam::123456789012:role/asl",
                     names_partition(d->options.region ? d->options.region : NAMES_REGION)));
    json_build_set(&b, "type", json_cstring(f->express ? "EXPRESS" : "STANDARD"));
    return call(d, "CreateStateMachine", json_build_done(&b), why);
}

static struct answer update(definitions *d, const json *arn, const json *text, struct diag *why)
{
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, "stateMachineArn", json_ref(arn));
    json_build_set(&b, "definition", json_ref(text));
    return call(d, "UpdateStateMachine", json_build_done(&b), why);
}

/* ---- one file ---- */

/* The text of the definition as JSON: as it stands, or what the YAML means. */
static json *definition_text(const struct file *f, const struct buf *text, struct diag *why)
{
    enum document_format format = document_format(f->path, text->data, text->len);
    json *v, *out;

    if (format == DOCUMENT_JSON)
        return json_string(text->data, text->len);
    v = document_parse(format, text->data, text->len, 0, NULL, NULL, why);
    out = v ? json_text(v) : NULL;
    json_unref(v);
    return out;
}

/* Creates or updates the machine; false with *why filled when it is refused. */
static bool deploy(definitions *d, const struct file *f, const json *text, struct diag *why)
{
    json *arn = machine_arn(d, f), *have = describe(d, arn, why);
    const json *definition = have ? json_get(have, "definition") : NULL;
    const json *type = have ? json_get(have, "type") : NULL;
    const char *did = NULL;
    struct answer a = {0};

    if (type && json_str_is(type, "EXPRESS") != f->express) {
        diag_set(why, "TYPE", 0,
                 "%s is a state machine of type %s, and stays that until it is deleted", f->machine,
                 json_str(type));
    } else if (definition && json_equal(definition, text)) {
        did = "unchanged";
    } else if (have) {
        a = type ? update(d, arn, text, why) : create(d, f, text, why);
        if (a.status == 200)
            did = type ? "updated" : "created";
        else if (a.status)
            diag_set(why, "API", 0, "%s: %s", text_at(&a, "__type"), text_at(&a, "message"));
    }
    if (did && !d->options.quiet)
        say(d, f, "%s %s%s", did, f->express ? "EXPRESS " : "", f->machine);
    json_unref(a.body);
    json_unref(have);
    json_unref(arn);
    return did != NULL;
}

static bool load(definitions *d, struct file *f)
{
    const struct file *other = text_map_get(&d->machines, f->machine);
    struct buf text = {0};
    struct diag why = {0};
    json *definition = NULL;
    bool good = false;

    if (other && other != f) {
        say(d, f, "refused: the state machine %s is that of %s", f->machine, other->path);
        return false;
    }
    if (!other)
        text_map_put(&d->machines, f->machine, f);
    if (!buf_read_file(&text, f->path, ASL_MAX_DEFINITION, &why)) {
        say(d, f, "refused: %s", why.text);
        goto out;
    }
    buf_str(&text);
    definition = definition_text(f, &text, &why);
    good = definition && deploy(d, f, definition, &why);
    if (!good) {
        show_problems(d, f, &text, why.text);
        say(d, f, "refused");
    }
out:
    json_unref(definition);
    buf_clear(&text);
    diag_clear(&why);
    return good;
}

/* ---- the folder ---- */

static bool has_changed(struct file *f, const struct stat *is)
{
    bool same = f->there && f->inode == is->st_ino && f->size == is->st_size &&
                f->changed.tv_sec == is->st_mtim.tv_sec &&
                f->changed.tv_nsec == is->st_mtim.tv_nsec;

    f->there = true;
    f->inode = is->st_ino;
    f->size = is->st_size;
    f->changed = is->st_mtim;
    return !same;
}

/* Another file that was refused for its sake may have the machine now. */
static void give_back(definitions *d, const struct file *f)
{
    text_map_take(&d->machines, f->machine);
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->list[i]->machine, f->machine) == 0)
            d->list[i]->inode = 0;
}

static void notice_gone(definitions *d)
{
    for (size_t i = 0; i < d->count; i++) {
        struct file *f = d->list[i];
        if (f->there && !f->seen) {
            f->there = false;
            if (text_map_get(&d->machines, f->machine) == f)
                give_back(d, f);
            if (!d->options.quiet)
                say(d, f, "gone; its state machine stays until DeleteStateMachine");
        }
        f->seen = false;
    }
}

/* Loads what is new since the last look. */
static bool look(definitions *d)
{
    struct dirent **entries = NULL;
    int count = scandir(d->options.folder, &entries, is_definition, alphasort);
    bool good = true;

    if (count < 0) {
        if (!d->unreadable)
            talk_say(d->options.talk, "%s: %s", d->options.folder, strerror(errno));
        d->unreadable = true;
        return false;
    }
    d->unreadable = false;
    /* First those that are gone: another file may have their machines. */
    for (int i = 0; i < count; i++)
        file_named(d, entries[i]->d_name)->seen = true;
    notice_gone(d);
    for (int i = 0; i < count; i++) {
        struct file *f = file_named(d, entries[i]->d_name);
        struct stat is;
        if (stat(f->path, &is) == 0 && S_ISREG(is.st_mode) && has_changed(f, &is))
            good &= load(d, f);
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
    look(d);
}

static void on_look(uv_timer_t *t)
{
    look(t->data);
}

static void on_event(uv_fs_event_t *e, const char *name, int events, int status)
{
    definitions *d = e->data;
    uint64_t now_ms = uv_now(e->loop);

    (void)events;
    if (status != 0 || (name && !stem(name) && name[0] != '.'))
        return;
    if (!d->first_news_ms)
        d->first_news_ms = now_ms;
    if (now_ms - d->first_news_ms < PATIENCE_MS)
        uv_timer_start(&d->quiet, on_quiet, QUIET_MS, 0);
}

definitions *definitions_new(uv_loop_t *loop, api *a, const struct definitions_options *options)
{
    definitions *d = mem_calloc(1, sizeof *d);

    d->api = a;
    d->options = *options;
    uv_fs_event_init(loop, &d->event);
    uv_timer_init(loop, &d->quiet);
    uv_timer_init(loop, &d->look);
    d->event.data = d->quiet.data = d->look.data = d;
    return d;
}

bool definitions_load(definitions *d)
{
    return look(d);
}

void definitions_watch(definitions *d)
{
    /* Where the system can't tell of changes, they are seen at the next look. */
    (void)uv_fs_event_start(&d->event, on_event, d->options.folder, 0);
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
    mem_free(d);
}
