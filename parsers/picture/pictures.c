/*
 * The pictures that an expression has used last, read: formatting a thousand dates reads their
 * picture once. There are few, so they are looked through one by one, and the oldest goes.
 */

#include "parsers/picture/pictures.h"

#include "parsers/base/mem.h"

#include <string.h>

static void pictures_forget(struct kept_picture *k)
{
    if (k->sort)
        k->sort->clear(k->picture);
    mem_free(k->picture);
    mem_free(k->text);
    *k = (struct kept_picture){0};
}

static bool is_kept(const struct kept_picture *k, const struct picture_sort *sort, const char *text,
                    size_t len)
{
    return k->sort == sort && k->len == len && memcmp(k->text, text, len) == 0;
}

/* Reads before it forgets: a picture that can't be read takes no other's place. */
void *pictures_get(struct pictures *p, const struct picture_sort *sort, const char *text,
                   size_t len, struct fault *why)
{
    struct kept_picture new = {.sort = sort, .len = len};

    for (size_t i = 0; i < PICTURES_KEPT; i++)
        if (is_kept(&p->kept[i], sort, text, len))
            return p->kept[i].picture;
    new.text = mem_strndup(text, len);
    new.picture = mem_calloc(1, sort->size);
    if (!sort->read(new.picture, new.text, len, why)) {
        new.sort = NULL;
        pictures_forget(&new);
        return NULL;
    }
    pictures_forget(&p->kept[p->next]);
    p->kept[p->next] = new;
    p->next = (p->next + 1) % PICTURES_KEPT;
    return new.picture;
}

void pictures_clear(struct pictures *p)
{
    for (size_t i = 0; i < PICTURES_KEPT; i++)
        pictures_forget(&p->kept[i]);
    p->next = 0;
}
