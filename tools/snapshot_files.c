/* asl test --update: what cases have come to goes into the files beside their suites. */
#include "tools/snapshot_files.h"

#include "parsers/base/mem.h"
#include "tools/cmd.h"
#include "tools/replace_file.h"
#include "tools/shown.h"
#include "tools/test/snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct renewed_suite *find_suite(const struct snapshot_files *f, const struct suite *s)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->all[i].suite == s)
            return &f->all[i];
    return NULL;
}

void snapshot_files_take(struct snapshot_files *f, const struct test_case *c, const json *record)
{
    const json *value = json_get(record, "snapshot");
    struct renewed_suite *r = find_suite(f, c->suite);

    if (!value)
        return;
    if (!r) {
        MEM_GROW(f->all, f->count, f->cap);
        r = &f->all[f->count++];
        *r = (struct renewed_suite){.suite = c->suite};
        json_build_object(&r->values, c->suite->case_count);
    }
    json_build_set(&r->values, c->name, json_ref(value));
}

static bool write_one(const char *path, const struct snapshot_update *u)
{
    if (u->text.len ? replace_file(path, &u->text) : unlink(path) == 0)
        return true;
    cmd_fail("test", "%s can't be written: %s", path, strerror(errno));
    return false;
}

static void tell_snapshots(const char *path, const struct buf *told)
{
    shown_print(stderr, path);
    fputc('\n', stderr);
    shown_print_lines(stderr, told->data, told->len);
}

static bool renew_one(const struct suite *s, const json *values)
{
    struct snapshot_update u;
    bool good = true;

    snapshot_renew(s, values, &u);
    if (u.changed) {
        char *path = snapshot_path(s->file.path);
        good = write_one(path, &u);
        if (good)
            tell_snapshots(path, &u.told);
        mem_free(path);
    }
    snapshot_update_clear(&u);
    return good;
}

bool snapshot_files_write(const struct snapshot_files *f, struct suite *const *suites, size_t count)
{
    bool good = true;

    for (size_t i = 0; i < count; i++) {
        const struct renewed_suite *r = find_suite(f, suites[i]);
        good &= renew_one(suites[i], r ? r->values.v : json_empty_object());
    }
    return good;
}

void snapshot_files_clear(struct snapshot_files *f)
{
    for (size_t i = 0; i < f->count; i++)
        json_build_drop(&f->all[i].values);
    mem_free(f->all);
    *f = (struct snapshot_files){0};
}

void snapshot_files_tell_unused(struct suite *const *suites, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf told = {0};
        snapshot_unused(suites[i], &told);
        if (told.len) {
            char *path = snapshot_path(suites[i]->file.path);
            tell_snapshots(path, &told);
            mem_free(path);
        }
        buf_clear(&told);
    }
}
