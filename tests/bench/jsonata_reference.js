// The reference implementation on what bench_jsonata measured (its lines on stdin), and a table of both.
'use strict';

const assert = require('assert');
const jsonata = require('jsonata-2.2');

const RUNS = 5;
const RUN_NS = 40e6; // a run takes at least so long
const BAR_PARSED = 5; // times as fast, at least
const BAR_WHOLE = 20;

// Nanoseconds of one; the best of the runs.
async function measure(once) {
    let best = Infinity;
    for (let run = 0, rounds = 1; run < RUNS;) {
        const start = process.hrtime.bigint();
        for (let i = 0; i < rounds; i++)
            await once();
        const took = Number(process.hrtime.bigint() - start);
        if (took < RUN_NS) {
            rounds *= 2;
            continue;
        }
        best = Math.min(best, took / rounds);
        run++;
    }
    return best;
}

const time = (ns) => ns < 1e4 ? `${ns.toFixed(0)} ns` : ns < 1e7 ? `${(ns / 1e3).toFixed(1)} us` : `${(ns / 1e6).toFixed(1)} ms`;
const row = (...cells) => console.log(cells[0].padEnd(32) + cells.slice(1).map((c) => c.padStart(12)).join(''));

async function main() {
    const lines = require('fs').readFileSync(0, 'utf8').split('\n').filter(Boolean).map((l) => JSON.parse(l));
    let below = 0, memory = 0;

    row('', 'parsed', 'reference', 'times', 'with parse', 'reference', 'times');
    for (const w of lines) {
        const parsed = jsonata(w.expr);
        // Through JSON: what the reference hands out has properties of its own.
        assert.deepStrictEqual(JSON.parse(JSON.stringify(await parsed.evaluate(w.data))), w.result, w.name);
        const theirs = await measure(() => parsed.evaluate(w.data));
        const whole = await measure(() => jsonata(w.expr).evaluate(w.data));
        const times = theirs / w.parsed_ns, wholeTimes = whole / w.whole_ns;
        const low = times < BAR_PARSED || (w.brief && wholeTimes < BAR_WHOLE);
        row(w.name, time(w.parsed_ns), time(theirs), times.toFixed(1), time(w.whole_ns), time(whole),
            wholeTimes.toFixed(1) + (low ? ' <' : '  '));
        below += low;
        memory = Math.max(memory, w.memory_kb);
    }
    console.log(`memory: ${(memory / 1024).toFixed(0)} MB, reference ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
    console.log(`bars: ${BAR_PARSED} times parsed, ${BAR_WHOLE} times with parse for the short ones; ${below} of ${lines.length} below (<)`);
    process.exitCode = below ? 1 : 0;
}

main();
