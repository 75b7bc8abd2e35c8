/*
 * Routes: reading the file, and finding the route of a request. Rows are sorted once, the more
 * specific first, so the first row that fits is the right one. A path is decoded part by part
 * after it is split: an encoded slash is a letter of its part, no border.
 */

#include "runtime/serve/route.h"

#include "parsers/base/count.h"
#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"
#include "parsers/base/percent.h"
#include "parsers/base/utf8.h"
#include "runtime/base/config_file.h"

#include <stdlib.h>
#include <string.h>

enum {
    MAX_ROUTES = 10000,
    MAX_SECONDS = 3600,
    DEFAULT_MS = 29000, /* what API Gateway lets a backend take */
};

static const char ANY_PATH[] = "$default";

/* In the order of their precedence, which is API Gateway's for HTTP APIs: a text before a
 * parameter, one part before {name+}, and $default last. compare_parts relies on this order. */
enum part_kind { PART_TEXT, PART_NAME, PART_REST, PART_ANY };

struct part {
    enum part_kind kind;
    const char *text; /* the text, or the parameter's name */
    size_t len;
};

struct row {
    struct route route;
    struct part *parts;
    size_t part_count;
    unsigned methods; /* bits of method_names; 0: all */
    struct place at;
};

struct routes {
    struct arena arena;
    struct row *rows; /* the more specific first */
    size_t count;
};

static const char *const method_names[] = {"GET",    "HEAD",  "POST",   "PUT",
                                           "DELETE", "PATCH", "OPTIONS"};

/* 0: a method that no route can list. */
static unsigned method_bit(const char *name, size_t len)
{
    for (size_t i = 0; i < COUNT(method_names); i++)
        if (strlen(method_names[i]) == len && !memcmp(method_names[i], name, len))
            return 1u << i;
    return 0;
}

/* ---- reading the file ---- */

struct reader {
    struct config_file file;
    routes *r;
};

/* Fields end up as C strings in the arena, so a text with a NUL within is refused with an empty
 * one. */
static const char *route_text_of(struct reader *r, const json *v, struct place at,
                                 const char *field)
{
    if (json_is_string(v) && json_str_len(v) && strlen(json_str(v)) == json_str_len(v))
        return arena_strndup(&r->r->arena, json_str(v), json_str_len(v));
    config_refuse(&r->file, at, "'%s' must be a text that is not empty", field);
    return NULL;
}

static bool route_is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

/* {name} or {name+}; false with the problem said. */
static bool route_read_name(struct reader *r, struct row *w, struct part *p, struct place at)
{
    const char *text = p->text + 1;
    size_t len = p->len - 2, i = 0;

    p->kind = PART_NAME;
    if (p->len > 2 && text[len - 1] == '+') {
        p->kind = PART_REST;
        len--;
    }
    while (i < len && route_is_name_char(text[i]))
        i++;
    if (p->len < 3 || len == 0 || i < len)
        return config_refuse(&r->file, at,
                             "'%.*s' is no parameter: {name}, or {name+} for the rest", (int)p->len,
                             p->text);
    for (i = 0; i < w->part_count; i++)
        if (w->parts[i].kind != PART_TEXT && w->parts[i].len == len &&
            !memcmp(w->parts[i].text, text, len))
            return config_refuse(&r->file, at, "'path' has the parameter '%.*s' twice", (int)len,
                                 text);
    p->text = text;
    p->len = len;
    return true;
}

/* A brace anywhere else than around a whole part is most likely a mistake, as in /orders-{id}. */
static bool route_read_part(struct reader *r, struct row *w, const char *text, size_t len,
                            bool last, struct place at)
{
    struct part *p = &w->parts[w->part_count];

    *p = (struct part){.kind = PART_TEXT, .text = text, .len = len};
    if (len && text[0] == '{' && text[len - 1] == '}') {
        if (!route_read_name(r, w, p, at))
            return false;
        if (p->kind == PART_REST && !last)
            return config_refuse(&r->file, at, "{%.*s+} must be the last part of 'path'",
                                 (int)p->len, p->text);
    } else if (memchr(text, '{', len) || memchr(text, '}', len)) {
        return config_refuse(&r->file, at,
                             "a parameter is a whole part of 'path', as in /orders/{id}");
    }
    w->part_count++;
    return true;
}

/* Own pages of asl serve, which no route can have. */
static const char *const own_paths[] = {"/healthz", "/readyz", "/metrics", "/console"};

static bool is_or_is_below(const char *path, const char *page)
{
    size_t n = strlen(page);

    return !strncmp(path, page, n) && (!path[n] || path[n] == '/');
}

/*
 * path = "$default" | "/" | { "/" part }
 * part = text | "{" name "}" | "{" name "+}", which must be the last
 */
static bool route_read_path(struct reader *r, struct row *w, const json *v,
                            const struct json_places *at)
{
    const char *path = route_text_of(r, v, at->value, "path"), *p = path;
    size_t slashes = 0;

    w->route.path = path;
    if (!path)
        return false;
    /* There are at most as many parts as slashes; $default has one, and no slash. */
    for (const char *c = path; *c; c++)
        slashes += *c == '/';
    w->parts = arena_calloc(&r->r->arena, slashes + 1, sizeof *w->parts);
    if (!strcmp(path, ANY_PATH)) {
        w->parts[w->part_count++].kind = PART_ANY;
        return true;
    }
    if (path[0] != '/')
        return config_refuse(&r->file, at->value, "'path' begins with '/', or is %s", ANY_PATH);
    if (strpbrk(path, "?#%"))
        return config_refuse(&r->file, at->value,
                             "'path' has no '?', '#' or '%%': it is compared decoded");
    for (size_t i = 0; i < COUNT(own_paths); i++)
        if (is_or_is_below(path, own_paths[i]))
            return config_refuse(&r->file, at->value, "%s is a page of asl serve itself", path);
    if (!path[1])
        return true;
    while (*p == '/') {
        size_t len = strcspn(p + 1, "/");
        if (!len)
            return config_refuse(&r->file, at->value, "'path' has an empty part");
        if (!route_read_part(r, w, p + 1, len, !p[1 + len], at->value))
            return false;
        p += 1 + len;
    }
    return true;
}

/* That methods are listed is noted apart from the bits: it shows in the request's routeKey ("GET
 * /x", not "ANY /x"). */
static bool read_methods(struct reader *r, struct row *w, const json *v,
                         const struct json_places *at)
{
    if (!json_is_array(v) || !json_count(v))
        return config_refuse(&r->file, at->value,
                             "'methods' must be an array, as in [\"GET\", \"POST\"]");
    for (size_t i = 0; i < json_count(v); i++) {
        const json *name = json_at(v, i);
        unsigned bit = json_is_string(name) ? method_bit(json_str(name), json_str_len(name)) : 0;
        if (!bit)
            return config_refuse(&r->file, at->kids[i].value,
                                 "a method is GET, HEAD, POST, PUT, DELETE, PATCH or OPTIONS");
        w->methods |= bit;
    }
    w->route.lists_methods = true;
    return true;
}

static bool route_read_machine(struct reader *r, struct row *w, const json *v,
                               const struct json_places *at)
{
    w->route.machine = route_text_of(r, v, at->value, "stateMachine");
    return w->route.machine != NULL;
}

static bool route_read_timeout(struct reader *r, struct row *w, const json *v,
                               const struct json_places *at)
{
    return config_seconds(&r->file, at->value, "timeoutSeconds", v, false, MAX_SECONDS,
                          &w->route.timeout_ms);
}

static bool route_read_input(struct reader *r, struct row *w, const json *v,
                             const struct json_places *at)
{
    w->route.body_only = json_is_string(v) && json_str_is(v, "body");
    if (!w->route.body_only && !(json_is_string(v) && json_str_is(v, "request")))
        return config_refuse(&r->file, at->value, "'input' is \"request\" or \"body\"");
    return true;
}

static bool read_flag(struct reader *r, const char *name, const json *v,
                      const struct json_places *at, bool *out)
{
    *out = json_kind(v) == JSON_TRUE;
    return *out || json_kind(v) == JSON_FALSE ||
           config_refuse(&r->file, at->value, "'%s' is true or false", name);
}

static bool read_open(struct reader *r, struct row *w, const json *v, const struct json_places *at)
{
    return read_flag(r, "open", v, at, &w->route.open);
}

static bool read_cross_site(struct reader *r, struct row *w, const json *v,
                            const struct json_places *at)
{
    return read_flag(r, "crossSite", v, at, &w->route.cross_site);
}

static const struct field {
    const char *name;
    bool (*read)(struct reader *r, struct row *w, const json *v, const struct json_places *at);
} fields[] = {
    {"path", route_read_path},
    {"methods", read_methods},
    {"stateMachine", route_read_machine},
    {"timeoutSeconds", route_read_timeout},
    {"input", route_read_input},
    {"open", read_open},
    {"crossSite", read_cross_site},
};

static bool route_unknown_field(struct reader *r, const json *key, struct place at)
{
    struct nearest near = {.want = json_str(key), .len = json_str_len(key)};

    for (size_t i = 0; i < COUNT(fields); i++)
        nearest_offer(&near, fields[i].name);
    return config_refuse_unknown(&r->file, at, key, near.best);
}

static bool route_read_row(struct reader *r, struct row *w, const json *v,
                           const struct json_places *at)
{
    w->at = at->value;
    w->route.timeout_ms = DEFAULT_MS;
    if (!json_is_object(v))
        return config_refuse(&r->file, at->value, "a route must be an object");
    for (size_t i = 0; i < json_count(v); i++) {
        const struct field *f = fields, *end = fields + COUNT(fields);
        while (f < end && !json_str_is(json_key_at(v, i), f->name))
            f++;
        if (f == end)
            return route_unknown_field(r, json_key_at(v, i), at->kids[i].key);
        if (!f->read(r, w, json_value_at(v, i), &at->kids[i]))
            return false;
    }
    if (!w->route.path)
        return config_refuse(&r->file, at->value, "a route needs 'path'");
    return w->route.machine || config_refuse(&r->file, at->value, "a route needs 'stateMachine'");
}

/* ---- precedence ---- */

/*
 * Orders two paths part by part, the more specific first. Texts are compared only so that equal
 * paths become neighbours, where refuse_doubles finds them: two different texts never fit the same
 * request.
 */
static int compare_parts(const struct row *a, const struct row *b)
{
    for (size_t i = 0; i < a->part_count && i < b->part_count; i++) {
        const struct part *p = &a->parts[i], *q = &b->parts[i];
        if (p->kind != q->kind)
            return p->kind < q->kind ? -1 : 1;
        if (p->kind != PART_TEXT)
            continue;
        int order = memcmp(p->text, q->text, p->len < q->len ? p->len : q->len);
        if (order)
            return order;
        if (p->len != q->len)
            return p->len < q->len ? -1 : 1;
    }
    return (a->part_count > b->part_count) - (a->part_count < b->part_count);
}

/* Of routes with the same path, one that lists methods comes before the one for all methods; else
 * their order in the file decides. */
static int compare_rows(const void *left, const void *right)
{
    const struct row *a = left, *b = right;
    int order = compare_parts(a, b);

    if (order)
        return order;
    if (!a->methods != !b->methods)
        return a->methods ? -1 : 1;
    return a->at.line != b->at.line ? (a->at.line < b->at.line ? -1 : 1)
                                    : (a->at.column > b->at.column) - (a->at.column < b->at.column);
}

/* Refuses two routes for the same requests. Equal paths are neighbours after sorting, so looking
 * back ends at the first that differs. */
static bool refuse_doubles(struct reader *r)
{
    for (size_t i = 1; i < r->r->count; i++)
        for (size_t k = i; k-- > 0;) {
            const struct row *a = &r->r->rows[k], *b = &r->r->rows[i];
            if (compare_parts(a, b))
                break;
            if (a->methods == b->methods || (a->methods & b->methods))
                return config_refuse(&r->file, b->at,
                                     "'%s' is for requests that the route at line %u has",
                                     b->route.path, (unsigned)a->at.line);
        }
    return true;
}

/* ---- life ---- */

static bool read_routes(struct reader *r)
{
    const json *doc = r->file.doc;
    const struct json_places *at = r->file.places;
    size_t i = json_find(doc, "routes", strlen("routes"));
    const json *list = i == SIZE_MAX ? NULL : json_value_at(doc, i);

    if (!list || json_count(doc) != 1 || !json_is_array(list))
        return config_refuse(&r->file, at->value, "a routes file is {\"routes\": […]}");
    if (json_count(list) > MAX_ROUTES)
        return config_refuse(&r->file, at->kids[i].value, "there are more than %d routes",
                             (int)MAX_ROUTES);
    r->r->rows = arena_calloc(&r->r->arena, json_count(list) + 1, sizeof *r->r->rows);
    for (size_t k = 0; k < json_count(list); k++) {
        if (!route_read_row(r, &r->r->rows[k], json_at(list, k), &at->kids[i].kids[k]))
            return false;
        r->r->count++;
    }
    qsort(r->r->rows, r->r->count, sizeof *r->r->rows, compare_rows);
    return refuse_doubles(r);
}

static struct reader route_begin(const char *name, struct diag *why)
{
    return (struct reader){.file = {.name = name, .code = "ROUTES_FILE", .why = why},
                           .r = mem_calloc(1, sizeof(routes))};
}

static routes *route_finish(struct reader *r, bool read)
{
    bool good = read && read_routes(r);

    config_file_clear(&r->file);
    if (good)
        return r->r;
    routes_free(r->r);
    return NULL;
}

routes *routes_parse(const char *name, const char *text, size_t len, struct diag *why)
{
    struct reader r = route_begin(name, why);

    return route_finish(&r, config_file_parse(&r.file, text, len));
}

void routes_free(routes *r)
{
    if (!r)
        return;
    arena_clear(&r->arena);
    mem_free(r);
}

/* ---- a request ---- */

/* The request's path, decoded: `ends[i]` is where part i ends in `text`, and the next one begins.
 */
struct taken {
    struct buf text;
    size_t *ends, count;
};

/* False: a %XX is none, or a part is no UTF-8 or has a NUL. */
static bool route_take_apart(struct taken *t, const char *path)
{
    size_t slashes = 0;

    for (const char *c = path; *c; c++)
        slashes += *c == '/';
    t->ends = mem_calloc(slashes + 1, sizeof *t->ends);
    if (path[0] == '/' && !path[1])
        return true;
    while (*path == '/') {
        size_t len = strcspn(path + 1, "/"), start = t->text.len;
        if (!percent_decode(&t->text, path + 1, len))
            return false;
        const char *part = buf_str(&t->text) + start;
        if (utf8_valid(part, t->text.len - start) != t->text.len - start)
            return false;
        t->ends[t->count++] = t->text.len;
        path += 1 + len;
    }
    return *path == '\0' && !memchr(buf_str(&t->text), '\0', t->text.len);
}

static const char *part_at(const struct taken *t, size_t i, size_t *len)
{
    size_t start = i ? t->ends[i - 1] : 0;

    *len = t->ends[i] - start;
    return t->text.data + start;
}

/* {name} takes one part that is not empty, {name+} at least one; the last part of a path may be
 * empty, as in /a/, and then fits neither a {name} nor a text. */
static bool route_fits(const struct row *w, const struct taken *t)
{
    size_t i = 0, len;

    for (; i < w->part_count; i++) {
        const struct part *p = &w->parts[i];
        if (p->kind == PART_ANY)
            return true;
        if (i >= t->count)
            return false;
        const char *text = part_at(t, i, &len);
        if (p->kind == PART_REST)
            return t->count > i + 1 || len > 0;
        if (p->kind == PART_NAME ? len == 0 : len != p->len || memcmp(text, p->text, len) != 0)
            return false;
    }
    return i == t->count;
}

static json *rest_of(const struct taken *t, size_t i)
{
    struct buf text = {0};

    for (size_t first = i; i < t->count; i++) {
        size_t len;
        const char *part = part_at(t, i, &len);
        if (i > first)
            buf_addc(&text, '/');
        buf_add(&text, part, len);
    }
    return json_take_buf(&text);
}

static json *parameters_of(const struct row *w, const struct taken *t)
{
    struct json_build b;

    json_build_object(&b, w->part_count);
    for (size_t i = 0; i < w->part_count; i++) {
        const struct part *p = &w->parts[i];
        size_t len;
        if (p->kind != PART_NAME && p->kind != PART_REST)
            continue;
        const char *text = part_at(t, i, &len);
        json_build_set_key(&b, json_string(p->text, p->len),
                           p->kind == PART_REST ? rest_of(t, i) : json_string(text, len));
    }
    json *v = json_build_done(&b);
    if (json_count(v))
        return v;
    json_unref(v);
    return NULL;
}

static void name_methods(unsigned methods, struct buf *allow)
{
    for (size_t i = 0; i < COUNT(method_names); i++)
        if (methods & 1u << i)
            buf_printf(allow, "%s%s", allow->len ? ", " : "", method_names[i]);
}

/* Goes on behind a route whose methods don't fit: a less specific route may take the method.
 * Only when none does, `allow` names the methods of all that fit, for 405. */
enum route_found routes_find(const routes *r, const char *method, const char *path,
                             const struct route **out, json **parameters, struct buf *allow)
{
    unsigned bit = method_bit(method, strlen(method)), others = 0;
    enum route_found found = ROUTE_NONE;
    struct taken t = {0};

    if (!route_take_apart(&t, path)) {
        found = ROUTE_BAD_PATH;
        goto out;
    }
    for (size_t i = 0; i < r->count && found != ROUTE_FOUND; i++) {
        const struct row *w = &r->rows[i];
        if (!route_fits(w, &t))
            continue;
        if (!w->methods || (w->methods & bit)) {
            *out = &w->route;
            if (parameters)
                *parameters = parameters_of(w, &t);
            found = ROUTE_FOUND;
        } else {
            others |= w->methods;
            found = ROUTE_OTHER_METHOD;
        }
    }
    if (found == ROUTE_OTHER_METHOD && allow)
        name_methods(others, allow);
out:
    buf_clear(&t.text);
    mem_free(t.ends);
    return found;
}
