#ifndef RUNTIME_CORE_STEP_H
#define RUNTIME_CORE_STEP_H

/* A step in progress, and how it records what it decides. */

#include "asl/eval/flow.h"
#include "runtime/core/frames.h"

/* What all of a step looks at. */
struct step {
    rt_exec *x;
    int64_t now_ms, skew_ms; /* as in struct rt_input */
    int64_t *room;           /* NULL: any number of transitions */
    int64_t *map_runs;       /* that may open; NULL: any number */
    int64_t *children;       /* of Map Runs that may begin; NULL: any number */
    bool scarce;
    const double *wait_scale; /* NULL: 1 */
    bool (*has_activity)(void *world, const char *arn);
    bool (*withdraw)(void *world, uint64_t ref, bool kept);
    json *(*child_output)(void *world, uint64_t ref, int64_t *began_ms, int64_t *ended_ms);
    void *world;
    struct work *work;
    uint64_t work_before; /* what had been done when the step began */
    struct rt_output *out;
    struct asl_chance chance;
    json *context; /* as it was last asked for; NULL: to be made */
    bool defers;   /* what can go on does so in a step after this one */
};

/*
 * Fills an event of the state of `f`, but for what its kind has in the union: that is the caller's.
 * An initialiser would empty the whole of it, which takes as long as all else that an event costs.
 * Takes `data`.
 */
static inline void event_begin(struct rt_event *e, enum rt_event_kind kind,
                               const struct rt_frame *f, uint32_t previous, json *data)
{
    e->kind = kind;
    e->frame = f->id;
    e->previous = previous;
    e->state = f->state;
    e->data = data;
    e->error = (struct asl_error){0};
}

/* Records an event and applies it. Takes the values. Does nothing once the execution has ended. */
void emit(struct step *s, struct rt_event *e);
/* Records and applies an event that no bound keeps out: one that lets an ended execution run again,
 * or tells what becomes of a child as it ends. Takes the values. */
void emit_anyway(struct step *s, struct rt_event *e);
/* Returns whether the execution runs, and the step is not abandoned. */
bool running(const struct step *s);
/* Returns the time by the clock of due times. */
int64_t due_clock(const struct step *s);
/* Returns whether the step has done so much that it is to end; another one does the rest. */
bool step_is_long(const struct step *s);
/* Returns when a wait is over that begins now and lasts `delay_ms`, scaled as the input says. */
int64_t wait_until(const struct step *s, int64_t delay_ms);
/* Adds a command to be filled in. It moves when another one is added. */
struct rt_command *new_command(struct step *s);
/* Adds a command about the task of `f`; none from an abandoned step. */
void command(struct step *s, enum rt_command_kind kind, struct rt_frame *f);

#endif
