/*
 * A reader of the files that a manifest names: of S3's inventory, whose manifest.json also says
 * which columns they have, or of an UNLOAD of Athena, whose manifest has an S3 URI in each line.
 * The manifest is read whole; the state of an item's file is its number there.
 */
#include "runtime/mapio/mapio_impl.h"

#include "parsers/base/buf.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"

#include <string.h>

/* An inventory of 10^9 objects names about 10^3 files. */
enum { MANIFEST_BYTES = 64 << 20 };

struct manifest_file {
    json *bucket, *key;
};

struct manifest {
    struct manifest_file *files;
    size_t count, cap, next;
    bool loaded;
    json *etag;        /* of the manifest; NULL: none came */
    uint64_t position; /* in the first file, where the state says which */
};

static void add_file(struct manifest *m, json *bucket, json *key)
{
    MEM_GROW(m->files, m->count, m->cap);
    m->files[m->count++] = (struct manifest_file){bucket, key};
}

/* ---- S3's inventory ---- */

/* "Bucket, Key, Size" */
static json *columns_of(const json *schema)
{
    struct json_build b;

    json_build_array(&b, 0);
    for (const char *p = json_str(schema), *end = p + json_str_len(schema); p < end;) {
        p += strspn(p, ", ");
        const char *comma = memchr(p, ',', (size_t)(end - p));
        size_t len = (size_t)((comma ? comma : end) - p);
        if (len)
            json_build_add(&b, json_string(p, len));
        p += len;
    }
    return json_build_done(&b);
}

/* "arn:aws:s3:::NAME", or the name alone. */
static json *bucket_of(const json *destination)
{
    const char *text = json_str(destination);
    size_t len = json_str_len(destination), begin = len;

    while (begin && text[begin - 1] != ':')
        begin--;
    return json_string(text + begin, len - begin);
}

static bool read_inventory(struct reading *r, const json *manifest)
{
    struct manifest *m = r->of_kind;
    const json *schema = text_member(manifest, "fileSchema"),
               *destination = text_member(manifest, "destinationBucket"),
               *format = text_member(manifest, "fileFormat"),
               *files = json_is_object(manifest) ? json_get(manifest, "files") : NULL;

    if (!schema || !destination || !files || !json_is_array(files)) {
        reading_fail(r,
                     "The manifest '%s' is none of an S3 inventory: it needs destinationBucket, "
                     "fileSchema and files.",
                     json_str(reading_parameter(r, "Key")));
        return false;
    }
    if (format && !json_str_is(format, "CSV")) {
        reading_fail(r, "The files of the inventory '%s' are %s; only CSV can be read.",
                     json_str(reading_parameter(r, "Key")), json_str(format));
        return false;
    }
    r->format = ITEMS_CSV;
    json_unref(r->headers);
    r->headers = columns_of(schema);
    for (size_t i = 0; i < json_count(files); i++) {
        const json *key = text_member(json_at(files, i), "key");
        if (!key) {
            reading_fail(r, "File %zu of the manifest '%s' has no key.", i,
                         json_str(reading_parameter(r, "Key")));
            return false;
        }
        add_file(m, bucket_of(destination), json_ref(key));
    }
    return true;
}

/* ---- Athena ---- */

/* So much of a line is shown that is no URI: of a file that is no manifest it may be all. */
enum { URI_SHOWN = 200 };

static bool add_uri(struct reading *r, const char *uri, size_t len)
{
    static const char scheme[] = "s3://";
    size_t n = sizeof scheme - 1;
    const char *slash =
        len > n && memcmp(uri, scheme, n) == 0 ? memchr(uri + n, '/', len - n) : NULL;

    if (!slash || slash == uri + n || slash + 1 == uri + len) {
        reading_fail(r, "The manifest '%s' has a line that is no S3 URI: %.*s%s",
                     json_str(reading_parameter(r, "Key")), (int)utf8_cut(uri, len, URI_SHOWN), uri,
                     len > URI_SHOWN ? " …" : "");
        return false;
    }
    add_file(r->of_kind, json_string(uri + n, (size_t)(slash - uri) - n),
             json_string(slash + 1, (size_t)(uri + len - slash) - 1));
    return true;
}

static bool read_uris(struct reading *r, const char *text, size_t len)
{
    for (const char *p = text, *end = text + len; p < end;) {
        const char *newline = memchr(p, '\n', (size_t)(end - p)), *stop = newline ? newline : end;
        size_t n = (size_t)(stop - p);
        while (n && (p[n - 1] == '\r' || p[n - 1] == ' '))
            n--;
        /* Athena quotes them where a name needs it. */
        if (n > 1 && p[0] == '"' && p[n - 1] == '"') {
            if (!add_uri(r, p + 1, n - 2))
                return false;
        } else if (n && !add_uri(r, p, n)) {
            return false;
        }
        p = stop + (newline != NULL);
    }
    return true;
}

/* ---- the manifest itself ---- */

static bool is_of_athena(const struct reading *r)
{
    return reading_is_set(r, "ManifestType", "ATHENA_DATA");
}

static bool read_manifest(struct reading *r, const char *text, size_t len)
{
    struct diag why = {0};

    if (is_of_athena(r))
        return read_uris(r, text, len);
    json *manifest = json_parse(text, len, 0, &why);
    if (!manifest) {
        reading_fail(r, "The manifest '%s' is no JSON: line %zu: %s",
                     json_str(reading_parameter(r, "Key")), (size_t)why.place.line, why.text);
        diag_clear(&why);
        return false;
    }
    bool good = read_inventory(r, manifest);
    json_unref(manifest);
    return good;
}

static bool open_next(struct reading *r, const json *state, uint64_t position)
{
    struct manifest *m = r->of_kind;
    const struct manifest_file *f = &m->files[m->next];
    struct json_build outer;

    json_build_object(&outer, 2);
    json_build_set(&outer, "file", json_int((int64_t)m->next++));
    if (m->etag)
        json_build_set(&outer, "manifest", json_ref(m->etag));
    return file_open(r, f->bucket, f->key, state, position, json_build_done(&outer));
}

/* Returns false after the reading failed. */
static bool go_on_in_file(struct reading *r)
{
    struct manifest *m = r->of_kind;
    const json *file = r->source ? json_get(r->source, "file") : NULL;

    if (!file)
        return true;
    if (json_kind(file) == JSON_INT && json_int_value(file) >= 0 &&
        json_int_value(file) < (int64_t)m->count) {
        m->next = (size_t)json_int_value(file);
        return open_next(r, r->source, m->position);
    }
    reading_fail_changed(r, "The manifest");
    return false;
}

static void manifest_came(struct asker *asker, struct task_result *result)
{
    struct reading *r = reading_of(asker);
    struct manifest *m = r->of_kind;
    const json *body = text_member(result->output, "Body");

    if (!result->ok && r->source && is_condition_failed(result)) {
        reading_fail_changed(r, "The manifest");
        return;
    }
    if (!result->ok) {
        reading_fail_with(r, result);
        return;
    }
    if (!body) {
        reading_fail(r, "The answer of getObject for the manifest '%s' has no Body.",
                     json_str(reading_parameter(r, "Key")));
        return;
    }
    if (json_str_len(body) > MANIFEST_BYTES) {
        reading_fail(r, "The manifest '%s' has more than %d bytes.",
                     json_str(reading_parameter(r, "Key")), MANIFEST_BYTES);
        return;
    }
    m->loaded = true;
    m->etag = json_ref(text_member(result->output, "ETag"));
    r->of_kind_bytes = json_str_len(body);
    if (read_manifest(r, json_str(body), json_str_len(body)) && go_on_in_file(r))
        reading_go_on(r);
}

/* Who goes on in a file by its number asks for the manifest that gave it the number. */
static void ask_for_manifest(struct reading *r)
{
    const json *parameters = json_get(json_get(r->plan, "reader"), "parameters"),
               *etag = r->anew ? NULL : text_member(r->source, "manifest");

    asker_set_call(&r->asker, "getObject",
                   etag ? json_with(parameters, json_cstring("IfMatch"), json_ref(etag))
                        : json_ref(parameters),
                   true, manifest_came);
}

static bool manifest_begin(struct reading *r, uint64_t position)
{
    struct manifest *m = mem_calloc(1, sizeof *m);

    r->of_kind = m;
    m->position = position;
    if (reading_parameter(r, "Bucket") && reading_parameter(r, "Key"))
        return true;
    reading_fail(r, "The ItemReader needs a Bucket and a Key, texts that are not empty.");
    return false;
}

static enum source_step manifest_next(struct reading *r)
{
    struct manifest *m = r->of_kind;
    enum source_step step;

    if (!m->loaded) {
        ask_for_manifest(r);
        return SOURCE_WAITS;
    }
    if (file_is_open(&r->file))
        return (step = file_read(r)) == SOURCE_ENDS ? SOURCE_GOES_ON : step;
    if (m->next == m->count)
        return SOURCE_ENDS;
    return open_next(r, NULL, 0) ? SOURCE_GOES_ON : SOURCE_FAILED;
}

static void manifest_free(struct reading *r)
{
    struct manifest *m = r->of_kind;

    for (size_t i = 0; m && i < m->count; i++) {
        json_unref(m->files[i].bucket);
        json_unref(m->files[i].key);
    }
    if (m) {
        mem_free(m->files);
        json_unref(m->etag);
    }
    mem_free(m);
}

const struct source_kind source_manifest = {manifest_begin, manifest_next, manifest_free};
