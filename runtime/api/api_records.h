#ifndef RUNTIME_API_API_RECORDS_H
#define RUNTIME_API_API_RECORDS_H

#include "runtime/api/api_activities.h"
#include "runtime/api/api_machines.h"

/*
 * What the store has of machines and activities: a record each, one for each revision, and a second
 * one of each machine and activity on the roll. Who is on it was made and not deleted, so where the
 * first record is not there, it was lost. api_records.c writes them, api_load.c reads them.
 */

/* Kinds of records. */
extern const char RECORD_MACHINE[], RECORD_REVISION[], RECORD_ACTIVITY[], RECORD_ROLL[];

/* Put what changed into the store; it is good after the engine's next turn. */
void machine_keep(api *a, const struct machine *m);
void revision_keep(api *a, const struct revision *r);
void activity_keep(api *a, const struct activity *act);
/* Puts a machine or an activity on the roll. */
void record_enroll(api *a, const json *arn, int64_t created_ms, bool express);

/* Takes a machine's records away, with up to `limit` of its revisions. False: there are more;
 * `count` grows by those that went. */
bool machine_forget(api *a, const struct machine *m, size_t limit, size_t *count);
void activity_forget(api *a, const struct activity *act);

/* Says that the record of that key is spoiled, and how, to whoever the API was told to tell. */
void record_spoiled(const api *a, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Returns the key of a machine's revision by its number, from 1. */
json *revision_key(const json *machine_arn, uint32_t number);
/* Finds a revision by its key, in memory or in the store. Counted; NULL: there is none, or it
 * can't be read. */
struct revision *revision_find(api *a, const json *key);

#endif
