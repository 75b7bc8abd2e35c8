#!/usr/bin/env node
/*
 * The function in front of the workflow, as it could be deployed behind a function URL: starts an execution
 * with the request's body, waits for its end, and answers with the statusCode and body of its output.
 *
 *   STATE_MACHINE_ARN=… AWS_ENDPOINT_URL_SFN=http://127.0.0.1:8083 samples/api-retry/base.js [--port PORT]
 *
 * serves the function at http://127.0.0.1:PORT/ (8090; 0 picks a free one, and says which). It wants
 * npm install @aws-sdk/client-sfn.
 */
"use strict";
const http = require("node:http");
const { SFNClient, StartExecutionCommand, DescribeExecutionCommand } = require("@aws-sdk/client-sfn");

const client = new SFNClient({});
const POLL_MS = 250;

const answer = (statusCode, value) => ({
    statusCode,
    headers: { "Content-Type": "application/json" },
    body: typeof value === "string" ? value : JSON.stringify(value),
});

exports.handler = async (event) => {
    const text = event.isBase64Encoded ? Buffer.from(event.body, "base64").toString() : event.body;
    let started;
    try {
        started = await client.send(
            new StartExecutionCommand({ stateMachineArn: process.env.STATE_MACHINE_ARN, input: text || "{}" }),
        );
    } catch (e) {
        return answer(e.name === "InvalidExecutionInput" ? 400 : 502, { error: e.name, cause: e.message });
    }
    for (;;) {
        const d = await client.send(new DescribeExecutionCommand({ executionArn: started.executionArn }));
        if (d.status === "SUCCEEDED") {
            const { statusCode, body } = JSON.parse(d.output);
            return answer(statusCode, body);
        }
        if (d.status !== "RUNNING") return answer(502, { error: d.error ?? d.status, cause: d.cause });
        await new Promise((go) => setTimeout(go, POLL_MS));
    }
};

/* ---- a function URL on loopback ---- */

function serve(port) {
    const server = http.createServer(async (request, response) => {
        const pieces = [];
        for await (const piece of request) pieces.push(piece);
        const event = { body: Buffer.concat(pieces).toString("base64"), isBase64Encoded: true };
        const a = await exports.handler(event).catch((e) => answer(500, { error: e.name, cause: e.message }));
        response.writeHead(a.statusCode, a.headers).end(a.body);
    });
    server.listen(port, "127.0.0.1", () => console.log("http://127.0.0.1:%d", server.address().port));
}

if (require.main === module) {
    const at = process.argv.indexOf("--port");
    serve(at > 0 ? Number(process.argv[at + 1]) : 8090);
}
