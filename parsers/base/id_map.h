#ifndef PARSERS_BASE_ID_MAP_H
#define PARSERS_BASE_ID_MAP_H

#include <stddef.h>
#include <stdint.h>

/*
 * Things found by a number. The thing has an id_node as its first member and stays its owner's; the
 * map only links it. Empty is {0}.
 */
struct id_node {
    uint64_t id;
    struct id_node *next;
};

struct id_map {
    struct id_node **buckets;
    size_t room, count;
    size_t lowest; /* no bucket below it has anything */
};

/* Links `n` into the map. `n->id` is set, and no other node has it. */
void id_map_put(struct id_map *m, struct id_node *n);
/* Returns the node with that id; NULL without one. */
struct id_node *id_map_get(const struct id_map *m, uint64_t id);
/* Unlinks and returns the node with that id; NULL without one. */
struct id_node *id_map_take(struct id_map *m, uint64_t id);
/* Unlinks and returns any of them; NULL from an empty map. */
struct id_node *id_map_take_any(struct id_map *m);
/* Frees the map's own memory. The nodes stay their owners'. */
void id_map_clear(struct id_map *m);

#endif
