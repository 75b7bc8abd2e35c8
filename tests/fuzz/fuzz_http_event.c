/*
 * HTTP requests as events, and outputs as answers, under libFuzzer. The first byte says which. A
 * request that the reader takes gives an event that is good JSON; what an output answers can stand
 * in an answer's head, and its lines are no more than it has headers.
 */

#include "parsers/base/mem.h"
#include "runtime/serve/http_event.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void event(const char *text, size_t len)
{
    http_reader *r = http_reader_new(&(struct http_limits){0});
    size_t used, at = 0;
    enum http_progress p;

    do {
        p = http_reader_feed(r, text + at, len - at, &used);
        at += used;
    } while (p == HTTP_HEAD_READ);
    if (p == HTTP_COMPLETE) {
        json *parameters = json_parse("{\"p\":\"v\"}", 9, 0, NULL);
        struct http_event e = {.message = http_reader_message(r),
                               .peer = "[::1]:50123",
                               .route = "/a/{p}",
                               .lists_methods = len % 2,
                               .parameters = parameters,
                               .request_id = "id",
                               .now_ms = 784111777000};
        json *v = http_event_json(&e), *text_of = json_text(v);
        json *again = json_parse(json_str(text_of), json_str_len(text_of), 0, NULL);

        require(again && json_equal(v, again));
        json_unref(again);
        json_unref(text_of);
        json_unref(v);
        json_unref(parameters);
    }
    http_reader_free(r);
}

static void answer(const char *text, size_t len)
{
    json *output = json_parse(text, len, JSON_READ_SURROGATES, NULL);
    struct http_event_answer a;
    struct diag why = {0};
    struct buf head = {0};
    size_t lines = 0;

    if (!output)
        return;
    if (http_event_answer(output, &a, &why)) {
        require(a.status >= 200 && a.status < 600);
        http_write_head(&head, a.status, a.headers, a.header_count, a.body.len, "D", true);
        for (size_t i = 0; i < head.len; i++) {
            lines += head.data[i] == '\n';
            require(head.data[i] != '\n' || (i && head.data[i - 1] == '\r'));
        }
        require(lines <= a.header_count + 5);
        http_event_answer_clear(&a);
    } else {
        require(why.text != NULL);
    }
    diag_clear(&why);
    buf_clear(&head);
    json_unref(output);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text;

    if (!size)
        return 0;
    /* a block of its own, so that a read beyond it is seen */
    text = mem_alloc(size);
    memcpy(text, data + 1, size - 1);
    (data[0] % 2 ? event : answer)(text, size - 1);
    mem_free(text);
    return 0;
}
