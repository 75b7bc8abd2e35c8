/*
 * Coverage as one page that needs nothing else: what is tested of each machine, as tables, and the
 * text of the files with its lines coloured.
 */
#include "tools/test/coverage_report_impl.h"
#include "tools/test/markup.h"

#include <inttypes.h>
#include <string.h>

enum { FILE_MOST = 16 * 1024 * 1024 };

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>Coverage of state machines</title>\n<style>\n"
    ":root { color-scheme: light dark; --text: #1a1a1a; --back: #fff; --faint: #666; --line: "
    "#ddd;\n"
    "  --hit: #dcf3dc; --part: #fdf0c4; --miss: #fbdcdc; --bar: #3a9a4a; --rest: #d55; }\n"
    "@media (prefers-color-scheme: dark) { :root { --text: #ddd; --back: #181a1b; --faint: #999;\n"
    "  --line: #383c3f; --hit: #16361d; --part: #463a10; --miss: #4b1c1f; } }\n"
    "body { font: 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--back);\n"
    "  margin: 2em auto; max-width: 75em; padding: 0 1em; }\n"
    "h2 { margin-top: 2.5em; overflow-wrap: anywhere; }\n"
    "table { border-collapse: collapse; }\n"
    "th, td { text-align: left; padding: .15em .8em .15em 0; vertical-align: top; }\n"
    "th { color: var(--faint); font-weight: normal; border-bottom: 1px solid var(--line); }\n"
    ".n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }\n"
    ".way td:first-child { padding-left: 2em; }\n.state td { font-weight: 600; }\n"
    ".hit { background: var(--hit); }\n.part { background: var(--part); }\n"
    ".miss { background: var(--miss); }\n"
    ".bar { display: inline-block; width: 8em; height: .7em; background: var(--rest); }\n"
    ".bar i { display: block; height: 100%; background: var(--bar); }\n"
    ".text { overflow-x: auto; border: 1px solid var(--line); margin-top: 1em; }\n"
    ".text table { width: 100%; font: 13px/1.4 ui-monospace, monospace; }\n"
    ".text td { padding: 0 .6em; white-space: pre; }\n.text .n { color: var(--faint); }\n"
    ".text tr:target { outline: 2px solid var(--bar); }\n"
    "a { color: inherit; }\n</style>\n</head>\n<body>\n<h1>Coverage of state machines</h1>\n";

/* ---- numbers ---- */

static void write_sums(struct buf *out, const struct coverage_sums *s)
{
    double percent = coverage_percent(s);

    buf_printf(out,
               "<td class=\"n\">%zu of %zu</td><td class=\"n\">%zu of %zu</td>"
               "<td class=\"n\">%.1f %%</td>"
               "<td><span class=\"bar\"><i style=\"width: %.1f%%\"></i></span></td>",
               s->states_hit, s->states, s->ways_hit, s->ways, percent, percent);
}

static void write_summary(struct buf *out, const struct coverage_files *f)
{
    buf_adds(out, "<table>\n<tr><th>machine</th><th class=\"n\">states</th>"
                  "<th class=\"n\">transitions</th><th class=\"n\">together</th><th></th></tr>\n");
    for (size_t i = 0; i < f->count; i++)
        for (size_t k = 0; k < f->all[i].count; k++) {
            struct coverage_sums sums = covered_sum(f->all[i].machines[k]);
            buf_printf(out, "<tr><td><a href=\"#f%zu-m%zu\">", i, k);
            markup_text(out, f->all[i].path);
            if (f->all[i].count > 1) {
                buf_addc(out, '#');
                markup_text(out, covered_name(f->all[i].machines[k]));
            }
            buf_adds(out, "</a></td>");
            write_sums(out, &sums);
            buf_adds(out, "</tr>\n");
        }
    buf_adds(out, "<tr class=\"state\"><td>all</td>");
    write_sums(out, &f->sums);
    buf_adds(out, "</tr>\n</table>\n");
}

/* ---- states and transitions ---- */

static void write_element(struct buf *out, const struct covered *m, size_t i, size_t file)
{
    const struct elements *e = m->machine->elements;
    uint32_t line = covered_line_of(m, i);
    struct buf words = {0};

    if (i < e->states)
        trial_state_path(&words, e->all[i].state);
    else
        element_write_way(&words, &e->all[i]);
    buf_printf(out, "<tr class=\"%s\"><td>", i < e->states ? "state" : "way");
    markup_text(out, buf_str(&words));
    buf_printf(out,
               "</td><td class=\"n %s\">%" PRIu64 "</td><td class=\"n\">"
               "<a href=\"#f%zu-%" PRIu32 "\">%" PRIu32 "</a></td></tr>\n",
               m->hits[i] ? "hit" : "miss", m->hits[i], file, line, line);
    buf_clear(&words);
}

static void write_machine(struct buf *out, const struct covered *m, size_t file, size_t number)
{
    const struct elements *e = m->machine->elements;

    buf_printf(out, "<h3 id=\"f%zu-m%zu\">", file, number);
    markup_text(out, covered_name(m));
    buf_adds(out, "</h3>\n<table>\n<tr><th>state, and the ways out of it</th>"
                  "<th class=\"n\">times</th><th class=\"n\">line</th></tr>\n");
    for (size_t s = 0; s < e->states; s++) {
        write_element(out, m, s, file);
        for (size_t i = e->first[s]; i < e->first[s + 1]; i++)
            write_element(out, m, i, file);
    }
    buf_adds(out, "</table>\n");
}

/* ---- the text ---- */

static void write_text_line(struct buf *out, size_t file, uint32_t number,
                            const struct covered_line *l, const char *text, size_t len)
{
    struct buf line = {0};

    buf_printf(out, "<tr id=\"f%zu-%" PRIu32 "\"", file, number);
    if (l)
        buf_printf(out, " class=\"%s\" title=\"%zu of %zu tested\"",
                   l->elements_hit == l->elements ? "hit"
                   : l->elements_hit              ? "part"
                                                  : "miss",
                   l->elements_hit, l->elements);
    buf_printf(out, "><td class=\"n\">%" PRIu32 "</td><td class=\"n\">", number);
    if (l)
        buf_printf(out, "%" PRIu64, l->hits);
    buf_adds(out, "</td><td>");
    buf_add(&line, text, len);
    markup_text(out, buf_str(&line));
    buf_adds(out, "</td></tr>\n");
    buf_clear(&line);
}

static void write_text(struct buf *out, const struct covered_file *f, size_t number)
{
    struct buf text = {0};
    size_t next = 0;
    uint32_t line = 1;

    if (!buf_read_regular(&text, f->real, FILE_MOST, NULL)) {
        buf_adds(out, "<p>The file can't be read any more.</p>\n");
        return;
    }
    buf_adds(out, "<div class=\"text\"><table>\n");
    for (size_t at = 0; at < text.len; line++) {
        const char *begin = text.data + at, *end = memchr(begin, '\n', text.len - at);
        size_t len = end ? (size_t)(end - begin) : text.len - at;
        bool counts = next < f->line_count && f->lines[next].line == line;
        write_text_line(out, number, line, counts ? &f->lines[next] : NULL, begin,
                        len && begin[len - 1] == '\r' ? len - 1 : len);
        next += counts;
        at += len + 1;
    }
    buf_adds(out, "</table></div>\n");
    buf_clear(&text);
}

void coverage_write_html(const struct coverage_files *f, struct buf *out)
{
    buf_adds(out, head);
    write_summary(out, f);
    for (size_t i = 0; i < f->count; i++) {
        buf_adds(out, "<h2>");
        markup_text(out, f->all[i].path);
        buf_adds(out, "</h2>\n");
        for (size_t k = 0; k < f->all[i].count; k++)
            write_machine(out, f->all[i].machines[k], i, k);
        write_text(out, &f->all[i], i);
    }
    buf_adds(out, "</body>\n</html>\n");
}
