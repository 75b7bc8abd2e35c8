/* Which cases options like --faults don't play: a person who asks for them is to know. */
#include "tools/test_left_out.h"

#include "parsers/base/buf.h"

#include <stdio.h>

static void add_count(struct buf *out, size_t count, const char *what)
{
    if (count)
        buf_printf(out, "%s%zu case%s %s", out->len ? " and " : "", count, count == 1 ? "" : "s",
                   what);
}

void test_tell_left_out(const struct test_case *const *cases, size_t count, const char *option,
                        bool no_states)
{
    size_t alone = 0, real = 0;
    struct buf text = {0};

    for (size_t i = 0; i < count; i++) {
        if (cases[i]->skip)
            continue;
        bool state = no_states && case_text(cases[i], "state");
        alone += state;
        real += !state && case_has_handlers(cases[i]);
    }
    add_count(&text, alone, "of one state alone");
    add_count(&text, real, "with handlers");
    if (text.len)
        fprintf(stderr, "asl test: %s leaves out %s\n", option, buf_str(&text));
    buf_clear(&text);
}
