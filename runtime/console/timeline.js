// An execution as bars over time: a row for each state, branches and iterations inside of theirs, attempts with the waits
// between them. What is too much for rows is folded into a strip.

import { h, put } from './dom.js';
import { clock, duration, statusWords } from './format.js';
import { button } from './widgets.js';

const MOST_ROWS = 400, MOST_BARS = 150, MOST_ITERATIONS = 12, SLOTS = 200;
const order = ['succeeded', 'caught', 'stopped', 'running', 'retrying', 'failed'];

export function showTimeline(view, panel) {
    const { run } = view, folded = new Set();
    const box = h('div', { class: 'timeline', role: 'group', 'aria-label': 'Timeline' });
    let scale = { from: 0, to: 1 };

    function bar(from, to, status, words, choose) {
        const b = h('span', { class: `bar ${status}`, title: words, onclick: choose });
        const whole = scale.to - scale.from || 1;
        b.style.left = `min(${(from - scale.from) / whole * 100}%, 100% - 3px)`;
        b.style.width = `${Math.max(0, to - from) / whole * 100}%`;
        return b;
    }

    function barsOf(v) {
        const end = run.endOf(v) ?? scale.to, status = run.statusOf(v), choose = () => view.choose(v.name, v);
        if (!v.attempts.length || v.children.length)
            return [bar(v.enteredMs, end, v.type === 'Wait' && status !== 'stopped' ? `${status} wait` : status, `${v.name}: ${statusWords[status]}, ${duration(end - v.enteredMs)}`, choose)];
        const out = [];
        v.attempts.forEach((a, i) => {
            const before = i ? v.attempts[i - 1].endMs : undefined, stop = a.endMs ?? end;
            if (before !== undefined && a.startMs > before)
                out.push(bar(before, a.startMs, 'pause', `${v.name}: waits ${duration(a.startMs - before)} for attempt ${i + 1}`, choose));
            const word = a.endMs === undefined ? run.status === 'RUNNING' ? 'running' : 'stopped' : a.failed ? 'failed' : 'succeeded';
            out.push(bar(a.startMs, stop, word, `${v.name}, attempt ${i + 1}: ${statusWords[word]}, ${duration(stop - a.startMs)}${a.error ? `, ${a.error}` : ''}`, choose));
        });
        const last = v.attempts[v.attempts.length - 1];
        if (status === 'retrying')
            out.push(bar(last.endMs, end, 'pause', `${v.name}: waits for a retry`, choose));
        return out;
    }

    // So many things that bars would cover each other: in each slot of time the worst that was there.
    function strip(spans) {
        const slots = new Array(SLOTS).fill(-1), whole = scale.to - scale.from || 1;
        const slotOf = (ms) => Math.max(0, Math.min(SLOTS - 1, Math.floor((ms - scale.from) / whole * SLOTS)));
        for (const [from, to, status] of spans)
            for (let i = slotOf(from), last = slotOf(to); i <= last; i++)
                slots[i] = Math.max(slots[i], order.indexOf(status));
        const out = [];
        for (let i = 0, first = 0; i <= SLOTS; i++) {
            if (i < SLOTS && slots[i] === slots[first])
                continue;
            if (slots[first] >= 0)
                out.push(bar(scale.from + first / SLOTS * whole, scale.from + i / SLOTS * whole, order[slots[first]], statusWords[order[slots[first]]]));
            first = i;
        }
        return out;
    }

    const spanOf = (v) => [v.enteredMs, run.endOf(v) ?? scale.to, run.statusOf(v)];
    const iterationEnd = (it) => it.endMs ?? run.endMs ?? scale.to;
    const iterationStatus = (it) => it.status || (run.status === 'RUNNING' ? 'running' : 'stopped');

    function rowsIn(container, depth, rows, path) {
        const groups = new Map();
        const iterations = container.children.filter((c) => c.kind === 'iteration');
        for (const v of container.children) {
            if (v.kind !== 'visit')
                continue;
            if (!groups.has(v.name))
                groups.set(v.name, []);
            groups.get(v.name).push(v);
        }
        for (const [name, visits] of groups) {
            const key = `${path}/${name}`, inner = visits.some((v) => v.children.length);
            const few = visits.length <= MOST_BARS;
            rows.push({ name, depth, key: inner ? key : null, note: visits.length > 1 ? `×${visits.length}` : '', bars: () => few ? visits.map(barsOf) : strip(visits.map(spanOf)), choose: () => view.choose(name) });
            if (inner && !folded.has(key))
                for (const v of visits.slice(-3))
                    rowsIn(v, depth + 1, rows, `${key}/${v.id}`);
        }
        if (iterations.length > MOST_ITERATIONS) {
            const failed = iterations.filter((i) => i.status === 'failed').length;
            rows.push({ name: `${iterations.length.toLocaleString('en')} iterations`, depth, note: failed ? `${failed} failed` : '', bars: () => strip(iterations.map((i) => [i.startMs, iterationEnd(i), iterationStatus(i)])) });
            return;
        }
        for (const it of iterations) {
            const key = `${path}#${it.index}`;
            rows.push({ name: `#${it.index}`, depth, key: it.children.length ? key : null, note: '', bars: () => [bar(it.startMs, iterationEnd(it), `${iterationStatus(it)} thin`, `Iteration ${it.index}: ${statusWords[iterationStatus(it)]}, ${duration(iterationEnd(it) - it.startMs)}`)] });
            if (!folded.has(key))
                rowsIn(it, depth + 1, rows, key);
        }
    }

    function show() {
        scale = { from: run.startMs, to: Math.max(run.endMs ?? Date.now(), run.startMs + 1) };
        const rows = [], focus = document.activeElement?.dataset?.row;
        rowsIn(run.root, 0, rows, '');
        const ticks = [0, 0.25, 0.5, 0.75, 1].map((t) => h('span', null, t ? `+${duration(t * (scale.to - scale.from))}` : clock(scale.from)));
        put(box, h('div', { class: 'trow axis', 'aria-hidden': 'true' }, h('span'), h('span', { class: 'ticks' }, ticks)),
            rows.slice(0, MOST_ROWS).map((r) => {
                const fold = r.key && button(folded.has(r.key) ? '▸' : '▾', () => { folded.has(r.key) ? folded.delete(r.key) : folded.add(r.key); show(); },
                    { class: 'plain', 'data-row': r.key, 'aria-expanded': String(!folded.has(r.key)), 'aria-label': `Inside of ${r.name}` });
                const name = h('span', { class: 'tname' }, fold, r.choose ? button(r.name, r.choose, { class: 'link' }) : r.name, r.note && h('span', { class: 'note' }, ` ${r.note}`));
                name.style.paddingLeft = `${r.depth * 14 + (r.key ? 0 : 18)}px`;
                return h('div', { class: 'trow' }, name, h('span', { class: 'track' }, r.bars()));
            }), rows.length > MOST_ROWS && h('p', { class: 'note' }, `${rows.length - MOST_ROWS} more rows are not shown: fold some.`));
        if (focus)
            [...box.querySelectorAll('[data-row]')].find((e) => e.dataset.row === focus)?.focus();
    }

    const key = h('p', { class: 'legend note' }, ['succeeded', 'failed', 'caught', 'running', 'stopped'].map((s) => h('span', null, h('i', { class: `bar ${s}` }), statusWords[s])),
        h('span', null, h('i', { class: 'bar pause' }), 'Waits'));
    panel.append(h('div', { class: 'pane' }, box), key);
    show();
    view.watchers.push(() => panel.contains(box) && show());
    const tick = setInterval(() => panel.contains(box) && run.status === 'RUNNING' && !document.hidden && show(), 1000);
    view.page.signal.addEventListener('abort', () => clearInterval(tick));
}
