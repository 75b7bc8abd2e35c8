/*
 * Files that serverless.yml includes: "${file(path)}" is what is in the file, "${file(path):a.b}" a
 * member of that. Paths are seen from serverless.yml, whichever file names them. What was read
 * stays until the whole template is: its values are looked at, not copied.
 */

#include "tools/template/template_impl.h"

#include "parsers/base/mem.h"

#include <string.h>

/* Of files that include files. */
enum { MAX_INCLUDES = 8 };

/* A file that was read, once however often it is included. */
struct included {
    struct reading in;
    struct buf name, text;
    struct arena a;
    json *doc; /* NULL: it can't be read as a template; its text may be a definition all the same */
    struct json_places *places;
};

bool include_parse(const json *v, struct include_call *out)
{
    static const char head[] = "${file(";
    const char *text = json_str(v), *close;
    size_t n = sizeof head - 1;

    *out = (struct include_call){0};
    if (strncmp(text, head, n) != 0 || !(close = strchr(text + n, ')')))
        return false;
    out->path = text + n;
    out->path_len = (size_t)(close - out->path);
    if (memchr(out->path, '$', out->path_len))
        return false;
    close++;
    if (*close == ':') {
        out->key = ++close;
        while (*close &&
               strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-", *close))
            close++;
        out->key_len = (size_t)(close - out->key);
    }
    return strcmp(close, "}") == 0;
}

static struct included *include_keep(struct includes *all, struct included *f)
{
    if (!all->index.v)
        json_build_object(&all->index, 0);
    json_build_set(&all->index, buf_str(&f->name), json_int((int64_t)all->count));
    MEM_GROW(all->files, all->count, all->cap);
    all->files[all->count++] = f;
    return f;
}

/* Reads a file once. One that is no document is kept as well: its text may be a definition with
 * placeholders outside of strings, which include_read_alone then reads. */
static struct included *include_read_file(struct includes *all, const struct include_call *call)
{
    struct included *f = mem_calloc(1, sizeof *f);
    char *path = mem_strndup(call->path, call->path_len);
    struct diag why = {0};

    definition_path(&f->name, all->root->name, path);
    mem_free(path);
    const json *have = all->index.v ? json_get(all->index.v, buf_str(&f->name)) : NULL;
    if (have) {
        buf_clear(&f->name);
        mem_free(f);
        return all->files[json_int_value(have)];
    }
    if (!all->root->to->read_file(all->root->to->ctx, all->root->name, buf_str(&f->name), &f->text,
                                  &why)) {
        diag_clear(&why);
        buf_clear(&f->name);
        mem_free(f);
        return NULL;
    }
    buf_str(&f->text);
    reading_init(&f->in, all->root->to, buf_str(&f->name), f->text.data, f->text.len,
                 document_format(buf_str(&f->name), f->text.data, f->text.len));
    f->in.pseudo = true;
    f->in.variables = all->root->variables;
    f->doc = document_parse(f->in.format, f->text.data, f->text.len,
                            JSON_READ_TAGS | JSON_READ_UNIQUE, &f->a, &f->places, NULL);
    return include_keep(all, f);
}

/* Moves the node to the member that the call names, "a.b". False: there is none. */
static bool follow_key(struct include_node *at, const struct include_call *call)
{
    const char *key = call->key, *end = call->key + call->key_len;

    while (key && key < end) {
        const char *dot = memchr(key, '.', (size_t)(end - key));
        size_t n = (size_t)((dot ? dot : end) - key);
        size_t i = json_is_object(at->v) ? json_find(at->v, key, n) : SIZE_MAX;
        if (i == SIZE_MAX)
            return false;
        at->v = json_value_at(at->v, i);
        at->at = &at->at->kids[i];
        key = dot ? dot + 1 : end;
    }
    return true;
}

/* A file may consist of nothing but the name of another. MAX_INCLUDES also ends a circle of such
 * files. */
bool include_resolve(struct includes *all, struct include_node *node)
{
    struct include_call call;

    for (size_t i = 0; json_is_string(node->v) && include_parse(node->v, &call); i++) {
        struct included *f = i < MAX_INCLUDES ? include_read_file(all, &call) : NULL;
        if (!f || !f->doc)
            return false;
        *node = (struct include_node){&f->in, f->doc, f->places};
        if (!follow_key(node, &call))
            return false;
    }
    return true;
}

bool include_is_open(const json *v)
{
    const char *text = json_is_string(v) ? json_str(v) : "";

    return strncmp(text, "${", 2) == 0 && placeholder_at(text, json_str_len(v)) == 0;
}

void include_read_alone(struct machine *m, const struct include_node *said)
{
    struct reading *in = m->in;
    struct include_call call;
    struct buf path = {0};

    if (!include_parse(said->v, &call)) {
        definition_unchecked(m, "what its definition will be is not known here");
        return;
    }
    if (call.key) {
        definition_unchecked(m, "its file can't be read, or has no such member");
        return;
    }
    buf_add(&path, call.path, call.path_len);
    m->in = said->in;
    definition_file(m, buf_str(&path), said->at);
    m->in = in;
    buf_clear(&path);
}

void includes_clear(struct includes *all)
{
    for (size_t i = 0; i < all->count; i++) {
        struct included *f = all->files[i];
        json_unref(f->doc);
        arena_clear(&f->a);
        reading_clear(&f->in);
        buf_clear(&f->name);
        buf_clear(&f->text);
        mem_free(f);
    }
    mem_free(all->files);
    if (all->index.v)
        json_build_drop(&all->index);
}
