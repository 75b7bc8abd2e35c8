#ifndef PARSERS_JSONATA_JSONATA_MAP_H
#define PARSERS_JSONATA_JSONATA_MAP_H

#include "parsers/jsonata/jsonata_value.h"

struct map_member {
    const json *key;
    struct jv value;
    uint32_t hash;
};

/*
 * An object that an evaluation made: its members in their order, and an index of many. The first
 * may be those of an object of the input: what is merged into a large one copies nothing of it.
 */
struct map {
    uint32_t count, cap; /* without those of `base` */
    struct map_member *members;
    uint32_t *slots; /* a member's number + 1, or 0; NULL as long as there are few */
    uint32_t mask;
    struct map *moved;
    json *as_json; /* once it was asked for */
    const json *base;
    struct map *over; /* values that stand in place of those of `base`; NULL: none */
};

/* Maps lie in the evaluation's region. `room`: how many members are expected. */
struct map *map_new(struct evaluation *e, size_t room);
/*
 * Makes a map that begins with the members of `base`: an object of the input that is worth it, and
 * whose numbers and order come out as they are in it.
 */
bool can_be_map_base(struct jv object);
struct map *map_on(struct evaluation *e, const json *base);
/* Sets or adds a member. A key that is there keeps its place. `key` is a look that lasts. */
void map_set(struct evaluation *e, struct map *m, const json *key, struct jv v);
/* Adds a member whose key is known not to be there. */
void map_add(struct evaluation *e, struct map *m, const json *key, struct jv v);
/* Returns the member's value; undefined without one. */
struct jv map_get(const struct map *m, const json *key);
/* The map has no base. */
void map_delete(struct evaluation *e, struct map *m, const json *key);

/* ---- members of any object, made here or JSON ---- */

size_t members_count(struct jv v);
const json *member_key(struct jv v, size_t i);
struct jv member_value(struct jv v, size_t i);
/* Return undefined without such a member. */
struct jv member_get(struct jv v, const json *key);
struct jv member_get_c(struct jv v, const char *key);
/*
 * Returns the members in JavaScript's order, array indexes first, as numbers for member_key; NULL
 * when they stand so already.
 */
const uint32_t *members_order(struct evaluation *e, struct jv v);

#endif
