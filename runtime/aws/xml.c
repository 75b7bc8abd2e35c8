/*
 * XML answers. The grammar is libexpat's, which Debian has, is small and has met every hostile text
 * there is; ours is what elements mean, as XML doesn't tell a list of one from its one element.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/arena.h"

#include <expat.h>
#include <string.h>

/* Telling lists from members takes the square of the elements that stand side by side. */
enum { MAX_DEPTH = 64, MAX_ELEMENTS = 20000 };

struct node {
    const char *name;
    struct node *parent, *first, *last, *next;
    size_t count; /* elements in it */
    struct buf text;
    struct node *made; /* the one made before it: all are on one list */
};

struct reader {
    XML_Parser parser;
    struct arena arena;
    struct node *root, *at, *made;
    size_t depth, elements;
    const char *why;
};

/* XML_Parse returns at once after this, with an error of expat's own: ours is kept beside it. */
static void xml_stop(struct reader *r, const char *why)
{
    r->why = why;
    XML_StopParser(r->parser, XML_FALSE);
}

/*
 * Names lose their prefix: services disagree on it, and it tells nothing that the element doesn't.
 */
static void on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *r = user;
    const char *colon = strrchr(name, ':');

    (void)attributes;
    if (++r->depth > MAX_DEPTH) {
        xml_stop(r, "it is nested too deeply");
        return;
    }
    if (++r->elements > MAX_ELEMENTS) {
        xml_stop(r, "it has too many elements");
        return;
    }
    struct node *n = arena_calloc(&r->arena, 1, sizeof *n);
    if (colon)
        name = colon + 1;
    n->name = arena_strndup(&r->arena, name, strlen(name));
    n->made = r->made;
    r->made = n;
    n->parent = r->at;
    if (!r->at) {
        r->root = n;
    } else {
        if (r->at->last)
            r->at->last->next = n;
        else
            r->at->first = n;
        r->at->last = n;
        r->at->count++;
    }
    r->at = n;
}

static void on_end(void *user, const XML_Char *name)
{
    struct reader *r = user;

    (void)name;
    r->depth--;
    r->at = r->at->parent;
}

/* Text beside elements is white space between them. */
static void on_text(void *user, const XML_Char *text, int len)
{
    struct reader *r = user;

    if (r->at && !r->at->first)
        buf_add(&r->at->text, text, (size_t)len);
}

/* No answer of AWS has one, and entities are how a small text becomes a huge one. */
static void on_doctype(void *user, const XML_Char *name, const XML_Char *system,
                       const XML_Char *public, int has_internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_internal;
    xml_stop(user, "it has a DOCTYPE");
}

/* ---- what elements mean ---- */

/* The word of `hints` for an element: what stands behind its name, '\0' without one. */
static char hint_for(const char *hints, const char *name, const char **item, size_t *item_len)
{
    size_t len = strlen(name);

    while (*(hints += strspn(hints, " "))) {
        size_t n = strcspn(hints, " ");

        if (n > len && !memcmp(hints, name, len) && strchr("[>#?", hints[len])) {
            *item = hints + len + 1;
            *item_len = n - len - 1;
            return hints[len];
        }
        hints += n;
    }
    return '\0';
}

/* Where all elements are called alike, the one around them is a list. */
static bool all_are(const struct node *n, const char *name, size_t len)
{
    for (const struct node *kid = n->first; kid; kid = kid->next)
        if (strlen(kid->name) != len || memcmp(kid->name, name, len) != 0)
            return false;
    return n->first != NULL;
}

static json *value_of(struct node *n, const char *hints);

static json *scalar_of(struct node *n, char kind)
{
    json *number = kind == '#' ? json_number(buf_str(&n->text), n->text.len) : NULL;

    if (number)
        return number;
    if (kind == '?')
        return json_bool(!strcmp(buf_str(&n->text), "true"));
    return json_string(buf_str(&n->text), n->text.len);
}

static json *xml_list_of(struct node *n, const char *hints)
{
    struct json_build b;

    json_build_array(&b, n->count);
    for (struct node *kid = n->first; kid; kid = kid->next)
        json_build_add(&b, value_of(kid, hints));
    return json_build_done(&b);
}

static struct node *kid_named(struct node *n, const char *name)
{
    for (struct node *kid = n->first; kid; kid = kid->next)
        if (!strcmp(kid->name, name))
            return kid;
    return NULL;
}

static json *map_of(struct node *n, const char *hints)
{
    struct json_build b;

    json_build_object(&b, n->count);
    for (struct node *kid = n->first; kid; kid = kid->next) {
        struct node *key = kid_named(kid, "key"), *value = kid_named(kid, "value");

        if (key && value)
            json_build_set_key(&b, json_string(buf_str(&key->text), key->text.len),
                               value_of(value, hints));
    }
    return json_build_done(&b);
}

/* Members of one name are a list, whether or not they were expected to be. */
static json *xml_object_of(struct node *n, const char *hints)
{
    struct json_build b;

    json_build_object(&b, n->count);
    for (struct node *kid = n->first; kid; kid = kid->next) {
        const char *item;
        size_t item_len;
        struct json_build list;
        bool many = hint_for(hints, kid->name, &item, &item_len) == '[';

        if (json_get(b.v, kid->name))
            continue;
        for (const struct node *k = kid->next; k && !many; k = k->next)
            many = !strcmp(k->name, kid->name);
        if (!many) {
            json_build_set(&b, kid->name, value_of(kid, hints));
            continue;
        }
        json_build_array(&list, 0);
        for (struct node *k = kid; k; k = k->next)
            if (!strcmp(k->name, kid->name))
                json_build_add(&list, value_of(k, hints));
        json_build_set(&b, kid->name, json_build_done(&list));
    }
    return json_build_done(&b);
}

/* Recursion: no deeper than MAX_DEPTH. */
static json *value_of(struct node *n, const char *hints)
{
    const char *item = "";
    size_t item_len = 0;
    char kind = hint_for(hints, n->name, &item, &item_len);

    if (kind == '>' && (!n->first || all_are(n, item, item_len)))
        return xml_list_of(n, hints);
    if (!n->first)
        return scalar_of(n, kind);
    if (all_are(n, "member", strlen("member")))
        return xml_list_of(n, hints);
    if (all_are(n, "entry", strlen("entry")) && kid_named(n->first, "key"))
        return map_of(n, hints);
    return xml_object_of(n, hints);
}

json *aws_xml_read(const char *text, size_t len, const char *hints, json **root, struct diag *why)
{
    struct reader r = {.parser = XML_ParserCreate("UTF-8")};
    json *v = NULL;

    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    if (len <= INT32_MAX && XML_Parse(r.parser, text ? text : "", (int)len, 1) == XML_STATUS_OK) {
        v = value_of(r.root, hints);
        if (root)
            *root = json_cstring(r.root->name);
    } else {
        diag_set(why, "XML", (size_t)XML_GetCurrentByteIndex(r.parser), "%s",
                 r.why ? r.why : XML_ErrorString(XML_GetErrorCode(r.parser)));
    }
    for (struct node *n = r.made; n; n = n->made)
        buf_clear(&n->text);
    XML_ParserFree(r.parser);
    arena_clear(&r.arena);
    return v;
}
