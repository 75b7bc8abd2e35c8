#ifndef RUNTIME_HTTP_MESSAGE_IMPL_H
#define RUNTIME_HTTP_MESSAGE_IMPL_H

#include "parsers/base/ascii.h"
#include "runtime/http/message.h"

#include <string.h>
#include <strings.h>

/* What reader.c, which reads requests, and message.c have in common: characters. */

/* RFC 9110, section 5.6.2: tchar */
static inline bool http_is_token(unsigned char c)
{
    if (ascii_is_letter(c) || ascii_is_digit(c))
        return true;
    return c && strchr("!#$%&'*+-.^_`|~", c);
}

static inline bool http_is_control(unsigned char c)
{
    return c < 0x20 || c == 0x7f;
}

/* Returns whether `a` is `word`, in any case. */
static inline bool http_same_word(const char *a, size_t len, const char *word)
{
    return len == strlen(word) && !strncasecmp(a, word, len);
}

#endif
