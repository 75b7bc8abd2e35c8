#ifndef RUNTIME_CORE_MAP_RUN_EVENTS_H
#define RUNTIME_CORE_MAP_RUN_EVENTS_H

/* The events of Map Runs: what each needs of the execution, and what it does to it. The table in
 * apply.c names these functions. */

#include "runtime/core/event_kinds.h"
#include "runtime/core/frames.h"

event_fits fits_map_run_start, fits_run_child_start, fits_run_child_end, fits_run_child_redrive,
    fits_stream, fits_waiting, fits_opening, fits_results, fits_results_loss, fits_closing,
    fits_failing, fits_unbegun;
event_act apply_map_run_start, apply_map_run_success, apply_map_run_update, apply_map_run_redrive,
    apply_map_run_failure, apply_run_child_start, apply_run_child_end, apply_run_child_redrive,
    apply_source, apply_items_end, apply_map_run_waiting, apply_map_run_opening, apply_abort,
    apply_results, apply_results_loss, apply_closing, apply_failing, apply_unbegun,
    apply_source_differs;

/* Returns whether `e` starts the child that comes next: they start in the order of their items. */
bool starts_next_child(const struct rt_group *g, const struct rt_event *e);

#endif
