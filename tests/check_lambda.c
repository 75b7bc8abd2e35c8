/* Handlers of kind lambda: programs that ask the Lambda Runtime API. */
#define _XOPEN_SOURCE 700

#include "tests/support/expect.h"
#include "tests/support/processes.h"

#include "runtime/base/clock.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

/* ---- Lambda's Runtime API ---- */

static const char bootstrap[] =
    "#!/usr/bin/env -S python3 -S -E\n"
    "import json, os, socket, sys, time\n"
    "host, _, secret = os.environ['AWS_LAMBDA_RUNTIME_API'].partition('/')\n"
    "base = ('/' if secret else '') + secret + '/2018-06-01/runtime/'\n"
    "class Connection: # http.client takes longer to import than all else here\n"
    "    def __init__(self):\n"
    "        self.file = None\n"
    "    def close(self):\n"
    "        self.file = self.file and self.file.close()\n"
    "    def ask(self, method, path, body=None, headers={}):\n"
    "        if not self.file:\n"
    "            name, port = host.rsplit(':', 1)\n"
    "            self.file = socket.create_connection((name, int(port))).makefile('rwb')\n"
    "        f = self.file\n"
    "        whole = body is None or isinstance(body, str)\n"
    "        lines = ['%s %s HTTP/1.1' % (method, path), 'Host: ' + host]\n"
    "        lines += ['Content-Length: %d' % len(body or '') if whole else 'Transfer-Encoding: "
    "chunked']\n"
    "        lines += ['%s: %s' % pair for pair in headers.items()]\n"
    "        f.write('\\r\\n'.join(lines + ['', body or '' if whole else '']).encode())\n"
    "        for chunk in () if whole else body:\n"
    "            f.write(b'%x\\r\\n%s\\r\\n' % (len(chunk), chunk))\n"
    "        f.write(b'' if whole else b'0\\r\\n\\r\\n')\n"
    "        f.flush()\n"
    "        status = int(f.readline().split()[1])\n"
    "        lines = iter(lambda: f.readline().decode().strip(), '')\n"
    "        h = {k.title(): v.strip() for k, _, v in (line.partition(':') for line in lines)}\n"
    "        answer = f.read(int(h.get('Content-Length', 0)))\n"
    "        if h.get('Connection', '').lower() == 'close':\n"
    "            self.close()\n"
    "        return status, h, answer\n"
    "c = Connection()\n"
    "def ask(method, path, body=None, headers={}):\n"
    "    return c.ask(method, base + path, body, headers)\n"
    "def other(one, apart, times=1):\n"
    "    # A process of its own, and an orphan if it is to be apart: what it gets, from the file "
    "'got'.\n"
    "    if os.fork() == 0:\n"
    "        if one != 'kin':\n"
    "            os.setsid()\n"
    "        if (apart or one == 'kin') and os.fork():\n"
    "            os._exit(0)\n"
    "        got = []\n"
    "        for method, path in (('GET', 'what'), ('GET', 'invocation/next'), ('POST', one + "
    "'response'), ('POST', "
    "one + 'error'),\n"
    "                             ('POST', 'init/error')) * times:\n"
    "            body = '\"forged\"' if method == 'POST' and apart else None\n"
    "            got.append(Connection().ask(method, '/2018-06-01/runtime/' + path, body)[0])\n"
    "            if not apart:\n"
    "                break\n"
    "        open('new', 'w').write(json.dumps(got if times == 1 else sorted(set(got))))\n"
    "        os.rename('new', 'got')\n"
    "        os._exit(0)\n"
    "    while not os.path.exists('got'):\n"
    "        time.sleep(0.01)\n"
    "    return open('got').read()\n"
    "def error(kind):\n"
    "    return json.dumps({'errorMessage': 'm', 'errorType': kind})\n"
    "if os.environ.get('BROKEN'):\n"
    "    ask('POST', 'init/error', error('Runtime.ImportModuleError'))\n"
    "    sys.exit(1)\n"
    "calls = 0\n"
    "while True:\n"
    "    status, h, body = ask('GET', 'invocation/next')\n"
    "    if status != 200:\n"
    "        sys.exit(9)\n"
    "    event = json.loads(body)\n"
    "    calls += 1\n"
    "    what = event.get('do')\n"
    "    one = 'invocation/' + h['Lambda-Runtime-Aws-Request-Id'] + '/'\n"
    "    result = json.dumps(event)\n"
    "    if what == 'exit':\n"
    "        print('bye', flush=True)\n"
    "        sys.exit(3)\n"
    "    if what == 'sleep':\n"
    "        open('busy', 'w').write(str(os.getpid()))\n"
    "        time.sleep(20)\n"
    "    if what == 'daemon': # one that holds the output open\n"
    "        if os.fork() == 0:\n"
    "            os.setsid()\n"
    "            time.sleep(1)\n"
    "            os._exit(0)\n"
    "        result = json.dumps(os.getpid())\n"
    "    if what == 'raise':\n"
    "        ask('POST', one + 'error', error('Mine'), {'Lambda-Runtime-Function-Error-Type': "
    "'Mine'})\n"
    "        continue\n"
    "    if what == 'text':\n"
    "        result = 'hello'\n"
    "    if what == 'large':\n"
    "        result = '1' * 70000\n"
    "    if what == 'huge':\n"
    "        result = '1' * 9000000\n"
    "    if what == 'chunks':\n"
    "        result = (b'1' * 10000 for _ in range(900))\n"
    "    if what == 'forged':\n"
    "        result = other(one, True)\n"
    "    if what == 'crowd':\n"
    "        result = other(one, True, 30)\n"
    "        c.close() # and so comes back by another one\n"
    "    if what == 'helped':\n"
    "        result = other(one, False)\n"
    "    if what == 'of its group':\n"
    "        result = other('kin', False)\n"
    "    if what == 'huge error':\n"
    "        ask('POST', one + 'error', '1' * 2000000)\n"
    "        continue\n"
    "    if what == 'calls':\n"
    "        result = json.dumps(calls)\n"
    "    if what == 'name':\n"
    "        result = json.dumps([os.environ['AWS_LAMBDA_FUNCTION_NAME'], calls])\n"
    "    if what == 'headers':\n"
    "        late = int(h['Lambda-Runtime-Deadline-Ms']) / 1000 - time.time()\n"
    "        result = json.dumps([h['Lambda-Runtime-Invoked-Function-Arn'], "
    "h['Lambda-Runtime-Trace-Id'],\n"
    "                             h.get('Lambda-Runtime-Client-Context'), 50 < late <= 60])\n"
    "    if what == 'wrong':\n"
    "        result = json.dumps([ask('POST', 'invocation/1/response', '1')[0], ask('GET', "
    "'invocation/next')[0],\n"
    "                             ask('GET', 'what')[0]])\n"
    "    if what == 'meet':\n"
    "        open('here.%d' % os.getpid(), 'w').close()\n"
    "        while len([f for f in os.listdir('.') if f.startswith('here.')]) < event['count']:\n"
    "            time.sleep(0.01)\n"
    "    ask('POST', one + 'response', result)\n";

#define BOOTSTRAP "\"lambda\": [\"./bootstrap\"]"
#define REQUEST "40bb3980-ed5c-4542-a61d-3eaf17b5625a"

static struct handlers_world *runtime_world(const char *rows)
{
    struct handlers_world *w = handlers_world_new();
    struct buf file = {0};

    w->options.max_output = 65536;
    w->options.grace_ms = 100;
    handlers_world_write(w, "bootstrap", bootstrap, 0700);
    buf_printf(&file, "{\"handlers\": [%s]}", rows);
    handlers_world_open(w, buf_str(&file));
    buf_clear(&file);
    return w;
}

/* Of each the second call must find a process that works. */
static const struct {
    const char *name, *row, *event, *want;
} invocations[] = {
    {"the event goes in, the result comes out", "", "{\"a\":[1]}", "ok {\"a\":[1]}"},
    {"the function's error", "", "{\"do\":\"raise\"}",
     "function {\"errorMessage\":\"m\",\"errorType\":\"Mine\"}"},
    {"it ends by itself", "", "{\"do\":\"exit\"}",
     "function {\"errorType\":\"Runtime.ExitError\",\"errorMessage\":\"RequestId: " REQUEST
     " Error: Runtime exited with error: exit status 3\"}"},
    {"its time is over", ", \"timeout_s\": 0.5", "{\"do\":\"sleep\"}",
     "function {\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":\"RequestId: " REQUEST
     " Error: Task timed out after 0.50 seconds\"}"},
    {"a result that is no JSON", "", "{\"do\":\"text\"}",
     "failed Lambda.Unknown: The function's answer is not JSON (..."},
    {"a result that is too large", "", "{\"do\":\"large\"}", TOO_LARGE},
    {"one of 9 MB", "", "{\"do\":\"huge\"}", TOO_LARGE},
    {"one of 9 MB in chunks", "", "{\"do\":\"chunks\"}", TOO_LARGE},
    {"an error of 2 MB", "", "{\"do\":\"huge error\"}", TOO_LARGE},
    {"what another process asks", "", "{\"do\":\"forged\"}", "ok [403,403,403,403,403]"},
    {"what another process asks without the secret", ", \"secret_path\": true",
     "{\"do\":\"forged\"}", "ok [403,403,403,403,403]"},
    {"what a process asks that the function has started", ", \"secret_path\": false",
     "{\"do\":\"helped\"}", "ok [404]"},
    {"what a process of its group asks, whose parent has ended", "", "{\"do\":\"of its group\"}",
     "ok [404]"},
    {"its own requests with the secret", ", \"secret_path\": true", "{\"do\":\"wrong\"}",
     "ok [400,403,404]"},
    {"what the Runtime API refuses", "", "{\"do\":\"wrong\"}", "ok [400,403,404]"},
    {"headers", ", \"timeout_s\": 60", "{\"do\":\"headers\"}",
     "ok [\"arn:aws:lambda:us-east-1:123456789012:function:f\","
     "\"Root=1-40bb3980-ed5c4542a61d3eaf17b5625a;Sampled=0\",null,true]"},
};

START_TEST(invocation)
{
    struct buf row = {0};

    buf_printf(&row, "{\"resource\": \"f\", " BOOTSTRAP "%s}", invocations[_i].row);
    struct handlers_world *w = runtime_world(buf_str(&row));
    handlers_world_begin(w, "f", invocations[_i].event);
    handlers_world_wait(w, 1);
    handlers_world_expect(invocations[_i].name, &w->answers[0], invocations[_i].want);
    handlers_world_begin(w, "f", "{\"b\":2}");
    handlers_world_wait(w, 2);
    handlers_world_expect("the next one", &w->answers[1], "ok {\"b\":2}");
    ck_assert_uint_eq(handlers_busy(w->handlers), 0);
    buf_clear(&row);
    handlers_world_free(w);
}
END_TEST

/* However many strangers come, and the process itself is let in beside them. */
START_TEST(runtime_has_no_time_for_strangers)
{
    struct handlers_world *w = runtime_world("{\"resource\": \"f\", " BOOTSTRAP "}");
    int64_t began_ms = clock_steady_ms();

    lists_of_processes = 0;
    handlers_world_begin(w, "f", "{\"do\":\"crowd\"}");
    handlers_world_wait(w, 1);
    handlers_world_expect("what they get", &w->answers[0], "ok [403]");
    int64_t seconds = (clock_steady_ms() - began_ms) / 1000 + 2;
    ck_assert_msg(lists_of_processes > 0 && lists_of_processes <= 20 * seconds, "%u lists in %d s",
                  lists_of_processes, (int)seconds);
    handlers_world_begin(w, "f", "{\"do\":\"wrong\"}");
    handlers_world_wait(w, 2);
    handlers_world_expect("a connection of its own", &w->answers[1], "ok [400,403,404]");
    handlers_world_free(w);
}
END_TEST

START_TEST(runtime_stays_warm)
{
    struct handlers_world *w = runtime_world("{\"resource\": \"f\", " BOOTSTRAP "}");

    for (size_t i = 0; i < 3; i++) {
        handlers_world_begin(w, "f", "{\"do\":\"calls\"}");
        handlers_world_wait(w, i + 1);
        ck_assert_int_eq(json_int_value(handlers_world_value(&w->answers[i])), (int64_t)i + 1);
    }
    handlers_world_begin(w, "f", "{\"do\":\"exit\"}");
    handlers_world_wait(w, 4);
    handlers_world_begin(w, "f", "{\"do\":\"calls\"}");
    handlers_world_wait(w, 5);
    handlers_world_expect("a new process", &w->answers[4], "ok 1");
    expect_text("what it printed", buf_str(&w->log), "f: bye\n");
    handlers_world_free(w);
}
END_TEST

/* Each waits until all are there. */
START_TEST(runtime_scales)
{
    struct handlers_world *w =
        runtime_world("{\"resource\": \"f\", \"concurrency\": 3, " BOOTSTRAP "}");

    for (int i = 0; i < 6; i++)
        handlers_world_begin(w, "f", "{\"do\":\"meet\",\"count\":3}");
    handlers_world_wait(w, 6);
    handlers_world_begin(w, "f", "{\"do\":\"meet\",\"count\":3}");
    handlers_world_wait(w, 7);
    for (int i = 0; i < 7; i++)
        handlers_world_expect("each", &w->answers[i], "ok {\"do\":\"meet\",\"count\":3}");
    handlers_world_free(w);
}
END_TEST

START_TEST(runtime_makes_room_for_another_function)
{
    struct handlers_world *w =
        runtime_world("{\"resource\": \"f*\", \"concurrency\": 1, " BOOTSTRAP "}");

    handlers_world_begin(w, "f1", "{\"do\":\"name\"}");
    handlers_world_begin(w, "f2", "{\"do\":\"name\"}");
    handlers_world_begin(w, "f2", "{\"do\":\"name\"}");
    handlers_world_wait(w, 3);
    handlers_world_expect("the first", &w->answers[0], "ok [\"f1\",1]");
    handlers_world_expect("the other", &w->answers[1], "ok [\"f2\",1]");
    handlers_world_expect("that stays", &w->answers[2], "ok [\"f2\",2]");
    uint64_t id = handlers_world_begin(w, "f1", "{}");
    handlers_world_rounds(w, 3);
    handlers_cancel(w->handlers, id);
    handlers_world_begin(w, "f2", "{\"do\":\"name\"}");
    handlers_world_wait(w, 4);
    ck_assert(w->answers[4].ok);
    handlers_world_free(w);
}
END_TEST

/* A process that has ended to make room, and whose output is still read, counts: its call has been
 * promised its place. */
START_TEST(runtime_counts_who_makes_room)
{
    struct handlers_world *w =
        runtime_world("{\"resource\": \"f*\", \"concurrency\": 2, " BOOTSTRAP "}");

    handlers_world_begin(w, "f1", "{\"do\":\"daemon\"}");
    handlers_world_wait(w, 1);
    pid_t first = (pid_t)json_int_value(json_get(w->answers[0].output, "Payload"));
    handlers_world_begin(w, "f2", "{\"do\":\"name\"}");
    handlers_world_wait(w, 2);
    handlers_world_begin(w, "f3", "{\"do\":\"meet\",\"count\":2}");
    while (kill(first, 0) == 0)
        handlers_world_rounds(w, 1);
    handlers_world_begin(w, "f4", "{\"do\":\"meet\",\"count\":2}");
    handlers_world_wait(w, 4);
    handlers_world_begin(w, "f2", "{\"do\":\"name\"}");
    handlers_world_wait(w, 5);
    handlers_world_expect("it had to make room, too", &w->answers[4], "ok [\"f2\",1]");
    handlers_world_free(w);
}
END_TEST

START_TEST(runtime_that_cannot_begin)
{
    struct handlers_world *w = runtime_world(
        "{\"resource\": \"f\", " BOOTSTRAP ", \"env\": {\"BROKEN\": \"1\"}}, {\"resource\": \"g\", "
        "\"lambda\": [\"asl-no-such-program\"]}");

    for (size_t i = 0; i < 2; i++) {
        handlers_world_begin(w, "f", "{}");
        handlers_world_wait(w, i + 1);
        handlers_world_expect("its own words", &w->answers[i],
                              "function {\"errorMessage\":\"m\",\"errorType\":"
                              "\"Runtime.ImportModuleError\"}");
    }
    handlers_world_begin(w, "g", "{}");
    handlers_world_wait(w, 3);
    handlers_world_expect(
        "no such program", &w->answers[2],
        "failed Lambda.ResourceNotFoundException: The command 'asl-no-such-program' "
        "cannot be started: No such file or directory");
    handlers_world_free(w);
}
END_TEST

START_TEST(runtime_is_ended_with_its_task)
{
    struct handlers_world *w =
        runtime_world("{\"resource\": \"f\", \"concurrency\": 1, " BOOTSTRAP "}");
    pid_t pid;
    uint64_t id = handlers_world_begin(w, "f", "{\"do\":\"sleep\"}");

    while (!(pid = process_in(w, "busy")))
        handlers_world_rounds(w, 1);
    handlers_cancel(w->handlers, id);
    process_wait_for_end(w, pid);
    handlers_world_begin(w, "f", "{\"do\":\"calls\"}");
    handlers_world_wait(w, 1);
    handlers_world_expect("a new one", &w->answers[1], "ok 1");
    handlers_world_begin(w, "f", "{}"); /* and one that is under way at the end */
    handlers_world_free(w);
}
END_TEST

/* What depends on how the end of a process is told is run with a pidfd and without. */
static void add_tests(TCase *t)
{
    tcase_set_timeout(t, 120);
    tcase_add_test(t, runtime_has_no_time_for_strangers);
    tcase_add_test(t, runtime_stays_warm);
    tcase_add_test(t, runtime_scales);
    tcase_add_test(t, runtime_makes_room_for_another_function);
    tcase_add_test(t, runtime_counts_who_makes_room);
    tcase_add_test(t, runtime_that_cannot_begin);
    tcase_add_test(t, runtime_is_ended_with_its_task);
}

int main(void)
{
    Suite *s = suite_create("lambda");
    TCase *with = tcase_create("lambda"), *without = tcase_create("lambda without pidfd");

    add_tests(with);
    tcase_add_loop_test(with, invocation, 0, COUNT(invocations));
    suite_add_tcase(s, with);
    tcase_add_checked_fixture(without, hide_pidfd, show_pidfd);
    add_tests(without);
    suite_add_tcase(s, without);
    return run_suite(s);
}
