#ifndef TOOLS_RECORDING_H
#define TOOLS_RECORDING_H

#include "runtime/host/host.h"
#include "tools/workflow.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* asl run --record: what happens in a run, of which a suite is made. */
typedef struct recording recording;

/* Tells whether a case may have the execution's name and context object that the command line says,
 * and whether its suite can be written to `path`. False after a message. */
bool recording_may_begin(struct workflow *w, const char *path);
recording *recording_new(void);
void recording_free(recording *r);
/* Takes events that the host tells of, those of Map Runs, too. */
void recording_events(recording *r, engine *e, uint64_t execution, const rt_exec *x,
                      const struct rt_events *events);
/* Makes a suite of the run in the host `h`, for the definition that is called `definition`, and
 * writes it to `path`: buckets that are folders, and that Map states called, are buckets of its
 * case. False after a message: it can't be written, or the run can't be played once more. */
bool recording_write(recording *r, const struct workflow *w, host *h, const char *definition,
                     const char *path);

#endif
