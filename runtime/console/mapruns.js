// Map Runs: those of an execution, and one with its items and children.

import { call, follow } from './api.js';
import { h, put } from './dom.js';
import { count, date, duration, nameOf, toMs } from './format.js';
import { executionList } from './machines.js';
import { badge, button, copyButton, dialog, facts, field, table, tell, toast } from './widgets.js';

export function showMapRuns(view, panel) {
    const box = h('div');
    let known = -1;
    function show() {
        if (view.run.mapRuns.length === known)
            return;
        known = view.run.mapRuns.length;
        put(box, table('Map Runs', [
            { name: 'State', cell: (m) => m.state },
            { name: 'Map Run', cell: (m) => h('a', { href: view.page.to('maprun', m.arn) }, m.arn.split(':').pop()) },
        ], view.run.mapRuns, 'No distributed Map has begun.'));
    }
    show();
    panel.append(box);
    view.watchers.push(() => panel.contains(box) && show());
}

const NO_LIMIT = 2147483647; // as the API tells it
const kinds = [['succeeded', 'Succeeded'], ['running', 'Running'], ['failed', 'Failed'], ['timedOut', 'Timed out'], ['aborted', 'Aborted'], ['pending', 'Pending']];
const shade = { succeeded: 'succeeded', running: 'running', failed: 'failed', timedOut: 'failed', aborted: 'stopped', pending: 'none' };

function progress(label, counts) {
    const total = counts.total || kinds.reduce((n, [k]) => n + (counts[k] || 0), 0);
    const bar = h('div', { class: 'progress', role: 'img', 'aria-label': `${label}: ${kinds.map(([k, word]) => `${counts[k] || 0} ${word}`).join(', ')}` }, kinds.map(([k]) => {
        const part = h('span', { class: `bar ${shade[k]}` });
        part.style.width = `${total ? (counts[k] || 0) / total * 100 : 0}%`;
        return part;
    }));
    return h('div', null, h('p', { class: 'label' }, `${label}: ${count(total)}`), bar,
        facts([...kinds.map(([k, word]) => [word, count(counts[k] || 0)]), ['Results written', counts.resultsWritten]]));
}

export async function mapRunPage(page) {
    const mapRunArn = page.id, head = h('div'), body = h('div');
    let about = await call('DescribeMapRun', { mapRunArn }, page.signal);
    if (!page.query.get('status') && about.executionCounts.failed)
        page.query.set('status', 'FAILED');
    put(page.main, h('p', { class: 'crumbs' }, h('a', { href: page.to('execution', about.executionArn) }, nameOf(about.executionArn)), ' ›'), head, body,
        h('h2', null, 'Child executions'), executionList(page, { mapRunArn }));
    const limit = () => about.maxConcurrency === NO_LIMIT ? 0 : about.maxConcurrency;
    function show() {
        const end = about.stopDate ? toMs(about.stopDate) : Date.now(), took = end - toMs(about.startDate);
        const done = about.itemCounts.succeeded + about.itemCounts.failed + about.itemCounts.timedOut + about.itemCounts.aborted;
        if (head.dataset.status !== about.status) {
            head.dataset.status = about.status;
            put(head, h('div', { class: 'row' }, h('h1', { tabindex: -1 }, 'Map Run'), badge(about.status), h('div', { class: 'actions' },
                about.status === 'RUNNING' && button('Change concurrency', change), copyButton(mapRunArn, 'ARN'))));
        }
        put(body, facts([['Started', date(toMs(about.startDate))], ['Took', duration(took)], ['Items a second', took > 0 ? (done / took * 1000).toFixed(1) : '–'],
            ['Concurrency', limit() || 'no limit'], ['Tolerated failures', `${about.toleratedFailureCount} or ${about.toleratedFailurePercentage} %`], ['Redriven', about.redriveCount ? `${about.redriveCount} times` : null]]),
        h('div', { class: 'pane' }, progress('Items', about.itemCounts), progress('Executions', about.executionCounts)));
    }
    function change() {
        const most = field('Children at once (0: no limit)', { type: 'number', min: 0, value: limit() });
        const tolerated = field('Failures tolerated', { type: 'number', min: 0, value: about.toleratedFailureCount });
        dialog('Change the Map Run', [most.box, tolerated.box], 'Change', async () => {
            await call('UpdateMapRun', { mapRunArn, maxConcurrency: Number(most.input.value), toleratedFailureCount: Number(tolerated.input.value) });
            about = await call('DescribeMapRun', { mapRunArn });
            toast('The Map Run was changed');
            show();
        });
    }
    show();
    follow(async () => {
        if (about.status !== 'RUNNING')
            return 'done';
        const before = JSON.stringify(about);
        about = await call('DescribeMapRun', { mapRunArn }, page.signal);
        show();
        return JSON.stringify(about) === before ? 'same' : 'new';
    }, page.signal, { least: 700 }).catch(tell);
}
