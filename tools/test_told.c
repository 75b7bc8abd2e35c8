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

void test_tell_behind(const struct reporter *r, const struct buf *lines)
{
    shown_print_lines(r->kind->for_programs && r->out == stdout ? stderr : stdout, lines->data,
                      lines->len);
}
