#ifndef PARSERS_JSONATA_JSONATA_IMPL_H
#define PARSERS_JSONATA_JSONATA_IMPL_H

#include "parsers/base/arena.h"
#include "parsers/base/buf.h"
#include "parsers/base/count.h"
#include "parsers/json/json.h"
#include "parsers/jsonata/jsonata.h"
#include "parsers/picture/fault.h"
#include "parsers/picture/pictures.h"
#include "parsers/regex/regex.h"

#include <math.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* ---- errors: jsonata_error.c ---- */

/*
 * An error on its way: what goes into the holes of its code's text. `value` and `value2` are kept
 * as the JSON text that the reference shows, so that they outlive the values.
 */
struct failure {
    const char *code; /* NULL: none */
    json *token;      /* owned */
    json *json_value; /* owned; may be NULL */
    struct buf value, value2, message;
    const char *type, *function;
    size_t index;
    bool placed;
    size_t at;
};

void failure_clear(struct failure *f);
/* The text of an error code, its holes filled. */
void failure_text(const struct failure *f, struct buf *out);
/* Moves it into what the caller sees. */
void failure_report(struct failure *f, struct jsonata_error *why);

/* ---- syntax: jsonata_lex.c, jsonata_parse.c, jsonata_process.c ---- */

enum token_kind {
    TOKEN_END,
    TOKEN_OPERATOR,
    TOKEN_NAME,
    TOKEN_VARIABLE,
    TOKEN_STRING,
    TOKEN_NUMBER,
    TOKEN_VALUE, /* true, false, null */
    TOKEN_REGEX,
};

/* Operators by their text; what can stand for several is told apart by the parser. */
enum op {
    OP_NONE,
    OP_DOT,
    OP_OPEN_BRACKET,
    OP_CLOSE_BRACKET,
    OP_OPEN_BRACE,
    OP_CLOSE_BRACE,
    OP_OPEN_PAREN,
    OP_CLOSE_PAREN,
    OP_COMMA,
    OP_AT,
    OP_HASH,
    OP_SEMICOLON,
    OP_COLON,
    OP_QUESTION,
    OP_PLUS,
    OP_MINUS,
    OP_TIMES,
    OP_DIVIDE,
    OP_PERCENT,
    OP_BAR,
    OP_EQUAL,
    OP_LESS,
    OP_GREATER,
    OP_CARET,
    OP_DESCEND,
    OP_RANGE,
    OP_BIND,
    OP_NOT_EQUAL,
    OP_LESS_EQUAL,
    OP_GREATER_EQUAL,
    OP_APPLY,
    OP_AND,
    OP_OR,
    OP_IN,
    OP_CONCAT,
    OP_NOT,
    OP_TILDE,
    OP_DEFAULT,  /* ?: */
    OP_COALESCE, /* ?? */
};

struct token {
    enum token_kind kind;
    enum op op;
    size_t at, end;
    json *text; /* of names, variables, strings, operators: a look */
    double number;
    enum json_kind constant; /* of TOKEN_VALUE */
    js_regex *regex;         /* the compiled expression's */
};

struct node;

/* A place that `%` needs: which step's input, told by how many levels are left to climb. */
struct slot {
    uint32_t label; /* a name */
    size_t level;
};

struct slots {
    struct slot **items;
    size_t count, cap;
};

struct stage {
    struct node *filter; /* NULL: binds the position to `name` */
    uint32_t name;
    size_t at;
};

struct stages {
    struct stage *items;
    size_t count, cap;
};

enum node_kind {
    NODE_PATH,
    NODE_BINARY,
    NODE_NEGATE,
    NODE_ARRAY,  /* [a, b] */
    NODE_OBJECT, /* {a: b} */
    NODE_NAME,
    NODE_STRING,
    NODE_NUMBER,
    NODE_VALUE,  /* true, false, null */
    NODE_FOLDED, /* an operator on constants, done already */
    NODE_WILDCARD,
    NODE_DESCENDANT,
    NODE_PARENT,
    NODE_CONDITION,
    NODE_BLOCK,
    NODE_BIND,
    NODE_REGEX,
    NODE_CALL,
    NODE_PARTIAL,
    NODE_VARIABLE,
    NODE_LAMBDA,
    NODE_APPLY,
    NODE_TRANSFORM,
    NODE_SORT,
    NODE_HOLE,     /* the ? of a partial application */
    NODE_OPERATOR, /* and, or, in where a value should be */
    NODE_END,
};

enum jv_kind {
    JV_UNDEFINED,
    JV_NULL,
    JV_BOOL,
    JV_NUMBER,
    JV_STRING, /* json */
    JV_ARRAY,  /* json */
    JV_OBJECT, /* json */
    JV_LIST,   /* an array or a sequence made here */
    JV_MAP,    /* an object made here */
    JV_TUPLE,  /* an item and what `@`, `#` and `%` bound beside it; only in lists of such */
    JV_FUNCTION,
    JV_ERROR, /* what went wrong is in the evaluation */
};

/*
 * A value under way, passed by value. It is a look: what it points to is the input's, the compiled
 * expression's, or lies in the evaluation's region.
 */
struct jv {
    enum jv_kind kind;
    /* Of a number that is a JSON integer which no double holds: what is to be added to `n`. */
    int16_t rest;
    bool exact; /* it is one, or as large as those */
    union {
        bool b;
        double n;
        const json *j;
        struct list *list;
        struct map *map;
        struct tuple *tuple;
        struct func *f;
    };
};

struct signature;

struct node {
    enum node_kind kind;
    enum op op; /* of NODE_BINARY (as parsed, also [ { ^ . @ #) */
    size_t at;
    json *text;    /* of names, strings and variables */
    uint32_t name; /* of a variable; of a call by a bare name, that name */
    struct jv constant;
    js_regex *regex;
    struct node *lhs, *rhs, *third;
    /* Steps, elements, pairs one behind the other, arguments, parameters, terms. */
    struct node **items;
    size_t count, checked; /* checked: so many steps of a path have been looked at */
    bool *descending;      /* of a sort's terms */
    struct node *body;
    uint32_t *params; /* of a lambda: names */
    struct signature *signature;
    struct node *group; /* a NODE_OBJECT */
    struct stages predicates, stages;
    struct slots seeking;
    struct slot *slot, *ancestor; /* of NODE_PARENT; of a step whose input is asked for */
    uint32_t focus, index;        /* names that @ and # bind; NO_NAME: none */
    size_t height;
    bool keep_array, keep_singleton, cons_array, tuple, thunk;
    bool frame;      /* of a block: it binds variables */
    bool plain_keys; /* of an object: all constant, different, in their order, and few */
};

#define NO_NAME UINT32_MAX

struct builtin;

/* A name that variables have. */
struct name {
    json *text; /* a look */
    const struct builtin *builtin;
    struct signature *signature; /* of that */
};

struct names {
    struct name *items;
    uint32_t count, cap;
    uint32_t *slots; /* by the text's hash: a name's number + 1, or 0 */
    uint32_t mask;
};

/* What a text was made into: its tree, and all that the tree holds. */
struct jsonata {
    struct arena arena;
    struct names names;
    struct node *root;
    enum jsonata_dialect dialect;
    struct pictures *pictures; /* that its evaluations have read */
    uint64_t steps;            /* that compiling took: all loops over its parts count them */
};

struct lexer {
    jsonata *x;
    const char *text;
    size_t len, at;
    struct failure *why;
};

/* `value`: may a slash begin a regular expression? False with *why filled. */
bool jsonata_lex(struct lexer *l, bool value, struct token *out);
/* "." */
const char *op_text(enum op op);
int op_power(enum op op);

/* A string that lives as long as the compiled expression. */
json *jsonata_keep(jsonata *x, const char *text, size_t len);
uint32_t jsonata_name(jsonata *x, const char *text, size_t len);
void names_clear(struct names *n);

struct parser {
    jsonata *x;
    struct lexer lexer;
    struct token token;
    struct failure *why;
    size_t nesting;
    uint32_t labels; /* of slots, so far */
    size_t binds;    /* seen so far */
};

bool jsonata_parse(jsonata *x, const char *text, size_t len, struct failure *why);
/* From the tree of operators to paths of steps. NULL with why filled. */
struct node *jsonata_process(struct parser *p, struct node *raw);
struct node *node_new(struct parser *p, enum node_kind kind, size_t at);
/* Fills p->why; returns NULL. `token` is shown quoted; NULL: there is none. */
struct node *syntax_error(struct parser *p, const char *code, size_t at, const json *token);
void node_add(struct parser *p, struct node *list, struct node *item);

/* ---- signatures: jsonata_signature.c ---- */

/* NULL with *why filled. Lives in the arena. */
struct signature *signature_parse(struct arena *a, const char *text, size_t len,
                                  struct failure *why, size_t at);

/* ---- values: jsonata_value.c, _region.c, _map.c, _write.c ---- */

enum {
    LIST_SEQUENCE = 1, /* of one item: is that item; of none: undefined */
    LIST_KEEP = 2,     /* a sequence that stays one even so */
    LIST_CONS = 4,     /* from an array constructor that ends a path: not to be flattened */
    LIST_OUTER = 8,    /* around the input, which is an array */
    LIST_TUPLES = 16,  /* of tuples */
    LIST_RANGE = 32,   /* first, first + 1, ...: there are no items */
};

struct list {
    unsigned flags;
    size_t count, cap;
    struct jv *items;
    double first;
    bool lent; /* `items` are another's: nothing may be added to them */
    struct list *moved;
    json *as_json; /* once it was asked for */
};

struct map_member {
    const json *key;
    struct jv value;
    uint32_t hash;
};

struct map {
    uint32_t count, cap;
    struct map_member *members;
    uint32_t *slots; /* a member's number + 1, or 0; NULL as long as there are few */
    uint32_t mask;
    struct map *moved;
    json *as_json;
};

struct binding {
    uint32_t name;
    struct jv value;
};

struct tuple {
    struct jv item; /* @ */
    uint32_t count, cap;
    struct binding *bindings;
};

struct frame {
    struct frame *parent;
    const struct tuple *tuple; /* its bindings are this frame's too */
    uint64_t born;
    uint32_t count, cap;
    struct binding *bindings;
};

enum func_kind {
    FUNC_BUILTIN,
    FUNC_LAMBDA,
    FUNC_REGEX,
    FUNC_WRAPPED,  /* a function that was an argument: hands on no context */
    FUNC_PARTIAL,  /* a builtin with some arguments */
    FUNC_COMPOSED, /* inner, then outer */
    FUNC_TRANSFORM,
    FUNC_NEXT_MATCH, /* `next` of a match: goes on behind it */
};

struct func {
    enum func_kind kind;
    const struct builtin *builtin;
    const struct signature *signature;
    const struct node *node; /* the lambda's body, the regex, the transform */
    const uint32_t *params;
    size_t param_count;
    struct frame *env;
    struct jv input;
    bool thunk;
    struct func *inner, *outer;
    struct jv *args; /* of FUNC_PARTIAL; an error where one is to come */
    size_t arg_count;
    const json *text; /* of FUNC_NEXT_MATCH: the text */
    size_t from;
    uint64_t born; /* when it was made; 0: before the evaluation */
    /* How it was called last, for errors. */
    const json *token;
    size_t at;
    bool placed;
};

struct chunk {
    struct chunk *before;
    size_t size;
    char *next, *end;
};

/* What a small evaluation gets by with, so that it allocates nothing. */
enum { FEW_HELD = 16, SMALL_CHUNK = 6000 };

/* The keys of what a match is: made when they are first used. */
enum match_key { KEY_MATCH, KEY_INDEX, KEY_GROUPS, KEY_START, KEY_END, KEY_NEXT, MATCH_KEYS };

/* What is asked of the root frame is kept. */
struct global {
    enum { GLOBAL_UNKNOWN, GLOBAL_BOUND, GLOBAL_NONE } state;
    struct jv value;
    struct func function; /* what `value` is when the name is a builtin's */
};

/* One evaluation. */
struct jn {
    const jsonata *x;
    const struct jsonata_options *options;
    enum jsonata_dialect dialect;
    struct names *names; /* the expression's, or with those of $eval */
    struct global *globals;
    uint32_t global_count;
    struct frame root;
    struct failure why;
    size_t depth, max_depth;
    struct work *work, own_work; /* where it is counted; own_work: when nobody gave one */
    size_t memory;               /* at most */
    /* The region: values go all at once, or back to a mark. */
    struct chunk *chunk;
    size_t used; /* what is in it, and strings and JSON that were made */
    json **held;
    size_t held_count, held_cap;
    json *few_held[FEW_HELD];
    uint64_t serial;
    uint64_t oldest_bound; /* the oldest frame that a variable was bound in */
    struct arena lasting;  /* what $eval compiles */
    struct frame *env;     /* of the call that is under way, for $eval */
    uint64_t chance;       /* how often it was asked for without somebody to ask */
    size_t nesting;        /* of calls without an evaluation in between */
    json *match_keys[MATCH_KEYS];
};

/* ---- what it costs ----
 *
 * Whoever spends units may find that others have run when it goes on, with the same expression: no
 * look at what the compiled expression keeps (its pictures) may be held meanwhile.
 */

/* The error of a bound that is reached. False. */
bool jn_stop(struct jn *e);
/* The error of too much nesting. */
struct jv jn_too_deep(struct jn *e);

/* Counts what is looked at; false with an error when a bound is reached. */
static inline bool jn_steps(struct jn *e, uint64_t count)
{
    return (e->used <= e->memory && work_spend(e->work, count)) || jn_stop(e);
}

static inline bool jn_step(struct jn *e)
{
    return jn_steps(e, 1);
}

/* The same where there is no way to fail: the next of jn_step does. */
static inline void jn_spend(struct jn *e, uint64_t count)
{
    work_spend(e->work, count);
}

/* Each of so many bytes is touched once, in blocks. */
static inline void jn_spend_bytes(struct jn *e, size_t bytes)
{
    if (bytes >= WORK_BYTES_A_UNIT)
        work_spend(e->work, bytes / WORK_BYTES_A_UNIT);
}

/* Each is looked at on its own, or copied so: some nanoseconds a byte. */
enum { WORK_CHARACTERS_A_UNIT = 8 };

static inline void jn_spend_characters(struct jn *e, size_t bytes)
{
    if (bytes >= WORK_CHARACTERS_A_UNIT)
        work_spend(e->work, bytes / WORK_CHARACTERS_A_UNIT);
}

/* A key is looked for, or put in its place: long ones are hashed and compared each time. */
static inline void jn_spend_key(struct jn *e, const json *key)
{
    if (json_str_len(key) >= WORK_BYTES_A_UNIT)
        jn_spend_characters(e, json_str_len(key) / 4);
}

static inline struct jv jv_undefined(void)
{
    return (struct jv){.kind = JV_UNDEFINED};
}

static inline struct jv jv_number(double n)
{
    return (struct jv){.kind = JV_NUMBER, .n = n};
}

static inline struct jv jv_bool(bool b)
{
    return (struct jv){.kind = JV_BOOL, .b = b};
}

static inline struct jv jv_list(struct list *l)
{
    return (struct jv){.kind = JV_LIST, .list = l};
}

static inline struct jv jv_map(struct map *m)
{
    return (struct jv){.kind = JV_MAP, .map = m};
}

static inline struct jv jv_func(struct func *f)
{
    return (struct jv){.kind = JV_FUNCTION, .f = f};
}

static inline bool is_error(struct jv v)
{
    return v.kind == JV_ERROR;
}

static inline bool is_undefined(struct jv v)
{
    return v.kind == JV_UNDEFINED;
}

static inline bool is_array(struct jv v)
{
    return v.kind == JV_LIST || v.kind == JV_ARRAY;
}

static inline bool is_object(struct jv v)
{
    return v.kind == JV_MAP || v.kind == JV_OBJECT;
}

static inline bool is_string(struct jv v)
{
    return v.kind == JV_STRING;
}

/* Two strings. */
static inline bool same_text(const json *a, const json *b)
{
    return a == b || (json_str_len(a) == json_str_len(b) &&
                      memcmp(json_str(a), json_str(b), json_str_len(a)) == 0);
}

static inline bool is_sequence(struct jv v)
{
    return v.kind == JV_LIST && (v.list->flags & LIST_SEQUENCE);
}

static inline bool has_flag(struct jv v, unsigned flag)
{
    return v.kind == JV_LIST && (v.list->flags & flag);
}

struct jv jv_from_json(const json *v);
/* Larger strings are counted: what comes out may hold one many times, and has copies of these. */
enum { SMALL_STRING = 64 };

/* Strings that the evaluation holds. */
struct jv jn_text(struct jn *e, const char *text, size_t len);
struct jv jn_take_buf(struct jn *e, struct buf *b);
/* Holds `v` until the evaluation ends or goes back to an earlier mark. Takes it. */
const json *jn_hold(struct jn *e, json *v);

/* Makes the newest chunk one with room for `size` more. */
void region_add_chunk(struct jn *e, size_t size);

/* Memory of the region, not zeroed: for what needs no more than eight bytes' alignment. */
static inline void *jn_alloc(struct jn *e, size_t size)
{
    void *p;

    size = (size + 7) & ~(size_t)7;
    if (size > (size_t)(e->chunk->end - e->chunk->next))
        region_add_chunk(e, size);
    p = e->chunk->next;
    e->chunk->next += size;
    e->used += size;
    return p;
}

/* Items of an array, or of a sequence. */
static inline size_t items_count(struct jv v)
{
    return v.kind == JV_LIST ? v.list->count : json_count(v.j);
}

static inline struct jv items_at(struct jv v, size_t i)
{
    if (v.kind != JV_LIST)
        return jv_from_json(json_at(v.j, i));
    if (v.list->flags & LIST_RANGE)
        return jv_number(v.list->first + (double)i);
    return v.list->items[i];
}

struct list *list_new(struct jn *e, unsigned flags, size_t room);
void list_push(struct jn *e, struct list *l, struct jv v);
/* All items of an array. */
void list_extend(struct jn *e, struct list *l, struct jv array);
struct list *list_range(struct jn *e, double first, size_t count, unsigned flags);
struct map *map_new(struct jn *e, size_t room);
/* A key that is there keeps its place. `key` is a look that lasts. */
void map_set(struct jn *e, struct map *m, const json *key, struct jv v);
/* The same for a key that is known not to be there. */
void map_add(struct jn *e, struct map *m, const json *key, struct jv v);
/* Undefined without one. */
struct jv map_get(const struct map *m, const json *key);
void map_delete(struct jn *e, struct map *m, const json *key);

/* Members of any object. */
size_t members_count(struct jv v);
const json *member_key(struct jv v, size_t i);
struct jv member_value(struct jv v, size_t i);
struct jv member_get(struct jv v, const json *key);
struct jv member_get_c(struct jv v, const char *key);
/* The members in JavaScript's order, array indexes first: numbers for member_key; NULL: as they
 * are. */
const uint32_t *members_order(struct jn *e, struct jv v);

/* Where `what` is in `text` from `from` on; SIZE_MAX: nowhere. */
size_t text_find(struct jn *e, const char *text, size_t len, size_t from, const char *what,
                 size_t what_len);
/* Adds text, joining halves of a character that meet. */
void text_add(struct buf *out, const char *text, size_t len);
/* The length in UTF-16 code units. */
size_t text_units(const char *text, size_t len);

/* JSONata's truth of a value; undefined is false. Fails on what is no number. */
struct jv jv_boolean(struct jn *e, struct jv v);
/* 1, 0, or -1 after an error. */
int jv_truth(struct jn *e, struct jv v);
/* 1, 0, or -1 after an error: is it a number? Infinity is none, and fails. */
int jv_is_numeric(struct jn *e, struct jv v);
/* 1, 0, or -1 after an error. */
int jv_equal(struct jn *e, struct jv a, struct jv b);
/* -1, 0, 1: both strings or both numbers. */
int jv_compare(struct jn *e, struct jv a, struct jv b);
/* $append */
struct jv jv_append(struct jn *e, struct jv a, struct jv b);
/* Adds JSON text as JSON.stringify: of an error's value, or of $string when `round`. */
bool jv_write(struct jn *e, struct buf *out, struct jv v, bool round, unsigned indent);
/* $string of anything; undefined gives "". */
bool jv_add_string(struct jn *e, struct buf *out, struct jv v);
/* A copy that may be changed, all the way down: $clone. */
struct jv jv_clone(struct jn *e, struct jv v, size_t depth);

/* *why is filled when it fails (it nests too deep); *out is NULL for what no JSON can say. */
bool jv_to_json(struct jn *e, struct jv v, json **out, bool *unsupported);

/* Counts what a picture may cost, whose characters are put in their places one by one. */
bool jn_picture_steps(struct jn *e, struct jv picture);

/* Where the region stands. What was made since goes when a result is settled. */
struct mark {
    struct chunk *chunk;
    char *next;
    size_t used, held;
    uint64_t serial, oldest_bound;
};

/* Where a region begins; nothing has to be allocated for a small one. */
struct first_chunk {
    alignas(max_align_t) struct chunk head;
    char bytes[SMALL_CHUNK];
};

void region_begin(struct jn *e, struct first_chunk *first);
void region_end(struct jn *e);

struct mark jn_mark(struct jn *e);
/* Frees what was made since the mark and is not part of `v`, as far as that is cheap and safe.
 * Nothing else that was made since may be in use. Returns `v`, moved maybe. */
struct jv jn_settle(struct jn *e, const struct mark *m, struct jv v);
/* The same for several. */
void jn_settle_all(struct jn *e, const struct mark *m, struct jv *v, size_t count);

/* ---- errors of an evaluation: jsonata_error.c ---- */

struct jv jn_error(struct jn *e, const char *code);
struct jv jn_error_value(struct jn *e, const char *code, struct jv value);
struct jv jn_error_values(struct jn *e, const char *code, struct jv value, struct jv second);
struct jv jn_error_fault(struct jn *e, struct jsonata_fault *fault);

/* ---- evaluating: jsonata_eval.c, jsonata_path.c, jsonata_call.c ---- */

struct jv evaluate(struct jn *e, const struct node *n, struct jv input, struct frame *env);
struct jv evaluate_path(struct jn *e, const struct node *n, struct jv input, struct frame *env);
struct jv evaluate_filter(struct jn *e, const struct node *predicate, struct jv input,
                          struct frame *env);
struct jv evaluate_group(struct jn *e, const struct node *pairs, struct jv input,
                         struct frame *env);
struct jv evaluate_call(struct jn *e, const struct node *n, struct jv input, struct frame *env,
                        const struct jv *first);
struct jv evaluate_partial(struct jn *e, const struct node *n, struct jv input, struct frame *env);
struct jv evaluate_apply(struct jn *e, const struct node *n, struct jv input, struct frame *env);
struct jv evaluate_lambda(struct jn *e, const struct node *n, struct jv input, struct frame *env);
struct jv jv_lookup(struct jn *e, struct jv input, const json *key);

struct frame *frame_new(struct jn *e, struct frame *parent, uint32_t room);
struct frame *frame_of_tuple(struct jn *e, struct frame *parent, const struct tuple *t);
struct jv frame_lookup(struct jn *e, const struct frame *env, uint32_t name);

/* Applies a function to arguments; `input` is the context. */
struct jv jn_apply(struct jn *e, struct func *f, const struct jv *args, size_t count,
                   struct jv input);
/* How many parameters it takes. */
size_t func_arity(const struct func *f);
/* The regular expression that it is, behind its wrappers; NULL: it is none. */
const struct func *func_regex(const struct func *f);

struct arguments {
    struct jv *items;
    size_t count;
};

/* Checks arguments, and fills in the context. False after an error. */
bool signature_validate(struct jn *e, const struct signature *s, const struct jv *args,
                        size_t count, struct jv context, struct arguments *out);

/* ---- functions: jsonata_functions.c, fn_*.c ---- */

/* What a function is called with. All that its signature names are there; undefined: not given. */
struct call {
    const struct jv *args;
    size_t count;
    struct jv input;
};

enum { IN_AWS = 1, IN_REFERENCE = 2, IN_BOTH = 3 };

struct builtin {
    const char *name, *signature;
    struct jv (*call)(struct jn *e, const struct call *c);
    uint8_t arity; /* how many parameters others think it has */
    uint8_t dialects;
    const char *about;
};

struct family {
    const char *name;
    const struct builtin *functions;
    size_t count;
};

extern const struct family string_functions, pattern_functions, encoding_functions,
    number_functions, array_functions, object_functions, higher_functions, boolean_functions,
    date_functions, service_functions;

const struct builtin *builtin_find(enum jsonata_dialect dialect, const char *name, size_t len);

/* Argument `i`; undefined when there are fewer. */
static inline struct jv arg(const struct call *c, size_t i)
{
    return i < c->count ? c->args[i] : jv_undefined();
}

/* Evaluates the text of $eval. */
struct jv evaluate_text(struct jn *e, const json *text, struct jv input, struct frame *env);
struct jv evaluate_transform(struct jn *e, const struct func *f, struct jv v);
/* Sorts by the reference's merge sort. `after`: 1: a belongs behind b, 0, or -1 after an error. */
bool merge_sort(struct jn *e, size_t *order, size_t count,
                int (*after)(struct jn *e, void *user, size_t a, size_t b), void *user);

/* What functions of functions share: as many arguments as `f` has parameters, at least one. */
struct jv call_item(struct jn *e, struct func *f, struct jv value, struct jv at, struct jv whole);
/* The string, or "" for what is none. */
static inline const char *str(struct jv v)
{
    return v.kind == JV_STRING ? json_str(v.j) : "";
}

static inline size_t str_len(struct jv v)
{
    return v.kind == JV_STRING ? json_str_len(v.j) : 0;
}

uint64_t jn_chance(struct jn *e);
/* 0 <= x < 1 */
double jn_chance_unit(struct jn *e);

/* ---- matches of regular expressions, and of functions that stand in for them: jsonata_match.c */

/* Positions are only good for matcher_piece. */
struct match {
    size_t start, end;
    double index;            /* in code units */
    struct jv match, groups; /* a string, a list; as values, if they were asked for */
};

struct matcher {
    struct func *next;        /* a function of the user's; NULL: a regular expression */
    const struct func *regex; /* then this one */
    struct js_search search;
    const json *text;
    bool begun;
};

void matcher_init(struct jn *e, struct matcher *m, struct func *f, const json *text);
/* 1: found, 0: no more, -1 after an error. `values`: `match` and `groups` are to be made, too. */
int matcher_next(struct jn *e, struct matcher *m, bool values, struct match *out);
/* How many groups the last match has; and adds what group `i` caught, 0: the whole. */
size_t matcher_groups(const struct matcher *m, const struct match *last);
void matcher_group(const struct matcher *m, const struct match *last, size_t i, struct buf *out);
/* Adds the text between two positions; SIZE_MAX is its end. */
void matcher_piece(struct jn *e, const struct matcher *m, size_t from, size_t to, struct buf *out);
void matcher_clear(struct matcher *m);
/* The function that goes on with the search behind a match, at a code unit of the text. */
struct jv match_next(struct jn *e, const struct func *f, const json *text, size_t from);
/* Adds a member to an object that stands for a match: each once. */
void match_set(struct jn *e, struct map *m, enum match_key key, struct jv v);
/* What a call of a regular expression gives. `next`: it goes on, and must not stand still. */
struct jv regex_call(struct jn *e, const struct func *f, const json *text, size_t from, bool next);

#endif
