/*
 * variableReferences: which variables each state of a definition reads. Looked for in the texts
 * that may have expressions: paths, intrinsic calls, and JSONata between {% and %}.
 */

#include "runtime/api/api_impl.h"

#include "parsers/count.h"

#include <stdlib.h>
#include <string.h>

struct names {
    struct json_build list;
    size_t count;
};

static bool is_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_part(char c)
{
    return is_start(c) || (c >= '0' && c <= '9');
}

static void add_name(struct names *n, const char *text, size_t len)
{
    for (size_t i = 0; i < n->count; i++) {
        const json *have = json_at(n->list.v, i);
        if (json_str_len(have) == len && memcmp(json_str(have), text, len) == 0)
            return;
    }
    json_build_add(&n->list, json_string(text, len));
    n->count++;
}

/* Quoted stretches hold no variables. */
static size_t skip_quoted(const char *text, size_t len, size_t i)
{
    char quote = text[i];

    for (i++; i < len && text[i] != quote; i++)
        i += text[i] == '\\';
    return i;
}

/* Calls of functions, what the expression binds itself, and $states are no variables. */
static void scan(struct names *n, const char *text, size_t len, bool jsonata)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\'' || (jsonata && text[i] == '"')) {
            i = skip_quoted(text, len, i);
            continue;
        }
        if (text[i] != '$')
            continue;
        size_t begin = i + 1, end = begin;
        if (begin < len && text[begin] == '$') {
            i++;
            continue;
        }
        while (end < len && (end == begin ? is_start(text[end]) : is_part(text[end])))
            end++;
        size_t behind = end;
        while (behind < len && text[behind] == ' ')
            behind++;
        bool call = behind < len && text[behind] == '(';
        bool bound = behind + 1 < len && text[behind] == ':' && text[behind + 1] == '=';
        bool states = end - begin == 6 && memcmp(text + begin, "states", 6) == 0;
        if (end > begin && !(jsonata && (call || bound || states)))
            add_name(n, text + begin, end - begin);
        i = end - 1;
    }
}

static bool ends_with(const json *key, const char *end)
{
    size_t n = strlen(end), len = json_str_len(key);

    return len >= n && memcmp(json_str(key) + len - n, end, n) == 0;
}

/* Fields whose text is a path whatever their name ends with. */
static bool is_path_field(const json *key)
{
    return ends_with(key, ".$") || ends_with(key, "Path") || json_str_is(key, "Variable");
}

static void scan_value(struct names *n, const json *key, const json *v)
{
    const char *text = json_is_string(v) ? json_str(v) : "";
    size_t len = json_is_string(v) ? json_str_len(v) : 0;

    if (len > 4 && memcmp(text, "{%", 2) == 0 && memcmp(text + len - 2, "%}", 2) == 0)
        scan(n, text + 2, len - 4, true);
    else if (len && key && is_path_field(key))
        scan(n, text, len, false);
    for (size_t i = 0; i < json_count(v); i++)
        if (json_is_array(v))
            scan_value(n, key, json_at(v, i));
        else if (!json_str_is(json_key_at(v, i), "States"))
            scan_value(n, json_key_at(v, i), json_value_at(v, i));
}

static int by_text(const void *a, const void *b)
{
    return strcmp(json_str(*(json *const *)a), json_str(*(json *const *)b));
}

static json *sorted(json *list)
{
    enum { MAX = 256 };
    json *names[MAX];
    size_t count = json_count(list) < MAX ? json_count(list) : MAX;
    struct json_build b;

    for (size_t i = 0; i < count; i++)
        names[i] = json_ref(json_at(list, i));
    qsort(names, count, sizeof *names, by_text);
    json_build_array(&b, count);
    for (size_t i = 0; i < count; i++)
        json_build_add(&b, names[i]);
    json_unref(list);
    return json_build_done(&b);
}

static void scan_states(struct json_build *out, size_t *count, const json *scope);

/* The scopes within a state, wherever they are. */
static void scan_inner(struct json_build *out, size_t *count, const json *v)
{
    for (size_t i = 0; i < json_count(v); i++)
        if (json_is_array(v))
            scan_inner(out, count, json_at(v, i));
        else
            scan_inner(out, count, json_value_at(v, i));
    if (json_is_object(v) && json_get(v, "States"))
        scan_states(out, count, v);
}

static void scan_states(struct json_build *out, size_t *count, const json *scope)
{
    static const char *const inner[] = {"ItemProcessor", "Iterator", "Branches"};
    const json *states = json_get(scope, "States");

    for (size_t i = 0; states && i < json_count(states); i++) {
        const json *state = json_value_at(states, i);
        struct names n = {0};
        json_build_array(&n.list, 0);
        scan_value(&n, NULL, state);
        if (n.count) {
            json_build_set_key(out, json_ref(json_key_at(states, i)),
                               sorted(json_build_done(&n.list)));
            ++*count;
        } else {
            json_build_drop(&n.list);
        }
        for (size_t k = 0; k < COUNT(inner); k++)
            if (json_get(state, inner[k]))
                scan_inner(out, count, json_get(state, inner[k]));
    }
}

json *variable_references(const json *definition)
{
    struct json_build b;
    size_t count = 0;

    json_build_object(&b, 0);
    scan_states(&b, &count, definition);
    if (count)
        return json_build_done(&b);
    json_build_drop(&b);
    return NULL;
}
