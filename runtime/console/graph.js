// A machine's picture: the places are the server's, drawn here and coloured as states happen.

import { h, put, s } from './dom.js';
import { statusWords } from './format.js';
import { button } from './widgets.js';

const ARROW = 8, RADIUS = 8;

// A line through the points with rounded corners, which ends where the arrow's head begins.
function pathOf(points) {
    const end = points[points.length - 1], before = points[points.length - 2];
    const length = Math.hypot(end[0] - before[0], end[1] - before[1]) || 1;
    const tip = [end[0] - (end[0] - before[0]) / length * ARROW, end[1] - (end[1] - before[1]) / length * ARROW];
    const all = [...points.slice(0, -1), tip];
    let d = `M${all[0][0]} ${all[0][1]}`;
    for (let i = 1; i < all.length - 1; i++) {
        const [x, y] = all[i], [px, py] = all[i - 1], [nx, ny] = all[i + 1];
        const into = Math.hypot(x - px, y - py), out = Math.hypot(nx - x, ny - y), r = Math.min(RADIUS, into / 2, out / 2);
        if (!into || !out)
            continue;
        d += `L${x - (x - px) / into * r} ${y - (y - py) / into * r}Q${x} ${y} ${x + (nx - x) / out * r} ${y + (ny - y) / out * r}`;
    }
    d += `L${tip[0]} ${tip[1]}`;
    const ux = (end[0] - before[0]) / length, uy = (end[1] - before[1]) / length;
    const head = `${end[0]},${end[1]} ${tip[0] - uy * 4},${tip[1] + ux * 4} ${tip[0] + uy * 4},${tip[1] - ux * 4}`;
    return { d, head };
}

function lines(texts, x, y, step, name) {
    return texts.map((t, i) => s('text', { class: name, x, y: y + i * step }, t));
}

export class Graph {
    constructor(geometry, { choose, label }) {
        this.geometry = geometry;
        this.choose = choose;
        this.nodes = new Map();
        this.edges = [];
        const svg = s('svg', { class: 'graph', viewBox: `-12 -12 ${geometry.width + 24} ${geometry.height + 24}`, role: 'group', 'aria-label': label });
        const under = s('g'), over = s('g');
        this.drawBlock(geometry, under, over);
        svg.append(under, over);
        this.svg = svg;
        this.view = h('div', { class: 'graph-view', tabindex: 0, role: 'region', 'aria-label': `${label}, picture` }, svg);
        this.box = h('div', { class: 'graph-box' }, this.view,
            h('div', { class: 'zoom', role: 'group', 'aria-label': 'Zoom' }, button('+', () => this.zoom(this.scale * 1.25), { 'aria-label': 'Larger' }),
                button('−', () => this.zoom(this.scale / 1.25), { 'aria-label': 'Smaller' }), button('Fit', () => this.fit())));
        this.zoom(1);
        new ResizeObserver(() => this.byHand || this.fit(true)).observe(this.view);
    }

    zoom(scale, itself) {
        this.scale = Math.max(0.1, Math.min(3, scale));
        this.byHand = !itself;
        this.svg.style.width = `${(this.geometry.width + 24) * this.scale}px`;
        this.svg.style.height = `${(this.geometry.height + 24) * this.scale}px`;
    }

    fit() {
        const w = this.view.clientWidth - 4, k = this.view.clientHeight - 4;
        if (w > 0 && k > 0)
            this.zoom(Math.min(1, Math.max(0.45, Math.min(w / (this.geometry.width + 24), k / (this.geometry.height + 24)))), true);
    }

    drawBlock(block, under, over) {
        for (const e of block.edges)
            this.drawEdge(e, block, under, over);
        for (const n of block.nodes)
            this.drawNode(n, under, over);
    }

    drawEdge(e, block, under, over) {
        const { d, head } = pathOf(e.points);
        const from = block.nodes[e.from].state || '', to = block.nodes[e.to].state || '';
        const g = s('g', { class: `edge ${e.kind}` }, s('path', { d }), s('polygon', { points: head }));
        under.append(g);
        const kind = e.kind === 'catch' || e.kind === 'start' || e.kind === 'end' ? e.kind : 'next';
        this.edges.push({ g, way: `${from}\n${to}\n${kind}` });
        if (e.label) {
            const l = e.label;
            over.append(s('g', { class: `label ${e.kind}` }, s('title', null, l.text), s('rect', { x: l.x, y: l.y, width: l.width, height: l.height }),
                lines(l.lines, l.x + l.width / 2, l.y + 12, 16, '')));
        }
    }

    drawNode(n, under, over) {
        if (!n.state)
            return this.drawPoint(n, over);
        const inner = !!n.blocks, middle = n.x + n.width / 2;
        const g = s('g', { class: `state ${n.type}${inner ? ' group' : ''}`, tabindex: 0, role: 'button', 'aria-pressed': 'false' });
        const title = s('title', null, n.state);
        const mark = s('text', { class: 'mark', 'aria-hidden': 'true', x: n.x + n.width + 3, y: n.y + 9 });
        const height = inner ? 40 : n.height;
        g.append(title, s('rect', { class: 'box', x: n.x, y: n.y, width: n.width, height: n.height, rx: 6 }));
        if (inner)
            g.append(s('rect', { class: 'head', x: n.x, y: n.y, width: n.width, height, rx: 6 }));
        // Blanks between them keep the words apart for who hears them.
        for (const line of lines(n.lines, middle, n.y + (height - 16 * n.lines.length - 14) / 2 + 14, 17, 'name'))
            g.append(line, ' ');
        g.append(s('text', { class: 'kind', x: middle, y: n.y + (height + 16 * n.lines.length - 14) / 2 + 13 }, n.note));
        over.append(mark);
        const choose = (event) => {
            event.stopPropagation();
            this.choose(n.state);
        };
        g.addEventListener('click', choose);
        g.addEventListener('keydown', (event) => {
            if (event.key === 'Enter' || event.key === ' ') {
                event.preventDefault();
                choose(event);
            }
        });
        under.append(g);
        this.nodes.set(n.state, { g, mark, node: n, title });
        for (const b of n.blocks || [])
            this.drawBlock(b, under, over);
        this.nameNode(n.state);
    }

    drawPoint(n, over) {
        const small = n.width < 20;
        over.append(s('g', { class: `point ${n.kind}` }, s('rect', { x: n.x, y: n.y, width: n.width, height: n.height, rx: n.height / 2 }),
            small ? null : s('text', { x: n.x + n.width / 2, y: n.y + n.height / 2 + 4 }, n.kind === 'start' ? 'Start' : 'End')));
    }

    nameNode(name, mark) {
        const { g, node, title } = this.nodes.get(name);
        const words = [name, node.note];
        if (mark)
            words.push(statusWords[mark.status], mark.entered > 1 ? `${mark.entered} times` : '', mark.retries ? `${mark.retries} retries` : '');
        const text = words.filter(Boolean).join(', ');
        g.setAttribute('aria-label', text);
        put(title, text);
    }

    mark({ states, ways }) {
        for (const [name, { g, mark }] of this.nodes) {
            const m = states.get(name);
            g.setAttribute('data-status', m ? m.status : 'none');
            put(mark, m ? [m.entered > 1 ? `×${m.entered}` : '', m.retries ? ` ↻${m.retries}` : ''].join('') : '');
            this.nameNode(name, m);
        }
        for (const { g, way } of this.edges) {
            g.setAttribute('data-gone', String(ways.has(way)));
            if (ways.has(way))
                g.parentNode.append(g);
        }
    }

    select(name) {
        for (const [state, { g }] of this.nodes)
            g.setAttribute('aria-pressed', String(state === name));
    }
}
