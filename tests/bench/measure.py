"""Runs the commands of rows, and tells what they cost: by the processor's time, or by instructions under valgrind.

Wall time is told where a program does, and compared by nobody: other programs may be at work on the machine.
"""
import hashlib
import json
import os
import re
import resource
import statistics
import subprocess
import sys
from dataclasses import replace

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TIMEOUT_S = 600
UNDER = "{under}"  # in the arguments of a command: before the program that is measured, where it isn't the first


class Failed(Exception):
    """A command failed, or did not do what was to be measured."""


class Here:
    """Where programs are and files go."""

    def __init__(self, build, out, asl=None, counting=False):
        self.build, self.out, self.counting = os.path.abspath(build), os.path.abspath(out), counting
        self.asl = os.path.abspath(asl or os.path.join(build, "asl"))
        self.folder = self.out
        os.makedirs(self.out, exist_ok=True)

    def program(self, name):
        return os.path.join(self.build, name)

    def script(self, name):
        return os.path.join(ROOT, "tests/bench", name)

    def fresh(self, name):
        """The path of a store that isn't there."""
        path = os.path.join(self.folder, name)
        for end in ("", "-wal", "-shm", ".lock"):
            if os.path.exists(path + end):
                os.remove(path + end)
        return path

    def file(self, name, value):
        return self.lines(name, [value])

    def lines(self, name, values):
        path = os.path.join(self.out, name)
        with open(path, "w", encoding="utf-8") as f:
            f.writelines(canonical(v) + "\n" for v in values)
        return path


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


# ---- one run ----

def start(command, under=()):
    """Output and messages, as bytes; the program that is measured runs under that one."""
    at = command.argv.index(UNDER) if UNDER in command.argv else 0
    argv = command.argv[:at] + list(under) + [a for a in command.argv[at:] if a != UNDER]
    stdin = open(command.stdin, "rb") if command.stdin else subprocess.DEVNULL
    try:
        done = subprocess.run(argv, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT_S,
                              env=command.environment)
    except OSError as e:
        raise Failed("%s: %s" % (command.argv[0], e.strerror))
    except subprocess.TimeoutExpired:
        raise Failed("%s takes longer than %d s" % (os.path.basename(command.argv[0]), TIMEOUT_S))
    finally:
        if command.stdin:
            stdin.close()
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise Failed(said or "%s: exit status %d" % (os.path.basename(command.argv[0]), done.returncode))
    return done.stdout, done.stderr


def read_said(command):
    got = json.loads(start(command)[0].splitlines()[-1])
    count = command.count or got["count"]
    return {name: got[name] / count for name in ("cpu_s", "wall_s", "bytes") if name in got}, got["peak_kib"]


def read_bench(command):
    got = json.loads(start(command)[0])
    if got["output_sha256"] != hashlib.sha256(canonical(command.expect).encode()).hexdigest():
        raise Failed("the output is wrong")
    return {name: got[name]["median"] / (command.count or got["transitions"]) for name in ("cpu_s", "wall_s")}, got["peak_rss_kib"]


def read_jsonata(command):
    """The geometric mean of the expressions: none outweighs the others."""
    rows = [json.loads(line) for line in start(command)[0].splitlines()]
    return {"cpu_s": statistics.geometric_mean(1e-9 * r["parsed_ns"] for r in rows)}, max(r["memory_kb"] for r in rows)


def read_process(command):
    """Of a child's memory nothing can be said when this process has more: it counts what it was before its exec."""
    own, before = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    for _ in range(command.times):
        start(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu_s": cpu / (command.count * command.times)}, after.ru_maxrss if after.ru_maxrss > max(own.ru_maxrss, before.ru_maxrss) else None


def valgrind(tool, *options):
    return ["valgrind", "--tool=" + tool, "--%s-out-file=/dev/null" % tool] + list(options)


def read_touched(command):
    """The last argument is how many things are done; once more with two more of them."""
    size = int(command.argv[-1])

    def heap(count):
        said = start(replace(command, argv=command.argv[:-1] + [str(count)]), valgrind("dhat"))[1].decode("utf-8", "replace")
        return sum(int(n.replace(",", "")) for n in re.findall(r"(?:Reads|Writes): +([\d,]+) bytes", said))
    return {"bytes": (heap(size + 2) - heap(size)) / 2}, None


def read_constant(command):
    return {"bytes": float(command.count)}, None


READERS = {"said": read_said, "bench": read_bench, "jsonata": read_jsonata, "process": read_process, "touched": read_touched,
           "constant": read_constant}


def cost(command):
    """Values by name, each for one thing, and the peak of memory in KiB."""
    try:
        return READERS[command.reads](command)
    except (ValueError, KeyError, IndexError) as e:
        raise Failed("what %s says can't be read: %s" % (os.path.basename(command.argv[0]), e))


def instructions(command):
    """Those of the program alone, without processes that it starts."""
    said = start(command, valgrind("cachegrind", "--cache-sim=no"))[1].decode("utf-8", "replace")
    found = re.search(r"I +refs: +([\d,]+)", said)
    if not found:
        raise Failed("valgrind counts nothing: " + said.strip()[:200])
    return int(found.group(1).replace(",", ""))


# ---- rows ----

def choose(rows, words):
    """Rows whose names are a word or begin with one that ends in '*'; all without words. A word that fits none ends the process."""
    def fits(row, word):
        return row.name.startswith(word[:-1]) if word.endswith("*") else row.name == word
    for word in words:
        if not any(fits(row, word) for row in rows):
            sys.stderr.write("no row %s; there are: %s\n" % (word, " ".join(row.name for row in rows)))
            sys.exit(2)
    return [row for row in rows if not words or any(fits(row, word) for word in words)]


def measure(row, here, turns, scale):
    """Own work and limit in turns, so that what else the machine does bears on both alike."""
    own, beside, ratios, walls, peaks = [], [], [], [], []
    for _ in range(min(turns, row.turns or turns)):
        value, peak = cost(row.own(here, row.size))
        own.append(scale * value[row.of])
        peaks += [peak] if peak else []
        if row.beside:
            limit, _ = cost(row.beside[1](here, row.beside_size or row.size))
            beside.append(scale * limit[row.of])
            ratios.append(limit[row.of] / value[row.of])
            if "wall_s" in value and "wall_s" in limit:
                walls.append(limit["wall_s"] / value["wall_s"])
    result = {"name": row.name, "unit": row.unit, "cost": statistics.median(own), "costs": own}
    if row.beside:
        result.update(beside={"what": row.beside[0], "cost": statistics.median(beside)}, ratio=statistics.median(ratios))
    if walls:
        result["wall_ratio"] = statistics.median(walls)
    if peaks:
        result["peak_kib"] = max(peaks)
    if row.most is not None:
        result.update(goal={"most": row.most}, reached=result["cost"] <= row.most)
    if row.least is not None:
        result.update(goal={"least": row.least}, reached=result["ratio"] >= row.least)
    return result
