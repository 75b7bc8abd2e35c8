#ifndef PARSERS_PICTURE_PICTURES_H
#define PARSERS_PICTURE_PICTURES_H

#include "parsers/picture/fault.h"

#include <stdbool.h>
#include <stddef.h>

/* Pictures that were read before: reading one costs more than using it. Empty is {0}. */
enum { PICTURES_KEPT = 8 };

/* A sort of pictures. `read` makes one of zeroed storage and may go on looking at the text; when it
 * fails nothing is left to clear. */
struct picture_sort {
    size_t size;
    bool (*read)(void *picture, const char *text, size_t len, struct fault *why);
    void (*clear)(void *picture);
};

struct pictures {
    struct kept_picture {
        const struct picture_sort *sort; /* NULL: none kept here */
        void *picture;
        char *text; /* a copy */
        size_t len;
    } kept[PICTURES_KEPT];
    size_t next; /* to be given up for another */
};

/*
 * Returns the picture of the text, read now or before: a look that is good until the next call.
 * NULL with *why filled when the text is no picture.
 */
void *pictures_get(struct pictures *p, const struct picture_sort *sort, const char *text,
                   size_t len, struct fault *why);
void pictures_clear(struct pictures *p);

#endif
