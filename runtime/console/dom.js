// Elements out of calls. Text becomes text nodes, never markup: whatever a payload holds, it is only shown.

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, props, kids) {
    for (const [name, value] of Object.entries(props || {})) {
        if (value === null || value === undefined || value === false)
            continue;
        if (name.startsWith('on'))
            element.addEventListener(name.slice(2), value);
        else if (name === 'value' || name === 'checked')
            element[name] = value;
        else
            element.setAttribute(name, value === true ? '' : String(value));
    }
    add(element, kids);
    return element;
}

export function add(element, kids) {
    for (const kid of kids.flat(Infinity)) {
        if (kid !== null && kid !== undefined && kid !== false)
            element.append(kid instanceof Node ? kid : String(kid));
    }
    return element;
}

export const h = (name, props, ...kids) => fill(document.createElement(name), props, kids);
export const s = (name, props, ...kids) => fill(document.createElementNS(SVG, name), props, kids);

export function put(element, ...kids) {
    element.replaceChildren();
    return add(element, kids);
}

let last = 0;
export const newId = (word) => `${word}-${++last}`;
