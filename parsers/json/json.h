#ifndef PARSERS_JSON_JSON_H
#define PARSERS_JSON_JSON_H

#include "parsers/base/arena.h"
#include "parsers/base/buf.h"
#include "parsers/base/diag.h"
#include "parsers/base/work.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A JSON value: immutable, counted, shared. `const json *` is a look, good for as long as its owner
 * holds the value; `json *` is a reference: a function that returns one hands it over, a function
 * that takes one as an argument takes it away. "No value" is NULL; JSON's null is a value.
 *
 * Counts are plain integers: a value stays in its thread.
 *
 * What is copied to be changed shares with the copy what stays the same, however large it is; so
 * old versions of a value that grows cost what was changed since.
 *
 * Objects keep the order of their members and have each key once. Strings are UTF-8 with their
 * length, may hold NUL, and lone surrogates where the reader let them in (utf8.h).
 */
typedef struct json json;

enum json_kind {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_INT,    /* a whole number that fits int64_t */
    JSON_BIGINT, /* a whole number that does not; kept as its digits */
    JSON_DOUBLE, /* written with a point or an exponent */
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

/*
 * Bounds that protect the process. A text nested deeper is refused; who builds values from what a
 * user gives looks at json_depth and refuses too: writing and comparing recurse as deep as a value
 * goes. Freeing does not.
 */
enum { JSON_MAX_DEPTH = 1000 };

/* Returns one more reference, yours; NULL of NULL. */
static inline json *json_ref(const json *v);
/* Takes `v`; NULL does nothing. */
static inline void json_unref(json *v);

/* ---- making values ---- */

json *json_null(void);
json *json_bool(bool b);
json *json_int(int64_t n);
/* `d` has to be finite. */
json *json_double(double d);
json *json_string(const char *text, size_t len);
json *json_cstring(const char *text);
/* Makes a string of bytes from outside: U+FFFD stands in place of each that is not well formed
 * (utf8_add_mended). */
json *json_string_mended(const char *bytes, size_t len);
json *json_stringf(const char *format, ...) __attribute__((format(printf, 1, 2)));
/*
 * Makes a string in the caller's storage, of json_string_room(len) bytes and aligned for a pointer,
 * as long as which it is good. json_ref of it makes a copy, which is counted.
 */
size_t json_string_room(size_t len);
const json *json_string_in(void *room, const char *text, size_t len);
/* Makes a string of the bytes in `b`, which becomes empty. */
json *json_take_buf(struct buf *b);
/* Reads a JSON number; NULL when `text` is none or its double is not finite. */
json *json_number(const char *text, size_t len);

/* Return [] and {}, which are good for ever. */
const json *json_empty_array(void);
const json *json_empty_object(void);

/*
 * Where values lie that are made together, and mostly go together: small ones share blocks of
 * memory, and cost a fraction of what an allocation does. A block goes with the last of its values.
 * It begins as {0}, and json_blocks_leave ends it; its values stay.
 */
struct json_blocks {
    struct json_block
        *now;            /* the block that is being filled; NULL: none, then the next two are 0 */
    uint32_t used, size; /* how many of its steps are taken, of how many */
    uint32_t next_size;  /* of the blocks to come */
};

/* Says that so many values come. Before that, and while few come, each lies alone. */
void json_blocks_expect(struct json_blocks *b, size_t values);
void json_blocks_leave(struct json_blocks *b);
/* Do what json_int, json_double and json_ref do; what they make, as a copy of a string that is
 * lent, lies in a block. */
json *json_int_in(struct json_blocks *b, int64_t n);
json *json_double_in(struct json_blocks *b, double d);
json *json_ref_in(struct json_blocks *b, const json *v);

/* ---- looking ---- */

static inline enum json_kind json_kind(const json *v);
static inline bool json_is_number(const json *v);
static inline bool json_is_string(const json *v);
static inline bool json_is_array(const json *v);
static inline bool json_is_object(const json *v);
/* Returns true for null, false, true, a number or a string. */
static inline bool json_is_scalar(const json *v);
/* Returns "null", "boolean", "number", "string", "array" or "object". */
const char *json_kind_name(const json *v);

/* Returns the value of a JSON_INT. */
static inline int64_t json_int_value(const json *v);
/* Returns the value of any number; a JSON_BIGINT is rounded. */
double json_double_value(const json *v);
/* Returns a string's bytes with a NUL behind them, or the digits of a JSON_BIGINT. */
const char *json_str(const json *v);
size_t json_str_len(const json *v);
/* Returns the hash of a string, which remembers it; never 0. It differs from process to process. */
uint32_t json_hash(const json *string);
/*
 * Return whether `v` is a string with just these bytes; whether a string begins or ends with them.
 * Those without a length are in the header as most texts are literals: compilers know their length.
 */
bool json_str_is_n(const json *v, const char *text, size_t len);
bool json_str_begins_n(const json *v, const char *head, size_t len);
bool json_str_ends_n(const json *v, const char *tail, size_t len);

static inline bool json_str_is(const json *v, const char *text)
{
    return json_str_is_n(v, text, strlen(text));
}

static inline bool json_str_begins(const json *v, const char *head)
{
    return json_str_begins_n(v, head, strlen(head));
}

static inline bool json_str_ends(const json *v, const char *tail)
{
    return json_str_ends_n(v, tail, strlen(tail));
}

/* Returns how many elements an array has, or members an object; 0 of all else. */
static inline size_t json_count(const json *v);
/* Return the element, key or value number `i`, which must be below json_count. */
const json *json_at(const json *array, size_t i);
const json *json_key_at(const json *object, size_t i);
const json *json_value_at(const json *object, size_t i);
/* Returns element or value number `i`, and sets *key: the value's key, NULL in an array. */
const json *json_member_at(const json *container, size_t i, const json **key);
/*
 * Return the value of a key; NULL when `object` has no such key or is no object. json_get_key
 * compares pointers first: the objects of one text share their keys.
 */
const json *json_get_n(const json *object, const char *key, size_t len);
static inline const json *json_get(const json *object, const char *key)
{
    return json_get_n(object, key, strlen(key));
}
const json *json_get_key(const json *object, const json *key);
/*
 * Does what json_get_key does for one object after another, whose members often stand alike: it
 * looks first where the last one had the key. *near begins as {0}, and is good as long as the
 * objects are that it was used for.
 */
struct json_near {
    const json *key;
    size_t place;
};
const json *json_get_near(const json *object, const json *key, struct json_near *near);
/* Returns the member's place among the members, SIZE_MAX without one. */
size_t json_find(const json *object, const char *key, size_t len);

/*
 * Returns whether all elements of `array` are numbers; json_sum adds those up as doubles, from the
 * first on.
 */
bool json_is_all_numbers(const json *array);
double json_sum(const json *array);
/*
 * Returns whether each number among the elements of `array` has the form that its double is written
 * in: 1, not 1.0, and nothing beyond 2^53. A yes is remembered, by the array and its copies.
 */
bool json_has_usual_numbers(const json *array);
/*
 * Returns whether that is so of the values of `object`, and no key of it consists of few digits, as
 * JavaScript would put those first. A yes is remembered, by the object and its copies.
 */
bool json_has_usual_members(const json *object);

/* Returns the levels of nesting: 0 for a scalar, 1 for [] and {}. */
static inline size_t json_depth(const json *v);
/*
 * Returns the length in bytes of what json_write writes; it is remembered, so asking again is
 * cheap. Of arrays and objects UINT32_MAX means that or more.
 */
static inline size_t json_text_len(const json *v);
/*
 * Returns the length as json_text_len, and spends what that costs from `work`, which may be NULL;
 * SIZE_MAX when that says stop.
 */
static inline size_t json_text_len_counted(const json *v, struct work *work);

/* Compares deeply: numbers by value (1 equals 1.0), members in any order. */
bool json_equal(const json *a, const json *b);
/* Orders two numbers by their exact value: returns <0, 0 or >0. */
int json_compare_numbers(const json *a, const json *b);
/* Orders two strings by UTF-16 code units: returns <0, 0 or >0. */
int json_compare_strings(const json *a, const json *b);

/* ---- building arrays and objects ---- */

/*
 *     struct json_build b;
 *     json_build_object(&b, 2);
 *     json_build_set(&b, "Error", json_ref(name));
 *     return json_build_done(&b);
 */
struct json_build {
    json *v;
    size_t cap;
};

/* Begin an array or object. `room` is how many elements are expected, 0 when that is unknown. */
void json_build_array(struct json_build *b, size_t room);
void json_build_object(struct json_build *b, size_t room);
/*
 * Begins with the elements or members of `v`, and with room for `more`. Of many, what does not
 * change is shared with `v`: the copy and each change cost little more than those of few.
 */
void json_build_copy(struct json_build *b, const json *v, size_t more);
/* Begin as json_build_array and json_build_object do, in blocks: with room for just `count`
 * elements or members. */
void json_build_array_in(struct json_build *b, struct json_blocks *blocks, size_t count);
void json_build_object_in(struct json_build *b, struct json_blocks *blocks, size_t count);
/* Adds an element, which it takes. */
void json_build_add(struct json_build *b, json *v);
/* Set a member; they take `v` (and `key`). A key that is there keeps its place. */
void json_build_set(struct json_build *b, const char *key, json *v);
void json_build_set_key(struct json_build *b, json *key, json *v);
/* Adds a member whose key is known not to be there; takes both. */
void json_build_add_member(struct json_build *b, json *key, json *v);
/* Replaces element `i`; takes `v`. */
void json_build_put(struct json_build *b, size_t i, json *v);
/* Returns what was built. */
json *json_build_done(struct json_build *b);
/* Releases what was built so far. */
void json_build_drop(struct json_build *b);

/*
 * Makes an object of the strings in the array `keys`, of which no two may be equal, and of as many
 * values, which it takes. Such objects share their keys.
 */
json *json_object_of(const json *keys, json *const *values);

/* Returns a copy of `object` with one member set or added. Takes `key` and `v`. */
json *json_with(const json *object, json *key, json *v);

/* ---- reading ---- */

enum {
    JSON_READ_SURROGATES = 1, /* let "\ud800" in, which is refused otherwise */
    JSON_READ_UNIQUE = 2,     /* refuse an object that has a key twice; else the last one wins */
    /* For YAML: let in tags that aren't YAML's own, !X v as {"!X": v}; and read True, yes, on and
     * such as YAML 1.1 means them. */
    JSON_READ_TAGS = 4,
};

/*
 * Reads one JSON text (RFC 8259; a byte order mark is skipped). NULL with *why filled: text, offset
 * and place. Refused besides bad grammar (JSON_SYNTAX, JSON_EMPTY): invalid UTF-8 (JSON_UTF8), half
 * a character (JSON_SURROGATE), nesting over JSON_MAX_DEPTH (JSON_DEPTH), numbers beyond the range
 * of a double or of more than 1,000 characters (JSON_NUMBER), a double key if asked
 * (JSON_DUPLICATE_KEY), 4 GiB or more (JSON_TOO_LARGE).
 */
json *json_parse(const char *text, size_t len, unsigned flags, struct diag *why);

/*
 * The places of a document's keys and values, beside the value: kids[i] is the place of element or
 * member i. `key` is only set in an object's kids.
 */
struct json_places {
    struct place key, value;
    struct json_places *kids; /* json_count() of them */
};

/* As json_parse, and says where each key and value stands. The places live in `a`. */
json *json_parse_places(const char *text, size_t len, unsigned flags, struct arena *a,
                        struct json_places **places, struct diag *why);

/*
 * Reads many texts, one after another, as json_parse does, at a fraction of the cost for short
 * ones: what a reading needs is made once, and objects of all texts share their keys.
 */
typedef struct json_reader json_reader;

json_reader *json_reader_new(unsigned flags);
void json_reader_free(json_reader *r);
json *json_reader_read(json_reader *r, const char *text, size_t len, struct diag *why);

/* ---- writing ---- */

/*
 * Compact JSON as AWS writes it: only `"`, `\` and control characters escaped, keys in their order,
 * numbers in Java's forms (1.0, 1.5E-7), lone surrogates as \udXXX.
 */
void json_write(struct buf *out, const json *v);
/* Writes for people: on lines, with two blanks for each level. */
void json_write_pretty(struct buf *out, const json *v);
/*
 * Writes compact JSON with the keys of each object sorted by code point, for comparing and hashing.
 */
void json_write_sorted(struct buf *out, const json *v);
/* Returns what json_write writes as a string value. */
json *json_text(const json *v);
/* Writes `text` as a JSON string: quoted, and escaped where it has to be. */
void json_write_string(struct buf *out, const char *text, size_t len);
/*
 * Writes the shortest decimal that reads back as `d`, in Java's form (Double.toString). `d` has to
 * be finite.
 */
void json_write_double(struct buf *out, double d);

/* Has the inline functions, which need all of the above. */
#include "parsers/json/json_head.h"

#endif
