/* Histories are replayed one by one: each is told as a case of a suite is. */
#include "tools/history_files.h"

#include "parsers/base/mem.h"
#include "parsers/base/text.h"
#include "tools/cmd.h"
#include "tools/definition_files.h"
#include "tools/replace_file.h"
#include "tools/test/history.h"
#include "tools/test/record.h"
#include "tools/test/replay.h"
#include "tools/test/replay_case.h"
#include "tools/test/suite_write.h"
#include "tools/test_told.h"

#include <errno.h>
#include <string.h>
#include <uv.h>

enum { HISTORY_MOST = 512 * 1024 * 1024 };

struct history_run {
    const struct history_files *how;
    struct test_summary summary;
    struct json_build cases; /* of the suite that is made */
    bool unread;
};

/* "paid" of "histories/paid.json"; in a folder that is named, "old/paid" of "FOLDER/old/paid.json".
 */
static char *case_name(const char *argument, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

    if (text_begins_with(path, argument) && strcmp(path, argument) != 0) {
        name = path + strlen(argument);
        name += *name == '/';
    }
    size_t len = strlen(name);

    return mem_strndup(name, text_ends_with(name, ".json") && len > 5 ? len - 5 : len);
}

/* People read on stderr why a history can't be read; a report for programs has it as a case. */
static void tell_unread(struct history_run *r, const struct record_replay *of, const char *why)
{
    json *record = record_of_unread(of, why);

    cmd_fail("test", "%s", why);
    r->unread = true;
    if (r->how->reporter->kind != reporter_kind_find("tree")) {
        r->summary.failed++;
        test_tell_record(r->how->reporter, record);
    }
    json_unref(record);
}

static struct history *read_history(struct history_run *r, const struct record_replay *of)
{
    struct buf text = {0}, told = {0};
    struct diag why = {0};
    struct history *h = NULL;

    if (!buf_read_file(&text, of->file, HISTORY_MOST, &why)) {
        tell_unread(r, of, why.text);
    } else {
        h = history_read(buf_str(&text), text.len, &why);
        buf_printf(&told, "%s: %s", of->file, h ? "" : why.text);
        if (!h)
            tell_unread(r, of, buf_str(&told));
        else if (h->more)
            cmd_fail("test",
                     "%s is not all of the history, as its nextToken tells of another page: only "
                     "what is there is compared",
                     of->file);
    }
    diag_clear(&why);
    buf_clear(&text);
    buf_clear(&told);
    return h;
}

static void replay_history(struct history_run *r, const struct record_replay *of,
                           const struct history *h)
{
    const struct history_files *how = r->how;
    struct replay replay;

    replay_run(&(struct replay_options){.history = h,
                                        .machine = how->machine->machine,
                                        .name = how->machine->name,
                                        .buckets = how->buckets,
                                        .bucket_count = how->bucket_count},
               &replay);
    json *record = record_of_replay(of, &replay);
    *(replay.failures.count ? &r->summary.failed : &r->summary.passed) += 1;
    test_tell_record(how->reporter, record);
    if (how->suite && !replay.failures.count)
        json_build_set(&r->cases, of->name, replay_case(&replay, h, how->suite));
    json_unref(record);
    replay_clear(&replay);
}

static void replay_file(struct history_run *r, const char *path)
{
    const struct history_files *how = r->how;
    char *name = case_name(how->argument, path);
    const struct record_replay of = {.definition = how->definition,
                                     .file = path,
                                     .name = name,
                                     .with = how->again,
                                     .machine = how->machine};
    struct history *h = read_history(r, &of);

    if (h)
        replay_history(r, &of, h);
    history_free(h);
    mem_free(name);
}

/* An execution that goes otherwise now is no case: what is right is for its author to say. */
static bool write_suite(struct history_run *r)
{
    const struct history_files *how = r->how;
    struct buf text = {0};

    if (json_count(r->cases.v) == 0) {
        if (!r->unread)
            cmd_fail("test", "%s isn't written: no history goes as it went then", how->suite);
        return true;
    }
    json *suite = suite_of_cases(how->suite, how->definition, json_ref(how->substitutions), NULL,
                                 json_build_done(&r->cases));
    suite_write(&text, how->suite, suite, NULL);
    bool good = replace_file(how->suite, &text);
    if (!good)
        cmd_fail("test", "%s can't be written: %s", how->suite, strerror(errno));
    json_unref(suite);
    buf_clear(&text);
    return good;
}

int history_files_test(const struct history_files *h)
{
    static const char *const endings[] = {".json", NULL};
    struct definition_files files = {.command = "test", .endings = endings};
    struct history_run r = {.how = h};
    uint64_t began = uv_hrtime();

    if (!definition_files_add(&files, h->argument)) {
        definition_files_clear(&files);
        return EXIT_USAGE;
    }
    json_build_object(&r.cases, files.count);
    reporter_begin(h->reporter, files.count);
    for (size_t i = 0; i < files.count; i++)
        replay_file(&r, files.files[i].path);
    r.summary.took_s = (double)(uv_hrtime() - began) / 1e9;
    reporter_end(h->reporter, &r.summary);
    if (files.count == 0)
        cmd_fail("test", "there is no history in %s, which is a file NAME.json", h->argument);
    bool written = !h->suite || files.count == 0 || write_suite(&r);
    json_build_drop(&r.cases);
    int status = r.unread || !written || files.count == 0 ? EXIT_USAGE
                 : r.summary.failed                       ? EXIT_BAD
                                                          : EXIT_GOOD;
    definition_files_clear(&files);
    return status;
}
