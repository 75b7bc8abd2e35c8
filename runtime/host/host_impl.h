#ifndef RUNTIME_HOST_IMPL_H
#define RUNTIME_HOST_IMPL_H

/* What a host is made of: host.c turns its loop, host_calls.c stands between its parts. */

#include "parsers/base/diag.h"
#include "runtime/base/clock.h"
#include "runtime/engine/guest.h"
#include "runtime/host/gather.h"
#include "runtime/host/handler_sets.h"
#include "runtime/host/host.h"
#include "runtime/host/unkept_jobs.h"
#include "runtime/mapio/mapio.h"

enum { MAX_GUESTS = 4 };

struct host {
    uv_loop_t own_loop; /* open when `loop` points to it */
    uv_loop_t *loop;
    uv_timer_t timer;
    uv_prepare_t before_poll;
    uv_signal_t signals[2];
    engine *engine;
    struct handler_sets handlers;
    mocks *mocks;
    mapio *mapio;
    struct unkept_jobs jobs;
    struct engine_guest guests[MAX_GUESTS]; /* the first `guest_count` of them */
    size_t guest_count;
    struct host_options options;
    struct due_clock clock;
    store *store;       /* may be NULL */
    int64_t note_ms;    /* when the clock is to be noted there, by itself; INT64_MAX: never */
    int64_t virtual_ms; /* the virtual clock */
    int64_t since_ms;   /* since when nothing came in, while it stands still; 0: something did */
    /* That, and this, by clock_steady_ms. No wait lasts longer; INT64_MAX: no bound. */
    int64_t until_ms;
    int64_t glance_ms; /* when the loop was looked at last, by clock_steady_ms */
    unsigned turns;    /* made since */
    struct gathering gathering;
    struct diag failed; /* why a turn failed, after which none is made; no code: none did */
    bool resting;       /* the engine is of no use: nothing of it is due */
    int interrupted;    /* by that signal; 0: it wasn't */
    bool stopped, draining;
    void (*drained)(void *user); /* NULL: nobody waits for that, or it was told */
    void *drained_user;
};

/* Sets what the engine calls; `h` is the user of all of them. */
void host_set_hooks(host *h, struct engine_hooks *hooks);
/* Returns the time that waits go by. */
int64_t host_clock_now(void *user);
/* Makes what reads for Map Runs. */
mapio *host_new_mapio(host *h, size_t memory);
/* Brings a task call's result (taken) to who has asked for it. */
void host_task_ended(void *user, uint64_t id, struct task_result *result);
void host_task_submitted(void *user, uint64_t id, const json *output);
/* Tells the engine that nothing is out any more of a task call that was cancelled. */
void host_task_gone(void *user, uint64_t id);

#endif
