/*
 * An order is a list of choices: which of the answers that are due comes first, time after time.
 * Behind the end of the list the first of them does. So a list of none is the usual order, lists
 * can be counted through like numbers, and a list that shows a fault is made smaller by turning
 * choices back into 0.
 */
#include "tools/test/explore.h"

#include "tools/test/record.h"

#include "asl/eval/env.h"
#include "parsers/base/mem.h"

#include <string.h>

/* An order, and what was met when it was played. */
struct order {
    size_t *choices;
    size_t count, cap; /* of choices; more were 0 */
    size_t *widths;    /* how many answers there were to choose from, each time */
    size_t met, met_cap;
    struct asl_chance *chance; /* chooses instead of the list; NULL: it doesn't */
    json *told;                /* names of what was chosen, where it was not the first; NULL: not
                                  wanted */
};

struct exploring {
    const struct test_case *c;
    const struct case_options *options;
    json *usual;  /* how the case ends in the usual order */
    size_t tried; /* orders, without those that only shorten one that was found */
};

static void order_clear(struct order *o)
{
    mem_free(o->choices);
    mem_free(o->widths);
    json_unref(o->told);
}

/* ---- playing an order ---- */

static json *name_of_called(const struct trial_made_call *call)
{
    struct buf b = {0};

    trial_state_path(&b, call->state);
    if (call->in_item)
        buf_printf(&b, "[%u]", call->index);
    return json_take_buf(&b);
}

static void tell_choice(struct order *o, const struct trial_made_call *chosen,
                        const struct trial_made_call *first)
{
    struct json_build b = {0};
    json *name = name_of_called(chosen), *before = name_of_called(first);

    json_build_copy(&b, o->told, 1);
    json_build_add(&b, json_stringf("%s before %s", json_str(name), json_str(before)));
    json_unref(o->told);
    o->told = json_build_done(&b);
    json_unref(name);
    json_unref(before);
}

static size_t order_choose(void *user, const trial *t, size_t count)
{
    struct order *o = user;
    size_t at = o->met, chosen = at < o->count ? o->choices[at] : 0;

    MEM_GROW(o->widths, o->met, o->met_cap);
    o->widths[o->met++] = count;
    if (o->chance) {
        chosen = (size_t)(asl_chance_next(o->chance) % count);
        MEM_GROW(o->choices, o->count, o->cap);
        o->choices[o->count++] = chosen;
    }
    if (chosen >= count)
        chosen = 0;
    if (o->told && chosen)
        tell_choice(o, trial_due_call(t, chosen), trial_due_call(t, 0));
    return chosen;
}

/* How a case ends: its status, output and error, and whether it went as expected. */
static json *end_of_run(const struct case_run *r)
{
    static const char *const members[] = {"status", "output", "error"};
    struct json_build b = {0};

    json_build_object(&b, 4);
    for (size_t i = 0; r->result && i < sizeof members / sizeof *members; i++) {
        const json *v = result_member(r->result, members[i]);
        if (v)
            json_build_set(&b, members[i], json_ref(v));
    }
    json_build_set(&b, "passed", json_bool(r->failures.count == 0));
    return json_build_done(&b);
}

static void run_order(struct exploring *x, struct order *o, struct case_run *out)
{
    struct case_options options = *x->options;

    o->met = 0;
    options.choose = order_choose;
    options.choose_user = o;
    case_run(x->c, &options, out);
}

static json *play_order(struct exploring *x, struct order *o)
{
    struct case_run run;

    run_order(x, o, &run);
    json *end = end_of_run(&run);
    case_run_clear(&run);
    return end;
}

static bool ends_otherwise(struct exploring *x, struct order *o)
{
    json *end = play_order(x, o);
    bool otherwise = !json_equal(end, x->usual);

    json_unref(end);
    return otherwise;
}

/* ---- which orders ---- */

/* Turns the list into the next one; false behind the last. */
static bool next_order(struct order *o)
{
    while (o->count < o->met) {
        MEM_GROW(o->choices, o->count, o->cap);
        o->choices[o->count++] = 0;
    }
    o->count = o->met;
    while (o->count) {
        size_t last = o->count - 1;
        if (o->choices[last] + 1 < o->widths[last]) {
            o->choices[last]++;
            return true;
        }
        o->count--;
    }
    return false;
}

/* Whether there are more orders than that, as far as the usual one shows it. */
static bool has_more_orders(const struct order *o, size_t most)
{
    size_t orders = 1;

    for (size_t i = 0; i < o->met; i++) {
        if (orders > most / o->widths[i])
            return true;
        orders *= o->widths[i];
    }
    return orders > most;
}

static bool find_systematically(struct exploring *x, struct order *o, size_t most)
{
    for (; x->tried < most && next_order(o); x->tried++)
        if (ends_otherwise(x, o))
            return true;
    return false;
}

static bool find_at_random(struct exploring *x, struct order *o, size_t most, uint64_t seed)
{
    struct asl_chance chance = {seed};
    bool found = false;

    o->chance = &chance;
    for (; x->tried < most && !found; x->tried++) {
        o->count = 0;
        found = ends_otherwise(x, o);
    }
    o->chance = NULL;
    return found;
}

/* A list may have thousands of choices, and each attempt to shorten it plays the case again. */
enum { MOST_SHORTENINGS = 100 };

static void drop_zeros_behind(struct order *o)
{
    while (o->count && !o->choices[o->count - 1])
        o->count--;
}

/*
 * Turns the next `most` choices from *from on that are not 0 back into 0, and keeps that if the
 * case still ends otherwise. *from moves behind them. False: there were none.
 */
static bool try_without(struct exploring *x, struct order *o, size_t *from, size_t most,
                        size_t *kept)
{
    size_t count = o->count, begin = *from, zeroed = 0;
    size_t *were = mem_calloc(count + 1, sizeof *were);

    if (count)
        memcpy(were, o->choices, count * sizeof *were);
    for (; *from < count && zeroed < most; ++*from) {
        zeroed += o->choices[*from] > 0;
        o->choices[*from] = 0;
    }
    bool otherwise = zeroed && ends_otherwise(x, o);
    if (zeroed && !otherwise) {
        memcpy(o->choices + begin, were + begin, (*from - begin) * sizeof *were);
        *kept += zeroed;
    }
    mem_free(were);
    return zeroed > 0;
}

/*
 * Zeller's delta debugging: most choices have no part in the fault, so large pieces of the list are
 * turned back at once, then smaller ones of what is left, down to single choices. What a fault of
 * k choices costs grows with k times the logarithm of the list's length, not with its length.
 */
static void shorten(struct exploring *x, struct order *o)
{
    size_t left = MOST_SHORTENINGS, kept = 0;

    drop_zeros_behind(o);
    for (size_t i = 0; i < o->count; i++)
        kept += o->choices[i] > 0;
    for (size_t piece = (kept + 1) / 2; piece && left;) {
        size_t from = 0;
        kept = 0;
        while (left && try_without(x, o, &from, piece, &kept))
            left--;
        drop_zeros_behind(o);
        piece = piece > kept ? (kept + 1) / 2 : piece / 2;
    }
}

/* ---- telling ---- */

/* An order that could not be made shorter may have hundreds of choices. */
enum { MOST_TOLD = 8 };

static void write_choices(struct buf *out, const json *told)
{
    size_t count = json_count(told);

    for (size_t i = 0; i < count && i < MOST_TOLD; i++)
        buf_printf(out, "%s%s", i ? ", " : "", json_str(json_at(told, i)));
    if (count > MOST_TOLD)
        buf_printf(out, " and so on, %zu times,", count);
}

/*
 * Returns whether only the verdict differs, so that the ends themselves do not tell what is wrong.
 */
static bool ends_alike(const json *a, const json *b)
{
    for (size_t i = 0; i < json_count(a); i++) {
        const json *other = json_get(b, json_str(json_key_at(a, i)));
        if (!json_str_is(json_key_at(a, i), "passed") &&
            (!other || !json_equal(json_value_at(a, i), other)))
            return false;
    }
    return json_count(a) == json_count(b);
}

/* Whether it passed is told by what failed. */
static void explore_write_end(struct buf *out, const json *end)
{
    struct json_build b = {0};

    json_build_object(&b, 4);
    for (size_t i = 0; i < json_count(end); i++)
        if (!json_str_is(json_key_at(end, i), "passed"))
            json_build_set_key(&b, json_ref(json_key_at(end, i)), json_ref(json_value_at(end, i)));
    json *told = json_build_done(&b);
    json_write(out, told);
    json_unref(told);
}

static void tell_order(struct exploring *x, struct order *o, uint64_t seed, struct failures *out)
{
    struct json_build told = {0};
    struct buf text = {0};
    struct case_run run;

    json_build_array(&told, 4);
    o->told = json_build_done(&told);
    run_order(x, o, &run);
    json *end = end_of_run(&run);
    bool alike = ends_alike(end, x->usual);
    buf_adds(&text, "when ");
    write_choices(&text, o->told);
    if (alike) {
        buf_printf(&text, " is answered, %s", run.failures.count ? "it fails" : "it passes");
    } else {
        buf_adds(&text, " is answered, it ends otherwise: ");
        explore_write_end(&text, end);
        buf_adds(&text, " instead of ");
        explore_write_end(&text, x->usual);
    }
    buf_printf(&text, " (seed %llu)", (unsigned long long)seed);
    const json *way = run.result ? result_member(run.result, "way") : NULL;
    if (way && json_count(way)) {
        buf_adds(&text, "\nway then: ");
        record_write_way(&text, way);
    }
    failures_add(out, x->c->place, EXPLORE_WHAT, "%s", buf_str(&text));
    failures_move(out, &run.failures);
    buf_clear(&text);
    json_unref(end);
    case_run_clear(&run);
}

size_t explore_case(const struct test_case *c, const struct case_options *options, size_t most,
                    uint64_t seed, struct failures *out)
{
    struct exploring x = {.c = c, .options = options, .tried = 1};
    struct order o = {0};

    if (case_has_handlers(c))
        return 0;
    x.usual = play_order(&x, &o);
    bool found = has_more_orders(&o, most) ? find_at_random(&x, &o, most, seed)
                                           : find_systematically(&x, &o, most);
    if (found) {
        shorten(&x, &o);
        tell_order(&x, &o, seed, out);
    }
    order_clear(&o);
    json_unref(x.usual);
    return x.tried;
}
