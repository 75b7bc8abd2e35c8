#include "tests/support/store_scene.h"

#include "parsers/base/mem.h"
#include "tests/support/expect.h"

#include "asl/eval/model.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct folder store_files;

void store_scene_setup(void)
{
    folder_make(&store_files);
}

void store_scene_teardown(void)
{
    folder_remove(&store_files);
}

store *open_sqlite(void)
{
    return open_store(SQLITE);
}

store *open_store(int kind)
{
    return store_kind_open(kind, &store_files);
}

void commit(store *s)
{
    struct diag why = {0};

    ck_assert_msg(store_commit(s, &why), "%s", why.text);
}

uint64_t next_number(store *s)
{
    struct diag why = {0};
    uint64_t n = 0;

    ck_assert_msg(store_next_number(s, &n, &why), "%s", why.text);
    return n;
}

size_t retire(store *s, int64_t before_ms, size_t limit)
{
    struct store_gone gone;
    struct diag why = {0};

    ck_assert_msg(store_retire(s, before_ms, limit, &gone, &why), "%s", why.text);
    return gone.count;
}

size_t forget_list(store *s, const char *list, size_t limit)
{
    struct store_gone gone;
    struct diag why = {0};

    ck_assert_msg(store_forget_list(s, list, limit, &gone, &why), "%s", why.text);
    return gone.count;
}

void put_child(store *s, uint64_t number, const char *name, struct store_parent parent,
               const char *list)
{
    asl_machine *m = machine_of(ONE_STATE("A", TASK "\"End\":true"));
    json *arn = json_cstring(name), *context = json_of("{\"c\":1}");
    json *listed = list ? json_cstring(list) : NULL;
    json *note = list ? json_stringf("note %" PRIu64, number) : NULL;
    struct store_execution x = {
        .number = number,
        .machine = m,
        .config = {.names = {.arn = arn, .name = arn}, .context = context, .seed = UINT64_MAX},
        .start_ms = 1000,
        .due_ms = STORE_AWAKE,
        .parent = parent,
        .list = listed,
        .note = note};

    store_start(s, &x);
    json_unref(arn);
    json_unref(context);
    json_unref(listed);
    json_unref(note);
    asl_machine_unref(m);
}

void put_listed(store *s, uint64_t number, const char *name, uint64_t ref, const char *list)
{
    put_child(s, number, name, (struct store_parent){ref != 0, 0, ref}, list);
}

void put_execution(store *s, uint64_t number, const char *name, uint64_t ref)
{
    put_listed(s, number, name, ref, NULL);
}

void put_events(store *s, uint64_t execution, uint64_t seq, size_t count)
{
    const struct store_execution *x;
    struct rt_event *events = mem_calloc(count, sizeof *events);
    struct diag why = {0};

    ck_assert_msg(store_find(s, execution, &x, &why), "%s", why.text);
    for (size_t i = 0; i < count; i++)
        events[i] = (struct rt_event){
            .seq = seq + i,
            .kind = RT_TASK_SCHEDULED,
            .state = x->machine->states[0],
            .data = json_int((int64_t)(100 * execution + seq + i)),
            .scheduled.token = json_stringf("token %" PRIu64 " %" PRIu64, execution, seq + i),
        };
    store_append(s, execution, events, count);
    for (size_t i = 0; i < count; i++)
        rt_event_clear(&events[i]);
    mem_free(events);
}

bool see_event(void *user, const struct rt_event *e)
{
    struct seen *v = user;

    buf_printf(&v->text, "%" PRIu64 ":", e->seq);
    json_write(&v->text, e->data);
    buf_printf(&v->text, "%s ", json_str(e->state->name));
    return --v->most > 0;
}

void expect_events(const char *name, store *s, uint64_t execution, uint64_t seq, size_t most,
                   const char *want)
{
    struct seen v = {.most = most};
    struct diag why = {0};

    ck_assert_msg(store_read(s, execution, seq, see_event, &v, &why), "%s: %s", name, why.text);
    expect_text(name, buf_str(&v.text), want);
    buf_clear(&v.text);
}

void expect_none(const char *name, bool found, struct diag *why)
{
    ck_assert_msg(!found, "%s: is found", name);
    ck_assert_msg(why->code && !strcmp(why->code, "STORE_NONE"), "%s: %s", name, why->text);
    diag_clear(why);
    *why = (struct diag){0};
}

static bool see_running(void *user, const struct store_running *r)
{
    struct seen *v = user;

    buf_printf(&v->text, "%" PRIu64, r->number);
    if (r->due_ms != STORE_AWAKE)
        buf_printf(&v->text, "@%" PRId64, r->due_ms);
    if (r->parent.set)
        buf_printf(&v->text, "<%" PRIu64, r->parent.ref);
    buf_addc(&v->text, ' ');
    return --v->most > 0;
}

void expect_running(const char *name, store *s, size_t most, const char *want)
{
    struct seen v = {.most = most};
    struct diag why = {0};

    ck_assert_msg(store_list_running(s, true, see_running, &v, &why), "%s: %s", name, why.text);
    expect_text(name, buf_str(&v.text), want);
    buf_clear(&v.text);
}

bool has_row(store *s, uint64_t execution)
{
    const struct store_execution *row;
    struct diag why = {0};
    bool has = store_find(s, execution, &row, &why);

    diag_clear(&why);
    return has;
}

uint64_t last_of(store *s, uint64_t execution)
{
    struct seen v = {.most = SIZE_MAX};
    uint64_t last = 0;

    ck_assert(store_read_last(s, execution, see_event, &v, NULL));
    for (const char *at = buf_str(&v.text); *at; at += strcspn(at, " "), at += *at == ' ')
        last = strtoull(at, NULL, 10);
    buf_clear(&v.text);
    return last;
}

void make_file(const char *sql)
{
    sqlite3 *db;

    ck_assert(sqlite3_open(store_files.file, &db) == SQLITE_OK);
    ck_assert(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
}

void make_text(const char *text)
{
    FILE *f = fopen(store_files.file, "w");

    ck_assert(f != NULL);
    fputs(text, f);
    fclose(f);
}
