/*
 * What a switch of stacks has to keep. The suite is linked twice: with the switch of this machine,
 * and, as check_coroutine_by_ucontext, with the one that is taken elsewhere.
 */

#include "tests/support/expect.h"

#include "runtime/base/coroutine.h"

#include <stdint.h>
#include <stdio.h>

enum { COROUTINES = 50, PAUSES = 40, DEPTH = 500 };

struct job {
    coroutine *c; /* NULL: it runs to its end at once */
    unsigned n;
    unsigned pauses, depth;
    bool aligned;
    double sum;
    uint64_t mix;
    char text[64];
};

static void pause_here(struct job *j)
{
    j->pauses++;
    if (j->c)
        coroutine_pause(j->c);
}

/* More values than there are registers that a function keeps, of both kinds. */
static void count_on(void *user)
{
    struct job *j = user;
    double a = j->n, b = a + 1, c = a + 2, d = a + 3, e = a + 5, f = a + 7, g = a + 11, h = a + 13;
    uint64_t p = j->n, q = p + 1, r = p + 2, s = p + 3, t = p + 5, u = p + 7, v = p + 11;

    for (int i = 0; i < PAUSES; i++) {
        _Alignas(16) char here[16];

        j->aligned = j->aligned && (uintptr_t)(void *)here % 16 == 0;
        snprintf(j->text, sizeof j->text, "%d: %.3f, %.3f", i, a, h);
        pause_here(j);
        a += 1, b += a, c += b, d += c, e += d, f += e, g += f, h = g / 2;
        p += 1, q ^= p << 1, r += q, s ^= r << 2, t += s, u ^= t << 3, v += u;
    }
    j->sum = a + b + c + d + e + f + g + h;
    j->mix = p ^ q ^ r ^ s ^ t ^ u ^ v;
}

/* Depth on depth, with what each has put on the stack looked at on the way back. */
static unsigned go_down(struct job *j, unsigned left)
{
    volatile unsigned here[64];
    unsigned depth = 0;

    for (unsigned i = 0; i < 64; i++)
        here[i] = left + i;
    if (left)
        depth = go_down(j, left - 1) + 1;
    else
        pause_here(j);
    for (unsigned i = 0; i < 64; i++)
        if (here[i] != left + i)
            return 0;
    return depth;
}

static void go_deep(void *user)
{
    struct job *j = user;

    j->depth = go_down(j, DEPTH);
}

/* All of them in turns, and each twice: a coroutine that is through takes the next. */
static void in_turns(struct job *all, void (*run)(void *user))
{
    bool done[COROUTINES];
    size_t left = COROUTINES;

    for (unsigned i = 0; i < COROUTINES; i++) {
        all[i] = (struct job){.c = all[i].c, .n = i, .aligned = true};
        done[i] = coroutine_run(all[i].c, run, &all[i]);
        left -= done[i];
    }
    while (left)
        for (unsigned i = 0; i < COROUTINES; i++)
            if (!done[i]) {
                done[i] = coroutine_resume(all[i].c);
                left -= done[i];
            }
}

START_TEST(switches)
{
    static struct job all[COROUTINES];

    for (unsigned i = 0; i < COROUTINES; i++)
        ck_assert((all[i].c = coroutine_new()) != NULL);
    for (int round = 0; round < 2; round++) {
        in_turns(all, count_on);
        for (unsigned i = 0; i < COROUTINES; i++) {
            struct job alone = {.n = i, .aligned = true};

            count_on(&alone);
            ck_assert_uint_eq(all[i].pauses, PAUSES);
            ck_assert_msg(all[i].aligned, "%u: the stack is aligned", i);
            ck_assert_str_eq(all[i].text, alone.text);
            ck_assert_double_eq(all[i].sum, alone.sum);
            ck_assert_uint_eq(all[i].mix, alone.mix);
        }
        in_turns(all, go_deep);
        for (unsigned i = 0; i < COROUTINES; i++)
            ck_assert_uint_eq(all[i].depth, DEPTH);
    }
    for (unsigned i = 0; i < COROUTINES; i++)
        coroutine_free(all[i].c);
    coroutine_free(NULL);
}
END_TEST

static void note(void *user)
{
    *(bool *)user = true;
}

START_TEST(runs_to_the_end)
{
    coroutine *c = coroutine_new();
    bool ran = false;

    ck_assert(c != NULL);
    ck_assert(coroutine_run(c, note, &ran));
    ck_assert(ran);
    coroutine_free(c);
    coroutine_free(coroutine_new());
}
END_TEST

int main(void)
{
    Suite *s = suite_create("coroutine");
    TCase *t = tcase_create("coroutine");

    tcase_add_test(t, switches);
    tcase_add_test(t, runs_to_the_end);
    suite_add_tcase(s, t);
    return run_suite(s);
}
