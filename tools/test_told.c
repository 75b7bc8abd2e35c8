/*
 * Records have texts of others in them, names of files and states, outputs and causes. A terminal
 * would obey what is in them, and a program that reads a report expects nothing beside it.
 */
#include "tools/test_told.h"

#include "tools/shown.h"

#include <stdio.h>

void test_tell_record(struct reporter *r, const json *record)
{
    json *shown = r->kind->for_programs ? json_ref(record) : shown_value(record);

    reporter_case(r, shown);
    json_unref(shown);
}

void tried_add(struct tried *all, const json *count)
{
    all->count += count ? (size_t)json_int_value(count) : 0;
    all->cases += count != NULL;
}

void test_tell_tried(const struct reporter *r, const struct tried *all, const char *what,
                     size_t repeats)
{
    struct buf line = {0};

    buf_printf(&line, "%zu %s%s of %zu case%s tried", all->count, what, all->count == 1 ? "" : "s",
               all->cases, all->cases == 1 ? "" : "s");
    if (repeats)
        buf_printf(&line, "; %zu failure%s left out, as a case before has told the same", repeats,
                   repeats == 1 ? " is" : "s are");
    buf_addc(&line, '\n');
    test_tell_behind(r, &line);
    buf_clear(&line);
}

void test_tell_behind(const struct reporter *r, const struct buf *lines)
{
    shown_print_lines(r->kind->for_programs && r->out == stdout ? stderr : stdout, lines->data,
                      lines->len);
}
