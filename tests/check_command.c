/* Handlers of kind command: what a program gets and what becomes of what it prints, and of it. */
#define _XOPEN_SOURCE 700

#include "tests/support/expect.h"
#include "tests/support/processes.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- commands ---- */

static const struct {
    const char *name, *row, *payload, *want;
} commands[] = {
    {"the payload comes in on stdin, compact", "\"command\": [\"cat\"]", "{\"a\": [1, 2.0]}",
     "ok {\"a\":[1,2.0]}"},
    {"nothing printed is null", "\"command\": [\"true\"]", "{}", "ok null"},
    {"blanks printed are null", SH("echo; echo"), "{}", "ok null"},
    {"no shell comes between", "\"command\": [\"printf\", \"%s\", \"\\\"$(id) * $HOME\\\"\"]", "{}",
     "ok \"$(id) * $HOME\""},
    {"the environment tells about the call",
     SH("printf '[\\\"%s\\\",\\\"%s\\\",\\\"%s\\\",%s]' \\\"$ASL_STATE_NAME\\\" "
        "\\\"$ASL_RESOURCE\\\" \\\"$ASL_IDEMPOTENCY_KEY\\\" \\\"$ASL_ATTEMPT\\\""),
     "{}", "ok [\"S\",\"f\",\"arn:aws:states:us-east-1:123456789012:execution:m:e/5\",2]"},
    {"the row adds to the environment and covers it",
     SH("echo \\\"\\\\\\\"$A $ASL_TEST_HAVE\\\\\\\"\\\"") ", \"env\": {\"A\": \"1\", "
                                                          "\"ASL_TEST_HAVE\": \"mine\"}",
     "{}", "ok \"1 mine\""},
    {"a name that others begin with covers none of them",
     SH("echo \\\"\\\\\\\"$ASL $ASL_ATTEMPT $ASL_TEST_HAVE\\\\\\\"\\\"") ", \"env\": {\"ASL\": "
                                                                         "\"1\"}",
     "{}", "ok \"1 2 theirs\""},
    {"variables are put in", SH("echo \\\"\\\\\\\"${ASL_TEST_HAVE} $${x}\\\\\\\"\\\""), "{}",
     "ok \"theirs \""},
    {"a file beside the handlers file", "\"command\": [\"./echo.sh\"]", "{\"a\":1}",
     "ok {\"a\":1}"},
    {"the working directory is the file's", SH("./echo.sh"), "{\"a\":1}", "ok {\"a\":1}"},
    {"a working directory from there", SH("../echo.sh") ", \"cwd\": \"sub\"", "[]", "ok []"},
    {"a child that ignores its input", SH("exec <&-; sleep 0.05; echo 7"), "{}", "ok 7"},
    {"nothing of ours is open in the child but 0, 1, 2 (and what ls opens)",
     SH("ls /proc/self/fd | wc -l"), "{}", "ok 4"},
    {"signals are as they are by default", SH("kill -PIPE $$; echo 1"), "{}",
     "failed Lambda.Unknown: The command 'sh' was ended by signal 13 (Broken pipe)"},
    {"what it prints to stderr is no result", SH("echo noise >&2; echo 7"), "{}", "ok 7"},
    {"an error by name",
     SH("echo '{ \\\"errorType\\\":\\\"Mine\\\", \\\"errorMessage\\\":\\\"m\\\" }'; exit 1"), "{}",
     "function {\"errorType\":\"Mine\",\"errorMessage\":\"m\"}"},
    {"an object with errorType and exit 0 is a result",
     SH("echo '{\\\"errorType\\\":\\\"Mine\\\"}'"), "{}", "ok {\"errorType\":\"Mine\"}"},
    {"an exit status, and the end of stderr", SH("echo one >&2; echo two >&2; exit 3"), "{}",
     "failed Lambda.Unknown: The command 'sh' ended with exit status 3: one\ntwo"},
    {"an exit status alone", "\"command\": [\"false\"]", "{}",
     "failed Lambda.Unknown: The command 'false' ended with exit status 1"},
    {"a signal", SH("kill -9 $$"), "{}",
     "failed Lambda.Unknown: The command 'sh' was ended by signal 9 (Killed)"},
    {"what isn't text in stderr becomes text", SH("printf 'a\\\\377b\\\\001' >&2; exit 1"), "{}",
     "failed Lambda.Unknown: The command 'sh' ended with exit status 1: a\xEF\xBF\xBD"
     "b\xEF\xBF\xBD"},
    {"no JSON", SH("echo hello"), "{}",
     "failed Lambda.Unknown: What the command 'sh' printed is not JSON (..."},
    {"JSON too deep", SH("head -c 2000 /dev/zero | tr '\\\\0' '['"), "{}",
     "failed Lambda.Unknown: What the command 'sh' printed is not JSON (..."},
    {"no such program", "\"command\": [\"asl-no-such-program\"]", "{}",
     "failed Lambda.ResourceNotFoundException: The command 'asl-no-such-program' cannot be "
     "started: No such file or directory"},
    {"a program that is here, but not in PATH", "\"command\": [\"echo.sh\"]", "{}",
     "failed Lambda.ResourceNotFoundException: The command 'echo.sh' cannot be started: No such "
     "file or directory in PATH; './echo.sh' is the one in /..."},
    {"no such directory", "\"command\": [\"true\"], \"cwd\": \"/no/such\"", "{}",
     "failed Lambda.ResourceNotFoundException: The command 'true' cannot be started: No such file "
     "or directory (its working directory /no/such)"},
    {"a time-out", SH("sleep 20") ", \"timeout_s\": 0.05", "{}",
     "function {\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: "
     "40bb3980-ed5c-4542-a61d-3eaf17b5625a Error: Task timed out after 0.05 seconds\"}"},
    {"a time-out of one that won't listen",
     SH("trap '' TERM; sleep 20; sleep 20") ", \"timeout_s\": 0.05", "{}",
     "function {\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: "
     "40bb3980-ed5c-4542-a61d-3eaf17b5625a Error: Task timed out after 0.05 seconds\"}"},
    {"more than allowed", SH("head -c 70000 /dev/zero | tr '\\\\0' '1'"), "{}", TOO_LARGE},
    {"more than allowed without end", SH("yes"), "{}", TOO_LARGE},
    {"a grandchild in the group that holds stdout open", SH("sleep 20 & echo 7"), "{}", "ok 7"},
    {"a grandchild of its own session that holds stdout open",
     SH("setsid sleep 2 & sleep 0.1; echo 7"), "{}", "ok 7"},
};

static void command_world(struct handlers_world *w)
{
    char sub[272];

    setenv("ASL_TEST_HAVE", "theirs", 1);
    handlers_world_write(w, "echo.sh", "#!/bin/sh\ncat\n", 0700);
    snprintf(sub, sizeof sub, "%s/sub", w->folder);
    ck_assert_int_eq(mkdir(sub, 0700), 0);
    w->options.max_output = 65536;
    w->options.grace_ms = 100;
}

START_TEST(command)
{
    struct handlers_world *w = handlers_world_new();
    struct buf file = {0};

    command_world(w);
    buf_printf(&file, "{\"handlers\": [{\"resource\": \"f\", %s}]}", commands[_i].row);
    handlers_world_open(w, buf_str(&file));
    handlers_world_begin(w, "f", commands[_i].payload);
    handlers_world_wait(w, 1);
    handlers_world_expect(commands[_i].name, &w->answers[0], commands[_i].want);
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    buf_clear(&file);
    handlers_world_free(w);
}
END_TEST

START_TEST(command_large_payload)
{
    struct handlers_world *w = handlers_world_new();
    struct buf text = {0};
    json *payload;

    handlers_world_open(
        w, "{\"handlers\": [{\"resource\": \"f\", \"command\": [\"cat\"]}, {\"resource\": "
           "\"g\", \"command\": [\"true\"]}]}");
    memset(buf_reserve(&text, 900000), 'x', 900000);
    text.len = 900000;
    payload = json_take_buf(&text);
    handlers_world_begin_with(w, "f", invoke_parameters("f", json_ref(payload)));
    handlers_world_begin_with(w, "g", invoke_parameters("g", json_ref(payload)));
    handlers_world_wait(w, 2);
    ck_assert(json_equal(handlers_world_value(&w->answers[0]), payload));
    handlers_world_expect("one that reads nothing of it", &w->answers[1], "ok null");
    json_unref(payload);
    handlers_world_free(w);
}
END_TEST

/* What isn't JSON is too large first of all, where AWS's quotas hold. */
static const struct {
    const char *name, *command, *want;
    bool no_limits;
} sizes[] = {
    {"no JSON, and one byte more than a result may be", "head -c 262145 /dev/zero | tr '\\\\0' a",
     TOO_LARGE, false},
    {"no JSON, and as much as a result may be", "head -c 262144 /dev/zero | tr '\\\\0' a",
     "failed Lambda.Unknown: What the command 'sh' printed is not JSON (...", false},
    {"no JSON of any size without quotas", "head -c 262145 /dev/zero | tr '\\\\0' a",
     "failed Lambda.Unknown: What the command 'sh' printed is not JSON (...", true},
};

START_TEST(command_no_json)
{
    struct handlers_world *w = handlers_world_new();
    struct buf file = {0};

    w->options.no_limits = sizes[_i].no_limits;
    buf_printf(&file,
               "{\"handlers\": [{\"resource\": \"f\", \"command\": [\"sh\", \"-c\", \"%s\"]}]}",
               sizes[_i].command);
    handlers_world_open(w, buf_str(&file));
    handlers_world_begin(w, "f", "{}");
    handlers_world_wait(w, 1);
    handlers_world_expect(sizes[_i].name, &w->answers[0], sizes[_i].want);
    buf_clear(&file);
    handlers_world_free(w);
}
END_TEST

START_TEST(command_log)
{
    struct handlers_world *w = handlers_world_new();

    handlers_world_open(w, "{\"handlers\": [{\"resource\": \"f\", " SH(
                               "printf 'one\\\\r\\\\n' >&2; printf two >&2; echo "
                               "1") "}, {\"resource\": \"g\", " SH("yes aaaaaaaaaaaaaaa | head -c "
                                                                   "2000000 >&2; exit 1") "}]}");
    handlers_world_begin(w, "f", "{}");
    handlers_world_wait(w, 1);
    expect_text("line by line, with the name", buf_str(&w->log), "f: one\nf: two\n");
    handlers_world_begin(w, "arn:aws:lambda:us-east-1:1:function:g", "{}");
    handlers_world_wait(w, 2);
    ck_assert_msg(w->log.len < 500000, "%zu bytes of log", w->log.len);
    ck_assert(strstr(buf_str(&w->log), "g: what it writes more is left out") != NULL);
    ck_assert_msg(json_str_len(w->answers[1].cause) < 4200, "a cause of %zu bytes",
                  json_str_len(w->answers[1].cause));
    handlers_world_free(w);
}
END_TEST

START_TEST(command_last_words)
{
    struct handlers_world *w = handlers_world_new();

    w->options.grace_ms = PATIENCE_MS;
    handlers_world_open(
        w, "{\"handlers\": [{\"resource\": \"f\", " SH(
               "trap 'echo cleaned up >&2; exit 1' TERM; echo $$ > me; sleep 30 & wait") "}]}");
    handlers_world_begin(w, "f", "{}");
    while (!process_in(w, "me"))
        handlers_world_rounds(w, 1);
    if (_i)
        handlers_cancel(w->handlers, 0);
    handlers_close(w->handlers);
    while (!strstr(buf_str(&w->log), "f: cleaned up\n"))
        uv_run(&w->loop, UV_RUN_ONCE);
    ck_assert_uint_eq(w->answered, 0);
    handlers_world_free(w);
}
END_TEST

static const struct {
    const char *name, *script;
    bool close; /* close the set instead of cancelling the call */
} ends[] = {
    {"a cancel ends the child and its children", "sleep 30 & echo $! > kid; echo $$ > me; wait",
     false},
    {"a cancel ends those that won't listen",
     "trap '' TERM; sh -c 'trap \\\"\\\" TERM; echo $$ > kid; while :; do sleep 30; done' & echo "
     "$$ > me; while :; do wait; done",
     false},
    {"so does the end of all",
     "trap '' TERM; sleep 30 & echo $! > kid; echo $$ > me; wait; sleep 9", true},
};

START_TEST(command_end)
{
    struct handlers_world *w = handlers_world_new();
    struct buf file = {0};
    pid_t me, kid;
    uint64_t id;

    w->options.grace_ms = 100;
    buf_printf(&file, "{\"handlers\": [{\"resource\": \"f\", " SH("%s") "}]}", ends[_i].script);
    handlers_world_open(w, buf_str(&file));
    id = handlers_world_begin(w, "f", "{}");
    while (!(me = process_in(w, "me")) || !(kid = process_in(w, "kid")))
        handlers_world_rounds(w, 1);
    ck_assert(process_is_alive(me) && process_is_alive(kid));
    if (ends[_i].close)
        handlers_close(w->handlers);
    else
        handlers_cancel(w->handlers, id);
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    process_wait_for_end(w, me);
    process_wait_for_end(w, kid);
    ck_assert_uint_eq(w->answered, 0);
    buf_clear(&file);
    handlers_world_free(w);
}
END_TEST

/* Each writes a file while it runs, and counts those of the others. */
static const struct {
    const char *name;
    unsigned in_flight, processes;
} bounds[] = {
    {"calls in flight", 2, 0},
    {"processes", 0, 2},
    {"the smaller one", 3, 2},
};

START_TEST(no_more_than_the_bound)
{
    struct handlers_world *w = handlers_world_new();

    w->options.max_in_flight = bounds[_i].in_flight;
    w->options.max_processes = bounds[_i].processes;
    handlers_world_open(
        w, "{\"handlers\": [{\"resource\": \"*\", " SH(
               "for i in $(seq 3000); do [ -e go ] && break; sleep 0.01; done; echo 1") "}]}");
    for (int i = 0; i < 5; i++)
        handlers_world_begin(w, i % 2 ? "f" : "g", "{}");
    handlers_world_rounds(w, 20);
    ck_assert_msg(handlers_waiting(w->handlers) == 3, "%s: %zu wait", bounds[_i].name,
                  handlers_waiting(w->handlers));
    handlers_world_write(w, "go", "", 0600);
    handlers_world_wait(w, 5);
    ck_assert_uint_eq(handlers_waiting(w->handlers), 0);
    handlers_world_free(w);
}
END_TEST

START_TEST(command_concurrency)
{
    struct handlers_world *w = handlers_world_new();

    handlers_world_open(
        w, "{\"handlers\": [{\"resource\": \"f\", \"concurrency\": 3, " SH(
               "touch run.$$; n=$(ls run.* | wc -l); sleep 0.02; rm run.$$; echo $n") "}"
                                                                                      "]"
                                                                                      "}");
    for (int i = 0; i < 20; i++)
        handlers_world_begin(w, "f", "{}");
    handlers_cancel(w->handlers, 19);
    ck_assert_uint_eq(handlers_busy(w->handlers), 19);
    handlers_world_wait(w, 19);
    for (int i = 0; i < 19; i++)
        ck_assert_msg(json_int_value(handlers_world_value(&w->answers[i])) <= 3, "%lld at once",
                      (long long)json_int_value(handlers_world_value(&w->answers[i])));
    ck_assert(w->answers[19].output == NULL);
    handlers_world_free(w);
}
END_TEST

START_TEST(command_event)
{
    struct handlers_world *w = handlers_world_new();
    const char *event = "{\"FunctionName\":\"f\",\"InvocationType\":\"Event\"}";

    handlers_world_open(w, "{\"handlers\": [{\"resource\": \"f\", " SH("sleep 0.1; exit 4") "}]}");
    handlers_world_begin_with(w, "f", json_of(event));
    handlers_world_wait(w, 1);
    handlers_world_expect("taken at once", &w->answers[0], "ok \"\"");
    while (!w->log.len)
        uv_run(&w->loop, UV_RUN_ONCE);
    expect_text("what comes of it goes to the log", buf_str(&w->log),
                "f: Lambda.Unknown: The command 'sh' ended with exit status 4\n");
    handlers_world_begin_with(w, "f", json_of(event));
    handlers_world_rounds(w, 3);
    handlers_world_free(w); /* while the second one runs */
}
END_TEST

/* Both with a pidfd and without: the end of a process is told in another way. */
static void add_tests(TCase *t)
{
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, command, 0, COUNT(commands));
    tcase_add_test(t, command_large_payload);
    tcase_add_loop_test(t, command_no_json, 0, COUNT(sizes));
    tcase_add_test(t, command_log);
    tcase_add_loop_test(t, command_end, 0, COUNT(ends));
    tcase_add_loop_test(t, command_last_words, 0, 2); /* with and without a cancel before the end */
    tcase_add_test(t, command_concurrency);
    tcase_add_loop_test(t, no_more_than_the_bound, 0, COUNT(bounds));
    tcase_add_test(t, command_event);
}

int main(void)
{
    Suite *s = suite_create("command");
    TCase *with = tcase_create("command"), *without = tcase_create("command without pidfd");

    add_tests(with);
    suite_add_tcase(s, with);
    tcase_add_checked_fixture(without, hide_pidfd, show_pidfd);
    add_tests(without);
    suite_add_tcase(s, without);
    return run_suite(s);
}
