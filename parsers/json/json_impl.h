#ifndef PARSERS_JSON_JSON_IMPL_H
#define PARSERS_JSON_JSON_IMPL_H

#include "parsers/json/json.h"

#include <string.h>

/*
 * How values are laid out in memory; only the files of parsers/json and parsers/yaml know it. Each
 * kind has a struct that begins with the head of json_head.h.
 */

enum {
    /* Flags of strings. Neither is set until the bytes have been looked at once. */
    JSON_PLAIN = 1,   /* nothing in it needs escaping */
    JSON_ESCAPED = 2, /* something in it needs escaping */
    /*
     * Flags of containers: it is a tree (struct array_tree, struct object_tree);
     * json_has_usual_numbers or json_has_usual_members said yes; a member was replaced while it is
     * being built, so `depth` may be too large.
     */
    JSON_TREE = 1,
    JSON_USUAL = 2,
    JSON_DEPTH_STALE = 4,
    /* The bits above it tell where in a block the value lies: struct json_block. */
    JSON_FLAG_BITS = 3,
};

struct int_value {
    struct json head;
    int64_t n;
};

struct double_value {
    struct json head;
    double d;
};

/* A JSON_STRING; or a JSON_BIGINT, whose text is the number's digits. */
struct string_value {
    struct json head;
    uint32_t len;
    uint32_t hash; /* 0 until it is first asked for */
    char text[];   /* with a NUL behind its `len` bytes */
};

struct array_value {
    struct json head;
    uint32_t count;
    uint32_t text_len; /* bytes of its JSON text; 0 until asked for, UINT32_MAX: that or more */
    json *items[];
};

struct json_member {
    json *key, *value;
};

/*
 * The hash table of an object's keys, by open addressing. It has mask + 1 slots, a power of two and
 * at least twice as many as members. A slot holds a member's number + 1, or 0 when it is free.
 */
struct json_index {
    uint32_t mask;
    uint32_t slots[];
};

struct object_value {
    struct json head;
    uint32_t count;
    uint32_t text_len;        /* as in an array */
    struct json_index *index; /* NULL until a large object is first asked for a key */
    struct json_member members[];
};

/* Objects of up to so many members are searched from the front and have no index. */
enum { JSON_SMALL_OBJECT = 8 };

/*
 * A container of more than JSON_FLAT_MOST children becomes a tree when it is copied to be changed
 * (json_build_copy), and copies of trees share all nodes that did not change. All others are flat,
 * however large: those that a reader makes, and those that are built from nothing.
 *
 * A node is a value as any other: it is counted, freed and measured as an array of its own. Leaves
 * are flat arrays of JSON_FAN elements, above them are nodes of JSON_FAN nodes each; only the last
 * of each level may have fewer. As elements are added and replaced but never removed, this holds
 * without balancing, and bits of an element's number tell the way to it.
 */
enum { JSON_FLAT_MOST = 64, JSON_FAN_BITS = 5, JSON_FAN = 1 << JSON_FAN_BITS };

/* Begins as an array_value does, so that `count` and `text_len` of both are read alike. */
struct array_tree {
    struct json head; /* with JSON_TREE among the flags */
    uint32_t count;   /* elements, not nodes */
    uint32_t text_len;
    uint32_t shift; /* node number i >> shift has element i */
    uint32_t slots; /* nodes below */
    json *nodes[];
};

/*
 * The index of trees that were made of each other. It has the keys of all of them: a slot's member
 * is that of a tree if the tree has so many members and the key at that place. So each may add to
 * it, and none is disturbed.
 */
struct json_shared_index {
    uint32_t refs;
    uint32_t used, mask;
    struct json_shared_slot {
        uint32_t hash, number; /* the member's number + 1, or 0 when the slot is free */
    } * slots;
};

/* Begins as an object_value does. Keys and values are trees for themselves: a new value copies
 * nothing of the keys. */
struct object_tree {
    struct json head; /* with JSON_TREE among the flags */
    uint32_t count;
    uint32_t text_len;
    struct json_shared_index *index; /* NULL until it is first asked for a key */
    json *keys, *values;
};

/*
 * The values that a reader makes lie in blocks (struct json_blocks), as memory of its own for each
 * would be half of what reading costs. The upper bits of a value's flags say how many steps behind
 * its block's beginning it lies, 0 when it lies alone. A block is given back with the last of its
 * values; that it is small bounds what a value holds on to that outlives the others of its text.
 */
struct json_block {
    uint32_t live;      /* values, and 1 while more are put into it */
    uint32_t unused[3]; /* it takes one step */
};

enum { JSON_BLOCK_STEP = 16, JSON_BLOCK_STEPS = 32, JSON_MOST_IN_BLOCK = 128 };

/* The most bytes of a number's text: the time to read one grows faster than its length. */
enum { JSON_MAX_NUMBER = 1000 };

static inline const struct string_value *as_string(const json *v)
{
    return (const struct string_value *)v;
}

static inline const struct array_value *as_array(const json *v)
{
    return (const struct array_value *)v;
}

static inline const struct object_value *as_object(const json *v)
{
    return (const struct object_value *)v;
}

static inline struct string_value *mutable_string(const json *v)
{
    return (struct string_value *)json_mutable(v);
}

static inline struct array_value *mutable_array(const json *v)
{
    return (struct array_value *)json_mutable(v);
}

static inline struct object_value *mutable_object(const json *v)
{
    return (struct object_value *)json_mutable(v);
}

/*
 * Compares as memcmp does; most keys are short, and need no call for it. Of two words that may
 * overlap, each is read as it is compared: put together first, they would have to wait for each
 * other.
 */
static inline bool json_same_bytes(const char *a, const char *b, size_t len)
{
    if (len > 16)
        return !memcmp(a, b, len);
    if (len >= 8) {
        uint64_t words[4];

        memcpy(&words[0], a, 8);
        memcpy(&words[1], b, 8);
        memcpy(&words[2], a + len - 8, 8);
        memcpy(&words[3], b + len - 8, 8);
        return words[0] == words[1] && words[2] == words[3];
    }
    if (len >= 4) {
        uint32_t words[4];

        memcpy(&words[0], a, 4);
        memcpy(&words[1], b, 4);
        memcpy(&words[2], a + len - 4, 4);
        memcpy(&words[3], b + len - 4, 4);
        return words[0] == words[1] && words[2] == words[3];
    }
    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

/* Returns whether two strings have equal bytes. */
static inline bool json_same_string(const json *a, const json *b)
{
    const struct string_value *left = as_string(a), *right = as_string(b);

    return a == b ||
           (left->len == right->len && json_same_bytes(left->text, right->text, left->len));
}

static inline bool json_is_container(const json *v)
{
    return v->kind >= JSON_ARRAY;
}

static inline const struct array_tree *as_array_tree(const json *v)
{
    return (const struct array_tree *)v;
}

static inline const struct object_tree *as_object_tree(const json *v)
{
    return (const struct object_tree *)v;
}

static inline bool json_is_tree(const json *container)
{
    return container->flags & JSON_TREE;
}

/* Returns the elements of an array from number `i` on that lie side by side, and how many. */
static inline json *const *json_run(const json *array, size_t i, size_t *count)
{
    while (json_is_tree(array)) {
        const struct array_tree *t = as_array_tree(array);

        array = t->nodes[i >> t->shift];
        i &= ((size_t)1 << t->shift) - 1;
    }
    *count = as_array(array)->count - i;
    return as_array(array)->items + i;
}

/* Return element, key or value number `i`, which is there: json_at and the like without a call. */
static inline json *json_item(const json *array, size_t i)
{
    size_t count;

    return *json_run(array, i, &count);
}

static inline json *json_member_key(const json *object, size_t i)
{
    return json_is_tree(object) ? json_item(as_object_tree(object)->keys, i)
                                : as_object(object)->members[i].key;
}

static inline json *json_member_value(const json *object, size_t i)
{
    return json_is_tree(object) ? json_item(as_object_tree(object)->values, i)
                                : as_object(object)->members[i].value;
}

/* Returns the least depth of a container that holds `v`. */
static inline uint16_t json_depth_around(const json *v)
{
    return v->depth < UINT16_MAX ? (uint16_t)(v->depth + 1) : UINT16_MAX;
}

/* Returns a new reference to a child of a container, which is never lent: json_ref without a call.
 */
static inline json *json_ref_child(const json *v)
{
    json *mine = json_mutable(v);

    if (mine->refs < JSON_LENT)
        mine->refs++;
    return mine;
}

/* ---- json.c ---- */

/* Returns a new value of `size` bytes with one reference; the caller fills all but its head. */
json *json_new(enum json_kind kind, size_t size);
/*
 * Returns a new string (or JSON_BIGINT, of digits) with room for `len` bytes, which the caller
 * fills; the NUL behind them is there.
 */
struct string_value *json_new_string(enum json_kind kind, size_t len);
/* Finds a key, as json_find does, by a string value; fast when it is the object's own. */
size_t json_find_key(const json *object, const json *key);
/* Returns the hash of a string's bytes, which is never 0. It differs from process to process. */
uint32_t json_hash_bytes(const char *text, size_t len);

/* Returns an empty index with room for `members` members. Takes `old`, which may be NULL. */
struct json_index *json_index_new(struct json_index *old, size_t members);
/* Returns which of `members` in the index has the key, SIZE_MAX when none has. */
size_t json_index_find(const struct json_index *x, const struct json_member *members,
                       const char *key, size_t len, uint32_t hash);
/* Adds member `i`, whose key must not be in the index yet. */
void json_index_add(struct json_index *x, const struct json_member *members, size_t i);
/* Returns whether an index is too small for `members` members. */
bool json_index_full(const struct json_index *x, size_t members);

/* ---- json_blocks.c ---- */

/* Makes what json_new makes, where the block that is being filled has no room for it. */
json *json_new_in_next_block(struct json_blocks *b, enum json_kind kind, size_t size);

/* Returns what json_new returns, in a block if it is small. */
static inline json *json_new_in(struct json_blocks *b, enum json_kind kind, size_t size)
{
    size_t steps = (size + JSON_BLOCK_STEP - 1) / JSON_BLOCK_STEP;
    json *v;

    if (steps > b->size - b->used)
        return json_new_in_next_block(b, kind, size);
    v = (json *)(void *)((char *)b->now + JSON_BLOCK_STEP * b->used);
    *v = (json){.refs = 1, .kind = (uint8_t)kind, .flags = (uint8_t)(b->used << JSON_FLAG_BITS)};
    b->used += (uint32_t)steps;
    b->now->live++;
    return v;
}

/* ---- json_tree.c ---- */

/* Returns a tree of the children of `v`, which has more than JSON_FLAT_MOST. Its uppermost node is
 * the caller's alone, so the functions below may change it. */
json *json_tree_copy(const json *v);
/* Adds an element; takes `item`. The array may move. */
void json_tree_add(json **array, json *item);
/* Adds a member whose key is known not to be there; takes both. */
void json_tree_add_member(json *object, json *key, json *v);
/* Replaces element or value number `i`; takes `v`. */
void json_tree_put(json **container, size_t i, json *v);
/* Finds a key, as json_find does. */
size_t json_tree_find(const json *object, const char *key, size_t len, uint32_t hash);
/* Gives back a reference to an index; NULL does nothing. */
void json_shared_index_unref(struct json_shared_index *x);

/* ---- json_write.c ---- */

/* Returns json_text_len of a scalar, or of a container that remembers it; 0 of other containers. */
size_t json_known_text_len(const json *v);

/* ---- json_number.c ---- */

/* Return json_has_usual_numbers of one element, json_has_usual_members of one member. */
bool json_is_usual(const json *v);
bool json_is_usual_member(const json *key, const json *v);
/*
 * Returns the value of a number's text that JSON's grammar allows; NULL when it is out of range or
 * longer than JSON_MAX_NUMBER.
 */
json *json_read_number(const char *text, size_t len);
/* Sets *d to the double next to digits * 10^power. False in rare cases, in which strtod knows. */
bool json_scaled_double(uint64_t digits, ptrdiff_t power, double *d);
/* Returns whether JSON's grammar of numbers allows the text. */
bool json_is_number_text(const char *text, size_t len);

/* ---- json_double.c ---- */

/* Bytes that the text of any double or int64_t may take, and the writing of it. */
enum { JSON_NUMBER_ROOM = 32 };

/* Write a number's text where there is room for it, and return where that ends. */
char *json_put_int(char *at, int64_t n);
char *json_put_double(char *at, double d);

/* ---- json_powers.c ---- */

/* A power of ten, scaled so that its first bit is set, in two words. */
struct json_power {
    uint64_t high, low;
};

/* Which powers there are: as many as doubles of all sizes need to become text. */
enum { JSON_LEAST_POWER = -292, JSON_MOST_POWER = 324 };

/* 10^JSON_LEAST_POWER to 10^JSON_MOST_POWER; the file tells how they are scaled and rounded. */
extern const struct json_power json_powers[JSON_MOST_POWER - JSON_LEAST_POWER + 1];

/* Returns floor(log2(10^p)), for all powers of ten that doubles have. */
static inline int json_floor_log2_of_ten(int p)
{
    return (p * 1741647) >> 19;
}

/* ---- json_explain.c ---- */

/* Where the reader stands in a text when yajl refuses what comes next. */
struct json_stop {
    const char *text;
    size_t len;
    size_t pos; /* the byte behind the last token that was good */
    enum {
        JSON_AT_START,          /* nothing has come */
        JSON_AT_END,            /* behind the whole value */
        JSON_IN_ARRAY,          /* behind an element */
        JSON_IN_OBJECT,         /* behind a member */
        JSON_AFTER_OPEN_ARRAY,  /* behind a [ */
        JSON_AFTER_OPEN_OBJECT, /* behind a { */
        JSON_AFTER_KEY,
    } state;
    size_t opened; /* the byte that the innermost open array or object begins at */
};

/* Fills *why with what is wrong behind `pos`, and where that is. */
void json_explain(const struct json_stop *s, struct diag *why);
/* Fills *why, which may be NULL, with a message and the place of byte `at`: line and column. */
void json_refuse(struct diag *why, const char *text, size_t len, size_t at, const char *code,
                 const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
