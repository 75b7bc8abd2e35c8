"""The rows of make bench, as README.md beside this has them.

A row is a cost: of CPU for one of what it does many times, or of another value that its program tells. Where there is a limit it stands
beside: what the machine, a library or a simpler case takes for the same, measured in the same run. A row whose work is the same each
time has `counted`, the size by which its instructions are counted (tests/bench/compare), a few hundred millions of them; those of
.ci/run have `ci`.

What is run is a Command: `said` prints the line of tests/bench/row.h, `bench` that of asl bench, `jsonata` those of bench_jsonata,
and of `process` the runner itself takes the CPU, with that of its children.
"""
import os
import shutil
from dataclasses import dataclass, field
from typing import Callable, Optional

import machines
import measure

SCALES = {"ns": 1e9, "us": 1e6, "ms": 1e3, "MB": 1e-6}


@dataclass
class Command:
    argv: list
    reads: str                      # said, bench, jsonata, process
    count: Optional[int] = None     # of things done, where the output doesn't say it
    times: int = 1                  # that it is started
    stdin: Optional[str] = None     # a file
    expect: object = None           # the output of asl bench, where there is one
    environment: Optional[dict] = None


@dataclass
class Row:
    name: str
    unit: str                       # of SCALES, and of what one thing is
    own: Callable                   # (here, size) -> Command
    size: int
    beside: Optional[tuple] = None  # what that is, and its function as `own`
    beside_size: Optional[int] = None  # where it isn't `size`
    most: Optional[float] = None    # the goal: a cost of so much at most,
    least: Optional[float] = None   # or so much of the limit at least
    of: str = "cpu_s"               # which of the values it is
    turns: Optional[int] = None     # where they are long: so many at most
    counted: Optional[int] = None
    ci: bool = False
    needs: tuple = field(default=())  # programs without which there is no row


# ---- commands ----

def said(program, *arguments):
    """A program of tests/bench; {size} is the size, {folder} one for its files."""
    def command(here, size):
        return Command([here.program(program)] + [a.format(size=size, folder=here.folder) for a in arguments], "said")
    return command


def bench(make, rounds=None, per=None, options=(), reps=None):
    """asl bench of a machine: `rounds` makes it, or the size; the other one is how often it runs. A thing is a transition unless `per`
    says how many there are in an execution."""
    def command(here, size):
        definition, value, output = make(rounds if rounds is not None else size)
        name = "%s-%d" % (make.__name__, rounds if rounds is not None else size)
        argv = [here.asl, "bench", here.file(name + ".asl.json", definition), "-i", "@" + here.file(name + ".input.json", value),
                "--limits", "none", "--json", "--reps", str(reps or size), "--warmup", "0" if here.counting else "1"] + list(options)
        return Command(argv, "bench", count=per, expect=output)
    return command


def growing(make, per=1, options=()):
    """The size is that of the value which grows, and the rounds by which a cost is divided."""
    def command(here, size):
        c = bench(make, options=options, reps=1 if here.counting else 3)(here, size)
        c.count = size * per
        return c
    return command


def started(*arguments, files=()):
    """A start of asl with nothing to do; the size is how often."""
    def command(here, size):
        names = {name: here.file(name, value) for name, value in files}
        return Command([here.asl] + [a.format(**{k.split(".")[0]: v for k, v in names.items()}) for a in arguments],
                       "process", count=1, times=size)
    return command


def true(here, size):
    return Command([shutil.which("true")], "process", count=1, times=size)


def batch(here, size):
    path = here.lines("expressions-%d.jsonl" % size, machines.expressions(size))
    return Command([here.asl, "eval", "--jsonata", "--batch"], "process", count=size, stdin=path)


AT_ONCE = 20
ENVIRONMENT = dict({"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}, **{"VARIABLE_%d" % i: "value" for i in range(30)})


def commands(here, size):
    program = shutil.which("true")
    argv = [here.asl, "run", here.file("commands.asl.json", machines.tasks(machines.FUNCTION, AT_ONCE)), "--quiet", "--limits", "none",
            "--handlers", here.file("commands.handlers.json", {"handlers": [{"resource": "*", "command": [program]}]}),
            "-i", "@" + here.file("commands-%d.input.json" % size, list(range(size)))]
    return Command(argv, "process", count=size, environment=ENVIRONMENT)


def spawned(here, size):
    return Command([here.program("bench_spawn"), shutil.which("true"), str(size), str(AT_ONCE)], "said", environment=ENVIRONMENT)


def served(work, *options, workers=1):
    """tests/bench/served; when instructions are counted one worker asks, so that they are the same each time."""
    def command(here, size):
        argv = [here.script("served"), work, "--count", str(size), "--workers", str(1 if here.counting else workers), "--",
                measure.UNDER, here.asl, "serve"]
        return Command(argv + [a.format(store=here.fresh("served.db")) for a in options], "said")
    return command


def over_http(connections, *store):
    def command(here, size):
        argv = [here.program("bench_serve"), "--row", "--asl", here.asl, "--executions", str(size), "--connections", str(connections)]
        return Command(argv + [a.format(folder=here.folder) for a in store], "said")
    return command


def sqlite_rows(durability, rows, group):
    """`rows` a thing, committed in groups of things."""
    def command(here, size):
        return Command([here.program("bench_store"), "sqlite", here.folder, durability, str(rows * group), str(rows * size)],
                       "said", count=size)
    return command


def touched(*arguments):
    """Bytes of heap that a program of tests/bench reads and writes for a thing: for three of them less those for one."""
    def command(here, size):
        c = said(*arguments)(here, size)
        c.reads = "touched"
        return c
    return command


def both_ways(here, size):
    """What comes in and goes out of an execution of 200 kB."""
    return Command([], "constant", count=400000)


# ---- the table ----

FULL = ("--store", "{folder}/serve.db", "--durability", "full")
NORMAL = ("--store", "{folder}/serve.db", "--durability", "normal")
SERVED_ROWS = 9  # of an execution of three or four states: its own and those of eight events
YAJL = "yajl's events alone"
SUITE = {"definition": "pass.asl.json", "cases": {"a": {"input": {}, "expect": {"status": "SUCCEEDED"}}}}
PASS = ("pass.asl.json", machines.one_pass()[0])


def json_row(kind, most, **more):
    return Row("json-" + kind, "ns a byte", said("bench_json", "read", kind, "{size}"), 300,
               (YAJL, said("bench_json", "yajl", kind, "{size}")), most=most, counted=60, **more)


def start_row(name, *arguments, files=(PASS,), **more):
    return Row("start-" + name, "us each", started(*arguments, files=files), 20, ("/bin/true", true), most=1000, counted=1, **more)


def assign_row(variables, **more):
    return Row("assign-%d" % variables, "ns a transition", bench(machines.assign, rounds=variables), 20,
               ("of 10 variables", bench(machines.assign, rounds=10)), least=0.8, counted=2, **more)


def growing_row(name, make, size, per=1, **more):
    return Row(name, "ns a round", growing(make, per), size, ("a tenth as many", growing(make, per)), beside_size=size // 10, most=2000,
               counted=size, **more)


def page_row(name, unit, what, order, where, size, **more):
    return Row(name, unit, said("bench_pages", what, where, order, "{size}"), size,
               ("forwards, in memory", said("bench_pages", what, "memory", "forwards", "{size}")), **more)


def http_row(connections, durability, store, size, **more):
    return Row("http-%s-%d" % (durability, connections), "us an execution", over_http(connections, *store), size,
               ("SQLite's own rows", sqlite_rows(durability, SERVED_ROWS, connections)), least=0.8, turns=3, **more)


ROWS = [
    Row("loop", "ns a transition", bench(machines.loop, rounds=10000), 20, most=125, counted=5, ci=True),
    Row("loop-variables", "ns a transition", bench(machines.loop_variables, rounds=10000), 20, most=125, counted=3),
    Row("loop-jsonata", "ns a transition", bench(machines.loop_jsonata, rounds=10000), 20, most=200, counted=2, ci=True),
    Row("loop-history", "ns a transition", bench(machines.loop, rounds=10000, options=["--keep-history"]), 20,
        ("the same without history", bench(machines.loop, rounds=10000)), least=0.8, counted=3),
    Row("map", "ns an item", bench(machines.inline_map, rounds=10000, per=10000), 20, counted=5, ci=True),
    Row("order", "ns a transition", bench(machines.order), 20000, counted=5000),
    Row("children", "ns an item", bench(machines.distributed_map, rounds=10000, per=10000), 10,
        ("the same inline", bench(machines.inline_map, rounds=10000, per=10000)), most=1500, counted=2),

    assign_row(1000),
    assign_row(10000),
    growing_row("append", machines.append, 10000, ci=True),
    growing_row("result-path", machines.result_path, 4000),
    growing_row("merge", machines.merge, 10000),
    growing_row("array", machines.array, 1000),

    json_row("records", 1.67, ci=True),
    json_row("integers", 2),
    json_row("strings", 1.67),
    json_row("escapes", 1),
    Row("doubles", "ns each", said("bench_json", "write", "doubles", "{size}"), 200000,
        ("printf of 17 digits", said("bench_json", "printf", "doubles", "{size}")), most=60, counted=200000, ci=True),

    start_row("run", "run", "{pass}", "--quiet", ci=True),
    start_row("validate", "validate", "{pass}"),
    start_row("eval", "eval", "--jsonata", "1 + 1", files=()),
    start_row("test", "test", "{suite}", files=(PASS, ("suite.test.json", SUITE))),

    Row("jsonata", "ns an expression", lambda here, size: Command([here.program("bench_jsonata")], "jsonata"), 1, turns=1),
    Row("jsonata-batch", "us an expression", batch, 8000, counted=2000, ci=True),

    Row("commands", "us each", commands, 1000, ("posix_spawn", spawned), least=0.8),
    Row("activities", "us a Task", served("activities", "--store", "{store}", workers=8), 1000,
        ("SQLite's rows, two a Task", sqlite_rows("full", 2, 8)), least=0.5, turns=3, counted=500),

    page_row("history-backwards", "us an event", "history", "backwards", "memory", 10, least=0.9, counted=2, ci=True),
    page_row("history-file", "us an event", "history", "forwards", "{folder}", 10, most=2, counted=1),
    page_row("newest-page", "us a page", "newest", "backwards", "memory", 300, least=0.9),
    page_row("newest-page-file", "us a page", "newest", "backwards", "{folder}", 300),
    Row("list-page", "us a page", said("bench_pages", "list", "{folder}", "200000", "{size}"), 100,
        ("of 1,000 executions", said("bench_pages", "list", "{folder}", "1000", "{size}")), most=5000, turns=3),

    Row("payload-file", "ms an execution", said("bench_store", "document", "{folder}", "{size}"), 20,
        ("in memory", said("bench_store", "document", "memory", "{size}")), most=10, counted=10, ci=True),
    Row("payload-bytes", "MB of file an execution", said("bench_store", "document", "{folder}", "{size}"), 20, of="bytes", most=1, turns=1),
    Row("payload-touched", "MB of heap an execution", touched("bench_store", "document", "{folder}", "{size}"), 2,
        ("input and output", both_ways), of="bytes", turns=1, needs=("valgrind",)),

    Row("http-memory", "us an execution", over_http(50), 10000,
        ("a request that nothing parses", said("bench_http", "nothing", "50")), most=10, turns=3),
    Row("starts", "us an execution", served("starts", "--store", ":memory:"), 3000,
        ("a request that nothing parses", said("bench_http", "nothing", "1")), turns=3, counted=1500, ci=True),
    Row("starts-file", "us an execution", served("starts", "--store", "{store}", "--durability", "normal"), 3000,
        ("SQLite's own rows", sqlite_rows("normal", SERVED_ROWS, 1)), turns=3, counted=1000, ci=True),
    http_row(50, "full", FULL, 10000),
    http_row(500, "full", FULL, 10000),
    http_row(50, "normal", NORMAL, 10000),
]
