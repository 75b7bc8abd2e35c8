// What is known to differ from the reference, and why: the first row that fits explains a difference.
'use strict';

// Equal but for the last digits of numbers.
function close(a, b) {
    if (typeof a === 'number' && typeof b === 'number')
        return a === b || Math.abs(a - b) <= 1e-13 * Math.max(Math.abs(a), Math.abs(b));
    if (typeof a === 'string' && typeof b === 'string') {
        const number = /-?\d+(?:\.\d+)?(?:e[-+]\d+)?/g, theirs = b.match(number) || [];
        return a.replace(number, '') === b.replace(number, '') && (a.match(number) || []).every((n, i) => close(Number(n), Number(theirs[i])));
    }
    if (typeof a !== 'object' || typeof b !== 'object' || !a || !b)
        return a === b;
    return Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((k) => close(a[k], b[k]));
}

const rows = [
    {
        why: 'a lookbehind that may match texts of several lengths: refused (S0303), as docs/language.md says',
        fits: (expr, ours) => ours.error === 'S0303' && /\(\?<[=!]/.test(expr) && /lookbehind/.test(ours.message),
    },
    {why: 'the reference throws an error of JavaScript\'s, not one of JSONata\'s', fits: (expr, ours, theirs) => theirs.error === 'JavaScript'},
    {why: 'the reference does not end', fits: (expr, ours, theirs) => theirs.error === 'endless' || theirs.error === 'died'},
    {why: 'functions within the values that errors show: the reference shows how it holds them', fits: (expr, ours, theirs) => ours.error === theirs.error && /_jsonata_lambda|_jsonata_function/.test(theirs.message)},
    {
        why: 'built-ins applied in part, $f(?): the reference does not check their arguments, nor can it do it to $string',
        fits: (expr) => /[(,]\s*\?\s*[,)]/.test(expr),
    },
    {
        why: 'the last digits of a power: V8\'s Math.pow is less exact',
        fits: (expr, ours, theirs) => /\$(power|parseInteger|formatNumber)/.test(expr) && ours.error === theirs.error 
            && (/%/.test(expr) || (close(ours.result, theirs.result) && close(ours.message, theirs.message))),
    },
    {
        why: 'an object constructor puts an undefined item into an empty array that is its context, in the reference',
        fits: (expr, ours, theirs) => /\{/.test(expr) && 'result' in ours && 'result' in theirs
            && JSON.stringify(ours.result) === JSON.stringify(theirs.result).replace(/\[null\]/g, '[]'),
    },
    {
        why: 'a group in what is repeated: JavaScript forgets it with each round and takes no empty rounds, PCRE2 does neither; docs/language.md says so',
        fits: (expr, ours, theirs) => ours.error !== 'S0303' && /\((?!\?[:=!]).*\)(?:[*+?]|\{\d)/.test(expr) && /\$(match|replace|split|contains)/.test(expr),
    },
    {
        why: 'a reference to a group that is not closed or took no part: in PCRE2 another match is found',
        fits: (expr) => /\\[12]/.test(expr) && /\$(match|replace|split|contains)\(/.test(expr),
    },
    {why: 'a mark of a signature that stands twice', fits: (expr, ours) => ours.error === 'T0410' && /<[^>]*[-?+]{2}[^>]*>/.test(expr)},
    {why: '2.2 loses the items of a path with # that is sorted and then grouped', dialect: 'reference', fits: (expr) => /#\$\w+.*\^.*\{/.test(expr)},
    {why: 'the text of a function in JavaScript', fits: (expr, ours, theirs) => /async function|\[native code\]/.test(JSON.stringify(theirs))},
    {why: 'a wildcard on a function: 2.0.6 finds what it holds it in', dialect: 'aws', fits: (expr) => /\*/.test(expr) && /function|\$[a-zA-Z]/.test(expr)},
];

function explain(expr, ours, theirs, dialect) {
    const row = rows.find((r) => (!r.dialect || r.dialect === dialect) && r.fits(expr, ours, theirs));
    return row && row.why;
}

module.exports = {explain};
