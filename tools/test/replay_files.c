/*
 * What a recorded run wrote by its ResultWriters, as a case expects it: the Map's own result names
 * the manifest alone. The files are those that the replay wrote in its copy of the bucket. The
 * run's own ones, which have the same keys as both have one seed, tell what is another value each
 * time.
 */
#include "asl/eval/plan.h"
#include "runtime/folder/folder.h"
#include "tools/test/replay_case.h"

#include <string.h>

/* So much of a file stands in a suite; of a longer one only its length. So many Map Runs are looked
 * at: nested ones may be thousands. */
enum { SHOWN_MOST = 32 << 10, RUNS_MOST = 100, LEVELS_AROUND = 8 };

static json *length_matcher(const json *v)
{
    struct json_build b = {0};
    size_t len = json_is_string(v) ? json_str_len(v) : json_count(v);

    json_build_object(&b, 1);
    json_build_set(&b, "$length", json_int((int64_t)len));
    return json_build_done(&b);
}

/* `was` is the file of the run, NULL: it is not there any more. */
static json *expected_file(const json *was, const json *is)
{
    bool same = !was || json_equal(was, is);

    if (json_text_len(is) > SHOWN_MOST || json_depth(is) + LEVELS_AROUND > JSON_MAX_DEPTH ||
        (json_is_string(is) && !same))
        return length_matcher(is);
    return replay_expected(was ? was : is, is);
}

struct written_files {
    const json *bucket;
    const object_folder *was, *is;
    struct json_build out;
};

/* Adds the files of a kind, which are numbered. */
static void add_kind(struct written_files *w, const json *plan, const json *map_run,
                     const char *kind)
{
    for (unsigned n = 0;; n++) {
        struct buf name = {0};

        buf_printf(&name, "%s_%u.json", kind, n);
        json *key = asl_plan_result_key(plan, map_run, buf_str(&name));
        json *is = case_bucket_value(w->is, key, false, NULL);
        json *was = is && w->was ? case_bucket_value(w->was, key, false, NULL) : NULL;
        buf_clear(&name);
        if (is)
            json_build_set_key(&w->out, json_ref(key), expected_file(was, is));
        bool more = is != NULL;
        json_unref(key);
        json_unref(is);
        json_unref(was);
        if (!more)
            return;
    }
}

static void add_files_of_runs(const struct replay *r, struct written_files *w)
{
    static const char *const kinds[] = {"SUCCEEDED", "FAILED", "PENDING"};
    const struct trial_event *events;
    size_t count = trial_events(r->trial, &events), runs = 0;

    for (size_t i = 0; i < count && runs < RUNS_MOST; i++) {
        const struct rt_event *e = &events[i].event;
        const json *bucket = e->kind == RT_MAP_RUN_STARTED && e->map_run.plan
                                 ? asl_plan_bucket(e->map_run.plan)
                                 : NULL;
        if (!bucket || !json_equal(bucket, w->bucket))
            continue;
        runs++;
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            add_kind(w, e->map_run.plan, e->data, kinds[k]);
    }
}

json *replay_written_files(const struct replay *r)
{
    struct json_build all = {0};

    json_build_object(&all, json_count(r->folders));
    for (size_t i = 0; i < json_count(r->folders); i++) {
        const json *bucket = json_key_at(r->folders, i);
        object_folder *was = folder_open(json_str(json_value_at(r->folders, i)), 0, NULL);
        struct written_files w = {
            .bucket = bucket,
            .was = was,
            .is = case_buckets_folder(&r->buckets, json_str(bucket), json_str_len(bucket))};

        json_build_object(&w.out, 3);
        if (w.is)
            add_files_of_runs(r, &w);
        json *files = json_build_done(&w.out);
        if (json_count(files))
            json_build_set_key(&all, json_ref(bucket), json_ref(files));
        json_unref(files);
        folder_free(was);
    }
    json *made = json_build_done(&all);
    if (json_count(made))
        return made;
    json_unref(made);
    return NULL;
}
