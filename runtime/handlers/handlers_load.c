/*
 * Reads handlers files.
 *
 *     {"handlers": [
 *       {"resource": "Charge*", "command": ["./charge.py", "--fast"], "timeout_s": 30},
 *       {"resource": "arn:aws:states:::sqs:*", "http": "http://127.0.0.1:9000/sqs"},
 *       {"resource": "Ship", "lambda_endpoint": "http://127.0.0.1:8080", "function": "function"},
 *       {"resource": "arn:aws:states:::dynamodb:*", "endpoint": "http://127.0.0.1:8000"},
 *       {"bucket": "orders", "folder": "./data"},
 *       {"resource": "Check", "mock": [{"error": "Busy"}, {"return": {"ok": true}}]}
 *     ],
 *     "connections": [
 *       {"connection": "stripe", "basic": {"user": "u", "password": "${PASSWORD}"}}
 *     ]}
 *
 * Or the same in YAML. ${NAME} in a string is the environment's NAME; $${ stands for ${. What a
 * mock returns is data and stays as it is.
 */
#define _XOPEN_SOURCE 700 /* realpath */

#include "asl/report/quota.h"
#include "runtime/handlers/handlers_load_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"
#include "runtime/base/glob.h"
#include "runtime/folder/folder.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_CONCURRENCY = 100000,
    RUNTIMES = 10, /* lambda: processes of a row that does not say */
};

/* ---- values of fields ---- */

/* Names as a shell has them: so "${a-b}" is a mistake, and not a variable that nobody can set. */
static bool name_char(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
}

/* ${NAME} at `text`: adds its value and returns its length; 0 when refused. */
static size_t expand_name(struct reader *r, const char *text, struct place at, struct buf *out)
{
    size_t len = 2;
    char *name;
    const char *value;

    while (name_char(text[len], len == 2))
        len++;
    if (len == 2 || text[len] != '}') {
        config_refuse(
            &r->file, at,
            "'${' begins a variable's name, as in ${HOME}; write '$${' for the text '${'");
        return 0;
    }
    name = mem_strndup(text + 2, len - 2);
    value = getenv(name);
    if (value)
        buf_adds(out, value);
    else
        config_refuse(&r->file, at, "the environment has no variable %s", name);
    mem_free(name);
    return value ? len + 1 : 0;
}

/*
 * Every string of the file but a mock's goes through here: it is expanded, and kept in the set's
 * arena as long as the set lives.
 */
const char *handlers_text(struct reader *r, const json *v, struct place at, const char *field)
{
    struct buf out = {0};
    const char *text, *kept = NULL;

    if (!json_is_string(v) || strlen(json_str(v)) != json_str_len(v)) {
        config_refuse(&r->file, at, "'%s' must be a string%s", field,
                      json_is_string(v) ? " without NUL" : "");
        return NULL;
    }
    for (text = json_str(v); *text;) {
        size_t len = 1;

        if (!strncmp(text, "$${", 3)) {
            buf_adds(&out, "${");
            len = 3;
        } else if (!strncmp(text, "${", 2)) {
            len = expand_name(r, text, at, &out);
            if (!len)
                goto out;
        } else {
            buf_addc(&out, *text);
        }
        text += len;
    }
    kept = arena_strndup(&r->h->arena, buf_str(&out), out.len);
out:
    buf_clear(&out);
    return kept;
}

typedef struct handler_row row;

static bool handlers_load_read_resource(struct reader *r, row *w, const json *v,
                                        const struct json_places *at)
{
    w->pattern = handlers_text(r, v, at->value, "resource");
    if (!w->pattern)
        return false;
    if (!*w->pattern)
        return config_refuse(&r->file, at->value, "'resource' must not be empty");
    return true;
}

/* The shell's rule: a name with a slash is a file, from the file's folder on. */
static const char *from_folder(struct reader *r, const char *path)
{
    struct buf whole = {0};
    const char *kept;

    if (*path == '/')
        return path;
    while (path[0] == '.' && path[1] == '/' && path[2])
        path += 2 + strspn(path + 2, "/");
    buf_printf(&whole, "%s/%s", r->folder, path);
    kept = arena_strndup(&r->h->arena, buf_str(&whole), whole.len);
    buf_clear(&whole);
    return kept;
}

static bool read_argv(struct reader *r, row *w, const json *v, const struct json_places *at,
                      const char *field)
{
    size_t count = json_is_array(v) ? json_count(v) : 0;

    if (!count)
        return config_refuse(&r->file, at->value,
                             "'%s' must be an array of strings, the program and its arguments",
                             field);
    w->argv = arena_calloc(&r->h->arena, count + 1, sizeof *w->argv);
    for (size_t i = 0; i < count; i++) {
        const char *word = handlers_text(r, json_at(v, i), at->kids[i].value, field);

        if (!word)
            return false;
        if (!i && !*word)
            return config_refuse(&r->file, at->kids[i].value,
                                 "the program's name must not be empty");
        if (!i && strchr(word, '/'))
            word = from_folder(r, word);
        w->argv[i] = arena_strndup(&r->h->arena, word, strlen(word));
    }
    return true;
}

static bool read_command(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    return read_argv(r, w, v, at, "command");
}

static bool read_lambda(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    /* Each process stays: there is always a bound. */
    if (!w->concurrency)
        w->concurrency = RUNTIMES;
    return read_argv(r, w, v, at, "lambda");
}

static bool read_secret_path(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    w->secret_path = json_kind(v) == JSON_TRUE;
    return w->secret_path || json_kind(v) == JSON_FALSE ||
           config_refuse(&r->file, at->value, "'secret_path' is true or false");
}

static bool read_cwd(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    const char *path = handlers_text(r, v, at->value, "cwd");

    if (path)
        w->cwd = from_folder(r, path);
    return path != NULL;
}

/* A row's own variables win over ours and over the process's: child.c has the order. */
static bool read_env(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    if (!json_is_object(v))
        return config_refuse(&r->file, at->value, "'env' must be an object of strings");
    w->env = arena_calloc(&r->h->arena, json_count(v) + 1, sizeof *w->env);
    for (size_t i = 0; i < json_count(v); i++) {
        const char *name = json_str(json_key_at(v, i));
        const char *value = handlers_text(r, json_value_at(v, i), at->kids[i].value, name);
        struct buf line = {0};

        if (!value)
            return false;
        if (!*name || strchr(name, '=') || strlen(name) != json_str_len(json_key_at(v, i)))
            return config_refuse(&r->file, at->kids[i].key, "this can't be the name of a variable");
        buf_printf(&line, "%s=%s", name, value);
        w->env[w->env_count++] = arena_strndup(&r->h->arena, buf_str(&line), line.len);
        buf_clear(&line);
    }
    return true;
}

static bool read_bucket(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    w->bucket = handlers_text(r, v, at->value, "bucket");
    if (w->bucket && (!*w->bucket || strchr(w->bucket, '/')))
        return config_refuse(&r->file, at->value, "'bucket' must be a bucket's name, as in orders");
    return w->bucket != NULL;
}

static bool read_folder(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    const char *path = handlers_text(r, v, at->value, "folder");
    struct diag why = {0};

    if (!path)
        return false;
    w->folder = w->own_folder = folder_open(from_folder(r, path), FOLDER_DURABLE, &why);
    if (!w->folder)
        config_refuse(&r->file, at->value, "%s", why.text);
    diag_clear(&why);
    return w->folder != NULL;
}

static bool handlers_load_read_timeout(struct reader *r, row *w, const json *v,
                                       const struct json_places *at)
{
    return config_seconds(&r->file, at->value, "timeout_s", v, false, QUOTA_SECONDS,
                          &w->timeout_ms);
}

static bool read_concurrency(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    if (json_kind(v) != JSON_INT || json_int_value(v) < 1 || json_int_value(v) > MAX_CONCURRENCY)
        return config_refuse(&r->file, at->value, "'concurrency' must be a whole number, 1 to %d",
                             (int)MAX_CONCURRENCY);
    w->concurrency = (unsigned)json_int_value(v);
    return true;
}

/*
 * {"return": value} or {"error": "Name", "cause": "text"}, either with "after_s": seconds.
 * Answers are checked here, when the file is read: a mock must not fail in the midst of a run for
 * what its file says.
 */
static bool check_answer(struct reader *r, const json *v, const struct json_places *at)
{
    const json *value = json_get(v, "return"), *error = json_get(v, "error");

    if (!json_is_object(v) || (value != NULL) == (error != NULL))
        return config_refuse(&r->file, at->value,
                             "an answer is {\"return\": value} or {\"error\": \"Name\", \"cause\": "
                             "\"text\"}");
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i);

        if (json_str_is(key, "return"))
            continue;
        if (json_str_is(key, "after_s")) {
            int64_t after_ms;
            if (!config_seconds(&r->file, at->kids[i].value, "after_s", json_value_at(v, i), true,
                                QUOTA_SECONDS, &after_ms))
                return false;
            continue;
        }
        if (!json_str_is(key, "error") && (!error || !json_str_is(key, "cause")))
            return config_refuse(&r->file, at->kids[i].key, "'%s' is no part of this answer",
                                 json_str(key));
        if (!json_is_string(json_value_at(v, i)))
            return config_refuse(&r->file, at->kids[i].value, "'%s' must be a string",
                                 json_str(key));
    }
    return true;
}

static bool read_mock(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    struct json_build b;

    if (!json_is_array(v)) {
        if (!check_answer(r, v, at))
            return false;
        json_build_array(&b, 1);
        json_build_add(&b, json_ref(v));
        w->mock = json_build_done(&b);
        return true;
    }
    if (!json_count(v))
        return config_refuse(&r->file, at->value, "'mock' must have an answer");
    for (size_t i = 0; i < json_count(v); i++)
        if (!check_answer(r, json_at(v, i), &at->kids[i]))
            return false;
    w->mock = json_ref(v);
    return true;
}

/* ---- rows ---- */

enum {
    ON_COMMAND = 1,
    ON_HTTP = 2,
    ON_LAMBDA_ENDPOINT = 4,
    ON_MOCK = 8,
    ON_ENDPOINT = 16,
    ON_LAMBDA = 32,
    ON_BUCKET = 64,
    ON_ALL = 127,
};

static const struct {
    const struct handler_kind *kind;
    unsigned bit;
} kinds[] = {
    {&handler_command, ON_COMMAND},   {&handler_lambda, ON_LAMBDA},
    {&handler_http, ON_HTTP},         {&handler_lambda_endpoint, ON_LAMBDA_ENDPOINT},
    {&handler_endpoint, ON_ENDPOINT}, {&handler_bucket, ON_BUCKET},
    {&handler_mock, ON_MOCK},
};

const struct handler_kind *handler_kind_at(size_t i)
{
    return i < COUNT(kinds) ? kinds[i].kind : NULL;
}

/* The fields of a row, and the kinds that may have each. They are read in the order of the file. */
static const struct field {
    const char *name;
    unsigned kinds;
    bool (*read)(struct reader *r, row *w, const json *v, const struct json_places *at);
} fields[] = {
    {"resource", ON_ALL & ~ON_BUCKET, handlers_load_read_resource},
    {"command", ON_COMMAND, read_command},
    {"lambda", ON_LAMBDA, read_lambda},
    {"secret_path", ON_LAMBDA, read_secret_path},
    {"cwd", ON_COMMAND | ON_LAMBDA, read_cwd},
    {"env", ON_COMMAND | ON_LAMBDA, read_env},
    {"http", ON_HTTP, handlers_read_http},
    {"method", ON_HTTP, handlers_read_method},
    {"headers", ON_HTTP | ON_LAMBDA_ENDPOINT, handlers_read_headers},
    {"lambda_endpoint", ON_LAMBDA_ENDPOINT, handlers_read_lambda_endpoint},
    {"function", ON_LAMBDA_ENDPOINT, handlers_read_function},
    {"mock", ON_MOCK, read_mock},
    {"endpoint", ON_ENDPOINT, handlers_read_endpoint},
    {"host", ON_ALL & ~ON_BUCKET & ~ON_LAMBDA & ~ON_LAMBDA_ENDPOINT, handlers_read_host},
    {"stage", ON_ENDPOINT, handlers_read_stage},
    {"poll_s", ON_ENDPOINT, handlers_read_poll},
    {"bucket", ON_BUCKET, read_bucket},
    {"folder", ON_BUCKET, read_folder},
    {"timeout_s", ON_COMMAND | ON_HTTP | ON_LAMBDA_ENDPOINT | ON_ENDPOINT | ON_LAMBDA,
     handlers_load_read_timeout},
    {"concurrency", ON_ALL, read_concurrency},
};

/* Where none is near, all that go with the kind are told; `bits` 0: there is no kind. */
static bool handlers_load_unknown_field(struct reader *r, const json *key, struct place at,
                                        unsigned bits)
{
    struct nearest near = {.want = json_str(key), .len = json_str_len(key)};
    struct buf names = {0};

    for (size_t i = 0; i < COUNT(fields); i++) {
        nearest_offer(&near, fields[i].name);
        if (!bits || fields[i].kinds & bits)
            buf_printf(&names, "%s'%s'", names.len ? ", " : "", fields[i].name);
    }
    bool refused = near.best ? config_refuse_unknown(&r->file, at, key, near.best)
                             : config_refuse(&r->file, at, "unknown field '%s'; there are %s",
                                             json_str(key), buf_str(&names));
    buf_clear(&names);
    return refused;
}

static const struct field *field_named(const json *key)
{
    for (size_t i = 0; i < COUNT(fields); i++)
        if (json_str_is(key, fields[i].name))
            return &fields[i];
    return NULL;
}

/* One of the fields that say what kind of handler it is. */
static bool find_kind(struct reader *r, row *w, const json *v, const struct json_places *at,
                      unsigned *bit)
{
    for (size_t i = 0; i < COUNT(kinds); i++) {
        size_t found = json_find(v, kinds[i].kind->field, strlen(kinds[i].kind->field));

        if (found == SIZE_MAX)
            continue;
        if (w->kind)
            return config_refuse(&r->file, at->kids[found].key,
                                 "a handler has '%s' or '%s', not both", w->kind->field,
                                 kinds[i].kind->field);
        w->kind = kinds[i].kind;
        *bit = kinds[i].bit;
    }
    return true;
}

static bool refuse_no_kind(struct reader *r, struct place at)
{
    struct buf names = {0};

    for (size_t i = 0; i < COUNT(kinds); i++)
        buf_printf(&names, "%s'%s'",
                   i == 0                 ? ""
                   : i + 1 < COUNT(kinds) ? ", "
                                          : " or ",
                   kinds[i].kind->field);
    config_refuse(&r->file, at, "a handler needs %s", buf_str(&names));
    buf_clear(&names);
    return false;
}

/* The kind is found first, since a field's reader and the complaint about one that does not belong
 * there depend on it. */
static bool read_handler(struct reader *r, row *w, const json *v, const struct json_places *at)
{
    unsigned bit = 0;

    if (!json_is_object(v))
        return config_refuse(&r->file, at->value, "a handler must be an object");
    if (!find_kind(r, w, v, at, &bit))
        return false;
    for (size_t i = 0; i < json_count(v); i++) {
        const json *key = json_key_at(v, i);
        const struct field *f = field_named(key);

        if (!f)
            return handlers_load_unknown_field(r, key, at->kids[i].key, bit);
        if (w->kind && !(f->kinds & bit))
            return config_refuse(&r->file, at->kids[i].key, "'%s' does not go with '%s'", f->name,
                                 w->kind->field);
        if (w->kind && !f->read(r, w, json_value_at(v, i), &at->kids[i]))
            return false;
    }
    if (!w->kind)
        return refuse_no_kind(r, at->value);
    if (w->bucket && !w->folder)
        return config_refuse(&r->file, at->value, "a handler with 'bucket' needs 'folder'");
    if (!w->pattern && !w->bucket)
        return config_refuse(&r->file, at->value, "a handler needs 'resource'");
    if (!handlers_check_api_fields(r, w, at->value))
        return false;
    if (!w->cwd)
        w->cwd = arena_strndup(&r->h->arena, r->folder, strlen(r->folder));
    return true;
}

/* ---- the file ---- */

/* Exact before wild, then the longer literal part. */
static int compare_patterns(const char *a, const char *b)
{
    size_t a_literal = glob_literal(a), b_literal = glob_literal(b);
    bool a_wild = a[a_literal] != '\0', b_wild = b[b_literal] != '\0';

    if (a_wild != b_wild)
        return a_wild - b_wild;
    return a_literal == b_literal ? 0 : a_literal > b_literal ? -1 : 1;
}

/* Rows for a host before those for any, then by their patterns, then in the file's order. Those
 * without a pattern are the last, in the order in which they were added. */
static int by_specificity(const void *left, const void *right)
{
    const row *a = *(row *const *)left, *b = *(row *const *)right;
    int order = 0;

    if (!a->pattern != !b->pattern)
        return !a->pattern - !b->pattern;
    if (!a->host != !b->host)
        return !a->host - !b->host;
    if (a->host)
        order = compare_patterns(a->host, b->host);
    if (!order && a->pattern)
        order = compare_patterns(a->pattern, b->pattern);
    return order ? order : a->order < b->order ? -1 : a->order > b->order;
}

static row *row_new(handlers *h)
{
    row *w = arena_alloc(&h->arena, sizeof *w);

    w->h = h;
    w->method = "POST";
    return w;
}

static bool refuse_handlers_file(struct reader *r)
{
    return config_refuse(&r->file, r->file.places->value,
                         "the file must be an object with an array 'handlers', "
                         "as {\"handlers\": [ROW]}");
}

/* `any`: the file has one of its two members, so it is a handlers file. */
static bool refuse_part_of_file(struct reader *r, struct place at, const json *key, bool any)
{
    struct nearest near = {.want = json_str(key), .len = json_str_len(key)};

    nearest_offer(&near, "handlers");
    nearest_offer(&near, "connections");
    if (near.best)
        return config_refuse_unknown(&r->file, at, key, near.best);
    if (!any)
        return refuse_handlers_file(r);
    return config_refuse(&r->file, at,
                         "unknown field '%s'; only 'handlers' and 'connections' can stand here",
                         json_str(key));
}

/*
 * Rows that were read before a mistake stay in `rows`: the caller gives back what they own, and
 * none gets into the set.
 */
static bool handlers_load_read_file(struct reader *r, row **rows)
{
    const json *doc = r->file.doc;
    const struct json_places *at = r->file.places;
    size_t found = json_find(doc, "handlers", strlen("handlers"));
    size_t connections = json_find(doc, "connections", strlen("connections"));
    const json *list;

    for (size_t i = 0; json_is_object(doc) && i < json_count(doc); i++)
        if (i != found && i != connections)
            return refuse_part_of_file(r, at->kids[i].key, json_key_at(doc, i),
                                       found != SIZE_MAX || connections != SIZE_MAX);
    if (!json_is_object(doc) || !json_count(doc) ||
        (found != SIZE_MAX && !json_is_array(json_value_at(doc, found))))
        return refuse_handlers_file(r);
    if (connections != SIZE_MAX &&
        !connections_read(r, json_value_at(doc, connections), &at->kids[connections]))
        return false;
    list = found == SIZE_MAX ? NULL : json_value_at(doc, found);
    for (size_t i = 0; list && i < json_count(list); i++) {
        rows[i] = row_new(r->h);
        rows[i]->order = r->h->row_count + i;
        if (!read_handler(r, rows[i], json_at(list, i), &at->kids[found].kids[i]))
            return false;
    }
    return true;
}

/*
 * Programs are looked for beside the file, not beside whoever started us. The folder is made
 * absolute, as a command's own folder may be another.
 */
static char *handlers_load_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *text =
        slash ? mem_strndup(path, slash == path ? 1 : (size_t)(slash - path)) : mem_strdup(".");
    char *whole = realpath(text, NULL);
    char *folder = whole ? mem_strdup(whole) : mem_strdup(text);

    free(whole);
    mem_free(text);
    return folder;
}

void handler_row_clear(struct handler_row *w)
{
    folder_free(w->own_folder);
    json_unref(w->mock);
    buf_clear(&w->headers);
}

/* All rows are sorted anew: files may be loaded one after the other, and rows of all compete. */
static void add_rows(handlers *h, row **rows, size_t count)
{
    if (h->row_count + count > h->row_room) {
        h->row_room = mem_grow(h->row_room, h->row_count + count);
        h->rows = mem_realloc(h->rows, h->row_room * sizeof(row *));
    }
    for (size_t i = 0; i < count; i++) {
        h->rows[h->row_count++] = rows[i];
        h->bucket_count += rows[i]->bucket != NULL;
    }
    if (h->row_count)
        qsort(h->rows, h->row_count, sizeof(row *), by_specificity);
}

struct handler_row *handlers_add_default(handlers *h, const struct handler_kind *kind)
{
    row *w = row_new(h);

    w->kind = kind;
    w->order = h->row_count;
    add_rows(h, &w, 1);
    return w;
}

/* No row of a file with a mistake gets into the set, which may already serve. */
bool handlers_parse(handlers *h, const char *path, const char *text, size_t len, struct diag *why)
{
    struct reader r = {.file = {.name = path, .code = "HANDLERS_FILE", .why = why}, .h = h};
    row **rows = NULL;
    size_t count = 0;
    bool ok = false;

    if (!config_file_parse(&r.file, text, len))
        goto out;
    r.folder = handlers_load_folder_of(path);
    if (json_get(r.file.doc, "handlers"))
        count = json_count(json_get(r.file.doc, "handlers"));
    rows = mem_calloc(count + 1, sizeof(row *));
    ok = handlers_load_read_file(&r, rows);
    if (ok) {
        add_rows(h, rows, count);
        mem_free(h->file);
        h->file = mem_strdup(path);
    }
    for (size_t i = 0; !ok && i < count && rows[i]; i++)
        handler_row_clear(rows[i]);
out:
    mem_free(rows);
    mem_free(r.folder);
    config_file_clear(&r.file);
    return ok;
}

bool handlers_load(handlers *h, const char *path, struct diag *why)
{
    struct buf text = {0};
    bool ok = buf_read_file(&text, path, CONFIG_FILE_MAX, why) &&
              handlers_parse(h, path, buf_str(&text), text.len, why);

    buf_clear(&text);
    return ok;
}
