/*
 * A store that fails takes a server back to what was committed. A job that a service had begun by
 * then runs all the same, and without a token its begin can't be repeated. So what is known of it
 * outlives the engine, and is told to the one that goes on: its task call has the same id there, as
 * a task is only handed out when the event that scheduled it is kept.
 */
#include "runtime/host/unkept_jobs.h"

#include "parsers/base/mem.h"

struct unkept_job {
    uint64_t id, number;
    json *output;
};

static struct unkept_job *unkept_job_of(const struct unkept_jobs *jobs, uint64_t id)
{
    for (size_t i = 0; i < jobs->count; i++)
        if (jobs->list[i].id == id)
            return &jobs->list[i];
    return NULL;
}

void unkept_jobs_note(struct unkept_jobs *jobs, uint64_t id, uint64_t number, const json *output)
{
    struct unkept_job *known = unkept_job_of(jobs, id);

    if (known) {
        known->number = number;
        return;
    }
    MEM_GROW(jobs->list, jobs->count, jobs->cap);
    jobs->list[jobs->count++] =
        (struct unkept_job){.id = id, .number = number, .output = json_ref(output)};
}

void unkept_jobs_settle(struct unkept_jobs *jobs, const engine *e)
{
    size_t left = 0;

    for (size_t i = 0; i < jobs->count; i++)
        if (engine_is_settled(e, jobs->list[i].number))
            json_unref(jobs->list[i].output);
        else
            jobs->list[left++] = jobs->list[i];
    jobs->count = left;
}

const json *unkept_jobs_find(const struct unkept_jobs *jobs, uint64_t id)
{
    const struct unkept_job *known = unkept_job_of(jobs, id);

    return known ? known->output : NULL;
}

void unkept_jobs_take(struct unkept_jobs *jobs, struct unkept_jobs *from)
{
    for (size_t i = 0; i < from->count; i++)
        unkept_jobs_note(jobs, from->list[i].id, UINT64_MAX, from->list[i].output);
    unkept_jobs_clear(from);
}

void unkept_jobs_clear(struct unkept_jobs *jobs)
{
    for (size_t i = 0; i < jobs->count; i++)
        json_unref(jobs->list[i].output);
    mem_free(jobs->list);
    *jobs = (struct unkept_jobs){0};
}

void unkept_jobs_each(const struct unkept_jobs *jobs, void (*f)(void *user, uint64_t id),
                      void *user)
{
    for (size_t i = 0; i < jobs->count; i++)
        f(user, jobs->list[i].id);
}
