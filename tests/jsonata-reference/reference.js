// Evaluates expressions with the reference implementation, for differential.js: {id, expr} in, {id, answer} out.
'use strict';

const fs = require('fs');
const path = require('path');
const {document} = require('./expressions.js');
const [name, aws] = [process.argv[2], process.argv[3] === 'aws'];

/*
 * Two habits of the reference make what it says of an error depend on chance: it evaluates the members of a
 * constructor side by side and reports the error that is found first, and its built-ins remember from expressions
 * before this one what they were called. Here the members are evaluated in turn, and the built-ins made to forget.
 */
function load() {
    const file = path.join(path.dirname(require.resolve(name + '/package.json')), 'jsonata.js');
    const source = fs.readFileSync(file, 'utf8');
    const changed = source.replace(/Promise\.all\(/g, 'Promise.inTurn(').replace(/\.map\(async \((item|key), idx\)/g, '.later(async ($1, idx)')
        .replace('jsonata.parser = parser;', 'jsonata.parser = parser; jsonata.staticFrame = staticFrame;');
    if (!/Promise\.inTurn/.test(changed) || !/\.later\(/.test(changed) || !/jsonata\.staticFrame/.test(changed))
        throw new Error('another version of the reference than this was written for');
    Object.defineProperty(Array.prototype, 'later', {value: function (f) { return this.map((v, i) => () => f(v, i)); }});
    Promise.inTurn = async (list) => {
        const done = [];
        for (const one of list)
            done.push(await (typeof one === 'function' ? one() : one));
        return done;
    };
    const module = {exports: {}};
    new Function('module', 'exports', 'require', changed)(module, module.exports, require);
    return module.exports;
}

const jsonata = load();
const builtins = ['string', 'length', 'substring', 'substringBefore', 'substringAfter', 'lowercase', 'uppercase', 'trim', 'pad', 'contains', 'split', 'join',
    'match', 'replace', 'base64encode', 'base64decode', 'encodeUrl', 'encodeUrlComponent', 'decodeUrl', 'decodeUrlComponent', 'number', 'abs', 'floor', 'ceil',
    'round', 'power', 'sqrt', 'sum', 'max', 'min', 'average', 'formatNumber', 'formatBase', 'formatInteger', 'parseInteger', 'count', 'append', 'sort', 'reverse',
    'distinct', 'zip', 'keys', 'lookup', 'spread', 'merge', 'sift', 'each', 'type', 'map', 'filter', 'reduce', 'single', 'boolean', 'not', 'exists', 'assert',
    'error', 'fromMillis', 'toMillis', 'clone', 'now', 'millis', 'random', 'shuffle', 'eval'].map((f) => jsonata.staticFrame.lookup(f)).filter(Boolean);

function forget() {
    for (const f of builtins) {
        delete f.token;
        delete f.position;
    }
}

// As JSON: {result}, {undefined: true}, {unsupported: true} for what no JSON can say, or {error: code, message}.
function answerOf(value) {
    let unsupported = typeof value === 'number' && !Number.isFinite(value);
    const text = JSON.stringify(value, (key, v) => {
        unsupported ||= typeof v === 'function' || Boolean(v && (v._jsonata_function || v._jsonata_lambda));
        if (typeof v === 'number' && !Number.isFinite(v)) {
            // Within a value Step Functions writes its name.
            unsupported ||= !aws;
            return String(v);
        }
        return v;
    });
    if (value === undefined)
        return {undefined: true};
    if (unsupported || text === undefined)
        return {unsupported: true};
    return {result: JSON.parse(text)};
}

async function evaluate(expr) {
    forget();
    try {
        return answerOf(await jsonata(expr).evaluate(JSON.parse(JSON.stringify(document))));
    } catch (e) {
        return {error: e && e.code || 'JavaScript', message: String(e && e.message)};
    }
}

process.on('message', async ({id, expr}) => process.send({id, answer: await evaluate(expr)}));
