/*
 * The elements or members of one array or object in a JSON file. json_skim goes over the whole
 * file, a byte once, and tells what stands on the pointer's way; only the text of an item is
 * collected, and read as a value when it is whole.
 *
 * `way` counts the open containers that the pointer goes through, from the outermost. It grows
 * while the items are looked for, and shrinks as what is behind them closes. A reader that goes on
 * in the midst begins where all of them are open: how many, and which are objects, is its state.
 */

#include "parsers/items/items_impl.h"
#include "parsers/items/json_skim.h"

#include "parsers/base/mem.h"

#include <string.h>

/* A reference token of the pointer, and what came of it in the container that it is for. */
struct step {
    char *key;
    size_t len;
    uint64_t index; /* it is one of an array; UINT64_MAX: it can't be */
    uint64_t next;  /* the index of the next element */
    bool taken;     /* the pointer has gone on from here */
};

struct json_items {
    struct items_text text;
    struct json_skim skim;
    json_reader *values;
    struct step *steps;
    size_t step_count;
    size_t way;
    bool found;    /* the items */
    bool over;     /* they have come to their end */
    bool match;    /* the value that comes next is on the way */
    bool held;     /* `ahead` bytes of a key or item are collected */
    size_t ahead;  /* bytes of the input that the skim has used */
    uint64_t line; /* that what is held begins in */
    json *key;     /* of the member that comes next */
};

/* ---- the pointer ---- */

/* json-pointer = *( "/" *( unescaped / "~0" / "~1" ) ). A ~ before anything else stands for itself,
 * as in Jackson, whose message AWS has for a pointer without a slash. */
static void unescape_token(struct step *s, const char *text, size_t len)
{
    s->key = mem_alloc(len + 1);
    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (c == '~' && i + 1 < len && (text[i + 1] == '0' || text[i + 1] == '1'))
            c = text[++i] == '0' ? '~' : '/';
        s->key[s->len++] = c;
    }
    s->key[s->len] = '\0';
}

/* array-index = "0" / digit1-9 *digit. One of 19 digits or more is in no array. */
static uint64_t index_of(const struct step *s)
{
    uint64_t n = 0;

    if (!s->len || s->len > 18 || (s->key[0] == '0' && s->len > 1))
        return UINT64_MAX;
    for (size_t i = 0; i < s->len; i++) {
        if (s->key[i] < '0' || s->key[i] > '9')
            return UINT64_MAX;
        n = n * 10 + (uint64_t)(s->key[i] - '0');
    }
    return n;
}

static bool read_pointer(struct json_items *r, const char *pointer, size_t pointer_len,
                         struct diag *why)
{
    const char *end = pointer + pointer_len;
    size_t cap = 0;

    while (pointer < end && *pointer == '/') {
        const char *slash = memchr(pointer + 1, '/', (size_t)(end - pointer) - 1);
        size_t len = (size_t)((slash ? slash : end) - pointer) - 1;
        struct step *s;

        if (r->step_count + 1 == JSON_MAX_DEPTH) {
            diag_set(why, "ITEMS_POINTER", 0, "ItemsPointer has more than %d parts",
                     JSON_MAX_DEPTH - 1);
            return false;
        }
        MEM_GROW(r->steps, r->step_count, cap);
        s = &r->steps[r->step_count++];
        *s = (struct step){0};
        unescape_token(s, pointer + 1, len);
        s->index = index_of(s);
        pointer += 1 + len;
    }
    if (pointer == end)
        return true;
    diag_set(why, "ITEMS_POINTER", 0, "ItemsPointer is a JSON Pointer, which begins with /");
    return false;
}

/* ---- what is held ---- */

static void json_items_hold(struct json_items *r)
{
    r->held = true;
    r->line = r->text.in.line;
}

/* Lets go of what is held; all that was looked at is used. */
static void json_items_let_go(struct json_items *r)
{
    r->held = false;
    r->text.in.at += r->ahead;
    r->ahead = 0;
}

/* Reads what is held as a value; NULL with *why filled. */
static json *read_held(struct json_items *r, struct diag *why)
{
    const struct items_input *in = &r->text.in;
    struct diag bad = {0};
    json *v = json_reader_read(r->values, items_input_text(in), r->ahead, &bad);

    if (v)
        return v;
    /* Its grammar is good, so this is a number that is too large, or nesting that is too deep. */
    items_fail(why, bad.code, items_input_place(in) + bad.at,
               r->line ? r->line + bad.place.line - 1 : 0, "%s", bad.text);
    diag_clear(&bad);
    return NULL;
}

/* ---- events ---- */

static bool among_items(const struct json_items *r)
{
    return r->found && !r->over && r->skim.depth == r->way;
}

/* A key on the way has ended: does the pointer go on behind it? False when it does so twice. */
static bool take_way_key(struct json_items *r, struct diag *why)
{
    const struct items_input *in = &r->text.in;
    struct step *s = &r->steps[r->skim.depth - 1];
    json *key = read_held(r, why);
    bool same;

    if (!key)
        return false;
    same = json_str_len(key) == s->len && !memcmp(json_str(key), s->key, s->len);
    json_unref(key);
    if (same && s->taken) {
        items_fail(why, "ITEMS_KEY_TWICE", items_input_place(in), in->line,
                   "the object has the key \"%s\" twice, and ItemsPointer goes through it", s->key);
        return false;
    }
    r->match = same;
    json_items_let_go(r);
    return true;
}

/* The pointer's end is reached: `c` begins what it points at. */
static enum items_result find_items(struct json_items *r, char c, struct diag *why)
{
    struct buf open = {0};
    struct json_build b;

    if (c != '[' && c != '{')
        return items_fail(why, "ITEMS_NOT_ITERABLE", items_input_place(&r->text.in),
                          r->text.in.line, "Attempting to map over non-iterable node.");
    for (size_t i = 0; i < r->way; i++)
        buf_addc(&open, json_skim_in_object(&r->skim, i) ? '{' : '[');
    buf_addc(&open, c);
    json_build_object(&b, 1);
    json_build_set(&b, "open", json_take_buf(&open));
    r->text.head.state = json_build_done(&b);
    r->found = true;
    return ITEMS_ITEM;
}

/*
 * A value begins in one of the containers on the way, or as the whole: goes into it if the pointer
 * does. ITEMS_FAILED, or whatever else.
 */
static enum items_result begin_way_value(struct json_items *r, char c, struct diag *why)
{
    size_t depth = r->skim.depth;
    bool on_way = !r->found;

    if (depth) {
        struct step *s = &r->steps[depth - 1];

        if (json_skim_in_object(&r->skim, depth - 1))
            on_way = r->match;
        else
            on_way = !s->taken && s->next++ == s->index;
        s->taken |= on_way;
    }
    if (!on_way)
        return ITEMS_WANTS;
    if (depth == r->step_count && find_items(r, c, why) == ITEMS_FAILED)
        return ITEMS_FAILED;
    if (c == '[' || c == '{')
        r->skim.watch = r->way = depth + 1;
    return ITEMS_WANTS;
}

/* A value on the way has ended. If it was one that the pointer goes through, the way is shorter. */
static void end_way_value(struct json_items *r)
{
    if (r->way == r->skim.depth)
        return;
    r->skim.watch = r->way = r->skim.depth;
    r->over = r->found;
}

static enum items_result take_item(struct json_items *r, struct item *out, struct diag *why)
{
    json *v = read_held(r, why);

    if (!v)
        return ITEMS_FAILED;
    json_items_let_go(r);
    *out = (struct item){
        .key = r->key, .value = v, .end = items_input_place(&r->text.in), .line = r->line};
    r->key = NULL;
    return ITEMS_ITEM;
}

/* What an event makes: an item, a failure, or (ITEMS_WANTS) nothing yet. */
static enum items_result json_items_on(struct json_items *r, enum json_skim_event event,
                                       struct item *out, struct diag *why)
{
    switch (event) {
    case SKIM_KEY: json_items_hold(r); return ITEMS_WANTS;
    case SKIM_KEY_END:
        if (!among_items(r))
            return take_way_key(r, why) ? ITEMS_WANTS : ITEMS_FAILED;
        r->key = read_held(r, why);
        json_items_let_go(r);
        return r->key ? ITEMS_WANTS : ITEMS_FAILED;
    case SKIM_VALUE:
        if (!among_items(r))
            return begin_way_value(r, *items_input_text(&r->text.in), why);
        json_items_hold(r);
        return ITEMS_WANTS;
    case SKIM_VALUE_END:
        if (among_items(r))
            return take_item(r, out, why);
        end_way_value(r);
        return ITEMS_WANTS;
    case SKIM_BAD:
    case SKIM_MORE: break;
    }
    return ITEMS_WANTS;
}

/* ---- the reader ---- */

/*
 * The byte behind what was looked at is bad, or the file can't end there. A character is shown as a
 * whole, so its bytes are waited for.
 */
static enum items_result json_items_refuse(const struct json_items *r, struct diag *why)
{
    const struct items_input *in = &r->text.in;
    const char *bad = items_input_text(in) + r->ahead;
    size_t len = items_input_len(in) - r->ahead;
    struct buf words = {0};

    if (!in->ended && len < 4 && (unsigned char)*bad >= 0x80)
        return ITEMS_WANTS;
    json_skim_explain(&r->skim, bad, len, "file", &words);
    items_fail(why, "JSON_SYNTAX", items_input_place(in) + r->ahead, in->line, "%s",
               buf_str(&words));
    buf_clear(&words);
    return ITEMS_FAILED;
}

/* All of the file was fed and looked at. */
static enum items_result json_items_end(struct json_items *r, struct diag *why)
{
    enum json_skim_event event;

    json_skim_next(&r->skim, " ", 1, &event);
    if (!json_skim_is_done(&r->skim))
        return json_items_refuse(r, why);
    if (r->found)
        return ITEMS_END;
    return items_fail(why, "ITEMS_NOT_FOUND", items_input_place(&r->text.in), r->text.in.line,
                      "ItemsPointer finds nothing in the file");
}

/* What was looked at is used, unless it is held. */
static void json_items_use(struct json_items *r, size_t n, uint64_t lines)
{
    r->ahead += n;
    if (r->text.in.line)
        r->text.in.line += lines;
    if (!r->held)
        json_items_let_go(r);
}

static enum items_result json_items_next(items_reader *reader, struct item *out, struct diag *why)
{
    struct json_items *r = (struct json_items *)reader;
    struct items_input *in = &r->text.in;

    if (!items_skip_mark(in))
        return ITEMS_WANTS;
    for (;;) {
        uint64_t lines = r->skim.lines;
        enum json_skim_event event;
        enum items_result result;
        size_t n = json_skim_next(&r->skim, items_input_text(in) + r->ahead,
                                  items_input_len(in) - r->ahead, &event);

        json_items_use(r, n, r->skim.lines - lines);
        if (r->held && r->ahead > r->text.max_item)
            return items_fail_too_large(&r->text, why, items_input_place(in), r->line);
        if (event == SKIM_BAD)
            return json_items_refuse(r, why);
        if (event == SKIM_MORE)
            return in->ended ? json_items_end(r, why) : ITEMS_WANTS;
        result = json_items_on(r, event, out, why);
        if (result != ITEMS_WANTS)
            return result;
    }
}

static void json_items_release(items_reader *reader)
{
    struct json_items *r = (struct json_items *)reader;

    for (size_t i = 0; i < r->step_count; i++)
        mem_free(r->steps[i].key);
    mem_free(r->steps);
    json_unref(r->key);
    json_reader_free(r->values);
    items_text_clear(&r->text);
    mem_free(r);
}

static const struct items_kind json_items_kind = {
    .next = json_items_next,
    .wanted = items_text_wanted,
    .feed = items_text_feed,
    .feed_end = items_text_feed_end,
    .held = items_text_held,
    .release = json_items_release,
};

/* Goes on behind an item: all that the pointer goes through is open, and no key of it may come. */
static bool json_items_resume(struct json_items *r, const json *state, struct diag *why)
{
    const json *open = state ? json_get(state, "open") : NULL;

    if (!open || !json_is_string(open) || json_str_len(open) != r->step_count + 1 ||
        !json_skim_resume(&r->skim, json_str(open))) {
        diag_set(why, "ITEMS_STATE", 0, "the state is not one of a reader of JSON at this pointer");
        return false;
    }
    r->way = r->step_count + 1;
    r->found = true;
    for (size_t i = 0; i < r->step_count; i++)
        r->steps[i].taken = true;
    r->text.head.state = json_ref(state);
    return true;
}

items_reader *items_new_json(const struct items_options *o, struct diag *why)
{
    struct json_items *r = mem_calloc(1, sizeof(*r));

    items_text_init(&r->text, &json_items_kind, o);
    json_skim_init(&r->skim);
    r->values = json_reader_new(JSON_READ_SURROGATES);
    const char *pointer = o->pointer ? o->pointer : "";
    if (!read_pointer(r, pointer, o->pointer_len ? o->pointer_len : strlen(pointer), why) ||
        (o->position && !json_items_resume(r, o->state, why))) {
        items_free(&r->text.head);
        return NULL;
    }
    return &r->text.head;
}
