// A definition as it is written: what is wrong with it, and its picture, as one types. And what is made of definitions:
// versions and aliases.

import { call, pages } from './api.js';
import { h, put } from './dom.js';
import { date, toMs } from './format.js';
import { pictureOf } from './machines.js';
import { button, dialog, editor, field, table, tell, toast } from './widgets.js';

const first = { Comment: 'A new state machine', StartAt: 'Hello', States: { Hello: { Type: 'Pass', Result: { hello: 'world' }, End: true } } };

export async function editPage(page) {
    const machine = page.id ? await call('DescribeStateMachine', { stateMachineArn: page.id }, page.signal) : null;
    const name = field('Name', { required: true, maxlength: 80 });
    const type = field('Type', { value: 'STANDARD', onchange: () => look(text.area.value) }, { options: [['STANDARD', 'Standard'], ['EXPRESS', 'Express']] });
    const role = field('Role', { size: 45,  value: machine ? machine.roleArn : 'arn:aws:iam::123456789012:role/console', required: true });
    const publish = field('New version (optional)', { maxlength: 256, placeholder: 'its description' });
    const problems = h('div', { class: 'problems', role: 'status' }), picture = h('div', { class: 'pane' });
    const text = editor('Definition', machine ? machine.definition : JSON.stringify(first, null, 2), { rows: 26, onchange: soon });
    const said = h('p', { class: 'bad', role: 'alert' });
    let timer = 0, generation = 0;

    function soon(value) {
        clearTimeout(timer);
        timer = setTimeout(() => look(value).catch(tell), 350);
    }
    async function look(definition) {
        const mine = ++generation;
        const [found, graph] = await Promise.all([
            call('ValidateStateMachineDefinition', { definition, type: machine ? machine.type : type.input.value, severity: 'WARNING' }, page.signal).catch((e) => ({ diagnostics: [{ severity: 'ERROR', code: e.type, message: e.message }] })),
            pictureOf(definition, 'Picture of the definition', find, page.signal)]);
        if (mine !== generation)
            return;
        put(problems, found.diagnostics.length ? h('ul', null, found.diagnostics.slice(0, 100).map((d) => h('li', { class: d.severity.toLowerCase() },
            h('b', null, d.code), ' ', d.message, d.location && h('span', { class: 'note' }, ` at ${d.location}`)))) : h('p', { class: 'good' }, 'Nothing is wrong with it.'));
        put(picture, graph.box);
        graph.fit();
    }
    // Puts the cursor where the state is defined.
    function find(state) {
        const at = new RegExp(`${JSON.stringify(state).replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*:`).exec(text.area.value);
        if (at) {
            text.area.focus();
            text.area.setSelectionRange(at.index, at.index + at[0].length);
            text.area.scrollTop = (text.area.value.slice(0, at.index).split('\n').length - 4) * 19.5;
        }
    }
    async function save(event) {
        event.preventDefault();
        said.textContent = '';
        try {
            const definition = text.area.value, version = publish.input.value ? { publish: true, versionDescription: publish.input.value } : {};
            const made = machine ? await call('UpdateStateMachine', { stateMachineArn: page.id, definition, roleArn: role.input.value, ...version })
                : await call('CreateStateMachine', { name: name.input.value, type: type.input.value, definition, roleArn: role.input.value, ...version });
            toast(machine ? 'The state machine was updated' : 'The state machine was created');
            location.hash = page.to('machine', machine ? page.id : made.stateMachineArn) + '?tab=definition';
        } catch (e) {
            said.textContent = `${e.type}: ${e.message}`;
        }
    }
    put(page.main, h('p', { class: 'crumbs' }, h('a', { href: '#/machines' }, 'State machines'), ' ›', machine && [' ', h('a', { href: page.to('machine', page.id) }, machine.name), ' ›']),
        h('h1', { tabindex: -1 }, machine ? `Edit ${machine.name}` : 'Create state machine'),
        h('form', { onsubmit: save }, h('div', { class: 'filters' }, !machine && [name.box, type.box], publish.box, role.box),
            h('div', { class: 'split even' }, h('div', { class: 'pane' }, text.box, problems), picture), said,
            h('div', { class: 'row end' }, h('button', { type: 'submit', class: 'primary' }, machine ? 'Save' : 'Create'))));
    await look(text.area.value);
}

export function removeMachine(page, machine) {
    dialog('Delete state machine', h('p', null, `${machine.name} is deleted once its executions have ended, with its versions and aliases.`), 'Delete', async () => {
        await call('DeleteStateMachine', { stateMachineArn: page.id });
        toast('The state machine is being deleted');
        location.hash = '#/machines';
    });
}

// ---- versions and aliases ----

const numberOf = (arn) => arn.split(':').pop();

export async function showVersions(page, machine, panel) {
    const stateMachineArn = machine.stateMachineArn, versions = h('div'), aliases = h('div');
    panel.append(h('div', { class: 'row' }, h('h2', null, 'Versions'), h('div', { class: 'actions' }, button('Publish version', publish))), versions,
        h('div', { class: 'row' }, h('h2', null, 'Aliases'), h('div', { class: 'actions' }, button('Create alias', () => alias(null)))), aliases);
    let known = [];
    async function load() {
        const [v, a] = await Promise.all([pages('ListStateMachineVersions', { stateMachineArn, maxResults: 100 }, 'stateMachineVersions', 1000, page.signal),
            pages('ListStateMachineAliases', { stateMachineArn, maxResults: 100 }, 'stateMachineAliases', 1000, page.signal)]);
        known = v.all.map((x) => x.stateMachineVersionArn);
        put(versions, table('Versions', [
            { name: 'Version', cell: (x) => h('a', { href: page.to('machine', x.stateMachineVersionArn) }, numberOf(x.stateMachineVersionArn)) },
            { name: 'Published', cell: (x) => date(toMs(x.creationDate)) },
            { name: 'Actions', cell: (x) => button('Delete', () => remove('DeleteStateMachineVersion', { stateMachineVersionArn: x.stateMachineVersionArn }), { class: 'small danger', 'aria-label': `Delete version ${numberOf(x.stateMachineVersionArn)}` }) },
        ], v.all, 'No version was published.'));
        const all = await Promise.all(a.all.map((x) => call('DescribeStateMachineAlias', { stateMachineAliasArn: x.stateMachineAliasArn }, page.signal)));
        put(aliases, table('Aliases', [
            { name: 'Alias', cell: (x) => h('a', { href: page.to('machine', x.stateMachineAliasArn) }, x.name) },
            { name: 'Leads to', cell: (x) => x.routingConfiguration.map((r) => `version ${numberOf(r.stateMachineVersionArn)}: ${r.weight} %`).join(', ') },
            { name: 'Actions', cell: (x) => h('div', { class: 'row' }, button('Change', () => alias(x), { class: 'small', 'aria-label': `Change ${x.name}` }),
                button('Delete', () => remove('DeleteStateMachineAlias', { stateMachineAliasArn: x.stateMachineAliasArn }), { class: 'small danger', 'aria-label': `Delete ${x.name}` })) },
        ], all, 'There is no alias.'));
    }
    function publish() {
        const description = field('Description (optional)', { maxlength: 256 });
        dialog('Publish version', [h('p', null, 'A version is the definition as it is now, and never changes.'), description.box], 'Publish', async () => {
            await call('PublishStateMachineVersion', { stateMachineArn, ...(description.input.value && { description: description.input.value }) });
            await load();
        });
    }
    function remove(operation, request) {
        dialog('Delete', h('p', null, 'Executions that run with it go on.'), 'Delete', async () => {
            await call(operation, request);
            await load();
        });
    }
    function alias(old) {
        const routes = old ? old.routingConfiguration : [], options = known.map((arn) => [arn, `version ${numberOf(arn)}`]);
        const name = field('Name', { required: true, maxlength: 80, value: old ? old.name : '', readonly: !!old });
        const one = field('Version', { value: routes[0]?.stateMachineVersionArn || known[0] }, { options });
        const weight = field('Percent of executions', { type: 'number', min: 0, max: 100, value: routes[0]?.weight ?? 100 });
        const other = field('The others go to', { value: routes[1]?.stateMachineVersionArn || '' }, { options: [['', 'nowhere'], ...options] });
        dialog(old ? 'Change alias' : 'Create alias', [name.box, one.box, weight.box, other.box], old ? 'Change' : 'Create', async () => {
            const percent = Number(weight.input.value);
            const routingConfiguration = [{ stateMachineVersionArn: one.input.value, weight: percent }];
            if (other.input.value)
                routingConfiguration.push({ stateMachineVersionArn: other.input.value, weight: 100 - percent });
            await (old ? call('UpdateStateMachineAlias', { stateMachineAliasArn: old.stateMachineAliasArn, routingConfiguration }) : call('CreateStateMachineAlias', { name: name.input.value, routingConfiguration }));
            await load();
        });
    }
    await load().catch(tell);
}
