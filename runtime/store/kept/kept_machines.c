/*
 * Compiled definitions, by the keys of their texts. They are a few, and the newest are asked for
 * most: so they are a list, which is looked through from its end.
 */

#include "runtime/store/kept/kept_machines.h"

#include "asl/eval/model.h"
#include "parsers/base/mem.h"
#include "runtime/store/store.h"

#include <string.h>

static void forget_machine(struct kept_machine *k)
{
    asl_machine_unref(k->machine);
    mem_free(k->refusal);
}

void kept_machines_clear(struct kept_machines *all)
{
    for (size_t i = 0; i < all->count; i++)
        forget_machine(&all->list[i]);
    mem_free(all->list);
    *all = (struct kept_machines){0};
}

/* Returns whether somebody beside the list holds that machine. */
static bool machine_is_held(const struct kept_machines *all, const struct kept_machine *k)
{
    return k->machine && (k->machine->refs > 1 || k->machine == all->look);
}

/* Lets go of machines that nobody else has any more. The next sweep comes when there are twice as
 * many, so that the cost for each machine stays the same however many are held. */
static void sweep_machines(struct kept_machines *all)
{
    size_t count = 0;

    for (size_t i = 0; i < all->count; i++) {
        if (!machine_is_held(all, &all->list[i]))
            forget_machine(&all->list[i]);
        else
            all->list[count++] = all->list[i];
    }
    all->count = count;
    all->most = 2 * count + 64;
}

const struct kept_machine *kept_machines_of(const struct kept_machines *all, const asl_machine *m)
{
    for (size_t i = all->count; i-- > 0;)
        if (all->list[i].machine == m)
            return &all->list[i];
    return NULL;
}

const struct kept_machine *kept_machines_find(const struct kept_machines *all,
                                              const unsigned char *key)
{
    for (size_t i = all->count; i-- > 0;)
        if (!memcmp(all->list[i].key, key, KEPT_KEY_BYTES))
            return &all->list[i];
    return NULL;
}

const struct kept_machine *kept_machines_add(struct kept_machines *all, asl_machine *m,
                                             char *refusal, const unsigned char *key)
{
    if (all->count >= all->most)
        sweep_machines(all);
    MEM_GROW(all->list, all->count, all->cap);
    struct kept_machine *k = &all->list[all->count++];
    k->machine = m;
    k->refusal = refusal;
    memcpy(k->key, key, KEPT_KEY_BYTES);
    return k;
}

/* What was accepted once is not judged again. */
const struct kept_machine *kept_machines_compile(struct kept_machines *all, const char *text,
                                                 size_t len, const unsigned char *key)
{
    struct asl_report report = {0};
    char *refusal = NULL;
    asl_machine *m = asl_compile_stored(text, len, &report);

    if (!m)
        refusal = mem_strdup(report.count ? report.problems[0].message : "it is no definition");
    asl_report_clear(&report);
    return kept_machines_add(all, m, refusal, key);
}

asl_machine *kept_machine_get(const struct kept_machine *k, struct diag *why)
{
    if (!k->machine)
        diag_set(why, STORE_DAMAGED, 0, "its definition can't be compiled: %s", k->refusal);
    return k->machine;
}

bool kept_machines_drop(struct kept_machines *all, const unsigned char *key)
{
    size_t count = 0;

    for (size_t i = 0; i < all->count; i++)
        if (!memcmp(all->list[i].key, key, KEPT_KEY_BYTES) && machine_is_held(all, &all->list[i]))
            return false;
    for (size_t i = 0; i < all->count; i++) {
        if (!memcmp(all->list[i].key, key, KEPT_KEY_BYTES))
            forget_machine(&all->list[i]);
        else
            all->list[count++] = all->list[i];
    }
    all->count = count;
    return true;
}

/* The text as it was given: one text has one key, however often it is compiled. */
void kept_machine_text(const asl_machine *m, struct buf *out)
{
    const json *given = asl_machine_text(m);

    if (given)
        buf_add(out, json_str(given), json_str_len(given));
    else
        json_write(out, m->definition);
}

void kept_key(digest *hash, const char *text, size_t len, unsigned char key[KEPT_KEY_BYTES])
{
    unsigned char whole[DIGEST_MAX];

    digest_add(hash, text, len);
    digest_end(hash, whole);
    memcpy(key, whole, KEPT_KEY_BYTES);
}

void kept_map_run_key(digest *hash, const char *arn, size_t len, unsigned char key[KEPT_KEY_BYTES])
{
    /* Tokens have no line break, so no token and no ARN share a key. */
    digest_add(hash, "\n", 1);
    kept_key(hash, arn, len, key);
}
