#ifndef RUNTIME_HOST_EVENT_LOOP_H
#define RUNTIME_HOST_EVENT_LOOP_H

#include "parsers/base/diag.h"

#include <stdbool.h>
#include <uv.h>

/*
 * Makes a libuv loop; uv_loop_close ends it. Returns false with *why filled when the process may
 * open no more files: there is nothing to close then.
 */
bool event_loop_open(uv_loop_t *loop, struct diag *why);

/* Tells whether a loop can be made now, with some room for what uses it. Returns as
 * event_loop_open does. */
bool event_loop_can_open(struct diag *why);

#endif
