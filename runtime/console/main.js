// The page around the pages: which one an address means, the head line, the key, and whether the server is there.

import { ApiError, call, key, link, wantsKey } from './api.js';
import { h, put } from './dom.js';
import { activitiesPage } from './activities.js';
import { benchPage } from './bench.js';
import { editPage, removeMachine, showVersions } from './edit.js';
import { executionPage } from './execution.js';
import { homePage } from './home.js';
import { machinePage, machinesPage } from './machines.js';
import { mapRunPage, showMapRuns } from './mapruns.js';
import { showTimeline } from './timeline.js';
import { button, dialog, field, loading, toast } from './widgets.js';

const routes = {
    '': { title: 'Home', show: homePage, nav: 'Home' },
    machines: { title: 'State machines', show: machinesPage, nav: 'State machines' },
    machine: { title: 'State machine', show: machinePage, under: 'machines' },
    create: { title: 'Create state machine', show: editPage, under: 'machines' },
    edit: { title: 'Edit', show: editPage, under: 'machines' },
    execution: { title: 'Execution', show: executionPage, under: 'machines' },
    maprun: { title: 'Map Run', show: mapRunPage, under: 'machines' },
    activities: { title: 'Activities', show: activitiesPage, nav: 'Activities' },
    bench: { title: 'Test a state', show: benchPage, nav: 'Test a state' },
};
const extra = {
    machineTabs: [{ id: 'versions', name: 'Versions and aliases', show: showVersions }],
    machineActions: [{ name: 'Edit', act: (page) => { location.hash = page.to('edit', page.id); } }, { name: 'Delete', act: removeMachine }],
    executionTabs: [{ id: 'timeline', name: 'Timeline', show: showTimeline }, { id: 'mapruns', name: 'Map Runs', show: showMapRuns }],
};

const main = document.getElementById('main');
let current = null;

// #/name/id?query
function parse() {
    const [path, query] = location.hash.replace(/^#\/?/, '').split('?');
    const [name, ...rest] = path.split('/');
    let id = rest.join('/');
    try {
        id = decodeURIComponent(id);
    } catch { /* it is taken as it is */ }
    return { name, id, query: new URLSearchParams(query || '') };
}

function addressOf({ name, id, query }) {
    const q = query.toString();
    return `#/${name}${id ? `/${encodeURIComponent(id)}` : ''}${q ? `?${q}` : ''}`;
}

async function go() {
    const at = parse(), route = routes[at.name];
    if (current && current.name === at.name && current.id === at.id && current.onQuery) {
        current.query = at.query;
        return current.onQuery();
    }
    current?.leave.abort();
    const leave = new AbortController();
    const page = {
        ...at, ...extra, main, leave, signal: leave.signal,
        to: (name, id) => `#/${name}/${encodeURIComponent(id)}`,
        // Keeps in the address what is shown; `step`: as one that Back undoes.
        setQuery(values, step) {
            if (leave.signal.aborted)
                return;
            const before = page.query.toString();
            for (const [k, v] of Object.entries(values))
                v ? page.query.set(k, v) : page.query.delete(k);
            if (page.query.toString() !== before)
                history[step ? 'pushState' : 'replaceState'](null, '', addressOf(page));
        },
    };
    current = page;
    const shown = route || { title: 'Not found', show: () => put(main, h('h1', { tabindex: -1 }, 'There is no such page'), h('a', { href: '#/' }, 'Home')) };
    document.title = `${shown.title} · asl console`;
    for (const a of document.querySelectorAll('nav a'))
        a.toggleAttribute('aria-current', a.dataset.name === (shown.under || at.name));
    put(main, loading());
    try {
        await shown.show(page);
        if (!leave.signal.aborted)
            main.querySelector('h1')?.focus({ preventScroll: true });
    } catch (e) {
        if (!leave.signal.aborted)
            showFailure(e);
    }
}

function showFailure(e) {
    if (wantsKey(e))
        return askForKey(e);
    const words = e instanceof ApiError ? `${e.type}: ${e.message}` : link.gone ? 'The server does not answer.' : e.message;
    put(main, h('h1', { tabindex: -1 }, 'This can\'t be shown'), h('p', { class: 'bad', role: 'alert' }, words), button('Try again', again), ' ', h('a', { href: '#/' }, 'Home'));
    return undefined;
}

function again() {
    current?.leave.abort();
    current = null;
    go();
}

// ---- the key ----

function keyFields() {
    const k = key.get() || {};
    return {
        id: field('Access key id', { value: k.id || '', required: true, autocomplete: 'username', spellcheck: 'false' }),
        secret: field('Secret access key', { type: 'password', required: true, autocomplete: 'off' }),
        token: field('Session token (if the key has one)', { type: 'password', autocomplete: 'off' }),
    };
}

async function takeKey(f) {
    key.set({ id: f.id.input.value.trim(), secret: f.secret.input.value.trim(), token: f.token.input.value.trim() || undefined });
    showTools();
    await call('ListStateMachines', { maxResults: 1 });
}

function askForKey(e) {
    const f = keyFields(), said = h('p', { class: 'bad', role: 'alert' }, key.get() ? e.message : '');
    put(main, h('h1', { tabindex: -1 }, 'This server wants signed requests'),
        h('p', null, 'Give one of the keys that it was started with. Requests are signed in this tab; the key stays in it, and is forgotten when it is closed.'),
        h('form', {
            class: 'narrow', async onsubmit(event) {
                event.preventDefault();
                try {
                    await takeKey(f);
                    again();
                } catch (why) {
                    said.textContent = why.message;
                }
            },
        }, f.id.box, f.secret.box, f.token.box, said, h('button', { type: 'submit', class: 'primary' }, 'Use this key')));
    main.querySelector('input').focus();
}

function changeKey() {
    const f = keyFields();
    dialog('Key', [f.id.box, f.secret.box, f.token.box], 'Use this key', async () => {
        await takeKey(f);
        again();
    });
}

function showTools() {
    put(document.querySelector('.tools'), key.get() && [h('span', { class: 'note' }, `Key ${key.get().id}`), button('Change', changeKey, { class: 'small' }),
        button('Forget', () => { key.forget(); showTools(); again(); }, { class: 'small' })], button('?', showKeys, { class: 'small', 'aria-label': 'Keys of the keyboard' }));
}

// ---- the keyboard ----

const jumps = { h: '#/', m: '#/machines', a: '#/activities', t: '#/bench' };
let before = '';

function showKeys() {
    dialog('Keys', h('dl', { class: 'facts keys' }, [['/', 'to the filter'], ['g h', 'home'], ['g m', 'state machines'], ['g a', 'activities'], ['g t', 'test a state'], ['s', 'start an execution'], ['r', 'load again'], ['?', 'these keys'],
        ['← →', 'between tabs'], ['↑ ↓', 'between events']].map(([k, v]) => h('div', null, h('dt', null, h('kbd', null, k)), h('dd', null, v)))));
}

document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, textarea, select, dialog'))
        return;
    const k = event.key, done = () => event.preventDefault();
    if (before === 'g' && jumps[k])
        location.hash = jumps[k];
    else if (k === '/' && main.querySelector('[data-find]'))
        done(), main.querySelector('[data-find]').focus();
    else if (k === '?')
        done(), showKeys();
    else if (k === 'r')
        again();
    else
        main.querySelector(`[data-key="${CSS.escape(k)}"]`)?.click();
    before = k;
});

// ---- the server ----

const band = document.getElementById('link');
link.addEventListener('change', () => {
    band.hidden = !link.gone;
    put(band, link.gone ? 'The server does not answer. This page comes back by itself when it does.' : '');
    if (!link.gone) {
        toast('The server is back');
        if (main.querySelector('[role=alert]'))
            again();
    }
});

put(document.querySelector('nav'), Object.entries(routes).filter(([, r]) => r.nav).map(([name, r]) => h('a', { href: `#/${name}`, 'data-name': name }, r.nav)));
showTools();
addEventListener('hashchange', go);
addEventListener('popstate', go);
go();
