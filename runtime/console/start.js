// Dialogs that begin, end and begin anew executions.

import { call } from './api.js';
import { h, put } from './dom.js';
import { duration, toMs } from './format.js';
import { badge, dialog, editor, field, jsonBox, toast } from './widgets.js';

const remembered = (arn) => `asl.input ${arn}`;

export function startDialog(machine, input) {
    const arn = machine.stateMachineArn, express = machine.type === 'EXPRESS';
    const name = field('Name (optional)', { maxlength: 80 }, { hint: 'One is made up if you give none.' });
    const text = editor('Input', input ?? sessionStorage.getItem(remembered(arn)) ?? '{}', { rows: 12 });
    const result = h('div');
    const sync = express && field('How', { value: 'sync' }, { options: [['sync', 'Synchronously: wait for its output'], ['async', 'Asynchronously: nothing is kept of it']] });
    const d = dialog('Start execution', [express ? sync.box : null, name.box, text.box, result], 'Start', async () => {
        if (!text.check())
            throw new Error('The input must be JSON');
        sessionStorage.setItem(remembered(arn), text.area.value);
        const request = { stateMachineArn: arn, input: text.area.value };
        if (name.input.value.trim())
            request.name = name.input.value.trim();
        if (express && sync.input.value === 'sync') {
            put(result, h('p', { role: 'status' }, 'It runs …'));
            try {
                showSync(result, await call('StartSyncExecution', request));
            } catch (e) {
                put(result);
                throw e;
            }
            return false;
        }
        const begun = await call('StartExecution', request);
        toast('The execution has started');
        if (!express)
            location.hash = `#/execution/${encodeURIComponent(begun.executionArn)}`;
        return true;
    });
    d.classList.add('wide');
}

function showSync(box, a) {
    put(box, h('p', { role: 'status' }, badge(a.status), ` in ${duration(toMs(a.stopDate) - toMs(a.startDate))}`),
        a.error && h('p', { class: 'bad' }, h('b', null, a.error), ' ', a.cause), a.output !== undefined && jsonBox(a.output, 'Output'));
}

export function stopDialog(arn, done) {
    const error = field('Error (optional)', { maxlength: 256 }), cause = field('Cause (optional)', { maxlength: 32768 });
    dialog('Stop execution', [h('p', null, 'It ends as aborted. Tasks that run are told, where they can be.'), error.box, cause.box], 'Stop', async () => {
        await call('StopExecution', { executionArn: arn, ...(error.input.value && { error: error.input.value }), ...(cause.input.value && { cause: cause.input.value }) });
        toast('The execution was stopped');
        done();
    });
}

export function redriveDialog(arn, done) {
    dialog('Redrive execution', h('p', null, 'It goes on where it failed, with what it had then. States that succeeded are not run again.'), 'Redrive', async () => {
        await call('RedriveExecution', { executionArn: arn });
        toast('The execution goes on');
        done();
    });
}
