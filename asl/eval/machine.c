/*
 * A compiled machine as a counted value: what the loader fills and all others only look at. All
 * that is in it lives in its arena and goes with the last reference.
 */

#include "asl/eval/machine.h"

#include "asl/eval/model.h"
#include "parsers/base/arena.h"
#include "parsers/base/mem.h"

const char *const asl_type_names[ASL_TYPES] = {
    [ASL_PASS] = "Pass", [ASL_TASK] = "Task",         [ASL_CHOICE] = "Choice",
    [ASL_WAIT] = "Wait", [ASL_SUCCEED] = "Succeed",   [ASL_FAIL] = "Fail",
    [ASL_MAP] = "Map",   [ASL_PARALLEL] = "Parallel",
};

asl_machine *asl_machine_ref(asl_machine *m)
{
    m->refs++;
    return m;
}

void asl_machine_unref(asl_machine *m)
{
    if (!m || --m->refs)
        return;
    arena_clear(&m->arena);
    json_unref(m->definition);
    json_unref(m->text);
    mem_free(m);
}

const json *asl_machine_text(const asl_machine *m)
{
    return m->text;
}
