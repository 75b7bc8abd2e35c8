/*
 * asl fmt under libFuzzer. What it gives says the same as what it got, formatting it again changes
 * nothing, and what it refuses has a reason.
 */

#include "asl/format.h"
#include "parsers/base/buf.h"
#include "parsers/json/json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

/* Members are put into order, which json_equal doesn't mind. */
static void require_same(const char *text, size_t len, const struct buf *formatted)
{
    json *before = json_parse(text, len, JSON_READ_SURROGATES, NULL);
    json *after = json_parse(formatted->data, formatted->len, JSON_READ_SURROGATES, NULL);

    require(before && after && json_equal(before, after));
    json_unref(before);
    json_unref(after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf once = {0}, twice = {0};
    struct diag why = {0};
    const char *text = (const char *)data;
    bool good = asl_format(text, size, &once, &why);

    require(good == !why.text);
    if (good) {
        require_same(text, size, &once);
        require(asl_format(once.data, once.len, &twice, &why));
        require(once.len == twice.len && memcmp(once.data, twice.data, once.len) == 0);
    }
    diag_clear(&why);
    buf_clear(&once);
    buf_clear(&twice);
    return 0;
}
