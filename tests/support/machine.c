#include "tests/support/machine.h"

#include <check.h>
#include <string.h>

asl_machine *machine_of(const char *text)
{
    struct asl_report report = {0};
    asl_machine *m = asl_compile(text, strlen(text), DOCUMENT_JSON, &report);

    ck_assert_msg(m != NULL, "%s", report.problems[0].message);
    asl_report_clear(&report);
    return m;
}
