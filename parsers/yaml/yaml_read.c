/*
 * YAML to values. libyaml cuts the text into events: never into documents, which would keep neither
 * places nor the order of doubles. What it leaves to us is here and beside: which scalars are
 * strings (yaml_scalar.c), aliases (yaml_anchor.c), keys, merges, one document, depth.
 */

#include "parsers/yaml/yaml_impl.h"

#include "parsers/base/library.h"
#include "parsers/base/utf8.h"

/* Levels around each event, added up: what a text may come to. */
enum { LEAST_WORK = 10000000, WORK_A_BYTE = 100 };

/* ---- places ---- */

static bool yaml_read_continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

size_t yaml_offset(const struct yaml_reader *r, yaml_mark_t mark)
{
    /* Mostly it is at or behind where we are. */
    size_t chars = mark.index < r->chars ? 0 : r->chars,
           at = mark.index < r->chars ? r->start : r->at;

    for (; chars < mark.index && at < r->len; chars++)
        do
            at++;
        while (at < r->len && yaml_read_continues(r->text[at]));
    return at;
}

bool yaml_refuse(struct yaml_reader *r, size_t at, const char *code, const char *format, ...)
{
    va_list args;

    if (!r->why)
        return false;
    va_start(args, format);
    diag_vset(r->why, code, at, format, args);
    va_end(args);
    r->why->place = place_of(r->text, r->len, at);
    return false;
}

/* Goes on to the mark; events come in the order of the text. */
static struct place place_at(struct yaml_reader *r, yaml_mark_t mark)
{
    for (size_t stop = yaml_offset(r, mark); r->at < stop; r->at++) {
        if (r->text[r->at] == '\n') {
            r->line++;
            r->column = 1;
        } else {
            r->column += !yaml_read_continues(r->text[r->at]);
        }
        r->chars += !yaml_read_continues(r->text[r->at]);
    }
    return (struct place){.line = r->line, .column = r->column, .length = 1};
}

/* As far as it goes in its first line; of a block, what announces it. */
static struct place place_of_scalar(struct yaml_reader *r, const yaml_event_t *e)
{
    struct place p = place_at(r, e->start_mark);
    const char *from = r->text + r->at, *end = r->text + r->len, *stop;
    size_t length;

    if (e->start_mark.line == e->end_mark.line) {
        length = e->end_mark.index - e->start_mark.index;
    } else {
        stop = memchr(from, '\n', (size_t)(end - from));
        stop = stop ? stop : end;
        if (e->data.scalar.style == YAML_LITERAL_SCALAR_STYLE ||
            e->data.scalar.style == YAML_FOLDED_SCALAR_STYLE)
            for (end = stop, stop = from; stop < end && *stop != ' ' && *stop != '\r';)
                stop++;
        while (stop > from && (stop[-1] == ' ' || stop[-1] == '\t' || stop[-1] == '\r'))
            stop--;
        length = utf8_count(from, (size_t)(stop - from));
    }
    p.length = length ? (uint32_t)length : 1;
    return p;
}

/* Walks from the start, which is slow; only for the place of an error. */
static size_t offset_of_place(const struct yaml_reader *r, struct place p)
{
    size_t at = r->start;

    for (; p.line > 1 && at < r->len; at++)
        p.line -= r->text[at] == '\n';
    for (; p.column > 1 && at < r->len; p.column--)
        do
            at++;
        while (at < r->len && yaml_read_continues(r->text[at]));
    return at;
}

/* ---- merging ---- */

/* A mapping, or a list of mappings. */
static bool can_merge(const json *v)
{
    if (!json_is_array(v))
        return json_is_object(v);
    for (size_t i = 0; i < json_count(v); i++)
        if (!json_is_object(json_at(v, i)))
            return false;
    return true;
}

/* Behind a value: if its key was <<, both leave the stack, to be merged at the mapping's end. */
static bool take_merge(struct yaml_reader *r)
{
    const struct json_frame *f = json_events_top(&r->made);
    struct yaml_level *level;
    struct json_places at;

    if (!f || !f->object || r->made.stack[r->made.used - 2] != r->merge_key)
        return true;
    level = &r->levels[r->made.depth - 1];
    at = r->made.places[r->made.used - 1];
    if (level->merge)
        return yaml_refuse(r, offset_of_place(r, r->made.places[r->made.used - 2].key),
                           "YAML_MERGE",
                           "a mapping can have '<<' once; for several, give it a list: <<: [*a, "
                           "*b]");
    if (!can_merge(r->made.stack[r->made.used - 1]))
        return yaml_refuse(r, offset_of_place(r, at.value), "YAML_MERGE",
                           "'<<' takes a mapping or a list of mappings, mostly aliases (quote the "
                           "key if it is to be a name)");
    level->merge = json_events_take_member(&r->made);
    level->merge_kids = at.kids;
    return true;
}

/* Members of a merge that is being made. */
struct merger {
    struct json_build made;
    struct json_places *kids;
};

/*
 * `own`: the mapping's own members, which take the place of merged ones; else what is there stays.
 */
static void merge_members(struct merger *m, const json *source, const struct json_places *kids,
                          bool own)
{
    for (size_t i = 0; i < json_count(source); i++) {
        const json *key = json_key_at(source, i), *v = json_value_at(source, i);
        size_t at = json_find_key(m->made.v, key);

        if (at != SIZE_MAX && !own)
            continue;
        m->kids[at != SIZE_MAX ? at : json_count(m->made.v)] = kids[i];
        json_build_set_key(&m->made, json_ref(json_mutable(key)), json_ref(json_mutable(v)));
    }
}

/* Of several mappings the first that has a key wins; above all, the mapping's own do. */
static void merge(struct yaml_reader *r, struct yaml_level *level)
{
    struct json_places at = r->made.places[--r->made.used];
    json *own = r->made.stack[r->made.used];
    size_t room = json_count(own) + (json_is_object(level->merge) ? json_count(level->merge) : 0);
    struct merger m;

    for (size_t i = 0; json_is_array(level->merge) && i < json_count(level->merge); i++)
        room += json_count(json_at(level->merge, i));
    m.kids = arena_calloc(r->made.arena, room, sizeof(*m.kids));
    json_build_object(&m.made, room);
    if (json_is_object(level->merge))
        merge_members(&m, level->merge, level->merge_kids, false);
    for (size_t i = 0; json_is_array(level->merge) && i < json_count(level->merge); i++)
        merge_members(&m, json_at(level->merge, i), level->merge_kids[i].kids, false);
    merge_members(&m, own, at.kids, true);
    json_unref(own);
    json_unref(level->merge);
    level->merge = NULL;
    json_events_value(&r->made, json_build_done(&m.made), at.value, m.kids);
}

/* ---- scalars and keys ---- */

/* Counts what an alias to a value around this one would stand for. */
static void yaml_read_count(struct yaml_reader *r, size_t bytes)
{
    r->size.nodes++;
    r->size.bytes += bytes;
}

/*
 * Keys that a text has often (Type, Next, End) are one value each, so that looking for them
 * compares pointers.
 */
static json *key_of(struct yaml_reader *r, const char *text, size_t len)
{
    uint32_t hash = json_hash_bytes(text, len);
    json *key = json_events_seen_key(&r->made, text, len, hash);

    if (key)
        return key;
    key = json_string(text, len);
    json_hash(key);
    if (len)
        json_events_keep_key(&r->made, key);
    return key;
}

/* ---- tags ---- */

/* Returns whether the tag becomes the key of an object around its value. */
static bool wraps(const struct yaml_reader *r, const yaml_char_t *tag)
{
    return (r->made.flags & JSON_READ_TAGS) && tag && tag[0] == '!' && tag[1];
}

/* The object takes the name that the value was to have. */
static bool open_tag(struct yaml_reader *r, yaml_mark_t start, const yaml_char_t *tag,
                     const yaml_char_t *name)
{
    const char *text = (const char *)tag;
    struct place at = place_at(r, start);

    if (r->made.depth == JSON_MAX_DEPTH)
        return yaml_refuse(r, r->at, "JSON_DEPTH",
                           "sequences and mappings are nested deeper than %d levels",
                           JSON_MAX_DEPTH);
    r->levels[r->made.depth] = (struct yaml_level){.naming = yaml_name_begin(r, name), .tag = true};
    yaml_read_count(r, strlen(text) + 7);
    json_events_open(&r->made, true, r->at, at);
    at.length = (uint32_t)utf8_count(text, strlen(text));
    json_events_key(&r->made, key_of(r, text, strlen(text)), at);
    return true;
}

/* Behind a value: if a tag stood at it, that is over too. */
static bool end_value(struct yaml_reader *r)
{
    struct yaml_level *level = r->made.depth ? &r->levels[r->made.depth - 1] : NULL;
    size_t twice;

    if (level && level->tag) {
        json_events_close_object(&r->made, &twice);
        yaml_name_end(r, &level->naming, r->made.stack[r->made.used - 1],
                      r->made.places[r->made.used - 1].kids);
    }
    return take_merge(r);
}

/*
 * A tag that is kept becomes an object around the value: !Ref x is {"!Ref": "x"}. Its anchor then
 * names the object.
 */
static bool on_value(struct yaml_reader *r, const yaml_event_t *e)
{
    yaml_event_t bare = *e;

    if (wraps(r, e->data.scalar.tag)) {
        if (!open_tag(r, e->start_mark, e->data.scalar.tag, e->data.scalar.anchor))
            return false;
        bare.data.scalar.tag = bare.data.scalar.anchor = NULL;
    }
    struct place at = place_of_scalar(r, &bare);
    struct yaml_naming naming = yaml_name_begin(r, bare.data.scalar.anchor);
    json *v = yaml_scalar(r, &bare);
    if (!v)
        return false;
    yaml_read_count(r, e->data.scalar.length + 3);
    yaml_name_end(r, &naming, v, NULL);
    json_events_scalar(&r->made, v, at);
    return end_value(r);
}

/* ---- keys ---- */

/* A key may have a name too: that of the value which it would be elsewhere. */
static bool name_key(struct yaml_reader *r, const yaml_event_t *e)
{
    struct yaml_naming naming = yaml_name_begin(r, e->data.scalar.anchor);
    json *v;

    if (!e->data.scalar.anchor && !e->data.scalar.tag)
        return true;
    v = yaml_scalar(r, e);
    if (!v)
        return false;
    yaml_read_count(r, e->data.scalar.length + 3);
    yaml_name_end(r, &naming, v, NULL);
    json_unref(v);
    return true;
}

/*
 * Keys are their text, whatever they would be as values: 200 and true are strings. Only a bare <<
 * is a merge; quoted it is a name.
 */
static bool yaml_read_on_key(struct yaml_reader *r, const yaml_event_t *e)
{
    const char *text = (const char *)e->data.scalar.value;
    size_t len = e->data.scalar.length;
    bool plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !e->data.scalar.tag;
    struct place at = place_of_scalar(r, e);
    json *key;

    if (!name_key(r, e))
        return false;
    if (plain && !len)
        return yaml_refuse(r, r->at, "YAML_KEY", "a key is missing here");
    if (plain && len == 2 && !memcmp(text, "<<", 2))
        key = json_ref(r->merge_key);
    else
        key = key_of(r, text, len);
    r->size.bytes += len + 4;
    json_events_key(&r->made, key, at);
    return true;
}

/* As a key an alias has to stand for a string. */
static bool on_alias(struct yaml_reader *r, const yaml_event_t *e)
{
    struct place at = place_at(r, e->start_mark);
    struct json_places *kids = NULL;
    const json *v = yaml_alias(r, e, &kids);

    if (!v)
        return false;
    at.length = (uint32_t)(e->end_mark.index - e->start_mark.index);
    if (!json_events_at_key(&r->made)) {
        json_events_value(&r->made, json_ref(json_mutable(v)), at, kids);
        return take_merge(r);
    }
    if (!json_is_string(v))
        return yaml_refuse(r, r->at, "YAML_KEY",
                           "a key must be a string, but *%s stands for a value of kind %s",
                           (const char *)e->data.alias.anchor, json_kind_name(v));
    json_events_key(&r->made, key_of(r, json_str(v), json_str_len(v)), at);
    return true;
}

/* ---- sequences and mappings ---- */

/*
 * Sequences and mappings differ little. The name (anchor) is given when the value is whole, in
 * close_level, so that an alias within its own value is found to be an error.
 */
static bool open_level(struct yaml_reader *r, const yaml_event_t *e, bool object)
{
    const yaml_char_t *name = object ? e->data.mapping_start.anchor : e->data.sequence_start.anchor;
    const yaml_char_t *tag = object ? e->data.mapping_start.tag : e->data.sequence_start.tag;
    struct place at = place_at(r, e->start_mark);

    if (json_events_at_key(&r->made))
        return yaml_refuse(r, r->at, "YAML_KEY",
                           "a key must be a string, not a %s (quote a text that begins with '%c')",
                           object ? "mapping" : "sequence", object ? '{' : '[');
    if (wraps(r, tag)) {
        if (!open_tag(r, e->start_mark, tag, name))
            return false;
        name = NULL;
    } else if (!yaml_check_tag(r, e, tag, object ? "map" : "seq")) {
        return false;
    }
    if (r->made.depth == JSON_MAX_DEPTH)
        return yaml_refuse(r, r->at, "JSON_DEPTH",
                           "sequences and mappings are nested deeper than %d levels",
                           JSON_MAX_DEPTH);
    r->levels[r->made.depth] = (struct yaml_level){.naming = yaml_name_begin(r, name)};
    yaml_read_count(r, 3);
    json_events_open(&r->made, object, r->at, at);
    return true;
}

/* Doubled keys are looked for before the merge, which may well have keys that the mapping has. */
static bool close_level(struct yaml_reader *r)
{
    struct yaml_level *level = &r->levels[r->made.depth - 1];
    const struct json_frame *f = json_events_top(&r->made);
    const struct json_places *top;
    size_t twice;

    if (!f->object) {
        json_events_close_array(&r->made);
    } else if (!json_events_close_object(&r->made, &twice)) {
        size_t i = f->base + 2 * twice;

        return yaml_refuse(r, offset_of_place(r, r->made.places[i].key), "JSON_DUPLICATE_KEY",
                           "the mapping has the key \"%s\" twice", json_str(r->made.stack[i]));
    }
    if (level->merge)
        merge(r, level);
    top = &r->made.places[r->made.used - 1];
    yaml_name_end(r, &level->naming, r->made.stack[r->made.used - 1], top->kids);
    return end_value(r);
}

/* ---- the whole ---- */

static bool on_document(struct yaml_reader *r, const yaml_event_t *e)
{
    if (!r->documents++)
        return true;
    return yaml_refuse(r, yaml_offset(r, e->start_mark), "YAML_DOCUMENTS",
                       "a second document begins here; one is what is read");
}

/*
 * For each token libyaml looks at all that is open around it. So that the time a text takes grows
 * with its length alone, it may not stay deep for long.
 */
static bool is_cheap(struct yaml_reader *r, const yaml_event_t *e)
{
    r->work += r->made.depth;
    if (r->work <= LEAST_WORK + WORK_A_BYTE * (uint64_t)r->len)
        return true;
    return yaml_refuse(r, yaml_offset(r, e->start_mark), "JSON_DEPTH",
                       "too much of the text is nested deeper than %d levels", WORK_A_BYTE);
}

/* Streams and documents need no more than that there is one document. */
static bool yaml_read_on_event(struct yaml_reader *r, const yaml_event_t *e)
{
    if (!is_cheap(r, e))
        return false;
    switch (e->type) {
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT: return true;
    case YAML_DOCUMENT_START_EVENT: return on_document(r, e);
    case YAML_ALIAS_EVENT: return on_alias(r, e);
    case YAML_SCALAR_EVENT:
        return json_events_at_key(&r->made) ? yaml_read_on_key(r, e) : on_value(r, e);
    case YAML_SEQUENCE_START_EVENT: return open_level(r, e, false);
    case YAML_MAPPING_START_EVENT: return open_level(r, e, true);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return close_level(r);
    }
    return true;
}

/* ---- libyaml, loaded when the first text is read ---- */

#define YAML_FUNCTIONS(_)                                                                          \
    _(, yaml_event_delete)                                                                         \
    _(, yaml_parser_delete)                                                                        \
    _(, yaml_parser_initialize)                                                                    \
    _(, yaml_parser_parse)                                                                         \
    _(, yaml_parser_set_encoding)                                                                  \
    _(, yaml_parser_set_input_string)

static struct {
    YAML_FUNCTIONS(LIBRARY_MEMBER)
} libyaml;

static void yaml_find(struct library *library)
{
    __typeof__(libyaml) *functions = &libyaml;

    YAML_FUNCTIONS(LIBRARY_FIND)
}

static struct library yaml_library = {
    .soname = "libyaml-0.so.2", .user = "YAML", .find = yaml_find};

static bool run_libyaml(struct yaml_reader *r)
{
    yaml_parser_t parser;
    yaml_event_t e;
    bool good = true, end = false;

    if (!library_load(&yaml_library, r->why))
        return false;

    /* It has no other fault here than that there is no memory. */
    if (!libyaml.yaml_parser_initialize(&parser))
        return yaml_refuse(r, r->start, "JSON_TOO_LARGE", "there is no memory to read the text");
    libyaml.yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    libyaml.yaml_parser_set_input_string(&parser, (const unsigned char *)r->text + r->start,
                                         r->len - r->start);
    while (good && !end) {
        good = libyaml.yaml_parser_parse(&parser, &e);
        if (!good) {
            yaml_explain(r, &parser);
            break;
        }
        good = yaml_read_on_event(r, &e);
        end = e.type == YAML_STREAM_END_EVENT;
        libyaml.yaml_event_delete(&e);
    }
    libyaml.yaml_parser_delete(&parser);
    if (good && !r->documents)
        good = yaml_refuse(r, r->len, "JSON_EMPTY", "there is no value: the text is %s",
                           r->len > r->start ? "blank" : "empty");
    return good;
}

static void clear(struct yaml_reader *r)
{
    /* Levels are filled when they open. */
    for (size_t i = 0; i < r->made.depth; i++)
        json_unref(r->levels[i].merge);
    json_events_clear(&r->made);
    yaml_anchors_clear(&r->anchors);
    json_unref(r->merge_key);
    mem_free(r);
}

json *yaml_parse_places(const char *text, size_t len, unsigned flags, struct arena *a,
                        struct json_places **places, struct diag *why)
{
    struct arena own = {0};
    struct yaml_reader *r;
    json *v = NULL;

    if (len >= UINT32_MAX) {
        diag_set(why, "JSON_TOO_LARGE", 0, "the text is larger than 4 GiB");
        return NULL;
    }
    r = mem_alloc(sizeof(*r));
    memset(r, 0, offsetof(struct yaml_reader, made));
    r->text = text ? text : "";
    r->len = len;
    r->why = why;
    r->at = r->start = len >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0;
    r->line = r->column = 1;
    r->merge_key = json_cstring("<<");
    json_hash(r->merge_key);
    /* Places are always kept: they say where a double key stands. */
    json_events_init(&r->made, flags, places ? a : &own, len);
    if (yaml_check_text(r) && run_libyaml(r))
        v = json_events_done(&r->made, places);
    clear(r);
    arena_clear(&own);
    return v;
}
