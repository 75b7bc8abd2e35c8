/* The console over HTTP: which requests are its own, what its files are answered with, and the
 * picture of a definition. */

#include "tests/support/expect.h"
#include "tests/support/http_world.h"

#include "runtime/console/console.h"
#include "runtime/console/console_impl.h"

#include <string.h>

static void answer(void *user, http_exchange *x)
{
    (void)user;
    if (console_answer_drawing(x))
        return;
    if (console_part_of(http_exchange_message(x)) != CONSOLE_NONE) {
        console_answer_file(x);
        return;
    }
    struct http_answer a = {.status = 410};
    http_reply(x, &a);
}

/* Asks a server of the console, and returns all bytes of its answer, yours. */
static struct buf asked(const char *request)
{
    struct http_world *w = http_world_new();
    struct diag why = {0};
    struct buf got = {0};

    w->server = http_server_new(&w->loop, &w->options, answer);
    ck_assert_msg(http_server_listen(w->server, "127.0.0.1", 0, &w->port, &why), "%s", why.text);
    struct client *c = join(w);
    await_connected(w, c);
    say(c, request);
    await_end(w, c);
    buf_add(&got, c->got.data, c->got.len);
    http_world_close(w);
    http_world_free(w);
    return got;
}

#define ASK(line, more) line " HTTP/1.1\r\n" HOST "Connection: close\r\n" more "\r\n"
#define HTML "Accept: text/html,*/*\r\n"
#define DRAW(length, body)                                                                         \
    ASK("POST /console/graph", "X-Amz-Target: AslConsole.Draw\r\nContent-Length: " length "\r\n")  \
    body

static const struct {
    const char *name, *request;
    int status;
    const char *has; /* within the answer */
} answers[] = {
    {"the page at the root, for a browser", ASK("GET /", HTML), 200, "<!doctype html>"},
    {"not for another client", ASK("GET /", "Accept: */*\r\n"), 410, ""},
    {"not for one that says nothing", ASK("GET /", ""), 410, ""},
    {"not at another path", ASK("GET /x", HTML), 410, ""},
    {"the root is not for POST", ASK("POST /", HTML), 410, ""},
    {"the page at its own path, for everybody", ASK("GET /console", ""), 200, "<!doctype html>"},
    {"with a slash", ASK("GET /console/", ""), 200, "<!doctype html>"},
    {"only heads for HEAD", ASK("HEAD /console", ""), 200, "text/html; charset=utf-8"},
    {"a longer name is another", ASK("GET /consoles", ""), 410, ""},
    {"a script", ASK("GET /console/main.js", ""), 200, "text/javascript; charset=utf-8"},
    {"a style sheet", ASK("GET /console/style.css", ""), 200, "text/css; charset=utf-8"},
    {"a picture", ASK("GET /console/icon.svg", ""), 200, "image/svg+xml"},
    {"a file that there isn't", ASK("GET /console/none.js", ""), 404, "no such file"},
    {"no way out of the folder", ASK("GET /console/../main.js", ""), 404, "no such file"},
    {"files are not written", ASK("PUT /console/main.js", ""), 405, "for GET"},
    {"another version's ETag", ASK("GET /console", "If-None-Match: \"x\"\r\n"), 200, "<!doctype"},
    {"a picture of a definition",
     DRAW("51", "{\"StartAt\":\"A<\",\"States\":{\"A<\":{\"Type\":\"Succeed\"}}}"), 200,
     "\"state\":\"A<\",\"type\":\"Succeed\""},
    {"no picture of a mistake", DRAW("2", "{}"), 400, "\"__type\":\"InvalidDefinition\""},
    {"no picture of nothing", DRAW("0", ""), 400, "\"__type\":\"InvalidDefinition\""},
    {"a picture has its target", ASK("POST /console/graph", "Content-Length: 0\r\n"), 405, ""},
};

START_TEST(answered)
{
    struct buf got = asked(answers[_i].request);
    char status[32];

    snprintf(status, sizeof status, "HTTP/1.1 %d ", answers[_i].status);
    ck_assert_msg(strncmp(buf_str(&got), status, strlen(status)) == 0, "%s: %s", answers[_i].name,
                  buf_str(&got));
    ck_assert_msg(strstr(buf_str(&got), answers[_i].has) != NULL, "%s: %s", answers[_i].name,
                  buf_str(&got));
    buf_clear(&got);
}
END_TEST

/* Whatever it is answered with, a browser is told what the page may do. */
static const char *const guarded[] = {ASK("GET /", HTML), ASK("GET /console/main.js", ""),
                                      ASK("GET /console/none", "")};

static const char *const guards[] = {
    "default-src 'none'; script-src 'self';",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "X-Content-Type-Options: nosniff",
    "Referrer-Policy: no-referrer",
    "Cache-Control: no-cache",
    "Cross-Origin-Resource-Policy: same-origin",
};

START_TEST(has_guards)
{
    struct buf got = asked(guarded[_i]);

    for (size_t i = 0; i < COUNT(guards); i++)
        ck_assert_msg(strstr(buf_str(&got), guards[i]) != NULL, "%s: %s", guards[i], buf_str(&got));
    ck_assert_ptr_null(strstr(buf_str(&got), "unsafe"));
    buf_clear(&got);
}
END_TEST

START_TEST(is_not_sent_twice)
{
    for (size_t i = 0; i < console_file_count; i++) {
        struct buf ask = {0};
        buf_printf(&ask,
                   "GET /console/%s HTTP/1.1\r\n" HOST
                   "Connection: close\r\nIf-None-Match: \"x\", %s\r\n\r\n",
                   console_files[i].name, console_files[i].etag);
        struct buf got = asked(buf_str(&ask));
        ck_assert_msg(strncmp(buf_str(&got), "HTTP/1.1 304 ", 13) == 0, "%s", buf_str(&got));
        ck_assert_ptr_nonnull(strstr(buf_str(&got), console_files[i].etag));
        ck_assert_ptr_nonnull(strstr(buf_str(&got), "\r\n\r\n"));
        ck_assert_str_eq(strstr(buf_str(&got), "\r\n\r\n"), "\r\n\r\n");
        buf_clear(&got);
        buf_clear(&ask);
    }
}
END_TEST

START_TEST(is_small)
{
    size_t all = 0;

    for (size_t i = 0; i < console_file_count; i++)
        all += console_files[i].len;
    ck_assert_uint_gt(all, 0);
    ck_assert_uint_lt(all, 150000);
}
END_TEST

/* A definition of so many states in a row. */
static struct buf definition_of(size_t states)
{
    struct buf text = {0};

    buf_adds(&text, "{\"StartAt\":\"S0\",\"States\":{");
    for (size_t i = 0; i + 1 < states; i++)
        buf_printf(&text, "\"S%zu\":{\"Type\":\"Pass\",\"Next\":\"S%zu\"},", i, i + 1);
    buf_printf(&text, "\"S%zu\":{\"Type\":\"Pass\",\"End\":true}}}", states - 1);
    return text;
}

/* As many choices, each of which leads to the next one, and far back or ahead. */
static struct buf tangle_of(size_t states)
{
    struct buf text = {0};

    buf_adds(&text, "{\"StartAt\":\"S0\",\"States\":{");
    for (size_t i = 0; i + 1 < states; i++)
        buf_printf(
            &text,
            "\"S%zu\":{\"Type\":\"Choice\",\"Choices\":[{\"Variable\":\"$.n\",\"NumericEquals\":1,"
            "\"Next\":\"S%zu\"}],\"Default\":\"S%zu\"},",
            i, i * 7919 % states, i + 1);
    buf_printf(&text, "\"S%zu\":{\"Type\":\"Succeed\"}}}", states - 1);
    return text;
}

START_TEST(draws_as_much_as_people_can_see)
{
    static const struct {
        struct buf (*of)(size_t states);
        size_t states;
        const char *has;
    } cases[] = {{definition_of, 2000, "HTTP/1.1 200 "},
                 {definition_of, 2001, "DrawingTooLarge"},
                 {tangle_of, 50, "HTTP/1.1 200 "},
                 {tangle_of, 400, "DrawingTooLarge"}};

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct buf text = cases[i].of(cases[i].states), ask = {0};
        buf_printf(&ask,
                   "POST /console/graph HTTP/1.1\r\n" HOST
                   "Connection: close\r\nX-Amz-Target: AslConsole.Draw\r\nContent-Length: %zu\r\n"
                   "\r\n%s",
                   text.len, buf_str(&text));
        struct buf got = asked(buf_str(&ask));
        ck_assert_msg(strstr(buf_str(&got), cases[i].has) != NULL, "%zu: %.300s", cases[i].states,
                      buf_str(&got));
        buf_clear(&got);
        buf_clear(&ask);
        buf_clear(&text);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("console");
    TCase *t = tcase_create("console");

    tcase_add_loop_test(t, answered, 0, COUNT(answers));
    tcase_add_loop_test(t, has_guards, 0, COUNT(guarded));
    tcase_add_test(t, is_not_sent_twice);
    tcase_add_test(t, is_small);
    tcase_add_test(t, draws_as_much_as_people_can_see);
    suite_add_tcase(s, t);
    return run_suite(s);
}
