#ifndef RUNTIME_HOST_UNKEPT_JOBS_H
#define RUNTIME_HOST_UNKEPT_JOBS_H

#include "runtime/engine/engine.h"

/* Jobs that services have begun for .sync Tasks, each until the store has it. */
struct unkept_jobs {
    struct unkept_job *list;
    size_t count, cap;
};

/* Notes that the job of a task call has begun as `output` says (looked at), which the input
 * `number` of the engine tells; UINT64_MAX: none does yet. */
void unkept_jobs_note(struct unkept_jobs *jobs, uint64_t id, uint64_t number, const json *output);
/* Drops what a commit that went well has kept. */
void unkept_jobs_settle(struct unkept_jobs *jobs, const engine *e);
/* Returns a look at what the service said when the job of a task call began; NULL: it isn't noted.
 */
const json *unkept_jobs_find(const struct unkept_jobs *jobs, uint64_t id);
/* Moves all jobs from `from`. No input of the engine to come tells of them yet. */
void unkept_jobs_take(struct unkept_jobs *jobs, struct unkept_jobs *from);
void unkept_jobs_clear(struct unkept_jobs *jobs);

/* Calls `f` for each of them. */
void unkept_jobs_each(const struct unkept_jobs *jobs, void (*f)(void *user, uint64_t id),
                      void *user);

#endif
