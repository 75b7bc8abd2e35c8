// What is known to differ from the reference, and why: the first row that fits explains a difference.
'use strict';

const isError = (a) => a.error !== undefined;
const withoutNames = (message) => message.replace(/function ("\w+"|undefined)/g, 'function');

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
    {why: 'the reference throws an error of JavaScript\'s, not one of JSONata\'s', fits: (expr, ours, theirs) => theirs.error === 'JavaScript'},
    {why: 'the reference does not end', fits: (expr, ours, theirs) => theirs.error === 'endless' || theirs.error === 'died'},
    {
        why: 'the function that an error names: the reference remembers how a built-in was called last, in expressions before this one too',
        fits: (expr, ours, theirs) => isError(ours) && ours.error === theirs.error && withoutNames(ours.message) === withoutNames(theirs.message),
    },
    {
        why: 'several members of a constructor fail: the reference evaluates them side by side and reports whichever is found first',
        fits: (expr, ours, theirs) => isError(ours) && isError(theirs) && /[[{].*[,:]/s.test(expr) && ours.error !== theirs.error && !/^S0/.test(ours.error) && !/^S0/.test(theirs.error),
    },
    {
        why: 'built-ins applied in part, $f(?): the reference does not check their arguments, nor can it do it to $string',
        fits: (expr) => /\$\w+\((?:[^()]|\([^()]*\))*\?/.test(expr),
    },
    {why: 'the last digits of a power: V8\'s Math.pow is less exact', fits: (expr, ours, theirs) => /\$power/.test(expr) && 'result' in ours && 'result' in theirs && close(ours.result, theirs.result)},
];

function explain(expr, ours, theirs, dialect) {
    const row = rows.find((r) => (!r.dialect || r.dialect === dialect) && r.fits(expr, ours, theirs));
    return row && row.why;
}

module.exports = {explain};
