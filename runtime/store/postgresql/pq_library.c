/* Loads libpq: a process that keeps nothing in PostgreSQL does without. */
#include "runtime/store/postgresql/pq_library.h"

struct pq_library pq;

static void pq_library_find(struct library *library)
{
    struct pq_library *functions = &pq;

    PQ_FUNCTIONS(LIBRARY_FIND)
}

/* libpq keeps its ABI under this name since 2006; pipelines came with version 14. */
static struct library library = {
    .soname = "libpq.so.5", .user = "A store in PostgreSQL", .find = pq_library_find};

bool pq_library_load(struct diag *why)
{
    return library_load(&library, why);
}
