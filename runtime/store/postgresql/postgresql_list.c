/*
 * The PostgreSQL store: lists, in pages. Each page goes on behind the last row of the one before,
 * not behind a count, so what comes in meanwhile shifts nothing, and a visitor that has enough
 * after a few rows costs one page. A list says how it asks for what is behind a row, and what a row
 * is: list_pages does the rest.
 */

#include "runtime/store/postgresql/postgresql_impl.h"

#include <string.h>

enum { PAGE = 256 };

/* Adds to a statement, which has the size of a page as its first parameter, where the page begins.
 */
typedef void ask_behind(void *list, struct pg_params *p);
/* Visits a row, and notes that the next page begins behind it. False: it is enough. */
typedef bool see_row(void *list, const PGresult *r, int row);

static bool list_pages(struct database *d, enum pg_statement statement, ask_behind *ask,
                       see_row *see, void *list, struct diag *why)
{
    bool more = true, good = true;

    while (more) {
        struct pg_params p = {0};
        pg_add_number(&p, PAGE);
        ask(list, &p);
        PGresult *r = pg_ask(d, statement, &p, why);
        int count = r ? pq.ntuples(r) : 0;
        good = r != NULL;
        more = count == PAGE;
        for (int i = 0; i < count; i++)
            if (!see(list, r, i)) {
                more = false;
                break;
            }
        pq.clear(r);
    }
    return good;
}

/* ---- executions by their numbers ---- */

struct running_list {
    int64_t last;
    bool labels;
    store_visit_running *visit;
    void *user;
};

static void ask_running(void *list, struct pg_params *p)
{
    const struct running_list *l = list;

    pg_add_number(p, l->last);
    pg_add_number(p, l->labels);
}

static bool see_running(void *list, const PGresult *r, int row)
{
    struct running_list *l = list;
    size_t list_len, note_len;
    const char *name = pg_bytes(r, row, 5, &list_len), *note = pg_bytes(r, row, 6, &note_len);

    l->last = pg_number(r, row, 0);
    struct store_running x = {
        .number = (uint64_t)l->last,
        .due_ms = pg_is_null(r, row, 1) ? STORE_AWAKE : pg_number(r, row, 1),
        .parent = {!pg_is_null(r, row, 2), (uint64_t)pg_number(r, row, 2),
                   (uint64_t)pg_number(r, row, 3)},
        .transient = pg_number(r, row, 4) != 0,
        .list = kept_list(name, list_len),
        .note = kept_note(note, note_len),
    };
    bool more = l->visit(l->user, &x);
    kept_unref_look(x.list);
    kept_unref_look(x.note);
    return more;
}

bool postgresql_list_running(store *s, bool labels, store_visit_running *visit, void *user,
                             struct diag *why)
{
    struct running_list l = {-1, labels, visit, user};

    return list_pages(database_of(s), PG_LIST_RUNNING, ask_running, see_running, &l, why);
}

struct number_list {
    int64_t last, shard;
    store_visit_number *visit;
    void *user;
};

static void ask_spoiled(void *list, struct pg_params *p)
{
    const struct number_list *l = list;

    pg_add_number(p, l->last);
}

static bool see_spoiled_number(void *list, const PGresult *r, int row)
{
    struct number_list *l = list;

    l->last = pg_number(r, row, 0);
    return l->visit(l->user, (uint64_t)l->last);
}

bool postgresql_list_spoiled(store *s, store_visit_number *visit, void *user, struct diag *why)
{
    struct number_list l = {INT64_MIN, 0, visit, user};

    return list_pages(database_of(s), PG_LIST_SPOILED, ask_spoiled, see_spoiled_number, &l, why);
}

static void ask_numbers(void *list, struct pg_params *p)
{
    const struct number_list *l = list;

    pg_add_number(p, l->shard);
    pg_add_number(p, l->last);
}

static bool see_number(void *list, const PGresult *r, int row)
{
    struct number_list *l = list;

    l->last = pg_number(r, row, 0);
    l->shard = pg_number(r, row, 1);
    return l->visit(l->user, (uint64_t)l->last);
}

bool postgresql_list_numbers(store *s, store_visit_number *visit, void *user, struct diag *why)
{
    struct number_list l = {INT64_MIN, INT64_MIN, visit, user};

    return list_pages(database_of(s), PG_LIST_NUMBERS, ask_numbers, see_number, &l, why);
}

/* ---- what is listed under a name ---- */

struct executions_list {
    const char *name;
    const enum rt_status *status;
    struct store_place at;
    store_visit_listed *visit;
    void *user;
};

static void ask_executions(void *list, struct pg_params *p)
{
    const struct executions_list *l = list;

    pg_add_string(p, l->name);
    pg_add_number(p, l->at.at_ms);
    pg_add_number(p, (int64_t)l->at.number);
    if (l->status)
        pg_add_number(p, *l->status);
}

static bool see_listed(void *list, const PGresult *r, int row)
{
    struct executions_list *l = list;

    l->at = (struct store_place){pg_number(r, row, 0), (uint64_t)pg_number(r, row, 1)};
    return l->visit(l->user, &(struct store_listed){l->at, (uint32_t)pg_number(r, row, 2)});
}

bool postgresql_list_executions(store *s, const char *list, const enum rt_status *status,
                                const struct store_place *after, store_visit_listed *visit,
                                void *user, struct diag *why)
{
    struct store_place first = {INT64_MAX, INT64_MAX};
    struct executions_list l = {list, status, after ? *after : first, visit, user};

    return list_pages(database_of(s), status ? PG_LIST_STATUS : PG_LIST_ALL, ask_executions,
                      see_listed, &l, why);
}

/* Puts the next name in the place of one, by a statement that is given that. */
static bool pg_find_next_name(struct database *d, enum pg_statement statement, const char *what,
                              struct buf *name, struct diag *why)
{
    struct pg_params p = {0};
    size_t len;

    pg_add_bytes(&p, buf_str(name), name->len);
    PGresult *r = pg_ask(d, statement, &p, why);
    bool found = r && pq.ntuples(r);
    if (found) {
        const char *text = pg_bytes(r, 0, 0, &len);
        buf_reset(name);
        buf_add(name, text, len);
    } else if (r) {
        pg_none(why, what);
    }
    pq.clear(r);
    return found;
}

bool postgresql_next_list(store *s, struct buf *name, struct diag *why)
{
    return pg_find_next_name(database_of(s), PG_NEXT_LIST, "list", name, why);
}

/* ---- records ---- */

bool postgresql_next_kind(store *s, struct buf *kind, struct diag *why)
{
    return pg_find_next_name(database_of(s), PG_NEXT_KIND, "kind", kind, why);
}

struct records_list {
    const char *kind;
    struct buf last, text; /* texts for the visitor, each with an end of its own */
    store_visit_record *visit;
    void *user;
};

static void ask_records(void *list, struct pg_params *p)
{
    const struct records_list *l = list;

    pg_add_string(p, l->kind);
    pg_add_bytes(p, l->last.data, l->last.len);
}

static bool see_record(void *list, const PGresult *r, int row)
{
    struct records_list *l = list;
    size_t key_len, len;
    const char *key = pg_bytes(r, row, 0, &key_len), *text = pg_bytes(r, row, 1, &len);

    buf_reset(&l->last);
    buf_add(&l->last, key, key_len);
    buf_reset(&l->text);
    buf_add(&l->text, text, len);
    return l->visit(l->user, buf_str(&l->last), buf_str(&l->text), len);
}

bool postgresql_list(store *s, const char *kind, const char *after, store_visit_record *visit,
                     void *user, struct diag *why)
{
    struct records_list l = {.kind = kind, .visit = visit, .user = user};

    buf_adds(&l.last, after ? after : "");
    bool good = list_pages(database_of(s), PG_LIST_RECORDS, ask_records, see_record, &l, why);
    buf_clear(&l.last);
    buf_clear(&l.text);
    return good;
}
