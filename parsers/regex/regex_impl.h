#ifndef PARSERS_REGEX_REGEX_IMPL_H
#define PARSERS_REGEX_REGEX_IMPL_H

#include "parsers/base/buf.h"
#include "parsers/base/diag.h"

#include <stdbool.h>
#include <stddef.h>

struct js_pattern {
    const char *text;
    size_t len;
    bool ignore_case, multiline;
    /* Only ASCII will be searched: the result has no character beyond, nor does it need UTF. */
    bool ascii;
};

/* What PCRE2 is to compile, and what one has to know of it. */
struct pcre_pattern {
    struct buf text;   /* UTF-8, surrogates as if they were characters; or ASCII */
    unsigned groups;   /* the whole match not counted */
    size_t lookbehind; /* where in JavaScript's pattern the last one begins */
    size_t cost;       /* steps that one place may take until a callout is reached, about */
    bool references;   /* it compares with what groups have caught */
};

/*
 * Puts a pattern of JavaScript's dialect into PCRE2's. False with *why filled when it is none of
 * JavaScript's.
 */
bool js_regex_translate(const struct js_pattern *from, struct pcre_pattern *to, struct diag *why);

#endif
