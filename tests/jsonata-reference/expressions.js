// Random JSONata expressions, built from its grammar. The same seed gives the same expressions.
'use strict';

// A document with a little of everything.
const document = {
    name: 'Ada Lovelace', empty: '', zero: 0, n: 42, neg: -7.5, yes: true, no: false, nul: null,
    text: 'the quick brown fox, 2017-11-07, jumps', uni: 'Zürich \u{1F600} ß', date: '2017-11-07T15:12:37.121Z', ms: 1510067557121,
    nums: [3, 1, 2, 1, 10.5], one: ['solo'], none: [], nested: [[1, 2], [3, [4, 5]], []], mixed: [1, 'a', null, true, {a: 1}, [2]],
    words: ['b', 'a', 'C', 'ä', 'a'], obj: {a: {b: {c: 1}}, d: [1, {b: 2}]}, emptyObj: {}, 2: 'two', 1: 'one',
    items: [{id: 1, name: 'x', price: 5, tags: ['p', 'q'], in: {k: 1}}, {id: 2, name: 'y', price: 20, tags: [], in: {k: [2, 3]}},
        {id: 3, name: 'x', price: 0.5, tags: ['q'], extra: null}],
    orders: [{id: 'o1', who: 'ann', lines: [{sku: 'A', qty: 2}, {sku: 'B', qty: 1}]}, {id: 'o2', who: 'bob', lines: {sku: 'C', qty: 3}},
        {id: 'o3', who: 'ann', lines: []}],
};

const names = Object.keys(document).filter((k) => /^[a-z]+$/i.test(k) && k !== 'in');
const inner = ['id', 'name', 'price', 'tags', 'in', 'k', 'a', 'b', 'c', 'd', 'sku', 'qty', 'lines', 'who', 'extra', 'missing'];

const regexes = ['/a/', '/[a-z]+/', '/(\\w)(\\w)/', '/o|u/i', '/\\d+/', '/(\\d{4})-(\\d\\d)/', '/x*y/', '/\\s/', '/(?<first>[A-Z])/', '/[^a-z ]/i',
    '/^t/', '/k$/m', '/(q)?u/', '/\\bf/', '/(?=o)./', '/(?<=q)u/', '/(.)\\1/', '/\\u00fc/', '/./', '/[\\s\\S]{2,3}?/', '/,\\s*/', '/(a)|(b)/', '/é|ß/i', '/$/', '/z*/'];
const datePictures = ['[Y0001]-[M01]-[D01]', '[H01]:[m01]:[s01].[f001]', '[FNn], [D1o] [MNn] [Y]', '[D]/[M]/[Y,2-2]', '[h]:[m][P]', '[Y][M01][D01]',
    '[W] [w] [X] [x] [d]', '[MN,3-3] [Fn,*-2] [PN]', '[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01][Z]', '[z] [Z0101t]', '[YI] [Mi] [Dw] [DWw] [DW]', '[[x]] [D001]',
    '[Y9,999]', '[M#1]', '[Y', '[q]', '[E][C]'];
const fullPictures = ['[Y0001]-[M01]-[D01]', '[D1o] [MNn] [Y]', '[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001]Z', '[Y]-[d]', '[D]/[M]/[Y] [h]:[m] [P]'];
const numberPictures = ['#,##0.00', '0', '#.##', '00.0#', '0.0e0', '#0%', '#,##0.###;(0)', '0000', '#', '¤0', '0.0.0', '#,,0', '‰0', '12#0'];
const integerPictures = ['w', 'W', 'Ww', 'I', 'i', 'A', 'a', '0', '000', '#,##0', 'w;o', '0;o', '٠', 'Ww;o', '0_000', '#'];

class Generator {
    constructor(seed) {
        this.state = seed >>> 0;
        this.variables = [];
    }
    random() { // mulberry32
        let t = this.state = this.state + 0x6D2B79F5 | 0;
        t = Math.imul(t ^ t >>> 15, t | 1);
        t ^= t + Math.imul(t ^ t >>> 7, t | 61);
        return ((t ^ t >>> 14) >>> 0) / 4294967296;
    }
    below(n) { return Math.floor(this.random() * n); }
    chance(p) { return this.random() < p; }
    pick(list) { return list[this.below(list.length)]; }
    quote(text) { return JSON.stringify(text); }

    number() {
        return this.pick(['0', '1', '2', '3', '5', '10', '0.5', '1.25', '2.675', '12345.678', '1e3', '1e21', '1e-7', '100', '0.1', '7', '9007199254740993']);
    }
    string() {
        return this.quote(this.pick(['', 'a', 'abc', 'b', 'x', 'hello world', 'Ada', '1', '12.5', ' pad ', 'a,b,c', 'ü', '\u{1F600}', '$1-$2', '$$0', 'two words', 'true', '0x1F', '{"a":1}']));
    }
    variable() { return this.variables.length ? '$' + this.pick(this.variables) : '$'; }

    step() {
        switch (this.below(20)) {
        case 0: return '*';
        case 1: return '**';
        case 2: return '`' + this.pick(names) + '`';
        case 3: return '$';
        default: return this.pick(inner);
        }
    }
    predicate(depth) {
        switch (this.below(8)) {
        case 0: return '[0]';
        case 1: return '[-1]';
        case 2: return '[]';
        case 3: return `[[${this.below(3)}..${this.below(4)}]]`;
        case 4: return `[${this.below(4)}]`;
        case 5: return `[${this.pick(inner)} ${this.comparison()} ${this.atom(depth - 1)}]`;
        default: return `[${this.any(depth - 1)}]`;
        }
    }
    path(depth) {
        let path = this.chance(0.75) ? this.pick(names) : this.chance(0.3) ? this.pick(inner) : this.chance(0.5) ? this.variable() : `(${this.any(depth - 1)})`;
        const steps = this.pick([0, 0, 1, 1, 1, 2, 2, 3]);
        for (let i = 0; i <= steps; i++) {
            if (i) {
                path += '.' + (this.chance(0.85) ? this.step() : this.chance(0.4) ? this.object(depth - 1) : this.chance(0.5) ? this.array(depth - 1)
                    : this.chance(0.5) ? `(${this.any(depth - 1)})` : this.call(depth - 1));
            }
            if (this.chance(0.04))
                path += '@$' + this.bind('v' + this.below(3));
            if (this.chance(0.06))
                path += '#$' + this.bind('i' + this.below(3));
            if (depth > 0 && this.chance(0.25))
                path += this.predicate(depth);
        }
        if (depth > 0 && this.chance(0.06))
            path += `^(${this.chance(0.5) ? this.pick(['<', '>']) : ''}${this.chance(0.7) ? this.pick(inner) : this.any(depth - 1)})`;
        if (depth > 0 && this.chance(0.05))
            path += `{${this.chance(0.6) ? this.pick(inner) : this.any(depth - 1)}: ${this.any(depth - 1)}}`;
        if (this.chance(0.04))
            path += '.%';
        return path;
    }
    bind(name) {
        if (!this.variables.includes(name))
            this.variables.push(name);
        return name;
    }
    object(depth) {
        const count = this.below(4), members = [];
        for (let i = 0; i < count; i++)
            members.push(`${this.chance(0.8) ? this.quote('k' + (this.chance(0.9) ? i : 0)) : this.any(depth - 1)}: ${this.any(depth - 1)}`);
        return `{${members.join(', ')}}`;
    }
    array(depth) {
        if (this.chance(0.2))
            return `[${this.below(4) - 1}..${this.below(6)}]`;
        return `[${Array.from({length: this.below(4)}, () => this.any(depth - 1)).join(', ')}]`;
    }
    comparison() { return this.pick(['=', '!=', '<', '<=', '>', '>=', 'in']); }
    lambda(depth, count) {
        const params = ['p', 'q', 'r'].slice(0, count), before = this.variables.slice();
        params.forEach((p) => this.bind(p));
        const signature = this.chance(0.05) ? this.pick(['<n:n>', '<s-:s>', '<x?:x>', '<a<n>:n>', '<nn:n>', '<(sn):s>']) : '';
        const body = this.any(depth - 1);
        this.variables = before;
        return `function(${params.map((p) => '$' + p).join(', ')})${signature}{${body}}`;
    }
    // One of about what the letter says; at times of any kind.
    argument(kind, depth) {
        if (this.chance(0.12))
            return this.any(depth - 1);
        switch (kind) {
        case 's': return this.chance(0.5) ? this.string() : this.pick(['name', 'text', 'uni', 'date', 'empty', 'items.name', 'words[0]']);
        case 'n': return this.chance(0.6) ? (this.chance(0.2) ? '-' : '') + this.number() : this.pick(['n', 'neg', 'zero', 'ms', 'items[0].price', '$sum(nums)']);
        case 'N': return this.pick(['nums', 'items.price', '[1, 2, 3]', 'none', '[1..5]', 'n', 'nested[0]']);
        case 'S': return this.pick(['words', 'items.name', 'one', '["x", "y"]', 'name', 'none']);
        case 'a': return this.chance(0.3) ? this.array(depth - 1) : this.pick(['nums', 'words', 'items', 'nested', 'mixed', 'none', 'one', 'orders', 'orders.lines']);
        case 'o': return this.chance(0.3) ? this.object(depth - 1) : this.pick(['obj', 'items', 'items[0]', 'emptyObj', '$', 'orders[1]']);
        case 'b': return this.boolean(depth - 1);
        case 'f': return this.chance(0.75) ? this.lambda(depth, 1 + this.below(3)) : '$' + this.pick(['string', 'uppercase', 'sum', 'boolean', 'exists', 'length', 'not', 'append']);
        case 'r': return this.regex();
        case 'p': return this.chance(0.4) ? this.string() : this.regex();
        case 'x': return this.any(depth - 1);
        case 'd': return this.quote(this.pick(datePictures));
        case 'D': return this.quote(this.pick(fullPictures));
        case '#': return this.quote(this.pick(numberPictures));
        case 'i': return this.quote(this.pick(integerPictures));
        case 't': return this.pick(['"2017-11-07"', 'date', '"7th November 2017"', '"2017-300"', '"7/11/2017 3:12 PM"', '"2017-11-07T15:12:37.121Z"', '"2017"', '"2017-13-01"']);
        case 'z': return this.quote(this.pick(['+0100', '-0530', '0000', '+1400', 'x', '-1']));
        case 'u': return this.pick(['"a b&c=ä/?"', '"%41%zz"', '"http://x.y/ä?q=1 2"', 'text', 'uni']);
        default: return this.any(depth - 1);
        }
    }
    regex() {
        return this.chance(0.4) ? this.pick(regexes) : `/${this.alternatives(2)}/${this.pick(['', '', '', 'i', 'm', 'im'])}`;
    }
    alternatives(depth) {
        return Array.from({length: this.pick([1, 1, 1, 2])}, () => this.terms(depth)).join('|');
    }
    terms(depth) {
        return Array.from({length: 1 + this.below(3)}, () => this.term(depth)).join('');
    }
    term(depth) {
        if (depth > 0 && this.chance(0.12))
            return this.pick(['(?=', '(?!', '(?<=', '(?<!']) + this.alternatives(depth - 1) + ')';
        if (this.chance(0.08))
            return this.pick(['^', '$', '\\b', '\\B']);
        let atom = this.pick(['a', 'e', 'o', 'x', 'u', ' ', ',', 'ü', '\\d', '\\w', '\\s', '\\W', '\\S', '.', '[a-e]', '[^a-e]', '[\\d-]', '[^\\s,]', '\\1', '\\u{1F600}',
            '\u{1F600}', '\\x61', '\\.', '[]', '[^]', '\\2', 'ß', '[à-ÿ]', 'K', '\\D', '1', '-']);
        if (depth > 0 && this.chance(0.3))
            atom = this.pick(['(', '(', '(?:', '(?<n' + this.below(100) + '>']) + this.alternatives(depth - 1) + ')';
        return atom + (this.chance(0.35) ? this.pick(['*', '+', '?', '{2}', '{1,2}', '{0,1}', '{2,}', '*?', '+?', '??', '{1,3}?']) : '');
    }
    call(depth) {
        const functions = [
            'string:x', 'string:xb', 'length:s', 'substring:sn', 'substring:snn', 'substringBefore:ss', 'substringAfter:ss', 'lowercase:s', 'uppercase:s', 'trim:s', 'pad:sn', 'pad:sns',
            'contains:sp', 'split:sp', 'split:spn', 'join:S', 'join:Ss', 'match:sr', 'match:srn', 'replace:sps', 'replace:spsn', 'replace:srf', 'base64encode:s', 'base64decode:s',
            'encodeUrl:u', 'encodeUrlComponent:u', 'decodeUrl:u', 'decodeUrlComponent:u',
            'number:x', 'number:s', 'abs:n', 'floor:n', 'ceil:n', 'round:n', 'round:nn', 'power:nn', 'sqrt:n', 'sum:N', 'max:N', 'min:N', 'average:N', 'formatNumber:n#', 'formatBase:nn', 'formatInteger:ni', 'parseInteger:si',
            'count:a', 'append:aa', 'append:xx', 'sort:a', 'sort:af', 'reverse:a', 'distinct:a', 'zip:aa', 'keys:o', 'lookup:os', 'spread:o', 'merge:a', 'merge:o', 'sift:of', 'each:of', 'type:x',
            'map:af', 'filter:af', 'reduce:af', 'reduce:afx', 'single:af', 'boolean:x', 'not:x', 'exists:x', 'assert:bs', 'error:s', 'fromMillis:n', 'fromMillis:nd', 'fromMillis:ndz', 'toMillis:t', 'toMillis:tD', 'clone:o'];
        const [name, kinds] = this.pick(functions).split(':');
        let args = Array.from(kinds, (k) => this.argument(k, depth - 1));
        if (this.chance(0.03))
            args.pop();
        if (this.chance(0.03))
            args.push(this.any(depth - 1));
        if (this.chance(0.02))
            args[this.below(args.length)] = '?';
        if (args.length && args[0] !== '?' && this.chance(0.1)) {
            const first = args.shift();
            return `${first} ~> $${name}(${args.join(', ')})`;
        }
        return `$${name}(${args.join(', ')})`;
    }
    boolean(depth) {
        switch (this.below(5)) {
        case 0: return this.pick(['true', 'false', 'yes', 'no']);
        case 1: return `${this.any(depth - 1)} ${this.pick(['and', 'or'])} ${this.any(depth - 1)}`;
        default: return `${this.any(depth - 1)} ${this.comparison()} ${this.any(depth - 1)}`;
        }
    }
    atom(depth) {
        switch (this.below(8)) {
        case 0: case 1: return this.number();
        case 2: case 3: return this.string();
        case 4: return this.pick(['true', 'false', 'null']);
        case 5: return this.variable();
        default: return depth > 0 ? this.path(depth - 1) : this.pick(names);
        }
    }
    block(depth) {
        const before = this.variables.slice(), parts = [];
        for (let i = this.below(3); i >= 0; i--) {
            const name = 'w' + this.below(3), value = this.chance(0.2) ? this.lambda(depth, this.below(3)) : this.any(depth - 1);
            parts.push(`$${name} := ${value}`);
            this.bind(name);
        }
        parts.push(this.chance(0.2) ? `${this.variable()}(${this.any(depth - 1)})` : this.any(depth - 1));
        this.variables = before;
        return `(${parts.join('; ')})`;
    }
    any(depth) {
        if (depth <= 0)
            return this.atom(0);
        switch (this.below(24)) {
        case 0: case 1: return this.atom(depth);
        case 2: return `${this.any(depth - 1)} ${this.pick(['+', '-', '*', '/', '%'])} ${this.any(depth - 1)}`;
        case 3: return `${this.argument('n', depth)} ${this.pick(['+', '-', '*', '/', '%'])} ${this.argument('n', depth)}`;
        case 4: return `${this.any(depth - 1)} & ${this.any(depth - 1)}`;
        case 5: return this.boolean(depth);
        case 6: return `${this.any(depth - 1)} ? ${this.any(depth - 1)}${this.chance(0.8) ? ' : ' + this.any(depth - 1) : ''}`;
        case 7: return this.object(depth);
        case 8: return this.array(depth);
        case 9: return this.block(depth);
        case 10: return this.chance(0.5) ? '-' + this.atom(depth) : `(${this.any(depth - 1)})`;
        case 11: return `(${this.any(depth - 1)})${this.predicate(depth)}`;
        case 12: return this.chance(0.3) ? `$ ~> |${this.path(depth - 2)}|${this.object(depth - 1)}${this.chance(0.3) ? ', ' + this.string() : ''}|`
            : `${this.any(depth - 1)} ~> ${this.chance(0.7) ? this.call(depth - 1) : this.argument('f', depth)}`;
        case 13: return `${this.lambda(depth, 1 + this.below(2))}(${this.any(depth - 1)}, ${this.any(depth - 1)})`;
        case 14: case 15: case 16: case 17: return this.path(depth);
        default: return this.call(depth);
        }
    }
    // Now and then a piece is left out, doubled or put elsewhere: most of these are no expressions.
    damage(text) {
        const pieces = text.match(/[$\w]+|"(?:[^"\\]|\\.)*"|\s+|./gsu) || [];
        const i = this.below(pieces.length), j = this.below(pieces.length);
        switch (this.below(4)) {
        case 0: pieces.splice(i, 1); break;
        case 1: pieces.splice(i, 0, pieces[i]); break;
        case 2: [pieces[i], pieces[j]] = [pieces[j], pieces[i]]; break;
        default: pieces.splice(i, 0, this.pick(['[', ']', '{', '}', '(', ')', '.', ',', ':=', '@', '#', '%', '^', '~>', '?', ':', '/', '!', '"', '\\', '&', 'and', 'in', '..', '|', ';', '**']));
        }
        return pieces.join('');
    }
    search() {
        const text = this.pick(['text', 'uni', 'name', 'date', '"aaaeee"', '"x1-y22-z333"', '"ab12ab12"', '"exaoux uaeo"']), regex = this.regex();
        return this.pick([`$match(${text}, ${regex})`, `$replace(${text}, ${regex}, "<$1$2$0>")`, `$split(${text}, ${regex})`]);
    }
    // `only` 'regex': nothing but searches.
    next(only) {
        this.variables = [];
        if (only === 'regex')
            return this.search();
        const text = this.any(1 + this.below(4));
        return this.chance(0.08) ? this.damage(text) : text;
    }
}

module.exports = {Generator, document};
