// Home: what runs, what failed lately and where, and how fast things go, out of /metrics and the lists.

import { call, follow, metrics, pages } from './api.js';
import { h, put, s } from './dom.js';
import { count, date, duration, toMs } from './format.js';
import { badge, table, tell } from './widgets.js';

const MOST_MACHINES = 40, MOST_ROWS = 12, HOUR = 3600e3;

// {name: [{labels, value}]} of Prometheus's text.
function parse(text) {
    const all = {};
    for (const line of text.split('\n')) {
        const m = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line);
        if (m)
            (all[m[1]] ||= []).push({ labels: Object.fromEntries([...(m[2] || '').matchAll(/(\w+)="([^"]*)"/g)].map((l) => [l[1], l[2]])), value: Number(m[3]) });
    }
    return all;
}

const sum = (m, name, pick = () => true) => (m[name] || []).filter((x) => pick(x.labels)).reduce((n, x) => n + x.value, 0);

// The time within which such a part of the tasks between two samples was answered.
function quantile(now, then, part) {
    const buckets = (now.asl_task_duration_seconds_bucket || []).map((b, i) => [b.labels.le, b.value - (then ? then.asl_task_duration_seconds_bucket[i]?.value || 0 : 0)]);
    const total = buckets.length ? buckets[buckets.length - 1][1] : 0;
    const hit = total && buckets.find(([, n]) => n >= total * part);
    return !hit ? '–' : hit[0] === '+Inf' ? 'over 1 h' : `≤ ${duration(Number(hit[0]) * 1000)}`;
}

function spark(values, label) {
    const most = Math.max(1e-9, ...values), step = 200 / Math.max(1, values.length - 1);
    return s('svg', { class: 'spark', viewBox: '-1 -2 202 44', preserveAspectRatio: 'none', role: 'img', 'aria-label': label },
        s('polyline', { points: values.map((v, i) => `${(i * step).toFixed(1)},${(40 - v / most * 40).toFixed(1)}`).join(' ') }));
}

const samples = []; // of this tab, an hour long at most

export async function homePage(page) {
    const tiles = h('div', { class: 'tiles' }), running = h('div'), failed = h('div');
    put(page.main, h('h1', { tabindex: -1 }, 'Home'), tiles, h('div', { class: 'split even' }, h('div', null, h('h2', null, 'Running'), running), h('div', null, h('h2', null, 'Failed lately'), failed)));

    const tile = (name, value, more) => h('div', { class: 'pane tile' }, h('p', { class: 'label' }, name), h('p', { class: 'big' }, value), more);
    async function measure() {
        const text = await metrics(page.signal);
        if (text === null) {
            put(tiles, h('p', { class: 'note' }, 'The server shows its metrics to its own machine only.'));
            return 'same';
        }
        const m = parse(text), now = Date.now();
        samples.push({ now, m });
        while (now - samples[0].now > HOUR || samples.length > 1200)
            samples.shift();
        const old = samples.length > 1 ? samples[0] : null, span = old ? (now - old.now) / 1000 : 0;
        const rate = (name) => span ? ((sum(m, name) - sum(old.m, name)) / span).toFixed(1) : '–';
        const line = (name, label) => samples.length > 2 && spark(samples.slice(1).map((x, i) => Math.max(0, sum(x.m, name) - sum(samples[i].m, name)) / Math.max(0.001, (x.now - samples[i].now) / 1000)), label);
        const ends = (status) => sum(m, 'asl_executions_ended_total', (l) => l.status === status);
        put(tiles,
            tile('Running now', count(sum(m, 'asl_executions_running')), h('p', { class: 'note' }, `tasks that wait for an answer: ${count(sum(m, 'asl_tasks_running'))}`)),
            tile('Started', count(sum(m, 'asl_executions_started_total')), [h('p', { class: 'note' }, `${rate('asl_executions_started_total')} a second`), line('asl_executions_started_total', 'Executions started a second')]),
            tile('Ended', count(ends('SUCCEEDED')), h('p', { class: 'note' }, `succeeded; ${count(ends('FAILED'))} failed, ${count(ends('TIMED_OUT'))} timed out, ${count(ends('ABORTED'))} aborted`)),
            tile('Transitions a second', rate('asl_transitions_total'), line('asl_transitions_total', 'Transitions a second')),
            tile('Tasks are answered in', quantile(m, old && old.m, 0.5), h('p', { class: 'note' }, `99 %: ${quantile(m, old && old.m, 0.99)}`)),
            h('p', { class: 'note wide' }, `Counts are since the server started; rates and times since ${old ? duration(now - old.now) : 'now'}, an hour at most.`));
        return 'new';
    }

    let shown = '';
    async function lists() {
        const { all } = await pages('ListStateMachines', { maxResults: MOST_MACHINES }, 'stateMachines', MOST_MACHINES, page.signal);
        const standard = all.filter((m) => m.type === 'STANDARD').slice(0, MOST_MACHINES);
        const of = async (statusFilter) => (await Promise.all(standard.map((m) => call('ListExecutions', { stateMachineArn: m.stateMachineArn, statusFilter, maxResults: MOST_ROWS }, page.signal)))).flatMap((a) => a.executions)
            .sort((a, b) => (b.stopDate || b.startDate) - (a.stopDate || a.startDate)).slice(0, MOST_ROWS);
        const [now, bad, late] = await Promise.all([of('RUNNING'), of('FAILED'), of('TIMED_OUT')]);
        const text = JSON.stringify([now, bad, late]);
        if (text === shown)
            return 'same';
        shown = text;
        const columns = (when, label) => [{ name: 'Execution', cell: (e) => h('a', { href: page.to('execution', e.executionArn) }, e.name) },
            { name: 'State machine', cell: (e) => e.stateMachineArn.split(':')[6] }, { name: 'Status', cell: (e) => badge(e.status), class: 'wide-only' }, { name: label, cell: (e) => date(toMs(when(e))), class: 'wide-only' }];
        put(running, table('Running executions', columns((e) => e.startDate, 'Since'), now, 'Nothing runs.'));
        put(failed, table('Failed executions', columns((e) => e.stopDate, 'When'), [...bad, ...late].sort((a, b) => b.stopDate - a.stopDate).slice(0, MOST_ROWS), 'Nothing has failed.'));
        return 'new';
    }
    await Promise.all([measure(), lists()]);
    follow(measure, page.signal, { least: 3000, most: 3000 }).catch(tell);
    follow(lists, page.signal, { least: 2000, most: 10000 }).catch(tell);
}
