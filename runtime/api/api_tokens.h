#ifndef RUNTIME_API_API_TOKENS_H
#define RUNTIME_API_API_TOKENS_H

#include "parsers/base/id_map.h"
#include "parsers/base/text_map.h"
#include "runtime/api/api_tasks.h"

/*
 * Task calls whose results the API brings, and the tokens by which others answer them.
 *
 * The engine has a map of task calls, too: of all that are out, by the same numbers, with what the
 * execution waits for. Here are only those that the API has something to do with, for as long as it
 * has: one whose answer came is forgotten here before the engine hears of it, so that a second
 * answer finds nothing, while the engine still waits for what is submitted. The engine knows
 * neither workers nor nested executions, and a store without an API has no such tasks. So there are
 * two.
 */
struct task_tokens {
    struct id_map calls;     /* of struct api_task */
    struct text_map by_text; /* to those that have a token */
};

/* Frees the task calls, which gives up calls and waits of theirs. */
void tasks_clear(api *a);
/* Returns the task call of that number; NULL: the API has none. A look. */
struct api_task *task_at(const api *a, uint64_t id);
/* Takes the first task call that is still out from a queue of their numbers; NULL: none is. */
struct api_task *task_next(const api *a, struct id_queue *q);

extern const struct operation send_task_success_operation, send_task_failure_operation,
    send_task_heartbeat_operation;

#endif
