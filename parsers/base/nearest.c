/*
 * The nearest of several names, for "did you mean" in messages. Distances are Levenshtein's; a name
 * that is further off than a third of its letters is never offered, nor one that is further off
 * than that and one where both begin alike: people rarely miss the first letter.
 */

#include "parsers/base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { LONGEST = 64 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters to insert, delete or replace to get from `a` to `b`; case counts for nothing. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t row[LONGEST + 1];

    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            bool same = tolower((unsigned char)a[i - 1]) == tolower((unsigned char)b[j - 1]);
            size_t replaced = diagonal + !same;

            diagonal = row[j];
            row[j] = least(replaced, least(row[j], row[j - 1]) + 1);
        }
    }
    return row[b_len];
}

void nearest_offer(struct nearest *n, const char *name)
{
    size_t len = strlen(name), most = len / 3, d;

    if (n->len > LONGEST || len > LONGEST)
        return;
    if (n->len && tolower((unsigned char)*n->want) == tolower((unsigned char)*name))
        most++;
    /* That many letters have to be added or left out at least. */
    d = len > n->len ? len - n->len : n->len - len;
    if (d > most || (n->best && d >= n->distance))
        return;
    d = distance(n->want, n->len, name, len);
    if (d <= most && (!n->best || d < n->distance)) {
        n->best = name;
        n->distance = d;
    }
}

void nearest_offer_made(struct nearest *n, struct buf *name, struct buf *kept)
{
    struct buf other = *kept;

    nearest_offer(n, buf_str(name));
    if (n->best != name->data)
        return;
    *kept = *name;
    *name = other;
}
