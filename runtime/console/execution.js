// One execution, as it happens: the picture with its states coloured, what a state got and gave, and all events.

import { call, follow } from './api.js';
import { toBench } from './bench.js';
import { h, put } from './dom.js';
import { clock, date, duration, machineOf, nameOf, size, statusWords, toMs } from './format.js';
import { detailsOf, Run } from './history.js';
import { pictureOf, stateOf } from './machines.js';
import { redriveDialog, startDialog, stopDialog } from './start.js';
import { badge, button, copyButton, download, facts, field, jsonBox, loading, longTable, tabs, tell, toast } from './widgets.js';

const PAGE = 1000;

// Brings the events that `run` lacks. At first all, in their order; later the newest first, down to those that it has.
async function catchUp(run, executionArn, signal) {
    const had = run.lastId, fresh = [];
    let nextToken;
    do {
        const request = { executionArn, maxResults: had ? 100 : PAGE, reverseOrder: had > 0, nextToken, includeExecutionData: true };
        const answer = await call('GetExecutionHistory', request, signal);
        nextToken = answer.nextToken;
        if (!had) {
            run.add(answer.events);
        } else {
            fresh.push(...answer.events.filter((e) => e.id > had));
            if (answer.events.some((e) => e.id <= had))
                break;
        }
    } while (nextToken);
    run.add(fresh.reverse());
    return run.lastId > had;
}

export async function executionPage(page) {
    const arn = page.id, run = new Run();
    const about = await call('DescribeExecution', { executionArn: arn }, page.signal);
    const view = { page, arn, run, about, chosen: page.query.get('state'), watchers: [] };
    view.choose = (state, visit) => choose(view, state, false, visit);
    put(page.main, h('h1', { tabindex: -1 }, about.name), loading());
    const [definition] = await Promise.all([
        call('DescribeStateMachineForExecution', { executionArn: arn }, page.signal).catch(() => null), catchUp(run, arn, page.signal)]);
    view.definition = definition;
    await build(view);
    update(view);
    follow(() => look(view), page.signal, { least: 400, most: 5000 }).catch(tell);
}

async function look(view) {
    const { run, arn, page } = view;
    if (run.status !== 'RUNNING' && view.about.status !== 'RUNNING')
        return 'done';
    const grew = await catchUp(run, arn, page.signal);
    if (grew || run.status !== 'RUNNING')
        view.about = await call('DescribeExecution', { executionArn: arn }, page.signal);
    if (grew)
        update(view);
    else
        view.showTimes();
    return grew ? 'new' : 'same';
}

function again(view) {
    view.about.status = 'RUNNING';
    view.run.status = 'RUNNING';
    follow(() => look(view), view.page.signal, { least: 300, most: 5000 }).catch(tell);
}

async function build(view) {
    const { page, arn, about } = view;
    const name = nameOf(arn), machine = machineOf(arn);
    view.head = h('div', { class: 'row' });
    view.facts = h('div');
    view.trouble = h('div');
    view.detail = h('div', { class: 'pane detail', role: 'region', tabindex: 0, 'aria-label': 'State' });
    const text = view.definition ? view.definition.definition : null;
    view.graph = text ? await pictureOf(text, `Picture of ${name}`, (state) => choose(view, state), page.signal)
        : { box: h('p', { class: 'empty' }, 'The definition can\'t be read any more.'), mark() {}, select() {}, fit() {} };
    const parts = tabs('About the execution', [
        { id: 'events', name: 'Events', show: (panel) => showEvents(view, panel) },
        ...page.executionTabs.map((t) => ({ ...t, show: (panel) => t.show(view, panel) })),
        { id: 'data', name: 'Input and output', show: (panel) => showData(view, panel) },
        { id: 'definition', name: 'Definition', show: (panel) => panel.append(text ? jsonBox(text, 'Definition') : h('p', { class: 'empty' }, 'It can\'t be read.')) },
    ], page.query.get('tab') || 'events', (tab) => page.setQuery({ tab }, true));
    page.onQuery = () => {
        parts.take(page.query.get('tab') || 'events');
        choose(view, page.query.get('state'));
    };
    put(page.main,
        h('p', { class: 'crumbs' }, h('a', { href: '#/machines' }, 'State machines'), ' › ', h('a', { href: page.to('machine', machine) }, nameOf(machine)), ' ›'),
        view.head, view.facts, view.trouble,
        h('div', { class: 'split' }, h('div', { class: 'pane' }, view.graph.box), view.detail), parts.box);
    view.graph.fit();
    document.title = `${about.name} · asl console`;
}

function update(view) {
    showHead(view);
    view.graph.mark(view.run.marks());
    showTrouble(view);
    choose(view, view.chosen, true);
    for (const w of view.watchers)
        w();
}

function showHead(view) {
    const { about, arn, page, run } = view, running = about.status === 'RUNNING';
    const title = h('h1', { tabindex: -1 }, about.name), status = badge(about.status);
    status.setAttribute('role', 'status');
    const state = JSON.stringify([about.status, about.redriveStatus]);
    if (view.headState !== state) {
        view.headState = state;
        put(view.head, title, status, h('div', { class: 'actions' },
            running && button('Stop', () => stopDialog(arn, () => again(view)), { class: 'danger' }),
            about.redriveStatus === 'REDRIVABLE' && button('Redrive', () => redriveDialog(arn, () => again(view))),
            button('New execution with this input', () => anew(view)), copyButton(arn, 'ARN'),
            button('Download history', () => save(view), { class: 'small' })));
    }
    const took = h('span');
    view.showTimes = () => {
        took.textContent = duration((about.stopDate ? toMs(about.stopDate) : Date.now()) - toMs(about.startDate));
    };
    view.showTimes();
    put(view.facts, facts([['Started', date(toMs(about.startDate))], ['Ended', about.stopDate && date(toMs(about.stopDate))], ['Took', took],
        ['Events', run.events.length.toLocaleString('en')], ['Redriven', about.redriveCount ? `${about.redriveCount} times` : null],
        ['Version', about.stateMachineVersionArn && about.stateMachineVersionArn.split(':').pop()], ['Alias', about.stateMachineAliasArn && about.stateMachineAliasArn.split(':').pop()],
        ['Map Run', about.mapRunArn && h('a', { href: page.to('maprun', about.mapRunArn) }, about.mapRunArn.split(':').pop())]]));
}

// Says why it failed, and in which state.
function showTrouble(view) {
    const { about, run } = view, v = run.culprit();
    if (about.status === 'RUNNING' || about.status === 'SUCCEEDED')
        return put(view.trouble);
    return put(view.trouble, h('div', { class: 'trouble', role: 'note' },
        h('p', null, v && h('span', null, 'State ', h('a', { href: '#', onclick: (e) => { e.preventDefault(); choose(view, v.name); } }, v.name), ': '),
            h('b', null, about.error || statusWords[about.status])),
        about.cause && h('pre', { class: 'cause', tabindex: 0 }, about.cause)));
}

async function anew(view) {
    try {
        const machine = await call('DescribeStateMachine', { stateMachineArn: view.about.stateMachineArn });
        startDialog(machine, view.about.input);
    } catch (e) {
        tell(e);
    }
}

function save(view) {
    const events = view.run.events.map(({ ms, ...e }) => e);
    download(`${view.about.name}.history.json`, JSON.stringify({ events }, null, 1));
    toast(`${events.length} events`);
}

// ---- one state ----

function choose(view, name, same, visit) {
    const visits = view.run.visits.filter((v) => v.name === name);
    if (!same || view.chosen !== name) {
        view.chosen = name;
        view.visit = visit ? visits.indexOf(visit) : null;
        view.page.setQuery({ state: name || null });
    }
    view.graph.select(name);
    const shape = JSON.stringify([name, visits.length, visits.map((v) => [v.events.length, view.run.statusOf(v)])]);
    if (same && view.detailShape === shape)
        return;
    view.detailShape = shape;
    if (!name)
        put(view.detail, h('p', { class: 'empty' }, 'Choose a state in the picture to see what it got and what it gave.'));
    else if (!visits.length)
        put(view.detail, h('h2', null, name), h('p', { class: 'empty' }, 'It was not reached.'));
    else
        showState(view, name, visits);
}

function placeOf(v) {
    const words = [];
    for (let p = v.parent; p && p.kind !== 'root'; p = p.parent)
        if (p.kind === 'iteration')
            words.unshift(`${p.parent.name} #${p.index}`);
    return words.join(', ');
}

const SHOWN = 200;

function showState(view, name, visits) {
    const body = h('div');
    let at = view.visit ?? visits.length - 1;
    const select = visits.length > 1 && field('Visit', { value: String(at), onchange: () => show(view.visit = Number(select.input.value)) }, {
        options: visits.slice(-SHOWN).map((v, i) => {
            const n = i + Math.max(0, visits.length - SHOWN);
            return [String(n), `${n + 1} of ${visits.length} ${placeOf(v)}: ${statusWords[view.run.statusOf(v)]}`];
        }),
    });
    function show(i) {
        at = Math.min(i, visits.length - 1);
        put(body, visitDetail(view, visits[at]));
    }
    put(view.detail, h('div', { class: 'row' }, h('h2', null, name), h('span', { class: 'note' }, visits[0].type),
        h('div', { class: 'actions' }, button('Test this state', () => toBench(stateOf(JSON.parse(view.definition.definition), name), visits[at].input), { class: 'small' }))), select && select.box, body);
    show(at);
}

function visitDetail(view, v) {
    const { run } = view, end = run.endOf(v), status = run.statusOf(v), last = v.attempts[v.attempts.length - 1];
    return [
        facts([['Status', badge(status)], ['Entered', clock(v.enteredMs)], ['Took', duration((end ?? Date.now()) - v.enteredMs)], ['Within', placeOf(v)], ['Attempts', v.attempts.length || null]]),
        last && last.failed && h('div', { class: 'trouble' }, h('p', null, h('b', null, last.error || 'Failed')), last.cause && h('pre', { class: 'cause', tabindex: 0 }, last.cause)),
        waitsForHand(v, status) && h('p', null, h('a', { href: '#/activities' }, 'Answer it by hand')),
        v.attempts.length > 0 && h('details', { open: v.attempts.length > 1 }, h('summary', null, `Attempts (${v.attempts.length})`), h('ol', { class: 'attempts' }, v.attempts.map((a, i) => attempt(v, a, i)))),
        v.input !== undefined && jsonBox(v.input, 'Input'),
        last && last.input !== undefined && last.input !== v.input && jsonBox(last.input, 'Arguments'),
        last && last.output !== undefined && last.output !== v.output && jsonBox(last.output, 'Result'),
        v.output !== undefined && jsonBox(v.output, 'Output'),
        v.variables && Object.keys(v.variables).length > 0 && jsonBox(variablesOf(v.variables), 'Variables'),
    ];
}

// Whether an activity's worker, or whoever has its token, is to answer.
function waitsForHand(v, status) {
    return status === 'running' && v.events.some((e) => e.type === 'ActivityScheduled' || /waitForTaskToken/.test(JSON.stringify(detailsOf(e).resource || '')));
}

// Each value is the text of JSON.
function variablesOf(all) {
    const out = {};
    for (const [k, text] of Object.entries(all)) {
        try {
            out[k] = JSON.parse(text);
        } catch {
            out[k] = text;
        }
    }
    return JSON.stringify(out);
}

function attempt(v, a, i) {
    const wait = i && v.attempts[i - 1].endMs !== undefined ? a.startMs - v.attempts[i - 1].endMs : 0;
    return h('li', null, wait > 0 ? h('span', { class: 'note' }, `after ${duration(wait)} `) : null,
        badge(a.endMs === undefined ? 'running' : a.failed ? 'failed' : 'succeeded'), ' ', clock(a.startMs),
        a.endMs !== undefined && ` · ${duration(a.endMs - a.startMs)}`, a.error && h('div', null, h('b', null, a.error), a.cause && h('span', { class: 'cause-short' }, ` ${a.cause.slice(0, 300)}`)));
}

// ---- all events ----

function showEvents(view, panel) {
    const { run } = view, page = view.page;
    const words = field('Filter', { type: 'search', placeholder: 'type, state, text', value: page.query.get('events') || '', oninput: filter, 'data-find': true });
    const kind = field('Kind', { value: '', onchange: filter }, { options: [['', 'All'], ['State(Entered|Exited)$', 'States entered and exited'], ['(Failed|TimedOut|Aborted)$', 'Failures'], ['^(Task|Lambda|Activity)', 'Tasks'], ['^Map', 'Maps'], ['^Execution', 'Execution']] });
    const total = h('p', { class: 'note', role: 'status' }), one = h('div', { class: 'pane event', role: 'region', tabindex: 0, 'aria-label': 'Event' });
    const list = longTable('Events', ['Id', 'Type', 'State', 'Time', 'After'], {
        row: (e) => [e.id, e.type, run.stateOf(e)?.name || '', clock(e.ms), duration(e.ms - run.startMs)],
        choose: (e) => put(one, h('h2', null, `${e.id} ${e.type}`), facts([['Time', date(e.ms)], ['Previous', e.previousEventId]]), Object.entries(detailsOf(e)).filter(([, v]) => v?.truncated !== false).map(([k, v]) => detail(k, v))),
    });
    function filtered() {
        const text = words.input.value.toLowerCase(), type = new RegExp(kind.input.value);
        return run.events.filter((e) => type.test(e.type) && (!text || e.type.toLowerCase().includes(text) || (run.stateOf(e)?.name || '').toLowerCase().includes(text) || (text.length > 2 && JSON.stringify(detailsOf(e)).toLowerCase().includes(text))));
    }
    function count(found) {
        total.textContent = `${found.length.toLocaleString('en')} of ${run.events.length.toLocaleString('en')} events`;
        return found;
    }
    function filter() {
        page.setQuery({ events: words.input.value || null });
        list.set(count(filtered()));
    }
    panel.append(h('div', { class: 'filters' }, words.box, kind.box, total), h('div', { class: 'split' }, list.box, one));
    put(one, h('p', { class: 'empty' }, 'Choose an event to see its details.'));
    list.set(count(filtered()));
    view.watchers.push(() => panel.contains(list.box) && list.grow(count(filtered())));
}

const shortest = 80;

function detail(name, value) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const isData = /^[[{]/.test(text) || text.length > shortest;
    return isData && !/(Details)$/.test(name) ? jsonBox(value, name) : facts([[name, text]]);
}

function showData(view, panel) {
    const { about } = view, { input, output } = about;
    const box = h('div', { class: 'split' });
    function show() {
        put(box, h('div', { class: 'pane' }, input === undefined ? h('p', { class: 'empty' }, 'The input is not shown.') : jsonBox(input, `Input`), h('p', { class: 'note' }, input && size(input.length))),
            h('div', { class: 'pane' }, view.about.output === undefined ? h('p', { class: 'empty' }, 'There is no output.') : jsonBox(view.about.output, 'Output'), h('p', { class: 'note' }, output && size(output.length))));
    }
    let shown = null;
    view.watchers.push(() => panel.contains(box) && shown !== view.about.status && (shown = view.about.status, show()));
    panel.append(box);
    show();
}
