/*
 * A file in S3, read by ranges of a few MiB, so that no more of it is in memory. Its ETag is
 * demanded again with each range: one that is changed while it is read fails; but one that could
 * not be read may be put right, and goes on when its Map Run is redriven. After a restart a file
 * goes on where it was; a packed one is unpacked from its beginning, and what was read is skipped
 * by its reader. Of Parquet the end comes first, and tells the size without which there is no
 * reader; then ranges are asked for wherever the reader wants them.
 */
#include "runtime/mapio/mapio_impl.h"

#include "parsers/base/mem.h"
#include "parsers/parquet/parquet.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A piece, and how much of it the reader is fed with at once. */
enum { PIECE_BYTES = 3 << 20, FEED_BYTES = 256 << 10 };
/* What is read first of a Parquet file: mostly its whole footer, and all of a small file. */
enum { TAIL_BYTES = 256 << 10 };

/* The part of all memory that pages of one file may have, and what they may have in any case. */
enum { READER_SHARE = 2, READER_BYTES = 64 << 20 };

bool file_is_open(const struct file *f)
{
    return f->key != NULL;
}

void file_close(struct file *f)
{
    items_free(f->reader);
    unpacker_free(f->unpacker);
    json_unref(f->bucket);
    json_unref(f->key);
    json_unref(f->etag);
    json_unref(f->outer);
    json_unref(f->piece);
    *f = (struct file){0};
}

void file_put_away(struct file *f)
{
    items_free(f->reader);
    json_unref(f->piece);
    f->reader = NULL;
    f->reader_state = NULL;
    f->piece = NULL;
    f->whole = false;
    f->resumed = true;
}

size_t file_held(const struct file *f)
{
    return (f->piece ? json_str_len(f->piece) : 0) + (f->reader ? items_held(f->reader) : 0) +
           (f->unpacker ? unpacker_held(f->unpacker) : 0);
}

/* ---- what is wrong with a file ---- */

/* What AWS says of some faults, word by word, without a place. NULL: nothing that is known. */
static const char *words_of_aws(const char *code)
{
    static const struct {
        const char *code, *words;
    } all[] = {
        {"CSV_HEADER_TWICE", "CSV headers cannot contain duplicates."},
        {"ITEMS_NOT_FOUND", "The provided ReaderConfig.ItemsPointer does not match any valid path "
                            "in the JSON structure."},
        {"ITEMS_NOT_ITERABLE", "Attempting to map over non-iterable node."},
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!strcmp(code, all[i].code))
            return all[i].words;
    return NULL;
}

/* These faults are in what the ReaderConfig says, so no place in the file has them. */
static bool is_of_config(const struct diag *why)
{
    return !strcmp(why->code, "CSV_HEADERS") || !strcmp(why->code, "ITEMS_POINTER");
}

/* Bytes count from 0, as in ranges. Of a packed file they are those of what is in it. */
static void add_place_in_file(struct buf *out, const struct file *f, const struct diag *why)
{
    if (why->place.line)
        buf_printf(out, ", line %zu", (size_t)why->place.line);
    if (why->place.column)
        buf_printf(out, ", column %zu", (size_t)why->place.column);
    if (f->reader)
        buf_printf(out, ", byte %zu%s", why->at, f->unpacker ? " (unpacked)" : "");
}

/* Tells why a file has no items that is good JSON. AWS's words for it leave all of that out. */
static void tell_no_list(const struct reading *r)
{
    asker_tell(&r->asker,
               "%s is read as JSON%s, and what should have the items is no list of them: "
               "ItemsPointer says where the list is, and InputType JSONL that each line is an item",
               json_str(r->asker.where),
               reading_setting(r, "InputType") ? "" : ", as there is no InputType");
}

/* Tells of a fault which file has it, and what AWS's words for it leave out. */
static void tell_bad_file(const struct reading *r, const struct diag *why)
{
    const struct file *f = &r->file;
    struct buf place = {0};

    if (!strcmp(why->code, "ITEMS_NOT_ITERABLE")) {
        tell_no_list(r);
        return;
    }
    if (!strcmp(why->code, "ITEMS_NOT_FOUND")) {
        asker_tell(&r->asker, "S3://%s/%s: ItemsPointer %s finds nothing in it",
                   json_str(f->bucket), json_str(f->key),
                   json_str(reading_setting(r, "ItemsPointer")));
        return;
    }
    if (!strcmp(why->code, "CSV_HEADER_TWICE") && f->reader)
        add_place_in_file(&place, f, why);
    asker_tell(&r->asker, "S3://%s/%s%s%s: %s", json_str(f->bucket), json_str(f->key),
               buf_str(&place), r->headers ? ", with the headers that are given" : "", why->text);
    buf_clear(&place);
}

/* Adds what may have been meant: JSON Lines and JSON are easily taken for each other. */
static void add_other_type(struct buf *out, const struct reading *r, const struct diag *why)
{
    if (strcmp(why->code, "JSON_SYNTAX") || why->place.line != 1)
        return;
    if (r->format == ITEMS_JSON && !reading_setting(r, "InputType"))
        buf_adds(out, " (without an InputType a file is read as JSON)");
    else if (r->format == ITEMS_JSONL)
        buf_adds(out, " (a JSON text of several lines has the InputType JSON)");
}

static void refuse_bad_file(struct reading *r, const struct diag *why)
{
    const char *words = words_of_aws(why->code);
    struct buf text = {0};

    if (words) {
        tell_bad_file(r, why);
        reading_fail(r, "%s", words);
        return;
    }
    if (!is_of_config(why)) {
        buf_printf(&text, "'%s'", json_str(r->file.key));
        add_place_in_file(&text, &r->file, why);
        buf_adds(&text, ": ");
    }
    buf_adds(&text, why->text);
    add_other_type(&text, r, why);
    reading_fail(r, "%s", buf_str(&text));
    buf_clear(&text);
}

/* Two ASCII characters of UTF-16, which need not have a byte order mark. */
static bool is_wide(const char *bytes, size_t len)
{
    return len >= 4 && ((!bytes[0] && bytes[1] && !bytes[2] && bytes[3]) ||
                        (bytes[0] && !bytes[1] && bytes[2] && !bytes[3]));
}

/* What stands where a site has no such file, or nobody is logged in. */
static bool is_markup(const char *bytes, size_t len)
{
    static const char *const begins[] = {"<!doctype html", "<html", "<?xml"};
    const char *end = bytes + len;

    while (bytes < end && (*bytes == ' ' || *bytes == '\n' || *bytes == '\r' || *bytes == '\t'))
        bytes++;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if ((size_t)(end - bytes) > strlen(begins[i]) &&
            !strncasecmp(bytes, begins[i], strlen(begins[i])))
            return true;
    return false;
}

/* What is no text in UTF-8, by its first bytes: rows made of it would be garbage, or none. Only
 * bytes that no CSV begins with are in the table. */
static const char *foreign_bytes(const char *bytes, size_t len)
{
    static const struct {
        const char *bytes;
        size_t len;
        const char *why;
    } kinds[] = {
        {"\x1F\x8B", 2,
         "it is packed by gzip: a file is unpacked, once, if its name ends with .gz"},
        {"\x28\xB5\x2F\xFD", 4,
         "it is packed by zstd: a file is unpacked, once, if its name ends with .zst or .zstd"},
        {"\xFF\xFE", 2, "it is in UTF-16: only UTF-8 can be read"},
        {"\xFE\xFF", 2, "it is in UTF-16: only UTF-8 can be read"},
        {"PAR1\x15", 5, "it is Parquet: the InputType for that is PARQUET"},
        {"PK\x03\x04", 4, "it is a ZIP archive, as those of Excel are: it can't be read"},
        {"PK\x05\x06", 4, "it is an empty ZIP archive: it can't be read"},
        {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8,
         "it is a file of Microsoft Office: it can't be read"},
        {"\xFD\x37\x7A\x58\x5A\x00", 6, "it is packed by xz: only gzip and zstd are unpacked"},
        {"7z\xBC\xAF\x27\x1C", 6, "it is a 7-Zip archive: it can't be read"},
        {"\x04\x22\x4D\x18", 4, "it is packed by lz4: only gzip and zstd are unpacked"},
        {"Obj\x01", 4, "it is Avro: it can't be read"},
        {"%PDF-", 5, "it is a PDF: it can't be read"},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (len >= kinds[i].len && !memcmp(bytes, kinds[i].bytes, kinds[i].len))
            return kinds[i].why;
    if (len >= 10 && !memcmp(bytes, "BZh", 3) && !memcmp(bytes + 4, "1AY&SY", 6))
        return "it is packed by bzip2: only gzip and zstd are unpacked";
    if (is_wide(bytes, len))
        return "it is in UTF-16: only UTF-8 can be read";
    if (is_markup(bytes, len))
        return "it is HTML or XML: it can't be read";
    return NULL;
}

/* Feeds a reader of text with bytes that stand at `at`. */
static void feed_text(struct file *f, uint64_t at, const char *bytes, size_t len)
{
    if (at == 0)
        f->foreign = foreign_bytes(bytes, len);
    items_feed(f->reader, bytes, len);
}

void file_refuse_changed(struct reading *r)
{
    struct buf name = {0};

    buf_printf(&name, "'%s'", json_str(r->file.key));
    reading_fail_changed(r, buf_str(&name));
    buf_clear(&name);
}

/* The definition names the first object that is asked for, and what S3 says of it is the cause, as
 * on AWS; others come out of a list or a manifest, so the cause says which. */
static void file_call_failed(struct reading *r, const struct task_result *result)
{
    const struct file *f = &r->file;

    if (f->etag && is_condition_failed(result)) {
        file_refuse_changed(r);
        return;
    }
    if (r->kind == &source_object || json_str_is(result->error, ASL_NO_HANDLER)) {
        reading_fail_with(r, result);
        return;
    }
    struct task_result named = {
        .error = json_ref(result->error),
        .cause = json_stringf("'%s' of the bucket '%s': %s", json_str(f->key), json_str(f->bucket),
                              json_str(result->cause ? result->cause : result->error))};
    reading_fail_with(r, &named);
    task_result_clear(&named);
}

/* ---- opening ---- */

static char delimiter_of(const struct reading *r)
{
    for (size_t i = 0; i < ITEMS_DELIMITERS; i++)
        if (reading_is_set(r, "CSVDelimiter", items_delimiters[i].name))
            return items_delimiters[i].c;
    return items_delimiters[0].c;
}

/* 0: there is no bound but the reader's own. */
static size_t most_held(const struct reading *r)
{
    size_t share = r->asker.m->world.memory / READER_SHARE;

    return share && share < READER_BYTES ? READER_BYTES : share;
}

/* `size` is UINT64_MAX where it is not known. */
static bool open_reader(struct reading *r, const json *state, uint64_t position, uint64_t size)
{
    const json *pointer =
        text_member(json_get(json_get(r->plan, "reader"), "config"), "ItemsPointer");
    struct items_options options = {
        .format = r->format,
        .pointer = pointer ? json_str(pointer) : NULL,
        .pointer_len = pointer ? json_str_len(pointer) : 0,
        .delimiter = delimiter_of(r),
        .headers = r->headers,
        .size = size,
        .max_pages = r->most_read,
        .asks = true,
        .max_held = most_held(r),
        .state = state,
        .position = position,
    };
    struct diag why = {0};

    r->file.reader =
        r->format == ITEMS_PARQUET ? parquet_new(&options, &why) : items_new(&options, &why);
    if (r->file.reader)
        return true;
    refuse_bad_file(r, &why);
    diag_clear(&why);
    return false;
}

bool file_open(struct reading *r, const json *bucket, const json *key, const json *state,
               uint64_t position, json *outer)
{
    struct file *f = &r->file;
    const json *etag = state && !r->anew ? json_get(state, "etag") : NULL;

    *f = (struct file){.bucket = json_ref(bucket),
                       .key = json_ref(key),
                       .etag = json_ref(etag),
                       .outer = outer,
                       .resumed = etag != NULL,
                       .end = position,
                       .new_state = true};
    r->unit = r->format == ITEMS_PARQUET ? "row" : "byte";
    /* It is packed within, if at all, and its reader waits for its size. */
    if (r->format == ITEMS_PARQUET)
        return true;
    if (!unpacker_for(json_str(key), json_str_len(key), &f->unpacker)) {
        reading_fail(r, "There is no memory to unpack '%s'.", json_str(key));
        return false;
    }
    return open_reader(r, state ? json_get(state, "reader") : NULL, position, UINT64_MAX);
}

/* ---- ranges ---- */

/* {"etag": …, "reader": …}, and what the kind of source has added. */
static json *state_of_file(const struct file *f)
{
    struct json_build b;

    json_build_object(&b, 4);
    for (size_t i = 0; f->outer && i < json_count(f->outer); i++)
        json_build_set_key(&b, json_ref(json_key_at(f->outer, i)),
                           json_ref(json_value_at(f->outer, i)));
    if (f->etag)
        json_build_set(&b, "etag", json_ref(f->etag));
    if (items_state(f->reader))
        json_build_set(&b, "reader", json_ref(items_state(f->reader)));
    return json_build_done(&b);
}

/* An empty object has no first byte. */
static bool is_past_end(const struct task_result *result)
{
    return json_str_is(result->error, "S3.InvalidRangeException") ||
           (result->cause && strstr(json_str(result->cause), "Status Code: 416"));
}

/* AWS documents the limit, and no text. False after the reading failed. */
static bool check_file_size(struct reading *r, uint64_t bytes)
{
    if (bytes <= r->most_read)
        return true;
    reading_fail(r,
                 "'%s' has more than %" PRIu64 " bytes%s, the most that a file of items may have",
                 json_str(r->file.key), r->most_read, r->file.unpacker ? ", unpacked" : "");
    return false;
}

/*
 * Takes the bytes of an answer, which say where they stand. Without that they are the whole object:
 * who knows no ranges (a mock, a small server) answers with it. False after the reading failed.
 */
static bool take_piece(struct reading *r, const json *body, const json *range)
{
    struct file *f = &r->file;
    struct extent e = {0};
    size_t len = json_str_len(body);

    if (range ? !extent_of_range(r, range, len, &e) : !extent_of_whole(r, len))
        return false;
    f->piece = json_ref(body);
    f->piece_from = e.from;
    f->used = range ? 0 : f->next < len ? (size_t)f->next : len;
    f->next = range ? e.from + len : len;
    /* Where no size is told, a range that is shorter than what was asked for is the last. */
    bool last = f->size ? f->next >= f->size : f->next > e.last && len < PIECE_BYTES;
    f->whole = !range || len == 0 || (r->format != ITEMS_PARQUET && last);
    return check_file_size(r, f->size > f->next ? f->size : f->next) &&
           (f->reader || open_reader(r, NULL, f->end, range ? e.size : len));
}

static void piece_came(struct asker *asker, struct task_result *result)
{
    struct reading *r = reading_of(asker);
    struct file *f = &r->file;
    const json *body = text_member(result->output, "Body"),
               *etag = text_member(result->output, "ETag");

    if (!result->ok && is_past_end(result)) {
        f->whole = true;
        if (!file_may_end(r) || (!f->reader && !open_reader(r, NULL, f->end, 0)))
            return;
    } else if (!result->ok) {
        file_call_failed(r, result);
        return;
    } else if (!body) {
        reading_fail(r, "The answer of getObject for '%s' has no Body.", json_str(f->key));
        return;
    } else if (f->etag && etag && !json_equal(etag, f->etag)) {
        file_refuse_changed(r);
        return;
    } else {
        r->redriven = false;
        if (!f->etag && etag)
            f->etag = json_ref(etag);
        if (!take_piece(r, body, text_member(result->output, "ContentRange")))
            return;
    }
    reading_go_on(r);
}

static json *range_of(uint64_t from, uint64_t len)
{
    return from == FILE_FROM_END ? json_stringf("bytes=-%d", TAIL_BYTES)
                                 : json_stringf("bytes=%" PRIu64 "-%" PRIu64, from,
                                                from + (len < PIECE_BYTES ? len : PIECE_BYTES) - 1);
}

/* Asks for `len` bytes, or as many as a piece has. */
static void ask_for_piece(struct reading *r, uint64_t from, uint64_t len)
{
    const struct file *f = &r->file;
    struct json_build b;

    json_build_object(&b, 6);
    json_build_set(&b, "Bucket", json_ref(f->bucket));
    json_build_set(&b, "Key", json_ref(f->key));
    /* The version is that of the object in the parameters: a manifest's files have their own. */
    if (r->kind == &source_object && reading_parameter(r, "VersionId"))
        json_build_set(&b, "VersionId", json_ref(reading_parameter(r, "VersionId")));
    if (reading_parameter(r, "ExpectedBucketOwner"))
        json_build_set(&b, "ExpectedBucketOwner",
                       json_ref(reading_parameter(r, "ExpectedBucketOwner")));
    json_build_set(&b, "Range", range_of(from, len));
    if (f->etag)
        json_build_set(&b, "IfMatch", json_ref(f->etag));
    r->file.next = from;
    asker_set_call(&r->asker, "getObject", json_build_done(&b), true, piece_came);
}

/* ---- reading ---- */

/* A reader that begins in the midst of a packed file has no use for what is before. */
static void feed_behind(struct file *f, const char *bytes, size_t len)
{
    uint64_t from, wanted, begin = f->unpacked;

    items_wanted(f->reader, &from, &wanted);
    f->unpacked += len;
    if (from < f->unpacked)
        feed_text(f, from, bytes + (from - begin), (size_t)(f->unpacked - from));
}

/* Unpacks some of the piece. False when the next one is needed, or with *why set. */
static bool feed_unpacked(struct file *f, const char **why)
{
    size_t len = f->piece ? json_str_len(f->piece) : 0;
    char *out = mem_alloc(FEED_BYTES);
    size_t got = unpack(f->unpacker, f->piece ? json_str(f->piece) : "", len, &f->used, out,
                        FEED_BYTES, why);
    bool good = got && got != SIZE_MAX;

    if (good)
        feed_behind(f, out, got);
    mem_free(out);
    return good;
}

/* Feeds what the piece has of what is wanted. Who jumps about gets all of it at once: what he wants
 * next may be elsewhere. */
static bool feed_plain(struct reading *r)
{
    struct file *f = &r->file;
    uint64_t from, wanted, begin = f->piece_from;
    size_t len = f->piece ? json_str_len(f->piece) : 0;

    items_wanted(f->reader, &from, &wanted);
    if (from < begin || from - begin >= len)
        return false;
    len -= (size_t)(from - begin);
    if (len > wanted)
        len = (size_t)wanted;
    const char *bytes = json_str(f->piece) + (from - begin);
    if (r->format == ITEMS_PARQUET)
        items_feed(f->reader, bytes, len);
    else
        feed_text(f, from, bytes, len < FEED_BYTES ? len : FEED_BYTES);
    return true;
}

/* The reader needs more: what is here, or the next piece, or the news that there is none. */
static enum source_step feed(struct reading *r)
{
    struct file *f = &r->file;
    uint64_t from, wanted;
    const char *why = NULL;
    bool fed = f->unpacker ? feed_unpacked(f, &why) : feed_plain(r);

    if (f->foreign) {
        reading_fail(r, "'%s': %s", json_str(f->key), f->foreign);
        return SOURCE_FAILED;
    }
    if (fed)
        return check_file_size(r, f->unpacked) ? SOURCE_GOES_ON : SOURCE_FAILED;
    if (why) {
        reading_fail(r, "'%s' can't be unpacked: %s", json_str(f->key), why);
        return SOURCE_FAILED;
    }
    if (!f->whole) {
        items_wanted(f->reader, &from, &wanted);
        if (r->format == ITEMS_PARQUET &&
            !room_take(r, items_held(f->reader) +
                              (wanted < PIECE_BYTES ? (size_t)wanted : PIECE_BYTES)))
            return SOURCE_WAITS;
        json_unref(f->piece);
        f->piece = NULL;
        ask_for_piece(r, f->unpacker ? f->next : from, f->unpacker ? PIECE_BYTES : wanted);
        return SOURCE_WAITS;
    }
    if (f->unpacker && !unpacker_is_done(f->unpacker)) {
        reading_fail(r, "'%s' can't be unpacked: it is cut off", json_str(f->key));
        return SOURCE_FAILED;
    }
    items_feed_end(f->reader);
    return SOURCE_GOES_ON;
}

/* The members of an object are items where a pointer asks for them: of the whole file AWS takes an
 * array alone (recorded). An object without members has the reader in its state, too. */
static bool is_object_alone(const struct reading *r)
{
    if (r->format != ITEMS_JSON || reading_setting(r, "ItemsPointer"))
        return false;
    const json *open = text_member(items_state(r->file.reader), "open");
    return open && json_str_is(open, "{");
}

static enum source_step refuse_object(struct reading *r)
{
    tell_no_list(r);
    reading_fail(r, "Attempting to map over non-iterable node.");
    return SOURCE_FAILED;
}

/* A JSON array on one line is good JSON Lines, too: one item, which hardly anybody means. */
static void tell_only_array(const struct reading *r)
{
    const struct file *f = &r->file;

    if (r->format == ITEMS_JSONL && f->items == 1 && f->array && !f->resumed)
        asker_tell(&r->asker,
                   "S3://%s/%s is read as JSON Lines, and its only line is an array, which is one "
                   "item: InputType JSON makes each of its elements one",
                   json_str(f->bucket), json_str(f->key));
}

static enum source_step end_file(struct reading *r)
{
    if (is_object_alone(r))
        return refuse_object(r);
    tell_only_array(r);
    file_close(&r->file);
    return SOURCE_ENDS;
}

/* Tells once of rows that look as if they had another delimiter: then each is one member. Names of
 * columns often have a space in them. */
static void tell_delimiter(struct reading *r)
{
    const json *state = items_state(r->file.reader);
    const json *headers = state && json_is_object(state) ? json_get(state, "headers") : NULL;

    if (r->told_delimiter || r->format != ITEMS_CSV || !headers || json_count(headers) != 1)
        return;
    for (size_t i = 0; i < ITEMS_DELIMITERS; i++) {
        const struct items_delimiter *d = &items_delimiters[i];
        if (d->c == ' ' || !strchr(json_str(json_at(headers, 0)), d->c))
            continue;
        r->told_delimiter = true;
        asker_tell(&r->asker,
                   "S3://%s/%s has one column, and its header has the delimiter of CSVDelimiter %s "
                   "in it: maybe that is the delimiter",
                   json_str(r->file.bucket), json_str(r->file.key), d->name);
        return;
    }
}

static enum source_step file_take_item(struct reading *r, struct item *item)
{
    struct file *f = &r->file;

    if (is_object_alone(r)) {
        json_unref(item->key);
        json_unref(item->value);
        return refuse_object(r);
    }
    /* Rows of Parquet are numbered; the others end at a byte. */
    uint64_t bytes = r->format == ITEMS_PARQUET ? json_text_len(item->value)
                     : item->end > f->end       ? item->end - f->end
                                                : 1;

    if (items_state(f->reader) != f->reader_state)
        f->new_state = true;
    f->reader_state = items_state(f->reader);
    f->end = item->end;
    f->items++;
    f->array = json_is_array(item->value);
    if (f->new_state)
        tell_delimiter(r);
    if (f->new_state)
        reading_enter(r, state_of_file(f),
                      json_stringf("S3://%s/%s", json_str(f->bucket), json_str(f->key)));
    reading_add(r, item, bytes, NULL);
    f->new_state = false;
    return SOURCE_GOES_ON;
}

/* The reader needs memory. It is asked for again when it is the reading's turn. */
static enum source_step ask_for_memory(struct reading *r)
{
    items_reader *reader = r->file.reader;
    size_t lacks = items_lacks(reader);

    if (!room_take(r, items_held(reader) + lacks))
        return SOURCE_WAITS;
    items_allow(reader, lacks);
    return SOURCE_GOES_ON;
}

enum source_step file_read(struct reading *r)
{
    struct file *f = &r->file;
    struct item item;
    struct diag why = {0};

    if (!f->reader) {
        ask_for_piece(r, FILE_FROM_END, TAIL_BYTES);
        return SOURCE_WAITS;
    }
    switch (items_next(f->reader, &item, &why)) {
    case ITEMS_ITEM: return file_take_item(r, &item);
    case ITEMS_WANTS: return feed(r);
    case ITEMS_RESTS: return SOURCE_GOES_ON;
    case ITEMS_FULL: return ask_for_memory(r);
    case ITEMS_END: return end_file(r);
    case ITEMS_FAILED: break;
    }
    refuse_bad_file(r, &why);
    diag_clear(&why);
    return SOURCE_FAILED;
}
