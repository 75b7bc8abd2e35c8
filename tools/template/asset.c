/*
 * Assets of the CDK. A definition that comes from a file is named by where it will be in S3; the
 * file is beside the template, under a name that the manifest of the stack's assets tells: of
 * Stack.template.json Stack.assets.json, {"files": {HASH: {"source": {"path": …}, "destinations":
 * {PLACE: {"objectKey": …}}}}}. Without a manifest it is asset.KEY.
 */

#include "tools/template/template_impl.h"

#include <string.h>

/* Adds the keys under which a file goes to S3. */
static void asset_add_keys(struct json_build *out, const json *file)
{
    const json *all = member(file, NULL, "destinations", NULL);
    const json *source = member(member(file, NULL, "source", NULL), NULL, "path", NULL);

    if (!source || !json_is_string(source) || !all || !json_is_object(all))
        return;
    for (size_t i = 0; i < json_count(all); i++) {
        const json *to = member(json_value_at(all, i), NULL, "objectKey", NULL);
        if (to && json_is_string(to))
            json_build_set_key(out, json_ref(to), json_ref(source));
    }
}

/* The sources of a manifest, by key. */
static json *sources_of(const json *manifest)
{
    const json *files = manifest ? member(manifest, NULL, "files", NULL) : NULL;
    struct json_build out;

    json_build_object(&out, 0);
    for (size_t i = 0; files && json_is_object(files) && i < json_count(files); i++)
        asset_add_keys(&out, json_value_at(files, i));
    return json_build_done(&out);
}

/* Reads the manifest beside the template. NULL: there is none, or the template has no name of
 * the CDK's; then assets have the names of its older versions. */
static json *asset_read_manifest(struct reading *in)
{
    static const char tail[] = ".template.json";
    const char *slash = strrchr(in->name, '/'), *base = slash ? slash + 1 : in->name;
    size_t len = strlen(base), n = sizeof tail - 1;
    struct buf name = {0}, path = {0}, text = {0};
    struct diag why = {0};
    json *manifest = NULL;

    if (len > n && strcmp(base + len - n, tail) == 0) {
        buf_add(&name, base, len - n);
        buf_adds(&name, ".assets.json");
        definition_path(&path, in->name, buf_str(&name));
        if (in->to->read_file(in->to->ctx, in->name, buf_str(&path), &text, &why))
            manifest = json_parse(text.data, text.len, 0, NULL);
    }
    diag_clear(&why);
    buf_clear(&name);
    buf_clear(&path);
    buf_clear(&text);
    return manifest;
}

/* Where the asset is that goes to S3 under `key`. */
static void find_asset(struct reading *in, const char *key, struct buf *path)
{
    const char *slash = strrchr(key, '/');

    if (!in->assets) {
        json *manifest = asset_read_manifest(in);
        in->assets = sources_of(manifest);
        json_unref(manifest);
    }
    const json *source = json_get(in->assets, key);
    if (source)
        buf_adds(path, json_str(source));
    else
        buf_printf(path, "asset.%s", slash ? slash + 1 : key);
}

/* Tries to read the file, as the reader's function is all that may look at files. */
static bool is_there(struct reading *in, const char *name)
{
    struct buf path = {0}, text = {0};
    struct diag why = {0};

    definition_path(&path, in->name, name);
    bool there = in->to->read_file(in->to->ctx, in->name, buf_str(&path), &text, &why);
    diag_clear(&why);
    buf_clear(&path);
    buf_clear(&text);
    return there;
}

void asset_read(struct machine *m, const json *location, const struct json_places *at,
                const char *otherwise)
{
    const struct json_places *key_at = NULL;
    const json *key = member(location, at, "Key", &key_at);
    struct quilt q = {.plain = true, .filler = m};
    struct buf path = {0};

    if (key)
        cfn_text(&q, m->in, key, key_at);
    if (key && !q.count && q.text.len)
        find_asset(m->in, buf_str(&q.text), &path);
    if (path.len && is_there(m->in, buf_str(&path)))
        definition_file(m, buf_str(&path), key_at);
    else
        definition_unchecked(m, otherwise);
    buf_clear(&path);
    quilt_clear(&q);
}
