/* Where boxes and lines of a picture go. */

#include "tests/support/expect.h"
#include "tests/support/geometry.h"

#include "asl/layout/layout.h"
#include "parsers/base/arena.h"

#include <string.h>

enum { NODES_MOST = 60, EDGES_MOST = 240 };

static const struct layout_style pixels = {.node_gap = 30,
                                           .line_gap = 16,
                                           .straight_gap = 24,
                                           .layer_gap = 32,
                                           .track_gap = 10,
                                           .title = 40,
                                           .padding_x = 20,
                                           .padding_y = 12};
static const struct layout_style cells = {.node_gap = 3,
                                          .line_gap = 2,
                                          .straight_gap = 2,
                                          .layer_gap = 3,
                                          .track_gap = 1,
                                          .padding_x = 2,
                                          .padding_y = 1};

/* ---- graphs out of text ---- */

/*
 * Makes a block of edges, as in "ab b!c bd:": from a to b; from b to c on the main path; from b to
 * d with a label; ~ for class 1. Edges of a node stand together; node 0 is a.
 */
static struct layout_block block_of(struct arena *a, const char *text)
{
    struct layout_block b = {.nodes = arena_calloc(a, NODES_MOST, sizeof *b.nodes),
                             .edges = arena_calloc(a, EDGES_MOST, sizeof *b.edges)};

    for (const char *p = text; *p;) {
        struct layout_edge e = {0};
        e.from = (size_t)(*p++ - 'a');
        for (; *p && (*p < 'a' || *p > 'z'); p++)
            if (*p == '!')
                e.main = true;
            else if (*p == '~')
                e.class = 1;
        e.to = (size_t)(*p++ - 'a');
        for (; *p == ':' || *p == ' '; p++)
            if (*p == ':') {
                e.label_width = 70;
                e.label_height = 16;
            }
        b.edges[b.edge_count++] = e;
        b.node_count = e.from >= b.node_count ? e.from + 1 : b.node_count;
        b.node_count = e.to >= b.node_count ? e.to + 1 : b.node_count;
    }
    for (size_t i = 0; i < b.node_count; i++) {
        b.nodes[i].width = 80;
        b.nodes[i].height = 40;
    }
    return b;
}

/* Lines of pairs of edges that cross. */
static size_t crossings_of(const struct layout_block *b)
{
    size_t n = 0;

    for (size_t i = 0; i < b->edge_count; i++)
        for (size_t k = 0; k < b->edge_count; k++)
            for (size_t s = 0; i != k && s + 1 < b->edges[i].count; s++)
                for (size_t t = 0; t + 1 < b->edges[k].count; t++) {
                    struct layout_point p = b->edges[i].points[s], q = b->edges[i].points[s + 1];
                    struct layout_point u = b->edges[k].points[t], v = b->edges[k].points[t + 1];
                    bool between = p.y == q.y && u.x == v.x && (p.x < u.x) == (u.x < q.x) &&
                                   (u.y < p.y) == (p.y < v.y) && p.x != u.x && q.x != u.x &&
                                   u.y != p.y && v.y != p.y;
                    n += between;
                }
    return n;
}

static int middle(const struct layout_node *n)
{
    return n->x + n->width / 2;
}

static const struct {
    const char *name, *edges;
    size_t crossings; /* at most */
} graphs[] = {
    {"a chain", "a!b b!c c!d", 0},
    {"two ways that join", "a!b ac b!d c!d", 0},
    {"a way past a node", "a!b ac b!c", 0},
    {"a loop", "a!b b!c c!d cb", 0},
    {"a loop with a label", "a!b b!c c!d: cb:", 0},
    {"a loop to the start", "a!b b!c ba", 0},
    {"a node that leads to itself", "a!b b!c bb", 0},
    {"and so does the only one", "aa", 0},
    {"one loop in another", "a!b b!c c!d cb: d!e da:", 0},
    {"loops that begin at one node", "a!b b!c c!d d!e da: db: dc:", 3},
    {"two loops that overlap", "a!b b!c c!d ca: d!e db:", 2},
    {"many ways out with labels", "a!b: ac: ad: ae: af: ag:", 0},
    {"several edges of one node to one other", "a!b: ab: ab: ab", 0},
    {"what catches from everywhere", "a!b a~e b!c b~e c!d c~e e!d", 0},
    {"a Catcher beside the way that goes on", "a!b a~b", 0},
    {"a node that nothing leads to", "a!b cb", 0},
    {"loops that nothing leads to", "a!b cd dc db", 0},
    {"two against two", "ab ac bd: be: cd: ce:", 1},
    {"three against three", "ae af ag eb: ec: ed: fb: fc: fd: gb: gc: gd:", 15},
};

START_TEST(small)
{
    struct arena a = {0};
    struct layout_block b = block_of(&a, graphs[_i].edges);

    ck_assert(layout_make(&b, &pixels, &a));
    expect_text(graphs[_i].name, geometry_fault(&b), NULL);
    ck_assert_uint_eq(geometry_touches(&b), 0);
    ck_assert_msg(crossings_of(&b) <= graphs[_i].crossings, "%s: %zu crossings", graphs[_i].name,
                  crossings_of(&b));
    for (size_t i = 0; i < b.edge_count; i++)
        if (b.edges[i].main && !b.edges[i].label_width)
            ck_assert_msg(b.edges[i].points[0].x == middle(&b.nodes[b.edges[i].from]) &&
                              b.nodes[b.edges[i].from].y < b.nodes[b.edges[i].to].y,
                          "%s: edge %zu", graphs[_i].name, i);
    arena_clear(&a);
}
END_TEST

/* From the start to the last node by edges of the main path, all stand in one line. */
START_TEST(straight)
{
    static const char *const rows[] = {"a!b b!c c!d", "a!b ac b!d ce d!f eg gf",
                                       "a!b: ac: ad: b!e cf de f!e", "a!b a~g b!c b~g cb c!d c~g",
                                       "a!b bc: b!d: ca d!e"};
    struct arena a = {0};
    struct layout_block b = block_of(&a, rows[_i]);
    size_t at = 0;

    ck_assert(layout_make(&b, &pixels, &a));
    for (size_t i = 0; i < b.edge_count; i++)
        if (b.edges[i].main && b.edges[i].from == at) {
            at = b.edges[i].to;
            ck_assert_msg(middle(&b.nodes[at]) == middle(&b.nodes[0]), "%s: node %zu", rows[_i],
                          at);
        }
    ck_assert_uint_gt(at, 1);
    arena_clear(&a);
}
END_TEST

/* ---- random graphs ---- */

static uint32_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

static void fill_random(struct arena *a, struct layout_block *b, uint64_t *state, int unit,
                        int depth)
{
    size_t nodes = 1 + next_random(state) % (depth ? 6 : 24);

    b->nodes = arena_calloc(a, nodes, sizeof *b->nodes);
    b->edges = arena_calloc(a, 4 * nodes, sizeof *b->edges);
    b->node_count = nodes;
    for (size_t i = 0; i < nodes; i++) {
        struct layout_node *n = &b->nodes[i];
        n->width = unit * (int)(3 + next_random(state) % 20);
        n->height = unit * (int)(1 + next_random(state) % 4);
        if (depth < 3 && next_random(state) % 8 == 0) {
            n->inner_count = 1 + next_random(state) % 3;
            n->inner = arena_calloc(a, n->inner_count, sizeof *n->inner);
            for (size_t k = 0; k < n->inner_count; k++)
                fill_random(a, &n->inner[k], state, unit, depth + 1);
        }
        for (size_t k = next_random(state) % 4; k > 0; k--) {
            struct layout_edge e = {
                .from = i,
                .to = next_random(state) % 3 && i + 1 < nodes ? i + 1 : next_random(state) % nodes,
                .class = next_random(state) % 4 == 0,
                .main = next_random(state) % 3 == 0};
            if (next_random(state) % 3 == 0) {
                e.label_width = unit * (int)(1 + next_random(state) % 15);
                e.label_height = unit * (int)(1 + next_random(state) % 3);
            }
            b->edges[b->edge_count++] = e;
        }
    }
}

START_TEST(anything)
{
    struct arena a = {0};
    uint64_t state = (uint64_t)_i;
    struct layout_block b = {0};

    fill_random(&a, &b, &state, _i % 2 ? 10 : 1, 0);
    ck_assert(layout_make(&b, _i % 2 ? &pixels : &cells, &a));
    const char *fault = geometry_fault(&b);
    ck_assert_msg(!fault, "graph %d: %s", _i, fault ? fault : "");
    arena_clear(&a);
}
END_TEST

/* Where each of two lines should be above the other, a track can't be found; that is rare. */
START_TEST(touching)
{
    size_t touches = 0;

    for (uint64_t i = 0; i < 400; i++) {
        struct arena a = {0};
        uint64_t state = i;
        struct layout_block b = {0};
        fill_random(&a, &b, &state, 10, 0);
        ck_assert(layout_make(&b, &pixels, &a));
        touches += geometry_touches(&b);
        arena_clear(&a);
    }
    ck_assert_uint_le(touches, 6);
}
END_TEST

/* ---- the same again, and nearly the same ---- */

START_TEST(same_again)
{
    struct arena a = {0};
    struct layout_block b = {0}, c = {0};
    uint64_t first = 7, second = 7;

    fill_random(&a, &b, &first, 10, 0);
    fill_random(&a, &c, &second, 10, 0);
    ck_assert(layout_make(&b, &pixels, &a) && layout_make(&c, &pixels, &a));
    for (size_t i = 0; i < b.node_count; i++)
        ck_assert(b.nodes[i].x == c.nodes[i].x && b.nodes[i].y == c.nodes[i].y);
    arena_clear(&a);
}
END_TEST

/* A node put behind the last of a chain, or beside it, leaves the others where they are. */
START_TEST(small_edit)
{
    static const char *const rows[] = {"a!b b!c b~f c!d d!e", "a!b b!c b~f c!d c~f d!e"};
    struct arena a = {0};
    struct layout_block b = block_of(&a, rows[0]), c = block_of(&a, rows[1]);

    ck_assert(layout_make(&b, &pixels, &a) && layout_make(&c, &pixels, &a));
    for (size_t i = 0; i < 3; i++)
        ck_assert(b.nodes[i].x == c.nodes[i].x && b.nodes[i].y == c.nodes[i].y);
    arena_clear(&a);
}
END_TEST

/* Lines that pass everything are bounded, so that no definition takes the machine's memory. */
START_TEST(too_large)
{
    enum { NODES = 3000 };
    struct arena a = {0};
    struct layout_block b = {.nodes = arena_calloc(&a, NODES, sizeof *b.nodes),
                             .edges = arena_calloc(&a, 2 * NODES, sizeof *b.edges),
                             .node_count = NODES};

    for (size_t i = 0; i + 1 < NODES; i++) {
        b.nodes[i].width = b.nodes[i].height = 10;
        b.edges[b.edge_count++] = (struct layout_edge){.from = i, .to = i + 1};
        if (_i && i < NODES / 2)
            b.edges[b.edge_count++] = (struct layout_edge){.from = i, .to = NODES - 1 - i};
    }
    ck_assert(layout_make(&b, &pixels, &a) == !_i);
    arena_clear(&a);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("layout");
    TCase *t = tcase_create("layout");

    tcase_add_loop_test(t, small, 0, COUNT(graphs));
    tcase_add_loop_test(t, straight, 0, 5);
    tcase_add_loop_test(t, anything, 0, 400);
    tcase_add_test(t, touching);
    tcase_add_test(t, same_again);
    tcase_add_test(t, small_edit);
    tcase_add_loop_test(t, too_large, 0, 2);
    suite_add_tcase(s, t);
    return run_suite(s);
}
