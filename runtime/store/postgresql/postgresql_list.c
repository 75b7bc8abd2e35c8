/*
 * The PostgreSQL store: lists, in pages. Each page goes on behind the last row of the one before,
 * not behind a count, so what comes in meanwhile shifts nothing, and a visitor that has enough
 * after a few rows costs one page.
 */

#include "runtime/store/postgresql/postgresql_impl.h"

#include <string.h>

enum { PAGE = 256 };

bool postgresql_list_running(store *s, bool labels, store_visit_running *visit, void *user,
                             struct diag *why)
{
    struct database *d = database_of(s);
    int64_t last = -1;
    bool more = true, good = true;

    while (more) {
        struct pg_params p = {0};
        pg_add_number(&p, last);
        pg_add_number(&p, PAGE);
        pg_add_number(&p, labels);
        PGresult *r = pg_ask(d, PG_LIST_RUNNING, &p, why);
        int count = r ? pq.ntuples(r) : 0;
        good = r != NULL;
        more = count == PAGE;
        for (int i = 0; i < count; i++) {
            size_t list_len, note_len;
            const char *list = pg_bytes(r, i, 5, &list_len), *note = pg_bytes(r, i, 6, &note_len);
            last = pg_number(r, i, 0);
            struct store_running x = {.number = (uint64_t)last,
                                      .due_ms =
                                          pg_is_null(r, i, 1) ? STORE_AWAKE : pg_number(r, i, 1),
                                      .parent = {!pg_is_null(r, i, 2), (uint64_t)pg_number(r, i, 2),
                                                 (uint64_t)pg_number(r, i, 3)},
                                      .transient = pg_number(r, i, 4) != 0,
                                      .list = kept_list(list, list_len),
                                      .note = kept_note(note, note_len)};
            bool enough = !visit(user, &x);
            kept_unref_look(x.list);
            kept_unref_look(x.note);
            if (enough) {
                more = false;
                break;
            }
        }
        pq.clear(r);
    }
    return good;
}

bool postgresql_list_spoiled(store *s, store_visit_number *visit, void *user, struct diag *why)
{
    int64_t last = INT64_MIN;
    bool more = true, good = true;

    while (more) {
        struct pg_params p = {0};
        pg_add_number(&p, last);
        pg_add_number(&p, PAGE);
        PGresult *r = pg_ask(database_of(s), PG_LIST_SPOILED, &p, why);
        int count = r ? pq.ntuples(r) : 0;
        good = r != NULL;
        more = count == PAGE;
        for (int i = 0; i < count; i++) {
            last = pg_number(r, i, 0);
            if (!visit(user, (uint64_t)last)) {
                more = false;
                break;
            }
        }
        pq.clear(r);
    }
    return good;
}

bool postgresql_list_executions(store *s, const char *list, const enum rt_status *status,
                                const struct store_place *after, store_visit_listed *visit,
                                void *user, struct diag *why)
{
    struct store_place at = after ? *after : (struct store_place){INT64_MAX, INT64_MAX};
    bool more = true, good = true;

    while (more) {
        struct pg_params p = {0};
        pg_add_string(&p, list);
        pg_add_number(&p, at.at_ms);
        pg_add_number(&p, (int64_t)at.number);
        pg_add_number(&p, PAGE);
        if (status)
            pg_add_number(&p, *status);
        PGresult *r = pg_ask(database_of(s), status ? PG_LIST_STATUS : PG_LIST_ALL, &p, why);
        int count = r ? pq.ntuples(r) : 0;
        good = r != NULL;
        more = count == PAGE;
        for (int i = 0; i < count; i++) {
            at = (struct store_place){pg_number(r, i, 0), (uint64_t)pg_number(r, i, 1)};
            if (!visit(user, &(struct store_listed){at, (uint32_t)pg_number(r, i, 2)})) {
                more = false;
                break;
            }
        }
        pq.clear(r);
    }
    return good;
}

bool postgresql_next_list(store *s, struct buf *name, struct diag *why)
{
    struct pg_params p = {0};
    size_t len;

    pg_add_bytes(&p, buf_str(name), name->len);
    PGresult *r = pg_ask(database_of(s), PG_NEXT_LIST, &p, why);
    bool found = r && pq.ntuples(r);
    if (found) {
        const char *text = pg_bytes(r, 0, 0, &len);
        buf_reset(name);
        buf_add(name, text, len);
    } else if (r) {
        pg_none(why, "list");
    }
    pq.clear(r);
    return found;
}

bool postgresql_list(store *s, const char *kind, const char *after, store_visit_record *visit,
                     void *user, struct diag *why)
{
    struct buf last = {0}, text = {0};
    bool more = true, good = true;

    buf_adds(&last, after ? after : "");
    while (more) {
        struct pg_params p = {0};
        pg_add_string(&p, kind);
        pg_add_bytes(&p, buf_str(&last), last.len);
        pg_add_number(&p, PAGE);
        PGresult *r = pg_ask(database_of(s), PG_LIST_RECORDS, &p, why);
        int count = r ? pq.ntuples(r) : 0;
        good = r != NULL;
        more = count == PAGE;
        for (int i = 0; i < count; i++) {
            size_t key_len, len;
            const char *key = pg_bytes(r, i, 0, &key_len), *record = pg_bytes(r, i, 1, &len);
            buf_reset(&last);
            buf_add(&last, key, key_len);
            buf_reset(&text);
            buf_add(&text, record, len);
            if (!visit(user, buf_str(&last), buf_str(&text), len)) {
                more = false;
                break;
            }
        }
        pq.clear(r);
    }
    buf_clear(&last);
    buf_clear(&text);
    return good;
}
