#ifndef PARSERS_YAML_YAML_IMPL_H
#define PARSERS_YAML_YAML_IMPL_H

#include "parsers/json/json_events.h"
#include "parsers/yaml/yaml.h"

#include <yaml.h>

/* For yaml_*.c alone. */

/* How much a text has come to so far, each alias as what it stands for. */
struct yaml_size {
    uint64_t nodes, bytes;
};

struct yaml_anchor {
    uint64_t serial; /* of the latest definition */
    struct yaml_size size;
    struct json_places *kids;
};

/* A member's value is what its name stands for, NULL as long as that is open. */
struct yaml_anchors {
    struct json_member *members;
    struct yaml_anchor *more; /* beside the members */
    size_t count, cap;
    struct json_index *index;
    uint64_t serial;
};

/* A name that is given to a node whose end is still to come. */
struct yaml_naming {
    size_t anchor; /* SIZE_MAX: it has no name */
    uint64_t serial;
    struct yaml_size before;
};

/* What YAML has to know of an array or object that is open, beside its json_frame. */
struct yaml_level {
    struct yaml_naming naming;
    bool tag;    /* an object that was made around what a tag stands at */
    json *merge; /* what << brings; NULL: nothing */
    struct json_places *merge_kids;
};

struct yaml_reader {
    const char *text;
    size_t len, start; /* start: behind a byte order mark */
    struct diag *why;

    /* libyaml counts characters; ours is the byte at `at`, by lines that end in \n. */
    size_t chars, at;
    uint32_t line, column;

    size_t documents;
    uint64_t work;
    json *merge_key; /* the plain <<, known by its address */
    struct yaml_size size, aliased;
    struct yaml_anchors anchors;
    struct json_events made;
    struct yaml_level levels[JSON_MAX_DEPTH];
};

/* Returns false. */
bool yaml_refuse(struct yaml_reader *r, size_t at, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The offset of libyaml's mark. */
size_t yaml_offset(const struct yaml_reader *r, yaml_mark_t mark);

/* ---- yaml_scalar.c ---- */

/* The value of a scalar; NULL when refused. */
json *yaml_scalar(struct yaml_reader *r, const yaml_event_t *e);
/* Refuses a tag that may not stand at a key, a sequence or a mapping; NULL, for none, may. */
bool yaml_check_tag(struct yaml_reader *r, const yaml_event_t *e, const yaml_char_t *tag,
                    const char *wanted);

/* ---- yaml_anchor.c ---- */

void yaml_anchors_clear(struct yaml_anchors *a);
/* Begins to give the name, NULL is none, to what comes now. */
struct yaml_naming yaml_name_begin(struct yaml_reader *r, const yaml_char_t *name);
/* `v` is what came. */
void yaml_name_end(struct yaml_reader *r, const struct yaml_naming *n, const json *v,
                   struct json_places *kids);
/* A look at what the alias stands for, which is counted; NULL when refused. */
const json *yaml_alias(struct yaml_reader *r, const yaml_event_t *e, struct json_places **kids);

/* ---- yaml_explain.c ---- */

/* Says what libyaml has against the text. */
void yaml_explain(struct yaml_reader *r, const yaml_parser_t *parser);
/* Refuses bytes and characters that can stand nowhere in YAML. */
bool yaml_check_text(struct yaml_reader *r);

#endif
