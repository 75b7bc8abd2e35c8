#ifndef ASL_DRAWING_DRAWING_H
#define ASL_DRAWING_DRAWING_H

#include "asl/eval/machine.h"
#include "asl/eval/model.h"
#include "asl/load/graph.h"
#include "parsers/base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Pictures of machines: the states of each block as a graph, blocks of Parallel and Map inside
 * their state, transitions with what they are for. Who wants places (SVG, a terminal, JSON) has
 * them from asl/layout; DOT and Mermaid are for programs that have a layout of their own.
 */
typedef struct drawing drawing;

/*
 * Makes a drawing of the machine, or of the one state `only` (NULL: of all of it). The machine has
 * to stay as long as the drawing.
 */
drawing *drawing_new(const asl_machine *m, const struct asl_state *only);
void drawing_free(drawing *d);

/* Says how large a picture may be, for who can't wait seconds for one: so many places (LAYOUT_MOST
 * unless said) that the lines of a block may pass. */
void drawing_limit_places(drawing *d, size_t most);

/* The title of the picture: a name as UTF-8, which is copied. Without one it has none. */
void drawing_set_title(drawing *d, const char *title);

/* ---- what became of states ---- */

/* How a state ended, or that it didn't. The colours are those of AWS's console. */
enum drawing_status {
    DRAWING_NOT_REACHED,
    DRAWING_PASSED, /* by cases of tests: how it ended isn't told */
    DRAWING_SUCCEEDED,
    DRAWING_CAUGHT,  /* it failed, and a Catcher went on */
    DRAWING_STOPPED, /* it ran when something else ended it */
    DRAWING_FAILED,
    DRAWING_RUNNING,
};
enum { DRAWING_STATUSES = DRAWING_RUNNING + 1 };

struct drawing_mark {
    enum drawing_status status; /* in a loop or Map: the last one of this list that it had */
    uint64_t entered, retries;  /* how often */
    int64_t took_ms;            /* all times together; below 0: not known */
    const char *error;          /* the name of the last one that it had, UTF-8; NULL: none */
};

/* Says what became of a state, which is copied; all of which nothing is said weren't reached. */
void drawing_mark_state(drawing *d, const struct asl_state *s, const struct drawing_mark *m);
/* Says how often a way out of a state was gone: a kind and index of graph_edge, or EDGE_NEXT of one
 * that ends its block. */
void drawing_mark_way(drawing *d, const struct asl_state *s, enum edge_kind kind, size_t index,
                      uint64_t times);

/* Each adds the whole picture. Those that return something return false, and add nothing, where it
 * would be too large to be drawn (layout_make). */
bool drawing_write_svg(drawing *d, struct buf *out);
void drawing_write_dot(drawing *d, struct buf *out);
void drawing_write_mermaid(drawing *d, struct buf *out);
/* Adds an object: nodes, edges and blocks with their places, in pixels, as the SVG has them. */
bool drawing_write_json(drawing *d, struct buf *out);
/*
 * Adds lines for a terminal of so many columns (0: as many as it takes), with box characters or,
 * `ascii`, without. A picture that would be wider is drawn narrower, and one that is too wide even
 * then is written as a list of states, each with where it leads to.
 */
void drawing_write_text(drawing *d, size_t columns, bool ascii, struct buf *out);

#endif
