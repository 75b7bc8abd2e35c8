/*
 * CSV by AWS's rules, which are not RFC 4180's: items.h has them. A machine takes the bytes as they
 * come and decodes fields into `row`, so nothing is looked at twice and of the file only one record
 * is kept. A line that is whole and has neither quote nor backslash, as most have, needs no
 * decoding: its fields are cut out of the input.
 */

#include "parsers/items/items_impl.h"

#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

#include <string.h>

const struct items_delimiter items_delimiters[] = {
    {"COMMA", ','}, {"PIPE", '|'}, {"SEMICOLON", ';'}, {"SPACE", ' '}, {"TAB", '\t'}};

/* What a byte means outside of quotes; all others are ordinary. */
enum { CSV_ORDINARY, CSV_DELIMITER, CSV_NEWLINE, CSV_RETURN, CSV_QUOTE, CSV_ESCAPE, CSV_MEANINGS };

enum csv_state {
    CSV_FIELD,         /* a field begins */
    CSV_BARE,          /* within one that is not enclosed, or behind the quote that ended it */
    CSV_BARE_RETURN,   /* behind a CR there, which may be half a CRLF */
    CSV_BARE_QUOTE,    /* behind a quote there, which may be half a pair */
    CSV_BARE_ESCAPE,   /* behind a backslash there */
    CSV_QUOTED,        /* within quotes */
    CSV_QUOTED_QUOTE,  /* behind a quote there: the end, or half a pair */
    CSV_QUOTED_ESCAPE, /* behind a backslash there */
};

struct csv_field {
    const char *text;
    size_t len;
};

struct csv_items {
    struct items_text text;
    json *headers;  /* NULL: not known yet */
    size_t columns; /* how many fields of a record are kept: so many as there are headers */
    bool first_row; /* the headers are in the file */
    bool begun;     /* it is known whether the file has a byte order mark */
    char delimiter;
    unsigned char meaning[256];
    enum csv_state state;
    uint64_t begin; /* where the record begins, */
    uint64_t line;  /* and on which line */

    struct buf row; /* decoded fields, with a delimiter behind each */
    size_t *ends;   /* of the fields, in `row` */
    size_t ends_cap;
    size_t count;        /* fields that were found, also those that are not kept */
    uint64_t returns_at; /* behind the record's first CR that is no part of a CRLF, outside of
                            quotes; 0: there is none */

    /* The record's fields, as looks into `row` or into the input, and the values made of them. */
    struct csv_field *fields;
    json **values;
};

/* ---- headers ---- */

/* So much of a header is shown. */
enum { HEADER_SHOWN = 100 };

/* Returns whether no header is there twice; else tells which one. */
static bool check_headers_differ(const json *headers, struct diag *why)
{
    size_t count = json_count(headers), twice = 0, first = 0;
    struct json_build seen;

    json_build_object(&seen, count);
    for (size_t i = 0; i < count && !twice; i++) {
        json_build_set_key(&seen, json_ref(json_at(headers, i)), json_null());
        if (json_count(seen.v) == i)
            twice = i;
    }
    json_build_drop(&seen);
    if (!twice)
        return true;
    const json *name = json_at(headers, twice);
    size_t len = utf8_cut(json_str(name), json_str_len(name), HEADER_SHOWN);
    while (!json_equal(json_at(headers, first), name))
        first++;
    diag_set(why, "CSV_HEADER_TWICE", 0, "columns %zu and %zu have the same header, \"%.*s\"%s",
             first + 1, twice + 1, (int)len, json_str(name), len < json_str_len(name) ? " …" : "");
    return false;
}

static bool csv_set_headers(struct csv_items *r, const json *headers, struct diag *why)
{
    size_t count = json_count(headers);

    if (count > ITEMS_MAX_COLUMNS) {
        diag_set(why, "CSV_COLUMNS", 0, "there are more than %d CSV headers", ITEMS_MAX_COLUMNS);
        return false;
    }
    if (!check_headers_differ(headers, why))
        return false;
    r->headers = json_ref(headers);
    r->columns = count;
    r->fields = mem_calloc(count + 1, sizeof(*r->fields));
    r->values = mem_calloc(count + 1, sizeof(*r->values));
    return true;
}

static bool all_texts(const json *headers)
{
    if (!headers || !json_is_array(headers))
        return false;
    for (size_t i = 0; i < json_count(headers); i++)
        if (!json_is_string(json_at(headers, i)))
            return false;
    return true;
}

/* The headers that are known before the file is read. */
static bool csv_begin_headers(struct csv_items *r, const struct items_options *o, struct diag *why)
{
    const json *headers = o->headers;

    r->first_row = !headers;
    if (!headers && o->position)
        headers = o->state ? json_get(o->state, "headers") : NULL;
    else if (!headers)
        return true;
    if (all_texts(headers))
        return csv_set_headers(r, headers, why);
    diag_set(why, "CSV_HEADERS", 0,
             o->headers ? "CSV headers must be an array of texts"
                        : "the state is not one of a reader of CSV");
    return false;
}

static void csv_set_state(struct csv_items *r)
{
    struct json_build b;

    json_build_object(&b, 1);
    if (r->first_row)
        json_build_set(&b, "headers", json_ref(r->headers));
    r->text.head.state = json_build_done(&b);
}

/* ---- the machine ---- */

static void begin_record(struct csv_items *r)
{
    r->state = CSV_FIELD;
    r->begin = items_input_place(&r->text.in);
    r->line = r->text.in.line;
    r->count = 0;
    r->returns_at = 0;
    buf_reset(&r->row);
}

static inline bool csv_keeps(const struct csv_items *r)
{
    return r->count < r->columns;
}

static inline void csv_add(struct csv_items *r, const char *text, size_t len)
{
    if (len && csv_keeps(r))
        buf_add(&r->row, text, len);
}

/* The delimiter stays between the fields, so that bytes of two of them never make a character. */
static void csv_end_field(struct csv_items *r)
{
    if (csv_keeps(r)) {
        MEM_GROW(r->ends, r->count, r->ends_cap);
        r->ends[r->count] = r->row.len;
        buf_addc(&r->row, ',');
    }
    r->count++;
    r->state = CSV_FIELD;
}

/* Takes the byte `c` outside of quotes. Returns true when it ends the record. */
static bool csv_take_bare(struct csv_items *r, char c)
{
    switch (r->meaning[(unsigned char)c]) {
    case CSV_DELIMITER: csv_end_field(r); return false;
    case CSV_NEWLINE: csv_end_field(r); return true;
    case CSV_RETURN: r->state = CSV_BARE_RETURN; return false;
    case CSV_QUOTE: r->state = CSV_BARE_QUOTE; return false;
    case CSV_ESCAPE: r->state = CSV_BARE_ESCAPE; return false;
    default:
        r->state = CSV_BARE;
        csv_add(r, &c, 1);
        return false;
    }
}

/* Of the bytes that a backslash may stand before, it stays away; so does a backslash alone. */
static inline bool csv_is_escaped(const struct csv_items *r, char c)
{
    unsigned meaning = r->meaning[(unsigned char)c];

    return meaning == CSV_DELIMITER || meaning == CSV_QUOTE || meaning == CSV_ESCAPE;
}

/* Takes a byte in a state where one byte decides. Returns true when it ends the record. */
static bool csv_take(struct csv_items *r, char c)
{
    switch (r->state) {
    case CSV_FIELD:
        if (c != '"')
            return csv_take_bare(r, c);
        r->state = CSV_QUOTED;
        return false;
    case CSV_BARE: return csv_take_bare(r, c);
    case CSV_BARE_RETURN:
        if (c != '\n') {
            if (!r->returns_at)
                r->returns_at = items_input_place(&r->text.in);
            csv_add(r, "\r", 1);
        }
        r->state = CSV_BARE;
        return csv_take_bare(r, c);
    case CSV_BARE_QUOTE:
        r->state = CSV_BARE;
        csv_add(r, "\"", 1);
        return c != '"' && csv_take_bare(r, c);
    case CSV_BARE_ESCAPE:
        r->state = CSV_BARE;
        if (!csv_is_escaped(r, c))
            return csv_take_bare(r, c);
        csv_add(r, &c, 1);
        return false;
    case CSV_QUOTED:
        if (c == '"')
            r->state = CSV_QUOTED_QUOTE;
        else if (c == '\\')
            r->state = CSV_QUOTED_ESCAPE;
        else
            csv_add(r, &c, 1);
        return false;
    case CSV_QUOTED_QUOTE:
        r->state = c == '"' ? CSV_QUOTED : CSV_BARE;
        if (c != '"')
            return csv_take_bare(r, c);
        csv_add(r, &c, 1);
        return false;
    case CSV_QUOTED_ESCAPE:
        r->state = CSV_QUOTED;
        csv_add(r, &c, 1);
        return false;
    }
    return false;
}

static uint64_t count_newlines(const char *text, size_t len)
{
    const char *end = text + len;
    uint64_t count = 0;

    while (text < end && (text = memchr(text, '\n', (size_t)(end - text)))) {
        count++;
        text++;
    }
    return count;
}

/* The ordinary bytes at the front, which are most, are taken at once. */
static size_t csv_take_run(struct csv_items *r, const char *text, size_t len)
{
    size_t i = 0;

    if (r->state == CSV_QUOTED) {
        while (i < len && text[i] != '"' && text[i] != '\\')
            i++;
        if (r->text.in.line)
            r->text.in.line += count_newlines(text, i);
    } else if (r->state == CSV_BARE || r->state == CSV_FIELD) {
        while (i < len && !r->meaning[(unsigned char)text[i]])
            i++;
        if (i)
            r->state = CSV_BARE;
    }
    csv_add(r, text, i);
    return i;
}

/* Takes bytes up to the end of the record; false when more must come. */
static bool csv_take_record(struct csv_items *r)
{
    struct items_input *in = &r->text.in;

    while (items_input_len(in)) {
        char c;

        in->at += csv_take_run(r, items_input_text(in), items_input_len(in));
        if (!items_input_len(in))
            break;
        c = *items_input_text(in);
        in->at++;
        in->line += in->line && c == '\n';
        if (csv_take(r, c))
            return true;
    }
    return false;
}

/* Old Macs ended lines with CR alone. Such a file is one record, of whose rows nobody would hear.
 */
static bool has_old_lines(const struct csv_items *r)
{
    return r->line == 1 && r->returns_at;
}

static enum items_result refuse_old_lines(const struct csv_items *r, struct diag *why)
{
    return items_fail(why, "CSV_RETURNS", r->begin, r->line,
                      "the file has CR alone where its lines should end: write LF or CRLF");
}

/* Of a CR that stands further behind it depends on the pieces whether it was seen. */
static enum items_result fail_too_large(const struct csv_items *r, struct diag *why)
{
    if (has_old_lines(r) && r->returns_at - r->begin <= r->text.max_item)
        return refuse_old_lines(r, why);
    return items_fail_too_large(&r->text, why, r->begin, r->line);
}

/* At the end of the file the last record needs no newline. */
static bool csv_end_record(struct csv_items *r, struct diag *why)
{
    if (has_old_lines(r)) {
        refuse_old_lines(r, why);
        return false;
    }
    switch (r->state) {
    case CSV_QUOTED:
    case CSV_QUOTED_ESCAPE:
        items_fail(why, "CSV_QUOTE", r->begin, r->line,
                   "the row that begins here has a \" that is not closed before the file ends");
        return false;
    case CSV_BARE_RETURN: csv_add(r, "\r", 1); break;
    case CSV_BARE_QUOTE: csv_add(r, "\"", 1); break;
    case CSV_FIELD:
    case CSV_BARE:
    case CSV_BARE_ESCAPE:
    case CSV_QUOTED_QUOTE: break;
    }
    csv_end_field(r);
    return true;
}

/* ---- records ---- */

/* Cuts a line with nothing to decode into fields; those that are missing are empty. */
static void cut_line(struct csv_items *r, const char *line, size_t len)
{
    const char *end = line + len, *at = line;
    size_t i = 0;

    while (i < r->columns) {
        const char *stop = memchr(at, r->delimiter, (size_t)(end - at));

        r->fields[i++] = (struct csv_field){at, (size_t)((stop ? stop : end) - at)};
        if (!stop)
            break;
        at = stop + 1;
    }
    while (i < r->columns)
        r->fields[i++] = (struct csv_field){"", 0};
}

/* The fields as looks into what was decoded. */
static void cut_row(struct csv_items *r)
{
    size_t begin = 0;

    for (size_t i = 0; i < r->columns; i++) {
        if (i >= r->count) {
            r->fields[i] = (struct csv_field){"", 0};
            continue;
        }
        r->fields[i] = (struct csv_field){r->row.data + begin, r->ends[i] - begin};
        begin = r->ends[i] + 1;
    }
}

/* Makes an item of the fields, of which `good` says that they are good UTF-8. */
static enum items_result csv_item(struct csv_items *r, bool good, struct item *out)
{
    for (size_t i = 0; i < r->columns; i++) {
        const struct csv_field *f = &r->fields[i];

        r->values[i] = good ? json_string(f->text, f->len) : json_string_mended(f->text, f->len);
    }
    *out = (struct item){.value = json_object_of(r->headers, r->values),
                         .end = items_input_place(&r->text.in),
                         .line = r->line};
    return ITEMS_ITEM;
}

/* Nobody means a NUL in a header: the file is no CSV, or no UTF-8, whatever its rows would be. */
static bool check_no_nul(const struct csv_items *r, struct diag *why)
{
    if (!r->row.len || !memchr(r->row.data, '\0', r->row.len))
        return true;
    diag_set(why, "CSV_NUL", 0,
             "the headers have a byte that is 0: the file is no CSV, or not in UTF-8");
    return false;
}

static bool csv_take_headers(struct csv_items *r, struct diag *why)
{
    struct diag bad = {0};
    struct json_build b;
    size_t begin = 0;
    json *headers;
    bool ok;

    json_build_array(&b, r->count);
    for (size_t i = 0; i < r->count && i < r->columns; i++) {
        json_build_add(&b, json_string_mended(r->row.data + begin, r->ends[i] - begin));
        begin = r->ends[i] + 1;
    }
    headers = json_build_done(&b);
    ok = check_no_nul(r, &bad) && csv_set_headers(r, headers, &bad);
    json_unref(headers);
    if (ok)
        csv_set_state(r);
    else
        items_fail(why, bad.code, r->begin, r->line, "%s", bad.text);
    diag_clear(&bad);
    return ok;
}

/* Takes a record that is a whole line with nothing to decode; false when the next one isn't. */
static bool csv_take_line(struct csv_items *r, struct item *out)
{
    struct items_input *in = &r->text.in;
    const char *line = items_input_text(in);
    const char *newline = memchr(line, '\n', items_input_len(in));
    size_t len, text_len;

    if (!newline)
        return false;
    len = text_len = (size_t)(newline - line);
    if (len > r->text.max_item || memchr(line, '"', len) || memchr(line, '\\', len))
        return false;
    text_len -= len && line[len - 1] == '\r';
    cut_line(r, line, text_len);
    in->at += len + 1;
    in->line += in->line != 0;
    csv_item(r, utf8_valid(line, text_len) == text_len, out);
    begin_record(r);
    return true;
}

static enum items_result csv_next(items_reader *reader, struct item *out, struct diag *why)
{
    struct csv_items *r = (struct csv_items *)reader;
    struct items_input *in = &r->text.in;

    if (!r->begun) {
        if (!items_skip_mark(in))
            return ITEMS_WANTS;
        r->begun = true;
        begin_record(r);
    }
    for (;;) {
        bool ended;

        if (r->headers && items_input_place(in) == r->begin && csv_take_line(r, out))
            return ITEMS_ITEM;
        ended = csv_take_record(r);
        if (items_input_place(in) - r->begin - ended > r->text.max_item)
            return fail_too_large(r, why);
        if (!ended && !in->ended)
            return ITEMS_WANTS;
        if (!ended && items_input_place(in) == r->begin)
            return ITEMS_END;
        if (!ended && !csv_end_record(r, why))
            return ITEMS_FAILED;
        if (r->headers) {
            cut_row(r);
            csv_item(r, utf8_valid(r->row.data, r->row.len) == r->row.len, out);
            begin_record(r);
            return ITEMS_ITEM;
        }
        if (!csv_take_headers(r, why))
            return ITEMS_FAILED;
        begin_record(r);
    }
}

/* ---- the reader ---- */

static void csv_release(items_reader *reader)
{
    struct csv_items *r = (struct csv_items *)reader;

    json_unref(r->headers);
    items_text_clear(&r->text);
    buf_clear(&r->row);
    mem_free(r->ends);
    mem_free(r->fields);
    mem_free(r->values);
    mem_free(r);
}

static const struct items_kind csv_kind = {
    .next = csv_next,
    .wanted = items_text_wanted,
    .feed = items_text_feed,
    .feed_end = items_text_feed_end,
    .held = items_text_held,
    .release = csv_release,
};

items_reader *items_new_csv(const struct items_options *o, struct diag *why)
{
    struct csv_items *r = mem_calloc(1, sizeof(*r));
    char delimiter = o->delimiter ? o->delimiter : items_delimiters[0].c;

    items_text_init(&r->text, &csv_kind, o);
    r->meaning['\n'] = CSV_NEWLINE;
    r->meaning['\r'] = CSV_RETURN;
    r->meaning['"'] = CSV_QUOTE;
    r->meaning['\\'] = CSV_ESCAPE;
    /* A header row has one more than it may, so that it is seen to be too long. */
    r->columns = ITEMS_MAX_COLUMNS + 1;
    /* One that is a part of a character would make other characters of its neighbours. */
    if (r->meaning[(unsigned char)delimiter] || (unsigned char)delimiter >= 0x80) {
        diag_set(why, "CSV_DELIMITER", 0,
                 "a delimiter is one of ASCII's characters, and no quote, backslash or newline");
        csv_release(&r->text.head);
        return NULL;
    }
    r->meaning[(unsigned char)delimiter] = CSV_DELIMITER;
    r->delimiter = delimiter;
    if (!csv_begin_headers(r, o, why)) {
        csv_release(&r->text.head);
        return NULL;
    }
    if (r->headers)
        csv_set_state(r);
    return &r->text.head;
}
