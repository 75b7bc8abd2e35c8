#include "tests/support/expect_fault.h"

#include "tests/support/expect.h"

#include "parsers/picture/js_number.h"

void expect_outcome(const char *name, bool ok, struct buf *out, struct fault *why, const char *want)
{
    struct buf got = {0};

    if (ok) {
        buf_add(&got, buf_str(out), out->len);
    } else {
        buf_printf(&got, "!%s", why->code);
        if (why->kind == FAULT_TEXT)
            buf_printf(&got, " %s", buf_str(&why->value));
        if (why->kind == FAULT_NUMBER) {
            buf_addc(&got, ' ');
            js_number_write(&got, why->number);
        }
    }
    expect_text(name, buf_str(&got), want);
    buf_clear(&got);
    buf_clear(out);
    fault_clear(why);
}
