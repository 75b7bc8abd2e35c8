/*
 * A token gets into an error's cause with the data that the cause shows, be it an input that hands
 * on the token of a parent. No error and no log needs it, and both are read by more people than may
 * answer for a task. History and outputs keep it, as data that a machine has put there.
 */

#include "runtime/core/token.h"

#include "parsers/base/ascii.h"
#include "parsers/base/mem.h"

#include <string.h>

enum { PREFIX = sizeof RT_TOKEN_PREFIX - 1, DIGITS = 64 };

/* From `at` on; `len`: there is none. */
static size_t token_find_token(const char *text, size_t len, size_t at)
{
    while (at + PREFIX + DIGITS <= len) {
        /* Causes may be long and tokens are rare: memchr skips what cannot begin one. */
        const char *a = memchr(text + at, RT_TOKEN_PREFIX[0], len - at);
        size_t digits = 0;

        if (!a)
            break;
        at = (size_t)(a - text);
        if (at + PREFIX + DIGITS > len)
            break;
        if (!memcmp(a, RT_TOKEN_PREFIX, PREFIX))
            while (digits < DIGITS && ascii_hex_value(a[PREFIX + digits]) >= 0)
                digits++;
        if (digits == DIGITS)
            return at;
        at++;
    }
    return len;
}

bool rt_is_like_token(const char *text)
{
    return strncmp(text, RT_TOKEN_PREFIX, PREFIX) == 0 && strlen(text) == PREFIX + DIGITS &&
           strspn(text + PREFIX, "0123456789abcdef") == DIGITS;
}

void rt_hide_tokens(char *text, size_t len)
{
    for (size_t at = 0; (at = token_find_token(text, len, at)) < len; at += PREFIX + DIGITS)
        memset(text + at + PREFIX, '*', DIGITS);
}

static void hide_in(json **text)
{
    size_t len = *text ? json_str_len(*text) : 0;

    if (!len || token_find_token(json_str(*text), len, 0) == len)
        return;
    /* The value is shared, with the history perhaps, and so is not written into. */
    char *copy = mem_strndup(json_str(*text), len);
    rt_hide_tokens(copy, len);
    json_unref(*text);
    *text = json_string(copy, len);
    mem_free(copy);
}

void rt_error_hide_tokens(struct asl_error *e)
{
    hide_in(&e->name);
    hide_in(&e->cause);
}
