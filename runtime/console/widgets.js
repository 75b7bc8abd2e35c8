// What pages are made of: badges, tables, tabs, dialogs, JSON to read and to write.

import { h, newId, put } from './dom.js';
import { pretty, size, statusWords } from './format.js';

export function badge(status) {
    return h('span', { class: `badge ${String(status).toLowerCase()}` }, statusWords[status] || status);
}

export function button(text, onclick, props) {
    return h('button', { type: 'button', onclick, ...props }, text);
}

export function toast(text, kind = 'good') {
    const t = h('div', { class: `toast ${kind}` }, text, button('×', () => t.remove(), { class: 'plain', 'aria-label': 'Dismiss' }));
    document.getElementById('toasts').append(t);
    setTimeout(() => t.remove(), kind === 'bad' ? 15000 : 4000);
}

export const tell = (e) => {
    if (e.name !== 'AbortError')
        toast(e.type ? `${e.type}: ${e.message}` : e.message, 'bad');
};

export async function copy(text, what) {
    try {
        await navigator.clipboard.writeText(text);
        toast(`${what} copied`);
    } catch {
        toast(`${what} can't be copied here`, 'bad');
    }
}

export const copyButton = (text, what) => button(`Copy ${what}`, () => copy(text, what), { class: 'small' });

export function download(name, text) {
    const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
    h('a', { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
}

// ---- JSON to read ----

const token = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function coloured(text) {
    const out = [];
    let from = 0;
    for (const m of text.matchAll(token)) {
        out.push(text.slice(from, m.index));
        const kind = m[1] ? m[2] ? 'key' : 'string' : m[3] ? 'word' : 'number';
        out.push(h('span', { class: `j-${kind}` }, m[1] || m[0]), m[2] || '');
        from = m.index + m[0].length;
    }
    out.push(text.slice(from));
    return out;
}

const FOLD = 4000, COLOUR = 40000;

// A box with JSON; a large one is folded.
export function jsonBox(text, label) {
    const all = pretty(text);
    const pre = h('pre', { class: 'json', tabindex: 0, role: 'region', 'aria-label': label });
    const show = (part) => put(pre, part.length > COLOUR ? part : coloured(part));
    const box = h('div', { class: 'jsonbox' }, h('div', { class: 'row' }, h('p', { class: 'label' }, label), button('Copy', () => copy(all, label), { class: 'small', 'aria-label': `Copy ${label}` })), pre);
    if (all.length > FOLD * 2) {
        show(all.slice(0, FOLD) + '…');
        const more = button(`Show all (${size(all.length)})`, () => { show(all); more.remove(); }, { class: 'small' });
        box.append(more);
    } else {
        show(all);
    }
    return box;
}

// ---- JSON to write ----

export function editor(label, text, { rows = 10, onchange, optional } = {}) {
    const id = newId('edit'), note = h('p', { class: 'note', id: `${id}-note`, role: 'status' });
    const area = h('textarea', { id, rows, spellcheck: 'false', class: 'code', value: text, autocomplete: 'off', 'aria-describedby': `${id}-note`, oninput: check });
    function check() {
        let problem = '';
        try {
            if (!(optional && !area.value.trim()))
                JSON.parse(area.value);
        } catch (e) {
            problem = `Not JSON yet: ${e.message}`;
        }
        note.textContent = problem;
        note.classList.toggle('bad', !!problem);
        area.setAttribute('aria-invalid', String(!!problem));
        if (onchange)
            onchange(area.value, !problem);
        return !problem;
    }
    return { box: h('div', { class: 'field' }, h('label', { for: id }, label), area, note), area, check };
}

export function field(label, props, { hint, options } = {}) {
    const id = newId('field');
    const input = options ? h('select', { id, ...props }, options.map(([value, text]) => h('option', { value, selected: value === props.value }, text)))
        : h('input', { id, autocomplete: 'off', ...props });
    return { box: h('div', { class: 'field' }, h('label', { for: id }, label), input, hint && h('p', { class: 'note' }, hint)), input };
}

// ---- dialogs ----

// Shows a form. `submit` does the work; the dialog closes when it ends well and shows what it throws.
export function dialog(title, parts, verb, submit) {
    const said = h('p', { class: 'bad', role: 'alert' }), id = newId('dialog');
    const yes = verb && h('button', { type: 'submit', class: 'primary' }, verb);
    const d = h('dialog', { 'aria-labelledby': id },
        h('form', { onsubmit: send }, h('h2', { id }, title), parts, said,
            h('div', { class: 'row end' }, button(verb ? 'Cancel' : 'Close', () => d.close()), yes)));
    async function send(event) {
        event.preventDefault();
        if (!verb)
            return d.close();
        yes.disabled = true;
        said.textContent = '';
        try {
            if (await submit() !== false)
                d.close();
        } catch (e) {
            said.textContent = e.type ? `${e.type}: ${e.message}` : e.message;
        } finally {
            yes.disabled = false;
        }
    }
    d.addEventListener('close', () => d.remove());
    document.body.append(d);
    d.showModal();
    return d;
}

export function ask(title, words, verb, act) {
    dialog(title, h('p', null, words), verb, act);
}

// ---- tabs ----

// [{id, name, show(panel)}]; `choose(id)` is called when a person takes another.
export function tabs(label, list, current, choose) {
    const panel = h('div', { class: 'panel', role: 'tabpanel', id: newId('panel') });
    const heads = list.map((t) => h('button', { type: 'button', role: 'tab', id: newId('tab'), 'aria-controls': panel.id, onclick: () => take(t.id, true) }, t.name));
    const bar = h('div', { class: 'tabs', role: 'tablist', 'aria-label': label, onkeydown: move }, heads);
    let now = null;
    function take(id, byHand) {
        const i = Math.max(0, list.findIndex((t) => t.id === id));
        if (list[i] === now)
            return;
        now = list[i];
        heads.forEach((e, k) => {
            e.setAttribute('aria-selected', String(k === i));
            e.tabIndex = k === i ? 0 : -1;
        });
        panel.setAttribute('aria-labelledby', heads[i].id);
        panel.replaceChildren();
        now.show(panel);
        if (byHand && choose)
            choose(now.id);
    }
    function move(event) {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step)
            return;
        const i = (heads.indexOf(document.activeElement) + step + heads.length) % heads.length;
        heads[i].focus();
        take(list[i].id, true);
    }
    take(current, false);
    return { box: h('div', { class: 'tabbed' }, bar, panel), take };
}

// ---- tables ----

// columns: [{name, cell(row), class}]
export function table(label, columns, rows, empty) {
    if (!rows.length)
        return h('p', { class: 'empty' }, empty);
    return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': label },
        h('table', null,
            h('thead', null, h('tr', null, columns.map((c) => h('th', { scope: 'col', class: c.class }, c.name)))),
            h('tbody', null, rows.map((r) => h('tr', null, columns.map((c) => h('td', { class: c.class }, c.cell(r))))))));
}

export function facts(list) {
    return h('dl', { class: 'facts' }, list.filter(([, v]) => v !== undefined && v !== null && v !== '')
        .map(([k, v]) => h('div', null, h('dt', null, k), h('dd', null, v))));
}

// A table of very many rows of one height: only those in sight are in the page. `row(item)` gives the cells' contents.
export function longTable(label, columns, { row, choose, height = 34 }) {
    let items = [], chosen = -1;
    const above = h('tr', { class: 'space', 'aria-hidden': 'true' }, h('td', { colspan: columns.length }));
    const below = above.cloneNode(true);
    const body = h('tbody');
    const scroller = h('div', { class: 'scroll long', tabindex: 0, role: 'region', 'aria-label': label, onscroll: () => requestAnimationFrame(draw), onkeydown: onKey },
        h('table', { 'aria-label': label }, h('thead', null, h('tr', null, columns.map((c) => h('th', { scope: 'col' }, c)))), body));
    function draw() {
        const first = Math.max(0, Math.floor(scroller.scrollTop / height) - 10);
        const last = Math.min(items.length, first + Math.ceil((scroller.clientHeight || 600) / height) + 20);
        above.firstChild.style.height = `${first * height}px`;
        below.firstChild.style.height = `${(items.length - last) * height}px`;
        const rows = [];
        for (let i = first; i < last; i++)
            rows.push(h('tr', { class: i === chosen ? 'chosen' : '', onclick: () => take(i) }, row(items[i]).map((c) => h('td', null, c))));
        body.replaceChildren(above, ...rows, below);
    }
    function take(i) {
        chosen = Math.max(0, Math.min(items.length - 1, i));
        draw();
        if (items[chosen])
            choose(items[chosen]);
    }
    function onKey(event) {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (!step)
            return;
        event.preventDefault();
        take(chosen + step);
        const top = chosen * height;
        if (top < scroller.scrollTop || top + 2 * height > scroller.scrollTop + scroller.clientHeight)
            scroller.scrollTop = top - scroller.clientHeight / 2;
    }
    return {
        box: scroller,
        set(list) { items = list; chosen = -1; draw(); },
        grow(list) { items = list; draw(); },
        draw,
    };
}

export function loading() {
    return h('p', { class: 'loading', role: 'status' }, 'Loading …');
}
