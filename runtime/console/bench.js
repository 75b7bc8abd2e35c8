// TestState: one state with an input, and what each step of its data flow gives.

import { call } from './api.js';
import { h, put } from './dom.js';
import { badge, editor, facts, field, jsonBox } from './widgets.js';

const KEY = 'asl.bench';
const example = { Type: 'Pass', Parameters: { 'sum.$': 'States.MathAdd($.a, $.b)' }, ResultPath: '$.result', End: true };

// Opens the bench with a state of a definition.
export function toBench(state, input) {
    sessionStorage.setItem(KEY, JSON.stringify({ state: JSON.stringify(state, null, 2), input: input ?? '{}' }));
    location.hash = '#/bench';
}

const steps = [['input', 'Input'], ['afterInputPath', 'After InputPath'], ['afterParameters', 'After Parameters'], ['afterArguments', 'After Arguments'], ['request', 'Request'], ['response', 'Response'],
    ['result', 'Result'], ['afterResultSelector', 'After ResultSelector'], ['afterResultPath', 'After ResultPath'], ['variables', 'Variables']];

export async function benchPage(page) {
    const kept = JSON.parse(sessionStorage.getItem(KEY) || 'null') || { state: JSON.stringify(example, null, 2), input: '{"a": 1, "b": 2}' };
    const state = editor('State', kept.state, { rows: 14, onchange: keep }), input = editor('Input', kept.input, { rows: 6, onchange: keep });
    const mock = editor('Mocked result (optional)', '', { rows: 3, optional: true }), variables = editor('Variables (optional)', '', { rows: 3, optional: true });
    const level = field('Level', { value: 'TRACE' }, { options: [['INFO', 'INFO: its output'], ['DEBUG', 'DEBUG: each step'], ['TRACE', 'TRACE: and requests']] });
    const role = field('Role', { value: 'arn:aws:iam::123456789012:role/console' });
    const result = h('div', { role: 'region', 'aria-label': 'Result' }, h('p', { class: 'empty' }, 'Test the state to see what each step gives.'));
    function keep() {
        sessionStorage.setItem(KEY, JSON.stringify({ state: state.area.value, input: input.area.value }));
    }
    async function test(event) {
        event.preventDefault();
        if (![state, input, mock, variables].map((e) => e.check()).every(Boolean))
            return;
        put(result, h('p', { role: 'status' }, 'It runs …'));
        try {
            show(await call('TestState', {
                definition: state.area.value, input: input.area.value, inspectionLevel: level.input.value, roleArn: role.input.value,
                ...(mock.area.value.trim() && { mock: { result: mock.area.value } }), ...(variables.area.value.trim() && { variables: variables.area.value }),
            }, page.signal));
        } catch (e) {
            put(result, h('div', { class: 'trouble', role: 'alert' }, h('p', null, h('b', null, e.type || 'Error'), ' ', e.message)));
        }
    }
    function show(a) {
        const data = a.inspectionData || {}, known = new Set(steps.map(([k]) => k));
        const all = [...steps, ...Object.keys(data).filter((k) => !known.has(k)).map((k) => [k, k])].filter(([k]) => data[k] !== undefined);
        put(result, h('p', { role: 'status' }, badge(a.status)), facts([['Next state', a.nextState]]),
            a.error && h('div', { class: 'trouble' }, h('p', null, h('b', null, a.error)), a.cause && h('pre', { class: 'cause', tabindex: 0 }, a.cause)),
            a.output !== undefined && jsonBox(a.output, 'Output'),
            all.length > 0 && [h('h2', null, 'Step by step'), h('div', { class: 'steps' }, all.map(([k, word]) => jsonBox(data[k], word)))]);
    }
    put(page.main, h('h1', { tabindex: -1 }, 'Test a state'),
        h('form', { class: 'split even', onsubmit: test },
            h('div', { class: 'pane' }, state.box, input.box, h('details', null, h('summary', null, 'More'), mock.box, variables.box, role.box), level.box, h('button', { type: 'submit', class: 'primary' }, 'Test state')),
            h('div', { class: 'pane' }, result)));
}
