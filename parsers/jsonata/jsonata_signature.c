/*
 * Signatures of functions: "<s-nn?:s>". A letter is a type, `-` takes the context when the argument
 * is missing, `?` makes it optional, `+` repeats it, (sf) is a choice, a<n> an array of numbers.
 * What the types of the arguments spell is matched against it, as by a greedy regular expression.
 */

#include "parsers/jsonata/jsonata_signature.h"

#include "parsers/base/count.h"
#include "parsers/jsonata/jsonata_region.h"

#include <string.h>

struct param {
    const char *types; /* the letters that fit; m: undefined */
    char type;         /* '(' for a choice */
    bool context, optional, repeat;
    const char *subtype; /* of a<...>; NULL: any */
    size_t subtype_len;
};

struct signature {
    struct param *params;
    size_t count;
};

enum { MAX_PARAMS = 64 };

static size_t closing(const char *text, size_t len, size_t at, char open, char close)
{
    int depth = 1;

    while (++at < len) {
        if (text[at] == close && --depth == 0)
            return at;
        if (text[at] == open)
            depth++;
    }
    return at;
}

static bool signature_refuse(struct failure *why, const char *code, size_t at)
{
    if (why) {
        failure_clear(why);
        why->code = code;
        why->at = at;
        why->placed = true;
    }
    return false;
}

static void add_param(struct signature *s, const char *types, char type)
{
    s->params[s->count++] = (struct param){.types = types, .type = type};
}

struct sig_text {
    struct arena *arena;
    const char *text;
    size_t len;
    size_t at;
    size_t offset; /* of the signature in the expression */
    struct failure *why;
};

static bool read_choice(struct sig_text *t, struct signature *s)
{
    const size_t end = closing(t->text, t->len, t->at, '(', ')');
    const size_t len = end > t->at ? end - t->at - 1 : 0;
    char *types = arena_alloc(t->arena, len + 2);

    if (memchr(t->text + t->at + 1, '<', len))
        return signature_refuse(t->why, "S0402", t->offset + t->at);
    memcpy(types, t->text + t->at + 1, len);
    types[len] = 'm';
    add_param(s, types, '(');
    t->at = end;
    return true;
}

static bool read_subtype(struct sig_text *t, struct signature *s)
{
    struct param *last = s->count ? &s->params[s->count - 1] : NULL;
    size_t end;

    if (!last || (last->type != 'a' && last->type != 'f'))
        return signature_refuse(t->why, "S0401", t->offset + t->at);
    end = closing(t->text, t->len, t->at, '<', '>');
    last->subtype_len = end > t->at ? end - t->at - 1 : 0;
    last->subtype = arena_strndup(t->arena, t->text + t->at + 1, last->subtype_len);
    t->at = end;
    return true;
}

static bool read_symbol(struct sig_text *t, struct signature *s)
{
    static const char *const single[] = {"sm", "nm", "bm", "lm", "om"};
    struct param *last = s->count ? &s->params[s->count - 1] : NULL;
    const char c = t->text[t->at];

    for (size_t i = 0; i < COUNT(single); i++)
        if (c == single[i][0])
            add_param(s, single[i], c);
    if (c == 'a' || c == 'x')
        add_param(s, "asnblfom", c);
    else if (c == 'f')
        add_param(s, "f", c);
    else if (c == 'j')
        add_param(s, "asnblom", c);
    else if (c == '(')
        return read_choice(t, s);
    else if (c == '<')
        return read_subtype(t, s);
    else if (last && c == '-')
        last->context = last->optional = true;
    else if (last && c == '?')
        last->optional = true;
    else if (last && c == '+')
        last->repeat = true;
    return true;
}

struct signature *signature_parse(struct arena *a, const char *text, size_t len,
                                  struct failure *why, size_t at)
{
    struct sig_text t = {.arena = a, .text = text, .len = len, .offset = at, .why = why};
    struct signature *s = arena_alloc(a, sizeof *s);

    s->params = arena_calloc(a, len < MAX_PARAMS ? len : MAX_PARAMS, sizeof *s->params);
    for (t.at = 1; t.at < len && text[t.at] != ':' && s->count < MAX_PARAMS; t.at++)
        if (!read_symbol(&t, s))
            return NULL;
    return s;
}

/* ---- matching ---- */

static char signature_type_of(struct jv v)
{
    switch (v.kind) {
    case JV_UNDEFINED: return 'm';
    case JV_NULL: return 'l';
    case JV_BOOL: return 'b';
    case JV_NUMBER: return 'n';
    case JV_STRING: return 's';
    case JV_ARRAY:
    case JV_LIST: return 'a';
    case JV_OBJECT:
    case JV_MAP:
    case JV_TUPLE: return 'o';
    case JV_FUNCTION: return 'f';
    case JV_ERROR: break;
    }
    return 'm';
}

static bool signature_fits(const struct param *p, char type)
{
    return strchr(p->types, type) != NULL;
}

enum { MAX_ARGS = 255 };

/*
 * As most calls are: each parameter takes the next argument, or none when it may and that doesn't
 * fit. False when it is not as simple, or fails.
 */
static bool share_simply(const struct signature *s, const char *types, size_t count, uint8_t *taken)
{
    size_t a = 0;

    for (size_t i = 0; i < s->count; i++) {
        const struct param *p = &s->params[i];
        taken[i] = a < count && signature_fits(p, types[a]);
        if (p->repeat || (!taken[i] && !p->optional))
            return false;
        a += taken[i];
    }
    return a == count;
}

/*
 * How the first `params` parameters share the arguments: taken[i] is how many parameter i gets.
 * `whole`: all arguments must be used. False: they don't fit. can[i] has a bit for each argument
 * that parameters from i on can start at.
 */
static bool signature_share(const struct signature *s, size_t params, const char *types,
                            size_t count, bool whole, uint8_t *taken)
{
    bool can[MAX_PARAMS + 1][MAX_ARGS + 1];

    for (size_t a = 0; a <= count; a++)
        can[params][a] = !whole || a == count;
    for (size_t i = params; i-- > 0;) {
        const struct param *p = &s->params[i];
        for (size_t a = count + 1; a-- > 0;) {
            const bool one = a < count && signature_fits(p, types[a]);
            can[i][a] = (p->optional && can[i + 1][a]) || (one && can[i + 1][a + 1]) ||
                        (one && p->repeat && can[i][a + 1]);
        }
    }
    if (!can[0][0])
        return false;
    for (size_t i = 0, a = 0; i < params; i++) {
        const struct param *p = &s->params[i];
        taken[i] = 0;
        while (a < count && signature_fits(p, types[a]) &&
               ((p->repeat && a + 1 <= count && can[i][a + 1]) || can[i + 1][a + 1])) {
            taken[i]++;
            a++;
            if (!p->repeat || !can[i][a])
                break;
            if (a == count || !signature_fits(p, types[a]))
                break;
        }
    }
    return true;
}

static bool mismatch(struct evaluation *e, const char *code, struct jv value, size_t index,
                     const struct param *p)
{
    static const struct {
        char type;
        const char *name;
    } plurals[] = {{'a', "arrays"},  {'b', "booleans"}, {'f', "functions"},
                   {'n', "numbers"}, {'o', "objects"},  {'s', "strings"}};

    eval_error_value(e, code, value);
    e->why.index = index;
    for (size_t i = 0; p && p->subtype_len == 1 && i < COUNT(plurals); i++)
        if (plurals[i].type == p->subtype[0])
            e->why.type = plurals[i].name;
    return false;
}

/* Says which argument is the first that fits nothing. */
static bool refuse_arguments(struct evaluation *e, const struct signature *s, const struct jv *args,
                             const char *types, size_t count)
{
    uint8_t taken[MAX_PARAMS];
    size_t good = 0;

    for (size_t n = 1; n <= s->count && signature_share(s, n, types, count, false, taken); n++) {
        good = 0;
        for (size_t i = 0; i < n; i++)
            good += taken[i];
    }
    return mismatch(e, "T0410", good < count ? args[good] : jv_undefined(), good + 1, NULL);
}

/* Returns whether all items are of the type that the subtype names. */
static bool items_fit(struct evaluation *e, const struct param *p, struct jv array)
{
    const size_t n = items_count(array);

    if (!eval_steps(e, n))
        return false;
    if (array.kind == JV_ARRAY && p->subtype_len == 1 && p->subtype[0] == 'n')
        return json_is_all_numbers(array.j);
    for (size_t i = 0; i < n; i++)
        if (p->subtype_len == 0 || signature_type_of(items_at(array, i)) != p->subtype[0])
            return false;
    return true;
}

/* One argument of an array parameter: anything else becomes an array of one. */
static bool array_argument(struct evaluation *e, const struct param *p, struct jv v, size_t taken,
                           size_t index, struct jv *out)
{
    const char type = signature_type_of(v);
    struct list *one;

    *out = v;
    if (type == 'm')
        return true;
    if (p->subtype) {
        const bool ok = type == 'a' ? items_fit(e, p, v)
                                    : taken == 1 && p->subtype_len == 1 && type == p->subtype[0];
        if (!ok)
            return e->why.code ? false : mismatch(e, "T0412", v, index + 1, p);
    }
    if (type != 'a') {
        one = list_new(e, 0, 1);
        list_push(e, one, v);
        *out = jv_list(one);
    }
    return true;
}

static bool context_argument(struct evaluation *e, const struct param *p, struct jv context,
                             size_t index, struct jv *out)
{
    if (!signature_fits(p, signature_type_of(context)))
        return mismatch(e, "T0411", context, index + 1, NULL);
    *out = context;
    return true;
}

bool signature_validate(struct evaluation *e, const struct signature *s, const struct jv *args,
                        size_t count, struct jv context, struct arguments *out)
{
    char types[MAX_ARGS + 1];
    uint8_t taken[MAX_PARAMS];
    size_t at = 0;
    struct jv first;

    if (count > MAX_ARGS)
        return mismatch(e, "T0410", args[MAX_ARGS], MAX_ARGS + 1, NULL);
    for (size_t i = 0; i < count; i++)
        types[i] = signature_type_of(args[i]);
    if (!share_simply(s, types, count, taken) &&
        !signature_share(s, s->count, types, count, true, taken))
        return refuse_arguments(e, s, args, types, count);
    out->items = eval_alloc(e, (count + s->count) * sizeof *out->items);
    out->count = 0;
    for (size_t i = 0; i < s->count; i++) {
        const struct param *p = &s->params[i];
        struct jv *to = &out->items[out->count];
        first = at < count ? args[at] : jv_undefined();
        /* One that takes nothing gets the next argument all the same, as in the reference. */
        if (taken[i] == 0 && p->context) {
            if (!context_argument(e, p, context, at, to))
                return false;
            out->count++;
        } else if (taken[i] == 0) {
            *to = first;
            out->count++;
            at++;
        }
        for (size_t k = 0; k < taken[i]; k++, at++, to++, out->count++) {
            const struct jv own = at < count ? args[at] : jv_undefined();
            if (p->type == 'a') {
                if (!array_argument(e, p, own, taken[i], at, to))
                    return false;
            } else {
                /* 2.0.6 repeats the first of several. */
                *to = e->dialect == JSONATA_AWS ? first : own;
            }
        }
    }
    return true;
}
