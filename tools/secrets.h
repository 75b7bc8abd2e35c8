#ifndef TOOLS_SECRETS_H
#define TOOLS_SECRETS_H

#include "parsers/json/json.h"
#include "parsers/json/json_set.h"

/*
 * Secrets in what a run has seen, and what stands in their places where that is written down. A
 * secret is known by the name of its member, and is then found wherever it is. Empty is {0}.
 */
struct secrets {
    struct json_set found; /* strings; the number of each is in its stand-in */
    size_t values;         /* how many are secret by their names, the same ones counted again */
};

void secrets_clear(struct secrets *s);

/*
 * Returns `v` with stand-ins, yours; text that is JSON is looked at, too. What a later value shows
 * to be secret is not yet known of the first: who has several values looks at all of them once
 * before.
 */
json *secrets_masked(struct secrets *s, const json *v);

#endif
