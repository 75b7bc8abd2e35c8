#include "tests/support/world.h"

#include "tests/support/expect.h"

#include <string.h>

static const json *context_of(void *user)
{
    const struct world *w = user;

    return w->context;
}

static const json *variable_of(void *user, const json *name)
{
    const struct world *w = user;

    return w->variables ? json_get_key(w->variables, name) : NULL;
}

void world_init(struct world *w, const char *input, const char *context, const char *variables)
{
    *w = (struct world){
        .input = json_of(input ? input : "{}"),
        .context = context ? json_of(context) : NULL,
        .variables = variables ? json_of(variables) : NULL,
        .chance = {1},
    };
    w->env = (struct asl_env){.input = w->input,
                              .context = context_of,
                              .variable = variable_of,
                              .user = w,
                              .chance = &w->chance};
}

void world_clear(struct world *w)
{
    json_unref(w->input);
    json_unref(w->context);
    json_unref(w->variables);
}

void source_init(struct source *s, const char *text)
{
    struct json_places *places;
    struct diag why = {0};

    *s = (struct source){0};
    s->doc = json_parse_places(text, strlen(text), 0, &s->places, &places, &why);
    ck_assert_msg(s->doc != NULL, "%s: %s", text, why.text);
    s->at = (struct asl_at){.value = s->doc, .places = places};
}

void source_clear(struct source *s)
{
    json_unref(s->doc);
    arena_clear(&s->places);
}

void expect_report(const char *name, const struct asl_report *report, const char *want)
{
    struct buf got = {0};

    for (size_t i = 0; i < report->count; i++) {
        const struct asl_problem *p = &report->problems[i];

        buf_printf(&got, "%s%s at %s", i > 0 ? "; " : "", p->message,
                   p->location ? p->location : "null");
    }
    expect_text(name, buf_str(&got), want);
    buf_clear(&got);
}

void expect_error(const char *name, const struct asl_error *error, const char *want)
{
    struct buf got = {0};

    if (error->name)
        buf_printf(&got, "%s: %s", json_str(error->name),
                   error->cause ? json_str(error->cause) : "");
    expect_text(name, buf_str(&got), want);
    buf_clear(&got);
}
