/*
 * mapio: the items of Map Runs, read of a made-up S3. Each row is read whole, and then again from
 * behind each of its items, as after a restart: what follows must be the same.
 */
#include "tests/support/expect.h"
#include "tests/support/parquet_file.h"

#include "parsers/base/mem.h"
#include "runtime/mapio/mapio.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* ---- a made-up S3 ---- */

enum { PAGE_KEYS = 2 };

struct object {
    const char *key, *body;
    size_t len; /* 0: of the text */
};

/* How answers with a range of an object are wrong, or hard to take. */
enum odd {
    ODD_NOT,
    ODD_EMPTY, /* the range has bytes, and none come */
    ODD_SHORT, /* half of them come */
    ODD_LONG,  /* one more comes */
    ODD_GROWN, /* it is of an object with another size */
    ODD_SIZELESS,
    ODD_NOTHING, /* neither bytes nor a range */
    ODD_HALF,    /* the whole object is half as long */
    ODD_PAST_END
};

struct world {
    mapio *m;
    const struct object *objects; /* by key; NULL ends them */
    const char *etag;             /* of all of them */
    uint64_t call;                /* that is out; 0: none */
    char action[32];
    json *parameters;
    size_t calls;
    bool cancelled, refuses, knows_no_ranges, gives_tokens, anew, redriven, no_limits;
    enum odd odd; /* what answers are from this call on: */
    size_t odd_from;
    /* So many calls fail first, with these. */
    size_t failures;
    const char *failure, *cause;
    int64_t now_ms;
    int64_t look_ms; /* how long each look at the clock takes */
    /* What came of the last request. */
    json *part;
    struct asl_error error;
    bool differs;
    struct buf told;
};

/* So long items wait for those of the next file. */
static int64_t gather_ms;

static void world_call(void *user, const struct task *task)
{
    struct world *w = user;

    ck_assert_msg(!w->call, "a reading asks for one thing at a time");
    w->call = task->id;
    w->calls++;
    ck_assert_uint_eq(task->resource->action.len < sizeof w->action, 1);
    memcpy(w->action, task->resource->action.at, task->resource->action.len);
    w->action[task->resource->action.len] = '\0';
    w->parameters = json_ref(task->parameters);
    ck_assert_int_eq(task->raw, !strcmp(w->action, "getObject"));
    expect_text("state", task->state, "M");
}

static void world_cancel(void *user, uint64_t id)
{
    struct world *w = user;

    ck_assert_uint_eq(id, w->call);
    w->cancelled = true;
}

static int64_t world_now(void *user)
{
    struct world *w = user;

    return w->now_ms += w->look_ms;
}

static void world_came(void *user, uint64_t id, json *part)
{
    struct world *w = user;

    ck_assert_uint_eq(id, 7);
    ck_assert(!w->part);
    w->part = part;
}

static void world_failed(void *user, uint64_t id, struct asl_error error, bool differs)
{
    struct world *w = user;

    ck_assert_uint_eq(id, 7);
    w->error = error;
    w->differs = differs;
}

static void world_tell(void *user, const char *execution, const char *line)
{
    struct world *w = user;

    expect_text("execution", execution, "arn:e");
    buf_printf(&w->told, "%s\n", line);
}

static struct task_result refused(const char *error, const char *cause)
{
    return (struct task_result){.error = json_cstring(error),
                                .cause = cause ? json_cstring(cause) : NULL};
}

static const struct object *object_named(const struct world *w, const json *key)
{
    for (const struct object *o = w->objects; o->key; o++)
        if (json_str_is(key, o->key))
            return o;
    return NULL;
}

/* Answers with the range that is asked for; without one with all of it. */
static struct task_result get_object(const struct world *w)
{
    const struct object *o = object_named(w, json_get(w->parameters, "Key"));
    const json *range = json_get(w->parameters, "Range"),
               *etag = json_get(w->parameters, "IfMatch");
    size_t from = 0, to = SIZE_MAX;
    struct json_build b;

    if (!o)
        return refused("S3.NoSuchKeyException", "The specified key does not exist.");
    if (etag && !json_str_is(etag, w->etag))
        return refused("S3.S3Exception", "At least one of the pre-conditions you specified did not "
                                         "hold (Service: S3, Status Code: 412)");
    size_t len = o->len ? o->len : strlen(o->body);
    if (w->knows_no_ranges)
        range = NULL;
    /* "bytes=-100": the last ones. */
    if (range && sscanf(json_str(range), "bytes=-%zu", &to) == 1) {
        from = to < len ? len - to : 0;
        to = SIZE_MAX;
    } else if (range) {
        ck_assert_int_eq(sscanf(json_str(range), "bytes=%zu-%zu", &from, &to), 2);
    }
    enum odd odd = range && w->calls >= w->odd_from ? w->odd : ODD_NOT;
    if (range && (from >= len || odd == ODD_PAST_END))
        return refused("S3.S3Exception",
                       "The requested range is not satisfiable (Service: S3, Status Code: 416)");
    if (to >= len)
        to = len - 1;
    json_build_object(&b, 3);
    if (odd == ODD_SIZELESS)
        json_build_set(&b, "ContentRange", json_stringf("bytes %zu-%zu/*", from, to));
    else if (range && odd != ODD_NOTHING && odd != ODD_HALF)
        json_build_set(&b, "ContentRange",
                       json_stringf("bytes %zu-%zu/%zu", from, to, len + (odd == ODD_GROWN)));
    size_t came = len ? to - from + 1 : 0;
    switch (odd) {
    case ODD_EMPTY:
    case ODD_NOTHING: came = 0; break;
    case ODD_SHORT: came = (came + 1) / 2; break;
    case ODD_LONG: came++; break;
    case ODD_HALF: from = 0, came = len / 2; break;
    case ODD_NOT:
    case ODD_GROWN:
    case ODD_SIZELESS:
    case ODD_PAST_END: break;
    }
    json_build_set(&b, "Body", json_string(o->body + from, came));
    json_build_set(&b, "ETag", json_cstring(w->etag));
    return (struct task_result){.ok = true, .output = json_build_done(&b)};
}

/* A server that gives tokens has no look at StartAfter then, and pages without an object between
 * the others, as one with a Delimiter has. */
static struct task_result list_objects(const struct world *w)
{
    const json *after = json_get(w->parameters, "StartAfter"),
               *token = json_get(w->parameters, "ContinuationToken"),
               *prefix = json_get(w->parameters, "Prefix");
    bool nothing = token && json_str(token)[0] == 'n';
    const char *behind = token ? json_str(token) + 1 : after ? json_str(after) : "";
    struct json_build b, list, one;
    size_t count = 0;
    const struct object *o = w->objects;

    json_build_array(&list, PAGE_KEYS);
    for (; o->key && count < PAGE_KEYS && !nothing; o++) {
        if (strcmp(o->key, behind) <= 0 ||
            (prefix && strncmp(o->key, json_str(prefix), json_str_len(prefix))))
            continue;
        json_build_object(&one, 4);
        json_build_set(&one, "Key", json_cstring(o->key));
        json_build_set(&one, "Size", json_int(o->len ? (int64_t)o->len : (int64_t)strlen(o->body)));
        json_build_set(&one, "ETag", json_cstring("\"e\""));
        json_build_set(&one, "LastModified", json_cstring("2024-01-01T00:00:01Z"));
        json_build_add(&list, json_build_done(&one));
        count++;
    }
    json_build_object(&b, 3);
    json_build_set(&b, "IsTruncated", json_bool(o->key));
    if (o->key && w->gives_tokens)
        json_build_set(&b, "NextContinuationToken",
                       json_stringf("%c%s", nothing || !token ? 'y' : 'n',
                                    nothing || o == w->objects ? behind : o[-1].key));
    json_build_set(&b, "Contents", json_build_done(&list));
    return (struct task_result){.ok = true, .output = json_build_done(&b)};
}

static void answer_call(struct world *w)
{
    uint64_t id = w->call;
    struct task_result r = w->failures                       ? refused(w->failure, w->cause)
                           : w->refuses                      ? refused("Asl.NoHandler", "add a row")
                           : !strcmp(w->action, "getObject") ? get_object(w)
                                                             : list_objects(w);

    w->failures -= w->failures > 0;
    w->call = 0;
    json_unref(w->parameters);
    w->parameters = NULL;
    mapio_task_done(w->m, id, &r);
}

/* A file has at most so many bytes; 0: as on AWS. */
static void world_init_bounded(struct world *w, const struct object *objects, uint64_t most)
{
    *w = (struct world){.objects = objects, .etag = "\"1\""};
    w->m = mapio_new(&(struct mapio_world){.user = w,
                                           .call = world_call,
                                           .cancel = world_cancel,
                                           .now = world_now,
                                           .came = world_came,
                                           .failed = world_failed,
                                           .tell = world_tell,
                                           .gather_ms = gather_ms,
                                           .most_read = most});
}

static void world_init(struct world *w, const struct object *objects)
{
    world_init_bounded(w, objects, 0);
}

static void world_clear(struct world *w)
{
    mapio_free(w->m);
    buf_clear(&w->told);
    json_unref(w->parameters);
    json_unref(w->part);
    asl_error_clear(&w->error);
}

/* Asks for one more part, and lets S3 answer until it is there. */
static void ask(struct world *w, const json *plan, bool begin, const json *source, uint64_t at)
{
    struct task as = {.state = "M", .execution = "arn:e", .key = "k"};
    struct map_reading reading = {.id = 7,
                                  .as = &as,
                                  .plan = plan,
                                  .begin = begin,
                                  .source = source,
                                  .position = at,
                                  .anew = w->anew,
                                  .redriven = w->redriven,
                                  .aws_limits = !w->no_limits};

    json_unref(w->part);
    w->part = NULL;
    mapio_read(w->m, &reading);
    for (; w->call || mapio_asleep(w->m); mapio_wake(w->m, w->now_ms)) {
        if (w->call)
            answer_call(w);
        if (mapio_asleep(w->m))
            w->now_ms = mapio_next_due(w->m);
    }
}

/* ---- reading all ---- */

struct read {
    json **items, **states;
    uint64_t *ends;
    size_t count, items_cap, states_cap, ends_cap;
    char unit[8];    /* that the last part's ends count; "": none */
    struct buf text; /* the items, and the error */
};

static void read_add(struct read *r, const json *part)
{
    const json *items = json_get(part, "items"), *ends = json_get(part, "ends");
    const json *keys = json_get(part, "keys"), *states = json_get(part, "states"),
               *unit = json_get(part, "unit");

    snprintf(r->unit, sizeof r->unit, "%s", unit ? json_str(unit) : "");
    ck_assert_uint_eq(json_count(items), json_count(ends));
    for (size_t i = 0; i < json_count(items); i++) {
        MEM_GROW(r->items, r->count, r->items_cap);
        MEM_GROW(r->states, r->count, r->states_cap);
        MEM_GROW(r->ends, r->count, r->ends_cap);
        r->items[r->count] = json_ref(json_at(items, i));
        r->states[r->count] = json_ref(states ? json_at(states, i) : json_get(part, "state"));
        r->ends[r->count++] = (uint64_t)json_int_value(json_at(ends, i));
        if (keys)
            buf_printf(&r->text, "%s: ", json_str(json_at(keys, i)));
        json *text = json_text(json_at(items, i));
        buf_printf(&r->text, "%s\n", json_str(text));
        json_unref(text);
    }
}

static void read_all(struct world *w, const json *plan, const json *source, uint64_t at,
                     struct read *r)
{
    *r = (struct read){0};
    ask(w, plan, true, source, at);
    while (w->part) {
        read_add(r, w->part);
        if (json_get(w->part, "end"))
            break;
        ask(w, plan, false, NULL, 0);
    }
    if (w->error.name)
        buf_printf(&r->text, "%s: %s\n", json_str(w->error.name),
                   w->error.cause ? json_str(w->error.cause) : "");
    mapio_cancel(w->m, 7);
}

static void read_clear(struct read *r)
{
    for (size_t i = 0; i < r->count; i++) {
        json_unref(r->items[i]);
        json_unref(r->states[i]);
    }
    mem_free(r->items);
    mem_free(r->states);
    mem_free(r->ends);
    buf_clear(&r->text);
}

/* ---- rows ---- */

#define READER(action, parameters, config)                                                         \
    "{\"reader\": {\"resource\": \"" action "\", \"parameters\": {" parameters                     \
    "}, \"config\": {" config "}}}"
#define OBJECT(key, config) READER("getObject", "\"Bucket\": \"b\", \"Key\": \"" key "\"", config)
#define JSONL "\"InputType\": \"JSONL\""
#define CSV "\"InputType\": \"CSV\", \"CSVHeaderLocation\": \"FIRST_ROW\""

static const struct object objects[] = {
    {"bad.jsonl", "1\n{\n", 0},
    {"d/", "", 0},
    {"d/1.jsonl", "1\n2\n", 0},
    {"d/2.jsonl", "", 0},
    {"d/3.jsonl", "3\n", 0},
    {"doc.csv", "\n<!DOCTYPE HTML><html><body>Sign in</body></html>\n", 0},
    {"e.json", "{\"a\": {\"x\": 1, \"y\": [2]}, \"b\": 3}", 0},
    {"empty.jsonl", "", 0},
    {"f/.hidden", "", 0},
    {"f/1.json", "{\"a\": [1]}", 0},
    {"f/2.json", "{\"b\": [2]}", 0},
    {"f/_SUCCESS", "", 0},
    {"g/1.csv", "a\n1\n", 0},
    {"g/2.csv", "b,c,b\n1,2,3\n", 0},
    {"gone.csv", "s3://b/d/1.jsonl\ns3://b/none.jsonl\n", 0},
    {"i/1.csv", "\"b\",\"k1\"\n", 0},
    {"i/2.csv", "\"b\",\"k2\"\n\"b\",\"k3\"\n", 0},
    {"inventory.json",
     "{\"destinationBucket\": \"arn:aws:s3:::b\", \"fileFormat\": \"CSV\", \"fileSchema\": "
     "\"Bucket, "
     "Key\", \"files\": [{\"key\": \"i/1.csv\"}, {\"key\": \"i/2.csv\"}]}",
     0},
    {"keys.json", "{\"a\":[1],\n\"a\":[2]}", 0},
    {"line.json", "[1, ]", 0},
    {"line.jsonl", "[1, 2]\n", 0},
    {"none.json", "{}", 0},
    {"old.csv", "a,b\r1,2\r", 0},
    {"one.csv", "id;v\n1;2\n3;4\n", 0},
    {"orc.json",
     "{\"destinationBucket\": \"arn:aws:s3:::b\", \"fileFormat\": \"ORC\", \"fileSchema\": "
     "\"Bucket\", "
     "\"files\": []}",
     0},
    {"packed.bz2", "BZh91AY&SY and so on\n", 0},
    {"packed.csv", "\x1F\x8B\x08 and so on\n", 0},
    {"packed.jsonl", "\x28\xB5\x2F\xFD and so on\n", 0},
    {"r.csv", "a|b\n1|\"x\ny\"\n2\n", 0},
    {"r.jsonl", "{\"n\": 1}\n{\"n\": 2}\n\n3", 0},
    {"rows.csv", "PAR1\x15 and so on", 0},
    {"twice.csv", "a,a\n1,2\n", 0},
    {"unload.csv", "s3://b/d/1.jsonl\r\n\"s3://b/d/3.jsonl\"\n\n", 0},
    {"wide-bare.csv", "a\0,\0b\0\n\0001\0,\0002\0\n", 16},
    {"wide.csv",
     "\xFF\xFE"
     "a\0,\0b\0\n\0001\0,\0002\0\n",
     18},
    {"wrong.csv", "http://b/c\n", 0},
    {"x.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and so on\n", 0},
    {"z.zip", "PK\x03\x04 and so on\n", 0},
    {NULL, NULL, 0},
};

static const struct {
    const char *name, *plan, *want;
} rows[] = {
    {"JSON Lines", OBJECT("r.jsonl", JSONL), "{\"n\":1}\n{\"n\":2}\n3\n"},
    {"rows of CSV", OBJECT("r.csv", CSV ", \"CSVDelimiter\": \"PIPE\""),
     "{\"a\":\"1\",\"b\":\"x\\ny\"}\n{\"a\":\"2\",\"b\":\"\"}\n"},
    {"rows of CSV with given headers",
     OBJECT("i/2.csv", "\"InputType\": \"CSV\", \"CSVHeaderLocation\": \"GIVEN\", \"CSVHeaders\": "
                       "[\"x\", \"y\", \"z\"]"),
     "{\"x\":\"b\",\"y\":\"k2\",\"z\":\"\"}\n{\"x\":\"b\",\"y\":\"k3\",\"z\":\"\"}\n"},
    {"members of an object, at a pointer; JSON is the default",
     OBJECT("e.json", "\"ItemsPointer\": \"/a\""), "x: 1\ny: [2]\n"},
    {"a pointer to nothing", OBJECT("e.json", "\"ItemsPointer\": \"/c\""),
     "States.ItemReaderFailed: The provided ReaderConfig.ItemsPointer does not match any valid "
     "path "
     "in the JSON structure.\n"},
    {"an object without a pointer to it", OBJECT("e.json", ""),
     "States.ItemReaderFailed: Attempting to map over non-iterable node.\n"},
    {"an object without members", OBJECT("none.json", ""),
     "States.ItemReaderFailed: Attempting to map over non-iterable node.\n"},
    {"one that a pointer finds", OBJECT("none.json", "\"ItemsPointer\": \"\""), ""},
    {"less than no items", OBJECT("r.jsonl", JSONL ", \"MaxItems\": -1"),
     "States.ItemReaderFailed: field MaxItems must be positive\n"},
    {"what is no list", OBJECT("e.json", "\"ItemsPointer\": \"/b\""),
     "States.ItemReaderFailed: Attempting to map over non-iterable node.\n"},
    {"an empty file", OBJECT("empty.jsonl", JSONL), ""},
    {"a bad line behind a good one", OBJECT("bad.jsonl", JSONL),
     "1\nStates.ItemReaderFailed: 'bad.jsonl', line 2, column 2, byte 3: the line ends inside an "
     "object\n"},
    {"headers that are there twice", OBJECT("twice.csv", CSV),
     "States.ItemReaderFailed: CSV headers cannot contain duplicates.\n"},
    {"a fault in a file of one line", OBJECT("line.json", ""),
     "1\nStates.ItemReaderFailed: 'line.json', line 1, byte 4: expected a value, but found ']' "
     "(without an InputType a file is read as JSON)\n"},
    {"a key that is twice on the pointer's way", OBJECT("keys.json", "\"ItemsPointer\": \"/a\""),
     "1\nStates.ItemReaderFailed: 'keys.json', line 2, byte 10: the object has the key \"a\" "
     "twice, and ItemsPointer goes through it\n"},
    {"CSV with CR alone", OBJECT("old.csv", CSV),
     "States.ItemReaderFailed: 'old.csv', line 1, byte 0: the file has CR alone where its lines "
     "should end: write LF or CRLF\n"},
    {"what is packed, and isn't called so", OBJECT("packed.csv", CSV),
     "States.ItemReaderFailed: 'packed.csv': it is packed by gzip: a file is unpacked, once, if "
     "its name ends with .gz\n"},
    {"also by zstd", OBJECT("packed.jsonl", JSONL),
     "States.ItemReaderFailed: 'packed.jsonl': it is packed by zstd: a file is unpacked, once, if "
     "its name ends with .zst or .zstd\n"},
    {"UTF-16", OBJECT("wide.csv", CSV),
     "States.ItemReaderFailed: 'wide.csv': it is in UTF-16: only UTF-8 can be read\n"},
    {"Parquet that is said to be something else", OBJECT("rows.csv", CSV),
     "States.ItemReaderFailed: 'rows.csv': it is Parquet: the InputType for that is PARQUET\n"},
    {"UTF-16 without a byte order mark", OBJECT("wide-bare.csv", CSV),
     "States.ItemReaderFailed: 'wide-bare.csv': it is in UTF-16: only UTF-8 can be read\n"},
    {"a ZIP archive", OBJECT("z.zip", CSV),
     "States.ItemReaderFailed: 'z.zip': it is a ZIP archive, as those of Excel are: it can't be "
     "read\n"},
    {"what bzip2 has packed", OBJECT("packed.bz2", CSV),
     "States.ItemReaderFailed: 'packed.bz2': it is packed by bzip2: only gzip and zstd are "
     "unpacked\n"},
    {"an old file of Excel", OBJECT("x.xls", CSV),
     "States.ItemReaderFailed: 'x.xls': it is a file of Microsoft Office: it can't be read\n"},
    {"a page that a site has in the file's place", OBJECT("doc.csv", CSV),
     "States.ItemReaderFailed: 'doc.csv': it is HTML or XML: it can't be read\n"},
    {"JSON is what is assumed", OBJECT("r.csv", ""),
     "States.ItemReaderFailed: 'r.csv', line 1, byte 0: expected a value, but found 'a' (without "
     "an InputType a file is read as JSON)\n"},
    {"a JSON text of several lines as JSON Lines", OBJECT("keys.json", JSONL),
     "States.ItemReaderFailed: 'keys.json', line 1, column 10, byte 9: the line ends inside an "
     "object (a JSON text of several lines has the InputType JSON)\n"},
    {"a bad pointer", OBJECT("e.json", "\"ItemsPointer\": \"a\""),
     "States.ItemReaderFailed: ItemsPointer is a JSON Pointer, which begins with /\n"},
    {"empty objects of a list have no items, whatever the InputType is",
     READER("listObjectsV2", "\"Bucket\": \"b\", \"Prefix\": \"f/\"",
            "\"InputType\": \"JSON\", \"ItemsPointer\": \"\", \"Transformation\": "
            "\"LOAD_AND_FLATTEN\""),
     "a: [1]\nb: [2]\n"},
    {"an empty key", OBJECT("", JSONL),
     "States.ItemReaderFailed: The ItemReader needs a Bucket and a Key, texts that are not "
     "empty.\n"},
    {"a file of a manifest that is not there",
     OBJECT("gone.csv", JSONL ", \"ManifestType\": \"ATHENA_DATA\""),
     "1\n2\nStates.ItemReaderFailed: 'none.jsonl' of the bucket 'b': The specified key does not "
     "exist.\n"},
    {"no such file", OBJECT("none", JSONL),
     "States.ItemReaderFailed: The specified key does not exist.\n"},
    {"a reader without a key", READER("getObject", "\"Bucket\": \"b\"", JSONL),
     "States.ItemReaderFailed: The ItemReader needs a Bucket and a Key, texts that are not "
     "empty.\n"},
    {"the objects of a list", READER("listObjectsV2", "\"Bucket\": \"b\", \"Prefix\": \"d/\"", ""),
     "{\"Etag\":\"\\\"e\\\"\",\"Key\":\"d/\",\"LastModified\":1704067201,\"Size\":0}\n"
     "{\"Etag\":\"\\\"e\\\"\",\"Key\":\"d/1.jsonl\",\"LastModified\":1704067201,\"Size\":4}\n"
     "{\"Etag\":\"\\\"e\\\"\",\"Key\":\"d/2.jsonl\",\"LastModified\":1704067201,\"Size\":0}\n"
     "{\"Etag\":\"\\\"e\\\"\",\"Key\":\"d/3.jsonl\",\"LastModified\":1704067201,\"Size\":2}\n"},
    {"a list of nothing", READER("listObjectsV2", "\"Bucket\": \"b\", \"Prefix\": \"zz\"", ""), ""},
    {"the rows of the objects of a list, which folders have none of",
     READER("listObjectsV2", "\"Bucket\": \"b\", \"Prefix\": \"d/\"",
            JSONL ", \"Transformation\": \"LOAD_AND_FLATTEN\""),
     "1\n2\n3\n"},
    {"a list without a bucket", READER("listObjectsV2", "", ""),
     "States.ItemReaderFailed: The ItemReader needs a Bucket, a text that is not empty.\n"},
    {"an inventory",
     OBJECT("inventory.json", "\"InputType\": \"MANIFEST\", \"ManifestType\": "
                              "\"S3_INVENTORY\""),
     "{\"Bucket\":\"b\",\"Key\":\"k1\"}\n{\"Bucket\":\"b\",\"Key\":\"k2\"}\n{\"Bucket\":\"b\","
     "\"Key\":\"k3\"}\n"},
    {"an inventory of files of another format", OBJECT("orc.json", "\"InputType\": \"MANIFEST\""),
     "States.ItemReaderFailed: The files of the inventory 'orc.json' are ORC; only CSV can be "
     "read.\n"},
    {"a manifest that is none", OBJECT("e.json", "\"InputType\": \"MANIFEST\""),
     "States.ItemReaderFailed: The manifest 'e.json' is none of an S3 inventory: it needs "
     "destinationBucket, "
     "fileSchema and files.\n"},
    {"what Athena has unloaded", OBJECT("unload.csv", JSONL ", \"ManifestType\": \"ATHENA_DATA\""),
     "1\n2\n3\n"},
    {"a line that is no URI of S3",
     OBJECT("wrong.csv", JSONL ", \"ManifestType\": \"ATHENA_DATA\""),
     "States.ItemReaderFailed: The manifest 'wrong.csv' has a line that is no S3 URI: "
     "http://b/c\n"},
};

/* Of the items behind `from` the text. An error's place is told in another way by who has not read
 * the file from its beginning. */
static const char *text_behind(struct read *r, size_t from)
{
    const char *p = buf_str(&r->text), *error = strstr(p, "States.");

    r->text.len = error ? (size_t)(error - p) : r->text.len;
    p = buf_str(&r->text);
    while (from-- > 0)
        p = strchr(p, '\n') + 1;
    return p;
}

/* Each row twice: files of their own parts, and several in a part. */
START_TEST(row)
{
    struct world w;
    struct read whole, rest;
    size_t at = (size_t)_i / 2;
    json *plan = json_parse(rows[at].plan, strlen(rows[at].plan), 0, NULL);

    ck_assert(plan);
    gather_ms = _i % 2 ? 50 : 0;
    world_init(&w, objects);
    read_all(&w, plan, NULL, 0, &whole);
    expect_text(rows[at].name, buf_str(&whole.text), rows[at].want);
    world_clear(&w);
    for (size_t i = 0; i < whole.count; i++) {
        world_init(&w, objects);
        read_all(&w, plan, whole.states[i], whole.ends[i], &rest);
        expect_text(rows[at].name, text_behind(&rest, 0), text_behind(&whole, i + 1));
        read_clear(&rest);
        world_clear(&w);
    }
    read_clear(&whole);
    json_unref(plan);
    gather_ms = 0;
}
END_TEST

/* What people are told beside the error, whose words are AWS's. */
static const struct {
    const char *name, *plan, *want;
} tellings[] = {
    {"which object is not there", OBJECT("none", JSONL),
     "M: getObject of S3://b/none failed: S3.NoSuchKeyException: The specified key does not "
     "exist.\n"},
    {"how a file becomes a list", OBJECT("e.json", ""),
     "M: S3://b/e.json is read as JSON, as there is no InputType, and what should have the items "
     "is no list of them: ItemsPointer says where the list is, and InputType JSONL that each line "
     "is an item\n"},
    {"also where it is asked for",
     OBJECT("e.json", "\"InputType\": \"JSON\", \"ItemsPointer\": \"/b\""),
     "M: S3://b/e.json is read as JSON, and what should have the items is no list of them: "
     "ItemsPointer says where the list is, and InputType JSONL that each line is an item\n"},
    {"nothing of a good file", OBJECT("r.jsonl", JSONL), ""},
    {"that a whole array is one item", OBJECT("line.jsonl", JSONL),
     "M: S3://b/line.jsonl is read as JSON Lines, and its only line is an array, which is one "
     "item: "
     "InputType JSON makes each of its elements one\n"},
    {"which of many files has a header twice",
     READER("listObjectsV2", "\"Bucket\": \"b\", \"Prefix\": \"g/\"",
            CSV ", \"Transformation\": \"LOAD_AND_FLATTEN\""),
     "M: S3://b/g/2.csv, line 1, byte 0: columns 1 and 3 have the same header, \"b\"\n"},
    {"that given headers are there twice",
     OBJECT("r.csv", "\"InputType\": \"CSV\", \"CSVHeaderLocation\": \"GIVEN\", \"CSVHeaders\": "
                     "[\"x\", \"x\"]"),
     "M: S3://b/r.csv, with the headers that are given: columns 1 and 2 have the same header, "
     "\"x\"\n"},
    {"in which of many files a pointer finds nothing",
     READER("listObjectsV2", "\"Bucket\": \"b\", \"Prefix\": \"f/\"",
            "\"InputType\": \"JSON\", \"ItemsPointer\": \"/a\", \"Transformation\": "
            "\"LOAD_AND_FLATTEN\""),
     "M: S3://b/f/2.json: ItemsPointer /a finds nothing in it\n"},
    {"once that rows may have another delimiter", OBJECT("one.csv", CSV),
     "M: S3://b/one.csv has one column, and its header has the delimiter of CSVDelimiter SEMICOLON "
     "in it: maybe that is the delimiter\n"},
};

START_TEST(telling)
{
    struct world w;
    struct read r;
    json *plan = json_parse(tellings[_i].plan, strlen(tellings[_i].plan), 0, NULL);

    world_init(&w, objects);
    read_all(&w, plan, NULL, 0, &r);
    expect_text(tellings[_i].name, buf_str(&w.told), tellings[_i].want);
    read_clear(&r);
    world_clear(&w);
    json_unref(plan);
}
END_TEST

static const struct {
    const char *name, *plan, *want;
} sources[] = {
    {"a file", OBJECT("r.jsonl", JSONL), "S3://b/r.jsonl S3://b/r.jsonl S3://b/r.jsonl "},
    {"a list", READER("listObjectsV2", "\"Bucket\": \"b\", \"Prefix\": \"d/\"", ""),
     "S3://b S3://b S3://b S3://b "},
    {"the objects of a list",
     READER("listObjectsV2", "\"Bucket\": \"b\", \"Prefix\": \"d/\"",
            JSONL ", \"Transformation\": \"LOAD_AND_FLATTEN\""),
     "S3://b/d/1.jsonl S3://b/d/1.jsonl S3://b/d/3.jsonl "},
    {"an inventory's files, not the objects that it tells of",
     OBJECT("inventory.json", "\"ManifestType\": \"S3_INVENTORY\""),
     "S3://b/i/1.csv S3://b/i/2.csv S3://b/i/2.csv "},
};

START_TEST(source)
{
    struct world w;
    struct buf text = {0};
    size_t at = (size_t)_i / 2;
    json *plan = json_parse(sources[at].plan, strlen(sources[at].plan), 0, NULL);

    gather_ms = _i % 2 ? 50 : 0;
    world_init(&w, objects);
    for (bool begin = true, end = false; !end; begin = false) {
        ask(&w, plan, begin, NULL, 0);
        ck_assert(w.part);
        const json *all = json_get(w.part, "sources");
        for (size_t i = 0; i < json_count(json_get(w.part, "items")); i++)
            buf_printf(&text, "%s ", json_str(all ? json_at(all, i) : json_get(w.part, "from")));
        end = json_get(w.part, "end") != NULL;
    }
    expect_text(sources[at].name, buf_str(&text), sources[at].want);
    buf_clear(&text);
    world_clear(&w);
    json_unref(plan);
    gather_ms = 0;
}
END_TEST

/* ---- files that are gathered ---- */

static size_t items_of_part(const struct world *w)
{
    return w->part ? json_count(json_get(w->part, "items")) : 0;
}

static void ask_again(struct world *w, const json *plan)
{
    struct task as = {.state = "M", .execution = "arn:e"};

    json_unref(w->part);
    w->part = NULL;
    mapio_read(w->m, &(struct map_reading){.id = 7, .as = &as, .plan = plan});
    while (w->call)
        answer_call(w);
}

/* Items of small files come together, if the next file comes soon; else they don't wait for it, and
 * what comes of it waits to be asked for. */
START_TEST(small_files)
{
    static const char text[] = READER("listObjectsV2", "\"Bucket\": \"b\", \"Prefix\": \"d/\"",
                                      JSONL ", \"Transformation\": \"LOAD_AND_FLATTEN\"");
    json *plan = json_parse(text, sizeof text - 1, 0, NULL);
    bool is_late = _i, is_lost = _i == 2;
    struct world w;
    struct task as = {.state = "M", .execution = "arn:e"};

    gather_ms = 50;
    world_init(&w, objects);
    mapio_read(w.m, &(struct map_reading){.id = 7, .as = &as, .plan = plan, .begin = true});
    answer_call(&w);
    answer_call(&w);
    ck_assert(w.call && !w.part && mapio_asleep(w.m) == 0 && mapio_next_due(w.m) == 50);
    w.now_ms = is_late ? 50 : 49;
    mapio_wake(w.m, w.now_ms);
    ck_assert_uint_eq(items_of_part(&w), is_late ? 2 : 0);
    if (is_lost) {
        w.failures = 1;
        w.failure = "S3.AccessDenied";
    }
    while (w.call)
        answer_call(&w);
    ck_assert(!w.error.name);
    ck_assert_uint_eq(items_of_part(&w), is_late ? 2 : 3);
    if (is_late)
        ask_again(&w, plan);
    ck_assert(!is_late || is_lost == (w.error.name != NULL));
    ck_assert_uint_eq(items_of_part(&w), is_lost ? 0 : is_late ? 1 : 3);
    mapio_cancel(w.m, 7);
    json_unref(plan);
    world_clear(&w);
    gather_ms = 0;
}
END_TEST

/* ---- files of several pieces ---- */

enum { MANY = 400000 };

static json *numbers_plan(const char *key)
{
    bool parquet = strstr(key, ".parquet") != NULL;
    json *text = json_stringf(OBJECT("%s", "\"InputType\": \"%s\""), key,
                              parquet ? "PARQUET" : "JSONL"),
         *plan = json_parse(json_str(text), json_str_len(text), 0, NULL);

    json_unref(text);
    return plan;
}

static void write_numbers(struct buf *out)
{
    for (int i = 0; i < MANY; i++)
        buf_printf(out, "{\"number\":%d}\n", i);
}

static void gzipped(struct buf *out, const struct buf *text)
{
    z_stream z = {0};

    /* Two members, one behind the other. */
    for (int half = 0; half < 2; half++) {
        size_t from = half ? text->len / 2 : 0, to = half ? text->len : text->len / 2;
        ck_assert_int_eq(deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), 0);
        char *room = mem_alloc(to - from + 1000);
        z.next_in = (unsigned char *)text->data + from;
        z.avail_in = (unsigned)(to - from);
        z.next_out = (unsigned char *)room;
        z.avail_out = (unsigned)(to - from + 1000);
        ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
        buf_add(out, room, to - from + 1000 - z.avail_out);
        mem_free(room);
        deflateEnd(&z);
    }
}

static void gzipped_and_padded(struct buf *out, const struct buf *text)
{
    gzipped(out, text);
    for (int i = 0; i < 512; i++)
        buf_addc(out, 0);
}

static void zstandard(struct buf *out, const struct buf *text)
{
    size_t room = ZSTD_compressBound(text->len);
    char *packed = mem_alloc(room);
    size_t len = ZSTD_compress(packed, room, text->data, text->len, 1);

    ck_assert(!ZSTD_isError(len));
    buf_add(out, packed, len);
    mem_free(packed);
}

/* Numbers, of `count` from `first` on, in two columns, which are too large to be read at once. */
static void write_parquet(struct buf *out, int first, int count)
{
    static const struct pqm_field fields[] = {{.name = "root", .kids = 2},
                                              {.name = "number", .physical = PQ_INT64},
                                              {.name = "again", .physical = PQ_INT64}};
    struct pqm_made m;
    struct buf page = {0};

    pqm_begin(&m, fields, COUNT(fields));
    for (int column = 0; column < 2; column++) {
        pqm_column(&m, &(struct pqm_column){.physical = PQ_INT64, .values = count});
        for (int i = 0; i < count; i++) {
            for (unsigned k = 0; k < 8; k++)
                buf_addc(&page, (char)((uint64_t)(first + i) >> 8 * k));
            if ((i + 1) % 10000 && i + 1 < count)
                continue;
            pqm_page(&m, &(struct pqm_page){.values = (int)page.len / 8}, page.data, page.len);
            buf_reset(&page);
        }
    }
    pqm_group(&m, count);
    pqm_end(&m);
    buf_add(out, m.file.data, m.file.len);
    buf_clear(&page);
    pqm_clear(&m);
}

static void parquet(struct buf *out, const struct buf *text)
{
    (void)text;
    write_parquet(out, 0, MANY);
}

static const struct {
    const char *key;
    void (*pack)(struct buf *out, const struct buf *text);
    size_t cut; /* bytes that its end lacks */
    const char *error;
} files[] = {
    {"n.jsonl", NULL, 0, NULL},
    {"n.jsonl.gz", gzipped, 0, NULL},
    {"n.jsonl.gz", gzipped_and_padded, 0, NULL},
    {"n.jsonl.zst", zstandard, 0, NULL},
    {"n.jsonl.zstd", zstandard, 0, NULL},
    {"n.jsonl.gz", gzipped, 9, "'n.jsonl.gz' can't be unpacked: it is cut off"},
    {"n.jsonl.zst", zstandard, 1, "'n.jsonl.zst' can't be unpacked: it is cut off"},
    {"n.jsonl.gz", NULL, 0, "'n.jsonl.gz' can't be unpacked: incorrect header check"},
    {"n.parquet", parquet, 0, NULL},
    {"n.parquet", parquet, 1,
     "'n.parquet', byte 6401949: the file is no Parquet: it does not end with PAR1"},
};

/* More than one piece, and parts that are bounded; it goes on in its midst. */
START_TEST(large_file)
{
    struct buf text = {0}, packed = {0};
    struct world w;

    write_numbers(&text);
    if (files[_i].pack)
        files[_i].pack(&packed, &text);
    else
        buf_add(&packed, text.data, text.len);
    const struct object file[] = {{files[_i].key, packed.data, packed.len - files[_i].cut},
                                  {NULL, NULL, 0}};
    json *plan = numbers_plan(files[_i].key), *state = NULL;
    uint64_t at = 0;
    int64_t next = 0;

    world_init(&w, file);
    ask(&w, plan, true, NULL, 0);
    while (w.part) {
        const json *items = json_get(w.part, "items"), *ends = json_get(w.part, "ends");
        size_t count = json_count(items);
        ck_assert_uint_le(count, 1000);
        ck_assert_int_le(json_int_value(json_get(w.part, "bytes")), (1 << 20) + 100);
        for (size_t i = 0; i < count; i++)
            ck_assert_int_eq(json_int_value(json_get(json_at(items, i), "number")), next++);
        bool end = json_get(w.part, "end");
        if (count) {
            json_unref(state);
            state = json_ref(json_get(w.part, "state"));
            at = (uint64_t)json_int_value(json_at(ends, count - 1));
        }
        if (end)
            break;
        /* In the midst another reading takes over, once. */
        ask(&w, plan, next == 300000, next == 300000 ? state : NULL, at);
    }
    if (files[_i].error)
        expect_text("cause", w.error.cause ? json_str(w.error.cause) : "", files[_i].error);
    else
        ck_assert_int_eq(next, MANY);
    json_unref(plan);
    json_unref(state);
    world_clear(&w);
    buf_clear(&text);
    buf_clear(&packed);
}
END_TEST

/* Items of two states, of which one alone fills a part: each is in a part of its own. */
START_TEST(large_items)
{
    enum { LARGE = 3 << 19 };
    char *line = mem_alloc(LARGE + 4);
    struct world w;
    struct read r;

    memset(line, 'x', LARGE);
    line[0] = line[LARGE - 1] = '"';
    memcpy(line + LARGE, "\n2\n", 4);
    const struct object both[] = {
        {"d/1", "1\n", 0}, {"d/2", line, LARGE + 3}, {"d/3", line, LARGE + 3}, {NULL, NULL, 0}};
    static const char text[] = READER("listObjectsV2", "\"Bucket\": \"b\"",
                                      JSONL ", \"Transformation\": \"LOAD_AND_FLATTEN\"");
    json *plan = json_parse(text, sizeof text - 1, 0, NULL);

    world_init(&w, both);
    read_all(&w, plan, NULL, 0, &r);
    ck_assert_uint_eq(r.count, 5);
    ck_assert_uint_eq(json_str_len(r.items[1]), LARGE - 2);
    ck_assert_int_eq(json_int_value(r.items[4]), 2);
    expect_text("what their ends count", r.unit, "byte");
    ck_assert_uint_eq(r.ends[3], LARGE + 1);
    read_clear(&r);
    world_clear(&w);
    json_unref(plan);
    mem_free(line);
}
END_TEST

/* Rows of Parquet: of the only answer of who knows no ranges, of several files, and of none. */
START_TEST(parquet_files)
{
    static const char text[] =
        READER("listObjectsV2", "\"Bucket\": \"b\"",
               "\"InputType\": \"PARQUET\", \"Transformation\": \"LOAD_AND_FLATTEN\"");
    struct buf first = {0}, second = {0};
    struct world w;
    struct read r, rest;

    write_parquet(&first, 0, 3);
    write_parquet(&second, 3, 2);
    const struct object files_of_rows[] = {{"_SUCCESS", "", 0},
                                           {"a.parquet", first.data, first.len},
                                           {"b.parquet", second.data, second.len},
                                           {"c.parquet", "P", 1},
                                           {NULL, NULL, 0}};
    json *plan = json_parse(text, sizeof text - 1, 0, NULL);
    for (int knows = 0; knows < 2; knows++) {
        world_init(&w, files_of_rows);
        w.knows_no_ranges = !knows;
        read_all(&w, plan, NULL, 0, &r);
        expect_text("rows", buf_str(&r.text),
                    "{\"number\":0,\"again\":0}\n{\"number\":1,\"again\":1}\n"
                    "{\"number\":2,\"again\":2}\n{\"number\":3,\"again\":3}\n"
                    "{\"number\":4,\"again\":4}\n"
                    "States.ItemReaderFailed: 'c.parquet': the file is no Parquet: it is too "
                    "short\n");
        ck_assert_uint_eq(w.calls, 5);
        expect_text("what their ends count", r.unit, "row");
        ck_assert_uint_eq(r.ends[2], 3);
        world_clear(&w);
        world_init(&w, files_of_rows);
        read_all(&w, plan, r.states[1], r.ends[1], &rest);
        ck_assert_uint_eq(rest.count, 3);
        ck_assert(json_equal(rest.items[0], r.items[2]));
        read_clear(&rest);
        read_clear(&r);
        world_clear(&w);
    }
    json_unref(plan);
    buf_clear(&first);
    buf_clear(&second);
}
END_TEST

/* What a handler answers may be anything. */
static const struct {
    const char *plan, *answer, *cause;
} answers[] = {
    {OBJECT("k", JSONL), "null", "The answer of getObject for 'k' has no Body."},
    {OBJECT("k", JSONL), "{\"Body\": \"1\\n\", \"ContentRange\": \"bytes 5-6/7\"}",
     "getObject gave 'k' from byte 5 on, and not from 0."},
    {OBJECT("k", JSONL), "{\"Body\": \"1\\n\", \"ContentRange\": \"no\"}",
     "The answer of getObject for 'k' has the ContentRange 'no'."},
    {OBJECT("k", JSONL), "{\"Body\": 1}", "The answer of getObject for 'k' has no Body."},
    {OBJECT("k", "\"InputType\": \"MANIFEST\""), "[]",
     "The answer of getObject for the manifest 'k' has no Body."},
    {READER("getObject", "", "\"InputType\": \"MANIFEST\""), "{}",
     "The ItemReader needs a Bucket and a Key, texts that are not empty."},
    {READER("listObjectsV2", "\"Bucket\": \"b\"", ""), "{\"IsTruncated\": true}",
     "listObjectsV2 says that the list goes on, and not where."},
    {READER("listObjectsV2", "\"Bucket\": \"b\"", ""), "\"x\"",
     "The answer of listObjectsV2 is none: Contents has objects, each with its Key."},
    {READER("listObjectsV2", "\"Bucket\": \"b\"", ""), "{\"Contents\": [{}]}",
     "The answer of listObjectsV2 is none: Contents has objects, each with its Key."},
    {READER("listObjectsV2", "\"Bucket\": \"b\"", ""),
     "{\"Contents\": [{\"Key\": \"a\"}, {\"Key\": \"\uFFFD\"}, {\"Key\": \"\U00010000\"}, "
     "{\"Key\": \"b\"}]}",
     "The list of 'b' is not in the order of its keys: 'b' is not behind the key before it."},
    {READER("listObjectsV2", "\"Bucket\": \"b\"", ""),
     "{\"Contents\": [{\"Key\": \"a\"}, {\"Key\": \"a\"}]}",
     "The list of 'b' is not in the order of its keys: 'a' is not behind the key before it."},
};

START_TEST(odd_answer)
{
    struct world w;
    struct task as = {.state = "M"};
    json *plan = json_parse(answers[_i].plan, strlen(answers[_i].plan), 0, NULL);

    world_init(&w, objects);
    mapio_read(w.m, &(struct map_reading){.id = 7, .as = &as, .plan = plan, .begin = true});
    if (w.call) {
        struct task_result r = {
            .ok = true,
            .output = json_parse(answers[_i].answer, strlen(answers[_i].answer), 0, NULL)};
        mapio_task_done(w.m, w.call, &r);
    }
    expect_text("cause", w.error.cause ? json_str(w.error.cause) : "", answers[_i].cause);
    json_unref(plan);
    world_clear(&w);
}
END_TEST

/* Each page is empty, and has a new token. */
START_TEST(pages_without_end)
{
    static const char text[] = READER("listObjectsV2", "\"Bucket\": \"b\"", "");
    struct world w;
    struct task as = {.state = "M"};
    json *plan = json_parse(text, sizeof text - 1, 0, NULL);
    int pages = 0;

    world_init(&w, objects);
    mapio_read(w.m, &(struct map_reading){.id = 7, .as = &as, .plan = plan, .begin = true});
    while (w.call && pages < 20000) {
        uint64_t id = w.call;
        char answer[80];
        int len = snprintf(answer, sizeof answer,
                           "{\"IsTruncated\": true, \"NextContinuationToken\": \"%d\"}", ++pages);
        struct task_result r = {.ok = true, .output = json_parse(answer, (size_t)len, 0, NULL)};
        w.call = 0;
        json_unref(w.parameters);
        w.parameters = NULL;
        mapio_task_done(w.m, id, &r);
    }
    expect_text("cause", w.error.cause ? json_str(w.error.cause) : "",
                "listObjectsV2 gave 10000 pages in a row without an object, and says that the list "
                "goes on.");
    json_unref(plan);
    world_clear(&w);
}
END_TEST

/* ---- what may happen meanwhile ---- */

/* Pages are gone through by the tokens that S3 gives: one of the parameters' own is the first. */
START_TEST(tokens)
{
    static const char text[] = READER(
        "listObjectsV2",
        "\"Bucket\": \"b\", \"Delimiter\": \"/\", \"ContinuationToken\": \"nd/1.jsonl\"", "");
    json *plan = json_parse(text, sizeof text - 1, 0, NULL);
    struct world w;
    struct read r, rest;

    world_init(&w, objects);
    w.gives_tokens = true;
    read_all(&w, plan, NULL, 0, &r);
    ck_assert_uint_eq(r.count, 35);
    expect_json("first", json_get(r.items[0], "Key"), "\"d/2.jsonl\"");
    expect_json("last", json_get(r.items[34], "Key"), "\"z.zip\"");
    read_all(&w, plan, r.states[5], r.ends[5], &rest);
    ck_assert_uint_eq(rest.count, 29);
    read_clear(&r);
    read_clear(&rest);
    world_clear(&w);
    json_unref(plan);
}
END_TEST

/* The objects in front of where a list is gone on with may be others by then. */
START_TEST(changed_list)
{
    static const char text[] = READER("listObjectsV2", "\"Bucket\": \"b\"", "");
    static const struct object before[] = {
        {"a", "", 0}, {"b", "", 0}, {"c", "", 0}, {"d", "", 0}, {NULL, NULL, 0}};
    static const struct object after[] = {
        {"0", "", 0}, {"a1", "", 0}, {"c", "", 0}, {"d", "", 0}, {NULL, NULL, 0}};
    json *plan = json_parse(text, sizeof text - 1, 0, NULL);
    struct world w;
    struct read r, rest;

    world_init(&w, before);
    read_all(&w, plan, NULL, 0, &r);
    ck_assert_uint_eq(r.count, 4);
    expect_text("objects of a list have no place in a file", r.unit, "");
    for (size_t i = 0; i < 4; i++) {
        w.objects = after;
        read_all(&w, plan, r.states[i], r.ends[i], &rest);
        ck_assert_uint_eq(rest.count, 3 - i);
        read_clear(&rest);
    }
    read_clear(&r);
    world_clear(&w);
    json_unref(plan);
}
END_TEST

/* A server that knows no ranges gives the whole file: also to who goes on in its midst. */
START_TEST(whole_answers)
{
    struct world w;
    struct read whole, rest;
    struct buf text = {0};

    write_numbers(&text);
    const struct object file[] = {{"n.jsonl", text.data, text.len}, {NULL, NULL, 0}};
    json *plan = numbers_plan("n.jsonl");
    world_init(&w, file);
    w.knows_no_ranges = true;
    ck_assert_uint_eq(mapio_held(w.m, 7), 0);
    ask(&w, plan, true, NULL, 0);
    ck_assert_uint_ge(mapio_held(w.m, 7), text.len);
    ck_assert_uint_le(mapio_held(w.m, 7), text.len + (1 << 20));
    read_all(&w, plan, NULL, 0, &whole);
    ck_assert_uint_eq(whole.count, MANY);
    read_all(&w, plan, whole.states[MANY / 2], whole.ends[MANY / 2], &rest);
    ck_assert_uint_eq(rest.count, MANY - MANY / 2 - 1);
    read_clear(&whole);
    read_clear(&rest);
    json_unref(plan);
    world_clear(&w);
    buf_clear(&text);
}
END_TEST

/* A file of rows, one of which ends where the first range does: a file that ends there has nothing
 * wrong but that items are missing. Ranges have 3 MiB. */
static const struct {
    const char *name;
    enum odd odd;
    size_t from;
    const char *cause; /* NULL: all rows come */
} odd_ranges[] = {
    {"a first range without bytes", ODD_EMPTY, 1,
     "getObject gave 0 bytes of 'k', fewer than its ContentRange 'bytes 0-3145727/5242880' has."},
    {"a later one", ODD_EMPTY, 2,
     "getObject gave 0 bytes of 'k', fewer than its ContentRange 'bytes 3145728-5242879/5242880' "
     "has."},
    {"ranges that are shorter than they say", ODD_SHORT, 1, NULL},
    {"one that is longer", ODD_LONG, 1,
     "getObject gave 3145729 bytes of 'k', more than its ContentRange 'bytes 0-3145727/5242880' "
     "has."},
    {"another size", ODD_GROWN, 2, "'k' was changed while it was read."},
    {"no size", ODD_SIZELESS, 1, NULL},
    {"a whole object that is empty at first", ODD_NOTHING, 1, NULL},
    {"later it isn't", ODD_NOTHING, 2,
     "getObject gave nothing of 'k' from byte 3145728 on, of 5242880."},
    {"a whole object that is smaller", ODD_HALF, 2,
     "getObject gave 2621440 bytes of 'k', which was read to byte 3145728."},
    {"an end that comes too early", ODD_PAST_END, 2,
     "getObject gave nothing of 'k' from byte 3145728 on, of 5242880."},
};

START_TEST(odd_range)
{
    enum { ROW_BYTES = 1024, ROWS = 5 * 1024 };
    static const char *const plans[] = {
        OBJECT("k", JSONL), OBJECT("k", "\"InputType\": \"CSV\", \"CSVHeaderLocation\": "
                                        "\"GIVEN\", \"CSVHeaders\": [\"a\"]")};
    struct buf text = {0}, want = {0};
    bool empty = odd_ranges[_i].odd == ODD_NOTHING && !odd_ranges[_i].cause;

    for (int i = 0; i < ROWS; i++)
        buf_printf(&text, "\"%0*d\"\n", ROW_BYTES - 3, i);
    if (odd_ranges[_i].cause)
        buf_printf(&want, "States.ItemReaderFailed: %s\n", odd_ranges[_i].cause);
    const struct object file[] = {{"k", text.data, text.len}, {NULL, NULL, 0}};
    for (size_t i = 0; i < COUNT(plans); i++) {
        json *plan = json_parse(plans[i], strlen(plans[i]), 0, NULL);
        struct world w;
        struct read r;

        world_init(&w, file);
        w.odd = odd_ranges[_i].odd;
        w.odd_from = odd_ranges[_i].from;
        read_all(&w, plan, NULL, 0, &r);
        const char *error = strstr(buf_str(&r.text), "States.");
        expect_text(odd_ranges[_i].name, error ? error : "", buf_str(&want));
        ck_assert_msg(odd_ranges[_i].cause || r.count == (empty ? 0 : ROWS), "%s: %zu rows",
                      odd_ranges[_i].name, r.count);
        read_clear(&r);
        world_clear(&w);
        json_unref(plan);
    }
    buf_clear(&text);
    buf_clear(&want);
}
END_TEST

START_TEST(changed_file)
{
    struct buf text = {0};
    struct world w;

    write_numbers(&text);
    const struct object file[] = {{"n.jsonl", text.data, text.len}, {NULL, NULL, 0}};
    json *plan = numbers_plan("n.jsonl");

    world_init(&w, file);
    ask(&w, plan, true, NULL, 0);
    w.etag = "\"2\"";
    for (int i = 0; i < MANY && w.part; i++)
        ask(&w, plan, false, NULL, 0);
    expect_text("name", json_str(w.error.name), "States.ItemReaderFailed");
    ck_assert(strstr(json_str(w.error.cause), "was changed while "));
    json_unref(plan);
    world_clear(&w);
    buf_clear(&text);
}
END_TEST

/* A file that was put right is read on where it is asked for as it is now. */
START_TEST(mended_file)
{
    static const struct object bad[] = {{"k", "1\n2\n{\n4\n", 0}, {NULL, NULL, 0}},
                               good[] = {{"k", "1\n2\n3\n4\n", 0}, {NULL, NULL, 0}};
    struct world w;
    struct read r, rest;
    json *plan = numbers_plan("k");

    world_init(&w, bad);
    read_all(&w, plan, NULL, 0, &r);
    ck_assert_uint_eq(r.count, 2);
    asl_error_clear(&w.error);
    w.objects = good;
    w.etag = "\"2\"";
    read_all(&w, plan, r.states[1], r.ends[1], &rest);
    ck_assert(strstr(buf_str(&rest.text), "was changed while ") && !w.differs);
    read_clear(&rest);
    asl_error_clear(&w.error);
    w.redriven = true;
    read_all(&w, plan, r.states[1], r.ends[1], &rest);
    ck_assert(strstr(buf_str(&rest.text), "'k' was changed after ") && w.differs);
    read_clear(&rest);
    asl_error_clear(&w.error);
    w.anew = true;
    read_all(&w, plan, r.states[1], r.ends[1], &rest);
    expect_text("rest", buf_str(&rest.text), "3\n4\n");
    expect_json("state", json_get(rest.states[0], "etag"), "\"\\\"2\\\"\"");
    read_clear(&r);
    read_clear(&rest);
    json_unref(plan);
    world_clear(&w);
}
END_TEST

/* What may pass is tried again, twice, after a pause. */
static const struct {
    const char *name, *error, *cause;
    size_t failures, calls;
    int64_t most_ms; /* that the pauses last, together; 0: there is none */
    bool good;
} failures[] = {
    {"too much at once", "S3.S3Exception", "Slow down (Service: S3, Status Code: 503)", 1, 2, 1000,
     true},
    {"an error of the server", "S3.S3Exception", "x (Service: S3, Status Code: 500, Request ID: 1)",
     2, 3, 3000, true},
    {"no connection", "S3.SdkClientException", "Unable to execute HTTP request: reset", 2, 3, 3000,
     true},
    {"no connection at all", "S3.SdkClientException", "Unable to execute HTTP request: reset", 9, 3,
     3000, false},
    {"what is not allowed", "S3.S3Exception", "no (Service: S3, Status Code: 403)", 1, 1, 0, false},
    {"no such key", "S3.NoSuchKeyException", "no (Service: S3, Status Code: 404)", 1, 1, 0, false},
    {"an error of a mock", "Boom", NULL, 1, 1, 0, false},
};

START_TEST(failure)
{
    struct world w;
    struct read r;
    json *plan = numbers_plan("r.jsonl");

    world_init(&w, objects);
    w.failures = failures[_i].failures;
    w.failure = failures[_i].error;
    w.cause = failures[_i].cause;
    read_all(&w, plan, NULL, 0, &r);
    ck_assert_msg(w.calls == failures[_i].calls, "%s: %zu calls", failures[_i].name, w.calls);
    ck_assert_msg(!w.error.name == failures[_i].good, "%s", failures[_i].name);
    ck_assert_msg(w.now_ms <= failures[_i].most_ms && !w.now_ms == !failures[_i].most_ms,
                  "%s: after %d ms", failures[_i].name, (int)w.now_ms);
    ck_assert_uint_eq(r.count, failures[_i].good ? 3 : 0);
    read_clear(&r);
    json_unref(plan);
    world_clear(&w);
}
END_TEST

START_TEST(cancelled_in_a_pause)
{
    struct world w;
    struct task as = {.state = "M"};
    json *plan = numbers_plan("r.jsonl");

    world_init(&w, objects);
    w.failures = 1;
    w.failure = "S3.SdkClientException";
    mapio_read(w.m, &(struct map_reading){.id = 7, .as = &as, .plan = plan, .begin = true});
    answer_call(&w);
    ck_assert(mapio_asleep(w.m) == 1 && !w.call);
    mapio_cancel(w.m, 7);
    ck_assert(mapio_asleep(w.m) == 0 && mapio_next_due(w.m) == INT64_MAX && !w.cancelled);
    json_unref(plan);
    world_clear(&w);
}
END_TEST

/* The numbers of its files are those of the manifest that they were read by. */
START_TEST(changed_manifest)
{
    struct world w;
    struct read r, rest;
    static const char text[] = OBJECT("unload.csv", JSONL ", \"ManifestType\": \"ATHENA_DATA\"");
    json *plan = json_parse(text, sizeof text - 1, 0, NULL);

    world_init(&w, objects);
    read_all(&w, plan, NULL, 0, &r);
    w.etag = "\"2\"";
    read_all(&w, plan, r.states[0], r.ends[0], &rest);
    ck_assert_uint_eq(rest.count, 0);
    ck_assert(strstr(buf_str(&rest.text), "was changed while "));
    ck_assert_uint_eq(w.calls, 4);
    read_clear(&rest);
    asl_error_clear(&w.error);
    w.redriven = true;
    read_all(&w, plan, r.states[0], r.ends[0], &rest);
    ck_assert(strstr(buf_str(&rest.text), "The manifest was changed after ") && w.differs);
    read_clear(&r);
    read_clear(&rest);
    json_unref(plan);
    world_clear(&w);
}
END_TEST

/* Little of a file may unpack to much that has no items: others go first meanwhile. */
START_TEST(unpacks_in_turns)
{
    enum { LINES = 3 << 20 };
    struct buf text = {0}, packed = {0};
    struct world w;
    struct task as = {.state = "M"};

    memset(buf_reserve(&text, LINES), '\n', LINES);
    text.len = LINES;
    buf_adds(&text, "7\n");
    zstandard(&packed, &text);
    const struct object file[] = {{"n.jsonl.zst", packed.data, packed.len}, {NULL, NULL, 0}};
    json *plan = numbers_plan("n.jsonl.zst");

    world_init(&w, file);
    w.look_ms = 30;
    mapio_read(w.m, &(struct map_reading){.id = 7, .as = &as, .plan = plan, .begin = true});
    answer_call(&w);
    size_t turns = 0;
    for (; !w.part && !w.call && turns < 1000; turns++) {
        ck_assert_uint_eq(mapio_asleep(w.m), 1);
        mapio_wake(w.m, w.now_ms);
        w.now_ms = mapio_next_due(w.m) > w.now_ms && !w.part ? mapio_next_due(w.m) : w.now_ms;
    }
    ck_assert_uint_gt(turns, 3);
    ck_assert_uint_lt(turns, 1000);
    json_unref(plan);
    world_clear(&w);
    buf_clear(&text);
    buf_clear(&packed);
}
END_TEST

/* Lines of 10 bytes: how many of them a file that may have `most` bytes gives. */
static const struct {
    const char *name, *key;
    void (*pack)(struct buf *out, const struct buf *text);
    uint64_t most;
    bool knows_no_ranges, no_limits;
    size_t items;
    const char *error;
} sizes[] = {
    {"a file may have as many bytes as that", "n.jsonl", NULL, 1000, false, false, 100, ""},
    {"of a larger one nothing is read", "n.jsonl", NULL, 999, false, false, 0,
     "States.ItemReaderFailed: 'n.jsonl' has more than 999 bytes, the most that a file of items "
     "may have\n"},
    {"one that comes whole is no exception", "n.jsonl", NULL, 999, true, false, 0,
     "States.ItemReaderFailed: 'n.jsonl' has more than 999 bytes, the most that a file of items "
     "may have\n"},
    {"without AWS's limits it is read", "n.jsonl", NULL, 999, false, true, 100, ""},
    {"a packed file counts unpacked", "n.jsonl.zst", zstandard, 999, false, false, 0,
     "States.ItemReaderFailed: 'n.jsonl.zst' has more than 999 bytes, unpacked, the most that a "
     "file of items may have\n"},
    {"and may have as many bytes", "n.jsonl.gz", gzipped, 1000, false, false, 100, ""},
};

START_TEST(file_size)
{
    struct buf text = {0}, packed = {0};
    struct world w;
    struct read r;

    for (int i = 0; i < 100; i++)
        buf_printf(&text, "\"%07d\"\n", i);
    if (sizes[_i].pack)
        sizes[_i].pack(&packed, &text);
    else
        buf_add(&packed, text.data, text.len);
    const struct object file[] = {{sizes[_i].key, packed.data, packed.len}, {NULL, NULL, 0}};
    json *plan = numbers_plan(sizes[_i].key);
    world_init_bounded(&w, file, sizes[_i].most);
    w.knows_no_ranges = sizes[_i].knows_no_ranges;
    w.no_limits = sizes[_i].no_limits;
    read_all(&w, plan, NULL, 0, &r);
    ck_assert_msg(r.count == sizes[_i].items, "%s: %zu items", sizes[_i].name, r.count);
    const char *error = strstr(buf_str(&r.text), "States.");
    expect_text(sizes[_i].name, error ? error : "", sizes[_i].error);
    read_clear(&r);
    json_unref(plan);
    world_clear(&w);
    buf_clear(&text);
    buf_clear(&packed);
}
END_TEST

/* The pages of a Parquet file count unpacked, and the file itself. */
START_TEST(parquet_size)
{
    static const char text[] = READER("getObject", "\"Bucket\": \"b\", \"Key\": \"a.parquet\"",
                                      "\"InputType\": \"PARQUET\"");
    struct buf made = {0};
    struct world w;
    struct read r;

    write_parquet(&made, 0, 3);
    const struct object file[] = {{"a.parquet", made.data, made.len}, {NULL, NULL, 0}};
    json *plan = json_parse(text, sizeof text - 1, 0, NULL);
    for (uint64_t most = made.len - 1; most <= made.len; most++) {
        world_init_bounded(&w, file, most);
        read_all(&w, plan, NULL, 0, &r);
        ck_assert_uint_eq(r.count, most < made.len ? 0 : 3);
        ck_assert_msg(most == made.len || strstr(buf_str(&r.text), "'a.parquet' has more than"),
                      "%s", buf_str(&r.text));
        read_clear(&r);
        world_clear(&w);
    }
    json_unref(plan);
    buf_clear(&made);
}
END_TEST

/* ---- memory ---- */

/* 2,000 empty texts, in a page of so many bytes when it is unpacked. */
static void write_large_page(struct buf *out, size_t bytes)
{
    static const struct pqm_field fields[] = {{.name = "root", .kids = 1},
                                              {.name = "t", .physical = PQ_BYTES, .converted = 1}};
    char *plain = mem_calloc(bytes, 1);
    size_t room = ZSTD_compressBound(bytes);
    char *packed = mem_alloc(room);
    struct pqm_made m;

    pqm_begin(&m, fields, COUNT(fields));
    pqm_column(&m, &(struct pqm_column){.physical = PQ_BYTES, .codec = 6, .values = 2000});
    room = ZSTD_compress(packed, room, plain, bytes, 1);
    pqm_page(&m, &(struct pqm_page){.values = 2000, .unpacked = (int32_t)bytes}, packed, room);
    pqm_group(&m, 2000);
    pqm_end(&m);
    buf_add(out, m.file.data, m.file.len);
    pqm_clear(&m);
    mem_free(packed);
    mem_free(plain);
}

/* Some readings of one mapio, of which each has its items and its call. */
enum { READINGS = 3 };

struct crowd {
    mapio *m;
    const struct object *objects;
    struct shared {
        uint64_t call;
        json *parameters;
        size_t items;
        bool came, ended, failed;
    } of[READINGS];
    int64_t now_ms;
};

static void crowd_call(void *user, const struct task *task)
{
    struct crowd *c = user;
    /* The key tells which reading asks. */
    uint64_t id = (uint64_t)task->key[0] - '0';

    c->of[id].call = task->id;
    c->of[id].parameters = json_ref(task->parameters);
}

static void crowd_cancel(void *user, uint64_t id)
{
    (void)user, (void)id;
}

static int64_t crowd_now(void *user)
{
    return ((struct crowd *)user)->now_ms;
}

static void crowd_came(void *user, uint64_t id, json *part)
{
    struct shared *s = &((struct crowd *)user)->of[id - 1];

    s->items += json_count(json_get(part, "items"));
    s->came = true;
    s->ended = json_get(part, "end") != NULL;
    json_unref(part);
}

static void crowd_failed(void *user, uint64_t id, struct asl_error error, bool differs)
{
    (void)differs;
    ((struct crowd *)user)->of[id - 1].failed = true;
    asl_error_clear(&error);
}

static void crowd_ask(struct crowd *c, const json *plan, size_t i, bool begin)
{
    char key[2] = {(char)('0' + i), '\0'};
    struct task as = {.state = "M", .execution = "arn:e", .key = key};

    c->of[i].came = false;
    mapio_read(c->m, &(struct map_reading){
                         .id = i + 1, .as = &as, .plan = plan, .begin = begin, .aws_limits = true});
}

/* Answers calls, and lets so much time pass. */
static void crowd_run(struct crowd *c, int64_t ms)
{
    int64_t until_ms = c->now_ms + ms;

    for (bool busy = true; busy;) {
        busy = false;
        for (size_t i = 0; i < READINGS; i++) {
            struct shared *s = &c->of[i];
            if (!s->call)
                continue;
            struct world w = {.objects = c->objects, .etag = "\"1\"", .parameters = s->parameters};
            struct task_result r = get_object(&w);
            uint64_t id = s->call;
            s->call = 0;
            s->parameters = NULL;
            mapio_task_done(c->m, id, &r);
            json_unref(w.parameters);
            busy = true;
        }
        if (!busy && mapio_asleep(c->m) && mapio_next_due(c->m) <= until_ms) {
            c->now_ms = mapio_next_due(c->m);
            mapio_wake(c->m, c->now_ms);
            busy = true;
        }
    }
    c->now_ms = until_ms;
}

static size_t crowd_held(const struct crowd *c)
{
    size_t bytes = 0;

    for (size_t i = 0; i < READINGS; i++)
        bytes += mapio_held(c->m, i + 1);
    return bytes;
}

/* Readings whose pages don't fit into memory together take turns: one goes on, and others do when
 * it has ended, or has had its turn and is asked for nothing. None of it loses a row. */
START_TEST(readings_take_turns)
{
    enum { MIB = 1 << 20, BYTES = 40 * MIB };
    static const char text[] = READER("getObject", "\"Bucket\": \"b\", \"Key\": \"a.parquet\"",
                                      "\"InputType\": \"PARQUET\"");
    json *plan = json_parse(text, sizeof text - 1, 0, NULL);
    struct buf made = {0};
    struct crowd c = {.now_ms = 1};

    write_large_page(&made, BYTES);
    const struct object file[] = {{"a.parquet", made.data, made.len}, {NULL, NULL, 0}};
    c.objects = file;
    c.m = mapio_new(&(struct mapio_world){.user = &c,
                                          .call = crowd_call,
                                          .cancel = crowd_cancel,
                                          .now = crowd_now,
                                          .came = crowd_came,
                                          .failed = crowd_failed,
                                          .memory = 100 * MIB});
    for (size_t i = 0; i < READINGS; i++)
        crowd_ask(&c, plan, i, true);
    crowd_run(&c, 1000);
    ck_assert(c.of[0].came && !c.of[1].came && !c.of[2].came);
    ck_assert_uint_le(crowd_held(&c), BYTES + 8 * MIB);
    /* The first one is asked for nothing more for a while. */
    crowd_run(&c, 12000);
    ck_assert(c.of[1].came && !c.of[2].came);
    ck_assert_uint_le(crowd_held(&c), BYTES + 8 * MIB);
    crowd_ask(&c, plan, 0, false);
    while (!c.of[1].ended) {
        crowd_ask(&c, plan, 1, false);
        crowd_run(&c, 0);
        ck_assert_uint_le(crowd_held(&c), BYTES + 8 * MIB);
    }
    for (int turns = 0; turns < 100 && !(c.of[0].ended && c.of[2].ended); turns++) {
        crowd_run(&c, 1000);
        for (size_t i = 0; i < READINGS; i += 2)
            if (c.of[i].came && !c.of[i].ended)
                crowd_ask(&c, plan, i, false);
        ck_assert_uint_le(crowd_held(&c), BYTES + 8 * MIB);
    }
    for (size_t i = 0; i < READINGS; i++) {
        ck_assert(!c.of[i].failed);
        ck_assert_uint_eq(c.of[i].items, 2000);
    }
    mapio_free(c.m);
    json_unref(plan);
    buf_clear(&made);
}
END_TEST

/* What one reading needs and all of memory can't give is refused before any of it is taken. */
START_TEST(reading_is_larger_than_memory)
{
    enum { MIB = 1 << 20, BYTES = 70 * MIB };
    static const char text[] = READER("getObject", "\"Bucket\": \"b\", \"Key\": \"a.parquet\"",
                                      "\"InputType\": \"PARQUET\"");
    json *plan = json_parse(text, sizeof text - 1, 0, NULL);
    struct buf made = {0};
    struct read r;
    struct world w;

    write_large_page(&made, BYTES);
    const struct object file[] = {{"a.parquet", made.data, made.len}, {NULL, NULL, 0}};
    world_init(&w, file);
    mapio_free(w.m);
    w.m = mapio_new(&(struct mapio_world){.user = &w,
                                          .call = world_call,
                                          .cancel = world_cancel,
                                          .now = world_now,
                                          .came = world_came,
                                          .failed = world_failed,
                                          .memory = 100 * MIB});
    read_all(&w, plan, NULL, 0, &r);
    expect_text(
        "read", buf_str(&r.text),
        "States.ItemReaderFailed: 'a.parquet', byte 4: column 't': the pages that are needed at "
        "once have more than 64 MiB\n");
    read_clear(&r);
    world_clear(&w);
    json_unref(plan);
    buf_clear(&made);
}
END_TEST

/* A cancelled reading takes its call with it; a missing handler keeps its name, for the lines that
 * its cause says. */
START_TEST(cancelled)
{
    struct world w;
    struct task as = {.state = "M"};
    json *plan = numbers_plan("r.jsonl");

    world_init(&w, objects);
    mapio_read(w.m, &(struct map_reading){.id = 7, .as = &as, .plan = plan, .begin = true});
    uint64_t reading = 0;
    ck_assert(w.call && mapio_made_for(w.m, w.call, &reading) && reading == 7);
    ck_assert(!mapio_made_for(w.m, 7, &reading));
    mapio_cancel(w.m, 7);
    ck_assert(w.cancelled);
    answer_call(&w);
    ck_assert(!w.part && !w.error.name);
    w.refuses = true;
    ask(&w, plan, true, NULL, 0);
    expect_text("name", json_str(w.error.name), "Asl.NoHandler");
    json_unref(plan);
    world_clear(&w);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mapio");
    TCase *t = tcase_create("mapio");

    tcase_add_loop_test(t, row, 0, 2 * COUNT(rows));
    tcase_add_loop_test(t, telling, 0, COUNT(tellings));
    tcase_add_loop_test(t, source, 0, 2 * COUNT(sources));
    tcase_add_loop_test(t, small_files, 0, 3);
    tcase_add_loop_test(t, large_file, 0, COUNT(files));
    tcase_add_test(t, large_items);
    tcase_add_test(t, parquet_files);
    tcase_add_loop_test(t, odd_answer, 0, COUNT(answers));
    tcase_add_test(t, pages_without_end);
    tcase_add_test(t, tokens);
    tcase_add_test(t, changed_list);
    tcase_add_test(t, whole_answers);
    tcase_add_loop_test(t, odd_range, 0, COUNT(odd_ranges));
    tcase_add_test(t, changed_file);
    tcase_add_test(t, unpacks_in_turns);
    tcase_add_test(t, mended_file);
    tcase_add_test(t, changed_manifest);
    tcase_add_loop_test(t, failure, 0, COUNT(failures));
    tcase_add_test(t, cancelled_in_a_pause);
    tcase_add_loop_test(t, file_size, 0, COUNT(sizes));
    tcase_add_test(t, parquet_size);
    tcase_add_test(t, readings_take_turns);
    tcase_add_test(t, reading_is_larger_than_memory);
    tcase_add_test(t, cancelled);
    suite_add_tcase(s, t);
    return run_suite(s);
}
