/*
 * Settings of asl validate. Each file is read once; which of them counts for a folder is looked
 * for upwards from it, once for each folder, and remembered. A wrong file is told at once, sets
 * nothing, and makes the exit status 2.
 */

#include "tools/aslrc.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"
#include "parsers/base/text_map.h"
#include "parsers/document.h"
#include "tools/path_glob.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME ".aslrc"

enum { MAX_BYTES = 1024 * 1024 };

/* A file that was read; `settings` NULL: there was none, or it is wrong. */
struct aslrc {
    char *folder; /* with a / behind it; its patterns are seen from there */
    json *settings;
};

/* The folder of files, and which settings count there. */
struct seen {
    char *folder;
    const struct aslrc *rc; /* NULL: none */
};

struct aslrc_files {
    struct aslrc **files;
    struct seen **seen;
    struct text_map by_folder; /* those */
    size_t files_count, files_cap, seen_count, seen_cap;
    const struct aslrc *only;
    bool none, bad;
    char *here; /* the working directory */
};

/* ---- what may be in it ---- */

static void aslrc_refuse(struct aslrc_files *all, const char *name, struct place at,
                         const char *text, const char *hint)
{
    fprintf(stderr, "asl: %s:%u:%u: %s%s%s\n", name, at.line, at.column, text, hint ? "; " : "",
            hint ? hint : "");
    all->bad = true;
}

static bool is_texts(const json *v)
{
    for (size_t i = 0; json_is_array(v) && i < json_count(v); i++)
        if (!json_is_string(json_at(v, i)))
            return false;
    return json_is_array(v) || json_is_string(v);
}

static bool is_bool(const json *v)
{
    return json_kind(v) == JSON_TRUE || json_kind(v) == JSON_FALSE;
}

static bool is_type(const json *v)
{
    return json_is_string(v) && (json_str_is(v, "STANDARD") || json_str_is(v, "EXPRESS"));
}

/* Each setting, with the check of its value and the words for a message. `top` and `within` say
 * where it may stand. */
static const struct key {
    const char *name;
    bool (*is)(const json *v);
    const char *takes;
    bool top, within; /* of the file; of an override */
} keys[] = {
    {"disable", is_texts, "codes", true, true},
    {"enable", is_texts, "codes", true, true},
    {"files", is_texts, "patterns of paths", false, true},
    {"ignore", is_texts, "patterns of paths", true, false},
    {"overrides", json_is_array, "a list of objects", true, false},
    {"type", is_type, "STANDARD or EXPRESS", true, true},
    {"werror", is_bool, "true or false", true, true},
};

static const struct key *find_key(const char *name, bool within)
{
    for (size_t i = 0; i < COUNT(keys); i++)
        if ((within ? keys[i].within : keys[i].top) && strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

static void unknown_key(struct aslrc_files *all, const char *name, const json *key, struct place at,
                        bool within)
{
    struct nearest near = {.want = json_str(key), .len = json_str_len(key)};
    struct buf text = {0}, hint = {0};

    for (size_t i = 0; i < COUNT(keys); i++)
        if (within ? keys[i].within : keys[i].top)
            nearest_offer(&near, keys[i].name);
    buf_printf(&text, "there is no setting '%s'%s", json_str(key), within ? " in an override" : "");
    if (near.best)
        buf_printf(&hint, "did you mean '%s'?", near.best);
    aslrc_refuse(all, name, at, buf_str(&text), near.best ? buf_str(&hint) : NULL);
    buf_clear(&text);
    buf_clear(&hint);
}

/* Returns the i-th text of a setting that is one text or a list of them; NULL behind the last. */
static const char *aslrc_text_at(const json *v, size_t i)
{
    if (v && json_is_array(v))
        return i < json_count(v) ? json_str(json_at(v, i)) : NULL;
    return v && i == 0 ? json_str(v) : NULL;
}

/* A misspelled code would silently disable nothing, so it is an error. */
static void check_codes(struct aslrc_files *all, const char *name, const json *v,
                        const struct json_places *at)
{
    struct asl_codes any;
    struct buf text = {0};
    const char *code;

    for (size_t i = 0; (code = aslrc_text_at(v, i)) != NULL; i++) {
        if (asl_codes_set(&any, code, strlen(code), true))
            continue;
        buf_reset(&text);
        buf_printf(&text, "there is no code '%s'", code);
        aslrc_refuse(all, name, json_is_array(v) ? at->kids[i].value : at->value, buf_str(&text),
                     "asl validate --explain lists them");
    }
    buf_clear(&text);
}

/* Checks settings, or an override within them: all mistakes are told, each with its place. */
static void aslrc_check(struct aslrc_files *all, const char *name, const json *v,
                        const struct json_places *at, bool within)
{
    struct buf text = {0};

    if (!json_is_object(v)) {
        aslrc_refuse(all, name, at->value,
                     within ? "an override is an object" : "settings are an object", NULL);
        return;
    }
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i), *value = json_value_at(v, i);
        const struct key *k = find_key(json_str(key), within);
        if (!k) {
            unknown_key(all, name, key, at->kids[i].key, within);
        } else if (!k->is(value)) {
            buf_reset(&text);
            buf_printf(&text, "'%s' takes %s", k->name, k->takes);
            aslrc_refuse(all, name, at->kids[i].value, buf_str(&text), NULL);
        } else if (strcmp(k->takes, "codes") == 0) {
            check_codes(all, name, value, &at->kids[i]);
        } else if (strcmp(k->name, "overrides") == 0) {
            for (size_t n = 0; n < json_count(value); n++)
                aslrc_check(all, name, json_at(value, n), &at->kids[i].kids[n], true);
        }
    }
    if (within && !json_get(v, "files"))
        aslrc_refuse(all, name, at->value, "an override needs 'files', the patterns it is for",
                     NULL);
    buf_clear(&text);
}

/* ---- reading ---- */

static char *aslrc_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct buf out = {0};

    if (slash)
        buf_add(&out, path, (size_t)(slash - path) + 1);
    return buf_take(&out);
}

/* `shown`: the file's name as a person sees it; `named`: a person named it. */
static const struct aslrc *read_rc(struct aslrc_files *all, const char *path, const char *shown,
                                   bool named)
{
    struct aslrc *rc = mem_calloc(1, sizeof *rc);
    struct arena a = {0};
    struct json_places *at = NULL;
    struct diag why = {0};
    struct buf text = {0};

    rc->folder = aslrc_folder_of(path);
    if (!(named ? buf_read_file : buf_read_regular)(&text, path, MAX_BYTES, &why)) {
        fprintf(stderr, "asl: %s\n", why.text);
        all->bad = true;
    } else {
        rc->settings = document_parse(document_format(NULL, text.data, text.len), text.data,
                                      text.len, JSON_READ_UNIQUE, &a, &at, &why);
        if (!rc->settings)
            aslrc_refuse(all, shown, why.place, why.text, NULL);
        else
            aslrc_check(all, shown, rc->settings, at, false);
    }
    /* A file that is wrong in one place sets nothing at all: half of the settings might hide
     * what the other half was to show. */
    if (all->bad) {
        json_unref(rc->settings);
        rc->settings = NULL;
    }
    MEM_GROW(all->files, all->files_count, all->files_cap);
    all->files[all->files_count++] = rc;
    diag_clear(&why);
    buf_clear(&text);
    arena_clear(&a);
    return rc;
}

/* Makes "/here/a/../b" into "/here/b"; `path` begins with a /. Links aren't followed: patterns
 * are about names as they are written, and the file need not exist. */
static char *normal(const char *path)
{
    struct buf out = {0};

    while (*path) {
        size_t n = strcspn(path + 1, "/");
        if (n == 2 && memcmp(path, "/..", 3) == 0) {
            while (out.len && out.data[--out.len] != '/')
                ;
        } else if (n && !(n == 1 && path[1] == '.')) {
            buf_add(&out, path, n + 1);
        }
        path += n + 1;
    }
    return buf_take(&out);
}

static char *absolute(const struct aslrc_files *all, const char *path)
{
    struct buf whole = {0};

    if (*path != '/')
        buf_printf(&whole, "%s/", all->here);
    buf_adds(&whole, path);
    char *out = normal(buf_str(&whole));
    buf_clear(&whole);
    return out;
}

static bool exists(const char *folder, const char *name)
{
    struct buf path = {0};

    buf_printf(&path, "%s%s", folder, name);
    bool is = access(buf_str(&path), F_OK) == 0;
    buf_clear(&path);
    return is;
}

/* Paths in messages are shown from the working directory where the file is below it, as those of
 * definitions are. */
static const struct aslrc *rc_at(struct aslrc_files *all, const char *folder)
{
    for (size_t i = 0; i < all->files_count; i++)
        if (strcmp(all->files[i]->folder, folder) == 0)
            return all->files[i];
    struct buf path = {0};
    buf_printf(&path, "%s" NAME, folder);
    size_t here = strlen(all->here);
    bool below = strncmp(folder, all->here, here) == 0 && folder[here] == '/';
    const struct aslrc *rc =
        read_rc(all, buf_str(&path), buf_str(&path) + (below ? here + 1 : 0), false);
    buf_clear(&path);
    return rc;
}

/* Looks for the nearest settings upwards from `folder`, which ends with a /. The root of a
 * repository (.git) ends the search, so that nothing outside of it decides what a build accepts. */
static const struct aslrc *look_for(struct aslrc_files *all, const char *folder)
{
    struct buf at = {0};
    const struct aslrc *rc = NULL;

    buf_adds(&at, folder);
    while (at.len) {
        if (exists(buf_str(&at), NAME)) {
            rc = rc_at(all, buf_str(&at));
            break;
        }
        if (exists(buf_str(&at), ".git"))
            break;
        at.len--;
        while (at.len && at.data[at.len - 1] != '/')
            at.len--;
    }
    buf_clear(&at);
    return rc;
}

/* Returns the settings for the file `path`, which is absolute. Remembered by folder, as a run
 * over a repository asks for thousands of files. */
static const struct aslrc *rc_of(struct aslrc_files *all, const char *path)
{
    if (all->none || all->only)
        return all->only;
    char *folder = aslrc_folder_of(path);
    struct seen *seen = text_map_get(&all->by_folder, folder);
    if (seen) {
        mem_free(folder);
        return seen->rc;
    }
    MEM_GROW(all->seen, all->seen_count, all->seen_cap);
    seen = mem_calloc(1, sizeof *seen);
    *seen = (struct seen){folder, look_for(all, folder)};
    all->seen[all->seen_count++] = seen;
    text_map_put(&all->by_folder, folder, seen);
    return seen->rc;
}

struct aslrc_files *aslrc_new(const char *only, bool none)
{
    struct aslrc_files *all = mem_calloc(1, sizeof *all);
    char here[4096];

    all->none = none;
    all->here = mem_strdup(getcwd(here, sizeof here) ? here : "");
    if (only) {
        char *path = absolute(all, only);
        all->only = read_rc(all, path, only, true);
        mem_free(path);
    }
    return all;
}

void aslrc_free(struct aslrc_files *all)
{
    if (!all)
        return;
    for (size_t i = 0; i < all->files_count; i++) {
        mem_free(all->files[i]->folder);
        json_unref(all->files[i]->settings);
        mem_free(all->files[i]);
    }
    for (size_t i = 0; i < all->seen_count; i++) {
        mem_free(all->seen[i]->folder);
        mem_free(all->seen[i]);
    }
    text_map_clear(&all->by_folder);
    mem_free(all->files);
    mem_free(all->seen);
    mem_free(all->here);
    mem_free(all);
}

bool aslrc_is_good(const struct aslrc_files *all)
{
    return !all->bad;
}

/* ---- what is set ---- */

/* Patterns are seen from the folder of the settings, as those of .gitignore are. */
static bool aslrc_fits(const json *patterns, const struct aslrc *rc, const char *path)
{
    size_t n = strlen(rc->folder);
    const char *text;

    if (strncmp(path, rc->folder, n) == 0)
        path += n;
    for (size_t i = 0; (text = aslrc_text_at(patterns, i)) != NULL; i++)
        if (path_glob_match(text, path))
            return true;
    return false;
}

/*
 * Goes through the settings for a path: those of the file first, then the overrides that fit, in
 * their order; so what comes later wins. next_settings frees `path` when it returns NULL, so each
 * walk must go to its end.
 */
struct applying {
    const struct aslrc *rc;
    char *path;
    size_t next; /* 0: the file's; then the overrides, from 1 on */
};

static struct applying apply_to(struct aslrc_files *all, const char *path)
{
    struct applying a = {.path = absolute(all, path)};

    a.rc = rc_of(all, a.path);
    return a;
}

static const json *next_settings(struct applying *a)
{
    const json *settings = a->rc ? a->rc->settings : NULL;
    const json *overrides = settings ? json_get(settings, "overrides") : NULL;

    if (settings && a->next == 0) {
        a->next = 1;
        return settings;
    }
    while (overrides && a->next <= json_count(overrides)) {
        const json *o = json_at(overrides, a->next++ - 1);
        if (aslrc_fits(json_get(o, "files"), a->rc, a->path))
            return o;
    }
    mem_free(a->path);
    return NULL;
}

bool aslrc_ignores(struct aslrc_files *all, const char *path)
{
    struct applying a = apply_to(all, path);
    bool ignores = false;

    for (const json *s; (s = next_settings(&a)) != NULL;)
        ignores |= aslrc_fits(json_get(s, "ignore"), a.rc, a.path);
    return ignores;
}

bool aslrc_type(struct aslrc_files *all, const char *path, enum asl_workflow *type)
{
    struct applying a = apply_to(all, path);
    bool set = false;

    for (const json *s; (s = next_settings(&a)) != NULL;) {
        const json *v = json_get(s, "type");
        if (v)
            *type = json_str_is(v, "EXPRESS") ? ASL_EXPRESS : ASL_STANDARD;
        set |= v != NULL;
    }
    return set;
}

void aslrc_enable(struct aslrc_files *all, const char *path, struct asl_codes *wanted)
{
    struct applying a = apply_to(all, path);
    const char *code;

    for (const json *s; (s = next_settings(&a)) != NULL;) {
        const json *codes = json_get(s, "enable");
        for (size_t i = 0; (code = aslrc_text_at(codes, i)) != NULL; i++)
            asl_codes_set(wanted, code, strlen(code), true);
    }
}

void aslrc_raise(struct asl_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        report->problems[i].severity = ASL_ERROR;
    report->errors = report->count;
}

void aslrc_apply(struct aslrc_files *all, const char *path, struct asl_report *report)
{
    struct applying a = apply_to(all, path);
    const char *code;
    bool werror = false;

    for (const json *s; (s = next_settings(&a)) != NULL;) {
        const json *codes = json_get(s, "disable"), *raise = json_get(s, "werror");
        for (size_t i = 0; (code = aslrc_text_at(codes, i)) != NULL; i++)
            asl_report_drop(report, code, strlen(code));
        if (raise)
            werror = json_kind(raise) == JSON_TRUE;
    }
    if (werror)
        aslrc_raise(report);
}
