#ifndef RUNTIME_CORE_EVENT_TEXT_H
#define RUNTIME_CORE_EVENT_TEXT_H

#include "runtime/core/event_share.h"
#include "runtime/core/exec.h"

/*
 * Events, and what an execution is made from, as text that is kept: one JSON object without a line
 * feed. Members that a reader doesn't know are passed over, so that a later version may add some;
 * one that changes the meaning of others raises "v", which is absent as long as it is 1, and older
 * readers refuse it. States go by their id: numbers that a definition gives them in its order.
 */

/*
 * Adds the text of `e`. Reading it gives the same event, each of its fields. `shares` knows which
 * values earlier events have, so that they are not written again; NULL: all is written.
 */
void rt_event_write(struct buf *out, const struct rt_event *e, const struct rt_shares *shares);
/*
 * Reads an event of a machine whose states are those of `m`. `shares` has what the text refers to;
 * NULL: that is null. False with *why filled (EVENT_TEXT) when it is no event of `m`.
 */
bool rt_event_read(const char *text, size_t len, const asl_machine *m,
                   const struct rt_shares *shares, struct rt_event *out, struct diag *why);
/* Reads an event as rt_event_read does; but one of a child of a Map Run may have null for its data,
 * whatever they are. */
bool rt_event_read_outline(const char *text, size_t len, const asl_machine *m,
                           const struct rt_shares *shares, struct rt_event *out, struct diag *why);
/* Returns the data in the text of event `seq`, without what is written elsewhere, a new reference:
 * for struct rt_shares. NULL with *why filled. */
json *rt_event_read_data(const char *text, size_t len, uint64_t seq, struct diag *why);

void rt_config_write(struct buf *out, const struct rt_config *c);
/* Reads a configuration as rt_event_read does an event (CONFIG_TEXT). `m` NULL: its scope can't be
 * told and is left out. All of `out` is yours then: rt_config_clear. */
bool rt_config_read(const char *text, size_t len, const asl_machine *m, struct rt_config *out,
                    struct diag *why);
/* Of a configuration that rt_config_read made. */
void rt_config_clear(struct rt_config *c);

#endif
