// What an execution's events tell: visits of states with their attempts, one inside of the other as branches and
// iterations are. Events may come in parts, in the order of their ids.

import { toMs } from './format.js';

const ends = /(Succeeded|Failed|TimedOut|Aborted)$/;
const begins = /(Scheduled|^MapStateStarted|^ParallelStateStarted)$/;
const fails = /(Failed|TimedOut|Aborted)$/;

// The one member of an event that has its details.
export function detailsOf(event) {
    for (const name in event)
        if (name.endsWith('EventDetails'))
            return event[name];
    return {};
}

export class Run {
    constructor() {
        this.events = [];
        this.root = { kind: 'root', children: [] };
        this.visits = [];
        this.where = [];
        this.status = 'RUNNING';
        this.lastMs = 0;
        this.mapRuns = [];
    }

    get lastId() {
        return this.events.length ? this.events[this.events.length - 1].id : 0;
    }

    add(events) {
        for (const e of events) {
            if (e.id <= this.lastId)
                continue;
            this.events.push(e);
            e.ms = toMs(e.timestamp);
            this.lastMs = Math.max(this.lastMs, e.ms);
            const place = this.take(e, this.where[e.previousEventId] || this.root);
            this.where[e.id] = place;
            if (place.events)
                place.events.push(e);
        }
    }

    stateOf(event) {
        let at = this.where[event.id];
        while (at && at.kind !== 'visit')
            at = at.parent;
        return at;
    }

    take(e, from) {
        const d = detailsOf(e);
        if (e.type.startsWith('Execution')) {
            this.takeExecution(e, d);
            return this.root;
        }
        if (e.type.endsWith('StateEntered'))
            return this.enter(e, d, from);
        if (e.type.endsWith('StateExited'))
            return this.exit(e, d, from);
        if (e.type.startsWith('MapIteration'))
            return this.takeIteration(e, d, from);
        const v = this.openVisit(e, from);
        if (v.kind === 'visit')
            this.takeAttempt(v, e, d);
        if (e.type === 'MapRunStarted')
            this.mapRuns.push({ arn: d.mapRunArn, state: v.name });
        return v;
    }

    takeExecution(e, d) {
        const status = { ExecutionSucceeded: 'SUCCEEDED', ExecutionFailed: 'FAILED', ExecutionTimedOut: 'TIMED_OUT', ExecutionAborted: 'ABORTED' }[e.type];
        this.status = status || 'RUNNING';
        if (e.type === 'ExecutionStarted')
            this.startMs = e.ms;
        this.endMs = status ? e.ms : undefined;
        this.error = status && status !== 'SUCCEEDED' ? { error: d.error, cause: d.cause, before: this.stateOf({ id: e.previousEventId }) } : undefined;
    }

    enter(e, d, from) {
        let parent = from, before = null;
        if (from.kind === 'visit') {
            const inside = !from.exited && (from.type === 'Parallel' || from.type === 'Map');
            parent = inside ? from : from.parent;
            before = inside ? null : from;
        }
        const v = {
            kind: 'visit', name: d.name, type: e.type.replace('StateEntered', ''), parent, before, round: parent.attempts ? parent.attempts.length : 0,
            enteredMs: e.ms, input: d.input, exited: false, attempts: [], children: [], events: [], id: this.visits.length,
        };
        if (before)
            before.next = v;
        parent.children.push(v);
        this.visits.push(v);
        return v;
    }

    exit(e, d, from) {
        let v = from;
        while (v.kind !== 'root' && !(v.kind === 'visit' && v.name === d.name && !v.exited))
            v = v.parent;
        if (v.kind === 'root')
            return from;
        v.exited = true;
        v.exitedMs = e.ms;
        v.output = d.output;
        v.variables = d.assignedVariables;
        return v;
    }

    takeIteration(e, d, from) {
        let v = from;
        if (e.type === 'MapIterationStarted') {
            v = this.openVisit(e, from);
            const it = { kind: 'iteration', parent: v, index: d.index, startMs: e.ms, round: v.attempts ? v.attempts.length : 0, children: [] };
            v.children.push(it);
            return it;
        }
        while (v.kind !== 'root' && !(v.kind === 'iteration' && v.index === d.index))
            v = v.parent;
        if (v.kind === 'iteration') {
            v.endMs = e.ms;
            v.status = e.type === 'MapIterationSucceeded' ? 'succeeded' : e.type === 'MapIterationFailed' ? 'failed' : 'stopped';
        }
        return v;
    }

    // The visit that an event of its own kind belongs to: that of the event before it, or one around it.
    openVisit(e, from) {
        const kind = /^Parallel/.test(e.type) ? 'Parallel' : /^Map/.test(e.type) ? 'Map' : null;
        let v = from;
        while (v.kind !== 'root' && !(v.kind === 'visit' && !v.exited && (!kind || v.type === kind)))
            v = v.parent;
        // After a redrive the event before is none of a state.
        for (let i = this.visits.length; v.kind === 'root' && i--;)
            if (!this.visits[i].exited && (!kind || this.visits[i].type === kind))
                v = this.visits[i];
        return v;
    }

    takeAttempt(v, e, d) {
        let a = v.attempts[v.attempts.length - 1];
        if (begins.test(e.type)) {
            v.attempts.push({ startMs: e.ms, resource: d.resource, input: d.parameters || d.input, events: [e] });
        } else if (ends.test(e.type)) {
            if (!a)
                v.attempts.push(a = { startMs: e.ms, events: [] });
            a.endMs = e.ms;
            a.failed = fails.test(e.type);
            if (a.failed) {
                a.error = d.error || (/TimedOut$/.test(e.type) ? 'States.Timeout' : undefined);
                a.cause = d.cause;
            } else {
                a.output = d.output;
            }
            a.events.push(e);
        } else if (a) {
            a.events.push(e);
            if (e.type.endsWith('Started'))
                a.ranMs = e.ms;
        }
    }

    // How a visit stands, as a word for colours.
    statusOf(v) {
        const last = v.attempts[v.attempts.length - 1], failed = (last && last.failed) || v.type === 'Fail';
        if (v.exited)
            return failed ? 'caught' : 'succeeded';
        if (this.wasCutOff(v))
            return failed ? 'failed' : 'stopped';
        if (this.status === 'RUNNING')
            return last && last.failed ? 'retrying' : 'running';
        if (this.status === 'FAILED' && (failed || this.holdsTheError(v)))
            return 'failed';
        return 'stopped';
    }

    // Whether what is around it ended, or began anew, without it.
    wasCutOff(v) {
        for (let p = v.parent, round = v.round; p && p.kind !== 'root'; round = p.round, p = p.parent) {
            if (p.kind === 'iteration' ? p.status : p.exited || round < p.attempts.length || (round && p.attempts[round - 1].failed))
                return true;
        }
        return false;
    }

    holdsTheError(v) {
        for (let p = this.error && this.error.before; p && p.kind !== 'root'; p = p.parent)
            if (p === v)
                return true;
        return false;
    }

    endOf(v) {
        if (v.exitedMs !== undefined)
            return v.exitedMs;
        const last = v.events[v.events.length - 1];
        return this.wasCutOff(v) ? last.ms : this.endMs;
    }

    // Of each state's visits: the status that a person looks for first, how often, retries, and which ways were gone.
    marks() {
        const order = ['succeeded', 'caught', 'stopped', 'failed', 'retrying', 'running'];
        const states = new Map(), ways = new Map();
        for (const v of this.visits) {
            const m = states.get(v.name) || { entered: 0, retries: 0, status: 'succeeded' };
            const status = this.statusOf(v);
            m.entered++;
            m.retries += Math.max(0, v.attempts.length - 1);
            if (order.indexOf(status) > order.indexOf(m.status))
                m.status = status;
            states.set(v.name, m);
            const caught = status === 'caught';
            const way = v.next ? `${v.name}\n${v.next.name}\n${caught ? 'catch' : 'next'}` : v.exited && !caught ? `${v.name}\n\nend` : null;
            if (way)
                ways.set(way, (ways.get(way) || 0) + 1);
            if (!v.before)
                ways.set(`\n${v.name}\nstart`, (ways.get(`\n${v.name}\nstart`) || 0) + 1);
        }
        return { states, ways };
    }

    // The visit that made the execution fail: the last that failed, the innermost.
    culprit() {
        const failed = this.visits.filter((v) => this.statusOf(v) === 'failed');
        const inner = failed.filter((v) => !failed.some((w) => w.parent === v || (w.parent.kind === 'iteration' && w.parent.parent === v)));
        return inner[inner.length - 1];
    }
}
