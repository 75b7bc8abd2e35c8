#define _GNU_SOURCE /* memfd_create */
/*
 * Histories of executions under libFuzzer: each is refused with words, or is told apart by chains.
 * Unless it lacks what a replay needs it can be replayed, on its own machine or on another.
 */
#include "asl/asl.h"
#include "parsers/base/mem.h"
#include "tests/fuzz/as_file.h"
#include "tools/test/history.h"
#include "tools/test/replay.h"
#include "tools/test/replay_case.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char definition[] =
    "{\"StartAt\":\"Each\",\"States\":{\"Each\":{\"Type\":\"Map\",\"ItemProcessor\":{\"StartAt\":"
    "\"Work\",\"States\":{\"Work\":{\"Type\":\"Task\",\"Resource\":\"arn:aws:lambda:us-east-1:1:"
    "function:work\",\"Retry\":[{\"ErrorEquals\":[\"States.ALL\"]}],\"End\":true}}},\"End\":true}}"
    "}";

static void check_chains(const struct history *h)
{
    size_t events = 0;

    for (size_t i = 0; i < h->chain_count; i++) {
        events += h->chains[i]->count;
        must((h->chains[i]->up == NULL) == (i == 0), "every chain but the first is in another");
    }
    must(events == h->count, "every event is of one chain");
}

static void replay(const struct history *h, asl_machine *m)
{
    struct replay r;
    json *name = json_cstring("m");

    replay_run(&(struct replay_options){.history = h, .machine = m, .name = name}, &r);
    json_unref(replay_case(&r, h, "suite.test.yaml"));
    replay_clear(&r);
    json_unref(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static asl_machine *m;
    struct asl_report report = {0};
    struct diag why = {0};

    if (!m)
        m = asl_compile(definition, sizeof definition - 1, DOCUMENT_JSON, &report);
    asl_report_clear(&report);
    must(m != NULL, "the definition is good");
    char *text = mem_strndup((const char *)data, size);
    struct history *h = history_read(text, size, &why);
    must(h || (why.code && why.text), "a refusal says why");
    if (h) {
        check_chains(h);
        replay(h, m);
    }
    history_free(h);
    diag_clear(&why);
    h = history_read_any(text, size, &why);
    must(h || (why.code && why.text), "a refusal says why");
    if (h)
        check_chains(h);
    history_free(h);
    mem_free(text);
    diag_clear(&why);
    return 0;
}
