/*
 * XML answers as elements. The grammar is libexpat's, which Debian has, is small and has met every
 * hostile text there is; what the elements mean is told by the model, in read_xml.c.
 */
#include "runtime/aws/aws_impl.h"

#include "parsers/base/arena.h"
#include "parsers/base/mem.h"

#include <expat.h>
#include <string.h>

enum { MAX_DEPTH = 64, MAX_ELEMENTS = 20000 };

struct aws_xml {
    XML_Parser parser;
    struct arena arena;
    struct aws_element *root, *at, *made;
    size_t depth, elements;
    const char *why;
};

/* XML_Parse returns at once after this, with an error of expat's own: ours is kept beside it. */
static void xml_stop(struct aws_xml *r, const char *why)
{
    r->why = why;
    XML_StopParser(r->parser, XML_FALSE);
}

/* Returns NULL, with the parser stopped, when there are too many. */
static struct aws_element *add_element_of(struct aws_xml *r, const char *name)
{
    struct aws_element *n;

    if (++r->elements > MAX_ELEMENTS) {
        xml_stop(r, "it has too many elements");
        return NULL;
    }
    n = arena_calloc(&r->arena, 1, sizeof *n);
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
    return n;
}

/*
 * An attribute is an element of its name, for S3's xsi:type; those that name namespaces tell
 * nothing.
 * Names lose their prefix: services disagree on it, and it tells nothing that the element doesn't.
 */
static void on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct aws_xml *r = user;
    const char *colon = strrchr(name, ':');

    if (++r->depth > MAX_DEPTH) {
        xml_stop(r, "it is nested too deeply");
        return;
    }
    r->at = add_element_of(r, colon ? colon + 1 : name);
    for (; r->at && *attributes; attributes += 2) {
        struct aws_element *n;
        if (!strncmp(attributes[0], "xmlns", strlen("xmlns")))
            continue;
        n = add_element_of(r, attributes[0]);
        if (n)
            buf_adds(&n->text, attributes[1]);
    }
}

static void on_end(void *user, const XML_Char *name)
{
    struct aws_xml *r = user;

    (void)name;
    r->depth--;
    if (r->at)
        r->at = r->at->parent;
}

/* White space between elements is kept, too: nobody asks for it. */
static void on_text(void *user, const XML_Char *text, int len)
{
    struct aws_xml *r = user;

    if (r->at)
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

struct aws_xml *aws_xml_read(const char *text, size_t len, struct diag *why)
{
    struct aws_xml *x = mem_calloc(1, sizeof *x);
    bool good;

    x->parser = XML_ParserCreate("UTF-8");
    XML_SetUserData(x->parser, x);
    XML_SetElementHandler(x->parser, on_start, on_end);
    XML_SetCharacterDataHandler(x->parser, on_text);
    XML_SetStartDoctypeDeclHandler(x->parser, on_doctype);
    good = len <= INT32_MAX && XML_Parse(x->parser, text ? text : "", (int)len, 1) == XML_STATUS_OK;
    if (!good)
        diag_set(why, "XML", (size_t)XML_GetCurrentByteIndex(x->parser), "%s",
                 x->why ? x->why : XML_ErrorString(XML_GetErrorCode(x->parser)));
    XML_ParserFree(x->parser);
    if (good)
        return x;
    aws_xml_free(x);
    return NULL;
}

void aws_xml_free(struct aws_xml *x)
{
    if (!x)
        return;
    for (struct aws_element *n = x->made; n; n = n->made)
        buf_clear(&n->text);
    arena_clear(&x->arena);
    mem_free(x);
}

const struct aws_element *aws_xml_root(const struct aws_xml *x)
{
    return x->root;
}

const struct aws_element *aws_element_named(const struct aws_element *n, const char *name)
{
    for (const struct aws_element *kid = n ? n->first : NULL; kid; kid = kid->next)
        if (!strcmp(kid->name, name))
            return kid;
    return NULL;
}
