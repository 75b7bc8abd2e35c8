// State machines: the list, and one with its executions and its definition.

import { call, draw, follow, pages } from './api.js';
import { toBench } from './bench.js';
import { h, put } from './dom.js';
import { date, duration, toMs } from './format.js';
import { Graph } from './graph.js';
import { startDialog } from './start.js';
import { badge, button, copyButton, facts, field, jsonBox, loading, table, tabs, tell } from './widgets.js';

const MOST = 10000;

export async function machinesPage(page) {
    const search = field('Find a state machine', { type: 'search', value: page.query.get('find') || '', 'data-find': true, oninput: show });
    const list = h('div', null, loading());
    put(page.main, h('div', { class: 'row' }, h('h1', { tabindex: -1 }, 'State machines'), h('div', { class: 'actions' }, h('a', { class: 'button primary', href: '#/create' }, 'Create state machine'))), search.box, list);
    let machines = [], shown = '';
    async function load() {
        const { all } = await pages('ListStateMachines', { maxResults: 1000 }, 'stateMachines', MOST, page.signal);
        machines = all.sort((a, b) => a.name.localeCompare(b.name));
        return show();
    }
    function show() {
        const words = search.input.value.toLowerCase();
        page.setQuery({ find: words || null });
        const found = machines.filter((m) => m.name.toLowerCase().includes(words)), now = JSON.stringify(found);
        if (now === shown && shown)
            return 'same';
        shown = now;
        put(list, h('p', { class: 'note', role: 'status' }, `${found.length} of ${machines.length}`), table('State machines', [
            { name: 'Name', cell: (m) => h('a', { href: page.to('machine', m.stateMachineArn) }, m.name) },
            { name: 'Type', cell: (m) => m.type === 'EXPRESS' ? 'Express' : 'Standard' },
            { name: 'Created', cell: (m) => date(toMs(m.creationDate)), class: 'wide-only' },
        ], found.slice(0, 500), machines.length ? 'None has such a name.' : 'There are no state machines yet.'));
        return 'new';
    }
    await load();
    follow(load, page.signal, { least: 3000, most: 10000 }).catch(tell);
}

export async function machinePage(page) {
    const arn = page.id;
    const machine = await call('DescribeStateMachine', { stateMachineArn: arn }, page.signal);
    const express = machine.type === 'EXPRESS';
    const parts = tabs('About the state machine', [
        { id: 'executions', name: 'Executions', show: (panel) => showExecutions(page, machine, panel) },
        { id: 'definition', name: 'Definition', show: (panel) => showDefinition(page, machine, panel) },
        ...page.machineTabs.map((t) => ({ ...t, show: (panel) => t.show(page, machine, panel) })),
    ], page.query.get('tab') || 'executions', (tab) => page.setQuery({ tab }, true));
    page.onQuery = () => parts.take(page.query.get('tab') || 'executions');
    put(page.main,
        h('p', { class: 'crumbs' }, h('a', { href: '#/machines' }, 'State machines'), ' ›'),
        h('div', { class: 'row' }, h('h1', { tabindex: -1 }, machine.name),
            h('div', { class: 'actions' }, button('Start execution', () => startDialog(machine), { class: 'primary', 'data-key': 's' }),
                page.machineActions.map((a) => button(a.name, () => a.act(page, machine))), copyButton(arn, 'ARN'))),
        facts([['Type', express ? 'Express' : 'Standard'], ['Status', machine.status === 'ACTIVE' ? 'Active' : machine.status],
            ['Created', date(toMs(machine.creationDate))], ['Revision', machine.revisionId && machine.revisionId.slice(0, 8)],
            ['Description', machine.description], ['Comment', commentOf(machine.definition)]]),
        parts.box);
}

function commentOf(definition) {
    try {
        return JSON.parse(definition).Comment;
    } catch {
        return null;
    }
}

// ---- its executions ----

const statuses = [['', 'All'], ['RUNNING', 'Running'], ['SUCCEEDED', 'Succeeded'], ['FAILED', 'Failed'], ['TIMED_OUT', 'Timed out'], ['ABORTED', 'Aborted'], ['PENDING_REDRIVE', 'Pending redrive']];

function showExecutions(page, machine, panel) {
    if (machine.type === 'EXPRESS') {
        put(panel, h('p', { class: 'empty' }, 'Executions of Express workflows are not kept. Start one synchronously to see what it gives.'));
        return;
    }
    panel.append(executionList(page, { stateMachineArn: machine.stateMachineArn }));
}

// Executions of a machine or of a Map Run: a page at a time, the first of which is live.
export function executionList(page, of, { size = 50 } = {}) {
    const status = field('Status', { value: page.query.get('status') || '', onchange: again }, { options: statuses });
    const name = field('Name has', { type: 'search', value: page.query.get('name') || '', oninput: show, 'data-find': true });
    const since = field('Started since', { type: 'datetime-local', value: page.query.get('since') || '', onchange: show });
    const until = field('Started until', { type: 'datetime-local', value: page.query.get('until') || '', onchange: show });
    const list = h('div', null, loading()), pager = h('div', { class: 'row pager' });
    const tokens = [undefined];
    let at = 0, got = { executions: [] }, generation = 0, shown = '';

    async function load() {
        const mine = generation;
        const answer = await call('ListExecutions', { ...of, maxResults: size, nextToken: tokens[at], ...(status.input.value && { statusFilter: status.input.value }) }, page.signal);
        if (mine !== generation)
            return 'same';
        got = answer;
        return show();
    }
    function go(step) {
        tokens[at + 1] = got.nextToken;
        at += step;
        turn();
    }
    function again() {
        tokens.length = 1;
        at = 0;
        turn();
    }
    function turn() {
        generation++;
        load().catch(tell);
    }
    function show() {
        page.setQuery({ status: status.input.value || null, name: name.input.value || null, since: since.input.value || null, until: until.input.value || null });
        const words = name.input.value.toLowerCase(), from = Date.parse(since.input.value), to = Date.parse(until.input.value);
        const rows = got.executions.filter((e) => e.name.toLowerCase().includes(words) && !(toMs(e.startDate) < from) && !(toMs(e.startDate) > to + 59999));
        const now = JSON.stringify([rows, at, got.nextToken !== undefined]), running = rows.some((e) => e.status === 'RUNNING');
        if (now === shown && !running)
            return 'same';
        const changed = now !== shown;
        shown = now;
        if (changed || running)
            draw(rows);
        return changed ? 'new' : 'same';
    }
    function draw(rows) {
        const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
        put(list, table('Executions', [
            { name: 'Name', cell: (e) => h('a', { href: page.to('execution', e.executionArn) }, e.name) },
            { name: 'Status', cell: (e) => badge(e.status) },
            { name: 'Started', cell: (e) => date(toMs(e.startDate)), class: 'wide-only' },
            { name: 'Took', cell: (e) => duration((e.stopDate ? toMs(e.stopDate) : Date.now()) - toMs(e.startDate)), class: 'number' },
        ], rows, got.executions.length ? 'On this page none is like that.' : status.input.value ? 'No execution has this status.' : 'There are no executions yet.'));
        if (focused)
            [...list.querySelectorAll('a')].find((a) => a.getAttribute('href') === focused)?.focus();
        put(pager, button('‹ Newer', () => go(-1), { disabled: at === 0 }), h('span', { role: 'status' }, `Page ${at + 1}`),
            button('Older ›', () => go(1), { disabled: !got.nextToken }));
    }
    load().then(() => follow(() => at === 0 ? load() : 'same', page.signal, { least: 1500, most: 8000 })).catch((e) => {
        put(list, h('p', { class: 'empty' }, 'The list can\'t be read.'));
        tell(e);
    });
    return h('div', null, h('div', { class: 'filters' }, status.box, name.box, since.box, until.box), list, pager);
}

// ---- its definition ----

// A picture and a text side by side. `choose` is told which state is clicked.
export async function pictureOf(definition, label, choose, signal) {
    try {
        return new Graph(await draw(definition, signal), { choose, label });
    } catch (e) {
        if (e.name === 'AbortError')
            throw e;
        return { box: h('p', { class: 'empty' }, `No picture: ${e.message}`), mark() {}, select() {}, fit() {} };
    }
}

function showDefinition(page, machine, panel) {
    const picture = h('div', { class: 'pane' }, loading()), text = h('div', { class: 'pane' });
    panel.append(h('div', { class: 'split' }, picture, text));
    function whole() {
        put(text, jsonBox(machine.definition, 'Definition'));
    }
    function choose(name) {
        graph.select(name);
        put(text, jsonBox(JSON.stringify(stateOf(JSON.parse(machine.definition), name)), `State ${name}`), h('div', { class: 'row' }, button('Show the whole definition', () => { graph.select(null); whole(); }, { class: 'small' }), button('Test this state', () => toBench(stateOf(JSON.parse(machine.definition), name)), { class: 'small' })));
    }
    let graph;
    whole();
    pictureOf(machine.definition, `Picture of ${machine.name}`, choose, page.signal).then((g) => {
        graph = g;
        put(picture, g.box);
        g.fit();
    }).catch(tell);
}

// Finds a state by its name, which is unique in a definition.
export function stateOf(block, name) {
    for (const [key, state] of Object.entries(block.States || {})) {
        if (key === name)
            return state;
        for (const inner of [...(state.Branches || []), state.ItemProcessor, state.Iterator]) {
            const found = inner && stateOf(inner, name);
            if (found)
                return found;
        }
    }
    return null;
}
