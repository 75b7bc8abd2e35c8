// Activities, and tasks that are answered by hand: one that an activity waits with, or one whose token is known.

import { call, pages } from './api.js';
import { h, put } from './dom.js';
import { date, toMs } from './format.js';
import { button, copyButton, dialog, editor, field, jsonBox, table, tell, toast } from './widgets.js';

// The form for an answer; `token` is known, or asked for.
function answerForm(token, done) {
    const given = token === undefined && field('Task token', { required: true, spellcheck: 'false' });
    const output = editor('Output', '{}', { rows: 6 });
    const error = field('Error', { maxlength: 256, placeholder: 'My.Error' }), cause = field('Cause', { maxlength: 32768 });
    const taskToken = () => token ?? given.input.value.trim();
    const send = async (operation, more, words) => {
        try {
            await call(operation, { taskToken: taskToken(), ...more });
            toast(words);
            if (operation !== 'SendTaskHeartbeat')
                done();
        } catch (e) {
            tell(e);
        }
    };
    return h('div', null, given && given.box,
        h('div', { class: 'split even' },
            h('div', { class: 'pane' }, output.box, button('Send success', () => output.check() && send('SendTaskSuccess', { output: output.area.value }, 'The task has succeeded'), { class: 'primary' })),
            h('div', { class: 'pane' }, error.box, cause.box, button('Send failure', () => send('SendTaskFailure', { error: error.input.value || undefined, cause: cause.input.value || undefined }, 'The task has failed'), { class: 'danger' }))),
        h('p', null, button('Send heartbeat', () => send('SendTaskHeartbeat', {}, 'The task goes on waiting'), { class: 'small' })));
}

export async function activitiesPage(page) {
    const list = h('div'), work = h('div', { role: 'region', 'aria-label': 'Answer' });
    async function load() {
        const { all } = await pages('ListActivities', { maxResults: 1000 }, 'activities', 5000, page.signal);
        put(list, table('Activities', [
            { name: 'Name', cell: (a) => a.name },
            { name: 'Created', cell: (a) => date(toMs(a.creationDate)), class: 'wide-only' },
            { name: 'Actions', cell: (a) => h('div', { class: 'row' }, button('Take a task', () => take(a), { class: 'small', 'aria-label': `Take a task of ${a.name}` }), copyButton(a.activityArn, 'ARN'),
                button('Delete', () => remove(a), { class: 'small danger', 'aria-label': `Delete ${a.name}` })) },
        ], all, 'There are no activities.'));
    }
    // GetActivityTask waits for a minute; leaving the page ends that.
    async function take(a) {
        const wait = new AbortController();
        page.signal.addEventListener('abort', () => wait.abort());
        put(work, h('h2', null, `A task of ${a.name}`), h('p', { role: 'status' }, 'Waits for a task … '), button('Wait no longer', () => { wait.abort(); put(work, tokenForm()); }, { class: 'small' }));
        try {
            const task = await call('GetActivityTask', { activityArn: a.activityArn, workerName: 'console' }, wait.signal);
            if (!task.taskToken)
                return put(work, h('p', { role: 'status' }, `No task came for ${a.name}.`), tokenForm());
            put(work, h('h2', null, `A task of ${a.name}`), jsonBox(task.input, 'Input'), answerForm(task.taskToken, () => put(work, tokenForm())));
        } catch (e) {
            tell(e);
        }
        return undefined;
    }
    function remove(a) {
        dialog('Delete activity', h('p', null, `${a.name}: Tasks that name it wait for nobody from then on.`), 'Delete', async () => {
            await call('DeleteActivity', { activityArn: a.activityArn });
            await load();
        });
    }
    function create() {
        const name = field('Name', { required: true, maxlength: 80 });
        dialog('Create activity', name.box, 'Create', async () => {
            await call('CreateActivity', { name: name.input.value });
            await load();
        });
    }
    const tokenForm = () => h('div', null, h('h2', null, 'Answer a task by its token'), h('p', { class: 'note' }, 'A Task with .waitForTaskToken gives its token to whom it calls; who has the token can answer.'), answerForm(undefined, () => {}));
    put(page.main, h('div', { class: 'row' }, h('h1', { tabindex: -1 }, 'Activities and callbacks'), h('div', { class: 'actions' }, button('Create activity', create))), list, work);
    put(work, tokenForm());
    await load();
}
