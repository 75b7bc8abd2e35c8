#!/usr/bin/env node
/*
 * A tour of `asl serve` with AWS's SDK for JavaScript, as it is: run by tests/clients/run, which says where
 *
 *   ENDPOINT    the server is,
 *   FAKES       the functions of its handlers are, who also tell the task tokens they were given,
 *   NODE_PATH   the SDK is.
 *
 * The last line is `N passed, N failed`; exit status 1 when a step failed.
 */
"use strict";
const assert = require("node:assert/strict");
const http = require("node:http");
const sfn = require("@aws-sdk/client-sfn");

const ENDPOINT = process.env.ENDPOINT;
const FAKES = process.env.FAKES;
const ROLE = "arn:aws:iam::123456789012:role/tour";
const LAMBDA = "arn:aws:lambda:us-east-1:123456789012:function:";

const config = {
    endpoint: ENDPOINT,
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
};
const client = new sfn.SFNClient(config);
/* StartSyncExecution and TestState go to sync-HOST, which loopback has no name for. */
const unprefixed = new sfn.SFNClient({ ...config, disableHostPrefix: true });

const call = (operation, input = {}, by = client) => by.send(new sfn[operation + "Command"](input));

async function refused(promise, name, message) {
    const e = await promise.then(
        (v) => assert.fail("not refused: " + JSON.stringify(v)),
        (v) => v,
    );
    assert.equal(e.name, name, String(e));
    if (message) assert.match(e.message, message);
    return e;
}

async function until(what, look) {
    for (let i = 0; i < 600; i++) {
        const v = await look();
        if (v) return v;
        await new Promise((go) => setTimeout(go, 25));
    }
    assert.fail("never: " + what);
}

const ended = (executionArn) =>
    until("the end of " + executionArn, async () => {
        const d = await call("DescribeExecution", { executionArn });
        return d.status === "RUNNING" || d.status === "PENDING_REDRIVE" ? null : d;
    });

const token = (name) =>
    until("the token of " + name, async () => {
        const answer = await fetch(FAKES + "/tokens/" + name);
        return answer.status === 200 ? answer.json() : null;
    });

const machine = (states) => JSON.stringify({ StartAt: Object.keys(states)[0], States: states });
const task = (name, more) => ({ Type: "Task", Resource: LAMBDA + name, End: true, ...more });

const create = async (name, states, more) =>
    (await call("CreateStateMachine", { name, definition: machine(states), roleArn: ROLE, ...more })).stateMachineArn;
const start = async (stateMachineArn, input, name) =>
    (await call("StartExecution", { stateMachineArn, input: JSON.stringify(input), name })).executionArn;

const THREE = {
    First: { Type: "Pass", Parameters: { "n.$": "$.n" }, Next: "Second" },
    Second: { Type: "Wait", Seconds: 1, Next: "Third" },
    Third: task("echo"),
};

async function collect(pages, member) {
    const all = [];
    let count = 0;
    for await (const page of pages) {
        all.push(...page[member]);
        count++;
    }
    return [all, count];
}

const steps = {
    async "create, the same again, another of its name"() {
        const input = { name: "three", definition: machine(THREE), roleArn: ROLE };
        const one = await call("CreateStateMachine", input);
        assert.match(one.stateMachineArn, /^arn:aws:states:us-east-1:\d{12}:stateMachine:three$/);
        assert.ok(one.creationDate instanceof Date && Math.abs(one.creationDate - Date.now()) < 60000);
        const again = await call("CreateStateMachine", input);
        assert.equal(+again.creationDate, +one.creationDate);
        const e = await refused(
            call("CreateStateMachine", { ...input, definition: machine({ P: { Type: "Pass", End: true } }) }),
            "StateMachineAlreadyExists",
        );
        assert.equal(e.$metadata.httpStatusCode, 400);
        assert.match(e.$metadata.requestId, /^[0-9a-f-]{36}$/);
        assert.ok(e instanceof sfn.StateMachineAlreadyExists);
    },

    async "start, wait, describe"() {
        const arn = await create("three", THREE);
        const run = await start(arn, { n: 7 }, "first");
        assert.equal(run, arn.replace(":stateMachine:", ":execution:") + ":first");
        assert.equal((await call("DescribeExecution", { executionArn: run })).status, "RUNNING");
        await refused(call("StartExecution", { stateMachineArn: arn, name: "first", input: "{}" }), "ExecutionAlreadyExists");
        const d = await ended(run);
        assert.equal(d.status, "SUCCEEDED");
        assert.deepEqual(JSON.parse(d.output), { n: 7 });
        assert.ok(d.stopDate - d.startDate >= 1000);
        assert.equal(d.input, '{"n":7}');
        const m = await call("DescribeStateMachineForExecution", { executionArn: run });
        assert.equal(m.definition, machine(THREE));
    },

    async "history in pages and in reverse"() {
        const arn = await create("three", THREE);
        const executionArn = await start(arn, { n: 1 });
        await ended(executionArn);
        const [events, pages] = await collect(
            sfn.paginateGetExecutionHistory({ client, pageSize: 3 }, { executionArn }),
            "events",
        );
        assert.equal(pages, Math.ceil(events.length / 3));
        assert.deepEqual(
            events.map((e) => e.id),
            events.map((_, i) => i + 1),
        );
        assert.equal(events[0].type, "ExecutionStarted");
        assert.equal(events.at(-1).executionSucceededEventDetails.output, '{"n":1}');
        const [back] = await collect(
            sfn.paginateGetExecutionHistory({ client, pageSize: 4 }, { executionArn, reverseOrder: true }),
            "events",
        );
        assert.deepEqual(back.reverse(), events);
    },

    async "lists in pages, by status"() {
        const arn = await create("listed", { W: { Type: "Wait", SecondsPath: "$.s", End: true } });
        for (let i = 0; i < 5; i++) await start(arn, { s: i < 3 ? 0 : 600 }, "e" + i);
        const list = async (statusFilter, pageSize) =>
            (
                await collect(
                    sfn.paginateListExecutions({ client, pageSize }, { stateMachineArn: arn, statusFilter }),
                    "executions",
                )
            )[0];
        await until("three ends", async () => (await list("SUCCEEDED", 2)).length === 3);
        const running = await list("RUNNING", 1);
        assert.deepEqual(running.map((e) => e.name).sort(), ["e3", "e4"]);
        assert.equal((await list(undefined, 2)).length, 5);
        await create("another", THREE);
        const [machines, pages] = await collect(sfn.paginateListStateMachines({ client, pageSize: 1 }, {}), "stateMachines");
        assert.ok(machines.length >= 3 && pages >= machines.length);
        await refused(call("ListExecutions", { stateMachineArn: arn, nextToken: "no token" }), "InvalidToken");
    },

    async "a worker of an activity, with heartbeats"() {
        const { activityArn } = await call("CreateActivity", { name: "by-hand" });
        const arn = await create("works", {
            T: { Type: "Task", Resource: activityArn, HeartbeatSeconds: 2, TimeoutSeconds: 60, End: true },
        });
        const poll = call("GetActivityTask", { activityArn, workerName: "tour" });
        const run = await start(arn, { work: "much" });
        const t = await poll;
        assert.equal(t.input, '{"work":"much"}');
        for (let i = 0; i < 3; i++) {
            await new Promise((go) => setTimeout(go, 1000));
            await call("SendTaskHeartbeat", { taskToken: t.taskToken });
        }
        await call("SendTaskSuccess", { taskToken: t.taskToken, output: '{"done":true}' });
        assert.equal((await ended(run)).output, '{"done":true}');

        const second = await start(arn, {});
        const u = await call("GetActivityTask", { activityArn });
        await call("SendTaskFailure", { taskToken: u.taskToken, error: "Broken", cause: "by hand" });
        const d = await ended(second);
        assert.deepEqual([d.status, d.error, d.cause], ["FAILED", "Broken", "by hand"]);

        const silent = await start(arn, {});
        await call("GetActivityTask", { activityArn });
        assert.equal((await ended(silent)).error, "States.Timeout");
    },

    async "a callback by task token"() {
        const arn = await create("asks", {
            Ask: {
                Type: "Task",
                Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
                Parameters: { FunctionName: "ask", Payload: { "token.$": "$$.Task.Token", name: "js" } },
                End: true,
            },
        });
        const run = await start(arn, {});
        const taskToken = await token("js");
        await refused(call("SendTaskSuccess", { taskToken, output: "{" }), "InvalidOutput");
        await call("SendTaskSuccess", { taskToken, output: '"yes"' });
        assert.equal((await ended(run)).output, '"yes"');
        await refused(call("SendTaskSuccess", { taskToken, output: '"yes"' }), "TaskTimedOut");
        await refused(call("SendTaskSuccess", { taskToken: "made up", output: "1" }), "InvalidToken");
    },

    async "versions, and an alias with weights"() {
        const say = (what) => machine({ P: { Type: "Pass", Result: what, End: true } });
        const made = await call("CreateStateMachine", { name: "versioned", definition: say("one"), roleArn: ROLE, publish: true });
        const stateMachineArn = made.stateMachineArn;
        const updated = await call("UpdateStateMachine", { stateMachineArn, definition: say("two") });
        const two = await call("PublishStateMachineVersion", { stateMachineArn, revisionId: updated.revisionId });
        assert.deepEqual(
            [made.stateMachineVersionArn, two.stateMachineVersionArn],
            [stateMachineArn + ":1", stateMachineArn + ":2"],
        );
        const route = (...weights) =>
            weights.map((weight, i) => ({ stateMachineVersionArn: stateMachineArn + ":" + (i + 1), weight }));
        const { stateMachineAliasArn } = await call("CreateStateMachineAlias", { name: "live", routingConfiguration: route(50, 50) });
        const said = new Set();
        for (let i = 0; i < 40; i++) {
            const d = await ended((await call("StartExecution", { stateMachineArn: stateMachineAliasArn })).executionArn);
            assert.equal(d.stateMachineAliasArn, stateMachineAliasArn);
            assert.equal(d.output, d.stateMachineVersionArn.endsWith(":1") ? '"one"' : '"two"');
            said.add(d.output);
        }
        assert.equal(said.size, 2);
        await call("UpdateStateMachineAlias", { stateMachineAliasArn, routingConfiguration: route(0, 100) });
        const d = await ended((await call("StartExecution", { stateMachineArn: stateMachineAliasArn })).executionArn);
        assert.equal(d.output, '"two"');
        const versions = await call("ListStateMachineVersions", { stateMachineArn });
        assert.deepEqual(
            versions.stateMachineVersions.map((v) => v.stateMachineVersionArn),
            [stateMachineArn + ":2", stateMachineArn + ":1"],
        );
        await refused(
            call("DeleteStateMachineVersion", { stateMachineVersionArn: stateMachineArn + ":2" }),
            "ConflictException",
            /live/,
        );
        await call("DeleteStateMachineAlias", { stateMachineAliasArn });
        await call("DeleteStateMachineVersion", { stateMachineVersionArn: stateMachineArn + ":2" });
        await refused(call("DescribeStateMachineAlias", { stateMachineAliasArn }), "ResourceNotFound");
    },

    async "Express, synchronously"() {
        const stateMachineArn = await create("express", { E: task("echo") }, { type: "EXPRESS" });
        const input = { stateMachineArn, input: '{"a":1}' };
        const d = await call("StartSyncExecution", input, unprefixed);
        assert.deepEqual([d.status, d.output], ["SUCCEEDED", '{"a":1}']);
        assert.ok(d.billingDetails.billedDurationInMilliseconds > 0);
        const failing = await create("express-fails", { F: { Type: "Fail", Error: "E", Cause: "C" } }, { type: "EXPRESS" });
        const f = await call("StartSyncExecution", { stateMachineArn: failing }, unprefixed);
        assert.deepEqual([f.status, f.error, f.cause], ["FAILED", "E", "C"]);
        const standard = await create("another", THREE);
        await refused(call("StartSyncExecution", { stateMachineArn: standard }, unprefixed), "StateMachineTypeNotSupported");
    },

    /* As with a line for it in /etc/hosts. */
    async "the prefix sync-, where its name resolves"() {
        const agent = new http.Agent({
            lookup: (name, options, done) =>
                options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4),
        });
        for (const host of ["localhost", "127.0.0.1", "states.localhost"]) {
            const by = new sfn.SFNClient({
                ...config,
                endpoint: ENDPOINT.replace("127.0.0.1", host),
                requestHandler: { httpAgent: agent },
            });
            const d = await call("TestState", { definition: '{"Type":"Pass","Result":1,"End":true}', roleArn: ROLE }, by);
            assert.equal(d.output, "1", host);
        }
    },

    async "stop"() {
        const arn = await create("waits", { W: { Type: "Wait", Seconds: 3600, End: true } });
        const executionArn = await start(arn, {});
        const { stopDate } = await call("StopExecution", { executionArn, error: "Enough", cause: "said the tour" });
        const d = await ended(executionArn);
        assert.deepEqual([d.status, d.error, d.cause], ["ABORTED", "Enough", "said the tour"]);
        assert.equal(+d.stopDate, +stopDate);
        await refused(call("StopExecution", { executionArn: executionArn + "x" }), "ExecutionDoesNotExist");
    },

    async "tags"() {
        const resourceArn = await create("tagged", THREE, { tags: [{ key: "team", value: "a" }] });
        await call("TagResource", { resourceArn, tags: [{ key: "cost", value: "0" }] });
        await call("UntagResource", { resourceArn, tagKeys: ["team"] });
        assert.deepEqual((await call("ListTagsForResource", { resourceArn })).tags, [{ key: "cost", value: "0" }]);
    },

    async "map runs"() {
        const arn = await create("maps", {
            M: {
                Type: "Map",
                ItemsPath: "$.items",
                Label: "each",
                MaxConcurrency: 2,
                ItemProcessor: {
                    ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
                    StartAt: "E",
                    States: { E: task("echo") },
                },
                End: true,
            },
        });
        const executionArn = await start(arn, { items: [1, 2, 3, 4, 5] });
        assert.equal((await ended(executionArn)).output, "[1,2,3,4,5]");
        const { mapRuns } = await call("ListMapRuns", { executionArn });
        assert.equal(mapRuns.length, 1);
        const run = await call("DescribeMapRun", { mapRunArn: mapRuns[0].mapRunArn });
        assert.deepEqual([run.status, run.itemCounts.succeeded, run.executionCounts.total, run.maxConcurrency], ["SUCCEEDED", 5, 5, 2]);
    },

    async "a state on trial"() {
        const definition = JSON.stringify({
            Type: "Choice",
            Choices: [{ Variable: "$.n", NumericGreaterThan: 3, Next: "Big" }],
            Default: "Small",
        });
        const d = await call("TestState", { definition, roleArn: ROLE, input: '{"n":4}', inspectionLevel: "DEBUG" }, unprefixed);
        assert.deepEqual([d.status, d.nextState, d.output], ["SUCCEEDED", "Big", '{"n":4}']);
        assert.equal(d.inspectionData.input, '{"n":4}');
        const t = JSON.stringify(task("echo", { Retry: [{ ErrorEquals: ["E"] }] }));
        const mocked = await call("TestState", { definition: t, mock: { errorOutput: { error: "E", cause: "C" } } }, unprefixed);
        assert.deepEqual([mocked.status, mocked.error, mocked.cause], ["RETRIABLE", "E", "C"]);
    },

    async "a definition on trial"() {
        const good = await call("ValidateStateMachineDefinition", { definition: machine(THREE) });
        assert.deepEqual([good.result, good.diagnostics], ["OK", []]);
        const bad = await call("ValidateStateMachineDefinition", { definition: machine({ P: { Type: "Pass", Next: "Q" } }) });
        assert.equal(bad.result, "FAIL");
        assert.ok(bad.diagnostics.some((d) => d.severity === "ERROR" && d.location === "/States/P/Next"), JSON.stringify(bad));
        await refused(
            call("CreateStateMachine", { name: "bad", definition: "{}", roleArn: ROLE }),
            "InvalidDefinition",
            /^Invalid State Machine Definition/,
        );
    },

    async "nested executions"() {
        const inner = await create("inner", { E: task("echo") });
        const outer = await create("outer", {
            N: {
                Type: "Task",
                Resource: "arn:aws:states:::states:startExecution.sync:2",
                Parameters: { StateMachineArn: inner, "Input.$": "$" },
                OutputPath: "$.Output",
                End: true,
            },
        });
        assert.equal((await ended(await start(outer, { deep: 1 }))).output, '{"deep":1}');
    },

    async "delete"() {
        const stateMachineArn = await create("short-lived", THREE);
        await call("DeleteStateMachine", { stateMachineArn });
        const e = await refused(call("DescribeStateMachine", { stateMachineArn }), "StateMachineDoesNotExist");
        assert.ok(e instanceof sfn.StateMachineDoesNotExist);
        const { activityArn } = await call("CreateActivity", { name: "short-lived" });
        await call("DeleteActivity", { activityArn });
        await refused(call("DescribeActivity", { activityArn }), "ActivityDoesNotExist");
    },

    async "redrive"() {
        const arn = await create("redriven", { First: { Type: "Pass", Next: "Flaky" }, Flaky: task("flaky-js") });
        const executionArn = await start(arn, { a: 1 });
        const failed = await ended(executionArn);
        assert.deepEqual([failed.status, failed.redriveStatus], ["FAILED", "REDRIVABLE"]);
        const { redriveDate } = await call("RedriveExecution", { executionArn });
        assert.ok(redriveDate instanceof Date);
        const d = await ended(executionArn);
        assert.deepEqual([d.status, d.redriveCount, d.output], ["SUCCEEDED", 1, '{"a":1}']);
        const { events } = await call("GetExecutionHistory", { executionArn });
        assert.ok(events.some((e) => e.type === "ExecutionRedriven"));
        await refused(call("RedriveExecution", { executionArn }), "ExecutionNotRedrivable");
    },
};

async function main() {
    let failed = 0;
    for (const [name, step] of Object.entries(steps)) {
        try {
            await step();
        } catch (e) {
            failed++;
            console.log("js: %s:\n  %s", name, e.stack.replaceAll("\n", "\n  "));
        }
    }
    console.log("%d passed, %d failed", Object.keys(steps).length - failed, failed);
    process.exit(failed ? 1 : 0);
}

main();
