#ifndef RUNTIME_STORE_STORE_IMPL_H
#define RUNTIME_STORE_STORE_IMPL_H

/* What the stores share. Each has these functions, and `struct store` as its first member. */

#include "parsers/base/id_map.h"
#include "runtime/store/store.h"

struct store_ops {
    void (*free)(store *s);
    void (*start)(store *s, const struct store_execution *x);
    void (*append)(store *s, uint64_t execution, const struct rt_events *events);
    /* Takes the values of the events. NULL: it keeps none in memory, and append will do. */
    void (*take)(store *s, uint64_t execution, const struct rt_events *events);
    void (*progress)(store *s, uint64_t execution, enum rt_status status, int64_t stop_ms,
                     int64_t due_ms);
    void (*redriven)(store *s, uint64_t execution, uint32_t redrives, int64_t at_ms);
    void (*set_apart)(store *s, uint64_t execution, const char *why, int64_t at_ms);
    void (*forget)(store *s, uint64_t execution);
    bool (*forget_list)(store *s, const char *list, size_t limit, struct store_gone *out,
                        struct diag *why);
    bool (*retire)(store *s, int64_t before_ms, size_t limit, struct store_gone *out,
                   struct diag *why);
    bool (*tidy)(store *s);
    void (*trim_later)(store *s, uint64_t execution);
    bool (*trim)(store *s);
    bool (*commit)(store *s, struct diag *why);
    bool (*refused)(const store *s, uint64_t *execution);
    unsigned (*rights)(const store *s);
    uint64_t (*room)(const store *s);
    bool (*next_number)(store *s, uint64_t *out, struct diag *why);
    bool (*read)(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                 struct diag *why);
    bool (*read_outline)(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                         struct diag *why);
    bool (*read_back)(store *s, uint64_t execution, uint64_t seq, store_visit *visit, void *user,
                      struct diag *why);
    bool (*read_last)(store *s, uint64_t execution, store_visit *visit, void *user,
                      struct diag *why);
    bool (*find)(store *s, uint64_t execution, const struct store_execution **out,
                 struct diag *why);
    bool (*find_arn)(store *s, const char *arn, uint64_t *execution, struct diag *why);
    bool (*find_child)(store *s, uint64_t parent, uint64_t ref, uint64_t *execution,
                       struct diag *why);
    bool (*find_map_run)(store *s, const char *arn, uint64_t *execution, struct diag *why);
    bool (*find_token)(store *s, const char *token, uint64_t *execution, uint64_t *seq,
                       struct diag *why);
    bool (*list_running)(store *s, bool labels, store_visit_running *visit, void *user,
                         struct diag *why);
    bool (*list_spoiled)(store *s, store_visit_number *visit, void *user, struct diag *why);
    bool (*list_numbers)(store *s, store_visit_number *visit, void *user, struct diag *why);
    bool (*list_executions)(store *s, const char *list, const enum rt_status *status,
                            const struct store_place *after, store_visit_listed *visit, void *user,
                            struct diag *why);
    bool (*next_list)(store *s, struct buf *name, struct diag *why);
    void (*put)(store *s, const char *kind, const char *key, const char *text, size_t len);
    bool (*get)(store *s, const char *kind, const char *key, struct buf *out, struct diag *why);
    bool (*list)(store *s, const char *kind, const char *after, store_visit_record *visit,
                 void *user, struct diag *why);
    bool (*next_kind)(store *s, struct buf *kind, struct diag *why);
};

struct store {
    const struct store_ops *ops;
    store_damage *told; /* NULL: nobody is to be told of damage, or was already */
    void *told_user;
    /* store.c's own: */
    bool changed; /* something was put in since the last commit */
    struct store_stats stats;
    struct id_map holds; /* executions that stay */
};

bool store_is_held(const store *s, uint64_t execution);

#endif
