/*
 * JSON Lines: a line is an item. Lines are found by their ends, as no JSON has a raw newline within
 * a value; so a line that comes in many pieces is looked through once (`seen`).
 */

#include "parsers/items/items_impl.h"
#include "parsers/items/json_skim.h"

#include "parsers/base/mem.h"
#include "parsers/base/text.h"

#include <string.h>

struct jsonl_items {
    struct items_text text;
    json_reader *values;
    size_t seen; /* bytes of the line without a newline among them */
};

/* Fills *bad with what the line's grammar lacks, if it is that. */
static void explain_line(const char *line, size_t len, struct diag *bad)
{
    enum json_skim_event event;
    struct buf words = {0};
    struct json_skim skim;
    size_t used = 0;

    json_skim_init(&skim);
    do
        used += json_skim_next(&skim, line + used, len - used, &event);
    while (event != SKIM_BAD && event != SKIM_MORE);
    if (event == SKIM_MORE)
        json_skim_next(&skim, " ", 1, &event);
    if (json_skim_is_done(&skim) && event != SKIM_BAD)
        return;
    json_skim_explain(&skim, line + used, len - used, "line", &words);
    diag_set(bad, "JSON_SYNTAX", used, "%s", buf_str(&words));
    bad->place = place_of(line, len, used);
    buf_clear(&words);
}

/*
 * Takes the line of `len` bytes, of which the last `end` are its end. Of a bad one json_skim tells
 * what is wrong if it can: the words of json_parse are for a text of many lines.
 */
static enum items_result take_line(struct jsonl_items *r, size_t len, size_t end, struct item *out,
                                   struct diag *why)
{
    struct items_input *in = &r->text.in;
    const char *line = items_input_text(in);
    struct diag bad = {0};
    json *v = json_reader_read(r->values, line, len, &bad);

    if (v) {
        in->at += len;
        *out = (struct item){.value = v, .end = items_input_place(in), .line = in->line};
        return ITEMS_ITEM;
    }
    explain_line(line, len - end, &bad);
    items_fail(why, bad.code, items_input_place(in) + bad.at, in->line, "%s", bad.text);
    if (why)
        why->place.column = bad.place.column;
    diag_clear(&bad);
    return ITEMS_FAILED;
}

static enum items_result jsonl_next(items_reader *reader, struct item *out, struct diag *why)
{
    struct jsonl_items *r = (struct jsonl_items *)reader;
    struct items_input *in = &r->text.in;
    enum items_result result;

    if (!items_skip_mark(in))
        return ITEMS_WANTS;
    for (;;) {
        const char *line = items_input_text(in);
        size_t len = items_input_len(in);
        const char *newline = memchr(line + r->seen, '\n', len - r->seen);

        if (!newline && !in->ended) {
            r->seen = len;
            if (len <= r->text.max_item)
                return ITEMS_WANTS;
        }
        r->seen = 0;
        if (newline)
            len = (size_t)(newline - line) + 1;
        if (len - (newline != NULL) > r->text.max_item)
            return items_fail_too_large(&r->text, why, items_input_place(in), in->line);
        if (text_skip_json_blanks(line, len, 0) < len) {
            result = take_line(r, len, newline != NULL, out, why);
            in->line += in->line && newline;
            return result;
        }
        in->at += len;
        if (!newline)
            return ITEMS_END;
        in->line += in->line != 0;
    }
}

static void jsonl_release(items_reader *reader)
{
    struct jsonl_items *r = (struct jsonl_items *)reader;

    items_text_clear(&r->text);
    json_reader_free(r->values);
    mem_free(r);
}

static const struct items_kind jsonl_kind = {
    .next = jsonl_next,
    .wanted = items_text_wanted,
    .feed = items_text_feed,
    .feed_end = items_text_feed_end,
    .held = items_text_held,
    .release = jsonl_release,
};

/* The place is all there is to know amidst the file, so the state is {}. */
items_reader *items_new_jsonl(const struct items_options *o, struct diag *why)
{
    struct jsonl_items *r = mem_calloc(1, sizeof(*r));

    (void)why;
    items_text_init(&r->text, &jsonl_kind, o);
    r->values = json_reader_new(JSON_READ_SURROGATES);
    r->text.head.state = json_ref(json_empty_object());
    return &r->text.head;
}
