/*
 * Mock configurations of Step Functions Local under libFuzzer: each is refused with words, or
 * answers each invocation of the states of a machine, and in the end says that there is no answer
 * left.
 */
#define _GNU_SOURCE /* memfd_create */

#include "runtime/engine/mock_config.h"
#include "tests/fuzz/as_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void play(mocks *m, const char *state)
{
    struct task_result r = {0};

    for (int i = 0; i < 100 && mocks_answer(m, state, &r); i++) {
        must(r.ok ? r.output != NULL : r.error != NULL, "an answer is an output or an error");
        task_result_clear(&r);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct as_file f = as_file(data, size);

    for (int i = 0; i < 2; i++) {
        struct diag why = {0};
        mocks *m = mocks_load(f.path, i ? NULL : "M", "C", &why);

        must(m || (why.code && why.text), "a refusal says why");
        if (m) {
            play(m, "S");
            play(m, "T");
        }
        mocks_free(m);
        diag_clear(&why);
    }
    as_file_close(&f);
    return 0;
}
