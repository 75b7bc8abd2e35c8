#ifndef PARSERS_BASE_TEXT_MAP_H
#define PARSERS_BASE_TEXT_MAP_H

#include <stddef.h>

/*
 * Things found by a text, each once. The map looks at texts and things: whoever owns them takes
 * them out before they go. Empty is {0}.
 */
struct text_map {
    struct text_entry **buckets;
    size_t room, count;
    size_t lowest; /* no bucket below it has anything */
};

/*
 * Adds `thing` under a key that the map doesn't have yet. Both have to stay until they are taken
 * out.
 */
void text_map_put(struct text_map *m, const char *key, void *thing);
/* Returns what the key stands for; NULL without it. */
void *text_map_get(const struct text_map *m, const char *key);
/* Takes out what the key stands for, and returns it; NULL without it. */
void *text_map_take(struct text_map *m, const char *key);
/* Takes out any entry and returns its thing; NULL from an empty map. */
void *text_map_take_any(struct text_map *m);
/* Frees the map's own memory. */
void text_map_clear(struct text_map *m);

#endif
