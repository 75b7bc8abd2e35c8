#ifndef RUNTIME_CORE_EVENT_KINDS_H
#define RUNTIME_CORE_EVENT_KINDS_H

/* The table of event kinds, a row each (apply.c): all that anybody has to know of a kind stands
 * there. A new kind is a member of enum rt_event_kind and its row, with the functions that the row
 * names beside it in apply.c; one that brings members of its own also needs a shape. */

#include "runtime/core/exec.h"

#include <stddef.h>
#include <string.h>

/* How AWS names the events of a kind, and their details. Private kinds have words for people. */
enum event_naming {
    NAMED_ALONE,    /* MapRunStarted: mapRunStartedEventDetails */
    NAMED_BY_TASK,  /* LambdaFunctionFailed: lambdaFunctionFailedEventDetails */
    NAMED_BY_GROUP, /* MapStateStarted: mapStateStartedEventDetails */
    NAMED_BY_STATE, /* PassStateEntered, but stateEnteredEventDetails */
};

/* What the union of struct rt_event holds. */
enum event_shape {
    SHAPE_PLAIN, /* nothing */
    SHAPE_SCHEDULED,
    SHAPE_EXITED,
    SHAPE_GROUP,
    SHAPE_MAP_RUN,
    SHAPE_REDRIVE,
    SHAPE_CHILD,
    SHAPE_TIMED_OUT,
    SHAPE_LATER,
    SHAPE_RESULTS,
    EVENT_SHAPES
};

/* Who hears of the event in its frame: most move its chain and its age, `seq`. */
enum event_chain {
    CHAIN_STAYS, /* the frame has a new age */
    CHAIN_MOVES, /* and its next event points back to this one */
    CHAIN_ASIDE  /* nothing of the kind */
};

/* Which frames may go on after the event, or wait for another time. */
enum event_wakes {
    WAKES_FRAME,    /* its own */
    WAKES_ROOT,     /* the first of all */
    WAKES_ALL,      /* all, the oldest first */
    WAKES_CHILD,    /* the last child of its group */
    WAKES_CHILDREN, /* all children of its group, and its own */
};

/* What GetExecutionHistory tells of an event, in AWS's order; bits. */
enum event_detail {
    DETAIL_NAME,
    DETAIL_STATE,
    DETAIL_MAP_RUN,
    DETAIL_RESOURCE,
    DETAIL_TASK,
    DETAIL_INPUT,
    DETAIL_ROLE,
    DETAIL_OUTPUT,
    DETAIL_VARIABLES,
    DETAIL_ERROR,
    DETAIL_LOCATION,
    DETAIL_INDEX,
    DETAIL_LENGTH,
    DETAIL_REDRIVES,
    DETAIL_WORKER,
    EVENT_DETAILS
};
#define DETAIL(name) (1u << DETAIL_##name)

/* What an event of the kind must have to be applied; bits. */
enum event_need {
    NEED_NOTHING,
    NEED_GROUP = 1,   /* its frame has a group */
    NEED_MAP_RUN = 2, /* which is a Map Run */
    NEED_VALUE = 4,   /* it has data */
    NEED_TEXT = 8     /* which are a string, if there are any */
};

struct rt_frame;

/* Returns whether `e`, which has all that its row's bits ask for, can come next. `f` is its frame;
 * of the events of the execution itself it may be NULL. */
typedef bool event_fits(const rt_exec *x, const struct rt_frame *f, const struct rt_event *e);
/* Changes the execution as `e` says, which fits. `f` is likewise. */
typedef void event_act(rt_exec *x, struct rt_frame *f, const struct rt_event *e);

struct event_kind {
    const char *code; /* in stored text: for good, as all later versions must read it */
    enum event_naming naming;
    const char *name;
    enum event_shape shape;
    enum event_chain chain;
    enum event_wakes wakes;
    enum rt_status ends; /* how the execution ends with it; RT_RUNNING: it doesn't */
    unsigned details;
    unsigned phases, types; /* bits: of the frame, and of its state, that it can come in; none:
                               it is of the execution itself */
    unsigned needs;
    enum rt_tally tally;
    enum rt_news news;
    event_fits *fits; /* NULL: the bits say all */
    event_act *act;   /* NULL: nothing beside the frame's chain changes */
};

extern const struct event_kind event_kinds[RT_EVENT_KINDS];

/* Returns whether an event of that kind is of the execution itself, and so has no state. */
bool event_is_of_execution(enum rt_event_kind kind);

/* ---- what a shape holds, and how that stands in stored text ---- */

/* A number that is 0 is left out; the largest uint32_t, which stands for "none", is -1. */
enum event_width { WIDTH_U32, WIDTH_U64, WIDTH_I64 };
/* What a number may be. Times are far from where adding to them overflows. */
enum event_bound { BOUND_NONE, BOUND_COUNT, BOUND_PLACE, BOUND_TIME, BOUND_STATE };
/* Of what type a value must be. */
enum event_type { TYPE_ANY, TYPE_TEXT, TYPE_OBJECT, TYPE_NUMBER };

struct event_number {
    const char *key; /* NULL: there are no more */
    enum event_width width;
    size_t at; /* in struct rt_event */
    enum event_bound bound;
};

/* Returns the number; all that are kept fit 63 bits. */
int64_t event_number_of(const struct rt_event *e, const struct event_number *n);

/* A value that has no room for one more level around it stands as text, under the second key. */
struct event_value {
    const char *key, *text_key; /* NULL: there are no more */
    size_t at;
    enum event_type type;
};

/* Returns the value, a look; NULL: there is none. */
static inline const json *event_value_of(const struct rt_event *e, const struct event_value *v)
{
    const json *value;

    memcpy(&value, (const char *)e + v->at, sizeof value);
    return value;
}

enum { SHAPE_NUMBERS = 8, SHAPE_VALUES = 4 };

/* Numbers and values in the order of their keys in stored text. */
struct event_members {
    struct event_number numbers[SHAPE_NUMBERS];
    struct event_value values[SHAPE_VALUES]; /* the first is rt_event_extra */
};

extern const struct event_members event_shapes[EVENT_SHAPES];
/* What all kinds have: in stored text, before what the kind's shape holds, and after it. */
extern const struct event_members event_first_members, event_last_members;

/* Returns what an event of that kind has beside what all have. */
static inline const struct event_members *event_members_of(enum rt_event_kind kind)
{
    return &event_shapes[event_kinds[kind].shape];
}

#endif
