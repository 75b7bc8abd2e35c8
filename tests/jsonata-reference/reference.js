// Evaluates expressions with the reference implementation, for differential.js: {id, expr} in, {id, answer} out.
'use strict';

const {document} = require('./expressions.js');
const jsonata = require(process.argv[2]);

// As JSON: {result}, {undefined: true}, {unsupported: true} for what no JSON can say, or {error: code, message}.
function answerOf(value) {
    let unsupported = false;
    // A copy, as a function may hang anywhere and arrays have properties of their own.
    const text = JSON.stringify(value, (key, v) => {
        unsupported ||= typeof v === 'function' || (v && v._jsonata_function) || (v && v._jsonata_lambda);
        unsupported ||= typeof v === 'number' && !Number.isFinite(v);
        return v;
    });
    if (value === undefined)
        return {undefined: true};
    if (unsupported || text === undefined)
        return {unsupported: true};
    return {result: JSON.parse(text)};
}

async function evaluate(expr) {
    try {
        return answerOf(await jsonata(expr).evaluate(JSON.parse(JSON.stringify(document))));
    } catch (e) {
        return {error: e && e.code || 'JavaScript', message: String(e && e.message)};
    }
}

process.on('message', async ({id, expr}) => process.send({id, answer: await evaluate(expr)}));
