/*
 * Buckets of a case. One whose objects stand in the suite is a folder with these files. One that is
 * a folder of files is looked at where it is, as long as nothing in the machine could change it;
 * else it is a folder of links to the files, which costs the same whatever their size is: what is
 * put takes the place of the link, and what it leads to stays as it is.
 */
#define _XOPEN_SOURCE 700 /* realpath, mkdtemp */

#include "tools/test/case_buckets.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "runtime/aws/aws.h"
#include "runtime/folder/folder.h"
#include "tools/test/held_signals.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Folders in folders are followed so far down: a key has no room for more. */
enum { MOST_DEPTH = FOLDER_KEY_MOST / 2 };

/* ---- trees of files ---- */

/* Adds a name to a path. Returns how long the path was. */
static size_t go_down(struct buf *path, const char *name)
{
    size_t len = path->len;

    buf_printf(path, "/%s", name);
    return len;
}

static void go_up(struct buf *path, size_t len)
{
    path->len = len;
}

static bool is_dots(const char *name)
{
    return !strcmp(name, ".") || !strcmp(name, "..");
}

/* A link in the folder counts if it leads to a file of the folder. */
static char *file_behind(const char *root, const char *path)
{
    char *real = realpath(path, NULL);
    size_t len = strlen(root);
    struct stat st;

    if (real && (strncmp(real, root, len) != 0 || real[len] != '/' || stat(real, &st) ||
                 !S_ISREG(st.st_mode))) {
        free(real);
        real = NULL;
    }
    return real;
}

/* Makes, in the folder `to`, links to the files of `from` and its folders. False: see errno. */
static bool link_tree(const char *root, struct buf *from, struct buf *to, int depth)
{
    DIR *dir = depth < MOST_DEPTH ? opendir(buf_str(from)) : NULL;
    struct dirent *e;
    bool good = dir != NULL || depth == MOST_DEPTH;

    while (good && dir && (e = readdir(dir))) {
        struct stat st;
        char *real;

        if (is_dots(e->d_name))
            continue;
        size_t from_len = go_down(from, e->d_name), to_len = go_down(to, e->d_name);
        if (lstat(buf_str(from), &st)) {
            good = errno == ENOENT;
        } else if (S_ISDIR(st.st_mode)) {
            good = !mkdir(buf_str(to), 0777) && link_tree(root, from, to, depth + 1);
        } else if (S_ISREG(st.st_mode)) {
            good = !symlink(buf_str(from), buf_str(to));
        } else if (S_ISLNK(st.st_mode) && (real = file_behind(root, buf_str(from)))) {
            good = !symlink(real, buf_str(to));
            free(real);
        }
        go_up(from, from_len);
        go_up(to, to_len);
    }
    if (dir)
        closedir(dir);
    return good;
}

static void remove_tree(struct buf *path)
{
    DIR *dir = opendir(buf_str(path));
    struct dirent *e;

    while (dir && (e = readdir(dir))) {
        struct stat st;

        if (is_dots(e->d_name))
            continue;
        size_t len = go_down(path, e->d_name);
        if (!lstat(buf_str(path), &st) && S_ISDIR(st.st_mode))
            remove_tree(path);
        else
            unlink(buf_str(path));
        go_up(path, len);
    }
    if (dir)
        closedir(dir);
    rmdir(buf_str(path));
}

/* ---- what a machine does ---- */

/* Whatever is no known way to read may write. */
static bool state_may_write(const struct asl_state *s)
{
    static const char *const reads[] = {"getObject", "headObject", "listObjectsV2", "headBucket"};
    const struct asl_resource *r = &s->task.parts;

    if (s->type == ASL_MAP)
        return s->map.writer != NULL;
    if (s->type != ASL_TASK || !asl_resource_is_call(r) || !asl_piece_is(r->service, "s3"))
        return false;
    for (size_t i = 0; i < COUNT(reads); i++)
        if (asl_piece_is(r->action, reads[i]))
            return false;
    return true;
}

static bool machine_may_write(const asl_machine *m)
{
    for (size_t i = 0; i < m->count; i++)
        if (state_may_write(m->states[i]))
            return true;
    return false;
}

/* ---- buckets ---- */

struct making {
    struct case_buckets *b;
    const struct test_case *c; /* NULL: there is none */
    bool may_write;
    struct failures *failures;
};

static bool bucket_fails(const struct making *m, struct place at, const char *name,
                         const char *what)
{
    failures_add(m->failures, at, "buckets", "the bucket '%s': %s", name, what);
    return false;
}

/* Makes an empty folder for the next bucket; NULL with a failure added. mem_free it. */
static char *new_folder(const struct making *m, struct place at, const char *name)
{
    const char *tmp = getenv("TMPDIR");
    struct buf path = {0};

    if (!m->b->top) {
        buf_printf(&path, "%s/asl-bucket-XXXXXX", tmp && *tmp ? tmp : "/tmp");
        buf_str(&path);
        if (!mkdtemp(path.data)) {
            bucket_fails(m, at, name, "there is no room for its files beneath TMPDIR");
            buf_clear(&path);
            return NULL;
        }
        m->b->top = buf_take(&path);
    }
    buf_printf(&path, "%s/%zu", m->b->top, m->b->count);
    if (!mkdir(buf_str(&path), 0777))
        return buf_take(&path);
    bucket_fails(m, at, name, strerror(errno));
    buf_clear(&path);
    return NULL;
}

const object_folder *case_buckets_folder(const struct case_buckets *b, const char *name, size_t len)
{
    for (size_t i = 0; i < b->count; i++)
        if (strlen(b->all[i].name) == len && !memcmp(b->all[i].name, name, len))
            return b->all[i].folder;
    return NULL;
}

/* Adds the folder at `path` as a bucket. */
static bool add_bucket(const struct making *m, struct place at, const char *name, const char *path,
                       unsigned how, object_folder **out)
{
    struct diag why = {0};
    object_folder *f = folder_open(path, how, &why);

    if (!f) {
        bucket_fails(m, at, name, why.text);
        diag_clear(&why);
        return false;
    }
    m->b->all = mem_realloc(m->b->all, (m->b->count + 1) * sizeof *m->b->all);
    m->b->all[m->b->count++] = (struct handlers_bucket){mem_strdup(name), f};
    if (out)
        *out = f;
    return true;
}

static bool add_folder_of_files(const struct making *m, struct place at, const char *name,
                                const char *path)
{
    char *real = m->may_write ? realpath(path, NULL) : NULL, *made = NULL;
    struct buf from = {0}, to = {0};
    bool good;

    /* What is wrong with it is told when it is opened. */
    if (!real)
        return add_bucket(m, at, name, path, 0, NULL);
    made = new_folder(m, at, name);
    good = made != NULL;
    if (good) {
        buf_adds(&from, real);
        buf_adds(&to, made);
        good = link_tree(real, &from, &to, 0) || bucket_fails(m, at, name, strerror(errno));
    }
    good = good && add_bucket(m, at, name, made, FOLDER_LINKS_OUT, NULL);
    buf_clear(&from);
    buf_clear(&to);
    mem_free(made);
    free(real);
    return good;
}

/* A text is an object's bytes; any other value is written as JSON. */
static bool put_object(const struct making *m, object_folder *f, const char *bucket,
                       struct place at, const json *name, const json *value)
{
    const struct folder_key key = {json_str(name), json_str_len(name)};
    struct buf text = {0};
    struct folder_object o;
    struct diag why = {0};

    if (json_is_string(value))
        buf_add(&text, json_str(value), json_str_len(value));
    else
        json_write(&text, value);
    bool good = folder_put(f, key, buf_str(&text), text.len, NULL, &o, &why);
    if (!good)
        bucket_fails(m, at, bucket, why.text);
    diag_clear(&why);
    buf_clear(&text);
    return good;
}

/* Makes a bucket of the objects of `bucket`, whose `places` may be NULL. */
static bool add_objects(const struct making *m, const struct asl_at *bucket)
{
    const char *name = json_str(bucket->key);
    struct place at = bucket->places ? bucket->places->key : (struct place){0};
    char *path = new_folder(m, at, name);
    object_folder *f = NULL;
    bool good = path && add_bucket(m, at, name, path, 0, &f);

    for (size_t i = 0; good && i < json_count(bucket->value); i++) {
        struct asl_at object;
        asl_at_index(bucket, i, &object);
        good = put_object(m, f, name, object.places ? object.places->key : at, object.key,
                          object.value);
    }
    mem_free(path);
    return good;
}

/* One that the command line gives, too, stays as that. */
static bool add_named(const struct making *m, const struct asl_at *bucket)
{
    if (case_buckets_folder(m->b, json_str(bucket->key), json_str_len(bucket->key)))
        return true;
    if (json_is_object(bucket->value))
        return add_objects(m, bucket);
    char *path = suite_path(m->c->suite, json_str(bucket->value));
    bool good = add_folder_of_files(m, bucket->places->value, json_str(bucket->key), path);
    mem_free(path);
    return good;
}

/* ---- all of them ---- */

static bool make_all(struct case_buckets *b, const struct test_case *c, const asl_machine *m,
                     const struct case_bucket *given, size_t given_count, struct failures *failures)
{
    struct asl_at all;
    bool has = c && case_field(c, "buckets", &all), good = true;
    const struct making making = {b, c, (has || given_count) && machine_may_write(m), failures};

    for (size_t i = 0; good && i < given_count; i++)
        good = add_folder_of_files(&making, c ? c->place : (struct place){0}, given[i].name,
                                   given[i].folder);
    for (size_t i = 0; good && has && i < json_count(all.value); i++) {
        struct asl_at bucket;
        asl_at_index(&all, i, &bucket);
        good = add_named(&making, &bucket);
    }
    return good;
}

/* With a signal that waits there must be nothing left behind. A process that lives on has ignored
 * it, and makes its buckets after all. */
bool case_buckets_make(struct case_buckets *b, const struct test_case *c, const asl_machine *m,
                       const struct case_bucket *given, size_t given_count,
                       struct failures *failures)
{
    sigset_t before;

    signals_hold(&before);
    bool good = make_all(b, c, m, given, given_count, failures);
    bool ends = signals_wait();
    if (ends)
        case_buckets_clear(b);
    signals_release(&before);
    return ends ? make_all(b, c, m, given, given_count, failures) : good;
}

bool case_buckets_give(struct case_buckets *b, const asl_machine *m,
                       const struct case_bucket *given, size_t given_count,
                       struct failures *failures)
{
    return case_buckets_make(b, NULL, m, given, given_count, failures);
}

bool case_buckets_of(struct case_buckets *b, const json *buckets, struct failures *failures)
{
    const struct making m = {.b = b, .failures = failures};
    const struct asl_at all = {.value = buckets};
    bool good = true;

    for (size_t i = 0; good && i < json_count(buckets); i++) {
        struct asl_at bucket;
        asl_at_index(&all, i, &bucket);
        good = add_objects(&m, &bucket);
    }
    return good;
}

enum { OBJECT_MOST = 16 << 20 };

json *case_bucket_value(const object_folder *f, const json *key, bool as_text, struct diag *why)
{
    const struct folder_ask ask = {.key = {json_str(key), json_str_len(key)}};
    struct folder_object o;
    struct folder_part part;
    struct buf body = {0};
    struct diag refused = {0};
    json *v = NULL;

    if (folder_get(f, &ask, OBJECT_MOST, &o, &part, &body, &refused)) {
        if (!as_text)
            v = json_parse(buf_str(&body), body.len, JSON_READ_SURROGATES, NULL);
        if (!v)
            v = json_string_mended(buf_str(&body), body.len);
    } else if (strcmp(refused.code, "NoSuchKey") != 0) {
        diag_set(why, refused.code, 0, "%s", refused.text);
    }
    diag_clear(&refused);
    buf_clear(&body);
    return v;
}

const json *case_bucket_called(const struct trial_call *call)
{
    struct asl_resource r;
    const json *bucket;

    if (!asl_resource_read(call->resource, &r) || !asl_resource_is_call(&r) ||
        !asl_piece_is(r.service, "s3"))
        return NULL;
    bucket = call->parameters ? aws_given(call->parameters, "Bucket") : NULL;
    return bucket && json_is_string(bucket) ? bucket : NULL;
}

bool case_buckets_have(const struct case_buckets *b, const struct trial_call *call)
{
    const json *bucket = b->count ? case_bucket_called(call) : NULL;

    return bucket && case_buckets_folder(b, json_str(bucket), json_str_len(bucket));
}

/* Names and folders were made here, and handed out to be looked at. */
void case_buckets_clear(struct case_buckets *b)
{
    struct buf path = {0};

    for (size_t i = 0; i < b->count; i++) {
        mem_free((char *)(uintptr_t)b->all[i].name);
        folder_free((object_folder *)(uintptr_t)b->all[i].folder);
    }
    if (b->top) {
        sigset_t before;
        signals_hold(&before);
        buf_adds(&path, b->top);
        remove_tree(&path);
        signals_release(&before);
    }
    buf_clear(&path);
    mem_free(b->all);
    mem_free(b->top);
    *b = (struct case_buckets){0};
}
