/*
 * items: rows of CSV, JSON Lines and JSON. However a file is cut into pieces, and wherever a new
 * reader goes on, the items are the same: each row of the tables is read in all these ways.
 */

#include "tests/support/expect.h"

#include "parsers/base/mem.h"
#include "parsers/items/items.h"

#include <stdio.h>
#include <string.h>

/* What was read: items as an array, of members [key, value]; and how it ended. */
struct outcome {
    struct json_build items;
    uint64_t *ends;
    json **states;
    size_t count, ends_cap, states_cap;
    enum items_result result;
    struct diag why;
};

static void outcome_add(struct outcome *o, const struct item *item, const json *state)
{
    struct json_build pair;

    MEM_GROW(o->ends, o->count, o->ends_cap);
    MEM_GROW(o->states, o->count, o->states_cap);
    o->ends[o->count] = item->end;
    o->states[o->count++] = json_ref(state);
    if (!item->key) {
        json_build_add(&o->items, item->value);
        return;
    }
    json_build_array(&pair, 2);
    json_build_add(&pair, item->key);
    json_build_add(&pair, item->value);
    json_build_add(&o->items, json_build_done(&pair));
}

static void outcome_clear(struct outcome *o)
{
    json_build_drop(&o->items);
    for (size_t i = 0; i < o->count; i++)
        json_unref(o->states[i]);
    mem_free(o->states);
    mem_free(o->ends);
    diag_clear(&o->why);
}

static uint32_t chance(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* How a file is fed: `piece` bytes at a time; 0: some, by `seed`. */
struct feeding {
    size_t piece;
    uint32_t seed;
};

static size_t next_piece(struct feeding *f, size_t left)
{
    size_t n = f->piece ? f->piece : chance(&f->seed) % 9;

    return n < left ? n : left;
}

/* Reads all items from where `o` says. */
static struct outcome read_all(const struct items_options *o, const char *text, size_t len,
                               struct feeding f)
{
    struct outcome got = {0};
    items_reader *r = items_new(o, &got.why);
    struct item item;
    uint64_t from, wanted;

    json_build_array(&got.items, 0);
    got.result = ITEMS_FAILED;
    if (!r)
        return got;
    while ((got.result = items_next(r, &item, &got.why)) == ITEMS_ITEM ||
           got.result == ITEMS_WANTS) {
        if (got.result == ITEMS_ITEM) {
            outcome_add(&got, &item, items_state(r));
            continue;
        }
        items_wanted(r, &from, &wanted);
        ck_assert_uint_le(from, len);
        ck_assert_uint_eq(wanted, o->size == UINT64_MAX ? UINT64_MAX : len - from);
        if (from == len)
            items_feed_end(r);
        else
            items_feed(r, text + from, next_piece(&f, len - (size_t)from));
    }
    items_free(r);
    return got;
}

static void expect_same(const char *name, const char *how, const struct outcome *got,
                        const struct outcome *want, size_t skipped)
{
    struct buf a = {0}, b = {0};

    json_write(&a, got->items.v);
    buf_addc(&b, '[');
    for (size_t i = skipped; i < json_count(want->items.v); i++) {
        if (i > skipped)
            buf_addc(&b, ',');
        json_write(&b, json_at(want->items.v, i));
    }
    buf_addc(&b, ']');
    ck_assert_msg(!strcmp(buf_str(&a), buf_str(&b)), "%s, %s: %s, not %s", name, how, a.data,
                  b.data);
    ck_assert_msg(got->result == want->result, "%s, %s: ends otherwise: %s", name, how,
                  got->why.text ? got->why.text : "well");
    if (want->result == ITEMS_FAILED) {
        expect_text(name, got->why.text, want->why.text);
        ck_assert_msg(got->why.at == want->why.at, "%s, %s: fails at %zu, not %zu", name, how,
                      got->why.at, want->why.at);
        ck_assert_msg(got->why.place.line == (skipped ? 0 : want->why.place.line),
                      "%s, %s: fails in line %u, not %u", name, how, got->why.place.line,
                      want->why.place.line);
    }
    for (size_t i = 0; i < got->count; i++)
        ck_assert_msg(got->ends[i] == want->ends[i + skipped], "%s, %s: item %zu ends at %zu", name,
                      how, i, (size_t)got->ends[i]);
    buf_clear(&a);
    buf_clear(&b);
}

/* A new reader behind each item gives the others. */
static void expect_resumed(const char *name, struct items_options o, const char *text, size_t len,
                           const struct outcome *want)
{
    for (size_t i = 0; i < want->count; i++) {
        struct outcome got;

        ck_assert_msg(want->states[i] != NULL, "%s: there is a state behind an item", name);
        o.state = want->states[i];
        o.position = want->ends[i];
        got = read_all(&o, text, len, (struct feeding){.piece = i % 2 ? 1 : len});
        expect_same(name, "resumed", &got, want, i + 1);
        for (size_t k = 0; k < got.count; k++)
            ck_assert_msg(json_equal(got.states[k], want->states[i]), "%s: the state stays", name);
        outcome_clear(&got);
    }
}

/* Reads in all ways; the caller clears what came of it. */
static struct outcome read_in_all_ways(const char *name, struct items_options o, const char *text,
                                       size_t len)
{
    struct outcome want, got;

    o.size = UINT64_MAX;
    want = read_all(&o, text, len, (struct feeding){.piece = len});
    got = read_all(&o, text, len, (struct feeding){.piece = 1});
    expect_same(name, "byte by byte", &got, &want, 0);
    outcome_clear(&got);
    o.size = len;
    for (uint32_t seed = 1; seed <= 20; seed++) {
        got = read_all(&o, text, len, (struct feeding){.seed = seed});
        expect_same(name, "in pieces", &got, &want, 0);
        outcome_clear(&got);
    }
    expect_resumed(name, o, text, len, &want);
    return want;
}

static void expect_outcome(const char *name, struct items_options o, const char *text, size_t len,
                           const char *items, const char *error, size_t line, size_t at)
{
    struct outcome got = read_in_all_ways(name, o, text, len);

    expect_json(name, got.items.v, items);
    expect_text(name, got.why.text, error);
    if (error) {
        ck_assert_msg(got.why.place.line == line, "%s: line %u", name, got.why.place.line);
        ck_assert_msg(got.why.at == at, "%s: byte %zu", name, got.why.at);
        ck_assert_msg(got.why.code != NULL, "%s: there is a code", name);
    } else {
        ck_assert_msg(got.result == ITEMS_END, "%s: comes to the end", name);
    }
    outcome_clear(&got);
}

#define TEXT(s) s, sizeof(s) - 1

/* ---- CSV ---- */

static const struct {
    const char *name, *text;
    size_t len;
    const char *headers; /* NULL: in the first row */
    const char *items;   /* before the failure, if there is one */
    const char *error;
    size_t line, at;
    char delimiter;
    size_t max_item;
} csv[] = {
    {"fields are texts", TEXT("a,b\n1,true\n"), NULL, "[{\"a\":\"1\",\"b\":\"true\"}]", NULL, 0, 0,
     0, 0},
    {"the last line needs no newline", TEXT("a,b\n1,2\n3,4"), NULL,
     "[{\"a\":\"1\",\"b\":\"2\"},{\"a\":\"3\",\"b\":\"4\"}]", NULL, 0, 0, 0, 0},
    {"CRLF ends a record, too", TEXT("a,b\r\n1,2\r\n3,4\r\n"), NULL,
     "[{\"a\":\"1\",\"b\":\"2\"},{\"a\":\"3\",\"b\":\"4\"}]", NULL, 0, 0, 0, 0},
    {"another CR is a character", TEXT("a,b\n1\r,\r2\r\r\n\rx\r"), NULL,
     "[{\"a\":\"1\\r\",\"b\":\"\\r2\\r\"},{\"a\":\"\\rx\\r\",\"b\":\"\"}]", NULL, 0, 0, 0, 0},
    {"CR at the ends of all lines is refused", TEXT("a,b\r1,2\r3,4\r"), NULL, "[]",
     "the file has CR alone where its lines should end: write LF or CRLF", 1, 0, 0, 0},
    {"also where the headers are given",
     TEXT("\xEF\xBB\xBF"
          "1,2\r3,4"),
     "[\"a\",\"b\"]", "[]", "the file has CR alone where its lines should end: write LF or CRLF", 1,
     3, 0, 0},
    {"also where the file is larger than an item may be", TEXT("a,b\r1,2\r3,4\r5,6"), NULL, "[]",
     "the file has CR alone where its lines should end: write LF or CRLF", 1, 0, 0, 8},
    {"but a CR behind that size may not have been seen", TEXT("a,b,c,d,e,f\r1,2\r3,4"), NULL, "[]",
     "an item begins here that is larger than 8 bytes", 1, 0, 0, 8},
    {"a CR at the end of the only line is a character", TEXT("1,2\r"), "[\"a\",\"b\"]",
     "[{\"a\":\"1\",\"b\":\"2\\r\"}]", NULL, 0, 0, 0, 0},
    {"quotes enclose delimiters and newlines", TEXT("a,b\n\"1,2\",\"x\r\ny\n\"\n"), NULL,
     "[{\"a\":\"1,2\",\"b\":\"x\\r\\ny\\n\"}]", NULL, 0, 0, 0, 0},
    {"two quotes are one", TEXT("a,b\n\"say \"\"yes\"\"\",\"\"\"\"\n"), NULL,
     "[{\"a\":\"say \\\"yes\\\"\",\"b\":\"\\\"\"}]", NULL, 0, 0, 0, 0},
    {"also in a field that isn't enclosed", TEXT("a\n{\"\"k\"\":\"\"v\"\"}\n"), NULL,
     "[{\"a\":\"{\\\"k\\\":\\\"v\\\"}\"}]", NULL, 0, 0, 0, 0},
    {"AWS's example of all of them",
     TEXT(
         "abc,123,\"This string contains commas, a double quotation marks (\"\"), and a newline (\n"
         ")\",{\"\"MyKey\"\":\"\"MyValue\"\"},\"[1,2,3]\"\n"),
     "[\"l\",\"n\",\"s\",\"o\",\"a\"]",
     "[{\"l\":\"abc\",\"n\":\"123\",\"s\":\"This string contains commas, a double quotation marks "
     "(\\\"), and a newline (\\n)\",\"o\":\"{\\\"MyKey\\\":\\\"MyValue\\\"}\",\"a\":\"[1,2,3]\"}]",
     NULL, 0, 0, 0, 0},
    {"an empty enclosed field", TEXT("a,b\n\"\",\"\"\n"), NULL, "[{\"a\":\"\",\"b\":\"\"}]", NULL,
     0, 0, 0, 0},
    {"a lone quote within a field is a character", TEXT("a,b\n5\" pipe,3\"\n"), NULL,
     "[{\"a\":\"5\\\" pipe\",\"b\":\"3\\\"\"}]", NULL, 0, 0, 0, 0},
    {"what stands behind the closing quote belongs to the field",
     TEXT("a,b\n\"1,\"2\"3,4\n\"x\" ,y\n"), NULL,
     "[{\"a\":\"1,2\\\"3\",\"b\":\"4\"},{\"a\":\"x \",\"b\":\"y\"}]", NULL, 0, 0, 0, 0},
    {"a quote behind a blank doesn't enclose", TEXT("a,b,c\n \"1,2\"\n"), NULL,
     "[{\"a\":\" \\\"1\",\"b\":\"2\\\"\",\"c\":\"\"}]", NULL, 0, 0, 0, 0},
    {"nothing is trimmed", TEXT(" a ,b\n 1 ,\t2\n"), NULL, "[{\" a \":\" 1 \",\"b\":\"\\t2\"}]",
     NULL, 0, 0, 0, 0},
    {"a backslash escapes a delimiter, a quote and a backslash",
     TEXT("a,b\n1\\,2,\\\"x\\\"\nC:\\\\P,\\\\\\\\\n"), NULL,
     "[{\"a\":\"1,2\",\"b\":\"\\\"x\\\"\"},{\"a\":\"C:\\\\P\",\"b\":\"\\\\\\\\\"}]", NULL, 0, 0, 0,
     0},
    {"before anything else it is dropped", TEXT("a,b\nC:\\new,\\\xC3\xA4\\ \n"), NULL,
     "[{\"a\":\"C:new\",\"b\":\"\xC3\xA4 \"}]", NULL, 0, 0, 0, 0},
    {"within quotes as well", TEXT("a,b\n\"\\\"\\,\\\\\\n\",\"\\\n\"\n"), NULL,
     "[{\"a\":\"\\\",\\\\n\",\"b\":\"\\n\"}]", NULL, 0, 0, 0, 0},
    {"an escaped quote needs no partner", TEXT("a,b\n\\\",1\n"), NULL,
     "[{\"a\":\"\\\"\",\"b\":\"1\"}]", NULL, 0, 0, 0, 0},
    {"an escaped quote doesn't enclose", TEXT("a,b\n\\\"1,2\\\"\n"), NULL,
     "[{\"a\":\"\\\"1\",\"b\":\"2\\\"\"}]", NULL, 0, 0, 0, 0},
    {"a newline can't be escaped", TEXT("a,b\n1,2\\\n3,4\\\r\n"), NULL,
     "[{\"a\":\"1\",\"b\":\"2\"},{\"a\":\"3\",\"b\":\"4\"}]", NULL, 0, 0, 0, 0},
    {"a backslash at the end is dropped", TEXT("a\nx\\"), NULL, "[{\"a\":\"x\"}]", NULL, 0, 0, 0,
     0},
    {"a backslash alone is a row", TEXT("a\n\\"), NULL, "[{\"a\":\"\"}]", NULL, 0, 0, 0, 0},
    {"a comma needs no escape where it doesn't delimit", TEXT("a|b\n1,\\2\\|\\,|3\n"), NULL,
     "[{\"a\":\"1,2|,\",\"b\":\"3\"}]", NULL, 0, 0, '|', 0},
    {"short rows are filled up", TEXT("a,b,c\n1\n2,3\n"), NULL,
     "[{\"a\":\"1\",\"b\":\"\",\"c\":\"\"},{\"a\":\"2\",\"b\":\"3\",\"c\":\"\"}]", NULL, 0, 0, 0,
     0},
    {"long rows lose the rest", TEXT("a,b\n1,2,3,\"4\n\",\\5\n6,7,8\n"), NULL,
     "[{\"a\":\"1\",\"b\":\"2\"},{\"a\":\"6\",\"b\":\"7\"}]", NULL, 0, 0, 0, 0},
    {"an empty line is a row of empty texts", TEXT("a,b\n\n1,2\n\r\n\n"), NULL,
     "[{\"a\":\"\",\"b\":\"\"},{\"a\":\"1\",\"b\":\"2\"},{\"a\":\"\",\"b\":\"\"},{\"a\":\"\",\"b\":"
     "\"\"}]",
     NULL, 0, 0, 0, 0},
    {"headers only", TEXT("a,b\n"), NULL, "[]", NULL, 0, 0, 0, 0},
    {"headers only, without a newline", TEXT("a,b"), NULL, "[]", NULL, 0, 0, 0, 0},
    {"an empty file has no rows", TEXT(""), NULL, "[]", NULL, 0, 0, 0, 0},
    {"nor has it with given headers", TEXT(""), "[\"a\"]", "[]", NULL, 0, 0, 0, 0},
    {"headers have the same dialect", TEXT("\"a,\"\"\n\",\\b\\,\r\n1,2\n"), NULL,
     "[{\"a,\\\"\\n\":\"1\",\"b,\":\"2\"}]", NULL, 0, 0, 0, 0},
    {"an empty header is one", TEXT("a,\n1,2\n"), NULL, "[{\"a\":\"1\",\"\":\"2\"}]", NULL, 0, 0, 0,
     0},
    {"given headers: the first row is an item", TEXT("1,2\n"), "[\"x\",\"y\"]",
     "[{\"x\":\"1\",\"y\":\"2\"}]", NULL, 0, 0, 0, 0},
    {"no headers: no members", TEXT("1,2\n\n"), "[]", "[{},{}]", NULL, 0, 0, 0, 0},
    {"headers that are there twice", TEXT("a,b,a\n1,2,3\n"), NULL, "[]",
     "columns 1 and 3 have the same header, \"a\"", 1, 0, 0, 0},
    {"given headers that are there twice", TEXT("1\n"), "[\"a\",\"a\"]", "[]",
     "columns 1 and 2 have the same header, \"a\"", 0, 0, 0, 0},
    {"a header with a byte that is 0", TEXT("id,v\0\n1,2\n"), NULL, "[]",
     "the headers have a byte that is 0: the file is no CSV, or not in UTF-8", 1, 0, 0, 0},
    {"one in a row is a character", TEXT("id\n\0\n"), NULL, "[{\"id\":\"\\u0000\"}]", NULL, 0, 0, 0,
     0},
    {"given headers that are no texts", TEXT("1\n"), "[1]", "[]",
     "CSV headers must be an array of texts", 0, 0, 0, 0},
    {"a byte order mark is skipped", TEXT("\xEF\xBB\xBF\"a\",b\n1,2\n"), NULL,
     "[{\"a\":\"1\",\"b\":\"2\"}]", NULL, 0, 0, 0, 0},
    {"and with given headers",
     TEXT("\xEF\xBB\xBF"
          "1\n"),
     "[\"a\"]", "[{\"a\":\"1\"}]", NULL, 0, 0, 0, 0},
    {"half a mark is none", TEXT("\xEF\xBB"), "[\"a\"]", "[{\"a\":\"\xEF\xBF\xBD\xEF\xBF\xBD\"}]",
     NULL, 0, 0, 0, 0},
    {"a second mark is a character",
     TEXT("\xEF\xBB\xBF\xEF\xBB\xBF"
          "1\n"),
     "[\"a\"]",
     "[{\"a\":\"\xEF\xBB\xBF"
     "1\"}]",
     NULL, 0, 0, 0, 0},
    {"what is no UTF-8 is replaced", TEXT("a\xFF,b\n\xE9t\xE9,\xC3\xA9\n\"\xC3\",x\n"), NULL,
     "[{\"a\xEF\xBF\xBD\":\"\xEF\xBF\xBDt\xEF\xBF\xBD\",\"b\":\"\xC3\xA9\"},"
     "{\"a\xEF\xBF\xBD\":\"\xEF\xBF\xBD\",\"b\":\"x\"}]",
     NULL, 0, 0, 0, 0},
    {"fields don't make a character together", TEXT("a,b\n\"\xC3\",\"\xA4\"\n"), NULL,
     "[{\"a\":\"\xEF\xBF\xBD\",\"b\":\"\xEF\xBF\xBD\"}]", NULL, 0, 0, 0, 0},
    {"NUL is a character", TEXT("a\n\0x\n"), NULL, "[{\"a\":\"\\u0000x\"}]", NULL, 0, 0, 0, 0},
    {"PIPE", TEXT("a|b\n1,5|\"2|3\"\n"), NULL, "[{\"a\":\"1,5\",\"b\":\"2|3\"}]", NULL, 0, 0, '|',
     0},
    {"SEMICOLON", TEXT("a;b\n1,5;2\n"), NULL, "[{\"a\":\"1,5\",\"b\":\"2\"}]", NULL, 0, 0, ';', 0},
    {"SPACE: each delimits", TEXT("a b c\n1  \"2 3\"\n"), NULL,
     "[{\"a\":\"1\",\"b\":\"\",\"c\":\"2 3\"}]", NULL, 0, 0, ' ', 0},
    {"TAB", TEXT("a\tb\n1, 5\t\\\t\n"), NULL, "[{\"a\":\"1, 5\",\"b\":\"\\t\"}]", NULL, 0, 0, '\t',
     0},
    {"no other newline may delimit", TEXT("a\n"), NULL, "[]",
     "a delimiter is one of ASCII's characters, and no quote, backslash or newline", 0, 0, '\n', 0},
    {"half a character delimits nothing", TEXT("a\xC3\x9E\n1\xC3\x9E\n"), NULL, "[]",
     "a delimiter is one of ASCII's characters, and no quote, backslash or newline", 0, 0, '\xC3',
     0},
    {"a quote that isn't closed", TEXT("a,b\n1,\"2\n3\",4\n5,\"6\n7\n"), NULL,
     "[{\"a\":\"1\",\"b\":\"2\\n3\"}]",
     "the row that begins here has a \" that is not closed before the file ends", 4, 14, 0, 0},
    {"nor is it by an escaped one", TEXT("a\n\"x\\\""), NULL, "[]",
     "the row that begins here has a \" that is not closed before the file ends", 2, 2, 0, 0},
    {"a row of just the most bytes", TEXT("a\n12345678\n\"123456\"\n12345678"), NULL,
     "[{\"a\":\"12345678\"},{\"a\":\"123456\"},{\"a\":\"12345678\"}]", NULL, 0, 0, 0, 8},
    {"a row of more", TEXT("a\n1\n123456789\n"), NULL, "[{\"a\":\"1\"}]",
     "an item begins here that is larger than 8 bytes", 3, 4, 0, 8},
    {"more of what isn't even kept", TEXT("a\n1,3456789\n"), NULL, "[]",
     "an item begins here that is larger than 8 bytes", 2, 2, 0, 8},
    {"more in the last row", TEXT("a\n\"23456789"), NULL, "[]",
     "an item begins here that is larger than 8 bytes", 2, 2, 0, 8},
    {"headers of more", TEXT("a,b,c,d,e\n"), NULL, "[]",
     "an item begins here that is larger than 8 bytes", 1, 0, 0, 8},
};

START_TEST(read_csv)
{
    json *headers = csv[_i].headers ? json_of(csv[_i].headers) : NULL;
    struct items_options o = {.format = ITEMS_CSV,
                              .delimiter = csv[_i].delimiter,
                              .headers = headers,
                              .max_item = csv[_i].max_item};

    expect_outcome(csv[_i].name, o, csv[_i].text, csv[_i].len, csv[_i].items, csv[_i].error,
                   csv[_i].line, csv[_i].at);
    json_unref(headers);
}
END_TEST

/* As many headers as there may be, and one more. */
START_TEST(csv_most_columns)
{
    struct items_options o = {.format = ITEMS_CSV, .size = UINT64_MAX};

    for (int more = 0; more < 2; more++) {
        struct buf text = {0};
        struct outcome got;

        for (int i = 0; i < ITEMS_MAX_COLUMNS + more; i++)
            buf_printf(&text, "%sh%d", i ? "," : "", i);
        buf_adds(&text, "\nx\n");
        got = read_all(&o, text.data, text.len, (struct feeding){.piece = 1000});
        ck_assert_int_eq(got.result, more ? ITEMS_FAILED : ITEMS_END);
        expect_text("too many", got.why.text,
                    more ? "there are more than 10000 CSV headers" : NULL);
        if (!more)
            ck_assert_uint_eq(json_count(json_at(got.items.v, 0)), ITEMS_MAX_COLUMNS);
        outcome_clear(&got);
        buf_clear(&text);
    }
}
END_TEST

/* ---- CSV by a model ---- */

/*
 * The documented rules once more, in another way: a cursor on a text that is there as a whole, and
 * a function for each part of it.
 */
struct model {
    const char *text;
    size_t len, at;
    char delimiter;
    bool open;    /* a quote was not closed */
    bool returns; /* a CR was a character outside of quotes, with another one behind it */
};

static int model_look(const struct model *m, size_t ahead)
{
    return m->at + ahead < m->len ? (unsigned char)m->text[m->at + ahead] : -1;
}

static bool model_at_newline(const struct model *m)
{
    return model_look(m, 0) == '\n' || (model_look(m, 0) == '\r' && model_look(m, 1) == '\n');
}

static void model_enclosed(struct model *m, struct buf *out)
{
    m->at++;
    for (;;) {
        int c = model_look(m, 0), next = model_look(m, 1);

        if (c < 0 || (c == '\\' && next < 0)) {
            m->open = true;
            m->at = m->len;
            return;
        }
        m->at++;
        if (c == '"' && next != '"')
            return;
        if (c == '"' || c == '\\')
            m->at++;
        buf_addc(out, (char)(c == '\\' ? next : c));
    }
}

static json *model_field(struct model *m)
{
    struct buf out = {0};
    json *v;

    if (model_look(m, 0) == '"')
        model_enclosed(m, &out);
    while (m->at < m->len && !model_at_newline(m) && model_look(m, 0) != m->delimiter) {
        int c = model_look(m, 0), next = model_look(m, 1);
        bool special = next == '"' || next == '\\' || next == m->delimiter;

        m->at++;
        m->returns |= c == '\r' && next >= 0;
        if (c == '\\' && !special)
            continue;
        if (c == '\\' || (c == '"' && next == '"'))
            m->at++;
        buf_addc(&out, (char)(c == '\\' ? next : c));
    }
    v = json_string_mended(out.data, out.len);
    buf_clear(&out);
    return v;
}

/* The fields of a record as an array. */
static json *model_record(struct model *m)
{
    struct json_build b;

    json_build_array(&b, 0);
    for (;;) {
        json_build_add(&b, model_field(m));
        if (m->at == m->len || model_at_newline(m))
            break;
        m->at++;
    }
    if (model_at_newline(m)) {
        m->at += model_look(m, 0) == '\r' ? 2 : 1;
        m->returns = false;
    }
    return json_build_done(&b);
}

static json *model_row(const json *headers, const json *fields)
{
    struct json_build b;

    json_build_object(&b, 0);
    for (size_t i = 0; i < json_count(headers); i++)
        json_build_set_key(&b, json_ref(json_at(headers, i)),
                           i < json_count(fields) ? json_ref(json_at(fields, i))
                                                  : json_cstring(""));
    return json_build_done(&b);
}

/* Reads as the reader should; returns whether the file is good. */
static bool model_read(struct model *m, const json *given, struct json_build *items)
{
    json *headers = json_ref(given);

    json_build_array(items, 0);
    for (bool first = true; m->at < m->len; first = false) {
        json *fields = model_record(m);

        m->open |= first && m->returns;
        if (m->open) {
            json_unref(fields);
            break;
        }
        if (headers) {
            json_build_add(items, model_row(headers, fields));
            json_unref(fields);
            continue;
        }
        headers = fields;
        for (size_t i = 0; i < json_count(headers); i++)
            for (size_t k = 0; k < i; k++)
                m->open |= json_equal(json_at(headers, i), json_at(headers, k));
        if (m->open)
            break;
    }
    json_unref(headers);
    return !m->open;
}

static void make_csv(struct buf *text, uint32_t *seed)
{
    static const char *const parts[] = {"a",  "b", ",",    "|",  "\"",       "\"\"", "\\", "\n",
                                        "\r", " ", "\r\n", "\"", "\xC3\xA4", "\xC3", "\n", ","};
    size_t count = chance(seed) % 40;

    if (chance(seed) % 3)
        buf_adds(text, "h,i|j\n");
    for (size_t i = 0; i < count; i++)
        buf_adds(text, parts[chance(seed) % COUNT(parts)]);
}

enum { MODEL_FILES = 10000 };

START_TEST(csv_as_the_model)
{
    json *given = json_of("[\"x\",\"y\",\"z\"]");
    size_t good = 0, rows = 0;

    for (uint32_t i = 1; i <= MODEL_FILES; i++) {
        uint32_t seed = i * 2654435761u;
        struct buf text = {0};
        struct items_options o = {.format = ITEMS_CSV, .size = UINT64_MAX};
        struct model m;
        struct json_build items;
        struct outcome got;
        char name[40];
        bool ok;

        make_csv(&text, &seed);
        o.delimiter = chance(&seed) % 2 ? ',' : '|';
        o.headers = chance(&seed) % 3 ? given : NULL;
        snprintf(name, sizeof(name), "file %u", i);
        buf_str(&text);
        m = (struct model){.text = text.data, .len = text.len, .delimiter = o.delimiter};
        ok = model_read(&m, o.headers, &items);
        got = read_all(&o, text.data, text.len, (struct feeding){.seed = seed});
        ck_assert_msg((got.result == ITEMS_END) == ok, "%s: good or not: %s", name, text.data);
        ck_assert_msg(json_equal(got.items.v, items.v), "%s: %s", name, text.data);
        expect_resumed(name, o, text.data, text.len, &got);
        good += ok;
        rows += got.count;
        outcome_clear(&got);
        json_build_drop(&items);
        buf_clear(&text);
    }
    ck_assert_uint_gt(good, MODEL_FILES / 3);
    ck_assert_uint_gt(rows, MODEL_FILES);
    json_unref(given);
}
END_TEST

/* ---- JSON Lines ---- */

static const struct {
    const char *name, *text;
    size_t len;
    const char *items, *error;
    size_t line, at, max_item;
} jsonl[] = {
    {"a line is an item", TEXT("{\"a\":1}\n{\"a\":2}\n"), "[{\"a\":1},{\"a\":2}]", NULL, 0, 0, 0},
    {"the last line needs no newline", TEXT("{\"a\":1}\n{\"a\":2}"), "[{\"a\":1},{\"a\":2}]", NULL,
     0, 0, 0},
    {"CRLF", TEXT("{\"a\":1}\r\n2\r\n"), "[{\"a\":1},2]", NULL, 0, 0, 0},
    {"values of any kind", TEXT("1\n\"x\"\n[1,[]]\nnull\ntrue\n-1.5e3\n12"),
     "[1,\"x\",[1,[]],null,true,-1500.0,12]", NULL, 0, 0, 0},
    {"blank lines are skipped", TEXT("\n1\n\n \t\r\n2\n\r\n  "), "[1,2]", NULL, 0, 0, 0},
    {"blanks around a value", TEXT("  {\"a\" : 1 }\t\n"), "[{\"a\":1}]", NULL, 0, 0, 0},
    {"an empty file", TEXT(""), "[]", NULL, 0, 0, 0},
    {"a byte order mark is skipped", TEXT("\xEF\xBB\xBF{\"a\":1}\n2"), "[{\"a\":1},2]", NULL, 0, 0,
     0},
    {"the last of two equal keys wins", TEXT("{\"a\":1,\"a\":2}"), "[{\"a\":2}]", NULL, 0, 0, 0},
    {"half a character is let in", TEXT("\"\\ud800\""), "[\"\\ud800\"]", NULL, 0, 0, 0},
    {"two values in a line", TEXT("1\n{} {}\n"), "[1]",
     "expected the end of the line, but found '{'", 2, 5, 0},
    {"two numbers in a line", TEXT("1 2\n"), "[]", "expected the end of the line, but found '2'", 1,
     2, 0},
    {"a comma behind the value", TEXT("1,\n2\n"), "[]",
     "expected the end of the line, but found ','", 1, 1, 0},
    {"a value over two lines", TEXT("{\"a\":\n1}\n"), "[]", "the line ends inside an object", 1, 5,
     0},
    {"a string over two lines", TEXT("1\n\"ab\nc\"\n"), "[1]", "the line ends inside a string", 2,
     5, 0},
    {"a line that is cut", TEXT("1\n\n[tru"), "[1]", "the line ends inside a value", 3, 7, 0},
    {"the place is that of the fault", TEXT("1\r\n2\r\n{\"a\":x}\r\n"), "[1,2]",
     "expected a value, but found 'x'", 3, 11, 0},
    {"no UTF-8", TEXT("1\n\"a\xFF\"\n"), "[1]", "byte 0xff is not valid UTF-8 here", 2, 4, 0},
    {"a number that is too large", TEXT("1\n[1e999]\n"), "[1]", "number out of range", 2, 3, 0},
    {"a form feed is no blank", TEXT("\f1\n"), "[]",
     "expected a value, but found the character U+000C", 1, 0, 0},
    {"a line of just the most bytes", TEXT("12345678\n"), "[12345678]", NULL, 0, 0, 8},
    {"a line of more", TEXT("1\n123456789\n"), "[1]",
     "an item begins here that is larger than 8 bytes", 2, 2, 8},
    {"blanks are no exception", TEXT("1\n         \n"), "[1]",
     "an item begins here that is larger than 8 bytes", 2, 2, 8},
};

START_TEST(read_jsonl)
{
    struct items_options o = {.format = ITEMS_JSONL, .max_item = jsonl[_i].max_item};

    expect_outcome(jsonl[_i].name, o, jsonl[_i].text, jsonl[_i].len, jsonl[_i].items,
                   jsonl[_i].error, jsonl[_i].line, jsonl[_i].at);
}
END_TEST

/* ---- JSON ---- */

#define NO_MATCH "ItemsPointer finds nothing in the file"
#define NOT_ITERABLE "Attempting to map over non-iterable node."
#define TWICE "the object has the key \"a\" twice, and ItemsPointer goes through it"

static const struct {
    const char *name, *pointer, *text;
    size_t len;
    const char *items, *error;
    size_t line, at, max_item;
} files[] = {
    {"elements of an array", NULL, TEXT("[1,\"x\",{\"a\":[2]},[],null]"),
     "[1,\"x\",{\"a\":[2]},[],null]", NULL, 0, 0, 0},
    {"an empty pointer is the whole", "", TEXT(" [ 1 , 2 ] \n"), "[1,2]", NULL, 0, 0, 0},
    {"members of an object with their keys", NULL, TEXT("{\"a\":1, \"b\" : {\"c\":[]}}"),
     "[[\"a\",1],[\"b\",{\"c\":[]}]]", NULL, 0, 0, 0},
    {"a key with escapes", NULL, TEXT("{\"\\u0061\\n\":1}"), "[[\"a\\n\",1]]", NULL, 0, 0, 0},
    {"equal keys are items each", NULL, TEXT("{\"a\":1,\"a\":2}"), "[[\"a\",1],[\"a\",2]]", NULL, 0,
     0, 0},
    {"an empty array", NULL, TEXT("[]"), "[]", NULL, 0, 0, 0},
    {"an empty object", NULL, TEXT("{ }"), "[]", NULL, 0, 0, 0},
    {"strings that look like structure", NULL, TEXT("[\"]\",\"\\\"]\",\"\\\\\",\"{[\"]"),
     "[\"]\",\"\\\"]\",\"\\\\\",\"{[\"]", NULL, 0, 0, 0},
    {"lines within items", NULL, TEXT("[\n {\n\"a\":\n1},\r\n2\n]\n"), "[{\"a\":1},2]", NULL, 0, 0,
     0},
    {"the last of two equal keys of an item wins", NULL, TEXT("[{\"a\":1,\"a\":2}]"), "[{\"a\":2}]",
     NULL, 0, 0, 0},
    {"half a character is let in", NULL, TEXT("[\"\\ud800\"]"), "[\"\\ud800\"]", NULL, 0, 0, 0},
    {"a byte order mark is skipped", NULL, TEXT("\xEF\xBB\xBF[1]"), "[1]", NULL, 0, 0, 0},
    {"a pointer to an array", "/a", TEXT("{\"b\":[9],\"a\":[1,2],\"c\":[8]}"), "[1,2]", NULL, 0, 0,
     0},
    {"a pointer to an object", "/a", TEXT("{\"a\":{\"x\":1}}"), "[[\"x\",1]]", NULL, 0, 0, 0},
    {"a deep pointer", "/a/b/c",
     TEXT("{\"a\":{\"x\":{\"c\":[9]},\"b\":{\"c\":[1,2]},\"y\":0},\"z\":[]}"), "[1,2]", NULL, 0, 0,
     0},
    {"through arrays", "/1/a/0", TEXT("[{\"a\":[[8]]},{\"a\":[[1,2],[9]]},{\"a\":[[7]]}]"), "[1,2]",
     NULL, 0, 0, 0},
    {"elements behind the one that the pointer goes through", "/1", TEXT("[0,[1,2],3,4,5]"),
     "[1,2]", NULL, 0, 0, 0},
    {"only whole keys match", "/ab", TEXT("{\"a\":[1],\"abc\":[2],\"ab\":[3]}"), "[3]", NULL, 0, 0,
     0},
    {"an empty key", "//x", TEXT("{\"\":{\"x\":[1]}}"), "[1]", NULL, 0, 0, 0},
    {"a key of an object that looks like an index", "/0", TEXT("{\"0\":[1]}"), "[1]", NULL, 0, 0,
     0},
    {"escapes of the pointer", "/a~1b/~0~01", TEXT("{\"a/b\":{\"~~1\":[1]}}"), "[1]", NULL, 0, 0,
     0},
    {"escapes of the key", "/\xC3\xA4/\"", TEXT("{\"\\u00e4\":{\"\\\"\":[1]}}"), "[1]", NULL, 0, 0,
     0},
    {"the same key elsewhere is no match", "/a/b",
     TEXT("{\"b\":[9],\"x\":{\"a\":{\"b\":[8]}},\"a\":{\"b\":[1],\"c\":{\"b\":[7],\"a\":1}}}"),
     "[1]", NULL, 0, 0, 0},
    {"no such key", "/b", TEXT("{\"a\":[1]}"), "[]", NO_MATCH, 1, 9, 0},
    {"no such index", "/1", TEXT("[[1]]\n"), "[]", NO_MATCH, 2, 6, 0},
    {"an index with a zero in front", "/01", TEXT("[[1],[2]]"), "[]", NO_MATCH, 1, 9, 0},
    {"the element behind the last", "/-", TEXT("[[1]]"), "[]", NO_MATCH, 1, 5, 0},
    {"a key of an array", "/a", TEXT("[{\"a\":[1]}]"), "[]", NO_MATCH, 1, 11, 0},
    {"into a scalar", "/a/b", TEXT("{\"a\":5}"), "[]", NO_MATCH, 1, 7, 0},
    {"a scalar file has nothing in it", "/a", TEXT("12"), "[]", NO_MATCH, 1, 2, 0},
    {"a scalar", "/a", TEXT("{\"a\":5}"), "[]", NOT_ITERABLE, 1, 5, 0},
    {"null", "/a", TEXT("{\n\"a\": null}"), "[]", NOT_ITERABLE, 2, 7, 0},
    {"a scalar file", NULL, TEXT(" \"x\""), "[]", NOT_ITERABLE, 1, 1, 0},
    {"a key on the way twice, behind the items", "/a", TEXT("{\"a\":[1],\n\"a\":[2]}"), "[1]",
     TWICE, 2, 10, 0},
    {"twice, above the items", "/a/b", TEXT("{\"a\":{\"b\":[1]},\"b\":1,\"\\u0061\":0}"), "[1]",
     TWICE, 1, 21, 0},
    {"twice, before the items", "/a/b", TEXT("{\"a\":0,\"a\":{\"b\":[1]}}"), "[]", TWICE, 1, 7, 0},
    {"a pointer without a slash", "a", TEXT("[]"), "[]",
     "ItemsPointer is a JSON Pointer, which begins with /", 0, 0, 0},
    {"a ~ of the pointer that escapes nothing", "/~2/a~", TEXT("{\"~2\":{\"a~\":[1]}}"), "[1]",
     NULL, 0, 0, 0},
    {"an empty file", NULL, TEXT(""), "[]", "there is no value in the file", 1, 0, 0},
    {"a blank file", NULL, TEXT(" \n "), "[]", "there is no value in the file", 2, 3, 0},
    {"the file ends in the array", NULL, TEXT("[1,\n2"), "[1]", "the file ends inside an array", 2,
     5, 0},
    {"the file ends behind an item", NULL, TEXT("[1 "), "[1]", "the file ends inside an array", 1,
     3, 0},
    {"the file ends in an item", NULL, TEXT("[1,{\"a\":"), "[1]", "the file ends inside an object",
     1, 8, 0},
    {"the file ends in a string", NULL, TEXT("[\"a"), "[]", "the file ends inside a string", 1, 3,
     0},
    {"the file ends in a word", NULL, TEXT("[nul"), "[]", "the file ends inside a value", 1, 4, 0},
    {"the file ends in a number", NULL, TEXT("[-"), "[]", "the file ends inside a value", 1, 2, 0},
    {"the file ends behind the items", "/a", TEXT("{\"a\":[1]"), "[1]",
     "the file ends inside an object", 1, 8, 0},
    {"the file goes on", NULL, TEXT("[1]\n\n[2]"), "[1]",
     "expected the end of the file, but found '['", 3, 5, 0},
    {"bad JSON behind the items", "/a", TEXT("{\"a\":[1],\n\"b\":tru}"), "[1]",
     "expected true, false or null, but found '}'", 2, 17, 0},
    {"bad JSON before the items", "/a", TEXT("{\"b\":01,\"a\":[1]}"), "[]",
     "a number can't begin with a zero: expected its end, but found '1'", 1, 6, 0},
    {"a comma too many", NULL, TEXT("[1,]"), "[1]", "expected a value, but found ']'", 1, 3, 0},
    {"a comma is missing", NULL, TEXT("[1 2]"), "[1]", "expected ',' or ']', but found '2'", 1, 3,
     0},
    {"a comma is missing in an item", NULL, TEXT("[1,{\"a\":1\n\"b\":2}]"), "[1]",
     "expected ',' or '}', but found '\"'", 2, 10, 0},
    {"a colon is missing", NULL, TEXT("{\"a\" 1}"), "[]",
     "expected ':' behind a key, but found '1'", 1, 5, 0},
    {"a key is missing", NULL, TEXT("{1:2}"), "[]",
     "expected a key in double quotes, but found '1'", 1, 1, 0},
    {"a comma before the end of an object", NULL, TEXT("{\"a\":1,}"), "[[\"a\",1]]",
     "expected a key in double quotes, but found '}'", 1, 7, 0},
    {"the wrong bracket", NULL, TEXT("[1}"), "[1]", "expected ',' or ']', but found '}'", 1, 2, 0},
    {"a mark is no value", NULL,
     TEXT("[\xEF\xBB\xBF"
          "1]"),
     "[]", "expected a value, but found the character U+FEFF", 1, 1, 0},
    {"numbers that are none", NULL, TEXT("[1.]"), "[]", "expected a digit, but found ']'", 1, 3, 0},
    {"an exponent without digits", NULL, TEXT("[0, 1e+]"), "[0]", "expected a digit, but found ']'",
     1, 7, 0},
    {"numbers of all forms", NULL, TEXT("[0,-0.5,10.25E+2,1e-2,-12]"), "[0,-0.5,1025.0,0.01,-12]",
     NULL, 0, 0, 0},
    {"a number that is too large", NULL, TEXT("[1,\n[2,\n1e999]]"), "[1]", "number out of range", 3,
     8, 0},
    {"it may stand outside of the items", "/a", TEXT("{\"b\":1e999,\"a\":[1]}"), "[1]", NULL, 0, 0,
     0},
    {"an escape that is none", NULL, TEXT("[\"\\x\"]"), "[]",
     "a \\ in a string is written \\\\; it is followed by one of \" \\ / b f n r t u", 1, 3, 0},
    {"half an escape", NULL, TEXT("[\"\\u12G4\"]"), "[]", "\\u takes four hexadecimal digits", 1, 6,
     0},
    {"a newline in a string", NULL, TEXT("[\"a\n\"]"), "[]",
     "a string can't go over the end of the line: write \\n, or close it", 1, 3, 0},
    {"a control character in a string", NULL, TEXT("[\"\x01\"]"), "[]",
     "a control character in a string is written \\u0001", 1, 2, 0},
    {"no UTF-8", NULL, TEXT("[\"\xC3(\"]"), "[]", "byte 0x28 is not valid UTF-8 here", 1, 3, 0},
    {"an overlong character", NULL, TEXT("[\"\xE0\x80\x80\"]"), "[]",
     "byte 0x80 is not valid UTF-8 here", 1, 3, 0},
    {"half a character as UTF-8", NULL, TEXT("[\"\xED\xA0\x80\"]"), "[]",
     "byte 0xa0 is not valid UTF-8 here", 1, 3, 0},
    {"a character beyond the last", NULL, TEXT("[\"\xF4\x90\x80\x80\"]"), "[]",
     "byte 0x90 is not valid UTF-8 here", 1, 3, 0},
    {"characters of all lengths", NULL,
     TEXT("[\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xED\x9F\xBF\"]"),
     "[\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xED\x9F\xBF\"]", NULL, 0, 0, 0},
    {"an item of just the most bytes", NULL, TEXT("[\"123456\",{\"a\":\"\"}]"),
     "[\"123456\",{\"a\":\"\"}]", NULL, 0, 0, 8},
    {"an item of more", NULL, TEXT("[1,\n\"1234567\"]"), "[1]",
     "an item begins here that is larger than 8 bytes", 2, 4, 8},
    {"a key of more", NULL, TEXT("{\"a\":1,\"1234567\":1}"), "[[\"a\",1]]",
     "an item begins here that is larger than 8 bytes", 1, 7, 8},
    {"what is no item may be longer", "/a", TEXT("{\"b\":\"123456789\",\"a\":[1]}"), "[1]", NULL, 0,
     0, 8},
};

START_TEST(read_json)
{
    struct items_options o = {
        .format = ITEMS_JSON, .pointer = files[_i].pointer, .max_item = files[_i].max_item};

    expect_outcome(files[_i].name, o, files[_i].text, files[_i].len, files[_i].items,
                   files[_i].error, files[_i].line, files[_i].at);
}
END_TEST

/* A NUL is a character like any other: what is behind it counts. */
START_TEST(pointer_with_a_nul)
{
    static const char text[] = "{\"a\":[1],\"a\\u0000b\":[2]}";
    struct items_options o = {.format = ITEMS_JSON, .pointer = "/a\0b", .pointer_len = 4};

    expect_outcome("a NUL", o, TEXT(text), "[2]", NULL, 0, 0);
}
END_TEST

/* Items and what is around them are nested as deep as JSON may be, and a level deeper. */
START_TEST(json_depth_of_file)
{
    for (size_t more = 0; more < 2; more++) {
        struct items_options o = {.format = ITEMS_JSON, .size = UINT64_MAX};
        struct buf text = {0};
        struct outcome got;

        for (size_t i = 0; i < JSON_MAX_DEPTH + more; i++)
            buf_addc(&text, '[');
        for (size_t i = 0; i < JSON_MAX_DEPTH + more; i++)
            buf_addc(&text, ']');
        got = read_all(&o, text.data, text.len, (struct feeding){.piece = 100});
        expect_text("depth", got.why.text,
                    more ? "arrays and objects are nested deeper than 1000 levels" : NULL);
        ck_assert_uint_eq(got.count, 1 - more);
        outcome_clear(&got);
        buf_clear(&text);
    }
}
END_TEST

/* ---- states ---- */

static const struct {
    const char *name;
    enum items_format format;
    const char *pointer, *headers, *state;
    const char *error; /* NULL: it is taken */
} states[] = {
    {"JSON: the array is open", ITEMS_JSON, NULL, NULL, "{\"open\":\"[\"}", NULL},
    {"JSON: none", ITEMS_JSON, NULL, NULL, NULL,
     "the state is not one of a reader of JSON at this pointer"},
    {"JSON: of another pointer", ITEMS_JSON, "/a", NULL, "{\"open\":\"[\"}",
     "the state is not one of a reader of JSON at this pointer"},
    {"JSON: of no containers", ITEMS_JSON, NULL, NULL, "{\"open\":\"x\"}",
     "the state is not one of a reader of JSON at this pointer"},
    {"JSON: no text", ITEMS_JSON, NULL, NULL, "{\"open\":1}",
     "the state is not one of a reader of JSON at this pointer"},
    {"CSV: headers", ITEMS_CSV, NULL, NULL, "{\"headers\":[\"a\"]}", NULL},
    {"CSV: given headers", ITEMS_CSV, NULL, "[\"a\"]", "{}", NULL},
    {"CSV: none", ITEMS_CSV, NULL, NULL, "{}", "the state is not one of a reader of CSV"},
    {"CSV: headers that are no texts", ITEMS_CSV, NULL, NULL, "{\"headers\":[null]}",
     "the state is not one of a reader of CSV"},
    {"JSON Lines: nothing", ITEMS_JSONL, NULL, NULL, "{}", NULL},
};

START_TEST(take_state)
{
    json *state = states[_i].state ? json_of(states[_i].state) : NULL;
    json *headers = states[_i].headers ? json_of(states[_i].headers) : NULL;
    struct items_options o = {.format = states[_i].format,
                              .pointer = states[_i].pointer,
                              .headers = headers,
                              .state = state,
                              .position = 2,
                              .size = UINT64_MAX};
    struct diag why = {0};
    items_reader *r = items_new(&o, &why);

    ck_assert_msg((r != NULL) == !states[_i].error, "%s: taken or not", states[_i].name);
    expect_text(states[_i].name, why.text, states[_i].error);
    if (r)
        expect_json(states[_i].name, items_state(r), states[_i].state);
    items_free(r);
    diag_clear(&why);
    json_unref(headers);
    json_unref(state);
}
END_TEST

/* ---- memory ---- */

/* A file much larger than what is kept of it; each kind of filler between few items. */
static const struct {
    const char *name;
    enum items_format format;
    const char *pointer, *begin, *filler, *end;
    size_t items;
} floods[] = {
    {"rows", ITEMS_CSV, NULL, "a\n", "1,2,\"3\"\n", "", 400000},
    {"lines", ITEMS_JSONL, NULL, "", "{\"a\":12}\n", "", 400000},
    {"elements", ITEMS_JSON, NULL, "[0", ",{\"a\":12}", "]", 400001},
    {"a long string that is no item", ITEMS_JSON, "/a", "{\"b\":\"", "abcdefghi", "\",\"a\":[1]}",
     1},
    {"elements that are no items", ITEMS_JSON, "/a", "{\"b\":[0", ",[1,\"2\"]", "],\"a\":[1]}", 1},
    {"blanks", ITEMS_JSON, NULL, "[1", " \n\t\r     ", "]", 1},
    {"members behind the items", ITEMS_JSON, "/a", "{\"a\":[1]", ",\"b\":{}", "}", 1},
    {"blank lines", ITEMS_JSONL, NULL, "1", "\n", "\n", 1},
};

enum { FLOOD = 400000, FLOOD_MEMORY = 400 << 10 };

START_TEST(memory_is_flat)
{
    struct items_options o = {
        .format = floods[_i].format, .pointer = floods[_i].pointer, .size = UINT64_MAX};
    size_t fed = 0, items = 0, before = mem_in_use(), most = 0;
    items_reader *r = items_new(&o, NULL);
    struct buf piece = {0};
    enum items_result result;
    struct item item;

    while ((result = items_next(r, &item, NULL)) != ITEMS_END) {
        ck_assert_msg(result != ITEMS_FAILED, "%s: is good", floods[_i].name);
        if (result == ITEMS_ITEM) {
            items++;
            json_unref(item.key);
            json_unref(item.value);
            continue;
        }
        buf_reset(&piece);
        if (!fed)
            buf_adds(&piece, floods[_i].begin);
        for (size_t i = 0; i < 1000 && fed < FLOOD; i++, fed++)
            buf_adds(&piece, floods[_i].filler);
        if (fed == FLOOD && !piece.len) {
            items_feed_end(r);
            continue;
        }
        if (fed == FLOOD)
            buf_adds(&piece, floods[_i].end);
        items_feed(r, buf_str(&piece), piece.len);
        most = mem_in_use() - before > most ? mem_in_use() - before : most;
    }
    ck_assert_msg(items == floods[_i].items, "%s: %zu items", floods[_i].name, items);
    ck_assert_msg(most < FLOOD_MEMORY, "%s: %zu bytes", floods[_i].name, most);
    items_free(r);
    buf_clear(&piece);
    ck_assert_uint_eq(mem_in_use(), before);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("items");
    TCase *t = tcase_create("items");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, read_csv, 0, COUNT(csv));
    tcase_add_test(t, csv_most_columns);
    tcase_add_test(t, csv_as_the_model);
    tcase_add_loop_test(t, read_jsonl, 0, COUNT(jsonl));
    tcase_add_loop_test(t, read_json, 0, COUNT(files));
    tcase_add_test(t, pointer_with_a_nul);
    tcase_add_test(t, json_depth_of_file);
    tcase_add_loop_test(t, take_state, 0, COUNT(states));
    tcase_add_loop_test(t, memory_is_flat, 0, COUNT(floods));
    suite_add_tcase(s, t);
    return run_suite(s);
}
