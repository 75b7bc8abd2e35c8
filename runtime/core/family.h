#ifndef RUNTIME_CORE_FAMILY_H
#define RUNTIME_CORE_FAMILY_H

/* The names of a Map Run's children: what all have in common, and what one of them is called. */

#include "parsers/base/buf.h"
#include "runtime/core/exec.h"

/* Of one Map Run. Counted; the children have it as well as their parent. */
struct rt_family {
    size_t refs;
    json *map_run; /* its ARN */
    json *machine_arn, *machine_name;
    json *role_arn, *region; /* NULL: the parent has none */
    struct buf arn;          /* that of a child: its first `arn_len` bytes are those of all */
    size_t arn_len;
};

struct rt_family *family_ref(struct rt_family *f);
void family_unref(struct rt_family *f);
/* Returns how much of an execution's own ARN goes before its kind:
 * "arn:aws:states:region:account:". */
int arn_prefix(const rt_exec *x);
/* Returns the family of the Map Run of `x` with that ARN: a look, up to the next call. */
struct rt_family *family_of(const rt_exec *x, const json *map_run);
/* Sets the names (yours) of the member that `chance` says. */
void family_names(struct rt_family *f, struct asl_chance chance, struct rt_names *out);

#endif
