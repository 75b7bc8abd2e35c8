#ifndef PARSERS_YAML_YAML_IMPL_H
#define PARSERS_YAML_YAML_IMPL_H

#include "parsers/json/json_events.h"
#include "parsers/yaml/yaml.h"

#include <yaml.h>

/* What the files of parsers/yaml share; nobody else includes it. */

/* How much of a text has been read so far. Each alias counts as all that it stands for. */
struct yaml_size {
    uint64_t nodes, bytes;
};

/* What is known of an anchor's node beside its value. */
struct yaml_anchor {
    uint64_t serial;          /* of the latest node that was given the name */
    struct yaml_size size;    /* of that node */
    struct json_places *kids; /* the places of its children, NULL when none are wanted */
};

/*
 * The anchors of a document by their names. The value of a member is the node that the name stands
 * for; it is NULL while that node is being read.
 */
struct yaml_anchors {
    struct json_member *members;
    struct yaml_anchor *more; /* one for each member */
    size_t count, cap;
    struct json_index *index;
    uint64_t serial; /* counts the nodes that were given a name */
};

/* The name of a node that is being read. */
struct yaml_naming {
    size_t anchor;           /* which of the anchors; SIZE_MAX when the node has no name */
    uint64_t serial;         /* of this node: the name may be given again inside of it */
    struct yaml_size before; /* the reader's size when the node began */
};

/* What YAML keeps of an array or object that is open, beside its json_frame. */
struct yaml_level {
    struct yaml_naming naming;
    bool tag;                       /* the object was made for a tag: !X v is {"!X": v} */
    json *merge;                    /* the mapping that << names, NULL without one */
    struct json_places *merge_kids; /* the places of its members */
};

/* A text that is being read. */
struct yaml_reader {
    const char *text;
    size_t len, start; /* `start` is behind a byte order mark */
    struct diag *why;

    /* libyaml's marks count characters, our places bytes. The last mark that was asked for is kept,
     * as the next one is mostly near: character `chars` is byte `at`, in this line and column. */
    size_t chars, at;
    uint32_t line, column;

    size_t documents;
    uint64_t work;
    json *merge_key; /* the key of an unquoted <<, which is told from "<<" by its address */
    struct yaml_size size, aliased;
    struct yaml_anchors anchors;
    struct json_events made;
    struct yaml_level levels[JSON_MAX_DEPTH];
};

/* Fills r->why with a message and the place of byte `at`, and returns false. */
bool yaml_refuse(struct yaml_reader *r, size_t at, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Returns the byte offset of libyaml's mark. */
size_t yaml_offset(const struct yaml_reader *r, yaml_mark_t mark);

/* ---- yaml_scalar.c ---- */

/* Returns the value of a scalar; NULL with r->why filled when it is refused. */
json *yaml_scalar(struct yaml_reader *r, const yaml_event_t *e);
/*
 * Returns whether a key, sequence or mapping may have the tag: none (NULL), "!", or YAML's own tag
 * `wanted`. Else fills r->why.
 */
bool yaml_check_tag(struct yaml_reader *r, const yaml_event_t *e, const yaml_char_t *tag,
                    const char *wanted);

/* ---- yaml_anchor.c ---- */

void yaml_anchors_clear(struct yaml_anchors *a);
/* Begins a node that has this name, or none (NULL). */
struct yaml_naming yaml_name_begin(struct yaml_reader *r, const yaml_char_t *name);
/* Ends the node: its value is `v`, the places of its children are `kids`. Both are looks. */
void yaml_name_end(struct yaml_reader *r, const struct yaml_naming *n, const json *v,
                   struct json_places *kids);
/*
 * Returns a look at what an alias stands for, and counts its size; NULL with r->why filled when it
 * is refused. Sets *kids to the places of its children.
 */
const json *yaml_alias(struct yaml_reader *r, const yaml_event_t *e, struct json_places **kids);

/* ---- yaml_explain.c ---- */

/* Fills r->why with what libyaml refuses in the text, in words that help. */
void yaml_explain(struct yaml_reader *r, const yaml_parser_t *parser);
/* Returns whether all bytes and characters may stand in YAML at all; else fills r->why. */
bool yaml_check_text(struct yaml_reader *r);

#endif
