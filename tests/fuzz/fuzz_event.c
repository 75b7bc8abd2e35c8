/* Events and configurations as text: whatever it is, it is read or refused; what was read and
 * written again reads as the same. */

#include "asl/asl.h"
#include "runtime/core/event_text.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char definition[] =
    "{\"StartAt\":\"A\",\"States\":{\"A\":{\"Type\":\"Pass\",\"Next\":\"B\"},\"B\":{\"Type\":"
    "\"Map\",\"End\":true,\"ItemProcessor\":{\"ProcessorConfig\":{\"Mode\":\"DISTRIBUTED\","
    "\"ExecutionType\":\"STANDARD\"},\"StartAt\":\"C\",\"States\":{\"C\":{\"Type\":\"Pass\","
    "\"End\":true}}}}}}";

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static void same_text(struct buf *a, struct buf *b)
{
    must(!strcmp(buf_str(a), buf_str(b)), "what was read again is written the same");
    must(!memchr(a->data, '\n', a->len), "there is no line feed in it");
    buf_clear(a);
    buf_clear(b);
}

static void event(const char *text, size_t len, const asl_machine *m)
{
    struct rt_event e, again;
    struct buf first = {0}, second = {0};
    struct diag why = {0};

    if (!rt_event_read(text, len, m, NULL, &e, &why)) {
        must(why.code && why.text, "a refusal says why");
        diag_clear(&why);
        return;
    }
    rt_event_write(&first, &e, NULL);
    must(rt_event_read(first.data, first.len, m, NULL, &again, &why),
         "what was written can be read");
    rt_event_write(&second, &again, NULL);
    same_text(&first, &second);
    rt_event_clear(&e);
    rt_event_clear(&again);
}

static void config(const char *text, size_t len, const asl_machine *m)
{
    struct rt_config c, again;
    struct buf first = {0}, second = {0};

    if (!rt_config_read(text, len, m, &c, NULL))
        return;
    rt_config_write(&first, &c);
    must(rt_config_read(first.data, first.len, m, &again, NULL), "a configuration is read again");
    rt_config_write(&second, &again);
    same_text(&first, &second);
    rt_config_clear(&c);
    rt_config_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct asl_report report = {0};
    asl_machine *m = asl_compile(definition, sizeof definition - 1, DOCUMENT_JSON, &report);

    must(m != NULL, "the definition is good");
    event((const char *)data, size, m);
    config((const char *)data, size, m);
    asl_report_clear(&report);
    asl_machine_unref(m);
    return 0;
}
