// Times, sizes and statuses as people read them.

const two = (n) => String(n).padStart(2, '0');

// Timestamps of the API are seconds since 1970.
export const toMs = (seconds) => seconds === undefined || seconds === null ? undefined : Math.round(seconds * 1000);

export function clock(ms) {
    const d = new Date(ms);
    return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}.${String(d.getMilliseconds()).padStart(3, '0')}`;
}

export function date(ms) {
    if (ms === undefined)
        return '–';
    const d = new Date(ms);
    return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${clock(ms)}`;
}

export function duration(ms) {
    if (ms === undefined || Number.isNaN(ms))
        return '–';
    ms = Math.max(0, ms);
    if (ms < 1000)
        return `${Math.round(ms)} ms`;
    const seconds = ms / 1000;
    if (seconds < 60)
        return `${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1)} s`;
    const whole = Math.floor(seconds), minutes = Math.floor(whole / 60), hours = Math.floor(minutes / 60);
    if (minutes < 60)
        return `${minutes} min ${whole % 60} s`;
    if (hours < 48)
        return `${hours} h ${minutes % 60} min`;
    return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export function size(bytes) {
    if (bytes < 1024)
        return `${bytes} bytes`;
    return bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1048576).toFixed(1)} MiB`;
}

export const count = (n) => n.toLocaleString('en');

export const statusWords = {
    RUNNING: 'Running', SUCCEEDED: 'Succeeded', FAILED: 'Failed', TIMED_OUT: 'Timed out', ABORTED: 'Aborted', PENDING_REDRIVE: 'Pending redrive',
    running: 'In progress', retrying: 'Waits for a retry', succeeded: 'Succeeded', failed: 'Failed', caught: 'Caught error', stopped: 'Cancelled', waiting: 'Waiting',
};

export const nameOf = (arn) => arn.split(':').slice(arn.includes(':stateMachine:') || arn.includes(':activity:') ? 6 : 7).join(':');

// ARN of a version or alias without what makes it one.
export const unqualified = (arn) => arn.split(':').slice(0, 7).join(':');

// arn:…:execution:MACHINE:NAME → arn:…:stateMachine:MACHINE
export function machineOf(executionArn) {
    const parts = executionArn.split(':');
    return [...parts.slice(0, 5), 'stateMachine', parts[6].split('/')[0]].join(':');
}

// JSON text with indentation; what is none stays as it is.
export function pretty(text) {
    if (text === undefined || text === null)
        return '';
    if (typeof text !== 'string')
        return JSON.stringify(text, null, 2);
    try {
        return safeToParse(text) ? JSON.stringify(JSON.parse(text), null, 2) : text;
    } catch {
        return text;
    }
}

// A number that a double can't hold would be shown wrong if the text were parsed.
function safeToParse(text) {
    return !/[0-9.]{16,}|[0-9]e[+-]?[0-9]{3}/i.test(text.replace(/"(?:[^"\\]|\\.)*"/g, '""'));
}
