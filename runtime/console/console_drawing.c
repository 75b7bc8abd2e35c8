/*
 * The picture of a definition, for the page to draw and to colour. A definition that the API has
 * accepted is drawn whatever this version thinks of it, and so is one that is being written, as
 * long as a machine can be made of it.
 */

#include "asl/asl.h"
#include "asl/drawing/drawing.h"
#include "parsers/json/json.h"
#include "runtime/console/console.h"

#include <string.h>

/* What has more states, or lines that pass more places, is no picture for people, and would keep
 * others waiting. */
enum { MOST_STATES = 2000, MOST_PLACES = 10000 };

static const char target[] = "AslConsole.Draw";
static const char path_of_drawing[] = "/console/graph";

static void add_error(struct buf *out, const char *type, const char *message)
{
    struct json_build b;

    json_build_object(&b, 2);
    json_build_set(&b, "__type", json_cstring(type));
    json_build_set(&b, "message", json_cstring(message));
    json *v = json_build_done(&b);
    json_write(out, v);
    json_unref(v);
}

static const char *first_error(const struct asl_report *r)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->problems[i].severity == ASL_ERROR)
            return r->problems[i].message;
    return "The definition has errors";
}

/* Adds the picture, or an error; returns the status of the answer. */
static int add_drawing(const struct buf *text, struct buf *out)
{
    struct asl_report report = {0};
    asl_machine *m = asl_compile_stored(text->data, text->len, &report);
    drawing *d = m && m->count <= MOST_STATES ? drawing_new(m, NULL) : NULL;
    int status;

    if (d)
        drawing_limit_places(d, MOST_PLACES);
    status = d && drawing_write_json(d, out) ? 200 : 400;
    if (!m)
        add_error(out, "InvalidDefinition", first_error(&report));
    else if (status != 200)
        add_error(out, "DrawingTooLarge", "The definition is too large to be drawn");
    drawing_free(d);
    asl_machine_unref(m);
    asl_report_clear(&report);
    return status;
}

bool console_answer_drawing(http_exchange *x)
{
    static const struct http_header headers[] = {{"Content-Type", "application/json"},
                                                 {"X-Content-Type-Options", "nosniff"},
                                                 {"Cache-Control", "no-store"}};
    const struct http_message *m = http_exchange_message(x);
    const char *asked = http_message_header(m, "X-Amz-Target");
    struct http_answer a = {.headers = headers, .header_count = 3};

    if (strcmp(m->path, path_of_drawing) != 0 || !asked || strcmp(asked, target) != 0)
        return false;
    a.status = add_drawing(&m->body, &a.body);
    http_reply(x, &a);
    return true;
}
