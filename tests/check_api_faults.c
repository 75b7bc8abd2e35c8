/* The API in process on a store that fails. */

#include "tests/support/api_scene.h"
#include "tests/support/expect.h"

#include <sqlite3.h>
#include <string.h>

/* What can't be read is no answer: neither that it isn't there, nor an empty list. */
START_TEST(store_that_cannot_be_read)
{
    static const char *const calls[][2] = {
        {"DescribeExecution", "{\"executionArn\":\"" EXECUTION("m:e") "\"}"},
        {"GetExecutionHistory", "{\"executionArn\":\"" EXECUTION("m:e") "\"}"},
        {"ListExecutions", "{\"stateMachineArn\":\"" MACHINE("m") "\"}"},
        {"StartExecution", "{\"stateMachineArn\":\"" MACHINE("m") "\",\"name\":\"e\"}"},
    };
    struct scene s;
    sqlite3 *db;

    scene_init(&s, SQLITE);
    scene_call_well(&s, "CreateStateMachine",
                    "{\"name\":\"m\",\"definition\":\"" PASS
                    "\",\"roleArn\":\"arn:aws:iam::123456789012:role/r\"}");
    scene_call_well(&s, "StartExecution", calls[3][1]);
    scene_settle(&s);
    ck_assert(sqlite3_open(scene_files.file, &db) == SQLITE_OK);
    ck_assert(sqlite3_exec(db, "DROP TABLE executions", NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
    for (size_t i = 0; i < COUNT(calls); i++) {
        scene_call(&s, calls[i][0], calls[i][1]);
        ck_assert_msg(s.status == 500 && strstr(buf_str(&s.answer), "InternalServerError"),
                      "%s: %d %s", calls[i][0], s.status, buf_str(&s.answer));
    }
    scene_clear(&s);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("api_faults");
    TCase *tc = scene_case("api_faults");

    tcase_add_test(tc, store_that_cannot_be_read);
    suite_add_tcase(s, tc);
    return run_suite(s);
}
