// Random expressions, put to the program and to the reference implementation of JSONata; counts where they differ.
//
//     node differential.js PROGRAM aws|reference COUNT [SEED [regex]]
//
// `make jsonata-differential` sets it all up. A difference is explained by a row of `explanations`, or it is
// printed, and the exit status is 1. See README.md.
'use strict';

const {spawnSync, fork} = require('child_process');
const path = require('path');
const {Generator, document} = require('./expressions.js');
const {explain} = require('./explanations.js');

const [program, dialect, countText, seedText, only] = process.argv.slice(2);
const COUNT = Number(countText), SEED = Number(seedText || 1);
const BATCH = 2000;
const TIMEOUT_MS = 3000; // of one expression, in the reference
const SHOWN = 40;

function ours(expressions) {
    const lines = expressions.map((expr, id) => JSON.stringify({id, expr, data: document, timelimit: 10000}) + '\n').join('');
    const done = spawnSync(program, ['eval', '--jsonata', '--dialect', dialect, '--batch'], {input: lines, maxBuffer: 1 << 30});
    const answers = done.stdout.toString('utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
    return expressions.map((expr, id) => {
        const a = answers[id];
        if (!a)
            return {error: 'died', message: `status ${done.status}, signal ${done.signal}`};
        if (a.error && a.error.code === '')
            return {unsupported: true};
        if (a.error)
            return {error: a.error.code, message: a.error.message};
        return a.undefined ? {undefined: true} : {result: a.result};
    });
}

// One after the other; a child that does not answer is ended, and another goes on.
class Reference {
    start() {
        this.answered = false;
        this.child = fork(path.join(__dirname, 'reference.js'), [dialect === 'aws' ? 'jsonata-2.0' : 'jsonata-2.2', dialect]);
    }
    stop() {
        if (this.child)
            this.child.kill('SIGKILL');
        this.child = null;
    }
    ask(expr, id) {
        if (!this.child)
            this.start();
        return new Promise((resolve) => {
            const child = this.child;
            const finish = (answer) => {
                clearTimeout(timer);
                child.removeAllListeners('message');
                child.removeAllListeners('exit');
                resolve(answer);
            };
            const timer = setTimeout(() => {
                this.stop();
                finish({error: 'endless', message: ''});
            }, TIMEOUT_MS);
            child.on('message', (m) => {
                this.answered = true;
                if (m.id === id)
                    finish(m.answer);
            });
            child.on('exit', () => {
                this.child = null;
                if (!this.answered) {
                    console.error('the reference implementation does not start');
                    process.exit(2);
                }
                finish({error: 'died', message: ''});
            });
            child.send({id, expr});
        });
    }
}

// Equal as JSON; the order of members says nothing.
function same(a, b) {
    if (a === b)
        return true;
    if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || Array.isArray(a) !== Array.isArray(b))
        return false;
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((k) => Object.hasOwn(b, k) && same(a[k], b[k]));
}

function agree(a, b) {
    if (a.error || b.error)
        return a.error === b.error && a.message === b.message;
    return Boolean(a.undefined) === Boolean(b.undefined) && Boolean(a.unsupported) === Boolean(b.unsupported) && same(a.result, b.result);
}

const short = (a) => JSON.stringify(a).slice(0, 300);

async function main() {
    const generator = new Generator(SEED), reference = new Reference(), classes = new Map(), outcomes = {result: 0, undefined: 0, unsupported: 0, error: 0};
    let asked = 0, differ = 0, unexplained = 0;

    while (asked < COUNT) {
        const expressions = Array.from({length: Math.min(BATCH, COUNT - asked)}, () => generator.next(only));
        const got = ours(expressions);
        for (let i = 0; i < expressions.length; i++, asked++) {
            const expr = expressions[i], want = await reference.ask(expr, asked);
            outcomes[want.error ? 'error' : Object.keys(want)[0]]++;
            if (agree(got[i], want))
                continue;
            differ++;
            const why = explain(expr, got[i], want, dialect);
            if (why) {
                classes.set(why, (classes.get(why) || 0) + 1);
            } else if (unexplained++ < SHOWN) {
                console.log(`${expr}\n    ours      ${short(got[i])}\n    reference ${short(want)}`);
            }
        }
    }
    reference.stop();
    console.log(`\n${asked} expressions (${dialect}, seed ${SEED}); by the reference ${outcomes.result} results, ${outcomes.undefined} undefined, ${outcomes.unsupported} not JSON, ${outcomes.error} errors`);
    console.log(`${asked - differ} alike, ${differ} differ:`);
    for (const [why, n] of [...classes].sort((a, b) => b[1] - a[1]))
        console.log(`${String(n).padStart(8)}  ${why}`);
    console.log(`${String(unexplained).padStart(8)}  unexplained`);
    process.exitCode = unexplained ? 1 : 0;
}

main();
