#ifndef ASL_DRAWING_DRAWING_IMPL_H
#define ASL_DRAWING_DRAWING_IMPL_H

#include "asl/drawing/drawing.h"
#include "asl/layout/layout.h"
#include "asl/load/graph.h"
#include "parsers/base/arena.h"
#include "parsers/json/json.h"

enum drawing_kind {
    DRAWING_START, /* where the machine, or a block inside, begins */
    DRAWING_STATE,
    DRAWING_END, /* of the machine */
};

/* A text, and the lines in which it is drawn. */
struct drawing_text {
    const char *text; /* NULL: none */
    const char **lines;
    size_t count;
};

struct drawing_node {
    enum drawing_kind kind;
    const struct asl_state *state; /* NULL: none */
    struct drawing_text name;
    struct drawing_text note; /* below its name: what kind of state it is, and the like */
    const char *about;        /* all that is said of it, for a tooltip */
    struct drawing_block *inner;
    size_t inner_count;
};

struct drawing_edge {
    bool from_start, to_end; /* it is no way of a state's own */
    struct edge way;
    struct drawing_text label;
    uint64_t times; /* how often it was gone */
};

/* Nodes and edges are those of `place`, by index. The blocks of a node are its place's. */
struct drawing_block {
    const struct asl_scope *scope;
    struct drawing_node *nodes;
    struct drawing_edge *edges;
    struct layout_block *place;
};

struct drawing {
    const asl_machine *machine;
    const struct asl_state *only;
    struct arena arena;
    const char *title;          /* NULL: none */
    size_t most_places;         /* as in struct layout_style */
    bool settled;               /* all is said: what is written has it */
    bool marked;                /* something is said of what became of states */
    bool counted;               /* and it is how often tests passed them */
    struct drawing_mark *marks; /* by the states' ids */
    uint64_t **ways;            /* by id, and then by way */
    struct drawing_block top;
    struct layout_block top_place;
};

/* drawing_marks.c */

/* Puts what is said of states into the notes of nodes and the labels of edges, before they are
 * measured. */
void drawing_take_marks(drawing *d, struct drawing_block *b);
/* Returns the mark of the state; NULL: nothing is said of any. */
const struct drawing_mark *drawing_mark_of(const drawing *d, const struct asl_state *s);
/* Returns the status in a word, for classes and JSON, and in words for people. */
const char *drawing_status_class(enum drawing_status s);
const char *drawing_status_words(enum drawing_status s);
/* Returns the colours of its box in light surroundings, for programs that know no other: "#e6f4e1".
 */
const char *drawing_status_fill(enum drawing_status s);
const char *drawing_status_stroke(enum drawing_status s);

/* How things look in a kind of picture: the sizes that the layout is made with. */
struct drawing_look {
    struct layout_style style;
    /* Returns how wide a text is; `small`: as notes and labels are written. */
    int (*width)(const char *text, size_t len, bool small);
    int name_width, label_width; /* where lines break */
    size_t name_lines, label_lines;
    int line, small_line;   /* heights of lines */
    int margin_x, margin_y; /* of a text in its box */
    int label_margin;       /* of a text beside its line */
    int start_width, start_height;
    int dot;    /* the size of a block's start */
    bool notes; /* notes have a line of their own, not one with the name */
};

/* Puts what was said of states into the texts, once. */
void drawing_settle(drawing *d);
/* Breaks texts, measures, and gives everything its place. May be called again with another look.
 * False: the picture would be too large. */
bool drawing_arrange(drawing *d, const struct drawing_look *look);

/* The look of SVG and JSON. */
extern const struct drawing_look drawing_pixels;

/* drawing_words.c: what is written. All of it lives in the arena. */

/* Returns what the rule tests: "$.n > 3 and not $.done is present". */
const char *drawing_rule_text(struct arena *a, const json *rule);
/* Returns the label of a way; NULL: it has none. */
const char *drawing_way_text(struct arena *a, const struct asl_state *s, const struct edge *way);
/* Returns what kind of state it is, in a few words: "Lambda, up to 3 retries". */
const char *drawing_note(struct arena *a, const struct asl_state *s);
/* Returns all that is to be said of a state, on lines. */
const char *drawing_about(struct arena *a, const struct asl_state *s);

/*
 * drawing_wrap.c: breaks a text into lines of at most `width`, measured by look->width, and at most
 * `most` of them: what does not fit ends with an ellipsis. White space becomes single blanks.
 */
void drawing_wrap(struct arena *a, const struct drawing_look *look, bool small, int width,
                  size_t most, struct drawing_text *t);

/* Returns the word for the kind of an edge: "next", "rule", "default", "catch", "start", "end". */
const char *drawing_edge_kind(const struct drawing_edge *e);

/* Returns how wide the widest of the lines is. */
int drawing_lines_width(const struct drawing_look *look, bool small, const struct drawing_text *t);

/* Adds a text as one line that does no harm to a terminal; `ascii`: with ? for other characters. */
void drawing_add_line(struct buf *out, const char *text, bool ascii);

/* What DOT and Mermaid have in common: texts in which lines are indented and nodes have ids. */

void drawing_add_indent(struct buf *out, size_t depth);
/* The words that begin the ids of what is no state; each language has others that it reserves. */
struct drawing_id_words {
    const char *start, *end;
};
/* Adds the id of a node: a state's is its number, that of a block's start the number of its first
 * state. */
void drawing_add_id(struct buf *out, const struct drawing_id_words *words,
                    const struct drawing_block *b, size_t i);

/* Adds text as XML has it, in element and attribute. */
void drawing_add_xml(struct buf *out, const char *text);

#endif
