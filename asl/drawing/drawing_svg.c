/*
 * A picture as SVG that stands alone: no script, nothing from elsewhere, light or dark as its
 * reader likes it. Texts are texts, so they can be selected and searched, and every state and
 * transition has a title. Names of classes begin with "asl-", as a page may have several pictures
 * in it.
 */

#include "asl/drawing/drawing_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/utf8.h"

#include <string.h>
#include <utf8proc.h>

/* ---- sizes ---- */

enum { NAME_SIZE = 14, SMALL_SIZE = 12, RADIUS = 6, ARROW = 8, MARGIN = 16 };

/* Returns the width of a character in thousandths of the font's size: a little more than in the
 * usual fonts without serifs, as nobody knows which one a reader has. */
static int character_width(uint32_t cp)
{
    if (cp >= 0x80)
        return utf8proc_charwidth((utf8proc_int32_t)cp) * (cp >= 0x1100 ? 1050 : 640);
    if (strchr("ijl|!'.,:;I ft()[]{}/\\-`\"r*", (int)cp))
        return cp == '"' || cp == '*' ? 420 : strchr("ijl|!'.,:;I ", (int)cp) ? 300 : 360;
    if (strchr("mMW%@", (int)cp))
        return 930;
    if ((cp >= 'A' && cp <= 'Z') || cp == 'w' || cp == '&')
        return 740;
    return strchr("=<>+~_", (int)cp) ? 620 : 590;
}

static int text_pixels(const char *text, size_t len, bool small)
{
    int width = 0;
    uint32_t cp;

    for (size_t i = 0; i < len;) {
        size_t n = utf8_decode(text + i, len - i, &cp);
        width += n ? character_width(cp) : 600;
        i += n ? n : 1;
    }
    return (width * (small ? SMALL_SIZE : NAME_SIZE) + 999) / 1000;
}

const struct drawing_look drawing_pixels = {
    .style = {.node_gap = 32,
              .line_gap = 18,
              .straight_gap = 28,
              .layer_gap = 36,
              .track_gap = 12,
              .title = 40,
              .padding_x = 20,
              .padding_y = 12},
    .width = text_pixels,
    .name_width = 190,
    .label_width = 150,
    .name_lines = 3,
    .label_lines = 3,
    .line = 18,
    .small_line = 16,
    .margin_x = 16,
    .margin_y = 6,
    .label_margin = 6,
    .start_width = 64,
    .start_height = 28,
    .dot = 10,
    .notes = true,
};

/* ---- text ---- */

/* XML has no word for most control characters. */
void drawing_add_xml(struct buf *out, const char *text)
{
    for (const char *p = text; *p; p++)
        switch (*p) {
        case '&': buf_adds(out, "&amp;"); break;
        case '<': buf_adds(out, "&lt;"); break;
        case '>': buf_adds(out, "&gt;"); break;
        case '"': buf_adds(out, "&quot;"); break;
        case '\n': buf_adds(out, "&#10;"); break;
        default:
            if ((unsigned char)*p >= 0x20)
                buf_addc(out, *p);
            else
                buf_addc(out, ' ');
            break;
        }
}

/* Adds lines of text with their middle at `x`, the first below `top`. */
static void add_lines(struct buf *out, const char *class, const struct drawing_text *t, int x,
                      int top, int line)
{
    if (t->count == 0)
        return;
    buf_printf(out, "<text class=\"%s\">", class);
    for (size_t i = 0; i < t->count; i++) {
        buf_printf(out, "<tspan x=\"%d\" y=\"%d\">", x, top + (int)i * line + line * 3 / 4);
        drawing_add_xml(out, t->lines[i]);
        buf_adds(out, "</tspan>");
    }
    buf_adds(out, "</text>\n");
}

/* ---- edges ---- */

static int sign_of(int n)
{
    return (n > 0) - (n < 0);
}

static int length_of(struct layout_point a, struct layout_point b)
{
    return (a.x > b.x ? a.x - b.x : b.x - a.x) + (a.y > b.y ? a.y - b.y : b.y - a.y);
}

/* Corners are round, but never by more than half of what they join. */
static void add_path(struct buf *out, const struct layout_edge *e)
{
    const struct layout_point *p = e->points;

    buf_printf(out, "M%d %d", p[0].x, p[0].y);
    for (size_t i = 1; i + 1 < e->count; i++) {
        int before = length_of(p[i - 1], p[i]) / 2, behind = length_of(p[i], p[i + 1]) / 2;
        int r = before < behind ? before : behind;
        r = r > RADIUS ? RADIUS : r;
        buf_printf(out, "L%d %dQ%d %d %d %d", p[i].x - r * sign_of(p[i].x - p[i - 1].x),
                   p[i].y - r * sign_of(p[i].y - p[i - 1].y), p[i].x, p[i].y,
                   p[i].x + r * sign_of(p[i + 1].x - p[i].x),
                   p[i].y + r * sign_of(p[i + 1].y - p[i].y));
    }
    buf_printf(out, "L%d %d", p[e->count - 1].x, p[e->count - 1].y - ARROW + 1);
}

static const char *node_name(const struct drawing_node *n)
{
    return n->state ? json_str(n->state->name) : n->kind == DRAWING_END ? "End" : "Start";
}

static void add_edge(const drawing *d, const struct drawing_block *b, size_t i, struct buf *out)
{
    const struct drawing_edge *e = &b->edges[i];
    const struct layout_edge *place = &b->place->edges[i];
    struct layout_point tip = place->points[place->count - 1];

    buf_printf(out, "<g class=\"asl-edge%s%s\"><title>", place->class ? " asl-catch" : "",
               d->marked && !e->times ? " asl-not-gone" : "");
    drawing_add_xml(out, node_name(&b->nodes[place->from]));
    buf_adds(out, " → ");
    drawing_add_xml(out, node_name(&b->nodes[place->to]));
    if (e->label.text) {
        buf_adds(out, ": ");
        drawing_add_xml(out, e->label.text);
    }
    buf_adds(out, "</title><path d=\"");
    add_path(out, place);
    buf_printf(out, "\"/><path class=\"asl-tip\" d=\"M%d %dl%d %dh%dz\"/></g>\n", tip.x, tip.y,
               -ARROW / 2, -ARROW, ARROW);
}

static void add_label(const struct drawing_block *b, size_t i, struct buf *out)
{
    const struct drawing_edge *e = &b->edges[i];
    const struct layout_edge *place = &b->place->edges[i];

    if (place->label_width == 0)
        return;
    buf_printf(out, "<g><title>");
    drawing_add_xml(out, e->label.text);
    buf_printf(out,
               "</title><rect class=\"asl-under\" x=\"%d\" y=\"%d\" width=\"%d\" "
               "height=\"%d\"/>",
               place->label_x, place->label_y, place->label_width, place->label_height);
    add_lines(out, "asl-label", &e->label, place->label_x + place->label_width / 2, place->label_y,
              drawing_pixels.small_line);
    buf_adds(out, "</g>\n");
}

/* ---- nodes ---- */

static void add_blocks(const drawing *d, const struct drawing_block *b, struct buf *out);

static void add_box(struct buf *out, const struct layout_node *at, enum asl_type type)
{
    int x = at->x, y = at->y, w = at->width, h = at->height;

    if (type == ASL_CHOICE)
        buf_printf(out, "<path class=\"asl-box\" d=\"M%d %dh%dl10 %dl-10 %dh%dl-10 %dz\"/>", x + 10,
                   y, w - 20, h / 2, h - h / 2, 20 - w, h / 2 - h);
    else
        buf_printf(out,
                   "<rect class=\"asl-box\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" "
                   "rx=\"%d\"/>",
                   x, y, w, h, type == ASL_SUCCEED || type == ASL_FAIL ? h / 2 : 6);
}

/* Branches of a Parallel are divided by lines. */
static void add_dividers(const struct drawing_node *n, const struct layout_node *at,
                         struct buf *out)
{
    for (size_t i = 1; i < n->inner_count; i++) {
        const struct layout_block *left = &at->inner[i - 1];
        int x = (left->x + left->width + at->inner[i].x) / 2;
        buf_printf(out, "<path class=\"asl-divider\" d=\"M%d %dV%d\"/>\n", x, at->inner[i].y,
                   at->y + at->height);
    }
}

static void add_state(const drawing *d, const struct drawing_node *n, const struct layout_node *at,
                      struct buf *out)
{
    const struct drawing_look *look = &drawing_pixels;
    int middle = at->x + at->width / 2, top = at->y + look->margin_y;

    const struct drawing_mark *mark = drawing_mark_of(d, n->state);

    buf_printf(out, "<g class=\"asl-state asl-%s%s%s%s\"><title>", asl_type_names[n->state->type],
               n->inner_count ? " asl-group" : "", mark ? " asl-" : "",
               mark ? drawing_status_class(mark->status) : "");
    drawing_add_xml(out, n->about);
    buf_adds(out, "</title>");
    add_box(out, at, n->state->type);
    buf_addc(out, '\n');
    add_lines(out, "asl-name", &n->name, middle, top, look->line);
    add_lines(out, "asl-note", &n->note, middle, top + (int)n->name.count * look->line,
              look->small_line);
    add_dividers(n, at, out);
    for (size_t i = 0; i < n->inner_count; i++)
        add_blocks(d, &n->inner[i], out);
    buf_adds(out, "</g>\n");
}

static void add_node(const drawing *d, const struct drawing_node *n, const struct layout_node *at,
                     struct buf *out)
{
    if (n->kind == DRAWING_STATE) {
        add_state(d, n, at, out);
        return;
    }
    buf_printf(out,
               "<g class=\"asl-end\"><rect class=\"asl-box\" x=\"%d\" y=\"%d\" width=\"%d\" "
               "height=\"%d\" rx=\"%d\"/>",
               at->x, at->y, at->width, at->height, at->height / 2);
    const char *word = n->name.text;
    struct drawing_text name = {.lines = &word, .count = word != NULL};
    add_lines(out, "asl-name", &name, at->x + at->width / 2,
              at->y + (at->height - drawing_pixels.line) / 2, drawing_pixels.line);
    buf_adds(out, "</g>\n");
}

static void add_blocks(const drawing *d, const struct drawing_block *b, struct buf *out)
{
    /* The main path is drawn last, so it lies on what it shares lines with; or what was gone. */
    for (int last = 0; last < 2; last++)
        for (size_t i = 0; i < b->place->edge_count; i++)
            if ((d->marked ? b->edges[i].times > 0 : b->place->edges[i].main) == last)
                add_edge(d, b, i, out);
    for (size_t i = 0; i < b->place->edge_count; i++)
        add_label(b, i, out);
    for (size_t i = 0; i < b->place->node_count; i++)
        add_node(d, &b->nodes[i], &b->place->nodes[i], out);
}

/* ---- the whole ---- */

/* What is the same, light or dark. */
static const char rules[] =
    ".asl-picture{font-family:system-ui,-apple-system,\"Segoe UI\",Helvetica,Arial,sans-serif}\n"
    ".asl-picture text{text-anchor:middle;font-size:12px}\n"
    ".asl-picture .asl-name{font-size:14px;font-weight:500}\n"
    ".asl-box,.asl-edge{stroke-width:1.5}\n"
    ".asl-edge,.asl-divider,.asl-group>.asl-box{fill:none}\n"
    ".asl-divider,.asl-group>.asl-box{stroke-width:1}\n"
    ".asl-divider{stroke-dasharray:2 4}\n"
    ".asl-catch{stroke-dasharray:5 4}\n"
    ".asl-edge>.asl-tip,.asl-end>.asl-box{stroke:none}\n";

/* Colours. Variables of CSS would say each once, but not all programs that show SVG know them. */
static const struct {
    const char *what, *property, *light, *dark;
} colours[] = {
    {".asl-back,.asl-under", "fill", "#fff", "#10151c"},
    {".asl-name", "fill", "#16191f", "#eaeded"},
    {".asl-note,.asl-label", "fill", "#545b64", "#aab7b8"},
    {".asl-state>.asl-box", "stroke", "#3b5ea8", "#89aef5"},
    {".asl-state:not(.asl-group)>.asl-box", "fill", "#fff", "#1b232d"},
    {".asl-Task>.asl-box", "stroke", "#c2570c", "#ff9d4d"},
    {".asl-Succeed>.asl-box", "stroke", "#1d8102", "#6aaf35"},
    {".asl-Fail>.asl-box", "stroke", "#d13212", "#ff6d5a"},
    {".asl-succeeded>.asl-box,.asl-passed>.asl-box", "stroke", "#1d8102", "#6aaf35"},
    {".asl-failed>.asl-box", "stroke", "#d13212", "#ff6d5a"},
    {".asl-caught>.asl-box", "stroke", "#b7791f", "#f0b429"},
    {".asl-running>.asl-box", "stroke", "#0972d3", "#539fe5"},
    {".asl-stopped>.asl-box", "stroke", "#687078", "#95a5b8"},
    {".asl-succeeded:not(.asl-group)>.asl-box,.asl-passed:not(.asl-group)>.asl-box", "fill",
     "#e6f4e1", "#1c3016"},
    {".asl-failed:not(.asl-group)>.asl-box", "fill", "#fde7e3", "#421a14"},
    {".asl-caught:not(.asl-group)>.asl-box", "fill", "#fdf3d9", "#3b2e0e"},
    {".asl-running:not(.asl-group)>.asl-box", "fill", "#e3effb", "#12304d"},
    {".asl-not-reached>.asl-box", "stroke", "#aab7b8", "#545b64"},
    {".asl-divider", "stroke", "#687078", "#7d8998"},
    {".asl-end>.asl-box", "fill", "#545b64", "#aab7b8"},
    {".asl-end>.asl-name", "fill", "#fff", "#10151c"},
    {".asl-edge", "stroke", "#545b64", "#95a5b8"},
    {".asl-edge>.asl-tip", "fill", "#545b64", "#95a5b8"},
    {".asl-catch", "stroke", "#a8321a", "#ff8f70"},
    {".asl-catch>.asl-tip", "fill", "#a8321a", "#ff8f70"},
    {".asl-not-gone", "stroke", "#c1c9cc", "#414d5c"},
    {".asl-not-gone>.asl-tip", "fill", "#c1c9cc", "#414d5c"},
};

static void add_style(struct buf *out)
{
    buf_printf(out, "<style>\n%s", rules);
    for (size_t i = 0; i < COUNT(colours); i++)
        buf_printf(out, "%s{%s:%s}\n", colours[i].what, colours[i].property, colours[i].light);
    buf_adds(out, "@media (prefers-color-scheme:dark){\n");
    for (size_t i = 0; i < COUNT(colours); i++)
        buf_printf(out, "%s{%s:%s}\n", colours[i].what, colours[i].property, colours[i].dark);
    buf_adds(out, "}\n</style>\n");
}

bool drawing_write_svg(drawing *d, struct buf *out)
{
    if (!drawing_arrange(d, &drawing_pixels))
        return false;
    int width = d->top.place->width + 2 * MARGIN, height = d->top.place->height + 2 * MARGIN;

    buf_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"asl-picture\" role=\"img\" "
               "width=\"%d\" height=\"%d\" viewBox=\"%d %d %d %d\">\n<title>",
               width, height, -MARGIN, -MARGIN, width, height);
    drawing_add_xml(out, d->title ? d->title : "State machine");
    buf_adds(out, "</title>\n");
    add_style(out);
    buf_printf(out, "<rect class=\"asl-back\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n",
               -MARGIN, -MARGIN, width, height);
    add_blocks(d, &d->top, out);
    buf_adds(out, "</svg>\n");
    return true;
}
