// Calls of the API, as any client makes them; signed in this tab when the server asks for it. Here is also known whether
// the server answers at all.

const KEY = 'asl.key', REGION = 'us-east-1';
const utf8 = new TextEncoder();

export class ApiError extends Error {
    constructor(type, message, status) {
        super(message || type);
        this.type = type;
        this.status = status;
    }
}

// ---- the key, which stays in this tab ----

export const key = {
    get: () => JSON.parse(sessionStorage.getItem(KEY) || 'null'),
    set: (k) => sessionStorage.setItem(KEY, JSON.stringify(k)),
    forget: () => sessionStorage.removeItem(KEY),
};

const unsigned = new Set(['MissingAuthenticationTokenException', 'UnrecognizedClientException', 'InvalidSignatureException',
    'IncompleteSignatureException', 'AccessDeniedException']);
export const wantsKey = (e) => e instanceof ApiError && unsigned.has(e.type);

const hex = (bytes) => Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, '0')).join('');
const sha256 = async (text) => hex(await crypto.subtle.digest('SHA-256', utf8.encode(text)));

async function hmac(secret, text) {
    const k = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    return new Uint8Array(await crypto.subtle.sign('HMAC', k, utf8.encode(text)));
}

// Signature Version 4 of a POST without a query.
async function sign(k, path, headers, body) {
    if (!crypto.subtle)
        throw new ApiError('NoWebCrypto', 'Browsers sign for pages of localhost and of https only: open the console there');
    const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, ''), day = time.slice(0, 8);
    const all = { ...headers, host: location.host, 'x-amz-date': time };
    if (k.token)
        all['x-amz-security-token'] = k.token;
    const names = Object.keys(all).sort(), signed = names.join(';');
    const request = ['POST', path, '', ...names.map((n) => `${n}:${all[n]}`), '', signed, await sha256(body)].join('\n');
    const scope = `${day}/${k.region || REGION}/states/aws4_request`;
    let secret = utf8.encode('AWS4' + k.secret);
    for (const part of scope.split('/'))
        secret = await hmac(secret, part);
    const signature = hex(await hmac(secret, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${await sha256(request)}`));
    delete all.host;
    all.authorization = `AWS4-HMAC-SHA256 Credential=${k.id}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    return all;
}

// ---- whether the server is there ----

export const link = new EventTarget();
link.gone = false;

function setGone(gone) {
    if (link.gone === gone)
        return;
    link.gone = gone;
    link.dispatchEvent(new Event('change'));
    if (gone)
        lookForServer(500);
}

function lookForServer(pause) {
    setTimeout(async () => {
        try {
            const answer = await fetch('/readyz', { cache: 'no-store' });
            if (answer.ok)
                return setGone(false);
        } catch { /* it is still gone */ }
        lookForServer(Math.min(pause * 1.5, 5000));
    }, pause);
}

// ---- calls ----

async function post(path, target, body, signal) {
    let headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target };
    const k = key.get();
    if (k)
        headers = await sign(k, path, headers, body);
    let answer;
    try {
        answer = await fetch(path, { method: 'POST', headers, body, signal, cache: 'no-store' });
    } catch (e) {
        if (e.name !== 'AbortError')
            setGone(true);
        throw e;
    }
    const text = await answer.text();
    let value = {};
    try {
        value = JSON.parse(text);
    } catch { /* it is words */ }
    if (answer.ok)
        return value;
    if (answer.status === 503)
        setGone(true);
    throw new ApiError((value.__type || `HTTP ${answer.status}`).replace(/^.*#/, ''), value.message || value.Message || text, answer.status);
}

export const call = (operation, request = {}, signal) => post('/', `AWSStepFunctions.${operation}`, JSON.stringify(request), signal);

export const draw = (definition, signal) => post('/console/graph', 'AslConsole.Draw', definition, signal);

export async function metrics(signal) {
    const answer = await fetch('/metrics', { signal, cache: 'no-store' });
    return answer.ok ? answer.text() : null;
}

// All pages of a list, at most so many.
export async function pages(operation, request, member, most, signal) {
    const all = [];
    let nextToken;
    do {
        const page = await call(operation, { ...request, nextToken }, signal);
        all.push(...page[member]);
        nextToken = page.nextToken;
    } while (nextToken && all.length < most);
    return { all, more: nextToken };
}

const pause = (ms, signal) => new Promise((done) => {
    const t = setTimeout(finish, ms);
    function finish() {
        clearTimeout(t);
        document.removeEventListener('visibilitychange', shown);
        signal.removeEventListener('abort', finish);
        done();
    }
    function shown() {
        if (!document.hidden)
            finish();
    }
    document.addEventListener('visibilitychange', shown);
    signal.addEventListener('abort', finish);
});

const once = (target, event, signal) => new Promise((done) => {
    target.addEventListener(event, done, { once: true });
    signal.addEventListener('abort', done, { once: true });
});

// Calls `look` again and again until it returns 'done' or the page is left: soon after it said 'new', ever more seldom
// while nothing happens, and not at all while nobody sees the page or the server is gone.
export async function follow(look, signal, { least = 600, most = 6000 } = {}) {
    let wait = least;
    while (!signal.aborted) {
        await pause(wait, signal);
        while (document.hidden && !signal.aborted)
            await once(document, 'visibilitychange', signal);
        while (link.gone && !signal.aborted)
            await once(link, 'change', signal);
        if (signal.aborted)
            return;
        let said;
        try {
            said = await look();
        } catch (e) {
            if (e instanceof ApiError && !link.gone)
                throw e;
        }
        if (said === 'done')
            return;
        wait = said === 'new' ? least : Math.min(wait * 1.5, most);
    }
}
