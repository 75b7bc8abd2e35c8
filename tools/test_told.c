/*
 * Records have texts of others in them, names of files and states, outputs and causes. A terminal
 * would obey what is in them, and a program that reads a report expects nothing beside it.
 */
#include "tools/test_told.h"

#include "tools/shown.h"
#include "tools/test/record.h"

#include <stdio.h>

/* Sentences may have several lines; names, of which all else is made, are part of one. */
static bool is_sentence(const json *member)
{
    return member && (json_str_is(member, "text") || json_str_is(member, "wanted") ||
                      json_str_is(member, "was"));
}

/* A copy, yours, of what stands in a record as that member, with texts that control nothing. */
static json *shown_in_record(const json *v, const json *member)
{
    struct json_build b = {0};
    struct buf text = {0};

    if (json_is_string(v)) {
        if (is_sentence(member))
            shown_add_lines(&text, json_str(v), json_str_len(v));
        else
            shown_add(&text, json_str(v), json_str_len(v));
        return json_take_buf(&text);
    }
    if (json_is_array(v)) {
        json_build_array(&b, json_count(v));
        for (size_t i = 0; i < json_count(v); i++)
            json_build_add(&b, shown_in_record(json_at(v, i), member));
        return json_build_done(&b);
    }
    if (!json_is_object(v))
        return json_ref(v);
    json_build_object(&b, json_count(v));
    for (size_t i = 0; i < json_count(v); i++)
        json_build_set_key(&b, json_ref(json_key_at(v, i)),
                           shown_in_record(json_value_at(v, i), json_key_at(v, i)));
    return json_build_done(&b);
}

/* The command has to have names as they are, not as they are shown. */
static json *with_command(const json *record)
{
    const json *suite = json_get(record, "suite"), *name = json_get(record, "case");
    struct buf again = {0};

    if (json_get(record, "again") || !json_str_is(json_get(record, "outcome"), "failed"))
        return json_ref(record);
    record_write_again(&again, json_str(suite), json_str(name));
    return json_with(record, json_cstring("again"), json_take_buf(&again));
}

void test_tell_record(struct reporter *r, const json *record)
{
    json *whole = r->kind->for_programs ? json_ref(record) : with_command(record);
    json *shown = r->kind->for_programs ? json_ref(record) : shown_in_record(whole, NULL);

    reporter_case(r, shown);
    json_unref(shown);
    json_unref(whole);
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
