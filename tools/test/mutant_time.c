/* Faults in times and limits of states: waits, pauses before retries, time-outs, how many at once.
 */
#include "parsers/base/maths.h"
#include "parsers/base/mem.h"
#include "tools/test/mutant_impl.h"

#include <math.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* ---- waits ---- */

static void wait_instead(struct making *k, const struct asl_at *field, int64_t s,
                         const char *format)
{
    json *by = object_renamed(k->at->value, field->index, "Seconds", json_int(s));

    mutant_add(k, (struct change){k->at, by, field, ASL_VALUE, k->s->id}, "%s: %lld s", format,
               (long long)s);
}

void mutate_wait(struct making *k)
{
    static const char *const others[] = {"SecondsPath", "Timestamp", "TimestampPath"};
    struct asl_at field;

    if (k->s->type != ASL_WAIT)
        return;
    if (asl_at_member(k->at, "Seconds", &field)) {
        if (json_kind(field.value) == JSON_INT) {
            int64_t was = json_int_value(field.value);
            wait_instead(k, &field, was ? was * 2 : 1, "it waits for another time");
        } else {
            wait_instead(k, &field, 0, "it doesn't wait");
        }
    }
    for (size_t i = 0; i < COUNT_OF(others); i++)
        if (asl_at_member(k->at, others[i], &field))
            wait_instead(k, &field, 0, "it doesn't wait");
}

/* ---- pauses before retries ---- */

static void other_pause(struct making *k, size_t i, const struct asl_at *retrier, const char *field,
                        json *v)
{
    struct asl_at member;
    bool told = asl_at_member(retrier, field, &member);
    json *text = json_text(v);

    mutant_add(k,
               (struct change){retrier, object_with(retrier->value, field, v),
                               told ? &member : retrier, ASL_VALUE,
                               mutant_element(k, ELEMENT_RETRY, i)},
               "%s of retrier %zu is %s", field, i + 1, json_str(text));
    json_unref(text);
}

/* Whether a pause gets as long as MaxDelaySeconds allows. */
static bool is_capped(const struct asl_retrier *r)
{
    double last = (double)r->interval_s * maths_pow(r->backoff_rate, (double)(r->max_attempts - 1));

    return r->max_delay_s && last > (double)r->max_delay_s;
}

static void other_pauses(struct making *k, size_t i, const struct asl_at *retrier)
{
    const struct asl_retrier *r = &k->s->retry[i];
    int64_t longer = r->interval_s * 2;
    struct asl_at member;

    if (r->max_delay_s && longer >= r->max_delay_s)
        longer = r->interval_s / 2;
    if (longer)
        other_pause(k, i, retrier, "IntervalSeconds", json_int(longer));
    if (r->max_attempts > 1)
        other_pause(k, i, retrier, "BackoffRate", json_int(r->backoff_rate > 1 ? 1 : 2));
    if (is_capped(r) && asl_at_member(retrier, "MaxDelaySeconds", &member))
        mutant_add(k,
                   (struct change){retrier, object_without(retrier->value, "MaxDelaySeconds"),
                                   &member, ASL_KEY, mutant_element(k, ELEMENT_RETRY, i)},
                   "MaxDelaySeconds of retrier %zu is gone", i + 1);
}

void mutate_retry_interval(struct making *k)
{
    struct asl_at list, entry;

    for (size_t i = 0; asl_at_member(k->at, "Retry", &list) && i < json_count(list.value); i++) {
        asl_at_index(&list, i, &entry);
        if (k->s->retry[i].max_attempts)
            other_pauses(k, i, &entry);
    }
}

/* ---- limits ---- */

/* Whether the field tolerates failures where none can be: an inline Map knows no tolerance, and
 * without the field it is 0. */
static bool tolerates_nothing(const struct making *k, const struct asl_at *field)
{
    return json_str_begins(field->key, "Tolerated") &&
           (!k->s->map.distributed ||
            (json_is_number(field->value) && json_double_value(field->value) == 0));
}

void mutate_limit_dropped(struct making *k)
{
    static const char *const fields[] = {"TimeoutSeconds",
                                         "TimeoutSecondsPath",
                                         "HeartbeatSeconds",
                                         "HeartbeatSecondsPath",
                                         "ToleratedFailureCount",
                                         "ToleratedFailureCountPath",
                                         "ToleratedFailurePercentage",
                                         "ToleratedFailurePercentagePath"};
    struct asl_at field;

    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (asl_at_member(k->at, fields[i], &field) && !tolerates_nothing(k, &field))
            mutant_drop_field(k, &field);
}

void mutate_machine_limit(struct making *k)
{
    struct asl_at field;

    if (!k->s && asl_at_member(k->block, "TimeoutSeconds", &field))
        mutant_add(k,
                   (struct change){k->block, object_without(k->block->value, "TimeoutSeconds"),
                                   &field, ASL_KEY, MUTANT_ANY},
                   "TimeoutSeconds of the machine is gone");
}

/* Whether what the Map does takes time, so that it matters how many items it takes at once. */
static bool takes_time(const struct asl_scope *scope)
{
    for (size_t i = 0; i < scope->count; i++) {
        enum asl_type type = scope->states[i].type;
        if (type == ASL_TASK || type == ASL_WAIT || type == ASL_MAP || type == ASL_PARALLEL)
            return true;
    }
    return false;
}

static void other_number(struct making *k, const struct asl_at *field, int64_t n)
{
    mutant_add(k, (struct change){field, json_int(n), field, ASL_VALUE, k->s->id},
               "%s is %lld instead of %.12g", json_str(field->key), (long long)n,
               json_double_value(field->value));
}

/* A percentage that a case with few items can tell from `p`: one more would seldom be noticed. */
static int64_t other_percentage(double p)
{
    if (p <= 0 || p >= 100)
        return 50;
    return p < 50 ? (int64_t)(2 * p) + 1 : 100;
}

void mutate_limit_changed(struct making *k)
{
    struct asl_at field;

    if (k->s->type != ASL_MAP)
        return;
    if (asl_at_member(k->at, "MaxConcurrency", &field) && json_kind(field.value) == JSON_INT &&
        takes_time(k->s->map.processor))
        other_number(k, &field, json_int_value(field.value) == 1 ? 0 : 1);
    if (k->s->map.distributed && asl_at_member(k->at, "ToleratedFailureCount", &field) &&
        json_kind(field.value) == JSON_INT)
        other_number(k, &field, json_int_value(field.value) + 1);
    if (k->s->map.distributed && asl_at_member(k->at, "ToleratedFailurePercentage", &field) &&
        json_is_number(field.value))
        other_number(k, &field, other_percentage(json_double_value(field.value)));
}
