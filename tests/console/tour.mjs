// Drives a browser through the console, as a person would, and looks at what is then to be seen. Each test has a page of its
// own; an error in the browser's console, a request to elsewhere, or something that axe finds wrong fails it.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const { chromium } = await import(join(process.env.MODULES, 'playwright-core/index.mjs'));
const axe = readFileSync(join(process.env.MODULES, 'axe-core/axe.min.js'), 'utf8');
const shots = join(here, '../../build/console/shots');
const folder = mkdtempSync(join(tmpdir(), 'asl-console-'));
const PATIENCE = 15000;

// ---- the server ----

const servers = [];

function serve(...options) {
    const child = spawn(process.env.ASL, ['serve', '--definitions', join(here, 'machines'), '--handlers', join(here, 'handlers.json'), ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
    servers.push(child);
    return new Promise((done, fail) => {
        let said = '';
        child.stderr.on('data', (data) => {
            said += data;
            const at = /console is at (http:\S+?)\/\n/.exec(said);
            if (at)
                done({ child, url: at[1] });
        });
        child.on('exit', () => fail(new Error(said)));
    });
}

const end = (child) => new Promise((done) => {
    child.on('exit', done);
    child.kill('SIGKILL');
});

async function call(operation, request, url = main.url) {
    const answer = await fetch(url + '/', { method: 'POST', headers: { 'X-Amz-Target': `AWSStepFunctions.${operation}` }, body: JSON.stringify(request) });
    const value = await answer.json();
    if (!answer.ok)
        throw new Error(`${operation}: ${JSON.stringify(value)}`);
    return value;
}

const arnOf = (name) => `arn:aws:states:us-east-1:123456789012:stateMachine:${name}`;
const start = async (name, input, more) => (await call('StartExecution', { stateMachineArn: arnOf(name), input: JSON.stringify(input), ...more })).executionArn;

async function ended(executionArn) {
    for (;;) {
        const about = await call('DescribeExecution', { executionArn });
        if (about.status !== 'RUNNING')
            return about;
        await new Promise((done) => setTimeout(done, 50));
    }
}

const to = (kind, id, query = '') => `/#/${kind}/${encodeURIComponent(id)}${query}`;

// ---- what is seen ----

function expect(what, got, want) {
    if (JSON.stringify(got) !== JSON.stringify(want))
        throw new Error(`${what}: got ${JSON.stringify(got)}, wanted ${JSON.stringify(want)}`);
}

const seen = (page, text, where = 'body') => page.locator(where).getByText(text).first().waitFor({ timeout: PATIENCE });
const press = (page, name, exact = true) => page.getByRole('button', { name, exact }).first().click({ timeout: PATIENCE });
const stateOf = (page, name) => page.locator('.state').filter({ has: page.locator('.name', { hasText: new RegExp(`^${name}$`) }) });
const statusOf = (page, name, status) => page.locator(`.state[data-status=${status}]`).filter({ has: page.locator('.name', { hasText: new RegExp(`^${name}$`) }) }).waitFor({ timeout: PATIENCE });

async function looksGood(page, name) {
    mkdirSync(shots, { recursive: true });
    await page.evaluate(axe);
    for (const [mode, scheme, width, height] of [['light', 'light', 1280, 900], ['dark', 'dark', 1280, 900], ['narrow', 'light', 375, 800]]) {
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width, height });
        await page.waitForTimeout(150);
        await page.screenshot({ path: join(shots, `${name}-${mode}.png`), fullPage: true });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(`${name}, ${mode}: pixels that are to be scrolled sideways`, Math.max(0, wide), 0);
        const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
        expect(`${name}, ${mode}: axe`, found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`), []);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
}

// ---- the tests ----

const tests = {
    async 'machines are listed and found'(page) {
        await page.goto(main.url + '/#/machines');
        await page.getByRole('link', { name: 'orders', exact: true }).waitFor();
        await page.keyboard.press('/');
        await page.keyboard.type('quick');
        await seen(page, '1 of 6');
        expect('links', await page.locator('tbody a').allTextContents(), ['quick']);
        await page.reload();
        await seen(page, '1 of 6');
        await page.getByLabel('Find a state machine').fill('');
        await looksGood(page, 'machines');
    },

    async 'a definition beside its picture'(page) {
        await page.goto(main.url + to('machine', arnOf('orders')));
        await page.getByRole('tab', { name: 'Definition' }).click();
        await seen(page, '"ItemsPath"');
        await seen(page, 'Takes orders, with <b>markup</b> in its comment');
        await stateOf(page, 'Sorry').click();
        await seen(page, '"No.Order"', '.pane');
        expect('other states', await page.locator('.pane').getByText('"ItemsPath"').count(), 0);
        await looksGood(page, 'definition');
    },

    async 'an execution is started and watched'(page) {
        await page.goto(main.url + to('machine', arnOf('orders')));
        await page.getByRole('heading', { name: 'orders' }).waitFor();
        await page.keyboard.press('s');
        await page.getByLabel('Input').fill('{"fail": false');
        await press(page, 'Start');
        await seen(page, 'The input must be JSON');
        await page.getByLabel('Input').fill('{"fail": false, "items": [1, 2]}');
        await page.getByLabel('Name (optional)').fill('by-hand');
        await press(page, 'Start');
        await page.getByRole('heading', { name: 'by-hand' }).waitFor();
        await statusOf(page, 'Label', 'running');
        await statusOf(page, 'Truck', 'running');
        await statusOf(page, 'Ship', 'succeeded');
        await page.locator('h1 + .badge', { hasText: 'Succeeded' }).waitFor({ timeout: PATIENCE });
        expect('not reached', await stateOf(page, 'Sorry').getAttribute('data-status'), 'none');
        await page.goBack();
        await page.getByRole('link', { name: 'by-hand' }).waitFor();
        await press(page, 'Start execution');
        expect('the input is remembered', await page.getByLabel('Input').inputValue(), '{"fail": false, "items": [1, 2]}');
        await press(page, 'Cancel');
    },

    async 'why one failed'(page) {
        const arn = await start('orders', { fail: true, items: [], note: '<img src=x onerror=alert(1)>' });
        await ended(arn);
        await page.goto(main.url + to('execution', arn));
        await seen(page, 'Card.Busy', '.trouble');
        await seen(page, 'the <script>alert(1)</script> card is busy', '.trouble');
        await page.locator('.trouble').getByRole('link', { name: 'Charge' }).click();
        await seen(page, 'Attempts (3)', '.detail');
        await seen(page, 'after 1.', '.detail');
        await seen(page, '<img src=x onerror=alert(1)>', '.detail');
        expect('elements out of payloads', await page.locator('main script, main img').count(), 0);
        await page.reload();
        await seen(page, 'Attempts (3)', '.detail');
        await looksGood(page, 'failed');
    },

    async 'a state of many visits'(page) {
        const arn = await start('orders', { fail: false, items: ['a', 'b', 'c'] });
        await ended(arn);
        await page.goto(main.url + to('execution', arn, '?state=Label'));
        await page.getByLabel('Visit').selectOption('0');
        await seen(page, 'Pack #0', '.detail dd');
        await page.locator('.detail').getByText('"a"').first().waitFor();
        await page.getByLabel('Visit').selectOption('2');
        await page.locator('.detail').getByText('"c"').first().waitFor();
        await looksGood(page, 'visits');
    },

    async 'events by filter and by keyboard'(page) {
        const arn = await start('orders', { fail: true, items: [] });
        await ended(arn);
        await page.goto(main.url + to('execution', arn));
        await seen(page, '14 of 14 events');
        await page.getByLabel('Kind').selectOption('Failures');
        await seen(page, '4 of 14 events');
        await page.getByLabel('Kind').selectOption('All');
        await page.getByLabel('Filter').fill('retry');
        await seen(page, '0 of 14 events');
        await page.getByLabel('Filter').fill('check');
        await seen(page, '2 of 14 events');
        await page.locator('.long').focus();
        await page.keyboard.press('ArrowDown');
        await page.keyboard.press('ArrowDown');
        await page.getByRole('heading', { name: '3 ChoiceStateExited' }).waitFor();
        await looksGood(page, 'events');
    },

    async '25,000 events scroll'(page) {
        const arn = await start('loop', { n: 6200 });
        await ended(arn);
        await page.goto(main.url + to('execution', arn));
        await seen(page, /^24,80\d of 24,80\d events$/);
        await page.locator('.long').evaluate((e) => { e.scrollTop = e.scrollHeight; });
        await page.locator('.long td', { hasText: 'ExecutionSucceeded' }).waitFor();
        expect('rows are few', await page.locator('.long tr').count() < 100, true);
        await seen(page, '×6200', '.graph');
    },

    async 'the list of executions'(page) {
        for (let i = 0; i < 60; i++)
            await start('loop', { n: 1 }, { name: `many-${i}` });
        const arn = await start('loop', {}, { name: 'broken' });
        await ended(arn);
        await page.goto(main.url + to('machine', arnOf('loop')));
        await page.getByRole('link', { name: 'broken' }).waitFor();
        await press(page, 'Older ›');
        await seen(page, 'Page 2');
        await page.getByRole('link', { name: 'many-0' }).waitFor();
        await press(page, '‹ Newer');
        await page.getByLabel('Status').selectOption('Failed');
        await page.locator('tbody tr').nth(1).waitFor({ state: 'detached' });
        expect('failed', await page.locator('tbody a').allTextContents(), ['broken']);
        await page.reload();
        await page.getByRole('link', { name: 'broken' }).waitFor();
        expect('the filter stays', await page.getByLabel('Status').inputValue(), 'FAILED');
        await page.getByLabel('Status').selectOption('All');
        await page.getByLabel('Name has').fill('many-5');
        await page.locator('tbody a', { hasText: 'broken' }).waitFor({ state: 'detached' });
        await page.getByLabel('Name has').fill('');
        await start('loop', { n: 1 }, { name: 'comes-by-itself' });
        await page.getByRole('link', { name: 'comes-by-itself' }).waitFor({ timeout: PATIENCE });
        await looksGood(page, 'executions');
    },

    async 'one is stopped and redriven, and begun anew'(page) {
        const arn = await start('rest', { from: 'the first' });
        await page.goto(main.url + to('execution', arn));
        await statusOf(page, 'Rest', 'running');
        await press(page, 'Stop');
        await page.getByLabel('Error (optional)').fill('By.Hand');
        await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
        await page.locator('h1 + .badge', { hasText: 'Aborted' }).waitFor({ timeout: PATIENCE });
        await seen(page, 'By.Hand', '.trouble');
        await press(page, 'Redrive');
        await page.getByRole('dialog').getByRole('button', { name: 'Redrive' }).click();
        await page.locator('h1 + .badge', { hasText: 'Running' }).waitFor({ timeout: PATIENCE });
        await statusOf(page, 'Rest', 'running');
        await press(page, 'New execution with this input');
        await page.waitForFunction(() => document.querySelector('dialog textarea')?.value.includes('the first'));
        await press(page, 'Cancel');
        await call('StopExecution', { executionArn: arn });
    },

    async 'an Express workflow is run at once'(page) {
        await page.goto(main.url + to('machine', arnOf('quick')));
        await press(page, 'Start execution');
        await press(page, 'Start');
        await page.getByRole('dialog').getByText('Succeeded').waitFor();
        await page.getByRole('dialog').getByText('"a"').waitFor();
    },

    async 'the history is downloaded and the ARN copied'(page) {
        const arn = await start('loop', { n: 2 });
        await ended(arn);
        await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
        await page.goto(main.url + to('execution', arn));
        const file = page.waitForEvent('download');
        await press(page, 'Download history');
        const history = JSON.parse(readFileSync(await (await file).path(), 'utf8'));
        expect('events', history.events.length, (await call('GetExecutionHistory', { executionArn: arn, maxResults: 1000 })).events.length);
        expect('as the API gives them', Object.keys(history.events[0]).includes('ms'), false);
        await press(page, 'Copy ARN');
        await seen(page, 'ARN copied');
        expect('copied', await page.evaluate(() => navigator.clipboard.readText()), arn);
    },

    async 'by keyboard alone'(page) {
        await page.goto(main.url + '/#/machines');
        await page.getByRole('link', { name: 'orders', exact: true }).focus();
        await page.keyboard.press('Enter');
        await page.getByRole('tab', { name: 'Executions' }).focus();
        await page.keyboard.press('ArrowRight');
        await stateOf(page, 'Check').focus();
        await page.keyboard.press('Enter');
        await page.getByText('State Check', { exact: true }).waitFor();
        await page.locator('h1').focus();
        await page.keyboard.press('?');
        await page.getByRole('dialog', { name: 'Keys' }).waitFor();
        await page.keyboard.press('Escape');
        await page.keyboard.press('g');
        await page.keyboard.press('m');
        await page.getByRole('heading', { name: 'State machines' }).waitFor();
    },

    async 'bars over time'(page) {
        const arn = await start('orders', { fail: true, items: [] });
        await ended(arn);
        await page.goto(main.url + to('execution', arn, '?tab=timeline'));
        const row = page.locator('.trow', { hasText: 'Charge' });
        await row.waitFor();
        expect('attempts', await row.locator('.bar.failed').count(), 3);
        expect('waits between them', await row.locator('.bar.pause').count(), 2);
        await row.locator('.bar.pause').nth(1).click();
        await seen(page, 'Attempts (3)', '.detail');
        await looksGood(page, 'timeline-retries');
        const good = await start('orders', { fail: false, items: [1, 2, 3] });
        await ended(good);
        await page.goto(main.url + to('execution', good, '?tab=timeline'));
        await page.locator('.trow', { hasText: '#2' }).waitFor();
        expect('waits', await page.locator('.bar.wait').count(), 4);
        await press(page, 'Inside of Pack');
        await page.locator('.trow', { hasText: '#2' }).waitFor({ state: 'detached' });
        await press(page, 'Inside of Pack');
        await looksGood(page, 'timeline');
    },

    async 'what is too much for bars is a strip'(page) {
        const arn = await start('orders', { fail: false, items: Array.from({ length: 400 }, (_, i) => i) });
        await ended(arn);
        await page.goto(main.url + to('execution', arn, '?tab=timeline'));
        await seen(page, '400 iterations', '.timeline');
        expect('bars are few', await page.locator('.timeline .bar').count() < 300, true);
    },

    async 'a Map Run and its children'(page) {
        const arn = await start('each', { items: [1, 2, 3, 4, 5, 6] });
        await page.goto(main.url + to('execution', arn, '?tab=mapruns'));
        await page.locator('.panel tbody a').first().click();
        await page.getByRole('heading', { name: 'Map Run' }).waitFor();
        await press(page, 'Change concurrency');
        await page.getByLabel('Children at once').fill('0');
        await page.getByRole('dialog').getByRole('button', { name: 'Change' }).click();
        await page.locator('.facts div', { hasText: 'Concurrency' }).getByText('no limit').waitFor();
        await page.locator('h1 + .badge', { hasText: 'Succeeded' }).waitFor({ timeout: 4 * PATIENCE });
        await page.reload();
        await page.getByLabel('Status').waitFor();
        expect('failed children first', await page.getByLabel('Status').inputValue(), 'FAILED');
        expect('failed', await page.locator('tbody tr').count(), 1);
        await looksGood(page, 'maprun');
        await page.locator('tbody a').first().click();
        await seen(page, 'three is bad', '.trouble');
        await page.locator('.facts').getByRole('link').first().click();
        await page.getByRole('heading', { name: 'Map Run' }).waitFor();
    },

    async 'an activity is answered by hand'(page) {
        const arn = await start('ask', { may: 'I?' });
        await page.goto(main.url + to('execution', arn, '?state=Ask'));
        await page.getByRole('link', { name: 'Answer it by hand' }).click();
        await press(page, 'Take a task of approve');
        await page.locator('.jsonbox').getByText('"I?"').waitFor({ timeout: PATIENCE });
        await looksGood(page, 'activity');
        await press(page, 'Send heartbeat');
        await seen(page, 'The task goes on waiting');
        await page.getByLabel('Output').fill('{"you": "may"}');
        await press(page, 'Send success');
        expect('output', (await ended(arn)).output, '{"you":"may"}');
        await page.goBack();
        await page.locator('h1 + .badge', { hasText: 'Succeeded' }).waitFor();
    },

    async 'a callback is answered by its token'(page) {
        const arn = await start('ask', {});
        const { taskToken } = await call('GetActivityTask', { activityArn: activity });
        await page.goto(main.url + '/#/activities');
        await page.getByLabel('Task token').fill(taskToken);
        await page.getByLabel('Error').fill('Not.Now');
        await press(page, 'Send failure');
        const about = await ended(arn);
        expect('error', [about.status, about.error], ['FAILED', 'Not.Now']);
        this.allowed = /400 \(Bad Request\)/;
        await press(page, 'Send success');
        await seen(page, 'TaskTimedOut');
    },

    async 'a state on the bench'(page) {
        await page.goto(main.url + '/#/bench');
        await press(page, 'Test state');
        await seen(page, 'After Parameters', '.steps');
        await page.locator('.steps').getByText('"sum"').first().waitFor();
        await looksGood(page, 'bench');
        const arn = await start('orders', { fail: true, items: [] });
        await ended(arn);
        await page.goto(main.url + to('execution', arn, '?state=Charge'));
        await press(page, 'Test this state');
        await page.getByText('More', { exact: true }).click();
        await page.getByLabel('Mocked result (optional)').fill('{"charged": true}');
        await press(page, 'Test state');
        await seen(page, 'Pack', '.facts');
        await page.getByLabel('State', { exact: true }).fill('{"Type": "Fail", "Error": "Oh", "Cause": "<b>no</b>"}');
        await page.getByLabel('Mocked result (optional)').fill('');
        await press(page, 'Test state');
        await seen(page, '<b>no</b>', '.trouble');
    },

    async 'a machine is written, changed, published, and deleted'(page) {
        await page.goto(main.url + '/#/machines');
        await page.getByRole('link', { name: 'Create state machine' }).click();
        await seen(page, 'Nothing is wrong with it.');
        await page.getByLabel('Name', { exact: true }).fill('written');
        this.allowed = /400 \(Bad Request\)/;
        await page.getByLabel('Definition', { exact: true }).fill('{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}');
        await seen(page, 'MISSING_TRANSITION_TARGET', '.problems');
        await looksGood(page, 'edit');
        await page.getByLabel('Definition', { exact: true }).fill('{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}}');
        await seen(page, 'Nothing is wrong with it.');
        await stateOf(page, 'B').click();
        expect('the cursor is at the state', await page.getByLabel('Definition', { exact: true }).evaluate((e) => e.value.slice(e.selectionStart, e.selectionEnd)), '"B":');
        await press(page, 'Create');
        await page.getByRole('heading', { name: 'written' }).waitFor();
        await press(page, 'Edit');
        await page.getByRole('heading', { name: 'Edit written' }).waitFor();
        await page.getByLabel('Definition', { exact: true }).fill('{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}');
        await page.getByLabel('New version (optional)').fill('the first');
        await press(page, 'Save');
        await page.getByRole('heading', { name: 'written' }).waitFor();
        await page.getByRole('tab', { name: 'Versions and aliases' }).click();
        await page.getByRole('link', { name: '1', exact: true }).waitFor();
        await press(page, 'Create alias');
        await page.getByLabel('Name', { exact: true }).fill('live');
        await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
        await seen(page, 'version 1: 100 %');
        await looksGood(page, 'versions');
        await press(page, 'Delete live');
        await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
        await seen(page, 'There is no alias.');
        await press(page, 'Delete');
        await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
        await page.getByRole('heading', { name: 'State machines' }).waitFor();
    },

    async 'home shows what runs and what failed'(page) {
        const arn = await start('rest', {}, { name: 'still-here' });
        await page.goto(main.url);
        await page.getByRole('link', { name: 'still-here' }).waitFor();
        await seen(page, 'Nothing has failed.').catch(() => page.locator('.badge.failed').first().waitFor());
        await page.locator('.tile', { hasText: 'Running now' }).locator('.big').waitFor();
        await page.waitForTimeout(7000);
        await page.locator('.spark').first().waitFor();
        await looksGood(page, 'home');
        await call('StopExecution', { executionArn: arn });
        await page.getByRole('link', { name: 'still-here' }).waitFor({ state: 'detached', timeout: PATIENCE });
    },

    async 'what is not there is said'(page) {
        await page.goto(main.url + '/#/nowhere');
        await seen(page, 'There is no such page');
        this.allowed = /400 \(Bad Request\)/;
        await page.goto(main.url + to('machine', arnOf('none')));
        await seen(page, 'StateMachineDoesNotExist');
    },

    async 'the server goes and comes back'(page) {
        this.allowed = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_SOCKET/;
        const store = join(folder, 'gone.db');
        const first = await serve('--port', '0', '--store', store), port = new URL(first.url).port;
        const { executionArn } = await call('StartExecution', { stateMachineArn: arnOf('rest'), input: '{}' }, first.url);
        await page.goto(first.url + to('execution', executionArn));
        await statusOf(page, 'Rest', 'running');
        await end(first.child);
        await seen(page, 'The server does not answer', '#link');
        await looksGood(page, 'gone');
        await serve('--port', port, '--store', store);
        await page.locator('#link').waitFor({ state: 'hidden', timeout: PATIENCE });
        await call('StopExecution', { executionArn }, first.url);
        await page.locator('h1 + .badge', { hasText: 'Aborted' }).waitFor({ timeout: PATIENCE });
    },

    async 'requests are signed with a key that stays in the tab'(page) {
        this.allowed = /400 \(Bad Request\)/;
        const file = join(folder, 'keys');
        writeFileSync(file, '[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\n', { mode: 0o600 });
        const s = await serve('--port', '0', '--store', ':memory:', '--credentials', file);
        await page.goto(s.url);
        await page.getByRole('heading', { name: 'This server wants signed requests' }).waitFor();
        await looksGood(page, 'key');
        await page.getByLabel('Access key id').fill('AKIDEXAMPLE');
        await page.getByLabel('Secret access key').fill('wrong');
        await press(page, 'Use this key');
        await seen(page, 'signature', '[role=alert]');
        await page.getByLabel('Secret access key').fill('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
        await press(page, 'Use this key');
        await page.goto(s.url + to('machine', arnOf('orders'), '?tab=definition'));
        await stateOf(page, 'Pack').waitFor();
        expect('kept elsewhere', await page.evaluate(() => [localStorage.length, document.cookie]), [0, '']);
        await press(page, 'Forget');
        await page.getByRole('heading', { name: 'This server wants signed requests' }).waitFor();
    },

    async 'nothing comes from elsewhere, and no markup runs'(page) {
        const { headers } = await page.request.get(main.url + '/console').then((r) => ({ headers: r.headers() }));
        expect('policy', headers['content-security-policy'].includes("default-src 'none'"), true);
        await page.goto(main.url + '/#/machines');
        await page.getByRole('link', { name: 'orders', exact: true }).waitFor();
        this.allowed = /Content.Security.Policy|TrustedHTML|Trusted Type/i;
        const blocked = await page.evaluate(() => {
            try {
                document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="document.title=1">');
                return 'markup was taken';
            } catch (e) {
                return e.name;
            }
        });
        expect('markup by script', blocked, 'TypeError');
        expect('elsewhere', await page.evaluate(() => fetch('https://example.com/').then(() => 'went', () => 'blocked')), 'blocked');
    },
};

// ---- running them ----

async function run(browser, name) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, acceptDownloads: true, bypassCSP: false });
    const page = await context.newPage();
    const trouble = [], self = { allowed: null };
    page.setDefaultTimeout(PATIENCE);
    page.on('console', (m) => ['error', 'warning'].includes(m.type()) && trouble.push(m.text()));
    page.on('pageerror', (e) => trouble.push(String(e.stack)));
    page.on('dialog', (d) => { trouble.push(`a dialog: ${d.message()}`); d.dismiss(); });
    page.on('request', (r) => /^(http:\/\/127\.0\.0\.1|blob:|data:)/.test(r.url()) || self.allowed || trouble.push(`a request to ${r.url()}`));
    try {
        await tests[name].call(self, page);
        expect('trouble in the browser', trouble.filter((t) => !self.allowed || !self.allowed.test(t)), []);
        return true;
    } catch (e) {
        mkdirSync(shots, { recursive: true });
        await page.screenshot({ path: join(shots, 'failed-test.png'), fullPage: true }).catch(() => {});
        console.log(`${name}:\n  ${e.message.split('\n').slice(0, 6).join('\n  ')}${trouble.length ? `\n  the browser says: ${trouble.join(' | ').slice(0, 600)}` : ''}`);
        return false;
    } finally {
        await context.close();
    }
}

const main = await serve('--port', '0', '--store', ':memory:');
const activity = (await call('CreateActivity', { name: 'approve' })).activityArn;
const browser = await chromium.launch({ executablePath: process.env.BROWSER, args: process.getuid() === 0 ? ['--no-sandbox'] : [] });
const wanted = Object.keys(tests).filter((n) => process.argv.length < 3 || process.argv.slice(2).some((w) => n.includes(w)));
let passed = 0;
for (const name of wanted)
    passed += await run(browser, name);
await browser.close();
for (const child of servers)
    child.kill('SIGKILL');
rmSync(folder, { recursive: true });
console.log(`${passed} passed, ${wanted.length - passed} failed`);
process.exit(passed === wanted.length ? 0 : 1);
