/*
 * The machines of suites with the same definition are one: its mutants are made once, and the cases
 * of all of them are played. A case with real handlers takes no part, as what a fault makes of
 * their calls may do harm.
 */
#include "tools/test/mutate.h"

#include "asl/load/load.h"
#include "parsers/base/mem.h"
#include "tools/test/case_run.h"
#include "tools/test/runner.h"

#include <string.h>

/* ---- which mutants, and which cases ---- */

static bool is_same_machine(const struct suite_machine *a, const struct suite_machine *b)
{
    return a == b || (strcmp(a->file, b->file) == 0 &&
                      json_equal(a->machine->definition, b->machine->definition));
}

static bool takes_part(const struct mutation *m, size_t c)
{
    return !m->cases[c]->skip && !case_has_handlers(m->cases[c]);
}

bool mutation_covers(const struct mutation *m, size_t c, const struct mutant_result *r)
{
    size_t element = r->mutant->element;

    if (!takes_part(m, c) || m->machines[c] != r->machine)
        return false;
    /* All of a state that is played alone is looked at: what follows a retry tells of retriers. */
    if (m->alone[c])
        return r->mutant->state == m->alone[c];
    if (!m->hits[c])
        return false;
    return element == MUTANT_ANY ||
           (element < json_count(m->hits[c]) && json_int_value(json_at(m->hits[c], element)) > 0);
}

/* Cases of one suite stand together. */
static const struct suite_machine *first_like(const struct mutation *m, size_t c)
{
    const struct suite_machine *own = &m->cases[c]->suite->machine;

    if (c && &m->cases[c - 1]->suite->machine == own)
        return m->machines[c - 1];
    for (size_t k = 0; k < c; k++)
        if ((k == 0 || m->machines[k] != m->machines[k - 1]) &&
            is_same_machine(m->machines[k], own))
            return m->machines[k];
    return own;
}

static void list_mutants(struct mutation *m)
{
    m->machines = mem_calloc(m->case_count + 1, sizeof(void *));
    m->alone = mem_calloc(m->case_count + 1, sizeof(void *));
    for (size_t c = 0; c < m->case_count; c++) {
        const struct suite_machine *machine = &m->cases[c]->suite->machine;
        const char *alone = case_text(m->cases[c], "state");
        m->machines[c] = first_like(m, c);
        if (alone)
            m->alone[c] = trial_find_state(m->machines[c]->machine, alone, NULL);
        if (m->machines[c] != machine || (c && m->machines[c - 1] == machine))
            continue;
        for (size_t i = 0; i < machine->mutants->count; i++) {
            MEM_GROW(m->results, m->count, m->cap);
            m->results[m->count++] =
                (struct mutant_result){.machine = machine, .mutant = &machine->mutants->all[i]};
        }
    }
}

/* ---- playing one ---- */

/* What AWS asks only of new definitions is not asked: a state that nothing leads to any more is a
 * fault like others. */
static asl_machine *compile_mutant(const struct mutant_result *r)
{
    json *definition = mutant_definition(r->mutant, r->machine->machine->definition);
    struct asl_report report = {0};
    asl_machine *m = load_definition(&(struct load_source){.value = definition},
                                     &(struct load_purpose){.stored = true}, &report);

    asl_report_clear(&report);
    json_unref(definition);
    return m;
}

enum { EVENTS_A_STEP = 20, EVENTS_MORE = 1000 };

/* How many events an execution of the case may have, before it is said to run in a circle. */
static uint64_t events_of(const json *hits)
{
    uint64_t steps = 0;

    for (size_t i = 0; hits && i < json_count(hits); i++)
        steps += (uint64_t)json_int_value(json_at(hits, i));
    return steps * EVENTS_A_STEP + EVENTS_MORE;
}

/* Plays the case against the mutant. Returns what that means for the mutant. */
static enum mutant_fate fate_by(const struct mutation *m, size_t c, const asl_machine *machine,
                                trial_stage *stage)
{
    const struct case_options options = {.stage = stage,
                                         .machine = machine,
                                         .buckets = m->buckets,
                                         .bucket_count = m->bucket_count,
                                         .most_events = events_of(m->hits[c])};
    struct case_run run;

    case_run(m->cases[c], &options, &run);
    enum mutant_fate fate = MUTANT_SURVIVED;
    if (run.failures.count)
        fate = run.trial && trial_how(run.trial) == TRIAL_CUT ? MUTANT_TIMEOUT : MUTANT_KILLED;
    case_run_clear(&run);
    return fate;
}

static json *play_mutant(void *user, trial_stage *stage, size_t i)
{
    const struct mutation *m = user;
    const struct mutant_result *r = &m->results[i];
    enum mutant_fate fate = MUTANT_NO_COVERAGE;
    asl_machine *machine = compile_mutant(r);
    struct json_build b = {0};
    size_t c = 0;

    if (!machine)
        fate = MUTANT_REFUSED;
    for (; machine && c < m->case_count; c++) {
        if (!mutation_covers(m, c, r))
            continue;
        fate = fate_by(m, c, machine, stage);
        if (fate != MUTANT_SURVIVED)
            break;
    }
    asl_machine_unref(machine);
    json_build_array(&b, 2);
    json_build_add(&b, json_int((int64_t)fate));
    json_build_add(&b, json_int((int64_t)c));
    return json_build_done(&b);
}

static bool heard_of_mutant(void *user, size_t i, const json *record)
{
    struct mutation *m = user;

    m->results[i].fate = (enum mutant_fate)json_int_value(json_at(record, 0));
    m->results[i].killer = (size_t)json_int_value(json_at(record, 1));
    m->fates[m->results[i].fate]++;
    return true;
}

static void name_mutant(void *user, size_t i, struct buf *out)
{
    const struct mutation *m = user;

    mutant_write(out, m->results[i].mutant);
}

bool mutation_run(struct mutation *m, struct diag *why)
{
    const struct runner runner = {.play = play_mutant,
                                  .heard = heard_of_mutant,
                                  .name = name_mutant,
                                  .user = m,
                                  .jobs = m->jobs};

    list_mutants(m);
    return runner_run(&runner, m->count, why);
}

void mutation_clear(struct mutation *m)
{
    mem_free(m->machines);
    mem_free(m->alone);
    mem_free(m->results);
    m->machines = NULL;
    m->alone = NULL;
    m->results = NULL;
    m->count = m->cap = 0;
}

/* ---- telling ---- */

size_t mutation_score(const struct mutation *m, size_t *all)
{
    *all = m->count - m->fates[MUTANT_REFUSED];
    return m->fates[MUTANT_KILLED] + m->fates[MUTANT_TIMEOUT];
}

double mutation_percent(const struct mutation *m)
{
    size_t all, killed = mutation_score(m, &all);

    return all ? 100.0 * (double)killed / (double)all : 100;
}

/* Returns whether result `i` is the first of its state. The results of a state stand together, and
 * those that no case passes are told in one line: coverage tells what to pass. */
static bool begins_state(const struct mutation *m, size_t i)
{
    return i == 0 || m->results[i - 1].machine != m->results[i].machine ||
           m->results[i - 1].mutant->state != m->results[i].mutant->state;
}

static void write_uncovered(struct buf *out, const struct mutation *m, size_t i)
{
    const struct mutant_result *r = &m->results[i];
    size_t count = 0;

    for (size_t k = i; k < m->count && (k == i || !begins_state(m, k)); k++)
        count += m->results[k].fate == MUTANT_NO_COVERAGE;
    if (!count)
        return;
    buf_printf(out, "%s:%u: not covered: %zu mutant%s of ", r->machine->file,
               r->mutant->state ? r->machine->elements->all[r->mutant->state->id].place.line
                                : r->mutant->place.line,
               count, count == 1 ? "" : "s");
    if (r->mutant->state)
        element_write(out, &r->machine->elements->all[r->mutant->state->id]);
    else
        buf_adds(out, "the machine");
    buf_addc(out, '\n');
}

void mutation_write(struct buf *out, const struct mutation *m)
{
    size_t all, killed = mutation_score(m, &all);

    for (size_t i = 0; i < m->count; i++) {
        const struct mutant_result *r = &m->results[i];
        if (begins_state(m, i))
            write_uncovered(out, m, i);
        if (r->fate != MUTANT_SURVIVED)
            continue;
        buf_printf(out, "%s:%u:%u: survived: ", r->machine->file, r->mutant->place.line,
                   r->mutant->place.column);
        mutant_write(out, r->mutant);
        buf_addc(out, '\n');
    }
    buf_printf(out, "mutation score: %zu of %zu\n", killed, all);
}
