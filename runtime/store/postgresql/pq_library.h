#ifndef RUNTIME_STORE_POSTGRESQL_PQ_LIBRARY_H
#define RUNTIME_STORE_POSTGRESQL_PQ_LIBRARY_H

#include "parsers/base/library.h"

#include <postgresql/libpq-fe.h>
#include <stdbool.h>

/*
 * libpq, loaded when the first store in PostgreSQL is opened: see parsers/base/library.h. Functions
 * have their names without the "PQ".
 */
#define PQ_FUNCTIONS(_)                                                                            \
    _(PQ, clear)                                                                                   \
    _(PQ, cmdStatus)                                                                               \
    _(PQ, cmdTuples)                                                                               \
    _(PQ, connectdbParams)                                                                         \
    _(PQ, connectionNeedsPassword)                                                                 \
    _(PQ, conninfoFree)                                                                            \
    _(PQ, conninfoParse)                                                                           \
    _(PQ, consumeInput)                                                                            \
    _(PQ, enterPipelineMode)                                                                       \
    _(PQ, errorMessage)                                                                            \
    _(PQ, finish)                                                                                  \
    _(PQ, freemem)                                                                                 \
    _(PQ, getResult)                                                                               \
    _(PQ, getisnull)                                                                               \
    _(PQ, getlength)                                                                               \
    _(PQ, getvalue)                                                                                \
    _(PQ, isBusy)                                                                                  \
    _(PQ, ntuples)                                                                                 \
    _(PQ, pipelineSync)                                                                            \
    _(PQ, resultErrorField)                                                                        \
    _(PQ, resultStatus)                                                                            \
    _(PQ, sendPrepare)                                                                             \
    _(PQ, sendQuery)                                                                               \
    _(PQ, sendQueryParams)                                                                         \
    _(PQ, sendQueryPrepared)                                                                       \
    _(PQ, serverVersion)                                                                           \
    _(PQ, setNoticeProcessor)                                                                      \
    _(PQ, socket)                                                                                  \
    _(PQ, status)

struct pq_library {
    PQ_FUNCTIONS(LIBRARY_MEMBER)
};

/* One for the whole process: none of it is there before pq_library_load has returned true. */
extern struct pq_library pq;

/* Returns false with *why filled when it can't be loaded, or is older than pipelines are. */
bool pq_library_load(struct diag *why);

#endif
