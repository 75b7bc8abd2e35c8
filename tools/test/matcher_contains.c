/*
 * The matcher $contains: text contains text, an array all elements of the argument (or the argument
 * itself), an object all members. Each element of an array stands for one of those expected, so it
 * is a matching of two sets: pairing.h.
 */
#include "tools/test/matcher_impl.h"

#include "tools/test/pairing.h"

#include <string.h>

/* So many pairs of elements are compared in some seconds. */
enum { PAIRS_MOST = 20000000 };

static bool contains_text(const json *whole, const json *part)
{
    size_t len = json_str_len(part);

    for (size_t at = 0; at + len <= json_str_len(whole); at++)
        if (memcmp(json_str(whole) + at, json_str(part), len) == 0)
            return true;
    return false;
}

static bool contains_is_within(const struct compared *c, const struct asl_at *e, const json *actual)
{
    struct compared inner = *c;

    inner.actual = actual;
    inner.subset = true;
    return compared_holds(&inner, e);
}

static bool some_element_is(const struct compared *c, const struct asl_at *e)
{
    for (size_t i = 0; i < json_count(c->actual); i++)
        if (contains_is_within(c, e, json_at(c->actual, i)))
            return true;
    return false;
}

static bool element_fits(void *user, size_t wanted_one, size_t actual)
{
    const struct compared *c = user; /* which expects the list */
    struct asl_at element;

    asl_at_index(c->expected, wanted_one, &element);
    return contains_is_within(c, &element, json_at(c->actual, actual));
}

/*
 * Finds an element for each one of the list, and none for two of them. Those that equal an element
 * are paired at once; only the others, which have matchers or fewer members, are compared with
 * element by element, so only these pairs are bounded.
 */
static bool contains_all(const struct compared *c, const struct asl_at *list)
{
    struct compared within = *c;
    struct pairing p = {.wanted = list->value,
                        .actual = c->actual,
                        .fits = element_fits,
                        .user = &within,
                        .most = PAIRS_MOST};
    size_t count = json_count(list->value), i = 0;
    enum paired how = PAIRED;

    within.expected = list;
    pairing_begin(&p);
    while (i < count && (how = pairing_find(&p, i)) == PAIRED)
        i++;
    pairing_clear(&p);
    if (how == PAIRED_TOO_MUCH)
        compared_trouble(
            c,
            "$contains compares more than %d pairs of elements: give it fewer that have "
            "matchers, or not all members",
            PAIRS_MOST);
    return i == count ||
           compared_want_value(c,
                               how == PAIRED_ALL_TAKEN ? "an array that has one more of "
                                                       : "an array that contains ",
                               json_at(list->value, i));
}

bool matcher_contains(const struct compared *c, const struct asl_at *a)
{
    const json *actual = c->actual;

    if (actual && json_is_string(actual) && json_is_string(a->value))
        return contains_text(actual, a->value) ||
               compared_want_value(c, "text that contains ", a->value);
    if (actual && json_is_array(actual) && json_is_array(a->value))
        return contains_all(c, a);
    if (actual && json_is_array(actual))
        return some_element_is(c, a) || compared_want_value(c, "an array that contains ", a->value);
    struct compared inner = *c;
    inner.expected = a;
    inner.subset = true;
    return compared_is_same(&inner);
}
